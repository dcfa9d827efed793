"""Made-up imports and exports: nine ways of sending foreign goods out as Korean, and more honest firms that look like it.

Nothing in the tables tells the two apart but what the firms do: numbers and names are drawn alike for everybody, rows
are shuffled, honest links get the same noise of wording as planted ones, each way has faint cases, and many offenders
trade honestly too. ``world="eval"`` differs from ``"train"`` in every parameter of ``Ways``; ``"demo"`` lies between.
Trade kinds are codes in the manner of the real ones (unverified).
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lib.entries.origin_laundering.products import (
    GENERIC,
    PARTS,
    PRODUCTS,
    Article,
    Product,
    Text,
    article,
    brand,
    reworded,
)
from lib.entries.origin_laundering.tables import TABLES, schema
from lib.settings import DATA
from lib.tables.contract import TYPES

START, END = date(2024, 7, 1), date(2026, 6, 30)
DAYS = (END - START).days + 1
HARMFUL = {
    "relabel": "라벨갈이",
    "repack": "포장교체",
    "third_party": "제3자명의 수출",
    "sham_processing": "부분가공 위장",
    "two_faces": "한국 세관엔 외국산",
    "mixing": "국산에 일부 혼합",
    "gold": "금 가공품 우회수출",
    "surge": "새 품목 급증",
    "hs_shift": "HS부호를 바꾸어 수출",
}
HARMLESS = {
    "as_is": "원상태 재수출",
    "returned": "반품·계약상이 재수출",
    "toll": "위탁·수탁가공",
    "maker": "실제 제조",
    "maker_same_hs": "같은 HS를 수입·판매하며 자사 제품 수출",
    "samples": "견본",
    "service": "A/S 부품",
    "transit": "중계·반송",
    "repair": "수리 후 재수출",
    "distributor": "수입 유통",
    "exporter": "국산품 수출",
    "domestic_mix": "수입·국산 재료로 제조",
}
_NEVER = 10**6
_SYLLABLES = "가나다라마바사아자차하온빛누리솔한별미르새늘봄들샘윤태진"
_KINDS_OF_FIRM = (
    "무역",
    "상사",
    "산업",
    "테크",
    "글로벌",
    "물산",
    "인터내셔널",
    "코리아",
    "유통",
    "교역",
    "정밀",
    "소재",
)
_SURNAMES = "김이박최정강조윤장임한오서신권황안송류홍"
_GIVEN = "가나다라마바사아자차하은서지민준현우윤채도유진수빈연호"
_PLACES = (
    "가온시 나래구",
    "가온시 다솜구",
    "누리시 마루구",
    "누리시 보람구",
    "다온시 새빛구",
    "라온시 하늘구",
    "온새시 별빛구",
)
_ROADS = ("한빛로", "푸른길", "은하로", "솔숲로", "무지개길", "달빛로", "새벽로", "바람길", "샘터로", "들꽃길")
_WORDS = """Harbor Lotus Summit Jade River Golden Silver Orient Pacific Crown Delta Maple Cedar Falcon Orchid Bright Union
Evergreen Coral Amber Northern Southern Eastern Western Royal Grand Prime Alpha Omega Nova Vista Terra Aqua Sierra Lumen
Phoenix Dragon Tiger Eagle Swan Pearl Ruby Topaz Onyx Willow Bamboo Aspen Birch Granite Marble Velvet Indigo Scarlet Azure
Meridian Zenith Apex Orbit Comet Aurora Solar Lunar Cascade Horizon Anchor Beacon Compass Lantern Bridge""".split()
_LINES = "Trading Industrial Electronics Materials Commerce International Components Textile Holdings Supply Resources Tech".split()
_SUFFIX = {"CN": "CO., LTD.", "HK": "LIMITED", "TW": "CO., LTD.", "JP": "K.K.", "VN": "COMPANY LIMITED", "ID": "PT", "MY": "SDN. BHD.",
           "SG": "PTE. LTD.", "US": "INC.", "DE": "GMBH", "FR": "S.A.", "NL": "B.V.", "PL": "SP. Z O.O.", "AU": "PTY LTD", "MX": "S.A."}  # fmt: skip

Span = tuple[float, float]


@dataclass(frozen=True)
class Ways:
    """How a world trades and cheats. Spans are drawn from evenly; shares are odds; lists are drawn from as they repeat."""

    harmful: float = 0.18  # of the firms
    look_alike: float = 0.27
    faint: float = 0.25  # of the harmful
    left_out: tuple[str, ...] = ("8413702000", "9403200000", "9019101000", "8505110000", "3920621000")  # products
    sources: tuple[str, ...] = ("CN", "CN", "CN", "CN", "VN", "VN", "ID", "TH", "JP", "US", "DE", "TW")
    foul_sources: tuple[str, ...] = ("CN", "CN", "CN", "VN", "VN", "ID")
    markets: tuple[str, ...] = ("US", "US", "US", "CN", "CN", "JP", "JP", "VN", "DE", "TW", "AU", "IN", "MX")
    foul_markets: tuple[str, ...] = ("US", "US", "US", "US", "US", "US", "DE", "FR", "JP", "AU")
    levels: tuple[int, int, int, int] = (25, 35, 25, 15)  # weights of noise levels
    uplift: Span = (0.01, 0.15)
    sham_uplift: Span = (0.10, 0.25)
    gold_uplift: Span = (0.002, 0.02)
    own_uplift: Span = (0.6, 1.6)  # of what is really made
    fair_uplift: Span = (0.0, 0.35)  # of goods honestly sent on
    lag: tuple[float, float] = (3.6, 0.75)  # log mean and spread of the days from import to export
    leaving: Span = (0.55, 1.0)  # share of the lots after the start that leaves again
    lots: tuple[int, int] = (6, 13)  # of an article within the window
    deal: tuple[float, float] = (9.9, 0.9)  # log USD of a lot
    korean: float = 0.3  # articles worded in Korean
    short_hs: float = 0.12
    missing: float = 0.04
    honest_too: float = 0.45  # offenders who trade honestly as well
    lying: float = 0.3  # offenders with a factory on paper
    affiliates: float = 0.12  # ordinary firms with a sister firm
    tariffs: tuple[date, ...] = (date(2025, 2, 4), date(2025, 4, 9), date(2025, 8, 7))
    young: float = 0.12
    us_only: float = 0.3  # lines of honest business that sell to the United States alone
    kept_number: float = 0.85  # honest re-exports that cite their import


WAYS = {
    "train": Ways(),
    "eval": Ways(
        harmful=0.16,
        look_alike=0.3,
        faint=0.35,
        left_out=("7312102000", "8504311000", "4015120000", "6402990000", "7318230000"),
        sources=("CN", "CN", "CN", "VN", "VN", "ID", "MY", "TH", "JP", "JP", "US", "DE", "PL", "IN"),
        foul_sources=("CN", "CN", "VN", "VN", "ID", "TH", "MY"),
        markets=("US", "US", "CN", "JP", "VN", "VN", "DE", "NL", "SG", "AU", "MX", "PL", "GB"),
        foul_markets=("US", "US", "US", "US", "NL", "DE", "PL", "CA", "AU", "GB"),
        levels=(15, 30, 30, 25),
        uplift=(-0.02, 0.13),
        sham_uplift=(0.08, 0.28),
        gold_uplift=(0.001, 0.03),
        own_uplift=(0.5, 1.4),
        fair_uplift=(-0.05, 0.3),
        lag=(3.9, 0.7),
        leaving=(0.4, 0.95),
        lots=(5, 12),
        deal=(9.6, 1.05),
        korean=0.4,
        short_hs=0.2,
        missing=0.06,
        honest_too=0.55,
        lying=0.4,
        affiliates=0.16,
        tariffs=(date(2025, 3, 12), date(2025, 6, 4), date(2025, 10, 14)),
        young=0.16,
        us_only=0.25,
        kept_number=0.75,
    ),
    "demo": Ways(
        harmful=0.17,
        look_alike=0.28,
        faint=0.3,
        left_out=(),
        foul_sources=("CN", "CN", "CN", "VN", "VN", "ID", "TH"),
        markets=("US", "US", "CN", "CN", "JP", "VN", "DE", "NL", "TW", "AU", "IN", "SG"),
        foul_markets=("US", "US", "US", "US", "US", "DE", "NL", "AU"),
        levels=(22, 33, 27, 18),
        uplift=(0.0, 0.14),
        lag=(3.7, 0.75),
        short_hs=0.15,
        missing=0.05,
        lying=0.35,
    ),
}


@dataclass(frozen=True)
class World:
    """``tables`` ("imports", "exports", "firms") as the contracts name them, each with ``row_no``. The rest is truth.

    ``truth``: firm, kind, harmful, start (of the offence: its first export; empty for the harmless), role ("exporter",
    or "importer" for whoever brings in what a third party sends out), one row a planted firm; ordinary firms are not in it.
    ``links``: export_no, import_no, quantity (in the import's unit), kind, harmful, noise: which export lines physically
    are which imported goods. Goods that were really worked (toll, maker, domestic_mix) or never imported (중계·반송) have
    none. An honest link of an offender is not harmful, and its kind is that of the honest trade. ``goods``: by item_no of an
    import line which goods it holds, the same number for the same goods of a firm (not in ``lines``).
    """

    tables: dict[str, pa.Table]
    truth: pa.Table
    links: pa.Table
    goods: Mapping[str, int] = field(default_factory=dict)


def world(
    seed: int,
    *,
    world: Literal["train", "eval", "demo"] = "demo",
    firms: int = 320,
    noise: int | None = None,
) -> World:
    """A seeded world of about that many firms (at least 40). ``noise`` 0..3: every planted link is worded at that level."""
    return _Maker(Random(f"{world} {seed} {firms}"), WAYS[world], noise).made(firms)


@dataclass
class _Firm:
    name: str
    ceo: str
    address: str
    founded: int  # day
    business: str
    factory: bool | None
    brand: str
    size: float
    no: str = ""
    suppliers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    buyers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    days: set[int] = field(default_factory=set)  # on which it imports
    sold: set[int] = field(default_factory=set)


@dataclass
class _Lot:
    """One import line and what is left of it."""

    row: dict[str, Any]
    article: Article
    origin: str
    day: int
    quantity: int
    left: int
    won: float  # a unit, cleared


_KILOS = {"KG": 1.0, "G": 0.001}  # units whose net weight is the quantity
_Draws = list[tuple[_Lot, int]]


class _Maker:
    def __init__(self, random: Random, ways: Ways, noise: int | None) -> None:
        self.random, self.ways, self.noise = random, ways, noise
        self.products = [p for p in PRODUCTS if p.hs not in ways.left_out]
        self.phase = random.random() * 6
        self.firms: list[_Firm] = []
        self.names: set[str] = set()
        self.imports: list[dict[str, Any]] = []
        self.exports: list[dict[str, Any]] = []
        self.links: list[tuple[dict[str, Any], dict[str, Any], int, str, bool, int]] = []
        self.truths: list[tuple[_Firm, str, bool, str, _Firm]] = []  # firm, kind, harmful, role, who exports
        self.habits: dict[tuple[int, int], tuple[int, Text]] = {}
        self.kept: list[Article] = []  # keeps the ids of ``habits`` from being given anew

    def made(self, firms: int) -> World:
        ways = self.ways
        planted: list[str] = []
        for kinds, share in ((HARMFUL, ways.harmful), (HARMLESS, ways.look_alike)):
            planted += [*kinds] * max(1, round(firms * share / len(kinds)))
        others = round((firms - len(planted)) / (1 + ways.affiliates))
        for kind in self.random.sample(names := planted + ["ordinary"] * others, len(names)):
            getattr(self, kind)()
        return self.done()

    # draws

    def between(self, span: Span) -> float:
        return self.random.uniform(*span)

    def maybe(self, p: float) -> bool:
        return self.random.random() < p

    def pick(self, options: Sequence[Any]) -> Any:
        return self.random.choice(options)

    def rate(self, day: int) -> float:
        return 1370 * (1 + 0.05 * math.sin(self.phase + day / 110) + 0.02 * math.sin(day / 17))

    def lag(self) -> int:
        return int(min(max(self.random.lognormvariate(*self.ways.lag), 3), 240))

    def step(self) -> int:
        return self.pick((1, 1, 10, 10, 50))

    def product(self, but: Iterable[str] = ()) -> Product:
        """Of no business in ``but``; gold is rare in ordinary trade."""
        banned = set(but)
        while True:
            product = self.pick(self.products)
            if product.business not in banned and (product.business != "귀금속" or self.maybe(0.4)):
                return product

    def article(self, product: Product, own_brand: str = "", usd: float = 1) -> Article:
        made = article(self.random, product, own_brand, usd=usd, korean=self.ways.korean)
        self.kept.append(made)
        return made

    # people

    def name(self) -> str:
        while True:
            made = "".join(self.pick(_SYLLABLES) for _ in range(self.pick((2, 2, 3)))) + self.pick(_KINDS_OF_FIRM)
            if made not in self.names:
                self.names.add(made)
                return self.pick(("㈜{}", "{}㈜", "주식회사 {}", "{} 주식회사", "{}")).format(made)

    def person(self) -> str:
        return self.pick(_SURNAMES) + self.pick(_GIVEN) + self.pick(_GIVEN)

    def address(self) -> str:
        room = f", {self.random.randrange(101, 1900)}호" if self.maybe(0.5) else ""
        return f"{self.pick(_PLACES)} {self.pick(_ROADS)} {self.random.randrange(1, 400)}{room}"

    def firm(self, product: Product, maker: bool, young: float = 0) -> _Firm:
        recent = self.maybe(young or self.ways.young)
        business = f"{product.business} 제조" if maker else self.pick(
            ("도매", "무역", "도소매", f"{product.business} 도매", "수출입업", f"{product.business} 제조")
        )  # fmt: skip
        yes, no = (0.85, 0.08) if maker else (0.1, 0.7)
        drawn = self.random.random()
        made = _Firm(
            self.name(), self.person(), self.address(),
            self.random.randrange(-420, -20) if recent else self.random.randrange(-9000, -420),
            business, True if drawn < yes else False if drawn < yes + no else None,
            brand(self.random), self.random.lognormvariate(0, 0.5),
        )  # fmt: skip
        self.firms.append(made)
        return made

    def offender(self, product: Product, young: float = 0) -> _Firm:
        return self.firm(product, self.maybe(self.ways.lying), young)

    def partner(self, known: dict[str, list[str]], country: str) -> str:
        if not known[country] or self.maybe(0.1):
            words = self.random.sample(_WORDS, self.pick((1, 2, 2)))
            known[country].append(" ".join([*words, self.pick(_LINES), _SUFFIX.get(country, "LTD")]).upper())
        return self.pick(known[country])

    # declarations

    def lot(self, firm: _Firm, article: Article, day: int, origin: str, *, kind: str = "11", quantity: int = 0) -> _Lot:
        day = _weekday(self.near(firm.days, day, -4, 4))
        firm.days.add(day)
        dear = 15 if article.product.business == "귀금속" else 1
        usd = article.usd * self.random.lognormvariate(0, 0.04)
        if not quantity:
            worth = self.random.lognormvariate(*self.ways.deal) * firm.size * dear
            quantity = _round(worth / usd, self.step())
        won = usd * self.rate(day) * (1 + self.random.uniform(0.02, 0.07))
        country = origin if self.maybe(0.93) else self.pick(("HK", "SG", "CN"))
        if kind == "11" and self.maybe(0.04):
            kind = "15"
        row = self.line(
            firm, day, kind, article.product.hs, article.text, quantity, article.product.unit, article.kg, usd, won
        )
        row |= {
            "partner": self.partner(firm.suppliers, country),
            "country": country,
            "origin": origin,
            "origin_mark": self.pick(("Y", "Y", "Y", "N", None)),
            "purpose": self.pick(("판매용", "판매용", "제조용", "수출용", "자가사용", None)),
        }
        self.kept.append(article)
        row["goods_id"] = id(article)
        self.imports.append(row)
        return _Lot(row, article, origin, day, quantity, quantity, won)

    def lots(self, firm: _Firm, article: Article, origin: str, span: Span, count: int, kind: str = "11") -> list[_Lot]:
        days = sorted(int(self.between(span)) for _ in range(count))
        made = [self.lot(firm, article, day, origin, kind=kind) for day in days if 0 <= day < DAYS - 3]
        return sorted(made, key=lambda lot: lot.day)

    def out(
        self, firm: _Firm, day: int, hs: str, text: Text, quantity: float, unit: str, kg: float, won: float, country: str, *,
        origin: str | None = "KR", trade_kind: str = "11", maker: _Firm | None = None, agent: _Firm | None = None,
        cited: _Lot | None = None, refund: float = 0.2,
    ) -> dict[str, Any]:  # fmt: skip
        """One export line; ``won`` a unit."""
        firm.sold.add(day)
        if trade_kind == "11" and self.maybe(0.05):
            trade_kind = self.pick(("15", "15", "89"))
        row = self.line(firm, day, trade_kind, hs, text, quantity, unit, kg, won / self.rate(day), won)
        row |= {
            "maker": maker, "agent": agent, "country": country, "partner": self.partner(firm.buyers, country), "origin": origin,
            "cited": cited.row if cited else None,
            "refund": self.maybe(refund) if self.maybe(0.8) else None,
        }  # fmt: skip
        self.exports.append(row)
        return row

    def line(
        self, firm: _Firm, day: int, kind: str, hs: str, text: Text, quantity: float, unit: str, kg: float, usd: float, won: float
    ) -> dict[str, Any]:  # fmt: skip
        noise = self.random.lognormvariate(0, 0.008)
        weight = quantity * _KILOS[unit] if unit in _KILOS else quantity * kg * noise
        return {
            "firm": firm, "day": day, "trade_kind": kind, "hs": hs, "goods": text.goods, "trade_name": text.trade_name,
            "brand": text.brand, "model": text.model, "component": text.component, "quantity": float(quantity), "unit": unit,
            "weight_kg": round(weight, 3 if weight < 10 else 1), "unit_price": round(usd, 4), "currency": "USD",
            "won": round(won * quantity),
        }  # fmt: skip

    def near(self, days: set[int], day: int, before: int, after: int) -> int:
        """A day of other lines close by, so that declarations hold several; mostly."""
        close = sorted(d for d in days if before <= d - day <= after)
        return self.pick(close) if close and self.maybe(0.6) else day

    def level(self) -> int:
        if self.noise is not None:
            return self.noise
        return self.random.choices(range(4), self.ways.levels)[0]

    def worded(self, firm: _Firm, article: Article) -> tuple[int, Text]:
        """As this exporter writes this article: mostly as the last time."""
        key = (id(firm), id(article))
        if key not in self.habits or self.maybe(0.25):
            level = self.level()
            self.habits[key] = (level, reworded(self.random, article, level, firm.brand))
        return self.habits[key]

    # imported goods that leave again

    def plan(self, firm: _Firm, lots: Sequence[_Lot], share: float, most: int = 3) -> list[tuple[int, _Draws]]:  # fmt: skip
        """Days on which parts of these lots leave, first in first out; an export may take from several lots."""
        wants: list[tuple[int, int]] = []
        leaving = [lot for lot in lots if self.maybe(share)]
        for lot in leaving:
            parts = self.random.randint(1, most)
            for _ in range(parts):
                amount = lot.quantity / parts * self.pick((1, 1, 0.8, 0.5, 1.6))
                wants.append((lot.day + self.lag(), _round(amount, self.step())))
        leaves: list[tuple[int, _Draws]] = []
        for due, amount in sorted(wants):
            day = _weekday(self.near(firm.sold, due, 0, 4))
            if day >= DAYS:
                continue
            draws: _Draws = []
            want = amount
            for lot in leaving:
                taken = min(want, lot.left) if lot.day < day else 0
                if taken > 0:
                    draws.append((lot, taken))
                    lot.left -= taken
                    want -= taken
            if draws:
                leaves.append((day, draws))
        return leaves

    def leave(
        self, firm: _Firm, day: int, draws: _Draws, kind: str, uplift: float, country: str, *,
        hs: str = "", unit: str = "", holds: float = 1, heavier: float = 1, own: int = 0, cite: float = 0, **how: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """An export line of the goods drawn. ``holds``: import units in one of its ``unit``; ``own``: as many more of own making."""
        made = draws[0][0].article
        level, text = self.worded(firm, made)
        drawn = sum(taken for _, taken in draws)
        cost = sum(lot.won * taken for lot, taken in draws) / drawn
        quantity = (drawn + own) / holds
        quantity = float(round(quantity, 1) if unit == "KG" else max(1, round(quantity)))
        row = self.out(
            firm, day, hs or made.product.hs, text, quantity, unit or made.product.unit, made.kg * holds * heavier,
            cost * (1 + uplift) * (drawn + own) / quantity, country,
            cited=draws[0][0] if self.maybe(cite) else None, **how,
        )  # fmt: skip
        for lot, taken in draws:
            self.links.append((row, lot.row, taken, kind, kind in HARMFUL, level))
        return row

    def launder(
        self, kind: str, firm: _Firm, product: Product, write: Callable[[int, _Draws, float], Any], *, uplift: Span | None = None,
        importer: _Firm | None = None, since: int = -1, before: float = 0.6,
    ) -> None:  # fmt: skip
        """Imports that leave as Korean since a day in the window; before it the goods are sold at home, if imported at all."""
        importer, ways = importer or firm, self.ways
        faint = self.maybe(ways.faint)
        since = since if since >= 0 else self.random.randrange(60, DAYS - 180)
        span = uplift or ways.uplift
        done = 0
        while not done:  # what came too late in the window has not left yet
            for made in [self.article(product) for _ in range(1 if faint else self.pick((1, 1, 2, 3)))]:
                origin = self.pick(ways.foul_sources)
                if self.maybe(before):
                    self.lots(importer, made, origin, (0, since), self.random.randint(1, 4))
                count = (
                    self.random.randint(1, 3)
                    if faint
                    else max(2, round(self.random.randint(*ways.lots) * (DAYS - since) / 400))
                )
                share = self.between((0.3, 0.6)) if faint else self.between(ways.leaving)
                lots = self.lots(importer, made, origin, (since, DAYS - 40), count)
                raised = self.between(span) + (self.between((0.02, 0.12)) if faint and kind != "gold" else 0)
                for day, draws in self.plan(firm, lots, share):
                    write(day, draws, raised + self.random.gauss(0, 0.01))
                    done += 1
        self.truths.append((firm, kind, True, "exporter", firm))
        if importer is not firm:
            self.truths.append((importer, kind, True, "importer", firm))
        if self.maybe(ways.honest_too):
            self.honest(firm, self.product((product.business,)) if kind == "surge" else product)

    def honest(self, firm: _Firm, product: Product) -> None:
        """Business beside the offence: Korean goods sold abroad, goods sold at home, goods honestly sent on."""
        if self.maybe(0.6):
            self.korean(
                firm, product if self.maybe(0.4) else self.product(), firm.factory is True, self.random.randint(2, 6)
            )
        if self.maybe(0.5):
            self.home(firm, self.product(), self.random.randint(2, 5))
        if self.maybe(0.3):
            self.sent_on(firm, self.article(product if self.maybe(0.4) else self.product()), "as_is", 3)

    def foul(self) -> str:
        return self.pick(self.ways.foul_markets)

    def shown_maker(self, firm: _Firm) -> _Firm | None:
        """Whom an offender names as the maker: itself, nobody, or some firm."""
        drawn = self.random.random()
        return firm if drawn < 0.55 else None if drawn < 0.8 else self.pick(self.firms)

    # the harmful

    def base(self) -> Product:
        return self.product(("귀금속",))

    def relabel(self) -> None:
        product = self.base()
        firm = self.offender(product)
        self.launder("relabel", firm, product, lambda day, draws, up: self.leave(
            firm, day, draws, "relabel", up, self.foul(), maker=self.shown_maker(firm)))  # fmt: skip

    def repack(self) -> None:
        product = self.base()
        firm = self.offender(product)
        unit, holds = product.pack
        heavier = self.pick((-1, 1)) * self.between((0.015, 0.09)) + 1

        def write(day: int, draws: _Draws, up: float) -> None:
            row = self.leave(
                firm,
                day,
                draws,
                "repack",
                up,
                self.foul(),
                unit=unit,
                holds=holds,
                heavier=heavier,
                maker=self.shown_maker(firm),
            )
            if self.noise is None and self.maybe(0.6):
                row["trade_name"] = self.pick(product.names)[self.pick((0, 0, 1))]

        self.launder("repack", firm, product, write)

    def third_party(self) -> None:
        product = self.base()
        importer, firm = self.firm(product, False), self.offender(product, 0.4)
        tie = self.pick(("ceo", "address", "both", "declared"))
        if tie in ("ceo", "both"):
            firm.ceo = importer.ceo
        if tie in ("address", "both"):
            firm.address = importer.address
        declared = tie == "declared" or self.maybe(0.3)

        def write(day: int, draws: _Draws, up: float) -> None:
            maker = importer if declared and self.maybe(0.7) else self.shown_maker(firm)
            agent = importer if declared and (maker is not importer or self.maybe(0.3)) else None
            self.leave(firm, day, draws, "third_party", up, self.foul(), maker=maker, agent=agent)

        self.launder("third_party", firm, product, write, importer=importer)
        if self.maybe(0.6):
            self.home(importer, self.product(), self.random.randint(2, 6))

    def sham_processing(self) -> None:
        product = self.base()
        firm = self.firm(product, self.maybe(0.55))
        hs = self.pick((product.hs, product.other_hs[0], product.other_hs[0], product.other_hs[1]))
        lighter = self.between((0.94, 1.04))
        self.launder("sham_processing", firm, product, lambda day, draws, up: self.leave(
            firm, day, draws, "sham_processing", up, self.foul(), hs=hs, heavier=lighter, maker=firm), uplift=self.ways.sham_uplift)  # fmt: skip

    def two_faces(self) -> None:
        product = self.base()
        firm = self.offender(product)
        self.launder("two_faces", firm, product, lambda day, draws, up: self.leave(
            firm, day, draws, "two_faces", up, "US" if self.maybe(0.9) else self.foul(), origin=draws[0][0].origin,
            maker=None if self.maybe(0.6) else firm))  # fmt: skip

    def mixing(self) -> None:
        product = self.base()
        firm = self.firm(product, True)
        self.parts(firm, product, self.random.randint(3, 8))
        self.korean(firm, product, True, self.random.randint(5, 10))

        def write(day: int, draws: _Draws, up: float) -> None:
            own = round(sum(taken for _, taken in draws) * self.pick((0, 0, 0.3, 0.6, 1)))
            self.leave(firm, day, draws, "mixing", up, self.foul(), own=own, maker=firm)

        low, high = self.ways.uplift
        self.launder("mixing", firm, product, write, uplift=(low + 0.02, high + 0.15), before=0.3)

    def gold(self) -> None:
        product = next(p for p in self.random.sample(self.products, len(self.products)) if p.business == "귀금속")
        firm = self.offender(product, 0.3)
        self.launder("gold", firm, product, lambda day, draws, up: self.leave(
            firm, day, draws, "gold", up, self.foul(), hs=self.pick((product.hs, product.hs, product.other_hs[0])),
            maker=self.shown_maker(firm)), uplift=self.ways.gold_uplift, before=0.3)  # fmt: skip

    def surge(self) -> None:
        product = self.base()
        firm = self.offender(product, 0.35)
        other = self.product((product.business, "귀금속"))
        if firm.founded < -420:
            self.home(firm, other, self.random.randint(3, 8))
            if self.maybe(0.5):
                self.korean(firm, other, False, self.random.randint(2, 6))
        since = (self.pick(self.ways.tariffs) - START).days + self.random.randrange(0, 45)
        self.launder("surge", firm, product, lambda day, draws, up: self.leave(
            firm, day, draws, "surge", up, "US" if self.maybe(0.8) else self.foul(), maker=self.shown_maker(firm)), since=since, before=0)  # fmt: skip

    def hs_shift(self) -> None:
        product = self.base()
        firm = self.offender(product)
        hs = self.pick((product.other_hs[1], product.other_hs[1], product.other_hs[2]))
        self.launder("hs_shift", firm, product, lambda day, draws, up: self.leave(
            firm, day, draws, "hs_shift", up, self.foul(), hs=hs, maker=self.shown_maker(firm)))  # fmt: skip

    # what honest firms do

    def spell(self) -> tuple[int, int]:
        """Days in which a line of business runs: mostly the whole window."""
        first = 0 if self.maybe(0.7) else self.random.randrange(DAYS // 2)
        return first, DAYS - 1 if self.maybe(0.85) else self.random.randrange(first + 120, DAYS)

    def home(self, firm: _Firm, product: Product, count: int, origin: str = "") -> tuple[Article, list[_Lot]]:
        """Imports sold in Korea."""
        made = self.article(product)
        return made, self.lots(firm, made, origin or self.pick(self.ways.sources), self.spell(), count)

    def parts(self, firm: _Firm, product: Product, count: int) -> None:
        for part in self.random.sample(PARTS[product.business], min(2, len(PARTS[product.business]))):
            self.home(firm, part, max(1, count // 2))

    def korean(
        self,
        firm: _Firm,
        product: Product,
        maker: bool,
        count: int,
        usd: Span = (0.95, 1.5),
        maker_firm: _Firm | None = None,
    ) -> Article:
        """Exports of goods made in Korea, by the firm or bought from a maker."""
        made = self.article(product, firm.brand if maker and self.maybe(0.8) else "", self.between(usd))
        others = self.random.sample(self.firms, min(8, len(self.firms)))
        source = maker_firm or (firm if maker else next((f for f in others if f.factory and f is not firm), None))
        if not maker and self.maybe(0.35):
            source = None
        agent = self.pick(others) if self.maybe(0.05) else None
        markets = [self.pick(self.ways.markets) for _ in range(self.pick((1, 1, 2, 3)))]
        if self.maybe(self.ways.us_only):
            markets = ["US"]
        first, last = self.spell()
        dear = 15 if product.business == "귀금속" else 1
        for _ in range(count):
            day = _weekday(self.near(firm.sold, self.random.randrange(first, last + 1), -3, 3))
            if day >= DAYS:
                continue
            worth = self.random.lognormvariate(*self.ways.deal) * firm.size * dear
            _, text = self.worded(firm, made)
            won = made.usd * self.rate(day) * self.random.lognormvariate(0, 0.05)
            self.out(firm, day, product.hs, text, _round(worth / made.usd, self.step()), product.unit, made.kg, won,
                     self.pick(markets), maker=source, agent=agent, refund=0.35)  # fmt: skip
        return made

    def sent_on(
        self,
        firm: _Firm,
        made: Article,
        kind: str,
        count: int,
        *,
        origin: str = "",
        trade_kind: str = "72",
        share: float = 0.7,
    ) -> None:
        """Imports that leave again as the foreign goods they are."""
        origin = origin or self.pick(self.ways.sources)
        lots = self.lots(firm, made, origin, (0, DAYS - 30), count)
        for day, draws in self.plan(firm, lots, share, 2):
            plain = self.maybe(0.12)
            self.leave(
                firm, day, draws, kind, self.between(self.ways.fair_uplift), self.pick(self.ways.markets), origin=origin,
                trade_kind="11" if plain else trade_kind, cite=0 if plain and self.maybe(0.5) else self.ways.kept_number, refund=0.6,
            )  # fmt: skip

    def few(self, firm: _Firm, lots: Sequence[_Lot], kind: str, trade_kind: str, most: int, *, uplift: Span = (0, 0.1), origin: bool = True, cite: float = 0.2) -> None:  # fmt: skip
        """A few pieces out of some lots."""
        for lot in lots:
            day = _weekday(lot.day + self.lag())
            if lot.left and day < DAYS and self.maybe(0.7):
                taken = min(lot.left, self.random.randint(1, most))
                lot.left -= taken
                row = self.leave(firm, day, [(lot, taken)], kind, self.between(uplift), self.pick(self.ways.markets),
                                 origin=lot.origin if origin or self.maybe(0.5) else None, trade_kind=trade_kind, cite=cite)  # fmt: skip
                if kind == "service" and self.noise is None and self.maybe(0.7):
                    row["trade_name"] = (
                        f"{row['trade_name']} {self.pick(('A/S', 'WARRANTY', 'FOR A/S', 'SPARE PARTS', '하자보수'))}"
                    )

    def harmless(self, firm: _Firm, kind: str) -> None:
        self.truths.append((firm, kind, False, "exporter", firm))

    # the look-alikes

    def as_is(self) -> None:
        product = self.product()
        firm = self.firm(product, False)
        for _ in range(self.pick((1, 2, 2))):
            self.sent_on(
                firm, self.article(product if self.maybe(0.6) else self.product()), "as_is", self.random.randint(4, 9)
            )
        self.home(firm, product, 3)
        self.harmless(firm, "as_is")

    def returned(self) -> None:
        product = self.product()
        firm = self.firm(product, self.maybe(0.3))
        _, lots = self.home(firm, product, self.random.randint(6, 11))
        for day, draws in self.plan(firm, lots, 0.45, 1):
            lot = draws[0][0]
            self.leave(firm, day, draws, "returned", self.between((-0.08, 0.03)), lot.row["country"], origin=lot.origin,
                       trade_kind=self.pick(("93", "93", "93", "89")), cite=self.ways.kept_number)  # fmt: skip
        if self.maybe(0.5):
            self.korean(firm, self.product(), False, 4)
        self.harmless(firm, "returned")

    def toll(self) -> None:
        product = self.product()
        firm = self.firm(product, True)
        part = self.pick(PARTS[product.business])
        kind, origin = self.pick(("21", "21", "29")), self.pick(self.ways.sources)
        for _ in range(self.pick((1, 2))):
            made = self.article(product, "" if self.maybe(0.6) else firm.brand, self.between((0.9, 1.4)))
            if kind == "29":  # materials out, goods back
                for _ in range(self.random.randint(4, 9)):
                    material = self.article(part)
                    day = _weekday(self.random.randrange(0, DAYS - 40))
                    self.out(firm, day, part.hs, material.text, self.random.randint(100, 9000), part.unit, material.kg,
                             material.usd * self.rate(day), origin, trade_kind="29", maker=self.pick((firm, None)), refund=0.1)  # fmt: skip
                    self.lot(firm, made, day + self.random.randrange(20, 36), origin, kind="29")
                continue
            near = self.maybe(0.35)  # hardly other goods come in: a semi-finished article of the same four digits
            came = self.article(_as(product, product.other_hs[1]) if near else part)
            for lot in self.lots(firm, came, origin, (0, DAYS - 40), self.random.randint(4, 9), "21"):
                day = _weekday(lot.day + self.lag())
                if day < DAYS:
                    worth, fee = lot.won * lot.quantity, self.between((0.12, 0.45))
                    quantity = lot.quantity if near else _round(worth * (1 + fee) / (made.usd * 1370), 10)
                    self.out(firm, day, product.hs, made.text, quantity, product.unit, made.kg * (0.95 if near else 1),
                             worth * (1 + fee) / quantity, origin if self.maybe(0.7) else self.pick(self.ways.markets), trade_kind="21",
                             maker=firm, cited=lot if self.maybe(0.3) else None)  # fmt: skip
        self.harmless(firm, "toll")

    def maker(self) -> None:
        product = self.base()
        firm = self.firm(product, True)
        sold, bought = len(self.exports), len(self.imports)
        for _ in range(self.pick((1, 2, 3))):
            self.korean(firm, product, True, self.random.randint(4, 9), (1.0, 1.8))
        self.parts(firm, product, self.random.randint(6, 12))
        parts = self.imports[bought:]
        allowed = sum(row["won"] for row in self.exports[sold:]) / (1 + self.between(self.ways.own_uplift))
        ratio = min(1.0, allowed / max(1, sum(row["won"] for row in parts)))
        for row in parts:  # no more than what is made of them is worth
            quantity = max(1, round(row["quantity"] * ratio))
            less = quantity / row["quantity"]
            row |= {
                "quantity": float(quantity),
                "won": round(row["won"] * less),
                "weight_kg": round(row["weight_kg"] * less, 3),
            }
        self.harmless(firm, "maker")

    def maker_same_hs(self) -> None:
        product = self.base()
        firm = self.firm(product, True)
        for _ in range(self.pick((1, 2))):
            self.home(firm, product, self.random.randint(3, 7), self.pick(self.ways.foul_sources))
        if self.maybe(0.6):
            self.parts(firm, product, 4)
        for _ in range(self.pick((1, 2))):
            self.korean(firm, product, True, self.random.randint(4, 9), (0.85, 1.3))
        self.harmless(firm, "maker_same_hs")

    def samples(self) -> None:
        product = self.product()
        firm = self.firm(product, self.maybe(0.3))
        for _ in range(self.pick((1, 2))):
            _, lots = self.home(firm, product, self.random.randint(4, 8))
            self.few(firm, lots, "samples", "92", 12, uplift=(-0.3, 0.2), origin=False)
        if self.maybe(0.5):
            self.korean(firm, self.product(), False, 5)
        self.harmless(firm, "samples")

    def service(self) -> None:
        product = self.base()
        firm = self.firm(product, self.maybe(0.4))
        for _ in range(self.pick((1, 2))):
            _, lots = self.home(firm, product, self.random.randint(4, 8))
            self.few(firm, lots, "service", self.pick(("11", "89")), 25, uplift=(0, 0.3), origin=False)
        if self.maybe(0.5):
            self.korean(firm, product, firm.factory is True, 5)
        self.harmless(firm, "service")

    def transit(self) -> None:
        product = self.product()
        firm = self.firm(product, False)
        origin, kind = self.pick(self.ways.sources), self.pick(("78", "79"))
        made, lots = self.home(firm, product, self.random.randint(4, 8), origin)
        for lot in lots:  # the like of what is imported, but never cleared
            for _ in range(self.pick((0, 1, 1, 2))):
                day = _weekday(self.random.randrange(0, DAYS - 2))
                won = lot.won * (1 + self.between(self.ways.fair_uplift))
                self.out(firm, day, product.hs, self.worded(firm, made)[1], _round(lot.quantity * self.between((0.3, 1.2)), 1), product.unit,
                         made.kg, won, self.pick(self.ways.markets), origin=origin, trade_kind=kind)  # fmt: skip
        self.harmless(firm, "transit")

    def repair(self) -> None:
        product = self.base()
        firm = self.firm(product, self.maybe(0.7))
        made, origin = self.article(product), self.pick(self.ways.sources)
        for _ in range(self.random.randint(5, 10)):
            lot = self.lot(
                firm, made, self.random.randrange(0, DAYS - 40), origin, kind="83", quantity=self.random.randint(1, 40)
            )
            day = _weekday(lot.day + self.lag())
            if day < DAYS:
                self.leave(firm, day, [(lot, lot.quantity)], "repair", self.between((0, 0.25)), lot.row["country"], origin=origin,
                           trade_kind="83", cite=self.ways.kept_number, maker=self.pick((firm, None)))  # fmt: skip
        self.korean(firm, product, firm.factory is True, 5)
        self.harmless(firm, "repair")

    def distributor(self) -> None:
        product = self.product()
        firm = self.firm(product, False)
        for _ in range(self.pick((2, 3))):
            self.home(firm, product if self.maybe(0.6) else self.product(), self.random.randint(4, 9))
        if self.maybe(0.4):
            self.korean(firm, self.product((product.business,)), False, 4)
        self.harmless(firm, "distributor")

    def exporter(self) -> None:
        product = self.product()
        firm = self.firm(product, self.maybe(0.5))
        for _ in range(self.pick((2, 3))):
            self.korean(
                firm, product if self.maybe(0.6) else self.product(), self.maybe(0.6), self.random.randint(4, 9)
            )
        self.harmless(firm, "exporter")

    def domestic_mix(self) -> None:
        product = self.base()
        firm = self.firm(product, True)
        bare = _as(product, self.pick((product.hs, product.other_hs[1])))
        made, lots = self.article(product, firm.brand), []
        for _ in range(self.pick((1, 2))):
            _, some = self.home(firm, bare, self.random.randint(3, 7))
            lots += some
        for lot in lots:
            day = _weekday(lot.day + self.lag())
            if day < DAYS:
                text = made.text if self.maybe(0.7) else reworded(self.random, made, 1, firm.brand)
                won = lot.won * (1 + self.between((0.4, max(0.9, self.ways.own_uplift[1] - 0.4))))
                self.out(firm, day, product.hs, text, _round(lot.quantity * self.between((1.8, 5)), 1), product.unit, made.kg, won,
                         self.pick(self.ways.markets), maker=firm, refund=0.5)  # fmt: skip
        self.harmless(firm, "domestic_mix")

    def ordinary(self) -> None:
        """Importers, exporters, and firms that do both, of the same or other goods."""
        product = self.product()
        way = self.random.choices(("in", "out", "both"), (30, 30, 40))[0]
        firm = self.firm(product, (way == "out" and self.maybe(0.6)) or self.maybe(0.3))
        sister = None
        if self.maybe(self.ways.affiliates):  # the same representative or place, and a business of its own
            sister = self.firm(product if self.maybe(0.5) else self.product(), self.maybe(0.4))
            tie = self.pick(("ceo", "address", "both"))
            sister.ceo = firm.ceo if tie != "address" else sister.ceo
            sister.address = firm.address if tie != "ceo" else sister.address
        for one, does in ((firm, way), (sister, "out" if way == "in" else "in")):
            if one is None:
                continue
            if does in ("in", "both"):
                for _ in range(self.pick((1, 2, 2, 3))):
                    what = (
                        product
                        if self.maybe(0.5)
                        else self.pick(PARTS[product.business])
                        if self.maybe(0.3)
                        else self.product()
                    )
                    self.home(one, what, self.random.randint(3, 9))
            if does in ("out", "both"):
                for _ in range(self.pick((1, 2, 2, 3))):
                    made = self.korean(one, product if self.maybe(0.5) else self.product(), one.factory is True, self.random.randint(3, 9),
                                       maker_firm=firm if one is sister and self.maybe(0.3) else None)  # fmt: skip
                    day = min(one.sold, default=DAYS) + self.random.randrange(20, 120)
                    if day < DAYS - 9 and self.maybe(0.08):  # the customer sends some back
                        back = self.lot(one, made, day, "KR", kind="84", quantity=self.random.randint(1, 60))
                        back.row |= {"country": self.pick(self.ways.markets), "purpose": None}

    # the files

    def done(self) -> World:
        random = self.random
        random.shuffle(self.firms)
        start = random.randrange(10**7)
        for i, firm in enumerate(self.firms):
            firm.no = _firm_no(start + i)
        self.numbered(self.imports, "M")
        self.numbered(self.exports, "X")
        tables = {"imports": self.table("imports", self.imports), "exports": self.table("exports", self.exports)}
        firms = [
            {"firm": f.no, "name": f.name, "ceo": f.ceo, "address": f.address, "founded_on": START + timedelta(f.founded),
             "business": f.business, "factory": f.factory}
            for f in random.sample(self.firms, len(self.firms))
        ]  # fmt: skip
        tables["firms"] = _typed("firms", firms)
        first: dict[int, int] = {}
        for export, _, _, _, harmful, _ in self.links:
            if harmful:
                who = id(export["firm"])
                first[who] = min(first.get(who, _NEVER), export["day"])
        random.shuffle(self.truths)
        truth = [
            {"firm": f.no, "kind": kind, "harmful": harmful, "start": START + timedelta(first[id(by)]) if harmful else None, "role": role}
            for f, kind, harmful, role, by in self.truths
        ]  # fmt: skip
        links = [
            {"export_no": e["item_no"], "import_no": i["item_no"], "quantity": float(q), "kind": kind, "harmful": harmful, "noise": level}
            for e, i, q, kind, harmful, level in random.sample(self.links, len(self.links))
        ]  # fmt: skip
        numbers: dict[int, int] = {}
        goods = {row["item_no"]: numbers.setdefault(row["goods_id"], len(numbers)) for row in self.imports}
        return World(tables, pa.Table.from_pylist(truth, _TRUTH), pa.Table.from_pylist(links, _LINKS), goods)

    def numbered(self, rows: list[dict[str, Any]], letter: str) -> None:
        """Lines of a firm on one day with one partner mostly share a declaration: a 란 for each HS code, then 규격."""
        together = lambda r: (r["firm"].no, r["day"], r["partner"], r["trade_kind"], r["country"])  # noqa: E731
        declarations: list[list[dict[str, Any]]] = []
        for _, group in groupby(sorted(rows, key=together), together):
            lines = list(group)
            while lines:
                size = len(lines) if self.maybe(0.8) else 1
                declarations.append(sorted(lines[:size], key=lambda r: r["hs"]))
                lines = lines[size:]
        self.random.shuffle(declarations)
        serials = _serials(len(declarations), self.random.randrange(10**11))
        for lines, serial in zip(declarations, serials, strict=True):
            year = (START + timedelta(lines[0]["day"])).year % 100
            number = f"{serial[:5]}-{year}-{serial[5:]}{letter}"
            for line, (_, same) in enumerate(groupby(lines, key=lambda r: r["hs"]), 1):
                for spec, row in enumerate(same, 1):
                    row |= {"declaration_no": number, "line": f"{line:03}", "spec": f"{spec:02}"}
                    row["item_no"] = f"{number}-{line:03}-{spec:02}"
        self.random.shuffle(rows)

    def table(self, name: str, rows: list[dict[str, Any]]) -> pa.Table:
        return _typed(name, [self.filed(row) for row in rows])

    def filed(self, row: dict[str, Any]) -> dict[str, Any]:
        """As filed: numbers for who and what is meant, and cells left out, for everybody alike."""
        firm_no = {side: firm.no for side in ("firm", "maker", "agent") if (firm := row.get(side))}
        cited = row.get("cited")
        out = row | {"maker": None, "agent": None} | firm_no | {
            "accepted_on": START + timedelta(row["day"]), "value_krw": Decimal(row["won"]),
            "cited": cited["declaration_no"] if cited else None,
        }  # fmt: skip
        missing = self.ways.missing
        for column, share in (("quantity", 0.5), ("weight_kg", 1.5), ("unit", 0.5), ("trade_name", 2), ("brand", 2), ("component", 5),
                              ("goods", 0.3), ("model", 0.5), ("value_krw", 0.2), ("trade_kind", 1), ("unit_price", 1), ("origin", 0.4)):  # fmt: skip
            if self.maybe(missing * share):
                out[column] = None
        if out["quantity"] and self.maybe(missing * 0.2):
            out["quantity"] = 0.0
        if self.maybe(0.02):
            out["goods"] = self.pick(GENERIC)
        if self.maybe(self.ways.short_hs):
            digits = row["hs"]
            out["hs"] = self.pick((digits[:6], digits[:8], f"{digits[:4]}.{digits[4:6]}-{digits[6:]}"))
        return out


_TRUTH = pa.schema(
    [("firm", pa.string()), ("kind", pa.string()), ("harmful", pa.bool_()), ("start", pa.date32()), ("role", pa.string())]
)  # fmt: skip
_LINKS = pa.schema(
    [("export_no", pa.string()), ("import_no", pa.string()), ("quantity", pa.float64()), ("kind", pa.string()),
     ("harmful", pa.bool_()), ("noise", pa.int64())]
)  # fmt: skip


def _as(product: Product, hs: str) -> Product:
    """The same goods under another code."""
    return replace(product, hs=hs)


def _weekday(day: int) -> int:
    """Customs accept on working days: a weekend's declaration on Monday."""
    return day + (0, 0, 0, 0, 0, 2, 1)[(START + timedelta(day)).weekday()]


def _round(amount: float, step: int) -> int:
    return max(1, round(amount / step) * step if amount > 5 * step else round(amount))


def _firm_no(i: int) -> str:
    digits = f"{i * 7_368_787 % 10**7:07}"
    return f"000-{digits[:2]}-{digits[2:]}"


def _serials(count: int, start: int) -> list[str]:
    """Eleven digits each, no two alike, in no order."""
    return [f"{(start + i * 61_803_398_867) % 10**11:011}" for i in range(count)]


def _typed(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    columns = {c.name: pa.array([row.get(c.name) for row in rows], TYPES[c.kind]) for c in TABLES[name].columns}
    return _numbered(pa.table(columns))


def write(folder: Path = DATA / "origin_laundering" / "demo", seed: int = 7) -> Path:
    """The demo files as an officer would have them; the truth beside them is read by tests only."""
    folder.mkdir(parents=True, exist_ok=True)
    made = world(seed)
    for name, table in made.tables.items():
        frame = table.drop_columns(["row_no"]).to_pandas()
        for c in TABLES[name].columns:
            if c.kind == "number":
                frame[c.name] = [_plain(value) for value in frame[c.name].astype(object)]
            elif c.kind == "money":
                frame[c.name] = [None if value is None else int(value) for value in frame[c.name]]
                frame[c.name] = frame[c.name].astype("Int64")
            elif c.kind == "flag":
                frame[c.name] = frame[c.name].map({True: "Y", False: "N"})
        frame.columns = [c.title for c in TABLES[name].columns]
        frame.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
    for name, kept in (("truth", made.truth), ("links", made.links)):
        kept.to_pandas().to_csv(folder / f"{name}.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
    return folder


def _plain(value: Any) -> Any:
    """A whole number without its noughts behind the point."""
    return int(value) if value is not None and value == value // 1 else value


def lines(n_imports: int, n_exports: int, seed: int = 0) -> World:
    """Exactly so many lines to measure speed with: one world over and over, each time other firms, numbers, model digits."""
    base = world(seed, firms=400 if max(n_imports, n_exports) > 8_000 else 60)
    sizes = {"imports": n_imports, "exports": n_exports}
    copies = max(math.ceil(n / len(base.tables[name])) for name, n in sizes.items())
    random, rng = Random(f"lines {seed}"), np.random.default_rng(seed)
    known = base.tables["firms"]["firm"].combine_chunks()
    firm_numbers = pa.array([_firm_no(seed + i) for i in range(copies * len(known))])
    declared = {name: base.tables[name]["declaration_no"].combine_chunks().unique() for name in sizes}
    numbers = {name: _renumbered(declared[name], copies, random.randrange(10**11)) for name in sizes}
    turns = [str.maketrans("23456789", "".join(random.sample("23456789", 8))) for _ in range(copies)]
    tables, items = {}, {}
    for name, n in sizes.items():
        copy, at = np.divmod(np.arange(n), len(base.tables[name]))
        rows = base.tables[name].take(pa.array(at))
        said = zip(rows["model"].to_pylist(), copy.tolist(), strict=True)
        new = {"model": pa.array([model and model.translate(turns[c]) for model, c in said], pa.string())}
        for column in ("firm", "maker", "agent"):
            if column in rows.column_names:
                new[column] = _renewed(rows[column], known, firm_numbers, copy)
        new["declaration_no"] = _renewed(rows["declaration_no"], declared[name], numbers[name], copy)
        if name == "exports":
            new["cited"] = _renewed(rows["cited"], declared["imports"], numbers["imports"], copy)
        place = pc.utf8_slice_codeunits(rows["item_no"].combine_chunks(), -7)  # 란 and 규격
        new["item_no"] = items[name] = pc.binary_join_element_wise(new["declaration_no"], place, "")
        mixed = pa.table({c: new.get(c, rows[c]) for c in schema(name).names}).take(pa.array(rng.permutation(n)))
        tables[name] = _numbered(mixed)

    def again(table: pa.Table) -> tuple[pa.Table, Any]:
        copy, at = np.divmod(np.arange(copies * len(table)), len(table))
        return table.take(pa.array(at)), copy

    def renamed(table: pa.Table) -> pa.Table:
        rows, copy = again(table)
        return rows.set_column(0, "firm", _renewed(rows["firm"], known, firm_numbers, copy))

    tables["firms"] = _numbered(renamed(base.tables["firms"]).drop_columns(["row_no"]))
    links, copy = again(base.links)
    kept = np.ones(len(links), bool)
    for at, (column, name) in enumerate((("export_no", "exports"), ("import_no", "imports"))):
        old = base.tables[name]["item_no"].combine_chunks()
        there = pc.index_in(links[column].combine_chunks(), old).to_numpy() + copy * len(old)
        kept &= there < sizes[name]
        links = links.set_column(at, column, items[name].take(pa.array(np.minimum(there, sizes[name] - 1))))
    return World(tables, renamed(base.truth), links.filter(pa.array(kept)))


def _renewed(column: pa.ChunkedArray, old: pa.Array, new: pa.Array, copy: Any) -> pa.Array:
    """Each value's own new one in its copy."""
    return new.take(pc.add(pc.index_in(column.combine_chunks(), old), pa.array(copy * len(old))))


def _renumbered(declared: pa.Array, copies: int, start: int) -> pa.Array:
    """Another number for each of the declarations in each copy, of the same year and side."""
    ends = [(number[5:9], number[-1]) for number in declared.to_pylist()] * copies
    return pa.array(
        [f"{s[:5]}{year}{s[5:]}{side}" for s, (year, side) in zip(_serials(len(ends), start), ends, strict=True)]
    )


def _numbered(table: pa.Table) -> pa.Table:
    """With the rows of its sheet."""
    return table.append_column("row_no", pa.array(np.arange(2, len(table) + 2), pa.int64()))
