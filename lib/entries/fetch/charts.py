"""What the page and the dossier draw of one firm: from declared to paid, month by month, and where the money went."""

import numpy as np
import pandas as pd

from lib.entries.fetch.ledger import PAYMENT, RECEIPT
from lib.entries.fetch.residuals import CODES, UNEXPLAINED
from lib.entries.fetch.screen import Reconciled
from lib.screening.said import EPOCH

SIDES = {RECEIPT: "수출·영수", PAYMENT: "수입·지급"}
OTHERS = "그 밖의 거래처"
UNNAMED = "이름 없는 상대방"


def waterfall(done: Reconciled, firm: str, side: str) -> pd.DataFrame:
    """From declared to paid in won: ``step`` (Korean), ``krw``, ``kind`` (total, minus, plus). What was declared, less what of it
    was not paid (by reason), plus what was paid without goods (by reason), the rate between the days, is what was paid.
    """
    declared, paid, left = (done.of(name, firm) for name in ("declared", "paid", "left"))
    declared, paid, left = (rows[rows["side"] == side] for rows in (declared, paid, left))
    steps = [("신고 금액", float(declared["krw"].sum()), "total")]
    of_goods = left["table"] != "payments"
    for rows, sign, kind in ((left[of_goods], -1, "minus"), (left[~of_goods], 1, "plus")):
        for code, krw in rows.groupby("code")["krw"].sum().sort_values(ascending=False).items():
            what = CODES[str(code)][1].split(":")[0]
            steps.append((f"{'미결제' if sign < 0 else '물품 없음'} · {what}", sign * float(krw), kind))
    reached = sum(krw for _, krw, _ in steps)
    total = float(paid["krw"].sum())
    if abs(total - reached) > 1:
        steps.append(("환율·통화 차이", total - reached, "plus" if total > reached else "minus"))
    return pd.DataFrame([*steps, ("지급·영수 금액", total, "total")], columns=["step", "krw", "kind"])


def monthly(done: Reconciled, firm: str, side: str) -> pd.DataFrame:
    """Won declared and paid up to the end of each month: ``month``, ``declared``, ``paid``."""
    parts = []
    for name, column in (("declared", "declared"), ("paid", "paid")):
        rows = done.of(name, firm)
        rows = rows[rows["side"] == side]
        month = pd.to_datetime(rows["day"].astype("int64"), unit="D").dt.to_period("M")
        parts.append(rows.groupby(month)["krw"].sum().rename(column))
    whole = pd.concat(parts, axis=1)
    if whole.empty:
        return pd.DataFrame({"month": [], "declared": [], "paid": []})
    months = pd.period_range(whole.index.min(), pd.Period(done.as_of, "M"), freq="M")
    told = whole.reindex(months).fillna(0.0).cumsum()
    return told.assign(month=[str(month) for month in told.index])[["month", "declared", "paid"]].reset_index(drop=True)


def flows(done: Reconciled, firm: str, most: int = 12) -> pd.DataFrame:
    """Where money came from and went: ``source``, ``target``, ``krw``, ``status`` (맞음, 설명됨, 신고로 소명, 미설명).

    Receipts run partner -> firm, payments firm -> partner -> country of the account. The largest partners are named.
    """
    paid = done.of("paid", firm)
    if paid.empty:
        return pd.DataFrame({"source": [], "target": [], "krw": [], "status": []})
    left = done.of("left", firm)
    left = left[left["table"] == "payments"].set_index("row")
    rest = paid.index.map(left["krw"].to_dict()).fillna(0.0) if len(left) else np.zeros(len(paid))
    status = pd.Series(paid.index.map(left["status"].to_dict()) if len(left) else "", paid.index).fillna("")
    known = done.ledger.partners.set_index("partner")["name"]  # one name for all spellings of a partner
    name = paid["partner"].map(known).fillna(paid["name"]).fillna(UNNAMED).astype(str)
    largest = paid.groupby(name)["krw"].sum().nlargest(most).index
    rows = pd.DataFrame(
        {
            "partner": name.where(name.isin(largest), OTHERS),
            "country": paid["account_country"].fillna("?").astype(str),
            "side": paid["side"],
            "맞음": paid["krw"].to_numpy(float) - np.asarray(rest, dtype=float),
            "rest": np.asarray(rest, dtype=float),
            "status": status.to_numpy(),
        }
    )
    own = firm_name(done, firm)
    parts = []
    for part in (rows.assign(krw=rows["맞음"], status="맞음"), rows.assign(krw=rows["rest"])):
        part = part[part["krw"] > 0]
        into = part["side"] == RECEIPT
        away = "계좌 " + part["country"]
        parts.append(
            pd.DataFrame(
                {
                    "source": (part["partner"] + " →")[into],
                    "target": own,
                    "krw": part["krw"][into],
                    "status": part["status"][into],
                }
            )
        )
        parts.append(
            pd.DataFrame(
                {
                    "source": own,
                    "target": ("→ " + part["partner"])[~into],
                    "krw": part["krw"][~into],
                    "status": part["status"][~into],
                }
            )
        )
        parts.append(
            pd.DataFrame(
                {
                    "source": ("→ " + part["partner"])[~into],
                    "target": away[~into],
                    "krw": part["krw"][~into],
                    "status": part["status"][~into],
                }
            )
        )
    whole = pd.concat(parts, ignore_index=True)
    sums = whole.groupby(["source", "target", "status"])["krw"].sum().reset_index()
    return pd.DataFrame(sums.sort_values("krw", ascending=False, ignore_index=True))


def firm_name(done: Reconciled, firm: str) -> str:
    """The firm's name, or its number where it has none."""
    firms = done.ledger.firms
    named = firms.loc[firms["firm"] == firm, "name"]
    return str(named.iloc[0]) if len(named) else firm


def table(done: Reconciled, firm: str) -> pd.DataFrame:
    """The reconciliation by year, side, partner and currency as officers read it: amounts in the currency, largest open first."""
    rows = done.balance[done.balance["firm"] == firm]
    names = done.ledger.partners.set_index("partner")["name"]
    told = pd.DataFrame(
        {
            "연도": rows["year"],
            "구분": rows["side"].map(SIDES),
            "거래처": rows["partner"].map(names).fillna(UNNAMED),
            "통화": rows["currency"],
            "신고": rows["declared"] / 100,
            "지급·영수": rows["paid"] / 100,
            "맞음": rows["matched_paid"] / 100,
            "신고 미설명": rows[f"declared_{UNEXPLAINED}"] / 100,
            "결제 미설명": rows[f"paid_{UNEXPLAINED}"] / 100,
            "편차율": rows["deviation"],
            "미설명(원)": rows["unexplained_krw"],
            "지속월수": rows["months"].astype(int),
        }
    )
    return told.sort_values(["미설명(원)", "연도"], ascending=[False, True], ignore_index=True)


def since(done: Reconciled) -> str:
    """The first day of the data."""
    days = [rows["day"].min() for rows in (done.ledger.declared, done.ledger.paid) if len(rows)]
    return str((pd.Timestamp(EPOCH) + pd.Timedelta(days=int(min(days)))).date()) if days else "-"
