"""Official texts of laws and rules: imported by the office, split into articles, every version kept, quoted as they stand on a day.

``read`` takes a file, a folder or a ZIP of files. A file is a JSON list of records ``{law, kind, 조번호, 제목, 내용[, 시행일자]}``, or what
the open API of 국가법령정보 (``lawService.do``) answers of one statute (``법령``) or administrative rule (``AdmRulService``), as XML or
JSON. 부칙 are not taken in: their articles are numbered anew. The official text is what is quoted; our cards join it by law and article.
"""

import ast
import fcntl
import html
import json
import re
import time
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError
from zipfile import ZipFile

from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from lib.files import ZIP_TROUBLE, json_lines, loads, write_whole
from lib.settings import settings

MOST_BYTES, MOST_TOTAL = 2**25, 2**28  # of one file; of all files of one import
MOST_FILES, MOST_NODES = 5_000, 1_000_000  # files of a folder or ZIP; elements or objects of one file
LOCK_SECONDS = 60.0  # how long another import is waited for

NUMBER = r"제\s*\d+(?:-\d+)*\s*조(?:\s*의\s*\d+)?"
_HEAD = re.compile(rf"^\s*({NUMBER})\s*(?:\(((?:[^()]|\([^()]*\))*)\))?", re.ASCII)
_NEXT = re.compile(rf"(?m)^(?={NUMBER}\s*\()", re.ASCII)
_CUT = re.compile(rf"(?m)^(?={NUMBER}\s*(?:\(|삭\s*제\s*[<〈(]))", re.ASCII)
_DELETED = re.compile(rf"^\s*{NUMBER}\s*(?:\([^)]*\))?\s*삭\s*제\s*(?:<|[〈<(]|\.|$)", re.ASCII)
_CHAPTER = re.compile(r"제\s*\d+\s*[편장절관](?:\s*의\s*\d+)?(?:\s.{0,80})?", re.ASCII)
_APPENDED = re.compile(r"(?m)^부\s*칙\s*(?:[<(〈]|제\s*\d|$)", re.ASCII)
_DAY = re.compile(r"(\d{4})(?:(\d\d)(\d\d)|\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})\s*[.일]?)", re.ASCII)
_ISO = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_JAMO = re.compile(r"[\u1100-\u11ff]+")  # syllables taken apart, as macOS writes them; other signs stay as they came
_KST = timezone(timedelta(hours=9))

_STATUTE, _RULES = "법령", ("AdmRulService", "행정규칙")
_ENDS = ("폐지", "타법폐지")
_DELETION = "삭제"


class LawError(ValueError):
    """What was given is no law text; the message is a Korean sentence that says what to do."""


class Refusal(LawError):
    """The open API of 국가법령정보 says no, or shows a web page, in place of a law. ``said``: its own words."""

    def __init__(self, said: str) -> None:
        super().__init__(
            f"국가법령정보가 법령 대신 보낸 안내입니다: {said} 인증키(OC), 등록한 IP·도메인과 법령 이름을 확인하고 다시 받으십시오."
        )
        self.said = said


class Standing(StrEnum):
    """How a text stands on a day."""

    IN_FORCE = "현행"
    COMING = "시행 예정"
    SUPERSEDED = "구버전"
    REPEALED = "폐지"


@dataclass(frozen=True)
class Article:
    """One article as imported, or one annex (``is_annex``). ``article``: 「제38조의2」, 「별표 1」, 「별지 제3호서식」.

    ``effective``: the article's own day, ``version``: the day its law's version came into force; ISO, "" where the source does not say.
    ``source``: the file it came from. ``annexes``: ids of the imported annexes its text names. ``ended``: 「폐지」 or 「구버전」, where the
    source itself says that this version of the law is over, 「삭제」 where the version drops this article on ``effective``.
    ``file``, ``link``: of an annex, its document. A repealed law that came without articles is one record with no ``article``.
    """

    law: str
    article: str
    title: str
    text: str
    kind: str = ""
    effective: str = ""
    source: str = ""
    version: str = ""
    annexes: tuple[str, ...] = ()
    ended: str = ""
    file: str = ""
    link: str = ""

    @property
    def id(self) -> str:
        """「관세법 제38조의2」."""
        return f"{self.law} {self.article}"

    @property
    def is_annex(self) -> bool:
        return bool(self.article) and not self.article.startswith("제")


