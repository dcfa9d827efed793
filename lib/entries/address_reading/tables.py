"""What the officer's files must hold: parcels, and where at hand registers of businesses, sellers and buildings."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from lib.tables.contract import TYPES, Column, Table, schema

if TYPE_CHECKING:
    import pandas as pd

FORMAL = "G"  # cleared by a formal import declaration, duty and tax paid

PARCELS = Table(
    "parcels",
    "특송 배송 건",
    "hbl",
    (
        Column("hbl", "HBL", aliases=("HBL번호", "H B/L", "송장번호", "운송장번호"), example="HB00012345"),
        Column("arrived_on", "입항일", "date", aliases=("입항일자", "신고일", "신고일시"), example="2026-06-29"),
        Column(
            "receiver",
            "수하인 영문명",
            aliases=("수하인영문명", "수하인", "수하인성명", "수취인 영문명", "수취인"),
            personal=True,
            example="GA NADA",
        ),
        Column(
            "pccc",
            "통관부호",
            nullable=True,
            aliases=("PCCC", "개인통관고유부호", "통관고유부호", "부호"),
            pattern=r"P\d{12}|[^P].*",
            expected="개인은 P와 숫자 12자리, 업체는 사업자 통관고유부호",
            personal=True,
            example="P012345678901",
        ),
        Column(
            "address",
            "영문 배송지",
            aliases=("영문배송지", "배송지", "배송지주소", "영문주소", "수하인주소", "수하인 영문주소", "주소"),
            personal=True,
            example="101-9901, 12, Example-ro, Sample-gu, Seoul",
        ),
        Column(
            "postcode",
            "우편번호",
            nullable=True,
            aliases=("배송지우편번호", "배송지 우편번호"),
            pattern=r"\d{5}|\d{3}-?\d{3}",
            expected="숫자 5자리(옛 우편번호는 6자리)",
            example="12345",
        ),
        Column("item", "품명", aliases=("품명규격", "물품명"), example="RUNNING SHOES"),
        Column("quantity", "수량", "integer", nullable=True, at_least=0, example="1"),
        Column(
            "value_usd",
            "가격",
            "number",
            aliases=("가격(USD)", "물품가격", "물품가격(USD)", "신고가격", "총가격(USD)"),
            at_least=0,
            example="145.90",
        ),
        Column("currency", "통화", required=False, nullable=True, pattern=r"[A-Z]{3}", expected="세 글자 통화 부호(USD)", example="USD"),
        Column(
            "kind",
            "신고구분",
            required=False,
            nullable=True,
            choices={"L": "목록", "S": "간이", FORMAL: "일반"},
            example="목록",
        ),
        Column("courier", "특송업체", required=False, nullable=True, aliases=("특송업체부호",), example="KX01"),
        Column("sender", "발송인", required=False, nullable=True, aliases=("발송인상호", "발송인 상호"), example="EXAMPLE TRADING"),
        Column(
            "phone",
            "전화",
            required=False,
            nullable=True,
            aliases=("전화번호", "수하인전화", "수하인전화번호", "수하인 전화"),
            personal=True,
            example="010-0000-1234",
        ),
        Column("site", "사이트URL", required=False, nullable=True, aliases=("전자상거래사이트", "사이트 URL", "전자상거래 사이트 URL"), example="https://shop.example"),
    ),
)  # fmt: skip
_PLACE = Column(
    "address",
    "소재지",
    aliases=("사업장소재지", "사업장 소재지", "소재지(도로명)", "도로명주소", "주소"),
    example="가온특별시 나래구 한빛로 12, 9901호",
)
BUSINESSES = Table(
    "businesses",
    "사업자등록",
    "number",
    (
        Column("number", "사업자번호", aliases=("사업자등록번호",), example="000-00-00001"),
        Column("name", "상호", aliases=("업체명", "상호명"), example="예시상사"),
        _PLACE,
        Column("trade", "업태/종목", required=False, nullable=True, aliases=("업태종목", "업태", "종목"), example="소매/전자상거래"),
        Column("opened_on", "개업일", "date", required=False, nullable=True, aliases=("개업일자",), example="2024-03-02"),
        Column("closed_on", "폐업일", "date", required=False, nullable=True, aliases=("폐업일자",), example="2026-01-31"),
    ),
)  # fmt: skip
SELLERS = Table(
    "sellers",
    "통신판매업 신고",
    "number",
    (
        Column("number", "신고번호", aliases=("통신판매업신고번호", "통신판매번호"), example="제2024-예시-00001호"),
        Column("name", "상호", aliases=("업체명", "상호명"), example="예시몰"),
        _PLACE,
        Column("way", "판매방식", required=False, nullable=True, example="인터넷"),
    ),
)
BUILDINGS = Table(
    "buildings",
    "건축물대장",
    "building_no",
    (
        Column("building_no", "관리번호", aliases=("건물관리번호", "건축물관리번호", "관리건축물대장PK"), example="B0001"),
        Column(
            "address",
            "주소",
            aliases=("도로명주소", "대지위치", "소재지"),
            example="가온특별시 나래구 한빛로 12",
        ),
        Column("use", "주용도", nullable=True, aliases=("주용도명", "주용도코드명"), example="업무시설"),
        Column("name", "건물명", required=False, nullable=True, example="예시타워"),
        Column("shared", "공동주택 여부", "flag", required=False, nullable=True, aliases=("공동주택여부", "공동주택"), example="N"),
    ),
)  # fmt: skip
TABLES = {table.name: table for table in (PARCELS, BUSINESSES, SELLERS, BUILDINGS)}
OPTIONAL = frozenset({"businesses", "sellers", "buildings"})  # screening goes on without this file


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
