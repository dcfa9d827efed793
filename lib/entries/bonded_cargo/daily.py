"""The morning's work: who is to be told what, who has to be rung up, what goes to a person, and the messages themselves.

Safe to run again: a warehouse has one message a day, an item is told once a stage, and what is overdue again only after the
cooldown. R4 never becomes a message.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd

from lib.casework import KST, Message, MessageState, NotAllowed, Outbox
from lib.casework.outbox import Delivery, Draft, Gateway
from lib.entries.bonded_cargo import items, messages
from lib.entries.bonded_cargo.messages import Notice
from lib.entries.bonded_cargo.screen import ENTRY, Duties
from lib.screening.limits import Limits

STAGES = {items.FAR: "D-3", items.NEAR: "D-1", items.OVERDUE: "overdue"}
NO_CONSENT, NO_PHONE, BAD_PHONE, UNKNOWN = (
    "수신동의 없음",
    "연락처 없음",
    "연락처가 전화번호 형식이 아님",
    "보세구역 자료에 없음",
)


@dataclass(frozen=True)
class Morning:
    """``notices``: by warehouse, of what fell due within ``tell_days``; ``held``: items told within the cooldown; ``calls``: warehouses to be rung up, with why;
    ``review``: R4, for a person; ``board``: how many items stand in which state, by rule.
    """

    as_of: date
    notices: Mapping[str, tuple[Notice, ...]]
    held: int
    calls: pd.DataFrame
    review: pd.DataFrame
    board: pd.DataFrame


@dataclass(frozen=True)
class Run:
    """What a run did: ``written``: messages of the day; ``new``: how many were written just now; ``delivery``: what was sent."""

    morning: Morning
    written: list[Message]
    new: int
    delivery: Delivery | None


def morning(duties: Duties, outbox: Outbox | None = None) -> Morning:
    """What there is to do. ``outbox``: what was told lately is not told again."""
    rows, limits = duties.items, duties.limits
    told = rows[rows["state"].isin([*STAGES]) & ~rows["rule"].map(lambda code: items.RULES[code].criminal)]
    told = told[pd.to_datetime(told["due"]) >= pd.Timestamp(duties.as_of) - pd.Timedelta(days=limits["tell_days"])]
    told = told.assign(key=told["key"] + "|" + told["state"].map(STAGES))
    lately = _lately(outbox, duties.as_of, limits, told["key"].tolist()) if outbox else set()
    due = told[~told["key"].isin(lately)]
    known = {row["shed"]: row for row in duties.warehouses.to_dict("records")}
    notices: dict[str, list[Notice]] = {}
    calls: list[dict[str, Any]] = []
    for shed, some in due.groupby("shed", sort=True):
        if why := _unreachable(known.get(shed)):
            about = known.get(shed, {})
            calls.append({"shed": shed, "name": about.get("name"), "manager": about.get("manager"), "phone": about.get("phone"), "why": why, "items": len(some)})  # fmt: skip
            continue
        notices[str(shed)] = [_notice(row) for row in some.to_dict("records")]
    columns = ["shed", "name", "manager", "phone", "why", "items"]
    return Morning(
        duties.as_of,
        {shed: tuple(some) for shed, some in notices.items()},
        len(told) - len(due),
        pd.DataFrame(calls, columns=columns),
        rows[rows["state"] == items.REVIEW].sort_values("since", ascending=False, ignore_index=True),
        rows.groupby(["rule", "state"]).size().unstack(fill_value=0).reindex(list(items.RULES), fill_value=0),
    )


def drafts(found: Morning, duties: Duties, office: str) -> list[Draft]:
    """One message a warehouse, ready for the outbox."""
    known = duties.warehouses.set_index("shed")
    made = []
    for shed, notices in found.notices.items():
        name = str(known.at[shed, "name"])
        text = messages.write(name, notices, found.as_of, office)
        key = f"{ENTRY}:{found.as_of.isoformat()}:{shed}"
        told = tuple(notice.item for notice in notices)
        made.append(Draft(key, ENTRY, str(known.at[shed, "phone"]), name, text.subject, text.body, text.kind, text.bytes, told, found.as_of))  # fmt: skip
    return made


def run(duties: Duties, outbox: Outbox, *, by: str, office: str, gateway: Gateway | None = None) -> Run:
    """Write the day's messages; with a ``gateway`` approve and send them too. Twice is as good as once."""
    found = morning(duties, outbox)
    standing = {message.key for message in outbox.messages(entry=ENTRY, day=found.as_of)}
    made = outbox.draft(drafts(found, duties, office), by=by)
    delivery = None
    if gateway:
        ours = outbox.messages(entry=ENTRY, day=found.as_of, state=MessageState.DRAFTED)
        outbox.approve([message.id for message in ours], by=by)
        delivery = deliver(outbox, gateway, duties.limits)
    written = outbox.messages(entry=ENTRY, day=found.as_of)
    return Run(found, written, sum(message.key not in standing for message, new in made if new), delivery)


def deliver(outbox: Outbox, gateway: Gateway, limits: Limits) -> Delivery:
    """Send what is approved, within the office's hours and daily cap."""
    return outbox.deliver(
        gateway, entry=ENTRY, cap=int(limits["daily_cap"]), from_hour=int(limits["send_from_hour"]),
        until_hour=int(limits["send_until_hour"]), dry_run=False,
    )  # fmt: skip


def clock(day: date, limits: Limits, rehearsal: bool) -> Callable[[], datetime]:
    """The time messages go by: that morning's in a rehearsal."""
    return clock_of(day, int(limits["run_hour"])) if rehearsal else lambda: datetime.now(UTC)


def clock_of(day: date, hour: int) -> Callable[[], datetime]:
    """The time for a rehearsal of a day that is not today: that morning."""
    then = datetime(day.year, day.month, day.day, hour, tzinfo=KST).astimezone(UTC)
    return lambda: then


def _lately(outbox: Outbox, as_of: date, limits: Limits, keys: list[str]) -> set[str]:
    """Items that need not be told today: warnings told before at all, what is overdue within the cooldown."""
    cooled = datetime.combine(as_of - timedelta(days=int(limits["cooldown_days"]) - 1), datetime.min.time())
    ever = outbox.last_told(entry=ENTRY, since=cooled - timedelta(days=60), items=keys)
    begin = cooled.replace(tzinfo=KST)
    today = datetime.combine(as_of, datetime.min.time(), KST)
    return {key for key, at in ever.items() if at < today and (not key.endswith("|overdue") or at >= begin)}


def _unreachable(about: Mapping[Any, Any] | None) -> str:
    """Why a warehouse cannot be texted, in Korean; "" if it can."""
    if about is None:
        return UNKNOWN
    if pd.isna(about["phone"]) or not str(about["phone"]).strip():
        return NO_PHONE
    if about["consent"] is None or pd.isna(about["consent"]) or not bool(about["consent"]):
        return NO_CONSENT
    try:
        Draft("x", ENTRY, str(about["phone"]), str(about["name"]), "", "x", "SMS", 1, (), date.min)
    except NotAllowed:
        return BAD_PHONE
    return ""


def _notice(row: Mapping[Any, Any]) -> Notice:
    hbl = None if pd.isna(row["hbl"]) else str(row["hbl"])
    due = pd.Timestamp(row["due"]).date()
    return Notice(row["key"], row["rule"], STAGES[row["state"]], row["cargo"], hbl, due, row["shed"], None if pd.isna(row["ref"]) else row["ref"])  # type: ignore[arg-type]  # fmt: skip
