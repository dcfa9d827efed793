"""What 원산지 세탁 분석 draws: an import and an export line side by side, stock, prices, routes, families, tariffs."""

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from lib.screening.findings import Finding
from lib.ui import cache, explain, export, network
from lib.ui.ranked import Listed
from lib.ui.words import plain

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from lib.entries.origin_laundering.charts import Field, Stock
    from lib.entries.origin_laundering.screen import Exporters
    from lib.links import Graph

HUNDRED_MILLION = 1e8
RED, BLUE, GREEN, YELLOW, GREY = "#c62a2f", "#2f7fd6", "#19a08c", "#c79a1b", "#93a3b5"
LIGHT, DARK, FRAME = "#e9eef5", "#16202c", "#7b3fe4"
STATUS = {"수입": BLUE, "국산 신고 의심": RED, "외국산 신고": YELLOW, "설명됨": GREEN, "약한 연결": GREY}
ROUTES = {"세율 차이 있음": RED, "세율 차이 없음": GREY, "설명됨": GREEN}
SYMBOLS = {"수입": "circle", "국산 신고 의심": "diamond", "외국산 신고": "square", "설명됨": "cross", "약한 연결": "x"}
MOST = 120  # points of a network
CSS = """<style>
.ax-pair {border: 1px solid #8a97a655; border-radius: .6rem; overflow: hidden}
.ax-row {display: grid; grid-template-columns: 7.2rem 1fr 1fr 7rem; grid-template-areas: "k i o n"}
.ax-row + .ax-row {border-top: 1px solid #8a97a633}
.ax-row > div {padding: .3rem .6rem; overflow-wrap: anywhere; word-break: normal; line-height: 1.4}
.ax-row.h > div {font-weight: 700; padding: .45rem .6rem}
.ax-row .k {grid-area: k; opacity: .75; font-size: .88rem; word-break: keep-all}
.ax-row .n {grid-area: n; opacity: .85; font-size: .86rem; text-align: right; word-break: keep-all}
.ax-row .i {grid-area: i; border-left: 4px solid #2f7fd6} .ax-row .o {grid-area: o; border-left: 4px solid #c62a2f}
.ax-row mark {color: inherit; border-radius: .2rem; padding: 0 .08rem; font-weight: 650}
.ax-row .i mark {background: #e8b62f66} .ax-row .o mark {background: #e2474b66}
.ax-row .w {display: none}
@media (max-width: 640px) {
  .ax-row {grid-template-columns: 1fr auto; grid-template-areas: "k n" "i i" "o o"}
  .ax-row.h, .ax-row.same .o {display: none}
  .ax-row .k, .ax-row .n {background: #8a97a61f; opacity: 1; padding: .15rem .6rem}
  .ax-row .k {font-weight: 600}
  .ax-row .i, .ax-row .o {padding: .2rem .6rem}
  .ax-row.same .i {border-left-color: #8a97a6}
  .ax-row .w {display: inline-block; width: 2.4rem; opacity: .7; font-size: .82rem}
}
</style>"""


def whole(listed: Listed) -> "pd.DataFrame":
    """Every link of the list, worked out once."""
    from lib.entries.origin_laundering import charts

    rows: pd.DataFrame = cache.asked(listed.key, "links", lambda: charts.whole(cast("Exporters", listed.ranking)))
    return rows


# One firm


def firm(listed: Listed, found: Finding) -> None:
    """Its links to choose from, the pair side by side, stock, prices, and where the goods went."""
    from lib.entries.origin_laundering import charts

    ranking = cast("Exporters", listed.ranking)
    rows = charts.of_firm(ranking, whole(listed), found.subject)
    if rows.empty:
        st.caption("이 업체의 수출과 이어지는 수입이 없습니다.")
        return
    st.caption(
        "이어진 신고입니다. 행을 고르면 아래에 두 신고가 나란히 열립니다(처음에는 의심 연결 가운데 세율 차이가 있고 금액이 가장 큰 것)."
    )
    if (chosen := pick(listed, rows, f"origin_links_{found.subject}", own=True)) is None:
        return
    _opened(listed, chosen)
    _routes(ranking, rows, "origin_firm_flows", firms=True)


