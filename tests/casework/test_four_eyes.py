"""Where two must decide, one proposes and another approves; nobody approves their own."""

import pytest

from lib.casework import CaseBook, Conflict, NotAllowed, Outcome, Status
from lib.settings import settings

HOLD = Outcome("hold", "통관보류", Status.ACTION)


@pytest.fixture
def case(book, finding, monkeypatch):
    monkeypatch.setenv("AX_FOUR_EYES", '["hazard_photo"]')
    settings.cache_clear()
    return book.register(finding(), by="김주무")[0]


def test_a_proposal_decides_nothing_until_another_approves(book: CaseBook, case):
    proposed = book.decide(case.id, 1, HOLD, by="김주무", note="성분 확인")
    assert (proposed.status, proposed.outcome) == (Status.NEW, None)
    assert book.decisions(case.id) == []
    assert book.labels("hazard_photo") == []
    with pytest.raises(NotAllowed, match="자신이 제안한"):
        book.approve(case.id, 2, by="김주무")
    done = book.approve(case.id, 2, by="박계장")
    assert (done.status, done.outcome_label, done.proposed) == (Status.ACTION, "통관보류", None)
    (decision,) = book.decisions(case.id)
    assert (decision.officer, decision.proposed_by, decision.note) == ("박계장", "김주무", "성분 확인")
    assert [event.text for event in book.history(case.id)][1:] == [
        "처분 제안: 없음 → 통관보류 / 성분 확인",
        "처분: 없음 → 통관보류, 상태: 신규 → 조치, 처분 제안: 통관보류 → 없음 / 성분 확인",
    ]


def test_two_who_approve_at_once_make_one_decision(book: CaseBook, case):
    book.decide(case.id, 1, HOLD, by="김주무")
    book.approve(case.id, 2, by="박계장")
    with pytest.raises(Conflict, match="박계장 님이"):
        book.approve(case.id, 2, by="이과장")
    assert len(book.decisions(case.id)) == 1


def test_a_proposal_is_sent_back_with_a_reason(book: CaseBook, case):
    book.decide(case.id, 1, HOLD, by="김주무")
    with pytest.raises(NotAllowed, match="사유"):
        book.turn_down(case.id, 2, by="박계장", note=" ")
    assert book.turn_down(case.id, 2, by="박계장", note="성분표 재촬영").proposed is None
    with pytest.raises(NotAllowed, match="승인을 기다리는 처분이 없습니다"):
        book.approve(case.id, 3, by="박계장")


def test_facts_corrected_meanwhile_undo_the_proposal(book: CaseBook, case):
    book.decide(case.id, 1, HOLD, by="김주무")
    assert book.correct(case.id, 2, {"수량": 300}, by="이주무").proposed is None


def test_other_entries_are_decided_by_one(book: CaseBook, case, finding):
    other, _ = book.register(finding(entry="fetch", subject="F1"), by="김주무")
    assert book.decide(other.id, 1, HOLD, by="김주무").outcome == "hold"
