"""Contracts: usable rows go on typed, every violation is told in Korean at once, nothing is lost on the way."""

import csv
import io
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from lib.tables import checking, export
from lib.tables.checking import Checked, Violation, check, rejected_csv, violation_rows, violations_csv
from lib.tables.contract import Column, Table
from lib.tables.reading import TableError, read

TABLE = Table(
    "sales",
    "판매 내역",
    "no",
    (
        Column("no", "번호", aliases=("일련번호", "연번")),
        Column("count", "수량(개)", "integer", nullable=True, at_least=0, at_most=2000),
        Column("amount", "금액", "number", nullable=True),
        Column("day", "판매일", "date", nullable=True, aliases=("판매일자",)),
        Column("at", "판매일시", "datetime", nullable=True),
        Column("yes", "현장인도 여부", "flag", nullable=True),
        Column("kind", "구분", nullable=True, choices={"01": "현장 인도", "2": "인도장"}),
        Column("code", "부호", nullable=True, pattern=r"P\d{3}", expected="P와 숫자 3자리", personal=True),
        Column("memo", "비고", required=False, nullable=True),
        Column("who", "판매원", required=False),
    ),
)
REQUIRED = [column.title for column in TABLE.columns if column.required]


def sheet(*rows: dict[str, str], headers: list[str] = REQUIRED) -> pa.Table:
    """A raw table as read from a CSV file; rows without a number get one."""
    cells = [{"번호": f"N{n}", **row} for n, row in enumerate(rows, 1)]
    return pa.table({header: pa.array([row.get(header) or None for row in cells], pa.string()) for header in headers})


def one(header: str, cell: str) -> Any:
    checked = check(sheet({header: cell}), TABLE)
    assert checked.violations == (), checked.violations
    (name,) = (column.name for column in TABLE.columns if column.title == header)
    return checked.rows[name].to_pylist()[0]


def told(checked: Checked) -> list[tuple[int, str, str, str]]:
    return [(v.row_no, v.column, v.found, v.expected) for v in checked.violations]


# what counts as a value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,234원", 1234), ("₩1,234", 1234), ("￦ 1,234", 1234), ("$12", 12), ("１２", 12), ("1234.00", 1234),
        ("007", 7), ("△0", 0), ("  5 개 ", 5), ("+3", 3),
    ],
)  # fmt: skip
def test_korean_integers(cell: str, value: int) -> None:
    assert one("수량(개)", cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("-1,234.5", -1234.5),
        ("△1,000", -1000),
        ("(1,000)", -1000),
        ("−2", -2),
        ("₩-3", -3),
        ("1.5e3", 1500),
        ("$0.10", 0.1),
    ],
)
def test_korean_numbers(cell: str, value: float) -> None:
    assert one("금액", cell) == value


@pytest.mark.parametrize(
    "cell", ["x", "1,23", "12,34", "nan", "inf", "1e999", "--1", "(-1)", "1 234", "=1+1", "1.2.3", "١"]
)
def test_what_is_no_number(cell: str) -> None:
    assert told(check(sheet({"금액": cell}), TABLE)) == [(2, "금액", cell, "수 (예: 1,234.5)")]


@pytest.mark.parametrize(
    "cell",
    [
        "2026-06-30", "2026.6.30", "2026. 6. 30.", "20260630", "2026/06/30 14:05", "2026년 6월 30일", "2026년6월30일(화)",
        "46203", "46203.5", "２０２６-06-30", "2026-06-30T23:59:59", "2026-06-29T15:00:00Z",
    ],
)  # fmt: skip
def test_korean_dates(cell: str) -> None:
    assert one("판매일", cell) == date(2026, 6, 30)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-06-30 14:05", "2026/06/30 14:05:00", "2026.6.30 14:05", "202606301405", "20260630140500", "2026-06-30T14:05",
        "2026년 6월 30일 14시 5분", "2026. 6. 30. 오후 2:05", "2026-06-30 2:05 PM", "2026-06-30T05:05:00Z",
        "2026-06-30T14:05:00+09:00", "2026-06-30T01:35-03:30", "46203.586805556",
    ],
)  # fmt: skip
def test_korean_moments(cell: str) -> None:
    assert one("판매일시", cell) == datetime(2026, 6, 30, 14, 5)


