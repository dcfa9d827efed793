"""Officers' files as raw tables: told by content, not by name; every cell the text the sheet shows.

Rows keep their place: ``place(raw)`` is the sheet row of the first one, and blank rows stay as rows of nulls.
"""

import codecs
import csv
import io
import re
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet

from lib.files import ZIP_TROUBLE
from lib.settings import ROOT

MOST_BYTES = 4 * 2**30  # of a table, unpacked
MOST_ROWS = 20_000_000
MOST_COLUMNS, MOST_WIDTH = 2_000, 20_000  # in use; with blank ones
BOOK_BYTES = 2**30  # of a workbook's XML
BOOK_MEMORY, BOOK_SECONDS = 4 * 2**30, 180
SPARSE_CELLS = 5_000_000  # that a sheet may span however little it holds
OVERFLOW = "머리글 밖의 칸"
_DELIMITERS = ",\t;|"
_SAMPLE_BYTES, _SAMPLE_ROWS = 2**18, 100
_CHUNK = 2**24
_OLE, _ZIP, _PARQUET = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04", b"PAR1"
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_DRM = (b"DRMONE", b"SCDSA", b"<DOCUMENT SAFER", b"Fasoo")
_MARKUP = re.compile(
    r"<(?:!doctype|!--|\?xml|(?:html|head|body|meta|title|link|style|script|div|span|p|form|table|svg)\b)",
    re.IGNORECASE,
)
_REPEATED = re.compile(rb'number-(?:(rows)|columns)-repeated="(\d{1,30})')
_NUMERIC = re.compile(r"[\s\d.,:/-]*\d[\s\d.,:/-]*")
_BLANK = " \t\r\n\x0b\x0c\xa0\u3000\u200b\ufeff"

_UNKNOWN = "표로 읽을 수 없는 파일입니다. 엑셀(xlsx, xls, ods), CSV 또는 Parquet 파일을 올려 주십시오."
_TOO_BIG = "파일을 펼친 크기가 너무 큽니다. 기간을 나누어 올려 주십시오."
_LOCKED = "암호로 잠긴 파일입니다. 암호를 풀어 저장한 뒤 다시 올려 주십시오."
_DRM_LOCKED = "문서보안(DRM)으로 잠긴 파일입니다. 보안을 해제한 뒤 다시 올려 주십시오."
_BROKEN_BOOK = "엑셀 파일이 손상되어 읽을 수 없습니다. 엑셀에서 열어 다시 저장한 뒤 올려 주십시오."
_TOO_WIDE = f"열이 {MOST_COLUMNS:,}개를 넘습니다. 필요한 열만 남겨 다시 올려 주십시오."
_FAR = "표에서 멀리 떨어진 칸에 값이 있어 읽을 수 없습니다. 표 밖의 칸을 지우고 저장한 뒤 다시 올려 주십시오."
_LONG_CELL = "한 칸에 글자가 지나치게 많습니다. 닫히지 않은 따옴표나 잘못 들어간 내용이 있는지 확인해 주십시오."
_EMPTY = "내용이 없는 파일입니다. 첫 줄에 열 이름이 있는 표를 올려 주십시오."


