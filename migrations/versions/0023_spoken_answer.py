"""Answers that are spoken too."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("speech_ms", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("message", "speech_ms")
