"""Extracts as they come: cut short, empty, without columns, told twice, without a clock, with refunds."""

from datetime import date, datetime, timedelta
from functools import cache

import pandas as pd
import pyarrow as pa
import pytest

from lib.entries.duty_free import demo, screen
from lib.entries.duty_free.tables import schema
from tests.duty_free.made_by_hand import AS_OF, GUILTY, office
from tests.duty_free.test_features import DAY, cancelled, files, sale


@cache
def world() -> demo.World:
    return demo.world(21, people=350, cases=0.1)


@cache
def whole() -> screen.Buyers:
    return screen.screen(world().tables, as_of=demo.END)


def table(name: str, frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, schema=schema(name), preserve_index=False)


def until(movements: pd.DataFrame, last: date) -> pd.DataFrame:
    """The extract as it was on an earlier day."""
    known = movements[pd.to_datetime(movements["entered_on"]) <= pd.Timestamp(last)].copy()
    known.loc[pd.to_datetime(known["left_on"]) > pd.Timestamp(last), ["left_on", "flight"]] = None
    return known


@pytest.mark.parametrize("short", [20, 75])
def test_an_extract_that_ends_early_makes_nobody_late(short: int) -> None:
    """Who is told to have stayed has stayed nearly as long in the whole extract."""
    tables, moves = world().tables, world().tables["movements"].to_pandas()
    early = {**tables, "movements": table("movements", until(moves, demo.END - timedelta(days=short)))}
    listed = screen.screen(early, as_of=demo.END)
    flagged = listed.rows.loc[listed.rows["rule_undeparted"], "subject"]
    sales, exits = (tables[name].to_pandas() for name in ("purchases", "movements"))
    owner = listed.people.passports[["passport", "subject"]]
    sales = sales[sales["delivery"] == "S"].merge(owner, on="passport")[["subject", "sold_at"]]
    exits = exits.merge(owner, on="passport").dropna(subset="left_on")[["subject", "left_on"]]
    exits["left_on"] = pd.to_datetime(exits["left_on"])
    gone = sales.merge(exits, on="subject", how="left")
    took = (gone["left_on"] - gone["sold_at"].dt.normalize()).dt.days
    took = took.where(took >= 0).groupby([gone["subject"], gone["sold_at"]]).min()
    stayed = took[took.isna() | (took > 27)].index.get_level_values("subject")
    assert len(flagged) > 0
    assert set(flagged) <= set(stayed)
    assert "까지로 보여" in listed.caveat
    assert listed.caveat in str(listed.explain(listed.rows.iloc[0]).facts)


def test_without_departures_nobody_is_late_and_the_list_says_so() -> None:
    tables = {**world().tables, "movements": schema("movements").empty_table()}
    listed = screen.screen(tables, as_of=demo.END)
    assert not listed.rows[["rule_undeparted", "rule_insider", "rule_long_stay", "rule_tour"]].any(axis=None)
    assert listed.rows["waiting_days"].isna().all()
    assert "출입국 자료" in listed.caveat
    assert whole().caveat == ""


def test_absent_columns_only_silence_what_needs_them() -> None:
    tables = office()
    gone = ["seller", "card", "card_holder", "guide", "pnr", "planned_flight", "planned_on", "payment"]
    sales = tables["purchases"].to_pandas()
    sales[gone] = None
    bare = {**tables, "purchases": table("purchases", sales)}
    listed = screen.screen(bare, as_of=AS_OF)
    by = listed.rows.set_index(listed.rows["identity"].str[:9])
    assert not listed.rows[["rule_insider", "rule_cash"]].any(axis=None)
    for passport in ("M10000001", "M10000002", "M10000004", "M10000021", "M10000005"):
        assert by.loc[passport, "grade"] in ("우선확인", "확인"), GUILTY[passport]
    assert all(listed.explain(row).reasons for _, row in listed.rows.head(3).iterrows())


def test_strangers_and_rows_told_twice_change_nothing() -> None:
    tables = world().tables
    more = {}
    for name, number in (("reservations", "booking_no"), ("movements", "movement_no")):
        rows = tables[name].to_pandas()
        strange = rows.sample(20, random_state=1).assign(passport="X99999999")
        if name == "movements":
            strange["name"] = strange["birth"] = None
        again = rows.sample(60, random_state=2)
        extra = pd.concat([strange, again]).reset_index(drop=True)
        extra[number] = "Z" + extra.index.astype(str)
        more[name] = table(name, pd.concat([rows, extra], ignore_index=True))
    pd.testing.assert_frame_equal(whole().rows, screen.screen({**tables, **more}, as_of=demo.END).rows)


def test_a_day_without_a_clock_still_counts_as_after() -> None:
    sold = sale(sold_at=datetime(2026, 6, 10))
    listed = screen.screen(files(purchases=[sold], reservations=cancelled(1)), as_of=DAY)
    assert listed.rows["cancel_after_buy"].tolist() == [1]


def test_refunds_are_no_goods() -> None:
    rows = [
        sale(),
        sale(sale_no="S2", amount=0, quantity=60, sold_at=datetime(2026, 5, 1, 9)),
        sale(sale_no="S3", amount=0, passport="N20000002", name="LI NA", birth=date(1971, 5, 5)),
    ]
    listed = screen.screen(files(purchases=rows), as_of=DAY).rows
    by = listed.set_index(listed["identity"].str[:9])
    one = by.loc["M10000001"]
    assert (one["top_sku"], one["quantity"], one["amount"]) == (1, 1, 10_000)
    assert by.loc["N20000002", "grade"] == "해당없음"
