"""Office files as what a reader sees of them: paragraphs and tables in reading order. DOCX, HWPX, PDF, workbooks, CSV, TXT and MD, told by
content, not by name.

Files are read in a process of its own with bounded memory and time: a crafted one can ask for any amount of either, or end it.
"""

import codecs
import csv
import ctypes
import io
import json
import re
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple, TypeAlias
from xml.etree.ElementTree import Element, ParseError
from zipfile import ZipFile

from lib.files import ZIP_TROUBLE
from lib.tables import workbook

MOST_BYTES = 50 * 2**20  # of a file
XML_BYTES = 48 * 2**20  # of one part of it, unpacked
MOST_TEXT = 4_000_000  # letters
MOST_CELLS, MOST_COLUMNS = 400_000, 1_000
MOST_PAGES = 1000
MEMORY, SECONDS = 3 * 2**30, 9
SUFFIX = "HWPX, DOCX, PDF, XLSX, CSV, TXT"

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BINARY_STREAMS = {"FileHeader": ".hwp", "WordDocument": ".doc", "PowerPoint Document": ".ppt"}
_UNKNOWN = f"읽을 수 없는 형식입니다. {SUFFIX} 파일을 올리십시오."
_BROKEN = "파일을 열 수 없습니다. 파일이 온전한지 확인하십시오."
_LOCKED = "암호로 잠긴 파일입니다. 암호를 풀어 저장한 뒤 다시 올리십시오."
_DRM_LOCKED = "문서보안(DRM)으로 잠긴 파일입니다. 보안을 해제한 뒤 다시 올리십시오."
_TOO_BIG = "파일이 너무 크거나 펼친 크기가 지나칩니다. 지적사항을 나누어 저장한 뒤 다시 올리십시오."
_EMPTY = "내용이 없는 파일입니다. 지적사항이 든 파일을 올리십시오."
_SCANNED = "글자가 없는 스캔 문서입니다. 글자 인식(OCR)을 거친 PDF나 원래의 HWPX, DOCX 파일을 올리십시오."
_GARBLED = "글자를 알아볼 수 없게 저장된 PDF입니다. 원래의 HWPX, DOCX 파일을 올리십시오."
_MACRO = "매크로가 든 파일입니다. 매크로가 없는 형식(DOCX, XLSX)으로 저장한 뒤 다시 올리십시오."


class DocumentError(ValueError):
    """The file cannot be read; the message is one Korean sentence that says what to do."""


@dataclass(frozen=True)
class Paragraph:
    """``page``: of a PDF, else 0."""

    text: str
    page: int = 0


@dataclass(frozen=True)
class Table:
    """Rows of equal length. What is merged stands in each of its places; ``merged``: the (row, column) places but the first.
    ``first``: the number of the first row as the sheet counts; ``title``: the sheet's.
    """

    rows: tuple[tuple[str, ...], ...]
    merged: frozenset[tuple[int, int]] = frozenset()
    first: int = 1
    title: str = ""
    page: int = 0

    def cells(self, row: int) -> list[str]:
        """The cells of a row, each once, without blank ones."""
        return [cell for at, cell in enumerate(self.rows[row]) if cell and (row, at) not in self.merged]


Block: TypeAlias = Paragraph | Table


@dataclass(frozen=True)
class Document:
    """``kind``: "docx", "hwpx", "pdf", "sheet" or "text"."""

    name: str
    kind: str
    blocks: tuple[Block, ...]


def read(data: bytes, name: str = "") -> Document:
    """What is in the file. ``name``: for messages, and for telling CSV from text. Raises ``DocumentError``."""
    try:
        kind, blocks = _child(data, name)
    except DocumentError as error:
        raise DocumentError(f"「{name}」: {error}") if name else error from None
    return Document(name, kind, blocks)


