"""A customs house written from the domain note alone, as CSV with the forms' headers: each indicator plain at its threshold and
faint just under it, beside everybody known to look alike. Nothing of the demo generator is used; buildings are invented.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd
import pyarrow as pa

from lib.entries.address_reading.tables import TABLES
from lib.tables import checking, reading

AS_OF = date(2026, 6, 30)
PARCELS = "HBL,입항일,특송업체,발송인,수하인 영문명,PCCC,전화,영문 배송지(raw),우편번호(5),품명,수량,가격,신고구분"
BUSINESSES = "상호,사업자번호,소재지,업태/종목,개업일,폐업일"
SELLERS = "상호,신고번호,소재지,판매방식"
BUILDINGS = "관리번호,주소,주용도,건물명,공동주택 여부"
GOODS = ("VITAMIN C", "RUNNING SHOES", "FACE CREAM", "TOY BLOCKS", "COFFEE BEANS", "USB CABLE", "PHONE CASE", "NOVEL", "FISHING REEL",
         "DOG SNACK", "KITCHEN KNIFE", "BACKPACK", "OLIVE OIL", "CAMPING LAMP", "BABY WIPES", "GUITAR STRINGS")  # fmt: skip


class Dictionary:
    """Reads what was typed for this house, and Hangul lines as registers write them; nothing else is found."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[str, str]] = {}
        self.zips: dict[str, str] = {}
        self.asked: list[str] = []

    def table(
        self, addresses: Sequence[str | None], zips: Sequence[str | None] | None = None, *, as_of: date | None = None
    ) -> pd.DataFrame:
        """As ``Reader.table``."""
        self.asked += [text or "" for text in addresses]
        return pd.DataFrame([self._row(text or "") for text in addresses], columns=self._row("").keys())

    def _row(self, text: str) -> dict[str, object]:
        line, unit = self.known.get(text, ("", ""))
        if not line and text.split(", ")[0] in self.zips:
            line, _, unit = text.partition(", ")
        floor = re.search(r"(\d+)층", unit)
        words = [*line.split(), "", ""]
        return {
            "line": line, "unit": unit, "hangul": ", ".join(filter(None, (line, unit))), "sido": words[0], "sigungu": words[1],
            "zip": self.zips.get(line, ""), "confidence": 0.99 if line else 0.1, "sure": bool(line), "exists": bool(line),
            "candidates": "", "floor": int(floor[1]) if floor else pd.NA,
        }  # fmt: skip


@dataclass
class Place:
    """A unit of a building and how it is usually written. ``told``: rules that must hold here; ``rows``: their parcels."""

    line: str
    unit: str
    text: str
    zip: str
    told: tuple[str, ...] = ()
    rows: list[str] = field(default_factory=list)

    @property
    def subject(self) -> str:
        return ", ".join(filter(None, (self.line, self.unit)))


class House:
    """Rows in the making."""

    def __init__(self) -> None:
        self.reader = Dictionary()
        self.rows: dict[str, list[str]] = {name: [] for name in TABLES}
        self.places: dict[str, Place] = {}
        self.people = 0

    def place(
        self, name: str, unit: str = "", *, text: str = "", use: str = "", told: tuple[str, ...] = (), line: str = ""
    ) -> Place:
        n = len(self.places) + 1
        line = line or f"가온광역시 나래구 한빛{n}로 {n}"
        text = text or f"{unit} {n}, Hanbit {n}-ro, Narae-gu, Gaon".replace("호", "ho").replace("동", "dong").strip()
        made = self.places[name] = Place(line, unit, text, f"{10000 + n * 37:05d}", told)
        self.reader.zips.setdefault(line, made.zip)
        made.zip = self.reader.zips[line]
        self.reader.known[text] = (line, unit)
        if use:
            self.rows["buildings"].append(f'B{n:04d},"{line}",{use},,{"Y" if use == "공동주택" else "N"}')
        return made

    def also(self, place: Place, text: str, unit: str | None = None) -> str:
        """Another spelling of that place."""
        self.reader.known[text] = (place.line, place.unit if unit is None else unit)
        return text

    def person(self) -> tuple[str, str, str]:
        self.people += 1
        n = self.people
        return (
            f"GA {'NADARAMABASAAJACHAKATAPAHA'[n % 13 * 2 :][:2]}{n}",
            f"P9{n:011d}",
            f"010-0{n % 1000:03d}-{n * 7 % 10000:04d}",
        )

    def sends(
        self, place: Place, who: tuple[str, str, str], days: int, goods: int | str, usd: float = 40.0, **told: object
    ) -> str:
        """One parcel that many days ago; its number."""
        number = f"HB{len(self.rows['parcels']):06d}"
        row = {
            "text": place.text,
            "zip": place.zip,
            "sender": f"SHOP {len(self.rows['parcels']) % 53}",
            "kind": "목록",
            "quantity": 1,
        } | told
        item = GOODS[goods % len(GOODS)] if isinstance(goods, int) else goods
        cells = [number, (AS_OF - timedelta(days=days)).isoformat(), "KX01", row["sender"], who[0], who[1], who[2], row["text"], row["zip"],
                 item, row["quantity"], usd, row["kind"]]  # fmt: skip
        self.rows["parcels"].append(",".join(f'"{cell}"' for cell in cells))
        place.rows.append(number)
        return number

    def registered(self, place: Place, table: str, unit: str | None = None, closed: str = "") -> None:
        n = len(self.rows[table])
        at = ", ".join(filter(None, (place.line, place.unit if unit is None else unit)))
        if table == "sellers":
            self.rows[table].append(f'예시몰{n},제2024-예시-{n:05d}호,"{at}",인터넷')
        else:
            self.rows[table].append(f'예시상사{n},000-00-{n:05d},"{at}",소매/전자상거래,2024-03-02,{closed}')

    def tables(self) -> dict[str, pa.Table]:
        """As the officer's files are read and checked."""
        headers = {"parcels": PARCELS, "businesses": BUSINESSES, "sellers": SELLERS, "buildings": BUILDINGS}
        made = {}
        for name, header in headers.items():
            checked = checking.check(
                reading.read("\n".join([header, *self.rows[name], ""]).encode(), f"{name}.csv"), TABLES[name]
            )
            assert not checked.violations, (name, checked.violations[:3])
            made[name] = checked.rows
        return made


