"""Export lines and the imported goods they are: how goods are known again, what stock is left, what clears and what does not."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.entries.origin_laundering import clearing, demo, evidence, ledger, matching, screen, wording
from lib.entries.origin_laundering.ledger import PART
from lib.entries.origin_laundering.tables import schema
from lib.screening import limits as limits_of

END = date(2026, 6, 30)
LIMITS = limits_of.load(screen.ENTRY, END)
Build = Callable[..., ledger.Ledger]


def table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    known = schema(name)
    return pa.Table.from_pylist([{field: row.get(field) for field in known.names} for row in rows], known)


class Trade:
    """Lines in the making: what is not said is that of 500 flanges of 2 kg, imported from China and sold on as Korean."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {"imports": [], "exports": [], "firms": []}
        for i in range(40):  # others, so that what everybody writes is known to be common
            for side in ("imports", "exports"):
                self.add(side, firm=f"100000{i:04d}", model=f"Q{i}Z-{7 * i + 300} 4INCH", brand=None, quantity=60 + i)

    def add(self, side: str, days: int = 0, **said: Any) -> str:
        number = f"{side[0]}{len(self.rows[side])}"
        self.rows[side].append(
            {
                "item_no": number, "declaration_no": number, "firm": "0001100017", "hs": "7307210000", "goods": "FLANGE",
                "trade_name": "WELD NECK FLANGE", "model": "WN-1504K A105", "brand": "EXAMPLE", "quantity": 500.0, "unit": "EA",
                "weight_kg": 1000.0, "value_krw": 5_000_000 if side == "imports" else 5_400_000, "trade_kind": "11",
                "origin": "CN" if side == "imports" else "KR", "country": "CN" if side == "imports" else "US",
                "accepted_on": date(2026, 2, 1) + timedelta(days + (0 if side == "imports" else 40)),
            } | said
        )  # fmt: skip
        return number

    def kept(self) -> ledger.Ledger:
        return ledger.keep({name: table(name, rows) for name, rows in self.rows.items()}, END)

    def linked(self) -> pd.DataFrame:
        """Links of the firm in question, with the numbers of their lines."""
        kept = self.kept()
        rows = clearing.clear(kept, matching.link(kept, LIMITS), LIMITS)
        for name, side in (("exported", kept.exports), ("imported", kept.imports)):
            rows[f"{name}_no"] = np.array(side.lines["item_no"].to_pylist(), dtype=object)[rows[name]]
        return rows[rows["exported"].map(lambda at: kept.exports.line(at)["firm"] == "0001100017")]


def strength(**said: Any) -> float:
    """Of the link between the flanges imported and an export line that says something else of them."""
    trade = Trade()
    trade.add("imports")
    trade.add("exports", **said)
    found = trade.linked()
    return float(found["strength"].max()) if len(found) else 0.0


@pytest.mark.parametrize(
    "said",
    [
        {}, {"model": "wn 1504k a105"}, {"model": "A105 / WN1504K"}, {"trade_name": "용접목 플랜지", "goods": "플랜지"},
        {"model": "WN-1504K-KR A105", "brand": "HANBIT"}, {"model": "KR-WN1504K", "trade_name": "부품", "goods": "PARTS"},
        {"model": "WN-15O4K A105"}, {"model": "ＷＮ－１５０４Ｋ"}, {"hs": "730721"}, {"hs": "7307.21-0000"},
        {"trade_name": None, "goods": None}, {"hs": "7307910000"}, {"model": "WN-1504K A105", "quantity": 1000.0, "unit": "KG"},
    ],
)  # fmt: skip
def test_goods_are_known_again_however_they_are_written(said: dict[str, Any]) -> None:
    assert strength(**said) * 100 >= LIMITS["strong"]


@pytest.mark.parametrize(
    "said",
    [
        {"model": "HB-77120 F304", "brand": "HANBIT", "weight_kg": 3100.0},
        {"model": "PARTS SET", "trade_name": "부품", "goods": "PARTS", "brand": "NO BRAND", "weight_kg": 2400.0},
        {"model": "HB-77120", "brand": None, "trade_name": "SLIP ON FLANGE", "value_krw": 21_000_000, "weight_kg": 1700.0},
        {"model": "ZK-9921", "hs": "8481800000", "goods": "VALVE", "trade_name": "BALL VALVE", "brand": None, "weight_kg": 4000.0},
    ],
)  # fmt: skip
def test_other_goods_of_the_same_trade_are_not_taken_for_them(said: dict[str, Any]) -> None:
    assert strength(**said) * 100 < LIMITS["strong"]


