"""What an engine cannot read here is said, not silently misread."""

import re
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lib.entries.hazard_photo import demo, ocr

KOREAN_FONT = "/usr/share/fonts/truetype/nanum/NanumGothic.ttf"  # .ci/system installs it


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


def test_a_korean_list_keeps_its_commas_and_its_latin_names() -> None:
    """The Korean line model alone reads 「대두레시틴으80스테아린산…」 here."""
    rows = (
        "원재료명: 크랜베리분말, 자일리톨, 비타민B12, 물개,",
        "히프로멜로스, 대두레시틴, CBD, 스테아린산마그네슘, DHEA",
    )
    photo = Image.new("RGB", (1500, 320), "white")
    for i, row in enumerate(rows):
        ImageDraw.Draw(photo).text((40, 60 + 90 * i), row, font=ImageFont.truetype(KOREAN_FONT, 44), fill="black")
    read = " ".join(line.text for line in ocr.reader("embedded").read(np.asarray(photo)).lines)
    items = {item.strip() for item in re.split("[,:]", read)}
    assert {"자일리톨", "물개", "대두레시틴", "CBD", "DHEA"} <= items
