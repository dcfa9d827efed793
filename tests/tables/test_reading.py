"""Officers' files: told by content, every cell as shown, every refusal one Korean sentence that says what to do."""

import contextlib
import csv
import io
import re
import zipfile
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from lib.tables import export, workbook
from lib.tables.reading import OVERFLOW, TableError, place, read

words = st.text(st.sampled_from('가나다힣abcXYZ019 ,;|\t"\n.-()'), max_size=12).map(str.strip)
tables = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(words, min_size=width, max_size=width).filter(any), max_size=8)
)


def written(rows: list[list[str]], delimiter: str = ",") -> str:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerows(rows)
    return file.getvalue()


def book(cells: dict[tuple[int, int], object], cover: bool = False) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False}) as made:
        if cover:
            made.add_worksheet("표지").write(0, 0, "판매 내역 보고")
        sheet = made.add_worksheet("자료")
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        moment = made.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for (row, column), cell in cells.items():
            if isinstance(cell, datetime):
                sheet.write_datetime(row, column, cell, moment)
            elif isinstance(cell, date):
                sheet.write_datetime(row, column, cell, day)
            else:
                sheet.write(row, column, cell)
    return file.getvalue()


def rows_of(table: pa.Table) -> list[list[str | None]]:
    return [list(row.values()) for row in table.to_pylist()]


