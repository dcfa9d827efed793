"""Messages through real HTTP, to a stand-in that fails in every way: each goes out once, or a person is told."""

import json
import logging
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from lib.casework import KST, Draft, Message, MessageState, Outbox
from lib.casework.outbox import Fate, Gateway, GatewayError
from lib.entries.bonded_cargo.gateways import FileGateway, Sens, Solapi, chosen
from lib.entries.bonded_cargo.messages import size
from lib.settings import ROOT, settings
from tests.bonded_cargo.sender import SENDER, UNSETTLED, Clock, gateway
from tests.bonded_cargo.stand_in import ACCESS, FAULTS, SECRET, SmsStandIn

DAY = date(2026, 6, 30)
S = MessageState
ONCE = tuple(
    fault for fault in FAULTS if fault != "twice"
)  # SENS knows no request again: nothing on our side could help


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    made = Clock(tmp_path / "clock")
    made.set(datetime(2026, 6, 30, 0, 1, tzinfo=KST))
    return made


@pytest.fixture
def service(clock: Clock) -> Iterator[SmsStandIn]:
    with SmsStandIn(clock) as stand_in:
        yield stand_in


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'cases.sqlite'}"


@pytest.fixture
def outbox(url: str, clock: Clock) -> Iterator[Outbox]:
    with Outbox.open(url, clock.aware) as opened:
        yield opened


def draft(n: int) -> Draft:
    body, kind = (f"자율점검 안내 {n}", "SMS") if n % 3 else (f"자율점검 안내 {n}\n1 처리완료", "LMS")
    return Draft(
        f"cargo:{DAY}:{n:05d}", "cargo", f"0100{n:07d}", f"창고{n}", "자율점검" if kind == "LMS" else "", body,
        kind, size(body), (f"item{n}",), DAY,
    )  # fmt: skip


def fill(outbox: Outbox, count: int) -> Counter[tuple[str, str]]:
    """Approved messages; what should go out."""
    drafts = [draft(n) for n in range(count)]
    outbox.approve([message.id for message, _ in outbox.draft(drafts, by="김주무")], by="박주무")
    return Counter((made.phone, made.body) for made in drafts)


def run(outbox: Outbox, carrier: Gateway, clock: Clock, rounds: int = 12) -> None:
    """Deliver, as often and as late as it takes."""
    for _ in range(rounds):
        outbox.deliver(carrier, entry="cargo", cap=10**6, from_hour=0, until_hour=24, dry_run=False)
        if not outbox.messages(state=UNSETTLED, limit=1):
            return
        clock.later(12)


def states(outbox: Outbox) -> Counter[MessageState]:
    return Counter(message.state for message in outbox.messages())


@pytest.mark.parametrize(
    ("kind", "step", "fault"),
    [
        *(("solapi", step, fault) for step in range(4) for fault in FAULTS),
        *(("sens", step, fault) for step in range(2) for fault in ONCE),
    ],
)
def test_whatever_goes_wrong_each_message_goes_out_once(outbox, service, clock, kind, step, fault):
    due = fill(outbox, 4)
    asking = step == (3 if kind == "solapi" else 1)  # what became of a sending that was not answered
    service.faults.extend([*([None] * (step - asking)), *(["late"] if asking else []), fault])
    run(outbox, gateway(kind, service.address, clock, seconds=0.3), clock)
    assert service.out == due
    assert states(outbox) == {S.SENT: 4}
    assert service.troubles == []


@pytest.mark.parametrize("kind", ["solapi", "sens"])
def test_while_the_service_is_away_all_wait_and_nothing_is_in_doubt_that_never_left(outbox, clock, kind):
    due = fill(outbox, 4)
    with SmsStandIn(clock) as gone:
        address = gone.address
    carrier = gateway(kind, address, clock)
    done = outbox.deliver(carrier, entry="cargo", cap=9, from_hour=0, until_hour=24, dry_run=False)
    assert (done.sent, done.in_doubt, done.left) == (0, 0, 4)
    assert "연결하지 못했습니다" in done.stopped or done.next_try
    with SmsStandIn(clock) as back:
        clock.later(2)
        run(outbox, gateway(kind, back.address, clock), clock)
        assert back.out == due


