"""The service page and the invariants: a month's pushes and the sessions under way are found among all others."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_session_under_way",
        "session",
        ["updated_at"],
        postgresql_where=sa.text("status IN ('processing', 'text_ready')"),
    )
    op.create_index(
        "ix_message_pushed",
        "message",
        ["delivered_at"],
        postgresql_where=sa.text("delivered_by = 'push' AND delivered_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_message_pushed", table_name="message")
    op.drop_index("ix_session_under_way", table_name="session")
