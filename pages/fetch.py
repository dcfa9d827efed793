"""무역·외환 추적 FETCH: declarations against payments, firm by firm, to the rows that do not add up."""

import streamlit as st

from lib.ui import guard

officer, item = guard.enter("fetch")

from lib.entries.fetch import screen, tables, training  # noqa: E402  (heavy: only once let in)
from lib.ui import basis, explain, files, ranked, story, trade, triage  # noqa: E402

story.header(item)
view = st.segmented_control(
    "화면",
    ["선별 목록", "연결망", "사건 목록", "전체 그림", "기준값", "모델"],
    default="선별 목록",
    required=True,
    label_visibility="collapsed",
    key="fetch_view",
)
if view == "사건 목록":
    triage.queue(item, officer, screen.OUTCOMES, explain.show_case(tables.TABLES))
elif view == "기준값":
    basis.limits(item, officer)
else:
    given = files.intake(item.id, tables.TABLES, tables.OPTIONAL)
    listed = ranked.screened(item.id, given, screen.CLOCK, screen.screen, "곳") if given else None
    if view == "모델":
        basis.model(item, listed, screen.HARMFUL, training.known)
    elif listed and view == "선별 목록":
        n = ranked.budget(listed)
        if chosen := ranked.table(listed, n):
            explain.subject(
                listed, chosen, officer, tables.TABLES, screen.OUTCOMES, lambda found: trade.firm(listed, found)
            )
    elif listed and view == "연결망":
        trade.explorer(listed)
    elif listed:
        trade.overview(listed)
        explain.overview(listed)
