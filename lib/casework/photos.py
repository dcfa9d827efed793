"""Photos of a case, kept under the hash of their bytes: a case's facts name the hash."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from lib.casework.errors import UnknownPhoto, told_to_officer
from lib.files import clear_left
from lib.settings import settings


def keep_photo(data: bytes, sha256: str, suffix: str) -> Path:
    """Keep a photo for good: whole or not at all, and once however often it is handed in."""
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError(f"these bytes do not hash to {sha256}")
    if not re.fullmatch(r"\.[a-z0-9]{1,5}", suffix):
        raise ValueError(f"not a file suffix: {suffix!r}")
    with told_to_officer():
        folder = _shelf(sha256)
        if kept := _kept(folder, sha256):
            return kept
        path = folder / f"{sha256}{suffix}"
        clear_left(folder, ".*")
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        for folder in (path.parent, path.parent.parent):
            _sync(folder)
        return path


def photo_path(sha256: str) -> Path:
    """Where the photo with this hash is kept."""
    if re.fullmatch(r"[0-9a-f]{64}", sha256) and (kept := _kept(_shelf(sha256), sha256)):
        return kept
    raise UnknownPhoto(f"보관된 사진이 없습니다({sha256[:12]}…). 사진을 다시 올리십시오.")


def _shelf(sha256: str) -> Path:
    return settings().folder("photos", sha256[:2])


def _kept(folder: Path, sha256: str) -> Path | None:
    return next(folder.glob(f"{sha256}.*"), None)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
