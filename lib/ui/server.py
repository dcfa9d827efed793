"""What the web server adds to the pages: the Korean font, security headers, a Korean word for unforeseen errors."""

import logging
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime.pages_manager import PagesManager

from lib.settings import DATA

log = logging.getLogger(__name__)
# Streamlit needs inline styles, eval'd chart code and blobs; nothing may come from or go to another host.
POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' ws: wss: data: blob:; "
    "frame-ancestors 'self'; object-src 'none'; base-uri 'self'; form-action 'self'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)


class SecurityHeaders:
    """Adds ``HEADERS`` to every HTTP response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *HEADERS]
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def tell_in_korean(error: Exception) -> bool:
    """Log what went wrong and show one Korean sentence instead of a traceback."""
    log.exception("page failed", exc_info=error)
    st.error("화면을 만드는 중 문제가 생겼습니다. 새로 고친 뒤에도 같으면 관리자에게 시각을 알려 주세요.", icon="⚠️")
    return True


def options() -> dict[str, Any]:
    """Arguments for ``st.App``.

    Until Home.py has run once, Streamlit would take a deep link for a page of the old ``pages/`` kind and show it
    without navigation; here Home.py always runs first.
    """
    PagesManager.uses_pages_directory = False
    return {
        "routes": [Mount("/fonts", StaticFiles(directory=DATA / "fetched", check_dir=False))],
        "middleware": [Middleware(SecurityHeaders)],
        "on_script_error": tell_in_korean,
    }
