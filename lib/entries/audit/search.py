"""Which articles and past findings answer a question: cards, ways to ask, official texts and articles named, weighed together."""

import json
import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import numpy as np

from lib.entries.audit import cards as cards_of
from lib.entries.audit import findings as findings_of
from lib.entries.audit import index, naming
from lib.entries.audit import laws as laws_of
from lib.entries.audit.cards import Card
from lib.entries.audit.findings import Record
from lib.entries.audit.index import Floats, Progress
from lib.entries.audit.laws import Article
from lib.entries.audit.words import pairs, words
from lib.settings import DATA

# How much each view of an article says; chosen on development questions only (tests/benchmarks/audit.py).
WEIGHTS = {"card_words": 1.0, "card_pairs": 1.0, "text_words": 0.25, "text_pairs": 0.25, "asks": 0.5, "past": 0.25}
FIRST = {"관세법": 0.5, "관세법 시행령": 0.1}  # what most questions of customs officers are about
ALONE = 5.0  # of an official text without a card, which has nothing else to be found by
SURE, SURER = 0.8, 0.2  # confidence such a text must have, and have more than the first, to go before it; or
LIKELY, SPEAKS, MORE = 0.5, 0.75, 0.1  # a fair one, speaking of most of the question's words and of more than the first
DEEP = 10  # articles looked at
ACTING = 1.5  # of past findings, where somebody is about to act
NAMED = 10.0  # an article the question names comes first
TAUGHT = 5.0  # a question the office has answered itself, word for word
FULL = 4.0  # what an article scores that is best in every view
KINDS = ("법률", "시행령", "시행규칙", "훈령·예규", "고시·규정")


@dataclass(frozen=True)
class Lesson:
    """What the office taught: ``phrase``, said in a question, means the term ``target`` (kind 「용어」); or a question like ``phrase`` is
    answered by the article ``target`` (kind 「조문」).
    """

    kind: str
    phrase: str
    target: str


@dataclass(frozen=True)
class Hit:
    """An article that may answer. ``score``: 0..1, comparable within one question; ``card``, ``text``: what is known of it;
    ``named``: the question names it.
    """

    law: str
    article: str
    score: float
    card: Card | None
    text: Article | None
    named: bool = False

    @property
    def id(self) -> str:
        """「관세법 제38조의2」."""
        return f"{self.law} {self.article}"

    @property
    def title(self) -> str:
        """The official heading, else the card's own."""
        return (self.text.title if self.text else "") or (self.card.title if self.card else "")


@dataclass(frozen=True)
class Found:
    """A past finding that may be alike. ``score``: 0..1."""

    record: Record
    score: float


