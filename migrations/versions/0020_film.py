"""The film of the third attempt beside the first: where it lies, who has asked for it, and the message that brings it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

MESSAGES = (
    "cooking_video",
    "coaching_ready",
    "coaching_video",
    "coaching_failed",
    "notice",
    "still_working",
    "answer",
    "plan_news",
    "text",
    "question",
    "video",
    "audio",
    "other",
)


def upgrade() -> None:
    _message_kinds(*MESSAGES, "film")
    for name in ("film_gcs_path", "film_preview_gcs_path"):
        op.add_column("session", sa.Column(name, sa.String(), server_default="", nullable=False))
    json = postgresql.JSONB(astext_type=sa.Text())
    op.add_column("session", sa.Column("film_request", json, server_default="{}", nullable=False))


def downgrade() -> None:
    """The release before knows neither the stage nor its message."""
    op.execute("DELETE FROM message WHERE kind = 'film' AND delivered_at IS NULL")
    op.execute("UPDATE message SET kind = 'notice' WHERE kind = 'film'")
    op.execute("DELETE FROM stage_run WHERE stage = 'produce_film'")
    for name in ("film_request", "film_preview_gcs_path", "film_gcs_path"):
        op.drop_column("session", name)
    _message_kinds(*MESSAGES)


def _message_kinds(*kinds: str) -> None:
    name = op.f("ck_message_messagetype_choices")
    op.drop_constraint(name, "message", type_="check")
    op.create_check_constraint(name, "message", f"kind IN ({', '.join(repr(kind) for kind in kinds)})")
