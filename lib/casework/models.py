"""The tables of the case book, and the words officers read for them.

``cases`` holds how each case stands now. ``events`` holds how it came there: neither an event nor a decision can ever
be changed or removed, the database itself refuses. A case at version n has exactly n events, and no decision exists
without its event.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    DDL,
    JSON,
    CheckConstraint,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

KST = timezone(timedelta(hours=9), "KST")


class Labelled(StrEnum):
    """A code kept in the database with the Korean word shown for it."""

    @property
    def label(self) -> str:
        return _LABELS[self.value]


class Status(Labelled):
    NEW = "new"
    REVIEW = "review"
    ACTION = "action"
    CLOSED = "closed"


TRANSITIONS: dict[Status, frozenset[Status]] = {
    # Straight to action or closed: a field officer at the belt decides on the spot, in seconds.
    Status.NEW: frozenset({Status.REVIEW, Status.ACTION, Status.CLOSED}),
    Status.REVIEW: frozenset({Status.ACTION, Status.CLOSED}),
    Status.ACTION: frozenset({Status.CLOSED}),
    # Reopening. Whatever is done to a closed case needs a note.
    Status.CLOSED: frozenset({Status.REVIEW}),
}
DECIDED = frozenset({Status.ACTION, Status.CLOSED})


class Kind(Labelled):
    """What an event records."""

    CREATED = "created"
    ASSIGNED = "assigned"
    MOVED = "moved"
    DECIDED = "decided"
    NOTED = "noted"
    CORRECTED = "corrected"


_LABELS = {
    "new": "신규",
    "review": "검토",
    "action": "조치",
    "closed": "종결",
    "created": "접수",
    "assigned": "담당자 지정",
    "moved": "상태 변경",
    "decided": "처분",
    "noted": "메모",
    "corrected": "사실 정정",
}


@dataclass(frozen=True)
class Outcome:
    """One way an entry lets an officer decide, and where the case goes with it: 조치 (action) or 종결 (closed)."""

    code: str
    label: str
    to: Status = Status.CLOSED

    def __post_init__(self) -> None:
        if not self.code or not self.label or self.to not in DECIDED:
            raise ValueError(f"{self!r}: an outcome has a code, a label, and leads to action or closed")


class Utc(TypeDecorator[datetime]):
    """Aware in, aware UTC out, on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"naive datetime: {value}")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


def _coded(kind: type[Labelled]) -> Enum:
    return Enum(kind, native_enum=False, create_constraint=True, values_callable=lambda k: [m.value for m in k])


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012
        str: Text,
        datetime: Utc,
        dict[str, Any]: JSON,
        list[dict[str, Any]]: JSON,
        Status: _coded(Status),
        Kind: _coded(Kind),
    }


class Case(Base):
    """How a case stands now."""

    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    entry: Mapped[str]
    subject: Mapped[str]
    title: Mapped[str]
    grade: Mapped[str]
    score: Mapped[float | None]
    status: Mapped[Status]
    assignee: Mapped[str | None]
    outcome: Mapped[str | None]
    outcome_label: Mapped[str | None]
    facts: Mapped[dict[str, Any]]
    reasons: Mapped[list[dict[str, Any]]]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    updated_at: Mapped[datetime]
    version: Mapped[int]

    __table_args__ = (
        CheckConstraint("score BETWEEN 0 AND 1"),
        # Closed means decided.
        CheckConstraint("status <> 'closed' OR outcome IS NOT NULL"),
    )


# One open case per subject, whoever races.
Index(
    "one_open_case_per_subject",
    Case.entry,
    Case.subject,
    unique=True,
    sqlite_where=Case.status != Status.CLOSED,
    postgresql_where=Case.status != Status.CLOSED,
)
Index("cases_by_entry", Case.entry, Case.status, Case.id)
Index("cases_by_subject", Case.entry, Case.subject)
Index("cases_by_assignee", Case.assignee, Case.id)


class Event(Base):
    """One change: ``old`` and ``new`` hold the fields that changed. Applying every ``new`` in order gives the case."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    version: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str]
    kind: Mapped[Kind]
    old: Mapped[dict[str, Any]]
    new: Mapped[dict[str, Any]]
    note: Mapped[str]

    __table_args__ = (UniqueConstraint("case_id", "version"),)

    @property
    def when(self) -> str:
        """The moment as officers read it, in Korean time."""
        return f"{self.at.astimezone(KST):%Y-%m-%d %H:%M:%S}"

    @property
    def text(self) -> str:
        """The change in Korean: ``처분: 없음 → 통관보류, 상태: 신규 → 조치``."""
        changed = [] if self.kind is Kind.CREATED else [f"{name}: {a} → {b}" for name, a, b in self._changes()]
        return " / ".join(filter(None, [", ".join(changed) or self.kind.label, self.note]))

    def _changes(self) -> Iterator[tuple[str, str, str]]:
        old, new = self.old, self.new
        for field, name in (("outcome_label", "처분"), ("assignee", "담당자")):
            if field in new:
                yield name, old[field] or "없음", new[field] or "없음"
        if "status" in new and old["status"] != new["status"]:
            yield "상태", Status(old["status"]).label, Status(new["status"]).label
        for fact, value in new.get("facts", {}).items():
            yield fact, str(old["facts"].get(fact, "없음")), str(value)


class Decision(Base):
    """What an officer decided. The latest one stands; earlier ones stay."""

    __tablename__ = "decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int]
    version: Mapped[int]
    officer: Mapped[str]
    outcome: Mapped[str]
    outcome_label: Mapped[str]
    note: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["case_id", "version"], ["events.case_id", "events.version"]),
        UniqueConstraint("case_id", "version"),
    )


class CaseNumber(Base):
    """The last number given out, per year and code."""

    __tablename__ = "case_numbers"

    year: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


class SchemaVersion(Base):
    """The one row that says which schema this database holds."""

    __tablename__ = "schema_version"

    version: Mapped[int] = mapped_column(primary_key=True)


SCHEMA = 1


def _on(dialect: str, sql: str) -> None:
    event.listen(Base.metadata, "after_create", DDL(sql).execute_if(dialect=dialect))  # type: ignore[no-untyped-call]


_on(
    "postgresql",
    """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = TG_TABLE_NAME || ' is append-only';
    END $$""",
)
for _table, _refused, _same in (
    ("events", ("UPDATE", "DELETE"), "case_id = NEW.case_id AND version = NEW.version"),
    ("decisions", ("UPDATE", "DELETE"), "case_id = NEW.case_id AND version = NEW.version"),
    ("cases", ("UPDATE OF id, number, entry, subject, created_at, created_by", "DELETE"), "number = NEW.number"),
):
    _on(
        "postgresql",
        f"CREATE TRIGGER {_table}_append_only BEFORE {' OR '.join(_refused)} OR TRUNCATE ON {_table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    )
    for _verb in _refused:
        _on(
            "sqlite",
            f"CREATE TRIGGER {_table}_no_{_verb.split()[0].lower()} BEFORE {_verb} ON {_table} "
            f"BEGIN SELECT RAISE(ABORT, '{_table} is append-only'); END",
        )
    # INSERT OR REPLACE deletes the row in its way without firing a delete trigger.
    _on(
        "sqlite",
        f"CREATE TRIGGER {_table}_no_replace BEFORE INSERT ON {_table} "
        f"WHEN EXISTS (SELECT 1 FROM {_table} WHERE id = NEW.id OR ({_same})) "
        f"BEGIN SELECT RAISE(ABORT, '{_table} is append-only'); END",
    )
