"""A language model behind an OpenAI-compatible endpoint: its words as they come, in bounded time and size, Korean words for each trouble.

``AX_LLM_URL`` (with its ``/v1``), ``AX_LLM_MODEL``, and ``AX_LLM_KEY`` where the server wants one. The openai package is loaded when a model is
first asked, and nothing of the environment but these settings decides where words are sent: no proxy, no redirect, no other key.
"""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from lib.settings import settings

if TYPE_CHECKING:
    import httpx2
    from openai import APIStatusError

PAUSE = 30.0  # seconds between two pieces of an answer
MOST_BYTES = 8 * 2**20  # of one response; a long answer with its envelope takes half a megabyte
_SENT = {
    "host",
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "user-agent",
    "authorization",
}
_THINKING = ("<think>", "</think>")
_INCOMPLETE = "답변이 끝까지 오지 않았습니다. AI 서버의 상태를 확인한 뒤 다시 질문하십시오."
_FORM = "AI 서버의 응답이 OpenAI 호환 형식이 아닙니다. AX_LLM_URL이 /v1까지 적은 주소인지 확인하십시오."
_SLOW = "AI 서버가 정해진 시간({:g}초) 안에 답변을 마치지 못했습니다. 서버의 상태와 AX_LLM_SECONDS를 확인한 뒤 다시 질문하십시오."
_PAUSED = "AI 서버의 답변이 {:g}초 넘게 멈췄습니다. 서버의 상태를 확인한 뒤 다시 질문하십시오."
_EMPTY = "AI 서버가 빈 답변을 보냈습니다. 질문을 바꾸어 다시 물어보십시오."
_ENDS = {
    "length": "답변이 허용된 길이를 넘어 중간에 끊겼습니다. 질문을 나누어 다시 물어보십시오.",
    "content_filter": "AI 서버의 내용 거르기에 걸려 답변이 중단되었습니다. 질문을 바꾸어 다시 물어보십시오.",
}
_STATUS = {
    400: "AI 서버가 요청을 받아들이지 않습니다. 모델의 입력 길이(8천 토큰 이상)와 AX_LLM_MODEL을 확인하십시오.",
    401: "AI 서버가 인증을 거부했습니다. AX_LLM_KEY를 확인하십시오.",
    403: "AI 서버가 접근을 거부했습니다. AX_LLM_KEY의 권한을 확인하십시오.",
    404: "AI 서버에 그 주소나 모델이 없습니다. AX_LLM_URL(/v1까지)과 AX_LLM_MODEL을 확인하십시오.",
    413: "질문과 근거가 AI 서버의 한도보다 깁니다. 질문을 줄이거나 서버의 입력 한도를 늘리십시오.",
    429: "AI 서버의 사용 한도를 넘었습니다. 잠시 뒤 다시 질문하고, 계속되면 서버의 사용량 한도를 확인하십시오.",
}  # fmt: skip


class LlmError(RuntimeError):
    """Why no answer, or no whole one, came; a Korean sentence that says what to do, without the key and the server's own words."""


