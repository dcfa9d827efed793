"""What a ranking rests on: thresholds with their source, and the model with its card, drift and next training."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import streamlit as st

from lib.casework import Act, CaseworkError
from lib.entries import Entry
from lib.ui import cache, explain, guard, jobs
from lib.ui.guard import Officer
from lib.ui.ranked import Listed, held_out

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from lib.jobs import Job
    from lib.screening.model import Model

LONGEST = 3600  # seconds a training may take
Known = Callable[[], "pd.DataFrame"]  # what the shipped model was taught: features, ``label``, ``time``


def limits(item: Entry, officer: Officer) -> None:
    """The thresholds in force with their source; the office may set its own, with a reason."""
    from lib.screening import limits as limits_of

    as_of = st.date_input("기준일", date.today(), key=f"{item.id}_limits_day", format="YYYY-MM-DD")
    in_force = limits_of.load(item.id, as_of).about
    st.caption("이 값으로 규칙을 판정합니다. 값은 시행일부터 쓰이고, 이전 값은 기록에 남습니다.")
    st.dataframe(
        [
            {
                "기준": limit.title,
                "값": f"{limit.value:,.10g}",
                "단위": limit.unit,
                "시행일": limit.since.isoformat(),
                "출처·근거": limit.source,
                "정한 사람": limit.set_by or "기본값",
            }
            for limit in in_force.values()
        ],
        hide_index=True,
        column_config={
            "기준": st.column_config.TextColumn(width=240),
            "값": st.column_config.TextColumn(width=70),
            "단위": st.column_config.TextColumn(width=50),
            "시행일": st.column_config.TextColumn(width=90),
            "출처·근거": st.column_config.TextColumn(width=390),
            "정한 사람": st.column_config.TextColumn(width=80),
        },
    )
    st.markdown("**우리 세관의 값으로 바꾸기**")
    if guard.barred(guard.May.SET):
        return
    code = st.selectbox(
        "바꿀 기준",
        list(in_force),
        format_func=lambda code: in_force[code].title,
        placeholder="기준을 고르십시오",
        key=f"{item.id}_limit",
    )
    chosen = in_force[code]
    with st.form(f"{item.id}_limits", border=True):
        left, right = st.columns(2)
        value = left.number_input(
            f"새 값({chosen.unit})", value=chosen.value, min_value=0.0, format="%g", key=f"{item.id}_{code}"
        )
        since = right.date_input("시행일", date.today(), key=f"{item.id}_since", format="YYYY-MM-DD")
        source = st.text_input("바꾸는 근거", placeholder="예: 2026-07 통관국 업무지시", key=f"{item.id}_source")
        if st.form_submit_button("기준 저장", type="primary"):
            try:
                detail = {"limit": code, "value": value, "since": since.isoformat()}
                guard.on_record(Act.SET, officer, entry=item.id, about=chosen.title, reason=source, detail=detail)
                limits_of.set_own(item.id, code, value, since=since, source=source, by=officer.name)
            except (ValueError, CaseworkError) as error:
                st.warning(str(error))
            except OSError:
                st.error("기준을 저장할 수 없습니다. 저장 공간과 권한을 확인해 주십시오.")
            else:
                st.toast(
                    f"「{chosen.title}」을(를) {since}부터 {value:,.10g}{chosen.unit}(으)로 바꾸었습니다.", icon="✅"
                )
                st.rerun()


def model(item: Entry, listed: Listed | None, harmful: Mapping[str, bool], known: Known) -> None:
    """The card in force, drift of today's list against it, and training again, side by side before the switch."""
    from lib.screening import evaluate
    from lib.screening.model import ModelBroken

    try:
        now = cache.model(item.id)
    except ModelBroken as error:
        st.error(str(error), icon="⚠️")
        now = None
    if now is None:
        st.info(
            "학습된 모델이 없습니다. 선별은 규칙과 이상치로 하며, 아래에서 처분 기록으로 학습할 수 있습니다.", icon="📏"
        )
    else:
        if now.card.get("synthetic"):
            st.warning("지어낸(합성) 자료로 학습·평가한 모델입니다. 아래 수치는 현장 성능이 아닙니다.", icon="🧪")
        measured = held_out(now.card)
        left, right = st.columns(2, gap="medium")
        with left:
            st.markdown("**몇 건을 확인하면 얼마나 찾습니까**")
            explain.show(curve(measured["curve"]), f"{item.id}_curve")
        with right:
            st.markdown("**점수를 확률로 믿어도 됩니까**")
            explain.show(calibration(measured["calibration"]), f"{item.id}_calibration")
        drifted(listed)
        with st.expander("모델 카드(자료·기간·성능·한계)", icon="📄", expanded=True):
            st.markdown(evaluate.card_markdown(now.card))
            fairness(now.card)
    if listed is not None:
        again(item, listed, harmful, known)


