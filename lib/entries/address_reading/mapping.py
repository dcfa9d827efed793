"""Korea as a map of tiles, one for each 시군구: where the parcels go, drawn without any server.

The tiles lie roughly where the districts do; dense cities take the room they need. 부천시 and 화성시, whose 구 are
younger than the building table, are one tile each.
"""

from functools import cache

import pandas as pd

from lib.settings import DATA

TILES = DATA / "address_reading" / "tiles.csv"
FORMER = {  # 시도 by other names; the merger of 2026-07-01 left the names of its districts as they were
    "강원도": "강원특별자치도",
    "전라북도": "전북특별자치도",
    "광주광역시": "전남광주통합특별시",
    "전라남도": "전남광주통합특별시",
}
MOVED = {("경상북도", "군위군"): "대구광역시"}


@cache
def tiles() -> pd.DataFrame:
    """``sido``, ``sigungu``, ``x`` eastward, ``y`` southward, and ``label``, the name as it fits a tile."""
    read = _file()
    last = read["sigungu"].str.split(" ").str[-1]
    label = last.where(last.str.len() <= 2, last.str[:-1]).str[:4]
    city = read["sigungu"].str.extract(r"^(.+)시 ", expand=False)
    label = label.where(city.isna(), city + "<br>" + label).where(read["sigungu"] != "", "세종")
    return read[["sido", "sigungu", "x", "y"]].assign(label=label)


def counts(read: pd.DataFrame) -> pd.DataFrame:
    """``tiles`` with ``parcels``, how many rows of ``read`` (``sido``, ``sigungu``, of whatever year) lie in each."""
    return tiles().assign(parcels=placed(read).value_counts().reindex(range(len(tiles())), fill_value=0).to_numpy())


def placed(read: pd.DataFrame) -> "pd.Series[int]":
    """The row of ``tiles`` in which each row of ``read`` lies; -1 where its district is not known."""
    pairs = read[["sido", "sigungu"]].fillna("").drop_duplicates()
    found = {pair: _tile(*pair) for pair in pairs.itertuples(index=False, name=None)}
    keys = pd.MultiIndex.from_frame(read[["sido", "sigungu"]].fillna(""))
    return pd.Series(keys.map(found), index=read.index, dtype="int64")


@cache
def borders() -> tuple[list[float | None], list[float | None]]:
    """The edges between 시도 and around the country as one broken line: its x and its y, None between the strokes."""
    read = tiles()
    cells = zip(read["x"].astype(int).tolist(), read["y"].astype(int).tolist(), strict=True)
    owner: dict[tuple[int, int], str] = dict(zip(cells, read["sido"].astype(str).tolist(), strict=True))
    xs: list[float | None] = []
    ys: list[float | None] = []
    for (x, y), sido in owner.items():
        for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            beside = owner.get((x + dx, y + dy))
            if beside == sido or (beside is not None and (dx, dy) in ((-1, 0), (0, -1))):
                continue  # inside, or drawn by the neighbour
            middle, along = (x + dx / 2, y + dy / 2), (abs(dy) / 2, abs(dx) / 2)
            xs += [middle[0] - along[0], middle[0] + along[0], None]
            ys += [middle[1] - along[1], middle[1] + along[1], None]
    return xs, ys


@cache
def _file() -> pd.DataFrame:
    return pd.read_csv(TILES, dtype={"x": int, "y": int}, keep_default_na=False)


@cache
def _names() -> dict[tuple[str, str], int]:
    read = _file()
    names = {pair: at for at, pair in enumerate(zip(read["sido"], read["sigungu"], strict=True))}
    for at, (sido, also) in enumerate(zip(read["sido"], read["also"], strict=True)):
        names |= {(sido, other): at for other in also.split(";") if other}
    return names


def _tile(sido: str, sigungu: str) -> int:
    sido = MOVED.get((sido, sigungu), FORMER.get(sido, sido))
    names = _names()
    return names.get((sido, sigungu), names.get((sido, sigungu.split(" ")[0]), -1))
