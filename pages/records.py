"""기록·권한: who did what, whether the record is whole, who may do what, and how long it is kept."""

import streamlit as st

from lib.ui import guard

officer = guard.records()

from lib.ui import records, story  # noqa: E402

VIEWS = {
    "접속·처리 기록": records.trail,
    "기록 검증": records.verify,
    "역할과 권한": records.roles,
    "보존과 파기": records.keeping,
}

story.heading("🧾", "기록·권한", "누가 언제 무엇을 보고 처리했는지, 그 기록이 온전한지 확인합니다.")
view = st.segmented_control(
    "화면", list(VIEWS), default="접속·처리 기록", required=True, label_visibility="collapsed", key="records_view"
)
VIEWS[view](officer)
