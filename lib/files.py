"""Small files of the suite's own, and plain text and JSON that an officer hands over."""

import json
import os
import re
import shutil
import threading
import time
import zlib
from contextlib import suppress
from glob import escape
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

ZIP_TROUBLE = (BadZipFile, EOFError, NotImplementedError, OSError, zlib.error)  # what reading a broken ZIP raises
LEFT = 3600  # seconds after which a file half written is nobody's any more
MOST_BYTES, MOST_LINES = 2**24, 100_000  # of an officer's text
_LONE = re.compile(r"\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f])|(?<!\\ud[89ab][0-9a-f]{2})\\ud[c-f][0-9a-f]{2}", re.IGNORECASE)


class TextError(ValueError):
    """The file is no text to read; the message is Korean and says what to do."""


def json_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file that holds one a line; other line ends (U+2028) may stand inside them."""
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never a part, whoever else writes it."""
    clear_left(path.parent, f"{escape(path.name)}.*.new")
    waiting = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.new")
    try:
        waiting.write_bytes(data)
        os.replace(waiting, path)
    except BaseException:
        waiting.unlink(missing_ok=True)
        raise


def clear_left(folder: Path, pattern: str) -> None:
    """Remove what programs that were killed meanwhile have left half made in a folder."""
    for left in folder.glob(pattern):
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < time.time() - LEFT:
                if left.is_dir():
                    shutil.rmtree(left, ignore_errors=True)
                else:
                    left.unlink()


def loads(text: str) -> Any:
    """JSON of an officer's file: halves of letters, which no file could keep, as U+FFFD. Raises as ``json.loads``."""
    return json.loads(_LONE.sub(r"\\ufffd", text))


def decoded(data: bytes) -> str:
    """Text of an officer's file: UTF-8, UTF-16 with its mark, or cp949. Raises ``UnicodeDecodeError``."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp949")


def text_lines(path: Path) -> list[str]:
    """The lines of an officer's text file, without the end of the last. Raises ``TextError``."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        text = decoded(data)
    except OSError:
        raise TextError("파일을 열 수 없습니다. 파일 이름과 읽기 권한을 확인하십시오.") from None
    except UnicodeDecodeError:
        text = "\0"
    if len(data) > MOST_BYTES:
        raise TextError(f"파일이 {MOST_BYTES // 2**20}MB를 넘습니다. 나누어 주십시오.")
    if not text.strip():
        raise TextError("내용이 없는 파일입니다. 한 줄에 하나씩 적은 텍스트 파일을 지정하십시오.")
    if re.search(r"[\x00-\x08\x0e-\x1f]", text):
        raise TextError("텍스트 파일로 읽을 수 없습니다. UTF-8이나 CP949로 저장한 텍스트 파일인지 확인하십시오.")
    lines = re.split(r"\r\n|\r|\n", text)
    if not lines[-1]:
        lines.pop()
    if len(lines) > MOST_LINES:
        raise TextError(f"{MOST_LINES:,}줄을 넘습니다. 나누어 주십시오.")
    return lines