def _child(data: bytes, name: str) -> tuple[str, tuple[Block, ...]]:
    if not data.strip(b"\0 \t\r\n"):
        raise DocumentError(_EMPTY)
    if len(data) > MOST_BYTES:
        raise DocumentError(_TOO_BIG)
    command = [sys.executable, "-m", "lib.entries.audit.documents", name[-10:]]
    try:
        child = subprocess.run(
            command, input=data, capture_output=True, cwd=workbook.ROOT, timeout=SECONDS, check=False
        )
    except (subprocess.TimeoutExpired, ValueError):
        raise DocumentError(_TOO_BIG) from None
    if child.returncode == 3:
        raise DocumentError(child.stdout.decode())
    if child.returncode:
        raise DocumentError(_TOO_BIG)
    told = json.loads(child.stdout)
    lines = [line for row in told["blocks"] if isinstance(row.get("text"), list) for line in row["text"][:-1]]
    spaced = sum(line.endswith(" ") for line in lines) > len(lines) / 10
    blocks = tuple(_block(row, spaced) for row in told["blocks"])
    if not any(isinstance(block, Table) or block.text for block in blocks):
        raise DocumentError(_EMPTY)
    return told["kind"], blocks


def _block(row: Mapping[str, Any], spaced: bool) -> Block:
    """As it comes from the other process: lines of a PDF still apart; ``spaced``: a line that ends with a word ends with a blank."""
    if "text" in row:
        return Paragraph(_joined(row["text"], spaced), row["page"])
    rows = tuple(tuple(_joined(cell, spaced) for cell in cells) for cells in row["rows"])
    return Table(rows, frozenset((r, c) for r, c in row["merged"]), row["first"], row["title"], row["page"])


def _joined(text: str | list[str], spaced: bool) -> str:
    """A paragraph of a PDF made whole: whether a line ends within a word is told by a blank, else by the words themselves."""
    if isinstance(text, str):
        return text
    whole = text[0].rstrip()
    for before, line in pairwise(text):
        line = line.strip()
        tail, head = whole.rpartition(" ")[2][-12:], line.partition(" ")[0][:12]
        if not before.endswith(" ") and re.search("[가-힣]$", tail) and re.match("[가-힣]", head):
            whole += ("" if spaced else _glued(tail, head)) + line
        else:
            whole += ("" if whole.endswith(("「", "(")) or line.startswith((")", "」", ",", ".")) else " ") + line
    return whole


def _glued(tail: str, head: str) -> str:
    """The blank between two pieces of text, or none."""
    from lib.entries.audit.words import _kiwi

    return " " if " " in _kiwi().glue([tail, head])[len(tail) :] else ""


# Everything below runs in the other process


def _read(data: bytes, name: str) -> tuple[str, Iterator[Block | dict[str, Any]]]:
    if data.startswith(_ZIP):
        return _zipped(data)
    if data.startswith(_OLE):
        return _compound(data)
    if b"%PDF-" in data[:1024]:
        return "pdf", _pdf(data)
    if any(mark in data[:256] for mark in workbook.DRM):
        raise DocumentError(_DRM_LOCKED)
    if data.startswith(b"HWP Document File"):
        raise DocumentError(_old(".hwp"))
    return "text", _text(data, name)


def _old(suffix: str) -> str:
    better = {".hwp": "HWPX", ".doc": "DOCX", ".rtf": "DOCX", ".html": "DOCX", ".hml": "HWPX"}.get(suffix, "PDF")
    return f"{suffix} 파일은 읽지 못합니다. {better}로 저장한 뒤 다시 올리십시오."


def _compound(data: bytes) -> tuple[str, Iterator[Block]]:
    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") + b"\0\0" in data

    if holds("EncryptedPackage"):
        raise DocumentError(_LOCKED)
    for stream, suffix in _BINARY_STREAMS.items():
        if holds(stream):
            raise DocumentError(_old(suffix))
    if holds("_VBA_PROJECT_CUR"):
        raise DocumentError(_MACRO)
    return "sheet", _sheets(data)


# ZIP of XML: DOCX, HWPX; workbooks


