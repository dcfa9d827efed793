"""Rules on one address's indicators: what the parcels tell, what the place tells, and what speaks for it.

An address alone never raises a grade: the points of ``PLACE`` rules count only beside those of the parcels.
"""

from typing import Any

import numpy as np
import pandas as pd

from lib.entries.address_reading.features import DORMITORY, HOME, OFFICE, OFFICETEL, PUBLIC, SHOP, USES, WORKS
from lib.screening.limits import Limits
from lib.screening.rules import Rule
from lib.screening.said import percent

OWN_USE = "관세법 제94조제4호, 같은 법 시행규칙 제45조(자가사용 소액물품 면세)"
SMUGGLING = "관세법 제269조제2항제1호(신고하지 아니한 수입)"
FALSE = "관세법 제276조제2항제4호(허위신고)"
NAME_USED = "관세법 제275조의3제1항제1호(타인 명의 사용 수입)"
UNCLEAR = "특송물품 수입통관 사무처리에 관한 고시 제11조(검사 요청: 주소가 통상의 주소로 보기 어렵거나 불분명)"
SPLIT = "특송물품 수입통관 사무처리에 관한 고시 제11조(검사 요청: 동일 주소지·전화번호로 분할배송)"
TOGETHER = "특송물품 수입통관 사무처리에 관한 고시 제11조(검사 요청: 합산과세 대상)"
POSTCODE = "배송지 우편번호 검증(2026-02-02 시행)"

GRADES = ("우선확인", "확인", "관찰", "해당없음")


def _n(value: Any) -> str:
    return f"{value:,.0f}"


def _many_varied(t: Any, m: Limits) -> Any:
    """Many people, each with a few parcels, and no goods that stand out."""
    return (t.names >= m["shared_names"]) & (t.parcels <= t.names * m["each_parcels"]) & _varied(t, m) & ~_anew(t, m)


def _varied(t: Any, m: Limits) -> Any:
    return ((t.same_item_share * 100 <= m["varied_share"]) | (t.same_item < m["same_item"])) & (
        t.near_limit_share * 100 < m["near_limit_share"]
    )


def _anew(t: Any, m: Limits) -> Any:
    """One code's place is written anew again and again: many ways, and many for its parcels."""
    return (t.code_spellings >= m["code_spellings"]) & (
        t.code_spellings * 100 >= t.code_parcels * m["code_spelling_share"]
    )


def _unmixed(t: Any, m: Limits) -> Any:
    """No single goods that go to many codes: what a place shared by strangers does not show."""
    return _varied(t, m) & (t.neighbours < m["neighbours"]) & (t.phone_names < m["phone_names"])


