"""Another program that delivers: hands each letter out by a line in a file, however often it is asked to."""

import os
import sys
import time
from pathlib import Path

from lib.casework.outbox import Fate, Outbox, Report
from tests.casework.test_outbox import NOON

url, folder, partners = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])


class Postman:
    name = "postman"
    most = 5

    def open(self):
        return "round"

    def send(self, reference, messages):
        (folder / f"{os.getpid()}.holds").touch()
        limit = time.monotonic() + 20
        while len(list(folder.glob("*.holds"))) < partners and time.monotonic() < limit:
            time.sleep(0.01)  # until each has a batch in its hands
        with (folder / "handed").open("a") as out:
            out.writelines(f"{message.key}\n" for message in messages)
        return {message.key: Report(Fate.ACCEPTED) for message in messages}

    def ask(self, reference, messages):
        return {}


with Outbox.open(url, clock=lambda: NOON) as outbox:
    done = outbox.deliver(Postman(), entry="post", cap=1000, from_hour=9, until_hour=18, dry_run=False)
    print(done.sent)
