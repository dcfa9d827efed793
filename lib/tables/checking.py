"""A raw table held against its contract: typed rows that can be used, and every violation told in Korean at once.

Cells are converted once per distinct value of a chunk; only cells that fail are looked at one by one.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process

from lib.tables import export
from lib.tables.contract import TYPES, Column, Kind, Table, schema
from lib.tables.reading import OVERFLOW, TableError, place

CHUNK = 200_000
MOST_TOLD = 10_000
_EXPECTED: dict[Kind, str] = {
    "text": "글자",
    "integer": "정수 (예: 1,234)",
    "number": "수 (예: 1,234.5)",
    "money": "금액 (소수 둘째 자리까지, 예: 1,234.56)",
    "date": "날짜 (예: 2026-06-30)",
    "datetime": "날짜와 시각 (예: 2026-06-30 14:05)",
    "flag": "예 또는 아니오 (Y, N)",
}
_NOT_EMPTY = "빈칸이 아닌 값"


@dataclass(frozen=True)
class Violation:
    """One cell that breaks the contract: sheet row, column title, what was found, what is expected (Korean)."""

    row_no: int
    column: str
    found: str
    expected: str


@dataclass(frozen=True)
class Checked:
    """``rows``: usable, typed, under our names, with ``row_no`` (sheet row). ``rejected``: raw cells, ``row_no``, ``why``.

    ``violations`` holds the first ``MOST_TOLD`` of ``violation_count``; ``why`` tells all. ``unused``: headers that no
    column of the contract claims; ``absent``: titles of optional columns that the file lacks.
    """

    table: Table
    rows: pa.Table
    rejected: pa.Table
    violations: tuple[Violation, ...]
    total: int
    violation_count: int
    unused: tuple[str, ...]
    absent: tuple[str, ...]


def check(raw: pa.Table, table: Table) -> Checked:
    """Type and test every cell. Raises ``TableError`` when required columns are missing or claimed twice."""
    headers = match_headers(raw.column_names, table)
    contract = _contract(table)
    first = place(raw)
    cells = raw.select([*headers.values()]).rename_columns([*headers])
    if table.key not in headers:  # a file without a number of its own: its sheet rows name themselves
        cells = cells.append_column(table.key, _row_names(cells, first))
    beyond = raw[OVERFLOW] if OVERFLOW in raw.column_names else pa.chunked_array([pa.nulls(len(raw), pa.string())])
    typed, troubles, blanks = [], [], []
    for start in range(0, max(len(raw), 1), CHUNK):
        rows, trouble, blank = _check_chunk(cells.slice(start, CHUNK), beyond.slice(start, CHUNK), table, contract)
        blank &= _all_blank(raw.slice(start, CHUNK), blank)
        trouble = trouble[~trouble["at"].isin(blank.index[blank])]
        typed.append(rows)
        troubles.append(trouble.assign(at=trouble["at"] + start))
        blanks.append(blank)
    whole = pa.concat_tables(typed)
    blank = pd.concat(blanks, ignore_index=True)
    trouble = pd.concat([*troubles, _twice(whole[table.key], table.column(table.key), first)], ignore_index=True)
    trouble = trouble.sort_values(["at", "order"], kind="stable", ignore_index=True)
    row_no = pa.array(range(first, first + len(whole)), pa.int64())
    bad = pd.Series(False, index=blank.index)
    spare = [n for n, column in enumerate(table.columns) if column.spare]
    bad[trouble.loc[~trouble["order"].isin(spare), "at"].unique()] = True
    told = trouble.head(MOST_TOLD)
    return Checked(
        table,
        whole.append_column("row_no", row_no).filter(pa.array(~(bad | blank))),
        _rejected(raw, row_no, bad, trouble),
        tuple(
            Violation(first + int(at), title, found, expected)
            for at, title, found, expected in zip(
                told["at"], told["title"], told["found"], told["expected"], strict=True
            )
        ),
        int((~blank).sum()),
        len(trouble),
        tuple(name for name in raw.column_names if name not in headers.values() and name != OVERFLOW),
        tuple(column.title for column in table.columns if column.name not in headers),
    )


# headers


def match_headers(headers: Iterable[str], table: Table, *, complete: bool = True) -> dict[str, str]:
    """Our name -> the file's header. Titles outrank names, names aliases; brackets are looked past last of all.

    ``complete``: raise ``TableError`` when a required column is missing.
    """
    headers = list(headers)
    found: dict[str, str] = {}
    free = {header: _plain(header) for header in headers}
    for calls in (_by_title, _by_name, _by_alias, _by_stem):
        claims: dict[str, list[str]] = {}
        owners: dict[str, list[str]] = {}
        for column in table.columns:
            for key in calls(column) if column.name not in found else ():
                owners.setdefault(key, []).append(column.name)
        for header, plain in free.items():
            named = owners.get(_stem(plain) if calls is _by_stem else plain, [])
            if len(named) == 1:
                claims.setdefault(named[0], []).append(header)
        for name, claimants in claims.items():
            if len(claimants) > 1:
                listed = ", ".join(f"「{header[:40]}」" for header in claimants[:5])
                raise TableError(
                    f"「{table.column(name).title}」에 해당하는 열이 여럿입니다: {listed}. 하나만 남겨 주십시오."
                )
            found[name] = claimants[0]
            del free[claimants[0]]
    for header in free:
        base = re.sub(r" \(\d+\)$", "", header)
        if base != header and base in found.values():
            raise TableError(f"「{base}」 열이 두 개 이상 있습니다. 하나만 남기거나 이름을 바꿔 주십시오.")
    for column in table.columns:
        if column.name not in found and column.stand_in in found:
            found[column.name] = found[column.stand_in]
    needed = [column for column in table.columns if column.required and column.name != table.key]
    missing = [column for column in needed if column.name not in found]
    if missing and complete:
        told = "; ".join(f"「{column.title}」{_nearest(column, list(free))}" for column in missing)
        raise TableError(
            f"「{table.title}」에 필요한 열이 없습니다: {told}. 첫 줄의 열 이름을 고치거나 서식을 내려받아 채워 주십시오."
        )
    return {column.name: found[column.name] for column in table.columns if column.name in found}


def _nearest(column: Column, free: list[str]) -> str:
    names = [_plain(name) for name in (column.title, column.name, *column.aliases)]
    plain = {header: _plain(header) for header in free}
    best = max(
        (hit for name in names if (hit := process.extractOne(name, plain, scorer=fuzz.ratio, score_cutoff=50))),
        key=lambda hit: hit[1],
        default=None,
    )
    return f" (비슷한 열: 「{best[2]}」)" if best else ""


def _plain(header: str) -> str:
    """What is left of a header once width, case, spaces and marks are looked past."""
    kept = unicodedata.normalize("NFKC", header).casefold()
    return re.sub(r"[\s_*·․:\u200b\ufeff-]", "", kept)


def _stem(plain: str) -> str:
    return re.sub(r"\([^)]*\)|\[[^\]]*\]|<[^>]*>", "", plain) or plain


def _by_title(column: Column) -> set[str]:
    return {_plain(column.title)}


def _by_name(column: Column) -> set[str]:
    return {_plain(column.name)}


def _by_alias(column: Column) -> set[str]:
    return {_plain(alias) for alias in column.aliases}


def _by_stem(column: Column) -> set[str]:
    return {_stem(_plain(name)) for name in (column.title, column.name, *column.aliases)}


# chunks


def _check_chunk(
    cells: pa.Table, beyond: pa.ChunkedArray, table: Table, contract: pandera.DataFrameSchema
) -> tuple[pa.Table, pd.DataFrame, pd.Series]:
    """Typed rows, a frame of troubles, and which rows show nothing in any column of the contract."""
    columns: dict[str, pa.Array] = {}
    found: dict[str, pa.Array] = {}
    parts: list[pd.DataFrame] = []
    order = {column.name: n for n, column in enumerate(table.columns)}
    blank = pd.Series(True, index=range(len(cells)))
    for column in table.columns:
        if column.name not in cells.column_names:
            columns[column.name] = pa.nulls(len(cells), TYPES[column.kind])
            continue
        shown = cells[column.name].combine_chunks()
        values, filled = convert(shown, column)
        columns[column.name], found[column.name] = values, shown
        blank &= ~filled
        failed = _positions(filled & _mask(pc.is_null(values)))
        parts.append(_trouble(failed, column, order[column.name], shown, _kind_expected(column)))
    rows = pa.table(columns, schema(table))
    failed_at = pd.MultiIndex.from_frame(pd.concat(parts)[["at", "order"]])
    for (name, what), at in _broken(rows.select([*found]), contract).items():
        column = table.column(name)
        new = [n for n in at if (n, order[name]) not in failed_at] if len(failed_at) else at
        parts.append(_trouble(new, column, order[name], found[name], what))
        if column.spare:
            broken = pd.Series(False, index=range(len(rows)))
            broken[new] = True
            kept = pc.if_else(pa.array(broken), pa.scalar(None, TYPES[column.kind]), rows[name])
            rows = rows.set_column(rows.column_names.index(name), rows.schema.field(name), kept)
    over = _positions(_mask(pc.is_valid(beyond)))
    parts.append(
        pd.DataFrame(
            {
                "at": over,
                "order": -1,
                "title": "칸 수",
                "found": [
                    f"머리글보다 많은 칸: {cell}"[:100] for cell in beyond.take(pa.array(over, pa.int64())).to_pylist()
                ],
                "expected": "머리글과 같은 칸 수 (쉼표가 든 값은 따옴표로 묶습니다)",
            }
        )
    )
    return rows, pd.concat(parts, ignore_index=True), blank & ~_mask(pc.is_valid(beyond))


def _trouble(
    at: list[int], column: Column, order: int, shown: pa.Array | pa.ChunkedArray, expected: str
) -> pd.DataFrame:
    cells = shown.take(pa.array(at, pa.int64())).to_pylist()
    return pd.DataFrame(
        {
            "at": pd.Series(at, dtype="int64"),
            "order": order,
            "title": column.title,
            "found": ["(빈칸)" if _is_blank(cell) else str(cell)[:100] for cell in cells],
            "expected": expected,
        }
    )


def _is_blank(cell: object) -> bool:
    return cell is None or not str(cell).strip()


def _all_blank(raw: pa.Table, likely: pd.Series) -> pd.Series:
    """Which of the ``likely`` rows are blank in every column of the file, those outside the contract too."""
    at = _positions(likely)
    rows = raw.take(pa.array(at, pa.int64()))
    blank = pd.Series(True, index=likely.index)
    for column in rows.columns:
        text = pc.utf8_trim_whitespace(column.cast(pa.string()))
        empty = pc.fill_null(pc.equal(text, ""), True).to_pandas().to_numpy(dtype=bool)
        blank.iloc[at] &= empty
    return blank


def _row_names(cells: pa.Table, first: int) -> pa.ChunkedArray:
    """「12행」 for each row that holds anything."""
    names = pa.chunked_array([pa.array([f"{n}행" for n in range(first, first + len(cells))], pa.string())])
    filled = pa.chunked_array([pa.array([False] * len(cells), pa.bool_())])
    for column in cells.columns:
        text = pc.utf8_trim_whitespace(column.cast(pa.string()))
        filled = pc.or_(filled, pc.fill_null(pc.not_equal(text, ""), False))
    return pc.if_else(filled, names, pa.scalar(None, pa.string()))


def _twice(keys: pa.ChunkedArray, column: Column, first: int) -> pd.DataFrame:
    """Rows whose key an earlier row has."""
    values = keys.to_pandas()
    again = values.duplicated() & values.notna()
    at = _positions(again)
    wanted = values[again]
    earliest = values[values.isin(wanted.unique())].drop_duplicates() if at else wanted
    where = dict(zip(earliest, earliest.index, strict=True))
    trouble = _trouble(at, column, -2, keys, "")
    trouble["expected"] = [f"다른 행과 겹치지 않는 값 ({first + where[key]}행과 같음)" for key in wanted]
    return trouble


def _rejected(raw: pa.Table, row_no: pa.Array, bad: pd.Series, trouble: pd.DataFrame) -> pa.Table:
    trouble = trouble[trouble["at"].isin(bad.index[bad])]
    told = zip(trouble["title"], trouble["found"], trouble["expected"], strict=True)
    said = pd.Series(
        [f"「{title}」 {found} → {expected}" for title, found, expected in told], trouble.index, dtype="str"
    )
    why = said.groupby(trouble["at"]).agg("; ".join)
    names = [name for name in raw.column_names if name not in ("row_no", "why")]
    chosen = pa.array(bad)
    kept = raw.select(names).filter(chosen).append_column("row_no", row_no.filter(chosen))
    return kept.append_column("why", pa.array(why.tolist(), pa.string())).replace_schema_metadata(None)


# what pandera tests


def _contract(table: Table) -> pandera.DataFrameSchema:
    """The contract's tests on typed values; each is named by what it expects, in Korean."""
    return pandera.DataFrameSchema(
        {
            column.name: pandera.Column(nullable=column.nullable, checks=[*_tests(column)], required=False)
            for column in table.columns
        }
    )


