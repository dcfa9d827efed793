"""Who carries the messages: a file (default), Solapi, or Naver Cloud SENS.

Each is a ``lib.casework.outbox.Gateway``: it hands out a reference before anything is sent, and can tell later what
became of what was sent under it. Where it answers NOT_SENT, nothing can arrive under that reference any more:

- file: a key stands in a day's file once, whoever writes it how often;
- Solapi: the reference is the message group. One still unsent is deleted, and a deleted group cannot be sent;
- SENS: the reference is the signing time. SENS refuses what was signed more than five minutes ago, so once that time
  has passed on its clock, its list of requests is complete.

Read in the services' own pages (stored copies; no request was ever made to the real services):
Solapi (github solapi/documents, 2020): Authorization ``HMAC-SHA256 apiKey=, date=, salt=, signature=`` with
signature = hex HMAC of date + salt, salt of 12-64 bytes, a signature good once and for 15 minutes; POST groups, PUT
groups/:id/messages (10,000 at most, those refused are kept but not sent), POST groups/:id/send, GET groups/:id
(PENDING, SENDING, COMPLETE, FAILED, DELETED, SCHEDULED; dateSent, which a deleted group keeps), GET groups/:id/messages (startKey, limit), DELETE
groups/:id (no sending after it); customFields (name 30, value 100 characters); status codes 1xxx refused, 2000, 3000 on
the way, 4000 received, others failed; subject 40 bytes.
SENS (api.ncloud-docs.com, 2026): the x-ncp-* headers, five minutes, 100 messages a request, one type a request, bytes
and EUC-KR, 202 with requestId, the list by requestId or by requestStartTime and requestEndTime, one message by
messageId with its content, status READY/PROCESSING/COMPLETED, statusName success/fail.
From memory or at second hand, to be checked with a test account before real use:
Solapi: what ``allowDuplicates`` of a group does (named in its page without a word), the errors' ``errorCode`` and
``errorMessage``, how a page names the next (``nextKey``).
SENS: that the signed address includes the query, ``pageIndex``, ``pageSize`` and ``hasMore`` of lists, times of lists in
Korean time, that a 4xx refuses the whole request.
Where an answer is not of the shape expected, nothing is concluded and the message waits for a person.
"""

import base64
import fcntl
import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlencode

import httpx
from pydantic import SecretStr

from lib.casework.models import KST, Message
from lib.casework.outbox import Fate, Gateway, GatewayError, Report
from lib.services import UNSENT, Answer, Service, ask, quiet
from lib.settings import settings

TIMEOUT = httpx.Timeout(20, connect=10)
MOST_SECONDS = 60.0
MOST_BYTES = 16 * 2**20
FRESH = 300  # seconds SENS takes a signature for
PAGE = 500

Reports = Mapping[str, Report]


def chosen() -> Gateway:
    """The gateway the settings name. Raises ``GatewayError`` when a setting it needs is missing."""
    name = settings().sms_gateway
    return FileGateway() if name == "file" else Solapi.of_settings() if name == "solapi" else Sens.of_settings()


