"""What an officer is promised about a case: numbers, statuses, decisions, notes, history, lists."""

from datetime import UTC, datetime, timedelta

import pytest

from lib.casework import (
    KST,
    TRANSITIONS,
    CaseBook,
    Kind,
    NotAllowed,
    Outcome,
    Status,
    UnknownCase,
    as_rows,
)

HOLD = Outcome("hold", "통관보류", Status.ACTION)
RELEASE = Outcome("release", "통관")


def test_a_case_begins_with_its_finding_and_a_number_to_quote(book, finding):
    case, new = book.register(finding(), by="김주무")
    kept = book.case(case.number)

    assert new
    assert case.number == f"{datetime.now(KST).year}-HP-000001"
    assert (kept.entry, kept.subject, kept.title, kept.grade, kept.score) == (
        "hazard_photo",
        "b0a1",
        "그린커피 정",
        "위험",
        0.9,
    )
    assert (kept.status, kept.assignee, kept.outcome, kept.version) == (Status.NEW, None, None, 1)
    assert kept.facts == {"제품명": "그린커피", "수량": 3}
    assert kept.reasons[0]["text"] == "금지 성분이 적혀 있습니다"
    assert kept.reasons[0]["evidence"] == [{"source": "photo", "key": "b0a1", "detail": {}}]
    assert kept.created_by == "김주무"
    assert kept.created_at.utcoffset() == timedelta(0)
    assert datetime.now(UTC) - kept.created_at < timedelta(minutes=1)
    assert book.case(case.id).number == case.number


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("hazard_photo", "HP"),
        ("fetch", "FE"),
        ("address_reading", "AR"),
        ("bonded_cargo", "BC"),
        ("pccc_theft", "PT"),
        ("duty_free", "DF"),
        ("origin_laundering", "OL"),
        ("audit", "AU"),
    ],
)
def test_each_entry_numbers_its_own_cases(data_dir, finding, entry, code):
    with CaseBook.open() as book:
        numbers = [book.register(finding(s, entry=entry), by="김주무")[0].number for s in ("가", "나")]
    assert [number[5:] for number in numbers] == [f"{code}-000001", f"{code}-000002"]


def test_two_entries_with_the_same_initials_never_share_a_number(book, finding):
    first, _ = book.register(finding(entry="hazard_photo"), by="김주무")
    second, _ = book.register(finding(entry="home_parcels"), by="김주무")
    assert (first.number[-6:], second.number[-6:]) == ("000001", "000002")


def test_the_same_finding_again_is_the_same_case(book, finding):
    case, _ = book.register(finding(), by="김주무")
    book.assign(case.id, 1, "박주무", by="김주무")
    again, new = book.register(finding(title="다시 찍은 사진"), by="이주무")
    assert (again.id, again.title, again.assignee, new) == (case.id, "그린커피 정", "박주무", False)
    assert len(book.history(case.id)) == 2
    assert book.register(finding("다른 사진"), by="이주무")[1]
    assert book.register(finding(entry="audit"), by="이주무")[1]


def test_after_a_closed_case_a_new_one_names_it(book, finding):
    earlier, _ = book.register(finding(), by="김주무")
    book.decide(earlier.id, 1, RELEASE, by="김주무")
    later, new = book.register(finding(), by="박주무")
    assert new
    assert later.id != earlier.id
    assert book.history(later.id)[0].note == f"이전 건 {earlier.number} (통관)"
    with pytest.raises(NotAllowed, match=f"{later.number} 건이 진행 중"):
        book.move(earlier.id, 2, Status.REVIEW, by="김주무", note="재검토")
    corrected = book.decide(earlier.id, 2, Outcome("none", "해당 없음"), by="김주무", note="오기")
    assert corrected.outcome == "none"


def test_a_field_officer_decides_a_new_case_on_the_spot(book, finding):
    case, _ = book.register(finding(), by="김주무")
    decided = book.decide(case.id, case.version, HOLD, by="김주무", note="성분 확인")
    kept = book.case(case.id)
    assert (decided.status, decided.outcome, decided.outcome_label, decided.version) == (
        (kept.status, kept.outcome, kept.outcome_label, kept.version)
    )
    assert (kept.status, kept.outcome, kept.outcome_label) == (Status.ACTION, "hold", "통관보류")
    (decision,) = book.decisions(case.id)
    assert (decision.officer, decision.outcome, decision.note) == ("김주무", "hold", "성분 확인")
    event = book.history(case.id)[-1]
    assert (event.kind, event.by, event.at, event.version) == (Kind.DECIDED, "김주무", decision.at, decision.version)
    assert event.text == "처분: 없음 → 통관보류, 상태: 신규 → 조치 / 성분 확인"


