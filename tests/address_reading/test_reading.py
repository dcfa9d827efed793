"""Messy addresses become the standard line of a building that exists, or are told as what they may be."""

import csv
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.entries.address_reading import noise, reading, reference, unit
from lib.entries.address_reading.reading import Reader
from lib.settings import settings as suite

DAY = date(2026, 6, 30)
REAL = Path(__file__).parents[3] / "shared" / "addresses"
WRITTEN = {
    "12F, Gangnam Finance Center, 152 Teheran-ro, Gangnam-gu, Seoul 06236": ("서울특별시 강남구 테헤란로 152", "12층", "06236"),
    "152 TEHRAN RO, KANGNAM KU, SEOUL": ("서울특별시 강남구 테헤란로 152", "", "06236"),
    "Seoul Gangnamgu Teheranro152": ("서울특별시 강남구 테헤란로 152", "", "06236"),
    "서울특별시 강남구 테헤란로 152, 강남파이낸스센터 12층": ("서울특별시 강남구 테헤란로 152", "12층", "06236"),
    "#1201, 8, Seongnam-dearo 331beon-gil Bundang-gu, Kyunggi-do": ("경기도 성남시 분당구 성남대로331번길 8", "1201호", "13558"),
    "12-gil 6, Jong-ro, Jongno-gu, Seoul": ("서울특별시 종로구 종로12길 6", "", "03189"),
    "110 Sejong Daero, Jung-gu": ("서울특별시 중구 세종대로 110", "", "04524"),
    "Pusan Haeundaegu Centum jungang-ro 90": ("부산광역시 해운대구 센텀중앙로 90", "", "48059"),
    "209, Sejong-daero, Chongno-ku": ("서울특별시 종로구 세종대로 209", "", "03171"),
    "2, Cheongsa-ro, Seo-gu, Daejeon, Apt 101-1203": ("", "101동 1203호", ""),
    "1, Cheongwadae Road, Jongno-gu": ("서울특별시 종로구 청와대로 1", "", "03048"),
    "186 Gasandigital 1st Road, Keumchon-gu": ("서울특별시 금천구 가산디지털1로 186", "", "08502"),
    "Trade Tower 511 Yeongdong-daero 12th floor, Samseong 1-dong": ("서울특별시 강남구 영동대로 511", "12층", "06164"),
    "152 Teheran-ro, Yeoksam1-dong, Gangnamgu": ("서울특별시 강남구 테헤란로 152", "", "06236"),
    "GYEONGGI-DO GUNPO-SI LS-RO 13": ("경기도 군포시 엘에스로 13", "", "15843"),
}  # fmt: skip


@pytest.fixture(scope="module")
def reader() -> Reader:
    return reading.reader()


@pytest.mark.parametrize("text", WRITTEN)
def test_an_address_is_read_in_any_order_spelling_and_language(reader: Reader, text: str) -> None:
    line, unit, code = WRITTEN[text]
    told = reader.read(text, as_of=DAY)
    assert told.unit == unit
    if line:
        assert told.place is not None
        assert (told.place.line, told.place.zip) == (line, code)
        assert told.hangul == ", ".join(filter(None, (line, unit)))


def test_what_the_table_does_not_hold_is_a_candidate_and_never_a_conversion(reader: Reader) -> None:
    told = reader.read("98765 Teheran-ro, Gangnam-gu, Seoul", as_of=DAY)
    assert told.place is None
    assert told.hangul == ""
    assert told.candidates[0].road == "테헤란로"
    assert not told.candidates[0].exists
    lot = reader.read("Gasan-dong 550-1, Geumcheon-gu, Seoul", as_of=DAY)
    assert lot.place is None
    assert lot.candidates[0].line == "서울특별시 금천구 가산동 550-1"
    assert [(span.role, span.meaning) for span in lot.spans][:2] == [("읍면동", "가산동"), ("지번", "550-1")]
    beside = reader.read("Hyundai Apt 103-1203, Apgujeong-dong 369-1, Kangnam-ku, Seoul 135-110", as_of=DAY)
    assert beside.candidates[0].line == "서울특별시 강남구 압구정동 369-1", "and no misspelt 압구정로"
    assert beside.unit == "103동 1203호"
    for nothing in ("", " ", "Jagayong", "N/A", "....", "12345"):
        assert reader.read(nothing).place is None


