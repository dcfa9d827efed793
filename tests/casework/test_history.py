"""Whatever officers do in whatever order, the history tells exactly how the case came to stand as it does."""

import hypothesis.strategies as st
from hypothesis import settings as effort
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from lib.casework import DECIDED, TRANSITIONS, Conflict, Kind, NotAllowed, Outcome, Status

OFFICERS = st.sampled_from(["김주무", "박주무", "이주무"])
STATUSES = st.sampled_from(list(Status))
NOTES = st.sampled_from(["", "  ", "제보 확인", "재검토"])
OUTCOMES = st.builds(
    lambda code, to: Outcome(code, code.upper(), to),
    st.sampled_from(["hold", "release"]),
    st.sampled_from(sorted(DECIDED)),
)
FACTS = st.dictionaries(
    st.sampled_from(["제품명", "수량", "원산지"]),
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    max_size=2,
)
STALENESS = st.sampled_from([0] * 8 + [1, -1])


def test_history_replays_to_the_case_as_it_stands(book, finding):
    class Officers(RuleBasedStateMachine):
        @initialize()
        def open_case(self):
            self.subject = str(book.count())
            self.case, new = book.register(finding(self.subject), by="김주무")
            assert new

        def change(self, act, stale, allowed=True):
            """Acts on what the officer saw; returns nothing, and checks who is let through."""
            before = self.case
            try:
                act(before.id, before.version - stale)
                assert allowed
                assert not stale
            except Conflict:
                assert stale
            except NotAllowed:
                assert not allowed
                assert not stale
            self.case = book.case(before.id)
            assert self.case.version == before.version + (allowed and not stale)

        @rule(to=STATUSES, note=NOTES, by=OFFICERS, stale=STALENESS)
        def move(self, to, note, by, stale):
            now = self.case
            allowed = to in TRANSITIONS[now.status] and (now.status != Status.CLOSED or note.strip() != "")
            allowed = allowed and (to != Status.CLOSED or now.outcome is not None)
            self.change(lambda id, version: book.move(id, version, to, by=by, note=note), stale, allowed)

        @rule(outcome=OUTCOMES, note=NOTES, by=OFFICERS, stale=STALENESS)
        def decide(self, outcome, note, by, stale):
            now = self.case
            allowed = outcome.to in TRANSITIONS[now.status] | {now.status}
            allowed = allowed and (now.status != Status.CLOSED or note.strip() != "")
            self.change(lambda id, version: book.decide(id, version, outcome, by=by, note=note), stale, allowed)

        @rule(assignee=st.none() | OFFICERS, note=NOTES, by=OFFICERS, stale=STALENESS)
        def assign(self, assignee, note, by, stale):
            a_colleagues = self.case.assignee not in (None, by, assignee)
            allowed = not a_colleagues or note.strip() != ""
            self.change(lambda id, version: book.assign(id, version, assignee, by=by, note=note), stale, allowed)

        @rule(words=NOTES, by=OFFICERS, stale=STALENESS)
        def note(self, words, by, stale):
            self.change(lambda id, version: book.note(id, version, words, by=by), stale, words.strip() != "")

        @rule(facts=FACTS, by=OFFICERS, stale=STALENESS)
        def correct(self, facts, by, stale):
            self.change(lambda id, version: book.correct(id, version, facts, by=by), stale)

        @invariant()
        def history_tells_the_case(self):
            case, history = self.case, book.history(self.case.id)
            replayed = {"facts": {}}
            for event in history:
                facts = replayed["facts"] | event.new.get("facts", {})
                for field, value in event.old.items():
                    if field == "facts":
                        assert value.items() <= replayed["facts"].items()
                    else:
                        assert value == replayed[field]
                if "status" in event.new and event.kind != Kind.CREATED:
                    start, to = Status(event.old["status"]), Status(event.new["status"])
                    assert to in TRANSITIONS[start] or (to == start and event.kind == Kind.DECIDED)
                replayed |= event.new | {"facts": facts}
                assert event.text
            assert replayed == {field: getattr(case, field) for field in replayed}
            assert [event.version for event in history] == list(range(1, case.version + 1))
            assert case.updated_at == history[-1].at

        @invariant()
        def every_decision_has_its_event(self):
            decided = [e for e in book.history(self.case.id) if e.kind == Kind.DECIDED]
            decisions = book.decisions(self.case.id)
            assert [(d.version, d.officer, d.outcome, d.note, d.at) for d in decisions] == [
                (e.version, e.by, e.new["outcome"], e.note, e.at) for e in decided
            ]
            assert self.case.outcome == (decisions[-1].outcome if decisions else None)
            assert self.case.status != Status.CLOSED or decisions

    run_state_machine_as_test(
        Officers, settings=effort(max_examples=25, stateful_step_count=15, deadline=None, derandomize=True)
    )