def _opened(listed: Listed, link: dict[Any, Any]) -> None:
    """All there is to see of one link."""
    ranking = cast("Exporters", listed.ranking)
    pair(ranking, link)
    strength(ranking, link)
    goods(ranking, whole(listed), int(link["source"]))


def pick(listed: Listed, rows: "pd.DataFrame", key: str, *, own: bool) -> dict[Any, Any] | None:
    """The link chosen from a table; the first to begin with. ``own``: of one exporter."""
    from lib.entries.origin_laundering import charts

    ranking = cast("Exporters", listed.ranking)
    top = rows.head(charts.MOST).reset_index(drop=True)
    if top.empty:
        return None
    table = charts.listed(ranking, top)
    if own:
        table = table.drop(columns="수출 업체")
    if not (table["설명"] != "").any():
        table = table.drop(columns="설명")
    picked = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=key,
        height=min(36 * (len(table) + 1) + 4, 260),
        column_config={
            "판단": st.column_config.TextColumn(width=95),
            "수출 업체": st.column_config.TextColumn(width=130),
            "수입 물품": st.column_config.TextColumn(width=170),
            "수출 물품": st.column_config.TextColumn(width=170),
            "연결 강도": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1, width=85),
            "연결 금액(원)": st.column_config.NumberColumn(format="localized"),
            "가격 상승": st.column_config.NumberColumn(format="percent"),
            "세율 차이(%p)": st.column_config.NumberColumn(format="%.1f"),
        },
    )
    if len(rows) > len(top):
        st.caption(f"앞의 {len(top)}건만 보여 줍니다(모두 {len(rows):,}건).")
    at = picked["selection"]["rows"]
    found: dict[Any, Any] = top.iloc[at[0] if at and at[0] < len(top) else 0].to_dict()
    return found


def pair(ranking: "Exporters", link: dict[Any, Any]) -> None:
    """An import line beside the export line it explains, what differs marked."""
    from lib.entries.origin_laundering import charts

    st.html(CSS + compared(charts.fields(ranking, link)))
    st.caption("색칠한 글자가 두 신고에서 다른 곳입니다. 오른쪽 숫자는 수입에 견준 수출의 차이입니다.")


def compared(told: "Sequence[Field]") -> str:
    """Two declarations as a table of their fields; on a phone the two values stand one under the other."""
    rows = [
        "<div class='ax-row h'><div class='k'>항목</div><div class='i'>📥 수입신고</div><div class='o'>📤 수출신고</div><div class='n'>차이</div></div>"
    ]
    for field in told:
        one, other = (_marked(stretches) for stretches in (field.imported, field.exported))
        same = one == other
        rows.append(
            f"<div class='ax-row{' same' if same else ''}'><div class='k'>{escape(field.title)}</div><div class='n'>{escape(field.note)}</div>"
            f"<div class='i'><span class='w'>{'같음' if same else '수입'}</span>{one}</div>"
            f"<div class='o'><span class='w'>수출</span>{other}</div></div>"
        )
    return f"<div class='ax-pair'>{''.join(rows)}</div>"


def _marked(stretches: Sequence[tuple[str, bool]]) -> str:
    return "".join(f"<mark>{escape(text)}</mark>" if differs else escape(text) for text, differs in stretches)


