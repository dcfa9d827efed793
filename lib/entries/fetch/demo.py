"""Made-up trade and the money for it: fifteen ways of trade-based crime, and more honest firms that look like it.

Nothing in the tables tells the two apart but what the firms do: numbers and names are drawn alike for everybody, rows
are shuffled, each way has faint cases, and most crimes start within three years in a firm that else trades as anybody.
The window cuts as an extract does: what was paid before it or is not yet due has no other half. A few thresholds of
the domain note shape a crime itself (split under USD 50,000, nothing cleared 120 days on, firms of under a year).

``world="eval"`` differs from ``"train"`` in all 32 parameters of ``Ways``, among them products, countries, currencies,
habits of payment, lags, noise, how kinds and reasons are written, and how strong each crime is. Trade kinds, terms and
reason codes are a small made-up table in the manner of the real ones (unverified).
"""

import math
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lib.entries.fetch.tables import TABLES, schema
from lib.settings import DATA, settings
from lib.tables.contract import TYPES, Table

END = date(2026, 6, 30)
START = date(2023, 7, 1)
DAYS = (END - START).days + 1
WARM, AFTER = 220, 130  # days of trade before and after the window, whose other halves fall into it

HARMFUL = {
    "under_export": "수출 저가 신고",
    "over_export": "수출 고가 신고와 무역금융",
    "over_import": "조세회피처 수입 고가",
    "unrecovered": "수출대금 미회수",
    "over_paid": "물품 없는 초과 영수·지급",
    "third_party": "미신고 제3자 지급·영수",
    "carousel": "순환 수출입",
    "sham": "허위수출 채권매각",
    "shell": "신설 유령법인 묶음",
    "payments_only": "신고 없는 수입대금 지급",
    "prepaid_only": "사전송금 후 미통관",
    "netting": "미신고 상계",
    "split": "분할 송금",
    "high_risk": "거래 없는 고위험지 송금",
    "double": "같은 신고번호 중복 증빙",
}
HARMLESS = {
    "transit": "중계무역",
    "branch": "본지점·그룹 자금센터",
    "offset": "신고된 상계",
    "third_reported": "신고된 제3자",
    "seasonal": "계절 농산물 선급",
    "consignment": "위탁판매",
    "processing": "임가공",
    "samples": "무상 견본",
    "returns": "반품",
    "long_da": "장기 D/A",
    "startup": "빠르게 크는 신설 업체",
    "shared_building": "지식산업센터 입주",
    "premium": "고가 모델",
    "hub": "홍콩·싱가포르 실거래",
    "discount": "할인철",
    "services": "해외 용역",
    "late_growth": "최근 성장(미도래)",
}
_GROUPS = {"carousel": (2, 3), "shell": (3, 3), "shared_building": (3, 4)}  # firms in one case
TRADE_KINDS = {  # unverified
    "11": "일반 수출입",
    "29": "위탁가공",
    "31": "위탁판매",
    "84": "반품 재수입",
    "92": "무상 견본",
}
TERMS = {  # unverified
    "TT": "단순송금",
    "CD": "사후·동시송금",
    "LS": "일람출급 L/C",
    "DA": "D/A",
    "WK": "위탁판매",
    "PT": "임가공료",
    "GN": "무상",
}
REASONS = {  # made up in the manner of the real codes
    "10101": "수출대금",
    "10102": "수출 선수금",
    "10111": "수입대금",
    "10112": "수입 사전송금",
    "10121": "중계무역 매각대금",
    "10122": "중계무역 매입대금",
    "10131": "임가공료",
    "10141": "반품 환급",
    "30101": "용역비",
    "30103": "지식재산권 사용료",
    "40101": "해외직접투자",
}
_PRODUCTS = {  # HS10 (not checked against the tariff): words of the model, unit, USD, kg, business
    "8542321010": ("DRAM", "EA", 4.2, 0.002, "전자부품"),
    "8507600000": ("LI-ION CELL", "EA", 6.5, 0.07, "전자부품"),
    "8473301000": ("MEMORY MODULE", "EA", 21, 0.03, "전자부품"),
    "8523511000": ("FLASH CARD", "EA", 9.5, 0.015, "전자부품"),
    "8536690000": ("CONNECTOR", "EA", 0.35, 0.004, "전자부품"),
    "8486909000": ("CHUCK PART", "EA", 820, 3.2, "기계"),
    "8481800000": ("BALL VALVE", "EA", 35, 2.1, "기계"),
    "9018199000": ("PROBE", "EA", 1900, 6, "의료기기"),
    "8525891000": ("IP CAMERA", "EA", 75, 0.4, "전자제품"),
    "8517130000": ("SMART PHONE", "EA", 260, 0.35, "전자제품"),
    "8471701000": ("SSD", "EA", 48, 0.09, "전자제품"),
    "3304991000": ("SKIN CREAM", "EA", 5.8, 0.12, "화장품"),
    "3307901000": ("SHEET MASK", "EA", 0.6, 0.03, "화장품"),
    "8708299000": ("TRIM PANEL", "EA", 14, 0.9, "자동차부품"),
    "4011100000": ("TYRE", "EA", 42, 8.5, "자동차부품"),
    "3901100000": ("LDPE", "KG", 1.25, 1, "화학"),
    "3926909000": ("MOLDED PART", "EA", 0.8, 0.03, "화학"),
    "7210490000": ("COATED COIL", "KG", 0.82, 1, "금속"),
    "7403110000": ("COPPER CATHODE", "KG", 8.6, 1, "금속"),
    "6006320000": ("KNIT FABRIC", "M", 2.4, 0.25, "섬유"),
    "6402190000": ("SHOES", "PR", 31, 0.9, "섬유"),
    "4202221000": ("HANDBAG", "EA", 65, 0.7, "섬유"),
    "2106909099": ("GINSENG EXTRACT", "EA", 28, 0.5, "식품"),
    "1902301000": ("NOODLE", "CT", 9.5, 5.5, "식품"),
    "2204210000": ("WINE", "BT", 7.2, 1.3, "식품"),
    "0901210000": ("COFFEE", "KG", 6.4, 1, "농산물"),
    "0904210000": ("DRIED PEPPER", "KG", 3.1, 1, "농산물"),
    "1201900000": ("SOYBEAN", "KG", 0.62, 1, "농산물"),
    "0805100000": ("ORANGE", "KG", 1.5, 1, "농산물"),
}
_LIGHT = ("8542321010", "8473301000", "8523511000", "8536690000", "3304991000", "3307901000", "3926909000")
_RATES = {  # currency: won at the start, quoted per, yearly swing
    "USD": (1310.0, 1, 0.07), "EUR": (1430.0, 1, 0.07), "JPY": (910.0, 100, 0.09), "CNY": (181.0, 1, 0.05),
    "HKD": (167.5, 1, 0.07), "SGD": (970.0, 1, 0.06), "GBP": (1660.0, 1, 0.08), "AUD": (870.0, 1, 0.09),
    "VND": (5.53, 100, 0.06), "THB": (37.2, 1, 0.08),
}  # fmt: skip
_WHOLE = ("JPY", "VND")  # no smaller coin
_HOLIDAYS = {(1, 1), (3, 1), (5, 5), (6, 6), (8, 15), (10, 3), (10, 9), (12, 25)}
_SYLLABLES = "가나다라마바사아자차하온빛누리솔한별미르새늘봄들샘윤태진"
_KINDS_OF_FIRM = ("무역", "상사", "산업", "테크", "글로벌", "물산", "인터내셔널", "코리아", "유통", "교역")
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
_LINES = "Trading Industrial Electronics Materials Commerce International Import-Export Components Textile Foods Holdings Supply Resources Tech".split()
_BANKS = tuple(f"예시{n}은행" for n in ("가온", "나래", "다솜", "마루", "보람", "새빛", "하늘"))
_INSURERS = ("예시무역보험", "예시신용보증")
_SUFFIX = {
    "CN": "Co., Ltd.", "HK": "Limited", "TW": "Co., Ltd.", "JP": "K.K.", "VN": "Company Limited", "TH": "Co., Ltd.",
    "ID": "PT", "MY": "Sdn. Bhd.", "SG": "Pte. Ltd.", "US": "Inc.", "DE": "GmbH", "GB": "Ltd", "AU": "Pty Ltd",
    "IN": "Pvt. Ltd.", "AE": "FZE", "VG": "Ltd", "KY": "Ltd", "PA": "S.A.", "IT": "S.r.l.", "CL": "S.A.", "BR": "Ltda.",
    "PH": "Inc.", "MX": "S.A.", "SC": "Ltd", "MH": "Inc.", "LU": "S.A.", "NL": "B.V.", "PL": "Sp. z o.o.",
}  # fmt: skip
_OWN_MONEY = {"JP": "JPY", "CN": "CNY", "HK": "HKD", "SG": "SGD", "DE": "EUR", "IT": "EUR", "NL": "EUR", "GB": "GBP",
              "AU": "AUD", "VN": "VND", "TH": "THB"}  # fmt: skip

Span = tuple[float, float]


