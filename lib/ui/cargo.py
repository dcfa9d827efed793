"""What 반출입신고 알림 draws: the morning's board, a consignment's life, messages to approve and send, answers, the calendar."""

from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from lib.casework import CaseworkError, Message, MessageState, Outbox
from lib.ui import explain, export
from lib.ui.files import masked
from lib.ui.guard import Officer
from lib.ui.ranked import Listed

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from lib.casework.outbox import Gateway
    from lib.entries.bonded_cargo.daily import Morning
    from lib.entries.bonded_cargo.screen import Duties
    from lib.screening.findings import Finding

RED, ORANGE, BLUE, GREEN, GREY, PURPLE = "#c62a2f", "#e0662f", "#2f7fd6", "#19a08c", "#93a3b5", "#7b3fe4"
WEEKDAYS = "월화수목금토일"


def duties(listed: Listed) -> "Duties":
    """The list with everything it was made from."""
    return cast("Duties", listed.ranking)


# The board


def board(listed: Listed) -> None:
    """How many are due, overdue or for a person; one state as a table; the chosen consignment's life."""
    from lib.entries.bonded_cargo import charts, items

    ranking = duties(listed)
    counts = charts.counts(ranking)
    columns = st.columns(4)
    told = (
        (items.OVERDUE, "기한이 지난 신고"),
        (items.NEAR, "오늘·내일 기한"),
        (items.FAR, "3일 안 기한"),
        (items.REVIEW, "형사 검토"),
    )
    for column, (which, title) in zip(columns, told, strict=True):
        column.metric(title, f"{counts[which]:,}건", border=True)
    state: str | None = st.segmented_control(
        "상태", [one for one in charts.STATES if counts[one]], default=next((one for one in charts.STATES if counts[one]), None),
        format_func=lambda one: f"{one} {counts[one]:,}", required=True, key="cargo_state",
    )  # fmt: skip
    if state is None:
        st.success("오늘 알릴 것이 없습니다.", icon="🟢")
        return
    if state == items.REVIEW:
        st.warning(
            "보세운송신고 없이 옮긴 것으로 보이는 화물입니다. 문자를 보내지 않고 담당자가 직접 확인합니다.", icon="⚖️"
        )
    rows = charts.board(ranking, state)
    table = rows.drop(columns=["cargo", *(["까닭"] if state != items.EXCLUDED else [])])
    picked = st.dataframe(
        table, hide_index=True, on_select="rerun", selection_mode="single-row", key=f"cargo_board_{state}",
        height=min(36 * (len(table) + 1) + 4, 400),
    )  # fmt: skip
    export.downloads(
        cast("list[dict[str, Any]]", table.to_dict("records")), f"반출입신고 {state}", key=f"cargo_board_{state}_file"
    )
    at = picked["selection"]["rows"]
    chosen = rows.iloc[at[0] if at and at[0] < len(rows) else 0]
    st.subheader(f"{chosen['B/L']} · {chosen['보세구역']}", divider="gray")
    timeline(ranking, str(chosen["cargo"]))


def lead(listed: Listed, found: "Finding") -> None:
    """The life of the consignment a duty belongs to."""
    st.markdown("**화물이 지나온 길과 기한**")
    timeline(duties(listed), str(found.facts["cargo"]))


def timeline(ranking: "Duties", cargo: str) -> None:
    """A consignment's events by warehouse, with its deadlines drawn."""
    from lib.entries.bonded_cargo import charts

    events, due = charts.life(ranking, cargo)
    explain.show(_life(events, due, ranking), "cargo_life")
    st.caption(
        "점은 신고가 처리된 때입니다. 띠는 신고할 기간이고 오른쪽 끝이 기한입니다. 빨강은 놓친 것, 초록은 지킨 것입니다."
    )
    st.dataframe(
        {
            "의무": due["title"].tolist(),
            "보세구역": due["where"].tolist(),
            "기한": [f"{day:%Y-%m-%d}" for day in due["due"]],
            "신고": [f"{met:%Y-%m-%d %H:%M}" if met == met else "없음" for met in due["met"]],
            "상태": due["state"].tolist(),
            "근거": due["law"].tolist(),
        },
        hide_index=True,
    )


