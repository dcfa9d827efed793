"""A small market written from the domain note alone, as CSV with the forms' headers: each indicator in a plain and a fainter
form, beside everybody who is known to look alike. Nothing of the demo generator is used.
"""

import bisect
import csv
import io
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pyarrow as pa

from lib.entries.fetch.tables import TABLES
from lib.tables import checking, reading

AS_OF = date(2026, 6, 30)
MONTHS = range(17, 2, -1)  # an ordinary life: the last months are left to settle
EXPORTS = "신고번호,수리일,사업자번호,구매자,구매자 부호,목적국,거래구분,결제방법,인도조건,통화,HS10,모델규격,수량,수량단위,순중량(kg),단가,총신고가격(FOB KRW),총신고가격(FOB USD),수출이행일"
IMPORTS = "신고번호,수리일,사업자번호,해외거래처,해외거래처부호,적출국,원산지,거래구분,결제방법,인도조건,통화,HS10,모델규격,수량,수량단위,순중량(kg),단가,총과세가격,결제금액"
PAYMENTS = "거래번호,거래일,지급/영수,업체,사유코드,통화,금액,USD환산,상대방명,상대방국가,송금은행,계좌소재국,거래방식,증빙 신고번호,신고유형"
FIRMS = "사업자번호,상호,대표자,주소,설립일,대표자변경일"
RATES = "연번,적용일,통화,환율"
PARTNERS = "해외거래처부호,상호,국가,특수관계,관계업체사업자번호"
FINANCE = "취급번호,취급일,사업자번호,종류,취급기관,통화,금액,증빙신고번호,사고일"
HEADS = {
    "exports": EXPORTS, "imports": IMPORTS, "payments": PAYMENTS, "firms": FIRMS, "rates": RATES, "partners": PARTNERS,
    "finance": FINANCE,
}  # fmt: skip
CP949 = ("exports", "firms", "finance")  # the other files come in UTF-8, some marked
WON = {"USD": 1380.0, "EUR": 1500.0, "JPY": 9.2, "HKD": 176.0, "CNY": 192.0, "KRW": 1.0}


@dataclass(frozen=True)
class Good:
    model: str
    hs10: str
    usd: float
    kg: float


GOODS = (
    Good("PUMP-20", "8413701000", 120, 8.0),
    Good("GEAR-5", "8483409000", 65, 3.0),
    Good("CREAM-50", "3304991000", 12, 0.2),
    Good("LCD-7", "8524911000", 40, 0.5),
    Good("VALVE-9", "8481809000", 30, 1.2),
)
PUMP, GEAR, CREAM, LCD, VALVE = GOODS
BUYERS = {"CN": "SHANGHAI HARBOR TRADING CO., LTD", "VN": "HANOI MACHINERY JSC", "US": "PACIFIC SUPPLY INC."}


@dataclass
class Case:
    """What was planted at a firm: the rule that must be told, with ``rows`` among its evidence."""

    kind: str
    told: str
    rows: list[str] = field(default_factory=list)
    faint: bool = False


@dataclass
class Honest:
    """Who only looks alike: ``says`` are codes of residuals or kinds of matches that tell why."""

    kind: str
    says: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bill:
    """A declaration as its firm remembers it."""

    number: str
    day: date
    amount: float
    partner: str
    country: str
    currency: str


