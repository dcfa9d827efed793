"""How well and how fast addresses are read: ``python -m tests.benchmarks.addresses main|unseen|fit``.

``main``: made-up spellings by kind of trouble over the whole country, the calibration of what is called sure, speed beside a
plain rapidfuzz search over the same road names, time to open and memory. ``unseen``: the half of the real addresses never looked at
while building (``../shared/addresses``). ``fit``: the weights of the confidence, from made-up spellings (half with numbers that do not exist) and
the other half of the real ones; writes data/address_reading/confidence.json.
"""

import csv
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process
from scipy.optimize import minimize

from lib.entries.address_reading import noise, reading
from lib.entries.address_reading.search import Search
from lib.settings import DATA

REAL = Path(__file__).parents[3] / "shared" / "addresses"
DAY = date(2026, 6, 30)
AGAINST = frozenset({"gap", "inside", "unit", "unread", "passed", "beside", "strange"})  # facts that can only lower it


def spelt(n: int, seed: int) -> tuple[pd.DataFrame, list[str]]:
    """Buildings drawn at random and one spelling of each, the kinds of trouble in turn."""
    rng = np.random.default_rng(seed)
    places = reading.reader().reference.sample(rng, n)
    kinds = [*noise.KINDS]
    texts = [noise.spell(rng, row, kinds[i % len(kinds)]) for i, row in enumerate(places.itertuples(index=False))]
    return places.assign(kind=[kinds[i % len(kinds)] for i in range(n)]), texts


