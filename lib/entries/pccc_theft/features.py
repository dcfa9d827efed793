"""The indicators of one code as of a day: what happened to it in the last 90 days, and what stands around it.

Both directions: one code with many addresses, phones and names; one address, phone or sender with many codes. Every
indicator uses only what was declared (and reported) up to that day. The ledger is a snapshot: a change, issue or
reissue dated later is left out. ``judging`` computes the same indicators for one declaration as it arrives.

Two paths: a verified code (NPZ: name, phone and postcode must match since 2026-02-02) cannot be cleared to a postcode
that is not registered, so one that was speaks of its data or route; a legacy code (NP) can, so there the share counts.
"""

from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from lib.entries.pccc_theft.tables import CODES
from lib.screening.features import Feature
from lib.screening.limits import Limits

VERIFIED_SINCE = date(2026, 2, 2)
MONTH = 30  # days in which a place's codes are counted
WEEKS = 4  # recent weeks, counted back from the day, among which the busiest is the burst
GRACE_HOURS = 24  # failed attempts this long before a passed one count
REPORT_DAYS = 365
UNLISTED = "원장에 없음"

FEATURES = (
    Feature("generation", "검증 방식", kind="category", rows="ledger", names=CODES.column("generation").choices),
    Feature("parcels", "90일 신고 건수", "건"),
    Feature("parcels_month", "30일 신고 건수", "건", rows="month"),
    Feature("registered", "등록 배송지 수", "곳", rows="ledger"),
    Feature("mismatch", "등록 밖 배송지 비율", "%", rows="mismatch"),
    Feature("addresses", "서로 다른 배송지 수", "곳"),
    Feature("phones", "서로 다른 전화번호 수", "개"),
    Feature("names", "서로 다른 수하인 이름 수", "명"),
    Feature("other_phone", "원장과 다른 전화 비율", "%", rows="other_phone"),
    Feature("other_name", "원장과 다른 이름 비율", "%", rows="other_name"),
    Feature("place_codes", "같은 배송지로 받은 부호 수(30일)", "개", rows="place"),
    Feature("place_item_codes", "같은 배송지·같은 품명의 부호 수(30일)", "개", rows="place"),
    Feature("phone_codes", "같은 전화를 쓴 부호 수(30일)", "개", rows="phone"),
    Feature("idle_days", "직전 사용 뒤 쉰 기간", "일", rows="idle"),
    Feature("new_region", "처음 가는 지역 비율", "%", rows="new_region"),
    Feature("week_parcels", "가장 바쁜 7일 건수", "건", rows="month"),
    Feature("burst_ratio", "7일 건수의 과거 주평균 배수", "배", rows="month"),
    Feature("burst_z", "7일 건수의 과거 대비 편차", "배", rows="month"),
    Feature("goods_overlap", "과거 품목군과 겹치는 정도", "%", rows="month"),
    Feature("same_item", "같은 품명 반복 건수(30일)", "건", rows="same_item"),
    Feature("same_item_share", "같은 품명 비율(30일)", "%", rows="same_item"),
    Feature("near_limit", "면세 한도 바로 아래 가격 건수", "건", rows="near_limit"),
    Feature("near_limit_share", "면세 한도 바로 아래 가격 비율", "%", rows="near_limit"),
    Feature("sender_item_codes", "같은 발송인·같은 품명의 부호 수(7일)", "개", rows="sender"),
    Feature("sender_only_codes", "그 품명 위주인 발송인의 부호 수(7일)", "개", rows="sender"),
    Feature("changed_days", "정보변경 뒤 지난 기간", "일", rows="ledger"),
    Feature("after_change", "정보변경 뒤 30일 안 건수", "건", rows="after_change"),
    Feature("reissued_days", "재발급 뒤 지난 기간", "일", rows="ledger"),
    Feature("after_reissue", "재발급 뒤 30일 안 건수", "건", rows="after_reissue"),
    Feature("reissues", "연간 재발급 횟수", "회", rows="ledger"),
    Feature("failures", "통과 전 24시간 불일치 횟수", "회", rows="failed"),
    Feature("link_hops", "신고된 도용 건까지 거리", "단계", rows="reports"),
    Feature("own_reports", "이 부호의 도용신고 건수", "건", rows="own_reports"),
)


