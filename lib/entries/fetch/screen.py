"""One way in for the page, the command line and the tests: declarations and bank reports in, a ranked list of firms out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from lib.casework import Outcome, Status
from lib.entries.fetch import features, ledger, reconcile, residuals, signs
from lib.entries.fetch.features import FEATURES
from lib.entries.fetch.ledger import Ledger
from lib.entries.fetch.rules import RULES
from lib.entries.fetch.tables import TABLES
from lib.screening import Evidence, Finding, rules
from lib.screening import limits as limits_of
from lib.screening.explain import Peers, peers, reasons
from lib.screening.grading import graded
from lib.screening.limits import Limits
from lib.screening.ranking import Ranking
from lib.screening.said import day, firm_number, masked_name, won
from lib.tables.engine import Engine, connect

if TYPE_CHECKING:
    from lib.screening.model import Model

ENTRY = "fetch"
GRADES = ("우선확인", "확인", "관찰", "해당없음")
PROBABILITIES = (0.6, 0.35, 0.2)  # one firm in five of the training worlds is a case
OUTCOMES = (
    Outcome("examine", "외환검사 의뢰", Status.ACTION),
    Outcome("investigate", "조사 착수 검토", Status.ACTION),
    Outcome("explain", "소명자료 요청", Status.ACTION),
    Outcome("watch", "계속 관찰"),
    Outcome("cleared", "이상 없음"),
)
HARMFUL = {"examine": True, "investigate": True, "cleared": False}  # what a decision teaches
CLOCK = (("payments", "paid_on"), ("exports", "accepted_on"), ("imports", "accepted_on"))  # how far an extract reaches
CHECKLIST = (
    "수출입신고필증·송장·선하증권과 신고 내용 대조",
    "외국환은행 지급·영수 증빙과 사유코드 재확인(무역 외 대금이 섞였는지)",
    "상계·제3자·기간초과 결제의 신고 여부를 한국은행·외국환은행에 확인",
    "거래처와의 계약서(인도조건·결제조건)와 특수관계 확인",
    "업체 소명 청취: 아직 결제 기한이 남은 거래, 반품·감액 합의",
)
LEAD = "혐의정보(조사 개시 전)입니다. 확인할 순서를 정하는 단서이며 위법을 뜻하지 않습니다."
MOST = 20  # rows shown for one reason
WORTH_TELLING = 1_000_000  # won


@dataclass(frozen=True)
class Reconciled:
    """Trade held against money as of a day: the ledger, what settles what, what is left over, and which rows show a sign."""

    as_of: date
    ledger: Ledger
    matches: pd.DataFrame
    left: pd.DataFrame
    signs: pd.DataFrame

    @cached_property
    def _tables(self) -> Mapping[str, pd.DataFrame]:
        kept = self.ledger
        matches = self.matches.assign(firm=kept.declared["firm"].to_numpy()[self.matches["declared"]])
        return {"declared": kept.declared, "paid": kept.paid, "finance": kept.finance, "left": self.left,
                "signs": self.signs, "matches": matches}  # fmt: skip

    @cached_property
    def _places(self) -> Mapping[str, Mapping[Any, Any]]:
        return {name: rows.groupby("firm").indices for name, rows in self._tables.items()}

    def of(self, name: str, firm: str) -> pd.DataFrame:
        """The rows of one firm of ``declared``, ``paid``, ``finance``, ``left``, ``signs`` or ``matches``, under their old index."""
        return pd.DataFrame(self._tables[name].iloc[self._places[name].get(firm, [])])

    def record(self, table: str, firm: str, key: str) -> Mapping[str, Any]:
        """One row of the ledger by its table and number. A firm's rows are read together, those of the latest firm kept."""
        name = {"payments": "paid", "finance": "finance"}.get(table, "declared")
        found = self._latest.get((name, firm))
        if found is None:
            if any(other != firm for _, other in list(self._latest)):
                self._latest.clear()
            rows = self.of(name, firm)
            tables = rows["table"] if "table" in rows else [table] * len(rows)
            numbered = zip(tables, rows["no"], rows.to_dict("records"), strict=True)
            found = self._latest[name, firm] = {(str(t), str(no)): row for t, no, row in numbered}
        return found[table, key]

    @cached_property
    def _latest(self) -> dict[tuple[str, str], dict[tuple[str, str], dict[Any, Any]]]:
        return {}

    def aside(self) -> pd.DataFrame:
        """The rows that could not be compared, as they are told: 자료, 번호, 까닭."""
        rows = self.ledger.aside
        titles = {name: table.title for name, table in TABLES.items()}
        return pd.DataFrame({"자료": rows["table"].map(titles), "번호": rows["key"], "까닭": rows["why"]})

    @cached_property
    def balance(self) -> pd.DataFrame:
        """``residuals.balance`` of everything."""
        return residuals.balance(self.ledger, self.matches, self.left)


