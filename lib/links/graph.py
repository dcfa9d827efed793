"""Who sends what to whom: a directed multigraph of firms, partners, banks and accounts; an edge is one flow.

Frames come in and frames go out; in between, nodes and edges are numbers in arrays, so that a million edges stay quick.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple, cast

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
UNKNOWN = "unknown"  # the kind of a node that only edges tell of
_EDGES, _NODES = ("source", "target", "kind", "amount", "day", "key"), ("id", "label", "kind")


class Near(NamedTuple):
    """A neighbourhood, ready to be drawn."""

    nodes: pd.DataFrame  # as in the graph, and ``hops``; the subject first, then nearest and heaviest first
    edges: pd.DataFrame  # every flow between these nodes, in the graph's order; ``ties`` sums them
    left_out: int  # nodes one more hop from those shown that were left out for want of room


@dataclass(frozen=True, eq=False)
class Graph:
    """Flows between numbered nodes; made by ``build``, narrowed by ``only``."""

    nodes: pd.DataFrame  # a row a node; its position is the node's number
    table: pd.DataFrame  # a row a flow, whether it belongs to this graph or was narrowed away
    row: Ints  # per edge: its row in ``table``
    source: Ints  # per edge: number of the node it leaves
    target: Ints
    amount: Floats
    day: NDArray[np.datetime64]  # NaT when unknown

    @property
    def edges(self) -> pd.DataFrame:
        """The flows of this graph as they came in."""
        return self.take(np.arange(len(self.row)))

    def take(self, edges: Ints) -> pd.DataFrame:
        """The flows with these numbers, in this order."""
        return self.table.iloc[self.row[edges]]

    def number(self, node: Hashable) -> int:
        """The number of a node; ``KeyError`` when there is no such node."""
        return cast(int, self._ids.get_loc(node))

    def only(
        self,
        *,
        kinds: Iterable[str] | None = None,
        since: date | None = None,
        until: date | None = None,
        at_least: float | None = None,
    ) -> "Graph":
        """The same nodes with only the flows of these ``kinds``, from ``since`` to ``until`` (both included).

        ``at_least``: the sum a sender sends a receiver in one kind in that time, so that splitting a payment hides none.
        A flow without a day is in no period.
        """
        kept = np.ones(len(self.row), bool)
        if kinds is not None:
            kept &= self.table["kind"].isin(list(kinds)).to_numpy()[self.row]
        if since is not None:
            kept &= self.day >= np.datetime64(since, "D")
        if until is not None:
            kept &= self.day <= np.datetime64(until, "D")
        narrowed = self._keep(kept)
        if at_least is None:
            return narrowed
        kind = pd.factorize(self.table["kind"])[0][narrowed.row]
        pair = narrowed.source * len(self.nodes) + narrowed.target
        tie = pd.factorize(pair * (kind.max(initial=0) + 1) + kind)[0]
        return narrowed._keep(np.bincount(tie, narrowed.amount)[tie] >= at_least)

    def near(self, *subjects: Hashable, most: int = 300, hops: int = 2) -> Near:
        """What surrounds the subjects: nearer nodes first, within a hop those with the heaviest ties to what is shown.

        At most ``most`` nodes, the subjects always among them, each joined to a subject by the edges shown.
        """
        shown = np.array(list(dict.fromkeys(self.number(one) for one in subjects)), np.int64)
        hop = np.full(len(self.nodes), -1)
        hop[shown] = 0
        frontier, left_out = shown, 0
        for far in range(1, hops + 1):
            edge, _, other = self.steps(frontier)
            fresh = hop[other] < 0
            weight = np.bincount(other[fresh], self.amount[edge[fresh]], minlength=len(hop))
            reached = np.flatnonzero(np.bincount(other[fresh], minlength=len(hop)))
            heaviest = reached[np.argsort(-weight[reached], kind="stable")]
            frontier = heaviest[: max(most - len(shown), 0)]
            left_out = len(reached) - len(frontier)
            hop[frontier] = far
            shown = np.concatenate([shown, frontier])
            if not len(frontier) or left_out:
                break
        edge, _, other = self.steps(shown, "out")
        inside = np.sort(edge[hop[other] >= 0])
        return Near(self.nodes.iloc[shown].assign(hops=hop[shown]), self.take(inside), left_out)

    def path(self, a: Hashable, b: Hashable, *, directed: bool = True) -> pd.DataFrame | None:
        """The flows along a shortest path from ``a`` to ``b``, with ``step`` from 1; ``None`` when there is none.

        Of several equally short, the one whose weakest step (the sum of its flows) is strongest. Undirected, a flow
        may be gone along either way.
        """
        first, last = self.number(a), self.number(b)
        fore = _Side(self, first, "out" if directed else "both")
        back = _Side(self, last, "in" if directed else "both")
        met = fore.frontier[fore.frontier == last]
        while not len(met):
            side, other = (fore, back) if len(fore.frontier) <= len(back.frontier) else (back, fore)
            side.grow()
            if not len(side.frontier):
                return None
            met = side.frontier[other.best[side.frontier] >= 0]
        middle = met[np.argmax(np.minimum(fore.best[met], back.best[met]))]
        stops = [*reversed(fore.trail(middle)), *back.trail(middle)[1:]]
        found, step = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for number, (here, there) in enumerate(pairwise(stops), 1):
            edge, _, other_end = self.steps(np.array([here]), "out" if directed else "both")
            found.append(np.sort(edge[other_end == there]))
            step.append(np.full(len(found[-1]), number))
        return self.take(np.concatenate(found)).assign(step=np.concatenate(step))

    def networkx(self) -> "nx.MultiDiGraph[Any]":
        """The same graph for networkx; every column is an attribute."""
        made: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
        made.add_nodes_from((node["id"], node) for node in self.nodes.to_dict("records"))
        made.add_edges_from((edge["source"], edge["target"], edge) for edge in self.edges.to_dict("records"))
        return made

    def steps(self, nodes: Ints, way: str = "both") -> tuple[Ints, Ints, Ints]:
        """Every edge out of, into, or at ("both") these nodes: its number, the node it was found at, its other end.

        An edge between two of the nodes is found at each of them, a self loop twice.
        """
        found = []
        for one, (starts, edges), end in ("out", self._out, self.target), ("in", self._into, self.source):
            if way in ("both", one):
                owner, at = ranges(starts[nodes], starts[nodes + 1])
                found.append((edges[at], nodes[owner], end[edges[at]]))
        numbers, here, there = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return numbers, here, there

    def _keep(self, kept: NDArray[np.bool_]) -> "Graph":
        parts = {name: getattr(self, name)[kept] for name in ("row", "source", "target", "amount", "day")}
        return replace(self, **parts)

    @cached_property
    def _ids(self) -> "pd.Index[Any]":
        return cast("pd.Index[Any]", pd.Index(self.nodes["id"]))

    @cached_property
    def _out(self) -> tuple[Ints, Ints]:
        return _by_node(self.source, len(self.nodes))

    @cached_property
    def _into(self) -> tuple[Ints, Ints]:
        return _by_node(self.target, len(self.nodes))


def build(nodes: pd.DataFrame, edges: pd.DataFrame) -> Graph:
    """A graph of ``nodes`` (``id``, ``label``, ``kind``, ...; of equal ids the first counts) and ``edges`` (``source``,
    ``target``, ``kind``, ``amount``, ``day``, ``key``, ...). More columns are carried along; an end that is no node
    becomes one, of kind ``UNKNOWN``. Raises ``ValueError`` when a column, an id or an amount is missing or negative.
    """
    for frame, columns in (nodes, _NODES), (edges, _EDGES):
        if missing := [name for name in columns if name not in frame]:
            raise ValueError(f"no column {', '.join(missing)}")
    amount = edges["amount"].to_numpy(np.float64)
    if not (amount >= 0).all():
        raise ValueError("every amount must be zero or more")
    known = nodes.drop_duplicates("id")
    number, ids = pd.factorize(pd.concat([known["id"], edges["source"], edges["target"]], ignore_index=True))
    if (number < 0).any():
        raise ValueError("a node, or an end of an edge, has no id")
    if len(ids) > len(known):
        more = pd.Series(ids[len(known) :])
        known = pd.concat([known, pd.DataFrame({"id": more, "label": more.astype(str), "kind": UNKNOWN})])
    source, target = np.split(number[-2 * len(edges) :] if len(edges) else number[:0], 2)
    day = pd.to_datetime(edges["day"]).to_numpy("datetime64[D]")
    table, row = edges.reset_index(drop=True), np.arange(len(edges))
    return Graph(known.reset_index(drop=True), table, row, source, target, amount, day)


def ties(edges: pd.DataFrame) -> pd.DataFrame:
    """Parallel flows summed: a row per ``source``, ``target``, ``kind`` with ``count``, ``amount``, ``first``, ``last``
    (days), the heaviest first.
    """
    summed = edges.groupby(["source", "target", "kind"], sort=False, observed=True).agg(
        count=("amount", "size"), amount=("amount", "sum"), first=("day", "min"), last=("day", "max")
    )
    return summed.reset_index().sort_values("amount", ascending=False, kind="stable", ignore_index=True)


def ranges(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """All positions of the ranges [low, high), one after the other, and the number of the range each is in."""
    count = high - low
    owner = np.repeat(np.arange(len(low)), count)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(count) - count - low, count)


def _by_node(end: Ints, nodes: int) -> tuple[Ints, Ints]:
    """Where each node's edges begin, and the edges sorted by node: a counting sort."""
    edges = sparse.csr_array((np.ones(len(end), bool), end, np.arange(len(end) + 1)), shape=(len(end), nodes)).tocsc()
    return edges.indptr.astype(np.int64), edges.indices.astype(np.int64)


class _Side:
    """One half of a search from both ends; knows the strongest of the shortest ways to each node it has seen."""

    def __init__(self, graph: Graph, start: int, way: str) -> None:
        self.graph, self.way = graph, way
        self.frontier = np.array([start])
        self.parent = np.full(len(graph.nodes), -1)
        self.best = np.full(len(graph.nodes), -1.0)  # the weakest step on the way; -1: not seen
        self.best[start] = np.inf

    def grow(self) -> None:
        edge, here, there = self.graph.steps(self.frontier, self.way)
        fresh = self.best[there] < 0
        pair, tie = np.unique(here[fresh] * len(self.best) + there[fresh], return_inverse=True)
        here, there = np.divmod(pair, len(self.best))
        through = np.minimum(self.best[here], np.bincount(tie, self.graph.amount[edge[fresh]], minlength=len(pair)))
        order = np.lexsort((here, -through, there))
        self.frontier, first = np.unique(there[order], return_index=True)
        self.best[self.frontier] = through[order[first]]
        self.parent[self.frontier] = here[order[first]]

    def trail(self, node: int) -> list[int]:
        stops = [int(node)]
        while (node := self.parent[stops[-1]]) >= 0:
            stops.append(int(node))
        return stops
