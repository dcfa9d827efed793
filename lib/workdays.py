"""Days off and the day a term ends: one that ends on a day off ends on the next working day (관세법 제8조 제3항, 민법 제161조)."""

from datetime import date, timedelta
from functools import cache

import holidays
import pandas as pd

LABOUR_DAY = (5, 1)  # 근로자의 날, by the customs article only; a public holiday too from 2026
DAY = timedelta(days=1)


@cache
def _public(year: int) -> dict[date, str]:
    return dict(holidays.country_holidays("KR", years=year, language="ko"))


@cache
def off(year: int) -> dict[date, str]:
    """Public holidays of Korea, substitutes and 근로자의 날 among them, with their Korean names; weekends not."""
    return {**_public(year), date(year, *LABOUR_DAY): "근로자의 날"}


def why_off(day: date, customs: bool = True) -> str:
    """What makes it a day off, "" on a working day. ``customs``: whether 근로자의 날 counts in every year."""
    named = (off if customs else _public)(day.year).get(day)
    return named or {5: "토요일", 6: "일요일"}.get(day.weekday(), "")


def works(day: date) -> bool:
    """Whether the customs office works on a day."""
    return not why_off(day)


def ends(day: date, customs: bool = True) -> date:
    """The day on which a term that would end on ``day`` ends."""
    while why_off(day, customs):
        day += DAY
    return day


def calendar(first: date, last: date) -> pd.DataFrame:
    """Every day from ``first`` to ``last``: ``day``, ``ends`` (as of ``ends``), ``off`` (whether it is a day off)."""
    days = [first + DAY * i for i in range((last - first).days + 1)]
    return pd.DataFrame({"day": days, "ends": [ends(day) for day in days], "off": [not works(day) for day in days]})