def strength(ranking: "Exporters", link: dict[Any, Any]) -> None:
    """Why the two are taken for the same goods, what else explains it, and what the label saved."""
    from lib.entries.origin_laundering import charts, clearing

    left, right = st.columns([3, 2], gap="medium")
    told = charts.parts(link)
    with left:
        st.markdown(f"**왜 같은 물품으로 봅니까** · 연결 강도 {min(link['strength'], 0.999):.1%}")
        explain.show(odds(told), "origin_odds")
        mute = [part for part, share in zip(told["part"], told["odds"], strict=True) if abs(share) < 0.05]
        st.caption(
            "초록은 같은 물품이라는 쪽, 빨강은 아니라는 쪽입니다. 합이 0을 넘을수록 강한 연결입니다."
            + (f" 점수에 거의 더하지 않은 것: {', '.join(mute)}." if mute else "")
        )
    with right:
        st.markdown("**다르게 설명됩니까**")
        if link["against"]:
            st.warning("원상태 수출로 신고하면서 원산지를 한국으로 적었습니다.", icon="⚠️")
        if link["clears"]:
            st.success(plain(clearing.CLEARS[str(link["clears"])]), icon="🟢")
        elif link["status"] == charts.WEAK:
            st.info("닮은 정도가 기준에 못 미쳐 이어진 것으로 보지 않습니다.", icon="ℹ️")
        elif link["korean"]:
            st.error("설명되는 사정을 찾지 못했습니다. 외국산을 들여와 한국산으로 수출신고했습니다.", icon="🔎")
        else:
            st.info("수출신고에는 외국산으로 적었습니다. 상대국에 낸 원산지증명서를 확인하십시오.", icon="ℹ️")
        points = float(link["incentive"])
        st.markdown("**한국산이면 얼마나 덜 냅니까**")
        laws = charts.behind(ranking, link)
        if points > 0 and len(laws):
            st.metric(
                f"{charts.country(charts.place(ranking, link['country']))} 수입 때 세율 차이",
                f"{points:,.1f}%p",
                border=True,
            )
            st.dataframe(laws, hide_index=True, height=min(36 * (len(laws) + 1) + 4, 220), column_config=_rules())
        else:
            st.caption("수출한 날 이 나라와 물품에 대한 세율 차이가 세율표에 없습니다.")


def _rules() -> dict[str, Any]:
    return {
        "조치": st.column_config.TextColumn(width=210),
        "HS부호": st.column_config.TextColumn(width=80),
        "출처": st.column_config.TextColumn(width=280),
        **{
            name: st.column_config.NumberColumn(format="%.2f")
            for name in ("실제 원산지 세율(%)", "한국산 세율(%)", "차이(%p)")
        },
    }


def goods(ranking: "Exporters", rows: "pd.DataFrame", source: int) -> None:
    """Stock and prices of the imported goods of a link."""
    from lib.entries.origin_laundering import charts

    told = charts.stock(ranking, rows, source)
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**수입한 재고에서 나갔습니까**")
        if told.unit and len(told.steps):
            explain.show(stock(told), "origin_stock")
            st.caption("수입하면 올라가고 수출하면 내려갑니다. 수출 시점마다 재고가 있었는지 보십시오.")
            over = told.sold - told.drawn
            if over > 0.01 * max(told.sold, 1):
                st.warning(
                    f"이어진 수출 {told.sold:,.0f}{told.unit} 가운데 {over:,.0f}{told.unit}은 남은 수입량으로 설명되지 않습니다. "
                    "국내 생산분이나 다른 조달처가 있는지 확인하십시오.",
                    icon="⚖️",
                )
            if told.uncounted:
                st.caption(f"수량을 알 수 없는 수입 {told.uncounted:,}건은 재고에 넣지 못했습니다.")
        else:
            st.caption("수량과 중량이 없어 재고를 셈하지 못했습니다.")
    with right:
        st.markdown("**값이 오르지 않고 나갔습니까**")
        if len(told.prices):
            limit = ranking.limits["simple_uplift"]
            explain.show(prices(told, limit), "origin_prices")
            st.caption(
                f"점선은 그때까지 수입한 값의 {100 + limit:.0f}%입니다. 그 아래의 수출은 가공 없이 되판 것으로 보입니다."
            )
        else:
            st.caption("단가를 견줄 수 있는 신고가 없습니다.")


def _routes(ranking: "Exporters", rows: "pd.DataFrame", key: str, *, firms: bool) -> None:
    from lib.entries.origin_laundering import charts

    flows = charts.flows(ranking, rows, firms=firms)
    if flows.empty:
        return
    st.markdown("**어디에서 와서 어디로 갔습니까**")
    _legend(ROUTES)
    explain.show(sankey(flows), key)
    st.caption("빨강은 원산지를 한국으로 적으면 목적국 세금이 줄어드는 흐름입니다. 굵을수록 이어진 금액이 큽니다.")


def _ink() -> str:
    """The colour of words on this screen, for the one chart that would write in grey on colours."""
    return LIGHT if st.context.theme.type == "dark" else DARK


def _legend(colours: dict[str, str]) -> None:
    st.html(
        " ".join(
            f"<span style='white-space:nowrap;margin-right:.8rem'><span style='color:{colour}'>●</span> {escape(name)}</span>"
            for name, colour in colours.items()
        )
    )


