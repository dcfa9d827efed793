"""The shipped model: trained on made-up worlds, measured on a world whose firms trade, pay and cheat otherwise."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from lib.entries.fetch import demo, screen
from lib.entries.fetch.features import FEATURES
from lib.entries.fetch.rules import RULES
from lib.entries.fetch.screen import ENTRY
from lib.screening import evaluate
from lib.screening import limits as limits_of
from lib.screening import model as models
from lib.screening.model import Model
from lib.tables.engine import connect

DATA = "합성 자료: 유형 15가지와 정상 유형 17가지를 심은 가상의 수출입신고·외환 보고·업체 자료(실제 업체 아님)"
BACK = 540  # days before the end of a world from which it is looked at


def training_set(seeds: range, world: str = "train", *, dates: int = 2) -> pd.DataFrame:
    """Indicators of every firm of several worlds as of several days, with rules, ``label``, ``as_of`` and its ``kind``."""
    engine, parts = connect(), []
    for seed in seeds:
        made = demo.world(seed, world=world)  # type: ignore[arg-type]
        truth = made.truth.to_pandas().assign(subject=lambda rows: rows["firm"].str.replace("-", ""))
        rng = np.random.default_rng([seed, 5])
        for back in rng.choice(BACK, dates, replace=False):
            as_of = demo.END - timedelta(days=int(back))
            limits = limits_of.load(ENTRY, as_of)
            done = screen.reconcile_all(made.tables, as_of, limits)
            parts.append(_labelled(screen.measured(done, limits, engine), truth, as_of))
    return pd.concat(parts, ignore_index=True)


def _labelled(rows: pd.DataFrame, truth: pd.DataFrame, as_of: date) -> pd.DataFrame:
    told = rows.merge(truth[["subject", "typology", "harmful", "kind", "start"]], on="subject", how="left")
    begun = pd.to_datetime(told["start"]) <= pd.Timestamp(as_of)
    harmful = told["harmful"].fillna(False).astype(bool)
    told = told.assign(as_of=as_of, label=harmful & begun, kind=told["typology"].where(harmful, told["kind"]))
    return pd.DataFrame(told[~(harmful & ~begun)]).reset_index(drop=True)  # what has not begun is no innocence


def known(seed: int = 0) -> pd.DataFrame:
    """What the shipped model was taught: FEATURES, ``label`` and ``time``."""
    return training_set(range(seed + 100, seed + 114)).rename(columns={"as_of": "time"})


def train(seed: int = 0) -> Model:
    """Train, and measure on the other world: precision and recall, recall by typology, false alarms by look-alike."""
    model = models.train(known(seed), FEATURES, label="label", time="time", entry=ENTRY, data=DATA, seed=seed)
    model.card["evaluation_world"] = evaluation(model, training_set(range(seed + 920, seed + 926), "eval"))
    return model


def evaluation(model: Model, rows: pd.DataFrame) -> dict[str, object]:
    """How the model, and the rules alone, do on ``rows``; by typology and look-alike at the top fifth of the list."""
    harmless = {**demo.HARMLESS, "ordinary": "그 밖의 일반 업체"}
    return evaluate.by_kind(
        model, rows, RULES, demo.HARMFUL, harmless, "학습에 쓰지 않은, 거래와 수법이 다른 가상 세계"
    )
