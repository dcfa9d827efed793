"""반출입신고 알림: who is about to miss an in or out report, who has missed one, and one correct message to each warehouse."""

from lib.ui import guard

officer, item = guard.enter("bonded_cargo")

from lib.entries import bonded_cargo  # noqa: E402  (heavy: only once let in)
from lib.entries.bonded_cargo import screen, tables, training  # noqa: E402, F401
from lib.ui import cargo, desk, explain, ranked, story  # noqa: E402

BOARD, TEXTS, RESULTS, WHOLE = "오늘의 알림판", "문자 안내", "회신·효과", "전체 그림"

story.header(item)
view = desk.view("cargo_view", [desk.LIST, BOARD, TEXTS, RESULTS, desk.CASES, WHOLE, desk.LIMITS, desk.MODEL])
if listed := desk.opened(view, item, officer, bonded_cargo, "건", service=cargo.fetch):
    if view == BOARD:
        cargo.board(listed, officer)
    elif view == TEXTS:
        cargo.texts(listed, officer)
    elif view == RESULTS:
        cargo.results(listed)
    elif view == WHOLE:
        cargo.calendar(listed)
        cargo.ahead(listed)
        explain.overview(listed)
    elif chosen := ranked.table(listed, ranked.budget(listed)):
        explain.subject(
            listed, chosen, officer, tables.TABLES, screen.OUTCOMES, lambda found: cargo.lead(listed, found)
        )
