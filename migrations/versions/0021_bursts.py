"""Texts that follow each other within seconds are one question; pictures are known as such; clips have
an order."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
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
    "film",
)
MEDIA = ("video", "memo", "voice_question", "file")


def upgrade() -> None:
    _choices("message", "kind", "messagetype", (*MESSAGES, "photo"))
    for table in ("media", "upload"):
        _choices(table, "kind", "mediakind", (*MEDIA, "photo"))
    op.add_column("media", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
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
    op.drop_column("media", "sent_at")
    op.drop_index("ix_message_part_of_id", "message")
    op.drop_column("message", "part_of_id")
    op.execute("UPDATE message SET kind = 'other' WHERE kind = 'photo'")
    _choices("message", "kind", "messagetype", MESSAGES)
    # The release before has no place for photos: they go from the store as what was taken back does.
    op.execute(
        "UPDATE media SET kind = 'file', state = 'withdrawn', reason = 'replaced', lease_token = NULL, attempts = 0,"
        " parked_at = NULL, due_at = now(), nudge_at = now() WHERE kind = 'photo' AND state IN ('owed', 'stored')"
    )
    op.execute("UPDATE media SET kind = 'file' WHERE kind = 'photo'")
    for table in ("media", "upload"):
        _choices(table, "kind", "mediakind", MEDIA)


def _choices(table: str, column: str, kind: str, values: tuple[str, ...]) -> None:
    name = op.f(f"ck_{table}_{kind}_choices")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, f"{column} IN ({', '.join(repr(value) for value in values)})")
