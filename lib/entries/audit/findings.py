"""Past audit findings in the form of reports: the office's own, and made-up ones (가상 사례) that ship with the suite."""

import fcntl
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from lib.files import json_lines, write_whole
from lib.settings import DATA, settings

FOLDER = DATA / "audit" / "findings"
MADE_UP, OWN = "가상", "자체"  # how an id begins
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


class FindingsError(ValueError):
    """The own findings cannot be read; the message is a Korean sentence that says what to do."""


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

    @property
    def made_up(self) -> bool:
        """Whether it is one of the shipped cases, which never happened."""
        return self.id.startswith(f"{MADE_UP}-")


def load() -> tuple[Record, ...]:
    """All findings: the own ones as they are kept now, then the shipped ones. Raises ``FindingsError``."""
    return (*own(), *_shipped())


def store() -> Path:
    """The file the own findings are kept in."""
    return settings().folder("audit") / "findings.jsonl"


def own() -> tuple[Record, ...]:
    """The own findings, in the order they came. Raises ``FindingsError``."""
    path = store()
    try:
        now = path.stat()
    except FileNotFoundError:
        return ()
    return _own(path, (now.st_ino, now.st_mtime_ns, now.st_size))


def keep(records: Iterable[Record]) -> tuple[Record, ...]:
    """Add these, each in place of what was kept of the same finding; these as they are kept, with their ids.

    The same finding: the same year and office, and the same title (the second of that name is the second again) or number. One without a number of its own, or
    with one that another has, is given 「자체-2025-001」. Raises ``FindingsError``.
    """
    fresh = tuple(records)
    told: list[Record] = []

    def changed(kept: tuple[Record, ...]) -> list[Record]:
        whole = list(kept)
        places = dict(zip(_keys(whole), range(len(whole)), strict=True))
        ids = {one.id for one in whole}
        last: dict[str, int] = {}
        for one, key in zip(fresh, _keys(fresh), strict=True):
            wanted = _sound(one.id)
            at = places.get(key)
            if at is None and wanted:
                same = (wanted, one.year, one.office)
                at = next((n for n, old in enumerate(whole) if (old.id, old.year, old.office) == same), None)
            if at is not None and wanted in ("", whole[at].id):
                wanted = whole[at].id
            else:
                ids -= {whole[at].id} if at is not None else set()
                wanted = wanted if wanted and wanted not in ids else _next(one.year, ids, last)
            ids.add(wanted)
            told.append(replace(one, id=wanted))
            if at is None:
                places[key] = len(whole)
                whole.append(told[-1])
            else:
                whole[at] = told[-1]
        return whole

    _change(changed)
    return tuple(told)


def drop(ids: Collection[str]) -> int:
    """Forget own findings; how many there were. Raises ``FindingsError``."""
    before, after = _change(lambda kept: [one for one in kept if one.id not in ids])
    return before - after


def _change(how: Callable[[tuple[Record, ...]], list[Record]]) -> tuple[int, int]:
    """Rewrite the file, one program at a time; how many were in it before and after."""
    path = store()
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = own()
        whole = how(kept)
        lines = (json.dumps(asdict(one), ensure_ascii=False) for one in whole)
        write_whole(path, "".join(f"{line}\n" for line in lines).encode())
    return len(kept), len(whole)


def _keys(records: Sequence[Record]) -> list[tuple[object, ...]]:
    """By what each is the same finding again."""
    seen: Counter[tuple[object, ...]] = Counter()
    keys: list[tuple[object, ...]] = []
    for one in records:
        key = (one.year, _bare(one.office), _bare(one.title))
        seen[key] += 1
        keys.append((*key, seen[key]))
    return keys


def _bare(text: str) -> str:
    return re.sub(r"\W", "", unicodedata.normalize("NFKC", text)).lower()


def _sound(id: str) -> str:
    """An id as it may be kept: none that begins like a made-up one, no signs of other meaning."""
    told = re.sub(r"[^\w-]+", "-", unicodedata.normalize("NFKC", id)).strip("-_")[:40]
    return "" if told.startswith(MADE_UP) else told


def _next(year: int, ids: Collection[str], last: dict[str, int]) -> str:
    """``last``: the last number given under each beginning of an id, kept from one call to the next."""
    begin = f"{OWN}-{year or '연도미상'}-"
    if begin not in last:
        form = re.compile(re.escape(begin) + r"(\d{1,9})", re.ASCII)
        last[begin] = max((int(used[1]) for id in ids if (used := form.fullmatch(id))), default=0)
    last[begin] += 1
    while f"{begin}{last[begin]:03}" in ids:
        last[begin] += 1
    return f"{begin}{last[begin]:03}"


@cache
def _shipped() -> tuple[Record, ...]:
    """In order of their numbers."""
    rows = [row for path in FOLDER.glob("*.jsonl") for row in json_lines(path)]
    return tuple(_record(row) for row in sorted(rows, key=lambda row: str(row["id"]).rpartition("-")[2]))


@lru_cache(maxsize=4)
def _own(path: Path, state: tuple[int, ...]) -> tuple[Record, ...]:
    try:
        return tuple(_record(row) for row in json_lines(path))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise FindingsError(
            f"{path}: 저장된 자체 지적사례를 읽을 수 없습니다. 파일을 다른 곳으로 옮기고 원본 문서를 다시 올리십시오."
        ) from None


def _record(row: dict[str, Any]) -> Record:
    lists = {name: tuple(row[name]) for name in ("tags", "checklist", "asks")}
    dispositions = tuple(Disposition(**one) for one in row["dispositions"])
    basis = tuple(Basis(**one) for one in row["basis"])
    return Record(**{**row, **lists, "dispositions": dispositions, "basis": basis})
