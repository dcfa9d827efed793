"""Official texts as they come, and the cards that stand for them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from lib.entries.audit import cards, findings, laws


def given(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "법령.json"
    path.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    return path


def row(text: str, number: str = "1", law: str = "예시법", title: str = "총칙, 목적") -> dict[str, str]:
    return {"law": law, "kind": "law", "조번호": number, "제목": title, "내용": text}


def test_the_number_with_its_branch_is_read_from_the_text(tmp_path: Path) -> None:
    found = laws.read(
        given(
            tmp_path,
            row("제38조의2(보정) ① 예시", "38"),
            row("제5-4조(상계) 예시", "제5-4조"),
            row("예시문만 있음", "7"),
        )
    )
    assert [(one.article, one.title) for one in found] == [
        ("제38조의2", "보정"),
        ("제5-4조", "상계"),
        ("제7조", "목적"),
    ]


def test_a_record_of_several_articles_is_split_and_what_is_repealed_is_left_out(tmp_path: Path) -> None:
    found = laws.read(
        given(
            tmp_path,
            row("제1조(목적) 예시\n제1조의2(정의) ① 제3조(범위)를 본다\n제2조 삭제 <2020.1.1>"),
            row("제4조(벌칙) ① 삭제 <2013.8.13>\n② 예시"),
        )
    )
    assert [one.article for one in found] == ["제1조", "제1조의2", "제4조"]
    assert "제3조(범위)를 본다" in found[1].text


def test_importing_a_law_again_replaces_it_and_leaves_the_others(data_dir: Path, tmp_path: Path) -> None:
    laws.keep(
        laws.read(
            given(
                tmp_path, row("제1조(목적) 옛 글"), row("제2조(정의) 옛 글"), row("제1조(목적) 남는 글", law="다른법")
            )
        )
    )
    laws.keep(laws.read(given(tmp_path, row("제1조(목적) 새 글"))))
    assert sorted((one.id, one.text[-3:]) for one in laws.load()) == [
        ("다른법 제1조", "는 글"),
        ("예시법 제1조", "새 글"),
    ]


@pytest.mark.parametrize("content", ["", "{}", "[1]", "[]", '[{"law": ""}]', "\x00", "[" * 5000])
def test_what_is_no_law_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content)
    with pytest.raises(laws.LawError, match=r"bad\.json"):
        laws.read(path)


def test_every_card_can_be_found_again_and_says_something() -> None:
    told = cards.load()
    assert len(told) >= 350
    assert len({card.id for card in told}) == len(told)
    for card in told:
        assert re.fullmatch(laws.NUMBER, card.article), card.id
        assert len(card.gist) >= 40, card.id
        assert len(card.asks) >= 6, card.id
        assert not any(re.search(r"제\s*\d+\s*조", ask) for ask in card.asks), card.id
    assert sum(card.law == "관세법" for card in told) > 400


def test_findings_are_said_to_be_made_up_and_rest_on_articles_we_have_cards_of() -> None:
    told = findings.load()
    assert len(told) >= 120
    assert len({one.id for one in told}) == len(told)
    assert len({one.topic for one in told}) == 17
    known = {card.id for card in cards.load()}
    rules = [f"{basis.law} {basis.article}" for one in told for basis in one.basis]
    assert sum(rule in known for rule in rules) / len(rules) > 0.75
    for one in told:
        assert one.id.startswith("가상-")
        assert one.basis
        assert len(one.checklist) >= 3
        assert {done.kind for done in one.dispositions} <= {*findings.DISPOSITIONS}
