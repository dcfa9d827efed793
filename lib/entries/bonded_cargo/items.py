"""What had to be reported, by whom and by when, and whether it was: one item a consignment, rule and warehouse.

R1 to R7 of the law as Ibis expressions over the events known at a moment; the words of a kind of event are read by
``data/bonded_cargo/kinds.csv``. A move (반입, 반출) belongs to the transport (보세운송) it names; one that names none to the last
one begun between these sheds.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, reduce
from pathlib import Path
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from lib import workdays
from lib.casework import KST
from lib.entries.bonded_cargo.tables import OPTIONAL, empty
from lib.screening.limits import Limits
from lib.settings import DATA
from lib.tables.engine import Engine

MET, PENDING, NEAR, FAR, OVERDUE, CURED, REVIEW, EXCLUDED = (
    "이행", "기한 전", "기한 임박", "기한 다가옴", "기한 경과", "뒤늦게 이행", "형사 검토", "제외",
)  # fmt: skip
OPEN = (NEAR, FAR, OVERDUE)  # of which a warehouse is told


@dataclass(frozen=True)
class Rule:
    """A duty. ``ahead``: it has a day to be warned of before; ``criminal``: it goes to a person, never to a message."""

    code: str
    title: str
    duty: str
    law: str
    ahead: bool = False
    criminal: bool = False


RULES = {
    rule.code: rule
    for rule in (
        Rule("R1", "미착(도착지 반입신고 없음)", "도착지 반입신고", "관세법 제215조·제216조, 보세운송에 관한 고시 제6조·제41조·제42조", ahead=True),
        Rule("R2", "출발지 반출신고 누락", "출발지 반출신고", "관세법 제157조 제1항, 보세화물관리에 관한 고시 제10조"),
        Rule("R3", "반출 뒤 반입신고 없음", "도착지 반입신고", "관세법 제157조 제1항, 보세화물관리에 관한 고시 제9조"),
        Rule("R4", "보세운송신고 없는 이동", "보세운송신고 여부 확인", "관세법 제213조 제2항", criminal=True),
        Rule("R5", "수입신고 수리물품 반출기간", "반출신고", "관세법 제157조의2", ahead=True),
        Rule("R6", "반출·반입 수량 불일치", "수량 확인과 정정", "관세법 제157조 제1항"),
        Rule("R7", "반출입 순서 뒤바뀜", "일시 확인과 정정", "관세법 제157조 제1항, 보세화물관리에 관한 고시 제9조·제10조"),
    )
}  # fmt: skip
AHEAD = tuple(rule.code for rule in RULES.values() if rule.ahead)
COLUMNS = (
    "rule", "cargo", "shed", "other", "ref", "since", "due", "met", "expected", "seen", "mode", "carrier", "leg_row", "out_row", "in_row",
)  # fmt: skip


class Known(NamedTuple):
    """What is known at a moment. ``events``: with ``cargo``, ``code``, ``at``, ``moved``, ``ref``, ``row``; ``legs``: one a transport
    with its moves; ``items``: COLUMNS with ``key`` (consignment, rule, warehouse and
    declaration), ``hbl``, ``out`` (why excluded), ``missed``, ``state``.
    """

    now: datetime
    events: ir.Table
    legs: ir.Table
    warehouses: ir.Table
    items: ir.Table


def moment(as_of: date, limits: Limits) -> datetime:
    """Now of a day (Korean time): today this very moment, else when that morning's check ran."""
    now = datetime.now(KST).replace(tzinfo=None)
    return now if as_of == now.date() else datetime.combine(as_of, time(int(limits["run_hour"])))


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    with (DATA / "bonded_cargo" / "kinds.csv").open(encoding="utf-8", newline="") as file:
        return tuple((re.compile(row["pattern"]), row["code"]) for row in csv.DictReader(file))


def code_of(kind: str) -> str:
    """What the words of a kind of event mean here, "" for nothing: the first pattern of ``data/bonded_cargo/kinds.csv``."""
    bare = re.sub(r"[\s()（）·]", "", kind)
    return next((code for pattern, code in _patterns() if pattern.search(bare)), "")


