"""Thresholds of an entry's rules: one dated table with its source, and the office's own values on top of it.

``data/<entry>/limits.csv`` ships the official or suggested values (code, title, value, unit, since, source). An office
that sets its own keeps them under ``AX_DATA_DIR``; the newest value in force on a day counts.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date

from lib.files import write_whole
from lib.settings import DATA, settings


@dataclass(frozen=True)
class Limit:
    """One threshold. ``since``: first day it holds; ``source``: law, notice or who set it; ``set_by``: "" when shipped."""

    code: str
    title: str
    value: float
    unit: str
    since: date
    source: str
    set_by: str = ""


class Limits(Mapping[str, float]):
    """The values in force on one day, by code."""

    def __init__(self, limits: Mapping[str, Limit]) -> None:
        self.about = dict(limits)

    def __getitem__(self, code: str) -> float:
        return self.about[code].value

    def __iter__(self) -> Iterator[str]:
        return iter(self.about)

    def __len__(self) -> int:
        return len(self.about)


def load(entry: str, as_of: date) -> Limits:
    """The limits of ``entry`` in force on ``as_of``; a value set by the office outranks a shipped one of the same day."""
    in_force: dict[str, Limit] = {}
    for limit in sorted([*shipped(entry), *own(entry)], key=lambda limit: (limit.since, bool(limit.set_by))):
        if limit.since <= as_of or limit.code not in in_force:
            in_force[limit.code] = limit
    return Limits(in_force)


def shipped(entry: str) -> list[Limit]:
    """What ``data/<entry>/limits.csv`` holds."""
    with (DATA / entry / "limits.csv").open(encoding="utf-8", newline="") as file:
        return [
            Limit(r["code"], r["title"], float(r["value"]), r["unit"], date.fromisoformat(r["since"]), r["source"])
            for r in csv.DictReader(file)
        ]


def own(entry: str) -> list[Limit]:
    """What the office has set, oldest first; later entries of the same day replace earlier ones."""
    path = settings().folder("limits") / f"{entry}.json"
    if not path.exists():
        return []
    return [Limit(**{**r, "since": date.fromisoformat(r["since"])}) for r in json.loads(path.read_text("utf-8"))]


def set_own(entry: str, code: str, value: float, *, since: date, source: str, by: str) -> Limit:
    """Add the office's own value from ``since`` on; what held before stays on record.

    Raises ``KeyError`` for an unknown code, ``ValueError`` (Korean) for a negative value or no source.
    """
    known = {limit.code: limit for limit in shipped(entry)}[code]
    if not 0 <= value < 1e15:
        raise ValueError(f"「{known.title}」에는 0 이상의 수를 넣어 주십시오.")
    if not source.strip():
        raise ValueError("기준을 바꾸는 근거를 적어 주십시오.")
    limit = Limit(code, known.title, value, known.unit, since, source.strip(), by)
    path = settings().folder("limits") / f"{entry}.json"
    kept = [{**asdict(item), "since": item.since.isoformat()} for item in [*own(entry), limit]]
    write_whole(path, json.dumps(kept, ensure_ascii=False, indent=1).encode())
    return limit
