"""Names of provinces and districts: how they are abbreviated, and what they were called before or are called since."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from lib.entries.address_reading.romanize import keys
from lib.settings import DATA

SHORT = {
    "서울특별시": "서울 서울시", "부산광역시": "부산 부산시", "대구광역시": "대구 대구시", "인천광역시": "인천 인천시",
    "광주광역시": "광주 광주시", "대전광역시": "대전 대전시", "울산광역시": "울산 울산시", "세종특별자치시": "세종 세종시",
    "경기도": "경기", "강원도": "강원 강원특별자치도", "충청북도": "충북 충청북", "충청남도": "충남 충청남",
    "전라북도": "전북 전라북 전북특별자치도 전북도", "전라남도": "전남 전라남", "경상북도": "경북 경상북", "경상남도": "경남 경상남",
    "제주특별자치도": "제주 제주도",
}  # fmt: skip


@cache
def sidos() -> Mapping[str, frozenset[str]]:
    """Folded keys of provinces, by the name the building table has."""
    found: dict[str, set[str]] = {}
    for name, others in SHORT.items():
        for word in (name, *others.split()):
            for key in keys(word):
                found.setdefault(key, set()).add(name)
    return {key: frozenset(names) for key, names in found.items()}


@dataclass(frozen=True)
class Change:
    """A district renamed, split or moved on a day. ``towns``: the 읍면동 it holds for, empty for all."""

    since: date
    sido: str
    sigungu: str
    towns: frozenset[str]
    new_sido: str
    new_sigungu: str


@cache
def changes() -> tuple[Change, ...]:
    """``data/address_reading/changes.csv`` in order of time."""
    with (DATA / "address_reading" / "changes.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            Change(
                date.fromisoformat(row["since"]), row["sido"], row["sigungu"], frozenset(filter(None, row["towns"].split("|"))),
                row["new_sido"], row["new_sigungu"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: row.since))


@cache
def today(sido: str, sigungu: str, town: str, as_of: date) -> tuple[str, str]:
    """What a district of the building table is called on a day."""
    for change in changes():
        if change.since <= as_of and sido == change.sido and change.sigungu in ("", sigungu):
            if change.towns and town.split(" ")[0] not in change.towns:
                continue
            sido, sigungu = change.new_sido, change.new_sigungu or sigungu
    return sido, sigungu
