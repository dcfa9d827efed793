"""Every building with an address: nationwide, from Korea Post's list as the package kozip carries it, or from the official
road-name address files once they are imported. Built once into plain arrays that are mapped, not read.
"""

import fcntl
import json
import os
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from importlib import metadata, util
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from lib.entries.address_reading.romanize import keys
from lib.files import clear_left
from lib.settings import DATA, settings

Ints = np.ndarray[Any, np.dtype[np.integer[Any]]]
Progress = Callable[[float, str], None]
LAYOUT = 3  # of the files below and of the keys in them; another number means they are made anew
ROAD, TOWN, AREA = range(3)  # what a key may name
KIND_BITS = 28
COLUMNS = ("sido", "sigungu", "town", "road", "underground", "main", "sub", "zip", "lot_main", "lot_sub", "mountain")  # fmt: skip
NO_KOZIP = "전국 주소 자료(kozip)가 설치되어 있지 않습니다. 「make run」으로 다시 설치해 주십시오."
UNDERGROUND = np.uint32(1 << 31)


class ReferenceMissing(RuntimeError):
    """There is nothing to build the table from. The message is Korean and says what to do."""


def number_code(main: Any, sub: Any, underground: Any = False) -> Any:
    """A building number as one integer that sorts as numbers do."""
    return np.asarray(main, np.uint32) << np.uint32(13) | np.asarray(sub, np.uint32) | np.where(underground, UNDERGROUND, np.uint32(0))  # fmt: skip


@dataclass(frozen=True, eq=False)
class Reference:
    """The building table. Roads are sorted by name and area, buildings by road and number.

    ``areas``: (시도, 시군구) by number; ``towns``: (area, 읍면동 [리]); ``names``: road names. ``road_start[r]``: first building of road r.
    """

    about: dict[str, Any]
    areas: list[tuple[str, str]]
    towns: list[tuple[int, str]]
    names: list[str]
    name_start: Ints  # first road of each name, and the end
    road_name: Ints
    road_area: Ints
    road_start: Ints
    number: Ints
    zip: Ints
    town: Ints
    zip_code: Ints  # each postcode once, in order
    zip_start: Ints
    zip_road: Ints  # roads with buildings of that postcode
    old_zip: Ints  # six-digit postcodes, in order (repeated), each with a town
    old_town: Ints
    lot: Ints  # (town << 32 | mountain, main, sub), in order; empty where the source has no lot numbers
    lot_building: Ints
    key_start: Ints
    key_entity: Ints
    keys: dict[str, int] = field(repr=False)

    @property
    def has_lots(self) -> bool:
        """Whether lot numbers (지번) can be looked up."""
        return len(self.lot) > 0

    def sample(self, rng: np.random.Generator, n: int) -> pd.DataFrame:
        """Buildings drawn at random: sido, sigungu, town, road, main, sub, zip."""
        at = np.sort(rng.choice(len(self.number), n, replace=False))
        road = np.searchsorted(self.road_start, at, "right") - 1
        code = self.number[at] & ~UNDERGROUND
        areas, towns = np.array(self.areas, dtype=object), np.array([name for _, name in self.towns], dtype=object)
        drawn = pd.DataFrame(
            {
                "sido": areas[self.road_area[road], 0],
                "sigungu": areas[self.road_area[road], 1],
                "town": towns[self.town[at]],
                "road": np.array(self.names, dtype=object)[self.road_name[road]],
                "main": (code >> np.uint32(13)).astype(int),
                "sub": (code & np.uint32(8191)).astype(int),
                "zip": pd.Series(self.zip[at]).astype(str).str.zfill(5).to_numpy(object),
            }
        )
        return drawn.sample(frac=1, random_state=int(rng.integers(2**31)), ignore_index=True)

    @cached_property
    def area_roads(self) -> list[Ints]:
        """The roads of each area."""
        order = np.argsort(self.road_area, kind="stable")
        return np.split(order, np.searchsorted(self.road_area[order], np.arange(1, len(self.areas))))

    @cached_property
    def key_list(self) -> list[str]:
        """The keys by number."""
        return list(self.keys)

    @cached_property
    def name_keys(self) -> tuple[Ints, Ints]:
        """Of each road name the first of its keys (and the end), and the numbers of the keys."""
        key = np.repeat(np.arange(len(self.key_start) - 1), np.diff(self.key_start))
        road = np.flatnonzero(self.key_entity >> KIND_BITS == ROAD)
        order = road[np.argsort(self.key_entity[road], kind="stable")]
        return np.searchsorted(self.key_entity[order], np.arange(len(self.names) + 1)), key[order]


