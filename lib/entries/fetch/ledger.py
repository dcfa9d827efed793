"""What was declared and what was paid, one row each, in terms that can be compared: firm, side, partner, currency, cents.

Rows that cannot be compared (unknown firm, no amount, no rate) are told, counted and kept aside.
"""

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from rapidfuzz import fuzz, process
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lib.entries.fetch.tables import TABLES, empty
from lib.screening.said import EPOCH
from lib.settings import DATA
from lib.tables.countries import code_of

Column = "pd.Series[Any]"
Array = np.ndarray[Any, Any]
MONTH = 30.44  # days
RECEIPT, PAYMENT = "R", "P"  # 영수 settles an export, 지급 an import
UNSETTLED = ("free",)  # classes of declarations for which no money is due
OPEN = ("return", "consignment", "processing", "lease")  # classes for which money may come or not
SHORT_WORD = 4  # letters; a word as short must be the same in both spellings
SAME_WORD = 75  # rapidfuzz ratio of two longer words
CLOSER = 94  # of two names whose words are run together or torn apart
CLEAR_NAME = 12  # letters from which on the beginning of a name may have slips
SAME_NAME = 90  # rapidfuzz ratio of two partner names without marks and company forms
NAME_LENGTH = 6  # shorter names must be equal
CUT_NAME = 7  # a name this long may be the beginning of another, as banks cut them
STALE, STALE_GUESS = 31, 92  # days for which a rate serves, and one taken from the declarations
_TEXT = pd.StringDtype("pyarrow")


@dataclass(frozen=True)
class Ledger:
    """Days count from 1970; ``due`` and ``amount`` are whole cents of ``currency``, ``krw`` is won; ``partner`` numbers a
    partner of a firm (-1: unnamed).

    ``declared``: no, number (as compared), table, firm, side, day (accepted), ready (shipped), partner, name, country, currency, due, goods_only,
    krw, class_, incoterms, hs10, model, quantity, unit, weight_kg. ``paid``: no, firm, side, day, partner, name, country,
    account_country, account, bank, currency, amount, krw, class_, report, cited, numbers (cited ones, as compared). ``partners``: partner, firm, name, country,
    related. ``aside``: table, key, why (Korean). ``guessed``: currencies whose rates were taken from the declarations.
    """

    declared: pd.DataFrame
    paid: pd.DataFrame
    firms: pd.DataFrame
    partners: pd.DataFrame
    finance: pd.DataFrame
    aside: pd.DataFrame
    guessed: tuple[str, ...]


def keep(tables: Mapping[str, pa.Table | Path], as_of: date) -> Ledger:
    """The ledger of everything known on ``as_of``."""
    given = {name: _frame(tables.get(name, empty(name)), name) for name in TABLES}
    today = (as_of - EPOCH).days
    firms = given["firms"].assign(firm=_digits(given["firms"]["firm"])).drop_duplicates("firm", ignore_index=True)
    declared = pd.concat([_declared(given[name], name) for name in ("exports", "imports")], ignore_index=True)
    paid, finance = _paid(given["payments"]), _finance(given["finance"])
    declared, paid, finance = (rows[rows["day"] <= today] for rows in (declared, paid, finance))
    rates = _Rates(given["rates"], declared, paid)
    aside: list[pd.DataFrame] = []
    declared = _usable(declared, "due", firms, rates, aside)
    paid = _usable(paid, "amount", firms, rates, aside)
    declared, paid, partners = _partners(declared, paid, given["partners"])
    order = ["firm", "side", "currency", "day", "no"]
    return Ledger(
        declared.sort_values(order, ignore_index=True),
        paid.sort_values(order, ignore_index=True),
        firms,
        partners,
        _usable(finance, "amount", firms, rates, aside).reset_index(drop=True),
        pd.concat(aside, ignore_index=True),
        rates.guessed,
    )


def _frame(table: pa.Table | Path, name: str) -> pd.DataFrame:
    """The table's columns, missing ones empty, money in whole cents, dates as days."""
    table = pq.read_table(table) if isinstance(table, Path) else table
    columns = {}
    for column in TABLES[name].columns:
        if column.name not in table.column_names:
            columns[column.name] = pa.nulls(len(table), pa.int64() if column.kind in ("money", "date") else pa.string())
            continue
        values = table[column.name]
        if column.kind == "money":
            values = pc.multiply(values.cast(pa.decimal128(18, 2)), pa.scalar(100, pa.decimal128(3, 0))).cast(
                pa.int64()
            )
        if column.kind == "date":
            values = values.cast(pa.int32()).cast(pa.int64())
        columns[column.name] = values
    types: Mapping[pa.DataType, Any] = {
        pa.int64(): pd.Int64Dtype(),
        pa.string(): _TEXT,
        pa.float64(): pd.Float64Dtype(),
    }
    return pd.DataFrame(pa.table(columns).to_pandas(types_mapper=types.get))


