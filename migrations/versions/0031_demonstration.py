"""What coaches show on learners' footage."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demonstration",
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("nudge_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("away_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), server_default="", nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("clip_id", sa.Integer(), nullable=False),
        sa.Column("coach_id", sa.Integer(), nullable=True),
        sa.Column("recording", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("voice_key", sa.String(), nullable=False),
        sa.Column("film_key", sa.String(), nullable=False),
        sa.Column("preview_key", sa.String(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lines", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("usage", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handover_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        *(_key(*each) for each in KEYS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demonstration")),
    )
    for column, _, _ in KEYS:
        op.create_index(op.f(f"ix_demonstration_{column}"), "demonstration", [column])
    op.create_index(
        "ix_demonstration_due",
        "demonstration",
        ["nudge_at"],
        postgresql_where=sa.text("nudge_at IS NOT NULL"),
    )
    op.create_index(
        "ix_demonstration_parked", "demonstration", ["id"], postgresql_where=sa.text("parked_at IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_table("demonstration")


KEYS = (
    ("session_id", "session", "CASCADE"),
    ("clip_id", "media", "CASCADE"),
    ("coach_id", "coach", "SET NULL"),
    ("handover_id", "handover", "SET NULL"),
)


def _key(column: str, table: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_demonstration_{column}_{table}")
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name, ondelete=ondelete)
