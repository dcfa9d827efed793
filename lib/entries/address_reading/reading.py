"""One messy delivery address read: which building it means, which unit in it, how sure that is, and which word said what.

What the building table does not hold is never a conversion, only a candidate.
"""

import gc
import io
import json
import math
import os
import pickle
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from operator import itemgetter
from queue import Queue
from subprocess import PIPE, Popen
from typing import Any

import pandas as pd

from lib.entries.address_reading import naming
from lib.entries.address_reading.index import Index
from lib.entries.address_reading.reference import Reference, load
from lib.entries.address_reading.search import Found, Search
from lib.entries.address_reading.short import Short, short
from lib.settings import DATA, ROOT

SURE = 0.95  # of the chance that a reading is right: data/address_reading/confidence.json
LOT = 0.9  # of a building found by its lot
CHUNK, PARALLEL = 2_000, 6  # addresses read at a time; pieces from which on a second process pays
TABLE = {
    "line": "str", "unit": "str", "hangul": "str", "sido": "str", "sigungu": "str", "zip": "str", "confidence": "float64",
    "sure": "bool", "exists": "bool", "candidates": "str", "floor": "Int64",
}  # fmt: skip
_PART = re.compile(r"[^,;()\[\]\n]+")
_SAID = re.compile(r"[a-z가-힣](?:.*[a-z가-힣\d])?")  # letters, and what stands between them
_REST = {
    "나라": re.compile(r"^\W*(?:(?:south|republic of|rep\.? of)\s+)?(?:korea|rok|kr|kor|한국|대한민국)\W*$"),
    "건물명": re.compile(
        r"\b(?:bldg|building|bd|tower|cent(?:er|re)|plaza|apts?|apartments?|villa|ville|officetel|offitel|mansion|castle|house|heights|"
        r"park|town|mall|factory|warehouse|office|hotel|hospital|univ(?:ersity)?|school|complex|valley|arcade)\b"
        r"|빌딩|타워|센터|플라자|아파트|빌라|오피스텔|맨션|캐슬|상가|공장|창고|호텔|병원|학교|몰\b"
    ),
}  # what stretches that name no place and no unit may be


@dataclass(frozen=True)
class Span:
    """What a stretch of the text was taken for."""

    start: int
    end: int
    role: str
    meaning: str


@dataclass(frozen=True)
class Place:
    """A building, or what is known of it: ``number`` is "" where only the road or the town was read."""

    sido: str
    sigungu: str
    town: str
    road: str
    number: str
    zip: str
    exists: bool
    underground: bool = False

    @property
    def line(self) -> str:
        """The standard line: 시도 시군구 (읍·면) 도로명 건물번호, or 읍면동 (리) 지번 where there is no road."""
        town = next((part for part in self.town.split() if part[-1] in "읍면"), "") if self.road else self.town
        number = ("지하 " if self.underground else "") + self.number if self.number else ""
        return " ".join(filter(None, (self.sido, self.sigungu, town, self.road, number)))

    @property
    def known(self) -> str:
        """Whether the building table holds it, in Korean; the default table has no lot numbers."""
        return "주소표에 있음" if self.exists else "주소표에 없는 건물" if self.road else "지번은 확인 안 됨"


@dataclass(frozen=True)
class Reading:
    """``place``: the building, only if the table holds it. ``candidates``: up to three, best first, where it is not sure."""

    text: str
    place: Place | None
    unit: str
    floor: int | None
    confidence: float
    candidates: tuple[Place, ...]
    spans: tuple[Span, ...]
    declared_zip: str

    @property
    def sure(self) -> bool:
        """Whether it may be taken without a look."""
        return self.place is not None and self.confidence >= SURE

    @property
    def hangul(self) -> str:
        """The whole address in one line; "" when it was not found."""
        return _with(self.place.line, self.unit) if self.place else ""

    @property
    def zip_agrees(self) -> bool | None:
        """Whether the postcode written is that of the building; ``None`` if either is unknown."""
        return None if not (self.place and self.declared_zip) else self.place.zip == self.declared_zip


def _with(line: str, unit: str) -> str:
    return f"{line}, {unit}" if unit else line


