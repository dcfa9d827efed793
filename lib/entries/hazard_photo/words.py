"""Where the words of a line stand in its picture. The Korean line model reads no spaces, commas or Latin letters."""

from dataclasses import dataclass

import cv2
import numpy as np

from lib.entries.hazard_photo.photo import Pixels

GAP, NARROW_GAP = 0.2, 0.12  # of the line's height: empty columns that part words; syllables mostly stand closer
LONG = 8  # line heights: a word as long is looked at for narrow gaps
COMMA_WIDTH, COMMA_TOP = 0.3, 0.5  # a comma is narrower than this and starts below this, of the line's height


@dataclass(frozen=True)
class Word:
    """Columns ``start:end`` of the line's picture; ``comma``: whether one ends the word."""

    start: int
    end: int
    comma: bool


def words(crop: Pixels) -> list[Word]:
    """The words of a straight line (H, W, 3), left to right; none where the picture has no contrast."""
    gray = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    height = len(gray)
    if np.ptp(gray) < 32:
        return []
    _, ink = cv2.threshold(gray, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    if ink.mean() > 0.5:  # dark letters on light
        ink = 1 - ink
    inked = ink.sum(axis=0) > 0.03 * height
    found = []
    spans = []
    for start, end in _merged(_runs(inked), GAP * height):
        parts = _runs(inked[start:end])
        if end - start > LONG * height:
            spans += [(start + a, start + b) for a, b in _merged(parts, NARROW_GAP * height)]
        else:
            spans.append((start, end))
    for start, end in spans:
        if end - start < 0.1 * height:
            continue
        last = _runs(inked[start:end])[-1][0] + start
        rows = np.flatnonzero(ink[:, last:end].any(axis=1))
        comma = last > start and end - last < COMMA_WIDTH * height and rows[0] > COMMA_TOP * height
        found.append(Word(int(start), int(end), bool(comma)))
    return found


def _runs(flags: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> list[tuple[int, int]]:
    """Start and end of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _merged(runs: list[tuple[int, int]], gap: float) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in runs:
        if joined and start - joined[-1][1] < gap:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined
