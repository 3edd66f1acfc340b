"""Calls while a learner cooks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    now = sa.func.now()
    op.create_table(
        "companion_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("dish_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds", sa.Float(), server_default="0", nullable=False),
        sa.Column("handle", sa.String(), server_default="", nullable=False),
        sa.Column("moments_said", sa.Integer(), server_default="0", nullable=False),
        sa.Column("usage", postgresql.JSONB(), server_default="{}", nullable=False),
        *(_key(*each) for each in KEYS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companion_call")),
        sa.UniqueConstraint("key", name=op.f("uq_companion_call_key")),
    )
    op.create_index("ix_companion_call_user_id", "companion_call", ["user_id", "began_at"])
    for column in ("session_id", "dish_id"):
        op.create_index(op.f(f"ix_companion_call_{column}"), "companion_call", [column])
    op.create_index(
        "uq_companion_call_living",
        "companion_call",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("companion_call")


KEYS = (
    ("user_id", "user", "CASCADE"),
    ("session_id", "session", "SET NULL"),
    ("dish_id", "dish", "SET NULL"),
)


def _key(column: str, table: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_companion_call_{column}_{table}")
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name, ondelete=ondelete)
