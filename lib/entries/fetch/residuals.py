"""What the matching leaves over, each with a code: 설명됨 (the data explain it), 신고로 소명 (a filing does), 미설명."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from lib.entries.fetch.ledger import OPEN, PAYMENT, UNSETTLED, Ledger
from lib.entries.fetch.reconcile import summed
from lib.screening.limits import Limits
from lib.screening.said import EPOCH

EXPLAINED, REPORTED, UNEXPLAINED = "설명됨", "신고로 소명", "미설명"
CODES: Mapping[str, tuple[str, str]] = {
    "free": (EXPLAINED, "무상·견본: 결제가 없는 거래"),
    "return": (EXPLAINED, "반품·재수출입: 결제가 없을 수 있는 거래"),
    "consignment": (EXPLAINED, "위탁판매: 팔린 뒤 결제하는 거래"),
    "processing": (EXPLAINED, "임가공: 원자재·가공품 값은 결제하지 않음"),
    "lease": (EXPLAINED, "임대차: 물품값을 결제하지 않음"),
    "fee": (EXPLAINED, "은행수수료·끝자리 차이"),
    "rate": (EXPLAINED, "다른 통화로 결제한 날의 환율 차이"),
    "freight": (EXPLAINED, "운임·보험료 등 인도조건에 따른 차이"),
    "not_due": (EXPLAINED, "결제 시차 안: 아직 결제될 수 있음"),
    "prepaid": (EXPLAINED, "사전송금·선수금: 신고를 기다리는 기간 안"),
    "before": (EXPLAINED, "자료가 시작되기 전 거래의 짝일 수 있음(판단 보류)"),
    "service": (EXPLAINED, "용역 등 무역 외 거래로 보고된 사유"),
    "capital": (EXPLAINED, "자본거래로 보고된 사유(제18조, 따로 확인)"),
    "transit": (EXPLAINED, "중계무역: 매입과 매각이 짝을 이룸"),
    "refund": (EXPLAINED, "반품 신고가 있는 거래처에 돌려준 대금"),
    "offset": (REPORTED, "상계 신고가 있는 거래처의 잔액"),
    "reported": (REPORTED, "외국환 신고를 한 지급·영수"),
    "unpaid": (UNEXPLAINED, "신고했으나 대금이 오가지 않음"),
    "no_goods": (UNEXPLAINED, "돈은 오갔으나 신고된 물품이 없음"),
    "one_legged": (UNEXPLAINED, "중계무역이라지만 짝이 되는 매입·매각이 없음"),
}
RATE_DRIFT = 0.06  # how far a rate moves between declaration and payment
BALANCED = 1.2  # transit trade buys for at most this much of what it sells for


def left_over(ledger: Ledger, matches: pd.DataFrame, as_of: date, limits: Limits) -> pd.DataFrame:
    """One row for each row of the ledger that is not wholly matched: ``table``, ``key``, ``row`` (place in ``declared`` or
    ``paid``), ``firm``, ``side``, ``partner``, ``currency``, ``day``, ``cents``, ``krw``, ``code``, ``status``.
    """
    today = (as_of - EPOCH).days
    declared = _rest(ledger.declared, "due", matches["declared"], matches["declared_cents"])
    paid = _rest(ledger.paid, "amount", matches["paid"], matches["paid_cents"])
    declared["code"] = _of_declared(declared, ledger, matches, today, limits)
    paid["code"] = _of_paid(paid, ledger, matches, today, limits)
    columns = ["table", "no", "row", "firm", "side", "partner", "currency", "day", "rest", "krw_rest", "code"]
    both = pd.concat([rows.loc[rows["rest"] > 0, columns] for rows in (declared, paid)], ignore_index=True)
    both["status"] = both["code"].map({code: status for code, (status, _) in CODES.items()})
    return both.rename(columns={"no": "key", "rest": "cents", "krw_rest": "krw"}).sort_values(
        ["firm", "day", "table", "key"], ignore_index=True
    )


def _rest(rows: pd.DataFrame, money: str, at: "pd.Series[Any]", cents: "pd.Series[Any]") -> pd.DataFrame:
    matched = summed(at, cents, len(rows))
    told = rows.assign(row=np.arange(len(rows)), rest=rows[money] - matched, touched=matched > 0)
    told["krw_rest"] = told["krw"] * told["rest"] / told[money].clip(lower=1)
    return told


def _of_declared(rows: pd.DataFrame, ledger: Ledger, matches: pd.DataFrame, today: int, limits: Limits) -> Any:
    paid = ledger.paid
    offset = set(paid.loc[(paid["report"] == "offset") & (paid["partner"] >= 0), "partner"])
    begins = int(paid["day"].min()) if len(paid) else today
    converted = rows.index.isin(matches.loc[matches["how"] == "converted", "declared"])
    early = set(
        paid.loc[paid["day"] < begins + limits["window_days"] / 2, "partner"]
    )  # partners that paid from the start
    age = today - rows["ready"].astype("int64")
    tests = [
        ("free", rows["class_"].isin(UNSETTLED)),
        *[(name, rows["class_"] == name) for name in OPEN],
        ("fee", rows["touched"] & (rows["krw_rest"] <= _fee(rows, limits))),
        ("rate", converted & (rows["krw_rest"] <= RATE_DRIFT * rows["krw"])),
        ("offset", rows["partner"].isin(offset)),
        ("not_due", age <= limits["window_days"]),
        ("before", (rows["ready"] < begins + limits["window_days"] / 2) & rows["partner"].isin(early)),
    ]
    return np.select([np.asarray(test, dtype=bool) for _, test in tests], [code for code, _ in tests], "unpaid")


def _of_paid(rows: pd.DataFrame, ledger: Ledger, matches: pd.DataFrame, today: int, limits: Limits) -> Any:
    declared = ledger.declared
    begins = int(declared["day"].min()) if len(declared) else today
    early = set(declared.loc[declared["day"] < begins + limits["window_days"], "partner"])
    returned = set(declared.loc[declared["class_"] == "return", "partner"])
    transit = rows[rows["class_"] == "transit"]
    converted = rows.index.isin(matches.loc[matches["how"] == "converted", "paid"])
    legs = transit.pivot_table(index="firm", columns="side", values="krw", aggfunc="sum", fill_value=0.0)
    legs = legs.reindex(columns=["P", "R"], fill_value=0.0)
    paired = legs.index[(legs["P"] > 0) & (legs["P"] <= BALANCED * legs["R"])]
    age = today - rows["day"]
    waits = np.where(rows["side"] == PAYMENT, limits["prepaid_days"], limits["window_days"])
    tests = [
        ("service", rows["class_"] == "service"),
        ("capital", rows["class_"] == "capital"),
        ("transit", (rows["class_"] == "transit") & rows["firm"].isin(paired)),
        ("one_legged", rows["class_"] == "transit"),
        ("fee", rows["touched"] & (rows["krw_rest"] <= _fee(rows, limits))),
        ("rate", converted & (rows["krw_rest"] <= RATE_DRIFT * rows["krw"])),
        ("freight", rows["touched"] & (rows["krw_rest"] <= limits["freight_share"] / 100 * rows["krw"])),
        ("refund", (rows["class_"] == "refund") & rows["partner"].isin(returned)),
        ("reported", rows["report"] != ""),
        ("prepaid", age <= waits),
        ("before", (rows["day"] < begins + limits["window_days"]) & rows["partner"].isin(early)),
    ]
    return np.select([np.asarray(test, dtype=bool) for _, test in tests], [code for code, _ in tests], "no_goods")


def _fee(rows: pd.DataFrame, limits: Limits) -> Any:
    return np.maximum(2 * limits["fee"], 2 * limits["fee_share"] / 100 * rows["krw"])


def balance(ledger: Ledger, matches: pd.DataFrame, left: pd.DataFrame) -> pd.DataFrame:
    """Per firm, year, side, partner and currency, in cents: ``declared``, ``paid``, ``matched_declared``, ``matched_paid``, then
    what is left of each by status (``declared_미설명`` ...); ``deviation`` = (paid - declared) / the larger, ``unexplained_krw``
    in won, ``months`` with anything unexplained. ``declared`` = matched + left, and so for ``paid``, to the cent.
    """
    keys = ["firm", "year", "side", "partner", "currency"]
    parts = []
    for name, rows, money, at, cents in (
        ("declared", ledger.declared, "due", matches["declared"], matches["declared_cents"]),
        ("paid", ledger.paid, "amount", matches["paid"], matches["paid_cents"]),
    ):
        told = rows.assign(year=_year(rows["day"]), **{name: rows[money]})
        told[f"matched_{name}"] = summed(at, cents, len(rows))
        of = left[left["table"] == "payments"] if name == "paid" else left[left["table"] != "payments"]
        for status in (EXPLAINED, REPORTED, UNEXPLAINED):
            these = of[of["status"] == status]
            told[f"{name}_{status}"] = summed(these["row"], these["cents"], len(rows))
        parts.append(told.groupby(keys)[[c for c in told.columns if str(c).startswith((name, "matched_"))]].sum())
    whole = parts[0].join(parts[1], how="outer").fillna(0).astype("int64").reset_index()
    larger = whole[["declared", "paid"]].max(axis=1).clip(lower=1)
    whole["deviation"] = (whole["paid"] - whole["declared"]) / larger
    open_ = left[left["status"] == UNEXPLAINED].assign(
        year=lambda rows: _year(rows["day"]), month=lambda rows: _month(rows["day"])
    )
    told = open_.groupby(keys).agg(unexplained_krw=("krw", "sum"), months=("month", "nunique"))
    return whole.merge(told.reset_index(), on=keys, how="left").fillna({"unexplained_krw": 0.0, "months": 0})


def _year(day: "pd.Series[Any]") -> Any:
    return pd.to_datetime(day.astype("int64"), unit="D").dt.year


def _month(day: "pd.Series[Any]") -> Any:
    return pd.to_datetime(day.astype("int64"), unit="D").dt.strftime("%Y-%m")
