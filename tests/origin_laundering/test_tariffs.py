"""What calling goods Korean saves: hand-computed cases, the shipped table's consistency, and a slow reference on random rules."""

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.entries.origin_laundering import tables, tariffs
from lib.settings import DATA
from lib.tables.checking import check

Rule = dict[str, Any]
DAY = date(2026, 6, 30)


def rule(hs: str | None, origin: str | None, rate: float, **told: Any) -> Rule:
    return {
        "country": "US", "hs": hs, "origin": origin, "measure": "가", "origin_rate": rate, "korea_rate": 0.0,
        "since": date(2026, 1, 1), "until": None, "source": "시험",
    } | told  # fmt: skip


def table(*rules: Rule) -> pd.DataFrame:
    rows = [{"rule_no": str(n)} | told for n, told in enumerate(rules, 1)]
    return pa.Table.from_pylist(rows, schema=tables.schema("tariffs")).to_pandas()


RULES = table(
    rule("73", "CN", 25.0, until=date(2026, 6, 30)),
    rule("7307", None, 50.0, korea_rate=40.0, measure="나"),
    rule("730721", "CN", 257.11, measure="다"),
    rule(None, "VN", 20.0, korea_rate=15.0, measure="라"),
    rule(None, "CN", 10.0, korea_rate=15.0, measure="라"),
    rule("8712", "CN", 48.5, country="EU", measure="마"),
)


def saved(rules: pd.DataFrame, *goods: tuple[str | None, str | None, str | None, date | None]) -> list[float]:
    """Percentage points for each (country, hs6, origin, day)."""
    columns = (pd.Series(values, dtype=object) for values in zip(*goods, strict=True))
    return tariffs.incentive(rules, *columns).tolist()  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("country", "hs6", "origin", "day", "points"),
    [
        ("US", "730721", "CN", DAY, 25 + 10 + 257.11 - 5),  # every prefix length at once; Korea pays more in one
        ("US", "730791", "CN", DAY, 25 + 10 - 5),
        ("US", "732690", "CN", DAY, 25 - 5),
        ("US", "730721", "TH", DAY, 10),  # only the rule for any origin
        ("US", "481940", "VN", DAY, 5),  # only the rule for all goods
        ("US", "481940", "CN", DAY, 0),  # -5 is no saving
        ("US", "730721", "CN", date(2026, 1, 1), 25 + 10 + 257.11 - 5),  # the first day counts
        ("US", "730721", "CN", date(2025, 12, 31), 0),
        ("US", "730721", "CN", date(2026, 7, 1), 10 + 257.11 - 5),  # after the last day of one of them
        ("US", "730721", "KR", DAY, 0),
        ("JP", "730721", "CN", DAY, 0),  # no rule
        ("DE", "871200", "CN", DAY, 48.5),  # a member state
        ("EU", "871200", "CN", DAY, 48.5),
        ("GB", "871200", "CN", DAY, 0),
    ],
)
def test_hand_computed(country: str, hs6: str, origin: str, day: date, points: float) -> None:
    assert saved(RULES, (country, hs6, origin, day)) == pytest.approx([points])
    told = tariffs.measures(RULES, country, hs6, origin, day)
    assert max(sum(each["points"] for each in told), 0) == pytest.approx(points)


def test_what_is_unknown_saves_an_unknown_amount() -> None:
    known = ("US", "730721", "CN", DAY)
    for gap in range(4):
        goods = [*known]
        goods[gap] = None  # type: ignore[call-overload]
        assert np.isnan(saved(RULES, tuple(goods), known)[0])  # type: ignore[arg-type]
        assert saved(RULES, tuple(goods), known)[1] > 0  # type: ignore[arg-type]
    assert np.isnan(saved(RULES, ("US", "730721", "", DAY))).all()


