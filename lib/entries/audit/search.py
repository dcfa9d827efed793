"""Which articles and past findings answer a question: our cards, the ways people ask and the official texts, each by words and by pairs of letters.

The index is built once (some twenty seconds for the cards, about a minute more for a whole library of law) and kept under
``AX_DATA_DIR``; what it was built from names it, so that a card or a law that changed makes a new one.
"""

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import bm25s
import numpy as np

from lib.entries.audit import cards as cards_of
from lib.entries.audit import findings as findings_of
from lib.entries.audit import laws as laws_of
from lib.entries.audit.cards import Card
from lib.entries.audit.findings import Record
from lib.entries.audit.laws import Article
from lib.entries.audit.words import pairs, words
from lib.settings import settings

Floats = np.ndarray[Any, np.dtype[np.float32]]
Progress = Callable[[float, str], None]

FORM = 3  # of the index: another one is built anew
LONGEST = 4000  # letters of an article that are indexed
# How much each view of an article says; development questions only (tests/benchmarks/audit.py).
WEIGHTS = {"card_words": 1.0, "card_pairs": 1.0, "text_words": 0.4, "text_pairs": 0.4, "asks": 0.5}
FIRST = {"관세법": 0.2, "관세법 시행령": 0.12}  # what most questions of customs officers are about
K1, B = 1.2, 0.6


@dataclass(frozen=True)
class Hit:
    """An article that may answer. ``score``: 0..1 and more, comparable within one question; ``card``, ``text``: what is known of it."""

    law: str
    article: str
    score: float
    card: Card | None
    text: Article | None

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
    """A past finding that may be alike."""

    record: Record
    score: float


class Searcher:
    """Articles and findings found by question. ``cards``, ``articles``: by id; ``ids``: in the order of the index."""

    def __init__(
        self, folder: Path, cards: Sequence[Card], articles: Sequence[Article], findings: Sequence[Record] = ()
    ) -> None:
        self.findings = tuple(findings)
        self.cards = {card.id: card for card in cards}
        self.articles = {article.id: article for article in articles}
        self.ids: list[str] = json.loads((folder / "ids.json").read_text("utf-8"))
        self._owner = np.load(folder / "owner.npy")
        self._views = {name: _View.load(folder / name) for name in VIEWS}
        self._known: dict[str, int] = json.loads((folder / "known.json").read_text("utf-8"))
        self._place = {one: at for at, one in enumerate(self.ids)}
        self._first = np.array([FIRST.get(one.rpartition(" ")[0], 0.0) for one in self.ids], np.float32)

    @cached_property
    def laws(self) -> tuple[str, ...]:
        """The names of all laws that can be asked for."""
        return tuple(dict.fromkeys(one.rpartition(" ")[0] for one in self.ids))

    def scores(self, question: str) -> Floats:
        """How well each of ``ids`` answers."""
        told, letters = words(question), pairs(question)
        views = {
            name: view.scores(letters if name.endswith("pairs") else told)
            for name, view in self._views.items()
            if not name.startswith("past")
        }
        asks = np.zeros(len(self.ids), np.float32)
        np.maximum.at(asks, self._owner, _unit(views["asks_words"]) + _unit(views["asks_pairs"]))
        total = WEIGHTS["asks"] * _unit(asks)
        for name in ("card_words", "card_pairs", "text_words", "text_pairs"):
            total = total + WEIGHTS[name] * _unit(views[name])
        return np.where(total > 0, total + self._first, 0).astype(np.float32)

    def evidence(self, question: str, hits: Sequence[Hit]) -> float:
        """How much of what the question speaks of these articles speak of too, 0..1: its words, weighed by how telling they are."""
        told = dict.fromkeys(words(question))
        if not told or not hits:
            return 0.0
        places = [self._place[hit.id] for hit in hits]
        heard = weighed = 0.0
        for word in told:
            weight = float(np.log(1 + len(self.ids) / (1 + self._known.get(word, 0))))
            said = any(
                view.holds(word, at) for view in (self._views["card_words"], self._views["text_words"]) for at in places
            )
            heard, weighed = heard + weight * said, weighed + weight
        return heard / weighed

    def find(self, question: str, k: int = 10, law: str | None = None) -> list[Hit]:
        """The best first. Raises ``ValueError`` (Korean) for a law nobody knows."""
        if law is not None and law not in self.laws:
            raise ValueError(f"「{law}」은(는) 없는 법령입니다. 법령 이름을 목록에서 고르십시오.")
        scores = self.scores(question)
        if law is not None:
            scores = np.where([one.rpartition(" ")[0] == law for one in self.ids], scores, 0)
        order = np.argsort(-scores, kind="stable")[:k]
        return [self._hit(int(at), float(scores[at])) for at in order if scores[at] > 0]

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
        wanted = [True] * len(self.findings)
        filters: tuple[tuple[str, Any, list[set[Any]]], ...] = (
            ("연도", year, [{one.year} for one in self.findings]),
            ("업무분야", field, [{one.field} for one in self.findings]),
            ("처분", disposition, [{done.kind for done in one.dispositions} for one in self.findings]),
        )
        for title, asked, told in filters:
            if asked is None:
                continue
            if not any(asked in values for values in told):
                known = ", ".join(str(value) for value in sorted(set().union(*told)))
                raise ValueError(f"{title} 「{asked}」에 해당하는 지적사례가 없습니다. 있는 값: {known}")
            wanted = [fits and asked in values for fits, values in zip(wanted, told, strict=True)]
        views = (self._views["past_words"].scores(words(question)), self._views["past_pairs"].scores(pairs(question)))
        scores = np.where(wanted, _unit(views[0]) + _unit(views[1]), 0)
        order = np.argsort(-scores, kind="stable")[:k]
        return [Found(self.findings[at], round(float(scores[at]), 4)) for at in order if scores[at] > 0]

    def _hit(self, at: int, score: float) -> Hit:
        law, _, article = self.ids[at].rpartition(" ")
        return Hit(law, article, round(score, 4), self.cards.get(self.ids[at]), self.articles.get(self.ids[at]))


