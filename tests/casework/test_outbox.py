"""The outbox: what an officer may do with a message, and that no message goes out twice or is forgotten."""

import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from lib.casework import KST, Draft, MessageState, NotAllowed, Outbox
from lib.casework.outbox import LEASE, Fate, GatewayError, Report
from lib.settings import ROOT

DAY = date(2026, 6, 30)
NOON = datetime(2026, 6, 30, 12, tzinfo=KST)
S = MessageState


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


class Carrier:
    """A gateway that does as told: ``fates`` of the next sendings, ``answers`` of what it is asked. What is neither is
    accepted, and found again. It carries a message each time it is told to.
    """

    name = "carrier"
    most = 100

    def __init__(self) -> None:
        self.carried: Counter[str] = Counter()
        self.fates: list[Fate | type[BaseException]] = []
        self.answers: dict[str, Report] = {}
        self.asked: list[str] = []

    def open(self):
        if self.fates and self.fates[0] is GatewayError:
            self.fates.pop(0)
            raise GatewayError("중계사 점검 중")
        return f"r{sum(self.carried.values())}"

    def send(self, reference, messages):
        fate = self.fates.pop(0) if self.fates else Fate.ACCEPTED
        if not isinstance(fate, Fate):
            raise fate
        if fate in (Fate.ACCEPTED, Fate.MAYBE):
            self.carried.update(message.key for message in messages)
        return {message.key: Report(fate, provider_id="p") for message in messages}

    def ask(self, reference, messages):
        self.asked += [message.key for message in messages]
        lost = Report(Fate.NOT_SENT)
        return {
            m.key: self.answers.get(m.key, Report(Fate.ACCEPTED) if self.carried[m.key] else lost) for m in messages
        }


def draft(n: int = 1, **changes: object) -> Draft:
    usual = {
        "key": f"post:{DAY}:{n:04d}", "entry": "post", "phone": f"010-0000-{n:04d}", "to_name": f"창고{n}", "subject": "안내", "body": f"본문 {n}",
        "kind": "LMS", "bytes": 7, "items": (f"item{n}", "both"), "day": DAY,
    }  # fmt: skip
    return Draft(**usual | changes)  # type: ignore[arg-type]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outbox(database_url: str, clock: Clock) -> Iterator[Outbox]:
    with Outbox.open(database_url, clock) as opened:
        yield opened


@pytest.fixture
def approved(outbox: Outbox) -> Callable[..., list[int]]:
    def make(count: int = 1, **changes: object) -> list[int]:
        made = [message.id for message, _ in outbox.draft([draft(n + 1, **changes) for n in range(count)], by="김주무")]
        outbox.approve(made, by="박주무")
        return made

    return make


def deliver(outbox: Outbox, carrier: Carrier, **other: int):
    return outbox.deliver(
        carrier, entry="post", dry_run=False, **{"cap": 1000, "from_hour": 9, "until_hour": 18} | other
    )


def states(outbox: Outbox) -> list[MessageState]:
    return [message.state for message in sorted(outbox.messages(), key=lambda m: m.id)]


def test_a_message_goes_its_way_and_every_step_is_on_record(outbox, clock, approved):
    (number,) = approved()
    carrier = Carrier()
    clock.later(minutes=1)
    assert deliver(outbox, carrier).sent == 1
    carrier.answers[draft().key] = Report(Fate.DELIVERED)
    assert outbox.settle(carrier, entry="post") == {S.DELIVERED: 1}
    steps = outbox.history(number)
    assert [(step.version, step.old, step.new) for step in steps] == [
        (1, None, S.DRAFTED), (2, S.DRAFTED, S.APPROVED), (3, S.APPROVED, S.SENDING), (4, S.SENDING, S.SENT),
        (5, S.SENT, S.DELIVERED),
    ]  # fmt: skip
    assert [step.by for step in steps[:2]] == ["김주무", "박주무"]
    assert steps[1].text == "작성 → 승인"
    (message,) = outbox.messages(entry="post", day=DAY, state=S.DELIVERED)
    assert (message.approved_by, message.sent_at, message.attempts) == ("박주무", clock.now, 1)
    assert (message.phone, message.phone_shown) == ("01000000001", "010-****-0001")
    assert outbox.counts(entry="post") == {DAY: {S.DELIVERED: 1}}
    assert carrier.carried == {message.key: 1}
    assert outbox.settle(carrier, entry="post") == {}


