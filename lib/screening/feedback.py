"""Decisions become labels: what officers concluded about a lead joins what the model learned from."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from lib.screening import evaluate, model
from lib.screening.features import Feature

if TYPE_CHECKING:
    from lib.screening.model import Model, Slices

LEAST = 30  # decisions; fewer teach a model nothing but their accident


class Decided(Protocol):
    """What the case book tells of one decided lead."""

    @property
    def outcome(self) -> str: ...
    @property
    def decided_at(self) -> datetime: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...


def examples(decided: Iterable[Decided], features: Sequence[Feature], taught: Mapping[str, bool]) -> pd.DataFrame:
    """One row a decision: the features as they were when the lead was shown, ``label`` (the lead held), ``time``.

    ``taught``: outcome code -> whether the lead held; an outcome that leaves it open is not in it and teaches nothing.
    Cases kept before the present feature list are left out.
    """
    names = [feature.name for feature in features]
    rows = [
        {**{name: seen[name] for name in names}, "label": taught[one.outcome], "time": one.decided_at}
        for one in decided
        if one.outcome in taught and (seen := one.facts.get("features")) and seen.keys() >= set(names)
    ]
    return pd.DataFrame(rows, columns=[*names, "label", "time"])


def retrain(
    known: Callable[[], pd.DataFrame],
    decisions: pd.DataFrame,
    features: Sequence[Feature],
    *,
    entry: str,
    data: str,
    seed: int = 0,
) -> tuple["Model", dict[str, Any]]:
    """A candidate learned from ``known()`` and ``decisions`` (both with ``label`` and ``time``), and how it compares.

    Each of the two is split by its own time, so that the newest decisions measure and the older ones teach; old and new
    model are measured on the same held-out rows. Raises ``TooFewLabels`` (Korean).
    """
    if len(decisions) < LEAST:
        raise model.TooFewLabels(
            f"처분이 끝난 건이 {len(decisions)}건입니다. {LEAST}건 이상 쌓이면 다시 학습할 수 있습니다."
        )
    slices = _joined(model.split(known(), "time"), model.split(decisions, "time"))
    new = model.train_on(
        slices, features, label="label", time="time", entry=entry,
        data=f"{data} + 처분 결과 {len(decisions):,}건", synthetic=True, seed=seed,
    )  # fmt: skip
    return new, evaluate.compare(model.current(entry), new, slices.test, slices.test["label"], seed=seed)


def _joined(first: "Slices", second: "Slices") -> "Slices":
    def one(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
        both = pd.concat([a, b.astype({name: kind for name, kind in a.dtypes.items() if name != "time" and name in b})])
        return both.assign(time=pd.to_datetime(both["time"], utc=True, format="mixed")).reset_index(drop=True)

    return model.Slices(
        one(first.train, second.train), one(first.calibrate, second.calibrate), one(first.test, second.test)
    )
