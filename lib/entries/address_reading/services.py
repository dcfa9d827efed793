"""The official services that say what stands and trades at an address. Each needs a key in the settings.

Addresses, parameters and answers follow public descriptions and programs in use; none was tried against the live service
from here (the tests use a stand-in). Seen in several of them: juso.go.kr ``addrLinkApi.do`` and ``addrEngApi.do``
(confmKey, keyword, currentPage, countPerPage, resultType; results.common.errorCode, "0" is well, "E0001" a refused key),
국세청 ``nts-businessman/v1`` status and validate (POST, at most 100 numbers, status_code "OK"), 공정위 ``MllBsDtl_3``
(brno, resultType=json; items at the top or under response.body; blanks are "N/A"), 소상공인 ``sdsc2/storeListInBuilding``
(key = building id of 25 digits; answers in XML or JSON). Seen once: ``korAddr`` of addrEngApi and the words of juso's quota.
"""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import count
from typing import Any, Self, TypeVar
from xml.etree import ElementTree

import httpx
import pandas as pd
import pyarrow as pa
from pydantic import SecretStr

from lib.entries.address_reading.tables import BUILDINGS, BUSINESSES, SELLERS, typed
from lib.services import Service, ask, quiet
from lib.settings import settings

RETRIES, BACKOFF = 3, 1.0  # further attempts; seconds before the first, doubled each time
LONGEST_WAIT = 20.0  # seconds, whatever the service asks for
MAX_BYTES, MAX_SECONDS = 2**24, 60.0  # of one answer
MAX_PAGES = 50
JUSO_PAGE, SHOPS_PAGE, SELLERS_PAGE, TAX_BATCH = 100, 1000, 100, 100
MOST_LINES = 200  # addresses asked for at once

T = TypeVar("T")
Row = dict[str, str]
Progress = Callable[[float], None]

_KEY_CODES = {"20", "30", "31", "32", "33", "E0001", "-4", "-401", "HTTP 401", "HTTP 403"}
_QUOTA_CODES = {"22", "23", "HTTP 429"}
_REGISTERED = re.compile(r"등록되지 않은 (사업자|번호)")


class ServiceError(RuntimeError):
    """A service did not answer; the message is a Korean sentence that says why and what to do. It never holds the key."""


@dataclass(frozen=True)
class Enriched:
    """What the services say stands at the addresses asked for, in the shape of the officer's own registers."""

    businesses: pa.Table
    buildings: pa.Table
    unknown: tuple[str, ...] = ()  # addresses the service does not know


def enrich(lines: Sequence[str], progress: Progress | None = None, client: httpx.Client | None = None) -> Enriched:
    """The buildings at ``lines`` (as the reader writes them) and the shops in them. Raises ``ServiceError``."""
    asked = list(dict.fromkeys(line for line in lines if line))
    if len(asked) > MOST_LINES:
        raise ServiceError(f"한 번에 {MOST_LINES}곳까지 조회할 수 있습니다. 먼저 볼 주소를 골라 다시 실행하십시오.")
    juso, shops = _juso(), _shops()
    buildings: list[dict[str, Any]] = []
    businesses: dict[str, Row] = {}
    unknown = []
    with _connection(client) as connection:
        for number, line in enumerate(asked):
            found = _building(_search(juso, connection, line), line)
            if found:
                buildings.append(_building_row(found, line))
                for shop in _pages(shops, connection, {"key": found.get("bdMgtSn", "")}, SHOPS_PAGE):
                    row = _shop_row(shop, line)
                    businesses[row["number"]] = row
            else:
                unknown.append(line)
            if progress:
                progress((number + 1) / len(asked))
    columns = [column.name for column in BUILDINGS.columns]
    there = pd.DataFrame(buildings, columns=columns).drop_duplicates("building_no")
    trading = pd.DataFrame(list(businesses.values()), columns=["number", "name", "address", "trade"])
    return Enriched(typed(trading, BUSINESSES), typed(there, BUILDINGS), tuple(unknown))


def find(keyword: str, client: httpx.Client | None = None) -> list[Row]:
    """What juso.go.kr finds for a Korean address: ``roadAddr``, ``jibunAddr``, ``zipNo``, ``bdMgtSn``, ``bdNm``, ..."""
    with _connection(client) as connection:
        return _search(_juso(), connection, keyword)


def find_english(keyword: str, client: httpx.Client | None = None) -> list[Row]:
    """What juso.go.kr finds for an English address: ``roadAddr`` (English), ``korAddr``, ``zipNo``, ``siNm``, ..."""
    service = _Service.keyed(
        "영문주소 검색 서비스", settings().juso_english_url, settings().juso_english_key, "JUSO_ENGLISH", "JUSO_ENGLISH"
    )
    with _connection(client) as connection:
        return _search(service, connection, keyword)


