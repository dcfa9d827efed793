"""The 사건 개요서: it holds the rows it cites, takes names as nothing but text, and its workbook adds up to the cent."""

import re
import zipfile
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from lib import typeset
from lib.entries.fetch import demo, dossier, screen
from lib.entries.fetch.residuals import UNEXPLAINED
from lib.entries.fetch.screen import Firms
from lib.entries.fetch.tables import schema
from lib.screening.said import firm_number

SELLER = "0002200000"
NOW = datetime(2026, 7, 1, 9, 30)
HOSTILE = (
    '#import "x"',
    "$x^2$ *b* _i_ @ref <label> \\ `raw`",
    '<script>alert("1")</script>',
    "]]>&amp;<svg/onload=1>",
    '=HYPERLINK("http://x","y")',
    "W" * 300,
    "A B " * 75,
    "\u202eabc\u200f\u2066def",
    "😀深圳 x\x00y\x1b[31mz\ud800",
    "e" + "\u0301" * 50,
    "한\n줄\r\n\t둘\u2028셋",
    "+1+1",
)


@pytest.fixture(scope="module")
def world() -> Firms:
    return screen.screen(demo.world(1, firms=50).tables, as_of=demo.END)


def read(data: bytes, pages: int = 99) -> str:
    """The words of a PDF's first pages, spaces told once."""
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages[:pages])
    return re.sub(r"\s+", " ", text.replace("\u200b", ""))


def packed(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text)


def sheets(data: bytes) -> dict[str, list[dict[str, Any]]]:
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    assert book.sheet_names == dossier.SHEETS
    told = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    return {name: [dict(zip(rows[0], row, strict=True)) for row in rows[1:]] for name, rows in told.items()}


def busiest(world: Firms, among: Any = slice(None)) -> str:
    flags = [rule for rule in world.rows if rule.startswith("rule_") and rule != "rule_agrees"]
    return str(world.rows["subject"][world.rows.loc[among, flags].sum(axis=1).idxmax()])


