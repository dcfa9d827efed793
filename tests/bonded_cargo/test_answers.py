"""What warehouses answer, and how soon they make up for what they missed."""

from datetime import date, datetime

import pandas as pd
import pyarrow as pa
import pytest

from lib.entries.bonded_cargo import answers, demo, screen
from lib.entries.bonded_cargo.tables import schema


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1", "처리완료"), (" 1번", "처리완료"), ("l", "처리완료"), ("방금 신고했어요", "처리완료"), ("1 늦어서 죄송합니다", "처리완료"), ("2 내일 처리예정", "확인중"),
        ("운송사에 확인해보겠습니다", "확인중"), ("담당자 바뀌었습니다", "담당 아님"), ("3", "담당 아님"), ("12", answers.OTHER), ("전화 주세요", answers.OTHER), ("?", answers.OTHER),
        ("１", "처리완료"), ("①", "처리완료"), ("넵! 신고 마쳤습니다", "처리완료"), ("3건 모두 신고했습니다", "처리완료"), ("걱정하지 마세요 처리했습니다", "처리완료"),
        ("아직 처리 못했습니다", "확인중"), ("처리 안 됐는데요", "확인중"), ("1시간 뒤 신고하겠습니다", "확인중"), ("3일 뒤 도착 예정", "확인중"), ("미처리", "확인중"),
        ("이직했어요", "담당 아님"), ("그만 보내세요", answers.STOP), ("수신거부", answers.STOP), ("문자 보내지 마세요", answers.STOP), ("계속 보내주세요", answers.RESUMED),
    ],
)  # fmt: skip
def test_a_reply_is_read_by_its_code_else_by_its_words(text: str, meant: str) -> None:
    assert answers.meaning(text) == meant


def replied(*told: tuple[str, str, str]) -> pd.DataFrame:
    """Warehouses 04077013 and 04077014 share a number, 03012028 has its own."""
    rows = [
        {"reply_no": str(n), "phone": phone, "received_at": datetime.fromisoformat(at), "text": text}
        for n, (phone, at, text) in enumerate(told)
    ]
    return answers.read(pa.Table.from_pylist(rows, schema("replies")), WAREHOUSES)


WAREHOUSES = pd.DataFrame(
    {
        "shed": ["04077013", "04077014", "03012028"],
        "name": ["가", "나", "다"],
        "phone": ["010-1111-0001", "01011110001", "010-1111-0003"],
    }
)


def test_whoever_says_stop_is_silent_at_all_its_warehouses_until_it_says_otherwise() -> None:
    stop = ("010 1111 0001", "2026-06-01T10:00", "수신거부")
    assert answers.silenced(replied(stop), WAREHOUSES) == dict.fromkeys(["04077013", "04077014"], answers.STOP)
    again = ("01011110001", "2026-06-03T10:00", "다시 보내 주세요")
    assert answers.silenced(replied(stop, again), WAREHOUSES) == {}
    assert answers.silenced(replied(stop, ("01011110001", "2026-06-03T10:00", "?")), WAREHOUSES), "that says nothing"
    moved = WAREHOUSES.assign(phone="010-2222-0000")
    assert answers.silenced(replied(stop), moved) == {}, "another number stands in the table now"


def test_a_warehouse_is_judged_by_what_followed_its_messages() -> None:
    """Two messages: one answered the same day and reported on, one neither."""
    at = pd.to_datetime(["2026-06-01 09:00", "2026-06-08 09:00"])
    told = pd.DataFrame({"shed": "03012028", "cargo": ["C1", "C2"], "sent_at": at.astype("datetime64[us]")})
    found = pd.DataFrame(
        {
            "shed": "03012028",
            "cargo": ["C1", "C2"],
            "rule": "R1",
            "out": None,
            "met": pd.to_datetime(["2026-06-02 09:00", None]),
        }
    )
    came = replied(("01011110003", "2026-06-01T11:00", "1"))
    row = answers.responses(found, told, came, date(2026, 6, 30)).iloc[0]
    assert (row["messages"], row["replied"], row["told"], row["reported"], row["hours_told"]) == (2, 0.5, 2, 0.5, 24)
    early = answers.responses(found, told, came, date(2026, 6, 10)).iloc[0]
    assert early["messages"] == 1, "the second has not had its three days yet"


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
    by = answers.by_warehouse(duties.items)
    assert by["missed"].between(0, 1).all()
    assert by["items"].sum() > 500