def test_a_corrected_decision_keeps_the_earlier_one(book, finding):
    case, _ = book.register(finding(), by="김주무")
    book.decide(case.id, 1, RELEASE, by="김주무")
    with pytest.raises(NotAllowed, match="사유를 메모에"):
        book.decide(case.id, 2, Outcome("destroy", "폐기"), by="박주무", note="  ")
    book.decide(case.id, 2, Outcome("destroy", "폐기"), by="박주무", note="성분 재확인")
    assert book.case(case.id).outcome == "destroy"
    assert [(d.officer, d.outcome) for d in book.decisions(case.id)] == [("김주무", "release"), ("박주무", "destroy")]
    assert [e.text for e in book.history(case.id)][1:] == [
        "처분: 없음 → 통관, 상태: 신규 → 종결",
        "처분: 통관 → 폐기 / 성분 재확인",
    ]


@pytest.mark.parametrize("start", list(Status))
@pytest.mark.parametrize("to", list(Status))
def test_only_the_transitions_of_the_table_happen(data_dir, finding, start, to):
    with CaseBook.open() as book:
        case, _ = book.register(finding(), by="김주무")
        if start != Status.NEW:
            case = book.decide(case.id, 1, RELEASE if start == Status.CLOSED else HOLD, by="김주무")
        if start == Status.REVIEW:
            case = book.move(case.id, case.version, Status.CLOSED, by="김주무")
            case = book.move(case.id, case.version, Status.REVIEW, by="김주무", note="재검토")
        before = book.history(case.id)
        if to in TRANSITIONS[start] and (start, to) != (Status.NEW, Status.CLOSED):
            assert book.move(case.id, case.version, to, by="김주무", note="사유").status == to
            assert book.case(case.id).status == to
        else:
            with pytest.raises(NotAllowed):
                book.move(case.id, case.version, to, by="김주무", note="사유")
            assert book.case(case.id).status == start
            assert len(book.history(case.id)) == len(before)


def test_the_transition_table_is_what_officers_were_told():
    told = {
        "신규": {"검토", "조치", "종결"},
        "검토": {"조치", "종결"},
        "조치": {"종결"},
        "종결": {"검토"},
    }
    assert {a.label: {b.label for b in to} for a, to in TRANSITIONS.items()} == told


def test_a_refusal_says_what_is_possible(book, finding):
    case, _ = book.register(finding(), by="김주무")
    book.move(case.id, 1, Status.REVIEW, by="김주무")
    with pytest.raises(NotAllowed, match=r"검토 상태에서 신규.*가능한 상태: 조치, 종결"):
        book.move(case.id, 2, Status.NEW, by="김주무")


def test_no_case_is_closed_without_a_decision(book, finding):
    case, _ = book.register(finding(), by="김주무")
    with pytest.raises(NotAllowed, match="처분을 먼저"):
        book.move(case.id, 1, Status.CLOSED, by="김주무")
    assert book.case(case.id).status == Status.NEW


def test_reopening_needs_a_reason_and_keeps_the_outcome_until_decided_again(book, finding):
    case, _ = book.register(finding(), by="김주무")
    book.decide(case.id, 1, RELEASE, by="김주무")
    with pytest.raises(NotAllowed, match="사유를 메모에"):
        book.move(case.id, 2, Status.REVIEW, by="김주무")
    reopened = book.move(case.id, 2, Status.REVIEW, by="김주무", note="추가 제보")
    assert (reopened.status, reopened.outcome) == (Status.REVIEW, "release")


def test_assignment_note_and_correction_are_on_record(book, finding):
    case, _ = book.register(finding(), by="김주무")
    book.assign(case.id, 1, "박주무", by="김주무")
    book.assign(case.id, 2, None, by="박주무", note="휴가")
    book.note(case.id, 3, "수입자와 통화함", by="이주무")
    book.correct(case.id, 4, {"수량": 5, "원산지": "중국"}, by="이주무", note="사진 재확인")
    assert book.case(case.id).facts == {"제품명": "그린커피", "수량": 5, "원산지": "중국"}
    assert [(e.version, e.by, e.text) for e in book.history(case.id)] == [
        (1, "김주무", "접수"),
        (2, "김주무", "담당자: 없음 → 박주무"),
        (3, "박주무", "담당자: 박주무 → 없음 / 휴가"),
        (4, "이주무", "메모 / 수입자와 통화함"),
        (5, "이주무", "수량: 3 → 5, 원산지: 없음 → 중국 / 사진 재확인"),
    ]
    assert book.history(case.id)[-1].old == {"facts": {"수량": 3}}


@pytest.mark.parametrize("empty", ["", "   ", "\0"])
def test_nothing_is_done_by_nobody_nor_noted_empty(data_dir, finding, empty):
    with CaseBook.open() as book:
        with pytest.raises(NotAllowed, match="이름"):
            book.register(finding(), by=empty)
        case, _ = book.register(finding(), by="김주무")
        with pytest.raises(NotAllowed, match="이름"):
            book.decide(case.id, 1, HOLD, by=empty)
        with pytest.raises(NotAllowed, match="메모"):
            book.note(case.id, 1, empty, by="김주무")
        assert book.case(case.id).version == 1


