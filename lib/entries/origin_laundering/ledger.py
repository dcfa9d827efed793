"""Declarations line by line in terms that can be compared: firm, day, HS, text, quantity and weight, won, origin.

Only numbers are kept a row each; words stay in the tables and are looked up when a row is shown.
"""

import csv
import re
import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lib.entries.origin_laundering.tables import TABLES, empty
from lib.settings import DATA
from lib.tables.countries import code_of

Array = np.ndarray[Any, Any]
SHOWN = ("model", "trade_name", "goods", "component")  # what a text is made of, most telling first
PART = "\x1f"  # between them
NO_BRAND = (
    "",
    "NO",
    "NONE",
    "NOBRAND",
    "NB",
    "NA",
    "NOTHING",
    "NONBRAND",
    "UNBRANDED",
    "GENERIC",
    "무상표",
    "상표없음",
    "없음",
    "해당없음",
)
AGAIN, UNCOUNTED = "똑같은 행이 또 있음", "수량과 중량이 모두 없음"
FAMILY = 12  # firms with one representative or address beyond which it tells nothing (shared offices)
SERVED = 3  # exporters beyond which a maker or an agent works for anybody
PIECE, WEIGHT, LENGTH, AREA, VOLUME, PACKAGE = range(6)
"""PACKAGE and above: boxes, sets, units not known; each counts for itself, for nobody tells how much is in one."""
UNITS = {  # how much one is in its family's own unit: piece, kg, m, m2, litre
    **dict.fromkeys(("EA", "PC", "PCS", "U", "UN", "NO", "NOS", "개", "대", "장", "매", "본", "병", "SH", "BT", ""), (PIECE, 1.0)),
    **dict.fromkeys(("PR", "PRS", "켤레", "쌍"), (PIECE, 2.0)), **dict.fromkeys(("DZ", "DOZ", "다스"), (PIECE, 12.0)), "GRO": (PIECE, 144.0),
    **dict.fromkeys(("TH", "천개", "천매", "천장", "TPC", "KPC"), (PIECE, 1e3)), **dict.fromkeys(("만개", "만매"), (PIECE, 1e4)),
    "KG": (WEIGHT, 1.0), "KGS": (WEIGHT, 1.0), "G": (WEIGHT, 1e-3), "GR": (WEIGHT, 1e-3), "GM": (WEIGHT, 1e-3), "T": (WEIGHT, 1e3), "TON": (WEIGHT, 1e3), "TN": (WEIGHT, 1e3), "MT": (WEIGHT, 1e3), "LB": (WEIGHT, 0.45359237), "OZ": (WEIGHT, 0.028349523),
    "M": (LENGTH, 1.0), "MTR": (LENGTH, 1.0), "CM": (LENGTH, 0.01), "KM": (LENGTH, 1e3), "FT": (LENGTH, 0.3048), "YD": (LENGTH, 0.9144),
    "M2": (AREA, 1.0), "MTK": (AREA, 1.0), "SM": (AREA, 1.0), "L": (VOLUME, 1.0), "LTR": (VOLUME, 1.0), "ML": (VOLUME, 1e-3), "M3": (VOLUME, 1e3),
}  # fmt: skip
_PER = r"(?:PCS?|EA|개|매|장|입|P)"
_PACK = r"(?:BOX|BX|CTN?|CARTON|CASE|SET|ST|KIT|PK|PACK|BAG|박스|세트|상자|팩|봉)"
_INSIDE = re.compile(
    rf"(\d{{1,4}})\s*{_PER}\s*(?:/|PER)\s*{_PACK}\b|\b(?:SET|세트)\s*(?:OF\s*)?(\d{{1,4}})\s*{_PER}(?![A-Z])"
)
_STOREY, _ROOM = re.compile(r"(?:지하\s*|B)?\d+\s*층"), re.compile(r"([A-Z]?\d+(?:-\d+)?)\s*호")
_INNER = re.compile(rf"{_STOREY.pattern}|{_ROOM.pattern}")
_BUILDING = re.compile(r"([가-힣\d.]+(?:로|길))\s*(?:지하\s*)?(\d+(?:-\d+)?)")
_PROVINCES = {
    "특별자치시": "", "특별자치도": "", "특별시": "", "광역시": "", "전라": "전", "경상": "경", "충청": "충", "북도": "북", "남도": "남", "경기도": "경기",
    "강원도": "강원", "제주도": "제주",
}  # fmt: skip