CODES = (
    "busy",
    "recipients",
    "same_item",
    "gathered",
    "near_limit",
    "spellings",
    "one_sender",
    "neighbours",
    "phone_names",
    "split",
)


def house() -> House:
    h = House()
    for n in range(40):  # ordinary homes
        home, who = h.place(f"home {n}", f"{9901 + n}호", use="공동주택" if n % 2 else ""), h.person()
        for k in range(1 + n % 4):
            h.sends(home, who, 3 + 20 * k, n + k, 20.0 + n)
    _behaviour(h, "plain", 0)
    _behaviour(h, "faint", 1)
    _premises(h)
    _together(h)
    _harmless(h)
    _pretending(h)
    return h


def _behaviour(h: House, form: str, less: int) -> None:
    """Each indicator of the parcels alone at its threshold, or one short of it."""

    def at(code: str, unit: str = "101동 9999호") -> Place:
        return h.place(f"{form} {code}", unit, told=(code,))

    place, who = at("busy"), h.person()
    for k in range(10 - less):
        h.sends(place, who, k * 2, k)
    place = at("recipients")
    for k in range(4 - less):
        h.sends(place, h.person(), k, k)
    place, who = at("same_item"), h.person()
    for k in range(5 - less):
        h.sends(place, who, k * 15, "LEATHER BAG", 70)
    place, people = at("gathered"), [h.person() for _ in range(3 - less)]
    for k in range(3):
        h.sends(place, people[k % len(people)], 10 + k * 15, "LEATHER BAG", 60)
    place, who = at("near_limit"), h.person()
    for k in range(4):
        h.sends(place, who, k * 12, k, (145.0, 150.0, 195.0, 140.0)[k] if k < 4 - less else 139.0)
    place, who = at("spellings"), h.person()
    for k in range(5 - less):
        text = h.also(
            place,
            (
                "9999ho Hanbit{}ro",
                "Hanbit-ro {} #9999",
                "Rm 9999 Hanbitro {}",
                "HANBIT RO {} 9999 HO",
                "Hanbit St {} 9999",
            )[k].format(f"{form}"),
        )
        h.sends(place, who, k * 15, k, text=text)
    place, who = at("one_sender"), h.person()
    for k in range(6 - less):
        h.sends(place, who, k * 14, k, sender="ONE SHOP")
    desk = h.person()
    line = "가온광역시 나래구 이웃로 " + ("7" if not less else "9")
    for k in range(3 - less):
        place = h.place(f"{form} neighbours {k}", f"{9911 + k}호", line=line, told=("neighbours",))
        who = h.person()
        h.sends(place, (who[0], who[1], desk[2]), 5 + k, k)
    place, number = at("phone_names"), h.person()[2]
    for k in range(3 - less):
        who = h.person()
        h.sends(place, (who[0], who[1], number), 40 + k * 10, k)
    place, who = at("split"), h.person()
    for k in range(2):
        h.sends(place, who, 20 if not less else 20 + k, k, 90, sender="ONE SHOP")


