"""The official list as it stood on a day: 312 designated in June 2026, 314 now."""

import csv
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from lib.entries.hazard_photo import catalogue, match
from lib.entries.hazard_photo.catalogue import SHIPPED, Effect
from lib.entries.hazard_photo.ocr import Line

TODAY = date(2026, 11, 22)
JUNE = date(2026, 6, 30)
SHARED = Path(__file__).resolve().parents[3] / "shared" / "domain" / "ingredients.csv"
LISTED = catalogue.load(SHIPPED)


def test_how_many_stand_on_the_list() -> None:
    assert len(LISTED.designated(TODAY)) == 314
    assert Counter(row.ground for row in LISTED.designated(TODAY)) == {"1": 23, "2": 152, "3": 135, "7": 4}
    assert Counter(row.status for row in LISTED.ingredients.values()) == {
        "designated": 314,
        "released": 2,
        "reference": 63,
    }
    assert {row.name_ko for row in LISTED.ingredients.values() if row.status == "released"} == {
        "석류씨",
        "라즈베리 케톤",
    }
    assert len(LISTED.ingredients) == 379


def test_june_2026_can_be_reproduced() -> None:
    june = {row.name_ko for row in LISTED.designated(JUNE)}
    assert len(LISTED.designated(JUNE)) == 312
    assert {row.name_ko for row in LISTED.designated(TODAY)} - june == {"타펜타돌", "N-데스메틸실데나필"}


@pytest.mark.parametrize(("name", "day"), [("타펜타돌", date(2026, 7, 31)), ("N-데스메틸실데나필", date(2026, 8, 27))])
def test_designation_counts_from_its_day(name: str, day: date) -> None:
    (row,) = [row for row in LISTED.ingredients.values() if row.name_ko == name]
    assert row.effect(day - timedelta(days=1)) is None
    assert row.effect(day) is row.verdict
    assert row in LISTED.designated(day)
    assert row not in LISTED.designated(day - timedelta(days=1))


def test_released_rows_no_longer_hold_goods() -> None:
    for row in LISTED.ingredients.values():
        if row.status == "released":
            assert row.effect(TODAY) in (None, Effect.CLEAR)
            assert row not in LISTED.designated(TODAY)


def test_tapentadol_label_as_of_june_and_today() -> None:
    text = "Active: Tapentadol 50 mg tablets"
    label = [Line(text, 0.95, ((0, 0), (400, 0), (400, 24), (0, 24)))]
    then = [found for found in match.find(label, LISTED, JUNE) if found.ingredient.name_en == "Tapentadol"]
    now = [found for found in match.find(label, LISTED, TODAY) if found.ingredient.name_en == "Tapentadol"]
    assert all(found.effect is not Effect.NARCOTIC for found in then)
    assert [found.effect for found in now] == [Effect.NARCOTIC]


def test_same_facts_as_the_official_rows() -> None:
    if not SHARED.exists():
        pytest.skip("no ../shared here")
    with SHARED.open(encoding="utf-8-sig", newline="") as file:
        official = list(csv.DictReader(file))
    assert {row["id"] for row in official} == LISTED.ingredients.keys()
    status = {"반입차단 지정": "designated", "지정 해제": "released"}
    for row in official:
        ours = LISTED.ingredients[row["id"]]
        theirs, own = (re.sub(r"\W", "", name) for name in (row["name_ko"], ours.name_ko))
        assert theirs.startswith(own), row["id"]  # a condition behind it has its own column
        assert ours.condition or theirs == own, row["id"]
        assert (ours.name_en, ours.cas) == (row["name_en"], row["cas"]), row["id"]
        if row["id"].startswith("KR") and row["status"] in status:
            assert ours.status == status[row["status"]]
            assert (ours.ground, str(ours.designated_on or "")) == (row["ground"], row["designated_on"]), row["id"]
            narcotic = row["default_verdict"].startswith("통관금지")
            assert (ours.verdict is Effect.NARCOTIC) == narcotic, row["id"]


def test_ground_and_verdict_agree() -> None:
    for row in LISTED.designated(TODAY):
        wanted = {"1": Effect.NARCOTIC, "2": Effect.BLOCK, "3": Effect.BLOCK, "7": Effect.CHECK}[row.ground]
        assert row.verdict is wanted, row
        assert bool(row.condition) or row.ground != "7", row


def test_names_are_whole_and_legal() -> None:
    keys = Counter((name.ingredient_id, name.name) for name in LISTED.names)
    assert [key for key, count in keys.items() if count > 1] == []
    for name in LISTED.names:
        assert name.ingredient_id in LISTED.ingredients, name
        assert name.name == name.name.strip(), name
        assert name.rule in {"any", "word", "item", "dose"}, name
        assert name.effect in {"", "check", "block", "narcotic", "clear"}, name
        assert name.lang in {"ko", "en", "ja", "zh", "la"}, name
    named = Counter(name.ingredient_id for name in LISTED.names)
    assert all(named[row.id] for row in LISTED.designated(TODAY))


def test_each_designated_row_is_found_by_its_official_name() -> None:
    """As a label prints it: the name without the list's own remark in parentheses."""
    lost = []
    for row in LISTED.designated(TODAY):
        for official in filter(None, (row.name_ko, row.name_en)):
            name = re.sub(r"\s*\([^-].*", "", official).strip()
            if "(M" in official or "대사체" in official:  # a metabolite is named by its parent's name on no label
                continue
            text = f"원재료명: {name} 500 mg, 설탕"
            label = [Line(text, 0.95, ((0, 0), (900, 0), (900, 24), (0, 24)))]
            if row.id not in {found.ingredient.id for found in match.find(label, LISTED, TODAY)}:
                lost.append((row.id, name))
    assert not lost


def test_a_folder_without_a_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        catalogue.load(tmp_path)


def test_imported_list_comes_before_the_shipped_one(data_dir: Path) -> None:
    assert catalogue.load().folder == SHIPPED
    imported = data_dir / "hazard_photo" / "catalogue"
    imported.mkdir(parents=True)
    for name in ("about.csv", "names.csv", "products.csv"):
        (imported / name).write_bytes((SHIPPED / name).read_bytes())
    rows = (SHIPPED / "ingredients.csv").read_text(encoding="utf-8").splitlines()
    (imported / "ingredients.csv").write_text("\n".join(rows[:4]) + "\n", encoding="utf-8")
    assert list(catalogue.load().ingredients) == ["KR001", "KR002", "KR003"]
