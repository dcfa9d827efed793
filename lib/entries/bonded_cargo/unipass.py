"""Events of bonded cargo from the customs service's own 화물통관진행정보 (UNI-PASS OpenAPI, API001).

``GET {AX_UNIPASS_URL}/cargCsclPrgsInfoQry/retrieveCargCsclPrgsInfo`` with ``crkyCn`` (key) and ``cargMtNo``, or ``mblNo`` and
``blYy``. It was not tried against the live service from here. Where each thing is known from: [V] the domain note; [P] answers
of the live service that public programs keep as test data (2000-2021; two of them hold a bonded transport); [M] memory.

- [V] ``tCnt``, ``cargCsclPrgsInfoQryVo`` (cargMtNo, prgsStts, mblNo, hblNo, ...), ``cargCsclPrgsInfoDtlQryVo`` (shedSgn, shedNm,
  cargTrcnRelaBsopTpcd, prcsDttm, pckGcnt, wght). [P] (by name in the note) ``dclrNo``, ``rlbrDttm``; [P] ``pckUt``, ``wghtUt``.
- [P] ``tCnt`` is -1 with the reason in ``ntceInfo``, 0 for not found; with steps it counts the steps, newest first; with
  ``ntceInfo`` "[N00] ..." it counts consignments that are listed without steps, each to be asked by its ``cargMtNo``.
- [P] ``shedSgn`` may go on behind a stroke: "02006116/A구역" (place in the shed), "02012018/입항전운송" (declared before arrival).
- [P] 하기신고 is told of air cargo, 하선신고 of sea cargo; ``shcoFlcoSgn`` is an airline's two or a shipping line's four characters.
- [M] which words a refused key, a used-up quota and too many requests come with, beyond the two that [P] has.

- [P] at 보세운송 신고 수리 ``rlbrDttm`` holds no time but "(도)02006116...": the destination; the origin is ``shedSgn``. ``rlbrBssNo`` of
  반입신고/반출신고 is the number of the declaration it rests on, ``dclrNo`` its own.

The carrier's code and the vehicle are no fields of the answer and stay empty.
"""

import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, ParseError

import httpx
import pyarrow as pa
import pyarrow.compute as pc
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from lib.entries.bonded_cargo.tables import CARGO_NO, SHED, schema
from lib.services import Service, ask, quiet
from lib.settings import settings

PER_SECOND, CONNECTIONS = 2.0, 2  # requests; at once
RETRIES, BACKOFF = 3, 1.0  # further attempts; seconds before the first, doubled each time
LONGEST_WAIT = 60.0  # seconds; a service that asks for a longer pause is left alone
TIMEOUT = httpx.Timeout(20, connect=10)
MAX_BYTES, MAX_SECONDS = 2**22, 60.0  # of one answer; a list of 1,400 consignments was seen to take 1 MB
TOTAL_SECONDS = 2 * 3600.0  # of one run
IN_A_ROW = 5  # consignments that fail one after another before the run stops

Row = dict[str, str]
Progress = Callable[[int, int], None]

_ROOT, _CARGO, _STEP = "cargCsclPrgsInfoQryRtnVo", "cargCsclPrgsInfoQryVo", "cargCsclPrgsInfoDtlQryVo"
_KST = timezone(timedelta(hours=9))
_MOMENT = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)[ T]?(\d\d):?(\d\d)(?::?(\d\d))?", re.ASCII)
_GOAL = re.compile(r"\(도\)\s*([0-9A-Z]{8})", re.ASCII)
_KEY_REFUSED = re.compile(r"인증키|crkyCn|권한|승인되지|사용 ?신청")
_QUOTA = re.compile(r"(한도|횟수|트래픽|호출|조회 ?건수).*(초과|제한)")


class UnipassError(RuntimeError):
    """UNI-PASS did not answer; the message says in Korean why and what to do. It never holds the key."""


class _Stop(UnipassError):
    """No consignment can be asked for any more."""


class _Odd(UnipassError):
    """The service answered as it should, but this consignment holds something that cannot be read."""


class MasterBill(NamedTuple):
    """A master B/L; UNI-PASS wants its year too. It stands for every consignment under it."""

    mbl: str
    year: int

    def __str__(self) -> str:
        return f"{self.mbl} ({self.year})"


