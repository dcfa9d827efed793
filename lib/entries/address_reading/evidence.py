"""The rows a reason rests on, and the finding made of them, personal data masked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from lib.entries.address_reading import rules
from lib.entries.address_reading.features import AXES, FEATURES, MONTH, WORDS
from lib.entries.address_reading.tables import BUILDINGS, BUSINESSES, PARCELS, SELLERS
from lib.screening import Evidence, Finding, Reason
from lib.screening.limits import Limits
from lib.tables.contract import Table

ENTRY = "address_reading"
MOST = 20  # rows shown for one reason
LEAD = "확인할 순서를 정하는 단서이며 위법을 뜻하지 않습니다. 주소만으로 선별하지 않습니다."
CHECKLIST = {
    rules.GRADES[0]: (
        "같은 배송지의 표기를 나란히 놓고 실제로 한 곳인지 확인",
        "수하인·통관부호·전화번호의 관계(가족, 직원, 명의를 빌려준 사람) 확인",
        "통신판매업 신고·온라인 판매 화면에서 같은 물품을 파는지 확인",
        "정식 수입신고와 과세 대상인지, 같은 구매일의 분할(합산과세)인지 검토",
        "직장 수령·배대지·무인택배함·기숙사·관공서가 아닌지 다시 확인",
    ),
    rules.GRADES[1]: (
        "같은 배송지의 표기와 되풀이된 물품 확인",
        "직장 수령·오피스텔 거주·배대지·무인택배함·기숙사·관공서 여부 확인",
    ),
    rules.GRADES[2]: ("다음 배송까지 지켜보고 새 근거가 더해지면 다시 판정",),
    rules.GRADES[3]: ("추가 확인 불필요",),
}
NEXT = {
    rules.GRADES[0]: "검사 요청과 판매 여부 조사 검토",
    rules.GRADES[1]: "검사 요청 또는 소명 요청 검토",
    rules.GRADES[2]: "지켜보기",
    rules.GRADES[3]: "조치 없음",
}
_SHOWN = (
    "arrived_on",
    "receiver",
    "pccc",
    "phone",
    "postcode",
    "item",
    "quantity",
    "value_usd",
    "sender",
    "site",
    "kind",
)


def code(pccc: object) -> str:
    """P123456789012 -> P12********12."""
    text = str(pccc or "")
    return f"{text[:3]}{'*' * (len(text) - 5)}{text[-2:]}" if len(text) > 5 else "*" * len(text)


def name(person: object) -> str:
    """GA NADA -> G* N***; 가나다 -> 가*다."""
    text = str(person or "").strip()
    if re.search("[가-힣]", text):
        return text[:1] + "*" * max(len(text) - 2, 1) + (text[-1] if len(text) > 2 else "")
    return " ".join(word[:1] + "*" * (len(word) - 1) for word in text.split())


def phone(number: object) -> str:
    """010-0000-1234 -> 010-****-1234."""
    digits = re.sub(r"\D", "", str(number or ""))
    return f"{digits[:3]}-****-{digits[-4:]}" if len(digits) >= 8 else "*" * len(digits)


def unit(text: object) -> str:
    """101동 1203호 -> 1**동 1***호."""
    return re.sub(r"\d{2,}", lambda m: m[0][0] + "*" * (len(m[0]) - 1), str(text or ""))


def spelling(text: object, units: object) -> str:
    """An address as written, the numbers of its unit hidden; every number where no unit was read."""
    hidden = set(re.findall(r"\d{2,}", str(units or "")))
    written = str(text or "")
    return re.sub(r"\d{2,}", lambda m: unit(m[0]) if m[0] in hidden or not hidden else m[0], written)


def place(line: object, units: object, subject: object) -> str:
    """What an address is called on screen: the building plain, its unit masked."""
    if line:
        return ", ".join(filter(None, (str(line), unit(units))))
    return f"{unit(subject)} (건물 미확인)"


_MASKS = {"pccc": code, "receiver": name, "phone": phone}


@dataclass(frozen=True)
class Around:
    """Rows of one address: its parcels (``features._keyed``), those of its neighbours, and what the registers hold."""

    own: pd.DataFrame
    beside: pd.DataFrame
    businesses: pd.DataFrame
    sellers: pd.DataFrame
    buildings: pd.DataFrame

    def rows(self, what: str, limits: Limits) -> tuple[Evidence, ...]:
        """The rows under that code of a feature or rule; its newest parcels where there are none."""
        if what == "register":
            found = (*_register(self.sellers, SELLERS, self.own), *_register(self.businesses, BUSINESSES, self.own))[
                :MOST
            ]
        elif what == "building":
            found = tuple(_row(BUILDINGS, r) for r in self.buildings.head(MOST).to_dict("records"))
        else:
            found = _parcels(self._chosen(what, limits))
        return found or _parcels(self.own)

    def _chosen(self, what: str, limits: Limits) -> pd.DataFrame:
        own: pd.DataFrame = self.own
        if what == "month":
            return pd.DataFrame(own[own["age"] < MONTH])
        if what == "same_item":
            return pd.DataFrame(own[own["goods"] == own["goods"].mode().iloc[0]])
        if what == "near_limit":
            return own[own["near"] == 1]
        if what == "postcode":
            return own[own["off"] == 1]
        if what == "declared":
            return own[own["formal"] == 1]
        if what == "plea":
            return own[own["says_plea"] == 1]
        if what == "firm":
            return own[own["says_firm"] == 1]
        if what == "words":
            return own[own[[f"says_{word}" for word in WORDS]].any(axis=1)]
        if what == "spellings":  # one row a spelling, side by side
            return own.sort_values("age").drop_duplicates("spelled")
        if what == "sender":
            return own[own["seller"] == own["seller"].mode().iloc[0]] if own["seller"].notna().any() else own
        if what == "phone":
            names = own.groupby("number")["person"].nunique()
            return own[own["number"] == names.idxmax()] if len(names) else own
        if what == "split":
            small = own[own["value_usd"] <= limits["duty_free_usd"]]
            each = small.groupby(["seller", "age"])["value_usd"]
            together = (each.transform("size") > 1) & (each.transform("sum") > limits["duty_free_usd"])
            return pd.DataFrame(small[together])
        if what == "neighbours":
            return pd.concat([own.head(MOST // 2), self.beside])
        return own


def shown(table: Table, row: Any) -> dict[str, Any]:
    """The row as it may be shown: Korean titles, coded cells told, personal data masked."""
    told: dict[str, Any] = {}
    if table is PARCELS:
        told["영문 배송지"] = spelling(row["address"], row["unit"])
        told["판독"] = place(row["line"], row["unit"], "") if row["line"] else "건물 미확인"
    for column in table.columns:
        value = row.get(column.name)
        if value is None or value != value or (table is PARCELS and column.name not in _SHOWN):
            continue
        if column.name in _MASKS and table is PARCELS:
            value = _MASKS[column.name](value)
        elif column.name == "address":
            value = unit_masked(value)
        told[column.title] = column.choices.get(value, value) if column.choices else _plain_value(value)
    if table is PARCELS and row.get("off"):
        told["판독 우편번호"] = row["zip"]
    return told


def unit_masked(address: object) -> str:
    """A register's address with the numbers of 동 and 호 hidden."""
    return re.sub(r"(\d{2,})(?=\s*(동|호))", lambda m: unit(m[0]), str(address or ""))


