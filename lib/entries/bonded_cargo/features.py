"""How likely a duty not yet due is to be missed: what is known of it, of its warehouse and of its carrier that morning."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from lib import workdays
from lib.entries.bonded_cargo.items import AHEAD, EXCLUDED, OVERDUE, Known
from lib.screening.features import Feature
from lib.tables.engine import Engine

PAST = 90  # days of a warehouse's and a carrier's past
WEEK = 7
NEXT = 30  # days after today that are looked up for days off
NAMES = {"R1": "보세운송 도착 반입신고", "R5": "수입신고 수리물품 반출"}
WEEKDAYS = dict(zip(map(str, range(7)), "월화수목금토일", strict=True))

FEATURES = (
    Feature("rule", "의무", kind="category", rows="item", names=NAMES),
    Feature("mode", "운송구분", kind="category", rows="item", names={"A": "항공", "S": "해상"}),
    Feature("weekday", "기한의 요일", kind="category", rows="item", names=WEEKDAYS),
    Feature("days_left", "기한까지 남은 날", "일", rows="item"),
    Feature("gone", "지나간 기간의 비율", "%", rows="item"),
    Feature("days_off", "기한까지의 휴일", "일", rows="item"),
    Feature("packages", "포장개수", "개", rows="item"),
    Feature("waiting", "반출신고 뒤 지난 시간", "시간", rows="item"),
    Feature("arrived", "이미 반입된 비율", "%", rows="item"),
    Feature("shed_done", "이 창고의 최근 90일 건수", "건", rows="shed"),
    Feature("shed_missed", "이 창고가 최근 90일에 놓친 비율", "%", rows="missed"),
    Feature("shed_used", "이 창고가 보통 쓰는 기간의 비율", "%", rows="shed"),
    Feature("shed_since", "이 창고가 마지막으로 놓친 뒤", "일", rows="missed"),
    Feature("shed_overdue", "이 창고에서 지금 기한이 지난 건", "건", rows="overdue"),
    Feature("shed_open", "이 창고가 지금 처리할 건", "건", rows="open"),
    Feature("shed_load", "이 창고의 최근 7일 물량(평소의 몇 배)", "배", rows="open"),
    Feature("carrier_done", "이 운송업자의 최근 90일 건수", "건", rows="carrier"),
    Feature("carrier_missed", "이 운송업자의 건이 최근 90일에 늦은 비율", "%", rows="carrier"),
)


def build(known: Known, engine: Engine, as_of: date) -> ir.Table:
    """One row a duty that is not due yet and not met: ``subject``, ``title``, FEATURES, ``cargo``, ``shed``, ``ref``, ``due`` (days from 1970)."""
    told = known.items.filter(known.items["rule"].isin(AHEAD) & (known.items.state != EXCLUDED))
    today = ibis.literal(as_of)
    now = ibis.literal(known.now)
    open_ = told.filter(told.met.isnull() & (told.due >= today))
    settled = told.filter(told.met.notnull() | (told.due < today))
    settled = settled.mutate(
        ended=ibis.coalesce(settled.met.date(), settled.due),
        used=(settled.met.epoch_seconds() - settled.since.epoch_seconds()).cast("float64")
        / 86400
        / (settled.due.epoch_days() - settled.since.date().epoch_days() + 1),
    )
    past = settled.filter(settled.ended >= ibis.literal(as_of - timedelta(days=PAST)))
    shed = past.group_by("shed").aggregate(
        shed_done=past.count().cast("float64"), missed=past.missed.sum().cast("float64"), shed_used=past.used.mean()
    )
    shed = shed.mutate(shed_missed=(shed.missed + 0.5) / (shed.shed_done + 10)).drop("missed")
    last = settled.filter(settled.missed).group_by("shed").aggregate(last=settled.due.max())
    late = known.items.filter(known.items.state == OVERDUE)
    late = late.group_by("shed").aggregate(n=late.count())
    load = told.filter(told.since.date() >= ibis.literal(as_of - timedelta(days=PAST)))
    lately = load.since.date() >= ibis.literal(as_of - timedelta(days=WEEK))
    load = load.group_by("shed").aggregate(week=lately.sum().cast("float64"), all=load.count().cast("float64"))
    carried = past.filter(past.carrier.notnull())
    carrier = carried.group_by("carrier").aggregate(
        carrier_done=carried.count().cast("float64"), slow=carried.missed.sum().cast("float64")
    )
    carrier = carrier.mutate(carrier_missed=(carrier.slow + 0.5) / (carrier.carrier_done + 10)).drop("slow")
    waiting = open_.group_by("shed").aggregate(shed_open=open_.count().cast("float64"))
    rows = open_.mutate(
        subject=open_.key,
        days_left=(open_.due.epoch_days() - today.epoch_days()).cast("float64"),
        term=(open_.due.epoch_days() - open_.since.date().epoch_days() + 1).cast("float64"),
        weekday=open_.due.day_of_week.index().cast("string"),
    )
    days = engine.load({"days": _days_off(as_of)})["days"]
    moved = known.legs.select(cargo_l=known.legs.cargo, ref_l=known.legs.ref, out_moved=known.legs.out_moved)
    names = known.warehouses.select(shed_w="shed", name="name")
    for table, on in ((shed, "shed"), (last, "shed"), (late, "shed"), (load, "shed"), (carrier, "carrier"), (waiting, "shed"), (days, "due")):  # fmt: skip
        rows = rows.left_join(table, on).drop(f"{on}_right")
    rows = rows.left_join(moved, [rows.cargo == moved.cargo_l, rows.ref == moved.ref_l]).drop("cargo_l", "ref_l")
    rows = rows.left_join(names, rows.shed == names.shed_w).drop("shed_w")
    hours = (now.epoch_seconds() - rows.out_moved.epoch_seconds()).cast("float64") / 3600
    made = {
        "gone": 1 - rows.days_left / rows.term,
        "days_off": rows.days_off.fill_null(0).cast("float64"),
        "packages": rows.expected.cast("float64"),
        "waiting": hours,
        "arrived": (rows.seen / rows.expected.nullif(0)).fill_null(0.0),
        "shed_done": rows.shed_done.fill_null(0.0),
        "shed_since": (today.epoch_days() - rows.last.epoch_days()).cast("float64"),
        "shed_overdue": rows.n.fill_null(0).cast("float64"),
        "shed_load": rows.week / (rows["all"] / (PAST / WEEK)).nullif(0),
        "carrier_done": rows.carrier_done.fill_null(0.0),
    }
    rows = rows.mutate(**made)
    title = ibis.coalesce(rows.hbl, rows.cargo) + " · " + ibis.coalesce(rows.name, rows.shed)
    rounded = {f.name: rows[f.name].round(9) if f.kind == "number" else rows[f.name] for f in FEATURES}
    return rows.select(
        "subject",
        title=title,
        cargo="cargo",
        shed="shed",
        ref="ref",
        due=rows.due.epoch_days().cast("int64"),
        **rounded,
    )


def _days_off(as_of: date) -> pa.Table:
    """``due``: each coming day; ``days_off`` from today to it."""
    told = workdays.calendar(as_of, as_of + timedelta(days=NEXT))
    return pa.table({"due": pa.array(told["day"], pa.date32()), "days_off": pa.array(told["off"].cumsum(), pa.int64())})