def name(number: str) -> str:
    """An article's number as it is written officially: 「제 38 조의 2」 → 「제38조의2」."""
    return re.sub(r"\s+", "", number)


# --- what is kept --------------------------------------------------------------------------------------------------


def store() -> Path:
    """The file the imported articles are kept in."""
    return settings().folder("audit") / "articles.jsonl"


def load(day: date | None = None) -> tuple[Article, ...]:
    """The articles in force on a day (today); none where nothing was imported. Raises ``LawError`` of a broken store."""
    on = _on(day)
    now = [one for of_law in _kept().values() for one in _in_force(of_law, on)]
    annexes = {key: one.id for one in now if one.is_annex and (key := _annex_key(one))}
    articles = (one for one in now if not one.is_annex)
    return tuple(replace(one, annexes=_named(one, annexes)) if annexes else one for one in articles)


def annex(id: str, day: date | None = None) -> Article | None:
    """The annex 「관세법 시행령 별표 1」 as in force on a day (today)."""
    on = _on(day)
    of = (of_law for law, of_law in _kept().items() if id.startswith(f"{law} "))
    return next((one for of_law in of for one in _in_force(of_law, on) if one.is_annex and one.id == id), None)


def versions(law: str, article: str) -> tuple[Article, ...]:
    """Every imported version of an article or annex, newest first."""
    wanted = name(article)
    found = (one for one in _kept().get(law, ()) if one.article and name(one.article) == wanted)
    return tuple(sorted(found, key=lambda one: (one.version, one.effective), reverse=True))


def standing(article: Article, day: date | None = None) -> Standing:
    """How an article stands on a day (today), by all that was imported of its law."""
    on, of_law = _on(day), _kept().get(article.law, (article,))
    if article.version > on or article.effective > on:
        return Standing.COMING
    if any(_place(one) == _place(article) for one in _in_force(of_law, on)):
        return Standing.IN_FORCE
    newest = max((one.version for one in of_law if one.version <= on), default="")
    last = [one.ended for one in of_law if one.version == newest]
    over = article.ended == Standing.REPEALED or (last and all(ended == Standing.REPEALED for ended in last))
    return Standing.REPEALED if over else Standing.SUPERSEDED


def keep(articles: Iterable[Article]) -> tuple[Article, ...]:
    """Add these, in place of what was kept of the same versions of their laws; what is in force today. Raises ``LawError``."""
    fresh = tuple(articles)
    again = {(one.law, one.version) for one in fresh}
    try:
        with _alone():
            kept = (one for of_law in _kept().values() for one in of_law)
            whole = (*(one for one in kept if (one.law, one.version) not in again), *fresh)
            lines = (json.dumps(_row(one), ensure_ascii=False) for one in whole)
            write_whole(store(), "".join(f"{line}\n" for line in lines).encode())
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise LawError(
            f"법령을 {store()}에 둘 수 없습니다({why}). 폴더의 쓰기 권한과 남은 공간을 확인하십시오."
        ) from None
    return load()


def told(articles: Iterable[Article]) -> str:
    """How much was imported: 「법령 2개의 조문 415개, 별표 3개」."""
    some = tuple(articles)
    count = sum(bool(one.article) and not one.is_annex for one in some)
    annexes = sum(one.is_annex for one in some)
    return f"법령 {len({one.law for one in some}):,}개의 조문 {count:,}개" + (
        f", 별표·서식 {annexes:,}개" if annexes else ""
    )


def _row(one: Article) -> dict[str, str]:
    always = ("law", "article", "title", "text")
    return {key: text for key, text in vars(one).items() if key != "annexes" and (text or key in always)}


def _kept() -> Mapping[str, tuple[Article, ...]]:
    """All versions of all articles and annexes, by law."""
    path = store()
    try:
        about = path.stat()
    except FileNotFoundError:
        return {}
    return _stored(path, about.st_mtime_ns, about.st_ino, about.st_size)


