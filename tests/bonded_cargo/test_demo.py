"""The made-up cargo: as the contract wants it, its truth as the rules have it, and nothing in it that gives it away."""

import re
from collections import defaultdict
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

from lib.entries.bonded_cargo import demo
from lib.entries.bonded_cargo.tables import CARGO_NO, SHED, TABLES, schema
from lib.settings import DATA
from lib.tables import checking, reading

SHIPPED = DATA / "bonded_cargo" / "demo"
DAY = timedelta(days=1)
OPEN_END = datetime.combine(demo.END + DAY, time())
HOLIDAYS = {
    (1, 1),
    (2, 16),
    (2, 17),
    (2, 18),
    (3, 2),
    (5, 1),
    (5, 5),
    (5, 25),
    (6, 3),
    (7, 17),
    (8, 17),
}  # 2026's working days off
PLAIN = ("cargo_no", "rule", "shed", "ref", "due_on", "since", "cured_at")


@pytest.fixture(scope="module")
def worlds() -> dict[str, demo.World]:
    names: tuple[Any, ...] = ("train", "eval", "demo")
    return {name: demo.world(5, name, 1400) for name in names}


@pytest.mark.parametrize("name", [*TABLES])
def test_the_sample_keeps_the_contract(name: str) -> None:
    checked = checking.check(reading.read(SHIPPED / f"{name}.csv"), TABLES[name])
    assert checked.total > 40
    assert (checked.violation_count, checked.unused, checked.absent) == (0, (), ())


def test_the_sample_is_what_the_code_makes(tmp_path: Path) -> None:
    for name in ("truth", *TABLES):
        made = demo.write(tmp_path) / f"{name}.csv" if name == "truth" else tmp_path / f"{name}.csv"
        assert made.read_bytes() == (SHIPPED / f"{name}.csv").read_bytes()


def test_a_seed_makes_one_world_and_another_seed_another() -> None:
    one, same, other = (demo.world(seed, consignments=300) for seed in (1, 1, 2))
    assert (one.tables, one.truth) == (same.tables, same.truth)
    assert not one.tables["events"].equals(other.tables["events"])


def test_tables_are_typed_as_the_contract_says_and_ids_fit_together(worlds: dict[str, demo.World]) -> None:
    for world in worlds.values():
        assert tuple(world.tables) == tuple(TABLES)
        for name, table in world.tables.items():
            assert table.schema.equals(schema(name))
            assert table[TABLES[name].key].to_pandas().is_unique
        events, sheds, changes, replies, sent = (world.tables[name].to_pandas() for name in TABLES)
        assert {*sent["shed"]} <= {*sheds["shed"]}
        assert events["cargo_no"].str.fullmatch(CARGO_NO).all()
        known = set(sheds["shed"])
        assert all(re.fullmatch(SHED, shed) for shed in known)
        for column in ("shed", "from_shed", "to_shed"):
            assert set(events[column].dropna()) <= known
        assert events["processed_at"].is_monotonic_increasing
        assert (events["processed_at"].min() > pd.Timestamp(world.start) - 3 * DAY) & (
            events["processed_at"].max() < OPEN_END
        )
        cargoes = set(events["cargo_no"])
        assert set(changes["cargo_no"]) <= cargoes
        assert set(world.truth["cargo_no"].to_pylist()) <= cargoes
        asked = set(sheds.loc[sheds["consent"].fillna(False).astype(bool), "phone"].dropna())
        assert set(replies["phone"]) <= asked
        assert replies["received_at"].min() > pd.Timestamp(world.messages_from)
        assert sheds["phone"].dropna().str.fullmatch(r"010-0000-\d{4}").all()


def test_every_kind_is_there_in_its_share(worlds: dict[str, demo.World]) -> None:
    for world in worlds.values():
        truth = world.truth.to_pandas()
        harmful = truth["rule"] != ""
        assert set(truth.loc[harmful, "kind"]) == set(demo.HARMFUL)
        assert set(truth.loc[~harmful, "kind"]) == set(demo.HARMLESS)
        assert truth["since"].notna().equals(harmful)
        assert not truth.duplicated(["cargo_no", "rule", "shed", "ref", "kind"]).any()
        cargoes = world.tables["events"]["cargo_no"].to_pandas().nunique()
        share = truth.loc[harmful].groupby("rule")["cargo_no"].nunique() / cargoes
        between = {"R1": (0.01, 0.06), "R2": (0.01, 0.06), "R3": (0.015, 0.09), "R4": (0.002, 0.006), "R5": (0.005, 0.05), "R6": (0.004, 0.02), "R7": (0.005, 0.02)}  # fmt: skip
        assert {rule: low < share[rule] < high for rule, (low, high) in between.items()} == dict.fromkeys(between, True)
        assert 0.1 < truth.loc[~harmful, "cargo_no"].nunique() / cargoes < 0.4
        sure = truth["kind"].isin(
            ["holiday_shifted", "last_minute", "same_minute", "partial", "withdrawn", "exempt", "same_zone"]
        )
        assert not set(truth.loc[sure, "cargo_no"]) & set(truth.loc[harmful, "cargo_no"])


