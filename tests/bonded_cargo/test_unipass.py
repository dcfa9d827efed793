"""UNI-PASS's events of bonded cargo through real HTTP, from a stand-in that answers and fails as the service does."""

import logging
import os
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from lib.entries.bonded_cargo import unipass
from lib.entries.bonded_cargo.tables import EVENTS, schema
from lib.entries.bonded_cargo.unipass import MasterBill, UnipassError, follow
from lib.settings import settings
from lib.tables.checking import check
from lib.tables.export import to_csv
from lib.tables.reading import read
from tests.bonded_cargo.unipass_stand_in import Row, StandIn, body, refusal

AIR, SEA = "26KE0012345" + "0012" + "0003", "26HDMU0077I" + "0100" + "0001"
FAST = 1000.0  # requests a second


def step(kind: str, at: str, shed: str = "04077013", **other: str) -> Row:
    return {
        "shedNm": f"예시창고 {shed[:8]}" if shed else "", "prcsDttm": at, "dclrNo": "", "rlbrDttm": "", "wght": "310.5", "rlbrBssNo": "",
        "wghtUt": "KG", "pckGcnt": "12", "cargTrcnRelaBsopTpcd": kind, "pckUt": "CT", "rlbrCn": "", "shedSgn": shed,
    } | other  # fmt: skip


def number(at: int) -> str:
    return f"26KE00999990001{at:04d}"


