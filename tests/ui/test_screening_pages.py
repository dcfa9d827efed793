"""The screening pages as Streamlit runs them, on their demo data and on a hostile file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lib import entries
from lib.casework import CaseBook, Status
from lib.settings import DATA, ROOT, settings
from lib.ui import cache, guard, network
from tests.address_reading.stand_in import StandIn
from tests.address_reading.test_services import IDENTITY, juso, shop
from tests.bonded_cargo.unipass_stand_in import StandIn as UnipassStandIn

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> href=javascript:alert(1)"


@dataclass(frozen=True)
class Tried:
    """A page and what its tests must know of it."""

    id: str
    view: str
    needed: tuple[str, ...]
    words: str  # a column with free text in the first table


PAGES = (
    Tried("duty_free", "duty_view", ("purchases", "reservations", "movements"), "품명"),
    Tried("pccc_theft", "pccc_view", ("parcels", "codes"), "품명"),
    Tried("fetch", "fetch_view", ("exports", "imports", "payments", "firms"), "모델규격"),
    Tried("address_reading", "address_view", ("parcels",), "품명"),
    Tried("origin_laundering", "origin_view", ("imports", "exports"), "모델규격"),
    Tried("bonded_cargo", "cargo_view", ("events", "warehouses"), "HBL번호"),
)


@pytest.fixture(params=PAGES, ids=[tried.id for tried in PAGES])
def tried(request: pytest.FixtureRequest) -> Tried:
    if not list((DATA / request.param.id / "demo").glob("*.csv")):
        pytest.skip("no demo data")
    return request.param


@pytest.fixture
def book(data_dir: Path) -> Iterator[CaseBook]:
    cache.case_book.clear()
    with CaseBook.open() as opened:
        yield opened
    cache.case_book().close()
    cache.case_book.clear()


@pytest.fixture
def at(tried: Tried, book: CaseBook, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(guard, "entry", lambda id: replace(entries.entry(id), built=True))
    return run(AppTest.from_file(str(ROOT / f"pages/{tried.id}.py"), default_timeout=120))


@pytest.fixture
def listed(at: AppTest, tried: Tried) -> AppTest:
    at.button_group(key=f"{tried.id}_way").set_value("demo")
    return run(at)


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception, at.exception[0].stack_trace
    return at


def html(at: AppTest) -> str:
    return " ".join(str(element.value) for element in at.get("html"))


def choose(at: AppTest, tried: Tried, row: int = 0) -> AppTest:
    at.session_state[f"{tried.id}_list"] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return run(at)


def ranked(at: AppTest) -> pd.DataFrame:
    return next(frame.value for frame in at.dataframe if "순위" in frame.value.columns)


def upload(at: AppTest, tried: Tried, changed: dict[str, bytes]) -> AppTest:
    at.button_group(key=f"{tried.id}_way").set_value("own")
    run(at)
    for name in tried.needed:
        data = changed.get(name) or (DATA / tried.id / "demo" / f"{name}.csv").read_bytes()
        at.file_uploader(key=f"{tried.id}_file_{name}").upload(f"{name}.csv", data, "text/csv")
    return run(at)


def test_the_first_screen_says_what_to_do(at: AppTest) -> None:
    assert any("자료를 넣어" in told.value for told in at.info)
    assert not at.dataframe


def test_demo_data_become_a_list_cut_to_the_budget(listed: AppTest) -> None:
    listed.slider[0].set_value(12)
    table = ranked(run(listed))
    assert list(table["순위"]) == list(range(1, 13))
    assert (table["주요 이유"].str.len() > 0).all()
    told = " ".join([*(c.value for c in listed.caption), *(i.value for i in listed.info)])
    assert "놓" in told, "the budget says what it misses, or that this is unknown"


def test_a_lead_shows_reasons_law_and_masked_rows(listed: AppTest, tried: Tried) -> None:
    choose(listed, tried)
    words = html(listed)
    assert len(re.findall(r"font-weight:600", words)) >= 3
    assert re.search("관세법|외국환거래법", words)
    given = pd.concat(pd.read_csv(DATA / tried.id / "demo" / f"{name}.csv", dtype=str) for name in tried.needed)
    secrets = {
        str(value)
        for title in (
            "여권번호",
            "영문성명",
            "개인통관고유부호",
            "수하인전화번호",
            "수하인성명",
            "배송지주소",
            "대표자",
        )
        if title in given
        for value in given[title].dropna().unique()
        if len(str(value)) > 2
    }
    shown = {str(cell) for frame in listed.dataframe for cell in frame.value.to_numpy().ravel()}
    assert not shown & secrets


def test_a_lead_becomes_a_case_once_and_is_decided(listed: AppTest, tried: Tried, book: CaseBook) -> None:
    choose(listed, tried)
    next(button for button in listed.button if "사건으로 등록" in button.label).click()
    run(listed)
    (case,) = book.cases(entry=tried.id)
    assert case.status is Status.NEW
    assert case.facts["features"]
    assert case.reasons[0]["evidence"]
    choose(listed, tried)
    assert not [button for button in listed.button if "사건으로 등록" in button.label]
    outcome = next(field for field in listed.selectbox if field.label == "처분")
    outcome.set_value("cleared")
    next(button for button in listed.button if "처분 저장" in button.label).click()
    run(listed)
    assert book.case(case.id).outcome == "cleared"
    listed.button_group(key=tried.view).set_value("사건 목록")
    run(listed)


@pytest.mark.parametrize("view", ["전체 그림", "기준값", "모델", "사건 목록"])
def test_every_view_stands_and_the_list_is_kept(listed: AppTest, tried: Tried, view: str) -> None:
    first = ranked(listed)
    listed.button_group(key=tried.view).set_value(view)
    assert not run(listed).error
    listed.button_group(key=tried.view).set_value("선별 목록")
    assert ranked(run(listed)).equals(first)


@pytest.mark.parametrize("tried", [one for one in PAGES if one.id == "origin_laundering"], indirect=True)
def test_a_view_that_needs_all_links_stands_when_nobody_has_asked_for_them_yet(listed: AppTest, tried: Tried) -> None:
    cache.asked.clear()
    listed.button_group(key=tried.view).set_value("관련 업체")
    assert not run(listed).error
    assert listed.dataframe


def test_a_limit_is_changed_with_a_reason_only(at: AppTest, tried: Tried, data_dir: Path) -> None:
    at.button_group(key=tried.view).set_value("기준값")
    run(at)
    save = next(button for button in at.button if "기준 저장" in button.label)
    save.click()
    run(at)
    assert any("근거" in told.value for told in at.warning)
    assert not list(data_dir.rglob("limits/*.json"))
    next(field for field in at.text_input if "근거" in field.label).set_value("2026-07 업무지시")
    next(button for button in at.button if "기준 저장" in button.label).click()
    run(at)
    assert "담당자" in at.dataframe[0].value["정한 사람"].tolist()


def test_training_without_decisions_is_told(listed: AppTest, tried: Tried) -> None:
    listed.button_group(key=tried.view).set_value("모델")
    run(listed)
    next(button for button in listed.button if button.label == "다시 학습").click()
    run(listed)
    assert any("처분" in told.value for told in listed.warning)


def test_a_file_that_is_no_table_gets_one_korean_sentence(at: AppTest, tried: Tried) -> None:
    upload(at, tried, {tried.needed[0]: b"%PDF-1.7\n\x00\x01"})
    (told,) = at.error
    assert re.search("[가-힣]", told.value)
    assert any("더 필요한 자료" in caption.value for caption in at.caption)


def test_bad_rows_are_told_and_the_rest_goes_on_with_hostile_words_as_text(at: AppTest, tried: Tried) -> None:
    first = tried.needed[0]
    frame = pd.read_csv(DATA / tried.id / "demo" / f"{first}.csv", dtype=str, keep_default_na=False)
    frame[tried.words] = HOSTILE
    frame.iloc[3, 1] = ""
    moment = next(title for title in frame.columns if title.endswith(("일시", "수리일", "입항일")))
    frame.loc[3, moment] = "어제"
    upload(at, tried, {first: frame.to_csv(index=False).encode("cp949", "replace")})
    summary = next(f.value for f in at.dataframe if "제외한 행" in f.value.columns)
    assert summary["제외한 행"].iloc[0] == 1
    found = next(f.value for f in at.dataframe if "들어 있는 값" in f.value.columns)
    assert "어제" in found["들어 있는 값"].tolist()
    choose(at, tried)
    assert "<script" not in html(at)
    assert "<img" not in html(at)


def test_a_network_of_hostile_names_fetches_and_runs_nothing() -> None:
    nodes = pd.DataFrame({"id": ["a", HOSTILE], "label": [HOSTILE, "</script>" + HOSTILE], "kind": [HOSTILE, "나"]})
    edges = pd.DataFrame({"source": ["a"], "target": [HOSTILE], "label": [HOSTILE]})
    page = network.page(nodes, edges, dict.fromkeys(nodes["kind"], "#111111"), "a", 300)
    drawn = page[page.index("drawGraph()") :]
    assert "<img" not in drawn
    assert drawn.count("</script>") == 1
    assert "href" not in drawn
    assert not re.search(r"<(script|link|img|iframe)\b[^>]*(src|href)=", page)
    assert "default-src 'none'" in page


def test_an_address_is_read_on_screen_word_by_word_and_never_as_markup(
    book: CaseBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "entry", lambda id: replace(entries.entry(id), built=True))
    at = run(AppTest.from_file(str(ROOT / "pages/address_reading.py"), default_timeout=120))
    at.button_group(key="address_view").set_value("주소 읽기")
    run(at)
    at.text_area[0].set_value("<img src=x onerror=alert(1)> 152 Teheran-ro, Kangnam-ku, Seoul")
    at.text_input(key="address_zip").set_value("04524")
    at.button[0].click()
    run(at)
    assert any("서울특별시 강남구 테헤란로 152" in told.value.replace("\\", "") for told in at.markdown)
    assert any("06236" in told.value for told in at.warning), "another postcode was declared"
    assert "<img" not in html(at)
    assert "테헤란로" in html(at)


def test_what_stands_at_an_address_is_asked_of_the_public_services_when_the_officer_wants(
    book: CaseBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = next(tried for tried in PAGES if tried.id == "address_reading")
    monkeypatch.setattr(guard, "entry", lambda id: replace(entries.entry(id), built=True))
    with StandIn() as service:
        for name, value in {
            "JUSO_URL": service.address + "/juso", "SHOPS_URL": service.address + "/shops", "JUSO_KEY": service.key,
            "PUBLIC_DATA_KEY": service.key,
        }.items():  # fmt: skip
            monkeypatch.setenv(f"AX_{name}", value)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        settings.cache_clear()
        at = run(AppTest.from_file(str(ROOT / "pages/address_reading.py"), default_timeout=120))
        at.button_group(key="address_reading_way").set_value("demo")
        choose(run(at), tried)
        assert not service.requests, "nothing is sent before it is asked for"
        service.faults.append("hang it all")
        at.button(key="address_official").click()
        run(at)
        assert any("서비스" in told.value for told in at.error)
        at.button(key="address_official").click()
        run(at)
        asked = parse_qs(urlsplit(service.requests[-1]).query)["keyword"][0]
        assert any("건물** 0건" in told.value for told in at.markdown), "unknown to the service"
        road, number = asked.split()[-2:]
        main, _, sub = number.partition("-")
        service.addresses[asked] = [juso(asked, road, main, sub or "0", bdNm="<b>가온빌딩")]
        service.shops[IDENTITY] = [shop(1, flrNo="3", hoNo="302")]
        at.button(key="address_official").click()
        run(at)
        tables = pd.concat([frame.value.astype(str) for frame in at.dataframe])
        assert "<b>가온빌딩" in set(tables["건물명"])
        assert "예시상사1 & 벗" in set(tables["상호"])


def test_what_was_reported_meanwhile_closes_when_unipass_is_asked_again(
    book: CaseBook, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One overdue consignment has been reported in at its goal since the file was made; UNI-PASS knows it."""
    from lib.entries.bonded_cargo import daily, demo, items, screen, tables, unipass
    from lib.tables.checking import check
    from lib.tables.reading import read

    folder = DATA / "bonded_cargo" / "demo"
    given = {name: check(read(folder / f"{name}.csv"), table).rows for name, table in tables.TABLES.items()}
    duties = screen.screen(given, as_of=demo.END)
    late = duties.items[(duties.items["rule"] == "R1") & (duties.items["state"] == items.OVERDUE)]
    late = late[late["cargo"].isin(daily.watched(duties)) & late["out_row"].notna() & late["seen"].isna()].iloc[0]
    life = duties.lives([late["cargo"]])
    with UnipassStandIn() as service:
        monkeypatch.setenv("AX_UNIPASS_URL", service.address + "/rest")
        monkeypatch.setenv("AX_UNIPASS_KEY", service.key)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setattr(unipass, "PER_SECOND", 1000.0)
        monkeypatch.setattr(unipass.follow, "__kwdefaults__", {**unipass.follow.__kwdefaults__, "per_second": 1000.0})
        settings.cache_clear()
        steps = [
            {
                "cargTrcnRelaBsopTpcd": row["kind"], "prcsDttm": f"{row['at']:%Y%m%d%H%M%S}", "shedSgn": row["shed"] if isinstance(row["shed"], str) else "",
                "rlbrDttm": f"(도){row['goal']}" if isinstance(row["goal"], str) else "", "dclrNo": row["ref"] if isinstance(row["ref"], str) else "",
                "pckGcnt": "" if row["packages"] != row["packages"] else f"{row['packages']:.0f}",
            }
            for row in life.to_dict("records")
        ]  # fmt: skip
        steps.append(
            {"cargTrcnRelaBsopTpcd": "반입신고", "prcsDttm": "20260630080000", "shedSgn": late["shed"], "pckGcnt": f"{late['expected']:.0f}"}
        )  # fmt: skip
        service.add(late["cargo"], *steps)
        at = AppTest.from_file(str(ROOT / "pages/bonded_cargo.py"), default_timeout=120)
        run(at)
        at.button_group(key="bonded_cargo_way").set_value("demo")
        run(at)
        at.button_group(key="cargo_view").set_value("오늘의 알림판")
        before = run(at).metric[0].value
        at.button(key="cargo_ask_again").click()
        after = run(at).metric[0].value
        assert int(after.rstrip("건")) < int(before.rstrip("건"))
        assert any("1건을 새로 받았습니다" in told.value for told in at.success)
        assert any("그대로 두었습니다" in told.value for told in at.success), "the others UNI-PASS does not know"
    settings.cache_clear()