PLACE: tuple[Rule, ...] = (
    Rule(
        "use", "사업장으로 쓰이는 건물", 10, OWN_USE,
        lambda t, m: t.use.isin([SHOP, OFFICE, WORKS]),
        lambda r, m: f"건축물 용도가 「{USES[r['use']]}」임",
        "building",
    ),
    Rule(
        "words", "주소에 사업장 낱말", 10, OWN_USE,
        lambda t, m: t.business_words * 100 >= m["word_share"],
        lambda r, m: f"표기의 {percent(r['business_words'])}에 빌딩·센터·공장·창고 같은 낱말이 있음",
        "words",
    ),
    Rule(
        "seller", "같은 호의 통신판매업 신고", 25, SMUGGLING,
        lambda t, m: t.sellers_unit >= 1,
        lambda r, m: f"건물과 호까지 같은 통신판매업 신고가 {_n(r['sellers_unit'])}곳 있음. 판매 목적 여부 확인 필요",
        "register",
    ),
    Rule(
        "business", "같은 호의 사업자등록", 20, SMUGGLING,
        lambda t, m: t.businesses_unit >= 1,
        lambda r, m: f"건물과 호까지 같은 사업자등록이 {_n(r['businesses_unit'])}곳 있음. 판매 목적 여부 확인 필요",
        "register",
    ),
    Rule(
        "registered", "같은 건물의 사업자·통신판매업", 5, OWN_USE,
        lambda t, m: (t.registered_building >= 1) & (t.sellers_unit + t.businesses_unit == 0),
        lambda r, m: f"같은 건물(다른 호이거나 호가 적히지 않음)에 사업자·통신판매업 {_n(r['registered_building'])}곳이 등록됨",
        "register",
    ),
    Rule(
        "firm", "개인 수하인 주소에 업체 이름", 10, NAME_USED,
        lambda t, m: (t.firm_words * 100 >= m["word_share"]) & (t.declared_share * 100 < m["declared_share"]),
        lambda r, m: f"수하인은 개인인데 표기의 {percent(r['firm_words'])}에 업체 이름이 적혀 있음(수하인과 배송지 이름 불일치)",
        "firm",
    ),
    Rule(
        "postcode", "맞지 않는 신고 우편번호", 10, POSTCODE,
        lambda t, m: (t.postcode_off * 100 >= m["postcode_share"])
        & (t.postcode_off * t.parcels >= m["postcode_parcels"]),
        lambda r, m: f"신고한 우편번호의 {percent(r['postcode_off'])}가 판독한 건물의 우편번호와 다름",
        "postcode",
    ),
    Rule(
        "unclear", "건물을 찾지 못한 주소", 5, UNCLEAR,
        lambda t, m: t.unread > 0,
        lambda r, m: "도로명주소의 건물로 판독되지 않음. 적힌 글자 그대로 한 배송지로 봄",
    ),
    Rule(
        "plea", "주소에 자가사용을 적음", 5, FALSE,
        lambda t, m: t.plea_share > 0,
        lambda r, m: f"표기의 {percent(r['plea_share'])}에 자가사용(Jagayong 등)을 내세운 낱말이 있음",
        "plea",
    ),
)  # fmt: skip
PARCELS: tuple[Rule, ...] = (
    Rule(
        "busy", "한 배송지에 잦은 배송", 10, SPLIT,
        lambda t, m: t.parcels_month >= m["parcels_month"],
        lambda r, m: f"30일 동안 {_n(r['parcels_month'])}건을 받음(기준 {_n(m['parcels_month'])}건 이상)",
        "month",
    ),
    Rule(
        "recipients", "한 배송지에 여러 수하인·통관부호", 15, NAME_USED,
        lambda t, m: (t.names_month >= m["recipients"]) | (t.codes_month >= m["recipients"]),
        lambda r, m: (
            f"30일 동안 서로 다른 수하인 {_n(r['names_month'])}명, 통관부호 {_n(r['codes_month'])}개로 받음"
            f"(기준 {_n(m['recipients'])} 이상)"
        ),
        "month",
    ),
    Rule(
        "same_item", "같은 품명의 반복", 20, OWN_USE,
        lambda t, m: t.same_item >= m["same_item"],
        lambda r, m: f"같은 품명을 {_n(r['same_item'])}건({percent(r['same_item_share'])}) 되풀이해 받음(기준 {_n(m['same_item'])}건 이상)",
        "same_item",
    ),
    Rule(
        "gathered", "같은 품명을 여러 통관부호로 나눔", 20, NAME_USED,
        lambda t, m: (t.same_item_codes >= m["same_item_codes"]) & (t.same_item_share * 100 > m["varied_share"]),
        lambda r, m: f"같은 품명을 통관부호 {_n(r['same_item_codes'])}개로 나누어 받음(기준 {_n(m['same_item_codes'])}개 이상)",
        "same_item",
    ),
    Rule(
        "near_limit", "면세 한도 바로 아래 가격", 20, OWN_USE,
        lambda t, m: (t.near_limit_share * 100 >= m["near_limit_share"]) & (t.near_limit >= m["near_limit_parcels"]),
        lambda r, m: f"신고 가격의 {percent(r['near_limit_share'])}({_n(r['near_limit'])}건)가 140~150달러·190~200달러에 몰림",
        "near_limit",
    ),
    Rule(
        "spellings", "한 곳을 여러 가지로 적음", 25, UNCLEAR,
        lambda t, m: _anew(t, m)
        | ((t.spellings >= m["spellings"]) & (t.spellings >= 2 * t.names)),
        lambda r, m: (
            f"같은 곳을 {_n(r['spellings'])}가지로 적음(한 통관부호가 {_n(r['code_spellings'])}가지). 건수를 나누어 보이려는 표기인지 확인 필요"
        ),
        "spellings",
    ),
    Rule(
        "one_sender", "한 발송인에 몰림", 10, OWN_USE,
        lambda t, m: (t.sender_share * 100 >= m["sender_share"]) & (t.parcels >= m["sender_parcels"]),
        lambda r, m: f"발송인 집중도가 {percent(r['sender_share'])}임(한 발송인에 몰림)",
        "sender",
    ),
    Rule(
        "neighbours", "이웃한 호로 나눈 배송", 25, SPLIT,
        lambda t, m: t.neighbours >= m["neighbours"],
        lambda r, m: (
            f"같은 건물 {_n(r['neighbours'])}개 호가 전화번호·통관부호를 함께 쓰거나 한 발송인의 같은 품명을 저마다 되풀이해 받음"
            f"(기준 {_n(m['neighbours'])}곳 이상)"
        ),
        "neighbours",
    ),
    Rule(
        "phone_names", "한 전화번호에 여러 수하인", 15, SPLIT,
        lambda t, m: t.phone_names >= m["phone_names"],
        lambda r, m: f"한 전화번호에 수하인 이름 {_n(r['phone_names'])}개가 쓰임(기준 {_n(m['phone_names'])}명 이상)",
        "phone",
    ),
    Rule(
        "split", "같은 날 나누어 보낸 물품", 10, TOGETHER,
        lambda t, m: t.split_parcels >= m["split_parcels"],
        lambda r, m: (
            f"같은 날 같은 발송인에게서 {_n(r['split_parcels'])}건으로 나누어 받아 합계가 면세 한도를 넘음. 구매일이 같은지 확인 필요"
        ),
        "split",
    ),
)  # fmt: skip
CLEARING: tuple[Rule, ...] = (
    Rule(
        "declared", "정식 수입신고", -60, "",
        lambda t, m: t.declared_share * 100 >= m["declared_share"],
        lambda r, m: f"건의 {percent(r['declared_share'])}가 일반 수입신고로 통관됨. 판매용으로 바르게 신고한 사업자일 수 있음",
        "declared",
        clears=True,
    ),
    Rule(
        "forwarding", "배대지로 볼 수 있음", -30, "",
        lambda t, m: ((t.forwarder >= 0.3) | (t.names >= 3 * m["shared_names"])) & _many_varied(t, m),
        lambda r, m: f"수하인 {_n(r['names'])}명이 서로 다른 물품을 한두 건씩 받음. 배송대행지일 수 있음",
        clears=True,
    ),
    Rule(
        "locker", "편의점·무인택배함으로 볼 수 있음", -30, "",
        lambda t, m: (t.locker >= 0.3) & _unmixed(t, m),
        lambda r, m: "표기에 편의점·무인택배함이 있고 같은 물품이 몰리지 않음. 여러 이웃이 함께 쓰는 수령처일 수 있음",
        "words",
        clears=True,
    ),
    Rule(
        "dormitory", "기숙사로 볼 수 있음", -30, "",
        lambda t, m: ((t.dormitory >= 0.3) | (t.use == DORMITORY)) & _unmixed(t, m),
        lambda r, m: "기숙사로 보이고 같은 물품이 몰리지 않음. 여러 사람이 한 주소로 받는 것이 보통임",
        "words",
        clears=True,
    ),
    Rule(
        "public", "관공서·학교로 볼 수 있음", -30, "",
        lambda t, m: ((t.public >= 0.3) | (t.use == PUBLIC)) & _unmixed(t, m),
        lambda r, m: "관공서·학교·병원 같은 기관으로 보이고 같은 물품이 몰리지 않음. 직원이 직장에서 받는 것일 수 있음",
        "words",
        clears=True,
    ),
    Rule(
        "workplace", "직장 수령으로 볼 수 있음", -25, "",
        lambda t, m: (t.use.isin([OFFICE, WORKS, SHOP, OFFICETEL]) | (t.business_words >= 0.3) | (t.firm_words >= 0.3))
        & (t.names >= m["recipients"])
        & (t.parcels <= t.names * m["each_parcels"])
        & _unmixed(t, m),
        lambda r, m: (
            f"업무용 건물에서 {_n(r['names'])}명이 저마다 {r['parcels'] / max(r['names'], 1):.1f}건씩 다른 물품을 받음. 직장 수령일 수 있음"
        ),
        clears=True,
    ),
    Rule(
        "officetel", "오피스텔 거주일 수 있음", -10, "",
        lambda t, m: ((t.use == OFFICETEL) | (t.officetel >= 0.3)) & (t.sellers_unit + t.businesses_unit == 0) & _unmixed(t, m),
        lambda r, m: "오피스텔은 주거로도 쓰임. 이 호에 등록된 사업자가 없고 같은 물품이 몰리지 않음",
        "building",
        clears=True,
    ),
    Rule(
        "family", "가족 수령으로 볼 수 있음", -15, "",
        lambda t, m: (t.use.isin([HOME, OFFICETEL, ""]))
        & (t.names >= 2)
        & (t.names <= m["family_names"])
        & ~_anew(t, m)
        & _unmixed(t, m),
        lambda r, m: f"한 집에서 {_n(r['names'])}명이 서로 다른 물품을 받음. 가족일 수 있음",
        clears=True,
    ),
    Rule(
        "hobby", "한 사람의 여러 물품", -15, "",
        lambda t, m: (t.names == 1)
        & (t.same_item_share * 100 <= m["varied_share"])
        & ~_anew(t, m)
        & (t.near_limit_share * 100 < m["near_limit_share"]),
        lambda r, m: f"한 사람이 서로 다른 물품 {_n(r['parcels'])}건을 받음. 취미나 개인 소비일 수 있음",
        clears=True,
    ),
    Rule(
        "no_unit", "동·호가 없는 주소", -10, "",
        lambda t, m: (t.no_unit > 0.5) & (t.unread == 0) & (t.use.isin([HOME, OFFICETEL, OFFICE, WORKS]) | (t.building_units >= 3)) & _unmixed(t, m),
        lambda r, m: "동·호가 적히지 않아 건물 전체를 한 곳으로 봄. 여러 세대·업체가 섞였을 수 있음",
        clears=True,
    ),
)  # fmt: skip
RULES: tuple[Rule, ...] = (*PARCELS, *PLACE, *CLEARING)
_SHARED_WORDS = {
    "forwarder": ("forwarding", "배대지"),
    "locker": ("locker", "편의점·무인택배함"),
    "dormitory": ("dormitory", "기숙사"),
    "public": ("public", "관공서·학교"),
    "officetel": ("officetel", "오피스텔"),
}


