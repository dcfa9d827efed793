"""Photos in, judgements out, with the real reading engine."""

import csv
import io
import json
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lib.entries.hazard_photo import ocr, screen
from lib.entries.hazard_photo.photo import PhotoError
from lib.entries.hazard_photo.screen import Judgement
from lib.entries.hazard_photo.verdict import Verdict
from lib.settings import DATA

TODAY = date(2026, 11, 22)
DEMO = DATA / "hazard_photo" / "demo"
MELATONIN = "01_melatonin_gummies.jpg"
REAL = Path(__file__).resolve().parents[3] / "shared" / "photos"


def demo_truth() -> list[tuple[str, str]]:
    with (DEMO / "truth.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(row["file"], row["expected_verdict"]) for row in csv.DictReader(file)]


@cache
def judged(name: str) -> Judgement:
    return screen.judge_bytes((DEMO / name).read_bytes(), name, as_of=TODAY)


@pytest.fixture
def no_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads a photo again fails the test."""

    def refuse(name: str | None = None) -> ocr.Reader:
        raise AssertionError("the photo was read again")

    monkeypatch.setattr(ocr, "reader", refuse)


@pytest.mark.parametrize(("name", "expected"), demo_truth())
def test_demo_photo(name: str, expected: str) -> None:
    found = judged(name)
    assert found.verdict.value == expected, [line.text for line in found.reading.lines]
    assert found.grounds[0].verdict is found.verdict


def test_same_photo_twice_is_one_subject() -> None:
    name, data = "other name.jpg", (DEMO / MELATONIN).read_bytes()
    again = screen.judge_bytes(data, name, as_of=TODAY)
    first = judged(MELATONIN)
    assert again.verdict is first.verdict
    assert screen.finding(again).subject == screen.finding(first).subject
    assert [line.text for line in again.reading.lines] == [line.text for line in first.reading.lines]
    assert screen.finding(judged("06_vitamin_c.jpg")).subject != screen.finding(first).subject


@pytest.mark.usefixtures("no_reading")
def test_correction_recomputes_and_keeps_the_other_boxes() -> None:
    first = judged("06_vitamin_c.jpg")
    texts = [line.text for line in first.reading.lines]
    at = len(texts) // 2
    done = screen.again(first, text="\n".join([*texts[:at], "Melatonin 5 mg", *texts[at + 1 :], "Sibutramine 10 mg"]))
    assert first.verdict is Verdict.CLEAR
    assert done.verdict is Verdict.BLOCK
    assert {m.ingredient.name_en for m in done.matches} >= {"Melatonin", "Sibutramine"}
    assert (done.corrected, first.corrected) == (True, False)
    kept = {line.text: line.box for line in done.reading.lines}
    for line in (*first.reading.lines[:at], *first.reading.lines[at + 1 :]):
        assert kept[line.text] == line.box
    assert kept["Melatonin 5 mg"] == first.reading.lines[at].box  # the word stands where it was misread
    assert screen.finding(done).subject == screen.finding(first).subject


@pytest.mark.usefixtures("no_reading")
def test_correction_can_clear_a_misreading() -> None:
    first = judged(MELATONIN)
    words = "\n".join(
        "Vitamin C 500 mg" if "elatonin" in line.text.lower() else line.text for line in first.reading.lines
    )
    done = screen.again(first, text=words)
    assert "Melatonin" not in {m.ingredient.name_en for m in done.matches}
    assert done.verdict not in (Verdict.BLOCK, Verdict.NARCOTIC)
    assert screen.again(first, text="\n".join(line.text for line in first.reading.lines)).corrected is False


@pytest.mark.usefixtures("no_reading")
def test_quantity_and_day_are_judged_without_reading() -> None:
    first = judged("06_vitamin_c.jpg")
    more = screen.again(first, quantity=7)
    assert more.verdict is Verdict.CHECK
    assert more.reading is first.reading
    assert screen.again(more, quantity=6).verdict is Verdict.CLEAR
    lines = "Tapentadol 50 mg\n" + "\n".join(line.text for line in first.reading.lines)
    now = screen.again(first, text=lines)
    then = screen.again(now, as_of=date(2026, 6, 30))
    assert now.verdict is Verdict.NARCOTIC
    assert then.verdict is not Verdict.NARCOTIC
    assert (then.as_of, then.corrected) == (date(2026, 6, 30), True)


def test_light_drops_the_pixels_and_nothing_else() -> None:
    first = judged(MELATONIN)
    kept = screen.light(first)
    assert kept.photo.pixels.nbytes < 100
    assert first.photo.pixels.nbytes > 100_000
    assert (kept.verdict, kept.matches, kept.grounds) == (first.verdict, first.matches, first.grounds)
    assert screen.finding(kept) == screen.finding(first)


@pytest.mark.parametrize(("name", "expected"), demo_truth())
def test_finding_rests_on_the_photo(name: str, expected: str) -> None:
    first = judged(name)
    found = screen.finding(first)
    assert (found.entry, found.grade, found.subject) == ("hazard_photo", expected, first.photo.sha256)
    assert len(found.reasons) == len(first.grounds)
    for reason in found.reasons:
        assert reason.text
        assert all(evidence.source == f"photo:{first.photo.sha256}" for evidence in reason.evidence)
        if found.grade in ("narcotic", "block") and reason is found.reasons[0]:
            assert reason.legal_basis
            assert reason.evidence[0].detail["found"]
            assert len(reason.evidence[0].detail["box"]) == 4
    kept = json.loads(json.dumps(found.as_dict(), ensure_ascii=False))
    assert kept["facts"]["sha256"] == first.photo.sha256
    assert "pixels" not in json.dumps(kept)


def centre(box: tuple[tuple[float, float], ...]) -> tuple[float, float]:
    return sum(x for x, _ in box) / 4, sum(y for _, y in box) / 4


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_turned_photo_same_verdict_same_places(degrees: int) -> None:
    """Turned clockwise without an EXIF word about it, as a camera held askew leaves it."""
    first = judged(MELATONIN)
    upright = first.photo.pixels
    height, width = upright.shape[:2]
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(np.rot90(upright, k=-degrees // 90))).save(out, "PNG")
    turned = screen.judge_bytes(out.getvalue(), "turned.png", as_of=TODAY)
    assert turned.verdict is first.verdict
    wanted = {m.ingredient.id: m for m in first.matches}
    assert {m.ingredient.id for m in turned.matches} == wanted.keys()
    back = {
        90: lambda x, y: (y, height - x),
        180: lambda x, y: (width - x, height - y),
        270: lambda x, y: (width - y, x),
    }
    reach = 0.03 * max(width, height)
    for found in turned.matches:
        places = [centre(box) for box in wanted[found.ingredient.id].boxes]
        for box in found.boxes:
            x, y = back[degrees](*centre(box))
            assert any(abs(x - px) < reach and abs(y - py) < reach for px, py in places), (found.found, x, y, places)


def test_batch_goes_on_after_a_bad_photo() -> None:
    good = (DEMO / "06_vitamin_c.jpg").read_bytes()
    results = dict(screen.screen([("a.jpg", b"not a photo"), ("b.jpg", good), ("c.jpg", good[:2000])], as_of=TODAY))
    assert list(results) == ["a.jpg", "b.jpg", "c.jpg"]
    assert isinstance(results["a.jpg"], PhotoError)
    assert isinstance(results["c.jpg"], PhotoError)
    done = results["b.jpg"]
    assert isinstance(done, Judgement)
    assert done.verdict is Verdict.CLEAR


def real_photos() -> list[Path]:
    return sorted(path for path in REAL.glob("*") if path.suffix in (".jpg", ".png", ".webp"))


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=[] if path.stem.startswith(("kor_", "easy_", "bahan_bahan_05")) else pytest.mark.slow)
        for path in real_photos()
    ],
    ids=lambda path: path.name,
)
def test_real_photo_of_ordinary_food_is_not_held(path: Path) -> None:
    """None of these labels names a listed ingredient in its transcript (``../shared/photos/truth.json``)."""
    found = screen.judge_bytes(path.read_bytes(), path.name, as_of=TODAY)
    named = [(m.found, m.ingredient.name_ko, m.method) for m in found.matches]
    assert found.verdict not in (Verdict.NARCOTIC, Verdict.BLOCK), named
