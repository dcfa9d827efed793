"""Made-up buyers: ten ways of misuse and at least as many harmless look-alikes, through one and the same mill.

Every kind is a row of behaviour; a case behaves as anybody until its last visit. Nothing in the tables tells a case but
what it does: numbers are random, rows are shuffled, each person's own habits are spread around the kind's.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lib.entries.duty_free.tables import TABLES, schema
from lib.settings import DATA, settings
from lib.tables.export import to_csv

END = date(2026, 6, 30)
DAYS = 300

World_ = Literal["train", "eval", "late_records", "few_traces"]


@dataclass(frozen=True)
class World:
    """``truth``: one row a passport: passport, person, kind, case (bool), since (first day of misuse), nationality."""

    tables: dict[str, pa.Table]
    truth: pa.Table


_ORDINARY: dict[str, Any] = {
    "share": 0.0,  # of all people
    "visits": 1.5,
    "away": 45.0,  # days between visits
    "stay": 6.0,
    "no_exit": 0.008,  # stays on (ill, extended)
    "lost": 0.015,  # left, but the departure is not in the extract
    "extend": 0.12,  # leaves later than planned
    "buys": 1.8,  # a visit
    "monthly": 0.0,  # more a 30 days of stay
    "price": 1.0,  # taste: how dear the goods are
    "quantity": 1.5,
    "onsite": 0.5,
    "cash": 0.08,
    "cash_habit": 0.15,  # share of people who pay so anyway
    "split": 0.03,  # the same item in several shops on a day
    "focus": 0.15,  # share of purchases that are the person's one item
    "cancel": 0.06,  # cancelled after a purchase, if the stay has no departure; else a change of plan
    "extra_cancels": 0.12,
    "miss": 0.02,  # booked flights not taken
    "other_flight": 0.04,
    "group": 0,  # people who go together
    "same_day": 0.0,
    "same_card": 0.0,
    "same_pnr": 0.0,
    "guide": 0.06,  # of visits
    "passports": 0.0,  # share of people with two in use
    "renewed": 0.02,
    "loyal": 0.3,  # shopping days at the salesperson one knows
    "booked": 0.9,
    "listed": 0.0,
    "visa": "C-3-9 C-3-9 C-3-1 B-1 B-1 C-3-8",
}
_BULK: dict[str, Any] = {"buys": 2.8, "quantity": 4.4, "focus": 0.4, "onsite": 0.75}
_CASES: dict[str, dict[str, Any]] = {
    "미출국": {"stay": 60, "no_exit": 0.92, "monthly": 2.2, "quantity": 3, "onsite": 0.8},
    "예약취소형": dict(_BULK, stay=70, no_exit=0.72, monthly=3.2, cancel=0.85, extra_cancels=8, quantity=12, price=1.5),
    "장기체류자": dict(
        _BULK, stay=190, no_exit=0.9, buys=2, monthly=4.2, quantity=4, booked=0.25, visa="D-2-2 D-4-1 H-2-5 F-4-11"
    ),
    "대리구매": dict(
        _BULK, stay=45, no_exit=0.6, monthly=2.8, group=6, same_card=0.8, same_pnr=0.5, guide=0.45, same_day=0.5
    ),
    "분할": dict(_BULK, stay=45, no_exit=0.62, monthly=2.0, split=0.5, focus=0.55),
    "여권교체": dict(_BULK, stay=80, no_exit=0.72, monthly=3.2, passports=0.96, quantity=3.6),
    "탑승불일치": dict(_BULK, stay=50, no_exit=0.52, monthly=2.3, miss=0.75, other_flight=0.55, extra_cancels=0.6),
    "내부공모": dict(_BULK, stay=100, no_exit=0.92, monthly=1.7, loyal=0.95, quantity=2.8, focus=0.28),
    "현금성결제": dict(_BULK, stay=55, no_exit=0.68, monthly=2.6, cash=0.88, quantity=4.5),
    "국내유통": dict(_BULK, stay=55, no_exit=0.68, monthly=2.5, focus=0.75, listed=0.9, quantity=6),
}
_HARMLESS: dict[str, dict[str, Any]] = {
    "단체관광": {
        "share": 0.08,
        "group": 14,
        "same_day": 1.0,
        "guide": 0.95,
        "same_pnr": 0.9,
        "loyal": 0.8,
        "stay": 4,
        "visits": 1.05,
        "buys": 2.2,
        "quantity": 2,
        "extend": 0.03,
    },
    "크루즈·통과": {
        "share": 0.05,
        "group": 10,
        "same_day": 0.9,
        "stay": 0.6,
        "visits": 1.2,
        "lost": 0.12,
        "booked": 0.05,
        "visa": "관광상륙 B-2-1",
    },
    "승무원": {
        "share": 0.04,
        "visits": 6,
        "away": 11,
        "stay": 1.2,
        "buys": 0.9,
        "onsite": 0.55,
        "focus": 0.35,
        "booked": 0.25,
        "other_flight": 0.15,
        "visa": "C-3-9(승무원) 승무원상륙",
    },
    "출국임박": {
        "share": 0.05,
        "visits": 1,
        "away": 5,
        "stay": 9,
        "buys": 4.5,
        "quantity": 4,
        "focus": 0.35,
        "onsite": 0.8,
    },
    "외교관": {
        "share": 0.02,
        "visits": 1,
        "stay": 330,
        "monthly": 1.2,
        "buys": 1.5,
        "price": 1.6,
        "quantity": 2.4,
        "booked": 0.2,
        "visa": "A-1 A-2 A-2",
    },
    "동명이인": {"share": 0.04, "group": 2, "stay": 7, "visits": 1.8, "buys": 2.0},
    "유학생": {
        "share": 0.07,
        "visits": 1.6,
        "away": 12,
        "stay": 150,
        "monthly": 1.3,
        "buys": 1.0,
        "onsite": 0.6,
        "quantity": 2.4,
        "booked": 0.3,
        "extend": 0.35,
        "focus": 0.3,
        "visa": "D-2-2 D-2-2 D-4-1 F-4-11 H-2-5",
    },
    "고액구매": {
        "share": 0.05,
        "visits": 2.2,
        "stay": 6,
        "buys": 6,
        "price": 2.0,
        "quantity": 5,
        "onsite": 0.6,
        "focus": 0.3,
        "split": 0.05,
    },
    "가족카드": {
        "share": 0.05,
        "group": 4,
        "same_day": 0.95,
        "same_card": 0.85,
        "same_pnr": 0.9,
        "buys": 2.4,
        "quantity": 2.2,
    },
    "법인카드": {
        "share": 0.03,
        "group": 7,
        "same_day": 0.9,
        "same_card": 0.8,
        "same_pnr": 0.6,
        "buys": 2.4,
        "quantity": 4.5,
        "focus": 0.5,
    },
    "일정변경": {
        "share": 0.05,
        "visits": 2.2,
        "away": 25,
        "extra_cancels": 3.5,
        "extend": 0.5,
        "miss": 0.25,
        "other_flight": 0.3,
        "stay": 9,
        "buys": 2.4,
    },
    "단골": {
        "share": 0.05,
        "visits": 5,
        "away": 16,
        "stay": 6,
        "buys": 3.2,
        "quantity": 3.6,
        "onsite": 0.7,
        "focus": 0.4,
        "loyal": 0.75,
        "cash_habit": 0.3,
    },
    "비교쇼핑": {"share": 0.03, "visits": 1.8, "buys": 3.5, "quantity": 3.2, "split": 0.35, "focus": 0.3},
    "복수여권": {"share": 0.02, "visits": 4, "away": 30, "buys": 2.0, "passports": 0.9},
    "출국기록 없음": {"share": 0.04, "visits": 1.4, "lost": 0.7, "buys": 3.0, "quantity": 2.8, "onsite": 0.7},
    "장기관광·치료": {
        "share": 0.04,
        "visits": 1.1,
        "stay": 75,
        "monthly": 1.5,
        "extend": 0.45,
        "buys": 2.0,
        "quantity": 2.6,
        "onsite": 0.65,
        "extra_cancels": 0.8,
    },
    "일반": {"share": 0.0},
}
HARMLESS = tuple(_HARMLESS)
CASES = tuple(_CASES)
_NATIONS = ("CN", "JP", "TW", "VN", "TH", "US", "MN", "UZ")
_NATION_SHARES = (0.42, 0.15, 0.1, 0.1, 0.08, 0.06, 0.05, 0.04)
_FAMILY = "WANG LI ZHANG LIU CHEN YANG ZHAO HUANG SATO SUZUKI NGUYEN TRAN PHAM SMITH BROWN BATBAYAR KARIMOV SOMCHAI LIN WU".split()
_SOUNDS = "WEI MIN XIAO LING JUN HUI YAN NA KEN TA RO MI KO THI VAN ANH DUC SU RAT POR AL EX JO MA RIA BAT TUL GAN DIL FA".split()
_ITEMS = (
    ("스킨케어 세트", 90),
    ("마스크팩 50매", 45),
    ("쿠션 파운데이션", 55),
    ("헤어샴푸 세트", 38),
    ("홍삼정", 160),
    ("앰플 세럼", 75),
    ("립스틱", 42),
    ("선크림", 30),
    ("전기밥솥", 320),
    ("가방", 480),
    ("김 선물세트", 28),
    ("선글라스", 210),
)
_RESOLD = 60  # goods seen online that nobody of these sold
_SHIFTS: dict[World_, tuple[dict[str, float], dict[str, float]]] = {
    "train": ({}, {}),
    "eval": (
        {"stay": 1.2, "extend": 1.3, "lost": 1.3, "cash_habit": 1.3, "guide": 0.8, "loyal": 1.15, "extra_cancels": 1.2},
        {
            "quantity": 0.8,
            "monthly": 0.85,
            "extra_cancels": 0.8,
            "onsite": 1.05,
            "focus": 0.85,
            "cash": 0.9,
            "split": 0.85,
        }
        | {"same_card": 0.9, "loyal": 0.85},
    ),
    "late_records": ({"stay": 1.1, "lost": 2.5, "no_exit": 2.0, "extend": 1.6}, {"lost": 0.4, "no_exit": 0.55}),
    "few_traces": (
        {},
        {"quantity": 0.65, "monthly": 0.6, "buys": 0.7, "split": 0.6, "cash": 0.7, "miss": 0.6, "cancel": 0.7},
    ),
}
"""How each world differs from the one of training: what everybody's habits, then the cases' alone, are multiplied by."""


def world(seed: int, *, people: int = 1200, cases: float = 0.06, behaviour: World_ = "train", end: date = END) -> World:
    """A made-up office's tables until ``end``; ``cases``: share of people who misuse."""
    rng = np.random.default_rng([seed, list(_SHIFTS).index(behaviour)])
    last = (end - date(1970, 1, 1)).days
    who = _people(rng, people, cases, behaviour)
    visits = _visits(rng, who, last)
    catalogue = _catalogue(rng)
    measures = _measures(rng, who, last)
    sales = _sales(rng, who, visits, catalogue, measures, last)
    movements = _movements(rng, who, visits, last)
    bookings = _bookings(rng, who, visits, sales, last)
    listings = _listings(rng, who, sales, catalogue, last)
    since = sales[sales["bad"] & sales["onsite"]].groupby("person")["at"].min().map(_as_date)
    held = who["passport"].map(len)
    truth = pd.DataFrame(
        {
            "passport": [p for owned in who["passport"] for p in owned],
            "person": np.repeat(who.index.to_numpy(), held),
            "kind": np.repeat(who["kind"].to_numpy(), held),
            "nationality": np.repeat(who["nationality"].to_numpy(), held),
        }
    )
    truth["since"] = truth["person"].map(since)
    truth["case"] = np.isin(truth["kind"], CASES) & truth["since"].notna()
    frames = {
        "purchases": sales,
        "reservations": bookings,
        "movements": movements,
        "measures": measures,
        "listings": listings,
    }
    tables = {name: _table(rng, name, frame) for name, frame in frames.items()}
    truth = truth.sample(frac=1, random_state=int(rng.integers(2**31)))
    truth["person"] = truth["person"].map(pd.Series(rng.permutation(people)))
    return World(tables, pa.Table.from_pandas(truth, preserve_index=False))


