"""AI 주소 판독: from the day's messy delivery addresses to standard ones, and to those that receive like a shop."""

from lib.ui import guard

officer, item = guard.enter("address_reading")

from lib.entries import address_reading  # noqa: E402  (heavy: only once let in)
from lib.entries.address_reading import registers, screen, tables, training  # noqa: E402, F401
from lib.ui import address, desk, explain, ranked, story  # noqa: E402

READ, MAP = "주소 읽기", "지도·판독 결과"

story.header(item)
view = desk.view("address_view", [desk.LIST, READ, MAP, desk.CASES, "전체 그림", desk.LIMITS, desk.MODEL])
needs_reader = view not in (desk.CASES, desk.LIMITS)
reader = address.ready() if needs_reader else None
if view == READ and reader:
    address.desk(reader)
elif (reader or not needs_reader) and (
    listed := desk.opened(view, item, officer, address_reading, "곳", registers.read)
):
    if view == MAP:
        address.korea(listed)
    elif view == "전체 그림":
        explain.show(address.axes_of(listed.ranking), "address_all_axes")  # type: ignore[arg-type]
        explain.overview(listed)
    elif chosen := ranked.table(listed, ranked.budget(listed)):
        explain.subject(
            listed, chosen, officer, tables.TABLES, screen.OUTCOMES, lambda found: address.place(listed, found)
        )
