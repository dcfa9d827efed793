"""The rows a reason rests on, and the finding made of them; the same for a whole file and for one declaration."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from lib.entries.pccc_theft import masking, rules
from lib.entries.pccc_theft.features import FEATURES, GRACE_HOURS, MONTH, UNLISTED, WEEKS
from lib.entries.pccc_theft.tables import CODES, PARCELS, REPORTS
from lib.screening import Evidence, Finding, Reason
from lib.screening.limits import Limits
from lib.tables.contract import Table

ENTRY = "pccc_theft"
MOST = 20  # rows shown for one reason
_SHOWN = ("declared_at", "pccc", "receiver", "phone", "postcode", "address", "sender", "item", "value_usd", "result")
_MASKS = {"pccc": masking.code, "receiver": masking.name, "name": masking.name, "name_en": masking.name,
          "phone": masking.phone, "address": masking.address}  # fmt: skip
CHECKLIST = {
    rules.STRONG: (
        "부호 주인에게 본인확인 문자를 보내고 답변을 기록",
        "등록 배송지·전화번호와 신고 내용을 원장에서 다시 대조",
        "본인 아님이 확인되면 직권 사용정지(고시 제25조제2항)와 통지(제3항) 검토",
        "같은 배송지·전화·발송인의 다른 부호도 함께 확인",
    ),
    rules.SUSPECT: (
        "부호 주인에게 본인확인 문자를 보내고 답변을 기록",
        "이사·가족 수령·회사 수령·배송대행지 여부 확인",
    ),
    rules.WATCH: ("다음 신고까지 지켜보고 새 근거가 더해지면 다시 판정",),
    rules.NORMAL: ("추가 확인 불필요",),
}
NEXT = {
    rules.STRONG: "본인확인 뒤 직권 사용정지 검토",
    rules.SUSPECT: "본인확인 문자 발송",
    rules.WATCH: "지켜보기",
    rules.NORMAL: "조치 없음",
}


@dataclass(frozen=True)
class Around:
    """Rows around one code up to a day. ``own``: its declarations; ``others``: those of other codes that share an
    address, phone, or sender and goods with it. Both carry the keys of ``features.dated``.
    """

    pccc: str
    as_of: date
    own: pd.DataFrame
    others: pd.DataFrame
    ledger: dict[str, Any] | None
    reports: pd.DataFrame

    def rows(self, code: str, limits: Limits) -> tuple[Evidence, ...]:
        """The rows under that code of a feature or rule; its own newest declarations where there are none."""
        own = self.own[self.own["passed"] & (self.own["age"] < limits["window_days"])]
        if code == "ledger":
            found = self._ledger()
        elif code == "own_reports":
            found = tuple(
                Evidence("reports", str(r["report_no"]), shown(REPORTS, r))
                for r in self.reports[self.reports["pccc"] == self.pccc].to_dict("records")
            )
        else:
            found = _as_evidence(self._declarations(code, own, limits))
        return found or _as_evidence(own) or _as_evidence(self.own)

    def _ledger(self) -> tuple[Evidence, ...]:
        return () if self.ledger is None else (Evidence("codes", self.pccc, shown(CODES, self.ledger)),)

    def _declarations(self, code: str, own: pd.DataFrame, limits: Limits) -> pd.DataFrame:
        if code == "all":
            return own
        month = own[own["age"] < MONTH]
        held = self.ledger or {}
        listed = str(held.get("postcodes") or "").split("|")
        older = self.own[self.own["passed"] & (self.own["age"] >= limits["window_days"])]
        if code == "month":
            return month
        if code == "mismatch":
            return own[~own["postcode"].isin(listed)]
        if code == "other_phone":
            return own[own["number"] != plain(held.get("phone"))]
        if code == "other_name":
            return own[~own["receiver"].map(plain).isin([plain(held.get("name")), plain(held.get("name_en"))])]
        if code in ("place", "phone"):
            key = "place" if code == "place" else "number"
            near = self.others[(self.others["age"] < MONTH) & self.others[key].isin(month[key].dropna())]
            return pd.concat([month[month[key].isin(near[key])].head(MOST // 2), near])
        if code == "idle":
            return pd.concat([older.sort_values("age").head(1), own.sort_values("age").tail(1)])
        if code == "new_region":
            return own[~own["region"].isin(older["region"])]
        if code == "same_item":
            return month[month["goods"] == month["goods"].mode().iloc[0]] if len(month) else month
        if code == "near_limit":
            tops = limits["duty_free_usd"], limits["duty_free_us_usd"]
            price, margin = own["value_usd"], limits["near_limit_usd"]
            return own[price.between(tops[0] - margin, tops[0]) | price.between(tops[1] - margin, tops[1])]
        if code == "sender":
            late = own[own["age"] < 7 * WEEKS]
            pairs = late["seller"] + "\n" + late["goods"]
            near = self.others[(self.others["seller"] + "\n" + self.others["goods"]).isin(pairs)]
            return pd.concat([late.head(MOST // 2), near[near["age"] < 7 * WEEKS]])
        if code in ("after_change", "after_reissue"):
            day = held.get("changed_on" if code == "after_change" else "reissued_on")
            first = pd.Timestamp(str(day)) if day and day == day else pd.Timestamp.max
            days = (own["declared_at"].dt.normalize() - first).dt.days
            return pd.DataFrame(own[(days >= 0) & (days <= limits["reissue_days"])])
        if code == "failed":
            missed = self.own[self.own["failed"]]
            before = [
                (own["declared_at"] >= at) & (own["declared_at"] <= at + pd.Timedelta(hours=GRACE_HOURS))
                for at in missed["declared_at"]
            ]
            through = own[np.logical_or.reduce(before)] if before else own.head(0)
            return pd.concat([missed, through])
        if code == "reports":
            near = self.others[
                self.others["place"].isin(own["place"]) | self.others["number"].isin(own["number"].dropna())
            ]
            stolen = near[near["declaration_no"].isin(self.reports["declaration_no"].dropna())]
            return stolen if len(stolen) else near
        return own


def plain(text: object) -> str:
    """``features.plain`` of one value."""
    return str(text or "").replace(" ", "").replace(",", "").replace("-", "").upper()


def shown(table: Table, row: Any) -> dict[str, Any]:
    """The row as it may be shown: Korean titles, coded cells told, personal data masked."""
    told: dict[str, Any] = {}
    for column in table.columns:
        value = row.get(column.name)
        if value is None or value != value or (table is PARCELS and column.name not in _SHOWN):
            continue
        if column.name in _MASKS:
            value = _MASKS[column.name](value)
        told[column.title] = column.choices.get(value, value) if column.choices else _plain_value(value)
    return told


def _plain_value(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return value.item() if isinstance(value, np.generic) else value


def _as_evidence(rows: pd.DataFrame) -> tuple[Evidence, ...]:
    newest = rows.sort_values("declared_at", ascending=False, kind="stable").head(MOST)[["declaration_no", *_SHOWN]]
    return tuple(Evidence("parcels", str(r["declaration_no"]), shown(PARCELS, r)) for r in newest.to_dict("records"))


def finding(
    row: "pd.Series[Any]",
    around: Around,
    limits: Limits,
    *,
    grade: str,
    score: float | None,
    more: Sequence[Reason] = (),
    subject: str | None = None,
) -> Finding:
    """What the rules (and ``more``, the model's reasons) say of one code; ``row``: its indicators, flags and points."""
    held = [rule for rule in rules.RULES if bool(row[f"rule_{rule.code}"])]
    against = sorted((rule for rule in held if not rule.clears), key=lambda rule: -rule.points)
    told = [Reason(r.code, r.text(row, limits), around.rows(r.rows, limits), r.legal_basis) for r in against]
    told += more
    if not told:
        told = [Reason("nothing", "기준에 걸린 지표가 없음", around.rows("all", limits))]
    return Finding(
        entry=ENTRY,
        subject=subject or str(row["subject"]),
        title=f"{masking.code(around.pccc)} {grade}",
        grade=grade,
        reasons=tuple(told),
        score=score,
        facts={
            "as_of": around.as_of.isoformat(),
            "path": _path(str(row["generation"])),
            "points": float(row["points"]),
            "next": NEXT[grade],
            "checklist": list(CHECKLIST[grade]),
            "clearing": [rule.text(row, limits) for rule in held if rule.clears],
            "indicators": {f.title: f.shown(row[f.name]) for f in FEATURES},
        },
    )


def _path(generation: str) -> str:
    return {
        "NPZ": "성명·전화번호·우편번호 검증 부호: 등록 밖 배송지는 통과할 수 없어, 통과했다면 자료나 경로의 이상임",
        "NP": "성명·전화번호 검증 부호: 등록 밖 배송지도 통과할 수 있어 비율로 봄",
        UNLISTED: "원장에 없는 부호: 원장 자료의 기준일과 부호를 다시 확인할 것",
    }.get(generation, generation)
