"""A list made by a worker is the list: what an officer reads of a lead does not depend on the process that ranked it."""

import importlib
from pathlib import Path

import pytest

from lib.jobs import Queue
from lib.screening import limits as limits_of
from lib.screening.model import current
from lib.screening.ranking import last_day
from lib.settings import DATA
from lib.tables.checking import check
from lib.tables.reading import read

ENTRIES = "duty_free pccc_theft fetch address_reading origin_laundering bonded_cargo".split()


@pytest.fixture(scope="module")
def tables() -> Queue:
    return Queue("tables")


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_list_made_by_a_worker_is_the_list_made_here(tables: Queue, entry: str, data_dir: Path) -> None:
    screen, contracts = (importlib.import_module(f"lib.entries.{entry}.{part}") for part in ("screen", "tables"))
    given = {}
    for table in contracts.TABLES.values():
        if paths := sorted((DATA / entry / "demo").glob(f"{table.name}.*")):
            given[table.name] = check(read(paths[0], paths[0].name), table).rows
    as_of = last_day(given, screen.CLOCK)
    options = {"as_of": as_of, "limits": limits_of.load(entry, as_of), "model": current(entry)}
    job = tables.submit(screen.screen, given, title="목록", shared=[*given.values(), options["model"]], **options)
    here, there = screen.screen(given, **options), job.result()
    assert there.rows.equals(here.rows)
    assert there.model is options["model"], "what both sides have does not travel back"
    subjects = [here.rows["subject"].iloc[at] for at in (0, -1)]
    assert [there.finding(one) for one in subjects] == [here.finding(one) for one in subjects]
    assert there.findings(3) == here.findings(3)