@pytest.mark.parametrize("kind", ["solapi", "sens"])
def test_one_bad_number_spoils_no_other_and_what_became_of_each_is_learned(outbox, service, clock, kind):
    due = fill(outbox, 9)
    service.refused, service.dead = {draft(1).phone, draft(3).phone}, {draft(5).phone}
    service.page, service.echo = 3, kind == "sens"
    carrier = gateway(kind, service.address, clock)
    run(outbox, carrier, clock)
    taken = {letter for letter in due if letter[0] not in service.refused}
    assert service.out == dict.fromkeys(taken, 1)
    assert states(outbox) == {S.SENT: 7, S.FAILED: 2}
    assert outbox.settle(carrier, entry="cargo") == {}  # on the way
    service.arrive()
    assert outbox.settle(carrier, entry="cargo") == {S.DELIVERED: 6, S.FAILED: 1}
    assert {message.phone for message in outbox.messages(state=S.FAILED)} == service.refused | service.dead
    (lost,) = outbox.messages(phone=draft(5).phone)
    assert outbox.history(lost.id)[-1].note in ("솔라피 3040", "SENS 3001 결번")
    asked = len(service.requests)
    assert outbox.settle(carrier, entry="cargo") == {}  # all is known: nobody is asked again
    assert len(service.requests) == asked


@pytest.mark.parametrize("terse", [False, True])
def test_sens_is_asked_by_number_and_content_what_it_took_without_saying(outbox, service, clock, terse):
    due = fill(outbox, 7)
    service.terse, service.page = terse, 2
    service.faults.extend(["drop", "late"])
    carrier = gateway("sens", service.address, clock)
    carrier.most = 4
    done = outbox.deliver(carrier, entry="cargo", cap=9, from_hour=0, until_hour=24, dry_run=False)
    assert (done.sent + done.in_doubt, done.in_doubt > 0) == (7, True)
    assert outbox.settle(carrier, entry="cargo")[S.SENT] == done.in_doubt  # found at once
    assert service.out == due


def test_sens_may_say_never_only_when_nothing_can_arrive_any_more(outbox, service, clock):
    due = fill(outbox, 2)
    service.faults.extend(["lost", "lost"])
    carrier = gateway("sens", service.address, clock)
    outbox.deliver(carrier, entry="cargo", cap=9, from_hour=0, until_hour=24, dry_run=False)
    clock.later(8)
    assert outbox.settle(carrier, entry="cargo") == {}
    assert states(outbox) == {S.IN_DOUBT: 2}
    clock.later(4)
    assert outbox.settle(carrier, entry="cargo") == {S.APPROVED: 2}
    clock.later(2)
    run(outbox, carrier, clock)
    assert service.out == due


def test_sens_takes_no_request_that_was_held_up_too_long(outbox, service, clock):
    fill(outbox, 1)
    service.watch = lambda moment: clock.later(6 if moment == "before" else 0)
    done = outbox.deliver(
        gateway("sens", service.address, clock), entry="cargo", cap=9, from_hour=0, until_hour=24, dry_run=False
    )
    assert (done.put_off, sum(service.out.values())) == (1, 0)
    service.watch = lambda moment: None
    carrier = gateway("sens", service.address, clock)
    reference = carrier.open()
    clock.later(6)  # the sender slept before it signed: its reference is too old all the same
    (message,) = outbox.messages()
    assert carrier.send(reference, [message])[message.key].fate is Fate.NOT_SENT
    assert sum(service.out.values()) == 0


def test_a_group_that_was_given_up_cannot_be_sent_by_whoever_still_holds_it(service, clock):
    carrier = gateway("solapi", service.address, clock)
    message = Message(**{name: getattr(draft(1), name) for name in draft(1).__dataclass_fields__})
    group = carrier.open()
    assert carrier.ask(group, [message])[message.key].fate is Fate.NOT_SENT
    assert carrier.send(group, [message])[message.key].fate is Fate.NOT_SENT
    assert sum(service.out.values()) == 0