def known(tables: Mapping[str, pa.Table | Path], engine: Engine, as_of: date, limits: Limits) -> Known:
    """Everything known on the morning of a day, the items kept in the engine."""
    now = moment(as_of, limits)
    t = engine.load({**{name: empty(name) for name in OPTIONAL}, **tables})
    kinds = engine.frame(t["events"].select("kind").distinct())["kind"].tolist()
    words = pa.table(
        {
            "word": pa.array(kinds, pa.string()),
            "code": pa.array(map(code_of, kinds), pa.string()),
            "ahead": pa.array(["입항전" in re.sub(r"\s", "", kind) for kind in kinds], pa.bool_()),
        }
    )
    everything = engine.keep(_events(t["events"], engine.load({"words": words})["words"], now))
    undone = engine.keep(_undone(everything))
    events = engine.keep(
        everything.filter(~everything.code.endswith("_off")).anti_join(undone.filter(undone.code != "leg"), "row")
    )
    changes = t["changes"].mutate(cargo=t["changes"].cargo_no.replace("-", ""))
    changes = engine.keep(changes.filter(changes.filed_at <= now))
    withdrawn = engine.keep(_withdrawn(undone, changes))
    legs, moves = _legs(events, withdrawn, engine)
    legs, cleared = engine.keep(legs), engine.keep(_cleared(events))
    first, last = engine.frame(events.aggregate(first=events.at.min(), last=events.at.max())).iloc[0]
    days = engine.load({"days": _days(first, last, limits)})["days"]
    warehouses = t["warehouses"]
    bound = engine.keep(_bound(legs, days, changes, limits))
    parts = [
        _arrival(bound),
        _left(legs),
        _waiting(legs, now, limits),
        _unasked(moves, legs, cleared, warehouses),
        _release(cleared, moves, warehouses, days, changes, limits),
        _counts(bound),
        _order(legs, moves, cleared, events),
    ]
    found = engine.keep(reduce(lambda a, b: a.union(b), parts))
    judged = _judged(found, events, changes, withdrawn, warehouses, as_of, limits)
    return Known(now, events, legs, warehouses, engine.keep(judged))


# events, transports


def _events(events: ir.Table, words: ir.Table, now: datetime) -> ir.Table:
    """Events that mean something here, known by now."""
    told = events.filter(events.processed_at <= now)
    told = told.inner_join(words.filter(words.code != ""), told.kind == words.word)
    day_only = (told.moved_at.epoch_seconds() % 86400 == 0).fill_null(False)  # no time of day was given
    night = told.moved_at + ibis.interval(seconds=86399)
    by_then = ibis.least(night, ibis.greatest(told.processed_at, told.moved_at))
    return told.select(
        cargo=told.cargo_no.replace("-", ""),
        code=told.code,
        kind=told.kind,
        shed=told.shed,
        at=told.processed_at,
        moved=ibis.coalesce(ibis.ifelse(day_only, by_then, told.moved_at), told.processed_at),
        told=ibis.ifelse(day_only & (told.code == "in"), night, told.moved_at),
        ref=told.declaration_no,
        packages=told.packages,
        unit=told.package_unit,
        mode=told["mode"],
        carrier=told.carrier,
        origin=told.from_shed,
        goal=told.to_shed,
        prior=told.prior.fill_null(False) | told.ahead,
        hbl=told.hbl,
        row=told.event_no,
    )


def _undone(events: ir.Table) -> ir.Table:
    """Reports taken back by a later event (취하, 취소): ``cargo``, ``code``, ``ref``, ``row`` of the report, ``off``: when."""
    offs = events.filter(events.code.endswith("_off"))
    offs = offs.select(cargo_x=offs.cargo, base=offs.code.replace("_off", ""), off=offs.at, ref_x=offs.ref, shed_x=offs.shed, row_x=offs.row)  # fmt: skip
    pairs = events.join(offs, [events.cargo == offs.cargo_x, events.code == offs.base, events.at <= offs.off])
    pairs = pairs.filter(
        (pairs.ref.isnull() | pairs.ref_x.isnull() | (pairs.ref == pairs.ref_x))
        & (pairs.shed.isnull() | pairs.shed_x.isnull() | (pairs.shed == pairs.shed_x) | (pairs.code == "leg"))
    )
    named = (pairs.ref == pairs.ref_x).fill_null(False)
    rank = ibis.row_number().over(group_by=pairs.row_x, order_by=[named.desc(), pairs.at.desc(), pairs.row])
    pairs = pairs.mutate(rank=rank)
    return pairs.filter(pairs.rank == 0).select("cargo", "code", "ref", "row", "off").distinct()


