"""무역·외환 추적 FETCH: declarations against payments, firm by firm, to the rows that do not add up."""

from lib.ui import guard

officer, item = guard.enter("fetch")

from lib.entries import fetch  # noqa: E402  (heavy: only once let in)
from lib.entries.fetch import screen, tables, training  # noqa: E402, F401
from lib.ui import desk, explain, ranked, story, trade  # noqa: E402

story.header(item)
view = desk.view("fetch_view", [desk.LIST, "연결망", desk.CASES, "전체 그림", desk.LIMITS, desk.MODEL])
if listed := desk.opened(view, item, officer, fetch, "곳"):
    if view == "연결망":
        trade.explorer(listed)
    elif view == "전체 그림":
        trade.overview(listed)
        explain.overview(listed)
    elif chosen := ranked.table(listed, ranked.budget(listed)):
        explain.subject(
            listed, chosen, officer, tables.TABLES, screen.OUTCOMES, lambda found: trade.firm(listed, found)
        )
