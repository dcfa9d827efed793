"""One way in for the page, the command line and the tests: three tables in, a ranked list of codes out."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
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
CLOCK = (("parcels", "declared_at"), ("reports", "reported_on"))  # how far an extract reaches
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
    seen = engine.keep(features.keyed(loaded["parcels"], as_of))
    frame = engine.frame(rules_of.apply(RULES, features.build(loaded, as_of, limits, seen), limits))
    if model:
        frame["score"] = rules.weighed(model.score(frame), frame["points"], frame["rule_own_at_shared"], limits)
    else:
        frame["score"] = rules_score(frame["points"].to_numpy(), anomaly(frame, FEATURES))
    frame["score"] = frame["score"].where(~frame["rule_own_report"], 1.0)  # the owner has said so: nothing to estimate
    frame["grade"] = grades(frame, limits, model is not None)
    frame = frame.sort_values(["score", "points", "subject"], ascending=[False, False, True], ignore_index=True)
    explainer = _Explainer(frame, loaded, seen, as_of, limits, model, engine)
    return Ranking(
        ENTRY,
        as_of,
        "model" if model else "rules",
        frame,
        FEATURES,
        RULES,
        limits,
        explainer.finding,
        model,
        gather=explainer.gather,
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
    """The Finding of a code. Who shares what is worked out once for all; rows are read for the codes being looked at."""

    def __init__(
        self,
        frame: pd.DataFrame,
        tables: dict[str, ir.Table],
        seen: ir.Table,
        as_of: date,
        limits: Limits,
        model: "Model | None",
        engine: Engine,
    ) -> None:
        self.frame, self.tables, self.seen, self.as_of = frame, tables, seen, as_of
        self.limits, self.model, self.engine = limits, model, engine
        self._gathered: dict[str, Around] = {}

    @cached_property
    def peers(self) -> explain.Peers:
        return explain.peers(self.frame, FEATURES)

    def finding(self, row: "pd.Series[Any]") -> Finding:
        pccc = str(row["subject"])
        if pccc not in self._gathered:
            self.gather([pccc])
        around = self._gathered[pccc]
        rows = lambda code: around.rows(code, self.limits)  # noqa: E731
        more = explain.other_reasons(self.model, row, self.peers, rows)
        return evidence.finding(row, around, self.limits, grade=str(row["grade"]), score=float(row["score"]), more=more)

    @cached_property
    def _reports(self) -> pd.DataFrame:
        return self.engine.frame(features.valid(self.tables["reports"], self.as_of))

    def gather(self, pcccs: Sequence[str]) -> None:
        """Read the rows around these codes, and forget those read before."""
        wanted = self.engine.load({"wanted": pa.table({"subject": pa.array(pcccs, pa.string())})})["wanted"]
        seen, window = self.seen, int(self.limits["window_days"])
        own = seen.inner_join(wanted, seen["pccc"] == wanted["subject"])
        recent = own.filter(own["passed"] & (own["age"] < window))
        late = seen.filter(seen["passed"] & (seen["age"] < window))
        met = [
            late.inner_join(recent.select("subject", *keys).distinct(), keys).select(
                "subject", "pccc", "declaration_no", "age", alike=len(keys) > 1
            )
            for keys in (["place"], ["number"], ["seller", "goods"])
        ]
        others = ibis.union(*met, distinct=True).filter(lambda t: t["pccc"] != t["subject"])
        newest = ibis.window(group_by=["subject", "alike"], order_by=["age", "declaration_no"])
        others = others.mutate(nth=ibis.row_number().over(newest)).filter(lambda t: t["nth"] < MANY)
        about = own.select("subject", "declaration_no", own=True).union(
            others.select("subject", "declaration_no", own=False), distinct=True
        )
        chosen = pa.Table.from_pandas(self.engine.frame(about), schema=_ABOUT, preserve_index=False)
        about = self.engine.load({"about": chosen})["about"]
        parcels = self.tables["parcels"]  # cut down before anything is worked out
        rows = self.engine.frame(features.dated(parcels.semi_join(about, "declaration_no"), self.as_of))
        rows = chosen.to_pandas().merge(rows, on="declaration_no").sort_values(["age", "declaration_no"])
        codes = self.tables["codes"]
        ledger: list[Any] = self.engine.frame(codes.semi_join(wanted, codes["pccc"] == wanted["subject"])).to_dict(
            "records"
        )
        held = {str(row["pccc"]): row for row in ledger}
        parts = dict(list(rows.groupby(["subject", "own"])))

        def part(pccc: str, own: bool) -> pd.DataFrame:
            found: pd.DataFrame = parts.get((pccc, own), rows.head(0))
            return found.drop(columns=["subject", "own"])

        self._gathered = {
            pccc: Around(pccc, self.as_of, part(pccc, True), part(pccc, False), held.get(pccc), self._reports)
            for pccc in pcccs
        }


_ABOUT = pa.schema([("subject", pa.string()), ("declaration_no", pa.string()), ("own", pa.bool_())])
