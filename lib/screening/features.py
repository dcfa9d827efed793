"""What a model and an officer are told about a feature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, Literal

import pandas as pd

HUNDRED_MILLION = 1e8  # 억: from here on won are told in it


@dataclass(frozen=True)
class Feature:
    """One column of an entry's feature table.

    ``title``: its Korean name; ``unit``: "건", "원", "일", "%" (value 0..1) ...; ``rows``: the code under which the
    entry's ``evidence`` gives the rows it is computed from; ``names``: a category's codes in words.
    """

    name: str
    title: str
    unit: str = ""
    kind: Literal["number", "category"] = "number"
    rows: str = "all"
    names: Mapping[str, str] = field(default_factory=dict, hash=False)

    def shown(self, value: object) -> str:
        """The value as an officer reads it."""
        if pd.isna(value):  # type: ignore[call-overload]
            return "없음"
        if not isinstance(value, Real):  # numpy's integers are no ``int``
            return self.names.get(str(value), str(value))
        value = float(value)
        if self.unit == "%":
            return f"{round(value, 2) + 0.0:.0%}"  # never "-0%"
        if self.unit == "원" and abs(value) >= HUNDRED_MILLION:
            return f"{value / HUNDRED_MILLION:,.1f}억원"
        number = f"{value:,.0f}" if value.is_integer() or abs(value) >= 100 else f"{value:,.2f}"
        return f"{number}{self.unit}"


def values(row: "Mapping[str, Any] | pd.Series[Any]", features: Sequence[Feature]) -> dict[str, Any]:
    """What a row holds of these features, JSON-able: numbers and words, None for missing."""
    found = {f.name: row[f.name] for f in features}
    plain = {name: value.item() if hasattr(value, "item") else value for name, value in found.items()}
    return {name: None if value is None or value != value else value for name, value in plain.items()}