def write(folder: Path = DATA / "duty_free" / "demo", seed: int = 20260630) -> None:
    """The demo files as an officer gets them (Korean headers), and the truth apart from them."""
    made = world(seed, people=680, cases=0.085)
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in made.tables.items():
        frame = table.to_pandas()
        for column in TABLES[name].columns:
            if column.choices:
                frame[column.name] = frame[column.name].map(dict(column.choices))
            elif column.kind == "datetime":
                frame[column.name] = frame[column.name].dt.strftime("%Y-%m-%d %H:%M")
        (folder / f"{name}.csv").write_bytes(
            to_csv(frame.rename(columns={c.name: c.title for c in TABLES[name].columns}))
        )
    (folder / "truth.csv").write_bytes(to_csv(made.truth.to_pandas()))


def _people(rng: np.random.Generator, size: int, cases: float, behaviour: World_) -> pd.DataFrame:
    """One row a person: kind, own habits, identity, group."""
    every = {
        **{k: {**_ORDINARY, **v, "share": cases / len(_CASES)} for k, v in _CASES.items()},
        **{k: {**_ORDINARY, **v} for k, v in _HARMLESS.items()},
    }
    kinds = pd.DataFrame.from_dict(every, orient="index")
    kinds.loc["일반", "share"] = 1 - kinds["share"].sum()
    everybody, shifted = _SHIFTS[behaviour]
    for name, factor in everybody.items():
        kinds[name] *= factor
    for name, factor in shifted.items():
        kinds[name] *= np.where(kinds.index.isin(CASES), factor, 1.0)
    for name in ("no_exit", "lost", "extend", "cash_habit", "passports"):
        kinds[name] = kinds[name].clip(upper=0.97)
    kinds["number"] = np.maximum((kinds["share"] * size).round(), 2).astype(int)
    kinds.loc["일반", "number"] += size - kinds["number"].sum()
    kind = np.repeat(kinds.index.to_numpy(), kinds["number"])
    who = kinds.loc[kind].reset_index(names="kind")
    for name, spread in {
        "stay": 0.35,
        "buys": 0.45,
        "monthly": 0.5,
        "price": 0.35,
        "quantity": 0.45,
        "away": 0.3,
        "extra_cancels": 0.45,
    }.items():
        who[name] = who[name] * rng.lognormal(0, spread, len(who))
    for name in ("onsite", "cash", "focus", "same_card", "miss", "split", "loyal"):
        who[name] = np.clip(who[name] * rng.lognormal(0, 0.25, len(who)), 0, 0.97)
    who["cash"] = np.where(rng.random(len(who)) < who["cash_habit"], rng.uniform(0.4, 1, len(who)), who["cash"])
    who["nationality"] = rng.choice(_NATIONS, len(who), p=_NATION_SHARES)
    who["visa"] = [rng.choice(v.split()) for v in who["visa"]]
    who["name"] = [
        f"{f} {''.join(s[:n])}"
        for f, s, n in zip(
            rng.choice(_FAMILY, len(who)), rng.choice(_SOUNDS, (len(who), 3)), rng.integers(2, 4, len(who)), strict=True
        )
    ]
    who["birth"] = rng.integers(-9000, 13000, len(who))
    who["sex"] = rng.choice(["M", "F"], len(who))
    place = who.groupby("kind").cumcount().to_numpy()
    group = np.where(who["group"] > 0, place // np.maximum(who["group"], 1), place)
    who["team"] = pd.factorize(who["kind"] + "/" + pd.Series(group).astype(str))[0]
    who["leader"] = who.groupby("team")["team"].transform(lambda t: t.index[0])
    twins = (who["kind"] == "동명이인").to_numpy()
    for name in ("name", "birth", "nationality"):
        who.loc[twins, name] = who.loc[who.loc[twins, "leader"], name].to_numpy()
    who["nationality"] = np.where(who["group"] > 0, who["nationality"].to_numpy()[who["leader"]], who["nationality"])
    numbers = rng.choice(90_000_000, 3 * len(who), replace=False) + 10_000_000
    letters = rng.choice(list("EGMPTK"), 3 * len(who))
    passports = np.char.add(letters, numbers.astype(str)).reshape(-1, 3)
    who["alternates"] = rng.random(len(who)) < who["passports"]
    who["renews"] = ~who["alternates"] & (rng.random(len(who)) < who["renewed"])
    held = np.where(who["alternates"], 2 + (rng.random(len(who)) < 0.25), np.where(who["renews"], 2, 1))
    who["passport"] = [list(owned[:n]) for owned, n in zip(passports, held, strict=True)]
    who["card"] = [f"{n:016x}" for n in rng.integers(2**63, size=len(who))]
    who["guide_code"] = np.where(
        who["group"] >= 5, (100 + who["team"] * 7919 % 53).astype(str), rng.integers(100, 160, len(who)).astype(str)
    )
    who["sku"] = rng.integers(0, 120, len(who))
    who["own_shop"], who["own_seller"] = rng.integers(0, 8, len(who)), _seller(rng, len(who))
    for name in ("own_shop", "own_seller"):  # a guide brings a group to one salesperson
        who[name] = np.where(who["group"] >= 5, who[name].to_numpy()[who["leader"]], who[name])
    inside = (who["kind"] == "내부공모").to_numpy()
    who.loc[inside, "own_shop"], who.loc[inside, "own_seller"] = rng.integers(0, 8), _seller(rng, 1)[0]
    return who


def _seller(rng: np.random.Generator, size: int) -> Any:
    """A salesperson of a shop; some serve many more than others."""
    busy = np.array([5, 4, 3, 3, 2, 2, 1])
    return rng.choice(len(busy), size, p=busy / busy.sum())


def _visits(rng: np.random.Generator, who: pd.DataFrame, last: int) -> pd.DataFrame:
    """One row a visit; a case misuses the last one, and may not leave from it."""
    case = who["kind"].isin(CASES).to_numpy()
    number = 1 + rng.poisson(np.maximum(np.where(case, 1.4, who["visits"]) - 1, 0))
    v = pd.DataFrame({"person": np.repeat(who.index.to_numpy(), number)})
    p = v["person"].to_numpy()
    v["n"] = v.groupby("person").cumcount()
    v["bad"] = case[p] & (v["n"].to_numpy() == number[p] - 1)
    stay = np.where(v["bad"] | ~case[p], who["stay"].to_numpy()[p], 6.0)
    v["stay"] = np.floor(stay * rng.lognormal(0, 0.35, len(v))).astype(int)
    own = v["bad"].to_numpy() | ~case[p]
    for name in ("no_exit", "lost", "extend"):
        v[name] = rng.random(len(v)) < np.where(own, who[name].to_numpy()[p], _ORDINARY[name])
    gap = np.where(v["n"] > 0, rng.exponential(np.where(case[p], 30, who["away"].to_numpy()[p])) + 1, 0)
    step = gap + v["stay"].shift(fill_value=0).where(v["n"] > 0, 0)
    offset = step.groupby(v["person"]).cumsum()
    first = last - rng.integers(1, DAYS, len(who))
    began = np.where(who["kind"] == "장기체류자", rng.integers(150, DAYS, len(who)), rng.integers(20, 220, len(who)))
    first = np.where(case, last - began - offset.groupby(v["person"]).max().to_numpy(), first)
    soon = (who["kind"] == "출국임박").to_numpy()  # inside now, leaving within days
    first = np.where(soon, last - rng.integers(0, 8, len(who)), first)
    first = np.where(who["kind"] == "외교관", last - rng.integers(120, DAYS, len(who)), first)
    led = rng.random(len(who)) < who["same_day"]
    first = np.where(led, first[who["leader"]], first)
    twin = (who["kind"] == "동명이인").to_numpy()
    first = np.where(twin, first[who["leader"]] + rng.integers(0, 3, len(who)), first)
    v["entered"] = (first[p] + offset).astype(int)
    stopped = v["no_exit"].groupby(v["person"]).cumsum() - v["no_exit"]
    v = v[(stopped == 0) & (v["entered"] <= last)].reset_index(drop=True)
    v["left"] = v["entered"] + np.maximum(v["stay"], 0)
    late = np.where(v["extend"], np.minimum(rng.geometric(0.12, len(v)), v["stay"]), 0)
    said = v["entered"] + np.floor(_ORDINARY["stay"] * rng.lognormal(0, 0.35, len(v))).astype(int)
    v["planned"] = np.where(v["no_exit"], said, v["left"] - late)
    buying = np.where(v["no_exit"], 1.5, 1) * v["stay"]  # who does not leave buys on for a while, then no more
    v["stays_until"] = np.minimum(v["entered"] + np.floor(buying).astype(int), last)
    v["guided"] = rng.random(len(v)) < np.where(
        v["bad"] | ~case[v["person"]], who["guide"].to_numpy()[v["person"]], _ORDINARY["guide"]
    )
    v["flight"] = _flights(rng, len(v))
    v["pnr"] = _codes(rng, len(v))
    led_pnr = rng.random(len(v)) < who["same_pnr"].to_numpy()[v["person"]]
    key = who["team"].to_numpy()[v["person"]] * 1000 + v["n"].to_numpy()
    shared = pd.Series(v["pnr"].to_numpy()).groupby(key).transform("first")
    v["pnr"] = np.where(led_pnr, shared, v["pnr"])
    together = pd.Series(v["flight"].to_numpy()).groupby(key).transform("first")
    v["flight"] = np.where(
        (who["group"].to_numpy()[v["person"]] > 2) & (rng.random(len(v)) < 0.9), together, v["flight"]
    )
    return v


def _catalogue(rng: np.random.Generator) -> pd.DataFrame:
    names, prices = zip(*_ITEMS, strict=True)
    kind = rng.integers(0, len(_ITEMS), 120)
    price = np.array(prices)[kind] * 1000 * rng.lognormal(0, 0.3, 120)
    return pd.DataFrame(
        {
            "sku": [f"88{n:011d}" for n in rng.integers(10**11, size=120)],
            "item": np.array(names)[kind],
            "brand": [f"브랜드{n:02d}" for n in rng.integers(1, 40, 120)],
            "origin": rng.choice(["D", "F"], 120, p=[0.8, 0.2]),
            "unit_price": (price // 1000 * 1000).astype(int),
        }
    )


def _sales(
    rng: np.random.Generator,
    who: pd.DataFrame,
    v: pd.DataFrame,
    catalogue: pd.DataFrame,
    measures: pd.DataFrame,
    last: int,
) -> pd.DataFrame:
    case = who["kind"].isin(CASES).to_numpy()[v["person"]]
    own = v["bad"].to_numpy() | ~case
    habit = lambda name, plain: np.where(own, who[name].to_numpy()[v["person"]], plain)  # noqa: E731
    length = (v["stays_until"] - v["entered"]).to_numpy()
    number = 1 + rng.poisson(habit("buys", _ORDINARY["buys"]) + habit("monthly", 0) * length / 30)
    s = v.loc[
        np.repeat(v.index, number),
        ["person", "bad", "entered", "left", "no_exit", "planned", "stays_until", "flight", "pnr", "guided"],
    ]
    s["visit"] = s.index
    s = s.reset_index(drop=True)
    h = {
        name: np.repeat(habit(name, _ORDINARY[name]), number)
        for name in ("price", "quantity", "onsite", "cash", "split", "focus", "same_card", "loyal")
    }
    day = s["entered"] + np.floor(rng.random(len(s)) * (s["stays_until"] - s["entered"] + 0.999)).astype(int)
    s["at"] = day * 1440 + rng.integers(9 * 60 + 30, 20 * 60, len(s))
    p = s["person"].to_numpy()
    popular = np.minimum(rng.geometric(0.03, len(s)) - 1, 119)
    ordered = np.argsort(catalogue["unit_price"].to_numpy())
    tasteful = ordered[np.clip((rng.beta(1.2 * h["price"], 2, len(s)) * 120).astype(int), 0, 119)]
    item = np.where(
        rng.random(len(s)) < h["focus"], who["sku"].to_numpy()[p], np.where(rng.random(len(s)) < 0.5, popular, tasteful)
    )
    s["quantity"] = np.maximum(1, np.round(rng.lognormal(np.log(h["quantity"]), 0.6))).astype(int)
    s["item_at"] = item
    s["onsite"] = (rng.random(len(s)) < h["onsite"]) & (catalogue["origin"].to_numpy()[item] == "D")
    trip = pd.factorize(s["visit"] * 10_000 + day - s["entered"])[0]  # one shop and salesperson a day, mostly
    trip = np.where(rng.random(len(s)) < 0.7, trip, trip.max() + 1 + np.arange(len(s)))
    some = trip.max() + 1
    shop, seller, known = rng.integers(0, 8, some), _seller(rng, some), rng.random(some)[trip] < h["loyal"]
    s["shop_at"] = np.where(known, who["own_shop"].to_numpy()[p], shop[trip])
    s["seller_at"] = np.where(known, who["own_seller"].to_numpy()[p], seller[trip])
    s["payment"] = np.where(
        rng.random(len(s)) < h["cash"],
        rng.choice(["PREPAID", "GIFT"], len(s)),
        rng.choice(["CARD", "CARD", "CARD", "WECHAT", "ALIPAY"], len(s)),
    )
    led = rng.random(len(s)) < h["same_card"]
    owner = np.where(led, who["leader"].to_numpy()[p], p)
    carded = (s["payment"] == "CARD").to_numpy()
    s["card"] = np.where(carded, who["card"].to_numpy()[owner], None)
    s["card_holder"] = np.where(carded, who["name"].to_numpy()[owner], None)
    s["guide"] = np.where(s["guided"], "G" + who["guide_code"].to_numpy()[p].astype(object), None)
    again = np.flatnonzero(rng.random(len(s)) < h["split"])
    copies = s.iloc[np.repeat(again, rng.integers(1, 4, len(again)))].copy()
    copies["at"] += rng.integers(15, 150, len(copies))
    copies["shop_at"] = (copies["shop_at"] + rng.integers(1, 8, len(copies))) % 8
    copies["seller_at"] = _seller(rng, len(copies))
    s = pd.concat([s, copies], ignore_index=True)
    p = s["person"].to_numpy()
    goods = catalogue.iloc[s["item_at"]].reset_index(drop=True)
    for name in goods.columns:
        s[name] = goods[name]
    s["amount"] = s["unit_price"] * s["quantity"]
    s["shop"] = "SL" + (s["shop_at"] + 1).astype(str).str.zfill(2)
    s["licence"] = "010-" + (s["shop_at"] + 11).astype(str).str.zfill(2)
    s["seller"] = "E" + (s["shop_at"] * 131 + s["seller_at"] * 17 + 211).astype(str).str.zfill(4)
    barred = measures.set_index("person").reindex(p)
    within = (barred["starts_on"].to_numpy() <= s["at"] // 1440) & (barred["ends_on"].to_numpy() >= s["at"] // 1440)
    s["onsite"] &= ~within | (rng.random(len(s)) < 0.1)  # shops nearly always see a restriction
    s["delivery"] = np.where(s["onsite"], "S", "P")
    s["voucher"] = np.where(
        s["onsite"], None, "E" + pd.Series(rng.integers(10**9, size=len(s)).astype(str)).str.zfill(9)
    )
    s["passport"] = _used(rng, who, p, s["at"].to_numpy() // 1440, last)
    for name in ("nationality", "birth", "sex", "visa"):
        s[name] = who[name].to_numpy()[p]
    swapped = rng.random(len(who)) < 0.35  # spelt otherwise in the other passport
    first = who["passport"].map(lambda owned: owned[0]).to_numpy()[p] == s["passport"].to_numpy()
    other = pd.Series(who["name"].to_numpy()[p]).str.replace(r"^(\w+) (\w\w)", r"\1 \2 ", regex=True)
    s["name"] = np.where(swapped[p] & ~first, other, who["name"].to_numpy()[p])
    day = s["at"] // 1440
    later = np.where(s["no_exit"], day + rng.integers(1, 12, len(s)), s["left"])
    told = np.where(s["planned"] < day, later, s["planned"])  # past the plan one tells another
    s["planned_on"] = np.where(rng.random(len(s)) < 0.96, told, np.nan)
    s["planned_flight"] = np.where(np.isnan(s["planned_on"]), None, s["flight"])
    booked = rng.random(len(who)) < who["booked"].to_numpy()
    s["booked"] = booked[p]
    s["pnr"] = np.where(s["booked"], s["pnr"], None)
    s["sale_no"] = "S" + pd.Series(rng.choice(10**9, len(s), replace=False).astype(str)).str.zfill(9)
    return s[s["at"] // 1440 <= last].reset_index(drop=True)


def _used(rng: np.random.Generator, who: pd.DataFrame, p: Any, day: Any, last: int) -> Any:
    """Which passport: at random for who alternates, the newer one from a day on for who renewed."""
    held = who["passport"].map(len).to_numpy()[p]
    turn = last - rng.integers(30, DAYS - 30, len(who))
    pick = np.where(who["alternates"].to_numpy()[p], np.floor(rng.random(len(p)) * held), 0)
    pick = np.where(who["renews"].to_numpy()[p] & (day > turn[p]), 1, pick).astype(int)
    padded = np.array([(owned + owned[:1] * 3)[:3] for owned in who["passport"]], dtype=object)
    return padded[p, pick]


def _movements(rng: np.random.Generator, who: pd.DataFrame, v: pd.DataFrame, last: int) -> pd.DataFrame:
    p = v["person"].to_numpy()
    gone = (~v["no_exit"] & ~v["lost"] & (v["left"] <= last)).to_numpy()
    other = np.where(
        v["bad"] | ~who["kind"].isin(CASES).to_numpy()[p], who["other_flight"].to_numpy()[p], _ORDINARY["other_flight"]
    )
    flight = np.where(rng.random(len(v)) < other, _flights(rng, len(v)), v["flight"])
    v["taken"] = flight
    return pd.DataFrame(
        {
            "movement_no": "V" + pd.Series(rng.choice(10**8, len(v), replace=False).astype(str)).str.zfill(8),
            "passport": _used(rng, who, p, v["entered"].to_numpy(), last),
            "nationality": who["nationality"].to_numpy()[p],
            "name": who["name"].to_numpy()[p],
            "birth": who["birth"].to_numpy()[p],
            "entered_on": v["entered"],
            "left_on": np.where(gone, v["left"], np.nan),
            "flight": np.where(gone, flight, None),
            "visa": who["visa"].to_numpy()[p],
            "visa_until": v["entered"] + np.where(who["visa"].str.match(r"[ADFH]-").to_numpy()[p], 730, 90),
        }
    )


def _bookings(rng: np.random.Generator, who: pd.DataFrame, v: pd.DataFrame, s: pd.DataFrame, last: int) -> pd.DataFrame:
    """The flight home; bookings cancelled after a purchase; changes of plan; flights not taken."""
    case = who["kind"].isin(CASES).to_numpy()
    booked = v["person"].isin(s.loc[s["booked"], "person"])
    home = v[booked & ~v["no_exit"]]
    parts = [
        _booking(
            rng,
            home["person"],
            home["pnr"],
            home["flight"],
            home["left"],
            home["entered"] - rng.integers(2, 45, len(home)),
            "OK",
        )
    ]
    moved = v[booked & ~v["no_exit"] & (v["planned"] < v["left"])]  # the flight before the plan was changed
    how = rng.choice(["XX", "CH", "NS", "OK"], len(moved), p=[0.5, 0.3, 0.1, 0.1])
    earlier = moved["planned"] * 1440 + 540 - np.round(rng.gamma(1.5, 24, len(moved)) * 60).astype(int)
    made_on = np.minimum(moved["entered"] - rng.integers(2, 45, len(moved)), earlier // 1440)
    parts.append(
        _booking(
            rng,
            moved["person"],
            _codes(rng, len(moved)),
            _flights(rng, len(moved)),
            moved["planned"],
            made_on,
            how,
            np.where(how == "XX", earlier, np.nan),
        )
    )
    stuck = s[s["no_exit"] & s["booked"] & s["planned_on"].notna()].drop_duplicates(["visit", "planned_on"])
    stuck = stuck[rng.random(len(stuck)) < 0.5]
    habits = who.loc[stuck["person"]].reset_index(drop=True)
    dropped = rng.random(len(stuck)) < np.where(stuck["bad"], habits["cancel"].to_numpy(), 0.3)
    undone = stuck["at"].to_numpy() + np.round(rng.gamma(2, 11, len(stuck)) * 60).astype(int)
    missed = np.where(rng.random(len(stuck)) < habits["miss"].to_numpy() + 0.1, "NS", "XX")
    day = stuck["at"] // 1440
    keep = dropped | (missed == "NS")
    parts.append(
        _booking(
            rng,
            stuck["person"],
            stuck["pnr"],
            stuck["flight"],
            stuck["planned_on"].astype(int),
            day - rng.integers(0, 20, len(stuck)),
            np.where(dropped, "XX", "NS"),
            np.where(dropped, undone, np.nan),
        )[keep]
    )
    per_visit = np.where(
        v["bad"] | ~case[v["person"]], who["extra_cancels"].to_numpy()[v["person"]], _ORDINARY["extra_cancels"]
    )
    more = s.groupby("visit").sample(1, random_state=int(rng.integers(2**31))).set_index("visit")
    number = rng.poisson(per_visit * (who["booked"].to_numpy()[v["person"]] > 0.5))
    x = v.loc[np.repeat(v.index, number)]
    x = x[x.index.isin(more.index)]
    near = more["at"].reindex(x.index).to_numpy()
    after = rng.random(len(x)) < np.where(x["bad"], 0.75, 0.25)
    when = np.where(
        after, near + np.round(rng.gamma(2, 14, len(x)) * 60), x["entered"] * 1440 - rng.integers(1, 30 * 1440, len(x))
    )
    spread = rng.random(len(x)) * np.maximum(x["stays_until"] - x["entered"], 1) * 1440
    when = np.where(x["no_exit"] & ~after, x["entered"] * 1440 + spread, when).astype(int)
    issued = when // 1440 - rng.integers(0, 14, len(x))
    flight = np.where(rng.random(len(x)) < 0.6, x["flight"], _flights(rng, len(x)))
    parts.append(
        _booking(
            rng,
            x["person"],
            _codes(rng, len(x)),
            flight,
            when // 1440 + rng.integers(1, 25, len(x)),
            issued,
            "XX",
            when,
        )
    )
    per = np.where(v["bad"] | ~case[v["person"]], who["miss"].to_numpy()[v["person"]], _ORDINARY["miss"])
    y = v[(rng.random(len(v)) < per)]
    went = y["entered"] + np.floor(rng.random(len(y)) * np.maximum(y["stays_until"] - y["entered"], 1)).astype(int)
    parts.append(
        _booking(
            rng,
            y["person"],
            _codes(rng, len(y)),
            _flights(rng, len(y)),
            went,
            went - rng.integers(3, 30, len(y)),
            rng.choice(["OK", "NS"], len(y)),
        )
    )
    b = pd.concat(parts, ignore_index=True)
    b = b[b["issued_on"] <= last]
    future = b["cancelled_at"] > last * 1440 + 1439
    b["status"] = (
        b["status"]
        .mask(future, "OK")
        .mask(b["status"].isin(["NS", "CH"]) & (b["departs_at"] > last * 1440 + 1439), "OK")
    )
    b["cancelled_at"] = b["cancelled_at"].mask(future)
    p = b["person"].to_numpy()
    b["passport"] = _used(rng, who, p, b["issued_on"].to_numpy(), last)
    b["booking_no"] = "R" + pd.Series(rng.choice(10**8, len(b), replace=False).astype(str), index=b.index).str.zfill(8)
    return b


def _booking(
    rng: np.random.Generator,
    person: Any,
    pnr: Any,
    flight: Any,
    departs: Any,
    issued: Any,
    status: Any,
    undone: Any = np.nan,
) -> pd.DataFrame:
    n = len(person)
    return pd.DataFrame(
        {
            "person": np.asarray(person),
            "pnr": np.asarray(pnr),
            "flight": np.asarray(flight),
            "departs_at": np.asarray(departs) * 1440 + rng.integers(420, 1320, n),
            "issued_on": np.asarray(issued),
            "status": status,
            "cancelled_at": undone,
        }
    )


def _listings(
    rng: np.random.Generator, who: pd.DataFrame, s: pd.DataFrame, catalogue: pd.DataFrame, last: int
) -> pd.DataFrame:
    own = s[s["bad"] & (rng.random(len(s)) < who["listed"].to_numpy()[s["person"]] * 0.3)]
    seen = own["at"].to_numpy() // 1440 + rng.integers(4, 40, len(own))
    sku, price = own["sku"].to_numpy(), own["unit_price"].to_numpy() * rng.uniform(0.65, 0.95, len(own))
    noise = np.minimum(rng.geometric(0.03, _RESOLD) - 1, 119)  # what sells well is resold by others too
    sku = np.concatenate([sku, catalogue["sku"].to_numpy()[noise]])
    price = np.concatenate([price, catalogue["unit_price"].to_numpy()[noise] * rng.uniform(0.75, 1.5, _RESOLD)])
    seen = np.concatenate([seen, last - rng.integers(0, DAYS, _RESOLD)])
    frame = pd.DataFrame({"seen_on": seen, "sku": sku, "price": price.astype(int)})
    frame["listing_no"] = "L" + pd.Series(rng.choice(10**6, len(frame), replace=False).astype(str)).str.zfill(6)
    frame["place"] = rng.choice(["예시 중고장터", "예시 오픈마켓", "예시 커뮤니티"], len(frame))
    return frame[frame["seen_on"] <= last]


def _measures(rng: np.random.Generator, who: pd.DataFrame, last: int) -> pd.DataFrame:
    """Restrictions of late and earlier years: some of the cases, and some who have since behaved."""
    odds = np.where(who["kind"].isin(CASES), 0.05, 0.012)
    barred = who[rng.random(len(who)) < odds]
    starts = last - rng.integers(60, 1200, len(barred))
    return pd.DataFrame(
        {
            "measure_no": [f"A{n:05d}" for n in rng.choice(10**5, len(barred), replace=False)],
            "person": barred.index.to_numpy(),
            "passport": barred["passport"].map(lambda owned: owned[0]).to_numpy(),
            "starts_on": starts,
            "ends_on": starts + rng.choice([90, 180, 365], len(barred)),
            "why": rng.choice(["항공권 예약 반복 취소", "장기 미출국", "고액 반복 구매"], len(barred)),
            "result": rng.choice(["소명 없음", "소명 접수", "제한 종료"], len(barred)),
        }
    )


def _table(rng: np.random.Generator, name: str, frame: pd.DataFrame) -> pa.Table:
    """The frame in the table's columns and types, shuffled; days and minutes since 1970 become dates and times."""
    shuffled = frame.iloc[rng.permutation(len(frame))]
    shuffled = shuffled.assign(sold_at=shuffled["at"]) if "at" in shuffled else shuffled
    made = {}
    for field in schema(name):
        values = shuffled[field.name].to_numpy() if field.name in shuffled else np.full(len(shuffled), None)
        if pa.types.is_date(field.type) or pa.types.is_timestamp(field.type):
            unit = "D" if pa.types.is_date(field.type) else "m"
            values = pd.to_numeric(pd.Series(values)).astype("Int64").astype("float")
            moments = pd.Series(np.full(len(values), np.datetime64("NaT"), "datetime64[s]"))
            known = values.notna().to_numpy()
            moments[known] = (
                values[known].astype("int64").to_numpy().astype(f"datetime64[{unit}]").astype("datetime64[s]")
            )
            made[field.name] = pa.Array.from_pandas(moments.astype("datetime64[us]")).cast(field.type)
        else:
            made[field.name] = pa.array(pd.Series(values), type=field.type, from_pandas=True)
    return pa.table(made, schema=schema(name))


def _flights(rng: np.random.Generator, size: int) -> Any:
    return np.char.add(rng.choice(["ZZ", "QX", "YV"], size), rng.integers(101, 160, size).astype(str)).astype(object)


def _codes(rng: np.random.Generator, size: int) -> Any:
    letters = rng.choice(list("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"), (size, 6))
    return np.array(["".join(row) for row in letters], dtype=object)


def _as_date(minutes: float) -> date:
    return date(1970, 1, 1) + timedelta(days=int(minutes // 1440))


def at_scale(rows: int, seed: int = 0, folder: Path | None = None) -> dict[str, Path]:
    """Parquet files of that many purchases by a tenth as many passports, with their bookings and movements, to measure
    with. Two in a hundred were born on "1 January", half of those in one and the same default year.
    """
    rng = np.random.default_rng([seed, rows])
    people = max(rows // 10, 10)
    last = (END - date(1970, 1, 1)).days
    default = np.where(rng.random(people) < 0.5, -25_567, (rng.integers(-20, 35, people) * 365.25).astype(int))
    birth = np.where(rng.random(people) < 0.02, default, rng.integers(-9000, 13000, people))
    sounds = len(_SOUNDS)
    given = [f"{a}{b}{c}" for a in _SOUNDS for b in _SOUNDS for c in ("", "NA", "LI")]
    family, first = rng.integers(0, len(_FAMILY), people), rng.integers(0, 3 * sounds * sounds, people)
    nation = rng.choice(len(_NATIONS), people, p=_NATION_SHARES)
    visas = [*_ORDINARY["visa"].split(), "D-2-2", "F-4-11"]
    visa = rng.integers(0, len(visas), people)
    visits = people * 2
    guest = np.concatenate([np.arange(people), rng.integers(0, people, visits - people)])
    entered = last - rng.integers(1, DAYS, visits)
    stay = np.floor(rng.lognormal(1.6, 0.8, visits)).astype(int)
    left = entered + stay
    gone = (left <= last) & (rng.random(visits) > 0.02)
    flight = rng.integers(101, 160, visits)
    at = np.concatenate([np.arange(min(people, rows)), rng.integers(0, visits, max(rows - people, 0))])
    who, day = guest[at], entered[at] + np.floor(rng.random(rows) * np.maximum(stay[at], 1)).astype(int)
    day = np.minimum(day, last)
    item = np.minimum(rng.geometric(0.02, rows) - 1, 119)
    quantity = rng.geometric(0.5, rows)
    price = rng.integers(20, 400, 120)[item] * 1000
    shop, seller = rng.integers(0, 8, rows), rng.integers(0, 40, rows)
    card = rng.random(rows) < 0.6
    moment = lambda days, low, high: pa.array(days * 1440 + rng.integers(low, high, len(days))).cast(pa.int64())  # noqa: E731
    times = lambda minutes: pc.multiply(minutes, 60_000_000).cast(pa.timestamp("us"))  # noqa: E731
    dates = lambda days, known=None: pa.array(days.astype(np.int32), pa.int32(), mask=known).cast(pa.date32())  # noqa: E731
    code = lambda letter, numbers, width, hidden=None: pc.binary_join_element_wise(  # noqa: E731
        letter, pc.utf8_lpad(pa.array(numbers, mask=hidden).cast(pa.string()), width, "0"), ""
    )
    pick = lambda values, where, hidden=None: (  # noqa: E731
        pa.DictionaryArray.from_arrays(pa.array(where, pa.int32(), mask=hidden), pa.array(values)).cast(pa.string())
    )
    names = lambda where: pc.binary_join_element_wise(pick(_FAMILY, family[where]), pick(given, first[where]), " ")  # noqa: E731
    frames: dict[str, dict[str, Any]] = {
        "purchases": {
            "sale_no": code("S", rng.permutation(rows), 9),
            "shop": code("SL", shop + 1, 2),
            "sold_at": times(moment(day, 570, 1200)),
            "passport": code("M", who, 8),
            "nationality": pick(_NATIONS, nation[who]),
            "name": names(who),
            "birth": dates(birth[who]),
            "visa": pick(visas, visa[who]),
            "item": pick([name for name, _ in _ITEMS], item % len(_ITEMS)),
            "sku": code("88", item, 11),
            "origin": pick(["D", "F"], (rng.random(rows) < 0.2).astype(int)),
            "quantity": pa.array(quantity),
            "unit_price": pa.array(price),
            "amount": pa.array(price * quantity),
            "delivery": pick(["S", "P"], (rng.random(rows) < 0.5).astype(int)),
            "payment": pick(["CARD", "PREPAID", "ALIPAY"], np.where(card, 0, 1 + (rng.random(rows) < 0.7))),
            "card": code("c", who, 15, ~card),
            "card_holder": pc.if_else(pa.array(card), names(who), None),
            "guide": code("G", who % 400, 3, rng.random(rows) > 0.15),
            "pnr": code("P", at, 7, rng.random(rows) < 0.1),
            "planned_on": dates(left[at]),
            "seller": code("E", shop * 40 + seller, 4),
        },
        "reservations": {
            "booking_no": code("R", rng.permutation(visits), 8),
            "pnr": code("P", np.arange(visits), 7),
            "passport": code("M", guest, 8),
            "flight": code("ZZ", flight, 3),
            "departs_at": times(moment(left, 420, 1320)),
            "issued_on": dates(entered - rng.integers(2, 45, visits)),
            "status": pick(["OK", "XX"], (undone := rng.random(visits) < 0.08).astype(int)),
            "cancelled_at": pc.if_else(pa.array(undone), times(moment(entered + stay // 2, 0, 1440)), None),
        },
        "movements": {
            "movement_no": code("V", rng.permutation(visits), 8),
            "passport": code("M", guest, 8),
            "nationality": pick(_NATIONS, nation[guest]),
            "name": names(guest),
            "birth": dates(birth[guest]),
            "entered_on": dates(entered),
            "left_on": dates(left, ~gone),
            "flight": code("ZZ", flight, 3, ~gone),
            "visa": pick(visas, visa[guest]),
        },
    }
    folder = folder or settings().folder("bench")
    paths = {name: folder / f"duty_free_{name}_{rows}_{seed}.parquet" for name in frames}
    for name, columns in frames.items():
        size = len(next(iter(columns.values())))
        whole = {field.name: columns.get(field.name, pa.nulls(size)) for field in schema(name)}
        pq.write_table(pa.table(whole).cast(schema(name)), paths[name])
    return paths