def _withdrawn(undone: ir.Table, changes: ir.Table) -> ir.Table:
    """Declarations withdrawn: ``cargo``, ``ref`` (null: whatever was declared before), ``shed``, ``off``: when."""
    legs = undone.filter(undone.code == "leg")
    legs = legs.select(
        cargo="cargo",
        ref=ibis.coalesce(legs.ref, legs.row),
        shed=ibis.null("string"),
        off=legs.off.cast("timestamp(6)"),
    )
    granted = changes.filter((changes.kind == "WDR") & (changes.status == "A"))
    return legs.union(
        granted.select(
            cargo="cargo", ref=granted.declaration_no, shed="shed", off=granted.filed_at.cast("timestamp(6)")
        )
    )


def _legs(events: ir.Table, withdrawn: ir.Table, engine: Engine) -> tuple[ir.Table, ir.Table]:
    """Transports with what was reported of them (``off``: when withdrawn), and all moves with the transport (``leg``) each belongs to."""
    told = events.filter(events.code.isin(["leg", "asked", "changed"]))
    told = told.mutate(ref=ibis.coalesce(told.ref, told.row))
    begun = told.code == "leg"
    legs = told.group_by("cargo", "ref").aggregate(
        start=told.at.min(where=begun), origin=told.origin.max(), goal=told.goal.argmax(told.at, where=told.goal.notnull()), shed=told.shed.max(where=begun),
        mode=told["mode"].max(), carrier=told.carrier.max(), prior=told.prior.any(), packages=told.packages.max(where=begun),
        asked=told.packages.max(), unit=told.unit.max(), leg_row=told.row.min(where=begun),
    )  # fmt: skip
    legs = legs.filter(legs.start.notnull())
    legs = legs.mutate(
        origin=ibis.coalesce(legs.origin, legs.shed), packages=ibis.coalesce(legs.packages, legs.asked)
    ).drop("shed", "asked")
    gone = withdrawn.select(cargo_x="cargo", ref_x="ref", off="off")
    pairs = legs.select("cargo", "ref", "start").join(gone, legs.cargo == gone.cargo_x)
    pairs = pairs.filter((pairs.start <= pairs.off) & (pairs.ref_x.isnull() | (pairs.ref_x == pairs.ref)))
    legs = legs.left_join(pairs.group_by("cargo", "ref").aggregate(off=pairs.off.min()), ["cargo", "ref"])
    legs = engine.keep(legs.drop("cargo_right", "ref_right"))
    moves = events.filter(events.code.isin(["in", "out"]) & events.shed.notnull())
    # a report given twice counts once
    moves = moves.group_by("cargo", "code", "shed", "at", "moved", "told", "ref", "packages").aggregate(
        unit=moves.unit.max(), row=moves["row"].min()
    )
    moves = engine.keep(moves)
    owned = ibis.union(_owned(moves, legs, "in", "goal"), _owned(moves, legs, "out", "origin"))
    moves = moves.left_join(owned, "row").drop("row_right")
    # packages counted in another unit than the transport's cannot be compared with it
    other = (moves.unit != moves.leg_unit).fill_null(False)
    moves = moves.mutate(packages=ibis.ifelse(other, ibis.null("int64"), moves.packages)).drop("leg_unit")
    moves = engine.keep(moves)
    w = ibis.window(group_by=[moves.cargo, moves.leg], order_by=[moves.at, moves.row], preceding=None, following=0)
    coming = moves.filter((moves.code == "in") & moves.leg.notnull())
    coming = coming.mutate(sofar=coming.packages.fill_null(0).sum().over(w), least=ibis.coalesce(coming.packages, -1))
    coming = coming.join(legs.select(legs.cargo, leg=legs.ref, wanted=legs.packages), ["cargo", "leg"])
    whole = coming.wanted.isnull() | (coming.least < 0) | (coming.sofar >= coming.wanted)
    ins = coming.group_by("cargo", "leg").aggregate(
        in_at=coming.at.min(), in_told=coming.told.min(), in_last=coming.at.max(), in_count=_total(coming.packages), in_unit=coming.unit.max(), full_at=coming.at.min(where=whole),
        in_row=coming.row.min(),
    )  # fmt: skip
    going = moves.filter((moves.code == "out") & moves.leg.notnull())
    outs = going.group_by("cargo", "leg").aggregate(
        out_at=going.at.min(),
        out_moved=going.moved.min(),
        out_told=ibis.ifelse(going.told.isnull().any(), ibis.null("timestamp(6)"), going.told.min()),
        out_count=_total(going.packages),
        out_unit=going.unit.max(),
        out_row=going.row.min(),
    )
    for side in (ins, outs):
        legs = legs.left_join(side, [legs.cargo == side.cargo, legs.ref == side.leg]).drop("cargo_right", "leg")
    return legs, moves


