"""The plain form of every indicator is seen and told with its rows; who only looks alike is left in peace, and it is said why."""

from collections.abc import Mapping

import pyarrow as pa
import pytest

from lib.entries.fetch import ledger, screen
from lib.entries.fetch.tables import OPTIONAL
from lib.screening import model as models
from lib.screening.limits import load
from tests.fetch import made_by_hand
from tests.fetch.made_by_hand import AS_OF, Market

Tables = Mapping[str, pa.Table]
TIER = {grade: n for n, grade in enumerate(screen.GRADES)}
WATCH, LOOK = TIER["관찰"], TIER["확인"]
MARKET = made_by_hand.market()
CASES = list(dict.fromkeys(case.kind for case in MARKET.cases.values()))
HONEST = list(dict.fromkeys(honest.kind for honest in MARKET.honest.values()))
WORTH = load("fetch", AS_OF)["worth_part"]


def _marked(kinds: list[str]) -> list[object]:
    return [pytest.param(kind, name, id=f"{kind}-{name}") for kind in kinds for name in ("rules", "model")]


@pytest.fixture(scope="module")
def market() -> Market:
    return MARKET


@pytest.fixture(scope="module")
def tables(market: Market) -> Tables:
    return made_by_hand.tables(market)


@pytest.fixture(scope="module")
def lists(tables: Tables) -> Mapping[str, screen.Firms]:
    found = {"rules": screen.screen(tables, as_of=AS_OF)}
    if model := models.current("fetch"):
        found["model"] = screen.screen(tables, as_of=AS_OF, model=model)
    return found


def _listed(lists: Mapping[str, screen.Firms], name: str) -> screen.Firms:
    if name not in lists:
        pytest.skip("no trained model")
    return lists[name]


def _tiers(listed: screen.Firms) -> Mapping[str, int]:
    return dict(zip(listed.rows["subject"], listed.rows["grade"].map(TIER), strict=True))


@pytest.mark.parametrize(("kind", "name"), _marked(CASES))
def test_an_indicator_is_graded_and_told_with_its_rows(
    market: Market, lists: Mapping[str, screen.Firms], kind: str, name: str
) -> None:
    listed = _listed(lists, name)
    tiers = _tiers(listed)
    for firm, case in market.cases.items():
        if case.kind != kind:
            continue
        found = listed.explain(listed.rows[listed.rows["subject"] == firm].iloc[0])
        reasons = {reason.code: reason for reason in found.reasons}
        assert f"rule_{case.told}" in reasons, list(reasons)
        shown = {row.key for row in reasons[f"rule_{case.told}"].evidence}
        assert set(case.rows) <= shown, set(case.rows) - shown
        assert tiers[firm] <= (WATCH if case.faint else LOOK), (found.grade, found.score, found.facts["points"])


@pytest.mark.parametrize(("kind", "name"), _marked(HONEST))
def test_who_looks_alike_is_watched_at_most_and_it_is_said_why(
    market: Market, lists: Mapping[str, screen.Firms], kind: str, name: str
) -> None:
    listed = _listed(lists, name)
    tiers, rows, done = _tiers(listed), listed.rows.set_index("subject"), listed.reconciled
    for firm, honest in market.honest.items():
        if honest.kind != kind:
            continue
        says = set(done.of("left", firm)["code"]) | set(done.of("matches", firm)["how"])
        assert set(honest.says) <= says, says
        most = 1.5 * WORTH if "부도" in kind else 0.1 * WORTH  # what one buyer owes is open; nothing else is
        assert rows.loc[firm, "unexplained_krw"] < most
        held = [rule.code for rule in listed.rules if rows.loc[firm, f"rule_{rule.code}"]]
        assert tiers[firm] >= WATCH, (rows.loc[firm, ["grade", "score", "points"]].to_dict(), held)


@pytest.mark.parametrize("name", ["rules", "model"])
def test_ordinary_firms_are_left_alone(market: Market, lists: Mapping[str, screen.Firms], name: str) -> None:
    tiers = _tiers(_listed(lists, name))
    assert len(market.ordinary) == 25
    assert min(tiers[firm] for firm in market.ordinary) >= WATCH
    assert sum(tiers[firm] == WATCH for firm in market.ordinary) <= (0 if name == "rules" else 5)


def test_what_the_data_explain_is_among_the_facts(market: Market, lists: Mapping[str, screen.Firms]) -> None:
    for firm, honest in market.honest.items():
        if honest.kind not in ("중계무역", "신고된 상계", "위탁판매", "계절 선급", "아직 기한 전"):
            continue
        listed = lists["rules"]
        clearing = listed.explain(listed.rows[listed.rows["subject"] == firm].iloc[0]).facts["clearing"]
        wanted = screen.residuals.CODES[honest.says[0]][1]
        assert any(wanted in text for text in clearing), (honest.kind, clearing)


def test_files_that_may_be_left_out_change_nothing_for_those_who_need_them_not(
    market: Market, lists: Mapping[str, screen.Firms]
) -> None:
    fewer = screen.screen(made_by_hand.tables(market, OPTIONAL), as_of=AS_OF)
    before, after = _tiers(lists["rules"]), _tiers(fewer)
    needed = {"financed", "double"}
    moved = {
        case.kind: (before[firm], after[firm])
        for firm, case in market.cases.items()
        if case.told not in needed and abs(before[firm] - after[firm]) > 0
    }
    assert moved == {}
    assert all(after[firm] >= WATCH for firm in market.ordinary)
    assert "환율" in fewer.caveat


def test_no_row_is_lost_on_the_way(market: Market, tables: Tables) -> None:
    kept = ledger.keep(tables, AS_OF)
    assert kept.aside.empty
    assert len(kept.declared) == len(market.rows["exports"]) + len(market.rows["imports"])
    assert len(kept.paid) == len(market.rows["payments"])
