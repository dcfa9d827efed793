"""Money matched to declarations, as an optimisation on candidates.

1. Hypotheses: rows that may settle each other whole (one to one, one sum for several declarations, instalments), weighted by
   how exact, how near in time and how well named they are.
2. The best set of hypotheses that share no row: set packing, solved by HiGHS component by component.
3. What is left flows between the open declarations and the open money of one partner at least cost: a transport problem, HiGHS.

Money is conserved to the cent on both sides: matched + left = total.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from lib.entries.fetch.ledger import UNSETTLED, Ledger
from lib.screening.limits import Limits

Array = np.ndarray[Any, Any]
MATCHED = ("goods", "refund")  # classes of payments that settle declarations
ROW = 10.0  # what covering a row is worth, against which all costs are set
LATE = 1095  # days within which a payment reported as 기간초과 결제 may settle
HABIT = 30  # days from shipment to payment where nothing is known of a partner
NEAR = 12  # equal amounts looked at before and after a declaration
SIMILAR = 40  # nearly equal amounts looked at for one declaration
LONGEST = 12  # declarations settled by one sum
BATCH = 20_000  # hypotheses handed to the solver at once
SECONDS = 20  # for one batch
SHARES = np.array([0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9])  # first instalments as they are agreed
HOW = {
    "cited": "증빙 신고번호와 금액이 맞음",
    "exact": "거래처와 금액이 같음",
    "fee": "거래처가 같고 은행수수료만큼 적음",
    "freight": "거래처가 같고 운임·보험료만큼 많음",
    "bulk": "여러 신고를 한 번에 결제한 합계와 같음",
    "instalment": "나누어 결제한 합계와 같음",
    "other_party": "거래처가 아닌 제3자와의 결제이며 금액이 같음",
    "converted": "다른 통화로 결제했고 그날 환율로 같음",
    "running": "같은 거래처의 남은 금액에 충당함",
}


@dataclass(frozen=True)
class Hypotheses:
    """Sets of rows that may settle each other: ``member`` lists (hypothesis, row), payments after all declarations."""

    weight: Array
    how: Array
    hypothesis: Array
    row: Array

    @classmethod
    def of(cls, weight: Array, how: "Array | str", *members: Array) -> "Hypotheses":
        """One hypothesis a line; each of ``members`` holds one row of it."""
        n = len(weight)
        names = np.full(n, how, dtype=object) if isinstance(how, str) else how
        number = np.tile(np.arange(n), len(members))
        return cls(
            np.asarray(weight, dtype=float), names, number, np.concatenate([*members, np.empty(0)]).astype(np.int64)
        )

    @classmethod
    def joined(cls, parts: "list[Hypotheses]") -> "Hypotheses":
        starts = np.cumsum([0, *[len(part.weight) for part in parts]])
        return cls(
            np.concatenate([part.weight for part in parts]),
            np.concatenate([part.how for part in parts]),
            np.concatenate([part.hypothesis + start for part, start in zip(parts, starts, strict=False)]),
            np.concatenate([part.row for part in parts]),
        )


def match(ledger: Ledger, limits: Limits) -> pd.DataFrame:
    """What settles what: ``declared`` and ``paid`` (places in the ledger), ``declared_cents``, ``paid_cents`` (equal unless
    converted), ``how`` (a key of ``HOW``) and ``group``. ``limits``: ``window_days``, ``fee``, ``fee_share``,
    ``freight_share``, ``converted_share``.
    """
    rows = _Rows(ledger, limits)
    found = rows.hypotheses()
    chosen = _packed(found, rows.declarations + rows.payments)
    settled = rows.settled(found, chosen)
    settled = pd.concat([settled, rows.running(settled)], ignore_index=True)
    return pd.concat([settled, rows.running_converted(settled)], ignore_index=True)


def summed(at: Any, cents: Any, size: int) -> Array:
    """Whole cents added up by place: ``size`` sums."""
    return np.asarray(np.bincount(at, cents, size).astype(np.int64))


class _Rows:
    """The two sides as arrays. A block is what can be added up: a firm's side in one currency."""

    def __init__(self, ledger: Ledger, limits: Limits) -> None:
        declared, paid = ledger.declared, ledger.paid
        self.limits = limits
        self.window = int(limits["window_days"])
        self.declarations, self.payments = len(declared), len(paid)
        self.due, self.amount = declared["due"].to_numpy(np.int64), paid["amount"].to_numpy(np.int64)
        self.ready, self.day = declared["ready"].to_numpy(np.int64), paid["day"].to_numpy(np.int64)
        self.d_partner, self.p_partner = declared["partner"].to_numpy(np.int64), paid["partner"].to_numpy(np.int64)
        self.d_won, self.p_won = declared["krw"].to_numpy(float), paid["krw"].to_numpy(float)
        at_origin = declared["incoterms"].fillna("").str[:3].isin(["FOB", "EXW", "FCA", "FAS"])
        self.freight = (declared["goods_only"] & ~at_origin).to_numpy(bool)
        both = pd.concat([declared[["firm", "side", "currency"]], paid[["firm", "side", "currency"]]])
        block = both.groupby(["firm", "side", "currency"], sort=False).ngroup().to_numpy(np.int64)
        self.d_block, self.p_block = block[: len(declared)], block[len(declared) :]
        firm = both.groupby(["firm", "side"], sort=False).ngroup().to_numpy(np.int64)
        self.d_firm, self.p_firm = firm[: len(declared)], firm[len(declared) :]
        size = int(max(self.d_partner.max(initial=0), self.p_partner.max(initial=0))) + 2
        self.d_tie, self.p_tie = self.d_block * size + self.d_partner, self.p_block * size + self.p_partner
        self.d_way, self.p_way = self.d_firm * size + self.d_partner, self.p_firm * size + self.p_partner
        self.d_open = ~declared["class_"].isin(UNSETTLED).to_numpy(bool) & (self.due > 0)
        self.p_open = paid["class_"].isin(MATCHED).to_numpy(bool)
        self.third = paid["report"].isin(["third", "group"]).to_numpy(bool)
        self.reach = np.where(paid["report"] == "late", LATE, self.window)  # a late settlement that was filed
        d_cents = np.where(self.d_won > 0, self.due / np.maximum(self.d_won, 1e-9), 0)
        self.d_fee = np.maximum(limits["fee"] * d_cents, limits["fee_share"] / 100 * self.due).astype(np.int64)
        self.cited = self._citations(ledger)
        self.cites = np.bincount(self.cited[:, 1], minlength=self.payments) > 0
        self._citing = np.sort(self.cited[:, 0] * self.payments + self.cited[:, 1])
        self.habit = np.full(self.declarations, float(HABIT))

    def _citations(self, ledger: Ledger) -> Array:
        """(declaration, payment) for every declaration number a payment cites that its firm has declared."""
        told = ledger.paid["numbers"]
        told = told[told != ""]
        if told.empty:
            return np.empty((0, 2), dtype=np.int64)
        numbers = told.str.split(" ").explode()
        wanted = pd.DataFrame(
            {"key": numbers.to_numpy(), "paid": numbers.index.to_numpy(), "firm": self.p_firm[numbers.index]}
        )
        known = pd.DataFrame(
            {"key": ledger.declared["number"].to_numpy(), "declared": np.arange(self.declarations), "firm": self.d_firm}
        )
        found = wanted.merge(known, on=["key", "firm"])
        found = found[self.d_open[found["declared"]]].drop_duplicates(["declared", "paid"])
        return found[["declared", "paid"]].to_numpy(np.int64)

    # 1. hypotheses

    def hypotheses(self) -> Hypotheses:
        ones = self._one_to_one()
        self._learn_habits(ones)
        single = self._weighed(ones)
        sure_d, sure_p = np.zeros(self.declarations, dtype=bool), np.zeros(self.payments, dtype=bool)
        alike = ones[ones["how"].isin(["exact", "fee"])]
        sure_d[alike["d"]], sure_p[alike["p"]] = True, True
        return Hypotheses.joined([single, self._cited_groups(), self._bulk(sure_p), self._instalments(sure_d, sure_p)])

    def _one_to_one(self) -> pd.DataFrame:
        """Pairs that are equal or off by a fee, freight or conversion: ``d``, ``p``, ``how``, ``off`` (share of what is tolerated)."""
        parts = []
        d, p = _same(self.d_block, self.due, self.ready, self.p_block, self.amount, self.day, NEAR)
        parts.append(self._pairs(d, p, "exact", 0.0))
        more = self.due + (self.limits["freight_share"] / 100 * self.due * self.freight).astype(np.int64)
        for low, high, how in ((self.due - self.d_fee, self.due - 1, "fee"), (self.due + 1, more, "freight")):
            d, p = _between(self.d_block, low, high, self.p_block, self.amount, SIMILAR)
            near = np.abs(self.day[p] - self.ready[d]) <= self.reach[p]
            near &= self._same_partner(d, p) | (self.p_partner[p] < 0) | self.third[p]
            d, p = d[near], p[near]
            off = np.abs(self.amount[p] - self.due[d]) / np.maximum((high - low)[d], 1)
            parts.append(self._pairs(d, p, how, off))
        parts.append(self._converted())
        found = pd.concat(parts, ignore_index=True)
        found = found[self.d_open[found["d"]] & self.p_open[found["p"]]]
        found = found[np.abs(self.day[found["p"]] - self.ready[found["d"]]) <= self.reach[found["p"]]]
        same, unnamed = (
            self._same_partner(found["d"], found["p"]),
            (self.p_partner[found["p"]] < 0) | (self.d_partner[found["d"]] < 0),
        )
        found["other"] = ~same & ~unnamed
        found["unnamed"] = unnamed
        found["how"] = found["how"].mask(found["other"], "other_party")
        told = self._cites(found["d"], found["p"])
        found["cited"] = told
        elsewhere = self.cites[found["p"]] & ~told
        return pd.DataFrame(found[~elsewhere].drop_duplicates(["d", "p"], ignore_index=True))

    def _pairs(self, d: Array, p: Array, how: str, off: Any) -> pd.DataFrame:
        return pd.DataFrame({"d": d, "p": p, "how": how, "off": off})

    def _same_partner(self, d: Any, p: Any) -> Array:
        return np.asarray((self.d_partner[d] == self.p_partner[p]) & (self.d_partner[d] >= 0))

    def _converted(self) -> pd.DataFrame:
        """A payment in another currency that is worth the same that day, by the same partner or with its number cited."""
        share = self.limits["converted_share"] / 100
        won = np.round(self.d_won).astype(np.int64)
        low, high = (won * (1 - share)).astype(np.int64), (won * (1 + share)).astype(np.int64)
        d, p = _between(self.d_way, low, high, self.p_way, np.round(self.p_won).astype(np.int64), 8)
        other = (self.d_block[d] != self.p_block[p]) & (self.d_firm[d] == self.p_firm[p]) & self._same_partner(d, p)
        off = np.abs(self.p_won[p] - self.d_won[d])[other] / np.maximum(share * self.d_won[d][other], 1)
        return self._pairs(d[other], p[other], "converted", off)

    def _learn_habits(self, ones: pd.DataFrame) -> None:
        """How long each partner takes, from pairs that have no rival."""
        same = ones[(ones["how"] == "exact") & ~ones["other"]]  # near-equal sums are no rivals of equal ones
        rivals = [np.bincount(same[side], minlength=n) for side, n in (("d", self.declarations), ("p", self.payments))]
        sole = same[(rivals[0][same["d"]] == 1) & (rivals[1][same["p"]] == 1)]
        lag = pd.Series(self.day[sole["p"]] - self.ready[sole["d"]])
        for key in (self.d_firm, self.d_partner):  # the partner's own habit outranks the firm's
            known = lag.groupby(key[sole["d"]]).median()
            mine = pd.Series(key).map(known).to_numpy(dtype=float, na_value=np.nan)
            self.habit = np.where(np.isnan(mine) | (key < 0), self.habit, mine)

    def _late(self, d: Any, p: Any) -> Array:
        """How far from the partner's habit, 0..6."""
        return np.asarray(3 * np.minimum(np.abs(self.day[p] - self.ready[d] - self.habit[d]) / self.window, 2))

    def _weighed(self, ones: pd.DataFrame) -> Hypotheses:
        d, p = ones["d"].to_numpy(), ones["p"].to_numpy()
        cost = self._late(d, p) + 2 * ones["off"].to_numpy(float)
        cost += ones["how"].map({"fee": 3, "freight": 3, "converted": 6}).fillna(0).to_numpy(float)
        cost += np.where(ones["unnamed"], 4, 0) + np.where(ones["other"] & ~self.third[p], 9, 0)
        cost += np.where(
            ones["other"] & (self.amount[p] % 100_000 == 0) & ~ones["cited"], 6, 0
        )  # round sums meet by chance
        cost -= np.where(ones["cited"], 6, 0)
        how = ones["how"].mask(ones["cited"] & ones["how"].isin(["exact", "fee", "freight"]), "cited")
        return Hypotheses.of(2 * ROW - cost, how.to_numpy(object), d, self.declarations + p)

    def _cited_groups(self) -> Hypotheses:
        """Several payments and declarations tied by cited numbers, where the sums agree."""
        d, p = self.cited[:, 0], self.cited[:, 1]
        tied = (self.d_block[d] == self.p_block[p]) & self.p_open[p]
        d, p = d[tied], p[tied]
        n = self.declarations + self.payments
        group = connected_components(
            coo_array((np.ones(len(d)), (d, self.declarations + p)), shape=(n, n)), directed=False
        )[1]
        rows = np.unique(np.concatenate([d, self.declarations + p]))
        told = pd.DataFrame({"row": rows, "group": group[rows]})
        money = np.concatenate([self.due, -self.amount])
        told["money"], told["size"] = money[rows], told.groupby("group")["row"].transform("size")
        fee = np.concatenate([self.d_fee, np.zeros(self.payments, dtype=np.int64)])
        sums = (
            told.assign(fee=fee[rows])
            .groupby("group")
            .agg(money=("money", "sum"), fee=("fee", "sum"), size=("size", "first"))
        )
        good = sums[(sums["size"] > 2) & (sums["money"] >= 0) & (sums["money"] <= sums["fee"])]
        told = told[told["group"].isin(good.index)]
        number = told["group"].map(dict(zip(good.index, range(len(good)), strict=True))).to_numpy(np.int64)
        weight = ROW * good["size"].to_numpy(float) + 6 - 2 * good["money"].to_numpy(float) / np.maximum(good["fee"], 1)
        return Hypotheses(weight, np.full(len(good), "cited", dtype=object), number, told["row"].to_numpy(np.int64))

    def _bulk(self, sure: Array) -> Hypotheses:
        """One sum for consecutive declarations of a partner; a fee is tolerated for two and for a whole month's."""
        d = np.flatnonzero(self.d_open & (self.d_partner >= 0))
        p = np.flatnonzero(self.p_open & ~sure & (self.p_partner >= 0))
        told = np.bincount(self.cited[:, 1], minlength=self.payments)  # declarations a payment cites
        key = self.d_tie[d]
        order = np.lexsort((self.ready[d], key))
        d, key = d[order], key[order]
        total = np.concatenate([[0], np.cumsum(self.due[d])])
        paid_key = self.p_tie[p]
        month = (
            pd.Series(self.ready[d] * 86_400_000_000_000)
            .astype("datetime64[ns]")
            .dt.to_period("M")
            .astype("int64")
            .to_numpy()
            if len(d)
            else np.empty(0)
        )
        parts: list[Hypotheses] = [Hypotheses.of(np.empty(0), "bulk")]
        if not len(p):
            return parts[0]
        for size in range(2, LONGEST + 1):
            first = np.arange(len(d) - size + 1)
            first = first[key[first] == key[first + size - 1]]
            last = first + size - 1
            first, last = (at[self.ready[d[last]] - self.ready[d[first]] <= self.window // 2] for at in (first, last))
            if not len(first):
                continue
            sums = total[last + 1] - total[first]
            before, after = np.maximum(first - 1, 0), np.minimum(last + 1, len(d) - 1)
            whole = (month[first] == month[last]) & (
                (first == 0) | (key[before] != key[first]) | (month[before] != month[first])
            )
            whole &= (last == len(d) - 1) | (key[after] != key[last]) | (month[after] != month[last])
            fee = np.maximum(self.d_fee[d[first]], self.limits["fee_share"] / 100 * sums).astype(np.int64)
            at, by = _between(key[first], sums - fee, sums, paid_key, self.amount[p], 8)
            members = [d[first[at] + i] for i in range(size)]
            cited = np.sum([self._cites(row, p[by]) for row in members], axis=0)
            off = (sums[at] - self.amount[p[by]]) / np.maximum(fee[at], 1)
            near = (self.day[p[by]] - self.ready[d[last[at]]] >= -self.window) & (cited == told[p[by]])
            near &= self.day[p[by]] - self.ready[d[first[at]]] <= self.window
            near &= (off == 0) | whole[at] | (size == 2) | (cited > 0)
            at, by, off, cited = at[near], by[near], off[near], cited[near]
            cost = 1.5 * (size - 1) + self._late(d[last[at]], p[by]) + np.where(off > 0, 3 + 2 * off, 0)
            cost -= np.where(whole[at], 3, 0) + np.where(cited > 0, 6, 0)
            rows = [row[near] for row in members]
            parts.append(Hypotheses.of(ROW * (size + 1) - cost, "bulk", *rows, self.declarations + p[by]))
        return Hypotheses.joined(parts)

    def _instalments(self, sure_d: Array, sure_p: Array) -> Hypotheses:
        """Two or three payments of a partner for one declaration: the sum exact, or a usual first share and a fee."""
        d = np.flatnonzero(self.d_open & ~sure_d & (self.d_partner >= 0))
        p = np.flatnonzero(self.p_open & ~sure_p & (self.p_partner >= 0))
        key = self.p_tie[p]
        order = np.lexsort((self.day[p], key))
        p, key = p[order], key[order]
        d_key = self.d_tie[d]
        wanted = np.isin(key, d_key)
        p, key = p[wanted], key[wanted]
        parts: list[Hypotheses] = [Hypotheses.of(np.empty(0), "instalment")]
        for gap in range(1, 3 * NEAR):  # the payment so many places later
            first = np.arange(max(len(p) - gap, 0))
            first = first[
                (key[first] == key[first + gap]) & (self.day[p[first + gap]] - self.day[p[first]] <= self.window)
            ]
            if not len(first):
                break
            sums = self.amount[p[first]] + self.amount[p[first + gap]]
            parts.append(self._sums(d, d_key, key[first], sums, (p[first], p[first + gap])))
            if gap == 1:
                third = first[first + 2 < len(p)]
                third = third[
                    (key[third] == key[third + 2]) & (self.day[p[third + 2]] - self.day[p[third]] <= self.window)
                ]
                sums = self.amount[p[third]] + self.amount[p[third + 1]] + self.amount[p[third + 2]]
                parts.append(self._sums(d, d_key, key[third], sums, (p[third], p[third + 1], p[third + 2])))
        return Hypotheses.joined(parts)

    def _sums(self, d: Array, d_key: Array, key: Array, sums: Array, paid: tuple[Array, ...]) -> Hypotheses:
        at, by = _between(d_key, self.due[d] - 2 * self.d_fee[d], self.due[d], key, sums, 8)
        rows = [part[by] for part in paid]
        short = self.due[d[at]] - sums[by]
        share = self.amount[rows[0]] / np.maximum(self.due[d[at]], 1)
        usual = (np.abs(share[:, None] - SHARES) < 0.005).any(axis=1) if len(share) else np.empty(0, dtype=bool)
        near = (short == 0) | usual
        for part in rows:
            near &= np.abs(self.day[part] - self.ready[d[at]]) <= self.window
            near &= ~self.cites[part] | self._cites(d[at], part)
        at, rows, short, usual = at[near], [part[near] for part in rows], short[near], usual[near]
        cost = 2.0 + 1.5 * len(rows) + self._late(d[at], rows[-1]) + np.where(short > 0, 3, 0) - np.where(usual, 3, 0)
        return Hypotheses.of(
            ROW * (1 + len(rows)) - cost, "instalment", d[at], *[self.declarations + part for part in rows]
        )

    def _cites(self, d: Array, p: Array) -> Array:
        """Whether each payment cites the declaration beside it."""
        if not len(self.cited):
            return np.zeros(len(d), dtype=bool)
        keys = np.asarray(d) * self.payments + np.asarray(p)
        at = np.minimum(np.searchsorted(self._citing, keys), len(self._citing) - 1)
        return np.asarray(self._citing[at] == keys)

    # 2. what the chosen ones settle

    def settled(self, found: Hypotheses, chosen: Array) -> pd.DataFrame:
        """The money of each chosen hypothesis, laid from its earliest rows on: sums over rows on either side never exceed them."""
        keep = np.isin(found.hypothesis, chosen)
        rows = pd.DataFrame({"group": found.hypothesis[keep], "row": found.row[keep]})
        rows["paid"] = rows["row"] >= self.declarations
        rows["money"] = np.concatenate([self.due, self.amount])[rows["row"]]
        rows["day"] = np.concatenate([self.ready, self.day])[rows["row"]]
        rows = rows.sort_values(["group", "paid", "day", "row"], ignore_index=True)
        rows["end"] = rows.groupby(["group", "paid"])["money"].cumsum()
        rows["begin"] = rows["end"] - rows["money"]
        pairs = rows[~rows["paid"]].merge(rows[rows["paid"]], on="group", suffixes=("_d", "_p"))
        how = found.how[pairs["group"]]
        cents = np.minimum(pairs["end_d"], pairs["end_p"]) - np.maximum(pairs["begin_d"], pairs["begin_p"])
        converted = how == "converted"
        told = pd.DataFrame(
            {
                "declared": pairs["row_d"],
                "paid": pairs["row_p"] - self.declarations,
                "declared_cents": np.where(converted, pairs["money_d"], cents),
                "paid_cents": np.where(converted, pairs["money_p"], cents),
                "how": how,
                "group": pairs["group"],
            }
        )
        return told[(told["declared_cents"] > 0) & (told["paid_cents"] > 0)].reset_index(drop=True)

    # 3. what is left

    def _left(self, settled: pd.DataFrame) -> tuple[Array, Array]:
        """Cents of each row not settled yet."""
        due = summed(settled["declared"], settled["declared_cents"], self.declarations)
        return self.due - due, self.amount - summed(settled["paid"], settled["paid_cents"], self.payments)

    def _in_time(self, d: Array, p: Array, d_group: Array, p_group: Array) -> tuple[Array, Array]:
        """Places in ``d`` and ``p`` of one group whose days lie within the window."""
        early, late = self.ready[d] - self.window, self.ready[d] + self.window
        return _between(d_group[d], early, late, p_group[p], self.day[p], 4 * NEAR)

    def running(self, settled: pd.DataFrame) -> pd.DataFrame:
        """Open money against open declarations of the same partner (an unnamed payment: of any), nearest to its habit first."""
        due, amount = self._left(settled)
        touched_d, touched_p = np.zeros(self.declarations, dtype=bool), np.zeros(self.payments, dtype=bool)
        touched_d[settled["declared"]], touched_p[settled["paid"]] = True, True
        open_d = self.d_open & (due > np.where(touched_d, 2 * self.d_fee, 0))  # a fee left of a settled one stays a fee
        open_p = self.p_open & (amount > 0) & ~touched_p
        d, p = np.flatnonzero(open_d), np.flatnonzero(open_p)
        cited = self.cited[open_d[self.cited[:, 0]] & open_p[self.cited[:, 1]]]
        arcs = [cited[self.d_block[cited[:, 0]] == self.p_block[cited[:, 1]]]]
        free = p[~self.cites[p]]
        for these, d_group, p_group in (
            (free[self.p_partner[free] >= 0], self.d_tie, self.p_tie),
            (free[self.p_partner[free] < 0], self.d_block, self.p_block),
        ):
            at, by = self._in_time(d, these, d_group, p_group)
            arcs.append(np.column_stack([d[at], these[by]]))
        joined = np.unique(np.concatenate(arcs), axis=0)
        a, b = joined[:, 0], joined[:, 1]
        cost = self._late(a, b) / 6 + np.where(self.p_partner[b] < 0, 1, 0)
        flow = _transported(a, b, cost, due, amount)
        some = flow > 0
        return pd.DataFrame(
            {
                "declared": a[some],
                "paid": b[some],
                "declared_cents": flow[some],
                "paid_cents": flow[some],
                "how": np.where(self._cites(a[some], b[some]), "cited", "running").astype(object),
                "group": -1,
            }
        )

    def running_converted(self, settled: pd.DataFrame) -> pd.DataFrame:
        """What is still open on both sides of one partner, in different currencies: laid against each other in won."""
        due, amount = self._left(settled)
        d = np.flatnonzero(self.d_open & (due > 2 * self.d_fee) & (self.d_partner >= 0))
        p = np.flatnonzero(self.p_open & (amount == self.amount) & (self.p_partner >= 0))
        at, by = self._in_time(d, p, self.d_way, self.p_way)
        a, b = d[at], p[by]
        other = (self.d_block[a] != self.p_block[b]) & (~self.cites[b] | self._cites(a, b))
        a, b = a[other], b[other]
        d_won = np.round(self.d_won * due / np.maximum(self.due, 1)).astype(np.int64)
        p_won = np.round(self.p_won).astype(np.int64)
        flow = _transported(a, b, self._late(a, b) / 6, d_won, p_won)
        told = pd.DataFrame(
            {
                "declared": a,
                "paid": b,
                "declared_cents": (due[a] * (flow / np.maximum(d_won[a], 1))).astype(np.int64),
                "paid_cents": (amount[b] * (flow / np.maximum(p_won[b], 1))).astype(np.int64),
                "how": "converted",
                "group": -1,
            }
        )
        return told[(told["declared_cents"] > 0) & (told["paid_cents"] > 0)]


# Candidates


def _between(group: Array, low: Array, high: Array, others: Array, values: Array, most: int) -> tuple[Array, Array]:
    """Places (i, j) with the same group and low[i] <= values[j] <= high[i]; ``most`` j an i, the highest of them."""
    ladder = np.unique(values)
    order = np.lexsort((values, others))
    width = len(ladder) + 1
    keys = others[order] * width + np.searchsorted(ladder, values[order])
    begin = np.searchsorted(keys, group * width + np.searchsorted(ladder, low, "left"), "left")
    end = np.searchsorted(keys, group * width + np.searchsorted(ladder, high, "right"), "left")
    return _spread(np.maximum(begin, end - most), end, order)


def _same(
    group: Array, value: Array, day: Array, others: Array, values: Array, days: Array, most: int
) -> tuple[Array, Array]:
    """Places (i, j) with the same group and value, the ``most`` before and after in time."""
    both = pd.DataFrame({"group": np.concatenate([group, others]), "value": np.concatenate([value, values])})
    number = both.groupby(["group", "value"], sort=False).ngroup().to_numpy(np.int64)
    mine, theirs = number[: len(group)], number[len(group) :]
    span, earliest = (
        int(max(day.max(initial=0), days.max(initial=0))) + 1,
        int(min(day.min(initial=0), days.min(initial=0))),
    )
    width = span - earliest + 1
    order = np.lexsort((days, theirs))
    keys = theirs[order] * width + (days[order] - earliest)
    at = np.searchsorted(keys, mine * width + (day - earliest), "left")
    begin, end = np.searchsorted(keys, mine * width, "left"), np.searchsorted(keys, (mine + 1) * width, "left")
    return _spread(np.maximum(begin, at - most), np.minimum(end, at + most), order)


def _spread(begin: Array, end: Array, order: Array) -> tuple[Array, Array]:
    count = np.maximum(end - begin, 0)
    at = np.repeat(np.arange(len(begin)), count)
    step = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
    return at, order[begin[at] + step]


# Solvers


def _packed(found: Hypotheses, rows: int) -> Array:
    """The hypotheses of the heaviest set in which no two share a row."""
    n = len(found.weight)
    incidence = csr_array((np.ones(len(found.row)), (found.hypothesis, found.row)), shape=(n, rows))
    keep = np.flatnonzero(found.weight > 0)
    count = np.asarray(incidence[keep].sum(axis=0)).ravel()
    rivals = np.asarray((incidence[keep] * 1.0) @ (count > 1)) > 0
    contested = keep[rivals]
    batches = (contested[part] for part in _batches(incidence[contested]))
    return np.concatenate([keep[~rivals], *[part[_best(incidence[part], found.weight[part])] for part in batches]])


def _batches(incidence: csr_array) -> Iterator[Array]:
    """Lines of ``incidence`` in batches, lines that share a column always together."""
    if not incidence.shape[0]:
        return
    n, m = incidence.shape
    at = incidence.tocoo()
    graph = coo_array((np.ones(at.nnz), (at.row, at.col + n)), shape=(n + m, n + m))
    component = connected_components(graph, directed=False)[1][:n]
    order = np.argsort(component, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(component[order]) != 0])
    begin = 0
    for end in np.r_[starts[1:], n]:
        if end - begin >= BATCH or end == n:
            yield order[begin:end]
            begin = end


def _best(incidence: csr_array, weight: Array) -> Array:
    """Which lines to take: integer programming, or heaviest first where the solver finds nothing in time."""
    used = incidence[:, np.flatnonzero(np.diff(incidence.tocsc().indptr) > 1)]
    solved = milp(
        -weight,
        constraints=LinearConstraint(used.T.tocsc(), -np.inf, 1),
        integrality=np.ones(len(weight)),
        bounds=Bounds(0, 1),
        options={"time_limit": SECONDS, "mip_rel_gap": 1e-4},
    )
    if solved.x is not None:
        return np.asarray(solved.x > 0.5)
    taken, busy = np.zeros(len(weight), dtype=bool), np.zeros(incidence.shape[1], dtype=bool)
    for line in np.argsort(-weight, kind="stable"):
        columns = incidence.indices[incidence.indptr[line] : incidence.indptr[line + 1]]
        if not busy[columns].any():
            taken[line] = busy[columns] = True
    return taken


def _transported(a: Array, b: Array, cost: Array, due: Array, amount: Array) -> Array:
    """How many cents go along each arc (a: declaration, b: payment): as many as can, at the least cost."""
    flow = np.zeros(len(a), dtype=np.int64)
    n = len(a)
    incidence = csr_array(
        (np.ones(2 * n), (np.r_[np.arange(n), np.arange(n)], np.r_[a, len(due) + b])), shape=(n, len(due) + len(amount))
    )
    room = np.concatenate([due, amount])
    for arcs in _batches(incidence):
        part = incidence[arcs]
        rows = np.unique(part.indices)
        limits = room[rows]
        solved = linprog(
            cost[arcs] - 10, A_ub=part[:, rows].T.tocsc(), b_ub=limits / 100, bounds=(0, None), method="highs-ds"
        )
        flow[arcs] = np.floor(100 * solved.x + 1e-3).astype(np.int64) if solved.x is not None else 0
    for side, whole in ((a, due), (b, amount)):  # a rounding more than there is would be money from nowhere
        over = summed(side, flow, len(whole)) - whole
        for row in np.flatnonzero(over > 0):
            largest = np.flatnonzero(side == row)[np.argmax(flow[side == row])]
            flow[largest] -= over[row]
    return flow
