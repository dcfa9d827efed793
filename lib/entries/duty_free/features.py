"""What is computed per person as of a day: nothing dated later is read, on any engine.

A sale delivered on the spot with no departure since is *censored*, not guilty: how late it is, is told as the share of
buyers of the same kind of stay who had left by then (Kaplan-Meier over the whole list, among those who leave at all).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

import ibis
import ibis.expr.types as ir

from lib.entries.duty_free import people
from lib.entries.duty_free.tables import OPTIONAL, empty
from lib.screening.features import Feature
from lib.screening.limits import Limits

FEATURES = (
    Feature("stay", "체류 유형", kind="category", rows="recent"),
    Feature("amount", "최근 구매금액", "원", rows="recent"),
    Feature("sales", "최근 구매 건수", "건", rows="recent"),
    Feature("quantity", "최근 구매 수량", "개", rows="recent"),
    Feature("shops", "최근 이용 판매장", "곳", rows="recent"),
    Feature("largest_day", "하루 최대 구매금액", "원", rows="recent"),
    Feature("onsite_amount", "최근 현장인도 금액", "원", rows="onsite"),
    Feature("onsite_share", "현장인도 비중", "%", rows="onsite"),
    Feature("waiting_days", "마지막 현장인도 뒤 출국 없는 날수", "일", rows="waiting"),
    Feature("longest_waiting", "가장 오래 출국 없는 현장인도", "일", rows="waiting"),
    Feature("waiting_amount", "출국 없는 현장인도 금액", "원", rows="waiting"),
    Feature("overdue", "기준일수 넘게 출국 없는 현장인도", "건", rows="overdue"),
    Feature("delay", "출국 지연 정도(마지막 인도)", "%", rows="waiting"),
    Feature("delay_first", "출국 지연 정도(첫 인도)", "%", rows="waiting"),
    Feature("departures", "최근 180일 출국", "회", rows="departures"),
    Feature("since_departure", "마지막 출국(없으면 첫 기록) 뒤 날수", "일", rows="departures"),
    Feature("monthly_days", "월 구매일수", "일", rows="recent"),
    Feature("cancels", "최근 예약취소", "회", rows="cancels"),
    Feature("cancel_share", "예약 가운데 취소 비율", "%", rows="cancels"),
    Feature("cancel_after_buy", "구매 직후 예약취소", "회", rows="cancel_after_buy"),
    Feature("repeat_flight", "같은 편명 반복 예약", "회", rows="repeat_flight"),
    Feature("missed", "예약일에 출국하지 않음", "회", rows="boarding"),
    Feature("other_flight", "예약과 다른 편으로 출국", "회", rows="boarding"),
    Feature("planned_missed", "출국예정일이 지난 현장인도", "건", rows="planned"),
    Feature("card_people", "같은 카드를 쓴 사람", "명", rows="shared_card"),
    Feature("pnr_people", "같은 예약번호를 쓴 사람", "명", rows="shared_pnr"),
    Feature("shared_sku", "함께 쓴 카드·예약번호로 산 한 상품", "개", rows="shared_goods"),
    Feature("guide_people", "같은 가이드·여행사의 구매자", "명", rows="guide"),
    Feature("guide_late", "같은 가이드·여행사 구매자의 미출국 비율", "%", rows="guide"),
    Feature("guide_share", "가이드·여행사를 통한 비중", "%", rows="guide"),
    Feature("other_holder", "다른 사람 명의 카드 비중", "%", rows="other_holder"),
    Feature("top_sku", "한 상품 최대 수량", "개", rows="bulk"),
    Feature("concentration", "품목 집중도", "%", rows="bulk"),
    Feature("split_shops", "같은 날 같은 상품을 산 판매장", "곳", rows="split"),
    Feature("split_quantity", "여러 판매장에서 나누어 산 수량", "개", rows="split"),
    Feature("passports", "사용한 여권", "개", rows="passports"),
    Feature("switches", "여권을 바꿔 쓴 횟수", "회", rows="passports"),
    Feature("seller_sigma", "주 판매원의 미출국 비율이 매장에서 벗어난 정도", "σ", rows="seller"),
    Feature("seller_late", "주 판매원 구매자의 미출국 비율", "%", rows="seller"),
    Feature("cash_share", "선불카드·상품권 비중", "%", rows="cash"),
    Feature("cash_amount", "선불카드·상품권 금액", "원", rows="cash"),
    Feature("cash_rise", "선불카드·상품권 비중의 증가", "%", rows="cash"),
    Feature("listed", "온라인 저가판매와 겹친 수량", "개", rows="listed"),
    Feature("measures", "지난 제한 조치", "회", rows="measures"),
    Feature("restricted", "제한 기간 중 현장인도", "건", rows="restricted"),
    Feature("leaving_in", "확정 예약의 출발까지", "일", rows="upcoming"),
)

LONG_STAY = r"^[DEFGH]-?[0-9]"
CASH = ("PREPAID", "GIFT")
HALF_YEAR = 180
DAY = 86_400
MAIN = 0.4  # of what one bought on the spot, for a salesperson to be the main one
ENOUGH = 20  # departures of a kind of stay, below which nothing is said about the usual


DENSE = 200  # movements, from which silence tells that an extract has ended; a short list is taken to be complete
CLOSING = 5  # mean days between movements, passed without any, after which it has
SLACK = 3  # days by which even a full extract lags


@dataclass(frozen=True)
class Known:
    """What was known on the day, each row with its ``subject``; days count from 1970. ``extent``: one row, ``until``, the
    last day whose departures the extract holds (null where it holds none at all). ``onsite``: ``departures``.
    """

    day: int
    people: ir.Table
    sales: ir.Table
    bookings: ir.Table
    movements: ir.Table
    measures: ir.Table
    listings: ir.Table
    extent: ir.Table
    onsite: ir.Table

    def kept(self, keep: Callable[[ir.Table], ir.Table]) -> "Known":
        """The same with what is read again and again worked out once; of the sales, only what features read."""
        sales, movements, extent = keep(self.sales.select(*_READ)), keep(self.movements), keep(self.extent)
        onsite = keep(departures(sales, movements, extent))
        bookings = keep(self.bookings)
        return replace(self, sales=sales, bookings=bookings, movements=movements, extent=extent, onsite=onsite)

    def of(self, subjects: Sequence[str]) -> "Known":
        """What concerns these people alone."""
        own = {name: getattr(self, name) for name in ("sales", "bookings", "movements", "measures", "onsite")}
        return replace(self, **{name: table.filter(table.subject.isin(subjects)) for name, table in own.items()})


_READ = (
    "sale_no subject passport day sold_at stay onsite cash amount quantity units shop seller item sku delivery payment card "
    "holder_differs pnr guide planned_on".split()
)


def known(tables: Mapping[str, ir.Table], as_of: date) -> Known:
    """The tables cut to ``as_of``. ``tables["people"]`` (passport, subject, title) is made when it is not there."""
    tables = {**{name: ibis.memtable(empty(name)) for name in OPTIONAL}, **tables}
    day = (as_of - date(1970, 1, 1)).days
    if "people" in tables:
        who = tables["people"]
    else:
        who = ibis.memtable(people.link(tables, as_of).passports[["passport", "subject", "title"]])
    owner = who.select("passport", "subject")

    sales = tables["purchases"].mutate(day=lambda t: _day(t.sold_at)).filter(lambda t: t.day <= day)
    kinds = _stays(sales)
    sales = sales.left_join(kinds, sales.visa == kinds.visa).drop("visa_right")
    squeezed = [sales[name].upper().re_replace("[^A-Z]", "") for name in ("card_holder", "name")]
    sales = sales.mutate(
        onsite=lambda t: (t.delivery == "S") & (t.amount > 0),  # a refund or a gift is no delivery to wait for
        units=lambda t: (t.amount > 0).ifelse(t.quantity, 0),
        cash=lambda t: t.payment.fill_null("").isin(CASH),
        stay=lambda t: t.stay.fill_null("단기"),
        holder_differs=ibis.cases((sales.card_holder == sales.name, False), else_=squeezed[0] != squeezed[1]),
    )
    movements = _once(tables["movements"], "movement_no").mutate(
        entered=lambda t: _day(t.entered_on), left=lambda t: _day(t.left_on)
    )
    movements = movements.mutate(
        entered=lambda t: (t.entered <= day).ifelse(t.entered, None),
        left=lambda t: (t.left <= day).ifelse(t.left, None),
    ).filter(lambda t: t.entered.notnull() | t.left.notnull())
    bookings = _once(tables["reservations"], "booking_no").filter(lambda t: _day(t.issued_on) <= day)
    bookings = bookings.mutate(
        departs=lambda t: _day(t.departs_at),
        cancelled=lambda t: (t.status == "XX").ifelse(t.cancelled_at.fill_null(t.departs_at), None),
    )
    bookings = bookings.mutate(cancelled=lambda t: (_day(t.cancelled) <= day).ifelse(t.cancelled, None))
    measures = tables["measures"].mutate(
        starts=lambda t: _day(t.starts_on), ends=lambda t: _day(t.ends_on).fill_null(day)
    )
    measures = measures.filter(lambda t: t.starts <= day)
    listings = tables["listings"].mutate(seen=lambda t: _day(t.seen_on)).filter(lambda t: t.seen <= day)
    extent = _extent(movements, day)
    sales, movements = sales.join(owner, "passport"), movements.join(owner, "passport")
    return Known(
        day,
        who,
        sales,
        bookings.join(owner, "passport"),
        movements,
        measures.join(owner, "passport"),
        listings,
        extent,
        departures(sales, movements, extent),
    )


def _once(rows: ir.Table, number: str) -> ir.Table:
    """A booking or stay told twice, under another number, counts once."""
    told = [name for name in rows.columns if name not in (number, "row_no")]
    return rows.group_by(told).agg(rows[number].min().name(number))


def _stays(sales: ir.Table) -> ir.Table:
    """Each visa as it is written, and its kind of stay."""
    kinds = sales.filter(sales.visa.notnull()).select("visa").distinct()
    visa = kinds.visa.upper()
    return kinds.mutate(
        stay=ibis.cases(
            (visa.contains("승무원") | visa.contains("CREW"), "승무원"),
            (visa.contains("상륙") | visa.re_search("^B-?2"), "통과·크루즈"),
            (visa.re_search("^A-?[123]"), "외교·공무"),
            (visa.re_search(LONG_STAY), "장기"),
            else_="단기",
        )
    )


def _extent(movements: ir.Table, day: int) -> ir.Table:
    """Until when departures are known: the day itself, or where the extract, once as dense as it is, falls silent."""
    at = ibis.greatest(movements.entered.fill_null(movements.left), movements.left.fill_null(movements.entered))
    seen = movements.mutate(at=at).agg(last=lambda t: t.at.max(), first=lambda t: t.at.min(), rows=lambda t: t.count())
    silence = (seen.last - seen.first).cast("float64") * CLOSING / ibis.greatest(seen.rows, 1)
    closed = seen.last + ibis.greatest(silence.ceil().cast("int64"), SLACK)
    until = (seen.rows >= DENSE).ifelse(ibis.least(closed, day), (seen.rows > 0).ifelse(day, None))
    return seen.select(until=until.cast("int64"))


def departures(sales: ir.Table, movements: ir.Table, extent: ir.Table) -> ir.Table:
    """Each sale delivered on the spot: ``sale_no``, subject, stay, day, ``gone`` (day of the first departure since, null
    if none), ``days`` until then or until today, ``left_by`` (of the like buyers who leave at all, the share gone by
    ``days``; null where too few left to say). Each stay counts once, from its first such sale. What was delivered after the
    extract ends is left out.
    """
    onsite = sales.filter(sales.onsite).cross_join(extent)
    onsite = onsite.filter(onsite.day <= onsite.until).select(
        "until", "sale_no", "subject", "stay", "day", "amount", "seller", "shop"
    )
    exits = movements.filter(movements.left.notnull()).select("subject", "left").distinct()
    gone = onsite.join(exits, ["subject", exits.left >= onsite.day])
    gone = gone.group_by("sale_no").agg(gone=gone.left.min())
    sales = onsite.left_join(gone, "sale_no").drop("sale_no_right")
    sales = sales.mutate(days=(sales.gone.fill_null(sales.until) - sales.day).cast("int64"))
    spells = sales.group_by("subject", "stay", "gone").agg(days=sales.days.max())
    ends = spells.select("stay", "days", left=spells.gone.notnull().cast("int64"), began=ibis.literal(1, "int64"))
    asked = sales.select("stay", "days", left=ibis.literal(0, "int64"), began=ibis.literal(0, "int64")).distinct()
    steps = ends.union(asked).group_by("stay", "days").agg(left=lambda t: t.left.sum(), began=lambda t: t.began.sum())
    whole = ibis.window(group_by="stay")
    still = ibis.window(group_by="stay", order_by=ibis.desc("days"), preceding=None, following=0)
    until = ibis.window(group_by="stay", order_by="days", preceding=None, following=0)
    steps = steps.mutate(at_risk=steps.began.sum().over(still), leavers=steps.left.sum().over(whole))
    steps = steps.mutate(step=lambda t: ibis.greatest(1 - _share(t.left, t.at_risk).fill_null(0), 1e-9).ln())
    steps = steps.mutate(gone_by=lambda t: 1 - t.step.sum().over(until).exp())
    steps = steps.mutate(ever=lambda t: t.gone_by.max().over(whole))
    left_by = (steps.leavers >= ENOUGH).ifelse((steps.gone_by / steps.ever.nullif(0)).round(6), None)
    return sales.join(steps.select("stay", "days", left_by=left_by), ["stay", "days"])


def late(onsite: ir.Table, limits: Limits) -> ir.Table:
    """Each buyer on the spot: ``late`` is 1 with a delivery waiting longer than nearly all like buyers took to leave."""
    waiting = onsite.gone.isnull() & (onsite.left_by >= limits["delay_share"])
    return onsite.group_by("subject").agg(late=waiting.any().fill_null(False).cast("int64"))


def build(tables: Mapping[str, ir.Table], as_of: date, limits: Limits) -> ir.Table:
    """One row a person who has bought: ``subject``, ``title`` (masked) and every feature."""
    return measure(known(tables, as_of), limits)


def measure(now: Known, limits: Limits) -> ir.Table:
    """``build`` from what is known."""
    start = now.day - int(limits["window_days"])
    sales, bookings, onsite = now.sales, now.bookings, now.onsite
    recent = sales.filter(sales.day > start)
    lates = late(onsite, limits)
    parts = [
        _stay(sales),
        _bought(recent, limits),
        _waiting(onsite, now, limits),
        _moved(now),
        _booked(bookings, start),
        _cancelled_after(sales, bookings, start, limits),
        _boarded(now, start),
        _planned(now, start),
        _shared(recent.filter(recent.card.notnull()).select(key="card", subject="subject"), "card_people"),
        _shared(
            recent.filter(recent.pnr.notnull())
            .select(key="pnr", subject="subject")
            .union(bookings.filter(_day(bookings.issued_on) > start).select(key="pnr", subject="subject")),
            "pnr_people",
        ),
        _shared_goods(recent, limits),
        _guided(recent, lates),
        _bulk(recent),
        _split(recent),
        _passports(sales, now.people),
        _sold_by(onsite, lates, limits),
        _cash(sales, start),
        _listed(recent, now.listings, limits),
        _measured(sales, now.measures),
        _upcoming(bookings, now),
    ]
    table = sales.select("subject").distinct()
    table = table.join(now.people.group_by("subject").agg(title=now.people.title.min()), "subject")
    for n, part in enumerate(parts):  # one chain of joins: much quicker to put into SQL than one within the other
        table = table.left_join(part, "subject", rname=f"{{name}}_{n}")
    counts = {f.name: table[f.name].fill_null(0).cast("float64") for f in FEATURES if f.name in _NEVER_EMPTY}
    others = {
        f.name: table[f.name].cast("float64" if f.kind == "number" else "string")
        for f in FEATURES
        if f.name not in _NEVER_EMPTY
    }
    made = {**counts, **others}
    return table.select("subject", "title", **{f.name: made[f.name] for f in FEATURES})


_NEVER_EMPTY = frozenset(
    "amount sales quantity shops largest_day onsite_amount waiting_amount overdue departures monthly_days cancels "
    "cancel_after_buy repeat_flight missed other_flight planned_missed card_people pnr_people shared_sku guide_people guide_share "
    "top_sku split_shops split_quantity passports switches cash_amount listed measures restricted".split()
)


def _day(moment: ir.Value) -> ir.IntegerValue:
    """Days since 1970."""
    return cast(ir.DateValue, moment.cast("date")).epoch_days().cast("int64")


def _share(part: ir.Value, whole: ir.Value) -> ir.FloatingValue:
    return cast(ir.FloatingValue, part.cast("float64") / whole.cast("float64").nullif(0))


def _stay(sales: ir.Table) -> ir.Table:
    newest = ibis.window(group_by="subject", order_by=[ibis.desc("sold_at"), ibis.desc("sale_no")])
    ranked = sales.select("subject", "stay", "sold_at", "sale_no").mutate(place=ibis.row_number().over(newest))
    return ranked.filter(ranked.place == 0).select("subject", "stay")


def _bought(recent: ir.Table, limits: Limits) -> ir.Table:
    days = recent.group_by("subject", "day").agg(amount=recent.amount.sum())
    days = days.group_by("subject").agg(largest_day=days.amount.max(), days=days.count())
    card = recent.payment == "CARD"
    foreign = card & recent.holder_differs
    table = recent.group_by("subject").agg(
        amount=recent.amount.sum(),
        sales=recent.count(),
        quantity=recent.units.sum(),
        shops=recent.shop.nunique(),
        onsite_amount=recent.onsite.ifelse(recent.amount, 0).sum(),
        held=card.fill_null(False).ifelse(recent.amount, 0).sum(),
        foreign=foreign.fill_null(False).ifelse(recent.amount, 0).sum(),
    )
    table = table.join(days, "subject")
    return table.select(
        "subject",
        "amount",
        "sales",
        "quantity",
        "shops",
        "onsite_amount",
        "largest_day",
        onsite_share=_share(table.onsite_amount, table.amount),
        other_holder=_share(table.foreign, table.held),
        monthly_days=_share(table.days * 30, ibis.literal(limits["window_days"])),
    )


def _waiting(onsite: ir.Table, now: Known, limits: Limits) -> ir.Table:
    waiting = onsite.filter(onsite.gone.isnull())
    return waiting.group_by("subject").agg(
        waiting_days=waiting.days.min(),
        longest_waiting=waiting.days.max(),
        waiting_amount=waiting.amount.sum(),
        overdue=(waiting.days > limits["undeparted_days"]).cast("int64").sum(),
        delay=waiting.left_by.min(),
        delay_first=waiting.left_by.max(),
    )


def _moved(now: Known) -> ir.Table:
    first = now.sales.group_by("subject").agg(bought=now.sales.day.min())
    moved = now.movements.group_by("subject").agg(
        left=now.movements.left.max(),
        entered=now.movements.entered.min(),
        departures=(now.movements.left > now.day - HALF_YEAR).fill_null(False).cast("int64").sum(),
    )
    table = first.left_join(moved, "subject").drop("subject_right")
    since = table.left.fill_null(ibis.least(table.entered.fill_null(table.bought), table.bought))
    table = table.mutate(since=since).cross_join(now.extent)
    return table.select("subject", "departures", since_departure=ibis.greatest(table.until - table.since, 0))


def _booked(bookings: ir.Table, start: int) -> ir.Table:
    issued = _day(bookings.issued_on) > start
    table = bookings.group_by("subject").agg(
        cancels=(_day(bookings.cancelled) > start).fill_null(False).cast("int64").sum(),
        ever=bookings.cancelled.notnull().cast("int64").sum(),
        bookings=bookings.count(),
    )
    flights = bookings.filter(issued).group_by("subject", "flight").agg(times=lambda t: t.count())
    flights = flights.group_by("subject").agg(repeat_flight=flights.times.max())
    table = table.left_join(flights, "subject").drop("subject_right")
    return table.select("subject", "cancels", "repeat_flight", cancel_share=_share(table.ever, table.bookings))


def _cancelled_after(sales: ir.Table, bookings: ir.Table, start: int, limits: Limits) -> ir.Table:
    pairs = cancelled_after(sales, bookings, limits["cancel_hours"])
    pairs = pairs.filter(_day(pairs.cancelled) > start).select("subject", "booking_no").distinct()
    return pairs.group_by("subject").agg(cancel_after_buy=pairs.count())


def cancelled_after(sales: ir.Table, bookings: ir.Table, hours: float) -> ir.Table:
    """Sales on the spot (``sale_no``) and the bookings the same person cancelled within ``hours`` after."""
    bought = sales.filter(sales.onsite).select("sale_no", "subject", at=sales.sold_at.epoch_seconds())
    undone = bookings.filter(bookings.cancelled.notnull()).select("booking_no", "subject", "cancelled")
    undone = undone.mutate(then=undone.cancelled.epoch_seconds())
    undone = undone.mutate(latest=(undone.then % DAY == 0).ifelse(undone.then + DAY - 1, undone.then))  # no clock told
    within = [undone.latest > bought.at, undone.then <= bought.at + int(hours * 3600)]
    return bought.join(undone, ["subject", *within])


def _boarded(now: Known, start: int) -> ir.Table:
    each = boarded(now)
    each = each.filter(each.departs > start)
    return each.group_by("subject").agg(
        missed=(each.left == 0).cast("int64").sum(),
        other_flight=((each.left == 1) & (each.same == 0)).cast("int64").sum(),
    )


def boarded(now: Known) -> ir.Table:
    """Bookings that stood until their day, two days or more ago: ``left`` (1: departed within a day of it), ``same``
    (1: on the booked flight).
    """
    due = now.bookings.cross_join(now.extent)
    due = due.filter(
        due.cancelled.isnull() & due.status.isin(["OK", "NS", "XX"]) & (due.departs <= due.until - 2)
    ).select("booking_no", "subject", "flight", "departs")
    exits = now.movements.filter(now.movements.left.notnull()).select("subject", "left", taken="flight")
    near = [exits.left >= due.departs - 1, exits.left <= due.departs + 1]
    found = due.join(exits, ["subject", *near])
    found = found.group_by("booking_no").agg(
        left=found.left.notnull().cast("int64").max(),
        same=(found.flight == found.taken).fill_null(True).cast("int64").max(),
    )
    each = due.left_join(found, "booking_no").drop("booking_no_right")
    return each.mutate(left=each.left.fill_null(0), same=each.same.fill_null(0))


def _planned(now: Known, start: int) -> ir.Table:
    each = planned(now)
    each = each.filter(each.planned > start)
    return each.group_by("subject").agg(planned_missed=each.count())


def planned(now: Known) -> ir.Table:
    """Sales on the spot whose planned departure passed three days or more ago without one."""
    told = now.sales.filter(now.sales.planned_on.notnull()).select("sale_no", planned=_day(now.sales.planned_on))
    each = now.onsite.join(told, "sale_no").filter(lambda t: t.planned <= t.until - 3)
    return each.filter(each.gone.isnull() | (each.gone > each.planned + 3))


def _shared(used: ir.Table, name: str) -> ir.Table:
    """How many people used the most shared of a person's keys."""
    used = used.distinct()
    by_key = used.group_by("key").agg(people=used.count())
    each = used.join(by_key, "key")
    return each.group_by("subject").agg(**{name: each.people.max()})


