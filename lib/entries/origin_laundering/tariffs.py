"""What calling foreign goods Korean saves at the destination: dated rates by destination, HS prefix and true origin.

Rates are percent of the customs value. The saving of goods on a day is the sum of true-origin rate less Korean rate over
every measure in force whose destination, prefix and origin match, never below 0: percentage points (%p).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from lib.entries.origin_laundering.tables import schema
from lib.settings import DATA

KOREA = "KR"
UNION = "EU"  # as a rule's destination: any member state
MEMBERS = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
NAMES = {  # chapters and headings in the heat map
    "29": "유기화학품", "39": "플라스틱", "40": "고무", "42": "가죽·가방", "44": "목재", "48": "종이", "61": "편물 의류",
    "62": "직물 의류", "63": "기타 섬유제품", "64": "신발", "69": "도자", "71": "귀금속·보석", "72": "철강",
    "73": "철강제품", "74": "구리", "76": "알루미늄", "84": "기계", "85": "전기기기", "87": "차량", "90": "광학·의료기기",
    "94": "가구·침구", "2933": "멜라민 등 복소환 화합물", "3818": "전자용 웨이퍼", "4011": "타이어",
    "4015": "고무장갑", "4202": "가방·지갑", "4412": "합판", "4819": "종이상자·종이백", "6305": "포장용 포대",
    "6306": "방수포·텐트", "6810": "인조석(쿼츠)", "6907": "도자 타일", "6911": "자기 식기", "6912": "도자 식기",
    "7113": "귀금속 장신구", "7114": "금·은 세공품", "7115": "기타 귀금속 제품", "7210": "도금 강판",
    "7304": "무계목 강관", "7306": "용접 강관", "7307": "관 연결구·플랜지", "7318": "볼트·너트", "7604": "알루미늄 압출재",
    "7615": "알루미늄 용기", "8481": "밸브", "8482": "베어링", "8505": "자석", "8507": "축전지", "8525": "카메라",
    "8541": "태양전지·반도체 소자", "8542": "집적회로", "8703": "승용차", "8708": "자동차 부품", "8711": "전기자전거·이륜차",
    "8712": "자전거", "9018": "주사기·의료기기", "9401": "의자·소파", "9403": "가구·주방장", "9404": "매트리스·침구",
}  # fmt: skip


@dataclass(frozen=True)
class _Rule:
    """One row; ``hs`` and ``origin`` '' for all. ``since`` and ``until`` inclusive."""

    rule_no: str
    country: str
    hs: str
    origin: str
    measure: str
    origin_rate: float
    korea_rate: float
    since: date
    until: date | None
    source: str

    @property
    def points(self) -> float:
        """%p."""
        return self.origin_rate - self.korea_rate

    @property
    def last(self) -> date:
        return self.until or date(9999, 12, 30)

    def reaches(self, country: str) -> bool:
        return country == self.country or (self.country == UNION and country in MEMBERS)

    def covers(self, origin: str) -> bool:
        return origin != KOREA and self.origin in ("", origin)


def shipped() -> pa.Table:
    """``data/origin_laundering/tariffs.csv`` in the contract's types; rates in percent, both days inclusive."""
    types = schema("tariffs")
    return pa.csv.read_csv(
        DATA / "origin_laundering" / "tariffs.csv",
        convert_options=pa.csv.ConvertOptions(
            column_types=types, include_columns=types.names, strings_can_be_null=True, null_values=[""]
        ),
    )


