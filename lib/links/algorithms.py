"""Graph algorithms under networkx's names and arguments, for its graphs and for ours, computed by scipy and igraph."""

import random
from collections.abc import Hashable, Iterator, Mapping
from threading import Lock
from typing import Any

import igraph  # type: ignore[import-untyped,unused-ignore]
import networkx as nx
import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from lib.links.graph import Floats, Graph, Ints

_one_seed_at_a_time = Lock()  # igraph has one random generator for the whole process


def pagerank(
    G: "Graph | nx.Graph[Any]",
    alpha: float = 0.85,
    personalization: Mapping[Any, float] | None = None,
    max_iter: int = 100,
    tol: float = 1e-6,
    weight: str | None = "weight",
) -> dict[Hashable, float]:
    """``networkx.pagerank``; for our graph ``weight`` is a column of its edges (parallel ones summed; absent: 1 each)."""
    nodes = _nodes(G)
    given = None if personalization is None else np.array([personalization.get(node, 0.0) for node in nodes])
    return dict(zip(nodes, ranks(matrix(G, weight), alpha, given, max_iter, tol).tolist(), strict=True))


def strongly_connected_components(G: "Graph | nx.Graph[Any]") -> Iterator[set[Hashable]]:
    """``networkx.strongly_connected_components``, in the order of their first nodes."""
    if not isinstance(G, Graph) and not G.is_directed():
        raise nx.NetworkXNotImplemented("not implemented for undirected type")
    yield from _sets(_nodes(G), components(matrix(G, None)))


def leiden_communities(
    G: "Graph | nx.Graph[Any]", weight: str | None = "weight", resolution: float = 1, seed: int | None = None
) -> list[set[Hashable]]:
    """``networkx.community.leiden_communities`` (modularity), direction set aside; without ``seed`` as if it were 0."""
    undirected = not isinstance(G, Graph) and not G.is_directed()
    return list(_sets(_nodes(G), communities(matrix(G, weight), resolution, seed or 0, undirected)))


def matrix(G: "Graph | nx.Graph[Any]", weight: str | None) -> "sparse.csr_array[Any, Any]":
    """Weights from row to column, parallel edges summed."""
    if not isinstance(G, Graph):
        return nx.to_scipy_sparse_array(G, weight=weight, dtype=np.float64) if len(G) else sparse.csr_array((0, 0))
    if weight == "amount":
        values = G.amount
    elif weight in G.table:
        values = G.table[weight].to_numpy(np.float64)[G.row]
    else:
        values = np.ones(len(G.row))
    size = len(G.nodes)
    return sparse.coo_array((values, (G.source, G.target)), shape=(size, size)).tocsr()


def ranks(
    weights: "sparse.csr_array[Any, Any]",
    alpha: float = 0.85,
    personalization: Floats | None = None,
    max_iter: int = 100,
    tol: float = 1e-6,
) -> Floats:
    """PageRank of every row by power iteration, as networkx does it; raises what networkx raises."""
    size = weights.shape[0]
    if not size:
        return np.empty(0)
    given: Floats = np.ones(size) if personalization is None else personalization
    if given.sum() == 0:
        raise ZeroDivisionError("no node is given any weight")
    given = given / given.sum()
    out = weights.sum(axis=1)
    dangling = np.flatnonzero(out == 0)
    share = np.divide(1.0, out, out=np.zeros(size), where=out != 0)
    flow = (sparse.diags_array(share) @ weights).T.tocsr()
    rank: Floats = np.full(size, 1.0 / size)
    for _ in range(max_iter):
        before = rank
        rank = alpha * (flow @ rank + rank[dangling].sum() * given) + (1 - alpha) * given
        if np.abs(rank - before).sum() < size * tol:
            return rank
    raise nx.PowerIterationFailedConvergence(max_iter)


def components(weights: "sparse.csr_array[Any, Any]") -> Ints:
    """The number of each row's strongly connected component."""
    if not weights.shape[0]:
        return np.empty(0, np.int64)
    return np.asarray(csgraph.connected_components(weights, connection="strong")[1], np.int64)


def communities(
    weights: "sparse.csr_array[Any, Any]", resolution: float = 1, seed: int = 0, undirected: bool = False
) -> Ints:
    """The number of each row's Leiden community; the same for the same seed."""
    both = sparse.triu(weights if undirected else weights + weights.T, format="coo")
    if not undirected:  # a loop was counted twice
        both.data[both.row == both.col] /= 2
    made = igraph.Graph(n=weights.shape[0], edges=np.column_stack([both.row, both.col]))
    if not both.nnz:
        return np.arange(weights.shape[0])
    with _one_seed_at_a_time:
        igraph.set_random_number_generator(random.Random(seed))
        try:
            found = made.community_leiden("modularity", weights=both.data, resolution=resolution, n_iterations=2)
        finally:
            igraph.set_random_number_generator(random)
    return np.array(found.membership, np.int64)


def _nodes(G: "Graph | nx.Graph[Any]") -> list[Hashable]:
    return list(G.nodes["id"]) if isinstance(G, Graph) else list(G)


def _sets(nodes: list[Hashable], label: Ints) -> Iterator[set[Hashable]]:
    together: dict[int, set[Hashable]] = {}
    for node, one in zip(nodes, label.tolist(), strict=True):
        together.setdefault(one, set()).add(node)
    yield from together.values()
