"""The fourteen indicators of the domain note as rules, and what speaks for a firm. Leads before any investigation (혐의정보).

Transactions under 외국환거래법 제18조 are never added up to reach the criminal line (대법원 2018도16474): no rule sums them.
"""

from typing import Any

from lib.screening.limits import Limits
from lib.screening.rules import Rule, rule
from lib.screening.said import percent, won

SETTLE = "외국환거래법 제16조(지급 또는 수령의 방법의 신고)"
OFFSET = "외국환거래법 제16조제1호(상계), 제32조"
THIRD = "외국환거래법 제16조제3호(제3자 지급·수령), 제32조"
CAPITAL = "외국환거래법 제18조(자본거래의 신고): 개별 거래금액으로 판단(대법원 2018도16474)"
REMITTING = "외국환거래법 제8조·제27조의2(무등록 외국환업무)"
FLIGHT = "특정경제범죄법 제4조(재산국외도피, 확인 필요), 외국환거래법 제29조"
PRICE = "관세법 제270조의2(가격조작), 대외무역법 제43조·제53조"
FALSE_EXPORT = "관세법 제269조제3항·제276조제2항제4호(허위수출·허위신고)"
REPORTING = "외국환거래법 제20조(보고·검사)"


_POINTING: tuple[Rule, ...] = (
    rule(
        "price_high", "1 단가 이상(높음)", 25, PRICE,
        lambda t, m: (t.high_share * 100 >= m["price_share"]) & (t.high_krw >= m["worth_part"]),
        lambda r, m: f"신고의 {percent(r['high_share'])}가 비교 업체보다 단가가 높음(더해진 금액 {won(r['high_krw'])}): 고가 신고 여부 확인 필요",
    ),
    rule(
        "price_low", "1 단가 이상(낮음)", 25, PRICE,
        lambda t, m: (t.low_share * 100 >= m["price_share"]) & (t.low_krw >= m["worth_part"]),
        lambda r, m: f"신고의 {percent(r['low_share'])}가 비교 업체보다 단가가 낮음(빠진 금액 {won(r['low_krw'])}): 저가 신고 여부 확인 필요",
    ),
    rule(
        "unrecovered", "2 수출대금 미회수", 30, FLIGHT,
        lambda t, m: (t.unrecovered_share * 100 >= m["unrecovered_share"]) & (t.unrecovered_krw >= m["worth_part"]),
        lambda r, m: f"수리 뒤 12개월이 지난 수출의 {percent(r['unrecovered_share'])}({won(r['unrecovered_krw'])})가 들어오지 않음",
    ),
    rule(
        "over", "3 초과 지급·영수", 30, SETTLE,
        lambda t, m: (
            (t.over_ratio >= m["over_ratio"])
            & (t.over_krw >= m["worth_part"])
            & (t.over_krw * 100 >= t.money_krw * m["over_share"])
        ),
        lambda r, m: f"지급·영수가 신고의 {r['over_ratio']:.1f}배이고, 물품 없이 오간 돈이 {won(r['over_krw'])}임",
        "no_goods",
    ),
    rule(
        "third", "4 미신고 제3자 결제", 25, THIRD,
        lambda t, m: (t.third_share * 100 >= m["third_share"]) & (t.third_krw >= m["worth_part"]),
        lambda r, m: f"결제의 {percent(r['third_share'])}({won(r['third_krw'])})가 신고한 거래처가 아닌 제3자와 이루어졌고 신고가 없음",
    ),
    rule(
        "loop", "5 순환 거래", 35, FALSE_EXPORT,
        lambda t, m: (t.loop_count >= m["loops"]) & (t.loop_share * 100 >= m["price_share"]),
        lambda r, m: f"같은 모델·수량·중량의 물품이 나갔다가 돌아온 것이 {r['loop_count']:.0f}회이며 신고의 {percent(r['loop_share'])}임",
    ),
    rule(
        "financed", "6 허위수출 채권매각", 35, FALSE_EXPORT,
        lambda t, m: (t.financed_krw >= m["worth_part"]) & ((t.months_old <= m["young_months"]) | (t.kg_share * 100 >= m["price_share"]) | (t.high_share * 100 >= m["price_share"])),
        lambda r, m: f"무역금융 {won(r['financed_krw'])}이 사고나 미회수로 끝났고, 신설 업체이거나 가벼운 고가 물품임",
    ),
    rule(
        "cluster", "7 신설·동일 대표 업체 묶음", 25, REMITTING,
        lambda t, m: (t.sharing >= m["cluster"]) & (t.months_old <= m["young_months"]),
        lambda r, m: f"설립 {r['months_old']:.0f}개월 된 업체이며, 같은 주소에 대표자가 같거나 새로 바뀐 업체가 {r['sharing']:.0f}곳임",
        "shared",
    ),
    rule(
        "no_declaration", "8 신고 없는 수입대금", 35, REMITTING,
        lambda t, m: t.no_declaration_krw >= m["worth_part"],
        lambda r, m: f"수입신고가 한 건도 없는데 수입대금으로 {won(r['no_declaration_krw'])}을 지급함(가상자산·환치기 자금 여부 확인)",
    ),
    rule(
        "prepaid", "9 사전송금 뒤 미통관", 25, SETTLE,
        lambda t, m: t.prepaid_krw >= m["worth_part"],
        lambda r, m: f"보낸 지 {m['prepaid_days']:.0f}일이 지나도록 통관되지 않은 송금이 {won(r['prepaid_krw'])}임",
        "prepaid_late",
    ),
    rule(
        "netted", "10 미신고 상계", 25, OFFSET,
        lambda t, m: t.netted_krw >= 2 * m["netted"],
        lambda r, m: f"같은 거래처의 수출·수입 대금이 함께 결제되지 않고 남음({won(r['netted_krw'])}): 상계 신고 없음",
    ),
    rule(
        "split", "11 분할 송금", 25, REPORTING,
        lambda t, m: t.split_count >= m["split_count"],
        lambda r, m: f"건당 {m['split_usd']:,.0f}달러 바로 아래 결제가 {r['split_count']:.0f}건 몰려 있음",
    ),
    rule(
        "risky", "12 거래 없는 고위험지 결제", 25, FLIGHT,
        lambda t, m: (t.risky_krw >= m["worth_part"]) & (t.risky_share * 100 >= m["risky_share"]),
        lambda r, m: f"거래가 없는 고위험지 계좌와 {won(r['risky_krw'])}({percent(r['risky_share'])})을 주고받음",
    ),
    rule(
        "kg_price", "13 중량·금액 괴리", 25, PRICE,
        lambda t, m: t.kg_share * 100 >= m["price_share"],
        lambda r, m: f"신고의 {percent(r['kg_share'])}가 같은 HS부호 다른 업체보다 kg당 가격이 높음",
    ),
    rule(
        "double", "14 같은 신고번호 중복 증빙", 30, FALSE_EXPORT,
        lambda t, m: t.double_krw >= m["worth_part"],
        lambda r, m: f"같은 신고번호를 두 번 이상 증빙으로 써 신고금액을 넘긴 결제·금융이 {won(r['double_krw'])}임",
    ),
    rule(
        "unexplained", "미설명 금액", 15, REPORTING,
        lambda t, m: (t.unexplained_krw >= m["worth"]) & (t.unexplained_share * 100 >= m["unexplained_share"]),
        lambda r, m: f"신고와 결제를 맞춘 뒤 설명되지 않는 금액이 {won(r['unexplained_krw'])}({r['unexplained_months']:.0f}개월)임",
        "left",
    ),
    rule(
        "transit_open", "짝 없는 중계무역", 15, REPORTING,
        lambda t, m: t.one_legged_krw >= m["worth_part"],
        lambda r, m: f"중계무역으로 보고했으나 짝이 되는 매입·매각이 없는 대금이 {won(r['one_legged_krw'])}임",
        "one_legged",
    ),
)  # fmt: skip


def _agrees(t: Any, m: Limits) -> Any:
    """Next to nothing is left unexplained, and no other rule holds."""
    held = t.unexplained_share * 100 <= m["agrees_share"]
    for one in _POINTING:
        held = held & ~one.holds(t, m).fill_null(False)
    return held


RULES: tuple[Rule, ...] = (
    *_POINTING,
    rule(
        "agrees",
        "신고와 결제가 맞음",
        -15,
        "",
        _agrees,
        lambda r, m: f"설명되지 않는 금액이 전체의 {percent(r['unexplained_share'])}에 그침",
        "matched",
        clears=True,
    ),
)
