"""The same list on DuckDB and on Spark: every feature, rule and score, value by value."""

from importlib import import_module

import pandas as pd
import pytest

from lib.tables.engine import EngineMissing, connect

WORLDS = {
    "duty_free": {"people": 150},
    "pccc_theft": {"codes": 150, "cases": 1},
    "fetch": {"firms": 100},
    "address_reading": {"homes": 60, "cases": 1},
    "origin_laundering": {"firms": 120},
    "bonded_cargo": {},
}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("entry", WORLDS)
def test_an_entry_computes_the_same_on_either_engine(entry: str) -> None:
    demo, screen = (import_module(f"lib.entries.{entry}.{name}") for name in ("demo", "screen"))
    tables = demo.world(11, **WORLDS[entry]).tables
    lists = []
    for name in ("duckdb", "spark"):
        try:
            engine = connect(name)
        except EngineMissing as missing:
            pytest.skip(str(missing))
        lists.append(
            screen.screen(tables, as_of=demo.END, engine=engine).rows.sort_values("subject", ignore_index=True)
        )
    assert len(lists[0]) > 50
    pd.testing.assert_frame_equal(*lists, rtol=1e-12, atol=1e-12)
