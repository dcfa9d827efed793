"""How well a ranking does: measures at the officer's budget, calibration, fairness, and the model card in Korean."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lib.screening.anomaly import anomaly, rules_score

if TYPE_CHECKING:
    from lib.screening.model import Model
    from lib.screening.rules import Rule

BUDGETS = (0.01, 0.02, 0.05, 0.10)
REPLICATES = 200
CURVE_POINTS = 200

Floats = np.ndarray[Any, np.dtype[np.float64]]


def measures(scores: Floats, labels: Any, *, seed: int = 0) -> dict[str, Any]:
    """Everything a card says of one ranking against its labels, JSON-able.

    ``pr_auc`` and the ``budgets`` (top 1, 2, 5, 10 %) carry a 95 % bootstrap interval; ``curve`` is ``budget_curve`` at
    some 200 budgets; ``calibration`` compares the promised with the actual rate in tenths of the list.
    """
    from sklearn.metrics import average_precision_score

    scores, known = _pair(scores, labels)
    cases, rows = int(known.sum()), len(known)
    drawn = _replicates(scores, known, seed)
    curve = budget_curve(scores, known)
    return {
        "rows": rows,
        "cases": cases,
        "base_rate": _rate(cases, rows),
        "pr_auc": _number(average_precision_score(known, scores)) if cases else None,
        "pr_auc_interval": _interval(drawn["pr_auc"]),
        "budgets": [
            {
                "share": share,
                **at_share(curve, share),
                "precision_interval": _interval(drawn[f"precision {share}"]),
                "recall_interval": _interval(drawn[f"recall {share}"]),
            }
            for share in BUDGETS
        ],
        "brier": _number(np.mean((scores - known) ** 2)) if rows else None,
        "ece": _expected_calibration_error(scores, known),
        "calibration": calibration_table(scores, known).to_dict("records"),
        "curve": _thinned(curve).to_dict("records"),
    }


def budget_curve(scores: Floats, labels: Any) -> pd.DataFrame:
    """What inspecting the top ``n`` catches: ``n``, ``share``, ``precision``, ``recall``, ``missed`` (cases), for every n.

    Subjects of equal score count as drawn by lot among themselves, so the order of the rows plays no part.
    """
    scores, known = _pair(scores, labels)
    n = np.arange(1, len(scores) + 1)
    hits = _hits(scores, known)
    cases = float(known.sum())
    return pd.DataFrame(
        {
            "n": n,
            "share": n / max(len(n), 1),
            "precision": hits / n,
            "recall": hits / cases if cases else np.full(len(n), np.nan),
            "missed": cases - hits,
        }
    )


def at_share(curve: "pd.DataFrame | Sequence[Mapping[str, Any]]", share: float) -> dict[str, Any]:
    """The point of a budget curve (as made, or as kept in a card) for inspecting ``share`` of a list.

    ``precision``, ``recall``, ``lift`` over picking blindly, and ``n`` of the curve's own list.
    """
    points = pd.DataFrame(curve)
    if points.empty:
        return {"n": 0, "precision": None, "recall": None, "lift": None}
    shares = np.concatenate([[0.0], points["share"].to_numpy(dtype=float)])
    found = np.concatenate([[0.0], (points["precision"] * points["n"]).to_numpy(dtype=float)])
    share = min(max(share, shares[1]), 1.0)
    n = share * float(points["n"].iloc[-1])
    hits = float(np.interp(share, shares, found))
    cases = float(found[-1])
    recall = hits / cases if cases else None
    return {
        "n": round(n),
        "precision": hits / n,
        "recall": recall,
        "lift": None if recall is None else recall / share,
    }


def calibration_table(scores: Floats, labels: Any, bins: int = 10) -> pd.DataFrame:
    """The list in tenths by score: ``low``, ``high``, ``rows``, ``promised`` (mean score), ``actual`` (rate of cases)."""
    scores, known = _pair(scores, labels)
    if not len(scores):
        return pd.DataFrame(columns=["low", "high", "rows", "promised", "actual"])
    tenth = pd.qcut(scores, bins, labels=False, duplicates="drop") if np.ptp(scores) > 0 else np.zeros(len(scores))
    grouped = pd.DataFrame({"tenth": tenth, "score": scores, "known": known}).groupby("tenth")
    return grouped.agg(
        low=("score", "min"),
        high=("score", "max"),
        rows=("score", "size"),
        promised=("score", "mean"),
        actual=("known", "mean"),
    ).reset_index(drop=True)


def false_alarms_by(group: Any, scores: Floats, labels: Any, budget: int) -> pd.DataFrame:
    """How often harmless subjects of each group are among the top ``budget``: a check of fairness.

    ``group`` (nationality, kind of look-alike) is handed over apart and is never a feature. Columns ``group``,
    ``harmless``, ``alarms``, ``rate`` and its 95 % interval ``low``, ``high`` (Wilson: small groups say little).
    """
    scores, known = _pair(scores, labels)
    chosen = _chosen(scores, budget)
    harmless = pd.DataFrame(
        {"group": pd.Series(np.asarray(group, dtype=object)).fillna("미상").astype(str), "alarms": chosen}
    )
    table = harmless[known == 0].groupby("group")["alarms"].agg(harmless="size", alarms="sum").reset_index()
    n, rate = table["harmless"], table["alarms"] / table["harmless"]
    z = 1.96
    middle = (rate + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(rate * (1 - rate) / n + z**2 / (4 * n**2))
    table = pd.DataFrame(table.assign(rate=rate, low=(middle - half).clip(0, 1), high=(middle + half).clip(0, 1)))
    return table.sort_values(["rate", "group"], ascending=[False, True], kind="stable", ignore_index=True)


def compare(old: "Model | None", new: "Model", frame: pd.DataFrame, labels: Any, *, seed: int = 0) -> dict[str, Any]:
    """Two models on the same held-out rows, before the switch: ``old`` (None without one that reads this table),
    ``new``, the ``gain`` in PR-AUC with its paired interval, and one Korean sentence of ``advice``.
    """
    from sklearn.metrics import average_precision_score

    from lib.screening.model import FeatureMismatch

    _, known = _pair(np.zeros(len(frame)), labels)
    after = new.score(frame)
    told: dict[str, Any] = {"rows": len(known), "cases": int(known.sum()), "new": measures(after, known, seed=seed)}
    try:
        before = old.score(frame) if old else None
    except FeatureMismatch:
        before = None
    told["old"] = None if before is None else measures(before, known, seed=seed)
    told["gain"] = told["gain_interval"] = None
    if before is None or not 0 < known.sum() < len(known):
        told["advice"] = "견줄 수 있는 이전 모델이나 평가 자료가 없습니다. 새 모델의 성능표를 보고 정해 주십시오."
        return told
    told["gain"] = told["new"]["pr_auc"] - told["old"]["pr_auc"]
    gains = [
        average_precision_score(known[rows], after[rows]) - average_precision_score(known[rows], before[rows])
        for rows in _draws(known, seed)
    ]
    low, high = told["gain_interval"] = _interval(gains) or [0.0, 0.0]
    if low > 0:
        told["advice"] = "새 모델이 같은 평가 자료에서 더 잘 찾습니다. 바꾸기를 권합니다."
    elif high < 0:
        told["advice"] = "새 모델이 같은 평가 자료에서 덜 찾습니다. 지금 모델을 그대로 쓰기를 권합니다."
    else:
        told["advice"] = "두 모델의 차이가 우연으로 볼 수 있는 정도입니다. 서둘러 바꿀 까닭은 없습니다."
    return told


def about_slice(times: "pd.Series[Any]", labels: "pd.Series[Any]") -> dict[str, Any]:
    """Rows, cases and first and last time of a slice, JSON-able."""
    first, last = (str(pd.Timestamp(moment).date()) for moment in (times.min(), times.max()))
    return {"rows": len(times), "cases": int(labels.astype(bool).sum()), "from": first, "to": last}


def card_markdown(card: Mapping[str, Any]) -> str:
    """The model card as an officer reads it."""
    measured, slices = card["measures"], card["slices"]
    synthetic = bool(card.get("synthetic"))
    lines = []
    if synthetic:
        lines += [
            "> **합성 자료로 학습·평가한 모델입니다.** 아래 수치는 만들어 낸 자료에서 잰 것으로, 현장 성능을 뜻하지 않습니다.",
            "",
        ]
    lines += [
        f"- 학습 자료: {card['data']}",
        f"- 학습일: {card['made']}",
        "",
        "| 구간 | 기간 | 행 | 적발 |",
        "|---|---|---:|---:|",
    ]
    titles = {"train": "학습", "calibrate": "보정", "test": "평가"}
    lines += [
        f"| {title} | {slices[name]['from']} ~ {slices[name]['to']} | {slices[name]['rows']:,} | {slices[name]['cases']:,} |"
        for name, title in titles.items()
    ]
    lines += [
        "",
        "시간 순서로 나누었고, 평가 구간은 학습·보정에 쓰지 않았습니다.",
        "",
        "#### 평가 구간 성능",
        *_measures_lines(measured),
    ]
    if world := card.get("evaluation_world"):
        lines += ["", f"#### {world['about']}에서의 성능", *_measures_lines(world["model"])]
        lines += ["", "같은 자료에서 규칙만 쓸 때:", *_measures_lines(world["rules_only"])]
    for title, rows in kind_tables(card):
        lines += ["", f"#### {title}", "| " + " | ".join(rows[0]) + " |", "|---|" + "---:|" * (len(rows[0]) - 1)]
        lines += ["| " + " | ".join(row.values()) + " |" for row in rows]
    lines += ["", "#### 한계"]
    if synthetic:
        lines.append("- 합성 자료의 규칙성을 배운 것이므로, 실제 자료로 다시 학습·평가하기 전에는 참고로만 쓰십시오.")
    else:
        lines.append("- 결과를 아는(조사한) 건으로만 학습하였으므로, 조사하지 않은 건에서는 성능이 다를 수 있습니다.")
    lines += [f"- {limit}" for limit in card.get("limits", ())]
    lines += [
        "- 점수는 확인 순서를 정하는 단서이며, 위반의 증거가 아닙니다. 처분은 근거 행을 확인하고 담당자가 정합니다.",
        "- 국적·성별·나이는 학습 항목이 아닙니다.",
    ]
    return "\n".join(lines)


_KIND_TABLES = {
    "foreseen": "나중 몇 달: 아침마다 몇 건씩 한 번만 전화할 때 미리 찾은 놓침",
    "foreseen_elsewhere": "습관이 다른 가상 세계의 같은 몇 달: 미리 찾은 놓침",
    "found_by_kind": "유형별로 찾은 비율",
    "false_alarms": "선의의 유형별 오경보",
    "nationality": "국적별 오경보(국적은 학습 항목이 아님)",
}
_KIND_COLUMNS = {
    "title": "집단",
    "group": "집단",
    "codes": "대상 수",
    "firms": "대상 수",
    "harmless": "대상 수",
    "alarms": "오경보 수",
    "rate": "오경보율",
    "model_suspect": "모델: 의심 이상",
    "addresses": "대상 수",
    "model_check": "모델: 확인 이상",
    "model_first": "모델: 우선확인",
    "rules_only_check": "규칙만: 확인 이상",
    "rules_only_first": "규칙만: 우선확인",
    "model_strong": "모델: 유력",
    "model_fifth": "모델: 상위 20%",
    "rules_only_suspect": "규칙만: 의심 이상",
    "rules_only_strong": "규칙만: 유력",
    "rules_only_fifth": "규칙만: 상위 20%",
    "any_rule": "규칙에 걸림",
    "calls": "아침마다 전화",
    "order": "고르는 순서",
    "found": "기한 전에 찾은 놓침",
    "early": "먼 예고(3일 전)보다 먼저",
    "days": "기한 며칠 전(중앙값)",
    "right": "전화 가운데 놓칠 건",
}


def kind_tables(card: Mapping[str, Any]) -> list[tuple[str, list[dict[str, str]]]]:
    """A card's tables by kind of subject: their Korean title, and rows under Korean headings."""
    told = {**card, **card.get("evaluation_world", {})}
    return [
        (title, [{_KIND_COLUMNS[k]: _kind_cell(k, v) for k, v in row.items() if k in _KIND_COLUMNS} for row in rows])
        for name, title in _KIND_TABLES.items()
        if isinstance(rows := told.get(name), list) and rows
    ]