# All pairs


def pairs(listed: Listed) -> None:
    """Every link of the data: narrowed, one opened."""
    from lib.entries.origin_laundering import charts

    ranking, rows = cast("Exporters", listed.ranking), whole(listed)
    one, two, three = st.columns(3)
    status = one.selectbox(
        "판단", [name for name in charts.STATUS if (rows["status"] == name).any()], key="origin_pair_status"
    )
    some = rows[rows["status"] == status]
    ends = {
        name: sorted({charts.place(ranking, code) or "" for code in some[name].unique()})
        for name in ("origin", "country")
    }
    origin = two.selectbox(
        "수입 원산지", ["", *filter(None, ends["origin"])], format_func=_place, key="origin_pair_origin"
    )
    to = three.selectbox("목적국", ["", *filter(None, ends["country"])], format_func=_place, key="origin_pair_to")
    for name, code in (("origin", origin), ("country", to)):
        if code:
            some = some[some[name] == ranking.ledger.places.index(code)]
    only = st.toggle("세율 차이가 있는 연결만", key="origin_pair_paying")
    if only:
        some = some[some["paying"]]
    if some.empty:
        st.info("고른 조건에 맞는 연결이 없습니다. 조건을 넓혀 보십시오.")
        return
    st.markdown(
        f"**연결 {len(some):,}건** · 업체 {some['exporter'].nunique():,}곳 · {_hundred_million(some['won'].sum())}"
    )
    key = f"origin_pairs_{status}_{origin}_{to}_{only}"
    if (chosen := pick(listed, some, key, own=False)) is not None:
        table = charts.listed(ranking, some.head(charts.MOST))
        export.downloads(
            cast("list[dict[str, Any]]", table.to_dict("records")), "수입-수출 연결", key="origin_pairs_file"
        )
        _opened(listed, chosen)


def _place(code: str) -> str:
    from lib.entries.origin_laundering import charts

    return f"{charts.country(code)}({code})" if code else "전체"


def _hundred_million(won: float) -> str:
    return f"{won / HUNDRED_MILLION:,.1f}억원"


# Families


def family(listed: Listed) -> None:
    """Firms tied to an exporter, and the goods that pass between them."""
    from lib.entries.origin_laundering import network as kin

    ranking = cast("Exporters", listed.ranking)
    links = whole(listed)
    graph: Graph = cache.asked(listed.key, "family", lambda: kin.graph(ranking, links))
    tied = {*graph.table["source"], *graph.table["target"]}
    rows = ranking.rows[ranking.rows["subject"].isin(tied)]
    if rows.empty:
        st.info("대표자·주소가 같거나 제조자·대행자로 얽힌 업체가 없습니다. 업체 자료를 넣으면 더 찾을 수 있습니다.")
        return
    through = (rows["kin_share"].fillna(0) * rows["linked_krw"].fillna(0)).to_numpy()
    options = rows["subject"].tolist()
    labels = dict(zip(graph.nodes["id"], graph.nodes["label"], strict=True))
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    start = left.selectbox(
        "업체",
        options,
        index=int(through.argmax()) if through.max() > 0 else 0,
        format_func=lambda one: f"{labels[one]} ({one[:3]}-{one[3:5]}-{one[5:]})",
        key="origin_family_start",
    )
    hops = right.segmented_control("몇 다리까지", [1, 2, 3], default=2, required=True, key="origin_family_hops")
    near = graph.near(start, most=MOST, hops=int(hops))
    linked = ranking.rows.set_index("subject")["linked_krw"]
    largest = max(float(linked.reindex(near.nodes["id"]).fillna(0).max()), 1.0)
    nodes = near.nodes.assign(
        size=[14 + 26 * (float(linked.get(one, 0) or 0) / largest) ** 0.5 for one in near.nodes["id"]],
        about=[f"이어진 수출 {_hundred_million(float(linked.get(one, 0) or 0))}" for one in near.nodes["id"]],
    )
    edges = near.edges
    passed = edges["amount"] > 0
    lines = edges.assign(
        colour=[RED if one else GREY for one in passed],
        width=[
            2 + 6 * (won / max(float(edges["amount"].max()), 1.0)) ** 0.5 if won else 1.5 for won in edges["amount"]
        ],
        label=[
            f"{why}\n수입품 {_hundred_million(won)}이 이 사이를 지나 수출됨" if won else why
            for why, won in zip(edges["kind"], edges["amount"], strict=True)
        ],
    )
    st.caption(
        "빨간 선은 한 업체가 수입하고 다른 업체가 한국산으로 수출한 사이입니다. 점이 클수록 이어진 수출이 많습니다."
    )
    clicked = network.draw(
        nodes, lines, title="관련 업체", key="origin_family", chosen=str(start), height=440, most=MOST
    )
    if near.left_out:
        st.caption(f"먼 업체 {near.left_out:,}곳은 그리지 않았습니다.")
    st.markdown("**어떻게 얽혀 있습니까**")
    ties = edges.assign(
        첫째=edges["source"].map(labels), 둘째=edges["target"].map(labels), 수입=edges["from"].map(labels)
    ).sort_values("amount", ascending=False, kind="stable")
    if clicked in labels:
        ties = ties[(ties["source"] == clicked) | (ties["target"] == clicked)]
        st.caption(f"{plain(labels[clicked])}와 얽힌 업체만 보여 줍니다.")
    st.dataframe(
        {
            "업체": ties["첫째"].tolist(),
            "얽힌 업체": ties["둘째"].tolist(),
            "까닭": ties["kind"].tolist(),
            "지나간 수입품(원)": ties["amount"].round().tolist(),
            "수입한 쪽": ties["수입"].fillna("-").tolist(),
        },
        hide_index=True,
        height=min(36 * (len(ties) + 1) + 4, 240),
        column_config={"지나간 수입품(원)": st.column_config.NumberColumn(format="localized")},
    )
    st.markdown("**업체 정보**")
    members = kin.members(ranking, near.nodes["id"].tolist())
    st.dataframe(
        members,
        hide_index=True,
        height=min(36 * (len(members) + 1) + 4, 300),
        column_config={"연결 금액(원)": st.column_config.NumberColumn(format="localized")},
    )


