"""Refreshing the catalogue from the two official services.

Ingredients come from the public data portal (data.go.kr 15132686), products from 식품안전나라 (I2715). The official
facts (status, days, ground) are theirs; ids, translations and rules of names stay ours. A new catalogue is built whole
beside the old one, read back, and only then takes its place.
"""

import csv
import json
import os
import re
import shutil
import sqlite3
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta, timezone
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from lib.entries.hazard_photo import barcode, catalogue
from lib.entries.hazard_photo import text as t
from lib.entries.hazard_photo.catalogue import SHIPPED, Effect, Ingredient, Name, Product
from lib.services import Service, ask, quiet
from lib.settings import settings

INGREDIENT_SOURCE = "식품의약품안전처 국내 반입차단 대상 원료·성분 (공공데이터포털 15132686)"
PRODUCT_SOURCE = "식품안전나라 해외직구 위해식품 차단정보 (I2715)"
INGREDIENT_PAGE, PRODUCT_PAGE = 100, 1000
MAX_INGREDIENTS, MAX_PRODUCTS, MAX_PAGES = 20_000, 200_000, 400
MAX_BYTES = 32 * 2**20  # of one answer, unpacked
MAX_SECONDS = 120.0  # for one answer, however slowly it drips
RETRIES, BACKOFF = 3, 1.0  # further attempts; seconds before the first, doubled each time
ENOUGH = 0.8  # share of the present list that a new one must hold
MAX_NAME, MAX_REASON, MAX_ALIASES = 200, 80, 100

SUBCLASS = {
    "1": "마약류·임시마약류",
    "2": "기타 의약품 유효성분",
    "3": "식품에 사용할 수 없는 원료",
    "4": "건강기능식품 미인정 원료",
    "5": "국제기구·외국 위해 제기 원료",
    "6": "소해면상뇌증(BSE) 관련 원료",
    "7": "그 밖의 우려 원료",
}
RELEASED = "지정 해제"

Row = dict[str, str]
Progress = Callable[[int, int], None]
_KST = timezone(timedelta(hours=9))


class ImportFailed(RuntimeError):
    """Nothing was changed; the message is a Korean sentence that says why and what to do."""


@dataclass(frozen=True)
class Refreshed:
    """What an import did. ``missing``: ids no longer in the service; they are kept as they were."""

    added: int
    changed: int
    released: int
    unchanged: int
    list_date: date
    missing: list[str] = field(default_factory=list)


class _Service(Service):
    """One of the two services."""

    error = ImportFailed

    def refused(self, code: str, message: str = "") -> RuntimeError:
        """The service itself says no, with its own error code."""
        code, message = _text(code)[:40], _text(self.hide(message))[:120]
        if code in ("20", "30", "31", "32", "33", "INFO-100", "INFO-400", "HTTP 401", "HTTP 403"):
            advice = f"{self.key_setting}의 인증키와 활용신청 승인·유효기간을 확인하십시오."
        elif code in ("22", "23", "INFO-300", "HTTP 429"):
            advice = "호출 한도를 넘었습니다. 내일 다시 실행하거나 한도 증설을 신청하십시오."
        elif code == "12" or code.startswith(("HTTP 3", "HTTP 4")):
            advice = f"{self.url_setting} 주소가 맞는지 확인하십시오."
        else:
            advice = "잠시 뒤 다시 실행하고, 되풀이되면 이 코드를 서비스 운영기관에 문의하십시오."
        return self.said(code, message, advice)


@dataclass(frozen=True)
class _Page:
    rows: list[Mapping[str, Any]]
    total: int


def refresh_ingredients(
    client: httpx.Client | None = None, *, force: bool = False, progress: Progress | None = None
) -> Refreshed:
    """Take the official list of blocked ingredients into the catalogue. Raises ``ImportFailed``."""
    service = _Service.of(
        "반입차단 원료·성분 서비스",
        settings().block_list_url,
        settings().block_list_key,
        "AX_BLOCK_LIST_URL",
        "AX_BLOCK_LIST_KEY",
        "공공데이터포털(data.go.kr)",
    )
    with _alone() as home:
        rows = _collect(service, client, _ingredient_page, MAX_INGREDIENTS, progress)
        official = _officials(rows)
        if rows and not official:
            raise service.shape()
        return _store_ingredients(home, official, service, force=force)


