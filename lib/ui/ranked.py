"""The ranked list: screened once, cut to what can be inspected today, with what that catches and misses."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import streamlit as st

from lib.entries import entry as entry_of
from lib.ui import cache, export, personal
from lib.ui.files import Given

if TYPE_CHECKING:
    import pandas as pd

    from lib.screening.ranking import Ranking

SHEET = {
    "title": "대상",
    "score": "점수",
    "grade": "등급",
    "reasons": "이유",
    "legal_basis": "법적 근거",
    "evidence": "근거 행",
}
COUNTED = {
    "duty_free": "인원",
    "pccc_theft": "건수",
    "fetch": "업체 수",
    "address_reading": "주소 수",
    "origin_laundering": "업체 수",
    "bonded_cargo": "신고 건수",
}
IDENTITIES = {"duty_free": "여권번호", "pccc_theft": "개인통관고유부호"}  # personal: masked in files unless asked for
EXPLAINED = 300  # leads a file explains in full; the rest name the rules they meet


@dataclass(frozen=True)
class Listed:
    """A ranked list of this session. ``key`` names it for the caches; ``unit``: 명 or 건."""

    key: Hashable
    ranking: "Ranking"
    given: Given
    unit: str


def day(entry: str, latest: date) -> date:
    """The day to look from; it stays while other views are shown."""
    kept = f"{entry}_as_of"
    chosen: date = st.date_input(
        "기준일",
        st.session_state.get(kept, latest),
        max_value=max(latest, date.today()),
        help="이날까지 알 수 있던 자료만으로 선별합니다. 처음 값은 자료의 마지막 날입니다.",
        format="YYYY-MM-DD",
    )
    st.session_state[kept] = chosen
    return chosen


def screened(
    entry: str, given: Given, clock: Sequence[tuple[str, str]], screen: "Callable[..., Ranking]", unit: str
) -> Listed | None:
    """The list of the day chosen, computed once; a trouble is told in one sentence. ``clock``: the (table, column)
    that say how far the tables reach.
    """
    from lib.screening import limits as limits_of
    from lib.screening.model import FeatureMismatch, ModelBroken
    from lib.screening.ranking import last_day
    from lib.tables.engine import EngineMissing

    as_of = day(entry, last_day(given.rows, clock))
    model = None
    try:
        model = cache.model(entry)
    except ModelBroken as error:
        st.warning(f"{error} 이번 목록은 규칙과 이상치로만 만듭니다.", icon="⚠️")
    limits = limits_of.load(entry, as_of)
    key: Hashable = (entry, given.key, as_of, tuple(limits.items()), id(model))
    slot, title, unfit = f"{entry}_ranking", f"{entry_of(entry).name} · {as_of} 기준 목록", ""
    try:
        try:
            ranking = cache.ranking(slot, key, title, screen, given.rows, as_of=as_of, limits=limits, model=model)
        except FeatureMismatch as error:
            unfit, key = str(error), (key, "rules")
            ranking = cache.ranking(f"{slot}_rules", key, title, screen, given.rows, as_of=as_of, limits=limits)
    except EngineMissing as error:
        st.error(str(error), icon="⚙️")
        return None
    if unfit:
        st.warning(f"{unfit} 이번 목록은 규칙과 이상치로만 만듭니다.", icon="⚠️")
    if ranking is None:
        return None
    if ranking.rows.empty:
        st.info("기준일까지 선별할 대상이 없습니다. 기준일과 자료의 날짜를 확인해 주십시오.")
        return None
    return Listed(key, ranking, given, unit)


def budget(listed: Listed) -> int:
    """How many can be inspected today, and what that finds and misses by the model's own held-out data."""
    ranking, entry = listed.ranking, listed.ranking.entry
    total = len(ranking.rows)
    kept = f"{entry}_budget"
    if total == 1:
        return 1
    n: int = st.slider(
        f"오늘 확인할 수 있는 {COUNTED[entry]}",
        1,
        min(total, 500),
        min(st.session_state.get(kept, 30), total, 500),
        format=f"%d{listed.unit}",
    )
    st.session_state[kept] = n
    if ranking.model is None:
        st.info(
            "학습한 모델 없이 **규칙과 이상치**로 순위를 매겼습니다. 점수는 확률이 아니라 확인 순서이며, "
            "놓치는 비율은 알 수 없습니다.",
            icon="📏",
        )
        return n
    st.caption(caught(ranking.model.card, n, total, listed.unit))
    return n


def held_out(card: Mapping[str, Any]) -> Mapping[str, Any]:
    """The strictest measures of a card: on a world it has never seen, else on its newest slice."""
    world = card.get("evaluation_world")
    measured: Mapping[str, Any] = world["model"] if world else card["measures"]
    return measured


