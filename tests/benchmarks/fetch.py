"""What ``make bench`` measures of FETCH: how well trade is matched with money as the data get worse, and how fast.

Accuracy is against the generator's own matches, on worlds of the evaluation kind (other habits than the ones developed
on). Each size runs in a process of its own, so that peak memory is its own.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd
import typer

from lib.settings import ROOT

NOISES = (0.0, 0.2, 0.4, 0.6, 0.8)
SEEDS = (950, 951)
SIZES = (10_000, 100_000, 1_000_000)
app = typer.Typer()


@app.command()
def main(largest: int = SIZES[-1]) -> None:
    """Accuracy under growing noise, then time and memory by size."""
    print("matched pairs against the truth (evaluation worlds, seeds 950-951)")
    print("noise   pairs   precision   recall   money in right pairs   greedy by date: precision, recall")
    for noise in NOISES:
        told = [accuracy(seed, noise) for seed in SEEDS]
        mean = {name: sum(one[name] for one in told) / len(told) for name in told[0]}
        print(
            f"{noise:>5.1f} {mean['pairs']:>7,.0f} {mean['precision']:>11.1%} {mean['recall']:>8.1%} {mean['money']:>22.1%}"
            f" {mean['greedy_precision']:>17.1%} {mean['greedy_recall']:>11.1%}",
            flush=True,
        )
    print("declarations + payments   ledger   match   left   signs   features   all s   peak MiB")
    for size in [size for size in SIZES if size <= largest]:
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.fetch", "child", str(size)],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        told = json.loads(done.stdout.splitlines()[-1])
        steps = "".join(f"{seconds:>9.1f}" for seconds in told["steps"].values())
        print(f"{size:>11,} + {size:>9,} {steps} {sum(told['steps'].values()):>7.1f} {told['peak']:>9.0f}", flush=True)


def accuracy(seed: int, noise: float) -> dict[str, float]:
    """Shares of right pairs among those matched, of true pairs found, and of money matched that lies in right pairs."""
    from lib.entries.fetch import demo, ledger, reconcile
    from lib.screening import limits

    made = demo.world(seed, world="eval", noise=noise)
    kept = ledger.keep(made.tables, demo.END)
    matches = reconcile.match(kept, limits.load("fetch", demo.END))
    truth = set(zip(*(made.matches.to_pandas()[name] for name in ("declaration_no", "payment_no")), strict=True))
    pairs = list(
        zip(
            kept.declared["no"].to_numpy()[matches["declared"]],
            kept.paid["no"].to_numpy()[matches["paid"]],
            strict=True,
        )
    )
    right = pd.Series([pair in truth for pair in pairs])
    won = (
        kept.paid["krw"].to_numpy()[matches["paid"]]
        * matches["paid_cents"]
        / kept.paid["amount"].to_numpy()[matches["paid"]]
    )
    naive = greedy(kept)
    return {
        "pairs": len(truth),
        "precision": float(right.mean()),
        "recall": right.sum() / len(truth),
        "money": float(won[right.to_numpy()].sum() / won.sum()),
        "greedy_precision": len(naive & truth) / max(len(naive), 1),
        "greedy_recall": len(naive & truth) / len(truth),
    }


def greedy(kept: Any) -> set[tuple[str, str]]:
    """The peer: the oldest open declaration of the same partner and currency takes the oldest open money, as a clerk would."""
    pairs: set[tuple[str, str]] = set()
    keys = ["firm", "side", "currency", "partner"]
    paid = {
        key: list(zip(rows["no"], rows["amount"], strict=True))
        for key, rows in kept.paid.sort_values("day").groupby(keys)
    }
    for key, rows in kept.declared.sort_values("ready").groupby(keys):
        money = paid.get(key, [])
        for no, due in zip(rows["no"], rows["due"], strict=True):
            while due > 0 and money:
                number, amount = money[0]
                pairs.add((no, number))
                taken = min(due, amount)
                due -= taken
                if taken == amount:
                    money.pop(0)
                else:
                    money[0] = (number, amount - taken)
    return pairs


@app.command()
def child(size: int) -> None:
    """One size from Parquet to the indicators of every firm."""
    from lib.entries.fetch import demo, ledger, reconcile, residuals, screen, signs
    from lib.screening import limits as limits_of
    from lib.tables.engine import connect

    limits = limits_of.load("fetch", demo.END)
    steps: dict[str, float] = {}

    def timed(name: str, work: Any) -> Any:
        started = time.perf_counter()
        made = work()
        steps[name] = time.perf_counter() - started
        return made

    with tempfile.TemporaryDirectory() as folder:
        files = demo.at_scale(size, 0, Path(folder))
        kept = timed("ledger", lambda: ledger.keep(files, demo.END))
    matches = timed("match", lambda: reconcile.match(kept, limits))
    left = timed("left", lambda: residuals.left_over(kept, matches, demo.END, limits))
    shown = timed("signs", lambda: signs.find(kept, matches, left, demo.END, limits))
    done = screen.Reconciled(demo.END, kept, matches, left, shown)
    timed("features", lambda: screen.measured(done, limits, connect()))
    peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024  # type: ignore[index]
    print(json.dumps({"steps": steps, "peak": peak}))


if __name__ == "__main__":
    app()
