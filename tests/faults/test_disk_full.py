"""The disk is full: the officer is told so in words, what was there stays whole, and work goes on once there is room."""

import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from lib.casework import Act, CaseBook, Outcome, Status, StorageFull, Talks, Trail, keep_photo
from lib.entries.audit import findings, laws
from lib.screening import limits
from lib.settings import settings

HOLD = Outcome("hold", "통관보류", Status.ACTION)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A real file system of 4 MB with all state of the suite on it."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], capture_output=True)
    if mounted.returncode:
        pytest.skip("may not mount a file system here")
    monkeypatch.setenv("AX_DATA_DIR", str(place))
    monkeypatch.delenv("AX_DATABASE_URL", raising=False)
    settings.cache_clear()
    yield place
    settings.cache_clear()
    subprocess.run(["umount", "--lazy", place], check=True)


def fill(disk: Path) -> Callable[[], None]:
    """Nothing more fits; call what is returned to make room again."""
    filler = disk / "filler"
    handle = os.open(filler, os.O_WRONLY | os.O_CREAT)
    size = 64 * 1024
    while size:
        try:
            os.write(handle, b"\0" * size)
        except OSError:
            size //= 2
    os.close(handle)
    return filler.unlink


def until_full(act: Callable[[int], object]) -> None:
    """What the database had set aside is used up first."""
    for n in range(1, 500):
        act(n)


def test_a_decision_is_refused_in_words_and_kept_once_there_is_room(disk, finding):
    with CaseBook.open() as book:
        case, _ = book.register(finding(), by="김주무")
        make_room = fill(disk)
        with pytest.raises(StorageFull, match="디스크를 비운 뒤"):
            until_full(lambda n: book.note(case.id, n, "확인한 내용과 근거를 적습니다. " * 40, by="김주무"))
        kept = book.case(case.id).version
        assert [event.version for event in book.history(case.id)] == list(range(1, kept + 1))
        make_room()
        assert book.decide(case.id, kept, HOLD, by="김주무").outcome == "hold"
    with Trail.open() as trail:
        assert trail.verify().faults == ()


def test_what_cannot_be_put_on_record_is_refused(disk):
    with Trail.open() as trail:
        trail.record(Act.LOGIN, by="김주무")
        make_room = fill(disk)
        with pytest.raises(StorageFull):
            until_full(lambda n: trail.record(Act.VIEWED, by="김주무", reason="영장 집행에 따른 확인 " * 40))
        make_room()
        trail.record(Act.LOGOUT, by="김주무")
        assert trail.verify().faults == ()


def test_laws_findings_photos_and_limits_stay_as_they_were(disk):
    laws.keep([laws.Article("시험법", "제1조", "목적", "처음 있던 조문입니다.")])
    as_of = date.today()
    before = {code: limit.value for code, limit in limits.load("duty_free", as_of).about.items()}
    code = next(iter(before))
    photo = b"\xff\xd8" + os.urandom(300_000)
    make_room = fill(disk)
    with pytest.raises(laws.LawError, match="공간"):
        laws.keep([laws.Article("시험법", f"제{n}조", "늘림", "긴 조문 " * 400) for n in range(2, 200)])
    with pytest.raises(StorageFull):
        keep_photo(photo, hashlib.sha256(photo).hexdigest(), ".jpg")
    with pytest.raises(OSError, match="No space"):
        limits.set_own("duty_free", code, 99999, since=as_of, source="시험 업무지시", by="김주무")
    assert [one.text for one in laws.load()] == ["처음 있던 조문입니다."]
    assert {c: limit.value for c, limit in limits.load("duty_free", as_of).about.items()} == before
    assert not [path for path in (disk / "photos").rglob("*") if path.is_file()], "no half photo"
    make_room()
    assert keep_photo(photo, hashlib.sha256(photo).hexdigest(), ".jpg").read_bytes() == photo
    assert findings.load()


def test_a_question_that_cannot_be_kept_is_told(disk):
    with Talks.open() as talks:
        talks.asked("audit", "가", "질문", {"text": "답"}, abstained=False, by="김주무")
        fill(disk)
        with pytest.raises(StorageFull):
            until_full(
                lambda n: talks.asked("audit", "가", "질문", {"text": "답 " * 2000}, abstained=False, by="김주무")
            )
        assert talks.talk("audit", "가", by="김주무")[0].text == "질문"