def test_the_index_stays_and_nothing_is_needed() -> None:
    days = pd.Series(pd.to_datetime(["2026-06-30", "2026-07-01"]), index=[7, 3])
    told = tariffs.incentive(
        RULES,
        pd.Series(["US", "US"], index=[7, 3]),
        pd.Series(["732690"] * 2, index=[7, 3]),
        pd.Series(["CN"] * 2, index=[7, 3]),
        days,
    )
    assert told.index.tolist() == [7, 3]
    assert told.tolist() == pytest.approx([20.0, 0.0])
    nothing = pd.Series([], dtype=object)
    assert len(tariffs.incentive(RULES, nothing, nothing, nothing, nothing)) == 0
    assert saved(table(), ("US", "730721", "CN", DAY)) == [0.0]


def test_the_officer_sees_which_rules() -> None:
    told = tariffs.measures(RULES, "US", "730721", "CN", DAY)
    assert [each["measure"] for each in told] == ["가", "나", "다", "라"]
    assert told[0] == {
        "rule_no": "1", "measure": "가", "origin_rate": 25.0, "korea_rate": 0.0, "points": 25.0,
        "since": date(2026, 1, 1), "until": DAY, "source": "시험",
    }  # fmt: skip
    assert told[1]["until"] is None
    assert tariffs.measures(RULES, "US", "730721", "KR", DAY) == []


def test_grid() -> None:
    shown = tariffs.grid(RULES, DAY)
    assert [label.split()[0] for label in shown.index] == ["73", "7307", "8712"]
    assert shown.index[1] == "7307 관 연결구·플랜지"
    assert shown.columns.tolist() == ["EU", "US"]
    assert shown["US"].tolist() == pytest.approx([20.0, 287.11, 0.0])  # a heading shows the most under it
    assert shown["EU"].tolist() == pytest.approx([0.0, 0.0, 48.5])
    assert tariffs.grid(RULES, DAY, "VN")["US"].tolist() == pytest.approx([5.0, 15.0, 5.0])


# against a slow reference

_PREFIX = st.sampled_from([None, "73", "84", "7307", "7318", "730721", "848120"])
_DAY = st.integers(0, 40).map(lambda n: date(2026, 1, 1) + timedelta(days=n))
_RULE = st.builds(
    lambda hs, origin, country, rates, since, length: rule(
        hs, origin, rates[0] / 4, korea_rate=rates[1] / 4, country=country, since=since,
        until=None if length is None else since + timedelta(days=length),
    ),
    _PREFIX, st.sampled_from([None, "CN", "VN"]), st.sampled_from(["US", "EU"]),
    st.tuples(st.integers(0, 400), st.integers(0, 200)), _DAY, st.none() | st.integers(0, 20),
)  # fmt: skip
_GOODS = st.tuples(
    st.sampled_from(["US", "DE", "EU", "JP", None]), st.sampled_from(["730721", "730799", "731815", "848120", "481940"]),
    st.sampled_from(["CN", "VN", "TH", "KR", None]), _DAY,
)  # fmt: skip


def slowly(rules: Sequence[Rule], country: str | None, hs6: str, origin: str | None, day: date) -> float:
    if country is None or origin is None:
        return float("nan")
    total = 0.0
    for each in rules:
        place = each["country"] == country or (each["country"] == "EU" and country == "DE")
        goods = each["hs"] is None or hs6[: len(each["hs"])] == each["hs"]
        source = origin != "KR" and each["origin"] in (None, origin)
        if place and goods and source and each["since"] <= day and (each["until"] is None or day <= each["until"]):
            total += each["origin_rate"] - each["korea_rate"]
    return max(total, 0.0)


@settings(max_examples=150, deadline=None)
@given(st.lists(_RULE, max_size=8), st.lists(_GOODS, min_size=1, max_size=20))
def test_same_as_row_by_row(rules: list[Rule], goods: list[tuple[Any, str, Any, date]]) -> None:
    expected = [slowly(rules, *each) for each in goods]
    assert saved(table(*rules), *goods) == pytest.approx(expected, nan_ok=True)


