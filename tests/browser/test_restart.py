"""Pulling the plug right after a decision loses nothing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, choose_demo, go, verdict, view

pytestmark = pytest.mark.browser


def test_a_decision_told_to_the_officer_survives_a_killed_server(
    start_server: Callable[[], Server], new_page: Callable[..., Page]
) -> None:
    server = start_server()
    page = new_page()
    go(page, server, "/hazard_photo")
    choose_demo(page, "일본산 센나 다이어트차")
    verdict(page, "통관보류")
    page.get_by_role("button", name="통관보류(반입차단)").first.click()
    told = page.get_by_text("기록했습니다").first
    told.wait_for()
    server.kill()

    again = start_server()
    page = new_page()
    go(page, again, "/hazard_photo")
    view(page, "사건 목록")
    expect(page.get_by_text("1건").first).to_be_visible()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    expect(page.locator("[data-testid=stDataFrame] td", has_text="-HP-000001")).to_have_count(1)
