"""Registers as the public services hand them out pass the contracts, and say what the officer's own would."""

from pathlib import Path

import pyarrow as pa
import pytest

from lib.entries.address_reading import registers
from lib.entries.address_reading.tables import TABLES
from lib.tables.checking import Checked, check
from lib.tables.reading import TableError

SHOPS = "상가업소번호,상호명,지점명,상권업종대분류코드,상권업종대분류명,상권업종소분류명,표준산업분류명,지번주소,도로명,건물관리번호,건물명,도로명주소,신우편번호,동정보,층정보,호정보,경도,위도"
SELLERS = "통신판매번호,신고기관명,상호,사업자등록번호,법인여부,대표자명,전화번호,전자우편,신고일자,사업장소재지,사업장소재지(도로명),업소상태,신고기관 대표연락처,판매방식,취급품목,인터넷도메인,호스트서버소재지"
OFFICE = "서울특별시 송파구 가온마루로 152"


def of(table: str, text: str, encoding: str = "cp949") -> Checked:
    return check(registers.read(text.encode(encoding), table), TABLES[table])


def seller(number: str, state: str = "정상영업", road: str = OFFICE, lot: str = "서울특별시 송파구 가온동 91-2") -> str:
    return f"{number},송파구,예시몰,000-00-00001,개인,홍**,010-0000-****,a@b,20260401,{lot},{road},{state},02-000-0000,인터넷,종합몰,null,null"


def title(identity: str, road: str = OFFICE, use: str = "업무시설", wing: str = "") -> str:
    cells = {
        1: identity,
        6: "서울특별시 송파구 가온동 91번지",
        7: road,
        8: "가온빌딩",
        9: "11710",
        10: "10900",
        23: wing,
        35: "14000",
        36: use,
    }
    return "|".join(cells.get(n, "0" if n in (11, 17, 29) else "") for n in range(1, 78))


@pytest.mark.parametrize("encoding", ["cp949", "utf-8-sig"])
def test_shops_come_with_their_unit_and_trade(encoding: str) -> None:
    rows = [
        f"MA01,예시상사,가온점,G2,소매,신발 소매업,신발,서울특별시 송파구 가온동 91,가온마루로,1,가온,{OFFICE},05599,2,지1,B03,127,37",
        "MA02,예시옷집,,G2,소매,,옷,서울특별시 송파구 가온동 91,,1,,,05599,,3층,302호,127,37",
    ]
    read = of("businesses", "\n".join([SHOPS, *rows]), encoding)
    assert read.rows.select(["number", "name", "address", "trade", "row_no"]).to_pylist() == [
        {
            "number": "MA01",
            "name": "예시상사 가온점",
            "address": f"{OFFICE}, 2동 지하1층 B03호",
            "trade": "소매/신발 소매업",
            "row_no": 2,
        },
        {
            "number": "MA02",
            "name": "예시옷집",
            "address": "서울특별시 송파구 가온동 91, 3층 302호",
            "trade": "소매",
            "row_no": 3,
        },
    ]
    assert not read.violations


def test_sellers_are_where_they_are_and_those_closed_are_gone() -> None:
    rows = [
        seller("2026-서울송파-0001", road=f"{OFFICE}^ 3층 (가온동)"),
        seller("2019-서울송파-0002", state="폐업처리"),
        seller("N/A", road="null"),
        seller("2026-서울송파-0004", state="직권말소"),
    ]
    read = of("sellers", "\n".join([SELLERS, *rows]))
    assert read.rows.select(["number", "address", "way", "row_no"]).to_pylist() == [
        {"number": "2026-서울송파-0001", "address": f"{OFFICE}, 3층 (가온동)", "way": "인터넷", "row_no": 2},
        {"number": "000-00-00001", "address": "서울특별시 송파구 가온동 91-2", "way": "인터넷", "row_no": 4},
    ]
    assert not read.violations


@pytest.mark.parametrize("encoding", ["cp949", "utf-8"])
def test_the_title_register_of_the_country_has_no_header(
    encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registers, "BLOCK", 300)
    lines = [
        title("11710-1"),
        title("11710-2", road="", use="아파트", wing="101동"),
        "끊긴|줄",
        title("11710-3", use=""),
    ]
    (tmp_path / "mart_djy_03.txt").write_bytes("\r\n".join(lines).encode(encoding))
    read = check(registers.read(tmp_path / "mart_djy_03.txt", "buildings"), TABLES["buildings"])
    assert read.rows.drop_columns(["row_no"]).to_pylist() == [
        {"building_no": "11710-1", "address": OFFICE, "use": "업무시설", "name": "가온빌딩", "shared": False},
        {
            "building_no": "11710-2",
            "address": "서울특별시 송파구 가온동 91",
            "use": "아파트",
            "name": "가온빌딩 101동",
            "shared": True,
        },
        {"building_no": "11710-3", "address": OFFICE, "use": None, "name": "가온빌딩", "shared": None},
    ]
    assert not read.violations


def test_the_title_register_with_its_header() -> None:
    head = "관리_건축물대장_PK,대장_구분_코드_명,대지_위치,도로명_대지_위치,건물_명,주_용도_코드_명"
    read = of("buildings", f"{head}\n11710-1,집합,서울특별시 송파구 가온동 91번지,{OFFICE},가온빌딩,공동주택\n")
    assert read.rows.select(["building_no", "address", "shared"]).to_pylist() == [
        {"building_no": "11710-1", "address": OFFICE, "shared": True}
    ]


def test_the_officers_own_register_passes_untouched() -> None:
    raw = pa.table({"사업자번호": ["000-00-00001"], "상호": ["예시상사"], "소재지": [OFFICE]})
    assert registers.fitted(raw, "businesses") is raw
    read = of("businesses", f"사업자번호,상호,소재지\n000-00-00001,예시상사,{OFFICE}\n")
    assert read.rows["address"].to_pylist() == [OFFICE]
    with pytest.raises(TableError, match="열 수 없습니다"):
        registers.read(Path("/없음"), "buildings")
