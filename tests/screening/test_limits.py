"""Thresholds by date: the value in force on the day counts, the office's own on top, and what held before stays on record."""

from datetime import date
from pathlib import Path

import pytest

from lib.screening import limits
from lib.screening.limits import Limit, load, own, set_own

SHIPPED = """code,title,value,unit,since,source
cancels,취소 횟수,5,회,2019-06-01,관세청 보도자료
cancels,취소 횟수,4,회,2026-01-01,개정 고시
amount,구매 금액,50000000,원,2019-06-01,관세청 보도자료
"""


@pytest.fixture(autouse=True)
def _shipped(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "limits.csv").write_text(SHIPPED, encoding="utf-8")
    monkeypatch.setattr(limits, "DATA", tmp_path)


@pytest.mark.parametrize(
    ("day", "value"),
    [("2018-01-01", 5), ("2019-06-01", 5), ("2025-12-31", 5), ("2026-01-01", 4), ("2030-01-01", 4)],
)
def test_the_newest_value_in_force_counts(day: str, value: float) -> None:
    """From its first day on; before any is in force, the earliest known."""
    assert load("made", date.fromisoformat(day))["cancels"] == value


def test_the_office_may_set_its_own_with_a_reason() -> None:
    """From its day on, of the same day above the shipped one, the last said of a day; older days as before."""
    day = date(2026, 1, 1)
    set_own("made", "cancels", 3, since=day, source="과장 결재", by="김담당")
    set_own("made", "cancels", 2, since=day, source="다시 결재", by="김담당")
    in_force = load("made", day)
    assert in_force["cancels"] == 2
    assert in_force.about["cancels"] == Limit("cancels", "취소 횟수", 2, "회", day, "다시 결재", "김담당")
    assert load("made", date(2025, 12, 31))["cancels"] == 5
    assert dict(in_force).keys() == {"cancels", "amount"}
    assert [limit.value for limit in own("made")] == [3, 2]


def test_a_newer_notice_outranks_an_older_own_value() -> None:
    """The office's value of 2025 does not silently outlive the notice of 2026."""
    set_own("made", "cancels", 9, since=date(2025, 1, 1), source="결재", by="김담당")
    assert load("made", date(2025, 6, 1))["cancels"] == 9
    assert load("made", date(2026, 6, 1))["cancels"] == 4


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf")])
def test_a_value_that_is_none_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="0 이상"):
        set_own("made", "amount", value, since=date(2026, 1, 1), source="결재", by="김")
    assert own("made") == []


def test_no_reason_no_change() -> None:
    """And a threshold nobody ships cannot be set."""
    with pytest.raises(ValueError, match="근거"):
        set_own("made", "amount", 1, since=date(2026, 1, 1), source="  ", by="김")
    with pytest.raises(KeyError):
        set_own("made", "없음", 1, since=date(2026, 1, 1), source="결재", by="김")
    assert own("made") == []