@pytest.mark.parametrize(
    ("bought", "sold", "same"),
    [
        ("TYRE DF-979 235/60R18", "TYRE NH-255 235/60R18", False), ("TYRE 205/55R16", "TYRE 205/65R15", False),
        ("HEX BOLT ISO 4014 M10X30", "HEX BOLT ISO 4014 M12X50", False), ("HEX BOLT ISO 4014 GR4.8", "STUD ISO 4014 GR10.9", False),
        ("TARPAULIN 3X4M 120GSM BLUE", "TARPAULIN 3X4M 120GSM ORANGE", False), ("INVERTER ABC-1000", "INVERTER ABC-1001", False),
        ("웰드넥 150LB 3\" SS304", "SLIP ON 600# 3\" SS316L", False), ("PARTS FOR PUMP", "PARTS FOR ENGINE", False),
        ("방수포 3m x 4m 120g/㎡ 청색", "TARPAULIN 3X4M 120GSM BLUE", True), ("원단 3.6미터 150데니어", "FABRIC 3.6M 150D", True),
        ("BALL VALVE BV-3025F DN50", "BALL VALVE BV-3052F DN50", True), ("책상 1200x600 오크", "DESK 1200*600 OAK", True),
    ],
)  # fmt: skip
def test_sizes_standards_and_colours_are_no_model_and_the_next_of_a_series_is_another_one(
    bought: str, sold: str, same: bool
) -> None:
    trade = Trade()
    plain = {"goods": None, "trade_name": None, "brand": None}
    trade.add("imports", model=bought, **plain)
    trade.add("exports", model=sold, **plain)
    found = trade.linked()
    assert (bool(len(found)) and float(found["strength"].max()) * 100 >= LIMITS["strong"]) == same


def test_a_box_counts_for_itself_unless_the_text_tells_what_is_in_it() -> None:
    for sold, covered in (({"unit": "BOX", "model": "WN-1504K A105 25PCS/BOX"}, 1.0), ({"unit": "BOX"}, 1.0), ({"unit": "SET", "weight_kg": None}, None)):  # fmt: skip
        trade = Trade()
        trade.add("imports")
        trade.add("exports", quantity=20.0, **sold)
        found = trade.linked()
        assert (found["strength"] * 100 >= LIMITS["strong"]).any()
        assert (found["clears"] == "").all(), "no price of a box is that of a piece"
        assert found["covered"].max() == pytest.approx(covered) if covered else found["covered"].isna().all()


def test_countries_and_hs_are_read_as_they_are_written() -> None:
    trade = Trade()
    trade.add("imports", origin="중국", hs="303540000")
    trade.add("exports", origin="KR-A-Y-B", country="미국(US)", hs="0303.54-0000")
    found = trade.linked()
    kept = trade.kept()
    assert found["korean"].all()
    assert (found["hs"] == 0).all(), "the sheet had dropped the first 0"
    assert {"CN", "US"} <= {*kept.places}


def test_the_same_row_twice_brings_no_second_stock() -> None:
    trade = Trade()
    said = {"declaration_no": "10000-26-1", "line": "001", "spec": "01"}
    lots = [trade.add("imports", **said) for _ in range(3)]
    trade.add("exports", quantity=1500.0, weight_kg=3000.0)
    assert trade.linked()["covered"].max() == pytest.approx(1 / 3)
    aside = trade.kept().aside
    assert aside["key"].tolist() == lots[1:]


@pytest.mark.parametrize(
    ("one", "other", "tied"),
    [
        ("대구광역시 서구 새날로 88, 2층", "대구 서구 새날로 88 (비산동) 2층", True), ("부산 사하구 다대로 12, 3층 301호", "부산광역시 사하구 다대로 12 301호", True),
        ("부산 사하구 다대로 12, 301호", "부산 사하구 다대로 12, 305호", False), ("부산 사하구 다대로 12", "부산 사하구 다대로 12-1", False),
    ],
)  # fmt: skip
def test_one_address_is_known_however_it_is_written(one: str, other: str, tied: bool) -> None:
    trade = Trade()
    trade.add("imports", firm="0002200018")
    trade.add("exports")
    for firm, address in (("0001100017", one), ("0002200018", other)):
        trade.rows["firms"].append({"firm": firm, "name": "예시", "address": address})
    assert bool(len(trade.linked())) == tied


