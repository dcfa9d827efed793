"""Hostile text and hostile neighbours: whatever a file, a photo, a document or a person says stays text on every page."""

import csv
import io
import json
import re
import socket
import tempfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from zipfile import ZipFile

import numpy as np
import pytest
from playwright.sync_api import Frame, Page, expect
from pypdf import PdfReader

from lib.settings import DATA, ROOT
from tests.browser.conftest import Server, go, view, wait_ready
from tests.browser.hostile import ALL, NAME, WORDS, Watch, formulas, planted
from tests.browser.test_screening import choose

pytestmark = pytest.mark.browser
VIEWS = {
    "duty_free": ("전체 그림",),
    "pccc_theft": ("모니터링", "한 건 판정"),
    "fetch": ("연결망", "전체 그림"),
    "address_reading": ("지도·판독 결과", "주소 읽기"),
    "origin_laundering": ("연결 보기", "관련 업체", "전체 그림"),
    "bonded_cargo": ("오늘의 알림판", "회신·효과", "문자 안내"),
}  # those that show what tables say


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A suite whose officer and office are hostile too."""
    started = Server(
        tmp_path_factory.mktemp("hostile"),
        AX_OFFICER=f"담당 {ALL}"[:400],
        AX_CUSTOMS_OFFICE=f"예시세관 {WORDS[8]} {WORDS[6]}",
    )
    yield started
    started.stop()


def put(page: Page, title: str, name: str, data: bytes) -> None:
    """A file of that name into the slot of that title, once the page is at rest."""
    slot = page.get_by_test_id("stFileUploader").filter(has_text=title).locator("input[type=file]").first
    wait_ready(page)
    slot.set_input_files([{"name": name, "mimeType": "text/csv", "buffer": data}])
    page.wait_for_timeout(100)
    wait_ready(page)


def hover(page: Page, watch: Watch, where: str) -> None:
    """The words beside a point of each chart and of each network."""
    for chart in page.get_by_test_id("stPlotlyChart").all():
        mark = chart.locator(".points path, .point path, .sankey-node, .sankey-link").last
        if not mark.count():
            continue
        mark.scroll_into_view_if_needed()
        if box := mark.bounding_box():
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            page.wait_for_timeout(80)
            watch.look(f"{where}, chart")
    for frame in page.frames[1:]:
        holder = frame.frame_element()
        holder.scroll_into_view_if_needed()
        box = holder.bounding_box()
        assert box
        for x, y in points(frame)[:2]:
            page.mouse.move(box["x"] + x, box["y"] + y)
            page.wait_for_timeout(450)
            watch.look(f"{where}, network")


def points(frame: Frame) -> list[tuple[float, float]]:
    """Where the points of a network are drawn."""
    told: list[tuple[float, float]] = frame.evaluate(
        "() => typeof network === 'undefined' ? [] : Object.values(network.getPositions()).map(p => network.canvasToDOM(p)).map(p => [p.x, p.y])"
    )
    return told


def download(page: Page, watch: Watch, label: str) -> None:
    """A file, in which nothing acts."""
    with page.expect_download(timeout=60_000) as told:
        page.get_by_role("button", name=label, exact=True).first.click()
    name = told.value.suggested_filename
    watch.troubles += [f"{name}: {one}" for one in acts(told.value.path().read_bytes(), name)]


def typed(page: Page, name: str) -> None:
    """What an officer types into a view of that name."""
    if name == "한 건 판정":
        for title in ("수하인성명", "배송지주소", "발송인상호", "품명", "신고번호"):
            page.get_by_role("textbox", name=title).fill(ALL[:200])
        page.get_by_role("textbox", name="물품가격(USD)").fill("45")
        page.get_by_role("button", name="판정", exact=True).click()
        expect(page.locator("[role=status]", has_text="신고").first).to_be_visible()
    if name == "주소 읽기":
        page.get_by_label("영문 주소").fill(f"8, Seongnam-daero 331beon-gil, Bundang-gu {ALL}")
        page.get_by_label("신고된 우편번호").fill("**x**")
        page.get_by_role("button", name="읽기", exact=True).click()
        expect(page.get_by_text("확신도").or_(page.get_by_text("찾지 못했습니다")).first).to_be_visible()
    if name == "문자 안내":
        page.get_by_role("button", name=re.compile("문자 .*통 만들기")).click()
        expect(page.get_by_role("button", name=re.compile("모두 승인"))).to_be_visible()
        expect(page.get_by_text("받는 사람이 볼 내용")).to_be_visible()
    wait_ready(page)


@pytest.mark.parametrize(
    "entry", [one if one == "bonded_cargo" else pytest.param(one, marks=pytest.mark.slow) for one in VIEWS]
)
def test_whatever_a_table_says_stays_text(server: Server, page: Page, entry: str) -> None:
    watch = Watch(page, server.port)
    go(page, server, f"/{entry}")
    view(page, "내 파일")
    tables = planted(entry)
    put(page, f"{next(iter(tables))} (", f"{NAME}.csv", b"%PDF-1.7")
    expect(page.get_by_test_id("stAlertContentError")).to_contain_text("**pwnbold**")
    watch.look("a file refused")
    for title, data in tables.items():
        put(page, f"{title} (", f"{NAME} {title}.csv", data)
    expect(page.get_by_test_id("stSlider")).to_be_visible(timeout=60_000)
    choose(page)
    hover(page, watch, "lead")
    page.get_by_role("button", name=re.compile("근거 [0-9,]+행 보기")).first.click()
    watch.look("evidence")
    page.keyboard.press("Escape")
    download(page, watch, "CSV 내려받기")
    download(page, watch, "XLSX 내려받기")
    if entry == "fetch":
        page.get_by_role("button", name="사건 개요서 만들기").click()
        download(page, watch, "PDF 내려받기")
    page.get_by_role("button", name="사건으로 등록").click()
    expect(page.get_by_text("처분 저장")).to_be_visible()
    page.get_by_label("메모").fill(ALL)
    page.get_by_role("button", name="메모만 남기기").click()
    expect(page.get_by_text("메모를 남겼습니다")).to_be_visible()
    for name in VIEWS[entry]:
        view(page, name)
        page.wait_for_timeout(300)
        wait_ready(page)
        typed(page, name)
        watch.look(name)
        hover(page, watch, name)
    view(page, "사건 목록")
    page.get_by_test_id("stDataFrame").first.click(position={"x": 18, "y": 52})
    expect(page.get_by_text("처리 이력")).to_be_visible()
    watch.look("case")
    assert watch.seen == set(WORDS), "all of it stands there as it was written"
    watch.done()


FINDINGS = "감사연도,감사종류,업무분야,제목,지적내용,처분,추징액,관계법령,조치할 사항,예방대책\n"
LAW_NAME = f"예시법 {WORDS[6]} **pwnbold**"


def documents() -> tuple[bytes, bytes]:
    """Findings (CSV) and a law (JSON) of the office's own, hostile in every field."""

    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    rows = [
        f'2024,종합감사,통관,{cell(f"관세 감면 심사 소홀 {word}")},{cell(f"여행자 휴대품의 관세를 감면하면서 확인하지 아니함 {ALL}")},주의,"1,000,000",'
        f"{cell(f'관세법 제96조 {word}')},{cell(f'감면 심사를 철저히 하시기 바랍니다 {word}')},{cell(f'감면 요건을 먼저 확인한다 {word}')}"
        for word in WORDS
    ]
    law = [
        {"law": LAW_NAME, "kind": "law", "조번호": "1", "제목": f"목적 {WORDS[0]}", "내용": f"제1조(목적 {WORDS[8]}) ① 여행자 휴대품 {ALL}"},
        {"law": "관세법", "kind": "law", "조번호": "96", "제목": f"여행자 휴대품의 감면 {WORDS[6]}", "내용": f"제96조(여행자 휴대품의 감면) ① 여행자의 휴대품에는 관세를 면제할 수 있다. {ALL}"},
    ]  # fmt: skip
    return (FINDINGS + "\n".join(rows)).encode("utf-8-sig"), json.dumps(law, ensure_ascii=False).encode()


