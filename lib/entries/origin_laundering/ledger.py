"""Declarations line by line in terms that can be compared: firm, day, HS, text, quantity and weight, won, origin.

Only numbers are kept a row each; words stay in the tables and are looked up when a row is shown.
"""

import csv
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
FAMILY = 12  # firms with one representative or address beyond which it tells nothing (shared offices)
SERVED = 3  # exporters beyond which a maker or an agent works for anybody
PIECE, WEIGHT, LENGTH, AREA, VOLUME = range(5)
UNITS = {  # how much one is in its family's own unit: piece, kg, m, m2, litre
    **dict.fromkeys(("EA", "PC", "PCS", "U", "UN", "NO", "SET", "SE", "ST", "NOS", "개", "대", "장", "매", "SH", "RO", "ROLL", "CT", "BOX", "BX", "CAN", "BT", "BAG", "PK", ""), (PIECE, 1.0)),
    "PR": (PIECE, 2.0), "DZ": (PIECE, 12.0), "DOZ": (PIECE, 12.0), "GRO": (PIECE, 144.0), "TH": (PIECE, 1000.0),
    "KG": (WEIGHT, 1.0), "KGS": (WEIGHT, 1.0), "G": (WEIGHT, 1e-3), "GR": (WEIGHT, 1e-3), "GM": (WEIGHT, 1e-3), "T": (WEIGHT, 1e3), "TON": (WEIGHT, 1e3), "TN": (WEIGHT, 1e3), "MT": (WEIGHT, 1e3), "LB": (WEIGHT, 0.45359237), "OZ": (WEIGHT, 0.028349523),
    "M": (LENGTH, 1.0), "MTR": (LENGTH, 1.0), "CM": (LENGTH, 0.01), "KM": (LENGTH, 1e3), "FT": (LENGTH, 0.3048), "YD": (LENGTH, 0.9144),
    "M2": (AREA, 1.0), "MTK": (AREA, 1.0), "SM": (AREA, 1.0), "L": (VOLUME, 1.0), "LTR": (VOLUME, 1.0), "ML": (VOLUME, 1e-3), "M3": (VOLUME, 1e3),
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
    lines = {name: _known(plain_table(tables.get(name), name), as_of) for name in ("imports", "exports")}
    about = plain_table(tables.get("firms"), "firms").to_pandas()
    kinds = plain_table(shipped_kinds() if tables.get("kinds") is None else tables["kinds"], "kinds").to_pandas()
    firms, coded = _codes([_digits(lines["imports"]["firm"]), *[_digits(lines["exports"][name]) for name in ("firm", "maker", "agent")], pa.chunked_array([about["firm"].astype(str).str.replace("-", "").to_numpy(object)], pa.string())])  # fmt: skip
    about = about.assign(code=coded[4]).drop_duplicates("code", ignore_index=True)
    ties = _ties(about, coded[1:4])
    words, texts = _codes([_text(lines[name]) for name in lines])
    brands, branded = _codes([_brand(lines[name]["brand"]) for name in lines])
    places, placed = _codes([_upper(lines[name][column]) for name in lines for column in ("origin", "country")])
    meanings = ["ordinary", *sorted({*kinds["meaning"]} - {"ordinary"})]
    sides = []
    for i, name in enumerate(lines):
        rows = _numbers(lines[name], kinds[kinds["side"] == name.removesuffix("s")], meanings).assign(
            firm=coded[i], text=texts[i], brand=branded[i], origin=placed[2 * i], country=placed[2 * i + 1]
        )
        if name == "exports":
            rows = rows.assign(maker=coded[2], agent=coded[3])
        sides.append(Side(name, rows, lines[name]))
    aside = pd.concat([_aside(side) for side in sides], ignore_index=True)
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
    factors = _upper(pc.fill_null(lines["unit"], "")).to_pandas().map(lambda unit: UNITS.get(unit, (PIECE, 1.0)))
    family, each = np.array(factors.tolist(), dtype=float).reshape(-1, 2).T
    quantity, kg, won = (lines[name].cast(pa.float64()).to_numpy() for name in ("quantity", "weight_kg", "value_krw"))
    quantity = quantity * each
    kg = np.where((family == WEIGHT) & ~(kg > 0), quantity, kg)
    code = pc.struct_field(pc.extract_regex(_upper(lines["trade_kind"]), r"^(?P<code>[0-9A-Z]+)"), "code").to_pandas()
    meaning = code.map(dict(zip(kinds["code"], kinds["meaning"], strict=True))).fillna("ordinary")
    return pd.DataFrame(
        {
            "day": lines["accepted_on"].cast(pa.int32()).to_numpy().astype(np.int64),
            "hs6": hs.str[:6].astype(np.int64),
            "hs10": hs.where(hs.str.len() == 10, "-1").astype(np.int64),
            "unit": family.astype(np.int8),
            "quantity": np.where(quantity > 0, quantity, np.nan),
            "kg": np.where(kg > 0, kg, np.nan),
            "won": np.where(won > 0, won, np.nan),
            "meaning": meaning.map({name: i for i, name in enumerate(meanings)}).to_numpy(np.int8),
        }
    )


def _ties(about: pd.DataFrame, export: Sequence[Array]) -> pd.DataFrame:
    """Firms tied together, both ways: ``firm``, ``other``, ``why``. One representative, one address, or exporter and maker or
    agent of few."""
    firm, *others = export
    parts = []
    for why, other in zip(("maker", "agent"), others, strict=True):
        ties = pd.DataFrame({"firm": firm, "other": other})[(other >= 0) & (other != firm)].drop_duplicates()
        few = ties.groupby("other")["firm"].transform("size") <= SERVED
        parts.append(ties[few].assign(why=why))
    for why in ("ceo", "address"):
        known = about[about[why].notna()]
        plain = known[why].astype(str).str.replace(r"\s", "", regex=True)
        shared = known.assign(tie=plain)[plain != ""][["code", "tie"]]
        shared = shared[shared.groupby("tie")["code"].transform("size").between(2, FAMILY)]
        pairs = shared.merge(shared, on="tie", suffixes=("", "_other"))
        pairs = pairs[pairs["code"] != pairs["code_other"]]
        parts.append(pd.DataFrame({"firm": pairs["code"], "other": pairs["code_other"], "why": why}))
    ties = pd.concat(parts, ignore_index=True)
    ties = pd.concat([ties, ties.rename(columns={"firm": "other", "other": "firm"})], ignore_index=True)
    return pd.DataFrame(ties.astype({"firm": "int64", "other": "int64"})).drop_duplicates(
        ["firm", "other"], ignore_index=True
    )


def _aside(side: Side) -> pd.DataFrame:
    """Lines whose goods cannot be counted; they are compared by their text alone."""
    nothing = side.rows["quantity"].isna() & side.rows["kg"].isna()
    numbers = side.lines["item_no"].take(pa.array(np.flatnonzero(nothing))).to_pylist()
    return pd.DataFrame({"table": side.name, "key": numbers, "why": "수량과 중량이 모두 없음"}, dtype=object)
