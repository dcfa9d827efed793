"""What the room looks like today: counts by grade, places and senders where codes meet, what is new since a moment,
and what hangs together with reports of theft. Plain frames; drawing is the page's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from lib.entries.pccc_theft import features, masking, rules
from lib.entries.pccc_theft.tables import complete
from lib.screening.ranking import Ranking
from lib.tables.engine import Engine, connect

KINDS = {"place": "배송지", "number": "전화번호", "seller": "발송인", "pccc": "부호"}
MOST = 60  # neighbours drawn at once
Node = str  # "<kind>:<key>", kind one of KINDS


@dataclass(frozen=True)
class Monitor:
    """``edges``: code, node, how often and when, in the window. ``grades``: the grade of each code in the ranking."""

    as_of: date
    daily: pd.DataFrame
    edges: pd.DataFrame = field(repr=False)
    grades: "pd.Series[Any]" = field(repr=False)
    reported: frozenset[str] = field(repr=False)
    stolen: frozenset[Node] = field(repr=False)
    hops: "pd.Series[Any]" = field(repr=False)
    least: int

    def daily_counts(self) -> pd.DataFrame:
        """``day``, ``grade``, ``parcels``, ``codes``: the declarations of each day by the grade of their code."""
        graded = self.daily.assign(grade=self.daily["pccc"].map(self.grades).fillna(rules.NORMAL))
        counts = graded.groupby(["day", "grade"], as_index=False).agg(
            parcels=("parcels", "sum"), codes=("pccc", "nunique")
        )
        return counts.sort_values(["day", "grade"], ignore_index=True)

    def hubs(self, kind: str | None = None, since: datetime | None = None) -> pd.DataFrame:
        """Addresses, phones and senders where many codes meet, most telling first.

        ``codes``, ``parcels``, ``suspects`` (codes graded 의심 or 유력) and their ``share``, ``first``, ``last``,
        ``formed`` (when it came to so many codes). ``since``: only those formed after.
        """
        met = self.edges[self.edges["kind"] == kind] if kind else self.edges
        met = met.sort_values("first", kind="stable")
        met = met.assign(
            rank=met.groupby("node").cumcount() + 1,
            suspect=met["pccc"].map(self.grades).isin([rules.SUSPECT, rules.STRONG]),
        )
        hubs = met.groupby("node", as_index=False).agg(
            kind=("kind", "first"),
            shown=("shown", "first"),
            codes=("pccc", "nunique"),
            parcels=("parcels", "sum"),
            suspects=("suspect", "sum"),
            first=("first", "min"),
            last=("last", "max"),
        )
        formed = met[met["rank"] == self.least].set_index("node")["first"]
        hubs = hubs[hubs["codes"] >= self.least].assign(formed=lambda h: h["node"].map(formed))
        hubs["share"] = hubs["suspects"] / hubs["codes"]
        hubs["title"] = _shown(hubs["kind"], hubs["shown"])
        hubs["reported"] = hubs["node"].isin(self.stolen)
        if since is not None:
            hubs = hubs[hubs["formed"] > pd.Timestamp(since)]
        order = ["reported", "suspects", "share", "codes", "node"]
        return hubs.drop(columns="shown").sort_values(
            order, ascending=[False, False, False, False, True], ignore_index=True
        )

    def neighbours(self, node: Node) -> tuple[pd.DataFrame, pd.DataFrame]:
        """What opens on a click. A code opens its address, phone and senders; those open their codes (the worst first).

        Nodes: ``node``, ``kind``, ``title`` (masked), ``grade``, ``codes``, ``reported``. Edges: ``source``, ``target``,
        ``parcels``, ``first``, ``last``.
        """
        kind, _, key = node.partition(":")
        met = self.edges[self.edges["pccc"] == key] if kind == "pccc" else self.edges[self.edges["node"] == node]
        worst = met["pccc"].map(self.grades).map(rules.GRADES.index).fillna(0)
        met = met.assign(worst=worst).sort_values(["worst", "last"], ascending=False, kind="stable").head(MOST)
        ends = met[["node", "kind", "shown"]].drop_duplicates("node")
        codes = pd.Series(met["pccc"].unique(), dtype=object)
        nodes = pd.concat(
            [
                pd.DataFrame({"node": "pccc:" + codes, "kind": "pccc", "title": codes.map(masking.code),
                              "grade": codes.map(self.grades).fillna(rules.NORMAL), "codes": 1,
                              "reported": codes.isin(self.reported)}),
                pd.DataFrame({"node": ends["node"], "kind": ends["kind"], "title": _shown(ends["kind"], ends["shown"]),
                              "grade": "", "codes": ends["node"].map(self._sizes(ends["node"])),
                              "reported": ends["node"].isin(self.stolen)}),
            ],
            ignore_index=True,
        )  # fmt: skip
        edges = pd.DataFrame(
            {
                "source": "pccc:" + met["pccc"],
                "target": met["node"],
                "parcels": met["parcels"],
                "first": met["first"],
                "last": met["last"],
            }
        )
        return nodes, edges.reset_index(drop=True)

    def alerts(self, since: datetime) -> pd.DataFrame:
        """Codes graded 의심 or 유력 with a declaration after the moment: ``subject``, ``title``, ``grade``, ``parcels``, ``last``."""
        late = self.edges[(self.edges["last"] > pd.Timestamp(since)) & (self.edges["kind"] == "place")]
        told = late.groupby("pccc", as_index=False).agg(parcels=("parcels", "sum"), last=("last", "max"))
        told["grade"] = told["pccc"].map(self.grades)
        told = told[told["grade"].isin([rules.SUSPECT, rules.STRONG])]
        told["title"] = told["pccc"].map(masking.code)
        worst = told["grade"].map(rules.GRADES.index)
        told = told.assign(worst=worst).sort_values(["worst", "last"], ascending=False, kind="stable")
        return told.rename(columns={"pccc": "subject"})[["subject", "title", "grade", "parcels", "last"]].reset_index(
            drop=True
        )

    def linked(self) -> pd.DataFrame:
        """Codes within two hops of a declaration reported stolen: ``subject``, ``title``, ``hops``, ``via`` (masked), ``grade``."""
        ties = self.edges[self.edges["kind"].isin(["place", "number"]) & self.edges["pccc"].isin(self.hops.index)]
        ties = ties.assign(hops=ties["pccc"].map(self.hops))
        near = ties[ties["hops"] == 1]
        met = pd.concat(
            [near[near["node"].isin(self.stolen)], ties[(ties["hops"] == 2) & ties["node"].isin(near["node"])]]
        )
        met = met.drop_duplicates("pccc").sort_values(["hops", "pccc"], ignore_index=True)
        return pd.DataFrame(
            {
                "subject": met["pccc"],
                "title": met["pccc"].map(masking.code),
                "hops": met["hops"].astype(int),
                "via": _shown(met["kind"], met["shown"]),
                "grade": met["pccc"].map(self.grades),
                "node": met["node"],
            }
        )

    def _sizes(self, nodes: "pd.Series[Any]") -> "pd.Series[Any]":
        held = self.edges[self.edges["node"].isin(nodes)]
        return held.groupby("node")["pccc"].nunique()


def load(tables: Mapping[str, pa.Table | Path], ranking: Ranking, *, engine: Engine | None = None) -> Monitor:
    """Read what the views need, once."""
    engine = engine or connect()
    loaded = engine.load(complete(tables))
    limits, window = ranking.limits, int(ranking.limits["window_days"])
    known = features.dated(loaded["parcels"], ranking.as_of)
    late = known.filter(known["passed"] & (known["age"] < window))
    reports = features.valid(loaded["reports"], ranking.as_of)
    daily = engine.frame(late.group_by("day", "pccc").agg(parcels=late.count()))
    parts = []
    for kind, source in (("place", "address"), ("number", "phone"), ("seller", "sender")):
        named = late.filter(late[kind].notnull())
        met = named.group_by("pccc", kind).agg(
            parcels=named.count(),
            first=named["declared_at"].min(),
            last=named["declared_at"].max(),
            shown=named[source].min(),
        )
        frame = engine.frame(met).rename(columns={kind: "node"})
        parts.append(frame.assign(kind=kind, node=kind + ":" + frame["node"]))
    stolen = known.filter(known["passed"]).semi_join(
        reports.filter(reports["declaration_no"].notnull()), "declaration_no"
    )
    ends = engine.frame(stolen.select("place", "number"))
    marked = frozenset("place:" + ends["place"]) | frozenset("number:" + ends["number"].dropna())
    return Monitor(
        as_of=ranking.as_of,
        daily=daily,
        edges=pd.concat(parts, ignore_index=True).sort_values(["node", "pccc"], ignore_index=True),
        grades=ranking.rows.set_index("subject")["grade"],
        reported=frozenset(engine.frame(reports[["pccc"]].distinct())["pccc"]),
        stolen=marked,
        hops=ranking.rows.set_index("subject")["link_hops"].dropna(),
        least=int(limits["place_codes"]),
    )


def _shown(kind: "pd.Series[Any]", text: "pd.Series[Any]") -> "pd.Series[Any]":
    masks: dict[str, Callable[[str], str]] = {"place": masking.address, "number": masking.phone, "seller": str}
    return pd.Series([masks[k](t) for k, t in zip(kind, text, strict=True)], index=kind.index, dtype=object)