def _tests(column: Column) -> Iterable[pandera.Check]:
    if column.pattern:
        expected = column.expected or f"정해진 형식{f' (예: {column.example})' if column.example else ''}"
        yield pandera.Check(_matches(column.pattern), error=expected)
    low, high = column.at_least, column.at_most
    if low is not None and high is not None:
        yield pandera.Check.in_range(low, high, error=f"{low:,g} 이상 {high:,g} 이하")
    elif low is not None:
        yield pandera.Check.greater_than_or_equal_to(low, error=f"{low:,g} 이상")
    elif high is not None:
        yield pandera.Check.less_than_or_equal_to(high, error=f"{high:,g} 이하")


def _matches(pattern: str) -> Callable[[pd.Series], pd.Series]:
    return lambda values: values.str.fullmatch(pattern)


_TESTED = {pa.int64(): pd.Int64Dtype(), TYPES["money"]: pd.ArrowDtype(TYPES["money"])}


def _broken(rows: pa.Table, contract: pandera.DataFrameSchema) -> dict[tuple[str, str], list[int]]:
    """(column, what is expected) -> places of the cells that break it."""
    frame = rows.to_pandas(types_mapper=_TESTED.get)
    try:
        contract.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        what = cases["check"].where(cases["check"] != "not_nullable", _NOT_EMPTY)
        grouped = cases["index"].astype("int64").groupby([cases["column"], what], sort=False)
        return {cast(tuple[str, str], key): sorted(at) for key, at in grouped}
    return {}


