"""통관부호 도용 탐지: from the day's declarations to codes worth asking about, each with its reasons."""

from lib.ui import guard

officer, item = guard.enter("pccc_theft")

from lib.entries import pccc_theft  # noqa: E402  (heavy: only once let in)
from lib.entries.pccc_theft import screen, tables, training  # noqa: E402, F401
from lib.ui import desk, explain, files, parcel, ranked, story  # noqa: E402

JUDGE = "한 건 판정"

story.header(item)
view = desk.view("pccc_view", [desk.LIST, JUDGE, "모니터링", desk.CASES, "전체 그림", desk.LIMITS, desk.MODEL])
if view == JUDGE:
    if given := files.intake(item.id, tables.TABLES, tables.OPTIONAL):
        parcel.judge(item.id, given, tables.TABLES, officer, screen.OUTCOMES)
elif listed := desk.opened(view, item, officer, pccc_theft, "건"):
    if view == "모니터링":
        parcel.monitoring(listed, officer)
    elif view == "전체 그림":
        explain.overview(listed)
    elif chosen := ranked.table(listed, ranked.budget(listed)):
        explain.subject(listed, chosen, officer, tables.TABLES, screen.OUTCOMES, lambda found: None)
