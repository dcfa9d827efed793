"""The server, a worker or a sender is killed amid heavy work: nobody stays behind, nothing piles up, the officer is told what to do."""

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from streamlit.testing.v1 import AppTest

from lib.casework import MessageState, Outbox
from lib.entries.address_reading.screen import read_all
from lib.entries.bonded_cargo import daily
from lib.entries.bonded_cargo.demo import END
from lib.jobs import JobError, Queue
from lib.settings import ROOT
from lib.ui import jobs
from tests.browser.conftest import CHROMIUM, FLAGS, Server, go, view
from tests.faults import heavy

SOON = 15.0  # seconds within which nobody is left
HEAVY = [sys.executable, "-m", "tests.faults.heavy"]


def left(data_dir: Path) -> dict[int, str]:
    """Other processes that work on this folder, whoever their parents are by now."""
    found, mark = {}, f"AX_DATA_DIR={data_dir}\0".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes() and int(process.name) != os.getpid():
                found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:  # gone meanwhile; of a zombie it is empty
            continue
    return found


def emptied(data_dir: Path) -> bool:
    until = time.monotonic() + SOON
    while left(data_dir) and time.monotonic() < until:
        time.sleep(0.02)
    return not left(data_dir)


def helpers(data_dir: Path) -> list[int]:
    """The two processes among which a worker shares many addresses, once both are there."""
    while len(found := [pid for pid, told in left(data_dir).items() if "address_reading.reading" in told]) < 2:
        time.sleep(0.02)
    return found


# The server


@contextmanager
def server(*options: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([*HEAVY, "serve", *options], stdout=subprocess.PIPE, text=True, cwd=ROOT) as started:
        assert started.stdout
        assert started.stdout.readline() == "running\n"
        yield started


def test_a_server_killed_at_its_heaviest_leaves_nobody_and_nothing_and_the_next_does_the_work(data_dir: Path) -> None:
    engine = data_dir / "engine"
    with server("long") as killed:
        helpers(data_dir)
        while not [*engine.glob("duckdb*")]:  # the list is being made
            time.sleep(0.01)
        assert len(left(data_dir)) == 1 + 4 + 2, "the server, a worker of each queue, two helpers"
        killed.kill()
    assert emptied(data_dir), left(data_dir)
    abandoned = {*engine.glob("duckdb*")}
    with server() as after:
        assert after.stdout
        assert after.stdout.readline() == "done\n"
    assert emptied(data_dir)
    assert [path for path in data_dir.rglob("*") if path.is_file()] == []
    assert abandoned
    assert not abandoned & {*engine.glob("*")}


class Suite(Server):
    """The suite on a port it had before."""

    def __init__(self, data_dir: Path, before: Server) -> None:
        self.before = before
        super().__init__(data_dir, "--server.port", str(before.port))

    def _healthy(self) -> bool:
        self.url, self.port = self.before.url, self.before.port
        return super()._healthy()


@pytest.mark.slow
@pytest.mark.browser
def test_an_open_page_comes_back_with_its_list_when_the_killed_server_is_started_again(data_dir: Path) -> None:
    if not CHROMIUM.exists():
        pytest.skip(f"no {CHROMIUM}")
    suite = data_dir / "suite"
    suite.mkdir()
    servers = [Server(suite)]

    def officer() -> None:
        with sync_playwright() as playwright:
            page = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS).new_page()
            go(page, servers[0], "/fetch")
            view(page, "시연 자료")
            while not [*suite.glob("engine/duckdb*")]:  # the list is being made
                page.wait_for_timeout(10)
            servers[0].kill()
            assert emptied(suite), left(suite)
            servers.append(Suite(suite, servers[0]))
            page.get_by_test_id("stSlider").wait_for(timeout=90_000)

    try:
        with ThreadPoolExecutor(1) as alone:  # a browser of other tests may be open in this thread
            alone.submit(officer).result()
    finally:
        for one in servers:
            one.stop()


@pytest.mark.parametrize("make", [heavy.addresses_made, heavy.index_made])
def test_what_was_killed_before_it_was_whole_is_cleared_away(make, tmp_path: Path) -> None:
    done = subprocess.run([*HEAVY, make.__name__, tmp_path], cwd=ROOT)
    assert done.returncode == -signal.SIGKILL
    (half,) = tmp_path.iterdir()
    make(tmp_path)
    assert half.exists(), "it might be somebody's who is at it"
    os.utime(half, (0, 0))
    make(tmp_path)
    assert not half.exists()
    assert len([*tmp_path.iterdir()]) == 1


