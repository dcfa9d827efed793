"""Words from files, photos and people, made harmless on screen."""

import re

_APART = "\u2060"  # seen by nobody; what it parts is no longer an address, an icon or an arrow to Streamlit
_LIVE = re.compile(
    r":(?=//|material_|streamlit:)|www(?=\.)|@(?=\w)|(?<!\S)[<>~-](?=[=>-]{1,2}(?!\S))", re.ASCII | re.IGNORECASE
)
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # would turn round what stands after it


def plain(text: str) -> str:
    """Text that Markdown leaves as it is, on one line. What it links or draws even where escaped is parted unseen."""
    text = _TURNING.sub("", re.sub(r"[ \t\r\n\f\v]+", " ", text))
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", _LIVE.sub(lambda live: live[0] + _APART, text))
