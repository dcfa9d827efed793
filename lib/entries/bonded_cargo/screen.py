"""One way in for the page, the command line and the tests: events in, duties ranked by how likely they are to be missed out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lib.casework import Outcome, Status
from lib.entries.bonded_cargo import features, items
from lib.entries.bonded_cargo.features import FEATURES
from lib.entries.bonded_cargo.items import Known
from lib.entries.bonded_cargo.rules import RULES
from lib.entries.bonded_cargo.tables import OPTIONAL, TABLES, empty
from lib.screening import Evidence, Finding, Reason, rules
from lib.screening import limits as limits_of
from lib.screening.explain import Peers, peers, reasons
from lib.screening.grading import graded
from lib.screening.limits import Limits
from lib.screening.ranking import Ranking
from lib.screening.said import day
from lib.tables.engine import Engine, connect

if TYPE_CHECKING:
    from lib.screening.model import Model

ENTRY = "bonded_cargo"
GRADES = ("먼저 안내", "안내", "관찰", "여유")
PROBABILITIES = (0.3, 0.12, 0.05)
OUTCOMES = (
    Outcome("told", "창고에 안내함", Status.ACTION),
    Outcome("extend", "기간 연장·정정 안내", Status.ACTION),
    Outcome("referred", "조사부서 통보", Status.ACTION),
    Outcome("lawful", "신고·면제 확인됨(위반 아님)"),
    Outcome("missed", "누락됨(사후 처리)"),
    Outcome("cleared", "기한 안에 처리됨"),
)
HARMFUL = {"missed": True, "cleared": False}  # what a decision teaches
CLOCK = (("events", "processed_at"),)
CHECKLIST = (
    "창고 담당자에게 현품 도착과 신고 예정 시각 확인",
    "보세운송업자에게 운송 상황 확인",
    "기한 연장·정정·취하 신청이 접수되었는지 확인",
    "연락처와 수신동의가 최신인지 확인",
)
REVIEW_CHECKLIST = (
    "보세운송신고 번호와 면제 사유가 다른 이름으로 있는지 확인",
    "두 보세구역의 반출입 대장과 차량 기록 대조",
    "장치장부호를 잘못 적은 신고인지 확인",
    "같은 사업장·집단화지역 안의 이동인지 확인",
)
REVIEW_LEAD = (
    "신고 기록이 없다는 사실만 보여 줍니다. 입력 착오일 수 있으므로 문자를 보내지 않고 담당자가 먼저 확인합니다."
)
LEAD = "놓칠 가능성의 순서이며 위반을 뜻하지 않습니다. 안내는 자율점검을 돕기 위한 것입니다."
MOST = 20  # rows shown for one reason
READ = ("kind", "shed", "processed_at", "moved_at", "declaration_no", "packages", "carrier")


@dataclass(frozen=True, kw_only=True)
class Duties(Ranking):
    """The ranking with what it was made from: ``known`` in its engine, and every item (``items`` of ``known``)."""

    known: Known = field(repr=False)
    engine: Engine = field(repr=False)
    warehouses: pd.DataFrame = field(repr=False)

    @cached_property
    def items(self) -> pd.DataFrame:
        """Everything that had or has to be reported, by now."""
        return self.engine.frame(self.known.items)

    @cached_property
    def names(self) -> dict[str, str]:
        """What the warehouses are called."""
        return dict(zip(self.warehouses["shed"], self.warehouses["name"], strict=True))

    def finding(self, subject: str) -> Finding:
        """Of any item, on the list or not: what was to be reported, by which law, and the consignment's events.

        Raises ``KeyError`` when there is no such item.
        """
        if (self.rows["subject"] == subject).any():
            return super().finding(subject)
        hit = self.items[self.items["key"] == subject]
        if hit.empty:
            raise KeyError(subject)
        return self._item_found(hit.iloc[0])

    def _item_found(self, item: "pd.Series[Any]") -> Finding:
        rule, cargo = items.RULES[str(item["rule"])], str(item["cargo"])
        there, here = (_or_dash(self.names.get(item[side], item[side])) for side in ("shed", "other"))
        due, code = str(item["due"])[:10], "R7 in" if rule.code == "R7" and pd.notna(item["in_row"]) else rule.code
        said = _SAID[code].format(
            there=there, here=here, due=due, out=_or_dash(item["expected"]), seen=_or_dash(item["seen"]), moved=str(item["since"])[:16],
        )  # fmt: skip
        return Finding(
            ENTRY,
            str(item["key"]),
            f"{item['hbl'] if pd.notna(item['hbl']) else cargo} · {there} · {rule.title}",
            str(item["state"]),
            (Reason(f"item_{rule.code.lower()}", said, _told(self.lives([cargo])), rule.law),),
            facts={
                "as_of": self.as_of.isoformat(), "lead": REVIEW_LEAD if rule.criminal else LEAD, "law": rule.law, "duty": rule.title,
                "checklist": list(REVIEW_CHECKLIST if rule.criminal else CHECKLIST), "cargo": cargo, "shed": str(item["shed"]), "due": due,
            },
        )  # fmt: skip

    def lives(self, cargos: Collection[str]) -> pd.DataFrame:
        """The events of these consignments, in order of time."""
        events = self.known.events
        return self.engine.frame(events.filter(events.cargo.isin([*cargos]))).sort_values(
            ["at", "row"], ignore_index=True
        )


def screen(
    tables: Mapping[str, pa.Table | Path],
    *,
    as_of: date,
    limits: Limits | None = None,
    model: "Model | None" = None,
    engine: Engine | None = None,
) -> Duties:
    """Rank every duty that is still to be met on the morning of a day. Without a model: rules and an anomaly score.

    ``changes`` and ``replies`` may be missing. Raises ``FeatureMismatch`` (Korean).
    """
    if model:
        model.check(FEATURES)
    limits = limits or limits_of.load(ENTRY, as_of)
    engine = engine or connect()
    given = {**{name: empty(name) for name in OPTIONAL}, **tables}
    known = items.known(given, engine, as_of, limits)
    rows = measured(known, limits, engine, as_of)
    rows = graded(rows, FEATURES, GRADES, PROBABILITIES, limits, model).sort_values(
        ["score", "days_left", "subject"], ascending=[False, True, True], ignore_index=True
    )
    explainer = _Explainer(rows, limits, model)
    duties = Duties(
        ENTRY, as_of, "model" if model else "rules", rows, FEATURES, RULES, limits, explainer, model,
        known=known, engine=engine, warehouses=engine.frame(known.warehouses), caveat=_told_aside(known, engine), gather=explainer.gather,
    )  # fmt: skip
    explainer.duties = duties
    return duties


def measured(known: Known, limits: Limits, engine: Engine, as_of: date) -> pd.DataFrame:
    """FEATURES, ``rule_<code>`` and ``points`` of every duty still to be met."""
    made = features.build(known, engine, as_of)
    return engine.frame(rules.apply(RULES, made, limits)).sort_values("subject", ignore_index=True)


def _told_aside(known: Known, engine: Engine) -> str:
    legs = known.legs
    lost = int(engine.frame(legs.aggregate(n=legs.goal.isnull().sum()))["n"].fillna(0).iloc[0])
    return f"도착지 보세구역을 알 수 없는 보세운송 {lost:,}건은 도착 기한을 보지 못했습니다." if lost else ""


class _Explainer:
    """The Finding of a duty."""

    def __init__(self, rows: pd.DataFrame, limits: Limits, model: "Model | None") -> None:
        self.rows, self._limits, self._model = rows, limits, model
        self.duties: Duties
        self._lives: dict[str, tuple[Evidence, ...]] = {}

    def gather(self, subjects: Collection[str]) -> None:
        """Read at once the lives of these duties' consignments; what was read before is let go."""
        cargos = {subject.partition("|")[0] for subject in subjects}
        lives = self.duties.lives(cargos)
        self._lives = dict.fromkeys(cargos, ()) | {str(cargo): _told(some) for cargo, some in lives.groupby("cargo")}

    @cached_property
    def _peers(self) -> Peers:
        return peers(self.rows, FEATURES)

    @cached_property
    def _by_shed(self) -> Mapping[Any, Any]:
        return self.duties.items.groupby("shed").indices

    def __call__(self, row: "pd.Series[Any]") -> Finding:
        def rows_of(code: str) -> tuple[Evidence, ...]:
            return (code != "item" and self._others(row, code)) or self._lives[cargo]

        cargo = str(row["cargo"])
        if cargo not in self._lives:
            self.gather([str(row["subject"])])
        told = reasons(RULES, row, self._limits, self._model, self._peers, rows_of, "item")
        duty = items.RULES[str(row["rule"])]
        must = Reason("rule_duty", f"{duty.duty}를 {day(row['due'])}까지 해야 함", rows_of("item"), duty.law)
        return Finding(
            ENTRY,
            str(row["subject"]),
            f"{row['title']} · {duty.duty} 기한 {day(row['due'])}",
            str(row["grade"]),
            (must, *told),
            float(row["score"]),
            {
                "as_of": self.duties.as_of.isoformat(), "lead": LEAD, "checklist": list(CHECKLIST), "duty": duty.title, "law": duty.law,
                "cargo": cargo, "shed": str(row["shed"]), "due": day(row["due"]),
            },
        )  # fmt: skip

    def _others(self, row: "pd.Series[Any]", code: str) -> tuple[Evidence, ...]:
        """Other duties of the same warehouse or carrier, the latest first."""
        all_ = self.duties.items
        some = all_.iloc[self._by_shed.get(row["shed"], np.empty(0, np.int64))]
        if code == "carrier":
            carrier = all_["carrier"][(all_["cargo"] == row["cargo"]) & (all_["ref"] == row["ref"])].dropna()
            some = all_[all_["carrier"].isin(carrier) & all_["missed"]]
        elif code == "missed":
            some = some[some["missed"] & some["rule"].isin(items.AHEAD)]
        elif code == "overdue":
            some = some[some["state"] == items.OVERDUE]
        elif code == "open":
            some = some[some["met"].isna() & some["rule"].isin(items.AHEAD) & ~some["missed"]]
        some = some.sort_values(["due", "key"], ascending=[False, True]).head(MOST)
        return tuple(
            Evidence("events", str(one["leg_row"] or one["out_row"] or one["in_row"]), {
                "화물관리번호": one["cargo"], "의무": items.RULES[one["rule"]].duty, "기한": str(one["due"])[:10],
                "이행": _cell(one["met"]) or "-", "상태": one["state"],
            })
            for one in some.to_dict("records")
        )  # fmt: skip