def test_exports_draw_on_the_oldest_stock_first_and_never_on_more_than_came_in() -> None:
    trade = Trade()
    lots = [trade.add("imports", days=days) for days in (0, 10)]
    out = [trade.add("exports", days=days, quantity=float(n)) for days, n in ((0, 300), (5, 400), (9, 600))]
    found = trade.linked()
    drawn = found.pivot_table(index="exported_no", columns="imported_no", values="share", aggfunc="sum").fillna(0)
    taken = drawn.mul([300.0, 400.0, 600.0], axis=0)
    assert taken.loc[out[0]].tolist() == [300.0, 0.0]
    assert taken.loc[out[1]].tolist() == [200.0, 200.0]
    assert taken.loc[out[2]].tolist() == pytest.approx([0.0, 300.0])
    assert [lots[0], lots[1]] == [*taken.columns]
    assert found.groupby("exported_no")["covered"].max()[out[2]] == pytest.approx(0.5), "the rest never came in"


def test_goods_do_not_leave_before_they_came_nor_a_year_after() -> None:
    trade = Trade()
    trade.add("imports", days=100)
    trade.add("imports", days=-500)
    trade.add("exports")
    assert trade.linked().empty


@pytest.mark.parametrize(
    ("bought", "sold"), [({"quantity": 0.0, "weight_kg": None}, {}), ({}, {"quantity": -5.0, "weight_kg": 0.0}), ({"value_krw": None}, {})]
)  # fmt: skip
def test_lines_without_a_usable_quantity_or_value_are_compared_by_what_is_left(
    bought: dict[str, Any], sold: dict[str, Any]
) -> None:
    trade = Trade()
    number = trade.add("imports", **bought)
    trade.add("exports", **sold)
    found = trade.linked()
    assert (found["strength"] * 100 >= LIMITS["strong"]).any()
    assert found["strength"].notna().all()
    told = trade.kept().aside
    assert (number in set(told["key"])) == (bought.get("quantity") == 0.0)


def test_a_tied_firm_may_have_brought_the_goods_and_a_stranger_not() -> None:
    for tie in ({"ceo": "가나다"}, {"address": "가온시 나래구 한빛로 12"}, {}):
        trade = Trade()
        trade.add("imports", firm="0002200018")
        trade.add("exports")
        for firm in ("0001100017", "0002200018"):
            trade.rows["firms"].append({"firm": firm, "name": "예시", **tie})
        assert bool(len(trade.linked())) == bool(tie)
    trade = Trade()
    trade.add("imports", firm="0002200018")
    trade.add("exports", maker="0002200018")
    assert len(trade.linked())


def cleared(bought: dict[str, Any] | None = None, firm: dict[str, Any] | None = None, **sold: Any) -> str:
    trade = Trade()
    trade.add("imports", **(bought or {}))
    trade.add("exports", **sold)
    trade.rows["firms"].append({"firm": "0001100017", "name": "예시", **(firm or {})})
    return str(trade.linked().sort_values("strength")["clears"].iloc[-1])


def test_honest_ways_out_clear_a_link_and_the_declared_origin_alone_never_does() -> None:
    assert cleared() == ""
    assert cleared(origin="CN") == "", "some declare China here and Korea there"
    assert cleared(origin="CN", trade_kind="72") == "as_is"
    assert cleared(origin="CN", cited="i40") == "as_is"
    assert cleared(origin="KR", trade_kind="72") == "", "unchanged foreign goods are not Korean"
    assert cleared(trade_kind="92", quantity=5.0, weight_kg=10.0, value_krw=50_000) == "sample"
    assert cleared(trade_kind="84", origin="CN") == "repair"
    assert cleared({"trade_kind": "84"}, trade_kind="84") == "repair"
    assert cleared(trade_kind="84") == "", "500 flanges that came for sale leave as repaired ones, and Korean"
    assert cleared(trade_name="FLANGE A/S", quantity=5.0, weight_kg=10.0, value_krw=54_000) == "service"
    assert cleared(trade_name="FLANGE A/S", quantity=5.0, weight_kg=10.0, value_krw=90_000_000) == "", (
        "not of that worth"
    )
    assert cleared({"trade_kind": "21"}, trade_kind="21", weight_kg=1400.0, value_krw=9_000_000) == "toll"
    assert cleared({"trade_kind": "21"}, trade_kind="21", value_krw=9_000_000) == "", "dearer is no trace of work"
    worked = {"hs": "8481800000", "model": "WN-1504KX", "weight_kg": 2600.0, "trade_name": "VALVE BODY"}
    assert cleared(**worked, value_krw=9_500_000) == "processing"
    assert cleared(**worked) == "", "another heading alone, at the imported price, is no work"
    plain: dict[str, Any] = {"model": None}
    assert cleared(plain, **plain, value_krw=12_000_000) == "value"
    more = {"quantity": 9000.0, "weight_kg": 18000.0, "value_krw": 90_000_000}
    assert cleared(plain, {"factory": True}, **plain, **more) == "domestic"
    assert cleared(plain, {"factory": False}, **plain, **more) == ""
    assert cleared(value_krw=12_000_000) == "", "the same model at any price is the same goods"


