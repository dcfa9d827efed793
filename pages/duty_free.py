"""면세점 구매자 선별: from sales, bookings and departures to the buyers to look at first, each with its reasons."""

import streamlit as st

from lib.ui import guard

officer, item = guard.enter("duty_free")

from lib.entries.duty_free import screen, tables, training  # noqa: E402  (heavy: only once let in)
from lib.ui import basis, buyers, explain, files, ranked, story, triage  # noqa: E402

story.header(item)
view = st.segmented_control(
    "화면",
    ["선별 목록", "사건 목록", "전체 그림", "기준값", "모델"],
    default="선별 목록",
    required=True,
    label_visibility="collapsed",
    key="duty_view",
)
if view == "사건 목록":
    triage.queue(item, officer, screen.OUTCOMES, explain.show_case(tables.TABLES))
elif view == "기준값":
    basis.limits(item, officer)
else:
    given = files.intake(item.id, tables.TABLES, tables.OPTIONAL)
    listed = ranked.screened(item.id, given, screen.CLOCK, screen.screen, "명") if given else None
    if view == "모델":
        basis.model(item, listed, screen.HARMFUL, training.known)
    elif listed and view == "선별 목록":
        n = ranked.budget(listed)
        if chosen := ranked.table(listed, n):
            explain.subject(
                listed, chosen, officer, tables.TABLES, screen.OUTCOMES, lambda found: buyers.person(listed, found)
            )
        buyers.verify(listed, tables.TABLES)
    elif listed:
        buyers.overview(listed)
        explain.overview(listed)
