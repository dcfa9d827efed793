"""What a lesson would change: every stored question asked before and after it, so that it is kept only where it helps."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from lib.entries.audit.search import Lesson, Searcher
from lib.files import json_lines
from lib.settings import DATA

STORED = DATA / "audit" / "questions.jsonl"
DEEP = 10  # places looked at


@dataclass(frozen=True)
class Stored:
    """A question whose right articles are known, by id."""

    text: str
    right: frozenset[str]


@dataclass(frozen=True)
class Change:
    """A stored question whose right article moved: places 1..10 before and after, ``None`` where not among them."""

    text: str
    before: int | None
    after: int | None

    @property
    def better(self) -> bool:
        return (self.after or DEEP + 1) < (self.before or DEEP + 1)


@dataclass(frozen=True)
class Effect:
    """Over ``asked`` questions: the share found first and among the first five, before and after; ``changes``: the worse first."""

    asked: int
    first: tuple[float, float]
    five: tuple[float, float]
    changes: tuple[Change, ...]

    @property
    def worse(self) -> int:
        """How many questions are answered less well."""
        return sum(not one.better for one in self.changes)


@cache
def shipped() -> tuple[Stored, ...]:
    """The questions that ship with the suite, written by us."""
    return tuple(
        Stored(row["question"], frozenset(" ".join(pair) for pair in row["gold"]))
        for row in json_lines(STORED)
        if row["gold"]
    )


def place(searcher: Searcher, question: Stored) -> int | None:
    """At which place the first right article is found, 1..10."""
    found = (hit.id for hit in searcher.find(question.text, DEEP))
    return next((at for at, id in enumerate(found, 1) if id in question.right), None)


def effect(searcher: Searcher, lessons: Sequence[Lesson], stored: Sequence[Stored]) -> Effect:
    """What these lessons instead of the searcher's would do to the stored questions."""
    other = searcher.taught(lessons)
    told = [(one, place(searcher, one), place(other, one)) for one in stored]
    changes = [Change(one.text, before, after) for one, before, after in told if before != after]

    def share(at: int, most: int) -> float:
        return sum((places[at] or DEEP + 1) <= most for _, *places in told) / max(len(told), 1)

    return Effect(
        len(told),
        (share(0, 1), share(1, 1)),
        (share(0, 5), share(1, 5)),
        tuple(sorted(changes, key=lambda one: (one.better, one.text))),
    )