# cells


def convert(cells: pa.Array, column: Column) -> tuple[pa.Array, pd.Series]:
    """Cells as the column's type (null where that fails), and which of them are filled at all."""
    cells = _plain_type(cells, column.kind)
    if cells.type == TYPES[column.kind] and column.kind != "text":
        return cells, _mask(pc.is_valid(cells))
    encoded = cells.cast(pa.string()).dictionary_encode()
    texts = clean(encoded.dictionary)
    if column.code:
        texts = pc.utf8_upper(pc.replace_substring_regex(texts, r"\s+", ""))
    if column.width:
        short = pc.match_substring_regex(texts, rf"^\d{{{column.width - 1}}}$")
        texts = pc.if_else(pc.fill_null(short, False), pc.utf8_lpad(texts, column.width, "0"), texts)
    present = pc.is_valid(texts)
    if column.choices:
        texts = _chosen(texts, column.choices)
    values = _CONVERTERS[column.kind](texts)
    filled = present.take(encoded.indices)
    return values.take(encoded.indices), _mask(pc.fill_null(filled, False))


def _plain_type(cells: pa.Array, kind: Kind) -> pa.Array:
    """Typed cells (Parquet) as ours where nothing is lost; otherwise as they are."""
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if pa.types.is_timestamp(cells.type):
        if cells.type.tz:
            cells = pc.local_timestamp(cells.cast(pa.timestamp(cells.type.unit, "Asia/Seoul")))
        cells = cells.cast(pa.timestamp("us"), safe=False)
        return cells.cast(pa.date32(), safe=False) if kind == "date" else cells
    if pa.types.is_date(cells.type):
        return cells.cast(pa.timestamp("us") if kind == "datetime" else pa.date32())
    if pa.types.is_floating(cells.type):
        cells = pc.if_else(pc.is_finite(cells), cells, None)
    numeric = pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type) or pa.types.is_decimal(cells.type)
    if numeric and kind == "number":
        return cells.cast(pa.float64(), safe=False)
    if numeric and kind == "money":
        return _typed_money(cells)
    if pa.types.is_integer(cells.type) and kind == "integer":
        return cells.cast(pa.int64())
    if pa.types.is_floating(cells.type):
        whole = pc.and_(pc.equal(cells, pc.trunc(cells)), pc.less(pc.abs(cells), 1e15))
        as_whole = pc.if_else(whole, cells, None).cast(pa.int64()).cast(pa.string())
        return pc.coalesce(as_whole, cells.cast(pa.string()))
    return cells