def _total(packages: Any) -> Any:
    """Their sum; null where one is not told."""
    return ibis.ifelse(packages.isnull().any(), ibis.null("int64"), packages.sum())


def _owned(moves: ir.Table, legs: ir.Table, code: str, end: str) -> ir.Table:
    """The transport of each move at that end: the one it names, else of those begun before it the one of as many packages (the first
    move of so many goes with the first such transport), else the last; else the next begun. None once it is withdrawn.
    """
    some = moves.filter(moves.code == code)
    nth = ibis.row_number().over(group_by=[some.cargo, some.shed, some.packages], order_by=[some.at, some.row])
    some = some.mutate(nth=nth)
    ends = legs.select(
        cargo_leg=legs.cargo, leg=legs.ref, begun=legs.start, at_shed=legs[end], wanted=legs.packages, leg_unit=legs.unit, off=legs.off,
        leg_nth=ibis.row_number().over(group_by=[legs.cargo, legs[end], legs.packages], order_by=[legs.start, legs.ref]),
    )  # fmt: skip
    pairs = some.join(ends, [some.cargo == ends.cargo_leg, some.shed == ends.at_shed])
    pairs = pairs.filter(pairs.off.isnull() | (pairs.at < pairs.off))
    before = pairs.begun <= pairs.at
    like = (pairs.packages == pairs.wanted).fill_null(False)
    pairs = pairs.mutate(
        named=(pairs.ref == pairs.leg).fill_null(False), before=before,
        like=like.cast("int64") + (like & (pairs.nth == pairs.leg_nth)).cast("int64"),
    )  # fmt: skip
    if code == "in":
        pairs = pairs.filter(pairs.before | pairs.named)
    gap = (pairs.at.epoch_seconds() - pairs.begun.epoch_seconds()).abs()
    rank = ibis.row_number().over(
        group_by=pairs.row, order_by=[pairs.named.desc(), pairs.before.desc(), pairs.like.desc(), gap, pairs.leg]
    )
    pairs = pairs.mutate(rank=rank)
    return pairs.filter(pairs.rank == 0).select("row", "leg", "leg_unit")


def _cleared(events: ir.Table) -> ir.Table:
    """Import acceptances with the shed where the goods lay."""
    told = events.filter(events.code == "cleared")
    told = told.mutate(ref=ibis.coalesce(told.ref, told.row))
    first = told.group_by("cargo", "ref").aggregate(
        start=told.at.min(),
        shed=told.shed.max(),
        expected=told.packages.max(),
        unit=told.unit.max(),
        leg_row=told.row.min(),
    )
    ins = events.filter((events.code == "in") & events.shed.notnull())
    ins = ins.select(cargo_in=ins.cargo, came=ins.at, lies=ins.shed, came_row=ins.row)
    lay = first.join(ins, [first.cargo == ins.cargo_in, first.start >= ins.came])
    lay = lay.mutate(
        rank=ibis.row_number().over(group_by=[lay.cargo, lay.ref], order_by=[lay.came.desc(), lay.came_row.desc()])
    )
    lay = lay.filter(lay.rank == 0).select("cargo", "ref", "lies")
    told = first.left_join(lay, ["cargo", "ref"]).drop("cargo_right", "ref_right")
    return told.mutate(shed=ibis.coalesce(told.shed, told.lies)).drop("lies")


# rules


def _days(first: Any, last: Any, limits: Limits) -> pa.Table:
    """Each day a term may end on by the plain count, and the day it ends by law."""
    if pd.isna(first):
        return pa.table({"day": pa.array([], pa.date32()), "ends": pa.array([], pa.date32())})
    longest = int(max(limits["transit_sea_days"] + limits["prior_days"], limits["clearance_days"]))
    told = workdays.calendar(first.date(), last.date() + timedelta(days=longest + 400))
    return pa.table({"day": pa.array(told["day"], pa.date32()), "ends": pa.array(told["ends"], pa.date32())})


