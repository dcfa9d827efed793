"""What settles what: money is conserved to the cent, whatever the files hold; and the cases every officer knows come out right."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.entries.fetch import ledger, reconcile, residuals
from lib.entries.fetch.ledger import Ledger
from lib.entries.fetch.tables import schema
from lib.screening.limits import load

AS_OF, START = date(2026, 6, 30), date(2025, 1, 10)
LIMITS = load("fetch", AS_OF)
FIRMS = ("1112233333", "2223344444")
NAMES = ("GAMMA TRADING CO., LTD", "DELTA MACHINERY GMBH", "OMEGA FOODS PTE LTD")
WON = {"USD": 1400.0, "EUR": 1500.0, "JPY": 9.0, "KRW": 1.0}

Row = dict[str, Any]


def sold(no: str, day: int, amount: object, **told: object) -> Row:
    """An export: its number, the day counted from ``START``, what is due."""
    return {
        "declaration_no": no, "accepted_on": START + timedelta(days=day), "firm": FIRMS[0], "partner": NAMES[0],
        "country": "CN", "currency": "USD", "hs10": "8413701000", "amount": amount,
    } | told  # fmt: skip


def paid(no: str, day: int, amount: object, **told: object) -> Row:
    return {
        "payment_no": no, "paid_on": START + timedelta(days=day), "side": "R", "firm": FIRMS[0], "partner": NAMES[0],
        "country": "CN", "currency": "USD", "amount": amount,
    } | told  # fmt: skip


def kept(exports: Sequence[Row], payments: Sequence[Row], imports: Sequence[Row] = ()) -> Ledger:
    rates = [
        {"rate_no": f"{c}{n}", "day": START + timedelta(days=30 * n - 60), "currency": c, "krw": won, "per": 1.0}
        for c, won in WON.items()
        for n in range(22)
        if c != "KRW"
    ]
    firms = [{"firm": firm, "name": f"업체{n}"} for n, firm in enumerate(FIRMS)]
    given_rows = {"exports": exports, "imports": imports, "payments": payments, "firms": firms, "rates": rates}
    return ledger.keep({name: _table(name, rows) for name, rows in given_rows.items()}, AS_OF)


def _table(name: str, rows: Sequence[Row]) -> pa.Table:
    types = schema(name)
    return pa.table(
        {
            column.name: pa.array(
                [
                    Decimal(f"{row[column.name]:.2f}")
                    if pa.types.is_decimal(column.type) and row.get(column.name) is not None
                    else row.get(column.name)
                    for row in rows
                ],
                column.type,
            )
            for column in types
        },
        schema=types,
    )


def matched(held: Ledger) -> list[tuple[str, str, int, str]]:
    """(declaration, payment, cents of the payment, how)."""
    found = reconcile.match(held, LIMITS)
    return sorted(
        (str(held.declared["no"][m.declared]), str(held.paid["no"][m.paid]), int(m.paid_cents), str(m.how))
        for m in found.itertuples()
    )


def left(held: Ledger) -> dict[str, tuple[int, str]]:
    rows = residuals.left_over(held, reconcile.match(held, LIMITS), AS_OF, LIMITS)
    return {str(r.key): (int(r.cents), str(r.code)) for r in rows.itertuples()}


# what always holds


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[list[Row], list[Row], list[Row]]:
    """A few declarations and payments full of equal sums, fees, freight, instalments, citations and other currencies."""
    sums = st.sampled_from(["1000.00", "2000.00", "3000.00", "700.00", "300.00", "1234.56"])
    some = st.one_of(sums, st.decimals(0, 9_000, places=2).map(str)).map(Decimal)
    numbers = [f"N{n}" for n in range(draw(st.integers(0, 9)))]
    sides, exports, imports, payments = {}, [], [], []
    for no in numbers:
        side = sides[no] = draw(st.sampled_from("RRP"))
        row = sold(
            no,
            draw(st.integers(0, 500)),
            draw(some),
            firm=draw(st.sampled_from((FIRMS[0], FIRMS[0], FIRMS[1]))),
            partner=draw(st.sampled_from(NAMES if no == "N0" else (*NAMES, None))),
            currency=draw(st.sampled_from(["USD", "USD", "USD", "EUR", "JPY", "KRW"])),
            trade_kind=draw(st.sampled_from(["11", "11", "11", "반품", "무상", "위탁판매"])),
        )
        (exports if side == "R" else imports).append(row)
    for n in range(draw(st.integers(0, 9))):
        of = draw(st.sampled_from([*exports, *imports, None]))
        about = of["amount"] if of and draw(st.booleans()) else draw(some)
        off = draw(st.sampled_from(["0", "0", "0", "-15.00", "-0.01", "30.00"]))
        currency = of["currency"] if of and draw(st.integers(0, 4)) else draw(st.sampled_from(list(WON)))
        if of and currency != of["currency"]:
            about = about * Decimal(WON[of["currency"]]) / Decimal(WON[currency])
        payments.append(
            paid(
                f"P{n}",
                draw(st.integers(0, 530)),
                max(Decimal("0.01"), (about + Decimal(off)).quantize(Decimal("0.01"))),
                side=draw(st.sampled_from("RRP")) if of is None else sides[of["declaration_no"]],
                firm=of["firm"] if of else draw(st.sampled_from(FIRMS)),
                partner=draw(st.sampled_from((*NAMES, None) if n else NAMES))
                if of is None or draw(st.booleans())
                else of["partner"],
                currency=currency,
                reason=draw(st.sampled_from(["10101", "10101", "10101", "용역", "중계무역", "반품 환급"])),
                report=draw(st.sampled_from([None, None, None, "상계", "제3자"])),
                cited=draw(st.sampled_from([None, None, *numbers, ",".join(numbers[:2])])),
            )
        )
    return exports, payments, imports


def conserved(held: Ledger, matches: pd.DataFrame) -> None:
    """Every cent is matched or left over, once."""
    rest = residuals.left_over(held, matches, AS_OF, LIMITS)
    assert (matches[["declared_cents", "paid_cents"]] > 0).all(axis=None)
    assert (rest["cents"] > 0).all()
    assert set(rest["code"]) <= set(residuals.CODES)
    assert not rest.duplicated(["table", "row"]).any()
    for table, money, at, cents, mine in (
        (held.declared, "due", "declared", "declared_cents", rest["table"] != "payments"),
        (held.paid, "amount", "paid", "paid_cents", rest["table"] == "payments"),
    ):
        done = np.bincount(matches[at], matches[cents], len(table)).astype(np.int64)
        open_ = np.bincount(rest.loc[mine, "row"], rest.loc[mine, "cents"], len(table)).astype(np.int64)
        assert (done + open_ == table[money].to_numpy()).all()
    told = residuals.balance(held, matches, rest)
    for name, table, money in (("declared", held.declared, "due"), ("paid", held.paid, "amount")):
        parts = [f"matched_{name}", *(f"{name}_{status}" for status in ("설명됨", "신고로 소명", "미설명"))]
        assert (told[parts].sum(axis=1) == told[name]).all()
        assert (told[parts] >= 0).all(axis=None)
        assert told[name].sum() == table[money].sum()


def lawful(held: Ledger, matches: pd.DataFrame) -> None:
    """Nothing is matched across firms or sides, nor with a class that settles nothing."""
    d = held.declared.loc[matches["declared"]].reset_index(drop=True)
    p = held.paid.loc[matches["paid"]].reset_index(drop=True)
    assert (d["firm"] == p["firm"]).all()
    assert (d["side"] == p["side"]).all()
    assert (d["class_"] != "free").all()
    assert p["class_"].isin(["goods", "refund"]).all()
    assert ((d["currency"] == p["currency"]) | (matches["how"] == "converted")).all()
    assert ((d["day"] - p["day"]).abs() <= LIMITS["window_days"]).where(matches["how"] != "cited", True).all()
    same = (d["partner"] == p["partner"]) | (d["partner"] < 0) | (p["partner"] < 0)
    assert same.where(~matches["how"].isin(["other_party", "cited"]), True).all()
    own = matches[matches["how"] != "converted"]
    assert (own["declared_cents"] == own["paid_cents"]).all()


@settings(max_examples=30)
@given(ledgers())
def test_money_is_conserved_to_the_cent_and_nothing_is_matched_across_firms_sides_or_a_class_that_settles_nothing(
    rows: tuple[list[Row], list[Row], list[Row]],
) -> None:
    held = kept(*rows)
    matches = reconcile.match(held, LIMITS)
    conserved(held, matches)
    lawful(held, matches)


@pytest.mark.slow
@settings(max_examples=300)
@given(ledgers())
def test_many_more_ledgers_keep_to_the_cent(rows: tuple[list[Row], list[Row], list[Row]]) -> None:
    held = kept(*rows)
    matches = reconcile.match(held, LIMITS)
    conserved(held, matches)
    lawful(held, matches)


@settings(max_examples=20)
@given(ledgers(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(rows: tuple[list[Row], list[Row], list[Row]], chance: Any) -> None:
    mixed = [chance.sample(part, len(part)) for part in rows]
    assert matched(kept(*rows)) == matched(kept(*mixed))


@settings(max_examples=25)
@given(st.data())
def test_at_least_as_many_rows_are_settled_as_by_taking_the_first_equal_sum(data: st.DataObject) -> None:
    few = st.sampled_from([100_000, 200_000, 300_000])
    days, partners = st.integers(0, 250), st.sampled_from(NAMES[:2])
    exports = [
        sold(f"N{n}", data.draw(days), Decimal(data.draw(few)) / 100, partner=data.draw(partners))
        for n in range(data.draw(st.integers(1, 6)))
    ]
    payments = [
        paid(f"P{n}", data.draw(days), Decimal(data.draw(few)) / 100, partner=data.draw(partners))
        for n in range(data.draw(st.integers(1, 6)))
    ]
    held = kept(exports, payments)
    found = reconcile.match(held, LIMITS)
    whole = found[~found["how"].isin(["running", "converted"])]
    settled = whole["declared"].nunique() + whole["paid"].nunique()
    taken: set[str] = set()
    for export in sorted(exports, key=lambda row: row["accepted_on"]):
        for payment in sorted(payments, key=lambda row: row["paid_on"]):
            alike = all(export[name] == payment[name] for name in ("amount", "partner"))
            near = abs(payment["paid_on"] - export["accepted_on"]).days <= LIMITS["window_days"]
            if alike and near and payment["payment_no"] not in taken:
                taken.add(payment["payment_no"])
                break
    assert settled >= 2 * len(taken)


# cases every officer knows


def test_one_to_one() -> None:
    assert matched(kept([sold("A", 0, 5000)], [paid("P", 30, 5000)])) == [("A", "P", 500_000, "exact")]


def test_a_bank_fee_is_a_fee() -> None:
    held = kept([sold("A", 0, 50_000)], [paid("P", 30, 49_975)])
    assert matched(held) == [("A", "P", 4_997_500, "fee")]
    assert left(held) == {"A": (2_500, "fee")}


def test_freight_on_top_of_the_price_of_the_goods() -> None:
    goods = {"quantity": 100.0, "unit_price": 500.0, "incoterms": "CIF"}
    held = kept([sold("A", 0, None, **goods)], [paid("P", 30, 53_000)])
    assert matched(held) == [("A", "P", 5_000_000, "freight")]
    assert left(held) == {"P": (300_000, "freight")}


def test_one_sum_for_three_declarations_less_the_fee() -> None:
    bills = [sold("A", 0, 10_000), sold("B", 5, 12_000), sold("C", 9, 13_000)]
    assert {m[0] for m in matched(kept(bills, [paid("P", 30, 35_000)])) if m[3] == "bulk"} == {"A", "B", "C"}
    held = kept(bills, [paid("P", 30, 34_980)])
    assert {(m[0], m[3]) for m in matched(held)} == {("A", "bulk"), ("B", "bulk"), ("C", "bulk")}
    assert sum(cents for cents, code in left(held).values() if code == "fee") == 2_000


def test_thirty_and_seventy() -> None:
    held = kept([sold("A", 60, 33_333.33)], [paid("P", 10, 10_000), paid("Q", 90, 23_333.33)])
    assert {(m[1], m[3]) for m in matched(held)} == {("P", "instalment"), ("Q", "instalment")}
    assert left(held) == {}


def test_two_equal_invoices_are_paid_in_order() -> None:
    held = kept([sold("A", 0, 9000), sold("B", 30, 9000)], [paid("P", 31, 9000), paid("Q", 62, 9000)])
    assert [m[:2] for m in matched(held)] == [("A", "P"), ("B", "Q")]


def test_a_cited_number_outranks_a_nearer_equal_sum() -> None:
    held = kept([sold("A", 0, 9000)], [paid("P", 30, 9000), paid("Q", 90, 9000, cited="A")])
    assert matched(held) == [("A", "Q", 900_000, "cited")]


@pytest.mark.parametrize(("day", "settles"), [(-180, True), (180, True), (-181, False), (181, False)])
def test_half_a_year_and_not_a_day_more(day: int, settles: bool) -> None:
    held = kept([sold("A", 200, 9000)], [paid("P", 200 + day, 9000)])
    assert bool(matched(held)) is settles


def test_the_half_year_counts_from_shipment() -> None:
    shipped = {"shipped_on": START + timedelta(days=20)}
    assert matched(kept([sold("A", 0, 9000, **shipped)], [paid("P", 200, 9000)]))
    assert not matched(kept([sold("A", 0, 9000, **shipped)], [paid("P", 201, 9000)]))


def test_a_part_is_a_part() -> None:
    held = kept([sold("A", 0, 10_000)], [paid("P", 40, 6_000)])
    assert matched(held) == [("A", "P", 600_000, "running")]
    assert left(held)["A"][0] == 400_000


def test_an_overpayment_leaves_the_rest() -> None:
    first = sold("0", 0, 700), paid("0P", 20, 700)
    held = kept([first[0], sold("A", 220, 10_000)], [first[1], paid("P", 260, 16_000)])
    assert ("A", "P", 1_000_000, "running") in matched(held)
    assert left(held)["P"] == (600_000, "no_goods")


def test_a_third_party_and_the_buyer_himself() -> None:
    stranger = paid("P", 30, 9_123.45, partner=NAMES[1])
    assert matched(kept([sold("A", 0, 9_123.45)], [stranger])) == [("A", "P", 912_345, "other_party")]
    both = kept([sold("A", 0, 9_123.45)], [stranger, paid("Q", 50, 9_123.45)])
    assert [m[1] for m in matched(both)] == ["Q"]


def test_another_currency_at_the_rate_of_the_day() -> None:
    held = kept([sold("A", 0, 15_000)], [paid("P", 30, 14_000, currency="EUR")])
    assert matched(held) == [("A", "P", 1_400_000, "converted")]
    assert left(held) == {}


def test_one_payment_is_used_once() -> None:
    held = kept([sold("A", 0, 9000), sold("B", 2, 9000)], [paid("P", 30, 9000)])
    assert len(matched(held)) == 1
    assert sum(cents for cents, _ in left(held).values()) == 900_000


def test_a_payment_that_cites_another_declaration_is_not_taken() -> None:
    held = kept([sold("A", 0, 9000), sold("B", 5, 40_000)], [paid("P", 30, 9000, cited="B")])
    assert matched(held) == [("B", "P", 900_000, "cited")]


def test_much_the_same_sum_every_month_is_still_told_apart() -> None:
    """Fifteen months of four declarations paid in one sum, all sums within a fee of each other."""
    bills, payments = [], []
    for month in range(15):
        parts = [16_000 + 700 * n + 1.37 * ((5 * month + 3 * n) % 11) for n in range(4)]
        bills += [sold(f"N{month:02d}{n}", 30 * month + 4 * n, part) for n, part in enumerate(parts)]
        payments.append(paid(f"P{month:02d}", 30 * month + 32, round(sum(parts), 2)))
    found = matched(kept(bills, payments))
    assert {(d[1:3], how) for d, _, _, how in found} == {(f"{month:02d}", "bulk") for month in range(15)}
    assert all(d[1:3] == p[1:3] for d, p, _, _ in found)


def test_a_slow_payer_of_much_the_same_sums_leaves_no_old_bill_open() -> None:
    """Paid to the cent after 176 days; every sum lies within a fee of the others."""
    amounts = [44_000 + 1.91 * (7 * month % 13) for month in range(17)]
    bills = [sold(f"N{month:02d}", 30 * month, amount) for month, amount in enumerate(amounts)]
    payments = [paid(f"P{month:02d}", 30 * month + 176, amounts[month]) for month in range(12)]
    held = kept(bills, payments)
    assert [(d[1:], how) for d, p, _, how in matched(held) if d[1:] == p[1:]] == [
        (f"{month:02d}", "exact") for month in range(12)
    ]
    assert {code for _, code in left(held).values()} == {"not_due"}


def test_a_filed_late_payment_settles_what_it_cites() -> None:
    held = kept([sold("A", 0, 9000)], [paid("P", 240, 9000, cited="A", report="기간초과 결제")])
    assert left(held) == {}


def test_a_filed_late_payment_settles_the_equal_sum_it_does_not_cite() -> None:
    sale = [sold("A", 0, 9000)]
    assert left(kept(sale, [paid("P", 300, 9000, report="기간초과")])) == {}
    assert set(left(kept(sale, [paid("P", 300, 9000)]))) == {"A", "P"}


def test_goods_returned_free_of_charge_owe_nothing() -> None:
    back = {"firm": FIRMS[0], "trade_kind": "84", "terms": "GN"}
    out = [sold("A", 0, 9000)]
    refund = paid("Q", 90, 9000, side="P", reason="반품 환급")
    held = kept(out, [paid("P", 30, 9000), refund], [sold("B", 60, 9000, **back)])
    codes: Mapping[str, tuple[int, str]] = left(held)
    assert {code for _, code in codes.values()} <= {"return", "refund"}


def test_balance_lines_are_per_firm_year_side_partner_and_currency() -> None:
    held = kept(
        [sold("A", 0, 10_000), sold("B", 400, 5_000)], [paid("P", 30, 10_000), paid("Q", 60, 900, currency="EUR")]
    )
    matches = reconcile.match(held, LIMITS)
    told = residuals.balance(held, matches, residuals.left_over(held, matches, AS_OF, LIMITS))
    lines = {(r.year, r.currency): (r.declared, r.paid, round(r.deviation, 2)) for r in told.itertuples()}
    assert lines[2025, "USD"] == (1_000_000, 1_000_000, 0.0)
    assert lines[2026, "USD"][:2] == (500_000, 0)
    assert lines[2025, "EUR"] == (0, 90_000, 1.0)
    assert isinstance(told, pd.DataFrame)


@pytest.mark.parametrize(
    "cited", ["0102026100001X", "01020-26-100001x", " 01020-26-100001X ", "01020-26-100001X 외 1건"]
)
def test_a_cited_number_is_known_as_banks_write_it(cited: str) -> None:
    held = kept([sold("01020-26-100001X", 0, 9000)], [paid("P", 30, 9000), paid("Q", 90, 9000, cited=cited)])
    assert [(p, how) for _, p, _, how in matched(held)] == [("Q", "cited")]


def test_two_cited_numbers_are_paid_in_one_sum_less_the_fee() -> None:
    held = kept([sold("A", 0, 9000), sold("B", 50, 4000), sold("C", 55, 4000)], [paid("P", 90, 12_980, cited="A, B")])
    assert {(d, how) for d, _, _, how in matched(held)} == {("A", "cited"), ("B", "cited")}
    assert sum(cents for cents, code in left(held).values() if code == "fee") == 2_000


def test_a_payment_without_a_name_settles_what_it_equals() -> None:
    held = kept([sold("A", 0, 9_123.45), sold("B", 5, 700)], [paid("P", 30, 9_123.45, partner=None)])
    assert [m[:2] for m in matched(held)] == [("A", "P")]


def test_a_payment_reported_twice_is_used_once() -> None:
    first, second = sold("A", 0, 500), sold("B", 250, 9000)
    held = kept([first, second], [paid("O", 20, 500), paid("P", 280, 9000), paid("Q", 280, 9000)])
    assert sorted(m[0] for m in matched(held)) == ["A", "B"]
    assert sum(cents for cents, code in left(held).values() if code == "no_goods") == 900_000


def test_empty_files_give_nothing() -> None:
    held = kept([], [])
    matches = reconcile.match(held, LIMITS)
    rest = residuals.left_over(held, matches, AS_OF, LIMITS)
    assert len(matches) == len(rest) == len(residuals.balance(held, matches, rest)) == 0
    assert len(kept([], [paid("P", 30, 9000)]).paid) == 1