@pytest.fixture
def service(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with StandIn() as stand_in:
        monkeypatch.setenv("AX_UNIPASS_URL", stand_in.address + "/rest/")
        monkeypatch.setenv("AX_UNIPASS_KEY", stand_in.key)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setattr(unipass, "BACKOFF", 0.001)
        settings.cache_clear()
        stand_in.add(
            AIR,
            step("입항적재화물목록 제출", "20260620081500", "", pckGcnt="0", wght=""),
            step("하기신고 수리", "20260620090000"),
            step("반입신고", "20260620102000", "04077013/A구역", rlbrDttm="2026-06-20 10:00:00", dclrNo="0407701326P0000001"),
            step("보세운송 신고 수리", "20260621110000", rlbrDttm="(도)03012028예시내륙", dclrNo="040D8020026000001"),
            step("반출신고", "20260621150000", rlbrDttm="20260621144500", pckGcnt="1,012", wght="1,310", dclrNo="0407701326B0000001", rlbrBssNo="040D8020026000001"),
            step("새로운 처리구분 & 예시", "20260621150000"),
            mblNo="18012345675", hblNo="HB00012345", prgsStts="반출완료",
        )  # fmt: skip
        stand_in.add(
            SEA,
            step("보세운송 신고 수리", "20260619070000", "03012028/입항전운송", wght="5", wghtUt="TN"),
            step("하선신고 수리", "20260619080000", "03012028"),
            mblNo="HDMUSEL0012345", prgsStts="하선신고 수리", shcoFlcoSgn="HDMU",
        )  # fmt: skip
        for at in range(8):
            stand_in.add(number(at), step("반입신고", "20260620102000"), mblNo="18000000011", prgsStts="반입")
        yield stand_in


def test_cargo_numbers_become_events_as_the_officers_file_would_hold_them(service: StandIn) -> None:
    seen: list[tuple[int, int]] = []
    told = follow(["26KE0012345-0012-0003", SEA, AIR.lower()], progress=lambda *at: seen.append(at), per_second=FAST)
    assert told.events.schema == schema("events")
    assert (told.not_found, told.failed, told.status) == ((), {}, {AIR: "반출완료", SEA: "하선신고 수리"})
    assert sorted(service.asked) == sorted([AIR, SEA])
    assert seen[-1] == (2, 2)
    rows = [row for row in told.events.to_pylist() if row["cargo_no"] == AIR]
    assert [row["kind"] for row in rows] == [
        "입항적재화물목록 제출", "하기신고 수리", "반입신고", "보세운송 신고 수리", "반출신고", "새로운 처리구분 & 예시",
    ]  # fmt: skip
    assert rows[2] == {
        "event_no": f"{AIR}-003", "cargo_no": AIR, "mbl": "18012345675", "hbl": "HB00012345", "kind": "반입신고",
        "shed": "04077013", "shed_name": "예시창고 04077013", "processed_at": datetime(2026, 6, 20, 10, 20),
        "moved_at": datetime(2026, 6, 20, 10, 0), "declaration_no": "0407701326P0000001", "packages": 12,
        "package_unit": "CT", "weight_kg": 310.5, "mode": "A", "vehicle": None, "carrier": None, "from_shed": None,
        "to_shed": None, "prior": None,
    }  # fmt: skip
    assert (rows[0]["shed"], rows[0]["weight_kg"], rows[3]["moved_at"]) == (None, None, None)
    assert (rows[3]["from_shed"], rows[3]["to_shed"]) == ("04077013", "03012028")
    assert rows[4]["declaration_no"] == rows[3]["declaration_no"], "a move names the transport it belongs to"
    assert (rows[4]["packages"], rows[4]["weight_kg"], rows[4]["moved_at"]) == (
        1012,
        1310,
        datetime(2026, 6, 21, 14, 45),
    )
    by_sea = [row for row in told.events.to_pylist() if row["cargo_no"] == SEA]
    assert [(row["mode"], row["shed"], row["prior"], row["weight_kg"]) for row in by_sea] == [
        ("S", "03012028", True, None),
        ("S", "03012028", None, 310.5),
    ]
    checked = check(read(to_csv(told.events.to_pylist())), EVENTS)
    assert (checked.violations, checked.rows.num_rows) == ((), 8)
    assert checked.rows.select(told.events.column_names).to_pylist() == told.events.to_pylist()


def test_a_master_bill_gives_every_consignment_under_it(service: StandIn) -> None:
    told = follow(
        [
            MasterBill("180-0000 0011", 2026),
            MasterBill("18012345675", 2026),
            MasterBill("18000000011", 2025),
            number(3),
        ],
        per_second=FAST,
    )
    assert sorted(set(told.events["cargo_no"].to_pylist())) == sorted([AIR, *map(number, range(8))])
    assert len(set(told.events["event_no"].to_pylist())) == 6 + 8
    assert told.not_found == ("18000000011 (2025)",)
    assert len(service.requests) == 3 + 8
    assert len(follow([number(0)[:15]], per_second=FAST).status) == 8  # MRN and MSN alone


def test_what_cannot_be_had_is_told_and_the_rest_comes(service: StandIn) -> None:
    service.add(number(1), step("반입신고", "20261320102000"))  # a thirteenth month
    service.add(number(2), step("반입신고", "20260620102000", "0407"))
    service.add(number(3), step("반출신고", "20260620102000", rlbrDttm="어제"))
    service.add(number(4), step("반출신고", "20260620102000", pckGcnt="열둘"))
    service.add(number(5), step("", "20260620102000"))
    asked = [*map(number, range(7)), "26KE0012345", "26KE0012345-0012-9999", SEA]
    told = follow(asked, per_second=FAST)
    assert set(told.status) == {number(0), number(6), SEA}
    assert told.not_found == ("26KE0012345-0012-9999",)
    said = ["처리일시(20261320102000)", "장치장부호(0407)", "반출입일시(어제)", "포장개수(열둘)", "처리구분(빈칸)"]
    for at, words in enumerate(said, 1):
        assert words in told.failed[number(at)]
    assert "MRN 11자리" in told.failed["26KE0012345"]
    assert len(told.failed) == 6
    service.requests.clear()
    assert follow(asked, per_second=FAST).status == told.status
    assert sorted(service.asked) == [number(at) for at in range(1, 6)]  # only what failed


@pytest.mark.parametrize("fault", [500, 503, 429, "hang", "drop"])
def test_passing_troubles_are_tried_again(service: StandIn, monkeypatch: pytest.MonkeyPatch, fault: str | int) -> None:
    if fault == "hang":
        monkeypatch.setattr(unipass, "TIMEOUT", httpx.Timeout(0.2))
    service.faults.extend([fault, fault, None])
    assert list(follow([AIR], per_second=FAST).status) == [AIR]
    assert len(service.requests) == 3


CARGO = f"<cargCsclPrgsInfoQryVo><cargMtNo>{AIR}</cargMtNo></cargCsclPrgsInfoQryVo>"
STEP = "<cargCsclPrgsInfoDtlQryVo><prcsDttm>20260620102000</prcsDttm></cargCsclPrgsInfoDtlQryVo>"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "하하"}">' for n in range(10))
SHAPE = "알려진 형식이 아닙니다"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("<html><body>시스템 점검 중입니다.</body></html>", SHAPE),
        ("<!DOCTYPE html><html>점검</html>", SHAPE),
        (body(CARGO + STEP, 1)[:-30], SHAPE),
        ('{"tCnt": 1}', SHAPE),
        ("", SHAPE),
        (body(CARGO + STEP, None), SHAPE),
        (body(CARGO * 2 + STEP, 1), SHAPE),
        (body("", 3), "다른 화물의 응답"),
        (body(CARGO.replace(AIR, SEA) + STEP, 1), "다른 화물의 응답"),
        (body(CARGO + STEP, 3), "진행 내역 3건 가운데 1건만"),
        (body(CARGO, 1), "진행 내역이 없는 응답"),
        (f"<!DOCTYPE r [{LAUGHS}]>" + body("&l9;", 1)[55:], SHAPE),
        ('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + body("&x;", 1)[55:], SHAPE),
        ('<!DOCTYPE r SYSTEM "http://127.0.0.1:9/evil.dtd">' + body(CARGO + STEP, 1)[55:], SHAPE),
        ("<a>" * 200_000, SHAPE),
        (b"\xff\xfe\x00\xd8" + b"\x00" * 9, SHAPE),
        (b"\x80\x81\xff<r/>", SHAPE),
        (b"<r>" + b" " * 2**22 + b"</r>", "4MB를 넘습니다"),
        (refusal("시스템 오류가 발생했습니다."), r"오류 -1 (시스템 오류가 발생했습니다.). 화물관리번호"),
        (400, "오류 HTTP 400"),
        (500, "HTTP 500 오류를 냅니다. 4번 시도했습니다"),
        ("hang", "정해진 시간 안에 응답이 없습니다. 4번"),
        ("drop", "연결하지 못했습니다. 4번"),
    ],
)  # fmt: skip
def test_one_bad_answer_is_told_in_words_and_stops_nothing(
    service: StandIn, monkeypatch: pytest.MonkeyPatch, answer: str | bytes | int, said: str
) -> None:
    if answer == "hang":
        monkeypatch.setattr(unipass, "TIMEOUT", httpx.Timeout(0.2))
    if isinstance(answer, int) or answer in ("hang", "drop"):
        service.faults.extend([answer] * 4)
    else:
        service.raw = [answer.encode() if isinstance(answer, str) else answer]
    told = follow([AIR], per_second=FAST)
    assert said in told.failed[AIR]
    assert (told.events.num_rows, told.not_found) == (0, ())
    service.faults.clear()
    monkeypatch.setattr(unipass, "TIMEOUT", httpx.Timeout(20))
    assert set(follow([AIR, number(0)], per_second=FAST).status) == {AIR, number(0)}