def _typed_money(cells: pa.Array) -> pa.Array:
    """Numbers as text, floats without what binary fractions add to a cent."""
    if not pa.types.is_floating(cells.type):
        return cells.cast(pa.string())
    values = cells.cast(pa.float64())
    meant = pc.less(pc.abs(pc.subtract(values, pc.round(values, 2))), 1e-6)
    meant = pc.and_(meant, pc.less(pc.abs(values), 1e13))
    return pc.coalesce(_cents(pc.if_else(meant, values, None)).cast(pa.string()), cells.cast(pa.string()))


def clean(texts: pa.Array) -> pa.Array:
    """NFC, without the blanks around and the apostrophe of our exports; null where nothing is left."""
    texts = pc.utf8_trim(pc.utf8_normalize(texts, form="NFC"), " \t\r\n\x0b\x0c\xa0\u3000\u200b\ufeff")
    marked = pc.starts_with(texts, "'")
    if pc.any(marked).as_py():
        texts = pc.if_else(marked, pc.replace_substring_regex(texts, r"^'([=+\-@−＝＋－＠])", r"\1"), texts)
    return pc.if_else(pc.equal(texts, ""), None, texts)


def _chosen(texts: pa.Array, choices: Mapping[str, str]) -> pa.Array:
    """The code for a code or its meaning, and for a code that lost its leading zeros; null for anything else."""
    known = {_plain(code).lstrip("0"): code for code in choices}
    known |= {_plain(meaning): code for code, meaning in choices.items()}
    known |= {_plain(code): code for code in choices}
    return pa.array([None if text is None else known.get(_plain(text)) for text in texts.to_pylist()], pa.string())


