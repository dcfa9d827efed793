"""A real HTTP server on loopback that answers as the two official services do, and fails as they do."""

import json
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.stand_in import HttpStandIn

BLOCK_LIST = "/1471000/BlockRawIrdntInfoService/getBlockRawIrdntInfo"
BAD_KEY_XML = (
    "<OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>SERVICE ERROR</errMsg>"
    "<returnAuthMsg>SERVICE_KEY_IS_NOT_REGISTERED_ERROR</returnAuthMsg><returnReasonCode>30</returnReasonCode>"
    "</cmmMsgHeader></OpenAPI_ServiceResponse>"
)
Row = dict[str, Any]


class StandIn(HttpStandIn):
    """Serves ``ingredients`` and ``products`` page by page. ``items``: how a page wraps its rows."""

    def __init__(self, key: str = "stand-in+key/==") -> None:
        super().__init__(key)
        self.ingredients: list[Row] = []
        self.products: list[Row] = []
        self.items = "list"
        self.total: int | None = None
        self.page_limit = 10_000
        self.stuck = False  # every page is the first

    def answer(self, path: str, sent: Any) -> tuple[int, str]:
        return 200, self._answer(path)

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