def _zipped(data: bytes) -> tuple[str, Iterator[Block]]:
    with ZipFile(io.BytesIO(data)) as file:
        names = [entry.filename for entry in file.infolist()]
        if len(names) > 20_000:
            raise DocumentError(_TOO_BIG)
        if any(entry.flag_bits & 1 for entry in file.infolist()):
            raise DocumentError(_LOCKED)
        if any(name.lower().endswith(("vbaproject.bin", "macros/basic/script-lc.xml")) for name in names):
            raise DocumentError(_MACRO)
        told = file.read("mimetype")[:100] if "mimetype" in names and file.getinfo("mimetype").file_size < 200 else b""
        locks = _part(file, "META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b""
        if b"encryption-data" in locks:
            raise DocumentError(_LOCKED)
        if "word/document.xml" in names:
            return "docx", iter([*_walk(_tree(_part(file, "word/document.xml")))])
        sections = sorted(
            (name for name in names if re.fullmatch(r"Contents/section\d+\.xml", name)),
            key=lambda name: int(re.sub(r"\D", "", name)),
        )
        if sections:
            return "hwpx", iter([block for name in sections for block in _walk(_tree(_part(file, name)))])
        if b"spreadsheet" in told or {"xl/workbook.xml", "xl/workbook.bin"} & {*names}:
            try:
                workbook.inspect_zip(data)
            except workbook.TableError as error:
                raise DocumentError(str(error)) from None
            return "sheet", _sheets(data)
    raise DocumentError(f"문서가 아닌 압축 파일입니다. 압축을 풀어 안에 든 {SUFFIX} 파일을 올리십시오.")


def _part(file: ZipFile, name: str) -> bytes:
    with file.open(name) as part:
        content = part.read(XML_BYTES + 1)
    if len(content) > XML_BYTES:
        raise DocumentError(_TOO_BIG)
    return content


def _tree(content: bytes) -> Element:
    from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

    tree: Element = fromstring(content, forbid_dtd=True)
    return tree


def _local(tag: str) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


# Elements of both formats, by their local names; what is skipped holds no text of the page's own
_SKIPPED = {
    "del", "moveFrom", "instrText", "delText", "pPr", "rPr", "tblPr", "trPr", "tcPr", "sectPr", "footnote", "endnote", "comment",
    "secPr", "header", "footer", "footNote", "endNote", "pageNum", "newNum", "autoNum", "hiddenComment", "linesegarray", "equation",
    "pageHiding", "fieldBegin", "indexmark", "shapeComment", "rubyText", "masterPage",
}  # fmt: skip
_SIGNS = {
    "tab": "\t",
    "br": "\n",
    "cr": "\n",
    "lineBreak": "\n",
    "noBreakHyphen": "-",
    "hyphen": "-",
    "fwSpace": " ",
    "nbSpace": " ",
}


def _walk(element: Element) -> Iterator[Block]:
    """The blocks below an element of DOCX or HWPX."""
    name = _local(element.tag)
    if name in _SKIPPED:
        return
    if name == "p":
        yield from _paragraph(element)
    elif name == "tbl":
        yield _table(element)
    else:
        for child in _chosen(element):
            yield from _walk(child)


def _chosen(element: Element) -> Iterable[Element]:
    """The children; of alternatives only the first that is one."""
    if _local(element.tag) in ("AlternateContent", "switch"):
        return list(element)[:1]
    return element


def _paragraph(element: Element) -> Iterator[Block]:
    """Its text, and then what is anchored in it: tables, text boxes. A table alone in its paragraph is the usual case in HWPX."""
    said: list[str] = []
    anchored: list[Block] = []
    gone = False

    def take(one: Element) -> None:
        nonlocal gone
        name = _local(one.tag)
        if name in _SKIPPED:
            return
        if name in ("tbl", "txbxContent", "subList", "drawText"):
            anchored.extend(_walk(one))
            return
        if name in ("deleteBegin", "deleteEnd"):
            gone = name == "deleteBegin"
        elif name in _SIGNS:
            said.append(_SIGNS[name])
        if name == "t" and one.text and not gone:
            said.append(one.text)
        for child in _chosen(one):
            take(child)
            if name == "t" and child.tail and not gone:  # text of HWPX goes on behind a sign
                said.append(child.tail)

    for child in element:
        take(child)
    text = _clean("".join(said))
    if text or not anchored:
        yield Paragraph(text)
    yield from anchored


def _clean(text: str) -> str:
    """Blanks of one kind, no control signs, lines kept."""
    text = re.sub(r"[^\S\n]+", " ", re.sub(r"[\u200b\ufeff\u2060\u00ad]", "", text))
    text = "".join(sign for sign in text if sign == "\n" or sign.isprintable() or sign == " ")
    return re.sub(r" ?\n ?", "\n", text).strip()


def _table(element: Element) -> Table:
    """One table of DOCX (gridSpan, vMerge) or HWPX (cellAddr, cellSpan)."""
    placed: dict[tuple[int, int], tuple[str, bool]] = {}
    rows = [row for row in _rows(element) if _local(row.tag) == "tr"]
    for r, row in enumerate(rows):
        c = sum(_number(one, "val") for one in row.iter() if _local(one.tag) == "gridBefore")
        for cell in _rows(row):
            if _local(cell.tag) != "tc":
                continue
            own = {
                _local(one.tag): one
                for one in [*cell, *(x for part in cell if _local(part.tag) == "tcPr" for x in part)]
            }
            top = r
            if "cellAddr" in own:
                c, top = _number(own["cellAddr"], "colAddr"), _number(own["cellAddr"], "rowAddr")
            wide = _number(own.get("gridSpan"), "val") or _number(own.get("cellSpan"), "colSpan") or 1
            tall = _number(own.get("cellSpan"), "rowSpan") or 1
            text = _inside(cell)
            merged = own.get("vMerge")
            below = merged is not None and _value(merged, "val") != "restart"
            if below and (top - 1, c) in placed:
                text = placed[top - 1, c][0]
            if len(placed) + wide * tall > MOST_CELLS:
                raise DocumentError(_TOO_BIG)
            for y in range(tall):
                for x in range(wide):
                    placed[top + y, c + x] = text, below or bool(x or y)
            c += wide
    return _laid(placed)


def _rows(element: Element) -> Iterator[Element]:
    """The children, those wrapped in content controls too."""
    for child in element:
        if _local(child.tag) in ("sdt", "sdtContent", "ins", "moveTo", "customXml"):
            yield from _rows(child)
        else:
            yield child


def _laid(placed: Mapping[tuple[int, int], tuple[str, bool]], **about: Any) -> Table:
    height, width = (max((place[axis] for place in placed), default=-1) + 1 for axis in (0, 1))
    if height * width > MOST_CELLS or width > MOST_COLUMNS:
        raise DocumentError(_TOO_BIG)
    rows = tuple(tuple(placed.get((r, c), ("",))[0] for c in range(width)) for r in range(height))
    return Table(rows, frozenset(place for place, (_, merged) in placed.items() if merged), **about)


def _inside(cell: Element) -> str:
    """The text of a cell, tables within it as lines."""
    lines: list[str] = []
    for child in cell:
        for block in _walk(child):
            if isinstance(block, Paragraph):
                lines.append(block.text)
            else:
                lines += [" | ".join(block.cells(r)) for r in range(len(block.rows))]
    return "\n".join(line for line in lines if line)


def _value(element: Element | None, name: str) -> str:
    if element is None:
        return ""
    return next((value for key, value in element.attrib.items() if _local(key) == name), "")


def _number(element: Element | None, name: str) -> int:
    value = _value(element, name)
    return min(int(value), 10_000) if re.fullmatch(r"\d{1,9}", value, re.ASCII) else 0


# Workbooks


def _sheets(data: bytes) -> Iterator[Table]:
    """Every visible sheet; merged cells filled."""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for about in book.sheets_metadata:
            if about.visible != calamine.SheetVisibleEnum.Visible or about.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(about.name)
            if sheet.start is None:
                continue
            if sheet.height * sheet.width > MOST_CELLS:
                raise DocumentError(_TOO_BIG)
            top, left = sheet.start
            cells = sheet.to_python(skip_empty_area=True)
            placed = {
                (r, c): (_clean(workbook.shown(cell) or ""), False)
                for r, row in enumerate(cells)
                for c, cell in enumerate(row)
            }
            for (y0, x0), (y1, x1) in sheet.merged_cell_ranges or ():
                text = placed.get((y0 - top, x0 - left), ("",))[0]
                for y in range(y0 - top, min(y1 - top + 1, len(cells))):
                    for x in range(x0 - left, min(x1 - left + 1, sheet.width)):
                        if (y, x) != (y0 - top, x0 - left):
                            placed[y, x] = text, True
            if placed:
                yield _laid(placed, first=top + 1, title=about.name)
    except calamine.PasswordError:
        raise DocumentError(_LOCKED) from None
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError):
        raise DocumentError(_BROKEN) from None


