"""The morning's run on the made-up world: who is told, who never is, and that running again tells nobody twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from lib.casework import KST, Message, MessageState, Outbox
from lib.entries.bonded_cargo import daily, demo, gateways, items, messages, screen
from lib.entries.bonded_cargo.tables import EVENTS, schema
from lib.tables.checking import check

DAY = demo.END


@pytest.fixture(scope="module")
def made() -> demo.World:
    return demo.world(9)


@pytest.fixture(scope="module")
def duties(made: demo.World) -> screen.Duties:
    return screen.screen(made.tables, as_of=DAY)


@pytest.fixture
def outbox(data_dir: Path) -> Iterator[Outbox]:
    with Outbox.open(clock=daily.clock_of(DAY, 9)) as opened:
        yield opened


def test_only_warehouses_that_agreed_are_told_and_the_others_are_to_be_rung_up(duties: screen.Duties) -> None:
    found = daily.morning(duties)
    agreed = duties.warehouses.set_index("shed")
    assert found.notices
    for shed, notices in found.notices.items():
        assert agreed.at[shed, "consent"]
        assert all(notice.shed == shed for notice in notices)
    assert len(found.calls)
    assert not {*found.calls["shed"]} & {*found.notices}
    open_ = duties.items[duties.items["state"].isin(items.OPEN)]
    lately = open_[[day >= DAY - timedelta(days=30) for day in pd.to_datetime(open_["due"]).dt.date]]
    late = lately[(lately["rule"] == "R1") & (lately["state"] == items.OVERDUE)]
    twice = (lately["rule"] == "R6") & lately["ref"].isin(late["ref"])  # that it has not arrived says so already
    assert sum(map(len, found.notices.values())) + found.calls["items"].sum() == len(lately[~twice])


def test_a_move_without_declaration_is_shown_to_a_person_and_told_to_nobody(duties: screen.Duties) -> None:
    found = daily.morning(duties)
    assert (
        len(found.review)
        == (duties.items["rule"] == "R4").sum()
        - ((duties.items["rule"] == "R4") & (duties.items["state"] == items.EXCLUDED)).sum()
    )
    assert len(found.review)
    told = [notice for some in found.notices.values() for notice in some]
    assert not {notice.rule for notice in told} & {"R4"}


def test_running_again_tells_nobody_twice_and_a_later_stage_is_told_anew(
    made: demo.World, duties: screen.Duties, outbox: Outbox, data_dir: Path
) -> None:
    sender = gateways.FileGateway()
    first = daily.run(duties, outbox, by="담당자", office="시험세관", gateway=sender)
    assert first.delivery
    assert first.new == first.delivery.sent == len(first.morning.notices)
    again = daily.run(duties, outbox, by="담당자", office="시험세관", gateway=sender)
    assert again.delivery
    assert (again.new, again.delivery.sent) == (0, 0)
    assert len((data_dir / "outbox" / f"{DAY}.jsonl").read_text("utf-8").splitlines()) == first.new
    with Outbox.open(clock=daily.clock_of(DAY + timedelta(days=1), 9)) as tomorrow:
        next_ = daily.morning(screen.screen(made.tables, as_of=DAY + timedelta(days=1)), tomorrow)
    assert next_.held
    told = {notice.item for some in first.morning.notices.values() for notice in some}
    assert not told & {notice.item for some in next_.notices.values() for notice in some}


def test_without_sending_the_messages_wait_for_approval(duties: screen.Duties, outbox: Outbox) -> None:
    told = daily.run(duties, outbox, by="담당자", office="시험세관")
    assert told.delivery is None
    assert {message.state for message in told.written} == {MessageState.DRAFTED}
    for message in told.written:
        assert message.bytes == messages.size(message.body) <= (90 if message.kind == "SMS" else 2000)
        assert "과태료" not in message.body
        assert message.body.encode("euc-kr")
        for item in message.items:
            hbl = duties.items.loc[duties.items["cargo"] == item.split("|")[0], "hbl"].dropna()
            assert not any(one in message.body for one in hbl), "the B/L is masked"


def test_every_duty_on_the_list_is_still_to_be_met_and_has_reasons_with_rows(duties: screen.Duties) -> None:
    assert (duties.rows["days_left"] >= 0).all()
    assert duties.rows["score"].is_monotonic_decreasing
    for finding in duties.findings(8):
        assert all(reason.evidence for reason in finding.reasons)
        assert finding.facts["due"] >= date.isoformat(DAY)


def alike(duties: screen.Duties, **warehouse: object) -> screen.Duties:
    """The same morning, with something else told of every warehouse."""
    return replace(duties, warehouses=duties.warehouses.assign(**warehouse))


def texts(outbox: Outbox) -> list[Message]:
    return [m for m in outbox.messages(entry="bonded_cargo", day=DAY) if m.state != MessageState.CANCELLED]


def test_a_message_that_waits_is_rewritten_when_the_tables_change(duties: screen.Duties, outbox: Outbox) -> None:
    daily.run(duties, outbox, by="담당자", office="시험세관")
    assert texts(outbox)
    sender = gateways.FileGateway()
    moved = daily.run(alike(duties, phone="010-9999-0000"), outbox, by="담당자", office="시험세관", gateway=sender)
    assert moved.delivery
    assert {message.phone for message in texts(outbox)} == {"01099990000"}, "not to the number of before"
    assert moved.delivery.sent == len(texts(outbox))


def test_nobody_is_texted_who_agrees_no_longer_or_has_reported_since(duties: screen.Duties, outbox: Outbox) -> None:
    daily.run(duties, outbox, by="담당자", office="시험세관")
    told = daily.run(
        alike(duties, consent=False), outbox, by="담당자", office="시험세관", gateway=gateways.FileGateway()
    )
    assert told.delivery
    assert (told.delivery.sent, texts(outbox)) == (0, [])


def test_what_an_officer_took_back_is_not_written_again(duties: screen.Duties, outbox: Outbox) -> None:
    first = daily.run(duties, outbox, by="담당자", office="시험세관")
    outbox.cancel([first.written[0].id], by="담당자", why="전화로 안내함")
    again = daily.run(duties, outbox, by="담당자", office="시험세관", gateway=gateways.FileGateway())
    assert again.delivery
    assert again.new == 0
    assert again.delivery.sent == len(first.written) - 1


def test_practice_never_stands_in_the_way_of_real_messages(duties: screen.Duties, outbox: Outbox) -> None:
    sender = gateways.FileGateway()
    daily.run(duties, outbox, by="담당자", office="시험세관", gateway=sender, practice=True)
    assert outbox.messages(entry="bonded_cargo") == []
    real = daily.run(duties, outbox, by="담당자", office="시험세관", gateway=sender)
    assert real.delivery
    assert real.delivery.sent == len(real.morning.notices)
    assert daily.rehearsal(datetime.now(KST).date(), True)
    assert not daily.rehearsal(datetime.now(KST).date(), False)


def test_a_warehouse_is_told_of_nothing_while_rows_of_the_consignment_cannot_be_read(duties: screen.Duties) -> None:
    found = daily.morning(duties)
    cargos = {notice.cargo_no for some in found.notices.values() for notice in some}
    one = sorted(cargos)[0]
    raw = pa.table(
        {
            "장치장부호": ["04077013"] * 2,
            "화물관리번호": [f"{one[:11]}-{one[11:15]}-{one[15:]}", "x"],
            "처리일시": ["언젠가", "1"],
            "처리구분": ["반입신고", ""],
        }
    )
    unread = daily.unread(check(raw, EVENTS))
    assert one in unread
    blind = daily.morning(duties, unread=unread)
    assert blind.blind
    assert one not in {notice.cargo_no for some in blind.notices.values() for notice in some}


def test_whoever_said_stop_is_rung_up_instead(made: demo.World, duties: screen.Duties) -> None:
    shed = next(iter(daily.morning(duties).notices))
    phone = duties.warehouses.set_index("shed").at[shed, "phone"]
    said = [{"reply_no": "1", "phone": phone, "received_at": datetime(2026, 6, 29, 10), "text": "문자 그만 보내세요"}]
    found = daily.morning(duties, replies=pa.Table.from_pylist(said, schema("replies")))
    assert shed not in found.notices
    assert "보내지 말라고" in found.calls.set_index("shed").at[shed, "why"]
