"""The answer to a question, composed of what the articles say and nothing else: each sentence with its source, or plainly none.

No model is needed. What is said is our card's plain words; what is quoted is the official text where it was imported.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import log
from typing import Any

from lib.entries.audit import deadlines as deadlines_of
from lib.entries.audit import laws
from lib.entries.audit.deadlines import Reckoned
from lib.entries.audit.findings import Record
from lib.entries.audit.naming import Named
from lib.entries.audit.refusing import elsewhere, refused
from lib.entries.audit.search import Found, Hit, Searcher
from lib.entries.audit.words import pairs, words

DEEP = 10  # articles and findings looked at
MOST = 3  # articles an answer rests on
NEAR = 0.9  # of the best one's score, to be told beside it
LEAST = 0.2  # confidence under which there is no answer; set on development questions (tests/benchmarks/audit.py)
FAINT = 0.01  # confidence under which no article is even near
SURE = 0.75  # the same where a question speaks of what other laws govern
ALIKE = 0.5  # how much of a question a past finding speaks of, to be named
SHORT = 3  # words of a question that leans on the one before it
QUOTE = 300  # letters
RULE, TERM, PAST, CHECK, NOTE, WRITTEN = "규정", "기한 계산", "유사 지적사례", "점검할 것", "알림", "답변"
SPOKEN = 0.75  # of a question's words, by weight, that a past finding must speak of to be told without an article
ONLY_PAST = "관련 조문은 찾지 못했고, 비슷한 지적사례만 있습니다. 규정은 사례에 적힌 근거에서 확인하십시오."
ABSENT = "근거를 찾지 못했습니다."
VAGUE = "근거를 찾지 못했습니다. 어떤 물품이나 절차의 무엇이 궁금한지 조금 더 적어 다시 물어보십시오."
NOTHING = "근거를 찾지 못했습니다. 질문을 바꾸어 다시 물어보시거나, 아래의 가까운 조문을 확인하십시오."
_SENTENCE = re.compile(r"(?<=[가-힣)\]%])\.\s+")
_FOLLOWS = re.compile(
    r"\s*(그럼|그러면|그런데|그때|그 ?경우|이 ?경우|그건|그거|그게|이건|만약|그리고|근데|(관련|관련된|비슷한|유사한?|다른)\s*(지적\s*)?(사례|규정|조문))"
)
_TOPIC = re.compile(r"[·,\s]+")
_HEAD = re.compile(r"^제\s*\d+(?:-\d+)*\s*조(?:의\s*\d+)?\s*(?:\((?:[^()]|\([^()]*\))*\))?\s*")
_DROPPED = re.compile(r"^[①-⑳\d.]*\s*삭\s*제|.*[│┌└├─]")  # and the rows of tables
_AMENDED = re.compile(r"(?:\s*[<〈](?:개정|신설|전문개정|본조신설|단서신설)[^<>〈〉]*[>〉])+\s*$")


@dataclass(frozen=True)
class Scope:
    """Where to look; ``None``: everywhere. An unknown value raises ``ValueError`` (Korean)."""

    law: str | None = None
    kind: str | None = None
    year: int | None = None
    field: str | None = None
    disposition: str | None = None


EVERYWHERE = Scope()


@dataclass(frozen=True)
class Citation:
    """「[1]」 of an answer: an article by its id, its heading, and the words quoted from it."""

    id: str
    title: str
    quote: str


@dataclass(frozen=True)
class Part:
    """A paragraph. ``kind``: 규정, 기한 계산 ...; ``text``: sentences with [n], a citation, or [사례 n], a past finding."""

    kind: str
    text: str


@dataclass(frozen=True)
class Answer:
    """``parts``: what is said; ``citations``, ``findings``: what it rests on, in the order of their marks; ``articles``: all that came near, best
    first; ``checklist``: what prevents the findings, each with the finding's mark; ``refused``: not answered on principle.

    ``written``: a model's words over the same passages, as far as they were held by them; ``dropped``: how many sentences were not;
    ``trouble``: why there is none.
    """

    question: str
    parts: tuple[Part, ...]
    citations: tuple[Citation, ...] = ()
    articles: tuple[Hit, ...] = ()
    findings: tuple[Found, ...] = ()
    deadlines: tuple[Reckoned, ...] = ()
    checklist: tuple[tuple[str, int], ...] = ()
    abstained: bool = False
    refused: bool = False
    follow_ups: tuple[str, ...] = ()
    written: str = ""
    dropped: int = 0
    trouble: str = ""

    @property
    def shown(self) -> tuple[Part, ...]:
        """What is to be read: ``parts``, or the model's words in place of the rules' where some of them stood the check."""
        if not self.written:
            return self.parts
        return (Part(WRITTEN, self.written), *(part for part in self.parts if part.kind != RULE))

    @property
    def text(self) -> str:
        """All of it, a paragraph a line."""
        return "\n".join(part.text for part in self.shown)

    def as_shown(self) -> dict[str, Any]:
        """What a screen needs to draw it again, as plain values."""
        return {
            "parts": [vars(part) for part in self.shown],
            "citations": [vars(one) for one in self.citations],
            "articles": [hit.id for hit in self.articles[:5]],
            "findings": [one.record.id for one in self.findings],
            "dropped": self.dropped,
            "trouble": self.trouble,
            "checklist": [list(one) for one in self.checklist],
            "follow_ups": list(self.follow_ups),
            "refused": self.refused,
        }

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


def answer(
    question: str,
    searcher: Searcher,
    *,
    before: str = "",
    scope: Scope = EVERYWHERE,
    today: date | None = None,
    terms: str = "",
    acting: bool = False,
) -> Answer:
    """What the rules say to it; that there is nothing, where too little of it is spoken of. ``before``: the question it follows;
    ``terms``: statutory words for it, searched for too; ``acting``: it tells what somebody is about to do.
    """
    if told := refused(question):
        return Answer(question, (Part(NOTE, told),), abstained=True, refused=True)
    day = today or date.today()
    found = _answered(f"{question} {terms}".strip(), searcher, question, day, scope, acting)
    leans = before and _leans(question, searcher)
    if leans:
        together = _answered(f"{before} {question} {terms}".strip(), searcher, question, day, scope, acting)
        if not together.abstained:
            return together
    return found


def _leans(question: str, searcher: Searcher) -> bool:
    """Whether a question says little without the one before it."""
    short = len(words(question)) <= SHORT and searcher.speaks(question) and not elsewhere(question)
    return (short or bool(_FOLLOWS.match(question))) and not searcher.named(question)


def _answered(asked: str, searcher: Searcher, question: str, today: date, scope: Scope, acting: bool) -> Answer:
    """``asked``: what is searched for; ``question``: what was typed."""
    terms = deadlines_of.reckon(asked, today)
    bare = _without_dates(asked, today) if terms else asked
    hits = searcher.find(bare, DEEP, scope.law, scope.kind, acting=acting)
    place = elsewhere(asked)
    unknown = [Part(NOTE, _unknown(one, today)) for one in searcher.named(asked) if one.id not in searcher.ids]
    sure = searcher.confidence(bare, hits)
    unsure = not hits or sure < (SURE if place or unknown else LEAST)
    chosen = [hit for hit in hits if hit.named]
    reckoned = [one for one in terms if one.start]
    if not chosen and not reckoned and unsure:
        if not unknown and not place and (past := _only_past(bare, question, searcher, scope, tuple(hits))):
            return past
        near = () if unknown or place or sure < FAINT else tuple(hits)
        told = NOTHING if near else ABSENT if unknown or place else VAGUE
        return Answer(question, (*unknown, Part(NOTE, f"{told} {place}".strip())), articles=near, abstained=True)
    if not chosen and not unsure:
        chosen = [hit for hit in hits if hit.score >= NEAR * hits[0].score][:MOST]
    ruling = [f"{one.law} {one.article}" for one in reckoned]  # what a term with its day rests on comes first
    first = [searcher.hit(id, hits[0].score if hits else 0.0) for id in dict.fromkeys(ruling) if id in searcher.ids]
    chosen = [*first, *(hit for hit in chosen if hit.id not in ruling)][:MOST]
    resting = {hit.id for hit in chosen}  # one without is told beside its own article only
    reckoned += [one for one in terms if not one.start and f"{one.law} {one.article}" in resting]
    citations = [cited(hit, bare, searcher) for hit in chosen]
    parts = [Part(TERM, _reckoned(one, citations, bare, searcher)) for one in reckoned]
    rules = [Part(RULE, _said(hit, at, citations[at - 1].quote)) for at, hit in enumerate(chosen, 1)]
    parts = [*unknown, *parts, *rules] if first else [*unknown, *rules, *parts]
    findings = alike(searcher, bare, chosen, scope)
    checklist = _checklist(findings)
    parts += _of_findings(findings, checklist)
    near = tuple(dict.fromkeys((*first, *hits)))
    return Answer(
        question, tuple(parts), tuple(citations), near, findings, tuple(reckoned), checklist,
        follow_ups=_follow_ups(bare, searcher, chosen),
    )  # fmt: skip


def _only_past(bare: str, question: str, searcher: Searcher, scope: Scope, near: tuple[Hit, ...]) -> Answer | None:
    """The past findings that speak of nearly all the question does, where no article is known to."""
    past = searcher.past(bare, 3, year=scope.year, field=scope.field, disposition=scope.disposition)
    findings = tuple(one for one in past if searcher.spoken_of(bare, one.record) >= SPOKEN)
    if not findings or len(searcher.measure(bare)) < 2:
        return None
    checklist = _checklist(findings)
    parts = (Part(NOTE, ONLY_PAST), *_of_findings(findings, checklist))
    return Answer(question, parts, articles=near, findings=findings, checklist=checklist)


def _checklist(findings: Sequence[Found]) -> tuple[tuple[str, int], ...]:
    """What to check, each with the number of the finding that teaches it."""
    return tuple(dict.fromkeys((item, at) for at, one in enumerate(findings, 1) for item in one.record.checklist[:2]))


def _of_findings(findings: Sequence[Found], checklist: Sequence[tuple[str, int]]) -> list[Part]:
    parts = []
    if findings:
        parts.append(Part(PAST, "\n".join(_past(one.record, at) for at, one in enumerate(findings, 1))))
    if checklist:
        parts.append(Part(CHECK, "\n".join(f"{item.rstrip('. ')} [사례 {at}]." for item, at in checklist)))
    return parts


def _without_dates(asked: str, today: date) -> str:
    """A question's words without its dates, which are no words of any rule."""
    for said in sorted(deadlines_of.dates(asked, today), reverse=True):
        asked = f"{asked[: said.at]} {asked[said.end :]}"
    return asked if asked.strip() else ""


