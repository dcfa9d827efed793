"""The rows a reason rests on, read only for the people being looked at."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from lib.entries.duty_free import features
from lib.entries.duty_free.features import CASH, Known
from lib.entries.duty_free.people import masked_passport
from lib.entries.duty_free.tables import TABLES
from lib.screening.findings import Evidence
from lib.screening.limits import Limits

MOST = 20
_SHOWN = {
    "purchases": "sold_at passport shop seller item quantity amount delivery payment guide planned_on".split(),
    "reservations": "passport pnr flight departs_at issued_on status cancelled_at".split(),
    "movements": "passport entered_on left_on flight visa".split(),
    "measures": "passport starts_on ends_on why result".split(),
    "listings": "seen_on item price place".split(),
}


class Gathered:
    """What the reasons of several people rest on: each table is asked once for all of them, when first needed."""

    def __init__(
        self, now: Known, subjects: Sequence[str], limits: Limits, frame: Callable[[ir.Table], pd.DataFrame]
    ) -> None:
        self.now, self.limits, self.start = now, limits, now.day - int(limits["window_days"])
        self.subjects = frozenset(subjects)
        self._own, self._frame = now.of(sorted(subjects)), frame
        self._shared: dict[str, pd.DataFrame] = {}

    @cached_property
    def sales(self) -> pd.DataFrame:
        return self._frame(self._own.sales).sort_values(["sold_at", "sale_no"], ignore_index=True)

    @cached_property
    def bookings(self) -> pd.DataFrame:
        return self._frame(self._own.bookings).sort_values(["issued_on", "booking_no"], ignore_index=True)

    @cached_property
    def movements(self) -> pd.DataFrame:
        own = self._frame(self._own.movements).sort_values(["entered", "movement_no"], ignore_index=True)
        own["left_on"] = own["left_on"].where(own["left"].notna(), None)  # a departure after the day is not known yet
        own["flight"] = own["flight"].where(own["left"].notna(), None)
        return own

    @cached_property
    def measures(self) -> pd.DataFrame:
        return self._frame(self._own.measures).sort_values(["starts_on", "measure_no"], ignore_index=True)

    @cached_property
    def onsite(self) -> pd.DataFrame:
        return self._frame(self._own.onsite)

    @cached_property
    def cancelled_after(self) -> pd.DataFrame:
        pairs = features.cancelled_after(self._own.sales, self._own.bookings, self.limits["cancel_hours"])
        return self._frame(pairs.select("subject", "sale_no", "booking_no"))

    @cached_property
    def not_boarded(self) -> pd.DataFrame:
        return self._frame(features.boarded(self._own).filter(lambda t: (t.same == 0) & (t.departs > self.start)))

    @cached_property
    def planned(self) -> pd.DataFrame:
        return self._frame(features.planned(self._own).select("subject", "sale_no"))

    @cached_property
    def listed(self) -> pd.DataFrame:
        pairs = features.listed(self._own.sales, self.now.listings, self.limits["listed_days"])
        return self._frame(pairs.select("subject", "sale_no", "listing_no"))

    @cached_property
    def listings(self) -> pd.DataFrame:
        return self._frame(
            self.now.listings.filter(self.now.listings.listing_no.isin(_some(self.listed["listing_no"])))
        )

    @cached_property
    def restricted(self) -> pd.DataFrame:
        return self._frame(features.restricted(self._own.sales, self._own.measures).select("subject", "sale_no"))

    def used(self, key: str) -> pd.DataFrame:
        """The late sales in which anybody used a card, booking or guide that one of these people used lately."""
        if key not in self._shared:
            sales = self.now.sales.filter(self.now.sales.day > self.start)
            own = _some(self.sales.loc[self.sales["day"] > self.start, key])
            self._shared[key] = self._frame(sales.filter(sales[key].isin(own)))
        return self._shared[key]


def _some(values: "pd.Series[Any]") -> list[str]:
    """The distinct values; never none, which not every engine can look for."""
    return [*values.dropna().unique()] or [""]


class Rows:
    """One person's rows as of the day; ``of(code)`` gives those of a rule or feature."""

    def __init__(self, gathered: Gathered, subject: str) -> None:
        self._all, self._subject, self._start = gathered, subject, gathered.start
        self._told: dict[str, tuple[Evidence, ...]] = {}

    def of(self, code: str) -> tuple[Evidence, ...]:
        """Never empty: a person without such rows is told by the purchases."""
        name = _ALIASES.get(code, code)
        if name not in self._told:
            self._told[name] = getattr(self, f"_{name}")() or _evidence("purchases", self.sales)
        return self._told[name]

    @cached_property
    def sales(self) -> pd.DataFrame:
        return self._own(self._all.sales)

    @cached_property
    def bookings(self) -> pd.DataFrame:
        return self._own(self._all.bookings)

    @cached_property
    def movements(self) -> pd.DataFrame:
        return self._own(self._all.movements)

    @cached_property
    def departures(self) -> pd.DataFrame:
        """The sales delivered on the spot with ``gone``, ``days`` and ``left_by``."""
        return self.sales.merge(self._all.onsite[["sale_no", "gone", "days", "left_by"]], on="sale_no")

    def _own(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows[rows["subject"] == self._subject].reset_index(drop=True)

    def _sold(self, which: pd.DataFrame) -> pd.DataFrame:
        return self.sales[self.sales["sale_no"].isin(which["sale_no"])]

    @property
    def _new(self) -> pd.DataFrame:
        return self.sales[self.sales["day"] > self._start]

    def _recent(self) -> tuple[Evidence, ...]:
        return _evidence("purchases", self._new.sort_values("amount", ascending=False, kind="stable"))

    def _onsite(self) -> tuple[Evidence, ...]:
        return _evidence("purchases", self._new[self._new["onsite"]])

    def _waiting(self) -> tuple[Evidence, ...]:
        waiting = self.departures[self.departures["gone"].isna()]
        return _evidence("purchases", waiting, ("days", "인도 뒤 날수")) + _evidence(
            "movements", self.movements.tail(3)
        )

    def _overdue(self) -> tuple[Evidence, ...]:
        late = self.departures[
            self.departures["gone"].isna() & (self.departures["days"] > self._all.limits["undeparted_days"])
        ]
        return _evidence("purchases", late, ("days", "인도 뒤 날수")) + _evidence("movements", self.movements.tail(3))

    def _departures(self) -> tuple[Evidence, ...]:
        return _evidence("movements", self.movements)

    def _cancels(self) -> tuple[Evidence, ...]:
        undone = pd.to_datetime(self.bookings["cancelled"])
        return _evidence("reservations", self.bookings[(undone - pd.Timestamp(0)).dt.days > self._start])

    def _official(self) -> tuple[Evidence, ...]:
        return self._cancels() + self._recent()

    def _cancel_after_buy(self) -> tuple[Evidence, ...]:
        pairs = self._own(self._all.cancelled_after)
        undone = self.bookings[self.bookings["booking_no"].isin(pairs["booking_no"])]
        return _evidence("reservations", undone) + _evidence("purchases", self._sold(pairs))

    def _repeat_flight(self) -> tuple[Evidence, ...]:
        often = self.bookings["flight"].map(self.bookings["flight"].value_counts())
        return _evidence("reservations", self.bookings[often == often.max()])

    def _long_stay(self) -> tuple[Evidence, ...]:
        return _evidence("movements", self.movements.tail(3)) + self._onsite()

    def _shared_card(self) -> tuple[Evidence, ...]:
        return self._sharing("card")

    def _shared_pnr(self) -> tuple[Evidence, ...]:
        return self._sharing("pnr")

    def _guide(self) -> tuple[Evidence, ...]:
        return self._sharing("guide")

    def _proxy(self) -> tuple[Evidence, ...]:
        return self._shared_card()[: MOST // 2] + self._shared_pnr()[: MOST // 2] + self._bulk()[: MOST // 2]

    def _shared_goods(self) -> tuple[Evidence, ...]:
        return (self._shared_card() + self._shared_pnr())[:MOST]

    def _sharing(self, key: str) -> tuple[Evidence, ...]:
        """Own purchases by a shared key, then one of each other person's."""
        keys = list(self._new[key].dropna().unique())
        if not keys:
            return ()
        used = self._all.used(key)
        used = used[used[key].isin(keys)]
        people = used.groupby(key)["subject"].nunique()
        used = used[used[key] == people.idxmax()].sort_values("sale_no")
        own = used["subject"] == self._subject
        return _evidence("purchases", pd.concat([used[own].head(MOST // 2), used[~own].drop_duplicates("subject")]))

    def _other_holder(self) -> tuple[Evidence, ...]:
        return _evidence("purchases", self._new[self._new["holder_differs"].fillna(False).astype(bool)])

    def _bulk(self) -> tuple[Evidence, ...]:
        total = self._new.groupby("sku")["quantity"].transform("sum")
        return _evidence("purchases", self._new[total == total.max()])

    def _split(self) -> tuple[Evidence, ...]:
        shops = self._new.groupby(["day", "sku"])["shop"].transform("nunique")
        return _evidence("purchases", self._new[(shops == shops.max()) & (shops > 1)])

    def _passports(self) -> tuple[Evidence, ...]:
        turned = self.sales["passport"] != self.sales["passport"].shift()
        return _evidence("purchases", self.sales[turned])

    def _boarding(self) -> tuple[Evidence, ...]:
        due = self._own(self._all.not_boarded)
        booked = self.bookings[self.bookings["booking_no"].isin(due["booking_no"])]
        return _evidence("reservations", booked) + _evidence("movements", self.movements.tail(3))

    def _planned(self) -> tuple[Evidence, ...]:
        return _evidence("purchases", self._sold(self._own(self._all.planned)))

    def _seller(self) -> tuple[Evidence, ...]:
        onsite = self.departures
        amount = onsite.groupby("seller")["amount"].sum()
        if amount.empty:
            return ()
        best = min(amount[amount == amount.max()].index)
        return _evidence("purchases", onsite[onsite["seller"] == best])

    def _cash(self) -> tuple[Evidence, ...]:
        return _evidence("purchases", self._new[self._new["payment"].isin(CASH)])

    def _listed(self) -> tuple[Evidence, ...]:
        pairs = self._own(self._all.listed)
        bought = self._new[self._new["sale_no"].isin(pairs["sale_no"])]
        seen = self._all.listings
        return _evidence("purchases", bought) + _evidence(
            "listings", seen[seen["listing_no"].isin(pairs["listing_no"])]
        )

    def _measures(self) -> tuple[Evidence, ...]:
        return _evidence("measures", self._own(self._all.measures))

    def _restricted(self) -> tuple[Evidence, ...]:
        return self._measures() + _evidence("purchases", self._sold(self._own(self._all.restricted)))

    def _upcoming(self) -> tuple[Evidence, ...]:
        ahead = self.bookings["cancelled"].isna() & (self.bookings["departs"] > self._all.now.day)
        return _evidence("reservations", self.bookings[ahead])


_ALIASES = {
    "undeparted": "overdue",
    "undeparted_more": "overdue",
    "cancelling": "cancel_after_buy",
    "insider": "seller",
    "tour": "guide",
    "passing": "departures",
    "crew": "departures",
    "diplomat": "recent",
    "leaving": "upcoming",
}
_CHOICES = {(t.name, c.name): dict(c.choices) for t in TABLES.values() for c in t.columns if c.choices}


def _evidence(source: str, rows: pd.DataFrame, *more: tuple[str, str]) -> tuple[Evidence, ...]:
    if rows.empty:
        return ()
    table = TABLES[source]
    shown = rows.head(MOST)
    titles = {c.name: c.title for c in table.columns if c.name in _SHOWN[source] and c.name in shown} | dict(more)
    detail = pd.DataFrame(index=shown.index)
    for name, title in titles.items():
        values = shown[name]
        if name == "passport":
            values = masked_passport(values)
        elif choices := _CHOICES.get((source, name)):
            values = values.map(choices)
        detail[title] = _told(values)
    return tuple(
        Evidence(source, str(key), {str(k): v for k, v in facts.items() if v != ""})
        for key, facts in zip(shown[table.key], detail.to_dict("records"), strict=True)
    )


def _told(values: "pd.Series[Any]") -> Any:
    """As an officer reads it: times to the minute, days without a time, numbers with commas."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.strftime("%Y-%m-%d %H:%M").fillna("")
    if pd.api.types.is_numeric_dtype(values):
        return values.map("{:,.0f}".format, na_action="ignore").fillna("").astype(str)
    return values.astype(object).where(values.notna(), "").astype(str)