def test_look_alikes_are_what_they_are_called(worlds: dict[str, demo.World]) -> None:
    truth = worlds["demo"].truth.to_pandas()
    rows = {kind: truth[truth["kind"] == kind] for kind in demo.HARMLESS}
    assert (rows["last_minute"]["cured_at"].dt.strftime("%H:%M") == "23:59").all()
    for kind in ("last_minute", "holiday_shifted"):
        assert (rows[kind]["cured_at"].dt.date == rows[kind]["due_on"]).all()
    accepted = worlds["demo"].tables["events"].to_pandas()
    accepted = accepted[accepted["kind"].str.contains("보세운송") & accepted["kind"].str.contains("수리")].set_index(
        "declaration_no"
    )
    shifted = rows["holiday_shifted"].join(accepted[["processed_at", "mode", "prior"]], on="ref")
    days = np.where(shifted["mode"] == "A", 5, 10) + 5 * shifted["prior"].astype(bool)
    assert (shifted["due_on"] > (shifted["processed_at"] + pd.to_timedelta(days, "D")).dt.date).all()


# the truth, once more and straight from the rules


def _due(day: date, days: int) -> date:
    day += days * DAY
    while day.weekday() > 4 or (day.month, day.day) in HOLIDAYS:
        day += DAY
    return day


def _by_the_rules(world: demo.World, now: datetime = OPEN_END) -> set[tuple[Any, ...]]:
    """Every miss to be seen in what was processed until then, not left out: the columns of ``PLAIN``."""
    cargoes, changes = defaultdict(list), defaultdict(list)
    for event in world.tables["events"].to_pylist():
        if event["processed_at"] <= now:
            cargoes[event["cargo_no"]].append(event | {"kind": re.sub(r"[ ()]", "", event["kind"])})
    for change in world.tables["changes"].to_pylist():
        if change["filed_at"] <= now:
            changes[change["cargo_no"]].append(change)
    sheds = {row["shed"]: row for row in world.tables["warehouses"].to_pylist()}
    found = set()
    for cargo, events in cargoes.items():
        for rule, shed, ref, due, since, cured in _misses(events, changes[cargo], sheds):
            left_out = sheds[shed]["self_managed"] or sheds[shed]["auto_report"]
            for change in changes[cargo]:
                left_out |= (change["kind"], change["status"]) in {("WDR", "A"), ("EXM", "A")}
                left_out |= (change["kind"], change["status"]) == ("COR", "P") and change["shed"] in (None, shed)
            if since <= now and since < OPEN_END and not left_out:
                found.add((cargo, rule, shed, ref, due, since, cured))
    return found


def _at(event: dict[str, Any]) -> datetime:
    return event["moved_at"] or event["processed_at"]


