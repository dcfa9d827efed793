"""The one place where heavy things are loaded, kept and shared between sessions. Import inside, never at the top."""

import gc
import threading
from collections.abc import Callable, Hashable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import streamlit as st

from lib.ui import jobs

if TYPE_CHECKING:
    import pyarrow as pa

    from lib.casework import CaseBook, Talks, Trail
    from lib.entries.audit.search import Searcher
    from lib.entries.pccc_theft.judging import History
    from lib.entries.pccc_theft.monitoring import Monitor
    from lib.screening.findings import Finding
    from lib.screening.model import Model
    from lib.screening.ranking import Ranking
    from lib.tables.checking import Checked
    from lib.tables.contract import Table

LONGEST = 3600  # seconds a list may take
_turns: dict[Hashable, "_Turn"] = {}  # by list


class _Turn:
    """One question at a time to a list: sessions share it, and what explains it keeps what it has read from one finding to the
    next. Who asks within a question of the same list would wait for himself, and all others for him: that is an error instead.
    """

    def __init__(self) -> None:
        self._lock, self._holder = threading.Lock(), 0

    def __enter__(self) -> None:
        if self._holder == threading.get_ident():
            raise RuntimeError("a question within a question of the same list")
        self._lock.acquire()
        self._holder = threading.get_ident()

    def __exit__(self, *_: object) -> None:
        self._holder = 0
        self._lock.release()


def _turn(key: Hashable) -> _Turn:
    return _turns.setdefault(key, _Turn())


@st.cache_resource(show_spinner="사건 기록을 여는 중입니다.")
def case_book() -> "CaseBook":
    """The case book of this suite."""
    from lib.casework import CaseBook

    return CaseBook.open()


@st.cache_resource(show_spinner=False)
def warm_reader() -> threading.Thread:
    """Load code, catalogue, workers and engine behind the page's back, so that neither page nor first photo waits for them."""
    jobs.PHOTOS.start()
    jobs.TABLES.start()

    def load() -> None:
        from lib.entries.hazard_photo import catalogue, demo, match, screen  # noqa: F401  (the page's imports)

        match.index(catalogue.load())
        _settled("photo")

    thread = threading.Thread(target=load, name="warm-reader", daemon=True)
    thread.start()
    return thread


@st.cache_resource(show_spinner=False, max_entries=16)
def demo_table(path: Path, changed: float, _table: "Table") -> "Checked":
    """A demo file, read and checked like an officer's. ``changed``: when the file was."""
    from lib.tables.checking import check
    from lib.tables.reading import read

    return check(read(path, path.name), _table)


def model(entry: str) -> "Model | None":
    """The model in force, read again when its file changes. Raises ``ModelBroken``."""
    from lib.screening.model import own_stem
    from lib.settings import MODELS

    files = [stem.with_name(f"{stem.name}.json") for stem in (own_stem(entry), MODELS / entry)]
    return _model(entry, tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files))


@st.cache_resource(show_spinner=False, max_entries=16)
def _model(entry: str, changed: tuple[int, ...]) -> "Model | None":
    from lib.screening.model import current

    return current(entry)


def ranking(
    slot: str,
    key: Hashable,
    title: str,
    screen: "Callable[..., Ranking]",
    tables: "Mapping[str, pa.Table]",
    **options: Any,
) -> "Ranking | None":
    """The ranked list that ``key`` (entry, tables, day, limits, model) names, made once for all who ask; ``None`` until
    then. ``slot``: see ``jobs.awaited``. Raises what ``screen`` raises.
    """
    from lib.settings import settings

    if settings().engine == "spark":  # works in a program of its own, and its tables do not travel
        return _ranked_here(key, lambda: screen(tables, **options))
    shared = [*tables.values(), options.get("model")]
    _settled(slot)
    return jobs.awaited(
        slot,
        key,
        lambda owner: jobs.TABLES.submit(
            screen, tables, title=title, owner=owner, key=key, seconds=LONGEST, shared=shared, **options
        ),
        "대상별 지표를 계산하고 순위를 매깁니다.",
    )


