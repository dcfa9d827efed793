"""What 반출입신고 알림 draws: the morning's board, a consignment's life, messages to approve and send, answers, the calendar."""

from dataclasses import replace
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from lib.casework import KST, CaseworkError, Message, MessageState, Outbox
from lib.ui import cache, explain, export, files, guard
from lib.ui.files import masked
from lib.ui.guard import Officer
from lib.ui.ranked import Listed
from lib.ui.words import plain

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from lib.casework.outbox import Gateway
    from lib.entries.bonded_cargo.daily import Morning
    from lib.entries.bonded_cargo.screen import Duties
    from lib.entries.bonded_cargo.unipass import Fetched
    from lib.screening.findings import Finding

RED, ORANGE, BLUE, GREEN, GREY, PURPLE = "#c62a2f", "#e0662f", "#2f7fd6", "#19a08c", "#93a3b5", "#7b3fe4"
WEEKDAYS = "월화수목금토일"


def duties(listed: Listed) -> "Duties":
    """The list with everything it was made from."""
    return cast("Duties", listed.ranking)


# UNI-PASS


def fetch() -> None:
    """The events of consignments named by the officer, from UNI-PASS instead of a file."""
    from lib.entries.bonded_cargo.tables import EVENTS
    from lib.settings import settings
    from lib.tables.checking import Checked

    with st.expander("보세화물 이벤트를 UNI-PASS에서 받기", icon="🛰️"):
        if not settings().unipass_key:
            st.caption("인증키(`AX_UNIPASS_KEY`)를 설정하면 파일 없이 화물통관진행정보에서 바로 받을 수 있습니다.")
            return
        asked = st.text_area(
            "화물관리번호(한 줄에 하나)",
            key="cargo_numbers",
            height=110,
            max_chars=200_000,
            placeholder="26KE0012345-0012-0003",
        ).split()
        if st.button(f"받기({len(asked):,}건)", key="cargo_fetch", disabled=not asked) and (
            fetched := _followed(asked)
        ):
            for number, why in list(fetched.failed.items())[:20]:
                st.warning(f"{plain(number)}: {plain(why)}", icon="🛰️")
            if fetched.not_found:
                st.warning(
                    f"UNI-PASS에 없는 화물 {len(fetched.not_found):,}건: {plain(', '.join(fetched.not_found[:20]))}"
                )
            if fetched.events.num_rows:
                rows = fetched.events
                files.shelve("bonded_cargo", Checked(EVENTS, rows, rows.slice(0, 0), (), rows.num_rows, 0, (), ()))
                st.success(f"화물 {len(fetched.status):,}건의 이벤트 {rows.num_rows:,}행을 받았습니다.", icon="🛰️")


def _followed(numbers: list[str]) -> "Fetched | None":
    """Asked with progress; a trouble is told and gives None."""
    from lib.entries.bonded_cargo import unipass

    bar = st.progress(0.0, "UNI-PASS에 조회하는 중입니다.")

    def told(done: int, total: int) -> None:
        bar.progress(done / max(total, 1), f"UNI-PASS 조회 {done:,}/{total:,}건")

    try:
        return unipass.follow(numbers, progress=told)
    except unipass.UnipassError as error:
        st.error(str(error), icon="🛰️")
        return None
    finally:
        bar.empty()


# The board


def board(listed: Listed, officer: Officer) -> None:
    """How many are due, overdue or for a person; one state as a table; the chosen item's life, law and case."""
    from lib.entries.bonded_cargo import charts, items, screen
    from lib.entries.bonded_cargo.tables import TABLES

    ranking = duties(listed)
    _ask_again(listed)
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
    table = rows.drop(columns=["cargo", "key", *(["까닭"] if state != items.EXCLUDED else [])])
    picked = st.dataframe(
        table, hide_index=True, on_select="rerun", selection_mode="single-row", key=f"cargo_board_{state}",
        height=min(36 * (len(table) + 1) + 4, 400),
    )  # fmt: skip
    export.downloads(
        cast("list[dict[str, Any]]", table.to_dict("records")), f"반출입신고 {state}", key=f"cargo_board_{state}_file"
    )
    at = picked["selection"]["rows"]
    chosen = rows.iloc[at[0] if at and at[0] < len(rows) else 0]
    st.subheader(plain(f"{chosen['B/L']} · {chosen['보세구역']}"), divider="gray")
    timeline(ranking, str(chosen["cargo"]))
    found = cache.finding(listed.key, str(chosen["key"]), ranking)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.markdown("**왜 확인해야 합니까**")
        explain.reasons(found.as_dict()["reasons"], TABLES, key=f"cargo_{found.subject}")
        explain.notes(found.facts)
    with right:
        explain.register(found, officer, screen.OUTCOMES)


