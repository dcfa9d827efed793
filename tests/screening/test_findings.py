"""A finding an officer cannot defend does not exist."""

import dataclasses
import json

import pytest

from lib.screening import Evidence, Finding, Reason

ROW = Evidence("수입신고", "41234-26-000001", {"금액": 1_000_000})
REASON = Reason("rule:1", "신고 금액과 지급 금액이 다릅니다.", (ROW,), "관세법 제270조")


def test_reason_without_evidence_is_refused() -> None:
    with pytest.raises(ValueError, match="rule:2"):
        Reason("rule:2", "근거 행이 없는 사유", ())


def test_finding_without_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="buyer-7"):
        Finding("duty_free", "buyer-7", "제목", "high", ())


def test_refused_also_when_changed_afterwards() -> None:
    found = Finding("duty_free", "buyer-7", "제목", "high", (REASON,))
    with pytest.raises(ValueError, match="buyer-7"):
        dataclasses.replace(found, reasons=())
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.reasons = ()  # type: ignore[misc]


def test_finding_can_be_kept_as_json_without_loss() -> None:
    found = Finding("duty_free", "buyer-7", "제목", "high", (REASON,), 0.8, {"구매건수": 12})
    kept = json.loads(json.dumps(found.as_dict(), ensure_ascii=False))
    assert kept["reasons"][0]["evidence"] == [
        {"source": "수입신고", "key": "41234-26-000001", "detail": {"금액": 1_000_000}}
    ]
    assert kept["reasons"][0]["legal_basis"] == "관세법 제270조"
    assert (kept["entry"], kept["subject"], kept["score"], kept["facts"]) == (
        "duty_free",
        "buyer-7",
        0.8,
        {"구매건수": 12},
    )