_NUMBER = (
    r"^(?P<open>\(\s*)?(?P<sign>[-+△▲]?)\s*(?:₩|\\|\$|KRW|USD|US\$)?\s*(?P<minus>-?)"
    r"(?P<whole>\d+|\d{1,3}(?:,\d{3})+)(?P<part>\.\d*)?(?P<power>E[-+]?\d{1,3})?"
    r"\s*(?:원|달러|불|KRW|USD|개|건|회|명|\$)?(?P<close>\s*\))?$"
)


def _digits(texts: pa.Array) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Signed whole digits, fraction and power of ten of Korean number forms; null where the form is another."""
    texts = pc.replace_substring(pc.utf8_upper(pc.utf8_normalize(texts, form="NFKC")), "\u2212", "-")
    parts = pc.extract_regex(texts, _NUMBER)
    one = {field.name: pc.struct_field(parts, field.name) for field in parts.type}
    opened, closed, minus = (pc.not_equal(one[name], "") for name in ("open", "close", "minus"))
    signed = pc.is_in(one["sign"], pa.array(["-", "△", "▲"]))
    signs = pc.add(pc.add(opened.cast(pa.int8()), minus.cast(pa.int8())), signed.cast(pa.int8()))
    fits = pc.and_(pc.equal(opened, closed), pc.less_equal(signs, 1))
    sign = pc.if_else(pc.equal(signs, 1), "-", "")
    whole = pc.binary_join_element_wise(sign, pc.replace_substring(one["whole"], ",", ""), "")
    return pc.if_else(fits, whole, None), one["part"], one["power"]


def _integers(texts: pa.Array) -> pa.Array:
    whole, part, power = _digits(texts)
    exact = pc.and_(pc.equal(power, ""), pc.equal(pc.utf8_trim(part, ".0"), ""))
    short = pc.less_equal(pc.binary_length(pc.utf8_ltrim(pc.utf8_ltrim(whole, "-"), "0")), 18)
    return pc.if_else(pc.and_(exact, short), whole, None).cast(pa.int64())


def _numbers(texts: pa.Array) -> pa.Array:
    whole, part, power = _digits(texts)
    fraction = pc.if_else(pc.equal(part, "."), "", part)
    values = pc.binary_join_element_wise(whole, fraction, power, "").cast(pa.float64())
    return pc.if_else(pc.is_finite(values), values, None)


def _money(texts: pa.Array) -> pa.Array:
    """Exact to the cent; null where there is more behind the point, or more than 16 digits before it."""
    whole, part, power = _digits(texts)
    part = pc.utf8_rtrim(pc.if_else(pc.equal(part, ""), ".", part), "0")
    digits = pc.utf8_length(pc.utf8_ltrim(pc.utf8_ltrim(whole, "-"), "0"))
    fits = pc.and_(pc.and_(pc.less_equal(pc.utf8_length(part), 3), pc.equal(power, "")), pc.less_equal(digits, 16))
    exact = pc.binary_join_element_wise(whole, pc.utf8_rpad(part, 3, "0"), "")
    exact = pc.if_else(fits, exact, None).cast(TYPES["money"])
    powered = pc.and_(pc.not_equal(power, ""), pc.is_valid(whole))  # 1E+05, as a spreadsheet shortens it
    return pc.if_else(pc.fill_null(powered, False), _cents(_numbers(texts)), exact)


def _cents(values: pa.Array) -> pa.Array:
    return pc.round(values, 2).cast(pa.decimal128(18, 2), safe=False)


_MOMENT = (
    r"^(?P<year>\d{4})\s*[-./년]\s*(?P<month>\d{1,2})\s*[-./월]\s*(?P<day>\d{1,2})\s*[일.]?\s*(?:\([가-힣A-Z]+\))?"
    r"(?:[T\s]\s*(?P<half>오전|오후|AM|PM)?\s*(?P<hour>\d{1,2})\s*[:시]\s*"
    r"(?:(?P<minute>\d{1,2})\s*(?:[:분]\s*(?P<second>\d{1,2})(?:\.(?P<micro>\d{1,9}))?\s*초?|분)?\s*)?"
    r"(?P<after>AM|PM)?)?\s*(?P<zone>Z|[-+]\d{2}:?\d{2})?$"
)
_COMPACT = (
    r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})[T\s]?(?:(?P<hour>\d{2}):?(?P<minute>\d{2}):?(?P<second>\d{2})?)?$"
)
_SERIAL = r"^(?P<days>[2-7]\d{4}(?:\.\d+)?)$"  # 1954 to 2119 as Excel counts days


def _moments(texts: pa.Array) -> pa.Array:
    texts = pc.utf8_upper(pc.utf8_normalize(texts, form="NFKC"))
    found = _assembled(pc.extract_regex(texts, _MOMENT))
    for read in (_compact, _serial):
        if found.null_count > texts.null_count:
            found = pc.coalesce(found, read(texts))
    return found


def _compact(texts: pa.Array) -> pa.Array:
    return _assembled(pc.extract_regex(texts, _COMPACT))


def _serial(texts: pa.Array) -> pa.Array:
    days = pc.struct_field(pc.extract_regex(texts, _SERIAL), "days").cast(pa.float64())
    seconds = pc.round(pc.multiply(pc.subtract(days, 25_569), 86_400)).cast(pa.int64())  # 25,569: 1970-01-01
    return seconds.cast(pa.timestamp("s")).cast(pa.timestamp("us"))


def _assembled(parts: pa.StructArray) -> pa.Array:
    """Moments from their parts; null where a part is missing or no calendar or clock has it."""
    have = {field.name for field in parts.type}

    def number(name: str) -> Any:
        text = pc.struct_field(parts, name)
        return pc.fill_null(pc.if_else(pc.equal(text, ""), "0", text).cast(pa.int64()), 0).to_numpy()

    year, month, day, hour, minute, second = map(number, ("year", "month", "day", "hour", "minute", "second"))
    begins = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    date = begins.astype("datetime64[D]") + (day - 1)
    real = (year >= 1900) & (year <= 2100) & (month >= 1) & (month <= 12) & (date.astype("datetime64[M]") == begins)
    shift = 0
    if "zone" in have:
        half = pc.if_else(
            pc.equal(pc.struct_field(parts, "half"), ""),
            pc.struct_field(parts, "after"),
            pc.struct_field(parts, "half"),
        )
        noon = pc.fill_null(pc.is_in(half, pa.array(["오후", "PM"])), False).to_numpy(zero_copy_only=False)
        twelve = pc.fill_null(pc.not_equal(half, ""), False).to_numpy(zero_copy_only=False)
        real &= ~twelve | ((hour >= 1) & (hour <= 12))
        hour = np.where(twelve, hour % 12 + 12 * noon, hour)
        micro = pc.utf8_slice_codeunits(pc.utf8_rpad(pc.struct_field(parts, "micro"), 6, "0"), 0, 6)
        shift = pc.fill_null(micro.cast(pa.int64()), 0).to_numpy() - 60_000_000 * _zone(pc.struct_field(parts, "zone"))
    real &= (hour < 24) & (minute < 60) & (second < 60)
    moment = date.astype("datetime64[us]") + ((hour * 60 + minute) * 60 + second) * 1_000_000 + shift
    return pa.array(moment, pa.timestamp("us"), mask=~(real & parts.is_valid().to_numpy(zero_copy_only=False)))


def _zone(zone: pa.Array) -> Any:
    """Minutes by which the zone is ahead of ours; none told is ours."""
    zone = pc.replace_substring(pc.fill_null(zone, ""), ":", "")
    zone = pc.case_when(pc.make_struct(pc.equal(zone, ""), pc.equal(zone, "Z")), "+0900", "+0000", zone)
    hours, minutes = (pc.utf8_slice_codeunits(zone, at, at + 2).cast(pa.int64()).to_numpy() for at in (1, 3))
    away = hours * 60 + minutes
    return np.where(pc.starts_with(zone, "-").to_numpy(zero_copy_only=False), -away, away) - 540


def _dates(texts: pa.Array) -> pa.Array:
    return _moments(texts).cast(pa.date32(), safe=False)


_YES = "Y YES TRUE T 1 O ○ 〇 ◯ ✓ V 예 네 참 유 있음 해당 동의 동의함 수신동의".split()
_NO = "N NO FALSE F 0 X × ✗ 아니오 아니요 거짓 무 없음 미해당 해당없음 미동의 동의안함 비동의 거부 수신거부".split()


def _flags(texts: pa.Array) -> pa.Array:
    texts = pc.replace_substring_regex(pc.utf8_upper(pc.utf8_normalize(texts, form="NFKC")), r"\s+", "")
    yes = pc.is_in(texts, pa.array(_YES))
    return pc.if_else(pc.or_(yes, pc.is_in(texts, pa.array(_NO))), yes, None)


_CONVERTERS: dict[Kind, Callable[[pa.Array], pa.Array]] = {
    "text": lambda texts: texts,
    "integer": _integers,
    "number": _numbers,
    "money": _money,
    "date": _dates,
    "datetime": _moments,
    "flag": _flags,
}


def _kind_expected(column: Column) -> str:
    if column.choices:
        listed = [code if code == meaning else f"{code}({meaning})" for code, meaning in column.choices.items()]
        return "다음 중 하나: " + ", ".join(listed)
    return _EXPECTED[column.kind]


def _mask(flags: Any) -> pd.Series:
    return pd.Series(
        flags.to_numpy(zero_copy_only=False) if isinstance(flags, pa.Array) else flags.to_numpy(), dtype=bool
    )


def _positions(mask: pd.Series) -> list[int]:
    return mask.to_numpy().nonzero()[0].tolist()


# downloads


def violation_rows(checked: Checked, *, masked: bool = False) -> list[dict[str, Any]]:
    """The violations as rows to show or export; ``masked`` hides what was found in personal columns."""
    hidden = {column.title for column in checked.table.columns if column.personal} if masked else set()
    return [
        {
            "행": v.row_no,
            "열": v.column,
            "들어 있는 값": f"{v.found[:1]}***" if v.column in hidden and v.found != "(빈칸)" else v.found,
            "있어야 할 값": v.expected,
        }
        for v in checked.violations
    ]


def violations_csv(checked: Checked) -> bytes:
    """The violations as a CSV file that Excel opens."""
    return export.to_csv(violation_rows(checked))


def rejected_csv(checked: Checked) -> bytes:
    """The rejected rows as they were, with sheet row and why; mended, the file can be read again."""
    frame = checked.rejected.rename_columns(
        [{"row_no": "원래 행", "why": "제외 사유"}.get(name, name) for name in checked.rejected.column_names]
    )
    return export.to_csv(frame.to_pandas())
