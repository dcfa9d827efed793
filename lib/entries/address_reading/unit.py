"""Floors, wings and rooms: what of an address lies inside the building."""

import re
from typing import NamedTuple


class Unit(NamedTuple):
    """``text``: in Hangul, "101동 1203호"; ``floor``: below ground negative; ``taken``: stretches of the text with their meaning."""

    text: str
    floor: int | None
    taken: tuple[tuple[int, int, str, str], ...]


_ROOM = r"(?:room|rm|suite|ste|unit|no|apt|#)"
_DONG, _BUILT = ("dong", "동"), ("tower", "wing", "bldg", "building", "block", "blk")
_PATTERNS = tuple(  # what it tells, words one of which must be there (for speed), how it is written
    (what, needed, re.compile(pattern))
    for what, needed, pattern in (
        ("동호", _DONG, r"(?<![\d-])(\d{3,4})\s*-?\s*(?:dong|동)\s*[,.-]?\s*(?:#\s*)?(\d{3,4})\s*-?\s*(?:ho|호|h)(?![a-z\d-])"),
        ("동호", _DONG, r"(?<![\d-])(\d{3,4})\s*-?\s*(?:dong|동)\s*-?\s*(\d{3,4})(?![\d-]|\s*-?\s*(?:gil|ro|beon|[a-z]))"),
        ("동호", ("-", "/"), r"(?<![\d-])(?:apt\.?|bldg\.?|building|#|unit)?\s*([1-9]\d\d)\s*[-/]\s*([1-9]\d{2,3})\s*(?:ho|호)?(?![\d-])"),
        ("지하층", ("jiha", "지하", "basement"), r"(?:jiha|지하)\s*-?\s*(\d)\s*-?\s*(?:cheung|chung|층|f|fl)\b|\b(\d)(?:st|nd|rd|th)?\s+basement"),
        ("지하층", ("b1", "b2", "b3", "b4", "b5", "b6", "b7"), r"\bb(\d)f?\b"),
        ("층", ("f", "층", "chung", "cheung"), r"(?<![\d-])(b?)\s*-?(\d{1,2})\s*(?:st|nd|rd|th)?\s*[./-]?\s*(?:f|fl|flr|floor|floors|f/l|층|cheung|chung)\b\.?"),
        ("층", ("floor", "fl", "level"), r"\b(?:floor|fl|level)\.?\s*(b?)(\d{1,2})(?![\d-])"),
        ("호", ("#", "room", "rm", "suite", "ste", "unit", "no", "apt"), rf"{_ROOM}\.?\s*(?:no\.?)?\s*:?\s*([a-z]?-?b?\d{{2,5}})(?!\d|-\d)"),
        ("호", ("ho", "호"), r"(?<![\d-])([a-z]?-?b?\d{1,5})\s*-?\s*(?:ho|호)(?![a-z])"),
        ("동", _DONG, r"(?<![\d-])(\d{2,4})\s*-?\s*(?:dong|동)(?![a-z가-힣])"),
        ("동", _DONG, r"(?<![a-z\d])([a-z])\s*-\s*(?:dong|동)(?![a-z가-힣])"),
        ("동", _BUILT, r"\b(?:tower|wing|bldg|building|block)\.?\s*([a-z])\b|\b([a-z])\s*(?:tower|wing|block)\b"),
        ("동 호", _BUILT, r"\b(?:bldg|building|blk|block)\.?\s*(\d{2,4})(?![\d-])"),  # only beside a room
    )
)  # fmt: skip


def parse(text: str) -> Unit:
    """The unit written in a text of small letters; nothing is taken twice."""
    told: dict[str, str] = {}
    floor: int | None = None
    taken: list[tuple[int, int, str, str]] = []
    for what, needed, pattern in _PATTERNS:
        for word in needed:
            if word in text:
                break
        else:
            continue
        for found in pattern.finditer(text):
            if any(found.start() < end and start < found.end() for start, end, _, _ in taken):
                continue
            groups = [group for group in found.groups() if group]
            if what == "동호":
                if "호" in told:
                    continue
                told |= {"동": f"{groups[0]}동", "호": f"{groups[1]}호"}
                meaning = f"{groups[0]}동 {groups[1]}호"
            elif what in ("층", "지하층"):
                if "층" in told or not groups:
                    continue
                below = what == "지하층" or groups[0] == "b"
                number = int(groups[-1])
                floor = -number if below else number
                meaning = told["층"] = f"지하{number}층" if below else f"{number}층"
            else:
                if what in told or (what == "동 호" and ("호" not in told or "동" in told)):
                    continue
                what = what[0]
                meaning = told[what] = groups[0].upper().replace(" ", "") + what
            taken.append((found.start(), found.end(), "층" if what == "지하층" else what, meaning))
    text_ = " ".join(told[part] for part in ("동", "층", "호") if part in told)
    return Unit(text_, floor, tuple(taken))
