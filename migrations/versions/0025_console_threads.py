"""The console's threads: words are found by an index, the few that need a look too, and who looks on hears of changes.

Whatever changes what a thread shows sends NOTIFY console with the learner's id: by triggers, so that no writer can
forget it. Postgres folds what one transaction says twice.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

OF_LEARNER = {
    "handover": ("INSERT OR UPDATE", ""),
    "coach_note": ("INSERT", ""),
    "coach_flag": ("INSERT", ""),
    "thread_mark": ("INSERT OR UPDATE", ""),
    "coach_assignment": ("INSERT OR DELETE", ""),
    "session": ("UPDATE", "WHEN (OLD.status IS DISTINCT FROM NEW.status)"),
    "media": ("UPDATE", "WHEN (OLD.state IS DISTINCT FROM NEW.state)"),
}
SHOWN = ("chat_room_id", "text", "unsent_at", "delivered_at", "parked_at", "waits_for", "retry_key IS NULL")


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute(
        "CREATE INDEX ix_message_words ON message USING gin (lower(normalize(text, NFKC)) gin_trgm_ops)"
    )
    for name, condition in (
        ("failed", "status = 'failed'"),
        ("feeling", "structured_input ->> 'emotional_state' <> ''"),
        ("unsure", "video_analysis ->> 'confidence' = 'low'"),
    ):
        op.create_index(f"ix_session_{name}", "session", ["user_id"], postgresql_where=sa.text(condition))
    _tell_of_learners()
    _tell_of_messages()


def downgrade() -> None:
    for table in (*OF_LEARNER, "user"):
        op.execute(f'DROP TRIGGER tell_console ON "{table}"')
    op.execute("DROP TRIGGER tell_console_of_new ON message")
    op.execute("DROP TRIGGER tell_console_of_change ON message")
    for name in ("of_learner", "of_leaver", "of_new", "of_change"):
        op.execute(f"DROP FUNCTION tell_console_{name}()")
    for name in ("unsure", "feeling", "failed"):
        op.drop_index(f"ix_session_{name}", table_name="session")
    op.drop_index("ix_message_words", table_name="message")
    op.execute("DROP EXTENSION IF EXISTS pg_trgm")


def _tell_of_learners() -> None:
    _function("of_learner", "PERFORM pg_notify('console', coalesce(NEW.user_id, OLD.user_id)::text);")
    for table, (acts, condition) in OF_LEARNER.items():
        op.execute(
            f'CREATE TRIGGER tell_console AFTER {acts} ON "{table}" FOR EACH ROW {condition}'
            " EXECUTE FUNCTION tell_console_of_learner()"
        )
    _function("of_leaver", "PERFORM pg_notify('console', OLD.id::text);")
    op.execute(
        'CREATE TRIGGER tell_console AFTER DELETE ON "user" FOR EACH ROW'
        " EXECUTE FUNCTION tell_console_of_leaver()"
    )


def _tell_of_messages() -> None:
    _function(
        "of_new",
        "PERFORM pg_notify('console', user_id::text) FROM chatroom"
        " WHERE id IN (SELECT DISTINCT chat_room_id FROM written);",
    )
    op.execute(
        "CREATE TRIGGER tell_console_of_new AFTER INSERT ON message REFERENCING NEW TABLE AS written"
        " FOR EACH STATEMENT EXECUTE FUNCTION tell_console_of_new()"
    )
    _function(
        "of_change",
        "PERFORM pg_notify('console', user_id::text) FROM chatroom WHERE id = NEW.chat_room_id;",
    )
    # Leases and tries, of which nothing is shown, change a row far oftener.
    has_changed = " OR ".join(f"(OLD.{each}) IS DISTINCT FROM (NEW.{each})" for each in SHOWN)
    op.execute(
        f"CREATE TRIGGER tell_console_of_change AFTER UPDATE ON message FOR EACH ROW WHEN ({has_changed})"
        " EXECUTE FUNCTION tell_console_of_change()"
    )


def _function(name: str, body: str) -> None:
    op.execute(
        f"CREATE FUNCTION tell_console_{name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {body} RETURN NULL; END $$"
    )
