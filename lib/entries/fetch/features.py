"""The indicators of one firm as of a day: how far trade and money lie apart, and how much of either shows a sign.

What is counted are rows that have been reconciled and looked at already (``ledger``, ``reconcile``, ``residuals``, ``signs``).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from lib.entries.fetch.ledger import MONTH
from lib.screening.features import Feature
from lib.screening.said import EPOCH

YEAR = 365

FEATURES = (
    Feature("trade_krw", "신고 금액", "원", rows="declared"),
    Feature("money_krw", "지급·영수 금액", "원", rows="paid"),
    Feature("deviation", "편차율(결제-신고)", "%", rows="left"),
    Feature("unexplained_krw", "미설명 금액", "원", rows="left"),
    Feature("unexplained_share", "미설명 비율", "%", rows="left"),
    Feature("unexplained_months", "미설명이 이어진 달", "개월", rows="left"),
    Feature("unexplained_largest", "미설명 한 건의 최대 금액", "원", rows="left"),
    Feature("unrecovered_krw", "12개월 넘은 미회수 금액", "원", rows="unrecovered"),
    Feature("unrecovered_share", "미회수율", "%", rows="unrecovered"),
    Feature("unpaid_krw", "결제 없는 신고 금액", "원", rows="unpaid"),
    Feature("over_krw", "물품 없는 지급·영수 금액", "원", rows="no_goods"),
    Feature("over_ratio", "신고 대비 지급·영수 배수", "배", rows="no_goods"),
    Feature("no_declaration_krw", "수입신고 없는 지급 금액", "원", rows="no_declaration"),
    Feature("prepaid_krw", "통관 없는 사전송금 금액", "원", rows="prepaid_late"),
    Feature("netted_krw", "신고 없이 함께 남은 수출입 대금", "원", rows="netted"),
    Feature("one_legged_krw", "짝 없는 중계무역 대금", "원", rows="one_legged"),
    Feature("third_krw", "미신고 제3자 결제 금액", "원", rows="third"),
    Feature("third_share", "미신고 제3자 결제 비율", "%", rows="third"),
    Feature("risky_krw", "거래 없는 고위험지 결제 금액", "원", rows="risky"),
    Feature("risky_share", "거래 없는 고위험지 결제 비율", "%", rows="risky"),
    Feature("split_count", "분할 의심 결제 건수", "건", rows="split"),
    Feature("round_share", "물품 없는 결제 중 딱 떨어지는 금액", "%", rows="round"),
    Feature("double_krw", "같은 신고번호로 겹친 증빙 금액", "원", rows="double"),
    Feature("high_share", "단가가 높은 신고 비율", "%", rows="price_high"),
    Feature("high_krw", "높은 단가로 더해진 금액", "원", rows="price_high"),
    Feature("low_share", "단가가 낮은 신고 비율", "%", rows="price_low"),
    Feature("low_krw", "낮은 단가로 빠진 금액", "원", rows="price_low"),
    Feature("kg_share", "kg당 가격이 높은 신고 비율", "%", rows="kg_price"),
    Feature("loop_count", "같은 물품이 돌아온 횟수", "회", rows="loop"),
    Feature("loop_share", "같은 물품이 돌아온 신고 비율", "%", rows="loop"),
    Feature("financed_krw", "사고·미회수로 끝난 무역금융 금액", "원", rows="financed"),
    Feature("sharing", "같은 주소·대표자(또는 새 대표자) 업체 수", "곳", rows="shared"),
    Feature("months_old", "설립 뒤 지난 기간", "개월", rows="firm"),
    Feature("months_ceo", "대표자 변경 뒤 지난 기간", "개월", rows="firm"),
)


def build(tables: Mapping[str, ir.Table], as_of: date) -> ir.Table:
    """One row a firm with any declaration or payment: ``subject``, ``title`` and FEATURES.

    ``tables``: ``declared``, ``paid``, ``left``, ``signs``, ``firms`` as ``loaded`` gives them.
    """
    declared, paid, left, signs = (tables[name] for name in ("declared", "paid", "left", "signs"))
    today = (as_of - EPOCH).days
    trade = declared.group_by("firm").aggregate(
        trade_krw=declared.krw.sum(),
        declarations=declared.count(),
        exports_krw=declared.krw.sum(where=declared.side == "R").fill_null(0),
        imports_krw=declared.krw.sum(where=declared.side == "P").fill_null(0),
        old_exports_krw=declared.krw.sum(where=(declared.side == "R") & (today - declared.day >= YEAR)).fill_null(0),
    )
    money = paid.group_by("firm").aggregate(
        money_krw=paid.krw.sum(),
        received_krw=paid.krw.sum(where=(paid.side == "R") & paid.class_.isin(["goods", "refund"])).fill_null(0),
        sent_krw=paid.krw.sum(where=(paid.side == "P") & paid.class_.isin(["goods", "refund"])).fill_null(0),
    )
    open_ = left.filter(left.status == "미설명")
    unexplained = open_.group_by("firm").aggregate(
        unexplained_krw=open_.krw.sum(),
        unexplained_months=open_.month.nunique().cast("float64"),
        unexplained_largest=open_.krw.max(),
    )

    def some(name: str) -> Any:
        return signs.krw.sum(where=signs.sign == name).fill_null(0)

    def many(name: str) -> Any:
        return signs.sign.count(where=signs.sign == name).cast("float64")

    shown = signs.group_by("firm").aggregate(
        unrecovered_krw=some("unrecovered"),
        unpaid_krw=some("unpaid"),
        over_krw=some("no_goods"),
        no_declaration_krw=some("no_declaration"),
        prepaid_krw=some("prepaid_late"),
        netted_krw=some("netted"),
        one_legged_krw=some("one_legged"),
        third_krw=some("third"),
        risky_krw=some("risky"),
        split_count=many("split"),
        rounds=many("round"),
        overs=many("no_goods"),
        double_krw=some("double"),
        highs=many("price_high"),
        high_krw=some("price_high"),
        lows=many("price_low"),
        low_krw=some("price_low"),
        heavies=many("kg_price"),
        loop_count=signs.value.sum(where=signs.sign == "loop").fill_null(0),
        legs=many("loop"),
        financed_krw=some("financed"),
        sharing=signs.value.max(where=signs.sign == "shared").fill_null(0),
    )
    firms = tables["firms"]
    wide = firms
    for part in (trade, money, unexplained, shown):
        wide = wide.left_join(part, "firm").drop("firm_right")
    wide = wide.filter(wide.trade_krw.notnull() | wide.money_krw.notnull())
    known = {
        name: wide[name].fill_null(0).cast("float64")
        for name in wide.columns
        if wide[name].type().is_numeric() and name not in ("founded", "ceo_changed")
    }
    t = wide.mutate(**known)
    larger = ibis.greatest(t.trade_krw, t.money_krw)
    side = ibis.greatest(
        ibis.ifelse(t.received_krw > 0, t.received_krw / ibis.greatest(t.exports_krw, 0.1 * t.received_krw), 0.0),
        ibis.ifelse(t.sent_krw > 0, t.sent_krw / ibis.greatest(t.imports_krw, 0.1 * t.sent_krw), 0.0),
    )
    made = t.mutate(
        subject=t.firm,
        title=t.name,
        deviation=_share(t.received_krw + t.sent_krw - t.trade_krw, larger),
        unexplained_share=_share(t.unexplained_krw, t.trade_krw + t.money_krw),
        unrecovered_share=_share(t.unrecovered_krw, t.old_exports_krw),
        over_ratio=side,
        third_share=_share(t.third_krw, t.money_krw),
        risky_share=_share(t.risky_krw, t.money_krw),
        round_share=_share(t.rounds, t.overs),
        high_share=_share(t.highs, t.declarations),
        low_share=_share(t.lows, t.declarations),
        kg_share=_share(t.heavies, t.declarations),
        loop_share=_share(t.legs, t.declarations),
        months_old=_months(today - t.founded),
        months_ceo=_months(today - t.ceo_changed),
    )
    return made.select("subject", "title", **{f.name: made[f.name].cast("float64") for f in FEATURES})


def _share(part: Any, whole: Any) -> Any:
    return ibis.ifelse(whole > 0, part / whole.nullif(0), 0.0)


def _months(days: Any) -> Any:
    return days.cast("float64") / ibis.literal(MONTH, "float64")  # Spark takes a bare literal for a decimal


def loaded(
    declared: pd.DataFrame, paid: pd.DataFrame, left: pd.DataFrame, signs: pd.DataFrame, firms: pd.DataFrame
) -> dict[str, pa.Table]:
    """The rows the indicators are counted from, as the engine takes them."""
    months = pd.to_datetime(left["day"].astype("int64"), unit="D").dt.strftime("%Y-%m")
    return {
        "declared": _table(declared, {"firm": pa.string(), "side": pa.string(), "day": pa.int64(), "krw": pa.float64()}),
        "paid": _table(paid, {"firm": pa.string(), "side": pa.string(), "class_": pa.string(), "krw": pa.float64()}),
        "left": _table(left.assign(month=months), {"firm": pa.string(), "status": pa.string(), "month": pa.string(), "krw": pa.float64()}),
        "signs": _table(signs, {"firm": pa.string(), "sign": pa.string(), "krw": pa.float64(), "value": pa.float64()}),
        "firms": _table(
            firms.assign(founded=firms["founded_on"], ceo_changed=firms["ceo_since"]),
            {"firm": pa.string(), "name": pa.string(), "founded": pa.int64(), "ceo_changed": pa.int64()},
        ),
    }  # fmt: skip


def _table(rows: pd.DataFrame, kinds: Mapping[str, Any]) -> pa.Table:
    return pa.table({name: pa.array(rows[name], kind, from_pandas=True) for name, kind in kinds.items()})
