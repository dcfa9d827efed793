"""Files to start from, per table: an empty form and a filled example, each with a sheet that explains the columns."""

from io import BytesIO

import pandas as pd
import xlsxwriter

from lib.tables import export
from lib.tables.contract import Column, Kind, Table

GUIDE = "설명"
_KINDS: dict[Kind, str] = {
    "text": "글자",
    "integer": "정수",
    "number": "수",
    "money": "금액",
    "date": "날짜",
    "datetime": "날짜와 시각",
    "flag": "예/아니오",
}
_EXAMPLES: dict[Kind, str] = {
    "text": "예시",
    "integer": "1",
    "number": "1",
    "money": "1",
    "date": "2026-06-30",
    "datetime": "2026-06-30 14:05",
    "flag": "Y",
}
NUMBERS = ("integer", "number", "money")
_FORM_ROWS = 10_000  # prepared as text, so that Excel keeps leading zeros
_LIST_LIMIT = 255  # characters in a drop-down list of Excel


def template_xlsx(table: Table) -> bytes:
    """The empty form: Korean headers, drop-down lists for choices, and the guide."""
    return _book(table, filled=False)


def example_xlsx(table: Table) -> bytes:
    """The form with one filled row, which passes the table's own check."""
    return _book(table, filled=True)


def template_csv(table: Table) -> bytes:
    """The headers as a CSV file that Excel opens."""
    return export.to_csv(pd.DataFrame(columns=[column.title for column in table.columns]))


def example(table: Table) -> dict[str, str]:
    """The filled row: title -> cell."""
    return {column.title: _example(column) for column in table.columns}


def guide(table: Table) -> list[dict[str, str]]:
    """What each column means, as rows to show."""
    return [
        {
            "열 이름": column.title,
            "형식": _KINDS[column.kind],
            "필수": _need(column),
            "넣을 수 있는 값": _allowed(column),
            "예": _example(column),
            "이렇게 적어도 됩니다": ", ".join((*column.aliases, column.name)),
        }
        for column in table.columns
    ]


def _need(column: Column) -> str:
    if not column.required:
        return "없어도 됨"
    return "열은 필수, 빈칸 가능" if column.nullable else "필수"


def _allowed(column: Column) -> str:
    if column.choices:
        return ", ".join(code if code == said else f"{code}({said})" for code, said in column.choices.items())
    parts = [column.expected]
    if column.at_least is not None:
        parts.append(f"{column.at_least:,g} 이상")
    if column.at_most is not None:
        parts.append(f"{column.at_most:,g} 이하")
    if column.name and not any(parts) and column.kind in ("date", "datetime"):
        parts.append("2026-06-30, 2026.6.30, 20260630 등")
    return ", ".join(filter(None, parts))


def _example(column: Column) -> str:
    if column.example or column.nullable:
        return column.example
    if column.choices:
        return next(iter(column.choices))
    if column.kind in NUMBERS and (column.at_least is not None or column.at_most is not None):
        return f"{column.at_least if column.at_least is not None else column.at_most:g}"
    return _EXAMPLES[column.kind]


def _book(table: Table, *, filled: bool) -> bytes:
    file = BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(file, safe) as book:
        look = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"}
        must = book.add_format({**look, "bg_color": "#DCE6F2"})
        may = book.add_format(look)
        text = book.add_format({"num_format": "@"})
        form = book.add_worksheet(export._sheet_name(table.title))
        form.freeze_panes(1, 0)
        for at, column in enumerate(table.columns):
            width = max(12, *(2 * len(word) + 2 for word in (column.title, _example(column)[:20])))
            form.set_column(at, at, width, None if column.kind in NUMBERS else text)
            form.write_string(0, at, column.title, must if column.required else may)
            listed = list(column.choices.values()) or (["Y", "N"] if column.kind == "flag" else [])
            if listed and len(",".join(listed)) <= _LIST_LIMIT and not any("," in word for word in listed):
                form.data_validation(
                    1, at, _FORM_ROWS, at, {"validate": "list", "source": listed, "error_type": "warning"}
                )
            if filled:
                form.write_string(1, at, _example(column))
        page = book.add_worksheet(GUIDE)
        page.freeze_panes(1, 0)
        rows = guide(table)
        for at, (title, width) in enumerate(zip(rows[0], (20, 12, 20, 50, 24, 40), strict=True)):
            page.set_column(at, at, width)
            page.write_string(0, at, title, may)
            for n, row in enumerate(rows, 1):
                page.write_string(n, at, row[title])
    return file.getvalue()
