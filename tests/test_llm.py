"""A language model over the network: a whole answer, or a Korean sentence that says what to do, in bounded time; its key nowhere."""

import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from lib import llm
from lib.llm import LlmError, Model, configured
from lib.settings import ROOT, settings
from tests.llm_stand_in import LlmStandIn, slowly

ASK = [{"role": "user", "content": "여행자 휴대품은 얼마까지 면세입니까?"}]
LONG = "여행자 휴대품은 정해진 한도까지 면세입니다 [1]. " * 5


@pytest.fixture
def server() -> Iterator[LlmStandIn]:
    with LlmStandIn(LONG) as running:
        yield running


def model(server: LlmStandIn, seconds: float = 10, key: str = "") -> Model:
    return Model(server.url, "test", SecretStr(key), seconds)


def test_an_answer_comes_piece_by_piece_and_whole(server: LlmStandIn) -> None:
    pieces = list(model(server).stream(ASK, most_tokens=100))
    assert len(pieces) > 3
    assert "".join(pieces) == LONG
    assert model(server).complete(ASK, most_tokens=100) == LONG
    assert server.asked == [ASK, ASK]
    assert server.requests == ["/v1/chat/completions"] * 2


def test_nothing_is_asked_where_nothing_is_configured(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("URL", "KEY", "MODEL"):
        monkeypatch.delenv(f"AX_LLM_{name}", raising=False)
    settings.cache_clear()
    assert configured() is None


def test_the_settings_make_the_model(data_dir: Path, monkeypatch: pytest.MonkeyPatch, server: LlmStandIn) -> None:
    server.key = "sk-s3cret"
    for name, value in {"URL": server.url, "KEY": " sk-s3cret\n", "MODEL": "작은 모델", "SECONDS": "7"}.items():
        monkeypatch.setenv(f"AX_LLM_{name}", value)
    settings.cache_clear()
    found = configured()
    assert found is not None
    assert (found.name, found.seconds) == ("작은 모델", 7)
    assert found.complete(ASK, most_tokens=10) == LONG


@pytest.mark.parametrize(
    ("url", "name", "key", "says"),
    [
        ("", "m", "", "AX_LLM_URL"),
        ("localhost:8080/v1", "m", "", "AX_LLM_URL"),
        ("http://[::1/v1", "m", "", "AX_LLM_URL"),
        ("http://127.0.0.1:99999/v1", "m", "", "AX_LLM_URL"),
        ("http://127.0.0.1:1/v1", "", "", "AX_LLM_MODEL"),
        ("http://127.0.0.1:1/v1", "m", "키", "AX_LLM_KEY"),
        ("http://127.0.0.1:1/v1", "m", "a\nb", "AX_LLM_KEY"),
        ("http://127.0.0.1:1/v1", "m", "", "연결하지 못했습니다"),
    ],
)
def test_settings_that_cannot_work_are_told_when_asked(url: str, name: str, key: str, says: str) -> None:
    with pytest.raises(LlmError, match=says):
        Model(url, name, SecretStr(key), 5).complete(ASK, most_tokens=10)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (400, "AX_LLM_MODEL"),
        (401, "AX_LLM_KEY"),
        (404, "AX_LLM_MODEL"),
        (429, "한도"),
        (500, "HTTP 500"),
        (503, "HTTP 503"),
        (418, "HTTP 418"),
        ("html", "형식이 아닙니다"),
        ("json", "형식이 아닙니다"),
        ("redirect", "HTTP 302"),
    ],
)
def test_what_the_server_refuses_is_told_once_and_without_its_words(
    server: LlmStandIn, fault: str | int, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.faults.append(fault)
    asked = model(server, key="sk-s3cret")
    with pytest.raises(LlmError, match=says) as told:
        asked.complete(ASK, most_tokens=10)
    assert len(server.requests) == 1, "no second try behind the officer's back"
    assert "s3cret" not in f"{told.value}{told.value!r}{asked}{asked!r}{caplog.text}"


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("cut", "끝까지 오지 않았습니다"),
        ("unfinished", "끝까지 오지 않았습니다"),
        ("length", "길이를 넘어"),
        ("content_filter", "내용 거르기"),
        ("error", "오류를 보냈습니다"),
        ("broken", "형식이 아닙니다"),
    ],
)
def test_half_an_answer_is_never_taken_for_a_whole_one(server: LlmStandIn, fault: str, says: str) -> None:
    server.faults.append(fault)
    pieces: list[str] = []
    with pytest.raises(LlmError, match=says):
        pieces.extend(model(server).stream(ASK, most_tokens=10))
    assert LONG.startswith("".join(pieces))
    assert pieces


