"""Which of its pages has a call: an older one, whose socket is not known to be dead yet, changes nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("companion_call", sa.Column("visit", sa.Integer(), server_default="1", nullable=False))


def downgrade() -> None:
    op.drop_column("companion_call", "visit")
