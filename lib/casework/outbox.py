"""The outbox: text messages of all entries, each written once, approved by an officer, and sent at most once.

A message is claimed in one transaction, and what the gateway calls the batch (its *reference*) is on disk before
anything is sent. So whatever dies, and whenever: a message without a reference was not sent; for one with a reference
the gateway is asked, and only what it surely never got, and can no longer get, is sent again. What nobody can tell
waits for a person (확인필요).
"""

import random
import re
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum, auto
from typing import Any, Literal, Protocol

from sqlalchemy import ColumnElement, func, or_, select, text, update
from sqlalchemy.orm import Session

from lib.casework import database, trail
from lib.casework.book import clean, officer_name
from lib.casework.errors import NotAllowed
from lib.casework.models import KST, MESSAGE_TRANSITIONS, Act, Message, MessageState, MessageStep

S = MessageState
LEASE = timedelta(minutes=15)  # longer than any batch takes, with every request at its time limit
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
TRIES_IN_A_ROW = 3  # batches of which the gateway took nothing before a run gives up for now
REPORTED_WITHIN = timedelta(days=4)  # after that no carrier reports a delivery any more
PROGRAM = "발송 프로그램"
_MAY_HAVE_GONE = (S.SENDING, S.SENT, S.DELIVERED, S.IN_DOUBT)
_LOCK = 0x41585F4F  # advisory lock: drafts and claims one after another


class GatewayError(RuntimeError):
    """The gateway cannot be used; the message is a Korean sentence that says why and what to do."""


class Fate(Enum):
    """What a gateway knows of one message."""

    NOT_SENT = auto()  # it has not got it and, under this reference, never will: free to be sent again
    REFUSED = auto()  # it will not take it, however often asked
    MAYBE = auto()  # it cannot be told, now
    ACCEPTED = auto()
    DELIVERED = auto()
    FAILED = auto()  # taken, but it did not reach the phone


@dataclass(frozen=True)
class Report:
    """``why``: Korean, for the history; ``wait``: seconds the gateway wants to be left alone."""

    fate: Fate
    why: str = ""
    provider_id: str | None = None
    wait: float = 0


class Gateway(Protocol):
    """Carries messages. ``most``: how many it takes at once."""

    name: str
    most: int

    def open(self) -> str:
        """A new reference to send under; nothing is sent yet. Raises ``GatewayError``."""
        ...

    def send(self, reference: str, messages: Sequence[Message]) -> Mapping[str, Report]:
        """Send them, all of one kind; by key, what became of each. Whatever this raises leaves them to be asked about."""
        ...

    def ask(self, reference: str, messages: Sequence[Message]) -> Mapping[str, Report]:
        """By key, what became of those sent under ``reference``. Raises ``GatewayError`` when it cannot be asked."""
        ...


@dataclass(frozen=True)
class Draft:
    """A message to be. ``key`` names it for ever, like ``bonded_cargo:2026-06-30:04077013``; ``items``: what it speaks of;
    ``day``: the only day it may be sent on; ``bytes``: as the gateway counts them.
    """

    key: str
    entry: str
    phone: str
    to_name: str
    subject: str
    body: str
    kind: Literal["SMS", "LMS"]
    bytes: int
    items: tuple[str, ...]
    day: date

    def __post_init__(self) -> None:
        if not 0 < len(self.key) <= 100 or not self.body.strip():
            raise ValueError(f"{self.key!r}: a message has a key of at most 100 characters, and a body")
        digits = re.sub(r"[\s()./-]", "", self.phone)
        digits = re.sub(r"^\+?82(?=1\d)", "0", digits)
        if not re.fullmatch(r"0\d{8,10}", digits):
            raise NotAllowed(f"{self.to_name} 연락처가 전화번호 형식이 아닙니다. 보세구역 연락처를 확인하십시오.")
        object.__setattr__(self, "phone", digits)
        object.__setattr__(self, "to_name", clean(self.to_name))


@dataclass
class Delivery:
    """What one run did, in messages. ``left``: approved for today and still to go; ``late``: approved for an earlier day,
    never to be sent; ``next_try``: when the first of those put off is due; ``stopped``: why the run ended early, in Korean.
    """

    dry_run: bool
    sent: int = 0
    failed: int = 0
    put_off: int = 0
    in_doubt: int = 0
    left: int = 0
    late: int = 0
    next_try: datetime | None = None
    stopped: str = ""


