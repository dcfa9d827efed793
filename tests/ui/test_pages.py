"""The pages as Streamlit runs them, without a browser. The reading engine is the real one; each photo is read once."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lib.casework import Case, CaseBook, Kind, Outcome, Status, photo_path
from lib.entries import ENTRIES
from lib.entries.hazard_photo import demo
from lib.screening import Evidence, Finding, Reason
from lib.settings import ROOT, settings
from lib.ui import cache, guard

SAMPLES = {path.name: path for path, _ in demo.samples()}
MELATONIN, VITAMIN_C = SAMPLES["01_melatonin_gummies.jpg"], SAMPLES["06_vitamin_c.jpg"]
COLLEAGUE = "동료"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture
def book(data_dir: Path) -> Iterator[CaseBook]:
    """The case book the pages open under this test's folder."""
    cache.case_book.clear()
    with CaseBook.open() as opened:
        yield opened
    cache.case_book().close()
    cache.case_book.clear()


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception, at.exception[0].stack_trace
    return at


def html(at: AppTest) -> list[str]:
    return [str(element.value) for element in at.get("html")]


def banner(at: AppTest) -> str:
    """The words of the verdict on screen."""
    (found,) = [body for body in html(at) if re.search("role=.status", body)]
    return re.sub("<[^>]+>", " ", found)


def choose(at: AppTest, photo: Path) -> AppTest:
    """Pick a demo photo as an officer does."""
    at.button_group(key="hazard_way").set_value("demo")
    run(at)
    at.button_group(key="hazard_demo").set_value(str(photo))
    return run(at)


def press(at: AppTest, label: str) -> AppTest:
    next(button for button in at.button if label in button.label).click()
    return run(at)


def show(at: AppTest, view: str) -> AppTest:
    at.button_group(key="hazard_view").set_value(view)
    return run(at)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a session keeps of the photos it has judged: read here, once."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AX_DATA_DIR", str(tmp_path_factory.mktemp("judged")))
        settings.cache_clear()
        at = run(AppTest.from_file(str(ROOT / "pages/hazard_photo.py"), default_timeout=120))
        choose(choose(at, MELATONIN), VITAMIN_C)
        settings.cache_clear()
        return dict(at.session_state["hazard_kept"])


@pytest.fixture
def hazard(book: CaseBook, judged: dict[str, Any]) -> AppTest:
    """The page in a new session that need not read the two photos again."""
    at = AppTest.from_file(str(ROOT / "pages/hazard_photo.py"), default_timeout=60)
    at.session_state["hazard_kept"] = {sha256: replace(kept) for sha256, kept in judged.items()}
    return run(at)


@pytest.fixture
def home(book: CaseBook) -> AppTest:
    return AppTest.from_file(str(ROOT / "Home.py"), default_timeout=60)


@pytest.fixture
def add_case(book: CaseBook) -> Callable[..., Case]:
    def add(
        title: str = "통관보류(반입차단): 멜라토닌", text: str = "Melatonin", reason: str = "멜라토닌", **goods: str
    ) -> Case:
        sha256 = hashlib.sha256(title.encode()).hexdigest()
        facts = {
            "sha256": sha256,
            "as_of": "2026-06-30",
            "list_date": "2026-06-30",
            "text": [{"text": text, "score": 1.0}],
        }
        reasons = (Reason("listed", reason, (Evidence("photo", sha256),), "관세법 제237조"),)
        return book.register(
            Finding("hazard_photo", sha256, title, "block", reasons, None, facts | goods), by="접수자"
        )[0]

    return add


def open_case(at: AppTest, row: int = 0) -> AppTest:
    """The case in that row of the queue."""
    show(at, "사건 목록")
    at.session_state[at.dataframe[0].key] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return run(at)


# The front hall


def test_home_announces_all_eight_and_links_only_what_is_built(home: AppTest) -> None:
    run(home)
    shown = "".join(html(home))
    built = [item for item in ENTRIES if item.built]
    assert len(ENTRIES) == 8
    assert [item.id for item in ENTRIES if item.name not in shown or item.office not in shown] == []
    assert len(home.get("page_link")) == len(built)
    assert sum("준비 중" in mark.value for mark in home.markdown) == len(ENTRIES) - len(built)


