"""The rows under a reason: an export line beside the import line it comes from, the differing characters marked."""

from difflib import SequenceMatcher
from typing import Any

import numpy as np
import pandas as pd

from lib.entries.origin_laundering.clearing import CLEARS
from lib.entries.origin_laundering.ledger import Ledger, Side
from lib.entries.origin_laundering.matching import LEVELS, weights
from lib.screening import Evidence
from lib.screening.said import firm_number, masked_name

MOST = 20  # rows shown for one reason
TITLES = {
    "declaration_no": "신고번호", "accepted_on": "수리일", "hs": "HS부호", "goods": "품명", "trade_name": "거래품명", "brand": "상표",
    "model": "모델규격", "component": "성분", "quantity": "수량", "unit": "단위", "weight_kg": "순중량(kg)", "unit_price": "단가",
    "value_krw": "금액(원)", "origin": "원산지", "trade_kind": "거래구분", "partner": "거래처", "country": "상대국",
}  # fmt: skip


class Evidenced:
    """What is shown for a firm, read only when it is asked for. ``links``: of ``screen.traced``."""

    def __init__(self, ledger: Ledger, links: pd.DataFrame) -> None:
        self.ledger, self.links = ledger, links
        exports = ledger.exports.rows
        self._of = pd.Series(np.arange(len(links))).groupby(exports["firm"].to_numpy()[links["exported"]]).indices
        self._code = {firm: code for code, firm in enumerate(ledger.firms)}
        self._lines = {name: ledger.side(name).rows.groupby("firm").indices for name in ("imports", "exports")}

    def of(self, firm: str) -> pd.DataFrame:
        """A firm's links, the largest first."""
        found = self.links.iloc[self._of.get(self._code.get(firm, -1), np.empty(0, np.int64))]
        return pd.DataFrame(found.sort_values(["won", "exported", "imported"], ascending=[False, True, True]))

    def rows(self, firm: str, code: str) -> tuple[Evidence, ...]:
        """The rows under a reason's code, the weightiest first; the firm's declarations where there are none."""
        if code == "firm":
            return self._firm(firm)
        if code not in ("imports", "exports"):
            found = self.of(firm)
            kept = found[_under(found, code)].drop_duplicates(["exported", "imported"]).head(MOST)
            if len(kept):
                return tuple(self._pair(row) for row in kept.to_dict("records"))
        name = "imports" if code == "imports" else "exports"
        return self._declared(firm, name) or self._declared(firm, "exports") or self._firm(firm)

    def cleared(self, firm: str) -> list[tuple[str, float]]:
        """What explains strong links, in won, the largest first."""
        found = self.of(firm)
        told = found[found["cleared"]].groupby("clears")["won"].sum()
        return [(str(code), float(krw)) for code, krw in told.sort_values(ascending=False).items() if krw > 0]

    def tolled(self, firm: str) -> float:
        """Won of doubtful links that leave as processed for others (위탁·수탁가공)."""
        found = self.of(firm)
        meaning = np.array(self.ledger.meanings, dtype=object)[
            self.ledger.exports.rows["meaning"].to_numpy()[found["exported"]]
        ]
        return float(found["won"][found["suspect"].to_numpy() & (meaning == "toll")].sum())

    def unchanged(self, firm: str) -> float:
        """Won of goods declared as they came, and foreign, that went where a Korean label pays."""
        found = self.of(firm)
        return float(found["won"][found["cleared"] & (found["clears"] == "as_is") & found["paying"]].sum())

    def _pair(self, row: dict[Any, Any]) -> Evidence:
        out, back = self.ledger.exports, self.ledger.imports
        sold, bought = out.line(row["exported"]), back.line(row["imported"])
        told = {
            "수출 신고번호": number(sold), "수출 수리일": str(sold["accepted_on"]), "수출 모델규격": said(sold),
            "수출 원산지": sold["origin"], "목적국": sold["country"],
            "수입 신고번호": number(bought), "수입 수리일": str(bought["accepted_on"]), "수입 모델규격": said(bought),
            "수입 원산지": bought["origin"], "연결 강도": f"{min(row['strength'], 0.99):.0%}",
            "가격 상승": None if pd.isna(row["uplift"]) else f"{row['uplift']:.0%}",
            "연결 금액(원)": f"{row['won']:,.0f}",
        }  # fmt: skip
        if row["clears"]:
            told["설명"] = CLEARS[row["clears"]]
        return Evidence("exports", str(sold["item_no"]), told)

    def _declared(self, firm: str, name: str) -> tuple[Evidence, ...]:
        side = self.ledger.side(name)
        at = self._lines[name].get(self._code.get(firm, -1), np.empty(0, np.int64))
        rows = side.rows.iloc[at].assign(at=at).sort_values("won", ascending=False).head(MOST)
        return tuple(self._line(side, place) for place in rows["at"].tolist())

    def _line(self, side: Side, at: int) -> Evidence:
        line = side.line(at)
        return Evidence(
            side.name,
            str(line["item_no"]),
            {title: None if line.get(n) is None else str(line[n]) for n, title in TITLES.items()},
        )

    def _firm(self, firm: str) -> tuple[Evidence, ...]:
        """The firm and its family; names of people masked."""
        code = self._code[firm]
        told = []
        for one in [code, *self.ledger.kin.get(code, [])][:MOST]:
            firm_no = self.ledger.firms[one]
            known = self.ledger.known.get(one, {})
            told.append(
                Evidence(
                    "firms",
                    firm_no,
                    {
                        "사업자번호": firm_number(firm_no),
                        "상호": known.get("name"),
                        "대표자": masked_name(known.get("ceo")),
                        "주소": known.get("address"),
                        "설립일": str(known["founded_on"]) if known.get("founded_on") is not None else None,
                        "업종": known.get("business"),
                        "공장등록": {True: "있음", False: "없음"}.get(known.get("factory")),  # type: ignore[arg-type]
                    },
                )
            )
        return tuple(told)


def _under(found: pd.DataFrame, code: str) -> "pd.Series[bool]":
    """The links a reason's code stands for; those in doubt for one that names none."""
    if code in ("two_faces", "against", "cleared"):
        return found[code]
    manner = code in ("near", "altered", "rebranded", "moved", "kin", "paying", "new")
    return found["suspect"] & found[code] if manner else found["suspect"]


def said(line: dict[str, Any]) -> str:
    """What a line calls its goods."""
    return " / ".join(str(line[name]) for name in ("trade_name", "model", "brand") if line[name]) or str(
        line["goods"] or "-"
    )


def number(line: dict[str, Any]) -> str:
    return "-".join(str(line[name]) for name in ("declaration_no", "line", "spec") if line[name])


def parts(row: dict[Any, Any]) -> list[tuple[str, float]]:
    """The parts of a link's strength: what they are called and their log-odds, in the order of LEVELS."""
    told = weights()
    names = [levels[int(row[part])] for part, levels in LEVELS.items()]
    return [(name, told[part][name]) for part, name in zip(LEVELS, names, strict=True)]


def differing(one: str, other: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Both texts cut into stretches, with whether a stretch differs from the other text; case and marks are looked past."""
    left, right = one.upper(), other.upper()
    if len(left) != len(one) or len(right) != len(other):
        left, right = one, other
    told: tuple[list[tuple[str, bool]], list[tuple[str, bool]]] = ([], [])
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if b > a:
            told[0].append((one[a:b], tag != "equal"))
        if d > c:
            told[1].append((other[c:d], tag != "equal"))
    return told