def doubted(row: "pd.Series[Any]") -> list[str]:
    """Confusers the words name that the parcels do not bear out; said, and nothing is lowered for them."""
    return [
        f"표기에 {what} 낱말이 있으나 받은 물품의 모습이 달라 등급을 낮추지 않음. 실제 용도 확인 필요"
        for column, (rule, what) in _SHARED_WORDS.items()
        if row[column] >= 0.3 and not row[f"rule_{rule}"]
    ]


def points(rows: pd.DataFrame, limits: Limits) -> "np.ndarray[Any, Any]":
    """The points that grade: of the parcels, less what clears; those of the place only where the parcels reach 관찰."""
    sums = {
        name: sum((rows[f"rule_{rule.code}"].astype(int) * rule.points for rule in group), start=np.zeros(len(rows)))
        for name, group in (("parcels", PARCELS), ("place", PLACE), ("clearing", CLEARING))
    }
    told = sums["parcels"] + np.maximum(sums["clearing"], -60)
    return np.asarray(np.maximum(np.where(told >= limits["tier_watch"], told + sums["place"], told), 0))


def behaves(rows: pd.DataFrame) -> "np.ndarray[Any, Any]":
    """Whether any rule on the parcels holds: without one no grade is given, whatever the place or a model says."""
    return np.asarray(rows[[f"rule_{rule.code}" for rule in PARCELS]].any(axis=1), dtype=bool)
