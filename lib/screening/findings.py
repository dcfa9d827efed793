"""Findings and Reasons: the one shape in which every entry hands over what it found.

A finding is a lead, never a statement of guilt. It cannot exist without a reason, and a reason always names
the rows (or places on a photo) it rests on, so that an officer can defend it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Evidence:
    """One row, or one place on a photo, that a reason rests on.

    ``source`` names the table or photo, ``key`` the row in it, ``detail`` holds JSON-able facts to show.
    """

    source: str
    key: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reason:
    """Why: a stable ``code``, a Korean sentence, its legal basis ('' for a model's reason) and its evidence."""

    code: str
    text: str
    evidence: tuple[Evidence, ...]
    legal_basis: str = ""

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError(f"reason {self.code!r} names no row it rests on")


@dataclass(frozen=True)
class Finding:
    """What was found about one subject.

    ``subject`` identifies it within ``entry`` (a photo's hash, a buyer's number); ``grade`` is the entry's own
    scale; ``score`` in [0, 1] when a model ranked it; ``facts`` are JSON-able and kept with the case.
    """

    entry: str
    subject: str
    title: str
    grade: str
    reasons: tuple[Reason, ...]
    score: float | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError(f"finding {self.subject!r} has no reason")

    def as_dict(self) -> dict[str, Any]:
        """JSON-able form, as kept with a case."""
        return asdict(self)
