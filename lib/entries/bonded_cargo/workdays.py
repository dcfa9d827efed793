"""Days off and the day a term ends: one that ends on a day off ends on the next working day (관세법 제8조 제3항)."""

from datetime import date, timedelta
from functools import cache

import holidays
import pandas as pd

LABOUR_DAY = (5, 1)  # 근로자의 날, by the same article
DAY = timedelta(days=1)


@cache
def off(year: int) -> dict[date, str]:
    """Public holidays of Korea, substitutes and 근로자의 날 among them, with their Korean names; weekends not."""
    return {**holidays.country_holidays("KR", years=year, language="ko"), date(year, *LABOUR_DAY): "근로자의 날"}


def works(day: date) -> bool:
    """Whether the customs office works on a day."""
    return day.weekday() < 5 and day not in off(day.year)


def ends(day: date) -> date:
    """The day on which a term that would end on ``day`` ends."""
    while not works(day):
        day += DAY
    return day


def calendar(first: date, last: date) -> pd.DataFrame:
    """Every day from ``first`` to ``last``: ``day``, ``ends`` (as of ``ends``), ``off`` (whether it is a day off)."""
    days = [first + DAY * i for i in range((last - first).days + 1)]
    return pd.DataFrame({"day": days, "ends": [ends(day) for day in days], "off": [not works(day) for day in days]})
