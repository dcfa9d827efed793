"""Why a subject ranks high: exact contributions in the officer's words, beside what is usual among its peers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lib.screening.features import Feature
from lib.screening.findings import Evidence, Reason

if TYPE_CHECKING:
    from lib.screening.limits import Limits
    from lib.screening.model import Model
    from lib.screening.rules import Rule

GRID = 200


@dataclass(frozen=True)
class Usual:
    """What is usual for one feature. ``grid``: its quantiles, 0 to 100 %, empty without numbers; ``common``: most frequent value."""

    feature: Feature
    grid: "np.ndarray[Any, np.dtype[np.float64]]"
    common: str = ""

    @property
    def shown(self) -> str:
        """The range that nine in ten lie in, or the most frequent value."""
        if self.common:
            return self.common
        low, high = (self.feature.shown(edge) for edge in (self.low, self.high))
        return "자료 없음" if not len(self.grid) else low if low == high else f"{low}~{high}"

    @property
    def low(self) -> float:
        """5 %"""
        return self._at(0.05)

    @property
    def median(self) -> float:
        return self._at(0.5)

    @property
    def high(self) -> float:
        """95 %"""
        return self._at(0.95)

    def _at(self, share: float) -> float:
        return float(self.grid[round(share * GRID)]) if len(self.grid) else float("nan")


@dataclass(frozen=True)
class Peers:
    """What is usual among the subjects of one list, by feature name."""

    usual: Mapping[str, Usual]


def peers(frame: pd.DataFrame, features: Sequence[Feature]) -> Peers:
    """The usual range (5-95 %) and median of each number, the most frequent value of each category."""
    return Peers({feature.name: _usual(frame[feature.name], feature) for feature in features})


def model_reasons(
    model: "Model",
    row: "pd.Series[Any]",
    peers: Peers,
    evidence: Callable[[str], tuple[Evidence, ...]],
    most: int = 3,
) -> list[Reason]:
    """The features that raise this subject's score most; one without rows to show is left out.

    ``evidence`` gives the rows of a feature by its ``rows`` code.
    """
    raising = model.contributions(pd.DataFrame([row])).iloc[0].drop("base").sort_values(ascending=False, kind="stable")
    about = {feature.name: feature for feature in model.features}
    reasons: list[Reason] = []
    for name, contribution in raising.items():
        if contribution <= 0 or len(reasons) == most:
            break
        feature = about[str(name)]
        if rows := evidence(feature.rows):
            value, usual = (
                row[feature.name],
                f"보통 {peers.usual[feature.name].shown}, " if feature.name in peers.usual else "",
            )
            if pd.isna(value):
                text = f"「{feature.title}」 기록 없음: {usual and '있는 대상은 ' + usual}위험도를 높임"
            else:
                text = f"「{feature.title}」 {feature.shown(value)}: {usual}위험도를 높임"
            reasons.append(Reason(f"model_{feature.name}", text, tuple(rows)))
    return reasons


def peer_reasons(
    row: "pd.Series[Any]", peers: Peers, evidence: Callable[[str], tuple[Evidence, ...]], most: int = 3
) -> list[Reason]:
    """The numbers that lie furthest outside the usual range of this list: a lead where no model is trained."""
    outside: list[tuple[float, Usual, float, str]] = []
    for usual in peers.usual.values():
        value = pd.to_numeric(row[usual.feature.name], errors="coerce") if len(usual.grid) else np.nan
        if pd.isna(value) or usual.low <= value <= usual.high:
            continue
        larger = value > usual.high
        share = np.searchsorted(usual.grid, value, "left") / (GRID + 1)
        far = share if larger else 1 - np.searchsorted(usual.grid, value, "right") / (GRID + 1)
        outside.append((float(far), usual, float(value), "큼" if larger else "작음"))
    reasons: list[Reason] = []
    for far, usual, value, side in sorted(outside, key=lambda found: -found[0]):
        if len(reasons) == most:
            break
        if rows := evidence(usual.feature.rows):
            share_shown = "99% 이상" if far >= 0.99 else f"{far:.0%}"
            text = f"「{usual.feature.title}」 {usual.feature.shown(value)}: 전체의 {share_shown}보다 {side}(보통 {usual.shown})"
            reasons.append(Reason(f"peer_{usual.feature.name}", text, tuple(rows)))
    return reasons


def other_reasons(
    model: "Model | None", row: "pd.Series[Any]", peers: Peers, evidence: Callable[[str], tuple[Evidence, ...]]
) -> list[Reason]:
    """Why beside the rules: the model's reasons, or without one what lies outside the usual."""
    return model_reasons(model, row, peers, evidence) if model else peer_reasons(row, peers, evidence)