@dataclass(frozen=True)
class Fetched:
    """``events``: of ``tables.schema("events")``, by cargo number, oldest first. ``status``: prgsStts by cargo number.

    ``failed``: why, in Korean. A consignment is in full in ``events``, or not at all and in one of the other two: half a
    history would read as a report that was missed.
    """

    events: pa.Table
    not_found: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    status: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Said:
    """One answer, its texts as they came. ``listed``: consignments to ask next; ``unlisted``: how many it did not name."""

    cargo: Row = field(default_factory=dict)
    steps: list[Row] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    unlisted: int = 0


_Question = str | MasterBill


def follow(
    cargo_nos: Iterable[str | MasterBill],
    *,
    progress: Progress | None = None,
    known: Path | None = None,
    per_second: float = PER_SECOND,
) -> Fetched:
    """What UNI-PASS knows of each 화물관리번호 or master B/L. ``progress`` is told how many are done, and of how many.

    ``known``: the file (JSON lines) that answers are kept in as they come; whatever it holds already is not asked again.
    Without one it is that of today (Korean time) in the data folder, so that a run that was broken off goes on where it
    stopped and tomorrow everything is asked anew. Failures are not kept. ``per_second``: requests, at most.

    Raises ``UnipassError`` when there is no key, when the service refuses it or its quota is used up, when it wants a longer
    pause than ``LONGEST_WAIT``, and when ``IN_A_ROW`` consignments fail one after another. What came until then is kept.
    """
    service = _service()
    given: dict[_Question, str] = {}
    failed: dict[str, str] = {}
    for one in cargo_nos:
        question = _question(one)
        if question is None:
            failed[str(one)] = "화물관리번호(MRN 11자리, MSN 4자리, HSN 4자리)나 B/L번호와 연도를 바르게 적으십시오."
        else:
            given.setdefault(question, str(one))
    kept = _Kept(known or settings().folder("bonded_cargo", "unipass") / f"{datetime.now(_KST):%Y-%m-%d}.jsonl")
    histories: dict[str, _Said] = {}
    not_found: list[str] = []
    waiting, flying = deque(given), dict[Future[_Said], _Question]()
    done = in_a_row = 0
    until = time.monotonic() + TOTAL_SECONDS

    def take(question: _Question, said: _Said) -> None:
        name = given[question]
        if said.cargo:
            histories[said.cargo["cargMtNo"]] = said
        elif not said.listed:
            not_found.append(name)
        if said.unlisted:
            failed[name] = str(
                service.failed(
                    f"화물 {len(said.listed) + said.unlisted:,}건 가운데 {said.unlisted:,}건의 번호를 알려 주지 않았습니다. "
                    "나머지는 화물관리번호로 조회하십시오."
                )
            )
        for number in said.listed:
            if number not in given:
                given[number] = number
                waiting.append(number)

    with (
        quiet(service),
        httpx.Client(timeout=TIMEOUT, limits=httpx.Limits(max_connections=CONNECTIONS)) as client,
        ThreadPoolExecutor(CONNECTIONS) as pool,
    ):
        asker = _Asker(service, client, kept, per_second)
        try:
            while waiting or flying:
                while waiting and len(flying) < CONNECTIONS:
                    question = waiting.popleft()
                    if already := kept.said.get(str(question)):
                        take(question, already)
                        done += 1
                    elif time.monotonic() > until:
                        failed[given[question]] = str(
                            service.failed(
                                "정해진 시간 안에 차례가 오지 않았습니다. 다시 실행하면 남은 화물부터 조회합니다."
                            )
                        )
                        done += 1
                    else:
                        flying[pool.submit(asker.ask, question)] = question
                for future in wait(flying, return_when=FIRST_COMPLETED).done:
                    question = flying.pop(future)
                    done += 1
                    try:
                        take(question, future.result())
                        in_a_row = 0
                    except _Stop:
                        raise
                    except UnipassError as error:
                        failed[given[question]] = str(error)
                        in_a_row = 0 if isinstance(error, _Odd) else in_a_row + 1
                        if in_a_row == IN_A_ROW:
                            raise _Stop(f"{error} 잇달아 {IN_A_ROW}건을 조회하지 못해 멈췄습니다.") from None
                if progress:
                    progress(done, len(given))
        except _Stop as stop:
            told = f" 받은 {len(kept.said):,}건은 보관하였으며, 다시 실행하면 나머지만 조회합니다." if kept.said else ""
            raise UnipassError(f"{stop}{told}") from None
        finally:
            asker.stop.set()
    numbers = sorted(histories)  # not in the order of the answers, so that two runs give the same
    rows = [row for number in numbers for row in _rows(histories[number])]
    return Fetched(
        pa.Table.from_pylist(rows, schema("events")),
        tuple(sorted(not_found)),
        failed,
        {number: histories[number].cargo.get("prgsStts", "") for number in numbers},
    )


