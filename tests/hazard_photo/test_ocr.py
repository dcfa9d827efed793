"""What an engine cannot read here is said, not silently misread."""

from pathlib import Path

from lib.entries.hazard_photo import ocr


def test_a_suite_without_the_korean_model_says_that_hangul_is_not_read(tmp_path: Path) -> None:
    assert ocr.reader("embedded").lacks == ""
    told = ocr.Embedded(tmp_path / "missing.onnx").lacks
    assert "한글을 읽지 못합니다" in told
    assert "make run" in told
