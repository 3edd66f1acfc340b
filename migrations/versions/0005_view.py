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
# The earlier graph knows a view by its finished stage; a clip that was its own view had none.
OWN_VIEWS = """
    INSERT INTO stage_run (session_id, stage, job, finished_at)
    SELECT DISTINCT session_id, 'prepare_video', 'prepare', now() FROM media
     WHERE kind = 'video' AND view_key = object_key AND view_key <> '' AND session_id IS NOT NULL
    ON CONFLICT (session_id, stage) DO NOTHING
"""
# It refuses facts that it does not know.
FACTS = "UPDATE media SET facts = facts - 'is_sound_broken' WHERE facts ? 'is_sound_broken'"


def upgrade() -> None:
    op.alter_column("media", "proxy_key", new_column_name="view_key")
    op.drop_column("media", "proxy_facts")


def downgrade() -> None:
    for change in (FACTS, PREPARE_AGAIN, OWN_VIEWS):
        op.execute(change)
    op.alter_column("media", "view_key", new_column_name="proxy_key")
    op.add_column(
        "media",
        sa.Column(
            "proxy_facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
    )
    op.execute("UPDATE media SET proxy_facts = facts WHERE proxy_key = object_key")
