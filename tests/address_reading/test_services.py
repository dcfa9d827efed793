"""Connectors through real HTTP, from a stand-in that answers and fails as the official services do."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from lib.entries.address_reading import services
from lib.entries.address_reading.services import (
    ServiceError,
    enrich,
    find,
    find_english,
    mail_order,
    tax_status,
    tax_validate,
)
from lib.settings import settings
from tests.address_reading.stand_in import GATEWAY, StandIn

OFFICE = "서울특별시 송파구 가온마루로 152"
HOME = "경기도 화성시 두레읍 두레길 지하 7-12"
IDENTITY = "1171099900100910002000152"


def juso(line: str, road: str, main: str, sub: str = "0", **other: str) -> dict[str, str]:
    return {
        "roadAddrPart1": line, "roadAddr": f"{line} (가온동)", "zipNo": "05599", "bdMgtSn": IDENTITY, "bdNm": "", "bdKdcd": "0",
        "siNm": line.split(" ")[0], "sggNm": line.split(" ")[1], "rn": road, "udrtYn": "0", "buldMnnm": main, "buldSlno": sub,
    } | other  # fmt: skip


def shop(number: int, **other: str) -> dict[str, str]:
    return {
        "bizesId": f"MA{number:04d}", "bizesNm": f"예시상사{number} & 벗", "brchNm": "", "indsLclsNm": "소매", "indsSclsNm": "신발 소매업",
        "dongNo": "", "flrNo": "", "hoNo": "", "bldMngNo": IDENTITY,
    } | other  # fmt: skip


@pytest.fixture
def service(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with StandIn() as stand_in:
        for name, path in (("JUSO", "/juso"), ("JUSO_ENGLISH", "/juso-english"), ("TAX_STATUS", "/tax/"), ("MAIL_ORDER", "/sellers"), ("SHOPS", "/shops")):  # fmt: skip
            monkeypatch.setenv(f"AX_{name}_URL", stand_in.address + path)
        for name in ("JUSO", "JUSO_ENGLISH", "PUBLIC_DATA"):
            monkeypatch.setenv(f"AX_{name}_KEY", stand_in.key)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setattr(services, "BACKOFF", 0.001)
        settings.cache_clear()
        stand_in.addresses[OFFICE] = [
            juso("서울특별시 송파구 가온마루로 152-1", "가온마루로", "152", "1", bdMgtSn="1" * 25),
            juso(OFFICE, "가온마루로", "152", bdNm="가온빌딩"),
            juso("서울특별시 종로구 가온마루로 152", "가온마루로", "152", bdMgtSn="2" * 25),
        ]
        stand_in.addresses[HOME] = [
            juso(HOME.replace("지하 ", ""), "두레길", "7", "12", bdMgtSn="3" * 25),
            juso(HOME, "두레길", "7", "12", udrtYn="1", bdKdcd="1", bdMgtSn="4" * 25),
        ]
        stand_in.shops[IDENTITY] = [shop(1, flrNo="3", hoNo="302"), shop(2, dongNo="2", flrNo="지1", brchNm="가온점")]
        yield stand_in


def test_an_address_gives_its_building_and_the_shops_in_it(service: StandIn) -> None:
    seen: list[float] = []
    told = enrich([OFFICE, HOME, OFFICE, "", "가온도 나래시 없는길 1"], seen.append)
    assert told.unknown == ("가온도 나래시 없는길 1",)
    assert told.buildings.select(["building_no", "address", "use", "name", "shared"]).to_pylist() == [
        {"building_no": IDENTITY, "address": OFFICE, "use": None, "name": "가온빌딩", "shared": False},
        {"building_no": "4" * 25, "address": HOME, "use": "공동주택", "name": None, "shared": True},
    ]
    assert told.businesses.select(["number", "name", "address", "trade"]).to_pylist() == [
        {"number": "MA0001", "name": "예시상사1 & 벗", "address": f"{OFFICE}, 3층 302호", "trade": "소매/신발 소매업"},
        {
            "number": "MA0002",
            "name": "예시상사2 & 벗 가온점",
            "address": f"{OFFICE}, 2동 지하1층",
            "trade": "소매/신발 소매업",
        },
    ]
    assert seen == [pytest.approx((n + 1) / 3) for n in range(3)]
    assert enrich([]).businesses.num_rows == 0
    with pytest.raises(ServiceError, match="200곳까지"):
        enrich([f"길 {n}" for n in range(201)])


def test_a_building_is_taken_only_when_it_is_the_one(service: StandIn) -> None:
    service.addresses[OFFICE] = service.addresses[OFFICE][:1]
    assert enrich([OFFICE]).unknown == (OFFICE,)  # another number
    service.addresses[OFFICE] = [juso(OFFICE, "가온마루로", "152", bdMgtSn=n * 25, roadAddrPart1=n) for n in "12"]
    assert enrich([OFFICE]).unknown == (OFFICE,)  # two that are alike


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("counted", [True, False])
def test_every_page_is_read(service: StandIn, monkeypatch: pytest.MonkeyPatch, form: str, counted: bool) -> None:
    monkeypatch.setattr(services, "SHOPS_PAGE", 10)
    monkeypatch.setattr(services, "JUSO_PAGE", 2)
    service.form, service.counted = form, counted
    service.shops[IDENTITY] = [shop(number) for number in range(21)]
    assert enrich([OFFICE]).businesses["number"].to_pylist() == [f"MA{number:04d}" for number in range(21)]
    assert len(service.requests) == 2 + 3  # two of juso, three of the shops


def test_business_numbers_are_asked_a_hundred_at_a_time(service: StandIn) -> None:
    service.taxed["1230000001"] = {
        "b_stt": "계속사업자",
        "b_stt_cd": "01",
        "tax_type": "부가가치세 일반과세자",
        "end_dt": "",
        "head": "홍길동",
    }
    service.taxed["1230000002"] = {
        "b_stt": "폐업자",
        "b_stt_cd": "03",
        "tax_type": "부가가치세 간이과세자",
        "end_dt": "20260131",
    }
    asked = ["123-00-00001", "1230000002", *(f"12399{number:05d}" for number in range(150)), "1230000001", ""]
    read = tax_status(asked).set_index("number")
    assert len(read) == 152
    assert len(service.requests) == 2
    assert read.loc["1230000001", ["state", "kind"]].tolist() == ["계속사업자", "부가가치세 일반과세자"]
    assert str(read.loc["1230000002", "closed_on"].date()) == "2026-01-31"
    assert read.loc["1239900000", ["state", "kind"]].tolist() == ["등록되지 않음", ""]
    business = {"b_no": "123-00-00001", "start_dt": "2024-03-02", "p_nm": "홍길동"}
    assert tax_validate([business, {**business, "b_no": "1230000002"}]) == {"1230000001": True, "1230000002": False}


def test_mail_order_sellers_come_as_the_register_has_them(service: StandIn) -> None:
    open_one = {
        "prmmiMnno": "2026-가온-0001",
        "bzmnNm": "예시몰",
        "lctnRnAddr": f"{OFFICE} 3층",
        "lctnAddr": "N/A",
        "ntslMthdNm": "인터넷",
        "operSttusCdNm": "정상영업",
    }
    service.sellers["1230000001"] = [open_one, {**open_one, "prmmiMnno": "2020-가온-0002", "operSttusCdNm": "폐업처리"}]
    service.sellers["1230000002"] = [
        {**open_one, "prmmiMnno": "2026-가온-0003", "lctnRnAddr": "N/A", "lctnAddr": "가온동 91-2"}
    ]
    read = mail_order(["123-00-00001", "1230000002", "1230000003"])
    assert read.select(["number", "name", "address", "way"]).to_pylist() == [
        {"number": "2026-가온-0001", "name": "예시몰", "address": f"{OFFICE} 3층", "way": "인터넷"},
        {"number": "2026-가온-0003", "name": "예시몰", "address": "가온동 91-2", "way": "인터넷"},
    ]


def test_english_addresses_are_found_and_vague_words_are_not(service: StandIn) -> None:
    service.addresses["152 Gaonmaru-ro"] = [
        {"roadAddr": "152 Gaonmaru-ro, Songpa-gu, Seoul", "korAddr": OFFICE, "zipNo": "05599"}
    ]
    assert find_english("152 <Gaonmaru-ro>")[0]["korAddr"] == OFFICE
    assert find("가") == []


@pytest.mark.parametrize("fault", [500, 503, 429, "hang", "drop"])
def test_passing_troubles_are_tried_again(service: StandIn, fault: str | int) -> None:
    service.faults.extend([fault, fault, None])
    with httpx.Client(timeout=0.2) as client:
        assert [row["bdMgtSn"] for row in find(OFFICE, client)][1] == IDENTITY
    assert len(service.requests) == 3


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (500, "HTTP 500 오류를 냅니다. 4번 시도했습니다"),
        (429, "호출 한도를 넘었습니다"),
        ("hang", "정해진 시간 안에 응답이 없습니다"),
        ("drop", "서비스에 연결하지 못했습니다"),
        (403, "AX_JUSO_KEY의 인증키와"),
        (404, "AX_JUSO_URL 주소가 맞는지"),
        ("<html>점검 중</html>", "알려진 형식이 아닙니다"),
        ('{"results": []}', "알려진 형식이 아닙니다"),
        ('{"results": {"common": {"errorCode": "0"}, "juso": [1]}}', "알려진 형식이 아닙니다"),
        ('{"results": {"common": {"errorCode": "-999", "errorMessage": "시스템에러"}}}', r"-999 \(시스템에러\)"),
        (
            '{"results": {"common": {"errorCode": "E0014", "errorMessage": "일일 허용 횟수 초과"}}}',
            "호출 한도를 넘었습니다",
        ),
        ("[" * 100_000, "알려진 형식이 아닙니다"),
    ],
)
def test_each_trouble_is_told_in_words(service: StandIn, fault: str | int, said: str) -> None:
    service.faults.extend([fault] * 4)
    with httpx.Client(timeout=0.2) as client, pytest.raises(ServiceError, match=said) as told:
        find(OFFICE, client)
    assert str(told.value).startswith("도로명주소 검색 서비스: ")


def test_the_portal_says_no_in_xml(service: StandIn) -> None:
    service.faults.extend([None, GATEWAY.format("LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR", "22")])
    with pytest.raises(ServiceError, match=r"상가업소 조회 서비스: .*호출 한도를 넘었습니다"):
        enrich([OFFICE])
    service.faults.extend([None, '<!DOCTYPE a [<!ENTITY b "c">]><response><header/><body/></response>'])
    with pytest.raises(ServiceError, match="알려진 형식이 아닙니다"):
        enrich([OFFICE])


@pytest.mark.parametrize("name", ["JUSO", "JUSO_ENGLISH", "PUBLIC_DATA"])
def test_without_a_key_it_says_where_to_get_one(service: StandIn, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"AX_{name}_KEY", " ")
    settings.cache_clear()
    ask: Any = {
        "JUSO": lambda: find(OFFICE),
        "JUSO_ENGLISH": lambda: find_english("a b"),
        "PUBLIC_DATA": lambda: tax_status(["1230000001"]),
    }[name]
    with pytest.raises(ServiceError, match=f"인증키가 없습니다. .*AX_{name}_KEY"):
        ask()
    assert service.requests == []


def test_the_key_is_in_no_message_and_no_log(
    service: StandIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "secret/key+of=mine"
    for name in ("JUSO", "PUBLIC_DATA"):
        monkeypatch.setenv(f"AX_{name}_KEY", quote(wrong, safe=""))
    settings.cache_clear()
    said = []
    for ask in (lambda: find(OFFICE), lambda: tax_status(["1230000001"]), lambda: mail_order(["1230000001"])):
        with pytest.raises(ServiceError, match="인증키와 활용신청") as told:
            ask()
        said.append(str(told.value) + repr(told.value.__cause__) + repr(told.value.__context__))
    assert "127.0.0.1" in caplog.text
    for form in (wrong, quote(wrong, safe=""), quote(wrong)):
        assert form not in caplog.text
        assert not [one for one in said if form in one]
    assert wrong not in repr(services._juso())


def test_keys_are_taken_in_the_form_the_portal_hands_out(service: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AX_JUSO_KEY", quote(service.key, safe=""))
    settings.cache_clear()
    assert len(find(OFFICE)) == 3


def test_an_unusable_address_is_told(service: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AX_JUSO_URL", "ftp://nowhere")
    settings.cache_clear()
    with pytest.raises(ServiceError, match="AX_JUSO_URL을"):
        find(OFFICE)
