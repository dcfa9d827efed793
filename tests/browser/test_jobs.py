"""Heavy work in a real browser: its place and a way out while it goes on, and the page free meanwhile."""

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, go, view

pytestmark = pytest.mark.browser


def workers(server: Server) -> list[int]:
    """The processes the server has started."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            parent = re.search(r"^PPid:\t(\d+)", status.read_text(), re.M)
        except OSError:
            continue
        if parent and int(parent[1]) == server.process.pid:
            found.append(int(status.parent.name))
    return found


def test_a_list_that_takes_long_is_left_and_asked_for_again(start_server: Callable[[], Server], page: Page) -> None:
    server = start_server()
    go(page, server)
    until = time.monotonic() + 20
    while len(workers(server)) < 2 and time.monotonic() < until:
        time.sleep(0.1)
    before = workers(server)
    for pid in before:
        os.kill(pid, signal.SIGSTOP)  # nothing gets done
    go(page, server, "/duty_free")
    view(page, "시연 자료")
    expect(page.get_by_text("실행", exact=False).filter(has_text="기준 목록")).to_be_visible()
    expect(page.get_by_text("계산하는 중입니다").first).to_be_visible()
    view(page, "기준값")
    expect(page.get_by_text("우리 세관의 값으로 바꾸기")).to_be_visible(timeout=5_000)
    view(page, "선별 목록")
    page.get_by_role("button", name="취소").click()
    expect(page.get_by_text("취소하였습니다")).to_be_visible()
    assert set(before) - set(workers(server)), "the work was ended"
    page.get_by_role("button", name="다시 실행").click()
    expect(page.get_by_test_id("stSlider")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("취소하였습니다")).to_have_count(0)