def test_home_counts_open_cases(home: AppTest, book: CaseBook, add_case: Callable[..., Case]) -> None:
    for number in range(3):
        add_case(f"건 {number}")
    closed = add_case("끝난 건")
    book.decide(closed.id, closed.version, Outcome("passed", "차단 사유 없음"), by=COLLEAGUE)
    run(home)
    counts = {metric.label: metric.value for metric in home.metric}
    assert next(value for label, value in counts.items() if "식의약품" in label) == "3건"


def test_a_page_not_built_lets_nobody_in(book: CaseBook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "entry", lambda id: replace(ENTRIES[0], id=id, built=False))
    at = AppTest.from_string(
        "import streamlit as st\nfrom lib.ui import guard\nguard.enter('ninth')\nst.write('안쪽')", default_timeout=30
    )
    run(at)
    assert "준비 중" in at.info[0].value
    assert not at.markdown


# A photo's verdict


def test_without_a_photo_the_page_says_what_to_do(hazard: AppTest) -> None:
    assert any("사진" in info.value for info in hazard.info)
    assert not [body for body in html(hazard) if "role='status'" in body]


def test_the_advised_decision_becomes_a_case_with_its_photo(hazard: AppTest, book: CaseBook, data_dir: Path) -> None:
    choose(hazard, MELATONIN)
    assert "통관보류" in banner(hazard)
    assert "멜라토닌" in banner(hazard)
    advised = hazard.button[0]
    assert advised.label == "통관보류(반입차단)"
    note = next(field for field in hazard.text_input if "메모" in field.label)
    note.set_value("현품 대조함")
    press(hazard, advised.label)

    (case,) = book.cases(entry="hazard_photo")
    data = MELATONIN.read_bytes()
    assert case.subject == case.facts["sha256"] == hashlib.sha256(data).hexdigest()
    assert (case.grade, case.status, case.outcome) == ("block", Status.ACTION, "held")
    assert photo_path(case.subject).read_bytes() == data
    assert data_dir in photo_path(case.subject).parents
    created, decided = book.history(case.id)
    assert (created.kind, decided.kind) == (Kind.CREATED, Kind.DECIDED)
    assert (decided.by, decided.note) == ("담당자", "현품 대조함")
    assert any(case.number in told.value for told in hazard.success)


def test_the_same_photo_decided_by_a_colleague_is_not_decided_twice(
    hazard: AppTest, book: CaseBook, judged: dict[str, Any]
) -> None:
    colleague = AppTest.from_file(str(ROOT / "pages/hazard_photo.py"), default_timeout=60)
    colleague.session_state["hazard_kept"] = {sha256: replace(kept) for sha256, kept in judged.items()}
    press(choose(run(colleague), MELATONIN), "통관보류")
    press(choose(hazard, MELATONIN), "통관금지·보고")
    (case,) = book.cases(entry="hazard_photo")
    assert case.outcome == "held"
    assert any(case.number in told.value for told in hazard.warning)


def test_correcting_the_text_judges_again_at_once(hazard: AppTest) -> None:
    choose(hazard, VITAMIN_C)
    assert "목록에 없음" in banner(hazard)
    hazard.text_area[0].set_value("Supplement Facts\nMelatonin 5 mg")
    run(hazard)
    assert "통관보류" in banner(hazard)
    assert any("고친" in caption.value for caption in hazard.caption)


def test_a_corrected_judgement_is_what_the_case_keeps(hazard: AppTest, book: CaseBook) -> None:
    choose(hazard, VITAMIN_C)
    hazard.text_area[0].set_value("Supplement Facts\nMelatonin 5 mg")
    press(run(hazard), "통관보류")
    (case,) = book.cases(entry="hazard_photo")
    assert case.facts["corrected"] is True
    assert [line["text"] for line in case.facts["text"]] == ["Supplement Facts", "Melatonin 5 mg"]
    assert case.subject == hashlib.sha256(VITAMIN_C.read_bytes()).hexdigest()


@pytest.mark.parametrize(("bottles", "verdict"), [(6, "목록에 없음"), (7, "확인필요")])
def test_more_than_six_bottles_must_be_checked(hazard: AppTest, bottles: int, verdict: str) -> None:
    next(field for field in hazard.number_input if "수량" in field.label).set_value(bottles)
    assert verdict in banner(choose(hazard, VITAMIN_C))


def test_the_day_of_judgement_decides(hazard: AppTest) -> None:
    """Melatonin was designated on 2023-07-03."""
    choose(hazard, MELATONIN)
    day = next(field for field in hazard.date_input if "기준일" in field.label)
    day.set_value(date(2023, 7, 2))
    assert "통관보류" not in banner(run(hazard))
    day = next(field for field in hazard.date_input if "기준일" in field.label)
    day.set_value(date.today() - timedelta(days=1))
    assert "통관보류" in banner(run(hazard))


