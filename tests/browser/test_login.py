"""Behind a login: nothing before it, and each sees and does what their roles allow, as the login server says at that moment."""

import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from oidc_provider_mock import run_server_in_thread
from playwright.sync_api import Page, expect

from lib.casework import Act, Trail
from lib.entries import ENTRIES
from lib.settings import ROOT
from tests.browser.conftest import Server, view, wait_ready

pytestmark = pytest.mark.browser
PEOPLE = {
    "kim": {"name": "김주무", "preferred_username": "kim", "roles": ["조사"]},
    "lee": {"name": "이현장", "preferred_username": "lee", "roles": ["현장"]},
    "park": {"name": "박관리", "preferred_username": "park", "roles": ["관리자"]},
    "choi": {"name": "최발표", "preferred_username": "choi", "roles": ["발표자"]},
    "jung": {"name": "정외환", "preferred_username": "jung", "roles": ["조사:fetch"]},
    "evil": {
        "name": "<img src=x onerror=alert(1)> ![x](http://evil.example/x.png) [y](javascript:alert(2))",
        "preferred_username": "<script>alert(3)</script>",
        "roles": ["조사", "관리자"],
    },
    "none": {"name": "무권한", "preferred_username": "none", "roles": []},
}


class Login:
    """A real OpenID provider on loopback, and the suite behind it."""

    def __init__(self, provider: str, server: Server) -> None:
        self.provider, self.server = provider, server

    def says(self, who: str, **claims: object) -> None:
        """What the provider tells of somebody from now on."""
        body = json.dumps(PEOPLE[who] | claims).encode()
        asked = urllib.request.Request(
            f"{self.provider}/users/{who}", body, {"Content-Type": "application/json"}, method="PUT"
        )
        urllib.request.urlopen(asked, timeout=5).close()

    def revoke(self, who: str) -> None:
        asked = urllib.request.Request(f"{self.provider}/users/{who}/revoke-tokens", b"", method="POST")
        urllib.request.urlopen(asked, timeout=5).close()

    def enter(self, page: Page, who: str, path: str = "/") -> None:
        page.goto(self.server.url + path)
        page.get_by_role("button", name="로그인").click()
        page.locator("input[name=sub]").fill(who)
        page.get_by_role("button", name="Authorize").first.click()
        page.get_by_role("button", name="로그아웃").first.wait_for()
        wait_ready(page)

    def trail(self) -> list[tuple[str, str, str]]:
        with Trail.open(f"sqlite:///{self.server.data_dir / 'cases' / 'cases.sqlite'}") as trail:
            return [(one.action, one.body["by"], one.body["entry"]) for one in trail.entries() if one.body]


@pytest.fixture(scope="module")
def login(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Login]:
    folder = tmp_path_factory.mktemp("login")
    (folder / "data").mkdir()
    with run_server_in_thread() as provider:
        address = f"http://localhost:{provider.server_port}"
        secrets = folder / "secrets.toml"
        secrets.write_text(
            f'[auth]\nredirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"\ncookie_secret = "{os.urandom(16).hex()}"\n'
            f'client_id = "ax"\nclient_secret = "s3cret"\nserver_metadata_url = "{address}/.well-known/openid-configuration"\n'
        )
        server = Server(
            folder / "data", "--secrets.files", str(secrets), AUTHLIB_INSECURE_TRANSPORT="1", AX_FOUR_EYES='["fetch"]'
        )
        try:
            told = Login(address, server)
            for who in PEOPLE:
                told.says(who)
            yield told
        finally:
            server.stop()


@pytest.mark.parametrize("path", ["/", *(f"/{item.id}" for item in ENTRIES), "/records", "/no_such_page"])
def test_nothing_is_shown_before_the_login_by_any_deep_link(login: Login, page: Page, path: str) -> None:
    frames: list[bytes] = []
    page.on(
        "websocket",
        lambda one: one.on(
            "framereceived", lambda frame: frames.append(frame if isinstance(frame, bytes) else frame.encode())
        ),
    )
    page.goto(login.server.url + path)
    expect(page.get_by_role("button", name="로그인")).to_be_visible()
    wait_ready(page)
    sent = b"".join(frames).decode("utf-8", "ignore")
    shown = page.locator("body").inner_text()
    for item in ENTRIES:
        for words in (item.name, item.title, item.problem, item.office):
            assert words not in shown
            assert words not in sent
    assert "사건" not in shown


