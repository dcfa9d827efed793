"""Forms to start from: they say what is wanted, keep codes, and the filled one passes its own check."""

import io
from importlib import import_module
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from lib.tables import template
from lib.tables.checking import check
from lib.tables.contract import Column, Kind, Table
from lib.tables.reading import read

KEY = Column("no", "번호", example="0001", aliases=("일련번호",))
SAMPLE = Table(
    "sales",
    "판매 내역",
    "no",
    (
        KEY,
        Column("sold_at", "판매일시", "datetime"),
        Column("amount", "금액(원)", "integer", at_least=1000),
        Column("kind", "구분", choices={"01": "현장", "02": "인도장"}),
        Column("pccc", "개인통관고유부호", pattern=r"P\d{12}", expected="P와 숫자 12자리", example="P012345678901"),
        Column("memo", "비고", required=False, nullable=True),
        Column("formula", "전화", example="+82-10-0000-1234"),
    ),
)


def sheets(data: bytes) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_form_has_korean_headers_and_a_guide() -> None:
    pages = sheets(template.template_xlsx(SAMPLE))
    assert list(pages) == ["판매 내역", "설명"]
    assert pages["판매 내역"] == [[column.title for column in SAMPLE.columns]]
    said = {row[0]: row for row in pages["설명"][1:]}
    assert said["판매일시"][1:3] == ["날짜와 시각", "필수"]
    assert said["비고"][2] == "없어도 됨"
    assert "01(현장)" in str(said["구분"][3])
    assert "P와 숫자 12자리" in str(said["개인통관고유부호"][3])
    assert "일련번호" in str(said["번호"][5])


def test_empty_forms_are_read_as_empty_tables() -> None:
    for data in (template.template_xlsx(SAMPLE), template.template_csv(SAMPLE)):
        checked = check(read(data), SAMPLE)
        assert (checked.total, checked.violations, checked.unused) == (0, (), ())


def test_the_example_keeps_codes_and_passes() -> None:
    checked = check(read(template.example_xlsx(SAMPLE)), SAMPLE)
    assert checked.violations == ()
    (row,) = checked.rows.to_pylist()
    assert (row["no"], row["kind"], row["amount"], row["formula"]) == ("0001", "01", 1000, "+82-10-0000-1234")


def columns(kind: Kind, n: int) -> st.SearchStrategy[Column]:
    number = kind in template.NUMBERS
    return st.builds(
        Column,
        name=st.just(f"c{n}"),
        title=st.just(f"제목 {n}({'원' if number else '값'})"),
        kind=st.just(kind),
        required=st.booleans(),
        nullable=st.booleans(),
        choices=st.just({}) if kind != "text" else st.sampled_from([{}, {"A": "가"}, {"001": "가,나", "002": "다"}]),
        at_least=st.none() if not number else st.none() | st.integers(-5, 5),
        at_most=st.none() if not number else st.none() | st.integers(6, 9),
        personal=st.booleans(),
    )


@given(st.lists(st.sampled_from(get_args(Kind)), min_size=1, max_size=6).flatmap(
    lambda kinds: st.tuples(*(columns(kind, n) for n, kind in enumerate(kinds)))
))  # fmt: skip
@hypothesis_settings(max_examples=12)
def test_every_filled_example_passes_its_own_check(drawn: tuple[Column, ...]) -> None:
    table = Table("t", "표", "no", (KEY, *drawn))
    checked = check(read(template.example_xlsx(table)), table)
    assert checked.violations == ()
    assert len(checked.rows) == 1


@pytest.mark.parametrize(
    "entry", ["duty_free", "pccc_theft", "fetch", "address_reading", "origin_laundering", "bonded_cargo"]
)
def test_the_forms_of_an_entry_open_and_their_examples_pass(entry: str) -> None:
    for table in import_module(f"lib.entries.{entry}.tables").TABLES.values():
        checked = check(read(template.example_xlsx(table)), table)
        assert checked.violations == (), table.title
        assert len(checked.rows) == 1
        assert check(read(template.template_xlsx(table)), table).total == 0
