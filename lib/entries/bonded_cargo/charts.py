"""What the page draws, as tables: the board, a consignment's life with its deadlines, the calendar of deadlines."""

from datetime import date, timedelta
from typing import Any

import pandas as pd

from lib import workdays
from lib.entries.bonded_cargo import items
from lib.entries.bonded_cargo.screen import Duties

STATES = (items.OVERDUE, items.NEAR, items.FAR, items.REVIEW, items.EXCLUDED)
BACK, AHEAD = 28, 28  # days of the calendar before and after today


def counts(duties: Duties) -> dict[str, int]:
    """How many items stand in each of STATES."""
    told = duties.items["state"].value_counts()
    return {state: int(told.get(state, 0)) for state in STATES}


def board(duties: Duties, state: str) -> pd.DataFrame:
    """Items in a state as an officer reads them, the soonest due, of what is overdue the latest first; ``key`` and ``cargo`` name it."""
    rows = duties.items[duties.items["state"] == state]
    rows = rows.sort_values(["due", "cargo"], ascending=[state in (items.NEAR, items.FAR), True])
    left = (pd.to_datetime(rows["due"]) - pd.Timestamp(duties.as_of)).dt.days
    return pd.DataFrame(
        {
            "key": rows["key"],
            "cargo": rows["cargo"],
            "구분": [items.RULES[code].title for code in rows["rule"]],
            "B/L": rows["hbl"].fillna(rows["cargo"]),
            "보세구역": rows["shed"].map(duties.names).fillna(rows["shed"]),
            "상대 보세구역": rows["other"].map(duties.names).fillna(rows["other"]).fillna(""),
            "기한": pd.to_datetime(rows["due"]).dt.date,
            "남은 날": left,
            "까닭": rows["out"].fillna(""),
        }
    ).reset_index(drop=True)


def life(duties: Duties, cargo: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Events of a consignment (``at``, ``what``, ``short``, ``where``, ``packages``) and its items (``title``, ``law``, ``where``, ``begin``, ``due``,
    ``end`` of that day, ``met``, ``state``)."""
    told = duties.lives([cargo])

    def where(shed: Any) -> str:
        return "세관" if pd.isna(shed) else str(duties.names.get(shed, shed))

    rows = duties.items[(duties.items["cargo"] == cargo)]
    return (
        pd.DataFrame({"at": told["at"], "what": told["kind"], "short": _short(told), "where": told["shed"].map(where), "packages": told["packages"]}),
        pd.DataFrame(
            {
                "title": [items.RULES[code].title for code in rows["rule"]],
                "law": [items.RULES[code].law for code in rows["rule"]],
                "where": rows["shed"].map(where),
                "begin": pd.to_datetime(rows["since"]),
                "due": pd.to_datetime(rows["due"]),
                "end": pd.to_datetime(rows["due"]) + pd.Timedelta(days=1),
                "met": pd.to_datetime(rows["met"]),
                "state": rows["state"],
            }
        ).reset_index(drop=True),
    )  # fmt: skip


def _short(told: pd.DataFrame) -> "pd.Series[str]":
    """What an event is called beside its point: by what it means here, else its own first word."""
    own = told["kind"].str.replace(r"\(.*?\)|\s", "", regex=True).str.slice(0, 8)
    return (
        told["code"]
        .map({"in": "반입", "out": "반출", "leg": "보세운송 수리", "asked": "보세운송 신고", "cleared": "수입 수리"})
        .fillna(own)
    )


def calendar(duties: Duties) -> pd.DataFrame:
    """One row a day around today: ``day``, ``week`` (its Monday), ``weekday`` (0 Monday), ``due`` (deadlines of R1 and R5 on it), ``missed``
    of them, ``off`` (name of the day off, "" for none)."""
    rows = duties.items
    rows = rows[rows["rule"].isin(items.AHEAD) & rows["out"].isna()]
    day = pd.to_datetime(rows["due"]).dt.date
    due, missed = day.value_counts(), day[rows["missed"]].value_counts()
    first = duties.as_of - timedelta(days=BACK + duties.as_of.weekday())
    days = [first + timedelta(days=i) for i in range(BACK + AHEAD + 7)]
    return pd.DataFrame(
        {
            "day": days,
            "week": [one - timedelta(days=one.weekday()) for one in days],
            "weekday": [one.weekday() for one in days],
            "due": [int(due.get(one, 0)) for one in days],
            "missed": [int(missed.get(one, 0)) for one in days],
            "off": [_off(one) for one in days],
        }
    )


def _off(day: date) -> str:
    return workdays.off(day.year).get(day, "주말" if day.weekday() > 4 else "")
