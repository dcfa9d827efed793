"""How an officer's tables come in: demo data one tap away, or own files, checked and told in Korean."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from lib.settings import DATA
from lib.tables.contract import Column, Table
from lib.ui import cache, export, guard, personal
from lib.ui.words import plain

if TYPE_CHECKING:
    import pyarrow as pa

    from lib.tables.checking import Checked

SHOWN = 200  # violations on screen; the file holds all
WAYS = {"demo": "🎬 시연 자료", "own": "📂 내 파일"}


@dataclass(frozen=True)
class Given:
    """The checked tables of this session. ``key`` names this very content (behind a # what was renewed since); ``demo``: invented data."""

    key: str
    demo: bool
    checked: "Mapping[str, Checked]"

    @property
    def rows(self) -> "dict[str, pa.Table]":
        return {name: checked.rows for name, checked in self.checked.items()}


def intake(
    entry: str,
    contracts: Mapping[str, Table],
    optional: Collection[str] = (),
    own: "Callable[[bytes, str], pa.Table] | None" = None,
    service: Callable[[], None] | None = None,
) -> Given | None:
    """The tables to screen, folded away once they are there; None until every needed one is usable.

    ``own``: the entry's way to read a file of a table's name, for forms that are no plain tables; ``service``: draws its way to get a
    table from an official service (see ``shelve``).
    """
    kept = f"{entry}_given"
    given: Given | None = st.session_state.get(kept)
    told = _summary(given) if given else "자료 넣기"
    with st.expander(told, icon="📥", expanded=given is None):
        way = st.segmented_control(
            "자료 넣는 방법",
            list(WAYS),
            format_func=WAYS.__getitem__,
            default="own" if given and not given.demo else None,
            key=f"{entry}_way",
            label_visibility="collapsed",
            width="stretch",
        )
        fresh = None
        if way == "demo":
            fresh = _demo(entry, contracts)
        elif way == "own" and not guard.barred(guard.May.WORK):
            if service:
                service()
            fresh = _own(entry, contracts, optional, own)
        if fresh is not None and (given is None or fresh.key != given.key.partition("#")[0]):
            st.session_state[kept] = fresh
            st.rerun()
        if given:
            _told(entry, given)
    if given is None:
        st.info(
            "먼저 자료를 넣어 주십시오. 처음이면 「시연 자료」를 누르면 지어낸 자료로 바로 볼 수 있습니다.", icon="👆"
        )
    return given


def shelve(entry: str, checked: "Checked") -> None:
    """A table that came from a service lies beside the uploaded ones."""
    shelf = st.session_state.setdefault(f"{entry}_files", {})
    shelf[checked.table.name] = (f"service@{datetime.now(UTC).isoformat()}", checked)


def put(entry: str, given: Given, name: str, checked: "Checked") -> None:
    """One of the tables in use is replaced by a newer one; the list is made anew at the next run."""
    key = f"{given.key.partition('#')[0]}#{datetime.now(UTC).isoformat()}"
    st.session_state[f"{entry}_given"] = Given(key, given.demo, {**given.checked, name: checked})


def masked(column: Column, value: object) -> str:
    """A cell as shown: of a personal one only the ends are left."""
    text = "" if value is None else str(value)
    if not column.personal or "*" in text or len(text) < 2:
        return text
    ends = 1 if len(text) < 6 else 2
    return text[:ends] + "*" * max(1, len(text) - 2 * ends) + (text[-ends:] if len(text) > 2 * ends else "")


def _demo(entry: str, contracts: Mapping[str, Table]) -> Given | None:
    folder = DATA / entry / "demo"
    checked: dict[str, Checked] = {}
    with st.spinner("시연 자료를 읽는 중입니다."):
        for name, table in contracts.items():
            paths = sorted(folder.glob(f"{name}.*"))
            if paths:
                checked[name] = cache.demo_table(paths[0], paths[0].stat().st_mtime, table)
    if not checked:
        st.warning("시연 자료가 설치되어 있지 않습니다.")
        return None
    return Given(f"demo:{entry}", True, checked)


def _own(
    entry: str,
    contracts: Mapping[str, Table],
    optional: Collection[str],
    own: "Callable[[bytes, str], pa.Table] | None",
) -> Given | None:
    """One uploader a table; each file is read and checked once."""
    from lib.tables.checking import check
    from lib.tables.reading import TableError, read

    shelf: dict[str, tuple[str, Checked]] = st.session_state.setdefault(f"{entry}_files", {})
    st.caption("CSV(UTF-8, 한글 완성형)·엑셀·Parquet 파일을 그대로 올리십시오. 열 이름은 서식의 한글 이름이면 됩니다.")
    for name, table in contracts.items():
        with st.container(border=True):
            need = "선택" if name in optional else "필수"
            file = st.file_uploader(f"{table.title} ({need})", key=f"{entry}_file_{name}")
            _templates(entry, table)
            if file is None:
                if name in shelf:
                    st.caption(f"✅ 앞서 올린 자료를 쓰고 있습니다: {shelf[name][1].rows.num_rows:,}행")
                    if st.button("이 자료 빼기", type="tertiary", key=f"{entry}_drop_{name}"):
                        shelf.pop(name)
                        st.rerun()
                continue
            if name not in shelf or shelf[name][0] != file.file_id:
                shelf.pop(name, None)
                try:
                    with st.spinner(f"「{table.title}」을(를) 읽고 확인하는 중입니다."):
                        raw = own(file.getvalue(), name) if own else read(file.getvalue(), file.name)
                        checked = check(raw, table)
                except TableError as error:
                    st.error(plain(str(error)), icon="📄")
                    continue
                shelf[name] = (file.file_id, checked)
            if not shelf[name][1].rows.num_rows:
                st.error(
                    "쓸 수 있는 행이 없습니다. 아래 「형식에 맞지 않는 곳」을 고쳐 다시 올려 주십시오."
                    if shelf[name][1].violations
                    else "열 이름만 있고 자료가 한 행도 없습니다. 내려받은 조건(기간·대상)을 확인해 주십시오.",
                    icon="📄",
                )
                _violations(entry, shelf[name][1])
                shelf.pop(name)
    missing = [table.title for name, table in contracts.items() if name not in shelf and name not in optional]
    if missing:
        st.caption(f"더 필요한 자료: {', '.join(missing)}")
        return None
    return Given("|".join(f"{n}={shelf[n][0]}" for n in sorted(shelf)), False, {n: shelf[n][1] for n in shelf})


def _templates(entry: str, table: Table) -> None:
    def empty() -> bytes:
        from lib.tables import template

        return template.template_xlsx(table)

    def filled() -> bytes:
        from lib.tables import template

        return template.example_xlsx(table)

    with st.container(horizontal=True):
        for label, make in (("빈 서식", empty), ("작성 예시", filled)):
            name = f"{table.title}_{label}.xlsx"
            st.download_button(
                label, make, name, icon="📄", type="tertiary", key=f"{entry}_{label}_{table.name}", on_click="ignore"
            )


def _summary(given: Given) -> str:
    counts = ", ".join(f"{c.table.title} {c.rows.num_rows:,}행" for c in given.checked.values())
    rejected = sum(c.rejected.num_rows for c in given.checked.values())
    start = "시연 자료(지어낸 자료)" if given.demo else "내 파일"
    return f"{start}: {counts}" + (f" · 제외 {rejected:,}행" if rejected else "")


def _told(entry: str, given: Given) -> None:
    st.dataframe(
        [
            {
                "자료": checked.table.title,
                "읽은 행": checked.total,
                "쓰는 행": checked.rows.num_rows,
                "제외한 행": checked.rejected.num_rows,
                "형식에 맞지 않는 곳": checked.violation_count,
                "쓰지 않은 열": ", ".join(checked.unused) or "-",
                "없는 선택 열": ", ".join(checked.absent) or "-",
            }
            for checked in given.checked.values()
        ],
        hide_index=True,
    )
    for checked in given.checked.values():
        if checked.violations:
            _violations(entry, checked)


def _violations(entry: str, checked: "Checked") -> None:
    """What does not fit, where, and what is expected; all of it and the rejected rows to download."""
    from lib.tables.checking import rejected_csv, violation_rows

    title, key = checked.table.title, f"{entry}_{checked.table.name}"
    if not checked.violations:
        return
    with st.popover(f"「{title}」 형식에 맞지 않는 곳 {checked.violation_count:,}곳", icon="⚠️"):
        st.dataframe(violation_rows(checked, masked=True)[:SHOWN], hide_index=True)
        if len(checked.violations) > SHOWN:
            st.caption(f"앞의 {SHOWN}곳만 보여 줍니다. 파일에는 {len(checked.violations):,}곳이 들어갑니다.")
        private = any(column.personal for column in checked.table.columns)
        why = (
            personal.reason(title, key=f"{key}_bad", what="파일에 개인정보를 가리지 않고 넣기")
            if private
            else "개인정보 없음"
        )
        export.downloads(violation_rows(checked, masked=not why), f"{title} 확인 결과", key=f"{key}_bad", reason=why)
        if checked.rejected.num_rows and not why:
            st.caption("제외한 행의 원래 값에는 개인정보가 있습니다. 내려받으려면 위에서 사유를 적으십시오.")
        elif checked.rejected.num_rows:
            st.caption(f"제외한 행 {checked.rejected.num_rows:,}개를 고쳐 다시 올릴 수 있습니다(원래 값과 이유).")
            export.button(
                "제외한 행 내려받기",
                lambda: rejected_csv(checked),
                f"{title}_제외한 행.csv",
                "text/csv",
                key=f"{key}_rejected",
                reason=why,
                detail={"rows": checked.rejected.num_rows},
            )