def test_texts_in_other_encodings_are_read(service: StandIn) -> None:
    plain = body(CARGO + STEP.replace("<prcs", "<cargTrcnRelaBsopTpcd>반입신고</cargTrcnRelaBsopTpcd><prcs"), 1)
    for at, data in enumerate(
        [
            plain.encode("cp949"),  # claims to be UTF-8
            plain.replace("UTF-8", "EUC-KR").encode("cp949"),
            plain.replace("UTF-8", "EUC-KR").encode(),
            plain.replace("UTF-8", "UTF-16").encode("utf-16"),
            b"\xef\xbb\xbf\r\n" + plain.encode(),
        ]
    ):
        service.raw = [data]
        told = follow([AIR], known=settings().data_dir / f"{at}.jsonl", per_second=FAST)
        assert told.events["kind"].to_pylist() == ["반입신고"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (refusal("인증키(crkyCn)는 필수입력입니다."), "AX_UNIPASS_KEY의 인증키와"),
        (refusal("일일 조회 횟수를 초과하였습니다."), "호출 한도를 넘었습니다"),
        (403, "AX_UNIPASS_KEY의 인증키와"),
        (404, "AX_UNIPASS_URL 주소가 맞는지"),
        (302, "AX_UNIPASS_URL 주소가 맞는지"),
        (429, "호출 한도를 넘었습니다"),
    ],
)
def test_a_refusal_of_everything_stops_at_once_and_nothing_is_lost(
    service: StandIn, fault: str | int, said: str
) -> None:
    follow([AIR, SEA], per_second=FAST)
    service.faults.extend([fault] * 99)
    with pytest.raises(UnipassError, match=said) as told:
        follow([AIR, SEA, *map(number, range(8))], per_second=FAST)
    assert "받은 2건은 보관하였으며" in str(told.value)
    assert len(service.requests) <= 2 + 2 * (4 if fault == 429 else 1)  # two were under way
    service.faults.clear()
    service.requests.clear()
    assert len(follow([AIR, SEA, *map(number, range(8))], per_second=FAST).status) == 10
    assert len(service.requests) == 8


def test_a_service_that_fails_again_and_again_is_left_alone(service: StandIn) -> None:
    service.raw = [b"<html/>"] * 99
    with pytest.raises(UnipassError, match="잇달아 5건을 조회하지 못해 멈췄습니다") as told:
        follow(map(number, range(8)), per_second=FAST)
    assert SHAPE in str(told.value)
    assert len(service.requests) <= 6


@pytest.mark.parametrize("form", ["seconds", "moment"])
def test_a_service_that_wants_a_long_rest_gets_it(service: StandIn, form: str) -> None:
    later = datetime.now().astimezone() + timedelta(hours=1)
    service.retry_after = "3600" if form == "seconds" else format_datetime(later)
    service.faults.extend([429] * 9)
    with pytest.raises(UnipassError, match=r"60분 뒤에 다시 조회하라고"):
        follow([AIR], per_second=FAST)
    assert len(service.requests) == 1


