"""Small files of the suite's own."""

import json
import os
from pathlib import Path
from typing import Any


def json_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file that holds one a line; other line ends (U+2028) may stand inside them."""
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never a part, whoever else writes it."""
    waiting = path.with_name(f"{path.name}.{os.getpid()}.new")
    waiting.write_bytes(data)
    os.replace(waiting, path)


def decoded(data: bytes) -> str:
    """Text of an officer's file: UTF-8, UTF-16 with its mark, or cp949. Raises ``UnicodeDecodeError``."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp949")
