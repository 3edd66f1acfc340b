"""Each render of a coaching video lies under keys of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("session", sa.Column("videos_begun", sa.Integer(), server_default="0", nullable=False))
    op.execute(
        "UPDATE session SET videos_begun = 1 WHERE id IN (SELECT session_id FROM stage_run WHERE stage = 'produce_video')"
    )


def downgrade() -> None:
    """A video that is there stays under the key that its row names."""
    op.drop_column("session", "videos_begun")
