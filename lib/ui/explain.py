"""One lead explained: reasons with their law and rows, what moved the score, the checklist, the decision; charts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from html import escape
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import streamlit as st

from lib.casework import Case, CaseworkError, Outcome, Status
from lib.screening.findings import Finding
from lib.tables.contract import Table
from lib.ui import cache, guard, triage
from lib.ui import personal as personal_data
from lib.ui.files import masked
from lib.ui.guard import Officer
from lib.ui.ranked import Listed
from lib.ui.words import plain

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

RAISES, LOWERS, PLAIN, FAINT = "#d5533a", "#2f7fd6", "#2f7fd6", "#93a3b5"
LANES = ("#19a08c", "#2f7fd6", "#c79a1b", "#e0662f", "#a35bd0", "#7d8896")
STEPS = 9  # of a waterfall, the rest summed up
SAMPLE = 400  # subjects in the charts of the whole list
BASES = {
    "model": "모델이 꼽은 이유",
    "peer": "다른 대상들과 견준 차이",
    "high": "다른 대상들과 견준 차이",
}  # of a reason without a law
PAIRS = {"passport_a": "여권", "passport_b": "이어진 여권", "why": "까닭"}
Rows = Sequence[Mapping[str, Any]]


def subject(
    listed: Listed,
    chosen: str,
    officer: Officer,
    contracts: Mapping[str, Table],
    outcomes: Sequence[Outcome],
    extra: Callable[[Finding], None],
    look: str = "",
) -> None:
    """The chosen lead from its reasons to its decision; ``extra`` draws the entry's own charts, headed by ``look``, to which
    a link leads from the top: on a phone the reasons are long.
    """
    ranking = listed.ranking
    with st.spinner("이유와 근거를 모으는 중입니다."):
        try:
            found = cache.finding(listed.key, chosen, ranking)
        except KeyError:
            st.info("고른 대상이 이 목록에 없습니다. 목록에서 다시 골라 주십시오.")
            return
    row = ranking.rows[ranking.rows["subject"] == chosen].iloc[0]
    graded = found.title if found.grade in found.title else f"{found.title} · {found.grade}"
    st.subheader(plain(graded), divider="gray")
    if look:
        st.markdown(f"[⬇ {look}](#look)")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.markdown(f"**왜 확인해야 합니까** · {len(found.reasons)}가지 이유")
        reasons(found.as_dict()["reasons"], contracts, key=f"{ranking.entry}_{chosen}")
        notes(found.facts)
    with right:
        register(found, officer, outcomes)
    if look:
        st.subheader(look, anchor="look")
    extra(found)
    if ranking.model is not None:
        st.markdown("**무엇이 점수를 올리고 내렸습니까**")
        show(waterfall(listed, row), f"{ranking.entry}_waterfall")
        st.caption(
            "막대는 모델이 매긴 위험도(로그 승산)에 더해진 몫이고, 이름 옆은 이 대상의 값과 「보통」(목록 대상 열에 아홉의 범위)입니다."
        )
        by_model = float(ranking.model.score(row.to_frame().T.infer_objects())[0])
        if found.score is not None and abs(found.score - by_model) > 0.005:
            st.caption(
                f"모델만으로는 {100 * by_model:.1f}점이지만 기준(규칙)에 따라 위험도를 {100 * found.score:.1f}점으로 두었습니다."
            )


def overview(listed: Listed) -> None:
    """The whole list at a glance: what moves the scores, which rules are met how often."""
    ranking = listed.ranking
    flags = {rule.title: int(ranking.rows[f"rule_{rule.code}"].sum()) for rule in ranking.rules if not rule.clears}
    met = {title: count for title, count in sorted(flags.items(), key=lambda pair: -pair[1]) if count}
    if ranking.model is not None:
        st.markdown("**무엇이 순위를 움직입니까**")
        left, right = st.columns([2, 3], gap="medium")
        with left:
            show(importance(listed), f"{ranking.entry}_importance")
        with right:
            show(swarm(listed), f"{ranking.entry}_swarm")
        st.caption(
            f"상위 {min(SAMPLE, len(ranking.rows)):,}{listed.unit}의 정확한 기여도(SHAP). 빨강은 값이 높은 쪽입니다."
        )
    st.markdown("**기준(규칙)에 걸린 수**")
    if met:
        show(
            bars(list(met), list(met.values()), listed.unit, [f"{n:,}" for n in met.values()]), f"{ranking.entry}_rules"
        )
    else:
        st.caption("기준에 걸린 대상이 없습니다.")


def reasons(told: Rows, contracts: Mapping[str, Table], *, key: str) -> None:
    """Each reason with its law, its rows one tap away."""
    for i, reason in enumerate(told, 1):
        basis = (
            f"근거: {reason['legal_basis']}" if reason["legal_basis"] else BASES.get(reason["code"].split("_")[0], "")
        )
        with st.container(border=True):
            st.html(
                f"<div style='font-weight:600;word-break:keep-all'>{i}. {escape(reason['text'])}</div>"
                f"<div style='opacity:.75;font-size:.88rem'>{escape(basis)}</div>"
            )
            rows = reason["evidence"]
            with st.popover(f"근거 {len(rows)}행 보기", icon="📑", width="stretch"):
                evidence(rows, contracts, f"{key}_{i}")


def evidence(rows: Rows, contracts: Mapping[str, Table], key: str = "") -> None:
    """The rows themselves, one table a source, personal cells masked unless the officer says why they must be seen."""
    private = any(column.personal for table in contracts.values() for column in table.columns)
    why = (
        personal_data.reason(", ".join(str(row["key"]) for row in rows)[:200], key=f"rows_{key}")
        if private and key
        else ""
    )
    entry = guard.entry_id()
    for source in dict.fromkeys(row["source"] for row in rows):
        table = contracts.get(source)
        personal = {column.title: column for column in table.columns if column.personal} if table else {}
        st.caption(table.title if table else source)
        st.dataframe(
            [
                {
                    title: cell(value) if title not in personal else masked(personal[title], value)
                    for title, value in row["detail"].items()
                }
                | (
                    {title: cell(v) for title, v in _seen(entry, source, row).items() if title in personal}
                    if why
                    else {}
                )
                for row in rows
                if row["source"] == source
            ],
            hide_index=True,
        )


def _seen(entry: str, source: str, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row unmasked: as it is kept here, else as it was kept with the reason."""
    told = personal_data.original(entry, source, str(row["key"]))
    return {title: told.get(title, value) for title, value in row["detail"].items()}


