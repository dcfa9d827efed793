"""What the page draws, as plain frames."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lib.entries.duty_free import features, screen
from lib.entries.duty_free.screen import Buyers

MOST_PEOPLE = 60


@dataclass(frozen=True)
class Network:
    """``nodes``: id, kind (구매자·카드·예약번호·가이드), label, grade, start; ``edges``: a, b, sales."""

    nodes: pd.DataFrame
    edges: pd.DataFrame


def timeline(ranking: Buyers, subject: str) -> pd.DataFrame:
    """Stays, bookings and purchases of one person: lane, start, end (NaT: open), text, source, key."""
    events = pd.DataFrame(screen.timeline(ranking.evidence(subject)))
    return events.assign(**{edge: pd.to_datetime(events[edge]) for edge in ("start", "end")})


def heat_map(ranking: Buyers, days: int = 90) -> pd.DataFrame:
    """Amount delivered on the spot by shop (rows) and day (columns) over the last ``days``, days without any included."""
    sales = ranking.now.sales.filter(ranking.now.sales.onsite & (ranking.now.sales.day > ranking.now.day - days))
    cells = ranking.engine.frame(sales.group_by("shop", "day").agg(amount=sales.amount.sum()))
    grid = cells.pivot_table(index="shop", columns="day", values="amount", aggfunc="sum", fill_value=0)
    grid = grid.reindex(columns=range(ranking.now.day - days + 1, ranking.now.day + 1), fill_value=0)
    grid.columns = pd.to_datetime(np.asarray(grid.columns), unit="D").date
    return grid


def sellers(ranking: Buyers) -> pd.DataFrame:
    """Salespersons by how far the share of late buyers stands above the others of the shop, worst first.

    seller, shop, people, late_people, share, others, sigma; those who served fewer than the limit are left out.
    """
    onsite = ranking.now.onsite
    late = features.late(onsite, ranking.limits)
    rates = ranking.engine.frame(features.sellers(onsite, late))
    rates = rates[rates["people"] >= ranking.limits["seller_people"]]
    usual = rates["others"].clip(lower=0.01, upper=0.99)
    spread = np.sqrt(rates["people"] * usual * (1 - usual))
    told = rates.assign(
        share=rates["late_people"] / rates["people"], sigma=(rates["late_people"] - rates["people"] * usual) / spread
    )
    return told.sort_values(["sigma", "seller"], ascending=[False, True], ignore_index=True)


def network(ranking: Buyers, subject: str) -> Network:
    """The person, the cards, bookings and guides used, and who else used them."""
    sales = ranking.now.sales
    long = sales.select("subject", "sale_no", "card", "pnr", "guide").pivot_longer(
        ["card", "pnr", "guide"], names_to="kind", values_to="key"
    )
    long = long.filter(long.key.notnull())
    own = long.filter(long.subject == subject).select("kind", "key").distinct()
    shared = long.join(own, ["kind", "key"])
    edges = ranking.engine.frame(shared.group_by("subject", "kind", "key").agg(sales=shared.count()))
    edges = edges.assign(own=edges["subject"] == subject).sort_values(
        ["own", "sales", "subject"], ascending=[False, False, True]
    )
    kept = edges["subject"].drop_duplicates().head(MOST_PEOPLE)
    edges = edges[edges["subject"].isin(kept)]
    about = ranking.rows.set_index("subject").reindex(kept)
    people = pd.DataFrame(
        {
            "id": kept.to_numpy(),
            "kind": "구매자",
            "label": about["title"].to_numpy(),
            "grade": about["grade"].to_numpy(),
        }
    )
    if people.empty:
        about = ranking.rows[ranking.rows["subject"] == subject]
        people = pd.DataFrame(
            {"id": [subject], "kind": "구매자", "label": about["title"].to_numpy(), "grade": about["grade"].to_numpy()}
        )
    names = {"card": "카드", "pnr": "예약번호", "guide": "가이드"}
    keys = edges[["kind", "key"]].drop_duplicates()
    whole = keys["key"].where(keys["kind"] != "card", keys["key"].str[:4] + "****")
    things = pd.DataFrame(
        {"id": keys["kind"] + ":" + keys["key"], "kind": keys["kind"].map(names), "label": whole, "grade": ""}
    )
    nodes = pd.concat([people, things], ignore_index=True)
    return Network(
        nodes.assign(start=nodes["id"] == subject),
        pd.DataFrame(
            {"a": edges["subject"], "b": edges["kind"] + ":" + edges["key"], "sales": edges["sales"]}
        ).reset_index(drop=True),
    )