# A worker


@pytest.fixture
def queue() -> Queue:
    return Queue("test")


def test_a_worker_or_its_helper_killed_for_memory_is_told_and_nobody_is_left(queue: Queue, data_dir: Path) -> None:
    job = queue.submit(read_all, heavy.ADDRESSES, None, title="주소")
    os.kill(helpers(data_dir)[0], signal.SIGKILL)
    with pytest.raises(JobError, match=r"메모리가 모자라.*다시 실행하십시오"):
        job.result()
    job = queue.submit(read_all, heavy.ADDRESSES, None, title="주소")
    two = helpers(data_dir)
    for pid in two:
        os.kill(pid, signal.SIGSTOP)  # it would not see by itself that nobody listens any more
    assert queue.pid is not None
    os.kill(queue.pid, signal.SIGKILL)
    with pytest.raises(JobError, match=r"갑자기 끝났습니다.*다시 실행하십시오"):
        job.result()
    until = time.monotonic() + SOON
    while {*two} & {*left(data_dir)} and time.monotonic() < until:
        time.sleep(0.02)
    assert not {*two} & {*left(data_dir)}
    assert len(queue.submit(read_all, heavy.ADDRESSES[:10], None, title="주소").result()) == 10


def test_where_no_worker_can_be_started_each_job_is_told_so_until_one_can() -> None:
    told = subprocess.run([*HEAVY, "short_of_files"], capture_output=True, text=True, cwd=ROOT, timeout=60)
    first, second, last = told.stdout.splitlines()
    assert first == second
    assert re.search("시작하지 못했습니다.*다시 실행하고.*알려 주십시오", first)
    assert last == "True"


def run(at: AppTest) -> None:
    at.run()
    assert not at.exception, at.exception[0].stack_trace


def test_the_page_tells_of_a_killed_worker_and_the_next_try_gives_the_list(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "TABLES", jobs.Queue("killed", idle=1))  # knows no list that another test had made
    at = AppTest.from_file(str(ROOT / "pages/bonded_cargo.py"), default_timeout=120)
    run(at)
    at.button_group(key="bonded_cargo_way").set_value("demo")

    def kill() -> None:
        until = time.monotonic() + 60
        while not [*data_dir.glob("engine/duckdb*")] and time.monotonic() < until:  # then the list is being made
            time.sleep(0.01)
        assert jobs.TABLES.pid is not None
        os.kill(jobs.TABLES.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    run(at)
    killer.join()
    (told,) = [one.value for one in at.warning if "갑자기 끝났습니다" in one.value]
    assert told.endswith("다시 실행하십시오.")
    next(button for button in at.button if button.label == "다시 실행").click()
    run(at)
    assert not [one.value for one in at.warning if "갑자기 끝났습니다" in one.value]
    assert at.button_group(key="cargo_view").options


# A sender


def test_the_page_lets_an_officer_finish_what_a_killed_program_was_sending(data_dir: Path) -> None:
    day_file = data_dir / "outbox" / f"{END}.jsonl"
    day_file.parent.mkdir()
    ledger = daily.ledger(practice=True)
    command = [sys.executable, "-m", "lib", "cargo", "run", "--date", str(END), "--send"]
    with Outbox.open() as outbox, day_file.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # so it has claimed the messages and cannot write them yet
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT) as sender:
            while not (begun := outbox.messages(entry=ledger, state=MessageState.SENDING)):
                assert sender.poll() is None
                time.sleep(0.05)
            sender.kill()
        fcntl.flock(held, fcntl.LOCK_UN)

        at = AppTest.from_file(str(ROOT / "pages/bonded_cargo.py"), default_timeout=120)
        run(at)
        at.button_group(key="bonded_cargo_way").set_value("demo")
        run(at)
        at.button_group(key="cargo_view").set_value("문자 안내")
        run(at)
        (told,) = [one.value for one in at.warning if "보내다 중단된" in one.value]
        assert f"{len(begun):,}통" in told
        at.button(key="cargo_settle").click()
        run(at)
        assert not [one.value for one in at.warning if "보내다 중단된" in one.value]
        at.button(key="cargo_send").click()
        run(at)
        messages = outbox.messages(entry=ledger)
    assert {message.state for message in messages} == {MessageState.SENT}
    written = Counter(json.loads(line)["key"] for line in day_file.read_text().splitlines())
    assert written == dict.fromkeys((message.key for message in messages), 1)
