"""Scores that agree with grades, where a rule may lift or lower a grade past what the score alone says."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lib.screening.anomaly import anomaly, rules_score
from lib.screening.features import Feature
from lib.screening.limits import Limits

if TYPE_CHECKING:
    import pandas as pd

    from lib.screening.model import Model

Array = np.ndarray[Any, Any]


def within_grades(score: Array, level: Array, edges: Sequence[float]) -> Array:
    """``score`` moved to the edge of its grade's range where it lies outside. ``level``: 0 for the highest grade;
    ``edges``: the least score of each grade but the last, falling.
    """
    low, high = np.array([*edges, 0.0])[level], np.array([2.0, *edges])[level]
    edge = 1e-3 * (np.minimum(high, 1) - low)
    return np.asarray(
        np.select([score < low, score >= high], [low + edge * score, high - edge * (1.001 - score)], score)
    )


ALARMS = ("alarm_high", "alarm_middle", "alarm_low")  # limits: the points of each grade but the last


def graded(
    rows: "pd.DataFrame",
    features: Sequence[Feature],
    grades: Sequence[str],
    likely: Sequence[float],
    limits: Limits,
    model: "Model | None",
    highest: "Array | int" = 0,
) -> "pd.DataFrame":
    """``rows`` with ``anomaly``, ``score`` and ``grade``. Without a model the points grade and the anomaly orders; with one its
    probability grades (``likely``: the least of each grade), but never below what the points say, at most the second grade. ``highest``: the grade that nobody,
    or each row, may rise above.
    """
    points = np.array([limits[name] for name in ALARMS])
    unusual = anomaly(rows, features)
    score = model.score(rows) if model and len(rows) else rules_score(rows["points"].to_numpy(), unusual)
    level = np.select([rows["points"] >= edge for edge in points], range(3), 3)
    edges = tuple(rules_score(points, np.zeros(3)))
    if model:
        level = np.minimum(np.select([score >= edge for edge in likely], range(3), 3), np.maximum(level, 1))
        edges = tuple(likely)
    level = np.maximum(level, highest)
    return rows.assign(
        anomaly=unusual, score=within_grades(score, level, edges), grade=np.array(grades, dtype=object)[level]
    )
