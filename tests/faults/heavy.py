"""What `test_queue_killed.py` has programs of their own do, to be killed: `python -m tests.faults.heavy <what> [folder]`."""

import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lib.entries.address_reading.reading import CHUNK, PARALLEL
from lib.jobs import Job, Queue, State
from lib.settings import DATA

ADDRESSES = [f"{n} Teheran-ro, Gangnam-gu, Seoul {n}-1" for n in range(CHUNK * (PARALLEL + 4))]


def serve(*, long: bool) -> None:
    """The queues of the pages with real work in each: a list, a photo, a training; ``long``: for long, and many addresses in
    a queue more.
    """
    from datetime import date

    from lib.entries.address_reading.screen import read_all
    from lib.entries.duty_free import screen, tables
    from lib.entries.hazard_photo import demo
    from lib.entries.hazard_photo.screen import pictured
    from lib.screening import feedback
    from lib.tables.checking import check
    from lib.tables.reading import read
    from lib.ui import jobs
    from tests.screening import made

    folder, day = DATA / "duty_free" / "demo", date(2026, 6, 30)
    files = {name: folder / f"{name}.csv" for name in tables.TABLES}
    given = {
        name: check(read(path, path.name), tables.TABLES[name]).rows for name, path in files.items() if path.exists()
    }
    photo, _ = demo.samples()[0]
    asked: list[Job[Any]] = [
        jobs.TABLES.submit(screen.screen, given, as_of=day, title="목록"),
        jobs.PHOTOS.submit(pictured, photo.read_bytes(), photo.name, as_of=day, quantity=None, title="사진"),
        jobs.TRAINING.submit(
            feedback.retrain, known, known(400), made.FEATURES, entry="made", data="처음", title="학습"
        ),
    ]
    if long:
        asked.append(Queue("addresses").submit(read_all, ADDRESSES, None, title="주소"))
    while any(job.state is State.WAITING for job in asked):
        time.sleep(0.01)
    print("running", flush=True)
    for n in range(15 if long else 0):
        asked.append(jobs.TABLES.submit(screen.screen, given, as_of=day, title=f"목록 {n}"))
        asked.append(
            jobs.TRAINING.submit(
                feedback.retrain, known, known(400), made.FEATURES, entry="made", data="처음", title=f"학습 {n}"
            )
        )
    for job in asked:
        job.result()
    print("done", flush=True)


def known(rows: int = 3000) -> Any:
    """What a model learns from."""
    from tests.screening import made

    return made.world(rows, 1)


def short_of_files() -> None:
    """A server that may open no more files, and then may again: what it tells of each job."""
    queue = Queue("short")
    assert queue.submit(os.getpid, title="앞의 일").result() == queue.pid
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    os.kill(queue.pid, signal.SIGKILL)
    time.sleep(0.2)
    for title in ("목록", "다시"):
        job = queue.submit(os.getpid, title=title)
        print(job.wait(10) and job.error)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    print(queue.submit(os.getpid, title="뒤의 일").result() == queue.pid)


def addresses_made(folder: Path) -> None:
    """A building table of one building."""
    import pyarrow as pa

    from lib.entries.address_reading import reference

    rows = {"sido": ["서울특별시"], "sigungu": ["강남구"], "road": ["테헤란로"], "main": ["1"], "zip": ["06000"]}
    reference.build([pa.table(rows)], folder / "official", {"source": "시험"})


def index_made(folder: Path) -> None:
    """A search index of one article of one word."""
    from lib.entries.audit import index

    index._opened(folder, "texts", ["조문"], lambda one: (one, {"text_words": [one]}, []), lambda *_: None, "")


def killed_at_the_end(make: Callable[[Path], None], folder: Path) -> None:
    """All is made and nothing is in place yet."""
    os.replace = Path.rename = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment,method-assign]
    make(folder)


if __name__ == "__main__":
    what, *given = sys.argv[1:]
    if what == "serve":
        serve(long=bool(given))
    elif what == "short_of_files":
        short_of_files()
    else:
        killed_at_the_end(globals()[what], Path(given[0]))
