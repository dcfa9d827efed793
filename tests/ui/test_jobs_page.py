"""What an officer sees of heavy work: its place and a way out while it goes on, and plain words where it breaks off."""

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest

from lib.casework import CaseBook
from lib.entries.hazard_photo import demo
from lib.settings import ROOT, settings
from lib.ui import jobs
from tests.browser.conftest import Server, browser, go, new_page, page, view  # noqa: F401
from tests.ui.test_pages import banner, book, choose, run  # noqa: F401

PHOTOS = [path for path, _ in demo.samples()][:2]
ENGINE = """
import pathlib, time
PSM = type("PSM", (), {"SPARSE_TEXT": 1})
RIL = type("RIL", (), {"TEXTLINE": 1})
iterate_level = lambda *_: []
class PyTessBaseAPI:
    def __init__(self, **_): pass
    def SetImage(self, _): pass
    def GetIterator(self): return None
    def Recognize(self):
        while pathlib.Path(__file__).with_name("hangs").exists():
            time.sleep(0.1)
"""


@pytest.fixture
def engine(book: CaseBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:  # noqa: F811
    """A reading engine that answers only once the file it is given is gone."""
    (tmp_path / "tesserocr.py").write_text(ENGINE)
    (tmp_path / "hangs").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("AX_OCR_ENGINE", "tesseract")
    monkeypatch.setenv("AX_PHOTO_SECONDS", "6")
    settings.cache_clear()
    renew()
    yield tmp_path / "hangs"
    renew()


def renew() -> None:
    """The next photo has a new worker."""
    if jobs.PHOTOS.pid is not None:
        os.kill(jobs.PHOTOS.pid, signal.SIGKILL)
        time.sleep(0.3)


def test_an_engine_that_hangs_is_ended_and_told_and_the_next_photo_is_read(engine: Path) -> None:
    at = run(AppTest.from_file(str(ROOT / "pages/hazard_photo.py"), default_timeout=60))
    choose(at, PHOTOS[0])
    (told,) = at.warning
    assert "판독 엔진이 6초 안에 답하지 않아 멈추었습니다" in told.value
    engine.unlink()
    choose(at, PHOTOS[1])
    assert not at.warning
    assert banner(at)
    choose(at, PHOTOS[0])
    assert banner(at)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "data").mkdir()
    started = Server(tmp_path / "data")
    yield started
    started.stop()


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


@pytest.mark.browser
def test_a_list_that_takes_long_is_left_and_asked_for_again(server: Server, page: Page) -> None:  # noqa: F811
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