def _shaped(told: ir.Table, **columns: Any) -> ir.Table:
    """COLUMNS in their types; what a rule does not have is null."""
    types = {"rule": "string", "cargo": "string", "shed": "string", "other": "string", "ref": "string", "since": "timestamp(6)", "due": "date",
             "met": "timestamp(6)", "expected": "int64", "seen": "int64", "mode": "string", "carrier": "string", "leg_row": "string", "out_row": "string", "in_row": "string"}  # fmt: skip
    made = {
        name: ibis.literal(columns[name])
        if isinstance(columns.get(name), str)
        else columns[name]
        if name in columns
        else told[name]
        if name in told.columns
        else ibis.null(types[name])
        for name in COLUMNS
    }
    return told.select(**{name: value.cast(types[name]) for name, value in made.items()})


def _due(told: ir.Table, days: ir.Table, changes: ir.Table) -> ir.Table:
    """``due``: ``plain`` moved off days off, or the day of an extension granted for it, if later."""
    told = told.left_join(days, told.plain == days.day).drop("day")
    granted = changes.filter((changes.kind == "EXT") & (changes.status == "A") & changes.until.notnull())
    pairs = told.select("cargo", "ref").distinct()
    granted = granted.select(cargo_x=granted.cargo, ref_x=granted.declaration_no, until=granted.until)
    longer = pairs.join(granted, pairs.cargo == granted.cargo_x)
    longer = longer.filter(longer.ref_x.isnull() | (longer.ref_x == longer.ref))
    longer = longer.group_by("cargo", "ref").aggregate(until=longer.until.max())
    longer = longer.left_join(days, longer.until == days.day).select(
        cargo_x=longer.cargo, ref_x=longer.ref, until=ibis.coalesce(days.ends, longer.until)
    )
    told = told.left_join(longer, [told.cargo == longer.cargo_x, told.ref == longer.ref_x]).drop("cargo_x", "ref_x")
    ends = ibis.coalesce(told.ends, told.plain)
    return told.mutate(due=ibis.greatest(ends, ibis.coalesce(told.until, ends))).drop("ends", "until")


def transit_days(legs: ir.Table, limits: Limits) -> Any:
    """Days a transport may take (보세운송에 관한 고시 제6조); where the mode is not told, the longer term."""
    base = (
        (legs["mode"] == "A").fill_null(False).ifelse(int(limits["transit_air_days"]), int(limits["transit_sea_days"]))
    )
    return base + legs.prior.fill_null(False).ifelse(int(limits["prior_days"]), 0)


def _bound(legs: ir.Table, days: ir.Table, changes: ir.Table, limits: Limits) -> ir.Table:
    """Transports whose goal is known, with the day by which they must have arrived."""
    told = legs.filter(legs.goal.notnull())
    return _due(told.mutate(plain=_later(told.start, transit_days(told, limits))), days, changes)


def _arrival(bound: ir.Table) -> ir.Table:
    """R1: the whole of a transport reported in at its goal within its term."""
    return _shaped(bound, rule="R1", shed=bound.goal, other=bound.origin, since=bound.start, met=bound.full_at, expected=bound.packages, seen=bound.in_count)  # fmt: skip


def _later(start: Any, days: Any) -> Any:
    """The date some days after a moment's."""
    return (start.date().epoch_days() + days).cast("int64").as_interval("D") + ibis.date("1970-01-01")


def _left(legs: ir.Table) -> ir.Table:
    """R2: reported in at the goal, but not out where it began."""
    told = legs.filter(legs.in_at.notnull() & legs.origin.notnull() & (legs.origin != legs.goal))
    told = told.filter(told.out_at.isnull() | (told.out_at.date() > told.in_at.date()))
    return _shaped(told, rule="R2", shed=told.origin, other=told.goal, since=told.in_at, due=told.in_at.date(), met=told.out_at)  # fmt: skip


def _waiting(legs: ir.Table, now: datetime, limits: Limits) -> ir.Table:
    """R3: reported out, and hours later not in at the goal."""
    hours = int(limits["arrival_hours"])
    told = legs.filter(legs.out_moved.notnull() & legs.goal.notnull())
    late = told.out_moved + ibis.interval(hours=hours)
    told = told.mutate(late=ibis.greatest(late, told.out_at))  # before it was reported out nobody could miss it
    told = told.filter(told.late <= ibis.coalesce(told.in_at, ibis.literal(now)))
    return _shaped(told, rule="R3", shed=told.goal, other=told.origin, since=told.out_moved, due=(told.out_moved + ibis.interval(hours=hours)).date(), met=told.in_at)  # fmt: skip


