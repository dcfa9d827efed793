"""Where a reflection wiped out part of a line: the words around it read well, so the engine's score says nothing.

Two signs, neither of which a photo merely too bright shows. Fading: a line's last letters are much paler than its best
ones, and beyond them lies burnt-out white. Bump: between two pieces of text in one row lies burnt-out white, while
the paper at their far ends is clearly darker.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from lib.entries.hazard_photo.ocr import Line
from lib.entries.hazard_photo.photo import Pixels, resized

Gray = NDArray[np.uint8]

LOOK_AREA = 2e6  # pixels of the photo this is measured on
ROW = 16  # a line is looked at with this height, in pixels
REACH = 24  # columns looked at beyond each end: one and a half heights
LAST = 16  # columns of a line's last letters: one height
BURNT = 250  # of 255, in the darkest colour channel
DARKER = 240  # paper that is not burnt out
FADED = 0.5  # contrast of the last letters against the line's best


def washed_out(pixels: Pixels, lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines that end in a reflection. ``pixels``: RGB (H, W, 3) of the photo the lines were read from."""
    scale = min(1.0, (LOOK_AREA / (pixels.shape[0] * pixels.shape[1])) ** 0.5)
    small = resized(pixels, scale)
    gray = np.asarray(cv2.min(cv2.min(small[:, :, 0], small[:, :, 1]), small[:, :, 2]), dtype=np.uint8)
    if (gray >= BURNT).mean() < 0.001:
        return ()
    corners = np.array([line.box for line in lines], np.float32).reshape(-1, 4, 2) * scale
    return tuple(
        line
        for i, line in enumerate(lines)
        if len(line.text) >= 3 and (_fades(gray, corners[i]) or _bump(gray, i, lines, corners))
    )


def _fades(gray: Gray, box: NDArray[np.float32]) -> bool:
    strip = _strip(gray, box, REACH)
    text = strip[:, REACH:-REACH].astype(np.float32)
    if text.shape[1] < 3 * ROW:
        return False
    outside = (strip[:, : REACH - 5], strip[:, -REACH + 5 :])
    if not any(map(_burnt, outside)):
        return False
    windows = np.lib.stride_tricks.sliding_window_view(text, (ROW, LAST))[0, ::4].reshape(-1, ROW * LAST)
    low, high = np.percentile(windows, (5, 95), axis=1)
    contrast = high - low
    return any(
        last < FADED * contrast.max() and _burnt(beyond)
        for last, beyond in zip((contrast[0], contrast[-1]), outside, strict=True)
    )


def _bump(gray: Gray, i: int, lines: Sequence[Line], corners: NDArray[np.float32]) -> bool:
    """Whether the row goes on behind burnt-out white. A figure there is a table's value, which stands apart anyway."""
    follower = _next_in_row(i, corners)
    if follower is None or lines[follower].text[0].isdigit() or sum(map(str.isalpha, lines[follower].text)) < 3:
        return False
    here, there = corners[i], corners[follower]
    between = _strip(gray, np.stack([here[1], there[0], there[3], here[2]]), 0)
    columns = between[:, between.shape[1] // 8 : -between.shape[1] // 8]
    if columns.shape[1] < 8 or ((columns < BURNT).mean(axis=0) < 0.2).mean() < 0.3:
        return False
    far = (_strip(gray, here, 0)[:, :ROW], _strip(gray, there, 0)[:, -ROW:])
    return all(np.percentile(paper, 90) <= DARKER for paper in far)


def _next_in_row(i: int, corners: NDArray[np.float32]) -> int | None:
    """The nearest line that continues line ``i``, one to 25 line heights further on."""
    directions = corners[:, 1] - corners[:, 0]
    lengths = np.maximum(np.linalg.norm(directions, axis=1), 1e-6)
    heights = np.maximum(np.linalg.norm(corners[:, 3] - corners[:, 0], axis=1), 1e-6)
    along, height = directions[i] / lengths[i], heights[i]
    if lengths[i] < height:
        return None
    steps = (corners[:, 0] + corners[:, 3] - corners[i, 1] - corners[i, 2]) / 2
    ahead, aside = steps @ along, np.abs(steps @ np.array([-along[1], along[0]]))
    same_row = (ahead > 0) & (aside < 0.6 * height + 0.06 * ahead) & (directions @ along >= 0.9 * lengths)
    same_row &= (heights > height / 2) & (heights < height * 2)
    same_row[i] = False
    if not same_row.any():
        return None
    nearest = int(np.where(same_row, ahead, np.inf).argmin())
    return nearest if 1.2 * height <= ahead[nearest] <= 25 * height else None


def _burnt(part: Gray) -> bool:
    return bool((part < BURNT).mean() < 0.1)


def _strip(gray: Gray, box: NDArray[np.float32], reach: int) -> Gray:
    """The box laid level, ``ROW`` high, with ``reach`` more columns at either end (black outside the photo)."""
    along = box[1] - box[0]
    length, height = float(np.linalg.norm(along)), max(float(np.linalg.norm(box[3] - box[0])), 1.0)
    more = along / max(length, 1e-6) * height * reach / ROW
    width = min(max(8, round(length / height * ROW)), 4000) + 2 * reach
    corners = np.stack([box[0] - more, box[1] + more, box[2] + more, box[3] - more]).astype(np.float32)
    flat = np.array([[0, 0], [width, 0], [width, ROW], [0, ROW]], np.float32)
    way = cv2.getPerspectiveTransform(corners, flat)
    return np.asarray(cv2.warpPerspective(gray, way, (width, ROW), flags=cv2.INTER_AREA), dtype=np.uint8)