class FileGateway:
    """Writes each message as a JSON line into the day's file under ``AX_DATA_DIR/outbox``; nothing leaves the office."""

    name = "file"
    most = 500

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or settings().folder("outbox")

    def open(self) -> str:
        return "file"

    def send(self, reference: str, messages: Sequence[Message]) -> Reports:
        for day in sorted({message.day for message in messages}):
            with self._open(f"{day}.jsonl") as (file, there):
                new = [message for message in messages if message.day == day and message.key not in there]
                os.write(file, b"".join(map(_line, new)))
                os.fsync(file)
        return {message.key: Report(Fate.ACCEPTED, "파일에 기록", message.key) for message in messages}

    def ask(self, reference: str, messages: Sequence[Message]) -> Reports:
        written: set[str] = set()
        for day in {message.day for message in messages}:
            with self._open(f"{day}.jsonl") as (_, there):
                written |= there
        return {
            message.key: Report(Fate.ACCEPTED, "파일에 기록", message.key)
            if message.key in written
            else Report(Fate.NOT_SENT, "파일에 기록되지 않음")
            for message in messages
        }

    @contextmanager
    def _open(self, name: str) -> Iterator[tuple[int, set[str]]]:
        """The file, ours alone, at its end, without a line whose writing was cut short; and the keys in it."""
        file = os.open(self._folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            with os.fdopen(os.dup(file), "rb") as lines:
                text = lines.read()
            whole = text.rfind(b"\n") + 1
            os.ftruncate(file, whole)
            os.lseek(file, whole, os.SEEK_SET)
            yield file, {json.loads(line)["key"] for line in text[:whole].splitlines()}
        finally:
            os.close(file)


def _line(message: Message) -> bytes:
    fields = ("key", "phone", "to_name", "kind", "subject", "body", "bytes", "items")
    said = {field: getattr(message, field) for field in fields}
    return json.dumps(said, ensure_ascii=False).encode() + b"\n"


class _Service(Service):
    error = GatewayError


class _Http:
    """What the two services have in common. ``clock``: seconds since 1970."""

    name: str

    def __init__(self, service: Service, sender: str, clock: Callable[[], float], timeout: httpx.Timeout) -> None:
        self._service, self._sender, self._clock = service, sender, clock
        self._client = httpx.Client(timeout=timeout)

    def _ask(self, method: str, path: str, headers: Mapping[str, str], sent: object = None) -> Answer:
        with quiet(self._service):
            return ask(
                self._service,
                self._client,
                method,
                self._service.url.rstrip("/") + path,
                sent=sent,
                headers=headers,
                most_bytes=MOST_BYTES,
                most_seconds=MOST_SECONDS,
            )

    def _why(self, answer: Answer) -> str:
        """What the service said was wrong, without keys and without what it echoes at length."""
        said = _parsed(answer)
        error = said.get("error")
        error = error if isinstance(error, dict) else said
        code = _text(error.get("errorCode") or said.get("statusCode")) or f"HTTP {answer.status}"
        words = _text(error.get("errorMessage") or error.get("message") or said.get("message"))
        if answer.status in (401, 403):
            words += f" {self._service.key_setting} 등 인증 설정과 발신번호 등록을 확인하십시오."
        told = answer.problem or f"오류 {code[:40]} {words[:160]}".strip()
        return self._service.hide(f"{self._service.name}: {told}")


class Solapi(_Http):
    """Solapi's message groups."""

    name = "solapi"
    most = 100  # it takes 10,000; what is in doubt at once should be few

    def __init__(
        self,
        url: str,
        key: SecretStr,
        secret: SecretStr,
        sender: str,
        *,
        clock: Callable[[], float] = time.time,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        service = _Service("솔라피 문자 서비스", url, key, "AX_SOLAPI_URL", "AX_SOLAPI_KEY", (secret,))
        super().__init__(service, sender, clock, timeout)
        self._secret = secret

    @classmethod
    def of_settings(cls) -> Self:
        s = settings()
        key, secret, sender = _needed(
            AX_SOLAPI_KEY=s.solapi_key, AX_SOLAPI_SECRET=s.solapi_secret, AX_SMS_SENDER=s.sms_sender
        )
        return cls(s.solapi_url, SecretStr(key), SecretStr(secret), sender)

    def open(self) -> str:
        answer = self._call("POST", "", {"allowDuplicates": True})  # two warehouses may have one manager
        group = _parsed(answer).get("groupId")
        if answer.status != 200 or not isinstance(group, str) or not group:
            raise GatewayError(self._why(answer))
        return group

    def send(self, reference: str, messages: Sequence[Message]) -> Reports:
        added = self._try("PUT", f"/{quote(reference)}/messages", {"messages": [self._letter(m) for m in messages]})
        result = _parsed(added)
        if added.status != 200 or not isinstance(result.get("errorCount"), int):
            return self._abandon(reference, messages, added)
        refused: dict[str, Report] = {}
        if result["errorCount"]:
            listed = self._listed(reference, messages)
            if listed is None:
                return self._abandon(reference, messages, added)
            refused = {key: report for key, report in listed.items() if report.fate is Fate.REFUSED}
            if all(message.key in refused for message in messages):
                return refused
        sent = self._try("POST", f"/{quote(reference)}/send", {})
        if sent.status != 200 or _parsed(sent).get("status") not in ("SENDING", "COMPLETE"):
            return self._abandon(reference, messages, sent)
        return {m.key: refused.get(m.key, Report(Fate.ACCEPTED, provider_id=reference)) for m in messages}

    def ask(self, reference: str, messages: Sequence[Message]) -> Reports:
        answer = self._try("GET", f"/{quote(reference)}")
        group = _parsed(answer)
        if answer.status != 200 or group.get("groupId") != reference:
            return self._all(messages, Fate.MAYBE, self._why(answer))
        if group.get("status") == "PENDING":  # it may be on its way still: bar it
            answer = self._try("DELETE", f"/{quote(reference)}")
            group = _parsed(answer)
            if answer.status != 200 or group.get("groupId") != reference:
                return self._all(messages, Fate.MAYBE, self._why(answer))
        if group.get("status") == "DELETED" and "dateSent" in group and group["dateSent"] is None:
            return self._all(messages, Fate.NOT_SENT, "중계사에서 발송되지 않은 것을 확인했습니다.")
        if group.get("status") not in ("SENDING", "COMPLETE", "DELETED"):
            return self._all(messages, Fate.MAYBE, f"중계사의 묶음 상태가 {_text(group.get('status'))[:40]}입니다.")
        listed = self._listed(reference, messages)
        if listed is None or (group["status"] == "DELETED" and not listed):
            return self._all(messages, Fate.MAYBE, "중계사의 발송 목록을 확인하지 못했습니다.")
        # Sent without it: nothing is added to a group that was sent.
        never = Report(Fate.NOT_SENT, "중계사의 발송 목록에 없습니다.")
        return {message.key: listed.get(message.key, never) for message in messages}

    def _abandon(self, reference: str, messages: Sequence[Message], answer: Answer) -> Reports:
        """Something went wrong on the way: see what became of the group, and bar it if it was not sent."""
        why, wait = self._why(answer), _seconds(answer.wait)
        return {
            key: Report(Fate.NOT_SENT, why, wait=wait) if report.fate is Fate.NOT_SENT else report
            for key, report in self.ask(reference, messages).items()
        }

    def _listed(self, group: str, messages: Sequence[Message]) -> dict[str, Report] | None:
        """By our key, what is in a group; None when it cannot be read to its end and does not hold all of these."""
        wanted = {message.key for message in messages}
        found: dict[str, Report] = {}
        start: str | None = None
        while True:
            query = urlencode({"limit": PAGE} | ({"startKey": start} if start else {}))
            answer = self._try("GET", f"/{quote(group)}/messages?{query}")
            page = _parsed(answer)
            rows = page.get("messageList")
            if answer.status != 200 or not isinstance(rows, dict):
                return None
            for message_id, row in rows.items():
                if not isinstance(row, dict) or not isinstance(row.get("customFields"), dict):
                    return None
                if key := _text(row["customFields"].get("key")):
                    found[key] = _solapi_report(_text(row.get("statusCode")), _text(row.get("reason")), message_id)
            following = page.get("nextKey")
            if not following:  # a full page without a next one: not the paging we know
                limit = page.get("limit")
                whole = isinstance(limit, int) and len(rows) < limit
                return found if whole or wanted <= found.keys() else None
            if not rows or following == start:
                return None
            start = _text(following)

    def _letter(self, message: Message) -> dict[str, Any]:
        subject = {"subject": message.subject} if message.kind == "LMS" and message.subject else {}
        return {
            "to": message.phone,
            "from": self._sender,
            "text": message.body,
            "type": message.kind,
            "autoTypeDetect": False,
            "customFields": {"key": message.key},
            **subject,
        }

    def _all(self, messages: Sequence[Message], fate: Fate, why: str) -> Reports:
        return {message.key: Report(fate, why) for message in messages}

    def _try(self, method: str, path: str, sent: object = None) -> Answer:
        """As ``_call``, but an answer that cannot be read is an answer too."""
        try:
            return self._call(method, path, sent)
        except GatewayError as error:
            return Answer(0, b"", str(error))

    def _call(self, method: str, path: str, sent: object = None) -> Answer:
        date = f"{datetime.fromtimestamp(self._clock(), UTC):%Y-%m-%dT%H:%M:%SZ}"
        salt = secrets.token_hex(16)  # a signature is good once
        secret = self._secret.get_secret_value().encode()
        signature = hmac.new(secret, (date + salt).encode(), hashlib.sha256).hexdigest()
        key = self._service.key.get_secret_value()
        told = f"HMAC-SHA256 apiKey={key}, date={date}, salt={salt}, signature={signature}"
        return self._ask(method, f"/messages/v4/groups{path}", {"Authorization": told}, sent)


def _solapi_report(code: str, reason: str, message_id: str) -> Report:
    told = f"솔라피 {code} {reason}".strip()
    if code in ("2000", "3000"):
        return Report(Fate.ACCEPTED, provider_id=message_id)
    if code == "4000":
        return Report(Fate.DELIVERED, provider_id=message_id)
    return Report(Fate.REFUSED if code.startswith("1") else Fate.FAILED, told, message_id)


class Sens(_Http):
    """Naver Cloud SENS, SMS v2."""

    name = "sens"
    most = 100

    def __init__(
        self,
        url: str,
        service_id: str,
        access: SecretStr,
        secret: SecretStr,
        sender: str,
        *,
        clock: Callable[[], float] = time.time,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        service = _Service("네이버 클라우드 SENS", url, access, "AX_SENS_URL", "AX_SENS_ACCESS", (secret,))
        super().__init__(service, sender, clock, timeout)
        self._secret = secret
        self._path = f"/sms/v2/services/{quote(service_id, safe=':')}/messages"

    @classmethod
    def of_settings(cls) -> Self:
        s = settings()
        service, access, secret, sender = _needed(
            AX_SENS_SERVICE=s.sens_service,
            AX_SENS_ACCESS=s.sens_access,
            AX_SENS_SECRET=s.sens_secret,
            AX_SMS_SENDER=s.sms_sender,
        )
        return cls(s.sens_url, service, SecretStr(access), SecretStr(secret), sender)

    def open(self) -> str:
        return str(int(self._clock() * 1000))

    def send(self, reference: str, messages: Sequence[Message]) -> Reports:
        kind = messages[0].kind
        letters = [
            {"to": m.phone, "content": m.body, **({"subject": m.subject} if kind == "LMS" else {})} for m in messages
        ]
        sent = {"type": kind, "contentType": "COMM", "countryCode": "82", "from": self._sender}
        sent |= {"content": messages[0].body, "messages": letters}  # type: ignore[dict-item]
        try:
            answer = self._call("POST", self._path, int(reference), sent)
        except GatewayError as error:
            answer = Answer(0, b"", str(error))
        said = _parsed(answer)
        if answer.status == 202 and isinstance(said.get("requestId"), str):
            return {m.key: Report(Fate.ACCEPTED, provider_id=said["requestId"]) for m in messages}
        why = self._why(answer)
        if answer.status == 400 and len(messages) > 1:  # one that it does not like: find it
            half = len(messages) // 2
            return {**self.send(reference, messages[:half]), **self.send(reference, messages[half:])}
        fate = Fate.MAYBE
        if answer.status in (400, 413):
            fate = Fate.REFUSED
        elif answer.status in (UNSENT, 401, 403, 404, 429):
            fate = Fate.NOT_SENT
        return {m.key: Report(fate, why, wait=_seconds(answer.wait)) for m in messages}

    def ask(self, reference: str, messages: Sequence[Message]) -> Reports:
        told: dict[str, Report] = {}
        lost = Report(Fate.MAYBE, "중계사의 발송 목록에 없습니다.")
        for request in sorted({m.provider_id for m in messages if m.provider_id}):
            theirs = [m for m in messages if m.provider_id == request]
            told |= self._look_up({"requestId": request}, theirs, lost)
        if unknown := [m for m in messages if not m.provider_id]:
            told |= self._search(int(reference) / 1000, unknown)
        return told

    def _search(self, signed: float, messages: Sequence[Message]) -> dict[str, Report]:
        """Of those sent without an answer: SENS' clock may be five minutes off ours, and took the signature for five."""
        over = self._clock() > signed + 2 * FRESH + 60
        ends = [datetime.fromtimestamp(signed + side * (FRESH + 60), KST) for side in (-1, 1)]
        start, end = (f"{moment:%Y-%m-%d %H:%M:%S}" for moment in ends)
        lost = Report(Fate.MAYBE, "발송 여부를 중계사에서 아직 확인할 수 없습니다.")
        if over:
            lost = Report(Fate.NOT_SENT, "중계사에서 발송되지 않은 것을 확인했습니다.")
        return self._look_up({"requestStartTime": start, "requestEndTime": end}, messages, lost)

    def _look_up(self, asked: Mapping[str, str], messages: Sequence[Message], lost: Report) -> dict[str, Report]:
        """Each as the list tells it, by number and content; ``lost``: one that a whole list does not hold."""
        told: dict[str, Report] = {}
        try:
            rows = self._list(asked)
        except GatewayError as error:
            return {message.key: Report(Fate.MAYBE, str(error)) for message in messages}
        for message in messages:
            try:
                row = next((row for row in rows if self._same(row, message)), None)
                told[message.key] = _sens_report(row, _text(row.get("requestId"))) if row else lost
            except GatewayError as error:
                told[message.key] = Report(Fate.MAYBE, str(error))
        return told

    def _same(self, row: Mapping[str, Any], message: Message) -> bool:
        """The list need not tell what a message says; then it is asked."""
        if _text(row.get("to")) != message.phone:
            return False
        if not isinstance(row.get("content"), str):
            path = f"{self._path}/{quote(_text(row.get('messageId')), safe='')}"
            row = next(iter(self._rows(self._call("GET", path, int(self._clock() * 1000)))), {})
        return _text(row.get("content")) == message.body

    def _list(self, asked: Mapping[str, str]) -> list[Mapping[str, Any]]:
        """Every page. Raises ``GatewayError`` unless it was read to its end."""
        found: list[Mapping[str, Any]] = []
        for page in range(1000):
            query = urlencode({**asked, "pageIndex": page, "pageSize": PAGE}, quote_via=quote)
            answer = self._call("GET", f"{self._path}?{query}", int(self._clock() * 1000))
            found += self._rows(answer)
            match _parsed(answer).get("hasMore"):
                case False:
                    return found
                case True:
                    continue
            break  # not the paging we know: nothing may be concluded from what is missing
        raise self._service.shape()

    def _rows(self, answer: Answer) -> list[Mapping[str, Any]]:
        rows = _parsed(answer).get("messages")
        if answer.status != 200 or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise GatewayError(self._why(answer))
        return rows

    def _call(self, method: str, path: str, stamp: int, sent: object = None) -> Answer:
        key, secret = self._service.key.get_secret_value(), self._secret.get_secret_value().encode()
        signed = f"{method} {httpx.URL(self._service.url.rstrip('/') + path).raw_path.decode()}\n{stamp}\n{key}"
        signature = base64.b64encode(hmac.new(secret, signed.encode(), hashlib.sha256).digest()).decode()
        headers = {
            "x-ncp-apigw-timestamp": str(stamp),
            "x-ncp-iam-access-key": key,
            "x-ncp-apigw-signature-v2": signature,
        }
        return self._ask(method, path, headers, sent)


def _sens_report(row: Mapping[str, Any], request: str) -> Report:
    if _text(row.get("status")) != "COMPLETED" or not row.get("statusName"):
        return Report(Fate.ACCEPTED, provider_id=request)
    if row["statusName"] == "success":
        return Report(Fate.DELIVERED, provider_id=request)
    return Report(
        Fate.FAILED, f"SENS {_text(row.get('statusCode'))} {_text(row.get('statusMessage'))}".strip(), request
    )


def _parsed(answer: Answer) -> dict[str, Any]:
    """The answer's object; empty when it is none."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isdecimal() else 0.0


def _needed(**wanted: SecretStr | str | None) -> list[str]:
    """The settings' plain values. Raises ``GatewayError`` naming those that are missing."""
    plain = {
        name: (value.get_secret_value() if isinstance(value, SecretStr) else value or "").strip()
        for name, value in wanted.items()
    }
    if missing := [name for name, value in plain.items() if not value]:
        raise GatewayError(
            f"문자 중계사 설정이 없습니다: {', '.join(missing)}. 중계사에서 받은 값을 넣고 발신번호를 등록한 뒤 다시 실행하십시오."
        )
    plain["AX_SMS_SENDER"] = "".join(filter(str.isdecimal, plain["AX_SMS_SENDER"]))
    return list(plain.values())
