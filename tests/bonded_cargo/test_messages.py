"""What a warehouse is told: it fits the gateways byte for byte, names no cargo in full, and threatens nobody."""

import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.entries.bonded_cargo.messages import LMS, SMS, SUBJECT, Notice, fits, fitting, masked, size, write

DAY = date(2026, 6, 30)
CARGO = "26KE0012345-0012-0003"
anything = st.text(st.characters(codec="utf-8") | st.sampled_from("가똠펲쀄힣→“—😀\u200d\ufe0f\u3000\r\n\tÅé㎏①€₩"))


def notice(number: int = 12345, rule: str = "R1", stage: str = "D-3", due: date | None = date(2026, 7, 3)) -> Notice:
    return Notice(f"item{number}", rule, stage, CARGO, f"HB{number:08d}", due, "04077013", "04026C0012345")  # type: ignore[arg-type]


notices = st.builds(
    notice,
    st.integers(0, 99_999_999),
    st.sampled_from(["R1", "R2", "R3", "R5", "R6", "R7"]),
    st.sampled_from(["D-3", "D-1", "overdue"]),
    st.dates(DAY - timedelta(60), DAY + timedelta(60)),
)


@given(anything)
def test_a_fitting_text_is_counted_as_the_gateways_count_it(text):
    plain = fitting(text)
    assert all(map(fits, plain))
    assert size(plain) == len(plain.encode("euc_kr"))
    assert plain.encode("euc_kr").decode("euc_kr") == plain
    assert fitting(plain) == plain
    assert fitting(unicodedata.normalize("NFD", text)) == fitting(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("예시항공터미널 A동 12-3", "예시항공터미널 A동 12-3"),
        ("“예시”의 ‘물류’ – 1～2 — 끝", "\"예시\"의 '물류' - 1~2 - 끝"),
        ("Ａ－１（주）　예시", "A-1(주) 예시"),
        ("㈜예시 → ㎏·℃ ➔ ①", "㈜예시 → ㎏·℃ → ①"),
        ("확인😀👨‍👩‍👧 바랍니다✅", "확인 바랍니다"),
        ("펲시 똠양꿍", "페ㅍ시 또ㅁ양꿍"),
        ("Café naïve ﬁ ½", "Cafe naive fi ½"),
        ("₩1,000 €5", "￦1,000 EUR5"),
        ("각\u0000\u200b\ufeff", "각"),
        ("龘 ภ", "□ □"),
        ("줄\r\n바꿈\r끝", "줄\n바꿈\n끝"),
    ],
)
def test_what_phones_cannot_show_is_told_plainly(text, told):
    assert fitting(text) == told


def test_a_syllable_outside_the_standard_is_spelled_out():
    """Python's own codec would put it in eight bytes, which no phone reads."""
    assert len("똠".encode("euc_kr")) == 8
    assert (fitting("똠"), size(fitting("똠"))) == ("또ㅁ", 4)
    assert fitting("펲시㈜") == "페ㅍ시㈜"
    assert fitting("쀄") == "□"  # nothing to spell it with


@given(st.lists(notices, min_size=1, max_size=80), st.text(max_size=300), st.text(max_size=60))
def test_a_message_always_fits_and_says_how_many_it_leaves_out(items, warehouse, office):
    written = write(warehouse, items, DAY, office)
    assert all(map(fits, written.body + written.subject))
    assert written.bytes == len(written.body.encode("euc_kr")) <= {"SMS": SMS, "LMS": LMS}[written.kind]
    assert size(written.subject) <= (SUBJECT if written.kind == "LMS" else 0)
    assert all(each.hbl not in written.body for each in items)
    assert not any(threat in written.body for threat in ("과태료", "벌금", "처벌", "위반", "제재"))
    assert "자율점검" in written.body
    if written.kind == "LMS":
        assert f"아래 {len(items)}건" in written.body
        told = [line for line in written.body.split("\n") if "****" in line and line[0].isdigit()]
        left = [line for line in written.body.split("\n") if line.startswith("외 ") and line.endswith("건")]
        assert len(told) + (int(left[0][2:-1]) if left else 0) == len(items)
        assert written.body.endswith("1 처리완료, 2 확인중, 3 담당 아님")


