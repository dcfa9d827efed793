"""What ``make bench`` measures of the screening engine: speed and memory against plain pandas, in one run.

Each size and way runs in a process of its own, so that peak memory is its own. ``same``: the columns both compute.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet
import typer

from lib.settings import ROOT

AS_OF = date(2026, 6, 30)
SIZES = (100_000, 1_000_000, 5_000_000)
SALES = 3_000_000
SAME = ["parcels", "addresses", "phones", "names", "place_codes", "place_item_codes", "phone_codes", "same_item"]
app = typer.Typer()


@app.command()
def main(largest: int = SIZES[-1]) -> None:
    """Every size up to ``largest``; prints a table and writes nothing."""
    print("rows        way      features s   peak MiB   screen s   peak MiB")
    for size in [size for size in SIZES if size <= largest]:
        with tempfile.TemporaryDirectory() as folder:
            results = {way: _child(way, size, folder) for way in ("world", "ibis", "pandas", "screen", "judge")}
            same = pd.read_parquet(f"{folder}/ibis.parquet").equals(pd.read_parquet(f"{folder}/pandas.parquet"))
        for way in ("ibis", "pandas"):
            told = f"{size:>9,}   {way:<8} {results[way]['seconds']:>9.1f} {results[way]['peak']:>10.0f}"
            whole = results["screen"] if way == "ibis" else None
            print(told + (f" {whole['seconds']:>10.1f} {whole['peak']:>10.0f}" if whole else ""), flush=True)
        print(f"            one declaration judged as it arrives: {results['judge']['rates']}")
        print(f"            equal on {', '.join(SAME)}: {same}; scored and explained: {results['screen']['rates']}")
    sales = min(SALES, largest)
    with tempfile.TemporaryDirectory() as folder:
        buyers = _child("buyers", sales, folder)
    print(f"duty_free {sales:,} sales: {buyers['rates']}; peak {buyers['peak']:.0f} MiB")


@app.command()
def child(way: str, size: int, folder: Path) -> None:
    """One measurement."""
    from lib.entries.pccc_theft import demo

    started = time.perf_counter()
    out: dict[str, Any] = {}
    if way == "world":
        demo.parcels_at_scale(size, 0, folder).rename(folder / "parcels.parquet")
        demo.codes_at_scale(size // 4, 0, folder).rename(folder / "codes.parquet")
    elif way == "ibis":
        _by_ibis(folder).to_parquet(folder / "ibis.parquet")
    elif way == "pandas":
        _by_pandas(folder).to_parquet(folder / "pandas.parquet")
    elif way == "buyers":
        out["rates"] = _bought(size, folder)
    elif way == "judge":
        out["rates"] = _judged(folder)
    else:
        out["rates"] = _screened(folder)
    peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024  # type: ignore[index]
    print(json.dumps({**out, "seconds": time.perf_counter() - started, "peak": peak}))


def _child(way: str, size: int, folder: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.screening", "child", way, str(size), folder],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _by_ibis(folder: Path) -> pd.DataFrame:
    from lib.entries.pccc_theft import features
    from lib.entries.pccc_theft.tables import OPTIONAL, TABLES, empty
    from lib.screening import limits
    from lib.tables.engine import connect

    engine = connect("duckdb")
    tables = {name: empty(TABLES[name]) for name in OPTIONAL} | {
        n: folder / f"{n}.parquet" for n in ("parcels", "codes")
    }
    made = features.build(engine.load(tables), AS_OF, limits.load("pccc_theft", AS_OF))
    return engine.frame(made)[["subject", *SAME]].sort_values("subject", ignore_index=True)


def _by_pandas(folder: Path) -> pd.DataFrame:
    """The same eight columns as an analyst would write them by hand (of the thirty-three that Ibis has computed)."""
    t = pyarrow.parquet.read_table(folder / "parcels.parquet").to_pandas()
    t["age"] = (pd.Timestamp(AS_OF) - t["declared_at"].dt.normalize()).dt.days
    t = t[(t["age"] >= 0) & (t["age"] < 90)]
    everyone = t["pccc"].unique()
    t = t[t["result"].isna() | (t["result"] == "P")]
    plain = {
        name: t[name].str.replace("[ ,-]", "", regex=True).str.upper()
        for name in ("address", "item", "phone", "receiver")
    }
    t = t.assign(
        place=t["postcode"] + " " + plain["address"],
        goods=plain["item"],
        number=plain["phone"],
        person=plain["receiver"],
    )
    month = t[t["age"] < 30]
    own = t.groupby("pccc").agg(
        parcels=("place", "size"),
        addresses=("place", "nunique"),
        phones=("number", "nunique"),
        names=("person", "nunique"),
    )
    pairs = month[["pccc", "place", "goods"]].drop_duplicates()
    pairs["place_codes"] = pairs.groupby("place")["pccc"].transform("nunique")
    pairs["place_item_codes"] = pairs.groupby(["place", "goods"])["pccc"].transform("size")
    numbers = month[["pccc", "number"]].dropna().drop_duplicates()
    numbers["phone_codes"] = numbers.groupby("number")["pccc"].transform("size")
    item = month.groupby(["pccc", "goods"]).size().groupby("pccc").max().rename("same_item")
    wide = own.join(pairs.groupby("pccc")[["place_codes", "place_item_codes"]].max())
    wide = wide.join(numbers.groupby("pccc")["phone_codes"].max()).join(item)
    wide = wide.reindex(everyone).fillna(0).astype(np.float64).rename_axis("subject").reset_index()
    return wide[["subject", *SAME]].sort_values("subject", ignore_index=True)


def _screened(folder: Path) -> str:
    """The whole way from Parquet to ranked findings; rows scored and SHAP rows a second where a model is there."""
    from lib.entries.pccc_theft import screen
    from lib.screening import model

    used = model.current("pccc_theft")
    ranking = screen.screen({n: folder / f"{n}.parquet" for n in ("parcels", "codes")}, as_of=AS_OF, model=used)
    ranking.findings(3)
    if used is None:
        return "no model"
    rows = ranking.rows.head(20_000)
    started = time.perf_counter()
    used.score(rows)
    scored = time.perf_counter()
    used.contributions(rows.head(500))
    return f"{len(rows) / (scored - started):,.0f} rows scored/s, {min(len(rows), 500) / (time.perf_counter() - scored):,.0f} SHAP rows/s"


def _bought(sales: int, folder: Path) -> str:
    """Duty-free sales from Parquet to the ranked list, and one lead of it opened."""
    from lib.entries.duty_free import demo, screen
    from lib.screening import model

    files = demo.at_scale(sales, 0, folder)
    started = time.perf_counter()
    ranking = screen.screen(files, as_of=demo.END, model=model.current("duty_free"))
    listed = time.perf_counter()
    ranking.finding(str(ranking.rows["subject"].iloc[0]))
    return f"{len(ranking.rows):,} buyers listed in {listed - started:.1f} s, a lead opened in {time.perf_counter() - listed:.1f} s"


def _judged(folder: Path) -> str:
    """Single judgements against the whole history: five hundred of its last 50,000 declarations, warm."""
    from lib.entries.pccc_theft import judging
    from lib.screening import model

    tables = {name: pyarrow.parquet.read_table(folder / f"{name}.parquet") for name in ("parcels", "codes")}
    started = time.perf_counter()
    used = model.current("pccc_theft")
    history = judging.ready(tables, used)
    loaded = time.perf_counter() - started
    newest = tables["parcels"].sort_by("declared_at").slice(len(tables["parcels"]) - 50_000)
    took = []
    for parcel in newest.to_pylist()[::100]:
        started = time.perf_counter()
        judging.judge_parcel(parcel, history, model=used)
        took.append(1000 * (time.perf_counter() - started))
    first, *warm = took
    middle, late = np.percentile(warm, [50, 95])
    return f"history {loaded:.1f} s, first {first:.0f} ms, then median {middle:.0f} ms, p95 {late:.0f} ms, worst {max(warm):.0f} ms"


if __name__ == "__main__":
    app()
