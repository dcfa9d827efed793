"""Where the case book is kept: settings, what the database itself refuses, and what an officer reads when it fails."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, make_url

from lib.casework import (
    CaseBook,
    CaseworkError,
    DatabaseBusy,
    DatabaseUnavailable,
    NewerDatabase,
    Outcome,
    StorageFull,
    database,
)
from lib.casework.models import SCHEMA
from lib.settings import settings

RELEASE = Outcome("release", "통관")


def outsider(url):
    """A connection that knows nothing of the suite, as an administrator's tool would open."""
    if url.startswith("sqlite"):
        return sqlite3.connect(make_url(url).database, isolation_level=None)
    return psycopg.connect(url, autocommit=True)


@pytest.mark.parametrize("table", ["events", "decisions"])
@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE {} SET note = 'x'",
        "UPDATE {} SET case_id = case_id",
        "DELETE FROM {}",
        "DELETE FROM {} WHERE id = 1",
    ],
)
def test_the_record_cannot_be_changed_or_removed(book, database_url, finding, table, tampering):
    case, _ = book.register(finding(), by="김주무")
    book.decide(case.id, 1, RELEASE, by="김주무", note="확인")
    tool = outsider(database_url)
    before = tool.execute(f"SELECT * FROM {table}").fetchall()
    assert before
    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError), match="append-only"):
        tool.execute(tampering.format(table))
    assert tool.execute(f"SELECT * FROM {table}").fetchall() == before
    tool.close()


@pytest.mark.parametrize(
    "tampering", ["DELETE FROM cases", "UPDATE cases SET number = 'x'", "UPDATE cases SET subject = 'x'"]
)
def test_no_case_disappears_or_becomes_another(book, database_url, finding, tampering):
    case, _ = book.register(finding(), by="김주무")
    tool = outsider(database_url)
    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError), match="append-only"):
        tool.execute(tampering)
    tool.close()
    assert book.case(case.number).subject == "b0a1"


@pytest.mark.parametrize("by", ["id", "version"])
@pytest.mark.parametrize("table", ["events", "decisions"])
def test_sqlite_replace_does_not_slip_past(data_dir, finding, table, by):
    with CaseBook.open() as book:
        case, _ = book.register(finding(), by="김주무")
        book.decide(case.id, 1, RELEASE, by="김주무")
        tool = outsider(settings().case_book)
        columns = [row[1] for row in tool.execute(f"PRAGMA table_info({table})")]
        taken = ", ".join("id + 1000" if by == "version" and name == "id" else name for name in columns)
        before = tool.execute(f"SELECT * FROM {table}").fetchall()
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            tool.execute(f"INSERT OR REPLACE INTO {table} SELECT {taken} FROM {table}")
        assert tool.execute(f"SELECT * FROM {table}").fetchall() == before
        tool.close()


@pytest.mark.parametrize("table", ["events", "decisions", "cases"])
def test_postgresql_cannot_be_truncated(postgres, finding, table):
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE truncate_{table}")
    url = postgres.replace("/postgres?", f"/truncate_{table}?")
    with CaseBook.open(url) as book:
        case, _ = book.register(finding(), by="김주무")
        with outsider(url) as tool, pytest.raises(psycopg.IntegrityError, match="append-only"):
            tool.execute(f"TRUNCATE {table} CASCADE")
        assert len(book.history(case.id)) == 1


def test_no_decision_stands_without_its_event(book, database_url, finding):
    case, _ = book.register(finding(), by="김주무")
    tool = outsider(database_url)
    if database_url.startswith("sqlite"):
        tool.execute("PRAGMA foreign_keys = ON")
    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError)):
        tool.execute(
            "INSERT INTO decisions (case_id, version, officer, outcome, outcome_label, note, at) "
            f"VALUES ({case.id}, 2, 'x', 'x', 'x', '', '2026-01-01 00:00:00')"
        )
    tool.close()


def test_sqlite_is_set_up_to_survive_a_power_cut(data_dir, finding):
    with CaseBook.open() as book:
        book.register(finding(), by="김주무")
        with book._engine.connect() as connection:
            asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            answers = [connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() for pragma in asked]
    assert answers == ["wal", 2, 1, database.PATIENCE * 1000]


def test_postgresql_commits_to_disk_even_where_the_server_would_not(postgres):
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute("CREATE DATABASE lax")
        admin.execute("ALTER DATABASE lax SET synchronous_commit = off")
    with CaseBook.open(postgres.replace("/postgres?", "/lax?")) as book, book._engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_a_second_data_folder_is_another_case_book(data_dir, monkeypatch, tmp_path, finding):
    with CaseBook.open() as first:
        first.register(finding(), by="김주무")
        monkeypatch.setenv("AX_DATA_DIR", str(tmp_path / "second"))
        settings.cache_clear()
        with CaseBook.open() as second:
            assert second.count() == 0
            assert second.register(finding(), by="박주무")[1]
        assert first.count() == 1
    assert {path.relative_to(tmp_path) for path in tmp_path.rglob("cases.sqlite")} == {
        Path("cases/cases.sqlite"),
        Path("second/cases/cases.sqlite"),
    }


@pytest.mark.parametrize("scheme", ["postgresql://", "postgres://", "postgresql+psycopg://"])
def test_one_setting_moves_the_case_book_to_postgresql(data_dir, monkeypatch, postgres, finding, scheme):
    name = "".join(filter(str.isalpha, f"setting{scheme}"))
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    url = postgres.replace("/postgres?", f"/{name}?")
    monkeypatch.setenv("AX_DATABASE_URL", url.replace("postgresql://", scheme))
    settings.cache_clear()
    with CaseBook.open() as book, outsider(url) as tool:
        case, _ = book.register(finding(), by="김주무")
        assert tool.execute("SELECT number FROM cases").fetchall() == [(case.number,)]
    assert not list(data_dir.rglob("*.sqlite"))