@given(tables, st.sampled_from(",\t;|"), st.sampled_from(["utf-8", "utf-8-sig", "cp949", "utf-16"]))
@hypothesis_settings(max_examples=150)
def test_every_delimiter_and_encoding_gives_the_cells_back(
    rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    header = [f"열{n}" for n in range(len(rows[0]) if rows else 3)]
    table = read(written([header, *rows], delimiter).encode(encoding))
    assert table.column_names == header
    assert rows_of(table) == [[cell or None for cell in row] for row in rows]


@given(tables)
@hypothesis_settings(max_examples=6)
def test_a_workbook_gives_the_cells_back(rows: list[list[str]]) -> None:
    header = [f"열{n}" for n in range(len(rows[0]) if rows else 3)]
    cells = {(r, c): cell for r, row in enumerate([header, *rows]) for c, cell in enumerate(row)}
    assert rows_of(read(book(cells))) == [[cell or None for cell in row] for row in rows]


def test_a_mostly_ascii_cp949_file() -> None:
    lines = [f"{n},plain ascii text {n}" for n in range(60_000)]
    data = "\r\n".join(["no,memo", *lines, "끝,서울세관 똠방각하"]).encode("cp949")
    table = read(data)
    assert table.num_rows == 60_001
    assert rows_of(table)[-1] == ["끝", "서울세관 똠방각하"]


def test_titles_above_the_header_and_blank_rows_keep_the_sheet_rows(tmp_path: Path) -> None:
    text = "판매내역 (2026년 6월),\r\n\r\n조회일,2026-06-30\r\n번호\t이름\t금액\r\n1\t가\t1,000\r\n\r\n2\t나\t2,000\r\n"
    path = tmp_path / "noname"
    path.write_bytes(text.encode("cp949"))
    cells = {
        (3, 0): "번호",
        (3, 1): "이름",
        (3, 2): "금액",
        (4, 0): 1,
        (4, 1): "가",
        (6, 0): 2,
        (6, 1): "나",
        (0, 0): "판매내역",
    }
    for table in (read(path), read(book(cells, cover=True))):
        assert table.column_names == ["번호", "이름", "금액"]
        assert place(table) == 5
        assert [row[:2] for row in rows_of(table)] == [["1", "가"], [None, None], ["2", "나"]]


def test_rows_with_other_numbers_of_cells_stay_in_place() -> None:
    table = read('이름,금액,비고\n가,1,"두\n줄"\n나,1,234,\n다\n라,2,,\n마,3,끝\n'.encode())
    assert rows_of(table) == [
        ["가", "1", "두\n줄"],
        ["나", "1", "234"],
        ["다", None, None],
        ["라", "2", None],
        ["마", "3", "끝"],
    ]
    over = read("이름,금액\n가,1\n나,1,234\n다,3\n라,4\n".encode())
    assert over[OVERFLOW].to_pylist() == [None, "234", None, None]
    assert over["이름"].to_pylist() == ["가", "나", "다", "라"]


def test_cells_of_a_workbook_read_as_the_sheet_shows_them() -> None:
    shown = [
        ("0012", "0012"),
        (1234.0, "1234"),
        (12.5, "12.5"),
        (date(2026, 6, 30), "2026-06-30"),
        (datetime(2026, 6, 30, 14, 5), "2026-06-30 14:05:00"),
        (True, "TRUE"),
        ("=1+1", "=1+1"),
        (880_000_000_001.0, "880000000001"),
    ]
    cells: dict[tuple[int, int], object] = {(0, n): f"열{n}" for n in range(len(shown))}
    cells |= {(1, n): cell for n, (cell, _) in enumerate(shown)}
    assert rows_of(read(book(cells))) == [[text for _, text in shown]]


def test_our_own_exports_are_read_back() -> None:
    rows = [{"번호": "0001", "이름": '가, "나"\n다'}, {"번호": "0002", "이름": ""}]
    expected = [["0001", '가, "나"\n다'], ["0002", None]]
    assert rows_of(read(export.to_csv(rows))) == expected
    assert rows_of(read(export.to_xlsx(rows, "자료"))) == expected


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    table = pa.table({"이름": ["가", None], "수": [1, 2], "날": [date(2026, 6, 30), None]})
    pq.write_table(table, tmp_path / "x.csv")
    assert read(tmp_path / "x.csv").equals(table)


def test_headers_met_again_or_left_blank_are_named() -> None:
    assert read("이름,이름,,비고,\n가,나,다,라,\n".encode()).column_names == [
        "이름",
        "이름 (2)",
        "(이름 없음 3)",
        "비고",
    ]


def test_a_header_without_rows() -> None:
    assert rows_of(read("번호,이름\n".encode())) == []
    assert read("번호,이름".encode()).column_names == ["번호", "이름"]
    assert read(book({(0, 0): "번호", (0, 1): "이름"})).column_names == ["번호", "이름"]


def zipped(name: str, data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return file.getvalue()


def lying(data: bytes) -> bytes:
    """The workbook with its largest entry's size understated in the directory."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size.to_bytes(4, "little")
    at = data.rindex(b"PK\x01\x02", 0, data.index(b"xl/worksheets/sheet1.xml", data.index(b"PK\x01\x02")))
    return data[:at] + data[at:].replace(size, (64).to_bytes(4, "little"), 1)


def scrambled(data: bytes) -> bytes:
    """The workbook with the compressed bytes of its sheet overwritten."""
    at = data.index(b"xl/worksheets/sheet1.xml") + len("xl/worksheets/sheet1.xml")
    return data[:at] + b"\xff" * 20 + data[at + 20 :]


SHEET = book({(0, 0): "번호", (0, 1): "이름", **{(n, 0): n for n in range(1, 200)}})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "내용이 없는"),
        (b"\n , \n\n", "내용이 없는"),
        (bytes(range(256)) * 4, "읽을 수 없는"),
        (b"a,b\n\x81\xff,2\n", "읽을 수 없는"),
        (b"%PDF-1.7\n", "PDF"),
        (b"<html><body><table>", "웹 문서"),
        (b"\x9b DRMONE  This Document is encrypted", "DRM"),
        (b"PK\x03\x04broken", "손상"),
        (SHEET[:-40], "손상"),
        (lying(SHEET), "손상"),
        (scrambled(SHEET), "손상"),
        (zipped("a.csv", b"1,2"), "압축을 풀어"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000), "손상"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "암호"),
        (b"PAR1garbage", "손상"),
        (b'a,b\n1,"x\n2,3\n4,5\n', "따옴표"),
        (zipped("xl/workbook.xml", bytes(50_000_000)), "너무 큽니다|손상"),
        (book({(0, 0): "번호", (0, 1): "이름", (1_048_575, 16_383): 1}), "너무 큽니다"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(data: bytes, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "BOOK_BYTES", 40_000_000)
    with pytest.raises(TableError, match=said) as refused:
        read(data, "자료.xlsx")
    message = str(refused.value)
    assert message.startswith("「자료.xlsx」: ")
    assert re.search(r"(주십시오|다시 올려|올려)\.?", message)
    assert "\n" not in message


def test_a_missing_file_and_nested_parquet_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="열 수 없습니다"):
        read(tmp_path / "none.csv")
    pq.write_table(pa.table({"목록": [[1, 2]]}), tmp_path / "n.parquet")
    with pytest.raises(TableError, match="한 칸에 값이 하나"):
        read(tmp_path / "n.parquet")


@given(st.binary(max_size=300))
@hypothesis_settings(max_examples=150)
def test_any_bytes_are_a_table_or_a_table_error(data: bytes) -> None:
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        return
    with contextlib.suppress(TableError):
        assert isinstance(read(data), pa.Table)