class Reader:
    """Reads addresses against a building table. One instance serves a process."""

    def __init__(self, reference: Reference) -> None:
        self.reference, self.index = reference, Index(reference)

    def read(self, text: str, zip_code: str | None = None, *, as_of: date | None = None) -> Reading:
        """Read one address. ``zip_code``: the postcode declared beside it; one in the text counts if none is given."""
        day = as_of or date.today()
        one = Search(self.index, text, zip_code)
        return self._told(one, day, self._spans(one, day))

    def table(
        self,
        addresses: Sequence[str | None],
        zips: Sequence[str | None] | None = None,
        *,
        as_of: date | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> pd.DataFrame:
        """Many addresses, each different one read once, in order: TABLE. Beyond some ten thousand two processes share the work."""
        day = as_of or date.today()
        asked = pd.DataFrame({"text": list(addresses), "zip": list(zips) if zips is not None else ""}, dtype=object)
        asked = asked.fillna("").astype(str)
        given = list(zip(asked["text"].tolist(), asked["zip"].tolist(), strict=True))
        pairs = sorted(dict.fromkeys(given), key=itemgetter(1))  # by postcode: what is heard of its roads is made once
        place = {pair: at for at, pair in enumerate(pairs)}
        which = [place[pair] for pair in given]
        parts = [pairs[i : i + CHUNK] for i in range(0, len(pairs), CHUNK)]
        alone = len(parts) < PARALLEL or (os.cpu_count() or 1) < 2
        rows: list[tuple[Any, ...]] = []
        for done, part in enumerate((self.rows(one, day) for one in parts) if alone else _shared(parts, day), 1):
            rows += part
            if progress:
                progress(done / len(parts))
        return pd.DataFrame(rows, columns=list(TABLE)).astype(TABLE).iloc[which].reset_index(drop=True)

    def rows(self, pairs: Iterable[tuple[str, str]], day: date) -> list[tuple[Any, ...]]:
        """TABLE's values of some (address, postcode)."""
        rows = []
        for text, code in pairs:
            if (found := short(self.index, text, code)) is not None:
                rows.append(self._row(found, day))
                continue
            told = self._told(Search(self.index, text, code), day)
            others = " | ".join(one.line for one in told.candidates)
            if place := told.place:
                line = place.line
                known = (line, told.unit, _with(line, told.unit), place.sido, place.sigungu, place.zip, told.confidence)
                rows.append((*known, told.sure, True, others, told.floor))
            else:
                rows.append(("", told.unit, "", "", "", "", 0.0, False, False, others, told.floor))
        return rows

    def _row(self, found: Short, day: date) -> tuple[Any, ...]:
        """TABLE's values of an address that left no doubt."""
        index, at = self.index, found.building
        area = index.road_area[found.road]
        town = index.towns[index.town_of[at]][1]
        sido, sigungu = naming.today(*index.areas[area], town, day)
        place = Place(
            sido, sigungu, town, index.names[index.road_name[found.road]], found.number, found.zip, True, found.below
        )
        line, sure = place.line, _confident(*found.facts.items())
        return (line, found.unit.text, _with(line, found.unit.text), sido, sigungu, found.zip, sure, sure >= SURE, True, "", found.unit.floor)  # fmt: skip

    def _told(self, one: Search, day: date, spans: tuple[Span, ...] = ()) -> Reading:
        best = one.best
        sure = confident(best.facts) if best and best.building is not None else 0.0
        if self._other_level(best):
            sure = min(sure, LOT)  # what lies above the ground may have been meant, or what lies below
        if one.lots and self.index.reference.has_lots:
            lot = self._lot(one, day)
            if lot.exists:  # of several buildings on a lot the first: never called sure
                return Reading(one.written, lot, one.unit.text, one.unit.floor, LOT, (lot,), spans, one.declared)
        ranked = one.ranked()
        if best and best.building is not None and sure >= SURE:
            ranked = ranked[:1]
        places = [self._place(found, day) for found in ranked]
        if one.lot or (one.lots and not places):
            places = [self._lot(one, day), *places][:3]
        place = places[0] if places and places[0].exists else None
        others = () if place and sure >= SURE else tuple(dict.fromkeys(places))
        return Reading(one.written, place, one.unit.text, one.unit.floor, sure, others, spans, one.declared)

    def _other_level(self, found: Found | None) -> bool:
        """Whether 지하 is written but the building is above the ground, or the other way round."""
        if found is None or found.number is None or found.building is None or not self.index.has_underground:
            return False
        return found.number.below != self.index.number(found.building)[2]

    def _place(self, found: Found, day: date) -> Place:
        index, number, at = self.index, found.number, found.building
        if at is None and number:
            at = index.nearest(found.road, number.main, number.sub)
        town, code = ("", "") if at is None else (index.towns[index.town_of[at]][1], f"{index.zip_of[at]:05d}")
        sido, sigungu = naming.today(*index.areas[found.area], town, day)
        road = index.names[index.road_name[found.road]]
        exists = found.building is not None
        if number is None:
            return Place(sido, sigungu, town, road, "", code, exists)
        below = number.below if found.building is None or not index.has_underground else index.number(found.building)[2]
        return Place(sido, sigungu, town, road, number.text, code, exists, below)

    def _lot(self, one: Search, day: date) -> Place:
        """The building on a lot where the table has lot numbers; else the town and lot as they were read."""
        town, number = one.lots[0]
        if (found := self.index.on_lot(town, number.main, number.sub)) is not None:
            road, at = found
            area, name = self.index.road_area[road], self.index.towns[self.index.town_of[at]][1]
            sido, sigungu = naming.today(*self.index.areas[area], name, day)
            main, sub, below = self.index.number(at)
            written = f"{main}-{sub}" if sub else str(main)
            road_name = self.index.names[self.index.road_name[road]]
            return Place(sido, sigungu, name, road_name, written, f"{self.index.zip_of[at]:05d}", True, below)
        area, name = self.index.towns[town]
        sido, sigungu = naming.today(*self.index.areas[area], name, day)
        return Place(sido, sigungu, name, "", number.text, one.declared if one.zip_fits(area) else "", False)

    def _spans(self, one: Search, day: date) -> tuple[Span, ...]:
        """What each stretch of the text was taken for, in order, none over another."""
        told: list[Span] = []
        ws, index, best = one.words, self.index, one.best

        def take(first: int, last: int, role: str, meaning: str) -> bool:
            return put(ws[first].start, ws[last - 1].end, role, meaning)

        def put(start: int, end: int, role: str, meaning: str) -> bool:
            if any(start < span.end and span.start < end for span in told):
                return False
            told.append(Span(start, end, role, meaning))
            return True

        lot = one.lot or (None if best or not one.lots else one.lots[0])
        area = index.town_area[lot[0]] if lot else best.area if best else one.likeliest
        if lot:
            take(lot[1].first, lot[1].last, "지번", lot[1].text)
        elif best:
            name = index.names[index.road_name[best.road]]
            for first, last in filter(None, ((best.hit.first, best.hit.last), best.hit.also)):
                take(first, last, "도로명", name)
            if best.number:
                take(best.number.first, best.number.last, "건물번호", best.number.text)
        if area is not None:
            sido, name = index.areas[area]
            now = naming.today(sido, name, "", day)[0]
            named: set[str] = set()  # Gangnam (Finance Center) is no district where Gangnam-gu is written
            for hit in sorted(one.region_hits, key=lambda hit: hit.first - hit.last):
                if hit.region and area in hit.region.last | hit.region.part:
                    part = name.split()[-1 if area in hit.region.last else 0]
                    if part not in named and take(hit.first, hit.last, "시군구", part):
                        named.add(part)
                elif hit.region and sido in hit.region.sidos:
                    take(hit.first, hit.last, "시도", now)
            for hit in one.town_hits:
                if town := next((index.towns[i][1] for i in hit.names if index.town_area[i] == area), ""):
                    take(hit.first, hit.last, "읍면동", town)
        for i in sorted(one.zip_words):
            take(i, i + 1, "우편번호", ws[i].text)
        for start, end, what, meaning in one.unit.taken:
            put(start, end, what, meaning)
        return tuple(sorted([*told, *_rest(one.text, told)], key=lambda span: span.start))


def _rest(text: str, told: Sequence[Span]) -> Iterator[Span]:
    """What is left between commas and between the stretches told."""
    for part in _PART.finditer(text):
        role = next((name for name, words in _REST.items() if words.search(part.group())), "그 밖의 말")
        inside = sorted((span.start, span.end) for span in told if part.start() <= span.start < part.end())
        starts, ends = [part.start(), *(end for _, end in inside)], [*(start for start, _ in inside), part.end()]
        for start, end in zip(starts, ends, strict=True):
            if rest := _SAID.search(text, start, end):
                yield Span(rest.start(), rest.end(), role, "")


def shown(confidence: float) -> str:
    """A confidence in words; none is ever called certain."""
    return f"{min(confidence, 0.99):.0%}"


@cache
def _weights() -> dict[str, float]:
    """Fitted by ``python -m tests.benchmarks.addresses fit`` on made-up spellings and one half of the real addresses."""
    told: dict[str, float] = json.loads((DATA / "address_reading" / "confidence.json").read_text(encoding="utf-8"))[
        "weights"
    ]
    return told


def confident(facts: dict[str, float]) -> float:
    """The chance that the building is the right one, by what speaks for and against it."""
    weights = _weights()
    z = weights["bias"] + sum(weight * facts.get(name, 0.0) for name, weight in weights.items())
    return 1 / (1 + math.exp(-z))


@cache
def _confident(*facts: tuple[str, float]) -> float:
    return confident(dict(facts))


def as_json(told: Reading) -> dict[str, Any]:
    """A reading as plain data."""
    return {
        "hangul": told.hangul,
        "zip": told.place.zip if told.place else "",
        "confidence": round(told.confidence, 3),
        "exists": told.place is not None,
        "sure": told.sure,
        "unit": told.unit,
        "candidates": [{"line": one.line, "zip": one.zip, "exists": one.exists} for one in told.candidates],
        "spans": [
            {"text": told.text[one.start : one.end], "role": one.role, "meaning": one.meaning} for one in told.spans
        ],
        "zip_agrees": told.zip_agrees,
    }


def reader() -> Reader:
    """The reader over the table in use, also after another was imported. Raises ``ReferenceMissing`` (Korean)."""
    return _reader(load())


_reader = lru_cache(1)(Reader)


def _shared(parts: list[list[tuple[str, str]]], day: date) -> Iterator[list[tuple[Any, ...]]]:
    """The parts in order, read by two processes of their own (this module run as a program) that each open the table.

    Raises ``MemoryError`` where one of them is killed, as the system does when memory runs out.
    """
    load()  # built once, not by both
    command = [sys.executable, "-m", __name__]
    try:
        with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
            idle: Queue[Popen[bytes]] = Queue()
            for _ in range(2):
                idle.put(stack.enter_context(Popen(command, stdin=PIPE, stdout=PIPE, cwd=ROOT)))
            waiting = [pool.submit(_asked, idle, part, day) for part in parts]
            try:
                for one in waiting:
                    yield one.result()
            finally:
                for one in waiting:
                    one.cancel()
    except (EOFError, BrokenPipeError, pickle.UnpicklingError):
        raise MemoryError from None


def _asked(idle: "Queue[Popen[bytes]]", part: list[tuple[str, str]], day: date) -> list[tuple[Any, ...]]:
    """What an idle process reads of a part."""
    process = idle.get()
    assert process.stdin
    assert process.stdout
    try:
        pickle.dump((part, day), process.stdin)
        process.stdin.flush()
        rows: list[tuple[Any, ...]] = pickle.load(process.stdout)
        return rows
    finally:
        idle.put(process)


def _serve() -> None:
    """Read parts until there are no more."""
    source, told = io.BufferedReader(io.FileIO(0)), io.BufferedWriter(io.FileIO(1, "w"))
    gc.disable()  # the index is a million objects that stay, and reading makes no cycles
    with suppress(BrokenPipeError, EOFError, pickle.UnpicklingError):  # who asked was killed
        while source.peek(1):
            part, day = pickle.load(source)
            pickle.dump(reader().rows(part, day), told)
            told.flush()
    os._exit(0)  # at once: taking a million objects apart would keep the caller waiting for a second


if __name__ == "__main__":
    _serve()
