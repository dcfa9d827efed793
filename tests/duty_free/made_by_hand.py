"""A small office written from the domain note alone, as CSV with the form's headers: each typology in its plain form
beside everybody who is known to look alike. No generator: every row is told here.
"""

from datetime import date, datetime, timedelta

import pyarrow as pa

from lib.entries.duty_free.tables import TABLES
from lib.tables import checking, reading

AS_OF = date(2026, 6, 30)
GUILTY = {
    "M10000001": "미출국",
    "M10000002": "예약취소형(공식 기준)",
    "M10000003": "예약취소형(구매 직후)",
    "M10000004": "장기체류자",
    "M10000011": "대리구매(카드)",
    "M10000012": "대리구매(카드)",
    "M10000013": "대리구매(카드)",
    "M10000014": "대리구매(카드)",
    "M10000021": "대량",
    "M10000005": "분할",
    "M10000006": "여권교체",
    "M10000007": "탑승불일치",
    "M10000031": "내부공모",
    "M10000032": "내부공모",
    "M10000008": "현금성결제",
    "M10000009": "국내유통",
}
"""By passport; the second passport of 여권교체 is M10000066."""
BENIGN = {
    **{f"G200000{n:02d}": "단체관광" for n in range(1, 9)},
    "G30000001": "크루즈",
    "G30000002": "통과여객",
    "G40000001": "승무원",
    "G50000001": "출국 임박",
    "G60000001": "외교관",
    "G70000001": "가족",
    "G70000002": "가족",
    "G70000003": "가족",
    "G80000001": "여권 재발급",
    "G90000001": "인도장 고액 구매",
}

_SALES = "판매번호,판매장부호,판매일시,여권번호,국적,영문성명,생년월일,체류자격,품명,상품코드,국산·외산,수량,판매금액,인도구분,결제수단,카드번호해시,카드명의,가이드·여행사코드,예약번호,출국예정일,출국예정편명,판매원ID"
_NAMES = {
    "M10000001": "ABE KENJI",
    "M10000002": "BAO QIAN",
    "M10000003": "CUI DAWEI",
    "M10000004": "DUONG HOA",
    "M10000005": "ENKH TUYA",
    "M10000006": "FENG XIU",
    "M10000066": "FENG XIU",
    "M10000007": "GUO LEI",
    "M10000008": "HAO PENG",
    "M10000009": "IMAI YUKO",
    "G80000001": "JIA RUI",
    "G80000002": "JIA RUI",
}


class Office:
    """Rows in the making."""

    def __init__(self) -> None:
        self.sales: list[str] = []
        self.booked: list[str] = []
        self.moved: list[str] = []
        self.seen: list[str] = []

    def buys(self, who: str, day: date, hour: int = 14, **told: object) -> None:
        born = (
            "1985-05-05"
            if who in ("M10000006", "M10000066")
            else f"19{60 + int(who[-2:]) % 40}-0{1 + len(who) % 9}-1{int(who[1]) % 9}"
        )
        name = _NAMES.get(
            who, f"PERSON {who[0]}{'ABCDEFGHIJ'[int(who[1])]}{'KLMNOPQRST'[int(who[-2])]}{'ABCDEFGHIJ'[int(who[-1])]}"
        )
        row = {
            "shop": "SL01", "nation": "CN", "visa": "C-3-9", "item": "마스크팩", "sku": "880001", "origin": "국산", "n": 1,
            "won": 60_000, "delivery": "현장", "pay": "신용카드", "card": f"card{who}", "holder": name, "guide": "", "pnr": "",
            "planned": day + timedelta(days=3), "flight": "ZZ100", "seller": "E001",
        } | told  # fmt: skip
        if row["pay"] != "신용카드":
            row["card"] = row["holder"] = ""
        cells = [
            f"S{len(self.sales):05d}",
            row["shop"],
            datetime(day.year, day.month, day.day, hour).isoformat(" ", "minutes"),
            who,
        ]
        cells += [row["nation"], name, born, row["visa"], row["item"], row["sku"], row["origin"], row["n"], row["won"]]
        cells += [row[k] for k in "delivery pay card holder guide pnr planned flight seller".split()]
        self.sales.append(",".join(map(str, cells)))

    def books(
        self, who: str, flight: str, departs: date, issued: date, status: str = "확정", undone: str = "", pnr: str = ""
    ) -> None:
        n = len(self.booked)
        self.booked.append(f"R{n:04d},{pnr or f'P{n:04d}'},{who},{flight},{departs} 10:00,{issued},{status},{undone}")

    def moves(
        self, who: str, entered: date, left: date | None = None, flight: str = "ZZ100", visa: str = "C-3-9"
    ) -> None:
        self.moved.append(f"V{len(self.moved):04d},{who},{entered},{left or ''},{flight if left else ''},{visa}")


