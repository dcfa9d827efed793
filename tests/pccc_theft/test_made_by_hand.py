"""The plain form of every indicator is seen and told with its rows; who is known to be harmless is left in peace."""

from collections.abc import Mapping

import pandas as pd
import pyarrow as pa
import pytest

from lib.entries.pccc_theft import judging, rules, screen
from lib.screening.model import Model
from lib.screening.ranking import Ranking
from lib.settings import MODELS
from tests.pccc_theft import made_by_hand
from tests.pccc_theft.made_by_hand import AS_OF, DECEMBER, SEPTEMBER, House

Tables = Mapping[str, pa.Table]
TIER = {grade: n for n, grade in enumerate(rules.GRADES)}
WATCH, SUSPECT = TIER[rules.WATCH], TIER[rules.SUSPECT]


@pytest.fixture(scope="module")
def house() -> House:
    return made_by_hand.house()


@pytest.fixture(scope="module")
def tables(house: House) -> Tables:
    return made_by_hand.tables(house)


@pytest.fixture(scope="module", params=["rules", "model"])
def listed(request: pytest.FixtureRequest, tables: Tables) -> Ranking:
    return screen.screen(tables, as_of=AS_OF, model=_model(request.param))


def _model(name: str) -> Model | None:
    return Model.load(MODELS / "pccc_theft") if name == "model" else None


@pytest.fixture(scope="module")
def by_rules(tables: Tables) -> Ranking:
    return screen.screen(tables, as_of=AS_OF)


def _tiers(listed: Ranking) -> pd.DataFrame:
    rows = listed.rows.set_index("subject")
    return rows.assign(tier=rows["grade"].map(TIER), place=range(len(rows)))


def test_every_indicator_is_graded_and_two_together_are_suspect(house: House, listed: Ranking) -> None:
    found = _tiers(listed).loc[list(house.cases)]
    found["kind"] = [case.kind for case in house.cases.values()]
    least = [SUSPECT if case.combined else WATCH for case in house.cases.values()]
    missed = found[found["tier"] < least]
    assert missed.empty, missed[["kind", "grade", "score", "points"]]


def test_each_is_told_by_what_was_planted_with_its_rows(house: House, listed: Ranking) -> None:
    """By rules all at once, as a whole list is told; with a model the first of each kind, one by one as an officer opens them."""
    row = {str(row["subject"]): row for _, row in listed.rows.iterrows()}
    cases = house.cases
    if listed.model:
        firsts = {case.kind: pccc for pccc, case in reversed(cases.items())}
        cases = {pccc: cases[pccc] for pccc in firsts.values()}
    else:
        assert listed.gather
        listed.gather([*cases])
    for pccc, case in cases.items():
        reasons = {reason.code: reason for reason in listed.explain(row[pccc]).reasons}
        assert set(case.told) <= set(reasons), (case.kind, list(reasons))
        shown = {e.key for code in case.told for e in reasons[code].evidence}
        assert set(case.rows) <= shown, (case.kind, set(case.rows) - shown)


def test_the_harmless_are_not_suspected(house: House, tables: Tables, by_rules: Ranking) -> None:
    december, september = (screen.screen(tables, as_of=as_of) for as_of in (DECEMBER, SEPTEMBER))
    for listed, kinds in ((by_rules, ""), (december, "선물철"), (september, "선물철 9월")):
        rows = _tiers(listed)
        known = [pccc for pccc, kind in house.benign.items() if pccc in rows.index and kind.startswith(kinds)]
        assert known
        suspected = rows.loc[known][rows.loc[known, "tier"] >= SUSPECT]
        assert suspected.empty, suspected[["grade", "score", "points"]]


def test_who_only_shares_a_forwarding_house_is_not_even_watched(house: House, by_rules: Ranking) -> None:
    rows = _tiers(by_rules)
    shared = [pccc for pccc, kind in house.benign.items() if kind in ("배대지", "회사")]
    assert (rows.loc[shared, "tier"] < WATCH).all()


def test_ordinary_people_are_left_alone(listed: Ranking) -> None:
    rows = _tiers(listed)
    ordinary = rows[rows.index.str.startswith("P3")]
    assert len(ordinary) > 100
    assert (ordinary["tier"] < WATCH).mean() > 0.98
    assert (ordinary["tier"] < SUSPECT).all()


def test_what_is_suspected_by_rules_stands_above_all_the_harmless(house: House, by_rules: Ranking) -> None:
    rows = _tiers(by_rules)
    combined = [pccc for pccc, case in house.cases.items() if case.combined]
    assert rows.loc[combined, "place"].max() < rows.loc[list(house.benign), "place"].min()


@pytest.mark.parametrize("name", ["rules", "model"])
def test_the_last_declaration_alone_is_judged_much_the_same(house: House, tables: Tables, name: str) -> None:
    model = _model(name)
    history = judging.History(tables)
    rows = _tiers(screen.screen(tables, as_of=AS_OF, model=model))
    parcels = {row["declaration_no"]: row for row in tables["parcels"].to_pylist()}
    last = {case.kind: pccc for pccc, case in house.cases.items()}  # of a group the one who came last
    for kind, pccc in last.items():
        if kind == "10 신고된 부호":
            continue  # reported only after its last declaration
        found = judging.judge_parcel(parcels[house.last[pccc][1]], history, model=model)
        assert abs(TIER[found.grade] - rows.loc[pccc, "tier"]) <= 1, (kind, found.grade, rows.loc[pccc, "grade"])
        assert found.grade != rules.NORMAL, kind
