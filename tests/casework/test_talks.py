"""Questions and answers are kept per officer; what went wrong reaches the office; what it teaches is on record."""

from collections.abc import Iterator

import pytest

from lib.casework import NotAllowed, Talks

ANSWER = {"text": "기한은 30일입니다 [1].", "citations": [{"id": "예시법 제1조"}]}


@pytest.fixture
def talks(database_url: str) -> Iterator[Talks]:
    with Talks.open(database_url) as opened:
        yield opened


def test_each_officer_finds_their_own_conversations_again(talks: Talks) -> None:
    talks.asked("audit", "가", "언제까지 내나요?", ANSWER, abstained=False, by="김주무")
    talks.asked("audit", "가", "늦으면요?", ANSWER, abstained=False, by="김주무")
    talks.asked("audit", "나", "환급은요?\0", ANSWER, abstained=False, by="김주무")
    talks.asked("audit", "다", "비밀 질문", ANSWER, abstained=False, by="이주무")
    assert [(one.title, one.questions) for one in talks.history("audit", by="김주무")] == [
        ("환급은요?", 1),
        ("언제까지 내나요?", 2),
    ]
    assert [one.answer for one in talks.talk("audit", "가", by="김주무")] == [ANSWER, ANSWER]
    assert talks.talk("audit", "다", by="김주무") == []
    talks.hide("audit", "가", by="이주무")
    assert len(talks.history("audit", by="김주무")) == 2, "nobody hides another's conversation"
    talks.hide("audit", "가", by="김주무")
    assert [one.id for one in talks.history("audit", by="김주무")] == ["나"]


def test_what_went_wrong_becomes_a_worklist_until_it_is_settled(talks: Talks) -> None:
    fine = talks.asked("audit", "가", "좋은 답", ANSWER, abstained=False, by="김주무")
    bad = talks.asked("audit", "가", "나쁜 답", ANSWER, abstained=False, by="김주무")
    for words in ("모르는 말", "모르는  말", "다른 말"):
        talks.asked("audit", "가", words, {}, abstained=True, by="이주무")
    talks.judge(fine.id, good=False, by="김주무")
    talks.judge(fine.id, good=True, by="김주무")
    talks.judge(bad.id, good=False, reason="다른 조문입니다", by="김주무")
    assert talks.opinions([fine.id, bad.id], by="김주무") == {fine.id: True, bad.id: False}
    told = talks.complaints("audit")
    assert [(one.text, one.times, one.unanswered, one.reasons) for one in told] == [
        ("모르는  말", 2, True, ()),
        ("다른 말", 1, True, ()),
        ("나쁜 답", 1, False, ("다른 조문입니다",)),
    ]
    talks.settle(told[0].ids, "조문을 이어 줌", by="감사관")
    assert [one.text for one in talks.complaints("audit")] == ["다른 말", "나쁜 답"]
    with pytest.raises(NotAllowed):
        talks.settle(told[1].ids, " ", by="감사관")
    with pytest.raises(NotAllowed):
        talks.judge(10**6, good=True, by="김주무")


def test_a_lesson_stands_until_it_is_taken_back_and_stays_on_record(talks: Talks) -> None:
    one = talks.teach("audit", "term", "삥땅", "관세포탈", by="감사관")
    assert talks.teach("audit", "term", "삥땅 ", "관세포탈", by="동료").id == one.id
    with pytest.raises(NotAllowed):
        talks.teach("audit", "term", "", "관세포탈", by="감사관")
    talks.withdraw(one.id, by="동료")
    assert talks.lessons("audit") == []
    (kept,) = talks.lessons("audit", withdrawn=True)
    assert (kept.officer, kept.withdrawn_by) == ("감사관", "동료")
