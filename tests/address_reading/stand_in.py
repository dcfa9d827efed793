"""A real HTTP server on loopback that answers as the official services of addresses and businesses do, and fails as they do."""

import json
import threading
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

Row = dict[str, Any]
GATEWAY = (
    "<OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>SERVICE ERROR</errMsg><returnAuthMsg>{}</returnAuthMsg>"
    "<returnReasonCode>{}</returnReasonCode></cmmMsgHeader></OpenAPI_ServiceResponse>"
)


class StandIn:
    """Answers whoever brings ``key``. ``faults``: one is taken per request; None answers properly, a number is an HTTP
    status, ``hang`` waits, ``drop`` breaks off in the middle, any other text is the body.
    """

    def __init__(self, key: str = "stand-in+key/==") -> None:
        self.key = key
        self.addresses: dict[str, list[Row]] = {}  # by keyword
        self.shops: dict[str, list[Row]] = {}  # by building id
        self.sellers: dict[str, list[Row]] = {}  # by business number
        self.taxed: dict[str, Row] = {}
        self.faults: deque[str | int | None] = deque()
        self.form = "xml"
        self.counted = True  # whether the shops' answers say how many there are
        self.hang = 0.5
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
                self._give(service._get)

            def do_POST(self) -> None:
                sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self._give(lambda path, asked: service._post(path, asked, sent))

            def _give(self, answer: Callable[[str, dict[str, str]], tuple[int, str]]) -> None:
                service.requests.append(self.path)
                fault = service.faults.popleft() if service.faults else None
                if fault == "hang":
                    service._stop.wait(service.hang)
                split = urlsplit(self.path)
                asked = {name: values[0] for name, values in parse_qs(split.query).items()}
                status, body = (fault, "error") if isinstance(fault, int) else answer(split.path, asked)
                if isinstance(fault, str) and fault not in ("hang", "drop"):
                    body = fault
                data = body.encode()
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

    def _get(self, path: str, asked: dict[str, str]) -> tuple[int, str]:
        if path.startswith("/juso"):
            known = asked["confmKey"] == self.key
            rows = self.addresses.get(asked["keyword"], []) if known else []
            size, page = int(asked["countPerPage"]), int(asked["currentPage"])
            assert asked["resultType"] == "json"
            assert size <= 100
            code = "0" if known else "E0001"
            told = {
                "errorCode": code,
                "errorMessage": "정상" if known else f"승인되지 않은 KEY 입니다. {asked['confmKey']}",
            }
            if known and len(asked["keyword"]) < 2:
                told = {"errorCode": "E0006", "errorMessage": "주소를 상세히 입력해 주시기 바랍니다."}
            part = rows[(page - 1) * size : page * size]
            return 200, json.dumps({"results": {"common": {**told, "totalCount": str(len(rows))}, "juso": part}})
        if asked["serviceKey"] != self.key:
            return 200, GATEWAY.format("SERVICE_KEY_IS_NOT_REGISTERED_ERROR", "30")
        size, page = int(asked["numOfRows"]), int(asked["pageNo"])
        if path == "/sellers":
            assert asked["resultType"] == "json"
            rows = self.sellers.get(asked["brno"], [])
            return 200, json.dumps(
                {"resultCode": "00", "resultMsg": "NORMAL SERVICE", "totalCount": str(len(rows)), "items": rows}
            )
        assert path == "/shops"
        rows = self.shops.get(asked["key"], [])[(page - 1) * size : page * size]
        header = {"resultCode": "00" if rows else "03", "resultMsg": "NORMAL SERVICE" if rows else "NODATA_ERROR"}
        whole = {"totalCount": str(len(self.shops.get(asked["key"], [])))} if self.counted else {}
        if self.form == "json":
            return 200, json.dumps(
                {"header": header, "body": {"items": {"item": rows[0] if len(rows) == 1 else rows}, **whole}}
            )
        leaves = "".join(f"<item>{_leaves(row)}</item>" for row in rows)
        return (
            200,
            f"<response><header>{_leaves(header)}</header><body><items>{leaves}</items>{_leaves(whole)}</body></response>",
        )

    def _post(self, path: str, asked: dict[str, str], sent: Any) -> tuple[int, str]:
        if asked["serviceKey"] != self.key:
            return 401, json.dumps({"code": -4, "msg": "등록되지 않은 인증키 입니다."})
        rows = sent["b_no"] if path == "/tax/status" else sent["businesses"]
        if len(rows) > 100:
            return 413, json.dumps({"status_code": "TOO_LARGE_REQUEST"})
        if path == "/tax/status":
            none = {
                "b_stt": "",
                "b_stt_cd": "",
                "tax_type": "국세청에 등록되지 않은 사업자등록번호입니다.",
                "end_dt": "",
            }
            data = [{"b_no": number, **self.taxed.get(number, none)} for number in rows]
        else:
            data = [
                {
                    "b_no": row["b_no"],
                    "valid": "01" if self.taxed.get(row["b_no"], {}).get("head") == row["p_nm"] else "02",
                }
                for row in rows
            ]
        return 200, json.dumps({"status_code": "OK", "request_cnt": len(rows), "match_cnt": len(data), "data": data})


def _leaves(row: Row) -> str:
    return "".join(f"<{name}>{escape(str(text))}</{name}>" for name, text in row.items())