@dataclass(frozen=True)
class Model:
    """``url``: the endpoint, ``name``: the model there, ``seconds``: the longest wait for one whole answer."""

    url: str
    name: str
    key: SecretStr = field(default=SecretStr(""), repr=False)
    seconds: float = 120.0

    def stream(self, messages: Sequence[Mapping[str, str]], *, most_tokens: int) -> Iterator[str]:
        """The answer to ``messages`` (role, content), piece by piece, what the model thinks aloud left out.

        Raises ``LlmError``, also after pieces came: only an answer that ends without one is whole.
        """
        self._check()
        ends = time.monotonic() + self.seconds
        pieces: SimpleQueue[str | LlmError | None] = SimpleQueue()
        left = threading.Event()
        read = threading.Thread(target=self._read, args=(messages, most_tokens, pieces, left, ends), daemon=True)
        read.start()
        try:
            yield from _said(self._arriving(pieces, ends))
        finally:
            left.set()

    def complete(self, messages: Sequence[Mapping[str, str]], *, most_tokens: int) -> str:
        """The whole answer. Raises ``LlmError``."""
        return "".join(self.stream(messages, most_tokens=most_tokens))

    def _check(self) -> None:
        """Settings that cannot work, before anything is sent."""
        try:
            where = urlsplit(self.url)
            usable = where.scheme in ("http", "https") and bool(where.hostname) and where.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise LlmError("AX_LLM_URL이 올바른 주소가 아닙니다. http:// 또는 https://로 시작하는 주소를 넣으십시오.")
        if not self.name:
            raise LlmError("쓸 모델이 정해지지 않았습니다. AX_LLM_MODEL에 AI 서버의 모델 이름을 넣으십시오.")
        key = self.key.get_secret_value()
        if not (key.isascii() and (key.isprintable() or not key)):
            raise LlmError("AX_LLM_KEY에 쓸 수 없는 글자가 있습니다. 발급받은 키를 다시 넣으십시오.")

    def _arriving(self, pieces: "SimpleQueue[str | LlmError | None]", ends: float) -> Iterator[str]:
        """What the reading thread hands over; time is kept here, so that nothing down there can hold the officer up."""
        begun = False
        while True:
            left = max(ends - time.monotonic(), 0.0)
            try:
                piece = pieces.get(timeout=min(left, PAUSE) if begun else left)
            except Empty:
                raise LlmError(
                    _PAUSED.format(PAUSE) if begun and left > PAUSE else _SLOW.format(self.seconds)
                ) from None
            if piece is None:
                return
            if isinstance(piece, LlmError):
                raise piece
            begun = True
            yield piece

    def _read(
        self,
        messages: Sequence[Mapping[str, str]],
        most_tokens: int,
        pieces: "SimpleQueue[str | LlmError | None]",
        left: threading.Event,
        ends: float,
    ) -> None:
        """In a thread of its own: each piece, then ``None`` or why there is none."""
        try:
            for piece in self._asked(messages, most_tokens, left, ends):
                pieces.put(piece)
            pieces.put(None)
        except LlmError as told:
            pieces.put(told)
        except Exception:  # whatever the client raises, whoever waits is told
            pieces.put(LlmError(_FORM))

    def _asked(
        self, messages: Sequence[Mapping[str, str]], most_tokens: int, left: threading.Event, ends: float
    ) -> Iterator[str]:
        """The text of each chunk. Raises ``LlmError``."""
        import openai

        begun = said = False
        sent: Any = [{"role": one["role"], "content": _clean(one["content"])} for one in messages]
        try:
            with self._client(left, ends) as client:
                ask = client.chat.completions.create
                try:
                    chunks = ask(model=self.name, messages=sent, stream=True, max_tokens=most_tokens, temperature=0)
                except openai.BadRequestError as refused:  # newer hosted models know neither word
                    if "max_completion_tokens" not in refused.message and "temperature" not in refused.message:
                        raise
                    chunks = ask(model=self.name, messages=sent, stream=True, max_completion_tokens=most_tokens)
                if "text/event-stream" not in chunks.response.headers.get("content-type", ""):
                    raise LlmError(_FORM)
                begun = True
                for chunk in chunks:
                    text, end = _piece(chunk)
                    said = said or bool(text.strip())
                    if text:
                        yield text
                    if end:
                        if end in _ENDS or not said:
                            raise LlmError(_ENDS.get(end, _EMPTY))
                        return
            raise LlmError(_INCOMPLETE)
        except openai.APITimeoutError:
            raise LlmError(_SLOW.format(self.seconds)) from None
        except openai.APIStatusError as refused:
            raise LlmError(_refused(refused)) from None
        except openai.APIConnectionError:
            raise LlmError(
                _INCOMPLETE
                if begun
                else "AI 서버에 연결하지 못했습니다. 서버가 켜져 있는지, AX_LLM_URL 주소가 맞는지 확인하십시오."
            ) from None
        except openai.APIResponseValidationError:
            raise LlmError(_FORM) from None
        except openai.APIError:
            raise LlmError(
                "AI 서버가 답변 도중 오류를 보냈습니다. 서버의 기록을 확인한 뒤 다시 질문하십시오."
            ) from None

    def _client(self, left: threading.Event, ends: float) -> Any:
        """The openai client, sending what we say and no more."""
        import httpx2
        import openai

        key = self.key.get_secret_value()

        def sending(request: httpx2.Request) -> None:
            for name in {*request.headers}:
                if name.lower() not in _SENT or (name.lower() == "authorization" and not key):
                    del request.headers[name]

        def coming(response: httpx2.Response) -> None:
            response.headers.pop(
                "content-encoding", None
            )  # not asked for: nothing small may unpack into something vast
            response.stream = _bounded(response.stream, left, ends, _SLOW.format(self.seconds))

        http = httpx2.Client(
            trust_env=False,
            follow_redirects=False,
            headers={"Accept-Encoding": "identity"},
            timeout=httpx2.Timeout(self.seconds, connect=min(10.0, self.seconds)),
            event_hooks={"request": [sending], "response": [coming]},
        )
        return openai.OpenAI(
            api_key=key or "none", base_url=self.url, max_retries=0, http_client=http, timeout=http.timeout
        )