def test_the_same_key_is_one_message_until_it_is_cancelled(outbox, approved):
    ((first, made),) = outbox.draft([draft()], by="김주무")
    assert made
    ((again, made), (_other, new)) = outbox.draft([draft(body="다른 본문"), draft(2)], by="박주무")
    assert (again.id, again.body, made, new) == (first.id, first.body, False, True)
    outbox.cancel([first.id], by="김주무", why="창고 요청")
    ((second, made),) = outbox.draft([draft(body="다른 본문")], by="박주무")
    assert (second.id != first.id, second.body, made) == (True, "다른 본문", True)
    assert [step.note for step in outbox.history(first.id)] == ["", "창고 요청"]


def test_what_may_not_be_is_refused_whole(outbox, approved):
    first, second = approved(2)
    carrier = Carrier()
    deliver(outbox, carrier)
    (third,) = [message.id for message, _ in outbox.draft([draft(3)], by="김주무")]
    for refused in (
        lambda: outbox.cancel([third, first], by="김주무", why="실수"),
        lambda: outbox.approve([third, second], by="김주무"),
        lambda: outbox.resolve([first], S.APPROVED, by="김주무", why="확인"),
        lambda: outbox.cancel([third], by="김주무", why=" "),
        lambda: outbox.approve([third], by=" "),
        lambda: outbox.approve([third, 999], by="김주무"),
        lambda: outbox.draft([draft(4, phone="전화 없음")], by="김주무"),
    ):
        with pytest.raises(NotAllowed, match="하십시오"):
            refused()
    assert states(outbox) == [S.SENT, S.SENT, S.DRAFTED]
    assert outbox.approve([third], by="김주무")[0].state == S.APPROVED
    assert outbox.approve([third], by="박주무") == []  # twice is once


def test_nothing_goes_without_approval_nor_in_a_dry_run_nor_at_night_nor_a_day_late(outbox, clock, approved):
    outbox.draft([draft(7)], by="김주무")
    approved(2)
    carrier = Carrier()
    trial = outbox.deliver(carrier, entry="post", cap=10, from_hour=9, until_hour=18)
    assert (trial.dry_run, trial.sent, trial.left) == (True, 0, 2)
    clock.now = NOON.replace(hour=18)
    late = deliver(outbox, carrier)
    assert (late.sent, late.left, "발송 시간(9시~18시)" in late.stopped) == (0, 2, True)
    clock.now = NOON.replace(hour=8, minute=59)
    assert deliver(outbox, carrier).sent == 0
    clock.now = NOON + timedelta(days=1)
    assert (deliver(outbox, carrier).late, sum(carrier.carried.values())) == (2, 0)
    clock.now = NOON.replace(hour=9)
    assert deliver(outbox, carrier).sent == 2
    assert sorted(states(outbox)) == sorted([S.DRAFTED, S.SENT, S.SENT])


def test_the_cap_counts_what_went_today_whoever_sent_it(outbox, clock, approved):
    approved(7)
    carrier = Carrier()
    carrier.most = 2
    first = deliver(outbox, carrier, cap=3)
    assert (first.sent, first.left, "상한 3건" in first.stopped) == (3, 4, True)
    assert deliver(outbox, carrier, cap=3).sent == 0
    assert deliver(outbox, carrier, cap=5).sent == 2
    assert max(carrier.carried.values()) == 1