# Building


def build(chunks: Iterable[pa.Table], into: Path, about: dict[str, Any], old: "pd.DataFrame | None" = None) -> Path:
    """Write the table's files from rows of COLUMNS (a missing one is empty). ``old``: zip6, sido, sigungu, town."""
    rows = _Rows()
    for chunk in chunks:
        rows.add(chunk)
    clear_left(into.parent, "making-*")
    with tempfile.TemporaryDirectory(dir=into.parent, prefix="making-") as place:
        made = Path(place) / "made"
        made.mkdir()
        rows.write(made, about, old)
        shutil.rmtree(into, ignore_errors=True)
        os.replace(made, into)
    return into


class _Rows:
    """Rows gathered column by column, words as numbers."""

    def __init__(self) -> None:
        self.words: dict[str, dict[Any, int]] = {name: {} for name in ("area", "town", "road")}
        self.parts: dict[str, list[Ints]] = {name: [] for name in ("area", "town", "road", "number", "zip", "lot")}

    def add(self, chunk: pa.Table) -> None:
        """Take in some rows."""
        empty = {name: pa.nulls(len(chunk)) for name in COLUMNS if name not in chunk.column_names}
        for name, column in empty.items():
            chunk = chunk.append_column(name, column)
        area = self._coded("area", _joined(chunk["sido"], chunk["sigungu"]))
        self.parts["area"].append(area)
        self.parts["town"].append(self._coded("town", _joined(pa.array(area).cast(pa.string()), chunk["town"])))
        self.parts["road"].append(self._coded("road", chunk["road"]))
        main, sub, lot_main, lot_sub, zips = (
            _whole(chunk[name]) for name in ("main", "sub", "lot_main", "lot_sub", "zip")
        )
        below, hill = (
            pc.fill_null(chunk[name].cast(pa.bool_()), False).to_numpy().astype(bool)
            for name in ("underground", "mountain")
        )
        self.parts["number"].append(number_code(main, np.minimum(sub, 8191), below))
        self.parts["zip"].append(zips.astype(np.int32))
        self.parts["lot"].append(number_code(lot_main, np.minimum(lot_sub, 8191), hill))

    def _coded(self, what: str, words: Any) -> Ints:
        """Words as numbers, the same over all chunks."""
        coded = pc.fill_null(words.cast(pa.string()), "").combine_chunks().dictionary_encode()
        coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
        known = self.words[what]
        here = np.array([known.setdefault(word, len(known)) for word in coded.dictionary.to_pylist()], np.int32)
        return here[coded.indices.to_numpy()] if len(here) else np.empty(0, np.int32)

    def write(self, into: Path, about: dict[str, Any], old: "pd.DataFrame | None") -> None:
        """Sort, number and write everything."""
        if not self.parts["area"]:
            raise ReferenceMissing("주소 자료에 행이 없습니다. 파일이 비어 있지 않은지 확인해 주십시오.")
        column = {name: np.concatenate(parts) for name, parts in self.parts.items()}
        names, column["road"] = _sorted_words(self.words["road"], column["road"])
        area_words, column["area"] = _sorted_words(self.words["area"], column["area"])
        areas = [tuple(word.split("\t")) for word in area_words]
        place = {i: area_words.index(word) for word, i in self.words["area"].items()}
        towns = [(place[int(area)], name) for area, name in (word.split("\t") for word in self.words["town"])]
        order = np.lexsort((column["number"], column["area"], column["road"]))
        column = {name: values[order] for name, values in column.items()}
        pair = column["road"].astype(np.int64) << 16 | column["area"]
        again = np.zeros(len(pair), bool)
        again[1:] = (np.diff(pair) == 0) & (np.diff(column["number"].astype(np.int64)) == 0)
        lots = self._lots(column)
        kept = ~again
        first = np.cumsum(kept) - 1  # the building each row is
        column, pair = {name: values[kept] for name, values in column.items()}, pair[kept]
        start = np.flatnonzero(np.diff(pair, prepend=-1))
        road_name = column["road"][start]
        zips, zip_start, zip_road = _by_zip(
            column["zip"], np.repeat(np.arange(len(start)), np.diff(start, append=len(pair)))
        )
        files: dict[str, Ints] = {
            "name_start": np.searchsorted(road_name, np.arange(len(names) + 1)).astype(np.int32),
            "road_name": road_name.astype(np.int32),
            "road_area": column["area"][start].astype(np.int16),
            "road_start": np.append(start, len(pair)).astype(np.int32),
            "number": column["number"].astype(np.uint32),
            "zip": column["zip"],
            "town": column["town"].astype(np.uint16 if len(towns) < 1 << 16 else np.int32),
            "zip_code": zips,
            "zip_start": zip_start,
            "zip_road": zip_road,
            "lot": lots[0],
            "lot_building": first[lots[1]].astype(np.int32),
        }
        files |= _old(old, areas, towns)
        words, files["key_start"], files["key_entity"] = _key_table(names, towns, areas)
        for name, values in files.items():
            np.save(into / f"{name}.npy", values)
        (into / "names.txt").write_text("\n".join(names), encoding="utf-8")
        (into / "keys.txt").write_text("\n".join(words), encoding="utf-8")
        told = {**about, "layout": layout(), "buildings": len(pair), "roads": len(start)}
        for name, held in (("places", {"areas": areas, "towns": towns}), ("about", told)):
            (into / f"{name}.json").write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")

    @staticmethod
    def _lots(column: dict[str, Ints]) -> tuple[Ints, Ints]:
        at = np.flatnonzero(column["lot"] & ~UNDERGROUND)
        code = column["town"][at].astype(np.int64) << 32 | column["lot"][at].astype(np.int64)
        order = np.argsort(code, kind="stable")
        return code[order], at[order]


