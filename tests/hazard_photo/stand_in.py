"""A real HTTP server on loopback that answers as the two official services do, and fails as they do."""

import json
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

BLOCK_LIST = "/1471000/BlockRawIrdntInfoService/getBlockRawIrdntInfo"
BAD_KEY_XML = (
    "<OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>SERVICE ERROR</errMsg>"
    "<returnAuthMsg>SERVICE_KEY_IS_NOT_REGISTERED_ERROR</returnAuthMsg><returnReasonCode>30</returnReasonCode>"
    "</cmmMsgHeader></OpenAPI_ServiceResponse>"
)
Row = dict[str, Any]


class StandIn:
    """Serves ``ingredients`` and ``products`` page by page to whoever brings ``key``.

    ``faults``: one is taken per request; None answers properly, a number is an HTTP status, ``hang`` waits, ``drop``
    breaks off in the middle of the body, any other text is the body. ``items``: how a page wraps its rows.
    """

    def __init__(self, key: str = "stand-in+key/==") -> None:
        self.key = key
        self.ingredients: list[Row] = []
        self.products: list[Row] = []
        self.faults: deque[str | int | None] = deque()
        self.items = "list"
        self.total: int | None = None
        self.page_limit = 10_000
        self.stuck = False  # every page is the first
        self.hang = 1.0
        self.requests: list[str] = []
        self._stop = threading.Event()

    def __enter__(self) -> "StandIn":
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

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.requests.append(self.path)
                fault = service.faults.popleft() if service.faults else None
                if fault == "hang":
                    service._stop.wait(service.hang)
                status, body = (fault, "error") if isinstance(fault, int) else (200, service._answer(self.path))
                if isinstance(fault, str) and fault not in ("hang", "drop"):
                    body = fault
                data = body.encode("utf-8", "surrogatepass")
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data[: len(data) // 2] if fault == "drop" else data)
                except OSError:
                    pass  # the client no longer waits

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def _answer(self, path: str) -> str:
        split = urlsplit(path)
        if split.path == BLOCK_LIST:
            asked = {name: values[0] for name, values in parse_qs(split.query).items()}
            if asked.get("serviceKey") != self.key:
                return BAD_KEY_XML
            if asked.get("type") != "json":
                return "<response/>"
            return json.dumps(self._ingredients(int(asked["pageNo"]), int(asked["numOfRows"])))
        key, service, form, start, end = split.path.removeprefix("/api/").split("/")
        if unquote(key) != self.key:
            return json.dumps({"RESULT": {"CODE": "INFO-100", "MSG": f"인증키 {unquote(key)}가 유효하지 않습니다."}})
        assert (service, form) == ("I2715", "json")
        assert int(end) - int(start) < 1000
        return json.dumps(self._products(int(start), int(end)))

    def _ingredients(self, page: int, size: int) -> Any:
        size = min(size, self.page_limit)
        first = 0 if self.stuck else (page - 1) * size
        rows = self.ingredients[first : first + size]
        items: Any = {
            "list": rows,
            "item": {"item": rows[0] if len(rows) == 1 else rows},
            "each": [{"item": row} for row in rows],
            "response": rows,
        }[self.items]
        total = len(self.ingredients) if self.total is None else self.total
        answer = {
            "header": {"resultCode": "00", "resultMsg": "NORMAL SERVICE."},
            "body": {"pageNo": page, "numOfRows": size, "totalCount": total, "items": items if rows else ""},
        }
        return {"response": answer} if self.items == "response" else answer

    def _products(self, start: int, end: int) -> Any:
        rows = self.products[start - 1 : end][: self.page_limit]
        if not rows:
            return {"I2715": {"total_count": "0", "RESULT": {"CODE": "INFO-200", "MSG": "해당하는 데이터가 없습니다."}}}
        total = len(self.products) if self.total is None else self.total
        return {
            "I2715": {
                "total_count": str(total),
                "row": rows,
                "RESULT": {"CODE": "INFO-000", "MSG": "정상처리되었습니다."},
            }
        }