@pytest.mark.parametrize(
    "cell",
    ["2026-02-29", "2026-13-01", "2026-00-10", "20260631", "26-06-30", "260630", "30/06/2026", "2026-06-30 24:00",
     "2026-06-30 14:60", "2026-06-30 13:00 PM", "1234", "99999", "어제", "0000-00-00", "2026-6"],
)  # fmt: skip
def test_what_is_no_date(cell: str) -> None:
    for header, expected in (("판매일", "날짜 (예: 2026-06-30)"), ("판매일시", "날짜와 시각 (예: 2026-06-30 14:05)")):
        assert told(check(sheet({header: cell}), TABLE)) == [(2, header, cell, expected)]


@given(st.datetimes(datetime(1955, 1, 1), datetime(2099, 12, 31)).map(lambda moment: moment.replace(microsecond=0)))
@hypothesis_settings(max_examples=60)
def test_every_moment_survives_each_way_of_writing_it(moment: datetime) -> None:
    serial = (moment - datetime(1899, 12, 30)).total_seconds() / 86_400
    forms = [
        f"{moment:%Y-%m-%d %H:%M:%S}", f"{moment:%Y%m%d%H%M%S}", f"{moment:%Y.%m.%d %H:%M:%S}", f"{serial:.9f}",
        f"{moment.year}년 {moment.month}월 {moment.day}일 {moment.hour}시 {moment.minute}분 {moment.second}초",
        f"{moment:%Y-%m-%d} {'오전' if moment.hour < 12 else '오후'} {moment:%I:%M:%S}",
    ]  # fmt: skip
    checked = check(sheet(*({"판매일시": form, "판매일": form} for form in forms)), TABLE)
    assert checked.violations == ()
    assert set(checked.rows["at"].to_pylist()) == {moment}
    assert set(checked.rows["day"].to_pylist()) == {moment.date()}


def test_flags_and_choices_by_code_or_meaning() -> None:
    assert [one("현장인도 여부", cell) for cell in ("Y", "예", "O", "○", "1", "true", "유")] == [True] * 7
    assert [one("현장인도 여부", cell) for cell in ("n", "아니오", "아니요", "X", "×", "0", "FALSE")] == [False] * 7
    assert [one("구분", cell) for cell in ("01", "1", "현장 인도", "현장인도", "2", "인도장")] == ["01"] * 4 + ["2"] * 2
    assert told(check(sheet({"구분": "3", "현장인도 여부": "?"}), TABLE)) == [
        (2, "현장인도 여부", "?", "예 또는 아니오 (Y, N)"),
        (2, "구분", "3", "다음 중 하나: 01(현장 인도), 2(인도장)"),
    ]


def test_text_is_composed_and_stripped_and_codes_keep_their_zeros() -> None:
    raw = sheet({"번호": " 0012\u3000", "비고": unicodedata.normalize("NFD", "각하")}, headers=[*REQUIRED, "비고"])
    row = check(raw, TABLE).rows.to_pylist()[0]
    assert (row["no"], row["memo"]) == ("0012", "각하")


def test_formulas_are_text_and_come_back_from_our_exports_unchanged() -> None:
    memos = ["=1+1", "+82-10-0000-1234", "@x", "-a", "'quoted'", "＝1"]
    raw = read(
        export.to_csv([{**dict.fromkeys(REQUIRED, ""), "번호": f"N{n}", "비고": memo} for n, memo in enumerate(memos)])
    )
    assert check(raw, TABLE).rows["memo"].to_pylist() == memos
    assert one("번호", "=cmd|' /C calc'!A0") == "=cmd|' /C calc'!A0"


# what is told


