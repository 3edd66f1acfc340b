"""The learner's page of the console: a coach pauses reminders, and an admin gets the file of a learner's data."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

# The older release would tell the learner of a file that they never asked for: it goes, whoever is at it.
_END_EXPORTS = sa.text(
    """
    UPDATE export SET over_at = now(), due_at = now(), nudge_at = now(), lease_token = NULL, parked_at = NULL, attempts = 0
     WHERE NOT is_wished AND over_at IS NULL
    """
)


def upgrade() -> None:
    op.create_table(
        "reminder_pause",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("coach_id", sa.Integer(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_reminder_pause_user_id_user", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["coach_id"], ["coach.id"], name="fk_reminder_pause_coach_id_coach", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("user_id", name="pk_reminder_pause"),
    )
    op.create_index("ix_reminder_pause_coach_id", "reminder_pause", ["coach_id"])
    op.add_column("export", sa.Column("is_wished", sa.Boolean(), server_default="true", nullable=False))


def downgrade() -> None:
    op.execute(_END_EXPORTS)
    op.drop_column("export", "is_wished")
    op.drop_table("reminder_pause")
