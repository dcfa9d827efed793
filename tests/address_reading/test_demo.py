"""The made-up world: as the contracts want it, with nothing in it that gives the truth away, and found by those who screen it."""

import re
from dataclasses import asdict

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

from lib.entries.address_reading import demo, noise, rules, screen, training
from lib.entries.address_reading.tables import TABLES, empty
from lib.settings import DATA, ROOT
from lib.tables import checking, reading
from tests.address_reading.made_by_hand import Dictionary

SHIPPED = DATA / "address_reading" / "demo"
_CITIES = (
    ("가온광역시", "나래구", "마루동"),
    ("누리도", "보람시 새빛구", "하늘동"),
    ("누리도", "미리내군", "솔빛읍 별빛리"),
)
_STEMS = ("한빛", "푸른", "은하", "솔숲", "무지개", "달빛", "새벽", "바람", "샘터", "들꽃", "디지털", "동해안")


def sites(n: int = 3000) -> pd.DataFrame:
    """Buildings that stand nowhere."""
    rows = [
        (
            *_CITIES[i % 3],
            f"{_STEMS[i % 12]}{('로', '대로', '로12번길', '길')[i // 12 % 4]}",
            i // 5 + 1,
            i % 4,
            f"{10000 + i}",
        )
        for i in range(n)
    ]
    return pd.DataFrame(rows, columns=["sido", "sigungu", "town", "road", "main", "sub", "zip"]).sample(
        frac=1, random_state=1
    )


def made(seed: int, **told: object) -> demo.World:
    return demo.world(seed, sites=sites(), **{"homes": 300, "cases": 4, **told})


def reader(world: demo.World) -> Dictionary:
    """Reads what that world wrote without fault."""
    known = Dictionary()
    known.known = {
        a: (line, unit) for a, line, unit in world.spelled[["address", "line", "unit"]].itertuples(index=False)
    }
    known.zips = dict(zip(world.spelled["line"], world.spelled["zip"], strict=True))
    return known


@pytest.fixture(scope="module")
def world() -> demo.World:
    return made(5, world="eval")


@pytest.fixture(scope="module")
def listed(world: demo.World) -> screen.Addresses:
    return screen.screen(world.tables, as_of=demo.END, reader=reader(world))


def test_tables_keep_the_contract(world: demo.World) -> None:
    for name, table in world.tables.items():
        assert table.schema.equals(empty(TABLES[name]).schema)
        text = pa.table({c.title: table[c.name].cast(pa.string()) for c in TABLES[name].columns})
        checked = checking.check(text, TABLES[name])
        assert (checked.violations, checked.unused) == ((), ())
        assert checked.total == len(table) > 30


def test_a_seed_makes_one_world_and_another_seed_another() -> None:
    one, same, other = (made(seed, homes=40, cases=1) for seed in (1, 1, 2))
    assert all(one.tables[name].equals(same.tables[name]) for name in TABLES)
    assert one.truth.equals(same.truth)
    assert not one.tables["parcels"].equals(other.tables["parcels"])


def test_the_worlds_differ_in_every_parameter() -> None:
    train, evaluated = (asdict(demo.WAYS[name]) for name in ("train", "eval"))
    assert [name for name in train if train[name] == evaluated[name]] == []


def test_every_kind_is_planted_and_honest_ones_are_at_least_as_many(world: demo.World) -> None:
    truth = world.truth.to_pandas()
    assert set(truth["kind"]) == {*demo.SHOPS, *demo.HARMLESS}
    assert truth["subject"].is_unique
    assert (~truth["harmful"]).sum() >= truth["harmful"].sum() * 0.8


def test_nobody_in_it_exists(world: demo.World) -> None:
    """Units are of numbers no building has, phones of no subscriber, whoever it is."""
    parcels = world.tables["parcels"].to_pandas()
    assert parcels["phone"].str.match(r"010-0\d\d\d-\d{4}$|02-0\d{3}-\d{4}$").all()
    units = world.spelled.loc[world.spelled["unit"] != "", "unit"]
    assert units.str.contains(r"99\d\d호").all()
    for name in ("businesses", "sellers"):
        rows = world.tables[name].to_pandas()
        assert rows["name"].str.match("예시|보기").all()
        assert rows["address"].str.contains(r"99\d\d호").all()


def test_no_number_order_or_form_gives_the_shops_away() -> None:
    """Serial numbers and digits of codes, phones and units: a tree does no better than chance."""
    told, truth = [], []
    for seed in (11, 12, 13):
        world = made(seed, cases=8)
        rows = world.tables["parcels"].to_pandas().merge(world.spelled, on="address")
        kinds = world.truth.to_pandas().set_index("subject")["harmful"]
        rows = rows.assign(harmful=rows["subject"].map(kinds).fillna(False).astype(bool))
        one = rows.sample(frac=1, random_state=seed).drop_duplicates("subject").drop_duplicates("line")
        one = one.drop_duplicates("phone").drop_duplicates("pccc")
        told.append(np.column_stack([
            one["hbl"].str[2:].astype(int), one["pccc"].str[1:4].where(one["pccc"].str[0] == "P", "500").astype(int), one["pccc"].str[-4:].astype(int), one["phone"].str[-4:].astype(int),
            one["subject"].str.extract(r"(\d\d)호$")[0].astype(float), one["courier"].str[-1].astype(int),
        ]))  # fmt: skip
        truth.append(one["harmful"].to_numpy())
    x, y = np.concatenate(told), np.concatenate(truth)
    tree = DecisionTreeClassifier(max_depth=4, min_samples_leaf=10, random_state=0)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    guessed = cross_val_predict(tree, x, y, cv=folds, method="predict_proba")[:, 1]
    assert abs(roc_auc_score(y, guessed) - 0.5) < 0.08