def _premises(h: House) -> None:
    """Places that look like a business and receive next to nothing."""
    who = h.person
    h.sends(h.place("use", "9999호", use="지식산업센터", told=("use",)), who(), 3, 1)
    h.sends(h.place("words", "9999호", text="9999ho, Garam Tower, 7 Sol-ro, Gaon", told=("words",)), who(), 3, 1)
    h.sends(
        h.place("firm", "9998호", text="9998ho, Onnuri Trading Co., Ltd, 8 Sol-ro, Gaon", told=("firm",)), who(), 3, 1
    )
    h.sends(seller := h.place("seller", "101동 9997호", use="공동주택", told=("seller",)), who(), 3, 1)
    h.registered(seller, "sellers")
    h.sends(business := h.place("business", "9996호", told=("business",)), who(), 3, 1)
    h.registered(business, "businesses")
    h.sends(beside := h.place("registered", "9995호", told=("registered",)), who(), 3, 1)
    h.registered(beside, "businesses", "9911호")
    h.sends(gone := h.place("closed", "9994호"), who(), 3, 1)
    h.registered(gone, "businesses", closed="2026-01-31")
    postcode, one = h.place("postcode", "9993호", told=("postcode",)), who()
    for k in range(2):
        h.sends(postcode, one, k * 9, k, zip="99999")
    h.sends(h.place("plea", "9992호", text="9992ho, 9 Sol-ro, Jagayong, Gaon", told=("plea",)), who(), 3, 1)


def _together(h: House) -> None:
    """The same resale twice: at a place nobody knows, and at one where a seller is registered and a firm's name written."""
    for name in ("resale", "resale at a seller's"):
        place, number = h.place(name, "9990호"), h.person()[2]
        for k in range(8):
            who = h.person()
            h.sends(place, (who[0], who[1], number), k * 3, "LEATHER BAG", 146.0, sender="ONE SHOP")
    h.registered(h.places["resale at a seller's"], "sellers")
    place, who = h.place("evasion", "9989호", use="공동주택"), h.person()
    for k in range(10):
        h.sends(
            place, who, k * 6, "SNEAKERS", 110.0, text=h.also(place, f"{'ABCDEFGHIJ'[k]} 9989 Hanbitro {'#' * k}{k}x")
        )
    lost, who = h.place("lost"), h.person()
    del h.reader.known[lost.text]
    for k in range(6):
        h.sends(lost, who, k * 4, "SNEAKERS", 145.0)


def _harmless(h: House) -> None:
    """Who is known to look alike. ``told`` is the clearing rule."""

    def crowd(name: str, text: str, use: str, people: int, unit: str = "") -> None:
        place = h.place(name, unit, text=text, use=use, told=(name,))
        for k in range(people):
            who = h.person()
            for j in range(1 + k % 2):
                h.sends(place, who, (k * 3 + j * 11) % 60, k * 5 + j * 3, 15.0 + k)

    crowd("workplace", "9981ho, Garam Tower, 21 Mulgyeol-ro, Gaon", "업무시설", 14, "9981호")
    crowd("officetel", "9982ho, Hanbit Officetel, 22 Mulgyeol-ro, Gaon", "오피스텔", 2, "9982호")
    crowd("forwarding", "Raon Forwarding 23 Mulgyeol-ro, Gaon", "창고시설", 40)
    crowd("locker", "GS25 Parcel Locker, 24 Mulgyeol-ro, Gaon", "제1종근린생활시설", 12)
    crowd("dormitory", "Hanbit Dormitory, 25 Mulgyeol-ro, Gaon", "기숙사", 16)
    crowd("public", "Gaon City Hall, 26 Mulgyeol-ro, Gaon", "공공업무시설", 15)
    place, members = h.place("family", "102동 9984호", use="공동주택", told=("family",)), [h.person() for _ in range(4)]
    for k in range(14):
        h.sends(place, members[k % 4], k * 5, k, 20 + 7 * k)
    place, who = h.place("hobby", "103동 9985호", use="공동주택", told=("hobby",)), h.person()
    for k in range(13):
        h.sends(
            place,
            who,
            k * 2,
            ("LENS", "TRIPOD", "FILTER", "FLASH", "CAMERA BAG")[k % 5] + f" {k % 7}",
            30 + 9 * k,
            sender="CAMERA SHOP",
        )
    place = h.place("declared", "9986호", use="제2종근린생활시설", told=("declared",))
    h.registered(place, "businesses")
    for k in range(12):
        h.sends(
            place,
            ("GARAM EXAMPLE CO LTD", "예시상사0000001", "02-0000-0001"),
            k * 4,
            "LEATHER BAG",
            480.0,
            kind="일반",
            sender="ONE SHOP",
        )
    place = h.place("no_unit", use="공동주택", told=("no_unit",))
    for k in range(9):
        h.sends(place, h.person(), k * 3, k, 30)


def _pretending(h: House) -> None:
    """A shop that writes 기숙사 or a locker into its address is no dormitory."""
    for name, word in (
        ("false dormitory", "Hanbit Dormitory"),
        ("false locker", "Parcel Locker 9"),
        ("false forwarder", "Raon Forwarding"),
    ):
        place, number = h.place(name, "9971호", text=f"9971ho, {word}, 31 {name.split()[1]}-ro, Gaon"), h.person()[2]
        for k in range(8):
            who = h.person()
            h.sends(place, (who[0], who[1], number), k * 3, "WATCH", 147.0, sender="ONE SHOP")
