"""Registers as the public services hand them out, turned into the officer's own: 소상공인 상가(상권)정보, 공정위
통신판매사업자 and 건축물대장 표제부.

Where renaming a column is enough the contracts' aliases do it. Here is what is not: addresses kept in two columns, units apart
from them, blanks written out, businesses closed, and the 표제부 of the whole country, which has no header. Rows keep their place.
"""

import io
import re
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from lib.tables import reading

TITLES = {
    1: "관리건축물대장PK",
    6: "대지위치",
    7: "도로명대지위치",
    8: "건물명",
    23: "동명",
    36: "주용도코드명",
}  # of mart_djy_03
LINE = 2**20  # bytes of the longest line
DISTRICT_CODES = (9, 10)  # 시군구 and 법정동, five digits each
SHARED = "공동주택|아파트|연립주택|다세대|기숙사"
CLOSED = "폐업|말소|취소"
BLOCK = 2**23


_DAMAGED = "건축물대장 파일의 줄을 나눌 수 없습니다. 파일을 다시 내려받아 올려 주십시오."


def read(source: bytes | Path, table: str) -> pa.Table:
    """The file as a raw table for the contract ``table`` (businesses, sellers, buildings). Raises ``TableError``."""
    with io.BytesIO(source) if isinstance(source, bytes) else _opened(source) as stream:
        start = stream.read(2**16)
        if table == "buildings" and (encoding := _headless(start)):
            stream.seek(0)
            titles = _titles(stream, encoding)
            return _buildings(titles).replace_schema_metadata(titles.schema.metadata)
    return fitted(reading.read(source), table)


def fitted(raw: pa.Table, table: str) -> pa.Table:
    """A raw table under the contract's titles, if it is one of the public registers; else as it is."""
    needed, turned = {
        "businesses": (("상가업소번호", "상호명", "도로명주소"), _shops),
        "sellers": (("통신판매번호", "상호", "사업장소재지"), _sellers),
        "buildings": (("관리건축물대장PK", "대지위치", "주용도코드명"), _buildings),
    }.get(table, ((), None))
    headers = {_plain(name) for name in raw.column_names}
    if turned is None or not headers.issuperset(needed):
        return raw
    return turned(raw).replace_schema_metadata(raw.schema.metadata)


def _shops(raw: pa.Table) -> pa.Table:
    address = _first(_cell(raw, "도로명주소"), _cell(raw, "지번주소"))
    parts = []
    for name, ending in (("동정보", "동"), ("층정보", "층"), ("호정보", "호")):
        part = pc.replace_substring_regex(_cell(raw, name), rf"\s*{ending}$", "")
        if ending == "층":
            part = pc.replace_substring_regex(part, r"^(지하?|[Bb]-?)\s*(\d)", r"지하\2")
        parts.append(pc.if_else(pc.equal(part, ""), None, pc.binary_join_element_wise(part, ending, "")))
    unit = pc.binary_join_element_wise(*parts, " ", null_handling="skip")
    address = pc.binary_join_element_wise(
        address, pc.if_else(pc.equal(unit, ""), None, unit), ", ", null_handling="skip"
    )
    name = pc.binary_join_element_wise(_cell(raw, "상호명"), _cell(raw, "지점명"), " ")
    trade = pc.binary_join_element_wise(_cell(raw, "상권업종대분류명"), _cell(raw, "상권업종소분류명"), "/")
    trade = pc.replace_substring_regex(trade, "^/|/$", "")
    return _told({"사업자번호": _cell(raw, "상가업소번호"), "상호": name, "소재지": address, "업태/종목": trade})


def _sellers(raw: pa.Table) -> pa.Table:
    address = pc.replace_substring(_first(_cell(raw, "사업장소재지도로명"), _cell(raw, "사업장소재지")), "^", ",")
    number = _first(_cell(raw, "통신판매번호"), _cell(raw, "사업자등록번호"))
    columns = {"신고번호": number, "상호": _cell(raw, "상호"), "소재지": address, "판매방식": _cell(raw, "판매방식")}
    closed = pc.match_substring_regex(_cell(raw, "업소상태"), CLOSED)
    return _told(
        {name: pc.if_else(closed, "", column) for name, column in columns.items()}
    )  # a blank row counts for nothing