def _misses(events: list[dict[str, Any]], changes: list[dict[str, Any]], sheds: dict[str, Any]) -> Any:
    outs, ins = ([e for e in events if e["kind"] == kind] for kind in ("반출신고", "반입신고"))
    legs = [e for e in events if e["kind"].startswith("보세운송수리")]
    clears = [e for e in events if e["kind"] == "수입신고수리"]

    def over(due: date, ref: str) -> tuple[date, datetime]:
        for c in changes:
            if (c["kind"], c["status"]) == ("EXT", "A") and c["declaration_no"] in (None, ref):
                due = max(due, c["until"])
        return due, datetime.combine(due + DAY, time())

    for leg in legs:
        a, b, ref, accepted = leg["from_shed"], leg["to_shed"], leg["declaration_no"], leg["processed_at"]
        due, end = over(_due(accepted.date(), (5 if leg["mode"] == "A" else 10) + 5 * leg["prior"]), ref)
        left = [o for o in outs if o["shed"] == a]
        came = [i for i in ins if i["shed"] == b and i["processed_at"] > accepted]
        so_far = np.cumsum([i["packages"] for i in came])
        met = next((i["processed_at"] for i, n in zip(came, so_far, strict=True) if n >= leg["packages"]), None)
        late = met is None or met >= end
        if late:
            yield "R1", b, ref, due, end, met
        first = came[0]["processed_at"] if came else None
        if first and not any(o["processed_at"].date() <= first.date() for o in left):
            since = datetime.combine(first.date() + DAY, time())
            yield "R2", a, ref, first.date(), since, left[0]["processed_at"] if left else None
        if not left:
            continue
        since = max(_at(left[0]) + DAY, left[0]["processed_at"])
        if not (late and end <= since) and not (first and first <= since):
            yield "R3", b, ref, (_at(left[0]) + DAY).date(), since, first
        if left[0]["moved_at"] and left[0]["moved_at"] < accepted:
            since = max(left[0]["processed_at"], accepted)
            yield "R7", a, ref, since.date(), since, None
        if not came:
            continue
        if came[0]["moved_at"] and left[0]["moved_at"] and came[0]["moved_at"] < left[0]["moved_at"]:
            since = max(first, left[0]["processed_at"])
            yield "R7", b, ref, since.date(), since, None
        begun, cured = None, None
        for at in sorted({e["processed_at"] for e in [*left, *came]} | {end}):
            out, entered = (sum(e["packages"] for e in side if e["processed_at"] <= at) for side in (left, came))
            if out and entered and (entered > out or (entered < out and at >= end)):
                begun, cured = begun or (at.date() if entered > out else due, at), None
            elif begun and not cured:
                cured = at
        if begun:
            yield "R6", b, ref, *begun, cured
    for clear in clears:
        shed, ref, accepted = clear["shed"], clear["declaration_no"], clear["processed_at"]
        due, end = over(_due(accepted.date(), 15), ref)
        left = [o for o in outs if o["shed"] == shed and o["processed_at"] > accepted]
        gone = left[0]["processed_at"] if left else None
        if sheds[shed]["listed"] and (gone is None or gone >= end):
            yield "R5", shed, ref, due, end, gone
        if left and left[0]["moved_at"] and left[0]["moved_at"] < accepted:
            yield "R7", shed, ref, gone.date(), gone, None
    moves = sorted([*outs, *ins], key=_at)
    for out, entered in pairwise(moves):
        a, b = sheds[out["shed"]], sheds[entered["shed"]]
        lawful = (
            (out["kind"], entered["kind"]) != ("반출신고", "반입신고") or a is b
            or any((leg["from_shed"], leg["to_shed"]) == (a["shed"], b["shed"]) for leg in legs)
            or any(_at(out) <= c["processed_at"] <= _at(entered) for c in clears)
            or any(a[side] and a[side] == b[side] for side in ("zone", "site"))
        )  # fmt: skip
        if not lawful:
            since = max(out["processed_at"], entered["processed_at"])
            yield "R4", b["shed"], "", entered["processed_at"].date(), since, None


@pytest.mark.parametrize("seed", [3, 4])
def test_the_truth_is_what_the_rules_say(seed: int) -> None:
    world = demo.world(seed, consignments=800)
    told = {tuple(row[c] for c in PLAIN) for row in world.truth.to_pylist() if row["rule"]}
    assert told == _by_the_rules(world)
    assert {row[1] for row in told} == {"R1", "R2", "R3", "R4", "R5", "R6", "R7"}


def test_of_a_day_what_was_known_by_then(worlds: dict[str, demo.World]) -> None:
    world = worlds["demo"]
    for day in (date(2026, 3, 27), date(2026, 5, 4), date(2026, 6, 17), demo.END):
        now = datetime.combine(day, time(9))
        seen = {row[:5] for row in _by_the_rules(world, now) if row[6] is None}
        overdue = {(row[0], *row[2:4]) for row in seen if row[1] == "R1"}
        seen = {row for row in seen if row[1] != "R3" or (row[0], *row[2:4]) not in overdue}
        rows = demo.missed(world.truth, day).to_pylist()
        assert {tuple(row[c] for c in PLAIN[:5]) for row in rows} == seen
        assert rows


