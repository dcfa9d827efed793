from datetime import date
from pathlib import Path

from lib.screening import looks

MON, TUE, FRI = date(2026, 6, 22), date(2026, 6, 23), date(2026, 6, 26)


def test_an_officer_is_told_what_is_new_since_the_last_look(data_dir: Path) -> None:
    assert looks.since("pccc_theft", "김주무관", MON) is None
    assert looks.since("pccc_theft", "김주무관", FRI) == MON
    assert looks.since("pccc_theft", "김주무관", FRI) == MON, "the same day again tells the same"
    assert looks.since("pccc_theft", "김주무관", TUE) is None, "an older extract is no news"
    assert looks.since("pccc_theft", "이주무관", FRI) is None, "each officer looks alone"


def test_a_broken_note_is_as_if_never_looked(data_dir: Path) -> None:
    looks.since("pccc_theft", "김주무관", MON)
    for path in data_dir.rglob("looks/**/*.json"):
        path.write_text("{")
    assert looks.since("pccc_theft", "김주무관", FRI) is None
    assert looks.since("pccc_theft", "김주무관", date(2026, 6, 30)) == FRI