def test_all_violations_of_all_rows_are_told_at_once_and_usable_rows_go_on() -> None:
    raw = sheet(
        {"번호": "A", "수량(개)": "3", "부호": "P123"},
        {"번호": "A", "수량(개)": "2001", "부호": "p12"},
        {"번호": " ", "수량(개)": "1.5", "판매일": "2026-02-30"},
        {"번호": "B", "수량(개)": "-1", "현장인도 여부": "글쎄"},
        {"번호": "C"},
    )
    checked = check(raw, TABLE)
    assert told(checked) == [
        (3, "번호", "A", "다른 행과 겹치지 않는 값 (2행과 같음)"),
        (3, "수량(개)", "2001", "0 이상 2,000 이하"),
        (3, "부호", "p12", "P와 숫자 3자리"),
        (4, "번호", "(빈칸)", "빈칸이 아닌 값"),
        (4, "수량(개)", "1.5", "정수 (예: 1,234)"),
        (4, "판매일", "2026-02-30", "날짜 (예: 2026-06-30)"),
        (5, "수량(개)", "-1", "0 이상 2,000 이하"),
        (5, "현장인도 여부", "글쎄", "예 또는 아니오 (Y, N)"),
    ]
    assert checked.rows["no"].to_pylist() == ["A", "C"]
    assert checked.rows["row_no"].to_pylist() == [2, 6]
    assert checked.rejected["row_no"].to_pylist() == [3, 4, 5]
    assert (
        checked.rejected["why"].to_pylist()[2]
        == "「수량(개)」 -1 → 0 이상 2,000 이하; 「현장인도 여부」 글쎄 → 예 또는 아니오 (Y, N)"
    )
    assert (checked.total, checked.violation_count) == (5, 8)
    assert checked.rows.schema.remove_metadata() == checking.schema(TABLE).append(pa.field("row_no", pa.int64()))
    assert checked.absent == ("비고", "판매원")


def test_too_many_cells_are_told_and_blank_rows_are_not_counted() -> None:
    text = ",".join(REQUIRED) + "\nA,1,,,,,,\n\n,,,,,,,\nB,1,234,2026-06-30,,,,P123,넘침\n"
    checked = check(read(text.encode()), TABLE)
    assert checked.total == 2
    assert checked.rows["row_no"].to_pylist() == [2]
    assert checked.violations[0] == Violation(
        5, "칸 수", "머리글보다 많은 칸: 넘침", "머리글과 같은 칸 수 (쉼표가 든 값은 따옴표로 묶습니다)"
    )


def test_a_total_under_the_table_is_told_though_our_columns_are_blank() -> None:
    raw = sheet({"번호": "A"}, {"번호": "", "합계": "총 1건"}, headers=[*REQUIRED, "합계"])
    checked = check(raw, TABLE)
    assert told(checked) == [(3, "번호", "(빈칸)", "빈칸이 아닌 값")]
    assert checked.unused == ("합계",)


def test_an_absent_optional_column_is_null_though_its_cells_may_not_be_empty() -> None:
    assert check(sheet({}), TABLE).rows["who"].to_pylist() == [None]
    assert told(check(sheet({}, headers=[*REQUIRED, "판매원"]), TABLE)) == [(2, "판매원", "(빈칸)", "빈칸이 아닌 값")]


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"번호": f"N{n % 7}", "수량(개)": "x" if n % 3 else "1", "비고": "가" if n % 4 else ""} for n in range(20)]
    raw = sheet(*rows, headers=[*REQUIRED, "비고"])
    whole = check(raw, TABLE)
    monkeypatch.setattr(checking, "CHUNK", 3)
    parts = check(raw, TABLE)
    assert told(parts) == told(whole)
    assert parts.rows.equals(whole.rows)
    assert parts.rejected.equals(whole.rejected)
    assert len(parts.rows) + len(parts.rejected) == parts.total == 20


def test_more_violations_than_are_told_one_by_one_are_counted_and_all_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "MOST_TOLD", 2)
    checked = check(sheet(*({"금액": "x"} for _ in range(5))), TABLE)
    assert (len(checked.violations), checked.violation_count, len(checked.rejected)) == (2, 5, 5)
    assert all(checked.rejected["why"].to_pylist())


# headers