def build(tables: dict[str, ir.Table], as_of: date, limits: Limits, seen: ir.Table | None = None) -> ir.Table:
    """One row per code with a declaration in the window: ``subject``, masked ``title`` and FEATURES.

    ``seen``: the declarations as ``keyed`` gives them, where they have been worked out already.
    """
    window = int(limits["window_days"])
    seen = keyed(tables["parcels"], as_of) if seen is None else seen
    passed = seen.filter(seen["passed"])
    active = seen.filter(seen["age"] < window)[["pccc"]].distinct()
    recent = passed.filter(passed["age"] < window)
    month = recent.filter(recent["age"] < MONTH)
    reports = valid(tables["reports"], as_of)
    parts = [
        _own(_with_ledger(recent, tables["codes"], passed, window, as_of, limits), limits),
        _ledger(tables["codes"], as_of),
        _idle(passed, tables["codes"], active, window, as_of),
        _goods(passed, active),
        _repeated(month),
        _place(month),
        _phone(month),
        _sender(recent, limits),
        _failures(seen, window),
        _linked(recent, passed, reports, limits),
        _own_reports(reports, as_of),
    ]
    wide = active
    for i, part in enumerate(parts):
        wide = wide.left_join(part, wide["pccc"] == part["pccc"], rname=f"{{name}}_{i}")
    counted = {
        name: wide[name].fill_null(0)
        for name in ("parcels", "parcels_month", "week_parcels", "same_item", "near_limit", "failures", "own_reports", "registered",
                     "addresses", "phones", "names", "place_codes", "place_item_codes", "phone_codes",
                     "sender_item_codes", "sender_only_codes", "after_change", "after_reissue", "reissues")
    }  # fmt: skip
    code = wide["pccc"]
    return wide.select(
        subject=code,
        title=code.substr(0, 3) + ibis.literal("********") + code.substr(11, 2),
        generation=wide["generation"].fill_null(UNLISTED),
        **{f.name: counted.get(f.name, wide[f.name]).cast("float64") for f in FEATURES if f.kind == "number"},
    )


def dated(parcels: ir.Table, as_of: date) -> ir.Table:
    """What had been declared up to the day, with the keys the indicators compare by and its ``age`` in days."""
    day = parcels["declared_at"].date()
    result = parcels["result"]
    known = parcels.filter(day <= ibis.date(as_of))
    return known.mutate(
        day=day,
        age=ibis.date(as_of).delta(day, unit="day").cast("int64"),
        passed=(result.isnull() | (result == "P")),
        failed=(result == "N").fill_null(False),
        place=parcels["postcode"] + ibis.literal(" ") + plain(parcels["address"]),
        goods=plain(parcels["item"]),
        number=plain(parcels["phone"]),
        person=plain(parcels["receiver"]),
        seller=plain(parcels["sender"]),
        region=parcels["postcode"].substr(0, 3),
        hs2=parcels["hs6"].substr(0, 2),
    )


def keyed(parcels: ir.Table, as_of: date) -> ir.Table:
    """``dated`` cut down to what the indicators read, its compared texts as 64-bit keys (empty cells stay empty).

    Two texts of five million share a key with odds of about one in a million. Keys differ from engine to engine.
    """
    known = dated(parcels, as_of)
    texts = ("place", "goods", "number", "person", "seller")
    rest = ("declaration_no", "pccc", "declared_at", "day", "age", "passed", "failed", "postcode", "region", "hs2")
    return known.select(*rest, "value_usd", **{name: _key(known[name]) for name in texts})


def _key(text: ir.StringValue) -> ir.IntegerValue:
    return text.notnull().ifelse(text.hash(), ibis.null("int64"))


def plain(text: ir.StringValue) -> ir.StringValue:
    """The text as it is compared: no blanks, commas or hyphens, upper case."""
    return text.replace(" ", "").replace(",", "").replace("-", "").upper()


def _days(as_of: date, day: ir.DateValue) -> ir.Value:
    """Days since ``day``; null when it is still to come."""
    past = ibis.date(as_of).delta(day, unit="day").cast("int64")
    return (day <= ibis.date(as_of)).ifelse(past, ibis.null("int64"))