class Market:
    """Rows in the making."""

    def __init__(self, seed: int) -> None:
        self.rows: dict[str, list[dict[str, object]]] = {name: [] for name in HEADS}
        self.cases: dict[str, Case] = {}
        self.honest: dict[str, Honest] = {}
        self.ordinary: list[str] = []
        self.chance = random.Random(seed)
        self.rates: dict[str, list[tuple[date, float]]] = {}
        for n in range(28 * 2):
            day = date(2024, 11, 1) + timedelta(days=n * 14)
            for currency in ("USD", "EUR", "JPY", "HKD", "CNY"):
                shown = WON[currency] * (100 if currency == "JPY" else 1) * (1 + 0.01 * ((n * 7) % 5 - 2) / 2)
                self._row("rates", len(self.rows["rates"]) + 1, day, currency, f"{shown:,.2f}")
                unit = 100 if currency == "JPY" else 1
                self.rates.setdefault(currency, []).append((day, round(shown, 2) / unit))

    def _row(self, table: str, *cells: object) -> None:
        self.rows[table].append(dict(zip(HEADS[table].split(","), cells, strict=True)))

    def rate(self, currency: str, day: date) -> float:
        """Won for one unit, as the table of rates has it on that day."""
        if currency == "KRW":
            return 1.0
        known = self.rates[currency]
        return known[bisect.bisect_right(known, day, key=lambda one: one[0]) - 1][1]

    def firm(self, name: str, founded: str = "2011-03-02", ceo: str = "", address: str = "", changed: str = "") -> str:
        n = len(self.rows["firms"]) + 1
        number = f"{100 + n % 800:03d}-{10 + n % 80:02d}-{n * 7919 % 100_000:05d}"
        person = ceo or "가나다라마바사아자차"[n % 10] + "나마바"[n % 3] + "라사하자"[n % 4] + str(n)
        self._row("firms", number, name, person, address or f"한빛시 마루구 솔길 {n}, {n % 9 + 1}층", founded, changed)
        return number.replace("-", "")

    def exports(
        self, firm: str, day: date, usd: float, good: Good = PUMP, partner: str = "", country: str = "CN", *,
        price: float = 1.0, kind: str = "11", terms: str = "TT", incoterms: str = "FOB", currency: str = "USD",
        kg: float = 1.0, model: str = "", quantity: int = 0,
    ) -> Bill:  # fmt: skip
        """One export worth about ``usd``; ``price`` and ``kg`` multiply what is usual for the good."""
        unit = round(good.usd * price * self.chance.uniform(0.96, 1.04), 2)
        pieces = quantity or max(round(usd / unit), 1)
        number, partner = f"01{len(self.rows['exports']):06d}X", partner or BUYERS[country]
        rate, dollars = self.rate(currency, day), unit * pieces
        amount = round(dollars * (self.rate("USD", day) / rate if currency != "USD" else 1), 2)
        shown = round(amount / pieces, 4) if currency != "USD" else unit
        amount = round(shown * pieces, 2)
        self._row(
            "exports", number, day, _hyphened(firm), partner, "", country, kind, terms, incoterms, currency, good.hs10,
            model or good.model, f"{pieces:,}", "EA", f"{pieces * good.kg * kg:,.1f}", shown, f"{amount * rate:,.0f}",
            f"{amount * rate / self.rate('USD', day):,.2f}", day + timedelta(days=3),
        )  # fmt: skip
        return Bill(number, day, amount, partner, country, currency)

    def imports(
        self, firm: str, day: date, usd: float, good: Good = GEAR, partner: str = "GUANGDONG PARTS FACTORY", country: str = "CN",
        *, price: float = 1.0, kind: str = "11", terms: str = "TT", kg: float = 1.0, model: str = "", quantity: int = 0,
    ) -> Bill:  # fmt: skip
        unit = round(good.usd * price * self.chance.uniform(0.96, 1.04), 2)
        pieces = quantity or max(round(usd / unit), 1)
        number, amount = f"42{len(self.rows['imports']):06d}M", round(unit * pieces, 2)
        self._row(
            "imports", number, day, firm, partner, "", country, country, kind, terms, "CIF", "USD", good.hs10,
            model or good.model, pieces, "EA", round(pieces * good.kg * kg, 1), unit,
            f"{amount * self.rate('USD', day):,.0f}", f"{amount:,.2f}",
        )  # fmt: skip
        return Bill(number, day, amount, partner, country, "USD")

    def money(
        self, side: str, firm: str, day: date, amount: float, partner: str, country: str, *, cited: str = "", currency: str = "USD",
        reason: str = "10101", account: str = "", report: str = "",
    ) -> str:  # fmt: skip
        number = f"FX{len(self.rows['payments']):07d}"
        dollars = amount * self.rate(currency, day) / self.rate("USD", day)
        self._row(
            "payments", number, day, side, firm, reason, currency, f"{amount:,.2f}", f"{dollars:,.2f}", partner, country,
            "가온은행", account or country, "T/T", cited, report,
        )  # fmt: skip
        return number

    def receives(
        self, firm: str, bill: Bill, after: int = 30, *, share: float = 1.0, fee: float = 0.0, cite: bool = False, **told: str
    ) -> str:  # fmt: skip
        """The proceeds of an export, so many days after."""
        of = {"partner": bill.partner, "country": bill.country, "currency": bill.currency} | told
        if cite:
            of["cited"] = bill.number
        return self.money("영수", firm, bill.day + timedelta(days=after), round(bill.amount * share - fee, 2), **of)

    def pays(
        self, firm: str, bill: Bill, after: int = 30, *, share: float = 1.0, cite: bool = False, **told: str
    ) -> str:
        of = {"partner": bill.partner, "country": bill.country, "currency": bill.currency} | told
        if cite:
            of["cited"] = bill.number
        return self.money("지급", firm, bill.day + timedelta(days=after), round(bill.amount * share, 2), **of)

    def lends(
        self, firm: str, bill: Bill, kind: str, bank: str, after: int = 4, share: float = 1.0, failed: str = ""
    ) -> str:
        number = f"TF{len(self.rows['finance']):05d}"
        self._row(
            "finance", number, bill.day + timedelta(days=after), _hyphened(firm), kind, bank, bill.currency,
            f"{bill.amount * share:,.2f}", bill.number, failed,
        )  # fmt: skip
        return number

    def lives(
        self, firm: str, months: Iterable[int] = MONTHS, *, good: Good = PUMP, country: str = "CN", usd: float = 35_000,
        bought: Good | None = GEAR, supplier: str = "GUANGDONG PARTS FACTORY", origin: str = "CN",
    ) -> None:  # fmt: skip
        """An export a month and an import every second one, all settled."""
        for k in months:
            sold = self.exports(firm, back(k, 3), usd * self.chance.uniform(0.8, 1.2), good, country=country)
            self.receives(firm, sold, self.chance.randrange(20, 45), fee=(0, 18, 25)[k % 3], cite=k % 2 == 0)
            if bought and k % 2:
                got = self.imports(firm, back(k, 9), usd * self.chance.uniform(0.5, 0.7), bought, supplier, origin)
                self.pays(firm, got, self.chance.randrange(10, 40), cite=k % 4 == 1)

    def case(self, firm: str, kind: str, told: str, rows: Sequence[str], faint: bool = False) -> None:
        self.cases[firm] = Case(kind, told, list(rows), faint)

    def is_honest(self, firm: str, kind: str, *says: str) -> None:
        self.honest[firm] = Honest(kind, says)


