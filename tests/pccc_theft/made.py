"""Small tables made by hand."""

from datetime import date, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa

from lib.entries.pccc_theft import features, rules
from lib.entries.pccc_theft.tables import CODES, PARCELS, REPORTS, empty, typed
from lib.screening import limits as limits_of
from lib.screening import rules as rules_of

AS_OF = date(2026, 6, 30)
ME = "P000000000001"
HOME = {"postcode": "10123", "address": "가온시 나래구 한빛로 1, 101호"}
_numbers = count()


def parcel(ago: float = 1, pccc: str = ME, **columns: Any) -> dict[str, Any]:
    """A declaration at noon, ``ago`` days before the day, to the code's own home unless told otherwise."""
    return {
        "declaration_no": f"L{next(_numbers):08d}",
        "declared_at": datetime(2026, 6, 30, 12) - timedelta(days=ago),
        "origin": "CN",
        "sender": f"SHOP {next(_numbers)}",
        "receiver": "가나다",
        "pccc": pccc,
        "phone": "010-0000-" + pccc[-4:],
        **HOME,
        "item": f"THING {next(_numbers)}",
        "hs6": "610910",
        "value_usd": 30.0,
        "result": "P",
    } | columns


def code(pccc: str = ME, **columns: Any) -> dict[str, Any]:
    return {
        "pccc": pccc,
        "name": "가나다",
        "phone": "010-0000-" + pccc[-4:],
        "postcodes": HOME["postcode"],
        "issued_on": date(2020, 1, 1),
        "generation": "NP",
        "reissues": 0,
    } | columns


def report(pccc: str, declaration_no: str | None = None, ago: int = 1, own: str = "N") -> dict[str, Any]:
    return {
        "report_no": f"R{next(_numbers)}",
        "reported_on": AS_OF - timedelta(days=ago),
        "pccc": pccc,
        "declaration_no": declaration_no,
        "own": own,
    }


def others(n: int, start: int = 100) -> list[str]:
    return [f"P{i:012d}" for i in range(start, start + n)]


def tables(parcels: list[dict[str, Any]], codes: Any = (), reports: Any = ()) -> dict[str, pa.Table]:
    """The three tables; a code nobody describes is an ordinary legacy one."""
    known = {c["pccc"] for c in codes}
    codes = [*codes, *(code(p) for p in dict.fromkeys(row["pccc"] for row in parcels) if p not in known)]
    return {
        "parcels": typed(pd.DataFrame(parcels), PARCELS),
        "codes": typed(pd.DataFrame(codes), CODES),
        "reports": typed(pd.DataFrame(list(reports), columns=[c.name for c in REPORTS.columns]), REPORTS),
    }


@cache
def _compiled(as_of: date) -> tuple[Any, str]:
    """The features as SQL over tables that are put in their place later: compiling takes longer than running."""
    engine = ibis.duckdb.connect()
    blank = {t.name: engine.create_table(t.name, empty(t)) for t in (PARCELS, CODES, REPORTS)}
    limits = limits_of.load("pccc_theft", as_of)
    return engine, str(ibis.to_sql(rules_of.apply(rules.RULES, features.build(blank, as_of, limits), limits), "duckdb"))


def measured(*given: Any, as_of: date = AS_OF) -> pd.DataFrame:
    """Indicators and rule flags by code."""
    engine, sql = _compiled(as_of)
    for name, table in tables(*given).items():
        engine.create_table(name, table, overwrite=True)
    return engine.raw_sql(sql).to_arrow_table().to_pandas().set_index("subject")


def held(*given: Any, pccc: str = ME, as_of: date = AS_OF) -> set[str]:
    """Codes of the rules that hold for one code."""
    row = measured(*given, as_of=as_of).loc[pccc]
    return {rule.code for rule in rules.RULES if row[f"rule_{rule.code}"]}
