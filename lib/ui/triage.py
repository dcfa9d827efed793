"""Queue -> case -> explanation -> decision, the same for every entry."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import streamlit as st

from lib.casework import KST, Case, CaseBook, CaseworkError, Kind, Outcome, Status, as_rows
from lib.entries import Entry
from lib.ui import cache, export, guard
from lib.ui.guard import Officer
from lib.ui.words import plain

PAGE = 200
Shown = Callable[[Case], None]


def queue(item: Entry, officer: Officer, outcomes: Sequence[Outcome], show: Shown) -> None:
    """The entry's cases, and the chosen one with its explanation (``show``), history and decision."""
    if guard.barred(guard.May.WORK):
        return
    try:
        _queue(cache.case_book(), item, officer, outcomes, show)
    except CaseworkError as error:
        st.error(plain(str(error)))


def _queue(book: CaseBook, item: Entry, officer: Officer, outcomes: Sequence[Outcome], show: Shown) -> None:
    key = f"{item.id}_queue"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.pills(
            "상태",
            list(Status),
            selection_mode="multi",
            default=[status for status in Status if status is not Status.CLOSED],
            format_func=lambda status: status.label,
            key=f"{key}_status",
        )
        words = st.text_input("찾기", placeholder="건번호, 제목, 담당자, 성분", key=f"{key}_words", width=280)
        mine = st.toggle("내 담당만", key=f"{key}_mine")
    asked: dict[str, Any] = {
        "entry": item.id,
        "status": wanted,
        "text": words or None,
        "assignee": officer.name if mine else None,
    }
    if not wanted:
        st.info("볼 상태를 하나 이상 고르십시오.")
        return
    cases = book.cases(**asked, limit=PAGE)
    if not cases:
        st.info("조건에 맞는 사건이 없습니다. 판정 화면에서 처분하면 사건이 만들어집니다.")
        return
    total = book.count(**asked)
    st.caption(
        f"{total:,}건" + (f" 가운데 최근 {PAGE}건" if total > PAGE else "") + " · 행을 고르면 아래에 내용이 열립니다."
    )
    rows = as_rows(cases, {item.id: item.name})
    columns = ["건번호", "상태", "제목", "처분", "담당자", "접수일시(KST)"]
    picked = st.dataframe(
        [{name: row[name] for name in columns} for row in rows],
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"{key}_rows",
        height=min(38 * (len(rows) + 1), 360),
    )
    export.downloads(rows, f"{item.name} 사건", key=key)
    chosen = picked["selection"]["rows"]
    if chosen and chosen[0] < len(cases):
        detail(book, cases[chosen[0]], officer, outcomes, show)


def detail(book: CaseBook, case: Case, officer: Officer, outcomes: Sequence[Outcome], show: Shown) -> None:
    """One case: what is known, what was done, and what to decide."""
    st.subheader(f"{case.number} · {case.status.label}", divider="gray")
    st.html(f"<b>{escape(case.title)}</b>")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        show(case)
    with right:
        decide(book, case, officer, outcomes)
        st.markdown("**처리 이력**")
        for event in reversed(book.history(case.id)):
            note = f"<br>{escape(event.note)}" if event.note else ""
            st.html(
                f"<div style='border-left:3px solid #8aa;padding-left:.6rem;font-size:.9rem'>"
                f"{event.at.astimezone(KST):%Y-%m-%d %H:%M} · {escape(event.by)}<br>{escape(event.text)}{note}</div>"
            )


def decide(book: CaseBook, case: Case, officer: Officer, outcomes: Sequence[Outcome]) -> None:
    """The form that decides, notes, assigns; it holds the version the officer saw."""
    if guard.barred(guard.May.DECIDE):
        return
    seen_key = f"case_{case.id}_seen"
    seen = st.session_state.setdefault(seen_key, case.version)
    if seen != case.version:
        last = book.history(case.id)[-1]
        st.warning(
            f"보시는 동안 {plain(last.by)}이(가) 이 사건을 바꾸었습니다({Kind(last.kind).label}). 아래 이력을 확인한 뒤 다시 처분하십시오."
        )
        if st.button("확인했습니다", key=f"{seen_key}_ok"):
            st.session_state[seen_key] = case.version
            st.rerun()
    if case.proposed:
        _waiting(book, case, officer, seen_key, seen)
        return
    with st.form(f"case_{case.id}_form", border=True):
        labels = {outcome.code: outcome.label for outcome in outcomes}
        code = st.selectbox(
            "처분", list(labels), format_func=labels.__getitem__, index=None, placeholder="처분을 고르십시오"
        )
        note = st.text_area("메모", placeholder="확인한 내용과 근거", height=90)
        stale = seen != case.version
        with st.container(horizontal=True):
            decided = st.form_submit_button("처분 저장", type="primary", disabled=stale)
            noted = st.form_submit_button("메모만 남기기", disabled=stale)
            taken = st.form_submit_button("내가 맡기", disabled=stale)
    try:
        if decided and code is None:
            st.warning("처분을 고른 뒤 저장하십시오.")
        elif decided:
            changed = book.decide(
                case.id, seen, next(o for o in outcomes if o.code == code), by=officer.name, note=note
            )
            waits = changed.proposed is not None
            _done(
                seen_key,
                changed,
                "처분을 제안했습니다. 다른 담당자가 승인하면 확정됩니다." if waits else "처분을 저장했습니다.",
            )
        elif noted:
            _done(seen_key, book.note(case.id, seen, note, by=officer.name), "메모를 남겼습니다.")
        elif taken:
            _done(
                seen_key, book.assign(case.id, seen, officer.name, by=officer.name, note=note), "담당자로 지정했습니다."
            )
    except CaseworkError as error:
        st.error(plain(str(error)))


def _waiting(book: CaseBook, case: Case, officer: Officer, seen_key: str, seen: int) -> None:
    """A proposed decision: another officer approves it or sends it back; who proposed it may take it back."""
    told = case.proposed or {}
    own = told["by"] == officer.name
    st.info(
        f"{plain(told['by'])} 님이 「{plain(told['outcome_label'])}」(으)로 제안했습니다. 다른 담당자의 승인이 필요합니다.",
        icon="🤝",
    )
    if told["note"]:
        st.text(told["note"])
    with st.form(f"case_{case.id}_approval", border=True):
        note = st.text_area("메모", placeholder="승인하거나 돌려보내는 근거", height=90)
        stale = seen != case.version
        with st.container(horizontal=True):
            may = not own and guard.allowed(guard.May.APPROVE, case.entry)
            approved = may and st.form_submit_button("승인", type="primary", disabled=stale)
            back = (own or may) and st.form_submit_button("제안 거두기" if own else "돌려보내기", disabled=stale)
            if not own and not may:
                st.form_submit_button("승인", disabled=True, help=officer.why_not(guard.May.APPROVE, case.entry))
    try:
        if approved:
            _done(
                seen_key,
                book.approve(case.id, seen, by=officer.name, note=note),
                "승인했습니다. 처분이 확정되었습니다.",
            )
        elif back:
            _done(seen_key, book.turn_down(case.id, seen, by=officer.name, note=note), "돌려보냈습니다.")
    except CaseworkError as error:
        st.error(plain(str(error)))


def _done(seen_key: str, case: Case, told: str) -> None:
    st.session_state[seen_key] = case.version
    st.toast(told, icon="✅")
    st.rerun()