def _hyphened(firm: str) -> str:
    return f"{firm[:3]}-{firm[3:5]}-{firm[5:]}"


def back(months: int, day: int = 0) -> date:
    """So many months (of thirty days) before, and some days after that."""
    return AS_OF - timedelta(days=30 * months - day)


def market(seed: int = 20260630) -> Market:
    """Everybody; ``seed`` only moves sums and days a little."""
    m = Market(seed)
    _ordinary(m)
    for plant in (_prices, _unpaid, _money_without_goods, _ways_of_paying, _circles, _finance, _founders):
        plant(m)
    for look_alike in (_trades_that_differ, _times, _settlements, _firms_alike):
        look_alike(m)
    return m


def _ordinary(m: Market) -> None:
    """Twenty-five firms in the same goods and countries."""
    for n in range(25):
        firm = m.firm(f"보통상사{n + 1}", f"20{n % 15 + 4:02d}-05-20")
        m.ordinary.append(firm)
        country = ("CN", "VN", "US")[n % 3]
        m.lives(firm, good=GOODS[n % 5], country=country, bought=GOODS[(n + 2) % 5], usd=25_000 + 2_000 * n)
        m.lives(firm, range(16, 3, -3), good=GOODS[(n + 1) % 5], country="CN", bought=None, usd=20_000)


# the fourteen indicators


def _prices(m: Market) -> None:
    """1 unit prices, 13 weight against value."""
    for kind, told, side, share, price, faint in (
        ("1 수출 고가", "price_high", "out", 10, 3.0, False),
        ("1 수출 고가(옅음)", "price_high", "out", 6, 1.6, True),
        ("1 수출 저가", "price_low", "out", 10, 0.4, False),
        ("1 수출 저가(옅음)", "price_low", "out", 6, 0.6, True),
        ("1 수입 고가", "price_high", "in", 10, 2.5, False),
    ):
        firm, rows = m.firm(f"값 {kind}"), []
        for k in range(15, 3, -1):
            odd = k <= share + 3
            if side == "out":
                bill = m.exports(firm, back(k), 40_000 * (price if odd else 1), PUMP, price=price if odd else 1.0)
                m.receives(firm, bill, 28)
            else:
                bill = m.imports(firm, back(k), 40_000 * (price if odd else 1), GEAR, price=price if odd else 1.0)
                m.pays(firm, bill, 28)
            rows += [bill.number] if odd else []
        m.lives(firm, range(17, 6, -2), good=VALVE, bought=None)
        m.case(firm, kind, told, rows, faint)
    for kind, times, kg, faint in (("13 중량 괴리", 10, 0.05, False), ("13 중량 괴리(옅음)", 5, 0.2, True)):
        firm, rows = m.firm(f"무게 {kind}"), []
        for k in range(times + 3, 3, -1):
            bill = m.exports(firm, back(k), 60_000, LCD, kg=kg, model="LCD-7K")
            m.receives(firm, bill, 28)
            rows.append(bill.number)
        m.lives(firm, range(15, 5, -1), good=VALVE, bought=None)
        m.case(firm, kind, "kg_price", rows, faint)