def test_one_notice_is_a_short_message():
    written = write("예시항공터미널", [notice()], DAY, "인천공항세관")
    assert written == (
        "",
        "[인천공항세관 자율점검]HB0****345 반입신고 기한 7/3(금). 회신:1처리완료 2확인중 3담당아님",
        "SMS",
        ("item12345",),
    )
    assert written.bytes <= 90
    assert write("예시", [notice()], DAY, "부산세관").body.startswith("[부산세관 자율점검]예시 HB")
    for rule in ("R1", "R2", "R3", "R5", "R6", "R7"):
        assert write("예시", [notice(rule=rule, stage="overdue")], DAY, "인천공항세관").kind == "SMS"
    assert write("예시", [notice(9)], DAY, "아주 긴 이름을 가진 어느 세관 통관지원과 보세화물 담당").kind == "LMS"


def test_a_list_puts_what_can_still_be_met_first():
    items = [
        notice(1, "R1", "D-3", date(2026, 7, 3)),
        notice(2, "R5", "D-1", date(2026, 7, 1)),
        notice(3, "R1", "overdue", date(2026, 6, 26)),
        notice(4, "R6", "overdue", None),
    ]
    written = write("예시항공터미널", items, DAY, "인천공항세관")
    assert (written.kind, written.subject) == ("LMS", "[인천공항세관] 보세화물 자율점검 안내")
    assert [line for line in written.body.split("\n") if line[:1].isdigit()][:5] == [
        "6/30(화) 아침 기준으로 아래 4건의 신고 내역을 스스로 점검하여 주시기 바랍니다.",
        "1. HB0****002 수입신고수리물품 반출기한 7/1(수), 1일 전",
        "2. HB0****001 보세운송 도착 반입신고 기한 7/3(금), 3일 전",
        "3. HB0****003 보세운송 도착 반입신고 확인(기한 6/26(금) 지남)",
        "4. HB0****004 반출·반입 포장개수 확인",
    ]
    assert write("예시항공터미널", items[::-1], DAY, "인천공항세관") == written


def test_only_what_a_message_names_counts_as_told():
    many = [notice(i, "R1", "overdue", DAY - timedelta(3)) for i in range(120)]
    soon = [notice(500 + i, "R1", "D-1", DAY + timedelta(1)) for i in range(10)]
    written = write("예시항공터미널", many + soon, DAY, "인천공항세관", phone="032-000-0000")
    assert written.bytes <= LMS
    assert {n.item for n in soon} < {*written.told}
    named = [line for line in written.body.split("\n") if "****" in line]
    assert len(named) == len(written.told) < 130
    assert f"외 {130 - len(named)}건" in written.body
    assert written.body.endswith("문의: 032-000-0000")


def test_one_overdue_notice_names_its_day():
    told = write("예시", [notice(stage="overdue", due=date(2026, 6, 26))], DAY, "인천공항세관")
    said = "[인천공항세관 자율점검]HB0****345 6/26기한 반입신고 확인. 회신:1처리완료 2확인중 3담당아님"
    assert (told.bytes, told.body) == (90, said)


def test_numbers_are_masked():
    assert [masked(number) for number in ("HB00012345", CARGO, "ABC", "")] == [
        "HB0****345",
        CARGO[:-8] + "****" + CARGO[-4:],
        "A**",
        "",
    ]
    no_house = Notice("i", "R1", "D-1", CARGO, None, date(2026, 7, 1), "04077013")
    assert "26KE0012345-0****0003" in write("예시", [no_house] * 2, DAY, "인천공항세관").body


@pytest.mark.parametrize(
    ("rule", "stage", "due"), [("R4", "overdue", None), ("R9", "D-1", DAY), ("R1", "D-2", DAY), ("R1", "D-1", None)]
)
def test_criminal_reviews_and_unknown_rules_are_never_told(rule, stage, due):
    with pytest.raises(ValueError, match="item1"):
        notice(1, rule, stage, due)
