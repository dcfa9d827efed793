"""The model: learnt on made-up worlds, measured on one that behaves otherwise. Labels are joined here and nowhere else."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score

from lib.entries.duty_free import demo, screen
from lib.entries.duty_free.features import FEATURES
from lib.screening.evaluate import false_alarms_by, measures
from lib.screening.model import Model
from lib.screening.model import train as learn
from lib.tables.engine import connect

DATA = "합성 자료(실제 판매·출입국 자료가 아님)"


def training_set(
    seed: int = 0, *, moments: int = 10, people: int = 1500, behaviour: demo.World_ = "train", end: date = demo.END
) -> pd.DataFrame:
    """Feature rows with ``label``, ``as_of``, ``kind``, ``nationality`` and the rules-only ``score``.

    Each day is another world with other people, so that nobody is learnt from and measured on.
    """
    parts = []
    for moment in range(moments):
        made = demo.world(seed * 1000 + moment, people=people, behaviour=behaviour)
        as_of = end - timedelta(days=18 * (moments - 1 - moment) % 90)
        listed = screen.screen(made.tables, as_of=as_of, engine=connect("duckdb"))
        part = labelled(listed, made)
        parts.append(part.assign(as_of=pd.Timestamp(date(2025, 1, 1) + timedelta(days=30 * moment))))
    return pd.concat(parts, ignore_index=True)


def labelled(listed: screen.Buyers, made: demo.World) -> pd.DataFrame:
    """The list with what is true of each person as of its day."""
    truth = made.truth.to_pandas().merge(listed.people.passports[["passport", "subject"]], on="passport")
    truth["label"] = truth["case"] & (pd.to_datetime(truth["since"]) <= pd.Timestamp(listed.as_of))
    told = truth.sort_values("label", ascending=False, kind="stable").drop_duplicates("subject")
    return listed.rows.merge(told[["subject", "label", "kind", "nationality"]], on="subject")


def known(seed: int = 0) -> pd.DataFrame:
    """What the shipped model was taught: FEATURES, ``label`` and ``time``."""
    return training_set(seed).rename(columns={"as_of": "time"})


def train(seed: int = 0) -> Model:
    """Learn, and put into the card how it does in the other world: beside rules only, by harmless kind, by nationality."""
    model = learn(known(seed), FEATURES, label="label", time="time", entry="duty_free", data=DATA, seed=seed)
    shown = evaluate(model, training_set(seed + 500, moments=4, behaviour="eval"))
    shown["spread"] = [shifted(model, seed + at, behaviour) for at, behaviour in OTHERS]
    model.card["evaluation_world"] = shown
    model.card["limits"] = [told(shown["spread"])]
    return model


OTHERS: tuple[tuple[int, demo.World_], ...] = (
    (510, "eval"),
    (520, "eval"),
    (530, "late_records"),
    (540, "few_traces"),
)
"""Seed and behaviour of further worlds the model is tried on, to see how far its measures move."""


def told(spread: list[dict[str, Any]]) -> str:
    """One sentence for the card."""
    low, high = ([f(each[name] for each in spread) for name in ("pr_auc", "precision")] for f in (min, max))
    return (
        f"시드나 행동(느린 출국 기록, 적은 흔적)을 달리한 가상 세계 {len(spread)}곳에서 PR-AUC는 {low[0]:.2f}~{high[0]:.2f}, 상위 5% 정밀도는 "
        f"{low[1]:.0%}~{high[1]:.0%}로 달라집니다."
    )


def shifted(model: Model, seed: int, behaviour: demo.World_, budget: float = 0.05) -> dict[str, Any]:
    """How the model and the rules alone do in one more world."""
    frame = training_set(seed, moments=2, behaviour=behaviour)
    labels, top = frame["label"].to_numpy(dtype=bool), round(budget * len(frame))
    model_score, rules_score = model.score(frame), frame["score"].to_numpy()
    return {
        "seed": seed,
        "behaviour": behaviour,
        "rows": len(frame),
        "cases": int(labels.sum()),
        "pr_auc": round(float(average_precision_score(labels, model_score)), 3),
        "precision": round(float(labels[np.argsort(-model_score, kind="stable")[:top]].mean()), 3),
        "rules_pr_auc": round(float(average_precision_score(labels, rules_score)), 3),
        "rules_precision": round(float(labels[np.argsort(-rules_score, kind="stable")[:top]].mean()), 3),
    }


def evaluate(model: Model, frame: pd.DataFrame, budget: float = 0.05) -> dict[str, Any]:
    """JSON-able: ``model`` and ``rules`` measures, and false alarms among the top ``budget`` of the list."""
    scores, labels = model.score(frame), frame["label"].to_numpy()
    top = round(budget * len(frame))
    kinds = frame["kind"].where(~frame["label"], "적발 대상")
    return {
        "about": "학습과 행동이 다른 가상 세계",
        "budget": budget,
        "model": measures(scores, labels),
        "rules_only": measures(frame["score"].to_numpy(), labels),
        "false_alarms": false_alarms_by(kinds, scores, labels, top).to_dict("records"),
        "nationality": false_alarms_by(frame["nationality"], scores, labels, top).to_dict("records"),
        "recall_by_typology": {
            str(kind): round(float(hit), 3)
            for kind, hit in (pd.Series(scores).rank(ascending=False) <= top)[labels]
            .groupby(frame["kind"][labels])
            .mean()
            .items()
        },
    }
