"""Made-up parcels to real buildings: shops that receive as private buyers, and as many honest places that look alike.

Every name, code, phone and firm is made up (010-0xx numbers are assigned to nobody), and every unit number, of honest
and planted alike, is one that no building has (99xx호, 지하9층). What a building is used for is made up too. Truth is kept
apart; nothing in the tables tells the two apart but what is received and how the place is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lib.entries.address_reading import noise
from lib.entries.address_reading.tables import TABLES, typed
from lib.settings import DATA

END = date(2026, 6, 30)
DAYS = 120
SHOPS = {
    "flat": "아파트 집에서 되팔이",
    "office": "오피스텔 사무실",
    "knowledge": "지식산업센터 호실",
    "warehouse": "창고·공장",
    "store": "근린생활시설 매장",
    "neighbours": "이웃한 호로 나눔",
    "scattered": "한 곳을 여러 가지로 적음",
    "priced": "면세 한도 바로 아래 반복",
}
HARMLESS = {
    "workplace": "직장 수령",
    "officetel": "오피스텔 거주",
    "forwarding": "배대지",
    "locker": "편의점·무인택배함",
    "dormitory": "기숙사",
    "public": "관공서",
    "family": "대가족",
    "hobby": "취미로 많이 사는 사람",
    "declared": "바르게 신고하는 사업자",
    "seller_at_home": "통신판매업을 하지만 자기 물건만 사는 사람",
    "moved_in": "새집 살림을 한꺼번에 산 사람",
}
_FLAT = ("공동주택", "공동주택(아파트)", "다세대주택")
_SITES = {  # kind -> 주용도 the register may show, Roman names its building goes by
    "flat": (_FLAT, ("Garam Apt", "Narae Apartment", "Dasom Ville")),
    "office": (("오피스텔", "업무시설(오피스텔)"), ("Hanbit Officetel", "Raon Officetel")),
    "knowledge": (("공장(지식산업센터)", "지식산업센터"), ("Maru Techno Tower", "Saebyeok IT Center", "Onnuri Valley")),
    "warehouse": (("창고시설", "공장", "물류창고"), ("Haneul Warehouse", "Byeolha Factory", "")),
    "store": (("제1종근린생활시설", "제2종근린생활시설", "판매시설"), ("Miso Plaza", "Pureun Building", "")),
    "work": (("업무시설", "업무시설(사무소)", "교육연구시설"), ("Garam Tower", "Dasom Bldg.", "Narae Center")),
    "locker": (("제1종근린생활시설", "근린생활시설"), ("CU Garam", "GS25 Narae", "Parcel Locker 3", "Emart24 Maru")),
    "dormitory": (("기숙사", "교육연구시설(기숙사)"), ("Hanbit Dormitory", "Student Dorm 2", "Onnuri Gisuksa")),
    "public": (("공공업무시설", "교육연구시설"), ("Garam City Hall", "Narae District Office", "Maru Fire Station")),
    "forwarding": (("창고시설", "제2종근린생활시설"), ("Raon Forwarding", "Miso Logistics Mailbox", "Haneul Warehouse")),
}  # fmt: skip
_GOODS = [("VITAMIN C TABLETS", 32), ("OMEGA 3 CAPSULES", 41), ("PROTEIN POWDER", 58), ("COFFEE BEANS", 29), ("CHOCOLATE", 24),
          ("RUNNING SHOES", 96), ("LEATHER BOOTS", 128), ("SNEAKERS", 112), ("COTTON T-SHIRT", 22), ("DOWN JACKET", 130), ("DRESS", 54),
          ("KNIT SWEATER", 47), ("HANDBAG", 132), ("WALLET", 72), ("BACKPACK", 63), ("WRIST WATCH", 134), ("SUNGLASSES", 92),
          ("EARRINGS", 18), ("FACE CREAM", 44), ("PERFUME", 84), ("SHAMPOO", 19), ("WIRELESS EARPHONES", 88), ("PHONE CASE", 9),
          ("CHARGER", 17), ("KEYBOARD", 76), ("GRAPHICS CARD", 139), ("TABLET STAND", 15), ("TOY BLOCKS", 61), ("BOARD GAME", 38),
          ("FISHING REEL", 92), ("GOLF BALLS", 35), ("TENT", 120), ("FRYING PAN", 48), ("KNIFE SET", 66), ("LED LAMP", 27),
          ("CURTAIN", 33), ("DOG FOOD", 42), ("BABY BOTTLE", 21), ("BICYCLE PARTS", 57), ("CAR MAT", 49), ("GUITAR STRINGS", 14),
          ("PAPER BOOK", 25), ("LED STRIP", 23), ("ACTION FIGURE", 67), ("CAMERA LENS", 137), ("INK CARTRIDGE", 31)]  # fmt: skip
_RESOLD = [i for i, (_, usd) in enumerate(_GOODS) if usd >= 55]
_SURNAMES = ["KIM", "LEE", "PARK", "CHOI", "JUNG", "KANG", "CHO", "YOON", "JANG", "LIM", "HAN", "OH", "SEO", "SHIN", "KWON", "HWANG", "AN",
             "SONG", "RYU", "HONG"]  # fmt: skip
_GIVEN = ["GA", "NA", "DA", "RA", "MA", "BA", "SA", "A", "JA", "CHA", "HA", "EUN", "SEO", "JI", "MIN", "JUN", "HYUN", "WOO", "YUN", "CHAE",
          "DO", "YU", "JIN", "SU", "BIN", "YEON", "HO"]  # fmt: skip
_SENDERS = [f"{a} {b}" for a in ("BLUE", "NORTH", "GRAND", "SILVER", "EASY", "PRIME", "LOTUS", "RIVER", "APEX", "CORAL")
            for b in ("TRADING", "STORE", "MALL", "GLOBAL", "OUTLET", "SUPPLY")]  # fmt: skip
_TIDY = ("clean", "clean", "reversed", "glued", "no_sido", "upper", "lower", "unit", "zip5", "old", "typo", "hyphens")
_EVASIVE = (
    "mixed",
    "mixed",
    "junk",
    "shuffled",
    "old",
    "glued",
    "typo",
    "hyphens",
    "unit",
    "building",
    "translated",
    "reversed",
)


@dataclass(frozen=True)
class Ways:
    """How people and shops behave in a world. The evaluation world behaves otherwise than the training worlds."""

    rate: float = 1.3  # parcels of an ordinary home per 30 days
    names: tuple[int, int] = (1, 6)  # names a shop receives under
    pace: tuple[int, int] = (4, 16)  # parcels of a shop per 30 days
    loyal: float = 0.6  # share of a shop's parcels that are its own goods
    lines: tuple[int, int] = (1, 3)  # goods a shop deals in
    near: float = 0.45  # of a shop's prices are set just under the limit
    evasive: float = 0.5  # shops that write their place anew each time
    bulk: float = 0.4  # shops whose parcels hold more than a buyer's
    own_phone: float = 0.4  # names with a phone of their own
    listed: float = 0.35  # shops in a register
    registers: float = 0.3  # other buildings with somebody registered
    known: float = 0.7  # buildings the register of buildings knows
    estates: float = 0.45  # of flats stand in a building with others
    fond: float = 0.5  # of a buyer's parcels come from a favourite shop
    lavish: float = 0.1  # buyers who like what costs just under the limit
    bare: float = 0.1  # addresses written without unit
    wrong_zip: float = 0.04
    crowd: tuple[int, int] = (6, 26)  # people at an office, a dormitory, a public office
    house: tuple[int, int] = (20, 60)  # customers of a forwarder
    craze: tuple[int, int] = (8, 22)  # parcels of a hobbyist


WAYS = {
    "train": Ways(),
    "eval": Ways(
        rate=1.7,
        names=(1, 5),
        pace=(4, 12),
        loyal=0.52,
        lines=(1, 4),
        near=0.35,
        evasive=0.4,
        bulk=0.25,
        own_phone=0.55,
        listed=0.25,
        registers=0.4,
        known=0.6,
        estates=0.6,
        fond=0.6,
        lavish=0.14,
        bare=0.15,
        wrong_zip=0.06,
        crowd=(5, 34),
        house=(15, 70),
        craze=(9, 26),
    ),
}


@dataclass(frozen=True)
class World:
    """``tables`` as the contracts name them; ``truth``: subject, kind, harmful, start, one a planted unit.

    ``spelled``: which place each address written in ``parcels`` stands for (``address, line, unit, zip``, and ``subject`` with the unit even where none is
    written).
    """

    tables: dict[str, pa.Table]
    truth: pa.Table
    spelled: pd.DataFrame


def world(
    seed: int,
    *,
    homes: int = 900,
    cases: int = 5,
    world: str = "train",
    end: date = END,
    sites: pd.DataFrame | None = None,
) -> World:
    """A seeded world. ``cases``: planted places of each kind; ``homes``: ordinary ones; ``sites``: the buildings to draw
    from (``sido, sigungu, town, road, main, sub, zip``), of the nationwide table by default.
    """
    rng = np.random.default_rng([seed, 7])
    count = homes + cases * (len(SHOPS) + len(HARMLESS)) + 50
    if sites is None:
        from lib.entries.address_reading import reference

        sites = reference.load().sample(rng, count)
    maker = _Maker(rng, WAYS[world], sites.to_dict("records"), end)
    for _ in range(homes):
        maker.home()
    for kind in [*SHOPS, *HARMLESS]:
        for _ in range(cases):
            getattr(maker, kind)()
    return maker.done()


@dataclass
class _Place:
    """One unit of one building, and the way it is written."""

    site: dict[str, Any]
    line: str
    unit: str
    name: str
    use: str
    texts: dict[str, str]


class _Maker:
    def __init__(self, rng: np.random.Generator, ways: Ways, sites: Sequence[dict[str, Any]], end: date) -> None:
        self.rng, self.ways, self.end, self.sites = rng, ways, end, list(sites)
        self.used: set[str] = set()  # lines, and lines with units
        self.estates: list[_Place] = []
        self.people = 0
        self.codes, self.phones = rng.permutation(10**6), rng.permutation(10**6)
        self.parcels: list[dict[str, Any]] = []
        self.truths: list[tuple[str, str, bool, int]] = []
        self.spelled: dict[str, tuple[str, str, str, str]] = {}
        self.registers: dict[str, list[dict[str, Any]]] = {"businesses": [], "sellers": [], "buildings": []}

    # parts

    def between(self, span: tuple[int, int]) -> int:
        return int(self.rng.integers(span[0], span[1] + 1))

    def pick(self, options: Any) -> Any:
        return options[int(self.rng.integers(len(options)))]

    def maybe(self, p: float) -> bool:
        return bool(self.rng.random() < p)

    def site(self, kind: str, *, floor: bool = False) -> _Place:
        """A unit of its own, in a building nobody is in yet or among the homes of one already there."""
        if kind == "flat" and self.estates and self.maybe(self.ways.estates):
            beside = self.pick(self.estates)
            unit = self.unit("flat", False)
            while f"{beside.line}, {unit}" in self.used:
                unit = self.unit("flat", False)
            self.used.add(f"{beside.line}, {unit}")
            return _Place(beside.site, beside.line, unit, beside.name, beside.use, {})
        while True:
            site = self.sites.pop()
            line = line_of(site)
            if line not in self.used:
                break
        self.used.add(line)
        uses, names = _SITES[kind]
        place = _Place(site, line, self.unit(kind, floor), self.pick(names), self.pick(uses), {})
        if self.maybe(self.ways.known):
            self.registers["buildings"].append(
                {"address": line, "use": place.use, "name": f"예시건물 {len(self.registers['buildings']) + 1}",
                 "shared": place.use in _FLAT}
            )  # fmt: skip
        if kind != "flat" and self.maybe(self.ways.registers) or kind == "flat" and self.maybe(self.ways.registers / 5):  # noqa: RUF021
            for _ in range(self.between((1, 3))):
                self.register(line, self.unit(kind, False))
        self.used.add(f"{line}, {place.unit}")
        if kind == "flat" and self.maybe(0.3):
            self.estates.append(place)
        return place

    def unit(self, kind: str, floor: bool) -> str:
        if floor and self.maybe(0.4):
            return f"{self.pick(['지하9층', '99층'])} {9900 + self.between((1, 99))}호"
        room = f"{9900 + self.between((1, 99))}호"
        return f"{100 + self.between((1, 30))}동 {room}" if kind == "flat" and self.maybe(0.75) else room

    def register(self, line: str, unit: str) -> None:
        """Somebody registered there."""
        opened = self.end - timedelta(days=self.between((200, 3000)))
        closed = opened + timedelta(days=100) if self.maybe(0.1) else None
        n = len(self.registers["businesses"]) + len(self.registers["sellers"])
        word = self.pick(["예시상사", "보기무역", "예시몰", "보기스토어", "예시컴퍼니"])
        if self.maybe(0.6):
            self.registers["businesses"].append(
                {"number": f"000-{n % 100:02d}-{n:05d}", "name": f"{word}{n}", "address": f"{line}, {unit}",
                 "trade": self.pick(["소매/전자상거래", "도매/잡화", "서비스/사무"]), "opened_on": opened, "closed_on": closed}
            )  # fmt: skip
        else:
            self.registers["sellers"].append(
                {
                    "number": f"제{opened.year}-예시-{n:05d}호",
                    "name": f"{word}{n}",
                    "address": f"{line}, {unit}",
                    "way": "인터넷",
                }
            )

    def person(self, surname: str = "") -> dict[str, str]:
        """Name, code and phone of somebody new."""
        n, m = int(self.codes[self.people]), int(self.phones[self.people])
        self.people += 1
        name = f"{surname or self.pick(_SURNAMES)} {self.pick(_GIVEN)}{self.pick(_GIVEN)}"
        return {
            "receiver": name,
            "pccc": f"P{self.rng.integers(1000):03d}000{n:06d}",
            "phone": f"010-0{m // 10000:03d}-{m % 10000:04d}",
        }

    def write(self, place: _Place, kinds: Sequence[str], who: str, *, named: float = 0.5, again: float = 0.9) -> str:
        """The address as this writer writes it: mostly as the last time."""
        if who in place.texts and self.maybe(again):
            return place.texts[who]
        unit = "" if self.maybe(self.ways.bare) and who not in place.texts else place.unit
        text = noise.spell(self.rng, place.site, self.pick(kinds), unit)
        if place.name and self.maybe(named):
            text = f"{place.name}, {text}"
        true = f"{place.line}, {place.unit}"
        if unit and text in self.spelled and self.spelled[text][3] != true:
            return self.write(place, kinds, who, named=named, again=again)
        self.spelled[text] = (place.line, unit, str(place.site["zip"]), true)
        place.texts[who] = text
        return text

    def send(
        self,
        place: _Place,
        person: dict[str, str],
        day: int,
        goods: int,
        *,
        kinds: Sequence[str] = _TIDY,
        usd: float = 0.0,
        sender: str = "",
        named: float = 0.5,
        again: float = 0.9,
        kind: str = "",
        quantity: int = 0,
    ) -> None:
        item, median = _GOODS[goods]
        price = usd or float(np.clip(median * self.rng.lognormal(0, 0.3), 4, self.rng.uniform(120, 149.9)))
        postcode = str(place.site["zip"])
        if self.maybe(self.ways.wrong_zip):
            postcode = f"{int(postcode[:3]):03d}{self.between((0, 99)):02d}"
        if 0 <= day < DAYS:
            self.parcels.append(
                {**person, "day": day, "address": self.write(place, kinds, person["pccc"], named=named, again=again), "postcode": postcode,
                 "item": item, "quantity": quantity or int(self.rng.choice([1, 2, 3, 4, 6], p=[0.5, 0.25, 0.12, 0.08, 0.05])), "value_usd": round(price, 2), "currency": "USD",
                 "kind": kind or ("L" if price <= 150 else "S"), "courier": self.pick(["KX01", "KX02", "KX03"]),
                 "sender": sender or self.pick(_SENDERS), "site": "https://shop.example"}
            )  # fmt: skip

    def mark(self, kind: str, places: Sequence[_Place], start: int) -> None:
        self.truths += [(f"{p.line}, {p.unit}", kind, kind in SHOPS, start) for p in places]

    # ordinary life

    def home(self) -> None:
        place = self.site(self.pick(["flat", "flat", "flat", "office", "store", "work"]))
        people = [self.person() for _ in range(1 + self.maybe(0.25))]
        self.live(place, people, int(self.rng.poisson(self.ways.rate * self.rng.gamma(1.2, 1 / 1.2) * DAYS / 30)))

    def live(
        self, place: _Place, people: Sequence[dict[str, str]], parcels: int, start: int = 0, named: float = 0.5
    ) -> None:
        """What private people order: what they like, some of it from favourite shops."""
        tastes = [self.between((0, len(_GOODS) - 1)) for _ in range(6)]
        shops = [self.pick(_SENDERS) for _ in range(2)]
        lavish = 0.35 if self.maybe(self.ways.lavish) else 0.05
        for _ in range(parcels):
            goods = self.pick(tastes) if self.maybe(0.7) else self.between((0, len(_GOODS) - 1))
            usd = float(self.rng.uniform(140, 149.9)) if self.maybe(lavish) else 0.0
            sender = self.pick(shops) if self.maybe(self.ways.fond) else ""
            self.send(
                place, self.pick(people), self.between((start, DAYS - 1)), goods, usd=usd, sender=sender, named=named
            )

    # shops

    def _shop(
        self, kind: str, places: Sequence[_Place], *, near: float | None = None, evasive: bool | None = None
    ) -> None:  # fmt: skip
        w = self.ways
        start = self.between((DAYS - 75, DAYS - 35))
        people = [self.person() for _ in range(self.between(w.names))]
        desk = people[0]["phone"]
        people = [p if self.maybe(w.own_phone) else {**p, "phone": desk} for p in people]
        lines = [self.pick(_RESOLD) for _ in range(self.between(w.lines))]
        senders = [self.pick(_SENDERS) for _ in range(self.between((1, 3)))]
        near = w.near * float(self.rng.uniform(0.4, 1.5)) if near is None else near
        bulk = self.maybe(w.bulk)
        sly = self.maybe(w.evasive) if evasive is None else evasive
        loyal = min(w.loyal * float(self.rng.uniform(0.6, 1.4)), 0.95)
        total = max(4, round(self.between(w.pace) * (DAYS - start) / 30))
        for _ in range(total):
            goods = self.pick(lines) if self.maybe(loyal) else self.between((0, len(_GOODS) - 1))
            usd = (
                (self.rng.uniform(191, 200) if self.maybe(0.15) else self.rng.uniform(141, 150))
                if self.maybe(near)
                else 0.0
            )
            self.send(
                self.pick(places), self.pick(people), self.between((start, DAYS - 1)), goods, usd=float(usd),
                sender=self.pick(senders) if self.maybe(0.8) else "", kinds=_EVASIVE if sly else _TIDY,
                again=0.35 if sly else 0.9, named=0.4, quantity=int(self.rng.choice([1, 2, 3, 4, 6])) if bulk else 0,
            )  # fmt: skip
        if self.maybe(w.listed):
            self.register(places[0].line, places[0].unit)
        self.mark(kind, places, start)

    def flat(self) -> None:
        self._shop("flat", [self.site("flat")])

    def office(self) -> None:
        self._shop("office", [self.site("office")])

    def knowledge(self) -> None:
        self._shop("knowledge", [self.site("knowledge", floor=True)])

    def warehouse(self) -> None:
        self._shop("warehouse", [self.site("warehouse", floor=True)])

    def store(self) -> None:
        place = self.site("store", floor=True)
        if self.maybe(0.4):
            place.name = f"{place.name} {self.pick(['Raon Trading Co., Ltd', 'Miso Store', 'Dasom Corp'])}".strip()
        self._shop("store", [place])

    def neighbours(self) -> None:
        first = self.site(self.pick(["flat", "office"]))
        block = first.unit.split()[0] + " " if "동" in first.unit else ""
        beside = self.between((3, 5))
        rooms = range(9901, 9990)
        taken = [f"{first.line}, {block}{room}호" in self.used for room in rooms]
        free = [room for room in rooms[:-5] if not any(taken[room - 9901 : room - 9901 + beside])]
        room = self.pick(free)
        units = [f"{block}{room + i}호" for i in range(beside)]
        self.used |= {f"{first.line}, {unit}" for unit in units}
        self._shop("neighbours", [_Place(first.site, first.line, unit, first.name, first.use, {}) for unit in units])

    def scattered(self) -> None:
        self._shop("scattered", [self.site(self.pick(["flat", "office", "store"]))], evasive=True)

    def priced(self) -> None:
        self._shop("priced", [self.site(self.pick(["flat", "office"]))], near=float(self.rng.uniform(0.6, 0.95)))

    # what looks like it and is not

    def _crowd(
        self, kind: str, place: _Place, people: int, each: float, named: float = 0.8
    ) -> None:  # fmt: skip
        start = self.between((0, 50))
        for _ in range(people):
            self.live(place, [self.person()], 1 + int(self.rng.poisson(max(each - 1, 0))), start, named)
        self.mark(kind, [place], start)

    def workplace(self) -> None:
        place = self.site(self.pick(["work", "work", "knowledge"]))
        if self.maybe(0.5):
            place.name += " Onnuri Co., Ltd"
        self._crowd("workplace", place, self.between(self.ways.crowd), 1.8)

    def officetel(self) -> None:
        place = self.site("office")
        self._crowd("officetel", place, self.between((1, 2)), 7, 0.6)

    def forwarding(self) -> None:
        place = self.site("forwarding")
        self._crowd("forwarding", place, self.between(self.ways.house), 1.4, 0.9)

    def locker(self) -> None:
        self._crowd("locker", self.site("locker"), self.between((8, 24)), 1.5, 0.95)

    def dormitory(self) -> None:
        self._crowd("dormitory", self.site("dormitory"), self.between(self.ways.crowd), 1.8, 0.9)

    def public(self) -> None:
        self._crowd("public", self.site("public"), self.between(self.ways.crowd), 1.6, 0.9)

    def family(self) -> None:
        place, surname, start = self.site("flat"), self.pick(_SURNAMES), self.between((0, 40))
        members = [self.person(surname if i % 2 else "") for i in range(self.between((3, 6)))]
        desk = members[0]["phone"]
        members = [m if self.maybe(0.8) else {**m, "phone": desk} for m in members]
        self.live(place, members, self.between((10, 26)), start)
        self.mark("family", [place], start)

    def hobby(self) -> None:
        place, person, start = self.site("flat"), self.person(), self.between((0, 60))
        loved = [self.between((0, len(_GOODS) - 1)) for _ in range(self.between((3, 6)))]
        shop = [self.pick(_SENDERS) for _ in range(2)]
        for _ in range(self.between(self.ways.craze)):
            goods = self.pick(loved) if self.maybe(0.7) else self.between((0, len(_GOODS) - 1))
            self.send(
                place, person, self.between((start, DAYS - 1)), goods, sender=self.pick(shop) if self.maybe(0.6) else ""
            )
        self.mark("hobby", [place], start)

    def declared(self) -> None:
        place, start = self.site(self.pick(["store", "office", "knowledge"]), floor=True), self.between((0, 60))
        self.register(place.line, place.unit)
        n, m = int(self.codes[self.people]), int(self.phones[self.people])
        firm = {
            "receiver": f"{self.pick(['GARAM', 'NARAE', 'RAON'])} EXAMPLE CO LTD",
            "pccc": f"예시상사{n:07d}",
            "phone": f"02-0{m % 1000:03d}-{m // 100:04d}",
        }
        self.people += 1
        lines, sender = [self.pick(_RESOLD) for _ in range(2)], self.pick(_SENDERS)
        for _ in range(self.between((8, 24))):
            usd = float(self.rng.uniform(80, 900))
            formal = "G" if self.maybe(0.97) else "S"
            self.send(
                place,
                firm,
                self.between((start, DAYS - 1)),
                self.pick(lines),
                usd=usd,
                sender=sender,
                kind=formal,
                named=0.7,
                quantity=self.between((5, 40)),
            )
        self.mark("declared", [place], start)

    def seller_at_home(self) -> None:
        place, person, start = self.site("flat"), self.person(), self.between((0, 60))
        self.register(place.line, place.unit)
        self.live(place, [person], self.between((3, 9)), start)
        self.mark("seller_at_home", [place], start)

    def moved_in(self) -> None:
        place, person, start = self.site("flat"), self.person(), self.between((DAYS - 50, DAYS - 25))
        for _ in range(self.between((8, 15))):
            self.send(
                place, person, self.between((start, start + 20)), self.pick([30, 32, 33, 34, 35, 36, 27, 31, 24, 26])
            )
        self.mark("moved_in", [place], start)

    # together

    def done(self) -> World:
        rows = pd.DataFrame(self.parcels)
        rows = rows.iloc[self.rng.permutation(len(rows))].sort_values("day", kind="stable", ignore_index=True)
        first = self.end - timedelta(days=DAYS - 1)
        rows["arrived_on"] = [first + timedelta(days=int(d)) for d in rows["day"]]
        rows["hbl"] = [f"HB{n:08d}" for n in self.rng.choice(10**8, len(rows), replace=False)]
        tables = {"parcels": typed(rows, TABLES["parcels"])}
        for name, kept in self.registers.items():
            held = pd.DataFrame(kept, columns=[c.name for c in TABLES[name].columns])
            held = held.iloc[self.rng.permutation(len(held))].reset_index(drop=True)
            if name == "buildings":
                held["building_no"] = [f"B{n:06d}" for n in self.rng.choice(10**6, len(held), replace=False)]
            tables[name] = typed(held, TABLES[name])
        truth = pd.DataFrame(self.truths, columns=["subject", "kind", "harmful", "day"])
        truth["start"] = [first + timedelta(days=int(d)) for d in truth["day"]]
        truth = truth.drop(columns="day").sort_values("subject", ignore_index=True)
        spelled = pd.DataFrame(
            [(text, *told) for text, told in self.spelled.items()],
            columns=["address", "line", "unit", "zip", "subject"],
        )
        return World(tables, pa.Table.from_pandas(truth, preserve_index=False), spelled)


def line_of(site: dict[str, Any]) -> str:
    """The standard line of a building: 서울특별시 강남구 테헤란로 152."""
    number = f"{site['main']}-{site['sub']}" if site["sub"] else f"{site['main']}"
    town = str(site.get("town", "")).split()[:1]
    rural = [word for word in town if word.endswith(("읍", "면"))]
    return " ".join(filter(None, [site["sido"], site["sigungu"], *rural, site["road"], number]))


def write(folder: Path | None = None, seed: int = 17) -> Path:
    """The demo files as an officer would have them, and the truth beside them."""
    folder = folder or DATA / "address_reading" / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    made = world(seed, homes=420, cases=2, world="eval")
    for name, table in TABLES.items():
        frame = made.tables[name].drop_columns(["row_no"]).to_pandas()
        given = [c for c in table.columns if not frame[c.name].isna().all()]
        for column in given:
            if column.choices:
                frame[column.name] = frame[column.name].map(column.choices)
            elif column.kind == "flag":
                frame[column.name] = frame[column.name].map({True: "Y", False: "N"})
        shown = frame[[c.name for c in given]].set_axis([c.title for c in given], axis=1)
        shown.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
    made.truth.to_pandas().to_csv(folder / "truth.csv", index=False, lineterminator="\n")
    return folder
