"""The report of an answer: what was asked, answered and reckoned stands in it as text, in Word and in PDF."""

import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn
from pypdf import PdfReader

from lib import typeset
from lib.entries.audit import paper
from lib.entries.audit.deadlines import CAUTION, reckon
from lib.entries.audit.paper import Past, Source, Told

TOLD = Told(
    question="6월 30일에 징계 요구를 받았는데 언제까지 이행해야 하나요?",
    asked_by="김예시",
    office="가온세관 감사담당관실",
    at=datetime(2026, 7, 15, 0, 5, tzinfo=UTC),
    paragraphs=("요구를 받은 부서가 기한 안에 처분합니다 [1].", "늦으면 독촉을 받습니다 [2]."),
    sources=(
        Source(1, "예시훈령 제32조", "처분 요구의 이행", "2026-01-01", "이 조는 예시로 적은 글입니다."),
        Source(2, "예시훈령 제33조", "독촉", "", "두 번째 예시 글입니다."),
    ),
    findings=(Past("가상-2024-007", 2024, "처분 요구를 늦게 이행한 사례", "주의 1건", True),),
    checklist=("요구를 받은 날을 문서로 확인한다", "부서장에게 보고한다"),
    deadlines=reckon("6월 30일에 징계 요구를 받았는데 언제까지 이행해야 하나요?", date(2026, 7, 15)),
    notes=("폐지된 규정이 섞여 있을 수 있습니다.",),
)
HOSTILE = (
    '#import "x": *', "$x^2$ *b* _i_ @ref <label> \\ `raw`", '<w:t>가</w:t><script>alert("1")</script>', "]]>&amp;&#0;<svg/onload=1>",
    "\u202eabc\u200f\u2066def", "nul\x00esc\x1b[31m\ud800끝", "{{ office }} {% if x %}", "=HYPERLINK(1)", "W" * 400, "a\ufffeb\uffffc",
)  # fmt: skip
LONG = "긴 답변의 문장입니다. " * 1_600  # 20,800 letters


def pdf_text(told: Told) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(paper.pdf(told))).pages)


def docx_text(told: Told) -> str:
    book = Document(BytesIO(paper.docx(told)))
    cells = [cell.text for table in book.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(line.text for line in book.paragraphs), *cells])


def packed(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text)


BOTH = pytest.mark.parametrize("read", [pdf_text, docx_text])


@BOTH
def test_all_that_was_told_can_be_read_back(read: Callable[[Told], str]) -> None:
    text = packed(read(TOLD))
    wanted = [
        paper.TITLE, TOLD.question, TOLD.asked_by, TOLD.office, "2026-07-15 09:05 (KST)", *TOLD.paragraphs, *TOLD.checklist, *TOLD.notes,
        *paper.WARNINGS, CAUTION, paper.MADE_UP, "가상 사례", "2026-07-31", "미상", "2026-01-01", *(one.text for one in TOLD.deadlines),
    ]  # fmt: skip
    wanted += [field for one in TOLD.sources for field in (f"[{one.n}]", one.id, one.title, one.quote)]
    wanted += [field for one in TOLD.findings for field in (one.id, str(one.year), one.title, one.disposition)]
    for words in wanted:
        assert packed(words) in text, words


@BOTH
def test_where_there_is_nothing_it_says_so(read: Callable[[Told], str]) -> None:
    bare = Told("질문", "", "", datetime(2026, 7, 15, 9, 5), ())
    text = read(bare)
    assert packed(text).count(packed(paper.NONE)) == 2, "no answer, no source"
    assert "기한 계산" not in text, "a part without anything in it is left out"
    assert "2026-07-15 09:05" in text
    assert "가상 사례" not in text


@BOTH
def test_hostile_text_is_nothing_but_text(read: Callable[[Told], str]) -> None:
    for text in HOSTILE:
        told = Told(
            text, text, text, TOLD.at, (text,), (Source(1, text, text, text, text),), (Past(text, 2024, text, text, True),), (text,), (), (text,)
        )  # fmt: skip
        back = read(told)
        wanted = typeset.line(text, 100_000) if read is pdf_text else paper._text(text)
        count = packed(back).count(packed(wanted)[:12])  # a long word is cut at the ends of lines
        assert count >= 6, text
        assert not re.search("[\x00-\x08\x0e-\x1f\u202a-\u202e\u2066-\u2069\u200f\ud800-\udfff\ufffe\uffff]", back)


