"""The engine on a table it has never seen: kinds of columns inferred, histories without looking ahead, one model.

Names and codes with many values become what was known of them on the day: their past rate and count of cases. Only
labels of the train slice ever enter a history, so neither calibration nor test labels reach a feature.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd

from lib.screening.explain import importance
from lib.screening.features import Feature
from lib.screening.model import PARAMETERS, Model, Slices, finish, learn, split

FEW_VALUES = 60  # more make an identifier, told by its history
KEY_VALUES = 300  # a number with no more values (a tax rate) may also be part of a combination
SMOOTHING = 10.0  # a history counts fully only beyond so many rows
CANDIDATES: tuple[Mapping[str, Any], ...] = (
    {**PARAMETERS, "num_leaves": 63, "feature_fraction": 0.5, "min_data_in_leaf": 50},
)
PARTS = ("train", "calibrate", "test")
CODE_WORDS = ("id", "code", "type", "no", "mode", "코드", "부호", "번호", "구분", "유형", "종류")
YES, NO = {"1", "1.0", "true", "y", "yes", "예", "o"}, {"0", "0.0", "false", "n", "no", "아니오", "x"}

Kind = Literal["number", "category", "identifier", "date"]


@dataclass(frozen=True)
class Fitted:
    """``scored``: the rows kept apart for measuring, and those without a label, as handed in plus ``score``, best first.

    ``card``: the model's, with what was inferred, left out and chosen.
    """

    model: Model
    card: Mapping[str, Any]
    scored: pd.DataFrame = field(repr=False)


def fit(
    frame: pd.DataFrame,
    *,
    label: str,
    time: str,
    drop: Sequence[str] = (),
    parts: str | None = None,
    data: str = "사용자가 올린 표",
    synthetic: bool = False,
    seed: int = 0,
) -> Fitted:
    """Learn ``label`` from every usable column. Columns known only after the result must be named in ``drop``.

    ``parts``: a column that says ``train``, ``calibrate`` or ``test``; without it the rows are split by time. Which
    combinations and parameters are used is chosen on the calibration slice. Raises ``ValueError`` (Korean).
    """
    unknown = [name for name in (label, time, *drop, *([parts] if parts else [])) if name not in frame]
    if unknown:
        raise ValueError(f"표에 없는 열입니다: {', '.join(unknown)}.")
    table = frame.reset_index(drop=True).rename(columns=str)
    days = _days(table[time], time)
    known = _labels(table[label], label)
    part = _parts(table, parts, known, days)
    learnt = (part == "train").to_numpy()
    plain = table.drop(columns=list({label, time, *drop, *([parts] if parts else [])}))
    kinds = {str(name): kind for name in plain if (kind := _kind(plain[name][learnt], str(name)))}
    if not kinds:
        raise ValueError("학습에 쓸 수 있는 열이 없습니다.")
    past = known.where(learnt)

    made, features = _plain_features(plain, kinds, days, past)
    rows = made.assign(**{"(label)": known, "(time)": days})

    def slices() -> Slices:
        return Slices(*(rows[part == name] for name in PARTS))

    def attempt(listed: tuple[Feature, ...], parameters: Mapping[str, Any]) -> Model:
        return learn(slices(), listed, label="(label)", entry="fit", seed=seed, parameters=parameters)

    watched = (part == "calibrate").to_numpy()

    def worth(model: Model) -> float:
        from sklearn.metrics import average_precision_score

        return float(average_precision_score(known[watched].astype(bool), model.margin(rows[watched])))

    best, parameters = attempt(features, PARAMETERS), PARAMETERS
    reached = worth(best)
    tried: list[dict[str, Any]] = [{"what": "열마다", "pr_auc": reached}]
    keys = _keys(plain, kinds, learnt, best, rows[watched].head(1000))
    pairs = list(combinations(keys, 2))
    nested = [keys[:size] for size in range(3, len(keys) + 1)]
    for what, groups in (("두 열의 조합까지", pairs), ("여러 열의 조합까지", nested)):
        combined = _combined(plain, groups, days, past)
        rows = rows.assign(**{feature.name: values for feature, values in combined})
        listed = (*features, *(feature for feature, _ in combined))
        model = attempt(listed, PARAMETERS)
        tried.append({"what": what, "pr_auc": worth(model)})
        if worth(model) <= reached:
            break
        best, features, reached = model, listed, worth(model)
    for candidate in CANDIDATES:
        model = attempt(features, candidate)
        tried.append({"what": f"나무마다 잎 {candidate['num_leaves']}개", "pr_auc": worth(model)})
        if worth(model) > reached:
            best, parameters, reached = model, candidate, worth(model)
    best = finish(best, slices(), label="(label)", time="(time)", data=data, synthetic=synthetic, seed=seed)
    best.card.update(
        label=label,
        time=time,
        dropped=list(drop),
        unused=[str(name) for name in plain if name not in kinds],
        kinds={str(name): kind for name, kind in kinds.items()},
        tried=tried,
        parameters=dict(parameters),
        limits=[
            "과거 적발률은 학습 구간의 결과만으로, 그 전날까지 알려진 것만 세었습니다.",
            *_leaks(plain, kinds, known, learnt),
        ],
    )
    apart = ~part.isin(["train", "calibrate"]).to_numpy()
    scored = frame.reset_index(drop=True)[apart].assign(score=best.score(rows[apart]))
    return Fitted(best, best.card, scored.sort_values("score", ascending=False, kind="stable", ignore_index=True))


def history(key: "pd.Series[Any]", day: "pd.Series[Any]", label: "pd.Series[Any]") -> pd.DataFrame:
    """What was known of each row's ``key`` before its ``day``: ``rate`` of cases, smoothed towards the rate of all, ``count``.

    Rows of the same day and rows without a label are not counted; nothing later ever is.
    """
    own = _before(pd.factorize(key)[0], day, label)
    everyone = _before(np.zeros(len(key), dtype=int), day, label)
    base = everyone["cases"] / everyone["count"].where(everyone["count"] > 0)
    rate = (own["cases"] + SMOOTHING * base) / (own["count"] + SMOOTHING)
    return pd.DataFrame({"rate": rate.to_numpy(), "count": own["count"].to_numpy()}, index=key.index)


def _before(group: "np.ndarray[Any, Any]", day: "pd.Series[Any]", label: "pd.Series[Any]") -> pd.DataFrame:
    """Labelled rows and cases of each row's group on earlier days."""
    rows = pd.DataFrame(
        {
            "group": group,
            "day": day.to_numpy(),
            "cases": label.fillna(0).to_numpy(dtype=float),
            "count": label.notna().to_numpy(dtype=float),
        }
    )
    grouped = rows.groupby(["group", "day"])
    daily = grouped[["cases", "count"]].sum()
    past = daily.groupby(level="group").cumsum() - daily
    return past.iloc[grouped.ngroup().to_numpy()].reset_index(drop=True)


