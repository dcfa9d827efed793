"""The official list of blocked ingredients and products, as it stood on a given day.

Two tables of facts in ``data/hazard_photo``: ``ingredients.csv`` (one row an ingredient: ground, designation date,
verdict) and ``names.csv`` (one row a name by which a label may call it). An import from the official services
(``importer.py``) replaces them under ``AX_DATA_DIR``.

Legal source: 수입식품안전관리 특별법 제25조의3, 같은 법 시행규칙 제44조의3제1항 (grounds 1 to 7).
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

from lib.settings import DATA, settings

SHIPPED = DATA / "hazard_photo"


class Effect(StrEnum):
    """What the presence of an ingredient leads to, gravest first."""

    NARCOTIC = "narcotic"
    BLOCK = "block"
    CHECK = "check"
    CLEAR = "clear"  # released from the list


@dataclass(frozen=True)
class Ingredient:
    """One row of the list. ``status``: designated, released or reference (of use, but not on the official list)."""

    id: str
    name_ko: str
    name_en: str
    status: str
    verdict: Effect
    ground: str
    subclass: str
    designated_on: date | None
    released_on: date | None
    cas: str
    condition: str

    def effect(self, as_of: date) -> Effect | None:
        """What it led to on that day; None when it was not yet listed."""
        if self.designated_on and as_of < self.designated_on:
            return None
        if self.released_on:
            if as_of >= self.released_on:
                return Effect.CLEAR
            return Effect.CHECK if self.verdict is Effect.CLEAR else self.verdict  # then listed, ground not on record
        return self.verdict


@dataclass(frozen=True)
class Name:
    """A name on a label. ``rule`` says how much context it needs (see ``match.py``), ``effect`` weakens the verdict."""

    ingredient_id: str
    name: str
    lang: str
    kind: str
    rule: str
    effect: str
    not_in: tuple[str, ...]


@dataclass(frozen=True)
class Product:
    """A product on the official blocked list (I2715)."""

    id: str
    name: str
    maker: str
    country: str
    barcodes: tuple[str, ...]
    ingredients: tuple[str, ...]
    starts_on: date | None
    ends_on: date | None

    def blocked(self, as_of: date) -> bool:
        return (self.starts_on is None or self.starts_on <= as_of) and (self.ends_on is None or as_of <= self.ends_on)


@dataclass(frozen=True)
class Catalogue:
    """Everything a verdict rests on. ``list_date``: the day the official list was taken."""

    ingredients: dict[str, Ingredient]
    names: tuple[Name, ...]
    products: tuple[Product, ...]
    benign: frozenset[str]
    list_date: date
    source: str
    folder: Path = field(default=SHIPPED, compare=False)

    def designated(self, as_of: date) -> list[Ingredient]:
        """The officially designated ingredients on that day (312 on 2026-06-30)."""
        return [
            row
            for row in self.ingredients.values()
            if row.status != "reference"
            and row.designated_on
            and row.designated_on <= as_of
            and not (row.released_on and row.released_on <= as_of)
        ]


def load(folder: Path | None = None) -> Catalogue:
    """The imported catalogue when there is one, else the shipped one.

    Raises ``FileNotFoundError`` or ``ValueError`` when ``folder`` holds no readable catalogue.
    """
    if folder is None:
        imported = settings().data_dir.expanduser() / "hazard_photo" / "catalogue"
        folder = imported if (imported / "ingredients.csv").exists() else SHIPPED
    return _load(folder, (folder / "ingredients.csv").stat().st_mtime_ns)


@cache
def _load(folder: Path, changed: int) -> Catalogue:
    about = {row["key"]: row["value"] for row in _rows(folder / "about.csv")}
    return Catalogue(
        ingredients={row["id"]: _ingredient(row) for row in _rows(folder / "ingredients.csv")},
        names=tuple(_name(row) for row in _rows(folder / "names.csv")),
        products=tuple(_product(row) for row in _rows(folder / "products.csv")),
        benign=frozenset(row["name"] for row in _rows(SHIPPED / "benign.csv")),
        list_date=date.fromisoformat(about["list_date"]),
        source=about["source"],
        folder=folder,
    )


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _ingredient(row: dict[str, str]) -> Ingredient:
    return Ingredient(
        id=row["id"],
        name_ko=row["name_ko"],
        name_en=row["name_en"],
        status=row["status"],
        verdict=Effect(row["verdict"]),
        ground=row["ground"],
        subclass=row["subclass"],
        designated_on=_day(row["designated_on"]),
        released_on=_day(row["released_on"]),
        cas=row["cas"],
        condition=row["condition"],
    )


def _name(row: dict[str, str]) -> Name:
    return Name(
        ingredient_id=row["ingredient_id"],
        name=row["name"],
        lang=row["lang"],
        kind=row["kind"],
        rule=row["rule"],
        effect=row["effect"],
        not_in=tuple(phrase for phrase in row["not_in"].split("|") if phrase),
    )


def _product(row: dict[str, str]) -> Product:
    return Product(
        id=row["id"],
        name=row["name"],
        maker=row["maker"],
        country=row["country"],
        barcodes=tuple(code for code in row["barcodes"].split("|") if code),
        ingredients=tuple(name for name in row["ingredients"].split("|") if name),
        starts_on=_day(row["starts_on"]),
        ends_on=_day(row["ends_on"]),
    )
