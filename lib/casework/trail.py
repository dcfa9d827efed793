"""The audit trail: who logged in, saw personal data, decided, exported, sent, changed a setting, and when. It only grows.

Each entry is sealed with a key that is not in the database, over what it says and over the seal before it, and the end of the trail is
proved the same way. So nobody who can write to the database alone can change, remove, insert or cut off entries unseen. What an entry says
may be erased once its time of keeping is over (개인정보의 안전성 확보조치 기준 제8조: at least one year, two where
unique identifiers are handled); its seal stays, and the purge is itself on record.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Required, TypedDict, Unpack

from pydantic_core import from_json
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from lib.casework import database
from lib.casework.errors import DatabaseUnavailable, NotAllowed, told_to_officer
from lib.casework.models import Act, Opinion, Question, TrailEntry, TrailHead
from lib.settings import settings

PAGE = 1000  # entries read at a time
LEAST_KEPT = timedelta(days=365)
LONGEST = 500  # letters of a reason


class Told(TypedDict, total=False):
    """What an entry says. ``by``, ``roles``: who, as what; ``about``: a case number, a lead, a file; ``detail``: plain values, no personal data."""

    by: Required[str]
    roles: Collection[str]
    entry: str
    about: str
    reason: str
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class Fault:
    """Where the trail is not what was written. ``id``: the entry, 0 for its end."""

    id: int
    why: str


@dataclass(frozen=True)
class Verified:
    """``count``: entries looked at, ``erased`` of them without their words; ``end``: number and seal of the last, to be noted down elsewhere;
    ``notes``: what is odd but no fault.
    """

    count: int
    erased: int
    end: str
    faults: tuple[Fault, ...]
    notes: tuple[str, ...] = ()


class Trail(database.Store):
    """All entries, in their order."""

    def record(self, act: Act, **told: Unpack[Told]) -> TrailEntry:
        """Put on record."""
        with database.writing(self._engine) as session:
            return append(session, act, self._clock(), **told)

    def entries(
        self,
        *,
        act: Act | None = None,
        by: str = "",
        entry: str = "",
        words: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 200,
        offset: int = 0,
    ) -> list[TrailEntry]:
        """Newest first. ``by``, ``words``: looked for within the officer's name, and within all an entry says."""
        wanted = []
        if act:
            wanted.append(TrailEntry.action == act.value)
        if since:
            wanted.append(TrailEntry.at >= since)
        if until:
            wanted.append(TrailEntry.at < until)
        for name, value in (("by", by), ("entry", entry)):
            if value:
                wanted.append(TrailEntry.body[name].as_string().contains(value, autoescape=True))
        if words:
            told = (TrailEntry.body[name].as_string() for name in ("about", "reason", "by"))
            wanted.append(or_(*(one.contains(words, autoescape=True) for one in told)))
        with database.reading(self._engine) as session:
            found = select(TrailEntry).where(*wanted).order_by(TrailEntry.id.desc()).limit(limit).offset(offset)
            return list(session.scalars(found))

    def count(self) -> int:
        with database.reading(self._engine) as session:
            return session.scalar(select(func.count()).select_from(TrailEntry)) or 0

    def verify(self, progress: Callable[[float], object] = lambda share: None, end: str = "") -> Verified:
        """Look at every entry and at the end. ``end``: what ``Verified.end`` once was: it must still be within."""
        key, faults, notes = _key(), [], []
        seal, count, erased, expected, before = "", 0, 0, 1, None
        until = 0  # the last entry a purge says it erased
        lacking: list[int] = []
        noted = ""
        with database.reading(self._engine) as session:
            head = session.get(TrailHead, 1)
            total = head.last if head else 0
            for one in _all(session):
                if one.id != expected:
                    faults.append(Fault(expected, f"{expected}번부터 {one.id - 1}번까지의 기록이 없습니다."))
                if one.seal != _seal(key, one.id, one.at, one.action, one.digest, seal):
                    faults.append(Fault(one.id, f"{one.id}번 기록이나 그 앞의 기록이 바뀌었습니다."))
                elif one.body is None:
                    lacking.append(one.id)
                elif one.digest != _digest(key, one.body):
                    faults.append(Fault(one.id, f"{one.id}번 기록의 내용이 바뀌었습니다."))
                elif one.action == Act.PURGED.value:
                    until = max(until, int(one.body.get("detail", {}).get("until", 0)))
                if before and one.at < before - timedelta(seconds=1):
                    notes.append(f"{one.id}번 기록의 시각이 앞 기록보다 이릅니다. 서버 시계를 확인하십시오.")
                if end.partition(":")[0] == str(one.id):
                    noted = one.seal
                seal, expected, before = one.seal, one.id + 1, one.at
                count, erased = count + 1, erased + (one.body is None)
                progress(min(count / total, 1.0) if total else 1.0)
            faults += [Fault(id, f"{id}번 기록의 내용이 파기 기록 없이 지워졌습니다.") for id in lacking if id > until]
            if head is None or (head.last, head.seal) != (expected - 1, seal):
                faults.append(
                    Fault(
                        0,
                        f"끝의 기록이 없어졌거나 더해졌습니다(끝 {head.last if head else '없음'}, 실제 {expected - 1}).",
                    )
                )
            elif head.last and head.proof != _proof(key, head.last, head.seal):
                faults.append(Fault(0, "끝을 증명하는 값이 바뀌었습니다."))
        if end and not (noted and end.partition(":")[2] == noted[:16]):
            faults.append(
                Fault(
                    0,
                    f"전에 적어 둔 끝 값 {end[:40]}이(가) 지금 기록에 없습니다. 더 이전의 상태로 되돌려졌을 수 있습니다.",
                )
            )
        return Verified(count, erased, f"{expected - 1}:{seal[:16]}", tuple(faults), tuple(notes))

    def purge(self, before: datetime, *, by: str, roles: Collection[str] = ()) -> tuple[int, int]:
        """Erase what entries before a moment say, and the questions asked before it; how many of each. The chain stays whole.
        Raises ``NotAllowed`` for entries younger than a year.
        """
        now = self._clock()
        if before > now - LEAST_KEPT:
            raise NotAllowed(
                "접속기록은 1년 이상 보관해야 합니다(개인정보의 안전성 확보조치 기준). 1년보다 앞선 날짜를 지정하십시오."
            )
        with database.writing(self._engine) as session:
            _head(session)  # nobody appends meanwhile
            old = (TrailEntry.at < before, TrailEntry.body.is_not(None))
            until = session.scalar(select(func.max(TrailEntry.id)).where(TrailEntry.at < before)) or 0
            many = (
                session.scalar(
                    select(func.count()).select_from(TrailEntry).where(*old, TrailEntry.action != Act.PURGED)
                )
                or 0
            )
            gone = list(session.scalars(select(Question.id).where(Question.at < before)))
            if many:
                session.execute(update(TrailEntry).where(*old, TrailEntry.action != Act.PURGED).values(body=None))
            for at in range(0, len(gone), PAGE):
                some = gone[at : at + PAGE]
                session.execute(delete(Opinion).where(Opinion.question_id.in_(some)))
                session.execute(delete(Question).where(Question.id.in_(some)))
            detail = {"before": before.isoformat(), "until": until, "erased": many, "questions": len(gone)}
            append(session, Act.PURGED, now, by=by, roles=roles, detail=detail)
        return many, len(gone)