class Outbox(database.Store):
    """Every text message, as it stands and as it came there."""

    # What officers do

    def draft(self, drafts: Iterable[Draft], *, by: str) -> list[tuple[Message, bool]]:
        """For each, the message of its key and whether it was made just now; one that stands is left as it is."""
        officer, wanted = officer_name(by), list(drafts)
        with self._alone() as session:
            standing = {
                message.key: message
                for keys in _parts([draft.key for draft in wanted])
                for message in session.scalars(
                    select(Message).where(Message.key.in_(keys), Message.state != S.CANCELLED)
                )
            }
            now, made = self._clock(), []
            for draft in wanted:
                if new := draft.key not in standing:
                    standing[draft.key] = message = Message(
                        **{name: getattr(draft, name) for name in draft.__dataclass_fields__} | {"items": list(draft.items)},
                        state=S.DRAFTED, created_at=now, created_by=officer, attempts=0, version=1,
                    )  # fmt: skip
                    session.add(message)
                made.append((standing[draft.key], new))
            session.flush()
            session.add_all(
                MessageStep(message_id=message.id, version=1, at=now, by=officer, new=S.DRAFTED, note="")
                for message, new in made
                if new
            )
            return made

    def approve(self, ids: Collection[int], *, by: str) -> list[Message]:
        """Free them to be sent: drafts, and failed ones once more. All or none; those approved already stay so."""
        officer = officer_name(by)
        with database.writing(self._engine) as session:
            messages = [message for message in self._wanted(session, ids) if message.state != S.APPROVED]
            for message in messages:
                if message.state not in (S.DRAFTED, S.FAILED):
                    raise _refused(message, S.APPROVED)
                message.approved_at, message.approved_by = self._clock(), officer
                message.next_try_at, message.attempts = None, 0
                self._release(message)
                self._step(session, message, S.APPROVED, officer)
            self._on_record(session, messages, officer, "승인")
            return messages

    def cancel(self, ids: Collection[int], *, by: str, why: str) -> list[Message]:
        """Not to be sent: all or none. What is being sent, or may have been, cannot be called back."""
        officer, why = officer_name(by), _reason(why)
        with database.writing(self._engine) as session:
            messages = [message for message in self._wanted(session, ids) if message.state != S.CANCELLED]
            for message in messages:
                if message.state == S.IN_DOUBT:
                    raise _refused(message, S.CANCELLED)
                self._step(session, message, S.CANCELLED, officer, why)
            self._on_record(session, messages, officer, "취소", why)
            return messages

    def resolve(self, ids: Collection[int], to: MessageState, *, by: str, why: str) -> list[Message]:
        """A person has found out what the gateway could not say: 발송 (it went), 승인 (it did not: send it), 취소."""
        officer, why = officer_name(by), _reason(why)
        with database.writing(self._engine) as session:
            messages = self._wanted(session, ids)
            for message in messages:
                if message.state != S.IN_DOUBT or to not in (S.SENT, S.APPROVED, S.CANCELLED):
                    raise _refused(message, to)
                if to != S.SENT:
                    self._release(message)
                message.claim = None
                self._step(session, message, to, officer, why)
            self._on_record(session, messages, officer, f"확인({to.label})", why)
            return messages

    # Sending

    def deliver(
        self,
        gateway: Gateway,
        *,
        entry: str,
        cap: int,
        from_hour: int,
        until_hour: int,
        dry_run: bool = True,
    ) -> Delivery:
        """Send what is approved for today and due, while the hour (Korean time) is within [from, until) and fewer than
        ``cap`` messages of the entry went out today. Any number of processes may do this at once.
        """
        done = Delivery(dry_run)
        if not dry_run:
            self._clear_up(gateway, entry)
        fruitless = 0
        while fruitless < TRIES_IN_A_ROW:
            hour = self._clock().astimezone(KST).hour
            if not from_hour <= hour < until_hour:
                done.stopped = f"발송 시간({from_hour}시~{until_hour}시)이 아니어서 보내지 않았습니다."
                break
            if dry_run:
                break
            batch, capped = self._claim(gateway, entry, cap)
            if not batch:
                if capped:
                    done.stopped = f"하루 발송 상한 {cap}건에 이르러 멈췄습니다."
                break
            reports = self._send(gateway, batch)
            count = Counter(self._record(gateway, batch, reports).values())
            done.sent += count[S.SENT] + count[S.DELIVERED]
            done.failed += count[S.FAILED]
            done.put_off += count[S.APPROVED]
            done.in_doubt += count[S.IN_DOUBT]
            taken = count[S.SENT] + count[S.DELIVERED] + count[S.FAILED]
            fruitless = 0 if taken else fruitless + 1
            if fruitless == TRIES_IN_A_ROW:
                trouble = next((report.why for report in reports.values() if report.why), "")
                done.stopped = f"문자 중계사가 받지 않아 멈췄습니다. {trouble}".strip()
        with database.reading(self._engine) as session:
            today = self._clock().astimezone(KST).date()
            approved = (Message.entry == entry, Message.state == S.APPROVED)
            count_of = select(func.count()).select_from(Message)
            done.left = session.scalar(count_of.where(*approved, Message.day == today)) or 0
            done.late = session.scalar(count_of.where(*approved, Message.day < today)) or 0
            done.next_try = session.scalar(select(func.min(Message.next_try_at)).where(*approved, Message.day == today))
        return done

    def settle(self, gateway: Gateway, *, entry: str, at_once: bool = False) -> Counter[MessageState]:
        """Ask what became of all that went out, and of all in doubt; how many came to which state.

        ``at_once``: with a gateway that sends a message once however often it is handed it, nobody's lease is waited for,
        and what was not sent is free again without delay.
        """
        since = self._clock() - REPORTED_WITHIN
        return self._clear_up(gateway, entry, at_once) + self._inquire(
            gateway, entry, (Message.state == S.SENT) & (Message.sent_at > since)
        )

    # Questions

    def messages(
        self,
        *,
        entry: str | None = None,
        day: date | None = None,
        state: MessageState | Iterable[MessageState] | None = None,
        key: str | None = None,
        phone: str | None = None,
        limit: int | None = None,
    ) -> list[Message]:
        """Newest day first, then as they were written."""
        same = ((Message.entry, entry), (Message.day, day), (Message.key, key), (Message.phone, phone))
        wanted = [column == value for column, value in same if value is not None]
        if state is not None:
            wanted.append(Message.state.in_([state] if isinstance(state, S) else list(state)))
        with database.reading(self._engine) as session:
            found = select(Message).where(*wanted).order_by(Message.day.desc(), Message.id).limit(limit)
            return list(session.scalars(found))

    def history(self, message_id: int) -> list[MessageStep]:
        """Every change, oldest first."""
        with database.reading(self._engine) as session:
            steps = select(MessageStep).where(MessageStep.message_id == message_id).order_by(MessageStep.version)
            return list(session.scalars(steps))

    def counts(self, *, entry: str, since: date | None = None) -> dict[date, dict[MessageState, int]]:
        """Messages by day and state; what there is none of is absent."""
        found: defaultdict[date, dict[MessageState, int]] = defaultdict(dict)
        counted = select(Message.day, Message.state, func.count()).where(Message.entry == entry)
        if since:
            counted = counted.where(Message.day >= since)
        with database.reading(self._engine) as session:
            for day, state, count in session.execute(counted.group_by(Message.day, Message.state)):
                found[day][state] = count
        return dict(sorted(found.items()))

    def last_told(self, *, entry: str, since: datetime, items: Collection[str] | None = None) -> dict[str, datetime]:
        """When each item was last spoken of in a message that went, or may have gone, out after ``since`` (naive: Korean
        time); an item not told since is absent.
        """
        since = since if since.tzinfo else since.replace(tzinfo=KST)
        told: dict[str, datetime] = {}
        with database.reading(self._engine) as session:
            spoken = (
                select(Message.items, Message.sent_at)
                .where(Message.entry == entry, Message.state.in_(_MAY_HAVE_GONE), Message.sent_at >= since)
                .order_by(Message.sent_at)
            )
            for names, at in session.execute(spoken):
                told |= dict.fromkeys(names, at or since)
        return told if items is None else {item: told[item] for item in items if item in told}

    # How it is done

    @contextmanager
    def _alone(self) -> Iterator[Session]:
        """Writing, and nobody else drafts or claims meanwhile (SQLite lets one write at a time anyway)."""
        with database.writing(self._engine) as session:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            yield session

    def _wanted(self, session: Session, ids: Collection[int]) -> list[Message]:
        found: list[Message] = []
        for some in _parts(sorted(ids)):
            found += session.scalars(select(Message).where(Message.id.in_(some)).order_by(Message.id).with_for_update())
        if len(found) != len(set(ids)):
            raise NotAllowed("없는 문자가 섞여 있어 처리하지 않았습니다. 목록을 새로 고친 뒤 다시 처리하십시오.")
        return found

    def _step(self, session: Session, message: Message, to: MessageState, by: str, note: str = "") -> None:
        """The only way a message changes its state."""
        if to not in MESSAGE_TRANSITIONS[message.state]:
            raise _refused(message, to)
        old, message.state, message.version = message.state, to, message.version + 1
        session.add(
            MessageStep(
                message_id=message.id, version=message.version, at=self._clock(), by=by, old=old, new=to, note=note
            )
        )

    @staticmethod
    def _release(message: Message) -> None:
        """It was not sent: nobody's, and not counted against the day."""
        message.claim = message.lease_until = message.gateway = message.reference = message.provider_id = None
        message.sent_at = None

    def _claim(self, gateway: Gateway, entry: str, cap: int) -> tuple[list[Message], bool]:
        """A batch of one kind that is ours alone; and whether it is the cap that leaves it empty."""
        now = self._clock()
        today = now.astimezone(KST).date()
        midnight = datetime.combine(today, time(), KST)
        with self._alone() as session:
            went = select(func.count()).select_from(Message).where(Message.entry == entry, Message.sent_at >= midnight)
            room = cap - (session.scalar(went) or 0)
            due = (
                select(Message)
                .where(Message.entry == entry, Message.state == S.APPROVED, Message.day == today)
                .where(or_(Message.next_try_at.is_(None), Message.next_try_at <= now))
                .order_by(Message.kind, Message.id)
                .limit(max(1, min(gateway.most, room)))
                .with_for_update(skip_locked=True)
            )
            found = list(session.scalars(due))
            if room <= 0:
                return [], bool(found)
            batch = [message for message in found if message.kind == found[0].kind]
            claim = uuid.uuid4().hex
            for message in batch:
                message.claim, message.lease_until, message.gateway = claim, now + LEASE, gateway.name
                message.reference = message.provider_id = None
                message.sent_at, message.attempts = now, message.attempts + 1
                self._step(session, message, S.SENDING, PROGRAM, gateway.name)
            return batch, False

    def _send(self, gateway: Gateway, batch: Sequence[Message]) -> Mapping[str, Report]:
        try:
            reference = gateway.open()
        except GatewayError as error:
            return {message.key: Report(Fate.NOT_SENT, str(error)) for message in batch}
        with database.writing(self._engine) as session:
            # Ours no longer when the lease ran out meanwhile and somebody else took them over.
            ours = update(Message).where(Message.claim == batch[0].claim, Message.state == S.SENDING)
            marked = session.scalars(ours.values(reference=reference).returning(Message.id)).all()
        if len(marked) != len(batch):
            return {message.key: Report(Fate.NOT_SENT) for message in batch}
        return gateway.send(reference, batch)

    def _record(
        self, gateway: Gateway, seen: Sequence[Message], reports: Mapping[str, Report], at_once: bool = False
    ) -> dict[str, MessageState]:
        """Write down what the gateway said of messages as we saw them; by key, the new state of those it changed."""
        became: dict[str, MessageState] = {}
        unheard = Report(Fate.MAYBE, "중계사 응답에 이 문자가 없습니다.")
        with database.writing(self._engine) as session:
            claims = {message.id: message.claim for message in seen}
            for message in self._wanted(session, claims):
                to, report = None, reports.get(message.key, unheard)
                if message.claim == claims[message.id]:
                    to = _after(message.state, report.fate)
                if to is None:
                    continue
                if to == S.APPROVED:
                    self._release(message)
                    message.next_try_at = None if at_once else self._clock() + _wait(message.attempts, report.wait)
                if report.fate is Fate.REFUSED:
                    message.sent_at = None
                message.provider_id = report.provider_id or message.provider_id
                self._step(session, message, to, PROGRAM, clean(report.why)[:300])
                became[message.key] = to
            went = [message for message in seen if became.get(message.key) in (S.SENT, S.DELIVERED)]
            self._on_record(session, went, PROGRAM, "발송")
        return became

    def _on_record(self, session: Session, messages: Sequence[Message], officer: str, what: str, why: str = "") -> None:
        """One entry of the audit trail for all that was done at once."""
        if messages:
            detail = {"what": what, "messages": len(messages), "first": messages[0].id, "last": messages[-1].id}
            trail.append(
                session, Act.SENT, self._clock(), by=officer, entry=messages[0].entry, reason=why, detail=detail
            )

    def _clear_up(self, gateway: Gateway, entry: str, at_once: bool = False) -> Counter[MessageState]:
        """Of those whose sender died or could not tell: what became of them."""
        stuck = Message.state == S.SENDING
        if not at_once:
            stuck &= Message.lease_until < self._clock()
        return self._inquire(gateway, entry, or_(stuck, Message.state == S.IN_DOUBT), at_once)

    def _inquire(
        self, gateway: Gateway, entry: str, which: ColumnElement[bool], at_once: bool = False
    ) -> Counter[MessageState]:
        with database.reading(self._engine) as session:
            asked = select(Message).where(which, Message.entry == entry, Message.gateway == gateway.name)
            found = list(session.scalars(asked.order_by(Message.id)))
        sendings: defaultdict[tuple[str | None, str | None], list[Message]] = defaultdict(list)
        for message in found:
            sendings[message.claim, message.reference].append(message)
        became: Counter[MessageState] = Counter()
        for (_, reference), messages in sendings.items():
            if reference is None:
                never = Report(Fate.NOT_SENT, "보내기 전에 중단되었습니다.")
                reports: Mapping[str, Report] = {message.key: never for message in messages}
            else:
                try:
                    reports = gateway.ask(reference, messages)
                except GatewayError as error:
                    reports = {message.key: Report(Fate.MAYBE, str(error)) for message in messages}
            became.update(self._record(gateway, messages, reports, at_once).values())
        return became