def incentive(
    tariffs: pd.DataFrame, country: pd.Series, hs6: pd.Series, origin: pd.Series, day: pd.Series
) -> "pd.Series[float]":
    """Percentage points saved by calling goods Korean, row by row.

    ``country``: destination, two letters; ``hs6``: six digits; ``origin``: true origin; ``day``: of acceptance. NaN where
    any of them is unknown, 0 where no rule applies or the goods are Korean. Worked out once per distinct combination.
    """
    rules = _rules(tariffs)
    spans = np.array([(_number(rule.since), _number(rule.last) + 1) for rule in rules], dtype=np.int64).reshape(-1, 2)
    edges, place = np.unique(spans, return_inverse=True)  # between two of them nothing changes
    parts, known, kinds = [], np.ones(len(country), dtype=bool), []
    for column in (country, hs6, origin):
        codes, names = _coded(column)
        parts.append(codes)
        known &= codes >= 0
        kinds.append(names)
    codes, days = pd.factorize(day)
    told = pd.to_datetime(pd.Series(days)).to_numpy(dtype="datetime64[D]").astype(np.int64)  # days from 1970
    when = np.searchsorted(edges, told, side="right")
    known &= codes >= 0
    parts.append(np.append(when, 0)[codes])
    sizes = [max(len(kind), 1) for kind in kinds] + [len(edges) + 1]
    combined = np.ravel_multi_index([np.where(known, part, 0) for part in parts], sizes) if len(country) else parts[0]
    row, distinct = pd.factorize(combined)
    at, heading, source, span = np.unravel_index(distinct, sizes)
    saved = np.zeros(len(distinct))
    for rule, (first, after) in zip(rules, place.reshape(-1, 2).tolist(), strict=True):
        matches = (span > first) & (span <= after)
        matches &= np.array([rule.reaches(name) for name in kinds[0]] or [False])[at]
        matches &= np.array([name.startswith(rule.hs) for name in kinds[1]] or [False])[heading]
        matches &= np.array([rule.covers(name) for name in kinds[2]] or [False])[source]
        saved[matches] += rule.points
    total = np.where(known, np.maximum(saved, 0.0)[row], np.nan)
    return pd.Series(total, index=country.index, name="incentive")


def measures(tariffs: pd.DataFrame, country: str, hs6: str, origin: str, day: date) -> list[dict[str, Any]]:
    """The rules that make up the saving, for the officer: ``measure``, ``origin_rate``, ``korea_rate`` (percent),
    ``points`` (their difference, %p, negative where Korea pays more), ``since``, ``until`` (None: open), ``source``.
    """
    return [
        {
            "rule_no": rule.rule_no,
            "measure": rule.measure,
            "origin_rate": rule.origin_rate,
            "korea_rate": rule.korea_rate,
            "points": rule.points,
            "since": rule.since,
            "until": rule.until,
            "source": rule.source,
        }
        for rule in _rules(tariffs)
        if rule.since <= day <= rule.last and rule.reaches(country) and hs6.startswith(rule.hs) and rule.covers(origin)
    ]


def grid(tariffs: pd.DataFrame, day: date, origin: str = "CN") -> pd.DataFrame:
    """Heat map of savings (%p) on ``day`` for goods of ``origin``: HS chapters and headings that any rule names
    (「7307 관 연결구·플랜지」) by destination. A heading shows the most that goods under it save, a chapter goods outside
    the headings named.
    """
    rules = _rules(tariffs)
    named = {rule.hs for rule in rules if rule.hs}
    goods = {(code[:4], code[:4]) for code in named} | {(code[:4], code) for code in named}
    places = sorted({rule.country for rule in rules})
    cells = pd.DataFrame(
        [(row, code, place) for row, code in sorted(goods) for place in places], columns=["hs", "code", "place"]
    )
    cells["points"] = incentive(
        tariffs,
        cells["place"],
        cells["code"],
        pd.Series(origin, index=cells.index, dtype="str"),
        pd.Series(pd.Timestamp(day), index=cells.index),
    )
    shown = cells.pivot_table(index="hs", columns="place", values="points", aggfunc="max")
    shown.index = pd.Index([f"{code} {NAMES.get(code, '')}".strip() for code in shown.index], name="hs")
    return shown.rename_axis(columns=None)


def _rules(tariffs: pd.DataFrame) -> list[_Rule]:
    return [
        _Rule(
            str(row["rule_no"]),
            row["country"],
            "" if pd.isna(row["hs"]) else row["hs"],
            "" if pd.isna(row["origin"]) else row["origin"],
            row["measure"],
            float(row["origin_rate"]),
            float(row["korea_rate"]),
            pd.Timestamp(row["since"]).date(),
            None if pd.isna(row["until"]) else pd.Timestamp(row["until"]).date(),
            row["source"],
        )
        for row in tariffs.to_dict("records")
    ]


def _coded(column: pd.Series) -> "tuple[np.ndarray[Any, np.dtype[np.int64]], list[str]]":
    """Each row's place among the distinct values, -1 where empty; and those values."""
    codes, values = pd.factorize(column)
    names = [str(value).strip() for value in values]
    places = np.array([at if name else -1 for at, name in enumerate(names)] + [-1], dtype=np.int64)
    return places[codes], names


def _number(day: date) -> int:
    """Days from 1970-01-01."""
    return (day - date(1970, 1, 1)).days
