"""From the officer's files to a list an officer can defend: bad files refused in Korean, personal data masked, reasons with rows."""

import json
import re
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pytest

from lib.entries.address_reading import evidence, rules, screen
from lib.entries.address_reading.features import FEATURES
from lib.entries.address_reading.tables import TABLES
from lib.screening import limits as limits_of
from lib.screening.limits import Limits
from lib.tables import checking, reading
from lib.tables.checking import check, match_headers
from tests.address_reading import made_by_hand
from tests.address_reading.made_by_hand import AS_OF, Dictionary, House


@pytest.fixture(scope="module")
def house() -> House:
    return made_by_hand.house()


@pytest.fixture(scope="module")
def listed(house: House) -> screen.Addresses:
    return screen.screen(house.tables(), as_of=AS_OF, reader=house.reader)


def test_headers_as_the_field_writes_them_are_understood() -> None:
    forms = {
        "parcels": "HBL|입항일|특송업체|발송인|수하인 영문명|PCCC|전화|영문 배송지 (raw)|우편번호(5)|품명|수량|가격|사이트URL|통화",
        "businesses": "상호|사업자등록번호|사업장소재지|업태/종목|개업일자|폐업일자",
        "sellers": "상호|통신판매업신고번호|소재지|판매방식",
        "buildings": "건물관리번호|도로명주소|주용도명|건물명|공동주택여부",
    }
    for name, form in forms.items():
        headers = form.split("|")
        assert set(match_headers(headers, TABLES[name]).values()) == set(headers), name


def test_bad_cells_are_refused_one_by_one() -> None:
    rows = [
        "HBL,입항일,수하인 영문명,통관부호,영문 배송지,우편번호,품명,수량,가격",
        'A1,2026-06-29,GA NADA,P012345678901,"1, Hanbit-ro",12345,BAG,1,20',
        'A2,2026-06-29,GA NADA,P0123,"1, Hanbit-ro",12345,BAG,1,20',
        'A3,2026-06-29,GA NADA,P012345678901,"1, Hanbit-ro",1234,BAG,1,20',
        "A4,2026-06-29,GA NADA,P012345678901,,12345,BAG,1,20",
        'A5,어제,GA NADA,P012345678901,"1, Hanbit-ro",12345,BAG,1,-2',
    ]
    found = checking.check(reading.read("\n".join(rows).encode(), "parcels.csv"), TABLES["parcels"])
    assert found.rows["hbl"].to_pylist() == ["A1"]
    assert {(v.row_no, v.column) for v in found.violations} == {
        (3, "통관부호"), (4, "우편번호"), (5, "영문 배송지"), (6, "입항일"), (6, "가격"),
    }  # fmt: skip
    with pytest.raises(reading.TableError, match="배송지"):
        check(pa.table({"HBL": ["A1"], "입항일": ["2026-06-29"]}), TABLES["parcels"])


def test_no_parcels_give_an_empty_list() -> None:
    made = House()
    made.sends(made.place("old", "9901호"), made.person(), 300, 1)
    none = screen.screen(made.tables(), as_of=AS_OF, reader=made.reader)
    assert none.rows.empty
    assert none.read.empty
    assert none.findings(5) == []


def test_empty_cells_and_odd_texts_are_carried_along() -> None:
    made = House()
    place = made.place("odd", "9901호")
    for k, text in enumerate(["???", "주소 없음", "🏠" * 9, " , ,", place.text, "x" * 4000]):
        made.sends(place, ("N/A", "", ""), k, k, text=text, zip="", sender="", quantity="")
    found = screen.screen(made.tables(), as_of=AS_OF, reader=made.reader)
    assert found.rows["parcels"].sum() == 6
    assert len(found.findings(10)) == len(found.rows)
    for column in (f.name for f in FEATURES if f.kind == "number" and f.name != "floor"):
        assert found.rows[column].notna().all(), column


def test_every_reason_names_rows_that_exist_and_shows_no_personal_data(house: House, listed: screen.Addresses) -> None:
    tables = house.tables()
    keys = {name: set(tables[name][table.key].to_pylist()) for name, table in TABLES.items()}
    for finding in listed.findings(60):
        assert all(e.key in keys[e.source] for reason in finding.reasons for e in reason.evidence)
        said = json.dumps([finding.title, [[r.text, [e.detail for e in r.evidence]] for r in finding.reasons], finding.facts],
                          ensure_ascii=False)  # fmt: skip
        assert not re.search(r"P\d{12}|010-\d{4}-\d{4}|99\d\d(호|ho)|GA [A-Z]{2}", said)


