"""An import is cut off at any moment: what was there before is there, or all of the new; never half of it."""

import os
import random
import subprocess
import sys
import time

from lib.entries.audit import laws
from lib.settings import ROOT

IMPORTER = """
import sys
from lib.entries.audit import laws
for n in range(1, 10_000):
    laws.keep([laws.Article("시험법", f"제{k}조", f"{n}판", f"{n}번째로 가져온 조문입니다. " * 20) for k in range(1, 60)])
    print(n, flush=True)
"""


def test_laws_are_of_one_import_whenever_it_is_killed(data_dir):
    chance, environment = random.Random(7), os.environ | {"PYTHONPATH": str(ROOT)}
    done = 0
    for _ in range(8):
        importer = subprocess.Popen(
            [sys.executable, "-c", IMPORTER], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
        )
        first = importer.stdout.readline()
        time.sleep(chance.uniform(0, 0.15))
        importer.kill()
        rest, _ = importer.communicate(timeout=10)
        acknowledged = [int(line) for line in (first + rest).split()]
        found = laws.load()
        assert len(found) == 59
        (edition,) = {one.title for one in found}
        assert int(edition[:-1]) >= acknowledged[-1]
        done += len(acknowledged)
    assert done > 8
    assert len(list((data_dir / "audit").glob("articles*"))) <= 2 + 8, "what was cut off leaves no heap of files"