def test_unchanged_goods_declared_korean_are_told() -> None:
    trade = Trade()
    trade.add("imports")
    trade.add("exports", trade_kind="72 원상태")
    assert trade.linked()["against"].all()


# what is shown


@given(st.text(max_size=60), st.text(max_size=60))
def test_marking_what_differs_loses_no_letter(one: str, other: str) -> None:
    told = evidence.differing(one, other)
    assert ["".join(part for part, _ in side) for side in told] == [one, other]
    if one == other:
        assert not any(differs for side in told for _, differs in side)


@settings(max_examples=300)
@given(st.text(max_size=80))
def test_no_text_stops_the_comparison(text: str) -> None:
    told = wording.worded(text + PART + text)
    assert all(key for _, key in wording.keys(told))
    assert wording.worded(text).codes == told.codes


def test_a_link_is_told_by_its_parts_which_add_up_to_its_strength() -> None:
    trade = Trade()
    trade.add("imports")
    trade.add("exports")
    row = trade.linked().iloc[0].to_dict()
    odds = matching.weights()["bias"]["start"] + sum(weight for _, weight in evidence.parts(row))
    assert 1 / (1 + np.exp(-odds)) == pytest.approx(row["strength"])


def test_better_never_counts_for_less() -> None:
    for part, ordered in matching.ORDERED.items():
        levels = [matching.weights()[part][name] for name in matching.LEVELS[part][:ordered]]
        assert levels == sorted(levels, reverse=True), part


# the list


@pytest.fixture(scope="module")
def ranked() -> tuple[demo.World, screen.Exporters]:
    made = demo.world(41, world="eval")
    return made, screen.screen(made.tables, as_of=demo.END)


def test_laundering_firms_come_first_and_honest_ones_are_explained(
    ranked: tuple[demo.World, screen.Exporters],
) -> None:
    made, listed = ranked
    truth = made.truth.to_pandas().assign(subject=lambda rows: rows["firm"].str.replace("-", ""))
    kinds = listed.rows[["subject"]].merge(truth, on="subject", how="left")
    assert kinds["harmful"].fillna(False).astype(bool).head(20).mean() >= 0.9
    honest = set(kinds.loc[kinds["kind"].isin(["as_is", "returned", "repair", "service"]), "subject"])
    rows = listed.rows[listed.rows["subject"].isin(honest)]
    assert (rows["grade"] == "해당없음").mean() >= 0.9
    assert (rows["cleared_share"] > 0.9).mean() >= 0.8


def test_a_lead_shows_both_rows_and_masks_people(ranked: tuple[demo.World, screen.Exporters]) -> None:
    made, listed = ranked
    found = listed.finding(str(listed.rows["subject"].iloc[0]))
    first = found.reasons[0].evidence[0].detail
    assert {"수출 모델규격", "수입 모델규격", "수출 원산지", "수입 원산지", "연결 강도"} <= {*first}
    people = {ceo for ceo in made.tables["firms"]["ceo"].to_pylist() if ceo}
    told = repr(found.as_dict())
    assert not any(f"'{ceo}'" in told for ceo in people)
    assert all(reason.evidence for reason in found.reasons)


def test_the_file_of_links_names_both_declarations(ranked: tuple[demo.World, screen.Exporters]) -> None:
    _, listed = ranked
    sheet = screen.sheet_of_links(listed)
    assert {"수출 신고번호", "수입 신고번호", "연결 강도", "설명"} <= {*sheet.columns}
    assert sheet["연결 강도"].min() * 100 >= LIMITS["strong"]


def test_nothing_is_known_before_it_happened(ranked: tuple[demo.World, screen.Exporters]) -> None:
    made, _ = ranked
    day = demo.END - timedelta(300)
    listed = screen.screen(made.tables, as_of=day)
    cut = {
        name: rows.filter(pa.compute.less_equal(rows["accepted_on"], pa.scalar(day))) if "accepted_on" in rows.column_names else rows
        for name, rows in made.tables.items()
    }  # fmt: skip
    pd.testing.assert_frame_equal(listed.rows, screen.screen(cut, as_of=day).rows)
