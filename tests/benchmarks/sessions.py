"""An officer's browser without the browser: Streamlit's own messages over a real websocket, so that twenty fit beside the server."""

import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pyarrow as pa
from streamlit.proto.AppPage_pb2 import AppPage
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect
from websockets.typing import Subprotocol

PATIENCE = 60.0  # seconds until a page that does not stand is said to hang


class Hangs(Exception):
    """The page did not stand in time."""


@dataclass
class Session:
    """One open page. ``elements``: what stands on it, by place; ``pages``: where the navigation leads."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.url, cookies=self.cookies, timeout=PATIENCE)
        self.http.get("/_stcore/health")  # brings the token every upload must show
        self.http.get("/_stcore/host-config")
        self._token = self.http.cookies.get("_streamlit_xsrf") or ""
        cookies = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        self._socket = connect(
            self.url.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=[Subprotocol("streamlit"), Subprotocol(self._token or "none")],
            additional_headers={"Cookie": cookies},
            origin=self.url,  # type: ignore[arg-type]
            max_size=None,
            open_timeout=PATIENCE,
        )
        self.elements: dict[tuple[int, ...], Element] = {}
        self.pages: dict[str, AppPage] = {}
        self.page = self.session_id = self.redirect = ""  # ``redirect``: where the page sends the browser
        self._runs: dict[tuple[int, ...], tuple[str, str]] = {}  # place -> (run, fragment)
        self._values: dict[str, WidgetState] = {}
        self._again: dict[str, tuple[float, float]] = {}  # fragment -> (every so many seconds, next at)
        self._answers: list[ForwardMsg] = []

    def open(self, page: str = "") -> None:
        """Ask for a page by the path in its address; "" is the first."""
        found = next((one for one in self.pages.values() if one.url_pathname == page), None)
        self._values.clear()
        self._ask(page_name=page, page_script_hash=found.page_script_hash if found else "")

    def give(self, *values: WidgetState) -> None:
        """One act of the officer: these widgets get these values, and the page runs."""
        for one in values:
            self._values[one.id] = one
        self._ask(page_script_hash=self.page)
        for one in values:
            if one.WhichOneof("value") in ("trigger_value", "chat_input_value", "string_trigger_value"):
                del self._values[one.id]

    def rest(self, seconds: float, off: threading.Event) -> None:
        """Read the page for so long; what refreshes itself does so."""
        until = time.monotonic() + seconds
        while (now := time.monotonic()) < until and not off.is_set():
            due = [fragment for fragment, (_, at) in self._again.items() if at <= now]
            for fragment in due:
                every, _ = self._again[fragment]
                self._again[fragment] = (every, now + every)
                self._ask(page_script_hash=self.page, fragment_id=fragment, is_auto_rerun=True)
            off.wait(min(0.2, max(0.0, until - time.monotonic())))

    @property
    def waits(self) -> bool:
        """Whether something on the page goes on and refreshes itself."""
        return bool(self._again)

    def upload(self, uploader: str, name: str, content: bytes) -> WidgetState:
        """Hand a file to the server as the browser does; the value its widget then has."""
        asked = BackMsg()
        asked.file_urls_request.request_id = uuid4().hex
        asked.file_urls_request.file_names.append(name)
        asked.file_urls_request.session_id = self.session_id
        (urls,) = self._answer(asked).file_urls_response.file_urls
        sent = self.http.put(urls.upload_url, files={"file": (name, content)}, headers={"X-Xsrftoken": self._token})
        sent.raise_for_status()
        value = WidgetState(id=uploader)
        info = value.file_uploader_state_value.uploaded_file_info.add()
        info.file_id, info.name, info.size = urls.file_id, name, len(content)
        info.file_urls.CopyFrom(urls)
        return value

    def download(self, button: Any) -> bytes:
        """What a download button gives. Raises as ``made``."""
        return self.http.get(self.made(button)).raise_for_status().content

    def made(self, button: Any) -> str:
        """Where the file of a download button can be fetched, once it is made. Raises ``ValueError`` where it is refused."""
        asked = BackMsg()
        asked.backend_operation_request.request_id = uuid4().hex
        asked.backend_operation_request.session_id = self.session_id
        asked.backend_operation_request.deferred_file.file_id = button.deferred_file_id
        told = self._answer(asked).backend_operation_response
        if told.error_msg:
            raise ValueError(told.error_msg)
        return str(told.deferred_file.url)

    def all(self, kind: str) -> list[Any]:
        """What stands on the page of a kind (``button``, ``dataframe`` ...), in the page's order."""
        shown = (self.elements[place] for place in sorted(self.elements))
        return [getattr(one, kind) for one in shown if one.WhichOneof("type") == kind]

    def _answer(self, asked: BackMsg) -> ForwardMsg:
        self._socket.send(asked.SerializeToString())
        while not self._answers:
            self._take(self._socket.recv(PATIENCE))
        return self._answers.pop()

    def close(self) -> None:
        self._socket.close()
        self.http.close()

    def _ask(self, **state: Any) -> None:
        asked = BackMsg()
        for name, value in state.items():
            setattr(asked.rerun_script, name, value)
        asked.rerun_script.widget_states.widgets.extend(self._values.values())
        asked.rerun_script.context_info.timezone = "Asia/Seoul"
        asked.rerun_script.context_info.locale = "ko-KR"
        self._socket.send(asked.SerializeToString())
        until = time.monotonic() + PATIENCE
        while True:
            try:
                message = self._take(self._socket.recv(max(0.0, until - time.monotonic())))
            except TimeoutError:
                raise Hangs(self.page) from None
            over = message.WhichOneof("type") == "script_finished"
            if over and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return

    def _take(self, data: str | bytes) -> ForwardMsg:
        message = ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())
        match message.WhichOneof("type"):
            case "new_session":
                new, run = message.new_session, message.metadata.run
                self._run, self._fragments = run.script_run_id, set(run.fragment_ids)
                self.page = new.page_script_hash
                self.session_id = new.initialize.session_id or self.session_id
                if not self._fragments:
                    self._again.clear()
            case "navigation":
                self.pages = {one.page_script_hash: one for one in message.navigation.app_pages}
                self.page = message.navigation.page_script_hash or self.page
            case "delta":
                place = tuple(message.metadata.delta_path)
                self._runs[place] = (self._run, message.delta.fragment_id)
                if message.delta.WhichOneof("type") == "new_element":
                    self.elements[place] = new = message.delta.new_element
                    widget = getattr(new, new.WhichOneof("type") or "empty")
                    if getattr(widget, "set_value", False):  # the server's word, not the officer's
                        self._values.pop(widget.id, None)
                else:
                    self.elements.pop(place, None)
            case "auto_rerun":
                one = message.auto_rerun
                self._again[one.fragment_id] = (one.interval, time.monotonic() + one.interval)
            case "stop_auto_rerun":
                for fragment in message.stop_auto_rerun.fragment_ids:
                    self._again.pop(fragment, None)
            case "file_urls_response" | "backend_operation_response":
                self._answers.append(message)
            case "auth_redirect":
                self.redirect = message.auth_redirect.url
            case "script_finished" if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                for place, (run, fragment) in list(self._runs.items()):
                    if run != self._run and (not self._fragments or fragment in self._fragments):
                        self.elements.pop(place, None)
                        del self._runs[place]
        return message


def named(option: Any) -> str:
    """An option of a button group as the widget's value has it."""
    return f"{option.content_icon} {option.content}".strip()


def pressed(button: Any) -> WidgetState:
    return WidgetState(id=button.id, trigger_value=True)


def asked(chat: Any, words: str) -> WidgetState:
    value = WidgetState(id=chat.id)
    value.chat_input_value.data = words
    return value


def chosen(table: Any, row: int) -> WidgetState:
    """A row of a table, marked."""
    return WidgetState(id=table.id, string_value=json.dumps({"selection": {"rows": [row], "columns": [], "cells": []}}))


def rows(table: Any) -> int:
    """How many rows a table on the page has."""
    return int(pa.ipc.open_stream(table.arrow_data.data).read_all().num_rows)