def test_headers_are_known_by_title_name_or_alias_whatever_their_dress() -> None:
    dressed = ["연 번", "수량", "ＡＭＯＵＮＴ", "판매 일자", "*판매일시", "현장인도여부 (Y/N)", "구분[코드]", "부호\n"]
    raw = sheet({}, headers=REQUIRED).rename_columns([" ".join(name.split()) for name in dressed])
    assert len(check(raw, TABLE).rows) == 1


def test_a_title_outranks_an_alias() -> None:
    raw = sheet({"번호": "A"}, headers=["연번", *REQUIRED])
    assert check(raw, TABLE).rows["no"].to_pylist() == ["A"]
    assert check(raw, TABLE).unused == ("연번",)


def test_missing_columns_are_told_all_at_once_with_the_nearest_header() -> None:
    with pytest.raises(TableError) as refused:
        check(read("번호,수량,금엑,판매일,판메일시\n".encode()), TABLE)
    said = str(refused.value)
    assert "「금액」 (비슷한 열: 「금엑」)" in said
    assert "「판매일시」 (비슷한 열: 「판메일시」)" in said
    assert "「부호」" in said
    assert "「수량(개)」" not in said
    assert "「비고」" not in said


def test_a_column_given_twice_is_refused() -> None:
    for headers in (["번호", *REQUIRED], [*(h for h in REQUIRED if h != "번호"), "연번", "일련번호"]):
        with pytest.raises(TableError, match="하나만 남"):
            check(read((",".join(headers) + "\n").encode()), TABLE)


# every format


texts = st.text(st.sampled_from("가나다AZ09 ,;\"'\n=+-@0"), min_size=1, max_size=8).filter(
    lambda text: text.strip() == text and text[0] != "'"  # "'=" is how our exports write "="
)
rows = st.fixed_dictionaries(
    {
        "번호": st.uuids().map(str),
        "수량(개)": st.none() | st.integers(0, 2000),
        "금액": st.none() | st.decimals(-(10**9), 10**9, places=2).map(Decimal.normalize).map(float),
        "판매일": st.none() | st.dates(date(1955, 1, 1), date(2099, 1, 1)),
        "판매일시": st.none()
        | st.datetimes(datetime(1955, 1, 1), datetime(2099, 1, 1)).map(lambda m: m.replace(microsecond=0)),
        "현장인도 여부": st.none() | st.booleans(),
        "구분": st.none() | st.sampled_from(["01", "2"]),
        "부호": st.none() | st.from_regex(r"P[0-9]{3}", fullmatch=True),
        "비고": st.none() | texts,
    }
)


def in_every_format(drawn: list[dict[str, Any]], workbook: bool) -> list[bytes]:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(drawn[0]), delimiter="\t")
    writer.writeheader()
    writer.writerows(drawn)
    parquet = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(drawn), parquet)
    made = [file.getvalue().encode("cp949"), file.getvalue().encode(), export.to_csv(drawn), parquet.getvalue()]
    return [*made, export.to_xlsx(drawn, "자료")] if workbook else made


def same_in_every_format(drawn: list[dict[str, Any]], workbook: bool) -> None:
    expected = [{column.name: row.get(column.title) for column in TABLE.columns} for row in drawn]
    for data in in_every_format(drawn, workbook):
        checked = check(read(data), TABLE)
        assert told(checked) == []
        assert checked.rows.drop_columns(["row_no"]).to_pylist() == expected


@given(st.lists(rows, min_size=1, max_size=5))
@hypothesis_settings(max_examples=40)
def test_rows_come_out_the_same_from_text_and_parquet(drawn: list[dict[str, Any]]) -> None:
    same_in_every_format(drawn, workbook=False)


@given(st.lists(rows, min_size=1, max_size=5))
@hypothesis_settings(max_examples=5)
def test_rows_come_out_the_same_from_a_workbook(drawn: list[dict[str, Any]]) -> None:
    same_in_every_format(drawn, workbook=True)


