"""Another officer's program: decides every case id it is told, having seen version 1."""

import sys

from lib.casework import CaseBook, Conflict, Outcome

url, name = sys.argv[1:]
with CaseBook.open(url) as book:
    print("ready", flush=True)
    for line in sys.stdin:
        try:
            book.decide(int(line), 1, Outcome(name, name), by=name)
            print("done", flush=True)
        except Conflict as conflict:
            print(conflict, flush=True)
