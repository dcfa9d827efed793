"""Heavy work runs beside the pages: it is shared, waits its turn, can be stopped, and its end by force is told."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from lib.jobs import MOST_WAITING, Job, JobError, Queue, State, progress
from lib.screening.model import Model, TooFewLabels, train
from lib.settings import MODELS, ROOT, settings
from tests.screening import made

# Work. Whoever hangs leaves the ids of its processes behind.


def hang(told: Path, everything: bool = True) -> None:
    child = subprocess.Popen(["sleep", "600"]) if everything else None
    waiting = told.with_suffix(".new")
    waiting.write_text(f"{os.getpid()} {child.pid if child else ''}")
    waiting.rename(told)
    time.sleep(600)


def counted(path: Path, seconds: float = 0.3) -> str:
    with path.open("a") as file:
        file.write("x")
    progress(0.5, "절반을 마쳤습니다.")
    time.sleep(seconds)
    return "완성된 목록"


def refuse(ours: bool) -> None:
    raise TooFewLabels("결과가 모자랍니다.") if ours else ZeroDivisionError("P123456789012")


def where() -> tuple[str, int]:
    return str(settings().data_dir), os.getpid()


def saved_for_ever(stem: Path) -> None:
    """Two models by turns."""
    both = [Model.load(stem.with_name(name)) for name in ("one", "two")]
    print("ready", flush=True)
    while True:
        for one in both:
            one.save(stem)


def taught_for_ever(stem: Path) -> None:
    frame = made.world(3000, 1)
    stem.with_name("begun").touch()
    while True:
        train(frame, made.FEATURES, label="label", time="time", entry="made", data="새")


@pytest.fixture(scope="module")
def queue() -> Queue:
    return Queue("test")


def gone(*pids: int) -> bool:
    """Whether these processes end within a moment."""
    until = time.monotonic() + 5
    while any(alive(pid) for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def begun(told: Path, seconds: float = 20) -> list[int]:
    until = time.monotonic() + seconds
    while not told.exists() and time.monotonic() < until:
        time.sleep(0.02)
    return [int(pid) for pid in told.read_text().split()]


def works(queue: Queue, tmp_path: Path) -> bool:
    return queue.submit(counted, tmp_path / "next", 0.0, title="다음").result() == "완성된 목록"


def test_officers_who_ask_the_same_share_the_work_and_one_may_leave(queue: Queue, tmp_path: Path) -> None:
    asked = [
        queue.submit(counted, tmp_path / "runs", title="목록", owner=owner, key="same") for owner in ("김", "이", "박")
    ]
    assert len(set(map(id, asked))) == 1
    asked[0].cancel("김")
    assert asked[1].result() == "완성된 목록"
    assert asked[1].progress == (0.5, "절반을 마쳤습니다.")
    assert queue.submit(counted, tmp_path / "runs", title="목록", owner="최", key="same").over, (
        "kept for who comes later"
    )
    assert (tmp_path / "runs").read_text() == "x"


def test_cancel_ends_the_work_and_all_it_started_and_the_next_runs(queue: Queue, tmp_path: Path) -> None:
    job = queue.submit(hang, tmp_path / "pids", title="긴 일", owner="김")
    following = queue.submit(counted, tmp_path / "next", 0.0, title="다음", owner="이")
    pids = begun(tmp_path / "pids")
    assert (job.state, following.state, following.ahead) == (State.RUNNING, State.WAITING, 1)
    job.cancel("김")
    assert gone(*pids)
    assert following.result() == "완성된 목록"
    assert job.state is State.CANCELLED


def test_work_that_only_waits_leaves_the_queue_at_once(queue: Queue, tmp_path: Path) -> None:
    first = queue.submit(hang, tmp_path / "pids", title="긴 일")
    waiting = queue.submit(counted, tmp_path / "never", title="기다리는 일")
    waiting.cancel()
    assert waiting.over
    assert waiting.state is State.CANCELLED
    first.cancel()
    assert first.wait(5)
    assert works(queue, tmp_path)
    assert not (tmp_path / "never").exists()


def test_a_worker_killed_by_the_system_is_told_and_the_next_runs(queue: Queue, tmp_path: Path) -> None:
    job = queue.submit(hang, tmp_path / "pids", False, title="긴 일")
    os.kill(begun(tmp_path / "pids")[0], signal.SIGKILL)
    with pytest.raises(JobError, match=r"갑자기 끝났습니다.*다시 실행하십시오"):
        job.result()
    assert works(queue, tmp_path)
    assert queue.pid is not None
    os.kill(queue.pid, signal.SIGKILL)  # also while it has nothing to do
    time.sleep(0.2)
    assert works(queue, tmp_path)


def test_work_past_its_time_is_killed_and_told(queue: Queue, tmp_path: Path) -> None:
    assert works(queue, tmp_path)
    job = queue.submit(hang, tmp_path / "pids", title="긴 일", seconds=1.0, late="1초 안에 답하지 않아 멈추었습니다.")
    with pytest.raises(JobError, match=r"^1초 안에 답하지 않아"):
        job.result()
    assert job.state is State.LATE
    assert gone(*begun(tmp_path / "pids"))
    assert works(queue, tmp_path)


def test_our_own_errors_come_back_as_themselves_and_others_as_one_sentence(queue: Queue) -> None:
    with pytest.raises(TooFewLabels, match="결과가 모자랍니다"):
        queue.submit(refuse, True, title="학습").result()
    with pytest.raises(JobError) as told:
        queue.submit(refuse, False, title="학습").result()
    assert "관리자에게" in str(told.value)
    assert "P1234" not in str(told.value)
    with pytest.raises(JobError, match="관리자에게"):
        queue.submit(threading.Lock, title="옮길 수 없는 결과").result()


def test_the_queue_has_an_end_and_each_its_place(queue: Queue, tmp_path: Path) -> None:
    first = queue.submit(hang, tmp_path / "pids", title="긴 일")
    begun(tmp_path / "pids")
    waiting: list[Job[str]] = [queue.submit(counted, tmp_path / "never", title=f"{i}") for i in range(MOST_WAITING)]
    assert [job.ahead for job in waiting] == list(range(1, MOST_WAITING + 1))
    with pytest.raises(JobError, match="잠시 뒤 다시 실행하십시오"):
        queue.submit(counted, tmp_path / "never", title="하나 더")
    for job in [*waiting, first]:
        job.cancel()
    assert first.wait(5)


def test_a_worker_follows_the_settings_of_the_server(
    queue: Queue, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AX_DATA_DIR", str(tmp_path))
    folder, pid = queue.submit(where, title="설정").result()
    assert folder == str(tmp_path)
    assert pid != os.getpid()
    assert os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0), "the pages come first"


def test_a_worker_without_work_goes_where_it_was_told_to(tmp_path: Path) -> None:
    queue = Queue("idle", idle=0.3)
    _, pid = queue.submit(where, title="설정").result()
    assert gone(pid)
    assert works(queue, tmp_path)


@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_the_server(tmp_path: Path, way: signal.Signals) -> None:
    program = (
        "import sys; from pathlib import Path; from lib.jobs import Queue; from tests.test_jobs import hang;"
        "Queue('q').submit(hang, Path(sys.argv[1]), False, title='긴 일').wait()"
    )
    server = subprocess.Popen([sys.executable, "-c", program, tmp_path / "pids"], cwd=ROOT)
    pids = begun(tmp_path / "pids")
    assert all(map(alive, pids))
    server.send_signal(way)
    server.wait(10)
    assert gone(*pids)


# A training cut off


@pytest.fixture(scope="module")
def stem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model in force, and two that would replace it."""
    tmp_path = tmp_path_factory.mktemp("models")
    for seed, name in enumerate(("made", "one", "two")):
        train(made.world(600, seed), made.FEATURES, label="label", time="time", entry="made", data=name).save(
            tmp_path / name
        )
    return tmp_path / "made"


