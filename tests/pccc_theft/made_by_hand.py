"""A small customs house written from the domain note alone, as CSV with the forms' headers: each indicator in its plain
form at the note's own threshold, beside everybody who is known to look alike. Nothing of the demo generator is used.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pyarrow as pa

from lib.entries.pccc_theft.tables import TABLES
from lib.tables import checking, reading

AS_OF = date(2026, 6, 30)
DECEMBER, SEPTEMBER = date(2025, 12, 22), date(2025, 9, 26)  # days on which the gift seasons are looked at
PARCELS = "신고번호,신고일시,신고구분,적출국,발송인상호,수하인성명,개인통관고유부호,수하인전화번호,배송지우편번호,배송지주소,품명,HS부호,수량,물품가격(USD),검증결과"
CODES = "개인통관고유부호,성명,전화번호,등록우편번호,발급일,정보변경일,상태,검증세대,연간재발급횟수,재발급일"
REPORTS = "접수번호,접수일,개인통관고유부호,대상신고번호,본인여부답변"
GOODS = (
    ("COTTON T-SHIRT", "610910"), ("VITAMIN C", "210690"), ("RUNNING SHOES", "640411"), ("FACE CREAM", "330499"),
    ("LEGO TOY", "950300"), ("COFFEE BEANS", "090121"), ("USB CABLE", "854442"), ("PHONE CASE", "392690"),
    ("NOVEL BOOK", "490199"), ("FISHING REEL", "950730"), ("DOG SNACK", "230910"), ("KITCHEN KNIFE", "821192"),
    ("BACKPACK", "420292"), ("OLIVE OIL", "150920"), ("CAMPING LAMP", "940540"), ("BABY WIPES", "340119"),
)  # fmt: skip


@dataclass
class Case:
    """What was planted for one code. ``told``: any one of these rules must be among the reasons, with ``rows``."""

    kind: str
    told: tuple[str, ...]
    rows: list[str] = field(default_factory=list)
    combined: bool = False


class House:
    """Rows in the making."""

    def __init__(self) -> None:
        self.parcels: list[str] = []
        self.codes: dict[str, str] = {}
        self.reports: list[str] = []
        self.homes: dict[str, tuple[str, str, str, str]] = {}
        self.last: dict[str, tuple[datetime, str]] = {}
        self.cases: dict[str, Case] = {}
        self.benign: dict[str, str] = {}
        self.chance = random.Random(20260630)

    def person(
        self, pccc: str, more: Sequence[str] = (), generation: str = "NP", issued: str = "2019-04-02", changed: str = "",
        reissues: object = 0, reissued: str = "",
    ) -> str:  # fmt: skip
        n = int(pccc[1:])
        name = "".join("가나다라마바사아자차"[int(d)] for d in f"{n % 100_000:05d}")
        home = f"{10000 + n * 7919 % 53000:05d}"
        phone = f"010-{2000 + n % 7000:04d}-{n * 37 % 10_000:04d}"
        self.homes[pccc] = (name, phone, home, f"한빛시 {n % 97}구 마루로 {n % 991}")
        listed = "|".join([home, *more])
        self.codes[pccc] = f"{pccc},{name},{phone},{listed},{issued},{changed},정상,{generation},{reissues},{reissued}"
        return pccc

    def sends(
        self, pccc: str, when: date, hour: int = 10, goods: int | tuple[str, str] | None = None, **told: object
    ) -> str:
        """One declaration to the code's own home unless told otherwise; its number."""
        name, phone, home, address = self.homes[pccc]
        item = self.chance.choice(GOODS) if goods is None else GOODS[goods] if isinstance(goods, int) else goods
        row = {
            "kind": "목록", "origin": self.chance.choice(["CN", "CN", "US", "JP", "DE"]),
            "sender": f"SHOP {self.chance.randrange(60)}", "name": name, "phone": phone, "postcode": home, "address": address,
            "item": item[0], "hs6": item[1], "n": 1, "usd": round(self.chance.uniform(9, 130), 2), "result": "통과",
        } | told  # fmt: skip
        number, at = f"L{len(self.parcels):07d}", datetime(when.year, when.month, when.day, hour, 5)
        cells = [number, at.isoformat(" ", "minutes"), row["kind"], row["origin"], row["sender"], row["name"], pccc]
        cells += [row[k] for k in "phone postcode address item hs6 n usd result".split()]
        self.parcels.append(",".join(f'"{cell}"' for cell in cells))
        if row["result"] == "통과":
            self.last[pccc] = max(self.last.get(pccc, (at, number)), (at, number))
        return number

    def lives(self, pccc: str, *days: date, goods: Sequence[int] = (0, 1, 3)) -> None:
        """Ordinary declarations to the home."""
        for n, day in enumerate(days):
            self.sends(pccc, day, goods=goods[n % len(goods)])

    def case(self, pccc: str, kind: str, *told: str, combined: bool = False) -> Case:
        self.cases[pccc] = Case(kind, told, combined=combined)
        return self.cases[pccc]


