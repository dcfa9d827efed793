"""통관부호 도용 탐지: from the day's declarations to codes worth asking about, each with its reasons."""

import streamlit as st

from lib.ui import guard

officer, item = guard.enter("pccc_theft")

from lib.entries.pccc_theft import screen, tables, training  # noqa: E402  (heavy: only once let in)
from lib.ui import basis, explain, files, parcel, ranked, story, triage  # noqa: E402

story.header(item)
view = st.segmented_control(
    "화면",
    ["선별 목록", "한 건 판정", "모니터링", "사건 목록", "전체 그림", "기준값", "모델"],
    default="선별 목록",
    required=True,
    label_visibility="collapsed",
    key="pccc_view",
)


if view == "사건 목록":
    triage.queue(item, officer, screen.OUTCOMES, explain.show_case(tables.TABLES))
elif view == "기준값":
    basis.limits(item, officer)
elif (given := files.intake(item.id, tables.TABLES, tables.OPTIONAL)) and view == "한 건 판정":
    parcel.judge(item.id, given, tables.TABLES, officer, screen.OUTCOMES)
else:
    listed = ranked.screened(item.id, given, screen.CLOCK, screen.screen, "건") if given else None
    if view == "모델":
        basis.model(item, listed, screen.HARMFUL, training.known)
    elif listed and view == "선별 목록":
        n = ranked.budget(listed)
        if chosen := ranked.table(listed, n):
            explain.subject(listed, chosen, officer, tables.TABLES, screen.OUTCOMES, lambda found: None)
    elif listed and view == "전체 그림":
        explain.overview(listed)
    elif listed:
        parcel.monitoring(listed, officer)
