"""Articles named in a question as people type them: 「법 38조의2」, 「환특법 시행령 9조」, 「관새법241조」."""

import csv
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from rapidfuzz.distance import Levenshtein

from lib.settings import DATA

ALIASES = DATA / "audit" / "aliases.csv"
FIRST = "관세법"  # what a bare 「제38조」 means to a customs officer
_UNDER = (("시행규칙", "시행규칙"), ("시행령", "시행령"), ("규칙", "시행규칙"), ("영", "시행령"), ("령", "시행령"))
_WITH = re.compile(
    r"(?:제\s*|§\s*)?(\d{1,4}(?:-\d{1,3})?)\s*조(?!\s*원)(?:\s*(?:의|-)\s*(\d{1,2})(?!\s*(?:개|년|일|월|만|천|원|%|배|분)))?",
    re.ASCII,
)
_WITHOUT = re.compile(
    r"(?:제\s*|§\s*)?(\d{1,4})(?:\s*(?:의|-)\s*(\d{1,2}))?(?!\s*[조\d%.,년월일시분원만천억개가번건명회차배층호-])",
    re.ASCII,
)
_KIND = re.compile(r"[가-힣A-Za-z·]{1,40}(?:법|법률|법 ?시행령|법 ?시행규칙|규정|고시|훈령|예규)$")
_SAME = re.compile(r"(?:같은법|동법)(시행령|시행규칙)?$")
_VAGUE = ("동법", "같은법", "이법", "그법", "해당법", "관련법", "어떤법", "무슨법", "방법", "사법")


@dataclass(frozen=True)
class Named:
    """An article somebody named; ``start``, ``end``: where in the question. ``known``: its law is one we have."""

    law: str
    article: str
    start: int
    end: int
    known: bool

    @property
    def id(self) -> str:
        """「관세법 제38조의2」."""
        return f"{self.law} {self.article}"


def named(question: str, laws: Collection[str]) -> tuple[Named, ...]:
    """The articles a question names, in their order. ``laws``: the names of those we have."""
    question = unicodedata.normalize("NFC", question)
    names, found, last = _names(frozenset(laws)), [], ""
    taken = 0
    for match in sorted(
        [*_WITH.finditer(question), *_WITHOUT.finditer(question)], key=lambda one: (one.start(), -one.end())
    ):
        if match.start() < taken:
            continue
        bare = match.re is _WITHOUT
        told = _law(question[taken : match.start()], names, last)
        if told is None:
            if bare:
                continue  # a number like any other
            told = last or FIRST, match.start() - taken
        last, before = told
        number, branch = match.groups()
        article = f"제{number}조" + (f"의{branch}" if branch else "")
        found.append(Named(last, article, taken + before, match.end(), last in laws))
        taken = match.end()
    return tuple(found)


@cache
def _aliases() -> tuple[tuple[str, str], ...]:
    with ALIASES.open(encoding="utf-8", newline="") as file:
        return tuple((row["alias"], row["law"]) for row in csv.DictReader(file))


@cache
def _names(laws: frozenset[str]) -> dict[str, str]:
    """What each law is called, without blanks, to its official name."""
    names = {_bare(alias): law for alias, law in _aliases()}
    for alias, law in _aliases():
        for short, whole in _UNDER:
            if len(alias) > 1 and f"{law} {whole}" in laws:
                names.setdefault(_bare(alias) + short, f"{law} {whole}")
    return (
        names | {"법시행령": f"{FIRST} 시행령", "법시행규칙": f"{FIRST} 시행규칙"} | {_bare(law): law for law in laws}
    )


def _bare(text: str) -> str:
    return re.sub(r"[^0-9a-z가-힣]", "", text.lower())


def _law(before: str, names: dict[str, str], last: str) -> tuple[str, int] | None:
    """The law that the words just before a number name, and where they begin: written out, short, or misspelt by a letter or two."""
    trimmed = before.rstrip(" 「」『』()[]\t.,:의")
    letters = [at for at, letter in enumerate(trimmed) if _bare(letter)]
    text = _bare(trimmed)
    if last and (same := _SAME.search(text)):
        law = last.removesuffix(" 시행규칙").removesuffix(" 시행령")
        under = dict(_UNDER).get(same[1] or "", "")
        return f"{law} {under}".strip(), letters[same.start()]
    for size in range(min(len(text), 60), 0, -1):
        name = text[-size:]
        whole = size == len(text) or not re.match("[가-힣a-z]", trimmed[letters[-size] - 1])
        if name in names and (size > 2 or whole):
            return names[name], letters[-size]
    for start in _starts(trimmed):
        told = trimmed[start:]
        if _bare(told) in _VAGUE:
            return None
        near = _near(_bare(told), names)
        if near:
            return near, start
    word = trimmed[_starts(trimmed)[0] :] if trimmed else ""
    return (word, len(trimmed) - len(word)) if _KIND.fullmatch(word) and len(word) > 1 else None


def _starts(text: str) -> list[int]:
    """Where the last word of a text begins, the last two, the last three."""
    return [at.start() for at in re.finditer(r"\S+", text)][:-4:-1]


def _near(told: str, names: dict[str, str]) -> str:
    """The law whose name is this one but for a slip of a letter; "" if none is."""
    if not 3 <= len(told) <= 40:
        return ""
    jamo = unicodedata.normalize("NFD", told)
    most = 1 if len(told) < 5 else 2
    best = min(
        (
            (Levenshtein.distance(jamo, unicodedata.normalize("NFD", name), score_cutoff=most), -len(name), law)
            for name, law in names.items()
            if len(name) > 2
        ),
        default=(9, 0, ""),
    )
    return best[2] if best[0] <= most else ""
