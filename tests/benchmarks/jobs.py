"""What a colleague's page takes while a list of many is made: by workers (``worker``) and in the page's process (``here``).

A real server with a real Chromium: one officer asks for the list of a made-up world of many buyers, another goes back and
forth between two views of another page; then how soon the demo list stands, asked of a server that is awake.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import typer
from playwright.sync_api import Browser, Page, expect, sync_playwright

from lib.settings import DATA, ROOT
from tests.browser.conftest import CHROMIUM, FLAGS, Server, go, view, wait_ready

# As ``streamlit run``, on other demo data; ``here``: lists are made by the page's own thread, as they once were.
PROGRAM = """
import sys
from pathlib import Path
import lib.settings
way, lib.settings.DATA = sys.argv[1], Path(sys.argv[2])
from lib.ui import cache
if way == "here":
    cache.ranking = lambda slot, key, title, screen, tables, **options: cache._ranked_here(key, lambda: screen(tables, **options))
from streamlit.web.cli import main
sys.argv = ["streamlit", *sys.argv[4:]]
main()
"""
VIEWS = {"기준값": "우리 세관의 값으로 바꾸기", "사건 목록": "사건"}
app = typer.Typer()


@app.command()
def main(people: int = 50_000, turns: int = 60) -> None:
    """A list of so many buyers, and so many turns of the colleague."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        data = many(Path(folder) / "data", people)
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for way in ("here", "worker"):
            print(json.dumps({"way": way, **busy(browser, way, data, Path(folder) / way, turns)}), flush=True)
        print(json.dumps(first(browser, Path(folder) / "first")), flush=True)
        for way in ("here", "worker"):
            print(json.dumps({"way": way, **quiet(browser, way, Path(folder) / f"quiet-{way}")}), flush=True)
        browser.close()


def many(folder: Path, people: int) -> Path:
    """The suite's data, with a world of so many buyers for a demo."""
    (folder / "duty_free").mkdir(parents=True)
    for path in [*DATA.iterdir(), *(DATA / "duty_free").iterdir()]:
        if path.name not in ("duty_free", "demo"):
            (folder / path.relative_to(DATA)).symlink_to(path)
    program = (
        "import sys; from functools import partial; from pathlib import Path; from lib.entries.duty_free import demo; made = demo.world;"
        "demo.world = lambda seed, **_: made(seed, people=int(sys.argv[2]), cases=0.085); demo.write(Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", program, folder / "duty_free" / "demo", str(people)], cwd=ROOT, check=True)
    return folder


class Served(Server):
    """A server whose lists are made ``here`` or by a ``worker``, on the data of a folder."""

    def __init__(self, way: str, data: Path, state: Path) -> None:
        state.mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-c", PROGRAM, way, str(data), "streamlit", "run", "Home.py"]
        command += ["--server.port", str(port), "--server.headless", "true"]
        with state.with_suffix(".log").open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=os.environ | {"AX_DATA_DIR": str(state)}, stdout=log, stderr=log
            )
        until = time.monotonic() + 60
        while not self._healthy() and time.monotonic() < until:
            time.sleep(0.1)


def busy(browser: Browser, way: str, data: Path, state: Path, turns: int) -> dict[str, float]:
    """Seconds of a colleague's turns while the list is made, and of the list."""
    server = Served(way, data, state)
    try:
        first, second = browser.new_page(), browser.new_page()
        for page, path in ((first, "/duty_free"), (second, "/fetch")):
            go(page, server)
            go(page, server, path)
        time.sleep(8)  # what is warmed is warm
        calm = [turn(second, i) for i in range(turns // 3)]
        view(first, "시연 자료")
        first.get_by_text("시연 자료(지어낸 자료)").first.wait_for(
            timeout=300_000
        )  # read and checked; now it is ranked
        started, times = time.perf_counter(), []
        while len(times) < turns and not first.get_by_test_id("stSlider").count():
            times.append(turn(second, len(times)))
        first.get_by_test_id("stSlider").wait_for(timeout=900_000)
        listed = time.perf_counter() - started
        return {**told("calm", calm), **told("busy", times), "turns": len(times), "list": round(listed, 1)}
    finally:
        server.stop()


def turn(page: Page, i: int) -> float:
    """Seconds from a tap to the other view standing."""
    name, words = list(VIEWS.items())[i % 2]
    started = time.perf_counter()
    view(page, name)
    expect(page.get_by_text(words).first).to_be_visible(timeout=120_000)
    expect(page.get_by_text(next(iter(VIEWS.values())))).to_have_count(1 - i % 2, timeout=120_000)
    wait_ready(page)
    return time.perf_counter() - started


def first(browser: Browser, state: Path) -> dict[str, float]:
    """Seconds from the start of the server to its first page, and from a tap there to the next."""
    state.mkdir()
    server = Server(state)
    try:
        page = browser.new_page()
        go(page, server)
        stood, clicked = time.perf_counter() - server.started, time.perf_counter()
        page.get_by_role("link", name="사진 한 장 식의약품 판정").first.click()
        expect(page.get_by_text("목록 기준일").first).to_be_visible(timeout=60_000)
        wait_ready(page)
        return {"first page": round(stood, 2), "the next": round(time.perf_counter() - clicked, 2)}
    finally:
        server.stop()


def quiet(browser: Browser, way: str, state: Path) -> dict[str, float]:
    """Seconds from the tap on the demo data to its list, other pages asked for before."""
    server = Served(way, DATA, state)
    try:
        page = browser.new_page()
        go(page, server)
        took = {}
        for entry in ("bonded_cargo", "fetch", "origin_laundering", "pccc_theft", "duty_free"):
            go(page, server, f"/{entry}")
            time.sleep(5)
            started = time.perf_counter()
            view(page, "시연 자료")
            page.get_by_test_id("stSlider").wait_for(timeout=120_000)
            took[entry] = round(time.perf_counter() - started, 2)
        return took
    finally:
        server.stop()


def told(name: str, times: list[float]) -> dict[str, float]:
    return {f"{name} p{at}": round(float(np.percentile(times, at)), 2) for at in (50, 95)} if times else {}


if __name__ == "__main__":
    app()
