"""Risk models: gradient-boosted trees with calibrated scores and exact contributions, kept in two plain files.

``<stem>.txt`` is LightGBM's own text (numbers only, it cannot run code); ``<stem>.json`` holds what gives it meaning:
features, categories, calibration and the model card. Nothing is pickled.
"""

import hashlib
import json
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lib.files import write_whole
from lib.screening import drift, evaluate
from lib.screening.features import Feature
from lib.settings import MODELS, settings

if TYPE_CHECKING:
    import lightgbm

FORMAT = 1
THREADS = 2  # fixed: sums in another order would give another model
PARAMETERS: Mapping[str, Any] = {
    "learning_rate": 0.05,
    "num_leaves": 15,
    "min_data_in_leaf": 20,
    "lambda_l2": 1.0,
    "feature_fraction": 0.8,
    "cat_smooth": 20,
}
MOST_ROUNDS = 600
PATIENCE = 50
LEAST_OF_EACH = 5  # cases, and harmless ones, that every slice must hold
ISOTONIC_FROM = 200  # cases in the calibration slice; below, two numbers (Platt) are all it can carry
KST = timezone(timedelta(hours=9))

Floats = np.ndarray[Any, np.dtype[np.float64]]


class ModelBroken(ValueError):
    """The files are damaged, do not belong together, or are of another version. Told in Korean."""


class FeatureMismatch(ValueError):
    """The table does not hold the features the model was trained on. Told in Korean."""


class TooFewLabels(ValueError):
    """Not enough labelled rows to train and to measure. Told in Korean."""


@dataclass(frozen=True)
class Calibration:
    """From the trees' log-odds to calibrated log-odds: a strictly increasing line through ``x``, ``y``.

    Beyond its ends it goes on with ``slope``, so that the order of the list never changes and no two leads are tied
    by calibration. Platt's form is one point and a slope.
    """

    method: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    slope: float

    def __post_init__(self) -> None:
        numbers = np.array([*self.x, *self.y, self.slope], dtype=float)
        increasing = all(np.all(np.diff(axis) > 0) for axis in (self.x, self.y))
        if not (self.x and len(self.x) == len(self.y) and np.isfinite(numbers).all() and increasing and self.slope > 0):
            raise ValueError("calibration is not an increasing line")

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Calibration":
        return cls(str(told["method"]), tuple(told["x"]), tuple(told["y"]), float(told["slope"]))

    def __call__(self, margin: Floats) -> Floats:
        inside = np.clip(margin, self.x[0], self.x[-1])
        log_odds = np.interp(inside, self.x, self.y) + self.slope * (margin - inside)
        return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -500, 500))))


@dataclass(frozen=True)
class Slices:
    """Labelled rows by time: learnt from, calibrated on, measured on."""

    train: pd.DataFrame
    calibrate: pd.DataFrame
    test: pd.DataFrame


