"""What an engine cannot read here is said, not silently misread."""

from pathlib import Path

import numpy as np

from lib.entries.hazard_photo import demo, ocr


def test_a_suite_without_the_korean_model_says_that_hangul_is_not_read(tmp_path: Path) -> None:
    assert ocr.reader("embedded").lacks == ""
    told = ocr.Embedded(tmp_path / "missing.onnx").lacks
    assert "한글을 읽지 못합니다" in told
    assert "make run" in told


def test_a_dark_flat_photo_reads_as_well_as_a_bright_one() -> None:
    label = next(label for label in demo.labels(54, seed=5) if label.distortion == "clear" and label.language == "en")
    pixels = np.asarray(label.image.convert("RGB"))
    dark = (pixels * 0.05 + 10).astype(np.uint8)
    reader = ocr.reader("embedded")
    bright, dim = ({line.text for line in reader.read(photo).lines} for photo in (pixels, dark))
    assert len(bright & dim) >= 0.85 * len(bright)