@dataclass(frozen=True, kw_only=True)
class Firms(Ranking):
    """The ranking with what it was made from, for charts, the network and the dossier."""

    reconciled: Reconciled = field(repr=False)


def reconcile_all(tables: Mapping[str, pa.Table | Path], as_of: date, limits: Limits) -> Reconciled:
    """Everything the indicators are counted from."""
    kept = ledger.keep(tables, as_of)
    matches = reconcile.match(kept, limits)
    left = residuals.left_over(kept, matches, as_of, limits)
    return Reconciled(as_of, kept, matches, left, signs.find(kept, matches, left, as_of, limits))


def screen(
    tables: Mapping[str, pa.Table | Path],
    *,
    as_of: date,
    limits: Limits | None = None,
    model: "Model | None" = None,
    engine: Engine | None = None,
) -> Firms:
    """Rank every firm as of a day. Without a model: rules and an anomaly score.

    ``rates``, ``partners`` and ``finance`` may be missing. Raises ``FeatureMismatch`` (Korean).
    """
    if model:
        model.check(FEATURES)
    limits = limits or limits_of.load(ENTRY, as_of)
    engine = engine or connect()
    done = reconcile_all(tables, as_of, limits)
    rows = measured(done, limits, engine)
    rows = graded(rows, FEATURES, GRADES, PROBABILITIES, limits, model).sort_values(
        ["score", "unexplained_krw", "subject"], ascending=[False, False, True], ignore_index=True
    )
    return Firms(
        ENTRY,
        as_of,
        "model" if model else "rules",
        rows,
        FEATURES,
        RULES,
        limits,
        _Explainer(rows, done, limits, model),
        model,
        caveat=_told_aside(done.ledger),
        reconciled=done,
    )


def measured(done: Reconciled, limits: Limits, engine: Engine) -> pd.DataFrame:
    """FEATURES, ``rule_<code>`` and ``points`` of every firm."""
    tables = engine.load(
        features.loaded(done.ledger.declared, done.ledger.paid, done.left, done.signs, done.ledger.firms)
    )
    made = engine.frame(rules.apply(RULES, features.build(tables, done.as_of), limits))
    return made.sort_values("subject", ignore_index=True)


def _told_aside(kept: Ledger) -> str:
    told = []
    if len(kept.aside):
        counts = ", ".join(f"{why} {n:,}행" for why, n in kept.aside["why"].value_counts().items())
        told.append(f"비교할 수 없어 따로 둔 행이 {len(kept.aside):,}개입니다({counts}).")
    if kept.guessed:
        told.append(
            f"환율표에 없는 통화는 신고서의 원화·달러 금액에서 구한 환율을 썼습니다({', '.join(kept.guessed)})."
        )
    return " ".join(told)


def money(cents: Any, currency: str) -> str:
    """Whole cents as an amount with its currency."""
    return f"{int(cents) / 100:,.2f}".removesuffix(".00") + f" {currency}"


class _Explainer:
    """The Finding of a firm."""

    def __init__(self, rows: pd.DataFrame, done: Reconciled, limits: Limits, model: "Model | None") -> None:
        self.rows, self.done, self._limits, self._model = rows, done, limits, model

    @cached_property
    def _peers(self) -> Peers:
        return peers(self.rows, FEATURES)

    def __call__(self, row: "pd.Series[Any]") -> Finding:
        firm = str(row["subject"])

        def rows_of(code: str) -> tuple[Evidence, ...]:
            return evidence(self.done, firm, code)

        told = reasons(RULES, row, self._limits, self._model, self._peers, rows_of, "declared")
        return Finding(
            ENTRY,
            firm,
            f"{row['title']} ({firm_number(firm)})",
            str(row["grade"]),
            told,
            float(row["score"]),
            {
                "as_of": self.done.as_of.isoformat(),
                "lead": LEAD,
                "points": float(row["points"]),
                "checklist": list(CHECKLIST),
                "clearing": [
                    *_clearing(self.done, firm),
                    *[rule.text(row, self._limits) for rule in RULES if rule.clears and row[f"rule_{rule.code}"]],
                ],
                "indicators": {f.title: f.shown(row[f.name]) for f in FEATURES},
            },
        )


def _clearing(done: Reconciled, firm: str) -> list[str]:
    """What the data themselves explain, in words and won: it speaks against suspicion."""
    left = done.of("left", firm)
    good = left[left["status"] != residuals.UNEXPLAINED].groupby("code")["krw"].sum().sort_values(ascending=False)
    return [
        f"{what}: {won(krw)}({status})"
        for code, krw in good.items()
        for status, what in [residuals.CODES[str(code)]]
        if krw >= WORTH_TELLING and code != "fee"
    ]


