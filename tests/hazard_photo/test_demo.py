"""The label photos: same seed, same picture; every cell covered; the truth is on the label and nowhere else."""

import csv
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from lib.entries.hazard_photo import demo

VERDICTS = {"narcotic", "block", "check", "clear"}


@pytest.fixture(scope="module")
def labels() -> list[demo.Label]:
    """Two of each cell and two more, at quarter size: text, truth and coverage do not depend on the resolution."""
    return list(demo.labels(110, seed=11, scale=0.25))


def flat(text: str) -> str:
    return re.sub(r"[^0-9a-z]+", " ", text.lower()).strip()


def test_same_seed_same_pixels_and_truth() -> None:
    once, again = list(demo.labels(4, seed=3, scale=0.5)), list(demo.labels(6, seed=3, scale=0.5))
    for a, b in zip(once, again, strict=False):
        assert (np.asarray(a.image) == np.asarray(b.image)).all()
        assert (a.text_lines, a.ingredient_ids, a.verdict) == (b.text_lines, b.ingredient_ids, b.verdict)
        assert (a.barcode, a.defects) == (b.barcode, b.defects)
    other = next(demo.labels(1, seed=4, scale=0.5))
    assert other.text_lines != once[0].text_lines


def test_every_cell_is_covered_evenly(labels: list[demo.Label]) -> None:
    cells = Counter((label.language, label.kind, label.distortion) for label in labels)
    assert len(cells) == len(demo.LANGUAGES) * len(demo.KINDS) * len(demo.DISTORTIONS)
    assert max(cells.values()) - min(cells.values()) <= 1
    assert len({label.name for label in labels}) == len(labels)


def test_truth_follows_the_official_list(labels: list[demo.Label]) -> None:
    with (demo.DATA / "ingredients.csv").open(encoding="utf-8-sig", newline="") as file:
        official = {row["id"]: row["verdict"] for row in csv.DictReader(file)}
    for label in labels:
        assert label.verdict <= VERDICTS
        assert set(label.ingredient_ids) <= official.keys()
        if label.kind == "listed":
            assert 1 <= len(label.ingredient_ids) <= 2
            held = {official[i] for i in label.ingredient_ids}
            assert label.verdict == ({"narcotic"} if "narcotic" in held else {"block"})
        elif label.kind == "benign":
            assert (label.ingredient_ids, label.verdict) == ((), {"clear"})
        else:
            assert label.verdict <= {"check", "clear"}
            assert all(official[i] == "check" for i in label.ingredient_ids)
    narcotic = sum(label.verdict == {"narcotic"} for label in labels)
    assert narcotic * 3 == pytest.approx(sum(label.kind == "listed" for label in labels), abs=3)


def test_listed_names_are_printed(labels: list[demo.Label]) -> None:
    table = demo.listed()
    for label in labels:
        if label.kind == "listed":
            text = re.sub(r"[\s\-]+", "", "".join(label.text_lines))
            for ingredient in label.ingredient_ids:
                names = [n for own in table[ingredient].names.values() for n in own]
                printed = {re.sub(r"[\s\-]+", "", n) for n in names}
                printed |= {n.translate(demo._HANT) for n in printed}
                assert any(n in text for n in printed), (ingredient, label.text_lines)


def test_benign_labels_hold_no_listed_name(labels: list[demo.Label]) -> None:
    with (demo.DATA / "names.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    english = {flat(row["name"]) for row in rows if row["lang"] in ("en", "la") and row["rule"] == "any"}
    english |= {flat(row["name"]) for row in rows if row["lang"] == "en" and row["kind"] in ("official", "alias")}
    for label in labels:
        if label.kind == "benign":
            text = f" {flat(' '.join(label.text_lines))} "
            assert not [name for name in english if len(name) > 2 and f" {name} " in text]


def test_barcodes_on_clear_photos_can_be_read() -> None:
    tried = [label for label in demo.labels(20, seed=5) if label.distortion == "clear" and label.barcode]
    assert len(tried) >= 3
    for label in tried:
        found = zxingcpp.read_barcode(label.image)
        assert found is not None, label.defects
        assert found.text == label.barcode


def test_names_of_traditional_labels_differ_from_simplified_ones() -> None:
    assert "番泻叶、褪黑素".translate(demo._HANT) == "番瀉葉、褪黑素"


def test_a_missing_font_names_the_debian_package() -> None:
    with pytest.raises(FileNotFoundError, match="fonts-nanum"):
        demo._font_path("NanumNowhere.ttf")


def test_shipped_demo_is_small_and_complete() -> None:
    folder = demo.DATA / "demo"
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = list(csv.DictReader(file))
    assert [row["expected_verdict"] for row in truth].count("block") == 3
    assert len(truth) == 8
    sizes = [(folder / row["file"]).stat().st_size for row in truth]
    assert max(sizes) <= 250 * 1024
    assert sum(sizes) < 1.6 * 1024 * 1024
    for row in truth:
        with Image.open(folder / row["file"]) as photo:
            assert max(photo.size) == 1600
            assert not photo.getexif()


def test_write_demo_renders_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "_STAGES", demo._STAGES[:1])
    demo.write_demo(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["01_melatonin_gummies.jpg", "truth.csv"]
