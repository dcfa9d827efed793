"""Bad files of every kind an officer may hand over: each has the intake it goes to and a name that says what is wrong with it.

All are made here, from seeds; nothing is kept in git. ``corpus`` gives those of one intake; ``intakes`` takes them in.
"""

import gzip
import io
import json
import random
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import xlsxwriter
from PIL import Image

from lib.settings import ROOT
from tests.audit import made_reports

READ, REFUSED, EITHER = "read", "refused", "either"


@dataclass(frozen=True)
class Bad:
    """``name``: what is wrong. ``suffix``: what the file's name ends in. ``wanted``: whether it must be read or refused.

    ``more``: one more of the same kind, for the slow run only.
    """

    name: str
    data: bytes
    suffix: str
    wanted: str = EITHER
    more: bool = False


Bads = Iterator[Bad]


# --- any kind of file ----------------------------------------------------------------------------------------------

ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00\x3e\x00" + random.Random(1).randbytes(3000)
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04" + bytes(51) + b"\x80\0\0\0This program cannot be run in DOS mode.\r\r\n$" + random.Random(2).randbytes(3000)  # fmt: skip
NONSENSE: dict[str, bytes] = {
    "empty": b"",
    "one byte": b"A",
    "one zero byte": b"\0",
    "only a BOM": b"\xef\xbb\xbf",
    "only a UTF-16 mark": b"\xff\xfe",
    "half a UTF-16 letter": b"\xfe\xff\xac",
    "only zeros": bytes(5000),
    "only line ends": b"\r\n" * 500,
    "a program of Linux": ELF,
    "a program of Windows": EXE,
    "noise": random.Random(3).randbytes(4096),
    "a start of ZIP only": b"PK\x03\x04",
    "an empty ZIP": b"PK\x05\x06" + bytes(18),
    "an OLE header over nothing": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "an OLE header over noise": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(4).randbytes(5000),
    "a start of PDF only": b"%PDF-1.7\n",
    "a start of Parquet only": b"PAR1",
    "locked by DRM": b"\x9b\x20DRMONE  This Document is encrypted and protected by Fasoo DRM" + bytes(500),
    "RAR": b"Rar!\x1a\x07\x01\x00" + random.Random(5).randbytes(500),
    "7z": b"7z\xbc\xaf\x27\x1c" + random.Random(6).randbytes(500),
}


def anything(suffix: str, but: tuple[str, ...] = ()) -> Bads:
    """What no intake can use, under the right suffix."""
    for name, data in NONSENSE.items():
        if name not in but:
            yield Bad(name, data, suffix, REFUSED)


def damaged(good: bytes, suffix: str, flips: int = 4) -> Bads:
    """A good file cut off at every tenth, with bits turned over, packed, or with something before or behind it."""
    for tenth in range(1, 10):
        yield Bad(f"cut off at {tenth}0%", good[: len(good) * tenth // 10], suffix, more=tenth not in (3, 9))
    for seed in range(flips):
        chance, broken = random.Random(seed), bytearray(good)
        for _ in range(1 + 2**seed):
            broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
        yield Bad(f"{1 + 2**seed} bits turned over", bytes(broken), suffix, more=seed != 2)
    middle = len(good) // 2
    yield Bad("a hole of zeros in the middle", good[:middle] + bytes(1500) + good[middle + 1500 :], suffix)
    yield Bad("packed by gzip, the suffix kept", gzip.compress(good, mtime=0), suffix)
    yield Bad("a mail header before it", b"Content-Type: application/octet-stream\r\n\r\n" + good, suffix, more=True)
    yield Bad("another file behind it", good + b"PK\x03\x04" + ELF[:500], suffix)
    yield Bad("twice in one file", good + good, suffix, more=True)


def zipped(files: dict[str, bytes], *, locked: bool = False, names: str = "utf-8") -> bytes:
    """A ZIP; ``locked``: its files claim a password."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    packed = bytearray(out.getvalue())
    if locked:
        for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            at = packed.find(mark)
            while at >= 0:
                packed[at + place] |= 1
                at = packed.find(mark, at + 4)
    return bytes(packed)


@cache
def deflated(megabytes: int) -> bytes:
    """That many zeros, packed as ZIP and PDF pack them; made from one block said again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + packer.flush()


def bomb(name: str, megabytes: int, start: bytes = b"") -> bytes:
    """A ZIP of one file: ``start`` and then zeros, its checksum left out."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH) + deflated(megabytes)
    about = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 23585, 0, len(body), len(start) + megabytes * 2**20, len(name), 0)
    local = b"PK\x03\x04" + about + name.encode() + body
    listed = b"PK\x01\x02" + b"\x14\0" + about + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name.encode()
    return local + listed + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(listed), len(local), 0)


def inflating(megabytes: int) -> bytes:
    """Zeros as PNG packs them, their checksum left out."""
    return b"\x78\x9c" + deflated(megabytes) + bytes(4)


LAUGHS = (
    '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE a [<!ENTITY l0 "lol">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def ole(*streams: str) -> bytes:
    """The look of an old Office file: its streams' names, none of their content."""
    names = b"".join(name.encode("utf-16-le").ljust(64, b"\0") + bytes(64) for name in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + b"\x3e\0\x03\0\xfe\xff\x09\0" + bytes(480) + names + bytes(2048)  # fmt: skip


# --- tables --------------------------------------------------------------------------------------------------------

HEADER = ["신고번호", "신고일시", "개인통관고유부호", "물품가격(USD)", "비고"]
ROWS = [[f"A{n:04}", f"2026-06-{n % 28 + 1:02} 09:12", f"P{100000000000 + n}", f"{n},234.50", "예시 글"] for n in range(60)]  # fmt: skip


def lines(rows: list[list[str]], delimiter: str = ",", end: str = "\r\n") -> str:
    return end.join(delimiter.join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows) + end


CSV = lines([HEADER, *ROWS])


def texts() -> Bads:
    """CSV and what passes for it."""
    plain = CSV.encode()
    korean = CSV.encode("cp949")
    yield from damaged(plain, ".csv")
    yield Bad("cp949 cut in the middle of a letter", korean[: korean.rindex("글".encode("cp949")) + 1], ".csv")
    yield Bad("UTF-16 without its mark", CSV.encode("utf-16-le"), ".csv", REFUSED)
    yield Bad("UTF-16 of an odd number of bytes", b"\xff\xfe" + CSV.encode("utf-16-le")[:-1], ".csv", REFUSED)
    yield Bad("UTF-32", b"\xff\xfe\0\0" + CSV.encode("utf-32-le"), ".csv", REFUSED)
    yield Bad("UTF-7", CSV.encode("utf-7"), ".csv")
    yield Bad("half UTF-8, half cp949", plain + korean, ".csv")
    yield Bad("a lone surrogate in UTF-8", plain + b"\xed\xa0\x80,x\r\n", ".csv")
    yield Bad("a lone surrogate in UTF-16", b"\xff\xfe" + CSV.encode("utf-16-le") + b"\x00\xd8", ".csv", REFUSED)
    yield Bad("zeros in the first cell", b"\0\0" + plain, ".csv", REFUSED)
    yield Bad("zeros after a megabyte", plain + plain[len(HEADER) :] * 400 + b"\0\0,\0\r\n", ".csv")
    yield Bad("two BOMs", b"\xef\xbb\xbf" * 2 + plain, ".csv", READ)
    for name, delimiter in (("semicolons", ";"), ("tabs", "\t"), ("bars", "|"), ("carets", "^")):
        yield Bad(f"{name} between cells", lines([HEADER, *ROWS], delimiter).encode(), ".csv", READ if delimiter != "^" else EITHER)  # fmt: skip
    yield Bad("only CR at line ends", lines([HEADER, *ROWS], end="\r").encode(), ".csv", READ)
    yield Bad("line ends mixed", (lines([HEADER, *ROWS[:9]]) + lines(ROWS[9:18], end="\r") + lines(ROWS[18:], end="\n")).encode(), ".csv")  # fmt: skip
    yield Bad("a quote never closed in the header", ('"' + CSV).encode(), ".csv")
    bare = CSV.replace('"', "")
    yield Bad("a quote never closed in row 5", bare.replace("A0003", '"A0003').encode(), ".csv", REFUSED)
    yield Bad("a quote never closed in a 40 MB file", (bare.replace("A0003", '"A0003') + bare * 12000).encode(), ".csv", REFUSED)  # fmt: skip
    yield Bad("quotes all over", (('"' * 7 + ",") * 9 + "\n").encode() * 500, ".csv")
    yield Bad("a cell of one megabyte", (lines([HEADER, *ROWS]) + "가" * 350_000 + ",1,1,1,1\r\n").encode(), ".csv", READ)  # fmt: skip
    yield Bad("a first cell of one megabyte", ("가" * 350_000 + ",b,c,d,e\r\n" + lines(ROWS)).encode(), ".csv")
    yield Bad("a row too long whose cell is of one megabyte", (CSV + "x" * 2**20 + ",1,2,3,4,5,6\r\n").encode(), ".csv")
    yield Bad("a line of 40 MB", (CSV + "x" * 40_000_000).encode(), ".csv")
    yield Bad("a quoted cell of 40 MB", (CSV + '"' + "x\n" * 20_000_000 + '",1,1,1,1\n').encode(), ".csv")
    yield Bad("100,000 columns", (",".join(f"열{n}" for n in range(100_000)) + "\r\n" + "1," * 99_999 + "1\r\n").encode(), ".csv")  # fmt: skip
    yield Bad("100,000 columns of the same name", ("같은이름," * 99_999 + "같은이름\r\n" + "1," * 99_999 + "1\r\n").encode(), ".csv")  # fmt: skip
    yield Bad("100,000 columns without a name", ("a,b" + "," * 99_998 + "\r\n" + "1," * 99_999 + "1\r\n").encode(), ".csv")  # fmt: skip
    yield Bad("the header of one column over 200", ("번호\r\n" + ",".join("1" * 200) + "\r\n").encode() * 3, ".csv")
    yield Bad("every row of another width", "".join(",".join("1" * (n % 300 + 1)) + "\n" for n in range(3000)).encode(), ".csv")  # fmt: skip
    yield Bad("a row of 300,000 cells", (CSV + ",".join("1" * 300_000) + "\r\n").encode(), ".csv")
    yield Bad("only a header", lines([HEADER]).encode(), ".csv")
    yield Bad("numbers where the header should be", lines(ROWS).encode(), ".csv")
    yield Bad("the header in row 7", ("통관목록 조회 결과\r\n\r\n조회일,2026-06-30\r\n\r\n\r\n\r\n" + CSV).encode(), ".csv", READ)  # fmt: skip
    yield Bad("two rows of header", (lines([["신고", "", "부호", "가격", ""]]) + CSV).encode(), ".csv")
    yield Bad("the same header twice", lines([[*HEADER, "신고번호"], *[[*row, "1"] for row in ROWS]]).encode(), ".csv")
    yield Bad("the header again in the middle", (CSV + CSV).encode(), ".csv")
    yield Bad(
        "signs that turn the text around", CSV.replace("예시", "\u202egnp.exe\u202c\u2066").encode(), ".csv", READ
    )
    yield Bad(
        "letters without width in the header", CSV.replace("신고번호", "신\u200b고\ufeff번\u2060호").encode(), ".csv"
    )
    yield Bad("letters taken apart", unicodedata.normalize("NFD", CSV).encode(), ".csv", READ)
    yield Bad("formulas", CSV.replace("예시", "=HYPERLINK(0)").replace("A0001", "@SUM(1)").encode(), ".csv", READ)
    yield Bad("control signs", CSV.replace("예시", "\x01\x07\x1b[31m\x7f\x85").encode(), ".csv")
    for name, html in (
        ("HTML saved as .xls", "<html><body><table><tr><td>신고번호</td></tr></table></body></html>"),
        ("a log-in page saved as .csv", "<!DOCTYPE html><html><head><title>로그인</title></head></html>"),
        ("an XML spreadsheet of 2003", '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'),
        ("a page whose table stands bare", "  \n<TABLE><TR><TD>1</TD></TR></TABLE>"),
        ("a page that begins with a comment", "<!-- 조회 결과 -->\n<html><table><tr><td>a,b</td></tr></table></html>"),
        ("a page that begins with its style", "<style>td{mso-number-format:'@'}</style><table><tr><td>a,b</td></tr></table>"),
        ("a page of a portal", '<div class="x"><table border="1"><tr><th>신고번호</th></tr></table></div>'),
        ("XML 100,000 deep", "<?xml version='1.0'?>" + "<a>" * 100_000),
    ):  # fmt: skip
        yield Bad(name, html.encode(), ".xls", REFUSED)
    yield Bad("JSON", json.dumps([dict(zip(HEADER, row, strict=True)) for row in ROWS], ensure_ascii=False).encode(), ".csv")  # fmt: skip
    yield Bad("JSON 100,000 deep", b"[" * 100_000, ".csv")
    yield Bad("RTF", b"{\\rtf1\\ansi\\ansicpg949 \\'b0\\'a1}", ".csv")
    yield Bad(
        "a mail", b"From: a@example.com\r\nTo: b@example.com\r\nSubject: =?UTF-8?B?7ZWc?=\r\n\r\n" + plain, ".eml"
    )
    yield Bad("SVG", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', ".csv")
    yield Bad("a key", b"-----BEGIN CERTIFICATE-----\nMIIB,\n-----END CERTIFICATE-----\n", ".csv")


AWKWARD = (
    "NaN", "inf", "-Infinity", "1e400", "1e-400", "9" * 400, "-" + "9" * 30, "1E+99999999999", "0x10", "1_000", "1,23,456", "--5", "(1", "₩", "１２３", "٣",
    "12.345.678,90", "1/2", "50%", "#REF!", "#N/A", "#DIV/0!", "=1+1", "'=1+1", "TRUE", "null", "None", "N/A", "-", "1900-01-00", "1900-02-29", "9999-12-31",
    "10000-01-01", "0000-00-00", "2026-13-01", "2026-02-30", "26/6/1", "2026-06-30T24:00:00", "2026-06-30 09:12:61", "2026-06-30 09:12+99:99", "20260630250000",
    "20261301", "00000000", "99999999999999", "2958466", "60", "45000.99999999999", "2026년 6월 31일", "오후 13시", "2026-06-30 오후 25:61", "\u202e2026", "a" * 40_000,
    "\u200b", "\ufeff", "\u3000", "가" * 5000, "x\ry", "\x00"[:0] + "\x1f", "👩‍👩‍👧‍👦" * 50, "\u0301" * 3000, "P123456789012\u200b", "p１２３４５６７８９０１２", "' OR 1=1 --",
    "<script>alert(1)</script>", "../../etc/passwd", "{0.__class__}", "%s%n%d", "$(reboot)", "\u2028", "(((((((((", "△△1", "-(5)", "(-5)", "5-", "1e5e5", "1.2.3", "٫", "½", "Ⅳ",
)  # fmt: skip


def awkward(titles: list[str]) -> bytes:
    """A CSV whose every column holds every awkward cell."""
    rows = [[cell.replace('"', "") for _ in titles] for cell in AWKWARD]
    quoted = [[f'"{title}"' for title in titles], *([f'"{cell}"' for cell in row] for row in rows)]
    return "\r\n".join(map(",".join, quoted)).encode() + b"\r\n"


# workbooks

NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def xlsx(sheet: str, **parts: bytes | None) -> bytes:
    """A workbook of one sheet, whose XML is given; ``parts``: others in place of the usual, by the last word of their path."""
    files: dict[str, bytes] = {
        "[Content_Types].xml": b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>'.encode(),
        "xl/workbook.xml": f'<?xml version="1.0"?><workbook xmlns="{NS}" xmlns:r="{REL}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'.encode(),
        "xl/worksheets/sheet1.xml": sheet.encode("utf-8", "surrogatepass"),
    }  # fmt: skip
    for word, data in parts.items():
        path = next((path for path in files if path.endswith((f"{word}.xml", f"{word}.xml.rels"))), f"xl/{word}")
        if data is None:
            del files[path]
        else:
            files[path] = data
    return zipped(files)


def sheet(rows: str, more: str = "", before: str = "") -> str:
    return f'<?xml version="1.0"?><worksheet xmlns="{NS}">{before}<sheetData>{rows}</sheetData>{more}</worksheet>'


def row(n: int, *cells: str) -> str:
    made = "".join(f'<c r="{chr(65 + at)}{n}" t="inlineStr"><is><t>{cell}</t></is></c>' for at, cell in enumerate(cells))  # fmt: skip
    return f'<row r="{n}">{made}</row>'


BODY = row(1, "신고번호", "비고") + "".join(row(n, f"A{n}", "예시") for n in range(2, 30))


def book(rows: list[list[Any]], **more: Any) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "nan_inf_to_errors": True, "strings_to_formulas": False}) as made:
        made.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)})
        one = made.add_worksheet()
        for r, cells in enumerate(rows):
            for c, cell in enumerate(cells):
                one.write(r, c, cell)
        for place in more.get("merged", ()):
            one.merge_range(place, "합친 칸")
        if "formula" in more:
            one.write_formula("E3", more["formula"], None, "#REF!")
        if more.get("hidden"):
            made.add_worksheet().activate()
            made.worksheets()[1].set_first_sheet()
            one.hide()
    return out.getvalue()


