"""Small random graphs, for us and for networkx."""

from typing import Any

import networkx as nx
import pandas as pd
from hypothesis import strategies as st

from lib import links

START = pd.Timestamp("2026-01-01")
FLOWS = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.integers(0, 6),
        st.sampled_from(["goods", "money"]),
        st.sampled_from([0.0, 50.0, 90.0, 100.0, 110.0]),
        st.integers(0, 9),
    ),
    max_size=24,
)  # source, target, kind, amount, day: loops, duplicates and lonely nodes among them


def graph(flows: list[tuple[int, int, str, float, int]], nodes: int = 7) -> links.Graph:
    edges = pd.DataFrame(flows, columns=["source", "target", "kind", "amount", "day"]).assign(key=range(len(flows)))
    edges["day"] = START + pd.to_timedelta(edges["day"].astype(int), unit="D")
    return links.build(pd.DataFrame({"id": range(nodes), "label": "x", "kind": "firm"}), edges)


def plain(flows: list[tuple[int, int, str, float, int]], directed: bool = True) -> "nx.Graph[Any]":
    made: nx.Graph[Any] = nx.DiGraph() if directed else nx.Graph()
    made.add_nodes_from(range(7))
    for source, target, _, amount, _ in flows:
        before = made.get_edge_data(source, target, {"amount": 0.0})["amount"]
        made.add_edge(source, target, amount=before + amount)
    return made
