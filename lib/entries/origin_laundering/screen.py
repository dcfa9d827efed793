"""One way in for the page, the command line and the tests: import and export declarations in, a ranked list of firms out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lib.casework import Outcome, Status
from lib.entries.origin_laundering import clearing, evidence, features, ledger, matching, tariffs
from lib.entries.origin_laundering.features import FEATURES
from lib.entries.origin_laundering.ledger import Ledger
from lib.entries.origin_laundering.matching import Links
from lib.entries.origin_laundering.rules import RULES
from lib.entries.origin_laundering.tables import TABLES
from lib.screening import Evidence, Finding, rules
from lib.screening import limits as limits_of
from lib.screening.explain import Peers, peers, reasons
from lib.screening.grading import graded
from lib.screening.limits import Limits
from lib.screening.ranking import Ranking
from lib.screening.said import EPOCH, firm_number, won
from lib.tables.engine import Engine, connect

if TYPE_CHECKING:
    from lib.screening.model import Model

ENTRY = "origin_laundering"
GRADES = ("우선확인", "확인", "관찰", "해당없음")
PROBABILITIES = (0.6, 0.35, 0.2)
OUTCOMES = (
    Outcome("investigate", "조사 착수 검토", Status.ACTION),
    Outcome("inspect", "수출검사·원산지 확인 의뢰", Status.ACTION),
    Outcome("explain", "소명자료 요청", Status.ACTION),
    Outcome("watch", "계속 관찰"),
    Outcome("cleared", "이상 없음"),
)
HARMFUL = {"investigate": True, "inspect": True, "cleared": False}  # what a decision teaches
CLOCK = (("exports", "accepted_on"), ("imports", "accepted_on"))
CHECKLIST = (
    "수입·수출신고필증의 모델·규격, 송장과 포장명세서 대조",
    "원산지증명서(C/O) 발급 내역과 발급 근거 서류(원료 구매, 제조공정도) 확인",
    "제조시설과 공정 현장 확인: 단순가공(포장·절단·라벨·단순조립)은 국산으로 인정되지 않음",
    "목적국 통관 자료의 신고 원산지 조회(국제공조)",
    "업체 소명 청취: 국내 원재료 구매, 위탁가공, 반품·하자보수",
)
BESIDE = ("declaration_no", "line", "spec", "accepted_on", "firm", "hs", "trade_name", "model", "brand", "quantity", "unit", "weight_kg", "value_krw", "origin", "country")  # fmt: skip
LEAD = "혐의정보(조사 개시 전)입니다. 확인할 순서를 정하는 단서이며 위법을 뜻하지 않습니다."


@dataclass(frozen=True, kw_only=True)
class Exporters(Ranking):
    """The ranking with what it was made from: ``links`` as ``traced`` gives them."""

    ledger: Ledger = field(repr=False)
    found: Links = field(repr=False)
    links: pd.DataFrame = field(repr=False)
    rates: pd.DataFrame = field(repr=False)


def screen(
    tables: Mapping[str, pa.Table | Path],
    *,
    as_of: date,
    limits: Limits | None = None,
    model: "Model | None" = None,
    engine: Engine | None = None,
) -> Exporters:
    """Rank every exporter as of a day. Without a model: rules and an anomaly score.

    ``firms``, ``kinds`` and ``tariffs`` may be missing. Raises ``FeatureMismatch`` (Korean).
    """
    if model:
        model.check(FEATURES)
    limits = limits or limits_of.load(ENTRY, as_of)
    engine = engine or connect()
    kept = ledger.keep(tables, as_of)
    rates = given_rates(tables)
    found = matching.link(kept, limits)
    links = traced(kept, found, rates, limits)
    rows = measured(kept, links, limits, engine)
    rows = graded(rows, FEATURES, GRADES, PROBABILITIES, limits, model, _highest(rows, limits)).sort_values(
        ["score", "linked_krw", "subject"], ascending=[False, False, True], ignore_index=True
    )
    return Exporters(
        ENTRY,
        as_of,
        "model" if model else "rules",
        rows,
        FEATURES,
        RULES,
        limits,
        _Explainer(rows, kept, links, limits, model),
        model,
        caveat=_told_aside(kept),
        ledger=kept,
        found=found,
        links=links,
        rates=rates,
    )


def _highest(rows: pd.DataFrame, limits: Limits) -> "np.ndarray[Any, Any]":
    """The grade each firm may reach: none without a link, the second by one or two links that are little of its exports."""
    told = rows["foreign_krw"] + rows["against_krw"]
    few = (rows["linked_lines"] < limits["few_lines"]) & (rows["linked_share"] * 100 < limits["linked_share"])
    return np.asarray(np.select([(told == 0) & (rows["linked_krw"] == 0), (told == 0) & few], [len(GRADES) - 1, 1], 0))


def given_rates(tables: Mapping[str, pa.Table | Path]) -> pd.DataFrame:
    """The tariffs by origin of the office, else those shipped."""
    given = tables.get("tariffs")
    rates: pd.DataFrame = ledger.plain_table(given if given is not None else tariffs.shipped(), "tariffs").to_pandas()
    return rates


def traced(kept: Ledger, found: Links, rates: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    """The links with what explains them and what counts: ``incentive`` (percentage points at the destination), ``won``, whether
    a link is ``strong``, and of it ``suspect``, ``two_faces`` or ``cleared``; in what manner the goods leave; ``new`` (goods the
    firm has exported for at most ``surge_days``).
    """
    links = clearing.clear(kept, found, limits)
    out, back = kept.exports.rows.iloc[links["exported"]], kept.imports.rows.iloc[links["imported"]]
    places = np.array([*kept.places, None], dtype=object)
    day = pd.Series(pd.to_datetime(out["day"].to_numpy(), unit="D", origin="unix"))
    incentive = tariffs.incentive(
        rates,
        pd.Series(places[out["country"].to_numpy()]),
        pd.Series(out["hs6"].to_numpy()).astype(str).str.zfill(6),
        pd.Series(places[back["origin"].to_numpy()]),
        day,
    )
    strong = links["strength"] * 100 >= np.where(
        _namesakes(kept, out, back), limits["strong_namesake"], limits["strong"]
    )
    explained, korean = links["clears"] != "", links["korean"]
    paying = incentive.to_numpy(dtype=float) >= limits["incentive_points"]
    return links.assign(
        incentive=incentive.to_numpy(dtype=float),
        won=out["won"].fillna(0).to_numpy() * links["share"].fillna(0.5).to_numpy(),
        strong=strong,
        suspect=strong & ~explained & korean,
        two_faces=strong & ~explained & ~korean & paying,
        cleared=strong & explained,
        near=links["uplift"] * 100 < limits["simple_uplift"],
        altered=links["code"].isin([1, 2, 3]),
        rebranded=links["brand"] == 1,
        moved=links["hs"] > 1,
        kin=back["firm"].to_numpy() != out["firm"].to_numpy(),
        paying=paying,
        new=_new(kept, links, limits),
    )


def _namesakes(kept: Ledger, out: pd.DataFrame, back: pd.DataFrame) -> "np.ndarray[Any, Any]":
    """Whether importer and exporter have nothing in common but the name of their representative."""
    ties = kept.ties[kept.ties["why"] == "ceo"]
    only = pd.MultiIndex.from_frame(ties[["firm", "other"]])
    pairs = pd.MultiIndex.from_arrays([out["firm"].to_numpy(), back["firm"].to_numpy()])
    return np.asarray(pairs.isin(only))


def _new(kept: Ledger, links: pd.DataFrame, limits: Limits) -> "np.ndarray[Any, Any]":
    """Goods (HS heading) a firm began to export within ``surge_days``, though it exported other goods before."""
    rows = kept.exports.rows
    heading = rows["hs6"] // 100
    began, first = (rows["day"].groupby(keys).transform("min") for keys in ([rows["firm"], heading], rows["firm"]))
    today = (kept.as_of - EPOCH).days
    fresh = (today - began <= limits["surge_days"]) & (began - first > limits["surge_days"])
    return np.asarray(fresh.to_numpy()[links["exported"].to_numpy()])


def measured(kept: Ledger, links: pd.DataFrame, limits: Limits, engine: Engine) -> pd.DataFrame:
    """FEATURES, ``rule_<code>`` and ``points`` of every exporter."""
    tables = engine.load(features.loaded(kept, links))
    made = engine.frame(rules.apply(RULES, features.build(tables, kept.as_of), limits))
    return made.sort_values("subject", ignore_index=True)


def sheet_of_links(found: Exporters, most: int = 100_000) -> pd.DataFrame:
    """Every strong link as it goes into a file: the export line, the import line, strength, price, what explains it."""
    links = found.links[found.links["strong"]]
    links = links.sort_values("strength", ascending=False, kind="stable").head(most)
    told: dict[str, Any] = {}
    known = found.ledger.known
    for side, name, title in ((found.ledger.exports, "exported", "수출"), (found.ledger.imports, "imported", "수입")):
        lines = side.lines.take(pa.array(links[name].to_numpy()))
        told[f"{title} 상호"] = [
            known.get(code, {}).get("name") for code in side.rows["firm"].to_numpy()[links[name]].tolist()
        ]
        told |= {f"{title} {TABLES[side.name].column(c).title}": lines[c].to_pylist() for c in BESIDE}
    return pd.DataFrame(
        {
            **told,
            "연결 강도": links["strength"].round(3).to_numpy(),
            "수입 재고에서 나온 비율": links["share"].round(3).to_numpy(),
            "가격 상승": links["uplift"].round(3).to_numpy(),
            "세율 차이(%p)": links["incentive"].round(2).to_numpy(),
            "견준 결과": [
                " · ".join(levels)
                for levels in zip(
                    *(np.array(names_)[links[part]].tolist() for part, names_ in matching.LEVELS.items()), strict=True
                )
            ],
            "설명": links["clears"].map({**clearing.CLEARS, "": ""}).to_numpy(),
        }
    )


def _told_aside(kept: Ledger) -> str:
    told = []
    why = kept.aside["why"].value_counts()
    if uncounted := int(why.get(ledger.UNCOUNTED, 0)):
        told.append(f"수량과 중량이 모두 없어 재고를 셈하지 못한 란이 {uncounted:,}개입니다.")
    if again := int(why.get(ledger.AGAIN, 0)):
        told.append(f"똑같은 행 {again:,}개는 한 번만 셈했습니다.")
    lost = sum(
        int((side.rows[name] < 0).sum()) for side in (kept.imports, kept.exports) for name in ("origin", "country")
    )
    if lost:
        told.append(
            f"원산지나 상대국이 비었거나 알 수 없는 칸이 {lost:,}개입니다. 국가부호(예: CN)나 우리말 나라 이름인지 확인하십시오."
        )
    if not len(kept.about):
        told.append("업체 자료가 없어 관련 업체와 제조시설은 보지 못했습니다.")
    return " ".join(told)


class _Explainer:
    """The Finding of a firm."""

    def __init__(
        self, rows: pd.DataFrame, kept: Ledger, links: pd.DataFrame, limits: Limits, model: "Model | None"
    ) -> None:
        self.rows, self._limits, self._model = rows, limits, model
        self.of = evidence.Evidenced(kept, links)

    @cached_property
    def _peers(self) -> Peers:
        return peers(self.rows, FEATURES)

    def __call__(self, row: "pd.Series[Any]") -> Finding:
        firm = str(row["subject"])

        def rows_of(code: str) -> tuple[Evidence, ...]:
            return self.of.rows(firm, code)

        told = reasons(RULES, row, self._limits, self._model, self._peers, rows_of, "exports")
        tolled, unchanged = self.of.tolled(firm), self.of.unchanged(firm)
        return Finding(
            ENTRY,
            firm,
            f"{row['title']} ({firm_number(firm)})",
            str(row["grade"]),
            told,
            float(row["score"]),
            {
                "as_of": self.of.ledger.as_of.isoformat(),
                "lead": LEAD,
                "points": float(row["points"]),
                "checklist": list(CHECKLIST),
                **(
                    {
                        "next": f"원상태로 수출한 {won(unchanged)}이 세율 차이가 큰 나라로 나갔으므로, 상대국에 낸 원산지증명서를 확인하십시오."
                    }
                    if unchanged
                    else {}
                ),
                "clearing": [
                    *[f"{clearing.CLEARS[code]}: {won(krw)}" for code, krw in self.of.cleared(firm)],
                    *(
                        [f"이어진 수출 가운데 {won(tolled)}은 위탁·수탁가공 거래로 신고함(가공 계약과 공정 확인)"]
                        if tolled
                        else []
                    ),
                    *[rule.text(row, self._limits) for rule in RULES if rule.clears and row[f"rule_{rule.code}"]],
                ],
                "indicators": {f.title: f.shown(row[f.name]) for f in FEATURES},
            },
        )
