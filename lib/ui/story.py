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
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] {padding: 3rem .8rem 5rem}
  .ax-title {font-size: 1.35rem}
  .ax-card-official {min-height: 0}
}
</style>"""


def header(item: Entry) -> None:
    """Top of a page: whose tool this is and what it does."""
    st.html(
        f"{CSS}<p class='ax-kicker'>{escape(item.office)} · {escape(item.award)}</p>"
        f"<div class='ax-title' role='heading' aria-level='1'>{item.icon} {escape(item.name)}</div>"
        f"<p class='ax-lead'>{escape(item.benefit)}</p>"
    )


def hall(entries: Sequence[Entry], pages: Mapping[str, StreamlitPage]) -> None:
    """The front hall: today's work, then the gallery."""
    st.html(
        f"{CSS}<p class='ax-kicker'>2026년 6월 관세청 AI 경진대회 수상·본선 진출작 8편</p>"
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
                st.metric(f"{item.icon} {item.name}", f"{counts.get(item.id, 0):,}건", help="종결되지 않은 사건 수", border=True)
    if not any(counts.values()):
        st.caption("처리할 사건이 없습니다. 업무 화면에서 판정하고 처분하면 여기에 쌓입니다.")


def _card(item: Entry, page: StreamlitPage | None) -> None:
    with st.container(border=True, height="stretch"):
        st.html(
            f"<div class='ax-card'><p class='ax-card-title'>{item.icon} {escape(item.name)}</p>"
            f"<p class='ax-card-official'>{escape(item.title)}</p>"
            f"<p><b>문제</b> {escape(item.problem)}</p><p><b>효과</b> {escape(item.benefit)}</p>"
            f"<p class='ax-kicker'>{escape(item.office)} · {escape(item.award)}</p></div>"
        )
        if page:
            st.page_link(page, label="열기", icon="➡️", width="stretch")
        else:
            st.badge("준비 중", color="gray")
