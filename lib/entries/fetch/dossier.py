"""The 사건 개요서 of one firm: a PDF to read and an XLSX with every row behind it. A lead before any investigation.

Names come from files. They reach typst only as strings of one JSON input and the workbook only as text cells, so that
nothing in them can act as markup, code or a formula.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter

from lib import typeset
from lib.entries.fetch import charts, reconcile, screen
from lib.entries.fetch.features import FEATURES
from lib.entries.fetch.residuals import CODES, UNEXPLAINED
from lib.entries.fetch.rules import RULES
from lib.entries.fetch.screen import Firms, Reconciled, money
from lib.screening import Finding, Reason
from lib.screening.said import EPOCH, day, firm_number, masked_name, won
from lib.tables import export

KST = timezone(timedelta(hours=9))
REASON_ROWS, TABLE_ROWS, LEFT_ROWS, FLOW_ROWS = 8, 15, 40, 8
NARROW = 60  # characters of a text in a table
SHEETS = "개요|까닭과 근거 행|대사표|미설명 행|맞은 결제|신고|지급·영수|기준값".split("|")
TABLES = {"exports": "수출신고", "imports": "수입신고", "payments": "지급·영수", "finance": "무역금융", "firms": "업체"}
CLASSES = {
    "goods": "물품대금", "free": "무상·견본", "return": "반품·재수출입", "consignment": "위탁판매", "processing": "임가공",
    "lease": "임대차", "refund": "반품·환급", "transit": "중계무역", "service": "용역 등 무역 외", "capital": "자본거래",
}  # fmt: skip
REPORTS = {"offset": "상계", "late": "기간초과", "third": "제3자", "nonbank": "은행 미경유", "group": "본지점", "other": "그 밖의 신고"}  # fmt: skip
CAUTION = (
    "외국환거래법 제18조(자본거래)의 형사처벌 기준은 개별 거래금액으로 판단하며, 여러 거래를 합산하지 않습니다(대법원 2018도16474). "
    "이 문서의 합계 금액은 확인할 순서를 정하는 데에만 쓰고 처벌 기준액과 견주지 않습니다."
)
METHOD = (
    "업체의 신고와 지급·영수를 방향·통화별로 놓고, 금액·시기·거래처·증빙 신고번호가 맞을 수 있는 짝(한 건 대 한 건, 합산 결제, 분할 결제)을 "
    "모두 만든 뒤 서로 겹치지 않으면서 가장 잘 맞는 조합을 최적화로 골랐습니다.",
    "남은 돈은 같은 거래처의 남은 신고에, 그 거래처의 평소 결제 시차에 가까운 것부터 충당했습니다.",
    "그래도 남은 금액은 자료로 설명되는 것(설명됨), 외국환 신고로 소명되는 것(신고로 소명), 어느 쪽도 아닌 것(미설명)으로 나누었으며, "
    "맞은 금액과 남은 금액의 합은 전체 금액과 끝자리까지 같습니다.",
)
LIMITS = (
    "받은 자료에 없는 신고·결제·계약은 알 수 없습니다. 미설명은 「자료로 설명되지 않음」이며 위법을 뜻하지 않습니다.",
    "원화 금액은 거래일의 환율로 바꾼 값이어서 실제 정산액과 조금 다를 수 있습니다.",
    "인쇄 글꼴에 없는 글자(일부 한자·그림 문자 등)는 □로 적고 긴 이름은 줄였습니다. 원래 글자는 함께 만드는 엑셀 파일에 있습니다.",
)
_ROWS = {f"rule_{rule.code}": rule.rows for rule in RULES} | {
    f"{kind}_{feature.name}": feature.rows for kind in ("peer", "model") for feature in FEATURES
}


DossierError = typeset.TypesetError


def pdf(ranking: Firms, firm: str, now: datetime | None = None) -> bytes:
    """The document as PDF. Raises ``KeyError`` for an unknown firm, ``DossierError`` (Korean) without the fonts."""
    return bytes(render(ranking, firm, now))


def render(ranking: Firms, firm: str, now: datetime | None = None, kind: Any = "pdf", ppi: float = 80) -> Any:
    """As typst writes it: ``pdf`` bytes, or a ``png`` a page to look at."""
    moment = _moment(now)
    told = _document(ranking, firm, moment)
    return typeset.pages(PAGE, _printable(told), moment, kind, ppi)


def xlsx(ranking: Firms, firm: str, now: datetime | None = None) -> bytes:
    """Every row behind the document as a workbook. Raises ``KeyError`` for an unknown firm."""
    told = _document(ranking, firm, _moment(now))
    done = ranking.reconciled
    file = BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    frames = (
        _overview(told),
        _reason_rows(done, firm, ranking.finding(firm)),
        charts.table(done, firm),
        _left_rows(done, firm),
        _match_rows(done, firm),
        *(_side_rows(done, firm, name) for name in ("declared", "paid")),
        pd.DataFrame(told["limits"], columns=["기준", "값", "시행일", "출처"]),
    )
    with xlsxwriter.Workbook(file, safe) as book:
        book.set_properties(
            {"title": "사건 개요서", "comments": told["mark"], "created": datetime.fromisoformat(told["written"])}
        )
        for name, rows in zip(SHEETS, frames, strict=True):
            _sheet(book, name, rows)
    return file.getvalue()


def _moment(now: datetime | None) -> datetime:
    """When it is written, in Korea."""
    now = now or datetime.now(KST)
    return now.astimezone(KST) if now.tzinfo else now.replace(tzinfo=KST)


# What the document says


def _document(ranking: Firms, firm: str, now: datetime) -> dict[str, Any]:
    """Everything on the pages, as plain texts and numbers."""
    finding = ranking.finding(firm)
    done, row = ranking.reconciled, ranking.rows[ranking.rows["subject"] == firm].iloc[0]
    about = done.ledger.firms.loc[done.ledger.firms["firm"] == firm].iloc[0]
    table = charts.table(done, firm)
    left = _left_rows(done, firm)
    reasons = [_told(done, firm, reason) for reason in finding.reasons if reason.code != "nothing"]
    keys = [[[row[0] for row in told["rows"]], told["more"]] for told in reasons]
    for i, told in enumerate(reasons):  # rows that an earlier reason shows already are named, not repeated
        told["same"] = keys.index(keys[i]) + 1 if keys.index(keys[i]) < i else 0
    synthetic = ranking.model is not None and ranking.model.card.get("synthetic")
    notes = [*LIMITS, *([ranking.caveat] if ranking.caveat else [])]
    notes += [
        "점수를 매긴 모형은 가상 자료로 학습했으므로, 실제 자료로 다시 확인하기 전에는 순서를 정하는 참고로만 씁니다."
    ] * bool(synthetic)
    return {
        "mark": "혐의정보(조사 개시 전) · 대외 주의",
        "name": str(row["title"]),
        "number": firm_number(firm),
        "lead": screen.LEAD,
        "written": f"{now:%Y-%m-%d %H:%M}",
        "about": [
            ["기준일", str(done.as_of)], ["작성일시", f"{now:%Y-%m-%d %H:%M}"],
            ["자료 기간", f"{charts.since(done)} ~ {done.as_of}"], ["상호", str(row["title"])],
            ["사업자번호", firm_number(firm)], ["대표자", masked_name(about["ceo"]) or "-"],
            ["주소", "-" if pd.isna(about["address"]) else str(about["address"])],
            ["설립일", _on(about["founded_on"])], ["대표자변경일", _on(about["ceo_since"])],
        ],
        "glance": _glance(ranking, row),
        "reasons": reasons,
        "waterfalls": [told for side in charts.SIDES for told in _waterfall(done, firm, side)],
        "months": [told for side in charts.SIDES for told in _months(done, firm, side)],
        "flows": _flows(done, firm),
        "table": [_table_row(r) for r in table.head(TABLE_ROWS).to_dict("records")],
        "table_more": max(len(table) - TABLE_ROWS, 0),
        "left": [
            [[r["자료"], r["번호"]], str(r["날짜"]), r["거래처"], money(round(r["미설명 금액"] * 100), r["통화"]), f"{r['미설명(원)']:,.0f}", r["까닭"]]
            for r in left.head(LEFT_ROWS).to_dict("records")
        ],
        "left_more": max(len(left) - LEFT_ROWS, 0),
        "left_sum": f"모두 {len(left):,}행, {left['미설명(원)'].sum():,.0f}원",
        "clearing": [*_matched_share(done, firm), *finding.facts["clearing"]],
        "checklist": list(finding.facts["checklist"]),
        "laws": list(dict.fromkeys(reason.legal_basis for reason in finding.reasons if reason.legal_basis)),
        "caution": CAUTION,
        "method": list(METHOD),
        "notes": notes,
        "limits": [
            [x.title, f"{x.value:,.10g}{x.unit}", str(x.since), x.source + (" · 관서 설정" if x.set_by else "")]
            for x in ranking.limits.about.values()
        ],
    }  # fmt: skip


def _glance(ranking: Firms, row: "pd.Series[Any]") -> list[list[str]]:
    place = int(np.flatnonzero(ranking.rows["subject"] == row["subject"])[0]) + 1
    how = "과거 결과를 배운 모형으로" if ranking.basis == "model" else "지표별 규칙과 이상 정도로"
    return [
        ["등급", str(row["grade"]), f"{'·'.join(screen.GRADES)} 중 하나. 업체 {len(ranking.rows):,}곳 가운데 {place:,}번째로 확인할 순서"],
        ["점수", f"{row['score']:.2f}", f"0~1. {how} 매긴 확인 순서이며 위법일 확률이 아님"],
        ["미설명 금액", won(row["unexplained_krw"]), f"신고와 결제를 맞춘 뒤 자료로 설명되지 않고 남은 금액(전체의 {row['unexplained_share']:.1%})"],
        ["편차율", f"{row['deviation']:+.1%}", "(물품대금 지급·영수 - 신고) ÷ 큰 쪽. +는 결제가, -는 신고가 더 많음"],
        ["지속월수", f"{row['unexplained_months']:.0f}개월", "미설명 금액이 생긴 달의 수"],
    ]  # fmt: skip


def _matched_share(done: Reconciled, firm: str) -> list[str]:
    """How much of either side the matching explains."""
    declared, paid, left = (done.of(name, firm) for name in ("declared", "paid", "left"))
    told = []
    of_money = left["table"] == "payments"
    for what, rows, open_ in (("신고 금액", declared, left[~of_money]), ("지급·영수 금액", paid, left[of_money])):
        whole = float(rows["krw"].sum())
        if (met := whole - float(open_["krw"].sum())) > 0.5:
            told.append(f"{what} {won(whole)} 가운데 {won(met)}({met / whole:.1%})은 짝이 되는 거래와 맞음")
    return told


# The rows a reason rests on


def _base(done: Reconciled, firm: str) -> pd.DataFrame:
    """Every row of the firm in one form: table, key, day, name, currency, cents, worth."""
    declared, paid, finance = (done.of(name, firm) for name in ("declared", "paid", "finance"))
    parts = [declared.assign(cents=declared["due"]), paid.assign(cents=paid["amount"])]
    parts.append(finance.assign(cents=finance["amount"], name=finance["kind"]))
    columns = ["table", "no", "day", "name", "currency", "cents", "krw"]
    whole = pd.concat([part[columns].astype(object) for part in parts if len(part)], ignore_index=True)
    return whole.rename(columns={"no": "key", "krw": "worth"}).drop_duplicates(["table", "key"])


def _cited(done: Reconciled, firm: str, reason: Reason) -> tuple[pd.DataFrame, int]:
    """What a reason cites, the weightiest first (자료, 번호, 날짜, 거래처, 통화, 금액, 걸린 금액(원), 까닭), and how many rows it has."""
    code = _ROWS.get(reason.code, "")
    found = done.of("signs", firm)
    found = found[found["sign"] == code]
    if code == "left":
        left = done.of("left", firm)
        left = left[left["status"] == UNEXPLAINED]
        found = left.assign(note=left["code"].map({code: text for code, (_, text) in CODES.items()}))
    if own := len(found) > 0 and code != "shared":
        rows = found.sort_values(["krw", "key"], ascending=[False, True], kind="stable")[
            ["table", "key", "krw", "note"]
        ]
    else:
        told = [(e.source, e.key, np.nan, e.detail.get("까닭", "")) for e in reason.evidence]
        rows = pd.DataFrame(told, columns=["table", "key", "krw", "note"])
    whole = rows.astype(object).merge(_base(done, firm), on=["table", "key"], how="left")
    shown = pd.DataFrame(
        {
            "자료": whole["table"].map(TABLES),
            "번호": whole["key"],
            "날짜": [None if pd.isna(d) else _date(d) for d in whole["day"]],
            "거래처": whole["name"],
            "통화": whole["currency"],
            "금액": whole["cents"].astype(float) / 100,
            "걸린 금액(원)": whole["krw"].fillna(whole["worth"]).astype(float),
            "까닭": whole["note"].fillna(""),
        }
    )
    if (rows["table"] == "firms").all():
        about = [e.detail for e in reason.evidence]
        shown["번호"] = [firm_number(key) for key in rows["key"]]
        shown["거래처"] = [detail.get("상호") for detail in about]
        shown["까닭"] = [
            f"대표자 {d.get('대표자') or '-'}, {d.get('주소') or '-'}, 설립 {d.get('설립일') or '-'}" for d in about
        ]
    if own or (rows["table"] == "firms").all():
        return shown, len(shown)
    return shown, len(done.of("paid" if rows["table"].iloc[0] == "payments" else "declared", firm))


def _told(done: Reconciled, firm: str, reason: Reason) -> dict[str, Any]:
    rows, total = _cited(done, firm, reason)
    return {
        "text": reason.text,
        "law": reason.legal_basis,
        "more": max(total - REASON_ROWS, 0),
        "rows": [
            [
                [r["자료"], r["번호"]],
                str(r["날짜"] or "-"),
                _word(r["거래처"]),
                "-" if pd.isna(r["금액"]) else money(round(r["금액"] * 100), r["통화"]),
                "-" if pd.isna(r["걸린 금액(원)"]) else f"{r['걸린 금액(원)']:,.0f}",
                r["까닭"],
            ]
            for r in rows.head(REASON_ROWS).to_dict("records")
        ],
    }


def _word(value: Any) -> str:
    return charts.UNNAMED if value is None or pd.isna(value) or not str(value).strip() else str(value)


def _date(days: Any) -> date:
    return EPOCH + timedelta(days=int(days))


def _on(days: Any) -> str:
    return "-" if pd.isna(days) else day(days)


def _amount(value: float) -> str:
    return f"{value:,.2f}".removesuffix(".00") if value else "-"


def _table_row(r: Mapping[Any, Any]) -> list[str | list[str]]:
    return [
        [str(r["연도"]), r["구분"]], str(r["거래처"]), str(r["통화"]), *(_amount(r[name]) for name in ("신고", "지급·영수", "맞음")),
        [_amount(r["신고 미설명"]), _amount(r["결제 미설명"])] if r["신고 미설명"] or r["결제 미설명"] else "-", f"{r['편차율']:+.0%}", str(r["지속월수"] or "-"),
    ]  # fmt: skip


# The figures, as shares of their width and height


def _waterfall(done: Reconciled, firm: str, side: str) -> list[dict[str, Any]]:
    steps = charts.waterfall(done, firm, side)
    if not steps["krw"].abs().sum():
        return []
    start = steps["krw"].where(steps["kind"] != "total", 0.0)
    end = np.where(steps["kind"] == "total", steps["krw"], start.cumsum() + steps["krw"].iloc[0])
    begin = np.where(steps["kind"] == "total", 0.0, end - steps["krw"])
    low, high = min(0.0, begin.min(), end.min()), max(begin.max(), end.max(), 1.0)
    places = (np.column_stack([np.minimum(begin, end), np.maximum(begin, end)]) - low) / (high - low)
    bars = [
        {"label": step, "kind": kind, "from": float(a), "to": float(b), "amount": ("+" if kind == "plus" else "") + f"{krw:,.0f}"}
        for step, krw, kind, (a, b) in zip(steps["step"], steps["krw"], steps["kind"], places, strict=True)
    ]  # fmt: skip
    return [{"title": charts.SIDES[side], "bars": bars}]


def _months(done: Reconciled, firm: str, side: str) -> list[dict[str, Any]]:
    rows = charts.monthly(done, firm, side)
    if rows.empty:
        return []
    top = float(rows[["declared", "paid"]].to_numpy().max())
    step = next(s for p in range(13) for s in (10**p, 2 * 10**p, 5 * 10**p) if s * 4 >= top or p == 12)
    n, height = len(rows), step * max(int(np.ceil(top / step)), 1)
    lines = {
        name: [[0.0, 0.0], *([(i + 1) / n, float(y) / height] for i, y in enumerate(rows[name]))]
        for name in ("declared", "paid")
    }
    every = 1 if n <= 14 else 12
    return [
        {
            "title": charts.SIDES[side],
            **lines,
            "ends": [won(float(rows[name].iloc[-1])) for name in ("declared", "paid")],
            "y": [[i * step / height, won(i * step).replace(".0", "") if i else "0"] for i in range(round(height / step) + 1)],
            "x": [[i / n, m[2:].replace("-", ".") if every == 1 else f"{m[:4]}년"] for i, m in enumerate(rows["month"]) if every == 1 or m.endswith("-01")],
        }
    ]  # fmt: skip


def _flows(done: Reconciled, firm: str) -> list[dict[str, Any]]:
    """Who sent, who received, and in which countries the accounts lie, each bar cut by what became of the money."""
    rows, own = charts.flows(done, firm), charts.firm_name(done, firm)
    if rows.empty:
        return []
    away = rows["source"] == own
    into = (rows["target"] == own) & ~away
    parts = (
        ("돈을 보내온 상대방(영수)", rows[into], rows["source"].str.removesuffix(" →")),
        ("돈을 보낸 상대방(지급)", rows[away], rows["target"].str.removeprefix("→ ")),
        ("보낸 돈이 닿은 계좌의 나라", rows[~away & ~into], rows["target"].str.removeprefix("계좌 ")),
    )
    told = []
    for title, part, who in parts:
        if part.empty:
            continue
        part = part.assign(who=who[part.index])
        sums = part.pivot_table(index="who", columns="status", values="krw", aggfunc="sum", fill_value=0.0)
        sums = sums.reindex(columns=["맞음", "설명됨", "신고로 소명", UNEXPLAINED], fill_value=0.0)
        sums = sums.assign(all=sums.sum(axis=1)).sort_values(["all"], ascending=False, kind="stable")
        longest = max(float(sums["all"].max()), 1.0)
        bars = [
            {"label": name, "parts": [float(x) / longest for x in r[:4]], "amount": f"{r[4]:,.0f}", "open": f"{r[3]:,.0f}" if r[3] >= 0.5 else "-"}
            for name, r in zip(sums.index[:FLOW_ROWS], sums.to_numpy()[:FLOW_ROWS], strict=True)
        ]  # fmt: skip
        told.append({"title": title, "bars": bars, "more": max(len(sums) - FLOW_ROWS, 0)})
    return told


# The workbook


def _overview(told: Mapping[str, Any]) -> pd.DataFrame:
    rows = [("표시", "문서 성격", told["mark"], told["lead"])]
    rows += [("업체", what, value, "") for what, value in told["about"]]
    rows += [("한눈에", what, value, meaning) for what, value, meaning in told["glance"]]
    rows += [
        ("확인이 필요한 까닭", str(i), reason["text"], reason["law"]) for i, reason in enumerate(told["reasons"], 1)
    ]
    for title, name in (
        ("의심을 낮추는 사정", "clearing"),
        ("확인할 것", "checklist"),
        ("관련 법령", "laws"),
        ("작성 방법", "method"),
        ("한계", "notes"),
    ):
        rows += [(title, str(i), text, "") for i, text in enumerate(told[name], 1)]
    return pd.DataFrame(
        [*rows, ("관련 법령", "주의", told["caution"], "")], columns=["구분", "항목", "내용", "뜻·근거"]
    )


def _reason_rows(done: Reconciled, firm: str, finding: Finding) -> pd.DataFrame:
    parts = []
    for i, reason in enumerate(finding.reasons, 1):
        rows, total = _cited(done, firm, reason)
        about = {"순번": i, "확인이 필요한 까닭": reason.text, "근거 법령": reason.legal_basis, "전체 행 수": total}
        parts.append(rows.rename(columns={"까닭": "행의 까닭"}).assign(**about))  # type: ignore[arg-type]
    whole = pd.concat(parts, ignore_index=True)
    first = ["순번", "확인이 필요한 까닭", "근거 법령", "전체 행 수"]
    return whole[[*first, *whole.columns.drop(first)]]


def _left_rows(done: Reconciled, firm: str) -> pd.DataFrame:
    """Every row with something unexplained, the largest first."""
    left = done.of("left", firm)
    left = left[left["status"] == UNEXPLAINED]
    rows = left.astype(object).merge(
        _base(done, firm)[["table", "key", "name", "cents"]].rename(columns={"cents": "whole"}),
        on=["table", "key"],
        how="left",
    )
    told = pd.DataFrame(
        {
            "자료": rows["table"].map(TABLES), "번호": rows["key"], "구분": rows["side"].map(charts.SIDES),
            "날짜": [_date(d) for d in rows["day"]], "거래처": [_word(name) for name in rows["name"]], "통화": rows["currency"],
            "금액": rows["whole"].astype(float) / 100, "미설명 금액": rows["cents"].astype(float) / 100,
            "미설명(원)": rows["krw"].astype(float), "까닭": rows["code"].map({code: text for code, (_, text) in CODES.items()}),
        }
    )  # fmt: skip
    return told.sort_values(["미설명(원)", "번호"], ascending=[False, True], ignore_index=True)


def _match_rows(done: Reconciled, firm: str) -> pd.DataFrame:
    """Every match, with both of its rows."""
    found = done.of("matches", firm)
    d, p = done.ledger.declared.loc[found["declared"]], done.ledger.paid.loc[found["paid"]]
    told = {
        "신고": d["table"].map(TABLES), "신고번호": d["no"], "수리일": d["day"].map(_date), "신고 거래처": d["name"], "신고 통화": d["currency"],
        "맞은 신고 금액": found["declared_cents"] / 100, "거래번호": p["no"], "거래일": p["day"].map(_date), "결제 상대방": p["name"],
        "결제 통화": p["currency"], "맞은 결제 금액": found["paid_cents"] / 100, "맞춘 까닭": found["how"].map(reconcile.HOW),
    }  # fmt: skip
    rows = pd.DataFrame({title: list(values) for title, values in told.items()})
    return rows.sort_values(["수리일", "신고번호", "거래번호"], ignore_index=True)


def _side_rows(done: Reconciled, firm: str, name: str) -> pd.DataFrame:
    """Every declaration (``declared``) or payment (``paid``): its amount is what was matched and what is left."""
    rows, left, of_paid = done.of(name, firm), done.of("left", firm), name == "paid"
    left = left[(left["table"] == "payments") == of_paid].set_index("row")
    cents = rows["amount" if of_paid else "due"]
    rest = left["cents"].reindex(rows.index).fillna(0).astype("int64")
    days = rows["day"].map(_date)
    shared = {
        "통화": rows["currency"],
        "금액": cents / 100,
        "원화(원)": rows["krw"],
        "성격": rows["class_"].map(CLASSES).fillna(rows["class_"]),
    }
    told = (
        {"거래번호": rows["no"], "구분": rows["side"].map({"P": "지급", "R": "영수"}), "거래일": days, "상대방": rows["name"], "상대방국가": rows["country"],
         "계좌소재국": rows["account_country"], "은행": rows["bank"], **shared, "신고유형": rows["report"].map(REPORTS), "증빙신고번호": rows["cited"]}
        if of_paid
        else {"신고번호": rows["no"], "구분": rows["table"].map(TABLES), "수리일": days, "거래처": rows["name"], "국가": rows["country"], **shared,
              "인도조건": rows["incoterms"], "HS부호": rows["hs10"], "모델규격": rows["model"], "수량": rows["quantity"], "수량단위": rows["unit"], "순중량(kg)": rows["weight_kg"]}
    )  # fmt: skip
    told |= {
        "맞은 금액": (cents - rest) / 100,
        "남은 금액": rest / 100,
        "남은 금액(원)": left["krw"].reindex(rows.index).fillna(0.0),
    }
    told |= {
        "남은 것의 판단": left["status"].reindex(rows.index),
        "남은 까닭": left["code"].reindex(rows.index).map({code: text for code, (_, text) in CODES.items()}),
    }
    return pd.DataFrame(told).sort_values([*list(told)[2:3], next(iter(told))], ignore_index=True)


def _sheet(book: Any, name: str, rows: pd.DataFrame) -> None:
    """One sheet: texts never formulas, dates as dates, numbers as numbers, the header in view."""
    page = book.add_worksheet(name)
    bold, plain = (
        book.add_format({"bold": True, "bottom": 1, "bg_color": "#E6E6E6"}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    formats = {
        what: book.add_format({"num_format": what, "valign": "top"})
        for what in ("yyyy-mm-dd", "#,##0.00", "#,##0", "0.0%", "0")
    }
    page.freeze_panes(1, 0)
    for c, title in enumerate(rows.columns):
        what = "#,##0.00" if rows[title].dtype.kind == "f" else "0"
        what = "#,##0" if title.endswith("(원)") else "0.0%" if title == "편차율" else what
        cells = [None if pd.isna(value) else value for value in rows[title]]
        page.write_string(0, c, title, bold)
        widths = [
            export._width(value if isinstance(value, str) else f"{value:,.2f}")
            for value in cells[:200]
            if isinstance(value, str | int | float)
        ]
        page.set_column(c, c, min(export.WIDEST, max([11, 3 + export._width(title), *(2 + width for width in widths)])))
        for r, value in enumerate(cells, 1):
            if isinstance(value, date):
                page.write_datetime(r, c, value, formats["yyyy-mm-dd"])
            elif isinstance(value, str) or (value is not None and not -export.EXACT < value < export.EXACT):
                page.write_string(r, c, export._fit(export._text(str(value))), plain)
            elif value is not None:
                page.write_number(r, c, value, formats[what])
    if len(rows):
        page.autofilter(0, 0, len(rows), len(rows.columns) - 1)


# The page. All texts come in as one JSON string: nothing of them is read as markup


def _printable(value: Any, most: int = 160) -> Any:
    """``value`` with every text in it fit for the page; texts in tables and figures shorter than others."""
    if isinstance(value, dict):
        return {
            key: _printable(item, NARROW if key in ("rows", "table", "left", "bars") else most)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_printable(item, most) for item in value]
    return typeset.line(value, most) if isinstance(value, str) else value


PAGE = r"""
#let d = json(bytes(sys.inputs.data))
#let ink = rgb("#1b2f4b")
#let hatch = tiling(size: (4pt, 4pt), place(line(start: (0%, 100%), end: (100%, 0%), stroke: .7pt + luma(70))))
#set document(title: "사건 개요서 " + d.name)
#set page(paper: "a4", margin: (x: 16mm, top: 22mm, bottom: 18mm),
  header: { set text(8pt); strong(d.mark); h(1fr); [사건 개요서 #d.number]; v(-5pt); line(length: 100%, stroke: .5pt) },
  footer: context align(center, text(8pt)[#counter(page).display() / #counter(page).final().first()]))
#set text(font: "Pretendard", size: 9.2pt, lang: "ko", region: "kr", hyphenate: false, fallback: false)
#set par(leading: .62em, spacing: .8em)
#set table(stroke: (x, y) => (bottom: .4pt + luma(160)), inset: (x: 3pt, y: 3.2pt))
#set table.cell(breakable: false)
#set heading(numbering: "1.")
#show heading: it => block(above: 1.6em, below: .8em, sticky: true, text(11.5pt, fill: ink, it))
// Words stay whole; in narrow cells only Hangul that fits
#let say(s) = { show regex("[^\s「」]{2,17}"): box; s }
#let tables = ("수출신고", "수입신고", "지급·영수", "무역금융", "업체")
#let cell(s) = { show regex("\p{Hangul}{2,6}"): box; if type(s) == array { s.join(if s.first() in tables { " " } else { linebreak() }) } else { s } }
#let none-here = text(fill: luma(90))[해당하는 내용이 없습니다.]
#let rest(n, unit: "행") = if n > 0 { align(right, text(8pt)[외 #n#unit]) }
#let sheet(columns, align, head, rows) = {
  set text(7.4pt, number-width: "tabular")
  set par(leading: .45em)
  table(columns: columns, align: (x, y) => (l: left, r: right, c: center).at(align.at(x)),
    table.header(..head.map(h => table.cell(fill: luma(230), strong(cell(h))))), ..rows.map(r => r.map(cell)).join())
}
#let proof(rows) = sheet((40mm, 17mm, 1fr, 30mm, 22mm, 33mm), "lllrrl",
  ([자료·번호], [날짜], [거래처], [금액], [원화(원)], [까닭]), rows)
#let plan(what, body) = block(breakable: false, above: 1.2em, { strong(what); v(0pt); body })
#let piece(a, b, fill) = place(dx: a * 100%, rect(width: calc.max(b - a, .002) * 100%, height: 8pt, fill: fill, stroke: .5pt))
#let key(fill, what) = { box(baseline: 1pt, rect(width: 10pt, height: 7pt, fill: fill, stroke: .5pt)); [ #what]; h(9pt) }
#let bars(columns, head, rows) = {
  set text(7.4pt, number-width: "tabular")
  grid(columns: columns, row-gutter: 4pt, column-gutter: 6pt, align: (x, y) => if x < 2 { left + horizon } else { right + horizon },
    ..head, ..rows.join())
}
#let track(body) = box(width: 100%, height: 8pt, body)

#align(center, text(20pt, weight: "bold", fill: ink, tracking: 6pt)[사건 개요서])
#align(center, text(10.5pt, cell(d.name + " (" + d.number + ")")))
#block(width: 100%, stroke: .8pt, inset: 7pt, strong(say(d.lead)))
#{
  set text(8.6pt)
  table(columns: (24mm, 1fr, 24mm, 1fr), ..d.about.map(((k, v)) => (table.cell(fill: luma(230), k), cell(v))).join(), [], [])
}

