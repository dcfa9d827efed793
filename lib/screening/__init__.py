"""What screening says: findings, and the reasons that carry them."""

from lib.screening.findings import Evidence, Finding, Reason

__all__ = ["Evidence", "Finding", "Reason"]
