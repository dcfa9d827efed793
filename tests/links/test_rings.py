"""Cycles against brute force."""

from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import links
from lib.links import rings
from tests.links.made import FLOWS, START, graph, plain

KEEPS = (0.8, 1.1)


def by_trying(flows: Any, longest: int, within: int, keeps: tuple[float, float] | None) -> set[frozenset[int]]:
    """Every cycle in time order as the set of its edges, by trying all."""
    found = set()

    def grow(edges: list[int]) -> None:
        first, last = flows[edges[0]], flows[edges[-1]]
        if first[0] == last[1]:
            found.add(frozenset(edges))
            return
        seen = {first[0], *(flows[one][1] for one in edges)}
        for i, (source, target, _, amount, day) in enumerate(flows):
            fits = keeps is None or keeps[0] * last[3] <= amount <= keeps[1] * last[3]
            new = target == first[0] or target not in seen
            if source == last[1] and new and last[4] <= day <= first[4] + within and fits and len(edges) < longest:
                grow([*edges, i])

    for i, one in enumerate(flows):
        if one[0] != one[1]:
            grow([i])
    return found


@given(FLOWS, st.integers(2, 5), st.integers(0, 9), st.sampled_from([None, KEEPS]), st.sampled_from([None, 0]))
def test_cycles_in_time_are_those_that_trying_all_finds(
    flows: Any, longest: int, within: int, keeps: Any, through: int | None
) -> None:
    found = links.cycles(graph(flows), longest, within_days=within, keeps=keeps, through=through)
    wanted = by_trying(flows, longest, within, keeps)
    if through is not None:
        wanted = {one for one in wanted if any(flows[edge][0] == through for edge in one)}
    rows = found.rows
    if not found.repeated:
        assert {frozenset(keys) for keys in rows["keys"]} == wanted
        assert len(rows) == len(wanted)
    assert not found.capped
    for row in rows.to_dict("records"):
        edges = [flows[key] for key in row["keys"]]
        assert frozenset(row["keys"]) in wanted
        assert [one[0] for one in edges] == row["nodes"]
        assert all(one[1] == after[0] for one, after in pairwise([*edges, edges[0]]))
        assert row["first"] == START + pd.Timedelta(days=edges[0][4])
        assert row["last"] == START + pd.Timedelta(days=max(one[4] for one in edges))
        assert (row["least"], row["greatest"]) == (min(one[3] for one in edges), max(one[3] for one in edges))


@given(FLOWS, st.integers(2, 5), st.sampled_from([None, 0]))
def test_static_cycles_are_those_of_networkx(flows: Any, longest: int, through: int | None) -> None:
    found = links.cycles(graph(flows), longest, static=True, through=through)
    wanted = [
        ring
        for ring in nx.simple_cycles(plain(flows), length_bound=longest)
        if len(ring) > 1 and (through is None or through in ring)
    ]
    assert not found.capped
    assert sorted(map(turned, found.rows["nodes"])) == sorted(map(turned, wanted))


def turned(ring: list[int]) -> list[int]:
    at = ring.index(min(ring))
    return ring[at:] + ring[:at]


@pytest.mark.parametrize("work", [10**9, 50_000])
def test_two_hubs_that_trade_all_day_neither_explode_nor_hide_a_ring(
    work: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rings, "WORK", work)
    monkeypatch.setattr(rings, "AT_ONCE", 10_000)
    many, random = 6_000, np.random.default_rng(0)
    edges = pd.DataFrame({"source": np.where(random.random(many) < 0.5, "a", "b"), "kind": "money", "amount": 100.0})
    edges["target"] = np.where(edges["source"] == "a", "b", "a")
    edges["day"] = START + pd.to_timedelta(random.integers(0, 300, many), unit="D")
    ring = pd.DataFrame({"source": ["a", "p", "q"], "target": ["p", "q", "a"], "kind": "money", "amount": 7.0})
    edges = pd.concat([edges, ring.assign(day=START)], ignore_index=True).assign(key=lambda all_: all_.index)
    made = links.build(pd.DataFrame(columns=["id", "label", "kind"]), edges)
    found, again = links.cycles(made, each=50), links.cycles(made, each=50)
    assert found.capped == (work < 10**9)
    assert found.repeated
    assert found.rows["nodes"].map(sorted).map("".join).value_counts().to_dict() == {"ab": 50, "apq": 1}
    pd.testing.assert_frame_equal(found.rows, again.rows)