def test_it_asks_gently(service: StandIn) -> None:
    service.slow = 0.02
    began = time.monotonic()
    follow(map(number, range(8)), per_second=40)
    assert time.monotonic() - began >= 7 / 40
    assert service.most_at_once <= 2
    service.slow, service.retry_after = 0.0, "1"
    service.faults.append(429)
    began = time.monotonic()
    assert list(follow([SEA], per_second=FAST).status) == [SEA]
    assert time.monotonic() - began >= 1


def test_going_on_after_an_interruption_asks_only_what_is_missing(service: StandIn, data_dir: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        if done >= 3:
            raise KeyboardInterrupt

    asked = [*map(number, range(8)), AIR, "26KE0012345-0012-9999"]
    with pytest.raises(KeyboardInterrupt):
        follow(asked, progress=interrupt, per_second=FAST)
    before = len(service.requests)
    assert 3 <= before < 10
    told = follow(asked, per_second=FAST)
    assert sorted(service.asked) == sorted(
        one.replace("-", "") for one in asked
    )  # each of them once, in both runs together
    assert (len(told.status), told.not_found) == (9, ("26KE0012345-0012-9999",))
    (kept,) = (data_dir / "bonded_cargo" / "unipass").iterdir()
    os.truncate(kept, kept.stat().st_size - 9)  # the machine died while it wrote the last line
    with kept.open("ab") as file:
        file.write(b'\n{"asked": "x", "cargo": {"cargMtNo": 1}}\nnull\n\xff\n')
    service.requests.clear()
    again = follow(asked, per_second=FAST)
    assert len(service.requests) == 1
    assert again.events == told.events
    service.requests.clear()
    assert follow(asked, per_second=FAST).events.num_rows == told.events.num_rows
    assert service.requests == []
    follow([AIR], known=data_dir / "다시" / "새로.jsonl", per_second=FAST)
    assert service.asked == [AIR]


def test_what_the_time_did_not_suffice_for_is_told(service: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unipass, "TOTAL_SECONDS", -1.0)
    told = follow([AIR, SEA], per_second=FAST)
    assert (list(told.failed), service.requests) == ([AIR, SEA], [])
    assert "다시 실행하면 남은 화물부터" in told.failed[AIR]


def test_a_list_that_is_cut_short_is_told(service: StandIn) -> None:
    service.raw = [body(CARGO + CARGO.replace(AIR, SEA), 1500, "[N00] 조회 결과가 다건입니다.").encode()]
    told = follow([MasterBill("18012345675", 2026)], per_second=FAST)
    assert set(told.status) == {AIR, SEA}
    assert "1,500건 가운데 1,498건" in told.failed["18012345675 (2026)"]


def test_without_a_key_or_a_place_to_write_it_says_so(
    service: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnipassError, match="쓰기 권한과 남은 공간"):
        follow([AIR], known=tmp_path / "file" / "answers.jsonl")
    monkeypatch.setenv("AX_UNIPASS_KEY", " ")
    settings.cache_clear()
    with pytest.raises(UnipassError, match=r"인증키가 없습니다. UNI-PASS.*AX_UNIPASS_KEY"):
        follow([AIR])
    assert service.requests == []


def test_the_key_is_in_no_message_no_log_and_no_file(
    service: StandIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, data_dir: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    key = "secret/key+of=mine"
    monkeypatch.setenv("AX_UNIPASS_KEY", key)
    settings.cache_clear()
    with pytest.raises(UnipassError, match="존재하지 않는 인증키") as refused:
        follow([AIR], per_second=FAST)
    service.key = key
    service.raw = [refusal(f"오류 {key} {quote(key, safe='')}").encode()]
    told = follow([AIR], per_second=FAST)
    service.faults.extend([None, "drop"])
    follow([SEA, number(0)], per_second=FAST)
    monkeypatch.setenv("AX_UNIPASS_URL", "ftp://nowhere")
    settings.cache_clear()
    nowhere = follow([AIR], per_second=FAST)
    assert "AX_UNIPASS_URL을(를)" in nowhere.failed[AIR]
    shown = [str(refused.value), repr(refused.value.__cause__), repr(refused.value.__context__), *told.failed.values()]
    shown += [*nowhere.failed.values(), repr(unipass._service()), caplog.text]
    shown += [path.read_text() for path in data_dir.rglob("*.jsonl")]
    assert "127.0.0.1" in caplog.text
    assert "***" in told.failed[AIR]
    for form in (key, quote(key, safe=""), quote(key)):
        assert not [one for one in shown if form in one]
