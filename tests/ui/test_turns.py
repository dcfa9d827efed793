"""What officers ask of a list they share."""

from threading import Event, Thread
from uuid import uuid4

import pytest

from lib.ui import cache


def test_one_list_is_asked_in_turn_and_another_meanwhile() -> None:
    one, other = uuid4().hex, uuid4().hex
    asking, go_on, told = Event(), Event(), []

    def slow() -> str:
        asking.set()
        go_on.wait(20)
        return "first"

    threads = [Thread(target=lambda: told.append(cache.asked(one, "slow", slow)))]
    threads[0].start()
    assert asking.wait(20)
    threads.append(Thread(target=lambda: told.append(cache.asked(one, "quick", lambda: "second"))))
    threads[1].start()
    assert cache.asked(other, "quick", lambda: "of another list") == "of another list"
    assert not told, "who asks the same list waits"
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert told == ["first", "second"]


def test_a_question_within_a_question_is_an_error_and_freezes_nobody() -> None:
    key = uuid4().hex
    with pytest.raises(RuntimeError, match="within"):
        cache.asked(key, "outer", lambda: cache.asked(key, "inner", lambda: 1))
    assert cache.asked(key, "later", lambda: 2) == 2
