"""What the officer's files must hold: declarations by 란·규격; and, if at hand, firms, trade kinds, tariffs by origin."""

from dataclasses import replace

import pyarrow as pa

from lib.tables import contract
from lib.tables.contract import Column, Table
from lib.tables.declarations import FIRM, KNOWN_BY, TRADE_KIND

_LINE = (
    Column("item_no", "신고란규격번호", required=False, aliases=("연번", "행번호"), example="00000-26-100001X-001-01"),
    Column("declaration_no", "신고번호", example="00000-26-100001X"),
    Column("line", "란번호", required=False, nullable=True, aliases=("란", "란 번호"), example="001"),
    Column("spec", "규격번호", required=False, nullable=True, aliases=("규격 번호", "규격일련번호"), example="01"),
    Column("accepted_on", "수리일", "date", aliases=("신고수리일", "수리일자", "신고일"), example="2026-05-11"),
)
_GOODS = (
    TRADE_KIND,
    Column(
        "hs",
        "HS부호",
        aliases=("HS10", "HS", "HSK", "세번부호", "세번", "HSK10", "세번번호", "hs10"),
        pattern=r"\d{3,4}[.\-]?\d{2}(?:[.\-]?\d{2}(?:[.\-]?\d{2})?)?",  # three: a sheet lost the 0 before
        expected="숫자 6·8·10자리",
        example="7307210000",
    ),
    Column("goods", "품명", required=False, nullable=True, aliases=("표준품명", "신고품명"), example="FLANGE"),
    Column("trade_name", "거래품명", required=False, nullable=True, example="WELD NECK FLANGE"),
    Column("brand", "상표", required=False, nullable=True, aliases=("상표명", "브랜드"), example="EXAMPLE"),
    Column(
        "model",
        "모델규격",
        nullable=True,
        aliases=("모델·규격", "모델 및 규격", "규격", "모델", "모델명", "규격1"),
        example="WN-150 4INCH A105",
    ),
    Column("component", "성분", required=False, nullable=True, aliases=("성분명", "재질"), example="CARBON STEEL"),
    Column("quantity", "수량", "number", nullable=True, aliases=("신고수량",), example="1,000"),
    Column("unit", "수량단위", required=False, nullable=True, aliases=("단위",), example="EA"),
    Column(
        "weight_kg",
        "순중량(kg)",
        "number",
        required=False,
        nullable=True,
        aliases=("순중량", "중량", "중량(kg)"),
        example="2505.5",
    ),
    Column(
        "unit_price", "단가", "number", required=False, nullable=True, aliases=("신고단가",), at_least=0, example="12.5"
    ),
    Column("currency", "통화", required=False, nullable=True, aliases=("통화부호", "결제통화"), example="USD"),
)
_ORIGIN = Column("origin", "원산지", nullable=True, aliases=("원산지국가", "원산지부호", "원산지 국가"), example="CN")

