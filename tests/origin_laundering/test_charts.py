"""What the page draws says what the links say: stock adds up, money is kept, what differs is marked."""

from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from lib.entries.origin_laundering import charts, demo, network, screen, tariffs
from lib.entries.origin_laundering.tables import TABLES, schema

DAY = date(2026, 6, 30)


def line(name: str, no: str, day: date, **more: Any) -> dict[str, Any]:
    told = {
        "item_no": no, "declaration_no": no, "accepted_on": day, "firm": "000-11-11111", "hs": "7307210000",
        "goods": "FLANGE", "trade_name": "WELD NECK FLANGE", "brand": "EXAMPLE", "model": "WN-15077 4INCH", "quantity": 100.0,
        "unit": "EA", "weight_kg": 200.0, "value_krw": 10_000_000, "origin": "CN" if name == "imports" else "KR",
        "country": "CN" if name == "imports" else "US", "trade_kind": "11", **more,
    }  # fmt: skip
    return {column.name: told.get(column.name) for column in TABLES[name].columns}


def made(imports: list[dict[str, Any]], exports: list[dict[str, Any]]) -> screen.Exporters:
    other = [
        line("exports", f"X{i}", DAY, firm=f"000-22-{i:05}", hs="0101210000", model=f"HORSE {i}", goods="HORSE", trade_name=None, brand=None)
        for i in range(30)
    ]  # fmt: skip
    rows = {
        "imports": [line("imports", **one) for one in imports],
        "exports": [*[line("exports", **one) for one in exports], *other],
        "firms": [
            {"firm": "000-11-11111", "name": "㈜가온", "ceo": "가나다", "address": "가온시 나래구 1"},
            {"firm": "000-33-33333", "name": "㈜나래", "ceo": "가나다", "address": "가온시 나래구 1"},
        ],
    }
    tables = {
        name: pa.Table.from_pylist(
            [{**dict.fromkeys(schema(name).names), **row} for row in some], schema(name)
        )
        for name, some in rows.items()
    }  # fmt: skip
    return screen.screen(tables, as_of=DAY)


@pytest.fixture(scope="module")
def small() -> screen.Exporters:
    return made(
        [
            {"no": "M1", "day": date(2026, 1, 5)},
            {"no": "M2", "day": date(2026, 3, 5), "firm": "000-33-33333"},
        ],
        [
            {"no": "E1", "day": date(2026, 2, 1), "quantity": 60.0, "weight_kg": 120.0, "value_krw": 6_300_000},
            {"no": "E2", "day": date(2026, 4, 1), "quantity": 200.0, "weight_kg": 400.0, "value_krw": 21_000_000},
        ],
    )


@cache
def world() -> tuple[screen.Exporters, pd.DataFrame]:
    ranking = screen.screen(demo.world(5).tables, as_of=demo.END)
    return ranking, charts.whole(ranking)


def test_a_firms_links_are_those_its_evidence_rests_on() -> None:
    ranking, rows = world()
    for firm in ranking.rows["subject"].head(5):
        told = charts.of_firm(ranking, rows, firm)
        found = ranking.explain.of.of(firm)  # type: ignore[attr-defined]
        assert len(told) == len(found)
        assert told["won"].sum() == pytest.approx(found["won"].sum())
        assert (told["status"] == charts.SUSPECT).sum() == found["suspect"].sum()


def test_the_pair_shown_says_what_both_lines_say(small: screen.Exporters) -> None:
    link = charts.whole(small).to_dict("records")[0]
    fields = {field.title: field for field in charts.fields(small, link)}
    assert fields["원산지"].imported == [("중국(CN)", True)]
    assert fields["원산지"].exported == [("한국(KR)", True)]
    assert fields["모델규격"].imported == [("WN-15077 4INCH", False)]
    assert "성분" not in fields, "said by neither"
    odds = charts.parts(link)["odds"].sum()
    assert 1 / (1 + np.exp(-odds)) == pytest.approx(link["strength"])


@pytest.mark.parametrize(
    ("one", "other", "marks"),
    [
        ("AB-100", "AB-200", ("1", "2")),
        ("ＡＢ－100", "AB-100", ("", "")),
        ("FLANGE", "밸브", ("FLANGE", "밸브")),
        ("", "AB", ("", "")),
    ],
)
def test_only_what_differs_is_marked_and_nothing_is_lost(one: str, other: str, marks: tuple[str, str]) -> None:
    for text, stretches, mark in zip((one, other), charts.marked(one, other), marks, strict=True):
        assert "".join(part for part, _ in stretches) == (text or "-")
        assert "".join(part for part, differs in stretches if differs) == mark