# Text


def _text(data: bytes, name: str) -> Iterator[Block]:
    """Paragraphs of a text; a table where it is CSV, and tables of Markdown."""
    text = _decoded(data)
    lead = text.lstrip()[:200].casefold()
    if lead.startswith(("<!doctype", "<html", "<table", "<meta")):
        raise DocumentError(_old(".html"))
    if lead.startswith("{\\rtf"):
        raise DocumentError(_old(".rtf"))
    if lead.startswith("<?xml"):
        raise DocumentError(_old(".hml") if "<hwpml" in text[:4000].casefold() else _UNKNOWN)
    if any(ord(sign) < 32 and sign not in "\t\r\n\x0c" for sign in text[:100_000]):
        raise DocumentError(_UNKNOWN)
    table = _csv(text, name.lower().endswith((".csv", ".tsv")))
    if table:
        yield table
        return
    rows: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if re.match(r"\s*\|.*\|\s*$", line):
            rows.append([_clean(cell) for cell in line.strip().strip("|").split("|")])
            continue
        if rows:
            kept = [row for row in rows if not all(re.fullmatch(r":?-+:?", cell) for cell in row)]
            yield _laid({(r, c): (cell, False) for r, row in enumerate(kept) for c, cell in enumerate(row)})
            rows = []
        if said := _clean(re.sub(r"^\s*#{1,6}\s+|\*\*", "", line)):
            yield Paragraph(said)


