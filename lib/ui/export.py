"""Downloads: safe from formula injection, for those who may, each on record."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from lib.casework import Act
from lib.ui import guard

Rows = Sequence[Mapping[str, Any]]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def downloads(rows: Rows, name: str, *, key: str, reason: str = "") -> None:
    """Two buttons, XLSX and CSV, for ``rows``; the files are made when pressed. ``reason``: why personal data is in them."""

    def xlsx() -> bytes:
        from lib.tables import export

        return export.to_xlsx(rows, name)

    def csv() -> bytes:
        from lib.tables import export

        return export.to_csv(rows)

    stamp = f"{name}_{datetime.now():%Y%m%d_%H%M}"
    with st.container(horizontal=True):
        button("XLSX 내려받기", xlsx, f"{stamp}.xlsx", XLSX, key=f"{key}_xlsx", reason=reason, rows=len(rows))
        button("CSV 내려받기", csv, f"{stamp}.csv", "text/csv", key=f"{key}_csv", reason=reason, rows=len(rows))


def button(
    label: str,
    make: Callable[[], bytes],
    name: str,
    mime: str,
    *,
    key: str,
    reason: str = "",
    rows: int | None = None,
    **looks: Any,
) -> None:
    """One file, made when the button is pressed, and only for who may have it then; it is on record before it goes out."""
    entry = guard.entry_id()
    if not guard.allowed(guard.May.EXPORT, entry):
        st.button(label, disabled=True, key=key, help=guard.officer().why_not(guard.May.EXPORT), **looks)
        return
    ask = guard.recheck()

    def made() -> bytes:
        there = ask()
        if not there.may(guard.May.EXPORT, entry):
            raise PermissionError(there.why_not(guard.May.EXPORT))
        data = make()
        detail = {"bytes": len(data)} | ({"rows": rows} if rows is not None else {})
        guard.on_record(Act.EXPORTED, there, entry=entry, about=name, reason=reason, detail=detail)
        return data

    st.download_button(label, made, name, mime, key=key, on_click="ignore", **looks)
