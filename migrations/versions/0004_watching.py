"""Which request brought an event, and indexes by which the metrics find what was given up and what was coached."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LEASED = ("inbox_subject", "message", "media", "stage_run")
COACHED = "kind IN ('coaching_ready', 'coaching_video') AND delivered_at IS NOT NULL"


def upgrade() -> None:
    request_id = sa.Column("request_id", sa.String(16), nullable=False, server_default="")
    op.add_column("inbox_event", request_id)
    for table in LEASED:
        parked = sa.text("parked_at IS NOT NULL")
        op.create_index(f"ix_{table}_parked", table, ["id"], postgresql_where=parked)
    op.create_index("ix_message_coached", "message", ["delivered_at"], postgresql_where=sa.text(COACHED))


def downgrade() -> None:
    op.drop_index("ix_message_coached", table_name="message")
    for table in LEASED:
        op.drop_index(f"ix_{table}_parked", table_name=table)
    op.drop_column("inbox_event", "request_id")
