"""Databases and data folders for every test: nothing here touches the officer's own."""

import gc
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import settings as hypothesis_settings

from lib.casework import CaseBook
from lib.screening.findings import Evidence, Finding, Reason
from lib.settings import settings

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # the many programs that tests start compile the suite once
POSTGRES = Path("/usr/lib/postgresql/15/bin")
_numbers = count(1)
hypothesis_settings.register_profile("ax", deadline=None)  # speed is measured by make bench, not by tests
hypothesis_settings.load_profile("ax")


def pytest_collection_finish() -> None:
    """What all tests have imported by now stays: searched for garbage again and again, it would take a fourth of their time."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def data_dir(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """All state of the suite under a folder of this test, and no PostgreSQL configured."""
    monkeypatch.setenv("AX_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("AX_DATABASE_URL", raising=False)
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a real PostgreSQL 15 of our own, reachable only through a socket in its private folder."""
    if not (POSTGRES / "postgres").exists():
        pytest.skip(f"no PostgreSQL 15 in {POSTGRES}")
    folder = Path(tempfile.mkdtemp(prefix="ax-postgres-"))
    as_postgres: list[str] = []
    if os.geteuid() == 0:  # postgres refuses root
        shutil.chown(folder, "postgres", "postgres")
        as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--pdeathsig=INT"]
    initdb = [POSTGRES / "initdb", "-D", folder / "data", "-U", "ax", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
    subprocess.run([*as_postgres, *initdb, "--no-sync"], check=True, capture_output=True, cwd=folder)
    serve = [POSTGRES / "postgres", "-D", folder / "data", "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([*as_postgres, *serve], stdout=log, stderr=log, cwd=folder)
    try:
        address = f"postgresql://ax@/postgres?host={folder}"
        deadline = time.monotonic() + 20
        while True:
            try:
                psycopg.connect(address).close()
                break
            except psycopg.OperationalError:
                if server.poll() is not None or time.monotonic() > deadline:
                    pytest.fail((folder / "log").read_text())
                time.sleep(0.05)
        yield address
    finally:
        server.send_signal(signal.SIGINT)  # fast shutdown: whoever is still connected is dropped
        server.wait(20)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with postgres_server() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, data_dir: Path, tmp_path: Path) -> str:
    """An empty database of this test: each kind the suite runs on."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'cases.sqlite'}"
    address: str = request.getfixturevalue("postgres")
    name = f"test_{next(_numbers)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return address.replace("/postgres?", f"/{name}?")


@pytest.fixture
def book(database_url: str) -> Iterator[CaseBook]:
    with CaseBook.open(database_url) as opened:
        yield opened


@pytest.fixture
def finding() -> Callable[..., Finding]:
    """A finding about a subject; anything else by name."""

    def make(subject: str = "b0a1", **changes: Any) -> Finding:
        reason = Reason("banned", "금지 성분이 적혀 있습니다", (Evidence("photo", subject),))
        facts = {"제품명": "그린커피", "수량": 3}
        return Finding(
            **{"entry": "hazard_photo", "title": "그린커피 정", "grade": "위험", "score": 0.9, "facts": facts}
            | {"subject": subject, "reasons": (reason,)}
            | changes
        )

    return make
