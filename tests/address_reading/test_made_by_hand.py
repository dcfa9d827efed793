"""The plain form of every indicator is seen and told with its rows, its faint form is not; who is known to be harmless is
left in peace, and a place alone never makes a lead.
"""

from collections.abc import Mapping
from datetime import date

import pandas as pd
import pyarrow as pa
import pytest

from lib.entries.address_reading import rules
from lib.entries.address_reading.screen import Addresses, screen
from lib.screening.model import Model
from lib.settings import MODELS
from tests.address_reading import made_by_hand
from tests.address_reading.made_by_hand import AS_OF, CODES, House

Tables = Mapping[str, pa.Table]
LEVEL = {grade: n for n, grade in enumerate(reversed(rules.GRADES))}  # 0 for 해당없음
NOTHING, WATCH, SUSPECT, STRONG = range(4)


@pytest.fixture(scope="module")
def house() -> House:
    return made_by_hand.house()


@pytest.fixture(scope="module")
def tables(house: House) -> Tables:
    return house.tables()


@pytest.fixture(scope="module")
def listed(house: House, tables: Tables) -> Addresses:
    return screen(tables, as_of=AS_OF, reader=house.reader)


def _rows(listed: Addresses) -> pd.DataFrame:
    rows = listed.rows.set_index("subject")
    return rows.assign(level=rows["grade"].map(LEVEL), rank=range(len(rows)))


@pytest.mark.parametrize("code", CODES)
def test_an_indicator_in_its_plain_form_is_told_with_its_rows(code: str, house: House, listed: Addresses) -> None:
    places = [place for name, place in house.places.items() if name.startswith(f"plain {code}")]
    assert places
    for place in places:
        found = listed.finding(place.subject)
        reasons = {reason.code: reason for reason in found.reasons}
        assert f"rule_{code}" in reasons, list(reasons)
        told = reasons[f"rule_{code}"]
        assert told.legal_basis
        assert {e.key for e in told.evidence} >= set(place.rows)


@pytest.mark.parametrize("code", CODES)
def test_its_faint_form_is_not(code: str, house: House, listed: Addresses) -> None:
    rows = _rows(listed)
    for name, place in house.places.items():
        if name.startswith(f"faint {code}"):
            assert not rows.at[place.subject, f"rule_{code}"]
            assert rows.at[place.subject, "level"] == NOTHING, name


def test_a_place_alone_is_said_and_never_graded(house: House, listed: Addresses) -> None:
    rows = _rows(listed)
    for name in ("use", "words", "firm", "seller", "business", "registered", "postcode", "plea"):
        place = house.places[name]
        found = listed.finding(place.subject)
        assert f"rule_{name}" in {reason.code for reason in found.reasons}, name
        assert rows.at[place.subject, "points"] == 0
        assert rows.at[place.subject, "level"] == NOTHING
    assert not rows.at[house.places["closed"].subject, "rule_business"]


def test_beside_resale_the_place_counts(house: House, listed: Addresses) -> None:
    rows = _rows(listed)
    unknown, known = (rows.loc[house.places[name].subject] for name in ("resale", "resale at a seller's"))
    assert unknown["level"] == known["level"] == STRONG
    assert known["rank"] < unknown["rank"]
    assert known["premises"] > 0.8 > 0.1 > unknown["premises"]
    assert known["commercial"] == unknown["commercial"] > 0.8


def test_ways_of_writing_one_place_are_one_subject_shown_side_by_side(house: House, listed: Addresses) -> None:
    place = house.places["evasion"]
    found = listed.finding(place.subject)
    assert LEVEL[found.grade] >= SUSPECT
    spelled = {e.detail["영문 배송지"] for r in found.reasons if r.code == "rule_spellings" for e in r.evidence}
    assert len(spelled) == 10
    assert set(found.facts["spellings"]) == spelled
    assert not any("9989" in text for text in spelled)