def tax_status(numbers: Iterable[str], client: httpx.Client | None = None) -> pd.DataFrame:
    """국세청's word on business numbers: ``number``, ``state`` (계속사업자, 휴업자, 폐업자, 등록되지 않음), ``kind``, ``closed_on``."""
    service = _tax()
    rows = []
    with _connection(client) as connection:
        for part in _batches(dict.fromkeys(filter(None, map(_digits, numbers)))):
            answer = _ask(service, connection, "POST", f"{service.url}/status", service.secret(), {"b_no": part})
            for row in _data(service, answer):
                none = bool(_REGISTERED.search(row.get("tax_type", "")))
                state = "등록되지 않음" if none else row.get("b_stt", "")
                rows.append(
                    (row.get("b_no", ""), state, "" if none else row.get("tax_type", ""), row.get("end_dt", ""))
                )
    read = pd.DataFrame(rows, columns=["number", "state", "kind", "closed_on"])
    return read.assign(closed_on=pd.to_datetime(read["closed_on"], format="%Y%m%d", errors="coerce"))


def tax_validate(businesses: Iterable[Mapping[str, str]], client: httpx.Client | None = None) -> dict[str, bool]:
    """Whether number (``b_no``), day of opening (``start_dt``) and head (``p_nm``) belong together, by number."""
    service = _tax()
    found: dict[str, bool] = {}
    with _connection(client) as connection:
        for part in _batches(businesses):
            sent = [{**one, "b_no": _digits(one["b_no"]), "start_dt": _digits(one["start_dt"])} for one in part]
            url = f"{service.url}/validate"
            answer = _ask(service, connection, "POST", url, service.secret(), {"businesses": sent})
            found |= {row.get("b_no", ""): row.get("valid") == "01" for row in _data(service, answer)}
    return found


def mail_order(
    numbers: Iterable[str], progress: Progress | None = None, client: httpx.Client | None = None
) -> pa.Table:
    """공정위's mail-order sellers with these business numbers, in the shape of ``SELLERS``; those closed are left out."""
    service = _Service.keyed(
        "통신판매사업자 등록상세 서비스",
        settings().mail_order_url,
        settings().public_data_key,
        "MAIL_ORDER",
        "PUBLIC_DATA",
    )
    rows: dict[str, Row] = {}
    asked = list(dict.fromkeys(filter(None, map(_digits, numbers))))
    with _connection(client) as connection:
        for number, brno in enumerate(asked):
            for row in _pages(service, connection, {"brno": brno, "resultType": "json"}, SELLERS_PAGE):
                if "폐업" in row.get("operSttusCdNm", "") or not row.get("prmmiMnno"):
                    continue
                address = row.get("lctnRnAddr") or row.get("rnAddr") or row.get("lctnAddr") or ""
                rows[row["prmmiMnno"]] = {
                    "number": row["prmmiMnno"],
                    "name": row.get("bzmnNm", ""),
                    "address": address,
                    "way": row.get("ntslMthdNm", ""),
                }
            if progress:
                progress((number + 1) / len(asked))
    return typed(pd.DataFrame(list(rows.values()), columns=["number", "name", "address", "way"]), SELLERS)


# --- what the answers mean -----------------------------------------------------------------------------------------

_NUMBER = re.compile(r"(\S+) (지하 )?(\d+)(?:-(\d+))?$")


def _building(found: Sequence[Row], line: str) -> Row | None:
    """The one result that is the building of the line: same road, number and side of the ground, in that district."""
    tail = _NUMBER.search(line)
    if not tail:
        return None
    wanted = (tail[1], "1" if tail[2] else "0", int(tail[3]), int(tail[4] or 0))
    same = []
    for row in found:
        main, sub, below = row.get("buldMnnm", ""), row.get("buldSlno") or "0", row.get("udrtYn") or "0"
        if main.isdecimal() and sub.isdecimal() and (row.get("rn"), below, int(main), int(sub)) == wanted:
            same.append(row)
    here = [row for row in same if not row.get("sggNm") or row["sggNm"].split(" ")[-1] in line.split(" ")]
    ids = {row.get("bdMgtSn") for row in here} - {"", None}
    return here[0] if len(ids) == 1 or (here and len({row.get("roadAddrPart1") for row in here}) == 1) else None


def _building_row(row: Row, line: str) -> dict[str, Any]:
    shared = row.get("bdKdcd") == "1"
    return {
        "building_no": row.get("bdMgtSn", ""),
        "address": line,
        "use": "공동주택" if shared else None,
        "name": row.get("bdNm") or None,
        "shared": shared,
    }


