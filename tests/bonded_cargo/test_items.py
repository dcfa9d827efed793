"""What was missed as of a morning: against the made-up world's own truth, and by hand at the edges of each rule."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from lib import workdays
from lib.entries.bonded_cargo import demo, items
from lib.entries.bonded_cargo.tables import schema
from lib.screening import limits as limits_of
from lib.tables.engine import connect

A, B, C = "04077013", "03012028", "02011001"
CARGO = "26KE0012345-0012-0003"


@pytest.mark.parametrize("seed", [9, 5])
def test_every_miss_is_found_on_its_morning_and_nobody_else_is_named(seed: int) -> None:
    made = demo.world(seed)
    for back in (0, 17, 45):
        as_of = demo.END - timedelta(days=back)
        found = judged(made.tables, as_of)
        told = found[found["state"].isin([items.OVERDUE, items.REVIEW])]
        truth = demo.missed(made.truth, as_of).to_pandas()
        truth["cargo"] = truth["cargo_no"].str.replace("-", "")
        missed, named = ({*zip(rows["cargo"], rows["rule"], rows["shed"], strict=True)} for rows in (truth, told))
        late = {(cargo, shed) for cargo, rule, shed in named if rule == "R1"}
        hidden = {one for one in missed if one[1] == "R3" and (one[0], one[2]) in late}  # R1 alone is told of it
        granted = (
            made.tables["changes"].to_pandas().query("kind == 'COR' and status == 'A'")["cargo_no"].str.replace("-", "")
        )
        mended = {
            one for one in missed if one[1] in ("R6", "R7") and one[0] in {*granted}
        }  # the truth knows no corrections
        assert named | mended == missed - hidden | mended
        due = told.merge(truth, on=["cargo", "rule", "shed"])
        assert (pd.to_datetime(due["due"]) == pd.to_datetime(due["due_on"])).all()


def test_a_term_that_ends_on_a_day_off_ends_on_the_next_working_day() -> None:
    assert workdays.ends(date(2026, 2, 14)) == date(2026, 2, 19), "Saturday before Seollal"
    assert workdays.ends(date(2026, 5, 1)) == date(2026, 5, 4), "근로자의 날"
    assert workdays.ends(date(2026, 3, 1)) == date(2026, 3, 3), "a substitute holiday"
    assert workdays.ends(date(2026, 6, 29)) == date(2026, 6, 29)


def test_words_that_only_speak_of_a_report_are_none() -> None:
    meant = {
        "보세운송 도착보고": "in", "보세운송 반입": "in", "수입신고수리 반출": "out", "보세운송 반출": "out", "반출통고": "", "반출기간 연장신청": "", "반입명령": "",
        "반입예정정보": "", "미반입": "", "보세운송 불승인": "", "수입신고 미수리": "", "수입신고 수리 보류": "", "보세운송 항목변경 승인": "changed",
        "보세운송신고 취하": "leg_off", "보세운송 취하 승인신청": "", "보세운송 승인신청": "asked", "입항전 보세운송신고 수리": "leg", "수입신고 수리전 반출승인": "early",
    }  # fmt: skip
    assert {kind: items.code_of(kind) for kind in meant} == meant


# by hand


Tables = dict[str, list[dict[str, Any]]]
Story = Iterator[tuple[tuple[date, Tables], dict[str, str] | set[tuple[str, str]]]]
STORIES: list[Callable[[], Story]] = []


def story(told: Callable[[], Story]) -> Callable[[], Story]:
    """A story yields a morning and the state of each rule on it; what is met or not yet due is left out."""
    STORIES.append(told)
    return told


def judged(tables: dict[str, pa.Table], as_of: date) -> pd.DataFrame:
    engine = connect()
    return engine.frame(items.known(tables, engine, as_of, limits_of.load("bonded_cargo", as_of)).items)


class Life:
    """A consignment that goes from A to B by air, accepted on Thursday 4 June 2026: due on the 9th."""

    def __init__(self, **leg: Any) -> None:
        self.events: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []
        self.sheds: dict[str, dict[str, Any]] = {shed: {"shed": shed, "name": shed, "phone": None, "listed": True} for shed in (A, B, C)}  # fmt: skip
        self.add("적재화물목록 제출", (6, 3, 1), shed=None)
        self.add("반입신고", (6, 3, 4), shed=A)
        self.add("보세운송 신고 수리", (6, 4, 10), shed=A, **{"declaration_no": "T1", "from_shed": A, "to_shed": B, "mode": "A", "packages": 10} | leg)  # fmt: skip

    def add(self, kind: str, at: tuple[int, int, int], shed: str | None = A, **said: Any) -> None:
        moment = datetime(2026, at[0], at[1], at[2])
        self.events.append({"event_no": str(len(self.events)), "cargo_no": CARGO, "kind": kind, "shed": shed, "processed_at": moment, **said})  # fmt: skip

    def change(self, kind: str, status: str = "A", **said: Any) -> None:
        self.changes.append({"change_no": str(len(self.changes)), "cargo_no": CARGO, "kind": kind, "status": status, "filed_at": datetime(2026, 6, 5), **said})  # fmt: skip

    def on(self, day: int, month: int = 6) -> tuple[date, Tables]:
        """What is reported so far, and a morning."""
        rows = {"events": self.events, "changes": self.changes, "warehouses": [*self.sheds.values()]}
        return date(2026, month, day), {name: [{**row} for row in many] for name, many in rows.items()}


@story
def a_transport_is_warned_of_then_overdue_and_a_late_report_cures_it() -> Story:
    life = Life()
    yield life.on(5), {}
    yield life.on(6), {"R1": items.FAR}
    yield life.on(8), {"R1": items.NEAR}
    yield life.on(9), {"R1": items.NEAR}  # the last day is not over
    yield life.on(10), {"R1": items.OVERDUE}
    life.add("반입신고", (6, 12, 10), shed=B, packages=10)
    life.add("반출신고", (6, 9, 10), shed=A, packages=10)
    yield life.on(15), {"R1": items.CURED, "R3": items.CURED}


@story
def the_term_depends_on_the_mode_and_on_a_prior_declaration() -> Story:
    """The sea term ends on Sunday the 14th, and so on Monday the 15th."""
    for leg, due in (
        ({"mode": "S"}, 15),
        ({"mode": None}, 15),
        ({"prior": True}, 15),
        ({"mode": "S", "prior": True}, 19),
    ):
        yield Life(**leg).on(due), {"R1": items.NEAR}
        yield Life(**leg).on(due + 1), {"R1": items.OVERDUE}


@story
def an_extension_moves_the_day_and_a_refused_one_does_not() -> Story:
    for status, state in (("A", {}), ("R", {"R1": items.OVERDUE}), ("P", {"R1": items.OVERDUE})):
        life = Life()
        life.change("EXT", status, until=date(2026, 6, 17))
        yield life.on(11), state


@story
def what_is_withdrawn_exempt_being_corrected_or_done_by_machine_is_left_out() -> Story:
    for change in (("WDR", "A"), ("EXM", "A"), ("COR", "P")):
        life = Life()
        life.change(*change)
        yield life.on(11), {"R1": items.EXCLUDED}
    for told in ({"self_managed": True}, {"auto_report": True}, {"zone": "Z1"}):
        life = Life()
        life.sheds[B] |= told
        life.sheds[A] |= {"zone": told.get("zone")}
        yield life.on(11), {"R1": items.EXCLUDED}
    life = Life()
    life.change("COR", "A")
    yield life.on(11), {"R1": items.OVERDUE}  # a correction that is done excuses nothing


@story
def in_without_out_and_out_without_in() -> Story:
    life = Life()
    life.add("반입신고", (6, 5, 10), shed=B, packages=10)
    yield life.on(5, 6), {}
    yield life.on(6), {"R2": items.OVERDUE}
    life = Life()
    life.add("반출신고", (6, 5, 8), packages=10)
    yield life.on(6), {"R1": items.FAR, "R3": items.OVERDUE}
    yield life.on(10), {"R1": items.OVERDUE}  # told once, as the graver one


@story
def lots_are_counted_together_and_too_many_at_once() -> Story:
    life = Life()
    for day, count in ((5, 4), (6, 6)):
        life.add("반출신고", (6, day, 8), packages=count)
        life.add("반입신고", (6, day, 12), shed=B, packages=count)
    yield life.on(11), {}
    life.add("반입신고", (6, 7, 12), shed=B, packages=2)
    yield life.on(8), {"R6": items.OVERDUE}


@story
def a_move_without_a_transport_goes_to_a_person() -> Story:
    life = Life()
    life.events = life.events[:2]
    life.add("반출신고", (6, 4, 8))
    life.add("반입신고", (6, 4, 12), shed=C)
    yield life.on(5), {"R4": items.REVIEW}
    life.sheds[A]["site"] = life.sheds[C]["site"] = "S1"
    yield life.on(5), {}  # within one place of business


@story
def cleared_goods_leave_in_fifteen_days_where_that_is_required() -> Story:
    life = Life()
    life.events = life.events[:2]
    life.add("수입신고수리", (6, 5, 9), declaration_no="I1")
    yield life.on(22), {"R5": items.NEAR}  # the 20th is a Saturday
    yield life.on(23), {"R5": items.OVERDUE}
    life.sheds[A]["listed"] = False
    yield life.on(23), {}


@story
def a_day_without_an_hour_accuses_nobody_of_the_wrong_order() -> Story:
    life = Life()
    life.add("반출신고", (6, 4, 14), packages=10, moved_at=datetime(2026, 6, 4))
    life.add("반입신고", (6, 4, 18), shed=B, packages=10, moved_at=datetime(2026, 6, 4))
    yield life.on(5), {}  # accepted at ten, left the same day
    life = Life()
    life.add("반출신고", (6, 4, 14), packages=10, moved_at=datetime(2026, 6, 3))
    life.add("반입신고", (6, 5, 18), shed=B, packages=10, moved_at=datetime(2026, 6, 5))
    yield life.on(6), {"R7": items.OVERDUE, "R3": items.CURED}  # the day before


@story
def a_report_given_twice_counts_once() -> Story:
    life = Life()
    life.add("반출신고", (6, 5, 8), packages=10)
    for _ in range(2):
        life.add("반입신고", (6, 5, 12), shed=B, packages=10)
    yield life.on(11), {}
    life = Life()
    life.add("반출신고", (6, 5, 8), packages=10)
    for _ in range(2):
        life.add("반입신고", (6, 5, 12), shed=B, packages=5)
    yield life.on(11), {"R1": items.OVERDUE, "R6": items.OVERDUE}  # half of it is still missing


@story
def a_transport_withdrawn_is_none_and_moving_after_that_goes_to_a_person() -> Story:
    life = Life()
    life.add("보세운송신고 취하", (6, 5, 9), declaration_no="T1")
    yield life.on(11), {"R1": items.EXCLUDED}
    life.add("반출신고", (6, 6, 8), packages=10)
    life.add("반입신고", (6, 6, 12), shed=B, packages=10)
    yield life.on(11), {"R1": items.EXCLUDED, "R4": items.REVIEW}
    life = Life()
    life.change("WDR")  # of the fifth, naming no declaration
    life.add("보세운송 신고 수리", (6, 8, 10), declaration_no="T2", from_shed=A, to_shed=B, mode="A", packages=10)
    yield life.on(16), {("R1", items.EXCLUDED), ("R1", items.OVERDUE)}  # declared after the withdrawal


@story
def a_report_taken_back_counts_no_more() -> Story:
    life = Life()
    life.add("반출신고", (6, 5, 8), packages=10)
    life.add("반입신고", (6, 5, 12), shed=B, packages=10)
    life.add("반입신고 취하", (6, 5, 15), shed=B)
    yield life.on(11), {"R1": items.OVERDUE}


@story
def a_changed_goal_is_the_goal() -> Story:
    life = Life()
    life.add("보세운송 항목변경 승인", (6, 5, 9), declaration_no="T1", to_shed=C)
    life.add("반출신고", (6, 5, 10), packages=10)
    life.add("반입신고", (6, 5, 14), shed=C, packages=10)
    yield life.on(11), {}


@story
def two_transports_at_once_each_get_their_own_arrival() -> Story:
    life = Life(packages=5)
    life.add("보세운송 신고 수리", (6, 4, 11), declaration_no="T2", from_shed=A, to_shed=B, mode="A", packages=5)
    for hour in (8, 9):
        life.add("반출신고", (6, 5, hour), packages=5)
        life.add("반입신고", (6, 5, hour + 4), shed=B, packages=5)
    yield life.on(11), {}


@story
def part_of_the_cleared_goods_does_not_meet_the_term() -> Story:
    life = Life()
    life.events = life.events[:2]
    life.add("수입신고수리", (6, 5, 9), declaration_no="I1", packages=4)
    life.add("반출신고", (6, 8, 9), packages=4)
    yield life.on(9), {}
    life.add("수입신고수리", (6, 12, 9), declaration_no="I2", packages=6)
    yield life.on(15), {}  # what left under the first acceptance left rightly
    yield life.on(30), {"R5": items.OVERDUE}  # the other six are still there


@story
def leave_given_before_acceptance_is_leave() -> Story:
    life = Life()
    life.events = life.events[:2]
    life.add("수입신고 수리전 반출승인", (6, 5, 9))
    life.add("반출신고", (6, 5, 12), packages=10)
    life.add("수입신고수리", (6, 8, 9), declaration_no="I1", packages=10)
    yield life.on(30), {}


@story
def in_before_out_and_out_before_leave_was_given() -> Story:
    life = Life()
    life.add("반출신고", (6, 5, 12), packages=10, moved_at=datetime(2026, 6, 5, 11))
    life.add("반입신고", (6, 5, 13), shed=B, packages=10, moved_at=datetime(2026, 6, 5, 9))
    yield life.on(6), {"R7": items.OVERDUE}
    life.changes.append(
        {"change_no": "1", "cargo_no": CARGO, "kind": "COR", "status": "A", "filed_at": datetime(2026, 6, 8, 10)}
    )
    yield life.on(9), {"R7": items.CURED}  # put right by a correction
    life = Life()
    life.add("반출신고", (6, 4, 11), packages=10, moved_at=datetime(2026, 6, 4, 8))
    life.add("반입신고", (6, 4, 13), shed=B, packages=10)
    yield life.on(5), {"R7": items.OVERDUE}


@pytest.fixture(scope="module")
def states() -> dict[tuple[str, int], set[tuple[str, str]]]:
    """What is told at each step of each story: all steps of one morning are judged together, each with a consignment and sheds of its own."""
    mornings: dict[date, list[tuple[tuple[str, int], Tables]]] = defaultdict(list)
    for one in STORIES:
        for step, ((morning, tables), _) in enumerate(one()):
            mornings[morning].append(((one.__name__, step), tables))
    found: dict[tuple[str, int], set[tuple[str, str]]] = {}
    for morning, steps in mornings.items():
        tables = {
            name: pa.Table.from_pylist([_own(row, n) for n, (_, rows) in enumerate(steps) for row in rows[name]], schema(name))
            for name in ("events", "changes", "warehouses")
        }  # fmt: skip
        told = judged(tables, morning)
        told = told[~told["state"].isin([items.MET, items.PENDING])]
        for n, (step, _) in enumerate(steps):
            mine = told[told["cargo"] == _own({"cargo_no": CARGO}, n)["cargo_no"].replace("-", "")]
            found[step] = {*zip(mine["rule"], mine["state"], strict=True)}
    return found


def _own(row: dict[str, Any], n: int) -> dict[str, Any]:
    names = ("cargo_no", "event_no", "change_no", "shed", "from_shed", "to_shed", "zone", "site")
    return row | {name: f"{row[name]}-{n:03}" for name in names if row.get(name)}


@pytest.mark.parametrize("one", STORIES, ids=lambda one: one.__name__)
def test_what_is_told_of_a_consignment_on_a_morning(
    one: Callable[[], Story], states: dict[tuple[str, int], set[tuple[str, str]]]
) -> None:
    for step, ((morning, _), expected) in enumerate(one()):
        wanted = {*expected.items()} if isinstance(expected, dict) else expected
        assert states[one.__name__, step] == wanted, f"{morning}, step {step + 1}"
