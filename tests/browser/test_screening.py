"""The tabular pages as an investigator drives them: own files, leads, cases, one declaration, network, new model."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Error, Frame, Locator, Page, TimeoutError, expect
from pypdf import PdfReader

from lib.casework import CaseBook
from lib.settings import DATA
from tests.browser.conftest import Server, go, view, wait_ready
from tests.browser.test_journey import overflow

pytestmark = pytest.mark.browser

BUYERS, CODES, FIRMS, ADDRESSES = "/duty_free", "/pccc_theft", "/fetch", "/address_reading"
EXPORTERS = "/origin_laundering"
CARGO = "/bonded_cargo"
DECISIONS = 36
HOSTILE = "<img src=x onerror=alert(1)> **굵게** :red[빨강] $x$"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own, whose officers have already decided on some codes."""
    folder = tmp_path_factory.mktemp("screening")
    (folder / "cases").mkdir()
    decided(folder)
    started = Server(folder)
    yield started
    started.stop()


def case_book(folder: Path) -> CaseBook:
    return CaseBook.open(f"sqlite:///{folder / 'cases' / 'cases.sqlite'}")


def decided(folder: Path) -> None:
    """The last codes of the list, of every grade, decided: the better half as theft."""
    from lib.entries.pccc_theft import screen, tables
    from lib.tables.checking import check
    from lib.tables.reading import read

    demo = DATA / "pccc_theft" / "demo"
    given = {n: check(read(demo / f"{n}.csv", f"{n}.csv"), t).rows for n, t in tables.TABLES.items()}
    last = pd.Timestamp(max(given["parcels"]["declared_at"].to_pylist()))
    listed = screen.screen(given, as_of=last.date())
    subjects = [*listed.rows["subject"].iloc[20 : 20 + DECISIONS // 2], *listed.rows["subject"].iloc[-DECISIONS // 2 :]]
    listed.gather(subjects)
    outcomes = {outcome.code: outcome for outcome in screen.OUTCOMES}
    with case_book(folder) as book:
        for i, subject in enumerate(subjects):
            case, _ = book.register(listed.finding(subject), by="김주무관")
            outcome = outcomes["suspend" if i % 2 and i < DECISIONS // 2 else "cleared"]
            book.decide(case.id, case.version, outcome, by="김주무관")


def open_demo(page: Page, server: Server, path: str) -> None:
    go(page, server, path)
    view(page, "시연 자료")
    expect(page.get_by_test_id("stSlider")).to_be_visible(timeout=60_000)
    wait_ready(page)


def table(page: Page, header: str) -> Locator:
    return page.get_by_test_id("stDataFrame").filter(has_text=header).first


def choose(page: Page, row: int = 0) -> None:
    """A lead of the list, by the box before its row."""
    table(page, "순위").click(position={"x": 18, "y": 52 + 35 * row})
    expect(page.get_by_text("왜 확인해야 합니까")).to_be_visible()
    wait_ready(page)


def cells(page: Page, header: str) -> list[str]:
    """The cells of the table with that header, once it is drawn."""
    found = table(page, header).locator("td")
    found.first.wait_for(state="attached")
    return found.all_inner_texts()


def pick(page: Page, field: Locator, nth: int = 0) -> None:
    """An option of a list. An open list closes when the page scrolls or is redrawn: then it is opened again."""
    wait_ready(page)
    field.scroll_into_view_if_needed()
    option = page.get_by_role("option").nth(nth)
    for _ in range(5):
        page.wait_for_timeout(500)
        field.click()
        try:
            option.click(timeout=3_000)
        except TimeoutError:
            continue
        return
    pytest.fail(f"no option {nth}")


def upload(page: Page, title: str, path: Path) -> None:
    """A file into the slot of that title, once the page has come to rest (while it is redrawn it takes none)."""
    slot = page.get_by_test_id("stFileUploader").filter(has_text=title)
    expect(slot).to_be_visible()
    wait_ready(page)
    slot.locator("input[type=file]").set_input_files(path)
    expect(slot.get_by_text(path.name)).to_be_visible()
    wait_ready(page)


def decide(page: Page, outcome: str) -> None:
    page.get_by_role("combobox", name="처분").click()
    page.get_by_role("option", name=outcome).click()
    page.get_by_role("button", name="처분 저장").click()


def alert(page: Page, words: str) -> Locator:
    return page.get_by_test_id("stAlert").filter(has_text=words).first


def korean_files(entry: str, folder: Path) -> dict[str, Path]:
    """The demo files as an office's system writes them: Korean headers, cp949."""
    made = {}
    for path in (DATA / entry / "demo").glob("*.csv"):
        if path.stem != "truth":
            made[path.stem] = folder / f"{path.stem}.csv"
            made[path.stem].write_bytes(path.read_text("utf-8-sig").encode("cp949"))
    return made


def test_an_investigator_goes_from_own_files_to_a_case_and_a_newer_file_clears_somebody(
    server: Server, page: Page, tmp_path: Path
) -> None:
    files = korean_files("duty_free", tmp_path)
    go(page, server, BUYERS)
    view(page, "내 파일")
    for title, name in (("판매·현장인도 내역", "purchases"), ("항공예약", "reservations"), ("출입국", "movements")):
        upload(page, f"{title} (필수)", files[name])
    expect(page.get_by_test_id("stSlider")).to_be_visible(timeout=60_000)
    expect(page.get_by_text(re.compile("^내 파일: 판매·현장인도 내역 [0-9,]+행"))).to_be_visible()

    choose(page)
    passports = set(pd.read_csv(files["purchases"], encoding="cp949", dtype=str)["여권번호"])
    reasons = page.get_by_role("button", name=re.compile("근거 [0-9,]+행 보기"))
    expect(reasons.nth(2)).to_be_visible()
    expect(page.get_by_text(re.compile("근거: .*(고시|법)")).first).to_be_visible()
    reasons.first.click()
    seen = page.get_by_test_id("stPopoverBody").locator("td")
    expect(seen.filter(has_text="**").first).to_be_attached()
    assert not passports & set(seen.all_inner_texts()), "a passport number is shown in full"
    page.keyboard.press("Escape")

    page.get_by_role("checkbox").first.locator("xpath=ancestor::label").click()
    page.get_by_role("button", name="사건으로 등록").click()
    expect(page.get_by_text(re.compile("-DF-000001 · 신규"))).to_be_visible()
    decide(page, "추적조사 의뢰")
    expect(page.get_by_text("처분을 저장했습니다.")).to_be_visible()

    newer = pd.read_csv(files["movements"], encoding="cp949", dtype=str, keep_default_na=False)
    waiting = newer.index[newer["출국일"] == ""]
    newer.loc[waiting[::2], ["출국일", "출국항공편"]] = ["2026-07-09", "ZZ777"]
    newer.to_csv(tmp_path / "출입국_7월.csv", index=False, encoding="cp949")
    page.get_by_text("새 출입국 자료로 다시 확인").click()
    upload(page, "새 출입국 자료", tmp_path / "출입국_7월.csv")
    told = alert(page, "미출국 의심이 풀렸습니다")
    expect(told).to_be_visible()
    waited, cleared = map(int, re.findall(r"([0-9,]+)명", told.inner_text()))
    assert 0 < cleared < waited
    expect(table(page, "출국 확인").locator("td", has_text="ZZ777").first).to_be_attached()

    page.reload()
    wait_ready(page)
    view(page, "사건 목록")
    expect(table(page, "건번호").locator("td", has_text="추적조사 의뢰")).to_have_count(1)


def test_a_wrong_or_broken_file_is_told_and_blocks_nothing(server: Server, page: Page, tmp_path: Path) -> None:
    files = korean_files("duty_free", tmp_path)
    (tmp_path / "빈 파일.csv").write_bytes(b"")
    go(page, server, BUYERS)
    view(page, "내 파일")
    slots = page.get_by_test_id("stFileUploader")
    for title, path in (("판매·현장인도 내역", files["movements"]), ("항공예약", tmp_path / "빈 파일.csv")):
        wait_ready(page)
        slots.filter(has_text=title).locator("input[type=file]").set_input_files(path)
        wait_ready(page)
    expect(page.get_by_test_id("stAlertContentError").filter(has_text=re.compile("[가-힣]"))).to_have_count(2)
    expect(page.get_by_text("더 필요한 자료: 판매·현장인도 내역, 항공예약, 출입국")).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0
    view(page, "시연 자료")
    expect(page.get_by_test_id("stSlider")).to_be_visible(timeout=60_000)


def test_two_officers_decide_on_the_same_code_at_once_and_nothing_is_overwritten(
    server: Server, new_page: Callable[..., Page]
) -> None:
    first, second = new_page(), new_page()
    for officer in (first, second):
        open_demo(officer, server, CODES)
        choose(officer)
    first.get_by_role("button", name="사건으로 등록").click()
    expect(first.get_by_text(re.compile("-PT-[0-9]+ · 신규"))).to_be_visible()
    second.get_by_role("button", name="사건으로 등록").click()
    expect(second.get_by_text(re.compile("-PT-[0-9]+ · 신규"))).to_be_visible()  # the same case, not another
    number = re.findall(r"[0-9]+-PT-[0-9]+", second.locator("body").inner_text())[0]

    decide(first, "조사 의뢰")
    expect(first.get_by_text("처분을 저장했습니다.")).to_be_visible()
    decide(second, "이상 없음")
    expect(second.get_by_text(re.compile("바꾸었습니다")).first).to_be_visible()
    with case_book(server.data_dir) as book:
        case = book.case(number)
        assert [decision.outcome for decision in book.decisions(case.id)] == ["investigate"]
    second.get_by_role("button", name="확인했습니다").click()
    expect(second.get_by_text(re.compile("보시는 동안"))).to_have_count(0)
    wait_ready(second)
    expect(second.get_by_role("button", name="처분 저장")).to_be_enabled()


def test_one_declaration_is_judged_and_a_hostile_word_stays_text(server: Server, page: Page) -> None:
    go(page, server, CODES)
    view(page, "한 건 판정")
    view(page, "시연 자료")
    recent = page.get_by_role("combobox", name="최근 신고에서 불러오기")
    recent.click(timeout=60_000)
    page.get_by_role("option").first.click()
    expect(page.get_by_role("textbox", name="개인통관고유부호")).to_have_value(re.compile("^P[0-9]{12}$"))
    wait_ready(page)
    page.get_by_role("textbox", name="신고번호").fill(HOSTILE)
    page.get_by_role("textbox", name="품명").fill(HOSTILE)
    page.get_by_role("button", name="판정", exact=True).click()
    told = page.get_by_role("status").filter(has_text="밀리초")
    expect(told).to_contain_text(re.compile("정상|관심|의심|유력"), timeout=60_000)
    expect(told).to_contain_text(HOSTILE)
    page.get_by_role("button", name="사건으로 등록").click()
    expect(page.get_by_text(re.compile("-PT-[0-9]+ · 신규"))).to_be_visible()
    assert page.locator("img[src=x]").count() == 0  # and ``page`` fails if a script ran
    wait_ready(page)
    pick(page, recent, 1)
    expect(told, "the verdict on another declaration is gone").to_have_count(0)


def network(page: Page) -> tuple[Frame, int]:
    """The network on screen and how many points it has; 0 while it is being drawn."""
    frame = page.frames[-1]
    try:
        return frame, frame.evaluate("typeof nodes === 'undefined' ? 0 : nodes.length")
    except Error:  # the frame has just been replaced
        return frame, 0


def drawn(page: Page, more_than: int = 0) -> tuple[Frame, int]:
    """The network once it shows more points than that."""
    for _ in range(200):
        if network(page)[1] > more_than:
            return network(page)
        page.wait_for_timeout(100)
    pytest.fail(f"no network of more than {more_than} points")


def test_a_point_of_the_network_opens_its_neighbours_when_clicked(server: Server, page: Page) -> None:
    open_demo(page, server, CODES)
    view(page, "모니터링")
    frame, before = drawn(page)
    wait_ready(page)
    page.wait_for_timeout(1500)  # the points come to rest
    frame.frame_element().scroll_into_view_if_needed()
    frame.locator("canvas").click(position=frame.evaluate("network.canvasToDOM(network.getPositions([1])[1])"))
    _, opened = drawn(page, before)
    assert opened > before
    page.get_by_role("button", name="처음으로").click()
    for _ in range(100):
        if network(page)[1] == before:
            return
        page.wait_for_timeout(100)
    pytest.fail("the first network did not come back")


@pytest.mark.slow
def test_decisions_teach_a_new_model_which_is_compared_and_then_screens_the_list(server: Server, page: Page) -> None:
    open_demo(page, server, CODES)
    promised = page.get_by_text(re.compile("🎯 목록의 상위")).inner_text()
    risk = cells(page, "주요 이유")
    view(page, "모델")
    page.get_by_role("button", name="다시 학습").click()
    switch = page.get_by_role("button", name="새 모델로 바꾸기")
    expect(switch).to_be_visible(timeout=180_000)
    sides = table(page, "새 모델")
    sides.scroll_into_view_if_needed()
    expect(sides.locator("th")).to_have_text(["항목", "지금 모델", "새 모델"])
    measured = sides.locator("td").all_inner_texts()
    assert any("PR-AUC" in cell for cell in measured)
    assert "-" not in measured, "one of the models was not measured"
    switch.click()
    expect(page.get_by_text("새 모델로 바꾸었습니다.")).to_be_visible()
    expect(page.get_by_text(re.compile("처분 결과 [0-9]+건")).first).to_be_visible(timeout=60_000)
    view(page, "선별 목록")
    now = page.get_by_text(re.compile("🎯 목록의 상위"))
    expect(now).not_to_have_text(promised)
    assert cells(page, "주요 이유") != risk
    choose(page)
    expect(page.get_by_text("무엇이 점수를 올리고 내렸습니까")).to_be_visible()


def test_a_firm_gets_its_dossier_and_a_line_of_the_network_its_rows(server: Server, page: Page) -> None:
    open_demo(page, server, FIRMS)
    choose(page)
    name = page.get_by_role("heading", level=3).first.inner_text()
    number = re.findall(r"[0-9]{3}-[0-9]{2}-[0-9]{5}", name)[0]
    page.get_by_role("button", name="사건 개요서 만들기").click()
    with page.expect_download(timeout=60_000) as told:
        page.get_by_role("button", name="PDF 내려받기").click()
    text = "".join(sheet.extract_text() for sheet in PdfReader(told.value.path()).pages)
    assert number in text
    assert "혐의정보" in text
    view(page, "연결망")
    frame, points = drawn(page, 1)
    assert points <= 300
    frame.wait_for_function("typeof edges !== 'undefined' && edges.length > 0")
    kinds = set(frame.evaluate("edges.get().map(line => line.color)"))
    assert len(kinds) >= 2, "goods and money are drawn apart"
    pick(page, page.get_by_role("combobox", name="흐름의 행 보기(선을 눌러도 됩니다)"))
    rows = page.get_by_test_id("stDataFrame").filter(has_text="번호").last
    expect(rows.locator("td").first).to_be_attached()


def test_an_exporter_shows_the_imported_goods_beside_the_exported_ones(server: Server, page: Page) -> None:
    open_demo(page, server, EXPORTERS)
    choose(page)
    page.get_by_role("link", name="수입신고와 수출신고 나란히 보기").click()
    expect(page.get_by_role("heading", name="수입신고와 수출신고 나란히 보기")).to_be_in_viewport()
    beside = page.locator(".ax-pair")
    expect(beside).to_contain_text("한국(KR)")
    expect(beside.locator("mark").first).to_be_attached()
    expect(page.get_by_text("왜 같은 물품으로 봅니까")).to_be_visible()
    expect(page.get_by_text("수입한 재고에서 나갔습니까")).to_be_visible()
    view(page, "세율 차이")
    expect(page.get_by_text("한국산으로 적으면 줄어드는 세율")).to_be_visible()
    view(page, "관련 업체")
    _, points = drawn(page, 1)
    assert points <= 300


def test_a_morning_of_bonded_cargo_from_the_board_to_the_messages_sent(server: Server, page: Page) -> None:
    open_demo(page, server, CARGO)
    view(page, "오늘의 알림판")
    expect(page.get_by_text("기한이 지난 신고")).to_be_visible()
    page.get_by_role("radio", name="형사 검토").or_(page.get_by_role("button", name="형사 검토")).first.click()
    expect(page.get_by_text("보세운송신고나 면제 기록이 없음").first).to_be_visible()
    page.get_by_role("button", name="사건으로 등록·처분").click()
    expect(page.get_by_text("처분 저장")).to_be_visible()
    view(page, "문자 안내")
    page.get_by_role("button", name=re.compile("문자 .*통 만들기")).click()
    approving = page.get_by_role("button", name=re.compile("모두 승인"))
    approving.click()
    expect(page.get_by_text("보내지 않는 것")).to_be_visible()
    expect(page.get_by_text("파일에만 기록")).to_be_visible()
    page.get_by_role("button", name=re.compile("모두 승인합니다")).click()
    sending = page.get_by_role("button", name=re.compile(r"보내기\("))
    sending.click()
    expect(sending).to_have_count(0)
    expect(approving).to_have_count(0)
    expect(page.get_by_text("받는 사람이 볼 내용")).to_be_visible()
    sent = [
        line for file in (server.data_dir / "outbox").glob("*.jsonl") for line in file.read_text("utf-8").splitlines()
    ]
    shown = re.search(r"([\d,]+)곳", page.get_by_test_id("stMetricValue").first.inner_text())
    assert shown
    assert len(sent) == int(shown[1].replace(",", "")) > 0
    view(page, "사건 목록")
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()


@pytest.mark.parametrize(("path", "views"), [
    (BUYERS, ("전체 그림", "기준값", "모델", "사건 목록")),
    (CODES, ("한 건 판정", "모니터링", "전체 그림", "기준값", "모델", "사건 목록")),
    (FIRMS, ("연결망", "전체 그림", "기준값", "모델", "사건 목록")),
    (ADDRESSES, ("주소 읽기", "지도·판독 결과", "전체 그림", "기준값", "모델", "사건 목록")),
    (EXPORTERS, ("연결 보기", "관련 업체", "세율 차이", "전체 그림", "기준값", "모델", "사건 목록")),
    (CARGO, ("오늘의 알림판", "문자 안내", "회신·효과", "전체 그림", "기준값", "모델", "사건 목록")),
], ids=["duty_free", "pccc_theft", "fetch", "address_reading", "origin_laundering", "bonded_cargo"])  # fmt: skip
def test_on_a_phone_nothing_sticks_out_and_the_first_screen_says_what_to_do(
    server: Server, phone: Page, path: str, views: tuple[str, ...]
) -> None:
    go(phone, server, path)
    first = alert(phone, "먼저 자료를 넣어 주십시오").bounding_box()
    assert first
    assert first["y"] + first["height"] <= 844
    view(phone, "시연 자료")
    expect(phone.get_by_test_id("stSlider")).to_be_visible(timeout=60_000)
    assert overflow(phone) == [], "선별 목록"
    choose(phone)
    phone.wait_for_timeout(500)
    assert overflow(phone) == [], "a lead"
    for name in views:
        view(phone, name)
        phone.wait_for_timeout(700)
        wait_ready(phone)
        assert overflow(phone) == [], name
        assert phone.get_by_test_id("stException").count() == 0, name