def _joined(left: Any, right: Any) -> Any:
    left, right = (pc.fill_null(side.cast(pa.string()), "") for side in (left, right))
    return pc.binary_join_element_wise(left, right, "\t") if len(left) else left


def _whole(column: Any) -> Ints:
    if pa.types.is_string(column.type):
        column = pc.if_else(pc.equal(column, ""), "0", column)
    return np.asarray(pc.fill_null(column.cast(pa.int64()), 0).to_numpy(), dtype=np.int64)


def _sorted_words(coded: dict[Any, int], values: Ints) -> tuple[list[str], Ints]:
    """Words in order, and the values numbered by it."""
    words = sorted(coded)
    place = np.empty(len(words), np.int32)
    place[[coded[word] for word in words]] = np.arange(len(words))
    return words, place[values]


def _by_zip(zips: Ints, roads: Ints) -> tuple[Ints, Ints, Ints]:
    pairs = np.unique(zips.astype(np.int64) << 32 | roads.astype(np.int64))
    code = (pairs >> 32).astype(np.int32)
    each, start = np.unique(code, return_index=True)
    return each, np.append(start, len(code)).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)


def _old(old: "pd.DataFrame | None", areas: list[Any], towns: list[tuple[int, str]]) -> dict[str, Ints]:
    if old is None:
        return {"old_zip": np.empty(0, np.int32), "old_town": np.empty(0, np.int32)}
    number = {(*areas[area], name): i for i, (area, name) in enumerate(towns)}
    town = [number.get(key, -1) for key in zip(old["sido"], old["sigungu"], old["town"], strict=True)]
    rows = old.assign(number=town).query("number >= 0").sort_values(["zip6", "number"])
    return {"old_zip": rows["zip6"].to_numpy(np.int32), "old_town": rows["number"].to_numpy(np.int32)}