def _life(events: "pd.DataFrame", due: "pd.DataFrame", ranking: "Duties") -> "go.Figure":
    import plotly.graph_objects as go

    from lib.entries.bonded_cargo import items

    figure = go.Figure()
    colour = {items.OVERDUE: RED, items.CURED: RED, items.REVIEW: PURPLE, items.MET: GREEN, items.EXCLUDED: GREY}
    for row in due.to_dict("records"):
        figure.add_scatter(
            x=[row["begin"], row["end"]], y=[row["where"]] * 2, mode="lines", line={"width": 16, "color": colour.get(row["state"], ORANGE)},
            opacity=0.3, showlegend=False, hovertemplate=f"{explain.words(row['title'])}<br>기한 %{{x|%Y-%m-%d}}<extra>{row['state']}</extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=events["at"], y=events["where"], mode="markers+text", text=[explain.words(str(one).replace(" ", "")[:7]) for one in events["what"]],
        textposition=[("top center", "bottom center")[i % 2] for i in range(len(events))], marker={"size": 11, "color": BLUE}, showlegend=False, cliponaxis=False,
        customdata=[[explain.words(str(a)), "" if b != b or b is None else f"{b:,.0f}개"] for a, b in zip(events["what"], events["packages"], strict=True)],
        hovertemplate="%{x|%Y-%m-%d %H:%M}<br>%{customdata[0]} %{customdata[1]}<extra></extra>",
    )  # fmt: skip
    first, last = min(events["at"].min(), due["begin"].min()), max(events["at"].max(), due["end"].max())
    room = (last - first) * 0.06
    now = ranking.known.now
    if now <= last + room:
        figure.add_vline(x=now.isoformat(), line={"dash": "dot", "color": GREY})
    figure.update_xaxes(range=[first - room, last + room])
    figure.update_yaxes(type="category", automargin=True, ticksuffix=" ")
    figure.update_xaxes(tickformat="%m-%d", nticks=8)
    figure.update_layout(height=150 + 70 * max(events["where"].nunique(), 1), margin={"l": 8, "r": 30, "t": 28, "b": 8})
    return figure


# Messages


def texts(listed: Listed, officer: Officer) -> None:
    """The day's messages: previewed with their bytes, written, approved all at once, sent; what became of each."""
    from lib.casework.outbox import GatewayError
    from lib.entries.bonded_cargo import daily, gateways

    ranking = duties(listed)
    try:
        gateway = gateways.chosen()
        rehearsal = ranking.as_of != date.today()
        with Outbox.open(clock=daily.clock(ranking.as_of, ranking.limits, rehearsal)) as outbox:
            found = daily.morning(ranking, outbox)
            written = outbox.messages(entry=ranking.entry, day=ranking.as_of)
            _work(ranking, outbox, gateway, found, written, officer, rehearsal)
    except (CaseworkError, GatewayError) as error:
        st.error(str(error), icon="📵")


def _work(
    ranking: "Duties", outbox: Outbox, gateway: "Gateway", found: "Morning", written: list[Message], officer: Officer,
    rehearsal: bool,
) -> None:  # fmt: skip
    from lib.entries.bonded_cargo import daily

    drafts = daily.drafts(found, ranking, officer.office)
    standing = {message.key for message in written}
    new = [draft for draft in drafts if draft.key not in standing]
    one, two, three, four = st.columns(4)
    one.metric("문자 받을 보세구역", f"{len({*standing, *(draft.key for draft in drafts)}):,}곳", border=True)
    two.metric("안내할 건", f"{sum(map(len, found.notices.values())):,}건", border=True)
    three.metric("최근 안내해 건너뜀", f"{found.held:,}건", border=True)
    four.metric("전화할 곳", f"{len(found.calls):,}곳", border=True)
    if rehearsal:
        st.info(
            "오늘이 아닌 날의 목록이므로 연습으로만 합니다. 문자는 파일에만 남고 실제로 나가지 않습니다.", icon="🧪"
        )
    by_state = {state: [m.id for m in written if m.state == state] for state in MessageState}
    with st.container(horizontal=True):
        if new and st.button(f"문자 {len(new):,}통 만들기", type="primary", key="cargo_draft"):
            outbox.draft(new, by=officer.name)
            st.rerun()
        waiting = by_state[MessageState.DRAFTED]
        if waiting and st.button(f"모두 승인({len(waiting):,}통)", type="primary", key="cargo_approve"):
            outbox.approve(waiting, by=officer.name)
            st.rerun()
        ready = by_state[MessageState.APPROVED]
        refused = rehearsal and gateway.name != "file"
        if ready and st.button(f"보내기({len(ready):,}통)", type="primary", key="cargo_send", disabled=refused):
            with st.spinner("문자를 보내는 중입니다."):
                told = daily.deliver(outbox, gateway, ranking.limits)
            st.toast(f"발송 {told.sent:,}통, 실패 {told.failed:,}통. {told.stopped}".strip(), icon="📨")
            st.rerun()
    shown = [*written, *new]
    if not shown:
        st.success("오늘 보낼 문자가 없습니다.", icon="🟢")
    else:
        _preview(shown)
    if len(found.calls):
        st.markdown("**문자를 보낼 수 없어 전화할 곳**")
        table = cast("Any", _contacts())
        calls = found.calls
        st.dataframe(
            {
                "보세구역": calls["name"].fillna(calls["shed"]).tolist(),
                "담당자": [_masked(table["manager"], one) for one in calls["manager"]],
                "연락처": [_masked(table["phone"], one) for one in calls["phone"]],
                "까닭": calls["why"].tolist(),
                "안내할 건": calls["items"].tolist(),
            },
            hide_index=True,
        )


