"""Official texts as they come, and the cards that stand for them."""

import fcntl
import json
import multiprocessing
import re
import time
import tracemalloc
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from lib.entries.audit import cards, findings, laws
from lib.entries.audit.laws import Standing
from lib.settings import ROOT
from tests.audit.law_stand_in import PAGE, REFUSED, annex, article, leaf, rule, statute

SHARED = ROOT.parent / "shared" / "laws" / "articles.json"


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


def within(number: str, text: str, inside: str = "") -> str:
    return f"<항><항번호>{number}</항번호>{leaf('항내용', text)}{inside}</항>"


def item(number: str, text: str, branch: str = "") -> str:
    return f"<호><호번호>{number}</호번호><호가지번호>{branch}</호가지번호>{leaf('호내용', text)}</호>"


LAW = statute(
    "예시법",
    article(1, "제1장 총칙", what="전문"),
    article(1, "  제1조(목적)   이 법은\n\n   예시로 한다.  <개정 2020.1.1>", "목적"),
    article(
        38,
        "제38조의2(보정)",
        "보정",
        within("①", "① 첫째 항", item("1.", "1. 첫째 호") + "<목><목번호>가.</목번호>" + leaf("목내용", "가. 첫째 목") + "</목>" + item("1.", "사이 호", "2")),
        within("②", "② 둘째 항은 별표 1과 별표 2의2에 따른다."),
        branch=2,
    ),
    article(38, "제38조(나뉜 번호) 가지번호가 따로 있다.", "나뉜 번호", branch=3),
    article(39, "제39조 삭제 <2020.1.1>"),
    article(40, "제40조(신고) ① 이미 든 항의 글이다.", "신고", within("①", "① 이미 든 항의 글이다.")),
    annexes=annex(1, "표의 이름(제38조의2 관련)", "┌──┐\n│ 가  나 │") + annex(2, "둘째 표", branch=2) + annex(3, "신고서", what="서식") + annex(4, "삭제 <2020.1.1>"),
)  # fmt: skip
RULE = rule(
    "예시 고시",
    "제1장 총칙",
    "제1조(목적) 이 고시는 예시한다.\n제2장 절차",
    "제1-2조(신고) ① 이 고시 별표 1 및 별표 2를 본다.\n제2조 삭제 <2020. 1. 1.>\n제3조(별지) 별지 제1-2호 서식에 적는다.\n부칙 <제1호, 2024. 1. 1.>\n제1조(시행일) 부칙이다.",
    "제2조(경과조치) 부칙이 이어진다.",
    annexes=annex(1, "첫째") + annex(1, "신청서", branch=2, what="서식"),
)


def saved(folder: Path, text: str | bytes, file: str = "예시.xml") -> Path:
    path = folder / file
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_statute_of_the_open_api_is_read_article_by_article_as_it_is_promulgated(
    data_dir: Path, tmp_path: Path
) -> None:
    found = laws.read(saved(tmp_path, LAW))
    assert [(one.id, one.title) for one in found if not one.is_annex] == [
        ("예시법 제1조", "목적"), ("예시법 제38조의2", "보정"), ("예시법 제38조의3", "나뉜 번호"), ("예시법 제40조", "신고"),
    ]  # fmt: skip
    assert found[0].text == "제1조(목적) 이 법은\n예시로 한다. <개정 2020.1.1>"
    assert found[1].text.split("\n") == [
        "제38조의2(보정)", "① 첫째 항", "1. 첫째 호", "가. 첫째 목", "1의2. 사이 호", "② 둘째 항은 별표 1과 별표 2의2에 따른다.",
    ]  # fmt: skip
    assert found[3].text.count("이미 든 항") == 1
    assert {(one.kind, one.version, one.effective, one.source) for one in found[:3]} == {
        ("법률", "2024-01-01", "2024-01-01", "예시.xml")
    }
    laws.keep(found)
    assert [one.annexes for one in laws.load()] == [(), ("예시법 별표 1", "예시법 별표 2의2"), (), ()]
    table = laws.annex("예시법 별표 1")
    assert table is not None
    assert (table.title, table.text) == ("표의 이름(제38조의2 관련)", "┌──┐\n│ 가  나 │")
    form = laws.annex("예시법 별지 제3호서식")
    assert form is not None
    assert (form.file, form.link) == ("예시3.hwp", "https://www.law.go.kr/LSW/flDownload.do?flSeq=7")
    assert laws.annex("예시법 별표 4") is None