def _kind_cell(name: str, value: Any) -> str:
    if not isinstance(value, int | float):
        return "-" if value is None else str(value)
    if name in ("codes", "firms", "addresses", "harmless", "alarms"):
        return f"{value:,.0f}"
    if name == "days":
        return f"{value:,.1f}일"
    return f"{value:.1%}"


def _measures_lines(told: Mapping[str, Any]) -> list[str]:
    lines = [
        f"- 전체 {told['rows']:,}건 중 적발 {told['cases']:,}건(기본 비율 {_percent(told['base_rate'])})",
        f"- PR-AUC {_decimal(told['pr_auc'])}{_range(told['pr_auc_interval'], _decimal)}",
        f"- 보정: Brier {_decimal(told['brier'])}, 평균 오차(ECE) {_percent(told['ece'])}",
        "",
        "| 확인하는 비율 | 건수 | 정밀도(95% 구간) | 재현율(95% 구간) | 무작위 대비 |",
        "|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| 상위 {row['share']:.0%} | {row['n']:,} | {_percent(row['precision'])}{_range(row['precision_interval'], _percent)} "
        f"| {_percent(row['recall'])}{_range(row['recall_interval'], _percent)} | {_decimal(row['lift'], 1)}배 |"
        for row in told["budgets"]
    ]
    return lines


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _decimal(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _range(interval: Sequence[float] | None, shown: Any) -> str:
    return f" ({shown(interval[0])}~{shown(interval[1])})" if interval else ""


def _pair(scores: Any, labels: Any) -> tuple[Floats, Floats]:
    found, known = np.asarray(scores, dtype=float), np.asarray(labels).astype(bool).astype(float)
    if found.shape != known.shape:
        raise ValueError(f"{len(found)} scores for {len(known)} labels")
    return found, known


def _hits(scores: Floats, known: Floats) -> Floats:
    """Cases expected among the top 1, 2, ... n."""
    if not len(scores):
        return np.empty(0)
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.diff(scores[order], append=-np.inf) != 0) + 1  # of each run of equal scores
    total = np.cumsum(known[order])[ends - 1]
    found = np.interp(np.arange(1, len(scores) + 1), np.concatenate([[0], ends]), np.concatenate([[0.0], total]))
    return np.asarray(found)


