"""Learners who are away: when they were last heard of and are to be reminded; and a cook whose dish is another one."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

COLUMNS = ("heard_at", "remind_at", "reminded_at", "reminders_off_since")

# As services/reminders.py does from now on. Who is away already is spread over a week, so that they do not all come at
# once.
_FILL = sa.text(
    """
    UPDATE "user" SET heard_at = known.at, remind_at = greatest(known.at + interval '22 days',
                                                                now() + random() * interval '7 days')
      FROM (SELECT learner.id, coalesce(max(message.created_at), learner.created_at) AS at
              FROM "user" AS learner
              LEFT JOIN chatroom ON chatroom.user_id = learner.id
              LEFT JOIN message ON message.chat_room_id = chatroom.id AND message.sender = 'user'
             GROUP BY learner.id) AS known
     WHERE known.id = "user".id
    """
)


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("user", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute(_FILL)
    remindable = sa.text("remind_at IS NOT NULL")
    op.create_index("ix_user_remind_at", "user", ["remind_at"], postgresql_where=remindable)
    op.add_column(
        "session", sa.Column("other_dish_wished", sa.Boolean(), server_default="false", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("session", "other_dish_wished")
    op.drop_index("ix_user_remind_at", table_name="user")
    for name in COLUMNS:
        op.drop_column("user", name)