def test_a_building_not_found_is_its_own_subject_and_says_so(house: House, listed: Addresses) -> None:
    rows = listed.rows[listed.rows["line"] == ""]
    assert len(rows) == 1
    found = listed.finding(rows["subject"].iloc[0])
    assert {"rule_unclear", "rule_near_limit"} <= {reason.code for reason in found.reasons}
    assert any("건물을 찾지 못해" in said for said in found.facts["clearing"])
    assert "찾지 못한 배송지 1곳" in listed.caveat


@pytest.mark.parametrize(
    "kind",
    ["workplace", "officetel", "forwarding", "locker", "dormitory", "public", "family", "hobby", "declared", "no_unit"],
)
def test_who_looks_alike_is_recognised_said_and_not_a_lead(kind: str, house: House, listed: Addresses) -> None:
    place = house.places[kind]
    row = _rows(listed).loc[place.subject]
    found = listed.finding(place.subject)
    text = next(rule.text(row, listed.limits) for rule in rules.RULES if rule.code == kind)
    assert text in found.facts["clearing"]
    assert row["level"] == NOTHING, (found.grade, [reason.text for reason in found.reasons])


@pytest.mark.parametrize("kind", ["dormitory", "locker", "forwarder"])
def test_a_word_in_the_address_clears_nobody(kind: str, house: House, listed: Addresses) -> None:
    found = listed.finding(house.places[f"false {kind}"].subject)
    assert LEVEL[found.grade] >= SUSPECT
    assert any("등급을 낮추지 않음" in said for said in found.facts["clearing"])


def test_the_shipped_model_loses_nothing_the_rules_see_and_suspects_nobody_harmless(
    house: House, tables: Tables
) -> None:
    rows = _rows(screen(tables, as_of=AS_OF, reader=house.reader, model=Model.load(MODELS / "address_reading")))
    found = [house.places[name].subject for name in ("resale", "resale at a seller's", "evasion", "false locker")]
    assert (rows.loc[found, "level"] >= SUSPECT).all()
    harmless = ("workplace", "officetel", "forwarding", "locker", "dormitory", "public", "family", "hobby", "declared")
    quiet = [place.subject for name, place in house.places.items() if name in harmless or name.startswith("home")]
    assert (rows.loc[quiet, "level"] == NOTHING).all()
    assert rows.loc[found, "rank"].max() < rows.loc[quiet, "rank"].min()


def test_ordinary_homes_are_left_alone_and_leads_come_first(house: House, listed: Addresses) -> None:
    rows = _rows(listed)
    homes = [place.subject for name, place in house.places.items() if name.startswith("home")]
    assert (rows.loc[homes, "level"] == NOTHING).all()
    assert rows["level"].is_monotonic_decreasing
    quiet = homes + [house.places[kind].subject for kind in ("workplace", "forwarding", "dormitory", "hobby", "family")]
    resold = [house.places[kind].subject for kind in ("resale", "resale at a seller's", "evasion", "false locker")]
    assert rows.loc[resold, "rank"].max() < rows.loc[quiet, "rank"].min()


def test_an_address_is_read_once_however_many_parcels_it_has(house: House, tables: Tables) -> None:
    house.reader.asked.clear()
    screen(tables, as_of=AS_OF, reader=house.reader)
    parcels = tables["parcels"].to_pandas()
    assert len(house.reader.asked) < len(parcels)
    english = [text for text in house.reader.asked if text in set(parcels["address"])]
    assert len(english) == len(parcels[["address", "postcode"]].drop_duplicates())


def test_only_the_window_up_to_the_day_counts(house: House, tables: Tables) -> None:
    early = screen(tables, as_of=AS_OF.replace(month=5, day=31), reader=house.reader)
    assert early.read["arrived_on"].max() <= date(2026, 5, 31)
    assert not early.rows["subject"].eq(house.places["use"].subject).any()


def test_registers_may_be_missing_and_it_is_said(house: House, tables: Tables) -> None:
    alone = screen({"parcels": tables["parcels"]}, as_of=AS_OF, reader=house.reader)
    assert "건축물대장 자료가 없어" in alone.caveat
    assert not alone.rows[["rule_use", "rule_seller", "rule_business", "rule_registered"]].any(axis=None)
    assert _rows(alone).at[house.places["resale"].subject, "level"] == STRONG