IMPORTS = Table(
    "imports",
    "수입신고",
    "item_no",
    (
        _LINE[0],
        replace(_LINE[1], aliases=("수입신고번호",)),
        *_LINE[2:],
        replace(FIRM, aliases=(*FIRM.aliases, "수입자사업자번호", "수입자사업자등록번호", "납세의무자사업자번호")),
        Column(
            "partner",
            "해외거래처",
            required=False,
            nullable=True,
            aliases=("해외공급자", "공급자", "해외거래처상호"),
            example="EXAMPLE SUPPLY CO",
        ),
        Column("country", "적출국", required=False, nullable=True, aliases=("적출국가", "수출국"), example="CN"),
        *_GOODS,
        Column(
            "value_krw",
            "과세가격(원)",
            "money",
            nullable=True,
            aliases=("과세가격", "총과세가격", "과세가격(KRW)", "CIF원화금액"),
            at_least=0,
            example="11,205,000",
        ),
        replace(_ORIGIN, example="CN"),
        Column(
            "origin_mark", "원산지표시", required=False, nullable=True, aliases=("원산지표시유무", "원산지 표시"),
            example="Y",
        ),
        Column("purpose", "용도", required=False, nullable=True, aliases=("수입용도",), example="판매용"),
    ),
)  # fmt: skip
EXPORTS = Table(
    "exports",
    "수출신고",
    "item_no",
    (
        _LINE[0],
        replace(_LINE[1], aliases=("수출신고번호",)),
        *_LINE[2:],
        replace(FIRM, aliases=(*FIRM.aliases, "수출자사업자번호", "수출화주사업자번호", "수출자사업자등록번호")),
        replace(
            FIRM,
            name="maker",
            title="제조자사업자번호",
            required=False,
            nullable=True,
            aliases=("제조자 사업자번호", "제조자사업자등록번호"),
        ),
        replace(
            FIRM,
            name="agent",
            title="수출대행자사업자번호",
            required=False,
            nullable=True,
            aliases=("수출대행자 사업자번호", "대행자사업자번호"),
        ),
        Column(
            "partner",
            "구매자",
            required=False,
            nullable=True,
            aliases=("해외거래처", "구매자상호", "구매자명"),
            example="EXAMPLE TRADING LTD",
        ),
        Column("country", "목적국", nullable=True, aliases=("목적국가", "도착국"), example="US"),
        *_GOODS,
        Column(
            "value_krw",
            "신고가격(FOB 원)",
            "money",
            nullable=True,
            aliases=("신고가격", "총신고가격(FOB KRW)", "총신고가격", "신고가격(원)", "FOB원화금액", "FOB금액(원)"),
            at_least=0,
            example="13,875,000",
        ),
        replace(_ORIGIN, example="KR"),
        Column(
            "cited",
            "수입신고번호(원상태)",
            required=False,
            nullable=True,
            aliases=("원상태수입신고번호", "수입신고번호", "관련수입신고번호"),
            example="00000-26-100001M",
        ),
        Column(
            "refund", "환급신청", "flag", required=False, nullable=True, aliases=("간이환급", "환급신청여부"),
            example="N",
        ),
    ),
)  # fmt: skip
FIRMS = Table(
    "firms",
    "업체",
    "firm",
    (
        *KNOWN_BY,
        Column(
            "founded_on", "설립일", "date", required=False, nullable=True, aliases=("개업일", "설립일자", "개업일자"),
            example="2019-03-02",
        ),
        Column("business", "업종", required=False, nullable=True, aliases=("업태", "종목"), example="도매"),
        Column(
            "factory", "공장등록", "flag", required=False, nullable=True, aliases=("공장등록여부", "제조시설"),
            example="N",
        ),
    ),
)  # fmt: skip
KINDS = Table(
    "kinds",
    "거래구분부호",
    "kind_no",
    (
        Column("kind_no", "연번", required=False, example="1"),
        Column("side", "구분", choices={"import": "수입", "export": "수출"}, example="수출"),
        Column("code", "부호", aliases=("거래구분", "거래구분부호"), pattern=r"[0-9A-Z]{1,4}", expected="부호", example="72"),
        Column("title", "거래구분명", aliases=("이름", "설명"), example="수입통관 후 원상태로 수출"),
        Column(
            "meaning",
            "성격",
            choices={
                "ordinary": "일반", "as_is": "원상태 수출", "toll": "위탁·수탁가공", "sample": "견본·광고용품",
                "repair": "수리·하자보수", "other": "기타",
            },
            example="원상태 수출",
        ),
    ),
)  # fmt: skip
TARIFFS = Table(
    "tariffs",
    "원산지별 세율차",
    "rule_no",
    (
        Column("rule_no", "연번", required=False, example="1"),
        Column("country", "수입국", aliases=("목적국", "부과국"), pattern=r"[A-Z]{2}", expected="국가부호 두 글자", example="US"),
        Column(
            "hs", "HS부호", nullable=True, aliases=("HS6", "세번"), pattern=r"\d{2}(\d{2}(\d{2})?)?",
            expected="숫자 2·4·6자리(빈칸은 모든 품목)", example="730721",
        ),
        Column(
            "origin", "실제 원산지", nullable=True, aliases=("원산지", "원산지국가"), pattern=r"[A-Z]{2}",
            expected="국가부호 두 글자(빈칸은 한국 외 모든 나라)", example="CN",
        ),
        Column("measure", "조치", example="덤핑방지관세"),
        Column("origin_rate", "실제 원산지 세율(%)", "number", at_least=0, example="25"),
        Column("korea_rate", "한국산 세율(%)", "number", at_least=0, example="0"),
        Column("since", "시작일", "date", aliases=("시행일", "적용시작일"), example="2026-01-01"),
        Column("until", "종료일", "date", required=False, nullable=True, aliases=("적용종료일",), example=""),
        Column("source", "출처", example="관보"),
    ),
)  # fmt: skip

TABLES: dict[str, Table] = {t.name: t for t in (IMPORTS, EXPORTS, FIRMS, KINDS, TARIFFS)}
OPTIONAL = ("firms", "kinds", "tariffs")
"""Tables an officer may leave out altogether; trade kinds and tariffs then come from ``data/origin_laundering``."""


def schema(name: str) -> pa.Schema:
    """Arrow types of a table as it is checked."""
    return contract.schema(TABLES[name])


def empty(name: str) -> pa.Table:
    """A table without rows, for one that was left out."""
    return schema(name).empty_table()
