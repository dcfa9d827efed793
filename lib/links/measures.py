"""What each node's flows look like: one row a node, computed for all at once. A self loop counts for nothing here."""

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import pdtrc

from lib.links import algorithms
from lib.links.graph import Floats, Graph, Ints, ranges
from lib.links.rings import Cycles

LOOKED_AT = 200  # flows out that are compared with one flow in
ROUND_FROM = 100.0
RING_WEIGHT = 3


def measures(
    graph: Graph,
    *,
    days: int = 3,
    keeps: tuple[float, float] = (0.9, 1.0),
    known: Iterable[Hashable] = (),
    found: Cycles | None = None,
) -> pd.DataFrame:
    """One row a node, in the graph's order, with the ``id`` and

    - ``in_partners``, ``out_partners`` (distinct), ``in_count``, ``out_count``, ``in_amount``, ``out_amount``;
    - ``pass_through``: the smaller of both amounts by the larger (0 to 1);
    - ``quick``: share of what comes in that leaves within ``days``, in a flow whose amount is between the two shares
      ``keeps`` of a flow in; one flow out may answer several in, so what left so counts at most once;
    - ``fan_in``, ``fan_out``: most partners within any ``days`` days; ``fan_in_odds``, ``fan_out_odds``: how unusual that
      is for a node with so many partners, had they come evenly (-log10 of the Poisson chance);
    - ``round_share`` of its flows' amounts (two digits and zeros, from ``ROUND_FROM``);
    - ``pagerank``, ``near_known`` (PageRank personalised to ``known``; 0 without), ``circle`` (size of its strongly
      connected component), ``community`` (number), by amounts;
    - ``cycles``: how many of ``found`` it is in.
    """
    size, true = len(graph.nodes), graph.source != graph.target
    source, target, amount, day = graph.source[true], graph.target[true], graph.amount[true], graph.day[true]
    pair = np.unique(source * size + target)
    senders, receivers = np.divmod(pair, max(size, 1))
    came, left = np.bincount(target, amount, minlength=size), np.bincount(source, amount, minlength=size)
    dated = ~np.isnat(day)
    when = day[dated].astype(np.int64)
    span = int(np.ptp(when)) + 1 if len(when) else 1
    fan_in = _most_at_once(target[dated], source[dated], when, days, size)
    fan_out = _most_at_once(source[dated], target[dated], when, days, size)
    in_partners, out_partners = np.bincount(receivers, minlength=size), np.bincount(senders, minlength=size)
    fan_in_odds, fan_out_odds = (
        -np.log10(np.maximum(pdtrc(np.maximum(most - 1, 0), np.maximum(all_ * min(days / span, 1.0), 1e-9)), 1e-300))
        * (most > 1)
        for most, all_ in ((fan_in, in_partners), (fan_out, out_partners))
    )
    passed_in, passed_out = _passed_on(source[dated], target[dated], amount[dated], when, days, keeps)
    quick = np.minimum(
        np.bincount(target[dated], amount[dated] * passed_in, minlength=size),
        np.bincount(source[dated], amount[dated] * passed_out, minlength=size),
    )
    weights = algorithms.matrix(graph, "amount")
    circle = algorithms.components(weights)
    given: Floats = np.bincount([graph.number(one) for one in known], minlength=size).astype(np.float64)
    ringed = graph.nodes["id"].iloc[:0] if found is None else found.rows["nodes"].explode()
    marked = [1.0 * is_round(amount), np.ones(len(amount))]
    return pd.DataFrame(
        {
            "id": graph.nodes["id"],
            "in_partners": in_partners,
            "out_partners": out_partners,
            "in_count": np.bincount(target, minlength=size),
            "out_count": np.bincount(source, minlength=size),
            "in_amount": came,
            "out_amount": left,
            "pass_through": _share(np.minimum(came, left), np.maximum(came, left)),
            "quick": _share(quick, came),
            "fan_in": fan_in,
            "fan_out": fan_out,
            "fan_in_odds": fan_in_odds,
            "fan_out_odds": fan_out_odds,
            "round_share": _share(*(np.bincount(np.r_[source, target], np.r_[x, x], size) for x in marked)),
            "pagerank": algorithms.ranks(weights),
            "near_known": algorithms.ranks(weights, personalization=given) if given.any() else given,
            "circle": np.bincount(circle, minlength=1)[circle],
            "community": algorithms.communities(weights),
            "cycles": ringed.value_counts().reindex(graph.nodes["id"], fill_value=0).to_numpy(np.int64),
        }
    )


