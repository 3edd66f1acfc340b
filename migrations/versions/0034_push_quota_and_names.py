"""What LINE allows each account to push in a month; and names are found by an index, as words are."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "push_quota",
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_push_quota"),
    )
    op.execute(f'CREATE INDEX ix_user_names ON "user" USING gin ({NAMES} gin_trgm_ops)')


def downgrade() -> None:
    op.drop_index("ix_user_names", table_name="user")
    op.drop_table("push_quota")


NAMES = "lower(normalize((first_name || ' ') || coalesce(learner_profile ->> 'call_name', ''), NFKC))"
