"""What the pages of all screening entries share: the choice of view, and the views that are the same in each."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from lib.entries import Entry
from lib.ui import basis, explain, files, ranked, triage
from lib.ui.guard import Officer
from lib.ui.ranked import Listed

LIST, CASES, LIMITS, MODEL = "선별 목록", "사건 목록", "기준값", "모델"


def view(key: str, names: Sequence[str]) -> str:
    """The view chosen; the list to begin with."""
    chosen: str = st.segmented_control(
        "화면", names, default=LIST, required=True, label_visibility="collapsed", key=key
    )
    return chosen


def opened(
    shown: str, item: Entry, officer: Officer, entry: Any, unit: str, own: Any = None, service: Any = None
) -> Listed | None:
    """The screened list for a view of the entry's own; 사건 목록, 기준값 and 모델 are shown here and give ``None``.

    ``entry``: the entry's package with its ``screen``, ``tables`` and ``training`` imported; ``own``, ``service``: as in ``files.intake``.
    """
    if shown == CASES:
        triage.queue(item, officer, entry.screen.OUTCOMES, explain.show_case(entry.tables.TABLES))
        return None
    if shown == LIMITS:
        basis.limits(item, officer)
        return None
    given = files.intake(item.id, entry.tables.TABLES, entry.tables.OPTIONAL, own, service)
    listed = ranked.screened(item.id, given, entry.screen.CLOCK, entry.screen.screen, unit) if given else None
    if shown == MODEL:
        basis.model(item, listed, entry.screen.HARMFUL, entry.training.known)
        return None
    return listed
