"""Downloads of tables, safe from formula injection."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import streamlit as st

Rows = Sequence[Mapping[str, Any]]


def downloads(rows: Rows, name: str, *, key: str) -> None:
    """Two buttons, XLSX and CSV, for ``rows``; the files are made when pressed."""

    def xlsx() -> bytes:
        from lib.tables import export

        return export.to_xlsx(rows, name)

    def csv() -> bytes:
        from lib.tables import export

        return export.to_csv(rows)

    stamp = f"{name}_{datetime.now():%Y%m%d_%H%M}"
    with st.container(horizontal=True):
        st.download_button("XLSX 내려받기", xlsx, f"{stamp}.xlsx", key=f"{key}_xlsx", on_click="ignore")
        st.download_button("CSV 내려받기", csv, f"{stamp}.csv", "text/csv", key=f"{key}_csv", on_click="ignore")
