"""What goes wrong is logged so that it can be found, without whom it went wrong on."""

import io
import logging

import pandas as pd
import pytest

from lib import quiet

NAME, PASSPORT = "홍길동", "M12345678"


@pytest.fixture
def log() -> io.StringIO:
    before = logging.getLogRecordFactory()
    quiet.errors()
    quiet.errors()  # twice does no harm
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logger = logging.getLogger("ax-test")
    logger.addHandler(handler)
    yield written
    logger.removeHandler(handler)
    logging.setLogRecordFactory(before)


def test_an_error_that_quotes_a_person_is_logged_without_the_quote(log: io.StringIO) -> None:
    try:
        try:
            pd.to_datetime(pd.Series([PASSPORT]))
        except ValueError as error:
            raise KeyError(NAME) from error
    except KeyError:
        logging.getLogger("ax-test").exception("page failed")
    told = log.getvalue()
    assert NAME not in told
    assert PASSPORT not in told
    assert "builtins.KeyError at tests/test_quiet.py" in told
    assert "ValueError" in told