def _with_ledger(
    recent: ir.Table, codes: ir.Table, passed: ir.Table, window: int, as_of: date, limits: Limits
) -> ir.Table:
    """Recent declarations beside what the ledger and the code's earlier places say of them."""
    span = int(limits["reissue_days"])
    ledger = codes.select(
        "pccc",
        "generation",
        "changed_on",
        "reissued_on",
        listed=ibis.literal("|") + codes["postcodes"],
        ledger_phone=_key(plain(codes["phone"])),
        ledger_name=_key(plain(codes["name"])),
        ledger_name_en=_key(plain(codes["name_en"])),
    )
    older = passed.filter(passed["age"] >= window)
    known = older.group_by("pccc", "region").agg(been=ibis._.count())
    history = older.group_by("pccc").agg(older=ibis._.count())
    t = recent.left_join(ledger, "pccc").drop("pccc_right")
    t = t.left_join(known, ["pccc", "region"]).drop("pccc_right", "region_right")
    t = t.left_join(history, "pccc").drop("pccc_right")
    verified = t["generation"] == "NPZ"
    enforced = (t["day"] >= ibis.date(VERIFIED_SINCE)) & (t["changed_on"].isnull() | (t["day"] >= t["changed_on"]))
    number, person = t["number"], t["person"]
    past_change = (t["changed_on"] <= ibis.date(as_of)) & (t["day"] >= t["changed_on"])
    past_reissue = (t["reissued_on"] <= ibis.date(as_of)) & (t["day"] >= t["reissued_on"])
    low = limits["duty_free_usd"], limits["duty_free_us_usd"]
    price, margin = t["value_usd"], limits["near_limit_usd"]
    near = ((price >= low[0] - margin) & (price <= low[0])) | ((price >= low[1] - margin) & (price <= low[1]))
    # a list changed within the window may hold the thief's own address: it vouches for no region
    changed = _days(as_of, t["changed_on"]).fill_null(window)
    vouched = (t["listed"].notnull() & (changed >= window)).fill_null(False)
    has_past = t["older"].notnull() | vouched
    been = t["been"].notnull() | (vouched & t["listed"].contains(ibis.literal("|") + t["region"]).fill_null(False))
    return t.mutate(
        checked=_flag(((verified & enforced) | (t["generation"] == "NP")) & t["listed"].notnull()),
        unlisted=_flag(~t["listed"].contains(ibis.literal("|") + t["postcode"])),
        compared_phone=_flag(t["ledger_phone"].notnull() & number.notnull()),
        strange_phone=_flag(number != t["ledger_phone"]),
        compared_name=_flag(t["ledger_name"].notnull()),
        strange_name=_flag((person != t["ledger_name"]) & (person != t["ledger_name_en"]).fill_null(True)),
        near=_flag(near),
        placed=_flag(has_past),
        new=_flag(has_past & ~been),
        after_change=_flag(past_change & (t["day"] <= t["changed_on"] + ibis.interval(days=span))),
        after_reissue=_flag(past_reissue & (t["day"] <= t["reissued_on"] + ibis.interval(days=span))),
    )


def _flag(condition: ir.BooleanValue) -> ir.IntegerValue:
    return condition.fill_null(False).cast("int64")


def _own(recent: ir.Table, limits: Limits) -> ir.Table:
    """Indicators 1, 2, 5, 7, 9: one code's own declarations."""
    window = int(limits["window_days"])
    t: Any = recent
    sums = t.group_by("pccc").agg(
        parcels=t.count(),
        parcels_month=(t["age"] < MONTH).cast("int64").sum(),
        before=(t["age"] >= 7 * WEEKS).cast("int64").sum(),
        **{
            name: t[name].sum()
            for name in (
                "checked",
                "compared_phone",
                "compared_name",
                "placed",
                "near",
                "after_change",
                "after_reissue",
            )
        },
        unlisted=(t["checked"] * t["unlisted"]).sum(),
        strange_phone=(t["compared_phone"] * t["strange_phone"]).sum(),
        strange_name=(t["compared_name"] * t["strange_name"]).sum(),
        new=t["new"].sum(),
        addresses=t["place"].nunique(),
        phones=t["number"].nunique(),
        names=t["person"].nunique(),
    )
    weekly = 7 * sums["before"] / (window - 7 * WEEKS)
    usual = ibis.greatest(weekly, 0.5)
    sums = sums.left_join(_busiest(t), "pccc").drop("pccc_right")
    busiest = sums["busiest"].fill_null(0)
    return sums.select(
        "pccc", "parcels", "parcels_month", "addresses", "phones", "names", "after_change", "after_reissue",
        mismatch=sums["unlisted"] / sums["checked"].nullif(0),
        other_phone=sums["strange_phone"] / sums["compared_phone"].nullif(0),
        other_name=sums["strange_name"] / sums["compared_name"].nullif(0),
        new_region=sums["new"] / sums["placed"].nullif(0),
        near_limit=sums["near"],
        near_limit_share=sums["near"] / sums["parcels"].nullif(0),
        week_parcels=busiest,
        burst_ratio=busiest / usual,
        burst_z=(busiest - usual) / usual.sqrt(),
    )  # fmt: skip


