"""원산지 세탁 분석: from import and export declarations to firms whose exports are somebody else's goods with a Korean label."""

from lib.ui import guard

officer, item = guard.enter("origin_laundering")

from lib.entries import origin_laundering  # noqa: E402  (heavy: only once let in)
from lib.entries.origin_laundering import screen, tables, training  # noqa: E402, F401
from lib.ui import desk, explain, origin, ranked, story  # noqa: E402

PAIRS, FAMILY, RATES, WHOLE = "연결 보기", "관련 업체", "세율 차이", "전체 그림"

story.header(item)
view = desk.view("origin_view", [desk.LIST, PAIRS, FAMILY, RATES, desk.CASES, WHOLE, desk.LIMITS, desk.MODEL])
if listed := desk.opened(view, item, officer, origin_laundering, "곳"):
    if view == PAIRS:
        origin.pairs(listed)
    elif view == FAMILY:
        origin.family(listed)
    elif view == RATES:
        origin.rates(listed)
    elif view == WHOLE:
        origin.overview(listed)
        explain.overview(listed)
    elif chosen := ranked.table(listed, ranked.budget(listed)):
        explain.subject(
            listed,
            chosen,
            officer,
            tables.TABLES,
            screen.OUTCOMES,
            lambda found: origin.firm(listed, found),
            look="수입신고와 수출신고 나란히 보기",
        )
