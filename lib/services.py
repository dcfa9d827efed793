"""Asking official web services over HTTP: a key that never shows, answers of bounded size and time, Korean words for each trouble."""

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, Self
from urllib.parse import quote, unquote

import httpx
from pydantic import SecretStr


@dataclass(frozen=True)
class Service:
    """One service: where it is, and how to say so to the officer. ``error``: what an entry raises of it;
    ``secrets``: what else must never show.
    """

    error: ClassVar[type[RuntimeError]] = RuntimeError

    name: str
    url: str
    key: SecretStr = field(repr=False)
    url_setting: str
    key_setting: str
    secrets: tuple[SecretStr, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, name: str, url: str, key: SecretStr | None, url_setting: str, key_setting: str, portal: str) -> Self:
        """Raises ``error`` without a key. ``portal``: who hands one out."""
        plain = unquote(key.get_secret_value().strip()) if key else ""  # portals hand out keys in URL-encoded form too
        if not plain:
            raise cls.error(
                f"{name} 인증키가 없습니다. {portal}에서 발급받은 인증키를 {key_setting}에 넣은 뒤 다시 실행하십시오."
            )
        return cls(name, url, SecretStr(plain), url_setting, key_setting)

    def hide(self, text: str) -> str:
        """Text without the key and secrets, in whatever form they were sent."""
        for secret in (self.key, *self.secrets):
            plain = secret.get_secret_value()
            for form in (plain, quote(plain, safe=""), quote(plain)):
                text = text.replace(form, "***")
        return text

    def failed(self, why: str) -> RuntimeError:
        """The error to raise, with why."""
        return self.error(self.hide(f"{self.name}: {why}"))

    def shape(self) -> RuntimeError:
        """The answer is not what the service is known to send."""
        return self.failed(
            f"응답이 알려진 형식이 아닙니다. {self.url_setting} 주소와 서비스 안내의 변경 여부를 확인하십시오."
        )

    def said(self, code: str, message: str, advice: str) -> RuntimeError:
        """The service itself says no, in its own words."""
        return self.failed(f"서비스가 보낸 오류 {code or '(코드 없음)'}{f' ({message})' if message else ''}. {advice}")

    def tired(self, problem: str, status: int, attempts: int) -> RuntimeError:
        """It was tried often enough."""
        return self.failed(
            f"{problem or f'서비스가 HTTP {status} 오류를 냅니다.'} {attempts}번 시도했습니다. "
            f"인터넷 연결과 {self.url_setting} 주소를 확인하고 잠시 뒤 다시 실행하십시오."
        )


class Answer(NamedTuple):
    """``problem``: what went wrong on the way (worth another attempt), in Korean, with a ``status`` of 0, or ``UNSENT``
    where the request surely never left; ``wait``: the service's Retry-After.
    """

    status: int
    body: bytes
    problem: str = ""
    wait: str = ""


UNSENT = -1


def ask(
    service: Service,
    client: httpx.Client,
    method: str,
    url: str,
    params: Mapping[str, Any] | None = None,
    sent: object = None,
    *,
    headers: Mapping[str, str] | None = None,
    most_bytes: int,
    most_seconds: float,
) -> Answer:
    """One request. No httpx error, with its URL, gets out; what no further attempt can mend raises the service's error."""
    fatal = ""
    started = time.monotonic()
    wanted = {"Accept": "application/json", **(headers or {})}
    try:
        with client.stream(method, url, params=params or None, json=sent, headers=wanted) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > most_bytes:
                    fatal = (
                        f"응답이 {most_bytes // 2**20}MB를 넘습니다. {service.url_setting} 주소가 맞는지 확인하십시오."
                    )
                    break
                if time.monotonic() - started > most_seconds:
                    return Answer(0, b"", "응답이 너무 느립니다.")
            if not fatal:
                return Answer(response.status_code, bytes(body), wait=response.headers.get("Retry-After", ""))
    except httpx.TimeoutException as late:
        left = not isinstance(late, httpx.ConnectTimeout | httpx.PoolTimeout)
        return Answer(0 if left else UNSENT, b"", "정해진 시간 안에 응답이 없습니다.")
    except (httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError):
        fatal = f"주소를 쓸 수 없습니다. {service.url_setting}을(를) 확인하십시오."
    except httpx.TransportError as broken:
        left = not isinstance(broken, httpx.ConnectError | httpx.ProxyError)
        return Answer(0 if left else UNSENT, b"", "서비스에 연결하지 못했습니다.")
    except httpx.HTTPError:
        fatal = f"응답을 풀 수 없습니다. {service.url_setting} 주소가 맞는지 확인하십시오."
    raise service.failed(fatal)


@contextmanager
def quiet(service: Service) -> Iterator[None]:
    """httpx logs each URL, and the key is in it."""

    def hide(record: logging.LogRecord) -> bool:
        record.msg, record.args = service.hide(record.getMessage()), ()
        return True

    loggers = [
        logging.getLogger(f"http{name}") for name in ("x", "core.connection", "core.http11", "core.http2", "core.proxy")
    ]
    for logger in loggers:
        logger.addFilter(hide)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(hide)
