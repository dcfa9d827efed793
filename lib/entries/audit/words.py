"""Korean text as what a search compares: words without their endings and particles, and pairs of letters."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiwipiepy import Kiwi

_DROPPED = {"NNB", "NP", "VX", "VCP", "VCN"}  # what tells nothing of the matter: 것, 나, 있다, 이다


@cache
def _kiwi() -> "Kiwi":
    from kiwipiepy import Kiwi

    return Kiwi(num_workers=1)


def plain(text: str) -> str:
    """Composed, with one kind of middle dot and bracket."""
    text = unicodedata.normalize("NFKC", text)
    return re.sub(r"[「」『』]", "", re.sub(r"[ㆍ‧・]", "·", text))


def words(text: str) -> list[str]:
    """Nouns, verbs, adjectives, numbers and foreign words, in their order."""
    return list(_words(text))


@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[str, ...]:
    return tuple(
        token.form.lower()
        for token in _kiwi().tokenize(plain(text), normalize_coda=True)
        if (token.tag[0] in "NV" or token.tag in ("SL", "SN", "XR", "MAG")) and token.tag not in _DROPPED
    )


def pairs(text: str) -> list[str]:
    """Neighbouring letters and digits, blanks looked past: what is left of a word that is misspelt or spaced otherwise."""
    bare = re.sub(r"[^가-힣a-z0-9]", "", plain(text).lower())
    return [bare[i : i + 2] for i in range(len(bare) - 1)]
