"""Downloads: safe from formula injection, for those who may, each on record."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from lib.casework import Act
from lib.ui import guard

Rows = Sequence[Mapping[str, Any]]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def downloads(rows: Rows | Callable[[], Rows], name: str, *, key: str, reason: str = "") -> None:
    """``sheets`` of ``rows`` (or of what gives them), called after ``name`` and this minute."""
    made = rows if callable(rows) else lambda: rows
    sheets(made, f"{name}_{datetime.now():%Y%m%d_%H%M}", name, key=key, reason=reason)


def sheets(rows: Callable[[], Rows], name: str, sheet: str, *, key: str, reason: str = "") -> None:
    """Two buttons, XLSX and CSV; rows and file are made when one is pressed. ``reason``: why personal data is in them."""
    told: dict[str, int] = {}

    def counted() -> Rows:
        found = rows()
        told["rows"] = len(found)
        return found

    def xlsx() -> bytes:
        from lib.tables import export

        return export.to_xlsx(counted(), sheet)

    def csv() -> bytes:
        from lib.tables import export

        return export.to_csv(counted())

    with st.container(horizontal=True):
        button("XLSX 내려받기", xlsx, f"{name}.xlsx", XLSX, key=f"{key}_xlsx", reason=reason, detail=told)
        button("CSV 내려받기", csv, f"{name}.csv", "text/csv", key=f"{key}_csv", reason=reason, detail=told)


def button(
    label: str,
    make: Callable[[], bytes],
    name: str,
    mime: str,
    *,
    key: str,
    reason: str = "",
    detail: Mapping[str, int] | None = None,
    **looks: Any,
) -> None:
    """One file, made when the button is pressed, and only for who may have it then; it is on record before it goes out,
    with what ``detail`` says once it is made.
    """
    entry = guard.entry_id()
    if not guard.allowed(guard.May.EXPORT, entry):
        st.button(label, disabled=True, key=key, help=guard.officer().why_not(guard.May.EXPORT, entry or None), **looks)
        return
    ask = guard.recheck()

    def made() -> bytes:
        there = ask()
        if not there.may(guard.May.EXPORT, entry or None):
            raise PermissionError(there.why_not(guard.May.EXPORT, entry or None))
        data = make()
        measured = {"bytes": len(data), **(detail or {})}
        guard.on_record(Act.EXPORTED, there, entry=entry, about=name, reason=reason, detail=measured)
        return data

    st.download_button(label, made, name, mime, key=key, on_click="ignore", **looks)