def test_the_personal_code_is_kept_masked(hazard: AppTest, book: CaseBook, data_dir: Path) -> None:
    next(field for field in hazard.text_input if "통관고유부호" in field.label).set_value("P123456789012")
    press(choose(hazard, MELATONIN), "통관보류")
    (case,) = book.cases(entry="hazard_photo")
    assert case.facts["pccc"] == "P**********12"
    assert not [path for path in data_dir.rglob("*") if path.is_file() and b"P123456789012" in path.read_bytes()]


@pytest.mark.parametrize(
    ("name", "data"),
    [("x.jpg", MELATONIN.read_bytes()[:40_000]), ("x.jpg", b"%PDF-1.7\n"), ("x.jpg", b""), ("x.jpg", b"\0" * 4096)],
    ids=["truncated", "pdf", "empty", "zeros"],
)
def test_a_file_that_is_no_photo_gets_one_korean_sentence(hazard: AppTest, name: str, data: bytes) -> None:
    hazard.button_group(key="hazard_way").set_value("upload")
    run(hazard)
    hazard.file_uploader[0].upload(name, data, "image/jpeg")
    run(hazard)
    (told,) = hazard.error
    assert re.search("[가-힣]", told.value)
    assert "Error" not in told.value


# The queue


def test_the_queue_lists_a_case_and_opens_it(hazard: AppTest, add_case: Callable[..., Case]) -> None:
    case = add_case()
    open_case(hazard)
    assert list(hazard.dataframe[0].value["건번호"]) == [case.number]
    assert any(case.number in heading.value for heading in hazard.subheader)
    assert any("접수" in body for body in html(hazard))


def test_a_decision_in_the_queue_is_written(hazard: AppTest, book: CaseBook, add_case: Callable[..., Case]) -> None:
    case = add_case()
    open_case(hazard)
    hazard.selectbox[0].set_value("held")
    press(hazard, "처분 저장")
    assert book.case(case.id).outcome == "held"


def test_a_stale_case_is_told_and_nothing_is_written(
    hazard: AppTest, book: CaseBook, add_case: Callable[..., Case]
) -> None:
    case = add_case()
    open_case(hazard)
    book.note(case.id, case.version, "수입자와 통화함", by=COLLEAGUE)
    hazard.selectbox[0].set_value("passed")
    press(hazard, "처분 저장")
    told = " ".join(alert.value for alert in (*hazard.warning, *hazard.error))
    assert COLLEAGUE in told
    assert re.search("바꾸|바뀌", told)
    assert [event.kind for event in book.history(case.id)] == [Kind.CREATED, Kind.NOTED]
    assert book.case(case.id).outcome is None

    press(hazard, "확인")
    hazard.selectbox[0].set_value("held")
    press(hazard, "처분 저장")
    assert book.case(case.id).outcome == "held"


# Hostile text


def assert_escaped(at: AppTest) -> None:
    bodies = "".join(html(at)).lower()
    assert "<script" not in bodies
    assert "<img" not in bodies
    assert not [mark for mark in at.markdown if mark.allow_html and HOSTILE in mark.value]


def test_hostile_words_of_a_case_are_escaped(hazard: AppTest, book: CaseBook, add_case: Callable[..., Case]) -> None:
    case = add_case(HOSTILE, HOSTILE, HOSTILE, product=HOSTILE, maker=HOSTILE)
    case = book.assign(case.id, case.version, HOSTILE, by=HOSTILE, note=HOSTILE)
    book.correct(case.id, case.version, {"product": HOSTILE + "2"}, by=HOSTILE, note=HOSTILE)
    open_case(hazard)
    assert "&lt;script&gt;" in "".join(html(hazard))
    assert_escaped(hazard)


def test_hostile_corrected_text_is_escaped(hazard: AppTest, book: CaseBook) -> None:
    choose(hazard, VITAMIN_C)
    hazard.text_area[0].set_value(f"{HOSTILE}\nMelatonin {HOSTILE}\n<b>Melatonin</b>\nMELATONIN FREE {HOSTILE}")
    assert "통관보류" in banner(run(hazard))
    assert_escaped(hazard)
    next(field for field in hazard.text_input if "메모" in field.label).set_value(HOSTILE)
    press(hazard, "통관보류")
    assert_escaped(open_case(hazard))
