"""A model says calibrated probabilities, explains each exactly, and refuses what it was not trained for."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.screening import model as models
from lib.screening.features import Feature
from lib.screening.model import Calibration, FeatureMismatch, Model, ModelBroken, TooFewLabels, calibrate, split, train
from tests.screening.made import FEATURES, world


def test_it_finds_what_drives_the_cases(model: Model) -> None:
    """On rows of another seed the list is far better than picking blindly, and the promised rates hold."""
    fresh = world(rows=4000, seed=9)
    scores = model.score(fresh)
    top = fresh.assign(score=scores).nlargest(200, "score")
    assert top["label"].mean() > 3 * fresh["label"].mean()
    assert abs(scores.mean() - fresh["label"].mean()) < 0.03
    assert ((scores > 0) & (scores < 1)).all()


def test_contributions_add_up_to_the_margin(model: Model, frame: pd.DataFrame) -> None:
    """Exact, also with missing numbers, missing categories and categories never seen."""
    rows = frame.head(300).copy()
    rows.loc[rows.index[:20], "shop"] = "처음 보는 곳"
    rows.loc[rows.index[20:40], ["amount", "times", "share", "shop"]] = None
    told = model.contributions(rows)
    assert list(told.columns) == [*[feature.name for feature in FEATURES], "base"]
    np.testing.assert_allclose(told.sum(axis=1), model.margin(rows), atol=1e-9, rtol=0)
    assert (told.drop(columns="base").abs().max() > 0.05).sum() >= 3


def test_an_unseen_category_counts_as_missing(model: Model, frame: pd.DataFrame) -> None:
    """A shop the model never met neither raises nor borrows another shop's risk."""
    rows = frame.head(50)
    np.testing.assert_array_equal(model.score(rows.assign(shop="새 면세점")), model.score(rows.assign(shop=None)))
    assert (model.score(rows.assign(shop="부산")) != model.score(rows.assign(shop=None))).any()


def test_row_order_and_company_do_not_matter(model: Model, frame: pd.DataFrame) -> None:
    """A subject scores the same alone, in a shuffled list, and with other columns and types about it."""
    whole = model.score(frame)
    shuffled = frame.sample(frac=1, random_state=1)
    np.testing.assert_array_equal(model.score(shuffled), whole[shuffled.index])
    assert model.score(frame.iloc[[7]])[0] == whole[7]
    row = frame.iloc[7]
    assert model.score(pd.DataFrame([row.to_dict() | {"subject": "x"}]))[0] == whole[7]
    assert len(model.score(frame.head(0))) == 0


def test_training_again_gives_the_same_model(model: Model, frame: pd.DataFrame, tmp_path: Path) -> None:
    """Same rows and seed, same files, byte for byte."""
    again = train(frame, FEATURES, label="label", time="time", entry="made", data="지어낸 자료")
    for each, name in ((model, "one"), (replace(again, card=again.card | {"made": model.card["made"]}), "two")):
        each.save(tmp_path / name)
    assert (tmp_path / "one.txt").read_bytes() == (tmp_path / "two.txt").read_bytes()
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_the_test_slice_teaches_nothing(frame: pd.DataFrame, model: Model) -> None:
    """Turning every label of the test slice round changes the measures and not one score."""
    newest = split(frame, "time").test.index
    turned = frame.copy()
    turned.loc[newest, "label"] = ~turned.loc[newest, "label"]
    other = train(turned, FEATURES, label="label", time="time", entry="made", data="지어낸 자료")
    np.testing.assert_array_equal(other.score(frame), model.score(frame))
    assert other.card["measures"]["pr_auc"] != model.card["measures"]["pr_auc"]


def test_saved_and_loaded_it_is_the_same(model: Model, frame: pd.DataFrame, tmp_path: Path) -> None:
    """Scores, contributions, features and card survive; nothing but the two files is left behind."""
    model.save(tmp_path / "made")
    loaded = Model.load(tmp_path / "made")
    np.testing.assert_array_equal(loaded.score(frame), model.score(frame))
    pd.testing.assert_frame_equal(loaded.contributions(frame.head(20)), model.contributions(frame.head(20)))
    assert loaded.features == model.features
    assert loaded.card == json.loads(json.dumps(model.card))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made.json", "made.txt"]


@pytest.mark.parametrize(
    "harm", ["no trees", "cut trees", "one digit", "no json", "half json", "list", "version", "calibration"]
)
def test_broken_files_are_told_in_korean(model: Model, tmp_path: Path, harm: str) -> None:
    """Never a crash or a silently different model: ModelBroken, whatever is wrong with the files."""
    stem = tmp_path / "made"
    model.save(stem)
    trees, told = tmp_path / "made.txt", tmp_path / "made.json"
    about = json.loads(told.read_text("utf-8"))
    if harm == "no trees":
        trees.unlink()
    elif harm == "cut trees":
        trees.write_bytes(trees.read_bytes()[:2000])
    elif harm == "one digit":
        trees.write_bytes(trees.read_bytes().replace(b"leaf_value=0.", b"leaf_value=1.", 1).replace(b"7", b"8", 1))
    elif harm == "no json":
        told.unlink()
    elif harm == "half json":
        told.write_bytes(told.read_bytes()[:100])
    elif harm == "list":
        told.write_text("[]")
    elif harm == "version":
        told.write_text(json.dumps(about | {"format": 99}))
    else:
        told.write_text(json.dumps(about | {"calibration": {"method": "platt", "x": [0], "y": [0], "slope": -1}}))
    with pytest.raises(ModelBroken, match="모델"):
        Model.load(stem)