def test_what_was_not_sent_waits_longer_each_time(outbox, clock, approved):
    approved(2)
    carrier = Carrier()
    waits = []
    for attempt in range(8):
        carrier.fates = [Fate.NOT_SENT] if attempt % 2 else [GatewayError]
        done = deliver(outbox, carrier)
        assert (done.put_off, done.left) == (2, 2)
        messages = outbox.messages(state=S.APPROVED)
        assert [message.sent_at for message in messages] == [None, None]  # not counted against the day
        assert done.next_try == min(message.next_try_at for message in messages)
        waits.append([(message.next_try_at - clock.now).total_seconds() / 60 for message in messages])
        assert deliver(outbox, carrier).sent == 0  # not before its time
        clock.now = max(message.next_try_at for message in messages)
        if clock.now.astimezone(KST).hour >= 17:
            break
    for attempt, pair in enumerate(waits):
        assert all(0.5 * min(2**attempt, 60) <= wait <= 1.5 * min(2**attempt, 60) for wait in pair)
    assert len({wait for pair in waits for wait in pair}) > len(waits)  # not all at one moment
    assert deliver(outbox, carrier).sent == 2
    assert set(carrier.carried.values()) == {1}


def test_a_gateway_that_takes_nothing_is_left_alone(outbox, approved):
    approved(9)
    carrier = Carrier()
    carrier.most, carrier.fates = 1, [GatewayError] * 9
    done = deliver(outbox, carrier)
    assert (done.put_off, done.left, len(carrier.fates)) == (3, 9, 6)
    assert "중계사 점검 중" in done.stopped


def test_what_the_gateway_refuses_has_failed_until_an_officer_frees_it(outbox, approved):
    (number,) = approved()
    carrier = Carrier()
    carrier.fates = [Fate.REFUSED]
    assert deliver(outbox, carrier).failed == 1
    assert deliver(outbox, carrier).sent == 0
    assert outbox.last_told(entry="post", since=NOON) == {}
    outbox.approve([number], by="김주무")
    assert deliver(outbox, carrier).sent == 1


def test_what_may_have_been_sent_is_asked_about_never_guessed(outbox, clock, approved):
    approved(3)
    one, two, three = (draft(n).key for n in (1, 2, 3))
    carrier = Carrier()
    carrier.fates = [Fate.MAYBE]
    assert deliver(outbox, carrier).in_doubt == 3
    carrier.answers = {one: Report(Fate.ACCEPTED), two: Report(Fate.NOT_SENT), three: Report(Fate.MAYBE)}
    carrier.carried[two] = 0
    clock.later(minutes=5)
    deliver(outbox, carrier)
    clock.later(minutes=5)
    deliver(outbox, carrier)
    assert carrier.carried == {one: 1, two: 1, three: 1}
    assert states(outbox) == [S.SENT, S.SENT, S.IN_DOUBT]
    (doubtful,) = outbox.messages(state=S.IN_DOUBT)
    assert outbox.last_told(entry="post", since=NOON, items=["item3"]) == {"item3": NOON}  # it may have been told
    with pytest.raises(NotAllowed):
        outbox.cancel([doubtful.id], by="김주무", why="모름")
    outbox.resolve([doubtful.id], S.SENT, by="김주무", why="창고에 전화로 확인")
    assert states(outbox) == [S.SENT] * 3


@pytest.mark.parametrize("died", [GatewayError, KeyboardInterrupt, ZeroDivisionError])
def test_a_sender_that_dies_leaves_its_messages_to_the_next_but_not_at_once(outbox, clock, approved, died):
    approved(2)
    carrier = Carrier()
    if died is GatewayError:  # before anything was sent
        carrier.open = lambda: (_ for _ in ()).throw(KeyboardInterrupt)  # type: ignore[method-assign]
        died = KeyboardInterrupt
    else:
        carrier.fates = [died]
    with pytest.raises(died):
        deliver(outbox, carrier)
    carrier.__dict__.pop("open", None)
    assert states(outbox) == [S.SENDING] * 2
    assert deliver(outbox, carrier).sent == 0  # it may be at it still
    assert (states(outbox), carrier.asked) == ([S.SENDING] * 2, [])
    clock.later(seconds=LEASE.total_seconds() + 1)
    deliver(outbox, carrier)
    clock.later(minutes=5)
    deliver(outbox, carrier)
    assert states(outbox) == [S.SENT] * 2
    assert set(carrier.carried.values()) == {1}