@pytest.mark.parametrize("root", ["AdmRulService", "행정규칙"])
def test_an_administrative_rule_is_split_where_its_articles_begin(data_dir: Path, tmp_path: Path, root: str) -> None:
    found = laws.read(saved(tmp_path, RULE.replace("AdmRulService", root)))
    assert [(one.article, one.title) for one in found if not one.is_annex] == [
        ("제1조", "목적"),
        ("제1-2조", "신고"),
        ("제3조", "별지"),
    ]
    assert found[0].text == "제1조(목적) 이 고시는 예시한다."
    assert (found[0].kind, found[0].version, found[0].effective) == ("고시", "2024-01-01", "")
    laws.keep(found)
    assert [one.annexes for one in laws.load()] == [(), ("예시 고시 별표 1",), ("예시 고시 별지 제1호의2서식",)]


def as_json(law: str) -> str:
    """The statute LAW as the open API gives it in JSON: what stands alone is no list, texts may be lists of lists."""
    body = {
        "기본정보": {"법령명_한글": law, "시행일자": "20240101", "법종구분": {"content": "법률", "법종구분코드": "A0002"}, "제개정구분": "제정"},
        "조문": {"조문단위": [
            {"조문번호": "1", "조문여부": "전문", "조문내용": "제1장 총칙"},
            {"조문번호": "1", "조문여부": "조문", "조문제목": "목적", "조문시행일자": "20240101", "조문내용": [["제1조(목적) 예시"]]},
            {"조문번호": "2", "조문여부": "조문", "조문제목": "정의", "조문내용": "제2조(정의)",
             "항": {"호": [{"호번호": "1.", "호내용": "1. 첫째", "목": {"목번호": "가.", "목내용": [[["가. 깊은 목", "  1) 세목"]]]}}, {"호번호": "2.", "호내용": "2. 둘째"}]}},
        ]},
        "별표": {"별표단위": {"별표번호": "0001", "별표가지번호": "00", "별표구분": "별표", "별표제목": "표", "별표내용": [["첫 줄", "  둘째 줄"]]}},
    }  # fmt: skip
    return json.dumps({"법령": body}, ensure_ascii=False)


def test_the_same_in_json_reads_the_same(tmp_path: Path) -> None:
    found = laws.read(saved(tmp_path, as_json("예시법"), "예시.json"))
    assert [one.id for one in found] == ["예시법 제1조", "예시법 제2조", "예시법 별표 1"]
    assert found[1].text == "제2조(정의)\n1. 첫째\n가. 깊은 목\n1) 세목\n2. 둘째"
    assert (found[1].kind, found[2].text) == ("법률", "첫 줄\n  둘째 줄")


@pytest.mark.parametrize(
    "sent",
    [
        ("\ufeff" + LAW).encode(),
        LAW.replace("UTF-8", "EUC-KR").encode("cp949"),
        LAW.encode("cp949"),
        LAW.partition("?>")[2].encode("cp949"),
        unicodedata.normalize("NFD", LAW).encode(),
        LAW.encode("utf-16"),
        ("\n\n  " + LAW.replace("예시로 한다", "예시로\x0b 한다")).encode(),
    ],
    ids=["bom", "euc-kr", "not the declared one", "undeclared", "taken apart", "utf-16", "stray signs"],
)  # fmt: skip
def test_however_it_was_saved_it_reads_the_same(tmp_path: Path, sent: bytes) -> None:
    assert laws.read(saved(tmp_path, sent)) == laws.read(saved(tmp_path, LAW))


def zipped(path: Path, files: dict[str, str | bytes]) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for inside, text in files.items():
            archive.writestr(inside, text)
    return path


def test_a_folder_or_zip_of_files_is_one_import_and_a_later_file_wins(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "1/예시.xml": LAW,
        "2.json": as_json("다른법"),
        "3.xml": statute("예시법", article(1, "제1조(목적) 나중 글", "목적")),
        "읽어보기.txt": "법령이 아님",
    }
    for inside, text in files.items():
        path = tmp_path / "모음" / inside
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(text), "utf-8")
    for path in (tmp_path / "모음", zipped(tmp_path / "모음.zip", files)):
        found = laws.read(path)
        assert sum(one.law == "다른법" for one in found) == 3
        assert [one.text for one in found if one.id == "예시법 제1조"] == ["제1조(목적) 나중 글"]
    (tmp_path / "모음" / "4.xml").write_text("<법령>")
    with pytest.raises(laws.LawError, match=r"4\.xml"):
        laws.read(tmp_path / "모음")