= 한눈에 보기
#table(columns: (24mm, 30mm, 1fr), ..d.glance.map(((k, v, what)) => (table.cell(fill: luma(230), k), strong(v), text(8.2pt, say(what)))).join())

= 확인이 필요한 까닭
#if d.reasons.len() == 0 [기준에 걸린 지표가 없습니다.]
#for (i, r) in d.reasons.enumerate() {
  block(sticky: true, above: 1.3em, { strong(say(str(i + 1) + ") " + r.text)); if r.law != "" { linebreak(); text(8.2pt, say("근거 법령: " + r.law)) } })
  if r.same > 0 [근거 행은 #r.same\)과 같습니다.] else { proof(r.rows); rest(r.more) }
}

= 그림으로 보기
#for (i, w) in d.waterfalls.enumerate() {
  plan([그림 1-#(i + 1). 신고 금액에서 지급·영수 금액까지: #w.title (원)], {
    bars((50mm, 1fr, 28mm), (), w.bars.map(b => (cell(b.label),
      track(piece(b.from, b.to, (total: luma(60), minus: hatch, plus: luma(205)).at(b.kind))), b.amount)))
    text(7.4pt, { key(luma(60), [합계]); key(hatch, [뺌(대금이 오가지 않은 신고 등)]); key(luma(205), [더함(물품 없이 오간 돈 등)]) })
  })
}
#for (i, m) in d.months.enumerate() {
  let (w, tall) = (150mm, 42mm)
  let at(p) = (p.at(0) * w, (1 - p.at(1)) * tall)
  let draw(points, stroke) = place(curve(stroke: stroke, curve.move(at(points.first())), ..points.slice(1).map(p => curve.line(at(p)))))
  plan([그림 2-#(i + 1). 달마다 쌓은 신고 금액과 지급·영수 금액: #m.title], {
    set text(7.4pt)
    block(inset: (left: 20mm, top: 4pt, bottom: 14pt), box(width: w, height: tall, {
      for (y, label) in m.y {
        place(dy: (1 - y) * tall, line(length: w, stroke: .4pt + luma(190)))
        place(dx: -20mm, dy: (1 - y) * tall - 3pt, box(width: 18mm, align(right, label)))
      }
      for (x, label) in m.x {
        place(dx: x * w, dy: tall, line(angle: 90deg, length: 3pt, stroke: .5pt))
        place(dx: x * w - 6mm, dy: tall + 5pt, box(width: 12mm, align(center, label)))
      }
      draw(m.declared, 1.4pt)
      draw(m.paid, (thickness: 1.4pt, dash: "dashed"))
    }))
    v(-4pt)
    for (dash, what, end) in ((none, "신고 누계", m.ends.at(0)), ("dashed", "지급·영수 누계", m.ends.at(1))) {
      box(baseline: -2pt, line(length: 22pt, stroke: (thickness: 1.4pt, dash: dash)))
      [ #what (마지막 달 #end)]
      h(12pt)
    }
  })
}
#let fills = (white, luma(205), hatch, luma(40))
#for (i, f) in d.flows.enumerate() {
  plan([그림 3-#(i + 1). #f.title (원)], {
    bars((46mm, 1fr, 27mm, 27mm), ([], [], [금액], [그 가운데 미설명]), f.bars.map(b => {
      let reached = 0
      let pieces = ()
      for (share, fill) in b.parts.zip(fills) {
        if share > 0 { pieces.push(piece(reached, reached + share, fill)) }
        reached += share
      }
      (cell(b.label), track(pieces.join()), b.amount, b.open)
    }))
    text(7.4pt, { for (fill, what) in fills.zip(([맞음], [설명됨], [신고로 소명], [미설명])) { key(fill, what) }; if f.more > 0 [외 #f.more\곳] })
  })
}
#if d.flows.len() == 0 [지급·영수 자료가 없어 돈의 흐름은 그리지 않았습니다.]

= 대사표
#if d.table.len() == 0 { none-here } else {
  sheet((17mm, 1fr, 9mm, 24mm, 24mm, 24mm, 24mm, 12mm, 9mm), "llcrrrrrr",
    ([연도·구분], [거래처], [통화], [신고], [지급·영수], [맞음], ("미설명", "신고/결제"), [편차율], [월수]), d.table)
  rest(d.table_more)
}

= 설명되지 않은 행
#if d.left.len() == 0 { none-here } else [
  #d.left_sum. 금액이 큰 것부터 적었으며 모든 행은 엑셀 파일에 있습니다.
  #proof(d.left)
  #rest(d.left_more)
]

= 의심을 낮추는 사정
#if d.clearing.len() == 0 { none-here } else { list(..d.clearing.map(say)) }

= 확인할 것
#for what in d.checklist { block(above: .7em, [□ #say(what)]) }

= 관련 법령
#if d.laws.len() == 0 { none-here } else { list(..d.laws.map(say)) }
#block(width: 100%, stroke: .8pt, inset: 7pt, say(d.caution))

= 작성 방법과 한계
#for what in d.method { par(say(what)) }
#list(..d.notes.map(say))
#block(sticky: true, above: 1.2em, strong[적용한 기준값])
#sheet((62mm, 24mm, 20mm, 1fr), "lrcl", ([기준], [값], [시행일], [출처]), d.limits)
"""
