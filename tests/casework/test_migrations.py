"""An older case book is brought to this program's schema with all it holds; an empty database gets the same tables."""

import sqlite3
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, make_url

from lib.casework import CaseBook, DatabaseUnavailable, Outbox, Outcome, Talks, database
from lib.casework.models import SCHEMA, Base

HOLD = Outcome("hold", "통관보류")


def engine_of(url: str):
    return create_engine(make_url(url).set(drivername="postgresql+psycopg") if url.startswith("postgresql") else url)


@pytest.mark.parametrize("schema", range(1, SCHEMA + 1))
def test_every_older_schema_becomes_this_programs(database_url, schema, finding):
    engine = engine_of(database_url)
    with engine.begin() as connection:
        database.migrate(connection, 0, to=schema)
    with CaseBook.open(database_url) as book:
        case, _ = book.register(finding(), by="김주무")
        book.decide(case.id, 1, HOLD, by="김주무")
    with Talks.open(database_url) as talks:
        talks.asked("audit", "가", "질문", {"text": "답"}, abstained=False, by="김주무")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == [], "what models.py says"
        found = inspect(connection)
        assert {index["name"] for index in found.get_indexes("cases")} >= {"one_open_case_per_subject"}
        for statement in ("DELETE FROM events", "UPDATE decisions SET note = 'x'", "DELETE FROM trail"):
            with pytest.raises(Exception, match="append-only"):
                connection.exec_driver_sql(statement)
            connection.rollback()
    engine.dispose()


def test_a_case_book_made_before_there_were_migrations_keeps_all_it_holds(data_dir, tmp_path):
    file = tmp_path / "cases.sqlite"
    tool = sqlite3.connect(file)  # as the release with schema 3 left it
    tool.executescript((Path(__file__).parent / "schema_3.sql").read_text("utf-8"))
    tool.close()
    url = f"sqlite:///{file}"
    with CaseBook.open(url) as book:
        (case,) = book.cases()
        assert (case.subject, case.outcome_label, case.facts) == ("b0a1", "통관보류", {"수량": 3})
        assert [event.note for event in book.history(case.id)] == ["", "확인"]
        assert book.decide(case.id, case.version, HOLD, by="박주무").version == 3
    with Outbox.open(url) as outbox:
        assert [message.to_name for message in outbox.messages(entry="bonded_cargo")] == ["가상창고"]
    with Talks.open(url) as talks:
        assert [talk.title for talk in talks.history("audit", by="김주무")] == ["질문"]
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        sqlite3.connect(file).execute("DELETE FROM messages")


def test_an_upgrade_that_fails_changes_nothing_and_is_told(database_url):
    engine = engine_of(database_url)
    with engine.begin() as connection:
        database.migrate(connection, 0, to=3)
        connection.exec_driver_sql("CREATE TABLE trail (something TEXT)")  # somebody else's table stands in the way
    with pytest.raises(DatabaseUnavailable, match="새 판으로 올리지 못했습니다"):
        CaseBook.open(database_url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version FROM schema_version").scalar() == 3
        assert "proposed" not in {column["name"] for column in inspect(connection).get_columns("cases")}
    engine.dispose()


@pytest.mark.parametrize("programs", [4])
def test_programs_that_start_at_once_make_one_schema(postgres, programs):
    import threading

    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute("CREATE DATABASE many_starts")
    url = postgres.replace("/postgres?", "/many_starts?")
    failed: list[BaseException] = []

    def start() -> None:
        try:
            CaseBook.open(url).close()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(programs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
