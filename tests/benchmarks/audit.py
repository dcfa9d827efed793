"""대감집 over real law: recall of the right article by kind of question, what is rightly left unanswered, time a query; whitespace TF-IDF as
the peer. ``main``: the development questions; ``unseen``: the questions written after the cards and never tuned on.

The texts and development questions lie beside the project (``../shared/laws``) and are no part of it.
"""

import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from lib.entries.audit import answer, laws, search
from lib.settings import ROOT, settings

SHARED = ROOT.parent / "shared" / "laws"
UNSEEN = ROOT / "tests" / "audit" / "unseen.jsonl"
Find = Callable[[str], Sequence[str]]


def questions(which: str) -> list[dict[str, Any]]:
    if which == "unseen":
        return [json.loads(line) for line in UNSEEN.read_text("utf-8").splitlines() if line]
    return list(json.loads((SHARED / "questions.json").read_text("utf-8")))


def ids(pairs: Iterable[Sequence[str]]) -> set[str]:
    return {" ".join(pair) for pair in pairs}


def report(title: str, asked: list[dict[str, Any]], find: Find) -> None:
    """Recall@1, recall@5 and MRR by set, of the gold alone and with what a specialist would also accept."""
    places: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    took = []
    for one in asked:
        if not one["gold"]:
            continue
        started = time.perf_counter()
        found = list(find(one["question"]))[:10]
        took.append(time.perf_counter() - started)
        gold, fine = ids(one["gold"]), ids(one["gold"]) | ids(one.get("also_ok", ()))
        first, also = (next((at for at, got in enumerate(found) if got in wanted), 99) for wanted in (gold, fine))
        places[one["set"]].append((first, also))
    for name, told in places.items():
        at, also = np.array(told).T
        print(
            f"{title:<22} {name:<8} {len(told):>3} questions: recall@1 {(at < 1).mean():.3f}, @5 {(at < 5).mean():.3f}, "
            f"MRR {np.where(at < 10, 1 / (at + 1), 0).mean():.3f}; with what is also right @1 {(also < 1).mean():.3f}, @5 {(also < 5).mean():.3f}"
        )
    print(f"{title:<22} a query: median {1000 * np.median(took):.1f} ms, p95 {1000 * np.quantile(took, 0.95):.1f} ms")


def main(which: str) -> None:
    asked = questions(which)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AX_DATA_DIR"] = folder
        settings.cache_clear()
        articles = laws.keep(laws.read(SHARED / "articles.json"))
        started = time.perf_counter()
        search.opened()
        built = time.perf_counter() - started
        started = time.perf_counter()
        searcher = search.opened()
        print(
            f"{len(articles):,} articles: index made in {built:.0f} s, opened in {time.perf_counter() - started:.2f} s"
        )
        searcher.find("데우기")
        report("cards and texts", asked, lambda q: [hit.id for hit in searcher.find(q)])
        answered = [(one, answer.answer(one["question"], searcher)) for one in asked]
        for name in dict.fromkeys(one["set"] for one in asked):
            some = [told.abstained for one, told in answered if one["set"] == name]
            print(f"abstained: {name:<8} {sum(some)} of {len(some)}")
        cited = [(one, cite) for one, told in answered for cite in told.citations[:1] if one["gold"]]
        right = sum(cite.id in ids(one["gold"]) | ids(one.get("also_ok", ())) for one, cite in cited)
        print(f"first citation right: {right} of {len(cited)}")
    texts = TfidfVectorizer(token_pattern=r"\S+")
    matrix = texts.fit_transform([f"{one.title} {one.text}" for one in articles])
    report(
        "whitespace TF-IDF", asked,
        lambda q: [articles[at].id for at in np.argsort(-(matrix @ texts.transform([q]).T).toarray().ravel(), kind="stable")[:10]],
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "main")