def cell(value: Any) -> Any:
    """A value a table can show beside others of its column."""
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def notes(facts: Mapping[str, Any]) -> None:
    """What speaks for the subject, how passports were joined, the next step."""
    if facts.get("next"):
        st.caption(f"다음 단계: {facts['next']}")
    if facts.get("path"):
        st.caption(f"검증 방식: {facts['path']}")
    for line in facts.get("clearing", ()):
        st.success(f"의심을 낮추는 사정: {plain(line if isinstance(line, str) else line['text'])}", icon="🟢")
    for name, title in (("joined", "한 사람으로 본 여권과 까닭"), ("apart", "이름이 비슷하지만 다른 사람으로 본 여권")):
        if pairs := facts.get(name):
            st.markdown(f"**{title}**")
            st.dataframe([{PAIRS.get(k, k): v for k, v in pair.items()} for pair in pairs], hide_index=True)


def register(found: Finding, officer: Officer, outcomes: Sequence[Outcome]) -> None:
    """Checklist, then a case: made once, decided here or later in the queue."""
    if guard.barred(guard.May.DECIDE):
        return
    book = cache.case_book()
    kept = f"{found.entry}_{found.subject}"
    try:
        cases = book.cases(entry=found.entry, subject=found.subject, limit=1)
        if cases and cases[0].status is not Status.CLOSED:
            case = cases[0]
            st.markdown(f"**{case.number} · {case.status.label}**")
            triage.decide(book, case, officer, outcomes)
            return
        if cases:
            st.info(f"이전 사건 {cases[0].number}에서 「{cases[0].outcome_label}」로 종결했습니다.")
        st.markdown("**확인할 것**")
        done = [line for line in found.facts.get("checklist", ()) if st.checkbox(line, key=f"{kept}_{line}")]
        if st.button("사건으로 등록·처분", type="primary", key=f"{kept}_register", width="stretch"):
            facts = {**found.facts, "office": officer.office, "checked": done}
            case, made = book.register(replace(found, facts=facts), by=officer.name)
            st.toast(f"{case.number}" + ("로 등록했습니다." if made else "로 이미 진행 중입니다."), icon="✅")
            st.rerun()
        st.caption("등록하면 이유와 근거가 사건에 그대로 보관되고, 처분과 이력이 남습니다.")
    except CaseworkError as error:
        st.error(plain(str(error)))


def show_case(contracts: Mapping[str, Table]) -> Callable[[Case], None]:
    """How a kept case of a screening entry is shown in the queue."""

    def shown(case: Case) -> None:
        facts = case.facts
        score = "" if case.score is None else f" · 점수 {100 * case.score:.1f}"
        st.caption(f"{case.grade}{score} · 기준일 {facts.get('as_of', '-')} · {plain(facts.get('office', ''))}")
        reasons(case.reasons, contracts, key=f"case_{case.id}")
        notes(facts)
        if facts.get("checked"):
            st.markdown("**등록할 때 확인한 것**")
            st.text("\n".join(f"✓ {line}" for line in facts["checked"]))

    return shown