def _after(state: MessageState, fate: Fate) -> MessageState | None:
    """Where what the gateway said takes a message; None: it stays as it is."""
    unsettled = state in (S.SENDING, S.IN_DOUBT)
    to = {
        Fate.NOT_SENT: S.APPROVED if unsettled else None,
        Fate.REFUSED: S.FAILED if unsettled else None,
        Fate.MAYBE: S.IN_DOUBT if state == S.SENDING else None,
        Fate.ACCEPTED: S.SENT if unsettled else None,
        Fate.DELIVERED: S.DELIVERED,
        Fate.FAILED: S.FAILED,
    }[fate]
    return to if to in MESSAGE_TRANSITIONS[state] else None


def _wait(attempts: int, asked: float) -> timedelta:
    """Twice as long after each attempt, not all at the same moment, and never shorter than the gateway asked."""
    doubled: timedelta = min(FIRST_WAIT * 2.0 ** min(attempts - 1, 10), LONGEST_WAIT)
    return max(doubled * random.uniform(0.5, 1.5), timedelta(seconds=min(asked, LONGEST_WAIT.total_seconds())))


def _refused(message: Message, to: MessageState) -> NotAllowed:
    ways = [state.label for state in S if state in MESSAGE_TRANSITIONS[message.state]]
    allowed = f"가능한 상태: {', '.join(ways)}." if ways else "더 바꿀 수 없습니다."
    return NotAllowed(
        f"{message.to_name} 문자는 {message.state.label} 상태여서 {to.label}(으)로 바꿀 수 없습니다. {allowed} "
        "아무것도 바꾸지 않았으니 목록을 새로 고친 뒤 다시 처리하십시오."
    )


def _reason(why: str) -> str:
    if not (why := clean(why)):
        raise NotAllowed("사유가 비어 있습니다. 사유를 적은 뒤 다시 처리하십시오.")
    return why


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """In parts that fit a statement."""
    for start in range(0, len(values), 500):
        yield values[start : start + 500]
