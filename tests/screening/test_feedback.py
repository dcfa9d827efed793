"""What officers decided teaches the next model, and old and new stand side by side before the switch."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from lib.screening import feedback, model
from lib.screening.features import Feature

FEATURES = (Feature("amount", "금액", "원"), Feature("route", "경로", kind="category"))
TAUGHT = {"investigate": True, "cleared": False}  # "asked" leaves it open


class Decided(NamedTuple):
    outcome: str
    decided_at: datetime
    facts: dict[str, Any]


def decided(n: int, seed: int = 0) -> list[Decided]:
    """Leads by a route the first training never saw; those over 50 held."""
    rng = np.random.default_rng(seed)
    start = datetime(2026, 9, 1, tzinfo=UTC)
    return [
        Decided(
            "investigate" if amount > 50 else "cleared",
            start + timedelta(hours=6 * i),
            {"features": {"amount": float(amount), "route": "new"}},
        )
        for i, amount in enumerate(rng.uniform(0, 100, n))
    ]


def known(n: int = 900, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    amount = rng.uniform(0, 100, n)
    return pd.DataFrame(
        {
            "amount": amount,
            "route": rng.choice(["sea", "air"], n),
            "label": rng.random(n) < 0.1 + 0.3 * (amount < 30),
            "time": pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(n) // 5, unit="D"),
        }
    )


def test_a_decision_is_an_example_with_what_was_seen_when_it_was_shown() -> None:
    first, second = decided(2)
    other = Decided("cleared", first.decided_at, {"features": {"amount": 1.0}})  # kept before the route was a feature
    still_open = first._replace(outcome="asked")
    rows = feedback.examples([first, second, other, still_open], FEATURES, TAUGHT)
    assert rows["label"].tolist() == [one.outcome == "investigate" for one in (first, second)]
    assert rows["amount"].tolist() == [one.facts["features"]["amount"] for one in (first, second)]


def test_decisions_change_what_the_model_says_of_the_next_like_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr(model, "current", lambda entry: old)
    old = model.train(known(), FEATURES, label="label", time="time", entry="x", data="처음", seed=0)
    rows = feedback.examples(decided(600), FEATURES, TAUGHT)
    new, side_by_side = feedback.retrain(known, rows, FEATURES, entry="x", data="처음")
    asked = pd.DataFrame({"amount": [90.0, 10.0], "route": ["new", "new"]})
    high, low = new.score(asked)
    assert high > 0.7 > 0.3 > low
    assert old.score(asked)[0] < 0.5
    assert "600건" in new.card["data"]
    assert side_by_side


def test_a_handful_of_decisions_is_refused_with_how_many_are_needed() -> None:
    rows = feedback.examples(decided(12), FEATURES, TAUGHT)
    with pytest.raises(model.TooFewLabels, match=r"12건.*30건"):
        feedback.retrain(known, rows, FEATURES, entry="x", data="처음")