def renewed(events: pa.Table, fetched: Fetched) -> pa.Table:
    """``events`` with what UNI-PASS says of its consignments in place of what was known of them.

    Of what UNI-PASS does not tell, the mode of transport is kept by consignment and the carrier and vehicle by declaration.
    """
    fresh = fetched.events.to_pandas()
    numbers = pc.replace_substring(events["cargo_no"], "-", "")
    again = pc.is_in(numbers, pa.array(fresh["cargo_no"].unique(), pa.string()))
    told = events.filter(again).to_pandas()
    told["cargo_no"] = told["cargo_no"].str.replace("-", "")
    for column, keys in (
        ("mode", ["cargo_no"]),
        ("carrier", ["cargo_no", "declaration_no"]),
        ("vehicle", ["cargo_no", "declaration_no"]),
    ):
        before = told.dropna(subset=[column, *keys]).drop_duplicates(keys).set_index(keys)[column]
        known = fresh[keys].join(before.rename("before"), on=keys)["before"]
        fresh[column] = fresh[column].where(fresh[column].notna(), known)
    kept = events.filter(pc.invert(again)).select(schema("events").names)
    return pa.concat_tables([kept, pa.Table.from_pandas(fresh, schema("events"), preserve_index=False)])


# --- what the answers mean -----------------------------------------------------------------------------------------


def _question(given: str | MasterBill) -> _Question | None:
    """As the service wants it; ``None`` where it would have to refuse."""
    if isinstance(given, MasterBill):
        mbl = _plain(given.mbl)
        usable = re.fullmatch(r"[0-9A-Z]{4,35}", mbl) and 1990 <= given.year <= 2100
        return MasterBill(mbl, given.year) if usable else None
    number = _plain(given)
    return number if _is_cargo(number) else None


def _said(service: Service, question: _Question, body: bytes) -> _Said:
    """The answer to a question. Raises ``UnipassError`` where it is none."""
    root = _root(service, body)
    counted = _text(root.findtext("tCnt"))
    if root.tag != _ROOT or not re.fullmatch(r"-?\d{1,9}", counted, re.ASCII):
        raise service.shape()
    total = int(counted)
    if total < 0:
        raise _refused(service, "-1", _text(root.findtext("ntceInfo")))
    cargos, steps = (
        [{leaf.tag: text for leaf in record if (text := _text(leaf.text))} for record in root.findall(tag)]
        for tag in (_CARGO, _STEP)
    )
    numbers = [row.get("cargMtNo", "") for row in cargos]
    if not cargos and not steps and total == 0:
        return _Said()
    if not numbers or not all(_answers(question, row) for row in cargos):
        raise service.failed("물은 화물이 아닌 다른 화물의 응답이 왔습니다. 잠시 뒤 다시 실행하십시오.")
    if steps:
        if len(cargos) > 1:
            raise service.shape()
        if len(steps) < total:
            raise service.failed(
                f"진행 내역 {total:,}건 가운데 {len(steps):,}건만 왔습니다. 잠시 뒤 다시 실행하십시오."
            )
        return _Said(cargos[0], steps)
    if not isinstance(question, MasterBill) and len(question) > 15:
        raise service.failed("진행 내역이 없는 응답이 왔습니다. 잠시 뒤 다시 실행하십시오.")
    listed = list(dict.fromkeys(numbers))
    return _Said(listed=listed, unlisted=max(total - len(listed), 0))


def _answers(question: _Question, cargo: Row) -> bool:
    if isinstance(question, MasterBill):
        return bool(cargo.get("cargMtNo")) and _plain(cargo.get("mblNo", question.mbl)) == question.mbl
    return cargo.get("cargMtNo", "").startswith(question)