# Tariffs


def rates(listed: Listed) -> None:
    """Where a Korean label pays on a day, and where this data's goods went."""
    from lib.entries.origin_laundering import charts

    ranking, rows = cast("Exporters", listed.ranking), whole(listed)
    one, two = st.columns(2)
    origin = one.selectbox("실제 원산지", charts.origins(ranking), format_func=_place, key="origin_rates_origin")
    if origin is None:
        st.info("세율표에 원산지가 없습니다.")
        return
    day: date = two.date_input("세율을 볼 날", ranking.as_of, format="YYYY-MM-DD", key="origin_rates_day")
    table = charts.paying(ranking, day, origin)
    if table.empty:
        st.info("이날 이 원산지에 대한 세율 차이가 세율표에 없습니다. 날짜나 원산지를 바꾸어 보십시오.")
        return
    went = charts.went(ranking, rows, table, origin)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.markdown(f"**{charts.country(origin)}산을 한국산으로 적으면 줄어드는 세율(%p)**")
        explain.show(paying(table, went), "origin_rates")
        st.caption(
            "진할수록 둔갑할 유인이 큽니다. 보라 테두리는 이 자료에서 연결된 수출이 실제로 간 칸(괄호는 금액)입니다."
        )
    with right:
        st.markdown("**이 자료에서 연결된 수출**")
        if went.empty:
            st.caption("이 원산지에서 들여와 이 품목과 나라로 나간 연결이 없습니다.")
        else:
            shown = went.assign(
                points=[float(table.loc[a, b]) for a, b in went[["hs", "place"]].itertuples(index=False)]
            )
            st.dataframe(
                {
                    "품목": shown["hs"].tolist(),
                    "목적국": [charts.country(code) for code in shown["place"]],
                    "연결(억원)": (shown["won"] / HUNDRED_MILLION).tolist(),
                    "차이(%p)": shown["points"].tolist(),
                    "업체": shown["firms"].tolist(),
                },
                hide_index=True,
                height=min(36 * (len(shown) + 1) + 4, 560),
                column_config={
                    "연결(억원)": st.column_config.NumberColumn(format="%.1f"),
                    "차이(%p)": st.column_config.NumberColumn(format="%.1f"),
                },
            )
            st.caption("자료 전체 기간의 금액입니다. 차이가 큰 칸에 금액이 몰리는지 보십시오.")
        st.info(
            "세율은 판결·행정명령·조사 결과에 따라 바뀝니다. 처음 값은 공개 자료를 품목 단위로 묶은 예시이며, "
            "최신 세율표를 「자료 넣기」의 「원산지별 세율차」로 올리면 그 표로 계산합니다.",
            icon="📌",
        )
    st.markdown(f"**{day} 기준으로 적용 중인 조치**")
    laws = charts.in_force(ranking, day, origin)
    st.dataframe(laws, hide_index=True, height=min(36 * (len(laws) + 1) + 4, 420), column_config=_rules())
    export.downloads(cast("list[dict[str, Any]]", laws.to_dict("records")), "원산지별 세율차", key="origin_rates_file")


