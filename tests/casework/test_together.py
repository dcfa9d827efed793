"""Two officers at once: nobody's work is lost silently, nothing is made twice."""

import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lib.casework import CaseBook, Conflict, Kind, NotAllowed, Outcome, Status
from lib.settings import ROOT

HOLD = Outcome("hold", "통관보류", Status.ACTION)
RELEASE = Outcome("release", "통관")
COLLEAGUE = Path(__file__).with_name("colleague.py")


def at_once(*acts):
    """Each in its own thread, let go together; what each returned or raised."""
    gate = threading.Barrier(len(acts))

    def run(act):
        gate.wait()
        try:
            return act()
        except Conflict as conflict:
            return conflict

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_a_change_on_an_old_view_is_refused_and_says_who_did_what(book, finding):
    case, _ = book.register(finding(), by="김주무")
    book.assign(case.id, 1, "박주무", by="이주무")
    book.decide(case.id, 2, HOLD, by="박주무", note="성분 확인")
    with pytest.raises(Conflict) as refused:
        book.decide(case.id, 1, RELEASE, by="김주무")

    first, second = book.history(case.id)[1:]
    message = str(refused.value)
    assert f"이주무 님이 {first.when}에 담당자: 없음 → 박주무" in message
    assert f"박주무 님이 {second.when}에 처분: 없음 → 통관보류" in message
    assert "저장하지 않았습니다" in message
    assert (refused.value.case.version, refused.value.case.outcome) == (3, "hold")
    assert (book.case(case.id).outcome, len(book.history(case.id)), len(book.decisions(case.id))) == ("hold", 3, 1)


@pytest.mark.parametrize(
    "change",
    [
        lambda book, id: book.assign(id, 1, "김주무", by="김주무"),
        lambda book, id: book.move(id, 1, Status.REVIEW, by="김주무"),
        lambda book, id: book.decide(id, 1, HOLD, by="김주무"),
        lambda book, id: book.note(id, 1, "확인", by="김주무"),
        lambda book, id: book.correct(id, 1, {"수량": 1}, by="김주무"),
    ],
    ids=["assign", "move", "decide", "note", "correct"],
)
def test_every_change_checks_what_the_officer_saw(book, finding, change):
    case, _ = book.register(finding(), by="김주무")
    book.note(case.id, 1, "먼저", by="박주무")
    with pytest.raises(Conflict, match="박주무 님이"):
        change(book, case.id)
    assert len(book.history(case.id)) == book.case(case.id).version == 2


def test_of_two_officers_deciding_in_two_threads_one_is_told(book, finding):
    for round in range(10):
        case, _ = book.register(finding(f"s{round}"), by="김주무")
        results = at_once(
            lambda id=case.id: book.decide(id, 1, HOLD, by="김주무"),
            lambda id=case.id: book.decide(id, 1, RELEASE, by="박주무"),
        )
        (told,) = [result for result in results if isinstance(result, Conflict)]
        (won,) = [result for result in results if not isinstance(result, Conflict)]
        (decision,) = book.decisions(case.id)
        assert (won.outcome, decision.officer) in {("hold", "김주무"), ("release", "박주무")}
        assert book.case(case.id).outcome == decision.outcome == won.outcome
        assert f"{decision.officer} 님이" in str(told)
        assert [event.kind for event in book.history(case.id)] == [Kind.CREATED, Kind.DECIDED]


def test_of_two_officers_deciding_in_two_programs_one_is_told(book, database_url, finding):
    cases = [book.register(finding(f"s{n}"), by="김주무")[0].id for n in range(10)]
    officers = {
        name: subprocess.Popen(
            [sys.executable, COLLEAGUE, database_url, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        )
        for name in ("hold", "release")
    }
    for officer in officers.values():
        assert officer.stdout.readline() == "ready\n"
    for case_id in cases:
        for officer in officers.values():
            officer.stdin.write(f"{case_id}\n")
            officer.stdin.flush()
        answers = {name: officer.stdout.readline().strip() for name, officer in officers.items()}
        (winner,) = [name for name, answer in answers.items() if answer == "done"]
        (loser,) = [name for name, answer in answers.items() if answer != "done"]
        assert f"{winner} 님이" in answers[loser]
        assert [d.outcome for d in book.decisions(case_id)] == [winner] == [book.case(case_id).outcome]
    for officer in officers.values():
        officer.communicate(timeout=10)
        assert officer.returncode == 0


def test_a_case_is_not_taken_twice(book, finding):
    case, _ = book.register(finding(), by="김주무")
    takes = [lambda name=name: book.assign(case.id, 1, name, by=name) for name in ("박주무", "이주무", "최주무")]
    answers = at_once(*takes)
    (won,) = [one for one in answers if not isinstance(one, Conflict)]
    refused = [str(one) for one in answers if isinstance(one, Conflict)]
    assert len(refused) == 2
    assert all(f"{won.assignee} 님이" in told for told in refused)


def test_what_a_colleague_holds_is_taken_over_only_with_a_reason(book, finding):
    case, _ = book.register(finding(), by="김주무")
    case = book.assign(case.id, 1, "박주무", by="박주무")
    with pytest.raises(NotAllowed, match="박주무 님이 맡고 있습니다"):
        book.assign(case.id, 2, "이주무", by="이주무")
    assert book.assign(case.id, 2, "이주무", by="이주무", note="휴가 인계").assignee == "이주무"
    assert book.assign(case.id, 3, None, by="이주무").assignee is None


def test_many_officers_at_once_get_a_number_each_without_a_gap(book, finding):
    def five(officer):
        return [book.register(finding(f"{officer}-{n}"), by="김주무")[0].number for n in range(5)]

    numbers = [number for five_numbers in at_once(*(lambda o=o: five(o) for o in range(6))) for number in five_numbers]
    assert sorted(int(number[-6:]) for number in numbers) == list(range(1, 31))
    assert all(len(book.history(case.id)) == 1 for case in book.cases())


def test_the_same_finding_by_many_at_once_is_one_case(book, finding):
    for round in range(5):
        results = at_once(*(lambda r=round: book.register(finding(f"s{r}"), by="김주무") for _ in range(6)))
        assert len({case.id for case, _ in results}) == 1
        assert [new for _, new in results].count(True) == 1
        assert book.count(subject=f"s{round}") == 1
    assert [case.number[-6:] for case in book.cases()] == [f"00000{n}" for n in (5, 4, 3, 2, 1)]


def test_a_program_starting_while_another_writes_waits_for_it(tmp_path):
    file = tmp_path / "cases.sqlite"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    later = threading.Timer(0.3, other.execute, ["COMMIT"])
    later.start()
    with CaseBook.open(f"sqlite:///{file}") as book:
        assert book.count() == 0
    later.join()
    other.close()


def test_programs_starting_at_once_on_nothing_make_one_case_book(database_url, finding):
    def start():
        return CaseBook.open(database_url)

    books = at_once(*[start] * 8)
    cases = [book.register(finding(), by="김주무")[0].id for book in books]
    assert len(set(cases)) == 1
    for book in books:
        book.close()
