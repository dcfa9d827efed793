"""The official road-name address files (행정안전부, business.juso.go.kr) as tables of buildings.

Three of the published sets are known, each as the whole (전체분) of the country or of one 시도, as text or still zipped:
건물DB, 도로명주소 한글 (either with 도로명코드 or 도로명주소 영문 for the English road names) and 주소DB. All are
pipe-separated, without header, in cp949. Columns are given by the number they have in the published layouts; those of
건물DB, 도로명코드 and 주소DB are the tables of juso.go.kr's "DB 활용방법" pages, 도로명주소 한글 is published likewise,
and of 도로명주소 영문 only the columns used here are known. A file is known by its content, not by its name.
"""

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from lib.files import ZIP_TROUBLE

Progress = Callable[[float], None]

BLOCK = 2**24
LINE = 2**20  # bytes of the longest line
MOST_MEMBERS = 500  # text files in an archive
SAMPLE_LINES = 50
REMOVED = "63"  # 이동사유코드: 31 new, 34 changed, 63 abolished
SCHEMA = pa.schema(
    [
        ("sido", pa.string()),
        ("sigungu", pa.string()),  # "" in 세종특별자치시
        ("town", pa.string()),  # 읍면동 [리]
        ("road", pa.string()),
        ("underground", pa.bool_()),
        ("main", pa.int32()),
        ("sub", pa.int32()),
        ("zip", pa.string()),  # "" where none is given yet
        ("lot_main", pa.int32()),
        ("lot_sub", pa.int32()),
        ("mountain", pa.bool_()),
        ("building", pa.string()),
        ("road_english", pa.string()),
        ("building_id", pa.string()),
    ]
)


class OfficialError(ValueError):
    """The files cannot be used; the message is one Korean sentence that says what to do."""


@dataclass(frozen=True)
class Layout:
    """A published file: how many columns (0: at least those named), which we read, and the form that tells it."""

    title: str
    width: int
    columns: Mapping[str, int]
    form: Mapping[str, str]

    def fits(self, cells: Sequence[str]) -> bool:
        if len(cells) != self.width and (self.width or len(cells) < max(self.columns.values())):
            return False
        return all(re.fullmatch(form, cells[self.columns[name] - 1]) for name, form in self.form.items())


_PLACE = {"sido": r"[가-힣]+", "mountain": "[01]", "underground": "[012]"}
LAYOUTS = {
    "building": Layout(
        "건물DB",
        31,
        {"sido": 2, "sigungu": 3, "township": 4, "village": 5, "mountain": 6, "lot_main": 7, "lot_sub": 8}
        | {"road_code": 9, "road": 10, "underground": 11, "main": 12, "sub": 13, "registered": 14, "building_id": 16}
        | {"change": 23, "name": 26, "zip": 28},
        _PLACE | {"road_code": r"\d{12}", "building_id": r"\d{25}"},
    ),
    "korean": Layout(
        "도로명주소 한글",
        24,
        {"building_id": 1, "sido": 3, "sigungu": 4, "township": 5, "village": 6, "mountain": 7, "lot_main": 8}
        | {"lot_sub": 9, "road_code": 10, "road": 11, "underground": 12, "main": 13, "sub": 14, "zip": 17}
        | {"change": 21, "registered": 22, "name": 23},
        _PLACE | {"road_code": r"\d{12}", "building_id": r"\d{25,26}"},
    ),
    "road": Layout(
        "도로명코드",
        20,
        {"district": 1, "number": 2, "road": 3, "english": 4, "unused": 13},
        {"district": r"\d{5}", "number": r"\d{7}", "unused": "[01]"},
    ),
    "english": Layout(
        "도로명주소 영문",
        0,
        {"road_code": 7, "english": 8, "main": 10, "zip": 12},
        {"road_code": r"\d{12}", "english": r"[ -~]+", "main": r"\d+", "zip": r"(\d{5})?"},
    ),
    "improved_road": Layout(
        "주소DB 도로명코드",
        17,
        {"road_code": 1, "road": 2, "english": 3, "unused": 13},
        {"road_code": r"\d{12}", "unused": "[01]"},
    ),
    "address": Layout(
        "주소DB 주소",
        11,
        {"building_id": 1, "road_code": 2, "underground": 4, "main": 5, "sub": 6, "zip": 7, "change": 8},
        {"building_id": r"\d{25,26}", "road_code": r"\d{12}", "underground": "[012]"},
    ),
    "lot": Layout(
        "주소DB 지번",
        11,
        {"building_id": 1, "sido": 4, "sigungu": 5, "township": 6, "village": 7, "mountain": 8, "lot_main": 9}
        | {"lot_sub": 10, "chief": 11},
        {"building_id": r"\d{25,26}", "sido": r"[가-힣]+", "mountain": "[01]", "chief": "[01]"},
    ),
    "extra": Layout(
        "주소DB 부가정보",
        9,
        {"building_id": 1, "registered": 7, "name": 8, "shared": 9},
        {"building_id": r"\d{25,26}", "shared": "[01]"},
    ),
}