def test_habits_and_messages_show(worlds: dict[str, demo.World]) -> None:
    """Warehouses differ, Fridays are worse, and who gets messages cures sooner from then on."""
    told, legs = [], []
    for world in worlds.values():
        truth = world.truth.to_pandas()
        truth = truth[
            truth["rule"].isin(["R1", "R2", "R3", "R5"]) & (truth["since"] < pd.Timestamp(demo.END - 14 * DAY))
        ]
        sheds = world.tables["warehouses"].to_pandas().set_index("shed")
        asked = sheds["consent"].fillna(False).astype(bool) & sheds["phone"].notna()
        hours = (truth["cured_at"].fillna(pd.Timestamp(OPEN_END)) - truth["since"]) / pd.Timedelta(hours=1)
        after = truth["since"] >= pd.Timestamp(world.messages_from)
        told.append(pd.DataFrame({"asked": truth["shed"].map(asked), "after": after, "hours": hours}))
        events = world.tables["events"].to_pandas()
        some = events[events["kind"].str.replace(" ", "").str.startswith("보세운송수리")]
        legs.append(some.assign(late=some["declaration_no"].isin(truth["ref"])))
    median = pd.concat(told).groupby(["asked", "after"])["hours"].median()
    assert median[True, True] < 0.75 * median[True, False]
    every = pd.concat(legs)
    assert every["late"].groupby(every["to_shed"]).mean().std() > 0.03
    friday = every["processed_at"].dt.day_of_week == 4
    assert every.loc[friday, "late"].mean() > every.loc[~friday, "late"].mean()


def test_the_worlds_differ_in_every_parameter() -> None:
    train, evaluated = (asdict(demo.WAYS[name]) for name in ("train", "eval"))
    assert [name for name in train if train[name] == evaluated[name]] == []
    assert [kind for kind in train["planted"] if train["planted"][kind] == evaluated["planted"][kind]] == []


def test_no_number_or_order_gives_a_consignment_away(worlds: dict[str, demo.World]) -> None:
    """Serials, bills, units, places among the rows of its moment: neither one nor a tree of them tells missed from not."""
    forms, truths = zip(*(_forms(world) for world in worlds.values()), strict=True)
    x, y = pd.concat(forms), np.concatenate(truths)
    alone = {column: roc_auc_score(y, x[column]) for column in x}
    assert {column: auc for column, auc in alone.items() if abs(auc - 0.5) > 0.06} == {}
    groups = np.repeat(np.arange(len(forms)), [len(form) for form in forms])
    tree = DecisionTreeClassifier(max_depth=4, min_samples_leaf=30, random_state=0)
    guessed = cross_val_predict(tree, x, y, groups=groups, cv=GroupKFold(3), method="predict_proba")[:, 1]
    assert abs(roc_auc_score(y, guessed) - 0.5) < 0.07


def _forms(world: demo.World) -> tuple[pd.DataFrame, np.ndarray]:
    events = world.tables["events"].to_pandas()
    first = events.drop_duplicates("cargo_no").set_index("cargo_no")
    truth = world.truth.to_pandas()
    numbers = first.index.str.replace("-", "")
    leg = events.dropna(subset=["to_shed"]).drop_duplicates("cargo_no").set_index("cargo_no")
    cited = leg["declaration_no"].str[-6:].astype(float).reindex(first.index).fillna(-1)
    with_leg = first.index.isin(leg.index)  # that it travels at all is no form of a number
    forms = pd.DataFrame(
        {
            "mrn": numbers.str[6:11].astype(int),
            "msn": numbers.str[11:15].astype(int),
            "hbl": first["hbl"].str[-8:].fillna("-1").astype(int),
            "hbl_kind": first["hbl"].str[0].fillna("-").map(ord),
            "mbl": first["mbl"].str[-6:].astype(int),
            "unit": first["package_unit"].map(lambda u: ord(u[0])),
            "second": first["processed_at"].dt.second,
            "minute": first["processed_at"].dt.minute,
            "declared": cited,
            "manifest": first["kind"].str.len(),
        },
        index=first.index,
    )
    harmful = forms.index.isin(truth.loc[truth["rule"] != "", "cargo_no"])
    return forms[with_leg], harmful[with_leg]


def test_lines_gives_about_the_events_asked_for() -> None:
    world = demo.lines(20_000, seed=1)
    events = world.tables["events"]
    assert 0.85 < len(events) / 20_000 < 1.15
    for name, table in world.tables.items():
        assert table.schema.equals(schema(name))
        assert table[TABLES[name].key].to_pandas().is_unique
    frame = events.to_pandas()
    assert frame["cargo_no"].str.fullmatch(CARGO_NO).all()
    assert set(frame["shed"].dropna()) <= set(world.tables["warehouses"]["shed"].to_pylist())
    assert frame.groupby("cargo_no")["hbl"].nunique().max() == 1
    assert frame["processed_at"].is_monotonic_increasing
    assert set(world.truth["cargo_no"].to_pylist()) <= set(frame["cargo_no"])
    small = demo.lines(9_000)  # whose misses are still those of the rules
    told = {row["cargo_no"] for row in small.truth.to_pylist() if row["rule"] == "R2"}
    assert told == {row[0] for row in _by_the_rules(small) if row[1] == "R2"}
    assert told