def test_a_sender_that_comes_back_too_late_sends_nothing_and_records_nothing(outbox, clock, approved):
    """Its machine slept between claiming and sending; meanwhile another sent them."""
    approved(2)
    slow, quick = Carrier(), Carrier()

    def overtaken() -> str:
        clock.later(minutes=30)
        deliver(outbox, quick)  # finds them abandoned
        clock.later(minutes=5)
        assert deliver(outbox, quick).sent == 2
        return "late"

    slow.open = overtaken  # type: ignore[method-assign]
    assert deliver(outbox, slow).sent == 0
    assert (slow.carried, set(quick.carried.values())) == (Counter(), {1})
    assert states(outbox) == [S.SENT] * 2


def test_nobody_records_over_who_took_over(outbox, clock, approved):
    approved(1)
    slow, quick = Carrier(), Carrier()

    def overtaken(reference, messages):
        clock.later(minutes=30)
        deliver(outbox, quick)  # it was not sent: free again
        clock.later(minutes=5)
        quick.fates = [KeyboardInterrupt]
        with pytest.raises(KeyboardInterrupt):
            deliver(outbox, quick)  # under way, when the slow one comes back
        return {message.key: Report(Fate.NOT_SENT) for message in messages}

    slow.send = overtaken  # type: ignore[method-assign]
    assert deliver(outbox, slow).put_off == 0
    assert states(outbox) == [S.SENDING]


def test_two_programs_at_once_send_nothing_twice(outbox, database_url, approved, tmp_path):
    approved(100)
    programs = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.casework.postman", database_url, str(tmp_path), "2"],
            stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )
        for _ in range(2)
    ]  # fmt: skip
    sent = [int(program.communicate(timeout=60)[0]) for program in programs]
    assert sum(sent) == 100
    assert min(sent) > 0
    assert sorted((tmp_path / "handed").read_text().split()) == sorted(draft(n + 1).key for n in range(100))
    assert set(states(outbox)) == {S.SENT}


def test_the_cap_holds_and_a_key_is_one_whoever_races(outbox, approved):
    approved(30)
    carriers = [Carrier() for _ in range(4)]
    for carrier in carriers:
        carrier.most = 2
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda carrier: deliver(outbox, carrier, cap=11), carriers))
        made = [new for made in pool.map(lambda _: outbox.draft([draft(99)], by="김주무"), range(4)) for _, new in made]
    assert sum(each.sent for each in done) == 11
    assert max(sum((carrier.carried for carrier in carriers), Counter()).values()) == 1
    assert sorted(made) == [False, False, False, True]


def test_an_item_told_lately_is_known(outbox, clock, approved):
    approved(2)
    deliver(outbox, Carrier())
    sent = clock.now
    clock.later(days=2)
    naive = NOON.replace(tzinfo=None)
    assert outbox.last_told(entry="post", since=naive) == {"item1": sent, "item2": sent, "both": sent}
    assert outbox.last_told(entry="post", since=naive, items=["item2", "never"]) == {"item2": sent}
    assert outbox.last_told(entry="post", since=NOON + timedelta(seconds=1)) == {}


def outsider(url: str):
    if url.startswith("sqlite"):
        return sqlite3.connect(make_url(url).database, isolation_level=None)
    return psycopg.connect(url, autocommit=True)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE message_steps SET note = 'x'",
        "DELETE FROM message_steps",
        "DELETE FROM messages",
        "UPDATE messages SET body = 'x'",
        "UPDATE messages SET phone = 'x'",
        "UPDATE messages SET key = 'x'",
    ],
)
def test_what_was_said_to_whom_cannot_be_changed(outbox, database_url, approved, tampering):
    approved()
    tool = outsider(database_url)
    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError), match="append-only"):
        tool.execute(tampering)
    tool.close()


def test_sqlite_replace_does_not_slip_past(tmp_path: Path, clock):
    url = f"sqlite:///{tmp_path / 'cases.sqlite'}"
    with Outbox.open(url, clock) as outbox:
        outbox.draft([draft()], by="김주무")
        tool = outsider(url)
        for table in ("messages", "message_steps"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                tool.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
        tool.close()