# The whole


def overview(listed: Listed) -> None:
    """All links together: where from and to, when, and what is explained."""
    from lib.entries.origin_laundering import charts

    ranking, rows = cast("Exporters", listed.ranking), whole(listed)
    sums = rows.groupby(rows["status"].astype("str"))["won"].sum()
    saved = ranking.rows["saved_krw"].fillna(0).sum()
    one, two, three, four = st.columns(4)
    one.metric("국산 신고 의심 연결", _hundred_million(sums.get(charts.SUSPECT, 0.0)), border=True)
    two.metric("외국산으로 신고한 연결", _hundred_million(sums.get(charts.FOREIGN, 0.0)), border=True)
    three.metric("설명된 연결", _hundred_million(sums.get(charts.CLEARED, 0.0)), border=True)
    four.metric("피했을 것으로 보는 관세", _hundred_million(saved), border=True)
    suspect = rows[rows["status"] == charts.SUSPECT]
    if len(suspect):
        _routes(ranking, suspect, "origin_all_flows", firms=False)
    months = charts.monthly(rows)
    if len(months):
        st.markdown("**언제 나갔습니까**")
        explain.show(by_month(months), "origin_months")
        st.caption("빨강이 갑자기 솟은 달을 먼저 보십시오. 세율이 바뀐 때와 견주어 봅니다.")
    st.markdown("**정상으로 본 연결은 무엇으로 설명됩니까**")
    why = charts.explained(rows)
    if len(why):
        texts = [f"{_hundred_million(won)} · {lines:,}란" for won, lines in zip(why["won"], why["lines"], strict=True)]
        names = [_wrapped(name) for name in why["why"]]
        figure = explain.bars(names, (why["won"] / HUNDRED_MILLION).tolist(), "억원", texts)
        figure.update_traces(marker_color=GREEN, y=names)
        figure.update_layout(height=70 + 46 * len(names))
        explain.show(figure, "origin_explained")
        st.caption(
            "이어졌어도 이런 사정이 있으면 의심에서 뺍니다. 지나치게 큰 사정이 있으면 그 업체의 증빙을 확인하십시오."
        )
    else:
        st.caption("설명된 연결이 없습니다.")


# Charts


def _short(name: str, most: int = 14) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _wrapped(name: str, most: int = 16) -> str:
    """A long name in lines that fit beside bars on a phone, its own brackets left to the hover."""
    words, lines = name.split("(")[0].split(), [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) + 1 > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(explain.words(line) for line in lines)


def odds(parts: "pd.DataFrame") -> "go.Figure":
    """What speaks for the same goods and against, in log-odds."""
    import plotly.graph_objects as go

    told = parts[(parts["odds"].abs() >= 0.05) | (parts.index == 0)]
    total = float(parts["odds"].sum())
    names = [*told["part"], "합"]
    values = [*told["odds"], total]
    first, last = 0, len(values) - 1
    colours = [GREY if i in (first, last) else GREEN if value > 0 else RED for i, value in enumerate(values)]
    figure = go.Figure(
        go.Bar(
            x=values,
            y=[explain.words(name) for name in names],
            orientation="h",
            marker_color=colours,
            text=[f"{value:+.1f}" for value in values],
            textposition="outside",
            hovertemplate="%{y}<br>%{x:+.2f}<extra></extra>",
            cliponaxis=False,
        )
    )
    low, high = min(0.0, *values), max(0.0, *values)
    room = 0.14 * (high - low)
    figure.update_yaxes(autorange="reversed", automargin=True, type="category", ticksuffix=" ")
    figure.update_xaxes(title="더해진 몫(로그 승산)", zeroline=True, range=[low - room, high + room])
    figure.update_layout(height=70 + 30 * len(names), margin={"l": 8, "r": 8, "t": 8, "b": 8}, showlegend=False)
    return figure