@dataclass(frozen=True)
class Ways:
    """How a world trades and cheats. Spans are drawn from evenly; shares are odds."""

    noise: float = 0.3
    deals: float = 11.0  # declarations of a firm a year, before its own size
    cases: float = 4.0  # of each crime in 300 firms; 1.1 times as many of each look-alike
    left_out: tuple[str, ...] = ("8523511000", "3307901000", "0805100000", "6402190000", "8471701000")  # products
    price_shift: Span = (1.0, 1.0)
    countries: tuple[str, ...] = (
        "CN",
        "CN",
        "CN",
        "US",
        "US",
        "JP",
        "JP",
        "VN",
        "VN",
        "TW",
        "DE",
        "TH",
        "IN",
        "HK",
        "SG",
    )
    havens: tuple[str, ...] = ("HK", "SG", "AE", "VG")
    risky: tuple[str, ...] = ("VG", "KY", "PA", "AE")
    own_money: float = 0.3  # deals in the partner's currency
    incoterms: tuple[str, ...] = ("FOB", "FOB", "FOB", "CIF", "CIF", "CFR", "EXW", "DDP")
    freight: Span = (0.015, 0.06)
    habits: tuple[int, ...] = (40, 15, 15, 8, 10, 12)  # weights: after, deposit, monthly, sight, usance, prepaid
    lag: Span = (0, 75)
    usance: Span = (90, 150)
    ahead: Span = (10, 90)
    deposit: Span = (0.3, 0.3)
    cites: float = 0.8  # without noise
    codes: float = 0.4  # bank rows with the partner's code
    fees: float = 0.35
    numbered: bool = True  # kinds and reasons are written with their codes
    bad_debt: float = 0.012
    spread: float = 0.05  # of unit prices from deal to deal
    financed: float = 0.15  # exporters who use trade finance
    astray: float = 0.02  # partners of ordinary business in a haven or a place of risk
    young: float = 0.1  # ordinary firms founded within the window
    shared: float = 0.15  # partners who are another firm's too
    under: Span = (0.35, 0.72)  # declared to true price
    over: Span = (1.6, 5.0)
    dear: Span = (1.45, 3.2)
    share: Span = (0.4, 0.95)  # of the deals after the start that a crime takes hold of
    extra: Span = (0.45, 1.6)  # money without goods to goods
    just_under: Span = (0.93, 0.998)  # of USD 50,000


WAYS = {
    "train": Ways(),
    "eval": Ways(
        noise=0.4,
        deals=9.0,
        cases=3.7,
        left_out=("8542321010", "4011100000", "0904210000", "4202221000", "8517130000"),
        price_shift=(0.75, 1.35),
        countries=(
            "CN",
            "CN",
            "US",
            "US",
            "JP",
            "VN",
            "VN",
            "ID",
            "MX",
            "PL",
            "IT",
            "MY",
            "AU",
            "HK",
            "SG",
            "PH",
            "NL",
        ),
        havens=("HK", "SG", "LU", "KY", "AE"),
        risky=("SC", "MH", "PA", "VG", "AE"),
        own_money=0.42,
        incoterms=("FOB", "FOB", "CIF", "CIF", "CIF", "CFR", "CFR", "EXW", "DDP"),
        freight=(0.02, 0.09),
        habits=(32, 18, 20, 5, 13, 12),
        lag=(5, 90),
        usance=(90, 180),
        ahead=(10, 120),
        deposit=(0.2, 0.4),
        cites=0.7,
        codes=0.3,
        fees=0.5,
        numbered=False,
        bad_debt=0.018,
        spread=0.07,
        financed=0.22,
        astray=0.03,
        young=0.14,
        shared=0.22,
        under=(0.42, 0.8),
        over=(1.4, 4.0),
        dear=(1.35, 2.6),
        share=(0.35, 0.9),
        extra=(0.35, 1.2),
        just_under=(0.88, 0.999),
    ),
}


@dataclass(frozen=True)
class World:
    """``tables`` as the contracts name them, each with ``row_no``. The rest is truth, never shown to a model:

    ``truth``: one row a firm: firm, typology ("" for none), harmful, kind (a key of ``HARMLESS``, "ordinary", or "" for
    the harmful), start, end, amount_usd (about what is at stake; of the harmful).
    ``matches``: declaration_no, payment_no, amount (decimal, the payment's currency), currency, side, how; both are in
    the tables. ``residuals``: payment_no, amount, currency, why: the money of a payment that is for no declaration in
    the tables ("before" the window, "after" it, "rounding", or the kind that sent it).
    """

    tables: dict[str, pa.Table]
    truth: pa.Table
    matches: pa.Table
    residuals: pa.Table


def world(seed: int, firms: int = 300, world: Literal["train", "eval"] = "train", noise: float | None = None) -> World:
    """A seeded world of that many firms (at least 50). ``noise`` 0..1: citations left out, names damaged, fees, partial and
    merged payments, dates that wander; None is the world's own.
    """
    ways = WAYS[world] if noise is None else replace(WAYS[world], noise=noise)
    return _Maker(seed, world, ways, firms).made()


@dataclass
class _Partner:
    code: str
    name: str
    country: str
    address: str
    account_country: str
    account: str
    coded: bool  # the banks write its code
    relation: str | None = None
    related: str | None = None


@dataclass(frozen=True)
class _Model:
    hs10: str
    name: str
    unit: str
    usd: float
    kg: float
    phase: float
    swing: float


@dataclass
class _Tie:
    """One line of business of a firm with a partner: what, how it is paid, and what is wrong with it since when."""

    side: str  # R: we sell and receive; P: we buy and pay
    partner: _Partner
    model: _Model
    currency: str
    paid_in: str
    incoterm: str
    habit: str
    lag: int
    deposit: float
    level: float  # price against the model's
    deal: float  # USD
    weight: float
    begins: int = -WARM
    ends: int = DAYS + AFTER
    since: int = 10**6
    until: int = 10**6
    price: float = 1.0
    unpaid: float = 0.0
    chop: tuple[str, float] | None = None
    third: tuple[_Partner, ...] = ()
    third_share: float = 0.0
    report: str | None = None
    kind: str = "11"
    reason: str | None = None
    terms: str | None = None
    season: tuple[int, int] | None = None  # months
    suffix: str = ""
    heavy: float = 1.0


@dataclass
class _Firm:
    no: str
    name: str
    ceo: str
    address: str
    founded: date
    ceo_since: date | None
    business: str
    broker: str
    banks: list[str]
    rate: float
    growth: float
    financed: float
    ties: list[_Tie] = field(default_factory=list)
    goods: list["_Goods"] = field(default_factory=list)
    nets: list[tuple[_Tie, _Tie, int, str | None]] = field(default_factory=list)  # sells, buys, since, report
    surge: int = 10**6


@dataclass
class _Goods:
    no: str
    day: int
    side: str
    cents: int
    currency: str
    partner: _Partner
    quantity: float
    weight: float


_Part = tuple[_Goods, int]  # goods and cents paid for them


