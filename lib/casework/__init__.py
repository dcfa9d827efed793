"""Cases, decisions and the audit trail of all entries."""

from lib.casework.book import CaseBook, Label, as_rows
from lib.casework.errors import (
    CaseworkError,
    Conflict,
    DatabaseBusy,
    DatabaseUnavailable,
    NewerDatabase,
    NotAllowed,
    StorageFull,
    UnknownCase,
    UnknownPhoto,
)
from lib.casework.models import (
    DECIDED,
    KST,
    TRANSITIONS,
    Case,
    Decision,
    Event,
    Kind,
    Message,
    MessageState,
    MessageStep,
    Outcome,
    Status,
)
from lib.casework.outbox import Delivery, Draft, Outbox
from lib.casework.photos import keep_photo, photo_path

__all__ = [
    "DECIDED",
    "KST",
    "TRANSITIONS",
    "Case",
    "CaseBook",
    "CaseworkError",
    "Conflict",
    "DatabaseBusy",
    "DatabaseUnavailable",
    "Decision",
    "Delivery",
    "Draft",
    "Event",
    "Kind",
    "Label",
    "Message",
    "MessageState",
    "MessageStep",
    "NewerDatabase",
    "NotAllowed",
    "Outbox",
    "Outcome",
    "Status",
    "StorageFull",
    "UnknownCase",
    "UnknownPhoto",
    "as_rows",
    "keep_photo",
    "photo_path",
]