def _decoded(data: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp949")


def _csv(text: str, told: bool) -> Table | None:
    """The text as a table where it is one: ``told`` by its name, or most of its rows are as wide as one another."""
    best: tuple[float, list[list[str]], list[int]] | None = None
    for delimiter in ",\t;|":
        rows, ends, done = [], [], 0
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            for row in reader:
                rows.append(row)
                ends.append(done + 1)
                done = reader.line_num
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows if len(row) > 1)
        if not widths:
            continue
        usual, many = max(widths.items(), key=lambda one: (one[1] * one[0], one[0]))
        share = many / max(1, sum(1 for row in rows if any(row)))
        if (told or (usual > 3 and many > 1 and share > 0.8)) and (best is None or usual * share > best[0]):
            best = usual * share, rows, ends
    if best is None:
        return None
    _, rows, ends = best
    last = 1
    placed: dict[tuple[int, int], tuple[str, bool]] = {}
    for row, line in zip(
        rows, ends, strict=True
    ):  # a line of the file is a row, so that places are what an editor shows
        last = max(last, line)
        placed |= {(line - 1, c): (_clean(cell), False) for c, cell in enumerate(row)}
        if len(placed) > MOST_CELLS:
            raise DocumentError(_TOO_BIG)
    return _laid(placed)


# PDF


class _Line(NamedTuple):
    """One line of a page; lengths in points, y upwards."""

    text: str
    left: float
    right: float
    bottom: float
    top: float


class _Grid(NamedTuple):
    """The rulings of one table: edges of columns, of rows from the top, and which cells are one (their number)."""

    xs: list[float]
    ys: list[float]
    region: list[list[int]]

    def at(self, x: float, y: float) -> int | None:
        """The number of the cell a point lies in."""
        if not (self.xs[0] <= x <= self.xs[-1] and self.ys[-1] <= y <= self.ys[0]):
            return None
        column = next(c for c in range(len(self.xs) - 1) if x <= self.xs[c + 1])
        row = next(r for r in range(len(self.ys) - 1) if y >= self.ys[r + 1])
        return self.region[row][column]


def _pdf(data: bytes) -> Iterator[dict[str, Any]]:
    """Paragraphs and ruled tables; what repeats at the edges of pages left out."""
    import pypdfium2 as pdfium  # type: ignore[import-untyped]

    try:
        file = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise DocumentError(_LOCKED if "assword" in str(error) else _BROKEN) from None
    if len(file) > MOST_PAGES:
        raise DocumentError(_TOO_BIG)
    pages: list[tuple[float, list[_Line | dict[str, Any]]]] = []
    letters = strange = 0
    for at in range(len(file)):
        page = file[at]
        told = _page(page, at + 1)
        pages.append((page.get_height(), told))
        said = "".join(
            one.text if isinstance(one, _Line) else json.dumps(one["rows"], ensure_ascii=False) for one in told
        )
        letters += sum(map(str.isalnum, said))
        strange += sum(sign == "\ufffd" or "\ue000" <= sign <= "\uf8ff" or sign < " " for sign in said)
        if letters > MOST_TEXT:
            raise DocumentError(_TOO_BIG)
        page.close()
    if letters < 10 and strange < 10:
        raise DocumentError(_SCANNED)
    if strange > letters / 2:
        raise DocumentError(_GARBLED)
    _drop_edges(pages)
    yield from _flowed([told for _, told in pages])


