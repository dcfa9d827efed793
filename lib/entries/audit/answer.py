"""The answer to a question, composed of what the articles say and nothing else: each sentence with its source, or plainly none.

``answer`` needs no model. What is said is our card's plain words; what is quoted is the official text where it was imported.
"""

import re
from dataclasses import dataclass
from typing import Any

from lib.entries.audit.search import Found, Hit, Searcher
from lib.entries.audit.words import words

MOST = 3  # articles an answer rests on
NEAR = 0.75  # of the best one's score, to be told beside it
LEAST = 0.45  # evidence under which there is no answer; set on development questions (tests/benchmarks/audit.py)
NOTHING = "근거를 찾지 못했습니다. 질문을 바꾸어 다시 물어보시거나, 아래의 가까운 조문을 확인하십시오."
REFUSED = "진행 중인 감사에서 사실을 감추는 방법이나 특정인의 징계를 미리 짚는 질문에는 답하지 않습니다. 적극행정 면책, 자진신고 감경 같은 제도는 물어보실 수 있습니다."
_HIDING = re.compile(
    r"(감사|점검|조사)\S*.{0,25}(숨기|숨길|감추|감출|없애|지우|파기|폐기|조작|둘러대|빼돌|안\s*걸리|들키지)|"
    r"(숨기|감추|없애|지우|파기|조작|안\s*걸리).{0,25}(감사|점검)"
)
_PREDICTING = re.compile(
    r"(과장|팀장|주무관|계장|국장|사무관|서기관|씨|님|세관장|직원\s*[A-Z가-힣]).{0,20}(징계|파면|해임|정직|감봉|견책|강등|잘리|처분).{0,15}"
    r"(될까|될지|받을까|받을지|될 것|나올까|나올지|예상|예측|수위|몇\s*개월)"
)


@dataclass(frozen=True)
class Citation:
    """「[1]」 of an answer: an article by its id, its heading, and the words quoted from it."""

    id: str
    title: str
    quote: str


@dataclass(frozen=True)
class Answer:
    """``text``: sentences with [n]; ``citations``: what they rest on, in that order; ``articles``: all that came near, best first;
    ``findings``: past findings alike.
    """

    text: str
    citations: tuple[Citation, ...]
    articles: tuple[Hit, ...]
    findings: tuple[Found, ...]
    abstained: bool

    def as_dict(self) -> dict[str, Any]:
        """The form of ``python -m lib ask --json``."""
        return {
            "answer": self.text,
            "citations": [vars(one) for one in self.citations],
            "articles": [{"law": hit.law, "article": hit.article, "score": hit.score} for hit in self.articles],
            "findings": [
                {"id": one.record.id, "title": one.record.title, "year": one.record.year, "score": one.score}
                for one in self.findings
            ],
            "abstained": self.abstained,
        }


def answer(question: str, searcher: Searcher, k: int = 10) -> Answer:
    """What the rules say to it; that there is nothing, where too little of it is spoken of."""
    if _HIDING.search(question) or _PREDICTING.search(question):
        return Answer(REFUSED, (), (), (), True)
    hits = searcher.find(question, k)
    if not hits or searcher.evidence(question, hits[:1]) < LEAST:
        return Answer(NOTHING, (), tuple(hits), (), True)
    chosen = [hit for hit in hits[:MOST] if hit.score >= NEAR * hits[0].score]
    said = [_said(hit, number) for number, hit in enumerate(chosen, 1)]
    return Answer(
        "\n".join(said),
        tuple(_cited(hit, question) for hit in chosen),
        tuple(hits),
        _alike(searcher, question, chosen),
        False,
    )


def _alike(searcher: Searcher, question: str, chosen: list[Hit]) -> tuple[Found, ...]:
    """Past findings alike: those that rest on an article of the answer first."""
    rules = {hit.id for hit in chosen}
    found = searcher.past(question, 10)
    resting = [one for one in found if rules & {f"{basis.law} {basis.article}" for basis in one.record.basis}]
    return tuple([*resting, *(one for one in found if one not in resting)][:3])


def _said(hit: Hit, number: int) -> str:
    """What an article says, each sentence marked."""
    card = hit.card
    if card is None:
        return f"{hit.id}({hit.title})을(를) 확인하십시오. [{number}]"
    told = [f"{card.gist.rstrip('.')} [{number}]."]
    if card.deadlines:
        told.append(f"기한과 기준: {'; '.join(card.deadlines)} [{number}].")
    if card.sanction:
        told.append(f"어기면: {card.sanction.rstrip('.')} [{number}].")
    return f"{hit.id}({hit.title}) " + " ".join(told)


def _cited(hit: Hit, question: str) -> Citation:
    return Citation(
        hit.id, hit.title, passage(hit.text.text, question) if hit.text else (hit.card.gist if hit.card else "")
    )


def passage(text: str, question: str, most: int = 300) -> str:
    """The paragraph of a text that shares most of the question's words."""
    asked = set(words(question))
    parts = [part.strip() for part in re.split(r"\n+", text) if part.strip()]
    best = max(parts, key=lambda part: len(asked & set(words(part))), default="")
    return best if len(best) <= most else best[: most - 1].rstrip() + "…"
