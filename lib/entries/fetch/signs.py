"""Which rows show a sign of one of the typologies: one line a row and sign. Features count them, reasons show them."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from lib.entries.fetch.ledger import MONTH, PAYMENT, RECEIPT, Ledger, each, plain_name, plain_number
from lib.entries.fetch.residuals import UNEXPLAINED
from lib.screening.limits import Limits
from lib.screening.said import EPOCH
from lib.settings import DATA

COLUMNS = ["firm", "sign", "table", "key", "day", "krw", "value", "note"]
SPREAD = 0.1  # least spread of log prices: a tenth
RARE = 6  # firms at most that declare a thing whose way is followed across firms
ROUND = 1_000_000  # cents: sums of whole ten thousands


@dataclass(frozen=True)
class Seen:
    """What the signs are read from, with the prices and partners worked out once."""

    ledger: Ledger
    matches: pd.DataFrame
    left: pd.DataFrame
    today: int
    limits: Limits
    risky: frozenset[str]


def risky_places(as_of: date) -> frozenset[str]:
    """Codes and names of the places held to be of risk on that day, by ``data/fetch/places.csv``."""
    day = as_of.isoformat()
    with (DATA / "fetch" / "places.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["since"] <= day and (not r["until"] or day <= r["until"])]
    return frozenset(name for r in rows for name in (r["code"], r["name"]))


def find(ledger: Ledger, matches: pd.DataFrame, left: pd.DataFrame, as_of: date, limits: Limits) -> pd.DataFrame:
    """All signs: ``firm``, ``sign``, ``table`` and ``key`` of the row, ``day``, ``krw`` at stake, ``value`` (z, ratio ...), ``note``."""
    seen = Seen(ledger, matches, left, (as_of - EPOCH).days, limits, risky_places(as_of))
    found = [told[COLUMNS] for look in LOOKS for told in [look(seen)] if len(told)]
    blank = pd.DataFrame({name: pd.Series(dtype="float64" if name in ("krw", "value") else "str") for name in COLUMNS})
    every = pd.concat([blank.astype({"day": "int64"}), *found], ignore_index=True)
    return every.astype({"day": "int64", "krw": "float64", "value": "float64"}).sort_values(
        ["firm", "sign", "day", "key"], ignore_index=True
    )


def _told(rows: pd.DataFrame, sign: str, value: Any = np.nan, note: Any = "", krw: Any = None) -> pd.DataFrame:
    named = rows.rename(columns={"no": "key"}) if "key" not in rows else rows
    return named.assign(sign=sign, value=value, note=note, krw=named["krw"] if krw is None else krw)


# 1, 13 prices against peers


def prices(seen: Seen) -> pd.DataFrame:
    """Unit prices far from what other firms declare for the same code, model, country and unit."""
    d = seen.ledger.declared
    rows = d[(d["quantity"] > 0) & (d["krw"] > 0) & d["model"].notna() & ~d["class_"].isin(["free", "return"])]
    if rows.empty:
        return rows
    model = each(rows["model"], lambda text: "".join(text.upper().split()))
    log = np.log(rows["krw"].to_numpy(float) / rows["quantity"].to_numpy(float))
    keys = [rows["side"], rows["hs10"], model, rows["unit"].fillna("")]
    near = _against_peers(rows["firm"], [*keys, rows["country"].fillna("")], log, seen.limits)
    wide = _against_peers(rows["firm"], keys, log, seen.limits)  # where too few trade with that country
    z, gap = (np.where(np.isnan(a), b, a) for a, b in zip(near, wide, strict=True))
    far = (np.abs(z) >= seen.limits["price_z"]) & (np.abs(np.expm1(gap)) >= seen.limits["price_gap"] / 100)
    told = rows.assign(z=z, gap=np.expm1(gap))[far]
    sign = np.where(told["gap"] > 0, "price_high", "price_low")
    note = [
        f"비교 업체 중앙값보다 {abs(gap):.0%} {'높음' if gap > 0 else '낮음'}(z {z:.1f})"
        for gap, z in zip(told["gap"], told["z"], strict=True)
    ]
    return _told(told, "", told["gap"], note, (told["krw"] - told["krw"] / (1 + told["gap"])).abs()).assign(sign=sign)


def weights(seen: Seen) -> pd.DataFrame:
    """Prices by the kilogram far above what other firms declare under the same code."""
    d = seen.ledger.declared
    rows = d[(d["weight_kg"] > 0) & (d["krw"] > 0) & ~d["class_"].isin(["free", "return"])]
    if rows.empty:
        return rows
    log = np.log(rows["krw"].to_numpy(float) / rows["weight_kg"].to_numpy(float))
    z, gap = _against_peers(rows["firm"], [rows["side"], rows["hs10"]], log, seen.limits)
    far = (z >= seen.limits["price_z"]) & (np.expm1(gap) >= seen.limits["kg_gap"] / 100)
    told = rows.assign(z=z, gap=np.expm1(gap))[far]
    note = [f"kg당 가격이 같은 HS부호 다른 업체 중앙값의 {1 + gap:.1f}배" for gap in told["gap"]]
    return _told(told, "kg_price", told["z"], note)


def _against_peers(firm: Any, keys: list[Any], log: np.ndarray[Any, Any], limits: Limits) -> tuple[Any, Any]:
    """Robust z and distance of each log price from the median of the other firms' medians; missing where they are too few."""
    rows = pd.DataFrame({"firm": firm.to_numpy(), "log": log})
    rows["group"] = _grouped(keys)
    own = (
        rows.groupby(["group", "firm"])["log"]
        .median()
        .rename("own")
        .reset_index()
        .sort_values(["group", "own"], ignore_index=True)
    )
    n = own.groupby("group")["own"].transform("size").to_numpy()
    start = own.groupby("group").cumcount().to_numpy()
    first = np.arange(len(own)) - start
    values = own["own"].to_numpy()
    others = n - 1

    def other(place: Any) -> Any:  # the others' value at a place, looking past one's own
        at = first + np.where(place >= start, place + 1, place)
        return values[np.clip(at, 0, len(values) - 1)]

    middle = (other((others - 1) // 2) + other(others // 2)) / 2
    own["middle"] = np.where(others >= limits["price_peers"], middle, np.nan)
    rows = rows.merge(own[["group", "firm", "middle"]], on=["group", "firm"], how="left")
    centre = rows.groupby("group")["log"].transform("median")
    spread = (rows["log"] - centre).abs().groupby(rows["group"]).transform("median") * 1.4826
    gap = (rows["log"] - rows["middle"]).to_numpy()
    return gap / np.maximum(spread.to_numpy(), SPREAD), gap


def _grouped(keys: list[Any]) -> Any:
    frame = pd.DataFrame({str(i): key.astype(str).to_numpy() for i, key in enumerate(keys)})
    return frame.groupby(list(frame.columns), sort=False).ngroup().to_numpy()


# 2, 3, 8, 9, 10 money and goods that do not meet


def unmet(seen: Seen) -> pd.DataFrame:
    """What the reconciliation leaves unexplained: proceeds not recovered, imports not paid, money without goods."""
    left = seen.left[seen.left["status"] == UNEXPLAINED]
    age = seen.today - left["day"]
    old = age >= seen.limits["unrecovered_days"]
    exports = left["table"] == "exports"
    sign = np.select(
        [exports & old, left["table"] != "payments", left["code"] == "one_legged"],
        ["unrecovered", "unpaid", "one_legged"],
        "no_goods",
    )
    return _told(left, "", age, "").assign(sign=sign, note=[f"{days:,}일 지남" for days in age])


def without_declarations(seen: Seen) -> pd.DataFrame:
    """Money for imports by firms, or to partners, that never declare anything."""
    left = seen.left
    open_ = left[(left["table"] == "payments") & (left["code"].isin(["no_goods", "prepaid", "before"]))]
    declared = seen.ledger.declared
    firms = set(declared.loc[declared["side"] == PAYMENT, "firm"])
    rows = open_[(open_["side"] == PAYMENT) & ~open_["firm"].isin(firms)]
    return _told(rows, "no_declaration", note="이 업체의 수입신고가 한 건도 없음")


def prepaid_late(seen: Seen) -> pd.DataFrame:
    """Sums sent ahead whose goods have not been cleared in time."""
    left = seen.left
    rows = left[(left["table"] == "payments") & (left["side"] == PAYMENT) & (left["code"] == "no_goods")]
    declared = seen.ledger.declared
    known = set(declared.loc[declared["side"] == PAYMENT, "firm"])
    age = seen.today - rows["day"]
    late = (age >= seen.limits["prepaid_days"]) & rows["firm"].isin(known)
    return _told(rows[late], "prepaid_late", age[late], [f"송금 뒤 {days:,}일 동안 통관 없음" for days in age[late]])


def netted(seen: Seen) -> pd.DataFrame:
    """Open sales and open purchases with one partner, none of them reported as set off."""
    left = seen.left
    open_ = left[(left["status"] == UNEXPLAINED) & (left["partner"] >= 0) & (left["table"] != "payments")]
    sums = open_.pivot_table(index=["firm", "partner"], columns="side", values="krw", aggfunc="sum", fill_value=0.0)
    sums = sums.reindex(columns=[PAYMENT, RECEIPT], fill_value=0.0)
    both = sums.min(axis=1).rename("netted")
    rows = open_.merge(both[both > 0].reset_index(), on=["firm", "partner"])
    share = rows["netted"] / rows.groupby(["firm", "partner", "side"])["krw"].transform("sum")
    return _told(rows, "netted", note="같은 거래처의 수출·수입 대금이 함께 남음", krw=rows["krw"] * share)


# 4, 11, 12, 14 how the money moves


def third_parties(seen: Seen) -> pd.DataFrame:
    """Money from or to somebody who is not the partner of the declaration, without a filing."""
    p, m = seen.ledger.paid, seen.matches
    by_match = set(m.loc[m["how"] == "other_party", "paid"])
    rows = p[p.index.isin(by_match) & (p["report"] == "")]
    related = set(seen.ledger.partners.loc[seen.ledger.partners["related"], "partner"])
    rows = rows[~rows["partner"].isin(related)]
    return _told(rows, "third", note="거래처와 결제 상대가 다르고 신고가 없음")


def splits(seen: Seen) -> pd.DataFrame:
    """Many transfers just under the reporting line to one partner within weeks."""
    p, limits = seen.ledger.paid, seen.limits
    won = _won_per_dollar(seen)
    usd = p["krw"] / won
    low = limits["split_usd"] * limits["split_margin"] / 100
    m = seen.matches
    invoice = m.groupby("paid")["declared"].transform("size").eq(1) & m.groupby("declared")["paid"].transform(
        "size"
    ).eq(1)
    whole = p.index.isin(m.loc[invoice & m["how"].isin(["cited", "exact", "fee"]), "paid"])  # an invoice paid as it is
    low_enough = (usd >= low) & (usd < limits["split_usd"])
    rows = p[low_enough & ~whole & p["class_"].isin(["goods", "refund"])].sort_values(["firm", "side", "day"])
    if rows.empty:
        return rows
    number = rows.groupby(["firm", "side"], sort=False).ngroup().to_numpy()
    stamp = number * 1_000_000 + rows["day"].to_numpy()
    week = int(limits["split_week"])
    within = np.searchsorted(stamp, stamp + week, "right") - np.searchsorted(stamp, stamp, "left")
    most = pd.Series(within, rows.index)
    busy = most.groupby(number).transform("max") >= limits["split_count"]
    return _told(rows[busy], "split", most[busy], f"건당 {limits['split_usd']:,.0f}달러 바로 아래")


def _won_per_dollar(seen: Seen) -> float:
    dollars = seen.ledger.paid[seen.ledger.paid["currency"] == "USD"]
    cents = dollars["amount"].sum() / 100
    return float(dollars["krw"].sum() / cents) if cents else 1350.0


def rounds(seen: Seen) -> pd.DataFrame:
    """Round sums that no declaration explains."""
    left = seen.left[(seen.left["table"] == "payments") & (seen.left["code"] == "no_goods")]
    rows = left[(left["cents"] % ROUND == 0)]
    return _told(rows, "round", note="딱 떨어지는 금액")


def risky(seen: Seen) -> pd.DataFrame:
    """Money to or from a place of risk with which the firm declares no trade."""
    p, d = seen.ledger.paid, seen.ledger.declared
    trade = set(d["firm"] + " " + d["country"].fillna(""))
    place = p["account_country"].fillna("")
    odd = place.isin(seen.risky) & ~(p["firm"] + " " + place).isin(trade)
    rows = p[odd & p["class_"].isin(["goods", "refund"]) & (p["report"] == "")]
    return _told(rows, "risky", note="거래 없는 곳의 계좌: " + place[rows.index])


def doubles(seen: Seen) -> pd.DataFrame:
    """One declaration used as evidence for more money than it is worth, at banks or for trade finance."""
    parts = [pd.DataFrame(columns=COLUMNS)]
    paid, declared = seen.ledger.paid, seen.ledger.declared.drop_duplicates(["firm", "no"])
    declared = declared[["firm", "number", "side", "krw"]].set_axis(["firm", "numbers", "of", "worth"], axis=1)
    for table, rows in (("payments", paid[paid["class_"] == "goods"]), ("finance", seen.ledger.finance)):
        lone = rows[(rows["numbers"] != "") & ~rows["numbers"].str.contains(" ")]
        cited = lone.assign(table=table).merge(declared, on=["firm", "numbers"])
        if "side" in cited:  # money the other way is a refund
            cited = cited[cited["side"] == cited["of"]]
        group = cited.groupby(["firm", "numbers"])["krw"]
        used = group.transform("sum") / cited["worth"].clip(lower=1)
        over = (used >= seen.limits["over_ratio"]) & (group.transform("size") > 1)
        note = [f"신고금액의 {share:.1f}배가 같은 신고번호로 증빙됨" for share in used[over]]
        parts.append(_told(cited[over], "double", used[over], note)[COLUMNS])
    return pd.concat(parts)


# 5, 6, 7 goods that come back, receivables that are sold, firms that share


def loops(seen: Seen) -> pd.DataFrame:
    """The same model, quantity and weight out and in again: through one firm, through one foreign partner, or time and
    again along the same two firms.
    """
    d = seen.ledger.declared
    rows = d[d["model"].notna() & (d["quantity"] > 0) & ~d["class_"].isin(["return", "processing", "lease"])]
    model = each(rows["model"], lambda text: "".join(text.upper().split()))
    rare = rows.groupby(rows["hs10"] + " " + model)["firm"].transform("nunique") <= RARE
    rows = rows[["firm", "table", "no", "day", "krw", "weight_kg"]].assign(
        thing=_grouped([rows["hs10"], model, rows["quantity"].astype(float)]),
        who=each(rows["name"], plain_name),
        rare=rare,
    )
    out, back = rows[rows["table"] == "exports"], rows[rows["table"] == "imports"]
    pairs = pd.concat(
        [
            out.merge(back.assign(firm_back=back["firm"]), on=["thing", "firm"], suffixes=("", "_back")),
            out[out["who"] != ""].merge(back, on=["thing", "who"], suffixes=("", "_back")),
            out[out["rare"]].merge(back, on="thing", suffixes=("", "_back")),
        ],
        ignore_index=True,
    )
    pairs["close"] = (
        (pairs["firm"] == pairs["firm_back"]) | pairs["who_back"].isna() | (pairs["who"] == pairs["who_back"])
    )
    off = (pairs["weight_kg"] - pairs["weight_kg_back"]).abs() > seen.limits["loop_weight"] / 100 * pairs["weight_kg"]
    off |= (pairs["krw"] - pairs["krw_back"]).abs() > seen.limits["loop_value"] / 100 * pairs["krw"]
    near = ~off.fillna(False) & ((pairs["day_back"] - pairs["day"]).abs() <= seen.limits["loop_days"])
    pairs = pairs[near.to_numpy(bool)].drop_duplicates(["no", "no_back"])
    route = pairs.groupby(["firm", "firm_back"])["thing"].transform("nunique") >= seen.limits["loops"]
    pairs = pairs[pairs["close"] | route]
    pairs["share"] = np.where(pairs["firm"] == pairs["firm_back"], 0.5, 1.0)  # of a round: one firm may hold both legs
    there = pairs[["firm", "table", "no", "day", "krw", "no_back", "share"]].set_axis(_LEG, axis=1)
    again = pairs[["firm_back", "table_back", "no_back", "day_back", "krw_back", "no", "share"]].set_axis(_LEG, axis=1)
    both = pd.concat([there, again], ignore_index=True).drop_duplicates(["table", "no"])
    return _told(both, "loop", both["share"], "같은 모델·수량·중량: " + both["other"].astype("str"))


_LEG = ["firm", "table", "no", "day", "krw", "other", "share"]


def financed(seen: Seen) -> pd.DataFrame:
    """Sold or insured receivables that ended in default, or whose export nobody paid."""
    finance = seen.ledger.finance
    unpaid = seen.left[(seen.left["table"] == "exports") & (seen.left["status"] == UNEXPLAINED)]
    open_ = set(unpaid["firm"] + " " + plain_number(unpaid["key"]))
    bad = finance["defaulted_on"].notna() | (finance["firm"] + " " + finance["numbers"]).isin(open_)
    rows = finance[bad.to_numpy(bool)]
    note = np.where(rows["defaulted_on"].notna(), "사고(부도) 발생", "매입·보험 뒤 수출대금 미회수")
    return _told(rows, "financed", note=note)


def shared(seen: Seen) -> pd.DataFrame:
    """Firms at one address with one representative, or newly founded ones there that have lately changed theirs."""
    firms = seen.ledger.firms
    kept = firms[firms["ceo"].notna() & firms["address"].notna()]
    place = each(kept["address"], plain_place)
    newest = seen.today - seen.limits["young_months"] * MONTH
    young = (kept["founded_on"] >= newest) & (kept["ceo_since"] >= newest)
    who = kept["ceo"].astype(str).mask(young.fillna(False).astype(bool), "(신설·대표 변경)")
    same = pd.DataFrame({"ceo": kept["ceo"].astype(str), "who": who, "place": place.astype(str)})
    by_ceo, by_who = (same.groupby([by, "place"])["place"].transform("size") for by in ("ceo", "who"))
    most = np.maximum(by_ceo, by_who)
    rows = kept[most > 1].assign(table="firms", key=kept["firm"], day=seen.today, krw=0.0)
    return _told(rows, "shared", most[most > 1], "같은 주소에 대표자가 같거나 새로 바뀐 업체가 있음")


def plain_place(address: str) -> str:
    """An address as it is compared."""
    return "".join(address.split())


LOOKS: tuple[Callable[[Seen], pd.DataFrame], ...] = (
    prices, weights, unmet, without_declarations, prepaid_late, netted,
    third_parties, splits, rounds, risky, doubles, loops, financed, shared,
)  # fmt: skip
