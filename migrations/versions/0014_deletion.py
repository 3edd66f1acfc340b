"""Learners who leave: their wish, which owes the deletion, and the way to all that one subject has sent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user", _time("leaving_since"))
    op.create_table(
        "deletion",
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        *(_time(name) for name in ("due_at", "nudge_at", "away_since", "parked_at")),
        sa.Column("error", sa.String(), server_default="", nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        _time("asked_at", nullable=False),
        *(sa.Column(name, JSONB(), server_default="[]", nullable=False) for name in ("keys", "places")),
        sa.Column("customer_id", sa.String(255), server_default="", nullable=False),
        _time("rows_gone_at"),
        sa.Column("channel", sa.String(64), server_default="", nullable=False),
        sa.Column("reply_token", sa.String(128), nullable=True),
        _time("reply_until"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_deletion_user_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletion")),
        sa.UniqueConstraint("user_id", name=op.f("uq_deletion_user_id")),
    )
    op.create_index(
        "ix_deletion_due", "deletion", ["nudge_at"], postgresql_where=sa.text("nudge_at IS NOT NULL")
    )
    op.create_index(
        "ix_deletion_parked", "deletion", ["id"], postgresql_where=sa.text("parked_at IS NOT NULL")
    )
    op.create_index(
        "ix_inbox_event_subject",
        "inbox_event",
        ["subject", "source"],
        postgresql_where=sa.text("subject <> ''"),
    )


def downgrade() -> None:
    """Wishes that are not fulfilled yet are lost: the release before knows none."""
    op.drop_index("ix_inbox_event_subject", "inbox_event")
    op.drop_table("deletion")
    op.drop_column("user", "leaving_since")


def _time(name: str, *, nullable: bool = True) -> sa.Column[object]:
    default = None if nullable else sa.text("now()")
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=default)
