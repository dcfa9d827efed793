"""The one place where heavy things are loaded, kept and shared between sessions. Import inside, never at the top."""

import threading
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from lib.casework import CaseBook
    from lib.entries.hazard_photo.ocr import Reader


@st.cache_resource(show_spinner="사건 기록을 여는 중입니다.")
def case_book() -> "CaseBook":
    """The case book of this suite."""
    from lib.casework import CaseBook

    return CaseBook.open()


@st.cache_resource(show_spinner="판독 엔진을 준비하는 중입니다(처음 한 번).")
def reader() -> "Reader":
    """The reading engine the settings choose."""
    from lib.entries.hazard_photo import ocr

    return ocr.reader()


@st.cache_resource(show_spinner=False)
def warm_reader() -> threading.Thread:
    """Load code, catalogue and engine behind the page's back, so that neither page nor first photo waits for them."""

    def load() -> None:
        from lib.entries.hazard_photo import catalogue, demo, match, ocr, screen  # noqa: F401  (the page's imports)

        match.index(catalogue.load())
        try:
            ocr.reader()
        except ocr.EngineMissing:
            return  # told when a photo is read

    thread = threading.Thread(target=load, name="warm-reader", daemon=True)
    thread.start()
    return thread