def evidence(done: Reconciled, firm: str, code: str) -> tuple[Evidence, ...]:
    """The rows under a reason's code, the weightiest first; its declarations or payments where there are none."""
    if code == "firm" or code == "shared":
        return _firm(done, firm)
    if code == "matched":
        found = _matched(done, firm)
    elif code in ("declared", "paid"):
        rows = done.of(code, firm)
        found = _rows(done, rows.assign(table=rows.get("table", "payments"), key=rows["no"], note=""))
    elif code == "left":
        rows = done.of("left", firm)
        rows = rows[rows["status"] == residuals.UNEXPLAINED]
        found = _rows(done, rows.assign(note=rows["code"].map({c: text for c, (_, text) in residuals.CODES.items()})))
    else:
        rows = done.of("signs", firm)
        found = _rows(done, rows[rows["sign"] == code])
    for other in ("declared", "paid"):
        if not found and code != other:
            found = evidence(done, firm, other)
    return found or _firm(done, firm)


def _rows(done: Reconciled, rows: pd.DataFrame) -> tuple[Evidence, ...]:
    """The ledger's rows of these, with what is at stake and why."""
    top = rows.sort_values(["krw", "key"], ascending=[False, True], kind="stable").head(MOST)
    return tuple(
        Evidence(
            str(r["table"]),
            str(r["key"]),
            shown(done, str(r["table"]), str(r["firm"]), str(r["key"]), float(r["krw"]), str(r["note"])),
        )
        for r in top.to_dict("records")
    )


def shown(
    done: Reconciled, table: str, firm: str, key: str, krw: float | None = None, note: str = ""
) -> dict[str, Any]:
    """One row as an officer reads it."""
    if table == "firms":
        return {**_firm(done, key)[0].detail, "까닭": note}  # the firm itself stands first
    row = done.record(table, firm, key)
    if table == "payments":
        told = {
            "거래번호": key, "거래일": day(row["day"]), "구분": "지급" if row["side"] == "P" else "영수",
            "상대방": row["name"], "계좌소재국": row["account_country"], "금액": money(row["amount"], row["currency"]),
            "증빙신고번호": row["cited"],
        }  # fmt: skip
    elif table == "finance":
        told = {
            "취급번호": key, "취급일": day(row["day"]), "종류": row["kind"], "금액": money(row["amount"], row["currency"]),
            "증빙신고번호": row["cited"], "사고일": None if pd.isna(row["defaulted_on"]) else day(row["defaulted_on"]),
        }  # fmt: skip
    else:
        told = {
            "신고번호": key, "수리일": day(row["day"]), "거래처": row["name"], "국가": row["country"],
            "모델규격": row["model"], "수량": row["quantity"], "금액": money(row["due"], row["currency"]),
        }  # fmt: skip
    told |= {} if krw is None else {"걸린 금액(원)": f"{krw:,.0f}"}
    told |= {"까닭": note} if note else {}
    return {
        title: None if value is None or value is pd.NA or value != value else value for title, value in told.items()
    }


def _matched(done: Reconciled, firm: str) -> tuple[Evidence, ...]:
    """What settles what, largest first."""
    found = done.of("matches", firm).sort_values("declared_cents", ascending=False).head(MOST)
    declared, paid = done.ledger.declared, done.ledger.paid
    return tuple(
        Evidence(
            str(declared.at[m["declared"], "table"]),
            str(declared.at[m["declared"], "no"]),
            {
                "신고번호": declared.at[m["declared"], "no"],
                "수리일": day(declared.at[m["declared"], "day"]),
                "맞은 결제": paid.at[m["paid"], "no"],
                "거래일": day(paid.at[m["paid"], "day"]),
                "맞은 금액": money(m["paid_cents"], str(paid.at[m["paid"], "currency"])),
                "까닭": reconcile.HOW[str(m["how"])],
            },
        )
        for m in found.to_dict("records")
    )


def _firm(done: Reconciled, firm: str) -> tuple[Evidence, ...]:
    """The firm itself and those that share its representative and address; names of people masked."""
    firms = done.ledger.firms
    own = firms[firms["firm"] == firm].iloc[0]
    near = firms["firm"] == firm
    if pd.notna(own["ceo"]) and pd.notna(own["address"]):
        there = signs.plain_place(str(own["address"]))
        near |= firms["address"].fillna("").map(signs.plain_place) == there
    ordered = pd.concat([firms[firms["firm"] == firm], firms[near & (firms["firm"] != firm)]])
    return tuple(
        Evidence(
            "firms",
            str(r["firm"]),
            {
                "사업자번호": firm_number(str(r["firm"])),
                "상호": r["name"],
                "대표자": masked_name(r["ceo"]),
                "주소": None if pd.isna(r["address"]) else r["address"],
                "설립일": None if pd.isna(r["founded_on"]) else day(r["founded_on"]),
                "대표자변경일": None if pd.isna(r["ceo_since"]) else day(r["ceo_since"]),
            },
        )
        for r in ordered.head(MOST).to_dict("records")
    )