def ago(days: int, since: date = AS_OF) -> date:
    return since - timedelta(days=days)


def past(*more: int) -> tuple[date, ...]:
    """The quiet months before."""
    return tuple(ago(days) for days in (310, 220, 150, *more))


THIEF = {"postcode": "48123", "address": "모래시 바닷가길 9, 302호"}
BAG = ("LEATHER BAG", "420221")


def house() -> House:
    h = House()
    _ordinary(h)
    _thefts(h)
    _combined(h)
    _harmless(h)
    return h


def _ordinary(h: House) -> None:
    """Three hundred people, one to six declarations each over the year."""
    chance = h.chance
    for n in range(300):
        kin = f"{20000 + n * 131:05d}"
        pccc = h.person(
            f"P3{n:011d}",
            [kin] if n % 9 == 0 else [],
            "NPZ" if n % 3 == 0 else "NP",
            f"20{chance.randrange(14, 25)}-0{chance.randrange(1, 10)}-15",
            "2026-02-10" if n % 3 == 0 else "",
            1 if n % 25 == 0 else 0,
            "2025-12-01" if n % 25 == 0 else "",
        )
        liked = chance.sample(range(len(GOODS)), 3)
        for _ in range(1 + n % 6):
            told: dict[str, object] = {}
            if n % 9 == 0 and chance.random() < 0.4:
                told = {"postcode": kin, "address": f"너른시 옛길 {n}"}
            elif n % 17 == 1 and chance.random() < 0.3:
                told = {"phone": ""}
            elif n % 23 == 2 and chance.random() < 0.3:
                told = {"usd": round(chance.uniform(141, 149), 2)}
            h.sends(pccc, ago(chance.randrange(365)), chance.randrange(7, 23), chance.choice(liked), **told)
    old = h.person("P300000000900")  # so that the file reaches back beyond a year
    h.lives(old, ago(560), ago(500), ago(440), ago(300), ago(100))


