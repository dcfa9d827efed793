"""An officer's way through the suite: quick, in Korean, on a phone, in the dark, and never off this machine."""

import re
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, choose_demo, english, go, verdict, view, wait_ready, way

pytestmark = pytest.mark.browser

HAZARD = "/hazard_photo"


def overflow(page: Page) -> list[str]:
    """What sticks out to the right of the screen."""
    if page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
        return []
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
        ".map(e => e.tagName + ' ' + (e.dataset.testid || '') + ' ' + e.innerText?.slice(0, 40)).slice(0, 10)"
    )
    return found or ["the document itself"]


def test_whole_journey_stays_on_this_machine(server: Server, page: Page) -> None:
    """``page`` fails on any request to another host."""
    answers: list[str] = []
    page.on("response", lambda answer: answers.append(answer.url))
    go(page, server)
    page.get_by_test_id("stMain").locator("a[href$=hazard_photo]").click()
    expect(page.get_by_text("목록 기준일").first).to_be_visible()
    choose_demo(page, "미국산 멜라토닌 젤리")
    verdict(page, "통관보류")
    page.get_by_role("button", name="통관보류(반입차단)").first.click()
    expect(page.get_by_text("기록했습니다").first).to_be_visible()
    view(page, "사건 목록")
    expect(page.get_by_text(re.compile("^1건")).first).to_be_visible()
    assert any("font" in url and url.endswith(".woff2") for url in answers), "the Korean font is not our own"
    page.goto(server.url)
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("1건")


def test_another_host_would_be_noticed_and_is_forbidden(server: Server, browser: object, page: Page) -> None:
    with urllib.request.urlopen(server.url) as answer:
        policy = answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in policy
    hosts = re.findall(r"\w+://([^\s;]+)", policy)
    assert set(hosts) == {server.url.partition("//")[2]}
    assert not re.search(r"\b(https?|wss?):(?!//)", policy)
    go(page, server)
    refused = page.evaluate(
        "() => fetch('http://192.0.2.1/').then(() => 'sent', error => error.message.match('fetch') ? 'refused' : error)"
    )
    assert refused == "refused"


def test_a_deep_link_on_a_fresh_server_has_korean_navigation(start_server: Callable[[], Server], page: Page) -> None:
    go(page, start_server(), HAZARD)
    side = page.get_by_test_id("stSidebarNav")
    expect(side.get_by_text("사진 한 장 식의약품 판정")).to_be_visible()
    expect(side.get_by_text("처음 화면")).to_be_visible()
    expect(page.get_by_text("목록 기준일").first).to_be_visible()
    assert english(page) == []


@pytest.mark.parametrize("path", ["/", HAZARD])
def test_everything_is_said_in_korean(server: Server, page: Page, path: str) -> None:
    go(page, server, path)
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    assert english(page) == []
    assert page.title()
    assert re.search("[가-힣]", page.title())


@pytest.mark.parametrize("name", ["올리기", "촬영", "붙여넣기", "시연"])
def test_every_way_in_is_said_in_korean(server: Server, page: Page, name: str) -> None:
    go(page, server, HAZARD)
    way(page, name)
    page.wait_for_timeout(700)  # the camera comes up
    assert english(page) == []


@pytest.mark.parametrize("name", ["사건 목록", "성능·한계"])
def test_other_views_are_said_in_korean(server: Server, page: Page, name: str) -> None:
    go(page, server, HAZARD)
    view(page, name)
    page.wait_for_timeout(500)
    wait_ready(page)
    assert [word for word in english(page) if word not in {"Melatonin", "make", "bench"}] == []


def test_nothing_sticks_out_on_a_phone(server: Server, phone: Page) -> None:
    go(phone, server)
    expect(phone.get_by_text("여덟 가지 업무").first).to_be_visible()
    assert overflow(phone) == [], "home"
    go(phone, server, HAZARD)
    expect(phone.get_by_text("목록 기준일").first).to_be_visible()
    for name in ("올리기", "촬영", "붙여넣기", "시연"):
        way(phone, name)
        phone.wait_for_timeout(300)
        assert overflow(phone) == [], name


def test_on_a_phone_the_verdict_shows_without_scrolling(server: Server, phone: Page) -> None:
    go(phone, server, HAZARD)
    choose_demo(phone, "크라톰 분말")
    told = verdict(phone, "통관금지")
    wait_ready(phone)
    phone.wait_for_timeout(500)  # the photo takes its place
    assert overflow(phone) == []
    box = told.bounding_box()
    assert box is not None
    print(f"\nthe verdict stands {box['y']:.0f}..{box['y'] + box['height']:.0f} of 844")
    assert 0 <= box["y"] < 844, "the verdict is off the screen"
    assert box["y"] + box["height"] <= 844, "the verdict is cut off"


@pytest.mark.parametrize(("scheme", "dark"), [("dark", True), ("light", False)])
def test_theme_follows_the_device(server: Server, new_page: Callable[..., Page], scheme: str, dark: bool) -> None:
    page = new_page(color_scheme=scheme)
    go(page, server, HAZARD)
    expect(page.get_by_text("목록 기준일").first).to_be_visible()
    paper, ink = page.evaluate(
        "() => { const s = getComputedStyle(document.querySelector('[data-testid=stApp]'));"
        "return [s.backgroundColor, s.color].map(c => c.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0) / 3) }"
    )
    assert (paper < 64) is dark
    assert (ink > 180) is dark
