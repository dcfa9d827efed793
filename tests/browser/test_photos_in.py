"""Every way a photo comes in, and what comes in that is no photo."""

import base64
import io
import re
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from lib.settings import DATA
from tests.browser.conftest import Server, english, go, verdict, view, wait_ready, way

pytestmark = pytest.mark.browser

HAZARD = "/hazard_photo"
DEMO = DATA / "hazard_photo" / "demo"
VERDICTS = re.compile("통관금지|통관보류|확인필요|재촬영|목록에 없음")
ERROR = "[data-testid=stAlertContentError]"


def upload(page: Page, *files: Path) -> None:
    way(page, "올리기")
    page.locator("input[type=file]").first.set_input_files(list(files))


def refusal(page: Page, timeout: float = 60) -> str:
    """The one sentence told about a file that cannot be used."""
    told = page.locator(ERROR)
    expect(told.first).to_be_visible(timeout=timeout * 1000)
    wait_ready(page)
    assert told.count() == 1
    words = told.inner_text()
    assert re.search("[가-힣]", words)
    assert page.locator("[data-testid=stException]").count() == 0
    assert "Traceback" not in page.locator("body").inner_text()
    return words


def test_upload_of_a_jpeg_is_judged(server: Server, page: Page) -> None:
    go(page, server, HAZARD)
    upload(page, DEMO / "06_vitamin_c.jpg")
    verdict(page, "목록에 없음")


def test_the_phones_own_camera_is_one_tap_away(server: Server, page: Page) -> None:
    """The rear lens through the phone's camera application; Playwright hands over what the application would."""
    go(page, server, HAZARD)
    way(page, "촬영")
    lens = page.locator("input[capture=environment]")
    expect(page.get_by_text("휴대전화 카메라로 촬영")).to_be_visible()
    lens.set_input_files(DEMO / "01_melatonin_gummies.jpg")
    verdict(page, "통관보류")


def test_upload_of_heic_is_judged(server: Server, page: Page, tmp_path: Path) -> None:
    pillow_heif.from_pillow(Image.open(DEMO / "01_melatonin_gummies.jpg")).save(tmp_path / "x.heic", quality=80)
    go(page, server, HAZARD)
    upload(page, tmp_path / "x.heic")
    verdict(page, "통관보류")


