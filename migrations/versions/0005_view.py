"""The analysis looks at a view of the clip, the coaching video is cut from the clip itself.

A session at work keeps what was prepared for it: a proxy is a view too. Downgraded, a session whose coaching video is not
made yet is prepared anew: the earlier release cuts from the proxy, and a view has too few pictures.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PREPARE_AGAIN = """
    UPDATE stage_run SET finished_at = NULL, attempts = 0, due_at = now(), nudge_at = now()
     WHERE stage = 'prepare_video' AND session_id IN
           (SELECT session_id FROM media WHERE view_key NOT IN ('', object_key) AND session_id IS NOT NULL)
       AND session_id NOT IN (SELECT session_id FROM stage_run
                               WHERE stage = 'produce_video' AND finished_at IS NOT NULL)
"""


def upgrade() -> None:
    op.alter_column("media", "proxy_key", new_column_name="view_key")
    op.drop_column("media", "proxy_facts")


def downgrade() -> None:
    op.execute(PREPARE_AGAIN)
    op.alter_column("media", "view_key", new_column_name="proxy_key")
    op.add_column(
        "media",
        sa.Column(
            "proxy_facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
    )
    op.execute("UPDATE media SET proxy_facts = facts WHERE proxy_key = object_key")