def stock(told: "Stock") -> "go.Figure":
    """What is left of the imported goods, import by import and export by export."""
    import plotly.graph_objects as go

    steps = told.steps
    figure = go.Figure()
    figure.add_scatter(
        x=steps["day"], y=steps["left"], mode="lines", name="남은 재고", fill="tozeroy", hoverinfo="skip",
        line={"shape": "hv", "color": BLUE, "width": 2}, fillcolor="rgba(47,127,214,0.14)",
    )  # fmt: skip
    for what, colour in STATUS.items():
        some = steps[steps["what"] == what]
        if len(some):
            figure.add_scatter(
                x=some["day"], y=some["left"], mode="markers", name=what,
                marker={"color": colour, "size": 9, "symbol": SYMBOLS[what]},
                customdata=[[explain.words(_short(a, 40)), explain.words(b), c] for a, b, c in zip(some["told"], some["firm"], some["change"], strict=True)],
                hovertemplate="%{x|%Y-%m-%d} %{customdata[1]}<br>%{customdata[0]}<br>%{customdata[2]:+,.0f}" + told.unit + " → 남은 재고 %{y:,.0f}" + told.unit + "<extra></extra>",
            )  # fmt: skip
    figure.update_yaxes(title=f"남은 재고({told.unit})", rangemode="tozero", tickformat=",")
    _dated(figure)
    return figure


def prices(told: "Stock", limit: float) -> "go.Figure":
    """What a unit cost to import and was sold for, and the line up to which it is plain resale."""
    import plotly.graph_objects as go

    rows = told.prices
    figure = go.Figure()
    bought = rows[rows["what"] == "수입"]
    if len(bought):
        last = rows["day"].max()
        figure.add_scatter(
            x=[*bought["day"], last], y=[*(bought["price"] * (1 + limit / 100)), bought["price"].iloc[-1] * (1 + limit / 100)],
            mode="lines", name=f"수입가 +{limit:.0f}%", line={"shape": "hv", "dash": "dot", "color": YELLOW, "width": 2}, hoverinfo="skip",
        )  # fmt: skip
    for what, colour in STATUS.items():
        some = rows[rows["what"] == what]
        if len(some):
            figure.add_scatter(
                x=some["day"], y=some["price"], mode="markers", name="수입(CIF)" if what == "수입" else what,
                marker={"color": colour, "size": 9, "symbol": SYMBOLS[what], "opacity": 0.85},
                customdata=[[explain.words(_short(a, 40)), explain.words(b)] for a, b in zip(some["told"], some["firm"], strict=True)],
                hovertemplate="%{x|%Y-%m-%d} %{customdata[1]}<br>%{customdata[0]}<br>%{y:,.0f}원<extra></extra>",
            )  # fmt: skip
    spread = rows["price"].max() / rows["price"].min()
    if spread > 20:
        figure.update_yaxes(title=f"단가(원/{told.unit or 'kg'}, 로그 눈금)", type="log", tickformat=",", dtick=1)
    else:
        figure.update_yaxes(title=f"단가(원/{told.unit or 'kg'})", rangemode="tozero", tickformat=",")
    _dated(figure)
    return figure


def _dated(figure: "go.Figure") -> None:
    figure.update_xaxes(tickformat="%Y-%m", nticks=6)
    figure.update_layout(
        height=340, margin={"l": 8, "r": 8, "t": 8, "b": 8}, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"}
    )


