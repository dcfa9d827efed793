"""The shipped model: taught by a made-up year, measured on later months and on a world of other habits."""

from collections.abc import Mapping
from datetime import timedelta

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


def training_set(seeds: range, world: str = "train", *, every: int = EVERY) -> pd.DataFrame:
    """Duties still to be met on many mornings of several worlds: FEATURES, rules, ``label`` (missed in the end), ``as_of``."""
    parts = []
    for seed in seeds:
        made = demo.world(seed, world=world)  # type: ignore[arg-type]
        engine = connect()
        loaded = dict(made.tables)
        ended = _missed(loaded, engine)
        begin = loaded["events"]["processed_at"].to_pandas().min().date() + timedelta(days=FIRST)
        for back in range((demo.END - begin).days, LAST, -every):
            as_of = demo.END - timedelta(days=back)
            limits = limits_of.load(ENTRY, as_of)
            rows = screen.measured(items.known(loaded, engine, as_of, limits), limits, engine, as_of)
            parts.append(rows.assign(label=rows["subject"].isin(ended), as_of=as_of))
    return pd.concat(parts, ignore_index=True)


def _missed(tables: Mapping[str, pa.Table], engine: Engine) -> frozenset[str]:
    """The duties that were missed, seen from the end of the world."""
    told = items.known(tables, engine, demo.END, limits_of.load(ENTRY, demo.END)).items
    told = told.filter(told.missed & told["rule"].isin(items.AHEAD))
    return frozenset(engine.frame(told.select("key"))["key"])


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
    return model
