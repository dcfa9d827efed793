"""What officers ask and are answered, what they think of it, and what the office teaches the search because of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import from_json
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from lib.casework import database, trail
from lib.casework.book import clean, officer_name
from lib.casework.errors import NotAllowed
from lib.casework.models import Act, Lesson, Opinion, Question

LONGEST = 2000  # letters of a question, reason or phrase


@dataclass(frozen=True)
class Talk:
    """One conversation of an officer: ``title`` is its first question."""

    id: str
    title: str
    questions: int
    last: datetime


@dataclass(frozen=True)
class Complaint:
    """Questions of the same words that went unanswered or were answered badly, not yet settled. ``times``: asked; ``reasons``: as told."""

    text: str
    ids: tuple[int, ...]
    times: int
    unanswered: bool
    reasons: tuple[str, ...]
    last: datetime


class Talks(database.Store):
    """Every question of an entry's officers."""

    # What officers do

    def asked(
        self, entry: str, talk: str, text: str, answer: Mapping[str, Any], *, abstained: bool, by: str
    ) -> Question:
        """Keep a question with the answer shown."""
        plain: dict[str, Any] = from_json(database.plain_json(dict(answer)))
        question = Question(
            entry=entry, talk=talk, at=self._clock(), officer=officer_name(by), text=clean(text)[:LONGEST], answer=plain, abstained=abstained,
        )  # fmt: skip
        with database.writing(self._engine) as session:
            session.add(question)
        return question

    def judge(self, question_id: int, *, good: bool, reason: str = "", by: str) -> Opinion:
        """Thumb up or down. Raises ``NotAllowed`` (Korean) for a question that is not there."""
        opinion = Opinion(question_id=question_id, at=self._clock(), officer=officer_name(by), good=good, reason=clean(reason)[:LONGEST])  # fmt: skip
        with database.writing(self._engine) as session:
            if session.get(Question, question_id) is None:
                raise NotAllowed("의견을 남길 질문을 찾을 수 없습니다. 화면을 새로 고친 뒤 다시 시도하십시오.")
            session.add(opinion)
        return opinion

    def history(self, entry: str, *, by: str, limit: int = 30) -> list[Talk]:
        """An officer's own conversations, the latest first."""
        own = (Question.entry == entry, Question.officer == officer_name(by), Question.hidden_at.is_(None))
        with database.reading(self._engine) as session:
            talks = session.execute(
                select(Question.talk, func.min(Question.id), func.count(), func.max(Question.id))
                .where(*own)
                .group_by(Question.talk)
                .order_by(func.max(Question.id).desc())
                .limit(limit)
            ).all()
            ends = [end for _, first, _, last in talks for end in (first, last)]
            told = {one.id: one for one in session.scalars(select(Question).where(Question.id.in_(ends)))}
            return [Talk(talk, told[first].text, count, told[last].at) for talk, first, count, last in talks]

    def talk(self, entry: str, talk: str, *, by: str) -> list[Question]:
        """The questions of one's own conversation, in their order; none of anybody else's."""
        with database.reading(self._engine) as session:
            own = (Question.entry == entry, Question.talk == talk, Question.officer == officer_name(by))
            return list(
                session.scalars(select(Question).where(*own, Question.hidden_at.is_(None)).order_by(Question.id))
            )

    def hide(self, entry: str, talk: str, *, by: str) -> None:
        """Take a conversation out of one's own history."""
        with database.writing(self._engine) as session:
            own = (Question.entry == entry, Question.talk == talk, Question.officer == officer_name(by))
            session.execute(update(Question).where(*own).values(hidden_at=self._clock()))

    def opinions(self, ids: Collection[int], *, by: str) -> dict[int, bool]:
        """What an officer last thought of these questions' answers."""
        with database.reading(self._engine) as session:
            told = session.scalars(
                select(Opinion)
                .where(Opinion.question_id.in_(ids), Opinion.officer == officer_name(by))
                .order_by(Opinion.id)
            )
            return {one.question_id: one.good for one in told}

    # What the office does

    def complaints(self, entry: str) -> list[Complaint]:
        """The worklist: questions unanswered or thumbed down, the most asked first."""
        with database.reading(self._engine) as session:
            last = select(func.max(Opinion.id)).group_by(Opinion.question_id, Opinion.officer)
            bad = {
                one.question_id: one.reason
                for one in session.scalars(select(Opinion).where(Opinion.id.in_(last), Opinion.good.is_(False)))
            }
            found = session.scalars(
                select(Question)
                .where(
                    Question.entry == entry,
                    Question.settled_at.is_(None),
                    or_(Question.abstained, Question.id.in_(bad)),
                )
                .order_by(Question.id)
            ).all()
        groups: dict[str, list[Question]] = {}
        for one in found:
            groups.setdefault("".join(one.text.split()), []).append(one)
        told = [
            Complaint(
                some[-1].text,
                tuple(one.id for one in some),
                len(some),
                any(one.abstained for one in some),
                tuple(dict.fromkeys(bad[one.id] for one in some if bad.get(one.id))),
                some[-1].at,
            )
            for some in groups.values()
        ]
        return sorted(told, key=lambda one: (-one.times, -one.last.timestamp()))

    def settle(self, ids: Collection[int], how: str, *, by: str) -> None:
        """Take questions off the worklist, saying how. All or none."""
        officer, told = officer_name(by), clean(how)
        if not told:
            raise NotAllowed("처리한 내용을 입력하십시오.")
        with database.writing(self._engine) as session:
            done = update(Question).where(Question.id.in_(ids), Question.settled_at.is_(None))
            session.execute(done.values(settled_at=self._clock(), settled_by=officer, settled_how=told))

    def teach(self, entry: str, kind: str, phrase: str, target: str, *, by: str) -> Lesson:
        """Keep a lesson; one that stands is returned as it is. Raises ``NotAllowed`` (Korean) for an empty one."""
        phrase, target = clean(phrase)[:LONGEST], clean(target)[:LONGEST]
        if not phrase or not target:
            raise NotAllowed("쉬운 말과 이어 줄 조문(또는 법령 용어)을 모두 입력하십시오.")
        with database.writing(self._engine) as session:
            same = (Lesson.entry == entry, Lesson.kind == kind, Lesson.phrase == phrase, Lesson.target == target)
            standing = session.scalars(select(Lesson).where(*same, Lesson.withdrawn_at.is_(None))).first()
            if standing is None:
                standing = Lesson(entry=entry, kind=kind, phrase=phrase, target=target, at=self._clock(), officer=officer_name(by))  # fmt: skip
                session.add(standing)
                self._on_record(session, entry, standing.officer, f"{kind} 「{phrase}」 → 「{target}」 가르침")
            return standing

    def withdraw(self, lesson_id: int, *, by: str) -> None:
        """Take a lesson back; it stays on record."""
        with database.writing(self._engine) as session:
            one = session.get(Lesson, lesson_id, with_for_update=True)
            if one and one.withdrawn_at is None:
                one.withdrawn_at, one.withdrawn_by = self._clock(), officer_name(by)
                self._on_record(session, one.entry, one.withdrawn_by, f"{one.kind} 「{one.phrase}」 거둠")

    def lessons(self, entry: str, *, withdrawn: bool = False) -> list[Lesson]:
        """What stands, in the order it was taught; with ``withdrawn`` all there ever was."""
        with database.reading(self._engine) as session:
            wanted = select(Lesson).where(Lesson.entry == entry).order_by(Lesson.id)
            return list(session.scalars(wanted if withdrawn else wanted.where(Lesson.withdrawn_at.is_(None))))

    def _on_record(self, session: Session, entry: str, officer: str, what: str) -> None:
        trail.append(session, Act.SET, self._clock(), by=officer, entry=entry, about=what)
