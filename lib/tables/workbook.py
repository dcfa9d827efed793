"""Workbooks (XLSX, XLS, ODS) as raw tables: the first sheet that holds one, every cell the text the sheet shows.

One is read in a process of its own; at the top this module imports nothing that takes long, so that such a process starts at once.
"""

import io
import re
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from lib.files import ZIP_TROUBLE

if TYPE_CHECKING:
    import pyarrow as pa

ROOT = Path(__file__).resolve().parent.parent.parent
MOST_COLUMNS = 2_000  # in use
BOOK_BYTES = 2**30  # of a workbook's XML
BOOK_MEMORY, BOOK_SECONDS = 4 * 2**30, 180
SPARSE_CELLS = 5_000_000  # that a sheet may span however little it holds
SAMPLE_ROWS = 100
OLE, ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
DRM = (b"DRMONE", b"SCDSA", b"<DOCUMENT SAFER", b"Fasoo")
_REPEATED = re.compile(rb'number-(?:(rows)|columns)-repeated="(\d{1,30})')
_BLANK = " \t\r\n\x0b\x0c\xa0\u3000\u200b\ufeff"

TOO_BIG = "파일을 펼친 크기가 너무 큽니다. 기간을 나누어 올려 주십시오."
_LOCKED = "암호로 잠긴 파일입니다. 암호를 풀어 저장한 뒤 다시 올려 주십시오."
_BROKEN_BOOK = "엑셀 파일이 손상되어 읽을 수 없습니다. 엑셀에서 열어 다시 저장한 뒤 올려 주십시오."
TOO_WIDE = f"열이 {MOST_COLUMNS:,}개를 넘습니다. 필요한 열만 남겨 다시 올려 주십시오."
_FAR = "표에서 멀리 떨어진 칸에 값이 있어 읽을 수 없습니다. 표 밖의 칸을 지우고 저장한 뒤 다시 올려 주십시오."
EMPTY = "내용이 없는 파일입니다. 첫 줄에 열 이름이 있는 표를 올려 주십시오."


class TableError(ValueError):
    """The file cannot be used as a table; the message is one Korean sentence that says what to do."""


def read(data: bytes) -> "pa.Table":
    """The table of a file that starts as ``OLE`` or ``ZIP``. Raises ``TableError``."""
    import pyarrow.ipc

    size = len(data)
    if data.startswith(ZIP):
        size = inspect_zip(data)
    elif "EncryptedPackage".encode("utf-16-le") in data:
        raise TableError(_LOCKED)
    # In a process of its own: a crafted workbook can ask for any amount of memory, and running out ends the process.
    command = [sys.executable, "-m", "lib.tables.workbook", str(size)]
    try:
        seconds = min(BOOK_SECONDS, 8 + size / 2**20)  # small ones take long only when crafted
        child = subprocess.run(command, input=data, capture_output=True, cwd=ROOT, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise TableError(TOO_BIG) from None
    if child.returncode == 3:
        raise TableError(child.stdout.decode())
    if child.returncode:
        raise TableError(TOO_BIG)
    return pyarrow.ipc.open_stream(child.stdout).read_all()


def inspect_zip(data: bytes) -> int:
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
                raise TableError(TOO_BIG)
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


def _sheet(data: bytes, size: int) -> "pa.Table":
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
            at = header_at(rows[:SAMPLE_ROWS])
            if at is not None and sum(map(filled, rows[at])) > 1:
                return _columns(rows, at)
            if at is not None and spare is None:
                spare = rows, at
    except calamine.PasswordError:
        raise TableError(_LOCKED) from None
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError, OSError, ValueError):
        raise TableError(_BROKEN_BOOK) from None
    if spare is None:
        raise TableError(EMPTY)
    return _columns(*spare)


def _columns(rows: list[list[Any]], at: int) -> "pa.Table":
    import pyarrow as pa

    header = [shown(cell) or "" for cell in rows[at]]
    body: Iterable[tuple[Any, ...]] = zip(*rows[at + 1 :], strict=True)
    columns = [_as_text(column) for column in body] or [pa.array([], pa.string())] * len(header)
    used = [n for n, column in enumerate(columns) if filled(header[n]) or column.null_count < len(column)]
    if len(used) > MOST_COLUMNS:
        raise TableError(TOO_WIDE)
    table = pa.table([columns[n] for n in used], [str(n) for n in used])
    return named(table, [header[n] for n in used], first_row=at + 2)


def _as_text(column: Sequence[Any]) -> "pa.Array":
    import pyarrow as pa

    if {*map(type, column)} == {str}:
        return pa.array([cell or None for cell in column], pa.string())
    return pa.array(map(shown, column), pa.string(), size=len(column))


def shown(cell: Any) -> str | None:
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


def named(table: "pa.Table", header: Sequence[str], *, first_row: int) -> "pa.Table":
    """``table`` under ``header``, without columns that hold neither header nor cells."""
    used = [n for n, title in enumerate(header) if filled(title) or table.column(n).null_count < len(table)]
    if len(used) > MOST_COLUMNS:
        raise TableError(TOO_WIDE)
    names = headers(header)
    kept = table.select(used).rename_columns([names[n] for n in used])
    return kept.replace_schema_metadata({"first_row": str(first_row)})


def headers(header: Sequence[str]) -> list[str]:
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


def header_at(rows: Sequence[Sequence[Any]]) -> int | None:
    """The first row that fills more than half of the usual width: titles above a table fill a cell or two."""
    counts = [sum(map(filled, row)) for row in rows]
    widths = Counter(n for n in counts if n)
    if not widths:
        return None
    usual = max(widths, key=lambda width: (widths[width], width))
    return next(at for at, n in enumerate(counts) if n > usual / 2)


def filled(cell: object) -> bool:
    return cell is not None and bool(str(cell).strip(_BLANK))


if __name__ == "__main__":
    sys.modules["numpy"] = None  # type: ignore[assignment]  # pyarrow would load it and pandas, and use neither here
    import pyarrow.ipc  # before memory is bounded

    resource.setrlimit(resource.RLIMIT_AS, (BOOK_MEMORY, BOOK_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (2 * BOOK_SECONDS, 2 * BOOK_SECONDS))  # also when the server was killed
    try:
        found = _sheet(sys.stdin.buffer.read(), int(sys.argv[1]))
    except TableError as error:
        sys.stdout.buffer.write(str(error).encode())
        sys.exit(3)
    with pyarrow.ipc.new_stream(sys.stdout.buffer, found.schema) as out:
        out.write_table(found)
