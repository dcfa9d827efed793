"""A real HTTP server on loopback that answers as UNI-PASS 화물통관진행정보 (API001) does, and fails as it might."""

import threading
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from tests.stand_in import HttpStandIn

Row = dict[str, str]


def body(inside: str, count: int | None, notice: str = "") -> str:
    told = "" if count is None else f"<tCnt>{count}</tCnt>"
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cargCsclPrgsInfoQryRtnVo>'
        f"<ntceInfo>{escape(notice)}</ntceInfo>{told}{inside}</cargCsclPrgsInfoQryRtnVo>"
    )


def refusal(notice: str) -> str:
    return body("", -1, notice)


class StandIn(HttpStandIn):
    """``cargos``: general fields by cargo number; ``steps``: what happened to it, oldest first; ``raw``: answers sent as they
    are, one per request, before any fault; ``retry_after``: what a 429 asks for; ``slow``: seconds before each answer;
    ``most_at_once``: requests that waited for theirs together.
    """

    hang = 0.4

    def __init__(self, key: str = "stand-in+key/==") -> None:
        super().__init__(key)
        self.cargos: dict[str, Row] = {}
        self.steps: dict[str, list[Row]] = {}
        self.raw: list[bytes] = []
        self.retry_after = "0"
        self.slow = 0.0
        self.most_at_once = self._at_once = 0
        self._count = threading.Lock()

    def add(self, number: str, *steps: Row, **general: str) -> None:
        self.cargos[number] = {"cargMtNo": number, "shcoFlcoSgn": "KE", "cargTp": "수입 일반화물"} | general
        self.steps[number] = list(steps)

    @property
    def asked(self) -> list[str]:
        """What each request asked for, in their order."""
        queries = [parse_qs(urlsplit(path).query) for path in self.requests]
        return [query["cargMtNo"][0] if "cargMtNo" in query else query["mblNo"][0] for query in queries]

    def answer(self, path: str, sent: Any) -> tuple[int, str]:
        split = urlsplit(path)
        asked = {name: values[0] for name, values in parse_qs(split.query).items()}
        if split.path != "/rest/cargCsclPrgsInfoQry/retrieveCargCsclPrgsInfo":
            return 404, "<html>없는 주소</html>"
        if asked.get("crkyCn") != self.key:
            return 200, refusal(f"존재하지 않는 인증키입니다. {asked.get('crkyCn')}")
        if len(asked.get("cargMtNo", "")) < 15 and not (asked.get("mblNo") and asked.get("blYy")):
            return 200, refusal(
                "[화물관리번호(cargMtNo)], [Master B/L번호(mblNo)과 BL년도(blYy)] 중 한가지는 필수입력입니다."
            )
        found = [
            row
            for row in self.cargos.values()
            if (
                row["cargMtNo"].startswith(asked["cargMtNo"])
                if "cargMtNo" in asked
                else row.get("mblNo") == asked["mblNo"]
            )
            and ("blYy" not in asked or row["cargMtNo"].startswith(asked["blYy"][2:]))
        ]
        if not found:
            return 200, body("", 0)
        if len(found) > 1:
            short = [{name: row.get(name, "") for name in ("cargMtNo", "mblNo", "hblNo", "prgsStts")} for row in found]
            return 200, body(
                "".join(map(_cargo, short)),
                len(found),
                "[N00] 조회 결과가 다건입니다. 화물관리번호로 조회하시기 바랍니다.",
            )
        steps = self.steps[found[0]["cargMtNo"]]
        inside = "".join(
            f"<cargCsclPrgsInfoDtlQryVo>{_leaves(step)}</cargCsclPrgsInfoDtlQryVo>" for step in reversed(steps)
        )
        return 200, body(_cargo(found[0]) + inside, len(steps))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service, plain = self, super()._handler()

        class Handler(plain):  # type: ignore[valid-type, misc]
            def _give(self, sent: Any) -> None:
                with service._count:
                    service._at_once += 1
                    service.most_at_once = max(service.most_at_once, service._at_once)
                    raw = service.raw.pop(0) if service.raw else None
                service._stop.wait(service.slow)
                with service._count:  # before it answers: what comes after may overlap with the next request
                    service._at_once -= 1
                if raw is None:
                    super()._give(sent)
                else:
                    service.requests.append(self.path)
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(raw)))
                    self.end_headers()
                    self.wfile.write(raw)

            def send_header(self, keyword: str, value: str) -> None:
                super().send_header(keyword, service.retry_after if keyword == "Retry-After" else value)

        return Handler


def _cargo(row: Row) -> str:
    return f"<cargCsclPrgsInfoQryVo>{_leaves(row)}</cargCsclPrgsInfoQryVo>"


def _leaves(row: Row) -> str:
    return "".join(f"<{name}>{escape(text)}</{name}>" for name, text in row.items())