def drifted(listed: Listed | None) -> None:
    """Whether today's list still looks like the training data."""
    st.markdown("**이번 자료가 학습한 자료와 닮았습니까**")
    if listed is None or listed.ranking.model is None:
        st.caption("「선별 목록」에서 자료를 넣으면 이번 자료와 견주어 보여 줍니다.")
        return
    from lib.screening import drift

    ranking = listed.ranking
    assert ranking.model is not None
    table = drift.drift(ranking.model.card["reference"], ranking.rows, ranking.rows["score"].to_numpy())
    told = drift.warning(table)
    if told:
        st.warning(told, icon="📉")
    else:
        st.success("학습한 자료와 크게 다르지 않습니다.", icon="✅")
    with st.expander("항목별 달라진 정도(PSI)"):
        st.dataframe(
            {"항목": table["title"], "달라진 정도(PSI)": table["psi"].round(3), "판단": table["level"]}, hide_index=True
        )
        st.caption("0.1 미만 안정, 0.25 이상 경고. 우연으로 볼 수 있는 차이는 안정으로 둡니다.")


def fairness(card: Mapping[str, Any]) -> None:
    """What is found of each kind, and false alarms by harmless kind and nationality, where the card reports them."""
    from lib.screening.evaluate import kind_tables

    for title, rows in kind_tables(card):
        st.markdown(f"**{title}**")
        st.dataframe(rows, hide_index=True)


def again(item: Entry, listed: Listed, harmful: Mapping[str, bool], known: Known) -> None:
    """Train with the decisions; old and new side by side, then the switch."""
    from lib.screening.model import FeatureMismatch, TooFewLabels, own_stem

    kept, slot = f"{item.id}_trained", f"{item.id}_training"
    st.subheader("처분 결과로 다시 학습", divider="gray")
    if guard.barred(guard.May.SET):
        return
    st.caption("종결·조치한 사건의 처분을 결과로 삼아 다시 학습하고, 같은 평가 자료에서 지금 모델과 견준 뒤 바꿉니다.")
    if st.button("다시 학습", key=f"{item.id}_learn", icon="🎓"):
        st.session_state.pop(kept, None)
        jobs.forget(slot)
        st.session_state[slot] = uuid4().hex
    if slot in st.session_state:
        try:
            found = learnt(item, listed, harmful, known, slot)
        except (TooFewLabels, FeatureMismatch) as error:
            st.warning(str(error), icon="🎓")
            jobs.forget(slot)
            del st.session_state[slot]
        else:
            if found is not None:
                st.session_state[kept] = found
                del st.session_state[slot]
    if kept not in st.session_state:
        return
    new, compared = st.session_state[kept]
    st.dataframe(side_by_side(compared), hide_index=True)
    st.info(compared["advice"], icon="⚖️")
    with st.container(horizontal=True):
        if st.button("새 모델로 바꾸기", type="primary", key=f"{item.id}_switch"):
            try:
                new.save(own_stem(item.id))
            except OSError:
                st.error("모델을 저장할 수 없습니다. 저장 공간과 권한을 확인해 주십시오.")
                return
            del st.session_state[kept]
            st.toast("새 모델로 바꾸었습니다.", icon="✅")
            st.rerun()
        if st.button("지금 모델을 그대로 쓰기", key=f"{item.id}_keep"):
            del st.session_state[kept]
            st.rerun()