def _rows(said: _Said) -> list[dict[str, Any]]:
    """The rows of the contract, oldest first. Raises ``_Odd``."""
    cargo = said.cargo
    number = _must("화물관리번호", cargo["cargMtNo"], cargo["cargMtNo"] if _is_cargo(cargo["cargMtNo"]) else None)
    mode = _mode(cargo, said.steps)
    rows = []
    for step in reversed(said.steps):
        kind = step.get("cargTrcnRelaBsopTpcd", "")
        place, _, beside = step.get("shedSgn", "").partition("/")
        processed, moved, packages, weight = (step.get(n, "") for n in ("prcsDttm", "rlbrDttm", "pckGcnt", "wght"))
        moved_at, goal = _moment(moved), _GOAL.match(moved)
        if moved and kind.startswith(("반입", "반출")):
            _must("반출입일시", moved, moved_at)
        rows.append(
            {
                "cargo_no": number,
                "mbl": cargo.get("mblNo"),
                "hbl": cargo.get("hblNo"),
                "kind": _must("처리구분", kind, kind or None),
                "shed": _must("장치장부호", place, place if re.fullmatch(SHED, place, re.ASCII) else None)
                if place
                else None,
                "shed_name": step.get("shedNm"),
                "processed_at": _must("처리일시", processed, _moment(processed)),
                "moved_at": moved_at,
                "declaration_no": (step.get("rlbrBssNo") if kind.startswith(("반입", "반출")) else None)
                or step.get("dclrNo"),
                "from_shed": place if goal else None,
                "to_shed": goal[1] if goal else None,
                "packages": _must("포장개수", packages, _whole(packages)) if packages else None,
                "package_unit": step.get("pckUt"),
                "weight_kg": _must("중량", weight, _number(weight))
                if weight and step.get("wghtUt", "KG") == "KG"
                else None,
                "mode": mode,
                "prior": True if "입항전" in beside.replace(" ", "") else None,
            }
        )
    rows.sort(key=lambda row: row["processed_at"])  # stable: steps of one second stay in the service's order
    return [{"event_no": f"{number}-{at:03d}", **row} for at, row in enumerate(rows, 1)]


def _mode(cargo: Row, steps: list[Row]) -> str | None:
    """Air or sea: by the word for unloading, else by the carrier's sign."""
    kinds = " ".join(step.get("cargTrcnRelaBsopTpcd", "") for step in steps)
    for word, mode in (("하기신고", "A"), ("하선신고", "S")):
        if word in kinds:
            return mode
    return {2: "A", 4: "S"}.get(len(cargo.get("shcoFlcoSgn", "")))


def _must(title: str, text: str, value: Any) -> Any:
    if value is None:
        raise _Odd(
            f"진행 내역의 {title}({text[:40] or '빈칸'})을(를) 읽을 수 없습니다. UNI-PASS 화면에서 확인하십시오."
        )
    return value


def _plain(number: str) -> str:
    return re.sub(r"[\s-]", "", number).upper()


def _is_cargo(number: str) -> bool:
    return bool(re.fullmatch(CARGO_NO, number, re.ASCII))


def _moment(text: str) -> datetime | None:
    """yyyymmddHHMMSS or yyyy-mm-dd HH:MM:SS, Korean time."""
    if found := _MOMENT.fullmatch(text):
        try:
            return datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type]  # six numbers
        except ValueError:
            pass
    return None


def _whole(text: str) -> int | None:
    plain = text.replace(",", "")
    return int(plain) if re.fullmatch(r"\d{1,12}", plain, re.ASCII) else None


def _number(text: str) -> float | None:
    plain = text.replace(",", "")
    return float(plain) if re.fullmatch(r"\d{0,12}\.?\d{1,9}", plain, re.ASCII) else None


def _text(text: str | None) -> str:
    return " ".join((text or "").split())[:300]


# --- asking --------------------------------------------------------------------------------------------------------


class _Service(Service):
    error = UnipassError


def _service() -> _Service:
    return _Service.of(
        "UNI-PASS 화물통관진행정보",
        settings().unipass_url.rstrip("/"),
        settings().unipass_key,
        "AX_UNIPASS_URL",
        "AX_UNIPASS_KEY",
        "UNI-PASS(unipass.customs.go.kr) OpenAPI 사용관리",
    )


def _refused(service: Service, code: str, notice: str = "") -> UnipassError:
    """The service says no: to this one question, or (``_Stop``) to all."""
    notice = service.hide(notice)[:120]
    raised: type[UnipassError] = _Stop
    if code in ("HTTP 401", "HTTP 403") or _KEY_REFUSED.search(notice):
        advice = f"{service.key_setting}의 인증키와 OpenAPI 사용 승인·기간을 확인하십시오."
    elif code == "HTTP 429" or _QUOTA.search(notice):
        advice = "호출 한도를 넘었습니다. 한도가 풀린 뒤 다시 실행하십시오."
    elif code.startswith("HTTP 3") or code == "HTTP 404":
        advice = f"{service.url_setting} 주소가 맞는지 확인하십시오."
    else:
        raised, advice = UnipassError, "화물관리번호 또는 B/L번호와 연도가 맞는지 확인하십시오."
    return raised(str(service.said(code, notice, advice)))


