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
    kept[which] = told
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (MODELS / "audit.md").write_text(card(kept), "utf-8")


SETS = {
    "given plain": "평소 말(개발용, 밖에서 받은 40개)", "given officer": "직원 말(개발용, 밖에서 받은 40개)", "plain": "평소 말", "officer": "직원 말", "number": "조문 번호",
    "typo": "오타", "allow": "거절과 비슷한 것", "none": "답이 없는 것", "refuse": "거절할 것",
}  # fmt: skip
CARD = """# 감사 조력 대감집: 찾기와 답변의 성능

**찾는 방법** 조문마다 쉬운 말로 쓴 해설 카드와 사람들이 묻는 말, 가져온 공식 원문, 지적사례를 형태소와 두 글자 조각으로 색인하고(BM25) 점수를 더합니다.
질문에 적힌 조문 번호는 그대로 찾습니다. 답할 만한지는 질문의 말이 조문에 얼마나 나오는지 등 네 가지로 판단합니다(로지스틱 회귀,
`data/audit/confidence.json`).

**자료** 해설 카드와 지적사례(가상 사례)는 모두 우리가 쓴 것입니다. 카드는 2026년 1월 법령(관세청 감사에 관한 훈령은 2016년 제1841호)을 보고 썼고,
법령의 문장은 옮기지 않았습니다. 측정할 때에는 실제 법령 57종 전체를 가져와 색인했습니다.

**질문** 「개발용」은 가중치와 기준을 정하는 데 쓴 질문이라 수치가 후합니다. 「처음 보는 질문」은 카드를 보지 않은 사람이 쓰고 조정에 한 번도 쓰지 않은
것입니다. 재현율@k는 정답 조문이 k번째 안에 나온 비율, 인정@5는 함께 봐도 되는 조문까지 칠 때의 비율입니다. 띄어쓰기 TF-IDF는 같은 법령을 낱말로만 찾는
기준 방법입니다.
"""
LIMITS = """
## 한계

- 해설 카드가 없는 법령(가져온 원문만 있는 것)은 평소 말로 잘 찾지 못합니다. 카드는 2026년 1월 뒤의 개정을 담지 않습니다. 그 뒤에 시행된 원문을 가져오면 그렇다고 표시합니다.
- 질문과 지적사례가 모두 지어낸 것이라, 실제 직원의 질문에서는 다를 수 있습니다. 「개선 작업함」에 모인 질문으로 다시 재야 합니다.
- 「답이 없는 것」의 판단은 낱말에 기댑니다. 관세 업무의 말로 쓴 엉뚱한 질문에는 답이 나올 수 있으니 인용된 원문을 확인하십시오.
- 모델이 쓴 답은 문장마다 출처와 대조해 남기지만, 말을 교묘하게 바꾼 문장까지 모두 가려내지는 못합니다(지어낸 거짓 문장의 4분의 1쯤을 놓칩니다).
- 감사 훈령의 해설과 기한은 2016년 훈령을 바탕으로 한 것이니 현행 훈령과 대조하십시오.
"""


def card(kept: dict[str, Any]) -> str:
    """The model card, in Korean."""
    lines = [CARD]
    for which, title in (("main", "개발용 질문"), ("unseen", "처음 보는 질문")):
        if which not in kept:
            continue
        told = kept[which]
        lines += [
            f"## {title}",
            "",
            "| 질문 | 수 | 재현율@1 | 재현율@5 | MRR | 인정@5 | TF-IDF 재현율@5 |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {SETS[name]} | {row['questions']} | {row['recall@1']:.3f} | {row['recall@5']:.3f} | {row['mrr']:.3f} | {row['accepted@5']:.3f} | "
            f"{told['peer'][name]['recall@5']:.3f} |"
            for name, row in told["found"].items()
            if isinstance(row, dict)
        ]
        lines += [
            "",
            "| 질문 | 수 | 답하지 않음 | 그 가운데 거절 | 첫 인용이 맞음 | 모든 인용이 맞음 |",
            "|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {SETS[name]} | {row['questions']} | {row['unanswered']} | {row['refused']} | "
            + " | ".join(
                "" if row[key] is None else f"{row[key]:.3f}" for key in ("first citation right", "citations right")
            )
            + " |"
            for name, row in told["answers"].items()
            if isinstance(row, dict)
        ]
        lines += [
            "",
            f"질문 하나에 찾기 {told['found']['p95 ms']} ms, 답 {told['answers']['p95 ms']} ms(95번째 백분위수), 색인 여는 시간 {told['index']['opened s']}초.",
            "",
        ]
    return "\n".join(lines) + LIMITS


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
