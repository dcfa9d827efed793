"""The engine: tables in, frames out, alike on DuckDB and Spark."""

import builtins
import gc
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lib.settings import settings
from lib.tables.engine import Engine, EngineMissing, connect

TABLE = pa.table(
    {
        "key": ["가", "나", "가", "가"],
        "count": pa.array([1, None, 3, 5], pa.int64()),
        "amount": pa.array([1.5, None, 2, 0], pa.float64()),
        "day": pa.array([date(2026, 1, 1), None, date(2026, 1, 2), date(2026, 1, 3)]),
        "at": pa.array(
            [datetime(2026, 1, 1, 3), datetime(1999, 1, 1), datetime(2026, 1, 2, 4, 5, 6, 7), datetime(2026, 1, 3)],
            pa.timestamp("us"),
        ),
        "yes": [True, None, False, True],
        "none": pa.nulls(4, pa.string()),
    }
)


def sums(engine: Engine, source: pa.Table | Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    table = engine.load({"sales": source})["sales"]
    running = table.mutate(running=table["count"].cumsum(order_by="at"), hour=table["at"].hour()).order_by("at")
    total = table.group_by("key").agg(count=table["count"].sum(), last=table["at"].max()).order_by("key")
    return engine.frame(running), engine.frame(total)


def test_duckdb_takes_arrow_tables_and_parquet_files_alike(data_dir: Path) -> None:
    pq.write_table(TABLE, data_dir / "x.parquet")
    engine = connect()
    for source in (TABLE, data_dir / "x.parquet"):
        running, total = sums(engine, source)
        assert running["running"].fillna(0).tolist() == [0, 1, 4, 9]
        assert running["hour"].tolist() == [0, 3, 4, 0]
        assert running["at"].dtype == "datetime64[us]"
        assert total["key"].tolist() == ["가", "나"]
        assert total["last"].tolist() == [pd.Timestamp(2026, 1, 3), pd.Timestamp(1999, 1, 1)]


def test_a_table_loaded_again_leaves_the_earlier_one(data_dir: Path) -> None:
    engine = connect()
    first = engine.load({"sales": TABLE})["sales"]
    second = engine.load({"sales": TABLE.slice(0, 1)})["sales"]
    gc.collect()
    assert (len(engine.frame(first)), len(engine.frame(second))) == (4, 1)


def test_nothing_is_left_in_the_data_folder(data_dir: Path) -> None:
    engine = connect()
    assert any((data_dir / "engine").iterdir())
    del engine
    gc.collect()
    assert not any((data_dir / "engine").iterdir())


def test_without_pyspark_or_java_one_is_told_how_to_get_it(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("pyspark"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.setenv("AX_ENGINE", "spark")
    settings.cache_clear()
    with pytest.raises(EngineMissing, match="make spark"):
        connect()


def test_an_unknown_engine_is_refused(data_dir: Path) -> None:
    with pytest.raises(ValueError, match="polars"):
        connect("polars")


@pytest.mark.slow
def test_spark_gives_the_same_frames(data_dir: Path) -> None:
    pytest.importorskip("pyspark")
    pq.write_table(TABLE, data_dir / "x.parquet")
    duckdb, spark = connect("duckdb"), connect("spark")
    for source in (TABLE, data_dir / "x.parquet"):
        for ours, theirs in zip(sums(duckdb, source), sums(spark, source), strict=True):
            pd.testing.assert_frame_equal(ours, theirs)
