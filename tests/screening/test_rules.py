"""Rules on a feature table, and the rows an officer takes away from a ranked list."""

from datetime import date

import ibis
import pandas as pd
import pytest

from lib.screening import Evidence, Finding, Reason
from lib.screening.limits import Limit, Limits
from lib.screening.ranking import Ranking, as_rows
from lib.screening.rules import Rule, apply

LIMITS = Limits({"cancels": Limit("cancels", "취소 횟수", 5, "회", date(2019, 6, 1), "고시")})
RULES = (
    Rule(
        "cancels",
        "취소 반복",
        40,
        "관세법",
        lambda t, limits: t.cancels >= limits["cancels"],
        lambda row, limits: "취소",
    ),
    Rule("amount", "큰 금액", 30, "", lambda t, limits: t.amount >= 100, lambda row, limits: "금액"),
    Rule("group", "단체 관광", -60, "", lambda t, limits: t.group, lambda row, limits: "단체", clears=True),
)


def flagged(**columns: list[object]) -> pd.DataFrame:
    return ibis.duckdb.connect().execute(apply(RULES, ibis.memtable(pd.DataFrame(columns)), LIMITS))


def test_rules_hold_at_their_limit_and_points_add_up() -> None:
    """4 against 5 cancellations; what speaks for a subject takes points away, never below none."""
    table = flagged(cancels=[4, 5, 5, 0], amount=[99.0, 100.0, 0.0, 0.0], group=[False, False, True, True])
    assert table["rule_cancels"].tolist() == [False, True, True, False]
    assert table["rule_amount"].tolist() == [False, True, False, False]
    assert table["points"].tolist() == [0, 70, 0, 0]


def test_what_is_not_known_flags_nobody() -> None:
    """A missing value neither flags nor clears, and never makes the points unknown."""
    table = flagged(cancels=[None, 7.0], amount=[None, None], group=[None, False])
    assert table["rule_cancels"].tolist() == [False, True]
    assert not table[["rule_amount", "rule_group"]].any().any()
    assert table["points"].tolist() == [0, 40]


def finding(subject: str) -> Finding:
    reasons = (
        Reason("cancels", "취소 7회", (Evidence("reservations", "R1"), Evidence("reservations", "R2")), "관세법 제1조"),
        Reason("model_amount", "금액", (Evidence("purchases", "P1"), Evidence("reservations", "R1"))),
    )
    return Finding("made", subject, "홍*동", "확인", reasons, score=0.123456)


def test_rows_for_a_sheet_carry_reasons_law_and_evidence() -> None:
    """One line a finding; each evidence row named once."""
    assert as_rows([finding("a")]) == [
        {
            "subject": "a",
            "score": 0.1235,
            "grade": "확인",
            "title": "홍*동",
            "reasons": "1. 취소 7회\n2. 금액",
            "legal_basis": "관세법 제1조",
            "evidence": "reservations:R1; reservations:R2; purchases:P1",
        }
    ]


def test_a_ranking_explains_only_what_is_asked() -> None:
    """The top, or one subject by name; an unknown one is an error, not somebody else."""
    asked: list[str] = []

    def explain(row: "pd.Series[object]") -> Finding:
        asked.append(str(row["subject"]))
        return finding(str(row["subject"]))

    rows = pd.DataFrame({"subject": ["a", "b", "c"], "score": [0.9, 0.5, 0.1]})
    ranking = Ranking("made", date(2026, 7, 1), "rules", rows, (), RULES, LIMITS, explain)
    assert [one.subject for one in ranking.findings(2)] == ["a", "b"]
    assert ranking.finding("c").subject == "c"
    assert asked == ["a", "b", "c"]
    with pytest.raises(KeyError):
        ranking.finding("d")
