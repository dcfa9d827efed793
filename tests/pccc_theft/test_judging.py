"""One declaration as it arrives is judged as the whole file would be."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from lib.entries.pccc_theft import demo, features, judging, rules, screen
from lib.entries.pccc_theft.features import FEATURES
from lib.entries.pccc_theft.judging import BadParcel, History, checked, judge_parcel
from lib.screening import limits as limits_of
from lib.tables.engine import connect
from tests.pccc_theft.made import AS_OF, code, others, parcel, report, tables


def cells(row: dict[str, object]) -> dict[str, object]:
    return {name: None if value is None or value != value else value for name, value in row.items()}


def test_the_last_declaration_of_each_code_is_measured_as_the_file_is() -> None:
    made = demo.world(11, codes=60, cases=2).tables
    history, engine = History(made), connect()
    rows = made["parcels"].to_pandas().sort_values("declared_at")
    as_of = date(2026, 6, 10)
    until = pd.Timestamp("2026-06-11")
    limits = limits_of.load("pccc_theft", as_of)
    built = engine.frame(features.build(engine.load(made), as_of, limits)).set_index("subject")
    latest = rows[(rows["declared_at"] < until)].drop_duplicates("pccc", keep="last").set_index("pccc")
    assert len(built) > 150
    for subject, expected in built.iterrows():
        row = checked(cells({"pccc": subject, **latest.loc[subject].to_dict()}))
        seen = judging._Seen(history, row)
        seen.now, seen.today = int(until.value // 1000) - 1, int(until.value // 1000 - 1) // judging.DAY
        for name, value in judging.measure(seen, row, limits).items():
            same = (
                value == expected[name] if isinstance(value, str) else np.isclose(value, expected[name], equal_nan=True)
            )
            assert same, (subject, name, value, expected[name])


def test_a_declaration_not_in_the_history_is_judged_as_if_it_were_the_newest_row() -> None:
    before = [parcel(i, p, postcode="55777", address="은하로 9", item="BAG") for i, p in enumerate(others(6))]
    stolen = before[0]
    arriving = parcel(0, others(1, 700)[0], postcode="55777", address="은하로 9", item="BAG")
    ledger = [code(str(p["pccc"])) for p in [*before, arriving]]
    told = [report(str(stolen["pccc"]), str(stolen["declaration_no"]), ago=2)]
    finding = judge_parcel(arriving, History(tables(before, ledger, told)))
    ranked = screen.screen(tables([*before, arriving], ledger, told), as_of=AS_OF)
    row = ranked.rows.set_index("subject").loc[str(arriving["pccc"])]
    assert finding.grade == row["grade"] == rules.STRONG
    assert finding.facts["points"] == row["points"]
    assert {"gathering", "linked", "legacy_mismatch"} <= {reason.code for reason in finding.reasons}
    assert str(stolen["declaration_no"]) in {e.key for r in finding.reasons if r.code == "linked" for e in r.evidence}


def test_later_rows_of_the_history_play_no_part() -> None:
    early = parcel(20, item="BAG", postcode="55777", address="은하로 9")
    later = [parcel(1, p, postcode="55777", address="은하로 9", item="BAG") for p in others(9)]
    alone, known = (judge_parcel(early, History(tables(rows))) for rows in ([parcel(300)], [parcel(300), *later]))
    assert alone.facts["indicators"] == known.facts["indicators"]


def test_an_empty_history_still_judges() -> None:
    finding = judge_parcel(parcel(0), History({k: v.slice(0, 0) for k, v in tables([parcel(0)]).items()}))
    assert finding.grade == rules.NORMAL
    assert finding.reasons[0].evidence


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"pccc": "P123"}, "개인통관고유부호"),
        ({"postcode": "1234"}, "배송지우편번호"),
        ({"declared_at": "어제"}, "신고일시"),
        ({"item": ""}, "품명"),
        ({"value_usd": "비쌈"}, "물품가격"),
    ],
)
def test_what_cannot_be_judged_is_told(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(BadParcel, match=told):
        judge_parcel(parcel(0) | wrong, History(tables([parcel(1)])))


def test_a_judged_declaration_keeps_what_the_next_model_learns_from() -> None:
    finding = judge_parcel(parcel(0), History(tables([parcel(300), parcel(40)])))
    assert [*json.loads(json.dumps(finding.facts))["features"]] == [feature.name for feature in FEATURES]