@pytest.mark.parametrize("kind", ["solapi", "sens"])
def test_a_list_that_may_not_be_whole_leaves_the_question_to_a_person(outbox, service, clock, monkeypatch, kind):
    fill(outbox, 1)
    carrier = gateway(kind, service.address, clock)
    service.faults.extend([None, None, "lost"] if kind == "solapi" else ["lost"])
    changed = "_solapi_page" if kind == "solapi" else "_sens_page"
    real = getattr(service, changed)

    def other(*asked):
        page = real(*asked)
        if kind == "sens":
            return page[0], {name: value for name, value in page[1].items() if name != "hasMore"}
        return {"messages": page["messageList"], "next": page["nextKey"]}

    monkeypatch.setattr(service, changed, other)
    if kind == "solapi":  # sent, says its state; but the list is of another shape
        service.faults[2] = "late"
    run(outbox, carrier, clock, rounds=4)
    assert states(outbox) == {S.IN_DOUBT: 1}
    assert sum(service.out.values()) == (kind == "solapi")


@pytest.mark.parametrize("kind", ["solapi", "sens"])
def test_keys_never_show(outbox, service, clock, kind, caplog, monkeypatch):
    fill(outbox, 1)
    service.key = "other"
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("tests.bonded_cargo.stand_in.ACCESS", "another")
    carrier = gateway(kind, service.address, clock)
    done = outbox.deliver(carrier, entry="cargo", cap=9, from_hour=0, until_hour=24, dry_run=False)
    (message,) = outbox.messages()
    notes = " ".join(step.note for step in outbox.history(message.id))
    assert message.state is S.APPROVED
    assert "인증 설정" in notes
    shown = notes + done.stopped + caplog.text + repr(vars(carrier)["_service"])
    assert ACCESS not in shown
    assert SECRET not in shown


def test_the_settings_choose(data_dir, monkeypatch):
    assert isinstance(chosen(), FileGateway)
    monkeypatch.setenv("AX_SMS_GATEWAY", "solapi")
    settings.cache_clear()
    with pytest.raises(GatewayError, match="AX_SOLAPI_KEY, AX_SOLAPI_SECRET, AX_SMS_SENDER"):
        chosen()
    for name in ("SOLAPI_KEY", "SOLAPI_SECRET", "SENS_ACCESS", "SENS_SECRET", "SENS_SERVICE"):
        monkeypatch.setenv(f"AX_{name}", "some-secret")
    monkeypatch.setenv("AX_SMS_SENDER", "032-000-0000")
    settings.cache_clear()
    assert isinstance(chosen(), Solapi)
    monkeypatch.setenv("AX_SMS_GATEWAY", "sens")
    settings.cache_clear()
    assert isinstance(chosen(), Sens)
    assert vars(chosen())["_sender"] == SENDER
    assert isinstance(settings().sens_secret, SecretStr)
    assert "some-secret" not in repr(settings()).replace("sens_service='some-secret'", "")


def test_a_file_holds_each_message_once_and_no_half_line(outbox, tmp_path, clock):
    fill(outbox, 5)
    messages = outbox.messages()
    carrier = FileGateway(tmp_path)
    carrier.send("file", messages[:3])
    file = tmp_path / f"{DAY}.jsonl"
    file.write_bytes(file.read_bytes() + b'{"key": "cargo:2026')  # killed while it wrote
    asked = carrier.ask("file", messages)
    assert Counter(report.fate for report in asked.values()) == {Fate.ACCEPTED: 3, Fate.NOT_SENT: 2}
    carrier.send("file", messages)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["key"] for line in lines] == [draft(n).key for n in range(5)]
    assert lines[0]["body"] == draft(0).body
    assert file.stat().st_mode & 0o077 == 0  # phone numbers: nobody else's business