def _ask_again(listed: Listed) -> None:
    """Ask UNI-PASS for the consignments that matter today; what has been reported meanwhile closes by itself."""
    from lib.entries.bonded_cargo import daily, unipass
    from lib.settings import settings

    ranking = duties(listed)
    if told := st.session_state.pop("cargo_asked", ""):
        st.success(plain(told), icon="🔄")
    if not settings().unipass_key:
        st.caption(
            "인증키(`AX_UNIPASS_KEY`)를 설정하면 알릴 화물의 최신 진행정보를 UNI-PASS에서 바로 조회할 수 있습니다. 그사이 신고된 건은 목록에서 저절로 빠집니다."
        )
        return
    numbers = daily.watched(ranking)
    if not numbers or not st.button(f"UNI-PASS에서 다시 조회({len(numbers):,}건)", icon="🔄", key="cargo_ask_again"):
        return
    if not (fetched := _followed(numbers)):
        return
    events = listed.given.checked["events"]
    files.put("bonded_cargo", listed.given, "events", replace(events, rows=unipass.renewed(events.rows, fetched)))
    told = f"UNI-PASS에서 {len(fetched.status):,}건을 새로 받았습니다."
    if fetched.not_found:
        told += f" UNI-PASS에 없는 화물 {len(fetched.not_found):,}건은 그대로 두었습니다."
    if fetched.failed:
        told += f" {len(fetched.failed):,}건은 조회하지 못하여 그대로 두었습니다({next(iter(fetched.failed.values()))})"
    st.session_state["cargo_asked"] = told
    st.rerun()


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
            x=[row["begin"], row["end"]], y=[explain.words(row["where"])] * 2, mode="lines", line={"width": 16, "color": colour.get(row["state"], ORANGE)},
            opacity=0.3, showlegend=False, hovertemplate=f"{explain.words(row['title'])}<br>기한 %{{x|%Y-%m-%d}}<extra>{row['state']}</extra>",
        )  # fmt: skip
    labels, sides = _labels(events)
    figure.add_scatter(
        x=events["at"], y=events["where"].map(explain.words), mode="markers+text", text=[explain.words(one) for one in labels], textposition=sides, marker={"size": 11, "color": BLUE}, showlegend=False, cliponaxis=False,
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


def _labels(events: "pd.DataFrame") -> tuple[list[str], list[str]]:
    """A short name above or below each point, left out where it would lie on another one's."""
    room = (events["at"].max() - events["at"].min()) * 0.11
    last: dict[tuple[str, str], Any] = {}
    labels, sides = [], []
    for at, where, short in zip(events["at"], events["where"], events["short"], strict=True):
        free = next(
            (s for s in ("top center", "bottom center") if (where, s) not in last or at - last[where, s] >= room), ""
        )
        if free:
            last[where, free] = at
        labels.append(short if free else "")
        sides.append(free or "top center")
    return labels, sides


# Messages


def texts(listed: Listed, officer: Officer) -> None:
    """The day's messages: previewed with their bytes, written, approved all at once, sent; what became of each."""
    from lib.casework.outbox import GatewayError
    from lib.entries.bonded_cargo import daily, gateways

    ranking = duties(listed)
    practice = daily.rehearsal(ranking.as_of, listed.given.demo)
    try:
        gateway = gateways.chosen()
        with Outbox.open(clock=daily.clock(ranking.as_of, ranking.limits, practice)) as outbox:
            found = daily.morning(
                ranking,
                outbox,
                listed.given.rows.get("replies"),
                practice=practice,
                unread=daily.unread(listed.given.checked["events"]),
            )
            written = outbox.messages(entry=daily.ledger(practice), day=ranking.as_of)
            _work(ranking, outbox, gateway, found, written, officer, practice)
    except (CaseworkError, GatewayError) as error:
        st.error(str(error), icon="📵")


def _work(
    ranking: "Duties", outbox: Outbox, gateway: "Gateway", found: "Morning", written: list[Message], officer: Officer,
    practice: bool,
) -> None:  # fmt: skip
    from lib.entries.bonded_cargo import daily

    made = daily.plan(outbox, daily.drafts(found, ranking, officer.office, practice=practice), written)
    new = made.new
    written = [
        message for message in written if message.state != MessageState.CANCELLED and message.id not in made.stale
    ]
    one, two, three, four = st.columns(4)
    one.metric("문자 받을 보세구역", f"{len(written) + len(new):,}곳", border=True)
    two.metric("안내할 건", f"{sum(map(len, found.notices.values())):,}건", border=True)
    three.metric("최근 안내해 건너뜀", f"{found.held:,}건", border=True)
    four.metric("전화할 곳", f"{len(found.calls):,}곳", border=True)
    if practice:
        st.info(
            "시연 자료이거나 오늘이 아닌 날의 목록이므로 연습으로만 합니다. 문자는 파일에만 남고 실제로 나가지 않습니다.",
            icon="🧪",
        )
    if found.blind:
        st.warning(
            f"읽지 못한 행이 있는 화물의 {found.blind:,}건은 알리지 않습니다. 「자료 넣기」에서 제외한 행을 고쳐 다시 올려 주십시오.",
            icon="🧩",
        )
    by_state = {state: [m for m in written if m.state == state] for state in MessageState}
    sends = not guard.barred(guard.May.SEND)
    with st.container(horizontal=True):
        if (
            sends
            and (new or made.stale)
            and st.button(
                f"문자 {len(new):,}통 만들기" if new else f"바뀐 문자 {len(made.stale):,}통 거두기",
                type="primary",
                key="cargo_draft",
            )
        ):
            daily.write(outbox, made, by=officer.name)
            st.rerun()
        if sends and (waiting := by_state[MessageState.DRAFTED]):
            with st.popover(f"모두 승인({len(waiting):,}통)", type="primary", key="cargo_approving"):
                st.markdown(_summary(waiting, found, gateway, ranking))
                if st.button(f"{len(waiting):,}통 모두 승인합니다", type="primary", key="cargo_approve"):
                    outbox.approve([message.id for message in waiting], by=officer.name)
                    st.rerun()
        ready = by_state[MessageState.APPROVED]
        refused = practice and gateway.name != "file"
        if (
            sends
            and ready
            and st.button(f"보내기({len(ready):,}통)", type="primary", key="cargo_send", disabled=refused)
        ):
            with st.spinner("문자를 보내는 중입니다."):
                told = daily.deliver(outbox, gateway, ranking.limits, practice=practice)
            st.toast(f"발송 {told.sent:,}통, 실패 {told.failed:,}통. {plain(told.stopped)}".strip(), icon="📨")
            st.rerun()
        begun = by_state[MessageState.SENDING]
        gone = [*by_state[MessageState.SENT], *by_state[MessageState.IN_DOUBT]] if gateway.name != "file" else []
        if sends and (begun or gone) and st.button("도달 확인", key="cargo_settle"):
            with st.spinner("나간 문자를 확인하는 중입니다."):
                daily.settle(outbox, gateway, practice=practice)
            st.rerun()
    if begun:
        st.warning(_broken_off(begun, gateway), icon="📨")
    if ready and refused:
        st.caption(
            "연습에서는 밖으로 보내지 않습니다. `AX_SMS_GATEWAY=file`로 바꾸면 보내는 과정까지 해 볼 수 있습니다."
        )
    if made.stale:
        st.warning(
            f"만들어 둔 문자 {len(made.stale):,}통이 지금 자료와 다릅니다(그사이 신고, 연락처·수신동의 변경 등). 위 단추를 누르면 거두고 새로 만듭니다.",
            icon="♻️",
        )
    shown = [*written, *new]
    if not shown:
        st.success("오늘 보낼 문자가 없습니다.", icon="🟢")
    else:
        _preview(shown, outbox, officer)
    if len(found.calls):
        st.markdown("**문자를 보낼 수 없어 전화할 곳**")
        unmasked = st.toggle("담당자와 연락처 보기(개인정보)", key="cargo_contacts", help="전화할 때만 켜십시오.")
        calls = found.calls
        st.dataframe(
            {
                "보세구역": calls["name"].fillna(calls["shed"]).tolist(),
                "담당자": [_contact("manager", one, unmasked) for one in calls["manager"]],
                "연락처": [_contact("phone", one, unmasked) for one in calls["phone"]],
                "까닭": calls["why"].tolist(),
                "안내할 건": calls["items"].tolist(),
            },
            hide_index=True,
        )


STAGES = {"D-3": "기한 2~3일 전", "D-1": "기한 전날·당일", "overdue": "기한 지남"}
CARRIERS = {"file": "파일에만 기록(밖으로 나가지 않음)", "solapi": "Solapi", "sens": "네이버 클라우드 SENS"}


def _summary(waiting: list[Message], found: "Morning", gateway: "Gateway", ranking: "Duties") -> str:
    """What approving them all means."""
    told = [item.rpartition("|")[2] for message in waiting for item in message.items]
    stages = ", ".join(f"{title} {told.count(code):,}건" for code, title in STAGES.items() if code in told)
    kinds = ", ".join(f"{kind} {n:,}통" for kind in ("SMS", "LMS") if (n := sum(m.kind == kind for m in waiting)))
    limits = ranking.limits
    aside = [f"전화할 곳 {len(found.calls):,}곳", f"최근 안내한 {found.held:,}건", f"형사 검토 {len(found.review):,}건"]
    return "\n".join(
        (
            f"- 보세구역 **{len(waiting):,}곳**에 문자 **{len(waiting):,}통**({kinds})",
            f"- 안내하는 신고 **{len(told):,}건**: {stages}",
            f"- 보내지 않는 것: {', '.join(aside)}",
            f"- 보내는 길: {CARRIERS.get(gateway.name, gateway.name)}",
            f"- 보내는 때: {ranking.as_of} {limits['send_from_hour']:.0f}시~{limits['send_until_hour']:.0f}시, 하루 {limits['daily_cap']:,.0f}통까지",
        )
    )


def _broken_off(begun: list[Message], gateway: "Gateway") -> str:
    """What to do about messages somebody began to send."""
    until = max((message.lease_until for message in begun if message.lease_until), default=None)
    when = f"{until.astimezone(KST):%H시 %M분}이 지난 뒤 " if until and gateway.name != "file" else ""
    return (
        f"다른 창에서 보내고 있거나 보내다 중단된 문자가 {len(begun):,}통 있습니다. {when}「도달 확인」을 눌러 나간 문자와 나가지 않은 문자를 "
        "가리십시오. 나가지 않은 문자는 다시 보낼 수 있고, 나간 문자는 두 번 나가지 않습니다."
    )


def _contact(name: str, value: Any, plain: bool) -> str:
    from lib.entries.bonded_cargo.tables import WAREHOUSES

    if not isinstance(value, str) or not value.strip():
        return "-"
    return value if plain else masked(WAREHOUSES.column(name), value)


def _preview(shown: list[Any], outbox: Outbox, officer: Officer) -> None:
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
        if isinstance(one, Message):
            _manage(one, outbox, officer)


def _manage(message: Message, outbox: Outbox, officer: Officer) -> None:
    """What an officer can still do with one message, and what was done."""
    state, key = message.state, f"cargo_message_{message.id}"
    ways: dict[str, Any] = {}
    if state == MessageState.FAILED:
        ways["다시 보내기로 승인"] = lambda why: outbox.approve([message.id], by=officer.name)
    if state in (MessageState.DRAFTED, MessageState.APPROVED, MessageState.FAILED):
        ways["이 문자는 보내지 않기"] = lambda why: outbox.cancel([message.id], by=officer.name, why=why)
    if state == MessageState.IN_DOUBT:
        for label, to in (
            ("실제로 나갔음", MessageState.SENT),
            ("나가지 않았음(다시 보냄)", MessageState.APPROVED),
            ("보내지 않기", MessageState.CANCELLED),
        ):
            ways[label] = lambda why, to=to: outbox.resolve([message.id], to, by=officer.name, why=why)
    if ways and guard.allowed(guard.May.SEND, guard.entry_id()):
        with st.popover("이 문자만 따로 처리"):
            why = st.text_input("사유", key=f"{key}_why", placeholder="예: 전화로 안내함")
            for label, act in ways.items():
                if st.button(label, key=f"{key}_{label}"):
                    act(why)
                    st.rerun()
    st.caption(
        " → ".join(f"{step.new.label} {step.when[5:16]} {plain(step.by)}" for step in outbox.history(message.id))
    )


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
    _by_warehouse(ranking, listed, replies)
    st.markdown(f"**회신 {len(replies):,}건**")
    if replies.empty:
        st.caption("「문자 회신」 자료를 넣으면 누가 무엇이라 답했는지 보여 줍니다.")
        return
    meant = replies["meaning"].value_counts()
    st.caption(" · ".join(f"{meaning} {count:,}" for meaning, count in meant.items()))
    st.dataframe(
        {
            "받은 때": [f"{at:%m-%d %H:%M}" for at in replies["received_at"]],
            "보세구역": replies["name"].fillna("모르는 번호").tolist(),
            "뜻": replies["meaning"].tolist(),
            "내용": replies["text"].tolist(),
        },
        hide_index=True, height=320,
    )  # fmt: skip


def _by_warehouse(ranking: "Duties", listed: Listed, replies: "pd.DataFrame") -> None:
    """Who misses how often, who was told, who answered, who then reported."""
    from lib.entries.bonded_cargo import answers, daily
    from lib.entries.bonded_cargo.tables import empty

    messages: list[Message] = []
    try:
        with Outbox.open() as outbox:
            messages = outbox.messages(
                entry=daily.ledger(daily.rehearsal(ranking.as_of, listed.given.demo)), state=answers.WENT
            )
    except CaseworkError as error:
        st.error(str(error), icon="📵")
    told = answers.history(listed.given.rows.get("sent", empty("sent")), messages)
    came = answers.responses(ranking.items, told, replies, ranking.as_of).set_index("shed")
    by = answers.by_warehouse(ranking.items).join(came, on="shed")
    st.markdown("**보세구역별 응답**")
    bar = st.column_config.ProgressColumn(format="%.0f%%", min_value=0, max_value=100)
    st.dataframe(
        {
            "보세구역": [ranking.names.get(one, one) for one in by["shed"]],
            "신고할 건": by["items"].tolist(),
            "놓친 비율": (100 * by["missed"]).tolist(),
            "지금 밀린 건": by["open"].tolist(),
            "보낸 문자": by["messages"].fillna(0).astype(int).tolist(),
            "3일 안 회신율": (100 * by["replied"]).tolist(),
            "안내한 건": by["told"].fillna(0).astype(int).tolist(),
            "3일 안 신고율": (100 * by["reported"]).tolist(),
            "신고까지(시간)": ["" if hours != hours else f"{hours:,.0f}" for hours in by["hours_told"]],
        },
        hide_index=True, height=420,
        column_config=dict.fromkeys(("놓친 비율", "3일 안 회신율", "3일 안 신고율"), bar),
    )  # fmt: skip
    st.caption("보낸 문자는 사흘이 지난 것만 셉니다. 안내를 받은 뒤 사흘 안에 회신하거나 신고한 비율입니다.")


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


def ahead(listed: Listed) -> None:
    """How early, and how many of what would be missed, by the model's own later months."""
    from lib.screening.evaluate import kind_tables

    model = listed.ranking.model
    if not model or not (told := kind_tables({"foreseen": model.card.get("foreseen")})):
        return
    st.markdown("**얼마나 먼저, 얼마나 많이 찾습니까**")
    st.dataframe(told[0][1], hide_index=True)
    st.caption(
        "모델이 배우지 않은 나중 몇 달의 지어낸 자료에서 아침마다 몇 건씩 전화했다고 보고 센 것입니다(현장 성능이 아닙니다). "
        "전화할 수 있는 건수가 적을 때 기한이 가까운 순으로 걸면 대부분 기한 당일에야 만나고, 모델은 예고 문자(3일 전)보다 먼저 찾습니다."
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
