"""The made-up trade: as the contract wants it, with its money conserved, and with nothing in it that gives the truth away."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

from lib.entries.fetch import demo
from lib.entries.fetch.tables import TABLES, schema
from lib.settings import DATA, ROOT
from lib.tables import checking, reading

SHIPPED = DATA / "fetch" / "demo"


@pytest.fixture(scope="module")
def made() -> demo.World:
    return demo.world(5)


@pytest.fixture(scope="module")
def shipped() -> dict[str, pa.Table]:
    return {name: reading.read(SHIPPED / f"{name}.csv") for name in TABLES}


@pytest.mark.parametrize("name", TABLES)
def test_the_sample_keeps_the_contract(name: str, shipped: dict[str, pa.Table]) -> None:
    checked = checking.check(shipped[name], TABLES[name])
    assert checked.total > 100
    assert (checked.violations, checked.unused) == ((), ())


def test_the_sample_holds_every_kind_and_more_honest_look_alikes_than_crimes() -> None:
    truth = pd.read_csv(SHIPPED / "truth.csv", keep_default_na=False)
    harmful = truth[truth["harmful"]]
    assert set(harmful["typology"]) == set(demo.HARMFUL)
    assert set(truth["kind"]) == {*demo.HARMLESS, "ordinary", ""}
    assert truth["kind"].isin([*demo.HARMLESS]).sum() >= len(harmful)
    assert (harmful["amount_usd"].astype(float) > 0).all()
    assert (truth.loc[~truth["harmful"], "typology"] == "").all()


def test_the_sample_is_small_and_no_page_reads_its_truth() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.glob("*.csv")) < 6_000_000
    told = {path.stem for path in SHIPPED.glob("truth*.csv")}
    assert told == {"truth", "truth_matches", "truth_residuals"}
    assert not told & set(TABLES)
    readers = [*(ROOT / "lib" / "entries" / "fetch").glob("*.py"), *(ROOT / "pages").glob("*.py")]
    assert not [
        p.name for p in readers if p.name not in ("demo.py", "training.py") and "truth" in p.read_text(encoding="utf-8")
    ]


def test_a_seed_makes_one_world_and_another_seed_another() -> None:
    one, same, other = (demo.world(seed, firms=60) for seed in (1, 1, 2))
    assert one.truth.equals(same.truth)
    assert one.matches.equals(same.matches)
    assert all(one.tables[name].equals(same.tables[name]) for name in TABLES)
    assert not one.tables["payments"].equals(other.tables["payments"])


def test_tables_are_typed_as_the_contract_says(made: demo.World) -> None:
    for name, table in made.tables.items():
        assert table.schema.remove(len(table.schema) - 1).equals(schema(name))
        assert table["row_no"].to_pylist()[:2] == [2, 3]
    declared = len(made.tables["exports"]) + len(made.tables["imports"])
    assert 10_000 <= declared <= 15_000
    assert 10_000 <= len(made.tables["payments"]) <= 16_000
    assert made.tables["firms"].num_rows == made.truth.num_rows == 300


def test_the_worlds_differ_in_every_parameter() -> None:
    train, evaluated = (asdict(demo.WAYS[name]) for name in ("train", "eval"))
    assert [name for name in train if train[name] == evaluated[name]] == []
    assert f"all {len(train)} parameters" in " ".join(demo.__doc__.split())


@pytest.mark.parametrize("name", ["train", "eval"])
def test_money_is_conserved(name: str) -> None:
    """Of each payment, to the cent; and no declaration is paid more than it is worth."""
    world = demo.world(9, world=name)
    paid = world.tables["payments"].to_pandas().set_index("payment_no")
    matches, residuals = world.matches.to_pandas(), world.residuals.to_pandas()
    assert (matches["amount"] > 0).all()
    assert (residuals["amount"] > 0).all()
    assert set(residuals["why"]) <= {"before", "after", "rounding", *demo.HARMFUL, *demo.HARMLESS}
    parts = pd.concat([matches, residuals])
    total = parts.groupby("payment_no")["amount"].sum()
    assert (total == paid["amount"].reindex(total.index)).all()
    assert set(total.index) == set(paid.index)
    goods = pd.concat([world.tables[n].to_pandas().assign(side=s) for n, s in (("exports", "R"), ("imports", "P"))])
    goods = goods.set_index("declaration_no")
    assert goods.index.is_unique
    at = goods.loc[matches["declaration_no"]]
    assert (at["side"].to_numpy() == matches["side"].to_numpy()).all()
    assert (at["firm"].to_numpy() == paid.loc[matches["payment_no"], "firm"].to_numpy()).all()
    own = matches[at["currency"].to_numpy() == matches["currency"].to_numpy()]
    assert len(own) > 0.9 * len(matches)
    settled = own.groupby("declaration_no")["amount"].sum()
    assert (settled <= goods["amount"].reindex(settled.index)).all()


def test_noise_hides_citations_and_names() -> None:
    def told(noise: float) -> tuple[float, float]:
        made = demo.world(3, firms=80, noise=noise).tables
        names = {name.upper()[:35] for name in made["partners"]["name"].to_pylist()}
        plain = {name.replace(".", "").replace(",", "") for name in names}
        shown = pd.Series(made["payments"]["partner"].to_pylist()).str.upper()
        kept = (shown.isin(names) | shown.str.replace(r"[.,]", "", regex=True).isin(plain)).mean()
        return 1 - made["payments"]["cited"].null_count / len(made["payments"]), float(kept)

    (cited, kept), (_, _), (fewer, damaged) = (told(noise) for noise in (0.0, 0.5, 1.0))
    assert cited > 0.55 > 0.25 > fewer
    assert kept > 0.9 > 0.7 > damaged


def test_crimes_do_what_they_are_named_for(made: demo.World) -> None:
    truth = made.truth.to_pandas().set_index("firm")
    paid = made.tables["payments"].to_pandas()
    exports, imports = (made.tables[name].to_pandas() for name in ("exports", "imports"))

    def of(kind: str) -> set[str]:
        return set(truth.index[truth["typology"] == kind])

    declared = set(exports["firm"]) | set(imports["firm"])
    assert not of("payments_only") & declared
    late = exports[exports["accepted_on"] < demo.END - timedelta(days=365)]
    late = late[late["firm"].isin(of("unrecovered")) & (late["terms"] != "GN")]
    late = late[late["accepted_on"].to_numpy() >= truth.loc[late["firm"], "start"].to_numpy()]
    met = late["declaration_no"].isin(made.matches["declaration_no"].to_pylist())
    assert met.mean() < 0.5
    near = paid["value_usd"].astype(float).between(43_000, 50_000)
    assert near[paid["firm"].isin(of("split"))].mean() > 2 * near[~paid["firm"].isin(of("split"))].mean()
    risky = paid[paid["country"].isin(demo.WAYS["train"].risky)]
    assert of("high_risk") <= set(risky["firm"])
    firms = made.tables["firms"].to_pandas().set_index("firm")
    young = firms.loc[list(of("shell")), "founded_on"]
    assert (young > demo.END - timedelta(days=366)).all()
    assert (paid.loc[paid["firm"].isin(of("third_party")), "report"].isna()).mean() > 0.9


def test_no_number_order_or_form_gives_the_harmful_away() -> None:
    """Serial numbers, places in the files, lengths and digits of every firm: a tree does no better than chance on them."""
    told, truth = zip(*(_forms(seed) for seed in (11, 12, 13)), strict=True)
    x, y = np.concatenate(told), np.concatenate(truth)
    tree = DecisionTreeClassifier(max_depth=4, min_samples_leaf=10, random_state=0)
    guessed = cross_val_predict(
        tree, x, y, cv=StratifiedKFold(5, shuffle=True, random_state=0), method="predict_proba"
    )[:, 1]
    assert abs(roc_auc_score(y, guessed) - 0.5) < 0.08


def _forms(seed: int) -> tuple[np.ndarray, np.ndarray]:
    world = demo.world(seed, firms=300, world="eval" if seed % 2 else "train")
    rng = np.random.default_rng(seed)
    firms = world.tables["firms"].to_pandas().set_index("firm")
    forms = pd.DataFrame(
        {
            "digits": firms.index.str.replace("-", "").astype(int),
            "row": firms["row_no"] / len(firms),
            "name": firms["name"].str.len(),
            "form": firms["name"].str.find("㈜"),
            "ceo": firms["ceo"].map(lambda name: ord(name[0])),
            "address": firms["address"].str.len(),
        },
        index=firms.index,
    )
    for name in ("exports", "imports", "payments", "finance"):
        rows = world.tables[name].to_pandas()
        one = rows.sample(frac=1, random_state=seed).drop_duplicates("firm").set_index("firm").reindex(firms.index)
        key = TABLES[name].key
        any_row = rows.sample(len(firms), random_state=seed + 1, replace=True).set_index(firms.index)
        one = one.where(one[key].notna(), any_row)  # which files a firm is in is behaviour, not form
        forms[f"{name}_row"] = one["row_no"].astype(float) / len(rows)
        forms[f"{name}_serial"] = one[key].str.extract(r"(\d{5})\D?$")[0].astype(float)
        if "partner" in one:
            forms[f"{name}_partner"] = one["partner"].str.len().astype(float)
    forms["chance"] = rng.random(len(forms))
    harmful = world.truth.to_pandas().set_index("firm")["harmful"].reindex(firms.index)
    return forms.to_numpy(float), harmful.to_numpy(int)


def test_at_scale_gives_the_rows_asked_for(tmp_path: Path) -> None:
    paths = demo.at_scale(20_000, 4, tmp_path)
    rows = {name: pq.read_metadata(path).num_rows for name, path in paths.items()}
    assert rows["exports"] + rows["imports"] == rows["payments"] == 20_000
    assert rows["firms"] == 200
    for name, path in paths.items():
        assert checking.check(reading.read(path), TABLES[name]).violation_count == 0
    paid = pq.read_table(paths["payments"]).to_pandas()
    assert set(paid["firm"]) <= set(pq.read_table(paths["firms"])["firm"].to_pylist())