def refresh_products(
    client: httpx.Client | None = None, *, force: bool = False, progress: Progress | None = None
) -> Refreshed:
    """Take the official list of blocked products into the catalogue. Raises ``ImportFailed``."""
    service = _Service.of(
        "해외직구 위해식품 차단정보 서비스",
        settings().product_list_url,
        settings().product_list_key,
        "AX_PRODUCT_LIST_URL",
        "AX_PRODUCT_LIST_KEY",
        "식품안전나라(foodsafetykorea.go.kr)",
    )
    with _alone() as home:
        rows = _collect(service, client, _product_page, MAX_PRODUCTS, progress)
        products = _products(rows)
        if rows and not products:
            raise service.shape()
        return _store_products(home, products, service, force=force)


# --- asking the services -------------------------------------------------------------------------------------------


def _collect(
    service: _Service,
    client: httpx.Client | None,
    page_of: Callable[[_Service, httpx.Client, int, int], _Page],
    limit: int,
    progress: Progress | None,
) -> list[Mapping[str, Any]]:
    """Every row of the service: all of them or ``ImportFailed``."""
    rows: list[Mapping[str, Any]] = []
    last = _Page([], 0)
    own = httpx.Client(timeout=httpx.Timeout(30, connect=10)) if client is None else nullcontext(client)
    with quiet(service), own as connection:
        for number in range(1, MAX_PAGES + 1):
            page = page_of(service, connection, number, len(rows))
            if page.total > limit:
                raise service.failed(
                    f"전체 {page.total:,}건이라고 하여 한도({limit:,}건)를 넘습니다. 서비스 주소와 상태를 확인하십시오."
                )
            if rows and page.rows and page.total != last.total:
                raise service.failed("받는 동안 목록이 바뀌었습니다. 다시 실행하십시오.")
            if rows and page.rows == last.rows:
                raise service.failed("같은 쪽을 되풀이해 보냅니다. 잠시 뒤 다시 실행하십시오.")
            if page.rows or not rows:
                last = page
            rows += page.rows
            if progress and page.rows:
                progress(len(rows), page.total)
            if not page.rows or len(rows) >= page.total:
                break
    if len(rows) != last.total:
        raise service.failed(f"전체 {last.total:,}건 가운데 {len(rows):,}건이 왔습니다. 잠시 뒤 다시 실행하십시오.")
    return rows


def _ingredient_page(service: _Service, client: httpx.Client, number: int, got: int) -> _Page:
    key = service.key.get_secret_value()
    asked: dict[str, str | int] = {"serviceKey": key, "type": "json", "pageNo": number, "numOfRows": INGREDIENT_PAGE}
    answer = _ask(service, client, service.url, asked)
    answer = answer.get("response", answer)
    header, body = (answer.get(part) if isinstance(answer, dict) else None for part in ("header", "body"))
    if not isinstance(header, dict):
        raise service.shape()
    code = _text(header.get("resultCode"))
    if code == "03":  # NODATA_ERROR
        return _Page([], 0)
    if code.strip("0") or not code:
        raise service.refused(code, _text(header.get("resultMsg")))
    if not isinstance(body, dict):
        raise service.shape()
    items = body.get("items") or []
    if isinstance(items, dict):
        items = items.get("item") or []
    if isinstance(items, dict):  # XML turned to JSON: one row is no list
        items = [items]
    if isinstance(items, list):
        items = [
            item["item"] if isinstance(item, dict) and isinstance(item.get("item"), dict) else item for item in items
        ]
    return _page(service, items, body.get("totalCount"))


def _product_page(service: _Service, client: httpx.Client, number: int, got: int) -> _Page:
    key = quote(service.key.get_secret_value(), safe="")
    url = f"{service.url.rstrip('/')}/{key}/I2715/json/{got + 1}/{got + PRODUCT_PAGE}"
    answer = _ask(service, client, url, {})
    body = answer.get("I2715")
    result = body.get("RESULT") if isinstance(body, dict) else answer.get("RESULT")
    if not isinstance(result, dict):
        raise service.shape()
    code = _text(result.get("CODE"))
    if code == "INFO-200":  # no (further) data
        return _Page([], 0)
    if code != "INFO-000":
        raise service.refused(code, _text(result.get("MSG")))
    if not isinstance(body, dict):
        raise service.shape()
    return _page(service, body.get("row") or [], body.get("total_count"))


