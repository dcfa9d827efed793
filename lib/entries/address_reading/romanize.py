"""Hangul names in Latin letters, in every manner met on parcels, and what those spellings have in common.

``spellings`` writes a name the ways people do; ``fold`` makes one key of spellings that sound alike (Kangnam, Gangnam).
"""

import csv
import re
from functools import cache, lru_cache

from lib.settings import DATA

_FIRST = "g kk n d tt r m b pp s ss _ j jj ch k t p h".split()
_VOWEL = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split()
_LAST = "_ k k k n n n t l k m l l l p l m p p t t ng t t k t p t".split()
_CARRIED = {1: "g", 4: "n", 7: "d", 8: "r", 16: "m", 17: "b", 19: "s", 20: "ss", 22: "j", 23: "ch", 24: "k", 25: "t", 26: "p"}  # fmt: skip
_NASAL = {"k": "ng", "t": "n", "p": "m"}
R, N, M, SILENT = 5, 2, 6, 11  # first consonants

Letters = tuple[int, int, int]


def _letters(syllable: str) -> Letters | None:
    at = ord(syllable) - 0xAC00
    return (at // 588, at % 588 // 28, at % 28) if 0 <= at < 11172 else None


def latin(name: str) -> str:
    """A Hangul word letter by letter, as if no syllable touched the next: 종로 -> jongro."""
    told = []
    for sign in name:
        parts = _letters(sign)
        told.append("".join((_FIRST[parts[0]], _VOWEL[parts[1]], _LAST[parts[2]])) if parts else sign)
    return "".join(told).replace("_", "").lower()


def _spoken(name: str, nl: str = "ll") -> str:
    """As it is spoken (the official romanisation): 종로 -> jongno, 신라 -> silla. ``nl``: how ㄴ before ㄹ is heard."""
    told: list[str] = []
    parts = [_letters(sign) for sign in name]
    first_of = [_FIRST[p[0]] if p else "" for p in parts]
    for i, (sign, here) in enumerate(zip(name, parts, strict=True)):
        if here is None:
            told.append(sign)
            continue
        after = parts[i + 1] if i + 1 < len(parts) else None
        first, last = first_of[i], _LAST[here[2]]
        if after and here[2]:
            if after[0] == SILENT and here[2] in _CARRIED:
                last = _CARRIED[here[2]]
            elif after[0] == R and last in ("n", "l"):
                last, first_of[i + 1] = ("l", "l") if last == "l" or nl == "ll" else ("n", "n")
            elif after[0] == R:
                last, first_of[i + 1] = _NASAL.get(last, last), "n"
            elif after[0] in (N, M):
                if last == "l" and after[0] == N:
                    first_of[i + 1] = "l"
                last = _NASAL.get(last, last)
        told.append(first + _VOWEL[here[1]] + last)
    return "".join(told).replace("_", "").lower()


@cache
def _foreign() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Hangul parts that people write in English, the longest first."""
    with (DATA / "address_reading" / "words.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["hangul"], tuple(row["english"].split("|"))) for row in csv.DictReader(file)]
    return tuple(sorted(rows, key=lambda row: -len(row[0])))


SUFFIX = re.compile(
    r"(?<=.)(?:번안길|번길|안길|대로|로|길|가|읍|면|동|리|구|군|시|도)$|(?<=.)(?:특별자치시|특별자치도|특별시|광역시)$"
)


def stem(name: str) -> tuple[str, str]:
    """A name and its last part: 테헤란로 -> 테헤란, 로. Without one the second is ''."""
    found = SUFFIX.search(name)
    return (name[: found.start()], found.group()) if found else (name, "")


_BRANCH = re.compile(r"(.+?(?:대로|로|길))(\d.*)")  # 테헤란로12길: a road, and what leaves it


@lru_cache(1 << 16)
def spellings(name: str) -> tuple[str, ...]:
    """Latin spellings of one Hangul word, the official one first; digits stay, parts people write in English are also so."""
    if branch := _BRANCH.fullmatch(name):
        return tuple(spelt + latin(branch[2]) for spelt in spellings(branch[1]))
    body, end = stem(name)
    tail = latin(end)
    told = [_spoken(body) + tail, latin(body) + tail, _spoken(body, "nn") + tail, _spoken(name), _spoken(name, "nn")]
    for hangul, english in _foreign():
        if hangul in body:
            before, after = (spellings(part)[0] if part else "" for part in body.split(hangul, 1))
            told += [before + word + after + tail for word in english]
    return tuple(dict.fromkeys(told))


_SOUNDS = {
    "yeo|yeu|you|yoo|yo|yu": "yo", "yae|yea|ye": "ye", "ya": "ya", "woo|wou|wu": "o", "weo|wo": "wo", "wae|we|oe|oi": "we",
    "wi": "wi", "wa": "wa", "eui|ui": "i", "eou|eoo|oo|ou|eo|eu|u|o": "o", "ae|ai|ay|e": "e", "ee|ii|ie|i|yi|y": "i", "a": "a",
    "ch|jj|j|z": "c", "sh|ss|s": "s", "kk|gg|ck|kh|gh|g|k|q|c": "k", "tt|dd|th|d|t": "t", "pp|bb|ph|p|b|f|v": "p", "rr|r|l": "l",
    "x": "ks", "n": "n", "m": "m", "h": "h", "w": "w",
}  # fmt: skip
_SOUND = {one: sound for many, sound in _SOUNDS.items() for one in many.split("|")}
_UNIT = re.compile("|".join(sorted(_SOUND, key=lambda one: (-len(one), one))))
_LONG = re.compile("(?<=[aeou])h(?=[^aeiouyw]|$)")  # Ah-hyeon, Oh


@lru_cache(1 << 18)
def fold(word: str) -> str:
    """A key that spellings of one Korean word share: what sounds alike or is romanised alike is one letter. Small letters in."""
    return _UNIT.sub(lambda unit: _SOUND[unit.group()], _LONG.sub("", word))


_SIGNS = re.compile("[^a-z0-9]")  # 3·15대로
_WORDS = re.compile(r"\d+|\D+")
_BY_NUMBER = {"ponkil": "kil", "ponankil": "ankil", "pon": ""}  # 12번길 and 12길 are written alike


def sound(word: str) -> str:
    """``fold``, lanes named by a number alike."""
    told = fold(word)
    return _BY_NUMBER.get(told, told)


def folded(word: str) -> str:
    """``fold`` of a word with digits in it; 번 before 길 is left out."""
    parts = _WORDS.findall(_SIGNS.sub("", word))
    return "".join(map(sound, parts))


@lru_cache(1 << 16)
def keys(name: str) -> tuple[str, ...]:
    """All keys a Hangul word is found by: whole, and with its last part folded apart."""
    told: dict[str, None] = {}
    end = latin(stem(name)[1])
    for spelt in spellings(name):
        told[folded(spelt)] = None
        if end and spelt.endswith(end):
            told[folded(spelt.removesuffix(end)) + fold(end)] = None
    return tuple(told)
