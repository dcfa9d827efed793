from collections.abc import Callable
from typing import Any

import pytest

from lib.screening.findings import Evidence, Finding, Reason


@pytest.fixture
def finding() -> Callable[..., Finding]:
    """A finding about a subject; anything else by name."""

    def make(subject: str = "b0a1", **changes: Any) -> Finding:
        reason = Reason("banned", "금지 성분이 적혀 있습니다", (Evidence("photo", subject),))
        facts = {"제품명": "그린커피", "수량": 3}
        return Finding(
            **{"entry": "hazard_photo", "title": "그린커피 정", "grade": "위험", "score": 0.9, "facts": facts}
            | {"subject": subject, "reasons": (reason,)}
            | changes
        )

    return make
