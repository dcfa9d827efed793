"""What warehouses answer, and how soon they make up for what they missed."""

from datetime import date

import pytest

from lib.entries.bonded_cargo import answers, demo, screen


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1", "처리완료"), (" 1번", "처리완료"), ("l", "처리완료"), ("방금 신고했어요", "처리완료"), ("1 늦어서 죄송합니다", "처리완료"), ("2 내일 처리예정", "확인중"),
        ("운송사에 확인해보겠습니다", "확인중"), ("담당자 바뀌었습니다", "담당 아님"), ("3", "담당 아님"), ("12", answers.OTHER), ("전화 주세요", answers.OTHER), ("?", answers.OTHER),
    ],
)  # fmt: skip
def test_a_reply_is_read_by_its_code_else_by_its_words(text: str, meant: str) -> None:
    assert answers.meaning(text) == meant


def test_replies_belong_to_warehouses_and_cures_are_faster_once_messages_began() -> None:
    made = demo.world(9)
    duties = screen.screen(made.tables, as_of=demo.END)
    replies = answers.read(made.tables["replies"], duties.warehouses)
    assert replies["shed"].notna().mean() > 0.9
    assert replies["received_at"].is_monotonic_decreasing
    agreed = duties.warehouses["consent"].fillna(False).astype(bool)
    cured = answers.cured(duties.items, date(2026, 4, 15), duties.warehouses.loc[agreed, "shed"])
    assert (cured["hours"].dropna() > 0).all()
    middle = cured.groupby(["told", "when"])["hours"].median()
    assert middle[True, answers.AFTER] < 0.8 * middle[True, answers.BEFORE], "planted for those who agreed to be told"
    by = answers.by_warehouse(duties.items, replies)
    assert by["missed"].between(0, 1).all()
    assert by["items"].sum() > 500
