"""면세점 구매자 선별: from sales, bookings and departures to the buyers to look at first, each with its reasons."""

from lib.ui import guard

officer, item = guard.enter("duty_free")

from lib.entries import duty_free  # noqa: E402  (heavy: only once let in)
from lib.entries.duty_free import screen, tables, training  # noqa: E402, F401
from lib.ui import buyers, desk, explain, ranked, story  # noqa: E402

story.header(item)
view = desk.view("duty_view", [desk.LIST, desk.CASES, "전체 그림", desk.LIMITS, desk.MODEL])
if listed := desk.opened(view, item, officer, duty_free, "명"):
    if view == "전체 그림":
        buyers.overview(listed)
        explain.overview(listed)
    else:
        if chosen := ranked.table(listed, ranked.budget(listed)):
            explain.subject(
                listed, chosen, officer, tables.TABLES, screen.OUTCOMES, lambda found: buyers.person(listed, found)
            )
        buyers.verify(listed, tables.TABLES)
