"""What cannot be compared is told, counted and kept aside; what is one partner is one partner, and nobody else is."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.entries.fetch import ledger, screen
from lib.entries.fetch.tables import TABLES
from lib.tables import checking, reading
from tests.fetch.test_reconcile import AS_OF, FIRMS, NAMES, Row, kept, paid, sold

EXPORTS = "신고번호,수리일,사업자번호,구매자,목적국,통화,HS10,모델규격,결제금액"
PAYMENTS = "거래번호,거래일,지급/영수,업체,통화,금액,상대방명,상대방국가"
FIRM_FILE = f"사업자번호,상호,대표자,주소,설립일\n{FIRMS[0]},가나무역,가나다,한빛시 1,2011-01-01\n"


def _read(name: str, text: str) -> checking.Checked:
    return checking.check(reading.read(text.encode("cp949"), f"{name}.csv"), TABLES[name])


# the contract


@pytest.mark.parametrize(
    ("name", "good", "bad", "column", "told"),
    [
        ("exports", "A,2026-01-05,111-22-33333,GAMMA,CN,USD,8413701000,X,\"1,000.00\"",
         "A,2026-02-05,111-22-33333,GAMMA,CN,USD,8413701000,X,\"2,000.00\"", "신고번호", "2행과 같음"),
        ("exports", "A,2026-01-05,1112233333,GAMMA,CN,USD,8413701000,X,10",
         "B,2026-01-05,1112233333,GAMMA,CN,USD,8413701000,X,-10.00", "결제금액", "0 이상"),
        ("exports", "A,2026-01-05,1112233333,GAMMA,CN,usd,8413701000,X,10",
         "B,2026-01-05,1112233333,GAMMA,CN,XQX,8413701000,X,10", "통화", ""),
        ("exports", "A,2026-01-05,1112233333,GAMMA,CN,USD,8413701000,X,10",
         "B,2026-01-05,111223333,GAMMA,CN,USD,8413701000,X,10", "사업자번호", "숫자 10자리"),
        ("payments", "P,2026-01-05,영수,111-22-33333,USD,10,GAMMA,CN",
         "Q,2026-01-05,영수,1112233333,USD,△10,GAMMA,CN", "금액", "0.01 이상"),
        ("payments", "P,2026-01-05,지급,1112233333,USD,10,GAMMA,CN",
         "Q,2026-01-05,송금,1112233333,USD,10,GAMMA,CN", "지급영수구분", ""),
        ("payments", "P,2026-01-05,R,1112233333,USD,10,GAMMA,CN",
         "P,2026-01-06,R,1112233333,USD,11,GAMMA,CN", "거래번호", "2행과 같음"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_told_and_its_row_kept_aside(name: str, good: str, bad: str, column: str, told: str) -> None:
    found = _read(name, f"{EXPORTS if name == 'exports' else PAYMENTS}\n{good}\n{bad}\n")
    assert (found.total, len(found.rows), len(found.rejected)) == (2, 1, 1)
    (one,) = found.violations
    assert (one.row_no, one.column) == (3, column)
    assert told in one.expected
    assert column in found.rejected["why"][0].as_py()


# the ledger


def _why(held: ledger.Ledger) -> dict[str, str]:
    return dict(zip(held.aside["key"], held.aside["why"], strict=True))


def test_what_cannot_be_compared_is_kept_aside_with_its_reason() -> None:
    held = kept(
        [sold("A", 0, 100), sold("B", 0, None), sold("C", 0, 100, currency="KZT"), sold("D", 0, 100, firm="9998877777")],
        [paid("P", 30, 100), paid("Q", 30, 100, firm="9998877777"), paid("R", 30, 100, currency="KZT")],
    )  # fmt: skip
    assert list(held.declared["no"]) == ["A"]
    assert list(held.paid["no"]) == ["P"]
    why = _why(held)
    assert "금액" in why["B"]
    assert "업체" in why["D"]
    assert "업체" in why["Q"]
    assert all("환율" in why[key] and "KZT" in why[key] for key in "CR")
    assert len(held.aside) == 5


def test_the_list_says_how_many_rows_were_kept_aside() -> None:
    rows = "".join(f"P{n},2026-01-0{n + 1},영수,{firm},{currency},50,GAMMA,CN\n" for n, (firm, currency) in enumerate(
        [("1112233333", "USD"), ("9998877777", "USD"), ("9998877777", "USD"), ("1112233333", "KZT")]
    ))  # fmt: skip
    given_tables = {
        "exports": _read("exports", EXPORTS + "\nA,2026-01-01,111-22-33333,GAMMA,CN,USD,8413701000,X,50\n").rows,
        "payments": _read("payments", f"{PAYMENTS}\n{rows}").rows,
        "firms": _read("firms", FIRM_FILE).rows,
        "rates": _read("rates", '연번,적용일,통화,환율\n1,2026-01-01,USD,"1,400"\n').rows,
    }
    listed = screen.screen(given_tables, as_of=AS_OF)
    assert list(listed.rows["subject"]) == ["1112233333"]
    assert "3개" in listed.caveat
    assert "사업자번호 2행" in listed.caveat
    assert "환율이 없음 1행" in listed.caveat


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from([*FIRMS, "9998877777"]), st.sampled_from(["USD", "KZT"]),
                          st.sampled_from([None, 0, 12.34])), max_size=8))  # fmt: skip
def test_every_row_is_compared_or_aside(rows: list[tuple[str, str, float | None]]) -> None:
    exports = [sold(f"N{n}", 5 * n, amount, firm=f, currency=c) for n, (f, c, amount) in enumerate(rows)]
    payments = [paid(f"P{n}", 5 * n, amount, firm=f, currency=c) for n, (f, c, amount) in enumerate(rows) if amount]
    held = kept(exports, payments)
    assert len(held.declared) + len(held.paid) + len(held.aside) == len(exports) + len(payments)
    assert held.aside["why"].str.len().gt(0).all()


@pytest.mark.parametrize("line", ["JPY,920.00,", "JPY,920.00,100", "JPY,9.2,1", "JPY,9.2,"])
def test_yen_are_quoted_by_the_hundred(line: str) -> None:
    rates = _read("rates", f'연번,적용일,통화,환율,고시단위\n1,2026-01-01,{line}\n2,2026-01-01,USD,"1,400",\n').rows
    exports = _read("exports", EXPORTS + '\nA,2026-01-05,1112233333,KOBE,JP,JPY,8413701000,X,"1,000,000"\n').rows
    held = ledger.keep({"exports": exports, "rates": rates, "firms": _read("firms", FIRM_FILE).rows}, AS_OF)
    assert held.declared["krw"].tolist() == pytest.approx([9_200_000])


def test_rates_that_were_left_out_come_from_the_declarations_and_this_is_said() -> None:
    head = EXPORTS + ",총신고가격(FOB KRW),총신고가격(FOB USD)"
    exports = _read("exports", f"{head}\nA,2026-01-05,1112233333,KOBE,JP,EUR,8413701000,X,100,150000,107.14\n").rows
    payments = _read("payments", f"{PAYMENTS}\nP,2026-01-15,영수,1112233333,EUR,100,KOBE,JP\n").rows
    given_tables = {"exports": exports, "payments": payments, "firms": _read("firms", FIRM_FILE).rows}
    held = ledger.keep(given_tables, AS_OF)
    assert held.aside.empty
    assert held.paid["krw"].tolist() == pytest.approx([150_000])
    assert "EUR" in held.guessed
    assert "EUR" in screen.screen(given_tables, as_of=AS_OF).caveat


def test_a_rate_serves_a_month_and_no_longer() -> None:
    rates = _read("rates", '연번,적용일,통화,환율\n1,2026-01-01,USD,"1,400"\n').rows
    rows = (
        "A,2026-02-01,1112233333,GAMMA,CN,USD,8413701000,X,10\nB,2026-02-02,1112233333,GAMMA,CN,USD,8413701000,X,10\n"
    )
    exports = _read("exports", f"{EXPORTS}\n{rows}").rows
    held = ledger.keep({"exports": exports, "rates": rates, "firms": _read("firms", FIRM_FILE).rows}, AS_OF)
    assert list(held.declared["no"]) == ["A"]
    assert list(_why(held)) == ["B"]


def test_what_comes_after_the_day_of_the_look_is_not_known_yet() -> None:
    held = ledger.keep({
        "exports": _read("exports", EXPORTS + "\nA,2026-01-01,1112233333,GAMMA,CN,KRW,8413701000,X,5000\n").rows,
        "firms": _read("firms", FIRM_FILE).rows,
    }, date(2025, 12, 31))  # fmt: skip
    assert held.declared.empty
    assert held.aside.empty


# partners


def _partners(*names: str | Row, declared: str = NAMES[0], firm: str = FIRMS[0]) -> list[bool]:
    """Whether each payment's partner is the declared one."""
    told = [name if isinstance(name, dict) else {"partner": name} for name in names]
    payments = [paid(f"P{n:03d}", 30 + n, 100 + n, firm=firm, **row) for n, row in enumerate(told)]
    held = kept([sold("A", 0, 5000, partner=declared)], payments)
    of = held.declared["partner"][0]
    return (held.paid.sort_values("no")["partner"] == of).tolist()


