"""Without labels: the unusual come first, rules decide, and nothing but rank plays a part."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lib.screening.anomaly import anomaly, rules_score
from lib.screening.features import Feature
from tests.screening.made import FEATURES, world


def test_who_is_far_out_in_several_ways_comes_first() -> None:
    """Either side, a rare category too; the most ordinary is near 0."""
    frame = world(2000)
    frame.loc[5, ["amount", "times", "share"]] = [1e8, 30, 0.9999]
    frame.loc[6, "shop"] = "한 번뿐인 곳"
    scores = anomaly(frame, FEATURES)
    assert scores.argmax() == 5
    assert scores[6] > 0.9
    assert scores.min() == 0
    assert scores.max() == 1999 / 2000


def test_it_is_the_share_of_less_unusual_subjects() -> None:
    """Four alike and one apart: four at 0, the one above four fifths of the list."""
    frame = pd.DataFrame({"n": [0, 0, 0, 0, 9]})
    assert anomaly(frame, [Feature("n", "횟수")]).tolist() == [0, 0, 0, 0, 0.8]


@given(st.integers(0, 50))
def test_units_and_row_order_play_no_part(seed: int) -> None:
    """The same in won or in thousands, on any monotone scale, and however the file is sorted."""
    frame = world(200, seed=seed)
    scores = anomaly(frame, FEATURES)
    np.testing.assert_array_equal(anomaly(frame.assign(amount=np.log(frame["amount"]) * 7 - 3), FEATURES), scores)
    mixed = frame.sample(frac=1, random_state=seed)
    np.testing.assert_array_equal(anomaly(mixed, FEATURES), scores[mixed.index])


def test_missing_values_alone_are_nothing_unusual() -> None:
    """An empty column, an empty cell and an empty table are no lead."""
    frame = pd.DataFrame({"n": [1.0, 1, 1, None], "e": [None] * 4, "c": ["가", "가", "가", None]})
    features = (Feature("n", "횟수"), Feature("e", "빈 열"), Feature("c", "곳", kind="category"))
    assert anomaly(frame, features).tolist() == [0, 0, 0, 0]
    assert len(anomaly(frame.head(0), features)) == 0


@given(
    arrays.arrays(int, 30, elements=st.integers(0, 300)), arrays.arrays(float, 30, elements=st.floats(0, 1, width=32))
)
def test_rules_dominate_and_anomaly_orders_the_rest(points: "np.ndarray", unusual: "np.ndarray") -> None:
    """One more point outranks any anomaly; with equal points the more unusual is first; always within 0..1."""
    scores = rules_score(points, unusual)
    assert ((scores >= 0) & (scores < 1)).all()
    by_points = points[:, None] > points[None, :]
    assert (scores[:, None] > scores[None, :])[by_points].all()
    same = (points[:, None] == points[None, :]) & (unusual[:, None] > unusual[None, :] + 1e-6)
    assert (scores[:, None] > scores[None, :])[same].all()