def _unpaid(m: Market) -> None:
    """2 proceeds that never come, 10 set off on the quiet."""
    firm = m.firm("미회수")
    m.lives(firm, range(11, 2, -1))
    rows = [m.exports(firm, back(17, 8 * n), 50_000, GEAR, "RED DELTA GENERAL TRADING", "TR").number for n in range(14)]
    m.case(firm, "2 미회수", "unrecovered", rows)
    firm, bills = m.firm("조금만 회수"), []
    m.lives(firm, range(11, 2, -1))
    for n in range(6):
        bills.append(m.exports(firm, back(16, 9 * n), 45_000, GEAR, "BLUE DELTA GENERAL TRADING", "TR"))
        m.receives(firm, bills[-1], 40, share=0.3, cite=True)
    m.case(firm, "2 미회수(옅음)", "unrecovered", [bill.number for bill in bills], True)
    for kind, times, faint in (("10 상계", 8, False), ("10 상계(옅음)", 3, True)):
        firm, rows = m.firm(f"순액 {kind}"), []
        m.lives(firm)
        rows = _net(m, firm, times)
        m.case(firm, kind, "netted", rows, faint)


def _net(m: Market, firm: str, times: int, report: str = "") -> list[str]:
    """Sales and purchases with one partner of which only the difference is paid."""
    rows = []
    for k in range(times + 7, 7, -1):
        sold = m.exports(firm, back(k), 60_000, GEAR, "TWIN RIVER ELECTRIC SDN BHD", "MY")
        got = m.imports(firm, back(k, 5), 48_000, VALVE, "TWIN RIVER ELECTRIC SDN BHD", "MY")
        m.money("영수", firm, back(k, 30), round(sold.amount - got.amount, 2), sold.partner, "MY", report=report)
        rows += [sold.number, got.number]
    return rows


def _money_without_goods(m: Market) -> None:
    """3 more money than goods, 8 money alone, 9 sent ahead."""
    for kind, sums, faint in (
        ("3 초과 영수", [61_300 + 770 * n for n in range(10)], False),
        ("3 초과 영수(옅음)", [31_200 + 310 * n for n in range(8)], True),
    ):
        firm = m.firm(f"더 받음 {kind}")
        m.lives(firm)
        rows = [
            m.money("영수", firm, back(11, 13 * n), usd + 0.37, BUYERS["CN"], "CN", reason="10101")
            for n, usd in enumerate(sums)
        ]
        m.case(firm, kind, "over", rows, faint)
    firm = m.firm("더 보냄")
    m.lives(firm)
    rows = [
        m.money("지급", firm, back(11, 13 * n), 71_250.4 + 912 * n, "GUANGDONG PARTS FACTORY", "CN") for n in range(9)
    ]
    m.case(firm, "3 초과 지급", "over", rows)
    for kind, sums, faint in (
        ("8 신고 없는 수입대금", [90_000 + 1_250.5 * n for n in range(12)], False),
        ("8 신고 없는 수입대금(옅음)", [22_410.2, 23_870.6], True),
    ):
        firm = m.firm(f"코인 {kind}", "2025-04-01")
        rows = [m.money("지급", firm, back(10, 12 * n), usd, "DRAGON GATE DIGITAL", "CN") for n, usd in enumerate(sums)]
        m.case(firm, kind, "no_declaration", rows, faint)
    for kind, sums, months, faint in (
        ("9 사전송금", [80_450.5, 76_120.25, 91_333.75], 7, False),
        ("9 사전송금(옅음)", [46_210.55], 5, True),
    ):
        firm = m.firm(f"먼저 보냄 {kind}")
        m.lives(firm)
        rows = [
            m.money("지급", firm, back(months, 15 * n), usd, "OSAKA PRECISION MOLD KK", "JP")
            for n, usd in enumerate(sums)
        ]
        m.case(firm, kind, "prepaid", rows, faint)