# Charts: no colour of text or ground is set, so that they follow the light or dark screen


def show(figure: "go.Figure", key: str, **more: Any) -> Any:
    """A chart without Plotly's own (English) buttons, its names never taken for markup."""
    figure.update_layout(dragmode=False, hoverlabel={"align": "left"}, separators=".,")
    return st.plotly_chart(figure, key=key, config={"displayModeBar": False, "scrollZoom": False}, **more)


def words(text: Any) -> str:
    """Text that Plotly shows as it is."""
    return escape(str(text), quote=False)


def waterfall(listed: Listed, row: "pd.Series[Any]") -> "go.Figure":
    """From the average subject to this one."""
    import plotly.graph_objects as go

    from lib.screening import explain

    model = listed.ranking.model
    assert model is not None
    base, *steps = explain.waterfall(model, row, explain.peers(listed.ranking.rows, model.features))
    rest = sum(step["contribution"] for step in steps[STEPS:])
    names = [
        f"{step['title']}<br><b>{words(step['value'])}</b> (보통 {words(step['usual'])})" for step in steps[:STEPS]
    ]
    shares = [step["contribution"] for step in steps[:STEPS]]
    if steps[STEPS:]:
        names.append(f"그 밖의 {len(steps) - STEPS}개 항목")
        shares.append(rest)
    reached = list(accumulate([base["contribution"], *shares]))
    total = reached[-1]
    low, high = min(0, *reached), max(0, *reached)
    room = 0.3 * (high - low)  # for the numbers beside the bars
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            measure=["absolute", *["relative"] * len(shares), "total"],
            y=["출발점(전체 평균)", *names, "이 대상"],
            x=[base["contribution"], *shares, None],
            text=[f"{base['contribution']:.2f}", *[f"{share:+.2f}" for share in shares], f"{total:.2f}"],
            textposition="outside",
            increasing={"marker": {"color": RAISES}},
            decreasing={"marker": {"color": LOWERS}},
            totals={"marker": {"color": FAINT}},
            connector={"line": {"width": 1, "color": FAINT}},
            hovertemplate="%{y}<br>%{text}<extra></extra>",
            cliponaxis=False,
        )
    )
    figure.update_yaxes(autorange="reversed", automargin=True, ticksuffix=" ")
    figure.update_xaxes(title="더해진 몫(로그 승산)", zeroline=True, range=[low - room, high + room])
    figure.update_layout(height=70 + 40 * (len(shares) + 2), margin={"l": 8, "r": 8, "t": 8, "b": 8})
    return figure


def importance(listed: Listed) -> "go.Figure":
    """What moves the whole list most."""
    from lib.screening import explain

    model = listed.ranking.model
    assert model is not None
    table = explain.importance(model, listed.ranking.rows.head(SAMPLE)).head(12)
    return bars(table["title"], 100 * table["share"], "점수를 움직인 몫(%)")


def swarm(listed: Listed) -> "go.Figure":
    """Every listed subject's share of each strong feature: where it lies, and whether its value is high."""
    import numpy as np
    import plotly.graph_objects as go

    from lib.screening import explain

    model = listed.ranking.model
    assert model is not None
    points = explain.swarm(model, listed.ranking.rows.head(SAMPLE))
    strong = points.groupby("title")["contribution"].apply(lambda c: c.abs().mean()).nlargest(10).index
    random = np.random.default_rng(0)
    figure = go.Figure()
    for place, title in enumerate(strong):
        part = points[points["title"] == title]
        figure.add_scatter(
            x=part["contribution"],
            y=place + random.uniform(-0.3, 0.3, len(part)),
            mode="markers",
            marker={
                "size": 5,
                "opacity": 0.75,
                "color": part["level"].fillna(0.5),
                "colorscale": [[0, LOWERS], [1, RAISES]],
                "cmin": 0,
                "cmax": 1,
                "showscale": place == 0,
                "colorbar": {"title": "값", "tickvals": [0, 1], "ticktext": ["낮음", "높음"], "thickness": 10},
            },
            customdata=part["value"].map(words),
            hovertemplate=f"{words(title)} %{{customdata}}<br>%{{x:+.2f}}<extra></extra>",
            showlegend=False,
        )
    figure.update_yaxes(tickvals=list(range(len(strong))), ticktext=[words(t) for t in strong], autorange="reversed")
    figure.update_yaxes(automargin=True, showgrid=False, zeroline=False)
    figure.update_xaxes(title="더해진 몫(로그 승산)")
    figure.update_layout(height=90 + 36 * len(strong), margin={"l": 8, "r": 8, "t": 8, "b": 8})
    return figure


