"""Headers and stories: what an entry is for, told in one look."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from lib.casework import CaseworkError
from lib.entries import Entry
from lib.ui import cache

CSS = """<style>
[data-testid="stMainBlockContainer"] {padding-top: 3.2rem; padding-bottom: 4rem; max-width: 1280px}
h1, h2, h3, p, li, label {word-break: keep-all; overflow-wrap: anywhere}
.ax-kicker {opacity: .75; font-size: .9rem; margin: 0}
.ax-title {font-size: 1.75rem; font-weight: 750; line-height: 1.25; margin: .1rem 0 .3rem}
.ax-lead {margin: 0 0 .4rem; font-size: 1.02rem}
.ax-card-title {font-size: 1.12rem; font-weight: 700; margin: 0}
.ax-card-official {opacity: .75; font-size: .82rem; margin: .15rem 0 .4rem; min-height: 2.4em}
.ax-card p {margin: 0 0 .35rem; font-size: .94rem}
/* Streamlit's own words on these widgets are English and cannot be set */
[data-testid="stFileUploaderDropzone"] button p, [data-testid="stFileUploaderDropzoneInstructions"] span,
[data-testid="stCameraInputButton"] {font-size: 0 !important}
[data-testid="stSkipToContent"] {font-size: 0 !important}
[data-testid="stSkipToContent"]::after {content: "본문으로 건너뛰기"; font-size: 1rem}
[data-testid="stFileUploaderDropzone"] button p::after {content: "파일 고르기"; font-size: 1rem}
[data-testid="stFileUploaderDropzoneInstructions"] span::after {
  content: "여러 장 가능 · 한 장 30MB까지 · 끌어다 놓아도 됩니다"; font-size: .88rem}
[class*="_file_"] [data-testid="stFileUploaderDropzoneInstructions"] span::after {
  content: "표 파일 하나 · 250MB까지 · 끌어다 놓아도 됩니다"}
[class*="audit_file_"] [data-testid="stFileUploaderDropzoneInstructions"] span::after {
  content: "파일 하나 · 30MB까지 · 끌어다 놓아도 됩니다"}
[data-testid="stTooltipErrorContent"] {display: none}
[data-testid="stFileUploader"]:has([data-testid="stFileChip"][aria-invalid="true"])::after {
  content: "빨간 파일은 올리지 못했습니다. 형식과 크기를 확인하십시오."; font-size: .88rem; color: #c62a2f}
[data-testid="stCheckbox"] p {white-space: normal; overflow: visible}
[data-testid="stCameraInputButton"]::after {content: "📷 촬영"; font-size: 1.05rem}
[data-testid="stCameraInput"]:has(img) [data-testid="stCameraInputButton"]::after {content: "다시 촬영"}
[data-testid="InputInstructions"] {display: none}
[data-testid="stMarkdown"] table {display: block; overflow-x: auto}
.ax-card.soon {opacity: .68}
[data-testid="stPageLink"] a {border: 1px solid currentColor; border-radius: .6rem; justify-content: center; padding: .45rem}
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] {padding: 4.2rem .8rem 5rem}
  .ax-title {font-size: 1.35rem}
  .ax-card-official {min-height: 0}
}
</style>"""


def header(item: Entry) -> None:
    """Top of an entry's page: whose tool this is and what it does."""
    heading(item.icon, item.name, item.benefit, f"{item.office} · {item.award}")


def heading(icon: str, title: str, lead: str, kicker: str = "") -> None:
    """Top of a page."""
    st.html(
        f"{CSS}<p class='ax-kicker'>{escape(kicker)}</p>"
        f"<div class='ax-title' role='heading' aria-level='1'>{icon} {escape(title)}</div>"
        f"<p class='ax-lead'>{escape(lead)}</p>"
    )


def hall(entries: Sequence[Entry], pages: Mapping[str, StreamlitPage]) -> None:
    """The front hall: today's work, then the gallery."""
    st.html(
        f"{CSS}<p class='ax-kicker'>2026년 6월 관세청이 시상한 현장 직원의 AI 도구 8편</p>"
        "<div class='ax-title' role='heading' aria-level='1'>🛃 관세 AX 스위트</div>"
        "<p class='ax-lead'>현장 직원이 만든 여덟 가지 도구를, 근거를 설명하는 하나의 제품으로 모았습니다. "
        "아래에서 업무를 고르십시오.</p>"
    )
    _todays_work(entries, pages)
    st.subheader("여덟 가지 업무", divider="gray")
    for start in range(0, len(entries), 4):
        columns = st.columns(4, gap="small")
        for column, item in zip(columns, entries[start : start + 4], strict=False):
            with column:
                _card(item, pages.get(item.id))
    cache.warm_reader()  # the next page then opens at once


def _todays_work(entries: Sequence[Entry], pages: Mapping[str, StreamlitPage]) -> None:
    try:
        counts = cache.case_book().open_counts()
    except CaseworkError as error:
        st.warning(str(error))
        return
    st.subheader("오늘 할 일", divider="gray")
    with st.container(horizontal=True, gap="medium"):
        for item in entries:
            if item.id in pages:
                count = f"{counts.get(item.id, 0):,}건"
                st.metric(f"{item.icon} {item.name}", count, help="종결되지 않은 사건 수", border=True, width=260)
    if not any(counts.values()):
        st.caption("처리할 사건이 없습니다. 업무 화면에서 판정하고 처분하면 여기에 쌓입니다.")


def _card(item: Entry, page: StreamlitPage | None) -> None:
    with st.container(border=True, height="stretch"):
        st.html(
            f"<div class='ax-card{'' if page else ' soon'}'><p class='ax-card-title'>{item.icon} {escape(item.name)}</p>"
            f"<p class='ax-card-official'>{escape(item.title)}</p>"
            f"<p><b>문제</b> {escape(item.problem)}</p><p><b>효과</b> {escape(item.benefit)}</p>"
            f"<p class='ax-kicker'>{escape(item.office)} · <b>{escape(item.award)}</b></p></div>"
        )
        if page:
            st.page_link(page, label="열기", icon="➡️", width="stretch")
        else:
            st.badge("준비 중", color="gray")
