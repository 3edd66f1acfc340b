"""Texts that follow each other within seconds are one question."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("part_of_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_message_part_of_id_message"),
        "message",
        "message",
        ["part_of_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index(
        "ix_message_part_of_id",
        "message",
        ["part_of_id"],
        postgresql_where=sa.text("part_of_id IS NOT NULL"),
    )


def downgrade() -> None:
    """A question that still waits for more words is answered by its last text alone."""
    op.drop_index("ix_message_part_of_id", "message")
    op.drop_column("message", "part_of_id")
