"""What the web server adds to the pages: the Korean font, security headers, a Korean word for unforeseen errors."""

import logging
import os
import re
import secrets
import socket
import sys
import time
from functools import lru_cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.auth_util import get_secrets_auth_section
from streamlit.runtime import memory_media_file_storage
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.pages_manager import PagesManager

from lib import quiet
from lib.settings import DATA

log = logging.getLogger(__name__)
# Streamlit needs inline styles, eval'd chart code and blobs; nothing may come from or go to another host. Older browsers
# do not take 'self' for the websocket of the same host, so it is named.
POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' {sockets}data: blob:; "
    "frame-ancestors 'self'; object-src 'none'; base-uri 'self'; form-action 'self'"
)
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"SAMEORIGIN"),
)
FETCHED = 120.0  # seconds a browser has to fetch a file made for it
WANTED = "ax_wanted"  # cookie: the page asked for before the login
LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
EXPOSED = (
    "로그인 설정([auth]) 없이 다른 컴퓨터에 열 수 없습니다(여는 주소: {}). 이 컴퓨터에서만 쓰려면 --server.address 127.0.0.1로 시작하고, "
    "사무실 망에 열려면 .streamlit/secrets.toml에 [auth]를 설정하십시오."
)


def exposed() -> str:
    """Korean: why the suite must not be served as it is set up; "" where it may: on this computer alone, or behind a login."""
    if get_secrets_auth_section():
        return ""
    address = config.get_option("server.address")
    if address and address.startswith("unix://"):
        return ""
    return "" if address and _loopback(address) else EXPOSED.format(address or "모든 주소")


@lru_cache(maxsize=8)
def _loopback(address: str) -> bool:
    """Whether all an address stands for is this computer; asked once, for every page asks."""
    try:
        found = {str(one[4][0]) for one in socket.getaddrinfo(address, None)}
        return all(ip_address(one.partition("%")[0]).is_loopback for one in found)
    except (OSError, ValueError):
        return False


def policy(host: str) -> bytes:
    """The content security policy of a page reached under ``host``."""
    named = re.fullmatch(r"[\w.:\[\]-]+", host, re.ASCII)
    return POLICY.format(sockets=f"ws://{host} wss://{host} " if named else "").encode()


def local_only(host: str, origin: str | None) -> bool:
    """Whether a request names this computer, and comes from no other page: without a login, neither a page of the internet nor
    another program's page on this computer may drive the suite.
    """
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    ours = origin is None or urlsplit(origin).netloc.lower() == host.lower()
    return ours and name.lower() in LOCAL | {str(config.get_option("browser.serverAddress")).lower()}


class SecurityHeaders:
    """Adds ``HEADERS`` and the policy to every HTTP response; without a login only this computer's own pages are answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = {name: value.decode("latin-1") for name, value in scope.get("headers", ())}
        host = asked.get(b"host", "")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = (*HEADERS, (b"content-security-policy", policy(host)))
                message["headers"] = [*message.get("headers", []), *told]
            await send(message)

        guarded = scope["type"] in ("http", "websocket") and not get_secrets_auth_section()
        if guarded and not local_only(host, asked.get(b"origin")):
            refusal = PlainTextResponse("이 주소로는 열 수 없습니다.", 403)
            await refusal(scope, receive, send_with_headers if scope["type"] == "http" else send)
            return
        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class ComeBack:
    """After the login the page somebody asked for is opened, not the front hall: Streamlit itself forgets it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request, cookie = Request(scope), b""
        if request.url.path.endswith("/auth/login"):
            wanted = urlsplit(request.headers.get("referer", ""))
            if wanted.netloc == request.headers.get("host") and wanted.path != "/":
                where = quote(wanted.path + (f"?{wanted.query}" if wanted.query else ""), safe="")
                cookie = f"{WANTED}={where}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax".encode()
        elif request.url.path == "/" and WANTED in request.cookies:
            where = unquote(request.cookies[WANTED])
            if re.fullmatch(r"/\w[\w/-]*(\?[^\s\\]*)?", where):  # a page of ours, nowhere else
                back = RedirectResponse(where, 302)
                back.delete_cookie(WANTED)
                await back(scope, receive, send)
                return

        async def send_with_cookie(message: Message) -> None:
            if cookie and message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (b"set-cookie", cookie)]
            await send(message)

        await self.app(scope, receive, send_with_cookie)


class FilesToFetch(memory_media_file_storage.MemoryMediaFileStorage):
    """Files stay until the browser can have fetched them. Streamlit counts one made on demand as nobody's, and drops it after the
    next two runs of whatever page: among twenty officers before a browser has asked for it.
    """

    def __init__(self, media_endpoint: str) -> None:
        super().__init__(media_endpoint)
        self._dropped: dict[str, float] = {}

    def load_and_get_id(self, *told: Any, **named: Any) -> str:
        file_id = super().load_and_get_id(*told, **named)
        self._dropped.pop(file_id, None)
        return file_id

    def delete_file(self, file_id: str) -> None:
        now, file = time.monotonic(), self._files_by_id.get(file_id)
        if file is not None and file.kind == MediaFileKind.DOWNLOADABLE:
            self._dropped.setdefault(file_id, now)
        else:
            super().delete_file(file_id)
        for one in [one for one, at in self._dropped.items() if at < now - FETCHED]:
            del self._dropped[one]
            super().delete_file(one)


def tell_in_korean(error: Exception) -> bool:
    """Log what went wrong and show one Korean sentence instead of a traceback."""
    number = secrets.token_hex(3).upper()
    log.error("page failed, told as %s", number, exc_info=error)
    st.error(
        f"화면을 만드는 중 문제가 생겼습니다. 새로 고친 뒤에도 같으면 관리자에게 오류 번호 {number}을(를) 알려 주십시오.",
        icon="⚠️",
    )
    return True


def options() -> dict[str, Any]:
    """Arguments for ``st.App``.

    Until Home.py has run once, Streamlit would take a deep link for a page of the old ``pages/`` kind and show it
    without navigation; here Home.py always runs first. Ends the program where it would be open to others without a login.
    """
    if reason := exposed():
        print(f"시작하지 않았습니다. {reason}", file=sys.stderr, flush=True)
        os._exit(2)  # from within the server's own start nothing gentler ends it
    PagesManager.uses_pages_directory = False
    memory_media_file_storage.MemoryMediaFileStorage = FilesToFetch  # type: ignore[misc]
    quiet.errors()
    return {
        "routes": [Mount("/fonts", StaticFiles(directory=DATA / "fetched", check_dir=False))],
        "middleware": [Middleware(SecurityHeaders), Middleware(ComeBack)],
        "on_script_error": tell_in_korean,
        **_secrets(),
    }


def _secrets() -> dict[str, Any]:
    """The login's settings, with the access token kept: with it the login server is asked for roles at every run."""
    auth = get_secrets_auth_section()
    return {"secrets": {"auth": {**auth.to_dict(), "expose_tokens": ["access"]}}} if auth else {}