def _busiest(recent: ir.Table) -> ir.Table:
    """Most declarations in any seven days that end within the last weeks."""
    days = recent.group_by("pccc", "age").agg(n=recent.count())
    week = days["n"].sum().over(ibis.window(group_by="pccc", order_by="age", range=(0, 6)))
    ends = days.mutate(week=week).filter(ibis._["age"] < 7 * WEEKS)
    return ends.group_by("pccc").agg(busiest=ends["week"].max())


def _ledger(codes: ir.Table, as_of: date) -> ir.Table:
    listed = codes["postcodes"]
    reissued = _days(as_of, codes["reissued_on"])
    return codes.select(
        "pccc",
        "generation",
        registered=((listed.length() + 1) / 6).floor(),
        changed_days=_days(as_of, codes["changed_on"]),
        reissued_days=reissued,
        reissues=((reissued < 365) | codes["reissued_on"].isnull()).ifelse(codes["reissues"], 0),
    )


def _idle(passed: ir.Table, codes: ir.Table, active: ir.Table, window: int, as_of: date) -> ir.Table:
    """Indicator 4: days without use before the first use in the window; at least so many where nothing is known before."""
    t = passed.semi_join(active, "pccc")
    recent = t["age"] < window
    ends = t.group_by("pccc").agg(
        first=recent.ifelse(t["age"], ibis.null("int64")).max(),
        last=recent.ifelse(ibis.null("int64"), t["age"]).min(),
    )
    start = passed.agg(start=passed["age"].max())
    issued = codes.select("pccc", issued=_days(as_of, codes["issued_on"]))
    ends = ends.left_join(issued, "pccc").drop("pccc_right").cross_join(start)
    unseen = ibis.least(ends["start"], ends["issued"].fill_null(ends["start"]))
    return ends.select("pccc", idle_days=ibis.greatest(ends["last"].fill_null(unseen) - ends["first"], 0))


def _goods(passed: ir.Table, active: ir.Table) -> ir.Table:
    """Indicator 6: Jaccard of the HS chapters of the last 30 days with those before."""
    t = passed.semi_join(active, "pccc")
    t = t.filter(t["hs2"].notnull())
    late = t["age"] < MONTH
    chapters = t.group_by("pccc", "hs2").agg(now=late.cast("int64").max(), past=(~late).cast("int64").max())
    sums = chapters.group_by("pccc").agg(
        both=(chapters["now"] * chapters["past"]).sum(),
        either=chapters.count(),
        now=chapters["now"].sum(),
        past=chapters["past"].sum(),
    )
    known = (sums["now"] > 0) & (sums["past"] > 0)
    return sums.select("pccc", goods_overlap=known.ifelse(sums["both"] / sums["either"], ibis.null("float64")))


def _repeated(month: ir.Table) -> ir.Table:
    items = month.group_by("pccc", "goods").agg(n=month.count())
    most = items.group_by("pccc").agg(same_item=items["n"].max(), all=items["n"].sum())
    return most.select("pccc", "same_item", same_item_share=most["same_item"] / most["all"])


def _place(month: ir.Table) -> ir.Table:
    """Indicator 3: codes received at one address, and those among them with the same goods."""
    pairs = month.select("pccc", "place", "goods").distinct()
    everyone = pairs.group_by("place").agg(place_codes=pairs["pccc"].nunique())
    alike = pairs.group_by("place", "goods").agg(place_item_codes=pairs.count())
    t = pairs.inner_join(everyone, "place").inner_join(alike, ["place", "goods"])
    return t.group_by("pccc").agg(place_codes=t["place_codes"].max(), place_item_codes=t["place_item_codes"].max())


