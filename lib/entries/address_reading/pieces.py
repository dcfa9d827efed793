"""An address cut into words, numbers and signs, each word with the key it sounds like."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from lib.entries.address_reading.romanize import fold, latin, sound

LETTERS, DIGITS, SIGN = "a", "d", "p"
DASHES = frozenset("-‐‑–—~")
LOOSE = frozenset("._/")  # these may also stand between 본번 and 부번
BELOW = frozenset({"b", "jiha", "지하"})  # before a number: underground
JOINS = DASHES | LOOSE | frozenset("'’`·")  # inside a name: Teheran-ro
STREETS = {
    **dict.fromkeys(("street", "st", "str"), ("kil", "lo")), **dict.fromkeys(("road", "rd"), ("lo", "kil")),
    **dict.fromkeys(("avenue", "ave", "av", "boulevard", "blvd"), ("telo", "lo")), **dict.fromkeys(("lane", "ln", "alley"), ("kil",)),
}  # what a translated ending may stand for  # fmt: skip
LANES = frozenset(
    {"kil", "ankil", *(fold(f"{letter}gil") for letter in "ga na da ra ma ba sa".split())}
)  # 길 안길 가길
_ORDINAL = frozenset({"st", "nd", "rd", "th"})
_MEANT = {"north": "pok", "south": "nam", "east": "tonk", "west": "so"}  # 북 남 동 서
_GLUED = ("street", "road", "avenue", "boulevard", "lane", "alley")
_PIECE = re.compile(r"([a-z]+(?:['’][a-z]+)?|[가-힣]+)|(\d+)|[^\s]")


class Word(NamedTuple):
    """A piece of the text. ``key``: how it sounds, digits as they are, "" for what is not spoken (the th of 4th)."""

    text: str
    start: int
    end: int
    kind: str
    key: str


@dataclass
class Number:
    """A number that may be the building's, of the words from ``first`` up to ``last``."""

    first: int
    last: int
    main: int
    sub: int
    below: bool  # 지하
    unit: bool  # it is written like a room or a floor
    loose: bool = False  # its two parts are not joined by a hyphen: worth a try
    lane: bool = False  # "-gil" follows: it names a lane

    @property
    def text(self) -> str:
        """As it is written in a standard line."""
        return f"{self.main}-{self.sub}" if self.sub else str(self.main)


def plain(text: str) -> str:
    """Full-width and composed signs as plain ones, accents off, small letters."""
    if text.isascii():
        return text.lower()
    told = []
    for sign in unicodedata.normalize("NFKC", text):
        apart = sign if "가" <= sign <= "힣" else unicodedata.normalize("NFD", sign)
        told.append(next((c for c in apart if not unicodedata.combining(c)), ""))
    return "".join(told).lower()


@lru_cache(1 << 18)
def key_of(word: str) -> str:
    """How a word sounds, Latin or Hangul."""
    return _MEANT.get(word) or sound(latin(word) if word[0] >= "가" else word.replace("'", "").replace("’", ""))


def words(text: str) -> list[Word]:
    """The pieces of a ``plain`` text."""
    told: list[Word] = []
    for found in _PIECE.finditer(text):
        piece, (start, end) = found[0], found.span()
        if found.lastindex == 2:
            told.append(Word(piece, start, end, DIGITS, piece))
        elif found.lastindex != 1:
            told.append(Word(piece, start, end, SIGN, ""))
        elif piece in _ORDINAL and told and told[-1].kind == DIGITS and told[-1].end == start:
            told.append(Word(piece, start, end, LETTERS, ""))
        elif piece.endswith(_GLUED) and piece not in _GLUED:
            cut = start + len(piece) - next(len(word) for word in _GLUED if piece.endswith(word))
            for a, b in ((start, cut), (cut, end)):
                told.append(Word(text[a:b], a, b, LETTERS, key_of(text[a:b])))
        else:
            told.append(Word(piece, start, end, LETTERS, key_of(piece)))
    return told


def lane(ws: list[Word], number: int) -> tuple[int, str] | None:
    """Where the "-beon-gil" that follows a number ends, and how it sounds; slips are forgiven."""
    key = ""
    for j in range(number + 1, min(number + 6, len(ws))):
        w = ws[j]
        if w.kind == DIGITS or (w.kind == SIGN and w.text not in JOINS):
            return None
        if w.kind == LETTERS:
            key += "kil" if not key and "kil" in STREETS.get(w.text, ()) else w.key
            if key in LANES or (len(key) > 4 and fuzz.ratio(key, "ponkil") >= 72):
                return j + 1, key
    return None


def numbers(ws: list[Word], aside: set[int], rooms: list[tuple[int, int]]) -> list[Number]:
    """The numbers that may be a building's. ``aside``: words that are postcodes; ``rooms``: stretches that name a unit."""
    told: list[Number] = []
    i, n = 0, len(ws)

    def digits(at: int, most: int) -> bool:
        return at < n and ws[at].kind == DIGITS and at not in aside and len(ws[at].text) <= most

    while i < n:
        if not digits(i, 5):
            i += 1
            continue
        last, sub = i + 1, 0
        main, start = int(ws[i].text), ws[i].start
        room = next((b for a, b in rooms if a <= start < b), 0)
        if i + 2 < n and ws[i + 1].text in DASHES and digits(i + 2, 4) and (not room or ws[i + 2].start < room):
            last, sub = i + 3, int(ws[i + 2].text)
        before = ws[i - 1] if i else None
        below = before is not None and before.text in BELOW
        inside = bool(room) or (before is not None and _aside(ws, i))
        told.append(Number(i, last, main, sub, below, inside, lane=not sub and lane(ws, i) is not None))
        beside = i + 2 if i + 1 < n and ws[i + 1].text in LOOSE else i + 1
        if not sub and digits(beside, 3):
            told.append(Number(i, beside + 1, main, int(ws[beside].text), below, inside, loose=True))
        i = last
    return told


def _aside(ws: list[Word], i: int) -> bool:
    """Whether what stands before a number makes it no building's: Tower1, box 7, P.O 12, B-2."""
    before = ws[i - 1]
    if before.kind == LETTERS and before.end == ws[i].start:
        return not before.key.endswith(("lo", "kil"))
    if before.text in ("box", "#"):
        return True
    if before.text == "o":
        return any(w.text == "p" for w in ws[max(i - 3, 0) : i - 1])
    return before.text == "-" and i > 1 and ws[i - 2].kind == LETTERS and len(ws[i - 2].text) == 1
