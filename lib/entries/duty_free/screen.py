"""One way in for the page, the command line and the tests: tables in, a ranked and explained list out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa

from lib.casework import Outcome, Status
from lib.entries.duty_free import features, people
from lib.entries.duty_free.evidence import Gathered, Rows
from lib.entries.duty_free.features import FEATURES
from lib.entries.duty_free.people import People, masked_passport
from lib.entries.duty_free.rules import RULES, SURE
from lib.entries.duty_free.tables import OPTIONAL, empty
from lib.screening import Evidence, Finding, Reason, rules
from lib.screening import limits as limits_of
from lib.screening.anomaly import anomaly, rules_score
from lib.screening.explain import Peers, model_reasons, peer_reasons, peers
from lib.screening.grading import within_grades
from lib.screening.limits import Limits
from lib.screening.ranking import Ranking
from lib.tables.engine import Engine, connect

if TYPE_CHECKING:
    from lib.screening.model import Model

ENTRY = "duty_free"
GRADES = ("우선확인", "확인", "관찰", "해당없음")
POINTS = (50, 25, 10)
PROBABILITIES = (0.5, 0.2, 0.06)
OUTCOMES = (
    Outcome("restrict", "현장인도 제한 검토(소명 요청)", Status.ACTION),
    Outcome("trace", "추적조사 의뢰", Status.ACTION),
    Outcome("recall", "반입명령 검토", Status.ACTION),
    Outcome("watch", "계속 관찰"),
    Outcome("departed", "출국 확인"),
    Outcome("cleared", "이상 없음"),
)
HARMFUL = {
    "restrict": True,
    "trace": True,
    "recall": True,
    "departed": False,
    "cleared": False,
}  # what a decision teaches
CLOCK = (("purchases", "sold_at"), ("movements", "entered_on"), ("movements", "left_on"))  # how far an extract reaches
CHECKLIST = (
    "출입국 재조회: 새 여권을 포함한 모든 여권의 출국 기록",
    "항공예약 재조회: 현재 예약 상태와 취소 경위",
    "영수증·CCTV: 실제 구매자와 지불자, 물품을 받은 사람",
    "소명: 구매 목적과 물품의 현재 위치(제한은 처분이므로 소명 기회를 먼저 줌)",
)
LEAD = "이 결과는 확인할 순서를 정하는 단서이며 위반을 뜻하지 않습니다."


@dataclass(frozen=True, kw_only=True)
class Buyers(Ranking):
    """The ranking with what it was made from, for charts and for checking against newer departures. Its rows also hold
    ``identity``: the person's passports unmasked, earliest first.
    """

    people: People = field(repr=False)
    now: features.Known = field(repr=False)
    engine: Engine = field(repr=False)
    evidence: Callable[[str], Rows] = field(repr=False)
    """The rows of one person, read as they are asked for."""


def screen(
    tables: Mapping[str, pa.Table | Path],
    *,
    as_of: date,
    limits: Limits | None = None,
    model: "Model | None" = None,
    engine: Engine | None = None,
) -> Buyers:
    """Rank every buyer as of a day. Without a model: rules and an anomaly score.

    Raises ``FeatureMismatch`` (Korean) when the model was trained on other features.
    """
    if model:
        model.check(FEATURES)
    limits = limits or limits_of.load(ENTRY, as_of)
    engine = engine or connect()
    loaded = engine.load({**{name: empty(name) for name in OPTIONAL}, **tables})
    linked = people.link(loaded, as_of)
    who = linked.passports[["passport", "subject", "title"]]
    loaded["people"] = engine.load({"people": pa.Table.from_pandas(who, schema=_PEOPLE, preserve_index=False)})[
        "people"
    ]
    now = features.known(loaded, as_of).kept(engine.keep)
    made = engine.frame(features.measure(now, limits)).sort_values("subject", ignore_index=True)
    flagged = rules_applied(made, engine, limits)
    unusual = anomaly(flagged, FEATURES)
    score = model.score(flagged) if model and len(flagged) else rules_score(flagged["points"].to_numpy(), unusual)
    rows = flagged.assign(score=score, anomaly=unusual, identity=flagged["subject"].map(linked.identities()))
    rows["grade"] = _grades(rows, model is not None)
    rows["score"] = _within_grades(rows, model is not None)
    rows = rows.sort_values(["score", "subject"], ascending=[False, True])
    explainer = _Explainer(rows.reset_index(drop=True), limits, model)
    buyers = Buyers(
        ENTRY,
        as_of,
        "model" if model else "rules",
        explainer.rows,
        FEATURES,
        RULES,
        limits,
        explainer,
        model,
        people=linked,
        caveat=_told_until(engine.frame(now.extent)["until"].iloc[0], as_of),
        now=now,
        gather=explainer.gather,
        engine=engine,
        evidence=explainer.rows_of,
    )
    explainer.buyers = buyers
    return buyers


def _told_until(until: float, as_of: date) -> str:
    if pd.isna(until):
        return f"출입국 자료에 {as_of:%Y-%m-%d}까지의 기록이 없어 출국 여부는 판단하지 않았습니다. 출입국 자료를 확인해 주십시오."
    last = date(1970, 1, 1) + timedelta(days=int(until))
    if last >= as_of:
        return ""
    return f"출입국 자료가 {last:%Y-%m-%d}까지로 보여, 그 뒤의 출국 여부는 판단하지 않았습니다. 더 새로운 자료로 확인해 주십시오."


_PEOPLE = pa.schema([("passport", pa.string()), ("subject", pa.string()), ("title", pa.string())])


def rules_applied(made: pd.DataFrame, engine: Engine, limits: Limits) -> pd.DataFrame:
    """The feature rows with ``rule_<code>`` and ``points``."""
    columns: list[tuple[str, Any]] = [("subject", pa.string()), ("title", pa.string())]
    columns += [(f.name, pa.float64() if f.kind == "number" else pa.string()) for f in FEATURES]
    table = pa.Table.from_pandas(made, schema=pa.schema(columns), preserve_index=False)
    flagged = engine.frame(rules.apply(RULES, engine.load({"features": table})["features"], limits))
    return flagged.sort_values("subject", ignore_index=True)


def verify(ranking: Buyers, newer_movements: pa.Table) -> pd.DataFrame:
    """Who of the graded leads has left since, by a newer extract: one row a lead that was waiting to leave.

    ``subject``, ``title``, ``grade``, ``departed``, ``cleared``, ``left_on``, ``flight``, ``passport`` (masked),
    ``movement_no`` (the departure's row) and ``text``. A departure counts from the day of the last delivery on; it does not
    clear who meets the official criterion.
    """
    rows = ranking.rows[(ranking.rows["grade"] != GRADES[-1]) & ranking.rows["waiting_days"].notna()]
    newer = newer_movements.to_pandas()
    newer = newer[newer["left_on"].notna()].astype({"left_on": "datetime64[s]"})
    owner = ranking.people.passports[["passport", "subject"]]
    known = newer.merge(owner, on="passport")
    known = pd.concat([known, _renewed(ranking.people, newer)], ignore_index=True)
    last = pd.Timestamp(ranking.as_of) - pd.to_timedelta(rows["waiting_days"], unit="D")
    leads = rows[["subject", "title", "grade", *(f"rule_{code}" for code in sorted(SURE))]].assign(last=last)
    left = leads[["subject", "last"]].merge(known, on="subject")
    left = left[left["left_on"] >= left["last"]].sort_values(["left_on", "movement_no"]).drop_duplicates("subject")
    told = leads.merge(left[["subject", "left_on", "flight", "passport", "movement_no"]], on="subject", how="left")
    told["departed"] = told["left_on"].notna()
    sure = told[[f"rule_{code}" for code in sorted(SURE)]].any(axis=1)
    told["cleared"] = told["departed"] & ~sure
    when = told["left_on"].dt.strftime("%Y-%m-%d")
    told["left_on"] = told["left_on"].dt.date
    same = told["passport"].isin(owner["passport"])
    note = np.where(told["cleared"], "미출국 의심을 해소함", "다만 제한 기준은 그대로 확인 필요")
    note = np.where(same | ~told["cleared"], note, "성명과 생년월일이 같은 새 여권의 출국: 동일인 확인 필요")
    told["text"] = np.where(told["departed"], when.fillna("") + " 출국 기록 있음: " + note, "출국 기록 없음: 확인 계속")
    told["passport"] = masked_passport(told["passport"])
    return told[
        ["subject", "title", "grade", "departed", "cleared", "left_on", "flight", "passport", "movement_no", "text"]
    ].reset_index(drop=True)


def _renewed(linked: People, newer: pd.DataFrame) -> pd.DataFrame:
    """Departures under a passport not known before, by someone of the same name, birth date and nationality."""
    newer = newer.assign(birth=pd.to_datetime(newer["birth"]).astype("datetime64[s]"))
    unknown = newer[~newer["passport"].isin(linked.passports["passport"])]
    who = linked.passports.drop_duplicates("subject")
    who = who.assign(birth=pd.to_datetime(who["birth"]).astype("datetime64[s]"))
    who = who[~who.duplicated(["name", "birth", "nationality"], keep=False)]  # namesakes cannot be told apart
    return unknown.merge(who[["subject", "name", "birth", "nationality"]], on=["name", "birth", "nationality"])


def _grades(rows: pd.DataFrame, modelled: bool) -> "np.ndarray[Any, Any]":
    """By the model's probability where there is one, and at least 「확인」 where a rule of its own weight holds; else by
    points. The official criterion always comes first; who has left since the last delivery is not at the top, and what
    speaks for a buyer keeps the rest from the upper grades.
    """
    level = np.select([rows["points"] >= edge for edge in POINTS], range(3), 3)
    if modelled:
        likely = np.select([rows["score"] >= edge for edge in PROBABILITIES], range(3), 3)
        level = np.minimum(likely, np.maximum(level, 1))
    clearing = [f"rule_{rule.code}" for rule in RULES if rule.clears]
    level = np.where(rows["waiting_days"].isna(), np.maximum(level, 1), level)
    level = np.where(rows[clearing].any(axis=1), np.maximum(level, 2), level)
    level = np.where(rows[[f"rule_{code}" for code in SURE]].any(axis=1), 0, level)
    return np.asarray(np.array(GRADES, dtype=object)[level.astype(int)])


def _within_grades(rows: pd.DataFrame, modelled: bool) -> "np.ndarray[Any, Any]":
    """Scores that agree with the grades: one that a rule has lifted or lowered stands at the edge of its grade's range."""
    edges = PROBABILITIES if modelled else tuple(rules_score(np.array(POINTS), np.zeros(len(POINTS))))
    level = rows["grade"].map(GRADES.index).to_numpy(dtype=int)
    return within_grades(rows["score"].to_numpy(dtype=float), level, edges)


class _Explainer:
    """The Finding of a row of the list; peers are computed once, rows are read for the one being looked at."""

    def __init__(self, rows: pd.DataFrame, limits: Limits, model: "Model | None") -> None:
        self.rows, self._limits, self._model = rows, limits, model
        self.buyers: Buyers
        self._gathered: Gathered | None = None

    def gather(self, subjects: Sequence[str]) -> None:
        """Read at once what these people's findings rest on; what was read for others before is let go."""
        self._gathered = Gathered(self.buyers.now, subjects, self._limits, self.buyers.engine.frame)

    def rows_of(self, subject: str) -> Rows:
        if self._gathered is None or subject not in self._gathered.subjects:
            self.gather([subject])
        return Rows(cast(Gathered, self._gathered), subject)

    @cached_property
    def _peers(self) -> Peers:
        return peers(self.rows, FEATURES)

    def __call__(self, row: "pd.Series[Any]") -> Finding:
        subject = str(row["subject"])
        of = self.rows_of(subject)
        held = [rule for rule in RULES if row[f"rule_{rule.code}"]]
        told = [
            Reason(f"rule_{rule.code}", rule.text(row, self._limits), of.of(rule.rows), rule.legal_basis)
            for rule in held
            if not rule.clears
        ]
        if self._model:
            told += model_reasons(self._model, row, self._peers, of.of)
        wanted = max(1, 3 - len(told)) if not told or len(told) < 3 else 0
        named = {reason.code.split("_", 1)[1] for reason in told}
        if wanted:
            outside = peer_reasons(row, self._peers, lambda code: _LATER, most=len(FEATURES))
            chosen = [r for r in outside if r.code.split("_", 1)[1] not in named and _telling(r)][:wanted]
            rows = {f.name: f.rows for f in FEATURES}
            told += [replace(r, evidence=of.of(rows[r.code.split("_", 1)[1]])) for r in chosen]
        if len(told) < 3:
            named = {reason.code.split("_", 1)[1] for reason in told}
            told += self._highest(row, of, named, 3 - len(told))
        return Finding(
            ENTRY,
            subject,
            str(row["title"]),
            str(row["grade"]),
            tuple(told),
            float(row["score"]),
            self._facts(row, held, of),
        )

    def _highest(self, row: "pd.Series[Any]", of: Rows, named: set[str], most: int) -> list[Reason]:
        """Where the person stands highest in the list, though within the usual."""
        about = [f for f in FEATURES if f.kind == "number" and f.name not in named and f.name in RISING]
        above = {
            f: float((self.rows[f.name] < row[f.name]).sum() / max(self.rows[f.name].notna().sum(), 1)) for f in about
        }
        chosen = sorted(about, key=lambda f: -above[f])[:most]
        return [
            Reason(
                f"high_{f.name}", f"「{f.title}」 {f.shown(row[f.name])}: 전체의 {above[f]:.0%}보다 큼", of.of(f.rows)
            )
            for f in chosen
        ]

    def _facts(self, row: "pd.Series[Any]", held: list[rules.Rule], of: Rows) -> dict[str, Any]:
        subject = str(row["subject"])
        linked = self.buyers.people
        owned = linked.of(subject)
        joins = linked.joins[linked.joins["subject"] == subject]
        apart = linked.apart[linked.apart["passport_a"].isin(owned) | linked.apart["passport_b"].isin(owned)]
        return {
            "as_of": self.buyers.as_of.isoformat(),
            "basis": "학습 모델" if self._model else "규칙과 이상 점수(학습 자료 없음)",
            "lead": LEAD,
            "checklist": [" — ".join(filter(None, (CHECKLIST[0], self.buyers.caveat))), *CHECKLIST[1:]],
            "clearing": [
                {
                    "code": rule.code,
                    "title": rule.title,
                    "text": rule.text(row, self._limits),
                    "evidence": [{"source": e.source, "key": e.key} for e in of.of(rule.rows)],
                }
                for rule in held
                if rule.clears
            ],
            "passports": list(masked_passport(pd.Series(owned, dtype="str"))),
            "joined": _pairs_told(joins),
            "apart": _pairs_told(apart),
            "timeline": timeline(of),
        }


RISING = frozenset(
    "amount sales quantity largest_day onsite_amount waiting_days longest_waiting waiting_amount overdue delay delay_first "
    "since_departure monthly_days cancels cancel_share cancel_after_buy repeat_flight missed other_flight planned_missed "
    "card_people pnr_people shared_sku guide_late other_holder top_sku concentration split_shops split_quantity passports switches "
    "seller_sigma seller_late cash_share cash_amount cash_rise listed measures restricted".split()
)
"""Features whose larger values call for a look; only these are told as a deviation."""

_LATER = (Evidence("purchases", ""),)  # stands for rows that are read only for the reasons chosen


def _telling(reason: Reason) -> bool:
    return reason.code.split("_", 1)[1] in RISING and "보다 큼" in reason.text


def timeline(of: Rows) -> list[dict[str, Any]]:
    """Stays, bookings, purchases on one line of time: ``lane``, ``start``, ``end`` (None: open), ``text``, ``source``, ``key``."""
    sales, stays, booked = of.sales, of.movements, of.bookings
    bought = pd.DataFrame(
        {
            "lane": np.where(sales["onsite"], "구매(현장인도)", "구매(인도장)"),
            "start": sales["sold_at"],
            "end": sales["sold_at"],
            "text": sales["item"]
            + " "
            + sales["quantity"].astype(str)
            + "개 "
            + sales["amount"].map("{:,.0f}원".format),
            "source": "purchases",
            "key": sales["sale_no"],
        }
    )
    inside = pd.DataFrame(
        {
            "lane": "체류",
            "start": stays["entered_on"],
            "end": stays["left_on"],
            "text": np.where(stays["left"].notna(), "출국 " + stays["flight"].fillna(""), "출국 기록 없음"),
            "source": "movements",
            "key": stays["movement_no"],
        }
    )
    undone = booked["cancelled"].notna()
    flights = pd.DataFrame(
        {
            "lane": np.where(undone, "예약취소", "예약"),
            "start": booked["cancelled"].where(undone, booked["departs_at"]),
            "end": booked["departs_at"],
            "text": booked["flight"] + np.where(undone, " 취소", " 출발 예정"),
            "source": "reservations",
            "key": booked["booking_no"],
        }
    )
    every = pd.concat([part.astype(object) for part in (inside, flights, bought)], ignore_index=True)
    for edge in ("start", "end"):
        every[edge] = pd.to_datetime(every[edge]).dt.strftime("%Y-%m-%dT%H:%M").astype(object)
    every = every.sort_values(["start", "source", "key"], na_position="first")
    return [{str(k): None if v != v else v for k, v in event.items()} for event in every.to_dict("records")]


def _pairs_told(pairs: pd.DataFrame) -> list[dict[str, str]]:
    shown = pairs.assign(**{side: masked_passport(pairs[side]) for side in ("passport_a", "passport_b")})
    return [
        {str(k): str(v) for k, v in row.items()}
        for row in shown[["passport_a", "passport_b", "why"]].to_dict("records")
    ]
