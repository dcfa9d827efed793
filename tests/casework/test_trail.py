"""The audit trail only grows, and whatever is done to it behind the suite's back is found."""

import os
import sqlite3
import threading
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import make_url

from lib.casework import Act, CaseBook, NotAllowed, Outcome, Talks, Trail
from lib.casework.database import now
from lib.settings import settings

HOLD = Outcome("hold", "통관보류")


@pytest.fixture
def trail(database_url):
    with Trail.open(database_url) as opened:
        for n in range(1, 6):
            opened.record(
                Act.VIEWED,
                by=f"김주무{n}",
                roles=["조사"],
                entry="fetch",
                about=f"2026-FE-00000{n}",
                reason="영장 집행 확인",
            )
        yield opened


def outsider(url):
    """Somebody who may do anything to the database, and has taken its guards away."""
    if url.startswith("sqlite"):
        tool = sqlite3.connect(make_url(url).database, isolation_level=None)
        for (name,) in tool.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            tool.execute(f"DROP TRIGGER {name}")
        return tool
    tool = psycopg.connect(url, autocommit=True)
    tool.execute("ALTER TABLE trail DISABLE TRIGGER USER")
    return tool


def test_an_untouched_trail_is_whole(trail):
    told = trail.verify()
    assert (told.count, told.faults, told.notes) == (5, (), ())


@pytest.mark.parametrize(
    ("tampering", "where"),
    [
        ("UPDATE trail SET body = replace(CAST(body AS TEXT), '영장 집행', '그냥 궁금')::json WHERE id = 3", 3),
        ("UPDATE trail SET at = (SELECT at FROM trail WHERE id = 5) WHERE id = 2", 2),
        ("UPDATE trail SET action = 'login' WHERE id = 4", 4),
        ("UPDATE trail SET body = NULL WHERE id = 2", 2),
        ("UPDATE trail SET body = (SELECT body FROM trail WHERE id = 1), digest = (SELECT digest FROM trail WHERE id = 1) WHERE id = 3", 3),
        ("DELETE FROM trail WHERE id = 3", 3),
        ("DELETE FROM trail WHERE id = 5", 0),
        ("DELETE FROM trail", 0),
        ("UPDATE trail SET id = 9 WHERE id = 5", 5),
        ("INSERT INTO trail SELECT 6, at, action, body, digest, seal FROM trail WHERE id = 5", 6),
        ("UPDATE trail_head SET last = 4", 0),
        ("DELETE FROM trail_head", 0),
    ],
)  # fmt: skip
def test_every_edit_is_found(trail, database_url, tampering, where):
    tool = outsider(database_url)
    tool.execute(tampering if database_url.startswith("postgres") else tampering.replace("::json", ""))
    tool.close()
    faults = trail.verify().faults
    assert where in {fault.id for fault in faults}, faults


def test_cutting_off_the_end_and_moving_the_end_mark_is_found(trail, database_url):
    tool = outsider(database_url)
    tool.execute("DELETE FROM trail WHERE id = 5")
    tool.execute("UPDATE trail_head SET last = 4, seal = (SELECT seal FROM trail WHERE id = 4)")
    tool.close()
    assert [fault.id for fault in trail.verify().faults] == [0]


def test_a_whole_older_state_put_back_is_found_by_the_end_noted_down(trail, data_dir, tmp_path):
    early = trail.verify().end
    trail.record(Act.LOGIN, by="김주무")
    late = trail.verify().end
    assert trail.verify(end=early).faults == trail.verify(end=late).faults == ()
    with Trail.open(f"sqlite:///{tmp_path / 'restored.sqlite'}") as other:
        other.record(Act.LOGIN, by="김주무")
        assert "되돌려졌을 수" in other.verify(end=late).faults[0].why


def test_another_key_cannot_pass_for_the_suites(trail, monkeypatch):
    monkeypatch.setenv("AX_TRAIL_KEY", "somebody else's")
    settings.cache_clear()
    assert len(trail.verify().faults) > 4