def _unasked(moves: ir.Table, legs: ir.Table, cleared: ir.Table, warehouses: ir.Table) -> ir.Table:
    """R4: out of one shed and into another without a transport declared, before any acceptance of import."""
    w = ibis.window(group_by=moves.cargo, order_by=[moves.moved, moves.at, moves.code.desc(), moves.row])
    told = moves.mutate(
        last_code=moves.code.lag().over(w), last_shed=moves.shed.lag().over(w), last_row=moves.row.lag().over(w),
        left=moves.moved.lag().over(w),
    )  # fmt: skip
    told = told.filter(
        (told.code == "in") & (told.last_code == "out") & (told.shed != told.last_shed) & told.leg.isnull()
    )
    never = ibis.timestamp("9999-01-01 00:00:00").cast("timestamp(6)")
    lawful = legs.select(
        cargo_leg=legs.cargo,
        origin=legs.origin,
        goal=legs.goal,
        until=ibis.coalesce(legs.off.cast("timestamp(6)"), never),
    )
    ways = [told.cargo == lawful.cargo_leg, told.last_shed == lawful.origin, told.shed == lawful.goal]
    told = told.anti_join(lawful, [*ways, told.at < lawful.until])
    told = told.anti_join(cleared, [told.cargo == cleared.cargo, cleared.start <= told.at])
    here, there = (
        warehouses.select(**{f"shed_{n}": warehouses.shed, f"zone_{n}": warehouses.zone, f"site_{n}": warehouses.site})
        for n in ("a", "b")
    )
    told = told.left_join(here, told.last_shed == here.shed_a)
    told = told.left_join(there, told.shed == there.shed_b)
    same = (told.zone_a == told.zone_b).fill_null(False) | (told.site_a == told.site_b).fill_null(False)
    told = told.filter(~same)
    return _shaped(told, rule="R4", other=told.last_shed, ref=told.row, since=told.left, due=told.at.date(), out_row=told.last_row, in_row=told.row)  # fmt: skip


def _release(
    cleared: ir.Table, moves: ir.Table, warehouses: ir.Table, days: ir.Table, changes: ir.Table, limits: Limits
) -> ir.Table:
    """R5: all that was accepted for import out of a listed shed within the term; what leaves counts for the earliest acceptance."""
    listed = warehouses.filter(warehouses.listed.fill_null(False)).select("shed")
    told = cleared.semi_join(listed, "shed")
    w = ibis.window(group_by=[told.cargo, told.shed], order_by=[told.start, told.ref], preceding=None, following=0)
    told = told.mutate(needed=told.expected.sum().over(w), unsure=told.expected.isnull().any().over(w))
    outs = moves.filter((moves.code == "out") & moves.leg.isnull())
    w = ibis.window(group_by=[outs.cargo, outs.shed], order_by=[outs.at, outs.row], preceding=None, following=0)
    outs = outs.select(
        cargo_out=outs.cargo, out_shed=outs.shed, out_at=outs.at, out_row=outs.row, out_unit=outs.unit,
        gone=outs.packages.sum().over(w), unsure_out=outs.packages.isnull().any().over(w),
    )  # fmt: skip
    gone = told.join(outs, [told.cargo == outs.cargo_out, told.shed == outs.out_shed])
    unsure = gone.unsure | gone.unsure_out | (gone.out_unit != gone.unit).fill_null(False)
    whole = ibis.ifelse(unsure, gone.out_at >= gone.start, gone.gone >= gone.needed)
    gone = gone.filter(whole)
    gone = gone.group_by("cargo", "ref").aggregate(met=gone.out_at.min(), out_row=gone.out_row.argmin(gone.out_at))
    told = told.left_join(gone, ["cargo", "ref"]).drop("cargo_right", "ref_right")
    told = told.mutate(met=ibis.ifelse(told.met < told.start, told.start, told.met))
    told = told.mutate(plain=_later(told.start, int(limits["clearance_days"])))
    told = _due(told, days, changes)
    return _shaped(told, rule="R5", since=told.start)


