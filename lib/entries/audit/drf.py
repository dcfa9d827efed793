"""Laws and administrative rules from the open API of 국가법령정보 (법제처, open.law.go.kr), each by its exact name.

``GET {AX_LAW_URL}/lawSearch.do`` (OC, target=law|admrul, type=XML, query, display, page) lists what is called alike;
``/lawService.do`` (OC, target, type=XML, MST of a law or ID of a rule) gives one text. It was not tried against the live service from
here; the fields are known from the guide of the open API and from answers that public programs keep as test data. What goes wrong
comes with status 200: ``<Response><result>..</result><msg>..</msg></Response>`` of a refused OC or unregistered address, ``<Law>..</Law>``
of an unknown number, a web page of an API that was not applied for.
"""

import difflib
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import httpx

from lib.entries.audit import laws
from lib.entries.audit.laws import Article
from lib.services import Service, ask, quiet
from lib.settings import settings

GAP = 0.5  # seconds between requests
RETRIES, BACKOFF = 3, 1.0  # further attempts; seconds before the first, doubled each time
LONGEST_WAIT = 60.0  # seconds; a service that asks for a longer pause is left alone
TIMEOUT = httpx.Timeout(30, connect=10)
MAX_SECONDS = 120.0  # of one answer, ``laws.MOST_BYTES`` at most
PAGE, MAX_PAGES = 100, 5  # names of a page; pages of a search
OFFICE = "관세청"  # whose rule is meant where several offices have one of the same name

Progress = Callable[[int, int], None]
_T = TypeVar("_T")


class DrfError(RuntimeError):
    """국가법령정보 did not answer, or has no such law; the message says in Korean why and what to do. It never holds the key."""


@dataclass(frozen=True)
class Listed:
    """One law or rule of a search. ``target``: law or admrul; ``number``: MST or ID; ``version``: 시행일자 as it came; ``state``: 현행, 연혁, ..."""

    name: str
    target: str
    number: str
    office: str = ""
    version: str = ""
    state: str = ""


class _Service(Service):
    error = DrfError


def search(name: str) -> tuple[Listed, ...]:
    """The laws and rules the service finds by a name or a part of one. Raises ``DrfError``."""
    service = _service()
    with quiet(service), httpx.Client(timeout=TIMEOUT) as client:
        return tuple(one for target in ("law", "admrul") for one in _listed(service, client, target, name))


def fetch(names: Iterable[str], progress: Progress | None = None) -> tuple[Article, ...]:
    """The articles and annexes of laws and rules, for ``laws.keep``: of all of them, or ``DrfError``.

    ``progress`` is told how many are done, and of how many. Names are looked up first: one that is unknown is told, with names
    like it, before any text is fetched.
    """
    wanted = list(dict.fromkeys(" ".join(name.split()) for name in names if name.strip()))
    service = _service()
    with quiet(service), httpx.Client(timeout=TIMEOUT) as client:
        found, unknown = [], []
        for name in wanted:
            one, alike = _find(service, client, name)
            if one:
                found.append(one)
            else:
                unknown.append(f"「{name}」" + (f"(비슷한 이름: {', '.join(alike)})" if alike else ""))
        if unknown:
            raise service.failed(f"다음 이름의 법령이 없습니다: {' '.join(unknown)} 정확한 이름을 확인하십시오.")
        articles: list[Article] = []
        for done, one in enumerate(found, 1):
            articles += _text(service, client, one)
            if progress:
                progress(done, len(found))
    return tuple(articles)


def _service() -> _Service:
    return _Service.of(
        "국가법령정보",
        settings().law_url.rstrip("/"),
        settings().law_key,
        "AX_LAW_URL",
        "AX_LAW_KEY",
        "국가법령정보 공동활용(open.law.go.kr)",
    )


