"""The short way: an address whose declared postcode leaves no doubt, read without weighing. Most are of this kind.

One road of the postcode stands there word for word, the number of one of its buildings beside it, and every district
named is the right one. Anything else goes the long way (``search``).
"""

import re
from functools import lru_cache
from typing import NamedTuple

from lib.entries.address_reading import pieces, unit
from lib.entries.address_reading.index import Index
from lib.entries.address_reading.romanize import folded
from lib.entries.address_reading.unit import Unit

LONGEST = 5  # words of a road name
BREAK = ","
SILENT = frozenset({BREAK, "kr", "korea", "rok", "south"})
_BREAKS = str.maketrans(dict.fromkeys("(),;[]", f" {BREAK} "))
LOOSE = frozenset("._")  # between two parts of a number, if the first alone is no building's
_NUMBER = re.compile(r"(\d{1,5})(?:([-._])(\d{1,4}))?")
_GLUED = re.compile(r"(gil|[a-z]ro)(?=\d)")
_PART = frozenset({"si", "kon", "ko", "to"})  # 시 군 구 도, written apart
_key = lru_cache(1 << 16)(folded)


class Short(NamedTuple):
    """A building and what the confidence is judged by."""

    road: int
    number: str
    below: bool
    building: int
    zip: str
    unit: Unit
    facts: dict[str, float]


def short(index: Index, text: str, code: str) -> Short | None:
    """The building, or ``None`` where there is any doubt."""
    roads = index.zip_keys(code)
    if not roads:
        return None
    plain = pieces.plain(text)
    words = [word for word in _GLUED.sub(r"\1 ", plain.translate(_BREAKS)).split() if word != code]
    keys = ["" if word == BREAK else word if word.isdigit() else _key(word) for word in words]
    heard: list[tuple[int, int, int]] = []
    for i, key in enumerate(keys):
        if not key or key.isdigit():
            continue
        run = ""
        for j in range(i, min(i + LONGEST, len(keys))):
            if not keys[j]:
                break
            if j > i and words[j] in pieces.STREETS:
                heard += [(j + 1 - i, i, roads[run + end]) for end in pieces.STREETS[words[j]] if run + end in roads]
            run += keys[j]
            if (road := roads.get(run)) is not None:
                heard.append((j + 1 - i, i, road))
    if not heard:
        return None
    size, first, road = max(heard)
    last = first + size
    if road < 0 or any(other != road and not (first <= i and i + n <= last and n < size) for n, i, other in heard):
        return None
    area = index.road_area[road]
    named, others = _districts(index, area, keys, first, last)
    if not named:
        return None
    number, below = _number(words, first, last, others)
    parts = _NUMBER.fullmatch(number)
    if parts is None:
        return None
    run = "".join(keys[first:last])
    before, after = (keys[i] if 0 <= i < len(keys) else "" for i in (first - 1, last))
    if (before and before + run in index.known) or (after and run + after in index.known):
        return None  # part of a longer name
    main, sign, sub = int(parts[1]), parts[2], int(parts[3] or 0)
    building = index.building(road, main, sub, below)
    if building is None or index.zip_of[building] != int(code):
        return None
    if sign and (not sub or (sign in LOOSE and index.building(road, main, 0) is not None)):
        return None
    inside = unit.parse(plain.replace(code, " " * len(code)))
    if any(number in plain[start:end] for start, end, _, _ in inside.taken):
        places = [found.span() for found in re.finditer(rf"(?<![\w-]){re.escape(number)}(?![\w-])", plain)]
        if len(places) != 1 or any(start < places[0][1] and places[0][0] < end for start, end, _, _ in inside.taken):
            return None
    likeness = 0.99 if words[last - 1] in pieces.STREETS else 1.0
    facts = {"likeness": likeness, "last": float(named > 1), "margin": 4.0, "sub": float(sub > 0)}
    return Short(road, f"{main}-{sub}" if sub else str(main), below, building, code, inside, facts)


def _districts(index: Index, area: int, keys: list[str], first: int, last: int) -> tuple[int, set[int]]:
    """Whether the words beside the road name its district (2) or province (1) and no other place (0), and which words do."""
    sido, told, before = index.sido_of[area], 0, ""
    which: set[int] = set()
    for i, key in enumerate(keys):
        if not key or first <= i < last:
            before = ""
            continue
        region = index.regions.get(before + key) if before and key in _PART else None
        region = region or index.regions.get(key)
        before = key
        if region is None:
            continue
        if area in region.last:
            told = 2
        elif area in region.part or sido in region.sidos:
            told = max(told, 1)
        else:
            return 0, which
        which.add(i)
    return told, which


def _number(words: list[str], first: int, last: int, named: set[int]) -> tuple[str, bool]:
    """The one word with a number beside the road and whether 지하 stands before it, if nothing but a comma or a district
    stands beyond it; "" for none."""
    found = []
    for at, step in ((first - 1, -1), (last, 1)):
        if 0 <= at < len(words) and words[at] == BREAK:
            at += step
        below = step == 1 and at < len(words) and words[at] in pieces.BELOW
        at += below
        if not 0 <= at < len(words) or not words[at][0].isdigit():
            continue
        beyond = at + step
        if step == -1 and beyond >= 0 and words[beyond] in pieces.BELOW:
            below, beyond = True, beyond - 1
        if 0 <= beyond < len(words) and words[beyond] not in SILENT and beyond not in named:
            return "", False
        found.append((words[at], below))
    return found[0] if len(found) == 1 else ("", False)
