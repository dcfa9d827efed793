"""Small files of the suite's own state."""

import os
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never a part, whoever else writes it."""
    waiting = path.with_name(f"{path.name}.{os.getpid()}.new")
    waiting.write_bytes(data)
    os.replace(waiting, path)
