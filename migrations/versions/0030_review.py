"""Coaching texts that wait for a coach's eye, and what coaches have corrected."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

KINDS = (
    "cooking_video",
    "coaching_ready",
    "coaching_video",
    "coaching_failed",
    "notice",
    "still_working",
    "answer",
    "plan_news",
    "film",
    "coach",
    "handover_begun",
    "handover_ended",
    "text",
    "question",
    "video",
    "audio",
    "photo",
    "other",
)
NEW_KINDS = ("coaching_corrected", "coaching_video_corrected")
REASONS = ("unblock", "earlier_message", "quota", "coach")


def upgrade() -> None:
    _choices("messagetype", "kind", *KINDS, *NEW_KINDS)
    _choices("waitreason", "waits_for", *REASONS, "review")
    op.create_table(
        "review_pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        *_by_coach(),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_review_pause_user_id_user"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["coach_id"], ["coach.id"], name=op.f("fk_review_pause_coach_id_coach"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_pause")),
        sa.UniqueConstraint(
            "user_id", name=op.f("uq_review_pause_user_id"), postgresql_nulls_not_distinct=True
        ),
    )
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("before", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("after", postgresql.JSONB(), server_default="{}", nullable=False),
        *_by_coach(),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_correction_session_id_session"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["coach_id"], ["coach.id"], name=op.f("fk_correction_coach_id_coach"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index(op.f("ix_correction_session_id"), "correction", ["session_id"])
    for table in ("review_pause", "correction"):
        op.create_index(op.f(f"ix_{table}_coach_id"), table, ["coach_id"])


def downgrade() -> None:
    op.drop_table("correction")
    op.drop_table("review_pause")
    # What was corrected stays said; what waits goes at its time.
    op.execute("UPDATE message SET kind = 'notice' WHERE kind = 'coaching_corrected'")
    op.execute("DELETE FROM message WHERE kind = 'coaching_video_corrected'")
    op.execute(
        "UPDATE message SET waits_for = NULL, due_at = now(), nudge_at = now() WHERE waits_for = 'review'"
    )
    _choices("waitreason", "waits_for", *REASONS)
    _choices("messagetype", "kind", *KINDS)


def _by_coach() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("coach_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )


def _choices(kind: str, column: str, *choices: str) -> None:
    """Of what a column of `message` may hold."""
    name = op.f(f"ck_message_{kind}_choices")
    op.drop_constraint(name, "message", type_="check")
    listed = ", ".join(repr(choice) for choice in choices)
    op.create_check_constraint(name, "message", f"{column} IN ({listed})")
