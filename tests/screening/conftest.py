"""One small trained model for the tests of the screening engine."""

import pandas as pd
import pytest

from lib.screening.model import Model, train
from tests.screening.made import FEATURES, world


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    return world()


@pytest.fixture(scope="session")
def model(frame: pd.DataFrame) -> Model:
    return train(frame, FEATURES, label="label", time="time", entry="made", data="지어낸 자료")
