"""Bonded cargo: events to judged items at growing sizes, each in a process of its own; messages through the outbox to a stand-in of Solapi
on loopback. ``main``; ``child N``: N events; ``messages N``.
"""

import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from lib.casework import Outbox
from lib.casework.outbox import Draft
from lib.entries.bonded_cargo import demo, items, screen
from lib.screening import limits as limits_of
from lib.tables.engine import connect
from tests.bonded_cargo.sender import Clock, gateway
from tests.bonded_cargo.stand_in import SmsStandIn as StandIn

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


def messages(n: int) -> None:
    """Messages a second, written, approved and sent, to a service without faults."""
    with tempfile.TemporaryDirectory() as folder, StandIn(Clock(Path(folder) / "clock")) as service:
        service.clock.set(datetime(2026, 6, 30, 1, tzinfo=UTC))
        with Outbox.open(f"sqlite:///{folder}/cases.sqlite", service.clock.aware) as outbox:
            started = time.perf_counter()
            drafts = [
                Draft(
                    f"cargo:2026-06-30:{i}",
                    "cargo",
                    f"0100{i:07d}",
                    f"창고{i}",
                    "",
                    "자율점검 안내",
                    "SMS",
                    13,
                    (f"item{i}",),
                    date(2026, 6, 30),
                )
                for i in range(n)
            ]
            outbox.approve([message.id for message, _ in outbox.draft(drafts, by="담당자")], by="담당자")
            written = time.perf_counter() - started
            done = outbox.deliver(
                gateway("solapi", service.address, service.clock),
                entry="cargo",
                cap=n,
                from_hour=0,
                until_hour=24,
                dry_run=False,
            )
    print(
        f"{done.sent:,} of {n:,} messages: written and approved in {written:.1f} s, sent in {time.perf_counter() - started - written:.1f} s"
    )


def main() -> None:
    for n in SIZES:
        subprocess.run([sys.executable, "-m", "tests.benchmarks.cargo", "child", str(n)], check=True)
    messages(10_000)


if __name__ == "__main__":
    {"child": child, "messages": messages}[sys.argv[1]](int(sys.argv[2])) if len(sys.argv) > 2 else main()