def test_a_fresh_server_shows_nothing_to_a_first_deep_link(
    login: Login, tmp_path: Path, new_page: Callable[..., Page]
) -> None:
    (tmp_path / "data").mkdir()
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(
        f'[auth]\nredirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"\ncookie_secret = "x"\nclient_id = "ax"\nclient_secret = "s"\n'
        f'server_metadata_url = "{login.provider}/.well-known/openid-configuration"\n'
    )
    server = Server(tmp_path / "data", "--secrets.files", str(secrets))
    try:
        page = new_page()
        page.goto(f"{server.url}/audit")
        expect(page.get_by_role("button", name="로그인")).to_be_visible()
        assert "대감집" not in page.content()
        assert not (tmp_path / "data" / "audit").exists(), "nothing of the page has run"
    finally:
        server.stop()


def test_an_investigator_works_and_an_officer_of_one_entry_sees_that_alone(
    login: Login, new_page: Callable[..., Page]
) -> None:
    page = new_page(viewport={"width": 1440, "height": 900})
    login.enter(page, "kim", "/duty_free")
    expect(page.get_by_role("heading", level=1, name="면세점")).to_be_visible()
    expect(page.get_by_text("김주무(kim) · 조사")).to_be_visible()
    other = new_page(viewport={"width": 1440, "height": 900})
    login.enter(other, "jung", "/fetch")
    expect(other.get_by_role("heading", level=1)).to_contain_text("FETCH")
    expect(other.get_by_test_id("stSidebarNav").get_by_text("면세점")).to_have_count(0)
    other.goto(f"{login.server.url}/duty_free")
    expect(other.get_by_text("이 일을 할 권한이 없습니다")).to_be_visible()
    wait_ready(other)
    assert ("refused", "정외환(jung)", "duty_free") in login.trail()
    assert ("login", "김주무(kim)", "") in login.trail()


def test_a_presenter_has_demo_data_and_no_cases(login: Login, page: Page) -> None:
    login.enter(page, "choi", "/hazard_photo")
    view(page, "사건 목록")
    expect(page.get_by_text("이 일을 할 권한이 없습니다")).to_be_visible()


def test_a_role_taken_away_counts_at_once(login: Login, page: Page) -> None:
    login.says("lee", roles=["현장"])
    login.enter(page, "lee", "/bonded_cargo")
    expect(page.get_by_role("heading", level=1, name="반출입신고")).to_be_visible()
    login.says("lee", roles=[])
    page.get_by_role("radio", name="사건 목록").or_(page.get_by_role("button", name="사건 목록")).first.click()
    expect(page.get_by_text("지금 역할: 없음")).to_be_visible()
    expect(page.get_by_text("반출입신고 알림")).to_have_count(0)
    login.says("lee", roles=["현장"])


def test_a_login_revoked_at_the_provider_is_over(login: Login, page: Page) -> None:
    login.enter(page, "kim", "/fetch")
    login.revoke("kim")
    page.reload()
    expect(page.get_by_text("다시 로그인하십시오")).to_be_visible()


def test_logging_out_closes_the_other_tab_too(login: Login, new_page: Callable[..., Page]) -> None:
    page = new_page()
    login.enter(page, "park", "/fetch")
    tab = page.context.new_page()
    tab.goto(f"{login.server.url}/duty_free")
    expect(tab.get_by_role("heading", level=1, name="면세점")).to_be_visible()
    wait_ready(tab)
    page.get_by_role("button", name="로그아웃").first.click()
    page.wait_for_url(lambda url: "end_session" in url or url.endswith("/"))
    view(tab, "사건 목록")
    expect(tab.get_by_text("다시 로그인하십시오")).to_be_visible()
    expect(tab.get_by_role("heading", name="면세점")).to_have_count(0)