@pytest.mark.parametrize("fault", ["slow", "ping"])
def test_a_server_that_says_nothing_is_waited_for_as_long_as_set(server: LlmStandIn, fault: str) -> None:
    server.faults.append(fault)
    since = time.monotonic()
    with pytest.raises(LlmError, match="1초"):
        model(server, seconds=1).complete(ASK, most_tokens=10)
    assert 0.9 < time.monotonic() - since < 3


def test_a_slow_first_word_is_waited_for(server: LlmStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llm, "PAUSE", 0.3)
    server.says = slowly(1)
    assert model(server).complete(ASK, most_tokens=10) == "늦은 답변입니다 [1]."


def test_an_answer_that_stops_halfway_is_not_waited_for_to_the_end(
    server: LlmStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(llm, "PAUSE", 0.5)
    server.faults.append("pause")
    since = time.monotonic()
    with pytest.raises(LlmError, match="멈췄습니다"):
        model(server).complete(ASK, most_tokens=10)
    assert time.monotonic() - since < 3


@pytest.mark.parametrize("fault", ["endless", "line"])
def test_an_endless_answer_ends(server: LlmStandIn, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llm, "MOST_BYTES", 2**20)
    server.faults.append(fault)
    since = time.monotonic()
    with pytest.raises(LlmError, match="1MB"):
        model(server).complete(ASK, most_tokens=10)
    assert time.monotonic() - since < 8


def test_who_stops_listening_frees_the_server(server: LlmStandIn) -> None:
    server.faults.append("endless")
    answer = model(server).stream(ASK, most_tokens=10)
    next(answer)
    answer.close()  # type: ignore[attr-defined]
    until = time.monotonic() + 5
    while not server.gone and time.monotonic() < until:
        time.sleep(0.02)
    assert server.gone == 1


def test_calls_of_tools_are_no_answer(server: LlmStandIn) -> None:
    server.faults.append("tools")
    with pytest.raises(LlmError, match="빈 답변"):
        model(server).complete(ASK, most_tokens=10)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("<think>속으로 하는 말 [1].</think>\n\n답변 [1].", "답변 [1]."),
        ("  <think>생각</think>답변", "답변"),
        ("<thin 선>", "<thin 선>"),
        ("<t", "<t"),
        ("답변 <think> 그대로", "답변 <think> 그대로"),
    ],
)
def test_thinking_aloud_is_left_out(server: LlmStandIn, said: str, told: str) -> None:
    server.says = said
    assert model(server).complete(ASK, most_tokens=10) == told


def test_only_thinking_is_no_answer(server: LlmStandIn) -> None:
    server.says = "<think>생각만 하다 끝남"
    with pytest.raises(LlmError, match="빈 답변"):
        model(server).complete(ASK, most_tokens=10)


def test_newer_servers_are_asked_in_their_words(server: LlmStandIn) -> None:
    server.faults.append("new")
    assert model(server).complete(ASK, most_tokens=10) == LONG


def test_the_environment_sends_nothing_elsewhere(server: LlmStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "OPENAI_BASE_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID"):
        monkeypatch.setenv(f"OPENAI_{name}", "other-s3cret")
    assert model(server).complete(ASK, most_tokens=10) == LONG
    assert "s3cret" not in str(server.headers)
    assert "authorization" not in server.headers[0]


def test_letters_that_are_none_harm_nothing(server: LlmStandIn) -> None:
    server.says = "답\ud800변\0입니다"
    assert model(server).complete([{"role": "user", "content": "\udcff"}], most_tokens=10) == "답\ufffd변입니다"


def test_the_package_is_loaded_when_first_asked() -> None:
    told = "import sys, lib.llm; lib.llm.configured(); sys.exit('openai' in sys.modules or 'httpx2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", told], cwd=ROOT, check=False).returncode == 0
