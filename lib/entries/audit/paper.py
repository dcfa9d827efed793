"""「감사 질의 검토보고」 of one question: a PDF to print and a DOCX to work on, both with the same parts.

Questions, answers and findings are hostile until they stand here as text: they reach typst only as strings of one JSON
input and Word only as text of runs.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from lib import typeset
from lib.entries.audit.deadlines import CAUTION, Reckoned

TITLE = "감사 질의 검토보고"
KST = timezone(timedelta(hours=9))
FONT = "맑은 고딕"
LONGEST, ROWS = 50_000, 200  # letters of one text; rows of one table or lines of one part; what is more is told
ALWAYS = ("질문", "검토 내용", "근거")  # parts told even where there is nothing
NONE = "해당하는 내용이 없습니다."
MADE_UP = "가상 사례는 예방 교육을 위하여 지어낸 것이며 실제 사건이나 기관과 관계가 없습니다."
WARNINGS = (
    "이 보고는 규정과 사례를 찾아 엮은 참고 자료이며 처분이나 법률 판단이 아닙니다. 사실관계와 적용 여부는 사람이 확인하십시오.",
    "조문은 적힌 시행일이나 수집 시점의 것입니다. 처리하기 전에 국가법령정보센터 등에서 현행 원문을 확인하십시오.",
)


@dataclass(frozen=True)
class Source:
    """What 「[n]」 rests on. ``as_of``: 시행일, or when the text was collected; "" where neither is known."""

    n: int
    id: str
    title: str
    as_of: str
    quote: str


@dataclass(frozen=True)
class Past:
    """A past finding alike. ``disposition``: as one text; ``made_up``: a 가상 사례."""

    id: str
    year: int
    title: str
    disposition: str
    made_up: bool = True


@dataclass(frozen=True)
class Told:
    """A question and all that was answered. ``at``: when it was asked, KST where it has no zone; ``paragraphs``: with their [n]."""

    question: str
    asked_by: str
    office: str
    at: datetime
    paragraphs: tuple[str, ...]
    sources: tuple[Source, ...] = ()
    findings: tuple[Past, ...] = ()
    checklist: tuple[str, ...] = ()
    deadlines: tuple[Reckoned, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Part:
    """A section: a table (``head``, ``rows``, ``widths`` in mm; 0: the rest) and then ``lines``, each after ``mark``."""

    title: str
    lines: tuple[str, ...] = ()
    mark: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    widths: tuple[int, ...] = ()


def _moment(told: Told) -> datetime:
    return told.at.astimezone(KST) if told.at.tzinfo else told.at.replace(tzinfo=KST)


def _about(told: Told) -> list[tuple[str, str]]:
    return [
        ("질의 일시", f"{_moment(told):%Y-%m-%d %H:%M} (KST)"),
        ("관서", told.office or "-"),
        ("질의자", told.asked_by or "-"),
    ]


def _parts(told: Told) -> list[_Part]:
    made_up = any(one.made_up for one in told.findings)
    parts = [
        _Part("질문", _lines(told.question)),
        _Part("검토 내용", tuple(line for text in told.paragraphs for line in _lines(text))),
        _Part(
            "근거",
            head=("번호", "조문", "제목", "시행일·수집본", "인용"),
            rows=tuple((f"[{one.n}]", one.id, one.title, one.as_of or "미상", one.quote) for one in told.sources),
            widths=(11, 32, 30, 24, 0),
        ),
        _Part(
            "기한 계산",
            tuple(one.text for one in told.deadlines) + (CAUTION,) * bool(told.deadlines),
            head=("기한", "근거", "기준일", "마지막 날", "상태"),
            rows=tuple(_deadline(one) for one in told.deadlines),
            widths=(0, 46, 23, 23, 20),
        ),
        _Part(
            "비슷한 지적사례",
            (MADE_UP,) * made_up,
            head=("번호", "연도", "제목", "처분", "구분"),
            rows=tuple(
                (one.id, str(one.year), one.title, one.disposition, "가상 사례" if one.made_up else "실제 사례")
                for one in told.findings
            ),
            widths=(28, 13, 0, 40, 20),
        ),
        _Part("확인할 것", tuple(told.checklist), "□ "),
        _Part("주의", (*WARNINGS, *told.notes), "※ "),
    ]
    return [part for part in parts if part.lines or part.rows or part.title in ALWAYS]


def _deadline(one: Reckoned) -> tuple[str, ...]:
    state = "날짜 필요" if one.last is None else "지남" if one.passed else "남음"
    return one.name, f"{one.law} {one.article}", str(one.start or "-"), str(one.last or "-"), state


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in re.split(r"[\r\n\u2028\u2029\x0b\x0c\x85]+", _cut(text)) if line.strip())


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _more(part: _Part) -> tuple[str, ...]:
    """What was left out of a part, told."""
    left = max(len(part.rows) - ROWS, 0) + max(len(part.lines) - ROWS, 0)
    return (f"외 {left:,}건은 적지 않았습니다.",) * (left > 0)


# PDF


def pdf(told: Told) -> bytes:
    """As PDF. Raises ``typeset.TypesetError`` (Korean) without the fonts."""
    parts = [
        {
            "title": part.title,
            "lines": [part.mark + typeset.line(text, LONGEST) for text in part.lines[:ROWS]] + list(_more(part)),
            "head": list(part.head),
            "rows": [[typeset.line(cell, LONGEST) for cell in row] for row in part.rows[:ROWS]],
            "widths": list(part.widths),
        }
        for part in _parts(told)
    ]
    about = [[what, typeset.line(value, 200)] for what, value in _about(told)]
    told_page = {"title": TITLE, "about": about, "parts": parts, "none": NONE}
    return bytes(typeset.pages(PAGE, told_page, _moment(told)))


PAGE = r"""
#let d = json(bytes(sys.inputs.data))
#let ink = rgb("#1b2f4b")
#set document(title: d.title)
#set page(paper: "a4", margin: (x: 18mm, top: 20mm, bottom: 18mm),
  footer: context align(center, text(8pt)[#counter(page).display() / #counter(page).final().first()]))
#set text(font: "Pretendard", size: 9.6pt, lang: "ko", region: "kr", hyphenate: false, fallback: false)
#set par(leading: .65em, spacing: .85em)
#set table(stroke: (x, y) => (bottom: .4pt + luma(160)), inset: (x: 3pt, y: 3.4pt))
#set heading(numbering: "1.")
#show heading: it => block(above: 1.6em, below: .8em, sticky: true, text(11.5pt, fill: ink, it))
#align(center, text(19pt, weight: "bold", fill: ink, d.title))
#table(columns: (26mm, 1fr), ..d.about.map(((k, v)) => (table.cell(fill: luma(230), k), v)).join())
#for part in d.parts {
  heading(part.title)
  if part.rows.len() > 0 {
    set text(8pt)
    table(columns: part.widths.map(w => if w == 0 { 1fr } else { w * 1mm }),
      table.header(..part.head.map(h => table.cell(fill: luma(230), strong(h)))), ..part.rows.join())
  }
  for line in part.lines { par(line) }
  if part.rows.len() + part.lines.len() == 0 { text(fill: luma(90), d.none) }
}
"""


# DOCX


def docx(told: Told) -> bytes:
    """As a Word document."""
    book = Document()
    rels = book.part.package.rels
    for key in [key for key, rel in rels.items() if rel.reltype.endswith("/thumbnail")]:  # the template's picture
        del rels[key]
    _styled(book, told)
    book.add_heading(TITLE, 0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    _table(book, (), _about(told), (30, 144))
    for i, part in enumerate(_parts(told), 1):
        book.add_heading(f"{i}. {part.title}", 1)
        if part.rows:
            _table(book, part.head, part.rows[:ROWS], part.widths)
        for text in part.lines[:ROWS]:
            book.add_paragraph(part.mark + _text(text))
        for text in _more(part):
            book.add_paragraph(text)
        if not part.rows and not part.lines:
            book.add_paragraph(NONE)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _styled(book: Any, told: Told) -> None:
    """A4, Korean fonts in every style that is used, page numbers, and properties of our own."""
    page = book.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(18)
    page.top_margin = page.bottom_margin = Mm(20)
    for name, size in (("Normal", 10), ("Title", 19), ("Heading 1", 12), ("Table Grid", 9), ("Footer", 8)):
        style = book.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        if name in ("Title", "Heading 1"):
            style.font.color.rgb = RGBColor(0x1B, 0x2F, 0x4B)
        fonts = style.element.rPr.rFonts
        for key in [key for key in fonts.attrib if key.endswith("Theme")]:  # a theme's font wins over a named one
            del fonts.attrib[key]
        fonts.set(qn("w:eastAsia"), FONT)
    for lang in book.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:eastAsia"), "ko-KR")
    foot = page.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for text, field in (("", "PAGE"), (" / ", "NUMPAGES")):
        foot.add_run(text)
        number = OxmlElement("w:fldSimple")
        number.set(qn("w:instr"), field)
        foot._p.append(number)
    about, at = book.core_properties, _moment(told)
    about.title, about.subject, about.author = TITLE, "", _text(told.office)[:200]
    about.comments = about.keywords = about.category = about.last_modified_by = ""
    about.created = about.modified = at.astimezone(UTC).replace(tzinfo=None)
    about.revision, about.language = 1, "ko-KR"


def _table(book: Any, head: tuple[str, ...], rows: Any, widths: tuple[int, ...]) -> None:
    """A table whose head comes again on each page; without one, the first column is the head."""
    whole = 174  # mm between the margins
    wide = [width or whole - sum(widths) for width in widths]
    table = book.add_table(rows=0, cols=len(wide), style="Table Grid")
    table.autofit = False
    for i, row in enumerate([head, *rows] if head else rows):
        cells = table.add_row()
        if head and i == 0:
            cells._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for j, (cell, text) in enumerate(zip(cells.cells, row, strict=True)):
            cell.width = Mm(wide[j])
            run = cell.paragraphs[0].add_run(_text(text))
            run.bold = (i == 0) if head else (j == 0)
    book.add_paragraph()


def _text(text: str) -> str:
    """One line that Word can hold: without control and direction marks, halves of letters, and what is no character."""
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFC", _cut(text)))
    kept = (c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs") and ord(c) & 0xFFFE != 0xFFFE)
    return "".join(kept).strip()
