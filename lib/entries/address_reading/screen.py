"""One way in for the page, the command line and the tests: the day's parcels in, a ranked list of addresses out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from lib import jobs
from lib.casework import Outcome, Status
from lib.entries.address_reading import evidence, features, rules
from lib.entries.address_reading.evidence import ENTRY, Around
from lib.entries.address_reading.features import FEATURES, Reads
from lib.entries.address_reading.rules import GRADES, RULES
from lib.entries.address_reading.tables import complete
from lib.screening import Finding, explain
from lib.screening import limits as limits_of
from lib.screening import rules as rules_of
from lib.screening.anomaly import anomaly, rules_score
from lib.screening.grading import within_grades
from lib.screening.limits import Limits
from lib.screening.ranking import Ranking
from lib.tables.engine import Engine, connect

if TYPE_CHECKING:
    from lib.screening.model import Model

OUTCOMES = (
    Outcome("inspect", "검사 요청", Status.ACTION),
    Outcome("investigate", "판매 여부 조사 의뢰", Status.ACTION),
    Outcome("explain", "소명 요청", Status.ACTION),
    Outcome("guide", "계도"),
    Outcome("cleared", "이상 없음"),
)
ADVISED = dict(zip(GRADES, ("investigate", "inspect", "cleared", "cleared"), strict=True))  # offered first
HARMFUL = {"inspect": True, "investigate": True, "guide": True, "cleared": False}  # what a decision teaches
CLOCK = (("parcels", "arrived_on"),)  # how far an extract reaches
PROBABILITIES = (0.7, 0.4, 0.15)
TIERS = ("tier_strong", "tier_suspect", "tier_watch")
MANY = 200  # rows of neighbours read for one finding
READ = ("hbl", "arrived_on", "receiver", "pccc", "phone", "address", "postcode", "item", "quantity", "value_usd", "sender",
        "subject", "line", "unit", "sido", "sigungu", "zip", "confidence", "sure", "exists", "candidates", "off")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Addresses(Ranking):
    """The ranking with what was read of each parcel, for the map and the results table."""

    source: Callable[[], pd.DataFrame] = field(repr=False)

    @cached_property
    def read(self) -> pd.DataFrame:
        """The parcels of the window, newest first, with what was read of each: ``READ``."""
        return self.source()


def screen(
    tables: Mapping[str, pa.Table | Path],
    *,
    as_of: date,
    limits: Limits | None = None,
    model: "Model | None" = None,
    engine: Engine | None = None,
    reader: Reads | None = None,
) -> Addresses:
    """Rank every address that received in the window. Without a model: rules and an anomaly score.

    ``businesses``, ``sellers`` and ``buildings`` may be missing. Raises ``FeatureMismatch`` (Korean).
    """
    if model:
        model.check(FEATURES)
    limits = limits or limits_of.load(ENTRY, as_of)
    engine = engine or connect()
    found = features.located(engine.load(complete(tables)), engine, reader or default_reader(), as_of, limits)
    rows = measured(found, limits, engine)
    unusual = anomaly(rows, FEATURES)
    behaves = rules.behaves(rows)
    score = model.score(rows) if model and len(rows) else rules_score(rows["points"].to_numpy(), unusual)
    level = levels(rows, score if model else None, limits)
    edges = PROBABILITIES if model else tuple(rules_score(np.array([limits[t] for t in TIERS]), np.zeros(3)))
    rows = rows.assign(
        anomaly=unusual,
        score=within_grades(np.where(behaves, score, np.minimum(score, edges[2] / 2)), level, edges),
        grade=np.array(GRADES, dtype=object)[level],
    ).sort_values(["score", "commercial", "subject"], ascending=[False, False, True], ignore_index=True)
    explainer = _Explainer(rows, found, as_of, limits, model, engine)
    return Addresses(
        ENTRY,
        as_of,
        "model" if model else "rules",
        rows,
        FEATURES,
        RULES,
        limits,
        explainer.finding,
        model,
        caveat=_caveat(tables, rows),
        gather=explainer.gather,
        source=lambda: parcels_read(found, engine),
    )


def measured(found: Mapping[str, ir.Table], limits: Limits, engine: Engine) -> pd.DataFrame:
    """FEATURES, both axes, ``rule_<code>`` and the ``points`` that grade, of every address."""
    rows = engine.frame(rules_of.apply(RULES, features.build(found, limits), limits))
    rows = rows.sort_values("subject", ignore_index=True)
    titles = [evidence.place(*told) for told in zip(rows["line"], rows["unit"], rows["subject"], strict=True)]
    return rows.assign(points=rules.points(rows, limits), title=titles)


def parcels_read(found: Mapping[str, ir.Table], engine: Engine) -> pd.DataFrame:
    """The parcels of the window, newest first: ``READ``."""
    rows = engine.frame(found["seen"].select(*READ))
    return rows.sort_values(["arrived_on", "hbl"], ascending=[False, True], ignore_index=True)


def levels(rows: pd.DataFrame, score: "np.ndarray[Any, Any] | None", limits: Limits) -> "np.ndarray[Any, Any]":
    """0 for the highest grade: by points. A model lifts by one grade at most and lowers nothing below 「확인」; where no
    rule on the parcels holds, no grade is given.
    """
    by_points = np.select([rows["points"] >= limits[tier] for tier in TIERS], range(3), 3)
    if score is None:
        return np.asarray(by_points, dtype=int)
    likely = np.select([score >= edge for edge in PROBABILITIES], range(3), 3)
    moved = np.clip(likely, by_points - 1, np.maximum(by_points, 1))
    return np.asarray(np.where(rules.behaves(rows), moved, 3), dtype=int)


def default_reader() -> Reads:
    """The reader over the nationwide table."""
    from lib.entries.address_reading import reading

    return reading.reader()


def read_all(texts: Sequence[str | None], zips: Sequence[str | None] | None) -> pd.DataFrame:
    """``Reader.table`` for a worker: it tells how far it is. Raises ``ReferenceMissing`` (Korean)."""
    from lib.entries.address_reading import reading

    told = lambda share: jobs.progress(share, f"주소를 읽는 중입니다: {share:.0%}")  # noqa: E731
    return reading.reader().table(texts, zips, progress=told)


def _caveat(tables: Mapping[str, Any], rows: pd.DataFrame) -> str:
    told = []
    lacking = [title for name, title in (("businesses", "사업자등록"), ("sellers", "통신판매업 신고"), ("buildings", "건축물대장"))
               if name not in tables]  # fmt: skip
    if lacking:
        told.append(f"{', '.join(lacking)} 자료가 없어 사업장 가능성은 주소의 낱말로만 봅니다.")
    missed = int((rows["line"] == "").sum())
    if missed:
        told.append(f"건물을 찾지 못한 배송지 {missed:,}곳은 적힌 글자 그대로 한 곳으로 봅니다.")
    return " ".join(told)


class _Explainer:
    """The Finding of an address; rows are read for the addresses being looked at."""

    def __init__(
        self,
        rows: pd.DataFrame,
        found: Mapping[str, ir.Table],
        as_of: date,
        limits: Limits,
        model: "Model | None",
        engine: Engine,
    ) -> None:
        self.rows, self.found, self.as_of, self.limits = rows, found, as_of, limits
        self.model, self.engine = model, engine
        self._gathered: dict[str, Around] = {}

    @cached_property
    def _peers(self) -> explain.Peers:
        return explain.peers(self.rows, FEATURES)

    def finding(self, row: "pd.Series[Any]") -> Finding:
        subject = str(row["subject"])
        if subject not in self._gathered:
            self.gather([subject])
        around = self._gathered[subject]
        rows_of = lambda what: around.rows(what, self.limits)  # noqa: E731
        more = explain.other_reasons(self.model, row, self._peers, rows_of)
        return evidence.finding(row, around, self.limits, self.as_of, more)

    def gather(self, subjects: Sequence[str]) -> None:
        """Read the rows around these addresses, and forget those read before."""
        wanted = self.engine.load({"wanted": pa.table({"subject": pa.array(list(subjects), pa.string())})})["wanted"]
        seen = self.found["seen"]
        own = self.engine.frame(seen.semi_join(wanted, "subject"))
        mine = seen.semi_join(wanted, "subject").filter(seen["line"] != "")
        ties = [
            seen.inner_join(mine.select(asked=mine["subject"], **{key: mine[key] for key in keys}).distinct(), keys)
            for keys in (["line", "number"], ["line", "pccc"], ["line", "seller", "goods"])
        ]
        near = ibis.union(*(tie.select("asked", *seen.columns) for tie in ties), distinct=True)
        beside = self.engine.frame(near.filter(near["asked"] != near["subject"])).sort_values(["age", "hbl"])
        lines = own[["line"]].drop_duplicates()
        lines = lines[lines["line"] != ""]
        at = self.engine.load({"lines": pa.table({"line": pa.array(lines["line"], pa.string())})})["lines"]
        held = {
            name: self.engine.frame(self.found[name].semi_join(at, "line")).sort_values("row_no")
            for name in ("businesses", "sellers", "buildings")
        }
        parts, others = dict(list(own.groupby("subject"))), dict(list(beside.groupby("asked")))
        self._gathered = {}
        for subject in subjects:
            mine_rows = parts.get(subject, own.head(0)).sort_values(["age", "hbl"])
            line = mine_rows["line"].iloc[0] if len(mine_rows) else ""
            self._gathered[subject] = Around(
                mine_rows,
                others.get(subject, beside.head(0)).head(MANY),
                *(held[name][held[name]["line"] == line] for name in ("businesses", "sellers", "buildings")),
            )