def sankey(flows: "pd.DataFrame") -> "go.Figure":
    """Goods from layer to layer; red where a Korean label pays."""
    import plotly.graph_objects as go

    ends = [
        (layer + later, name)
        for layer, one, other in zip(flows["layer"], flows["source"], flows["target"], strict=True)
        for later, name in ((0, one), (1, other))
    ]
    nodes = {node: i for i, node in enumerate(dict.fromkeys(ends))}
    layers = max(layer for layer, _ in nodes)
    most = 14 if layers > 1 else 20
    counts = [sum(at == layer for at, _ in nodes) for layer in range(layers + 1)]
    figure = go.Figure(
        go.Sankey(
            arrangement="snap",
            textfont={"shadow": "none", "size": 14, "weight": 600, "color": _ink()},
            node={
                "label": [explain.words(_short(name, most)) for _, name in nodes],
                "customdata": [explain.words(name) for _, name in nodes],
                "hovertemplate": "%{customdata}<br>%{value:,.2f}억원<extra></extra>",
                "pad": 16,
                "thickness": 12,
                "color": GREY,
            },
            link={
                "source": [nodes[layer, name] for layer, name in zip(flows["layer"], flows["source"], strict=True)],
                "target": [nodes[layer + 1, name] for layer, name in zip(flows["layer"], flows["target"], strict=True)],
                "value": (flows["won"] / HUNDRED_MILLION).tolist(),
                "color": [ROUTES[route] + "77" for route in flows["route"]],
                "customdata": flows["route"].tolist(),
                "hovertemplate": "%{source.customdata} → %{target.customdata}<br>%{value:,.2f}억원 · %{customdata}<extra></extra>",
            },
        )
    )
    figure.update_layout(height=140 + 42 * max(counts), margin={"l": 8, "r": 8, "t": 8, "b": 8})
    return figure


def paying(table: "pd.DataFrame", went: "pd.DataFrame") -> "go.Figure":
    """Savings by goods and destination, in numbers; framed where linked exports went."""
    import numpy as np
    import plotly.graph_objects as go

    from lib.entries.origin_laundering import charts

    values = table.to_numpy(dtype=float)
    won = {(row["hs"], row["place"]): row["won"] for row in went.to_dict("records")}
    none = "#22303f" if _ink() == LIGHT else "#e6ebf1"
    figure = go.Figure(
        go.Heatmap(
            z=np.log1p(values),
            colorscale=[[0, none], [0.01, "#fbe6bd"], [0.45, "#f0b45c"], [0.8, "#d9622b"], [1, "#a61f18"]],
            zmin=0,
            zmax=6,
            showscale=False,
            hoverinfo="skip",
            xgap=3,
            ygap=3,
        )
    )
    for i, name in enumerate(table.index):
        for j, to in enumerate(table.columns):
            value, here = values[i, j], won.get((name, to))
            if value or here:
                told = f"{value:,.1f}" + (f" ({here / HUNDRED_MILLION:,.1f}억)" if here else "")
                ink = _ink() if not value else LIGHT if value > 60 else DARK
                figure.add_annotation(x=j, y=i, text=told, showarrow=False, font={"size": 12, "color": ink})
            if here:
                figure.add_shape(
                    type="rect", x0=j - 0.49, x1=j + 0.49, y0=i - 0.46, y1=i + 0.46, line={"color": FRAME, "width": 3}
                )
    names, places = ([explain.words(_short(str(one), 18)) for one in table.index], [charts.country(to) for to in table])
    figure.update_yaxes(
        range=[len(names) - 0.5, -0.5], tickvals=list(range(len(names))), ticktext=names, automargin=True,
        ticksuffix=" ", showgrid=False, zeroline=False,
    )  # fmt: skip
    figure.update_xaxes(
        tickvals=list(range(len(places))), ticktext=places, side="top", showgrid=False, zeroline=False, tickfont={"size": 14}
    )  # fmt: skip
    figure.update_layout(height=70 + 26 * len(names), margin={"l": 8, "r": 8, "t": 8, "b": 8})
    return figure


def by_month(months: "pd.DataFrame") -> "go.Figure":
    """Linked exports month by month."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for name in months.columns:
        figure.add_bar(
            x=list(months.index), y=months[name] / HUNDRED_MILLION, name=name, marker_color=STATUS[name],
            hovertemplate="%{x} " + name + " %{y:,.1f}억원<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack")
    figure.update_xaxes(type="category", nticks=8)
    figure.update_yaxes(title="억원", rangemode="tozero", tickformat=",")
    figure.update_layout(
        height=320, margin={"l": 8, "r": 8, "t": 8, "b": 8}, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"}
    )
    return figure
