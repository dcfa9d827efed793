"""The map: every district of whatever year has its place, and the tiles lie as the country does."""

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from lib.entries.address_reading import mapping, naming

# those of the building table of 2021 (kozip), as it names them
DISTRICTS = pd.read_csv(Path(__file__).with_name("districts.csv"), keep_default_na=False)


def at(sido: str, sigungu: str) -> tuple[int, int]:
    tile = mapping.placed(pd.DataFrame({"sido": [sido], "sigungu": [sigungu]})).iloc[0]
    assert tile >= 0, (sido, sigungu)
    return tuple(mapping.tiles().loc[tile, ["x", "y"]])


def test_every_district_of_the_building_table_has_its_own_tile() -> None:
    placed = mapping.placed(DISTRICTS)
    assert not DISTRICTS[placed < 0].values.tolist()
    shared = DISTRICTS.groupby(placed.to_numpy()).filter(lambda rows: len(rows) > 1)
    assert shared.to_numpy().tolist() == [["인천광역시", "동구"], ["인천광역시", "중구"]]  # both 제물포구 today
    empty = mapping.counts(DISTRICTS).query("parcels == 0")
    assert sorted(empty["sigungu"]) == ["검단구", "영종구"]


def test_names_changed_since_lie_where_the_old_ones_did() -> None:
    for change in naming.changes():
        if change.new_sigungu:
            at(change.new_sido, change.new_sigungu)
    assert at("경상북도", "군위군") == at("대구광역시", "군위군")
    assert at("강원도", "고성군") == at("강원특별자치도", "고성군") != at("경상남도", "고성군")
    assert at("전라남도", "나주시") == at("전남광주통합특별시", "나주시")
    assert at("광주광역시", "북구") == at("전남광주통합특별시", "북구")
    assert at("경기도", "화성시 동탄구") == at("경기도", "화성시")
    assert at("경기도", "부천시 원미구") == at("경기도", "부천시")


def test_rows_are_counted_where_they_lie_and_the_unknown_are_not() -> None:
    read = pd.DataFrame(
        {
            "sido": ["서울특별시", "서울특별시", "세종특별자치시", "", None, "가온도"],
            "sigungu": ["강남구", "강남구", "", "", None, "나래시"],
        },
        index=[9, 8, 7, 6, 5, 4],
    )
    counted = mapping.counts(read)
    assert counted[counted["parcels"] > 0][["sigungu", "parcels"]].values.tolist() == [["강남구", 2], ["", 1]]
    assert mapping.placed(read).loc[[6, 5, 4]].tolist() == [-1, -1, -1]
    assert mapping.counts(read.iloc[:0])["parcels"].sum() == 0


@pytest.mark.parametrize(
    ("north_west", "south_east"),
    [
        (("인천광역시", "강화군"), ("서울특별시", "구로구")),
        (("서울특별시", "은평구"), ("서울특별시", "강남구")),
        (("경기도", "수원시 장안구"), ("충청북도", "청주시 상당구")),
        (("세종특별자치시", ""), ("대구광역시", "수성구")),
        (("대전광역시", "유성구"), ("부산광역시", "해운대구")),
        (("전북특별자치도", "전주시 완산구"), ("경상남도", "진주시")),
        (("강원특별자치도", "철원군"), ("경상북도", "울릉군")),
    ],
)
def test_the_tiles_lie_as_the_country_does(north_west: tuple[str, str], south_east: tuple[str, str]) -> None:
    (west, north), (east, south) = at(*north_west), at(*south_east)
    assert west < east
    assert north < south


def test_no_two_tiles_overlap_and_borders_part_the_provinces() -> None:
    tiles = mapping.tiles()
    assert not tiles.duplicated(["x", "y"]).any()
    assert not tiles.duplicated(["sido", "sigungu"]).any()
    assert tiles["label"].str.replace("<br>", "").str.len().between(2, 7).all()
    xs, ys = mapping.borders()
    strokes = Counter(frozenset(zip(xs[n : n + 2], ys[n : n + 2], strict=True)) for n in range(0, len(xs), 3))
    assert set(strokes.values()) == {1}
    assert set(xs[2::3]) == {None}
    (x, y) = at("경상북도", "울릉군")  # an island: all around
    corners = {(x + dx, y + dy) for dx in (-0.5, 0.5) for dy in (-0.5, 0.5)}
    assert sum(stroke <= corners for stroke in strokes) == 4