def _shared_goods(recent: ir.Table, limits: Limits) -> ir.Table:
    """The most of one item bought with a card or booking that several people used, by all of them together."""
    parts = []
    for key in ("card", "pnr"):
        used = recent.filter(recent[key].notnull()).select("subject", "sku", "units", key=key)
        people = used.group_by("key").agg(people=used.subject.nunique())
        used = used.join(people.filter(people.people >= limits["shared_people"]), "key")
        goods = used.group_by("key", "sku").agg(units=used.units.sum())
        parts.append(used.select("subject", "key", "sku").distinct().join(goods, ["key", "sku"]))
    each = parts[0].union(parts[1])
    return each.group_by("subject").agg(shared_sku=each.units.max())


def _guided(recent: ir.Table, late: ir.Table) -> ir.Table:
    guided = recent.filter(recent.guide.notnull())
    each = guided.select("guide", "subject").distinct().left_join(late, "subject").drop("subject_right")
    by_guide = each.group_by("guide").agg(people=each.count(), together=each.late.sum(), seen=each.late.count())
    each = each.join(by_guide, "guide")
    own = each.late.notnull().cast("int64")
    each = each.mutate(others=_share(each.together - each.late.fill_null(0), each.seen - own))
    about = each.group_by("subject").agg(guide_people=each.people.max(), guide_late=each.others.max())
    amounts = recent.group_by("subject").agg(
        amount=recent.amount.sum(), through=recent.guide.notnull().ifelse(recent.amount, 0).sum()
    )
    table = amounts.left_join(about, "subject").drop("subject_right")
    return table.select("subject", "guide_people", "guide_late", guide_share=_share(table.through, table.amount))