class Office:
    """The sending program, killed and started again until it is done."""

    def __init__(self, url: str, kind: str, address: str, clock: Clock, most: int) -> None:
        told = [url, kind, address, str(clock.file), str(most)]
        self.command = [sys.executable, "-m", "tests.bonded_cargo.sender", *told]
        self.program: subprocess.Popen[str] | None = None
        self.kills = 0

    def kill(self) -> None:
        if self.program:
            os.kill(self.program.pid, signal.SIGKILL)

    def work(self, clock: Clock, meanwhile: Callable[[], None] = lambda: None) -> None:
        while True:
            self.program = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
            while self.program.poll() is None:
                meanwhile()
                time.sleep(0.005)
            said = self.program.communicate()[0]
            if said == "done\n":
                return
            assert self.program.returncode == -signal.SIGKILL
            self.kills += 1
            clock.later(20)


def killed_while_sending(outbox, url, service, clock, kind, count, most, every) -> tuple[Office, Counter]:
    due = fill(outbox, count)
    office = Office(url, kind, service.address, clock, most)
    luck, seen = random.Random(7), [0, every]

    def watch(moment: str) -> None:
        seen[0] += 1
        if seen[0] >= seen[1]:
            seen[1] = seen[0] + luck.randint(every // 2, every * 2)
            office.kill()

    service.watch = watch
    office.work(clock)
    return office, due


@pytest.mark.parametrize("kind", ["solapi", "sens"])
def test_killed_in_the_middle_none_is_lost_and_none_doubled(outbox, url, service, clock, kind):
    service.kinds, service.rate = FAULTS if kind == "solapi" else ONCE, 0.02
    every = 12 if kind == "solapi" else 4
    office, due = killed_while_sending(outbox, url, service, clock, kind, 150, 15, every)
    assert office.kills >= 3
    assert service.out == due
    assert states(outbox) == {S.SENT: 150}
    assert service.troubles == []


def test_killed_in_the_middle_on_postgresql_too(postgres, service, clock):
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute("CREATE DATABASE outbox_killed")
    url = postgres.replace("/postgres?", "/outbox_killed?")
    service.kinds, service.rate = FAULTS, 0.02
    with Outbox.open(url, clock.aware) as outbox:
        office, due = killed_while_sending(outbox, url, service, clock, "solapi", 120, 15, 12)
        assert office.kills >= 2
        assert service.out == due
        assert states(outbox) == {S.SENT: 120}


@pytest.mark.parametrize("kind", ["solapi", "sens"])
def test_two_programs_at_once_and_one_is_killed(outbox, url, service, clock, kind):
    due = fill(outbox, 120)
    offices = [Office(url, kind, service.address, clock, 10) for _ in range(2)]
    other = subprocess.Popen(offices[1].command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    seen = []

    def watch(moment: str) -> None:
        seen.append(moment)
        if len(seen) in (8, 17):
            offices[0].kill()

    service.watch = watch
    offices[0].work(clock)
    assert other.communicate(timeout=60)[0] == "done\n"
    assert service.out == due
    assert states(outbox) == {S.SENT: 120}


def test_the_file_too(outbox, url, clock, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    due = fill(outbox, 150)
    office = Office(url, "file", str(folder), clock, 10)
    goals = [20, 50, 51, 110]

    def meanwhile() -> None:
        if goals and sum(file.read_bytes().count(b"\n") for file in folder.glob("*.jsonl")) >= goals[0]:
            goals.pop(0)
            office.kill()

    office.work(clock, meanwhile)
    lines = [json.loads(line) for file in folder.glob("*.jsonl") for line in file.read_text().splitlines()]
    assert Counter((line["phone"], line["body"]) for line in lines) == due
    assert office.kills >= 2
    assert states(outbox) == {S.SENT: 150}


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", ["solapi", "sens"])
def test_ten_thousand_through_a_bad_day(outbox, url, service, clock, kind):
    service.kinds, service.rate = FAULTS if kind == "solapi" else ONCE, 0.05
    began = time.monotonic()
    office, due = killed_while_sending(outbox, url, service, clock, kind, 10_000, 100, 60 if kind == "solapi" else 24)
    print(
        f"\n{kind}: 10,000 messages, {office.kills} kills, {len(service.requests)} requests, "
        f"{time.monotonic() - began:.0f} s, doubled {sum(n > 1 for n in service.out.values())}, "
        f"lost {len(due.keys() - service.out.keys())}"
    )
    assert office.kills >= 5
    assert service.out == due
    assert states(outbox) == {S.SENT: 10_000}
