"""Cases, their events and decisions, and the numbers given out."""

import sqlalchemy as sa
from alembic import op

from lib.casework.migrations.guards import append_only, refuser

revision, down_revision = "1", None
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    refuser()
    op.create_table("schema_version", sa.Column("version", sa.Integer, primary_key=True))
    op.create_table(
        "case_numbers",
        sa.Column("year", sa.Integer, primary_key=True),
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("last", sa.Integer, nullable=False),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number", sa.Text, nullable=False, unique=True),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("grade", sa.Text, nullable=False),
        sa.Column("score", sa.Double),
        sa.Column("status", sa.String(6), nullable=False),
        sa.Column("assignee", sa.Text),
        sa.Column("outcome", sa.Text),
        sa.Column("outcome_label", sa.Text),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 1"),
        sa.CheckConstraint("status <> 'closed' OR outcome IS NOT NULL"),
        sa.CheckConstraint("status IN ('new', 'review', 'action', 'closed')", name="status"),
    )
    opened = sa.text("status != 'closed'")
    op.create_index("one_open_case_per_subject", "cases", ["entry", "subject"], unique=True, sqlite_where=opened, postgresql_where=opened)  # fmt: skip
    op.create_index("cases_by_entry", "cases", ["entry", "status", "id"])
    op.create_index("cases_by_subject", "cases", ["entry", "subject"])
    op.create_index("cases_by_assignee", "cases", ["assignee", "id"])
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("kind", sa.String(9), nullable=False),
        sa.Column("old", sa.JSON, nullable=False),
        sa.Column("new", sa.JSON, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.UniqueConstraint("case_id", "version"),
        sa.CheckConstraint("kind IN ('created', 'assigned', 'moved', 'decided', 'noted', 'corrected')", name="kind"),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("officer", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("outcome_label", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["case_id", "version"], ["events.case_id", "events.version"]),
        sa.UniqueConstraint("case_id", "version"),
    )
    same = "case_id = NEW.case_id AND version = NEW.version"
    append_only("events", ("UPDATE", "DELETE"), same)
    append_only("decisions", ("UPDATE", "DELETE"), same)
    kept = "UPDATE OF id, number, entry, subject, created_at, created_by"
    append_only("cases", (kept, "DELETE"), "number = NEW.number")
    op.execute("INSERT INTO schema_version (version) VALUES (1)")