def _buildings(raw: pa.Table) -> pa.Table:
    use = _cell(raw, "주용도코드명")
    shared = pc.if_else(pc.equal(use, ""), "", pc.if_else(pc.match_substring_regex(use, SHARED), "Y", "N"))
    return _told(
        {
            "관리번호": _cell(raw, "관리건축물대장PK"),
            "주소": pc.replace_substring_regex(
                _first(_cell(raw, "도로명대지위치"), _cell(raw, "대지위치")), "번지$", ""
            ),
            "주용도": use,
            "건물명": pc.utf8_trim_whitespace(
                pc.binary_join_element_wise(_cell(raw, "건물명"), _cell(raw, "동명"), " ")
            ),
            "공동주택 여부": shared,
        }
    )


def _told(columns: dict[str, pa.ChunkedArray]) -> pa.Table:
    trimmed = {name: pc.utf8_trim_whitespace(column) for name, column in columns.items()}
    return pa.table({name: pc.if_else(pc.equal(column, ""), None, column) for name, column in trimmed.items()})


def _cell(raw: pa.Table, name: str) -> pa.ChunkedArray:
    """The column of that header, however it is spaced; "" for what is blank or written as nothing."""
    header = next((header for header in raw.column_names if _plain(header) == name), None)
    if header is None:
        return pa.chunked_array([pa.array([""] * len(raw), pa.string())])
    column = pc.utf8_trim_whitespace(pc.fill_null(raw[header].cast(pa.string()), ""))
    return pc.if_else(pc.match_substring_regex(column, "^(null|NULL|N/A|-)$"), "", column)


def _first(better: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.equal(better, ""), other, better)


def _plain(header: str) -> str:
    return re.sub(r"[\s_()（）]", "", header)


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError:
        raise reading.TableError("파일을 열 수 없습니다. 파일이 있는지, 읽을 권한이 있는지 확인해 주십시오.") from None


def _headless(start: bytes) -> str | None:
    """The encoding of a 표제부 without header; None for any other file."""
    for encoding in ("utf-8", "cp949"):
        cells = start.partition(b"\n")[0].decode(encoding, "replace").split("|")
        known = len(cells) >= max(TITLES) and all(re.fullmatch(r"\d{5}", cells[n - 1]) for n in DISTRICT_CODES)
        if known and "\ufffd" not in "".join(cells[n - 1] for n in TITLES):
            return encoding
    return None


def _titles(stream: IO[bytes], encoding: str) -> pa.Table:
    """The columns we read of the 표제부, under their headers; lines of another width are left out."""
    names = {str(number): title for number, title in TITLES.items()}
    parts: list[pa.Table] = []
    rest, width = b"", 0
    while data := stream.read(BLOCK):
        whole, newline, rest = (rest + data).rpartition(b"\n")
        if len(rest) > LINE:
            raise reading.TableError(_DAMAGED)
        if not newline:
            continue
        width = width or whole.partition(b"\n")[0].count(b"|") + 1
        parts.append(_part(whole + newline, encoding, width, names))
    parts.append(_part(rest, encoding, width or rest.count(b"|") + 1, names))
    return pa.concat_tables(parts).replace_schema_metadata({"first_row": "1"})


def _part(data: bytes, encoding: str, width: int, names: dict[str, str]) -> pa.Table:
    if not data.strip():
        return pa.table({title: pa.array([], pa.string()) for title in names.values()})
    try:
        return _read_part(data, encoding, width, names)
    except (pa.ArrowInvalid, pa.ArrowKeyError):
        raise reading.TableError(_DAMAGED) from None


def _read_part(data: bytes, encoding: str, width: int, names: dict[str, str]) -> pa.Table:
    table = pyarrow.csv.read_csv(
        io.BytesIO(data.decode(encoding, "replace").encode()),
        pyarrow.csv.ReadOptions(column_names=[str(n) for n in range(1, width + 1)], use_threads=False),
        pyarrow.csv.ParseOptions(delimiter="|", quote_char=False, invalid_row_handler=lambda _: "skip"),
        pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), include_columns=list(names)),
    )
    return table.rename_columns(list(names.values()))