def test_whatever_a_law_a_finding_or_a_question_says_stays_text(server: Server, page: Page) -> None:
    watch = Watch(page, server.port)
    findings, law = documents()
    go(page, server, "/audit")
    page.get_by_text("이렇게 물어보십시오").wait_for(timeout=60_000)
    view(page, "자료")
    put(page, "법령 파일", f"{NAME}.json", b"[1]")
    expect(page.get_by_test_id("stAlertContentError")).to_contain_text("pwnmath")
    watch.look("broken law")
    put(page, "지적사례 파일", f"{NAME}.csv", b"\0\0\0")
    watch.look("broken findings")
    page.reload()
    wait_ready(page)
    view(page, "자료")
    put(page, "법령 파일", f"{NAME}.json", law)
    page.get_by_role("button", name="가져오기", exact=False).first.click()
    expect(page.get_by_text("를 가져왔습니다")).to_be_visible(timeout=60_000)
    watch.look("law kept")
    put(page, "지적사례 파일", f"{NAME}.csv", findings)
    watch.look("findings understood")
    page.get_by_role("button", name=re.compile("건 가져오기")).click()
    expect(page.get_by_text("건을 가져왔습니다")).to_be_visible(timeout=60_000)
    watch.look("findings kept")
    view(page, "질문하기")
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill(f"해외여행 다녀오면서 산 물건 세금 깎아 주나요 {ALL}")
    field.press("Enter")
    expect(page.locator(".ax-part").first).to_be_visible(timeout=60_000)
    wait_ready(page)
    watch.look("answer")
    for summary in page.locator(".ax-source summary").all():
        summary.click()
    watch.look("sources")
    download(page, watch, "이 답을 보고서로(DOCX)")
    download(page, watch, "PDF")
    for name in ("이렇게 처리해도 되나?", "주제별 보기", "지적 추세", "개선 작업함", "자료", "성능·한계"):
        view(page, name)
        page.wait_for_timeout(500)
        wait_ready(page)
        if name.startswith("이렇게"):
            page.get_by_label("어떻게 처리하려고").fill(f"여행자 휴대품 감면을 확인 없이 하려고 합니다 {ALL}")
            page.get_by_role("button", name="점검하기").click()
            expect(page.locator(".ax-part").first).to_be_visible(timeout=60_000)
        wait_ready(page)
        watch.look(name)
        hover(page, watch, name)
    view(page, "질문하기")
    page.get_by_role("button", name="지난 대화").click()
    watch.look("past talks")
    assert watch.seen == set(WORDS)
    watch.done()