_NAMES = {"at": "processed_at", "told": "moved_at", "ref": "declaration_no"}
_SAID = {
    "R1": "{there}에 도착하여 반입신고를 해야 하는 기한이 {due}인데 전량의 반입신고가 없음",
    "R2": "{here}에는 반입신고가 되었으나 {there}의 반출신고가 없음",
    "R3": "{here}에서 {moved}에 반출하였으나 {there}의 반입신고가 없음",
    "R4": "{here}에서 반출하고 {there}에 반입하였으나 그 사이의 보세운송신고나 면제 기록이 없음",
    "R5": "수입신고가 수리된 물품을 {there}에서 반출해야 하는 기한이 {due}인데 반출신고가 없음",
    "R6": "반출 {out}개와 {there} 반입 {seen}개의 포장개수가 다름",
    "R7": "{there}에서 수리되기 전에 반출함({moved})",
    "R7 in": "{there}의 반입일시가 {here}의 반출일시({moved})보다 빠름",
}  # fmt: skip


def _told(life: pd.DataFrame) -> tuple[Evidence, ...]:
    """The events of one consignment as evidence."""
    columns = {name: TABLES["events"].column(name).title for name in READ}
    return tuple(
        Evidence("events", str(one["row"]), {title: _cell(one[name]) for name, title in columns.items()})
        for one in life.rename(columns=_NAMES).to_dict("records")
    )


def _or_dash(value: Any) -> str:
    return "-" if pd.isna(value) else f"{value:g}" if isinstance(value, float) else str(value)


def _cell(value: Any) -> Any:
    return None if pd.isna(value) else str(value)[:19] if isinstance(value, pd.Timestamp) else value
