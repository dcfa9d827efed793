"""Solapi and Naver SENS on loopback: right by their published rules, and failing in every way a service can.

``out`` is the truth of it: how often each text went to each phone.
"""

import base64
import hashlib
import hmac
import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from lib.casework import KST
from tests.stand_in import Loopback

Row = dict[str, Any]
ACCESS, SECRET, SERVICE = "access-key-1", "top-secret/1+2==", "ncp:sms:kr:1234:office"
# Before it does anything: refuse 403, 429 and 500, break off (lost), wait (hang: and then does it, though nobody
# listens any more). After it did all: answer 500 (late), break off (drop), another body (garbage), wait (slow).
# The whole request twice, as a proxy would (twice).
FAULTS: tuple[str | int, ...] = (403, 429, 500, "lost", "hang", "late", "drop", "garbage", "slow", "twice")


class SmsStandIn(Loopback):
    """``rate``: of requests that meet a fault of ``kinds``, picked by ``luck``; ``faults`` come first, one a request.

    ``watch`` is called with "before" and "after" around what each request that changes anything does.
    """

    hang = 0.5

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__(SECRET)
        self.clock = clock
        self.luck, self.rate, self.kinds = random.Random(0), 0.0, FAULTS
        self.watch: Callable[[str], None] = lambda moment: None
        self.out: Counter[tuple[str, str]] = Counter()
        self.refused: set[str] = set()  # phones that are not taken
        self.dead: set[str] = set()  # phones that are never reached
        self.groups: dict[str, Row] = {}
        self.sms: list[Row] = []
        self.page = 1000  # rows a page of SENS at most
        self.terse, self.echo = False, False  # lists of SENS without contents; with each row twice
        self.used: set[str] = set()  # signatures
        self.troubles: list[str] = []  # requests that broke a rule
        self._state = threading.RLock()

    def arrive(self) -> None:
        """Time passes: what was taken reaches its phone, or fails for good."""
        for group in self.groups.values():
            if group["status"] == "SENDING":
                group["status"] = "COMPLETE"
                for row in group["rows"].values():
                    if row["statusCode"] == "2000":
                        row["statusCode"] = "3040" if row["to"] in self.dead else "4000"
        for row in self.sms:
            failed = row["to"] in self.dead
            row |= {"status": "COMPLETED", "statusName": "fail" if failed else "success"}
            row |= {"statusCode": "3001" if failed else "0", "statusMessage": "결번" if failed else "성공"}

    def reply(self, method: str, path: str, headers: Any, sent: Any) -> tuple[int, str]:
        if method != "GET":
            self.watch("before")
        with self._state:
            status, body = (self._solapi if path.startswith("/messages/v4/groups") else self._sens)(
                method, path, headers, sent
            )
        if method != "GET":
            self.watch("after")
        return status, json.dumps(body, ensure_ascii=False)

    # Solapi

    def _solapi(self, method: str, path: str, headers: Any, sent: Any) -> tuple[int, Row]:
        known = re.fullmatch(
            r"HMAC-SHA256 apiKey=(\S+), date=(\S+), salt=(\S{12,64}), signature=([0-9a-f]{64})",
            headers.get("Authorization", ""),
        )
        if not known:
            return 403, {"errorCode": "InvalidAPIKey", "errorMessage": headers.get("Authorization", "")}
        key, date, salt, signature = known.groups()
        made = hmac.new(SECRET.encode(), f"{date}{salt}".encode(), hashlib.sha256).hexdigest()
        if key != ACCESS or made != signature:
            return 403, {"errorCode": "SignatureDoesNotMatch", "errorMessage": f"{key} {SECRET}"}
        signed = datetime.strptime(date, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
        if abs(self.clock() - signed) > 900:
            return 403, {"errorCode": "RequestTimeTooSkewed", "errorMessage": "시간 차이"}
        if signature in self.used:
            return 403, {"errorCode": "DuplicatedSignature", "errorMessage": "재사용"}
        self.used.add(signature)
        split = urlsplit(path)
        name, _, rest = split.path.removeprefix("/messages/v4/groups").strip("/").partition("/")
        if method == "POST" and not name:
            group = {"groupId": f"G4V{len(self.groups):06d}", "status": "PENDING", "dateSent": None, "rows": {}}
            self.groups[group["groupId"]] = group
            return 200, self._shown(group)
        group = self.groups.get(name)
        if group is None:
            return 404, {"errorCode": "ResourceNotFound", "errorMessage": "해당 그룹이 없음"}
        if method == "GET" and not rest:
            return 200, self._shown(group)
        if method == "GET":
            return 200, self._solapi_page(group["rows"], {k: v[0] for k, v in parse_qs(split.query).items()})
        if method == "DELETE":
            group["status"] = "DELETED"
            return 200, self._shown(group)
        if group["status"] != "PENDING":
            return 400, {"errorCode": "NotSendable", "errorMessage": f"묶음이 {group['status']} 상태입니다."}
        if method == "PUT":
            return 200, self._add(group, sent["messages"])
        group |= {"status": "SENDING", "dateSent": date}
        for row in group["rows"].values():
            if row["statusCode"] == "2000":
                self.out[row["to"], row["text"]] += 1
        return 200, self._shown(group)

    def _add(self, group: Row, letters: list[Row]) -> Row:
        results = []
        for letter in letters:
            subject = letter.get("subject", "")
            wrong = (
                "1062" if letter["to"] in self.refused
                else "1029" if not _korean(letter["text"] + subject)
                else "1031" if len(letter["text"].encode("euc-kr")) > {"SMS": 90, "LMS": 2000}[letter["type"]]
                else "1013" if subject and letter["type"] == "SMS"
                else "1014" if len(subject.encode("euc-kr")) > 40
                else "1032" if any(len(k) > 30 or len(v) > 100 for k, v in letter["customFields"].items())
                else ""
            )  # fmt: skip
            if wrong not in ("", "1062"):
                self.troubles.append(wrong)
            row = {**letter, "messageId": f"M4V{len(group['rows']):06d}", "statusCode": wrong or "2000", "reason": None}
            group["rows"][row["messageId"]] = row
            results.append({"to": letter["to"], "statusCode": row["statusCode"], "statusMessage": ""})
        return {"errorCount": sum(r["statusCode"] != "2000" for r in results), "resultList": results}

    def _solapi_page(self, rows: Row, asked: dict[str, str]) -> Row:
        names, limit = list(rows), min(int(asked.get("limit", "20")), self.page)
        start = names.index(asked["startKey"]) if "startKey" in asked else 0
        following = names[start + limit] if start + limit < len(names) else None
        some = {name: rows[name] for name in names[start : start + limit]}
        return {"startKey": asked.get("startKey"), "limit": limit, "messageList": some, "nextKey": following}

    @staticmethod
    def _shown(group: Row) -> Row:
        return {name: value for name, value in group.items() if name != "rows"}

    # SENS

    def _sens(self, method: str, path: str, headers: Any, sent: Any) -> tuple[int, Row]:
        stamp = headers.get("x-ncp-apigw-timestamp", "0")
        signed = f"{method} {path}\n{stamp}\n{headers.get('x-ncp-iam-access-key')}"
        made = base64.b64encode(hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).digest()).decode()
        if headers.get("x-ncp-iam-access-key") != ACCESS or headers.get("x-ncp-apigw-signature-v2") != made:
            return 401, {"error": {"errorCode": "200", "message": f"Authentication Failed {ACCESS} {SECRET}"}}
        if abs(self.clock() * 1000 - int(stamp)) > 300_000:
            return 401, {"error": {"errorCode": "200", "message": "Expired timestamp"}}
        split = urlsplit(path)
        home = f"/sms/v2/services/{SERVICE}/messages"
        if unquote(split.path) == home and method == "POST":
            return self._take(sent)
        if unquote(split.path) == home:
            return self._sens_page({k: v[0] for k, v in parse_qs(split.query, strict_parsing=True).items()})
        rows = [row for row in self.sms if row["messageId"] == split.path.rpartition("/")[2]]
        return (200, {"statusCode": "200", "statusName": "success", "messages": rows}) if rows else (404, {})

    def _take(self, sent: Row) -> tuple[int, Row]:
        letters = sent["messages"]
        most = {"SMS": 90, "LMS": 2000}[sent["type"]]
        if len(letters) > 100 or any(not letter["to"].isdecimal() for letter in letters):
            self.troubles.append("request")
        for letter in letters:
            subject = letter.get("subject", "")
            if not _korean(letter["content"] + subject) or (subject and sent["type"] == "SMS"):
                self.troubles.append("characters")
            elif len(letter["content"].encode("euc-kr")) > most or len(subject.encode("euc-kr")) > 40:
                self.troubles.append("bytes")
        if any(letter["to"] in self.refused for letter in letters):
            return 400, {"status": 400, "error": "Bad Request", "message": "수신번호 오류"}
        request, at = f"RSLA-{len(self.sms)}", f"{datetime.fromtimestamp(self.clock(), KST):%Y-%m-%d %H:%M:%S}"
        for letter in letters:
            self.out[letter["to"], letter["content"]] += 1
            self.sms.append(
                {
                    "requestId": request, "messageId": f"m-{len(self.sms)}", "requestTime": at, "type": sent["type"],
                    "from": sent["from"], "to": letter["to"], "content": letter["content"], "status": "PROCESSING",
                }
            )  # fmt: skip
        return 202, {"requestId": request, "requestTime": at, "statusCode": "202", "statusName": "success"}

    def _sens_page(self, asked: dict[str, str]) -> tuple[int, Row]:
        if "requestId" in asked:
            rows = [row for row in self.sms if row["requestId"] == asked["requestId"]]
        elif {"requestStartTime", "requestEndTime"} <= asked.keys():
            rows = [r for r in self.sms if asked["requestStartTime"] <= r["requestTime"] <= asked["requestEndTime"]]
        else:
            return 400, {"status": 400, "error": "Bad Request"}
        rows = [row for row in rows if asked.get("to", row["to"]) == row["to"]]
        rows = [row for row in rows for _ in range(1 + self.echo)]
        size, page = min(int(asked["pageSize"]), self.page), int(asked["pageIndex"])
        part = [{k: v for k, v in row.items() if k != "content" or not self.terse} for row in rows]
        more = len(rows) > (page + 1) * size
        return 200, {"statusCode": "200", "messages": part[page * size : (page + 1) * size], "hasMore": more}

    # HTTP

    def _fault(self) -> str | int | None:
        with self._state:
            if self.faults:
                return self.faults.popleft()
            return self.luck.choice(self.kinds) if self.luck.random() < self.rate else None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def _give(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                sent = json.loads(body) if body else None
                service.requests.append(f"{self.command} {self.path}")
                fault = service._fault()
                if fault == "lost":
                    return
                if fault == "hang":
                    service._stop.wait(service.hang)
                if isinstance(fault, int):
                    status, answer = fault, json.dumps({"errorCode": "Fault", "errorMessage": "오류"})
                else:
                    for _ in range(1 + (fault == "twice")):
                        status, answer = service.reply(self.command, self.path, self.headers, sent)
                if fault == "slow":
                    service._stop.wait(service.hang)
                if fault == "drop":
                    return
                if fault == "late":
                    status = 500
                if fault == "garbage":
                    answer = random.Random(len(service.requests)).choice(
                        ["", "<html>", "[]", '{"a":', '{"status": {}}']
                    )
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(answer.encode())))
                    if status == 429:
                        self.send_header("Retry-After", "90")
                    self.end_headers()
                    self.wfile.write(answer.encode())
                except OSError:
                    pass  # the client no longer waits

            do_GET = do_POST = do_PUT = do_DELETE = _give

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def _korean(text: str) -> bool:
    """In KS X 1001, each character in at most two bytes."""
    try:
        return all(len(character.encode("euc-kr")) <= 2 for character in text)
    except UnicodeEncodeError:
        return False
