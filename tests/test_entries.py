"""The register: eight entries as DESIGN.md names them, and no page without its guard."""

import ast
from pathlib import Path

import pytest

from lib.entries import ENTRIES, Entry, entry
from lib.settings import ROOT

OFFICES = {
    "hazard_photo": "광주세관 조사과",
    "fetch": "서울세관 조사2국 외환조사총괄과",
    "address_reading": "인천세관 세관운영과",
    "bonded_cargo": "인천공항세관 세관운영과",
    "pccc_theft": "인천공항세관 여행자통관2국",
    "duty_free": "서울세관 통관국 수출입물류과",
    "origin_laundering": "부산세관 통관국 통관총괄과",
    "audit": "대구세관 감사담당관",
}
AWARDS = {"hazard_photo": "최우수상", "fetch": "우수상", "address_reading": "우수상"}
PAGES = sorted((ROOT / "pages").glob("*.py"))


def test_eight_entries_with_office_and_known_award_only() -> None:
    assert {item.id: item.office for item in ENTRIES} == OFFICES
    assert [item.id for item in ENTRIES] == list(OFFICES)
    for item in ENTRIES:
        assert item.award == AWARDS.get(item.id, "본선 진출작")


@pytest.mark.parametrize("item", ENTRIES, ids=lambda item: item.id)
def test_entry_tells_its_story(item: Entry) -> None:
    assert entry(item.id) is item
    for words in (item.problem, item.benefit):
        assert words.endswith(("다.", "요."))
        assert words.count(". ") == 0
    assert item.title
    assert item.name
    assert item.icon


def test_unknown_entry() -> None:
    with pytest.raises(KeyError):
        entry("nope")


def test_a_page_for_each_built_entry_and_for_no_other() -> None:
    assert {page.stem for page in PAGES} == {item.id for item in ENTRIES if item.built} | {"records"}
    assert entry("hazard_photo").built


def is_guard(node: ast.stmt, id: str) -> bool:
    call = node.value if isinstance(node, ast.Assign | ast.Expr) else None
    return isinstance(call, ast.Call) and ast.unparse(call) in (f"guard.enter({id!r})", f"guard.{id}()")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_asks_the_guard_before_anything_else(page: Path) -> None:
    """Only a docstring and light imports may stand before it: a deep link runs the page without Home.py."""
    body = ast.parse(page.read_text(encoding="utf-8")).body
    at = next((i for i, node in enumerate(body) if is_guard(node, page.stem)), None)
    assert at is not None, "the page never calls guard.enter"
    before = [node for node in body[:at] if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))]
    assert all(isinstance(node, ast.Import | ast.ImportFrom) for node in before)
    imported = {ast.unparse(node) for node in before}
    assert "from lib.ui import guard" in imported
    own = {line for line in imported if "lib" in line} - {"from lib.ui import guard"}
    assert not own, "imported before the guard let anyone in"
