"""Only what was known on the day counts, and the official criterion holds exactly from its edge."""

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from lib.entries.duty_free import demo, features, screen
from lib.entries.duty_free.tables import TABLES, schema
from lib.screening import limits as limits_of
from lib.tables.engine import connect

DAY = date(2026, 6, 30)


def sale(**changed: Any) -> dict[str, Any]:
    plain = {
        "sale_no": "S1",
        "shop": "SL01",
        "sold_at": datetime(2026, 6, 1, 12),
        "passport": "M10000001",
        "nationality": "CN",
        "name": "WANG WEI",
        "birth": date(1990, 1, 1),
        "visa": "C-3-9",
        "item": "마스크팩",
        "sku": "880",
        "origin": "D",
        "quantity": 1,
        "amount": 10_000,
        "delivery": "S",
        "payment": "CARD",
    }
    return {**plain, **changed}


def files(**rows: list[dict[str, Any]]) -> dict[str, pa.Table]:
    return {name: pa.Table.from_pylist(rows.get(name, []), schema=schema(name)) for name in TABLES}


def cancelled(n: int) -> list[dict[str, Any]]:
    return [
        {
            "booking_no": f"R{i}",
            "pnr": f"P{i}",
            "passport": "M10000001",
            "flight": "ZZ1",
            "departs_at": datetime(2026, 7, 5),
            "status": "XX",
            "issued_on": date(2026, 5, 20),
            "cancelled_at": datetime(2026, 6, 10 + i),
        }
        for i in range(n)
    ]


def test_the_official_criterion_holds_from_its_edge() -> None:
    edge = {"M10000001": (5, 50_000_000), "M20000002": (4, 50_000_000), "M30000003": (5, 49_999_999), "M40000004": (4, 49_999_999)}  # fmt: skip
    sales = [
        sale(sale_no=f"S{passport}", passport=passport, name=f"WANG {passport[0]}{passport[1]}", birth=date(1980 + n, 1, 1), amount=amount)
        for n, (passport, (_, amount)) in enumerate(edge.items())
    ]  # fmt: skip
    bookings = [
        {**booking, "booking_no": f"{passport}:{booking['booking_no']}", "pnr": f"{passport}:{booking['pnr']}", "passport": passport}
        for passport, (cancels, _) in edge.items()
        for booking in cancelled(cancels)
    ]  # fmt: skip
    listed = screen.screen(files(purchases=sales, reservations=bookings), as_of=DAY)
    rows = listed.rows.set_index(listed.rows["identity"].str[:9])
    assert len(rows) == 4
    for passport in edge:
        meets = passport == "M10000001"
        assert bool(rows.loc[passport, "rule_official"]) is meets, passport
        assert (rows.loc[passport, "grade"] == "우선확인") is meets, passport
    told = listed.explain(rows.loc["M10000001"]).reasons[0]
    assert {e.key for e in told.evidence if e.source == "reservations"} == {f"M10000001:R{i}" for i in range(5)}


@pytest.mark.parametrize("moment", [DAY - timedelta(days=25), DAY - timedelta(days=80)])
def test_what_happens_after_the_day_changes_nothing(moment: date) -> None:
    """Everything dated later is cut off, or scrambled where a row began before: no value may move."""
    made = demo.world(11, people=260, cases=0.2)
    later = pd.Timestamp(moment) + pd.Timedelta(days=1)
    cut = {name: table.to_pandas() for name, table in made.tables.items()}
    rng = np.random.default_rng(0)
    cut["purchases"] = cut["purchases"][cut["purchases"]["sold_at"] < later]
    cut["listings"] = cut["listings"][pd.to_datetime(cut["listings"]["seen_on"]) < later]
    booked = cut["reservations"][pd.to_datetime(cut["reservations"]["issued_on"]) < later].copy()
    undone = booked["cancelled_at"] >= later
    booked.loc[undone, "status"] = rng.choice(["OK", "XX"], undone.sum())
    booked.loc[undone, "cancelled_at"] += pd.Timedelta(days=3)
    booked.loc[booked["status"] == "OK", "cancelled_at"] = pd.NaT
    cut["reservations"] = booked
    moved = cut["movements"][pd.to_datetime(cut["movements"]["entered_on"]) < later].copy()
    leaves = pd.to_datetime(moved["left_on"]) >= later
    assert undone.any() or leaves.any()
    moved.loc[leaves, ["left_on", "flight"]] = None
    cut["movements"] = moved
    short = {
        name: pa.Table.from_pandas(frame, schema=schema(name), preserve_index=False) for name, frame in cut.items()
    }
    frames = []
    for tables in (made.tables, short):
        engine = connect("duckdb")
        made_of = features.build(engine.load(tables), moment, limits_of.load("duty_free", moment))
        frames.append(engine.frame(made_of).sort_values("subject", ignore_index=True))
    assert len(frames[0]) > 100
    pd.testing.assert_frame_equal(*frames, check_exact=True)


def test_waiting_within_the_usual_days_is_no_flag_and_long_after_is() -> None:
    """Thirty others left within a week; one bought three days ago, one forty days ago, neither has left."""
    sales = [
        sale(
            sale_no=f"S{i}",
            passport=f"M2000{i:04d}",
            name="A" * 5 + chr(65 + i % 26) * 4,
            birth=date(1970, 1, 1) + timedelta(days=i),
        )
        for i in range(30)
    ]
    gone = [
        {
            "movement_no": f"V{i}",
            "passport": f"M2000{i:04d}",
            "entered_on": date(2026, 5, 30),
            "left_on": date(2026, 6, 2 + i % 7),
            "flight": "ZZ1",
        }
        for i in range(30)
    ]
    new = sale(
        sale_no="N", passport="N0000001", name="NEW ONE", birth=date(1999, 9, 9), sold_at=datetime(2026, 6, 27, 12)
    )
    old = [
        sale(
            sale_no=f"O{i}",
            passport="L0000001",
            name="LATE ONE",
            birth=date(1999, 9, 8),
            sold_at=datetime(2026, 5, 20, 12),
        )
        for i in range(2)
    ]
    listed = screen.screen(files(purchases=[*sales, new, *old], movements=gone), as_of=DAY)
    rows = listed.rows.set_index(listed.rows["title"].str[:2])
    assert 0.2 < rows.loc["NE", "delay"] < 0.6
    assert not rows.loc["NE", "rule_undeparted"]
    assert rows.loc["LA", "delay_first"] == 1
    assert rows.loc["LA", "rule_undeparted"]
    assert rows.loc["AA", "waiting_days"].isna().all()


def test_nationality_sex_and_age_are_no_features() -> None:
    made = demo.world(3, people=150)
    purchases = made.tables["purchases"].to_pandas()
    purchases["nationality"], purchases["sex"] = "XX", None
    same = {
        **made.tables,
        "purchases": pa.Table.from_pandas(purchases, schema=schema("purchases"), preserve_index=False),
    }
    moved = made.tables["movements"].to_pandas().assign(nationality="XX")
    same["movements"] = pa.Table.from_pandas(moved, schema=schema("movements"), preserve_index=False)
    one, other = (
        screen.screen(tables, as_of=DAY).rows.sort_values("subject", ignore_index=True)
        for tables in (made.tables, same)
    )
    pd.testing.assert_frame_equal(one, other)