@cache
def small(names: tuple[str, ...] = ("EXAMPLE LTD",) * 3) -> Firms:
    """For every three names a firm that only pays (three partners of those names), and one firm that only declares."""
    number = [f"00011{i:05d}" for i in range(len(names) // 3)]
    about = {"ceo": "가나다", "address": "가온시 1", "founded_on": date(2019, 3, 2)}
    firms = [{**about, "firm": n, "name": names[3 * i], "address": names[3 * i + 1]} for i, n in enumerate(number)]
    exports = [
        {"declaration_no": f"D{i}", "accepted_on": date(2024, 1 + i, 1), "firm": SELLER, "partner": "EXAMPLE LTD", "country": "CN",
         "currency": "USD", "hs10": "8542311000", "model": "EX", "quantity": 1.0, "amount": Decimal("700000.01"), "value_krw": Decimal(900_000_000)}
        for i in range(3)
    ]  # fmt: skip
    payments = [
        {"payment_no": f"P{i}", "paid_on": date(2024, 1 + i % 3, 1), "side": "P", "firm": number[i // 3], "currency": "USD",
         "amount": Decimal("500000.07"), "partner": name, "country": "HK", "account_country": name, "bank": name}
        for i, name in enumerate(names)
    ]  # fmt: skip
    rows = {
        "firms": [*firms, {**about, "firm": SELLER, "name": "예시무역㈜"}],
        "exports": exports,
        "imports": [],
        "payments": payments,
    }
    tables = {}
    for name, given in rows.items():
        wanted = schema(name)
        tables[name] = pa.Table.from_pylist([{n: row.get(n) for n in wanted.names} for row in given], wanted)
    return screen.screen(tables, as_of=date(2026, 6, 30))


def test_the_pdf_holds_the_rows_it_cites(world: Firms) -> None:
    firm = busiest(world)
    finding, text = world.finding(firm), packed(read(dossier.pdf(world, firm, NOW)))
    for reason in finding.reasons:
        assert packed(reason.text) in text
        assert packed(reason.legal_basis) in text
        for evidence in reason.evidence[: dossier.REASON_ROWS]:
            key = firm_number(evidence.key) if evidence.source == "firms" else evidence.key
            assert packed(key) in text
            assert packed(evidence.detail.get("금액", "")) in text
            assert packed(evidence.detail.get("걸린 금액(원)", "")) in text
    for words in (
        dossier.CAUTION,
        screen.LEAD,
        "혐의정보(조사 개시 전) · 대외 주의",
        *screen.CHECKLIST,
        *finding.facts["clearing"],
    ):
        assert packed(words) in text
    assert packed("2026-07-01 09:30") in text


def test_cited_rows_are_the_evidence_in_full(world: Firms) -> None:
    for firm in world.rows["subject"].head(6):
        for reason in world.finding(firm).reasons:
            rows, total = dossier._cited(world.reconciled, firm, reason)
            keys = [
                re.sub(r"\D", "", key) if source == "업체" else key
                for source, key in zip(rows["자료"], rows["번호"], strict=True)
            ]
            assert keys[: screen.MOST] == [evidence.key for evidence in reason.evidence][: len(keys)], reason.code
            assert total >= len(rows) >= len(reason.evidence)


@pytest.mark.parametrize("kind", ["many", "none", "paid"])
def test_the_workbook_adds_up(world: Firms, kind: str) -> None:
    rows = world.rows
    among = {"many": slice(None), "none": rows["grade"] == screen.GRADES[-1], "paid": rows["trade_krw"] == 0}[kind]
    firm = busiest(world, among)
    told, done = sheets(dossier.xlsx(world, firm, NOW)), world.reconciled
    cents = lambda name, column: sum(round(100 * row[column]) for row in told[name])  # noqa: E731
    declared, paid, left, matches = (done.of(name, firm) for name in ("declared", "paid", "left", "matches"))
    assert cents("신고", "금액") == declared["due"].sum()
    assert cents("지급·영수", "금액") == paid["amount"].sum()
    for sheet, column in (("신고", "맞은 신고 금액"), ("지급·영수", "맞은 결제 금액")):
        assert cents(sheet, "맞은 금액") + cents(sheet, "남은 금액") == cents(sheet, "금액")
        assert cents(sheet, "맞은 금액") == cents("맞은 결제", column)
    open_ = left[left["status"] == UNEXPLAINED]
    assert (len(told["미설명 행"]), cents("미설명 행", "미설명 금액")) == (len(open_), open_["cents"].sum())
    assert len(told["맞은 결제"]) == len(matches)
    assert {type(row["거래일"]) for row in told["지급·영수"]} <= {date}
    assert {row["기준"] for row in told["기준값"]} == {limit.title for limit in world.limits.about.values()}


def test_firms_with_one_side_only() -> None:
    ranking = small()
    declares, pays = (read(dossier.pdf(ranking, firm, NOW), 2) for firm in (SELLER, "0001100000"))
    assert "지급·영수 자료가 없어" in declares
    assert "700,000.01 USD" in declares
    assert "신고 금액에서 지급·영수 금액까지: 수입·지급" in pays
    assert "500,000.07 USD" in pays
    assert all(sheets(dossier.xlsx(ranking, firm, NOW))["까닭과 근거 행"] for firm in (SELLER, "0001100000"))


def test_names_are_only_text() -> None:
    names = tuple(name.encode("utf-8", "ignore").decode() for name in HOSTILE)  # what a file can hold
    ranking = small(names)
    for i in range(len(names) // 3):
        firm = f"00011{i:05d}"
        text = read(dossier.pdf(ranking, firm, NOW), 2)
        for name in names[3 * i : 3 * i + 3]:
            assert packed(text).count(packed(typeset.line(name, 60).removesuffix("…"))) > 2, name
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200f\x00-\x08]", text)
        book = dossier.xlsx(ranking, firm, NOW)
        with zipfile.ZipFile(BytesIO(book)) as parts:
            whole = b"".join(parts.read(part) for part in parts.namelist() if part.startswith("xl/"))
        assert not re.search(rb"<f[ >]|<hyperlink", whole)
        rows = sheets(book)["지급·영수"]
        assert len(rows) == 3
        assert not any(str(row[title]).startswith(("=", "+", "-", "@")) for row in rows for title in ("상대방", "은행"))


def test_a_lone_surrogate_cannot_stop_it() -> None:
    assert typeset.line("a\ud800b\u202ec\x00d", 60) == "abcd"
    assert typeset.line("深a", 60) == "□a"
    assert len(typeset.line("W" * 300, 60).replace("\u200b", "")) == 60


def test_told_the_same_way_at_the_same_time() -> None:
    firm = "0001100000"
    first = dossier.pdf(small(), firm, NOW)
    assert first == dossier.pdf(small(), firm, NOW)
    assert dossier.xlsx(small(), firm, NOW) == dossier.xlsx(small(), firm, NOW)
    modelled = replace(small(), basis="model", model=SimpleNamespace(card={"synthetic": True}))  # type: ignore[arg-type]
    told = lambda ranking: "점수를 매긴 모형은 가상 자료로 학습" in str(dossier._document(ranking, firm, NOW)["notes"])  # noqa: E731
    assert (told(modelled), told(small())) == (True, False)


def test_what_cannot_be_made(world: Firms, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for make in (dossier.pdf, dossier.xlsx):
        with pytest.raises(KeyError):
            make(world, "9999999999")
    monkeypatch.setattr(typeset, "FONTS", tmp_path)
    typeset.fonts.cache_clear()
    with pytest.raises(dossier.DossierError, match="make run"):
        dossier.pdf(world, busiest(world))
    typeset.fonts.cache_clear()