@dataclass(frozen=True)
class Side:
    """``rows``: day (from 1970), firm, hs6, hs10 (-1 unknown), text, brand, unit, quantity (in its family's unit), kg,
    won, origin, country, meaning (of the trade kind); NaN and -1 where nothing was declared. ``lines``: the table, row by row.
    """

    name: str
    rows: pd.DataFrame
    lines: pa.Table

    def line(self, at: int) -> dict[str, Any]:
        """One line as it was declared."""
        return {name: values[0] for name, values in self.lines.slice(at, 1).to_pydict().items()}


@dataclass(frozen=True)
class Ledger:
    """``firms``: business numbers by code; ``ties``: which are related, and why; ``words``, ``brands``, ``places``,
    ``meanings``: what codes stand for. ``aside``: table, key, why (Korean).
    """

    as_of: date
    imports: Side
    exports: Side
    firms: list[str]
    ties: pd.DataFrame
    about: pd.DataFrame
    words: pa.Array
    brands: list[str]
    places: list[str]
    meanings: list[str]
    aside: pd.DataFrame = field(repr=False)

    def side(self, name: str) -> Side:
        """``imports`` or ``exports``."""
        return self.imports if name == "imports" else self.exports

    def place(self, code: str) -> int:
        """A country's number in ``origin`` and ``country``; one that no line has where none names it."""
        return self.places.index(code) if code in self.places else -2

    @cached_property
    def known(self) -> dict[int, dict[Any, Any]]:
        """What the firms' table says of a firm, by its code."""
        return {row["code"]: row for row in self.about.to_dict("records")}

    @cached_property
    def kin(self) -> dict[int, list[int]]:
        """The firms each firm is tied to."""
        told: dict[int, list[int]] = {}
        for firm, other in zip(self.ties["firm"].tolist(), self.ties["other"].tolist(), strict=True):
            told.setdefault(firm, []).append(other)
        return told


def keep(tables: Mapping[str, pa.Table | Path], as_of: date) -> Ledger:
    """The ledger of everything known on ``as_of``."""
    lines, once = {}, []
    for name in ("imports", "exports"):
        lines[name], again = _once(_known(plain_table(tables.get(name), name), as_of), name)
        once.append(again)
    about = plain_table(tables.get("firms"), "firms").to_pandas()
    kinds = plain_table(shipped_kinds() if tables.get("kinds") is None else tables["kinds"], "kinds").to_pandas()
    firms, coded = _codes([_digits(lines["imports"]["firm"]), *[_digits(lines["exports"][name]) for name in ("firm", "maker", "agent")], pa.chunked_array([about["firm"].astype(str).str.replace("-", "").to_numpy(object)], pa.string())])  # fmt: skip
    about = about.assign(code=coded[4]).drop_duplicates("code", ignore_index=True)
    ties = _ties(about, coded[1:4])
    words, texts = _codes([_text(lines[name]) for name in lines])
    brands, branded = _codes([_brand(lines[name]["brand"]) for name in lines])
    places, placed = _codes([_places(lines[name][column]) for name in lines for column in ("origin", "country")])
    meanings = ["ordinary", *sorted({*kinds["meaning"]} - {"ordinary"})]
    sides = []
    for i, name in enumerate(lines):
        rows = _numbers(lines[name], kinds[kinds["side"] == name.removesuffix("s")], meanings).assign(
            firm=coded[i], text=texts[i], brand=branded[i], origin=placed[2 * i], country=placed[2 * i + 1]
        )
        if name == "exports":
            rows = rows.assign(maker=coded[2], agent=coded[3])
        sides.append(Side(name, rows, lines[name]))
    aside = pd.concat([_aside(side) for side in sides] + once, ignore_index=True)
    told = [values.to_pylist() for values in (firms, brands, places)]
    return Ledger(as_of, sides[0], sides[1], told[0], ties, about, words, told[1], told[2], meanings, aside)


def shipped_kinds() -> pa.Table:
    """``data/origin_laundering/kinds.csv``: what the codes of 거래구분 mean."""
    with (DATA / "origin_laundering" / "kinds.csv").open(encoding="utf-8", newline="") as file:
        return pa.Table.from_pylist(list(csv.DictReader(file)))


def plain_table(table: pa.Table | Path | None, name: str) -> pa.Table:
    """The contract's columns; missing ones empty."""
    kept = empty(name) if table is None else pq.read_table(table) if isinstance(table, Path) else table
    types = empty(name).schema
    return pa.table(
        {
            column.name: kept[column.name].cast(types.field(column.name).type)
            if column.name in kept.column_names
            else pa.chunked_array([pa.nulls(len(kept), types.field(column.name).type)])
            for column in TABLES[name].columns
        }
    )


