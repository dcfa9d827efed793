"""Bonded cargo: events to judged items at growing sizes, each in a process of its own. ``main``; ``child N``: N events."""

import resource
import subprocess
import sys
import time

from lib.entries.bonded_cargo import demo, items, screen
from lib.screening import limits as limits_of
from lib.tables.engine import connect

SIZES = (500_000, 5_000_000)


def child(n: int) -> None:
    """Time and memory of ``items.known`` over about ``n`` made-up events, with how many items are open."""
    tables = demo.lines(n).tables
    engine, limits = connect(), limits_of.load(screen.ENTRY, demo.END)
    started = time.perf_counter()
    told = items.known(tables, engine, demo.END, limits).items
    opened = engine.frame(told.aggregate(all=told.count(), open=told.state.isin(items.OPEN).sum())).iloc[0]
    took = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{len(tables['events']):,} events: {took:.1f} s to {opened['all']:,} items, {opened['open']:,} open; peak {peak:.1f} GiB with making them")  # fmt: skip


def main() -> None:
    for n in SIZES:
        subprocess.run([sys.executable, "-m", "tests.benchmarks.cargo", "child", str(n)], check=True)


if __name__ == "__main__":
    child(int(sys.argv[2])) if sys.argv[1] == "child" else main()
