"""Downloads of tables, safe from formula injection."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from lib.tables import export


def downloads(rows: Sequence[Mapping[str, Any]], name: str, *, key: str) -> None:
    """Two buttons, XLSX and CSV, for ``rows``; the files are made when pressed."""
    stamp = f"{datetime.now():%Y%m%d_%H%M}"
    with st.container(horizontal=True):
        st.download_button(
            "XLSX 내려받기", lambda: export.to_xlsx(rows, name), f"{name}_{stamp}.xlsx", key=f"{key}_xlsx", on_click="ignore"
        )
        st.download_button(
            "CSV 내려받기", lambda: export.to_csv(rows), f"{name}_{stamp}.csv", "text/csv", key=f"{key}_csv", on_click="ignore"
        )