def alike(searcher: Searcher, question: str, chosen: Sequence[Hit], scope: Scope = EVERYWHERE) -> tuple[Found, ...]:
    """Past findings alike: those that rest on an article of the answer first, and those that speak of the same."""
    rules = {hit.id for hit in chosen}
    found = searcher.past(question, DEEP, year=scope.year, field=scope.field, disposition=scope.disposition)
    topics = {word for hit in chosen[:1] if hit.card for topic in hit.card.topics for word in _TOPIC.split(topic)}
    resting = [one for one in found if rules & {f"{basis.law} {basis.article}" for basis in one.record.basis}]
    near = [
        one
        for one in found
        if one not in resting
        and topics & {word for said in (one.record.field, one.record.topic) for word in _TOPIC.split(said)}
        and searcher.spoken_of(question, one.record) >= ALIKE
    ]
    return tuple([*resting, *near][:3])


def cited(hit: Hit, question: str, searcher: Searcher) -> Citation:
    """The article with the passage of its official text that answers best; our card's words where there is no text."""
    gist = hit.card.gist if hit.card else ""
    return Citation(hit.id, hit.title, passage(hit.text.text, question, gist) if hit.text else gist)


def passage(text: str, question: str, gist: str) -> str:
    """The line of an official text that is most like the question, and our card's words for the article; letter for letter."""
    lines = _lines(text)
    known = Counter(pair for _, told in lines for pair in told)
    wanted = dict.fromkeys(pairs(gist), 0.5) | dict.fromkeys(pairs(question), 1.0)
    rare = {pair: weight * log(1 + len(lines) / known[pair]) for pair, weight in wanted.items() if pair in known}
    best = max(lines, key=lambda line: sum(rare.get(pair, 0.0) for pair in line[1]) / (20 + len(line[1])) ** 0.5)[0]
    return best if len(best) <= QUOTE else best[:QUOTE].rsplit(" ", 1)[0]


