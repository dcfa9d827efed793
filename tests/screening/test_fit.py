"""The engine on a table it has never seen: nothing known only later reaches a feature, and the numbers are honest."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.screening.fit import fit, history
from lib.screening.model import TooFewLabels

SHARED = Path("/work/shared/customs")


def declarations(rows: int = 2500, seed: int = 0) -> pd.DataFrame:
    """Declarations as a file gives them: text columns, and a few importers who cheat."""
    random = np.random.default_rng(seed)
    importer = random.integers(0, 120, rows)
    frame = pd.DataFrame(
        {
            "신고번호": np.arange(rows) + 10_000_000,
            "신고일자": pd.Timestamp("2026-01-01") + pd.to_timedelta(np.sort(random.integers(0, 200, rows)), unit="D"),
            "수입자": [f"업체{i}" for i in importer],
            "세관코드": random.choice(["010", "020", "030"], rows),
            "금액": random.lognormal(8, 1, rows).round(2),
            "적출일": pd.Timestamp("2025-12-01"),
            "통화": "USD",
        }
    )
    frame["적출일"] = (frame["신고일자"] - pd.to_timedelta(random.integers(1, 30, rows), unit="D")).astype(str)
    odds = -3 + 4 * (importer < 12) + 1.5 * (frame["세관코드"] == "020")
    frame["적발"] = (random.random(rows) < 1 / (1 + np.exp(-odds))).astype(int)
    return frame


EVENTS = st.lists(st.tuples(st.sampled_from("가나다"), st.integers(0, 8), st.booleans()), min_size=2, max_size=30)


@given(EVENTS, st.data())
def test_history_never_looks_ahead(events: list[tuple[str, int, bool]], data: st.DataObject) -> None:
    """Whatever happens from a day on, labels turned or rows gone, changes nothing up to that day."""
    frame = pd.DataFrame(events, columns=["key", "day", "label"]).astype({"label": float})
    cut = data.draw(st.integers(0, 8))
    turned = frame["label"].where(frame["day"] < cut, 1 - frame["label"])
    now, then = (history(frame["key"], frame["day"], label) for label in (frame["label"], turned))
    early = frame["day"] <= cut
    pd.testing.assert_frame_equal(now[early], then[early])
    rest = frame[early]
    pd.testing.assert_frame_equal(history(rest["key"], rest["day"], rest["label"]), now[early])


@given(EVENTS)
def test_history_counts_what_a_reader_would(events: list[tuple[str, int, bool]]) -> None:
    """Row by row: earlier rows of the same value with a known label."""
    frame = pd.DataFrame(events, columns=["key", "day", "label"]).astype({"label": float})
    told = history(frame["key"], frame["day"], frame["label"])
    for i, row in frame.iterrows():
        before = frame[frame["day"] < row["day"]]
        own = before[before["key"] == row["key"]]
        assert told["count"][i] == len(own)
        if len(before):
            assert told["rate"][i] == pytest.approx(
                (own["label"].sum() + 10 * before["label"].mean()) / (len(own) + 10)
            )
        else:
            assert np.isnan(told["rate"][i])


def test_an_unknown_table_is_understood() -> None:
    """Row numbers and constants are left out, codes are no amounts, importers become their history, dates days."""
    fitted = fit(declarations(), label="적발", time="신고일자")
    assert fitted.card["kinds"] == {"수입자": "identifier", "세관코드": "category", "금액": "number", "적출일": "date"}
    assert fitted.card["unused"] == ["신고번호", "통화"]
    measured = fitted.card["measures"]
    assert measured["pr_auc"] > 2 * measured["base_rate"]
    assert fitted.scored["score"].is_monotonic_decreasing
    assert fitted.scored["적발"].head(30).mean() > 2 * fitted.scored["적발"].mean()
    assert {"신고번호", "수입자"} <= set(fitted.scored)


def test_a_file_of_text_is_the_same_table() -> None:
    """As our own reader hands it over: all cells text, the label 예/아니오."""
    frame = declarations(1200)
    text = frame.astype(str).assign(적발=frame["적발"].map({1: "예", 0: "아니오"}))
    ours, theirs = (fit(table, label="적발", time="신고일자") for table in (frame, text))
    assert ours.card["kinds"] == theirs.card["kinds"]
    np.testing.assert_array_equal(ours.scored["score"], theirs.scored["score"])


def test_test_labels_reach_nothing_but_the_measures() -> None:
    """Turned round or not known at all, the rows kept apart get the same scores."""
    frame = declarations(1200)
    frame["구간"] = np.where(frame.index < 700, "train", np.where(frame.index < 950, "calibrate", "test"))
    turned, hidden = frame.copy(), frame.astype({"적발": float})
    turned.loc[950:, "적발"] = 1 - turned.loc[950:, "적발"]
    hidden.loc[1000:, "적발"] = np.nan
    scores = [
        fit(table, label="적발", time="신고일자", parts="구간").scored.set_index("신고번호")["score"].sort_index()
        for table in (frame, turned, hidden)
    ]
    assert len(scores[0]) == 250
    for other in scores[1:]:
        np.testing.assert_array_equal(scores[0], other)


def test_a_column_that_gives_the_result_away_is_told() -> None:
    """추징액 is filled in after the result: named in the card until it is dropped."""
    frame = declarations(1200)
    frame["추징액"] = frame["적발"] * np.random.default_rng(1).lognormal(5, 1, len(frame))
    leaky = fit(frame, label="적발", time="신고일자")
    assert any("추징액" in limit for limit in leaky.card["limits"])
    clean = fit(frame, label="적발", time="신고일자", drop=["추징액"])
    assert not any("추징액" in limit for limit in clean.card["limits"])
    assert "추징액" not in clean.card["kinds"]


def test_what_is_wrong_with_the_call_is_told_in_korean() -> None:
    """Unknown columns, a label that is no yes/no, dates that are none, too few results."""
    frame = declarations(200)
    for call, said in (
        ({"label": "결과", "time": "신고일자"}, "표에 없는 열"),
        ({"label": "적발", "time": "신고일자", "drop": ["없는 열"]}, "없는 열"),
        ({"label": "금액", "time": "신고일자"}, "예/아니오"),
        ({"label": "적발", "time": "통화"}, "날짜로 읽을 수 없는"),
        ({"label": "적발", "time": "신고일자", "parts": "통화"}, "train"),
    ):
        with pytest.raises(ValueError, match=said):
            fit(frame, **call)
    with pytest.raises(TooFewLabels):
        fit(frame.assign(적발=0), label="적발", time="신고일자")


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.skipif(not SHARED.exists(), reason="the published declarations are not here")
def test_published_import_declarations() -> None:
    """Regression anchor, never a proof of skill in the field: the published data hold a known artefact.

    Published precision at 5 % / 10 %: LightGBM .762/.641; history of one combination alone .960/.828.
    """
    files = {"train": "train", "valid": "calibrate", "test": "test"}
    parts = [pd.read_csv(SHARED / f"df_syn_{name}_eng.csv").assign(part=part) for name, part in files.items()]
    fitted = fit(
        pd.concat(parts),
        label="Fraud",
        time="Date",
        drop=["Critical Fraud"],
        parts="part",
        synthetic=True,
        data="공개 합성 신고",
    )
    assert {part: about["rows"] for part, about in fitted.card["slices"].items()} == {
        "train": 37_385, "calibrate": 8_134, "test": 8_481,
    }  # fmt: skip
    assert fitted.card["unused"] == ["Declaration ID"]
    precision = {row["share"]: row["precision"] for row in fitted.card["measures"]["budgets"]}
    assert precision[0.01] > 0.95
    assert precision[0.05] > 0.95
    assert precision[0.10] > 0.88
    assert fitted.card["measures"]["ece"] < 0.02
