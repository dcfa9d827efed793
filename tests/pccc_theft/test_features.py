"""Each indicator holds from its threshold on and not before, in both directions, for both kinds of code."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from lib.entries.pccc_theft import demo, features
from lib.screening import limits as limits_of
from lib.tables.engine import connect
from tests.pccc_theft.made import AS_OF, ME, code, held, measured, others, parcel, report

AWAY = {"postcode": "55777", "address": "다온시 새빛구 은하로 9, 902호"}


def elsewhere(i: int) -> dict[str, str]:
    return {"postcode": f"{600 + i}10", "address": f"라온시 하늘구 솔숲로 {i}"}


def test_legacy_code_needs_half_of_its_parcels_off_the_list() -> None:
    assert "legacy_mismatch" in held([parcel(1), parcel(2, **AWAY)])
    assert "legacy_mismatch" not in held([parcel(1), parcel(2), parcel(3, **AWAY)])


def test_verified_code_is_an_anomaly_with_the_first_unlisted_parcel_since_february() -> None:
    npz = [code(generation="NPZ")]
    rows = [parcel(i) for i in range(1, 9)]
    assert "verified_mismatch" not in held(rows, npz)
    assert "verified_mismatch" in held([*rows, parcel(3, **AWAY)], npz)
    assert "legacy_mismatch" not in held([parcel(3, **AWAY)], npz)
    before = [parcel(0, declared_at=datetime(2026, 2, 1), **AWAY), parcel(0, declared_at=datetime(2026, 2, 2, 1))]
    assert "verified_mismatch" not in held(before, npz, as_of=date(2026, 2, 20))
    before[1] |= AWAY
    assert "verified_mismatch" in held(before, npz, as_of=date(2026, 2, 20))


def test_up_to_twenty_listed_postcodes_are_read_from_one_cell() -> None:
    many = "|".join(f"{20000 + i}" for i in range(19)) + "|55777"
    row = measured([parcel(1, **AWAY)], [code(postcodes=many)]).loc[ME]
    assert (row["registered"], row["mismatch"]) == (20, 0)


@pytest.mark.parametrize(
    ("rule", "enough", "short"),
    [
        ("addresses", [parcel(i, **elsewhere(i)) for i in (1, 2, 3)], [parcel(i, **elsewhere(i)) for i in (1, 2)]),
        ("phones", [parcel(1), parcel(2, phone="010-0999-0000")], [parcel(1), parcel(2)]),
        ("names", [parcel(1), parcel(2, receiver="라마바")], [parcel(1), parcel(2, receiver="가 나다")]),
        ("burst", [parcel(i / 10) for i in range(4)], [parcel(i / 10) for i in range(3)]),
        (
            "near_limit",
            [parcel(i, value_usd=140 + 5 * i) for i in (0, 1, 2)],
            [parcel(i, value_usd=139.9) for i in (0, 1, 2)],
        ),
        (
            "near_limit",
            [parcel(i, value_usd=190 + 5 * i) for i in (0, 1, 2)],
            [parcel(i, value_usd=149) for i in (0, 1)],
        ),
    ],
)
def test_one_code_with_many(rule: str, enough: list[dict[str, object]], short: list[dict[str, object]]) -> None:
    assert rule in held(enough)
    assert rule not in held(short)


def test_steady_buyers_do_not_burst() -> None:
    steady = [parcel(i * 2.0) for i in range(45)]
    assert "burst" not in held([*steady, *(parcel(i / 10) for i in range(4))])


def gathered(n: int, ago: float = 29, **columns: object) -> list[dict[str, object]]:
    return [parcel(ago, pccc, **AWAY, **columns) for pccc in others(n - 1)] + [parcel(ago, **AWAY, **columns)]


def test_one_address_with_many_codes() -> None:
    assert held(gathered(5, item="SAME BAG")) >= {"place_hub", "gathering"}
    assert not held(gathered(4, item="SAME BAG")) & {"place_hub", "gathering"}
    assert not held(gathered(5, ago=30, item="SAME BAG")) & {"place_hub", "gathering"}
    assert "many_products" in held(gathered(5))
    assert "gathering" not in held(gathered(5))


def test_writing_an_address_otherwise_does_not_hide_it() -> None:
    rows = [
        *gathered(4, item="SAME"),
        parcel(3, others(1, 900)[0], **{**AWAY, "address": "다온시새빛구 은하로 9 902호"}, item="same"),
    ]
    assert held(rows) >= {"place_hub", "gathering"}


def test_one_phone_with_many_codes() -> None:
    def rows(n: int) -> list[dict[str, object]]:
        return [parcel(5, p, phone="010-0777-7777", **elsewhere(i)) for i, p in enumerate([ME, *others(n - 1)])]

    assert "phone_hub" in held(rows(5))
    assert "phone_hub" not in held(rows(4))


def test_one_sender_changing_only_the_code() -> None:
    def rows(n: int, days: int = 0) -> list[dict[str, object]]:
        return [
            parcel(days * (i % 2), p, sender="ONE SHOP", item="BAG", **elsewhere(i))
            for i, p in enumerate([ME, *others(n - 1)])
        ]

    assert "sequential" in held(rows(10))
    assert "sequential" not in held(rows(9))
    assert "sequential" not in held(rows(10, days=7))  # two weeks of five
    everything = [parcel(0, p, sender="ONE SHOP", **elsewhere(i)) for i, p in enumerate(others(11, 500))]
    assert "sequential" not in held(rows(10) + everything)  # a shop that sells all sorts of things


def test_dormant_code_revived_elsewhere() -> None:
    base = [parcel(500, others(1)[0])]
    assert "revived" in held([*base, parcel(1, **AWAY), parcel(367)])
    assert "revived" not in held([*base, parcel(1, **AWAY), parcel(366)])
    assert "revived" not in held([*base, parcel(1), parcel(367)])
    assert "revived" not in held([parcel(1, **AWAY), parcel(100, others(1)[0])])  # the file knows only 100 days


def test_other_goods_than_ever_before() -> None:
    past = [parcel(100, hs6="210690"), parcel(120, hs6="330499")]
    bags = [parcel(i, hs6="420221", item="BAG") for i in (1, 2, 3)]
    assert "other_goods" in held(past + bags)
    assert "other_goods" not in held(past + bags[:2])
    assert "other_goods" not in held([*past, parcel(90, hs6="420221"), *bags])


def test_reissue_and_change() -> None:
    rows = [parcel(i / 2) for i in range(5)]
    since = AS_OF - timedelta(days=3)
    assert "reissued" in held(rows, [code(reissued_on=since, reissues=1)])
    assert "reissued" not in held(rows[:4], [code(reissued_on=since, reissues=1)])
    assert "reissues" in held(rows, [code(reissued_on=since, reissues=4)])
    assert "reissues" not in held(rows, [code(reissued_on=since, reissues=3)])
    assert "reissues" not in held(rows, [code(reissued_on=AS_OF - timedelta(days=365), reissues=4)])
    leak = code(generation="NPZ", postcodes="10123|55777", changed_on=since)
    known = [parcel(100), parcel(200)]
    assert "changed" in held([*known, *(parcel(i / 2, **AWAY) for i in range(5))], [leak])
    assert "changed" not in held([*known, *rows], [leak])


def test_failed_attempts_within_a_day_before_one_that_passed() -> None:
    tries = [parcel(0.2 + i / 100, result="N") for i in range(3)]
    assert "guessed" in held([*tries, parcel(0.1)])
    assert "guessed" not in held([*tries[:2], parcel(0.1)])
    assert "guessed" not in held([*tries, parcel(1.5)])  # passed before they failed
    assert "guessed" not in held([*(parcel(2 + i / 100, result="N") for i in range(3)), parcel(0.1)])


def test_links_to_reported_parcels_by_one_and_two_steps() -> None:
    stolen = parcel(40, others(1)[0], **AWAY)
    near = parcel(10, others(1, 200)[0], phone="010-0555-5555", **AWAY)
    mine = parcel(5, phone="010-0555-5555")
    told = [report(str(stolen["pccc"]), str(stolen["declaration_no"]))]
    frame = measured([stolen, near, mine], (), told)
    assert frame.loc[str(near["pccc"]), "link_hops"] == 1
    assert frame.loc[ME, "link_hops"] == 2
    assert pd.isna(frame.loc[str(stolen["pccc"]), "link_hops"])
    assert frame.loc[str(stolen["pccc"]), "rule_own_report"]
    taken_back = [report(str(stolen["pccc"]), str(stolen["declaration_no"]), own="Y")]
    assert measured([stolen, near, mine], (), taken_back)[["link_hops"]].isna().all().item()


def test_what_too_many_share_links_nobody() -> None:
    rows = [parcel(5, p, **AWAY) for p in [ME, *others(100)]]
    told = [report(str(rows[1]["pccc"]), str(rows[1]["declaration_no"]))]
    assert held(rows[:-1], (), told) & {"linked"}
    assert not held(rows, (), told) & {"linked", "linked_two"}


def test_own_home_and_own_details_speak_for_a_code() -> None:
    assert "registered_home" in held([parcel(1), parcel(40)])
    assert "registered_home" not in held([parcel(1), parcel(40, **AWAY)])


@pytest.mark.parametrize("back", [25, 70])
def test_nothing_dated_later_changes_a_value(back: int) -> None:
    made = demo.world(5, codes=150, cases=1).tables
    as_of = demo.END - timedelta(days=back)
    limits, engine = limits_of.load("pccc_theft", as_of), connect()
    cut = {
        "parcels": made["parcels"].filter([t.date() <= as_of for t in made["parcels"]["declared_at"].to_pylist()]),
        "reports": made["reports"].filter([d <= as_of for d in made["reports"]["reported_on"].to_pylist()]),
        "codes": made["codes"],
    }
    whole, known = (
        engine.frame(features.build(engine.load(t), as_of, limits)).sort_values("subject", ignore_index=True)
        for t in (made, cut)
    )
    assert len(known) > 100
    pd.testing.assert_frame_equal(whole, known)
