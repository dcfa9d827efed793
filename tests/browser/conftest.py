"""A real server and a real Chromium. Both end with this folder's tests, each server by its own process."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from lib.settings import ROOT

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]
expect.set_options(timeout=20_000)  # as long as a busy machine of two cores may take
READY = "[data-testid=stApp][data-test-script-state=notRunning]"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Server:
    """The suite on a free port, with its state under ``data_dir``."""

    def __init__(self, data_dir: Path, *options: str, **settings: str) -> None:
        """``options``: for streamlit; ``settings``: of the environment."""
        self.data_dir = data_dir
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.port = port
        self.started = time.perf_counter()
        command = [sys.executable, "-m", "streamlit", "run", "Home.py", "--server.port", str(port)]
        command += ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
        command += options
        environment = os.environ | {"AX_DATA_DIR": str(data_dir)} | settings
        if "AX_DATABASE_URL" not in settings:
            environment.pop("AX_DATABASE_URL", None)
        self.log = data_dir.parent / f"{data_dir.name}-{port}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        while not self._healthy():
            if self.process.poll() is not None or time.perf_counter() > self.started + 30:
                self.stop()
                pytest.fail(self.log.read_text())
            time.sleep(0.05)

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.kill()


def wait_ready(page: Page) -> None:
    page.wait_for_selector(READY, timeout=30_000)


def go(page: Page, server: Server, path: str = "/") -> None:
    page.goto(server.url + path)
    page.get_by_role("heading", level=1).first.wait_for()
    wait_ready(page)


def verdict(page: Page, words: str | re.Pattern[str], timeout: float = 60) -> Locator:
    """The verdict on screen, once it says so."""
    found = page.locator("[role=status]").filter(has_text=words).first
    expect(found).to_be_visible(timeout=timeout * 1000)
    return found


def way(page: Page, name: str) -> None:
    """Choose how the photo comes in."""
    page.get_by_role("radio", name=name).or_(page.get_by_role("button", name=name)).first.click()
    wait_ready(page)


def choose_demo(page: Page, title: str) -> None:
    way(page, "시연")
    page.get_by_role("radio", name=title).or_(page.get_by_role("button", name=title)).first.click()


def view(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).or_(page.get_by_role("button", name=name)).first.click()


NAMES = {"FETCH", "JPEG", "HEIC", "WebP", "XLSX", "Ctrl"}  # said in Latin letters in Korean offices too
VISIBLE_TEXT = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), words = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement, style = getComputedStyle(parent), box = parent.getBoundingClientRect();
    const shown = box.width > 1 && box.right > 0 && box.bottom + scrollY > 0 && style.visibility !== 'hidden'
      && style.clipPath === 'none' && style.clip === 'auto' && parseFloat(style.fontSize) > 0;
    if (shown && !['SCRIPT', 'STYLE', 'NOSCRIPT'].includes(parent.tagName) && !style.fontFamily.includes('Material'))
      words.push(walker.currentNode.data);
  }
  for (const field of document.querySelectorAll('[placeholder]')) words.push(field.placeholder);
  return words.join('\\n');
}"""


def english(page: Page) -> list[str]:
    """Latin words an officer sees."""
    words = set(re.findall(r"[A-Za-z]{4,}", page.evaluate(VISIBLE_TEXT)))
    return sorted(words - NAMES)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no {CHROMIUM}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for most of these tests; each test is its own session."""
    started = Server(tmp_path_factory.mktemp("suite"))
    yield started
    started.stop()


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[[], Server]]:
    """Starts a server on this test's own data folder, again and again if asked."""
    started: list[Server] = []
    (tmp_path / "data").mkdir()

    def start() -> Server:
        started.append(Server(tmp_path / "data"))
        return started[-1]

    yield start
    for one in started:
        one.stop()


def _outside(url: str) -> bool:
    parts = urlsplit(url)
    if "@picocss" in parts.path:  # the login provider's own page wants its style; no page of ours
        return False
    return parts.scheme not in ("data", "blob", "about") and parts.hostname not in LOOPBACK


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Pages of fresh browser profiles; none may ask another host for anything, nor run a planted script."""
    contexts: list[BrowserContext] = []
    outside: list[str] = []
    alerts: list[str] = []

    def watch(page: Page) -> None:
        page.on("websocket", lambda socket: outside.append(socket.url) if _outside(socket.url) else None)
        page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))

    def make(**options: object) -> Page:
        context = browser.new_context(locale="ko-KR", **options)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(20_000)
        context.on("request", lambda request: outside.append(request.url) if _outside(request.url) else None)
        context.on("page", watch)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
    assert outside == [], "asked another host"
    assert alerts == [], "a planted script ran"


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page(viewport={"width": 1280, "height": 900})


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    return new_page(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