def _ways_of_paying(m: Market) -> None:
    """4 third parties, 11 split and round sums, 12 places of risk, 14 one evidence used twice."""
    for kind, payer, country, share, faint in (
        ("4 제3자(홍콩)", "GOLDEN BRIDGE INT'L LIMITED", "HK", 2, False),
        ("4 제3자(위험지 아님)", "ANATOLIA TEKSTIL SANAYI", "TR", 2, False),
        ("4 제3자(옅음)", "MEKONG STAR SERVICES", "VN", 5, True),
    ):
        firm, rows = m.firm(f"남이 냄 {kind}"), []
        for k in MONTHS:
            bill = m.exports(firm, back(k), 42_000, PUMP)
            if k % share:
                m.receives(firm, bill, 30)
            else:
                rows.append(m.receives(firm, bill, 30, partner=payer, country=country, cite=k % 4 == 0))
        m.case(firm, kind, "third", rows, faint)
    firm = m.firm("잘게 나눔")
    m.lives(firm)
    rows = [
        m.money("지급", firm, back(7, 2 * n), (49_500, 48_000, 49_000, 47_500)[n % 4], "LUCKY WAY TRADING", "HK")
        for n in range(12)
    ]
    m.case(firm, "11 분할", "split", rows)
    firm = m.firm("나누어 보냄")
    m.lives(firm)
    bill = m.imports(firm, back(8), 276_000, VALVE)
    rows = [m.pays(firm, bill, 5 + 3 * n, share=1 / 6, cite=True) for n in range(6)]
    m.case(firm, "11 분할(옅음)", "split", rows, True)
    for kind, share, partner, faint in (
        ("12 고위험지", 1, "PEAK HORIZON HOLDINGS LTD", False),
        ("12 고위험지(이름은 같음)", 1, "", False),
        ("12 고위험지(옅음)", 4, "", True),
    ):
        firm, rows = m.firm(f"섬으로 {kind}"), []
        m.lives(firm, range(16, 3, -4), bought=None)
        for k in MONTHS:
            bill = m.imports(firm, back(k), 38_000, GEAR)
            if k % share:
                m.pays(firm, bill, 25)
            else:
                rows.append(
                    m.pays(
                        firm, bill, 25, partner=partner or bill.partner, country="VG" if partner else "CN", account="VG"
                    )
                )
        m.case(firm, kind, "risky", rows, faint)
    firm, rows = m.firm("두 은행에 매입"), []
    m.lives(firm)
    for k in (9, 8, 7):
        bill = m.exports(firm, back(k, 11), 55_000, GEAR)
        m.receives(firm, bill, 60)
        rows += [m.lends(firm, bill, "수출채권매입", bank) for bank in ("가온은행", "나래은행")]
    m.case(firm, "14 중복 증빙", "double", rows)
    firm = m.firm("한 번호로 두 번")
    m.lives(firm)
    bill = m.imports(firm, back(9), 50_000, VALVE)
    rows = [m.pays(firm, bill, 12, share=0.75, cite=True), m.pays(firm, bill, 33, share=0.75, cite=True)]
    m.case(firm, "14 중복 증빙(옅음)", "double", rows, True)


CHIP = Good("CHIP-X9", "8542311000", 95, 0.05)


def _circles(m: Market) -> None:
    """5 the same goods out and in."""
    for kind, times, faint in (("5 순환", 5, False), ("5 순환(옅음)", 3, True)):
        firm, rows = m.firm(f"돌림 {kind}"), []
        m.lives(firm, range(16, 4, -1), bought=None)
        for k in range(times + 5, 5, -1):
            out = m.exports(firm, back(k), 0, CHIP, "ORIENT CIRCUIT (HK) LTD", "HK", quantity=600 + k)
            m.receives(firm, out, 20)
            into = m.imports(firm, back(k, 40), 0, CHIP, "ORIENT CIRCUIT (HK) LTD", "HK", quantity=600 + k)
            m.pays(firm, into, 15)
            rows += [out.number, into.number]
        m.case(firm, kind, "loop", rows, faint)
    seller, buyer = m.firm("내보냄"), m.firm("들여옴")
    gone, come = [], []
    for k in range(10, 6, -1):  # four rounds: out by one firm, in by the other
        out = m.exports(seller, back(k), 0, CHIP, "EASTERN CIRCUIT PTE LTD", "SG", quantity=800 + k)
        into = m.imports(buyer, back(k, 40), 0, CHIP, "EASTERN CIRCUIT PTE LTD", "SG", quantity=800 + k)
        m.receives(seller, out, 20)
        m.pays(buyer, into, 15)
        gone.append(out.number)
        come.append(into.number)
    m.lives(seller, range(16, 8, -1), bought=None)
    m.lives(buyer, range(16, 8, -1), bought=None)
    m.case(seller, "5 순환(두 업체, 수출)", "loop", gone, True)
    m.case(buyer, "5 순환(두 업체, 수입)", "loop", come, True)


def _finance(m: Market) -> None:
    """6 exports on paper, sold to a bank."""
    firm, rows = m.firm("새수출", "2025-10-10"), []
    for n in range(6):
        bill = m.exports(firm, back(8, 9 * n), 90_000, CHIP, "NOVA STAR FZE", "AE", price=4, kg=0.1)
        rows.append(m.lends(firm, bill, "수출채권매입", "가온은행", failed=str(back(2))))
    m.case(firm, "6 채권매각", "financed", rows)
    firm, rows = m.firm("갓수출", "2024-10-10"), []
    m.lives(firm, range(14, 8, -1), bought=None)
    for n in range(2):
        bill = m.exports(firm, back(9, 9 * n), 40_000, LCD, "BOREAL IMPORT OU", "EE")
        rows.append(m.lends(firm, bill, "수출보험", "보험공사"))
    m.case(firm, "6 채권매각(옅음)", "financed", rows, True)