def test_whatever_a_photo_says_stays_text(server: Server, page: Page) -> None:
    watch = Watch(page, server.port)
    go(page, server, "/hazard_photo")
    expect(page.get_by_text("목록 기준일").first).to_be_visible()
    page.get_by_role("button", name="수량·기준일").click()
    page.get_by_label("제품명").fill(f"{WORDS[8]} {WORDS[6]} {WORDS[0]}"[:120])
    page.get_by_label("제조사·제조국").fill(f"{WORDS[13]} {WORDS[9]}"[:120])
    page.get_by_label("HBL 번호").fill(WORDS[6][:40])
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    wait_ready(page)
    page.locator("input[type=file]").first.set_input_files(
        [{"name": f"{NAME}.png", "mimeType": "image/png", "buffer": label()}]
    )
    expect(page.locator("[role=status]").first).to_be_visible(timeout=60_000)
    wait_ready(page)
    watch.look("verdict")
    expect(page.get_by_text("바코드 [pwnlink]")).to_be_visible()
    correction = page.locator("summary", has_text="잘못 읽었습니까")
    expect(correction).to_have_count(1)  # while the verdict is drawn anew the old one still stands
    correction.click()
    assert "onerror" in page.get_by_label("읽은 글자").input_value(), "it was read off the label"
    page.get_by_label("읽은 글자").fill(f"Melatonin {ALL}")
    page.get_by_label("읽은 글자").press("Control+Enter")
    wait_ready(page)
    page.wait_for_timeout(500)
    watch.look("corrected")
    page.get_by_label("메모", exact=False).first.fill(ALL)
    page.get_by_role("button", name="통관보류(반입차단)").first.click()
    expect(page.get_by_text("기록했습니다").first).to_be_visible()
    watch.look("decided")
    view(page, "사건 목록")
    page.get_by_test_id("stDataFrame").first.click(position={"x": 18, "y": 52})
    expect(page.get_by_text("처리 이력")).to_be_visible()
    watch.look("case")
    assert watch.seen == set(WORDS)
    watch.done()