class Searcher:
    """Articles and findings found by question. ``cards``, ``articles``: by id; ``ids``: of all articles known."""

    def __init__(
        self,
        cards: Sequence[Card],
        articles: Sequence[Article],
        findings: Sequence[Record],
        lessons: Sequence[Lesson] = (),
        progress: Progress = lambda share, what: None,
    ) -> None:
        self.cards = {card.id: card for card in cards}
        self.articles = {article.id: article for article in articles}
        self.findings = tuple(findings)
        self.lessons = tuple(lessons)
        self._cards = index.of_cards(cards, progress)
        self._texts = index.of_texts(articles, progress)
        self._past = index.of_findings(findings, progress)
        self.ids = list(dict.fromkeys((*self._cards.ids, *self._texts.ids)))
        self._place = {one: at for at, one in enumerate(self.ids)}
        rules = [{f"{basis.law} {basis.article}" for basis in one.basis} for one in self.findings]
        self._basis = [np.array([self._place[one] for one in of if one in self._place], np.int64) for of in rules]
        self._of_law = np.array([one.rpartition(" ")[0] for one in self.ids])
        self._alone = np.array([1.0 if one in self.cards else ALONE for one in self._texts.ids], np.float32)
        self._first = np.array([FIRST.get(law, 0.0) for law in self._of_law], np.float32)
        self._kind = np.array([kind(law) for law in self._of_law])
        self._own = [
            (one, self.measure(one.phrase)) for one in lessons if one.kind == "조문" and one.target in self._place
        ]

    def taught(self, lessons: Sequence[Lesson]) -> "Searcher":
        """The same searcher with other lessons."""
        other = object.__new__(Searcher)
        other.__dict__ |= self.__dict__ | {"lessons": tuple(lessons)}
        other._own = [
            (one, self.measure(one.phrase)) for one in lessons if one.kind == "조문" and one.target in self._place
        ]
        return other

    @cached_property
    def laws(self) -> tuple[str, ...]:
        """The names of all laws that can be asked for."""
        return tuple(dict.fromkeys(self._of_law))

    def named(self, question: str) -> tuple[naming.Named, ...]:
        """The articles the question names, whether we have them or not."""
        return naming.named(question, self.laws)

    def speaks(self, text: str) -> bool:
        """Whether every word of it stands in some article."""
        return all(self._cards.known.get(word) or self._texts.known.get(word) for word in words(text))

    def weight(self, word: str) -> float:
        """How telling a word is: the fewer articles have it, the more."""
        held = max(self._cards.known.get(word, 0), self._texts.known.get(word, 0))
        return float(np.log(1 + len(self.ids) / (1 + held)))

    def scores(self, question: str, acting: bool = False) -> Floats:
        """How well each of ``ids`` answers. ``acting``: somebody is about to do it, so what others were found fault for tells more."""
        said = self._with_terms(question)
        told = {"words": words(said), "pairs": pairs(said)}
        total = np.zeros(len(self.ids), np.float32)
        for part, view in ((self._cards, "card"), (self._texts, "text")):
            at = [self._place[one] for one in part.ids]
            for name, tokens in told.items():
                heard = WEIGHTS[f"{view}_{name}"] * _unit(part.scores(f"{view}_{name}", tokens))
                total[at] += heard * self._alone if view == "text" else heard
        if len(self._cards.owner):
            asks = np.zeros(len(self._cards.ids), np.float32)
            likeness = sum(_unit(self._cards.scores(f"asks_{name}", tokens)) for name, tokens in told.items())
            np.maximum.at(asks, self._cards.owner, likeness)
            total[[self._place[one] for one in self._cards.ids]] += WEIGHTS["asks"] * _unit(asks)
        past = np.zeros(len(self.ids), np.float32)
        for of, heard in zip(self._basis, self._alike(told), strict=True):
            past[of] = np.maximum(past[of], heard**2)
        total += (ACTING if acting else WEIGHTS["past"]) * past
        total = np.where(total > 0, total + self._first, 0).astype(np.float32)
        for id, alike in self._told(question).items():
            total[self._place[id]] += TAUGHT * alike
        for order, one in enumerate(self.named(question)):
            if one.id in self._place:
                total[self._place[one.id]] += NAMED - order
        return total

    def _alike(self, told: dict[str, list[str]]) -> Floats:
        """How like a question, in words and pairs, each past finding is, 0..1."""
        heard = [_unit(self._past.scores(f"past_{name}", tokens)) for name, tokens in told.items()]
        return np.asarray(sum(heard) / 2, np.float32)

    def _told(self, question: str) -> dict[str, float]:
        """The articles the office itself gave for a question like this, and how like."""
        asked = self.measure(question) if self._own else {}
        told = {lesson.target: cosine(asked, phrase) for lesson, phrase in self._own}
        return {id: alike for id, alike in told.items() if alike > 0.5}

    def measure(self, text: str) -> dict[str, float]:
        """Its words, each with its weight."""
        return {word: self.weight(word) for word in words(text)}

    def signs(self, question: str, hit: Hit) -> dict[str, float]:
        """What tells whether an article answers at all: how much of the question's words, and of its pairs of letters, it speaks of (0..1, the
        telling ones more), how well any card (or its own text, where it has none) fits, how long the question is.
        """
        told, letters = self.measure(question), list(dict.fromkeys(pairs(question)))
        held = sum(
            weight
            for word, weight in told.items()
            if any(self._holds(view, word, hit.id)[0] for view in ("card_words", "text_words"))
        )
        view = "card_pairs" if hit.card else "text_pairs"
        seen = [self._holds(view, pair, hit.id) for pair in letters]
        best = float(self._cards.scores("card_pairs", letters).max(initial=0))
        if hit.card is None and hit.id in self._texts.place:
            best = max(best, float(self._texts.scores("text_pairs", letters)[self._texts.place[hit.id]]))
        return {
            "words": held / (sum(told.values()) or 1.0),
            "pairs": sum(weight for has, weight in seen if has) / (sum(weight for _, weight in seen) or 1.0),
            "fit": best,
            "length": float(np.log1p(len(told))),
        }

    def confidence(self, question: str, hits: Sequence[Hit]) -> float:
        """How likely the first of these answers, 0..1; fitted on development questions (``python -m tests.benchmarks.audit fit``)."""
        if not hits:
            return 0.0
        return self._sure(question, hits[0], self.signs(question, hits[0]))

    def _sure(self, question: str, hit: Hit, signs: dict[str, float]) -> float:
        """``confidence`` in one article, its signs known."""
        if self._told(question).get(hit.id, 0.0) > 0.75:
            return 1.0
        weights = _confidence()
        total = weights["intercept"] + sum(weights[name] * value for name, value in signs.items())
        return float(1 / (1 + np.exp(-total)))

    def spoken_of(self, question: str, record: Record) -> float:
        """How much of what the question speaks of a past finding speaks of too, 0..1."""
        told = self.measure(question)
        at = self._past.ids.index(record.id)
        heard = sum(weight for word, weight in told.items() if self._past.scores("past_words", [word])[at] > 0)
        return heard / sum(told.values()) if told else 0.0

    def nearest_asks(self, question: str, ids: Sequence[str]) -> tuple[str, ...]:
        """Of each of these cards, the way to ask that is most like the question."""
        heard = _unit(self._cards.scores("asks_words", words(question))) + _unit(
            self._cards.scores("asks_pairs", pairs(question))
        )
        told = []
        for id in ids:
            first, last = np.searchsorted(self._cards.owner, (self._cards.place[id], self._cards.place[id] + 1))
            if last > first:
                told.append(self.cards[id].asks[int(heard[first:last].argmax())])
        return tuple(told)

    def find(
        self, question: str, k: int = 10, law: str | None = None, kind: str | None = None, *, acting: bool = False
    ) -> list[Hit]:
        """The best first; ``acting`` as of ``scores``. Raises ``ValueError`` (Korean) for a law or a kind of law there is none of."""
        for title, asked, known in (("법령", law, self.laws), ("법령 종류", kind, KINDS)):
            if asked is not None and asked not in known:
                raise ValueError(f"{title} 「{asked}」은(는) 없습니다. 있는 값: {', '.join(known)}")
        scores = self.scores(question, acting)
        if law is not None:
            scores = np.where(self._of_law == law, scores, 0)
        if kind is not None:
            scores = np.where(self._kind == kind, scores, 0)
        order = np.argsort(-scores, kind="stable")[: max(k, DEEP)]
        return self._surest([self.hit(self.ids[at], float(scores[at])) for at in order if scores[at] > 0], question)[:k]

    def _surest(self, hits: list[Hit], question: str) -> list[Hit]:
        """A text without a card that surely answers goes before a first one that is less sure to, and counts as much."""
        if not hits or hits[0].named:
            return hits
        signs = self.signs(question, hits[0])
        first, spoken = self._sure(question, hits[0], signs), signs["words"]
        better = []
        for hit in hits[1:]:
            if hit.card is None:
                signs = self.signs(question, hit)
                sure = self._sure(question, hit, signs)
                if sure >= max(SURE, first + SURER) or (
                    sure >= LIKELY and signs["words"] >= max(SPEAKS, spoken + MORE)
                ):
                    better.append((sure, hit))
        told = [hit for _, hit in sorted(better, key=lambda one: -one[0])]
        return [*(replace(hit, score=hits[0].score) for hit in told), *(hit for hit in hits if hit not in told)]

    def hit(self, id: str, score: float = 0.0) -> Hit:
        """What is known of an article."""
        law, _, article = id.rpartition(" ")
        return Hit(
            law,
            article,
            round(min(score / FULL, 1.0), 4),
            self.cards.get(id),
            self.articles.get(id),
            score >= NAMED - 5,
        )

    def past(
        self,
        question: str,
        k: int = 5,
        *,
        year: int | None = None,
        field: str | None = None,
        disposition: str | None = None,
    ) -> list[Found]:
        """Past findings, the most alike first. Raises ``ValueError`` (Korean) for a year, field or disposition there is none of."""
        wanted = np.ones(len(self.findings), bool)
        filters: tuple[tuple[str, Hashable, Callable[[Record], set[Any]]], ...] = (
            ("연도", year, lambda one: {one.year}),
            ("업무분야", field, lambda one: {one.field}),
            ("처분", disposition, lambda one: {done.kind for done in one.dispositions}),
        )
        for title, asked, of in filters:
            if asked is None:
                continue
            fits = np.array([asked in of(one) for one in self.findings], bool)
            if not fits.any():
                known = sorted({str(value) for one in self.findings for value in of(one)})
                raise ValueError(f"{title} 「{asked}」에 해당하는 지적사례가 없습니다. 있는 값: {', '.join(known)}")
            wanted &= fits
        scores = np.where(wanted, self._alike({"words": words(question), "pairs": pairs(question)}), 0)
        order = np.argsort(-scores, kind="stable")[:k]
        return [Found(self.findings[at], round(float(scores[at]), 4)) for at in order if scores[at] > 0]

    def _with_terms(self, question: str) -> str:
        """The question, and the statutory terms for what it says in everyday words the office knows."""
        bare = re.sub(r"\s", "", question)
        terms = [one.target for one in self.lessons if one.kind == "용어" and re.sub(r"\s", "", one.phrase) in bare]
        return " ".join((question, *terms))

    def _holds(self, view: str, token: str, id: str) -> tuple[bool, float]:
        """Whether an article's view has a token, and how telling that is."""
        part = self._cards if view.startswith("card") else self._texts
        heard = part.scores(view, [token])
        at = part.place.get(id)
        weight = float(np.log(1 + len(part.ids) / (1 + int((heard > 0).sum()))))
        return at is not None and bool(heard[at] > 0), weight