@pytest.mark.parametrize("kind", ["200MB", "PDF", "truncated"])
def test_what_is_no_photo_gets_one_korean_sentence(server: Server, page: Page, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.jpg"
    if kind == "200MB":
        with path.open("wb") as file:
            file.truncate(200_000_000)
    elif kind == "PDF":
        path = tmp_path / "x.pdf"
        path.write_bytes(b"%PDF-1.7\n%%EOF\n")
    else:
        path.write_bytes((DEMO / "02_senna_diet_tea.jpg").read_bytes()[:60_000])
    go(page, server, HAZARD)
    upload(page, path)
    words = refusal(page)
    assert {"200MB": "30 MB", "PDF": "PDF", "truncated": "끊겨"}[kind] in words


def test_a_batch_goes_on_past_a_broken_file(server: Server, page: Page, tmp_path: Path) -> None:
    hostile = tmp_path / "<img src=x onerror=alert(1)>.jpg"
    hostile.write_bytes(b"no photo")
    go(page, server, HAZARD)
    upload(page, DEMO / "06_vitamin_c.jpg", hostile, DEMO / "01_melatonin_gummies.jpg")
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible(timeout=60_000)
    assert "onerror" in refusal(page)
    names = page.locator("[data-testid=stDataFrame] td", has_text=".jpg")
    expect(names).to_have_text(["01_melatonin_gummies.jpg", "06_vitamin_c.jpg"])  # gravest first


def test_a_batch_of_nothing_but_broken_files_tells_each(server: Server, page: Page, tmp_path: Path) -> None:
    broken = [tmp_path / "a.jpg", tmp_path / "b.jpg"]
    for number, path in enumerate(broken):
        path.write_bytes(b"no photo" * (number + 1))
    go(page, server, HAZARD)
    upload(page, *broken)
    expect(page.locator(ERROR)).to_have_count(2)
    for path in broken:
        expect(page.locator(ERROR).filter(has_text=path.name)).to_have_count(1)
    wait_ready(page)
    assert english(page) == []


def test_a_file_name_is_shown_as_it_is(server: Server, page: Page, tmp_path: Path) -> None:
    names = ["![x](y).jpg", "**x** :red[y] $z$.jpg"]
    for name in names:
        (tmp_path / name).write_bytes(name.encode())
    go(page, server, HAZARD)
    upload(page, *(tmp_path / name for name in names))
    expect(page.locator(ERROR)).to_have_count(2)
    for name in names:
        expect(page.locator(ERROR).filter(has_text=name)).to_have_count(1, timeout=3000)
    assert page.locator(f"{ERROR} img").count() == 0


def test_a_pasted_picture_is_judged(server: Server, page: Page) -> None:
    shot = Image.open(DEMO / "03_slimming_coffee.jpg")
    png = io.BytesIO()
    shot.save(png, "PNG")
    go(page, server, HAZARD)
    way(page, "붙여넣기")
    field = page.get_by_test_id("stChatInputTextArea")
    field.wait_for()
    field.evaluate(
        """(field, coded) => {
          const bytes = Uint8Array.from(atob(coded), c => c.charCodeAt(0)), clipboard = new DataTransfer();
          clipboard.items.add(new File([bytes], 'image.png', {type: 'image/png'}));
          field.focus();
          field.dispatchEvent(new ClipboardEvent('paste', {clipboardData: clipboard, bubbles: true, cancelable: true}));
        }""",
        base64.b64encode(png.getvalue()).decode(),
    )
    send = page.get_by_test_id("stChatInputSubmitButton")
    expect(send).to_be_enabled()
    send.click()
    verdict(page, "통관보류")


def test_the_camera_takes_a_full_hd_photo_and_it_is_answered(server: Server, page: Page) -> None:
    page.add_init_script(
        """const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = wanted => { (window.asked ||= []).push(wanted); return ask(wanted); };"""
    )
    go(page, server, HAZARD)
    way(page, "촬영")
    shutter = page.get_by_test_id("stCameraInputButton")
    expect(shutter).to_be_enabled()
    page.wait_for_function("document.querySelector('[data-testid=stCameraInput] video')?.videoWidth > 0")
    asked = page.evaluate("window.asked.at(-1).video")
    print(f"\nthe camera was asked for {asked}")
    assert "1080" in str(asked["height"])
    shutter.click()
    verdict(page, VERDICTS)
    taken = page.locator("[data-testid=stCameraInput] img").first
    size = taken.evaluate("picture => [picture.naturalWidth, picture.naturalHeight]")
    print(f"the photo has {size} pixels")
    assert min(size) >= 1080


def test_planted_scripts_never_run(server: Server, page: Page, tmp_path: Path) -> None:
    """``page`` fails when a dialog opens."""
    planted = "<img src=x onerror=alert(1)><script>alert(2)</script><svg onload=alert(3)>"
    photo = tmp_path / "<img src=x onerror=alert(1)>.jpg"
    photo.write_bytes((DEMO / "06_vitamin_c.jpg").read_bytes() + b"\0")
    go(page, server, HAZARD)
    upload(page, photo)
    verdict(page, "목록에 없음")
    correction = page.locator("summary", has_text="잘못 읽었습니까")
    expect(correction).to_have_count(1)  # while the verdict is drawn anew the old one still stands
    correction.click()
    text = page.get_by_label("읽은 글자")
    text.fill(f"Melatonin {planted}\n{planted}\nMELATONIN FREE {planted}")
    text.press("Control+Enter")
    verdict(page, "통관보류")
    page.get_by_label("메모", exact=False).first.fill(planted)
    page.get_by_role("button", name="통관보류(반입차단)").first.click()
    expect(page.get_by_text("기록했습니다").first).to_be_visible()
    view(page, "사건 목록")
    grid = page.get_by_test_id("stDataFrame").first
    expect(grid).to_be_visible()
    grid.click(position={"x": 18, "y": 52})  # the first row's box: the newest case
    expect(page.get_by_text("처리 이력")).to_be_visible()
    expect(page.get_by_text(planted).first).to_be_attached()
