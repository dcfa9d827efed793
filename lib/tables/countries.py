"""Countries as declarations write them: a code, a Korean name, a code with its origin criterion (KR-A-Y-B)."""

import csv
import re
from functools import cache

from lib.settings import DATA

_CODE = re.compile(r"[A-Z]{2}(?![A-Z])")


@cache
def names() -> dict[str, str]:
    """Korean names by two-letter code: the first of ``data/countries.csv``."""
    return {code: written[0] for code, written in _written().items()}


@cache
def _written() -> dict[str, list[str]]:
    with (DATA / "countries.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["names"].split("|") for row in csv.DictReader(file)}


@cache
def _codes() -> dict[str, str]:
    return {name: code for code, written in _written().items() for name in written}


def code_of(text: str) -> str | None:
    """The two-letter code of a country written in whatever way; ``None`` where it cannot be told."""
    plain = text.strip().upper()
    if found := _CODE.match(plain):
        return found.group()
    named = _codes()
    bare = re.sub(r"[\s.]|[(（\[].*", "", plain)
    if told := named.get(bare) or named.get(re.split(r"[\s(（\[/\-]", plain)[0]) or named.get(bare.removesuffix("산")):
        return told
    inside = re.search(r"[(（\[]\s*([A-Z]{2})\s*[)）\]]", plain)
    return inside.group(1) if inside else None