LONG = "GUANGZHOU HUANGPU INTERNATIONAL MACHINERY EQUIPMENT CO., LTD."


@pytest.mark.parametrize(
    ("declared", "spelled"),
    [
        ("GAMMA TRADING CO., LTD", "Gamma Trading Co.,Ltd."),
        ("GAMMA TRADING CO., LTD", "GAMMA TRADING COMPANY LIMITED"),
        ("GAMMA TRADING CO., LTD", "GAMMA  TRADING"),
        ("GAMMA TRADING CO., LTD", "GAMMA TRADNG CO LTD"),
        ("DELTA MACHINERY GMBH", "DELTA-MACHINERY G.M.B.H."),
        (LONG, LONG[:35]),
        (LONG, LONG.replace(",", "").replace(".", "")[:35]),
        ("SHANGHAI EASTERN ELECTRONICS CO., LIMITED", "SHANGHAI EASTERN ELECTRONICS CO., L"),
        ("NORDIC & BALTIC SHIPPING A/S", "NORDIC AND BALTIC SHIPPING AS"),
    ],
)
def test_spellings_of_one_name_are_one_partner(declared: str, spelled: str) -> None:
    assert _partners(spelled, declared=declared) == [True]


@pytest.mark.parametrize(
    ("declared", "other"),
    [
        ("ABC TRADING", "ABD TRADING"),
        ("ABC TRADING CO., LTD", "ABD TRADING CO., LTD"),
        ("GAMMA TRADING CO., LTD", "GAMMA FOODS CO., LTD"),
        ("PACIFIC STEEL NO 1", "PACIFIC STEEL NO 2"),
        ("SUN ELECTRIC INC", "SAN ELECTRIC INC"),
        ("EAST CHINA TRADING", "WEST CHINA TRADING"),
    ],
)
def test_names_that_only_look_alike_stay_apart(declared: str, other: str) -> None:
    assert _partners(other, declared=declared) == [False]


