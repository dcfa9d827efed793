"""What FETCH draws: one firm's trade against its money, where the money went, the network around it, the dossier."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from lib.screening.findings import Finding
from lib.ui import cache, explain, export, network
from lib.ui.ranked import Listed
from lib.ui.words import plain

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from lib.entries.fetch.network import Returning
    from lib.entries.fetch.screen import Firms, Reconciled
    from lib.links import Graph

HUNDRED_MILLION = 1e8
STATUS = {"맞음": "#19a08c", "설명됨": "#2f7fd6", "신고로 소명": "#c79a1b", "미설명": "#c62a2f"}
LINES = {"물품": "#2f7fd6", "대금": "#19a08c", "은행": "#93a3b5", "계좌": "#c79a1b"}
BACK, WAY = "#c62a2f", "#7b3fe4"
MOST = 300  # points drawn


def firm(listed: Listed, found: Finding) -> None:
    """From declared to paid, month by month, where the money went, and the dossier."""
    from lib.entries.fetch import charts

    ranking = cast("Firms", listed.ranking)
    done = ranking.reconciled
    dossier(listed, found)
    st.markdown("**신고와 지급·영수는 어디서 어긋납니까**")
    sides = [
        side
        for side in charts.SIDES
        if any(len(_side(done, name, found.subject, side)) for name in ("declared", "paid"))
    ]
    for column, side in zip(st.columns(max(len(sides), 1), gap="medium"), sides, strict=False):
        with column:
            st.caption(charts.SIDES[side])
            explain.show(waterfall(charts.waterfall(done, found.subject, side)), f"fetch_waterfall_{side}")
            explain.show(cumulative(charts.monthly(done, found.subject, side)), f"fetch_monthly_{side}")
    flows = charts.flows(done, found.subject)
    if len(flows):
        st.markdown("**돈은 어디서 와서 어디로 갔습니까**")
        st.html(
            " ".join(
                f"<span style='margin-right:.8rem'><span style='color:{c}'>●</span> {name}</span>"
                for name, c in STATUS.items()
            )
        )
        explain.show(sankey(flows), "fetch_flows")
    st.markdown("**연도·거래처·통화별 대사 결과**")
    table = charts.table(done, found.subject)
    if table.empty:
        st.caption("신고와 지급·영수가 없습니다.")
    else:
        st.dataframe(
            table,
            hide_index=True,
            height=min(38 * (len(table) + 1), 320),
            column_config={
                name: st.column_config.NumberColumn(format="localized")
                for name in ("신고", "지급·영수", "맞음", "신고 미설명", "결제 미설명")
            }
            | {
                "연도": st.column_config.NumberColumn(format="%d", width=60),
                "편차율": st.column_config.NumberColumn(format="percent"),
                "미설명(원)": st.column_config.NumberColumn(format="localized"),
            },
        )


def _side(done: "Reconciled", name: str, subject: str, side: str) -> "pd.DataFrame":
    rows = done.of(name, subject)
    return rows[rows["side"] == side]


def dossier(listed: Listed, found: Finding) -> None:
    """사건 개요서 as PDF and XLSX, made when asked for."""
    from lib.entries.fetch import dossier as paper

    ranking = cast("Firms", listed.ranking)
    kept = f"fetch_dossier_{listed.key}_{found.subject}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge("혐의정보(조사 개시 전)", icon="🔒", color="orange")
        if st.button("사건 개요서 만들기", icon="📄", key="fetch_dossier"):
            with st.spinner("사건 개요서를 만드는 중입니다."):
                try:
                    st.session_state["fetch_paper"] = (
                        kept,
                        paper.pdf(ranking, found.subject),
                        paper.xlsx(ranking, found.subject),
                    )
                except paper.DossierError as error:
                    st.error(str(error), icon="📄")
        made = st.session_state.get("fetch_paper")
        if made and made[0] == kept:
            name = f"사건개요서_{found.subject}_{ranking.as_of:%Y%m%d}"
            _, pdf, xlsx = made
            export.button("PDF 내려받기", lambda: pdf, f"{name}.pdf", "application/pdf", key="fetch_pdf")
            export.button("XLSX 내려받기", lambda: xlsx, f"{name}.xlsx", export.XLSX, key="fetch_xlsx")


# The network


def explorer(listed: Listed) -> None:
    """Goods and money around a firm: expand by clicking, filter, find a way between two, look at what comes back."""
    import pandas as pd

    from lib.entries.fetch import network as trade

    ranking = cast("Firms", listed.ranking)
    whole: Graph = cache.asked(listed.key, "graph", lambda: trade.graph(ranking.reconciled))
    firms = ranking.rows.assign(id="F:" + ranking.rows["subject"]).set_index("id")
    labels = dict(zip(whole.nodes["id"], whole.nodes["label"], strict=True))
    start = st.selectbox(
        "업체", list(firms.index), format_func=lambda one: f"{labels[one]} ({one[2:]})", key="fetch_start"
    )
    shown = _filtered(whole, *trade.span(ranking.reconciled))
    kept = st.session_state.setdefault("fetch_open", {"start": start, "open": [start]})
    if kept["start"] != start:
        kept = st.session_state["fetch_open"] = {"start": start, "open": [start]}
    near = shown.near(*kept["open"], most=MOST, hops=st.session_state["fetch_hops"])
    nodes, edges, way = near.nodes, near.edges, _way(shown, start, list(firms.index), labels)
    if way is not None:
        on = whole.nodes["id"].isin(set(way["source"]) | set(way["target"]))
        nodes = pd.concat([whole.nodes[on], nodes]).drop_duplicates("id").head(MOST)
        edges = pd.concat([edges, way[edges.columns]]).drop_duplicates(["key", "kind", "source", "target"])
    back = trade.returning(ranking.reconciled, shown, start)
    lines = _lines(edges, back.keys, way)
    grades = firms["grade"].to_dict()
    drawn = pd.DataFrame(
        {
            "id": nodes["id"],
            "label": nodes["label"],
            "kind": [
                f"업체: {grades[i]}" if i in grades else kind
                for i, kind in zip(nodes["id"], nodes["kind"], strict=True)
            ],
            "size": [24 if one == start else 14 for one in nodes["id"]],
        }
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.caption(
            "점을 누르면 그 주변이 펼쳐지고, 선을 누르면 그 흐름의 신고·거래가 아래에 열립니다. "
            "파랑은 물품, 초록은 대금, 보라는 찾은 길, 빨강은 되돌아오는 흐름입니다."
        )
        if st.button("처음으로", key="fetch_reset"):
            st.session_state["fetch_open"] = {"start": start, "open": [start]}
            st.rerun()
    if near.left_out:
        st.caption(f"가까운 점 {near.left_out:,}개는 금액이 작아 빼고 {MOST}개까지만 그렸습니다. 조건을 좁혀 보십시오.")
    clicked = network.draw(
        drawn, lines, title="물품과 돈의 연결망", key="fetch_network", chosen=kept["open"][-1], height=520, most=MOST
    )
    st.caption(_told(back))
    if clicked and clicked in labels and clicked not in kept["open"]:
        kept["open"].append(clicked)
        st.rerun()
    ends = zip(lines["source"].map(labels), lines["target"].map(labels), lines["kind"], lines["told"], strict=True)
    names = [f"{source} → {target} · {kind} {told}" for source, target, kind, told in ends]
    chosen = st.selectbox(
        "흐름의 행 보기(선을 눌러도 됩니다)",
        range(len(names)),
        index=next(iter(lines.index[lines["id"] == clicked]), None),
        format_func=names.__getitem__,
        placeholder="흐름을 고르십시오",
        key=f"fetch_line_{start}_{clicked}",
    )
    if chosen is not None:
        _rows(ranking.reconciled, edges, lines.iloc[chosen])


def _filtered(whole: "Graph", first: date, last: date) -> "Graph":
    """The graph narrowed to the kinds, days and sums asked for."""
    from lib.entries.fetch import network as trade

    with st.expander("거르기", icon="🔎"):
        kinds = st.pills(
            "흐름",
            list(trade.KINDS),
            selection_mode="multi",
            default=[trade.GOODS, trade.MONEY],
            format_func=trade.KINDS.__getitem__,
            key="fetch_kinds",
        )
        since, until = first, last
        if first < last:
            span = f"fetch_period_{first}_{last}"  # another extract has other days
            since, until = st.slider("기간", first, last, (first, last), format="YYYY-MM-DD", key=span)
        least = st.number_input("상대별 합계 최소 금액(만원)", 0, step=1_000, key="fetch_least")
        st.segmented_control("몇 다리까지", [1, 2, 3], default=2, required=True, key="fetch_hops")
    return whole.only(kinds=kinds or list(trade.KINDS), since=since, until=until, at_least=least * 10_000 or None)


def _way(shown: "Graph", start: str, firms: list[str], labels: Mapping[str, str]) -> "pd.DataFrame | None":
    """The flows that join the firm to another one, if one is chosen."""
    goal = st.selectbox(
        "다른 업체와 이어진 길 찾기",
        [one for one in firms if one != start],
        index=None,
        placeholder="상대 업체를 고르십시오",
        format_func=lambda one: f"{labels[one]} ({one[2:]})",
        key="fetch_goal",
    )
    way = shown.path(start, goal, directed=False) if goal else None
    if way is not None:
        st.success("이어진 길: " + " → ".join(plain(labels[one]) for one in _stops(way, start)), icon="🧭")
    elif goal:
        st.info("고른 조건에서는 두 업체를 잇는 흐름이 없습니다. 기간이나 금액 조건을 넓혀 보십시오.")
    return way


def _lines(edges: "pd.DataFrame", back: frozenset[str], way: "pd.DataFrame | None") -> "pd.DataFrame":
    """Parallel flows as one line each: ``id``, ``source``, ``target``, ``kind``, ``count``, ``amount``, and how it is drawn."""
    import pandas as pd

    from lib import links
    from lib.entries.fetch import network as trade

    lines = links.ties(edges)
    on_way = set() if way is None else set(zip(way["source"], way["target"], strict=True))
    flow = ["source", "target", "kind"]
    returns = {*edges.loc[edges["key"].isin(back), flow].itertuples(index=False, name=None)}
    colours = [
        BACK if (source, target, kind) in returns else WAY if (source, target) in on_way else LINES[kind]
        for source, target, kind in lines[flow].itertuples(index=False, name=None)
    ]
    told = [f"{n:,}건 {won / HUNDRED_MILLION:,.2f}억원" for n, won in zip(lines["count"], lines["amount"], strict=True)]
    days = lines["first"].dt.strftime("%Y-%m-%d") + " ~ " + lines["last"].dt.strftime("%Y-%m-%d")
    return lines.assign(
        id=[f"E{i}" for i in range(len(lines))],
        colour=colours,
        width=[4 if colour in (BACK, WAY) else 1.5 for colour in colours],
        told=told,
        label=lines["kind"].map(trade.KINDS) + " " + pd.Series(told, lines.index, dtype="str") + "\n" + days,
    )


def _stops(way: "pd.DataFrame", start: str) -> list[str]:
    """The points of a path in order."""
    stops = [start]
    for _, step in way.drop_duplicates("step").sort_values("step").iterrows():
        stops.append(step["target"] if step["source"] == stops[-1] else step["source"])
    return stops


def _told(found: "Returning") -> str:
    own, rounds, capped = found.own, found.rounds, found.capped
    told = [f"같은 물품이 나갔다가 되돌아온 것으로 보이는 이 업체의 신고가 {own:,}건 있습니다."] if own else []
    if rounds:
        some = " 일부만 찾았습니다." if capped else ""
        told.append(f"180일 안에 셋 이상을 거쳐 비슷한 금액으로 돌아오는 흐름이 {rounds:,}가지 있습니다.{some}")
    return " ".join(told) or "이 업체로 되돌아오는 물품이나 대금의 흐름은 보이지 않습니다."


def _rows(done: "Reconciled", edges: "pd.DataFrame", tie: Mapping[str, Any] | Any) -> None:
    """The declarations or payments behind one line."""
    from lib.entries.fetch import screen

    rows = edges[
        (edges["source"] == tie["source"]) & (edges["target"] == tie["target"]) & (edges["kind"] == tie["kind"])
    ]
    top = rows.sort_values("amount", ascending=False).head(200)
    st.dataframe(
        [screen.shown(done, r["table"], r["firm"], r["key"], r["amount"]) for r in top.to_dict("records")],
        hide_index=True,
    )
    if len(rows) > len(top):
        st.caption(f"금액이 큰 {len(top)}행만 보여 줍니다(모두 {len(rows):,}행).")


def overview(listed: Listed) -> None:
    """All firms together: how much of the trade and the money is explained, and by what."""
    from lib.entries.fetch.residuals import CODES

    done = cast("Firms", listed.ranking).reconciled
    declared, paid = done.ledger.declared["krw"].sum(), done.ledger.paid["krw"].sum()
    sums = done.left.groupby("status")["krw"].sum()
    one, two, three, four = st.columns(4)
    one.metric("신고 금액", f"{declared / HUNDRED_MILLION:,.0f}억원", border=True)
    two.metric("지급·영수 금액", f"{paid / HUNDRED_MILLION:,.0f}억원", border=True)
    three.metric("신고로 소명", f"{sums.get('신고로 소명', 0) / HUNDRED_MILLION:,.0f}억원", border=True)
    four.metric("미설명", f"{sums.get('미설명', 0) / HUNDRED_MILLION:,.0f}억원", border=True)
    st.markdown("**맞지 않은 금액은 왜 남았습니까**")
    by_code = (done.left.groupby("code")["krw"].sum().sort_values(ascending=False) / HUNDRED_MILLION).head(12)
    names = [f"{CODES[str(code)][0]} · {CODES[str(code)][1].split(':')[0]}" for code in by_code.index]
    explain.show(explain.bars(names, by_code.to_list(), "억원"), "fetch_codes")
    if len(aside := done.aside()):
        st.markdown("**비교하지 못해 따로 둔 행**")
        st.dataframe(aside, hide_index=True, height=240)
        export.downloads(cast("list[dict[str, Any]]", aside.to_dict("records")), "비교하지 못한 행", key="fetch_aside")


# Charts


def _short(name: str) -> str:
    return name if len(name) <= 22 else name[:21] + "…"


def waterfall(steps: "pd.DataFrame") -> "go.Figure":
    """From declared to paid, in hundred millions of won."""
    import plotly.graph_objects as go

    values = steps["krw"] / HUNDRED_MILLION
    total = steps["kind"] == "total"
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            y=[explain.words(step) for step in steps["step"]],
            x=values.where(~(total & (steps.index > 0)), None),
            measure=["absolute", *["total" if is_total else "relative" for is_total in total[1:]]],
            text=[f"{value:,.2f}" for value in values],
            textposition="outside",
            increasing={"marker": {"color": explain.RAISES}},
            decreasing={"marker": {"color": explain.LOWERS}},
            totals={"marker": {"color": explain.FAINT}},
            hovertemplate="%{y}<br>%{text}억원<extra></extra>",
            cliponaxis=False,
        )
    )
    figure.update_yaxes(autorange="reversed", automargin=True, ticksuffix=" ")
    high = max(values.abs().max(), 0.01)
    figure.update_xaxes(
        title="억원",
        range=[
            min(0, values.cumsum().min()) - 0.05 * high,
            1.35 * max(high, values[~total].cumsum().max() + values.iloc[0] if (~total).any() else high),
        ],
    )
    figure.update_layout(height=80 + 38 * len(steps), margin={"l": 8, "r": 8, "t": 8, "b": 8})
    return figure


def cumulative(months: "pd.DataFrame") -> "go.Figure":
    """Trade and money added up month by month: the gap between the lines is what is open."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for column, name, colour in (("declared", "신고 누계", "#2f7fd6"), ("paid", "지급·영수 누계", "#19a08c")):
        figure.add_scatter(
            x=months["month"], y=months[column] / HUNDRED_MILLION, name=name, mode="lines", line={"color": colour, "width": 3},
            hovertemplate="%{x} " + name + " %{y:,.2f}억원<extra></extra>",
        )  # fmt: skip
    figure.update_layout(height=260, margin={"l": 8, "r": 8, "t": 8, "b": 8}, legend={"orientation": "h", "y": 1.15})
    figure.update_xaxes(type="category", nticks=8)
    figure.update_yaxes(title="억원", rangemode="tozero")
    return figure


def sankey(flows: "pd.DataFrame") -> "go.Figure":
    """Who paid the firm, whom it paid, and in which country the account lies; red is unexplained."""
    import plotly.graph_objects as go

    names = list(dict.fromkeys([*flows["source"], *flows["target"]]))
    place = {name: i for i, name in enumerate(names)}
    figure = go.Figure(
        go.Sankey(
            textfont={"shadow": "none", "size": 12},
            node={
                "label": [explain.words(_short(name.strip("→ "))) for name in names],
                "pad": 14,
                "thickness": 12,
                "color": explain.FAINT,
            },
            link={
                "source": [place[name] for name in flows["source"]],
                "target": [place[name] for name in flows["target"]],
                "value": (flows["krw"] / HUNDRED_MILLION).tolist(),
                "color": [STATUS.get(status, explain.FAINT) + "88" for status in flows["status"]],
                "customdata": flows["status"].tolist(),
                "hovertemplate": "%{source.label} → %{target.label}<br>%{value:,.2f}억원 · %{customdata}<extra></extra>",
            },
        )
    )
    figure.update_layout(height=120 + 26 * len(names), margin={"l": 8, "r": 8, "t": 8, "b": 8}, font={"size": 12})
    return figure
