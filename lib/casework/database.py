"""The engine under the case book: SQLite in WAL mode by default, PostgreSQL by ``AX_DATABASE_URL``."""

import os
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import OperationalError as SqliteError
from types import TracebackType
from typing import Any, Self

import psycopg
from pydantic_core import to_json
from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from lib.casework.errors import DatabaseMoved, DatabaseUnavailable, NewerDatabase, told_of, told_to_officer
from lib.casework.models import SCHEMA, SchemaVersion
from lib.settings import settings

PATIENCE = 10  # seconds a change waits for another program to finish writing
ANSWERS = 4  # seconds PostgreSQL has to answer at all; a name may stand for two addresses
LONGEST, UPGRADE = 60, 3600  # seconds one statement may take, and one of an upgrade
_SCHEMA_LOCK = 0x41585F43  # advisory lock: two programs starting at once make one schema


Clock = Callable[[], datetime]
_opened: dict[str, tuple[int, int]] = {}  # SQLite files of this process: which one of that name each is


def now() -> datetime:
    """The moment, aware."""
    return datetime.now(UTC)


class Store:
    """What is kept in the one database. Open one per process and share it between threads; a change returns only once it is on disk."""

    def __init__(self, engine: Engine, clock: Clock = now) -> None:
        self._engine, self._clock = engine, clock

    @classmethod
    def open(cls, url: str | None = None, clock: Clock = now) -> Self:
        """The store at ``url``, or at the one the settings name; its tables are made when missing."""
        with told_to_officer():
            return cls(connect(url or settings().case_book), clock)

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def plain_json(value: Any) -> str:
    """JSON that both databases take: dates and numpy scalars as plain values, NaN as null."""
    return to_json(value, inf_nan_mode="null", fallback=lambda scalar: scalar.item()).decode()


def connect(url: str) -> Engine:
    """An engine with the durability the case book promises; the schema is made when missing."""
    address = make_url(url)
    if address.drivername in ("postgres", "postgresql"):
        address = address.set(drivername="postgresql+psycopg")
    file = _file(address)
    _require_file(file)
    if address.get_backend_name() == "sqlite":
        engine: Engine = create_engine(address, json_serializer=plain_json, hide_parameters=True)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "handle_error", _renew_sqlite)
    elif address.drivername == "postgresql+psycopg":
        engine = create_engine(
            address,
            json_serializer=plain_json,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_timeout=PATIENCE,
            connect_args={"connect_timeout": ANSWERS, "keepalives_idle": PATIENCE, "tcp_user_timeout": PATIENCE * 1000},
        )
        event.listen(engine, "do_connect", _connect_patiently)
        event.listen(engine, "connect", _set_up_postgresql)
        event.listen(engine, "begin", _begin_postgresql)
        event.listen(engine, "checkin", _idle_postgresql)
    else:
        raise ArgumentError(f"unsupported database: {address.drivername}")
    try:
        _make_schema(engine)
    except BaseException:
        engine.dispose()
        raise
    if file and file not in _opened:
        found = os.stat(file)
        _opened[file] = found.st_dev, found.st_ino
    return engine.execution_options(file=file)


def for_writing(engine: Engine) -> Engine:
    """The same engine, whose transactions take SQLite's write lock at once instead of failing halfway."""
    return engine.execution_options(writes=True)


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session to read in; what goes wrong is told to the officer, and what was read stays usable after it."""
    with told_to_officer():
        _require_file(engine.get_execution_options().get("file"))
        with Session(engine, expire_on_commit=False) as session:
            yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session whose changes are kept together when it ends, or not at all."""
    with reading(for_writing(engine)) as session, session.begin():
        yield session


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the "begin" listener says BEGIN; sqlite3 itself would say it too late
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
    _switch_to_wal(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def _file(address: URL) -> str | None:
    """The file of an SQLite database."""
    kept = address.get_backend_name() == "sqlite" and address.database and address.database != ":memory:"
    return os.path.abspath(str(address.database)) if kept else None


def _require_file(file: str | None) -> None:
    """SQLite goes on writing to a file that was removed, or begins an empty one: what it then says is saved would be lost.
    Raises ``DatabaseMoved``.
    """
    if file is None or file not in _opened:
        return
    try:
        found = os.stat(file)
    except OSError:
        raise DatabaseMoved from None
    if _opened[file] != (found.st_dev, found.st_ino):
        raise DatabaseMoved


class _Patient(psycopg.Connection[Any]):
    """A connection that gives up a server which is there and says nothing. ``patience``: seconds for one answer."""

    patience: float = ANSWERS

    def wait(self, gen: Generator[Any, Any, Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        until = self.patience if timeout is None else timeout
        try:
            return super().wait(gen, interval, until)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()  # what it may yet say is an answer to nobody
            raise psycopg.OperationalError(f"no answer within {until} seconds") from None


def _connect_patiently(_dialect: object, _record: object, arguments: Any, options: Any) -> _Patient:
    return _Patient.connect(*arguments, **options)


def _begin_postgresql(connection: Connection) -> None:
    _said_to(connection).patience = connection.get_execution_options().get("longest", LONGEST)


def _said_to(connection: Connection) -> _Patient:
    found = connection.connection.dbapi_connection
    assert isinstance(found, _Patient)
    return found


def _idle_postgresql(connection: _Patient | None, _record: object) -> None:
    if connection is not None:  # None: it was lost
        connection.patience = ANSWERS


def _renew_sqlite(context: ExceptionContext) -> None:
    """A connection opened while the file could only be read would stay so for ever."""
    name = str(getattr(context.original_exception, "sqlite_errorname", ""))
    if context.connection is not None and name.startswith(("SQLITE_READONLY", "SQLITE_IOERR")):
        context.is_disconnect = True


def _set_up_postgresql(connection: Any, _record: object) -> None:
    connection.autocommit = True
    connection.execute("SET synchronous_commit = on")
    connection.execute(f"SET lock_timeout = '{PATIENCE}s'")
    connection.autocommit = False


def _switch_to_wal(connection: Any) -> None:
    """SQLite does not wait for a lock while switching, so we do."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except SqliteError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _make_schema(engine: Engine) -> None:
    """Bring the database to the schema of this program, whole or not at all; one that is there already is only looked at."""
    with for_writing(engine).execution_options(longest=UPGRADE).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})
        found = 0
        if inspect(connection).has_table(SchemaVersion.__tablename__):
            found = connection.scalars(select(SchemaVersion.version)).one()
        if found > SCHEMA:
            raise NewerDatabase(
                f"사건부가 더 새로운 프로그램으로 만들어졌습니다(사건부 {found}판, 이 프로그램 {SCHEMA}판). "
                "프로그램을 최신판으로 올린 뒤 여십시오. 아무것도 바꾸지 않았습니다."
            )
        if found < SCHEMA:
            try:
                migrate(connection, found)
            except (ProgrammingError, OperationalError) as error:
                if not found or told_of(error):
                    raise
                raise DatabaseUnavailable(
                    f"사건부를 새 판으로 올리지 못했습니다(사건부 {found}판, 이 프로그램 {SCHEMA}판). 아무것도 바꾸지 않았습니다. "
                    "사용을 멈추고 데이터베이스를 관리하는 사람에게 알리십시오."
                ) from error


def migrate(connection: Connection, found: int, to: int = SCHEMA) -> None:
    """Upgrade from schema ``found`` (0: nothing there) within the connection's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    if found and not inspect(connection).has_table("alembic_version"):  # made before there were migrations
        command.stamp(config, str(found))
    command.upgrade(config, str(to))