class TableError(ValueError):
    """The file cannot be used as a table; the message is one Korean sentence that says what to do."""


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
            raise TableError(_EMPTY)
        data = pa.memory_map(str(source)).read_buffer() if isinstance(source, Path) else pa.py_buffer(source)
    except OSError:
        raise TableError("파일을 열 수 없습니다. 파일이 있는지, 읽을 권한이 있는지 확인해 주십시오.") from None
    start = bytes(data[:4096])
    if start.startswith(_PARQUET):
        return _parquet(data)
    if start.startswith((_OLE, _ZIP)):
        return _workbook(bytes(data))
    if any(mark in start[:256] for mark in _DRM):
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
            raise TableError(_TOO_BIG)
        if any(pa.types.is_nested(field.type) for field in file.schema_arrow):
            raise TableError(
                "칸 안에 목록이나 표가 든 Parquet 파일입니다. 한 칸에 값이 하나인 표로 다시 저장해 주십시오."
            )
        if not about.num_columns:
            raise TableError(_EMPTY)
        if about.num_columns > MOST_COLUMNS:
            raise TableError(_TOO_WIDE)
        table = file.read()
        table.validate(full=True)
        columns = [_usable(column, title) for title, column in zip(table.column_names, table.columns, strict=True)]
    except MemoryError:
        raise TableError(_TOO_BIG) from None
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        raise TableError("Parquet 파일이 손상되었거나 암호로 잠겨 있습니다. 다시 내려받아 올려 주십시오.") from None
    return pa.table(columns, _headers(table.column_names)).replace_schema_metadata({"first_row": "2"})


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
        raise TableError(_TOO_BIG)
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
        raise TableError(_TOO_WIDE)
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
    return _named(table, [*header, *extra], first_row=at + 2)


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
                if len(rows) == _SAMPLE_ROWS:
                    break
        except csv.Error:
            continue
        at = _header_at(rows)
        if at is None or not any(map(str.isalnum, "".join(rows[at]))):
            continue
        widths = Counter(len(row) for row in rows[at:] if any(map(_filled, row)))
        usual = max(widths, key=lambda width: (widths[width], width))
        # a wrong delimiter splits amounts and dates, but not the header above them
        worded = not any(map(_NUMERIC.fullmatch, rows[at]))
        fit = (usual > 1, worded, -at, usual * widths[usual] / widths.total())
        if best is None or fit > best[0]:
            header = rows[at] + [""] * (usual - len(rows[at]))
            best = fit, delimiter, at, header, len("".join(lines[: ends[at]]).encode())
    if best is None:
        raise TableError(_EMPTY)
    return best[1:]


def _header_at(rows: Sequence[Sequence[Any]]) -> int | None:
    """The first row that fills more than half of the usual width: titles above a table fill a cell or two."""
    filled = [sum(map(_filled, row)) for row in rows]
    widths = Counter(n for n in filled if n)
    if not widths:
        return None
    usual = max(widths, key=lambda width: (widths[width], width))
    return next(at for at, n in enumerate(filled) if n > usual / 2)


def _filled(cell: object) -> bool:
    return cell is not None and bool(str(cell).strip(_BLANK))


def _with_ragged(table: pa.Table, ragged: list[tuple[int, str]], delimiter: str) -> pa.Table:
    """Rows with another number of cells, back in their place: padded, and what is beyond the header kept apart."""
    width = table.num_columns
    cells: list[list[str | None]] = []
    for _, text in ragged:
        try:
            row = next(csv.reader([text], delimiter=delimiter), [])
        except csv.Error:
            raise TableError(_LONG_CELL) from None
        beyond = row[width:] if any(map(_filled, row[width:])) else []
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


# workbooks