def bomb(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(laws, "MOST_BYTES", 2**18)
    return zipped(path, {"a.xml": b" " * 2**24})


@pytest.mark.parametrize("inside", ["../밖.xml", "/etc/밖.xml", "C:\\밖.json", "안/../../밖.xml"])
def test_a_zip_that_points_outside_is_refused(tmp_path: Path, inside: str) -> None:
    with pytest.raises(laws.LawError, match="압축 밖"):
        laws.read(zipped(tmp_path / "가.zip", {inside: LAW}))


def test_what_would_swell_is_refused_before_it_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = time.monotonic()
    entities = '<!DOCTYPE a [<!ENTITY a "' + "가" * 10_000 + '">]><법령>' + "&a;" * 100_000 + "</법령>"
    for text in (entities, "<법령>" + "<가>" * 1_000_001, "<법령>" + "<가>" * 400_000 + "</가>" * 400_000 + "</법령>"):
        with pytest.raises(laws.LawError):
            laws.read(saved(tmp_path, text))
    with pytest.raises(laws.LawError, match="구조가 지나치게"):
        laws.read(saved(tmp_path, "[" + "[],[" * 600_000, "가.json"))
    path = bomb(tmp_path / "폭탄.zip", monkeypatch)
    tracemalloc.start()
    with pytest.raises(laws.LawError, match="MB를 넘습니다"):
        laws.read(path)
    assert tracemalloc.get_traced_memory()[1] < 2**22
    tracemalloc.stop()
    broken = zipped(tmp_path / "깨짐.zip", {"a.xml": LAW}).read_bytes()
    for data in (broken[:-30], broken.replace(b"a.xml", b"b.xml", 1), b"PK\x03\x04", b""):
        with pytest.raises(laws.LawError):
            laws.read(saved(tmp_path, data, "깨짐.zip"))
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (REFUSED, "사용자 정보 검증에 실패하였습니다"),
        ('{"result": "사용자 정보 검증에 실패하였습니다.", "msg": "IP주소"}', "사용자 정보 검증에 실패하였습니다"),
        ("<Law>일치하는 법령이 없습니다.</Law>", "일치하는 법령이 없습니다"),
        ('{"Law": "일치하는 법령이 없습니다."}', "일치하는 법령이 없습니다"),
        (PAGE, "웹 화면"),
        ("<LawSearch><totalCnt>0</totalCnt></LawSearch>", "본문 조회"),
        ("<다른것/>", "lawService"),
        (LAW[: len(LAW) // 2], "온전한지"),
        (rule("예시 지침", "Ⅰ. 목적\n○ 예시"), "조문을 한 개도"),
        (statute("", article(1, "제1조(목적) 예시")), "법령 이름"),
        (statute("예시법", article(1, "제1조(목적) 예시"), day="20261301"), "없는 날짜"),
        (statute("예시법", article(1, "제1조(목적) 예시", day="20250230")), "없는 날짜"),
    ],
)
def test_an_answer_that_is_no_law_is_told_as_what_it_is(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(laws.LawError, match=said):
        laws.read(saved(tmp_path, text))


@pytest.mark.parametrize("said", ["20260101", "2026-01-01", "2026.1.1.", "2026. 1. 1.", "2026년 1월 1일", 20260101])
def test_days_are_kept_one_way(tmp_path: Path, said: Any) -> None:
    found = laws.read(given(tmp_path, {**row("제1조(목적) 예시"), "시행일자": said}))
    assert (found[0].effective, found[0].version) == ("2026-01-01", "2026-01-01")


@pytest.mark.parametrize("said", ["20260230", "2026", "어제", "00000000", "2026-13-01"])
def test_a_day_that_is_none_is_told_and_nothing_is_kept(tmp_path: Path, said: str) -> None:
    with pytest.raises(laws.LawError, match="없는 날짜"):
        laws.read(given(tmp_path, row("제1조(목적) 예시"), {**row("제2조(정의) 예시"), "시행일자": said}))


def law_of(day: str, *texts: str, **other: Any) -> tuple[laws.Article, ...]:
    """A version of 예시법 of that day; articles numbered from 1."""
    articles = [article(at, f"제{at}조(예시) {text}", "예시", day=day) for at, text in enumerate(texts, 1)]
    return laws.parse(statute("예시법", *articles, day=day, **other).encode())


def texts(day: date | None = None) -> list[str]:
    return [one.text.split()[-1] for one in laws.load(day)]


def test_each_day_has_the_version_of_that_day(data_dir: Path) -> None:
    for version in (
        law_of("20240101", "새글", "새둘"),
        law_of("20200101", "옛글", "옛둘", "옛셋"),
        law_of("20990101", "올글"),
    ):
        laws.keep(version)
    laws.keep([laws.Article("예시법", "제1조", "예시", "제1조(예시) 날짜없는글")])
    assert texts() == ["새글", "새둘"]
    assert texts(date(2021, 1, 1)) == ["옛글", "옛둘", "옛셋"]
    assert texts(date(2100, 1, 1)) == ["올글"]
    assert texts(date(2010, 1, 1)) == ["날짜없는글"], "what has no date counts as the oldest"
    known = laws.versions("예시법", "제 1 조")
    assert [one.text.split()[-1] for one in known] == ["올글", "새글", "옛글", "날짜없는글"]
    assert [laws.standing(one) for one in known] == [
        Standing.COMING, Standing.IN_FORCE, Standing.SUPERSEDED, Standing.SUPERSEDED,
    ]  # fmt: skip
    assert laws.standing(known[2], date(2021, 1, 1)) == Standing.IN_FORCE
    laws.keep(law_of("20240101", "고친글"))
    assert texts() == ["고친글"], "the same version again takes its place"
    assert len(laws.versions("예시법", "제2조")) == 1


def test_an_article_that_is_still_to_come_leaves_the_one_before_in_force(data_dir: Path) -> None:
    laws.keep(law_of("20200101", "옛글", "옛둘", "옛셋", "옛넷"))
    parts = (
        article(1, "제1조(예시) 새글", "예시"),
        article(2, "제2조(예시) 올둘", "예시", day="20990101"),
        article(3, "제3조 삭제 <2098.12.1>", day="20990101"),
        article(5, "제5조(예시) 올다섯", "예시", day="20990101"),
        article(6, "제6조(예시) 지금여섯", "예시"),
        article(6, "제6조(예시) 올여섯", "예시", day="20990101"),
    )
    laws.keep(laws.parse(statute("예시법", *parts).encode()))
    assert texts() == ["새글", "옛둘", "옛셋", "지금여섯"]
    assert texts(date(2099, 1, 1)) == ["새글", "올둘", "올다섯", "올여섯"]
    new, old = laws.versions("예시법", "제2조")
    assert (laws.standing(new), laws.standing(old)) == (Standing.COMING, Standing.IN_FORCE)
    assert laws.standing(laws.versions("예시법", "제4조")[0]) == Standing.SUPERSEDED


def test_an_article_between_whose_versions_there_was_none_does_not_come_back(data_dir: Path) -> None:
    laws.keep(law_of("20200101", "옛글", "옛둘"))
    laws.keep(law_of("20220101", "글"))
    coming = article(2, "제2조(예시) 올둘", "예시", day="20990101")
    laws.keep(laws.parse(statute("예시법", article(1, "제1조(예시) 새글", "예시"), coming).encode()))
    assert texts() == ["새글"]


def test_a_record_that_is_to_come_does_not_hold_back_the_rest_of_its_law(data_dir: Path, tmp_path: Path) -> None:
    now, coming = (
        {**row("제1조(목적) 예시"), "시행일자": "20200101"},
        {**row("제2조(정의) 예시"), "시행일자": "20990101"},
    )
    laws.keep(laws.read(given(tmp_path, now, coming)))
    assert [(one.article, one.version) for one in laws.load()] == [("제1조", "2020-01-01")]
    assert len(laws.load(date(2100, 1, 1))) == 2


def test_a_repealed_law_is_shown_as_such_and_never_quoted(data_dir: Path) -> None:
    laws.keep(law_of("20200101", "옛글"))
    laws.keep(law_of("20240101", change="폐지"))
    assert laws.load() == ()
    assert texts(date(2021, 1, 1)) == ["옛글"]
    assert laws.standing(laws.versions("예시법", "제1조")[0]) == Standing.REPEALED
    for current, day, expected in (
        ("N", "20240101", Standing.REPEALED),
        ("Y", "20240101", Standing.IN_FORCE),
        ("N", "20990101", Standing.COMING),
    ):
        found = laws.parse(rule("예시 고시", "제1조(목적) 예시", day=day, current=current).encode())
        laws.keep(found)
        assert laws.standing(found[0]) == expected, "a rule to come is not 현행 yet, and no longer repealed"
    assert [one.law for one in laws.load()] == ["예시 고시"]
    assert [one.version for one in laws.load(date(2100, 1, 1))] == ["2099-01-01"]
    laws.keep(laws.parse(rule("예시 고시", "제1조(목적) 예시", current="N").encode()))
    assert laws.load() == ()


def test_annexes_are_linked_to_the_law_they_are_of(data_dir: Path) -> None:
    def made(law: str, numbers: list[int], text: str = "예시") -> str:
        return statute(law, article(1, f"제1조(예시) {text}", "예시"), annexes="".join(annex(n, f"표 {n}") for n in numbers))  # fmt: skip

    laws.keep(laws.parse(made("예시법", [1]).encode()))
    laws.keep(
        laws.parse(made("예시법 시행령", [1, 2, 3, 4], "별표 2부터 별표 4까지 본다. 법 별표 관세율표도 본다.").encode())
    )
    text = (
        "영 별표 1, 「다른법」 별표 1 및 별표 2, 같은 법 시행령 별표 2, 이 규칙 별표 1, 외국법 별표 3, 별표 9를 본다."
    )
    laws.keep(laws.parse(made("예시법 시행규칙", [1, 3], text).encode()))
    linked = {one.law: one.annexes for one in laws.load()}
    assert linked["예시법 시행령"] == (
        "예시법 시행령 별표 2", "예시법 시행령 별표 3", "예시법 시행령 별표 4", "예시법 별표 1",
    )  # fmt: skip
    assert linked["예시법 시행규칙"] == ("예시법 시행령 별표 1", "예시법 시행규칙 별표 1")
    laws.keep(laws.parse(made("다른법", [2]).encode()))
    assert "다른법 별표 2" in {one.law: one.annexes for one in laws.load()}["예시법 시행규칙"]


def test_a_link_that_leads_elsewhere_is_not_kept(data_dir: Path) -> None:
    for link in ("javascript:alert(1)", "//evil.example/a", "https://evil.example/law.go.kr/", "https://law.go.kr.evil.example/a"):  # fmt: skip
        found = laws.parse(statute("예시법", annexes=annex(1, "표", link=link)).encode())
        assert found[0].link == ""


def test_files_kept_by_earlier_releases_still_load_and_a_broken_one_is_told(data_dir: Path) -> None:
    old = {"law": "예시법", "article": "제1조", "title": "목적", "text": "제1조(목적) 예시", "kind": "law", "effective": "20200101", "source": "가.json"}  # fmt: skip
    laws.store().write_text(json.dumps(old, ensure_ascii=False) + "\n", "utf-8")
    assert [(one.id, one.effective, one.version) for one in laws.load()] == [("예시법 제1조", "2020-01-01", "")]
    for broken in ("{", '{"law": 1}', "[1]", '{"law": "가", "다른": "것"}', "\x00"):
        laws.store().write_text(broken)
        with pytest.raises(laws.LawError, match="다른 곳으로 옮기고"):
            laws.load()
        with pytest.raises(laws.LawError, match="다른 곳으로 옮기고"):
            laws.keep(law_of("20240101", "새글"))
        assert laws.store().read_text() == broken, "what may be mended is not written over"


def _import(number: int) -> None:
    laws.keep([laws.Article(f"예시법 {number}", "제1조", "목적", "제1조(목적) 예시")])


def test_imports_at_the_same_time_lose_nothing(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        pool.map(_import, range(24), chunksize=1)
    assert len(laws.load()) == 24
    monkeypatch.setattr(laws, "LOCK_SECONDS", 0.1)
    with (data_dir / "audit" / "articles.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(laws.LawError, match="끝난 뒤 다시"):
            _import(99)


@pytest.mark.skipif(not SHARED.exists(), reason="the real texts lie beside the project")
def test_the_real_statutes_are_read_and_kept_whole(data_dir: Path) -> None:
    found = laws.read(SHARED)
    assert len(found) == 4_891
    kept = laws.keep(found)
    assert len(kept) == 4_891
    assert {*kept} == {*found}


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


def test_findings_are_said_to_be_made_up_and_rest_on_articles_we_have_cards_of(data_dir: Path) -> None:
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
