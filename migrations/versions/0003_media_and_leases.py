"""A row for each file that learners send, one kind of lease for all work, an index for each hot path.

Going down, the earlier release knows one clip a session, and only those from LINE: other clips stay behind in the
store. Files that came under this release have names of their own, which the earlier one finds for a session but
not when it purges what a learner takes back: go down only to come up again.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

DUE = "nudge_at IS NOT NULL"
ONCE = "('cooking_video', 'coaching_ready', 'coaching_video', 'coaching_failed')"
OWED = "retry_key IS NOT NULL AND delivered_at IS NULL AND parked_at IS NULL"
KINDS = (
    "cooking_video",
    "coaching_ready",
    "coaching_video",
    "coaching_failed",
    "notice",
    "still_working",
    "answer",
    "text",
    "question",
    "video",
    "audio",
    "other",
)


def upgrade() -> None:
    _make_inbox_subjects()
    _add_message_columns()
    _make_media()
    _make_sent_bubbles()
    _fill_message_columns()
    _change_sessions()
    _change_stage_runs()
    op.drop_index("ix_chatroom_user_id", table_name="chatroom")
    op.drop_index("ix_user_dish_progress_user_id", table_name="user_dish_progress")


def downgrade() -> None:
    op.create_index("ix_user_dish_progress_user_id", "user_dish_progress", ["user_id"])
    op.create_index("ix_chatroom_user_id", "chatroom", ["user_id"])
    _restore_stage_runs()
    _restore_sessions()
    _restore_messages()
    op.drop_table("sent_bubble")
    op.drop_table("media")
    _drop_message_columns()
    _restore_inbox()


def _choices(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _time(name: str, *, now: bool = False) -> sa.Column[Any]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not now, server_default=default)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False)


def _lease_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        _time("due_at"),
        _time("nudge_at"),
        _time("parked_at"),
        sa.Column("error", sa.String(), server_default="", nullable=False),
    ]


def _make_due_index(table: str) -> None:
    op.create_index(f"ix_{table}_due", table, ["nudge_at"], postgresql_where=sa.text(DUE))


def _make_inbox_subjects() -> None:
    op.drop_index("ix_inbox_event_unhandled", table_name="inbox_event")
    op.alter_column(
        "inbox_event", "line_user_id", new_column_name="subject", type_=sa.String(length=128), nullable=False
    )
    op.drop_column("inbox_event", "attempts")
    op.drop_column("inbox_event", "not_before")
    op.create_index(
        "ix_inbox_event_unhandled",
        "inbox_event",
        ["source", "subject", "timestamp_ms", "id"],
        postgresql_where=sa.text("handled_at IS NULL"),
    )
    op.create_table(
        "inbox_subject",
        *_lease_columns(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", _choices("eventsource_choices", "line", "stripe"), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("arrivals", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inbox_subject"),
        sa.UniqueConstraint("source", "subject", name="uq_inbox_subject_source_subject"),
    )
    _make_due_index("inbox_subject")
    op.execute(
        "INSERT INTO inbox_subject (source, subject, arrivals, due_at, nudge_at)"
        " SELECT source, subject, count(*), now(), now() FROM inbox_event WHERE handled_at IS NULL"
        " GROUP BY source, subject"
    )


def _add_message_columns() -> None:
    for column in (
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        _time("due_at"),
        _time("nudge_at"),
        sa.Column("kind", _choices("messagetype_choices", *KINDS), nullable=True),
        sa.Column("inbox_event_id", sa.Integer(), nullable=True),
        sa.Column("quoted_message_id", sa.String(length=64), nullable=True),
        _time("unsent_at"),
        _json("usage"),
        sa.Column(
            "waits_for", _choices("waitreason_choices", "unblock", "earlier_message", "quota"), nullable=True
        ),
        _time("watched_at"),
    ):
        op.add_column("message", column)
    op.alter_column("message", "attempts", server_default="0")
    op.alter_column("message", "error", server_default="")


def _make_media() -> None:
    op.create_table(
        "media",
        *_lease_columns(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", _choices("mediakind_choices", "video", "memo", "voice_question"), nullable=False),
        sa.Column("source", _choices("mediasource_choices", "line", "upload"), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("line_message_id", sa.String(length=64), nullable=True),
        sa.Column("object_key", sa.String(), nullable=False),
        _json("facts"),
        sa.Column("proxy_key", sa.String(), server_default="", nullable=False),
        _json("proxy_facts"),
        sa.Column(
            "state",
            _choices("mediastate_choices", "owed", "stored", "rejected", "withdrawn", "purged"),
            server_default="owed",
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=64), server_default="", nullable=False),
        _time("received_at", now=True),
        _time("started_at"),
        _time("stored_at"),
        _time("purged_at"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name="fk_media_message_id_message", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name="fk_media_session_id_session", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_media_user_id_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_media"),
        sa.UniqueConstraint("message_id", name="uq_media_message_id"),
        sa.UniqueConstraint("object_key", name="uq_media_object_key"),
    )
    _make_due_index("media")
    op.create_index(
        "uq_media_line_message_id",
        "media",
        ["line_message_id"],
        unique=True,
        postgresql_where=sa.text("line_message_id IS NOT NULL"),
    )
    op.create_index("ix_media_session_id", "media", ["session_id"])
    op.create_index(
        "ix_media_unplaced",
        "media",
        ["user_id"],
        postgresql_where=sa.text("session_id IS NULL AND state IN ('owed', 'stored')"),
    )
    for statement in FILL_MEDIA:
        op.execute(statement)


# What a learner sent under one of LINE's ids, once.
SENT = """
    SELECT DISTINCT ON (m.line_message_id) m.*, r.user_id FROM message m JOIN chatroom r ON r.id = m.chat_room_id
     WHERE m.sender = 'user' AND m.line_message_id IS NOT NULL ORDER BY m.line_message_id, m.id
