"""Twenty officers at once on one server: how long they wait, what goes wrong, how much memory it takes and gives back.

    python -m tests.benchmarks.load [--minutes 10] [--officers 20] [--seed 1] [--waves 1]

Each logs in at a real OpenID provider and works over Streamlit's own websocket as a browser would, in a case book on a real
PostgreSQL: opens pages, makes lists of the demo data and of own tables, opens leads, decides, notes, asks, photographs, sends
drafts, downloads; one trains a model. What takes a turn is random; a turn is timed until the page stands again.
"""

import io
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
import typer
from PIL import Image, ImageEnhance
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import WebSocketException

from lib.files import json_lines
from lib.settings import DATA
from tests.benchmarks.sessions import Hangs, Session, asked, chosen, named, pressed, rows
from tests.browser.conftest import Server
from tests.conftest import postgres_server

ROLES = (
    "조사",
    "조사",
    "현장",
    "현장",
    "조사",
    "현장",
    "감사",
    "조사",
    "현장",
    "발표자",
)  # over and over; the last officer is 관리자
NEVER = re.compile(
    "로그아웃|파기|바꾸기|거두기|이 자료 빼기|다시 학습|이대로 적용"
)  # ends the work, or changes it for all
PAUSE = (2.0, 8.0)  # seconds between two turns of an officer
NOTE = "부하 시험 메모"
Turn = tuple[float, str, Callable[[], object]]  # how often, of which kind, what
app = typer.Typer(pretty_exceptions_enable=False)