def caught(card: Mapping[str, Any], n: int, total: int, unit: str) -> str:
    """One sentence: what inspecting ``n`` of ``total`` finds and misses, from the card's held-out rows."""
    from lib.screening.evaluate import at_share

    measured = held_out(card)
    point = at_share(measured["curve"], n / total)
    data = "지어낸 평가 자료" if card.get("synthetic") else "따로 떼어 둔 평가 자료"
    if point["recall"] is None:
        return f"🎯 {data}에 적발 사례가 없어 찾는 비율을 말할 수 없습니다."
    found = round(100 * point["recall"])
    return (
        f"🎯 목록의 상위 {n / total:.1%}를 확인하는 셈입니다. {data}에서는 확인한 10{unit} 가운데 약 "
        f"**{10 * point['precision']:.1f}{unit}**이 실제 대상이었고, 대상 100{unit} 가운데 **{found}{unit}을 찾고 "
        f"{100 - found}{unit}을 놓쳤습니다**(무작위보다 {point['lift']:.1f}배). "
        + ("현장 성능이 아닙니다." if card.get("synthetic") else "")
    )


def table(listed: Listed, n: int) -> str | None:
    """Today's leads; the subject of the chosen row."""
    ranking = listed.ranking
    if ranking.caveat:
        st.warning(ranking.caveat, icon="📅")
    grades = list(dict.fromkeys(ranking.rows["grade"]))
    counts = ranking.rows["grade"].value_counts()
    st.markdown(
        f"**{ranking.as_of} 기준 {len(ranking.rows):,}{listed.unit}** · "
        + " · ".join(f"{grade} {counts[grade]:,}" for grade in grades)
    )
    top = ranking.rows.head(n)
    picked = st.dataframe(
        {
            "순위": range(1, len(top) + 1),
            "등급": top["grade"].tolist(),
            "대상": top["title"].tolist(),
            "위험도": (100 * top["score"]).round(1).tolist(),
            "주요 이유": main_reasons(ranking, top),
        },
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"{ranking.entry}_list",
        height=min(38 * (len(top) + 1), 420),
        column_config={
            "순위": st.column_config.NumberColumn(width=50),
            "등급": st.column_config.TextColumn(width="small"),
            "위험도": st.column_config.ProgressColumn(format="%.1f", min_value=0, max_value=100, width="small"),
            "주요 이유": st.column_config.TextColumn(width="large"),
        },
    )
    downloads(listed, n)
    chosen = picked["selection"]["rows"]
    if not chosen or chosen[0] >= len(top):
        st.caption("👆 행을 고르면 아래에 이유와 근거가 열립니다. 점수는 확인할 순서이며 위반의 증거가 아닙니다.")
        return None
    return str(top.iloc[chosen[0]]["subject"])


def main_reasons(ranking: "Ranking", rows: "pd.DataFrame") -> list[str]:
    """Why, in a few words: the rules met, then what raises the model's score most."""
    words = [
        [rule.title for rule in ranking.rules if not rule.clears and bool(row[f"rule_{rule.code}"])][:3]
        for _, row in rows.iterrows()
    ]
    if ranking.model is not None and len(rows):
        about = {feature.name: feature for feature in ranking.features}
        shares = ranking.model.contributions(rows).drop(columns="base")
        for told, (index, share) in zip(words, shares.iterrows(), strict=True):
            feature = about[str(share.idxmax())]
            if share.max() > 0 and len(told) < 3:
                told.append(f"{feature.title} {feature.shown(rows.at[index, feature.name])}")
    return [" · ".join(told) or "두드러진 이유 없음" for told in words]


def downloads(listed: Listed, n: int) -> None:
    """The whole list as a file, explained only when it is asked for; who it is about is masked unless asked for too."""
    entry, name = listed.ranking.entry, f"선별목록_{listed.ranking.as_of:%Y%m%d}"
    identity = IDENTITIES.get(entry, "")
    why = personal.reason(name, key=f"{entry}_sheet", what=f"파일에 {identity} 전체를 넣기") if identity else ""

    def rows() -> list[dict[str, Any]]:
        told = cache.sheet(listed.key, min(n, EXPLAINED), listed.ranking)
        return [
            {"순위": i, **({identity: row.get("identity", row["subject"])} if why else {}),
             **{title: row.get(name, "") for name, title in SHEET.items()}}
            for i, row in enumerate(told, 1)
        ]  # fmt: skip

    export.sheets(rows, name, "선별목록", key=f"{entry}_sheet", reason=why)