def _digits(firm: Any) -> Any:
    return firm.str.replace("-", "")


def _declared(rows: pd.DataFrame, table: str) -> pd.DataFrame:
    exports = table == "exports"
    product = (rows["quantity"] * rows["unit_price"] * 100).round()
    due = rows["amount"].fillna(product.where(product < 1e17).astype("Int64"))
    due = due.fillna(rows["value_krw"].where(rows["currency"] == "KRW"))
    unpriced = due.isna() & rows["value_usd"].notna()  # only its dollar value is known
    kind = rows["trade_kind"].fillna("") + " " + rows["terms"].fillna("")
    return pd.DataFrame(
        {
            "no": rows["declaration_no"],
            "number": plain_number(rows["declaration_no"]),
            "table": table,
            "firm": _digits(rows["firm"]),
            "side": RECEIPT if exports else PAYMENT,
            "day": rows["accepted_on"],
            "ready": rows["shipped_on"].fillna(rows["accepted_on"]) if exports else rows["accepted_on"],
            "partner_code": rows["partner_code"],
            "name": rows["partner"],
            "country": places(rows["country"].fillna(rows["partner_country"] if exports else rows["origin"])),
            "currency": rows["currency"].where(~unpriced, "USD"),
            "due": due.fillna(rows["value_usd"]),
            "goods_only": rows["amount"].isna(),  # the price of the goods: freight may come on top
            "value_krw": rows["value_krw"],
            "value_usd": rows["value_usd"],
            "class_": each(kind, lambda text: kind_of("trade", text)),
            "incoterms": rows["incoterms"].str.upper(),
            "hs10": rows["hs10"].str.replace(r"\D", "", regex=True),
            "model": rows["model"],
            "quantity": rows["quantity"],
            "unit": rows["unit"],
            "weight_kg": rows["weight_kg"],
        }
    )


def _paid(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "no": rows["payment_no"],
            "table": "payments",
            "firm": _digits(rows["firm"]),
            "side": rows["side"],
            "day": rows["paid_on"],
            "partner_code": rows["partner_code"],
            "name": rows["partner"],
            "country": places(rows["country"]),
            "account_country": places(rows["account_country"].fillna(rows["country"])),
            "account": rows["account"],
            "bank": rows["bank"],
            "currency": rows["currency"],
            "amount": rows["amount"],
            "value_usd": rows["value_usd"],
            "value_krw": pd.array([pd.NA] * len(rows), "Int64"),
            "class_": each(rows["reason"], lambda text: kind_of("reason", text)),
            "report": each(rows["report"], lambda text: kind_of("report", text)),
            "cited": rows["cited"],
            "numbers": plain_numbers(rows["cited"]),
        }
    )


def _finance(rows: pd.DataFrame) -> pd.DataFrame:
    told = rows.rename(columns={"finance_no": "no", "granted_on": "day"})
    none = pd.array([pd.NA] * len(rows), "Int64")
    return told.assign(
        numbers=plain_numbers(rows["cited"]),
        firm=_digits(rows["firm"]),
        table="finance",
        value_usd=none,
        value_krw=none,
    )


def plain_number(numbers: Any) -> Any:
    """Declaration numbers as they are compared: letters and digits, "" where there is none."""
    return _only(numbers, "")


def plain_numbers(cited: Any) -> Any:
    """The declaration numbers in banks' cells, as they are compared, parted by blanks."""
    return _only(cited, r",;|/，、；\s\pZ")


def _only(texts: Any, parting: str) -> Any:
    """Letters and digits in capitals; runs of ``parting`` as one blank."""
    told = pc.utf8_upper(pa.array(texts.fillna(""), pa.string()))
    told = pc.replace_substring_regex(told, rf"[^\pL\pN{parting}]", "")
    if parting:
        told = pc.utf8_trim_whitespace(pc.replace_substring_regex(told, f"[{parting}]+", " "))
    return pd.Series(told.to_pandas().to_numpy(object), texts.index, dtype=_TEXT)


def each(texts: Any, told: Callable[[str], str]) -> Any:
    """``told`` of every text, worked out once per distinct text."""
    texts = texts.fillna("").astype(_TEXT)
    return texts.map({text: told(text) for text in texts.unique()}).astype(_TEXT)