def test_one_code_joins_two_names_and_two_codes_of_one_name_are_one() -> None:
    assert _partners({"partner": "POULET SA", "partner_code": "FR1"}, declared=NAMES[0]) == [False]
    held = kept(
        [sold("A", 0, 5000, partner_code="FR1", partner="LYON CHIMIE SA")],
        [paid("P", 30, 5000, partner_code="fr1 ", partner="CHIMIE DE LYON (SIEGE)")],
    )
    assert held.declared["partner"][0] == held.paid["partner"][0] >= 0


def test_the_same_name_at_two_firms_is_two_partners() -> None:
    held = kept(
        [sold("A", 0, 5000), sold("B", 0, 5000, firm=FIRMS[1])],
        [paid("P", 30, 5000), paid("Q", 30, 5000, firm=FIRMS[1])],
    )
    assert held.declared.set_index("no")["partner"].nunique() == 2
    assert held.declared.set_index("firm")["partner"].to_dict() == held.paid.set_index("firm")["partner"].to_dict()


def test_who_has_no_name_is_nobody() -> None:
    held = kept([sold("A", 0, 5000, partner=None)], [paid("P", 30, 5000, partner=None)])
    assert [*held.declared["partner"], *held.paid["partner"]] == [-1, -1]


@pytest.mark.parametrize("name", ["*" * 35, "-" * 30, ".", "CO., LTD", "상해무역유한공사", "  "])
def test_any_name_can_be_read(name: str) -> None:
    held = kept([sold("A", 0, 5000)], [paid("P", 30, 5000, partner=name)])
    assert held.paid["partner"][0] != held.declared["partner"][0]