def _page(service: _Service, rows: object, total: object) -> _Page:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or not _text(total).isdecimal():
        raise service.shape()
    return _Page(rows, int(_text(total)[:18]))


def _ask(service: _Service, client: httpx.Client, url: str, params: Mapping[str, str | int]) -> dict[str, Any]:
    """The JSON object the service answers with, after retries."""
    for attempt in count():
        status, body, problem, _ = ask(
            service, client, "GET", url, params, most_bytes=MAX_BYTES, most_seconds=MAX_SECONDS
        )
        if not problem and status < 500:
            break
        if attempt == RETRIES:
            raise service.tired(problem, status, RETRIES + 1)
        time.sleep(BACKOFF * 2**attempt)
    plain = body.decode("utf-8", "replace")
    if code := re.search(
        r"<returnReasonCode>\s*(\w+)", plain
    ):  # the portal's gateway answers in XML whatever was asked
        message = re.search(r"<returnAuthMsg>\s*([^<]*)", plain)
        raise service.refused(code[1], message[1] if message else "")
    if "인증키" in plain and plain.lstrip().startswith("<"):  # 식품안전나라 answers a bad key with a script
        raise service.refused("INFO-100", "인증키가 유효하지 않습니다")
    if status != 200:
        raise service.refused(f"HTTP {status}")
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise service.shape()
    return answer


# --- reading what they sent ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Official:
    """One ingredient as the service states it. Empty means it does not say."""

    name_ko: str
    name_en: str
    aliases: tuple[str, ...]
    designated: bool
    designated_on: str
    released_on: str
    ground: str
    reason: str

    @property
    def key(self) -> str:
        return t.squeeze(self.name_ko)

    @property
    def latest(self) -> tuple[str, bool]:
        return max(self.designated_on, self.released_on), self.designated


def _officials(rows: Iterable[Mapping[str, Any]]) -> list[_Official]:
    """One a name: where the service repeats a name (designated, then released), its last word counts."""
    found: dict[str, _Official] = {}
    for raw in rows:
        row = _official(raw)
        if not row.key:
            continue
        before = found.get(row.key)
        if before:
            old, new = sorted((before, row), key=lambda one: one.latest)
            row = replace(
                new,
                name_en=new.name_en or old.name_en,
                aliases=tuple(dict.fromkeys((*new.aliases, *old.aliases, *_split(old.name_en)))),
                designated_on=new.designated_on or old.designated_on,
                ground=new.ground or old.ground,
            )
        found[row.key] = row
    return list(found.values())


def _official(raw: Mapping[str, Any]) -> _Official:
    name_en = _name_text(raw.get("RAW_IRDNT_ENG_NM") or raw.get("ENG_NM"))
    name_ko = _name_text(raw.get("RAW_IRDNT_NM")) or name_en
    other = _text(raw.get("RAW_IRDNT_ETC_NM") or raw.get("ETC_NM"))
    mark = _text(raw.get("APPN_RELS_DVS")).upper()
    released_on = _day(raw.get("RELS_DT"))
    designated = mark in ("Y", "지정") or (mark not in ("N", "해제") and not released_on)
    designated = designated or released_on > _today().isoformat()  # announced, in force until that day
    why = _text(raw.get("APPN_RSN"))
    reason = why if designated else _text(raw.get("RELS_RSN"))
    return _Official(
        name_ko=name_ko,
        name_en=name_en,
        aliases=tuple(_split(other)[:MAX_ALIASES]),
        designated=designated,
        designated_on=_day(raw.get("APPN_DT")),
        released_on="" if designated else released_on,
        ground=_ground(why),
        reason=reason[:MAX_REASON],
    )


def _ground(reason: str) -> str:
    """The 호 of 시행규칙 제44조의3제1항 that a reason names; the gravest where it names several."""
    if cited := re.search(r"44조의3\D*(?:제?\s*1\s*항\D*?)?((?:제?\s*[1-7]\s*호[,·및\s]*)+)", reason):
        return str(min(re.findall(r"[1-7]", cited[1])))
    if "마약" in reason:  # 제2조제4호 and the like are then of 마약류 관리에 관한 법률
        return "1"
    return min(map(str, re.findall(r"(?:^|[^조항의\d\s])\s*제\s*([1-7])\s*호", reason)), default="")


