"""The tables of the case book and of the outbox, and the words officers read for them.

``cases`` holds how each case stands now. ``events`` holds how it came there: neither an event nor a decision can ever
be changed or removed, the database itself refuses. A case at version n has exactly n events, and no decision exists
without its event.

``messages`` and ``message_steps`` are the same for the outbox: what a message says and to whom never changes once it
is written, and a message at version n has exactly n steps.

``questions`` holds what officers asked and were answered, ``opinions`` what they thought of it, ``lessons`` what the office taught the
search because of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from sqlalchemy import (
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
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

KST = timezone(timedelta(hours=9), "KST")


def korean_time(moment: datetime) -> str:
    """A moment as officers read it."""
    return f"{moment.astimezone(KST):%Y-%m-%d %H:%M:%S}"


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


class MessageState(Labelled):
    DRAFTED = "drafted"
    APPROVED = "approved"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"
    IN_DOUBT = "in_doubt"


MESSAGE_TRANSITIONS: dict[MessageState, frozenset[MessageState]] = {
    MessageState.DRAFTED: frozenset({MessageState.APPROVED, MessageState.CANCELLED}),
    MessageState.APPROVED: frozenset({MessageState.SENDING, MessageState.CANCELLED}),
    # Back to approved: known not to have been sent.
    MessageState.SENDING: frozenset(
        {
            MessageState.SENT,
            MessageState.DELIVERED,
            MessageState.FAILED,
            MessageState.IN_DOUBT,
            MessageState.APPROVED,
        }
    ),
    MessageState.IN_DOUBT: frozenset(
        {
            MessageState.SENT,
            MessageState.DELIVERED,
            MessageState.FAILED,
            MessageState.APPROVED,
            MessageState.CANCELLED,
        }
    ),
    MessageState.SENT: frozenset({MessageState.DELIVERED, MessageState.FAILED}),
    MessageState.DELIVERED: frozenset(),
    # An officer may have it sent once more, having seen why it failed.
    MessageState.FAILED: frozenset({MessageState.APPROVED, MessageState.CANCELLED}),
    MessageState.CANCELLED: frozenset(),
}


class Act(Labelled):
    """What the audit trail puts on record."""

    LOGIN = "login"
    LOGOUT = "logout"
    REFUSED = "refused"
    VIEWED = "viewed"
    CHANGED = "changed"
    EXPORTED = "exported"
    SENT = "sent"
    SET = "set"
    BROUGHT = "brought"
    PURGED = "purged"


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
    "drafted": "작성",
    "approved": "승인",
    "sending": "발송중",
    "sent": "발송",
    "delivered": "도달",
    "failed": "실패",
    "cancelled": "취소",
    "in_doubt": "확인필요",
    "login": "로그인",
    "logout": "로그아웃",
    "refused": "접근 거부",
    "viewed": "개인정보 열람",
    "changed": "사건 처리",
    "exported": "내려받기",
    "set": "설정 변경",
    "brought": "자료 가져오기",
    "purged": "보존기간 경과 파기",
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


def _coded(kind: type[Labelled], name: str | None = None) -> Enum:
    """``name``: of the constraint, where a table holds the kind twice."""
    called = {"name": name} if name else {}
    return Enum(
        kind, native_enum=False, create_constraint=True, values_callable=lambda k: [m.value for m in k], **called
    )


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012
        str: Text,
        datetime: Utc,
        dict[str, Any]: JSON,
        list[dict[str, Any]]: JSON,
        list[str]: JSON,
        Status: _coded(Status),
        Kind: _coded(Kind),
        MessageState: _coded(MessageState),
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
    proposed: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True)
    )  # a decision that waits for another officer's approval

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
        return korean_time(self.at)

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
        if "proposed" in new:
            before, after = (told["proposed"] and told["proposed"]["outcome_label"] for told in (old, new))
            yield "처분 제안", before or "없음", after or "없음"
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
    proposed_by: Mapped[str | None]  # who proposed what ``officer`` approved, where two must decide

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


class Message(Base):
    """One text message, and how it stands now."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    entry: Mapped[str]
    phone: Mapped[str]
    to_name: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    kind: Mapped[str]
    bytes: Mapped[int]
    items: Mapped[list[str]]
    day: Mapped[date]
    state: Mapped[MessageState]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None]
    attempts: Mapped[int]
    next_try_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]  # when it went, or may have gone, to the gateway
    claim: Mapped[str | None]  # whose sending this is; none may record what another sends
    lease_until: Mapped[datetime | None]
    gateway: Mapped[str | None]
    reference: Mapped[str | None]  # under which the gateway can be asked about it; set before anything is sent
    provider_id: Mapped[str | None]
    version: Mapped[int]

    __table_args__ = (CheckConstraint("kind IN ('SMS', 'LMS')"),)

    @property
    def phone_shown(self) -> str:
        """The number with its middle hidden: ``010-****-1234``."""
        return f"{self.phone[:3]}-****-{self.phone[-4:]}"