def _page(page: Any, number: int) -> list[_Line | dict[str, Any]]:
    """Lines and tables, in the order their text comes."""
    import pypdfium2.raw as raw  # type: ignore[import-untyped]

    text = page.get_textpage()
    grids = _grids(page)
    found: list[_Line | dict[str, Any]] = []
    cells: dict[int, dict[int, list[list[str]]]] = {}  # of each grid, of each cell: lines of letters
    line: list[tuple[str, float, float, float, float]] = []
    where: tuple[int, int] | None = None
    box = [ctypes.c_double() for _ in range(4)]

    def end() -> None:
        if any(sign.strip() for sign, *_ in line):
            said = "".join(sign for sign, *_ in line)
            inked = [one for one in line if one[0].strip()]
            found.append(
                _Line(
                    said.lstrip(),
                    min(o[1] for o in inked),
                    max(o[2] for o in inked),
                    min(o[3] for o in inked),
                    max(o[4] for o in inked),
                )
            )
        line.clear()

    for at in range(text.count_chars()):
        sign = chr(raw.FPDFText_GetUnicode(text, at))
        if sign in "\r\n":
            if sign == "\n" and where is None:
                end()
            elif sign == "\n" and where is not None:
                cells[where[0]][where[1]].append([])
            continue
        sign = {"\x02": "-", "\xa0": " ", "\t": " "}.get(sign, sign)
        if not raw.FPDFText_GetCharBox(text, at, *box) or sign == " ":
            if where is None:
                line.append((sign, *(line[-1][1:] if line else (0.0, 0.0, 0.0, 0.0))))
            else:
                cells[where[0]][where[1]][-1].append(sign)
            continue
        left, right, bottom, top = (one.value for one in box)
        middle = (left + right) / 2, (bottom + top) / 2
        now = next(((g, cell) for g, grid in enumerate(grids) if (cell := grid.at(*middle)) is not None), None)
        if now != where or (now is None and line and abs(line[-1][3] - bottom) > 3 * max(top - bottom, 4)):
            end()
            if now is not None:
                if now[0] not in cells:
                    cells[now[0]] = {}
                    found.append({"grid": now[0]})
                cells[now[0]].setdefault(now[1], []).append([])
            where = now
        if where is None:
            line.append((sign, left, right, bottom, top))
        else:
            cells[where[0]][where[1]][-1].append(sign)
    end()
    return [one if isinstance(one, _Line) else _ruled(grids[one["grid"]], cells[one["grid"]], number) for one in found]


def _ruled(grid: _Grid, cells: Mapping[int, list[list[str]]], number: int) -> dict[str, Any]:
    rows, merged, seen = [], [], set[int]()
    for r, regions in enumerate(grid.region):
        row = []
        for c, one in enumerate(regions):
            lines = [text for text in ("".join(line) for line in cells.get(one, ())) if text.strip()]
            row.append([re.sub(r"[^\S\n]+", " ", text) for text in lines] or "")
            if one in seen:
                merged.append((r, c))
            seen.add(one)
        rows.append(row)
    return {"rows": rows, "merged": merged, "first": 1, "title": "", "page": number}


def _grids(page: Any) -> list[_Grid]:
    """The tables ruled on a page: lines that touch one another, with at least two cells between them."""
    flat, upright = _rulings(page)
    groups: list[tuple[list[_Rule], list[_Rule]]] = []
    for rule, is_flat in [*((one, True) for one in flat), *((one, False) for one in upright)]:
        touching = [
            group for group in groups if any(_touch(rule, other, is_flat) for other in group[1 if is_flat else 0])
        ]
        whole: tuple[list[_Rule], list[_Rule]] = ([], [])
        for group in touching:
            groups.remove(group)
            whole[0].extend(group[0])
            whole[1].extend(group[1])
        whole[0 if is_flat else 1].append(rule)
        groups.append(whole)
    grids = [grid for group in groups if (grid := _grid(*group))]
    return sorted(grids, key=lambda grid: -grid.ys[0])


