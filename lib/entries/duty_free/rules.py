"""The official rule, one rule a typology of the domain note, and what speaks for a buyer."""

from typing import TYPE_CHECKING, cast

from lib.screening.rules import Row, rule

if TYPE_CHECKING:
    import ibis.expr.types as ir

_NOTICE = "보세판매장 운영에 관한 고시(2017-75)"
ONSITE = f"{_NOTICE} 제12조 제2항(현장인도)"
DEPARTURE = f"{_NOTICE} 제5조 제4항(출국 여부 확인), 제12조 제2항"
BUYER = f"{_NOTICE} 제5조 제2항(구매자), 제9조(구매자관리대장)"
CARD = f"{_NOTICE} 제5조 제5항(카드 본인명의 확인)"
OFFICIAL = "관세청 현장인도 제한 기준(2019-06 발표, 2018-09 시행): 3개월 항공권 취소 5회 이상이면서 구매 5천만원 이상"
SMUGGLING = "관세법 제269조 제2항·제3항(밀수출입 확인 필요)"
GOODS_BACK = "관세법 제238조(반입명령), 제269조"
OPERATOR = "관세법 제178조(특허 제재), 고시 제5조 제4항"

SURE = frozenset({"official", "restricted"})
"""Rules that stand whatever speaks for the buyer."""


def _with(*parts: "ir.BooleanValue") -> "ir.BooleanValue":
    whole = parts[0]
    for part in parts[1:]:
        whole = whole & part
    return whole


def _late(t: "ir.Table", share: float) -> "ir.BooleanValue":
    """Waiting longer than that share of like buyers took; where too few have left to say, waiting at all."""
    return cast("ir.BooleanValue", (t.waiting_days > 0) & (t.delay_first.isnull() | (t.delay_first >= share)))


def _usual(row: Row) -> str:
    share = row["delay_first"]
    return "" if share != share else f", 같은 체류 유형의 {share:.0%}는 이미 출국할 날수"


