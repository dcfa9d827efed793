"""The shipped model: trained on made-up worlds, measured on a world whose people and shops behave otherwise."""

from datetime import timedelta

import numpy as np
import pandas as pd

from lib.entries.address_reading import demo, features, rules, screen
from lib.entries.address_reading.evidence import ENTRY
from lib.entries.address_reading.features import FEATURES, Reads
from lib.screening import evaluate
from lib.screening import limits as limits_of
from lib.screening import model as models
from lib.screening.anomaly import anomaly, rules_score
from lib.screening.model import Model
from lib.tables.engine import connect

DATA = (
    "합성 자료: 되팔이 유형 8가지와 정상 유형 11가지를 실제 건물 주소에 심은 가상의 특송 배송 건(실제 사람·업체 아님)"
)
BACK = 21  # days before the end of a world from which it is looked at
BEGUN = 3  # parcels from which a planted shop is a question at all


def training_set(
    seeds: range, world: str = "train", *, dates: int = 1, homes: int = 700, cases: int = 8, reader: Reads | None = None
) -> pd.DataFrame:
    """Indicators of every address of several worlds as of several days, with rules, ``label``, ``as_of`` and its ``kind``."""
    engine, parts = connect(), []
    reader = reader or screen.default_reader()
    for seed in seeds:
        made = demo.world(seed, homes=homes, cases=cases, world=world)
        rng = np.random.default_rng([seed, 5])
        for back in rng.choice(BACK, dates, replace=False):
            as_of = demo.END - timedelta(days=int(back))
            limits = limits_of.load(ENTRY, as_of)
            found = features.located(engine.load(made.tables), engine, reader, as_of, limits)
            told = screen.measured(found, limits, engine).merge(
                kinds(screen.parcels_read(found, engine), made), on="subject"
            )
            harmful = told["kind"].isin([*demo.SHOPS])
            parts.append(told.assign(label=harmful, as_of=as_of)[~(harmful & (told["parcels"] < BEGUN))])
    return pd.concat(parts, ignore_index=True)


def kinds(read: pd.DataFrame, made: demo.World) -> pd.DataFrame:
    """``subject`` and what most of its parcels truly are, whatever was read of their addresses."""
    planted = made.truth.to_pandas().set_index("subject")["kind"]
    true = read["address"].map(made.spelled.set_index("address")["subject"]).map(planted).fillna("ordinary")
    counted = pd.DataFrame({"subject": read["subject"], "kind": true}).value_counts().reset_index()
    return counted.drop_duplicates("subject")[["subject", "kind"]]


def known(seed: int = 0) -> pd.DataFrame:
    """What the shipped model was taught: FEATURES, ``label`` and ``time``."""
    return training_set(range(seed + 100, seed + 114)).rename(columns={"as_of": "time"})


def train(seed: int = 0) -> Model:
    """Train, and measure on the other world: precision and recall, recall by typology, false alarms by look-alike."""
    model = models.train(known(seed), FEATURES, label="label", time="time", entry=ENTRY, data=DATA, seed=seed)
    model.card["evaluation_world"] = evaluation(model, training_set(range(seed + 900, seed + 905), "eval"))
    return model


def evaluation(model: Model, rows: pd.DataFrame) -> dict[str, object]:
    """How the model, and the rules alone, do on ``rows``; by typology and look-alike by the grade they come to."""
    scored = model.score(rows)
    ruled = rules_score(rows["points"].to_numpy(), anomaly(rows, FEATURES))
    limits = limits_of.load(ENTRY, demo.END)
    level = {"model": screen.levels(rows, scored, limits), "rules_only": screen.levels(rows, None, limits)}
    told: dict[bool, list[dict[str, object]]] = {True: [], False: []}
    for kind, title in {**demo.SHOPS, **demo.HARMLESS, "ordinary": "그 밖의 일반 배송지"}.items():
        these = (rows["kind"] == kind).to_numpy()
        if these.any():
            graded = {
                f"{name}_{grade}": float((found[these] <= at).mean())
                for name, found in level.items()
                for grade, at in (("watch", 2), ("check", 1), ("first", 0))
            }
            told[kind in demo.SHOPS].append({"kind": kind, "title": title, "addresses": int(these.sum()), **graded})
    return {
        "about": "학습에 쓰지 않은, 행동이 다른 가상 세계",
        "model": evaluate.measures(scored, rows["label"]),
        "rules_only": evaluate.measures(ruled, rows["label"]),
        "any_rule": float(rules.behaves(rows)[rows["label"].to_numpy(bool)].mean()),
        "found_by_kind": told[True],
        "false_alarms": told[False],
    }
