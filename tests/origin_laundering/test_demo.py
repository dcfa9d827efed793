"""The made-up trade: as the contract wants it, physically possible, and with nothing in it that gives the truth away."""

import re
from dataclasses import asdict
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

from lib.entries.origin_laundering import demo
from lib.entries.origin_laundering.products import PARTS, PRODUCTS
from lib.entries.origin_laundering.tables import TABLES, schema
from lib.settings import DATA
from lib.tables import checking, reading

SHIPPED = DATA / "origin_laundering" / "demo"
FILES = ("imports", "exports", "firms")


@pytest.fixture(scope="module")
def made() -> demo.World:
    return demo.world(5)


def frames(world: demo.World) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Links with their export (``_e``) and import (``_i``) beside them, exports, imports."""
    exports, imports = (world.tables[name].to_pandas().set_index("item_no") for name in ("exports", "imports"))
    links = world.links.to_pandas()
    joined = links.join(exports.add_suffix("_e"), on="export_no").join(imports.add_suffix("_i"), on="import_no")
    return joined, exports, imports


@pytest.mark.parametrize("name", FILES)
def test_the_sample_keeps_the_contract(name: str) -> None:
    checked = checking.check(reading.read(SHIPPED / f"{name}.csv"), TABLES[name])
    assert 200 < checked.total <= 4000
    assert (checked.violation_count, checked.unused, checked.absent) == (0, (), ())


def test_the_sample_is_what_the_code_makes() -> None:
    made = demo.world(7)
    for name in FILES:
        read = checking.check(reading.read(SHIPPED / f"{name}.csv"), TABLES[name]).rows
        told = [c.name for c in TABLES[name].columns if c.kind != "text"] + [TABLES[name].key]
        assert read.select(told).to_pylist() == made.tables[name].select(told).to_pylist()
    assert pd.read_csv(SHIPPED / "truth.csv")["firm"].to_list() == made.truth["firm"].to_pylist()
    assert pd.read_csv(SHIPPED / "links.csv")["export_no"].to_list() == made.links["export_no"].to_pylist()


@pytest.mark.parametrize("name", ["train", "eval", "demo"])
def test_every_kind_is_there_in_its_share(name: Any) -> None:
    world = demo.world(3, world=name)
    truth = world.truth.to_pandas()
    assert truth["firm"].is_unique
    assert set(truth.loc[truth["harmful"], "kind"]) == set(demo.HARMFUL)
    assert set(truth.loc[~truth["harmful"], "kind"]) == set(demo.HARMLESS)
    firms = len(world.tables["firms"])
    assert 0.14 < truth["harmful"].sum() / firms < 0.21
    assert 0.22 < (~truth["harmful"]).sum() / firms < 0.34
    planted = truth[truth["harmful"]]
    assert planted["start"].between(demo.START, demo.END).all()
    assert truth.loc[~truth["harmful"], "start"].isna().all()
    assert set(truth["firm"]) < set(world.tables["firms"]["firm"].to_pylist())


def test_a_seed_makes_one_world_and_another_seed_another() -> None:
    one, same, other = (demo.world(seed, firms=60) for seed in (1, 1, 2))
    assert (one.truth, one.links, one.tables) == (same.truth, same.links, same.tables)
    assert not one.tables["exports"].equals(other.tables["exports"])


def test_tables_are_typed_as_the_contract_says(made: demo.World) -> None:
    assert tuple(made.tables) == ("imports", "exports", "firms")
    for name, table in made.tables.items():
        assert table.schema.remove(len(table.schema) - 1).equals(schema(name))
        assert table["row_no"].to_pylist() == [*range(2, len(table) + 2)]
        assert len(set(table[TABLES[name].key].to_pylist())) == len(table)
        if "accepted_on" in table.column_names:
            days = table["accepted_on"].to_pylist()
            assert demo.START <= min(days) < max(days) <= demo.END
    known = set(made.tables["firms"]["firm"].to_pylist())
    for name, column in (("imports", "firm"), ("exports", "firm"), ("exports", "maker"), ("exports", "agent")):
        assert set(made.tables[name][column].drop_null().to_pylist()) <= known


def test_the_worlds_differ_in_every_parameter() -> None:
    train, evaluated = (asdict(demo.WAYS[name]) for name in ("train", "eval"))
    assert [name for name in train if train[name] == evaluated[name]] == []
    known = {product.hs for product in PRODUCTS}
    assert all(set(ways.left_out) <= known for ways in demo.WAYS.values())
    assert not set(train["left_out"]) & set(evaluated["left_out"])


def test_goods_are_declared_elsewhere_as_they_say() -> None:
    for product in PRODUCTS:
        six, four, other = product.other_hs
        assert len({product.hs, *product.other_hs}) == 4
        assert six[:6] == product.hs[:6]
        assert (four[:4], four[:6] == product.hs[:6]) == (product.hs[:4], False)
        assert other[:4] != product.hs[:4]
        assert all(part.hs[:4] != product.hs[:4] for part in PARTS[product.business] if part.business != "귀금속")


@pytest.mark.parametrize("name", ["train", "eval"])
def test_goods_leave_after_they_came_and_no_more_than_came(name: Any) -> None:
    links, exports, imports = frames(demo.world(9, world=name))
    assert links["export_no"].isin(exports.index).all()
    assert links["import_no"].isin(imports.index).all()
    assert (links["accepted_on_i"] < links["accepted_on_e"]).all()
    assert not links.duplicated(["export_no", "import_no"]).any()
    drawn = links.groupby("import_no")["quantity"].sum()
    came = imports.loc[drawn.index, "quantity"]
    told = came.gt(0)
    assert told.mean() > 0.9
    assert (drawn[told] <= came[told]).all()
    per_export, per_import = (links.groupby(side).size() for side in ("export_no", "import_no"))
    assert (per_export > 1).mean() > 0.05
    assert (per_import > 1).mean() > 0.1
    days = pd.to_datetime(links["accepted_on_e"]) - pd.to_datetime(links["accepted_on_i"])
    assert days.dt.days.between(3, 150).mean() > 0.85
    once = links[(links["unit_e"] == links["unit_i"]) & ~links["export_no"].duplicated(keep=False)]
    once = once[once["quantity_e"].gt(0) & (once["kind"] != "mixing")]
    assert np.allclose(once["quantity_e"], once["quantity"])


def test_noise_does_to_the_words_what_its_level_says() -> None:
    def bare(text: pd.Series) -> pd.Series:
        wide = text.str.normalize("NFKC").str.upper().str.replace(r"MODEL:|[^A-Z0-9]", "", regex=True)
        return wide.map(lambda t: "".join(sorted(t)))

    told = {}
    for level in range(4):
        links = frames(demo.world(4, firms=120, noise=level))[0]
        assert set(links["noise"]) == {level}
        links = links.dropna(subset=["model_e", "model_i", "brand_e", "brand_i"])  # cells left out are no rewording
        told[level] = (
            float((links["model_e"] == links["model_i"]).mean()),
            float((bare(links["model_e"]) == bare(links["model_i"])).mean()),
            float((links["brand_e"].str.upper() == links["brand_i"].str.upper()).mean()),
        )
    assert told[0][:2] == (1, 1)
    assert told[1][0] < 0.35
    assert told[1][1] > 0.99
    assert 0.05 < told[2][1] < 0.7
    assert told[3][1] < 0.12
    assert told[3][2] < 0.3 < 0.6 < told[2][2]


def test_kinds_do_what_they_are_named_for(made: demo.World) -> None:
    links, exports, imports = frames(made)
    truth = made.truth.to_pandas()
    links = links.assign(cost=links["value_krw_i"].astype(float) / links["quantity_i"].where(links["quantity_i"] > 0))
    links["uplift"] = (
        links["value_krw_e"].astype(float) / links["quantity_e"].where(links["quantity_e"] > 0) / links["cost"] - 1
    )
    once = links[~links["export_no"].duplicated(keep=False)]

    def of(kind: str, rows: pd.DataFrame = links) -> pd.DataFrame:
        return rows[rows["kind"] == kind]

    def firms(kind: str) -> set[str]:
        return set(truth.loc[truth["kind"] == kind, "firm"])

    assert (of("relabel")["origin_e"].dropna() == "KR").all()
    assert of("relabel", once)["uplift"].quantile(0.75) < 0.2
    assert of("gold", once)["uplift"].median() < 0.05
    assert (of("repack")["unit_e"] != of("repack")["unit_i"]).all()
    assert (of("two_faces")["origin_e"].dropna() != "KR").all()
    assert (of("third_party")["firm_e"] != of("third_party")["firm_i"]).all()
    assert (
        links.loc[links["kind"] != "third_party", "firm_e"] == links.loc[links["kind"] != "third_party", "firm_i"]
    ).all()
    shifted = of("hs_shift")
    assert (
        shifted["hs_e"].str.replace(r"\D", "", regex=True).str[:6]
        != shifted["hs_i"].str.replace(r"\D", "", regex=True).str[:6]
    ).all()
    honest = links[~links["harmful"]]
    assert (honest["origin_e"].dropna() != "KR").all()
    assert of("as_is")["cited_e"].notna().mean() > 0.6
    assert not set(links["firm_e"]) & (firms("maker") | firms("maker_same_hs") | firms("domestic_mix"))
    for kind in ("maker", "maker_same_hs"):
        assert firms(kind) <= set(exports["firm"])
        assert firms(kind) <= set(imports["firm"])
    assert not firms("exporter") & set(imports["firm"])
    for firm in firms("maker"):
        sold, bought = (side.loc[side["firm"] == firm, "value_krw"].astype(float).sum() for side in (exports, imports))
        assert sold > 1.4 * bought
    surging = truth[truth["kind"] == "surge"]
    for firm, start in zip(surging["firm"], surging["start"], strict=True):
        ours = set(of("surge").loc[of("surge")["firm_i"] == firm, "hs_i"].str[:4])
        before = imports[(imports["firm"] == firm) & (imports["accepted_on"] < demo.START + (start - demo.START) / 4)]
        assert not ours & set(before["hs"].str[:4])


def test_no_number_order_or_form_gives_a_firm_away() -> None:
    """Serial numbers, places in the files, names: no feature by itself, nor a tree of them, tells offenders from others."""
    told = [_firm_forms(seed, world) for seed, world in ((11, "train"), (12, "eval"), (13, "demo"), (14, "train"))]
    _no_better_than_chance(told, 0.1)


def test_no_form_of_a_line_gives_it_away() -> None:
    """Of ordinary trade under Korean origin: serials, rows, weekdays, roundness of numbers, letters of the words."""
    told = [_line_forms(seed, world) for seed, world in ((21, "train"), (22, "eval"), (23, "demo"))]
    _no_better_than_chance(told, 0.12)


def _no_better_than_chance(told: list[tuple[pd.DataFrame, np.ndarray]], margin: float) -> None:
    x, y = pd.concat([forms for forms, _ in told]), np.concatenate([truth for _, truth in told])
    groups = np.repeat(np.arange(len(told)), [len(truth) for _, truth in told])
    assert 50 < y.sum() < len(y) / 2
    alone = {column: roc_auc_score(y, x[column].fillna(-1)) for column in x}
    assert {column: auc for column, auc in alone.items() if abs(auc - 0.5) > margin} == {}
    tree = DecisionTreeClassifier(max_depth=4, min_samples_leaf=20, random_state=0)
    folds = GroupKFold(len(told))
    guessed = cross_val_predict(tree, x.fillna(-1), y, groups=groups, cv=folds, method="predict_proba")[:, 1]
    assert abs(roc_auc_score(y, guessed) - 0.5) < margin


def _firm_forms(seed: int, name: Any) -> tuple[pd.DataFrame, np.ndarray]:
    world = demo.world(seed, world=name)
    firms = world.tables["firms"].to_pandas().set_index("firm")
    truth = world.truth.to_pandas()
    harmful = firms.index.isin(truth.loc[truth["harmful"], "firm"])
    forms = pd.DataFrame(
        {
            "digits": firms.index.str.replace("-", "").astype(int),
            "row": firms["row_no"] / len(firms),
            "name": firms["name"].str.len(),
            "form": firms["name"].str.find("㈜"),
            "last": firms["name"].map(lambda n: ord(n[-1])),
            "ceo": firms["ceo"].map(lambda n: ord(n[0])),
            "address": firms["address"].str.len(),
            "month": firms["founded_on"].map(lambda d: d.month * 31 + d.day),
        }
    )
    for at, side in enumerate(("imports", "exports")):
        rows = world.tables[side].to_pandas()
        one = rows.sample(frac=1, random_state=seed).drop_duplicates("firm").set_index("firm").reindex(firms.index)
        any_row = rows.sample(len(firms), random_state=seed + at, replace=True).set_index(firms.index)
        one = one.where(one["declaration_no"].notna(), any_row)  # which files a firm is in is behaviour, not form
        forms[f"{side}_serial"] = one["declaration_no"].str.replace(r"\D", "", regex=True).str[-6:].astype(float)
        forms[f"{side}_row"] = one["row_no"] / len(rows)
        forms[f"{side}_partner"] = one["partner"].str.split().str[0].str.len()
    return forms, harmful


def _line_forms(seed: int, name: Any) -> tuple[pd.DataFrame, np.ndarray]:
    world = demo.world(seed, world=name)
    links, exports, _ = frames(world)
    lines = exports[(exports["origin"] == "KR") & (exports["trade_kind"] == "11")]
    harmful = lines.index.isin(links.loc[links["harmful"], "export_no"])
    model, when = lines["model"].fillna(""), pd.to_datetime(lines["accepted_on"])
    number = lines["declaration_no"].str.replace(r"\D", "", regex=True)
    value = lines["value_krw"].astype(float).fillna(0)
    forms = pd.DataFrame(
        {
            "office": number.str[:5].astype(int),
            "serial": number.str[-6:].astype(int),
            "row": lines["row_no"] / len(exports),
            "line": lines["line"].astype(int),
            "weekday": when.dt.weekday,
            "day": when.dt.day,
            "round": [len(str(int(q))) - len(str(int(q)).rstrip("0")) for q in lines["quantity"].fillna(0)],
            "won": value % 1000,
            "price": lines["unit_price"].fillna(0) * 1e4 % 10,
            "hs": lines["hs"].str.len(),
            "lower": model.map(lambda t: sum(c.islower() for c in t)),
            "wide": model.map(lambda t: bool(re.search("[！-～]", t))),
            "length": model.str.len(),
            "spaces": model.str.count(" "),
            "marks": model.str.count(r"[^\w\s]"),
            "korean": lines["trade_name"].fillna("").str.contains("[가-힣]"),
            "empty": lines[["quantity", "weight_kg", "brand", "component", "trade_name", "unit"]].isna().sum(axis=1),
        }
    )
    return forms.astype(float), harmful


def test_lines_gives_the_lines_asked_for() -> None:
    begun = perf_counter()
    world = demo.lines(20_000, 15_000)
    assert perf_counter() - begun < 10
    assert (len(world.tables["imports"]), len(world.tables["exports"])) == (20_000, 15_000)
    firms = set(world.tables["firms"]["firm"].to_pylist())
    assert len(firms) == len(world.tables["firms"])
    links, exports, imports = frames(world)
    assert exports.index.is_unique
    assert imports.index.is_unique
    assert set(exports["firm"]) | set(imports["firm"]) | set(exports["maker"].dropna()) <= firms
    assert (links["accepted_on_i"] < links["accepted_on_e"]).all()
    assert exports["cited"].dropna().isin(imports["declaration_no"]).mean() > 0.6
    same = links[(links["noise"] == 0) & links["model_e"].notna() & links["model_i"].notna()]
    assert (same["model_e"] == same["model_i"]).all()
    assert exports["model"].nunique() > 4_000
    for lines in (exports, imports):
        assert (lines.index == lines["declaration_no"] + "-" + lines["line"] + "-" + lines["spec"]).all()
    for name, table in world.tables.items():
        assert table.schema.remove(len(table.schema) - 1).equals(schema(name))
        assert isinstance(table, pa.Table)
