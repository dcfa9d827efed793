"""Whatever file an officer hands over is read or refused in Korean words that say what to do: no traceback, no hang, no flood of memory."""

import ast
import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from lib.settings import ROOT
from tests.faults import bad_files
from tests.faults.bad_files import Bad

SECONDS = 10.0  # for one file
FITTING = 60.0  # where a model is made of it
WAYS_IN = {  # each place where a file comes in, and the bad files that go through it
    "intake.py file_uploader": "photo",
    "intake.py camera_input": "photo",
    "intake.py chat_input": "photo",
    "files.py file_uploader": "table contract register",
    "buyers.py file_uploader": "table contract",
    "address.py file_uploader": "table",
    "library.py file_uploader": "law document",
    "judge photos": "photo",
    "screen_duty_free purchases reservations movements measures listings": "table contract",
    "screen_pccc_theft parcels codes reports": "table contract",
    "screen_fetch exports imports payments firms rates partners finance": "table contract",
    "screen_address_reading parcels businesses sellers buildings": "table contract register",
    "screen_origin_laundering imports exports firms kinds tariffs": "table contract",
    "screen_bonded_cargo events warehouses changes": "table contract",
    "cargo_run events warehouses changes replies": "table contract",
    "cargo_fetch file": "lines",
    "laws_import paths": "law",
    "findings_import paths": "document",
    "ask_audit file": "lines",
    "read_address file": "table",
    "addresses_import files": "addresses",
    "fetch_dossier exports imports payments firms rates partners finance": "table contract",
    "judge_parcel parcel parcels codes reports": "parcel table contract",
    "screening_fit file calibrate test": "table fit",
}
WRITTEN = {"out", "pdf", "xlsx", "target"}  # paths that are written


@dataclass(frozen=True)
class Outcome:
    """``how``: "read", "refused", or what went wrong: "broke", "hung", "died"."""

    how: str
    said: str
    seconds: float


class Taker:
    """The process that takes files in; another one where a file ruins it."""

    def __init__(self, intake: str) -> None:
        self.intake = intake
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.faults.intakes", self.intake]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, start_new_session=True
        )  # fmt: skip
        self.rest = b""
        assert self.heard(120) == {"ready": True}

    def heard(self, seconds: float) -> dict[str, object] | None:
        """The next line; None where it does not come, {} where none will come any more."""
        assert self.process.stdout
        until = time.monotonic() + seconds
        while b"\n" not in self.rest:
            if not select.select([self.process.stdout], [], [], max(0.0, until - time.monotonic()))[0]:
                return None
            part = os.read(self.process.stdout.fileno(), 2**16)
            if not part:
                return {}
            self.rest += part
        line, _, self.rest = self.rest.partition(b"\n")
        told: dict[str, object] = json.loads(line)
        return told

    def take(self, path: Path) -> Outcome:
        seconds = FITTING if self.intake == "fit" else SECONDS
        assert self.process.stdin
        self.process.stdin.write(f"{path}\n".encode())
        self.process.stdin.flush()
        started = time.monotonic()
        assert self.heard(60)
        told = self.heard(seconds)
        if told:
            how = next(how for how in ("read", "refused", "broke") if how in told)
            return Outcome(how, str(told[how]), float(str(told["seconds"])))
        self.stop()
        self.start()
        return Outcome("hung" if told is None else "died", "", time.monotonic() - started)

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def wrong(bad: Bad, outcome: Outcome, intake: str = "") -> str:
    """Why that outcome is not what an officer should meet; "" where it is."""
    if outcome.how not in ("read", "refused"):
        return f"{outcome.how} {outcome.said}"
    if bad.wanted not in (bad_files.EITHER, outcome.how):
        return f"was {outcome.how}: {outcome.said[:200]}"
    if "root:x:0" in outcome.said:
        return "gave away a file of this machine"
    if outcome.how == "refused":
        asks = re.search(r"(십시오|세요)\W*$", outcome.said) or intake == "fit"
        if not asks or not re.search("[가-힣]", outcome.said) or len(outcome.said) > 600:
            return f"does not say what to do: {outcome.said[:700]}"
        if re.search(r"Error|Exception|Traceback|0x[0-9a-f]{6}", outcome.said):
            return f"speaks to programmers: {outcome.said[:300]}"
    return ""


def through(intake: str, folder: Path, *, everything: bool) -> tuple[int, list[str]]:
    """How many bad files were handed over, and what was wrong with what came of them."""
    taker, faults, count = Taker(intake), [], 0
    try:
        for count, bad in enumerate(bad_files.corpus(intake, everything=everything), 1):
            path = folder / f"{count}{bad.suffix}"
            path.write_bytes(bad.data)
            outcome = taker.take(path)
            if outcome.how == "hung":  # a busy machine is no hang: what truly hangs does so again
                outcome = taker.take(path)
            if why := wrong(bad, outcome, intake):
                faults.append(f"{bad.name} ({bad.suffix}): {why}")
            path.unlink()
    finally:
        taker.stop()
    return count, faults


@pytest.mark.parametrize("intake", bad_files.CORPUS)
def test_every_bad_file_is_read_or_refused_in_words(intake: str, tmp_path: Path) -> None:
    count, faults = through(intake, tmp_path, everything=False)
    assert not faults, f"{len(faults)} of {count} bad files:\n" + "\n".join(faults)
    assert not list(Path("/tmp").glob("ax-evil*"))


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("intake", bad_files.CORPUS)
def test_all_bad_files_are_read_or_refused_in_words(intake: str, tmp_path: Path) -> None:
    count, faults = through(intake, tmp_path, everything=True)
    assert not faults, f"{len(faults)} of {count} bad files:\n" + "\n".join(faults)


def test_no_way_in_is_without_bad_files() -> None:
    """A new uploader or a new path on the command line needs bad files of its own."""
    found = set()
    for path in (ROOT / "lib" / "ui").glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                takes = call.func.attr in ("file_uploader", "camera_input", "audio_input", "data_editor")
                if takes or any(given.arg == "accept_file" for given in call.keywords):
                    found.add(f"{path.name} {call.func.attr}")
    for one in ast.parse((ROOT / "lib" / "__main__.py").read_text("utf-8")).body:
        if isinstance(one, ast.FunctionDef) and any("command(" in ast.unparse(how) for how in one.decorator_list):
            arguments = ((told.arg, ast.unparse(told.annotation or ast.Constant(""))) for told in one.args.args)
            paths = [name for name, kind in arguments if re.search(r"\bPath\b|TableFile", kind) and name not in WRITTEN]
            found |= {" ".join((one.name, *paths))} if paths else set()
    assert found == {*WAYS_IN}
    assert {kind for kinds in WAYS_IN.values() for kind in kinds.split()} == {*bad_files.CORPUS} - {"kept"}