def append(session: Session, act: Act, at: datetime, **told: Unpack[Told]) -> TrailEntry:
    """Put on record within a change's own transaction: both are kept, or neither."""
    said = {
        "by": told["by"],
        "roles": sorted(told.get("roles", ())),
        "entry": told.get("entry", ""),
        "about": told.get("about", "")[:LONGEST],
        "reason": told.get("reason", "")[:LONGEST],
        "detail": dict(told.get("detail", {})),
    }
    body: dict[str, Any] = from_json(database.plain_json(said))
    key, head = _key(), _head(session)
    digest = _digest(key, body)
    seal = _seal(key, head.last + 1, at, act.value, digest, head.seal)
    one = TrailEntry(id=head.last + 1, at=at, action=act.value, body=body, digest=digest, seal=seal)
    session.add(one)
    head.last, head.seal, head.proof = one.id, seal, _proof(key, one.id, seal)
    session.flush()
    return one


def _head(session: Session) -> TrailHead:
    """The end of the trail, ours alone until the transaction ends."""
    head = session.get(TrailHead, 1, with_for_update=True, populate_existing=True)
    if head is None:
        raise DatabaseUnavailable(
            "접속·처리 기록의 끝 표시가 없어 기록을 남길 수 없습니다. 기록이 훼손된 것이니 사용을 멈추고 관리자에게 알리십시오."
        )
    return head


def _all(session: Session) -> Iterator[TrailEntry]:
    last = -1
    while some := list(
        session.scalars(select(TrailEntry).where(TrailEntry.id > last).order_by(TrailEntry.id).limit(PAGE))
    ):
        yield from some
        last = some[-1].id
        session.expunge_all()


def _key() -> bytes:
    """``AX_TRAIL_KEY``, else a file of its own that is made once, readable by nobody else."""
    if told := settings().trail_key:
        return told.get_secret_value().encode()
    with told_to_officer():
        file = settings().folder() / "trail.key"
        if not file.exists():
            _make_key(file)
        return file.read_bytes().strip()


def _make_key(file: Path) -> None:
    """Written aside and linked in place: whoever comes second uses the first one's."""
    aside = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
        made.write(secrets.token_hex(32))
        made.flush()
        os.fsync(made.fileno())
    try:
        os.link(aside, file)
    except FileExistsError:
        pass
    finally:
        aside.unlink()


def _hash(key: bytes, *parts: object) -> str:
    told = json.dumps([str(part) for part in parts], ensure_ascii=False).encode()
    return hmac.new(key, told, hashlib.sha256).hexdigest()


def _digest(key: bytes, body: Mapping[str, Any]) -> str:
    return _hash(key, "body", json.dumps(body, ensure_ascii=False, sort_keys=True))


def _seal(key: bytes, id: int, at: datetime, action: str, digest: str, before: str) -> str:
    return _hash(key, "entry", id, at.astimezone(UTC).isoformat(), action, digest, before)


def _proof(key: bytes, last: int, seal: str) -> str:
    return _hash(key, "end", last, seal)
