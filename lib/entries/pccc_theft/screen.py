"""One way in for the page, the command line and the tests: three tables in, a ranked list of codes out."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from lib.casework import Outcome, Status
from lib.entries.pccc_theft import evidence, features, rules
from lib.entries.pccc_theft.evidence import ENTRY, Around
from lib.entries.pccc_theft.features import FEATURES
from lib.entries.pccc_theft.rules import GRADES, RULES
from lib.entries.pccc_theft.tables import complete
from lib.screening import Finding, explain
from lib.screening import limits as limits_of
from lib.screening import rules as rules_of
from lib.screening.anomaly import anomaly, rules_score
from lib.screening.limits import Limits
from lib.screening.ranking import Ranking
from lib.tables.engine import Engine, connect

if TYPE_CHECKING:
    from lib.screening.model import Model

OUTCOMES = (
    Outcome("asked", "본인확인 문자", Status.ACTION),
    Outcome("suspend", "직권정지 검토 의뢰", Status.ACTION),
    Outcome("investigate", "조사 의뢰", Status.ACTION),
    Outcome("cleared", "이상 없음"),
)
ADVISED = {  # the decision that follows from a grade, offered first
    rules.STRONG: "suspend",
    rules.SUSPECT: "asked",
    rules.WATCH: "cleared",
    rules.NORMAL: "cleared",
}
HARMFUL = {
    "suspend": True,
    "investigate": True,
    "cleared": False,
}  # what a decision teaches; 본인확인 문자 is still open
MANY = 200  # rows of other codes read for one finding


def screen(
    tables: Mapping[str, pa.Table | Path],
    *,
    as_of: date,
    limits: Limits | None = None,
    model: "Model | None" = None,
    engine: Engine | None = None,
) -> Ranking:
    """Every code with a declaration in the window, best lead first; codes their owners reported come before all.

    Without a model: rules and an anomaly score. ``reports`` may be missing.
    """
    limits = limits or limits_of.load(ENTRY, as_of)
    engine = engine or connect()
    loaded = engine.load(complete(tables))
    if model:
        model.check(FEATURES)
    frame = engine.frame(rules_of.apply(RULES, features.build(loaded, as_of, limits), limits))
    frame["score"] = model.score(frame) if model else rules_score(frame["points"].to_numpy(), anomaly(frame, FEATURES))
    frame["score"] = frame["score"].where(~frame["rule_own_report"], 1.0)  # the owner has said so: nothing to estimate
    frame["grade"] = grades(frame, limits, model is not None)
    frame = frame.sort_values(["score", "points", "subject"], ascending=[False, False, True], ignore_index=True)
    explainer = _Explainer(frame, loaded, as_of, limits, model, engine)
    return Ranking(
        ENTRY, as_of, "model" if model else "rules", frame, FEATURES, RULES, limits, explainer.finding, model
    )


def grades(frame: pd.DataFrame, limits: Limits, scored: bool) -> "np.ndarray[Any, Any]":
    """``rules.grade`` of every row. ``scored``: the score is a model's."""
    reached: Any = sum(
        (frame["points"] >= limits[t]).astype(int) for t in ("tier_watch", "tier_suspect", "tier_strong")
    )
    if scored:
        reached = np.maximum(reached, np.where(frame["score"] >= limits["model_alarm"] / 100, 2, 0))
    return np.asarray(np.array(GRADES, dtype=object)[np.asarray(reached, dtype=int)])


class _Explainer:
    def __init__(
        self,
        frame: pd.DataFrame,
        tables: dict[str, ir.Table],
        as_of: date,
        limits: Limits,
        model: "Model | None",
        engine: Engine,
    ) -> None:
        self.frame, self.tables, self.as_of = frame, tables, as_of
        self.limits, self.model, self.engine = limits, model, engine

    @cached_property
    def peers(self) -> explain.Peers:
        return explain.peers(self.frame, FEATURES)

    def finding(self, row: "pd.Series[Any]") -> Finding:
        around = self.around(str(row["subject"]))
        rows = lambda code: around.rows(code, self.limits)  # noqa: E731
        if self.model:
            more = explain.model_reasons(self.model, row, self.peers, rows)
        else:
            more = explain.peer_reasons(row, self.peers, rows)
        return evidence.finding(row, around, self.limits, grade=str(row["grade"]), score=float(row["score"]), more=more)

    def around(self, pccc: str) -> Around:
        """The rows around one code, read now."""
        known = features.dated(self.tables["parcels"], self.as_of)
        known = known.mutate(number=features.plain(known["phone"]), seller=features.plain(known["sender"]))
        own = self.engine.frame(known.filter(known["pccc"] == pccc))
        recent = own[own["passed"] & (own["age"] < self.limits["window_days"])]
        late = known.filter(
            (known["age"] < int(self.limits["window_days"])) & known["passed"] & (known["pccc"] != pccc)
        )
        shares = late["place"].isin(_values(recent["place"])) | late["number"].isin(_values(recent["number"]))
        sold = late["seller"].isin(_values(recent["seller"])) & late["goods"].isin(_values(recent["goods"]))
        near = self.engine.frame(late.filter(shares).order_by("age").limit(MANY))
        alike = self.engine.frame(late.filter(sold.fill_null(False)).order_by("age").limit(MANY))
        reports = self.engine.frame(features.valid(self.tables["reports"], self.as_of))
        held: Any = self.engine.frame(self.tables["codes"].filter(self.tables["codes"]["pccc"] == pccc)).to_dict(
            "records"
        )
        others = pd.concat([near, alike]).drop_duplicates("declaration_no")
        return Around(pccc, self.as_of, own, others, held[0] if held else None, reports)


def _values(column: "pd.Series[Any]") -> list[str]:
    return sorted(set(column.dropna())) or [""]
