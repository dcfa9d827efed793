"""The case book: every case of every entry, each change with who, when and what, never lost and never overwritten.

A change names the ``version`` of the case the officer saw. Keep it where the officer saw it (in the form, in session
state): reading the case again just before the change would defeat it.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Select, String, cast, func, or_, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lib.casework import database, trail
from lib.casework.errors import Conflict, NotAllowed, UnknownCase
from lib.casework.models import (
    DECIDED,
    KST,
    TRANSITIONS,
    Act,
    Case,
    Decision,
    Event,
    Kind,
    Outcome,
    Status,
    korean_time,
)
from lib.screening.findings import Finding
from lib.settings import settings


class Label(NamedTuple):
    """What officers decided about a subject in the end, for the next training."""

    subject: str
    outcome: str
    decided_at: datetime
    facts: dict[str, Any]


class CaseBook(database.Store):
    """Every case, as it stands and as it came there."""

    # Changes

    def register(self, finding: Finding, *, by: str) -> tuple[Case, bool]:
        """The open case of this finding's subject, and whether it was made just now.

        An open case is returned as it stands. After a closed one a new case begins, and its first event names the
        earlier one; look with ``cases(entry=, subject=)`` first where that is not wanted.
        """
        officer = officer_name(by)
        if case := self._open_case(finding):
            return case, False
        try:
            with database.writing(self._engine) as session:
                return _create(session, finding, officer), True
        except IntegrityError:  # another officer was quicker, by less than our look above
            if case := self._open_case(finding):
                return case, False
            raise

    def assign(self, case_id: int, version: int, assignee: str | None, *, by: str, note: str = "") -> Case:
        """Give the case to an officer, or to nobody (None). What a colleague holds is taken over only with a note that says why."""
        with database.writing(self._engine) as session:
            case = _as_seen(session, case_id, version)
            held = case.assignee not in (None, officer_name(by), assignee and officer_name(assignee))
            if held and not clean(note):
                raise NotAllowed(
                    f"{case.number} 건은 {case.assignee} 님이 맡고 있습니다. 넘겨받으려면 사유를 메모에 적으십시오."
                )
            _record(session, case, Kind.ASSIGNED, by, {"assignee": assignee and officer_name(assignee)}, note)
            return case

    def move(self, case_id: int, version: int, to: Status, *, by: str, note: str = "") -> Case:
        """Move the case along ``TRANSITIONS``."""
        with database.writing(self._engine) as session:
            case = _as_seen(session, case_id, version)
            _require_transition(session, case, to, note)
            if to == Status.CLOSED and case.outcome is None:
                raise NotAllowed(f"{case.number} 건은 처분이 없어 종결할 수 없습니다. 처분을 먼저 정하십시오.")
            _record(session, case, Kind.MOVED, by, {"status": to}, note)
            return case

    def decide(self, case_id: int, version: int, outcome: Outcome, *, by: str, note: str = "") -> Case:
        """Decide, or correct an earlier decision (which stays on record): outcome and status change together.

        Of an entry in ``AX_FOUR_EYES`` this only proposes: the case carries it in ``proposed`` until another officer approves.
        """
        with database.writing(self._engine) as session:
            case = _as_seen(session, case_id, version)
            _require_transition(session, case, outcome.to, note, staying=True)
            if case.entry in settings().four_eyes:
                proposed = {
                    "outcome": outcome.code,
                    "outcome_label": outcome.label,
                    "to": outcome.to,
                    "by": officer_name(by),
                    "note": clean(note),
                }
                _record(session, case, Kind.NOTED, by, {"proposed": proposed}, note)
            else:
                _decided(session, case, outcome, by, note)
            return case

    def approve(self, case_id: int, version: int, *, by: str, note: str = "") -> Case:
        """Approve, as another officer, what was proposed: it becomes the decision. Raises ``NotAllowed`` for one's own."""
        with database.writing(self._engine) as session:
            case = _as_seen(session, case_id, version)
            told = _proposal(case)
            if told["by"] == officer_name(by):
                raise NotAllowed("자신이 제안한 처분은 승인할 수 없습니다. 다른 담당자에게 승인을 요청하십시오.")
            outcome = Outcome(told["outcome"], told["outcome_label"], Status(told["to"]))
            said = clean(note) or told["note"]
            _require_transition(session, case, outcome.to, said, staying=True)
            _decided(session, case, outcome, by, said, proposed_by=told["by"])
            return case

    def turn_down(self, case_id: int, version: int, *, by: str, note: str) -> Case:
        """Send a proposal back, or take one's own back, saying why."""
        with database.writing(self._engine) as session:
            case = _as_seen(session, case_id, version)
            _proposal(case)
            if not clean(note):
                raise NotAllowed("돌려보내는 사유를 메모에 적으십시오.")
            _record(session, case, Kind.NOTED, by, {"proposed": None}, note)
            return case

    def note(self, case_id: int, version: int, words: str, *, by: str) -> Case:
        """Add a note. It counts as a change: nobody decides without having seen it."""
        with database.writing(self._engine) as session:
            case = _as_seen(session, case_id, version)
            if not clean(words):
                raise NotAllowed("메모가 비어 있습니다. 내용을 입력하십시오.")
            _record(session, case, Kind.NOTED, by, {}, words)
            return case

    def correct(self, case_id: int, version: int, facts: Mapping[str, Any], *, by: str, note: str = "") -> Case:
        """Correct facts of the case (a misread name, a wrong amount); facts not named stay."""
        with database.writing(self._engine) as session:
            case = _as_seen(session, case_id, version)
            over = {"proposed": None} if case.proposed else {}  # it was made of other facts
            _record(session, case, Kind.CORRECTED, by, {"facts": dict(facts)} | over, note)
            return case

    # Questions

    def case(self, number_or_id: str | int) -> Case:
        key = Case.id if isinstance(number_or_id, int) else Case.number
        with database.reading(self._engine) as session:
            if case := session.scalar(select(Case).where(key == number_or_id)):
                return case
        raise _unknown(number_or_id)

    def cases(
        self,
        *,
        entry: str | None = None,
        status: Status | Iterable[Status] | None = None,
        assignee: str | None = None,
        subject: str | None = None,
        text: str | None = None,
        limit: int | None = 100,
        offset: int = 0,
    ) -> list[Case]:
        """Newest first (``limit=None``: all). ``text`` looks in number, title, subject, assignee, outcome and facts."""
        wanted = _wanted(entry, status, assignee, subject, text)
        with database.reading(self._engine) as session:
            found = select(Case).where(*wanted).order_by(Case.id.desc()).limit(limit).offset(offset)
            return list(session.scalars(found))

    def count(
        self,
        *,
        entry: str | None = None,
        status: Status | Iterable[Status] | None = None,
        assignee: str | None = None,
        subject: str | None = None,
        text: str | None = None,
    ) -> int:
        """How many ``cases`` would list without a limit."""
        wanted = _wanted(entry, status, assignee, subject, text)
        with database.reading(self._engine) as session:
            return session.scalar(select(func.count()).select_from(Case).where(*wanted)) or 0

    def open_counts(self) -> dict[str, int]:
        """Cases not yet closed, by entry; an entry without any is absent."""
        with database.reading(self._engine) as session:
            counted = select(Case.entry, func.count()).where(Case.status != Status.CLOSED).group_by(Case.entry)
            return dict(session.execute(counted).tuples().all())

    def history(self, case_id: int) -> list[Event]:
        """Every change, oldest first."""
        with database.reading(self._engine) as session:
            return list(session.scalars(select(Event).where(Event.case_id == case_id).order_by(Event.version)))

    def decisions(self, case_id: int) -> list[Decision]:
        """Every decision, oldest first; the last one stands."""
        with database.reading(self._engine) as session:
            found = select(Decision).where(Decision.case_id == case_id).order_by(Decision.version)
            return list(session.scalars(found))

    def labels(self, entry: str) -> list[Label]:
        """The standing decision of each subject; a reopened case is in doubt and teaches nothing."""
        with database.reading(self._engine) as session:
            decided = (
                select(Case.subject, Decision.outcome, Decision.at, Case.facts)
                .join(Decision, Decision.case_id == Case.id)
                .where(Case.entry == entry, Case.status.in_(DECIDED))
                .order_by(Decision.id)
            )
            return list({subject: Label(subject, *rest) for subject, *rest in session.execute(decided)}.values())

    # How it is kept

    def _open_case(self, finding: Finding) -> Case | None:
        with database.reading(self._engine) as session:
            return session.scalar(_of_subject(finding.entry, finding.subject).where(Case.status != Status.CLOSED))


