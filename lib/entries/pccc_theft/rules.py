"""Rules on one code's indicators, and the four grades they add up to.

``holds`` uses only comparisons, & and |, so that the same rule judges a whole table in the engine and one declaration.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lib.screening.limits import Limits
from lib.screening.rules import Rule
from lib.screening.said import percent

NAME_USED = "관세법 제275조의3제1항제1호(타인 명의 사용 수입)"
SUSPEND = "통관고유부호 및 해외거래처부호 등록·관리에 관한 고시(제2025-32호) 제25조제2항(직권 사용정지)"
REISSUE = "통관고유부호 및 해외거래처부호 등록·관리에 관한 고시(제2025-32호) 제13조제4항(재발급 연 5회)"
THREE_MATCH = "성명·전화번호·배송지 우편번호 3항목 일치 통관(2026-02-02 시행)"
SPLIT = "관세법 제94조제4호, 같은 법 시행규칙 제45조(소액물품 면세)"

NORMAL, WATCH, SUSPECT, STRONG = "정상", "관심", "의심(본인확인 문자)", "유력(직권정지 검토)"
GRADES = (NORMAL, WATCH, SUSPECT, STRONG)


def _n(value: Any) -> str:
    return f"{value:,.0f}"


def _burst(t: Any, limits: Limits) -> Any:
    return (
        (t.burst_ratio >= limits["burst_ratio"])
        & (t.burst_z >= limits["burst_z"])
        & (t.week_parcels >= limits["burst_parcels"])
    )


def _many_products(t: Any, limits: Limits) -> Any:
    return (t.place_codes >= limits["place_codes"]) & (
        t.place_item_codes * 100 <= t.place_codes * limits["many_products"]
    )


RULES: tuple[Rule, ...] = (
    Rule(
        "legacy_mismatch",
        "등록 밖 배송지(성명·전화 검증 부호)",
        15,
        NAME_USED,
        lambda t, m: (t.generation == "NP") & (t.mismatch >= m["legacy_mismatch"] / 100),
        lambda r, m: (
            f"90일 신고의 {percent(r['mismatch'])}가 등록되지 않은 우편번호로 배송됨(기준 {_n(m['legacy_mismatch'])}% 이상)"
        ),
        "mismatch",
    ),
    Rule(
        "verified_mismatch",
        "통과할 수 없는 배송지(3항목 검증 부호)",
        25,
        THREE_MATCH,
        lambda t, m: (t.generation == "NPZ") & (t.mismatch > 0),
        lambda r, m: (
            f"우편번호까지 검증하는 부호인데 등록되지 않은 우편번호로 통과한 신고가 {percent(r['mismatch'])}임. 신고 자료와 반입 경로 확인 필요"
        ),
        "mismatch",
    ),
    Rule(
        "addresses",
        "한 부호에 여러 배송지",
        10,
        NAME_USED,
        lambda t, m: t.addresses >= m["addresses"],
        lambda r, m: f"한 부호로 배송지 {_n(r['addresses'])}곳에서 받음(기준 {_n(m['addresses'])}곳 이상)",
    ),
    Rule(
        "phones",
        "한 부호에 여러 전화번호",
        10,
        NAME_USED,
        lambda t, m: t.phones >= m["phones"],
        lambda r, m: f"한 부호에 전화번호 {_n(r['phones'])}개가 쓰임(기준 {_n(m['phones'])}개 이상)",
    ),
    Rule(
        "names",
        "한 부호에 여러 이름",
        10,
        NAME_USED,
        lambda t, m: t.names >= m["names"],
        lambda r, m: f"한 부호에 수하인 이름 {_n(r['names'])}개가 쓰임(기준 {_n(m['names'])}명 이상)",
    ),
    Rule(
        "place_hub",
        "한 배송지에 여러 부호",
        10,
        NAME_USED,
        lambda t, m: t.place_codes >= m["place_codes"],
        lambda r, m: (
            f"같은 배송지에서 30일 동안 서로 다른 부호 {_n(r['place_codes'])}개로 받음(기준 {_n(m['place_codes'])}개 이상)"
        ),
        "place",
    ),
    Rule(
        "gathering",
        "한 배송지에 같은 물품을 여러 부호로",
        25,
        NAME_USED,
        lambda t, m: (
            (t.place_item_codes >= m["place_codes"]) & (t.place_item_codes * 100 > t.place_codes * m["many_products"])
        ),
        lambda r, m: (
            f"같은 배송지에서 같은 품명을 부호 {_n(r['place_item_codes'])}개로 나누어 받음(그 배송지 부호 {_n(r['place_codes'])}개 중)"
        ),
        "place",
    ),
    Rule(
        "phone_hub",
        "한 전화번호에 여러 부호",
        15,
        NAME_USED,
        lambda t, m: t.phone_codes >= m["place_codes"],
        lambda r, m: (
            f"같은 전화번호가 30일 동안 부호 {_n(r['phone_codes'])}개에 쓰임(기준 {_n(m['place_codes'])}개 이상)"
        ),
        "phone",
    ),
    Rule(
        "revived",
        "오래 쉰 부호가 처음 가는 지역에서 되살아남",
        20,
        NAME_USED,
        lambda t, m: (t.idle_days > m["dormant_days"]) & (t.new_region > 0),
        lambda r, m: (
            f"{_n(r['idle_days'])}일 이상 쓰이지 않던 부호가 처음 가는 지역으로 배송됨(기준 {_n(m['dormant_days'])}일 초과)"
        ),
        "idle",
    ),
    Rule(
        "burst",
        "7일 안 급증",
        15,
        NAME_USED,
        _burst,
        lambda r, m: (
            f"7일 동안 {_n(r['week_parcels'])}건으로 과거 주평균의 {r['burst_ratio']:.1f}배(기준 {_n(m['burst_ratio'])}배 이상)"
        ),
        "month",
    ),
    Rule(
        "burst_elsewhere",
        "급증과 처음 가는 지역이 겹침",
        15,
        NAME_USED,
        lambda t, m: _burst(t, m) & (t.new_region >= 0.5),
        lambda r, m: f"급증한 신고의 {percent(r['new_region'])}가 이 부호로 처음 가는 지역임",
        "new_region",
    ),
    Rule(
        "other_goods",
        "과거와 다른 물품의 반복",
        15,
        NAME_USED,
        lambda t, m: (t.goods_overlap < m["goods_overlap"] / 100) & (t.same_item >= m["same_item"]),
        lambda r, m: (
            f"과거 품목군과 {percent(r['goods_overlap'])}만 겹치고 같은 품명이 {_n(r['same_item'])}건 되풀이됨"
        ),
        "same_item",
    ),
    Rule(
        "near_limit",
        "면세 한도 바로 아래 가격",
        15,
        SPLIT,
        lambda t, m: (t.near_limit_share >= m["near_limit_share"] / 100) & (t.near_limit >= m["near_limit_parcels"]),
        lambda r, m: (
            f"신고 가격의 {percent(r['near_limit_share'])}({_n(r['near_limit'])}건)가 면세 한도 바로 아래에 몰림"
        ),
        "near_limit",
    ),
    Rule(
        "sequential",
        "한 발송인이 부호만 바꾸어 반복",
        30,
        NAME_USED,
        lambda t, m: t.sender_only_codes >= m["sender_codes"],
        lambda r, m: (
            f"한 발송인이 같은 품명을 7일 안에 부호 {_n(r['sender_only_codes'])}개로 바꾸어 보냄(기준 {_n(m['sender_codes'])}개 이상)"
        ),
        "sender",
    ),
    Rule(
        "changed",
        "등록정보를 바꾼 직후 급증",
        20,
        SUSPEND,
        lambda t, m: (t.after_change >= m["reissue_parcels"]) & (t.new_region > 0) & _burst(t, m),
        lambda r, m: (
            f"등록정보를 바꾼 뒤 {_n(m['reissue_days'])}일 안에 {_n(r['after_change'])}건이 이어짐(바꾼 지 {_n(r['changed_days'])}일)"
        ),
        "after_change",
    ),
    Rule(
        "reissued",
        "재발급 직후 급증",
        15,
        REISSUE,
        lambda t, m: t.after_reissue >= m["reissue_parcels"],
        lambda r, m: (
            f"재발급 뒤 {_n(m['reissue_days'])}일 안에 {_n(r['after_reissue'])}건이 이어짐(기준 {_n(m['reissue_parcels'])}건 이상)"
        ),
        "after_reissue",
    ),
    Rule(
        "reissues",
        "한도에 가까운 재발급",
        15,
        REISSUE,
        lambda t, m: t.reissues >= m["reissues"],
        lambda r, m: f"1년 동안 {_n(r['reissues'])}번 재발급함(한도 5회, 기준 {_n(m['reissues'])}회 이상)",
        "ledger",
    ),
    Rule(
        "linked",
        "신고된 도용 건과 배송지·전화가 같음",
        25,
        NAME_USED,
        lambda t, m: t.link_hops == 1,
        lambda r, m: "도용으로 신고된 다른 부호의 건과 배송지나 전화번호가 같음",
        "reports",
    ),
    Rule(
        "linked_two",
        "신고된 도용 건과 두 단계로 이어짐",
        15,
        NAME_USED,
        lambda t, m: t.link_hops == 2,
        lambda r, m: "도용으로 신고된 건과 배송지·전화번호를 거쳐 두 단계로 이어짐",
        "reports",
    ),
    Rule(
        "own_report",
        "본인의 도용신고",
        95,
        SUSPEND,
        lambda t, m: t.own_reports >= 1,
        lambda r, m: f"이 부호에 대한 도용신고가 {_n(r['own_reports'])}건 접수됨",
        "own_reports",
    ),
    Rule(
        "guessed",
        "불일치 시도를 되풀이한 뒤 통과",
        25,
        NAME_USED,
        lambda t, m: t.failures >= m["failures"],
        lambda r, m: (
            f"통과하기 전 24시간 안에 성명·전화가 맞지 않은 시도가 {_n(r['failures'])}번 있음(기준 {_n(m['failures'])}번 이상)"
        ),
        "failed",
    ),
    Rule(
        "many_products",
        "여러 품목이 드나드는 공용 배송지",
        -15,
        "",
        _many_products,
        lambda r, m: (
            f"배송지의 부호 {_n(r['place_codes'])}개가 서로 다른 물품을 받음. 회사·배송대행지처럼 함께 쓰는 주소일 수 있음"
        ),
        "place",
        clears=True,
    ),
    Rule(
        "own_at_shared",
        "공용 배송지에서 본인 정보로 받음",
        -15,
        "",
        lambda t, m: (
            _many_products(t, m)
            & (t.place_codes >= 2 * m["place_codes"])
            & (t.other_phone == 0)
            & (t.other_name == 0)
            & (t.same_item < m["same_item"])
            & (t.failures == 0)
        ),
        lambda r, m: (
            f"부호 {_n(r['place_codes'])}개가 함께 쓰는 배송지에서 원장과 같은 이름·전화번호로 받고 같은 품명의 반복이 없음"
        ),
        "place",
        clears=True,
    ),
    Rule(
        "registered_home",
        "등록한 배송지에서 본인 정보로 받음",
        -5,
        "",
        lambda t, m: (t.mismatch == 0) & (t.other_phone == 0) & (t.other_name == 0) & (t.new_region == 0),
        lambda r, m: "모두 등록된 우편번호로, 원장과 같은 이름과 전화번호로 받음",
        "all",
        clears=True,
    ),
    Rule(
        "family",
        "가족 수령으로 볼 수 있음",
        -10,
        "",
        lambda t, m: (
            (t.mismatch == 0)
            & (t.new_region == 0)
            & (t.names == 2)
            & (t.phones == 2)
            & (t.place_codes < m["place_codes"])
            & (t.phone_codes < m["place_codes"])
            & (t.failures == 0)
        ),
        lambda r, m: "등록된 우편번호로만 받으면서 이름과 전화번호가 한 사람만 더해짐. 가족이 받은 것일 수 있음",
        "all",
        clears=True,
    ),
    Rule(
        "moved",
        "이사로 볼 수 있음",
        -35,
        "",
        lambda t, m: (
            (t.new_region > 0)
            & (t.mismatch == 0)
            & (t.addresses <= 2)
            & (t.other_phone == 0)
            & (t.other_name == 0)
            & (t.place_codes < m["place_codes"])
            & (t.goods_overlap >= m["goods_overlap"] / 100)
            & (t.same_item < m["same_item"])
            & (t.idle_days <= m["dormant_days"])
            & (t.failures == 0)
        ),
        lambda r, m: (
            "새 지역이 원장에 등록되어 있고 이름·전화번호가 원장과 같으며 물품이 과거와 비슷함. 이사일 수 있음"
        ),
        "new_region",
        clears=True,
    ),
)


def grade(points: float, limits: Limits, score: float | None = None, alarm: float | None = None) -> str:
    """The grade of a code's points. A model's score from ``alarm`` on lifts up to 의심, never to 유력: that needs rules."""
    reached = sum(points >= limits[tier] for tier in ("tier_watch", "tier_suspect", "tier_strong"))
    if score is not None and alarm is not None and score >= alarm:
        reached = max(reached, 2)
    return GRADES[reached]


FLOORS = {"tier_strong": 0.6, "tier_suspect": 0.3, "tier_watch": 0.05}  # of the score, by what the rules reach alone
AT_SHARED = 0.01  # likewise at most, where only a shared address speaks


def weighed(score: Any, points: Any, at_shared: Any, limits: Limits) -> Any:
    """The model's score as it ranks (numbers or arrays): never under what the rules alone reach, so that a plain case the
    model has not met is not lost; near nothing for who receives at a shared address (배대지, 회사) in the own name.
    """
    floor = np.select([points >= limits[tier] for tier in FLOORS], list(FLOORS.values()), 0.0)
    lifted, lowered = np.maximum(score, floor + 0.01 * score), np.minimum(score, AT_SHARED * (1 + score))
    return np.select([floor > 0, at_shared], [lifted, lowered], score)


def holding(row: Any, limits: Limits, rules: Sequence[Rule] = RULES) -> list[Rule]:
    """The rules that hold for one subject; ``row`` gives its indicators as attributes, NaN for none."""
    return [rule for rule in rules if bool(rule.holds(row, limits))]