@dataclass(frozen=True)
class _File:
    """One text file, in a folder or in an archive. ``layout``: None where it is none of ours."""

    name: str
    path: Path
    member: str
    size: int
    layout: str | None = None
    encoding: str = "cp949"
    region: str = ""
    width: int = 0

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        if not self.member:
            with self.path.open("rb") as stream:
                yield stream
        else:
            with ZipFile(self.path) as archive, archive.open(self.member) as stream:
                yield stream


@dataclass
class Buildings:
    """The buildings of ``files``, read anew by each iteration. The counts are of the last one, whole when it ended."""

    files: Sequence[Path]
    progress: Progress | None = None
    rows: int = 0
    removed: int = 0
    damaged: Counter[str] = field(default_factory=Counter)
    ignored: list[str] = field(default_factory=list)
    _size: int = 0
    _done: int = 0

    def __iter__(self) -> Iterator[pa.Table]:
        try:
            yield from self._tables()
        except (*ZIP_TROUBLE, RuntimeError, pa.ArrowInvalid):
            raise OfficialError(
                "주소 파일을 읽을 수 없습니다. 암호가 걸려 있으면 풀고, 그렇지 않으면 다시 내려받아 올려 주십시오."
            ) from None

    def _tables(self) -> Iterator[pa.Table]:
        found = [one for path in self.files for one in _inside(path)]
        self.rows = self.removed = self._done = 0
        self.damaged = Counter()
        self.ignored = [one.name for one in found if one.layout is None]
        self._size = sum(one.size for one in found if one.layout)
        by_layout = {name: [one for one in found if one.layout == name] for name in LAYOUTS}
        if not (by_layout["building"] or by_layout["korean"] or by_layout["address"]):
            raise OfficialError(
                "주소가 든 파일을 찾지 못했습니다. 주소정보 공개 누리집(business.juso.go.kr)에서 내려받은 건물DB, "
                "도로명주소 한글 또는 주소DB의 전체분 파일을 올려 주십시오."
            )
        roads = self._roads(by_layout)
        if by_layout["address"] and not by_layout["improved_road"]:
            raise OfficialError("주소DB는 함께 제공되는 도로명코드 파일이 있어야 읽을 수 있습니다. 함께 올려 주십시오.")
        for one in [*by_layout["building"], *by_layout["korean"]]:
            yield from self._checked(one, (self._kept(one, part, roads) for part in self._parts(one)))
        for region in sorted({one.region for one in by_layout["address"]}):
            yield from self._joined(region, by_layout, roads)

    def told(self) -> str:
        """What was read and what was left out, as the officer is told it."""
        text = f"건물 주소 {self.rows:,}건을 읽었습니다."
        if self.removed:
            text += f" 폐지된 주소 {self.removed:,}건은 넣지 않았습니다."
        if self.damaged:
            each = ", ".join(f"{name} {count:,}줄" for name, count in sorted(self.damaged.items()))
            text += f" 형식이 맞지 않는 {self.damaged.total():,}줄은 제외했습니다({each})."
        if self.ignored:
            text += f" 쓰지 않는 파일: {', '.join(self.ignored)}."
        return text

    def _parts(self, one: _File) -> Iterator[pa.Table]:
        """The named columns of the file, some lines at a time, all as text."""
        assert one.layout
        columns = LAYOUTS[one.layout].columns
        with one.open() as stream:
            rest = b""
            while data := stream.read(BLOCK):
                whole, newline, rest = (rest + data).rpartition(b"\n")
                if len(rest) > LINE:
                    raise OfficialError(
                        f"「{one.name}」에 줄이 나뉘지 않은 곳이 있습니다. 다시 내려받아 올려 주십시오."
                    )
                yield self._part(one, columns, whole + newline)
                self._done += len(data)
                if self.progress:
                    self.progress(min(1.0, self._done / max(1, self._size)))
            yield self._part(one, columns, rest)

    def _part(self, one: _File, columns: Mapping[str, int], data: bytes) -> pa.Table:
        text = data.decode(one.encoding, "replace").lstrip("\ufeff").replace("\0", "\ufffd")
        if not text.strip():
            return pa.table({name: pa.array([], pa.string()) for name in columns})

        def skip(row: pyarrow.csv.InvalidRow) -> str:
            self.damaged[one.name] += 1
            return "skip"

        names = [str(number) for number in range(1, one.width + 1)]
        used = [str(number) for number in columns.values()]
        table = pyarrow.csv.read_csv(
            io.BytesIO(text.encode()),
            pyarrow.csv.ReadOptions(column_names=names, use_threads=False, block_size=2 * BLOCK),
            pyarrow.csv.ParseOptions(delimiter="|", quote_char=False, invalid_row_handler=skip),
            pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(used, pa.string()), include_columns=used),
        )
        return pa.table([pc.utf8_trim_whitespace(column) for column in table.columns], list(columns))

    def _roads(self, by_layout: Mapping[str, Sequence[_File]]) -> pa.Table:
        """Code, name and English name of each road; one still in use goes before one that is not."""
        found: dict[str, tuple[str, str]] = {}
        for one in (*by_layout["english"], *by_layout["road"], *by_layout["improved_road"]):
            for part in self._parts(one):
                code = (
                    pc.binary_join_element_wise(part["district"], part["number"], "") if one.layout == "road" else None
                )
                codes = part["road_code"] if code is None else code
                names = part["road"] if "road" in part.column_names else pa.nulls(len(part), pa.string())
                unused = part["unused"] if "unused" in part.column_names else pa.nulls(len(part), pa.string())
                table = pa.table([codes, names, part["english"], unused], ["code", "road", "english", "unused"])
                table = table.group_by(["code", "road", "english", "unused"]).aggregate([])
                for row in table.to_pylist():
                    if row["unused"] != "1" or row["code"] not in found:
                        before = found.get(row["code"], ("", ""))
                        found[row["code"]] = (row["road"] or before[0], row["english"] or before[1])
        names, english = zip(*found.values(), strict=True) if found else ((), ())
        return pa.table(
            [pa.array(list(found), pa.string()), pa.array(names, pa.string()), pa.array(english, pa.string())],
            ["code", "road", "english"],
        )

    def _joined(self, region: str, by_layout: Mapping[str, Sequence[_File]], roads: pa.Table) -> Iterator[pa.Table]:
        """The addresses of one 시도 of 주소DB with the place and name that its other files hold."""

        def whole(layout: str) -> pa.Table | None:
            parts = [part for one in by_layout[layout] if one.region == region for part in self._parts(one)]
            return pa.concat_tables(parts) if parts else None

        lots, extra = whole("lot"), whole("extra")
        if lots is None:
            missing = next(one.name for one in by_layout["address"] if one.region == region)
            raise OfficialError(f"「{missing}」와 같은 시도의 지번 파일이 없습니다. 함께 올려 주십시오.")
        lots = lots.filter(pc.equal(lots["chief"], "1")).drop_columns(["chief"])
        lots = lots.group_by("building_id", use_threads=False).aggregate(
            [(name, "first") for name in lots.column_names if name != "building_id"]
        )
        lots = lots.rename_columns([name.removesuffix("_first") for name in lots.column_names])
        for one in by_layout["address"]:
            if one.region != region:
                continue
            parts = (
                _with(_with(part, lots), extra).append_column("road", _look_up(part["road_code"], roads, "road"))
                for part in self._parts(one)
            )
            yield from self._checked(one, (self._kept(one, part, roads) for part in parts))

    def _kept(self, one: _File, part: pa.Table, roads: pa.Table) -> pa.Table:
        """The rows that hold a whole address, in ``SCHEMA``; the others are counted."""

        def text(name: str) -> pa.ChunkedArray:
            return pc.fill_null(part[name], "")

        current = pc.not_equal(text("change"), REMOVED)
        sound = pc.and_(pc.not_equal(text("sido"), ""), pc.not_equal(text("road"), ""))
        for name, form in (
            ("main", r"^0*[1-9]\d{0,4}$"),
            ("sub", r"^\d{0,5}$"),
            ("zip", r"^(\d{5})?$"),
            ("lot_main", r"^\d{0,5}$"),
            ("lot_sub", r"^\d{0,5}$"),
            ("underground", "^[012]$"),
        ):
            sound = pc.and_(sound, pc.match_substring_regex(text(name), form))
        for name in ("sido", "sigungu", "township", "village", "road"):
            sound = pc.and_(sound, pc.invert(pc.match_substring(text(name), "\ufffd")))
        self.removed += pc.sum(pc.and_(sound, pc.invert(current))).as_py() or 0
        if unsound := len(part) - (pc.sum(sound).as_py() or 0):
            self.damaged[one.name] += unsound
        part = part.filter(pc.and_(sound, current))

        def number(name: str) -> pa.ChunkedArray:
            return pc.if_else(pc.equal(text(name), ""), "0", text(name)).cast(pa.int32())

        township, village = text("township"), text("village")
        self.rows += len(part)
        return pa.table(
            {
                "sido": text("sido"),
                "sigungu": text("sigungu"),
                "town": pc.utf8_trim_whitespace(pc.binary_join_element_wise(township, village, " ")),
                "road": text("road"),
                "underground": pc.equal(text("underground"), "1"),
                "main": number("main"),
                "sub": number("sub"),
                "zip": text("zip"),
                "lot_main": number("lot_main"),
                "lot_sub": number("lot_sub"),
                "mountain": pc.equal(text("mountain"), "1"),
                "building": pc.if_else(pc.equal(text("name"), ""), text("registered"), text("name")),
                "road_english": _look_up(part["road_code"], roads, "english"),
                "building_id": text("building_id"),
            },
            schema=SCHEMA,
        )

    def _checked(self, one: _File, tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
        good = 0
        for table in tables:
            good += len(table)
            if len(table):
                yield table
        if self.damaged.get(one.name, 0) > good:
            raise OfficialError(f"「{one.name}」의 절반이 넘는 줄이 형식과 다릅니다. 다시 내려받아 올려 주십시오.")


def read_buildings(files: Sequence[Path], progress: Progress | None = None) -> Buildings:
    """The buildings of the official files, in tables of ``SCHEMA``. Iterating raises ``OfficialError``."""
    return Buildings(files, progress)


def _with(left: pa.Table, right: pa.Table | None) -> pa.Table:
    if right is None:
        return left.append_column("name", pa.nulls(len(left), pa.string())).append_column(
            "registered", pa.nulls(len(left), pa.string())
        )
    return left.join(right, "building_id", join_type="left outer", use_threads=False)


def _look_up(codes: pa.ChunkedArray, roads: pa.Table, column: str) -> pa.ChunkedArray:
    if not len(roads):
        return pa.chunked_array([pa.array([""] * len(codes), pa.string())])
    at = pc.index_in(codes, value_set=roads["code"].combine_chunks())
    return pc.fill_null(roads[column].combine_chunks().take(at), "")


def _inside(path: Path) -> Iterator[_File]:
    """The text files at a path: itself, or those of the archive it is."""
    with path.open("rb") as stream:
        start = stream.read(4)
    if start != b"PK\x03\x04":
        yield _known(_File(path.name, path, "", path.stat().st_size))
        return
    with ZipFile(path) as archive:
        members = [entry for entry in archive.infolist() if entry.filename.casefold().endswith(".txt")]
    if len(members) > MOST_MEMBERS:
        raise OfficialError(
            f"「{path.name}」에 텍스트 파일이 {MOST_MEMBERS:,}개를 넘습니다. 주소 파일만 골라 올려 주십시오."
        )
    for entry in members:
        name = entry.filename
        if not entry.flag_bits & 0x800:  # a name not in Unicode is in the Korean code page
            name = name.encode("cp437", "replace").decode("cp949", "replace")
        yield _known(_File(name.rpartition("/")[2], path, entry.filename, entry.file_size))


def _known(one: _File) -> _File:
    """The file with the layout that most of its first lines have."""
    with one.open() as stream:
        lines = stream.read(2**16).split(b"\n")[:-1][:SAMPLE_LINES] or [b""]
    if one.size < 2**16 and lines == [b""]:
        with one.open() as stream:
            lines = [stream.read(2**16)]
    encoding = "utf-8"
    try:
        b"\n".join(lines).decode()
    except UnicodeDecodeError:
        encoding = "cp949"
    rows = [line.decode(encoding, "replace").lstrip("\ufeff").rstrip("\r").split("|") for line in lines]
    votes = Counter(name for row in rows for name, layout in LAYOUTS.items() if layout.fits(row))
    layout, share = votes.most_common(1)[0] if votes else (None, 0)
    if not layout or share * 2 < len(rows):
        return one
    region = Counter(row[0][:2] for row in rows).most_common(1)[0][0]
    width = Counter(len(row) for row in rows if LAYOUTS[layout].fits(row)).most_common(1)[0][0]
    return replace(one, layout=layout, encoding=encoding, region=region, width=width)
