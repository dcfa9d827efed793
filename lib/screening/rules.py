"""Rules: named conditions on an entry's feature table, each with its sentence, its law and the rows it rests on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lib.screening.limits import Limits

if TYPE_CHECKING:
    import ibis.expr.types as ir

Row = Any  # a subject's feature row, as a mapping or from pandas


@dataclass(frozen=True)
class Rule:
    """``holds`` on the feature table, told by ``text`` (Korean, from the subject's feature row).

    ``points``: what it adds to a score where no model is trained, 1..100. ``rows``: the code under which the entry's
    ``evidence`` gives the rows it rests on. ``clears``: a rule that speaks for the subject (points are negative).
    """

    code: str
    title: str
    points: int
    legal_basis: str
    holds: "Callable[[ir.Table, Limits], ir.BooleanValue]"
    text: Callable[[Row, Limits], str]
    rows: str = "all"
    clears: bool = False


def rule(
    code: str,
    title: str,
    points: int,
    law: str,
    holds: "Callable[[Any, Limits], Any]",
    text: Callable[[Row, Limits], str],
    rows: str = "",
    clears: bool = False,
) -> Rule:
    """A rule whose rows stand under its own code, unless ``rows`` says otherwise."""
    return Rule(code, title, points, law, holds, text, rows=rows or code, clears=clears)


def apply(rules: Sequence[Rule], features: "ir.Table", limits: Limits) -> "ir.Table":
    """``features`` with one boolean column ``rule_<code>`` a rule (null counts as no) and ``points``, their sum >= 0."""
    import ibis

    flagged = features.mutate(**{f"rule_{rule.code}": rule.holds(features, limits).fill_null(False) for rule in rules})
    points = sum((flagged[f"rule_{rule.code}"].ifelse(rule.points, 0) for rule in rules), start=ibis.literal(0))
    return flagged.mutate(points=ibis.greatest(points, 0))
