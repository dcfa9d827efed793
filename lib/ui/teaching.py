"""대감집's worklist: questions that went wrong, what to teach the search, and what that would change before it is kept."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from lib.casework import KST, CaseworkError, Complaint
from lib.entries import Entry
from lib.ui import ask, cache, guard
from lib.ui.guard import Officer
from lib.ui.words import plain

if TYPE_CHECKING:
    from lib.entries.audit.search import Lesson, Searcher
    from lib.entries.audit.teaching import Effect

ARTICLE, TERM = "조문", "용어"
WAYS = {
    ARTICLE: "이 질문의 답은 이 조문이다",
    TERM: "이 쉬운 말은 이 법령 용어를 뜻한다",
    "": "답할 수 없는 질문이다(작업함에서 뺀다)",
}
TRIED = "audit_tried"


def worklist(item: Entry, officer: Officer) -> None:
    """What colleagues asked in vain, and how to mend it."""
    if guard.barred(guard.May.SET):
        return
    found = ask.searcher()
    st.html(ask.CSS)
    try:
        _worklist(item, officer, found)
    except CaseworkError as error:
        st.error(str(error))


def _worklist(item: Entry, officer: Officer, found: "Searcher") -> None:
    if done := st.session_state.pop("audit_taught", ""):
        st.success(plain(done), icon="✅")
    complaints = cache.talks().complaints(item.id)
    if not complaints:
        st.info("처리할 질문이 없습니다. 답을 찾지 못한 질문과 아쉽다는 의견을 받은 질문이 여기에 모입니다.")
    else:
        st.caption(
            f"답을 찾지 못했거나 아쉽다는 의견을 받은 질문 {len(complaints):,}개 · 행을 고르면 고칠 수 있습니다."
        )
        picked = st.dataframe(
            [
                {"질문": one.text, "횟수": one.times, "까닭": "근거를 찾지 못함" if one.unanswered else "아쉽다는 의견", "의견": " / ".join(one.reasons), "마지막": f"{one.last.astimezone(KST):%Y-%m-%d %H:%M}"}
                for one in complaints
            ],
            hide_index=True, on_select="rerun", selection_mode="single-row", key="audit_complaints", height=min(38 * (len(complaints) + 1), 320),
            column_config={"질문": st.column_config.TextColumn(width=420), "횟수": st.column_config.NumberColumn(width=60)},
        )  # fmt: skip
        rows = picked["selection"]["rows"]
        if rows and rows[0] < len(complaints):
            _mend(complaints[rows[0]], item, officer, found)
    _lessons(item, officer)


def _mend(one: Complaint, item: Entry, officer: Officer, found: "Searcher") -> None:
    st.subheader(plain(one.text), divider="gray", anchor=False)
    near = [hit.id for hit in found.find(one.text, 8)]
    st.caption("지금 찾은 조문: " + plain(", ".join(near[:5]) or "없음"))
    way = st.radio("어떻게 고치겠습니까?", list(WAYS), format_func=WAYS.__getitem__, key=f"audit_way_{one.ids[0]}")
    if not way:
        why = st.text_input("까닭", placeholder="예: 관세 업무 밖의 질문", key=f"audit_why_{one.ids[0]}")
        if st.button("작업함에서 빼기", key=f"audit_drop_{one.ids[0]}", disabled=not why.strip()):
            cache.talks().settle(one.ids, f"답할 수 없는 질문: {why}", by=officer.name)
            st.session_state["audit_taught"] = "작업함에서 뺐습니다."
            st.rerun()
        return
    if way == ARTICLE:
        phrase = st.text_input("질문(다듬어도 됩니다)", one.text, key=f"audit_phrase_{one.ids[0]}")
        target = st.selectbox(
            "답이 되는 조문", [*near, *(id for id in found.ids if id not in near)], index=None, placeholder="법령이나 조문 번호로 찾기",
            format_func=lambda id: f"{id} {found.hit(id).title}", key=f"audit_target_{one.ids[0]}",
        )  # fmt: skip
    else:
        phrase = st.text_input("쉬운 말", placeholder="예: 삥땅", key=f"audit_word_{one.ids[0]}")
        target = st.text_input("법령 용어", placeholder="예: 관세포탈", key=f"audit_term_{one.ids[0]}")
    if st.button("효과 보기", key=f"audit_try_{one.ids[0]}", disabled=not (phrase.strip() and target)):
        st.session_state[TRIED] = (
            one.ids,
            way,
            phrase.strip(),
            target,
            _effect(found, way, phrase.strip(), str(target), one),
        )
    tried = st.session_state.get(TRIED)
    if tried and tried[:4] == (one.ids, way, phrase.strip(), target):
        _show_effect(tried[4][0], tried[4][1])
        if st.button("이대로 적용", key=f"audit_keep_{one.ids[0]}", type="primary", icon="📌"):
            cache.talks().teach(item.id, way, phrase.strip(), str(target), by=officer.name)
            cache.talks().settle(one.ids, f"{way}: {phrase.strip()} → {target}", by=officer.name)
            st.session_state["audit_taught"] = f"「{phrase.strip()}」 → 「{target}」을(를) 적용했습니다."
            del st.session_state[TRIED]
            st.rerun()


def _effect(found: "Searcher", way: str, phrase: str, target: str, one: Complaint) -> tuple["Effect", list[str]]:
    """Over the stored questions, and what this question finds then."""
    from lib.entries.audit import search, teaching

    lessons: list[Lesson] = [*found.lessons, search.Lesson(way, phrase, target)]
    with st.spinner("저장된 질문으로 앞뒤를 견주는 중입니다."):
        return teaching.effect(found, lessons, teaching.shipped()), [
            hit.id for hit in found.taught(lessons).find(one.text, 5)
        ]


def _show_effect(effect: "Effect", after: list[str]) -> None:
    st.markdown(f"**이 질문이 찾게 될 조문** {plain(', '.join(after) or '없음')}")
    columns = st.columns(3)
    for column, title, (before, then) in (
        (columns[0], "첫 번째로 찾음", effect.first),
        (columns[1], "다섯째 안에 찾음", effect.five),
    ):
        column.metric(title, f"{then:.1%}", f"{100 * (then - before):+.1f}%p", border=True)
    columns[2].metric(
        "나빠지는 질문", f"{effect.worse}개", f"{len(effect.changes)}개 바뀜", delta_color="off", border=True
    )
    st.caption(f"답을 아는 질문 {effect.asked:,}개에 미치는 영향입니다.")
    if effect.worse:
        st.warning("다른 질문의 답이 나빠집니다. 표현을 더 구체적으로 적어 보십시오.", icon="⚠️")
    if effect.changes:
        rows: list[dict[str, Any]] = [
            {
                "질문": one.text,
                "앞": f"{one.before}위" if one.before else "없음",
                "뒤": f"{one.after}위" if one.after else "없음",
                "": "나아짐" if one.better else "나빠짐",
            }
            for one in effect.changes
        ]
        st.dataframe(rows, hide_index=True)


def _lessons(item: Entry, officer: Officer) -> None:
    standing = cache.talks().lessons(item.id)
    with st.expander(f"적용한 것 {len(standing)}개"):
        if not standing:
            st.caption("아직 없습니다.")
        for one in standing:
            left, right = st.columns([6, 1])
            left.markdown(f"**{one.kind}** {plain(one.phrase)} → {plain(one.target)} · {one.when} {plain(one.officer)}")
            if right.button("거두기", key=f"audit_withdraw_{one.id}"):
                cache.talks().withdraw(one.id, by=officer.name)
                st.rerun()