def _thefts(h: House) -> None:
    """One indicator each; the rest of the code's life is ordinary."""

    def new(n: int, **told: object) -> str:
        return h.person(f"P1{n:011d}", **told)  # type: ignore[arg-type]

    # 1 legacy: half of the last 90 days to a postcode that is not registered
    one = new(1)
    h.lives(one, *past(80, 35))
    h.case(one, "1 등록 밖 배송지(구형)", "legacy_mismatch").rows = [
        h.sends(one, ago(d), goods=0, **THIEF) for d in (12, 5)
    ]
    # 1 verified: cleared to an unregistered postcode although that cannot be
    two = new(2, generation="NPZ", changed="2026-02-05")
    h.lives(two, *past(70, 30))
    h.case(two, "1 등록 밖 배송지(검증)", "verified_mismatch").rows = [
        h.sends(two, ago(6), goods=1, postcode="53211", address="솔밭시 1")
    ]
    # 2 three addresses; two phones; two names
    three = new(3)
    h.lives(three, *past(60, 40, 20, 9))
    h.case(three, "2 배송지 셋", "addresses").rows = [
        h.sends(three, ago(d), goods=0, postcode=p, address=a)
        for d, p, a in ((15, "35111", "가시 1"), (3, "61222", "나시 2"))
    ]
    four = new(4)
    h.lives(four, *past(60, 20))
    h.case(four, "2 전화 둘", "phones").rows = [h.sends(four, ago(4), goods=0, phone="010-9999-0004")]
    five = new(5)
    h.lives(five, *past(60, 20))
    h.case(five, "2 이름 둘", "names").rows = [h.sends(five, ago(4), goods=0, name="하하하")]
    # 3 gathering place: five codes in 30 days, one good, one address
    numbers = []
    for n in range(11, 16):
        p = new(n)
        h.lives(p, *past())
        numbers.append(h.sends(p, ago(27 - 5 * (n - 11)), goods=BAG, postcode="48999", address="물결시 창고로 7"))
        h.case(p, "3 집하지(배송지)", "gathering").rows = numbers
    # 3 one phone, five codes
    numbers = []
    for n in range(16, 21):
        p = new(n)
        h.lives(p, *past(75, 50))
        numbers.append(h.sends(p, ago(28 - 5 * (n - 16)), goods=0, phone="010-7777-7777"))
        h.case(p, "3 집하지(전화)", "phone_hub").rows = numbers
    # 4 asleep for more than twelve months, then elsewhere
    p = new(21)
    h.lives(p, ago(430))
    h.case(p, "4 휴면", "revived").rows = [h.sends(p, ago(8), goods=0, **THIEF | {"address": "모래시 바닷가길 21"})]
    # 4 asleep, never seen in the file
    p = new(22, issued="2018-01-09")
    h.case(p, "4 휴면(처음 보임)", "revived").rows = [
        h.sends(p, ago(8), goods=5, postcode="63123", address="돌담시 22")
    ]
    # 5 seven days' burst, elsewhere
    p = new(23)
    h.lives(p, *past(80, 50))
    h.case(p, "5 급증", "burst").rows = [
        h.sends(p, ago(d), 9 + d, n, postcode="55123", address="들판시 23") for n, d in enumerate((5, 4, 3, 2, 1, 0))
    ]
    # 5 the same at the code's own home: nothing else speaks against it
    p = new(24)
    h.lives(p, *past(80, 50))
    h.case(p, "5 급증(자기 집)", "burst").rows = [
        h.sends(p, ago(d), 9 + d, n) for n, d in enumerate((5, 4, 3, 2, 1, 0))
    ]
    # 6 goods with nothing in common with the past, over and over
    p = new(25)
    h.lives(p, *past(80, 45), goods=(0, 1))
    h.case(p, "6 물품군 이탈", "other_goods").rows = [
        h.sends(p, ago(d), goods=("WIRELESS EARPHONE", "851830")) for d in (20, 12, 4)
    ]
    # 7 prices just below the limits
    p = new(26)
    h.lives(p, *past(85))
    h.case(p, "7 한도 근접", "near_limit").rows = [
        h.sends(p, ago(d), goods=n, usd=usd, origin=o)
        for n, (d, usd, o) in enumerate(((40, 148.5, "CN"), (25, 145, "CN"), (14, 197, "US"), (5, 149.9, "CN")))
    ]
    # 8 one sender, one item, ten codes within seven days
    numbers = []
    for n in range(31, 41):
        p = new(n)
        h.lives(p, *past(70, 40))
        numbers.append(
            h.sends(
                p,
                ago(6 - (n - 31) * 6 // 9),
                goods=BAG,
                sender="LUCKY EXPORT",
                address=f"가람시 {n}",
                postcode=f"{11000 + 613 * n}",
            )
        )
        h.case(p, "8 부호만 바꿈", "sequential").rows = numbers
    # 8 the same at everybody's own home
    numbers = []
    for n in range(41, 51):
        p = new(n)
        h.lives(p, *past(70, 40))
        numbers.append(h.sends(p, ago(6 - (n - 41) * 6 // 9), goods=("GOLD WATCH", "910111"), sender="HAPPY EXPORT"))
        h.case(p, "8 부호만 바꿈(자기 집)", "sequential").rows = numbers
    # 9 reissued, and then it starts; four and five times a year
    p = new(51, reissues=1, reissued=str(ago(15)))
    h.lives(p, *past(80))
    h.case(p, "9 재발급 직후", "reissued").rows = [
        h.sends(p, ago(d), goods=n, postcode="58123", address="갯벌시 51") for n, d in enumerate((13, 11, 10, 8, 7, 6))
    ]
    for n, times in ((52, 4), (53, 5)):
        p = new(n, reissues=times, reissued=str(ago(40)))
        h.lives(p, *past(80, 20))
        h.case(p, f"9 재발급 {times}회", "reissues").rows = [p]
    # 10 a report; its address again (one hop); the phone of that one again (two hops)
    victim, hop, hops = new(61), new(62), new(63)
    for p in (victim, hop, hops):
        h.lives(p, *past(80, 60))
    stolen = h.sends(victim, ago(25), goods=0, postcode="52777", address="꽃내시 61")
    h.reports.append(f"R1,{ago(10)},{victim},{stolen},본인 아님")
    h.case(victim, "10 신고된 부호", "own_report").rows = ["R1"]
    bridge = h.sends(hop, ago(18), goods=0, postcode="52777", address="꽃내시 61", phone="010-8888-0062")
    h.case(hop, "10 한 단계", "linked").rows = [stolen]
    h.sends(hops, ago(9), goods=0, phone="010-8888-0062")
    h.case(hops, "10 두 단계", "linked_two").rows = [bridge]
    # 11 three failures within a day, then through
    p = new(71)
    h.lives(p, *past(80))
    tries = [
        h.sends(p, ago(7), hour, 0, result="성명·전화 불일치", phone=f"010-1111-000{hour}") for hour in (8, 10, 13)
    ]
    h.case(p, "11 불일치 뒤 통과", "guessed").rows = [*tries, h.sends(p, ago(7), 20, 0)]


def _combined(h: House) -> None:
    """Two indicators or more, as real thefts come."""

    def new(n: int, **told: object) -> str:
        return h.person(f"P1{n:011d}", **told)  # type: ignore[arg-type]

    p = new(101)
    h.lives(p, ago(420), ago(400), goods=(0,))
    h.case(p, "4+5+6+7 휴면 뒤 급증", "revived", "burst", combined=True).rows = [
        h.sends(p, ago(d), 9 + d, ("PHONE BATTERY", "850760"), usd=146 + d / 2, postcode="57101", address="강둑시 101")
        for d in (6, 5, 4, 3, 2)
    ]
    p = new(102)
    h.lives(p, *past(80))
    h.case(p, "2 배송지·전화·이름", "addresses", "phones", "names", combined=True).rows = [
        h.sends(
            p,
            ago(d),
            goods=0,
            postcode=f"{47000 + 700 * n}",
            address=f"여울시 {n}",
            phone=f"010-6000-000{n}",
            name="나나나"[n:] + "두두두"[:n],
        )
        for n, d in enumerate((20, 11, 4))
    ]
    p = new(103)
    h.lives(p, *past(80))
    h.case(p, "6+7 이탈·한도 근접", "other_goods", "near_limit", combined=True).rows = [
        h.sends(p, ago(d), goods=("GAME CONSOLE", "950450"), usd=147.5, postcode="50103", address="산들시 103")
        for d in (24, 16, 9, 2)
    ]
    p = new(104)
    h.lives(p, *past(80))
    for hour in (8, 9, 11, 12):
        h.sends(p, ago(5), hour, 0, result="성명·전화 불일치")
    h.case(p, "1+11 시도 뒤 다른 곳", "guessed", "legacy_mismatch", combined=True).rows = [
        h.sends(p, ago(d), 18, 0, postcode="51104", address="안개시 104") for d in (5, 4)
    ]
    p = new(105, reissues=4, reissued=str(ago(20)))
    h.lives(p, *past(80))
    h.case(p, "5+9 재발급 4회 뒤 급증", "reissued", "reissues", combined=True).rows = [
        h.sends(p, ago(d), goods=n, postcode="54105", address="달빛시 105") for n, d in enumerate((6, 5, 5, 4, 3, 2, 1))
    ]
    numbers: list[str] = []
    for n in range(111, 123):  # a gang: one sender, one item, one house, twelve legacy codes
        p = new(n)
        h.lives(p, *past())
        numbers.append(
            h.sends(
                p,
                ago(5 - (n - 111) // 2),
                goods=("BRAND BELT", "420330"),
                sender="STAR TRADE",
                postcode="46111",
                address="부두시 111",
                phone="010-5555-5555",
            )
        )
        h.case(p, "3+8 집하지에 부호만 바꿈", "gathering", "sequential", combined=True).rows = numbers
    p = new(131)
    h.lives(p, ago(450))
    h.case(p, "1+4 휴면 뒤 등록 밖", "revived", "legacy_mismatch", combined=True).rows = [
        h.sends(p, ago(d), goods=0, postcode="62131", address="오솔시 131") for d in (9, 3)
    ]


def _harmless(h: House) -> None:
    """The note's confusers, a few of each."""

    def new(n: int, kind: str, **told: object) -> str:
        p = h.person(f"P2{n:011d}", **told)  # type: ignore[arg-type]
        h.benign[p] = kind
        return p

    # moved: the ledger has been told
    for n, generation in enumerate(("NP", "NP", "NPZ", "NPZ"), 1):
        p = new(n, "이사", more=[f"{31000 + n}"], generation=generation, changed=str(ago(30 + n)))
        h.lives(p, *past(85, 60))
        for d in (26, 15, 8, 2)[: 1 + n]:
            h.sends(p, ago(d), goods=(0, 1, 3)[d % 3], postcode=f"{31000 + n}", address=f"새터시 새집로 {n}")
    # moved in a rush of furnishing
    p = new(5, "이사", more=["33005"], changed=str(ago(20)))
    h.lives(p, *past(85, 60))
    for n, d in enumerate((17, 16, 15, 14, 9)):
        h.sends(p, ago(d), goods=(14, 11, 7, 0, 1)[n], postcode="33005", address="새터시 새집로 5")
    # family: a second registered home; the wife's phone; a parent's house once; two who use one code
    p = new(11, "가족 수령", more=["34011"])
    h.lives(p, *past(80, 40))
    for d in (22, 6):
        h.sends(p, ago(d), goods=1, postcode="34011", address="고향시 11")
    p = new(12, "가족 수령")
    h.lives(p, *past(80, 40, 20))
    for d in (10, 3):
        h.sends(p, ago(d), goods=0, phone="010-4444-0012")
    p = new(13, "가족 수령")
    h.lives(p, *past(80, 55, 40, 20))
    h.sends(p, ago(7), goods=1, postcode="36013", address="고향시 13")
    p = new(14, "가족 수령")
    h.lives(p, *past(80, 40))
    for d in (12, 5):
        h.sends(p, ago(d), goods=3, phone="010-4444-0014", name="무무무")
    for n in range(15, 19):  # four of one household, the mother's phone for all
        p = new(n, "가족 수령")
        name, _, _, _ = h.homes[p]
        h.homes[p] = (name, "010-4444-0015", h.homes["P200000000015"][2], "한빛시 가족로 15")
        h.codes[p] = f"{p},{name},010-4444-0015,{h.homes[p][2]},2019-04-02,,정상,NP,0,"
        h.lives(p, *past(60, 14 + n), goods=(n % 5, n % 7 + 1))
    # an office: twelve colleagues, their own things; half have registered it
    for n in range(21, 33):
        p = new(n, "회사", more=["04524"] if n % 2 else [])
        h.lives(p, *past(70))
        for d in (n % 10 + 12, n % 7):
            h.sends(p, ago(d), goods=(n + d) % len(GOODS), postcode="04524", address="가온시 높은로 100, 12층")
    # a forwarding house: forty codes, all kinds of goods, hardly anybody has registered it
    for n in range(41, 81):
        p = new(n, "배대지", more=["22333"] if n % 4 == 0 else [], generation="NPZ" if n % 4 == 0 else "NP")
        h.lives(p, *past(65) if n % 3 else past())
        for d in ((n % 25,), (n % 13 + 14, n % 11))[n % 2]:
            h.sends(p, ago(d), goods=(n * 5 + d) % len(GOODS), postcode="22333", address="나루시 물류로 5, 배송센터")
    # gift seasons: half a dozen things within days, home or one to the parents
    for n, (first, end) in enumerate([(90, DECEMBER)] * 6 + [(100, SEPTEMBER)] * 4, 1):
        p = new(100 + n, "선물철" if end == DECEMBER else "선물철 9월", generation="NPZ" if n % 3 == 0 else "NP")
        h.lives(p, *(end - timedelta(days=x) for x in (first, 70, 45)))
        for i, d in enumerate((9, 6, 5, 4, 3, 2, 1)[: 5 + n % 3]):
            told: dict[str, object] = {"postcode": "37900", "address": f"고향시 {n}"} if i == 1 and n % 3 == 1 else {}
            h.sends(p, end - timedelta(days=d), 9 + i, (n * 3 + i * 5) % len(GOODS), **told)
        h.lives(p, ago(40))
    # buys a lot all the time
    p = new(121, "단골")
    h.lives(p, *(ago(d) for d in range(2, 330, 6)), goods=range(8))


def texts(h: House) -> dict[str, str]:
    """The three files."""
    heads = {"parcels": (PARCELS, h.parcels), "codes": (CODES, list(h.codes.values())), "reports": (REPORTS, h.reports)}
    return {name: "\n".join([head, *rows]) + "\n" for name, (head, rows) in heads.items()}


def tables(h: House) -> dict[str, pa.Table]:
    """The tables as the suite reads them from the office's files."""
    read = {}
    for name, text in texts(h).items():
        found = checking.check(reading.read(text.encode(), f"{name}.csv"), TABLES[name])
        assert not found.violations, found.violations
        read[name] = found.rows
    return read