def configured() -> Model | None:
    """The model of the settings; none where none is set. What is set wrong is told when it is asked."""
    found = settings()
    if not found.llm_url and not found.llm_model:
        return None
    key = found.llm_key.get_secret_value().strip() if found.llm_key else ""
    return Model((found.llm_url or "").strip(), (found.llm_model or "").strip(), SecretStr(key), found.llm_seconds)


def _bounded(stream: Any, left: threading.Event, ends: float, late: str) -> "httpx2.SyncByteStream":
    """A response's bytes until there are too many, it takes too long, or nobody listens."""
    import httpx2

    class Bounded(httpx2.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            size = 0
            for part in stream:
                size += len(part)
                if size > MOST_BYTES:
                    raise LlmError(
                        f"AI 서버의 응답이 {MOST_BYTES // 2**20}MB를 넘습니다. AX_LLM_URL 주소가 맞는지 확인하십시오."
                    )
                if left.is_set() or time.monotonic() > ends:
                    raise LlmError(late)
                yield part

        def close(self) -> None:
            stream.close()

    return Bounded()


def _piece(chunk: Any) -> tuple[str, str]:
    """Text and finish reason of a chunk; the client checks nothing of its shape. Calls of tools are no text."""
    choices = getattr(chunk, "choices", None)
    if not isinstance(choices, list) or not choices or getattr(choices[0], "index", None):
        return "", ""
    text, end = getattr(getattr(choices[0], "delta", None), "content", None), getattr(choices[0], "finish_reason", None)
    return _clean(text) if isinstance(text, str) else "", end if isinstance(end, str) else ""


def _clean(text: str) -> str:
    """Without what cannot be written as UTF-8."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def _said(pieces: Iterable[str]) -> Iterator[str]:
    """Without the thoughts that some models write first, between tags."""
    start, end = _THINKING
    waiting, begun = "", False
    for piece in pieces:
        if begun:
            yield piece
            continue
        waiting = (waiting + piece).lstrip()
        if waiting.startswith(start) and end in waiting:
            waiting = waiting.partition(end)[2].lstrip()
        if waiting and not start.startswith(waiting[: len(start)]):
            begun = True
            yield waiting
    if not begun:
        if not waiting or waiting.startswith(start):
            raise LlmError(_EMPTY)
        yield waiting


def _refused(error: "APIStatusError") -> str:
    """What a status means to whoever runs the server."""
    status = error.status_code
    if status in _STATUS:
        return _STATUS[status]
    if status >= 500:
        return f"AI 서버에 오류(HTTP {status})가 있습니다. 잠시 뒤 다시 질문하고, 계속되면 서버의 기록을 확인하십시오."
    return f"AI 서버가 요청을 거부했습니다(HTTP {status}). AX_LLM_URL 주소를 확인하십시오."