def label() -> bytes:
    """A label that says hostile things in print and in its code."""
    import zxingcpp
    from PIL import Image, ImageDraw, ImageFont

    sheet = Image.new("RGB", (1600, 1200), "white")
    pen, face = ImageDraw.Draw(sheet), ImageFont.truetype(str(DATA / "fetched" / "Pretendard-Regular.otf"), 40)
    for line, text in enumerate(("Supplement Facts", "Melatonin 5 mg", *WORDS[:10])):
        pen.text((40, 30 + 70 * line), text, "black", font=face)
    code = zxingcpp.create_barcode(f"{WORDS[6]} **pwnbold** {WORDS[8]}", zxingcpp.BarcodeFormat.QRCode)
    sheet.paste(Image.fromarray(np.asarray(zxingcpp.write_barcode_to_image(code, scale=6))), (1100, 700))
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


def acts(data: bytes, name: str) -> list[str]:
    """What a reader of a file would follow or run."""
    if name.endswith(".pdf"):
        notes = [note.get_object() for sheet in PdfReader(io.BytesIO(data)).pages for note in sheet.get("/Annots", [])]
        return [str(note.get("/A")) for note in notes if (note.get("/A") or {}).get("/S") not in (None, "/GoTo")]
    if not name.endswith(".docx"):
        return formulas(data, name)
    with ZipFile(io.BytesIO(data)) as book:
        parts = {part: book.read(part).decode("utf-8", "ignore") for part in book.namelist()}
    marks = ("<w:hyperlink", 'TargetMode="External"', "instrText")
    return [f"{part}: {mark}" for part, xml in parts.items() for mark in marks if mark in xml]


def test_what_officers_typed_stays_text_in_settings_and_records(server: Server, page: Page) -> None:
    watch = Watch(page, server.port)
    go(page, server, "/duty_free")
    view(page, "기준값")
    page.get_by_label("바꾸는 근거").fill(ALL)
    page.get_by_role("button", name="기준 저장").click()
    expect(page.locator("td", has_text="pwnbold").first).to_be_attached()
    watch.look("limits")
    go(page, server, "/records")
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    watch.look("records")
    page.get_by_test_id("stDataFrame").hover()
    expect(page.get_by_test_id("stElementToolbarButton").first).to_be_visible()
    assert not page.get_by_role("button", name=re.compile("download", re.IGNORECASE)).count(), "only ours is on record"
    download(page, watch, "CSV 내려받기")
    assert watch.seen == set(WORDS)
    watch.done()


class Neighbour(ThreadingHTTPServer):
    """Another program of this computer with a web page of its own. ``asked``: what came in."""

    def __init__(self, html: str) -> None:
        asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(html.encode())

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = asked
        Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


@pytest.fixture
def neighbour(server: Server) -> Iterator[Neighbour]:
    one = Neighbour(f"<h1>neighbour</h1><iframe src='{server.url}/duty_free' width=900 height=600></iframe>")
    yield one
    one.shutdown()
    one.server_close()


# What a script that had got in would try; Streamlit needs inline scripts, so the policy must keep it from reaching out.
REACH = """async away => {
  const told = {}, added = (what, name, set) => new Promise(done => {
    const e = document.createElement(name); set(e);
    e.onload = () => done(told[what] = 'loaded'); e.onerror = () => done(told[what] = 'refused');
    document.body.append(e); setTimeout(() => done(told[what] ??= 'silent'), 1500);
  });
  await added('script', 'script', e => e.src = away + 'script');
  await added('picture', 'img', e => e.src = away + 'picture');
  await added('style', 'link', e => { e.rel = 'stylesheet'; e.href = away + 'style'; });
  await added('object', 'object', e => e.data = away + 'object');
  document.body.append(Object.assign(document.createElement('iframe'), {src: away + 'frame'}));
  told.fetch = await fetch(away + 'fetch', {mode: 'no-cors'}).then(() => 'sent', () => 'refused');
  navigator.sendBeacon(away + 'beacon', 'x');
  const form = Object.assign(document.createElement('form'), {action: away + 'form', method: 'post', target: '_blank'});
  document.body.append(form); form.submit();
  const base = Object.assign(document.createElement('base'), {href: away});
  document.head.append(base); told.base = document.baseURI.startsWith(away) ? 'moved' : 'refused'; base.remove();
  await new Promise(done => setTimeout(done, 300));
  return told;
}"""


