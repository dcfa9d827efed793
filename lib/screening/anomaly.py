"""How unusual a subject is among its peers, where no decisions exist to learn from.

Rank-based, not a forest: each feature says how few subjects lie as far out (two-sided tail share, for a category the
share of its value), and the surprises add up. It has no random seed and no setting, does not change with units or with
how far away an outlier lies, takes a million rows in seconds, and an officer can check it by hand.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from lib.screening.features import Feature

Floats = np.ndarray[Any, np.dtype[np.float64]]


def anomaly(frame: pd.DataFrame, features: Sequence[Feature]) -> Floats:
    """Share of subjects less unusual than each one: 0 for the most usual, towards 1 for the most unusual."""
    surprise = np.zeros(len(frame))
    for feature in features:
        surprise += _surprise(frame[feature.name], feature)
    ranks = pd.Series(surprise.round(9)).rank(method="min").to_numpy(dtype=float)
    return np.asarray((ranks - 1) / max(len(frame), 1))


def rules_score(points: "np.ndarray[Any, Any]", anomaly: Floats) -> Floats:
    """One score 0..1 from whole rule points and the anomaly share: the points decide, the anomaly orders what is equal.

    It ranks; it is not a probability.
    """
    weight = np.maximum(np.asarray(points, dtype=float), 0) + 0.999 * np.clip(np.asarray(anomaly, dtype=float), 0, 1)
    return np.asarray(weight / (weight + 50))


def _surprise(values: "pd.Series[Any]", feature: Feature) -> Floats:
    """-log of the share that lies as far out; 0 for a missing value, which alone is nothing unusual."""
    known = values.notna()
    count = int(known.sum())
    if not count:
        return np.zeros(len(values))
    if feature.kind == "category":
        share = values.map(values.value_counts() / count)
    else:
        numbers = pd.to_numeric(values).astype("float64")
        above = numbers.rank(method="max", ascending=False) / count
        below = numbers.rank(method="max") / count
        share = (2 * above.where(above < below, below)).clip(upper=1)
    return -np.log(share.astype("float64").fillna(1).to_numpy())
