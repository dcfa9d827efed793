"""What an officer downloads arrives, whatever colleagues click meanwhile."""

from pathlib import Path

from lib.casework import Act, Trail
from tests.benchmarks.sessions import Session
from tests.browser.conftest import Server


def test_a_file_made_for_one_officer_waits_for_their_browser_while_others_work(tmp_path: Path) -> None:
    (tmp_path / "data" / "cases").mkdir(parents=True)
    with Trail.open(f"sqlite:///{tmp_path / 'data' / 'cases' / 'cases.sqlite'}") as trail:
        trail.record(Act.VIEWED, by="김주무", entry="fetch", about="ABC-1234")
    server = Server(tmp_path / "data")
    try:
        officer, colleague = Session(server.url), Session(server.url)
        officer.open("records")
        csv = next(one for one in officer.all("download_button") if one.label.startswith("CSV"))
        where = officer.made(csv)
        for _ in range(4):
            colleague.open("records")
        answer = officer.http.get(where)
        assert answer.status_code == 200
        assert "ABC-1234" in answer.content.decode("utf-8-sig")
        assert officer.download(csv), "and again"
        officer.close()
        colleague.close()
    finally:
        server.stop()