@st.cache_resource(show_spinner=False)
def _settled(what: str) -> None:
    """What is loaded by now stays. Streamlit collects garbage after every run of every page, fragments too, and would look
    through all of pandas and its like each time: a fifth of a second in which no page answers.
    """
    gc.collect()
    gc.freeze()


@st.cache_resource(show_spinner="대상별 지표를 계산하고 순위를 매깁니다.", max_entries=8)
def _ranked_here(key: Hashable, _screen: "Callable[[], Ranking]") -> "Ranking":
    return _screen()


@st.cache_resource(show_spinner=False, max_entries=400)
def finding(key: Hashable, subject: str, _ranking: "Ranking") -> "Finding":
    """One explained lead of the list that ``key`` names."""
    with _turn(key):
        return _ranking.finding(subject)


def sheet(key: Hashable, top: int, ranking: "Ranking") -> list[dict[str, Any]]:
    """The whole list as rows for a file, the first ``top`` leads explained: seconds of work, done outside the pages' process.
    Raises ``JobError``.
    """
    import cloudpickle

    from lib.screening.ranking import sheet_of
    from lib.settings import settings

    with _turn(key):
        if settings().engine == "spark":
            return ranking.sheet(top)
        packed = cloudpickle.dumps(ranking)
    asked = jobs.PAPERS.submit(
        sheet_of, packed, top, title="내려받을 목록", owner=uuid4().hex, key=("sheet", key, top), seconds=LONGEST
    )
    return asked.result()


@st.cache_resource(show_spinner=False, max_entries=2)
def history(key: Hashable, _tables: "Mapping[str, pa.Table]") -> "History":
    """What single declarations are judged against."""
    from lib.entries.pccc_theft import judging

    try:
        return judging.ready(_tables, model("pccc_theft"))
    except ValueError:  # a broken model is told where it is used
        return judging.History(_tables)


@st.cache_resource(show_spinner=False, max_entries=4)
def monitor(key: Hashable, _load: "Callable[[], Monitor]") -> "Monitor":
    """What the monitoring room shows of the list that ``key`` names."""
    return _load()


@st.cache_resource(show_spinner=False, max_entries=64)
def asked(key: Hashable, what: Hashable, _ask: "Callable[[], Any]") -> Any:
    """What the list that ``key`` names answers for its charts, kept under ``what``. ``_ask`` must not ask the list in its turn."""
    with _turn(key):
        return _ask()


@st.cache_resource(show_spinner=False)
def talks() -> "Talks":
    """What officers of this suite ask."""
    from lib.casework import Talks

    return Talks.open()


@st.cache_resource(show_spinner=False)
def trail() -> "Trail":
    """The audit trail of this suite."""
    from lib.casework import Trail

    return Trail.open()


@st.cache_resource(show_spinner=False)
def _shelf() -> dict[str, Any]:
    """The one searcher, what it was made of, and the lock under which another is made."""
    return {"lock": threading.Lock(), "made_of": None, "searcher": None}


def searcher(progress: "Callable[[float, str], None]") -> "Searcher":
    """Articles and findings by question, made anew when laws, findings or lessons changed."""
    from lib.entries.audit import findings, laws, search

    lessons = tuple(search.Lesson(one.kind, one.phrase, one.target) for one in talks().lessons("audit"))
    texts = tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in (laws.store(), findings.store()))
    shelf = _shelf()
    with shelf["lock"]:
        made_of = (*texts, date.today())  # what is in force changes with the day
        if shelf["made_of"] != made_of:
            shelf["searcher"], shelf["made_of"] = search.opened(progress, lessons), made_of
        if shelf["searcher"].lessons != lessons:
            shelf["searcher"] = shelf["searcher"].taught(lessons)
        found: Searcher = shelf["searcher"]
    return found