def _key_table(names: list[str], towns: list[tuple[int, str]], areas: list[Any]) -> tuple[list[str], Ints, Ints]:
    """Every key with what it may name."""
    found: dict[str, set[int]] = {}

    def put(kind: int, number: int, *words: str) -> None:
        for word in words:
            for key in keys(word):
                found.setdefault(key, set()).add(kind << KIND_BITS | number)

    for number, name in enumerate(names):
        put(ROAD, number, name)
    for number, (_, name) in enumerate(towns):
        put(TOWN, number, *name.split())
    for number, (_, name) in enumerate(areas):
        put(AREA, number, *name.split(), *([name.replace(" ", "")] if " " in name else []))
    words = sorted(found)
    start = np.cumsum([0, *(len(found[word]) for word in words)]).astype(np.int32)
    return words, start, np.array([entity for word in words for entity in sorted(found[word])], np.int32)


# kozip


def kozip_rows(progress: Progress | None = None) -> Iterator[pa.Table]:
    """The buildings of the package kozip (Korea Post, 2021-11-03), some hundred thousand at a time."""
    yield from _listed("new_zip.json", _entries, progress)


def kozip_old(progress: Progress | None = None) -> pd.DataFrame:
    """Six-digit postcodes (until 2015-07) with the towns they served: zip6, sido, sigungu, town."""
    parts = [part.to_pandas().drop_duplicates() for part in _listed("old_zip.json", _towns, progress)]
    every: pd.DataFrame = pd.concat(parts).drop_duplicates(ignore_index=True)
    return every.assign(zip6=every["zip"].str.replace("-", "").astype(int))


def _listed(name: str, told: Callable[[Any], dict[str, Any]], progress: Progress | None) -> Iterator[pa.Table]:
    """kozip's indented JSON read by its indentation, so that it need never be whole in memory."""
    found = util.find_spec("kozip")
    if found is None or found.origin is None:
        raise ReferenceMissing(NO_KOZIP)
    path = Path(found.origin).parent / name
    lines = pa.csv.open_csv(
        path,
        read_options=pa.csv.ReadOptions(column_names=["line"], block_size=1 << 24),
        parse_options=pa.csv.ParseOptions(delimiter="\x01", quote_char=False),
        convert_options=pa.csv.ConvertOptions(column_types={"line": pa.string()}),
    )
    size, seen = path.stat().st_size, 0
    above: list[str | None] = ["", "", ""]
    with ThreadPoolExecutor(2) as pool:
        waiting: list[Any] = []
        for batch in lines:
            seen += batch.nbytes
            line = batch.column(0)
            groups, above = _groups(line, above)
            waiting.append(pool.submit(_told, line, groups, told))
            while len(waiting) > 3:
                yield waiting.pop(0).result()
            if progress:
                progress(min(seen / size, 1.0), name)
        for one in waiting:
            yield one.result()


def _groups(line: Any, above: list[str | None]) -> tuple[list[Any], list[str | None]]:
    """The postcode, 시도 and 시군구 that each line stands under, and those the next block begins under."""
    inner = pc.starts_with(line, " " * 16)
    carried, last = [], []
    for depth, before in zip((4, 8, 12), above, strict=True):
        here = pc.and_(pc.starts_with(line, " " * depth + '"'), pc.invert(inner))
        word = pc.if_else(here, pc.replace_substring_regex(line, '^ *"([^"]*)".*$', r"\1"), None)
        told = pc.fill_null(pc.fill_null_forward(word), before)
        carried.append(told)
        last.append(told[-1].as_py())
    return carried, last


