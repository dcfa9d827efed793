"""Officers' files as raw tables: told by content, not by name; every cell the text the sheet shows.

Rows keep their place: ``place(raw)`` is the sheet row of the first one, and blank rows stay as rows of nulls.
"""

import codecs
import csv
import io
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from lib.tables import workbook
from lib.tables.workbook import (
    DRM,
    EMPTY,
    MOST_COLUMNS,
    OLE,
    SAMPLE_ROWS,
    TOO_BIG,
    TOO_WIDE,
    ZIP,
    filled,
    header_at,
    headers,
    named,
)
from lib.tables.workbook import TableError as TableError

MOST_BYTES = 4 * 2**30  # of a table, unpacked
MOST_ROWS = 20_000_000
MOST_WIDTH = 20_000  # columns, with blank ones
OVERFLOW = "머리글 밖의 칸"
_SAMPLE_BYTES = 2**18
_PARQUET = b"PAR1"
_DELIMITERS = ",\t;|"
_CHUNK = 2**24
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_MARKUP = re.compile(
    r"<(?:!doctype|!--|\?xml|(?:html|head|body|meta|title|link|style|script|div|span|p|form|table|svg)\b)",
    re.IGNORECASE,
)
_NUMERIC = re.compile(r"[\s\d.,:/-]*\d[\s\d.,:/-]*")

_UNKNOWN = "표로 읽을 수 없는 파일입니다. 엑셀(xlsx, xls, ods), CSV 또는 Parquet 파일을 올려 주십시오."
_DRM_LOCKED = "문서보안(DRM)으로 잠긴 파일입니다. 보안을 해제한 뒤 다시 올려 주십시오."
_LONG_CELL = "한 칸에 글자가 지나치게 많습니다. 닫히지 않은 따옴표나 잘못 들어간 내용이 있는지 확인해 주십시오."


def read(source: bytes | Path, name: str = "") -> pa.Table:
    """The table in a CSV, TSV, XLSX, XLS, ODS or Parquet file: headers as in the file, cells as text.

    Parquet keeps its types. A header met again gets a number, one left blank the number of its column; cells beyond
    the header are kept under ``OVERFLOW``. ``name`` is put before the message of the ``TableError``.
    """
    try:
        return _read(source)
    except TableError as error:
        raise TableError(f"「{name}」: {error}") if name else error from None


def place(raw: pa.Table) -> int:
    """The sheet row of the table's first row; 2 when the header is the sheet's first row."""
    return int((raw.schema.metadata or {}).get(b"first_row", b"2"))


def _read(source: bytes | Path) -> pa.Table:
    try:
        size = source.stat().st_size if isinstance(source, Path) else len(source)
        if not size:
            raise TableError(EMPTY)
        data = pa.memory_map(str(source)).read_buffer() if isinstance(source, Path) else pa.py_buffer(source)
    except OSError:
        raise TableError("파일을 열 수 없습니다. 파일이 있는지, 읽을 권한이 있는지 확인해 주십시오.") from None
    start = bytes(data[:4096])
    if start.startswith(_PARQUET):
        return _parquet(data)
    if start.startswith((OLE, ZIP)):
        return workbook.read(bytes(data))
    if any(mark in start[:256] for mark in DRM):
        raise TableError(_DRM_LOCKED)
    if start.startswith(b"%PDF"):
        raise TableError("PDF 파일은 표로 읽을 수 없습니다. 원래의 엑셀 또는 CSV 파일을 올려 주십시오.")
    return _text_table(data)


# Parquet


def _parquet(data: pa.Buffer) -> pa.Table:
    try:
        file = pyarrow.parquet.ParquetFile(pa.BufferReader(data))
        about = file.metadata
        unpacked = sum(about.row_group(n).total_byte_size for n in range(about.num_row_groups))
        if about.num_rows > MOST_ROWS or unpacked > MOST_BYTES:
            raise TableError(TOO_BIG)
        if any(pa.types.is_nested(field.type) for field in file.schema_arrow):
            raise TableError(
                "칸 안에 목록이나 표가 든 Parquet 파일입니다. 한 칸에 값이 하나인 표로 다시 저장해 주십시오."
            )
        if not about.num_columns:
            raise TableError(EMPTY)
        if about.num_columns > MOST_COLUMNS:
            raise TableError(TOO_WIDE)
        table = file.read()
        table.validate(full=True)
        columns = [_usable(column, title) for title, column in zip(table.column_names, table.columns, strict=True)]
    except MemoryError:
        raise TableError(TOO_BIG) from None
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        raise TableError("Parquet 파일이 손상되었거나 암호로 잠겨 있습니다. 다시 내려받아 올려 주십시오.") from None
    return pa.table(columns, headers(table.column_names)).replace_schema_metadata({"first_row": "2"})