def test_stock_rises_with_imports_falls_with_exports_and_tells_what_it_cannot_explain(small: screen.Exporters) -> None:
    rows = charts.whole(small)
    told = [charts.stock(small, rows, source) for source in sorted(rows["source"].unique())]
    assert [one.unit for one in told] == ["개"] * len(told)
    own = told[0]
    assert own.imported == 100
    assert own.steps["what"].iloc[0] == "수입"
    assert own.steps["left"].min() == pytest.approx(0)
    assert own.steps["change"].sum() == pytest.approx(own.steps["left"].iloc[-1])
    assert own.sold == 260
    assert own.drawn <= 200 + 1e-6, "no more than was imported by the whole family"
    assert own.sold - own.drawn >= 60 - 1e-6
    assert set(own.prices["what"]) == {"수입", charts.SUSPECT}
    assert own.prices["price"].round().tolist()[:2] == [100_000, 105_000]


def test_every_stock_of_the_demo_is_never_below_nothing() -> None:
    ranking, rows = world()
    for source in rows["source"].drop_duplicates().head(60):
        told = charts.stock(ranking, rows, int(source))
        if told.unit and not told.uncounted and len(told.steps):
            assert told.steps["left"].min() >= -1e-6 * told.imported


@pytest.mark.parametrize("firms", [True, False])
def test_goods_flow_on_without_loss(firms: bool) -> None:
    ranking, rows = world()
    told = charts.flows(ranking, rows, firms=firms)
    sums = told.groupby("layer")["won"].sum()
    assert len(sums) == (3 if firms else 1)
    assert sums.to_numpy() == pytest.approx(rows.loc[rows["status"] != charts.WEAK, "won"].sum())
    assert charts.monthly(rows).to_numpy().sum() == pytest.approx(sums.iloc[0])
    cleared = rows.loc[rows["status"] == charts.CLEARED, "won"].sum()
    assert charts.explained(rows)["won"].sum() == pytest.approx(cleared)


def test_without_links_there_is_nothing_to_draw_and_nothing_breaks() -> None:
    ranking, rows = world()
    none = rows.iloc[:0]
    assert charts.flows(ranking, none, firms=True).empty
    assert charts.flows(ranking, none, firms=False).empty
    assert charts.monthly(none).empty
    assert charts.explained(none).empty
    assert charts.listed(ranking, none).empty
    table = charts.paying(ranking, DAY, "CN")
    assert charts.went(ranking, none, table, "CN").empty


def test_cells_hold_the_exports_that_went_there(small: screen.Exporters) -> None:
    rows = charts.whole(small)
    table = charts.paying(small, DAY, "CN")
    assert (table > 0).any(axis=1).all()
    (cell,) = charts.went(small, rows, table, "CN").to_dict("records")
    assert cell["hs"].startswith("7307")
    assert cell["place"] == "US"
    assert cell["won"] == pytest.approx(rows.loc[rows["status"] == charts.SUSPECT, "won"].sum())
    assert cell["firms"] == 1
    assert charts.went(small, rows, charts.paying(small, DAY, "VN"), "VN").empty
    link = rows.to_dict("records")[0]
    behind = charts.behind(small, link)
    assert behind["차이(%p)"].sum() == pytest.approx(link["incentive"])
    named = charts.in_force(small, DAY, "CN")
    assert set(named["실제 원산지"]) == {"중국", "모든 나라"}
    assert {"CN"} <= set(charts.origins(small))


def test_members_of_the_union_are_found_in_its_column() -> None:
    ranking, rows = world()
    table = charts.paying(ranking, DAY, "CN")
    sent = charts.went(ranking, rows, table, "CN")
    assert set(sent["place"]) <= set(table.columns)
    assert not set(sent["place"]) & tariffs.MEMBERS


def test_a_family_is_tied_by_every_reason_known_and_goods_pass_between(small: screen.Exporters) -> None:
    graph = network.graph(small, charts.whole(small))
    (tie,) = graph.table.to_dict("records")
    assert tie["kind"] == "대표자 같음 · 주소 같음"
    assert tie["from"] == "0003333333"
    assert tie["amount"] > 0
    kinds = dict(zip(graph.nodes["id"], graph.nodes["kind"], strict=True))
    assert kinds["0003333333"] == network.IMPORTER
    assert kinds["0001111111"].startswith("수출업체: ")
    told = network.members(small, ["0001111111", "0003333333"])
    assert told["대표자"].tolist() == ["가**", "가**"]
    assert told["등급"].iloc[1] == "수출 없음"
