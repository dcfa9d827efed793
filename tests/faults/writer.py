"""Registers and decides cases until killed; a line on stdout is an acknowledged change: case id, version."""

import sys
from itertools import count

from lib.casework import CaseBook, Outcome
from lib.screening.findings import Evidence, Finding, Reason

url, run = sys.argv[1:]
reason = Reason("banned", "금지 성분", (Evidence("photo", "1"),))
with CaseBook.open(url) as book:
    for n in count():
        case, _ = book.register(Finding("hazard_photo", f"{run}-{n}", "제품", "위험", (reason,)), by="김주무")
        print(case.id, 1, flush=True)
        for version, outcome in ((1, Outcome("release", "통관")), (2, Outcome("destroy", "폐기"))):
            book.decide(case.id, version, outcome, by="김주무", note="정정")
            print(case.id, version + 1, flush=True)