def oddness(measured: pd.DataFrame) -> pd.Series:
    """How much a node looks like laundering by its flows alone, without any label; higher is odder. A lead, not guilt.

    It assumes that two things a scheme cannot do without are rare among all nodes: flows that return to their sender in
    time order (``cycles``), and many who send to one within days (``fan_in``). Each weighs -log10 of the share of nodes
    that show it as strongly, nothing where it is absent. A ring that closes in time seldom comes about by itself, while
    whoever is busy has bursts: ``cycles`` counts ``RING_WEIGHT`` times. It does not know who is a bank or a marketplace
    (leave those out beforehand), and it is only as good as the cycles it is given: where amounts are not kept on the
    way round, search without ``keeps``. How it fared on labelled accounts: ``tests/benchmarks/links.py``.
    """
    score = np.zeros(len(measured))
    for sign, weight in ("cycles", RING_WEIGHT), ("fan_in", 1):
        as_strong = measured[sign].rank(method="max", ascending=False).to_numpy()  # how many show it so
        score += np.where(measured[sign] > 0, -weight * np.log10(as_strong / max(len(measured), 1)), 0.0)
    return pd.Series(score, index=measured["id"], name="oddness")


def is_round(amount: Floats) -> NDArray[np.bool_]:
    """Two digits and zeros, such as 50,000 or 12,000, from ``ROUND_FROM``."""
    unit = 10.0 ** (np.floor(np.log10(np.maximum(amount, ROUND_FROM))) - 1)
    return (amount >= ROUND_FROM) & (np.abs(amount / unit - np.round(amount / unit)) < 1e-9)


def _share(part: NDArray[Any], whole: NDArray[Any]) -> Floats:
    return np.asarray(np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0), np.float64)


def _most_at_once(node: Ints, partner: Ints, day: Ints, days: int, size: int) -> Ints:
    """Most distinct partners of each node within any ``days`` days, by sweeping over the days such a window may begin.

    A partner counts in every window that begins up to ``days`` - 1 days before one of its flows; its overlapping
    stretches are one.
    """
    order = np.lexsort((day, partner, node))
    node, partner, day = node[order], partner[order], day[order]
    again = (np.diff(node, prepend=-1) == 0) & (np.diff(partner, prepend=-1) == 0)
    new = ~(again & (np.diff(day, prepend=0) <= days))
    last = np.flatnonzero(np.append(new[1:], True)) if len(new) else np.empty(0, np.int64)
    who = np.concatenate([node[new], node[last]])
    when = np.concatenate([day[new] - days + 1, day[last] + 1])
    change = np.repeat([1, -1], [int(new.sum()), len(last)])
    order = np.lexsort((change, when, who))
    most = np.zeros(size, np.int64)
    np.maximum.at(most, who[order], np.cumsum(change[order]))
    return most


def _passed_on(
    source: Ints, target: Ints, amount: Floats, day: Ints, days: int, keeps: tuple[float, float]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Per flow: whether its receiver passes it on so; whether its sender passes on with it what came in.

    Of each flow in, the first ``LOOKED_AT`` flows out within ``days`` days are compared.
    """
    passed_in, passed_out = np.zeros(len(day), bool), np.zeros(len(day), bool)
    if not len(day):
        return passed_in, passed_out
    day = day - day.min()
    span = int(day.max()) + 1
    out = np.argsort(source * span + day, kind="stable")
    key = (source * span + day)[out]
    low = np.searchsorted(key, target * span + day)
    high = np.searchsorted(key, target * span + np.minimum(day + days, span - 1), "right")
    high = np.minimum(high, low + LOOKED_AT)
    for at in range(0, len(day), 50_000):
        owner, place = ranges(low[at : at + 50_000], high[at : at + 50_000])
        owner, edge = owner + at, out[place]
        fits = (amount[edge] >= keeps[0] * amount[owner]) & (amount[edge] <= keeps[1] * amount[owner])
        fits &= target[edge] != source[owner]  # what goes straight back is no passing on
        passed_in[owner[fits]], passed_out[edge[fits]] = True, True
    return passed_in, passed_out
