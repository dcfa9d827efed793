"""One photo's verdict on screen: the verdict first and large, then where it was read, why, and how long it took."""

from html import escape

import streamlit as st

from lib.entries.hazard_photo import marking, screen
from lib.entries.hazard_photo.catalogue import Effect
from lib.entries.hazard_photo.screen import Judgement, Seconds
from lib.entries.hazard_photo.verdict import Ground, Verdict

LOOK = {  # background, icon
    Verdict.NARCOTIC: ("#7a0052", "⛔"),
    Verdict.BLOCK: ("#b3151b", "🚫"),
    Verdict.CHECK: ("#9a5b00", "🔎"),
    Verdict.UNREADABLE: ("#4a5563", "📵"),
    Verdict.CLEAR: ("#0b5d6b", "📄"),
}
METHODS = {
    "exact": "이름 일치",
    "alias": "이명 일치",
    "ocr": "글자 혼동 보정",
    "fuzzy": "철자 유사",
    "part": "낱말 속 포함",
}
BEFORE_SECONDS = 300  # the contest entry's "기존 5분"


def banner(judgement: Judgement) -> None:
    """The verdict, what it names and the next step, readable at arm's length."""
    verdict = judgement.verdict
    colour, icon = LOOK[verdict]
    names = [m.ingredient.name_ko for m in judgement.matches if m.effect.value == verdict.value]
    names += [product.name for product, _ in judgement.products]
    what = f"<div style='font-size:1.25rem;font-weight:600'>{escape(', '.join(names[:4]))}</div>" if names else ""
    st.html(
        f"<div role='status' style='background:{colour};color:#fff;border-radius:.8rem;padding:.9rem 1.1rem'>"
        f"<div style='font-size:2rem;font-weight:800;line-height:1.2'>{icon} {verdict.label}</div>{what}"
        f"<div style='margin-top:.35rem;font-size:1rem;word-break:keep-all'>{escape(verdict.next_step)}</div></div>"
    )


def timer(seconds: Seconds) -> None:
    """받기, 읽기, 판정 beside the five minutes it took by hand."""
    parts = (("받기", seconds.receive, "#7aa7d9"), ("읽기", seconds.read, "#0b4ea2"), ("판정", seconds.judge, "#12a594"))
    bars = "".join(
        f"<div style='flex:{max(value / max(seconds.total, 1e-6), 0.02):.3f};background:{colour}'></div>"
        for _, value, colour in parts
    )
    steps = " · ".join(f"{name} {value:.1f}초" for name, value, _ in parts)
    st.html(
        f"<div><b style='font-size:1.15rem'>⏱ {seconds.total:.1f}초</b> <span style='opacity:.75'>기존 5분 → 약 "
        f"{BEFORE_SECONDS / max(seconds.total, 0.1):,.0f}배 빠름</span>"
        f"<div style='display:flex;height:.5rem;border-radius:.25rem;overflow:hidden;margin:.3rem 0'>{bars}</div>"
        f"<span style='opacity:.75;font-size:.9rem'>{steps}</span></div>"
    )


def why(judgement: Judgement, crops: dict[tuple[tuple[float, float], ...], bytes]) -> None:
    """Every ground: what was read and where, what it stands for, how sure, by which law."""
    for ground in judgement.grounds:
        with st.container(border=True):
            _ground(ground, crops)
    released = [m for m in judgement.matches if m.effect is Effect.CLEAR]
    for match in released:
        st.caption(f"참고: 「{match.found}」은(는) {match.ingredient.released_on} 지정 해제된 성분으로 차단 근거가 아닙니다.")


def _ground(ground: Ground, crops: dict[tuple[tuple[float, float], ...], bytes]) -> None:
    st.html(
        f"<div style='font-weight:600;word-break:keep-all'>{LOOK[ground.verdict][1]} {escape(ground.verdict.label)} — "
        f"{escape(ground.text)}</div>"
        + (f"<div style='opacity:.8;font-size:.88rem'>근거: {escape(ground.legal_basis)}</div>" if ground.legal_basis else "")
    )
    if match := ground.match:
        st.html(
            f"<div style='font-size:.92rem'>읽은 글자 <b>{escape(match.found)}</b> · {METHODS[match.method]}"
            f"({escape(match.name.name)}) · 신뢰도 {match.score:.0%}"
            + (f" · CAS {escape(match.ingredient.cas)}(참고용)" if match.ingredient.cas else "")
            + "</div>"
        )
        if crop := crops.get(match.box):
            st.image(crop, width=420)


def pictures(judgement: Judgement) -> tuple[bytes, dict[tuple[tuple[float, float], ...], bytes]]:
    """The marked photo and the enlarged words by box, made while the pixels are still at hand."""
    crops = {m.box: marking.enlarged(judgement, m.box) for m in judgement.matches if m.box}
    return marking.marked(judgement), crops


def edited_text(judgement: Judgement, *, key: str) -> str | None:
    """The officer's correction of what was read, None while untouched."""
    with st.expander("잘못 읽었습니까? 글자를 고치면 바로 다시 판정합니다."):
        now = "\n".join(line.text for line in judgement.reading.lines)
        text = st.text_area("읽은 글자(한 줄에 하나)", now, height=260, key=key)
    return text if text != now else None


def record(judgement: Judgement) -> dict[str, object]:
    """Case facts of a judgement."""
    return screen.facts(judgement)
