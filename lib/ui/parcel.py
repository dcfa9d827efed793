"""One declaration judged as it arrives, on screen."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import streamlit as st

from lib.casework import Outcome
from lib.tables.contract import Table
from lib.ui import cache, explain, network
from lib.ui.files import Given, masked
from lib.ui.guard import Officer
from lib.ui.ranked import Listed

if TYPE_CHECKING:
    import pandas as pd

    from lib.entries.pccc_theft.monitoring import Monitor
    from lib.screening.findings import Finding
    from lib.screening.model import Model

FIELDS = "pccc receiver phone postcode address sender origin item hs6 value_usd quantity declaration_no".split()
RECENT = 30
LOOK = {"유력": "#b3151b", "의심": "#9a5b00", "관심": "#0b5d6b"}


def judge(
    item_id: str, given: Given, contracts: Mapping[str, Table], officer: Officer, outcomes: tuple[Outcome, ...]
) -> None:
    """The form, the verdict first, then its reasons and the decision."""
    from lib.entries.pccc_theft import judging

    with st.spinner("신고 내역을 불러오는 중입니다(처음 한 번)."):
        history = cache.history(given.key, given.rows)
    table = contracts["parcels"]
    start = _recent(given, table)
    with st.form("parcel_form", border=True):
        told: dict[str, Any] = {}
        for i, name in enumerate(FIELDS):
            if i % 3 == 0:  # a row at a time, so that the order holds on a phone too
                columns = st.columns(3)
            column = table.column(name)
            need = "" if column.required and not column.nullable else " (선택)"
            value = start.get(name)
            told[name] = columns[i % 3].text_input(
                column.title + need,
                "" if value is None else str(value),
                max_chars=200,
                placeholder=f"예: {column.example}",
                key=f"parcel_{name}_{start.get('declaration_no', '')}",
            )
        moment: datetime = start.get("declared_at") or datetime.now()
        columns = st.columns(3)
        day = columns[0].date_input("신고일", moment.date(), format="YYYY-MM-DD")
        hour = columns[1].time_input("신고 시각", moment.time(), step=60)
        asked = st.form_submit_button("판정", type="primary")
    if asked:
        told = {name: value.strip() or None for name, value in told.items()}
        told["declared_at"] = datetime.combine(day, hour)
        st.session_state["parcel_told"] = told
    kept = st.session_state.get("parcel_told")
    if kept is None:
        st.info("신고 내용을 넣고 「판정」을 누르면 이유와 함께 바로 판정합니다.", icon="👆")
        return
    model = _model(item_id)
    started = datetime.now()
    try:
        found = judging.judge_parcel(kept, history, model=model)
    except ValueError as error:
        st.error(str(error), icon="📄")
        return
    took = (datetime.now() - started).total_seconds()
    _verdict(found, took)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        explain.reasons(found.as_dict()["reasons"], contracts, key="parcel")
        explain.notes(found.facts)
    with right:
        if kept["declaration_no"]:
            explain.register(found, officer, outcomes)
        else:
            st.caption("신고번호를 넣고 판정하면 사건으로 등록할 수 있습니다.")


def _model(item_id: str) -> "Model | None":
    """The model in force; without a usable one the rules judge alone, and this is told."""
    from lib.entries.pccc_theft.features import FEATURES
    from lib.screening.model import FeatureMismatch, ModelBroken

    try:
        model = cache.model(item_id)
        if model:
            model.check(FEATURES)
    except (ModelBroken, FeatureMismatch) as error:
        st.warning(f"{error} 규칙으로만 판정합니다.", icon="⚠️")
        return None
    return model


def _recent(given: Given, table: Table) -> dict[str, Any]:
    """A declaration of the file to start the form from."""
    rows = given.rows["parcels"].sort_by([("declared_at", "descending")]).slice(0, RECENT).to_pylist()
    code = table.column("pccc")
    picked = st.selectbox(
        "최근 신고에서 불러오기(선택)",
        range(len(rows)),
        index=None,
        format_func=lambda i: (
            f"{rows[i]['declared_at']:%m-%d %H:%M} · {masked(code, rows[i]['pccc'])} · {rows[i]['item']}"
        ),
        placeholder="자료에서 한 건을 골라 채웁니다",
        key="parcel_recent",
        on_change=lambda: st.session_state.pop("parcel_told", None),  # a verdict stands below its own declaration only
    )
    return {} if picked is None else rows[picked]


def _verdict(found: "Finding", seconds: float) -> None:
    from html import escape

    colour = next((colour for start, colour in LOOK.items() if found.grade.startswith(start)), "#4a5563")
    step = found.facts.get("next", "")
    st.html(
        f"<div role='status' style='background:{colour};color:#fff;border-radius:.8rem;padding:.8rem 1.1rem'>"
        f"<div style='font-size:1.7rem;font-weight:800'>{escape(found.grade)}</div>"
        f"<div style='word-break:keep-all'>신고 {escape(found.subject)} · {escape(step)} · {1000 * seconds:,.0f}밀리초</div>"
        "</div>"
    )


def monitoring(listed: Listed, officer: Officer) -> None:
    """Counts by day, what is new since the last look, where codes meet, and the network around any of them."""
    from lib.entries.pccc_theft import monitoring as room
    from lib.entries.pccc_theft.rules import GRADES
    from lib.screening import looks

    with st.spinner("모니터링 자료를 모으는 중입니다."):
        monitor: Monitor = cache.monitor(listed.key, lambda: room.load(listed.given.rows, listed.ranking))
    st.markdown("**날마다 등급별 신고 건수**")
    counts = monitor.daily_counts().pivot_table(index="day", columns="grade", values="parcels", fill_value=0)
    explain.show(explain.lines(counts[[g for g in GRADES if g in counts]], "건"), "pccc_daily")

    as_of = listed.ranking.as_of
    seen = None if listed.given.demo else looks.since(listed.ranking.entry, officer.name, as_of)
    since_day = st.date_input(
        "마지막으로 본 날",
        seen or as_of - timedelta(days=7),
        key=f"pccc_since_{as_of}",
        help="지난번에 모니터링을 본 자료의 기준일입니다. 처음이면 이레 전으로 둡니다. 바꿀 수 있습니다.",
        format="YYYY-MM-DD",
    )
    since = datetime.combine(since_day, time.max)
    alerts, fresh, linked = monitor.alerts(since), monitor.hubs(since=since), monitor.linked()
    one, two, three = st.columns(3)
    one.metric("그 뒤 새 신고가 있는 의심·유력 부호", f"{len(alerts):,}개", border=True)
    two.metric("그 뒤 새로 생긴 집결지", f"{len(fresh):,}곳", border=True)
    three.metric("도용신고에서 두 단계 안에 이어진 부호", f"{len(linked):,}개", border=True)
    with st.expander(f"새 알림 {len(alerts):,}개", icon="🔔", expanded=bool(len(alerts))):
        _frame(alerts, {"title": "부호", "grade": "등급", "parcels": "신고 건수", "last": "마지막 신고"})
    with st.expander(f"도용신고와 이어진 부호 {len(linked):,}개", icon="🔗"):
        _frame(linked, {"title": "부호", "hops": "거리(단계)", "via": "이어진 곳", "grade": "등급"})

    st.markdown("**부호가 모이는 곳**")
    kind = st.pills("종류", list(room.KINDS)[:3], format_func=room.KINDS.__getitem__, key="pccc_hub_kind")
    hubs = monitor.hubs(kind)
    if hubs.empty:
        st.caption("기준 수 이상의 부호가 모인 곳이 없습니다.")
        return
    hubs = hubs.head(100).assign(
        kind=hubs["kind"].map(room.KINDS),
        share=(100 * hubs["share"]).round(),
        known=hubs["reported"].map({True: "예", False: "아니요"}),
    )
    picked = _frame(
        hubs,
        {
            "kind": "종류",
            "title": "곳",
            "codes": "부호 수",
            "parcels": "신고 건수",
            "suspects": "의심·유력 부호",
            "share": "의심 비율(%)",
            "known": "도용신고 관련",
            "formed": "모인 날",
        },
        key="pccc_hubs",
    )
    _explore(monitor, str(hubs.iloc[picked if picked is not None and picked < len(hubs) else 0]["node"]))


def _explore(monitor: "Monitor", start: str) -> None:
    """The network from one place, opened point by point."""
    import pandas as pd

    from lib.entries.pccc_theft.monitoring import KINDS

    kept = st.session_state.setdefault("pccc_open", {"start": start, "open": [start]})
    if kept["start"] != start:
        kept = st.session_state["pccc_open"] = {"start": start, "open": [start]}
    parts = [monitor.neighbours(node) for node in kept["open"]]
    nodes = pd.concat([part[0] for part in parts]).drop_duplicates("node")
    edges = pd.concat([part[1] for part in parts]).drop_duplicates(["source", "target"])
    titles = dict(zip(nodes["node"], nodes["title"], strict=True))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.caption("점을 누르면 그 주변이 펼쳐집니다. 끌어서 옮기고 휠로 확대할 수 있습니다.")
        if st.button("처음으로", key="pccc_reset"):
            st.session_state["pccc_open"] = {"start": start, "open": [start]}
            st.rerun()
    reported = nodes["reported"].map({True: "도용신고 관련", False: ""})
    drawn = pd.DataFrame(
        {
            "id": nodes["node"],
            "label": nodes["title"],
            "kind": nodes["grade"].where(nodes["kind"] == "pccc", nodes["kind"].map(KINDS)).map(_kind),
            "about": nodes["codes"].map(lambda n: f"부호 {n:,}개" if n > 1 else "") + " " + reported,
            "size": nodes["codes"].clip(1, 30) + 12,
        }
    )
    told = edges.assign(label=edges["parcels"].map(lambda n: f"신고 {n:,}건"))[["source", "target", "label"]]
    clicked = network.draw(drawn, told, title="부호가 모이는 곳의 연결망", key="pccc_network", chosen=kept["open"][-1])
    closed = [node for node in titles if node not in kept["open"]]
    chosen = st.selectbox(
        "펼칠 점(누르기 대신)", closed, index=None, format_func=titles.__getitem__, placeholder="점을 고르십시오"
    )
    for node in (clicked, chosen):
        if node and node in titles and node not in kept["open"]:
            kept["open"].append(node)
            st.rerun()


def _kind(kind: str) -> str:
    return f"부호: {kind.split('(')[0]}" if kind.startswith(("정상", "관심", "의심", "유력")) else kind


def _frame(table: "pd.DataFrame", titles: Mapping[str, str], key: str | None = None) -> int | None:
    """A table under Korean titles; with a ``key``, the row chosen in it."""
    shown = table[[*titles]].rename(columns=titles)
    for name in shown.select_dtypes("datetime").columns:
        shown[name] = shown[name].dt.strftime("%Y-%m-%d %H:%M")
    if key is None:
        st.dataframe(shown, hide_index=True, height="auto" if len(shown) < 10 else 360)
        return None
    picked = st.dataframe(
        shown,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=key,
        height=min(38 * (len(shown) + 1), 300),
    )
    rows = picked["selection"]["rows"]
    return rows[0] if rows else None