def _founders(m: Market) -> None:
    """7 young firms of one representative at one address."""
    for kind, count, founded, faint in (
        ("7 신설 묶음", 5, "2025-12-01", False),
        ("7 신설 묶음(옅음)", 3, "2024-12-20", True),
    ):
        place = f"새벽시 골목길 {count}, 301호"
        firms = [m.firm(f"{kind}{n}", founded, f"나도{count}", place, "2026-03-02") for n in range(count)]
        for n, firm in enumerate(firms):
            spaced = place.replace(" ", "  ") if n % 2 else place.replace(", ", ",")
            m.rows["firms"][-count + n]["주소"] = spaced
            m.lives(firm, range(5, 2, -1), good=GOODS[n], bought=None)
        for firm in firms:
            m.case(firm, kind, "cluster", firms, faint)
    place = "새벽시 골목길 77, 401호"
    firms = [m.firm(f"이름만 대표{n}", "2025-11-11", f"다라{n}", place, "2026-04-01") for n in range(4)]
    for firm in firms:
        m.lives(firm, range(5, 2, -1), bought=None)
        m.case(firm, "7 같은 호실 신설(대표는 다름)", "cluster", firms, True)


# who looks alike


def _trades_that_differ(m: Market) -> None:
    firm = m.firm("중계상사")
    for k in range(16, 3, -1):
        m.money("지급", firm, back(k), 80_000 + 310.5 * k, "SURABAYA PALM TBK", "ID", reason="중계무역")
        m.money("영수", firm, back(k, 18), 86_000 + 333.5 * k, "HAMBURG OEL GMBH", "DE", reason="중계무역")
    m.is_honest(firm, "중계무역", "transit")

    firm = m.firm("위탁판매상사")
    m.lives(firm)
    for k in (14, 12, 10):
        bill = m.exports(firm, back(k), 60_000, CREAM, "ZEN COSMETIC KK", "JP", kind="위탁판매")
        m.receives(firm, bill, 120, share=0.45)
    m.is_honest(firm, "위탁판매", "consignment")

    firm = m.firm("임가공상사")
    m.lives(firm)
    for k in range(14, 5, -2):
        out = m.exports(firm, back(k), 50_000, LCD, "HUE SEWING JSC", "VN", kind="위탁가공무역")
        into = m.imports(
            firm, back(k, 60), 0, LCD, "HUE SEWING JSC", "VN", kind="위탁가공무역", quantity=round(out.amount / 40)
        )
        m.pays(firm, into, 20, share=0.15, cite=True)
    m.is_honest(firm, "임가공", "processing")

    firm = m.firm("견본상사")
    m.lives(firm)
    for k in range(15, 5, -1):
        m.exports(firm, back(k), 9_000, CREAM, "BERLIN BEAUTY GMBH", "DE", kind="92", terms="GN")
    m.is_honest(firm, "무상", "free")

    for name, kind, terms in (
        ("반품과 환급", "84", "TT"),
        ("반품과 환급(무상 GN)", "84", "GN"),
        ("반품과 환급(무상 반품)", "무상 반품", "GN"),
    ):
        firm = m.firm("반품상사")
        m.lives(firm)
        m.is_honest(firm, name, "return")
        for k in (13, 11, 9, 7):
            out = m.exports(firm, back(k), 0, LCD, "OREGON DISPLAY INC", "US", quantity=1500 + k)
            m.receives(firm, out, 25)
            m.imports(firm, back(k, 50), 0, LCD, "OREGON DISPLAY INC", "US", kind=kind, terms=terms, quantity=1500 + k)
            m.money(
                "지급", firm, back(k, 70), round(0.6 * out.amount, 2), out.partner, "US", reason="수출대금 반품 환급"
            )

    firm = m.firm("홍콩거래상사")
    for k in MONTHS:
        bill = m.imports(firm, back(k), 45_000, LCD, "KOWLOON DISPLAY LIMITED", "HK")
        m.pays(firm, bill, 25)
    m.is_honest(firm, "홍콩 실거래", "exact")

    firm = m.firm("홍콩한글상사")  # one office writes the country, the other its code
    for k in MONTHS:
        bill = m.imports(firm, back(k), 45_000, LCD, "TSUEN WAN OPTICS LIMITED", "홍콩")
        m.pays(firm, bill, 25, country="HK")
    m.is_honest(firm, "홍콩 실거래(한글 국가명)", "exact")

    firm = m.firm("고급상사")
    m.lives(firm, range(15, 5, -2))
    for k in range(14, 4, -1):
        bill = m.exports(firm, back(k), 60_000, PUMP, price=4.0, kg=2.5, model="PUMP-20 TITAN")
        m.receives(firm, bill, 30)
    m.is_honest(firm, "고가 모델")

    firm = m.firm("주마다상사")  # its usual invoice lies just under fifty thousand
    for n in range(44):
        bill = m.imports(firm, back(14, 7 * n), 46_500, GEAR, model="GEAR-5W")
        m.pays(firm, bill, 20)
    m.is_honest(firm, "매주 4만6천 달러", "exact")

    seller, buyer = (
        m.firm("파는상사"),
        m.firm("사는상사"),
    )  # a common model, round numbers, nothing to do with each other
    for k in range(14, 4, -1):
        bill = m.exports(seller, back(k), 0, GEAR, "NAIROBI TOOLS LTD", "KE", quantity=500 + 50 * (k % 5))
        m.receives(seller, bill, 30)
        bill = m.imports(buyer, back(k, 11), 0, GEAR, "GUANGDONG PARTS FACTORY", "CN", quantity=500 + 50 * (k % 5))
        m.pays(buyer, bill, 20)
    for firm in (seller, buyer):
        m.is_honest(firm, "흔한 모델의 우연", "exact")

    firm = m.firm("용역상사")
    for k in range(16, 2, -1):
        m.money("지급", firm, back(k), 30_000 + 117.5 * k, "DUBLIN CLOUD LTD", "IE", reason="소프트웨어 사용료")
    m.is_honest(firm, "용역", "service")


