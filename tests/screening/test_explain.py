"""An officer reads why: true contributions in Korean, each with the rows it rests on, beside what is usual."""

import numpy as np
import pandas as pd
import pytest

from lib.screening import Evidence
from lib.screening.explain import importance, model_reasons, peer_reasons, peers, swarm, waterfall
from lib.screening.features import Feature
from lib.screening.model import Model
from tests.screening.made import FEATURES, evidence


@pytest.fixture
def top(model: Model, frame: pd.DataFrame) -> "pd.Series[object]":
    return frame.iloc[int(model.score(frame).argmax())]


def test_reasons_are_the_strongest_raising_features(
    model: Model, frame: pd.DataFrame, top: "pd.Series[object]"
) -> None:
    """Sorted by contribution, at most three, value and usual range in the sentence, evidence by the feature's rows."""
    told = model.contributions(pd.DataFrame([top])).iloc[0].drop("base")
    raising = told[told > 0].sort_values(ascending=False)
    reasons = model_reasons(model, top, peers(frame, FEATURES), evidence)
    assert [reason.code for reason in reasons] == [f"model_{name}" for name in raising.index[:3]]
    about = {feature.name: feature for feature in FEATURES}
    for reason in reasons:
        feature = about[reason.code.removeprefix("model_")]
        assert reason.text.startswith(f"「{feature.title}」 {feature.shown(top[feature.name])}: 보통 ")
        assert reason.evidence[0].source == feature.rows
        assert reason.legal_basis == ""


def test_what_lowers_the_risk_is_no_reason_for_it(model: Model, frame: pd.DataFrame) -> None:
    """The calmest subject gets only features that truly raised, if any."""
    row = frame.iloc[int(model.score(frame).argmin())]
    told = model.contributions(pd.DataFrame([row])).iloc[0]
    for reason in model_reasons(model, row, peers(frame, FEATURES), evidence, most=9):
        assert told[reason.code.removeprefix("model_")] > 0


def test_a_reason_without_rows_is_not_given(model: Model, frame: pd.DataFrame, top: "pd.Series[object]") -> None:
    """What cannot be shown is not claimed; the next strongest takes its place."""

    def only_purchases(rows: str) -> tuple[Evidence, ...]:
        return evidence(rows) if rows == "purchases" else ()

    usual = peers(frame, FEATURES)
    codes = [reason.code for reason in model_reasons(model, top, usual, only_purchases)]
    assert codes
    assert set(codes) <= {"model_amount", "model_times"}
    assert peer_reasons(top, usual, lambda rows: ()) == []


def test_waterfall_adds_up_and_is_sorted(model: Model, frame: pd.DataFrame, top: "pd.Series[object]") -> None:
    """From the base to the subject's own log-odds, every feature told once, the strongest first."""
    steps = waterfall(model, top, peers(frame, FEATURES))
    assert sum(step["contribution"] for step in steps) == pytest.approx(model.margin(pd.DataFrame([top]))[0], abs=1e-9)
    assert steps[0]["name"] == "base"
    assert {step["title"] for step in steps[1:]} == {feature.title for feature in FEATURES}
    sizes = [abs(step["contribution"]) for step in steps[1:]]
    assert sizes == sorted(sizes, reverse=True)


def test_usual_range_is_where_nine_in_ten_lie() -> None:
    """Numbers that occur, not made-up ones between; missing left out; the commonest category."""
    features = (Feature("n", "횟수", "건"), Feature("c", "면세점", kind="category"), Feature("e", "빈 열"))
    frame = pd.DataFrame({"n": [*range(101), None], "c": ["인천"] * 60 + ["서울"] * 42, "e": [None] * 102})
    usual = peers(frame, features).usual
    assert (usual["n"].low, usual["n"].median, usual["n"].high) == (5, 50, 95)
    assert usual["n"].shown == "5건~95건"
    assert usual["c"].shown == "인천"
    assert usual["e"].shown == "자료 없음"


def test_without_a_model_the_odd_values_are_the_lead() -> None:
    """Only what lies outside the usual range, the furthest first, in the right direction."""
    features = (Feature("big", "금액", "원"), Feature("small", "체류", "일"), Feature("plain", "횟수", "건"))
    frame = pd.DataFrame({name: np.arange(1000.0) for name in ("big", "small", "plain")})
    row = pd.Series({"big": 5000, "small": 10, "plain": 500})
    reasons = peer_reasons(row, peers(frame, features), evidence)
    assert [reason.code for reason in reasons] == ["peer_big", "peer_small"]
    assert "99% 이상보다 큼" in reasons[0].text
    assert "보다 작음" in reasons[1].text
    assert peer_reasons(row.fillna(0) * 0 + 500, peers(frame, features), evidence) == []


def test_importance_and_swarm_tell_the_whole_list(model: Model, frame: pd.DataFrame) -> None:
    """Shares add to one; pure noise is the least important; the swarm's points are the contributions."""
    rows = frame.head(400)
    table = importance(model, rows)
    assert table["share"].sum() == pytest.approx(1)
    assert table["feature"].iloc[-1] == "share"
    points = swarm(model, rows)
    assert len(points) == len(rows) * len(FEATURES)
    strength = points.groupby("feature")["contribution"].apply(lambda c: c.abs().mean())
    assert strength["times"] == pytest.approx(table.set_index("feature")["importance"]["times"])
    assert points["level"].dropna().between(0, 1).all()


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (np.int64(3), "건", "3건"), (3.0, "건", "3건"), (12_345_678, "원", "12,345,678원"), (0.256, "%", "26%"),
        (1.5, "일", "1.50일"), (None, "건", "없음"), (float("nan"), "건", "없음"), (pd.NA, "건", "없음"), ("서울", "", "서울"),
    ],
)  # fmt: skip
def test_values_are_shown_as_an_officer_reads_them(value: object, unit: str, shown: str) -> None:
    assert Feature("x", "값", unit).shown(value) == shown
