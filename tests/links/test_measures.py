"""Measures against networkx and against counting by hand."""

from collections import defaultdict
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import links
from lib.links.measures import is_round
from tests.links.made import FLOWS, graph, plain

DAYS, KEEPS = 3, (0.9, 1.0)


@given(FLOWS, st.sampled_from([None, {0: 1.0, 3: 2.0}]), st.sampled_from([None, "amount"]))
def test_pagerank_is_that_of_networkx(flows: Any, personalization: Any, weight: str | None) -> None:
    ours = graph(flows)
    theirs = ours.networkx()
    wanted = nx.pagerank(theirs, 0.7, personalization=personalization, weight=weight)
    for made in ours, theirs:
        assert links.pagerank(made, 0.7, personalization, weight=weight) == pytest.approx(wanted, abs=1e-9)


@given(FLOWS)
def test_components_are_those_of_networkx(flows: Any) -> None:
    ours = graph(flows)
    wanted = {frozenset(one) for one in nx.strongly_connected_components(plain(flows))}
    for made in ours, ours.networkx():
        assert {frozenset(one) for one in links.strongly_connected_components(made)} == wanted
    with pytest.raises(nx.NetworkXNotImplemented):
        list(links.strongly_connected_components(nx.Graph()))


@pytest.mark.parametrize("seed", range(5))
def test_communities_are_as_good_as_those_of_networkx(seed: int) -> None:
    theirs = nx.gaussian_random_partition_graph(120, 12, 3, 0.4, 0.03, seed=seed)
    wanted = nx.community.modularity(theirs, nx.community.louvain_communities(theirs, seed=seed))
    found = links.leiden_communities(theirs, seed=seed)
    assert nx.community.is_partition(theirs, found)
    assert nx.community.modularity(theirs, found) >= wanted - 0.01
    assert found == links.leiden_communities(theirs, seed=seed)
    edges = pd.DataFrame(list(theirs.edges), columns=["source", "target"])
    edges = edges.assign(kind="money", amount=1.0, day=pd.NaT, key=range(len(edges)))
    ours = links.build(pd.DataFrame({"id": list(theirs), "label": "x", "kind": "firm"}), edges)
    assert nx.community.modularity(theirs, links.leiden_communities(ours)) >= wanted - 0.01


@given(FLOWS)
def test_measures_are_what_counting_by_hand_gives(flows: Any) -> None:
    ours = graph(flows)
    measured = links.measures(ours, days=DAYS, keeps=KEEPS, known=[0], found=links.cycles(ours))
    for node, row in enumerate(measured.to_dict("records")):
        came = [one for one in flows if one[1] == node != one[0]]
        left = [one for one in flows if one[0] == node != one[1]]
        assert (row["in_partners"], row["in_count"]) == (len({one[0] for one in came}), len(came))
        assert (row["out_partners"], row["out_count"]) == (len({one[1] for one in left}), len(left))
        total_in, total_out = sum(one[3] for one in came), sum(one[3] for one in left)
        assert (row["in_amount"], row["out_amount"]) == (total_in, total_out)
        assert row["pass_through"] == pytest.approx(min(total_in, total_out) / (max(total_in, total_out) or 1))
        assert row["fan_in"] == most_at_once([(one[0], one[4]) for one in came])
        assert row["fan_out"] == most_at_once([(one[1], one[4]) for one in left])
        pairs = [(i, o) for i in range(len(came)) for o in range(len(left)) if passes(came[i], left[o])]
        ins = sum(came[i][3] for i in {i for i, _ in pairs})
        outs = sum(left[o][3] for o in {o for _, o in pairs})
        assert row["quick"] == pytest.approx(min(ins, outs) / (total_in or 1))
    assert measured["near_known"].sum() == pytest.approx(1)
    assert measured["pagerank"].to_numpy() == pytest.approx(list(links.pagerank(ours, weight="amount").values()))
    assert measured["cycles"].sum() == links.cycles(ours).rows["length"].sum()
    assert np.isfinite(links.oddness(measured)).all()


def passes(came: Any, left: Any) -> bool:
    return KEEPS[0] * came[3] <= left[3] <= KEEPS[1] * came[3] and 0 <= left[4] - came[4] <= DAYS and left[1] != came[0]


def most_at_once(flows: list[tuple[int, int]]) -> int:
    within: dict[int, set[int]] = defaultdict(set)
    for partner, day in flows:
        for begin in range(day - DAYS + 1, day + 1):
            within[begin].add(partner)
    return max(map(len, within.values()), default=0)


def test_round_amounts() -> None:
    amounts = np.array([0, 5, 50, 100, 120, 123, 49_900, 50_000, 12_000, 12_000.5, 3e12])
    assert is_round(amounts).tolist() == [False] * 3 + [True, True, False, False, True, True, False, True]


def test_a_scheme_stands_out_from_even_trade() -> None:
    """Nine pay one within two days, who sends it round."""
    random = np.random.default_rng(3)
    trade = (random.integers(10, 200, 3000), random.integers(10, 200, 3000))
    amounts, days = random.integers(50, 9000, 3000) * 1.0, random.integers(0, 300, 3000)
    flows = [(*ends, "money", amount, day) for *ends, amount, day in zip(*trade, amounts, days, strict=True)]
    flows += [(i, 9, "money", 900.0, 100 + i % 2) for i in range(9)]
    flows += [(9, 200, "money", 8000.0, 102), (200, 201, "money", 7900.0, 103), (201, 9, "money", 7800.0, 104)]
    made = graph(flows, nodes=202)
    odd = links.oddness(links.measures(made, found=links.cycles(made)))
    assert odd.idxmax() == 9
    assert odd.loc[[200, 201]].min() > odd.quantile(0.8)
