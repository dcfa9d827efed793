"""What the officer's files must hold: declarations, bank reports, firms; and, if at hand, rates, partners, trade finance."""

from dataclasses import replace

import pyarrow as pa

from lib.tables import contract
from lib.tables.contract import Column, Table
from lib.tables.declarations import FIRM, KNOWN_BY, TRADE_KIND

CURRENCIES = {
    "USD": "미국 달러", "KRW": "원", "JPY": "일본 엔", "EUR": "유로", "CNY": "중국 위안", "CNH": "역외 위안",
    "HKD": "홍콩 달러", "GBP": "영국 파운드", "SGD": "싱가포르 달러", "AUD": "호주 달러", "CAD": "캐나다 달러",
    "CHF": "스위스 프랑", "TWD": "대만 달러", "THB": "태국 바트", "VND": "베트남 동", "IDR": "인도네시아 루피아",
    "MYR": "말레이시아 링깃", "PHP": "필리핀 페소", "INR": "인도 루피", "AED": "아랍에미리트 디르함",
    "SAR": "사우디 리얄", "KWD": "쿠웨이트 디나르", "BHD": "바레인 디나르", "QAR": "카타르 리얄",
    "TRY": "튀르키예 리라", "RUB": "러시아 루블", "KZT": "카자흐스탄 텡게", "UZS": "우즈베키스탄 숨",
    "MNT": "몽골 투그릭", "NZD": "뉴질랜드 달러", "SEK": "스웨덴 크로나", "NOK": "노르웨이 크로네",
    "DKK": "덴마크 크로네", "PLN": "폴란드 즈워티", "CZK": "체코 코루나", "HUF": "헝가리 포린트",
    "MXN": "멕시코 페소", "BRL": "브라질 헤알", "CLP": "칠레 페소", "ZAR": "남아공 랜드", "EGP": "이집트 파운드",
    "ILS": "이스라엘 셰켈", "BDT": "방글라데시 타카", "PKR": "파키스탄 루피", "LKR": "스리랑카 루피",
    "MMK": "미얀마 짜트", "KHR": "캄보디아 리엘", "MOP": "마카오 파타카", "BND": "브루나이 달러",
}  # fmt: skip

_CURRENCY = Column("currency", "통화", aliases=("통화부호", "결제통화", "통화코드"), choices=CURRENCIES, example="USD")
_PARTNER_CODE = Column(
    "partner_code",
    "해외거래처부호",
    required=False,
    nullable=True,
    aliases=("거래처부호", "상대방부호", "해외거래처 부호"),
    example="CN00000123A",
)
_CITED = Column(
    "cited",
    "증빙신고번호",
    required=False,
    nullable=True,
    aliases=("증빙 신고번호", "증빙번호", "수출입신고번호", "관련신고번호"),
    example="00000-26-100001X",
)
_GOODS = (
    TRADE_KIND,
    Column(
        "terms",
        "결제방법",
        required=False,
        nullable=True,
        aliases=("결제방법부호", "결제조건"),
        example="TT",
    ),
    Column("incoterms", "인도조건", required=False, nullable=True, aliases=("가격조건",), example="FOB"),
    _CURRENCY,
    Column(
        "hs10",
        "HS부호",
        aliases=("HS10", "HS", "HSK", "세번부호", "세번", "HSK10"),
        pattern=r"\d{4}[.\-]?\d{2}[.\-]?\d{0,4}",
        expected="숫자 6~10자리",
        example="8542311000",
    ),
    Column("model", "모델규격", nullable=True, aliases=("모델·규격", "규격", "모델", "품명규격"), example="EX-100"),
    Column("quantity", "수량", "number", required=False, nullable=True, at_least=0, example="1,000"),
    Column("unit", "수량단위", required=False, nullable=True, aliases=("단위",), example="EA"),
    Column(
        "weight_kg",
        "순중량(kg)",
        "number",
        required=False,
        nullable=True,
        aliases=("중량", "순중량", "중량(kg)"),
        at_least=0,
        example="250.5",
    ),
    Column("unit_price", "단가", "number", required=False, nullable=True, at_least=0, example="12.5"),
)
_NUMBER = Column("declaration_no", "신고번호", example="00000-26-100001X")
_ACCEPTED = Column("accepted_on", "수리일", "date", aliases=("신고수리일", "수리일자", "신고일"), example="2026-05-11")

