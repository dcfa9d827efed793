"""What the search looks things up in: three parts, our cards with the ways people ask, the official texts, the past findings; each read by
words and by pairs of letters.

A part is built once (half a minute for the cards, about a minute for a whole library of law) and kept, that of the cards we ship where every
suite of this machine finds it; what it was built from names it, so that a change makes a new one of that part alone.
"""

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import bm25s
import numpy as np

from lib.entries.audit.cards import Card
from lib.entries.audit.findings import Record
from lib.entries.audit.laws import Article
from lib.entries.audit.words import pairs, words
from lib.files import clear_left
from lib.settings import settings

Floats = np.ndarray[Any, np.dtype[np.float32]]
Progress = Callable[[float, str], None]
Tokens = list[str]
Read = tuple[str, dict[str, Tokens], list[dict[str, Tokens]]]  # id, its views, and those of each way to ask for it

APART = "apart.json"  # the words of each text
FORM = 6  # another one is built anew
LONGEST = 4000  # letters of an article that are indexed
K1, B = 1.2, 0.6
READERS = {"words": words, "pairs": pairs}


class Part:
    """One part: ``ids`` in its order, ``place``: of each; ``owner``: of each way to ask, the place in ``ids``; ``known``: in how many of them a word stands."""

    def __init__(self, folder: Path) -> None:
        about = json.loads((folder / "part.json").read_text("utf-8"))
        self.ids: list[str] = about["ids"]
        self.place = {id: at for at, id in enumerate(self.ids)}
        self.known: dict[str, int] = about["known"]
        self.owner = np.array(about["owner"], np.int64)
        self._views = {name: _View(folder / name) for name in about["views"]}

    def scores(self, view: str, tokens: Sequence[str]) -> Floats:
        """BM25 of each document of a view."""
        found = self._views.get(view)
        return found.scores(tokens) if found else np.zeros(0, np.float32)


class _View:
    """BM25 over one view of the documents; one without a word knows nothing."""

    def __init__(self, folder: Path) -> None:
        about = json.loads((folder / "about.json").read_text("utf-8"))
        self._documents: int = about["documents"]
        self._vocabulary: dict[str, int] = about["vocabulary"]
        self._retriever = bm25s.BM25.load(folder, load_vocab=False, show_progress=False) if self._vocabulary else None

    def scores(self, tokens: Sequence[str]) -> Floats:
        known = [self._vocabulary[token] for token in tokens if token in self._vocabulary]
        if not known or self._retriever is None:
            return np.zeros(self._documents, np.float32)
        return np.asarray(self._retriever.get_scores_from_ids(known), np.float32)


def of_cards(cards: Sequence[Card], progress: Progress) -> Part:
    """Views ``card_words``, ``card_pairs`` of each card, ``asks_words``, ``asks_pairs`` of each way to ask."""
    return _opened(settings().index_dir, "cards", cards, _read_card, progress, "해설 카드")


def of_texts(articles: Sequence[Article], progress: Progress) -> Part:
    """Views ``text_words``, ``text_pairs`` of each article."""
    return _opened(settings().folder("audit", "index"), "texts", articles, _read_article, progress, "조문")


def of_findings(findings: Sequence[Record], progress: Progress) -> Part:
    """Views ``past_words``, ``past_pairs`` of each finding."""
    return _opened(settings().folder("audit", "index"), "past", findings, _read_finding, progress, "지적사례")


def _read_card(card: Card) -> Read:
    views: dict[str, Tokens] = {}
    asks: list[dict[str, Tokens]] = [{} for _ in card.asks]
    terms = " ".join(word for pair in card.terms for word in pair)
    rest = " ".join((card.who, *card.deadlines, card.sanction))
    for name, read in READERS.items():
        told = [read(ask) for ask in card.asks]
        for ask, tokens in zip(asks, told, strict=True):
            ask[f"asks_{name}"] = tokens
        views[f"card_{name}"] = [token for tokens in told for token in tokens]
        views[f"card_{name}"] += read(card.title) * 3 + read(card.gist) * 2 + read(terms) * 2 + read(rest)
    return card.id, views, asks


def _read_article(article: Article) -> Read:
    text = article.text[:LONGEST]
    told = {"words": _words_of(text), "pairs": pairs(text)}
    return article.id, {f"text_{name}": read(article.title) * 2 + told[name] for name, read in READERS.items()}, []


