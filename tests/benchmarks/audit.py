"""대감집 over real law: recall of the right article by kind of question, what is rightly left unanswered, time a query; whitespace TF-IDF as
the peer. ``main``: the development questions; ``unseen``: the questions written after the cards and never tuned on; ``fit``: fits on the
shipped development questions when there is no answer (data/audit/confidence.json).

The texts and 80 of the development questions lie beside the project (``../shared/laws``) and are no part of it.
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
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lib.entries.audit import answer, laws, search
from lib.files import json_lines
from lib.settings import DATA, MODELS, ROOT, settings

SHARED = ROOT.parent / "shared" / "laws"
SHIPPED = DATA / "audit" / "questions.jsonl"
UNSEEN = ROOT / "tests" / "audit" / "unseen.jsonl"
SIGNS = ("words", "pairs", "fit", "length")
Find = Callable[[str], Sequence[str]]


def questions(which: str) -> list[dict[str, Any]]:
    if which == "unseen":
        return json_lines(UNSEEN)
    given = json.loads((SHARED / "questions.json").read_text("utf-8"))
    return [*({**one, "set": f"given {one['set']}"} for one in given), *json_lines(SHIPPED)]


def ids(pairs: Iterable[Sequence[str]]) -> set[str]:
    return {" ".join(pair) for pair in pairs}


def report(title: str, asked: list[dict[str, Any]], find: Find) -> dict[str, Any]:
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
    told: dict[str, Any] = {}
    for name, some in places.items():
        at, also = np.array(some).T
        row = {
            "questions": len(some),
            "recall@1": float((at < 1).mean()),
            "recall@5": float((at < 5).mean()),
            "mrr": float(np.where(at < 10, 1 / (at + 1), 0).mean()),
            "accepted@5": float((also < 5).mean()),
        }
        told[name] = {key: round(value, 3) for key, value in row.items()}
        print(f"{title:<20} {name:<14} " + ", ".join(f"{key} {value}" for key, value in told[name].items()))
    told["p95 ms"] = round(1000 * float(np.quantile(took, 0.95)), 1)
    print(f"{title:<20} a query: median {1000 * np.median(took):.1f} ms, p95 {told['p95 ms']} ms")
    return told


def answers(asked: list[dict[str, Any]], searcher: search.Searcher) -> dict[str, Any]:
    """What was left unanswered by set, and of the answered how right the citations are, the first and all of them."""
    told: dict[str, Any] = {}
    took = []
    for name in dict.fromkeys(one["set"] for one in asked):
        some = [one for one in asked if one["set"] == name]
        found = []
        for one in some:
            started = time.perf_counter()
            found.append(answer.answer(one["question"], searcher))
            took.append(time.perf_counter() - started)
        right = [ids(one["gold"]) | ids(one.get("also_ok", ())) for one in some]
        cited = [
            [cite.id in fine for cite in got.citations]
            for got, fine, one in zip(found, right, some, strict=True)
            if one["gold"] and got.citations
        ]
        told[name] = {
            "questions": len(some),
            "unanswered": sum(got.abstained for got in found),
            "refused": sum(got.refused for got in found),
            "first citation right": round(float(np.mean([one[0] for one in cited])), 3) if cited else None,
            "citations right": round(float(np.mean([right for one in cited for right in one])), 3) if cited else None,
        }
        print(f"answers {name:<14} " + ", ".join(f"{key} {value}" for key, value in told[name].items()))
    told["p95 ms"] = round(1000 * float(np.quantile(took, 0.95)), 1)
    print(f"answers: p95 {told['p95 ms']} ms")
    return told


def imported() -> tuple[laws.Article, ...]:
    """The whole library of law, in a folder of its own."""
    os.environ["AX_DATA_DIR"] = tempfile.mkdtemp()
    settings.cache_clear()
    laws.keep(laws.read(SHARED / "articles.json"))
    return laws.load()


def main(which: str) -> None:
    asked = questions(which)
    articles = imported()
    started = time.perf_counter()
    search.opened()
    built = time.perf_counter() - started
    started = time.perf_counter()
    searcher = search.opened()
    opened = time.perf_counter() - started
    print(f"{len(articles):,} articles: index made in {built:.0f} s, opened in {opened:.2f} s")
    searcher.find("데우기")
    told = {"found": report("cards and texts", asked, lambda q: [hit.id for hit in searcher.find(q)])}
    told["answers"] = answers(asked, searcher)
    texts = TfidfVectorizer(token_pattern=r"\S+")
    matrix = texts.fit_transform([f"{one.title} {one.text}" for one in articles])
    told["peer"] = report(
        "whitespace TF-IDF", asked,
        lambda q: [articles[at].id for at in np.argsort(-(matrix @ texts.transform([q]).T).toarray().ravel(), kind="stable")[:10]],
    )  # fmt: skip
    told["index"] = {"articles": len(articles), "opened s": round(opened, 2)}
    path = MODELS / "audit.json"
    kept = json.loads(path.read_text("utf-8")) if path.exists() else {}
    path.write_text(json.dumps({**kept, which: told}, ensure_ascii=False, indent=1) + "\n", "utf-8")


def fit() -> None:
    """With the official texts and without them, so that one set of weights serves both."""
    asked = [one for one in json_lines(SHIPPED) if (one["gold"] and one["set"] != "number") or one["set"] == "none"]
    rows: list[list[float]] = []
    answerable: list[bool] = []
    for with_texts in (True, False):
        if with_texts:
            imported()
        else:
            os.environ["AX_DATA_DIR"] = tempfile.mkdtemp()
            settings.cache_clear()
        searcher = search.opened()
        for one in asked:
            if hits := searcher.find(one["question"], 1):
                told = searcher.signs(one["question"], hits[0])
                rows.append([told[name] for name in SIGNS])
                answerable.append(bool(one["gold"]))
    answered, signs = np.array(answerable), np.array(rows)
    model = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced"))
    chance = cross_val_predict(model, signs, answered, cv=10, method="predict_proba")[:, 1]
    model.fit(signs, answered)
    weights = model[-1].coef_[0] / model[0].scale_
    fitted = dict(zip(SIGNS, weights.round(4).tolist(), strict=True))
    fitted["intercept"] = round(float(model[-1].intercept_[0] - (weights * model[0].mean_).sum()), 4)
    print(f"ROC-AUC {roc_auc_score(answered, chance):.3f} (10 folds)")
    for least in (0.15, 0.2, 0.25, 0.3, 0.4):
        print(
            f"at {least}: lost {(chance[answered] < least).mean():.3f}, passed {(chance[~answered] >= least).mean():.3f}"
        )
    about = f"data/audit/questions.jsonl, {int(answered.sum()) // 2} answerable and {int((~answered).sum()) // 2} not, with and without official texts"
    (DATA / "audit" / "confidence.json").write_text(json.dumps({"fitted on": about, "weights": fitted}, ensure_ascii=False, indent=1) + "\n", "utf-8")  # fmt: skip


if __name__ == "__main__":
    which = sys.argv[1] if len(sys.argv) > 1 else "main"
    fit() if which == "fit" else main(which)