def _chosen(scores: Floats, budget: int) -> Floats:
    """1 for the top ``budget``, 0 below; those tied at the edge share what is left."""
    budget = min(max(budget, 0), len(scores))
    if not budget:
        return np.zeros(len(scores))
    edge = np.partition(scores, len(scores) - budget)[len(scores) - budget]
    above, tied = scores > edge, scores == edge
    return np.asarray(above + tied * (budget - above.sum()) / tied.sum())


def _draws(known: Floats, seed: int) -> list[Any]:
    """Bootstrap rows that hold at least one case."""
    random = np.random.default_rng(seed)
    drawn = [random.integers(0, len(known), len(known)) for _ in range(REPLICATES)] if len(known) else []
    return [rows for rows in drawn if known[rows].any()]


def _replicates(scores: Floats, known: Floats, seed: int) -> dict[str, list[float]]:
    from sklearn.metrics import average_precision_score

    found: dict[str, list[float]] = {"pr_auc": []}
    found |= {f"{what} {share}": [] for share in BUDGETS for what in ("precision", "recall")}
    if not known.any():
        return found
    for rows in _draws(known, seed):
        found["pr_auc"].append(float(average_precision_score(known[rows], scores[rows])))
        hits = _hits(scores[rows], known[rows])
        for share in BUDGETS:
            n = max(1, round(share * len(rows)))
            found[f"precision {share}"].append(float(hits[n - 1] / n))
            found[f"recall {share}"].append(float(hits[n - 1] / hits[-1]))
    return found


