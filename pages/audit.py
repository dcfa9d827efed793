"""감사 조력 대감집: ask in your own words, get the rule, the past finding and what to check, each with its source."""

import streamlit as st

from lib.ui import guard

officer, item = guard.enter("audit")

from lib.casework import CaseworkError  # noqa: E402
from lib.ui import ask, library, story, teaching  # noqa: E402

VIEWS = {
    "질문하기": lambda: ask.chat(item, officer),
    "이렇게 처리해도 되나?": lambda: library.may_i(item, officer),
    "주제별 보기": library.browse,
    "지적 추세": library.trends,
    "개선 작업함": lambda: teaching.worklist(item, officer),
    "자료": library.imports,
    "성능·한계": library.card,
}

story.header(item)
view = st.segmented_control(
    "화면", list(VIEWS), default="질문하기", required=True, label_visibility="collapsed", key="audit_view"
)
try:
    VIEWS[view]()
except CaseworkError as error:
    st.error(str(error))
