"""The plain form of every typology comes above everybody known to be harmless, by the rules and by the shipped model."""

import pandas as pd
import pytest

from lib.entries.duty_free import screen
from lib.screening.model import Model
from lib.settings import MODELS
from tests.duty_free import made_by_hand


@pytest.mark.parametrize("modelled", [False, True])
def test_the_plain_cases_stand_above_the_known_harmless(modelled: bool) -> None:
    model = Model.load(MODELS / "duty_free") if modelled else None
    listed = screen.screen(made_by_hand.office(), as_of=made_by_hand.AS_OF, model=model)
    place = listed.rows.assign(place=range(len(listed.rows)), passport=listed.rows["identity"].str.split(", "))
    place = place.explode("passport").set_index("passport")
    guilty = place.loc[list(made_by_hand.GUILTY)].assign(kind=pd.Series(made_by_hand.GUILTY))
    benign = place.loc[list(made_by_hand.BENIGN)].assign(kind=pd.Series(made_by_hand.BENIGN))
    missed = guilty[~guilty["grade"].isin(["우선확인", "확인"])]
    assert missed.empty, missed[["kind", "grade", "score", "points"]]
    above = benign[benign["place"] < guilty["place"].max()]
    assert above.empty, above[["kind", "grade", "score", "points"]]
    assert guilty.loc["M10000002", "grade"] == "우선확인"
    assert guilty.loc["M10000006", "identity"] == "M10000006, M10000066"
