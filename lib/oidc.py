"""What the login server says of somebody right now: asked at every run, so that a role or an account taken away counts at once."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import httpx

MOST_BYTES = 256 * 1024
SECONDS = 5.0


class LoginOver(Exception):
    """The login server no longer knows this login."""


class LoginUnsure(Exception):
    """The login server cannot be asked; the message is Korean."""


def claims(metadata_url: str, token: str, subject: str) -> Mapping[str, Any] | None:
    """The claims of the one who holds ``token``; None where this server has no such service. Raises ``LoginOver``, ``LoginUnsure``."""
    endpoint = _endpoint(metadata_url)
    if not endpoint:
        return None
    told = _asked(endpoint, {"Authorization": f"Bearer {token}"})
    if told.get("sub") != subject:  # OpenID Connect Core 5.3.2: else the answer must not be used
        raise LoginOver
    return told


@lru_cache(maxsize=8)
def _endpoint(metadata_url: str) -> str:
    return str(_asked(metadata_url, {}).get("userinfo_endpoint") or "")


@lru_cache(maxsize=1)
def _client() -> httpx.Client:
    return httpx.Client(timeout=SECONDS, follow_redirects=False)


def _asked(url: str, headers: Mapping[str, str]) -> Mapping[str, Any]:
    try:
        with _client().stream("GET", url, headers={"Accept": "application/json", **headers}) as answer:
            body = b""
            for part in answer.iter_bytes():
                body += part
                if len(body) > MOST_BYTES:
                    break
        if answer.status_code in (400, 401, 403):
            raise LoginOver
        answer.raise_for_status()
        told = httpx.Response(200, content=body).json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        raise LoginUnsure(
            "로그인 서버에 권한을 확인하지 못해 화면을 열지 않았습니다. 잠시 뒤 새로 고치고, 계속되면 관리자에게 알리십시오."
        ) from None
    if not isinstance(told, dict):
        raise LoginUnsure("로그인 서버의 응답을 알아볼 수 없습니다. 관리자에게 알리십시오.")
    return told
