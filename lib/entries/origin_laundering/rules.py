"""The typologies of the domain note as rules, and what speaks for a firm. Leads, never a statement of guilt."""

from collections.abc import Callable
from typing import Any

from lib.screening.limits import Limits
from lib.screening.rules import Rule, rule
from lib.screening.said import percent, won

DISGUISE = "대외무역법 제38조(외국산 물품등을 국산 물품등으로 가장하는 행위의 금지), 제53조의2제4호"
ORIGIN = "관세법 제229조(원산지 확인 기준), 대외무역관리규정 제85조·제86조(단순가공 불인정, 확인 필요)"
DECLARING = "관세법 제276조제2항제4호(허위신고), 대외무역법 제38조"


def _part(name: str) -> Callable[[Any, Limits], Any]:
    """Enough is linked, and enough of it in this manner."""
    return lambda t, m: (t.linked_krw >= m["worth_part"]) & (t[name] * 100 >= m["part_share"])


RULES: tuple[Rule, ...] = (
    rule(
        "linked", "수입품을 국산으로 수출", 35, DISGUISE,
        lambda t, m: t.linked_krw >= m["worth"],
        lambda r, m: f"한국산으로 신고한 수출 {won(r['linked_krw'])}(수출의 {percent(r['linked_share'])})이 수입한 외국산 물품과 이어짐",
    ),
    rule(
        "near", "라벨갈이·포장교체 의심", 20, ORIGIN,
        _part("near_share"),
        lambda r, m: f"이어진 금액의 {percent(r['near_share'])}가 수입가보다 {m['simple_uplift']:.0f}%도 높지 않음: 단순 유통·포장으로 보임",
    ),
    rule(
        "altered", "모델번호를 바꾸어 신고", 15, DISGUISE,
        _part("altered_share"),
        lambda r, m: f"이어진 금액의 {percent(r['altered_share'])}에서 모델번호의 앞뒤나 일부만 달라짐",
    ),
    rule(
        "moved", "HS부호를 바꾸어 수출", 15, ORIGIN,
        _part("moved_share"),
        lambda r, m: f"같은 모델인데 HS 6단위가 달라진 연결이 {percent(r['moved_share'])}임: 부분 가공 위장 여부 확인",
    ),
    rule(
        "kin", "제3자 명의 수출", 20, DISGUISE,
        _part("kin_share"),
        lambda r, m: f"이어진 금액의 {percent(r['kin_share'])}를 대표자·주소가 같거나 제조자·대행자로 얽힌 다른 업체가 수입함",
    ),
    rule(
        "paying", "세율 차이가 있는 나라로 수출", 15, DISGUISE,
        lambda t, m: t.paying_krw >= m["worth_part"],
        lambda r, m: f"실제 원산지면 세율이 높은 나라로 {won(r['paying_krw'])}이 나감(차이 평균 {r['incentive']:.0f}%p, 피했을 관세 {won(r['saved_krw'])})",
    ),
    rule(
        "no_factory", "제조시설 없음", 10, ORIGIN,
        lambda t, m: (t.linked_krw >= m["worth_part"]) & (t.factory == 0),
        lambda r, m: "공장등록이 없는 업체가 한국산으로 수출함",
        "firm",
    ),
    rule(
        "two_faces", "한국 신고는 외국산, 목적국은 세율 차이 큼", 20, DISGUISE,
        lambda t, m: t.foreign_krw >= m["worth"],
        lambda r, m: f"외국산으로 수출신고한 수입품 {won(r['foreign_krw'])}이 세율 차이가 큰 나라로 나감: 상대국 원산지 신고(조작 C/O) 확인",
    ),
    rule(
        "new", "새 품목 급증", 15, DISGUISE,
        _part("new_share"),
        lambda r, m: f"이어진 금액의 {percent(r['new_share'])}가 최근 {m['surge_days']:.0f}일 안에 시작한 품목임",
    ),
    rule(
        "against", "원상태 수출인데 한국산", 25, DECLARING,
        lambda t, m: t.against_krw >= m["worth_part"],
        lambda r, m: f"원상태 수출로 신고하면서 원산지를 한국으로 적은 금액이 {won(r['against_krw'])}임",
    ),
    rule(
        "young", "신설 업체", 10, DISGUISE,
        lambda t, m: (t.linked_krw >= m["worth_part"]) & (t.months_old <= m["young_months"]),
        lambda r, m: f"설립 {r['months_old']:.0f}개월 된 업체임",
        "firm",
    ),
    rule(
        "explained", "설명되는 연결이 대부분", -20, "",
        lambda t, m: (t.cleared_krw > 0) & (t.cleared_share * 100 >= m["cleared_share"]),
        lambda r, m: f"수입품과 이어진 수출의 {percent(r['cleared_share'])}({won(r['cleared_krw'])})가 원상태 수출·가공·견본 등으로 설명됨",
        "cleared",
        clears=True,
    ),
)  # fmt: skip
