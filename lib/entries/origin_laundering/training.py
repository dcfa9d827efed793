"""The shipped model and the weights of links: taught by made-up worlds, measured on worlds made otherwise."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from lib.entries.origin_laundering import demo, ledger, matching, screen
from lib.entries.origin_laundering.features import FEATURES
from lib.entries.origin_laundering.matching import LEVELS
from lib.entries.origin_laundering.rules import RULES
from lib.entries.origin_laundering.screen import ENTRY
from lib.screening import evaluate
from lib.screening import limits as limits_of
from lib.screening import model as models
from lib.screening.model import Model
from lib.settings import DATA
from lib.tables.engine import connect

ABOUT = "합성 자료: 세탁 유형 9가지와 정상 유형 12가지를 심은 가상의 수출입신고(실제 업체 아님)"
LEAST = -3.0  # log-odds below which a link is not worth telling
BACK = 240  # days before the end of a world from which it is looked at


def training_set(seeds: range, world: str = "train", *, dates: int = 2) -> pd.DataFrame:
    """Indicators of every exporter of several worlds as of several days, with rules, ``label``, ``as_of`` and its ``kind``."""
    engine, parts = connect(), []
    for seed in seeds:
        made = demo.world(seed, world=world)  # type: ignore[arg-type]
        truth = made.truth.to_pandas().assign(subject=lambda rows: rows["firm"].str.replace("-", ""))
        rng = np.random.default_rng([seed, 5])
        for back in rng.choice(BACK, dates, replace=False):
            as_of = demo.END - timedelta(days=int(back))
            limits = limits_of.load(ENTRY, as_of)
            kept = ledger.keep(made.tables, as_of)
            links = screen.traced(kept, matching.link(kept, limits), screen.given_rates(made.tables), limits)
            parts.append(_labelled(screen.measured(kept, links, limits, engine), truth, as_of))
    return pd.concat(parts, ignore_index=True)


def _labelled(rows: pd.DataFrame, truth: pd.DataFrame, as_of: date) -> pd.DataFrame:
    told = rows.merge(truth[["subject", "harmful", "kind", "start"]], on="subject", how="left")
    begun = pd.to_datetime(told["start"]) <= pd.Timestamp(as_of)
    harmful = told["harmful"].fillna(False).astype(bool)
    told = told.assign(as_of=as_of, label=harmful & begun, kind=told["kind"].fillna("ordinary"))
    return pd.DataFrame(told[~(harmful & ~begun)]).reset_index(drop=True)  # what has not begun is no innocence


def known(seed: int = 0) -> pd.DataFrame:
    """What the shipped model was taught: FEATURES, ``label`` and ``time``."""
    return training_set(range(seed + 100, seed + 120)).rename(columns={"as_of": "time"})


def train(seed: int = 0) -> Model:
    """Train, and measure on the other world: precision and recall, recall by typology, false alarms by look-alike."""
    model = models.train(known(seed), FEATURES, label="label", time="time", entry=ENTRY, data=ABOUT, seed=seed)
    model.card["evaluation_world"] = evaluation(model, training_set(range(seed + 920, seed + 926), "eval"))
    return model


def evaluation(model: Model, rows: pd.DataFrame) -> dict[str, object]:
    """How the model, and the rules alone, do on ``rows``; by typology and look-alike at the top fifth of the list."""
    harmless = {**demo.HARMLESS, "ordinary": "그 밖의 일반 업체"}
    return evaluate.by_kind(
        model, rows, RULES, demo.HARMFUL, harmless, "학습에 쓰지 않은, 물품과 거래와 수법이 다른 가상 세계"
    )


# links


def same_goods(made: demo.World, kept: ledger.Ledger) -> Callable[[Any, Any], "np.ndarray[Any, Any]"]:
    """Whether export lines truly are goods of import lines (both by row), be it of another lot."""
    goods = made.goods
    truly: dict[str, set[int]] = {}
    for sold, bought in zip(made.links["export_no"].to_pylist(), made.links["import_no"].to_pylist(), strict=True):
        truly.setdefault(sold, set()).add(goods[bought])
    out, back = (kept.side(name).lines["item_no"].to_pylist() for name in ("exports", "imports"))

    def same(exported: Any, imported: Any) -> "np.ndarray[Any, Any]":
        pairs = zip(list(exported), list(imported), strict=True)
        return np.array([goods[back[b]] in truly.get(out[e], ()) for e, b in pairs], bool)

    return same


def fit_links(seeds: range = range(200, 212)) -> dict[str, dict[str, float]]:
    """Log-odds of every level of every part from made-up worlds, written to ``data/origin_laundering/weights.json``.

    First what two items share, from every pair with a key in common; then stock, lag and price, from the lots drawn on.
    A better level never counts for less than a worse one; what is unknown may lie anywhere.
    """
    limits = limits_of.load(ENTRY, demo.END)
    worlds = [
        (made, ledger.keep(made.tables, demo.END)) for made in (demo.world(seed, world="train") for seed in seeds)
    ]
    parts = []
    for made, kept in worlds:
        items, item_of = matching.compare(kept, -np.inf, 1_000)
        first = {name: pd.Series(np.arange(len(of))).groupby(of).first() for name, of in item_of.items()}
        lines = [
            first[name].reindex(items[column]) for name, column in (("exports", "exported"), ("imports", "imported"))
        ]
        parts.append(items.assign(same=same_goods(made, kept)(*lines)))
    pairs = pd.concat(parts, ignore_index=True)
    start, told = _fitted(pd.concat([pairs, *_by_chance(pairs)], ignore_index=True), matching.STILL)
    told = {"bias": {"start": start, "least": LEAST}, **told, **{p: dict.fromkeys(LEVELS[p], 0.0) for p in DRAWN}}
    _write(told)
    parts = []
    for made, kept in worlds:
        rows = matching.link(kept, limits).rows
        parts.append(rows.assign(same=same_goods(made, kept)(rows["exported"], rows["imported"])))
    rows = pd.concat(parts, ignore_index=True)
    more, drawn = _fitted(rows, DRAWN, matching.weigh(rows, matching.STILL))
    told["bias"]["start"] += more
    told["bias"]["least"] += more  # the same pairs as before
    _write({**told, **drawn})
    return matching.weights()


DRAWN = tuple(part for part in LEVELS if part not in matching.STILL)


def _write(told: Mapping[str, Mapping[str, float]]) -> None:
    rounded = {part: {name: round(weight, 3) for name, weight in levels.items()} for part, levels in told.items()}
    (DATA / "origin_laundering" / "weights.json").write_text(json.dumps(rounded, ensure_ascii=False, indent=1), "utf-8")
    matching.weights.cache_clear()


def _by_chance(pairs: pd.DataFrame) -> list[pd.DataFrame]:
    """What the worlds lack and the field has: for each true pair another model of the same size, and goods that merely weigh
    the same. No goods of the same firm are these.
    """
    true = pairs[pairs["same"]]
    model = true[true["code"] <= 3].assign(code=4, said=1, same=False)
    weight = true[true["size"] == 0].assign(code=5, words=4, measures=3, said=1, same=False)
    return [model, weight]


STEPS = {"brand": (0.0, 1.0), "words": (0.2, np.inf), "hs": (0.15, np.inf), "said": (1.0, np.inf), "size": (0.0, 2.5)}
"""Bounds of a step between two levels that made-up worlds cannot teach: a real brand stands on many goods, other goods have
another HS."""
HALF = ("code", "words", "measures", "brand")
"""Parts in which what is not told counts half of the best; elsewhere it never speaks for a link."""


def _fitted(rows: pd.DataFrame, parts: Sequence[str], known: Any = 0.0) -> tuple[float, dict[str, dict[str, float]]]:
    """Start and log-odds of the levels that best tell ``same``, on top of what is ``known``; never rising with the level."""
    columns: list[Any] = [np.ones(len(rows))]
    bounds: list[tuple[float, float]] = [(-np.inf, np.inf)]
    for part in parts:
        level = rows[part].to_numpy()
        for n in range(len(LEVELS[part])):
            if n < matching.ORDERED[part] - 1:  # this good or better
                columns.append(np.where(level < matching.ORDERED[part], level <= n, 0.5 if part in HALF else 0.0))
                bounds.append(STEPS.get(part, (0.0, np.inf)))
            elif n >= matching.ORDERED[part] and part not in HALF:  # unknown
                columns.append((level == n).astype(float))
                bounds.append((-np.inf, np.inf))
    held, same = np.stack(columns, axis=1), rows["same"].to_numpy(float)

    def loss(b: "np.ndarray[Any, Any]") -> tuple[float, "np.ndarray[Any, Any]"]:
        odds = known + held @ b
        slope = held.T @ (1 / (1 + np.exp(-odds)) - same)
        slope[1:] += b[1:]
        return float(np.sum(np.logaddexp(0, odds) - same * odds) + 0.5 * np.sum(b[1:] ** 2)), slope

    begin = np.clip(np.zeros(len(bounds)), *np.array(bounds).T)
    start, *steps = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds).x.tolist()
    told: dict[str, dict[str, float]] = {}
    for part in parts:
        names, ordered = LEVELS[part], matching.ORDERED[part]
        good, steps = [*steps[: ordered - 1], 0.0], steps[ordered - 1 :]
        free = 0 if part in HALF else len(names) - ordered
        unknown, steps = [sum(good) / 2] * (part in HALF) or steps[:free], steps[free:]
        levels = np.array([*(sum(good[n:]) for n in range(ordered)), *unknown])
        usual = float(levels[rows[part].to_numpy()].mean())  # so that a part speaks for or against
        start += usual
        levels -= usual
        levels[ordered:] = np.where(part in HALF, levels[ordered:], np.minimum(levels[ordered:], 0.0))
        told[part] = dict(zip(names, levels.tolist(), strict=True))
    return start, told