def _told(line: Any, groups: list[Any], told: Callable[[Any], dict[str, Any]]) -> pa.Table:
    inner = pc.starts_with(line, " " * 16 + '"')
    zips, sido, sigungu = (group.filter(inner) for group in groups)
    return pa.table({"zip": zips, "sido": sido, "sigungu": sigungu, **told(line.filter(inner))})


def _entries(line: Any) -> dict[str, Any]:
    parts = pc.extract_regex(line, r'^ +"(?P<road>.*) (?P<main>\d+)(?:-(?P<sub>\d+))?\|(?P<town>[^"]*)"')
    return {name: pc.struct_field(parts, name) for name in ("road", "main", "sub", "town")}


def _towns(line: Any) -> dict[str, Any]:
    return {"town": pc.struct_field(pc.extract_regex(line, r'\|(?P<town>[^"]*)"'), "town")}


# Opening


def layout() -> str:
    """What a table was made by: the layout of its files and the words its keys know."""
    return f"{LAYOUT}-{zlib.crc32((DATA / 'address_reading' / 'words.csv').read_bytes()):08x}"


def home() -> Path:
    """Where the tables lie: made from public lists, and so kept apart from the office's own data."""
    place = settings().address_dir.expanduser().resolve()
    place.mkdir(parents=True, exist_ok=True)
    return place


def built(folder: Path) -> bool:
    """Whether a table of today's layout lies there, whole."""
    try:
        return bool(_json(folder / "about.json")["layout"] == layout())
    except (OSError, ValueError, KeyError):
        return False


def source() -> Path:
    """The table in use: the imported official one, else Korea Post's."""
    official = home() / "official"
    return official if built(official) else home() / f"kozip-{metadata.version('kozip')}"


def load(progress: Progress | None = None) -> Reference:
    """The building table, built first where it is not there yet (under a minute). Raises ``ReferenceMissing``."""
    place = ready(progress)
    return _open(place, (place / "about.json").stat().st_mtime_ns)


def ready(progress: Progress | None = None) -> Path:
    """The table in use, built by one process at a time where it is not there yet. Raises ``ReferenceMissing``."""
    try:
        place = source()
    except metadata.PackageNotFoundError:
        raise ReferenceMissing(NO_KOZIP) from None
    if not built(place):
        with (home() / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not built(place):
                about = {"source": "우체국 우편번호 자료(kozip)", "as_of": "2021-11-03"}
                build(kozip_rows(progress), place, about, kozip_old(progress))
    return place


def take_official(files: Sequence[Path], as_of: date, progress: Progress | None = None) -> tuple[Path, str]:
    """Build from the official road-name address files, which then take over, and what was read of them (Korean).

    Raises ``official.OfficialError`` or ``ReferenceMissing``; the table before stays until the new one is whole.
    """
    from lib.entries.address_reading import official

    read = official.read_buildings(files, (lambda share: progress(share, "도로명주소")) if progress else None)
    try:
        old = kozip_old()
    except ReferenceMissing:
        old = None
    about = {"source": "행정안전부 도로명주소", "as_of": as_of.isoformat()}
    return build(read, home() / "official", about, old), read.told()


def _json(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told


@lru_cache(1)
def _open(place: Path, made: int = 0) -> Reference:
    """The table of a folder; ``made``: when, so that one imported meanwhile is opened anew."""
    places = _json(place / "places.json")
    arrays = {path.stem: np.load(path, mmap_mode="r") for path in place.glob("*.npy")}
    words = (place / "keys.txt").read_text(encoding="utf-8").split("\n")
    return Reference(
        about=_json(place / "about.json"),
        areas=[tuple(one) for one in places["areas"]],
        towns=[tuple(one) for one in places["towns"]],
        names=(place / "names.txt").read_text(encoding="utf-8").split("\n"),
        keys=dict(zip(words, range(len(words)), strict=True)),
        **arrays,
    )
