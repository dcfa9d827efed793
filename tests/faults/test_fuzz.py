"""Parsers under a fuzzer led by coverage, and under made-up tables, days and sums: nothing but a table or words comes out."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.settings import ROOT
from lib.tables import checking, reading
from lib.tables.contract import TYPES, Column, Table
from tests.faults import fuzz

QUICK = [name for name in fuzz.PARSERS if name != "report"]  # which loads for longer than it would run


def fuzzed(parser: str, seconds: int, folder: Path) -> None:
    command = [sys.executable, "-m", "tests.faults.fuzz", parser, str(seconds), str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=60 + 3 * seconds)
    left = {path.name: path.read_bytes()[:300] for path in folder.iterdir() if path.is_file() and "-" in path.name}
    assert done.returncode == 0, f"{left}\n{done.stdout[-3000:]}\n{done.stderr[-1500:]}"
    assert not left


@pytest.mark.parametrize("parser", QUICK)
def test_what_reaches_new_code_breaks_no_parser(parser: str, tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    fuzzed(parser, 1, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("parser", fuzz.PARSERS)
def test_a_longer_search_breaks_no_parser(parser: str, tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    fuzzed(parser, 15, tmp_path)


DIGITS = st.text("0123456789０１２٣,.", min_size=1, max_size=24)
SUMS = st.builds("{}{}{}{}".format, st.sampled_from(["", "-", "△", "(", "₩ ", "+-", "USD "]), DIGITS, st.sampled_from(["", "E5", "e-400", "E999", ")", "%"]), st.sampled_from(["", "원", " 달러", "\u200b", "-"]))  # fmt: skip
DAYS = st.builds(
    "{}{}{}{}{}{}".format,
    st.integers(0, 99_999), st.sampled_from("-./년 "), st.integers(0, 99), st.sampled_from("-./월 "), st.integers(0, 99),
    st.sampled_from(["", "일", " 24:00", " 오후 13:99", "T25:61:61Z", "T09:12+99:99", " 12:00:60.9999999999"]),
)  # fmt: skip
CELLS = st.one_of(SUMS, DAYS, st.text(max_size=30), st.sampled_from(["", "NaN", "inf", "#REF!", "=1+1", "Y", "○"]))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(cells=st.lists(CELLS, min_size=1, max_size=20))
def test_a_cell_is_a_value_or_told_in_words(cells: list[str]) -> None:
    """Whatever is typed where a sum, a day or a yes belongs: each row is used or refused, and a refused one says why."""
    cells = [cell.encode("utf-8", "replace").decode() for cell in cells]
    columns = tuple(Column(kind, kind, kind, nullable=True) for kind in TYPES)
    raw = pa.table({kind: pa.array(cells, pa.string()) for kind in TYPES})
    found = checking.check(raw, Table("any", "자료", "none", (Column("none", "번호"), *columns)))
    assert found.rows.num_rows + found.rejected.num_rows == found.total
    assert all(found.rejected["why"].to_pylist())
    checking.rejected_csv(found)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(st.lists(CELLS, max_size=6), max_size=12), delimiter=st.sampled_from(",;\t|"), end=st.sampled_from(["\n", "\r\n", "\r"]), quote=st.booleans(), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp949"]))  # fmt: skip
def test_a_made_up_table_is_read_or_told_in_words(
    rows: list[list[str]], delimiter: str, end: str, quote: bool, encoding: str
) -> None:
    mark = '"' if quote else ""
    text = end.join(delimiter.join(f"{mark}{cell}{mark}" for cell in row) for row in rows)
    try:
        table = reading.read(text.encode(encoding, "replace"), "자료.csv")
    except reading.TableError as error:
        told = str(error)
    else:
        told = "「자료.csv」: 십시오." if len({*table.column_names}) == table.num_columns else "twice the same name"
    assert told.startswith("「자료.csv」: ")
    assert told.rstrip(".").endswith("십시오")