def _times(m: Market) -> None:
    firm = m.firm("선급상사")
    for k in (15, 14, 13, 9, 8):  # seeds are paid in winter and come in spring
        bill = m.imports(firm, back(k), 70_000 + 900 * k, VALVE, "LYON GRAINES SA", "FR")
        m.pays(firm, bill, -150)
    m.money("지급", firm, back(3), 64_120.35, "LYON GRAINES SA", "FR")
    m.lives(firm, bought=None)
    m.is_honest(firm, "계절 선급", "prepaid")

    firm = m.firm("외상상사")
    for k in range(17, 0, -1):
        bill = m.exports(firm, back(k), 44_000 + 1_530 * k, GEAR, "LAGOS INDUSTRIAL PLC", "NG", terms="DA")
        if k > 6:
            m.receives(firm, bill, 176)
    m.is_honest(firm, "D/A 180일", "not_due")

    firm = m.firm("늦게낸상사")
    m.lives(firm)
    for n in range(6):
        bill = m.exports(firm, back(16, 10 * n), 60_000, GEAR, "LIMA MINERA SA", "PE")
        m.receives(firm, bill, 240, cite=True, report="기간초과 결제")
    m.is_honest(firm, "신고된 기간초과 결제")

    firm = m.firm("기한전상사")
    m.lives(firm)
    for n in range(6):
        m.exports(firm, back(5, 20 * n), 150_000, VALVE, "QUITO AGUA SA", "EC")
    m.is_honest(firm, "아직 기한 전", "not_due")

    firm = m.firm("반반상사")
    for k in MONTHS:
        bill = m.exports(firm, back(k), 58_000 + 1_310 * k, GEAR, "MANILA HARVEST CORP", "PH")
        first = round(0.3 * bill.amount, 2)
        m.money("영수", firm, bill.day - timedelta(days=20), first, bill.partner, "PH")
        m.receives(firm, bill, 25, fee=first)
    m.is_honest(firm, "30/70 분할", "instalment")