class _Asker:
    """Puts questions from several threads, no faster than it may; each usable answer is kept at once."""

    def __init__(self, service: Service, client: httpx.Client, kept: "_Kept", per_second: float) -> None:
        self.stop = threading.Event()
        self._service, self._client, self._kept, self._gap = service, client, kept, 1 / per_second
        self._turn = threading.Lock()
        self._next = self._held = 0.0

    def ask(self, question: _Question) -> _Said:
        said = _said(self._service, question, self._body(question))
        if said.cargo:
            _rows(said)
        if not said.unlisted:
            self._kept.add(str(question), said)
        return said

    def _body(self, question: _Question) -> bytes:
        service = self._service
        asked = (
            {"mblNo": question.mbl, "blYy": str(question.year)}
            if isinstance(question, MasterBill)
            else {"cargMtNo": question}
        )
        for attempt in count():
            self._wait()
            status, body, problem, pause = ask(
                service,
                self._client,
                "GET",
                f"{service.url}/cargCsclPrgsInfoQry/retrieveCargCsclPrgsInfo",
                {"crkyCn": service.key.get_secret_value(), **asked},
                headers={"Accept": "application/xml"},
                most_bytes=MAX_BYTES,
                most_seconds=MAX_SECONDS,
            )
            if not problem and status < 500 and status != 429:
                break
            seconds = _seconds(pause)
            if seconds > LONGEST_WAIT:
                minutes = -int(-seconds // 60)
                raise _Stop(
                    service.failed(f"서비스가 {minutes:,}분 뒤에 다시 조회하라고 합니다. 그 뒤에 실행하십시오.")
                )
            if attempt == RETRIES:
                raise _refused(service, "HTTP 429") if status == 429 else service.tired(problem, status, RETRIES + 1)
            self._held = max(self._held, time.monotonic() + max(seconds, BACKOFF * 2**attempt))
        if status != 200:
            raise _refused(service, f"HTTP {status}")
        return body

    def _wait(self) -> None:
        """Until it is this thread's turn; a service that stumbles gets its rest from all of them."""
        with self._turn:
            while (left := max(self._next, self._held) - time.monotonic()) > 0:
                if self.stop.wait(left):
                    break
            if self.stop.is_set():
                raise _Stop("멈췄습니다.")
            self._next = time.monotonic() + self._gap


class _Kept:
    """Answers kept in a file of JSON lines, a line each; a line that was cut off or spoilt counts for nothing."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self.said: dict[str, _Said] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lines = path.read_bytes().splitlines() if path.exists() else []
        except OSError as error:
            raise self._unusable(error) from None
        for line in lines:
            try:
                entry = json.loads(line)
                said = _Said(entry["cargo"], entry["steps"], entry["listed"])
                if said.cargo:
                    _rows(said)
                self.said[str(entry["asked"])] = said
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError, _Odd):
                continue

    def add(self, asked: str, said: _Said) -> None:
        kept = {name: value for name, value in asdict(said).items() if name != "unlisted"}
        line = json.dumps({"asked": asked, **kept}, ensure_ascii=False)
        with self._lock:
            try:
                with self._path.open("ab", buffering=0) as file:
                    file.write(f"\n{line}\n".encode())  # the line before may have been cut off
            except OSError as error:
                raise self._unusable(error) from None
            self.said[asked] = said

    def _unusable(self, error: OSError) -> UnipassError:
        why = error.strerror or type(error).__name__
        return _Stop(f"받은 결과를 {self._path}에 둘 수 없습니다({why}). 폴더의 쓰기 권한과 남은 공간을 확인하십시오.")


def _root(service: Service, body: bytes) -> Element:
    """The XML of an answer, whatever it claims to be encoded in; one that defines anything of its own is refused."""
    try:
        if body.startswith((b"\xff\xfe", b"\xfe\xff")):
            plain = body.decode("utf-16")
        else:
            try:
                plain = body.decode("utf-8-sig")
            except UnicodeDecodeError:
                plain = body.decode("cp949")
        root: Element = fromstring(plain.lstrip(), forbid_dtd=True)
    except (ValueError, ParseError, RecursionError):
        raise service.shape() from None
    return root


def _seconds(retry_after: str) -> float:
    """Of a Retry-After header: seconds, or a moment."""
    if re.fullmatch(r"\d{1,9}", retry_after.strip(), re.ASCII):
        return float(retry_after)
    try:
        return max((parsedate_to_datetime(retry_after).astimezone(UTC) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return 0.0
