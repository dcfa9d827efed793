"""One declaration as it arrives, judged against a history loaded once.

``History`` keeps the columns the indicators compare as numbers (64-bit keys of the texts) with an index each by code,
address, phone and sender, so that one judgement reads only the rows around its code. The indicators are those of
``features.build`` as of the declaration's moment; a test holds the two together.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lib.entries.pccc_theft import evidence, rules
from lib.entries.pccc_theft.evidence import ENTRY, Around, plain
from lib.entries.pccc_theft.features import (
    FEATURES,
    GRACE_HOURS,
    MONTH,
    REPORT_DAYS,
    UNLISTED,
    VERIFIED_SINCE,
    WEEKS,
)
from lib.entries.pccc_theft.tables import PARCELS, complete
from lib.files import MOST_BYTES, decoded, loads
from lib.screening import Finding, explain
from lib.screening import limits as limits_of
from lib.screening.features import values
from lib.screening.limits import Limits
from lib.tables.checking import match_headers

if TYPE_CHECKING:
    from lib.screening.model import Model

Array = np.ndarray[Any, Any]
DAY = 86_400_000_000  # microseconds
_NEEDED = ("declaration_no", "declared_at", "receiver", "pccc", "phone", "postcode", "address", "sender", "item", "hs6",
           "value_usd", "result")  # fmt: skip
_MOST = 100  # rows of other codes read for one finding
_KST = timezone(timedelta(hours=9))
_EPOCH = date(1970, 1, 1).toordinal()


class BadParcel(ValueError):
    """The declaration cannot be judged as given; the message is Korean."""


class History:
    """What was declared before, the ledger and the reports, ready for single judgements."""

    def __init__(self, tables: Mapping[str, pa.Table | Path]) -> None:
        given = complete(tables)
        parcels = _read(given["parcels"], _NEEDED)
        self.rows = parcels.sort_by("declared_at").combine_chunks()
        self.count = self.rows.num_rows
        self.column = {name: np.append(values, values.dtype.type(0)) for name, values in _columns(self.rows).items()}
        self.order = {name: np.argsort(self.column[name][:-1], kind="stable").astype(np.int32)
                      for name in ("pccc", "place", "number", "seller")}  # fmt: skip
        self.sorted = {name: self.column[name][order] for name, order in self.order.items()}
        passed = self.column["time"][:-1][self.column["passed"][:-1]]
        self.first_passed = int(passed[0] // DAY) if len(passed) else 0
        codes = _read(given["codes"])
        self.codes = codes.to_pandas(date_as_object=True)
        keys = _keys(codes["pccc"])
        self._code_order = np.argsort(keys, kind="stable")
        self._code_keys = keys[self._code_order]
        reports = _read(given["reports"]).to_pandas(date_as_object=True)
        self.reports = reports[reports["own"].fillna("U") != "Y"].reset_index(drop=True)  # the rest were taken back
        self.report_days = np.array([_day(day) for day in self.reports["reported_on"]], dtype=np.int64)
        self.reported_keys = _keys(pa.array(self.reports["pccc"], pa.string()))
        self._mark_stolen()

    def _mark_stolen(self) -> None:
        """Addresses and phones of declarations reported stolen: node to (known since, declared, code)."""
        since: dict[int, int] = {}
        named = self.reports[self.reports["declaration_no"].notna()]
        for key, day in zip(_keys(pa.array(named["declaration_no"], pa.string())), named["reported_on"], strict=True):
            since[int(key)] = min(since.get(int(key), 10**9), _day(day))
        column = self.column
        hit = np.isin(column["declaration_no"][:-1], np.array([*since], dtype=np.uint64)) & column["passed"][:-1]
        self.stolen: dict[tuple[str, int], list[tuple[int, int, int]]] = {}
        for i in np.flatnonzero(hit):
            known = since[int(column["declaration_no"][i])], int(column["time"][i]), int(column["pccc"][i])
            for kind in ("place", "number"):
                if node := int(column[kind][i]):
                    self.stolen.setdefault((kind, node), []).append(known)

    def ledger(self, pccc: str) -> dict[str, Any] | None:
        """The ledger's row of a code."""
        key = _key(pccc)
        at = int(np.searchsorted(self._code_keys, np.uint64(key)))
        if at == len(self._code_keys) or self._code_keys[at] != key:
            return None
        row: dict[str, Any] = self.codes.iloc[int(self._code_order[at])].to_dict()
        return {name: None if value is None or value != value else value for name, value in row.items()}