@cache
def _words() -> dict[str, list[tuple[str, str]]]:
    with (DATA / "fetch" / "kinds.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {what: [(r["match"], r["kind"]) for r in rows if r["what"] == what] for what in {r["what"] for r in rows}}


def kind_of(what: str, text: str) -> str:
    """What a code or word stands for, by ``data/fetch/kinds.csv``: words are looked for anywhere, codes at a word's start.
    '' where nothing is written; ``goods`` (trade, reason) or ``other`` (report) for what is not listed.
    """
    plain = re.sub(r"\s+", " ", text).strip()
    if not plain:
        return "" if what == "report" else "goods"
    parts = [part.upper() for part in plain.split(" ")]
    for match, kind in _words()[what]:
        if match in plain if re.search("[가-힣]", match) else any(part.startswith(match) for part in parts):
            return kind
    return "other" if what == "report" else "goods"


def places(countries: Any) -> Any:
    """Two-letter codes of countries written as codes or in Korean; others as they are."""
    told = each(countries, lambda text: code_of(text) or text.strip().upper())
    return told.mask(told == "")


def _usable(
    rows: pd.DataFrame, money: str, firms: pd.DataFrame, rates: "_Rates", aside: list[pd.DataFrame]
) -> pd.DataFrame:
    """The rows that can be compared, with ``krw``; the others are put aside."""
    rows = rows.assign(krw=rates.won(rows, money))
    why = pd.Series("", rows.index, dtype=_TEXT)
    why = why.mask(rows["krw"].isna(), "「" + rows["currency"] + "」의 그날 환율이 없음")
    why = why.mask(rows[money].isna(), "결제금액이 없고 수량·단가나 총신고가격으로도 알 수 없음")
    why = why.mask(~rows["firm"].isin(firms["firm"]), "업체 자료에 없는 사업자번호")
    bad = (why != "").to_numpy()
    if bad.any():
        told = rows[bad]
        aside.append(pd.DataFrame({"table": told["table"], "key": told["no"], "why": why[bad]}))
    else:
        aside.append(pd.DataFrame({"table": [], "key": [], "why": []}, dtype=_TEXT))
    kept = rows[~bad].astype({money: "int64", "day": "int64", "krw": "float64"})
    return kept.drop(columns=["value_krw", "value_usd"])


class _Rates:
    """Won for a cent of a currency on a day: from the table of rates, else from what the declarations themselves say."""

    def __init__(self, rates: pd.DataFrame, declared: pd.DataFrame, paid: pd.DataFrame) -> None:
        per, krw = (rates[name].to_numpy(dtype=float, na_value=np.nan) for name in ("per", "krw"))
        in_hundreds = (rates["currency"] == "JPY").to_numpy(dtype=bool, na_value=False) & (krw > 50)
        per = np.where(np.isnan(per), np.where(in_hundreds, 100, 1), per)  # yen are quoted by the hundred
        told = pd.DataFrame({"currency": rates["currency"], "day": rates["day"], "won": krw / per / 100})
        known = set(told["currency"])
        guessed = self._implied(declared, paid, told)
        guessed = guessed[~guessed["currency"].isin(known) & (guessed["currency"] != "KRW")]
        self.guessed = tuple(sorted(set(guessed["currency"])))
        table = pd.concat([told, guessed]).dropna().astype({"day": "int64", "won": "float64"})
        self._table = {str(c): part.sort_values("day") for c, part in table.groupby("currency")}

    @staticmethod
    def _implied(declared: pd.DataFrame, paid: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
        """Monthly medians of declared won by declared amount, and of dollars by amount where the dollar is known."""
        parts = []
        for rows, money in ((declared, "due"), (paid, "amount")):
            rows = rows.rename(columns={money: "cents"})
            parts.append(rows[rows["cents"] > 0][["currency", "day", "cents", "value_krw", "value_usd"]])
        rows = pd.concat(parts, ignore_index=True)
        rows["month"] = rows["day"] // 30 * 30 + 15  # the middle of thirty days
        in_won = rows[rows["value_krw"].notna()]
        won = (in_won["value_krw"] / in_won["cents"] / 100).groupby([in_won["currency"], in_won["month"]]).median()
        both = rows[rows["value_krw"].notna() & (rows["value_usd"] > 0)]
        dollar = (both["value_krw"] / both["value_usd"] / 100).groupby(both["month"]).median()
        if (told["currency"] == "USD").any():
            usd = told[told["currency"] == "USD"]
            dollar = usd["won"].groupby(usd["day"] // 30 * 30 + 15).median()
        in_usd = rows[rows["value_usd"].notna()]
        cross = (in_usd["value_usd"] / in_usd["cents"]).groupby([in_usd["currency"], in_usd["month"]]).median()
        cross = cross * cross.index.get_level_values("month").map(dollar.to_dict())
        found = won.combine_first(cross)
        found = pd.concat([found, pd.concat({"USD": dollar}, names=["currency", "month"])])
        return pd.DataFrame(
            found[~found.index.duplicated()].rename("won").rename_axis(["currency", "day"]).reset_index()
        )

    def won(self, rows: pd.DataFrame, money: str) -> Any:
        """Won of each row: the rate of the day, or the nearest one, ``STALE`` days away at most (a guessed one ``STALE_GUESS``)."""
        won = pd.Series(np.nan, rows.index)
        for currency, part in rows.groupby("currency"):
            if currency == "KRW":
                won[part.index] = part[money].astype("float64") / 100
                continue
            table = self._table.get(str(currency))
            if table is None:
                continue
            stale = STALE_GUESS if currency in self.guessed else STALE
            days, day = table["day"].to_numpy(), part["day"].to_numpy(dtype=np.int64)
            at = np.clip(np.searchsorted(days, day, "right") - 1, 0, len(days) - 1)
            later = np.minimum(at + 1, len(days) - 1)
            at = np.where(np.abs(days[at] - day) <= stale, at, later)
            near = np.abs(days[at] - day) <= stale
            rate = np.where(near, table["won"].to_numpy()[at], np.nan)
            won[part.index] = part[money].astype("float64").to_numpy(dtype=float, na_value=np.nan) * rate
        return won


# Partners: one number for what is one partner of a firm under its code and its several spellings


BANK_CUTS = 30  # a name this long may end in the middle of a word
_CUT_FORM = r"L|LI|LIM|LIMI|LIMIT|LIMITE|C|COM|COMP|COMPA|COMPAN|CORPO|CORPOR\w*|LT|IN|P|PT|PR|PRI|PRIV\w*"
_FORMS = re.compile(
    r"(CO|COMPANY|LTD|LIMITED|LLC|INC|CORP|CORPORATION|GMBH|SA|SRL|BV|PTE|PTY|PLC|JSC|KG|AG|SDN|BHD|FZE|FZCO|KK|THE|AND|및)"
)


def words_of(name: str) -> str:
    """A partner's name in capitals, without company forms and marks."""
    upper = re.sub(r"[^\w\s]", " ", name.upper().replace(".", "")).replace("_", " ")
    words = upper.split()
    if len(name) >= BANK_CUTS and words and re.fullmatch(_CUT_FORM, words[-1]):
        words = words[:-1]
    kept = " ".join(word for word in words if not _FORMS.fullmatch(word))
    return kept or " ".join(words)


def plain_name(name: str) -> str:
    """``words_of`` as names are compared: banks run words together and tear them apart."""
    return words_of(name).replace(" ", "")


def _partners(
    declared: pd.DataFrame, paid: pd.DataFrame, listed: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """``declared`` and ``paid`` with ``partner``, and the partners themselves."""
    both = pd.concat(
        [declared[["firm", "partner_code", "name", "country"]], paid[["firm", "partner_code", "name", "country"]]]
    )
    both = both.reset_index(drop=True)
    plain = each(both["name"], plain_name)
    codes = both["partner_code"].fillna("").str.strip().str.upper()
    listed_names = dict(zip(listed["partner_code"].str.upper(), listed["name"], strict=True))
    official = codes.map(listed_names).astype(_TEXT)
    called = plain.mask(plain == "", each(official, plain_name))
    firm, _ = pd.factorize(both["firm"])
    name, _ = pd.factorize(called.mask(called == ""))
    code, _ = pd.factorize(codes.mask(codes == ""))
    by_name, by_code = _numbers(firm, name), _numbers(firm, code)
    top = int(by_name.max(initial=-1)) + 1
    links = [
        np.column_stack([by_name, np.where(by_code >= 0, by_code + top, -1)]),
        _alike(firm, by_name, each(both["name"].fillna(official), words_of), len(declared)),
    ]
    links.append(_related(both["firm"], codes, by_code, listed, top))
    ends = np.concatenate([link[(link >= 0).all(axis=1)] for link in links])
    size = top + int(by_code.max(initial=-1)) + 1
    graph = coo_array((np.ones(len(ends), dtype=np.int8), (ends[:, 0], ends[:, 1])), shape=(size, size))
    group = connected_components(graph, directed=False)[1] if size else np.empty(0, dtype=int)
    node = np.where(by_name >= 0, by_name, np.where(by_code >= 0, by_code + top, -1))
    both["partner"] = np.where(node >= 0, group[node] if size else -1, -1)
    n = len(declared)
    declared = declared.assign(partner=both["partner"].to_numpy()[:n])
    paid = paid.assign(partner=both["partner"].to_numpy()[n:])
    known = both[both["partner"] >= 0].dropna(subset=["name"]).drop_duplicates("partner")
    related = set(_digits(listed["related_firm"].dropna()) + " " + listed["partner_code"].str.upper())
    own = both.assign(related=(both["firm"] + " " + codes).isin(related)).groupby("partner")["related"].any()
    partners = known[["partner", "firm", "name", "country"]].assign(related=known["partner"].map(own).astype(bool))
    return declared.drop(columns="partner_code"), paid.drop(columns="partner_code"), partners.reset_index(drop=True)


def _numbers(firm: Array, value: Array) -> Array:
    """One number for each (firm, value), -1 where there is no value."""
    numbers, _ = pd.factorize(firm.astype(np.int64) * (int(value.max(initial=0)) + 2) + value)
    return np.asarray(np.where(value < 0, -1, numbers))


def _alike(firm: Array, number: Array, words: Any, declared: int) -> Array:
    """Pairs of a firm's partner names that are spellings of one: a payment's name against the declared ones and the others."""
    rows = pd.DataFrame(
        {"firm": firm, "number": number, "words": words.to_numpy(), "declared": np.arange(len(firm)) < declared}
    )
    rows = rows[rows["number"] >= 0]
    known = rows.groupby("number").agg(firm=("firm", "first"), words=("words", "first"), declared=("declared", "any"))
    told = known[known["declared"]].groupby("firm")
    spelled = {one: (part.index.to_numpy(), part["words"].to_list()) for one, part in told}
    links = []
    for one, part in known[~known["declared"]].groupby("firm"):
        wanted = part["words"].to_list()
        numbers, against = spelled.get(one, (np.empty(0, dtype=np.int64), []))
        numbers, against = np.concatenate([numbers, part.index.to_numpy()]), [*against, *wanted]  # and among themselves
        joined = [name.replace(" ", "") for name in against]
        scores = process.cdist(joined[-len(wanted) :], joined, scorer=fuzz.ratio, score_cutoff=SAME_NAME)
        for i, j in zip(*np.nonzero(scores), strict=True):
            if _same_words(wanted[i], against[j], float(scores[i, j])):
                links.append((part.index[i], numbers[j]))
        for i, name in enumerate(wanted):
            begun = [j for j in range(len(against) - len(wanted)) if _begins(name, against[j])]
            links += [(part.index[i], numbers[j]) for j in begun if len(begun) == 1]
    return np.array(links, dtype=np.int64).reshape(-1, 2)


def _same_words(one: str, other: str, score: float) -> bool:
    """Whether names so alike differ by slips only: digits and short words are the same, long words begin alike. Where words
    are run together or torn apart, the whole must be closer still.
    """
    a, b = one.split(), other.split()
    if min(len("".join(a)), len("".join(b))) < NAME_LENGTH or re.findall(r"\d", one) != re.findall(r"\d", other):
        return False
    if len(a) != len(b):
        return score >= CLOSER
    return all(
        x == y or (max(len(x), len(y)) > SHORT_WORD and x[0] == y[0] and fuzz.ratio(x, y) >= SAME_WORD)
        for x, y in zip(a, b, strict=True)
    )


def _begins(one: str, other: str) -> bool:
    """Whether the shorter name is, letter slips aside, how the longer one begins."""
    short, long = sorted((one.replace(" ", ""), other.replace(" ", "")), key=len)
    begin = long[: len(short)]
    slips = len(short) > CLEAR_NAME and fuzz.ratio(short, begin) >= SAME_NAME
    return len(short) >= CUT_NAME and len(short) < len(long) and (short == begin or slips)


def _related(firm: Any, codes: Any, by_code: Array, listed: pd.DataFrame, top: int) -> Array:
    """A firm's own branches, head office and their treasury settle for each other: one partner."""
    own = listed[listed["related_firm"].notna()]
    wanted = pd.Series(_digits(own["related_firm"]) + " " + own["partner_code"].str.upper())
    mine = pd.DataFrame({"firm": firm, "key": firm + " " + codes, "node": by_code + top}).drop_duplicates("key")
    mine = mine[mine["key"].isin(wanted)]
    first = mine.groupby("firm")["node"].transform("first")
    return np.asarray(np.column_stack([first, mine["node"]]), dtype=np.int64).reshape(-1, 2)
