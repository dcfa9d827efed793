"""What is measured of graphs: speed and memory beside plain networkx, and what the indicators find without labels.

Each size and way runs in a process of its own, so that peak memory is its own; networkx is given ``PATIENCE`` seconds
a question.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import typer

from lib import links
from lib.settings import ROOT

SIZES = (10_000, 100_000, 1_000_000)
PATIENCE = 60
LABELLED = Path(os.environ.get("AX_LABELLED_GRAPH", ROOT.parent / "shared" / "graphs"))
ASKED = ("build", "near", "hub", "path", "pagerank", "near known", "communities", "measures", "cycles", "static")
app = typer.Typer()


@app.command()
def main(largest: int = SIZES[-1], patience: int = PATIENCE, networkx: bool = True) -> None:
    """Every size up to ``largest``, then the labelled graph; prints tables and writes nothing."""
    print("edges      way      " + "".join(f"{one:>12}" for one in ASKED) + "    peak MiB")
    for size in [size for size in SIZES if size <= largest]:
        for way in ("links", "networkx") if networkx else ("links",):
            told = _child(way, size, patience)
            cells = "".join(f"{told.get(one, '-'):>12}" for one in ASKED)
            print(f"{size:>9,}  {way:<9}{cells} {told['peak']:>11.0f}", flush=True)
    print(
        f"seconds; near, path: mean of 20; >: stopped after {patience} s; cycles: up to 5 flows, static ones 100,000 at most"
    )
    labelled()


@app.command()
def labelled() -> None:
    """Accounts of a labelled money-flow graph ranked by each indicator alone and by ``oddness``; no label is used.

    The score was first chosen by reasoning alone, before any look at a label: schemes collect (fan-in beyond the node's
    own habit, and those who send into it), pass on quickly and nearly whole, and bring money back in time order (each
    amount .8 to 1.05 of the one before, within 30 days). Tried once on all accounts: .325 in the top 1 %, beside .565
    by plain degree and .090 by chance. Amounts are not kept on the way round in this sample, and quick passing is
    mostly chance among those with few flows. So it was chosen anew on the accounts with an even id: after
    looking at each indicator there (cycles in 12 settings, the others with five lengths of a burst), 22 weighted sums
    of cycles without the condition on amounts and other signs. What is printed are the accounts with an odd id. Their
    labels were not looked at while choosing, but they are of the same planted rings as the even ones: a kind test.
    Cycles alone do as well; where schemes are planted as cycles that is no surprise, and no promise for real flows.
    """
    if not (LABELLED / "transactions.csv.gz").exists():
        print(f"no labelled graph in {LABELLED}: skipped")
        return
    flows = pd.read_csv(LABELLED / "transactions.csv.gz")
    edges = flows.set_axis(["source", "target", "amount", "day"], axis=1).assign(kind="money", key=flows.index)
    edges["day"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(edges["day"], unit="D")
    accounts = pd.read_csv(LABELLED / "nodes.csv.gz")
    graph = links.build(pd.DataFrame({"id": accounts["nodeid"], "label": "", "kind": "account"}), edges)
    found = links.cycles(graph, within_days=60, keeps=None)
    measured = links.measures(graph, found=found)
    measured["degree"] = measured["in_partners"] + measured["out_partners"]
    measured["oddness"] = links.oddness(measured).to_numpy()
    guilty = accounts.set_index("nodeid")["isFraud"].reindex(measured["id"]).to_numpy() > 0
    odd = (measured["id"] % 2 == 1).to_numpy()
    top = int(odd.sum()) // 100
    print(f"\n{len(measured):,} accounts, {len(edges):,} transfers, {len(found.rows):,} cycles in time within 60 days")
    print(f"{odd.sum():,} accounts with an odd id; chance {guilty[odd].mean():.3f}")
    print(f"indicator alone   precision in the top {top}   average precision")
    for name in ("oddness", "degree", "cycles", "fan_in", "fan_in_odds", "fan_out", "quick", "pass_through", "pagerank", "round_share"):  # fmt: skip
        precision, average = ranked(measured.loc[odd, name].to_numpy(np.float64), guilty[odd], top)
        print(f"{name:<16} {precision:>24.3f} {average:>19.3f}")


def ranked(score: Any, guilty: Any, top: int) -> tuple[float, float]:
    """Precision in the first ``top`` and average precision; equals in an order drawn once."""
    order = np.lexsort((np.random.default_rng(0).random(len(score)), -score))
    hits = guilty[order]
    return float(hits[:top].mean()), float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())


@app.command()
def child(way: str, size: int, patience: int) -> None:
    """One way at one size."""
    nodes, edges = world(size)
    told: dict[str, Any] = {}

    def ask(name: str, question: Callable[[], Any], times: int = 1) -> Any:
        signal.alarm(patience if way == "networkx" else 0)
        started = time.perf_counter()
        try:
            answer = question()
            told[name] = f"{(time.perf_counter() - started) / times:.3g}"
        except TimeoutError:
            answer, told[name] = None, f">{patience}"
        signal.alarm(0)
        return answer

    def late(*_: Any) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, late)
    ids = [f"n{i}" for i in np.random.default_rng(1).integers(0, len(nodes), 21)]
    known = ids[:5]
    (_ours if way == "links" else _theirs)(nodes, edges, ids, known, ask)
    peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024  # type: ignore[index]
    print(json.dumps({**told, "peak": peak}))


def _ours(nodes: pd.DataFrame, edges: pd.DataFrame, ids: list[str], known: list[str], ask: Callable[..., Any]) -> None:
    graph = ask("build", lambda: _warm(links.build(nodes, edges)))
    ask("near", lambda: [graph.near(one) for one in ids[1:]], 20)
    ask("hub", lambda: graph.near("hub"))
    ask("path", lambda: [graph.path(*pair) for pair in pairwise(ids)], 20)
    ask("pagerank", lambda: links.pagerank(graph, weight="amount"))
    ask("near known", lambda: links.pagerank(graph, personalization=dict.fromkeys(known, 1), weight="amount"))
    ask("communities", lambda: links.leiden_communities(graph, weight="amount"))
    ask("measures", lambda: links.measures(graph, known=known))
    ask("cycles", lambda: links.cycles(graph))
    ask("static", lambda: links.cycles(graph, static=True))


def _theirs(
    nodes: pd.DataFrame, edges: pd.DataFrame, ids: list[str], known: list[str], ask: Callable[..., Any]
) -> None:
    """What plain networkx offers for the same: no cap on a neighbourhood, no heaviest path, no time in cycles."""
    graph = ask("build", lambda: nx.from_pandas_edgelist(edges, edge_attr=True, create_using=nx.MultiDiGraph))
    if graph is None:
        return
    graph.add_nodes_from(nodes["id"])
    ask("near", lambda: [nx.ego_graph(graph, one, 2, undirected=True) for one in ids[1:]], 20)
    ask("hub", lambda: nx.ego_graph(graph, "hub", 2, undirected=True))
    ask("path", lambda: [_try(graph, *pair) for pair in pairwise(ids)], 20)
    ask("pagerank", lambda: nx.pagerank(graph, weight="amount"))
    ask("near known", lambda: nx.pagerank(graph, personalization=dict.fromkeys(known, 1), weight="amount"))
    ask("communities", lambda: nx.community.louvain_communities(graph.to_undirected(), weight="amount", seed=0))
    ask("static", lambda: list(islice(nx.simple_cycles(nx.DiGraph(graph), length_bound=5), 100_000)))


def _warm(graph: links.Graph) -> links.Graph:
    """With what is computed when first asked for."""
    graph.near(graph.nodes["id"].iloc[0], most=1)
    return graph


def _try(graph: "nx.MultiDiGraph[Any]", a: str, b: str) -> Any:
    try:
        return nx.shortest_path(graph, a, b)
    except nx.NetworkXNoPath:
        return None


def world(size: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``size`` flows over three years among an eighth as many nodes, some far busier; a hub sends a tenth of all."""
    random, many = np.random.default_rng(0), size // 8
    source, target = ((many * random.random(size) ** 2).astype(int) for _ in range(2))
    shuffled = random.permutation(many)
    names = np.array([f"n{i}" for i in range(many)], object)
    edges = pd.DataFrame({"source": names[source], "target": names[shuffled[target]], "key": np.arange(size)})
    edges["kind"] = np.where(random.random(size) < 0.5, "goods", "money")
    edges["amount"] = np.round(random.lognormal(8, 1.5, size), 2)
    edges["day"] = pd.Timestamp("2023-01-01") + pd.to_timedelta(random.integers(0, 1096, size), unit="D")
    edges.loc[edges.index < size // 10, "source"] = "hub"
    edges.loc[edges.index >= size - size // 100, "target"] = "hub"
    return pd.DataFrame({"id": names, "label": names, "kind": "firm"}), edges


def _child(way: str, size: int, patience: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.links", "child", way, str(size), str(patience)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    app()
