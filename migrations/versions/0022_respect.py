"""Under which consent footage may be looked at; learners' wishes to have their data; the way to what is kept no longer."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("media", sa.Column("consent_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_media_consent_id_consent"), "media", "consent", ["consent_id"], ["id"], ondelete="SET NULL"
    )
    _keep_to_the_terms_of_before()
    # What raw footage and events are kept no longer: oldest first, and none of what is settled.
    op.create_index("ix_media_kept", "media", ["received_at"], postgresql_where=sa.text("state = 'stored'"))
    op.create_index(
        "ix_inbox_event_kept",
        "inbox_event",
        ["received_at"],
        postgresql_where=sa.text("handled_at IS NOT NULL AND body <> '{}'::jsonb"),
    )
    op.create_table(
        "export",
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        *(_time(name) for name in ("due_at", "nudge_at", "away_since", "parked_at")),
        sa.Column("error", sa.String(), server_default="", nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("object_key", sa.String(), nullable=False),
        _time("asked_at", nullable=False),
        *(_time(name) for name in ("ready_at", "expires_at", "over_at")),
        sa.Column("channel", sa.String(64), server_default="", nullable=False),
        sa.Column("reply_token", sa.String(128), nullable=True),
        _time("reply_until"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_export_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
        sa.UniqueConstraint("object_key", name=op.f("uq_export_object_key")),
    )
    op.create_index(
        "uq_export_user_id",
        "export",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("over_at IS NULL"),
    )
    op.create_index("ix_export_due", "export", ["nudge_at"], postgresql_where=sa.text("nudge_at IS NOT NULL"))
    op.create_index("ix_export_parked", "export", ["id"], postgresql_where=sa.text("parked_at IS NOT NULL"))


def downgrade() -> None:
    """Wishes that are not fulfilled yet are lost: the release before knows none. What was never agreed to goes: it would
    be looked at."""
    op.execute(
        """UPDATE media SET state = 'withdrawn', reason = 'refused', attempts = 0, lease_token = NULL, parked_at = NULL,
                            due_at = now(), nudge_at = now()
            WHERE consent_id IS NULL AND state IN ('owed', 'stored') AND kind <> 'voice_question'"""
    )
    op.drop_table("export")
    op.drop_index("ix_inbox_event_kept", "inbox_event")
    op.drop_index("ix_media_kept", "media")
    op.drop_column("media", "consent_id")


def _keep_to_the_terms_of_before() -> None:
    """What was sent already was sent under the terms of then, and is coached; with their next video learners are asked."""
    op.execute(
        """WITH terms AS (
               INSERT INTO consent (user_id, kind, text_version, withdrawn_at)
               SELECT DISTINCT user_id, 'footage', 'terms', now() FROM media WHERE state IN ('owed', 'stored')
               RETURNING id, user_id)
           UPDATE media SET consent_id = terms.id FROM terms
            WHERE media.user_id = terms.user_id AND media.state IN ('owed', 'stored')"""
    )


def _time(name: str, *, nullable: bool = True) -> sa.Column[object]:
    default = None if nullable else sa.text("now()")
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=default)