def _interval(values: Sequence[float]) -> list[float] | None:
    return [float(edge) for edge in np.quantile(values, [0.025, 0.975])] if len(values) else None


def _expected_calibration_error(scores: Floats, known: Floats) -> float | None:
    table = calibration_table(scores, known)
    gap = (table["promised"] - table["actual"]).abs() * table["rows"]
    return float(gap.sum() / len(scores)) if len(scores) else None


def _thinned(curve: pd.DataFrame) -> pd.DataFrame:
    """At most some 200 points, close together where the budget is small."""
    if len(curve) <= CURVE_POINTS:
        return _plain(curve)
    n = np.unique(np.geomspace(1, len(curve), CURVE_POINTS).round().astype(int))
    return _plain(curve.iloc[n - 1])


def _plain(curve: pd.DataFrame) -> pd.DataFrame:
    return curve.round(6).astype(object).where(curve.notna(), None)


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _number(value: Any) -> float | None:
    return None if value is None or np.isnan(value) else float(value)


def by_kind(
    model: "Model",
    rows: pd.DataFrame,
    rules: Sequence["Rule"],
    harmful: Mapping[str, str],
    harmless: Mapping[str, str],
    about: str,
    top: float = 0.2,
) -> dict[str, object]:
    """How a model, and the rules alone, do on ``rows`` (features, rules, ``points``, ``label``, ``kind``) of another world; by kind
    within the ``top`` share of the list. ``harmful``, ``harmless``: what the kinds are called.
    """
    scored = model.score(rows)
    ruled = rules_score(rows["points"].to_numpy(), anomaly(rows, model.features))
    chosen = {name: s >= np.quantile(s, 1 - top) for name, s in (("model", scored), ("rules_only", ruled))}
    hit = rows[[f"rule_{rule.code}" for rule in rules if not rule.clears]].any(axis=1).to_numpy()

    def told(kinds: Mapping[str, str]) -> list[dict[str, object]]:
        found = [(kind, title, (rows["kind"] == kind).to_numpy()) for kind, title in kinds.items()]
        return [
            {"kind": kind, "title": title, "firms": int(these.sum())}
            | {f"{name}_fifth": float(some[these].mean()) for name, some in chosen.items()}
            | {"any_rule": float(hit[these].mean())}
            for kind, title, these in found
            if these.any()
        ]

    return {
        "about": about,
        "model": measures(scored, rows["label"]),
        "rules_only": measures(ruled, rows["label"]),
        "found_by_kind": told(harmful),
        "false_alarms": told(harmless),
    }
