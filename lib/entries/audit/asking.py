"""One question, answered: composed of the rules, and where a model is configured written by it over the same passages and then checked."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from lib.entries.audit import answer as answers
from lib.entries.audit import verifying, writing
from lib.entries.audit.answer import EVERYWHERE, Answer, Scope
from lib.entries.audit.search import Searcher
from lib.entries.audit.verifying import Passage
from lib.llm import LlmError, Model


def ask(
    question: str,
    searcher: Searcher,
    model: Model | None = None,
    *,
    before: str = "",
    turns: Sequence[tuple[str, str]] = (),
    scope: Scope = EVERYWHERE,
    today: date | None = None,
    acting: bool = False,
    heard: Callable[[str], None] = lambda words: None,
) -> Answer:
    """``acting``: as of ``answer.answer``; ``before``, ``turns``: what was asked (and answered) before it; ``heard``: told the model's words so far, unchecked, as they come."""
    terms = writing.rewrite(question, model) if model else ""
    composed = answers.answer(
        question,
        searcher,
        before=before,
        scope=scope,
        today=today,
        acting=acting,
        terms=terms if terms != question else "",
    )
    if model is None or composed.abstained:
        return composed
    given, words = passages(composed, searcher), ""
    try:
        for piece in writing.written(question, given, model, before=turns):
            words += piece
            heard(words)
    except LlmError as error:
        return replace(composed, trouble=str(error))
    checked = verifying.verify(words, given)
    dropped = sum(one.fate != verifying.HELD for one in checked.sentences)
    return replace(composed, written=checked.text if checked.stands else "", dropped=dropped)


def passages(told: Answer, searcher: Searcher) -> tuple[Passage, ...]:
    """What an answer may rest on: its articles, in the official words and our own, and its findings."""
    rules = []
    for at, cited in enumerate(told.citations, 1):
        hit = searcher.hit(cited.id)
        own = (hit.card.gist, *hit.card.deadlines, hit.card.sanction) if hit.card else ()
        text = "\n".join(part for part in (hit.text.text if hit.text else "", *own) if part)
        rules.append(Passage(str(at), cited.id, cited.title, text))
    past = [
        Passage(f"사례 {at}", one.record.id, one.record.title, "\n".join(
            (one.record.overview, one.record.facts, one.record.judgement, one.record.action, *one.record.checklist)))
        for at, one in enumerate(told.findings, 1)
    ]  # fmt: skip
    return (*rules, *past)
