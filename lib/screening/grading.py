"""Scores that agree with grades, where a rule may lift or lower a grade past what the score alone says."""

from collections.abc import Sequence
from typing import Any

import numpy as np

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