_shelf: dict[str, Tokens] = {}  # words of texts already taken apart, while a part is built


def _words_of(text: str) -> Tokens:
    """Taking words apart is nearly all of the time it takes: what the part before has done is taken over."""
    key = hashlib.sha256(text.encode()).hexdigest()[:32]
    if key not in _shelf:
        _shelf[key] = words(text)
    return _shelf[key]


def _taken_over(folder: Path) -> None:
    for old in folder.parent.glob(f"{folder.name.partition('-')[0]}-*/{APART}"):
        try:
            kept = json.loads(old.read_text("utf-8"))
            words_of = kept["words"]
            _shelf.update({key: [words_of[at] for at in places] for key, places in kept["texts"].items()})
        except (OSError, ValueError, LookupError):
            continue  # taken apart anew


def _put_by(folder: Path) -> None:
    numbers: dict[str, int] = {}
    texts = {key: [numbers.setdefault(word, len(numbers)) for word in told] for key, told in _shelf.items()}
    (folder / APART).write_text(json.dumps({"words": list(numbers), "texts": texts}, ensure_ascii=False), "utf-8")
    _shelf.clear()


def _read_finding(one: Record) -> Read:
    told = " ".join((one.title, one.topic, *one.tags, *one.asks))
    rest = " ".join((one.overview, one.facts, one.judgement, *(basis.says for basis in one.basis), *one.checklist))
    return one.id, {f"past_{name}": read(told) * 2 + read(rest) for name, read in READERS.items()}, []


def _opened(
    root: Path, name: str, things: Sequence[Any], read: Callable[[Any], Read], progress: Progress, title: str
) -> Part:
    """The part made of these things, built first where it is missing."""
    made_of = hashlib.sha256(f"{FORM}".encode())
    for one in things:
        made_of.update(repr(one).encode())
    folder = root / f"{name}-{made_of.hexdigest()[:16]}"
    clear_left(root, f"{name}-*.new")
    if not (folder / "part.json").exists():
        _taken_over(folder)
        _build(folder, _told((read(one) for one in things), len(things), progress, title))
        for old in folder.parent.glob(f"{name}-*"):
            if old != folder and ".new" not in old.name:
                shutil.rmtree(old, ignore_errors=True)
    return Part(folder)


def _told(read: Iterator[Read], count: int, progress: Progress, title: str) -> Iterator[Read]:
    for at, one in enumerate(read):
        if at % 25 == 0:
            progress(at / count, f"{title} {at:,}/{count:,}건을 색인하고 있습니다.")
        yield one


def _build(folder: Path, read: Iterator[Read]) -> None:
    """Made aside and put in place whole, whoever else does the same."""
    views: dict[str, list[Tokens]] = {}
    ids: list[str] = []
    owner: list[int] = []
    known: Counter[str] = Counter()
    for at, (id, told, asks) in enumerate(read):
        ids.append(id)
        owner += [at] * len(asks)
        for one in (told, *asks):
            for view, tokens in one.items():
                views.setdefault(view, []).append(tokens)
        known.update({token for view, tokens in told.items() if view.endswith("words") for token in tokens})
    waiting = folder.with_name(f"{folder.name}.{os.getpid()}.new")
    shutil.rmtree(waiting, ignore_errors=True)
    waiting.mkdir(parents=True)
    for view, documents in views.items():
        _index(waiting / view, documents)
    about: Mapping[str, Any] = {"ids": ids, "known": known, "owner": owner, "views": list(views)}
    (waiting / "part.json").write_text(json.dumps(about, ensure_ascii=False), "utf-8")
    _put_by(waiting)
    try:
        waiting.rename(folder)
    except OSError:  # another program was quicker
        shutil.rmtree(waiting, ignore_errors=True)


def _index(folder: Path, documents: Sequence[Tokens]) -> None:
    vocabulary: dict[str, int] = {}
    numbers = [[vocabulary.setdefault(token, len(vocabulary)) for token in document] for document in documents]
    folder.mkdir()
    if vocabulary:
        retriever = bm25s.BM25(k1=K1, b=B)
        retriever.index((numbers, vocabulary), show_progress=False)
        retriever.save(folder, show_progress=False)
    about = {"documents": len(documents), "vocabulary": vocabulary}
    (folder / "about.json").write_text(json.dumps(about, ensure_ascii=False), "utf-8")
