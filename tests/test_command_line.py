"""``python -m lib``: what a night job and another program rely on."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from lib.casework import CaseBook
from lib.screening import Evidence, Finding, Reason
from lib.settings import DATA, ROOT

DEMO = DATA / "hazard_photo" / "demo"
MELATONIN = DEMO / "01_melatonin_gummies.jpg"
VITAMIN = DEMO / "06_vitamin_c.jpg"
KEYS = ["photo", "verdict", "matches", "barcode", "text", "seconds"]
MATCH_KEYS = ["ingredient_id", "name_ko", "name_en", "found", "method", "score", "box"]
HANGUL = re.compile("[가-힣]")


def run(*arguments: str | Path, data_dir: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("AX_")}
    return subprocess.run(
        [sys.executable, "-m", "lib", *map(str, arguments)],
        cwd=ROOT,
        env={**outside, "AX_DATA_DIR": str(data_dir), "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


def case_in(folder: Path, subject: str, title: str = "통관보류(반입차단): 멜라토닌") -> None:
    reason = Reason("ingredient:KR262", "멜라토닌", (Evidence("photo:1", "0"),))
    with CaseBook.open(f"sqlite:///{folder / 'cases' / 'cases.sqlite'}") as book:
        book.register(Finding("hazard_photo", subject, title, "block", (reason,)), by="담당자")


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "suite" / "cases").mkdir(parents=True)
    return tmp_path / "suite"


def test_judge_prints_one_json_object_a_photo(suite: Path, tmp_path: Path) -> None:
    broken, text = tmp_path / "깨진 사진.jpg", tmp_path / "not_a_photo.jpg"
    broken.write_bytes(MELATONIN.read_bytes()[:3000])
    text.write_text("이것은 사진이 아닙니다")
    missing = tmp_path / "missing.jpg"
    done = run("judge", broken, MELATONIN, text, missing, tmp_path, VITAMIN, "--json", data_dir=suite)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr + done.stdout
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["photo"] for row in rows] == [str(MELATONIN), str(VITAMIN)]
    assert [row["verdict"] for row in rows] == ["block", "clear"]
    for row in rows:
        assert list(row) == KEYS
        assert all(list(found) == MATCH_KEYS for found in row["matches"])
        assert row["text"]
        assert all(isinstance(words, str) for words in row["text"])
        assert all(value >= 0 for value in row["seconds"].values())
    (found,) = {m["ingredient_id"]: m for m in rows[0]["matches"]}.values()
    assert (found["ingredient_id"], found["name_ko"], found["name_en"]) == ("KR262", "멜라토닌", "Melatonin")
    assert found["method"] in {"exact", "alias", "ocr", "fuzzy", "part"}
    assert 0 < found["score"] <= 1
    assert len(found["box"]) == 4
    complaints = [line for line in done.stderr.splitlines() if line.strip()]
    for path in (broken, text, missing, tmp_path):
        (line,) = [line for line in complaints if line.startswith(f"{path}: ")]
        assert HANGUL.search(line.removeprefix(f"{path}: "))


def test_judge_for_people_and_something_found_is_no_failure(suite: Path) -> None:
    done = run("judge", MELATONIN, VITAMIN, "--as-of", "2026-06-30", "--quantity", "7", data_dir=suite)
    assert done.returncode == 0
    assert "통관보류" in done.stdout
    assert "확인필요" in done.stdout
    assert "7개" in done.stdout
    assert "목록 기준일" in done.stdout


@pytest.mark.parametrize(
    "wrong",
    [["judge"], ["judge", str(VITAMIN), "--as-of", "어제"], ["judge", str(VITAMIN), "--engine", "cloud"],
     ["judge", str(VITAMIN), "--quantity", "0"], ["catalogue", "import", "cars"], ["cases", "export", "cases.pdf"]],
)  # fmt: skip
def test_wrong_call_is_refused_without_traceback(wrong: list[str], suite: Path) -> None:
    done = run(*wrong, data_dir=suite)
    assert done.returncode == 2
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "command", [[], ["judge"], ["catalogue"], ["catalogue", "show"], ["cases"], ["cases", "export"]]
)
def test_help_is_in_korean(command: list[str], suite: Path) -> None:
    done = run(*command, "--help", data_dir=suite, COLUMNS="200")
    assert done.returncode == 0
    described = [line for line in done.stdout.splitlines() if "--" in line and "--help" not in line]
    assert HANGUL.search(done.stdout)
    assert all(HANGUL.search(line) for line in described), described


def test_catalogue_as_of_a_day(suite: Path) -> None:
    june = run("catalogue", "show", "--as-of", "2026-06-30", data_dir=suite)
    assert june.returncode == 0
    assert "312종" in june.stdout
    assert "목록 기준일 2026-08-31" in june.stdout
    now = json.loads(run("catalogue", "show", "--as-of", "2026-11-22", "--json", data_dir=suite).stdout)
    assert now["designated"] == 314
    assert now["by_ground"] == {"1": 23, "2": 152, "3": 135, "7": 4}


def test_cases_are_listed_and_exported(suite: Path, tmp_path: Path) -> None:
    case_in(suite, "a" * 64)
    case_in(suite, "b" * 64, title="=HYPERLINK(1)")
    listed = run("cases", "list", "--entry", "hazard_photo", "--json", data_dir=suite)
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert {row["제목"] for row in rows} == {"통관보류(반입차단): 멜라토닌", "=HYPERLINK(1)"}
    assert {row["상태"] for row in rows} == {"신규"}
    assert "사진 한 장" in rows[0]["업무"]
    assert "멜라토닌" in run("cases", "list", data_dir=suite).stdout
    assert run("cases", "list", "--entry", "audit", "--json", data_dir=suite).stdout == ""

    for target in (tmp_path / "사건.csv", tmp_path / "사건.xlsx"):
        done = run("cases", "export", target, data_dir=suite)
        assert done.returncode == 0, done.stderr
        assert "2건" in done.stdout
    table = list(csv.reader(io.StringIO((tmp_path / "사건.csv").read_bytes().decode("utf-8-sig"))))
    assert len(table) == 3
    assert not any(cell.startswith(("=", "+", "@")) for row in table for cell in row)
    sheet = CalamineWorkbook.from_path(tmp_path / "사건.xlsx").get_sheet_by_index(0).to_python()
    assert [[str(cell) for cell in row][:3] for row in sheet] == [row[:3] for row in table]


def test_export_into_a_missing_folder_is_told(suite: Path, tmp_path: Path) -> None:
    done = run("cases", "export", tmp_path / "none" / "cases.csv", data_dir=suite)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert HANGUL.search(done.stderr)


def test_two_data_dirs_are_two_suites(suite: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "cases").mkdir(parents=True)
    case_in(suite, "a" * 64)
    assert "멜라토닌" in run("cases", "list", data_dir=suite).stdout
    assert "사건이 없습니다" in run("cases", "list", data_dir=other).stdout


DUTY_FREE, PCCC = DATA / "duty_free" / "demo", DATA / "pccc_theft" / "demo"


def test_a_night_job_screens_buyers_and_gets_reasons_with_their_rows(suite: Path, tmp_path: Path) -> None:
    files = [f"--{name}={DUTY_FREE / name}.csv" for name in ("purchases", "reservations", "movements")]
    out = tmp_path / "선별.csv"
    done = run("screen", "duty_free", *files, "--as-of", "2026-06-30", "--out", out, "--top", "5", data_dir=suite)
    assert done.returncode == 0, done.stderr
    assert "점수는 확인할 단서의 순서이며" in done.stdout
    rows = list(csv.DictReader(out.open(encoding="utf-8-sig")))
    assert list(rows[0])[:5] == ["subject", "score", "grade", "title", "reasons"]
    sold = {row["판매번호"] for row in csv.DictReader((DUTY_FREE / "purchases.csv").open(encoding="utf-8-sig"))}
    for row in rows[:5]:
        assert len(row["reasons"].splitlines()) >= 3
        named = [key.split(":")[1] for key in row["evidence"].split("; ") if key.startswith("purchases:")]
        assert set(named) <= sold
    assert [float(row["score"]) for row in rows[:5]] > [0.0] * 5


def test_codes_are_screened_and_what_is_refused_is_counted_and_kept(suite: Path, tmp_path: Path) -> None:
    lines = (PCCC / "parcels.csv").read_text(encoding="utf-8-sig").splitlines()
    lines[5] = lines[5].replace(lines[5].split(",")[1], "어제 저녁")
    parcels = tmp_path / "신고.csv"
    parcels.write_bytes("\r\n".join(lines).encode("cp949"))
    out = tmp_path / "목록.xlsx"
    done = run(
        "screen", "pccc_theft", f"--parcels={parcels}", f"--codes={PCCC / 'codes.csv'}", "--as-of", "2026-06-30",
        "--out", out, "--top", "3", data_dir=suite,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "1행 제외" in done.stderr
    for kept in ("오류", "제외행"):
        assert "어제 저녁" in (tmp_path / f"목록_parcels_{kept}.csv").read_text(encoding="utf-8-sig")
    rows = CalamineWorkbook.from_path(str(out)).get_sheet_by_index(0).to_python()
    assert rows[0][:3] == ["subject", "score", "grade"]
    assert re.fullmatch(r"P\d{12}", str(rows[1][0]))


def test_one_declaration_is_judged_as_it_arrives(suite: Path, tmp_path: Path) -> None:
    last = list(csv.DictReader((PCCC / "parcels.csv").open(encoding="utf-8-sig")))[-1]
    parcel = tmp_path / "parcel.json"
    asked = {
        "declaration_no": "NEW1", "declared_at": "2026-06-30 23:59:00", "pccc": last["개인통관고유부호"],
        "receiver": last["수하인성명"], "phone": last["수하인전화번호"], "postcode": last["배송지우편번호"],
        "address": last["배송지주소"], "item": last["품명"], "value_usd": 149.0,
    }  # fmt: skip
    parcel.write_text(json.dumps(asked), encoding="utf-8")
    history = [f"--parcels={PCCC / 'parcels.csv'}", f"--codes={PCCC / 'codes.csv'}"]
    done = run("judge-parcel", parcel, *history, "--json", data_dir=suite)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["subject"] == "NEW1"
    assert found["grade"].startswith(("정상", "관심", "의심", "유력"))
    assert all(reason["evidence"] for reason in found["reasons"])
    titles = "신고번호 신고일시 PCCC 수하인 전화 우편번호 주소 품명 물품가격".split()
    form = dict(zip(titles, asked.values(), strict=True))
    lines = [asked, {**form, "신고번호": "NEW2"}, {"신고번호": "NEW3"}]
    parcel.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    done = run("judge-parcel", parcel, *history, "--json", data_dir=suite)
    assert done.returncode == 2, "one of the three cannot be judged, and is told"
    assert "「" in done.stderr or "비어" in done.stderr
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["subject"], second["subject"]) == ("NEW1", "NEW2")
    assert first["grade"] == second["grade"] == found["grade"]
    parcel.write_text("[1", encoding="utf-8")
    done = run("judge-parcel", parcel, *history, data_dir=suite)
    assert done.returncode == 2
    assert "JSON" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_without_its_columns_is_told_all_at_once(suite: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "잘못.csv"
    wrong.write_text("이름,금액\n홍길동,1\n", encoding="utf-8")
    files = [f"--{name}={wrong}" for name in ("purchases", "reservations", "movements")]
    done = run("screen", "duty_free", *files, "--out", tmp_path / "x.csv", data_dir=suite)
    assert done.returncode == 2
    assert "「판매일시」" in done.stderr
    assert "「여권번호」" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "x.csv").exists()


def test_the_card_of_the_model_in_use_says_what_it_was_measured_on(suite: Path) -> None:
    done = run("evaluate", "pccc_theft", data_dir=suite)
    assert done.returncode == 0, done.stderr
    assert "합성 자료" in done.stdout
    assert "PR-AUC" in done.stdout
    assert run("evaluate", "nothing", data_dir=suite).returncode == 2


ADDRESSES = DATA / "address_reading" / "demo"


def test_an_address_is_read_and_told_word_by_word(suite: Path) -> None:
    told = run("read-address", "12F, 152 Teheran-ro, Kangnam-ku, Seoul", "--zip", "04524", data_dir=suite)
    assert told.returncode == 0, told.stderr
    assert "서울특별시 강남구 테헤란로 152, 12층 (06236)" in told.stdout
    assert "우편번호 다름: 신고 04524, 판독 06236" in told.stdout
    read = json.loads(run("read-address", "98765 Teheran-ro, Gangnam-gu, Seoul", "--json", data_dir=suite).stdout)
    assert read["hangul"] == ""
    assert not read["exists"]
    assert not read["candidates"][0]["exists"]


def test_a_column_of_addresses_gets_its_readings_beside_it(suite: Path, tmp_path: Path) -> None:
    given, out = tmp_path / "배송.csv", tmp_path / "판독.csv"
    given.write_bytes('이름,배송지\n=1+1,"152 Teheran-ro, Gangnam-gu"\n나,\n'.encode("cp949"))
    done = run("read-address", "--file", given, "--column", "배송지", "--out", out, data_dir=suite)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(out.open(encoding="utf-8-sig")))
    assert [*rows[0]] == ["이름", "배송지", "hangul", "zip", "confidence", "exists", "candidates"]
    assert rows[0]["이름"] == "'=1+1"
    assert rows[0]["zip"] == "06236"
    assert rows[1]["hangul"] == ""
    wrong = run("read-address", "--file", given, "--column", "주소", "--out", out, data_dir=suite)
    assert wrong.returncode == 2
    assert "이름, 배송지" in wrong.stderr
    assert run("read-address", data_dir=suite).returncode == 2


def test_parcels_are_screened_by_their_addresses(suite: Path, tmp_path: Path) -> None:
    out = tmp_path / "주소.csv"
    files = [f"--{name}={ADDRESSES / name}.csv" for name in ("parcels", "businesses", "sellers", "buildings")]
    done = run("screen", "address_reading", *files, "--out", out, "--top", "5", data_dir=suite)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(out.open(encoding="utf-8-sig")))
    assert rows[0]["grade"] == "우선확인"
    assert "근거" not in rows[0]["reasons"]
    assert "parcels:" in rows[0]["evidence"]


GOODS = DATA / "origin_laundering" / "demo"


def test_exporters_are_screened_and_the_links_kept_beside_the_list(suite: Path, tmp_path: Path) -> None:
    out = tmp_path / "선별.csv"
    korean = tmp_path / "수출.csv"
    korean.write_bytes((GOODS / "exports.csv").read_text("utf-8-sig").encode("cp949", "replace"))
    files = ["--imports", GOODS / "imports.csv", "--exports", korean, "--firms", GOODS / "firms.csv"]
    done = run("screen", "origin_laundering", *files, "--out", out, "--top", "5", data_dir=suite)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["grade"] == "우선확인"
    assert "수입한 외국산 물품과 이어짐" in rows[0]["reasons"]
    with out.with_name("선별_연결.csv").open(encoding="utf-8-sig", newline="") as file:
        links = list(csv.DictReader(file))
    assert {"수출 신고번호", "수입 신고번호", "수출 모델규격", "수입 모델규격", "연결 강도", "설명"} <= {*links[0]}
    assert any(row["설명"] for row in links), "honest re-exports are told as such"
    assert (
        run(
            "screen", "origin_laundering", *files[:2], "--exports", GOODS / "firms.csv", "--out", out, data_dir=suite
        ).returncode
        == 2
    )
