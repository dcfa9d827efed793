"""The morning's work: who is to be told what, who has to be rung up, what goes to a person, and the messages themselves.

Safe to run again: a warehouse has one message a day, an item is told once a stage, and what is overdue again only after the
cooldown. R4 never becomes a message.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa

from lib.casework import KST, Message, MessageState, NotAllowed, Outbox
from lib.casework.outbox import Delivery, Draft, Gateway
from lib.entries.bonded_cargo import answers, items, messages
from lib.entries.bonded_cargo.messages import Notice
from lib.entries.bonded_cargo.screen import ENTRY, Duties
from lib.screening.limits import Limits
from lib.settings import settings
from lib.tables.checking import Checked, match_headers

STAGES = {items.FAR: "D-3", items.NEAR: "D-1", items.OVERDUE: "overdue"}
NO_CONSENT, NO_PHONE, BAD_PHONE, UNKNOWN = (
    "수신동의 없음",
    "연락처 없음",
    "연락처가 전화번호 형식이 아님",
    "보세구역 자료에 없음",
)
SILENCED = {answers.NOT_ME: "담당이 아니라고 회신함", answers.STOP: "문자를 보내지 말라고 회신함"}


@dataclass(frozen=True)
class Morning:
    """``notices``: by warehouse, of what fell due within ``tell_days``; ``held``: items told within the cooldown; ``blind``: items of
    consignments with unread rows, told to nobody; ``calls``: warehouses to be rung up, with why;
    ``review``: R4, for a person; ``board``: how many items stand in which state, by rule.
    """

    as_of: date
    notices: Mapping[str, tuple[Notice, ...]]
    held: int
    blind: int
    calls: pd.DataFrame
    review: pd.DataFrame
    board: pd.DataFrame


@dataclass(frozen=True)
class Run:
    """What a run did: ``written``: messages of the day that stand; ``new``: how many were written just now; ``delivery``: what was sent."""

    morning: Morning
    written: list[Message]
    new: int
    delivery: Delivery | None


def ledger(practice: bool) -> str:
    """Under which name the outbox keeps the messages: practice never stands in the way of real ones."""
    return f"{ENTRY}:practice" if practice else ENTRY


def rehearsal(day: date, demo: bool) -> bool:
    """Whether messages of this day are for practice only: of made-up data, or of a day that is not today (Korean time)."""
    return demo or day != datetime.now(KST).date()


def to_tell(duties: Duties) -> pd.DataFrame:
    """Items a warehouse is to be told of: about to be due, or overdue for no longer than ``tell_days``. That a transport has not wholly
    arrived (R1) says already that packages are missing (R6).
    """
    rows, limits = duties.items, duties.limits
    told = rows[rows["state"].isin([*STAGES]) & ~rows["rule"].map(lambda code: items.RULES[code].criminal)]
    told = told[pd.to_datetime(told["due"]) >= pd.Timestamp(duties.as_of) - pd.Timedelta(days=limits["tell_days"])]
    transport = told["cargo"] + "|" + told["ref"].fillna("")
    late = transport[(told["rule"] == "R1") & (told["state"] == items.OVERDUE)]
    return told[~((told["rule"] == "R6") & transport.isin(late))]


def watched(duties: Duties) -> list[str]:
    """The consignments whose state matters today, to be asked for anew: what is to be told, and what a person reviews."""
    review = duties.items[duties.items["state"] == items.REVIEW]
    return list(pd.concat([to_tell(duties), review])["cargo"].unique())


def unread(events: Checked) -> frozenset[str]:
    """Consignments with a row that could not be used: what is not known of them may be the very report that seems missing."""
    raw = events.rejected
    header = match_headers(raw.column_names, events.table, complete=False).get("cargo_no")
    numbers = raw[header].to_pylist() if header else []
    return frozenset(re.sub(r"[\s-]", "", str(number)).upper() for number in numbers if number)


def morning(
    duties: Duties,
    outbox: Outbox | None = None,
    replies: pa.Table | None = None,
    *,
    practice: bool = False,
    unread: Collection[str] = (),
) -> Morning:
    """What there is to do. ``outbox``: what was told lately is not told again; ``replies``: who asked not to be texted is rung up;
    ``unread``: consignments nobody is told of before their rows are put right.
    """
    rows, limits = duties.items, duties.limits
    silent = {} if replies is None else answers.silenced(answers.read(replies, duties.warehouses), duties.warehouses)
    told = to_tell(duties)
    unsure = told["cargo"].isin([*unread])
    blind, told = int(unsure.sum()), told[~unsure]
    told = told.assign(key=told["key"] + "|" + told["state"].map(STAGES))
    lately = _lately(outbox, ledger(practice), duties.as_of, limits, told["key"].tolist()) if outbox else set()
    due = told[~told["key"].isin(lately)]
    known = {row["shed"]: row for row in duties.warehouses.to_dict("records")}
    notices: dict[str, list[Notice]] = {}
    calls: list[dict[str, Any]] = []
    for shed, some in due.groupby("shed", sort=True):
        if why := _unreachable(known.get(shed)) or SILENCED.get(silent.get(str(shed), "")):
            about = known.get(shed, {})
            calls.append({"shed": shed, "name": about.get("name"), "manager": about.get("manager"), "phone": about.get("phone"), "why": why, "items": len(some)})  # fmt: skip
            continue
        notices[str(shed)] = [_notice(row) for row in some.to_dict("records")]
    columns = ["shed", "name", "manager", "phone", "why", "items"]
    return Morning(
        duties.as_of,
        {shed: tuple(some) for shed, some in notices.items()},
        len(told) - len(due),
        blind,
        pd.DataFrame(calls, columns=columns),
        rows[rows["state"] == items.REVIEW].sort_values("since", ascending=False, ignore_index=True),
        rows.groupby(["rule", "state"]).size().unstack(fill_value=0).reindex(list(items.RULES), fill_value=0),
    )


def drafts(found: Morning, duties: Duties, office: str, *, practice: bool = False) -> list[Draft]:
    """One message a warehouse, ready for the outbox."""
    entry = ledger(practice)
    known = duties.warehouses.set_index("shed")
    made = []
    for shed, notices in found.notices.items():
        name = str(known.at[shed, "name"])
        text = messages.write(name, notices, found.as_of, office, phone=settings().office_phone)
        key = f"{entry}:{found.as_of.isoformat()}:{shed}"
        made.append(Draft(key, entry, str(known.at[shed, "phone"]), name, text.subject, text.body, text.kind, text.bytes, text.told, found.as_of))  # fmt: skip
    return made


CLEARED = "그사이 신고되었거나 안내할 수 없게 되어 보내지 않음"
RENEWED = "자료가 바뀌어 새로 만듦"


@dataclass(frozen=True)
class Plan:
    """``new``: messages to write; ``stale``: by id, written ones not sent yet that today's tables no longer bear out, with why."""

    new: list[Draft]
    stale: Mapping[int, str]