def _products(rows: Iterable[Mapping[str, Any]]) -> dict[str, Row]:
    """Id -> row of ``products.csv``; the newest where the service repeats one."""
    found: dict[str, tuple[str, Row]] = {}
    for raw in rows:
        name, maker = _text(raw.get("PRDT_NM"))[:MAX_NAME], _text(raw.get("MUFC_NM"))[:MAX_NAME]
        codes = _barcodes(_text(raw.get("BARCD_CTN")))
        if not name and not codes:
            continue
        key = re.sub(r"[^0-9A-Za-z_-]", "", _text(raw.get("SELF_IMPORT_SEQ")))[:40]
        key = key or "H" + sha256(f"{t.squeeze(name)}\n{t.squeeze(maker)}\n{codes}".encode()).hexdigest()[:12]
        starts_on, ends_on = _day(raw.get("STT_YMD")), _day(raw.get("END_YMD"))
        row = {
            "id": key,
            "name": name,
            "maker": maker,
            "country": _text(raw.get("MUFC_CNTRY_NM"))[:MAX_NAME],
            "barcodes": "|".join(codes),
            "ingredients": "|".join(_split(_text(raw.get("INGR_NM_LST")))[:MAX_ALIASES]),
            "starts_on": starts_on,
            "ends_on": ends_on if not starts_on or ends_on >= starts_on else "",
        }
        written = _text(raw.get("LAST_UPDT_DTM")) or _text(raw.get("CRET_DTM"))
        if key not in found or written >= found[key][0]:
            found[key] = written, row
    return {key: row for key, (_, row) in found.items()}


def _barcodes(text: str) -> list[str]:
    parts = [re.sub(r"(?<=\d)-(?=\d)", "", part) for part in re.split(r"[,;/|\s]+", text)]
    joined = "".join(parts)
    if joined.isdecimal() and len(joined) in (8, 12, 13, 14) and all(len(part) < 8 for part in parts):
        parts = [joined]  # 8 801234 567893, as printed under the bars
    codes = [
        barcode.normalise(part[1:] if len(part) == 14 and part[0] == "0" and part.isdecimal() else part)
        for part in parts
    ]
    return list(
        dict.fromkeys(code for code in codes if re.fullmatch(r"[0-9A-Za-z]{6,48}", code) and re.search(r"[1-9]", code))
    )


_COMMA = re.compile(r"(?:[;|、，\n]|,\s+|(?<!\d),(?!\s)(?=[^\W\d]{2})|(?<=[가-힣]),)(?![^(]*\))")


def _split(text: str) -> list[str]:
    """Names of a list, overlong ones left out. The commas of 1,3-dimethyl, N,N-dimethyl, (root, leaf) part nothing."""
    names = (part.strip(" .,") for part in _COMMA.split(text))
    return list(dict.fromkeys(name for name in names if name and len(name) <= MAX_NAME))


