"""Laws fetched by name through real HTTP, from a stand-in that answers and fails as 국가법령정보 does."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from lib.entries.audit import drf, laws
from lib.entries.audit.drf import DrfError
from lib.settings import settings
from tests.audit.law_stand_in import PAGE, Held, StandIn, article, rule, statute


def law(name: str) -> str:
    return statute(name, article(1, f"제1조(목적) {name}의 글", "목적"))


@pytest.fixture
def service(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with StandIn() as stand_in:
        monkeypatch.setenv("AX_LAW_URL", stand_in.address + "/DRF/")
        monkeypatch.setenv("AX_LAW_KEY", stand_in.key)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        for name in ("BACKOFF", "GAP"):
            monkeypatch.setattr(drf, name, 0.001)
        settings.cache_clear()
        stand_in.held = [
            Held("예시법 시행령", "law", "102", law("예시법 시행령")),
            Held("예시법", "law", "100", law("예시법"), state="연혁"),
            Held("예시법", "law", "101", law("예시법")),
            Held("예시 사무처리에 관한 고시", "admrul", "2100000000001", rule("예시 사무처리에 관한 고시", "제1조(목적) 관세청 글")),
            Held("예시 사무처리에 관한 고시", "admrul", "2100000000002", rule("예시 사무처리에 관한 고시", "제1조(목적) 다른 글"), "다른청"),
            Held("복무 지침", "admrul", "31", rule("복무 지침", "제1조(목적) 가"), "가청"),
            Held("복무 지침", "admrul", "32", rule("복무 지침", "제1조(목적) 나"), "나청"),
        ]  # fmt: skip
        yield stand_in


def test_laws_and_rules_come_by_their_exact_names_and_can_be_kept(service: StandIn) -> None:
    seen: list[tuple[int, int]] = []
    found = drf.fetch(["예시법", " 예시  사무처리에 관한 고시", "예시법"], lambda *at: seen.append(at))
    assert [(one.id, one.text, one.source) for one in found] == [
        ("예시법 제1조", "제1조(목적) 예시법의 글", "국가법령정보 law 101"),
        ("예시 사무처리에 관한 고시 제1조", "제1조(목적) 관세청 글", "국가법령정보 admrul 2100000000001"),
    ]
    assert seen == [(1, 2), (2, 2)]
    assert len(service.asked) == 3 + 2
    assert service.asked[-2:] == ["lawService.do law 101", "lawService.do admrul 2100000000001"]
    assert [one.version for one in laws.keep(found)] == ["2024-01-01", "2024-01-01"]


def test_a_search_lists_laws_and_rules_that_are_called_alike(service: StandIn) -> None:
    assert [(one.name, one.target, one.state) for one in drf.search("예시")] == [
        ("예시법 시행령", "law", "현행"),
        ("예시법", "law", "연혁"),
        ("예시법", "law", "현행"),
        ("예시 사무처리에 관한 고시", "admrul", "현행"),
        ("예시 사무처리에 관한 고시", "admrul", "현행"),
    ]
    assert len(service.requests) == 2


def test_an_unknown_name_is_told_with_names_like_it_before_any_text_is_fetched(service: StandIn) -> None:
    with pytest.raises(DrfError, match=r"「예시볍」\(비슷한 이름: 예시법.*「없는 훈령」 정확한"):
        drf.fetch(["예시법", "예시볍", "없는 훈령"])
    assert not [one for one in service.asked if one.startswith("lawService")]
    with pytest.raises(DrfError, match=r"여러 기관\(가청, 나청\)"):
        drf.fetch(["복무 지침"])


def test_a_law_that_many_others_are_named_after_is_found_on_a_later_page(service: StandIn) -> None:
    many = [Held(f"예시법의 특례에 관한 법률 {at}", "law", f"9{at}", "") for at in range(150)]
    service.held = [*many, *service.held]
    assert len(drf.fetch(["예시법"])) == 1
    assert service.asked[:2] == ["lawSearch.do law 예시법"] * 2


@pytest.mark.parametrize("fault", [500, 429, "hang", "drop", "<LawSearch><totalCnt>1</tot"])
def test_what_may_pass_is_tried_again(service: StandIn, monkeypatch: pytest.MonkeyPatch, fault: str | int) -> None:
    monkeypatch.setattr(drf, "TIMEOUT", 0.3)
    service.faults.extend([fault, None, fault, fault])
    assert len(drf.fetch(["예시법"])) == 1
    assert len(service.requests) == 2 + 3


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (PAGE, "웹 화면"),
        (404, "HTTP 404"),
        ("<Law>일치하는 법령이 없습니다.</Law>", "일치하는 법령이 없습니다"),
        ("<LawSearch><totalCnt>많음</totalCnt></LawSearch>", "알려진 형식"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><LawSearch>&b;</LawSearch>", "4번 시도"),
        (503, "4번 시도"),
    ],
)
def test_what_does_not_pass_is_told_and_nothing_is_kept(service: StandIn, fault: str | int, said: str) -> None:
    service.faults.extend([fault] * 4)
    with pytest.raises(DrfError, match=said):
        drf.fetch(["예시법"])
    assert laws.load() == ()


def test_another_law_than_asked_for_is_not_taken(service: StandIn) -> None:
    service.faults.extend([None, law("다른법")])
    with pytest.raises(DrfError, match="「예시법」 대신 「다른법」"):
        drf.fetch(["예시법"])


def test_an_answer_without_end_is_cut_off(service: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laws, "MOST_BYTES", 2**20)
    service.faults.append("가" * 2**20)
    with pytest.raises(DrfError, match="1MB를 넘습니다"):
        drf.fetch(["예시법"])


def test_the_key_is_asked_for_and_never_shown(
    service: StandIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("AX_LAW_KEY", "secret-oc+1/==")
    settings.cache_clear()
    service.faults.append(None)
    with pytest.raises(DrfError, match="사용자 정보 검증에 실패하였습니다") as refused:
        drf.fetch(["예시법"])
    service.faults.append("<Response><result>없는 사용자 secret-oc+1/==</result></Response>")
    with pytest.raises(DrfError, match=r"없는 사용자 \*\*\*") as named:
        drf.fetch(["예시법"])
    told = f"{refused.value!r} {named.value!r} {caplog.text} {settings()!r}"
    assert "secret-oc" not in told
    assert "AX_LAW_KEY" in str(refused.value)
    monkeypatch.delenv("AX_LAW_KEY")
    settings.cache_clear()
    with pytest.raises(DrfError, match="AX_LAW_KEY"):
        drf.fetch(["예시법"])