def test_times_are_utc_whatever_the_server_thinks(postgres, finding):
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute("CREATE DATABASE newyork")
        admin.execute("ALTER DATABASE newyork SET timezone = 'America/New_York'")
    with CaseBook.open(postgres.replace("/postgres?", "/newyork?")) as book:
        case, _ = book.register(finding(), by="김주무")
        kept = book.case(case.id)
    assert kept.created_at == case.created_at
    assert kept.created_at.utcoffset() == timedelta(0)


def test_what_was_saved_is_there_after_reopening(book, database_url, finding):
    case, _ = book.register(finding(), by="김주무")
    book.decide(case.id, 1, RELEASE, by="김주무")
    book.close()
    with CaseBook.open(database_url) as again:
        assert again.case(case.number).outcome == "release"


def test_a_newer_case_book_is_left_alone(book, database_url, finding):
    case, _ = book.register(finding(), by="김주무")
    tool = outsider(database_url)
    tool.execute(f"UPDATE schema_version SET version = {SCHEMA + 1}")
    tool.close()
    with pytest.raises(NewerDatabase, match=f"사건부 {SCHEMA + 1}판, 이 프로그램 {SCHEMA}판"):
        CaseBook.open(database_url)
    assert book.case(case.id).version == 1


def test_an_unreachable_server_is_told_without_the_password():
    with pytest.raises(DatabaseUnavailable, match="연결할 수 없습니다") as told:
        CaseBook.open("postgresql://ax:s3cret@127.0.0.1:1/cases")
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize("url", ["not a url", "mysql://ax@localhost/cases", "nosuch://ax@localhost/cases"])
def test_a_wrong_setting_is_told(url):
    with pytest.raises(DatabaseUnavailable, match="AX_DATABASE_URL"):
        CaseBook.open(url)


def test_a_folder_that_cannot_be_made_is_told(data_dir, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AX_DATA_DIR", str(tmp_path / "file"))
    settings.cache_clear()
    with pytest.raises(DatabaseUnavailable, match="AX_DATA_DIR"):
        CaseBook.open()


def test_a_file_that_is_no_case_book_is_told_and_left_alone(tmp_path):
    file = tmp_path / "cases.sqlite"
    file.write_bytes(b"PK\x03\x04 an excel sheet" * 200)
    with pytest.raises(DatabaseUnavailable, match="백업"):
        CaseBook.open(f"sqlite:///{file}")
    assert file.read_bytes().startswith(b"PK")


def test_a_server_that_dropped_its_connections_is_met_again(postgres, finding):
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute("CREATE DATABASE restarted")
        with CaseBook.open(postgres.replace("/postgres?", "/restarted?")) as book:
            case, _ = book.register(finding(), by="김주무")
            killed = admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'restarted'"
            ).fetchall()
            assert killed
            assert book.decide(case.id, 1, RELEASE, by="김주무").version == 2


def test_a_server_that_goes_away_for_good_is_told(postgres, finding):
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute("CREATE DATABASE gone")
        with CaseBook.open(postgres.replace("/postgres?", "/gone?")) as book:
            case, _ = book.register(finding(), by="김주무")
            admin.execute("DROP DATABASE gone WITH (FORCE)")
            with pytest.raises(DatabaseUnavailable, match="연결할 수 없습니다"):
                book.case(case.id)


def test_a_database_held_by_another_program_is_told_and_nothing_is_written(monkeypatch, database_url, finding):
    monkeypatch.setattr(database, "PATIENCE", 1)
    with CaseBook.open(database_url) as book:
        case, _ = book.register(finding(), by="김주무")
        tool = outsider(database_url)
        tool.execute("BEGIN IMMEDIATE" if database_url.startswith("sqlite") else "BEGIN")
        tool.execute("UPDATE cases SET assignee = '점검'")
        with pytest.raises(DatabaseBusy, match="다시 시도"):
            book.decide(case.id, 1, RELEASE, by="김주무")
        assert book.case(case.id).version == 1  # reading goes on
        tool.execute("ROLLBACK")
        tool.close()
        assert book.decide(case.id, 1, RELEASE, by="김주무").version == 2


def test_a_full_disk_is_told_and_nothing_is_half_written(data_dir, finding):
    room = ["PRAGMA max_page_count = 40"]
    with CaseBook.open() as book:
        event.listen(book._engine, "checkout", lambda connection, *_: connection.execute(room[0]))
        kept: list[int] = []
        added = (book.register(finding(f"s{n}", facts={"사진": "가" * 500}), by="김주무")[0].id for n in range(200))
        with pytest.raises(StorageFull, match="디스크를 비운 뒤"):
            kept.extend(added)
        assert kept
        assert sorted(case.id for case in book.cases(limit=1000)) == kept
        assert all(len(book.history(case_id)) == 1 for case_id in kept)
        room[0] = "PRAGMA max_page_count = 1000000"
        assert book.register(finding("그 뒤"), by="김주무")[0].number.endswith(f"{len(kept) + 1:06d}")


def test_every_error_for_officers_is_one_family():
    for kind in (DatabaseBusy, DatabaseUnavailable, NewerDatabase, StorageFull):
        assert issubclass(kind, CaseworkError)
