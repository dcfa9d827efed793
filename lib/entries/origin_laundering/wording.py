"""What a line calls its goods, cut into what tells: model codes, words (Korean and English alike) and measures.

A deliberately altered code, another order of words, another script or a slip leaves most of it the same; words that
every line has (부품, PARTS, SET) tell nothing and are left out.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from lib.entries.origin_laundering.ledger import PART
from lib.settings import DATA

CODE, CORE, DIGITS, WORD, MEASURE, MEASURES = range(6)  # kinds of keys
_TOKEN = re.compile(r"[A-Z0-9]+(?:[-_/.][A-Z0-9]+)*|[가-힣]+")
_PIECES = re.compile(r"[A-Z]+|\d+")
_LENGTHY = re.compile(
    r"\d(?:MM|CM|INCH|IN|KG|MG|KW|HZ|ML|GB|TB|LB|GSM|SQMM|MAH|AH|KV|VA|OZ|PORT|MP|CH)$|\dX\d"
)  # no code ends so
_SPLIT = re.compile(r"[-_/.]")
_NUMBER = re.compile(r"\d{3,}")
_UNITS = "MM|CM|M|INCH|IN|KG|G|MG|W|KW|V|VA|A|HZ|L|ML|GB|MB|TB|D|T|P|C|K|LB|GSM|SQMM|PORT|CH|MP|AH|MAH|KV|OZ"
_MEASURE = re.compile(
    rf"^(?:\d+(?:\.\d+)?(?:{_UNITS})?(?:X[A-Z]?\d+(?:\.\d+)?(?:{_UNITS})?)*|SCH\d+S?|[LWHTD]\d+(?:\.\d+)?(?:MM)?|\d+-\d+)$"
)
_STANDARD = re.compile(
    r"^(?:ISO|DIN|KS|JIS|ASTM|ANSI|ASME|AISI|API|SAE|EN|BS|GB|IEC|UL|KC|DN|PN|NPS|NPT|CL|CLASS|SCH|GR|GRADE|AWG|PH|AC|DC|IP|PT|BSP)[A-Z]?[-/]?\d+(?:[./X-]\d+)*(?:V|A|T|M|S)?$"
    r"|^M\d+(?:\.\d+)?(?:X\d+(?:\.\d+)?)*(?:MM)?$|^(?:P|LT)?\d{3}/?\d{2}Z?R\d{2}(?:\.5)?[A-Z]?$|^(?:SS|STS|SUS)\d{3}[A-Z]?$|^(?:S\d\d?C|SCM\d{3}|SKD\d+|AL\d{4})$"
    rf"|^\d+(?:\.\d+)?(?:{_UNITS})?(?:[/-]\d+(?:\.\d+)?(?:{_UNITS})?)+$"
)  # standards, sizes, grades and ratings: written by everybody who deals in such goods
_NORM = frozenset(
    "ISO DIN KS JIS ASTM ANSI ASME AISI API SAE EN BS GB IEC UL DN PN NPS CL CLASS SCH GR GRADE AWG".split()
)
_AREA = re.compile(r"(\d)\s*G\s*/\s*(?:M2|SQM)")
_POUND = re.compile(r"(\d)\s*#(?!\w)")
_TIMES = re.compile(r"(?<=[\dMR])\s*[X*×]\s*(?=\d)")
_HANGUL_UNIT = re.compile(r"(\d)\s*(미터|센티미터|센티|밀리미터|밀리|그램|킬로그램|킬로|파운드|리터|와트|데니어)")
_LATIN_UNIT = {
    "미터": "M", "센티미터": "CM", "센티": "CM", "밀리미터": "MM", "밀리": "MM", "그램": "G", "킬로그램": "KG", "킬로": "KG", "파운드": "LB",
    "리터": "L", "와트": "W", "데니어": "D",
}  # fmt: skip
_SHAPE = re.compile(r"\d+(?:\.\d+)?")
_INCH = re.compile(r"(\d)\s*(?:\"|''|″|”|INCHES|INCH\b|인치)")
_GAP = re.compile(
    r"(?<![A-Z0-9.])(\d+(?:\.\d+)?)\s+(MM|CM|INCH|KG|MG|KW|HZ|ML|GB|TB|MAH)(?![A-Z0-9])"
)  # 1.5 mm is 1.5MM
_LOOKS = str.maketrans("OIL", "011")  # in a code: letters that are taken for digits
_OWN = re.compile(r"^(?:KR|KOR|KOREA|K)(?=[A-Z0-9]{4,})")  # put before a code to make it look Korean


COLOURS = frozenset(
    "BLACK WHITE RED BLUE GREEN YELLOW ORANGE GREY GRAY SILVERY BROWN PINK PURPLE BEIGE IVORY NAVY KHAKI TRANSPARENT".split()
)  # they tell goods apart as measures do


class Worded(NamedTuple):
    """``codes``: model codes, most telling first; ``words``: in one language and without endings; ``measures``."""

    codes: tuple[str, ...]
    words: tuple[str, ...]
    measures: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words in a fixed order, for comparing letters."""
        return " ".join(sorted(self.words))