def greeted(server: Server, origin: str) -> int:
    """How the suite answers a page of that origin that wants to drive it."""
    asked = (
        f"GET /_stcore/stream HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nOrigin: {origin}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: streamlit\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
        line.sendall(asked.encode())
        return int(line.recv(100).split()[1])


def test_no_other_page_frames_or_drives_the_suite_and_no_script_in_it_reaches_another(
    server: Server, page: Page, neighbour: Neighbour
) -> None:
    page.goto(neighbour.url)
    page.wait_for_function("frames.length === 1")
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("refused to connect")
    assert page.frames[1].url.startswith("chrome-error:")
    for origin in (
        "https://evil.example",
        "http://evil.example:80",
        "null",
        f"http://127.0.0.1.evil.example:{server.port}",
        neighbour.url.rstrip("/"),
    ):
        assert greeted(server, origin) == 403, origin
    neighbour.asked.clear()
    go(page, server, "/duty_free")
    told = page.evaluate(REACH, neighbour.url)
    assert set(told.values()) == {"refused"}, told
    assert neighbour.asked == []


NAMES = (
    "../../etc/passwd.json", "..\\..\\x.json", "C:\\x.json", f"{'가' * 83}.json", f"{'a' * 250}.json", f"{'한' * 250}.json", 
    "😀😀.json", "CON.json", "\u202enosj.exe.json", "a\nb.json", ".json", "..json",
)  # fmt: skip


def test_no_name_of_a_file_leads_out_of_the_data_folder(server: Server, page: Page) -> None:
    """Of all files that come in, only laws are put on disk under a name of their own, for a moment."""
    watch = Watch(page, server.port)
    folders = (server.data_dir.parent, ROOT, Path(tempfile.gettempdir()))
    before = [{path.name for path in folder.iterdir()} for folder in folders]
    law = documents()[1]
    go(page, server, "/audit")
    page.get_by_text("이렇게 물어보십시오").wait_for(timeout=60_000)
    view(page, "자료")
    for name in NAMES:
        put(page, "법령 파일", name, law)
        expect(page.get_by_text("알아본 내용: 법령 2개의 조문 2개"), repr(name)).to_be_visible()
        watch.look(repr(name))
    for folder, names in zip(folders, before, strict=True):
        marks = [path.name for path in folder.iterdir() if path.name not in names]
        assert not [name for name in marks if name.endswith(".json") or "passwd" in name], folder
    assert not [path for path in server.data_dir.rglob("*") if not re.fullmatch(r"[\w.-]+", path.name)]
    watch.done()


def test_what_is_too_large_is_told_in_korean(server: Server, page: Page, tmp_path: Path) -> None:
    watch = Watch(page, server.port)
    (title, data), *_ = planted("duty_free").items()
    header, row, *rest = data.split(b"\n")[:50]
    go(page, server, "/duty_free")
    view(page, "내 파일")
    slot = page.get_by_test_id("stFileUploader").filter(has_text=title)
    put(page, f"{title} (", "넓은.csv", b",".join(b"c%d" % n for n in range(5000)) + b"\n" + b",".join([b"1"] * 5000))
    expect(page.get_by_test_id("stAlertContentError")).to_contain_text("열이 2,000개를 넘습니다")
    cells = next(csv.reader([row.decode()]))
    cells[next(csv.reader([header.decode("utf-8-sig")])).index("영문성명")] = "A" * 10_000_000
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    put(page, f"{title} (", "긴 칸.csv", b"\n".join((header, out.getvalue().strip().encode(), *rest)))
    told = page.get_by_test_id("stAlertContentError").or_(page.get_by_text("더 필요한 자료: 항공예약, 출입국"))
    expect(told.filter(has_not_text="2,000개").first).to_be_visible(timeout=60_000)
    watch.look("a cell of 10 MB")
    big = tmp_path / "큰.csv"
    with big.open("wb") as file:
        file.truncate(251 * 2**20)
    slot.locator("input[type=file]").first.set_input_files(big)
    expect(slot.locator("[aria-invalid=true]")).to_be_visible()
    assert "올리지 못했습니다" in slot.first.evaluate("e => getComputedStyle(e, '::after').content")
    slot.locator("[aria-invalid=true]").hover()
    page.wait_for_timeout(500)
    assert (
        not page.get_by_text("File must be")
        .filter(visible=True)
        .and_(page.get_by_test_id("stTooltipErrorContent"))
        .count()
    )
    go(page, server, "/audit")
    page.get_by_text("이렇게 물어보십시오").wait_for(timeout=60_000)
    field = page.get_by_test_id("stChatInputTextArea")
    assert "1,000자까지" in (field.get_attribute("placeholder") or "")
    field.fill("가" * 1_000_000)
    assert len(field.input_value()) <= 1000
    watch.look("a question of 1 MB")
    watch.done()
