"""Past audit findings in the form of reports: made-up ones (가상 사례) that ship with the suite."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from lib.files import json_lines
from lib.settings import DATA

FOLDER = DATA / "audit" / "findings"
DISPOSITIONS = (
    "변상명령",
    "징계",
    "시정",
    "주의",
    "경고",
    "개선",
    "권고",
    "통보",
    "현지조치",
)  # 관세청 감사에 관한 훈령 제28조


@dataclass(frozen=True)
class Disposition:
    """What was asked of whom. ``count``: cases, not people."""

    kind: str
    target: str
    count: int


@dataclass(frozen=True)
class Basis:
    """A rule the finding rests on, and what it asks in our words."""

    law: str
    article: str
    says: str


@dataclass(frozen=True)
class Record:
    """One finding. ``overview`` to ``action``: the parts of a report; ``checklist``: what prevents it; ``asks``: how colleagues ask before
    doing the same.
    """

    id: str
    year: int
    kind: str
    office: str
    field: str
    topic: str
    title: str
    dispositions: tuple[Disposition, ...]
    amount_krw: int | None
    overview: str
    basis: tuple[Basis, ...]
    facts: str
    opinion: str
    judgement: str
    action: str
    tags: tuple[str, ...]
    repeated: bool
    checklist: tuple[str, ...]
    asks: tuple[str, ...]


@cache
def load() -> tuple[Record, ...]:
    """All findings, in order of their numbers."""
    rows = [row for path in FOLDER.glob("*.jsonl") for row in json_lines(path)]
    return tuple(_record(row) for row in sorted(rows, key=lambda row: str(row["id"]).rpartition("-")[2]))


def _record(row: dict[str, Any]) -> Record:
    lists = {name: tuple(row[name]) for name in ("tags", "checklist", "asks")}
    dispositions = tuple(Disposition(**one) for one in row["dispositions"])
    basis = tuple(Basis(**one) for one in row["basis"])
    return Record(**{**row, **lists, "dispositions": dispositions, "basis": basis})
