"""Questions, opinions and lessons."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "3", "2"
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("talk", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("officer", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("answer", sa.JSON, nullable=False),
        sa.Column("abstained", sa.Boolean, nullable=False),
        sa.Column("hidden_at", TIME),
        sa.Column("settled_at", TIME),
        sa.Column("settled_by", sa.Text),
        sa.Column("settled_how", sa.Text),
    )
    op.create_index("questions_of_officer", "questions", ["entry", "officer", "id"])
    op.create_table(
        "opinions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("question_id", sa.Integer, sa.ForeignKey("questions.id"), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("officer", sa.Text, nullable=False),
        sa.Column("good", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("ix_opinions_question_id", "opinions", ["question_id"])
    op.create_table(
        "lessons",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("officer", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("phrase", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("withdrawn_at", TIME),
        sa.Column("withdrawn_by", sa.Text),
    )
    op.execute("UPDATE schema_version SET version = 3")
