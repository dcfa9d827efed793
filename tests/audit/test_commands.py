"""대감집 from the command line: a question a line, the same order; laws and findings imported and then quoted."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lib.__main__ import app
from lib.settings import settings

RUN = CliRunner()
LAW = [
    {"law": "관세법", "kind": "law", "조번호": "38", "제목": "", "내용": "제38조의2(보정)\n① 납세의무자는 예시로 6개월 이내에 보정을 신청할 수 있다."},
    {"law": "예시법", "kind": "law", "조번호": "1", "제목": "", "내용": "제1조(목적) 이 법은 예시로 드론 화물의 하늘길 통관을 정한다."},
]  # fmt: skip


@pytest.fixture(autouse=True)
def alone(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AX_LLM_URL", "AX_LLM_MODEL"):
        monkeypatch.delenv(name, raising=False)
    settings.cache_clear()


def run(*words: str, code: int = 0) -> Any:
    done = RUN.invoke(app, list(words))
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    return done


def test_questions_of_a_cp949_file_are_answered_a_line_each_in_their_order(tmp_path: Path) -> None:
    asked = [
        "법 38조의2",
        "",
        "김치찌개 맛있게 끓이는 법",
        "감사 나오기 전에 파일을 지우고 싶어요",
        "보정 신청 기한이 언제까지예요?",
    ]
    (tmp_path / "질문.txt").write_bytes(("\r\n".join(asked) + "\r\n").encode("cp949"))
    (tmp_path / "법.json").write_text(json.dumps(LAW, ensure_ascii=False), "utf-8")
    assert "조문 2개" in run("laws", "import", str(tmp_path / "법.json")).stdout
    told = [json.loads(line) for line in run("ask", "--file", str(tmp_path / "질문.txt"), "--json").stdout.splitlines()]
    assert [one["abstained"] for one in told] == [False, True, True, True, False]
    assert told[0]["citations"][0] == {
        "id": "관세법 제38조의2",
        "title": "보정",
        "quote": "① 납세의무자는 예시로 6개월 이내에 보정을 신청할 수 있다.",
    }
    assert {*told[4]} == {"answer", "citations", "articles", "findings", "abstained"}
    assert told[4]["articles"][0]["law"] == "관세법"


def test_an_own_finding_is_shown_first_then_kept_then_found_without_names(tmp_path: Path) -> None:
    table = "연도,수감기관,제목,처분,지적내용,관련규정\n2025,예시세관,드론 택배 통관목록 확인 소홀,주의,담당자 홍길동 주무관은 드론 택배 통관목록을 확인하지 않았다.,관세법 제241조\n"
    (tmp_path / "지적.csv").write_bytes(table.encode("cp949"))
    assert "드론 택배" in run("findings", "import", str(tmp_path / "지적.csv"), "--dry").stdout
    assert not (settings().folder("audit") / "findings.jsonl").exists(), "a dry run keeps nothing"
    run("findings", "import", str(tmp_path / "지적.csv"))
    found = json.loads(run("ask", "드론 택배 통관목록을 안 봐도 되나요", "--json").stdout)["findings"]
    assert found[0]["title"] == "드론 택배 통관목록 확인 소홀"
    assert found[0]["id"].startswith("자체-2025-")
    assert "홍길동" not in (settings().folder("audit") / "findings.jsonl").read_text("utf-8")


@pytest.mark.parametrize(
    "words",
    [
        ("ask",),
        ("ask", "질문", "--file", "x"),
        ("ask", "--file", "없는파일.txt"),
        ("laws", "import", "없는파일.json"),
        ("findings", "import", "없는파일.docx"),
    ],
)
def test_what_cannot_be_done_is_told(words: tuple[str, ...]) -> None:
    assert RUN.invoke(app, list(words)).exit_code == 2
