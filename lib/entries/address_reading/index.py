"""The building table as it is searched: what a key may name, which lane leaves which road, and which names are nearly alike."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz, process

from lib.entries.address_reading import naming
from lib.entries.address_reading.pieces import LANES
from lib.entries.address_reading.reference import KIND_BITS, ROAD, TOWN, UNDERGROUND, Ints, Reference, number_code
from lib.entries.address_reading.romanize import keys, spellings, stem

MASK = (1 << KIND_BITS) - 1
ALIKE = 76.0  # of a road's name misspelt, 0..100
ALIKE_AREA = 80.0
NO_DIGITS = 94.0  # at most, where the number in a name is left out


def _view(values: Ints) -> "memoryview[int]":
    """An array that gives plain integers, one at a time and quickly."""
    return memoryview(np.ascontiguousarray(values))  # type: ignore[arg-type]


class Region(NamedTuple):
    """Provinces and districts a key may name: ``last`` 분당구 of 성남시 분당구, ``part`` 성남시."""

    sidos: frozenset[str]
    last: frozenset[int]
    part: frozenset[int]


class Index:
    """Plain lists over a ``Reference``, quick to reach one at a time."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self.names, self.towns, self.areas = reference.names, reference.towns, reference.areas
        self.name_start: list[int] = reference.name_start.tolist()
        self.road_area: list[int] = reference.road_area.tolist()
        self.road_name: list[int] = reference.road_name.tolist()
        self._road_start: list[int] = reference.road_start.tolist()
        self._number = _view(reference.number)
        self.has_underground = bool((reference.number >= UNDERGROUND).any())
        self.zip_of, self.town_of = _view(reference.zip), _view(reference.town)
        self.sido_of = [sido for sido, _ in reference.areas]
        self.areas_of: dict[str, list[int]] = {}
        for area, sido in enumerate(self.sido_of):
            self.areas_of.setdefault(sido, []).append(area)
        self.town_area = [area for area, _ in reference.towns]
        self._zip_at: dict[int, int] = {code: i for i, code in enumerate(reference.zip_code.tolist())}
        self._zip_start, self._zip_road = reference.zip_start.tolist(), reference.zip_road.tolist()
        self.old_towns: dict[int, list[int]] = {}
        for code, town in zip(reference.old_zip.tolist(), reference.old_town.tolist(), strict=True):
            self.old_towns.setdefault(code, []).append(town)
        self.regions = self._regions()
        self._entity, self._entity_start = reference.key_entity.tolist(), reference.key_start.tolist()
        self.known: dict[str, int] = {**dict.fromkeys(self.regions, -1), **reference.keys}
        self._region_keys = sorted(key for key in self.regions if len(key) >= 5)
        self.zip_roads = lru_cache(1 << 15)(self._zip_roads)
        self.zip_keys = lru_cache(1 << 13)(self._zip_keys)
        self.near_area = lru_cache(1 << 16)(self._near_area)
        self.near_road = lru_cache(1 << 15)(self._near_road)
        self.spelt = lru_cache(1 << 16)(self._spelt)
        self._area_keys = lru_cache(256)(self._keys_of_area)

    def _regions(self) -> Mapping[str, Region]:
        """By the keys of names of today and before, with and without the ending."""
        last: dict[str, set[int]] = {}
        part: dict[str, set[int]] = {}
        for area, (_, name) in enumerate(self.areas):
            parts = name.split()
            for at, word in enumerate(parts):
                bare = stem(word)[0]
                for key in (*keys(word), *(keys(bare) if len(bare) > 1 else ())):
                    (last if at == len(parts) - 1 else part).setdefault(key, set()).add(area)
        for change in naming.changes():
            pairs = ((change.sido, change.sigungu), (change.new_sido, change.new_sigungu))
            here = {area for area, pair in enumerate(self.areas) if pair in pairs}
            for _, name in pairs:
                for key in keys(name.split()[-1]) if name else ():
                    last.setdefault(key, set()).update(here)
        sidos = naming.sidos()
        return {
            key: Region(sidos.get(key, frozenset()), frozenset(last.get(key, ())), frozenset(part.get(key, ())))
            for key in {*last, *part, *sidos}
        }

    @cached_property
    def name_keys(self) -> list[tuple[str, ...]]:
        """How each road name sounds."""
        start, key = self.reference.name_keys
        words, starts = self.reference.key_list, start.tolist()
        spoken = [words[at] for at in key.tolist()]
        return [tuple(spoken[a:b]) for a, b in pairwise(starts)]

    def meaning(self, at: int) -> tuple[list[int], list[int]]:
        """Road names and towns a key (by its number) may name."""
        roads, towns = [], []
        for entity in self._entity[self._entity_start[at] : self._entity_start[at + 1]] if at >= 0 else ():
            kind = entity >> KIND_BITS
            if kind == ROAD:
                roads.append(entity & MASK)
            elif kind == TOWN:
                towns.append(entity & MASK)
        return roads, towns

    def roads(self, name: int) -> range:
        """The roads of a name, one a district."""
        return range(self.name_start[name], self.name_start[name + 1])

    def is_zip(self, code: int) -> bool:
        """Whether buildings have this postcode."""
        return code in self._zip_at

    def _zip_roads(self, code: str) -> Mapping[int, tuple[int, ...]]:
        """The roads with buildings of a postcode, by their name."""
        at = self._zip_at.get(int(code)) if code else None
        told: dict[int, tuple[int, ...]] = {}
        for road in self._zip_road[self._zip_start[at] : self._zip_start[at + 1]] if at is not None else ():
            name = self.road_name[road]
            told[name] = (*told.get(name, ()), road)
        return told

    def _zip_keys(self, code: str) -> Mapping[str, int]:
        """The road of a postcode by how it sounds; -1 where several sound alike."""
        told: dict[str, int] = {}
        for name, roads in self.zip_roads(code).items() if len(code) == 5 and code.isdigit() else ():
            for key in self.name_keys[name]:
                told[key] = -1 if key in told or len(roads) > 1 else roads[0]
        return told

    def building(self, road: int, main: int, sub: int, below: bool = False) -> int | None:
        """The building of that number on a road; ``below``: the one underground (지하), where the table tells them apart."""
        numbers, low, end = self._number, self._road_start[road], self._road_start[road + 1]
        code = main << 13 | sub | (int(UNDERGROUND) if below and self.has_underground else 0)
        at = bisect_left(numbers, code, low, end)
        return at if at < end and numbers[at] == code else None

    def number(self, building: int) -> tuple[int, int, bool]:
        """본번, 부번 of a building, and whether it lies underground."""
        code = self._number[building]
        return (code & ~int(UNDERGROUND)) >> 13, code & 8191, bool(code & int(UNDERGROUND))

    def on_lot(self, town: int, main: int, sub: int) -> tuple[int, int] | None:
        """The road and building on a lot (지번); ``None`` where the source has no lot numbers or none there."""
        lots = self.reference.lot
        code = town << 32 | main << 13 | sub
        at = int(np.searchsorted(lots, code))
        if at >= len(lots) or int(lots[at]) != code:
            return None
        building = int(self.reference.lot_building[at])
        return bisect_right(self._road_start, building) - 1, building

    def nearest(self, road: int, main: int, sub: int) -> int:
        """The building on a road whose number is next to one the table does not hold."""
        low, end = self._road_start[road], self._road_start[road + 1]
        code = int(number_code(main, sub))
        at = bisect_left(self._number, code, low, end)
        return min((i for i in (at - 1, at) if low <= i < end), key=lambda i: abs(self._number[i] - code))

    def leaving(self, roads: Sequence[int], number: str, lane: str) -> list[int]:
        """Road names that leave any of these at a number (테헤란로12길), by how their ending sounds; "" for one left out."""
        told = []
        for road in roads:
            start = self.names[road] + number
            at = bisect_left(self.names, start)
            while at < len(self.names) and self.names[at].startswith(start):
                ending = self.names[at][len(start) :]
                if not ending[0].isdigit() and (
                    keys(ending)[0] == lane or (ending in ("길", "번길") and lane not in LANES)
                ):
                    told.append(at)
                at += 1
        return told

    def _near_area(self, key: str) -> tuple[tuple[str, float], ...]:
        """Keys of provinces and districts like this one, and how like, 0 to 1."""
        found = process.extract(key, self._region_keys, scorer=fuzz.ratio, score_cutoff=ALIKE_AREA, limit=2)
        return tuple((one, score / 100) for one, score, _ in found)

    def _near_road(self, area: int, key: str) -> tuple[tuple[int, float], ...]:
        """Road names of a district whose key is like this one; numbers in it are the same, or left out."""
        choices, names = self._area_keys(area)
        digits, told = re.findall(r"\d+", key), []
        for choice, score, at in process.extract(key, choices, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=4):
            own = re.findall(r"\d+", choice)
            if own == digits:
                told.append((names[at], score / 100))
            elif own and not digits:
                told.append((names[at], min(score, NO_DIGITS) / 100))
        return tuple(told)

    def _keys_of_area(self, area: int) -> tuple[list[str], list[int]]:
        table = self.reference
        start, key = table.name_keys
        told = [
            (table.key_list[at], name)
            for name in np.unique(table.road_name[table.area_roads[area]]).tolist()
            for at in key[start[name] : start[name + 1]].tolist()
        ]
        return [one for one, _ in told], [name for _, name in told]

    def _spelt(self, written: str, name: int) -> float:
        """How near letters are to a spelling of a name, 0 to 1: names that sound alike are told apart by it."""
        return max(fuzz.ratio(written, spelt) for spelt in spellings(self.names[name])) / 100
