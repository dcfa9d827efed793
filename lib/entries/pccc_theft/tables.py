"""What the officer's three files must hold: declarations, the ledger of codes, reports of theft."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from lib.tables.contract import TYPES, Column, Table, schema

if TYPE_CHECKING:
    import pandas as pd

PCCC = r"P\d{12}"
PASSED = "P"  # also an empty cell: the file has no attempts in it

_CODE = Column(
    "pccc",
    "개인통관고유부호",
    aliases=("PCCC", "통관고유부호", "부호"),
    pattern=PCCC,
    expected="P와 숫자 12자리",
    personal=True,
    example="P012345678901",
)
PARCELS = Table(
    "parcels",
    "통관목록·수입신고 건",
    "declaration_no",
    (
        Column(
            "declaration_no",
            "신고번호",
            aliases=("통관목록번호", "수입신고번호", "목록·신고번호", "통관목록번호/수입신고번호"),
            example="L2606300001234",
        ),
        Column(
            "declared_at",
            "신고일시",
            "datetime",
            aliases=("접수일시", "제출일시", "신고일"),
            stand_in="arrived_on",
            example="2026-06-30 09:12:00",
        ),
        Column(
            "kind",
            "신고구분",
            choices={"L": "목록", "S": "간이", "G": "일반"},
            required=False,
            nullable=True,
            example="목록",
        ),
        Column(
            "cargo_no",
            "화물관리번호",
            required=False,
            nullable=True,
            aliases=("MRN-MSN-HSN",),
            example="26ABCD1234E-0001-0001",
        ),
        Column("hbl", "HBL번호", required=False, nullable=True, aliases=("HBL", "H B/L"), example="HB00012345"),
        Column("courier", "특송업체부호", required=False, nullable=True, example="KX01"),
        Column("arrived_on", "입항일", "date", required=False, nullable=True, example="2026-06-29"),
        Column(
            "origin",
            "적출국",
            pattern=r"[A-Z]{2}",
            expected="두 글자 나라 부호(예: CN)",
            required=False,
            nullable=True,
            example="CN",
        ),
        Column(
            "sender",
            "발송인상호",
            required=False,
            nullable=True,
            aliases=("발송인", "발송인 상호"),
            example="EXAMPLE TRADING",
        ),
        Column("sender_address", "발송인주소", required=False, nullable=True, example="1 EXAMPLE RD"),
        Column("receiver", "수하인성명", aliases=("수하인", "수하인명", "수취인성명"), personal=True, example="가나다"),
        Column("receiver_en", "수하인영문명", required=False, nullable=True, personal=True, example="GA NADA"),
        replace(_CODE, aliases=("PCCC", "통관고유부호", "통관부호")),
        Column(
            "phone",
            "수하인전화번호",
            aliases=("수하인전화", "수하인 전화", "전화번호", "수취인전화번호", "전화"),
            required=False,
            nullable=True,
            personal=True,
            example="010-0000-1234",
        ),
        Column(
            "postcode",
            "배송지우편번호",
            aliases=("우편번호",),
            pattern=r"\d{5}",
            expected="숫자 5자리",
            example="12345",
        ),
        Column(
            "address",
            "배송지주소",
            aliases=("주소", "배송지 주소"),
            personal=True,
            example="가온시 나래구 한빛로 12, 101호",
        ),
        Column("item", "품명", example="VITAMIN C"),
        Column(
            "hs6",
            "HS부호",
            required=False,
            nullable=True,
            aliases=("HS", "HS(6)", "HSK"),
            pattern=r"\d{6,10}",
            expected="숫자 6~10자리",
            example="210690",
        ),
        Column("quantity", "수량", "integer", required=False, nullable=True, at_least=0, example="2"),
        Column(
            "value_usd",
            "물품가격(USD)",
            "number",
            aliases=("물품가격", "신고가격", "총가격(USD)"),
            at_least=0,
            example="45.90",
        ),
        Column(
            "weight_kg",
            "중량(kg)",
            "number",
            required=False,
            nullable=True,
            at_least=0,
            aliases=("중량",),
            example="0.8",
        ),
        Column(
            "site",
            "전자상거래사이트",
            required=False,
            nullable=True,
            aliases=("사이트URL", "전자상거래 사이트 URL"),
            example="https://shop.example",
        ),
        Column("order_no", "거래번호", required=False, nullable=True, aliases=("주문번호",), example="T000123"),
        Column(
            "result",
            "검증결과",
            required=False,
            nullable=True,
            aliases=("시도결과", "시도 결과"),
            choices={PASSED: "통과", "N": "성명·전화 불일치", "Z": "우편번호 불일치"},
            example="통과",
        ),
    ),
)
CODES = Table(
    "codes",
    "통관고유부호 원장",
    "pccc",
    (
        _CODE,
        Column("name", "성명", aliases=("성명(한)", "성명(한글)", "한글성명"), personal=True, example="가나다"),
        Column(
            "name_en",
            "영문성명",
            required=False,
            nullable=True,
            aliases=("성명(영)", "성명(영문)", "영문명"),
            personal=True,
            example="GA NADA",
        ),
        Column(
            "phone",
            "전화번호",
            nullable=True,
            aliases=("전화", "휴대전화", "휴대전화번호"),
            personal=True,
            example="010-0000-1234",
        ),
        Column(
            "postcodes",
            "등록우편번호",
            nullable=True,
            aliases=("등록배송지", "등록배송지우편번호", "배송지우편번호"),
            pattern=r"\d{5}(\|\d{5}){0,19}",
            expected="우편번호 1~20개를 | 로 이은 값",
            example="12345|06000",
        ),
        Column("issued_on", "발급일", "date", example="2019-03-02"),
        Column(
            "changed_on", "정보변경일", "date", required=False, nullable=True, aliases=("변경일",), example="2026-01-15"
        ),
        Column("expires_on", "만료일", "date", required=False, nullable=True, example="2027-03-02"),
        Column(
            "status",
            "상태",
            required=False,
            nullable=True,
            choices={"N": "정상", "S": "정지", "C": "해지"},
            example="정상",
        ),
        Column(
            "generation",
            "검증세대",
            choices={"NPZ": "성명+전화+우편번호", "NP": "성명+전화"},
            example="NP",
        ),
        Column(
            "reissues",
            "연간재발급횟수",
            "integer",
            required=False,
            nullable=True,
            at_least=0,
            aliases=("재발급횟수",),
            example="0",
        ),
        Column(
            "reissued_on",
            "재발급일",
            "date",
            required=False,
            nullable=True,
            aliases=("최근재발급일",),
            example="2026-05-01",
        ),
    ),
)
REPORTS = Table(
    "reports",
    "도용신고",
    "report_no",
    (
        Column("report_no", "접수번호", example="R260630-001"),
        Column("reported_on", "접수일", "date", aliases=("신고일", "접수일자"), example="2026-06-30"),
        _CODE,
        Column(
            "declaration_no",
            "대상신고번호",
            nullable=True,
            aliases=("신고번호", "대상 신고번호"),
            example="L2606300001234",
        ),
        Column(
            "own",
            "본인여부답변",
            required=False,
            nullable=True,
            aliases=("본인여부", "본인여부 답변"),
            choices={"Y": "본인 거래", "N": "본인 아님", "U": "확인 중"},
            example="본인 아님",
        ),
    ),
)
TABLES = {table.name: table for table in (PARCELS, CODES, REPORTS)}
OPTIONAL = frozenset({"codes", "reports"})  # screening goes on without this file


def typed(rows: "pd.DataFrame", table: Table) -> pa.Table:
    """The rows as the contract types them, columns nobody filled empty, numbered as in a sheet."""
    columns = {
        c.name: pa.array(rows[c.name], type=TYPES[c.kind], from_pandas=True)
        if c.name in rows
        else pa.nulls(len(rows), TYPES[c.kind])
        for c in table.columns
    }
    return pa.table({**columns, "row_no": pa.array(range(2, len(rows) + 2), type=pa.int64())})


def empty(table: Table) -> pa.Table:
    """No rows, for a file that was not given."""
    return schema(table).append(pa.field("row_no", pa.int64())).empty_table()


def complete(tables: Mapping[str, pa.Table | Path]) -> dict[str, pa.Table | Path]:
    """``tables`` with an empty one for each that may be left out."""
    return {**{name: empty(TABLES[name]) for name in OPTIONAL}, **tables}