def test_pasted_text_no_database_can_hold_is_kept_readable(book, finding):
    case, _ = book.register(finding(facts={"값": float("nan")}), by="김주무")
    book.note(case.id, 1, "NUL\0 과 \ud800 그리고 'DROP TABLE; %s %(x)s 🐕'", by="김주무")
    assert book.history(case.id)[-1].note == "NUL 과 ? 그리고 'DROP TABLE; %s %(x)s 🐕'"
    assert book.case(case.id).facts == {"값": None}


def test_an_unknown_case_is_said_so(book):
    for look in (
        lambda: book.case("2026-HP-999999"),
        lambda: book.case(77),
        lambda: book.note(77, 1, "?", by="김주무"),
    ):
        with pytest.raises(UnknownCase, match="찾을 수 없습니다"):
            look()


def test_lists_are_filtered_and_newest_first(book, finding):
    ids = [book.register(finding(f"s{n}", title=f"제품 {n}"), by="김주무")[0].id for n in range(5)]
    other = book.register(finding("s0", entry="audit", title="100%_감사"), by="김주무")[0].id
    book.assign(ids[1], 1, "박주무", by="김주무")
    book.decide(ids[2], 1, RELEASE, by="김주무")
    book.correct(ids[3], 1, {"제품명": "요힘빈"}, by="김주무")

    def listed(**wanted):
        found = [case.id for case in book.cases(**wanted)]
        assert book.count(**wanted) == len(found)
        return found

    assert listed() == [other, *reversed(ids)]
    assert listed(entry="audit") == [other]
    assert listed(status=Status.CLOSED) == [ids[2]]
    assert listed(entry="hazard_photo", status=[Status.NEW, Status.CLOSED]) == list(reversed(ids))
    assert listed(status=[]) == []
    assert listed(assignee="박주무") == [ids[1]]
    assert listed(subject="s0") == [other, ids[0]]
    assert listed(text="제품 4") == [ids[4]]
    assert listed(text="요힘빈") == [ids[3]]
    assert listed(text="통관") == [ids[2]]
    assert listed(text="000003") == [ids[2]]
    assert listed(text="100%_") == [other]
    assert listed(text="%_%") == []
    assert [case.id for case in book.cases(limit=2, offset=1)] == [ids[4], ids[3]]
    assert [case.id for case in book.cases(limit=None, offset=4)] == [ids[1], ids[0]]


def test_the_home_page_counts_what_is_not_closed(book, finding):
    assert book.open_counts() == {}
    for n in range(3):
        book.register(finding(f"s{n}"), by="김주무")
    done, _ = book.register(finding("끝"), by="김주무")
    book.decide(done.id, 1, RELEASE, by="김주무")
    book.register(finding(entry="audit"), by="김주무")
    assert book.open_counts() == {"hazard_photo": 3, "audit": 1}


def test_decisions_come_back_as_labels(book, finding):
    held, _ = book.register(finding("보류"), by="김주무")
    book.decide(held.id, 1, HOLD, by="김주무")
    corrected, _ = book.register(finding("정정"), by="김주무")
    book.decide(corrected.id, 1, RELEASE, by="김주무")
    book.decide(corrected.id, 2, Outcome("destroy", "폐기"), by="김주무", note="오인")
    doubted, _ = book.register(finding("재검토"), by="김주무")
    book.decide(doubted.id, 1, RELEASE, by="김주무")
    book.move(doubted.id, 2, Status.REVIEW, by="김주무", note="제보")
    book.register(finding("미결"), by="김주무")
    elsewhere, _ = book.register(finding(entry="audit"), by="김주무")
    book.decide(elsewhere.id, 1, RELEASE, by="김주무")

    labels = {label.subject: label for label in book.labels("hazard_photo")}
    assert {subject: label.outcome for subject, label in labels.items()} == {"보류": "hold", "정정": "destroy"}
    assert labels["정정"].decided_at == book.decisions(corrected.id)[-1].at
    assert labels["정정"].decided_at.utcoffset() == timedelta(0)


def test_the_case_list_leaves_as_flat_korean_rows(book, finding):
    case, _ = book.register(finding(), by="김주무")
    case = book.decide(case.id, 1, HOLD, by="박주무")
    (row,) = as_rows([case], {"hazard_photo": "해외불법 식의약품"})
    assert row["건번호"] == case.number
    assert (row["업무"], row["제목"], row["등급"], row["상태"]) == ("해외불법 식의약품", "그린커피 정", "위험", "조치")
    assert (row["담당자"], row["처분"], row["사유"]) == ("", "통관보류", "금지 성분이 적혀 있습니다")
    assert row["접수일시(KST)"] == f"{case.created_at + timedelta(hours=9):%Y-%m-%d %H:%M:%S}"
    assert all(value is None or isinstance(value, str | float) for value in row.values())


def test_an_outcome_leads_somewhere():
    for wrong in (("", "통관", Status.CLOSED), ("pass", "", Status.CLOSED), ("pass", "통관", Status.REVIEW)):
        with pytest.raises(ValueError, match="outcome"):
            Outcome(*wrong)
