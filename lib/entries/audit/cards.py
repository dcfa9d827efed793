"""Plain-language cards of articles, written by us: what an article says in everyday words, and how people ask for it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from lib.files import json_lines
from lib.settings import DATA

FOLDER = DATA / "audit" / "cards"
WRITTEN = "2026-01"  # the month of the texts the cards were written from


@dataclass(frozen=True)
class Card:
    """One article. ``gist``: what it says; ``who``: whom it concerns; ``sanction``: what follows when it is not kept, "" where not known;
    ``asks``: how people ask; ``terms``: (everyday word, statutory term); ``see``: related articles; ``as_of``: the month of the text it was
    written from.
    """

    law: str
    article: str
    title: str
    gist: str
    who: str
    deadlines: tuple[str, ...]
    sanction: str
    asks: tuple[str, ...]
    terms: tuple[tuple[str, str], ...]
    topics: tuple[str, ...]
    see: tuple[str, ...]
    as_of: str = WRITTEN

    @property
    def id(self) -> str:
        """「관세법 제38조의2」."""
        return f"{self.law} {self.article}"


@cache
def load() -> tuple[Card, ...]:
    """All cards, law by law."""
    return tuple(_card(row) for path in sorted(FOLDER.glob("*.jsonl")) for row in json_lines(path))


def _card(row: dict[str, Any]) -> Card:
    lists = {name: tuple(row[name]) for name in ("deadlines", "asks", "topics", "see")}
    return Card(**{**row, **lists, "terms": tuple((everyday, statutory) for everyday, statutory in row["terms"])})