def _settlements(m: Market) -> None:
    firm = m.firm("본점상사")
    m._row("partners", "US00000001A", "BONJEOM AMERICA INC", "US", "해외지점", _hyphened(firm))
    m._row("partners", "HK00000002B", "BONJEOM TREASURY LIMITED", "HK", "해외현지법인", _hyphened(firm))
    for k in MONTHS:
        bill = m.exports(firm, back(k), 70_000, PUMP, "BONJEOM AMERICA INC", "US")
        m.rows["exports"][-1]["구매자 부호"] = "US00000001A"
        m.receives(firm, bill, 35, partner="BONJEOM TREASURY LIMITED", country="HK", report="본지점")
    m.is_honest(firm, "본지점", "other_party")

    firm = m.firm("상계상사")
    m.lives(firm)
    _net(m, firm, 8, "상계")
    m.is_honest(firm, "신고된 상계", "offset")

    firm = m.firm("제삼자상사")
    for k in MONTHS:
        bill = m.exports(firm, back(k), 47_000, PUMP)
        if k % 2:
            m.receives(firm, bill, 30)
        else:
            m.receives(
                firm, bill, 30, partner="GOLDEN BRIDGE INT'L LIMITED", country="HK", report="제3자 지급", cite=True
            )
    m.is_honest(firm, "신고된 제3자", "other_party")

    firm = m.firm("수수료상사")
    for k in MONTHS:
        bill = m.exports(firm, back(k), 30_000, GEAR, "CAIRO TOOLS LLC", "EG")
        m.receives(firm, bill, 30, fee=15 + k)
    m.is_honest(firm, "은행수수료", "fee")

    firm = m.firm("운임상사")
    for k in MONTHS:
        bill = m.exports(firm, back(k), 60_000, VALVE, "SANTIAGO MINERA SA", "CL", incoterms="CIF")
        m.receives(firm, bill, 30, share=1.07)
    m.is_honest(firm, "CIF/FOB 차이", "freight")

    firm = m.firm("유로상사")
    for k in MONTHS:
        bill = m.exports(firm, back(k), 52_000, PUMP, "MILANO POMPE SRL", "IT")
        day = bill.day + timedelta(days=30)
        euros = bill.amount * m.rate("USD", bill.day) / m.rate("EUR", day)
        m.money("영수", firm, day, round(euros, 2), bill.partner, "IT", currency="EUR")
    m.is_honest(firm, "다른 통화 결제", "converted")

    firm = m.firm("엔화상사")
    for k in MONTHS:
        bill = m.exports(firm, back(k), 48_000, GEAR, "KOBE KIKAI CO., LTD.", "JP", currency="JPY")
        m.receives(firm, bill, 30)
    m.is_honest(firm, "엔화", "exact")

    firm = m.firm("한꺼번에상사")
    for k in MONTHS:
        bills = [
            m.exports(firm, back(k, 4 * n), 16_000 + 700 * n + 290 * k, PUMP, "JAKARTA POMPA PT", "ID")
            for n in range(4)
        ]
        total = round(sum(bill.amount for bill in bills), 2)
        m.money("영수", firm, back(k, 32), total, "JAKARTA POMPA PT", "ID")
    m.is_honest(firm, "여러 신고를 한 번에", "bulk")

    firm = m.firm("다달이상사")  # much the same sum every month
    for k in MONTHS:
        bills = [m.exports(firm, back(k, 4 * n), 16_000 + 700 * n, PUMP, "CEBU PUMP CORP", "PH") for n in range(4)]
        total = round(sum(bill.amount for bill in bills), 2)
        m.money("영수", firm, back(k, 32), total, "CEBU PUMP CORP", "PH")
    m.is_honest(firm, "여러 신고를 한 번에(달마다 비슷한 금액)", "bulk")


def _firms_alike(m: Market) -> None:
    firm = m.firm("새싹상사", "2025-09-01", changed="2025-09-01")
    for k in range(9, 2, -1):
        bill = m.exports(firm, back(k), 40_000, PUMP)
        m.lends(firm, bill, "수출채권매입", "가온은행")
        m.receives(firm, bill, 40, cite=True)
    m.is_honest(firm, "신설이지만 정상", "cited")
    for n in range(5):
        firm = m.firm(
            f"같은건물{n}", "2025-08-01" if n < 3 else "2012-01-02", f"바사{n}", f"마루시 큰길 10, {501 + n}호"
        )
        m.lives(firm, range(9, 2, -1), good=GOODS[n])
        m.is_honest(firm, "같은 건물 다른 대표")
    for n in range(4):
        firm = m.firm(f"오랜집안{n}", "2009-08-01", "아자차", "마루시 큰길 99, 2층")
        m.lives(firm, good=GOODS[n])
        m.is_honest(firm, "오래된 한 집안")
    firm = m.firm("부도맞음")
    m.lives(firm)
    bill = m.exports(firm, back(10), 40_000, PUMP, "ATHENS MARINE SA", "GR")
    m.lends(firm, bill, "수출보험", "보험공사", failed=str(back(4)))
    m.is_honest(firm, "거래처 부도 한 번")


def texts(m: Market, leave_out: Sequence[str] = ()) -> dict[str, bytes]:
    """The files."""
    found = {}
    for name, head in HEADS.items():
        if name in leave_out:
            continue
        out = io.StringIO()
        writer = csv.DictWriter(out, head.split(","), lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(m.rows[name])
        found[name] = out.getvalue().encode(
            "cp949" if name in CP949 else "utf-8-sig" if name == "payments" else "utf-8"
        )
    return found


def read(name: str, content: bytes) -> checking.Checked:
    return checking.check(reading.read(content, f"{name}.csv"), TABLES[name])


def tables(m: Market, leave_out: Sequence[str] = ()) -> dict[str, pa.Table]:
    """The tables as the suite reads them from the office's files."""
    kept = {}
    for name, content in texts(m, leave_out).items():
        found = read(name, content)
        assert not found.violations, (name, found.violations[:3])
        assert not found.unused, (name, found.unused)
        kept[name] = found.rows
    return kept
