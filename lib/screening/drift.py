"""Whether today's table still looks like the one a model was trained on: population stability index (PSI)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from lib.screening.features import Feature

CAUTION, WARNING = 0.1, 0.25
BINS = 10
MOST_VALUES = 20
SCORE = Feature("score", "점수")

Floats = np.ndarray[Any, np.dtype[np.float64]]


def psi(expected: "Sequence[float] | Floats", actual: "Sequence[float] | Floats") -> float:
    """Population stability index of two distributions over the same bins (shares or counts); 0 when they agree."""
    shares = [np.asarray(side, dtype=float) for side in (expected, actual)]
    then, now = (np.maximum(side / max(side.sum(), 1e-12), 1e-4) for side in shares)
    return float(((now - then) * np.log(now / then)).sum())


def reference(frame: pd.DataFrame, features: Sequence[Feature], scores: Floats) -> dict[str, Any]:
    """What ``drift`` compares with, kept in the model card: per feature and for the score, bins and their shares."""
    columns = {feature.name: _bins(frame[feature.name], feature) for feature in features}
    return {"rows": len(frame), "scores": len(scores), "columns": columns | {"score": _bins(pd.Series(scores), SCORE)}}


def drift(reference: Mapping[str, Any], frame: pd.DataFrame, scores: Floats) -> pd.DataFrame:
    """One line a feature and one for the score: ``feature``, ``title``, ``psi``, ``level``; strongest drift first.

    A level above 안정 is given only where the difference exceeds what chance does to a table of this size.
    """
    from scipy.stats import chi2

    rows = []
    for name, bins in reference["columns"].items():
        values = pd.Series(scores) if name == "score" else frame[name]
        then = np.asarray(bins["shares"], dtype=float)
        now = _counts(values, bins) + 0.5
        found = psi(then, now)
        known = reference["scores" if name == "score" else "rows"]
        chance = float(chi2.ppf(0.999, len(then) - 1)) * (1 / max(len(values), 1) + 1 / max(known, 1))
        level = "안정" if found < max(CAUTION, chance) else "주의" if found < WARNING else "경고"
        rows.append({"feature": name, "title": bins["title"], "psi": found, "level": level})
    table = pd.DataFrame(rows, columns=["feature", "title", "psi", "level"])
    return table.sort_values("psi", ascending=False, kind="stable", ignore_index=True)


def warning(table: pd.DataFrame) -> str:
    """One plain Korean sentence for the officer; "" when nothing has drifted."""
    alarmed = table[table["level"] == "경고"]
    moved = alarmed if len(alarmed) else table[table["level"] == "주의"]
    if moved.empty:
        return ""
    listed = ", ".join(f"「{title}」" for title in moved["title"].head(3))
    many = f" 등 {len(moved)}개 항목" if len(moved) > 3 else ""
    if len(alarmed):
        return (
            f"이번 자료는 모델을 학습한 자료와 크게 다릅니다({listed}{many}). "
            "점수를 그대로 믿지 마시고 기준(규칙)과 함께 확인해 주시고, 모델을 다시 학습해 주십시오."
        )
    return f"이번 자료가 모델을 학습한 자료와 조금 다릅니다({listed}{many}). 점수를 볼 때 주의해 주십시오."


def _bins(values: "pd.Series[Any]", feature: Feature) -> dict[str, Any]:
    """Tenths of the training values (fewer when many are equal), or its most frequent values."""
    bins: dict[str, Any] = {"title": feature.title}
    if feature.kind == "category":
        bins["values"] = [str(value) for value in values.dropna().astype(str).value_counts().index[:MOST_VALUES]]
    else:
        numbers = pd.to_numeric(values).dropna().to_numpy(dtype=float)
        inner = np.quantile(numbers, np.arange(1, BINS) / BINS) if len(numbers) else np.empty(0)
        bins["edges"] = [float(edge) for edge in np.unique(inner)]
    counts = _counts(values, bins) + 0.5
    bins["shares"] = [float(share) for share in counts / counts.sum()]
    return bins


def _counts(values: "pd.Series[Any]", bins: Mapping[str, Any]) -> Floats:
    """Rows in each bin; the last bin is for missing values."""
    if "values" in bins:
        place = {value: i for i, value in enumerate(bins["values"])}
        size = len(place) + 2
        places = values.astype(str).map(place).fillna(size - 2).to_numpy(dtype=int)
    else:
        size = 2 * len(bins["edges"]) + 2
        numbers = pd.to_numeric(values).to_numpy(dtype=float, na_value=np.nan)
        # an edge met exactly has a bin of its own, so that a heap of equal values (zeros) is told from its neighbours
        left, right = (np.searchsorted(bins["edges"], numbers, side) for side in ("left", "right"))
        places = left + right
    places = np.where(values.isna(), size - 1, places)
    return np.bincount(places, minlength=size).astype(float)
