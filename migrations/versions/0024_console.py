"""The coaches: who they are, whose thread they have taken, what they have noted, read, done."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
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
    "film",
    "text",
    "question",
    "video",
    "audio",
    "photo",
    "other",
)
OURS = ("coach", "handover_begun", "handover_ended")
TABLES = (
    "thread_read",
    "thread_mark",
    "coach_note",
    "handover",
    "audit_entry",
    "console_session",
    "coach_assignment",
    "coach_invitation",
    "coach",
)


def upgrade() -> None:
    _coaches()
    _threads()
    _choices("messagetype", "kind", *MESSAGES, *OURS)
    _choices("sender", "sender", "user", "ai", "system", "coach")
    _choices("waitreason", "waits_for", "unblock", "earlier_message", "quota", "coach")
    for name, table in (("coach_id", "coach"), ("handover_id", "handover")):
        op.add_column("message", sa.Column(name, sa.Integer(), nullable=True))
        key = op.f(f"fk_message_{name}_{table}")
        op.create_foreign_key(key, "message", table, [name], ["id"], ondelete="SET NULL")
        op.create_index(
            f"ix_message_{name}", "message", [name], postgresql_where=sa.text(f"{name} IS NOT NULL")
        )
    op.create_index(
        "uq_message_once_per_handover",
        "message",
        ["handover_id", "kind"],
        unique=True,
        postgresql_where=sa.text("kind IN ('handover_begun', 'handover_ended')"),
    )


def downgrade() -> None:
    """The release before knows no person who speaks: what they said and was delivered stays, as a notice."""
    op.execute(
        "DELETE FROM message WHERE kind IN ('coach', 'handover_begun', 'handover_ended') AND delivered_at IS NULL"
    )
    op.execute(
        "UPDATE message SET kind = 'notice' WHERE kind IN ('coach', 'handover_begun', 'handover_ended')"
    )
    op.execute("UPDATE message SET sender = 'system' WHERE sender = 'coach'")
    # What a coach held back goes out.
    op.execute(
        "UPDATE message SET waits_for = NULL, due_at = now(), nudge_at = now() WHERE waits_for = 'coach'"
    )
    op.drop_index("uq_message_once_per_handover", table_name="message")
    for name in ("handover_id", "coach_id"):
        op.drop_column("message", name)
    _choices("waitreason", "waits_for", "unblock", "earlier_message", "quota")
    _choices("sender", "sender", "user", "ai", "system")
    _choices("messagetype", "kind", *MESSAGES)
    for table in TABLES:
        op.drop_table(table)


def _coaches() -> None:
    op.create_table(
        "coach",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(20), nullable=False),
        _choice("role", "coachrole", "coach", "admin", default="coach"),
        sa.Column("line_user_id", sa.String(64), nullable=True, unique=True),
        sa.Column("is_limited", sa.Boolean(), server_default="false", nullable=False),
        _time("left_at"),
        _now("created_at"),
    )
    op.create_table(
        "coach_invitation",
        sa.Column("token_hash", sa.LargeBinary(), primary_key=True),
        _reference("coach", "CASCADE", index=True),
        _now("ends_at"),
    )
    op.create_table(
        "coach_assignment",
        _reference("coach", "CASCADE", primary_key=True),
        _reference("user", "CASCADE", primary_key=True, index=True),
        _now("created_at"),
    )
    op.create_table(
        "console_session",
        sa.Column("id", sa.Integer(), primary_key=True),
        _reference("coach", "CASCADE", index=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, unique=True),
        _now("seen_at"),
        _now("ends_at"),
        _now("created_at"),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), primary_key=True),
        _reference("coach", "SET NULL"),
        _reference("user", "SET NULL"),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        _now("created_at"),
    )
    op.create_index("ix_audit_entry_coach_id", "audit_entry", ["coach_id", "id"])
    of_learner = sa.text("user_id IS NOT NULL")
    op.create_index("ix_audit_entry_user_id", "audit_entry", ["user_id", "id"], postgresql_where=of_learner)


def _threads() -> None:
    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), primary_key=True),
        _reference("user", "CASCADE"),
        _reference("coach", "SET NULL", index=True),
        _time("returned_at"),
        _choice("resume", "resume", "last_question", "next"),
        sa.Column("summary", sa.String(1000), nullable=False),
        _now("created_at"),
    )
    is_open = sa.text("returned_at IS NULL")
    op.create_index("uq_handover_open", "handover", ["user_id"], unique=True, postgresql_where=is_open)
    op.create_index("ix_handover_user_id", "handover", ["user_id", "id"])
    op.create_table(
        "coach_note",
        sa.Column("id", sa.Integer(), primary_key=True),
        _reference("user", "CASCADE"),
        _reference("coach", "SET NULL", index=True),
        sa.Column("text", sa.String(2000), nullable=False),
        _now("created_at"),
    )
    op.create_index("ix_coach_note_user_id", "coach_note", ["user_id", "id"])
    op.create_table(
        "thread_mark",
        _reference("user", "CASCADE", primary_key=True),
        sa.Column("done_to", sa.Integer(), nullable=False),
        _reference("coach", "SET NULL", index=True),
        _now("done_at"),
    )
    op.create_table(
        "thread_read",
        _reference("coach", "CASCADE", primary_key=True),
        _reference("user", "CASCADE", primary_key=True, index=True),
        sa.Column("read_to", sa.Integer(), nullable=False),
    )


def _reference(
    table: str, ondelete: str, *, primary_key: bool = False, index: bool = False
) -> sa.Column[int]:
    """To the row of another table; what is left of it when that is deleted stands on NULL, or goes too."""
    return sa.Column(
        f"{table}_id",
        sa.Integer(),
        sa.ForeignKey(f"{table}.id", ondelete=ondelete),
        primary_key=primary_key,
        nullable=ondelete == "SET NULL",
        index=index,
    )


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def _now(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)


def _choice(name: str, kind: str, *choices: str, default: str | None = None) -> sa.Column[str]:
    column_type = sa.Enum(
        *choices, native_enum=False, create_constraint=True, name=f"{kind}_choices", length=32
    )
    return sa.Column(name, column_type, server_default=default, nullable=default is None)


def _choices(kind: str, column: str, *choices: str) -> None:
    """Of what a column of `message` may hold."""
    name = op.f(f"ck_message_{kind}_choices")
    op.drop_constraint(name, "message", type_="check")
    listed = ", ".join(repr(choice) for choice in choices)
    op.create_check_constraint(name, "message", f"{column} IN ({listed})")
