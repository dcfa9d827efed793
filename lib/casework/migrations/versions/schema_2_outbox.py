"""Text messages and how each came to stand as it does."""

import sqlalchemy as sa
from alembic import op

from lib.casework.migrations.guards import append_only

revision, down_revision = "2", "1"
TIME = sa.DateTime(timezone=True)
STATES = "('drafted', 'approved', 'sending', 'sent', 'delivered', 'failed', 'cancelled', 'in_doubt')"


def upgrade() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("to_name", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.Column("items", sa.JSON, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("approved_at", TIME),
        sa.Column("approved_by", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_try_at", TIME),
        sa.Column("sent_at", TIME),
        sa.Column("claim", sa.Text),
        sa.Column("lease_until", TIME),
        sa.Column("gateway", sa.Text),
        sa.Column("reference", sa.Text),
        sa.Column("provider_id", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("kind IN ('SMS', 'LMS')"),
        sa.CheckConstraint(f"state IN {STATES}", name="messagestate"),
    )
    standing = sa.text("state != 'cancelled'")
    op.create_index("one_message_per_key", "messages", ["key"], unique=True, sqlite_where=standing, postgresql_where=standing)  # fmt: skip
    op.create_index("messages_by_state", "messages", ["entry", "state", "id"])
    op.create_index("messages_by_day", "messages", ["entry", "day", "id"])
    op.create_table(
        "message_steps",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("message_id", sa.Integer, sa.ForeignKey("messages.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("old", sa.String(9)),
        sa.Column("new", sa.String(9), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.UniqueConstraint("message_id", "version"),
        sa.CheckConstraint(f"old IN {STATES}", name="old_messagestate"),
        sa.CheckConstraint(f"new IN {STATES}", name="messagestate"),
    )
    append_only("message_steps", ("UPDATE", "DELETE"), "message_id = NEW.message_id AND version = NEW.version")
    said = "id, key, entry, phone, to_name, subject, body, kind, bytes, items, day, created_at, created_by"
    standing_too = "key = NEW.key AND state <> 'cancelled' AND NEW.state <> 'cancelled'"
    append_only("messages", (f"UPDATE OF {said}", "DELETE"), standing_too)
    op.execute("UPDATE schema_version SET version = 2")
