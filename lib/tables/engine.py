"""What computes the Ibis expressions: DuckDB in this process, or Spark when ``AX_ENGINE=spark``."""

import fcntl
import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, cast

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from lib.settings import settings

THREADS = 2
MEMORY = "3GB"


class EngineMissing(RuntimeError):
    """The engine asked for is not installed; the message is a Korean sentence that says how to get it."""


class Engine:
    """Tables in, frames out; the same expressions on either engine. One on DuckDB can be pickled, with its tables."""

    def __init__(self, name: str, backend: Any, folder: "tempfile.TemporaryDirectory[str]") -> None:
        self.name = name
        self._backend = backend
        self._folder = folder  # goes when the engine goes
        self._numbers = count(1)
        self._given: dict[str, pa.Table | Path] = {}
        self._kept: weakref.WeakValueDictionary[str, Any] = (
            weakref.WeakValueDictionary()
        )  # gone with their last expression
        self._asking = threading.Lock()  # a list and its engine are shared by sessions; it answers one at a time

    def load(self, tables: Mapping[str, pa.Table | Path]) -> dict[str, ir.Table]:
        """The tables as Ibis sees them; a ``Path`` is a Parquet file. Loading a name again leaves the earlier table."""
        return {name: self._load(f"{name}_{next(self._numbers)}", table) for name, table in tables.items()}

    def keep(self, expr: ir.Table) -> ir.Table:
        """``expr`` computed once and held by the engine, for what is asked of it again and again."""
        if self.name != "spark":
            kept = cast(ir.Table, expr.cache())
            self._kept[kept.op().name] = kept.op()
            return kept
        # Spark's own cache drags the whole plan along.
        path = Path(self._folder.name) / f"kept_{next(self._numbers)}.parquet"
        self._backend.to_parquet(expr, path)
        return cast(ir.Table, self._backend.read_parquet(str(path), table_name=path.stem))

    def frame(self, expr: ir.Table) -> pd.DataFrame:
        """The rows of ``expr``, in column types that depend on its schema alone, not on the engine."""
        with self._asking:
            rows = self._backend.to_pyarrow(expr).cast(expr.schema().to_pyarrow())
        return cast(pd.DataFrame, rows.to_pandas())

    def __getstate__(self) -> dict[str, Any]:
        if self.name == "spark":
            raise TypeError("an engine on Spark stays in the process of its session")
        with self._asking:
            kept = {name: self._backend.to_pyarrow(op.to_expr()) for name, op in [*self._kept.items()]}
        return {"backend": self._backend, "tables": {**self._given, **kept}, "next": next(self._numbers)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Connect the backend that the pickled expressions know, in a folder of this process, and give it their tables."""
        backend, folder = state["backend"], _folder("duckdb")
        backend.__init__(*backend._con_args, **backend._con_kwargs)
        backend.do_connect(*backend._con_args, **{**backend._con_kwargs, "temp_directory": folder.name})
        self.__init__("duckdb", backend, folder)  # type: ignore[misc]
        self._numbers = count(state["next"])
        for name, table in state["tables"].items():
            self._load(name, table)

    def _load(self, name: str, table: pa.Table | Path) -> ir.Table:
        self._given[name] = table
        if self.name == "spark" and isinstance(table, pa.Table):
            path = Path(self._folder.name) / f"{name}.parquet"
            pyarrow.parquet.write_table(table, path)
            table = path
        if isinstance(table, Path):
            return cast(ir.Table, self._backend.read_parquet(str(table.resolve()), table_name=name))
        self._backend.con.register(name, table)  # no copy; a memtable would be dropped with its Python object
        return cast(ir.Table, self._backend.table(name))


def connect(engine: str | None = None) -> Engine:
    """The engine named, else the one in the settings. Raises ``EngineMissing`` when Spark or its Java is not there."""
    engine = engine or settings().engine
    if engine not in ("duckdb", "spark"):
        raise ValueError(f"unknown engine {engine!r}")
    folder = _folder(engine)
    return Engine(engine, _duckdb(folder.name) if engine == "duckdb" else _spark(), folder)


def _folder(engine: str) -> "tempfile.TemporaryDirectory[str]":
    """A folder of this process, locked as long as it is in use; those of killed processes are removed."""
    root = settings().folder("engine")
    gate = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(gate, fcntl.LOCK_EX)
        for left in (*root.glob("duckdb?*"), *root.glob("spark?*")):
            _clear(left)
        made = tempfile.TemporaryDirectory(dir=root, prefix=engine, ignore_cleanup_errors=True)
        held = os.open(made.name, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
        weakref.finalize(made, os.close, held)
        return made
    finally:
        os.close(gate)


def _clear(folder: Path) -> None:
    with suppress(OSError):  # another program uses it, or was quicker
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(handle)


def _duckdb(folder: str) -> Any:
    return ibis.duckdb.connect(
        threads=THREADS, memory_limit=MEMORY, temp_directory=folder, autoinstall_known_extensions=False
    )


def _spark() -> Any:
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError:
        raise EngineMissing(_HOW) from None
    shared = str(settings().folder("engine", "spark"))  # one session serves all engines of the process
    options: dict[str, Any] = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": MEMORY.lower().removesuffix("b"),
        "spark.local.dir": shared,
        "spark.sql.ansi.enabled": "true",
        "spark.sql.session.timeZone": "UTC",  # as Ibis sets it; our times are naive
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.warehouse.dir": f"{shared}/warehouse",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master(f"local[{THREADS}]").appName("customs-ax-suite")
    try:
        session = builder.config(map=options).getOrCreate()
    except (PySparkRuntimeError, OSError):  # no Java
        raise EngineMissing(_HOW) from None
    session.sparkContext.setLogLevel("ERROR")
    return ibis.pyspark.connect(session)


_HOW = "Spark 엔진에 필요한 pyspark 또는 Java가 없습니다. `make spark`로 설치하거나 AX_ENGINE=duckdb로 바꿔 주십시오."
