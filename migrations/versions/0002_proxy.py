"""The proxy that analysis and composition share, and its facts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What was analysed so far was the raw video, so that is what the rest of its session is made from.
ANALYSED = "SELECT session_id FROM stage_run WHERE stage = 'analyze_video' AND finished_at IS NOT NULL"


def upgrade() -> None:
    op.add_column("session", sa.Column("proxy_url", sa.String(), server_default="", nullable=False))
    op.add_column(
        "session",
        sa.Column(
            "proxy_facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
    )
    op.execute(
        f"UPDATE session SET proxy_url = raw_video_url, proxy_facts = video_facts WHERE id IN ({ANALYSED})"
    )
    op.execute(
        "INSERT INTO stage_run (session_id, stage, attempt, started_at, finished_at, error, usage)"
        f" SELECT session_id, 'prepare_video', 0, now(), now(), '', '{{}}' FROM ({ANALYSED}) AS analysed"
    )


def downgrade() -> None:
    op.execute("DELETE FROM stage_run WHERE stage = 'prepare_video'")
    # The earlier release refuses facts it does not know.
    op.execute("UPDATE session SET video_facts = video_facts - 'start_seconds' - 'sample_aspect_ratio'")
    op.drop_column("session", "proxy_facts")
    op.drop_column("session", "proxy_url")
