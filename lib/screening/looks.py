"""When an officer last looked, so that what is new since then can be told."""

import json
from datetime import date
from hashlib import sha256

from lib.files import write_whole
from lib.settings import settings


def since(entry: str, officer: str, as_of: date) -> date | None:
    """The day this officer had looked at before ``as_of`` (None: never), and note that ``as_of`` has been looked at.

    Looking again at the same day, or at an earlier one, changes nothing.
    """
    path = settings().folder("looks", entry) / f"{sha256(officer.encode()).hexdigest()[:16]}.json"
    try:
        kept = json.loads(path.read_text("utf-8"))
        before, last = (date.fromisoformat(day) if day else None for day in (kept["before"], kept["last"]))
    except (OSError, ValueError, KeyError, TypeError):  # never looked, or the note is broken: as if never
        before = last = None
    if last is not None and as_of <= last:
        return before if as_of == last else None
    told = {"before": last.isoformat() if last else None, "last": as_of.isoformat()}
    write_whole(path, json.dumps(told).encode())
    return last