def bars(
    names: "Sequence[Any] | pd.Series[Any]",
    values: "Sequence[Any] | pd.Series[Any]",
    title: str,
    texts: Sequence[str] | None = None,
) -> "go.Figure":
    """Horizontal bars, the first on top."""
    import plotly.graph_objects as go

    told = [f"{value:,.1f}" for value in values] if texts is None else [words(text) for text in texts]
    figure = go.Figure(
        go.Bar(
            x=list(values),
            y=[words(name) for name in names],
            orientation="h",
            text=told,
            textposition="outside",
            marker_color=PLAIN,
            hovertemplate="%{y}<br>%{text}<extra></extra>",
            cliponaxis=False,
        )
    )
    figure.update_yaxes(autorange="reversed", automargin=True, type="category", ticksuffix=" ")
    room = 1 + 0.045 * max(map(len, told), default=0)  # for the words beside the longest bar
    figure.update_xaxes(title=title, range=[0, room * max([*values, 0]) or 1])
    figure.update_layout(height=70 + 30 * len(names), margin={"l": 8, "r": 48, "t": 8, "b": 8})
    return figure


def heat(table: "pd.DataFrame", unit: str) -> "go.Figure":
    """Rows against columns; ``table`` has the rows' names as index."""
    import plotly.graph_objects as go

    figure = go.Figure(
        go.Heatmap(
            z=table.to_numpy(),
            x=[words(column) for column in table.columns],
            y=[words(name) for name in table.index],
            colorscale=[[0, "rgba(47,127,214,0.06)"], [0.5, "#e0a23a"], [1, "#c2331f"]],
            hovertemplate="%{y} · %{x}<br>%{z:,.0f}" + unit + "<extra></extra>",
            colorbar={"title": unit, "thickness": 10},
            xgap=1,
            ygap=1,
        )
    )
    figure.update_yaxes(autorange="reversed", automargin=True, type="category")
    figure.update_xaxes(type="category", nticks=12)
    figure.update_layout(height=110 + 26 * len(table), margin={"l": 8, "r": 8, "t": 8, "b": 8})
    return figure


def timeline(events: "pd.DataFrame", as_of: date) -> "go.Figure":
    """Points and spans by kind along time: ``lane``, ``start``, ``end`` (missing: still open on ``as_of``), ``text``."""
    import plotly.graph_objects as go

    figure = go.Figure()
    lanes = list(dict.fromkeys(events["lane"]))
    for i, lane in enumerate(lanes):
        part = events[(events["lane"] == lane) & events["start"].notna()]
        colour = LANES[i % len(LANES)]
        for span in part.to_dict("records"):
            is_open = span["end"] is None or span["end"] != span["end"]
            figure.add_scatter(
                x=[span["start"], str(as_of) if is_open else span["end"]],
                y=[words(lane)] * 2,
                mode="lines",
                line={"width": 8, "color": colour, "dash": "dot" if is_open else "solid"},
                opacity=0.45,
                hoverinfo="skip",
                showlegend=False,
            )
        figure.add_scatter(
            x=part["start"],
            y=[words(lane)] * len(part),
            mode="markers",
            marker={"size": 11, "color": colour},
            customdata=[words(text) for text in part["text"]],
            hovertemplate="%{x|%Y-%m-%d %H:%M}<br>%{customdata}<extra></extra>",
            showlegend=False,
        )
    figure.add_vline(x=str(as_of), line={"dash": "dash", "color": FAINT, "width": 1})
    figure.update_yaxes(autorange="reversed", automargin=True, type="category", ticksuffix=" ")
    figure.update_xaxes(tickformat="%Y-%m-%d", nticks=8)
    figure.update_layout(height=90 + 42 * len(lanes), margin={"l": 8, "r": 16, "t": 8, "b": 8})
    return figure


def lines(table: "pd.DataFrame", unit: str) -> "go.Figure":
    """One line a column over the days of the index, stacked."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for i, column in enumerate(table.columns):
        colour = (FAINT, "#c79a1b", "#e0662f", "#b3151b", "#2f7fd6", "#19a08c")[i % 6]
        figure.add_bar(
            x=[str(day) for day in table.index],
            y=table[column],
            name=words(column),
            marker_color=colour,
            hovertemplate="%{x}<br>" + words(column) + " %{y:,.0f}" + unit + "<extra></extra>",
        )
    figure.update_layout(barmode="stack", height=320, margin={"l": 8, "r": 8, "t": 8, "b": 8})
    figure.update_layout(legend={"orientation": "h", "y": 1.12})
    figure.update_xaxes(type="category", nticks=12)
    figure.update_yaxes(title=unit, rangemode="tozero")
    return figure
