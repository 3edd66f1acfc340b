"""The coaches' desk: filters that a coach keeps, and who has a thread before them just now."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("coach_id", sa.Integer(), sa.ForeignKey("coach.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("query", sa.String(2000), nullable=False),
        sa.UniqueConstraint("coach_id", "name"),
    )
    op.create_table(
        "thread_presence",
        sa.Column("coach_id", sa.Integer(), sa.ForeignKey("coach.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("is_typing", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_thread_presence_user_id", "thread_presence", ["user_id"])


def downgrade() -> None:
    op.drop_table("thread_presence")
    op.drop_table("saved_filter")
