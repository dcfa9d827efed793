"""The audit trail, and decisions two officers make together."""

import sqlalchemy as sa
from alembic import op

from lib.casework.migrations.guards import only_erased

revision, down_revision = "4", "3"


def upgrade() -> None:
    op.create_table(
        "trail",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("body", sa.JSON),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("seal", sa.Text, nullable=False),
    )
    only_erased("trail", "body")
    op.create_table(
        "trail_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("seal", sa.Text, nullable=False),
        sa.Column("proof", sa.Text, nullable=False),
        sa.CheckConstraint("id = 1"),
    )
    op.execute("INSERT INTO trail_head (id, last, seal, proof) VALUES (1, 0, '', '')")
    op.add_column("cases", sa.Column("proposed", sa.JSON))
    op.add_column("decisions", sa.Column("proposed_by", sa.Text))
    op.execute("UPDATE schema_version SET version = 4")
