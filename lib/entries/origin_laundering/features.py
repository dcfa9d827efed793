"""The indicators of one exporting firm as of a day: how much of what it exports is imported goods, and in what manner."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from lib.entries.origin_laundering.ledger import Ledger
from lib.screening.features import Feature
from lib.screening.said import EPOCH

MONTH = 30.44  # days

FEATURES = (
    Feature("exports_krw", "수출 금액", "원", rows="exports"),
    Feature("imports_krw", "수입 금액(외국산)", "원", rows="imports"),
    Feature("linked_krw", "수입품과 이어진 국산 신고 수출", "원", rows="linked"),
    Feature("linked_share", "수출 가운데 이어진 비율", "%", rows="linked"),
    Feature("linked_lines", "이어진 수출 란", "건", rows="linked"),
    Feature("strength", "연결 강도(금액 가중 평균)", "%", rows="linked"),
    Feature("uplift", "수입가 대비 가격 상승(중앙값)", "%", rows="linked"),
    Feature("near_share", "단순 유통 수준 가격의 비율", "%", rows="near"),
    Feature("covered", "남은 수입량으로 설명되는 비율", "%", rows="linked"),
    Feature("altered_share", "모델번호를 바꾼 연결의 비율", "%", rows="altered"),
    Feature("rebranded_share", "상표가 달라진 연결의 비율", "%", rows="rebranded"),
    Feature("moved_share", "HS 6단위가 달라진 연결의 비율", "%", rows="moved"),
    Feature("kin_share", "관련 업체가 수입한 물품의 비율", "%", rows="kin"),
    Feature("incentive", "목적국 세율 차이(금액 가중 평균)", "%p", rows="paying"),
    Feature("paying_krw", "세율 차이가 있는 나라로 간 연결 금액", "원", rows="paying"),
    Feature("saved_krw", "피했을 것으로 보는 관세", "원", rows="paying"),
    Feature("foreign_krw", "외국산으로 신고하고 세율 차이가 큰 나라로 간 금액", "원", rows="two_faces"),
    Feature("against_krw", "원상태 수출인데 한국산으로 신고한 금액", "원", rows="against"),
    Feature("new_share", "새로 시작한 품목의 비율", "%", rows="new"),
    Feature("lag", "수입에서 수출까지(중앙값)", "일", rows="linked"),
    Feature("cleared_krw", "설명되는 연결 금액", "원", rows="cleared"),
    Feature("cleared_share", "설명되는 연결의 비율", "%", rows="cleared"),
    Feature("resold_share", "수입한 금액 가운데 이어진 비율", "%", rows="linked"),
    Feature("factory", "공장등록(1 있음, 0 없음)", "", rows="firm"),
    Feature("months_old", "설립 뒤 지난 기간", "개월", rows="firm"),
    Feature("sharing", "대표자·주소가 같거나 제조자·대행자로 얽힌 업체 수", "곳", rows="firm"),
)


COUNTED = (
    "won", "strength", "uplift", "covered", "incentive", "suspect", "two_faces", "cleared", "near", "altered", "rebranded", "moved",
    "kin", "paying", "against", "new",
)  # fmt: skip


def loaded(ledger: Ledger, links: pd.DataFrame) -> dict[str, pa.Table]:
    """What ``build`` counts: ``links`` (of ``screen.traced``), ``exports``, ``imports``, ``firms``."""
    out = ledger.exports.rows
    line = links["exported"].to_numpy()
    columns: dict[str, Any] = {
        "firm": out["firm"].to_numpy()[line],
        "line": line,
        "cost": links["won"].to_numpy() / (1 + links["uplift"].fillna(0).clip(-0.9, 20).to_numpy()),
        "lag": links["days"].to_numpy(dtype=float),
        **{name: links[name].to_numpy() for name in COUNTED},
    }
    about = ledger.about
    founded = (pd.to_datetime(about["founded_on"]) - pd.Timestamp(EPOCH)).dt.days
    kin = np.bincount(ledger.ties["firm"], minlength=len(ledger.firms))
    known = pd.DataFrame({"firm": np.arange(len(ledger.firms)), "sharing": kin.astype(float)}).merge(
        pd.DataFrame(
            {
                "firm": about["code"],
                "title": about["name"].astype("str"),
                "factory": about["factory"].map({True: 1.0, False: 0.0}).astype(float),
                "founded": founded.astype(float),
            }
        ),
        on="firm",
        how="left",
    )
    known = known.assign(subject=ledger.firms, title=known["title"].fillna("상호 모름"))
    foreign = ledger.imports.rows["origin"] != ledger.place("KR")
    return {
        "links": pa.table(columns),
        "exports": pa.table({name: out[name].to_numpy() for name in ("firm", "won")}),
        "imports": pa.table({name: ledger.imports.rows.loc[foreign, name].to_numpy() for name in ("firm", "won")}),
        "firms": pa.Table.from_pandas(known, preserve_index=False),
    }


def build(tables: Mapping[str, ir.Table], as_of: date) -> ir.Table:
    """One row a firm that exports: ``subject``, ``title`` and FEATURES."""
    links, exports, imports, firms = (tables[name] for name in ("links", "exports", "imports", "firms"))
    links = links.mutate(
        **{name: links[name].nullif(float("nan")) for name in ("uplift", "covered", "incentive", "won")}
    )
    s = links.suspect

    def won(where: Any) -> Any:
        return links.won.sum(where=where).fill_null(0)

    told = links.group_by("firm").aggregate(
        linked_krw=won(s), linked_lines=links.line.nunique(where=s).cast("float64"),
        weighed=(links.won * links.strength).sum(where=s), uplift=links.uplift.quantile(0.5, where=s),
        near_krw=won(s & links.near), drawn=(links.won * links.covered).sum(where=s & links.covered.notnull()),
        drawable=won(s & links.covered.notnull()), altered_krw=won(s & links.altered), rebranded_krw=won(s & links.rebranded),
        moved_krw=won(s & links.moved), kin_krw=won(s & links.kin), paying_krw=won(s & links.paying),
        gain=(links.won * links.incentive).sum(where=s & links.incentive.notnull()), foreign_krw=won(links.two_faces),
        against_krw=won(links.against), new_krw=won(s & links.new), lag=links.lag.quantile(0.5, where=s),
        cleared_krw=won(links.cleared), resold=links.cost.sum(where=s),
    )  # fmt: skip
    sold = exports.group_by("firm").aggregate(exports_krw=exports.won.nullif(float("nan")).sum())
    bought = imports.group_by("firm").aggregate(imports_krw=imports.won.nullif(float("nan")).sum())
    wide = firms.inner_join(sold, "firm")
    for part in (bought, told):
        wide = wide.left_join(part, "firm").drop("firm_right")
    sums = [name for name in told.columns if name.endswith("_krw")] + [
        "linked_lines",
        "weighed",
        "drawn",
        "gain",
        "resold",
    ]
    wide = wide.mutate(
        **{name: wide[name].fill_null(0).cast("float64") for name in (*sums, "exports_krw", "imports_krw")}
    )

    def share(part: Any, whole: Any) -> Any:
        return part / whole.nullif(0)

    linked = wide.linked_krw
    wide = wide.mutate(
        linked_share=share(linked, wide.exports_krw).fill_null(0.0),
        strength=share(wide.weighed, linked),
        near_share=share(wide.near_krw, linked).fill_null(0.0),
        covered=share(wide.drawn, wide.drawable),
        altered_share=share(wide.altered_krw, linked).fill_null(0.0),
        rebranded_share=share(wide.rebranded_krw, linked).fill_null(0.0),
        moved_share=share(wide.moved_krw, linked).fill_null(0.0),
        kin_share=share(wide.kin_krw, linked).fill_null(0.0),
        incentive=share(wide.gain, linked),
        saved_krw=wide.gain / 100,
        new_share=share(wide.new_krw, linked).fill_null(0.0),
        cleared_share=share(wide.cleared_krw, wide.cleared_krw + linked).fill_null(0.0),
        resold_share=share(wide.resold, wide.imports_krw),
        months_old=((as_of - EPOCH).days - wide.founded.nullif(float("nan"))) / MONTH,
        factory=wide.factory.nullif(float("nan")),
    )
    # sums of fractions differ in their last digit from engine to engine: whole won, and shares to nine places
    rounded = {f.name: wide[f.name].round(0 if f.unit == "원" else 9) for f in FEATURES}
    return wide.select("subject", "title", **rounded)