EXPORTS = Table(
    "exports",
    "수출신고",
    "declaration_no",
    (
        replace(_NUMBER, aliases=("수출신고번호",)),
        _ACCEPTED,
        Column(
            "exporter_code",
            "수출자통관고유부호",
            required=False,
            nullable=True,
            aliases=("수출자 통관고유부호", "통관고유부호"),
            example="예시무역1-26-1-01-1",
        ),
        replace(FIRM, aliases=(*FIRM.aliases, "수출자사업자번호", "수출자사업자등록번호")),
        Column("maker", "제조자", required=False, nullable=True, example="예시제조"),
        replace(_PARTNER_CODE, aliases=(*_PARTNER_CODE.aliases, "구매자부호", "구매자 부호")),
        Column(
            "partner",
            "구매자",
            nullable=True,
            aliases=("구매자상호", "구매자명", "해외거래처", "해외거래처상호", "구매자 상호"),
            example="EXAMPLE TRADING LTD",
        ),
        Column(
            "partner_country",
            "구매자국가",
            required=False,
            nullable=True,
            aliases=("구매자 국가",),
            example="CN",
        ),
        Column("country", "목적국", nullable=True, aliases=("목적국가", "도착국"), example="CN"),
        *_GOODS,
        Column(
            "amount",
            "결제금액",
            "money",
            required=False,
            nullable=True,
            aliases=("신고금액", "결제금액(외화)", "신고금액(외화)"),
            at_least=0,
            example="12,500.00",
        ),
        Column(
            "value_krw",
            "총신고가격(FOB KRW)",
            "money",
            required=False,
            nullable=True,
            aliases=("총신고가격(원)", "총신고가격(KRW)", "FOB원화금액", "총신고가격(FOB 원)", "총신고가격"),
            at_least=0,
            example="16,875,000",
        ),
        Column(
            "value_usd",
            "총신고가격(FOB USD)",
            "money",
            required=False,
            nullable=True,
            aliases=("총신고가격(USD)", "총신고가격(달러)", "FOB달러금액", "총신고가격(FOB 달러)"),
            at_least=0,
            example="12,500.00",
        ),
        Column(
            "shipped_on",
            "수출이행일",
            "date",
            required=False,
            nullable=True,
            aliases=("선적일", "적재일", "출항일"),
            example="2026-05-14",
        ),
    ),
)
IMPORTS = Table(
    "imports",
    "수입신고",
    "declaration_no",
    (
        replace(_NUMBER, aliases=("수입신고번호",)),
        _ACCEPTED,
        replace(FIRM, aliases=(*FIRM.aliases, "수입자사업자번호", "수입자사업자등록번호", "납세의무자사업자번호")),
        replace(_PARTNER_CODE, aliases=(*_PARTNER_CODE.aliases, "공급자부호", "해외공급자부호")),
        Column(
            "partner",
            "해외거래처",
            nullable=True,
            aliases=("해외거래처상호", "공급자", "해외공급자", "공급자상호", "수출자", "구매자"),
            example="EXAMPLE SUPPLY CO",
        ),
        Column("country", "적출국", nullable=True, aliases=("적출국가", "수출국"), example="CN"),
        Column("origin", "원산지", required=False, nullable=True, aliases=("원산지국가",), example="CN"),
        *_GOODS,
        Column(
            "amount",
            "결제금액",
            "money",
            aliases=("결제금액(외화)", "신고금액"),
            at_least=0,
            example="8,300.00",
        ),
        Column(
            "value_krw",
            "총과세가격",
            "money",
            required=False,
            nullable=True,
            aliases=("총과세가격(원)", "과세가격", "과세가격(원)", "총과세가격(CIF KRW)"),
            at_least=0,
            example="11,205,000",
        ),
        Column(
            "value_usd",
            "총과세가격(USD)",
            "money",
            required=False,
            nullable=True,
            aliases=("과세가격(USD)", "총과세가격(달러)"),
            at_least=0,
            example="8,300.00",
        ),
    ),
)
PAYMENTS = Table(
    "payments",
    "외환 지급·영수",
    "payment_no",
    (
        Column("payment_no", "거래번호", aliases=("외환거래번호", "보고번호", "연번"), example="FX26050001"),
        Column("paid_on", "거래일", "date", aliases=("거래일자", "지급영수일", "보고일"), example="2026-05-20"),
        Column(
            "side",
            "지급영수구분",
            aliases=("지급/영수", "지급·영수", "지급영수", "구분", "지급영수 구분"),
            choices={"P": "지급", "R": "영수"},
            example="영수",
        ),
        FIRM,
        Column(
            "reason",
            "사유코드",
            required=False,
            nullable=True,
            aliases=("지급영수사유", "사유", "거래사유", "지급사유", "사유부호"),
            example="10101",
        ),
        _CURRENCY,
        Column(
            "amount",
            "금액",
            "money",
            aliases=("거래금액", "외화금액", "지급영수금액"),
            at_least=0.01,
            example="12,480.00",
        ),
        Column(
            "value_usd",
            "USD환산금액",
            "money",
            required=False,
            nullable=True,
            aliases=("USD환산", "미화환산금액", "환산금액(USD)"),
            at_least=0,
            example="12,480.00",
        ),
        _PARTNER_CODE,
        Column(
            "partner",
            "상대방",
            nullable=True,
            aliases=("상대방명", "상대방성명", "거래상대방", "수취인", "송금인"),
            example="EXAMPLE TRADING LTD",
        ),
        Column("country", "상대방국가", nullable=True, aliases=("상대방 국가", "상대국", "국가"), example="CN"),
        Column(
            "bank",
            "송금은행",
            required=False,
            nullable=True,
            aliases=("은행", "취급은행", "외국환은행"),
            example="예시은행",
        ),
        Column(
            "account_country",
            "계좌소재국",
            required=False,
            nullable=True,
            aliases=("계좌 소재국", "수취은행국가", "계좌국가"),
            example="HK",
        ),
        Column(
            "account",
            "상대계좌",
            required=False,
            nullable=True,
            aliases=("상대방계좌", "계좌번호", "수취계좌"),
            personal=True,
            example="HK-000-123456",
        ),
        Column("method", "거래방식", required=False, nullable=True, aliases=("결제방식", "송금방식"), example="T/T"),
        _CITED,
        Column(
            "report",
            "신고유형",
            required=False,
            nullable=True,
            aliases=("외국환신고유형", "신고 유형", "외환신고"),
            example="상계",
        ),
    ),
)
FIRMS = Table(
    "firms",
    "업체",
    "firm",
    (
        *KNOWN_BY,
        Column(
            "founded_on",
            "설립일",
            "date",
            nullable=True,
            aliases=("개업일", "설립일자", "개업일자"),
            example="2019-03-02",
        ),
        Column(
            "ceo_since",
            "대표자변경일",
            "date",
            required=False,
            nullable=True,
            aliases=("대표변경일", "대표자 변경일"),
            example="2025-11-03",
        ),
        Column("business", "업종", required=False, nullable=True, aliases=("업태", "종목"), example="도매"),
    ),
)
RATES = Table(
    "rates",
    "환율",
    "rate_no",
    (
        Column("rate_no", "연번", aliases=("번호",), example="1"),
        Column(
            "day", "적용일", "date", aliases=("날짜", "기준일", "고시일", "일자", "적용시작일"), example="2026-05-10"
        ),
        _CURRENCY,
        Column(
            "krw",
            "환율",
            "number",
            aliases=("원화환율", "매매기준율", "고시환율", "환율(원)"),
            at_least=1e-6,
            example="1,350",
        ),
        Column(
            "per",
            "고시단위",
            "number",
            required=False,
            nullable=True,
            aliases=("단위", "기준단위"),
            at_least=1,
            example="1",
        ),
    ),
)
PARTNERS = Table(
    "partners",
    "해외거래처",
    "partner_code",
    (
        replace(_PARTNER_CODE, required=True, nullable=False, aliases=(*_PARTNER_CODE.aliases, "부호")),
        Column("name", "상호", aliases=("해외거래처상호", "거래처명", "해외거래처명"), example="EXAMPLE TRADING LTD"),
        Column("country", "국가", nullable=True, aliases=("국가부호", "소재국"), example="CN"),
        Column("address", "주소", required=False, nullable=True, example="1 EXAMPLE RD"),
        Column("ceo", "대표자", required=False, nullable=True, aliases=("대표",), personal=True, example="GA NADA"),
        Column(
            "relation",
            "특수관계",
            required=False,
            nullable=True,
            aliases=("관계", "국내업체와의 관계"),
            example="해외지점",
        ),
        replace(
            FIRM,
            name="related_firm",
            title="관계업체사업자번호",
            required=False,
            nullable=True,
            aliases=("관계업체", "국내업체사업자번호"),
        ),
    ),
)
FINANCE = Table(
    "finance",
    "무역금융",
    "finance_no",
    (
        Column("finance_no", "취급번호", aliases=("연번", "번호"), example="TF26050001"),
        Column("granted_on", "취급일", "date", aliases=("취급일자", "매입일", "보험가입일"), example="2026-05-15"),
        FIRM,
        Column("kind", "종류", aliases=("구분", "금융종류"), example="수출채권매입"),
        Column("bank", "취급기관", required=False, nullable=True, aliases=("은행", "기관"), example="예시은행"),
        _CURRENCY,
        Column("amount", "금액", "money", aliases=("취급금액",), at_least=0.01, example="12,500.00"),
        _CITED,
        Column(
            "defaulted_on",
            "사고일",
            "date",
            required=False,
            nullable=True,
            aliases=("부도일", "보험사고일"),
            example="",
        ),
    ),
)

TABLES: dict[str, Table] = {t.name: t for t in (EXPORTS, IMPORTS, PAYMENTS, FIRMS, RATES, PARTNERS, FINANCE)}
OPTIONAL = ("rates", "partners", "finance")
"""Tables an officer may leave out altogether."""


def schema(name: str) -> pa.Schema:
    """Arrow types of a table as it is checked."""
    return contract.schema(TABLES[name])


def empty(name: str) -> pa.Table:
    """A table without rows, for one that was left out."""
    return schema(name).empty_table()