class _Rule(NamedTuple):
    """A straight line: ``at`` across it, from ``low`` to ``high`` along it."""

    at: float
    low: float
    high: float


_NEAR = 2.5  # points


def _touch(one: _Rule, other: _Rule, flat: bool) -> bool:
    """Whether a flat and an upright line meet."""
    return one.low - _NEAR <= other.at <= one.high + _NEAR and other.low - _NEAR <= one.at <= other.high + _NEAR


def _rulings(page: Any, most: int = 1500) -> tuple[list[_Rule], list[_Rule]]:
    import pypdfium2.raw as raw

    flat: set[_Rule] = set()
    upright: set[_Rule] = set()
    fill, stroked = ctypes.c_int(), ctypes.c_int()
    x, y = ctypes.c_float(), ctypes.c_float()
    for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=2):
        raw.FPDFPath_GetDrawMode(thing, fill, stroked)
        left, bottom, right, top = thing.get_bounds()
        if not stroked.value and min(right - left, top - bottom) > 3:
            continue  # a background
        count = raw.FPDFPath_CountSegments(thing)
        if count > 4 * most or len(flat) + len(upright) > most:
            return [], []
        matrix = thing.get_matrix()
        points: list[tuple[float, float]] = []
        for at in range(count):
            segment = raw.FPDFPath_GetPathSegment(thing, at)
            raw.FPDFPathSegment_GetPoint(segment, x, y)
            new = matrix.on_point(x.value, y.value)
            if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO:
                points = []
            points.append(new)
            ends = [points[-2:]] if len(points) > 1 else []
            if raw.FPDFPathSegment_GetClose(segment) and len(points) > 2:
                ends.append([points[-1], points[0]])
            for (x0, y0), (x1, y1) in ends:
                if abs(y0 - y1) < 1.5 and abs(x0 - x1) > 5:
                    flat.add(_Rule(round((y0 + y1) / 2, 1), round(min(x0, x1), 1), round(max(x0, x1), 1)))
                elif abs(x0 - x1) < 1.5 and abs(y0 - y1) > 5:
                    upright.add(_Rule(round((x0 + x1) / 2, 1), round(min(y0, y1), 1), round(max(y0, y1), 1)))
    return sorted(flat), sorted(upright)


def _grid(flat: Sequence[_Rule], upright: Sequence[_Rule]) -> _Grid | None:
    if len(flat) < 2 or not upright:
        return None
    # Official tables often have no line at their left and right
    ends = [min(one.low for one in flat), max(one.high for one in flat)]
    xs = _edges([*(one.at for one in upright), *ends])
    ys = _edges([*(one.at for one in flat), *(end for one in upright for end in one[1:])])[::-1]
    if len(xs) < 2 or len(ys) < 2 or (len(xs) - 1) * (len(ys) - 1) < 2 or len(xs) * len(ys) > 20_000:
        return None

    def ruled(rules: Sequence[_Rule], at: float, middle: float) -> bool:
        return any(abs(one.at - at) <= _NEAR and one.low <= middle <= one.high for one in rules)

    region = [[-1] * (len(xs) - 1) for _ in range(len(ys) - 1)]
    count = 0
    for r in range(len(ys) - 1):
        for c in range(len(xs) - 1):
            if region[r][c] >= 0:
                continue
            right, below = c, r
            while right + 2 < len(xs) and not ruled(upright, xs[right + 1], (ys[r] + ys[r + 1]) / 2):
                right += 1
            while below + 2 < len(ys) and not ruled(flat, ys[below + 1], (xs[c] + xs[c + 1]) / 2):
                below += 1
            for y in range(r, below + 1):
                for x in range(c, right + 1):
                    region[y][x] = count
            count += 1
    return _Grid(xs, ys, region) if count > 1 else None


def _edges(places: Iterable[float]) -> list[float]:
    """Places in order, those next to one another once."""
    found: list[float] = []
    for place in sorted(places):
        if not found or place - found[-1] > _NEAR:
            found.append(place)
    return found


