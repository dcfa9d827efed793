"""The one call with which every page begins."""

from dataclasses import dataclass

import streamlit as st

from lib.entries import Entry, entry
from lib.settings import settings


@dataclass(frozen=True)
class Officer:
    """Who is at the screen."""

    name: str
    office: str


def enter(entry_id: str) -> tuple[Officer, Entry]:
    """Let the officer in, or stop the page. In local mode everybody is the officer the settings name.

    Pages call this before anything else: a deep link can run a page without Home.py, so a check there would leak.
    """
    found = entry(entry_id)
    if not found.built:
        st.info("아직 준비 중인 업무입니다.")
        st.stop()
    return Officer(settings().officer, settings().customs_office or found.customs), found
