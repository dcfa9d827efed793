"""Amounts, shares, days, firms and people in the words an officer reads."""

from datetime import date, timedelta
from typing import Any

import pandas as pd

EPOCH = date(1970, 1, 1)  # days are counted from it


def won(value: Any) -> str:
    """Won in 만 and 억."""
    value = float(value)
    for unit, word, places in ((1e8, "억원", 1), (1e4, "만원", 0)):
        if abs(value) >= unit:
            return f"{value / unit:,.{places}f}{word}"
    return f"{value:,.0f}원"


def percent(value: Any) -> str:
    """A share 0..1 in whole percent."""
    return f"{value:.0%}"


def day(days: Any) -> str:
    """A day counted from 1970."""
    return (EPOCH + timedelta(days=int(days))).isoformat()


def firm_number(firm: str) -> str:
    """A business number as it is written."""
    return f"{firm[:3]}-{firm[3:5]}-{firm[5:]}" if len(firm) == 10 else firm


def masked_name(name: Any) -> str | None:
    """A person's name as it may be shown."""
    return None if pd.isna(name) else str(name)[:1] + "*" * max(len(str(name)) - 1, 1)