@pytest.mark.parametrize(
    ("how", "given", "shown"),
    [
        (evidence.code, "P123456789012", "P12********12"),
        (evidence.name, "HONG GILDONG", "H*** G******"),
        (evidence.name, "가나다", "가*다"),
        (evidence.phone, "010-0123-4567", "010-****-4567"),
        (evidence.unit, "101동 1203호", "1**동 1***호"),
    ],
)
def test_masks(how, given: str, shown: str) -> None:
    assert how(given) == shown


def test_a_spelling_hides_its_unit_and_shows_its_building() -> None:
    assert evidence.spelling("101-1203, 152, Teheran-ro", "101동 1203호") == "1**-1***, 152, Teheran-ro"
    assert evidence.spelling("Rm 302, 15 Somewhere", "") == "Rm 3**, 1* Somewhere"


def test_a_finding_says_both_axes_in_words_and_the_law(house: House, listed: screen.Addresses) -> None:
    found = listed.finding(house.places["resale at a seller's"].subject)
    assert [*found.facts["axes"]] == ["사업장 가능성", "상업성"]
    assert all(said.startswith("높음") for said in found.facts["axes"].values())
    assert "위법을 뜻하지 않습니다" in found.facts["lead"]
    basis = " ".join(reason.legal_basis for reason in found.reasons)
    assert all(law in basis for law in ("제94조", "제269조", "제275조의3", "제11조"))


def test_the_axes_do_not_mix(listed: screen.Addresses) -> None:
    """What the parcels do leaves 사업장 가능성 as it is, what the place is leaves 상업성 as it is."""
    made = House()
    for name, use, goods in (("a", "", 1), ("b", "지식산업센터", 1), ("c", "지식산업센터", 9)):
        place, who = made.place(name, "9901호", use=use), made.person()
        for k in range(goods):
            made.sends(place, who, k * 3, "LEATHER BAG", 146.0)
    rows = screen.screen(made.tables(), as_of=AS_OF, reader=made.reader).rows.set_index("subject")
    a, b, c = (rows.loc[made.places[name].subject] for name in "abc")
    assert a["premises"] < b["premises"] == c["premises"]
    assert a["commercial"] == b["commercial"] < c["commercial"]
    assert listed.rows[["premises", "commercial"]].stack().between(0, 1).all()


def test_a_model_never_grades_where_the_parcels_show_nothing(listed: screen.Addresses) -> None:
    rows = listed.rows
    sure = pd.Series(0.99, index=rows.index).to_numpy()
    level = screen.levels(rows, sure, listed.limits)
    quiet = ~rules.behaves(rows)
    assert quiet.any()
    assert (level[quiet] == len(rules.GRADES) - 1).all()
    assert (level <= screen.levels(rows, None, listed.limits))[~quiet].all()


def test_a_limit_set_by_the_office_is_followed(house: House) -> None:
    tables = house.tables()
    shipped = limits_of.load(evidence.ENTRY, AS_OF)
    looser = Limits({**shipped.about, "same_item": replace(shipped.about["same_item"], value=4)})
    place = house.places["faint same_item"].subject
    found = screen.screen(tables, as_of=AS_OF, limits=looser, reader=house.reader).rows.set_index("subject")
    assert found.at[place, "rule_same_item"]


def test_register_rows_of_another_unit_are_not_taken_for_this_one() -> None:
    made = House()
    place = made.place("here", "101동 9901호")
    made.sends(place, made.person(), 1, 1)
    made.registered(place, "sellers", "102동 9901호")
    row = screen.screen(made.tables(), as_of=AS_OF, reader=made.reader).rows.iloc[0]
    assert (row["sellers_unit"], row["registered_building"]) == (0, 1)


def test_reader_is_asked_with_the_declared_postcode() -> None:
    asked: list[str | None] = []

    class Noting(Dictionary):
        def table(self, addresses, zips=None, *, as_of=None):
            asked.extend(zips or [])
            return super().table(addresses, zips, as_of=as_of)

    made = House()
    made.reader = Noting()
    place = made.place("one", "9901호")
    made.sends(place, made.person(), 1, 1)
    made.sends(place, made.person(), 1, 1, zip="")
    screen.screen(made.tables(), as_of=AS_OF, reader=made.reader)
    assert sorted(asked, key=str) == [place.zip, None]
