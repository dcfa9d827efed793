"""The shipped model: taught by a made-up year, measured on later months and on a world of other habits."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lib.entries.bonded_cargo import demo, items, screen
from lib.entries.bonded_cargo.features import FEATURES
from lib.entries.bonded_cargo.screen import ENTRY
from lib.screening import evaluate
from lib.screening import limits as limits_of
from lib.screening import model as models
from lib.screening.model import Model
from lib.tables.engine import Engine, connect

ABOUT = "합성 자료: 창고마다 습관이 다른 가상의 보세화물 이벤트(실제 업체 아님)"
EVERY = 4  # days between the mornings looked at
FIRST = 60  # days of a world before the first of them
LAST = 25  # days before its end of the last: by then it is known what became of each duty
CALLS = (2, 4, 8)  # a morning
FAR = 3  # days before the due day that the first warning by rule goes out


def training_set(seeds: range, world: str = "train", *, every: int = EVERY, since: date | None = None) -> pd.DataFrame:
    """Duties still to be met on many mornings (from ``since``) of several worlds: FEATURES, rules, ``label`` (missed in the end),
    ``as_of``, ``world`` (its seed)."""
    parts = []
    for seed in seeds:
        made = demo.world(seed, world=world)  # type: ignore[arg-type]
        engine = connect()
        loaded = dict(made.tables)
        ended = _missed(loaded, engine)
        begin = since or loaded["events"]["processed_at"].to_pandas().min().date() + timedelta(days=FIRST)
        for back in range((demo.END - begin).days, LAST, -every):
            as_of = demo.END - timedelta(days=back)
            limits = limits_of.load(ENTRY, as_of)
            rows = screen.measured(items.known(loaded, engine, as_of, limits), limits, engine, as_of)
            parts.append(rows.assign(label=rows["subject"].isin(ended), as_of=as_of, world=seed))
    return pd.concat(parts, ignore_index=True)


def _missed(tables: Mapping[str, pa.Table], engine: Engine) -> frozenset[str]:
    """The duties that were missed, seen from the end of the world."""
    told = items.known(tables, engine, demo.END, limits_of.load(ENTRY, demo.END)).items
    told = told.filter(told.missed & told["rule"].isin(items.AHEAD))
    return frozenset(engine.frame(told.select("key"))["key"])


def foreseen(rows: pd.DataFrame, scores: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each duty is rung up about once, ``calls`` a morning from the top of the list: how many of those missed in the end that reaches
    before they are due, and how early.

    ``rows``: of ``training_set`` for every morning; ``scores``: by the Korean name of an order, one a row. Only duties seen from their
    first day to their due day count. Of each number of calls and order: ``found`` (part of the missed), ``early`` (part found before the
    first warning by rule, FAR days ahead), ``days`` (before they are due, in the middle), ``right`` (part of the calls).
    """
    as_of = pd.to_datetime(rows["as_of"])
    duty = rows["world"].astype(str) + "|" + rows["subject"]
    due = as_of + pd.to_timedelta(rows["days_left"], unit="D")
    whole = (as_of.groupby(duty).transform("min") > as_of.min()) & (due <= as_of.max())
    counted, missed = set(duty[whole]), set(duty[whole & rows["label"]])
    told = []
    for calls in CALLS:
        for name, score in scores.items():
            listed = rows[["world", "as_of", "days_left"]].assign(duty=duty, score=np.asarray(score))
            left: dict[str, float] = {}
            for _, morning in listed.groupby(["world", "as_of"]):
                fresh = morning[~morning["duty"].isin(left)]
                top = fresh.sort_values(["score", "duty"], ascending=[False, True]).head(calls)
                left |= dict(zip(top["duty"], top["days_left"], strict=True))
            rung = {one: days for one, days in left.items() if one in counted}
            found = [days for one, days in rung.items() if one in missed]
            told.append(
                {
                    "calls": f"하루 {calls}건",
                    "order": name,
                    "found": len(found) / len(missed),
                    "early": sum(days > FAR for days in found) / len(missed),
                    "days": float(np.median(found)),
                    "right": len(found) / len(rung),
                }
            )
    return told


def known(seed: int = 0) -> pd.DataFrame:
    """What the shipped model was taught: FEATURES, ``label`` and ``time``."""
    return training_set(range(seed + 100, seed + 102)).rename(columns={"as_of": "time"})


def train(seed: int = 0) -> Model:
    """Train, and measure on the other world."""
    model = models.train(known(seed), FEATURES, label="label", time="time", entry=ENTRY, data=ABOUT, seed=seed)
    rows = training_set(range(seed + 900, seed + 902), "eval")
    model.card["evaluation_world"] = {
        "about": "학습에 쓰지 않은, 창고와 운송업자의 습관이 다른 가상 세계",
        "model": evaluate.measures(model.score(rows), rows["label"]),
        "rules_only": evaluate.measures(np.asarray(rows["points"], float) / 100, rows["label"]),
    }
    later = date.fromisoformat(model.card["slices"]["test"]["from"])
    for name, seeds, world in (
        ("foreseen", range(seed + 100, seed + 102), "train"),
        ("foreseen_elsewhere", range(seed + 900, seed + 902), "eval"),
    ):
        rows = training_set(seeds, world, every=1, since=later)
        orders = {"모델": model.score(rows), "규칙만": rows["points"], "기한이 가까운 순": -rows["days_left"]}
        model.card[name] = foreseen(rows, orders)
    return model
