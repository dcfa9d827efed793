"""The database goes away while officers work, and comes back: they are told so in words and soon, and lose nothing."""

import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url
from streamlit.testing.v1 import AppTest

from lib.casework import (
    Act,
    CaseBook,
    CaseworkError,
    DatabaseUnavailable,
    Kind,
    MessageState,
    Outbox,
    Outcome,
    Talks,
    Trail,
    keep_photo,
)
from lib.casework.outbox import LEASE
from lib.settings import ROOT, settings
from lib.ui import cache
from tests.casework.test_outbox import Carrier, Clock, draft
from tests.conftest import POSTGRES

RELEASE, HOLD = Outcome("passed", "통관"), Outcome("held", "통관보류")
SOON = 10  # seconds within which an officer is told


class Server:
    """A PostgreSQL of this test's own, on a port of this computer."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ax-gone-"))
        self.run: list[str] = []
        if os.geteuid() == 0:  # postgres refuses root
            shutil.chown(self.folder, "postgres", "postgres")
            self.run = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--pdeathsig=INT"]
        initdb = [POSTGRES / "initdb", "-D", self.folder / "data", "-U", "ax", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]  # fmt: skip
        subprocess.run([*self.run, *initdb, "--no-sync"], check=True, capture_output=True, cwd=self.folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"postgresql://ax@127.0.0.1:{self.port}/postgres"
        self.start()

    def start(self) -> None:
        serve = [POSTGRES / "postgres", "-D", self.folder / "data", "-k", self.folder, "-p", str(self.port)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.run, *serve, "-c", "listen_addresses=127.0.0.1"], stdout=log, stderr=log, cwd=self.folder
            )
        until = time.monotonic() + 20
        while True:
            try:
                psycopg.connect(self.url).close()
                return
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > until:
                    pytest.fail((self.folder / "log").read_text())
                time.sleep(0.05)

    def stop(self) -> None:
        """At once: no farewell to anybody."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(20)

    def all(self, signal_number: int) -> None:
        """To the server and each process that serves a connection."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in (self.process.pid, *map(int, children)):
            os.kill(pid, signal_number)


@pytest.fixture
def server(data_dir: Path) -> Iterator[Server]:
    if not (POSTGRES / "postgres").exists():
        pytest.skip(f"no PostgreSQL 15 in {POSTGRES}")
    started = Server()
    yield started
    if started.process.poll() is None:
        started.stop()
    shutil.rmtree(started.folder)


def stopped(server: Server) -> Callable[[], None]:
    server.stop()
    return server.start


def mute(server: Server) -> Callable[[], None]:
    """Something else has its port, takes every call and never speaks."""
    server.stop()
    other = socket.socket()
    other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    other.bind(("127.0.0.1", server.port))
    other.listen(100)

    def back() -> None:
        other.close()
        server.start()

    return back


def frozen(server: Server) -> Callable[[], None]:
    """It is there, as are its connections, and it does not move."""
    server.all(signal.SIGSTOP)
    return lambda: server.all(signal.SIGCONT)


@pytest.mark.parametrize("away", [stopped, mute, frozen])
def test_every_act_is_refused_in_words_and_soon_and_works_again_without_a_restart(server, finding, away):
    with ExitStack() as stack:
        book, trail, talks, outbox = (
            stack.enter_context(kind.open(server.url)) for kind in (CaseBook, Trail, Talks, Outbox)
        )
        case, _ = book.register(finding(), by="김주무")
        ((message, _),) = outbox.draft([draft()], by="김주무")
        begun = trail.count(), len(talks.complaints("audit"))
        assert begun == (1, 0)
        acts: list[Callable[[], object]] = [
            lambda: book.case(case.id),
            lambda: book.cases(),
            lambda: book.decide(case.id, 1, RELEASE, by="김주무"),
            lambda: book.note(case.id, 1, "확인", by="김주무"),
            lambda: book.assign(case.id, 1, "박주무", by="김주무"),
            lambda: book.register(finding("또 하나"), by="김주무"),
            lambda: trail.record(Act.VIEWED, by="김주무"),
            lambda: trail.verify(),
            lambda: talks.asked("audit", "가", "질문", {}, abstained=False, by="김주무"),
            lambda: outbox.approve([message.id], by="김주무"),
            lambda: CaseBook.open(server.url),
        ]

        def told(act: Callable[[], object]) -> tuple[str, float]:
            began = time.monotonic()
            with pytest.raises(DatabaseUnavailable) as refused:
                act()
            return str(refused.value), time.monotonic() - began

        back = away(server)
        try:
            with ThreadPoolExecutor(len(acts)) as pool:
                answers = list(pool.map(told, acts))
        finally:
            back()
        assert {re.search("연결할 수 없습니다.*확인하십시오", words) is not None for words, _ in answers} == {True}
        assert max(took for _, took in answers) < SOON
        assert (book.case(case.id).version, book.count()) == (1, 1)
        assert book.decide(case.id, 1, RELEASE, by="김주무").outcome == "passed"
        assert outbox.approve([message.id], by="김주무")[0].state is MessageState.APPROVED
        assert trail.verify().faults == ()


def test_what_was_acknowledged_is_there_once_however_often_the_server_goes(server, finding):
    """Officers register, decide and correct while the server is stopped and started under them."""
    over = threading.Event()
    acknowledged: dict[int, int] = {}  # case, version
    refused: Counter[str] = Counter()

    with CaseBook.open(server.url) as book:

        def work(name: str) -> None:
            n = 0
            while not over.is_set():
                n += 1
                try:
                    case, _ = book.register(finding(f"{name}{n}"), by=name)
                    acknowledged[case.id] = 1
                    acknowledged[case.id] = book.decide(case.id, 1, RELEASE, by=name).version
                    acknowledged[case.id] = book.decide(case.id, 2, HOLD, by=name, note="정정").version
                except CaseworkError as error:
                    refused[type(error).__name__] += 1
                    time.sleep(0.05)

        with ThreadPoolExecutor(3) as pool:
            officers = [pool.submit(work, name) for name in ("김", "이", "박")]
            try:
                for pause in (0.5, 0.3, 0.4):
                    time.sleep(pause)
                    server.stop()
                    time.sleep(0.1)
                    server.start()
                time.sleep(0.3)
            finally:
                over.set()
            for one in officers:
                one.result()
        assert set(refused) == {"DatabaseUnavailable"}
        assert len(acknowledged) > 20
        cases = {case.id: case for case in book.cases(limit=None)}
        assert [case_id for case_id, version in acknowledged.items() if cases[case_id].version < version] == []
        for case in cases.values():
            events, decisions = book.history(case.id), book.decisions(case.id)
            assert [event.version for event in events] == list(range(1, case.version + 1))
            assert [one.outcome for one in decisions] == ["passed", "held"][: case.version - 1]
            assert [e.version for e in events if e.kind == Kind.DECIDED] == [one.version for one in decisions]
        assert len({case.subject for case in cases.values()}) == len(cases), "a lost answer made nothing twice"
    with Trail.open(server.url) as trail:
        found = trail.verify()
        assert (found.faults, found.count) == ((), sum(case.version for case in cases.values()))


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_server_that_goes_amid_sending_neither_doubles_nor_loses_a_message(server, moment):
    clock, carrier = Clock(), Carrier()
    send = carrier.send

    def cut_off(reference, messages):
        carrier.send = send  # type: ignore[method-assign]
        told = send(reference, messages) if moment == "after" else {}
        server.stop()
        return told

    carrier.send = cut_off  # type: ignore[method-assign]
    usual = {"entry": "post", "cap": 100, "from_hour": 9, "until_hour": 18, "dry_run": False}
    with Outbox.open(server.url, clock) as outbox:
        outbox.approve([one.id for one, _ in outbox.draft([draft(n) for n in range(1, 6)], by="김")], by="박")
        with pytest.raises(DatabaseUnavailable, match="연결할 수 없습니다"):
            outbox.deliver(carrier, **usual)
        server.start()
        assert outbox.deliver(carrier, **usual).sent == 0, "it may be at it still"
        clock.later(seconds=LEASE.total_seconds() + 1)
        outbox.deliver(carrier, **usual)
        clock.later(minutes=5)
        outbox.deliver(carrier, **usual)
        assert carrier.carried == {draft(n).key: 1 for n in range(1, 6)}
        assert {message.state for message in outbox.messages()} == {MessageState.SENT}


# What the officer sees


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception, at.exception[0].stack_trace
    return at


def alerts(at: AppTest) -> str:
    return " ".join(one.value for one in (*at.error, *at.warning))


@pytest.fixture
def pages(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, AppTest]]:
    """Open pages of officers who look at cases, the record, the front hall and the library."""
    monkeypatch.setenv("AX_DATABASE_URL", server.url)
    settings.cache_clear()
    kept = (cache.case_book, cache.trail, cache.talks)
    for one in kept:
        one.clear()
    found = {
        name: AppTest.from_file(str(ROOT / file), default_timeout=60)
        for name, file in (
            ("front", "Home.py"), ("record", "pages/records.py"), ("cases", "pages/hazard_photo.py"), ("library", "pages/audit.py"),
        )
    }  # fmt: skip
    yield found
    for one in kept:
        one().close()
        one.clear()


def test_every_page_says_what_to_do_and_the_next_click_works(server, pages, finding):
    with CaseBook.open(server.url) as book:
        case, _ = book.register(
            finding("a" * 64, facts={"sha256": "a" * 64, "as_of": "2026-06-30", "list_date": "2026-06-01", "text": []}),
            by="접수자",
        )
    for at in pages.values():
        run(at)
    cases = pages["cases"]
    cases.button_group(key="hazard_view").set_value("사건 목록")
    run(cases)
    cases.session_state[cases.dataframe[0].key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    run(cases)
    assert {name: alerts(at) for name, at in pages.items() if "연결할 수 없습니다" in alerts(at)} == {}

    server.stop()
    cases.selectbox[0].set_value("held")
    next(one for one in cases.button if one.label == "처분 저장").click()
    for name, at in pages.items():
        assert re.search("연결할 수 없습니다.*새로 고쳐 저장되었는지 확인하십시오", alerts(run(at))), name

    server.start()
    for name, at in pages.items():
        assert "연결할 수 없습니다" not in alerts(run(at)), name
    assert any("1" in metric.value for metric in pages["front"].metric)
    cases.session_state[cases.dataframe[0].key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    run(cases)
    cases.selectbox[0].set_value("held")
    next(one for one in cases.button if one.label == "처분 저장").click()
    run(cases)
    with CaseBook.open(server.url) as book:
        assert [one.outcome for one in book.decisions(case.id)] == ["held"]


# One file on this computer


@pytest.mark.parametrize("instead", ["nothing", "a folder", "a copy", "an empty file"])
def test_a_file_taken_away_is_told_before_anything_is_lost_in_it(data_dir, finding, instead):
    with CaseBook.open() as book:
        case, _ = book.register(finding(), by="김주무")
        file = Path(make_url(settings().case_book).database or "")
        aside = data_dir / "aside"
        file.rename(aside)
        if instead == "a folder":
            file.mkdir()
        elif instead == "a copy":
            shutil.copy(aside, file)
        elif instead == "an empty file":
            file.touch()
        for act in (
            lambda: book.decide(case.id, 1, RELEASE, by="김주무"),
            lambda: book.case(case.id),
            lambda: Outbox.open(),  # as each look at the messages does: no empty one, which knew of no message sent
        ):
            with pytest.raises(DatabaseUnavailable, match="원래 파일을 제자리에 돌려놓거나"):
                act()
        assert instead != "nothing" or not file.exists()
        if file.is_dir():
            file.rmdir()
        aside.replace(file)
        assert book.decide(case.id, 1, RELEASE, by="김주무").version == 2
        with Outbox.open() as outbox:
            assert outbox.messages() == []


def test_a_folder_that_may_only_be_read_is_told_and_used_again_once_it_may_be_written(data_dir, finding):
    if os.geteuid() != 0:
        pytest.skip("only root may become somebody else")
    photo = b"\xff\xd8 a photo"
    with CaseBook.open() as book:
        case, _ = book.register(finding(), by="김주무")
        book.close()  # a pool like that of a program at rest
        everything = [data_dir, *data_dir.rglob("*")]
        outer = [folder for folder in data_dir.parents if folder.stat().st_mode & 0o055 != 0o055]
        modes = {path: path.stat().st_mode & 0o777 for path in (*everything, *outer)}
        try:
            for path in everything:
                path.chmod(0o555 if path.is_dir() else 0o444)
            for folder in outer:
                folder.chmod(modes[folder] | 0o055)
            os.seteuid(65534)
            try:
                for act in (
                    lambda: book.case(case.id),
                    lambda: book.decide(case.id, 1, RELEASE, by="김주무"),
                    lambda: keep_photo(photo, hashlib.sha256(photo).hexdigest(), ".jpg"),
                ):
                    with pytest.raises(DatabaseUnavailable, match=r"권한|쓸 수 없습니다"):
                        act()
            finally:
                os.seteuid(0)
        finally:
            for path, mode in modes.items():
                if path.exists():  # SQLite removes its log with the last connection
                    path.chmod(mode)
        assert book.decide(case.id, 1, RELEASE, by="김주무").version == 2