def test_a_failed_save_keeps_the_old_model(model: Model, tmp_path: Path) -> None:
    """A card that cannot be written (not JSON) must not cost the model in use."""
    model.save(tmp_path / "made")
    with pytest.raises((TypeError, ValueError)):
        replace(model, card={"bad": float("nan")}).save(tmp_path / "made")
    assert Model.load(tmp_path / "made").card == json.loads(json.dumps(model.card))


def test_other_features_are_refused(model: Model, frame: pd.DataFrame) -> None:
    """A missing column, text where a number belongs, or another list of features: told by Korean title."""
    with pytest.raises(FeatureMismatch, match="구매 횟수"):
        model.score(frame.drop(columns="times"))
    with pytest.raises(FeatureMismatch, match="구매금액"):
        model.score(frame.assign(amount="많음"))
    model.check(FEATURES)
    with pytest.raises(FeatureMismatch, match="체류일"):
        model.check([*FEATURES, Feature("stay", "체류일", "일")])
    with pytest.raises(FeatureMismatch, match="구매금액"):
        model.check(FEATURES[1:])
    with pytest.raises(FeatureMismatch, match="면세점"):
        model.check([replace(feature, kind="number") for feature in FEATURES])


def test_slices_follow_time() -> None:
    """Learn from the past, measure on the newest; one date is never on both sides; shares near 60/20/20."""
    frame = world(rows=1000)
    slices = split(frame, "time")
    assert slices.train["time"].max() < slices.calibrate["time"].min()
    assert slices.calibrate["time"].max() < slices.test["time"].min()
    assert sum(map(len, (slices.train, slices.calibrate, slices.test))) == len(frame)
    assert 0.55 < len(slices.train) / len(frame) < 0.65


@given(st.lists(st.integers(0, 6), min_size=3, max_size=60).filter(lambda days: len(set(days)) >= 3))
def test_every_slice_has_rows_when_there_are_three_dates(days: list[int]) -> None:
    """However the rows crowd on a few dates."""
    slices = split(pd.DataFrame({"day": days}), "day")
    parts = [slices.train["day"], slices.calibrate["day"], slices.test["day"]]
    assert all(len(part) for part in parts)
    assert parts[0].max() < parts[1].min()
    assert parts[1].max() < parts[2].min()


def test_too_few_labels_are_told() -> None:
    """Two dates, or hardly a case, are not enough to train on; the officer reads why."""
    few = world(rows=300).assign(label=False)
    with pytest.raises(TooFewLabels, match="적발 0건"):
        train(few, FEATURES, label="label", time="time", entry="made", data="")
    with pytest.raises(TooFewLabels, match="세 가지"):
        train(world(rows=300).assign(time=1), FEATURES, label="label", time="time", entry="made", data="")


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.booleans())
def test_calibration_never_changes_the_order(seed: int, many: bool) -> None:
    """Strictly increasing, by steps or by Platt: no two leads are tied or swapped, also beyond what was seen."""
    random = np.random.default_rng(seed)
    margin = random.normal(-2, 1.5, 2500 if many else 300)
    line = calibrate(margin, random.random(len(margin)) < 1 / (1 + np.exp(-2 * margin)))
    assert line.method == ("isotonic" if many else "platt")
    grid = np.linspace(margin.min() - 3, margin.max() + 3, 500)
    assert (np.diff(line(grid)) > 0).all()


def test_calibration_mends_an_overconfident_model() -> None:
    """Margins twice as wide as the truth are brought back to the true rates."""
    random = np.random.default_rng(3)
    truth = random.normal(-2, 1, 20_000)
    line = calibrate(2 * truth, random.random(len(truth)) < 1 / (1 + np.exp(-truth)))
    assert line.method == "isotonic"
    assert np.abs(line(2 * truth) - 1 / (1 + np.exp(-truth))).mean() < 0.015


def test_a_flat_calibration_is_refused() -> None:
    """Written by hand or damaged, it would tie or turn the list."""
    for y in ((0.0, 0.0), (1.0, 0.0), (0.0, float("nan"))):
        with pytest.raises(ValueError, match="calibration"):
            Calibration("isotonic", (0.0, 1.0), y, 1.0)


def test_the_offices_own_model_comes_first(
    model: Model, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None, then the shipped one, then the office's own; a broken own one is told, never passed over."""
    monkeypatch.setattr(models, "MODELS", tmp_path / "shipped")
    assert models.current("made") is None
    model.save(tmp_path / "shipped" / "made")
    assert models.current("made") is not None
    replace(model, card=model.card | {"data": "우리 세관"}).save(models.own_stem("made"))
    own = models.current("made")
    assert own is not None
    assert own.card["data"] == "우리 세관"
    models.own_stem("made").with_suffix(".txt").write_text("tree")
    with pytest.raises(ModelBroken):
        models.current("made")


def test_the_card_says_what_it_rests_on(model: Model, frame: pd.DataFrame) -> None:
    """Sizes and dates of each slice; every labelled row is in one of them."""
    slices = model.card["slices"]
    assert sum(part["rows"] for part in slices.values()) == len(frame)
    assert slices["train"]["to"] < slices["calibrate"]["from"] <= slices["calibrate"]["to"] < slices["test"]["from"]
    assert model.card["measures"]["rows"] == slices["test"]["rows"]
    unlabelled = frame.assign(label=frame["label"].astype("boolean"))
    unlabelled.loc[unlabelled.index[:100], "label"] = pd.NA
    card = train(unlabelled, FEATURES, label="label", time="time", entry="made", data="").card
    assert sum(part["rows"] for part in card["slices"].values()) == len(frame) - 100