def _shop_row(row: Row, line: str) -> Row:
    unit = place_in_building(row.get("dongNo", ""), row.get("flrNo", ""), row.get("hoNo", ""))
    trades = dict.fromkeys(filter(None, (row.get("indsLclsNm"), row.get("indsSclsNm"))))
    return {
        "number": row.get("bizesId", ""),
        "name": " ".join(filter(None, (row.get("bizesNm"), row.get("brchNm")))),
        "address": f"{line}, {unit}" if unit else line,
        "trade": "/".join(trades),
    }


def place_in_building(wing: str, floor: str, room: str) -> str:
    """The unit as an address writes it, of what the shop register keeps apart: "2", "지1" and "203" -> "2동 지하1층 203호"."""
    floor = re.sub(r"^(?:지하?|[Bb-])\s*(?=\d)", "지하", floor.strip().removesuffix("층"))
    parts = (wing.strip().removesuffix("동"), "동"), (floor, "층"), (room.strip().removesuffix("호"), "호")
    return " ".join(f"{text}{kind}" for text, kind in parts if text)


def _batches(rows: Iterable[T]) -> list[list[T]]:
    whole = list(rows)
    return [whole[at : at + TAX_BATCH] for at in range(0, len(whole), TAX_BATCH)]


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


# --- asking --------------------------------------------------------------------------------------------------------


class _Service(Service):
    """One of the services."""

    error = ServiceError

    @classmethod
    def keyed(cls, name: str, url: str, key: SecretStr | None, url_name: str, key_name: str) -> Self:
        """By the names of its settings."""
        portal = "business.juso.go.kr" if key_name.startswith("JUSO") else "공공데이터포털(data.go.kr)"
        return cls.of(name, url.rstrip("/"), key, f"AX_{url_name}_URL", f"AX_{key_name}_KEY", portal)

    def secret(self) -> dict[str, str]:
        """The key under the name the service asks for it by."""
        name = "confmKey" if self.key_setting.startswith("AX_JUSO") else "serviceKey"
        return {name: self.key.get_secret_value()}

    def refused(self, code: object, message: object = "") -> RuntimeError:
        """The service itself says no, in its own words."""
        said, text = (" ".join(self.hide(str(words)).split()) for words in (code, message))
        said, text = said[:40], text[:120]
        if said in _QUOTA_CODES or re.search(r"(한도|횟수|트래픽).*초과|LIMITED_NUMBER", text):
            advice = "호출 한도를 넘었습니다. 내일 다시 실행하거나 한도 증설을 신청하십시오."
        elif said in _KEY_CODES or re.search(r"(인증|승인)키|KEY", text):
            advice = f"{self.key_setting}의 인증키와 활용신청 승인·유효기간을 확인하십시오."
        elif said.startswith(("HTTP 3", "HTTP 4")) or said in ("12", "-3"):
            advice = f"{self.url_setting} 주소가 맞는지 확인하십시오."
        else:
            advice = "잠시 뒤 다시 실행하고, 되풀이되면 이 코드를 서비스 운영기관에 문의하십시오."
        return self.said(said, text, advice)


def _juso() -> _Service:
    return _Service.keyed("도로명주소 검색 서비스", settings().juso_url, settings().juso_key, "JUSO", "JUSO")


def _shops() -> _Service:
    return _Service.keyed(
        "상가업소 조회 서비스", settings().shops_url, settings().public_data_key, "SHOPS", "PUBLIC_DATA"
    )


def _tax() -> _Service:
    name, key = "사업자등록 상태조회 서비스", settings().public_data_key
    return _Service.keyed(name, settings().tax_status_url, key, "TAX_STATUS", "PUBLIC_DATA")


def _search(service: _Service, client: httpx.Client, keyword: str) -> list[Row]:
    """Every result of juso.go.kr for the words; none where it finds them too vague to search."""
    keyword = " ".join(re.sub(r"[%=<>\[\]]", " ", keyword).split())
    rows: list[Row] = []
    for page in range(1, MAX_PAGES + 1):
        asked = {"keyword": keyword, "currentPage": page, "countPerPage": JUSO_PAGE, "resultType": "json"}
        results = _ask(service, client, "GET", service.url, service.secret() | asked).get("results")
        common = results.get("common") if isinstance(results, dict) else None
        if not isinstance(results, dict) or not isinstance(common, dict):
            raise service.shape()
        code, message = str(common.get("errorCode", "")), str(common.get("errorMessage", ""))
        if code != "0":
            vague = re.fullmatch(r"E\d+", code) and not re.search(r"키|KEY|초과|오류", message)
            if code in _KEY_CODES or not vague:
                raise service.refused(code, message)
            return []
        part = _rows(service, results.get("juso") or [])
        rows += part
        if not part or len(rows) >= _whole(common.get("totalCount"), len(rows)):
            break
    return rows


