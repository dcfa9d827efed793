"""Measures an officer plans by: what a budget catches and misses, with ties, calibration, fairness and the card."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.screening.evaluate import (
    at_share,
    budget_curve,
    calibration_table,
    card_markdown,
    compare,
    false_alarms_by,
    measures,
)
from lib.screening.model import Model, train
from tests.screening.made import FEATURES, world

RANKED = st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.booleans()), min_size=1, max_size=40)


def test_a_budget_counted_by_hand() -> None:
    """Ten subjects, three cases at places 1, 3 and 6."""
    curve = budget_curve(np.linspace(1, 0.1, 10), [1, 0, 1, 0, 0, 1, 0, 0, 0, 0])
    assert curve["precision"].round(3).tolist()[:6] == [1, 0.5, 0.667, 0.5, 0.4, 0.5]
    assert curve["recall"].round(3).tolist()[:6] == [0.333, 0.333, 0.667, 0.667, 0.667, 1]
    assert curve["missed"].tolist() == [2, 2, 1, 1, 1, 0, 0, 0, 0, 0]
    point = at_share(curve, 0.3)
    assert (point["n"], round(point["precision"], 3), round(point["lift"], 2)) == (3, 0.667, 2.22)


@given(RANKED)
def test_budget_curve_is_consistent(ranked: list[tuple[float, bool]]) -> None:
    """More inspected never misses more; all inspected misses none; found and missed are all cases."""
    scores, labels = np.array([s for s, _ in ranked]), np.array([y for _, y in ranked])
    curve = budget_curve(scores, labels)
    assert (np.diff(curve["missed"]) <= 1e-9).all()
    assert curve["missed"].iloc[-1] == 0
    np.testing.assert_allclose(curve["precision"] * curve["n"] + curve["missed"], labels.sum())


@given(RANKED, st.randoms())
def test_row_order_plays_no_part_among_ties(ranked: list[tuple[float, bool]], random: object) -> None:
    """A file that happens to list the cases first must not look like a good model."""
    mixed = sorted(ranked, key=lambda pair: pair[1])
    both = [budget_curve(np.array([s for s, _ in r]), np.array([y for _, y in r])) for r in (ranked, mixed)]
    pd.testing.assert_frame_equal(*both)


def test_equal_scores_find_what_chance_finds() -> None:
    """One score for all: precision is the base rate at every budget."""
    told = measures(np.full(200, 0.3), np.arange(200) < 20)
    assert told["base_rate"] == told["pr_auc"] == pytest.approx(0.1)
    assert all(row["lift"] == pytest.approx(1) for row in told["budgets"])


def test_measures_hold_on_a_perfect_and_an_empty_list() -> None:
    """All found at the top; and no labels, no cases or no rows give no number instead of a crash."""
    perfect = measures(np.linspace(0, 1, 100), np.arange(100) >= 90)
    assert perfect["pr_auc"] == pytest.approx(1)
    assert perfect["budgets"][-1]["recall"] == perfect["budgets"][-1]["precision"] == pytest.approx(1)
    assert measures(np.linspace(0, 1, 50), np.zeros(50))["pr_auc"] is None
    assert measures(np.empty(0), np.empty(0))["rows"] == 0
    with pytest.raises(ValueError, match="2 labels"):
        measures(np.array([0.5]), np.array([1, 0]))


def test_intervals_hold_the_truth_and_repeat() -> None:
    """The bootstrap is seeded, brackets its own estimate, and narrows with more rows."""
    few, many = world(400, seed=4), world(6000, seed=4)
    told = [measures(f["times"].to_numpy(float), f["label"]) for f in (few, many)]
    for one in told:
        low, high = one["pr_auc_interval"]
        assert low < one["pr_auc"] < high
    widths = [one["pr_auc_interval"][1] - one["pr_auc_interval"][0] for one in told]
    assert widths[1] < widths[0] / 2
    assert told[0] == measures(few["times"].to_numpy(float), few["label"])


def test_calibration_tells_promise_from_truth() -> None:
    """Honest scores differ little from what happened; scores twice too high are seen."""
    random = np.random.default_rng(0)
    rates = random.uniform(0, 0.4, 20_000)
    cases = random.random(20_000) < rates
    honest, doubled = measures(rates, cases), measures(2 * rates, cases)
    assert honest["ece"] < 0.02 < 0.15 < doubled["ece"]
    assert honest["brier"] < doubled["brier"]
    table = calibration_table(rates, cases)
    assert table["rows"].sum() == 20_000
    assert (table["promised"] - table["actual"]).abs().max() < 0.04


def test_false_alarms_by_group_counts_the_harmless_only() -> None:
    """Two groups alike but for the model's bias; the budget is shared out fully, ties included."""
    group = np.array(["가", "나"] * 500)
    labels = np.zeros(1000, dtype=bool)
    labels[:100] = True
    scores = np.where(labels, 0.9, np.where(group == "가", 0.5, 0.1))
    table = false_alarms_by(group, scores, labels, 200).set_index("group")
    assert table["harmless"].tolist() == [450, 450]
    assert table.loc["가", "rate"] == pytest.approx(100 / 450)
    assert table.loc["나", "rate"] == 0
    assert table.loc["가", "low"] < 100 / 450 < table.loc["가", "high"]
    assert table["alarms"].sum() + labels.sum() == 200
    assert false_alarms_by([None] * 1000, scores, labels, 0)["group"].tolist() == ["미상"]