def plan(outbox: Outbox, wanted: Sequence[Draft], written: Sequence[Message]) -> Plan:
    """What there is to write beside what is ``written``. What an officer took back, or what has gone out, stays as it is."""
    now = {draft.key: draft for draft in wanted}
    stale: dict[int, str] = {}
    standing = set()
    for message in written:
        draft = now.get(message.key)
        if message.state in (MessageState.DRAFTED, MessageState.APPROVED) and draft is None:
            stale[message.id] = CLEARED
        elif message.state in (MessageState.DRAFTED, MessageState.APPROVED) and draft and (draft.phone, draft.body) != (message.phone, message.body):  # fmt: skip
            stale[message.id] = RENEWED
        elif message.state != MessageState.CANCELLED or outbox.history(message.id)[-1].note not in (CLEARED, RENEWED):
            standing.add(message.key)
    return Plan([draft for draft in wanted if draft.key not in standing], stale)


def write(outbox: Outbox, made: Plan, *, by: str) -> None:
    """Take back what is stale, write what is new."""
    for why in dict.fromkeys(made.stale.values()):
        outbox.cancel([one for one, reason in made.stale.items() if reason == why], by=by, why=why)
    outbox.draft(made.new, by=by)


def run(
    duties: Duties, outbox: Outbox, *, by: str, office: str, gateway: Gateway | None = None, replies: pa.Table | None = None,
    practice: bool = False, unread: Collection[str] = (),
) -> Run:  # fmt: skip
    """Write the day's messages; with a ``gateway`` approve and send them too. Twice is as good as once."""
    found, entry = morning(duties, outbox, replies, practice=practice, unread=unread), ledger(practice)
    wanted = drafts(found, duties, office, practice=practice)
    made = plan(outbox, wanted, outbox.messages(entry=entry, day=found.as_of))
    write(outbox, made, by=by)
    delivery = None
    if gateway:
        ours = outbox.messages(entry=entry, day=found.as_of, state=MessageState.DRAFTED)
        outbox.approve([message.id for message in ours], by=by)
        delivery = deliver(outbox, gateway, duties.limits, practice=practice)
    written = [m for m in outbox.messages(entry=entry, day=found.as_of) if m.state != MessageState.CANCELLED]
    return Run(found, written, len(made.new), delivery)


def deliver(outbox: Outbox, gateway: Gateway, limits: Limits, *, practice: bool = False) -> Delivery:
    """Ask what became of what went out before, then send what is approved, within the office's hours and daily cap."""
    settle(outbox, gateway, practice=practice)
    return outbox.deliver(
        gateway, entry=ledger(practice), cap=int(limits["daily_cap"]), from_hour=int(limits["send_from_hour"]),
        until_hour=int(limits["send_until_hour"]), dry_run=False,
    )  # fmt: skip


def settle(outbox: Outbox, gateway: Gateway, *, practice: bool = False) -> None:
    """Ask what became of what went out, and of what a program that broke off was sending; in a file a message stands once."""
    outbox.settle(gateway, entry=ledger(practice), at_once=gateway.name == "file")


def clock(day: date, limits: Limits, rehearsing: bool) -> Callable[[], datetime]:
    """The time messages go by: that morning's in a rehearsal."""
    return clock_of(day, int(limits["run_hour"])) if rehearsing else lambda: datetime.now(UTC)


def clock_of(day: date, hour: int) -> Callable[[], datetime]:
    """The time for a rehearsal of a day that is not today: that morning."""
    then = datetime(day.year, day.month, day.day, hour, tzinfo=KST).astimezone(UTC)
    return lambda: then


def _lately(outbox: Outbox, entry: str, as_of: date, limits: Limits, keys: list[str]) -> set[str]:
    """Items that need not be told today: warnings told before at all, what is overdue within the cooldown."""
    cooled = datetime.combine(as_of - timedelta(days=int(limits["cooldown_days"]) - 1), datetime.min.time())
    ever = outbox.last_told(entry=entry, since=cooled - timedelta(days=60), items=keys)
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