def test_pictures_stay_in_word_and_become_a_box_in_pdf() -> None:
    told = replace(TOLD, question="사진 😀 深")
    assert "사진 😀 深" in docx_text(told)
    assert "사진 □ □" in pdf_text(told)


@BOTH
def test_a_long_answer_stands_whole(read: Callable[[Told], str]) -> None:
    told = replace(TOLD, paragraphs=(LONG + "\n마지막 줄",), sources=(replace(TOLD.sources[0], quote=LONG),))
    text = packed(read(told))
    assert text.count(packed("긴 답변의 문장입니다.")) >= 2 * 1_600 - 40  # some are cut by the end of a page
    assert packed(paper.WARNINGS[-1]) in text


@BOTH
def test_what_is_cut_is_told(read: Callable[[Told], str]) -> None:
    told = replace(TOLD, checklist=("확인",) * (paper.ROWS + 7), question="가 " * paper.LONGEST)
    text = read(told)
    assert "외 7건은 적지 않았습니다" in text
    assert "…" in text


def test_the_pdf_is_numbered_and_titled() -> None:
    many = replace(TOLD, paragraphs=(LONG,))
    pages = PdfReader(BytesIO(paper.pdf(many))).pages
    assert len(pages) > 2
    assert [re.search(rf"{i} / {len(pages)}", page.extract_text()) is not None for i, page in enumerate(pages, 1)] == [
        True
    ] * len(pages)
    assert PdfReader(BytesIO(paper.pdf(TOLD))).metadata.title == paper.TITLE  # type: ignore[union-attr]
    assert paper.pdf(TOLD) == paper.pdf(TOLD), "the same told twice is the same file"


def test_the_document_is_one_of_word_in_korean() -> None:
    data = paper.docx(TOLD)
    book = Document(BytesIO(data))
    heads = [line.text for line in book.paragraphs if line.style is not None and line.style.name == "Heading 1"]
    assert heads == [
        "1. 질문", "2. 검토 내용", "3. 근거", "4. 기한 계산", "5. 비슷한 지적사례", "6. 확인할 것", "7. 주의",
    ]  # fmt: skip
    for name in ("Normal", "Title", "Heading 1"):
        fonts = book.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == paper.FONT
        assert not [key for key in fonts.attrib if key.endswith("Theme")]
    tables = book.tables[1:]
    assert len(tables) == 3
    assert all(table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in tables)
    assert all(row._tr.trPr is None for table in tables for row in table.rows[1:])
    foot = book.sections[0].footer._element.xml
    assert 'w:instr="PAGE"' in foot
    assert 'w:instr="NUMPAGES"' in foot
    assert (round(book.sections[0].page_width.mm), round(book.sections[0].page_height.mm)) == (210, 297)  # type: ignore[union-attr]


def test_nothing_of_the_template_is_left() -> None:
    data = paper.docx(TOLD)
    about = Document(BytesIO(data)).core_properties
    assert (about.title, about.author, about.comments) == (paper.TITLE, TOLD.office, "")
    assert about.created == datetime(2026, 7, 15, 0, 5, tzinfo=UTC) or about.created == datetime(2026, 7, 15, 0, 5)
    with zipfile.ZipFile(BytesIO(data)) as parts:
        whole = b"".join(parts.read(name) for name in parts.namelist() if name.endswith((".xml", ".rels")))
        assert not [name for name in parts.namelist() if "thumbnail" in name]
    assert b"python-docx" not in whole
    assert "가온세관" in whole.decode("utf-8", "replace")
    assert unicodedata.is_normalized("NFC", docx_text(TOLD))


def test_without_the_fonts_it_says_what_to_do(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset, "FONTS", tmp_path)
    typeset.fonts.cache_clear()
    typeset.drawable.cache_clear()
    with pytest.raises(typeset.TypesetError, match="make run"):
        paper.pdf(TOLD)
    typeset.fonts.cache_clear()
    typeset.drawable.cache_clear()