"""
INTO_MEDIA = """
    INSERT INTO media (user_id, session_id, message_id, position, kind, source, channel, line_message_id, object_key,
                       facts, proxy_key, proxy_facts, state, reason, received_at, stored_at, purged_at, parked_at,
                       attempts, error, due_at, nudge_at)
"""
# The owed are fetched, the rejected and withdrawn are purged; what was given up waits for an operator.
WITH_DUE = """
    SELECT user_id, session_id, message_id, 1, kind, 'line', channel, line_message_id, object_key, facts, proxy_key,
           proxy_facts, state, reason, received_at, CASE WHEN state = 'stored' THEN received_at END, purged_at,
           parked_at, attempts, error,
           CASE WHEN state NOT IN ('stored', 'purged') AND parked_at IS NULL THEN now() END,
           CASE WHEN state NOT IN ('stored', 'purged') AND parked_at IS NULL THEN now() END
"""
FILL_MEDIA = (
    f"""
    WITH sent AS ({SENT})
    {INTO_MEDIA} {WITH_DUE} FROM (
        SELECT s.user_id, s.id AS session_id, sent.id AS message_id, 'video' AS kind, s.video_channel AS channel,
               s.video_message_id AS line_message_id, 'videos/' || s.video_message_id || '.mp4' AS object_key,
               s.video_facts AS facts, s.proxy_url AS proxy_key, s.proxy_facts,
               CASE WHEN sent.metadata ? 'purged_at' THEN 'purged' WHEN sent.metadata ? 'unsent' THEN 'withdrawn'
                    WHEN s.raw_video_url <> '' THEN 'stored' ELSE 'owed' END AS state,
               CASE WHEN sent.metadata ? 'unsent' THEN 'withdrawn' ELSE '' END AS reason,
               coalesce(s.video_received_at, s.created_at) AS received_at,
               (sent.metadata ->> 'purged_at')::timestamptz AS purged_at, run.parked_at,
               coalesce(run.attempt, 0) AS attempts, coalesce(run.error, '') AS error
          FROM session s LEFT JOIN sent ON sent.line_message_id = s.video_message_id
          LEFT JOIN stage_run run ON run.session_id = s.id AND run.stage = 'store_video'
         WHERE s.video_message_id IS NOT NULL) AS videos
    """,
    f"""
    WITH sent AS ({SENT})
    {INTO_MEDIA} {WITH_DUE} FROM (
        SELECT s.user_id, s.id AS session_id, sent.id AS message_id, 'memo' AS kind, s.memo_channel AS channel,
               s.memo_message_id AS line_message_id, 'memos/' || s.memo_message_id || '.m4a' AS object_key,
               '{{}}'::jsonb AS facts, '' AS proxy_key, '{{}}'::jsonb AS proxy_facts,
               CASE WHEN s.voice_memo_url IS NOT NULL THEN 'stored' ELSE 'owed' END AS state, '' AS reason,
               coalesce(sent.created_at, s.created_at) AS received_at, NULL::timestamptz AS purged_at, run.parked_at,
               coalesce(run.attempt, 0) AS attempts, coalesce(run.error, '') AS error
          FROM session s LEFT JOIN sent ON sent.line_message_id = s.memo_message_id
          LEFT JOIN stage_run run ON run.session_id = s.id AND run.stage = 'store_memo'
         WHERE s.memo_message_id IS NOT NULL) AS memos
    """,
    # Everything else: waiting for its dish, rejected, taken back, replaced by another (which was never deleted
    # so far), or a question by voice.
    f"""
    WITH sent AS ({SENT})
    {INTO_MEDIA} {WITH_DUE} FROM (
        SELECT user_id, session_id, id AS message_id,
               CASE metadata ->> 'type' WHEN 'video' THEN 'video' WHEN 'audio' THEN 'memo' ELSE 'voice_question' END
                   AS kind,
               channel, line_message_id,
               CASE metadata ->> 'type' WHEN 'video' THEN 'videos/' || line_message_id || '.mp4'
                    ELSE 'memos/' || line_message_id || '.m4a' END AS object_key,
               '{{}}'::jsonb AS facts, '' AS proxy_key, '{{}}'::jsonb AS proxy_facts,
               CASE WHEN metadata ? 'purged_at' THEN 'purged' WHEN metadata ? 'unsent' THEN 'withdrawn'
                    WHEN metadata ? 'rejected' THEN 'rejected'
                    WHEN metadata ->> 'type' = 'question' AND EXISTS (
                        SELECT 1 FROM message answer WHERE answer.answers_id = sent.id) THEN 'stored'
                    WHEN session_id IS NOT NULL AND metadata ->> 'type' <> 'question' THEN 'withdrawn'
                    WHEN created_at < now() - interval '1 day' THEN 'withdrawn' ELSE 'owed' END AS state,
               CASE WHEN metadata ? 'unsent' THEN 'withdrawn' WHEN metadata ? 'rejected' THEN metadata ->> 'rejected'
                    WHEN session_id IS NOT NULL OR created_at < now() - interval '1 day' THEN 'replaced'
                    ELSE '' END AS reason,
               created_at AS received_at, (metadata ->> 'purged_at')::timestamptz AS purged_at,
               NULL::timestamptz AS parked_at, 0 AS attempts, '' AS error
          FROM sent
         WHERE (metadata ->> 'type' IN ('video', 'audio')
                OR (metadata ->> 'type' = 'question' AND metadata ->> 'event_kind' = 'audio'))
           AND NOT EXISTS (SELECT 1 FROM media WHERE media.line_message_id = sent.line_message_id)) AS others
    """,
)


def _make_sent_bubbles() -> None:
    op.create_table(
        "sent_bubble",
        sa.Column("line_message_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name="fk_sent_bubble_message_id_message", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("line_message_id", name="pk_sent_bubble"),
    )
    op.create_index("ix_sent_bubble_message_id", "sent_bubble", ["message_id"])
    op.execute(
        "INSERT INTO sent_bubble (line_message_id, message_id)"
        " SELECT DISTINCT ON (bubble) bubble, m.id FROM message m"
        " CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(m.metadata -> 'line_message_ids', '[]')) AS bubble"
        " WHERE m.sender <> 'user' ORDER BY bubble, m.id"
    )


FILL_MESSAGES = (
    (
        "UPDATE message SET kind = coalesce(metadata ->> 'type', 'other'),"
        " quoted_message_id = metadata ->> 'quoted_message_id',"
        " unsent_at = CASE WHEN metadata ? 'unsent' THEN coalesce((metadata ->> 'purged_at')::timestamptz, now()) END,"
        " usage = CASE WHEN metadata ? 'calls' THEN jsonb_build_object('calls', metadata -> 'calls') ELSE '{}' END,"
        " watched_at = (metadata ->> 'watched_at')::timestamptz,"
        " metadata = jsonb_build_object('type', metadata -> 'type', 'session_id', session_id)"
    ),
    (
        "UPDATE message SET inbox_event_id = event.id FROM inbox_event event"
        " WHERE message.sender = 'user' AND event.source = 'line' AND event.event_type = 'message'"
        " AND event.body -> 'message' ->> 'id' = message.line_message_id"
    ),
    (
        "UPDATE message SET due_at = coalesce(next_attempt_at, now()), nudge_at = coalesce(next_attempt_at, now())"
        f" WHERE {OWED}"
    ),
    # Questions of the last day, as before; one by voice once its recording is here.
    (
        "UPDATE message SET due_at = now(), nudge_at = now() WHERE kind = 'question' AND sender = 'user'"
        " AND unsent_at IS NULL AND parked_at IS NULL AND created_at > now() - interval '1 day'"
        " AND NOT EXISTS (SELECT 1 FROM message answer WHERE answer.answers_id = message.id)"
        " AND NOT EXISTS (SELECT 1 FROM media WHERE media.message_id = message.id)"
    ),
)


def _fill_message_columns() -> None:
    op.drop_index("uq_message_once_per_session", table_name="message")
    for statement in FILL_MESSAGES:
        op.execute(statement)
    op.alter_column("message", "kind", nullable=False)
    op.drop_index("ix_message_owed", table_name="message")
    op.drop_column("message", "next_attempt_at")
    op.drop_index("ix_message_chat_room_id", table_name="message")
    op.drop_index("ix_message_session_id", table_name="message")
    op.create_index("ix_message_chat_room_id", "message", ["chat_room_id", "id"])
    op.create_index("ix_message_session_id", "message", ["session_id", "id"])
    op.create_index("ix_message_owed", "message", ["chat_room_id", "id"], postgresql_where=sa.text(OWED))
    op.create_index(
        "uq_message_once_per_session",
        "message",
        ["session_id", "kind"],
        unique=True,
        postgresql_where=sa.text(f"kind IN {ONCE}"),
    )
    _make_due_index("message")
    op.create_foreign_key(
        "fk_message_inbox_event_id_inbox_event",
        "message",
        "inbox_event",
        ["inbox_event_id"],
        ["id"],
        ondelete="SET NULL",
    )


def _change_sessions() -> None:
    op.add_column("session", _time("nudge_at"))
    # What may run now is looked for anew.
    op.execute(
        "UPDATE session SET nudge_at = now() WHERE status IN ('uploaded', 'processing', 'text_ready')"
        " OR (status = 'pending_upload' AND video_message_id IS NOT NULL)"
    )
    _make_due_index("session")
    op.drop_index("ix_session_status", table_name="session")
    op.drop_index("ix_session_user_id", table_name="session")
    for name in (
        "video_channel",
        "video_message_id",
        "video_received_at",
        "video_facts",
        "proxy_url",
        "proxy_facts",
        "memo_channel",
        "memo_message_id",
    ):
        op.drop_column("session", name)


def _change_stage_runs() -> None:
    op.execute("DELETE FROM stage_run WHERE stage IN ('store_video', 'store_memo')")
    op.alter_column("stage_run", "attempt", new_column_name="attempts", server_default="0")
    op.alter_column("stage_run", "error", server_default="")
    op.add_column("stage_run", _time("due_at"))
    op.add_column("stage_run", _time("nudge_at"))
    op.add_column("stage_run", sa.Column("job", sa.String(length=32), nullable=True))
    op.execute(
        "UPDATE stage_run SET job = CASE stage WHEN 'prepare_video' THEN 'prepare' WHEN 'produce_video' THEN 'render'"
        " ELSE 'run_stage' END"
    )
    op.execute(
        "UPDATE stage_run SET due_at = coalesce(greatest(leased_until, not_before), now()),"
        " nudge_at = coalesce(greatest(leased_until, not_before), now())"
        " WHERE finished_at IS NULL AND parked_at IS NULL"
    )
    op.alter_column("stage_run", "job", nullable=False)
    op.drop_column("stage_run", "leased_until")
    op.drop_column("stage_run", "not_before")
    op.drop_index("ix_stage_run_session_id", table_name="stage_run")
    _make_due_index("stage_run")
    op.create_index(
        "ix_stage_run_finished",
        "stage_run",
        ["stage", "finished_at"],
        postgresql_where=sa.text("finished_at IS NOT NULL"),
    )


def _restore_stage_runs() -> None:
    op.drop_index("ix_stage_run_finished", table_name="stage_run")
    op.drop_index("ix_stage_run_due", table_name="stage_run")
    op.create_index("ix_stage_run_session_id", "stage_run", ["session_id"])
    op.add_column("stage_run", _time("leased_until"))
    op.add_column("stage_run", _time("not_before"))
    op.execute(
        "UPDATE stage_run SET leased_until = CASE WHEN lease_token IS NOT NULL THEN due_at END,"
        " not_before = CASE WHEN lease_token IS NULL THEN due_at END"
    )
    op.drop_column("stage_run", "due_at")
    op.drop_column("stage_run", "nudge_at")
    op.drop_column("stage_run", "job")
    op.alter_column("stage_run", "error", server_default=None)
    op.alter_column("stage_run", "attempts", new_column_name="attempt", server_default=None)
    op.execute(
        "INSERT INTO stage_run (session_id, stage, attempt, started_at, finished_at, parked_at, error, usage)"
        " SELECT DISTINCT ON (session_id, kind) session_id,"
        " CASE kind WHEN 'video' THEN 'store_video' ELSE 'store_memo' END, attempts, started_at,"
        " CASE WHEN state = 'stored' THEN coalesce(stored_at, now()) END, parked_at, error, '{}'"
        " FROM media WHERE session_id IS NOT NULL AND kind IN ('video', 'memo') AND line_message_id IS NOT NULL"
        " AND (state = 'stored' OR (state = 'owed' AND attempts > 0)) ORDER BY session_id, kind, position, id"
    )


# The one clip and the one memo that the earlier release knows of a session.
FIRST = """
    SELECT DISTINCT ON (session_id) * FROM media
     WHERE kind = '{kind}' AND line_message_id IS NOT NULL AND session_id IS NOT NULL AND {state}
     ORDER BY session_id, position, id