def _text(value: object) -> str:
    """Plain text without control, invisible and unpaired characters; '' for what is no text or number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = value if isinstance(value, str) else str(value) if abs(value) < 10**30 else ""
    text = unicodedata.normalize("NFC", text[:20_000])
    kept = (" " if char.isspace() else char for char in text if char.isspace() or unicodedata.category(char)[0] != "C")
    return " ".join("".join(kept).split())


def _name_text(value: object) -> str:
    text = _text(value)
    return text if len(text) <= MAX_NAME else text[: MAX_NAME - 1] + "…"


def _day(value: object) -> str:
    """ISO form of YYYYMMDD, YYYY-MM-DD, YYYY.MM.DD (a time may follow), else ''; 9999-12-31 means no day."""
    found = re.match(r"(\d{4})([-./]?)(\d{1,2})\2(\d{1,2})(?!\d{3})", _text(value))
    try:
        day = date(int(found[1]), int(found[3]), int(found[4])) if found else None
    except ValueError:
        day = None
    return day.isoformat() if day and 1950 <= day.year <= 2100 else ""


# --- merging -------------------------------------------------------------------------------------------------------


def _store_ingredients(home: Path, official: Sequence[_Official], service: _Service, *, force: bool) -> Refreshed:
    present = home / "catalogue" if (home / "catalogue" / "ingredients.csv").exists() else SHIPPED
    about = _about(present)
    ingredients, names = _ours(present, about)
    listed = {key: row for key, row in ingredients.items() if row["status"] != "reference"}
    matched = _matched(official, listed, names)
    missing = sorted(listed.keys() - set(matched.values()))
    if not force and len(listed) - len(missing) < ENOUGH * len(listed):
        raise _too_small(service, len(listed) - len(missing), len(listed))

    today = _today()
    number = int(about.get("last_new_id", "N0")[1:])
    known = {t.squeeze(name["name"]) for name in names}
    known |= {t.squeeze(row[column]) for row in listed.values() for column in ("name_ko", "name_en")}
    added = changed = released = 0
    for row in official:
        key = matched.get(row.key)
        if key is None:
            number += 1
            added += 1
            key = f"N{number:03d}"
            ingredients[key], fresh = _new(key, row, ingredients, names, today)
        else:
            before = ingredients[key]
            ingredients[key] = _updated(before, row, today)
            if ingredients[key]["status"] == "released" != before["status"]:
                released += 1
            elif ingredients[key] != before:
                changed += 1
            spelled = {t.squeeze(name): name for name in (row.name_en, row.name_ko) if "…" not in name}
            fresh = [_name(key, name, "official") for way, name in spelled.items() if len(way) > 1 and way not in known]
        names += fresh
        known |= {t.squeeze(name["name"]) for name in fresh}
    about |= {"list_date": today.isoformat(), "source": INGREDIENT_SOURCE, "last_new_id": f"N{number:03d}"}
    _replace(home, ingredients.values(), names, _rows(present / "products.csv"), about)
    return Refreshed(added, changed, released, len(matched) - changed - released, today, missing)


def _ours(present: Path, about: Mapping[str, str]) -> tuple[dict[str, Row], list[Row]]:
    """What a list is merged into: our shipped names and ids, with the official facts of the last import if newer."""
    ingredients = {row["id"]: row for row in _rows(SHIPPED / "ingredients.csv")}
    names = _rows(SHIPPED / "names.csv")
    if present == SHIPPED:
        return ingredients, names
    shipped = {t.squeeze(row["name_ko"]) for row in ingredients.values() if row["status"] != "reference"}
    newer = about["list_date"] >= _about(SHIPPED)["list_date"]
    ours = set(ingredients)
    for row in _rows(present / "ingredients.csv"):
        if (row["id"] in ours and newer) or (row["id"] not in ours and t.squeeze(row["name_ko"]) not in shipped):
            ingredients[row["id"]] = row
    names += [row for row in _rows(present / "names.csv") if row["ingredient_id"] in ingredients.keys() - ours]
    return ingredients, names


def _matched(official: Sequence[_Official], listed: Mapping[str, Row], names: Iterable[Row]) -> dict[str, str]:
    """Key of an official row -> our id, by Korean name; for those left over by English name, if that names one only."""
    korean = {t.squeeze(name["name"]): name["ingredient_id"] for name in names if name["kind"] == "official"}
    korean = {key: owner for key, owner in korean.items() if owner in listed and re.search("[가-힣]", key)}
    korean |= {t.squeeze(row["name_ko"]): key for key, row in listed.items()}
    matched: dict[str, str] = {}
    free = set(listed)
    for row in official:
        if (key := korean.get(row.key)) in free:
            matched[row.key] = key
            free.remove(key)
    english: dict[str, list[str]] = {}
    for key in free:
        english.setdefault(t.squeeze(listed[key]["name_en"]), []).append(key)
    for row in official:
        if row.key not in matched and row.name_en:
            owners = english.pop(t.squeeze(row.name_en), [])
            if len(owners) == 1:
                matched[row.key] = owners[0]
    return matched


def _updated(ours: Row, row: _Official, today: date) -> Row:
    now = ours | {"designated_on": row.designated_on or ours["designated_on"]}
    if not row.designated:
        released_on = row.released_on or ours["released_on"] or today.isoformat()
        return now | {"status": "released", "verdict": Effect.CLEAR, "subclass": RELEASED, "released_on": released_on}
    ground = row.ground or ours["ground"]
    now |= {"status": "designated", "released_on": "", "ground": ground}
    if ground != ours["ground"] or ours["status"] == "released":
        now |= {"verdict": _verdict(ground), "subclass": SUBCLASS.get(ground) or row.reason or "지정 사유 미상"}
    return now


def _new(
    key: str, row: _Official, ingredients: Mapping[str, Row], names: Sequence[Row], today: date
) -> tuple[Row, list[Row]]:
    """A newly listed ingredient. One that was of reference so far keeps those names and is judged no milder."""
    spellings = {t.squeeze(row.name_ko), t.squeeze(row.name_en)} - {""}
    reference = next(
        (
            one
            for one in ingredients.values()
            if one["status"] == "reference" and spellings & {t.squeeze(one["name_ko"]), t.squeeze(one["name_en"])}
        ),
        None,
    )
    verdict = _verdict(row.ground)
    if reference:
        verdict = min(verdict, Effect(reference["verdict"]), key=list(Effect).index)
    made = {
        "id": key,
        "name_ko": row.name_ko,
        "name_en": row.name_en if row.name_en != row.name_ko else "",
        "status": "designated",
        "verdict": verdict,
        "ground": row.ground,
        "subclass": SUBCLASS.get(row.ground) or row.reason or "지정 사유 미상",
        "designated_on": row.designated_on,
        "released_on": "",
        "cas": reference["cas"] if reference else "",
        "condition": "",
    }
    if not row.designated:
        released_on = row.released_on or today.isoformat()
        made |= {"status": "released", "verdict": Effect.CLEAR, "subclass": RELEASED, "released_on": released_on}
    own = [name | {"ingredient_id": key} for name in names if reference and name["ingredient_id"] == reference["id"]]
    seen = {t.squeeze(name["name"]) for name in own}
    spelled = [("official", row.name_ko), *(("official", name) for name in _split(row.name_en))]
    spelled += [("alias", name) for name in row.aliases]
    for kind, whole in spelled:
        for name in _readings(whole):
            squeezed = t.squeeze(name)
            if squeezed and squeezed not in seen and "…" not in name:
                seen.add(squeezed)
                own.append(_name(key, name, kind))
    return made, own


def _verdict(ground: str) -> Effect:
    return {"1": Effect.NARCOTIC, "7": Effect.CHECK}.get(ground, Effect.BLOCK)


def _readings(name: str) -> list[str]:
    """A name, and apart what stands before and (in another script) inside its closing parentheses."""
    found = re.fullmatch(r"(.{2,}?)\s*\(([^()]{3,})\)", name)
    if not found:
        return [name]
    inside = bool(re.search("[가-힣]", found[1])) != bool(re.search("[가-힣]", found[2]))
    return [name, found[1], *([found[2]] if inside else [])]


def _name(key: str, name: str, kind: str) -> Row:
    squeezed = t.squeeze(name)
    if re.search("[가-힣]", name):
        lang, rule = "ko", "item" if len(squeezed) <= 2 else "any"
    elif re.search("[\u3041-\u30ff]", name):
        lang, rule = "ja", "item" if len(squeezed) <= 2 else "any"
    elif re.search("[\u3400-\u9fff]", name):
        lang, rule = "zh", "item" if len(squeezed) <= 2 else "any"
    elif len(squeezed) < 3:
        lang, rule = "en", "dose"
    elif len(squeezed) < 5:  # an acronym stands alone in its own case; an everyday word may be printed in any
        lang, rule = "en", "word" if name.isupper() else "item"
    else:
        lang, rule = "en", "item" if squeezed in _everyday() else "any"
    return {"ingredient_id": key, "name": name, "lang": lang, "kind": kind, "rule": rule, "effect": "", "not_in": ""}


@cache
def _everyday() -> frozenset[str]:
    return frozenset(t.squeeze(row["name"]) for row in _rows(SHIPPED / "benign.csv"))


def _store_products(home: Path, products: dict[str, Row], service: _Service, *, force: bool) -> Refreshed:
    present = home / "catalogue" if (home / "catalogue" / "ingredients.csv").exists() else SHIPPED
    about = _about(present)
    before = {row["id"]: row for row in _rows(present / "products.csv")} if "products_date" in about else {}
    missing = [key for key in before if key not in products]
    if not force and (not products or len(products) < ENOUGH * len(before)):
        raise _too_small(service, len(products), len(before))
    today = _today()
    both = [key for key in products if key in before]
    altered = [key for key in both if products[key] != before[key]]
    ended = [key for key in altered if _over(products[key], today) and not _over(before[key], today)]
    about |= {"products_date": today.isoformat(), "products_source": PRODUCT_SOURCE}
    _replace(
        home, _rows(present / "ingredients.csv"), _rows(present / "names.csv"), (before | products).values(), about
    )
    return Refreshed(
        added=len(products) - len(both),
        changed=len(altered) - len(ended),
        released=len(ended),
        unchanged=len(both) - len(altered),
        list_date=today,
        missing=missing,
    )


def _over(product: Row, today: date) -> bool:
    return bool(product["ends_on"]) and product["ends_on"] < today.isoformat()


def _today() -> date:
    return datetime.now(_KST).date()


def _too_small(service: _Service, got: int, present: int) -> RuntimeError:
    return service.failed(
        f"받은 목록이 지나치게 작습니다(현재 {present:,}건 가운데 {got:,}건에 해당). 서비스 상태를 확인하고, "
        "목록이 실제로 줄었다면 강제 갱신(--force)으로 다시 실행하십시오."
    )


# --- keeping -------------------------------------------------------------------------------------------------------


@contextmanager
def _alone() -> Iterator[Path]:
    """The folder of the catalogue, for one import at a time (also across processes; a crash frees it)."""
    problem = ""
    try:
        home = settings().folder("hazard_photo")
        lock = sqlite3.connect(home / "import.lock", timeout=0, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        problem = _unusable(error)
    if problem:
        raise ImportFailed(problem)
    try:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            busy = error.sqlite_errorcode == sqlite3.SQLITE_BUSY
            problem = "다른 곳에서 목록을 갱신하고 있습니다. 끝난 뒤 다시 실행하십시오." if busy else _unusable(error)
        if problem:
            raise ImportFailed(problem)
        current, old = home / "catalogue", home / "catalogue.old"
        if old.exists() and not current.exists():  # the last import was cut off between its two renames
            old.rename(current)
        yield home
    except OSError as error:
        raise ImportFailed(_unusable(error)) from error
    except (ValueError, KeyError, csv.Error) as error:
        raise ImportFailed(
            "받은 목록을 저장된 목록에 합치지 못하여 이전 목록을 그대로 둡니다. "
            f"되풀이되면 {current} 폴더를 다른 곳으로 옮기고 다시 실행하십시오."
        ) from error
    finally:
        lock.close()


def _unusable(error: Exception) -> str:
    return f"목록을 저장하지 못했습니다({type(error).__name__}). AX_DATA_DIR의 권한과 빈 공간을 확인하십시오."


def _replace(
    home: Path, ingredients: Iterable[Row], names: Iterable[Row], products: Iterable[Row], about: Mapping[str, str]
) -> None:
    """Write the new catalogue beside the old one, read it back, and swap them."""
    current, new, old = (home / f"catalogue{suffix}" for suffix in ("", ".new", ".old"))
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    try:
        _write(new / "ingredients.csv", _columns(Ingredient), ingredients)
        _write(new / "names.csv", _columns(Name), names)
        _write(new / "products.csv", _columns(Product), products)
        _write(new / "about.csv", ["key", "value"], ({"key": key, "value": value} for key, value in about.items()))
        read = catalogue.load(new)
        if not read.ingredients or any(name.ingredient_id not in read.ingredients for name in read.names):
            raise ValueError("names without an ingredient")
        shutil.rmtree(old, ignore_errors=True)
        if current.exists():
            current.rename(old)
        try:
            new.rename(current)
        except BaseException:
            if old.exists():
                old.rename(current)
            raise
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _columns(kind: type) -> list[str]:
    return [column.name for column in fields(kind)]


def _write(path: Path, columns: list[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        file.flush()
        os.fsync(file.fileno())


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _about(folder: Path) -> dict[str, str]:
    return {row["key"]: row["value"] for row in _rows(folder / "about.csv")}