@dataclass(frozen=True)
class Model:
    """A trained model. ``card``: what it was trained on and how well it does, JSON-able."""

    entry: str
    features: tuple[Feature, ...]
    categories: Mapping[str, tuple[str, ...]]
    calibration: Calibration
    card: dict[str, Any]
    booster: "lightgbm.Booster" = field(repr=False)

    def check(self, features: Sequence[Feature]) -> None:
        """Refuse an entry whose feature list is not the one trained on. Raises ``FeatureMismatch``."""
        ours, theirs = ({(f.name, f.kind): f.title for f in listed} for listed in (self.features, features))
        other = [title for key, title in (ours | theirs).items() if (key in ours) != (key in theirs)]
        if other:
            raise FeatureMismatch(
                f"모델이 학습한 항목과 지금 항목이 다릅니다: {_listed(other)}. 모델을 다시 학습해 주십시오."
            )

    def score(self, frame: pd.DataFrame) -> Floats:
        """Calibrated probability of each row. Raises ``FeatureMismatch``."""
        return self.calibration(self.margin(frame))

    def margin(self, frame: pd.DataFrame) -> Floats:
        """The trees' log-odds before calibration: what contributions add up to."""
        matrix = as_matrix(frame, self.features, self.categories)
        if not len(matrix):
            return np.empty(0)
        return np.asarray(self.booster.predict(matrix, raw_score=True, num_threads=THREADS), dtype=float)

    def contributions(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Exact SHAP values on the log-odds: one column a feature, and ``base``; each row adds up to its ``margin``.

        About a millisecond a row: for what is shown, not for the whole list.
        """
        matrix = as_matrix(frame, self.features, self.categories)
        names = [feature.name for feature in self.features]
        if not len(matrix):
            return pd.DataFrame(columns=[*names, "base"], index=frame.index, dtype=float)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="LightGBM binary classifier")  # of an older shape, not ours
            shares = np.asarray(self._explainer.shap_values(matrix, check_additivity=False), dtype=float)
        told = pd.DataFrame(shares, columns=names, index=frame.index)
        return told.assign(base=float(np.ravel(self._explainer.expected_value)[-1]))

    @cached_property
    def _explainer(self) -> Any:
        import shap

        return shap.TreeExplainer(self.booster)

    def save(self, stem: Path) -> None:
        """Write ``<stem>.txt`` and ``<stem>.json``. The new model stands from the moment its card does: whoever reads, and
        whenever this is cut off, finds the old pair or the new one.
        """
        trees = self.booster.model_to_string().encode()
        about = {
            "format": FORMAT,
            "entry": self.entry,
            "trees": hashlib.sha256(trees).hexdigest(),
            "features": [asdict(feature) for feature in self.features],
            "categories": self.categories,
            "calibration": asdict(self.calibration),
            "card": self.card,
        }
        told = json.dumps(about, ensure_ascii=False, allow_nan=False, indent=1).encode()
        stem.parent.mkdir(parents=True, exist_ok=True)
        waiting = _waiting(stem)
        write_whole(waiting, trees)
        write_whole(_files(stem)[1], told)
        with suppress(FileNotFoundError):  # somebody else is saving too
            waiting.replace(_files(stem)[0])

    @classmethod
    def load(cls, stem: Path) -> "Model":
        """Raises ``ModelBroken``."""
        import lightgbm

        try:
            about, trees = _pair(stem)
            model = cls(
                about["entry"],
                tuple(Feature(**feature) for feature in about["features"]),
                {name: tuple(values) for name, values in about["categories"].items()},
                Calibration.read(about["calibration"]),
                dict(about["card"]),
                lightgbm.Booster(model_str=trees.decode()),
            )
            if model.booster.num_feature() != len(model.features):
                raise ValueError("trees and features do not belong together")
        except ModelBroken:
            raise
        except (OSError, ValueError, TypeError, KeyError, AttributeError, lightgbm.basic.LightGBMError) as error:
            raise ModelBroken(
                f"모델 파일이 없거나 손상되어 읽을 수 없습니다: {stem.name}. 모델을 다시 학습해 주십시오."
            ) from error
        return model


def _pair(stem: Path) -> tuple[dict[str, Any], bytes]:
    """The card and the trees it names, also amid or after a ``save`` that was cut off. Raises ``ModelBroken``, ``ValueError``."""
    trees, card = _files(stem)
    for _ in range(2):  # the card may have been replaced while the trees were read
        about = json.loads(card.read_bytes())
        if about["format"] != FORMAT:
            raise ModelBroken(f"이 프로그램과 다른 판의 모델 파일입니다: {stem.name}. 모델을 다시 학습해 주십시오.")
        for path in (_waiting(stem), trees):
            with suppress(FileNotFoundError):
                found = path.read_bytes()
                if about["trees"] == hashlib.sha256(found).hexdigest():  # LightGBM may crash on a damaged text
                    return about, found
    raise ValueError("trees and card do not belong together")


def own_stem(entry: str) -> Path:
    """Where the office keeps the model it has trained itself."""
    return settings().folder("models") / entry


def current(entry: str) -> Model | None:
    """The office's own model of ``entry``, else the shipped one, else none. Raises ``ModelBroken``."""
    for stem in (own_stem(entry), MODELS / entry):
        if _files(stem)[1].exists():
            return Model.load(stem)
    return None


def split(frame: pd.DataFrame, time: str) -> Slices:
    """The earliest 60 % to learn, the next 20 % to calibrate, the last 20 % to measure; one time is never torn apart.

    Raises ``TooFewLabels`` when there are fewer than three different times.
    """
    moments = frame[time]
    if moments.isna().any():
        raise TooFewLabels("기준일이 비어 있는 행이 있어 시간 순서로 나눌 수 없습니다.")
    counts = moments.value_counts().sort_index()
    if len(counts) < 3:
        raise TooFewLabels(
            "기준일이 세 가지는 되어야 학습·보정·평가로 나눌 수 있습니다. 더 긴 기간의 자료를 넣어 주십시오."
        )
    share = counts.cumsum().to_numpy() / len(frame)
    first = int(np.abs(share[:-2] - 0.6).argmin())
    second = first + 1 + int(np.abs(share[first + 1 : -1] - 0.8).argmin())
    learnt, calibrated = counts.index[first], counts.index[second]
    return Slices(
        frame[moments <= learnt],
        frame[(moments > learnt) & (moments <= calibrated)],
        frame[moments > calibrated],
    )


def train(
    frame: pd.DataFrame,
    features: Sequence[Feature],
    *,
    label: str,
    time: str,
    entry: str,
    data: str,
    synthetic: bool = True,
    seed: int = 0,
) -> Model:
    """Learn from the past, calibrate on what came next, measure on the newest. Rows without a label are left out.

    ``data``: one Korean line of where the rows come from. Raises ``TooFewLabels``, ``FeatureMismatch``.
    """
    slices = split(frame[frame[label].notna()], time)
    return train_on(slices, features, label=label, time=time, entry=entry, data=data, synthetic=synthetic, seed=seed)


def train_on(
    slices: Slices,
    features: Sequence[Feature],
    *,
    label: str,
    time: str,
    entry: str,
    data: str,
    synthetic: bool = True,
    seed: int = 0,
) -> Model:
    """``train`` on slices that are given."""
    model = learn(slices, features, label=label, entry=entry, seed=seed)
    return finish(model, slices, label=label, time=time, data=data, synthetic=synthetic, seed=seed)


def learn(
    slices: Slices,
    features: Sequence[Feature],
    *,
    label: str,
    entry: str,
    seed: int = 0,
    parameters: Mapping[str, Any] = PARAMETERS,
) -> Model:
    """A model without calibration and card. The test slice is not read, only counted."""
    for title, rows in (("학습", slices.train), ("보정", slices.calibrate), ("평가", slices.test)):
        cases = int(rows[label].astype(bool).sum())
        if min(cases, len(rows) - cases) < LEAST_OF_EACH:
            raise TooFewLabels(
                f"{title}에 쓸 결과가 모자랍니다: 적발 {cases:,}건, 이상 없음 {len(rows) - cases:,}건"
                f"(각각 {LEAST_OF_EACH}건 이상 필요합니다)."
            )
    features = tuple(features)
    text = [feature.name for feature in features if feature.kind == "category"]
    categories = {name: _categories(slices.train[name]) for name in text if name in slices.train}
    booster = boost(slices, features, categories, label, seed, parameters)
    return Model(entry, features, categories, Calibration("none", (0.0,), (0.0,), 1.0), {}, booster)


def finish(model: Model, slices: Slices, *, label: str, time: str, data: str, synthetic: bool, seed: int = 0) -> Model:
    """``model`` calibrated on the calibration slice, with the card of how it does on the test slice."""
    known = slices.calibrate[label].astype(bool).to_numpy()
    model = replace(model, calibration=calibrate(model.margin(slices.calibrate), known), card={})
    by_name = {"train": slices.train, "calibrate": slices.calibrate, "test": slices.test}
    model.card.update(
        entry=model.entry,
        data=data,
        synthetic=synthetic,
        made=datetime.now(KST).date().isoformat(),
        seed=seed,
        rounds=model.booster.num_trees(),
        calibration=model.calibration.method,
        slices={name: evaluate.about_slice(rows[time], rows[label]) for name, rows in by_name.items()},
        measures=evaluate.measures(model.score(slices.test), slices.test[label], seed=seed),
        reference=drift.reference(slices.train, model.features, model.score(slices.calibrate)),
    )
    return model


def boost(
    slices: Slices,
    features: Sequence[Feature],
    categories: Mapping[str, Sequence[str]],
    label: str,
    seed: int,
    parameters: Mapping[str, Any],
) -> "lightgbm.Booster":
    """Trees learnt on the train slice, as many as help on the calibration slice."""
    import lightgbm

    fixed = {
        "objective": "binary",
        "metric": "binary_logloss",
        "seed": seed,
        "num_threads": THREADS,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
    positions = [i for i, feature in enumerate(features) if feature.kind == "category"]
    learnt, watched = (
        lightgbm.Dataset(
            as_matrix(rows, features, categories),
            rows[label].astype(float).to_numpy(),
            categorical_feature=positions,
            free_raw_data=True,
            params={"verbosity": -1},
        )
        for rows in (slices.train, slices.calibrate)
    )
    watched.set_reference(learnt)
    found = lightgbm.train(
        {**parameters, **fixed},
        learnt,
        MOST_ROUNDS,
        valid_sets=[watched],
        callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)],
    )
    # read back from its text, so that a model just trained and one loaded are the same in every digit
    return lightgbm.Booster(model_str=found.model_to_string(num_iteration=max(1, found.best_iteration)))