def _plain_value(value: Any) -> Any:
    if isinstance(value, pd.Timestamp | date):
        return f"{value:%Y-%m-%d}"
    return value.item() if isinstance(value, np.generic) else value


def _row(table: Table, row: Any) -> Evidence:
    return Evidence(table.name, str(row[table.key]), shown(table, row))


def _register(rows: pd.DataFrame, table: Table, own: pd.DataFrame) -> tuple[Evidence, ...]:
    """Those at the same unit first."""
    here = rows["unit"].isin(own["unit"]) & (rows["unit"] != "")
    return tuple(_row(table, r) for r in pd.concat([rows[here], rows[~here]]).head(MOST).to_dict("records"))


def _parcels(rows: pd.DataFrame) -> tuple[Evidence, ...]:
    newest = rows.sort_values(["age", "hbl"], kind="stable").head(MOST)
    return tuple(_row(PARCELS, r) for r in newest.to_dict("records"))


def level(value: float) -> str:
    """An axis in words."""
    return "높음" if value >= 0.6 else "보통" if value >= 0.3 else "낮음"


def finding(row: "pd.Series[Any]", around: Around, limits: Limits, as_of: date, more: Sequence[Reason] = ()) -> Finding:
    """What the rules (and ``more``) say of one address."""
    held = [rule for rule in rules.RULES if row[f"rule_{rule.code}"]]
    against = sorted((rule for rule in held if not rule.clears), key=lambda rule: -rule.points)
    told = [Reason(f"rule_{r.code}", r.text(row, limits), around.rows(r.rows, limits), r.legal_basis) for r in against]
    named = {reason.code.split("_", 1)[1] for reason in told}
    told += [reason for reason in more if reason.code.split("_", 1)[1] not in named]
    if not told:
        told = [Reason("nothing", "기준에 걸린 지표가 없음", around.rows("all", limits))]
    clearing = [*(rule.text(row, limits) for rule in held if rule.clears), *rules.doubted(row)]
    if not row["line"]:
        clearing.append("건물을 찾지 못해 적힌 글자 그대로 한 곳으로 봄. 다른 표기의 건수는 더해지지 않았을 수 있음")
    spelled = around.own.sort_values("age").drop_duplicates("spelled").head(MOST)
    return Finding(
        ENTRY,
        str(row["subject"]),
        str(row["title"]),
        str(row["grade"]),
        tuple(told),
        float(row["score"]),
        {
            "as_of": as_of.isoformat(),
            "lead": LEAD,
            "points": float(row["points"]),
            "next": NEXT[str(row["grade"])],
            "checklist": list(CHECKLIST[str(row["grade"])]),
            "axes": {title: f"{level(row[axis])} ({row[axis]:.0%})" for axis, title in AXES.items()},
            "clearing": clearing,
            "place": [rule.text(row, limits) for rule in held if rule in rules.PLACE],
            "spellings": [spelling(text, u) for text, u in zip(spelled["address"], spelled["unit"], strict=True)],
            "indicators": {f.title: f.shown(row[f.name]) for f in FEATURES},
        },
    )
