"""One place for every setting, read from AX_ variables; keys are never shown."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from lib.casework import CaseBook
from lib.screening import Evidence, Finding, Reason
from lib.settings import ROOT, Settings, settings


def test_defaults_need_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"AX_{name.upper()}", raising=False)
    plain = Settings()
    assert plain.data_dir == ROOT / ".local"
    assert plain.ocr_engine == "embedded"
    assert plain.database_url is None
    assert (plain.block_list_key, plain.product_list_key) == (None, None)


def test_each_setting_is_its_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AX_DATA_DIR", str(tmp_path / "둘째"))
    monkeypatch.setenv("AX_OFFICER", "홍길동")
    monkeypatch.setenv("AX_CUSTOMS_OFFICE", "부산세관")
    monkeypatch.setenv("AX_OCR_ENGINE", "tesseract")
    monkeypatch.setenv("AX_DATABASE_URL", "postgresql://ax@/cases?host=/run")
    monkeypatch.setenv("DATA_DIR", "/nowhere")
    found = Settings()
    assert found.data_dir == tmp_path / "둘째"
    assert (found.officer, found.customs_office, found.ocr_engine) == ("홍길동", "부산세관", "tesseract")
    assert found.case_book == "postgresql://ax@/cases?host=/run"


def test_empty_variable_means_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AX_DATABASE_URL", "")
    monkeypatch.setenv("AX_OCR_ENGINE", "")
    assert Settings().database_url is None
    assert Settings().ocr_engine == "embedded"


def test_unknown_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AX_OCR_ENGINE", "cloud")
    with pytest.raises(ValidationError, match="ocr_engine"):
        Settings()


def test_keys_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AX_BLOCK_LIST_KEY", "s3cret-one")
    monkeypatch.setenv("AX_PRODUCT_LIST_KEY", "s3cret-two")
    found = Settings()
    shown = repr(found) + str(found) + str(found.model_dump()) + found.model_dump_json()
    assert "s3cret" not in shown
    assert found.block_list_key is not None
    assert found.block_list_key.get_secret_value() == "s3cret-one"


def test_second_data_dir_is_a_second_suite(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("AX_DATABASE_URL", raising=False)
    reason = Reason("test", "시험", (Evidence("photo:1", "0"),))
    try:
        for name in ("one", "two"):
            monkeypatch.setenv("AX_DATA_DIR", str(tmp_path / name))
            settings.cache_clear()
            with CaseBook.open() as book:
                assert book.cases() == []
                book.register(Finding("hazard_photo", name, name, "block", (reason,)), by="담당자")
        monkeypatch.setenv("AX_DATA_DIR", str(tmp_path / "one"))
        settings.cache_clear()
        with CaseBook.open() as book:
            assert [case.subject for case in book.cases()] == ["one"]
        assert {path.name for path in tmp_path.iterdir()} == {"one", "two"}
    finally:
        settings.cache_clear()