def _counts(bound: ir.Table) -> ir.Table:
    """R6: packages out and packages in that differ; what is missing may come as long as the term lasts."""
    told = bound.filter((bound.out_count != bound.in_count) & (bound.origin != bound.goal))
    told = told.filter((told.out_unit == told.in_unit).fill_null(True))
    due = (told.in_count > told.out_count).ifelse(told.in_last.date(), told.due)
    return _shaped(told, rule="R6", shed=told.goal, other=told.origin, since=told.in_at, due=due, expected=told.out_count, seen=told.in_count)  # fmt: skip


def _order(legs: ir.Table, moves: ir.Table, cleared: ir.Table, events: ir.Table) -> ir.Table:
    """R7: in before out, or out before it was allowed."""
    early = legs.filter(legs.in_told < legs.out_told)  # of times declared: when a report came in proves no order
    early = _shaped(early, rule="R7", shed=early.goal, other=early.origin, since=early.out_told, due=early.in_at.date())
    rash = legs.filter(legs.out_moved < legs.start)
    rash = _shaped(rash, rule="R7", shed=rash.origin, other=rash.goal, since=rash.out_moved, due=rash.out_at.date(), in_row=ibis.null("string"))  # fmt: skip
    outs = moves.filter((moves.code == "out") & moves.leg.isnull())
    outs = outs.select(cargo_out=outs.cargo, out_shed=outs.shed, out_at=outs.at, out_moved=outs.moved, out_row=outs.row)
    first = cleared.group_by("cargo", "shed").aggregate(
        start=cleared.start.min(), ref=cleared.ref.argmin(cleared.start), leg_row=cleared.leg_row.argmin(cleared.start)
    )
    free = first.join(outs, [first.cargo == outs.cargo_out, first.shed == outs.out_shed])
    free = free.filter(free.out_moved < free.start)
    let = events.filter(events.code == "early").group_by("cargo").aggregate(let=events.at.min())  # 관세법 제252조
    free = free.anti_join(let, [free.cargo == let.cargo, let.let <= free.out_moved])
    free = free.group_by("cargo", "ref", "shed", "leg_row").aggregate(
        start=free.start.min(), out_moved=free.out_moved.max(), out_at=free.out_at.max(), out_row=free.out_row.max()
    )
    free = _shaped(free, rule="R7", since=free.out_moved, due=free.out_at.date())
    return early.union(rash).union(free)


# judging


def _judged(
    items: ir.Table, events: ir.Table, changes: ir.Table, withdrawn: ir.Table, warehouses: ir.Table, as_of: date, limits: Limits
) -> ir.Table:  # fmt: skip
    """``key``, ``hbl``, ``out``: why it is left out, ``missed`` and ``state`` of each item."""
    bills = events.filter(events.hbl.notnull()).group_by("cargo").aggregate(hbl=events.hbl.max())
    told = items.left_join(bills, "cargo").drop("cargo_right")
    told = told.mutate(key=told.cargo + "|" + told["rule"] + "|" + told.shed + "|" + told.ref.fill_null(""))
    told = _corrected(_excluded(told, changes, withdrawn, warehouses), changes)
    today = ibis.literal(as_of)
    late = told.met.isnull() | (told.met.date() > told.due) | (told.rule == "R3")
    told = told.mutate(missed=_over(told, as_of) & late)
    left = told.due.epoch_days() - today.epoch_days()
    told = told.mutate(left=left)
    state = ibis.cases(
        (told.out.notnull(), EXCLUDED),
        (told.rule == "R4", REVIEW),
        (told.missed & told.met.isnull(), OVERDUE),
        (told.missed, CURED),
        (told.met.notnull(), MET),
        (told.rule == "R6", PENDING),  # the rest may still come
        (told.left <= int(limits["warn_near_days"]), NEAR),
        (told.left <= int(limits["warn_far_days"]), FAR),
        else_=PENDING,
    )
    told = told.mutate(state=state)
    # while a transport is overdue, that alone is told of it
    late = told.filter((told.rule == "R1") & (told.state == OVERDUE)).select(cargo_late="cargo", ref_late="ref")
    told = told.left_join(late, [told.cargo == late.cargo_late, told.ref == late.ref_late])
    return told.filter(~((told.rule == "R3") & told.cargo_late.notnull())).drop("cargo_late", "ref_late")


