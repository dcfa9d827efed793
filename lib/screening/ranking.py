"""The ranked list of an entry: every subject scored, the shown ones explained."""

import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from lib.screening.features import Feature, values
from lib.screening.findings import Finding
from lib.screening.limits import Limits
from lib.screening.rules import Rule

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from lib.screening.model import Model


@dataclass(frozen=True)
class Ranking:
    """``rows``: one a subject, best lead first: ``subject``, ``title``, ``grade``, ``score`` (0..1), ``points``,
    ``rule_<code>`` and every feature column; ``identity`` (what the
    subject is called in the officer's own systems) where ``subject`` is only our name for it. ``basis``: a trained model, or rules with an anomaly score where there are
    no labels. ``explain``: the Finding of one row, its evidence read only then; ``gather``: reads at once what the
    findings of several subjects rest on; ``caveat``: a Korean sentence on what the tables do not tell, or "".
    """

    entry: str
    as_of: date
    basis: Literal["model", "rules"]
    rows: "pd.DataFrame"
    features: tuple[Feature, ...]
    rules: tuple[Rule, ...]
    limits: Limits
    explain: Callable[["pd.Series[Any]"], Finding] = field(repr=False)
    model: "Model | None" = None
    caveat: str = ""
    gather: Callable[[Sequence[str]], None] = field(default=lambda subjects: None, repr=False)

    def finding(self, subject: str) -> Finding:
        """Raises ``KeyError`` when the list has no such subject."""
        hit = self.rows[self.rows["subject"] == subject]
        if hit.empty:
            raise KeyError(subject)
        return self._kept(hit.iloc[0])

    def _kept(self, row: "pd.Series[Any]") -> Finding:
        """With what the model saw and when, so that the decision can teach the next one."""
        found = self.explain(row)
        return replace(
            found, facts={**found.facts, "features": values(row, self.features), "as_of": self.as_of.isoformat()}
        )

    def leads(self) -> int:
        """How many rows from the top hold every subject graded above the last one."""
        above = self.rows.index[self.rows["grade"] != self.rows["grade"].iloc[-1]] if len(self.rows) else []
        return int(above[-1]) + 1 if len(above) else 0

    def sheet(self, top: int) -> list[dict[str, Any]]:
        """A flat row a subject for a file: the first ``top`` fully explained, the rest with the rules that hold."""
        rest = self.rows.iloc[top:]
        titles = {f"rule_{rule.code}": rule.title for rule in self.rules if not rule.clears}
        held = [
            [title for flag, title in zip(flags, titles.values(), strict=True) if flag]
            for flags in rest[[*titles]].to_numpy()
        ]
        plain = [
            {
                "subject": subject,
                "score": round(float(score), 4),
                "grade": grade,
                "title": title,
                "reasons": ", ".join(rules),
            }
            for subject, score, grade, title, rules in zip(
                rest["subject"], rest["score"], rest["grade"], rest["title"], held, strict=True
            )
        ]
        rows = [*as_rows(self.findings(top)), *plain]
        if "identity" not in self.rows:
            return rows
        return [{**row, "identity": who} for row, who in zip(rows, self.rows["identity"], strict=True)]

    def findings(self, top: int) -> list[Finding]:
        """The first ``top`` leads, explained."""
        leads = self.rows.head(top)
        self.gather(list(leads["subject"]))
        return [self._kept(row) for _, row in leads.iterrows()]


def sheet_of(packed: bytes, top: int) -> list[dict[str, Any]]:
    """``Ranking.sheet`` of a pickled list, for a process of its own."""
    ranking: Ranking = pickle.loads(packed)
    return ranking.sheet(top)


def last_day(tables: "Mapping[str, pa.Table]", clock: Sequence[tuple[str, str]]) -> date:
    """The last day these (table, column) know of, never after today; today where they know none."""
    import pyarrow.compute as pc

    known = [pc.max(tables[table][column]).as_py() for table, column in clock if table in tables]
    days = [moment.date() if isinstance(moment, datetime) else moment for moment in known if moment]
    return min(max(days, default=date.today()), date.today())


def as_rows(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Flat rows for a sheet: subject, score, grade, reasons, legal basis and the ids of the evidence rows."""
    return [
        {
            "subject": finding.subject,
            "score": None if finding.score is None else round(finding.score, 4),
            "grade": finding.grade,
            "title": finding.title,
            "reasons": "\n".join(f"{i}. {reason.text}" for i, reason in enumerate(finding.reasons, 1)),
            "legal_basis": "; ".join(dict.fromkeys(r.legal_basis for r in finding.reasons if r.legal_basis)),
            "evidence": "; ".join(
                dict.fromkeys(f"{e.source}:{e.key}" for reason in finding.reasons for e in reason.evidence)
            ),
        }
        for finding in findings
    ]