def _known(table: pa.Table, as_of: date) -> pa.Table:
    """What was accepted by that day, in order of time."""
    known = table.filter(pc.less_equal(table["accepted_on"], pa.scalar(as_of, pa.date32())))
    return known.sort_by([("accepted_on", "ascending"), ("item_no", "ascending")])


def _digits(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.replace_substring(column, "-", "")


def _once(lines: pa.Table, name: str) -> tuple[pa.Table, pd.DataFrame]:
    """Without lines that are there twice word for word (two extracts put together), and which these were."""
    again = np.zeros(len(lines), bool)
    few = lines.select(["declaration_no", "model", "quantity"]).to_pandas().duplicated(keep=False)
    maybe = np.flatnonzero(few.to_numpy())  # few are alike in these: only they are held against each other whole
    again[maybe] = lines.drop_columns(["item_no"]).take(pa.array(maybe)).to_pandas().duplicated().to_numpy()
    keys = lines["item_no"].filter(pa.array(again)).to_pylist()
    aside = pd.DataFrame({"table": name, "key": keys, "why": AGAIN}, dtype=object)
    return lines.filter(pa.array(~again)), aside


def _places(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Two-letter codes, however a country was written; empty where it cannot be told."""
    coded = column.combine_chunks().dictionary_encode()
    told = pa.array([code_of(text) for text in coded.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([told.take(coded.indices)])


def _upper(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.utf8_trim_whitespace(pc.utf8_upper(column))


def _brand(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Brands as they are compared; what says that there is none is no brand."""
    plain = pc.replace_substring_regex(_upper(column), r"[\s.\-_/()]", "")
    return pc.if_else(pc.is_in(plain, pa.array(NO_BRAND)), pa.scalar(None, pa.string()), plain)


def _text(lines: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(*[pc.fill_null(lines[name], "") for name in SHOWN], PART)


def _codes(columns: Sequence[pa.ChunkedArray]) -> tuple[pa.Array, list[Array]]:
    """The different values of several columns and each column as their numbers, -1 for an empty cell."""
    whole = pa.chunked_array([chunk for column in columns for chunk in column.chunks], pa.string())
    coded = whole.combine_chunks().dictionary_encode()
    numbers = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    ends = np.cumsum([len(column) for column in columns])
    return coded.dictionary, np.split(numbers, ends[:-1])


def _numbers(lines: pa.Table, kinds: pd.DataFrame, meanings: list[str]) -> pd.DataFrame:
    hs = pc.replace_substring_regex(lines["hs"], r"\D", "").to_pandas().astype("str")
    hs = hs.where(hs.str.len() % 2 == 0, "0" + hs)  # a sheet has taken 0303… for a number
    quantity, kg, won = (lines[name].cast(pa.float64()).to_numpy() for name in ("quantity", "weight_kg", "value_krw"))
    kg, won = _shared_out(lines, quantity, kg, won)
    family, each = _counted(lines)
    quantity = quantity * each
    kg = np.where((family == WEIGHT) & ~(kg > 0), quantity, kg)
    code = pc.struct_field(pc.extract_regex(_upper(lines["trade_kind"]), r"^(?P<code>[0-9A-Z]+)"), "code").to_pandas()
    meaning = code.map(dict(zip(kinds["code"], kinds["meaning"], strict=True))).fillna("ordinary")
    return pd.DataFrame(
        {
            "day": lines["accepted_on"].cast(pa.int32()).to_numpy().astype(np.int64),
            "hs6": hs.str[:6].astype(np.int64),
            "hs10": hs.where(hs.str.len() == 10, "-1").astype(np.int64),
            "unit": family,
            "quantity": np.where(quantity > 0, quantity, np.nan),
            "kg": np.where(kg > 0, kg, np.nan),
            "won": np.where(won > 0, won, np.nan),
            "meaning": meaning.map({name: i for i, name in enumerate(meanings)}).to_numpy(np.int8),
        }
    )


def _counted(lines: pa.Table) -> tuple[Array, Array]:
    """The family of each line's unit and how much one is; a package whose text tells what is inside counts as pieces."""
    unit = _upper(pc.fill_null(lines["unit"], "")).combine_chunks().dictionary_encode()
    words = unit.dictionary.to_pylist()
    known = [UNITS.get(word) or (PACKAGE + zlib.crc32(word.encode()) % 10_000, 1.0) for word in words]
    family, each = (np.array([one[i] for one in known])[unit.indices.to_numpy()] for i in (0, 1))
    family, each = family.astype(np.int64), each.astype(float)
    packed = np.flatnonzero(family >= PACKAGE)
    texts = _text(lines).take(pa.array(packed)).to_pylist()
    for at, text in zip(packed.tolist(), texts, strict=True):
        if found := _INSIDE.search(text.upper()):
            family[at], each[at] = PIECE, float(found[1] or found[2])
    return family, np.where(each > 0, each, np.nan)


def _shared_out(lines: pa.Table, quantity: Array, kg: Array, won: Array) -> tuple[Array, Array]:
    """Weight and value of each 규격; those of a whole 란 that stand at each of its 규격, though these differ in quantity, are
    shared out by quantity."""
    rows = pd.DataFrame(
        {
            "no": lines["declaration_no"].to_pandas(),
            "line": lines["line"].to_pandas(),
            "q": quantity,
            "kg": kg,
            "won": won,
        }
    )
    of = rows[rows["line"].notna() & (rows["q"] > 0) & (rows["won"] > 0)].groupby(["no", "line"])
    same = (of["won"].transform("nunique") == 1) & (of["kg"].transform("nunique", dropna=False) == 1)
    whole = same & (of["q"].transform("nunique") > 1)
    share = (rows["q"] / of["q"].transform("sum")).where(whole.reindex(rows.index, fill_value=False)).fillna(1.0)
    return kg * share.to_numpy(float), won * share.to_numpy(float)


def _ties(about: pd.DataFrame, export: Sequence[Array]) -> pd.DataFrame:
    """Firms tied together, both ways: ``firm``, ``other``, ``why``. One representative, one address, or exporter and maker or
    agent of few."""
    firm, *others = export
    parts = []
    for why, other in zip(("maker", "agent"), others, strict=True):
        ties = pd.DataFrame({"firm": firm, "other": other})[(other >= 0) & (other != firm)].drop_duplicates()
        few = ties.groupby("other")["firm"].transform("size") <= SERVED
        parts.append(ties[few].assign(why=why))
    for why, plain in (("address", place_of), ("ceo", person_of)):
        known = about[about[why].notna()]
        told = [plain(str(text)) for text in known[why]]
        shared = pd.DataFrame(told, columns=["tie", "room", "storey"]).assign(code=known["code"].to_numpy())
        shared = shared[shared["tie"] != ""]
        shared = shared[shared.groupby("tie")["code"].transform("size").between(2, FAMILY)]
        pairs = shared.merge(shared, on="tie", suffixes=("", "_other"))
        both, level = ((pairs[one] != "") & (pairs[f"{one}_other"] != "") for one in ("room", "storey"))
        apart = both & (pairs["room"] != pairs["room_other"]) | ~both & level & (
            pairs["storey"] != pairs["storey_other"]
        )
        pairs = pairs[(pairs["code"] != pairs["code_other"]) & ~apart]
        parts.append(pd.DataFrame({"firm": pairs["code"], "other": pairs["code_other"], "why": why}))
    ties = pd.concat(parts, ignore_index=True)
    ties = pd.concat([ties, ties.rename(columns={"firm": "other", "other": "firm"})], ignore_index=True)
    return pd.DataFrame(ties.astype({"firm": "int64", "other": "int64"})).drop_duplicates(
        ["firm", "other"], ignore_index=True
    )


def person_of(name: str) -> tuple[str, str, str]:
    """A representative's name as it is compared, without those beside (외 1명); nothing tells namesakes apart."""
    plain = unicodedata.normalize("NFKC", name).upper()
    return re.sub(r"외\s*\d+\s*[명인].*|[\s.,·-]", "", plain), "", ""


def place_of(address: str) -> tuple[str, str, str]:
    """An address as it is compared: province in short, district, road and number; the room and the storey in it."""
    plain = re.sub(r"\([^)]*\)", " ", unicodedata.normalize("NFKC", address).upper())
    found = _BUILDING.search(plain)
    told, inside = (plain[: found.end()], plain[found.end() :]) if found else (_INNER.sub(" ", plain), plain)
    room, storey = (one.search(inside) for one in (_ROOM, _STOREY))
    for long, short in _PROVINCES.items():
        told = told.replace(long, short, 1)
    plain_ = re.sub(r"[\s,.]", "", told)
    return plain_, room[1] if room else "", re.sub(r"\s", "", storey[0]) if storey else ""


def _aside(side: Side) -> pd.DataFrame:
    """Lines whose goods cannot be counted; they are compared by their text alone."""
    nothing = side.rows["quantity"].isna() & side.rows["kg"].isna()
    numbers = side.lines["item_no"].take(pa.array(np.flatnonzero(nothing))).to_pylist()
    return pd.DataFrame({"table": side.name, "key": numbers, "why": UNCOUNTED}, dtype=object)