@lru_cache(maxsize=1)
def _stored(path: Path, *_when: int) -> Mapping[str, tuple[Article, ...]]:
    by_law: dict[str, list[Article]] = {}
    try:
        for row in json_lines(path):
            if not all(isinstance(text, str) for text in row.values()):
                raise TypeError
            one = Article(**row)
            if one.effective and not _ISO.fullmatch(one.effective):  # kept as it came by earlier releases
                one = replace(one, effective=_day_or_none(one.effective))
            by_law.setdefault(one.law, []).append(one)
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        raise LawError(
            f"{path}: 보관한 법령을 읽을 수 없습니다. 이 파일을 다른 곳으로 옮기고 법령을 다시 가져오십시오."
        ) from None
    return {law: tuple(of_law) for law, of_law in by_law.items()}


@contextmanager
def _alone() -> Iterator[None]:
    """One import at a time, across processes; a crash frees it. Raises ``LawError`` after ``LOCK_SECONDS``."""
    until = time.monotonic() + LOCK_SECONDS
    with store().with_name("articles.lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise LawError("다른 곳에서 법령을 가져오고 있습니다. 끝난 뒤 다시 실행하십시오.") from None
                time.sleep(0.05)
        yield


# --- what is in force ----------------------------------------------------------------------------------------------


def _on(day: date | None) -> str:
    return (day or datetime.now(_KST).date()).isoformat()


def _place(one: Article) -> tuple[str, str, str]:
    return one.article, one.version, one.effective


def _in_force(of_law: Sequence[Article], on: str) -> list[Article]:
    """Of one law, what is in force: its newest version that has come, and for what of it is still to come the version before."""
    by_version: dict[str, dict[str, list[Article]]] = {}
    for one in of_law:
        if one.version <= on:
            by_version.setdefault(one.version, {}).setdefault(one.article, []).append(one)
    newest_first = [by_version[version] for version in sorted(by_version, reverse=True)]
    return [one for article in (newest_first or [{}])[0] for one in _current(article, newest_first, on)]


def _current(article: str, newest_first: Sequence[Mapping[str, list[Article]]], on: str) -> list[Article]:
    for there in newest_first:
        if article not in there:
            break
        if come := [one for one in there[article] if one.effective <= on]:
            last = max(one.effective for one in come)
            return [one for one in come if one.effective == last and not one.ended]
    return []


# --- annexes that a text names -------------------------------------------------------------------------------------

_Key = tuple[str, str, int, int]  # law, 별표 or 별지, number, branch
_ANNEX = re.compile(r"(별표)(?: (\d+)(?:의(\d+))?)?|(별지) 제(\d+)호(?:의(\d+))?서식", re.ASCII)
_MENTION = re.compile(
    r"별표(?:\s*(?:제\s*)?(\d+)(?:(?:의|-)(\d+))?(?:호(?:의(\d+))?)?)?"
    r"|별지\s*제?\s*(\d+)(?:-(\d+))?\s*호(?:\s*의\s*(\d+))?\s*(?:의\s*)?서식",
    re.ASCII,
)
_QUOTED = re.compile(r"「([^「」]{1,80})」\s*(시행령|시행규칙)?\s*$")
_OWN = re.compile(r"(?:^|[\s(])이\s?(?:법|영|규칙|규정|고시|훈령|예규)\s*$")
_SHORT = re.compile(r"(?:^|[\s(])((?:같은|동)\s*(?:법\s*)?)?(법|영|규칙|시행령|시행규칙)\s*$")
_OTHER = re.compile(r"(?:법|법률|영|시행령|규칙|규정|고시|훈령|예규|협정|협약|세칙)\s*$")
_AND = re.compile(r"\s*(?:및|또는|과|와|이나|나|부터|,|ㆍ|·)\s*")
_SUFFIX = {"법": "", "영": " 시행령", "시행령": " 시행령", "규칙": " 시행규칙", "시행규칙": " 시행규칙"}


def _annex_key(one: Article) -> _Key | None:
    found = _ANNEX.fullmatch(one.article)
    return (one.law, found[1] or found[4], int(found[2] or found[5] or 0), int(found[3] or found[6] or 0)) if found else None  # fmt: skip


def _named(article: Article, annexes: Mapping[_Key, str]) -> tuple[str, ...]:
    """The ids of the known annexes an article names. One of a law that cannot be told (「같은 법」) is left out."""
    if "별표" not in article.text and "별지" not in article.text:
        return ()
    laws, ids = {key[0] for key in annexes}, dict[str, None]()
    before: tuple[int, _Key] | None = None
    for said in islice(_MENTION.finditer(article.text), 500):
        which, number, branch = ("별표", said[1], said[2] or said[3]) if said[0].startswith("별표") else ("별지", said[4], said[5] or said[6])  # fmt: skip
        between = article.text[before[0] : said.start()] if before else ""
        if before and _AND.fullmatch(between):
            law = before[1][0]
        else:
            law = _owner(article.text[max(0, said.start() - 90) : said.start()], article.law, laws)
        key = (law, which, int((number or "0")[:6]), int((branch or "0")[:6]))
        if not number:  # 「별표 관세율표」: the law's only one
            alone = [one for one in annexes if one[:2] == (law, "별표")]
            key = alone[0] if len(alone) == 1 else key
        if before and between.strip() == "부터":
            ids |= dict.fromkeys(annexes[one] for one in sorted(annexes) if before[1] < one < key)
        if key in annexes:
            ids[annexes[key]] = None
        before = said.end(), key
    return tuple(ids)


def _owner(before: str, law: str, laws: Iterable[str]) -> str:
    """Whose annex is meant, from the words before it; "" where that cannot be told."""
    if quoted := _QUOTED.search(before):
        return " ".join(part for part in quoted.groups() if part)
    if _OWN.search(before):
        return law
    if short := _SHORT.search(before):
        base = law.removesuffix(" 시행령").removesuffix(" 시행규칙")
        return "" if short[1] or not base.endswith(("법", "법률")) else base + _SUFFIX[short[2]]
    if whole := [one for one in laws if before.rstrip().endswith(one)]:
        return max(whole, key=len)
    return "" if _OTHER.search(before) else law


# --- reading -------------------------------------------------------------------------------------------------------


def read(path: Path) -> tuple[Article, ...]:
    """The articles and annexes of a file, a folder or a ZIP: all of them, or ``LawError``. Nothing is unpacked to disk."""
    several = path.is_dir() or path.suffix.lower() == ".zip"
    merged: dict[tuple[str, str, str, str], list[Article]] = {}
    try:
        if not several:
            with _naming(f"{path}"):
                return parse(_bytes(path), path.name)
        for where, source, data in _files(path):
            fresh: dict[tuple[str, str, str, str], list[Article]] = {}
            with _naming(where):
                for one in parse(data, source):
                    fresh.setdefault((one.law, *_place(one)), []).append(one)
            merged |= fresh  # the same article in a later file takes the place of the earlier
    except (*ZIP_TROUBLE, RuntimeError) as error:
        what = "파일을 열" if isinstance(error, OSError) else "ZIP 파일을 풀"
        raise LawError(f"{path}: {what} 수 없습니다. 파일이 온전한지, 암호와 읽기 권한을 확인하십시오.") from None
    if not merged:
        raise LawError(f"{path}: 법령 파일이 없습니다. XML이나 JSON 파일이 든 폴더나 ZIP 파일을 주십시오.")
    return tuple(one for ones in merged.values() for one in ones)


def parse(data: bytes, source: str = "") -> tuple[Article, ...]:
    """The articles and annexes of one file or answer. Raises ``LawError``."""
    told = _told(data)
    if isinstance(told, Element):
        articles = _official(told, source)
    elif isinstance(told, list) and all(isinstance(row, dict) for row in told):
        articles = _versioned([article for row in told for article in _articles(row, source)])
    else:
        raise LawError("법령 조문의 목록이 아닙니다. law, 조번호, 제목, 내용이 든 JSON 목록을 주십시오.")
    if not articles:
        raise LawError(
            "조문을 한 개도 찾지 못했습니다. 법령 이름과 「제1조(목적)」처럼 시작하는 조문이 들어 있는지 확인하십시오."
        )
    return tuple(articles)


def tree(data: bytes) -> Element:
    """One answer of the open API as a tree, sent as XML or JSON. Raises ``LawError``, also where it is a refusal."""
    told = _told(data)
    if not isinstance(told, Element):
        raise LawError("국가법령정보의 응답이 아닙니다. 받은 파일을 확인하십시오.")
    return told


@contextmanager
def _naming(where: str) -> Iterator[None]:
    """What goes wrong is told with the file it goes wrong in."""
    try:
        yield
    except LawError as error:
        raise LawError(f"{where}: {error}") from None


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return _capped(file.read(MOST_BYTES + 1))


def _capped(data: bytes) -> bytes:
    if len(data) > MOST_BYTES:
        raise LawError(f"파일 하나가 {MOST_BYTES // 2**20}MB를 넘습니다. 법령별로 나누어 주십시오.")
    return data


def _files(path: Path) -> Iterator[tuple[str, str, bytes]]:
    """What to call it, its source and its bytes, of each law file of a folder or ZIP in order of their names."""
    total = 0
    for where, source, data in _of_folder(path) if path.is_dir() else _of_zip(path):
        total += len(data)
        if total > MOST_TOTAL:
            raise LawError(f"{path}: 모두 {MOST_TOTAL // 2**20}MB를 넘습니다. 나누어 가져오십시오.")
        yield where, source, data


def _of_folder(path: Path) -> Iterator[tuple[str, str, bytes]]:
    found = list(islice((one for one in path.rglob("*") if _is_law_file(one.name) and one.is_file()), MOST_FILES + 1))
    _few(path, len(found))
    for one in sorted(found):
        with _naming(f"{one}"):
            data = _bytes(one)
        yield f"{one}", one.name, data


def _of_zip(path: Path) -> Iterator[tuple[str, str, bytes]]:
    with path.open("rb") as file:
        packed = file.read(MOST_BYTES + 1)
    _plain_zip(path, packed)
    with ZipFile(BytesIO(packed)) as archive:
        entries = archive.infolist()
        names = {entry: entry.filename if entry.flag_bits & 0x800 else _korean(entry.filename) for entry in entries}
        for inside in names.values():
            if inside.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", inside) or re.match("[A-Za-z]:", inside):
                raise LawError(f"{path}: 압축 밖을 가리키는 이름({inside[:60]})이 있습니다. 믿을 수 있는 곳에서 다시 받으십시오.")  # fmt: skip
        wanted = [entry for entry in entries if _is_law_file(names[entry].rpartition("/")[2]) and "__MACOSX" not in entry.filename]  # fmt: skip
        _few(path, len(wanted))
        for entry in sorted(wanted, key=lambda entry: names[entry]):
            where = f"{path}의 {names[entry]}"
            with _naming(where), archive.open(entry) as stream:
                data = _capped(stream.read(MOST_BYTES + 1))
            yield where, names[entry].rpartition("/")[2], data


def _plain_zip(path: Path, packed: bytes) -> None:
    """A ZIP is refused whose list of entries would take long to read; ZIP64 is for what is too big here anyway."""
    tail = packed[-(2**16 + 64) :]
    at = tail.rfind(b"PK\x05\x06")
    listed = int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else 0
    if len(packed) > MOST_BYTES or listed > 2**21 or b"PK\x06\x07" in tail:
        raise LawError(f"{path}: ZIP 파일이 너무 큽니다. 나누어 가져오십시오.")


def _few(path: Path, count: int) -> None:
    if count > MOST_FILES:
        raise LawError(f"{path}: 법령 파일이 {MOST_FILES:,}개를 넘습니다. 나누어 가져오십시오.")


def _is_law_file(file: str) -> bool:
    return file.lower().endswith((".xml", ".json")) and not file.startswith(".")


def _korean(file: str) -> str:
    """A name in a ZIP that is not in Unicode: Korean Windows writes its own code page."""
    return file.encode("cp437", "replace").decode("cp949", "replace")


def _told(data: bytes) -> Any:
    """What a file holds: the tree of an answer, or whatever else its JSON is."""
    text = _JAMO.sub(lambda found: unicodedata.normalize("NFC", found[0]), _decoded(data)).strip()
    if re.match(r"<!doctype\s+html|<html", text, re.IGNORECASE):
        raise Refusal("(웹 화면)")
    xml = text.startswith("<")
    if sum(map(text.count, "<" if xml else "[{")) > MOST_NODES:
        raise LawError("파일의 구조가 지나치게 큽니다. 법령별로 나누어 주십시오.")
    try:
        if xml:
            whole = re.sub(r"^<\?xml[^>]{0,200}\?>|[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)
            return _answer(fromstring(whole, forbid_dtd=True))
        told = loads(text)
        return _answer(_of_json(told)) if isinstance(told, dict) else told
    except LawError:
        raise
    except (ValueError, ParseError, RecursionError):
        raise LawError(
            f"법령 {'XML로' if xml else 'JSON으로'} 읽을 수 없습니다. 파일이 온전한지 확인하십시오."
        ) from None


def _decoded(data: bytes) -> str:
    """Whatever encoding it claims: UTF-8, UTF-16 with its mark, else the Korean code page."""
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp949"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise LawError("글자를 읽을 수 없습니다. 파일이 온전한지, UTF-8이나 EUC-KR로 저장되었는지 확인하십시오.")


def _of_json(told: Mapping[str, Any]) -> Element:
    """The JSON of the open API is its XML: a list for what is repeated, ``content`` for the text beside attributes."""
    known = next((key for key in (_STATUTE, *_RULES, "Response", "Law") if key in told), None)
    return _element(known, told[known]) if known else _element("Response", told)


def _element(tag: str, value: Any) -> Element:
    one = Element(tag)
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "content":
                one.text = str(inner)
            else:
                one.extend([_element(key, part) for part in _flat(inner)])
    elif value is not None:
        one.text = str(value)
    return one


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for part in value:
            yield from _flat(part)
    else:
        yield value


def _answer(root: Element) -> Element:
    """The tree, unless it tells why there is none."""
    if root.tag == _STATUTE or root.tag in _RULES:
        return root
    if root.tag.endswith("Search"):
        return root
    said = [" ".join("".join(root.itertext()).split())[:200]] if root.tag == "Law" else [
        _line(root, key) for key in ("result", "msg", "returnAuthMsg", "errMsg")
    ]  # fmt: skip
    if told := " ".join(part for part in said if part):
        raise Refusal(told[:300])
    raise LawError("국가법령정보의 법령이나 행정규칙이 아닙니다. 본문 조회(lawService.do)로 받은 파일을 주십시오.")


# --- a record of the JSON list -------------------------------------------------------------------------------------


def _articles(row: Mapping[str, Any], source: str) -> Iterable[Article]:
    """The articles of a record: one, or several that follow one another in its text."""
    law, text, number = (str(row.get(key) or "").strip() for key in ("law", "내용", "조번호"))
    if not law or not text:
        return
    effective = _day(row.get("시행일자"), f"{law} {number}")
    for part in _NEXT.split(_unlisted(text)):
        if not part.strip() or _DELETED.match(part):
            continue
        head = _HEAD.match(part)
        article = name(head[1]) if head else number if number.startswith("제") else f"제{number}조" if number else ""
        if not article:
            continue
        title = (head[2] if head else None) or str(row.get("제목") or "").rpartition(",")[2]
        yield Article(law, article, title.strip(), part.strip(), str(row.get("kind") or ""), effective, source)


def _unlisted(text: str) -> str:
    """Without pictures, and with lists that were written as a program writes them (['…', '…']) as lines."""

    def lines(found: re.Match[str]) -> str:
        try:
            told = ast.literal_eval(found[0])
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return found[0]
        return "\n".join(str(one) for one in told)

    return re.sub(r"<img\b[^<>]*>", "", re.sub(r"\['[^\[\]]*'\]", lines, text))


def _versioned(articles: list[Article]) -> list[Article]:
    """Records tell the days of articles; a law's version is of the last of them that has come, else of the first to come."""
    days: dict[str, set[str]] = {}
    for one in articles:
        if one.effective:
            days.setdefault(one.law, set()).add(one.effective)
    if not days:
        return articles
    today = _on(None)
    version = {law: max((day for day in of if day <= today), default=min(of)) for law, of in days.items()}
    return [replace(one, version=version.get(one.law, "")) for one in articles]


def _day(told: Any, what: str) -> str:
    """ISO, of 20260101, 2026-01-01, 2026.1.1. or 2026년 1월 1일; "" of nothing. Raises ``LawError``."""
    text = str(told or "").strip()
    if not text:
        return ""
    found = _DAY.fullmatch(text)
    try:
        if not found or found[1] < "1900":
            raise ValueError
        return date(int(found[1]), int(found[2] or found[4]), int(found[3] or found[5])).isoformat()
    except ValueError:
        raise LawError(f"{what}의 시행일자({text[:20]})는 없는 날짜입니다. 원문의 시행일자를 확인하십시오.") from None


def _day_or_none(text: str) -> str:
    try:
        return _day(text, "")
    except LawError:
        return ""


# --- an answer of the open API -------------------------------------------------------------------------------------


def _official(root: Element, source: str) -> list[Article]:
    """The articles and annexes of a statute or an administrative rule."""
    if root.tag.endswith("Search"):
        raise LawError("법령의 목록이며 본문이 아닙니다. 본문 조회(lawService.do)로 받은 파일을 주십시오.")
    statute = root.tag == _STATUTE
    law = _line(root, "법령명_한글", "법령명한글", "법령명") if statute else _line(root, "행정규칙명")
    if not law:
        raise LawError("법령 이름이 없습니다. 파일이 온전한지 확인하십시오.")
    version = _day(_line(root, "시행일자"), law)
    ended = _ended(root, statute, version)
    if ended == Standing.REPEALED and not version:
        version = _day(_line(root, "공포일자", "발령일자"), law)
        if not version:
            raise LawError(f"{law}: 폐지된 날을 알 수 없습니다. 시행일자가 든 파일을 다시 받으십시오.")
    kind = _line(root, "법종구분", "법령구분명") if statute else _line(root, "행정규칙종류")
    whole = Article(law, "", "", "", kind, "", source, version, ended=ended)
    found = [*(_of_statute if statute else _of_rule)(root, whole), *_annexes(root, whole)]
    return found or ([whole] if ended == Standing.REPEALED else [])


def _ended(root: Element, statute: bool, version: str) -> str:
    """Whether the source says that this version is over. A rule that is still to come is not 현행 either."""
    said = {_line(root, key) for key in ("제개정구분", "제개정구분명", "현행연혁구분", "현행연혁코드")}
    gone = not statute and _line(root, "현행여부").upper() == "N" and version <= _on(None)
    if gone or said & {*_ENDS}:
        return Standing.REPEALED
    return Standing.SUPERSEDED if "연혁" in said else ""


def _of_statute(root: Element, whole: Article) -> Iterator[Article]:
    for unit in root.iter("조문단위"):
        if _line(unit, "조문여부") == "전문":  # a chapter heading
            continue
        text = _lines("\n".join(_said(unit)))
        head = _HEAD.match(text)
        number, branch = (int((re.sub(r"\D", "", _line(unit, key)) or "0")[:6]) for key in ("조문번호", "조문가지번호"))
        told = f"제{number}조" + (f"의{branch}" if branch else "") if number else ""
        article = told if branch or not head else name(head[1])
        if not article or not text:
            continue
        effective = _day(_line(unit, "조문시행일자"), f"{whole.law} {article}")
        title = _line(unit, "조문제목") or ((head[2] or "").strip() if head else "")
        one = replace(whole, article=article, title=title, text=text, effective=effective)
        if not (_DELETED.match(text) or title == "삭제"):
            yield one
        elif effective > whole.version:  # until then it is in force
            yield replace(one, ended=whole.ended or _DELETION)


def _said(unit: Element) -> Iterator[str]:
    """The texts of an article in their order: its own, then 항, 호 and 목, each with its number."""
    own, below = _texts(unit, "조문내용"), [*_within(unit)]
    yield own
    first = re.sub(r"\s", "", below[0]) if below else ""
    if len(first) < 8 or first not in re.sub(r"\s", "", own):  # some hold their 항 already
        yield from below


def _within(parent: Element) -> Iterator[str]:
    for part in parent:
        if part.tag in ("항", "호", "목"):
            text, number = _texts(part, f"{part.tag}내용").strip(), _line(part, f"{part.tag}번호")
            branch = _line(part, f"{part.tag}가지번호").lstrip("0")
            if branch and not re.search(r"의\d", number):
                number = f"{number.rstrip('.')}의{branch}."
            if text:
                yield text if not number or text.startswith(number.rstrip(".")) else f"{number} {text}"
            yield from _within(part)


def _of_rule(root: Element, whole: Article) -> Iterator[Article]:
    for block in root.iter("조문내용"):
        text = _lines("".join(block.itertext()))
        appended = _APPENDED.search(text)
        for part in _CUT.split(text[: appended.start()] if appended else text):
            head = _HEAD.match(part)
            if head and not _DELETED.match(part):
                lines = part.strip().split("\n")
                while len(lines) > 1 and _CHAPTER.fullmatch(lines[-1]):  # the heading of what follows
                    lines.pop()
                yield replace(whole, article=name(head[1]), title=(head[2] or "").strip(), text="\n".join(lines))
        if appended:
            return


def _annexes(root: Element, whole: Article) -> Iterator[Article]:
    for unit in root.iter("별표단위"):
        what, title = _line(unit, "별표구분") or "별표", _line(unit, "별표제목")
        number, branch = (int((re.sub(r"\D", "", _line(unit, key)) or "0")[:6]) for key in ("별표번호", "별표가지번호"))
        if re.match(r"삭\s*제\s*(?:[<〈(]|$)", title):
            continue
        more = f"의{branch}" if branch else ""
        if what in ("서식", "별지"):
            article = f"별지 제{number}호{more}서식" if number else "별지 서식"
        else:
            article = f"{what} {number}{more}" if number else what
        text = "\n".join(line.rstrip() for line in _plain(_texts(unit, "별표내용")).splitlines()).strip("\n")
        effective = _day(_line(unit, "별표시행일자"), f"{whole.law} {article}")
        file = _line(unit, "별표HWP파일명", "별표PDF파일명", "별표이미지파일명")
        link = _link(_line(unit, "별표서식PDF파일링크", "별표서식파일링크"))
        kind = "서식" if article.startswith("별지") else what
        yield replace(whole, article=article, title=title, text=text, kind=kind, effective=effective, file=file, link=link)  # fmt: skip


def _link(told: str) -> str:
    """Of the official site only; its links come without the site."""
    whole = f"https://www.law.go.kr{told}" if re.match(r"/(?!/)", told) else told
    return whole if re.fullmatch(r"https?://(?:[\w-]+\.)*law\.go\.kr/[\x21-\x7e]{0,300}", whole, re.ASCII) else ""


def _line(parent: Element, *tags: str) -> str:
    """The first text under one of the tags, on one line."""
    return next((text for tag in tags for one in parent.iter(tag) if (text := " ".join(_plain(one.text or "").split()))), "")  # fmt: skip


def _texts(parent: Element, tag: str) -> str:
    return "\n".join("".join(one.itertext()) for one in parent.findall(tag))


def _plain(text: str) -> str:
    """Text without the markup the service leaves in it; 〈개정 …〉 in angle brackets is no markup."""
    text = re.sub(r"(?i)<img\b[^<>]{0,500}>(?:\s*</img>)?", "〔그림〕", html.unescape(text))
    return re.sub(r"(?i)</?(?:br|p|div|span|b|u|font)\b[^<>]{0,500}>", "\n", text)


def _lines(text: str) -> str:
    """Without blank lines and spaces that only lay it out; drawn tables keep theirs."""
    lines = (line.strip() for line in _plain(text).splitlines())
    return "\n".join(line if re.search(r"[\u2500-\u257f]", line) else re.sub(r"[ \t\u00a0\u3000]+", " ", line) for line in lines if line)  # fmt: skip
