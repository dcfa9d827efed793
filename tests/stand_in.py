"""A real HTTP server on loopback that answers as an official service does, and fails as services do."""

import json
import threading
from abc import ABC, abstractmethod
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Loopback(ABC):
    """The server itself. ``faults``: one is taken per request; ``requests``: what was asked, in order."""

    hang = 1.0  # seconds

    def __init__(self, key: str = "stand-in+key/==") -> None:
        self.key = key
        self.faults: deque[str | int | None] = deque()
        self.requests: list[str] = []
        self._stop = threading.Event()

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @abstractmethod
    def _handler(self) -> type[BaseHTTPRequestHandler]:
        """What takes a request."""


class HttpStandIn(Loopback):
    """Answers whoever brings ``key``. ``faults``: None answers properly, a number is an HTTP status, ``hang`` waits, ``drop``
    breaks off in the middle of the body, any other text is the body.
    """

    @abstractmethod
    def answer(self, path: str, sent: Any) -> tuple[int, str]:
        """Status and body. ``path`` with its query; ``sent``: what was posted, else ``None``."""

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._give(None)

            def do_POST(self) -> None:
                self._give(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def _give(self, sent: Any) -> None:
                service.requests.append(self.path)
                fault = service.faults.popleft() if service.faults else None
                if fault == "hang":
                    service._stop.wait(service.hang)
                status, body = (fault, "error") if isinstance(fault, int) else service.answer(self.path, sent)
                if isinstance(fault, str) and fault not in ("hang", "drop"):
                    body = fault
                data = body.encode("utf-8", "surrogatepass")
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(data)))
                    if status == 429:
                        self.send_header("Retry-After", "0")
                    self.end_headers()
                    self.wfile.write(data[: len(data) // 2] if fault == "drop" else data)
                except OSError:
                    pass  # the client no longer waits

            def log_message(self, *_: object) -> None:
                pass

        return Handler