"""
VIDEO = FIRST.format(kind="video", state="(state IN ('owed', 'stored') OR reason = 'withdrawn')")
MEMO = FIRST.format(kind="memo", state="state IN ('owed', 'stored')")


def _restore_sessions() -> None:
    op.drop_index("ix_session_due", table_name="session")
    op.drop_column("session", "nudge_at")
    op.create_index("ix_session_status", "session", ["status"])
    op.create_index("ix_session_user_id", "session", ["user_id"])
    for name in ("video", "memo"):
        op.add_column(
            "session", sa.Column(f"{name}_channel", sa.String(length=64), server_default="", nullable=False)
        )
        op.alter_column("session", f"{name}_channel", server_default=None)
        op.add_column("session", sa.Column(f"{name}_message_id", sa.String(length=64), nullable=True))
    op.add_column("session", _time("video_received_at"))
    op.add_column("session", _json("video_facts"))
    op.add_column("session", sa.Column("proxy_url", sa.String(), server_default="", nullable=False))
    op.add_column("session", _json("proxy_facts"))
    # A clip that was taken back keeps its place only where the coaching text had come.
    op.execute(
        "UPDATE session SET video_channel = video.channel, video_message_id = video.line_message_id,"
        " video_received_at = video.received_at, video_facts = video.facts,"
        " proxy_url = CASE WHEN video.state = 'stored' THEN video.proxy_key ELSE '' END,"
        " proxy_facts = CASE WHEN video.state = 'stored' THEN video.proxy_facts ELSE '{}' END"
        f" FROM ({VIDEO}) AS video WHERE video.session_id = session.id"
        " AND (video.state IN ('owed', 'stored') OR session.coaching_text <> '{}')"
    )
    op.execute(
        "UPDATE session SET memo_channel = memo.channel, memo_message_id = memo.line_message_id"
        f" FROM ({MEMO}) AS memo WHERE memo.session_id = session.id"
    )


def _restore_messages() -> None:
    op.drop_index("uq_message_once_per_session", table_name="message")
    op.add_column("message", _time("next_attempt_at"))
    op.execute("UPDATE message SET next_attempt_at = due_at")
    op.execute(
        "UPDATE message SET metadata = metadata || jsonb_strip_nulls(jsonb_build_object("
        " 'unsent', CASE WHEN unsent_at IS NOT NULL THEN true END, 'calls', usage -> 'calls',"
        " 'watched_at', to_jsonb(watched_at), 'quoted_message_id', quoted_message_id,"
        " 'event_kind', CASE WHEN sender <> 'user' THEN NULL WHEN kind IN ('text', 'video', 'audio') THEN kind"
        "   WHEN kind = 'question' THEN CASE WHEN EXISTS ("
        "     SELECT 1 FROM media WHERE media.message_id = message.id) THEN 'audio' ELSE 'text' END"
        "   ELSE 'other' END,"
        " 'event_at', CASE WHEN sender = 'user' THEN to_jsonb(created_at) END,"
        " 'quotes', (SELECT question.quote_token FROM message question WHERE question.id = message.answers_id),"
        " 'line_message_ids', (SELECT jsonb_agg(bubble.line_message_id ORDER BY bubble.line_message_id)"
        "   FROM sent_bubble bubble WHERE bubble.message_id = message.id)))"
    )
    op.execute(
        "UPDATE message SET metadata = metadata || jsonb_strip_nulls(jsonb_build_object("
        " 'rejected', CASE WHEN media.state = 'rejected'"
        "   OR (media.state = 'purged' AND media.reason NOT IN ('withdrawn', 'replaced')) THEN media.reason END,"
        " 'purged_at', to_jsonb(media.purged_at),"
        " 'kept_at', CASE WHEN media.session_id IS NULL THEN to_jsonb(media.stored_at) END))"
        " FROM media WHERE media.message_id = message.id"
    )


def _drop_message_columns() -> None:
    op.drop_constraint("fk_message_inbox_event_id_inbox_event", "message", type_="foreignkey")
    for name in ("ix_message_due", "ix_message_owed", "ix_message_session_id", "ix_message_chat_room_id"):
        op.drop_index(name, table_name="message")
    for name in (
        "lease_token",
        "due_at",
        "nudge_at",
        "kind",
        "inbox_event_id",
        "quoted_message_id",
        "unsent_at",
        "usage",
        "waits_for",
        "watched_at",
    ):
        op.drop_column("message", name)
    op.alter_column("message", "attempts", server_default=None)
    op.alter_column("message", "error", server_default=None)
    op.create_index("ix_message_chat_room_id", "message", ["chat_room_id"])
    op.create_index("ix_message_session_id", "message", ["session_id"])
    op.create_index("ix_message_owed", "message", ["next_attempt_at"], postgresql_where=sa.text(OWED))
    op.create_index(
        "uq_message_once_per_session",
        "message",
        ["session_id", sa.literal_column("(metadata ->> 'type')")],
        unique=True,
        postgresql_where=sa.text(f"(metadata ->> 'type') IN {ONCE}"),
    )


def _restore_inbox() -> None:
    op.drop_table("inbox_subject")
    op.drop_index("ix_inbox_event_unhandled", table_name="inbox_event")
    op.add_column("inbox_event", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
    op.alter_column("inbox_event", "attempts", server_default=None)
    op.add_column("inbox_event", _time("not_before"))
    op.execute("UPDATE inbox_event SET subject = left(subject, 64)")
    op.alter_column(
        "inbox_event", "subject", new_column_name="line_user_id", type_=sa.String(length=64), nullable=False
    )
    op.create_index(
        "ix_inbox_event_unhandled",
        "inbox_event",
        ["line_user_id", "timestamp_ms"],
        postgresql_where=sa.text("handled_at IS NULL"),
    )