def test_only_the_administrator_reads_the_records(login: Login, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 1440, "height": 900})
    login.enter(page, "kim", "/records")
    expect(page.get_by_text("필요한 역할: 관리자")).to_be_visible()
    admin = new_page(viewport={"width": 1440, "height": 900})
    login.enter(admin, "park", "/records")
    expect(admin.get_by_role("heading", level=1, name="기록·권한")).to_be_visible()
    expect(admin.get_by_test_id("stDataFrame")).to_be_visible()
    view(admin, "기록 검증")
    admin.get_by_role("button", name="지금 검증").click()
    expect(admin.get_by_text("모두 이어져 있습니다")).to_be_visible()


def test_a_name_of_the_login_is_only_words_wherever_it_is_shown(login: Login, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 1440, "height": 900})
    login.enter(page, "evil", "/fetch")
    expect(page.get_by_test_id("stSidebar")).to_contain_text("onerror=alert(1)")
    page.goto(f"{login.server.url}/records")
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    wait_ready(page)
    assert page.locator("img[src='x'], a[href^='javascript']").count() == 0


def test_a_download_is_on_record_and_refused_to_who_may_not(login: Login, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 1440, "height": 900})
    login.enter(page, "kim", "/duty_free")
    view(page, "시연 자료")
    with page.expect_download(timeout=90_000) as told:
        page.get_by_role("button", name="CSV 내려받기").first.click(timeout=90_000)
    assert "선별목록" in told.value.suggested_filename
    with Trail.open(f"sqlite:///{login.server.data_dir / 'cases' / 'cases.sqlite'}") as trail:
        (one,) = trail.entries(act=Act.EXPORTED)
    assert one.body
    assert (one.body["by"], one.body["about"]) == ("김주무(kim)", told.value.suggested_filename)
    login.says("kim", roles=["현장", "조사:fetch"])  # between the page's last run and the press
    page.get_by_role("button", name="CSV 내려받기").first.click()
    page.wait_for_timeout(3000)
    with Trail.open(f"sqlite:///{login.server.data_dir / 'cases' / 'cases.sqlite'}") as trail:
        assert len(trail.entries(act=Act.EXPORTED)) == 1, "no second file went out"
    login.says("kim")


def test_somebody_without_a_role_sees_the_hall_and_no_entry(login: Login, page: Page) -> None:
    login.enter(page, "none", "/fetch")
    expect(page.get_by_text("지금 역할: 없음")).to_be_visible()


def test_secrets_and_tokens_stay_out_of_log_and_page(login: Login, page: Page) -> None:
    login.enter(page, "kim", "/fetch")
    log = login.server.log.read_text()
    for word in ("s3cret", "access_token", "id_token"):
        assert word not in log
        assert word not in page.content()


@pytest.mark.parametrize("address", ["0.0.0.0", "::", ""])
def test_open_to_the_network_without_a_login_it_does_not_start(tmp_path: Path, address: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "Home.py",
        "--server.headless",
        "true",
        "--server.port",
        str(port),
    ]
    done = subprocess.run(
        [*command, "--server.address", address], cwd=ROOT, env=os.environ | {"AX_DATA_DIR": str(tmp_path)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode != 0
    assert "로그인 설정([auth]) 없이" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_page_of_the_internet_cannot_reach_a_local_suite_under_its_own_name(server: Server) -> None:
    asked = urllib.request.Request(server.url, headers={"Host": "evil.example:80"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked, timeout=5)
    assert refused.value.code == 403


def test_the_trail_of_all_this_is_whole(login: Login) -> None:
    command = [sys.executable, "-m", "lib", "trail", "verify"]
    environment = os.environ | {"AX_DATA_DIR": str(login.server.data_dir)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "모두 이어져 있습니다" in done.stdout