def day(month: int, number: int) -> date:
    return date(2026, month, number)


def office() -> dict[str, pa.Table]:
    """The tables as the suite reads them from the office's files."""
    o = Office()
    # ordinary visitors, who leave within the week: what the others are measured by
    for n in range(40):
        who, came = f"T{n:08d}", day(4, 1) + timedelta(days=2 * n)
        o.moves(who, came, came + timedelta(days=2 + n % 5))
        o.buys(who, came + timedelta(days=1), shop=f"SL0{1 + n % 2}", seller=f"E{1 + n % 6:03d}", sku=f"88{n:04d}")
    # 1 미출국: one delivery on the spot, 31 days ago, no departure
    o.moves("M10000001", day(5, 28))
    o.buys("M10000001", day(5, 30), n=4, won=800_000)
    # 2 official: five cancellations and fifty million won within three months
    o.moves("M10000002", day(6, 1), day(6, 29))
    for n in range(5):
        o.books("M10000002", "ZZ200", day(6, 20 + n), day(6, 2), "취소", f"2026-06-{10 + n} 09:00")
        o.buys("M10000002", day(6, 3 + n), won=10_000_000, n=10, sku="88500")
    # 2 cancelled within 72 hours after buying, twice
    o.moves("M10000003", day(6, 10))
    for n in (12, 20):
        o.buys("M10000003", day(6, n), n=5, won=900_000, pnr=f"Q{n}")
        o.books("M10000003", "ZZ300", day(6, n + 4), day(6, 9), "취소", f"2026-06-{n + 2} 09:00", f"Q{n}")
    # 3 long stay, 180 days without departure, three shopping days a month
    o.moves("M10000004", day(1, 1) - timedelta(days=30), visa="D-2-2")
    for n in range(9):
        o.buys("M10000004", day(4, 5) + timedelta(days=9 * n), visa="D-2-2", n=3, won=300_000, sku=f"8870{n}")
    # 4 four passports, one card that is nobody's own, sixty of one item together; all leave
    for n in range(1, 5):
        who = f"M1000001{n}"
        o.moves(who, day(6, 1), day(6, 6))
        o.buys(who, day(6, 3), n=15, won=1_500_000, sku="88600", card="cardX", holder="BOSS BIG", pnr="GRP1")
    # 4 fifty of one cosmetic
    o.moves("M10000021", day(6, 1), day(6, 8))
    o.buys("M10000021", day(6, 3), n=50, won=2_500_000, sku="88601")
    # 5 one item in three shops on one day
    o.moves("M10000005", day(6, 14), day(6, 18))
    for n in range(3):
        o.buys("M10000005", day(6, 16), 10 + n, shop=f"SL0{n + 1}", n=5, won=500_000, sku="88602", seller=f"E01{n}")
    # 6 two passports in turn
    for n, who in enumerate(["M10000006", "M10000066", "M10000006"]):
        o.buys(who, day(5, 4) + timedelta(days=14 * n), n=3, won=700_000)
    o.moves("M10000006", day(5, 2), day(5, 8))
    o.moves("M10000066", day(5, 16), day(5, 21))
    o.moves("M10000006", day(5, 30), day(6, 5))
    # 7 booked, did not board, left weeks later with another flight; twice
    for n in (0, 1):
        o.moves("M10000007", day(4, 2 + 30 * n) if not n else day(5, 10), day(4, 28) if not n else day(6, 8), "QX999")
        o.buys("M10000007", day(4, 4) if not n else day(5, 12), planned=day(4, 7) if not n else day(5, 15))
        o.books("M10000007", "ZZ100", day(4, 7) if not n else day(5, 15), day(4, 1) if not n else day(5, 8))
    # 8 a salesperson most of whose buyers never left
    for n in range(1, 11):
        who = f"M1000003{n % 10}" if n < 3 else f"N1000003{n % 10}"
        o.moves(who, day(4, 10), None if n < 10 else day(4, 15))
        o.buys(who, day(4, 12), seller="E666", shop="SL02", n=2, won=200_000, sku=f"886{n:02d}1")
    # 9 cards before, now prepaid cards and gift cards
    o.moves("M10000008", day(3, 1), day(3, 6))
    o.buys("M10000008", day(3, 3), won=2_000_000)
    o.moves("M10000008", day(6, 20), day(6, 26))
    for n, pay in enumerate(["선불카드", "상품권"]):
        o.buys("M10000008", day(6, 22 + n), pay=pay, n=5, won=2_000_000, sku=f"8861{n}")
    # 10 what was bought stands online for less
    o.moves("M10000009", day(6, 1), day(6, 5))
    o.buys("M10000009", day(6, 2), n=24, won=2_400_000, sku="88777")
    o.seen.append("L0001,2026-06-15,88777,70000,예시 장터")

    # known benign
    for n in range(1, 9):
        who = f"G200000{n:02d}"
        o.moves(who, day(6, 20), day(6, 24))
        o.buys(who, day(6, 22), guide="G104", pnr="TOUR1", n=2, sku=f"8890{n}")
        o.books(who, "ZZ100", day(6, 24), day(5, 1), pnr="TOUR1")
    o.moves("G30000001", day(6, 5), visa="관광상륙")
    o.buys("G30000001", day(6, 5), visa="관광상륙", planned=day(6, 5))
    o.moves("G30000002", day(6, 12), day(6, 12), visa="B-2-1")
    o.buys("G30000002", day(6, 12), visa="B-2-1")
    for n in range(6):
        o.moves("G40000001", day(4, 1) + timedelta(days=14 * n), day(4, 2) + timedelta(days=14 * n), visa="승무원상륙")
        o.buys("G40000001", day(4, 1) + timedelta(days=14 * n), visa="승무원상륙", n=2, sku="88888")
    o.moves("G50000001", day(6, 26))
    o.buys("G50000001", day(6, 28), n=6, won=1_200_000, pnr="SOON")
    o.books("G50000001", "ZZ100", day(7, 2), day(6, 1), pnr="SOON")
    o.moves("G60000001", day(1, 5), visa="A-1")
    for n in range(3):
        o.buys("G60000001", day(4, 10) + timedelta(days=20 * n), visa="A-1", won=400_000, sku=f"8899{n}")
    for n in range(1, 4):
        o.moves(f"G7000000{n}", day(6, 10), day(6, 15))
        o.buys(f"G7000000{n}", day(6, 12), card="cardF", holder="PERSON GHKB", pnr="FAM1", n=2, sku=f"8898{n}")
    for who, came in (("G80000001", day(4, 3)), ("G80000002", day(6, 3))):
        o.moves(who, came, came + timedelta(days=4))
        o.buys(who, came + timedelta(days=1))
    o.moves("G90000001", day(6, 10), day(6, 16))
    o.buys("G90000001", day(6, 12), won=9_000_000, delivery="인도장", origin="외산", item="가방", sku="88999")

    heads = {
        "purchases": (_SALES, o.sales),
        "reservations": ("예약연번,예약번호,여권번호,편명,출발일시,발권일,상태,취소일시", o.booked),
        "movements": ("출입국연번,여권번호,입국일,출국일,출국항공편,체류자격", o.moved),
        "listings": ("포착번호,포착일,상품코드,판매가격,판매처", o.seen),
    }
    return {name: read(name, "\n".join([head, *rows])) for name, (head, rows) in heads.items()}


def read(name: str, text: str) -> pa.Table:
    found = checking.check(reading.read(text.encode(), f"{name}.csv"), TABLES[name])
    assert not found.violations, found.violations
    return found.rows