def calibrate(margin: Floats, known: np.ndarray[Any, np.dtype[np.bool_]]) -> Calibration:
    """Platt's line, or with cases enough the centred isotonic steps (each step's centre, joined by lines)."""
    from sklearn.isotonic import IsotonicRegression
    from sklearn.linear_model import LogisticRegression

    line = LogisticRegression(C=1e3).fit(margin[:, None], known)
    slope = max(float(line.coef_[0, 0]), 1e-3)  # a model that ranks backwards is not turned round in silence
    if known.sum() < ISOTONIC_FROM:
        return Calibration("platt", (0.0,), (float(line.intercept_[0]),), slope)
    steps = pd.DataFrame({"level": IsotonicRegression().fit_transform(margin, known), "margin": margin, "known": known})
    blocks = steps.groupby("level").agg(x=("margin", "mean"), cases=("known", "sum"), rows=("known", "size"))
    blocks = blocks.sort_values("x")
    rate = (blocks["cases"] + 2 * known.mean()) / (blocks["rows"] + 2)  # no step is certain
    y = np.maximum.accumulate(np.log(rate / (1 - rate)).to_numpy())
    x = blocks["x"].to_numpy()
    y = y + 1e-6 * (np.arange(len(y)))
    keep = np.concatenate([[True], np.diff(x) > 1e-9])
    return Calibration("isotonic", tuple(map(float, x[keep])), tuple(map(float, y[keep])), slope)


