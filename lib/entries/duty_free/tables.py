"""What the officer's five files must hold. Nationality and sex identify and audit a person; no feature reads them."""

from dataclasses import replace

import pyarrow as pa

from lib.tables import contract
from lib.tables.contract import Column, Table

_TRAVELLER = Column(
    "passport",
    "여권번호",
    aliases=("여권",),
    pattern=r"[A-Za-z0-9]{5,15}",
    personal=True,
    example="M00000000",
    expected="영문자와 숫자 5~15자리",
)
PURCHASES = Table(
    "purchases",
    "판매·현장인도 내역",
    "sale_no",
    (
        Column("sale_no", "판매번호", aliases=("판매내역번호", "판매일련번호", "전표번호"), example="S2606300001"),
        Column("shop", "판매장부호", aliases=("판매장", "보세판매장부호"), example="SL03"),
        Column(
            "licence", "특허번호", required=False, nullable=True, aliases=("보세판매장특허번호",), example="010-03-000"
        ),
        Column("sold_at", "판매일시", "datetime", aliases=("구매일시", "판매일자"), example="2026-06-30 14:05"),
        Column("voucher", "교환권번호", required=False, nullable=True, example="E26063000012"),
        replace(_TRAVELLER, aliases=("여권", "구매자여권번호")),
        Column("nationality", "국적", aliases=("국적코드",), example="CN"),
        Column("name", "영문성명", aliases=("구매자영문성명", "구매자성명"), personal=True, example="HONG GILDONG"),
        Column("birth", "생년월일", "date", personal=True, example="1990-01-31"),
        Column(
            "sex", "성별", required=False, nullable=True, choices={"M": "남", "F": "여"}, personal=True, example="M"
        ),
        Column("visa", "체류자격", nullable=True, aliases=("비자", "체류자격(비자)"), example="C-3-9"),
        Column("item", "품명", example="스킨케어 세트"),
        Column("brand", "브랜드", required=False, nullable=True, example="예시브랜드"),
        Column("sku", "상품코드", aliases=("SKU", "바코드", "SKU/바코드"), example="8800000000017"),
        Column(
            "origin",
            "국산외산",
            nullable=True,
            aliases=("국산·외산", "국산/외산"),
            choices={"D": "국산", "F": "외산"},
            example="국산",
        ),
        Column("quantity", "수량", "integer", at_least=1, example="3"),
        Column(
            "unit_price",
            "단가",
            "integer",
            required=False,
            nullable=True,
            aliases=("단가(원)",),
            at_least=0,
            example="52000",
        ),
        Column(
            "amount",
            "판매금액(원)",
            "integer",
            aliases=("판매금액", "판매금액(KRW)", "구매금액"),
            at_least=0,
            example="156000",
        ),
        Column("delivery", "인도구분", choices={"S": "현장", "P": "인도장"}, example="현장"),
        Column(
            "payment",
            "결제수단",
            nullable=True,
            example="신용카드",
            choices={
                "CARD": "신용카드",
                "PREPAID": "선불카드",
                "GIFT": "상품권",
                "WECHAT": "위챗페이",
                "ALIPAY": "알리페이",
                "CASH": "현금",
            },
        ),
        Column(
            "card",
            "카드번호해시",
            required=False,
            nullable=True,
            aliases=("카드번호(해시)",),
            personal=True,
            example="c0ffee00c0ffee00",
        ),
        Column(
            "card_holder",
            "카드명의",
            required=False,
            nullable=True,
            aliases=("카드명의인",),
            personal=True,
            example="HONG GILDONG",
        ),
        Column(
            "guide",
            "가이드·여행사코드",
            required=False,
            nullable=True,
            aliases=("가이드코드", "여행사코드", "가이드/여행사코드"),
            example="G104",
        ),
        Column("pnr", "예약번호", required=False, nullable=True, aliases=("PNR", "항공예약번호"), example="AB12CD"),
        Column("planned_on", "출국예정일", "date", nullable=True, example="2026-07-02"),
        Column(
            "planned_flight",
            "출국예정편명",
            required=False,
            nullable=True,
            aliases=("출국편명", "편명"),
            example="ZZ101",
        ),
        Column("seller", "판매원ID", required=False, nullable=True, aliases=("판매원", "판매원번호"), example="E0312"),
    ),
)
RESERVATIONS = Table(
    "reservations",
    "항공예약",
    "booking_no",
    (
        Column("booking_no", "예약연번", aliases=("연번", "일련번호", "순번"), example="R000001"),
        Column("pnr", "예약번호", aliases=("PNR", "항공예약번호"), example="AB12CD"),
        _TRAVELLER,
        Column("flight", "편명", aliases=("항공편", "항공편명"), example="ZZ101"),
        Column("departs_at", "출발일시", "datetime", aliases=("출발일자",), example="2026-07-02 09:30"),
        Column("issued_on", "발권일", "date", aliases=("예약일", "발권일자"), example="2026-06-10"),
        Column(
            "status",
            "상태",
            choices={"OK": "확정", "XX": "취소", "CH": "변경", "NS": "노쇼"},
            aliases=("예약상태",),
            example="확정",
        ),
        Column("cancelled_at", "취소일시", "datetime", nullable=True, aliases=("취소일자",), example=""),
    ),
)
MOVEMENTS = Table(
    "movements",
    "출입국",
    "movement_no",
    (
        Column("movement_no", "출입국연번", aliases=("연번", "일련번호", "순번"), example="V000001"),
        _TRAVELLER,
        Column("nationality", "국적", required=False, nullable=True, aliases=("국적코드",), example="CN"),
        Column(
            "name", "영문성명", required=False, nullable=True, aliases=("성명",), personal=True, example="HONG GILDONG"
        ),
        Column("birth", "생년월일", "date", required=False, nullable=True, personal=True, example="1990-01-31"),
        Column("entered_on", "입국일", "date", nullable=True, aliases=("입국일자",), example="2026-06-28"),
        Column("left_on", "출국일", "date", nullable=True, aliases=("출국일자",), example="2026-07-02"),
        Column("flight", "출국항공편", nullable=True, aliases=("항공편", "편명"), example="ZZ101"),
        Column("visa", "체류자격", required=False, nullable=True, aliases=("비자",), example="C-3-9"),
        Column(
            "visa_until", "체류만료일", "date", required=False, nullable=True, aliases=("만료일",), example="2026-09-26"
        ),
    ),
)
MEASURES = Table(
    "measures",
    "조치",
    "measure_no",
    (
        Column("measure_no", "조치번호", aliases=("연번", "일련번호", "순번"), example="A0001"),
        _TRAVELLER,
        Column("starts_on", "제한시작일", "date", aliases=("제한 시작", "시작일"), example="2026-03-01"),
        Column("ends_on", "제한종료일", "date", nullable=True, aliases=("제한 종료", "종료일"), example="2027-02-28"),
        Column("why", "사유", nullable=True, aliases=("제한사유",), example="항공권 예약 반복 취소"),
        Column("result", "결과", required=False, nullable=True, aliases=("조치결과",), example="소명 없음"),
    ),
)
LISTINGS = Table(
    "listings",
    "온라인 판매 포착",
    "listing_no",
    (
        Column("listing_no", "포착번호", aliases=("연번", "일련번호", "순번"), example="L0001"),
        Column("seen_on", "포착일", "date", aliases=("확인일", "포착일자"), example="2026-06-20"),
        Column("sku", "상품코드", aliases=("SKU", "바코드"), example="8800000000017"),
        Column("price", "판매가격(원)", "integer", aliases=("판매가", "판매가격"), at_least=0, example="49000"),
        Column("place", "판매처", required=False, nullable=True, example="예시 중고장터"),
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in (PURCHASES, RESERVATIONS, MOVEMENTS, MEASURES, LISTINGS)}
OPTIONAL = ("measures", "listings")
"""Tables an officer may leave out altogether."""


def schema(name: str) -> pa.Schema:
    """Arrow types of a table as it is checked."""
    return contract.schema(TABLES[name])


def empty(name: str) -> pa.Table:
    """A table without rows, for one that was left out."""
    return schema(name).empty_table()
