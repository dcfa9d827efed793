"""대감집 in a real browser: a field officer asks on a phone, an officer takes the answer along as a report."""

from collections.abc import Callable

import docx
import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import Server, english, go, view, wait_ready
from tests.browser.test_journey import overflow

pytestmark = pytest.mark.browser
QUESTION = "세금을 적게 신고한 걸 업체가 뒤늦게 알았대요. 어떻게 고치나요?"
HOSTILE = "<img src=x onerror=alert(1)> **굵게** :red[빨강] $x$"


def ask(page: Page, question: str) -> None:
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill(question)
    field.press("Enter")
    expect(page.locator(".ax-part").first).to_be_visible(timeout=60_000)
    wait_ready(page)


def test_on_a_phone_the_answer_stands_under_the_question_and_a_mark_leads_to_its_source(
    server: Server, new_page: Callable[..., Page]
) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    go(page, server, "/audit")
    page.get_by_text("이렇게 물어보십시오").wait_for(timeout=60_000)
    assert overflow(page) == []
    ask(page, f"{QUESTION} {HOSTILE}")
    answer = page.locator(".ax-part").first
    expect(answer).to_contain_text("관세법 제38조의2")
    expect(answer).to_be_in_viewport()
    assert overflow(page) == []
    answer.get_by_role("link", name="[1]").first.click()
    source = page.locator(".ax-source").first
    expect(source).to_be_in_viewport()
    expect(source).to_contain_text("관세법 제38조의2")
    assert source.evaluate("e => e.matches(':target')"), "the source is marked as the one meant"
    assert set(english(page)) <= {"onerror", "alert"}, "all but the officer's own words is Korean"


def test_an_answer_is_taken_along_as_a_report(server: Server, page: Page) -> None:
    go(page, server, "/audit")
    page.get_by_text("이렇게 물어보십시오").wait_for(timeout=60_000)
    assert english(page) == []
    ask(page, QUESTION)
    with page.expect_download(timeout=60_000) as told:
        page.get_by_role("button", name="이 답을 보고서로(DOCX)").click()
    book = docx.Document(str(told.value.path()))
    words = "\n".join(paragraph.text for paragraph in book.paragraphs)
    assert QUESTION in words + "\n".join(cell.text for table in book.tables for row in table.rows for cell in row.cells)
    with page.expect_download(timeout=60_000) as told:
        page.get_by_role("button", name="PDF", exact=True).click()
    assert "제38조의2" in "".join(sheet.extract_text() for sheet in PdfReader(told.value.path()).pages)
    page.reload()
    wait_ready(page)
    expect(page.locator(".ax-part").first).to_contain_text("관세법 제38조의2")
    page.get_by_role("button", name="지난 대화").click()
    page.get_by_role("button", name="새 대화 시작").click()
    page.get_by_text("이렇게 물어보십시오").wait_for()
    page.get_by_role("button", name="지난 대화").click()
    page.get_by_role("button", name="세금을 적게 신고한 걸").first.click()
    expect(page.locator(".ax-part").first).to_contain_text("관세법 제38조의2")


def test_a_cell_of_the_trends_opens_its_findings(server: Server, page: Page) -> None:
    go(page, server, "/audit")
    page.get_by_text("이렇게 물어보십시오").wait_for(timeout=60_000)
    view(page, "지적 추세")
    chart = page.get_by_test_id("stPlotlyChart").first
    chart.locator(".points path").first.wait_for()
    box = chart.locator(".points path").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".ax-source").first).to_be_visible()
    expect(page.locator(".ax-source").first).to_contain_text("가상 사례")