def _usable(column: pa.ChunkedArray, title: str) -> pa.ChunkedArray:
    """Numbers, flags, days and moments as they are; whatever else, and what no calendar has, as text."""
    kind = column.type
    try:
        if pa.types.is_dictionary(kind):
            return _usable(_spelt_out(column), title)
        if pa.types.is_temporal(kind):
            return column if _of_calendar(column) else column.cast(pa.string())
        if pa.types.is_float16(kind):
            return column.cast(pa.float32())
        if kind == pa.uint64():
            return column.cast(pa.decimal128(20))
        known = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_boolean)
        return column if any(is_of(kind) for is_of in known) else column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise TableError(
            f"「{title}」 열에 읽을 수 없는 자료({kind})가 있습니다. 글자로 바꾸어 다시 저장해 주십시오."
        ) from None


def _spelt_out(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of codes as what they stand for; some kilobytes of codes can stand for any amount of text."""
    size = 0
    for part in column.chunks:
        each = pc.binary_length(part.dictionary.cast(pa.binary())) if _is_text(part.dictionary.type) else None
        size += pc.sum(each.take(part.indices)).as_py() or 0 if each is not None else 0
    if size > MOST_BYTES:
        raise TableError(TOO_BIG)
    return column.cast(column.type.value_type)


def _is_text(kind: pa.DataType) -> bool:
    return any(is_of(kind) for is_of in (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary))


_PER_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000}


def _of_calendar(column: pa.ChunkedArray) -> bool:
    """Whether every day or moment lies in the years 1 to 9999."""
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.tz:
        column = pc.local_timestamp(column)
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return True
    if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        return False
    number, per_day = (
        (pa.int32(), 1) if pa.types.is_date32(kind) else (pa.int64(), _PER_DAY[getattr(kind, "unit", "ms")])
    )
    ends = pc.min_max(column.cast(number))
    low, high = ends["min"].as_py(), ends["max"].as_py()
    return low is None or (low >= -719_000 * per_day and high < 2_932_000 * per_day)


# CSV and TSV


def _text_table(data: pa.Buffer) -> pa.Table:
    data = _utf8(data)
    sample = bytes(data[:_SAMPLE_BYTES])
    if data.size > len(sample):
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    text = sample.decode("utf-8", "ignore")
    if _MARKUP.match(text.lstrip()[:200]):
        raise TableError(
            "웹 문서로 저장된 파일입니다. 엑셀에서 열어 「Excel 통합 문서(.xlsx)」로 저장한 뒤 올려 주십시오."
        )
    if "\0" in text:
        raise TableError(_UNKNOWN)
    delimiter, at, header, consumed = _header(text)
    if len(header) > MOST_WIDTH:
        raise TableError(TOO_WIDE)
    rest = data.slice(consumed)
    names = [str(n) for n in range(len(header))]
    ragged: list[tuple[int, str]] = []

    def keep(row: pyarrow.csv.InvalidRow) -> str:
        ragged.append((row.number - 1, row.text))
        return "skip"

    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(rest),
            pyarrow.csv.ReadOptions(column_names=names, block_size=_CHUNK, use_threads=False),
            pyarrow.csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep
            ),
            pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" not in str(error):
            raise TableError("CSV 파일의 줄을 나눌 수 없습니다. 닫히지 않은 따옴표가 있는지 확인해 주십시오.") from None
        table = pa.table({name: pa.array([], pa.string()) for name in names})
    if ragged:
        table = _with_ragged(table, ragged, delimiter)
    _refuse_open_quote(table, sample if data.size == len(sample) else bytes(data))
    extra = [OVERFLOW] * (table.num_columns - len(header))
    return named(table, [*header, *extra], first_row=at + 2)


def _utf8(data: pa.Buffer) -> pa.Buffer:
    """The text in UTF-8 without BOM; the whole stream must decode as UTF-8, UTF-16 with BOM, or else cp949."""
    start = bytes(data[:3])
    encodings: tuple[str, ...]
    if start[:2] in _UTF16:
        encodings, data = (_UTF16[start[:2]],), data.slice(2)
    else:
        encodings, data = ("utf-8", "cp949"), data.slice(3) if start == codecs.BOM_UTF8 else data
    for encoding in encodings:
        decoder, recoded = codecs.getincrementaldecoder(encoding)(), io.BytesIO()
        try:
            for begin in range(0, data.size, _CHUNK):
                part = decoder.decode(memoryview(data)[begin : begin + _CHUNK], begin + _CHUNK >= data.size)
                if encoding != "utf-8":
                    recoded.write(part.encode())
        except UnicodeError:
            continue
        return data if encoding == "utf-8" else pa.py_buffer(recoded.getbuffer())
    raise TableError(_UNKNOWN)


def _header(text: str) -> tuple[str, int, list[str], int]:
    """Delimiter, place of the header among the records, its cells, and the bytes up to its end."""
    best: tuple[tuple[bool, bool, int, float], str, int, list[str], int] | None = None
    for delimiter in _DELIMITERS:
        lines = list(io.StringIO(text, newline=""))
        reader = csv.reader(lines, delimiter=delimiter)
        rows, ends = [], []
        try:
            for row in reader:
                rows.append(row)
                ends.append(reader.line_num)
                if len(rows) == SAMPLE_ROWS:
                    break
        except csv.Error:
            continue
        at = header_at(rows)
        if at is None or not any(map(str.isalnum, "".join(rows[at]))):
            continue
        widths = Counter(len(row) for row in rows[at:] if any(map(filled, row)))
        usual = max(widths, key=lambda width: (widths[width], width))
        # a wrong delimiter splits amounts and dates, but not the header above them
        worded = not any(map(_NUMERIC.fullmatch, rows[at]))
        fit = (usual > 1, worded, -at, usual * widths[usual] / widths.total())
        if best is None or fit > best[0]:
            header = rows[at] + [""] * (usual - len(rows[at]))
            best = fit, delimiter, at, header, len("".join(lines[: ends[at]]).encode())
    if best is None:
        raise TableError(EMPTY)
    return best[1:]


def _with_ragged(table: pa.Table, ragged: list[tuple[int, str]], delimiter: str) -> pa.Table:
    """Rows with another number of cells, back in their place: padded, and what is beyond the header kept apart."""
    width = table.num_columns
    cells: list[list[str | None]] = []
    for _, text in ragged:
        try:
            row = next(csv.reader([text], delimiter=delimiter), [])
        except csv.Error:
            raise TableError(_LONG_CELL) from None
        beyond = row[width:] if any(map(filled, row[width:])) else []
        kept = [cell or None for cell in row[:width]]
        cells.append([*kept, *[None] * (width - len(kept)), delimiter.join(beyond) or None])
    columns = [pa.array(column, pa.string()) for column in zip(*cells, strict=True)]
    names = [*table.column_names, OVERFLOW]
    whole = pa.table([*table.columns, pa.nulls(len(table), pa.string())], names)
    total = len(table) + len(ragged)
    back = np.array([n for n, _ in ragged])
    order = np.empty(total, np.int64)
    order[back] = np.arange(len(table), total)
    order[np.setdiff1d(np.arange(total), back, assume_unique=True)] = np.arange(len(table))
    joined = pa.concat_tables([whole, pa.table(columns, names)]).take(pa.array(order))
    return joined if joined[OVERFLOW].null_count < total else joined.drop_columns([OVERFLOW])


def _refuse_open_quote(table: pa.Table, data: bytes) -> None:
    """A quote never closed swallows the rest of the file into one cell."""
    if len(table) and data.count(b'"') % 2:
        last = [str(cell) for cell in table.slice(len(table) - 1).to_pylist()[0].values() if cell]
        if any("\n" in cell or "\r" in cell for cell in last):
            raise TableError('닫히지 않은 따옴표(")가 있어 뒤의 줄들이 한 칸이 되었습니다. 따옴표를 고쳐 주십시오.')
