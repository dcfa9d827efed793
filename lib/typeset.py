"""PDF pages by typst. All texts reach a page as strings of one JSON input, so that nothing in them can act as markup or code."""

import json
import re
import struct
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import typst

from lib.settings import DATA

FONTS = DATA / "fetched"
FACES = ("Pretendard-Regular.otf", "Pretendard-Bold.otf")


class TypesetError(RuntimeError):
    """Why no document could be made, in Korean."""


def pages(page: str, told: Mapping[str, Any], at: datetime, kind: Any = "pdf", ppi: float = 80) -> Any:
    """What typst makes of a page, its ``data`` input ``told``: ``pdf`` bytes, or a ``png`` a page. Raises ``TypesetError``
    (Korean) without the fonts.
    """
    return typst.compile(
        page.encode(),
        font_paths=fonts(),
        ignore_system_fonts=True,
        format=kind,
        ppi=ppi,
        sys_inputs={"data": json.dumps(told, ensure_ascii=False)},
        timestamp=int(at.timestamp()),
    )


@cache
def fonts() -> typst.Fonts:
    """The Korean faces. Raises ``TypesetError`` where they were not fetched."""
    if missing := [name for name in FACES if not (FONTS / name).exists()]:
        raise TypesetError(
            f"PDF에 쓸 글꼴({', '.join(missing)})이 없습니다. 설치 폴더에서 make run을 한 번 실행해 주십시오."
        )
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


@cache
def drawable() -> frozenset[int]:
    """The characters the font can draw (its ``cmap``, format 12)."""
    fonts()
    data = (FONTS / FACES[0]).read_bytes()
    (count,) = struct.unpack_from(">H", data, 4)
    tables = {data[12 + 16 * i : 16 + 16 * i]: struct.unpack_from(">I", data, 20 + 16 * i)[0] for i in range(count)}
    base = tables[b"cmap"]
    places = [
        struct.unpack_from(">I", data, base + 8 + 8 * i)[0] for i in range(*struct.unpack_from(">H", data, base + 2))
    ]
    at = base + next(place for place in places if struct.unpack_from(">H", data, base + place)[0] == 12)
    groups = [
        struct.unpack_from(">II", data, at + 16 + 12 * i) for i in range(*struct.unpack_from(">I", data, at + 12))
    ]
    return frozenset(code for first, last in groups for code in range(first, last + 1))


def line(text: str, most: int) -> str:
    """One line without control, direction and combining marks, drawable, not too long, and breakable anywhere in long words."""
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFC", text))
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Mn", "Me"))
    text = "".join(c if ord(c) in drawable() else "□" for c in text).strip()
    text = text if len(text) <= most else text[: most - 1] + "…"
    return re.sub(r"\S{18,}", lambda run: "\u200b".join(re.findall(".{1,4}", run[0])), text)