@cache
def generic() -> frozenset[str]:
    """Words that tell nothing: ``data/origin_laundering/generic.csv``."""
    with (DATA / "origin_laundering" / "generic.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(_word(row["word"].upper()) for row in csv.DictReader(file))


@cache
def translations() -> dict[str, tuple[str, ...]]:
    """Korean and English words of goods as the English words we compare by: ``data/origin_laundering/words.csv``."""
    told: dict[str, tuple[str, ...]] = {}
    with (DATA / "origin_laundering" / "words.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            first, *others = row["english"].upper().split("|")
            meant = tuple(_word(word) for word in first.split())
            told[row["hangul"]] = meant
            for other in others:
                if " " not in other:
                    told.setdefault(_word(other), meant)
    return told


@cache
def _spoken() -> frozenset[str]:
    """Words of the language, which are no beginning of a code."""
    small = ("ON", "OF", "FOR", "WITH", "AND", "TO", "IN", "BY", "FROM", "PER", "THE")
    return frozenset(
        {*generic(), *small, *translations(), *(word for words in translations().values() for word in words)}
    )


def worded(text: str) -> Worded:
    """What a text tells. ``text``: as the ledger joins a line's model, names and component."""
    plain = unicodedata.normalize("NFKC", text).upper()
    codes: dict[str, None] = {}
    words: dict[str, None] = {}
    measures: dict[str, None] = {}
    for part in map(_united, plain.split(PART)):
        before = ""  # letters that may belong to the number after them: ABX 1000
        for token in _TOKEN.findall(part):
            if token[0] >= "가":
                words |= dict.fromkeys(_korean(token))
                before = ""
            elif any(sign.isdigit() for sign in token):
                code = _SPLIT.sub("", token)
                if before in _NORM or _STANDARD.match(token):
                    if before in _NORM:
                        words.pop(_word(before), None)
                    measures[(before if before in _NORM else "") + _sized(token)] = None
                elif before and code[0].isdigit() and not _LENGTHY.search(token):
                    words.pop(_word(before), None)
                    codes[(before + code).translate(_LOOKS)] = None
                elif _MEASURE.match(token) or len(code) < 3:
                    measures[_sized(token)] = None
                else:
                    codes[code.translate(_LOOKS)] = None
                before = ""
            else:
                for word in filter(None, _SPLIT.split(token)):
                    words |= dict.fromkeys(translations().get(_word(word), (_word(word),)))
                before = token if 1 < len(token) <= 5 and _word(token) not in _spoken() else ""
    measures |= dict.fromkeys(word for word in words if word in COLOURS)
    kept = [word for word in words if len(word) > 1 and word not in generic() and word not in COLOURS]
    return Worded(tuple(sorted(codes, key=_telling, reverse=True)), tuple(kept), tuple(measures))


@lru_cache(1 << 16)
def shapes(told: Worded) -> dict[str, set[str]]:
    """Its measures by what they measure: 3INCH and 4INCH are of one shape."""
    by: dict[str, set[str]] = {}
    for one in told.measures:
        by.setdefault("COLOUR" if one in COLOURS else _SHAPE.sub("0", one), set()).add(one)
    return by


def keys(told: Worded) -> Iterable[tuple[int, str]]:
    """What two texts of the same goods are likely to share, with its kind."""
    for code in told.codes:
        yield CODE, code
        pieces = _PIECES.findall(code)
        bare = _OWN.sub("", code)
        if bare != code:
            yield CODE, bare
        for at, piece in enumerate(pieces):
            if piece.isdigit() and len(piece) > 2:
                before = pieces[at - 1] if at else ""
                yield CORE, before[-2:] + piece
                if len(piece) > 3:
                    yield DIGITS, piece
    for word in told.words:
        yield WORD, word
    for measure in told.measures:
        yield MEASURE, measure
    if len(told.measures) > 1:
        yield MEASURES, " ".join(sorted(told.measures))  # all of them, in whatever HS heading


def _united(part: str) -> str:
    """One part with its units written one way: 3 인치 as 3INCH, 200 G/M2 as 200GSM."""
    plain = _POUND.sub(r"\1LB", _AREA.sub(r"\1GSM", _INCH.sub(r"\1INCH ", part)))
    plain = _HANGUL_UNIT.sub(lambda found: found[1] + _LATIN_UNIT[found[2]], plain)
    return _GAP.sub(r"\1\2", _TIMES.sub("X", plain))


def _sized(token: str) -> str:
    """3MX4M as 3X4M."""
    return re.sub(r"(?<=\d)(?:MM|CM|M)(?=X)", "", token)


def _telling(code: str) -> tuple[bool, int]:
    return (any(sign.isalpha() for sign in code), len(code))


def _word(word: str) -> str:
    """Without the ending of the plural."""
    return word[:-1] if len(word) > 3 and word.endswith("S") and not word.endswith("SS") else word


@cache
def _korean(word: str) -> Sequence[str]:
    """A Korean word as the English ones it stands for; a compound by its parts, longest first."""
    known = translations()
    if word in known:
        return known[word]
    for cut in range(len(word) - 1, 1, -1):
        if (head := known.get(word[:cut])) is not None:
            rest = word[cut:]
            return (*head, *_korean(rest)) if len(rest) > 1 else head
    return (word,)
