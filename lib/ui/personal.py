"""Personal data on screen: masked until an officer who may see it says why; each look is on record."""

from typing import Any

import streamlit as st

from lib.casework import Act, CaseworkError
from lib.ui import guard

LEAST = 5  # letters of a reason


def reason(about: str, *, key: str, what: str = "가린 개인정보 보기") -> str:
    """Why the officer sees the personal data of ``about`` (a case, a lead, a file), asked for here; "" while it stays masked."""
    entry, kept = guard.entry_id(), f"personal_{key}"
    if not guard.allowed(guard.May.UNMASK, entry):
        return ""
    told = st.session_state.get(kept)
    if told and told[0] == about:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge("개인정보 표시 중 · 열람이 기록되었습니다", icon="🔓", color="orange")
            if st.button("다시 가리기", key=f"{kept}_hide", type="tertiary"):
                del st.session_state[kept]
                st.rerun()
        return str(told[1])
    with st.expander(what, icon="🔒"), st.form(f"{kept}_form", border=False):
        why = st.text_input("열람 사유", max_chars=200, placeholder="예: 도용 신고 접수 건의 본인 확인")
        if st.form_submit_button("기록하고 보기", type="primary"):
            if len(why.strip()) < LEAST:
                st.warning(f"열람 사유를 {LEAST}자 이상 적으십시오. 누가, 언제, 왜 보았는지 기록으로 남습니다.")
            else:
                _look(entry, about, why.strip(), kept)
    return ""


def _look(entry: str, about: str, why: str, kept: str) -> None:
    try:
        guard.on_record(Act.VIEWED, guard.officer(), entry=entry, about=about, reason=why)
    except CaseworkError as error:
        st.error(f"열람 기록을 남길 수 없어 보여 드리지 않았습니다. {error}")
        return
    st.session_state[kept] = (about, why)
    st.rerun()


def original(entry: str, source: str, row: str) -> dict[str, Any]:
    """The row as the officer's own table has it, by Korean titles; empty where that table is not here (a kept case)."""
    import pyarrow.compute as pc

    given = st.session_state.get(f"{entry}_given")
    checked = given.checked.get(source) if given else None
    if checked is None:
        return {}
    rows = checked.rows.filter(pc.equal(checked.rows[checked.table.key].cast("string"), row)).slice(0, 1).to_pylist()
    return {column.title: rows[0][column.name] for column in checked.table.columns} if rows else {}