def learnt(
    item: Entry, listed: Listed, harmful: Mapping[str, bool], known: Known, slot: str
) -> "tuple[Model, dict[str, Any]] | None":
    """A model taught by what the shipped one knew and by the decisions, and how it compares on the newest of both; ``None``
    while it learns.

    ``harmful``: what each decision teaches; one that is not named teaches nothing; ``slot``: where the session keeps the
    name of this training. Raises ``TooFewLabels``.
    """
    from lib.screening import feedback

    def ask(owner: str) -> "Job[tuple[Model, dict[str, Any]]]":
        features = listed.ranking.features
        rows = feedback.examples(cache.case_book().labels(item.id), features, harmful)
        return jobs.TRAINING.submit(
            feedback.retrain, known, rows, features, entry=item.id, data="처음 학습한 합성 자료",
            title=f"{item.name} 모델 학습", owner=owner, seconds=LONGEST,
        )  # fmt: skip

    return jobs.awaited(slot, st.session_state[slot], ask, "처분 기록을 모아 학습하는 중입니다. 1~2분 걸립니다.")


def side_by_side(compared: Mapping[str, Any]) -> list[dict[str, str]]:
    """Both models' measures on the same rows."""
    old, new = (_measures(compared[side]) for side in ("old", "new"))
    return [{"항목": title, "지금 모델": old.get(title, "-"), "새 모델": shown} for title, shown in new.items()]


def _measures(told: Mapping[str, Any] | None) -> dict[str, str]:
    if told is None:
        return {}
    values = {
        "PR-AUC(클수록 잘 찾음)": (told["pr_auc"], ".3f"),
        "확률 오차 Brier(작을수록 좋음)": (told["brier"], ".3f"),
    }
    for budget in told["budgets"]:
        values[f"상위 {budget['share']:.0%} 정밀도"] = (budget["precision"], ".1%")
        values[f"상위 {budget['share']:.0%} 재현율"] = (budget["recall"], ".1%")
    return {title: "-" if value is None else format(value, form) for title, (value, form) in values.items()}


def curve(points: Any) -> "go.Figure":
    """Precision and recall by the share inspected."""
    import plotly.graph_objects as go

    shares = [100 * point["share"] for point in points]
    figure = go.Figure()
    for name, title, colour in (
        ("recall", "찾는 비율(재현율)", "#19a08c"),
        ("precision", "맞는 비율(정밀도)", "#e0662f"),
    ):
        figure.add_scatter(
            x=shares,
            y=[None if point[name] is None else 100 * point[name] for point in points],
            name=title,
            mode="lines",
            line={"color": colour, "width": 3},
            hovertemplate="상위 %{x:.1f}%<br>" + title + " %{y:.0f}%<extra></extra>",
        )
    figure.update_xaxes(title="확인하는 비율(%)", rangemode="tozero")
    figure.update_yaxes(title="%", range=[0, 103])
    figure.update_layout(height=320, legend={"orientation": "h", "y": 1.15}, margin={"l": 8, "r": 8, "t": 8, "b": 8})
    return figure


def calibration(bins: Any) -> "go.Figure":
    """Promised against actual rate."""
    import plotly.graph_objects as go

    figure = go.Figure()
    top = max([1.0, *[100 * row[name] for row in bins for name in ("promised", "actual")]])
    figure.add_scatter(
        x=[0, top],
        y=[0, top],
        mode="lines",
        line={"dash": "dot", "color": explain.FAINT},
        name="일치",
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[100 * row["promised"] for row in bins],
        y=[100 * row["actual"] for row in bins],
        mode="lines+markers",
        name="실제",
        line={"color": explain.PLAIN},
        hovertemplate="점수 %{x:.0f}%<br>실제 %{y:.0f}%<extra></extra>",
    )
    figure.update_xaxes(title="점수가 말한 확률(%)")
    figure.update_yaxes(title="실제 비율(%)")
    figure.update_layout(height=320, legend={"orientation": "h", "y": 1.15}, margin={"l": 8, "r": 8, "t": 8, "b": 8})
    return figure