def _pages(service: _Service, client: httpx.Client, asked: Mapping[str, str], size: int) -> Iterator[Row]:
    """Every row that a data.go.kr service has, page by page."""
    got, before = 0, None
    for page in range(1, MAX_PAGES + 1):
        sent = {**asked, **service.secret(), "pageNo": page, "numOfRows": size}
        answer = _ask(service, client, "GET", service.url, sent)
        answer = answer.get("response", answer)
        header, body = (answer.get(part, answer) if isinstance(answer, dict) else None for part in ("header", "body"))
        if not isinstance(header, dict) or "resultCode" not in header:
            raise service.shape()
        code = str(header["resultCode"])
        if code == "03":  # no data
            return
        if code.strip("0"):
            raise service.refused(code, header.get("resultMsg", ""))
        body = body if isinstance(body, dict) else {}
        items = body.get("items") or []
        if isinstance(items, dict):
            items = items.get("item") or []
        rows = _rows(service, [items] if isinstance(items, dict) else items)
        if rows and rows == before:
            raise service.failed("같은 쪽을 되풀이해 보냅니다. 잠시 뒤 다시 실행하십시오.")
        yield from rows
        got, before = got + len(rows), rows
        total = _whole(body.get("totalCount"), -1)
        if not rows or (got >= total if total >= 0 else len(rows) < size):
            return


def _data(service: _Service, answer: Mapping[str, Any]) -> list[Row]:
    if answer.get("status_code") != "OK":
        if "status_code" in answer or "code" in answer:
            raise service.refused(answer.get("status_code", answer.get("code")), answer.get("msg", ""))
        raise service.shape()
    return _rows(service, answer.get("data"))


def _rows(service: _Service, rows: object) -> list[Row]:
    """Rows of plain text; what a service writes for nothing is nothing."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise service.shape()
    return [
        {str(name): text for name, value in row.items() if (text := _text(value)) not in ("N/A", "null", "NULL")}
        for row in rows
    ]


def _text(value: object) -> str:
    return " ".join(str(value).split())[:500] if isinstance(value, str | int | float) else ""


def _whole(value: object, otherwise: int) -> int:
    text = _text(value)
    return int(text[:12]) if text.isdecimal() else otherwise


def _ask(
    service: _Service, client: httpx.Client, method: str, url: str, params: Mapping[str, Any], sent: object = None
) -> dict[str, Any]:
    """The object the service answers with, after retries."""
    with quiet(service):
        for attempt in count():
            status, body, problem, wait = ask(
                service, client, method, url, params, sent, most_bytes=MAX_BYTES, most_seconds=MAX_SECONDS
            )
            if not problem and status < 500 and status != 429:
                break
            if attempt == RETRIES:
                if status == 429:
                    raise service.refused("HTTP 429")
                raise service.tired(problem, status, RETRIES + 1)
            time.sleep(max(min(_whole(wait, 0), LONGEST_WAIT), BACKOFF * 2**attempt))
    plain = body.decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    if code := re.search(
        r"<returnReasonCode>\s*(\w+)", plain
    ):  # the portal's gateway answers in XML whatever was asked
        said = re.search(r"<returnAuthMsg>\s*([^<]*)", plain)
        raise service.refused(code[1], said[1] if said else "")
    answer = _parsed(plain)
    if status != 200:
        told = answer if isinstance(answer, dict) else {}
        raise service.refused(told.get("code", f"HTTP {status}"), told.get("msg", told.get("status_code", "")))
    if not isinstance(answer, dict):
        raise service.shape()
    return answer


def _parsed(plain: str) -> Any:
    """JSON, or XML as the same JSON would be: a list of items, else the texts of its leaves."""
    try:
        if not plain.startswith("<"):
            return json.loads(plain)
        if "<!DOCTYPE" in plain or "<!ENTITY" in plain:
            return None
        root = ElementTree.fromstring(plain)
    except (ValueError, RecursionError, ElementTree.ParseError):
        return None
    header, body = root.find("header"), root.find("body")
    if header is None or body is None:
        return None
    items = [{leaf.tag: leaf.text or "" for leaf in item} for item in body.findall("items/item")]
    return {
        "header": {leaf.tag: leaf.text or "" for leaf in header},
        "body": {leaf.tag: leaf.text or "" for leaf in body if leaf.tag != "items"} | {"items": items},
    }


def _connection(client: httpx.Client | None) -> Any:
    return httpx.Client(timeout=httpx.Timeout(20, connect=10)) if client is None else nullcontext(client)
