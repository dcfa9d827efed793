"""The program dies at any moment: whatever an officer was told is saved is there, and nothing is half there."""

import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from lib.casework import CaseBook, Kind, Status
from lib.settings import ROOT

WRITER = Path(__file__).with_name("writer.py")
ROUNDS = 6


def test_what_was_acknowledged_survives_a_kill_and_nothing_is_half_written(database_url):
    chance = random.Random(20260101)
    acknowledged: dict[int, int] = {}
    for round in range(ROUNDS):
        writer = subprocess.Popen(
            [sys.executable, WRITER, database_url, str(round)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT)},
        )
        first = writer.stdout.readline()
        time.sleep(chance.uniform(0, 0.25))
        writer.kill()
        rest, _ = writer.communicate(timeout=10)
        for line in (first + rest).splitlines():
            case_id, version = map(int, line.split())
            acknowledged[case_id] = version
        let_go(database_url)
        with CaseBook.open(database_url) as book:
            check(book, acknowledged)
    assert len(acknowledged) > ROUNDS
    if database_url.startswith("sqlite"):
        connection = sqlite3.connect(make_url(database_url).database)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.close()


def check(book, acknowledged):
    cases = {case.id: case for case in book.cases(limit=100_000)}
    for case_id, version in acknowledged.items():
        assert cases[case_id].version >= version
    for case in cases.values():
        history, decisions = book.history(case.id), book.decisions(case.id)
        assert [event.version for event in history] == list(range(1, case.version + 1))
        assert [e.version for e in history if e.kind == Kind.DECIDED] == [d.version for d in decisions]
        assert [d.outcome for d in decisions] == ["release", "destroy"][: case.version - 1]
        assert case.outcome == (decisions[-1].outcome if decisions else None)
        assert (case.status == Status.CLOSED) == bool(decisions)
    # Numbers stay without a gap: a case cut off midway gave its number back.
    assert sorted(int(case.number[-6:]) for case in cases.values()) == list(range(1, len(cases) + 1))


def let_go(database_url):
    """PostgreSQL may still be finishing what the dead program had sent."""
    if database_url.startswith("sqlite"):
        return
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(database_url, autocommit=True) as connection:
        for _ in range(100):
            if connection.execute(others).fetchone() == (0,):
                return
            time.sleep(0.05)
    raise AssertionError("the dead program's connection is still there")
