"""A small made-up world: amounts, counts and a category drive the cases; missing values are part of it."""

import numpy as np
import pandas as pd

from lib.screening import Evidence
from lib.screening.features import Feature

FEATURES = (
    Feature("amount", "구매금액", "원", rows="purchases"),
    Feature("times", "구매 횟수", "건", rows="purchases"),
    Feature("shop", "면세점", kind="category"),
    Feature("share", "취소 비율", "%", rows="reservations"),
)


def world(rows: int = 3000, seed: int = 0, more_times: int = 0) -> pd.DataFrame:
    """Features, ``label`` and ``time`` over a hundred days."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "amount": random.lognormal(10, 1, rows).round(),
            "times": random.poisson(2, rows) + more_times,
            "shop": random.choice(np.array(["인천", "서울", "부산", None], dtype=object), rows),
            "share": random.random(rows),
            "time": pd.Timestamp("2026-01-01") + pd.to_timedelta(random.integers(0, 100, rows), unit="D"),
        }
    )
    frame.loc[random.random(rows) < 0.1, "amount"] = np.nan
    odds = -5 + 0.7 * frame["times"] + 1.5 * (frame["shop"] == "부산") + frame["amount"].fillna(0) / 40_000
    frame["label"] = random.random(rows) < 1 / (1 + np.exp(-odds))
    return frame


def evidence(rows: str) -> tuple[Evidence, ...]:
    """One row a code."""
    return (Evidence(rows, "1"),)