def workbooks() -> Bads:
    good = book([HEADER, *ROWS])
    yield from damaged(good, ".xlsx")
    yield Bad("a workbook called .csv", good, ".csv", READ)
    yield Bad("locked by a password", ole("EncryptionInfo", "EncryptedPackage"), ".xlsx", REFUSED)
    yield Bad("a ZIP locked by a password", zipped({"xl/workbook.xml": b"x" * 90}, locked=True), ".xlsx", REFUSED)
    yield Bad("a ZIP of a CSV", zipped({"자료.csv": CSV.encode()}), ".xlsx", REFUSED)
    yield Bad("a ZIP that climbs out of its folder", zipped({"../../../tmp/x.csv": CSV.encode()}), ".xlsx", REFUSED)
    yield Bad("a Word document", made_reports.word_report([made_reports.REFUND]), ".xlsx", REFUSED)
    yield Bad("old Hangul", ole("FileHeader", "BodyText"), ".xls", REFUSED)
    yield Bad("an old workbook without a stream", ole("Workbook"), ".xls", REFUSED)
    yield Bad("a cell at A1 and one at XFD1048576", xlsx(sheet(row(1, "a", "b") + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')), ".xlsx", REFUSED)  # fmt: skip
    yield Bad("cells at A1 and CVA10000", xlsx(sheet(row(1, "a", "b") + '<row r="10000"><c r="CVA10000"><v>1</v></c></row>')), ".xlsx")  # fmt: skip
    yield Bad("a cell at ZZZZZZZ99999999999", xlsx(sheet(BODY + '<row r="9"><c r="ZZZZZZZ99999999999"><v>1</v></c></row>')), ".xlsx")  # fmt: skip
    yield Bad("claims A1:XFD1048576", xlsx(sheet(BODY, before='<dimension ref="A1:XFD1048576"/>')), ".xlsx", READ)
    yield Bad("a last row 300,000", xlsx(sheet(BODY + '<row r="300000"><c r="A300000"><v>1</v></c></row>')), ".xlsx")
    yield Bad("rows backwards", xlsx(sheet(row(9, "a", "b") + row(3, "c", "d") + row(1, "e", "f"))), ".xlsx")
    yield Bad("one cell twice", xlsx(sheet(BODY + row(2, "다시", "한번"))), ".xlsx")
    yield Bad("16,384 columns", book([[f"열{n}" for n in range(16_384)], list(range(16_384))]), ".xlsx")
    yield Bad("16,384 columns of the same name", book([["같은이름"] * 16_384, list(range(16_384))]), ".xlsx")
    yield Bad("a cell of one megabyte in a workbook", xlsx(sheet(BODY + row(40, "가" * 400_000, "x"))), ".xlsx", READ)
    yield Bad("a million empty rows", xlsx(sheet(BODY + "<row/>" * 1_000_000)), ".xlsx")
    yield Bad("errors in cells", xlsx(sheet(BODY + '<row r="40"><c r="A40" t="e"><v>#REF!</v></c><c r="B40" t="e"><v>#NONSENSE</v></c></row>')), ".xlsx")  # fmt: skip
    yield Bad("a formula that failed", book([HEADER, *ROWS], formula="=Sheet9!A1"), ".xlsx", READ)
    yield Bad("NaN and infinity as numbers", xlsx(sheet(BODY + '<row r="40"><c r="A40"><v>NaN</v></c><c r="B40"><v>1e999</v></c></row>')), ".xlsx")  # fmt: skip
    yield Bad(
        "a word where a number should be", xlsx(sheet(BODY + '<row r="40"><c r="A40"><v>백</v></c></row>')), ".xlsx"
    )
    yield Bad("a shared text that is not there", xlsx(sheet(BODY + '<row r="40"><c r="A40" t="s"><v>99999999</v></c></row>')), ".xlsx")  # fmt: skip
    yield Bad("a shared text of a negative number", xlsx(sheet(BODY + '<row r="40"><c r="A40" t="s"><v>-1</v></c></row>')), ".xlsx")  # fmt: skip
    yield Bad("a date far beyond 9999", xlsx(sheet(BODY + '<row r="40"><c r="A40" t="d"><v>99999-12-31T00:00:00</v></c></row>')), ".xlsx")  # fmt: skip
    styles = f'<?xml version="1.0"?><styleSheet xmlns="{NS}"><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
    dates = "".join(f'<row r="{40 + n}"><c r="A{40 + n}" s="0"><v>{v}</v></c></row>' for n, v in enumerate(("0", "-1", "60", "2958466", "1e15", "0.9999999999", "-1e300")))  # fmt: skip
    yield Bad("dates that no calendar has", xlsx(sheet(BODY + dates), **{"styles.xml": styles.encode()}), ".xlsx")
    yield Bad("merged header cells", book([HEADER, *ROWS], merged=["A1:B1", "C1:C2"]), ".xlsx")
    yield Bad("10,000 merged ranges", xlsx(sheet(BODY, more=f'<mergeCells>{"".join(f"<mergeCell ref={chr(34)}A{n}:XFD{n}{chr(34)}/>" for n in range(1, 10_001))}</mergeCells>')), ".xlsx")  # fmt: skip
    yield Bad(
        "the header in row 7 of a workbook", book([["통관목록"], [], [], [], [], [], HEADER, *ROWS]), ".xlsx", READ
    )
    yield Bad("two rows of header in a workbook", book([["신고", "", "부호", "가격", ""], HEADER, *ROWS]), ".xlsx")
    yield Bad("the same header twice in a workbook", book([[*HEADER, HEADER[0]], *[[*r, "1"] for r in ROWS]]), ".xlsx")
    yield Bad("numbers kept as text", book([HEADER, *[[*r[:3], f"'{r[3]}", r[4]] for r in ROWS]]), ".xlsx")
    yield Bad("a workbook without rows", xlsx(sheet("")), ".xlsx", REFUSED)
    yield Bad("only a cover sheet", xlsx(sheet(row(1, "표지"))), ".xlsx")
    yield Bad("no sheet at all", xlsx(sheet(BODY), **{"workbook": f'<?xml version="1.0"?><workbook xmlns="{NS}"><sheets/></workbook>'.encode()}), ".xlsx", REFUSED)  # fmt: skip
    yield Bad("a sheet that is not there", xlsx(sheet(BODY), **{"sheet1": None}), ".xlsx", REFUSED)
    yield Bad("a sheet that is no XML", xlsx("신고번호,비고\n1,2\n"), ".xlsx")
    yield Bad("a sheet cut off", xlsx(sheet(BODY)[:900]), ".xlsx")
    yield Bad("a thousand million laughs", xlsx(LAUGHS + sheet(row(1, "&l9;", "b"))[21:]), ".xlsx")
    yield Bad("a text from outside", xlsx(OUTSIDE + sheet(row(1, "&x;", "&x;"))[21:]), ".xlsx")
    yield Bad("XML 100,000 deep in a sheet", xlsx(sheet(BODY + "<row>" * 100_000)), ".xlsx")
    yield Bad("a bomb of 1.2 GB", bomb("xl/workbook.xml", 1200), ".xlsx", REFUSED)
    yield Bad("a sheet of 60 MB of blanks", xlsx(sheet(BODY).replace("</sheetData>", " " * 60_000_000 + "</sheetData>")), ".xlsx")  # fmt: skip
    lying = bytearray(good)
    at = lying.find(b"PK\x01\x02")
    lying[at + 24 : at + 28] = b"\xff\xff\xff\x7f"
    yield Bad("sizes that lie", bytes(lying), ".xlsx", REFUSED)
    yield Bad("macros", xlsx(sheet(BODY), **{"vbaProject.bin": ole("VBA")}), ".xlsm", READ)
    yield Bad("an ODS locked by a password", zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": b"<x><encryption-data/></x>", "content.xml": b"<a/>"}), ".ods", REFUSED)  # fmt: skip
    yield Bad("an ODS without content", zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": b"<x/>"}), ".ods", REFUSED)  # fmt: skip
    yield Bad("an ODS with a row repeated a thousand million times", zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": b"<x/>", "content.xml": ODS.format(rows=10**9, cells=1).encode()}), ".ods")  # fmt: skip
    yield Bad("an ODS with a cell repeated a thousand million times", zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": b"<x/>", "content.xml": ODS.format(rows=1, cells=10**9).encode()}), ".ods")  # fmt: skip
    yield Bad("20,000 parts", zipped({"xl/workbook.xml": b"<a/>", **{f"a/{n}": b"" for n in range(20_000)}}), ".xlsx", REFUSED)  # fmt: skip


ODS = '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="a"><table:table-row table:number-rows-repeated="{rows}"><table:table-cell table:number-columns-repeated="{cells}" office:value-type="string"><text:p>가</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>'


def parquet(**columns: Any) -> bytes:
    out = io.BytesIO()
    pyarrow.parquet.write_table(pa.table(columns), out)
    return out.getvalue()


def parquets() -> Bads:
    good = parquet(**{name: [r[at] for r in ROWS] for at, name in enumerate(HEADER)})
    yield from damaged(good, ".parquet", flips=6)
    wrong = pa.Array.from_buffers(pa.string(), 2, [None, pa.py_buffer(struct.pack("<3i", 0, 2, 4)), pa.py_buffer(b"\xff\xfe\xc3\x28")])  # fmt: skip
    yield Bad("texts that are no UTF-8", parquet(신고번호=wrong, 비고=wrong), ".parquet")
    yield Bad("a header that is not UTF-8", good.replace("비고".encode(), b"\xff\xfe\xfd\xfc\xfb\xfa"), ".parquet")
    kinds: dict[str, pa.Array] = {
        "bytes that are no text": pa.array([b"\xff\xfe", b"\0"]),
        "bytes of a fixed width": pa.array([b"\xff\xfe", b"\0\0"], pa.binary(2)),
        "times of the day": pa.array([1, 86_399], pa.time32("s")),
        "spans of time": pa.array([1, -(10**17)], pa.duration("us")),
        "moments beyond the calendar": pa.array([2**62, -(2**62)], pa.timestamp("us")),
        "moments beyond the calendar in seconds": pa.array([2**50, -(2**50)], pa.timestamp("s")),
        "moments of a zone nobody knows": pa.array([1, 2], pa.timestamp("us", "Mars/Olympus")),
        "moments of nanoseconds": pa.array([1, 2**62], pa.timestamp("ns")),
        "days beyond the calendar": pa.array([2**31 - 1, -(2**31)], pa.date32()),
        "days in milliseconds beyond the calendar": pa.array([86_400_000 * 2**30, 0], pa.date64()),
        "NaN and infinity": pa.array([float("nan"), float("inf")]),
        "half numbers": pa.array(np.array([1, 65504], np.float16)),
        "very large whole numbers": pa.array([2**64 - 1, 0], pa.uint64()),
        "numbers of 70 digits": pa.array([10**69, -1], pa.decimal256(76, 2)),
        "yes and no": pa.array([True, None]),
        "nothing at all": pa.nulls(2),
        "coded texts": pa.array(["가", "나"]).dictionary_encode(),
        "large texts": pa.array(["가", "나"], pa.large_string()),
        "texts seen through": pa.array(["가", "나"], pa.string_view()),
        "lists": pa.array([[1], [2]]),
        "records": pa.array([{"a": 1}, {"a": 2}]),
    }  # fmt: skip
    for name, values in kinds.items():
        yield Bad(f"cells of Parquet are {name}", parquet(신고번호=values, 비고=values), ".parquet")
    yield Bad("Parquet without columns", parquet(), ".parquet")
    yield Bad("Parquet without rows", parquet(신고번호=pa.array([], pa.string())), ".parquet")
    table = pa.table([pa.array(["a"])] * 3, ["신고번호", "신고번호", ""])
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out)
    yield Bad("Parquet with one header twice and one blank", out.getvalue(), ".parquet")
    many = io.BytesIO()
    pyarrow.parquet.write_table(pa.table([pa.nulls(30_000_000, pa.int8())], ["a"]), many)
    yield Bad("Parquet of 30,000,000 rows in some kilobytes", many.getvalue(), ".parquet", REFUSED)
    wide = io.BytesIO()
    pyarrow.parquet.write_table(
        pa.table([pa.DictionaryArray.from_arrays(pa.array([0] * 5_000, pa.int32()), ["x" * 1_000_000])], ["a"]), wide
    )
    yield Bad("Parquet of 5 GB of text in some kilobytes", wide.getvalue(), ".parquet")


def tables() -> Bads:
    yield from anything(".csv", but=("one byte",))
    yield from texts()
    yield from workbooks()
    yield from parquets()


# --- registers of buildings and businesses -------------------------------------------------------------------------


def title_line(n: int, cells: int = 77) -> str:
    told = {1: f"11710-{n}", 6: "서울특별시 송파구 가온동 91-2번지", 7: "서울특별시 송파구 가온마루로 152", 8: "가온빌딩", 9: "11710", 10: "99900", 23: "1동", 36: "업무시설"}  # fmt: skip
    return "|".join(told.get(at, "") for at in range(1, cells + 1))


def registers() -> Bads:
    good = "".join(f"{title_line(n)}\r\n" for n in range(50)).encode("cp949")
    yield from anything(".txt", but=("one byte",))
    yield from damaged(good, ".txt")
    yield Bad("only CR at line ends", good.replace(b"\r\n", b"\r"), ".txt")
    yield Bad("one line without an end", title_line(1).encode("cp949"), ".txt", READ)
    yield Bad("lines of every width", "".join(f"{title_line(n, 36 + n % 40)}\n" for n in range(200)).encode("cp949"), ".txt")  # fmt: skip
    yield Bad("a last line of 40 MB", good + b"x" * 40_000_000, ".txt")
    yield Bad("a cell of 20 MB", good + title_line(3).replace("가온빌딩", "x" * 20_000_000).encode("cp949") + b"\r\n", ".txt")  # fmt: skip
    yield Bad("zeros between the lines", good + bytes(3000) + good, ".txt")
    yield Bad("UTF-16", b"\xff\xfe" + good.decode("cp949").encode("utf-16-le"), ".txt")
    yield Bad("half in UTF-8", good + good.decode("cp949").encode(), ".txt")
    yield Bad("quotes never closed", good.replace("가온빌딩".encode("cp949"), b'"'), ".txt", READ)
    yield Bad("a register with a header twice", "관리건축물대장PK,대지위치,주용도코드명,대지위치\r\n1,가,업무,나\r\n".encode(), ".csv")  # fmt: skip
    yield Bad("a register of bytes", parquet(관리건축물대장PK=pa.array([b"\xff"]), 대지위치=pa.array([b"\xff"]), 주용도코드명=pa.array([b"\xff"])), ".parquet")  # fmt: skip
    yield Bad("a register of lengths of time", parquet(관리건축물대장PK=pa.array([1], pa.duration("s")), 대지위치=pa.array(["a"]), 주용도코드명=pa.array(["a"])), ".parquet")  # fmt: skip


# --- photos --------------------------------------------------------------------------------------------------------


def picture(size: tuple[int, int] = (400, 280), mode: str = "RGB") -> Image.Image:
    """A label of noise and lines: as hard to pack as a photo."""
    chance = np.random.default_rng(7)
    plain = chance.integers(120, 255, (size[1], size[0], 3), np.uint8)
    plain[:: size[1] // 20 + 1] = 0
    return Image.fromarray(plain).convert(mode)


def saved(image: Image.Image, kind: str, **more: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def png(width: int, height: int, *chunks: tuple[bytes, bytes], depth: int = 8, colour: int = 2, interlace: int = 0) -> bytes:  # fmt: skip
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(chunk(*one) for one in chunks) + chunk(b"IEND", b"")


def tiff(tags: list[tuple[int, int, int, int]], behind: bytes = b"", following: int = 0) -> bytes:
    """Little-endian; a tag: number, type, count, value or place."""
    entries = b"".join(struct.pack("<HHII", *tag) for tag in sorted(tags))
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + struct.pack("<I", following) + behind


def bare_tiff(width: int, height: int, *more: tuple[int, int, int, int], following: int = 0) -> bytes:
    return tiff([(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8), (278, 4, 1, height), (279, 4, 1, 64), *more], bytes(64), following)  # fmt: skip


def gif(frames: int, width: int = 2, height: int = 2) -> bytes:
    one = b"\x2c" + struct.pack("<HHHHB", 0, 0, 2, 2, 0) + b"\x02\x03\x84\x51\x00\x00"
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return head + one * frames + b";"


def heic(size: tuple[int, int] = (400, 280)) -> bytes:
    import pillow_heif

    out = io.BytesIO()
    pillow_heif.from_pillow(picture(size)).save(out, quality=40)
    return out.getvalue()


def photos() -> Bads:
    kinds = {"JPEG": saved(picture(), "JPEG"), "PNG": saved(picture(), "PNG"), "WEBP": saved(picture(), "WEBP"), "HEIC": heic(), "AVIF": saved(picture(), "AVIF"), "GIF": saved(picture(), "GIF"), "BMP": saved(picture(), "BMP"), "TIFF": saved(picture(), "TIFF", compression="tiff_deflate")}  # fmt: skip
    yield from anything(".jpg")
    for kind, good in kinds.items():
        for bad in damaged(good, f".{kind.lower()}", flips=6):
            yield replace(bad, name=f"{kind}: {bad.name}")
    jpeg, plain = kinds["JPEG"], kinds["PNG"]
    yield Bad("a PNG called .jpg", plain, ".jpg", READ)
    yield Bad("a PNG of 60,000 x 60,000", png(60_000, 60_000, (b"IDAT", zlib.compress(bytes(1000)))), ".png", REFUSED)
    yield Bad("a PNG of 2,147,483,647 squared", png(2**31 - 1, 2**31 - 1, (b"IDAT", b"")), ".png", REFUSED)
    yield Bad("a PNG of 0 x 0", png(0, 0, (b"IDAT", b"")), ".png", REFUSED)
    yield Bad("a PNG of 79,000,000 x 1", png(79_000_000, 1, (b"IDAT", zlib.compress(bytes(79_000_000 * 3 + 1), 1))), ".png")  # fmt: skip
    yield Bad("a PNG of 1 x 79,000,000", png(1, 79_000_000, (b"IDAT", zlib.compress(bytes(79_000_000 * 4), 1))), ".png")  # fmt: skip
    yield Bad("a PNG interlaced, of 80,000,000 pixels", png(10_000, 8_000, (b"IDAT", inflating(229)), interlace=1), ".png", more=True)  # fmt: skip
    yield Bad("a PNG whose notes are a bomb", png(200, 200, *[(b"zTXt", b"a\0\0" + inflating(200))] * 20, (b"IDAT", zlib.compress(bytes(120_200)))), ".png")  # fmt: skip
    yield Bad("a PNG whose colour profile is a bomb", png(200, 200, (b"iCCP", b"a\0\0" + inflating(1024)), (b"IDAT", zlib.compress(bytes(120_200)))), ".png")  # fmt: skip
    yield Bad("a PNG of more pixels than it claims", png(200, 200, (b"IDAT", inflating(200))), ".png")
    yield Bad("a PNG with 100,000 chunks", png(200, 200, *[(b"tEXt", b"a\0b")] * 100_000, (b"IDAT", zlib.compress(bytes(120_200)))), ".png")  # fmt: skip
    yield Bad("an APNG that claims 4,000,000,000 frames", png(200, 200, (b"acTL", struct.pack(">II", 2**32 - 1, 0)), (b"IDAT", zlib.compress(bytes(120_200)))), ".png")  # fmt: skip
    yield Bad("a PNG of 16 bits", saved(picture(mode="L").convert("I;16"), "PNG"), ".png")
    yield Bad("a JPEG of 65,500 x 1", saved(picture((65_500, 1)), "JPEG"), ".jpg")
    yield Bad("a JPEG of 65,535 x 65,535", jpeg.replace(struct.pack(">HH", 280, 400), b"\xff\xff\xff\xff"), ".jpg", REFUSED)  # fmt: skip
    yield Bad("a JPEG without a height", jpeg.replace(struct.pack(">HH", 280, 400), b"\0\0\x01\x90"), ".jpg", REFUSED)
    yield Bad("a JPEG taller than its data", jpeg.replace(struct.pack(">HH", 280, 400), struct.pack(">HH", 9_000, 400)), ".jpg")  # fmt: skip
    yield Bad("a JPEG with a ZIP behind it", jpeg + zipped({"a.exe": EXE}), ".jpg", READ)
    yield Bad("a JPEG with HTML behind it", jpeg + b"<html><script>alert(1)</script></html>", ".jpg", READ)
    yield Bad("a JPEG for print", saved(picture(mode="CMYK"), "JPEG"), ".jpg", READ)
    yield Bad("a JPEG with a broken profile", saved(picture(), "JPEG", icc_profile=random.Random(8).randbytes(3000)), ".jpg", READ)  # fmt: skip
    profile = b"\0\0\x02\x00lcms\x04\x30\0\0mntrRGB XYZ " + bytes(16) + b"acsp" + bytes(88) + b"\xff\xff\xff\xff" + b"rXYZ\0\0\0\x90\xff\xff\xff\xff" * 30  # fmt: skip
    yield Bad("a JPEG whose profile claims 4,294,967,295 tags", saved(picture(), "JPEG", icc_profile=profile), ".jpg", READ)  # fmt: skip
    for orientation in (0, 9, 65_535):
        exif = Image.Exif()
        exif[274] = orientation
        yield Bad(f"turned by {orientation}, as nothing is", saved(picture(), "JPEG", exif=exif), ".jpg", READ)
    looped = b"Exif\0\0" + tiff([(34665, 4, 1, 8), (274, 3, 1, 6)], following=8)
    yield Bad("EXIF that leads to itself", saved(picture(), "JPEG", exif=looped), ".jpg", READ)
    yield Bad(
        "EXIF of noise", saved(picture(), "JPEG", exif=b"Exif\0\0II*\0" + random.Random(9).randbytes(9000)), ".jpg"
    )
    huge = b"Exif\0\0" + tiff([(271, 2, 0xFFFFFFF0, 20), (274, 3, 0xFFFFFFF0, 20)])
    yield Bad("EXIF whose texts claim 4 GB", saved(picture(), "JPEG", exif=huge), ".jpg")
    scans = jpeg[:-2] + jpeg[jpeg.rindex(b"\xff\xda") : -2] * 3000 + b"\xff\xd9"
    yield Bad("a JPEG of 3,000 scans", scans[: 30 * 2**20], ".jpg", REFUSED)
    yield Bad("a JPEG of markers without a body", b"\xff\xd8\xff" + b"\xff\xe1\x00\x02" * 200_000 + b"\xff\xd9", ".jpg", REFUSED)  # fmt: skip
    yield Bad(
        "a JPEG of segments of length 0", b"\xff\xd8" + b"\xff\xe1\x00\x00" * 200_000 + b"\xff\xd9", ".jpg", REFUSED
    )
    yield Bad("a progressive JPEG cut off", saved(picture(), "JPEG", progressive=True)[:9000], ".jpg", REFUSED)
    yield Bad("a GIF of 10,000 frames", gif(10_000), ".gif")
    yield Bad("a GIF of 2,000,000 frames", gif(1_600_000), ".gif")
    yield Bad("a GIF of 60,000 x 60,000", gif(1, 60_000, 60_000), ".gif", REFUSED)
    yield Bad("a GIF without a frame", gif(0), ".gif", REFUSED)
    yield Bad("a GIF of 8,900 x 8,900 and 300 frames", gif(300, 8_900, 8_900), ".gif")
    yield Bad("a moving WebP", saved(picture(), "WEBP", save_all=True, append_images=[picture((400, 280), "L").convert("RGB")] * 20), ".webp", READ)  # fmt: skip
    yield Bad("a WebP that claims 16,384 squared", b"RIFF\x40\0\0\0WEBPVP8L\x30\0\0\0\x2f\xff\xff\xff\x0f" + bytes(60), ".webp", REFUSED)  # fmt: skip
    yield Bad("a WebP that claims 16,777,216 squared", b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0" + b"\x02\0\0\0" + b"\xff" * 6 + bytes(60), ".webp", REFUSED)  # fmt: skip
    yield Bad("a TIFF of 60,000 x 60,000", bare_tiff(60_000, 60_000), ".tif", REFUSED)
    yield Bad("a TIFF whose pages lead to themselves", bare_tiff(200, 200, following=8), ".tif")
    yield Bad("a TIFF whose tag claims 4,294,967,295 values", tiff([(256, 4, 1, 200), (257, 4, 1, 200), (258, 3, 0xFFFFFFFF, 8), (273, 4, 0xFFFFFFFF, 8)]), ".tif", REFUSED)  # fmt: skip
    yield Bad("a TIFF without its data", bare_tiff(8_000, 8_000), ".tif", REFUSED)
    yield Bad("a TIFF of 400 pages", saved(picture((40, 30)), "TIFF", save_all=True, append_images=[picture((40, 30))] * 400), ".tif")  # fmt: skip
    yield Bad("a TIFF of colours by lightness", saved(picture(mode="LAB"), "TIFF"), ".tif")
    yield Bad(
        "a TIFF of numbers with NaN", saved(Image.fromarray(np.full((200, 200), np.nan, np.float32)), "TIFF"), ".tif"
    )
    yield Bad("a TIFF of numbers as large as can be", saved(Image.fromarray(np.full((200, 200), 3e38, np.float32)), "TIFF"), ".tif")  # fmt: skip
    yield Bad("a TIFF that packs 79,000,000 pixels in some kilobytes", saved(Image.new("RGB", (8_888, 8_888)), "TIFF", compression="tiff_deflate"), ".tif", more=True)  # fmt: skip
    yield Bad(
        "a big TIFF of numbers that claims 16 GB", b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0" + b"\xff" * 60, ".tif", REFUSED
    )
    yield Bad("a BMP of -2,147,483,648 rows", b"BM" + bytes(12) + struct.pack("<IiiHHIIiiII", 40, 400, -(2**31), 1, 24, 0, 0, 0, 0, 0, 0), ".bmp", REFUSED)  # fmt: skip
    yield Bad("a BMP of 60,000 x 60,000", b"BM" + bytes(12) + struct.pack("<IiiHHIIiiII", 40, 60_000, 60_000, 1, 24, 0, 0, 0, 0, 0, 0), ".bmp", REFUSED)  # fmt: skip
    yield Bad("a BMP packed by runs without an end", b"BM" + bytes(8) + b"\x36\0\0\0" + struct.pack("<IiiHHIIiiII", 40, 8_000, 8_000, 1, 8, 1, 0, 0, 0, 0, 0) + b"\xff\x01" * 40, ".bmp", REFUSED)  # fmt: skip
    good = kinds["HEIC"]
    at = good.find(b"ispe")
    yield Bad("a HEIC that claims 60,000 x 60,000", good[: at + 8] + struct.pack(">II", 60_000, 60_000) + good[at + 16 :], ".heic")  # fmt: skip
    yield Bad("a HEIC whose boxes have no length", good[:40] + bytes(4) + good[44:], ".heic")
    yield Bad("a HEIC of boxes in boxes", good[:24] + b"".join(struct.pack(">I4s", 80_000 - 8 * n, b"meta") for n in range(9_000)), ".heic")  # fmt: skip
    yield Bad("only the brand of a HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", ".heic", REFUSED)
    yield Bad(
        "SVG with a script", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', ".jpg", REFUSED
    )
    yield Bad("SVG of a thousand million laughs", (LAUGHS + "<svg>&l9;</svg>").encode(), ".svg", REFUSED)
    yield Bad("a page", b"<!DOCTYPE html><html><body>404</body></html>", ".jpg", REFUSED)
    yield Bad("a raw photo of Canon", b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom" + bytes(500), ".cr3", REFUSED)
    yield Bad("a raw photo of Adobe", bare_tiff(400, 280, (50706, 1, 4, 0x00000401)), ".dng", REFUSED)
    yield Bad(
        "a raw photo of Canon of old", b"II*\0\x10\0\0\0CR\x02\0" + random.Random(10).randbytes(2000), ".cr2", REFUSED
    )
    yield Bad("a film", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(500), ".mp4", REFUSED)
    yield Bad("a text", "성분: 멜라토닌".encode("cp949"), ".jpg", REFUSED)
    yield Bad("a photo of one pixel", saved(picture((1, 1)), "PNG"), ".png", READ)
    yield Bad("31 MB of a photo", jpeg + bytes(31 * 2**20), ".jpg", REFUSED)


# --- documents of audits -------------------------------------------------------------------------------------------


def docx(body: str, **more: bytes) -> bytes:
    """``body``: the XML of the document's own part, whole."""
    return zipped(
        {"[Content_Types].xml": b"<Types/>", "word/document.xml": body.encode("utf-8", "surrogatepass"), **more}
    )


W = '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
SAID = "<w:p><w:r><w:t>제목: 예시 지적사항입니다</w:t></w:r></w:p>"
TWO = [made_reports.REFUND, made_reports.STORE]


def pdf(*objects: bytes, trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A PDF of those objects, numbered from 1."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % at for at in places)
    return bytes(out + b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start))


def one_page(content: bytes, packed: bool = False, box: bytes = b"0 0 600 800") -> bytes:
    how = b"/Filter /FlateDecode " if packed else b""
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [" + box + b"] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> /XObject << /X 6 0 R >> >> >>",
        b"<< " + how + b"/Length %d >>\nstream\n" % len(content) + content + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >> /Length 5 >>\nstream\n/X Do\nendstream",
    )  # fmt: skip


def locked_pdf() -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(PdfReader(io.BytesIO(one_page(b"BT /F 12 Tf 50 700 Td (Title: an example of a finding) Tj ET"))))
    writer.encrypt("비밀")
    return made_reports.saved_pdf(writer)


def documents() -> Bads:
    yield from anything(".docx", but=("one byte", "a start of Parquet only"))
    kinds = {".docx": made_reports.word_report(TWO), ".hwpx": made_reports.hwpx_report(TWO), ".pdf": one_page(b"BT /F 12 Tf 50 700 Td (1. Title: an example of a finding) Tj ET"), ".csv": made_reports.csv_list(TWO), ".txt": made_reports.text_report(TWO)}  # fmt: skip
    for suffix, good in kinds.items():
        for bad in damaged(good, suffix, flips=3):
            yield replace(bad, name=f"{suffix[1:]}: {bad.name}")
    for bad in damaged(made_reports.sheet_list(TWO), ".xlsx"):
        yield replace(bad, name=f"xlsx: {bad.name}", more=True)
    # Word
    yield Bad("Word with macros", docx(W + SAID, **{"word/vbaProject.bin": ole("VBA")}), ".docm", REFUSED)
    yield Bad("Word without its text", zipped({"[Content_Types].xml": b"<Types/>", "word/styles.xml": b"<a/>"}), ".docx", REFUSED)  # fmt: skip
    yield Bad("Word whose text is empty", docx(""), ".docx", REFUSED)
    yield Bad("Word cut off within its XML", docx(W + SAID), ".docx", REFUSED)
    yield Bad("Word of a thousand million laughs", docx(LAUGHS + "<a>&l9;</a>"), ".docx", REFUSED)
    yield Bad("Word with a text from outside", docx(OUTSIDE + "<a>&x;</a>"), ".docx", REFUSED)
    yield Bad("Word 100,000 deep", docx(W + "<w:tbl><w:tr><w:tc>" * 100_000), ".docx", REFUSED)
    deep = "<w:tbl><w:tr><w:tc>" * 2000 + SAID + "</w:tc></w:tr></w:tbl>" * 2000
    yield Bad("Word of tables within tables, 2,000 deep", docx(f"{W}{deep}</w:body></w:document>"), ".docx")
    yield Bad(
        "Word of 2,000,000 empty paragraphs",
        docx(f"{W}{'<w:p/>' * 2_000_000}{SAID}</w:body></w:document>"),
        ".docx",
        more=True,
    )
    yield Bad("Word that unpacks to 60 MB", docx(f"{W}{' ' * 60_000_000}</w:body></w:document>"), ".docx", REFUSED)
    wide = '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>'
    yield Bad(
        "Word whose cell is 999,999,999 columns wide",
        docx(f"{W}{wide * 300}{SAID}</w:body></w:document>"),
        ".docx",
        more=True,
    )
    yield Bad("Word with a lone surrogate", docx(f"{W}{SAID}<w:p><w:r><w:t>\ud800</w:t></w:r></w:p></w:body></w:document>"), ".docx")  # fmt: skip
    yield Bad("Word with control signs", docx(f"{W}{SAID.replace('예시', '&#1;')}</w:body></w:document>"), ".docx")
    yield Bad("Word locked by a password", ole("EncryptionInfo", "EncryptedPackage"), ".docx", REFUSED)
    yield Bad("a ZIP locked by a password", zipped({"word/document.xml": b"<a/>"}, locked=True), ".docx", REFUSED)
    yield Bad("a ZIP of programs", zipped({"a.exe": EXE, "../../b.sh": b"rm"}), ".docx", REFUSED)
    yield Bad("30,000 parts", zipped({f"word/{n}.xml": b"" for n in range(30_000)}), ".docx", REFUSED)
    # Hangul
    yield Bad("old Hangul", ole("FileHeader", "BodyText", "HwpSummaryInformation"), ".hwp", REFUSED)
    yield Bad(
        "Hangul of the nineties", b"HWP Document File V3.00 \x1a\x01\x02\x03\x04\x05" + bytes(500), ".hwp", REFUSED
    )
    yield Bad("HWPX without a section", zipped({"mimetype": b"application/hwp+zip", "Contents/header.xml": b"<a/>"}), ".hwpx", REFUSED)  # fmt: skip
    yield Bad("HWPX whose section is noise", zipped({"mimetype": b"application/hwp+zip", "Contents/section0.xml": random.Random(11).randbytes(900)}), ".hwpx", REFUSED)  # fmt: skip
    yield Bad("HWPX of a thousand million laughs", zipped({"Contents/section0.xml": (LAUGHS + "<a>&l9;</a>").encode()}), ".hwpx", REFUSED)  # fmt: skip
    yield Bad("HWPX of section 99…9", zipped({f"Contents/section{'9' * 5000}.xml": b"<a/>"}), ".hwpx", REFUSED)
    cells = '<a><tbl><tr><tc><cellAddr colAddr="999999999" rowAddr="999999999"/><cellSpan colSpan="999999999" rowSpan="999999999"/></tc></tr></tbl></a>'
    yield Bad(
        "HWPX whose cell stands at 999,999,999", zipped({"Contents/section0.xml": cells.encode()}), ".hwpx", REFUSED
    )
    yield Bad("HWPX locked by a password", zipped({"META-INF/manifest.xml": b"<a><encryption-data/></a>", "Contents/section0.xml": b"x"}), ".hwpx", REFUSED)  # fmt: skip
    yield Bad("an old Word file", ole("WordDocument", "1Table"), ".doc", REFUSED)
    yield Bad("an old workbook with macros", ole("Workbook", "_VBA_PROJECT_CUR"), ".xls", REFUSED)
    # PDF
    yield Bad("PDF locked by a password", locked_pdf(), ".pdf", REFUSED)
    yield Bad("PDF without pages", pdf(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"), ".pdf", REFUSED)  # fmt: skip
    yield Bad("PDF whose pages lead to themselves", pdf(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"), ".pdf", REFUSED)  # fmt: skip
    yield Bad("PDF that claims 2,000,000,000 pages", pdf(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 2000000000 >>"), ".pdf", REFUSED)  # fmt: skip
    yield Bad("PDF whose reference table leads to itself", pdf(b"<< /Type /Catalog /Pages 2 0 R >>", trailer=b"/Root 1 0 R /Prev 9"), ".pdf", REFUSED)  # fmt: skip
    yield Bad("PDF whose root is not there", pdf(b"<< >>", trailer=b"/Root 99 0 R"), ".pdf", REFUSED)
    yield Bad("PDF with a script", pdf(b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (while(1){}) >> >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"<< /Type /Page /Parent 2 0 R >>"), ".pdf", REFUSED)  # fmt: skip
    yield Bad("PDF of pictures only", one_page(b"0 0 600 800 re f"), ".pdf", REFUSED)
    yield Bad("PDF whose drawing draws itself", one_page(b"/X Do BT /F 12 Tf 50 700 Td (1. Title: an example) Tj ET"), ".pdf")  # fmt: skip
    yield Bad("PDF whose page unpacks to 600 MB", one_page(inflating(600), packed=True), ".pdf", REFUSED, more=True)
    yield Bad("PDF of a page as large as a country", one_page(b"BT /F 12 Tf 50 700 Td (1. Title: an example) Tj ET", box=b"0 0 1e30 1e30"), ".pdf")  # fmt: skip
    yield Bad("PDF of a page turned inside out", one_page(b"BT /F 12 Tf 50 700 Td (1. Title: an example) Tj ET", box=b"9 9 0 0"), ".pdf")  # fmt: skip
    yield Bad("PDF of 300,000 lines drawn", one_page(zlib.compress(b"".join(b"%d 0 m %d 800 l S\n" % (n % 600, n % 600) for n in range(300_000))), packed=True), ".pdf", more=True)  # fmt: skip
    grid = b"".join(b"%d 0 m %d 800 l S 0 %d m 600 %d l S\n" % (4 * n, 4 * n, 5 * n, 5 * n) for n in range(150))
    yield Bad(
        "PDF of a grid of 150 x 150", one_page(grid + b"BT /F 12 Tf 50 700 Td (1. Title: an example) Tj ET"), ".pdf"
    )
    text = b"BT /F 12 Tf 50 700 Td " + b"(1. Title: an example of words) Tj T*\n" * 60_000 + b"ET"
    yield Bad("PDF of 1,800,000 letters on one page", one_page(zlib.compress(text), packed=True), ".pdf")
    yield Bad("PDF of brackets 100,000 deep", pdf(b"<< /Type /Catalog /Pages 2 0 R /X " + b"[" * 100_000 + b" >>"), ".pdf", REFUSED)  # fmt: skip
    yield Bad("PDF of letters that mean nothing", one_page(b"BT /F 12 Tf 50 700 Td (" + b"\\001\\002\\003" * 300 + b") Tj ET"), ".pdf")  # fmt: skip
    # sheets and texts
    yield Bad("a sheet with cells at A1 and XFD1048576", xlsx(sheet(row(1, "제목", "b") + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')), ".xlsx", REFUSED)  # fmt: skip
    merged = "".join(f'<mergeCell ref="A1:XFD{n}"/>' for n in range(1, 3000))
    yield Bad("a sheet of 3,000 merged ranges over one another", xlsx(sheet("".join(row(n, *"제목나다라마바사아자차카타파하") for n in range(1, 1500)), more=f"<mergeCells>{merged}</mergeCells>")), ".xlsx", more=True)  # fmt: skip
    yield Bad("a sheet with a text from outside", xlsx(OUTSIDE + sheet(row(1, "&x;", "&x;"))[21:]), ".xlsx")
    yield Bad("a page called .docx", b"<!DOCTYPE html><html><body>1</body></html>", ".docx", REFUSED)
    yield Bad("RTF called .docx", b"{\\rtf1\\ansi 1. Title}", ".docx", REFUSED)
    yield Bad("Hangul's XML", b'<?xml version="1.0"?><HWPML Version="2.8"></HWPML>', ".hml", REFUSED)
    yield Bad("cp949 cut in the middle of a letter", "제목: 예시 지적".encode("cp949")[:-1], ".txt")
    yield Bad("UTF-16 without its mark", "제목: 예시 지적사항\n".encode("utf-16-le") * 30, ".txt")
    yield Bad("UTF-16 of an odd number of bytes", b"\xff\xfe" + "제목: 예시".encode("utf-16-le")[:-1], ".txt", REFUSED)
    yield Bad("a quote never closed", '제목,내용,조치\n"가,나,다\n'.encode() + "가,나,다\n".encode() * 3000, ".csv")
    yield Bad("a list of 100,000 columns", (",".join(["제목"] * 100_000) + "\n").encode() * 3, ".csv")
    yield Bad("a list of 1,000 rows", ("번호,제목,지적내용,조치\n" + "".join(f"{n},예시 {n},내용이 잘못되었다,주의\n" for n in range(1_000))).encode(), ".csv", READ)  # fmt: skip
    yield Bad("a list whose every row is blank", b",\n,\n", ".csv")
    yield Bad(
        "a table of Markdown 50,000 rows long", ("|제목|내용|\n|---|---|\n" + "|가|나|\n" * 50_000).encode(), ".md"
    )
    for number, (name, piece) in enumerate(LONG.items()):
        start, more = "제목: 예시 지적\n지적내용:", number % 3 != 0
        yield Bad(f"half a megabyte of {name}", f"{start} {piece * (500_000 // len(piece.encode()))}".encode(), ".txt", more=more)  # fmt: skip
        line = piece * (30 // len(piece) + 1)
        yield Bad(f"6,000 lines of {name}", f"{start}\n{f'{line}{chr(10)}' * 6000}".encode(), ".txt", more=more)


LONG = {  # what a careless pattern goes over again and again
    "digits": "1", "blanks": " ", "one letter": "가", "open brackets": "(", "quotes of laws": "「", "closed quotes": "「관세법」", "articles": "제1조", "numbered parts": "1. ",
    "boxes": "□ ", "sums": "1,234천원 ", "digits with commas": "1,", "hundreds of millions": "억만", "points": "․", "dashes": "-", "people": "주의 2명, ", "dispositions": "시정 ",
    "phones": "010-1234-5678 ", "numbers of residents": "900101-1234567 ", "mail": "a@", "stars": "*", "bars": "|", "same-law words": "같은 법 ", "and-words": "및 ", "dates": "2026. 1. 1. ",
    "titles": "제목: ", "equal signs": "=", "names": "홍길동 과장 ", "cases": "2026-1234호 ", "annexes": "별표 1 ", "lists": "['가', ",
}  # fmt: skip


# --- laws ----------------------------------------------------------------------------------------------------------

RECORDS = [{"law": "예시법", "kind": "법률", "조번호": f"제{n}조", "제목": "목적", "내용": f"제{n}조(목적) 이 법은 예시로 지어낸 것이다.", "시행일자": "20260101"} for n in range(1, 40)]  # fmt: skip


def law_xml(articles: str, day: str = "20260101", name: str = "예시법") -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><법령><기본정보><법령명_한글>{name}</법령명_한글><시행일자>{day}</시행일자></기본정보><조문>{articles}</조문></법령>'


def unit(n: str, text: str, more: str = "") -> str:
    return f"<조문단위><조문번호>{n}</조문번호><조문여부>조문</조문여부><조문내용>{text}</조문내용>{more}</조문단위>"


UNITS = "".join(unit(str(n), f"제{n}조(목적) 이 법은 예시로 지어낸 것이다.") for n in range(1, 40))


def law_files() -> Bads:
    good, listed = law_xml(UNITS).encode(), json.dumps(RECORDS, ensure_ascii=False).encode()
    packed = zipped({"a.xml": good, "b.json": listed})
    for suffix, whole in ((".xml", good), (".json", listed), (".zip", packed)):
        for bad in (*anything(suffix), *damaged(whole, suffix)):
            yield replace(bad, name=f"{suffix[1:]}: {bad.name}")
    yield Bad("XML called .json", good, ".json")
    yield Bad("a ZIP called .xml", zipped({"a.xml": good}), ".xml")
    yield Bad("XML of a thousand million laughs", (LAUGHS + "<법령>&l9;</법령>").encode(), ".xml", REFUSED)
    yield Bad(
        "XML with a text from outside",
        (OUTSIDE + "<법령><법령명_한글>&x;</법령명_한글></법령>").encode(),
        ".xml",
        REFUSED,
    )
    yield Bad(
        "XML 100,000 deep", ("<법령>" + "<항>" * 100_000 + "</항>" * 100_000 + "</법령>").encode(), ".xml", REFUSED
    )
    yield Bad("XML 900,000 deep", ("<법령>" * 900_000).encode(), ".xml", REFUSED, more=True)
    yield Bad(
        "an article 3,000 deep", law_xml(unit("1", "제1조(목적) 가", "<항>" * 3000 + "</항>" * 3000)).encode(), ".xml"
    )
    yield Bad("XML of 2,000,000 elements", law_xml("<a/>" * 2_000_000).encode(), ".xml", REFUSED)
    yield Bad("one element with 300,000 attributes", law_xml(f"<a {' '.join(f'a{n}={chr(34)}{chr(34)}' for n in range(300_000))}/>{UNITS}").encode(), ".xml", more=True)  # fmt: skip
    yield Bad("cp949 that claims UTF-8", law_xml(UNITS).encode("cp949"), ".xml", READ)
    yield Bad("UTF-8 that claims UTF-16", good.replace(b"UTF-8", b"UTF-16"), ".xml", READ)
    yield Bad("an encoding nobody knows", good.replace(b"UTF-8", b"KLINGON"), ".xml")
    yield Bad("UTF-16 without its mark", law_xml(UNITS).encode("utf-16-le"), ".xml", REFUSED)
    yield Bad("a page instead of a law", b"<!DOCTYPE html><html><body>error</body></html>", ".xml", REFUSED)
    yield Bad("a refusal of the service", "<Response><result>실패</result><msg>사용자 정보 검증에 실패하였습니다.</msg></Response>".encode(), ".xml", REFUSED)  # fmt: skip
    yield Bad("an XML of something else", b"<?xml version='1.0'?><rss><channel/></rss>", ".xml", REFUSED)
    yield Bad("a law without a name", law_xml(UNITS, name="").encode(), ".xml", REFUSED)
    yield Bad("a law without articles", law_xml("").encode(), ".xml", REFUSED)
    yield Bad("a day that is none", law_xml(UNITS, day="20261350").encode(), ".xml", REFUSED)
    yield Bad("a day of the year 0", law_xml(UNITS, day="00000101").encode(), ".xml", REFUSED)
    yield Bad("article 99…9", law_xml(unit("9" * 9000, "제1조(목적) 가나다")).encode(), ".xml")
    yield Bad("article ١", law_xml(unit("١", "제١조(목적) 가나다")).encode(), ".xml")
    yield Bad("zeros in the text", law_xml(unit("1", "제1조(목적) \0\x01\x1f가")).encode(), ".xml")
    yield Bad("a name with line ends and signs", law_xml(UNITS, name="예\n시\u202e법\u200b").encode(), ".xml")
    yield Bad("pictures without an end", law_xml(unit("1", "제1조(목적) " + "&lt;img " * 100_000)).encode(), ".xml")
    for name, piece in LONG.items():
        text = piece.replace("&", "") * (900_000 // len(piece.encode()))
        told = json.dumps([{**RECORDS[0], "내용": f"제1조(목적) {text}"}], ensure_ascii=False)
        yield Bad(f"a megabyte of {name}", law_xml(unit("1", f"제1조(목적) {text}")).encode(), ".xml")
        yield Bad(f"a record of {name}", told.encode(), ".json", more=True)
    yield Bad("200,000 articles", law_xml("".join(f"<조문단위><조문번호>{n}</조문번호><조문내용>제{n}조(가) 나</조문내용></조문단위>" for n in range(1, 200_001))).encode(), ".xml")  # fmt: skip
    # JSON
    yield Bad("JSON 100,000 deep", b"[" * 100_000 + b"]" * 100_000, ".json", REFUSED)
    yield Bad("JSON of objects 100,000 deep", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, ".json", REFUSED)
    yield Bad(
        "a law of JSON 900 deep", b'{"\xeb\xb2\x95\xeb\xa0\xb9":' + b'{"a":' * 900 + b"1" + b"}" * 901, ".json", REFUSED
    )
    yield Bad(
        "JSON with a lone surrogate", json.dumps([{**RECORDS[0], "내용": "제1조(목적) 가\ud800나"}]).encode(), ".json"
    )
    yield Bad("a law's name is a lone surrogate", json.dumps([{**RECORDS[0], "law": "\udfff"}]).encode(), ".json")
    yield Bad("a number of 10,000 digits", b'[{"law": ' + b"9" * 10_000 + b"}]", ".json", REFUSED)
    yield Bad("NaN", b'[{"law": NaN, "\xeb\x82\xb4\xec\x9a\xa9": Infinity}]', ".json")
    yield Bad("one key twice", b'[{"law":"a","law":"b"}]', ".json", REFUSED)
    yield Bad("lists where words should be", json.dumps([{key: [value, {"a": value}] for key, value in RECORDS[0].items()}], ensure_ascii=False).encode(), ".json")  # fmt: skip
    yield Bad("a list of numbers", b"[1, 2, 3]", ".json", REFUSED)
    yield Bad("a list of nothing", b"[]", ".json", REFUSED)
    yield Bad("only null", b"null", ".json", REFUSED)
    yield Bad("two answers in one file", b"{}\n{}", ".json", REFUSED)
    yield Bad("a word of the wrong shape", json.dumps({"법령": {"조문": {"조문단위": 1, "content": [[[[]]]]}}}).encode(), ".json", REFUSED)  # fmt: skip
    yield Bad("keys that no XML could have", json.dumps({"법령": {"<&>": "x", "": "y", "\0": "z", "기본정보": {"법령명_한글": "예시법"}}}).encode(), ".json", REFUSED)  # fmt: skip
    # ZIP
    for name, inside in (("climbs out", "../../../tmp/ax-evil.xml"), ("begins at the root", "/tmp/ax-evil.xml"), ("names a drive", "C:\\ax-evil.xml"), ("climbs out as Windows does", "..\\..\\ax-evil.xml")):  # fmt: skip
        yield Bad(f"a ZIP that {name}", zipped({inside: good}), ".zip", REFUSED)
    yield Bad("a ZIP locked by a password", zipped({"a.xml": good}, locked=True), ".zip", REFUSED)
    yield Bad("a ZIP of a bomb", bomb("a.xml", 1200), ".zip", REFUSED)
    yield Bad("a ZIP of 10 files of 30 MB", zipped({f"{n}.xml": (law_xml(UNITS) + " " * 30_000_000).encode() for n in range(10)}), ".zip", REFUSED, more=True)  # fmt: skip
    yield Bad("a ZIP in a ZIP", zipped({"a.zip": zipped({"a.xml": good})}), ".zip", REFUSED)
    yield Bad("a ZIP of 30,000 files", zipped({f"{n}.xml": b"" for n in range(30_000)}), ".zip", REFUSED)
    yield Bad("a ZIP one of whose files is broken", zipped({"a.xml": good, "b.xml": good[:500]}), ".zip", REFUSED)
    yield Bad("a ZIP of photos", zipped({"a.jpg": b"\xff\xd8"}), ".zip", REFUSED)


# --- official files of addresses -----------------------------------------------------------------------------------


def address_line(n: int, cells: int = 31) -> str:
    told = {1: "1171099900", 2: "서울특별시", 3: "송파구", 4: "가온동", 6: "0", 7: "91", 8: "2", 9: "117109990001", 10: "가온마루로", 11: "0", 12: str(n), 13: "0", 16: f"1171099900100910002{n:06d}", 17: "01", 20: "05599", 26: "가온빌딩", 27: "0", 28: "05599", 29: "0"}  # fmt: skip
    return "|".join(told.get(at, "") for at in range(1, cells + 1))


def addresses() -> Bads:
    good = "".join(f"{address_line(n)}\r\n" for n in range(1, 120)).encode("cp949")
    for suffix, whole in ((".txt", good), (".zip", zipped({"build_seoul.txt": good}))):
        for bad in (*anything(suffix), *damaged(whole, suffix)):
            yield replace(bad, name=f"{suffix[1:]}: {bad.name}")
    yield Bad("only CR at line ends", good.replace(b"\r\n", b"\r"), ".txt")
    yield Bad("one address without a line end", address_line(5).encode("cp949"), ".txt", READ)
    yield Bad("a last line of 40 MB", good + b"9" * 40_000_000, ".txt")
    yield Bad("a line of 40 MB in the middle", good + b"9" * 40_000_000 + b"\r\n" + good, ".txt")
    yield Bad("a cell of 20 MB", good + address_line(200).replace("가온빌딩", "x" * 20_000_000).encode("cp949") + b"\r\n", ".txt")  # fmt: skip
    yield Bad("a member of 1.2 GB without a line end", bomb("build_seoul.txt", 1200, good), ".zip")
    yield Bad("numbers beyond counting", good + address_line(7).replace("|91|", f"|{'9' * 300}|").encode("cp949") + b"\r\n", ".txt")  # fmt: skip
    yield Bad("digits of other scripts", good + address_line(8).replace("|91|", "|٣|").encode() + b"\r\n", ".txt")
    yield Bad("half in UTF-8", good + good.decode("cp949").encode(), ".txt")
    yield Bad("UTF-16", b"\xff\xfe" + good.decode("cp949").encode("utf-16-le"), ".txt", REFUSED)
    yield Bad("every line of another width", "".join(f"{address_line(n, 10 + n % 40)}\r\n" for n in range(1, 900)).encode("cp949"), ".txt")  # fmt: skip
    yield Bad("half of the lines with a bar too many", "".join(f"{address_line(n)}{'|' * (n % 2)}\r\n" for n in range(1, 900)).encode("cp949"), ".txt")  # fmt: skip
    yield Bad("quotes never closed", good.replace("가온빌딩".encode("cp949"), b'"'), ".txt", READ)
    yield Bad("the same building 5,000 times", (address_line(1) + "\r\n").encode("cp949") * 5000, ".txt", READ)
    yield Bad("a ZIP that climbs out", zipped({"../../../tmp/ax-evil.txt": good}), ".zip")
    yield Bad("a ZIP locked by a password", zipped({"build_seoul.txt": good}, locked=True), ".zip", REFUSED)
    yield Bad("a ZIP of 30,000 files", zipped({f"{n}.txt": b"" for n in range(30_000)}), ".zip", REFUSED)
    yield Bad("a ZIP in a ZIP", zipped({"a.zip": zipped({"build_seoul.txt": good})}), ".zip", REFUSED)
    yield Bad("a file of addresses without its roads", b"1171099900100910002000152|117109990001|01|0|152|0|05599||||\r\n" * 9, ".txt", REFUSED)  # fmt: skip


# --- declarations in JSON, questions and numbers in text ------------------------------------------------------------

PARCEL = {"신고번호": "11710-26-1", "신고일시": "2026-06-30 09:12", "수하인성명": "홍길동", "개인통관고유부호": "P123456789012", "수하인전화번호": "010-0000-0000", "배송지우편번호": "05599", "배송지주소": "가온마루로 152", "해외판매자": "EXAMPLE", "품명": "SHOES", "HS6": "640399", "물품가격(USD)": 45.9}  # fmt: skip


def parcels() -> Bads:
    good = json.dumps(PARCEL, ensure_ascii=False).encode()
    yield from anything(".json")
    yield from damaged(good, ".json")
    for name, data in {
        "JSON 100,000 deep": b"[" * 100_000 + b"]" * 100_000,
        "objects 100,000 deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        "a number of 10,000 digits": b'{"a": ' + b"9" * 10_000 + b"}",
        "a list of numbers": b"[1, 2]",
        "a word": b'"a"',
        "null": b"null",
        "a list of nothing": b"[]",
        "one object and one number a line": good + b"\n1\n",
        "UTF-16 without its mark": good.decode().encode("utf-16-le"),
        "cp949 cut in the middle of a letter": "{'가".encode("cp949")[:-1],
    }.items():  # fmt: skip
        yield Bad(name, data, ".json", REFUSED)
    yield Bad("cp949", good.decode().encode("cp949"), ".json", READ)
    yield Bad("UTF-16", good.decode().encode("utf-16"), ".json", READ)
    yield Bad("one key twice", b'{"a":1,' + good[1:], ".json")
    odd: dict[str, Any] = {"a lone surrogate": "\ud800", "a list": [1], "an object": {"a": [1]}, "true": True, "NaN": float("nan"), "infinity": float("inf"), "minus": -1, "1e308": 1e308, "2**200": 2**200, "a megabyte": "가" * 350_000, "nothing": None, "an empty text": "", "zeros": "\0\0", "signs": "\u202e\u200b'\"<>", "a date of 9999": "9999-12-31 23:59:59", "a date of 0001": "0001-01-01", "a date with a zone": "2026-06-30T09:12:00+09:00", "a date of a week": "2026-W27-2"}  # fmt: skip
    for what, value in odd.items():
        for key in PARCEL:
            yield Bad(f"「{key}」 is {what}", json.dumps({**PARCEL, key: value}).encode(), ".json")
        yield Bad(f"everything is {what}", json.dumps(dict.fromkeys(PARCEL, value)).encode(), ".json")
    yield Bad("keys of a megabyte", json.dumps({**PARCEL, "가" * 350_000: 1}).encode(), ".json")
    yield Bad("200,000 keys", json.dumps({**PARCEL, **{f"k{n}": 1 for n in range(200_000)}}).encode(), ".json")
    yield Bad("a key that is a lone surrogate", json.dumps({**PARCEL, "\udc00": 1}).encode(), ".json")


def listed() -> Bads:
    """Lines of text: questions, numbers of consignments."""
    good = "관세 환급은 언제까지 신청합니까?\n보세구역에 물품을 들여올 때 무엇을 신고합니까?\n".encode()
    for bad in anything(".txt"):
        sure = bad.name in ("empty", "a program of Linux", "a program of Windows", "noise", "only zeros")
        yield bad if sure else replace(bad, wanted=EITHER)
    yield from damaged(good, ".txt")
    yield Bad("cp949 cut in the middle of a letter", good.decode().encode("cp949")[:-3], ".txt")
    yield Bad("UTF-16 without its mark", good.decode().encode("utf-16-le"), ".txt", REFUSED)
    yield Bad("UTF-16 of an odd number of bytes", b"\xff\xfe" + good.decode().encode("utf-16-le")[:-1], ".txt", REFUSED)
    yield Bad("a workbook", book([["질문"], ["관세"]]), ".txt", REFUSED)
    yield Bad("a photo", saved(picture((60, 40)), "JPEG"), ".txt", REFUSED)
    yield Bad("a line of 60 MB", b"x" * 60_000_000, ".txt", REFUSED)
    yield Bad("20,000,000 empty lines", b"\n" * 20_000_000, ".txt", REFUSED)
    yield Bad("zeros between letters", "관\0세\n".encode() * 9, ".txt", REFUSED)
    yield Bad("only CR at line ends", good.replace(b"\n", b"\r"), ".txt", READ)
    yield Bad("half in cp949", good + good.decode().encode("cp949"), ".txt")


# --- what the suite itself keeps, broken by hand or by a failing disk ------------------------------------------------


def kept() -> Bads:
    lines_ = {
        "no JSON": b"{",
        "a list": b"[]\n",
        "a number": b"1\n",
        "a line of another release": b'{"law": "a"}\n',
        "texts that are numbers": b'{"law": 1, "article": 2, "title": 3, "text": 4, "id": 5}\n',
        "too many keys": b'{"law":"a","article":"b","title":"c","text":"d","x":"e"}\n',
        "cut off": json.dumps(RECORDS[0], ensure_ascii=False).encode()[:-20],
        "100,000 deep": b"[" * 100_000,
        "not UTF-8": b"\xff\xfe\xfd\n",
        "only zeros": bytes(3000),
        "a number of 10,000 digits": b'{"law": ' + b"9" * 10_000 + b"}\n",
    }  # fmt: skip
    yield from (Bad(f"kept file: {name}", data, ".jsonl", REFUSED) for name, data in lines_.items())
    yield Bad("kept file: empty", b"", ".jsonl", READ)


def contracts() -> Bads:
    """Every awkward cell in every column of every table an officer hands over."""
    for folder in sorted((ROOT / "lib" / "entries").glob("*/tables.py")):
        entry = folder.parent.name
        for name, one in import_module(f"lib.entries.{entry}.tables").TABLES.items():
            titles = [column.title for column in one.columns]
            yield Bad(f"awkward cells: {entry} {name}", awkward(titles), f".{entry}.{name}.csv", READ)


def fits() -> Bads:
    """Tables never seen before, to make a model of."""
    days = [f"2026-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}" for n in range(300)]
    for name, results, other in (
        ("one row", ["1"], ["1"]),
        ("no result at all", [""] * 300, ["1"] * 300),
        ("all results alike", ["0"] * 300, [str(n) for n in range(300)]),
        ("two hits", ["1", "1", *["0"] * 298], [str(n) for n in range(300)]),
        ("results that are words", ["아마"] * 300, ["1"] * 300),
        ("every cell blank", ["0", "1"] * 150, [""] * 300),
        ("awkward cells", ["0", "1"] * 150, [cell.replace('"', "")[:300] for cell in (AWKWARD * 9)[:300]]),
        ("one value a row", ["0", "1"] * 150, [f"값 {n}" for n in range(300)]),
    ):
        rows = [[f'"{cell}"' for cell in cells] for cells in zip(days, results, other, other[::-1], strict=False)]
        yield Bad(f"to fit: {name}", lines([["날짜", "결과", "가", "나"], *rows]).replace('""', '"').encode(), ".csv")
    for day in ("아무 날", "9999-99-99", "", "10000-01-01", "0001-01-01", "1e400"):
        yield Bad(
            f"to fit: the day 「{day}」", lines([["날짜", "결과", "가"], *[[day, "1", "2"]] * 50]).encode(), ".csv"
        )
    yield Bad("to fit: no such columns", CSV.encode(), ".csv", REFUSED)


CORPUS: dict[str, Callable[[], Bads]] = {
    "table": tables,
    "contract": contracts,
    "fit": fits,
    "register": registers,
    "photo": photos,
    "document": documents,
    "law": law_files,
    "addresses": addresses,
    "parcel": parcels,
    "lines": listed,
    "kept": kept,
}

FOUND = {  # what was not told in words, or took too long, before it was mended
    "a row too long whose cell is of one megabyte", "a first cell of one megabyte", "100,000 columns", "100,000 columns of the same name",
    "100,000 columns without a name", "a page that begins with a comment", "a page that begins with its style", "a page of a portal",
    "cells at A1 and CVA10000", "16,384 columns", "16,384 columns of the same name", "an ODS with a row repeated a thousand million times",
    "an ODS with a cell repeated a thousand million times", "texts that are no UTF-8", "a header that is not UTF-8", "Parquet without columns",
    "Parquet of 5 GB of text in some kilobytes", "only CR at line ends", "one line without an end", "a last line of 40 MB", "a cell of 20 MB",
    "a register of bytes", "a GIF of 2,000,000 frames", "a PNG of 1 x 79,000,000", "a law of JSON 900 deep", "JSON with a lone surrogate",
    "a law's name is a lone surrogate", "a member of 1.2 GB without a line end", "a ZIP locked by a password", "a ZIP of 30,000 files",
    "200,000 keys", "a list of 100,000 columns", "a list of 1,000 rows", "a list whose every row is blank", "a line of 60 MB",
}  # fmt: skip
_OWN_PROCESS = (".xlsx", ".xlsm", ".ods", ".docx", ".docm", ".hwpx", ".pdf", ".txt", ".md", ".hwp")


def corpus(intake: str, *, everything: bool) -> Bads:
    """The bad files of an intake; usually without one more of the same kind, and of those that cost a process of their own some."""
    for bad in CORPUS[intake]():
        costly = intake in ("table", "document") and bad.suffix in _OWN_PROCESS
        rare = bad.more or (costly and zlib.crc32(bad.name.encode()) % (4 if intake == "document" else 3))
        if everything or bad.name in FOUND or not rare:
            yield bad