def test_a_million_rows_take_seconds() -> None:
    draw = np.random.default_rng(7)
    count = 1_000_000
    headings = np.array([f"{n:06d}" for n in draw.integers(10000, 970000, 4000)], dtype=object)
    days = pd.date_range("2025-01-01", "2026-06-30").to_numpy()
    columns = (
        pd.Series(draw.choice(np.array(["US", "DE", "JP", "VN"], dtype=object), count)),
        pd.Series(headings[draw.integers(0, len(headings), count)]),
        pd.Series(draw.choice(np.array(["CN", "VN", "KR", None], dtype=object), count)),
        pd.Series(days[draw.integers(0, len(days), count)]),
    )
    told = tariffs.incentive(tariffs.shipped().to_pandas(), *columns)
    assert told.isna().sum() == columns[2].isna().sum()


# what is shipped


def test_shipped_tariffs_are_consistent() -> None:
    shipped = tariffs.shipped()
    assert shipped.schema.equals(tables.schema("tariffs"))
    rows = shipped.to_pandas()
    assert rows["rule_no"].is_unique
    for name in ("country", "measure", "origin_rate", "korea_rate", "since", "source"):
        assert rows[name].notna().all(), name
    assert rows[["origin_rate", "korea_rate"]].stack().between(0, 1000).all()
    assert rows["hs"].dropna().str.fullmatch(r"\d{2}(\d{2}(\d{2})?)?").all()
    assert rows["origin"].dropna().str.fullmatch("[A-Z]{2}").all()
    assert (rows["origin"] != "KR").all()
    assert (rows["until"].isna() | (rows["since"] <= rows["until"].fillna(date.max))).all()
    assert not rows.duplicated(["country", "hs", "origin", "measure", "since"]).any()


def test_no_shipped_measure_counts_twice() -> None:
    """Rules of one measure never apply to the same goods on the same day."""
    rows = tariffs.shipped().to_pandas()
    blank = rows[["hs", "origin"]].fillna("")
    rows = rows.assign(hs=blank["hs"], origin=blank["origin"], until=rows["until"].fillna(date.max))
    for _, group in rows.groupby(["country", "measure"]):
        for one, other in combinations(group.itertuples(), 2):
            nested = one.hs.startswith(other.hs) or other.hs.startswith(one.hs)
            shared = one.origin == other.origin or "" in (one.origin, other.origin)
            assert not (nested and shared and one.since <= other.until and other.since <= one.until), (one, other)


@pytest.mark.parametrize("name", ["tariffs", "kinds"])
def test_an_officer_may_edit_what_is_shipped(name: str) -> None:
    """The shipped file under our column names, or under the form's, passes the contract."""
    with (DATA / "origin_laundering" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        raw = pa.Table.from_pylist(list(csv.DictReader(file)))
    told = check(raw, tables.TABLES[name])
    assert told.violations == ()
    assert len(told.rows) == len(raw)
    titles = [tables.TABLES[name].column(column).title for column in raw.column_names]
    assert len(check(raw.rename_columns(titles), tables.TABLES[name]).rows) == len(raw)


def test_shipped_words_are_usable() -> None:
    def read(name: str) -> list[dict[str, str]]:
        with (DATA / "origin_laundering" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    words, generic = read("words"), [row["word"] for row in read("generic")]
    assert len({row["hangul"] for row in words}) == len(words)
    assert len({*generic}) == len(generic)
    assert all(row["english"] == row["english"].lower().strip() and row["english"] for row in words)
    assert not {row["hangul"] for row in words} & {*generic}
    stand = {word for row in words for word in row["english"].split("|")[0].split()}
    others = {word for row in words for word in row["english"].split("|")[1:]}
    assert not stand & others  # else one English word would mean two things
    kinds = [(row["side"], row["code"]) for row in read("kinds")]
    assert len({*kinds}) == len(kinds)
    assert {side for side, _ in kinds} == {"import", "export"}
    assert {("export", "72"), ("export", "11"), ("import", "11")} <= {*kinds}


def test_every_row_of_the_shipped_grid_has_a_name() -> None:
    for origin, day in product(("CN", "VN", "KR"), (date(2025, 9, 1), DAY)):
        shown = tariffs.grid(tariffs.shipped().to_pandas(), day, origin)
        assert all(" " in label for label in shown.index)
        assert (shown.to_numpy() >= 0).all()
