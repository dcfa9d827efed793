"""The shipped model: trained on made-up worlds, measured on a world whose people and thieves behave otherwise."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from lib.entries.pccc_theft import demo, features
from lib.entries.pccc_theft.evidence import ENTRY
from lib.entries.pccc_theft.features import FEATURES
from lib.entries.pccc_theft.rules import GRADES, RULES
from lib.entries.pccc_theft.screen import grades
from lib.screening import evaluate
from lib.screening import limits as limits_of
from lib.screening import model as models
from lib.screening import rules as rules_of
from lib.screening.anomaly import anomaly, rules_score
from lib.screening.model import Model
from lib.tables.engine import connect

Scores = np.ndarray[Any, Any]
ACTIVE = 45  # days after its start in which a theft is still to be found
DATA = "합성 자료: 도용 유형 7가지와 정상 유형 9가지를 심은 가상의 통관목록·원장·도용신고(실제 신고 아님)"


def training_set(
    seeds: range, world: str = "train", *, dates: int = 3, codes: int = 700, cases: int = 8
) -> pd.DataFrame:
    """Indicators of every code of several worlds as of several days, with ``label``, ``as_of`` and its ``kind``.

    A code its owner has already reported is no question any more and is left out, as are thefts older than ``ACTIVE``.
    """
    engine, parts = connect(), []
    for seed in seeds:
        made = demo.world(seed, codes=codes, cases=cases, world=world)
        tables, truth = engine.load(made.tables), made.truth.to_pandas().drop_duplicates("subject")
        rng = np.random.default_rng([seed, 5])
        for back in rng.choice(110, dates, replace=False):
            as_of = demo.END - timedelta(days=int(back))
            limits = limits_of.load(ENTRY, as_of)
            frame = engine.frame(rules_of.apply(RULES, features.build(tables, as_of, limits), limits))
            parts.append(_labelled(frame, truth, as_of))
    return pd.concat(parts, ignore_index=True)


def _labelled(frame: pd.DataFrame, truth: pd.DataFrame, as_of: date) -> pd.DataFrame:
    told = frame.merge(truth, on="subject", how="left").assign(as_of=as_of)
    begun = pd.to_datetime(told["start"]) <= pd.Timestamp(as_of)
    fresh = pd.to_datetime(told["start"]) > pd.Timestamp(as_of) - pd.Timedelta(days=ACTIVE)
    harmful = told["harmful"].fillna(False).astype(bool)
    told["label"] = harmful & begun & fresh
    told["kind"] = told["kind"].where(begun, "ordinary").fillna("ordinary")
    return told[(told["own_reports"] == 0) & ~(harmful & begun & ~fresh)].reset_index(drop=True)


def known(seed: int = 0) -> pd.DataFrame:
    """What the shipped model was taught: FEATURES, ``label`` and ``time``."""
    return training_set(range(seed + 100, seed + 105)).rename(columns={"as_of": "time"})


def train(seed: int = 0) -> Model:
    """Train, and measure on the other world: precision and recall, false alarms by harmless kind, rules alone beside it."""
    model = models.train(known(seed), FEATURES, label="label", time="time", entry=ENTRY, data=DATA, seed=seed)
    model.card["evaluation_world"] = evaluation(model, training_set(range(seed + 900, seed + 903), "eval"))
    return model


def evaluation(model: Model, frame: pd.DataFrame) -> dict[str, object]:
    """How the model, and the rules alone, do on ``frame``; false alarms are counted at the top 2 % of the list."""
    scored = model.score(frame)
    ruled = rules_score(frame["points"].to_numpy(), anomaly(frame, FEATURES))
    return {
        "about": "학습에 쓰지 않은, 행동이 다른 가상 세계",
        "model": evaluate.measures(scored, frame["label"]),
        "rules_only": evaluate.measures(ruled, frame["label"]),
        "precision_at": {
            str(n): {"model": _precision(scored, frame, n), "rules_only": _precision(ruled, frame, n)}
            for n in (20, 50, 100)
        },
        "false_alarms": _false_alarms(frame, scored, ruled),
    }


def _precision(scores: Scores, frame: pd.DataFrame, n: int) -> float:
    return float(frame["label"].to_numpy()[np.argsort(-scores, kind="stable")[:n]].mean())


def _false_alarms(frame: pd.DataFrame, scored: Scores, ruled: Scores) -> list[dict[str, object]]:
    limits = limits_of.load(ENTRY, demo.END)
    tiers = {
        "model": grades(frame.assign(score=scored), limits, True),
        "rules_only": grades(frame, limits, False),
    }
    told: list[dict[str, object]] = []
    for kind, title in {**demo.HARMLESS, "ordinary": "그 밖의 일반 이용자"}.items():
        these = (frame["kind"] == kind).to_numpy() & ~frame["label"].to_numpy()
        shares = {
            f"{name}_{tier}": float(np.isin(graded[these], GRADES[at:]).mean()) if these.any() else None
            for name, graded in tiers.items()
            for tier, at in (("suspect", 2), ("strong", 3))
        }
        told.append({"kind": kind, "title": title, "codes": int(these.sum()), **shares})
    return told