def test_made_up_spellings_of_buildings_all_over_the_country_are_read(reader: Reader) -> None:
    rng = np.random.default_rng(77)
    places = reader.reference.sample(rng, 600)
    kinds = [*noise.KINDS]
    texts = [noise.spell(rng, row, kinds[i % len(kinds)]) for i, row in enumerate(places.itertuples(index=False))]
    told = reader.table(texts, as_of=DAY)
    right = (told["zip"] == places["zip"]).to_numpy()
    assert right.mean() >= 0.97
    assert right[told["sure"]].mean() >= 0.99
    assert told["sure"].mean() >= 0.8
    with_zip = reader.table(texts, list(places["zip"]), as_of=DAY)
    assert (with_zip["zip"] == places["zip"]).mean() >= right.mean()


def test_the_short_way_by_postcode_finds_what_the_long_way_does(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(79)
    places = reader.reference.sample(rng, 600)
    kinds = [*noise.KINDS]
    texts = [noise.spell(rng, row, kinds[i % len(kinds)]) for i, row in enumerate(places.itertuples(index=False))]
    some = places["zip"].sample(frac=1, random_state=1)
    zips = [*places["zip"], *some]  # right, and anybody's
    short = reader.table(texts * 2, zips, as_of=DAY)
    monkeypatch.setattr(reading, "short", lambda *_: None)
    long = reader.table(texts * 2, zips, as_of=DAY)
    assert not (short["sure"] & long["sure"] & (short["line"] != long["line"])).any()
    assert (short["unit"] == long["unit"]).all()
    assert short["sure"].mean() >= long["sure"].mean()


def test_a_declared_postcode_does_not_outweigh_what_is_written(reader: Reader) -> None:
    for text, code in (
        ("10, Jungang-daero, Busanjin-gu, Busan", "48942"),
        ("152 Teheran-ro, Seocho-gu, Busan", "06236"),
        ("10 Sejong-daero 21-gil, Jung-gu, Seoul", "04524"),
    ):
        told = reader.table([text, text], [code, None], as_of=DAY)
        assert not told["sure"][0] or told["line"][0] == told["line"][1], text


def test_numbers_that_do_not_exist_are_not_made_to_fit(reader: Reader) -> None:
    rng = np.random.default_rng(78)
    places = reader.reference.sample(rng, 300).assign(main=lambda rows: 9_000 + rows.index, sub=0)
    told = reader.table([noise.spell(rng, row, "clean") for row in places.itertuples(index=False)], as_of=DAY)
    assert told["sure"].mean() <= 0.01


def test_the_declared_postcode_is_held_against_ours(reader: Reader) -> None:
    same, other = (reader.read("152 Teheran-ro, Gangnam-gu, Seoul", code, as_of=DAY) for code in ("06236", "04524"))
    assert (same.zip_agrees, other.zip_agrees) == (True, False)
    assert other.place == same.place
    assert reader.read("152 Teheran-ro, Gangnam-gu, Seoul 06236", as_of=DAY).zip_agrees
    assert reader.read("152 Teheran-ro, Gangnam-gu, Seoul", as_of=DAY).zip_agrees is None
    old = reader.read("152 Teheran-ro, Kangnam-ku, Seoul 135-080", as_of=DAY)
    assert old.place == same.place
    assert old.unit == "", "135-080 is a postcode, no 동 and 호"


@pytest.mark.parametrize(
    ("text", "day", "line"),
    [
        ("1, Jungang-ro, Chuncheon-si, Gangwon-do", date(2023, 1, 1), "강원도 춘천시 중앙로 1"),
        ("1, Jungang-ro, Chuncheon-si, Gangwon-do", DAY, "강원특별자치도 춘천시 중앙로 1"),
        ("1, Jungang-ro, Chuncheon-si, Gangwon State", DAY, "강원특별자치도 춘천시 중앙로 1"),
        ("15, Guncheong-ro, Gunwi-eup, Gunwi-gun, Gyeongbuk", DAY, "대구광역시 군위군 군위읍 군청로 15"),
    ],
)
def test_names_are_those_of_the_day(reader: Reader, text: str, day: date, line: str) -> None:
    told = reader.read(text, as_of=day)
    shown = told.place or told.candidates[0]
    assert shown.line == line


def test_every_stretch_is_told_once_and_in_order(reader: Reader) -> None:
    told = reader.read("3F, 12-gil 6, Jong-ro, Jongno-gu, Seoul 03189", as_of=DAY)
    roles = {told.text[span.start : span.end]: span.role for span in told.spans}
    assert roles["6"] == "건물번호"
    assert roles["Jongno-gu"] == "시군구"
    assert roles["03189"] == "우편번호"
    assert "층" in roles.values()
    ends = [0]
    for span in told.spans:
        assert span.start >= ends[-1]
        ends.append(span.end)


def test_names_of_buildings_and_what_says_nothing_are_told_apart(reader: Reader) -> None:
    told = reader.read("Lotte World Tower 72F, 300 Olympic-ro, Songpa-gu, Seoul, c/o Kim, Republic of Korea", as_of=DAY)
    roles = {told.text[span.start : span.end].strip(): span.role for span in told.spans}
    assert roles["Lotte World Tower"] == "건물명"
    assert roles["Republic of Korea"] == "나라"
    assert roles["c/o Kim"] == "그 밖의 말"
    assert roles["72F"] == "층"
    nowhere = reader.read("COEX Mall, Gangnam, Seoul", as_of=DAY)
    assert {span.role for span in nowhere.spans} == {"건물명", "시군구", "시도"}, "said although no building was found"


@settings(max_examples=150)
@given(st.text(max_size=80), st.one_of(st.none(), st.text(max_size=8)))
def test_no_text_stops_the_reading(text: str, code: str | None) -> None:
    told = reading.reader().read(text, code)
    assert 0 <= told.confidence <= 1
    assert len(told.candidates) <= 3
    assert json.dumps(reading.as_json(told), ensure_ascii=False)


def test_many_are_read_as_one_by_one_and_by_two_processes_alike(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [*WRITTEN, *WRITTEN, None, ""]
    alone = reader.table(texts, as_of=DAY)
    assert alone["zip"].tolist() == [
        (told.place.zip if (told := reader.read(text or "", as_of=DAY)).place else "") for text in texts
    ]
    monkeypatch.setattr(reading, "CHUNK", 2)
    monkeypatch.setattr(reading, "PARALLEL", 2)
    shares: list[float] = []
    assert reader.table(texts, as_of=DAY, progress=shares.append).equals(alone)
    assert shares[-1] == 1.0


@pytest.mark.parametrize(
    ("text", "meant"),
    {
        "rm 9934, bldg 113, 3 jong-ro": "113동 9934호", "9986ho 108dong, 152 teheran-ro": "108동 9986호", "9936-ho. 11, jong-ro": "9936호",
        "#9998 - 9-9 jong-ro": "9998호", "101-1203, 5 a-ro": "101동 1203호", "101dong 1203ho": "101동 1203호",
        "101-dong, 1203-ho, 12 jong-ro": "101동 1203호", "3f, 5 jong-ro": "3층", "b1": "지하1층", "c-dong 701": "C동", "17/f": "17층",
        "#1502 , t-dong": "T동 1502호", "3rd floor room 302": "3층 302호", "8th f/l": "8층", "kumsuk building 501 seoul": "",
        "지하 2층 12호": "지하2층 12호", "14, nonhyeon-ro 95-gil": "",
    }.items(),
)  # fmt: skip
def test_floor_wing_and_room_are_read_as_people_write_them(text: str, meant: str) -> None:
    assert unit.parse(text).text == meant


# the table


@pytest.fixture
def own_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("AX_ADDRESS_DIR", str(tmp_path))
    suite.cache_clear()
    yield tmp_path
    suite.cache_clear()


def test_a_table_with_lot_numbers_reads_lots(own_table: Path) -> None:
    rows = pa.table(
        {
            "sido": ["서울특별시"] * 3, "sigungu": ["금천구"] * 3, "town": ["가산동", "가산동", "독산동"],
            "road": ["가산디지털1로", "가산디지털1로", "시흥대로"], "underground": [False, False, True], "main": [168, 186, 12],
            "sub": [0, 0, 3], "zip": ["08507", "08502", "08544"], "lot_main": [371, 371, 291], "lot_sub": [106, 28, 7],
            "mountain": [False] * 3,
        }
    )  # fmt: skip
    official = own_table / "official", {"source": "시험", "as_of": "2026-01-01"}
    reference.build([rows.slice(0, 2)], *official)
    assert reading.reader().read("Jiha 12-3, Siheung-daero, Geumcheon-gu, Seoul", as_of=DAY).place is None
    reference.build([rows.slice(0, 2), rows.slice(2)], *official)
    small = reading.reader()  # the new table, in the same process
    told = small.read("371-28, Gasan-dong, Geumcheon-gu, Seoul", as_of=DAY)
    assert told.place is not None
    assert (told.place.line, told.place.zip, told.sure) == ("서울특별시 금천구 가산디지털1로 186", "08502", False)
    assert reference.source() == own_table / "official", "what was imported takes over"
    for text, line, sure in (
        ("Jiha 12-3, Siheung-daero, Geumcheon-gu, Seoul", "서울특별시 금천구 시흥대로 지하 12-3", True),
        ("12-3 Siheung-daero, Geumcheon-gu, Seoul", "서울특별시 금천구 시흥대로 지하 12-3", False),
        ("B 168, Gasan digital 1-ro, Geumcheon-gu, Seoul", "서울특별시 금천구 가산디지털1로 168", False),
    ):
        told = small.read(text, as_of=DAY)
        assert (told.place and told.place.line, told.sure) == (line, sure), text
        code = told.place.zip if told.place else ""
        rows = small.table([text, text], ["", code], as_of=DAY)
        assert rows[["line", "sure"]].to_numpy().tolist() == [[line, sure]] * 2
    road = small.read("168 Gasan digital 1-ro, Geumcheon-gu", as_of=DAY).place
    assert road is not None
    assert road.zip == "08507"


def test_the_table_covers_the_country(reader: Reader) -> None:
    table = reader.reference
    assert table.about["buildings"] > 6_000_000
    assert len({sido for sido, _ in table.areas}) == 17
    assert (np.diff(table.road_start) > 0).all()


# real addresses


@pytest.mark.skipif(not REAL.exists(), reason="no real addresses here")
def test_real_addresses_of_the_half_looked_at_while_building(reader: Reader) -> None:
    with (REAL / "pairs.csv").open(encoding="utf-8", newline="") as file:
        pairs = list(csv.DictReader(file))[::2]
    pairs = [row for row in pairs if row["kind"] == "road"]
    told = [reader.read(row["english"], as_of=DAY) for row in pairs]
    shown = [one.place or (one.candidates[0] if one.candidates else None) for one in told]
    right = [
        p is not None and (p.road, p.number) == (r["truth_name"], r["truth_no"])
        for p, r in zip(shown, pairs, strict=True)
    ]
    assert np.mean(right) >= 0.97
    with (REAL / "ieee_zip_silver.csv").open(encoding="utf-8", newline="") as file:
        firms = list(csv.DictReader(file))[::2]
    codes = [
        told.place.zip
        if (told := reader.read(re.sub(rf"\b{row['zip_given']}\b", "", row["english"]), as_of=DAY)).place
        else ""
        for row in firms
    ]
    assert np.mean([code == row["zip_given"] for code, row in zip(codes, firms, strict=True)]) >= 0.87
