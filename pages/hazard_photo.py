"""사진 한 장 식의약품 판정: photograph a label, get the verdict, keep the record."""

from datetime import date

import streamlit as st

from lib.ui import guard

officer, item = guard.enter("hazard_photo")

from lib.casework import Case, CaseworkError, photo_path  # noqa: E402
from lib.entries.hazard_photo import catalogue, demo_photos, ocr, outcomes, screen  # noqa: E402
from lib.ui import cache, hazard, intake, story, triage  # noqa: E402

story.header(item)
cache.warm_reader()
listed = catalogue.load()
today = date.today()
st.caption(
    f"목록 기준일 {listed.list_date:%Y-%m-%d} · 지정 성분 {len(listed.designated(today))}종 · "
    f"차단 제품 {sum(p.blocked(today) for p in listed.products)}건 · 사진은 이 기관 서버 밖으로 나가지 않습니다."
)
view = st.segmented_control(
    "화면", ["판정", "사건 목록", "성능·한계"], default="판정", required=True, label_visibility="collapsed", key="hazard_view"
)
if view == "사건 목록":
    triage.queue(item, officer, outcomes.OUTCOMES, hazard.show_case)
elif view == "성능·한계":
    hazard.model_card()
else:
    photos = intake.photos("hazard", demo_photos.titles())
    asked = hazard.conditions(listed)
    if not photos:
        st.info("성분표 사진을 넣으면 몇 초 안에 판정이 나옵니다. 처음이면 「시연」에서 사진을 골라 보십시오.", icon="👆")
    elif len(photos) == 1:
        hazard.one(photos[0], asked, officer)
    else:
        hazard.batch(photos, asked, officer)
