"""Personal data on a page: masked until a reason is given, and each look is on record."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lib.casework import Act, Trail
from lib.entries.duty_free.tables import TABLES
from lib.settings import ROOT
from lib.ui import cache

REASON = "우범 구매자 여권 대조(2026-06-30 선별)"


@pytest.fixture
def trail(data_dir: Path) -> Iterator[Trail]:
    cache.case_book.clear()
    cache.trail.clear()
    with Trail.open() as opened:
        yield opened
    for one in (cache.case_book, cache.trail):
        one().close()
        one.clear()


@pytest.fixture
def at(trail: Trail) -> AppTest:
    page = AppTest.from_file(str(ROOT / "pages/duty_free.py"), default_timeout=120)
    run(page)
    page.button_group(key="duty_free_way").set_value("demo")
    run(page)
    page.session_state["duty_free_list"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    return run(page)


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception, at.exception[0].stack_trace
    return at


def passports(at: AppTest) -> list[str]:
    """Personal cells of the rows a reason rests on, as they stand on the page."""
    personal = {column.title for column in TABLES["purchases"].columns if column.personal}
    found = [frame.value for frame in at.dataframe if personal & set(frame.value.columns)]
    assert found, "no row with personal data is shown"
    return [str(cell) for frame in found for title in personal & set(frame.columns) for cell in frame[title].dropna()]


def tell(at: AppTest, reason: str) -> AppTest:
    """Give a reason where the first row's personal data is masked."""
    door = next(one for one in at.expander if one.label == "가린 개인정보 보기")
    door.text_input[0].set_value(reason)
    door.button[0].click()
    return at


def test_rows_are_masked_until_a_reason_is_given_and_the_look_is_on_record(at: AppTest, trail: Trail) -> None:
    assert all("*" in cell for cell in passports(at) if len(cell) > 3)
    run(tell(at, "음"))
    assert any("5자 이상" in told.value for told in at.warning)
    assert trail.entries(act=Act.VIEWED) == []
    run(tell(at, REASON))
    (looked,) = trail.entries(act=Act.VIEWED)
    assert looked.body
    assert (looked.body["reason"], looked.body["entry"]) == (REASON, "duty_free")
    assert any("*" not in cell and len(cell) > 3 for cell in passports(at))
    next(one for one in at.button if one.label == "다시 가리기").click()
    run(at)
    assert all("*" in cell for cell in passports(at) if len(cell) > 3)


def test_another_subject_is_masked_again(at: AppTest) -> None:
    run(tell(at, REASON))
    at.session_state["duty_free_list"] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    run(at)
    assert all("*" in cell for cell in passports(at) if len(cell) > 3)


def test_where_the_record_cannot_be_kept_nothing_is_shown(at: AppTest, trail: Trail) -> None:
    with trail._engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM trail_head")
    run(tell(at, REASON))
    assert any("기록을 남길 수 없어" in told.value for told in at.error)
    assert all("*" in cell for cell in passports(at) if len(cell) > 3)