class _Maker:
    def __init__(self, seed: int, name: str, ways: Ways, firms: int) -> None:
        self.random = random.Random(f"{name} {seed} {firms}")
        self.np = np.random.default_rng([seed, firms, len(name)])
        self.ways, self.noise = ways, ways.noise
        self.used: set[str] = set()
        self.rates = self._rates()
        self.models = self._models()
        self.partners: list[_Partner] = []
        self.of_country: dict[str, list[_Partner]] = defaultdict(list)
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
        self.pairs: list[tuple[str, str, int, str, str, str]] = []
        self.rest: list[tuple[str, int, str, str]] = []
        self.harm: dict[str, float] = defaultdict(float)
        self.truths: dict[str, tuple[str, int, int]] = {}
        self.later: list[Callable[[], None]] = []
        self.firms = [self._firm() for _ in range(firms)]

    def made(self) -> World:
        free = list(self.firms)
        self.random.shuffle(free)
        for kinds, cases in ((HARMFUL, self.ways.cases), (HARMLESS, self.ways.cases * 1.1)):
            for kind in kinds:
                wanted = cases * len(self.firms) / 300
                size = _GROUPS.get(kind, (1, 1))
                for _ in range(max(1, round(wanted / (1 + (size[1] > 1))))):
                    n = self.random.randint(*size)
                    getattr(self, f"_{kind}")(*(free.pop() for _ in range(n)))
        for firm in self.firms:
            self._live(firm)
        for act in self.later:
            act()
        return self._done()

    # Small help

    def _odds(self, share: float) -> bool:
        return self.random.random() < share

    def _in(self, span: Span) -> float:
        return self.random.uniform(*span)

    def _near(self, middle: float, sigma: float) -> float:
        return middle * math.exp(self.random.gauss(0, sigma))

    def _new(self, make: Callable[[], str]) -> str:
        """Something not given out before."""
        while (made := make()) in self.used:
            pass
        self.used.add(made)
        return made

    def _told(self, words: dict[str, str], code: str) -> str:
        return f"{code} {words[code]}" if self.ways.numbered else words[code]

    def _digits(self, n: int) -> str:
        return str(self.random.randrange(10**n)).zfill(n)

    def _krw(self, currency: str, day: int) -> float:
        return 1.0 if currency == "KRW" else self.rates[currency][min(max(day, -WARM), DAYS - 1) + WARM]

    def _usd(self, cents: float, currency: str, day: int) -> float:
        return cents / 100 * self._krw(currency, day) / self._krw("USD", day)

    def _cents(self, usd: float, currency: str, day: int) -> int:
        return self._round(usd * 100 * self._krw("USD", day) / self._krw(currency, day), currency)

    def _hurt(self, firm: _Firm, cents: float, currency: str, day: int) -> None:
        """Counts what a crime is about, as far as the window shows it."""
        self.harm[firm.no] += self._usd(cents, currency, day) if 0 <= day < DAYS else 0

    def _round(self, cents: float, currency: str) -> int:
        return max(1, round(cents / 100)) * 100 if currency in _WHOLE else max(1, round(cents))

    # Who there is

    def _rates(self) -> dict[str, Any]:
        """Won for one unit on each day of the world; a day without business has the rate of the day before."""
        open_days = np.array([_business(START + timedelta(days=d)) for d in range(-WARM, DAYS)])
        made = {}
        common = self.np.normal(0, 1, len(open_days))
        for currency, (start, per, swing) in _RATES.items():
            own = self.np.normal(0, 1, len(open_days))
            steps = np.where(open_days, (0.7 * common + 0.7 * own) * swing / math.sqrt(250), 0)
            made[currency] = np.round(start * np.exp(np.cumsum(steps)), 2) / per
        return made

    def _models(self) -> list[_Model]:
        made = []
        for hs10, (word, unit, usd, kg, _) in _PRODUCTS.items():
            if hs10 in self.ways.left_out:
                continue
            farm = _PRODUCTS[hs10][4] == "농산물"
            phase, swing = (
                self.random.uniform(0, 1),
                self.random.uniform(0.3, 0.7) if farm else self.random.uniform(0, 0.3),
            )
            for _ in range(3):
                name = self._new(
                    lambda w=word: f"{w} {self.random.choice('ABCEGKMNPRSTX')}{self.random.randrange(10, 990)}"
                )
                dear = self.random.uniform(0.65, 1.6) * self._in(self.ways.price_shift)
                made.append(
                    _Model(
                        hs10,
                        name,
                        unit,
                        usd * dear,
                        kg if unit == "KG" else kg * self.random.uniform(0.8, 1.25),
                        phase,
                        swing,
                    )
                )
        return made

    def _partner(self, country: str, shared: float | None = None) -> _Partner:
        """A partner there: sometimes one whom another firm trades with too."""
        known = self.of_country[country]
        if known and self._odds(self.ways.shared if shared is None else shared):
            return self.random.choice(known)
        pick = self.random.choice
        words = " ".join(self.random.sample(_WORDS, 2 if self._odds(0.6) else 1))
        suffix = _SUFFIX.get(country, "Ltd")
        name = self._new(
            lambda: (
                f"{words} {pick(_WORDS)} {pick(_LINES)} {suffix}"
                if self._odds(0.3)
                else f"{words} {pick(_LINES)} {suffix}"
            )
        )
        away = pick(["HK", "SG", "US"]) if self._odds(0.06) else country
        partner = _Partner(
            self._new(lambda: f"{country}{self._digits(8)}{pick('ABCDEFGH')}"), name, country,
            f"{self.random.randrange(1, 999)} {pick(_WORDS)} Rd".upper(), away, f"{away}-{self._digits(3)}-{self._digits(6)}",
            self._odds(self.ways.codes),
        )  # fmt: skip
        self.partners.append(partner)
        known.append(partner)
        return partner

    def _firm(self) -> _Firm:
        pick, r = self.random.choice, self.random
        name = self._new(lambda: "".join(r.choices(_SYLLABLES, k=r.randint(2, 3))) + pick(_KINDS_OF_FIRM))
        form = pick(["㈜{}", "{}㈜", "{}㈜", "주식회사 {}"])
        if self._odds(self.ways.young):
            founded = END - timedelta(days=r.randrange(90, DAYS))
        else:
            founded = START - timedelta(days=int(r.triangular(200, 11_000, 1500)))
        changed = self._odds(0.25)
        age = (END - founded).days
        firm = _Firm(
            self._new(lambda: f"000-{self._digits(2)}-{self._digits(5)}"), form.format(name), self._ceo(), self._address(),
            founded, END - timedelta(days=r.randrange(5, age)) if changed else (founded if self._odds(0.5) else None),
            "", f"0{self._digits(4)}", r.sample(_BANKS, r.choice([1, 1, 2, 2, 3])),
            max(3.0, self._near(self.ways.deals * 0.85, 0.75)), r.gauss(0.05, 0.15),
            r.uniform(0.2, 0.6) if self._odds(self.ways.financed) else 0.0,
        )  # fmt: skip
        model = pick(self.models)
        kin = [m for m in self.models if _PRODUCTS[m.hs10][4] == _PRODUCTS[model.hs10][4]]
        firm.business = _PRODUCTS[model.hs10][4] + pick([" 도매", " 제조", " 무역"])
        sides = pick(["R", "R", "R", "P", "P", "RP"])
        deal = self._near(28_000, 0.8)
        for _ in range(min(12, 1 + int(r.expovariate(0.35)))):
            self._tie(firm, pick(sides), model=pick(kin) if self._odds(0.8) else pick(self.models), deal=deal)
        return firm

    def _ceo(self) -> str:
        return self.random.choice(_SURNAMES) + "".join(self.random.choices(_GIVEN, k=2))

    def _address(self) -> str:
        r = self.random
        return f"{r.choice(_PLACES)} {r.choice(_ROADS)} {r.randrange(1, 300)}, {r.randrange(101, 1599)}호"

    def _tie(self, firm: _Firm, side: str, *, partner: _Partner | None = None, model: _Model | None = None,
             deal: float | None = None, **more: Any) -> _Tie:  # fmt: skip
        """A new line of business, ordinary but for ``more``; the firm trades on it unless it is taken out of its ties."""
        r, ways = self.random, self.ways
        partner = partner or self._partner(
            r.choice((*ways.havens, *ways.risky) if self._odds(ways.astray) else ways.countries)
        )
        own = _OWN_MONEY.get(partner.country, "USD")
        currency = own if self._odds(ways.own_money) else "USD"
        habit = r.choices(["after", "deposit", "monthly", "sight", "usance", "prepaid"], ways.habits)[0]
        lag = {
            "after": ways.lag,
            "deposit": (5, 45),
            "monthly": (1, 27),
            "sight": (4, 14),
            "usance": ways.usance,
            "prepaid": ways.ahead,
        }
        tie = _Tie(
            side, partner, model or (firm.ties[0].model if firm.ties else r.choice(self.models)), currency,
            ("USD" if currency != "USD" else own) if self._odds(0.03) else currency,
            r.choice(ways.incoterms), habit, int(self._in(lag[habit])), round(self._in(ways.deposit), 1),
            self._near(1, 0.07), self._near(deal or (firm.ties[0].deal if firm.ties else 28_000), 0.3),
            r.expovariate(1) + 0.15,
        )  # fmt: skip
        for name, value in more.items():
            setattr(tie, name, value)
        firm.ties.append(tie)
        return tie

    def _ties(self, firm: _Firm, side: str, share: float = 0.7) -> list[_Tie]:
        """Some of the firm's lines of business of that side, the weightiest first; a new one where it has none."""
        ties = sorted((t for t in firm.ties if t.side == side), key=lambda t: -t.weight)
        return ties[: max(1, math.ceil(share * len(ties)))] if ties else [self._tie(firm, side, weight=1.5)]

    # What they do

    def _days(self, firm: _Firm, tie: _Tie) -> list[int]:
        day = np.arange(-WARM, DAYS + AFTER)
        moon = (day + 181) % 365 / 365
        odds = (1 + firm.growth) ** ((day - DAYS / 2) / 365) * (
            1 + tie.model.swing * np.sin(2 * np.pi * (moon - tie.model.phase))
        )
        odds = np.where(day > firm.surge, odds * 4, odds)
        opened = (firm.founded - START).days + 20
        odds = np.where((day >= max(tie.begins, opened)) & (day < tie.ends), odds, 0)
        if tie.season:
            month = np.array([(START + timedelta(days=int(d))).month for d in day])
            odds = np.where((month >= tie.season[0]) & (month <= tie.season[1]), odds * 2.5, 0)
        if not odds.sum():
            return []
        rate = firm.rate * tie.weight / sum(t.weight for t in firm.ties) / 365
        n = self.np.poisson(rate * odds.sum())
        chosen = np.sort(self.np.choice(day, n, p=odds / odds.sum()))
        return [self._weekday(int(d)) if self._odds(0.85) else int(d) for d in chosen]

    def _weekday(self, day: int) -> int:
        while not _business(START + timedelta(days=day)):
            day += 1
        return day

    def _live(self, firm: _Firm) -> None:
        netted = [t for sells, buys, _, _ in firm.nets for t in (sells, buys)]
        for tie in firm.ties:
            if not any(tie is t for t in netted):
                self._settle(firm, tie, [self._declare(firm, tie, day) for day in self._days(firm, tie)])
        for sells, buys, since, report in firm.nets:
            sold, bought = ([self._declare(firm, t, d) for d in self._days(firm, t)] for t in (sells, buys))
            for tie, goods in ((sells, sold), (buys, bought)):
                self._settle(firm, tie, [g for g in goods if g.day < since])
            self._net(firm, sells, buys, [g for g in sold + bought if g.day >= since], report)

    def _declare(self, firm: _Firm, tie: _Tie, day: int, *, quantity: float | None = None, free: bool = False,
                 price: float | None = None, kind: str | None = None, terms: str | None = None, plus: float = 0.0) -> _Goods:  # fmt: skip
        """A declaration; ``plus``: worth of our own goods in it that is not paid for, in the deal's currency."""
        r, m = self.random, tie.model
        late = tie.since <= day <= tie.until
        true = self._near(m.usd * tie.level, self.ways.spread) * (0.94 + 0.12 * (day + WARM) / (DAYS + WARM))
        if quantity is None:
            quantity = self._near(tie.deal, 0.45) / (m.usd * tie.level)
            unit = 10 ** max(0, int(math.log10(max(quantity, 1))) - (1 if self._odds(0.6) else 2))
            quantity = max(1, round(quantity / unit) * unit)
        usd = price if price is not None else true * (tie.price if late else 1.0)
        rate = self._krw("USD", day) / self._krw(tie.currency, day)
        unit_price = usd * rate
        unit_price = round(unit_price, 0 if unit_price > 3000 else 2 if unit_price > 10 else 4)
        cents = self._round(unit_price * quantity * 100, tie.currency)
        weight = round(quantity * m.kg * tie.heavy * (1 if m.unit == "KG" else r.uniform(0.97, 1.03)), 1)
        f, i = self._in(self.ways.freight), 0.003
        if tie.side == "R":
            worth = {"EXW": 1.012, "FOB": 1, "CFR": 1 / (1 + f), "CIF": 1 / (1 + f + i), "DDP": 1 / (1.1 + f + i)}[
                tie.incoterm
            ]
        else:
            worth = {"EXW": 1.012 + f + i, "FOB": 1 + f + i, "CFR": 1 + i, "CIF": 1, "DDP": 0.91}[tie.incoterm]
        krw = (cents / 100 * worth + plus) * self._krw(tie.currency, day)
        when = START + timedelta(days=day)
        no = self._new(lambda: f"{firm.broker}-{when:%y}-{self._digits(6)}{r.choice('UXMW')}")
        habit = {
            "after": "TT" if tie.lag < 5 else "CD",
            "deposit": "TT",
            "monthly": "CD",
            "sight": "LS",
            "usance": "DA",
            "prepaid": "TT",
        }
        partner, name = tie.partner, tie.partner.name
        row = {
            "declaration_no": no,
            "accepted_on": when,
            "firm": firm.no,
            "partner_code": partner.code if self._odds(0.75) else None,
            "partner": name if self._odds(0.3) else name.upper(),
            "country": r.choice(self.ways.countries) if self._odds(0.06) else partner.country,
            "trade_kind": self._told(TRADE_KINDS, kind or tie.kind),
            "terms": "GN" if free else terms or tie.terms or habit[tie.habit],
            "incoterms": tie.incoterm,
            "currency": tie.currency,
            "hs10": m.hs10,
            "model": m.name + tie.suffix,
            "quantity": float(quantity),
            "unit": m.unit,
            "weight_kg": weight,
            "unit_price": unit_price,
            "amount": cents,
            "value_krw": round(krw) * 100,
            "value_usd": round(krw / self._krw("USD", day) * 100),
        }
        if tie.side == "R":
            row |= {"partner_country": partner.country, "shipped_on": when + timedelta(days=r.randrange(0, 9))}
            if row["shipped_on"] > END:
                row["shipped_on"] = None
        else:
            row["origin"] = row["country"] if self._odds(0.85) else "CN"
        goods = _Goods(no, day, tie.side, cents, tie.currency, partner, float(quantity), weight)
        if 0 <= day < DAYS:
            self.rows["exports" if tie.side == "R" else "imports"].append(row)
        firm.goods.append(goods)
        if late and tie.price != 1:
            self._hurt(firm, abs(1 / tie.price - 1) * cents, tie.currency, day)
        if tie.side == "R" and firm.financed and not free and self._odds(firm.financed):
            self._finance(firm, goods, default=0.01)
        return goods

    def _finance(self, firm: _Firm, goods: _Goods, default: float, bank: str | None = None, share: float = 0.8) -> None:
        r = self.random
        day = self._weekday(goods.day + r.randrange(1, 12))
        if not 0 <= day < DAYS or goods.day < 0:
            return
        kind = r.choice(["수출채권매입", "수출채권매입", "수출신용보증", "단기수출보험"])
        bad = day + r.randrange(90, 200)
        self.rows["finance"].append(
            {
                "finance_no": self._new(lambda: f"TF{START + timedelta(days=day):%y%m}{self._digits(5)}"),
                "granted_on": START + timedelta(days=day),
                "firm": firm.no,
                "kind": kind,
                "bank": bank or (r.choice(firm.banks) if kind == "수출채권매입" else r.choice(_INSURERS)),
                "currency": goods.currency,
                "amount": goods.cents if self._odds(share) else self._round(goods.cents * 0.9, goods.currency),
                "cited": goods.no if self._odds(0.9) else None,
                "defaulted_on": START + timedelta(days=bad) if self._odds(default) and bad < DAYS else None,
            }
        )

    # How it is paid

    def _settle(self, firm: _Firm, tie: _Tie, goods: Sequence[_Goods]) -> None:
        """Payments of one line's goods, by its habit, the noise, and what is wrong with it."""
        plan: list[tuple[int, str, list[_Part]]] = []
        monthly: dict[int, list[_Part]] = defaultdict(list)
        for g in goods:
            if self._odds(self.ways.bad_debt):
                continue
            if tie.since <= g.day <= tie.until and self._odds(tie.unpaid):
                self._hurt(firm, g.cents, g.currency, g.day)
                continue
            if tie.habit == "monthly":
                when = START + timedelta(days=g.day)
                following = (when.replace(day=1) + timedelta(days=32)).replace(day=1)
                monthly[(following - START).days + tie.lag].append((g, g.cents))
            else:
                plan += self._instalments(tie, g)
        plan += [
            (self._wander(day), "bulk" if len(parts) > 1 else "one_to_one", parts) for day, parts in monthly.items()
        ]
        plan.sort(key=lambda p: p[0])
        for one, other in pairwise(range(len(plan))):
            (first, how, parts), (second, how_too, more) = plan[one], plan[other]
            if parts and how == how_too == "one_to_one" and second - first < 25 and self._odds(0.25 * self.noise):
                plan[one], plan[other] = (first, how, []), (second, "bulk", parts + more)
        for day, how, parts in plan:
            if parts:
                self._remit(firm, tie, day, how, parts)

    def _wander(self, day: int) -> int:
        return day + round(abs(self.random.gauss(0, 14)) * self.noise)

    def _instalments(self, tie: _Tie, g: _Goods) -> list[tuple[int, str, list[_Part]]]:
        if tie.habit == "deposit":
            first = self._round(g.cents * tie.deposit, g.currency)
            before = g.day - self.random.randrange(10, 45)
            return [
                (before, "instalment", [(g, first)]),
                (self._wander(g.day + tie.lag), "instalment", [(g, g.cents - first)]),
            ]
        if tie.habit == "prepaid":
            return [(g.day - max(3, round(self._near(tie.lag, 0.5 * self.noise))), "prepaid", [(g, g.cents)])]
        day, how = self._wander(g.day + tie.lag), "deferred" if tie.lag >= 80 else "one_to_one"
        if self._odds(0.15 * self.noise):
            first = self._round(g.cents * self.random.uniform(0.2, 0.8), g.currency)
            if first < g.cents:
                later = day + self.random.randrange(7, 50)
                return [(day, "instalment", [(g, first)]), (later, "instalment", [(g, g.cents - first)])]
        return [(day, how, [(g, g.cents)])]

    def _remit(self, firm: _Firm, tie: _Tie, day: int, how: str, parts: list[_Part], **more: Any) -> None:
        """What one instalment becomes in the bank: through whom, in which currency, in how many pieces, less the fee."""
        day = self._weekday(day)
        late = tie.since <= max(g.day for g, _ in parts) <= tie.until
        if tie.paid_in != tie.currency:
            rate = self._krw(tie.currency, day) / self._krw(tie.paid_in, day)
            parts = [(g, self._round(c * rate, tie.paid_in)) for g, c in parts]
        total = sum(c for _, c in parts)
        payer, report = tie.partner, None
        if tie.third and late and self._odds(tie.third_share):
            payer, report, how = self.random.choice(tie.third), tie.report if self._odds(0.9) else None, "third_party"
            if not tie.report:
                self._hurt(firm, total, tie.paid_in, day)
        elif self._odds(0.03 * self.noise):  # now and then a sister firm pays
            payer, how = self._partner(payer.country, 0.9), "third_party"
        method = {"sight": "L/C", "usance": "D/A"}.get(tie.habit, "T/T")
        more = {"method": method, "report": report, "reason": tie.reason} | more
        if tie.chop and late and self._usd(total, tie.paid_in, day) > 50_000:
            self._chopped(firm, tie, day, parts, payer, more)
            return
        amount = total
        usual = self.ways.fees * (0.4 + 2 * self.noise)
        if tie.side == "R" and how != "prepaid" and self._odds(min(usual, 0.95)):
            amount -= min(self._cents(self.random.randrange(10, 41), tie.paid_in, day), total // 3)
            amount = self._round(amount, tie.paid_in)
        elif tie.side == "P" and self._odds(0.1 * self.noise):
            amount = max(100, round(amount / 10_000) * 10_000) if total > 100_000 else amount
        self._pay(firm, tie.side, day, payer, tie.paid_in, amount, _upto(parts, amount), how, why="rounding", **more)

    def _chopped(
        self, firm: _Firm, tie: _Tie, day: int, parts: list[_Part], payer: _Partner, more: dict[str, Any]
    ) -> None:
        kind, closeness = tie.chop
        left = sum(c for _, c in parts)
        self._hurt(firm, left, tie.paid_in, day)
        while left > 0:
            if kind == "round":
                piece = self.random.choice([20, 30, 40, 50]) * 1000 * 100
                piece = (
                    piece
                    if tie.paid_in == "USD"
                    else self._round(self._cents(piece / 100, tie.paid_in, day) // 10**6 * 10**6, tie.paid_in)
                )
            else:
                piece = self._cents(50_000 * self.random.uniform(closeness, self.ways.just_under[1]), tie.paid_in, day)
            piece = min(piece, left)
            now, parts = _upto(parts, piece), _beyond(parts, piece)
            self._pay(firm, tie.side, day, payer, tie.paid_in, piece, now, "instalment", **more)
            left -= piece
            day = self._weekday(day + self.random.randrange(0, 3))

    def _net(self, firm: _Firm, sells: _Tie, buys: _Tie, goods: Sequence[_Goods], report: str | None) -> None:
        """Each month's sales and purchases with one partner set off; ``report`` "both": the set-off is a row each way."""
        months: dict[tuple[int, int], list[_Goods]] = defaultdict(list)
        for g in goods:
            when = START + timedelta(days=g.day)
            months[when.year, when.month].append(g)
        for (year, month), these in months.items():
            first = (date(year, month, 1) + timedelta(days=32)).replace(day=1)
            day = self._wander(self._weekday((first - START).days + sells.lag % 28))
            sold, bought = ([(g, g.cents) for g in these if g.side == side] for side in "RP")
            sums = {"R": sum(c for _, c in sold), "P": sum(c for _, c in bought)}
            by = {"R": sold, "P": bought}
            both, more = min(sums.values()), max(sums, key=lambda s: sums[s])
            rest = sums[more] - both
            told = "상계" if report else None
            if both and not report:
                self._hurt(firm, both, sells.currency, day)
            if both and report == "both":
                for side in "RP":
                    self._pay(firm, side, day, sells.partner, sells.currency, both, _upto(by[side], both), "offset",
                              report="상계", method="상계")  # fmt: skip
            if rest:
                parts = _beyond(by[more], both)
                self._pay(firm, more, day, sells.partner, sells.currency, rest, parts,
                          "offset" if both else "bulk", report=told if both else None)  # fmt: skip

    def _pay(self, firm: _Firm, side: str, day: int, partner: _Partner, currency: str, cents: int, parts: Sequence[_Part] = (),
             how: str = "", *, why: str = "", reason: str | None = None, report: str | None = None, method: str = "T/T",
             cited: str | None = None, bank: str | None = None, **_: Any) -> None:  # fmt: skip
        """One row of the bank's report, if the window has the day, and its truth."""
        day = self._weekday(day)
        if not 0 <= day < DAYS or cents < 1:
            return
        r, when = self.random, START + timedelta(days=day)
        no = self._new(lambda: f"FX{when:%y%m}{self._digits(5)}")
        before = bool(parts) and all(day < g.day for g, _ in parts)
        if reason is None:
            reason = {"R": ("10101", "10102"), "P": ("10111", "10112")}[side][before]
        if cited is None and parts and self._odds(self.ways.cites * (1 - 0.75 * self.noise) * (0.2 if before else 1)):
            cited = ",".join(g.no for g, _ in parts[: 2 if self._odds(0.7) else 1])
        self.rows["payments"].append(
            {
                "payment_no": no,
                "paid_on": when,
                "side": side,
                "firm": firm.no,
                "reason": None if self._odds(0.12 * self.noise) else self._told(REASONS, reason),
                "currency": currency,
                "amount": cents,
                "value_usd": round(self._usd(cents, currency, day) * 100),
                "partner_code": partner.code if partner.coded and self._odds(1 - 0.3 * self.noise) else None,
                "partner": self._damaged(partner.name),
                "country": partner.country,
                "bank": bank or r.choice(firm.banks),
                "account_country": partner.account_country,
                "account": partner.account,
                "method": method,
                "cited": cited,
                "report": report,
            }
        )
        left = cents
        for g, c in parts:
            if 0 <= g.day < DAYS:
                self.pairs.append((g.no, no, c, currency, side, how))
            else:
                self.rest.append((no, c, currency, "before" if g.day < 0 else "after"))
            left -= c
        if left:
            self.rest.append((no, left, currency, why))

    def _damaged(self, name: str) -> str:
        r = self.random
        name = name.upper() if self._odds(0.85) else name
        if self._odds(0.45):
            name = name.replace(".", "").replace(",", "")
        if self._odds(0.5 * self.noise):
            head, _, _ = name.rpartition(" CO" if " CO" in name else " ")
            name = (
                head + r.choice([" CO LTD", " CO.,LTD", " COMPANY LIMITED", " LTD", " LIMITED", ""]) if head else name
            )
        if self._odds(0.3 * self.noise) and len(name) > 6:
            at = r.randrange(1, len(name) - 2)
            name = r.choice(
                [
                    name[:at] + name[at + 1 :],
                    name[:at] + name[at + 1] + name[at] + name[at + 2 :],
                    name[:at] + name[at] + name[at:],
                ]
            )
        return name[: 24 if self._odds(0.15 * self.noise) else 35].strip()

    # The truth

    def _mark(
        self, kind: str, firm: _Firm, first: int = 120, last: int = DAYS - 300, *, new: bool = False
    ) -> tuple[int, int]:
        """The firm is of that kind from a day between the two, mostly to the end. Only a ``new`` one may be too young
        for it.
        """
        while not new and (firm.founded - START).days + 90 > max(last, 300):
            firm.founded -= timedelta(days=self.random.randrange(200, 700))
        first = max(first, (firm.founded - START).days + 60)
        start = self.random.randint(first, max(first, last))
        goes_on = kind not in HARMFUL or kind in ("netting", "shell") or self._odds(0.7)
        end = DAYS - 1 if goes_on else min(DAYS - 1, start + self.random.randrange(270, 700))
        self.truths[firm.no] = (kind, start, end)
        return start, end

    def _grip(
        self, firm: _Firm, kind: str, side: str, share: float, first: int = 120, last: int = DAYS - 300
    ) -> list[_Tie]:
        """The lines of business that a crime takes hold of, and since when; they are no small part of the firm."""
        since, until = self._mark(kind, firm, first, last)
        ties = self._ties(firm, side, share)
        usual = 0.6 * sum(t.weight for t in firm.ties) / len(ties)
        firm.rate = max(firm.rate, 8)
        for tie in ties:
            tie.since, tie.until, tie.weight = since, until, max(tie.weight, usual)
        return ties

    def _lump(self, usd: float) -> float:
        return usd if self._odds(0.7) else round(usd, -3) + self.random.choice([0, 0, 500])

    # Crimes

    def _under_export(self, firm: _Firm) -> None:
        price = self._in(self.ways.under)
        for tie in self._grip(firm, "under_export", "R", self._in(self.ways.share)):
            tie.price = price

    def _over_export(self, firm: _Firm) -> None:
        price, share = self._in(self.ways.over), self._in(self.ways.share)
        ties = self._grip(firm, "over_export", "R", share)
        since, until = ties[0].since, ties[0].until
        for tie in ties:
            tie.price, tie.unpaid = price, self.random.choice([0, 0, 0.25])
        firm.financed = 0.0

        def borrow() -> None:
            codes = {t.partner.code for t in ties}
            for g in firm.goods:
                if g.side == "R" and since <= g.day <= until and g.partner.code in codes and self._odds(share):
                    self._finance(firm, g, 0.1)

        self.later.append(borrow)

    def _over_import(self, firm: _Firm) -> None:
        since, until = self._mark("over_import", firm)
        model = self._ties(firm, "P")[0].model
        price, usual = self._in(self.ways.dear), 0.6 * sum(t.weight for t in firm.ties)
        for _ in range(self.random.choice([1, 1, 2])):
            partner = self._partner(self.random.choice(self.ways.havens))
            tie = self._tie(firm, "P", partner=partner, model=model, begins=since, ends=until, since=since, price=price)
            tie.weight = max(tie.weight, usual)
        firm.rate = max(firm.rate, 8)

    def _unrecovered(self, firm: _Firm) -> None:
        share = max(0.62, self._in(self.ways.share))
        for tie in self._grip(firm, "unrecovered", "R", 0.99, 60, 480):
            tie.unpaid = share

    def _over_paid(self, firm: _Firm) -> None:
        side, ratio = self.random.choice("RP"), self._in(self.ways.extra)
        tie = self._grip(firm, "over_paid", side, 0.1)[0]

        def more() -> None:
            there = [g for g in firm.goods if g.side == side and max(tie.since, 0) <= g.day <= min(tie.until, DAYS - 1)]
            worth = sum(self._usd(g.cents, g.currency, g.day) for g in there)
            old = [g.no for g in there if g.partner is tie.partner] if self._odds(0.5) else []
            self._drip(
                firm,
                "over_paid",
                side,
                [tie.partner],
                max(worth, 120_000) * ratio,
                tie.since,
                tie.until,
                tie.paid_in,
                old,
            )

        self.later.append(more)

    def _drip(self, firm: _Firm, why: str, side: str, partners: Sequence[_Partner], usd: float, first: int, last: int,
              currency: str = "USD", old: Sequence[str] = (), **more: Any) -> None:  # fmt: skip
        """Payments without goods that come to that many dollars; ``old``: declarations that some of them lean on."""
        while usd > 0 and first < last:
            piece = self._lump(min(usd, self._near(45_000, 0.7)))
            if piece < 500:
                break
            cited = self.random.choice(old) if old and self._odds(0.4) else None
            self._pay(firm, side, self.random.randrange(first, last), self.random.choice(list(partners)), currency,
                      self._cents(piece, currency, first), why=why, cited=cited, **more)  # fmt: skip
            self.harm[firm.no] += piece if why in HARMFUL else 0
            usd -= piece

    def _third_party(self, firm: _Firm) -> None:
        share = max(0.5, self._in(self.ways.share))
        ties = self._grip(firm, "third_party", self.random.choice("RRP"), 0.8)
        home = {t.partner.country for t in ties}
        places = [c for c in (*self.ways.havens, *self.ways.countries) if c not in home]
        third = tuple(self._partner(self.random.choice(places)) for _ in range(self.random.randint(1, 3)))
        for tie in ties:
            tie.third, tie.third_share = third, share

    def _carousel(self, *firms: _Firm) -> None:
        start, _ = self._mark("carousel", firms[0], 120, DAYS - 330)
        for other in firms[1:]:
            self._mark("carousel", other, start, start)
            other.founded = min(other.founded, firms[0].founded)
        abroad = [
            self._partner(self.random.choice((*self.ways.havens[:2], "CN"))) for _ in range(self.random.randint(1, 2))
        ]
        model = self.random.choice([m for m in self.models if m.hs10 in _LIGHT] or self.models)
        lots = [int(self._near(60_000, 0.4) / model.usd) for _ in range(self.random.randint(1, 2))]
        day, price = max(start, (firms[0].founded - START).days + 30), model.usd * self.random.uniform(0.9, 1.3)
        drift = self.random.choice([1.0, 1.0, 1.01, 1.03])
        ties = {
            (f.no, side, p.code): self._tie(f, side, partner=p, model=model, currency="USD", paid_in="USD", incoterm="FOB", habit="after", lag=self.random.randrange(3, 25))
            for f in firms for side in "RP" for p in abroad
        }  # fmt: skip
        for f in firms:
            f.ties = [t for t in f.ties if not any(t is made for made in ties.values())]
        for turn in range(self.random.randint(6, 14)):
            quantity = lots[turn % len(lots)]
            quantity = quantity if self._odds(0.75) else round(quantity * self.random.uniform(0.97, 1))
            out, back = firms[turn % len(firms)], firms[(turn + 1) % len(firms)]
            for firm, side, p in ((out, "R", abroad[0]), (back, "P", abroad[-1])):
                tie = ties[firm.no, side, p.code]
                g = self._declare(firm, tie, day, quantity=quantity, price=price)
                self._settle(firm, tie, [g])
                self._hurt(firm, g.cents, g.currency, day)
                day += self.random.randrange(8, 32)
            price *= drift
        for firm in firms:
            self.truths[firm.no] = ("carousel", start, min(day + 25, DAYS - 1))

    def _sham(self, firm: _Firm) -> None:
        founded = self.random.randrange(60, DAYS - 420)
        firm.founded = START + timedelta(days=founded)
        start = founded + self.random.randrange(60, 280)
        end = min(DAYS - 1, start + self.random.randrange(110, 230))
        self.truths[firm.no] = ("sham", start, end)
        self._moved_in(firm)
        firm.ties, firm.financed = firm.ties[:2], 0.0
        light = self.random.choice([m for m in self.models if m.hs10 in _LIGHT])
        price, share = self._in(self.ways.over) * 1.8, max(0.6, self._in(self.ways.share))
        buyers = [
            self._partner(self.random.choice((*self.ways.countries, *self.ways.havens)))
            for _ in range(self.random.randint(1, 3))
        ]
        for n in range(self.random.randint(9, 26)):
            tie = self._tie(
                firm, "R", partner=self.random.choice(buyers), model=light, deal=70_000, habit="after", lag=60
            )
            firm.ties.pop()
            day = self._weekday(int(start + (end - start) * math.sqrt(self.random.random())))
            quantity = max(20, round(self._near(tie.deal, 0.4) / light.usd / price, -1))
            g = self._declare(
                firm, tie, day, quantity=quantity, price=light.usd * price * self.random.uniform(0.92, 1.08)
            )
            paid = n < 3 or self._odds(0.12)
            if paid:
                self._settle(firm, tie, [g])
            if self._odds(share):
                self._finance(firm, g, 0.05 if paid else 0.8)
                self._hurt(firm, g.cents, g.currency, day)

    def _moved_in(self, firm: _Firm) -> None:
        """After founding: a change of head, or none, within the firm's life."""
        age = (END - firm.founded).days
        if firm.ceo_since and firm.ceo_since < firm.founded:
            firm.ceo_since = (
                firm.founded if self._odds(0.6) else END - timedelta(days=self.random.randrange(0, max(age, 1)))
            )

    def _shell(self, *firms: _Firm) -> None:
        same_head = self._odds(0.5)
        room, head = firms[0].address, firms[0].ceo
        ring = [self._partner(self.random.choice((*self.ways.havens, *self.ways.countries))) for _ in range(4)]
        for firm in firms:
            age = self.random.randrange(190, 362)
            firm.founded = END - timedelta(days=age)
            firm.ceo_since = (
                END - timedelta(days=self.random.randrange(20, age - 60)) if self._odds(0.8) else firm.founded
            )
            firm.address = room if self._odds(0.85) or not same_head else firm.address
            firm.ceo = head if same_head else firm.ceo
            start, _ = self._mark("shell", firm, DAYS - age + 40, DAYS - 120, new=True)
            firm.ties = firm.ties[: self.random.randint(0, 1)]
            for _ in range(self.random.randint(6, 18)):
                day, usd = self.random.randrange(start, DAYS - 8), self._lump(self._near(90_000, 0.6))
                source, sink = self.random.sample(ring, 2)
                self._pay(firm, "R", day, source, "USD", self._cents(usd, "USD", day), why="shell")
                kept = usd * self.random.uniform(0.94, 0.995)
                self._pay(
                    firm,
                    "P",
                    day + self.random.randrange(1, 5),
                    sink,
                    "USD",
                    self._cents(kept, "USD", day),
                    why="shell",
                )
                self.harm[firm.no] += usd

    def _payments_only(self, firm: _Firm) -> None:
        since, until = self._mark("payments_only", firm)
        firm.ties = []
        partners = [
            self._partner(self.random.choice((*self.ways.havens, "CN", "JP", "HK")))
            for _ in range(self.random.randint(2, 5))
        ]
        currency = self.random.choice(["USD", "USD", "HKD", "JPY"])
        usd = self._near(1_600_000, 0.7)
        share = self.random.random()
        for reason, part in (("10111", share), ("10112", 1 - share)):
            self._drip(firm, "payments_only", "P", partners, usd * part, since, until, currency, reason=reason)

    def _prepaid_only(self, firm: _Firm) -> None:
        since, until = self._mark("prepaid_only", firm, 100, DAYS - 320)
        partner = self._partner(self.random.choice((*self.ways.havens, *self.ways.countries)))
        tie = self._tie(firm, "P", partner=partner, habit="prepaid")
        firm.ties.pop()
        for _ in range(self.random.randint(4, 14)):
            day, usd = self.random.randrange(since, min(until, DAYS - 135)), self._lump(self._near(60_000, 0.5))
            cents = self._cents(usd, tie.paid_in, day)
            if self._odds(0.12):  # a little of it does arrive
                self._settle(firm, replace(tie, lag=70), [self._declare(firm, tie, day + 70)])
                continue
            self._pay(firm, "P", day, partner, tie.paid_in, cents, why="prepaid_only", reason="10112")
            self.harm[firm.no] += usd

    def _both_ways(self, firm: _Firm) -> tuple[_Tie, _Tie]:
        sells = self._ties(firm, "R")[0]
        buys = self._tie(
            firm, "P", partner=sells.partner, deal=sells.deal * self.random.uniform(0.5, 1.1), weight=sells.weight
        )
        sells.paid_in = buys.currency = buys.paid_in = sells.currency
        sells.weight = buys.weight = sum(t.weight for t in firm.ties)
        firm.rate = max(firm.rate, 22)
        return sells, buys

    def _netting(self, firm: _Firm) -> None:
        firm.nets.append((*self._both_ways(firm), self._mark("netting", firm)[0], None))

    def _split(self, firm: _Firm) -> None:
        kind = self.random.choice(["under", "under", "round"])
        for tie in self._grip(firm, "split", "P", self._in(self.ways.share)):
            tie.chop = (kind, self._in((self.ways.just_under[0], 0.97)))
            tie.deal = max(tie.deal, self._near(130_000, 0.3))
            tie.habit = tie.habit if tie.habit in ("after", "prepaid", "monthly") else "after"

    def _high_risk(self, firm: _Firm) -> None:
        since, until = self._mark("high_risk", firm)
        partners = [self._partner(self.random.choice(self.ways.risky)) for _ in range(self.random.randint(1, 3))]
        reason = self.random.choice(["30101", "10111", "10112", "30103"])
        self._drip(firm, "high_risk", "P", partners, self._near(500_000, 0.6), since, until, reason=reason)

    def _double(self, firm: _Firm) -> None:
        share = self._in(self.ways.share) * 0.6
        twice = self.random.choice(["payment", "payment", "finance"])
        side = "R" if twice == "finance" else "P"
        tie = self._grip(firm, "double", side, 1)[0]
        firm.rate, firm.financed = max(firm.rate, 10), 0.0
        firm.banks = list(dict.fromkeys([*firm.banks, *self.random.sample(_BANKS, 2)]))[: max(2, len(firm.banks))]
        partner = self._partner(self.random.choice((*self.ways.havens, *self.ways.countries)))

        def again() -> None:
            there = [g for g in firm.goods if g.side == side and tie.since <= g.day <= min(tie.until, DAYS - 20)]
            for g in self.random.sample(there, min(len(there), max(2, round(share * len(there))))):
                self._hurt(firm, g.cents, g.currency, g.day)
                one, other = self.random.sample(firm.banks, 2)
                if twice == "finance":
                    for bank in (one, other):
                        self._finance(firm, g, 0.15, bank, 1)
                else:
                    to = g.partner if self._odds(0.5) else partner
                    day = g.day + self.random.randrange(5, 100)
                    near = self._round(g.cents * self.random.choice([1, 1, 0.995, 0.98]), g.currency)
                    self._pay(
                        firm, "P", day, to, g.currency, near, why="double", cited=g.no, bank=other, reason="10111"
                    )

        self.later.append(again)

    # Honest firms that look like it

    def _transit(self, firm: _Firm) -> None:
        since, _ = self._mark("transit", firm, 0, 200)
        firm.ties = firm.ties[: self.random.randint(0, 2)]
        makers = [self._partner(self.random.choice(self.ways.countries)) for _ in range(self.random.randint(1, 3))]
        buyers = [
            self._partner(self.random.choice((*self.ways.countries, *self.ways.risky[-1:])))
            for _ in range(self.random.randint(1, 3))
        ]
        for _ in range(self.random.randint(12, 40)):
            day, usd = self.random.randrange(since, DAYS - 1), self._lump(self._near(80_000, 0.6))
            self._pay(
                firm,
                "P",
                day,
                self.random.choice(makers),
                "USD",
                self._cents(usd, "USD", day),
                why="transit",
                reason="10122",
            )
            sold = usd * self.random.uniform(1.02, 1.12)
            self._pay(firm, "R", day + self.random.randrange(-5, 40), self.random.choice(buyers), "USD", self._cents(sold, "USD", day),
                      why="transit", reason="10121")  # fmt: skip

    def _branch(self, firm: _Firm) -> None:
        self._mark("branch", firm, 0, 0)
        side = self.random.choice("RP")
        ties = self._ties(firm, side, 0.9)
        treasury = self._partner(self.random.choice(["SG", "HK", "NL", "SG"]), 0)
        related, told = self.random.choice(["해외본사", "해외지점"]), self.random.choice(["제3자", "본지점"])
        for partner in (treasury, *(t.partner for t in ties[:2])):
            partner.relation, partner.related = related, firm.no
        for tie in ties:
            tie.since, tie.third, tie.third_share, tie.report = -WARM, (treasury,), self.random.uniform(0.7, 1), told
        firm.rate = max(firm.rate, 12)
        for _ in range(self.random.randrange(4)):
            day, usd = self.random.randrange(DAYS), self._lump(self._near(150_000, 0.5))
            self._pay(
                firm, "P", day, ties[0].partner, "USD", self._cents(usd, "USD", day), why="branch", reason="40101"
            )

    def _offset(self, firm: _Firm) -> None:
        self._mark("offset", firm, 0, 0)
        firm.nets.append((*self._both_ways(firm), -WARM, self.random.choice(["both", "both", "net"])))

    def _third_reported(self, firm: _Firm) -> None:
        self._third_party(firm)
        _, start, end = self.truths[firm.no]
        self.truths[firm.no] = ("third_reported", start, end)
        for tie in firm.ties:
            tie.report = "제3자" if tie.third else None

    def _seasonal(self, firm: _Firm) -> None:
        self._mark("seasonal", firm, 0, 0)
        farm = [m for m in self.models if _PRODUCTS[m.hs10][4] == "농산물"]
        firm.business, firm.ties = "농산물 도매", []
        first = self.random.choice([2, 8, 9])
        for _ in range(self.random.randint(1, 4)):
            self._tie(
                firm,
                "P",
                model=self.random.choice(farm),
                habit="prepaid",
                lag=self.random.randrange(60, 105),
                season=(first, first + 3),
                deal=70_000,
            )
        firm.rate = max(firm.rate, 12)

    def _consignment(self, firm: _Firm) -> None:
        self._mark("consignment", firm, 0, 0)
        tie = self._tie(firm, "R", kind="31", terms="WK", incoterm="FOB")
        days = self._days(firm, replace(tie, weight=3))
        firm.ties.pop()
        for day in days:
            g = self._declare(firm, tie, day)
            sold, at = 0, day + self.random.randrange(20, 60)
            goal = self._round(g.cents * self.random.choice([1, 1, 0.9, 0.7]), g.currency)
            while sold < goal:
                cents = min(self._round(g.cents * self.random.uniform(0.15, 0.45), g.currency), goal - sold)
                if cents < 100:
                    break
                self._remit(firm, tie, at, "instalment", [(g, cents)])
                sold, at = sold + cents, at + self.random.randrange(20, 75)

    def _processing(self, firm: _Firm) -> None:
        """Material goes out free; what comes back is declared at the fee, valued with the material in it."""
        self._mark("processing", firm, 0, 0)
        partner = self._partner(self.random.choice(["VN", "CN", "VN"]))
        out = self._tie(firm, "R", partner=partner, kind="29")
        back = self._tie(firm, "P", partner=partner, model=out.model, kind="29", terms="PT", reason="10131")
        del firm.ties[-2:]
        for day in self._days(firm, replace(out, weight=1.2)):
            sent = self._declare(firm, out, day, free=True)
            home = day + self.random.randrange(25, 70)
            rate = self._krw(out.currency, home) / self._krw(back.currency, home)
            fee = self.random.uniform(0.15, 0.35) * self._usd(sent.cents, sent.currency, day) / sent.quantity
            g = self._declare(firm, back, home, quantity=sent.quantity, price=fee, plus=sent.cents / 100 * rate)
            self._settle(firm, back, [g])

    def _samples(self, firm: _Firm) -> None:
        self._mark("samples", firm, 0, 0)
        for tie in self._ties(firm, self.random.choice("RRP"), 1):
            for day in self._days(firm, tie):
                self._declare(firm, replace(tie, deal=self._near(2500, 0.6)), day, free=True, kind="92")

    def _returns(self, firm: _Firm) -> None:
        self._mark("returns", firm, 0, 0)
        ties = self._ties(firm, "R", 0.8)
        firm.rate = max(firm.rate, 14)
        share = self.random.uniform(0.15, 0.35)

        def back() -> None:
            codes = {t.partner.code: t for t in ties}
            for g in list(firm.goods):
                if g.side != "R" or g.partner.code not in codes or not self._odds(share):
                    continue
                tie = replace(codes[g.partner.code], side="P", kind="84", since=10**6)
                day = g.day + self.random.randrange(25, 120)
                part = 1.0 if self._odds(0.3) else self.random.uniform(0.1, 0.6)
                price = self._usd(g.cents, g.currency, day) / g.quantity
                self._declare(
                    firm, tie, day, quantity=max(1, round(g.quantity * part)), price=price, free=self._odds(0.5)
                )
                if self._odds(0.6):
                    cents = self._round(g.cents * part, g.currency)
                    self._pay(firm, "P", day + self.random.randrange(5, 40), g.partner, g.currency, cents, why="returns",
                              reason="10141", cited=g.no if self._odds(0.6) else None)  # fmt: skip

        self.later.append(back)

    def _long_da(self, firm: _Firm) -> None:
        self._mark("long_da", firm, 0, 0)
        for tie in self._ties(firm, "R", 0.9):
            tie.habit, tie.lag = "usance", self.random.randrange(140, 176)
        firm.rate = max(firm.rate, 10)

    def _startup(self, firm: _Firm) -> None:
        firm.founded = END - timedelta(days=self.random.randrange(200, 620))
        self._moved_in(firm)
        self._mark("startup", firm, new=True)
        firm.growth, firm.rate = self.random.uniform(1, 3), max(firm.rate, 18)
        self._ties(firm, "R")
        firm.financed = self.random.choice([0, 0, 0.5])

    def _shared_building(self, *firms: _Firm) -> None:
        r = self.random
        house = f"{r.choice(_PLACES)} {r.choice(_ROADS)} {r.randrange(1, 300)} {r.choice(_SYLLABLES)}{r.choice(_SYLLABLES)} 지식산업센터"
        for firm in firms:
            firm.address = f"{house}, {r.randrange(201, 1299)}호"
            if self._odds(0.4):
                firm.founded = END - timedelta(days=r.randrange(150, 500))
                self._moved_in(firm)
                firm.rate = max(firm.rate, 12)
            self._mark("shared_building", firm, 0, 0, new=True)

    def _premium(self, firm: _Firm) -> None:
        self._mark("premium", firm, 0, 0)
        named, level = self._odds(0.6), self.random.uniform(1.7, 3.2)
        for tie in self._ties(firm, self.random.choice("RP"), 1):
            tie.level *= level
            tie.suffix = " PRO" if named else ""
            tie.heavy = 1.0 if tie.model.unit == "KG" else self.random.uniform(1.1, 1.6)

    def _hub(self, firm: _Firm) -> None:
        self._mark("hub", firm, 0, 0)
        for tie in firm.ties:
            tie.partner = self._partner(self.random.choice(["HK", "SG", "HK", "AE"]), 0.1)
            own = _OWN_MONEY.get(tie.partner.country, "USD")
            tie.currency = tie.paid_in = own if self._odds(0.3) else "USD"

    def _discount(self, firm: _Firm) -> None:
        self._mark("discount", firm, 0, 0)
        first, off = self.random.randrange(1, 11), self.random.uniform(0.58, 0.75)
        for tie in self._ties(firm, "R", 0.8):
            self._tie(
                firm,
                "R",
                partner=tie.partner,
                model=tie.model,
                level=tie.level * off,
                season=(first, first + 1),
                currency=tie.currency,
                paid_in=tie.paid_in,
            )

    def _services(self, firm: _Firm) -> None:
        since, _ = self._mark("services", firm, 0, 300)
        if self._odds(0.3):
            firm.ties = []  # sells no goods at all
        partner = self._partner(self.random.choice(["US", "DE", "GB", "SG", "US", "IN"]))
        usd, reason = self._near(18_000, 0.6), self.random.choice(["30101", "30103"])
        for day in range(since, DAYS, 30):
            self._pay(firm, "P", day + self.random.randrange(0, 6), partner, "USD", self._cents(self._near(usd, 0.15), "USD", day),
                      why="services", reason=reason)  # fmt: skip

    def _late_growth(self, firm: _Firm) -> None:
        self._mark("late_growth", firm, DAYS - 150, DAYS - 150)
        firm.surge, firm.rate = DAYS - self.random.randrange(90, 160), max(firm.rate, 10)
        for tie in self._ties(firm, "R", 1):
            tie.habit, tie.lag = self.random.choice(
                [("usance", self.random.randrange(90, 150)), ("after", self.random.randrange(60, 90))]
            )

    # Tables

    def _done(self) -> World:
        for firm in self.firms:
            self.rows["firms"].append(
                {
                    "firm": firm.no, "name": firm.name, "ceo": firm.ceo, "address": firm.address, "founded_on": firm.founded,
                    "ceo_since": firm.ceo_since, "business": firm.business,
                }
            )  # fmt: skip
        seen = {p.account for p in self.partners if p.relation}
        seen |= {row["account"] for row in self.rows["payments"]}
        codes = {row["partner_code"] for name in ("exports", "imports") for row in self.rows[name]}
        for p in self.partners:
            if p.code in codes or p.account in seen:
                self.rows["partners"].append(
                    {"partner_code": p.code, "name": p.name, "country": p.country, "address": p.address,
                     "relation": p.relation, "related_firm": p.related}
                )  # fmt: skip
        days = [d for d in range(-10, DAYS) if _business(START + timedelta(days=d))]
        self.rows["rates"] = [
            {"day": START + timedelta(days=d), "currency": c, "krw": round(self.rates[c][d + WARM] * per, 2), "per": per}
            for d in days for c, (_, per, _) in _RATES.items()
        ]  # fmt: skip
        for name, rows in self.rows.items():
            if name != "rates":
                self.random.shuffle(rows)
        for n, row in enumerate(self.rows["rates"], 1):
            row["rate_no"] = str(n)
        return World(
            {name: typed(rows, TABLES[name]) for name, rows in self.rows.items()}, self._truth(),
            _paired(self.pairs, ("declaration_no", "payment_no", "amount", "currency", "side", "how"), self.random),
            _paired(self.rest, ("payment_no", "amount", "currency", "why"), self.random),
        )  # fmt: skip

    def _truth(self) -> pa.Table:
        rows = []
        for firm in self.firms:
            kind, start, end = self.truths.get(firm.no, ("ordinary", None, None))
            harmful = kind in HARMFUL
            if harmful and not self.harm[firm.no]:  # the deals it would have touched never came
                kind, start, end, harmful = "ordinary", None, None, False
            rows.append(
                {
                    "firm": firm.no,
                    "typology": kind if harmful else "",
                    "harmful": harmful,
                    "kind": "" if harmful else kind,
                    "start": None if start is None else START + timedelta(days=start),
                    "end": None if end is None else START + timedelta(days=end),
                    "amount_usd": round(self.harm[firm.no]) if harmful else 0,
                }
            )
        return pa.Table.from_pylist(sorted(rows, key=lambda row: str(row["firm"])))


def _business(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in _HOLIDAYS


def _upto(parts: Sequence[_Part], cents: int) -> list[_Part]:
    """The first parts that come to that many cents."""
    kept = []
    for g, c in parts:
        take = min(c, cents)
        if take > 0:
            kept.append((g, take))
        cents -= take
    return kept


def _beyond(parts: Sequence[_Part], cents: int) -> list[_Part]:
    """What ``_upto`` leaves."""
    kept = []
    for g, c in parts:
        take = min(c, cents)
        if c > take:
            kept.append((g, c - take))
        cents -= take
    return kept


def _decimals(cents: Any) -> pa.Array:
    """Whole cents, missing where negative, as exact money."""
    cents = np.asarray(cents, dtype=np.int64)
    words = np.stack([cents, np.zeros_like(cents)], axis=1)
    made = pa.Array.from_buffers(TYPES["money"], len(cents), [None, pa.py_buffer(np.ascontiguousarray(words))])
    return pc.if_else(pa.array(cents >= 0), made, None)


def _paired(rows: list[tuple[Any, ...]], names: tuple[str, ...], shuffler: random.Random) -> pa.Table:
    shuffler.shuffle(rows)
    columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())
    return pa.table({n: _decimals(v) if n == "amount" else pa.array(v, pa.string()) for n, v in columns.items()})


def typed(rows: list[dict[str, Any]], table: Table) -> pa.Table:
    """The rows as the contract types them (money given in cents), numbered as in a sheet."""
    columns = {}
    for c in table.columns:
        values = [row.get(c.name) for row in rows]
        if c.kind == "money":
            columns[c.name] = _decimals([-1 if v is None else v for v in values])
        else:
            columns[c.name] = pa.array(values, TYPES[c.kind])
    return pa.table({**columns, "row_no": pa.array(range(2, len(rows) + 2), pa.int64())})


def write(folder: Path | None = None, seed: int = 7) -> Path:
    """The demo files as an officer would have them; the truth beside them is read by tests only."""
    folder = folder or DATA / "fetch" / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    made = world(seed, world="eval")
    for name, table in TABLES.items():
        frame = made.tables[name].drop_columns(["row_no"]).to_pandas()
        given = [c for c in table.columns if not frame[c.name].isna().all()]
        for column in given:
            if column.name == "side":
                frame[column.name] = frame[column.name].map(column.choices)
            if column.kind == "number" or column.name == "value_krw":
                frame[column.name] = [_plain(value) for value in frame[column.name].astype(object)]
        shown = frame[[c.name for c in given]].set_axis([c.title for c in given], axis=1)
        shown.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
    for name, table in (("truth", made.truth), ("truth_matches", made.matches), ("truth_residuals", made.residuals)):
        table.to_pandas().to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    return folder


def _plain(value: Any) -> Any:
    """A whole number without its noughts behind the point."""
    return int(value) if value is not None and value == value // 1 else value


def at_scale(declarations: int, seed: int = 0, folder: Path | None = None) -> dict[str, Path]:
    """Parquet files of ordinary trade to measure with: that many declarations (half out, half in), as many payments, a firm
    to a hundred of them, and the rates. Two in five declarations are paid at once, one in five by deposit and rest, two in
    five with a neighbour; lags of -90 to 120 days, fees on half the receipts, three in five payments cite.
    """
    n, rng = declarations, np.random.default_rng([seed, declarations])
    firms, ties = max(n // 100, 1), 6
    split = n // 5  # the first so many are paid in two, the next so many pairs together
    twin = np.arange(n)
    twin[split + split : split + 2 * split] = np.arange(split, 2 * split)
    firm = rng.integers(0, firms, n)[twin]
    tie = (firm * ties + rng.integers(0, ties, n))[twin]  # a partner of that firm
    out = tie % 2 == 0
    out_rows = np.flatnonzero(out)
    day = np.minimum(
        rng.integers(100, DAYS - 130, n)[twin] + (twin != np.arange(n)) * rng.integers(1, 15, n), DAYS - 126
    )
    models = _Maker(seed, "train", WAYS["train"], 0).models
    model = (tie * 7 + rng.integers(0, 3, n)) % len(models)
    usd = np.array([m.usd for m in models])[model] * rng.lognormal(0, 0.06, n) * np.exp((tie % 13 - 6) / 80)
    quantity = np.maximum(1, np.round(rng.lognormal(10, 0.9, n) / usd))
    money = np.array(["USD", "EUR", "JPY", "CNY"])
    currency = np.minimum(tie * 11 % 8, 4) % 4  # five in eight are in dollars
    won = {c: _RATES[c][0] / _RATES[c][1] for c in money}
    rate = np.array([won[c] for c in money])
    price = np.round(usd * won["USD"] / rate[currency], 4)
    whole = np.where(money == "JPY", 100, 1)[currency]
    cents = np.maximum(np.round(price * quantity * 100 / whole).astype(np.int64) * whole, 400)
    # payments: at once, deposit and rest, together
    single = np.arange(3 * split, n)
    first = cents[:split] * 3 // 10 // 100 * 100
    pays = np.concatenate([single, np.arange(split), np.arange(split), np.arange(split, 2 * split)])
    together = cents[split : 2 * split] + cents[2 * split : 3 * split]
    amount = np.concatenate([cents[single], first, cents[:split] - first, together])
    lag = rng.integers(-90, 121, len(pays))
    lag[len(single) : len(single) + split] = -rng.integers(10, 45, split)
    lag[len(single) + split :] = rng.integers(15, 90, 2 * split)
    fee = np.where(
        out[pays] & (rng.random(len(pays)) < 0.5) & (amount > 100_000), rng.integers(10, 41, len(pays)) * 100, 0
    )
    fee = np.round(fee * won["USD"] / rate[currency[pays]] / 100).astype(np.int64) * 100
    amount = np.maximum(amount - fee, 100)
    country = np.array(["CN", "US", "JP", "VN", "DE", "TW"])
    text = lambda numbers, width, mask=None: pc.utf8_lpad(pa.array(numbers, mask=mask).cast(pa.string()), width, "0")  # noqa: E731
    join = lambda *parts: pc.binary_join_element_wise(*parts, "")  # noqa: E731
    words = lambda values: pa.array(list(values))  # noqa: E731
    pick = lambda values, at: words(values).take(pa.array(at, pa.int32()))  # noqa: E731
    dates = lambda days: pa.array((days + (START - date(1970, 1, 1)).days).astype(np.int32)).cast(pa.date32())  # noqa: E731
    names = [f"{a} {b} {c.upper()} CO LTD".upper() for a in _WORDS for b in _WORDS[:40] for c in _LINES]
    number = join(
        "0",
        text(firm % 10_000, 4),
        "-",
        pick(["23", "24", "25", "26"], (day + 181) // 365),
        "-",
        text(rng.permutation(n), 9),
        "X",
    )

    def who(of: Any) -> dict[str, Any]:
        return {
            "firm": join("000-", text(firm[of] % 100, 2), "-", text(firm[of], 5)),
            "partner": pick(names, tie[of] % len(names)),
            "country": pick(country, tie[of] % len(country)),
            "currency": pick(money, currency[of]),
        }

    def declared(of: Any) -> dict[str, Any]:
        krw = cents[of] / 100 * rate[currency[of]] * 1.01
        return who(of) | {
            "declaration_no": number.take(pa.array(of)),
            "accepted_on": dates(day[of]),
            "trade_kind": pick(["11 일반 수출입"], np.zeros(len(of))),
            "terms": pick(["TT", "CD", "LS"], tie[of] % 3),
            "incoterms": pick(["FOB", "CIF", "CFR"], tie[of] % 3),
            "hs10": pick([m.hs10 for m in models], model[of]),
            "model": pick([m.name for m in models], model[of]),
            "quantity": pa.array(quantity[of]),
            "unit": pick([m.unit for m in models], model[of]),
            "weight_kg": pa.array(np.round(quantity[of] * np.array([m.kg for m in models])[model[of]], 1)),
            "unit_price": pa.array(price[of]),
            "amount": _decimals(cents[of]),
            "value_krw": _decimals(np.round(krw).astype(np.int64) * 100),
            "value_usd": _decimals(np.round(krw / won["USD"] * 100).astype(np.int64)),
        }

    hidden = rng.random(len(pays)) < 0.4
    cited = number.take(pa.array(pays))
    pair = np.arange(len(pays)) >= len(pays) - split
    second = number.take(pa.array(np.where(pair, np.minimum(pays + split, n - 1), 0)))
    cited = pc.if_else(pa.array(pair), join(cited, ",", second), cited)
    paid = np.clip(day[pays] + lag, 0, DAYS - 1)
    each = np.arange(firms)
    quoted = [d for d in range(-10, DAYS) if _business(START + timedelta(days=d))]
    frames: dict[str, dict[str, Any]] = {
        "exports": declared(out_rows),
        "imports": declared(np.flatnonzero(~out)),
        "payments": who(pays) | {
            "payment_no": join("FX", text(rng.permutation(len(pays)), 9)),
            "paid_on": dates(paid),
            "side": pick(["P", "R"], out[pays]),
            "reason": pick(["10111 수입대금", "10101 수출대금"], out[pays]),
            "amount": _decimals(amount),
            "value_usd": _decimals(np.round(amount * rate[currency[pays]] / won["USD"]).astype(np.int64)),
            "bank": pick(_BANKS, firm[pays] % len(_BANKS)),
            "account_country": pick(country, tie[pays] % len(country)),
            "account": join("AC-", text(tie[pays], 9)),
            "method": pick(["T/T"], np.zeros(len(pays))),
            "cited": pc.if_else(pa.array(hidden), None, cited),
        },
        "firms": {
            "firm": join("000-", text(each % 100, 2), "-", text(each, 5)),
            "name": join("예시무역", text(each, 1), "㈜"),
            "ceo": pick([a + b + c for a in _SURNAMES for b in _GIVEN for c in _GIVEN], rng.integers(0, 10_000, firms)),
            "address": join(pick([f"{p} {r} " for p in _PLACES for r in _ROADS], rng.integers(0, 70, firms)), text(rng.integers(1, 9000, firms), 1)),
            "founded_on": dates(-rng.integers(100, 9000, firms)),
        },
        "rates": {
            "rate_no": text(np.arange(len(quoted) * len(money)), 1),
            "day": dates(np.repeat(quoted, len(money))),
            "currency": pick(money, np.tile(np.arange(len(money)), len(quoted))),
            "krw": pa.array(np.tile([_RATES[c][0] for c in money], len(quoted))),
            "per": pa.array(np.tile([float(_RATES[c][1]) for c in money], len(quoted))),
        },
    }  # fmt: skip
    folder = folder or settings().folder("bench")
    paths = {name: folder / f"fetch_{name}_{n}_{seed}.parquet" for name in frames}
    for name, columns in frames.items():
        size = len(next(iter(columns.values())))
        full = pa.table({f.name: columns.get(f.name, pa.nulls(size)) for f in schema(name)}).cast(schema(name))
        pq.write_table(full.take(pa.array(rng.permutation(size))) if name != "rates" else full, paths[name])
    return paths