def test_typed_parquet_columns_are_taken_as_they_are() -> None:
    file = io.BytesIO()
    pq.write_table(
        pa.table(
            {
                "번호": pa.array([12, 13], pa.int32()),
                "수량(개)": pa.array([3.0, 2.5]),
                "금액": pa.array([Decimal("1.25"), None]),
                "판매일": pa.array([datetime(2026, 6, 29, 15), None], pa.timestamp("ns", "UTC")),
                "판매일시": pa.array([datetime(2026, 6, 29, 15), None], pa.timestamp("ms", "UTC")),
                "현장인도 여부": [True, None],
                "구분": pa.array(["현장인도", None]).dictionary_encode(),
                "부호": pa.nulls(2),
            }
        ),
        file,
    )
    checked = check(read(file.getvalue()), TABLE)
    assert told(checked) == [(3, "수량(개)", "2.5", "정수 (예: 1,234)")]
    row = checked.rows.to_pylist()[0]
    assert (row["no"], row["count"], row["amount"], row["kind"]) == ("12", 3, 1.25, "01")
    assert (row["day"], row["at"]) == (date(2026, 6, 30), datetime(2026, 6, 30))


# downloads


def test_violations_and_rejected_rows_download_and_the_mended_file_goes_in_again() -> None:
    checked = check(sheet({"번호": "0001", "부호": "Q999", "금액": "=x"}, {"번호": "0002"}), TABLE)
    assert [row["들어 있는 값"] for row in violation_rows(checked)] == ["=x", "Q999"]
    assert [row["들어 있는 값"] for row in violation_rows(checked, masked=True)] == ["=x", "Q***"]
    assert "'=x" in violations_csv(checked).decode()
    mended = (
        rejected_csv(checked).decode().replace("Q999", "P999").replace("'=x", "1,000").replace(",1,000,", ',"1,000",')
    )
    again = check(read(mended.encode()), TABLE)
    assert again.violations == ()
    assert again.rows["no"].to_pylist() == ["0001"]
    assert again.unused == ("원래 행", "제외 사유")


def test_rows_of_a_file_without_numbers_are_named_by_their_place_in_the_sheet() -> None:
    headers = [title for title in REQUIRED if title != "번호"]
    rows = sheet({"수량(개)": "3"}, {}, {"수량(개)": "많음"}, {"수량(개)": "5"}, headers=headers)
    checked = check(rows, TABLE)
    assert checked.rows["no"].to_pylist() == ["2행", "5행"]
    assert [violation.row_no for violation in checked.violations] == [4]


SPARING = Table(
    "moves",
    "이동",
    "no",
    (
        Column("no", "번호", required=False),
        Column("place", "장소부호", pattern=r"[0-9A-Z]{8}", code=True, width=8),
        Column("count", "개수", "integer", nullable=True, spare=True, at_least=0),
        Column("way", "운송", nullable=True, spare=True, choices={"A": "항공"}),
    ),
)


def test_a_cell_that_is_not_needed_is_told_and_left_empty_and_its_row_stays() -> None:
    raw = pa.table({"장소부호": ["04077013"] * 3, "개수": ["10 CT", "-1", "3"], "운송": ["육상", "A", "항공"]})
    checked = check(raw, SPARING)
    assert checked.rows.select(["count", "way"]).to_pylist() == [
        {"count": None, "way": None}, {"count": None, "way": "A"}, {"count": 3, "way": "A"},
    ]  # fmt: skip
    assert checked.violation_count == len(checked.violations) == 3
    assert checked.rejected.num_rows == 0


def test_a_code_is_read_however_it_is_typed_and_whatever_a_spreadsheet_ate_of_it() -> None:
    raw = pa.table(
        {"장소부호": ["4077013", " 0407 7013", "0407701a", "407701"], "개수": [None] * 4, "운송": [None] * 4}
    )
    checked = check(raw, SPARING)
    assert checked.rows["place"].to_pylist() == ["04077013", "04077013", "0407701A"]
    assert checked.rejected.num_rows == 1, "two digits short is no code"


def test_a_file_of_headers_alone_is_an_empty_table() -> None:
    assert (
        check(
            read(
                b"\xea\xb0\x9c\xec\x88\x98,\xec\x9a\xb4\xec\x86\xa1,\xec\x9e\xa5\xec\x86\x8c\xeb\xb6\x80\xed\x98\xb8\n",
                "빈.csv",
            ),
            SPARING,
        ).rows.num_rows
        == 0
    )
