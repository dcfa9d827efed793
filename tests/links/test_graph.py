"""Neighbourhoods, paths and filters, against plain networkx on random graphs."""

from datetime import date
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import links
from tests.links.made import FLOWS, START, graph, plain


@given(FLOWS, st.integers(1, 7), st.integers(0, 3))
def test_a_neighbourhood_is_near_connected_and_no_larger_than_asked(flows: Any, most: int, hops: int) -> None:
    near = graph(flows).near(0, most=most, hops=hops)
    away = nx.single_source_shortest_path_length(plain(flows, directed=False), 0, cutoff=hops)
    assert near.nodes["id"].iloc[0] == 0
    assert len(near.nodes) == min(most, len(away))
    assert dict(zip(near.nodes["id"], near.nodes["hops"], strict=True)).items() <= away.items()
    shown = set(near.nodes["id"])
    assert list(near.edges["key"]) == [i for i, one in enumerate(flows) if {one[0], one[1]} <= shown]
    joined = nx.Graph()
    joined.add_nodes_from(shown)
    joined.add_edges_from(zip(near.edges["source"], near.edges["target"], strict=True))
    assert nx.is_connected(joined)


@given(FLOWS, st.booleans())
def test_a_path_is_shortest_and_of_those_the_strongest(flows: Any, directed: bool) -> None:
    whole = plain(flows, directed)
    found = graph(flows).path(0, 1, directed=directed)
    if not nx.has_path(whole, 0, 1):
        assert found is None
        return

    def weakest(way: list[int]) -> float:
        return min(whole[u][v]["amount"] for u, v in pairwise(way))

    ways = list(nx.all_shortest_paths(whole, 0, 1))
    assert found is not None
    steps = found.groupby("step")
    assert list(steps.groups) == list(range(1, len(ways[0])))
    assert steps["amount"].sum().min() == max(map(weakest, ways))
    here = 0
    for _, flowing in steps:
        ends = {frozenset(pair) for pair in zip(flowing["source"], flowing["target"], strict=True)}
        assert len(ends) == 1
        assert not directed or set(flowing["source"]) == {here}
        (here,) = next(iter(ends)) - {here}
    assert here == 1


def test_a_path_to_oneself_has_no_steps() -> None:
    found = graph([(0, 0, "money", 1.0, 0)]).path(0, 0)
    assert found is not None
    assert found.empty


def test_the_heaviest_ties_of_a_hub_come_first() -> None:
    many = 20_000
    edges = pd.DataFrame({"source": "hub", "target": [f"p{i}" for i in range(many)], "kind": "money"})
    edges = edges.assign(amount=np.arange(many) % 5000, day=START, key=range(many))
    edges = pd.concat([edges, edges.head(3).assign(amount=9000.0)])  # payments of one pair count together
    near = links.build(pd.DataFrame(columns=["id", "label", "kind"]), edges).near("hub", most=300)
    assert set(near.nodes["id"].iloc[1:4]) == {"p0", "p1", "p2"}
    assert len(near.nodes) == 300
    assert near.left_out == many - 299
    summed = links.ties(near.edges)
    assert len(near.edges) == 302
    assert len(summed) == 299
    assert summed.loc[0, ["count", "amount"]].tolist() == [2, 9002.0]


@given(FLOWS)
def test_filters_keep_what_they_say(flows: Any) -> None:
    kept = graph(flows).only(kinds=["money"], since=date(2026, 1, 3), until=date(2026, 1, 8), at_least=100)
    inside = [(i, one) for i, one in enumerate(flows) if one[2] == "money" and 2 <= one[4] <= 7]
    sums: dict[Any, float] = {}
    for _, (source, target, _, amount, _) in inside:
        sums[source, target] = sums.get((source, target), 0) + amount
    assert list(kept.edges["key"]) == [i for i, one in inside if sums[one[0], one[1]] >= 100]
    assert len(kept.nodes) == 7


def test_what_cannot_be_drawn_is_refused_and_what_is_unknown_gets_a_node() -> None:
    nodes = pd.DataFrame({"id": ["a", "a"], "label": ["A", "B"], "kind": "firm"})
    edges = pd.DataFrame({"source": ["a"], "target": ["z"], "kind": "money", "amount": 1.0, "day": [pd.NaT], "key": 7})
    made = links.build(nodes, edges.assign(currency="USD"))
    assert made.nodes.to_dict("list") == {"id": ["a", "z"], "label": ["A", "z"], "kind": ["firm", links.UNKNOWN]}
    assert list(made.networkx().edges(data="currency")) == [("a", "z", "USD")]
    assert made.only(since=date(2026, 1, 1)).edges.empty
    for wrong, told in (
        (edges.assign(amount=-1), "amount"),
        (edges.assign(amount=np.nan), "amount"),
        (edges.assign(source=None), "no id"),
        (edges.drop(columns="day"), "day"),
    ):
        with pytest.raises(ValueError, match=told):
            links.build(nodes, wrong)
    with pytest.raises(KeyError):
        made.near("nobody")


def test_an_empty_graph_answers_everything() -> None:
    empty = graph([], nodes=0)
    assert links.cycles(empty).rows.empty
    assert links.cycles(empty, static=True).rows.empty
    assert links.measures(empty).empty
    assert links.oddness(links.measures(empty)).empty
    assert links.pagerank(empty) == {}
    assert list(links.strongly_connected_components(empty)) == links.leiden_communities(empty) == []
    assert len(graph([]).near(3).nodes) == 1
    assert links.measures(graph([]))["pagerank"].sum() == pytest.approx(1)