@dataclass
class Told:
    """What happened. ``turns``: (seconds since the start, kind, page, seconds it took)."""

    began: float = field(default_factory=time.monotonic)
    turns: list[tuple[float, str, str, float]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    alerts: Counter[str] = field(default_factory=Counter)
    memory: list[tuple[float, float, float]] = field(default_factory=list)  # seconds, MiB of the server, of its workers

    def since(self) -> float:
        return time.monotonic() - self.began


@dataclass
class Officer:
    name: str
    role: str
    server: Server
    told: Told
    off: threading.Event
    seed: int

    def work(self) -> None:
        """Until it is time to go; a lost connection is told and opened anew."""
        self.random = random.Random(self.seed)
        cookies = self.enter()
        while not self.off.is_set():
            self.session = Session(self.server.url, cookies)
            try:
                self.timed("open the front hall", self.session.open)
                while not self.off.is_set():
                    self.session.rest(self.random.uniform(*PAUSE), self.off)
                    self.turn()
            except (Hangs, WebSocketException, httpx.HTTPError, TimeoutError, OSError) as error:
                self.told.faults.append(f"{self.name}: {type(error).__name__} {error}")
            finally:
                with suppress(Exception):
                    self.session.close()

    def enter(self) -> dict[str, str]:
        """The cookies of a login."""
        door = Session(self.server.url)
        door.open()
        door.give(pressed(next(one for one in door.all("button") if "로그인" in one.label)))
        with httpx.Client(base_url=self.server.url, follow_redirects=True, timeout=60) as browser:
            form = browser.get(door.redirect)
            browser.post(form.url, data={"sub": self.name}).raise_for_status()
            door.close()
            return dict(browser.cookies.items())

    def turn(self) -> None:
        turns = list(self.turns())
        _, kind, act = self.random.choices(turns, [one[0] for one in turns])[0]
        self.timed(kind, act)

    def timed(self, kind: str, act: Callable[[], object]) -> None:
        at, began = self.told.since(), time.monotonic()
        act()
        took = time.monotonic() - began
        page = self.session.pages.get(self.session.page)
        name = (page.url_pathname if page else "") or "front hall"
        self.told.turns.append((at, kind, name, took))
        where = f"{name}, {kind}"
        for one in self.session.all("exception"):
            self.told.faults.append(f"{where}: {one.message}")
        for one in self.session.all("alert"):
            if "오류 번호" in one.body:
                self.told.faults.append(f"{where}: {one.body}")
            elif one.format == Alert.ERROR:
                self.told.alerts[f"{where}: {one.body[:160]}"] += 1

    def turns(self) -> Iterator[Turn]:
        """What an officer may do on the page as it stands."""
        page, pick = self.session, self.random.choice
        others = sorted(one.url_pathname for one in page.pages.values() if not one.is_hidden)
        yield 2, "open a page", lambda: page.open(pick(others))
        for group in page.all("button_group"):
            names = [named(one) for one in group.options]
            if not group.disabled and len(names) > 1:
                yield (
                    2,
                    "switch a view",
                    lambda group=group, names=names: page.give(valued(group, string_array=[pick(names)])),
                )
                if demo := next((name for name in names if "시연 자료" in name), ""):
                    yield 4, "make a list", lambda group=group, demo=demo: page.give(valued(group, string_array=[demo]))
        for table in page.all("dataframe"):
            if table.selection_mode and (many := rows(table)):
                yield (
                    5,
                    "open a row",
                    lambda table=table, many=many: page.give(chosen(table, self.random.randrange(min(many, 15)))),
                )
        for box in page.all("selectbox"):
            if not box.disabled and not box.form_id and box.options:
                yield 0.5, "choose", lambda box=box: page.give(valued(box, string=pick(list(box.options))))
        for button in page.all("button"):
            if not button.disabled and not NEVER.search(button.label):
                kind = "send a form" if button.is_form_submitter else "press a button"
                yield 2, kind, lambda button=button: page.give(*self.filled(button.form_id), pressed(button))
        for button in page.all("download_button"):
            if button.deferred_file_id and not button.disabled:
                yield 0.7, "download", lambda button=button: page.download(button)
        for field_ in page.all("chat_input"):
            if "사진" not in field_.placeholder:
                yield 6, "ask", lambda field_=field_: page.give(asked(field_, pick(QUESTIONS)))
        yield from self.brought()

    def filled(self, form: str) -> Iterator[WidgetState]:
        """Every text of a form."""
        for kind in ("text_input", "text_area"):
            for one in self.session.all(kind):
                if form and one.form_id == form and not one.disabled:
                    yield valued(one, string=f"{NOTE} {self.random.random():.6f}")

    def brought(self) -> Iterator[Turn]:
        """Files of one's own: a photo, or all tables of an entry."""
        slots = [one for one in self.session.all("file_uploader") if not one.disabled]
        photos = [one for one in slots if one.id.endswith("_files")]
        tables = [(one, found) for one in slots if (found := re.search(r"-(\w+)_file_(\w+)$", one.id))]
        if photos:
            yield (
                5,
                "photograph",
                lambda: self.session.give(self.session.upload(photos[0].id, "촬영.jpg", self.photo())),
            )
        given = [
            (one, path)
            for one, found in tables
            if (path := next(DATA.glob(f"*/demo/{found[2]}.csv"), DATA)).is_file()
            and path.parts[-3].startswith(found[1][:4])
        ]
        if given:
            yield 4, "bring tables", lambda: self.session.give(*(self.table(one.id, path) for one, path in given))

    def table(self, slot: str, path: Path) -> WidgetState:
        """A table of the demo, some rows left out."""
        head, *lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
        kept = (line for line in lines if self.random.random() > 0.01)
        return self.session.upload(slot, path.name, (head + "".join(kept)).encode("utf-8-sig"))

    def photo(self) -> bytes:
        """One of the demo's, in other light."""
        found = Image.open(self.random.choice(PHOTOS)).convert("RGB")
        out = io.BytesIO()
        ImageEnhance.Brightness(found).enhance(self.random.uniform(0.85, 1.15)).save(out, "JPEG", quality=88)
        return out.getvalue()


class Trainer(Officer):
    """An administrator who has a model trained a while after the start, then works like the others."""

    trained = False

    def turn(self) -> None:
        if self.trained or self.told.since() < 60:
            super().turn()
            return
        self.trained = True
        page = self.session
        page.open("pccc_theft")
        self.press_in("button_group", "시연 자료")
        until = time.monotonic() + 120
        while not any("모델" in one.content for group in page.all("button_group") for one in group.options):
            if self.off.is_set() or time.monotonic() > until:
                self.told.faults.append("no list to train upon")
                return
            page.rest(1, self.off)
        self.press_in("button_group", "모델")
        while not (button := next((one for one in page.all("button") if one.label == "다시 학습"), None)):
            if self.off.is_set() or time.monotonic() > until:
                self.told.faults.append("no training to begin")
                return
            page.rest(1, self.off)
        self.timed("begin a training", lambda: page.give(pressed(button)))
        began = time.monotonic()
        while page.waits and not self.off.is_set():
            page.rest(1, self.off)
        self.told.turns.append((self.told.since(), "(a training)", "pccc_theft", time.monotonic() - began))

    def press_in(self, kind: str, words: str) -> None:
        for group in self.session.all(kind):
            for one in group.options:
                if words in one.content:
                    self.session.give(valued(group, string_array=[named(one)]))
                    return


QUESTIONS = [one["question"] for one in json_lines(DATA / "audit" / "questions.jsonl")][:200]
PHOTOS = sorted((DATA / "hazard_photo" / "demo").glob("*.jpg"))


def valued(widget: Any, *, string: str | None = None, string_array: list[str] | None = None) -> WidgetState:
    value = WidgetState(id=widget.id)
    if string_array is not None:
        value.string_array_value.data.extend(string_array)
    else:
        value.string_value = string or ""
    return value


@contextmanager
def provider(people: dict[str, str]) -> Iterator[str]:
    """The address of an OpenID provider that knows these people and their roles."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    for name, role in people.items():
        command += [
            "--user-claims",
            json.dumps({"sub": name, "name": name, "preferred_username": name, "roles": [role]}),
        ]
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(200):
                with suppress(httpx.HTTPError):
                    httpx.get(f"{address}/.well-known/openid-configuration")
                    break
                time.sleep(0.1)
            yield address
        finally:
            process.terminate()


def watch(server: Server, told: Told, off: threading.Event) -> None:
    """The server's memory every few seconds."""
    process = psutil.Process(server.process.pid)
    while not off.is_set():
        with suppress(psutil.Error):
            workers = sum(one.memory_info().rss for one in process.children(recursive=True))
            told.memory.append((told.since(), process.memory_info().rss / 2**20, workers / 2**20))
        off.wait(3)


def wave(server: Server, roles: dict[str, str], told: Told, seconds: float, seed: int) -> float:
    """All come, work and go; when that was, once Streamlit has let go of their sessions: it keeps them two minutes, for a browser
    that comes back.
    """
    off = threading.Event()
    people = [
        (Trainer if role == "관리자" else Officer)(name, role, server, told, off, seed * 1000 + n)
        for n, (name, role) in enumerate(roles.items())
    ]
    threads = [threading.Thread(target=one.work, daemon=True) for one in people]
    for thread in threads:
        thread.start()
        time.sleep(0.5)
    time.sleep(seconds)
    off.set()
    for thread in threads:
        thread.join(90)
    told.faults += [f"{one.name} hangs" for one, thread in zip(people, threads, strict=True) if thread.is_alive()]
    time.sleep(130)
    return told.since()


@app.command()
def main(minutes: float = 10, officers: int = 20, seed: int = 1, waves: int = 1) -> None:
    """Print one JSON object a line: each kind of turn, the memory, what went wrong."""
    names = [f"load{n:02}" for n in range(1, officers + 1)]
    roles = {name: ROLES[n % len(ROLES)] for n, name in enumerate(names)} | {names[-1]: "관리자"}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        (folder / "data").mkdir()
        address = stack.enter_context(provider(roles))
        secrets = folder / "secrets.toml"
        secrets.write_text(
            f'[auth]\nredirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"\ncookie_secret = "{os.urandom(16).hex()}"\n'
            f'client_id = "ax"\nclient_secret = "s3cret"\nserver_metadata_url = "{address}/.well-known/openid-configuration"\n'
        )
        server = Server(
            folder / "data", "--secrets.files", str(secrets),
            AUTHLIB_INSECURE_TRANSPORT="1", AX_DATABASE_URL=stack.enter_context(postgres_server()),
        )  # fmt: skip
        stack.callback(server.stop)
        told, over = Told(), threading.Event()
        watcher = threading.Thread(target=watch, args=(server, told, over), daemon=True)
        watcher.start()
        ends = [wave(server, roles, told, minutes / waves * 60, seed * waves + n) for n in range(waves)]
        over.set()
        watcher.join()
        log = re.sub(r"\x1b\[[0-9;]*m", "", server.log.read_text(errors="replace"))
    figures: defaultdict[str, list[float]] = defaultdict(list)
    for at, kind, page, took in told.turns:
        figures[kind].append(took)
        if not kind.startswith("("):
            figures["all turns"].append(took)
            figures["all turns, first minute" if at < 60 else "all turns, later"].append(took)
            figures[f"all turns on {page}"].append(took)
    for kind, some in figures.items():
        p50, p95 = (round(float(one), 3) for one in np.percentile(some, (50, 95)))
        print(json.dumps({"turn": kind, "count": len(some), "p50": p50, "p95": p95, "max": round(max(some), 2)}))
    print(
        json.dumps(
            {"officers": officers, "minutes": minutes, "turns a second": round(len(told.turns) / minutes / 60, 2)}
        )
    )
    print(json.dumps({"MiB": memory(told, minutes * 60, ends)}))
    print(json.dumps({"faults": told.faults[:20], "count": len(told.faults)}, ensure_ascii=False))
    print(json.dumps({"said to officers": dict(told.alerts.most_common(25))}, ensure_ascii=False, indent=1))
    bad = [line for line in log.splitlines() if re.search(r"ERROR|Traceback|page failed|Exception", line)]
    print(
        json.dumps(
            {"server log": Counter(re.sub(r"[0-9A-F]{6}|\d", "#", line)[:200] for line in bad).most_common(10)},
            ensure_ascii=False,
        )
    )


def memory(told: Told, work: float, ends: list[float]) -> dict[str, Any]:
    """The server's and its workers' memory: at the start, under way, and after all have gone, wave by wave."""

    def at(seconds: float) -> list[int]:
        near = min(told.memory, key=lambda one: abs(one[0] - seconds))
        return [round(near[1]), round(near[2])]

    highest = [round(max(one[n] for one in told.memory)) for n in (1, 2)]
    under_way = {f"after {share:.0%}": at(work * share) for share in (1 / 3, 2 / 3, 1)} if len(ends) == 1 else {}
    return {
        "[server, workers] at the start": at(0),
        **under_way,
        "highest": highest,
        "when all had left": [at(end) for end in ends],
    }


if __name__ == "__main__":
    app()
