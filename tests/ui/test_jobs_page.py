"""What an officer sees of heavy work: its place and a way out while it goes on, and plain words where it breaks off."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lib.casework import CaseBook
from lib.entries.hazard_photo import demo
from lib.settings import ROOT, settings
from lib.ui import jobs
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