def as_matrix(frame: pd.DataFrame, features: Sequence[Feature], categories: Mapping[str, Sequence[str]]) -> Floats:
    """Numbers as they are, categories as the position of their training value; missing and unseen are NaN."""
    missing = [feature.title for feature in features if feature.name not in frame]
    if missing:
        raise FeatureMismatch(f"모델이 학습한 항목이 자료에 없습니다: {_listed(missing)}.")
    matrix = np.empty((len(frame), len(features)))
    numbers = [i for i, feature in enumerate(features) if feature.kind == "number"]
    matrix[:, numbers] = _numbers(frame, [features[i] for i in numbers])
    for i, feature in enumerate(features):
        if feature.kind == "category":
            matrix[:, i] = _codes(frame[feature.name], categories[feature.name])
    return matrix


def _codes(values: "pd.Series[Any]", known: Sequence[str]) -> Floats:
    places = pd.Categorical(values.astype("string"), categories=list(known)).codes.astype(float)
    places[places < 0] = np.nan
    return np.asarray(places)


def _numbers(frame: pd.DataFrame, features: Sequence[Feature]) -> Floats:
    try:
        numbers = frame[[f.name for f in features]].to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        wrong = [
            f.title
            for f in features
            if pd.to_numeric(frame[f.name], errors="coerce").isna().ne(frame[f.name].isna()).any()
        ]
        raise FeatureMismatch(f"숫자가 아닌 값이 있습니다: {_listed(wrong)}.") from error
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _categories(values: "pd.Series[Any]") -> tuple[str, ...]:
    return tuple(sorted(map(str, values.dropna().astype("string").unique())))


def _files(stem: Path) -> tuple[Path, Path]:
    return stem.with_name(f"{stem.name}.txt"), stem.with_name(f"{stem.name}.json")


def _waiting(stem: Path) -> Path:
    """Trees whose card is not written yet, or just was."""
    return stem.with_name(f"{stem.name}.next.txt")


def _listed(titles: Sequence[str], most: int = 5) -> str:
    shown = ", ".join(f"「{title}」" for title in titles[:most])
    return shown + (f" 등 {len(titles)}개" if len(titles) > most else "")
