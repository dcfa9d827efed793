"""A plain warning when today's table is not the one the model knows, and none when it is."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.screening.drift import drift, psi, reference, warning
from lib.screening.features import Feature
from lib.screening.model import Model
from tests.screening.made import world

SHARES = st.lists(st.floats(0.01, 1), min_size=4, max_size=4)


def test_psi_by_hand() -> None:
    """Halves that became a quarter and three quarters."""
    assert psi([0.5, 0.5], [0.25, 0.75]) == pytest.approx(0.25 * np.log(0.5 / 0.25) + 0.25 * np.log(0.75 / 0.5))


@given(SHARES, SHARES)
def test_psi_is_zero_only_without_drift(then: list[float], now: list[float]) -> None:
    """Never negative, the same in both directions, counts or shares alike; an emptied bin stays finite."""
    assert psi(then, then) == pytest.approx(0, abs=1e-12)
    assert psi(then, now) == pytest.approx(psi(now, then))
    assert psi(then, now) >= 0
    assert psi([s * 1000 for s in then], now) == pytest.approx(psi(then, now))
    assert 1 < psi([1, 1], [1, 0]) < 10


@pytest.mark.parametrize("rows", [1, 5, 40, 300, 3000])
def test_no_alarm_without_drift(model: Model, rows: int) -> None:
    """Small extracts of the same world differ by chance; that is not told as drift."""
    for seed in range(10):
        fresh = world(rows, seed=100 + seed)
        table = drift(model.card["reference"], fresh, model.score(fresh))
        assert (table["level"] == "안정").all(), table
        assert warning(table) == ""


def test_a_changed_feature_is_named(model: Model) -> None:
    """Reported first, by its Korean title, with what to do; features that did not change stay quiet."""
    moved = world(1500, seed=3, more_times=2)
    table = drift(json.loads(json.dumps(model.card["reference"])), moved, model.score(moved)).set_index("feature")
    assert table.index[0] == "times"
    assert table.loc["times", "level"] == table.loc["score", "level"] == "경고"
    assert table.loc[["amount", "shop", "share"], "level"].eq("안정").all()
    assert "구매 횟수" in warning(table.reset_index())
    assert "다시 학습" in warning(table.reset_index())


def test_missing_values_and_new_categories_are_drift_too(model: Model) -> None:
    """A column that stopped being filled, a shop that did not exist."""
    moved = world(1500, seed=3)
    moved.loc[:900, "amount"] = None
    moved.loc[:700, "shop"] = "새 면세점"
    levels = drift(model.card["reference"], moved, model.score(moved)).set_index("feature")["level"]
    assert levels["amount"] == levels["shop"] == "경고"
    assert levels["share"] == "안정"


def test_a_heap_of_equal_values_that_moves_is_seen() -> None:
    """Half the values are exactly 5 in training, a little less today: bins of a tenth each would hide it."""
    features = (Feature("n", "횟수"),)
    random = np.random.default_rng(0)
    spread, heap = random.uniform(0, 10, 2000), random.random(2000) < 0.5
    then, now = (pd.DataFrame({"n": np.where(heap, place, spread)}) for place in (5.0, 4.9))
    scores = np.full(2000, 0.1)
    kept = reference(then, features, scores)
    table = drift(kept, now, scores).set_index("feature")
    assert table.loc["n", "level"] == "경고"
    assert table.loc["score", "level"] == "안정"
    assert (drift(kept, then, scores)["level"] == "안정").all()
