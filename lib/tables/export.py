"""Tables as CSV and XLSX files that open in Excel as they look here, and in which no text can act as a formula."""

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter

Rows = pd.DataFrame | Sequence[Mapping[str, Any]]
Cell = str | int | float | Decimal | bool

CELL_LIMIT = 32_767  # UTF-16 units in an Excel cell
ROW_LIMIT, COLUMN_LIMIT = 1_048_576, 16_384
EXACT = 10**15  # Excel keeps 15 digits of a number
WIDEST = 60
_KST = timezone(timedelta(hours=9))
_FORMULA = frozenset("=+-@−")  # after NFKC, which makes one of ＝ and =
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")  # blank though no space
_NUMBER = re.compile(r"-(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # not allowed in XML


def to_csv(rows: Rows) -> bytes:
    """UTF-8 with BOM, as Excel expects it."""
    columns, cells = _table(rows)
    file = StringIO(newline="")
    writer = csv.writer(file)
    if columns:
        writer.writerow(columns)
    writer.writerows(cells)
    return file.getvalue().encode("utf-8-sig")


def to_xlsx(rows: Rows, sheet: str) -> bytes:
    """One worksheet with a bold header that stays in view. Raises ``ValueError`` for more rows than Excel can hold."""
    columns, cells = _table(rows)
    if len(cells) >= ROW_LIMIT or len(columns) > COLUMN_LIMIT:
        raise ValueError(
            f"엑셀 한 시트에 담을 수 있는 {ROW_LIMIT - 1:,}행 {COLUMN_LIMIT:,}열을 넘습니다. CSV로 내려받으십시오."
        )
    file = BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(file, safe) as book:
        page = book.add_worksheet(_sheet_name(sheet))
        bold = book.add_format({"bold": True, "bottom": 1})
        page.freeze_panes(1, 0)
        for c, title in enumerate(columns):
            page.write_string(0, c, _fit(title), bold)
            page.set_column(c, c, min(WIDEST, max(8, 2 + max(map(_width, [title, *(row[c] for row in cells[:200])])))))
        for r, row in enumerate(cells, 1):
            for c, cell in enumerate(row):
                if isinstance(cell, bool):
                    page.write_boolean(r, c, cell)
                elif isinstance(cell, str) or not -EXACT < cell < EXACT:
                    page.write_string(r, c, _fit(str(cell)))
                else:
                    page.write_number(r, c, cell)
    return file.getvalue()


def _table(rows: Rows) -> tuple[list[str], list[list[Cell]]]:
    if isinstance(rows, pd.DataFrame):
        return [_text(str(name)) for name in rows.columns], [
            [_cell(v) for v in row] for row in rows.itertuples(index=False, name=None)
        ]
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [_text(str(name)) for name in names], [[_cell(row.get(name)) for name in names] for row in rows]


def _cell(value: Any) -> Cell:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        if value != value:  # NaN
            return ""
        return value if abs(value) != float("inf") else _text(str(value))
    if isinstance(value, datetime):
        local = value.astimezone(_KST) if value.tzinfo else value
        return f"{local:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    return _text(str(value))


def _text(text: str) -> str:
    """``text`` as a cell that no program takes for a formula: a leading apostrophe where it might."""
    text = _UNPRINTABLE.sub("", text)
    if _NUMBER.fullmatch(text):
        return text
    return "'" + text if text[:1] in ("\t", "\r", "\n") or _acts(text) else text


def _acts(text: str) -> bool:
    for char in text:
        if char.isspace() or char in _UNSEEN or unicodedata.category(char) in ("Cc", "Cf", "Mn", "Zs", "Zl", "Zp"):
            continue
        return unicodedata.normalize("NFKC", char)[0] in _FORMULA
    return False


def _fit(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    units = text.encode("utf-16-le")
    if len(units) <= 2 * CELL_LIMIT:
        return text
    return units[: 2 * (CELL_LIMIT - 1)].decode("utf-16-le", "ignore") + "…"


def _width(cell: Cell) -> int:
    lines = str(cell)[:500].splitlines() or [""]
    return max(sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line) for line in lines)


def _sheet_name(name: str) -> str:
    name = re.sub(r"[\[\]:*?/\\]", " ", _UNPRINTABLE.sub("", name)).strip(" '\t\r\n")[:31].rstrip(" '")
    return name if name and name.casefold() != "history" else "자료"
