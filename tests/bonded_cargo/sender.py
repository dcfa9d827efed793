"""The program that delivers, to be killed: sends until nothing is left, letting the time pass that its messages wait."""

import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
from pydantic import SecretStr

from lib.casework import MessageState, Outbox
from lib.casework.outbox import Gateway
from lib.entries.bonded_cargo.gateways import FileGateway, Sens, Solapi
from tests.bonded_cargo.stand_in import ACCESS, SECRET, SERVICE

SENDER = "0320000000"
UNSETTLED = (MessageState.APPROVED, MessageState.SENDING, MessageState.IN_DOUBT)


class Clock:
    """A time all programs of a test share, in a file; it runs, and is moved on by whoever has to wait."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __call__(self) -> float:
        told = json.loads(self.file.read_text())
        return float(told["start"]) + time.time() - told["began"] + 60 * told["minutes"]

    def aware(self) -> datetime:
        return datetime.fromtimestamp(self(), UTC)

    def set(self, start: datetime, minutes: float = 0) -> None:
        self._write({"start": start.timestamp(), "began": time.time(), "minutes": minutes})

    def later(self, minutes: float) -> None:
        told = json.loads(self.file.read_text())
        self._write({**told, "minutes": told["minutes"] + minutes})

    def _write(self, told: dict[str, float]) -> None:
        new = self.file.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps(told))
        new.replace(self.file)


def gateway(kind: str, address: str, clock: Clock, *, seconds: float = 5) -> Gateway:
    timeout = httpx.Timeout(seconds)
    if kind == "solapi":
        return Solapi(address, SecretStr(ACCESS), SecretStr(SECRET), SENDER, clock=clock, timeout=timeout)
    if kind == "sens":
        return Sens(address, SERVICE, SecretStr(ACCESS), SecretStr(SECRET), SENDER, clock=clock, timeout=timeout)
    return FileGateway(Path(address))


if __name__ == "__main__":
    url, kind, address, file, most = sys.argv[1:]
    clock = Clock(Path(file))
    with Outbox.open(url, clock.aware) as outbox:
        carrier = gateway(kind, address, clock, seconds=0.3)  # shorter than the stand-in hangs
        carrier.most = int(most)
        while True:
            outbox.deliver(carrier, entry="cargo", cap=10**6, from_hour=0, until_hour=24, dry_run=False)
            if not outbox.messages(state=UNSETTLED, limit=1):
                break
            clock.later(20)
    print("done")
