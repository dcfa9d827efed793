"""Columns that the files of import and export declarations, and of the firms behind them, have in common."""

from lib.tables.contract import Column

FIRM = Column(
    "firm",
    "사업자번호",
    aliases=("사업자등록번호", "업체", "업체사업자번호", "업체사업자등록번호"),
    pattern=r"\d{3}-?\d{2}-?\d{5}",
    expected="숫자 10자리(예: 000-00-00000)",
    example="000-11-00017",
)
TRADE_KIND = Column(
    "trade_kind",
    "거래구분",
    required=False,
    nullable=True,
    aliases=("거래형태", "거래구분부호", "수출거래구분", "수입거래구분"),
    example="11",
)
KNOWN_BY = (  # what tells who a firm is
    FIRM,
    Column("name", "상호", aliases=("업체명", "회사명", "법인명"), example="예시무역㈜"),
    Column("ceo", "대표자", nullable=True, aliases=("대표", "대표자명", "대표자성명"), personal=True, example="가나다"),
    Column(
        "address",
        "주소",
        nullable=True,
        aliases=("소재지", "사업장주소", "사업장소재지"),
        example="가온시 나래구 한빛로 12",
    ),
)