def _corrected(told: ir.Table, changes: ir.Table) -> ir.Table:
    """What was wrong in a report (R6, R7) is made good by a correction granted after it."""
    granted = changes.filter((changes.kind == "COR") & (changes.status == "A"))
    granted = granted.group_by("cargo").aggregate(put=granted.filed_at.max())
    told = told.left_join(granted, "cargo").drop("cargo_right")
    mended = told["rule"].isin(["R6", "R7"]) & (told.put > told.since)
    return told.mutate(met=ibis.ifelse(mended.fill_null(False), told.put.cast("timestamp(6)"), told.met)).drop("put")


def _over(told: ir.Table, as_of: date) -> Any:
    """Whether the day has passed; what is out of order or too much is wrong at once, too little only when the term is over."""
    passed = told.due < ibis.literal(as_of)
    return ibis.cases(
        (told.rule == "R3", ibis.literal(True)),
        (told.rule == "R7", ibis.literal(True)),
        ((told.rule == "R6") & (told.seen > told.expected), ibis.literal(True)),
        else_=passed,
    )


def _excluded(told: ir.Table, changes: ir.Table, withdrawn: ir.Table, warehouses: ir.Table) -> ir.Table:
    """``out``: why an item is nobody's to report, in Korean; null for most."""
    asked = changes.filter((changes.kind == "COR") & (changes.status == "P"))
    answered = changes.filter((changes.kind == "COR") & (changes.status != "P"))
    answered = answered.select(
        cargo_a=answered.cargo, ref_a=answered.declaration_no, shed_a=answered.shed, at_a=answered.filed_at
    )
    same = (asked.declaration_no.fill_null("") == answered.ref_a.fill_null("")) & (asked.shed.fill_null("") == answered.shed_a.fill_null(""))  # fmt: skip
    asked = asked.anti_join(answered, [asked.cargo == answered.cargo_a, same, answered.at_a >= asked.filed_at])
    exempt = changes.filter((changes.kind == "EXM") & (changes.status == "A"))
    longer = changes.filter((changes.kind == "EXT") & (changes.status == "A") & changes.until.isnull())
    never = ibis.timestamp("9999-01-01 00:00:00").cast("timestamp(6)")
    some = withdrawn.select(
        cargo_c="cargo", shed_c="shed", ref_c="ref", why=ibis.literal("취하"), until=withdrawn.off.cast("timestamp(6)")
    )
    for rows, why in ((exempt, "면제"), (asked, "정정 진행"), (longer, "연장 승인(새 기한 없음)")):
        some = some.union(
            rows.select(
                cargo_c=rows.cargo, shed_c=rows.shed, ref_c=rows.declaration_no, why=ibis.literal(why), until=never
            )
        )
    pairs = told.select("cargo", "ref", "shed", "other", "rule", "since").distinct()
    hit = pairs.join(some, pairs.cargo == some.cargo_c)
    criminal = hit.rule == "R4"  # what was moved after its declaration was withdrawn was moved without one
    hit = hit.filter(
        (hit.shed_c.isnull() | (hit.shed_c == hit.shed) | (criminal & (hit.shed_c == hit.other)).fill_null(False))
        & (hit.ref_c.isnull() | (hit.ref_c == hit.ref) | criminal)
        & (hit.since <= hit.until)
        & ~(criminal & (hit.why == "취하"))
    )
    hit = hit.group_by("cargo", "ref", "shed", "rule").aggregate(why=hit.why.min())
    hit = hit.select(cargo_c="cargo", ref_c="ref", shed_c="shed", rule_c="rule", why="why")
    told = told.left_join(
        hit, [told.cargo == hit.cargo_c, told.ref == hit.ref_c, told.shed == hit.shed_c, told.rule == hit.rule_c]
    ).drop("cargo_c", "ref_c", "shed_c", "rule_c")
    here = warehouses.select(shed_h="shed", zone_h="zone", own="self_managed", auto="auto_report")
    there = warehouses.select(shed_t="shed", zone_t="zone")
    told = told.left_join(here, told.shed == here.shed_h)
    told = told.left_join(there, told.other == there.shed_t)
    why = ibis.cases(
        (told.why.notnull(), told.why),
        (told.rule == "R4", ibis.null("string")),
        (told.own.fill_null(False), "자율관리보세구역"),
        (told.auto.fill_null(False), "자동전송 시설"),
        ((told.zone_h == told.zone_t).fill_null(False), "집단화지역"),
    )
    return told.mutate(out=why).drop("why", "shed_h", "zone_h", "own", "auto", "shed_t", "zone_t")
