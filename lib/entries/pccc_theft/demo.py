"""Synthetic declarations, codes and reports, with thefts and as many harmless look-alikes; truth is kept apart.

Every name, code, phone and address is made up (010-0xx numbers are assigned to nobody). No column tells the two
apart: numbers are random, amounts and dates overlap, and each behaviour has a share of timid and of noisy cases.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lib.entries.pccc_theft.tables import CODES, PARCELS, REPORTS, TABLES, empty, typed
from lib.settings import DATA, settings
from lib.tables.contract import Table

END = date(2026, 6, 30)
DAYS = 540
THEFTS = {
    "gathering": "여러 부호가 한 배송지로 모임",
    "revived": "쉬던 부호가 다른 지역에서 되살아남",
    "sequential": "한 발송인이 부호만 바꿔 반복",
    "leaked": "검증 부호의 등록 배송지를 바꾼 뒤 급증",
    "priced": "한도 바로 아래 가격 반복",
    "reissued": "재발급을 되풀이하며 급증",
    "guessed": "불일치 시도를 되풀이한 뒤 통과",
}
HARMLESS = {
    "moved": "이사",
    "family": "가족 수령",
    "company": "회사 수령",
    "forwarding": "배대지",
    "gifts": "선물철",
    "sale": "공동구매",
    "returned": "오랜만의 사용",
    "typing": "입력 실수",
    "replaced": "분실 재발급",
}
_SURNAMES = list("김이박최정강조윤장임한오서신권황안송류홍")
_GIVEN = list("가나다라마바사아자차하은서지민준현우윤채도유진수빈연호")
_CITIES = [
    "가온시 나래구",
    "가온시 다솜구",
    "누리시 마루구",
    "누리시 보람구",
    "다온시 새빛구",
    "라온시 하늘구",
    "미리내군 솔빛읍",
    "온새시 별빛구",
]
_ROADS = ["한빛로", "푸른길", "은하로", "솔숲로", "무지개길", "달빛로", "새벽로", "바람길", "샘터로", "들꽃길"]
_GOODS = [  # item, HS6, median USD
    ("VITAMIN C TABLETS", "210690", 32), ("OMEGA 3 CAPSULES", "210690", 41), ("PROTEIN POWDER", "210610", 58),
    ("COLLAGEN DRINK", "220299", 37), ("COFFEE BEANS", "090121", 29), ("CHOCOLATE", "180632", 24),
    ("RUNNING SHOES", "640411", 96), ("LEATHER BOOTS", "640391", 138), ("SNEAKERS", "640419", 118),
    ("COTTON T-SHIRT", "610910", 22), ("DOWN JACKET", "620193", 142), ("DRESS", "620443", 54), ("KNIT SWEATER", "611020", 47),
    ("HANDBAG", "420221", 144), ("WALLET", "420231", 72), ("BACKPACK", "420292", 63), ("WRIST WATCH", "910211", 146),
    ("SUNGLASSES", "900410", 92), ("EARRINGS", "711719", 18), ("FACE CREAM", "330499", 44), ("PERFUME", "330300", 84),
    ("SHAMPOO", "330510", 19), ("WIRELESS EARPHONES", "851830", 88), ("PHONE CASE", "392690", 9), ("CHARGER", "850440", 17),
    ("KEYBOARD", "847160", 76), ("GRAPHICS CARD", "847330", 149), ("TABLET STAND", "761699", 15), ("TOY BLOCKS", "950300", 61),
    ("BOARD GAME", "950490", 38), ("FISHING REEL", "950730", 92), ("GOLF BALLS", "950632", 35), ("TENT", "630622", 128),
    ("FRYING PAN", "732393", 48), ("KNIFE SET", "821191", 66), ("LED LAMP", "940521", 27), ("CURTAIN", "630392", 33),
    ("DOG FOOD", "230910", 42), ("BABY BOTTLE", "392410", 21), ("BICYCLE PARTS", "871499", 57), ("CAR MAT", "870829", 49),
    ("GUITAR STRINGS", "920930", 14), ("PAPER BOOK", "490199", 25), ("ELECTRONIC CIGARETTE PARTS", "854340", 39),
]  # fmt: skip


@dataclass(frozen=True)
class Ways:
    """How people and thieves behave in a world. The evaluation world behaves otherwise than the training worlds."""

    rate: float = 1.0  # declarations of an ordinary code per 100 days, times a person's own liking
    verified: float = 0.45  # share of codes in the name–phone–postcode generation
    gathered: tuple[int, int] = (5, 13)  # codes at one gathering address
    each: tuple[int, int] = (1, 5)  # declarations a stolen code is used for
    spread: tuple[int, int] = (4, 20)  # days a theft takes
    own_phone: float = 0.55  # a thief names the victim's own phone
    mixed: float = 0.3  # a thief's goods vary
    reported: float = 0.25  # victims who report
    crowd: tuple[int, int] = (6, 26)  # codes at an office or forwarding house
    gift: tuple[int, int] = (4, 9)  # declarations in a gift season


WAYS = {
    "train": Ways(),
    "eval": Ways(
        rate=1.3,
        verified=0.55,
        gathered=(4, 10),
        each=(1, 4),
        spread=(6, 28),
        own_phone=0.7,
        mixed=0.45,
        reported=0.18,
        crowd=(5, 34),
        gift=(5, 11),
    ),
}


@dataclass(frozen=True)
class World:
    """``tables`` as the contracts name them; ``truth``: subject, kind, harmful, start day, one a planted code."""

    tables: dict[str, pa.Table]
    truth: pa.Table


def world(seed: int, *, codes: int = 1100, cases: int = 6, world: str = "train", end: date = END) -> World:
    """A seeded world. ``cases``: planted groups per typology; ``codes``: ordinary codes around them."""
    maker = _Maker(np.random.default_rng([seed, 2]), WAYS[world], codes, cases, end)
    maker.live()
    for kind in [*THEFTS, *HARMLESS]:
        for _ in range(cases):
            getattr(maker, kind)()
    return maker.done()


class _Maker:
    def __init__(self, rng: np.random.Generator, ways: Ways, codes: int, cases: int, end: date) -> None:
        self.rng, self.ways, self.end = rng, ways, end
        count = codes + cases * 150  # the planted ones are drawn from the same population
        digits = rng.choice(10**9, count, replace=False)
        homes, posts = _places(rng, count)
        self.people = pd.DataFrame(
            {
                "pccc": [f"P{rng.integers(10**3):03d}{d:09d}" for d in digits],
                "name": _names(rng, count),
                "phone": _phones(rng, count),
                "postcode": posts,
                "address": homes,
                "verified": rng.random(count) < ways.verified,
                "liking": rng.gamma(1.2, 1 / 1.2, count),
                "since": rng.integers(-1800, int(DAYS * 0.8), count),  # day of issue in the world
                "tastes": list(rng.integers(0, len(_GOODS), (count, 5))),
                "more": "",
                "changed": -1,
                "reissued": -1,
                "reissues": 0,
            }
        )
        self.free = list(rng.permutation(count))
        self.chunks: list[pd.DataFrame] = []
        self.truths: list[tuple[str, str, bool, int]] = []
        self.victims: list[tuple[int, int]] = []  # chunk, person
        self.sellers = [f"{a} {b}" for a in ("BLUE", "NORTH", "GRAND", "SILVER", "EASY", "PRIME", "LOTUS", "RIVER", "APEX", "CORAL")
                        for b in ("TRADING", "STORE", "MALL", "GLOBAL", "OUTLET", "SUPPLY")]  # fmt: skip
        self.shares = rng.dirichlet(np.geomspace(8, 0.1, len(self.sellers)))

    # Ordinary life

    def live(self) -> None:
        p = self.people
        lived = np.clip(DAYS - np.maximum(p["since"], 0), 1, None)
        counts = self.rng.poisson(self.ways.rate * p["liking"] * lived / 100)
        who = np.repeat(np.arange(len(p)), counts)
        start = np.maximum(p["since"].to_numpy(), 0)[who]
        days = start + (self.rng.random(len(who)) * (DAYS - start)).astype(int)
        season = self.rng.random(len(who)) < 0.12  # sale weeks
        days = np.where(season & (start < 320), self.rng.choice([325, 326, 327, 330, 500], len(who)), days)
        self.order(who, days)
        gift = self.rng.random(len(who)) < 0.04  # a few go to a friend's
        chunk = self.chunks[-1]
        friend = self.rng.integers(0, len(p), len(who))
        for column in ("postcode", "address"):
            chunk[column] = np.where(gift & ~p["verified"].to_numpy()[who], p[column].to_numpy()[friend], chunk[column])

    def order(self, who: Any, days: Any, **columns: Any) -> pd.DataFrame:
        """Declarations of these people on these days; ``columns`` replace what is usual for them."""
        who, days = np.asarray(who), np.asarray(days)
        n, p = len(who), self.people.iloc[np.asarray(who)]
        if n:
            tastes = np.stack(p["tastes"].to_numpy())[np.arange(n), self.rng.integers(0, 5, n)]
        else:
            tastes = np.zeros(0, dtype=int)
        tastes = np.where(self.rng.random(n) < 0.15, self.rng.integers(0, len(_GOODS), n), tastes)
        goods = np.asarray(columns.pop("goods", tastes)) * np.ones(n, dtype=int)
        median = np.array([usd for _, _, usd in _GOODS])[goods]
        price = np.minimum(np.round(median * self.rng.lognormal(0, 0.35, n), 2), self.rng.uniform(120, 150, n).round(2))
        chunk = pd.DataFrame(
            {
                "who": who,
                "day": days,
                "second": self.rng.integers(0, 86_400, n),
                "origin": self.rng.choice(["CN", "US", "JP", "DE", "HK"], n, p=[0.55, 0.22, 0.1, 0.05, 0.08]),
                "sender": self.rng.choice(self.sellers, n, p=self.shares),
                "receiver": p["name"].to_numpy(),
                "pccc": p["pccc"].to_numpy(),
                "phone": p["phone"].to_numpy(),
                "postcode": p["postcode"].to_numpy(),
                "address": p["address"].to_numpy(),
                "item": np.array([item for item, _, _ in _GOODS])[goods],
                "hs6": np.array([hs for _, hs, _ in _GOODS])[goods],
                "value_usd": price,
                "result": "P",
            }
        )
        for name, value in columns.items():
            chunk[name] = value
        chunk = chunk[(chunk["day"] >= 0) & (chunk["day"] < DAYS)].reset_index(drop=True)
        self.chunks.append(chunk)
        return chunk

    # Help for the planted ones

    def take(self, n: int, good: Callable[[pd.DataFrame], Any] | None = None) -> np.ndarray[Any, Any]:
        """``n`` people not planted yet, of those that fit."""
        pool = np.array(self.free)
        fit = pool if good is None else pool[np.asarray(good(self.people.iloc[pool]))]
        chosen = fit[:n]
        self.free = [i for i in self.free if i not in set(chosen.tolist())]
        return chosen

    def between(self, span: tuple[int, int]) -> int:
        return int(self.rng.integers(span[0], span[1] + 1))

    def start(self, latest: int = 4) -> int:
        return int(self.rng.integers(DAYS - 170, DAYS - latest))

    def place(self) -> dict[str, str]:
        address, post = _places(self.rng, 1)
        return {"postcode": post[0], "address": address[0]}

    def mark(self, kind: str, who: Any, start: int) -> None:
        self.truths += [(self.people["pccc"].iat[int(i)], kind, kind in THEFTS, start) for i in who]

    def forget(self, who: Any, since: int = 0) -> None:
        """These people order nothing from that day on."""
        gone = {int(i) for i in who}
        first = self.chunks[0]
        self.chunks[0] = first[~(first["who"].isin(gone) & (first["day"] >= since))]

    def theft(self, kind: str, who: Any, start: int, each: tuple[int, int], **columns: Any) -> pd.DataFrame:
        """Uses of stolen codes: over some days, to where the thief says."""
        people = np.repeat(who, self.rng.integers(each[0], each[1] + 1, len(who)))
        days = start + self.rng.integers(0, self.between(self.ways.spread), len(people))
        own = np.repeat(self.rng.random() < self.ways.own_phone, len(people))
        phone = np.where(own, self.people["phone"].to_numpy()[people], _phones(self.rng, 1)[0])
        chunk = self.order(people, days, **{"phone": phone, **columns})
        self.mark(kind, who, start)
        telling = [int(i) for i in who if self.rng.random() < self.ways.reported]
        self.victims += [(len(self.chunks) - 1, i) for i in telling]
        return chunk

    def loot(self, n: int = 1) -> Any:
        """Goods that thieves resell; sometimes anything."""
        wanted = [6, 7, 8, 10, 13, 16, 22, 26, 0, 1, 20, 43]
        return self.rng.choice(wanted) if self.rng.random() > self.ways.mixed else self.rng.choice(wanted, n)

    # Thefts

    def gathering(self) -> None:
        who = self.take(self.between(self.ways.gathered), lambda p: ~p["verified"])
        each = (self.ways.each[0], max(2, self.ways.each[1] - 2))
        self.theft("gathering", who, self.start(), each, goods=self.loot(), **self.place())

    def revived(self) -> None:
        who = self.take(1, lambda p: (~p["verified"]) & (p["since"] < 60))
        start = self.start()
        self.forget(who, max(0, start - 380 - int(self.rng.integers(0, 60))))
        self.theft("revived", who, start, (2, self.ways.each[1] + 2), goods=self.loot(), **self.place())

    def sequential(self) -> None:
        who = self.take(self.between((9, 16)), lambda p: ~p["verified"])
        shop = f"{self.rng.choice(['SUN', 'STAR', 'MOON', 'HILL', 'WAVE'])} {self.rng.integers(100, 999)} CO"
        posts = [self.place() for _ in range(self.between((3, 7)))]
        people = np.repeat(who, self.rng.integers(1, 3, len(who)))
        pick = self.rng.integers(0, len(posts), len(people))
        start, goods = self.start(12), self.loot()
        self.order(
            people,
            start + self.rng.integers(0, 9, len(people)),
            goods=goods if np.ndim(goods) == 0 else goods[0],
            sender=shop,
            postcode=[posts[i]["postcode"] for i in pick],
            address=[posts[i]["address"] for i in pick],
        )
        self.mark("sequential", who, start)

    def leaked(self) -> None:
        who = self.take(1, lambda p: p["verified"])
        start = max(self.start(), DAYS - 140)
        post = self.place()
        change = start - int(self.rng.integers(1, 9))
        self.people.loc[who, ["more", "changed"]] = [post["postcode"], change]
        self.theft("leaked", who, start, (3, self.ways.each[1] + 4), goods=self.loot(), **post)

    def priced(self) -> None:
        who = self.take(self.between((1, 3)), lambda p: ~p["verified"])
        n = self.between((3, 6))
        people = np.repeat(who, n)
        near = self.rng.uniform(141, 150, len(people)).round(2)
        price = np.where(self.rng.random(len(people)) < 0.85, near, self.rng.uniform(80, 140, len(people)).round(2))
        start = self.start()
        days = start + self.rng.integers(0, self.between(self.ways.spread), len(people))
        self.order(
            people, days, goods=self.rng.choice([7, 8, 10, 13, 16, 26], len(people)), value_usd=price, **self.place()
        )
        self.mark("priced", who, start)

    def reissued(self) -> None:
        who = self.take(1)
        start = self.start()
        post = self.place()
        self.people.loc[who, ["reissues", "reissued", "changed", "more"]] = [
            self.between((3, 5)), start - 1, start - 1, post["postcode"],
        ]  # fmt: skip
        self.theft("reissued", who, start, (5, 9), **post)

    def guessed(self) -> None:
        who = self.take(1)
        start, n = self.start(), self.between((3, 6))
        if self.people["verified"].iat[int(who[0])]:
            post = {c: self.people[c].iat[int(who[0])] for c in ("postcode", "address")}
        else:
            post = self.place()
        tries = np.repeat(who, n)
        self.order(tries, np.repeat(start, n), second=np.sort(self.rng.integers(0, 40_000, n)), result="N",
                   receiver=_names(self.rng, n), **post)  # fmt: skip
        first = self.order(who, np.array([start]), second=self.rng.integers(41_000, 80_000, 1), **post)
        self.theft("guessed", who, start, self.ways.each, **post)
        del first

    # What looks like it and is not

    def moved(self) -> None:
        who = self.take(1, lambda p: p["liking"] > 0.6)
        start, post = self.start(), self.place()
        i = int(who[0])
        old = self.chunks[0]
        late = (old["who"] == i) & (old["day"] >= start)
        for column, value in post.items():
            self.chunks[0].loc[late, column] = value
        if self.people["verified"].iat[i] or self.rng.random() < 0.5:
            self.people.loc[who, ["more", "changed"]] = [post["postcode"], start]
        n = self.between((2, 5))  # a new home needs things
        self.order(np.repeat(who, n), start + self.rng.integers(0, 25, n), **post)
        self.mark("moved", who, start)

    def family(self) -> None:
        who = self.take(self.between((2, 5)))
        host = self.people.iloc[int(who[0])]
        n = self.between((3, 7))
        people = self.rng.choice(who, n)
        start = self.start()
        self.people.loc[who, "more"] = host["postcode"]
        self.order(people, start + self.rng.integers(0, 30, n), receiver=host["name"], phone=host["phone"],
                   postcode=host["postcode"], address=host["address"])  # fmt: skip
        self.mark("family", who, start)

    def _together(self, kind: str, span: tuple[int, int], phone: float) -> None:
        who = self.take(self.between(span))
        post, start = self.place(), self.start(30)
        people = np.repeat(who, self.rng.integers(1, 4, len(who)))
        self.people.loc[who, "more"] = post["postcode"]
        desk = _phones(self.rng, 1)[0]
        numbers = np.where(self.rng.random(len(people)) < phone, desk, self.people["phone"].to_numpy()[people])
        self.order(people, start + self.rng.integers(0, 30, len(people)), phone=numbers, **post)
        self.mark(kind, who, start)

    def company(self) -> None:
        self._together("company", (5, max(6, self.ways.crowd[1] // 2)), 0.1)

    def forwarding(self) -> None:
        self._together("forwarding", self.ways.crowd, 0.3)

    def gifts(self) -> None:
        who = self.take(1)
        n, start = self.between(self.ways.gift), self.start()
        friends = self.people.iloc[self.rng.integers(0, len(self.people), 2)]
        away = self.rng.random(n) < (0.0 if self.people["verified"].iat[int(who[0])] else 0.4)
        to = self.rng.integers(0, 2, n)
        posts = {
            c: np.where(away, friends[c].to_numpy()[to], self.people[c].iat[int(who[0])])
            for c in ("postcode", "address")
        }
        self.order(np.repeat(who, n), start + self.rng.integers(0, 10, n), **posts)
        self.mark("gifts", who, start)

    def sale(self) -> None:
        who = self.take(self.between((10, 22)))
        start = self.start(12)
        shop = self.rng.choice(self.sellers[:8])
        self.order(
            who, start + self.rng.integers(0, 6, len(who)), goods=int(self.rng.integers(len(_GOODS))), sender=shop
        )
        self.mark("sale", who, start)

    def returned(self) -> None:
        who = self.take(1, lambda p: p["since"] < 60)
        start = self.start()
        self.forget(who, max(0, start - 400))
        post = self.place() if self.rng.random() < 0.6 else {}
        if post and self.people["verified"].iat[int(who[0])]:
            self.people.loc[who, ["more", "changed"]] = [post["postcode"], start - 3]
        n = self.between((1, 4))
        self.order(np.repeat(who, n), start + self.rng.integers(0, 25, n), **post)
        self.mark("returned", who, start)

    def typing(self) -> None:
        who = self.take(1)
        start, n = self.start(), self.between((1, 4))
        self.order(np.repeat(who, n), np.repeat(start, n), second=np.sort(self.rng.integers(0, 40_000, n)), result="N",
                   receiver=_names(self.rng, n))  # fmt: skip
        self.order(who, np.array([start]), second=self.rng.integers(41_000, 80_000, 1))
        self.mark("typing", who, start)

    def replaced(self) -> None:
        who = self.take(1)
        start = self.start()
        self.people.loc[who, ["reissues", "reissued", "changed"]] = [self.between((1, 2)), start - 1, start - 1]
        n = self.between((2, 6))
        self.order(np.repeat(who, n), start + self.rng.integers(0, 28, n))
        self.mark("replaced", who, start)

    # Together

    def done(self) -> World:
        for i, chunk in enumerate(self.chunks):
            chunk["chunk"] = i
        rows = pd.concat(self.chunks, ignore_index=True)
        first = np.datetime64(self.end - timedelta(days=DAYS - 1))
        rows["declared_at"] = (
            first + rows["day"].to_numpy().astype("timedelta64[D]") + rows["second"].to_numpy().astype("timedelta64[s]")
        )
        rows = rows.sort_values(["declared_at", "pccc"]).reset_index(drop=True)
        n = len(rows)
        stamp = rows["declared_at"].dt.strftime("%y%m%d")
        rows["declaration_no"] = (
            "L" + stamp + pd.Series(self.rng.choice(10**7, n, replace=False)).astype("string").str.zfill(7)
        )
        rows["kind"] = np.where(rows["value_usd"] < 150, "L", "S")
        rows["arrived_on"] = rows["declared_at"].dt.date
        rows["courier"] = self.rng.choice(["KX01", "KX02", "KX03"], n)
        rows["quantity"] = self.rng.integers(1, 4, n)
        rows["weight_kg"] = self.rng.lognormal(0, 0.6, n).round(2)
        self._no_impossible(rows)
        return World(
            {
                "parcels": typed(rows, PARCELS),
                "codes": typed(self._ledger(first), CODES),
                "reports": typed(self._reports(rows), REPORTS),
            },
            pa.Table.from_pandas(self._truth(first), preserve_index=False),
        )

    def _no_impossible(self, rows: pd.DataFrame) -> None:
        """Where the postcode is verified, a declaration to an unlisted one would not have passed: it goes home."""
        p = self.people.iloc[rows["who"].to_numpy()]
        listed = (rows["postcode"].to_numpy() == p["postcode"].to_numpy()) | (
            rows["postcode"].to_numpy() == p["more"].to_numpy()
        )
        barred = p["verified"].to_numpy() & ~listed & (rows["result"] == "P").to_numpy()
        for column in ("postcode", "address"):
            rows[column] = np.where(barred, p[column].to_numpy(), rows[column])

    def _ledger(self, first: Any) -> pd.DataFrame:
        p = self.people
        day = lambda n: pd.Series(  # noqa: E731
            np.where(n >= 0, first + np.maximum(n, 0).astype("timedelta64[D]"), np.datetime64("NaT")), index=p.index
        )
        held = p["postcode"].where(p["verified"] | (self.rng.random(len(p)) < 0.7))
        more = p["more"].where(p["more"] != "")
        posts = (held + "|" + more).where(held.notna() & more.notna(), held)
        renewed = np.where(
            p["changed"] >= 0, p["changed"], np.where(p["verified"], DAYS - 200 + self.rng.integers(0, 90, len(p)), -1)
        )
        issued = first + p["since"].to_numpy().astype("timedelta64[D]")
        return pd.DataFrame(
            {
                "pccc": p["pccc"],
                "name": p["name"],
                "phone": p["phone"],
                "postcodes": posts,
                "issued_on": pd.Series(issued).dt.date,
                "changed_on": day(np.minimum(renewed, DAYS - 1)).dt.date,
                "status": "N",
                "generation": np.where(p["verified"], "NPZ", "NP"),
                "reissues": p["reissues"],
                "reissued_on": day(p["reissued"].to_numpy()).dt.date,
            }
        )

    def _reports(self, rows: pd.DataFrame) -> pd.DataFrame:
        last = rows["declared_at"].max().normalize()
        told = pd.DataFrame(self.victims, columns=["chunk", "who"])
        stolen = rows.merge(told, on=["chunk", "who"]).drop_duplicates(["chunk", "who"])
        by_mistake = rows[rows["result"] == "P"].sample(6, random_state=int(self.rng.integers(2**31))).assign(own="Y")
        reports = pd.concat([stolen.assign(own=self.rng.choice(["N", "N", "U"], len(stolen))), by_mistake])
        reports["reported_on"] = reports["declared_at"].dt.normalize() + pd.to_timedelta(
            self.rng.integers(3, 30, len(reports)), "D"
        )
        reports = reports[reports["reported_on"] <= last].sort_values("reported_on")
        reports["report_no"] = [f"R{d:%y%m%d}-{i:04d}" for i, d in enumerate(reports["reported_on"], 1)]
        reports["reported_on"] = reports["reported_on"].dt.date
        return reports

    def _truth(self, first: Any) -> pd.DataFrame:
        truth = pd.DataFrame(self.truths, columns=["subject", "kind", "harmful", "day"])
        truth["start"] = pd.Series(first + truth["day"].to_numpy().astype("timedelta64[D]")).dt.date
        return truth.drop(columns="day").sort_values("subject").reset_index(drop=True)


def _names(rng: np.random.Generator, n: int) -> np.ndarray[Any, Any]:
    parts = rng.choice(_SURNAMES, n), rng.choice(_GIVEN, n), rng.choice(_GIVEN, n)
    return np.char.add(np.char.add(*parts[:2]), parts[2]).astype(object)


def _phones(rng: np.random.Generator, n: int) -> np.ndarray[Any, Any]:
    numbers = rng.integers(0, 10**7, n)
    return np.array(
        [f"010-0{a:03d}-{b:04d}" for a, b in zip(numbers // 10**4, numbers % 10**4, strict=True)], dtype=object
    )


def _places(rng: np.random.Generator, n: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    city, road = rng.integers(0, len(_CITIES), n), rng.integers(0, len(_ROADS), n)
    house, flat = rng.integers(1, 300, n), rng.integers(101, 2999, n)
    addresses = [f"{_CITIES[c]} {_ROADS[r]} {h}, {f}호" for c, r, h, f in zip(city, road, house, flat, strict=True)]
    posts = [f"{10 + 5 * c}{r}{h % 100:02d}" for c, r, h in zip(city, road, house, strict=True)]
    return np.array(addresses, dtype=object), np.array(posts, dtype=object)


def write(folder: Path | None = None, seed: int = 13) -> Path:
    """The demo files as an officer would have them, and the truth beside them; the seed is a day with something to see."""
    folder = folder or DATA / "pccc_theft" / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    made = world(seed, codes=520, cases=3, world="eval")
    for name, table in TABLES.items():
        frame = made.tables[name].drop_columns(["row_no"]).to_pandas()
        given = [c for c in table.columns if not frame[c.name].isna().all()]
        for column in given:
            if column.choices:
                frame[column.name] = frame[column.name].map(column.choices)
        shown = frame[[c.name for c in given]].set_axis([c.title for c in given], axis=1)
        shown.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
    made.truth.to_pandas().to_csv(folder / "truth.csv", index=False, lineterminator="\n")
    return folder


def parcels_at_scale(rows: int, seed: int = 0, folder: Path | None = None) -> Path:
    """A Parquet file of that many ordinary declarations over 400 days, for measuring; ``codes_at_scale`` fits it."""
    rng = np.random.default_rng([seed, rows])
    count = max(rows // 8, 10)
    who = rng.integers(0, count, rows)
    away = rng.random(rows) < 0.05
    home = np.where(away, rng.integers(0, count, rows), who)
    house, goods = pa.array(home), rng.integers(0, len(_GOODS), rows)
    first = np.datetime64(END - timedelta(days=399), "us")
    number = pa.array(rng.permutation(rows))
    text = lambda values, width=0: pc.utf8_lpad(pc.cast(values, pa.string()), width, "0")  # noqa: E731

    def pick(values, at):
        return pa.DictionaryArray.from_arrays(pa.array(at, pa.int32()), pa.array(values)).cast(pa.string())

    join = lambda *parts: pc.binary_join_element_wise(*parts, "")  # noqa: E731
    columns: dict[str, Any] = {
        "declaration_no": join("L", text(number, 10)),
        "declared_at": pa.array(first + rng.integers(0, 400 * 86_400, rows).astype("timedelta64[s]")),
        "origin": pick(["CN", "US", "JP"], rng.integers(0, 3, rows)),
        "sender": join("SHOP ", text(pa.array(rng.zipf(1.4, rows) % 3000))),
        "receiver": pick(_names(rng, 20_000), who % 20_000),
        "pccc": join("P", text(pa.array(who), 12)),
        "phone": join("010-0", text(pa.array(who % 10**7), 7)),
        "postcode": text(pa.array(home % 90_000 + 1000), 5),
        "address": join(pick([f"{c} {r}" for c in _CITIES for r in _ROADS], home % 80), " ", text(house)),
        "item": pick([item for item, _, _ in _GOODS], goods),
        "hs6": pick([hs for _, hs, _ in _GOODS], goods),
        "value_usd": pa.array(np.round(rng.gamma(2, 30, rows), 2)),
        "result": pick(["P", "N"], (rng.random(rows) < 0.01).astype(int)),
    }
    return _kept(columns, PARCELS, rows, f"parcels_{rows}_{seed}", folder)


def codes_at_scale(rows: int, seed: int = 0, folder: Path | None = None) -> Path:
    """The ledger of the codes in ``parcels_at_scale(rows)``."""
    rng = np.random.default_rng([seed, rows, 1])
    who = np.arange(max(rows // 8, 10))
    text = lambda values, width: pc.utf8_lpad(pc.cast(pa.array(values), pa.string()), width, "0")  # noqa: E731
    join = lambda *parts: pc.binary_join_element_wise(*parts, "")  # noqa: E731
    columns: dict[str, Any] = {
        "pccc": join("P", text(who, 12)),
        "name": pa.array(_names(rng, 20_000)[who % 20_000], pa.string()),
        "phone": join("010-0", text(who % 10**7, 7)),
        "postcodes": text(who % 90_000 + 1000, 5),
        "issued_on": pa.array([date(2020, 1, 1)] * len(who)),
        "generation": pa.array(np.where(rng.random(len(who)) < 0.4, "NPZ", "NP").astype(object), pa.string()),
    }
    return _kept(columns, CODES, len(who), f"codes_{rows}_{seed}", folder)


def _kept(columns: dict[str, Any], table: Table, rows: int, name: str, folder: Path | None) -> Path:
    full = {**{c.name: pa.nulls(rows) for c in table.columns}, **columns}
    path = (folder or settings().folder("bench")) / f"{name}.parquet"
    schema = empty(table).schema.remove(len(table.columns))
    pq.write_table(pa.table({c.name: full[c.name] for c in table.columns}).cast(schema), path)
    return path
