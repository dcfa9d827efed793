"""The family of a firm: who shares a representative or an address with whom, who makes or declares for whom."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from lib import links
from lib.entries.origin_laundering.charts import SUSPECT, firm_name, firm_names
from lib.entries.origin_laundering.ledger import person_of, place_of
from lib.entries.origin_laundering.screen import Exporters
from lib.screening.said import firm_number, masked_name

WHY = {"ceo": "대표자 같음", "address": "주소 같음", "maker": "제조자로 신고", "agent": "수출대행자로 신고"}
IMPORTER, OTHER = "수입만 한 업체", "신고가 없는 업체"


def graph(ranking: Exporters, rows: pd.DataFrame) -> links.Graph:
    """One edge a pair of tied firms: ``kind`` (Korean, every reason known), ``amount`` (won of doubtful links whose goods one of
    them imported and the other exported), and ``from`` (the importer, "" for none). ``rows``: of ``charts.whole``.
    """
    kept = ranking.ledger
    ties = kept.ties[kept.ties["firm"] < kept.ties["other"]]
    about = kept.about.set_index("code")
    told = []
    for firm, other, why in ties[["firm", "other", "why"]].itertuples(index=False, name=None):
        found = {why}
        if firm in about.index and other in about.index:
            found |= {
                name
                for name, plain in (("ceo", person_of), ("address", place_of))
                if _alike(about.at[firm, name], about.at[other, name], plain)
            }
        told.append(" · ".join(WHY[name] for name in WHY if name in found))
    passed = rows[(rows["status"] == SUSPECT) & (rows["importer"] != rows["exporter"])]
    pairs = pd.DataFrame(
        {
            "low": np.minimum(passed["importer"], passed["exporter"]),
            "high": np.maximum(passed["importer"], passed["exporter"]),
            "importer": passed["importer"],
            "won": passed["won"],
        }
    )
    sums = pairs.groupby(["low", "high"])["won"].sum()
    heaviest = pairs.groupby(["low", "high", "importer"])["won"].sum().reset_index().sort_values("won")
    giver = heaviest.drop_duplicates(["low", "high"], keep="last").set_index(["low", "high"])["importer"]
    pair = pd.MultiIndex.from_frame(ties[["firm", "other"]])
    number = pd.Series(kept.firms, dtype="object")
    edges = pd.DataFrame(
        {
            "source": number.iloc[ties["firm"]].to_numpy(),
            "target": number.iloc[ties["other"]].to_numpy(),
            "kind": told,
            "amount": sums.reindex(pair).fillna(0.0).to_numpy(),
            "from": [number[int(code)] if pd.notna(code) else "" for code in giver.reindex(pair)],
            "day": pd.NaT,
            "key": [f"{a}-{b}" for a, b in pair],
        }
    )
    grades = dict(zip(ranking.rows["subject"], ranking.rows["grade"], strict=True))
    buys = {kept.firms[code] for code in kept.imports.rows["firm"].unique()}
    used = sorted({*edges["source"], *edges["target"], *grades})
    names = firm_names(ranking)
    nodes = pd.DataFrame(
        {
            "id": used,
            "label": [names[one] for one in used],
            "kind": [
                f"수출업체: {grades[one]}" if one in grades else IMPORTER if one in buys else OTHER for one in used
            ],
        }
    )
    return links.build(nodes, edges)


def _alike(one: object, other: object, plain: Callable[[str], tuple[str, str, str]]) -> bool:
    a, b = (plain(value)[0] if isinstance(value, str) else "" for value in (one, other))
    return bool(a) and a == b


def members(ranking: Exporters, firms: list[str]) -> pd.DataFrame:
    """Firms as a table; names of people masked."""
    kept = ranking.ledger
    codes = {firm: code for code, firm in enumerate(kept.firms)}
    grades = dict(zip(ranking.rows["subject"], ranking.rows["grade"], strict=True))
    linked = dict(zip(ranking.rows["subject"], ranking.rows["linked_krw"].tolist(), strict=True))
    told = []
    for firm in firms:
        known = kept.known.get(codes[firm], {})
        told.append(
            {
                "상호": firm_name(ranking, codes[firm]),
                "사업자번호": firm_number(firm),
                "대표자": masked_name(known.get("ceo")),
                "주소": known.get("address"),
                "업종": known.get("business"),
                "공장등록": {True: "있음", False: "없음"}.get(known.get("factory"), "모름"),  # type: ignore[arg-type]
                "등급": grades.get(firm, "수출 없음"),
                "연결 금액(원)": round(float(linked.get(firm, 0.0))),
            }
        )
    return pd.DataFrame(told)