def _bulk(recent: ir.Table) -> ir.Table:
    goods = recent.group_by("subject", "sku").agg(quantity=recent.units.sum(), amount=(recent.amount // 1000).sum())
    table = goods.group_by("subject").agg(
        top_sku=goods.quantity.max(), squares=(goods.amount * goods.amount).sum(), amount=goods.amount.sum()
    )
    return table.select("subject", "top_sku", concentration=_share(table.squares, table.amount * table.amount))


def _split(recent: ir.Table) -> ir.Table:
    days = recent.group_by("subject", "day", "sku").agg(shops=recent.shop.nunique(), quantity=recent.units.sum())
    return days.group_by("subject").agg(
        split_shops=days.shops.max(), split_quantity=(days.shops > 1).ifelse(days.quantity, 0).max()
    )


def _passports(sales: ir.Table, who: ir.Table) -> ir.Table:
    order = ibis.window(group_by="subject", order_by=["sold_at", "sale_no"])
    used = sales.select("subject", "passport", "sold_at", "sale_no")
    used = used.mutate(before=used.passport.lag().over(order))
    switches = used.group_by("subject").agg(
        switches=(used.passport != used.before).fill_null(False).cast("int64").sum()
    )
    return switches.join(who.group_by("subject").agg(passports=who.count()), "subject")


def _sold_by(onsite: ir.Table, late: ir.Table, limits: Limits) -> ir.Table:
    each = main_seller(onsite).drop("shop").join(sellers(onsite, late), "seller").join(late, "subject")
    people, gone = each.people - 1, each.late_people - each.late
    usual = ibis.least(ibis.greatest(each.others, 0.01), 0.99)
    sigma = (gone - people * usual) / (people * usual * (1 - usual)).nullif(0).sqrt()
    enough = people >= limits["seller_people"]
    return each.select(
        "subject",
        seller_sigma=enough.ifelse(sigma, None),
        seller_late=enough.ifelse(_share(gone, people), None),
    )


def main_seller(onsite: ir.Table) -> ir.Table:
    """Whom each person bought most from on the spot: a buyer of many shops counts for one of them, and one who spread
    ever so wide (less than ``MAIN`` of the amount with anyone) for none.
    """
    sold = onsite.filter(onsite.seller.notnull())
    bought = sold.group_by("subject", "seller").agg(amount=sold.amount.sum(), shop=sold.shop.min())
    largest = ibis.window(group_by="subject", order_by=[ibis.desc("amount"), "seller"])
    share = _share(bought.amount, bought.amount.sum().over(ibis.window(group_by="subject")))
    main = bought.mutate(place=ibis.row_number().over(largest), share=share)
    return main.filter((main.place == 0) & (main.share.fill_null(1) >= MAIN)).select("subject", "seller", "shop")


def sellers(onsite: ir.Table, late: ir.Table) -> ir.Table:
    """Each salesperson: ``shop``, ``people`` whose main salesperson it is, ``late_people`` of them, and ``others``, the
    share of late buyers of the shop's other salespersons.
    """
    served = main_seller(onsite).join(late, "subject")
    rates = served.group_by("seller").agg(shop=served.shop.min(), people=served.count(), late_people=served.late.sum())
    shop = ibis.window(group_by="shop")
    rest = [rates[name].sum().over(shop) - rates[name] for name in ("late_people", "people")]
    return rates.mutate(others=_share(*rest))


def _cash(sales: ir.Table, start: int) -> ir.Table:
    after = sales.day > start
    table = sales.group_by("subject").agg(
        cash_amount=(after & sales.cash).ifelse(sales.amount, 0).sum(),
        amount=after.ifelse(sales.amount, 0).sum(),
        cash_before=(~after & sales.cash).ifelse(sales.amount, 0).sum(),
        before=(~after).ifelse(sales.amount, 0).sum(),
    )
    share = _share(table.cash_amount, table.amount)
    return table.select(
        "subject", "cash_amount", cash_share=share, cash_rise=share - _share(table.cash_before, table.before)
    )


def _listed(recent: ir.Table, listings: ir.Table, limits: Limits) -> ir.Table:
    each = listed(recent, listings, limits["listed_days"]).select("sale_no", "subject", "units").distinct()
    return each.group_by("subject").agg(listed=each.units.sum())


def listed(sales: ir.Table, listings: ir.Table, days: float) -> ir.Table:
    """Sales whose goods were seen online, at or below what they cost, within ``days`` after."""
    bought = sales.filter(sales.units > 0).select("sale_no", "subject", "sku", "day", "units", "amount")
    seen = listings.select("listing_no", "sku", "seen", "price")
    pairs = bought.join(seen, ["sku", seen.seen >= bought.day, seen.seen <= bought.day + int(days)])
    return pairs.filter(pairs.price * pairs.units <= pairs.amount)


def _measured(sales: ir.Table, measures: ir.Table) -> ir.Table:
    past = measures.group_by("subject").agg(measures=measures.count())
    each = restricted(sales, measures).select("sale_no", "subject").distinct()
    return past.left_join(each.group_by("subject").agg(restricted=each.count()), "subject").drop("subject_right")


def restricted(sales: ir.Table, measures: ir.Table) -> ir.Table:
    """Sales delivered on the spot while the buyer was restricted."""
    bought = sales.filter(sales.onsite).select("sale_no", "subject", "day")
    barred = measures.select("measure_no", "subject", "starts", "ends")
    return bought.join(barred, ["subject", barred.starts <= bought.day, barred.ends >= bought.day])


def _upcoming(bookings: ir.Table, now: Known) -> ir.Table:
    ahead = bookings.filter(
        bookings.cancelled.isnull() & bookings.status.isin(["OK", "XX", "NS"]) & (bookings.departs > now.day)
    )
    return ahead.group_by("subject").agg(leaving_in=(ahead.departs - now.day).min())