@cache
def _confidence() -> dict[str, float]:
    told: dict[str, float] = json.loads((DATA / "audit" / "confidence.json").read_text("utf-8"))["weights"]
    return told


def opened(progress: Progress | None = None, lessons: Sequence[Lesson] = ()) -> Searcher:
    """The searcher over all cards, findings and imported laws; what is missing of its index is built first."""
    return Searcher(
        cards_of.load(), laws_of.load(), findings_of.load(), lessons, progress or (lambda share, what: None)
    )


def kind(law: str) -> str:
    """Of ``KINDS``, by the law's name."""
    for ending, told in (
        ("시행령", "시행령"),
        ("시행규칙", "시행규칙"),
        ("훈령", "훈령·예규"),
        ("예규", "훈령·예규"),
        ("고시", "고시·규정"),
    ):
        if law.endswith(ending):
            return told
    return "법률" if law.endswith(("법", "법률")) else "시행령" if law.endswith("령") else "고시·규정"


def cosine(a: dict[str, float], b: dict[str, float]) -> float:
    """How alike two measured texts are, 0..1."""
    shared = sum(a[word] * b[word] for word in a.keys() & b.keys())
    size = float(np.sqrt(sum(v * v for v in a.values()) * sum(v * v for v in b.values())))
    return shared / size if size else 0.0


def _unit(scores: Floats) -> Floats:
    most = float(scores.max(initial=0))
    return scores / most if most > 0 else scores
