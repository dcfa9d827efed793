"""A real HTTP server on loopback that answers as the official services of addresses and businesses do, and fails as they do."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from tests.stand_in import HttpStandIn

Row = dict[str, Any]
GATEWAY = (
    "<OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>SERVICE ERROR</errMsg><returnAuthMsg>{}</returnAuthMsg>"
    "<returnReasonCode>{}</returnReasonCode></cmmMsgHeader></OpenAPI_ServiceResponse>"
)


class StandIn(HttpStandIn):
    """The services of addresses and businesses. ``form``: what the shops' service answers in."""

    hang = 0.5

    def __init__(self, key: str = "stand-in+key/==") -> None:
        super().__init__(key)
        self.addresses: dict[str, list[Row]] = {}  # by keyword
        self.shops: dict[str, list[Row]] = {}  # by building id
        self.sellers: dict[str, list[Row]] = {}  # by business number
        self.taxed: dict[str, Row] = {}
        self.form = "xml"
        self.counted = True  # whether the shops' answers say how many there are

    def answer(self, path: str, sent: Any) -> tuple[int, str]:
        split = urlsplit(path)
        asked = {name: values[0] for name, values in parse_qs(split.query).items()}
        return self._get(split.path, asked) if sent is None else self._post(split.path, asked, sent)

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
