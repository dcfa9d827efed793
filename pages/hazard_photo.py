"""사진 한 장 식의약품 판정: photograph a label, get the verdict, keep the record."""

from datetime import date

import streamlit as st

from lib.ui import guard

officer, item = guard.enter("hazard_photo")

from lib.entries.hazard_photo import catalogue, demo, screen  # noqa: E402  (heavy: only once let in)
from lib.ui import cache, intake, photo, story, triage  # noqa: E402

story.header(item)
cache.warm_reader()
listed = catalogue.load()
today = date.today()
blocked = sum(product.blocked(today) for product in listed.products)
st.caption(
    f"목록 기준일 {listed.list_date} · 지정 성분 {len(listed.designated(today))}종 · 차단 제품 {blocked}건"
    + ("(시연용 가상 제품)" if listed.folder == catalogue.SHIPPED else "")
)
view = st.segmented_control(
    "화면",
    ["판정", "사건 목록", "성능·한계"],
    default="판정",
    required=True,
    label_visibility="collapsed",
    key="hazard_view",
)
if view == "사건 목록":
    triage.queue(item, officer, screen.OUTCOMES, photo.show_case)
elif view == "성능·한계":
    photo.model_card()
else:
    with st.expander("사진 넣기", icon="📥", expanded=not st.session_state.get(photo.SETTLED, False)):
        photos = intake.photos("hazard", demo.samples())
        asked = photo.conditions()
    if not photos:
        photo.settle(False)
        st.info(
            "성분표 사진을 넣으면 몇 초 안에 판정이 나옵니다. 처음이면 「시연」에서 사진을 골라 보십시오.", icon="👆"
        )
    elif len(photos) == 1:
        photo.one(photos[0], asked, officer)
    else:
        photo.batch(photos, asked, officer)