_NUMBERED = re.compile(
    r"[-–—‐\s]*(?:page\s*)?\d{1,4}\s*(?:(?:/|of)\s*\d{1,4})?\s*(?:쪽|페이지|면)?[-–—‐\s]*", re.IGNORECASE
)
_OWN = re.compile(r"번호|제\s*목|건\s*명")


def _drop_edges(pages: Sequence[tuple[float, list[_Line | dict[str, Any]]]]) -> None:
    """Takes out page numbers, and lines that stand at the same place of most pages."""
    edges: list[list[_Line]] = []
    for height, told in pages:
        lines = sorted((one for one in told if isinstance(one, _Line)), key=lambda one: -one.top)
        far = [one for one in lines if one.bottom > 0.88 * height or one.top < 0.1 * height]
        edges.append([one for one in far if one in lines[:3] or one in lines[-3:]])
    seen = Counter(key for page in edges for key in {(one.text.strip(), round(one.bottom / 6)) for one in page})
    for (_, told), page in zip(pages, edges, strict=True):
        for one in page:
            text = one.text.strip()
            often = seen[text, round(one.bottom / 6)]
            if _NUMBERED.fullmatch(text) or (often > 1 and 2 * often > len(pages) and not _OWN.search(text)):
                told.remove(one)


_MARK = re.compile(
    r"\s*(?:\d{1,2}[.)]\s|[가-하][.)]\s|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]+\.?|[□■◇◆○●◦ㅇ▣▶▷◎•※\-–]\s?\S|\(?\d{1,2}\)\s|[①-⑳]|\[|【|<|제\s*목\b)"
)


def _flowed(pages: Sequence[Sequence[_Line | dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """Lines joined to paragraphs: one goes on while its lines reach the right margin."""
    lines = [one for told in pages for one in told if isinstance(one, _Line)]
    tall = median(one.top - one.bottom for one in lines) if lines else 0.0
    rights = sorted(one.right for one in lines)
    margin = rights[int(0.93 * (len(rights) - 1))] if rights else 0.0
    waiting: list[str] = []
    last: _Line | None = None
    begun = 0
    for number, told in enumerate(pages, 1):
        for place, one in enumerate(told):
            if waiting and (
                isinstance(one, dict)
                or last is None
                or last.right < margin - 1.6 * tall
                or _MARK.match(one.text)
                or (place and last.bottom - one.top > 2.2 * tall)
                or abs((last.top - last.bottom) - (one.top - one.bottom)) > 0.5 * tall
            ):
                yield {"text": waiting, "page": begun}
                waiting = []
            if isinstance(one, dict):
                yield one
                last = None
            else:
                if not waiting:
                    begun = number
                waiting.append(re.sub(r"\s+", " ", one.text))
                last = one
    if waiting:
        yield {"text": waiting, "page": begun}


def _as_row(block: Block | dict[str, Any]) -> dict[str, Any]:
    if isinstance(block, dict):
        return block
    if isinstance(block, Paragraph):
        return {"text": block.text, "page": block.page}
    return {
        "rows": block.rows,
        "merged": sorted(block.merged),
        "first": block.first,
        "title": block.title,
        "page": block.page,
    }


def _main(data: bytes, name: str) -> None:
    from defusedxml import DefusedXmlException  # type: ignore[import-untyped]

    try:
        kind, found = _read(data, name)
        told, size = [], 0
        for block in found:
            told.append(_as_row(block))
            size += len(json.dumps(told[-1], ensure_ascii=False))
            if size > 4 * MOST_TEXT:
                raise DocumentError(_TOO_BIG)
    except DocumentError as error:
        sys.stdout.buffer.write(str(error).encode())
        sys.exit(3)
    except UnicodeDecodeError:
        sys.stdout.buffer.write(_UNKNOWN.encode())
        sys.exit(3)
    except (*ZIP_TROUBLE, DefusedXmlException, ParseError, RecursionError, KeyError, ValueError):
        sys.stdout.buffer.write(_BROKEN.encode())
        sys.exit(3)
    sys.stdout.buffer.write(json.dumps({"kind": kind, "blocks": told}, ensure_ascii=False).encode("utf-8", "replace"))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (2 * SECONDS, 2 * SECONDS))  # also when the server was killed
    _main(sys.stdin.buffer.read(), sys.argv[1])
