"""What became of a reply, which accounts a learner follows, what was taken back before it came, who is away, files that
are not known yet."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


LEASED = ("inbox_subject", "message", "media", "stage_run")
# Whom they have written to, they follow; who has blocked us follows nobody.
FRIENDSHIPS = """
    INSERT INTO friendship (user_id, channel, blocked_at)
    SELECT DISTINCT "user".id, inbox_event.channel, "user".blocked_at
      FROM "user" JOIN inbox_event ON inbox_event.source = 'line' AND inbox_event.subject = "user".line_user_id
     WHERE inbox_event.channel <> ''
"""

MEDIA_KINDS = ("video", "memo", "voice_question")
# The release before took a file of which it knew nothing for a video, and told the learner when it was none.
FILES_AS_VIDEOS = """
    UPDATE media SET kind = 'video', position = 1 + (
        SELECT coalesce(max(position), 0) FROM media AS other
         WHERE other.session_id = media.session_id AND other.kind = 'video'
    ) WHERE kind = 'file'
"""


def _allow_media_kinds(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_media_mediakind_choices"), "media", type_="check")
    choices = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_media_mediakind_choices"), "media", f"kind IN ({choices})")


def upgrade() -> None:
    _allow_media_kinds(*MEDIA_KINDS, "file")
    for table in LEASED:
        op.add_column(table, sa.Column("away_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("user", sa.Column("name_asked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "friendship",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_friendship_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "channel", name=op.f("pk_friendship")),
    )
    op.execute(FRIENDSHIPS)
    op.create_table(
        "unsent_message",
        sa.Column("line_message_id", sa.String(64), nullable=False),
        sa.Column("unsent_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.PrimaryKeyConstraint("line_message_id", name=op.f("pk_unsent_message")),
    )
    op.add_column(
        "message", sa.Column("reply_may_be_taken", sa.Boolean(), nullable=False, server_default="false")
    )
    op.add_column("message", sa.Column("carrier_id", sa.Integer(), nullable=True))
    op.add_column("message", sa.Column("line_request_id", sa.String(64), nullable=False, server_default=""))
    op.create_foreign_key(
        op.f("fk_message_carrier_id_message"),
        "message",
        "message",
        ["carrier_id"],
        ["id"],
        ondelete="SET NULL",
    )
    is_carried = sa.text("carrier_id IS NOT NULL")
    op.create_index("ix_message_carrier_id", "message", ["carrier_id"], postgresql_where=is_carried)


def downgrade() -> None:
    op.drop_index("ix_message_carrier_id", table_name="message")
    op.drop_constraint(op.f("fk_message_carrier_id_message"), "message", type_="foreignkey")
    for column in ("line_request_id", "carrier_id", "reply_may_be_taken"):
        op.drop_column("message", column)
    op.drop_table("unsent_message")
    op.drop_table("friendship")
    op.drop_column("user", "name_asked_at")
    for table in LEASED:
        op.drop_column(table, "away_since")
    op.execute(FILES_AS_VIDEOS)
    _allow_media_kinds(*MEDIA_KINDS)
