"""What an officer's table must hold: columns by their Korean form names or ours, types, and checks told in Korean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa

Kind = Literal["text", "integer", "number", "money", "date", "datetime", "flag"]
TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "money": pa.decimal128(18, 2),  # exact, in whatever currency the row names
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
    "flag": pa.bool_(),
}


@dataclass(frozen=True)
class Column:
    """``name``: ours (snake_case); ``title``: the Korean form's; ``aliases``: other headers met in the field.

    ``required``: the file must have the column; ``nullable``: a cell may be empty. ``choices``: allowed codes and what
    they mean (accepted either way, kept as the code). ``pattern``: a full-match regular expression, told by
    ``expected``. ``code``: capitals without blanks, however typed. ``width``: digits one short of it lost their leading zero in a spreadsheet. ``spare``: a cell that does not fit is
    told and left empty, and its row stays. ``stand_in``: the column read for this one where the file lacks it. ``personal``: masked on screen by
    default. ``example``: a cell of the filled example.
    """

    name: str
    title: str
    kind: Kind = "text"
    required: bool = True
    nullable: bool = False
    aliases: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    pattern: str = ""
    expected: str = ""
    at_least: float | None = None
    at_most: float | None = None
    code: bool = False
    width: int = 0
    spare: bool = False
    stand_in: str = ""
    personal: bool = False
    example: str = ""


@dataclass(frozen=True)
class Table:
    """One kind of file. ``key``: the column that identifies a row (unique); it is how evidence names the row."""

    name: str
    title: str
    key: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        return {column.name: column for column in self.columns}[name]


def schema(table: Table) -> pa.Schema:
    """Arrow types of the usable rows, without ``row_no``."""
    return pa.schema([(column.name, TYPES[column.kind]) for column in table.columns])
