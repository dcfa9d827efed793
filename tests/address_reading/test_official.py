"""The official address files in their published layouts, small: whole, mixed, partial, damaged and zipped."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow as pa
import pytest

from lib.entries.address_reading import official
from lib.entries.address_reading.official import SCHEMA, OfficialError, read_buildings

ROADS = {"117109990001": ("가온마루로", "Gaonmaru-ro"), "367109990002": ("두레길", "Dure-gil")}


def line(width: int, cells: Mapping[int, str]) -> str:
    """A line with those cells at their published numbers, the others empty."""
    return "|".join(cells.get(number, "") for number in range(1, width + 1))


def building(main: str, **other: str) -> str:
    cells = {
        "1": "1171099900", "2": "서울특별시", "3": "송파구", "4": "가온동", "6": "0", "7": "91", "8": "2",
        "9": "117109990001", "10": "가온마루로", "11": "0", "12": main, "13": "0", "16": f"1171099900100910002{int(main or 0):06d}",
        "17": "01", "20": "05599", "26": "가온빌딩", "27": "0", "28": "05599", "29": "0",
    } | {key.strip("c"): value for key, value in other.items()}  # fmt: skip
    return line(31, {int(key): value for key, value in cells.items()})


def road(code: str, *, english: str = "", unused: str = "0") -> str:
    name, romanised = ROADS[code]
    cells = {
        1: code[:5],
        2: code[5:],
        3: name,
        4: english or romanised,
        5: "00",
        6: "서울특별시",
        7: "송파구",
        8: "2",
        13: unused,
    }
    return line(20, cells)


def write(path: Path, lines: Sequence[str], encoding: str = "cp949") -> Path:
    path.write_bytes("".join(f"{one}\r\n" for one in lines).encode(encoding))
    return path


def rows(*files: Path) -> list[dict[str, object]]:
    table = pa.concat_tables(read_buildings(files))
    assert table.schema == SCHEMA
    return table.to_pylist()


def test_a_building_file_and_the_road_codes_give_every_column(tmp_path: Path) -> None:
    sejong = building(
        "7",
        c2="세종특별자치시",
        c3="",
        c4="두레면",
        c5="가온리",
        c6="1",
        c9="367109990002",
        c10="두레길",
        c11="1",
        c13="12",
        c26="",
        c14="두레상가",
    )
    gone, also_gone = (road(code, english="Old-ro", unused="1") for code in ROADS)
    read = rows(
        write(tmp_path / "build_seoul.txt", [building("152"), sejong]),
        write(tmp_path / "road_code_total.txt", [gone, road("117109990001"), road("367109990002"), also_gone]),
    )
    assert read[0] == {
        "sido": "서울특별시", "sigungu": "송파구", "town": "가온동", "road": "가온마루로", "underground": False,
        "main": 152, "sub": 0, "zip": "05599", "lot_main": 91, "lot_sub": 2, "mountain": False,
        "building": "가온빌딩", "road_english": "Gaonmaru-ro", "building_id": "1171099900100910002000152",
    }  # fmt: skip
    assert [read[1][key] for key in ("sigungu", "town", "underground", "main", "sub", "mountain", "building", "road_english")] == [
        "", "두레면 가온리", True, 7, 12, True, "두레상가", "Dure-gil",
    ]  # fmt: skip


def test_the_hangul_file_takes_english_names_from_the_english_file(tmp_path: Path) -> None:
    identity = "11710999000100015200000000"
    korean = line(24, {
        1: identity, 2: "1171099900", 3: "서울특별시", 4: "송파구", 5: "가온동", 7: "0", 8: "91", 9: "2", 10: "117109990001",
        11: "가온마루로", 12: "0", 13: "152", 14: "3", 17: "05599", 20: "0", 23: "가온빌딩",
    })  # fmt: skip
    english = line(15, {
        1: identity, 2: "1171099900", 3: "Seoul", 4: "Songpa-gu", 7: "117109990001", 8: "Gaonmaru-ro", 9: "0", 10: "152", 11: "3", 12: "05599",
    })  # fmt: skip
    (read,) = rows(write(tmp_path / "a.txt", [korean]), write(tmp_path / "b.txt", [english]))
    assert (read["road"], read["main"], read["sub"], read["road_english"]) == ("가온마루로", 152, 3, "Gaonmaru-ro")
    assert read["building_id"] == identity


def test_the_address_set_is_joined_from_its_four_files_a_region_at_a_time(tmp_path: Path) -> None:
    def of(region: str, sido: str, code: str) -> list[Path]:
        one = f"{region}710999001009100020001"
        one = one.ljust(25, "0")
        return [
            write(tmp_path / f"주소_{sido}.txt", [line(11, {1: one, 2: code, 3: "00", 4: "0", 5: "8", 6: "1", 7: "05599"})]),
            write(tmp_path / f"지번_{sido}.txt", [
                line(11, {1: one, 2: "2", 3: "1171099900", 4: sido, 6: "딴동", 8: "0", 9: "5", 10: "0", 11: "0"}),
                line(11, {1: one, 2: "1", 3: "1171099900", 4: sido, 5: "가온구", 6: "가온동", 8: "0", 9: "91", 10: "2", 11: "1"}),
            ]),
            write(tmp_path / f"부가정보_{sido}.txt", [line(9, {1: one, 4: "05599", 8: f"{sido}관", 9: "1"})]),
        ]  # fmt: skip

    files = [*of("11", "서울특별시", "117109990001"), *of("36", "세종특별자치시", "367109990002")]
    with pytest.raises(OfficialError, match="도로명코드"):
        rows(*files)
    codes = [line(17, {1: code, 2: name, 3: english, 4: "00", 13: "0"}) for code, (name, english) in ROADS.items()]
    roads = write(tmp_path / "개선_도로명코드_전체분.txt", codes)
    read = rows(*files, roads)
    assert [
        (row["sido"], row["town"], row["road"], row["lot_main"], row["building"], row["road_english"]) for row in read
    ] == [
        ("서울특별시", "가온동", "가온마루로", 91, "서울특별시관", "Gaonmaru-ro"),
        ("세종특별자치시", "가온동", "두레길", 91, "세종특별자치시관", "Dure-gil"),
    ]
    with pytest.raises(OfficialError, match=r"「주소_서울특별시\.txt」와 같은 시도의 지번 파일"):
        rows(*[file for file in files if file.name != "지번_서울특별시.txt"], roads)


def test_damaged_lines_are_left_out_counted_and_told(tmp_path: Path) -> None:
    good = [building(str(number)) for number in range(1, 21)]
    bad = [
        building("0"),
        building("2", c12="12a"),
        building("3", c28="123"),
        building("4", c10=""),
        "끊긴|줄",
        building("5") + "|더",
    ]
    path = write(tmp_path / "build.txt", [*good, *bad, "", building("6", c23="63")])
    path.write_bytes(path.read_bytes() + building("7").encode("cp949").replace("서".encode("cp949"), b"\xff\xff", 1))
    buildings = read_buildings([path, write(tmp_path / "설명.txt", ["읽어 보기"])])
    assert sum(len(table) for table in buildings) == buildings.rows == 20
    assert buildings.told() == (
        "건물 주소 20건을 읽었습니다. 폐지된 주소 1건은 넣지 않았습니다. "
        "형식이 맞지 않는 7줄은 제외했습니다(build.txt 7줄). 쓰지 않는 파일: 설명.txt."
    )


def test_a_file_mostly_damaged_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "build.txt", [*[building(str(number)) for number in range(1, 61)], *["끊긴|줄"] * 100])
    with pytest.raises(OfficialError, match=r"「build.txt」의 절반이 넘는 줄"):
        rows(path)


def test_archives_are_read_as_they_come_and_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(official, "BLOCK", 1000)  # lines, and letters, fall across the pieces
    lines = [building(str(number)) for number in range(1, 401)]
    with ZipFile(tmp_path / "건물DB.zip", "w") as archive:
        archive.writestr("build_seoul.txt", "\n".join(lines[:200]).encode("cp949"))
        archive.writestr("build_busan.txt", "\n".join(lines[200:]).encode())
        archive.writestr("layout.pdf", b"%PDF")
    seen: list[float] = []
    tables = list(read_buildings([tmp_path / "건물DB.zip"], seen.append))
    assert len(tables) > 20  # streamed
    table = pa.concat_tables(tables)
    assert table["main"].to_pylist() == list(range(1, 401))
    assert set(table["sido"].to_pylist()) == {"서울특별시"}
    assert set(table["road_english"].to_pylist()) == {""}  # no road codes were given
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


@pytest.mark.parametrize("place", [0.2, 0.5, 0.9])
def test_a_damaged_archive_is_refused_in_words(tmp_path: Path, place: float) -> None:
    path = tmp_path / "건물DB.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("build.txt", "\n".join(building(str(number)) for number in range(1, 4001)).encode("cp949"))
    content = bytearray(path.read_bytes())
    at = int(len(content) * place)
    content[at : at + 64] = bytes(64)
    path.write_bytes(content)
    with pytest.raises(OfficialError, match="올려 주십시오"):
        rows(path)


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"PK\x03\x04broken", b"a|b|c\n", "엑셀,파일\n1,2\n".encode("cp949")]
)
def test_what_is_no_address_file_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(OfficialError, match="올려 주십시오"):
        rows(tmp_path / "x")
    with pytest.raises(OfficialError, match="읽을 수 없습니다"):
        rows(tmp_path / "없음.txt")
