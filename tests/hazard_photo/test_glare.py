"""A reflection over the deciding word is asked to be photographed again, never called 목록에 없음."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lib.entries.hazard_photo import screen
from lib.entries.hazard_photo.photo import Pixels, decode
from lib.entries.hazard_photo.screen import Judgement
from lib.entries.hazard_photo.verdict import Verdict
from lib.settings import DATA

DEMO = DATA / "hazard_photo" / "demo"
HARMLESS = "06_vitamin_c.jpg"


@cache
def judged(name: str) -> Judgement:
    return screen.judge(decode((DEMO / name).read_bytes(), name))


def judged_after(name: str, pixels: Pixels) -> Judgement:
    return screen.judge(replace(judged(name).photo, pixels=pixels))


def reflection(pixels: Pixels, box: Any) -> Pixels:
    """A lamp's reflection over the box: burnt out in the middle, fading outward."""
    (x0, y0), size = np.mean(box, axis=0), 2 * float(np.ptp([y for _, y in box]))
    y, x = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    light: NDArray[np.float64] = 600 * np.exp(-((x - x0) ** 2 + (y - y0) ** 2) / (2 * size**2))
    return np.clip(pixels + light[..., None], 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "name", ["01_melatonin_gummies.jpg", "02_senna_diet_tea.jpg", "03_slimming_coffee.jpg", "04_kratom_powder.jpg"]
)
def test_a_reflection_over_the_deciding_word_is_never_called_clear(name: str) -> None:
    before = judged(name)
    pixels = before.photo.pixels
    for match in before.matches:
        for box in match.boxes:
            pixels = reflection(pixels, box)
    after = judged_after(name, pixels)
    assert after.verdict is not Verdict.CLEAR, [line.text for line in after.reading.lines]
    if after.verdict is Verdict.UNREADABLE and after.grounds[0].code == "glare":
        assert "다시 촬영" in after.grounds[0].text
        assert after.grounds[0].line is not None


def test_a_photo_merely_too_bright_is_read_as_before() -> None:
    assert judged(HARMLESS).verdict is Verdict.CLEAR
    assert judged(HARMLESS).reading.washed_out == ()
    bright = np.clip(judged(HARMLESS).photo.pixels * 1.25 + 10.0, 0, 255).astype(np.uint8)
    assert judged_after(HARMLESS, bright).verdict is Verdict.CLEAR


def test_the_officer_who_types_the_hidden_words_gets_a_verdict() -> None:
    lines = judged(HARMLESS).reading.lines
    longest = max(lines, key=lambda line: len(line.text))
    hidden = judged_after(HARMLESS, reflection(judged(HARMLESS).photo.pixels, longest.box))
    assert hidden.verdict is Verdict.UNREADABLE
    seen = screen.again(hidden, text="\n".join(line.text for line in lines))
    assert seen.verdict is Verdict.CLEAR
    assert seen.corrected
