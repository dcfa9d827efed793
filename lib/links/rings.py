"""Flows that come back: A -> B -> ... -> A."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from lib.links.graph import Floats, Graph, Ints, ranges

AT_ONCE = 1_000_000  # candidates held in memory
WORK = 100_000_000  # candidates looked at in all: about half a minute
_NAT = np.datetime64("NaT", "D").astype(np.int64)


class Cycles(NamedTuple):
    """What was found."""

    rows: pd.DataFrame  # nodes, keys (lists), length, first, last (days), least, greatest (amounts)
    capped: bool  # the search was ended early: there may be more, among the nodes with most flows
    repeated: bool  # of some set of nodes only ``each`` cycles are told


def cycles(
    graph: Graph,
    longest: int = 5,
    *,
    within_days: int = 30,
    keeps: tuple[float, float] | None = (0.8, 1.05),
    static: bool = False,
    through: Hashable | None = None,
    most: int = 100_000,
    each: int = 100,
) -> Cycles:
    """Closed flows over 2 to ``longest`` different nodes, through one node if told; each cycle once, earliest first.

    In time: from the earliest flow on, none before the one it follows (the same day is in order), the last at most
    ``within_days`` after the first, each amount between the two shares ``keeps`` of the amount before it. ``static``:
    whoever is joined to whom at any time, by the heaviest flow of each pair. Bounded: starts that are cheap to follow
    come first, at most ``each`` cycles of the same nodes and ``most`` in all are told, at most ``WORK`` is done.
    """
    search = _Search(graph, longest, within_days, None if static else keeps, static, through, most, each)
    try:
        for chains in search.starts():
            search.follow(chains)
    except _Enough:
        search.capped = True
    return Cycles(search.rows(), search.capped, search.repeated)


class _Enough(Exception):
    """A limit was reached."""


@dataclass
class _Chains:
    """Pieces of possible cycles: edges from the first on (head), and edges back into its source (tail)."""

    edges: Ints  # (chains, longest): the head from the left, the tail from the right
    nodes: Ints  # (chains, edges so far + 1): all nodes touched, the first edge's source first
    head: Ints  # (chains,): edges in the head

    def __getitem__(self, which: Ints | NDArray[np.bool_] | slice) -> "_Chains":
        return _Chains(self.edges[which], self.nodes[which], self.head[which])


class _Search:
    """Grows every chain at whichever end has fewer ways on, and looks up the edge that would close it."""

    def __init__(
        self,
        graph: Graph,
        longest: int,
        within: int,
        keeps: tuple[float, float] | None,
        static: bool,
        through: Hashable | None,
        most: int,
        each: int,
    ) -> None:
        self.graph, self.longest, self.within, self.static = graph, longest, within, static
        self.most, self.each = most, each
        self.low, self.high = keeps or (0.0, np.inf)
        self.work, self.count, self.capped, self.repeated = 0, 0, False, False
        self.times: dict[int, int] = {}  # by a sum that stands for the set of nodes
        self.sign = np.random.default_rng(0).integers(-(2**62), 2**62, len(graph.nodes))
        self.found: list[Ints] = []
        edge = _candidates(graph, static, None if through is None else graph.number(through), longest)
        # nodes numbered anew, the fewest edges first: a static cycle starts at the node with the fewest ways on
        degree = np.bincount(np.concatenate([graph.source[edge], graph.target[edge]]), minlength=len(graph.nodes))
        if through is not None:
            degree[graph.number(through)] = -1  # or at the node asked for
        rank = np.empty(len(degree), np.int64)
        rank[np.argsort(degree, kind="stable")] = np.arange(len(degree))
        day = graph.day[edge].astype(np.int64)
        day = np.zeros(len(edge), np.int64) if static or not len(edge) else day - day.min()
        source, target = rank[graph.source[edge]], rank[graph.target[edge]]
        order = np.lexsort((edge, day, target, source))
        self.edge, self.source, self.target, self.day = edge[order], source[order], target[order], day[order]
        self.amount: Floats = graph.amount[self.edge]
        self.through = None if through is None else int(rank[graph.number(through)])
        self.span, self.size = int(self.day.max(initial=0)) + 1, len(rank)
        self.pair = (self.source * self.size + self.target) * self.span + self.day
        self.out, self.into = (
            np.argsort(end * self.span + self.day, kind="stable") for end in (self.source, self.target)
        )
        self.out_key = (self.source * self.span + self.day)[self.out]
        self.into_key = (self.target * self.span + self.day)[self.into]

    def starts(self) -> Iterator[_Chains]:
        """Every edge as the first of a chain, the cheapest to follow first, a block at a time."""
        first = np.arange(len(self.edge))
        if self.static:
            first = first[(self.target > self.source) & ((self.source == self.through) | (self.through is None))]
        edges = np.full((len(first), self.longest), -1)
        edges[:, 0] = first
        chains = _Chains(edges, np.stack([self.source[first], self.target[first]], 1), np.ones(len(first), np.int64))
        low, high, _ = self._ways(chains)
        chains = chains[np.argsort(high - low, kind="stable")]
        at, block = 0, 64
        while at < len(first):
            yield chains[at : at + block]
            at, block = at + block, min(2 * block, AT_ONCE // 10)

    def follow(self, chains: _Chains) -> None:
        """Close these chains, grow them by one edge, and so on."""
        self._close(chains)
        if chains.nodes.shape[1] < self.longest:
            low, high, forward = self._ways(chains)
            for part in self._parts(high - low):
                grown = self._grow(chains[part], low[part], high[part], forward[part])
                if len(grown.head):
                    self.follow(grown)

    def _parts(self, candidates: Ints) -> Iterator[slice]:
        """Slices with at most ``AT_ONCE`` candidates (or one chain); raises ``_Enough`` when it has been too much work."""
        done = np.cumsum(candidates)
        at = 0
        while at < len(done):
            before = done[at - 1] if at else 0
            end = max(int(np.searchsorted(done, before + AT_ONCE, "right")), at + 1)
            self.work += int(done[end - 1] - before)
            if self.work > WORK:
                raise _Enough
            yield slice(at, end)
            at = end

    def _ends(self, chains: _Chains) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints, NDArray[np.bool_]]:
        """Last edge of the head and node it reaches; first edge of the tail and node it leaves; the days between
        which more may happen; whether there is a tail.
        """
        every = np.arange(len(chains.head))
        last = chains.edges[every, chains.head - 1]
        edges = chains.nodes.shape[1] - 1
        tailed = chains.head < edges
        tail = np.where(
            tailed, chains.edges[every, np.minimum(self.longest - edges + chains.head, self.longest - 1)], last
        )
        leaves = np.where(tailed, self.source[tail], chains.nodes[:, 0])
        until = np.minimum(self.day[chains.edges[:, 0]] + self.within, self.span - 1)
        return last, self.target[last], tail, leaves, self.day[last], np.where(tailed, self.day[tail], until), tailed

    def _ways(self, chains: _Chains) -> tuple[Ints, Ints, NDArray[np.bool_]]:
        """Ranges in ``out`` (forward) or ``into`` (not): the edges that could come next, at the end with fewer."""
        _, here, _, there, since, until, _ = self._ends(chains)
        ways = [
            edge
            for keys, node in ((self.out_key, here), (self.into_key, there))
            for edge in (
                keys.searchsorted(node * self.span + since),
                keys.searchsorted(node * self.span + until, "right"),
            )
        ]
        forward = ways[1] - ways[0] <= ways[3] - ways[2]
        return np.where(forward, ways[0], ways[2]), np.where(forward, ways[1], ways[3]), forward

    def _fits(self, before: Ints, after: Ints, steps: int) -> NDArray[np.bool_]:
        """Whether an amount can have become the other within so many steps."""
        low, high = (self.low, self.high) if steps == 1 else (min(self.low, 1.0) ** steps, max(self.high, 1.0) ** steps)
        first, second = self.amount[before], self.amount[after]
        return (second >= low * first) & ((second <= high * first) if np.isfinite(high) else True)

    def _grow(self, chains: _Chains, low: Ints, high: Ints, forward: NDArray[np.bool_]) -> _Chains:
        owner, at = ranges(low, high)
        ahead = forward[owner]
        edge = np.where(ahead, self.out[at], self.into[at])
        node = np.where(ahead, self.target[edge], self.source[edge])
        kept = node > chains.nodes[owner, 0] if self.static else np.ones(len(owner), bool)
        if np.isfinite(self.high):
            last, _, tail, _, _, _, tailed = self._ends(chains)
            more = self.longest - chains.nodes.shape[1] + 1
            last, tail, tailed = last[owner], tail[owner], tailed[owner]
            kept &= np.where(ahead, self._fits(last, edge, 1), self._fits(last, edge, more))
            kept &= ~tailed | np.where(ahead, self._fits(edge, tail, more), self._fits(edge, tail, 1))
        owner, edge, node, ahead = owner[kept], edge[kept], node[kept], ahead[kept]
        for column in chains.nodes.T:
            new = column[owner] != node
            owner, edge, node, ahead = owner[new], edge[new], node[new], ahead[new]
        grown = chains[owner]
        tails = chains.nodes.shape[1] - 1 - grown.head
        grown.edges[np.arange(len(owner)), np.where(ahead, grown.head, self.longest - 1 - tails)] = edge
        return _Chains(grown.edges, np.column_stack([grown.nodes, node]), grown.head + ahead)

    def _close(self, chains: _Chains) -> None:
        if self.through is not None:
            chains = chains[(chains.nodes == self.through).any(1)]
        last, here, tail, there, since, until, tailed = self._ends(chains)
        pair = (here * self.size + there) * self.span
        low, high = np.searchsorted(self.pair, pair + since), np.searchsorted(self.pair, pair + until, "right")
        length = chains.nodes.shape[1]
        for part in self._parts(high - low):
            owner, edge = ranges(low[part], high[part])
            owner += part.start
            fits = self._fits(last[owner], edge, 1) & (~tailed[owner] | self._fits(edge, tail[owner], 1))
            owner, edge = owner[fits], edge[fits]
            few = self._few(chains.nodes[owner])
            owner, edge = owner[few], edge[few]
            told = np.full((len(owner), self.longest), -1)
            for column in range(length):
                head = chains.head[owner]
                placed = chains.edges[owner, np.where(column < head, column, self.longest - length + column)]
                told[:, column] = np.where(column == head, edge, placed)
            self.found.append(told)
            self.count += len(told)
            if self.count > self.most:
                raise _Enough

    def _few(self, nodes: Ints) -> NDArray[np.bool_]:
        """Which of these cycles are not yet told ``each`` times with the same nodes."""
        same, which, times = np.unique(self.sign[nodes].sum(1), return_inverse=True, return_counts=True)
        before = np.array([self.times.get(one, 0) for one in same.tolist()], np.int64)
        order = np.argsort(which, kind="stable")
        nth = np.empty(len(order), np.int64)
        nth[order] = np.arange(len(order)) - np.repeat(np.cumsum(times) - times, times)
        few = nth + before[which] < self.each
        self.times.update(zip(same.tolist(), (before + times).tolist(), strict=True))
        self.repeated |= not few.all()
        return np.asarray(few, np.bool_)

    def rows(self) -> pd.DataFrame:
        """A row a cycle, earliest first."""
        told = np.concatenate([np.empty((0, self.longest), np.int64), *self.found])[: self.most]
        length = (told >= 0).sum(1)
        first, last = told[:, 0], told[np.arange(len(told)), length - 1]
        if not self.static:  # all on one day: the same cycle may start anywhere
            sameday = np.flatnonzero(self.day[first] == self.day[last])
            _, kept = np.unique(np.sort(told[sameday], 1), axis=0, return_index=True)
            once = np.ones(len(told), bool)
            once[sameday] = False
            once[sameday[kept]] = True
            told, length, first, last = told[once], length[once], first[once], last[once]
        order = np.lexsort((*told.T[::-1], length, self.day[last], self.day[first]))
        told, length = told[order], length[order]
        edge, missing = self.edge[told], told < 0
        day = self.graph.day[edge]
        days = np.ma.array(day.astype(np.int64), mask=missing | np.isnat(day))
        amount = np.ma.array(self.graph.amount[edge], mask=missing)
        ids = self.graph.nodes["id"].to_numpy(object)[self.graph.source[edge]]
        keys = self.graph.table["key"].to_numpy(object)[self.graph.row[edge]]
        return pd.DataFrame(
            {
                "nodes": [list(row[:n]) for row, n in zip(ids, length, strict=True)],
                "keys": [list(row[:n]) for row, n in zip(keys, length, strict=True)],
                "length": length,
                "first": days.min(1).filled(_NAT).astype("datetime64[D]"),
                "last": days.max(1).filled(_NAT).astype("datetime64[D]"),
                "least": amount.min(1).filled(0.0),
                "greatest": amount.max(1).filled(0.0),
            }
        )


def _candidates(graph: Graph, static: bool, through: int | None, longest: int) -> Ints:
    """Edges that can be in a cycle at all: between different nodes that reach each other (near ``through``, if told)."""
    size = len(graph.nodes)
    joined = sparse.csr_array((np.ones(len(graph.row)), (graph.source, graph.target)), shape=(size, size))
    part = csgraph.connected_components(joined, connection="strong")[1] if size else np.empty(0)
    kept = (part[graph.source] == part[graph.target]) & (graph.source != graph.target)
    if through is not None:
        away, back = (
            csgraph.dijkstra(way, indices=through, unweighted=True, limit=longest) for way in (joined, joined.T.tocsr())
        )
        kept &= away[graph.source] + 1 + back[graph.target] <= longest
    if not static:
        return np.flatnonzero(kept & ~np.isnat(graph.day))
    edge = np.flatnonzero(kept)
    edge = edge[np.lexsort((edge, -graph.amount[edge], graph.target[edge], graph.source[edge]))]
    pair = graph.source[edge] * size + graph.target[edge]
    return edge[np.flatnonzero(np.diff(pair, prepend=-1))]
