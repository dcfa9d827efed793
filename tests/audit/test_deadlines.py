"""The last day of a period, step by step: what an officer reads must be what the law reckons."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.entries.audit import cards, deadlines
from lib.entries.audit.deadlines import last_day, last_day_before, load, reckon
from lib.workdays import why_off

TODAY = date(2026, 7, 15)  # a Wednesday
DAY = timedelta(days=1)
DAYS = st.dates(date(1960, 1, 1), date(2080, 12, 31))

# question -> (rule's name begins so, start, last day, the counted day where a day off moved it)
GOLDEN = (
    ("2026년 6월 30일에 징계 요구를 받았는데 언제까지 이행해야 하나요?", "징계", "2026-06-30", "2026-07-31", None),
    ("시정 요구를 5월 4일에 받았습니다. 이행 기한이 언제인가요?", "징계·시정", "2026-05-04", "2026-06-04", None),
    ("변상 요구를 2026.4.10.에 통보받았는데 언제까지 이행해야 합니까", "변상", "2026-04-10", "2026-07-10", None),
    ("2026-04-01에 수출신고가 수리됐는데 언제까지 배에 실어야 하나요?", "수출물품", "2026-04-01", "2026-05-04", "2026-05-01"),
    ("주의 처분 요구를 받은 날이 4월 17일이면 언제까지 이행하나요", "주의", "2026-04-17", "2026-06-17", None),
    ("이행독촉서를 어제 받았는데 며칠 안에 회보해야 하나요", "이행독촉", "2026-07-14", "2026-07-24", None),
    ("감사 결과에 재심의를 신청하고 싶은데 통보는 6월 22일에 받았습니다. 아직 되나요?", "감사 처분", "2026-06-22", "2026-07-22", None),
    ("감사가 7월 3일에 끝났는데 감사 결과보고는 언제까지인가요", "감사 결과", "2026-07-03", "2026-07-23", None),
    ("8월 20일에 감사 시작인데 사전통보는 언제까지 해야 하나요", "감사의 사전통보", "2026-08-20", "2026-08-12", None),
    ("계약을 10월 16일에 하려는데 일상감사 의뢰는 언제까지 해야 합니까", "일상감사의", "2026-10-16", "2026-09-15", None),
    ("1월 15일에 신고납부했는데 보정신청 아직 할 수 있나요", "세액 보정", "2026-01-15", "2026-07-15", None),
    ("보정신청을 7월 10일에 했는데 납부는 언제까지 해야 하나요", "보정신청 세액", "2026-07-10", "2026-07-13", "2026-07-11"),
    ("최초 납세신고가 2021년 7월 20일인데 경정청구가 되나요?", "경정청구", "2021-07-20", "2026-07-20", None),
    ("판결이 5월 29일에 확정된 걸 알았는데 경정청구 기한은?", "판결", "2026-05-29", "2026-07-29", None),
    ("수입신고를 2021년 3월 10일에 했으면 부과 제척기간이 지났나요", "관세 부과제척기간(일반)", "2021-03-10", "2026-03-10", None),
    ("부정한 방법으로 포탈한 건의 제척기간은 언제 끝나나요. 수입신고는 2017-02-28입니다", "관세 부과제척기간(부정", "2017-02-28", "2027-02-28", None),
    ("지난주 금요일에 납부고지서를 받았는데 언제까지 내야 하나요", "납부고지", "2026-07-10", "2026-07-27", "2026-07-25"),
    ("6월 17일에 보세창고에 반입했는데 수입신고 기한이 언제인가요", "보세구역 반입", "2026-06-17", "2026-07-20", "2026-07-17"),
    ("과세전통지를 6월 30일에 받았는데 과세전적부심사 언제까지 내나요", "과세전적부심사의 청구", "2026-06-30", "2026-07-30", None),
    ("통고처분 통고서를 7월 2일에 송달받았습니다. 며칠까지 이행해야 하나요", "통고처분의 이행", "2026-07-02", "2026-07-20", "2026-07-17"),
    ("7월 15일에 심사청구하려는데 통지는 4월 15일에 받았어요. 늦었나요?", "심사청구", "2026-04-15", "2026-07-14", None),
    ("오늘 대금 청구를 받았는데 언제까지 줘야 하나요", "계약 대가", "2026-07-15", "2026-07-23", None),
    ("납품 완료통지를 7월 3일에 받았는데 검수는 며칠까지 해야 하나요", "계약 이행의 검사", "2026-07-03", "2026-07-20", "2026-07-17"),
    ("사흘 전에 처분사유 설명서를 받았는데 소청은 언제까지죠", "소청심사의 청구", "2026-07-12", "2026-08-11", None),
    ("징계시효가 지났나요? 비위는 2023년 3월 말에 있었습니다", "징계시효(그 밖", "2023-03-31", "2026-03-31", None),
)  # fmt: skip


def reckoned(question: str, today: date = TODAY) -> tuple[str, str, str, str | None]:
    told = reckon(question, today)
    assert len(told) == 1, [one.name for one in told]
    (one,) = told
    return one.name, str(one.start), str(one.last), str(one.moved_from) if one.moved_from else None


@pytest.mark.parametrize(("question", "name", "start", "last", "moved"), GOLDEN)
def test_a_question_is_answered_with_the_day(
    question: str, name: str, start: str, last: str, moved: str | None
) -> None:
    told = reckoned(question)
    assert told[0].startswith(name)
    assert told[1:] == (start, last, moved)


# Written after the code was finished
LATER = (
    ("작년 12월 말에 수리된 건인데 FTA 사후적용 신청 언제까지 되나요", "협정관세 사후적용", "2025-12-31", "2026-12-31", None),
    ("어제 민원인이 이의신청서를 냈어요. 결정은 언제까지 해야 하나요", "이의신청에 대한 결정", "2026-07-14", "2026-08-13", None),
    ("세관에서 6/29에 경정청구서를 접수했는데 처리기한이 어떻게 되죠", "경정청구에 대한", "2026-06-29", "2026-08-31", "2026-08-29"),
    ("수출신고가 6월 10일 수리됐는데 선적은 며칠까지 해야 하나요", "수출물품", "2026-06-10", "2026-07-10", None),
    ("8월 14일 해외출장에서 귀국하면 출장 결과보고서는 언제까지 내나요", "공무국외출장 결과보고서의 제출", "2026-08-14", "2026-09-14", "2026-09-13"),
    ("외부강의를 지난주 토요일에 마쳤는데 신고 기한이 며칠까지인가요", "외부강의", "2026-07-11", "2026-07-21", None),
    ("중앙징계위원회가 5월 20일에 징계의결 요구서를 접수했는데 언제까지 의결해야 하나요", "징계의결(중앙", "2026-05-20", "2026-07-20", "2026-07-19"),
    ("징계의결서를 7월 6일에 받았습니다. 징계처분은 언제까지 해야 합니까", "징계처분", "2026-07-06", "2026-07-21", None),
    ("과태료 부과 통지를 6월 1일 받았는데 이의제기 언제까지", "과태료", "2026-06-01", "2026-07-31", None),
    ("2026년 9월 1일이 제출마감일인데 입찰공고는 언제까지 올려야 하나요", "입찰공고", "2026-09-01", "2026-08-24", None),
    ("관세조사를 9월 14일에 시작하는데 사전통지는 언제까지 보내야 하나요", "관세조사의 사전통지", "2026-09-14", "2026-08-28", "2026-08-29"),
    ("수입신고 수리가 7월 1일인데 관세 납부는 언제까지 하면 되나요", "납세신고", "2026-07-01", "2026-07-16", None),
    ("재수출면세로 2025년 8월 3일 수리된 전시품, 언제까지 다시 내보내야 하나요", "재수출면세", "2025-08-03", "2026-08-03", None),
    ("지정장치장에 2월 28일 반입한 화물 장치기간이 끝났나요", "지정장치장", "2026-02-28", "2026-08-31", None),
    ("업체가 위약물품을 돌려보내려 하는데 수리일이 2025. 7. 14.입니다. 기한이 지났나요", "계약과 다른", "2025-07-14", "2026-07-14", None),
    ("그저께 업체가 상계처리했다는데 사후보고 기한이 언제예요", "상계", "2026-07-13", "2026-08-13", None),
    ("해외 부동산 취득대금을 3월 31일에 송금했는데 취득보고서 아직 안 늦었나요", "해외 부동산", "2026-03-31", "2026-06-30", None),
    ("낙찰통지를 7월 13일에 받은 업체가 계약보증금을 언제까지 내야 하죠", "낙찰 뒤", "2026-07-13", "2026-07-23", None),
    ("공매 통고를 5월 31일에 했는데 화주가 언제까지 수입해야 하나요", "매각 통고", "2026-05-31", "2026-06-30", None),
    ("8월 31일이 등록 유효기간 만료일인데 보세운송업자 등록갱신 신청은 언제까지 하나요", "보세운송업자", "2026-08-31", "2026-07-30", None),
    ("납품계약서에 계약일부터 45일 이내라고 되어 있고 계약일이 6월 8일이면 며칠까지인가요", "질문에서 말한 기간(45일)", "2026-06-08", "2026-07-23", None),
    ("행사 10일 전까지 신고하라는데 행사가 8월 5일이면 언제까지 해야 하나요", "질문에서 말한 기간(10일 전)", "2026-08-05", "2026-07-24", "2026-07-25"),
    ("한 달 전에 개선 요구 통보받은 건은 언제까지 조치해야 하나요", "주의·경고·개선", "2026-06-15", "2026-08-18", "2026-08-15"),
    ("5월 1일 수입신고, 5월 6일 수리, 보세구역에서 반출은 언제까지 해야 하나요", "수입신고 수리물품", "2026-05-06", "2026-05-21", None),
    ("금품 받은 게 2021년 8월 20일인데 징계 시효가 몇 년이고 언제 끝나나요", "징계시효(금품", "2021-08-20", "2026-08-20", None),
    ("감사원 심사청구도 90일인가요? 처분 통지 6.30.자로 받았습니다", "감사원 심사청구", "2026-06-30", "2026-09-28", None),
    ("감사 7일 전 통보인데 감사 시작이 8월 3일이면?", "감사의 사전통보", "2026-08-03", "2026-07-24", "2026-07-26"),
    ("제8조에 따라 2026년 6월 30일 고지받은 관세를 8월 1일에 냈는데 늦었나요", "납부고지", "2026-06-30", "2026-07-15", None),
    ("7월 15일에 면책 신청하려고 합니다. 감사는 7월 3일에 끝났고요. 기한 안인가요?", "적극행정", "2026-07-03", "2026-07-13", None),
    ("이의신청 결정을 5월 11일에 통지받았는데 심사청구는 언제까지 할 수 있나요", "이의신청 결정 뒤", "2026-05-11", "2026-08-10", "2026-08-09"),
    ("대금청구서가 12월 30일에 들어왔어요 지급기한은?", "계약 대가", "2025-12-30", "2026-01-07", None),
    ("베트남으로 7월 10일에 선적했는데 원산지증명서는 언제까지 발급하나요", "선적 뒤", "2026-07-10", "2026-07-14", None),
)  # fmt: skip
LATER_ASKED = (
    ("소청은 며칠 안에 내야 하나요?", "설명서를 받은 날"),
    ("감사 사전통보 기한이 며칠 전인가요?", "감사 시작일"),
    ("납부기한이 오늘까지인데 고지서를 언제 받았는지 모르겠어요 며칠까지 낼 수 있죠?", "납부고지를 받은 날"),
    ("4월 31일에 통지받은 과세전적부심사는 언제까지 내나요", "4월 31일"),
)
LATER_NOTHING = (
    "7월 1일에 새로 오신 과장님 이름이 뭐예요?",
    "6월 30일에 심사청구서를 받았다는 사실을 정리해 주세요",
    "보정기간이 지나면 어떻게 되나요",
    "보세운송 신고 절차를 알려 주세요",
    "2026년 6월 30일 기준 환율이 얼마인가요",
    "지난달 15일에 적발한 밀수 사건 벌금은 얼마까지 나오나요",
)


@pytest.mark.parametrize(("question", "name", "start", "last", "moved"), LATER)
def test_a_question_not_thought_of_is_answered_too(
    question: str, name: str, start: str, last: str, moved: str | None
) -> None:
    test_a_question_is_answered_with_the_day(question, name, start, last, moved)


@pytest.mark.parametrize(("question", "wanted"), LATER_ASKED)
def test_a_date_that_is_missing_is_asked_for(question: str, wanted: str) -> None:
    (one,) = reckon(question, TODAY)
    assert (one.start, one.last, one.moved_from, one.passed) == (None, None, None, None)
    assert wanted in one.text
    assert "알려 주시면" in one.text


@pytest.mark.parametrize("question", LATER_NOTHING)
def test_what_asks_for_no_time_limit_gets_none(question: str) -> None:
    assert reckon(question, TODAY) == ()


def test_each_step_is_told() -> None:
    (one,) = reckon("6월 17일에 보세창고에 반입했는데 수입신고 기한이 언제인가요", TODAY)
    assert (one.law, one.article, one.passed) == ("관세법", "제241조", False)
    for step in (
        "보세구역 반입일(장치일)이 2026년 6월 17일(수)이면", "「6월 17일」을 이날로 보았습니다", "첫날을 빼고(민법 제157조) 2026년 6월 18일(목)부터",
        "30일을 세어 2026년 7월 17일(금)", "제헌절이므로 다음 근무일인 2026년 7월 20일(월)로 미룹니다(관세법 제8조 제3항)", "현재 5일 남았습니다",
    ):  # fmt: skip
        assert step in one.text


@pytest.mark.parametrize(
    ("today", "said", "passed"),
    [
        (date(2026, 7, 30), "1일 남았습니다", False),
        (date(2026, 7, 31), "그 마지막 날입니다", False),
        (date(2026, 8, 1), "1일 지났습니다", True),
    ],
)
def test_it_says_whether_the_day_has_passed(today: date, said: str, passed: bool) -> None:
    (one,) = reckon("2026년 6월 30일에 징계 요구를 받았는데 언제까지 이행해야 하나요?", today)
    assert said in one.text
    assert one.passed is passed


def test_what_was_not_held_against_the_text_says_so() -> None:
    (old,) = reckon("이행독촉서를 어제 받았는데 며칠 안에 회보해야 하나요", TODAY)
    assert "확인 필요" in old.text
    assert "제1841호(2016-09-28)" in old.text
    (held,) = reckon("통고처분 통고서를 7월 2일에 송달받았습니다. 며칠까지 이행해야 하나요", TODAY)
    assert "확인 필요" not in held.text


def test_where_the_kind_is_not_said_each_is_told() -> None:
    told = reckon("처분요구서를 7월 1일에 받았는데 언제까지 이행하나요", TODAY)
    assert [one.last for one in told] == [date(2026, 10, 1), date(2026, 8, 3), date(2026, 9, 1)]


@pytest.mark.parametrize(
    ("today", "said", "start"),
    [
        (date(2027, 1, 5), "12월 20일에", date(2026, 12, 20)),
        (date(2026, 11, 23), "1월 10일에", date(2026, 1, 10)),
        (date(2026, 1, 2), "그저께", date(2025, 12, 31)),
        (date(2024, 3, 1), "어제", date(2024, 2, 29)),
        (date(2026, 3, 30), "지난달 말일에", date(2026, 2, 28)),
        (date(2026, 7, 15), "이번 달 3일에", date(2026, 7, 3)),
        (date(2026, 7, 15), "20260630에", date(2026, 6, 30)),
        (date(2026, 7, 15), "열흘 전에", date(2026, 7, 5)),
        (date(2026, 7, 15), "2주 전에", date(2026, 7, 1)),
        (date(2026, 7, 15), "지난 수요일에", date(2026, 7, 8)),
        (date(2026, 7, 15), "13일에", date(2026, 7, 13)),
        (date(2026, 7, 15), "28일에", date(2026, 6, 28)),
    ],
)
def test_days_as_people_say_them(today: date, said: str, start: date) -> None:
    (one,) = reckon(f"납부고지서를 {said} 받았는데 언제까지 내야 하나요", today)
    assert one.start == start


@pytest.mark.parametrize("question", ["2월 30일", "2026년 2월 29일", "2026.13.1.", "2026-06-31"])
def test_a_day_that_does_not_exist_is_told_and_not_guessed(question: str) -> None:
    (one,) = reckon(f"납부고지서를 {question}에 받았는데 언제까지 내야 하나요", TODAY)
    assert (one.start, one.last) == (None, None)
    assert "달력에 없는 날짜" in one.text


@pytest.mark.parametrize(
    "question",
    [
        "", "?" * 50_000, "보정 기한 언제까지 " * 20_000, "1" * 30_000 + "일 이내 언제까지", "2026.1.1. " * 9_000 + "보정신청 언제까지",
        "보정신청 기한 9999년 12월 31일 신고납부 언제까지", "보정신청 1900년 1월 1일 신고납부 언제까지", "언제까지 999년 이내 2026년 1월 1일부터",
        "\x00\u202e보정신청\ud800 언제까지 2026.6.30. 신고납부", "언제까지 999근무일 이내 2026년 1월 1일부터", "보정신청 0000.00.00. 언제까지", "보정신청 ٣월 ٣일 언제까지",
    ],
)  # fmt: skip
def test_any_text_is_answered_or_not_and_soon(question: str) -> None:
    for one in reckon(question, TODAY):
        assert one.last is None or deadlines.FIRST <= one.last.year <= deadlines.LAST
        assert one.text


# The arithmetic


@given(DAYS, st.integers(1, 24))
def test_months_end_where_they_began_or_at_the_month_end(start: date, n: int) -> None:
    last = last_day(start + DAY, n, "개월")
    months = (last.year - start.year) * 12 + last.month - start.month
    if (start + DAY).day == 1:  # counted from the first of a month: whole months
        assert (last + DAY).day == 1
        assert months == n
    else:
        assert last.day == start.day or ((last + DAY).day == 1 and last.day <= start.day)
        assert months == n
    assert last_day(start + DAY, 12 * n, "개월") == last_day(start + DAY, n, "년")


@given(DAYS, st.integers(1, 400))
def test_days_and_working_days(start: date, n: int) -> None:
    assert last_day(start + DAY, n, "일") - start == timedelta(days=n)
    assert (start - last_day_before(start, n, "일")).days == n + 1


@given(st.dates(date(2000, 1, 1), date(2040, 12, 31)), st.integers(1, 15))
def test_working_days_are_as_many_as_were_said(start: date, n: int) -> None:
    last = last_day(start + DAY, n, "근무일")
    between = [start + DAY * i for i in range(1, (last - start).days + 1)]
    assert sum(not why_off(day, customs=False) for day in between) == n
    assert not why_off(last, customs=False)


@given(st.dates(date(2000, 1, 1), date(2040, 12, 31)))
def test_no_last_day_that_is_moved_is_a_day_off(start: date) -> None:
    (one,) = reckon(f"납부고지서를 {start}에 받았는데 언제까지 내야 하나요", TODAY)
    assert one.last
    assert not why_off(one.last)
    counted = one.moved_from or one.last
    assert counted == start + DAY * 15
    assert all(why_off(counted + DAY * i) for i in range((one.last - counted).days))
    (back,) = reckon(f"{start}에 감사 시작인데 사전통보는 언제까지 하나요", TODAY)
    assert back.last
    assert back.last <= start - DAY * 8
    assert not why_off(back.last, customs=False)


@pytest.mark.parametrize(
    ("start", "n", "unit", "last"),
    [
        ("2026-01-31", 1, "개월", "2026-02-28"),
        ("2024-01-31", 1, "개월", "2024-02-29"),
        ("2026-01-30", 1, "개월", "2026-02-28"),
        ("2026-01-29", 1, "개월", "2026-02-28"),
        ("2026-02-28", 1, "개월", "2026-03-31"),
        ("2026-12-31", 2, "개월", "2027-02-28"),
        ("2024-02-28", 1, "년", "2025-02-28"),
        ("2024-02-29", 1, "년", "2025-02-28"),
        ("2023-02-28", 1, "년", "2024-02-29"),
        ("2025-12-31", 1, "일", "2026-01-01"),
    ],
)
def test_the_calendar_of_the_civil_code(start: str, n: int, unit: str, last: str) -> None:
    assert last_day(date.fromisoformat(start) + DAY, n, unit) == date.fromisoformat(last)


def test_labour_day_is_a_customs_day_off_alone_before_2026() -> None:
    assert (why_off(date(2025, 5, 1)), why_off(date(2025, 5, 1), customs=False)) == ("근로자의 날", "")
    assert why_off(date(2026, 5, 1), customs=False)


# The table


def test_the_periods_said_to_be_verified_are_those_of_our_cards() -> None:
    known = {card.id: " ".join([*card.deadlines, card.gist]) for card in cards.load()}
    units = {"근무일": ("근무일", "일"), "개월": ("개월", "월")}
    for term in load():
        if term.verified:
            text = known[f"{term.law} {term.article}"]
            wanted = [f"{term.n}{unit}" for unit in units.get(term.unit, (term.unit,))]
            assert any(one in text for one in wanted) or (term.n == 1 and "다음 날" in text), term.key


def test_the_table_is_whole() -> None:
    terms = load()
    assert len({term.key for term in terms}) == len(terms) > 100
    for term in terms:
        assert term.unit in ("일", "개월", "년", "근무일")
        assert term.moved in ("관세법", "민법", "아님")
        assert term.n > 0
        assert all(has and all(has) for has, _ in term.triggers)
        assert term.starts.rstrip(")").endswith(("날", "일", "등")) or "(" in term.starts
        if term.law == "관세청 감사에 관한 훈령":
            assert not term.verified
            assert "2016-09-28" in term.note