def _plain_features(
    plain: pd.DataFrame, kinds: Mapping[str, Kind], days: "pd.Series[Any]", past: "pd.Series[Any]"
) -> tuple[pd.DataFrame, tuple[Feature, ...]]:
    made: dict[str, Any] = {"요일": days.dt.dayofweek.astype(float)}
    features = [Feature("요일", "요일(0=월)")]
    for name, kind in kinds.items():
        if kind == "number":
            made[name] = pd.to_numeric(plain[name], errors="coerce").astype("float64")
            features.append(Feature(name, name))
        elif kind == "date":
            made[name] = (days - _as_day(plain[name])).dt.days.astype("float64")
            features.append(Feature(name, f"{name}부터 기준일까지", "일"))
        elif kind == "category":
            made[name] = plain[name]
            features.append(Feature(name, name, kind="category"))
        else:
            told = history(plain[name], days, past)
            made |= {f"{name} 적발률": told["rate"], f"{name} 건수": told["count"]}
            features += _history_features(name)
    return pd.DataFrame(made, index=plain.index), tuple(features)


def _history_features(name: str) -> list[Feature]:
    return [
        Feature(f"{name} 적발률", f"{name}의 과거 적발률", "%"),
        Feature(f"{name} 건수", f"{name}의 과거 건수", "건"),
    ]


def _combined(
    plain: pd.DataFrame, groups: Sequence[Sequence[str]], days: "pd.Series[Any]", past: "pd.Series[Any]"
) -> "list[tuple[Feature, pd.Series[Any]]]":
    made = []
    for group in groups:
        told = history(plain.groupby(list(group), dropna=False, sort=False).ngroup(), days, past)
        made += list(zip(_history_features(" × ".join(group)), (told["rate"], told["count"]), strict=True))
    return made


def _keys(
    plain: pd.DataFrame, kinds: Mapping[str, Kind], learnt: Any, model: Model, sample: pd.DataFrame, most: int = 6
) -> tuple[str, ...]:
    """The columns worth combining: those that count most by themselves, best first."""
    weights = importance(model, sample).set_index("feature")["importance"]
    usable = {
        name: max(float(weights.get(column, 0.0)) for column in (name, f"{name} 적발률", f"{name} 건수"))
        for name, kind in kinds.items()
        if kind in ("category", "identifier") or (kind == "number" and plain[name][learnt].nunique() <= KEY_VALUES)
    }
    return tuple(sorted(usable, key=lambda name: -usable[name])[:most])