def _workbook(data: bytes) -> pa.Table:
    size = len(data)
    if data.startswith(_ZIP):
        size = _inspect_zip(data)
    elif "EncryptedPackage".encode("utf-16-le") in data:
        raise TableError(_LOCKED)
    # In a process of its own: a crafted workbook can ask for any amount of memory, and running out ends the process.
    command = [sys.executable, "-m", "lib.tables.reading", str(size)]
    try:
        seconds = min(BOOK_SECONDS, 8 + size / 2**20)  # small ones take long only when crafted
        child = subprocess.run(command, input=data, capture_output=True, cwd=ROOT, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise TableError(_TOO_BIG) from None
    if child.returncode == 3:
        raise TableError(child.stdout.decode())
    if child.returncode:
        raise TableError(_TOO_BIG)
    return pyarrow.ipc.open_stream(child.stdout).read_all()


def _inspect_zip(data: bytes) -> int:
    """Its size unpacked, in bytes. Raises ``TableError`` where it should not be unpacked."""
    try:
        with ZipFile(io.BytesIO(data)) as book:
            entries = book.infolist()
            names = {entry.filename for entry in entries}
            if not names & {"xl/workbook.xml", "xl/workbook.bin"}:
                if "mimetype" not in names or b"spreadsheet" not in book.open("mimetype").read(100):
                    raise TableError(
                        "표가 아닌 압축 파일입니다. 압축을 풀어 안에 든 엑셀이나 CSV 파일을 올려 주십시오."
                    )
                if b"encryption-data" in book.open("META-INF/manifest.xml").read(2**20):
                    raise TableError(_LOCKED)
            if any(entry.flag_bits & 1 for entry in entries):
                raise TableError(_LOCKED)
            size = sum(entry.file_size for entry in entries)
            if size > BOOK_BYTES:
                raise TableError(_TOO_BIG)
            if book.testzip():  # also tells sizes that lie
                raise TableError(_BROKEN_BOOK)
            if "content.xml" in names:  # ODS: no sheet has more, and each one told is filled in
                for rows, times in _REPEATED.findall(book.read("content.xml")):
                    if int(times) > (1_048_576 if rows else 16_384):
                        raise TableError(_BROKEN_BOOK)
            return size
    except TableError:
        raise
    except (*ZIP_TROUBLE, KeyError, ValueError):
        raise TableError(_BROKEN_BOOK) from None


def _sheet(data: bytes, size: int) -> pa.Table:
    """The first visible sheet with a header; a cover sheet of single cells is passed over. ``size``: of the book unpacked, in bytes."""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        spare: tuple[list[list[Any]], int] | None = None
        for about in book.sheets_metadata:
            if about.visible != calamine.SheetVisibleEnum.Visible or about.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            one = book.get_sheet_by_name(about.name)
            if one.total_height * one.total_width > max(SPARSE_CELLS, size // 4):
                raise TableError(_FAR)
            rows = one.to_python(skip_empty_area=False)
            at = _header_at(rows[:_SAMPLE_ROWS])
            if at is not None and sum(map(_filled, rows[at])) > 1:
                return _columns(rows, at)
            if at is not None and spare is None:
                spare = rows, at
    except calamine.PasswordError:
        raise TableError(_LOCKED) from None
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError, OSError, ValueError):
        raise TableError(_BROKEN_BOOK) from None
    if spare is None:
        raise TableError(_EMPTY)
    return _columns(*spare)


def _columns(rows: list[list[Any]], at: int) -> pa.Table:
    header = [_shown(cell) or "" for cell in rows[at]]
    body: Iterable[tuple[Any, ...]] = zip(*rows[at + 1 :], strict=True)
    columns = [_as_text(column) for column in body] or [pa.array([], pa.string())] * len(header)
    used = [n for n, column in enumerate(columns) if _filled(header[n]) or column.null_count < len(column)]
    if len(used) > MOST_COLUMNS:
        raise TableError(_TOO_WIDE)
    table = pa.table([columns[n] for n in used], [str(n) for n in used])
    return _named(table, [header[n] for n in used], first_row=at + 2)


def _as_text(column: Sequence[Any]) -> pa.Array:
    if {*map(type, column)} == {str}:
        return pa.array([cell or None for cell in column], pa.string())
    return pa.array(map(_shown, column), pa.string(), size=len(column))


def _shown(cell: Any) -> str | None:
    """A cell of a workbook as the sheet shows it."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return str(cell.date() if cell.time() == time() else cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell) or None


# headers


def _named(table: pa.Table, header: Sequence[str], *, first_row: int) -> pa.Table:
    """``table`` under ``header``, without columns that hold neither header nor cells."""
    used = [n for n, title in enumerate(header) if _filled(title) or table.column(n).null_count < len(table)]
    if len(used) > MOST_COLUMNS:
        raise TableError(_TOO_WIDE)
    names = _headers(header)
    kept = table.select(used).rename_columns([names[n] for n in used])
    return kept.replace_schema_metadata({"first_row": str(first_row)})


def _headers(header: Sequence[str]) -> list[str]:
    return list(
        _numbered(" ".join(title.split()).strip(_BLANK) or f"(이름 없음 {n})" for n, title in enumerate(header, 1))
    )


def _numbered(titles: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for title in titles:
        name, n = title, 1
        while name in seen:
            n += 1
            name = f"{title} ({n})"
        seen.add(name)
        yield name


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (BOOK_MEMORY, BOOK_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (2 * BOOK_SECONDS, 2 * BOOK_SECONDS))  # also when the server was killed
    try:
        found = _sheet(sys.stdin.buffer.read(), int(sys.argv[1]))
    except TableError as error:
        sys.stdout.buffer.write(str(error).encode())
        sys.exit(3)
    with pyarrow.ipc.new_stream(sys.stdout.buffer, found.schema) as out:
        out.write_table(found)