def _find(service: Service, client: httpx.Client, name: str) -> tuple[Listed | None, Sequence[str]]:
    """The law or rule of exactly this name, else names like it."""
    near: list[Listed] = []
    for target in ("law", "admrul"):
        listed = _listed(service, client, target, name, name)
        near += listed
        same = [one for one in listed if _same(one.name, name) and one.state in ("", "현행")]
        if same and target == "admrul" and len({one.office for one in same}) > 1:
            offices = ", ".join(sorted({one.office for one in same}))
            same = [one for one in same if one.office == OFFICE]
            if not same:
                raise service.failed(
                    f"「{name}」은(는) 여러 기관({offices})에 있습니다. 국가법령정보 누리집에서 본문을 내려받아 파일로 가져오십시오."
                )
        if same:
            return max(same, key=lambda one: one.version), ()
    if not near:
        first = name.split()[0]
        near = _listed(service, client, "law", first if first != name else name[:2])
    return None, difflib.get_close_matches(name, list(dict.fromkeys(one.name for one in near)), 3, 0.3)


def _same(one: str, other: str) -> bool:
    plain = [re.sub(r"[\s·ㆍ・]", "", name) for name in (one, other)]
    return plain[0] == plain[1]


def _listed(service: Service, client: httpx.Client, target: str, query: str, until: str = "") -> list[Listed]:
    """What a search lists, page by page, up to the page that has a law called ``until``."""
    found: list[Listed] = []
    for page in range(1, MAX_PAGES + 1):
        asked = {"target": target, "query": query, "display": str(PAGE), "page": str(page)}
        total, listed = _ask(service, client, "lawSearch.do", asked, lambda body: _page(service, target, body))
        found += listed
        if not listed or len(found) >= total or any(_same(one.name, until) for one in listed):
            break
    return found


def _page(service: Service, target: str, body: bytes) -> tuple[int, list[Listed]]:
    root = laws.tree(body)
    total = (root.findtext("totalCnt") or "").strip()
    if not root.tag.endswith("Search") or not re.fullmatch(r"\d{1,9}", total, re.ASCII):
        raise service.shape()
    names = ("법령명한글", "법령일련번호", "현행연혁코드") if target == "law" else ("행정규칙명", "행정규칙일련번호", "현행연혁구분")  # fmt: skip
    found = []
    for row in root.findall(target):
        told = {leaf.tag: " ".join((leaf.text or "").split()) for leaf in row}
        name, number, state = (told.get(key, "") for key in names)
        if name and re.fullmatch(r"\w{1,20}", number, re.ASCII):
            found.append(Listed(name, target, number, told.get("소관부처명", ""), told.get("시행일자", ""), state))
    return int(total), found


def _text(service: Service, client: httpx.Client, one: Listed) -> tuple[Article, ...]:
    asked = {"target": one.target, "MST" if one.target == "law" else "ID": one.number}
    source = f"국가법령정보 {one.target} {one.number}"
    articles = _ask(service, client, "lawService.do", asked, lambda body: laws.parse(body, source))
    if not all(_same(article.law, one.name) for article in articles):
        raise service.failed(f"「{one.name}」 대신 「{articles[0].law}」이(가) 왔습니다. 잠시 뒤 다시 실행하십시오.")
    return articles


def _ask(service: Service, client: httpx.Client, path: str, asked: dict[str, str], read: Callable[[bytes], _T]) -> _T:
    """What ``read`` makes of an answer; one that is cut off is asked for again, as is one that does not come."""
    time.sleep(GAP)
    attempt = 0
    while True:
        status, body, problem, pause = ask(
            service,
            client,
            "GET",
            f"{service.url}/{path}",
            {"OC": service.key.get_secret_value(), "type": "XML", **asked},
            headers={"Accept": "application/xml"},
            most_bytes=laws.MOST_BYTES,
            most_seconds=MAX_SECONDS,
        )
        if not problem and status == 200:
            try:
                return read(body)
            except laws.Refusal as refusal:
                raise service.said(
                    "",
                    service.hide(refusal.said)[:200],
                    f"{service.key_setting}의 인증키와 open.law.go.kr에 등록한 IP·도메인, 신청한 API를 확인하십시오.",
                ) from None
            except laws.LawError as error:
                problem = f"응답을 읽을 수 없습니다({error})."
        elif not problem and status < 500 and status != 429:
            raise service.said(f"HTTP {status}", "", f"{service.url_setting} 주소와 인증키를 확인하십시오.")
        seconds = float(pause) if re.fullmatch(r"\d{1,6}", pause, re.ASCII) else 0.0
        if attempt == RETRIES or seconds > LONGEST_WAIT:
            raise service.tired(problem, status, attempt + 1)
        time.sleep(max(seconds, BACKOFF * 2**attempt))
        attempt += 1