def _kind(values: "pd.Series[Any]", name: str) -> Kind | None:
    """What a column is; None when it says nothing (one value) or names each row (nearly all different)."""
    known = values.dropna()
    distinct = known.nunique()
    if distinct < 2:
        return None
    if pd.api.types.is_datetime64_any_dtype(known):
        return "date"
    text = known.astype(str).str.strip()
    if text.head(1000).str.fullmatch(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}([ T].*)?").all():
        return "date"
    numeric = pd.to_numeric(text, errors="coerce").notna().all() and not pd.api.types.is_bool_dtype(known)
    if numeric and not _is_code(text, name):
        return "number"
    if distinct <= FEW_VALUES:
        return "category"
    return "identifier" if distinct <= 0.9 * len(known) else None


def _is_code(text: "pd.Series[Any]", name: str) -> bool:
    """Whole numbers that name things: said by the header, by a leading zero, or by all having the same length."""
    if not text.str.fullmatch(r"\d+").all():
        return False
    words = name.lower().replace("_", " ").split()
    named = any(word in CODE_WORDS or word.endswith(CODE_WORDS[5:]) for word in words)
    lengths = text.str.len()
    return bool(
        named or (text.str.startswith("0") & (lengths > 1)).any() or (lengths.nunique() == 1 and lengths.iloc[0] > 1)
    )


def _leaks(plain: pd.DataFrame, kinds: Mapping[str, Kind], known: "pd.Series[Any]", learnt: Any) -> list[str]:
    """A warning for each column that nearly gives the result away by itself."""
    from sklearn.metrics import roc_auc_score

    label = known[learnt].astype(bool)
    warnings = []
    for name, kind in kinds.items():
        values = plain[name][learnt]
        if kind == "number":
            levels = pd.to_numeric(values, errors="coerce").astype("float64")
        elif kind == "category":
            levels = values.map(label.groupby(values).mean()).astype("float64")
        else:
            continue
        area = roc_auc_score(label, levels.fillna(levels.median()))
        if max(area, 1 - area) > 0.95:
            warnings.append(
                f"「{name}」 하나로 결과가 거의 갈립니다. 결과가 나온 뒤에 채워지는 열이면 빼고 다시 학습해 주십시오."
            )
    return warnings


def _parts(table: pd.DataFrame, parts: str | None, known: "pd.Series[Any]", days: "pd.Series[Any]") -> "pd.Series[Any]":
    """``train``, ``calibrate``, ``test`` for each labelled row; "" for one without a label."""
    if parts:
        part = table[parts].astype(str).str.strip()
        other = sorted(set(part) - set(PARTS))
        if other:
            raise ValueError(f"「{parts}」 열에는 {', '.join(PARTS)}만 쓸 수 있습니다: {', '.join(other[:5])}.")
        return part.where(known.notna(), "")
    slices = split(pd.DataFrame({"day": days})[known.notna()], "day")
    part = pd.Series("", index=table.index)
    for name, rows in zip(PARTS, (slices.train, slices.calibrate, slices.test), strict=True):
        part[rows.index] = name
    return part


def _labels(values: "pd.Series[Any]", name: str) -> "pd.Series[Any]":
    """1, 0, or missing."""
    text = values.astype("string").str.strip().str.lower()
    text = text.mask(text == "")
    told = text.map({**dict.fromkeys(YES, 1.0), **dict.fromkeys(NO, 0.0)}).astype("Float64")
    odd = text[text.notna() & told.isna()]
    if len(odd):
        raise ValueError(
            f"「{name}」 열은 예/아니오(1/0)여야 합니다. 다른 값: {', '.join(map(str, odd.unique()[:3]))}."
        )
    return pd.Series(told.to_numpy(dtype=float, na_value=np.nan), index=values.index)


def _days(values: "pd.Series[Any]", name: str) -> "pd.Series[Any]":
    days = _as_day(values)
    if days.isna().any():
        raise ValueError(f"「{name}」 열에 날짜로 읽을 수 없는 값이 {int(days.isna().sum()):,}개 있습니다.")
    return days


def _as_day(values: "pd.Series[Any]") -> "pd.Series[Any]":
    if not pd.api.types.is_datetime64_any_dtype(values):
        digits = values.astype("string").str.strip().str.replace(r"[./]", "-", regex=True)
        values = pd.to_datetime(digits, errors="coerce", format="mixed")
    return pd.Series(values.dt.normalize())