def test_a_training_stopped_or_killed_leaves_the_model_in_force(queue: Queue, stem: Path) -> None:
    before = Model.load(stem).card
    for end in ("cancel", "kill"):
        job = queue.submit(taught_for_ever, stem, title="학습")
        while not stem.with_name("begun").exists():
            time.sleep(0.01)
        stem.with_name("begun").unlink()
        time.sleep(0.3)
        if end == "cancel":
            job.cancel()
        else:
            assert queue.pid is not None
            os.kill(queue.pid, signal.SIGKILL)
        with pytest.raises(JobError):
            job.result()
        assert Model.load(stem).card == before


def test_a_model_being_saved_is_whole_whenever_the_program_is_killed(stem: Path) -> None:
    chance = random.Random(20260101)
    program = "import sys; from pathlib import Path; from tests.test_jobs import saved_for_ever; saved_for_ever(Path(sys.argv[1]))"
    seen = set()
    for _ in range(2):
        writer = subprocess.Popen([sys.executable, "-c", program, stem], stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert writer.stdout is not None
        writer.stdout.readline()
        until = time.monotonic() + chance.uniform(0.1, 0.4)
        while time.monotonic() < until:
            seen.add(Model.load(stem).card["data"])  # a reader meanwhile
        writer.kill()
        writer.wait()
        seen.add(Model.load(stem).card["data"])
    assert seen >= {"one", "two"}


def test_a_killed_training_command_leaves_the_old_model(tmp_path: Path) -> None:
    for name in ("fetch.txt", "fetch.json"):
        (tmp_path / name).write_bytes((MODELS / name).read_bytes())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    program = (
        "import sys, pathlib, lib.settings; lib.settings.MODELS = pathlib.Path(sys.argv.pop(1));"
        "from lib.__main__ import app; print('ready', flush=True); app()"
    )
    training = subprocess.Popen(
        [sys.executable, "-c", program, tmp_path, "train", "fetch"], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert training.stdout is not None
    training.stdout.readline()
    time.sleep(3)
    assert training.poll() is None
    training.kill()
    training.wait()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
