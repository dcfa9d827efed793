"""Goods and money as one directed multigraph of firms, foreign partners, banks and accounts."""

from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from lib import links
from lib.entries.fetch.ledger import RECEIPT, each, plain_name
from lib.entries.fetch.screen import Reconciled
from lib.screening.said import EPOCH

GOODS, MONEY, BANK, ACCOUNT = "물품", "대금", "은행", "계좌"
FIRM, PARTNER = "업체", "해외거래처"
KINDS = {GOODS: "물품(수출입신고)", MONEY: "대금(지급·영수)", BANK: "거래 은행", ACCOUNT: "상대 계좌"}
UNNAMED = "이름 없는 상대방"


def graph(done: Reconciled) -> links.Graph:
    """Edges: goods and money between a firm and its partner in the way they go; money on to the account it was sent to or
    came from; a firm and the bank it used. ``amount`` in won, ``key`` and ``table`` name the row. A partner of several
    firms (same name, marks and company forms left out) is one node; without a name it stays the firm's own.
    """
    kept = done.ledger
    firms = pd.DataFrame({"id": "F:" + kept.firms["firm"], "label": kept.firms["name"], "kind": FIRM})
    declared, paid = (_ended(rows, kept.partners) for rows in (kept.declared, kept.paid))
    nodes = [
        firms,
        *[
            rows[["partner_id", "called"]].set_axis(["id", "label"], axis=1).assign(kind=PARTNER)
            for rows in (declared, paid)
        ],
    ]
    edges = [_flow(declared, GOODS, declared["side"] == RECEIPT), _flow(paid, MONEY, paid["side"] != RECEIPT)]
    for column, kind, owner in (("bank", BANK, "firm_id"), ("account", ACCOUNT, "partner_id")):
        rows = paid[paid[column].notna()]
        ids = kind + ":" + rows[column].astype(str)
        label = rows[column].astype(str) if kind == BANK else "계좌 " + rows[column].astype(str).str[-4:]
        nodes.append(pd.DataFrame({"id": ids, "label": label, "kind": kind}))
        away = rows["side"] != RECEIPT
        ends = {"source": rows[owner].where(away, ids), "target": ids.where(away, rows[owner])}
        edges.append(_told(rows, kind).assign(**ends))
    every = pd.concat(nodes, ignore_index=True).drop_duplicates("id", ignore_index=True)
    return links.build(every.astype({"id": "str", "label": "str"}), pd.concat(edges, ignore_index=True))


def _ended(rows: pd.DataFrame, partners: pd.DataFrame) -> pd.DataFrame:
    """With the ids of both ends, and the partner's name as it is shown."""
    known = partners.set_index("partner")["name"]
    called = rows["partner"].map(known).fillna(rows["name"])
    plain = each(called, plain_name)
    own = "P:" + rows["firm"] + ":" + rows["partner"].astype(str)
    return rows.assign(
        firm_id="F:" + rows["firm"],
        partner_id=("P:" + plain).where(plain != "", own).astype("str"),
        called=called.fillna(UNNAMED),
    )


def _flow(rows: pd.DataFrame, kind: str, out: "pd.Series[Any]") -> pd.DataFrame:
    """From the firm to its partner where ``out``, else the other way."""
    ends = {
        "source": rows["firm_id"].where(out, rows["partner_id"]),
        "target": rows["partner_id"].where(out, rows["firm_id"]),
    }
    return _told(rows, kind).assign(**ends)


def _told(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    day = pd.to_datetime(rows["day"].astype("int64"), unit="D")
    return pd.DataFrame(
        {
            "kind": kind,
            "amount": rows["krw"].clip(lower=0),
            "day": day,
            "key": rows["no"],
            "table": rows["table"],
            "firm": rows["firm"],
        }
    )


class Returning(NamedTuple):
    """Flows that come back to a firm."""

    keys: frozenset[str]  # the rows they are made of, and those of the same goods out and in again through anyone
    own: int  # of these, declarations of the firm itself
    rounds: int  # ways back through three or more
    capped: bool  # there may be more rounds


def returning(done: Reconciled, whole: links.Graph, node: str, days: int = 180) -> Returning:
    """What leaves a firm and comes back to it: the same goods, or goods and money at about their worth within so many days."""
    found = links.cycles(
        whole.only(kinds=[GOODS, MONEY]), 4, within_days=days, keeps=(0.7, 1.15), through=node, most=200
    )
    longer = found.rows[found.rows["length"] > 2]
    loops = done.signs[done.signs["sign"] == "loop"]
    keys = frozenset(loops["key"]).union(*longer["keys"])
    return Returning(keys, int((loops["firm"] == node.removeprefix("F:")).sum()), len(longer), found.capped)


def span(done: Reconciled) -> tuple[date, date]:
    """The first and last day of the data."""
    days = [rows["day"] for rows in (done.ledger.declared, done.ledger.paid) if len(rows)]
    first = min((int(day.min()) for day in days), default=(done.as_of - EPOCH).days)
    return (pd.Timestamp(EPOCH) + pd.Timedelta(days=first)).date(), done.as_of