def as_rows(cases: Iterable[Case], entries: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Flat rows under Korean headers, for export; ``entries`` gives the Korean title of each entry id."""
    return [
        {
            "건번호": case.number,
            "업무": (entries or {}).get(case.entry, case.entry),
            "대상": case.subject,
            "제목": case.title,
            "등급": case.grade,
            "점수": case.score,
            "사유": "; ".join(reason["text"] for reason in case.reasons),
            "상태": case.status.label,
            "담당자": case.assignee or "",
            "처분": case.outcome_label or "",
            "접수일시(KST)": korean_time(case.created_at),
            "접수자": case.created_by,
            "최종변경일시(KST)": korean_time(case.updated_at),
        }
        for case in cases
    ]


def entry_code(entry: str) -> str:
    """The entry's part of a case number: initials of its id (``hazard_photo`` HP), or a single word's first two."""
    words = entry.split("_")
    return ("".join(word[0] for word in words) if len(words) > 1 else entry[:2]).upper()


def _create(session: Session, finding: Finding, officer: str) -> Case:
    now = datetime.now(UTC)
    earlier = session.scalar(_of_subject(finding.entry, finding.subject).order_by(Case.id.desc()).limit(1))
    state = _plain(
        {
            "number": _next_number(session, finding.entry, now),
            "entry": finding.entry,
            "subject": finding.subject,
            "title": finding.title,
            "grade": finding.grade,
            "score": finding.score,
            "status": Status.NEW,
            "assignee": None,
            "outcome": None,
            "outcome_label": None,
            "facts": dict(finding.facts),
        }
    )
    reasons = _plain({"reasons": finding.as_dict()["reasons"]})["reasons"]
    case = Case(
        **state | {"status": Status.NEW}, reasons=reasons, created_at=now, created_by=officer, updated_at=now, version=1
    )
    session.add(case)
    session.flush()
    note = f"이전 건 {earlier.number} ({earlier.outcome_label})" if earlier else ""
    session.add(Event(case_id=case.id, version=1, at=now, by=officer, kind=Kind.CREATED, old={}, new=state, note=note))
    _on_record(session, case, Kind.CREATED, officer)
    return case


def _next_number(session: Session, entry: str, now: datetime) -> str:
    """Counted in the database within the case's own transaction: no number twice, none skipped."""
    year, code = now.astimezone(KST).year, entry_code(entry)
    counted = text(
        "INSERT INTO case_numbers (year, code, last) VALUES (:year, :code, 1) "
        "ON CONFLICT (year, code) DO UPDATE SET last = case_numbers.last + 1 RETURNING last"
    )
    return f"{year}-{code}-{session.scalar(counted, {'year': year, 'code': code}):06d}"


def _as_seen(session: Session, case_id: int, version: int) -> Case:
    """The case, locked for this change, if it is still what the officer saw."""
    case = session.get(Case, case_id, with_for_update=True)
    if case is None:
        raise _unknown(case_id)
    if case.version != version:
        later = select(Event).where(Event.case_id == case_id, Event.version > version).order_by(Event.version)
        since = list(session.scalars(later))
        session.expunge_all()
        raise Conflict(case, since)
    return case


def _record(session: Session, case: Case, kind: Kind, by: str, new: Mapping[str, Any], note: str) -> Event:
    """Apply ``new`` to the case and write the event of it: the only way a case changes."""
    new = _plain(new)
    old = {field: getattr(case, field) for field in new}
    for field, value in new.items():
        if field == "facts":
            old["facts"] = {fact: case.facts[fact] for fact in value if fact in case.facts}
            case.facts = case.facts | value
        else:
            setattr(case, field, Status(value) if field == "status" else value)
    case.version += 1
    case.updated_at = datetime.now(UTC)
    event = Event(
        case_id=case.id,
        version=case.version,
        at=case.updated_at,
        by=officer_name(by),
        kind=kind,
        old=old,
        new=new,
        note=clean(note),
    )
    session.add(event)
    _on_record(session, case, kind, event.by)
    return event


def _decided(
    session: Session, case: Case, outcome: Outcome, by: str, note: str, proposed_by: str | None = None
) -> None:
    over = {"proposed": None} if case.proposed else {}
    decided = {"outcome": outcome.code, "outcome_label": outcome.label, "status": outcome.to} | over
    event = _record(session, case, Kind.DECIDED, by, decided, note)
    session.flush()  # a decision rests on its event
    session.add(
        Decision(
            case_id=case.id,
            version=case.version,
            officer=event.by,
            outcome=outcome.code,
            outcome_label=outcome.label,
            note=event.note,
            at=event.at,
            proposed_by=proposed_by,
        )
    )


def _proposal(case: Case) -> dict[str, Any]:
    if case.proposed is None:
        raise NotAllowed(f"{case.number} 건에는 승인을 기다리는 처분이 없습니다. 화면을 새로 고쳐 확인하십시오.")
    return case.proposed


def _on_record(session: Session, case: Case, kind: Kind, officer: str) -> None:
    detail = {
        "kind": kind.label,
        "version": case.version,
        "status": Status(case.status).label,
        "outcome": case.outcome_label,
    }
    trail.append(session, Act.CHANGED, case.updated_at, by=officer, entry=case.entry, about=case.number, detail=detail)


def _require_transition(session: Session, case: Case, to: Status, note: str, *, staying: bool = False) -> None:
    """``staying``: a decision may also be corrected where the case stands."""
    if to not in TRANSITIONS[case.status] and not (staying and to == case.status):
        ways = ", ".join(status.label for status in Status if status in TRANSITIONS[case.status])
        raise NotAllowed(
            f"{case.number} 건은 {case.status.label} 상태에서 {to.label}(으)로 바꿀 수 없습니다. 가능한 상태: {ways}."
        )
    if case.status != Status.CLOSED:
        return
    if not clean(note):
        raise NotAllowed(f"{case.number} 건은 종결되었습니다. 다시 열거나 처분을 고치려면 사유를 메모에 적으십시오.")
    newer = session.scalar(_of_subject(case.entry, case.subject).where(Case.status != Status.CLOSED))
    if newer and to != Status.CLOSED:
        raise NotAllowed(
            f"같은 대상의 {newer.number} 건이 진행 중입니다. {case.number} 건을 다시 열지 말고 그 건에서 처리하십시오."
        )


def _of_subject(entry: str, subject: str) -> Select[Case]:
    return select(Case).where(Case.entry == entry, Case.subject == subject)


def _wanted(
    entry: str | None,
    status: Status | Iterable[Status] | None,
    assignee: str | None,
    subject: str | None,
    words: str | None,
) -> list[ColumnElement[bool]]:
    wanted = [
        column == value
        for column, value in ((Case.entry, entry), (Case.assignee, assignee), (Case.subject, subject))
        if value is not None
    ]
    if status is not None:
        wanted.append(Case.status.in_([status] if isinstance(status, Status) else list(status)))
    if words and (words := clean(words)):
        places = (Case.number, Case.title, Case.subject, Case.assignee, Case.outcome_label, cast(Case.facts, String))
        wanted.append(or_(*(place.icontains(words, autoescape=True) for place in places)))
    return wanted


def _unknown(number_or_id: str | int) -> UnknownCase:
    return UnknownCase(f"{number_or_id} 건을 찾을 수 없습니다. 건번호를 확인하십시오.")


def officer_name(officer: str) -> str:
    """The name under which a change is kept. Raises ``NotAllowed`` (Korean) for an empty one."""
    if not (name := clean(officer)):
        raise NotAllowed("담당자 이름이 비어 있습니다. 이름을 입력하십시오.")
    return name


def clean(words: str) -> str:
    """As typed, without what a database cannot hold (NUL, half characters), composed (NFC) so that it can be found."""
    storable = words.replace("\0", "").encode(errors="replace").decode()
    return unicodedata.normalize("NFC", storable).strip()


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """As it will read back from the database."""
    plain: dict[str, Any] = from_json(database.plain_json(dict(values)))
    return plain