def test_card_is_json_and_tells_the_officer_plainly(model: Model) -> None:
    """Synthetic is said first; budgets, slices and limits are there; the curve gives the page's slider its answer."""
    kept = json.loads(json.dumps(model.card, allow_nan=False))
    text = card_markdown(kept)
    assert text.index("합성 자료") < text.index("평가")
    for said in (
        "상위 1%",
        "상위 10%",
        "PR-AUC",
        "Brier",
        "한계",
        "국적",
        "증거가 아닙니다",
        kept["slices"]["test"]["to"],
    ):
        assert said in text
    real = card_markdown(kept | {"synthetic": False})
    assert "합성" not in real
    assert "조사하지 않은 건" in real
    exact, thinned = (at_share(c, 0.05) for c in (kept["measures"]["curve"], kept["measures"]["curve"][::2]))
    assert exact["precision"] == pytest.approx(kept["measures"]["budgets"][2]["precision"], abs=0.02)
    assert thinned["recall"] == pytest.approx(exact["recall"], abs=0.03)


def test_two_models_side_by_side(model: Model) -> None:
    """A model that learned from noise loses to the real one, and the advice says so; itself is a draw."""
    held_out = world(2500, seed=21)
    noise = world(1500, seed=5)
    noise["label"] = np.random.default_rng(0).permutation(noise["label"])
    poor = train(noise, FEATURES, label="label", time="time", entry="made", data="")
    better = compare(poor, model, held_out, held_out["label"])
    assert better["gain"] > 0.1
    assert better["gain_interval"][0] > 0
    assert "바꾸기를 권합니다" in better["advice"]
    assert "그대로 쓰기" in compare(model, poor, held_out, held_out["label"])["advice"]
    same = compare(model, model, held_out, held_out["label"])
    assert same["gain"] == 0
    assert "우연" in same["advice"]
    assert same["old"] == same["new"]


def test_without_a_comparable_old_model_only_the_new_is_told(model: Model) -> None:
    """No old model, or one trained on other features: no gain is claimed."""
    held_out = world(800, seed=22)
    other = train(world(1500), FEATURES[:2], label="label", time="time", entry="made", data="")
    for old, frame in ((None, held_out), (model, held_out.drop(columns="shop"))):
        new = other if old else model
        told = compare(old, new, frame, frame["label"])
        assert told["old"] is None
        assert told["gain"] is None
        assert "견줄" in told["advice"]
