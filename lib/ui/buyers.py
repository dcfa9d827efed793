"""What the buyers' page draws: one person's time line and shared cards, the shops and salespersons, who has left since."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from lib.screening.findings import Finding
from lib.tables.contract import Table
from lib.ui import cache, explain, export, network
from lib.ui.ranked import Listed
from lib.ui.words import plain

if TYPE_CHECKING:
    import pandas as pd

    from lib.entries.duty_free.charts import Network
    from lib.entries.duty_free.screen import Buyers

WON = 10_000


def person(listed: Listed, found: Finding) -> None:
    """Purchases against bookings and departures, and who shares cards, bookings and guides."""
    from lib.entries.duty_free import charts

    ranking = cast("Buyers", listed.ranking)
    st.markdown("**구매와 예약·출입국을 한 줄에**")
    events: pd.DataFrame = cache.asked(
        listed.key, ("timeline", found.subject), lambda: charts.timeline(ranking, found.subject)
    )
    if events.empty:
        st.caption("기준일까지 보여 줄 일이 없습니다.")
    else:
        explain.show(explain.timeline(events, ranking.as_of), "duty_timeline")
    st.markdown("**카드·예약번호·가이드를 함께 쓴 사람**")
    shared: Network = cache.asked(
        listed.key, ("network", found.subject), lambda: charts.network(ranking, found.subject)
    )
    if (shared.nodes["kind"] == "구매자").sum() < 2:
        st.caption("카드·예약번호·가이드를 함께 쓴 다른 구매자가 없습니다.")
        return
    grade = shared.nodes["grade"].fillna("")
    drawn = shared.nodes.assign(
        kind=shared.nodes["kind"].where(grade == "", "구매자: " + grade),
        about="",
        size=shared.nodes["start"].map({True: 24, False: 14}),
    )
    lines = shared.edges.rename(columns={"a": "source", "b": "target"})
    lines["label"] = lines["sales"].map(lambda n: f"구매 {n:,}건")
    clicked = network.draw(drawn, lines, title="함께 쓴 카드·예약번호·가이드", key="duty_network", chosen=found.subject)
    people = dict(zip(shared.nodes["id"], shared.nodes["label"], strict=True))
    others = [one for one in shared.nodes.loc[shared.nodes["kind"] == "구매자", "id"] if one != found.subject]
    looked = st.selectbox(
        "이어진 사람 보기(점을 눌러도 됩니다)",
        others,
        index=others.index(clicked) if clicked in others else None,
        format_func=people.__getitem__,
        placeholder="이어진 사람을 고르십시오",
        key=f"duty_other_{found.subject}_{clicked}",
    )
    if looked:
        other = cache.finding(listed.key, looked, ranking)
        with st.container(border=True):
            st.markdown(f"{plain(other.title)} · {plain(other.grade)} · 위험도 {100 * (other.score or 0):.1f}")
            for reason in other.reasons[:5]:
                st.caption(plain(reason.text))


def overview(listed: Listed) -> None:
    """Where and by whom: shop by day, and salespersons whose buyers do not leave."""
    from lib.entries.duty_free import charts

    ranking = cast("Buyers", listed.ranking)
    st.markdown("**판매장·날짜별 현장인도 금액**")
    grid: pd.DataFrame = cache.asked(listed.key, "heat", lambda: charts.heat_map(ranking))
    if grid.empty:
        st.caption("최근 90일에 현장인도가 없습니다.")
    else:
        explain.show(explain.heat(grid / WON, "만원"), "duty_heat")
    st.markdown("**구매자가 출국하지 않는 판매원**")
    sellers: pd.DataFrame = cache.asked(listed.key, "sellers", lambda: charts.sellers(ranking))
    if sellers.empty:
        st.caption("견줄 만큼 구매자를 맞은 판매원이 없습니다.")
        return
    st.caption(
        "같은 판매장의 다른 판매원과 견준 미출국 비율이며, 우연으로 보기 어려운 순서입니다. 이름 옆은 구매자 수이고, "
        "구매자가 적은 판매원은 뺐습니다. 공모의 증거가 아닙니다."
    )
    top = sellers.head(15)
    texts = [
        f"{share:.0%} (다른 판매원 {others:.0%})" for share, others in zip(top["share"], top["others"], strict=True)
    ]
    names = [
        f"{seller} · {shop} · {people:,.0f}명"
        for seller, shop, people in zip(top["seller"], top["shop"], top["people"], strict=True)
    ]
    explain.show(explain.bars(names, 100 * top["share"], "미출국 비율(%)", texts), "duty_sellers")


def verify(listed: Listed, contracts: Mapping[str, Table]) -> None:
    """A newer extract of departures clears those who have left."""
    from lib.entries.duty_free import screen
    from lib.tables.checking import check
    from lib.tables.reading import TableError, read

    with st.expander("새 출입국 자료로 다시 확인", icon="🛫"):
        st.caption("기준일 뒤의 출입국 자료를 올리면, 목록에 오른 사람 가운데 그사이 출국한 사람을 찾아 의심을 풉니다.")
        file = st.file_uploader("새 출입국 자료", key="duty_file_newer")
        if file is None:
            return
        try:
            newer = check(read(file.getvalue(), file.name), contracts["movements"])
        except TableError as error:
            st.error(plain(str(error)), icon="📄")
            return
        told = cache.asked(
            listed.key, ("verify", file.file_id), lambda: screen.verify(cast("Buyers", listed.ranking), newer.rows)
        )
        rows: list[dict[str, Any]] = [
            {"대상": r["title"], "등급": r["grade"], "출국 확인": "예" if r["departed"] else "아니요", "출국일": str(r["left_on"] or "-"),
             "편명": r["flight"] or "-", "결과": r["text"], "근거 행": r["movement_no"] or "-"}
            for r in told.astype(object).where(told.notna(), None).to_dict("records")
        ]  # fmt: skip
        if not rows:
            st.caption("출국을 기다리던 사람이 없습니다.")
            return
        st.success(f"{len(rows):,}명 가운데 {sum(told['cleared']):,}명의 미출국 의심이 풀렸습니다.", icon="🟢")
        st.dataframe(rows, hide_index=True)
        export.downloads(rows, "출국 재확인", key="duty_verify")