def reasons(
    rules: Sequence["Rule"],
    row: "pd.Series[Any]",
    limits: "Limits",
    model: "Model | None",
    peers: Peers,
    evidence: Callable[[str], tuple[Evidence, ...]],
    otherwise: str,
) -> tuple[Reason, ...]:
    """The rules that hold, the weightiest first, then what no rule has named yet; where there is nothing, the rows of ``otherwise``."""
    held = [rule for rule in rules if row[f"rule_{rule.code}"] and not rule.clears]
    told = [
        Reason(f"rule_{rule.code}", rule.text(row, limits), evidence(rule.rows), rule.legal_basis)
        for rule in sorted(held, key=lambda rule: -rule.points)
    ]
    named = {rule.code for rule in held}
    more = other_reasons(model, row, peers, evidence)
    told += [reason for reason in more if reason.code.split("_", 1)[1] not in named]
    return tuple(told or [Reason("nothing", "기준에 걸린 지표가 없음", evidence(otherwise))])


def waterfall(model: "Model", row: "pd.Series[Any]", peers: Peers) -> list[dict[str, Any]]:
    """Steps of the chart, the base first, then the strongest: ``name``, ``title``, ``value``, ``usual``, ``contribution``.

    The contributions add up to the model's log-odds of this subject.
    """
    told = model.contributions(pd.DataFrame([row])).iloc[0]
    base = {"name": "base", "title": "출발점(전체 평균)", "value": "", "usual": "", "contribution": float(told["base"])}
    steps = [
        {
            "name": feature.name,
            "title": feature.title,
            "value": feature.shown(row[feature.name]),
            "usual": peers.usual[feature.name].shown,
            "contribution": float(told[feature.name]),
        }
        for feature in model.features
    ]
    return [base, *sorted(steps, key=lambda step: -abs(float(str(step["contribution"]))))]


def importance(model: "Model", frame: pd.DataFrame) -> pd.DataFrame:
    """What moves the whole list: ``feature``, ``title``, ``importance`` (mean absolute contribution) and its ``share``."""
    strength = model.contributions(frame).drop(columns="base").abs().mean().fillna(0.0)
    table = pd.DataFrame(
        {
            "feature": [feature.name for feature in model.features],
            "title": [feature.title for feature in model.features],
            "importance": [float(strength[feature.name]) for feature in model.features],
        }
    )
    table["share"] = table["importance"] / (table["importance"].sum() or 1.0)
    return table.sort_values("importance", ascending=False, kind="stable", ignore_index=True)


def swarm(model: "Model", frame: pd.DataFrame) -> pd.DataFrame:
    """Points of a beeswarm chart: ``feature``, ``title``, ``value`` shown, ``level`` (0 low .. 1 high), ``contribution``."""
    told = model.contributions(frame)
    parts = [
        pd.DataFrame(
            {
                "feature": feature.name,
                "title": feature.title,
                "value": [feature.shown(value) for value in frame[feature.name]],
                "level": np.nan
                if feature.kind == "category"
                else pd.to_numeric(frame[feature.name]).rank(pct=True).to_numpy(dtype=float, na_value=np.nan),
                "contribution": told[feature.name].to_numpy(),
            }
        )
        for feature in model.features
    ]
    return pd.concat(parts, ignore_index=True)


def _usual(values: "pd.Series[Any]", feature: Feature) -> Usual:
    nothing = np.empty(0)
    if feature.kind == "category":
        counts = values.dropna().astype(str).value_counts()
        return Usual(feature, nothing, str(counts.index[0]) if len(counts) else "자료 없음")
    numbers = pd.to_numeric(values).dropna().to_numpy(dtype=float)
    if not len(numbers):
        return Usual(feature, nothing)
    return Usual(feature, np.quantile(numbers, np.arange(GRID + 1) / GRID, method="nearest"))
