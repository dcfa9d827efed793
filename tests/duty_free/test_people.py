"""Changed passports join, namesakes do not, and the officer is told either way."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lib.entries.duty_free import people

BORN = date(1990, 1, 31)


def joined(identities: list[tuple[str, str, str]], stays: list[Any] = (), keys: list[Any] = ()) -> people.People:  # type: ignore[assignment]
    who = pd.DataFrame(
        [(p, n, BORN, c, date(2026, 1, i + 1)) for i, (p, n, c) in enumerate(identities)],
        columns=["passport", "name", "birth", "nationality", "first_on"],
    )
    stayed = pd.DataFrame(list(stays), columns=["passport", "entered_on", "left_on"])
    return people.join(who, pd.DataFrame(list(keys), columns=["passport", "key"], dtype="str"), stayed)


def subjects(found: people.People) -> int:
    return found.passports["subject"].nunique()


def test_a_changed_passport_is_one_person_and_told_why() -> None:
    found = joined([("A1111111", "ZHANG WEI MIN", "CN"), ("B2222222", "Zhang Weimin", "CN")])
    assert subjects(found) == 1
    assert found.joins["why"].tolist() == ["생년월일과 영문성명이 같음"]
    assert found.of(found.passports["subject"][0]) == ["A1111111", "B2222222"]


def test_the_subject_stays_the_same_when_a_passport_is_added() -> None:
    before = joined([("A1111111", "ZHANG WEIMIN", "CN")]).passports["subject"][0]
    after = joined([("A1111111", "ZHANG WEIMIN", "CN"), ("B2222222", "ZHANG WEIMIN", "CN")]).passports["subject"]
    assert set(after) == {before}


def test_namesakes_in_korea_at_once_stay_two_people_and_are_told() -> None:
    twins = [("A1111111", "LI NA", "CN"), ("B2222222", "LI NA", "CN")]
    both = [("A1111111", date(2026, 5, 1), date(2026, 5, 9)), ("B2222222", date(2026, 5, 4), date(2026, 5, 12))]
    found = joined(twins, both)
    assert subjects(found) == 2
    assert "동명이인" in found.apart["why"][0]


def test_a_stay_that_never_ended_is_no_proof_of_two_people() -> None:
    changed = [("A1111111", "LI NA", "CN"), ("B2222222", "LI NA", "CN")]
    stays = [("A1111111", date(2026, 3, 1), None), ("B2222222", date(2026, 5, 4), date(2026, 5, 12))]
    assert subjects(joined(changed, stays)) == 1


def test_a_near_name_needs_more_than_a_birth_date() -> None:
    near = [("A1111111", "CHEN LING", "CN"), ("B2222222", "CHEN LINGA", "TW")]
    assert subjects(joined(near)) == 2
    shared = joined(near, keys=[("A1111111", "카드 c0ffee"), ("B2222222", "카드 c0ffee")])
    assert subjects(shared) == 1
    assert "카드 함께 사용" in shared.joins["why"][0]


def test_a_third_passport_does_not_pull_two_people_together() -> None:
    names = [("A1111111", "LI NA", "CN"), ("B2222222", "LI NA", "CN"), ("C3333333", "LI NA", "CN")]
    both = [("A1111111", date(2026, 5, 1), date(2026, 5, 9)), ("B2222222", date(2026, 5, 4), date(2026, 5, 12))]
    found = joined(names, both)
    by_passport = found.passports.set_index("passport")["subject"]
    assert by_passport["A1111111"] != by_passport["B2222222"]
    assert len(found.apart) == 3


@pytest.mark.parametrize("seed", range(3))
def test_crowded_birth_dates_are_joined_as_lonely_ones(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices of a block that thousands share give what comparing every pair gives."""
    rng = np.random.default_rng(seed)
    words = ["".join(rng.choice(list("ABC"), n)) for n in rng.integers(2, 6, 40)]
    who = pd.DataFrame({"passport": [f"M{i:08d}" for i in range(300)], "name": rng.choice(words, 300)})
    who["name"] += " " + rng.choice(words, 300).astype(object)
    who["birth"], who["nationality"] = rng.choice(["1900-01-01", "1980-01-01"], 300), rng.choice(["CN", "JP"], 300)
    who["first_on"] = BORN
    keys = pd.DataFrame({"passport": rng.choice(who["passport"], 200)})
    keys["key"] = "카드 " + pd.Series(rng.integers(0, 30, 200).astype(str))
    stays = pd.DataFrame({"passport": rng.choice(who["passport"], 300)})
    stays["entered_on"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 90, 300), unit="D")
    stays["left_on"] = stays["entered_on"] + pd.to_timedelta(rng.integers(0, 20, 300), unit="D")
    found = []
    for small in (10**6, 1):
        monkeypatch.setattr(people, "SMALL", small)
        monkeypatch.setattr(people, "SLICE", 7)
        found.append(people.join(who, keys, stays))
    assert len(found[0].joins) > 5
    for name in ("passports", "joins", "apart"):
        pd.testing.assert_frame_equal(getattr(found[0], name), getattr(found[1], name))
