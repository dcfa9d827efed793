"""Exports: readable in Excel, faithful, and never a formula."""

import csv
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from lib.tables import export


def read_csv(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))


def read_xlsx(data: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()


def dangerous(cell: str) -> bool:
    """Whether a program may take the cell for a formula: told apart from ``export`` on purpose."""
    if cell[:1] in ("\t", "\r", "\n"):
        return True
    rest = cell.lstrip(
        "".join(chr(c) for c in range(0x21)) + "\x7f\x85\xa0\u200b\u200c\u200d\u2060\u3000\ufeff\u00ad\u200e\u202e"
    )
    if not rest or rest[0] not in "=+-@＝＋－＠":
        return False
    return not (cell[0] == "-" and cell[1:].replace(",", "").replace(".", "", 1).isdecimal())


ATTACKS = [
    "=1+1",
    "+82-10-1234-5678",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "\t=1",
    "\tabc",
    "\rabc",
    "\n",
    "  =1",
    "\u200b=1",
    "\ufeff=1",
    "\x00=1",
    "\x0b\x1f=1",
    "\u202e\u3000=1",
    "-12.5x",
    "--1",
    "-",
    '=HYPERLINK("http://example.invalid")',
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_disarmed(attack: str) -> None:
    rows = [{"값": attack, attack: "머리글"}]
    for table in (read_csv(export.to_csv(rows)), read_xlsx(export.to_xlsx(rows, "시트"))):
        assert not any(dangerous(str(cell)) for row in table for cell in row)
        assert table[1][0].startswith("'")


@given(st.text(), st.text(alphabet="=+-@＝＋－＠\t\r\n\x00\x0b \u200b\ufeff\u202e\u00ad'1.,a_x03D", max_size=8))
@example("_x003D_1+1", "\x01=1")
@example("\ud800=1", "\ufffe=1")
@hypothesis_settings(max_examples=300)
def test_no_text_becomes_a_formula(text: str, shady: str) -> None:
    rows = [{"ㄱ": text, "ㄴ": shady}, {"ㄱ": shady + text, "ㄴ": "끝"}]
    for table in (read_csv(export.to_csv(rows)), read_xlsx(export.to_xlsx(rows, "자료"))):
        assert len(table) == 3
        assert not any(dangerous(str(cell)) for row in table for cell in row)


@given(st.text(alphabet=st.characters(categories=["L", "N", "Po"], exclude_characters="@\ufffe\uffff")))
def test_harmless_text_is_left_alone(text: str) -> None:
    if unicodedata.normalize("NFKC", text)[:1] in ("=", "+", "-", "@"):
        return
    assert read_csv(export.to_csv([{"a": "x", "b": text}]))[1][1] == text


def test_numbers_stay_numbers() -> None:
    rows = [
        {"정수": -3, "실수": -1.5, "십진": Decimal("-2.50"), "넘파이": np.int64(-7), "글": "-12.5", "쉼표": "-1,234.5"}
    ]
    assert read_csv(export.to_csv(rows))[1] == ["-3", "-1.5", "-2.50", "-7", "-12.5", "-1,234.5"]
    assert read_xlsx(export.to_xlsx(rows, "수"))[1] == [-3, -1.5, -2.5, -7, "-12.5", "-1,234.5"]


def test_kinds_of_cells() -> None:
    rows = pd.DataFrame(
        {
            "시각": [datetime(2026, 6, 30, 15, 30, tzinfo=UTC), None],
            "날짜": [date(2026, 6, 30), None],
            "참": [True, False],
            "수": [1.0, float("nan")],
            "큰수": [12345678901234567890, 5],
            "끝없음": [float("-inf"), float("inf")],
        },
        dtype=object,
    )
    assert read_csv(export.to_csv(rows))[1:] == [
        ["2026-07-01 00:30:00", "2026-06-30", "True", "1.0", "12345678901234567890", "'-inf"],
        ["", "", "False", "", "5", "inf"],
    ]
    assert read_xlsx(export.to_xlsx(rows, "종류"))[1:] == [
        ["2026-07-01 00:30:00", "2026-06-30", True, 1.0, "12345678901234567890", "'-inf"],
        ["", "", False, "", 5.0, "inf"],
    ]
    stamps = pd.DataFrame({"시각": pd.to_datetime(["2026-06-30 15:30", None]).tz_localize("UTC")})
    assert read_csv(export.to_csv(stamps)) == [["시각"], ["2026-07-01 00:30:00"], [""]]


def test_lines_within_a_cell() -> None:
    rows = [{"설명": '첫째 줄\n둘째, "줄"\r\n셋째', "다음": "한글"}]
    assert read_csv(export.to_csv(rows))[1] == ['첫째 줄\n둘째, "줄"\r\n셋째', "한글"]
    assert read_xlsx(export.to_xlsx(rows, "줄"))[1] == ['첫째 줄\n둘째, "줄"\n셋째', "한글"]


@pytest.mark.parametrize("text", ["가" * 40_000, "😀" * 20_000])
def test_a_cell_is_cut_at_what_excel_holds(text: str) -> None:
    cell = read_xlsx(export.to_xlsx([{"긴글": text}], "긴글"))[1][0]
    assert cell.endswith("…")
    assert 32_760 < len(cell.encode("utf-16-le")) // 2 <= 32_767
    assert read_csv(export.to_csv([{"긴글": text}]))[1][0] == text


def test_no_rows_leaves_the_header() -> None:
    empty = pd.DataFrame(columns=["건번호", "상태"])
    assert read_csv(export.to_csv(empty)) == [["건번호", "상태"]]
    assert read_xlsx(export.to_xlsx(empty, "사건")) == [["건번호", "상태"]]
    assert read_csv(export.to_csv([])) == []
    assert read_xlsx(export.to_xlsx([], "사건")) == []


def test_columns_of_uneven_rows_and_the_same_name_twice() -> None:
    assert read_csv(export.to_csv([{"a": 1}, {"b": 2}])) == [["a", "b"], ["1", ""], ["", "2"]]
    twice = pd.DataFrame([[1, 2]], columns=["a", "a"])
    assert read_csv(export.to_csv(twice)) == [["a", "a"], ["1", "2"]]


def test_the_header_is_frozen_and_bold() -> None:
    with ZipFile(BytesIO(export.to_xlsx([{"제목": "값"}], "사건"))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert 'state="frozen"' in sheet
        assert "<b/>" in book.read("xl/styles.xml").decode()
        assert "<f>" not in sheet


@pytest.mark.parametrize(
    ("asked", "given_name"),
    [
        ("사건 목록", "사건 목록"),
        ("a/b:c*d?[e]\\f", "a b c d  e  f"),
        ("'따옴표'", "따옴표"),
        ("", "자료"),
        ("History", "자료"),
        ("가" * 40, "가" * 31),
    ],
)
def test_sheet_names(asked: str, given_name: str) -> None:
    book = CalamineWorkbook.from_filelike(BytesIO(export.to_xlsx([{"a": 1}], asked)))
    assert book.sheet_names == [given_name]


def test_too_many_rows_for_a_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "ROW_LIMIT", 3)
    with pytest.raises(ValueError, match="CSV로"):
        export.to_xlsx([{"a": n} for n in range(3)], "a")
