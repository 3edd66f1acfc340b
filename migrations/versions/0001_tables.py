"""Every table of the design document, the inbox, the stage runs and the outbox."""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import SPARSEVEC, Vector
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.create_table(
        "cooking_principles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("principle_id", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("principle_text", sa.String(), nullable=False),
        sa.Column("category", sa.String(length=100), nullable=False),
        sa.Column("dishes", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("faults", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("embedding", Vector(768), nullable=False),
        sa.Column("search_terms", SPARSEVEC(536_870_912), nullable=False),
        sa.Column("embedding_model", sa.String(length=100), nullable=False),
        sa.Column("embedding_dimensions", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cooking_principles")),
    )
    op.create_index(
        "ix_cooking_principles_embedding",
        "cooking_principles",
        ["embedding"],
        unique=False,
        postgresql_using="hnsw",
        postgresql_ops={"embedding": "vector_cosine_ops"},
    )
    op.create_index(
        op.f("ix_cooking_principles_principle_id"), "cooking_principles", ["principle_id"], unique=True
    )
    op.create_table(
        "dish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name_ja", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("description_ja", sa.String(), nullable=False),
        sa.Column("principles", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column(
            "transferable_to", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False
        ),
        sa.Column("month_unlocked", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dish")),
    )
    op.create_index(op.f("ix_dish_slug"), "dish", ["slug"], unique=True)
    op.create_table(
        "inbox_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "line",
                "stripe",
                name="eventsource_choices",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("event_id", sa.String(length=128), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("line_user_id", sa.String(length=64), nullable=False),
        sa.Column("event_type", sa.String(length=64), nullable=False),
        sa.Column("timestamp_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_event")),
        sa.UniqueConstraint("source", "event_id", name=op.f("uq_inbox_event_source_event_id")),
    )
    op.create_index(
        "ix_inbox_event_unhandled",
        "inbox_event",
        ["line_user_id", "timestamp_ms"],
        unique=False,
        postgresql_where="handled_at IS NULL",
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_user_id", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("first_name", sa.String(length=100), nullable=False),
        sa.Column("onboarding_done", sa.Boolean(), nullable=False),
        sa.Column(
            "subscription_status",
            sa.Enum(
                "free",
                "active",
                "past_due",
                "cancelled",
                name="subscriptionstatus_choices",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="free",
            nullable=False,
        ),
        sa.Column(
            "learner_profile", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
    )
    op.create_index(op.f("ix_user_email"), "user", ["email"], unique=True)
    op.create_index(op.f("ix_user_line_user_id"), "user", ["line_user_id"], unique=True)
    op.create_table(
        "chatroom",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "room_type",
            sa.Enum(
                "cooking_videos",
                "coaching",
                name="roomtype_choices",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_chatroom_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chatroom")),
        sa.UniqueConstraint("user_id", "room_type", name=op.f("uq_chatroom_user_id_room_type")),
    )
    op.create_index(op.f("ix_chatroom_user_id"), "chatroom", ["user_id"], unique=False)
    op.create_table(
        "learner_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "skills_acquired", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False
        ),
        sa.Column(
            "skills_developing", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False
        ),
        sa.Column(
            "recurring_mistakes", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False
        ),
        sa.Column(
            "learning_velocity",
            sa.Enum(
                "fast",
                "steady",
                "slow",
                "plateau",
                name="learningvelocity_choices",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="steady",
            nullable=False,
        ),
        sa.Column(
            "session_summaries", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False
        ),
        sa.Column("next_focus", sa.String(length=200), nullable=False),
        sa.Column("ready_for_next_dish", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_learner_state_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learner_state")),
    )
    op.create_index(op.f("ix_learner_state_user_id"), "learner_state", ["user_id"], unique=True)
    op.create_table(
        "session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("dish_id", sa.Integer(), nullable=False),
        sa.Column("session_number", sa.Integer(), nullable=False),
        sa.Column("video_channel", sa.String(length=64), nullable=False),
        sa.Column("video_message_id", sa.String(length=64), nullable=True),
        sa.Column("video_received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("raw_video_url", sa.String(), nullable=False),
        sa.Column(
            "video_facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("memo_channel", sa.String(length=64), nullable=False),
        sa.Column("memo_message_id", sa.String(length=64), nullable=True),
        sa.Column("memo_skipped", sa.Boolean(), nullable=False),
        sa.Column("voice_memo_url", sa.String(), nullable=True),
        sa.Column(
            "self_ratings", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("voice_transcript", sa.String(), nullable=False),
        sa.Column(
            "structured_input", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column(
            "status",
            sa.Enum(
                "pending_upload",
                "uploaded",
                "processing",
                "text_ready",
                "completed",
                "failed",
                name="sessionstatus_choices",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="pending_upload",
            nullable=False,
        ),
        sa.Column("pipeline_job_id", sa.Uuid(), nullable=True),
        sa.Column("pipeline_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pipeline_error", sa.String(), nullable=False),
        sa.Column(
            "video_analysis", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column(
            "retrieved_principles",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="[]",
            nullable=False,
        ),
        sa.Column(
            "coaching_text", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("coaching_text_delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "narration_script", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("coaching_video_gcs_path", sa.String(), nullable=False),
        sa.Column("coaching_preview_gcs_path", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("session_number IN (1, 2, 3)", name=op.f("ck_session_session_number_1_to_3")),
        sa.ForeignKeyConstraint(["dish_id"], ["dish.id"], name=op.f("fk_session_dish_id_dish")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_session_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint(
            "user_id", "dish_id", "session_number", name=op.f("uq_session_user_id_dish_id_session_number")
        ),
    )
    op.create_index(op.f("ix_session_status"), "session", ["status"], unique=False)
    op.create_index(op.f("ix_session_user_id"), "session", ["user_id"], unique=False)
    op.create_table(
        "user_dish_progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("dish_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "not_started",
                "in_progress",
                "completed",
                name="progressstatus_choices",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="not_started",
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["dish_id"], ["dish.id"], name=op.f("fk_user_dish_progress_dish_id_dish")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_user_dish_progress_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_dish_progress")),
        sa.UniqueConstraint("user_id", "dish_id", name=op.f("uq_user_dish_progress_user_id_dish_id")),
    )
    op.create_index(op.f("ix_user_dish_progress_user_id"), "user_dish_progress", ["user_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_room_id", sa.Integer(), nullable=False),
        sa.Column(
            "sender",
            sa.Enum(
                "user",
                "ai",
                "system",
                name="sender_choices",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("video_gcs_path", sa.String(), nullable=False),
        sa.Column("metadata", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("answers_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("line_body", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("retry_key", sa.Uuid(), nullable=True),
        sa.Column("reply_token", sa.String(length=128), nullable=True),
        sa.Column("reply_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_attempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_by", sa.String(length=8), nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("line_message_id", sa.String(length=64), nullable=True),
        sa.Column("quote_token", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(text = '') <> (video_gcs_path = '')", name=op.f("ck_message_text_or_video")),
        sa.ForeignKeyConstraint(
            ["answers_id"], ["message.id"], name=op.f("fk_message_answers_id_message"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["chat_room_id"],
            ["chatroom.id"],
            name=op.f("fk_message_chat_room_id_chatroom"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_message_session_id_session"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("answers_id", name=op.f("uq_message_answers_id")),
    )
    op.create_index(op.f("ix_message_chat_room_id"), "message", ["chat_room_id"], unique=False)
    op.create_index(op.f("ix_message_line_message_id"), "message", ["line_message_id"], unique=False)
    op.create_index(
        "ix_message_owed",
        "message",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("retry_key IS NOT NULL AND delivered_at IS NULL AND parked_at IS NULL"),
    )
    op.create_index(op.f("ix_message_session_id"), "message", ["session_id"], unique=False)
    op.create_index(
        "uq_message_once_per_session",
        "message",
        ["session_id", sa.literal_column("(metadata ->> 'type')")],
        unique=True,
        postgresql_where=sa.text(
            "(metadata ->> 'type') IN ('cooking_video', 'coaching_ready', 'coaching_video', 'coaching_failed')"
        ),
    )
    op.create_table(
        "stage_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("usage", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_stage_run_session_id_session"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_run")),
        sa.UniqueConstraint("session_id", "stage", name=op.f("uq_stage_run_session_id_stage")),
    )
    op.create_index(op.f("ix_stage_run_session_id"), "stage_run", ["session_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_stage_run_session_id"), table_name="stage_run")
    op.drop_table("stage_run")
    op.drop_index(
        "uq_message_once_per_session",
        table_name="message",
        postgresql_where=sa.text(
            "(metadata ->> 'type') IN ('cooking_video', 'coaching_ready', 'coaching_video', 'coaching_failed')"
        ),
    )
    op.drop_index(op.f("ix_message_session_id"), table_name="message")
    op.drop_index(
        "ix_message_owed",
        table_name="message",
        postgresql_where=sa.text("retry_key IS NOT NULL AND delivered_at IS NULL AND parked_at IS NULL"),
    )
    op.drop_index(op.f("ix_message_line_message_id"), table_name="message")
    op.drop_index(op.f("ix_message_chat_room_id"), table_name="message")
    op.drop_table("message")
    op.drop_index(op.f("ix_user_dish_progress_user_id"), table_name="user_dish_progress")
    op.drop_table("user_dish_progress")
    op.drop_index(op.f("ix_session_user_id"), table_name="session")
    op.drop_index(op.f("ix_session_status"), table_name="session")
    op.drop_table("session")
    op.drop_index(op.f("ix_learner_state_user_id"), table_name="learner_state")
    op.drop_table("learner_state")
    op.drop_index(op.f("ix_chatroom_user_id"), table_name="chatroom")
    op.drop_table("chatroom")
    op.drop_index(op.f("ix_user_line_user_id"), table_name="user")
    op.drop_index(op.f("ix_user_email"), table_name="user")
    op.drop_table("user")
    op.drop_index("ix_inbox_event_unhandled", table_name="inbox_event", postgresql_where="handled_at IS NULL")
    op.drop_table("inbox_event")
    op.drop_index(op.f("ix_dish_slug"), table_name="dish")
    op.drop_table("dish")
    op.drop_index(op.f("ix_cooking_principles_principle_id"), table_name="cooking_principles")
    op.drop_index(
        "ix_cooking_principles_embedding",
        table_name="cooking_principles",
        postgresql_using="hnsw",
        postgresql_ops={"embedding": "vector_cosine_ops"},
    )
    op.drop_table("cooking_principles")
