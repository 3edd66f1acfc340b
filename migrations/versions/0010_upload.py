"""Files on their way from a learner's own browser."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS = ("video", "memo", "voice_question", "file")
OPEN = "completed_at IS NULL AND cancelled_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        *(_time(name) for name in ("due_at", "nudge_at", "away_since", "parked_at")),
        sa.Column("error", sa.String(), server_default="", nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("media_id", sa.Integer(), nullable=True),
        sa.Column("kind", _kind(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("object_key", sa.String(), nullable=False),
        sa.Column("place", sa.String(), server_default="", nullable=False),
        *(_time(name, nullable=False) for name in ("opened_at", "touched_at")),
        *(_time(name) for name in ("completed_at", "cancelled_at")),
        _reference("user", "CASCADE"),
        _reference("session", "SET NULL"),
        _reference("media", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("object_key", name=op.f("uq_upload_object_key")),
        sa.UniqueConstraint("media_id", name=op.f("uq_upload_media_id")),
    )
    op.create_index("ix_upload_due", "upload", ["nudge_at"], postgresql_where=sa.text("nudge_at IS NOT NULL"))
    op.create_index("ix_upload_parked", "upload", ["id"], postgresql_where=sa.text("parked_at IS NOT NULL"))
    op.create_index("ix_upload_session_id", "upload", ["session_id"])
    op.create_index(
        "uq_upload_open",
        "upload",
        ["user_id", "kind", "fingerprint"],
        unique=True,
        postgresql_where=sa.text(OPEN),
    )


def downgrade() -> None:
    op.drop_table("upload")


def _time(name: str, *, nullable: bool = True) -> sa.Column[object]:
    default = None if nullable else sa.text("now()")
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=default)


def _kind() -> sa.Enum:
    return sa.Enum(*KINDS, name="mediakind_choices", native_enum=False, create_constraint=True, length=32)


def _reference(table: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_upload_{table}_id_{table}")
    return sa.ForeignKeyConstraint([f"{table}_id"], [f"{table}.id"], name=name, ondelete=ondelete)
