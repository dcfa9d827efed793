"""What the officer's files must hold: events of bonded cargo; and, if at hand, warehouses, changes (연장·정정·면제), replies."""

import pyarrow as pa

from lib.tables import contract
from lib.tables.contract import Column, Table

CARGO_NO = r"[0-9A-Z]{11}-?\d{4}(-?\d{4})?"
SHED = r"[0-9A-Z]{8}"

_CARGO = Column(
    "cargo_no",
    "화물관리번호",
    aliases=("화물관리번호(MRN-MSN-HSN)", "MRN-MSN-HSN", "cargMtNo"),
    pattern=CARGO_NO,
    code=True,
    expected="MRN 11자리, MSN 4자리, HSN 4자리",
    example="26KE0012345-0012-0003",
)
_SHED = Column(
    "shed",
    "장치장부호",
    aliases=("보세구역부호", "보세구역코드", "장치장소부호", "장치장코드", "shedSgn"),
    pattern=SHED,
    expected="8자리 부호",
    code=True,
    width=8,
    example="04077013",
)
_DECLARATION = Column(
    "declaration_no",
    "신고번호",
    required=False,
    nullable=True,
    aliases=("보세운송신고번호", "신고(승인)번호", "dclrNo"),
    example="04026C0012345",
)

EVENTS = Table(
    "events",
    "보세화물 이벤트",
    "event_no",
    (
        Column("event_no", "연번", required=False, aliases=("행번호", "이벤트번호"), example="1"),
        _CARGO,
        Column("mbl", "MBL번호", required=False, nullable=True, aliases=("MBL", "M B/L"), example="18012345675"),
        Column("hbl", "HBL번호", required=False, nullable=True, aliases=("HBL", "H B/L", "BL번호", "B/L번호", "HOUSE B/L"), example="HB00012345"),
        Column("kind", "처리구분", aliases=("이벤트구분", "처리단계", "cargTrcnRelaBsopTpcd"), example="반입신고"),
        Column(
            "shed", _SHED.title, aliases=_SHED.aliases, pattern=SHED, code=True, width=8, expected=_SHED.expected, nullable=True,
            example=_SHED.example,
        ),
        Column("shed_name", "장치장명", required=False, nullable=True, aliases=("보세구역명", "shedNm"), example="예시항공터미널"),
        Column("processed_at", "처리일시", "datetime", aliases=("처리일자", "신고일시", "prcsDttm"), example="2026-06-29 10:20:00"),
        Column(
            "moved_at", "반출입일시", "datetime", required=False, nullable=True, spare=True, aliases=("반출입일자", "rlbrDttm"),
            example="2026-06-29 10:00:00",
        ),
        _DECLARATION,
        Column(
            "packages", "포장개수", "integer", required=False, nullable=True, spare=True, aliases=("개수", "반출입개수", "pckGcnt"), at_least=0,
            example="12",
        ),
        Column("package_unit", "포장단위", required=False, nullable=True, aliases=("개수단위", "pckUt"), example="CT"),
        Column("weight_kg", "중량(kg)", "number", required=False, nullable=True, spare=True, aliases=("중량", "총중량", "wght"), at_least=0, example="310.5"),
        Column(
            "mode", "운송구분", required=False, nullable=True, spare=True, choices={"A": "항공", "S": "해상"}, aliases=("운송수단구분",),
            example="항공",
        ),
        Column("vehicle", "차량·컨테이너번호", required=False, nullable=True, aliases=("차량번호", "컨테이너번호"), example="EXMU1234567"),
        Column("carrier", "보세운송업자부호", required=False, nullable=True, aliases=("보세운송인부호", "보세운송업자"), example="BT0012"),
        Column(
            "from_shed", "출발지장치장부호", required=False, nullable=True, aliases=("출발지", "출발지보세구역", "발송지", "발송지보세구역"), pattern=SHED, code=True, width=8, spare=True,
            expected=_SHED.expected, example="04077013",
        ),
        Column(
            "to_shed", "도착지장치장부호", required=False, nullable=True, aliases=("도착지", "도착지보세구역"), pattern=SHED, code=True, width=8, spare=True,
            expected=_SHED.expected, example="03012028",
        ),
        Column("prior", "입항전신고", "flag", required=False, nullable=True, spare=True, aliases=("입항전신고여부",), example="N"),
    ),
)  # fmt: skip

