"""Made-up bonded cargo: consignments and their reports, forgotten out of habit, and lawful ones that look forgotten.

A report is late or never filed because of who files it and when: a warehouse's care drifts from week to week and drops
with new staff; load, the eve of a day off, night arrivals, sea cargo, lots, distance and the carrier add to it. Nothing
in the tables tells it but that: numbers are drawn alike for all. ``world="eval"`` differs from ``"train"`` in every
parameter of ``Ways``; ``"demo"`` lies between. Numbers of MRN, B/L, sheds and phones belong to nobody.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any, Literal

import holidays
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lib.entries.bonded_cargo.tables import TABLES, schema
from lib.settings import DATA
from lib.tables.contract import TYPES

END = date(2026, 6, 30)
RUN = time(9)  # the morning look of a day
HARMFUL = {
    "late_in": "도착지 반입신고 누락·지연",
    "stuck": "출발지에 머물다 운송기간 경과",
    "silent_out": "출발지 반출신고 누락",
    "unreported_move": "신고 없이 다른 보세구역으로 이동",
    "diverted": "신고한 도착지가 아닌 보세구역으로 이동",
    "held": "수리 후 반출기간 경과 보관",
    "cleared_silent": "수리물품 반출신고 누락",
    "surplus": "반출보다 많은 반입",
    "short": "반출보다 적은 반입",
    "in_first": "반출보다 앞선 반입",
    "out_early": "보세운송 수리 전 반출",
    "out_uncleared": "수입신고 수리 전 반출",
}
HARMLESS = {
    "holiday_shifted": "휴일로 밀린 기한의 마지막 날 신고",
    "extended": "기간연장 승인",
    "correction": "정정 신청 진행 중",
    "same_zone": "집단화지역 안 이동",
    "same_site": "같은 사업장 안 이동",
    "self_managed": "자율관리보세구역",
    "auto_report": "자동전송 보세구역",
    "partial": "나누어 기간 안에 모두 도착",
    "exempt": "보세운송 면제",
    "not_listed": "반출의무 지정이 아닌 보세구역",
    "withdrawn": "보세운송 신고 취하",
    "last_minute": "기한 날 23시 59분 반입신고",
    "same_minute": "반출과 반입이 같은 분",
}
_SYLLABLES = (
    "가온 나래 다솜 라온 마루 바로 새빛 아라 자람 차오름 하늘 누리 솔빛 미르 늘봄 들샘 한별 윤슬 이든 도담".split()
)
_SURNAMES = "김이박최정강조윤장임한오서신권황안송류홍"
_GIVEN = "가나다라마바사아자차하은서지민준현우윤채도유진수빈연호"
_PLACES = {  # customs office: kilometres east and south of the airport
    "040": (0, 0), "020": (28, 6), "010": (52, -6), "060": (58, 34), "070": (110, 120), "080": (190, 170), "120": (80, 265), "030": (300, 285),
}  # fmt: skip
_LINES = {"A": ("NRAE", "DSOM", "BRMI", "HNUL", "SBIT"), "S": ("GNSL", "NURI", "MRUL", "DAON")}
_UNITS = ("CT", "CT", "CT", "PK", "PL", "GT")
_WORDS = {  # how the same step is worded
    "manifest": ("적재화물목록 제출", "적재화물목록제출"),
    "unload_A": ("하기신고", "하기 신고"),
    "unload_S": ("하선신고", "하선 신고"),
    "in": ("반입신고", "반입 신고"),
    "declare": ("보세운송 신고", "보세운송신고"),
    "accept": ("보세운송 수리(승인)", "보세운송수리(승인)", "보세운송 수리 (승인)", "보세운송 수리"),
    "out": ("반출신고", "반출 신고"),
    "import": ("수입신고", "수입 신고"),
    "clear": ("수입신고 수리", "수입신고수리"),
    "return": ("반송신고", "반송 신고"),
    "returned": ("반송신고 수리", "반송신고수리"),
    "other": ("검사 대상 선별", "물품검사 완료", "입항보고 수리", "관리대상화물 해제"),
}
_REPLIES = {
    "done": ("1", "1", "1", "1", "1", "1번", "1.", " 1", "１", "l", "1 처리완료", "처리완료", "완료했습니다", "방금 신고했어요", "1 늦어서 죄송합니다", "11", "처리 완료햇습니다"),
    "checking": ("2", "2", "2", "2", "2번", "확인중", "확인 중입니다", "2 내일 처리예정", "운송사에 확인해보겠습니다", "확인중임", "2ㅇ"),
    "changed": ("3", "3", "3번", "담당자 바뀌었습니다", "저 퇴사했어요", "3 담당자 변경", "이번달부터 다른분이 하세요"),
    "other": ("누구세요?", "무슨 화물인가요", "이미 신고했는데요", "전화 주세요", "ㅇㅋ", "네", "4", "문자 그만 보내세요", "12", "?"),
}  # fmt: skip

Span = tuple[float, float]
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Ways:
    """How a world trades and forgets. Shares are odds; ``(log mean, spread)`` pairs are of hours unless told otherwise."""

    consignments: int = 9000
    days: int = 365
    messages_from: date = date(2026, 2, 2)  # the first day that messages are sent
    sheds: int = 52
    carriers: int = 24
    voyages: tuple[int, int] = (7, 2)  # a day: air, sea
    week: tuple[float, ...] = (0.9, 1.05, 1.1, 1.1, 1.15, 0.95, 0.7)  # arrivals from Monday on
    air: float = 0.68
    night: float = 0.5  # flights that come at night
    direct: float = 0.24  # cleared where it arrived
    two_legs: float = 0.07
    to_cfs: float = 0.3  # sea cargo that goes from the yard to the freight station of the same site
    returned: float = 0.015
    prior: float = 0.07  # declared before arrival
    lots: float = 0.06
    wait: Span = (1.9, 0.75)  # from acceptance to leaving
    stuck: float = 0.035
    clearing: Span = (3.3, 0.9)  # from arrival to the import declaration
    holding: Span = (3.7, 0.85)  # from its acceptance to leaving
    held: float = 0.05
    # the log odds that a report is late
    late_in: float = -4.0
    late_out: float = -4.3
    late_cleared: float = -3.7
    care: float = 1.0  # spread between warehouses; their drift and carriers follow
    drift: float = 0.28  # a week's step
    staff: float = 2.0  # changes of staff a year, of which each is felt for some weeks
    new_staff: float = 1.1
    load: float = 0.8
    eve: float = 0.7  # Fridays and the eves of holidays
    dark: float = 0.55  # arrivals at night
    sea: float = 0.35
    split: float = 0.5
    far: float = 0.2  # for 100 km
    lag: Span = (3.8, 1.45)  # of a late report
    never: float = 0.13
    consent: float = 0.7
    react: float = 0.45  # a message is acted on
    reaction: Span = (2.0, 0.9)
    answer: float = 0.4
    worded: float = 0.12  # steps worded otherwise
    wrong_change: float = 0.02  # changes that alter nothing: corrected long ago, refused
    planted: Mapping[str, float] = field(
        default_factory=lambda: {
            "unreported_move": 0.002, "diverted": 0.001, "surplus": 0.004, "short": 0.005, "in_first": 0.004, "out_early": 0.003,
            "out_uncleared": 0.003, "holiday_shifted": 0.012, "extended": 0.014, "correction": 0.002, "same_zone": 0.012, "partial": 0.02,
            "exempt": 0.006, "withdrawn": 0.01, "last_minute": 0.006, "same_minute": 0.006,
        }
    )  # fmt: skip


WAYS = {
    "train": Ways(),
    "eval": Ways(
        consignments=7000, days=334, messages_from=date(2026, 3, 16), sheds=60, carriers=17, voyages=(6, 3),
        week=(1.1, 0.95, 1.0, 1.2, 1.0, 0.8, 0.85), air=0.58, night=0.38, direct=0.3, two_legs=0.1, to_cfs=0.4, returned=0.025, prior=0.11,
        lots=0.09, wait=(2.15, 0.7), stuck=0.028, clearing=(3.6, 0.8), holding=(3.4, 1.0), held=0.07, late_in=-3.8, late_out=-4.5,
        late_cleared=-3.5, care=0.8, drift=0.36, staff=3.0, new_staff=0.85, load=0.6, eve=0.95, dark=0.4, sea=0.5, split=0.75, far=0.28,
        lag=(4.1, 1.25), never=0.16, consent=0.6, react=0.38, reaction=(2.3, 0.8), answer=0.3, worded=0.2, wrong_change=0.03,
        planted={
            "unreported_move": 0.0025, "diverted": 0.0015, "surplus": 0.005, "short": 0.004, "in_first": 0.005, "out_early": 0.004,
            "out_uncleared": 0.002, "holiday_shifted": 0.015, "extended": 0.01, "correction": 0.003, "same_zone": 0.015, "partial": 0.03,
            "exempt": 0.008, "withdrawn": 0.014, "last_minute": 0.008, "same_minute": 0.004,
        },
    ),
    "demo": Ways(
        consignments=2500, days=122, messages_from=date(2026, 4, 15), sheds=45, carriers=20, air=0.65, night=0.46, late_in=-3.9,
        late_cleared=-3.6, lag=(3.9, 1.4), eve=0.75, sea=0.4, consent=0.72, react=0.5, worded=0.15,
        planted=Ways().planted | {"correction": 0.004, "same_zone": 0.013, "extended": 0.016},
    ),
}  # fmt: skip


@dataclass(frozen=True)
class World:
    """``tables`` ("events", "warehouses", "changes", "replies", "sent") exactly as the contracts name them. The rest is truth.

    ``truth``: cargo_no, rule, shed (responsible), ref (declaration_no or ""), due_on (lawful due day, days off worked
    out), since (from when on it is missed), cured_at (or null), kind. One row for each miss that ever happened within the
    data, even if cured later; rule "" and no ``since`` for what looks like one and is lawful or left out.
    """

    tables: dict[str, pa.Table]
    truth: pa.Table
    start: date
    messages_from: date


def world(seed: int, world: Literal["train", "eval", "demo"] = "demo", consignments: int | None = None) -> World:
    """A seeded world up to ``END``, of that many consignments (at least 300, so that every kind has its place)."""
    ways = WAYS[world]
    return _Maker(Random(f"{world} {seed} {consignments}"), ways, consignments or ways.consignments).made()


def missed(truth: pa.Table, as_of: date | datetime) -> pa.Table:
    """The misses that stand open at that time (of a plain day: at 09:00). R3 is silent while R1 of its leg is open."""
    now = pa.scalar(as_of if isinstance(as_of, datetime) else datetime.combine(as_of, RUN), pa.timestamp("us"))
    begun = pc.and_kleene(pc.not_equal(truth["rule"], ""), pc.less_equal(truth["since"], now))
    uncured = pc.fill_null(pc.greater(truth["cured_at"], now), True)
    rows = truth.filter(pc.and_kleene(begun, uncured))
    legs = [*zip(*(rows[c].to_pylist() for c in ("cargo_no", "shed", "ref")), strict=True)]
    rules = rows["rule"].to_pylist()
    overdue = {leg for rule, leg in zip(rules, legs, strict=True) if rule == "R1"}
    told = [rule != "R3" or leg not in overdue for rule, leg in zip(rules, legs, strict=True)]
    return rows.filter(pa.array(told, pa.bool_()))


@cache
def _holidays() -> frozenset[date]:
    return frozenset(holidays.country_holidays("KR", years=range(2024, 2030)))


def off(day: date) -> bool:
    """Saturday, Sunday, public holiday or its substitute, 근로자의 날 (관세법 제8조 제3항)."""
    return day.weekday() > 4 or (day.month, day.day) == (5, 1) or day in _holidays()


def due(day: date, days: int) -> date:
    """That many days later, or the first working day after."""
    day += days * _DAY
    while off(day):
        day += _DAY
    return day


@dataclass
class _Shed:
    code: str
    name: str
    operator: str
    place: str  # customs office
    role: str  # terminal, yard (CY), station (CFS of a yard), inland
    zone: str | None
    site: str | None
    phone: str | None
    manager: str | None
    consent: bool | None
    self_managed: bool
    auto_report: bool
    listed: bool
    open_at_night: bool
    care: list[float]  # by week
    new_staff: set[int]  # weeks
    answers: float

    @property
    def plain(self) -> bool:
        return not (self.self_managed or self.auto_report)


@dataclass
class _Master:
    """A master bill of lading."""

    mbl: str
    msn: int
    usual: list[_Shed]  # where its forwarder's goods go
    houses: int = 0


@dataclass
class _Voyage:
    mode: str
    at: datetime
    mrn: str
    line: str
    terminal: _Shed
    masters: list[_Master] = field(default_factory=list)  # of several house bills
    bills: int = 0


@dataclass
class _Report:
    """An out or in report of a lot."""

    processed: datetime
    moved: datetime | None
    packages: int

    @property
    def at(self) -> datetime:
        return self.moved or self.processed


@dataclass
class _Leg:
    a: _Shed
    b: _Shed
    no: str
    mode: str
    prior: bool
    carrier: str
    packages: int
    declared: datetime
    accepted: datetime
    due: date
    lots: list[tuple[datetime, datetime, int]] = field(default_factory=list)  # leaves, arrives, packages
    outs: list[_Report] = field(default_factory=list)
    ins: list[_Report] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)  # of its misses, by rule

    @property
    def met(self) -> datetime | None:
        """When the reported arrivals reach what was declared."""
        left = self.packages
        for report in sorted(self.ins, key=lambda r: r.processed):
            left -= report.packages
            if left <= 0:
                return report.processed
        return None


@dataclass
class _Cargo:
    no: str
    mbl: str
    hbl: str | None
    voyage: _Voyage
    packages: int
    unit: str
    weight: float
    usual: list[_Shed]
    direct: bool
    prior: bool
    here: _Shed
    ready: datetime  # reported in, free to go on
    leg: _Leg | None = None  # the first one, planned
    to_station: bool = False  # on to the freight station of the same site
    one_leg: bool = False
    kind: str = ""  # planted
    excluded: str = ""  # why none of its misses is told


class _Maker:
    def __init__(self, random: Random, ways: Ways, count: int) -> None:
        self.random, self.ways, self.count = random, ways, count
        self.start = END - (ways.days - 1) * _DAY
        self.midnight = datetime.combine(self.start, time())
        self.horizon = datetime.combine(END + _DAY, time())
        self.events: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []
        self.truths: dict[tuple[str, ...], dict[str, Any]] = {}
        self.messages: dict[tuple[str, date], str] = {}  # shed and day: what came of it
        self.sent: list[dict[str, Any]] = []
        self.loads: Counter[tuple[str, date]] = Counter()
        self.numbers: set[str] = set()
        self.names: set[str] = set()
        self.around: dict[str, tuple[list[_Shed], list[float]]] = {}
        self.weeks = ways.days // 7 + 9

    def made(self) -> World:
        self.people()
        cargoes = self.arrivals()
        self.plant(cargoes)
        for cargo in cargoes:
            self.landed(cargo)
        typical: dict[str, list[int]] = defaultdict(list)
        for (shed, _), n in self.loads.items():
            typical[shed].append(n)
        self.typical = {shed: sum(n) / len(n) for shed, n in typical.items()}
        for cargo in cargoes:
            self.go_on(cargo)
        return self.done()

    # draws

    def maybe(self, p: float) -> bool:
        return self.random.random() < p

    def pick(self, options: Any) -> Any:
        return self.random.choice(options)

    def hours(self, span: Span) -> timedelta:
        return _HOUR * self.random.lognormvariate(*span)

    def minutes(self, low: float, high: float) -> timedelta:
        return timedelta(seconds=round(self.random.uniform(low * 60, high * 60)))

    def digits(self, n: int, before: str) -> str:
        """Behind that beginning, digits not drawn yet."""
        while (made := before + "".join(self.random.choices("0123456789", k=n))) in self.numbers:
            pass
        self.numbers.add(made)
        return made

    def at_work(self, at: datetime, opens: int, closes: int, off_days: float) -> datetime:
        """Then, or soon after the next opening; ``off_days``: odds that a day off is worked."""
        while True:
            if at.hour < opens:
                at = datetime.combine(at.date(), time(opens)) + self.minutes(0, 90)
            if at.hour < closes and (not off(at.date()) or self.maybe(off_days)):
                return at
            at = datetime.combine(at.date() + _DAY, time())

    # who there is

    def people(self) -> None:
        ways, random = self.ways, self.random
        phones = random.sample(range(1000), ways.sheds)
        serials = random.sample(range(10_000), ways.sheds)
        plan = [("040", "terminal")] * 5 + [
            ("020", "yard"),
            ("020", "station"),
            ("030", "yard"),
            ("030", "station"),
        ] * 2
        inland = [p for p in _PLACES for _ in range(3 if p in ("040", "020", "010") else 1)]
        plan += [(random.choice(inland), "inland") for _ in range(ways.sheds - len(plan))]
        self.sheds: list[_Shed] = []
        sites = [f"S{n:04}" for n in random.sample(range(10_000), 50)]
        zones = [f"Z{n}" for n in random.sample(range(1, 10), 2)]
        before: _Shed | None = None
        near = {"040": 0, "020": 0}
        for i, (place, role) in enumerate(plan):
            site = before.site if role == "station" else sites.pop() if role == "yard" or self.maybe(0.3) else None
            zone = None
            if role == "terminal" and i in (1, 2):
                zone = zones[0]
            elif place == "020" and role == "yard" and i == 5:
                zone = zones[1]
            elif role == "inland" and place in near and near[place] < 4:
                near[place] += 1
                zone = zones[0 if place == "040" else 1]
            before = _Shed(
                f"{place}9{serials[i]:04}", *self.shed_name(role), place, role, zone, site,
                f"010-0000-{random.randrange(10)}{phones[i]:03}" if self.maybe(0.94) else None,
                self.pick(_SURNAMES) + self.pick(_GIVEN) + self.pick(_GIVEN) if self.maybe(0.95) else None,
                random.choices((True, False, None), (ways.consent, 0.96 - ways.consent, 0.04))[0],
                False, False, role != "inland" or self.maybe(0.4), role != "inland" or self.maybe(0.15),
                *self.habits(), random.betavariate(2, 2),
            )  # fmt: skip
            self.sheds.append(before)
        inlands = [s for s in self.sheds if s.role == "inland" and not s.zone]
        chosen = random.sample(inlands, 6)
        for shed in chosen[:4]:
            shed.self_managed = True
        for shed in [*chosen[4:], self.sheds[0]]:
            shed.auto_report = True
        gates = {"A": self.sheds[:5], "S": [s for s in self.sheds if s.role == "yard"]}
        self.lines = {
            code: gates[mode][i]
            for mode, codes in _LINES.items()
            for i, code in enumerate(random.sample(codes, len(codes)))
        }
        codes = random.sample(range(1, 1000), ways.carriers)
        self.carriers = {f"BT{n:04}": random.gauss(0, ways.care * 0.7) for n in codes}
        self.slow = {code: random.gauss(0, 0.25) for code in self.carriers}
        self.hauliers = {s.code: random.sample([*self.carriers], 4) for s in self.sheds}

    def shed_name(self, role: str) -> tuple[str, str]:
        kinds = {"terminal": ("항공화물터미널", "항공터미널"), "yard": ("컨테이너부두", "CY"), "station": ("CFS",), "inland": ("보세창고", "물류센터", "보세장치장", "로지스 보세창고", "국제물류 보세창고")}  # fmt: skip
        while True:
            made = self.pick(_SYLLABLES) + (self.pick(_SYLLABLES) if self.maybe(0.4) else "")
            if made not in self.names:
                self.names.add(made)
                return made + self.pick(kinds[role]), made + self.pick(
                    ("물류㈜", "로지스㈜", "㈜", "창고㈜", "국제운송㈜")
                )

    def habits(self) -> tuple[list[float], set[int]]:
        """A shed's care by week, and the weeks in which its staff is new."""
        usual = self.random.gauss(0, self.ways.care)
        care = [usual + self.random.gauss(0, self.ways.drift)]
        for _ in range(self.weeks):
            care.append(usual + 0.85 * (care[-1] - usual) + self.random.gauss(0, self.ways.drift))
        new: set[int] = set()
        for week in range(self.weeks):
            if self.maybe(self.ways.staff / 52):
                new |= set(range(week, week + self.random.randint(2, 5)))
        return care, new

    # what arrives

    def arrivals(self) -> list[_Cargo]:
        ways, random = self.ways, self.random
        voyages: dict[str, list[_Voyage]] = {"A": [], "S": []}
        weights: dict[str, list[float]] = {"A": [], "S": []}
        for n in range(ways.days):
            day = self.start + n * _DAY
            for mode, count in zip("AS", ways.voyages, strict=True):
                for _ in range(count):
                    hour = random.randrange(4, 18)
                    if mode == "A":
                        hour = random.randrange(20, 30) % 24 if self.maybe(ways.night) else random.randrange(6, 20)
                    at = datetime.combine(day, time(hour)) + self.minutes(0, 60)
                    line = self.pick(_LINES[mode])
                    voyage = _Voyage(mode, at, self.digits(5, f"{day:%y}{line}"), line, self.lines[line])
                    voyage.masters = [self.master(voyage) for _ in range(random.randint(2, 5))]
                    voyages[mode].append(voyage)
                    quiet = 0.5 if off(day) and day.weekday() < 5 else 1.0
                    weights[mode].append(ways.week[day.weekday()] * quiet * random.lognormvariate(0, 0.5))
        sums = {mode: [*accumulate(odds)] for mode, odds in weights.items()}
        modes = random.choices("AS", (ways.air, 1 - ways.air), k=self.count)
        return [self.cargo(random.choices(voyages[mode], cum_weights=sums[mode])[0]) for mode in modes]

    def master(self, voyage: _Voyage) -> _Master:
        """One more, numbered in no order."""
        voyage.bills += 1
        msn = (int(voyage.mrn[-5:]) * 7 + voyage.bills * 617) % 9973 + 1
        mbl = self.digits(8, "000" if voyage.mode == "A" else voyage.line)
        return _Master(mbl, msn, self.destinations(voyage.terminal))

    def cargo(self, voyage: _Voyage) -> _Cargo:
        simple = self.maybe(0.15)  # no house bills under it
        master = self.master(voyage) if simple else self.pick(voyage.masters)
        no, hbl = f"{voyage.mrn}-{master.msn:04}", None
        if not simple:
            master.houses += 1
            no, hbl = f"{no}-{master.houses:04}", self.digits(8, self.pick(("HB", "HN", "SL", "FW")))
        packages = max(1, round(self.random.lognormvariate(2.6 if voyage.mode == "A" else 4.2, 1.0)))
        weight = round(packages * self.random.lognormvariate(2.6, 0.6), 1)
        return _Cargo(
            no, master.mbl, hbl, voyage, packages, self.pick(_UNITS), weight, master.usual, self.maybe(self.ways.direct),
            self.maybe(self.ways.prior), voyage.terminal, voyage.at,
        )  # fmt: skip

    def apart(self, a: _Shed, b: _Shed) -> bool:
        return a is not b and not (a.zone and a.zone == b.zone) and not (a.site and a.site == b.site)

    def destinations(self, a: _Shed) -> list[_Shed]:
        """Where a forwarder's goods go: rather near."""
        if a.code not in self.around:
            inland = [s for s in self.sheds if s.role == "inland" and self.apart(a, s)]
            self.around[a.code] = inland, [*accumulate(1 / (60 + _km(a, s)) for s in inland)]
        inland, odds = self.around[a.code]
        return self.random.choices(inland, cum_weights=odds, k=3)

    # what is planted where

    def plant(self, cargoes: list[_Cargo]) -> None:
        free = self.random.sample(cargoes, len(cargoes))
        last = self.horizon

        def early(days: int) -> Callable[[_Cargo], bool]:
            return lambda c: c.voyage.at < last - days * _DAY

        fits: dict[str, Callable[[_Cargo], bool]] = {
            kind: early(8) for kind in ("unreported_move", "diverted", "surplus", "in_first", "out_early")
        } | {
            "out_uncleared": early(20),
            "correction": lambda c: c.voyage.mode == "A" and early(15)(c) and not early(25)(c),
            "same_zone": lambda c: c.voyage.terminal.zone is not None and early(8)(c),
        }  # fmt: skip
        for kind, share in self.ways.planted.items():
            fit = fits.get(kind, early(34))
            for _ in range(max(2, round(share * len(cargoes)))):
                at = next((i for i, c in enumerate(free) if fit(c)), None)
                if at is None:
                    raise ValueError(f"too few consignments for {kind}: ask for more")
                cargo = free.pop(at)
                cargo.kind, cargo.prior = kind, False
                cargo.direct = False
                cargo.packages = max(cargo.packages, 6)
        for cargo in free:
            if cargo.voyage.mode == "S" and self.maybe(self.ways.to_cfs):
                cargo.to_station = True

    # events

    def tell(self, cargo: _Cargo, what: str, at: datetime, shed: _Shed | None, **more: Any) -> None:
        word, *others = _WORDS[what]
        kind = self.pick(others) if others and self.maybe(self.ways.worded) else word
        self.events.append({
            "cargo_no": cargo.no, "mbl": cargo.mbl, "hbl": cargo.hbl, "kind": kind, "shed": shed and shed.code, "shed_name": shed and shed.name,
            "processed_at": at.replace(microsecond=0), "packages": cargo.packages, "package_unit": cargo.unit, "weight_kg": cargo.weight,
        } | more)  # fmt: skip

    def moved(self, cargo: _Cargo, what: str, shed: _Shed, report: _Report, **more: Any) -> None:
        weight = round(cargo.weight * report.packages / cargo.packages, 1)
        self.tell(
            cargo, what, report.processed, shed, moved_at=report.moved and report.moved.replace(microsecond=0), packages=report.packages,
            weight_kg=weight, **more,
        )  # fmt: skip

    def report(self, processed: datetime, moved: datetime, packages: int) -> _Report:
        """Filed in time; now and then without the time of the move."""
        return _Report(
            processed.replace(microsecond=0), None if self.maybe(0.03) else moved.replace(microsecond=0), packages
        )

    def change(
        self, cargo: _Cargo, kind: str, status: str, filed: datetime, note: str, ref: str | None = None, **more: Any
    ) -> None:
        if filed < self.horizon:
            self.changes.append({
                "cargo_no": cargo.no, "kind": kind, "status": status, "filed_at": filed.replace(microsecond=0),
                "declaration_no": ref, "note": note if self.maybe(0.8) else None,
            } | more)  # fmt: skip

    def noted(
        self,
        cargo: _Cargo,
        rule: str,
        shed: _Shed,
        ref: str,
        due_on: date,
        since: datetime,
        cured: datetime | None,
        kind: str,
    ) -> None:
        """A miss; or, left out, what looks like one."""
        if since >= self.horizon:
            return
        why = cargo.excluded or ("self_managed" if shed.self_managed else "auto_report" if shed.auto_report else "")
        self.keep(cargo, "" if why else rule, shed, ref, due_on, None if why else since, cured, why or kind)

    def keep(
        self,
        cargo: _Cargo,
        rule: str,
        shed: _Shed,
        ref: str,
        due_on: date,
        since: datetime | None,
        cured: datetime | None,
        kind: str,
    ) -> None:
        cured = None if cured is None or cured >= self.horizon else cured.replace(microsecond=0)
        self.truths.setdefault(
            (cargo.no, rule, shed.code, ref, kind),
            {"cargo_no": cargo.no, "rule": rule, "shed": shed.code, "ref": ref, "due_on": due_on, "since": since, "cured_at": cured, "kind": kind},
        )  # fmt: skip

    # habits

    def late(
        self,
        base: float,
        shed: _Shed,
        at: datetime,
        *,
        cargo: _Cargo,
        carrier: str = "",
        km: float = 0,
        split: bool = False,
    ) -> bool:
        """Whether the report of what moved then is late, by who files it and what goes on."""
        ways = self.ways
        week = min((at - self.midnight).days // 7, self.weeks - 1)
        day = at.date()
        usual = self.typical.get(shed.code, 1)
        odds = (
            base
            - shed.care[week]
            + ways.load * min(max(math.log((1 + self.loads[shed.code, day]) / (1 + usual)), -1), 1.5)
        )
        odds += ways.eve * (day.weekday() == 4 or (off(day + _DAY) and not off(day)))
        odds += ways.dark * (at.hour >= 20 or at.hour < 6) + ways.sea * (cargo.voyage.mode == "S") + ways.split * split
        odds += ways.far * km / 100 + ways.new_staff * (week in shed.new_staff)
        odds -= self.carriers.get(carrier, 0)
        if shed.auto_report:
            odds -= 0.3
        return self.maybe(1 / (1 + math.exp(-odds)))

    def lag(self, at: datetime) -> datetime | None:
        """When a late report comes, if ever."""
        return None if self.maybe(self.ways.never) else self.at_work(at + self.hours(self.ways.lag), 8, 20, 0.4)

    def cured(self, cargo: _Cargo, shed: _Shed, since: datetime, planned: datetime | None) -> datetime | None:
        """The planned time of a report, or an earlier one: a message comes each third day until it is filed."""
        if cargo.excluded or not (shed.plain and shed.consent and shed.phone):
            return planned
        day = max(since.date() + (since.time() > RUN) * _DAY, self.ways.messages_from)
        for _ in range(4):
            while off(day):
                day += _DAY
            notice = datetime.combine(day, RUN)
            if notice >= self.horizon or (planned and planned <= notice):
                break
            self.sent.append({"shed": shed.code, "sent_at": notice, "cargo_no": cargo.no})
            if self.maybe(self.ways.react):
                acted = self.at_work(notice + self.hours(self.ways.reaction), 8, 20, 0.2)
                self.messages[shed.code, day] = "done"
                return min(acted, planned) if planned else acted
            self.messages.setdefault((shed.code, day), "open")
            day += 3 * _DAY
        return planned

    # a consignment's life, first as far as its first leg's arrival

    def landed(self, cargo: _Cargo) -> None:
        voyage, mode = cargo.voyage, cargo.voyage.mode
        terminal = voyage.terminal
        ahead = self.minutes(60, 400) if mode == "A" else self.minutes(1440, 3000)
        self.tell(cargo, "manifest", voyage.at - ahead, None, mode=mode)
        unloaded = voyage.at + (self.minutes(20, 110) if mode == "A" else self.minutes(120, 700))
        self.tell(cargo, "unload_" + mode, unloaded, terminal, mode=mode)
        stored = unloaded + (self.minutes(30, 200) if mode == "A" else self.minutes(90, 1300))
        entered = self.report(stored + self.minutes(3, 50), stored, cargo.packages)
        cargo.here, cargo.ready = terminal, entered.processed
        if self.maybe(0.06):
            self.tell(cargo, "other", entered.processed + self.minutes(5, 300), terminal)
        self.moved(cargo, "in", terminal, entered, vehicle=self.vehicle(mode) if mode == "S" else None)
        if cargo.to_station:
            station = next(s for s in self.sheds if s.role == "station" and s.site == terminal.site)
            self.step(cargo, station, "same_site")
        if not cargo.direct and cargo.kind not in ("unreported_move", "same_zone", "exempt"):
            b = self.pick(cargo.usual) if self.maybe(0.75) else self.destinations(cargo.here)[0]
            plain = [s for s in self.sheds if s.role == "inland" and s.plain and self.apart(cargo.here, s)]
            if cargo.kind:
                b = b if b.plain and self.apart(cargo.here, b) else self.pick(plain)
            if cargo.kind in ("same_minute", "last_minute", "holiday_shifted"):  # near enough
                b = self.pick(sorted(plain, key=lambda s: _km(cargo.here, s))[:8])
            cargo.leg = self.declared(cargo, b, voyage.at - self.minutes(200, 1200) if cargo.prior else None)
            for leaves, arrives, _ in cargo.leg.lots:
                self.loads[cargo.here.code, leaves.date()] += 1
                self.loads[b.code, arrives.date()] += 1

    def step(self, cargo: _Cargo, b: _Shed, kind: str, gap: timedelta | None = None) -> tuple[_Report, _Report]:
        """A move without a bonded transport declaration, reported out and in."""
        leaves = self.at_work(cargo.ready + self.hours((1.8, 0.8)), 6, 21, 0.6)
        arrives = leaves + (gap or self.minutes(15, 90) + _HOUR * _km(cargo.here, b) / 55)
        vehicle = self.vehicle(cargo.voyage.mode)
        out = self.report(leaves - self.minutes(3, 20), leaves, cargo.packages)
        entered = self.report(arrives + self.minutes(3, 50), arrives, cargo.packages)
        self.moved(cargo, "out", cargo.here, out, vehicle=vehicle)
        self.moved(cargo, "in", b, entered, vehicle=vehicle)
        if kind in HARMLESS and entered.processed < self.horizon:
            self.keep(cargo, "", b, "", entered.processed.date(), None, entered.processed, kind)
        cargo.here, cargo.ready = b, entered.processed
        return out, entered

    def vehicle(self, mode: str) -> str:
        if mode == "S":
            return f"EXMU{self.random.randrange(10**7):07}"
        return f"{self.pick(('가온', '나래', '다솜', '누리'))}{self.random.randrange(80, 99)}{self.pick('바사아자')}{self.random.randrange(1000, 9999)}"

    def declared(self, cargo: _Cargo, b: _Shed, prior_at: datetime | None = None) -> _Leg:
        """The declaration of a leg from where the cargo lies, and how its lots would travel."""
        a, mode, kind = cargo.here, cargo.voyage.mode, cargo.kind
        carrier = self.pick(self.hauliers[b.code])
        declared = prior_at or self.at_work(cargo.ready + self.hours((1.2, 0.9)), 7, 22, 0.6 if mode == "A" else 0.2)
        accepted = declared + self.minutes(3, 60)
        if self.maybe(0.05) and not prior_at:
            accepted = self.at_work(datetime.combine(accepted.date() + _DAY, time()), 9, 12, 0)
        days = (5 if mode == "A" else 10) + 5 * bool(prior_at)
        while kind == "holiday_shifted" and (not off(accepted.date() + days * _DAY) or off(accepted.date())):
            declared, accepted = declared + _DAY, accepted + _DAY
        no = self.digits(7, f"{a.place}{accepted:%y}C")
        last = due(accepted.date(), days)
        leg = _Leg(a, b, no, mode, prior_at is not None, carrier, cargo.packages, declared, accepted, last)
        wait = self.hours(self.ways.wait) * math.exp(self.slow[carrier])
        leaves = self.on_road(max(accepted, cargo.ready) + _HOUR + wait, mode)
        if not kind and self.maybe(self.ways.stuck):
            leaves = self.on_road(leaves + _DAY * self.random.uniform(3, 16 if mode == "S" else 11), mode)
        travel = _HOUR * (0.6 + _km(a, b) / 60 * self.random.uniform(1, 1.3))
        target = {"holiday_shifted": last, "last_minute": last, "extended": None}.get(kind)
        if kind == "extended":
            until = due(last, self.random.randint(4, 12))
            self.change(
                cargo,
                "EXT",
                "A",
                datetime.combine(last - _DAY, time(10)) - self.minutes(0, 1500),
                "도착지 창고 사정",
                leg.no,
                until=until,
            )
            target, leg.due = (
                self.pick([d for n in range(1, 14) if last < (d := last + n * _DAY) <= until and not off(d)]),
                until,
            )
        if target:
            arrives = datetime.combine(target, time(20 if kind == "last_minute" else 14)) + self.minutes(10, 120)
            leaves = max(arrives - travel, accepted + _HOUR)
        split = kind == "partial" or (not kind and cargo.packages > 5 and self.maybe(self.ways.lots))
        leg.lots = [(leaves, leaves + travel, cargo.packages)]
        if split:
            parts = self.parts(cargo.packages, self.random.randint(2, 3))
            gap = self.minutes(500, 2000)
            if kind == "partial":
                limit = datetime.combine(last, time(12)) - travel
                leaves = min(leaves, limit - 3 * _DAY if limit - 3 * _DAY > accepted + _HOUR else accepted + _HOUR)
                gap = min(gap, (limit - leaves) / len(parts))
            leg.lots = [(leaves + i * gap, leaves + i * gap + travel, n) for i, n in enumerate(parts)]
        return leg

    def on_road(self, at: datetime, mode: str) -> datetime:
        return at if mode == "A" and self.maybe(0.4) else self.at_work(at, 6, 21, 0.65)

    def parts(self, packages: int, n: int) -> list[int]:
        cuts = sorted(self.random.sample(range(1, packages), n - 1))
        return [b - a for a, b in zip([0, *cuts], [*cuts, packages], strict=True)]

    # then what is reported of it, and what comes after

    def go_on(self, cargo: _Cargo) -> None:
        leg, kind = cargo.leg, cargo.kind
        if self.maybe(self.ways.wrong_change):
            filed = cargo.ready + self.hours((3.5, 0.8))
            what, status, note = self.pick((("COR", "A", "중량 정정"), ("COR", "R", "증빙 부족"), ("EXM", "R", "면제 대상 아님"), ("WDR", "R", "취하 사유 없음"), ("COR", "A", "품명 정정")))  # fmt: skip
            self.change(cargo, what, status, filed, note)
        if kind == "withdrawn":
            leg = self.withdrawn(cargo, leg)
        elif kind in ("unreported_move", "same_zone", "exempt"):
            self.unreported(cargo)
        elif kind == "diverted":
            self.diverted(cargo, leg)
            leg = None
        if leg:
            if not self.travelled(cargo, leg):
                return
            if not kind and not cargo.one_leg and self.maybe(self.ways.two_legs):
                onward = self.declared(cargo, self.destinations(cargo.here)[0])
                if not self.travelled(cargo, onward):
                    return
        if not (kind or cargo.one_leg) and cargo.here.role == "inland" and self.maybe(self.ways.returned):
            self.sent_back(cargo)
        else:
            self.cleared(cargo)

    def leg_told(self, cargo: _Cargo, leg: _Leg) -> None:
        shared = {
            "declaration_no": leg.no, "mode": leg.mode, "carrier": leg.carrier, "from_shed": leg.a.code, "to_shed": leg.b.code, "prior": leg.prior,
            "packages": leg.packages,
        }  # fmt: skip
        self.tell(cargo, "declare", leg.declared, leg.a, **shared)
        self.tell(cargo, "accept", leg.accepted, leg.a, **shared)

    def travelled(self, cargo: _Cargo, leg: _Leg) -> bool:
        """Its reports, planted or by habit, the truth of them, and whether the cargo is now known to be there."""
        kind, split = cargo.kind, len(leg.lots) > 1
        self.leg_told(cargo, leg)
        habit = not kind
        out_late = habit and self.late(
            self.ways.late_out, leg.a, leg.lots[0][0], cargo=cargo, carrier=leg.carrier, split=split
        )
        planned_out = self.lag(leg.lots[-1][0]) if out_late else None
        if not out_late:
            leg.outs = [self.report(leaves - self.minutes(5, 40), leaves, n) for leaves, _, n in leg.lots]
        first_out = min((r.processed for r in leg.outs), default=planned_out)
        x = min((r.at for r in leg.outs), default=leg.lots[0][0])
        if (
            habit and leg.lots[-1][1].date() > leg.due and self.maybe(0.35)
        ):  # it will be late, and someone asked for more time
            self.asked(cargo, leg)
        for i, (_, arrives, n) in enumerate(leg.lots):
            report = self.report(self.desk(leg.b, arrives), arrives, n)
            if habit and self.late(
                self.ways.late_in, leg.b, arrives, cargo=cargo, carrier=leg.carrier, km=_km(leg.a, leg.b), split=split
            ):
                since = datetime.combine(leg.due + _DAY, time())
                if i == 0 and first_out:
                    since = min(since, max(x + _DAY, first_out))
                filed = self.cured(cargo, leg.b, max(since, arrives), self.lag(arrives))
                if filed is None:
                    continue
                report = _Report(max(filed, report.processed).replace(microsecond=0), arrives.replace(microsecond=0), n)
            leg.ins.append(report)
        if out_late:
            first_in = min((r.processed for r in leg.ins), default=None)
            since = datetime.combine(first_in.date() + _DAY, time()) if first_in else None
            filed = self.cured(cargo, leg.a, since, planned_out) if since else planned_out
            if filed:
                leg.outs = [
                    _Report(filed.replace(microsecond=0), leaves.replace(microsecond=0), n) for leaves, _, n in leg.lots
                ]
        self.twisted(cargo, leg)
        vehicle = self.vehicle(leg.mode)
        cite = leg.no if self.maybe(0.6) else None
        for what, shed, reports in (("out", leg.a, leg.outs), ("in", leg.b, leg.ins)):
            for report in reports:
                self.moved(
                    cargo,
                    what,
                    shed,
                    report,
                    vehicle=vehicle,
                    declaration_no=cite,
                    carrier=leg.carrier if self.maybe(0.5) else None,
                )
        self.judged(cargo, leg)
        if leg.met is None:
            return False
        cargo.here, cargo.ready = leg.b, max(r.processed for r in leg.ins)
        if kind in ("holiday_shifted", "extended", "partial", "last_minute", "same_minute") and leg.met < self.horizon:
            self.keep(cargo, "", leg.b, leg.no, leg.due, None, leg.met, kind)
        return True

    def desk(self, shed: _Shed, arrives: datetime) -> datetime:
        """When an arrival is reported that is not forgotten: soon, or in the morning."""
        at = arrives + self.minutes(8, 140)
        if shed.open_at_night or 6 <= at.hour < 22:
            return at
        return datetime.combine(at.date() + (at.hour >= 22) * _DAY, time(7)) + self.minutes(0, 120)

    def asked(self, cargo: _Cargo, leg: _Leg) -> None:
        """For an extension: mostly given, sometimes refused or left lying."""
        status = self.random.choices("ARP", (6, 2, 2))[0]
        until = due(leg.due, self.random.randint(3, 12))
        filed = datetime.combine(leg.due, time(9)) - self.minutes(0, 3000)
        if filed <= leg.accepted:
            return
        cargo.one_leg = self.maybe(0.3)  # the extension names no declaration, so there is to be no other
        note = self.pick(("차량 고장", "도착지 창고 사정", "화주 요청"))
        self.change(cargo, "EXT", status, filed, note, None if cargo.one_leg else leg.no, until=until)
        if status == "A" and filed < self.horizon:
            leg.due = until

    def twisted(self, cargo: _Cargo, leg: _Leg) -> None:
        """What a planted kind does to the reports of its leg."""
        kind, random = cargo.kind, self.random
        out, entered = leg.outs and leg.outs[0], leg.ins and leg.ins[0]
        if kind == "last_minute":
            entered.processed = datetime.combine(leg.due, time(23, 59, random.randrange(60)))
        elif kind == "same_minute":
            minute = leg.lots[0][0].replace(second=0, microsecond=0)
            early, later = sorted(random.sample(range(60), 2))
            leg.outs = [_Report(minute + timedelta(seconds=early), minute, leg.packages)]
            leg.ins = [_Report(minute + timedelta(seconds=later), minute, leg.packages)]
        elif kind == "surplus":
            extra = random.randint(1, 4)
            entered.packages += extra
            if self.maybe(0.4):
                filed = self.at_work(entered.processed + self.hours((3.6, 0.7)), 8, 19, 0.1)
                leg.outs.append(_Report(filed, out.at, extra))
            leg.kinds["R6"] = kind
        elif kind == "short":
            lost = random.randint(1, min(4, leg.packages - 1))
            leg.kinds |= {"R6": kind, "R1": kind}
            if self.maybe(0.3):  # more was reported out than was declared
                out.packages += lost
                return
            entered.packages -= lost
            if self.maybe(0.5):
                filed = self.at_work(datetime.combine(leg.due + random.randint(1, 9) * _DAY, time(8)), 8, 19, 0.1)
                leg.ins.append(_Report(filed, entered.at, lost))
        elif kind == "in_first":
            entered.moved = (out.at - self.minutes(20, random.choice((90, 600, 1500)))).replace(microsecond=0)
            leg.kinds["R7"] = kind
        elif kind == "out_early":
            out.moved = (leg.accepted - self.minutes(10, random.choice((60, 300, 900)))).replace(microsecond=0)
            leg.kinds["R7"] = kind
        elif kind == "correction":
            filed = datetime.combine(leg.due, time(10)) - self.minutes(0, 600)
            cargo.excluded = kind
            if self.maybe(0.5):
                leg.ins = []
                filed = min(filed, out.at + _DAY)
            else:
                entered.packages -= random.randint(1, leg.packages - 1)
            at_shed = {"shed": leg.b.code} if self.maybe(0.5) else {}
            self.change(
                cargo,
                "COR",
                "P",
                max(filed, leg.accepted + _HOUR),
                "수량 정정",
                leg.no if self.maybe(0.5) else None,
                **at_shed,
            )

    def judged(self, cargo: _Cargo, leg: _Leg) -> None:
        """Which rules its reports broke, from when to when."""
        over = datetime.combine(leg.due + _DAY, time())
        outs, ins = (sorted(reports, key=lambda r: r.processed) for reports in (leg.outs, leg.ins))
        met, first_in = leg.met, ins[0].processed if ins else None
        overdue = met is None or met >= over
        if overdue:
            kind = "stuck" if leg.lots[-1][1] >= over else "late_in"
            self.noted(cargo, "R1", leg.b, leg.no, leg.due, over, met, leg.kinds.get("R1", kind))
        if first_in and not any(r.processed.date() <= first_in.date() for r in outs):
            since = datetime.combine(first_in.date() + _DAY, time())
            self.noted(
                cargo, "R2", leg.a, leg.no, first_in.date(), since, outs[0].processed if outs else None, "silent_out"
            )
        if outs:
            since = max(outs[0].at + _DAY, outs[0].processed)
            if (first_in is None or first_in > since) and not (overdue and over <= since):
                self.noted(
                    cargo,
                    "R3",
                    leg.b,
                    leg.no,
                    (outs[0].at + _DAY).date(),
                    since,
                    first_in,
                    leg.kinds.get("R3", "late_in"),
                )
        if outs and ins:
            self.compared(cargo, leg, over)
            both = max(outs[0].processed, ins[0].processed)
            if ins[0].moved and outs[0].moved and ins[0].moved < outs[0].moved:
                self.noted(cargo, "R7", leg.b, leg.no, both.date(), both, None, leg.kinds["R7"])
        if outs and outs[0].moved and outs[0].moved < leg.accepted:
            since = max(outs[0].processed, leg.accepted)
            self.noted(cargo, "R7", leg.a, leg.no, since.date(), since, None, leg.kinds["R7"])

    def compared(self, cargo: _Cargo, leg: _Leg, over: datetime) -> None:
        """R6: packages out and in."""
        begun: tuple[date, datetime] | None = None
        cured = None
        for at in sorted({r.processed for r in [*leg.outs, *leg.ins]} | {over}):
            out, entered = (sum(r.packages for r in reports if r.processed <= at) for reports in (leg.outs, leg.ins))
            if out and entered and (entered > out or (entered < out and at >= over)):
                begun, cured = begun or (at.date() if entered > out else leg.due, at), None
            elif begun and not cured:
                cured = at
        if begun:
            self.noted(cargo, "R6", leg.b, leg.no, *begun, cured, leg.kinds.get("R6", "short"))

    def withdrawn(self, cargo: _Cargo, leg: _Leg) -> _Leg | None:
        """A declaration taken back before it was due; the goods stay, and are cleared there or declared anew."""
        self.leg_told(cargo, leg)
        filed = self.at_work(leg.accepted + self.hours((3.2, 0.5)), 9, 18, 0)
        self.change(
            cargo,
            "WDR",
            "A",
            min(filed, datetime.combine(leg.due, time(9))),
            self.pick(("화주 요청", "통관지 변경", "신고 착오")),
            leg.no,
        )
        cargo.excluded, cargo.ready = "withdrawn", max(cargo.ready, filed + _HOUR)
        again = None
        if self.maybe(0.5):
            plain = [
                s for s in self.sheds if s.role == "inland" and s.plain and s is not leg.b and self.apart(cargo.here, s)
            ]
            again = self.declared(cargo, self.pick(plain))
            again.lots = again.lots[:1]
        self.keep(cargo, "", leg.b, leg.no, leg.due, None, None, "withdrawn")
        return again

    def unreported(self, cargo: _Cargo) -> None:
        """Out of one bonded area and into another without a declaration."""
        a, kind = cargo.here, cargo.kind
        if kind == "same_zone":
            options = [s for s in self.sheds if s is not a and s.zone == a.zone]
        else:
            options = [s for s in self.sheds if s.role == "inland" and s.plain and self.apart(a, s)]
        if kind == "exempt":
            self.change(
                cargo, "EXM", "A", cargo.ready + self.minutes(1, 5), self.pick(("소량 견본품", "공동운송", "세관 인도"))
            )
        out, entered = self.step(cargo, self.pick(options), kind)
        if kind == "unreported_move":
            self.noted(
                cargo, "R4", cargo.here, "", entered.processed.date(), max(out.processed, entered.processed), None, kind
            )

    def diverted(self, cargo: _Cargo, leg: _Leg) -> None:
        """Declared to one place, brought to another."""
        self.leg_told(cargo, leg)
        cargo.ready = max(cargo.ready, leg.accepted) + _HOUR
        plain = [
            s
            for s in self.sheds
            if s.role == "inland" and s.plain and s is not leg.b and self.apart(leg.a, s) and self.apart(leg.b, s)
        ]
        out, entered = self.step(cargo, self.pick(plain), "diverted")
        self.noted(
            cargo,
            "R4",
            cargo.here,
            "",
            entered.processed.date(),
            max(out.processed, entered.processed),
            None,
            "diverted",
        )
        leg.outs, leg.kinds = [out], {"R1": "diverted", "R3": "diverted"}
        leg.lots = [(out.at, entered.at, cargo.packages)]
        self.judged(cargo, leg)

    def cleared(self, cargo: _Cargo) -> None:
        """Import declared, accepted, and taken out."""
        shed, kind, ways = cargo.here, cargo.kind, self.ways
        declared = self.at_work(cargo.ready + self.hours(ways.clearing), 9, 18, 0.05)
        accepted = declared + self.minutes(5, 240)
        if self.maybe(0.15):  # looked at first
            accepted = self.at_work(accepted + self.minutes(900, 4300), 9, 18, 0)
        no = self.digits(7, f"{self.random.randrange(10**5):05}{accepted:%y}") + "M"
        self.tell(cargo, "import", declared, shed, declaration_no=no)
        self.tell(cargo, "clear", accepted, shed, declaration_no=no)
        last = due(accepted.date(), 15)
        hold = self.hours(ways.holding)
        if not kind and self.maybe(ways.held):
            hold = _DAY * self.random.uniform(13, 40)
        if kind:
            hold = min(hold, 7 * _DAY)
        leaves = self.at_work(accepted + _HOUR + hold, 7, 20, 0.3)
        extended = False
        if not kind and leaves.date() > last and self.maybe(0.3):
            status = self.random.choices("ARP", (7, 2, 1))[0]
            until = due(last, self.random.randint(5, 30))
            filed = datetime.combine(last, time(9)) - self.minutes(0, 4000)
            self.change(
                cargo, "EXT", status, filed, self.pick(("국내 창고 부족", "화주 사정")), no, until=until, shed=shed.code
            )
            if status == "A" and filed < self.horizon:
                last, extended = until, True
        over = datetime.combine(last + _DAY, time())
        outs = [
            _Report(
                (leaves - self.minutes(3, 40)).replace(microsecond=0), leaves.replace(microsecond=0), cargo.packages
            )
        ]
        late = not kind and self.late(ways.late_cleared, shed, leaves, cargo=cargo)
        if leaves >= over or late:
            filed = self.cured(cargo, shed, over, self.lag(leaves) if late else outs[0].processed)
            if filed is None:
                outs = []
            elif not late and filed < outs[0].processed:  # told, they took the goods out earlier
                outs = [
                    _Report(filed.replace(microsecond=0), (filed + 20 * _MINUTE).replace(microsecond=0), cargo.packages)
                ]
            elif late:
                outs = [
                    _Report(
                        max(filed, outs[0].processed).replace(microsecond=0),
                        leaves.replace(microsecond=0),
                        cargo.packages,
                    )
                ]
        elif not kind and cargo.packages > 9 and self.maybe(0.08) and leaves + 2 * _DAY < over:  # fetched in lots
            outs = [
                _Report(outs[0].processed + i * _DAY, outs[0].moved + i * _DAY, n)
                for i, n in enumerate(self.parts(cargo.packages, 2))
            ]
        if kind == "out_uncleared":
            outs[0].moved = (accepted - self.minutes(15, self.pick((90, 600, 1400)))).replace(microsecond=0)
            since = max(outs[0].processed, accepted)
            self.noted(cargo, "R7", shed, no, since.date(), since, None, kind)
        for report in outs:
            self.moved(cargo, "out", shed, report, declaration_no=no if self.maybe(0.6) else None)
        filed = outs[0].processed if outs else None
        if filed is None or filed >= over:
            if shed.listed:
                self.noted(cargo, "R5", shed, no, last, over, filed, "held" if leaves >= over else "cleared_silent")
            elif over < self.horizon:
                self.keep(cargo, "", shed, no, last, None, filed, "not_listed")
        elif extended and shed.listed and filed < self.horizon:
            self.keep(cargo, "", shed, no, last, None, filed, "extended")

    def sent_back(self, cargo: _Cargo) -> None:
        """Declared for return, carried in bond to where it leaves the country."""
        declared = self.at_work(cargo.ready + self.hours((4.2, 0.8)), 9, 18, 0.05)
        no = self.digits(7, f"{self.random.randrange(10**5):05}{declared:%y}") + "X"
        self.tell(cargo, "return", declared, cargo.here, declaration_no=no)
        cargo.ready = declared + self.minutes(20, 400)
        self.tell(cargo, "returned", cargo.ready, cargo.here, declaration_no=no)
        gates = [
            s
            for s in self.sheds
            if s.role == ("terminal" if cargo.voyage.mode == "A" else "yard") and self.apart(cargo.here, s)
        ]
        self.travelled(cargo, self.declared(cargo, self.pick(gates)))

    # the files

    def done(self) -> World:
        known = sorted(
            (e for e in self.events if e["processed_at"] < self.horizon),
            key=lambda e: (e["processed_at"], e["cargo_no"]),
        )
        changes = sorted(self.changes, key=lambda c: (c["filed_at"], c["cargo_no"]))
        sent = sorted(self.sent, key=lambda s: (s["sent_at"], s["shed"], s["cargo_no"]))
        tables = {
            "events": _typed("events", [e | {"event_no": str(n)} for n, e in enumerate(known, 1)]),
            "warehouses": _typed("warehouses", [_card(s) for s in sorted(self.sheds, key=lambda s: s.code)]),
            "changes": _typed("changes", [c | {"change_no": str(n)} for n, c in enumerate(changes, 1)]),
            "replies": _typed("replies", [r | {"reply_no": str(n)} for n, r in enumerate(self.replies(), 1)]),
            "sent": _typed("sent", [s | {"sent_no": str(n)} for n, s in enumerate(sent, 1)]),
        }
        order = ("cargo_no", "ref", "rule", "shed", "kind")
        truth = sorted(self.truths.values(), key=lambda t: tuple(t[c] for c in order))
        return World(tables, pa.Table.from_pylist(truth, _TRUTH), self.start, self.ways.messages_from)

    def replies(self) -> list[dict[str, Any]]:
        """Short answers of some warehouses to the messages of a day."""
        sheds = {s.code: s for s in self.sheds}
        rows = []
        for (code, day), came in sorted(self.messages.items()):
            shed = sheds[code]
            if not self.maybe(min(1, self.ways.answer * 2 * shed.answers)):
                continue
            odds = (7, 2, 0.4, 0.6) if came == "done" else (1.5, 6, 1, 1.5)
            kind = self.random.choices([*_REPLIES], odds)[0]
            at = self.at_work(datetime.combine(day, time(9)) + self.minutes(6, 30) + self.hours((0.3, 1.0)), 8, 21, 0.3)
            if at < self.horizon:
                rows.append(
                    {"phone": shed.phone, "received_at": at.replace(microsecond=0), "text": self.pick(_REPLIES[kind])}
                )
        return sorted(rows, key=lambda r: (r["received_at"], r["phone"]))


_TRUTH = pa.schema(
    [("cargo_no", pa.string()), ("rule", pa.string()), ("shed", pa.string()), ("ref", pa.string()), ("due_on", pa.date32()),
     ("since", pa.timestamp("us")), ("cured_at", pa.timestamp("us")), ("kind", pa.string())]
)  # fmt: skip


def _km(a: _Shed, b: _Shed) -> float:
    return 4 + 1.25 * math.dist(_PLACES[a.place], _PLACES[b.place])


def _card(shed: _Shed) -> dict[str, Any]:
    return vars(shed) | {"shed": shed.code}


def _typed(name: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    rows = [*rows]
    return pa.table(
        {c.name: pa.array([row.get(c.name) for row in rows], TYPES[c.kind]) for c in TABLES[name].columns},
        schema=schema(name),
    )


def write(folder: Path = DATA / "bonded_cargo" / "demo", seed: int = 2026) -> Path:
    """The demo files as an officer would have them; the truth beside them is read by tests only."""
    folder.mkdir(parents=True, exist_ok=True)
    made = world(seed)
    for name, table in made.tables.items():
        frame = table.to_pandas(types_mapper=pd.ArrowDtype)
        for c in TABLES[name].columns:
            if c.choices:
                frame[c.name] = frame[c.name].map(c.choices)
            elif c.kind == "flag":
                frame[c.name] = frame[c.name].map({True: "Y", False: "N"})
        frame.columns = [c.title for c in TABLES[name].columns]
        frame.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
    truth = made.truth.to_pandas(types_mapper=pd.ArrowDtype)
    truth.to_csv(folder / "truth.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
    return folder


def lines(n: int, seed: int = 0) -> World:
    """About ``n`` events to measure speed with: one world over and over, each time other consignments (and sheds)."""
    base = world(seed, "train", min(9000, max(300, n // 10)))
    copies = max(1, round(n / len(base.tables["events"])))
    if copies > 36 * 36:
        raise ValueError("at most 80 million events")
    sets = min(copies, 10)
    new = {
        "cargo_no": lambda v, c: v[:4] + np.base_repr(c, 36).zfill(2) + v[6:],
        "declaration_no": lambda v, c: f"{v[:-1]}{c:03}{v[-1]}",
        "mbl": lambda v, c: f"{v}{c:03}",
        "hbl": lambda v, c: f"{v}{c:03}",
        "shed": lambda v, c: f"{v[:3]}{(9 + c % sets) % 10}{v[4:]}",
        "phone": lambda v, c: f"{v[:9]}{(int(v[9]) + c % sets) % 10}{v[10:]}",
    }
    new |= {"ref": lambda v, c: v and new["declaration_no"](v, c), "from_shed": new["shed"], "to_shed": new["shed"]}

    def again(table: pa.Table, times: int) -> pa.Table:
        """Row by row, so that the order of time stays."""
        at, copy = np.divmod(np.arange(len(table) * times), times)
        rows = pa.array(at, pa.int32())
        columns: dict[str, pa.Array] = {}
        for name in table.column_names:
            column = table[name].combine_chunks()
            if name in new:
                coded = column.dictionary_encode()
                known = coded.dictionary.to_pylist()
                renewed = pa.array([new[name](value, c) for value in known for c in range(times)], pa.string())
                index = pc.add(pc.multiply(pc.take(coded.indices, rows), times), pa.array(copy, pa.int32()))
                columns[name] = renewed.take(index)
            elif name in ("event_no", "change_no", "reply_no", "sent_no"):
                columns[name] = pa.array(np.arange(1, len(rows) + 1)).cast(pa.string())
            else:
                columns[name] = column.take(rows)
        return pa.table(columns, schema=table.schema)

    tables = {name: again(table, sets if name == "warehouses" else copies) for name, table in base.tables.items()}
    return World(tables, again(base.truth, copies), base.start, base.messages_from)