def test_shops_come_first_and_honest_look_alikes_stay_below_the_top() -> None:
    """By the rules alone, over three worlds."""
    tops, honest = [], []
    for seed in (5, 6, 7):
        world = made(seed, world="eval")
        listed = screen.screen(world.tables, as_of=demo.END, reader=reader(world))
        rows = listed.rows.merge(training.kinds(listed.read, world), on="subject")
        assert len(rows) == len(listed.rows)
        shops = rows["kind"].isin([*demo.SHOPS])
        assert shops.mean() < 0.16
        tops.append(shops.head(20).mean())
        honest.append(rows[rows["kind"].isin([*demo.HARMLESS])])
    assert np.mean(tops) >= 0.85
    grades = pd.concat(honest)["grade"]
    assert len(grades) > 100
    assert grades.isin(rules.GRADES[:2]).mean() < 0.1
    assert (grades == rules.GRADES[0]).mean() < 0.02


def test_a_building_and_its_unit_are_one_subject_however_written(world: demo.World, listed: screen.Addresses) -> None:
    shops = world.truth.to_pandas().query("kind == 'scattered'")["subject"]
    rows = listed.rows.set_index("subject").reindex(shops).dropna(subset=["spellings"])
    assert (rows["spellings"] >= 3).any()
    spelled = world.spelled[world.spelled["subject"].isin(shops) & (world.spelled["unit"] != "")]
    assert spelled.groupby("subject")["address"].nunique().loc[rows.index].ge(rows["spellings"]).all()


def test_the_training_set_knows_every_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    world = made(3, homes=60, cases=2)
    monkeypatch.setattr(demo, "world", lambda *_, **__: world)
    rows = training.training_set(range(1), dates=1, reader=reader(world))
    assert set(rows["kind"]) == {"ordinary", *demo.SHOPS, *demo.HARMLESS}
    assert (rows["label"] == rows["kind"].isin([*demo.SHOPS])).all()


@pytest.mark.skipif(not (SHIPPED / "parcels.csv").exists(), reason="written from the nationwide table")
def test_the_sample_is_small_whole_and_no_page_reads_its_truth() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.glob("*.csv")) < 1_500_000
    for name, table in TABLES.items():
        checked = checking.check(reading.read(SHIPPED / f"{name}.csv"), table)
        assert checked.total > 50
        assert (checked.violations, checked.unused) == ((), ())
    truth = pd.read_csv(SHIPPED / "truth.csv")
    assert set(truth["kind"]) == {*demo.SHOPS, *demo.HARMLESS}
    assert "truth" not in TABLES
    readers = [*(ROOT / "lib" / "entries" / "address_reading").glob("*.py"), *(ROOT / "pages").glob("*.py")]
    assert not [
        p.name for p in readers if p.name not in ("demo.py", "training.py") and "truth" in p.read_text(encoding="utf-8")
    ]


PLACE = {"sido": "경기도", "sigungu": "수원시 팔달구", "town": "인계동", "road": "동수원로123번길", "main": 12, "sub": 3, "zip": "16489",
         "zip6": "442-070"}  # fmt: skip


@pytest.mark.parametrize("kind", noise.KINDS)
def test_a_spelling_is_its_seeds_and_stays_ascii(kind: str) -> None:
    one, same = (noise.spell(np.random.default_rng(4), PLACE, kind, "101동 1203호") for _ in range(2))
    assert one == same
    many = {noise.spell(np.random.default_rng(seed), PLACE, kind) for seed in range(40)}
    assert len(many) > 5
    assert not re.search("[가-힣]", " ".join(many))
    assert all("12" in text for text in many)


def test_the_official_romanization_of_the_noise() -> None:
    """National Institute's own examples, so that what is measured with it is right."""
    known = {"독립문": "dongnimmun", "왕십리": "wangsimni", "별내": "byeollae", "신라": "silla", "백령": "baengnyeong",
             "압구정": "apgujeong", "해돋이": "haedoji", "종로": "jongno", "설악": "seorak", "묵호": "mukho", "촉석루": "chokseongnu"}  # fmt: skip
    assert {word: noise.official(word) for word in known} == known


def test_each_trouble_is_what_it_is_called() -> None:
    def told(kind: str, unit: str = "") -> list[str]:
        return [noise.spell(np.random.default_rng(seed), PLACE, kind, unit) for seed in range(30)]

    assert all(re.match(r"(12-3,? )?Dongsuwon-ro 123beon-gil", text) for text in told("clean"))
    assert not any("Gyeonggi" in text for text in told("no_sido"))
    assert not any("Suwon-si" in text for text in told("no_sigungu"))
    assert all("16489" in text for text in told("zip5"))
    assert all("442-070" in text for text in told("zip6"))
    assert not any("12-3" in text for text in told("no_number_hyphen"))
    assert all(text.index("Paldal") < text.index("123") for text in told("reversed"))
    assert all(text == text.upper() for text in told("upper"))
    assert all("Dongsuwonro" in text for text in told("glued"))
    assert all("101" in text and "1203" in text for text in told("unit", "101동 1203호"))
    assert sum("Paldal" in text and "Suwon-si" in text for text in told("old")) < 10
