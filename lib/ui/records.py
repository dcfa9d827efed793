"""The audit trail on screen, for those who keep it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import streamlit as st

from lib.access import GRANTS, May, Officer, Role
from lib.casework import KST, Act, CaseworkError
from lib.casework.models import TrailEntry
from lib.entries import ENTRIES
from lib.settings import settings
from lib.ui import cache, explain, export

NAMES = {item.id: item.name for item in ENTRIES}
PAGE = 200


def trail(officer: Officer) -> None:
    """Every entry, to be searched."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        act = st.selectbox(
            "무엇을",
            list(Act),
            index=None,
            format_func=lambda one: one.label,
            placeholder="모든 일",
            key="records_act",
            width=180,
        )
        entry = st.selectbox(
            "업무",
            list(NAMES),
            index=None,
            format_func=NAMES.__getitem__,
            placeholder="모든 업무",
            key="records_entry",
            width=220,
        )
        by = st.text_input("누가", key="records_by", width=160)
        words = st.text_input("대상·사유", key="records_words", width=200)
        days = st.date_input(
            "기간",
            (date.today() - timedelta(days=30), date.today()),
            key="records_days",
            format="YYYY-MM-DD",
            width=260,
        )
    if not isinstance(days, tuple) or len(days) != 2:
        st.info("기간의 끝 날짜도 고르십시오.")
        return
    asked: dict[str, Any] = {
        "act": act,
        "entry": entry or "",
        "by": by,
        "words": words,
        "since": _midnight(days[0]),
        "until": _midnight(days[1] + timedelta(days=1)),
    }
    try:
        found = cache.trail().entries(**asked, limit=PAGE + 1)
        if not found:
            st.info("조건에 맞는 기록이 없습니다. 기간이나 조건을 넓혀 보십시오.")
            return
        st.caption(
            f"{len(found[:PAGE]):,}건" + (" (앞의 것만 보입니다. 조건을 좁히십시오.)" if len(found) > PAGE else "")
        )
        st.dataframe([_row(one) for one in found[:PAGE]], hide_index=True, height=min(38 * (len(found) + 1), 560))
        export.downloads(
            lambda: [_row(one) for one in cache.trail().entries(**asked, limit=100_000)],
            "접속·처리 기록",
            key="records_file",
        )
    except CaseworkError as error:
        st.error(str(error))


def verify(officer: Officer) -> None:
    """The chain, checked from its first entry to its end."""
    st.markdown(
        "기록 하나하나는 앞 기록과 이어 봉인되어 있습니다. 누가 데이터베이스를 직접 고치거나 지우거나 끼워 넣으면 여기서 드러납니다."
    )
    if not st.button("지금 검증", type="primary", icon="🔗", key="records_verify"):
        return
    bar = st.progress(0.0, "기록을 확인하는 중입니다.")
    try:
        told = cache.trail().verify(lambda share: bar.progress(share, "기록을 확인하는 중입니다."))
    except CaseworkError as error:
        st.error(str(error))
        return
    bar.empty()
    if told.faults:
        st.error(
            f"기록이 훼손되었습니다({len(told.faults):,}곳). 데이터베이스를 그대로 보존하고 보안 담당자에게 알리십시오.",
            icon="⛓️",
        )
        st.dataframe([{"번호": one.id or "끝", "내용": one.why} for one in told.faults[:500]], hide_index=True)
    else:
        st.success(f"기록 {told.count:,}건이 모두 이어져 있습니다(내용을 파기한 것 {told.erased:,}건).", icon="🔗")
        st.caption(f"끝 값 {told.end} · 따로 적어 두면 나중에 통째로 되돌린 것도 알 수 있습니다.")
    for note in told.notes[:50]:
        st.warning(note, icon="🕰️")


def roles(officer: Officer) -> None:
    """What each role opens."""
    st.markdown(
        "역할은 로그인 서버의 계정 정보(클레임)에서 오며 화면을 열 때마다 다시 확인합니다. 「조사:fetch」처럼 적으면 그 업무에서만 맡습니다."
    )
    entries = {role: [NAMES[one] for one in NAMES if one in held] for role, (held, _) in GRANTS.items()}
    told = {role: "모든 업무" if len(names) == len(NAMES) else ", ".join(names) for role, names in entries.items()}
    for role in Role:
        st.caption(f"**{role.value}** · {told[role]}")
    st.dataframe(
        [
            {"할 수 있는 일": may.value} | {role.value: "○" if may in GRANTS[role][1] else "" for role in Role}
            for may in May
        ],
        hide_index=True,
        width="content",
    )
    st.caption(
        f"역할을 담은 클레임: {settings().role_claim}"
        + (" · 로그인 없이 이 컴퓨터에서만 쓰는 중이라 모든 역할을 가집니다." if officer.local else "")
    )
    if settings().four_eyes:
        st.caption("두 사람이 결정하는 업무: " + ", ".join(NAMES.get(one, one) for one in sorted(settings().four_eyes)))


def keeping(officer: Officer) -> None:
    """How long, and the purge."""
    days = settings().keep_days
    st.markdown(
        f"접속·처리 기록과 대감집의 질문은 **{days:,}일** 동안 내용을 보관합니다(AX_KEEP_DAYS). 지난 것은 내용만 지우고, 봉인은 남겨 검증할 수 있습니다. "
        "사건과 처분은 공공기록물이므로 여기서 지우지 않습니다."
    )
    before = datetime.now(UTC) - timedelta(days=days)
    st.caption(f"파기 대상: {before.astimezone(KST):%Y-%m-%d} 이전")
    if not st.checkbox("보존기간이 지난 내용을 되돌릴 수 없게 지우는 데 동의합니다.", key="records_sure"):
        return
    if st.button("파기", type="primary", key="records_purge"):
        try:
            entries, questions = cache.trail().purge(
                before, by=officer.name, roles=[role.value for role in officer.roles]
            )
            st.success(f"기록 {entries:,}건과 질문 {questions:,}건의 내용을 파기했습니다.", icon="🧹")
        except CaseworkError as error:
            st.error(str(error))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), KST)


def _row(one: TrailEntry) -> dict[str, Any]:
    body = one.body or {}
    detail = ", ".join(
        f"{_WORDS.get(key, key)} {value}" for key, value in body.get("detail", {}).items() if value not in (None, "")
    )
    return {
        "번호": one.id,
        "일시": one.when,
        "무엇을": Act(one.action).label,
        "누가": body.get("by", "(파기됨)"),
        "역할": ", ".join(body.get("roles", ())),
        "업무": NAMES.get(body.get("entry", ""), ""),
        "대상": body.get("about", ""),
        "사유": body.get("reason", ""),
        "내용": explain.cell(detail),
    }


_WORDS = {
    "kind": "구분", "version": "판", "status": "상태", "outcome": "처분", "bytes": "바이트", "rows": "행", "messages": "문자", "what": "구분",
    "first": "첫 문자", "last": "끝 문자", "limit": "기준", "value": "값", "since": "시행일", "told": "내용", "findings": "사례", "before": "기준 시각",
    "until": "까지", "erased": "파기", "questions": "질문",
}  # fmt: skip
