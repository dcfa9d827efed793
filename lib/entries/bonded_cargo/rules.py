"""What makes a duty likely to be missed, in the officer's own terms."""

from lib.screening.rules import Rule, rule

RULES: tuple[Rule, ...] = (
    rule(
        "near", "기한이 코앞", 25, "",
        lambda t, m: t.days_left <= m["warn_near_days"],
        lambda r, m: "오늘이 기한임" if r["days_left"] < 1 else f"기한이 {r['days_left']:.0f}일 남음",
        "item",
    ),
    rule(
        "far", "기한이 다가옴", 15, "",
        lambda t, m: (t.days_left > m["warn_near_days"]) & (t.days_left <= m["warn_far_days"]),
        lambda r, m: f"기한이 {r['days_left']:.0f}일 남음",
        "item",
    ),
    rule(
        "waiting", "반출 뒤 반입신고 없음", 30, "관세법 제157조 제1항, 보세화물관리에 관한 고시 제9조",
        lambda t, m: t.waiting >= m["arrival_hours"],
        lambda r, m: f"출발지에서 반출신고한 지 {r['waiting']:.0f}시간이 지났는데 도착지 반입신고가 없음",
        "item",
    ),
    rule(
        "part", "일부만 반입", 15, "",
        lambda t, m: (t.arrived > 0) & (t.arrived < 1),
        lambda r, m: f"{r['packages']:,.0f}개 가운데 {r['arrived']:.0%}만 반입신고됨",
        "item",
    ),
    rule(
        "holiday", "휴일이 이어짐", 10, "관세법 제8조 제3항",
        lambda t, m: (t.days_off >= 2) & (t.days_left - t.days_off <= m["warn_near_days"]),
        lambda r, m: f"기한까지 {r['days_left']:.0f}일 가운데 {r['days_off']:.0f}일이 휴일임",
        "item",
    ),
    rule(
        "careless", "자주 놓치는 창고", 20, "",
        lambda t, m: (t.shed_done >= m["careless_least"]) & (t.shed_missed * 100 >= m["careless_share"]),
        lambda r, m: f"이 창고가 최근 90일 {r['shed_done']:.0f}건 가운데 약 {r['shed_missed']:.0%}를 놓침",
        "missed",
    ),
    rule(
        "piled", "미처리가 쌓인 창고", 10, "",
        lambda t, m: t.shed_overdue >= m["many_overdue"],
        lambda r, m: f"이 창고에 기한이 지난 건이 {r['shed_overdue']:.0f}건 있음",
        "overdue",
    ),
    rule(
        "busy", "물량이 몰린 창고", 10, "",
        lambda t, m: t.shed_load >= m["busy_times"],
        lambda r, m: f"최근 7일 물량이 평소의 {r['shed_load']:.1f}배임",
        "open",
    ),
    rule(
        "carrier", "자주 늦는 운송업자", 10, "",
        lambda t, m: (t.carrier_done >= m["careless_least"]) & (t.carrier_missed * 100 >= m["careless_share"]),
        lambda r, m: f"이 운송업자의 최근 90일 {r['carrier_done']:.0f}건 가운데 약 {r['carrier_missed']:.0%}가 늦음",
        "carrier",
    ),
)  # fmt: skip