def _masked(column: Any, value: Any) -> Any:
    return masked(column, value) if isinstance(value, str) else "-"


def _contacts() -> dict[str, Any]:
    from lib.entries.bonded_cargo.tables import WAREHOUSES

    return {name: WAREHOUSES.column(name) for name in ("manager", "phone")}


def _preview(shown: list[Any]) -> None:
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.markdown(f"**문자 {len(shown):,}통**")
        picked = st.dataframe(
            {
                "보세구역": [one.to_name for one in shown],
                "건수": [len(one.items) for one in shown],
                "종류": [one.kind for one in shown],
                "바이트": [one.bytes for one in shown],
                "상태": [one.state.label if isinstance(one, Message) else "만들기 전" for one in shown],
            },
            hide_index=True, on_select="rerun", selection_mode="single-row", key="cargo_messages", height=min(36 * (len(shown) + 1) + 4, 430),
        )  # fmt: skip
    at = picked["selection"]["rows"]
    one = shown[at[0] if at and at[0] < len(shown) else 0]
    most = 90 if one.kind == "SMS" else 2000
    with right:
        st.markdown("**받는 사람이 볼 내용**")
        subject = f"<div style='font-weight:700;margin-bottom:.4rem'>{escape(one.subject)}</div>" if one.subject else ""
        st.html(
            "<div style='border:1px solid #8a97a655;border-radius:1rem;padding:.9rem 1rem;background:#8a97a61a;white-space:pre-wrap;word-break:keep-all;"
            f"overflow-wrap:anywhere;line-height:1.5'>{subject}{escape(one.body)}</div>"
        )
        st.progress(min(one.bytes / most, 1.0), text=f"{one.kind} {one.bytes:,} / {most:,}바이트")


# Answers


def results(listed: Listed) -> None:
    """Replies, warehouses by how often they miss, and how soon they make up for it, before and after messages began."""
    from lib.entries.bonded_cargo import answers
    from lib.entries.bonded_cargo.tables import empty

    ranking = duties(listed)
    replies = answers.read(listed.given.rows.get("replies", empty("replies")), ranking.warehouses)
    first = ranking.items["due"].min()
    began: date = st.date_input("문자 안내를 시작한 날", date(2026, 4, 15), format="YYYY-MM-DD", key="cargo_began")
    agreed = ranking.warehouses["consent"].fillna(False).astype(bool)
    cured = answers.cured(ranking.items, began, ranking.warehouses.loc[agreed, "shed"])
    st.markdown("**안내한 뒤 더 빨리 신고합니까**")
    explain.show(_cures(cured), "cargo_cures")
    st.caption(
        f"기한이 지난 신고를 마칠 때까지 걸린 시간입니다({first:%Y-%m-%d}부터의 자료). 수신동의가 없는 곳과 견주어 보십시오."
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.markdown("**보세구역별**")
        by = answers.by_warehouse(ranking.items, replies)
        st.dataframe(
            {
                "보세구역": [ranking.names.get(one, one) for one in by["shed"]],
                "신고할 건": by["items"].tolist(),
                "놓친 비율": by["missed"].tolist(),
                "마칠 때까지(시간)": by["hours"].round(0).tolist(),
                "지금 밀린 건": by["open"].tolist(),
                "회신": by["replies"].tolist(),
            },
            hide_index=True, height=420, column_config={"놓친 비율": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=max(float(by["missed"].max()), 0.01))},
        )  # fmt: skip
    with right:
        st.markdown(f"**회신 {len(replies):,}건**")
        if replies.empty:
            st.caption("회신 자료를 넣으면 누가 답했는지 보여 줍니다.")
        else:
            st.dataframe(
                {
                    "받은 때": [f"{at:%m-%d %H:%M}" for at in replies["received_at"]],
                    "보세구역": replies["name"].fillna("모름").tolist(),
                    "뜻": replies["meaning"].tolist(),
                    "내용": replies["text"].tolist(),
                },
                hide_index=True, height=420,
            )  # fmt: skip