@pytest.mark.parametrize(
    "tampering", ["UPDATE trail SET action = 'login'", "DELETE FROM trail WHERE id = 1", "UPDATE trail SET body = '{}'"]
)
def test_the_database_itself_refuses(trail, database_url, tampering):
    tool = (
        sqlite3.connect(make_url(database_url).database, isolation_level=None)
        if database_url.startswith("sqlite")
        else psycopg.connect(database_url, autocommit=True)
    )
    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError), match="append-only"):
        tool.execute(tampering)
    tool.close()


def test_a_decision_and_its_record_are_kept_together(book, database_url, finding):
    case, _ = book.register(finding(), by="김주무")
    book.decide(case.id, 1, HOLD, by="김주무", note="확인")
    with pytest.raises(Exception, match="바뀌어"):
        book.decide(case.id, 1, HOLD, by="박주무")
    with Trail.open(database_url) as trail:
        told = [(one.action, one.body["by"], one.body["about"], one.body["detail"]["kind"]) for one in trail.entries()]
        assert told == [("changed", "김주무", case.number, "처분"), ("changed", "김주무", case.number, "접수")]
        assert trail.verify().faults == ()


def test_officers_at_once_make_one_unbroken_trail(database_url):
    with Trail.open(database_url) as trail:

        def work(name: str) -> None:
            for _ in range(15):
                trail.record(Act.EXPORTED, by=name)

        threads = [threading.Thread(target=work, args=(f"담당{n}",)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        told = trail.verify()
        assert (told.count, told.faults) == (60, ())


def test_a_purge_leaves_the_chain_to_be_verified(trail, database_url, data_dir):
    with Talks.open(database_url, lambda: now() - timedelta(days=900)) as talks:
        talks.judge(
            talks.asked("audit", "가", "오래된 질문", {}, abstained=False, by="김주무").id, good=True, by="김주무"
        )
    with Trail.open(database_url, lambda: now() + timedelta(days=800)) as later:
        with pytest.raises(NotAllowed, match="1년"):
            later.purge(now() + timedelta(days=700), by="관리자")
        later.record(Act.LOGIN, by="김주무")
        assert later.purge(now() + timedelta(days=1), by="관리자", roles=["관리자"]) == (5, 1)
        told = later.verify()
        assert (told.count, told.erased, told.faults) == (7, 5, ())
        assert [one.body["by"] for one in later.entries() if one.body] == ["관리자", "김주무"]
        assert "김주무3" not in repr([one.body for one in later.entries()])
    tool = outsider(database_url)
    tool.execute("UPDATE trail SET body = NULL WHERE id = 6")
    tool.close()
    assert [fault.id for fault in trail.verify().faults] == [6], "erased without a purge on record"


def test_a_clock_that_jumps_back_is_noted_and_breaks_nothing(trail):
    with Trail(trail._engine, lambda: now() - timedelta(days=2)) as wrong:
        wrong.record(Act.LOGIN, by="김주무")
        told = wrong.verify()
    assert told.faults == ()
    assert "시계" in told.notes[0]


def test_the_key_is_for_the_suite_alone(trail, data_dir):
    assert os.stat(data_dir / "trail.key").st_mode & 0o077 == 0


def test_it_is_searched_by_officer_act_and_words(trail):
    trail.record(Act.EXPORTED, by="박주무", entry="duty_free", about="선별목록_20260630.xlsx", detail={"rows": 30})
    assert [one.body["about"] for one in trail.entries(act=Act.EXPORTED)] == ["선별목록_20260630.xlsx"]
    assert len(trail.entries(by="김주무")) == 5
    assert [one.id for one in trail.entries(words="000003")] == [3]
    assert [one.id for one in trail.entries(entry="fetch", limit=2, offset=1)] == [4, 3]


def test_another_program_writes_the_same_chain(trail, database_url, finding):
    with CaseBook.open(database_url) as book:
        book.register(finding(), by="다른 서버")
    assert trail.verify().faults == ()