# One standing message per key, whoever races.
Index(
    "one_message_per_key",
    Message.key,
    unique=True,
    sqlite_where=Message.state != MessageState.CANCELLED,
    postgresql_where=Message.state != MessageState.CANCELLED,
)
Index("messages_by_state", Message.entry, Message.state, Message.id)
Index("messages_by_day", Message.entry, Message.day, Message.id)


class MessageStep(Base):
    """One change of a message's state: the first has no ``old``."""

    __tablename__ = "message_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    version: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str]
    old: Mapped[MessageState | None] = mapped_column(_coded(MessageState, "old_messagestate"))
    new: Mapped[MessageState]
    note: Mapped[str]

    __table_args__ = (UniqueConstraint("message_id", "version"),)

    @property
    def when(self) -> str:
        """The moment as officers read it, in Korean time."""
        return korean_time(self.at)

    @property
    def text(self) -> str:
        """The change in Korean: ``승인 → 발송중``."""
        change = f"{self.old.label} → {self.new.label}" if self.old else self.new.label
        return " / ".join(filter(None, [change, self.note]))


class Question(Base):
    """A question an officer asked, with the answer as it was shown. ``talk``: the conversation it belongs to."""

    __tablename__ = "questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry: Mapped[str]
    talk: Mapped[str]
    at: Mapped[datetime]
    officer: Mapped[str]
    text: Mapped[str]
    answer: Mapped[dict[str, Any]]
    abstained: Mapped[bool]
    hidden_at: Mapped[datetime | None]  # taken out of the officer's own history
    settled_at: Mapped[datetime | None]  # by the office, as a question that went wrong
    settled_by: Mapped[str | None]
    settled_how: Mapped[str | None]

    @property
    def when(self) -> str:
        """The moment as officers read it, in Korean time."""
        return korean_time(self.at)


Index("questions_of_officer", Question.entry, Question.officer, Question.id)


class Opinion(Base):
    """What an officer thought of an answer; the last one of an officer counts."""

    __tablename__ = "opinions"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), index=True)
    at: Mapped[datetime]
    officer: Mapped[str]
    good: Mapped[bool]
    reason: Mapped[str]


class Lesson(Base):
    """What the office taught the search: that ``phrase`` means ``target`` (``kind`` says what a target is)."""

    __tablename__ = "lessons"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry: Mapped[str]
    at: Mapped[datetime]
    officer: Mapped[str]
    kind: Mapped[str]
    phrase: Mapped[str]
    target: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]

    @property
    def when(self) -> str:
        """The moment as officers read it, in Korean time."""
        return korean_time(self.at)


class TrailEntry(Base):
    """One act on record. ``body``: who, on what, why, with what; None once its time of keeping is over. ``digest`` is of the body, ``seal`` of all
    but the body and of the seal before.
    """

    __tablename__ = "trail"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    action: Mapped[str]
    body: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    digest: Mapped[str]
    seal: Mapped[str]

    @property
    def when(self) -> str:
        """The moment as officers read it, in Korean time."""
        return korean_time(self.at)


class TrailHead(Base):
    """The one row that says where the trail ends, with a proof that it does."""

    __tablename__ = "trail_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
    seal: Mapped[str]
    proof: Mapped[str]

    __table_args__ = (CheckConstraint("id = 1"),)


class SchemaVersion(Base):
    """The one row that says which schema this database holds."""

    __tablename__ = "schema_version"

    version: Mapped[int] = mapped_column(primary_key=True)


SCHEMA = 4  # 2: the outbox; 3: questions, opinions, lessons; 4: the audit trail (lib/casework/migrations)