def _phone(month: ir.Table) -> ir.Table:
    pairs = month.filter(month["number"].notnull()).select("pccc", "number").distinct()
    everyone = pairs.group_by("number").agg(phone_codes=pairs.count())
    t = pairs.inner_join(everyone, "number")
    return t.group_by("pccc").agg(phone_codes=t["phone_codes"].max())


def _sender(recent: ir.Table, limits: Limits) -> ir.Table:
    """Indicator 8: within seven days one sender ships the same goods and only the code changes."""
    late = recent.filter((recent["age"] < 7 * WEEKS) & recent["seller"].notnull())
    days = late.select("pccc", "goods", "seller", "age").distinct()
    ends = days.mutate(
        end=ibis.range(0, 7).unnest()
    )  # each day counts in the seven weeks it lies in, told by their last day
    ends = ends.mutate(end=ends["age"] - ends["end"]).filter(ibis._["end"] >= 0)
    pairs = ends.select("pccc", "goods", "seller", "end").distinct()
    everyone = pairs.group_by("seller", "end").agg(all=pairs["pccc"].nunique())
    alike = pairs.group_by("seller", "end", "goods").agg(alike=pairs.count())
    t = pairs.inner_join(everyone, ["seller", "end"]).inner_join(alike, ["seller", "end", "goods"])
    only = (t["alike"] * 100 >= t["all"] * limits["sender_share"]).ifelse(t["alike"], 0)
    return t.group_by("pccc").agg(sender_item_codes=t["alike"].max(), sender_only_codes=only.max())


def _failures(seen: ir.Table, window: int) -> ir.Table:
    """Indicator 11: failed name–phone attempts in the 24 hours before one that passed."""
    missed = seen.filter(seen["failed"] & (seen["age"] <= window)).select("pccc", missed_at="declared_at")
    through = seen.filter(seen["passed"] & (seen["age"] < window)).select("pccc", "declaration_no", "declared_at")
    t = through.inner_join(missed, "pccc")
    near = t.filter(
        (t["missed_at"] <= t["declared_at"]) & (t["missed_at"] + ibis.interval(hours=GRACE_HOURS) >= t["declared_at"])
    )
    counts = near.group_by("pccc", "declaration_no").agg(n=near.count())
    return counts.group_by("pccc").agg(failures=counts["n"].max())


def valid(reports: ir.Table, as_of: date) -> ir.Table:
    """Reports known by the day, without those the owner took back."""
    return reports.filter((reports["reported_on"] <= ibis.date(as_of)) & (reports["own"].fill_null("U") != "Y"))


def _own_reports(reports: ir.Table, as_of: date) -> ir.Table:
    late = reports.filter(_days(as_of, reports["reported_on"]) < REPORT_DAYS)
    return late.group_by("pccc").agg(own_reports=late.count())


def _linked(recent: ir.Table, passed: ir.Table, reports: ir.Table, limits: Limits) -> ir.Table:
    """Indicator 10: steps over shared addresses and phones to a declaration reported stolen under another code.

    What more codes share than ``link_hub`` (a forwarding house, an office tower) joins nobody.
    """
    edges = _ends(recent).distinct()
    named = reports.filter(reports["declaration_no"].notnull())[["declaration_no"]].distinct()
    stolen = _ends(passed.semi_join(named, "declaration_no")).distinct()
    sizes = edges.group_by("node").agg(codes=edges.count())
    small = sizes.filter(sizes["codes"] <= limits["link_hub"])[["node"]]
    edges = edges.semi_join(small, "node")
    marked = stolen.group_by("node").agg(victims=stolen.count(), victim=stolen["pccc"].min())
    t = edges.inner_join(marked, "node")
    one = t.filter((t["victims"] > 1) | (t["victim"] != t["pccc"]))[["pccc"]].distinct()
    bridges = edges.semi_join(one, "pccc")[["node"]].distinct()
    two = edges.semi_join(bridges, "node")[["pccc"]].distinct().anti_join(one, "pccc")
    two = two.anti_join(reports, "pccc")  # a victim would come back to itself
    if limits["link_hops"] < 2:
        two = two.filter(ibis.literal(False))
    return one.mutate(link_hops=ibis.literal(1)).union(two.mutate(link_hops=ibis.literal(2)))


def _ends(parcels: ir.Table) -> ir.Table:
    """Code to node: the addresses and phones its declarations name."""
    phones = parcels.filter(parcels["number"].notnull())
    return parcels.select("pccc", node="place").union(phones.select("pccc", node="number"))
