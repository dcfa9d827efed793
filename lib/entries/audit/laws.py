"""Official texts of laws and rules: imported by the office, split into articles, kept whole, replaced law by law.

``python -m lib laws import PATH`` takes a JSON list of records ``{law, kind, 조번호, 제목, 내용}``. The official text is what is
quoted; our cards join it by law and article.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lib.files import json_lines, write_whole
from lib.settings import settings

NUMBER = r"제\s*\d+(?:-\d+)*\s*조(?:\s*의\s*\d+)?"
_HEAD = re.compile(rf"^\s*({NUMBER})\s*(?:\(((?:[^()]|\([^()]*\))*)\))?", re.ASCII)
_NEXT = re.compile(rf"(?m)^(?={NUMBER}\s*\()", re.ASCII)
_DELETED = re.compile(rf"^\s*{NUMBER}\s*(?:\([^)]*\))?\s*삭\s*제\s*(?:<|[〈<(]|\.|$)", re.ASCII)


class LawError(ValueError):
    """What was given is no law text; the message is a Korean sentence that says what to do."""


@dataclass(frozen=True)
class Article:
    """One article as imported. ``article``: 「제38조의2」; ``effective``: the day it came into force, "" where the source does not say;
    ``source``: the file it came from.
    """

    law: str
    article: str
    title: str
    text: str
    kind: str = ""
    effective: str = ""
    source: str = ""

    @property
    def id(self) -> str:
        """「관세법 제38조의2」."""
        return f"{self.law} {self.article}"


def store() -> Path:
    """The file the imported articles are kept in."""
    return settings().folder("audit") / "articles.jsonl"


def load() -> tuple[Article, ...]:
    """All imported articles; none where nothing was imported."""
    path = store()
    return tuple(Article(**row) for row in json_lines(path)) if path.exists() else ()


def keep(articles: Iterable[Article]) -> tuple[Article, ...]:
    """Add these, in place of all that was kept of the same laws; everything that is kept now."""
    fresh = tuple(articles)
    laws = {one.law for one in fresh}
    whole = (*(one for one in load() if one.law not in laws), *fresh)
    lines = (json.dumps(asdict(one), ensure_ascii=False) for one in whole)
    write_whole(store(), "".join(f"{line}\n" for line in lines).encode())
    return whole


def read(path: Path) -> tuple[Article, ...]:
    """The articles of a file. Raises ``LawError``."""
    try:
        told = json.loads(path.read_text("utf-8-sig"))
    except OSError:
        raise LawError(f"{path}: 파일을 열 수 없습니다. 파일 이름과 읽기 권한을 확인하십시오.") from None
    except (ValueError, RecursionError):
        raise LawError(f"{path}: 법령 JSON으로 읽을 수 없습니다. 파일이 온전한지 확인하십시오.") from None
    if not isinstance(told, list) or not all(isinstance(row, dict) for row in told):
        raise LawError(f"{path}: 법령 조문의 목록이 아닙니다. law, 조번호, 제목, 내용이 든 JSON 목록을 주십시오.")
    articles = tuple(article for row in told for article in _articles(row, path.name))
    if not articles:
        raise LawError(f"{path}: 조문을 한 개도 찾지 못했습니다. law와 내용이 들어 있는지 확인하십시오.")
    return articles


def name(number: str) -> str:
    """An article's number as it is written officially: 「제 38 조의 2」 → 「제38조의2」."""
    return re.sub(r"\s+", "", number)


def _articles(row: Mapping[str, Any], source: str) -> Iterable[Article]:
    """The articles of a record: one, or several that follow one another in its text."""
    law, text, number = (str(row.get(key) or "").strip() for key in ("law", "내용", "조번호"))
    if not law or not text:
        return
    for part in _NEXT.split(text):
        if not part.strip() or _DELETED.match(part):
            continue
        head = _HEAD.match(part)
        article = name(head[1]) if head else number if number.startswith("제") else f"제{number}조" if number else ""
        if not article:
            continue
        title = (head[2] if head else None) or str(row.get("제목") or "").rpartition(",")[2]
        yield Article(law, article, title.strip(), part.strip(), str(row.get("kind") or ""), str(row.get("시행일자") or ""), source)  # fmt: skip