def firms(half: int) -> list[dict[str, str]]:
    """Real firms' addresses with the postcode taken out: 0 for the half looked at while building, 1 for the other."""
    with (REAL / "ieee_zip_silver.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[half::2]
    return [{**row, "text": re.sub(rf"\b{row['zip_given']}\b", "", row["english"])} for row in rows]


def pairs(half: int) -> list[dict[str, str]]:
    """Real pairs with a road-name address."""
    with (REAL / "pairs.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in list(csv.DictReader(file))[half::2] if row["kind"] == "road"]


def unseen(half: int = 1) -> None:
    """Road and number of the pairs, postcode of the firms, and how often what is called sure is right."""
    reader = reading.reader()
    told = [reader.read(row["english"], as_of=DAY) for row in pairs(half)]
    right = []
    for one, row in zip(told, pairs(half), strict=True):
        shown = one.place or (one.candidates[0] if one.candidates else None)
        right.append(shown is not None and (shown.road, shown.number) == (row["truth_name"], row["truth_no"]))
    sure = np.array([one.sure for one in told])
    print(
        f"pairs, half {half}: {len(told)}; road and number exact {np.mean(right):.3f}; sure {sure.mean():.3f}, right {np.array(right)[sure].mean():.4f}"
    )
    rows = firms(half)
    read = reader.table([row["text"] for row in rows], as_of=DAY)
    same = np.array([code == row["zip_given"] for code, row in zip(read["zip"], rows, strict=True)])
    exists, sure = read["exists"].to_numpy(), read["sure"].to_numpy()
    print(
        f"firms, half {half}: {len(rows)}; postcode exact of all {same.mean():.3f}; of those found in the table "
        f"({exists.mean():.3f}) {same[exists].mean():.3f}; sure {sure.mean():.3f}, right {same[sure].mean():.4f}"
    )


def by_kind(n: int = 10_000, seed: int = 2026) -> None:
    """Postcode, road and number by kind of trouble, without and with the postcode declared."""
    places, texts = spelt(n, seed)
    reader = reading.reader()
    for title, zips in (("no postcode", None), ("postcode declared", list(places["zip"]))):
        read = reader.table(texts, zips, as_of=DAY)
        number = places["main"].astype(str) + np.where(places["sub"] > 0, "-" + places["sub"].astype(str), "")
        end = places["road"] + " " + number
        right = np.array(
            [line.replace("지하 ", "").endswith(tail) for line, tail in zip(read["line"], end, strict=True)]
        )
        right &= (read["zip"] == places["zip"]).to_numpy()
        sure = read["sure"].to_numpy()
        print(
            f"made-up spellings, seed {seed}, {title}: {right.mean():.4f}; sure {sure.mean():.3f}, right {right[sure].mean():.4f}"
        )
        print(
            "  "
            + ", ".join(
                f"{kind} {share:.3f}" for kind, share in pd.Series(right).groupby(places["kind"]).mean().items()
            )
        )


def speed(n: int = 200_000, seed: int = 7) -> None:
    """Addresses a second, and plain rapidfuzz over the same road names."""
    places, texts = spelt(n, seed)
    reader = reading.reader()
    names = sorted({noise.official(name) for name in reader.reference.names})
    started = time.perf_counter()
    process.cdist([text.split(",")[0] for text in texts[:40]], names, scorer=fuzz.partial_ratio, workers=2)
    plain = 40 / (time.perf_counter() - started)
    for title, zips in (("without a postcode", None), ("with one", list(places["zip"]))):
        started = time.perf_counter()
        reader.table(texts, zips, as_of=DAY)
        rate = n / (time.perf_counter() - started)
        print(
            f"{title}: {rate:,.0f} addresses/s in two processes, {rate / plain:,.0f} times rapidfuzz over {len(names):,} road names ({plain:,.0f}/s)"
        )


def opened() -> None:
    """Time to open the table and memory in use after a thousand addresses, in a process of its own."""
    code = (
        "import time, resource; t = time.perf_counter()\n"
        "from lib.entries.address_reading import reading; r = reading.reader(); s = time.perf_counter() - t\n"
        "r.table(['152 Teheran-ro, Gangnam-gu, Seoul'] * 10)\n"
        "m = int(open('/proc/self/status').read().split('VmRSS:')[1].split()[0]) / 1024\n"
        "print(f'opened in {s:.1f} s with all imports, {m:,.0f} MB in use')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def facts(seed: int = 11, n: int = 12_000) -> Iterator[tuple[dict[str, float], bool, float]]:
    """What the confidence sees of a reading, whether it was right, and its weight."""
    index = reading.reader().index

    def right(one: Search, road: str, main: int, sub: int, area: tuple[str, str] | None) -> bool:
        best = one.best
        assert best is not None
        assert best.number is not None
        same = index.names[index.road_name[best.road]] == road and (best.number.main, best.number.sub) == (main, sub)
        return same and (area is None or index.areas[best.area] == area)

    def found(one: Search) -> bool:
        return one.best is not None and one.best.building is not None

    for row in firms(0):
        one = Search(index, row["text"], None)
        if one.best and one.best.building is not None:
            yield one.best.facts, f"{index.zip_of[one.best.building]:05d}" == row["zip_given"], 2.0
    for row in pairs(0):
        one = Search(index, row["english"], None)
        if one.best and found(one):
            main, _, sub = row["truth_no"].partition("-")
            yield one.best.facts, right(one, row["truth_name"], int(main), int(sub or 0), None), 2.0
    rng = np.random.default_rng(seed)
    places, kinds = reading.reader().reference.sample(rng, n), [*noise.KINDS]
    for i, row in enumerate(places.itertuples(index=False)):
        place: Any = row
        if i % 2 == 0:  # a number that most likely does not exist
            place = row._replace(main=int(rng.integers(1, 1500)), sub=int(rng.choice([0, 0, int(rng.integers(1, 40))])))
        one = Search(index, noise.spell(rng, place, kinds[i % len(kinds)]), None if i % 4 < 2 else place.zip)
        if one.best and found(one):
            good = right(one, place.road, place.main, place.sub, (place.sido, place.sigungu))
            yield one.best.facts, good, 1.0 if i % 2 == 0 else 0.3


def fit() -> None:
    """Logistic regression in which nothing that speaks for a reading may lower its confidence."""
    seen = list(facts())
    names = sorted(seen[0][0])
    x = np.array([[one[name] for name in names] for one, _, _ in seen])
    y, w = np.array([good for _, good, _ in seen], float), np.array([weight for _, _, weight in seen])

    def loss(b: "np.ndarray[Any, Any]") -> "tuple[float, np.ndarray[Any, Any]]":
        z = x @ b[1:] + b[0]
        off = (1 / (1 + np.exp(-z)) - y) * w
        value = float((np.logaddexp(0, -np.where(y == 1, z, -z)) * w).sum() + 0.05 * (b[1:] ** 2).sum())
        return value, np.r_[off.sum(), x.T @ off + 0.1 * b[1:]]

    bounds = [(None, None), *((None, 0) if name in AGAINST else (0, None) for name in names)]
    b = minimize(loss, np.zeros(len(names) + 1), jac=True, bounds=bounds, method="L-BFGS-B").x
    chance = 1 / (1 + np.exp(-(x @ b[1:] + b[0])))
    for edge in (0.9, 0.95, 0.99):
        print(f">= {edge}: {(chance >= edge).mean():.3f} of them, right {y[chance >= edge].mean():.4f}")
    weights = {
        name: round(float(value), 3) for name, value in zip(["bias", *names], b, strict=True) if abs(value) > 0.001
    }
    about = "판독이 맞을 확률의 로지스틱 계수: 지어낸 표기 12,000개(절반은 없는 번호)와 실제 주소의 절반에서 맞춤"
    path = DATA / "address_reading" / "confidence.json"
    path.write_text(
        json.dumps({"about": about, "weights": weights}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def main() -> None:
    """Everything but the unseen half, which is looked at once, at the end."""
    opened()
    by_kind()
    speed()


if __name__ == "__main__":
    {"main": main, "unseen": unseen, "fit": fit}[sys.argv[1]]()