@lru_cache(maxsize=512)
def _lines(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Paragraphs and items, without the heading and the notes of amendment, each with its pairs of letters."""
    told = [line.strip() for line in text.split("\n")]
    told[0] = _HEAD.sub("", told[0])
    kept = [line for line in (_AMENDED.sub("", line) for line in told) if len(line) > 5 and not _DROPPED.match(line)]  # fmt: skip
    return tuple((line, frozenset(pairs(line))) for line in kept or [text.strip()])


def _said(hit: Hit, number: int, quote: str) -> str:
    """What an article says, each sentence marked; in its own words where no card tells it plainly."""
    card = hit.card
    if card is None:
        return f"{hit.id}({hit.title})\n원문: 「{quote}」 [{number}]."
    told = [f"{hit.id}({hit.title})", _marked(card.gist, number)]
    if number == 1 and card.deadlines:
        told.append(f"기한과 기준: {'; '.join(card.deadlines)} [{number}].")
    if card.sanction:
        told.append(f"어기면: {_marked(card.sanction, number)}")
    return "\n".join(told)


def _marked(text: str, number: int) -> str:
    return " ".join(f"{one.rstrip('. ')} [{number}]." for one in _SENTENCE.split(text.strip()) if one)


def _reckoned(one: Reckoned, citations: list[Citation], question: str, searcher: Searcher) -> str:
    """The arithmetic, with the article it rests on among the citations where we have it."""
    id = f"{one.law} {one.article}"
    if id not in searcher.ids:
        return one.text
    at = next((at for at, told in enumerate(citations, 1) if told.id == id), 0)
    if not at:
        citations.append(cited(searcher.hit(id), question, searcher))
        at = len(citations)
    return _marked(one.text, at)


def _past(record: Record, number: int) -> str:
    done = ", ".join(dict.fromkeys(done.kind for done in record.dispositions))
    said = f"{record.year}년 「{record.title}」({done or '처분 미상'}, {record.id})"
    return f"{said} [사례 {number}]."


def _unknown(one: Named, today: date) -> str:
    if not one.known:
        return f"「{one.id}」은(는) 이 도구에 없는 법령의 조문입니다. 국가법령정보센터에서 확인하십시오."
    versions = laws.versions(one.law, one.article)
    if not versions:
        return f"「{one.id}」은(는) 가져온 법령에 없는 조문입니다. 삭제되었거나 번호가 다른지 확인하십시오."
    since = max(versions[0].version, versions[0].effective)
    if since > today.isoformat():
        return f"「{one.id}」은(는) {since}부터 시행될 조문으로 아직 시행되지 않습니다."
    return f"「{one.id}」은(는) 삭제되었거나 지금은 시행되지 않는 조문입니다. 연혁은 국가법령정보센터에서 확인하십시오."


def _follow_ups(question: str, searcher: Searcher, chosen: Sequence[Hit]) -> tuple[str, ...]:
    """Up to three questions that lead on: of the articles the answer's cards point to, the way to ask that is nearest."""
    rules = [hit.id for hit in chosen]
    led = dict.fromkeys(
        id for hit in chosen if hit.card for id in hit.card.see if id in searcher.cards and id not in rules
    )
    return searcher.nearest_asks(question, tuple(led)[:3])
