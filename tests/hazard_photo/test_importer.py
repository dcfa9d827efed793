"""Imports through real HTTP, from a stand-in that answers and fails as the official services do."""

import csv
import logging
import sqlite3
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from lib.entries.hazard_photo import catalogue, importer, match
from lib.entries.hazard_photo.catalogue import SHIPPED, Effect
from lib.entries.hazard_photo.importer import ImportFailed
from lib.entries.hazard_photo.ocr import Line
from lib.entries.hazard_photo.verdict import blocked_products
from lib.settings import settings
from tests.hazard_photo.stand_in import BLOCK_LIST, StandIn

JUNE = date(2026, 6, 30)
TODAY = datetime.now(timezone(timedelta(hours=9))).date()


@pytest.fixture
def service(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with StandIn() as stand_in:
        stand_in.ingredients = official_rows()
        stand_in.products = [product(n) for n in range(1, 31)]
        monkeypatch.setenv("AX_BLOCK_LIST_URL", stand_in.address + BLOCK_LIST)
        monkeypatch.setenv("AX_BLOCK_LIST_KEY", stand_in.key)
        monkeypatch.setenv("AX_PRODUCT_LIST_URL", stand_in.address + "/api")
        monkeypatch.setenv("AX_PRODUCT_LIST_KEY", stand_in.key)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setattr(importer, "BACKOFF", 0.001)
        settings.cache_clear()
        yield stand_in


def official_rows() -> list[dict[str, Any]]:
    """The shipped list as the service would send it."""
    with (SHIPPED / "ingredients.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["status"] != "reference"]
    return [
        {
            "RAW_IRDNT_NM": row["name_ko"],
            "RAW_IRDNT_ENG_NM": row["name_en"] or None,
            "RAW_IRDNT_ETC_NM": "",
            "APPN_RELS_DVS": "N" if row["status"] == "released" else "Y",
            "APPN_DT": row["designated_on"].replace("-", ""),
            "RELS_DT": row["released_on"],
            "APPN_RSN": f"시행규칙 제44조의3제1항제{row['ground']}호" if row["ground"] else "",
            "RELS_RSN": "",
        }
        for row in rows
    ]


def ingredient(name: str, english: str = "", **stated: Any) -> dict[str, Any]:
    return {
        "RAW_IRDNT_NM": name,
        "RAW_IRDNT_ENG_NM": english,
        "RAW_IRDNT_ETC_NM": "",
        "APPN_RELS_DVS": "Y",
        "APPN_DT": "2026-11-01",
        "RELS_DT": "",
        "APPN_RSN": "",
        "RELS_RSN": "",
    } | stated


def product(number: int, **stated: Any) -> dict[str, Any]:
    return {
        "PRDT_NM": f"Vorlunda Test Capsules {number}",
        "MUFC_NM": "Vorlunda Labs",
        "MUFC_CNTRY_NM": "미국",
        "INGR_NM_LST": "시부트라민, 5-하이드록시트립토판",
        "STT_YMD": "20240102",
        "END_YMD": "99991231",
        "CRET_DTM": "20240102",
        "LAST_UPDT_DTM": "20240102",
        "IMAGE_URL": "",
        "SELF_IMPORT_SEQ": str(5000 + number),
        "BARCD_CTN": f"29900000{number:05d}",
    } | stated


def found(text: str) -> dict[str, Effect]:
    listed = catalogue.load()
    lines = [Line(row, 1.0, ()) for row in text.splitlines()]
    return {seen.ingredient.id: seen.effect for seen in match.find(lines, listed, TODAY)}


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("items", ["list", "item", "each", "response"])
def test_the_same_list_changes_nothing_but_its_day(service: StandIn, data_dir: Path, items: str) -> None:
    service.items = items
    seen: list[tuple[int, int]] = []
    done = importer.refresh_ingredients(progress=lambda got, total: seen.append((got, total)))
    assert (done.added, done.changed, done.released, done.unchanged) == (0, 0, 0, 316)
    assert done.missing == []
    assert done.list_date == TODAY
    assert seen == [(100, 316), (200, 316), (300, 316), (316, 316)]
    listed, shipped = catalogue.load(), catalogue.load(SHIPPED)
    assert listed.folder == data_dir / "hazard_photo" / "catalogue"
    assert listed.list_date == TODAY
    assert "data.go.kr" in listed.source or "공공데이터포털" in listed.source
    assert (listed.ingredients, listed.names, listed.products) == (shipped.ingredients, shipped.names, shipped.products)
    assert sorted(path.name for path in (data_dir / "hazard_photo").iterdir()) == ["catalogue", "import.lock"]


def test_a_new_row_is_listed_from_its_day(service: StandIn) -> None:
    service.ingredients.append(
        ingredient("자르부티놀린", "Zarbutinoline", RAW_IRDNT_ETC_NM="Zarbu-HCl, 자르부(Zarbuten)", APPN_RSN="제3호")
    )
    done = importer.refresh_ingredients()
    assert (done.added, done.unchanged) == (1, 316)
    listed = catalogue.load()
    assert len(listed.designated(JUNE)) == 312
    assert len(listed.designated(TODAY)) == 315
    row = listed.ingredients["N001"]
    assert (row.ground, row.verdict, row.designated_on) == ("3", Effect.BLOCK, date(2026, 11, 1))
    assert row.effect(date(2026, 10, 31)) is None
    assert found("Ingredients: zarbutinoline 20 mg, rice flour") == {"N001": Effect.BLOCK}
    assert found("원재료명: 쌀가루, 자르부티놀린") == {"N001": Effect.BLOCK}
    assert found("Zarbuten") == {"N001": Effect.BLOCK}


def test_ids_of_new_rows_are_stable(service: StandIn) -> None:
    first, second = ingredient("자르부티놀린", "Zarbutinoline"), ingredient("퀘르모딘", "Quermodine")
    service.ingredients.append(first)
    importer.refresh_ingredients()
    service.ingredients = [second, *official_rows(), first]
    done = importer.refresh_ingredients()
    assert (done.added, done.changed, done.unchanged) == (1, 0, 317)
    listed = catalogue.load()
    assert {key: listed.ingredients[key].name_ko for key in ("N001", "N002")} == {
        "N001": "자르부티놀린",
        "N002": "퀘르모딘",
    }
    assert sum(name.name == "Zarbutinoline" for name in listed.names) == 1
    service.ingredients = [*official_rows(), second]
    assert importer.refresh_ingredients().missing == ["N001"]
    assert catalogue.load().ingredients["N001"].status == "designated"


def test_a_released_row_becomes_clear_and_may_come_back(service: StandIn) -> None:
    row = next(row for row in service.ingredients if row["RAW_IRDNT_NM"] == "멜라토닌")
    row |= {"APPN_RELS_DVS": "N", "RELS_DT": "20261001", "RELS_RSN": "안전성 확인"}
    done = importer.refresh_ingredients()
    assert (done.released, done.changed, done.unchanged) == (1, 0, 315)
    assert catalogue.load().ingredients["KR262"].status == "released"
    assert found("Ingredients: melatonin 3 mg") == {"KR262": Effect.CLEAR}
    row |= {"APPN_RELS_DVS": "Y", "RELS_DT": ""}
    assert importer.refresh_ingredients().changed == 1
    assert found("Ingredients: melatonin 3 mg") == {"KR262": Effect.BLOCK}


def test_an_announced_release_waits_for_its_day(service: StandIn) -> None:
    row = next(row for row in service.ingredients if row["RAW_IRDNT_NM"] == "멜라토닌")
    row |= {"APPN_RELS_DVS": "N", "RELS_DT": (TODAY + timedelta(days=2)).isoformat()}
    assert importer.refresh_ingredients().released == 0
    assert found("Ingredients: melatonin 3 mg") == {"KR262": Effect.BLOCK}


def test_a_row_that_becomes_a_narcotic(service: StandIn) -> None:
    row = next(row for row in service.ingredients if row["RAW_IRDNT_NM"] == "멜라토닌")
    row["APPN_RSN"] = "임시마약류 지정"
    assert importer.refresh_ingredients().changed == 1
    assert catalogue.load().ingredients["KR262"].subclass == "마약류·임시마약류"
    assert found("Ingredients: melatonin 3 mg") == {"KR262": Effect.NARCOTIC}


def test_a_row_named_twice_counts_as_it_stood_last(service: StandIn) -> None:
    row = next(row for row in service.ingredients if row["RAW_IRDNT_NM"] == "멜라토닌")
    service.ingredients.insert(0, row | {"APPN_RELS_DVS": "N", "RELS_DT": "2026-10-01"})
    assert importer.refresh_ingredients().released == 1
    assert catalogue.load().ingredients["KR262"].released_on == date(2026, 10, 1)


def test_a_missing_row_is_kept_and_reported(service: StandIn) -> None:
    service.ingredients = [row for row in service.ingredients if row["RAW_IRDNT_NM"] != "멜라토닌"]
    done = importer.refresh_ingredients()
    assert done.missing == ["KR262"]
    assert done.unchanged == 315
    assert found("melatonin 3 mg") == {"KR262": Effect.BLOCK}


def test_a_renamed_row_is_known_by_its_english_name(service: StandIn) -> None:
    row = next(row for row in service.ingredients if row["RAW_IRDNT_NM"] == "타펜타돌")
    row["RAW_IRDNT_NM"] = "타펜타돌린산"
    done = importer.refresh_ingredients()
    assert (done.added, done.unchanged, done.missing) == (0, 316, [])
    assert found("타펜타돌린산 함유")["KR002"] == Effect.NARCOTIC


def test_a_reference_row_that_gets_listed_keeps_its_names_and_gravity(service: StandIn) -> None:
    service.ingredients.append(ingredient("졸피뎀", "Zolpidem", APPN_RSN="제2호"))
    importer.refresh_ingredients()
    listed = catalogue.load()
    assert listed.ingredients["X012"].status == "reference"
    assert listed.ingredients["N001"].verdict is Effect.NARCOTIC
    assert {n.name for n in listed.names if n.ingredient_id == "X012"} <= {
        n.name for n in listed.names if n.ingredient_id == "N001"
    }


@pytest.mark.parametrize(
    ("reason", "ground"),
    [
        ("시행규칙 제44조의3제1항제3호", "3"),
        ("수입식품법 시행규칙 제44조의3 제1항 제2호 및 제3호에 해당", "2"),
        ("제 7 호", "7"),
        ("「마약류 관리에 관한 법률」 제2조제3호", "1"),
        ("임시마약류 지정", "1"),
        ("제2조 제3호", ""),
        ("의약품 성분", ""),
        ("", ""),
    ],
)
def test_ground_from_reason(reason: str, ground: str) -> None:
    assert importer._ground(reason) == ground


@pytest.mark.parametrize(
    ("korean", "english", "etc", "rules"),
    [
        ("석", "Tin", "", {"석": "item", "Tin": "item"}),
        ("에이치큐", "HQX", "", {"에이치큐": "any", "HQX": "word"}),
        ("자르부티놀린(뿌리, 잎)", "", "", {"자르부티놀린(뿌리, 잎)": "any", "자르부티놀린": "any"}),
        ("가나다라", "1,3-Xylodine, N,N-Diwexol", "", {"가나다라": "any", "1,3-Xylodine": "any", "N,N-Diwexol": "any"}),
        ("가나다라", "", "시나브,로나브|QX", {"가나다라": "any", "시나브": "any", "로나브": "any", "QX": "dose"}),
        ("가나다라", "Gelatin", "", {"가나다라": "any", "Gelatin": "item"}),
    ],
)
def test_rules_of_new_names(service: StandIn, korean: str, english: str, etc: str, rules: dict[str, str]) -> None:
    service.ingredients.append(ingredient(korean, english, RAW_IRDNT_ETC_NM=etc))
    importer.refresh_ingredients()
    assert {name.name: name.rule for name in catalogue.load().names if name.ingredient_id == "N001"} == rules


def test_other_field_names_and_key_forms(service: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    service.ingredients = [
        {key.replace("RAW_IRDNT_E", "E"): value for key, value in row.items()} for row in service.ingredients
    ]
    monkeypatch.setenv("AX_BLOCK_LIST_KEY", "stand-in%2Bkey%2F%3D%3D")
    settings.cache_clear()
    assert importer.refresh_ingredients().unchanged == 316


def test_hostile_text_stays_text(service: StandIn) -> None:
    service.ingredients.append(
        ingredient("<script>alert(1)</script>\x00\u202e\ud800가짜", "x" * 10_000, RAW_IRDNT_ETC_NM="y" * 10_000)
    )
    service.ingredients.append(ingredient("나" * 10_000, "=cmd|' /C calc'!A0\nB"))
    service.ingredients.append(ingredient("", "", APPN_DT={"a": 1}))
    done = importer.refresh_ingredients()
    assert done.added == 2
    listed = catalogue.load()
    assert listed.ingredients["N001"].name_ko == "<script>alert(1)</script>가짜"
    assert max(len(name.name) for name in listed.names) <= 200
    assert len(listed.ingredients["N002"].name_ko) == 200


def test_names_of_every_row_have_an_ingredient(service: StandIn) -> None:
    service.ingredients += [ingredient(f"시험성분{n}호물질", f"Testose{n}ine") for n in range(30)]
    importer.refresh_ingredients()
    listed = catalogue.load()
    assert {name.ingredient_id for name in listed.names} <= listed.ingredients.keys()
    assert all(listed.ingredients[f"N{n:03d}"].ground == "" for n in range(1, 31))


# --- products ------------------------------------------------------------------------------------------------------


def test_a_product_is_found_by_its_barcode(service: StandIn, data_dir: Path) -> None:
    service.products = [product(n) for n in range(1, 2102)]
    service.products[0] |= {"BARCD_CTN": "036000291452 / 8-801234-567893", "END_YMD": "20261231"}
    service.products[1] |= {"END_YMD": "20250101"}
    done = importer.refresh_products()
    assert (done.added, done.missing, done.list_date) == (2101, [], TODAY)
    assert len(service.requests) == 3
    listed = catalogue.load()
    assert listed.list_date == catalogue.load(SHIPPED).list_date  # of the ingredients, which are untouched
    row = listed.products[0]
    assert row.barcodes == ("0036000291452", "8801234567893")
    assert row.ingredients == ("시부트라민", "5-하이드록시트립토판")
    assert (row.starts_on, row.ends_on) == (date(2024, 1, 2), date(2026, 12, 31))
    assert blocked_products(listed, "0036000291452", [], date(2026, 11, 22)) == [(row, True)]
    assert blocked_products(listed, "2990000000002", [], date(2026, 11, 22)) == []  # ended
    assert blocked_products(listed, "2990000000003", [], date(2099, 1, 1)) != []


def test_products_that_change_end_or_vanish(service: StandIn) -> None:
    importer.refresh_products()
    service.products[0]["PRDT_NM"] = "Vorlunda Renamed"
    service.products[1]["END_YMD"] = "20260101"
    gone = service.products.pop()
    service.products.append(product(900))
    done = importer.refresh_products()
    assert (done.added, done.changed, done.released, done.unchanged) == (1, 1, 1, 27)
    assert done.missing == [gone["SELF_IMPORT_SEQ"]]
    assert len(catalogue.load().products) == 31


def test_both_imports_live_side_by_side(service: StandIn) -> None:
    service.ingredients.append(ingredient("자르부티놀린", "Zarbutinoline"))
    importer.refresh_products()
    importer.refresh_ingredients()
    importer.refresh_products()
    listed = catalogue.load()
    assert "N001" in listed.ingredients
    assert len(listed.products) == 30
    assert listed.list_date == TODAY


@pytest.mark.parametrize(
    ("printed", "codes"),
    [
        ("8801234567893", ["8801234567893"]),
        ("8801234567893,8801234567909 8801234567916", ["8801234567893", "8801234567909", "8801234567916"]),
        ("8 801234 567893", ["8801234567893"]),
        ("08801234567893", ["8801234567893"]),
        ("없음", []),
        ("-", []),
        ("0000000000000", []),
        ("", []),
    ],
)
def test_barcodes(printed: str, codes: list[str]) -> None:
    assert importer._barcodes(printed) == codes


# --- failures ------------------------------------------------------------------------------------------------------


def test_short_failures_are_overcome(service: StandIn) -> None:
    service.faults.extend([500, 503, "drop", None, None, 502])
    assert importer.refresh_ingredients().unchanged == 316


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        ([None, 500, 500, 500, 500], "HTTP 500"),
        ([None, "drop", "drop", "drop", "drop"], "연결하지 못했습니다"),
        ([None, '{"header": {"resultCode": "00"'], "AX_BLOCK_LIST_URL"),
        ([None, "[]"], "알려진 형식"),
        ([None, "[" * 100_000], "알려진 형식"),
        ([None, '{"header": {"resultCode": "22", "resultMsg": "LIMITED"}, "body": null}'], "오류 22 (LIMITED)"),
        ([None, '{"header": {"resultCode": "00"}, "body": {"items": [1, 2], "totalCount": 316}}'], "알려진 형식"),
        ([None, '{"header": {"resultCode": "00"}, "body": {"items": [], "totalCount": 316}}'], "316건 가운데 100건"),
        ([None, '{"header": {"resultCode": "00"}, "body": {"items": [{}], "totalCount": 999}}'], "목록이 바뀌었습니다"),
        ([None, 404], "HTTP 404"),
        ([None, 429], "한도"),
    ],
)
def test_an_interrupted_import_leaves_the_old_list_whole(
    service: StandIn, data_dir: Path, faults: list[Any], said: str
) -> None:
    service.ingredients.append(ingredient("자르부티놀린", "Zarbutinoline"))
    importer.refresh_ingredients()
    folder = data_dir / "hazard_photo" / "catalogue"
    before = files(folder)
    service.ingredients = official_rows()
    service.faults.extend(faults)
    with pytest.raises(ImportFailed, match=r"반입차단 원료·성분 서비스: ") as failure:
        importer.refresh_ingredients()
    assert said in str(failure.value)
    assert files(folder) == before
    assert "N001" in catalogue.load().ingredients
    assert sorted(path.name for path in (data_dir / "hazard_photo").iterdir()) == ["catalogue", "import.lock"]


def test_a_service_that_hangs(service: StandIn, data_dir: Path) -> None:
    service.faults.extend(["hang"] * 4)
    with httpx.Client(timeout=0.1) as client, pytest.raises(ImportFailed, match="응답이 없습니다"):
        importer.refresh_products(client)
    assert not (data_dir / "hazard_photo" / "catalogue").exists()


def test_nobody_there(service: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AX_PRODUCT_LIST_URL", "http://127.0.0.1:9")
    settings.cache_clear()
    with pytest.raises(ImportFailed, match=r"연결하지 못했습니다.*AX_PRODUCT_LIST_URL"):
        importer.refresh_products()


@pytest.mark.parametrize("url", ["not a url", "ftp://example.invalid", "http://", "http://[::1", "http://\udcff"])
def test_a_useless_address(service: StandIn, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("AX_BLOCK_LIST_URL", url)
    settings.cache_clear()
    with pytest.raises(ImportFailed, match="AX_BLOCK_LIST_URL"):
        importer.refresh_ingredients()


@pytest.mark.parametrize("key", ["", "  "])
def test_without_a_key(service: StandIn, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    for name in ("BLOCK_LIST", "PRODUCT_LIST"):
        monkeypatch.setenv(f"AX_{name}_KEY", key)
    settings.cache_clear()
    with pytest.raises(ImportFailed, match="AX_BLOCK_LIST_KEY에 넣은 뒤"):
        importer.refresh_ingredients()
    with pytest.raises(ImportFailed, match="AX_PRODUCT_LIST_KEY에 넣은 뒤"):
        importer.refresh_products()
    assert service.requests == []


SCRIPT = "<script type='text/javascript'>alert('인증키가 유효하지 않습니다.'); history.back();</script>"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (None, "INFO-100|오류 30"),
        (SCRIPT, "INFO-100"),
        (401, "HTTP 401"),
        ('{"RESULT": {"CODE": "ERROR-500", "MSG": "SECRET/+Akey SECRET%2F%2BAkey"}}', "ERROR-500|형식"),
    ],
)
def test_the_key_never_shows(
    service: StandIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: Any, said: str
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "SECRET/+Akey"
    for name in ("BLOCK_LIST", "PRODUCT_LIST"):
        monkeypatch.setenv(f"AX_{name}_KEY", secret)
    settings.cache_clear()
    for refresh in (importer.refresh_ingredients, importer.refresh_products):
        service.faults.append(fault)
        with pytest.raises(ImportFailed, match=said) as failure:
            refresh()
        error: BaseException | None = failure.value
        while error is not None:
            assert "SECRET" not in f"{error!s} {error!r} {vars(error)}"
            error = error.__cause__ or error.__context__
    assert any("SECRET" in request for request in service.requests)
    assert "HTTP Request" in caplog.text
    assert "SECRET" not in caplog.text


def test_a_success_logs_no_key(service: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    importer.refresh_products()
    assert "***" in caplog.text
    assert "stand-in" not in caplog.text
    assert not logging.getLogger("httpx").filters


@pytest.mark.parametrize("total", [10**12, 10**25, 20_001])
def test_a_huge_total_is_refused_at_once(service: StandIn, total: int) -> None:
    service.total = total
    with pytest.raises(ImportFailed, match="한도"):
        importer.refresh_ingredients()
    assert len(service.requests) == 1


def test_an_endless_list_ends(service: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    service.total, service.stuck = 20_000, True
    with pytest.raises(ImportFailed, match="같은 쪽"):
        importer.refresh_ingredients()
    service.stuck, service.page_limit, service.total = False, 1, None
    monkeypatch.setattr(importer, "MAX_PAGES", 20)
    with pytest.raises(ImportFailed, match="316건 가운데 20건"):
        importer.refresh_ingredients()


def test_an_endless_body_ends(service: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "MAX_BYTES", 1000)
    with pytest.raises(ImportFailed, match="AX_PRODUCT_LIST_URL"):
        importer.refresh_products()


def test_a_small_list_needs_force(service: StandIn) -> None:
    service.ingredients = service.ingredients[:100]
    with pytest.raises(ImportFailed, match=r"지나치게 작습니다.*--force"):
        importer.refresh_ingredients()
    done = importer.refresh_ingredients(force=True)
    assert len(done.missing) == 216
    assert len(catalogue.load().designated(JUNE)) == 312
    importer.refresh_products()
    service.products = service.products[:10]
    with pytest.raises(ImportFailed, match="지나치게 작습니다"):
        importer.refresh_products()
    assert len(importer.refresh_products(force=True).missing) == 20
    service.products = []
    with pytest.raises(ImportFailed, match="지나치게 작습니다"):
        importer.refresh_products()


def test_another_list_of_the_same_size_is_refused(service: StandIn) -> None:
    service.ingredients = [ingredient(f"엉뚱한성분{n}번", "") for n in range(316)]
    with pytest.raises(ImportFailed, match="지나치게 작습니다"):
        importer.refresh_ingredients()


def test_rows_without_known_fields_are_no_list(service: StandIn) -> None:
    service.products = [{"A": 1}, {"B": 2}]
    with pytest.raises(ImportFailed, match="알려진 형식"):
        importer.refresh_products(force=True)


def test_one_import_at_a_time(service: StandIn, data_dir: Path) -> None:
    other = sqlite3.connect(settings().folder("hazard_photo") / "import.lock", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(ImportFailed, match="다른 곳에서"):
        importer.refresh_ingredients()
    other.close()
    importer.refresh_ingredients()


def test_an_import_cut_off_between_its_renames_is_mended(service: StandIn, data_dir: Path) -> None:
    service.ingredients.append(ingredient("자르부티놀린", "Zarbutinoline"))
    importer.refresh_ingredients()
    home = data_dir / "hazard_photo"
    (home / "catalogue").rename(home / "catalogue.old")
    service.faults.append(404)
    with pytest.raises(ImportFailed):
        importer.refresh_ingredients()
    assert "N001" in catalogue.load().ingredients


def test_a_swap_that_fails_leaves_the_old_list(
    service: StandIn, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    importer.refresh_ingredients()
    before = files(data_dir / "hazard_photo" / "catalogue")
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path.name == "catalogue.new":
            raise PermissionError(13, "denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(ImportFailed, match="PermissionError"):
        importer.refresh_products()
    assert files(data_dir / "hazard_photo" / "catalogue") == before


def test_a_damaged_catalogue(service: StandIn, data_dir: Path) -> None:
    importer.refresh_ingredients()
    (data_dir / "hazard_photo" / "catalogue" / "about.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(ImportFailed, match="옮기고 다시"):
        importer.refresh_products()


def test_an_unusable_folder(service: StandIn, data_dir: Path) -> None:
    (data_dir / "hazard_photo").write_text("in the way")
    with pytest.raises(ImportFailed, match="AX_DATA_DIR"):
        importer.refresh_products()


def test_data_folders_are_independent(
    service: StandIn, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    importer.refresh_products()
    assert len(catalogue.load().products) == 30
    monkeypatch.setenv("AX_DATA_DIR", str(tmp_path_factory.mktemp("other")))
    settings.cache_clear()
    assert catalogue.load().folder == SHIPPED


# --- anything at all -----------------------------------------------------------------------------------------------

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(list(ingredient("")) + list(product(1)))


@given(st.lists(st.dictionaries(FIELDS, ANYTHING), max_size=8))
@hypothesis_settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_any_row_is_read_as_plain_text(rows: list[dict[str, Any]]) -> None:
    for row in importer._officials(rows):
        assert all(char.isprintable() for char in row.name_ko + row.name_en + row.reason)
        assert row.ground in ("", *"1234567")
        assert not row.designated_on or date.fromisoformat(row.designated_on)
    for row in importer._products(rows).values():
        assert all(isinstance(value, str) and "\n" not in value for value in row.values())


# --- the shipped products ------------------------------------------------------------------------------------------


def test_shipped_products_are_ours_and_well_formed() -> None:
    listed = catalogue.load(SHIPPED)
    known = {row.name_ko for row in listed.ingredients.values()}
    assert [row.id for row in listed.products] == [f"P{n:04d}" for n in range(1, 41)]
    codes = [code for row in listed.products for code in row.barcodes]
    assert len(codes) == len(set(codes))
    for code in codes:
        assert code.startswith("29")  # in-store numbers: on no product of the world
        assert sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(code)) % 10 == 0
    assert all(set(row.ingredients) <= known for row in listed.products)
    assert sum(not row.blocked(date(2026, 11, 22)) for row in listed.products) == 4