WAREHOUSES = Table(
    "warehouses",
    "보세구역",
    "shed",
    (
        _SHED,
        Column("name", "보세구역명", aliases=("장치장명", "상호", "보세구역 명칭"), example="예시항공터미널"),
        Column("operator", "운영인", required=False, nullable=True, aliases=("운영인상호",), example="예시물류㈜"),
        Column("manager", "담당자", required=False, nullable=True, personal=True, aliases=("담당자명",), example="가나다"),
        Column(
            "phone", "휴대전화", nullable=True, personal=True, aliases=("담당자휴대전화", "휴대전화번호", "휴대폰", "연락처", "담당자연락처", "전화번호"),
            example="010-0000-1234",
        ),
        Column("consent", "수신동의", "flag", nullable=True, spare=True, aliases=("문자수신동의", "수신동의여부"), example="Y"),
        Column("self_managed", "자율관리보세구역", "flag", required=False, nullable=True, aliases=("자율관리", "자율관리여부"), example="N"),
        Column("auto_report", "자동전송", "flag", required=False, nullable=True, aliases=("자동전송여부", "자동신고"), example="N"),
        Column("zone", "집단화지역", required=False, nullable=True, aliases=("집단화지역부호",), example="Z1"),
        Column("site", "사업장", required=False, nullable=True, aliases=("동일사업장", "사업장부호"), example="S0012"),
        Column(
            "listed", "반출의무지정", "flag", required=False, nullable=True, aliases=("반출의무대상", "157조의2대상", "별표1지정"),
            example="Y",
        ),
    ),
)  # fmt: skip

CHANGES = Table(
    "changes",
    "연장·정정·면제",
    "change_no",
    (
        Column("change_no", "연번", required=False, aliases=("접수번호", "행번호"), example="1"),
        _CARGO,
        Column(
            "kind", "구분", choices={"EXT": "기간연장", "COR": "정정", "WDR": "취하", "EXM": "면제"}, aliases=("신청구분",),
            example="기간연장",
        ),
        Column(
            "status", "상태", choices={"P": "진행", "A": "승인", "R": "반려"}, aliases=("처리상태",), example="승인"
        ),
        Column("filed_at", "신청일시", "datetime", aliases=("신청일", "접수일시"), example="2026-06-20 09:00:00"),
        Column("until", "연장기한", "date", required=False, nullable=True, spare=True, aliases=("연장된기한", "연장일"), example="2026-07-05"),
        Column(
            "shed", _SHED.title, aliases=_SHED.aliases, pattern=SHED, code=True, width=8, expected=_SHED.expected, required=False, nullable=True,
            example=_SHED.example,
        ),
        _DECLARATION,
        Column("note", "사유", required=False, nullable=True, aliases=("비고",), example="도착지 창고 사정"),
    ),
)  # fmt: skip

REPLIES = Table(
    "replies",
    "문자 회신",
    "reply_no",
    (
        Column("reply_no", "연번", required=False, aliases=("행번호",), example="1"),
        Column("phone", "발신번호", personal=True, aliases=("휴대전화", "보낸번호"), example="010-0000-1234"),
        Column("received_at", "수신일시", "datetime", aliases=("받은시각", "수신시각"), example="2026-06-30 10:12:00"),
        Column("text", "내용", aliases=("회신내용", "문자내용"), example="1"),
    ),
)

SENT = Table(
    "sent",
    "문자 발송 이력",
    "sent_no",
    (
        Column("sent_no", "연번", required=False, aliases=("행번호",), example="1"),
        _SHED,
        Column("sent_at", "발송일시", "datetime", aliases=("보낸일시", "발송시각"), example="2026-06-29 09:05:00"),
        _CARGO,
    ),
)

TABLES = {table.name: table for table in (EVENTS, WAREHOUSES, CHANGES, REPLIES, SENT)}
OPTIONAL = ("changes", "replies", "sent")


def schema(name: str) -> pa.Schema:
    """Arrow types of one table's usable rows."""
    return contract.schema(TABLES[name])


def empty(name: str) -> pa.Table:
    """No rows, for an optional table that was not given."""
    return schema(name).empty_table()