VIEWS = ("card_words", "card_pairs", "text_words", "text_pairs", "asks_words", "asks_pairs", "past_words", "past_pairs")


class _View:
    """BM25 over one view of the documents; one without a word knows nothing."""

    def __init__(self, retriever: bm25s.BM25 | None, vocabulary: dict[str, int], documents: int) -> None:
        self._retriever, self._vocabulary, self._documents = retriever, vocabulary, documents

    @classmethod
    def build(cls, folder: Path, documents: Sequence[Sequence[str]]) -> None:
        vocabulary: dict[str, int] = {}
        numbers = [[vocabulary.setdefault(token, len(vocabulary)) for token in document] for document in documents]
        if vocabulary:
            retriever = bm25s.BM25(k1=K1, b=B)
            retriever.index((numbers, vocabulary), show_progress=False)
            retriever.save(folder, show_progress=False)
        about = {"documents": len(documents), "vocabulary": vocabulary}
        (folder / "about.json").write_text(json.dumps(about, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> "_View":
        about = json.loads((folder / "about.json").read_text("utf-8"))
        vocabulary: dict[str, int] = about["vocabulary"]
        retriever = bm25s.BM25.load(folder, load_vocab=False, show_progress=False) if vocabulary else None
        return cls(retriever, vocabulary, about["documents"])

    def holds(self, token: str, at: int) -> bool:
        """Whether a document has the token."""
        return token in self._vocabulary and bool(self.scores([token])[at] > 0)

    def scores(self, tokens: Sequence[str]) -> Floats:
        known = [self._vocabulary[token] for token in tokens if token in self._vocabulary]
        if not known or self._retriever is None:
            return np.zeros(self._documents, np.float32)
        return np.asarray(self._retriever.get_scores_from_ids(known), np.float32)


def opened(progress: Progress | None = None) -> Searcher:
    """The searcher over all cards and imported laws, its index built first where it is missing."""
    cards, articles, findings = cards_of.load(), laws_of.load(), findings_of.load()
    folder = settings().folder("audit") / f"index-{_name(cards, articles, findings)}"
    if not (folder / "ids.json").exists():
        _build(folder, cards, articles, findings, progress or (lambda share, what: None))
    return Searcher(folder, cards, articles, findings)


def _name(*made_of: Sequence[object]) -> str:
    """Of what the index is made of."""
    told = hashlib.sha256(f"{FORM}".encode())
    for one in (part for parts in made_of for part in parts):
        told.update(repr(one).encode())
    return told.hexdigest()[:16]


def _build(
    folder: Path, cards: Sequence[Card], articles: Sequence[Article], findings: Sequence[Record], progress: Progress
) -> None:
    """Made aside and put in place whole; earlier indexes go."""
    by_id: dict[str, tuple[Card | None, Article | None]] = {card.id: (card, None) for card in cards}
    by_id |= {article.id: (by_id.get(article.id, (None, None))[0], article) for article in articles}
    views: dict[str, list[list[str]]] = {name: [] for name in VIEWS}
    owner: list[int] = []
    known: Counter[str] = Counter()  # in how many articles a word stands
    for at, (card, text) in enumerate(by_id.values()):
        if at % 50 == 0:
            progress(at / len(by_id), f"조문 {at:,}/{len(by_id):,}개를 색인하고 있습니다.")
        for read, kind in ((words, "words"), (pairs, "pairs")):
            asks = [read(ask) for ask in card.asks] if card else []
            told = [token for ask in asks for token in ask]
            if card:
                told += (
                    read(card.title) * 3
                    + read(card.gist) * 2
                    + [t for pair in card.terms for t in read(" ".join(pair))] * 2
                )
                told += read(" ".join((card.who, *card.deadlines, card.sanction)))
            views[f"card_{kind}"].append(told)
            views[f"text_{kind}"].append(read(text.title) * 2 + read(text.text[:LONGEST]) if text else [])
            views[f"asks_{kind}"] += asks
        known.update({*views["card_words"][-1], *views["text_words"][-1]})
        owner += [at] * (len(card.asks) if card else 0)
    for one in findings:
        said = " ".join((one.overview, one.facts, one.judgement, *(basis.says for basis in one.basis), *one.checklist))
        for read, kind in ((words, "words"), (pairs, "pairs")):
            views[f"past_{kind}"].append(
                read(f"{one.title} {one.topic} {' '.join(one.tags)} {' '.join(one.asks)}") * 2 + read(said)
            )
    waiting = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(waiting, ignore_errors=True)
    for name, documents in views.items():
        (waiting / name).mkdir(parents=True)
        _View.build(waiting / name, documents)
    np.save(waiting / "owner.npy", np.array(owner, np.int64))
    (waiting / "ids.json").write_text(json.dumps(list(by_id), ensure_ascii=False), "utf-8")
    (waiting / "known.json").write_text(json.dumps(known, ensure_ascii=False), "utf-8")
    for old in folder.parent.glob("index-*"):
        if old != waiting:
            shutil.rmtree(old, ignore_errors=True)
    waiting.rename(folder)
    progress(1.0, "색인을 마쳤습니다.")


def _unit(scores: Floats) -> Floats:
    most = float(scores.max(initial=0))
    return scores / most if most > 0 else scores