def ready(tables: Mapping[str, pa.Table | Path], model: "Model | None" = None) -> History:
    """The history, loaded and warm: what a first judgement would still have to load is loaded."""
    history = History(tables)
    if history.count:
        judge_parcel(history.rows.slice(history.count - 1).to_pylist()[0], history, model=model)
    if model:
        model.contributions(pd.DataFrame({feature.name: [None] for feature in model.features}))
    return history


class _Seen:
    """The history up to one moment, with the declaration that has just arrived (row number ``history.count``)."""

    def __init__(self, history: History, parcel: Mapping[str, Any]) -> None:
        self.history = history
        row = pa.Table.from_pylist([{name: parcel.get(name) for name in _NEEDED}], schema=history.rows.schema)
        self.row = row
        self.new = {name: values[0] for name, values in _columns(row).items()}
        self.now = int(self.new["time"])
        self.today = self.now // DAY

    def rows(self, kind: str, key: int, days: int | None = None, passed: bool = True) -> Array:
        """Rows with that key in the last ``days`` days (None: ever), oldest first."""
        h = self.history
        if not key:
            return np.empty(0, dtype=np.int64)
        keys, order, time = h.sorted[kind], h.order[kind], h.column["time"]
        wanted = keys.dtype.type(key)  # of another type it would have all keys converted
        first, end = int(np.searchsorted(keys, wanted, "left")), int(np.searchsorted(keys, wanted, "right"))
        at: Any = lambda i: time[order[i]]  # noqa: E731
        last = bisect_right(range(end), self.now, lo=first, key=at)
        if days is not None:
            first = bisect_left(range(last), (self.today - days + 1) * DAY, lo=first, key=at)
        found = order[first:last].astype(np.int64)
        found = found[h.column["declaration_no"][found] != self.new["declaration_no"]]
        if self.new[kind] == key:
            found = np.append(found, h.count)
        return found[self.get("passed", found)] if passed else found

    def get(self, name: str, rows: Array) -> Array:
        values = self.history.column[name][rows]
        values[rows == self.history.count] = self.new[name]
        return values

    def age(self, rows: Array) -> Array:
        return self.today - self.get("time", rows) // DAY

    def table(self, rows: Array) -> pd.DataFrame:
        """The rows themselves, with the keys of ``features.dated``."""
        kept = self.history.rows.take(pa.array(rows[rows < self.history.count]))
        every = pa.concat_tables([kept, self.row] if (rows == self.history.count).any() else [kept])
        compared = {
            **_texts(every),
            "region": pc.utf8_slice_codeunits(every["postcode"], 0, 3),
            "age": pa.array(self.today - pc.cast(every["declared_at"], pa.int64()).to_numpy() // DAY),
            "passed": pc.fill_null(pc.equal(every["result"], "P"), True),
            "failed": pc.fill_null(pc.equal(every["result"], "N"), False),
        }
        for name, column in compared.items():
            every = every.append_column(name, column)
        return cast(pd.DataFrame, every.to_pandas())


def judge_parcel(
    parcel: Mapping[str, Any], history: History, *, limits: Limits | None = None, model: "Model | None" = None
) -> Finding:
    """The finding on one declaration, its subject the declaration itself. Raises ``BadParcel``.

    ``parcel``: our column names or the form's; ``declared_at`` as a datetime or ISO text.
    """
    parcel = checked(parcel)
    limits = limits or limits_of.load(ENTRY, parcel["declared_at"].date())
    seen = _Seen(history, parcel)
    indicators = measure(seen, parcel, limits)
    row: dict[str, Any] = {"subject": parcel["declaration_no"], **indicators}
    flags = SimpleNamespace(**indicators)
    held = rules.holding(flags, limits)
    row |= {f"rule_{rule.code}": rule in held for rule in rules.RULES}
    row["points"] = max(0, sum(rule.points for rule in held))
    score = model.score(pd.DataFrame([indicators]))[0] if model else None
    if score is not None:
        score = float(rules.weighed(score, row["points"], row["rule_own_at_shared"], limits))
    around = _around(seen, parcel, limits)
    grade = rules.grade(row["points"], limits, score, limits["model_alarm"] / 100)
    more = []
    if model and grade != rules.NORMAL:
        more = explain.model_reasons(model, pd.Series(row), explain.Peers({}), lambda code: around.rows(code, limits))
    told = pd.Series(row)
    found = evidence.finding(told, around, limits, grade=grade, score=score, more=more)
    return replace(found, facts={**found.facts, "features": values(told, FEATURES)})


def read(data: bytes) -> list[dict[str, Any]]:
    """The declarations in a JSON file: one, a list, or one a line. Raises ``BadParcel``."""
    if len(data) > MOST_BYTES:
        raise BadParcel(f"신고의 파일이 {MOST_BYTES // 2**20}MB를 넘습니다. 나누어 주십시오.")
    try:
        text = decoded(data)
        try:
            told = loads(text)
        except ValueError:
            told = [loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        told = None
    told = told if isinstance(told, list) else [told]
    if not told or not all(isinstance(one, dict) for one in told):
        raise BadParcel("신고의 JSON으로 읽을 수 없습니다. JSON 파일인지, 온전한지 확인하십시오.")
    return told


def checked(parcel: Mapping[str, Any]) -> dict[str, Any]:
    """The declaration with its moment read, or ``BadParcel``: which columns are missing or not in their form."""
    parcel = {name: parcel[header] for name, header in _headers(tuple(parcel)).items()}
    told: dict[str, Any] = {c.name: parcel.get(c.name) or None for c in PARCELS.columns}
    told["declaration_no"] = told["declaration_no"] or "(접수 중)"
    for column in PARCELS.columns:
        value = told[column.name]
        if isinstance(value, list | dict) or (column.kind != "flag" and isinstance(value, bool)):
            raise BadParcel(f"「{column.title}」의 값을 읽을 수 없습니다. 글자나 수로 적어 주십시오.")
        if column.kind == "text" and value is not None:
            told[column.name] = value = str(value)
        if column.pattern and value is not None and not re.fullmatch(column.pattern, value, re.ASCII):
            raise BadParcel(f"「{column.title}」은(는) {column.expected}이어야 합니다. 값을 고쳐 주십시오.")
    missing = [c.title for c in PARCELS.columns if c.required and not c.nullable and told[c.name] is None
               and not (c.name == "value_usd" and parcel.get("value_usd") == 0)]  # fmt: skip
    if missing:
        raise BadParcel(f"판정에 필요한 칸이 비어 있습니다: {', '.join(missing)}. 값을 채워 주십시오.")
    try:
        told["value_usd"] = float(parcel.get("value_usd") or 0)
        if not 0 <= told["value_usd"] < math.inf:
            raise ValueError
        moment = told["declared_at"]
        moment = moment if isinstance(moment, datetime) else datetime.fromisoformat(str(moment))
        told["declared_at"] = moment.astimezone(_KST).replace(tzinfo=None) if moment.tzinfo else moment
    except (TypeError, ValueError, OverflowError):
        raise BadParcel(
            "「신고일시」나 「물품가격(USD)」을 읽을 수 없습니다. 2026-06-30 09:12, 45.90처럼 적어 주십시오."
        ) from None
    return told


@lru_cache(maxsize=64)
def _headers(given: tuple[str, ...]) -> dict[str, str]:
    return match_headers(given, PARCELS, complete=False)


def measure(seen: _Seen, parcel: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    """FEATURES of the declaration's code at its moment."""
    window = int(limits["window_days"])
    held = seen.history.ledger(parcel["pccc"]) or {}
    everything = seen.rows("pccc", int(seen.new["pccc"]), passed=False)
    own = everything[seen.get("passed", everything)]
    age = seen.age(own)
    recent, month = own[age < window], own[age < MONTH]
    told: dict[str, Any] = {f.name: np.float64("nan") for f in FEATURES}
    told["generation"] = held.get("generation") or UNLISTED
    told.update(_own(seen, own, age, recent, month, held, limits))
    told.update(_ledger(seen, held))
    told.update(_goods(seen, own, age, month))
    told.update(_shared(seen, month))
    told.update(_sender(seen, recent, limits))
    told["failures"] = _failures(seen, everything, recent, window)
    told["link_hops"] = _hops(seen, recent, limits)
    since = seen.today - seen.history.report_days[(seen.history.reports["pccc"] == parcel["pccc"]).to_numpy()]
    told["own_reports"] = np.sum((since >= 0) & (since < REPORT_DAYS))
    return {f.name: told[f.name] if f.kind == "category" else np.float64(told[f.name]) for f in FEATURES}


def _own(
    seen: _Seen, own: Array, age: Array, recent: Array, month: Array, held: dict[str, Any], limits: Limits
) -> dict[str, Any]:
    window, span = int(limits["window_days"]), int(limits["reissue_days"])
    ages, days = seen.age(recent), seen.get("time", recent) // DAY
    posts, numbers, people = (seen.get(name, recent) for name in ("postcode", "number", "person"))
    changed, reissued, issued = (_past(seen, held.get(name)) for name in ("changed_on", "reissued_on", "issued_on"))
    told: dict[str, Any] = {"parcels": len(recent), "parcels_month": len(month)}
    listed = np.array(str(held["postcodes"]).split("|"), dtype=np.int32) if held.get("postcodes") else None
    if listed is not None:
        due = np.ones(len(recent), dtype=bool)
        if held.get("generation") == "NPZ":
            due = days >= max(_day(VERIFIED_SINCE), _day(held["changed_on"]) if held.get("changed_on") else 0)
        told["mismatch"] = _share(~np.isin(posts, listed)[due])
    for name, kind in (("addresses", "place"), ("phones", "number"), ("names", "person")):
        values = seen.get(kind, recent)
        told[name] = len(np.unique(values[values != 0]))
    if held.get("phone"):
        told["other_phone"] = _share((numbers != _key(plain(held["phone"])))[numbers != 0])
    if held.get("name"):
        told["other_name"] = _share(~np.isin(people, [_key(plain(held["name"])), _key(plain(held.get("name_en")))]))
    older = own[age >= window]
    vouched = listed is not None and (changed is None or changed >= window)
    if len(older) or vouched:
        known = np.concatenate(
            [seen.get("postcode", older) // 100, listed // 100 if vouched and listed is not None else []]
        )
        told["new_region"] = _share(~np.isin(posts // 100, known))
    price, margin = seen.get("value_usd", recent), limits["near_limit_usd"]
    near = np.zeros(len(recent), dtype=bool)
    for top in (limits["duty_free_usd"], limits["duty_free_us_usd"]):
        near |= (price >= top - margin) & (price <= top)
    told |= {"near_limit": near.sum(), "near_limit_share": _share(near)}
    ends = np.unique(ages[ages < 7 * WEEKS])
    busiest = max((np.sum((ages >= end) & (ages <= end + 6)) for end in ends), default=0)
    usual = max(7 * np.sum(ages >= 7 * WEEKS) / (window - 7 * WEEKS), 0.5)
    told |= {"week_parcels": busiest}
    if len(recent):
        told |= {"burst_ratio": busiest / usual, "burst_z": (busiest - usual) / np.sqrt(usual)}
    for name, since in (("after_change", changed), ("after_reissue", reissued)):
        told[name] = 0 if since is None else np.sum((ages <= since) & (ages >= since - span))
    if len(recent):
        h = seen.history
        start = max(seen.today - h.first_passed if h.count else 0, int(age.max()))
        last = age[age >= window].min() if len(older) else min(start, start if issued is None else issued)
        told["idle_days"] = max(int(last) - int(ages.max()), 0)
    return told


def _ledger(seen: _Seen, held: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"registered": len(str(held["postcodes"]).split("|")) if held.get("postcodes") else 0}
    changed, reissued = _past(seen, held.get("changed_on")), _past(seen, held.get("reissued_on"))
    told["changed_days"] = np.nan if changed is None else changed
    told["reissued_days"] = np.nan if reissued is None else reissued
    due = not held.get("reissued_on") or (reissued is not None and reissued < 365)
    told["reissues"] = (held.get("reissues") or 0) if due else 0
    return told


def _goods(seen: _Seen, own: Array, age: Array, month: Array) -> dict[str, Any]:
    told: dict[str, Any] = {"same_item": 0}
    chapters = seen.get("hs2", own)
    now, past = (set(chapters[late & (chapters >= 0)].tolist()) for late in (age < MONTH, age >= MONTH))
    if now and past:
        told["goods_overlap"] = len(now & past) / len(now | past)
    if len(month):
        most = np.unique(seen.get("goods", month), return_counts=True)[1].max()
        told |= {"same_item": most, "same_item_share": most / len(month)}
    return told


def _shared(seen: _Seen, month: Array) -> dict[str, Any]:
    """Codes at the address and the phone of each recent declaration."""
    places, goods = seen.get("place", month), seen.get("goods", month)
    at = alike = 0
    for place in set(places.tolist()):
        rows = seen.rows("place", place, MONTH)
        codes, items = seen.get("pccc", rows), seen.get("goods", rows)
        at = max(at, len(np.unique(codes)))
        for item in set(goods[places == place].tolist()):
            alike = max(alike, len(np.unique(codes[items == item])))
    numbers = set(seen.get("number", month).tolist()) - {0}
    phones = max((len(np.unique(seen.get("pccc", seen.rows("number", n, MONTH)))) for n in numbers), default=0)
    return {"place_codes": at, "place_item_codes": alike, "phone_codes": phones}


def _sender(seen: _Seen, recent: Array, limits: Limits) -> dict[str, Any]:
    most = only = 0
    age, sellers, goods = seen.age(recent), seen.get("seller", recent), seen.get("goods", recent)
    late = (age < 7 * WEEKS) & (sellers != 0)
    for seller in set(sellers[late].tolist()):
        rows = seen.rows("seller", seller, 7 * WEEKS)
        ages, codes, items = seen.age(rows), seen.get("pccc", rows), seen.get("goods", rows)
        mine = late & (sellers == seller)
        for end in {e for a in set(age[mine].tolist()) for e in range(max(a - 6, 0), a + 1)}:
            within = (ages >= end) & (ages <= end + 6)
            everyone = len(np.unique(codes[within]))
            for item in set(goods[mine & (age >= end) & (age <= end + 6)].tolist()):
                alike = len(np.unique(codes[within & (items == item)]))
                most = max(most, alike)
                if alike * 100 >= everyone * limits["sender_share"]:
                    only = max(only, alike)
    return {"sender_item_codes": most, "sender_only_codes": only}


def _failures(seen: _Seen, everything: Array, recent: Array, window: int) -> int:
    missed = everything[seen.get("failed", everything) & (seen.age(everything) <= window)]
    if not len(missed) or not len(recent):
        return 0
    before = seen.get("time", recent)[:, None] - seen.get("time", missed)[None, :]
    return int(((before >= 0) & (before <= GRACE_HOURS * 3_600_000_000)).sum(axis=1).max())


def _hops(seen: _Seen, recent: Array, limits: Limits) -> float:
    window, hub = int(limits["window_days"]), limits["link_hub"]
    h, sizes = seen.history, {}

    def nodes(rows: Array) -> set[tuple[str, int]]:
        return {(kind, key) for kind in ("place", "number") for key in set(seen.get(kind, rows).tolist()) if key}

    def codes(node: tuple[str, int]) -> Array:
        """Codes that share the node, none when it is a hub."""
        if node not in sizes:
            found = np.unique(seen.get("pccc", seen.rows(*node, window)))
            sizes[node] = found if len(found) <= hub else found[:0]
        return sizes[node]

    def touches(code: int, ends: set[tuple[str, int]]) -> bool:
        for node in ends:
            known = any(
                since <= seen.today and time <= seen.now and victim != code
                for since, time, victim in h.stolen.get(node, ())
            )
            if known and len(codes(node)):
                return True
        return False

    me, ends = int(seen.new["pccc"]), nodes(recent)
    if not h.stolen or not len(recent):
        return np.nan
    if touches(me, ends):
        return 1
    victim = bool(np.any(seen.history.reported_keys[seen.history.report_days <= seen.today] == me))
    if limits["link_hops"] >= 2 and not victim:
        for other in {int(code) for node in ends for code in codes(node)} - {me}:
            if touches(other, nodes(seen.rows("pccc", other, window))):
                return 2
    return np.nan


def _around(seen: _Seen, parcel: Mapping[str, Any], limits: Limits) -> Around:
    h, window = seen.history, int(limits["window_days"])
    own = seen.rows("pccc", int(seen.new["pccc"]), passed=False)
    recent = own[seen.get("passed", own) & (seen.age(own) < window)]
    near = [
        seen.rows(kind, key, window)[-_MOST:]
        for kind in ("place", "number")
        for key in set(seen.get(kind, recent).tolist())
    ]
    goods = set(seen.get("goods", recent).tolist())
    for seller in set(seen.get("seller", recent).tolist()):
        rows = seen.rows("seller", seller, 7 * WEEKS)
        near.append(rows[np.isin(seen.get("goods", rows), list(goods))][-_MOST:])
    others = np.unique(np.concatenate([*near, np.empty(0, dtype=np.int64)]))
    others = others[seen.get("pccc", others) != seen.new["pccc"]]
    told = h.reports[h.report_days <= seen.today]
    day = date.fromordinal(_EPOCH + seen.today)
    every = seen.table(np.concatenate([own, others]))
    mine = every["pccc"] == parcel["pccc"]
    return Around(parcel["pccc"], day, every[mine], every[~mine], h.ledger(parcel["pccc"]), told)


def _texts(rows: pa.Table) -> dict[str, Any]:
    """The texts the indicators compare."""
    place = pc.binary_join_element_wise(rows["postcode"], _plain(rows["address"]), " ")
    plainly = {"number": "phone", "person": "receiver", "goods": "item", "seller": "sender"}
    return {"place": place} | {name: _plain(rows[source]) for name, source in plainly.items()}


def _columns(rows: pa.Table) -> dict[str, Array]:
    """What the indicators compare, as numbers; 0 stands for an empty cell."""
    result = rows["result"]
    passed = pc.fill_null(pc.equal(result, "P"), True)
    hs2 = pc.fill_null(pc.utf8_slice_codeunits(rows["hs6"], 0, 2), "-1")
    return {
        "declaration_no": _keys(rows["declaration_no"]),
        "pccc": _keys(rows["pccc"]),
        **{name: _keys(texts) for name, texts in _texts(rows).items()},
        "time": pc.cast(rows["declared_at"], pa.int64()).to_numpy(),
        "postcode": pc.cast(rows["postcode"], pa.int32()).to_numpy(),
        "hs2": pc.cast(hs2, pa.int8()).to_numpy(),
        "value_usd": rows["value_usd"].to_numpy(),
        "passed": np.asarray(passed.to_numpy(), dtype=bool),
        "failed": np.asarray(pc.fill_null(pc.equal(result, "N"), False).to_numpy(), dtype=bool),
    }


def _plain(column: pa.ChunkedArray) -> Any:
    for sign in (" ", ",", "-"):
        column = pc.replace_substring(column, sign, "")
    return pc.utf8_upper(column)


def _keys(column: Any) -> Array:
    """64-bit keys of a text column, 0 for an empty cell. Two texts of a million share one with odds of 1 in 30 million."""
    texts = column.to_numpy(zero_copy_only=False)
    missing = pd.isna(texts)
    return np.where(missing, np.uint64(0), pd.util.hash_array(np.where(missing, "", texts), categorize=len(texts) > 1))


def _key(text: str) -> int:
    return int(pd.util.hash_array(np.array([text], dtype=object), categorize=False)[0])


def _read(table: pa.Table | Path, columns: tuple[str, ...] | None = None) -> pa.Table:
    if isinstance(table, Path):
        return pq.read_table(table, columns=list(columns) if columns else None)
    return table.select(list(columns)) if columns else table


def _day(day: Any) -> int:
    return pd.Timestamp(day).toordinal() - _EPOCH if not isinstance(day, date) else day.toordinal() - _EPOCH


def _past(seen: _Seen, day: Any) -> int | None:
    """Days since; None when unknown or still to come."""
    if day is None or day != day or _day(day) > seen.today:
        return None
    return seen.today - _day(day)


def _share(flags: Array) -> float:
    return float(flags.mean()) if len(flags) else float("nan")