def _cures(cured: "pd.DataFrame") -> "go.Figure":
    import plotly.graph_objects as go

    from lib.entries.bonded_cargo import answers

    figure = go.Figure()
    for told, colour in ((True, GREEN), (False, GREY)):
        some = cured[(cured["told"] == told) & cured["hours"].notna()]
        figure.add_box(
            x=some["hours"] / 24, y=some["when"], orientation="h", name="문자를 받는 곳" if told else "받지 않는 곳", marker_color=colour, boxpoints=False,
        )  # fmt: skip
    figure.update_layout(boxmode="group", height=300, margin={"l": 8, "r": 8, "t": 8, "b": 8}, legend={"orientation": "h", "y": 1.05, "yanchor": "bottom"})  # fmt: skip
    figure.update_xaxes(title="기한이 지난 뒤 신고까지(일)", range=[0, 15])
    figure.update_yaxes(categoryorder="array", categoryarray=[answers.AFTER, answers.BEFORE], ticksuffix=" ")
    return figure


# The calendar


def calendar(listed: Listed) -> None:
    """Deadlines by day around today, with days off."""
    from lib.entries.bonded_cargo import charts

    st.markdown("**기한이 몰리는 날**")
    explain.show(_calendar(charts.calendar(duties(listed)), listed.ranking.as_of), "cargo_calendar")
    st.caption(
        "칸의 수는 그날이 기한인 신고, 괄호는 그 가운데 놓친 것입니다. 휴일에 끝나는 기한은 다음 근무일로 넘어갑니다(관세법 제8조 제3항)."
    )


def _calendar(days: "pd.DataFrame", today: date) -> "go.Figure":
    import plotly.graph_objects as go

    table = days.pivot(index="week", columns="weekday", values="due")
    figure = go.Figure(
        go.Heatmap(
            z=table.to_numpy(), x=list(WEEKDAYS), y=[f"{week:%m-%d}" for week in table.index], xgap=3, ygap=3, showscale=False,
            colorscale=[[0, "#8a97a61f"], [0.01, "#d7e7f8"], [1, "#1d62b0"]], hoverinfo="skip",
        )
    )  # fmt: skip
    most = max(int(days["due"].max()), 1)
    for row in days.to_dict("records"):
        at = {"x": WEEKDAYS[row["weekday"]], "y": f"{row['week']:%m-%d}"}
        count = f"{row['due']}" + (f"({row['missed']})" if row["missed"] else "") if row["due"] else ""
        off = (
            f"<br><span style='font-size:10px'>{explain.words(row['off'][:5])}</span>"
            if row["off"] not in ("", "주말")
            else ""
        )
        dark = row["due"] > 0.5 * most
        text = (f"<b>{row['day']:%d}</b>" if row["day"] == today else f"{row['day']:%d}") + (off or f"<br>{count}")
        ink = "#f4f8fc" if dark else "#16202c" if row["due"] else RED if row["off"] else GREY
        figure.add_annotation(**at, text=text, showarrow=False, font={"size": 12, "color": ink})
    figure.update_yaxes(autorange="reversed", type="category", ticksuffix=" ", title="주")
    figure.update_xaxes(side="top", type="category")
    figure.update_layout(height=110 + 52 * len(table), margin={"l": 8, "r": 8, "t": 8, "b": 8})
    return figure
