"""Logs that tell where something broke, and nothing of whose data it broke on."""

import logging
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from lib.settings import ROOT

_Told = tuple[type[BaseException], BaseException, TracebackType | None]


def errors() -> None:
    """From now on every log of this process tells of an error its kind and where it was, never its message: that may quote a file or a person."""
    made = logging.getLogRecordFactory()
    if getattr(made, "quiet", False):
        return

    def record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        one = made(*args, **kwargs)
        if one.exc_info and one.exc_info[1]:
            one.exc_text, one.exc_info = "\n".join(told(one.exc_info[1])), None
        return one

    record.quiet = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(record)


def told(error: BaseException) -> Iterator[str]:
    """A line for the error and each of its causes: its kind, and the places it came through, the innermost first."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        frames = reversed(traceback.extract_tb(one.__traceback__))
        places = " <- ".join(f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames)
        yield f"{type(one).__module__}.{type(one).__qualname__} at {places or '?'}"
        one = one.__cause__ or one.__context__


def _short(name: str) -> str:
    path = Path(name)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) and ".venv" not in path.parts else path.name