RULES = (
    rule(
        "official",
        "공식 제한 기준",
        70,
        OFFICIAL,
        lambda t, n: (t.cancels >= n["official_cancels"]) & (t.amount >= n["official_amount"]),
        lambda r, n: (
            f"최근 {n['window_days']:.0f}일 항공권 취소 {r['cancels']:.0f}회(기준 {n['official_cancels']:.0f}회), 구매 {r['amount']:,.0f}원"
            f"(기준 {n['official_amount']:,.0f}원)으로 현장인도 제한 기준에 해당: 확인 필요"
        ),
    ),
    rule(
        "restricted",
        "제한 기간 중 현장인도",
        50,
        OFFICIAL,
        lambda t, n: t.restricted >= 1,
        lambda r, n: f"현장인도 제한 기간에 현장인도 {r['restricted']:.0f}건: 판매장의 제한 확인 여부 점검 필요",
    ),
    rule(
        "undeparted",
        "현장인도 뒤 미출국",
        30,
        DEPARTURE,
        lambda t, n: _late(t, n["delay_share"]) & (t.overdue >= 1),
        lambda r, n: (
            f"현장인도 {r['overdue']:.0f}건이 {n['undeparted_days']:.0f}일을 넘도록 출국 기록이 없음(가장 오래된 것 "
            f"{r['longest_waiting']:.0f}일{_usual(r)}): 미출국 의심"
        ),
    ),
    rule(
        "undeparted_more",
        "출국 없이 거듭된 현장인도",
        15,
        DEPARTURE,
        lambda t, n: _with(
            _late(t, n["delay_share"]), t.overdue >= 2, t.longest_waiting - t.waiting_days >= n["undeparted_span"]
        ),
        lambda r, n: (
            f"출국 기록 없이 {r['longest_waiting'] - r['waiting_days']:.0f}일에 걸쳐 현장인도를 거듭함(출국 없는 현장인도 "
            f"{r['waiting_amount']:,.0f}원): 물품의 현재 위치 확인 필요"
        ),
    ),
    rule(
        "cancelling",
        "구매 직후 예약취소",
        30,
        ONSITE,
        lambda t, n: (
            (t.cancel_after_buy >= n["cancel_after_buy"])
            | ((t.cancel_after_buy >= 1) & (t.waiting_days > 0) & t.leaving_in.isnull())
            | ((t.cancels >= n["official_cancels"]) & (t.onsite_amount > 0))
        ),
        lambda r, n: (
            f"최근 {n['window_days']:.0f}일 예약취소 {r['cancels']:.0f}회, 그 가운데 현장인도 뒤 {n['cancel_hours']:.0f}시간 안의 "
            f"취소 {r['cancel_after_buy']:.0f}회: 예약취소형 의심"
        ),
    ),
    rule(
        "long_stay",
        "장기체류자의 반복 구매",
        25,
        BUYER,
        lambda t, n: _with(
            t.stay == "장기",
            t.since_departure >= n["no_departure_days"],
            t.monthly_days >= n["monthly_days"],
            t.onsite_amount > 0,
        ),
        lambda r, n: (
            f"장기체류 자격으로 {r['since_departure']:.0f}일 동안 출국 없이 월 {r['monthly_days']:.1f}일 구매: 출국인 여부 확인 필요"
        ),
    ),
    rule(
        "proxy",
        "카드·예약·가이드 공유와 대량 구매",
        25,
        CARD,
        lambda t, n: _with(
            (t.card_people >= n["shared_people"]) | (t.pnr_people >= n["shared_people"]) | (t.other_holder >= 0.5),
            _late(t, n["delay_share"]) | (t.top_sku >= n["bulk_quantity"]) | (t.shared_sku >= n["bulk_quantity"]),
        ),
        lambda r, n: (
            f"같은 카드 {r['card_people']:.0f}명, 같은 예약번호 {r['pnr_people']:.0f}명, 함께 쓴 카드·예약번호로 산 한 상품 최대 "
            f"{r['shared_sku']:.0f}개: 대리구매 의심"
        ),
    ),
    rule(
        "bulk",
        "동일 상품 대량 구매",
        25,
        SMUGGLING,
        lambda t, n: t.top_sku >= n["bulk_quantity"],
        lambda r, n: f"한 상품을 {r['top_sku']:.0f}개 구매(기준 {n['bulk_quantity']:.0f}개): 상용 물량 여부 확인 필요",
    ),
    rule(
        "split",
        "같은 날 여러 판매장 분할 구매",
        25,
        BUYER,
        lambda t, n: (
            (t.split_shops >= n["split_shops"]) & (t.split_quantity >= n["split_quantity"])
            | (t.split_shops >= 2) & (t.split_quantity >= n["bulk_quantity"])
        ),
        lambda r, n: (
            f"같은 날 같은 상품을 판매장 {r['split_shops']:.0f}곳에서 나누어 삼(최대 {r['split_quantity']:.0f}개): 분할 구매 의심"
        ),
    ),
    rule(
        "passports",
        "여권을 바꾸어 가며 구매",
        25,
        BUYER,
        lambda t, n: (t.passports >= 2) & (t.switches >= n["passport_switches"]),
        lambda r, n: (
            f"여권 {r['passports']:.0f}개를 {r['switches']:.0f}번 바꾸어 가며 구매: 동일인 여부와 사유 확인 필요"
        ),
    ),
    rule(
        "boarding",
        "예약과 출국의 불일치",
        25,
        ONSITE,
        lambda t, n: _with(
            t.missed + t.other_flight >= 1,
            # no departure at all makes one booking look missed and one plan broken: that is told by "undeparted"
            t.missed + t.other_flight + t.waiting_days.isnull().ifelse(t.planned_missed, 0) >= n["boarding_misses"],
        ),
        lambda r, n: (
            f"예약일에 출국하지 않음 {r['missed']:.0f}회, 다른 편으로 출국 {r['other_flight']:.0f}회, 출국예정일이 지난 현장인도 "
            f"{r['planned_missed']:.0f}건: 탑승 불일치 확인 필요"
        ),
    ),
    rule(
        "insider",
        "미출국 구매자가 몰린 판매원",
        30,
        OPERATOR,
        lambda t, n: _with(t.seller_sigma >= n["seller_sigma"], _late(t, 0.5)),
        lambda r, n: (
            f"주 판매원의 다른 구매자 가운데 {r['seller_late']:.0%}가 미출국(매장의 다른 판매원보다 {r['seller_sigma']:.1f}σ 높음): "
            "판매 경위 확인 필요"
        ),
    ),
    rule(
        "cash",
        "선불카드·상품권 위주 결제",
        25,
        CARD,
        lambda t, n: _with(
            t.cash_share >= n["cash_share"],
            t.cash_amount >= n["cash_amount"],
            (t.cash_rise >= 0.3) | _late(t, n["delay_share"]) | (t.cash_amount >= 4 * n["cash_amount"]),
        ),
        lambda r, n: (
            f"선불카드·상품권 결제 {r['cash_amount']:,.0f}원(구매의 {r['cash_share']:.0%}): 실제 지불자 확인 필요"
        ),
    ),
    rule(
        "listed",
        "온라인 저가판매와 겹침",
        25,
        GOODS_BACK,
        lambda t, n: t.listed >= n["listed_quantity"],
        lambda r, n: (
            f"산 상품 {r['listed']:.0f}개가 {n['listed_days']:.0f}일 안에 산 값 이하로 온라인에서 판매됨: 국내유통 의심"
        ),
    ),
    rule(
        "tour",
        "단체관광",
        -40,
        DEPARTURE,
        lambda t, n: _with(
            t.guide_share >= 0.6,
            t.guide_people >= 5,
            t.guide_late <= 1 - n["group_left_share"],
            t.overdue < 2,
            t.top_sku < n["bulk_quantity"],
        ),
        lambda r, n: (
            f"가이드·여행사를 통한 구매가 {r['guide_share']:.0%}이고 같은 단체 {r['guide_people']:.0f}명의 출국이 정상임"
        ),
        clears=True,
    ),
    rule(
        "passing",
        "크루즈·통과여객",
        -30,
        DEPARTURE,
        lambda t, n: (t.stay == "통과·크루즈") & (t.top_sku < n["bulk_quantity"]),
        lambda r, n: "크루즈·통과여객 자격: 항만 출국 기록이 늦게 들어올 수 있음",
        clears=True,
    ),
    rule(
        "crew",
        "승무원",
        -30,
        DEPARTURE,
        lambda t, n: (t.stay == "승무원") & (t.top_sku < n["bulk_quantity"]),
        lambda r, n: f"승무원 자격, 최근 180일 출국 {r['departures']:.0f}회",
        clears=True,
    ),
    rule(
        "diplomat",
        "외교·공무",
        -40,
        DEPARTURE,
        lambda t, n: t.stay == "외교·공무",
        lambda r, n: "외교·공무 자격: 체류와 면세 근거가 다름",
        clears=True,
    ),
    rule(
        "leaving",
        "출국 임박",
        -30,
        DEPARTURE,
        lambda t, n: _with(
            t.leaving_in <= n["leaving_days"],
            t.cancels < 2,
            t.missed == 0,
            t.longest_waiting <= n["undeparted_days"],
            t.overdue == 0,
        ),
        lambda r, n: f"확정된 예약이 있고 출발까지 {r['leaving_in']:.0f}일: 출국 여부를 기다려 볼 것",
        clears=True,
    ),
)
