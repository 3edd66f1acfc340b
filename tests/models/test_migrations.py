"""The schema goes up, down and up again on a database with rows in it, and is what the models say."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from migrations.migrate import downgrade, upgrade
from models.database import engine

FILL = """
INSERT INTO "user" (line_user_id, first_name, onboarding_done) VALUES ('U1', 'ゆうこ', false);
INSERT INTO session (user_id, dish_id, session_number, video_channel, raw_video_url, memo_channel, memo_skipped,
                     voice_transcript, pipeline_error, coaching_video_gcs_path, coaching_preview_gcs_path)
     SELECT u.id, d.id, 1, '', '', '', false, '', '', '', '' FROM "user" u, dish d WHERE d.slug = 'fried-rice';
INSERT INTO stage_run (session_id, stage, attempt, error) SELECT id, 'store_video', 1, '' FROM session;
"""


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    with engine().connect() as connection:
        yield connection


def test_models_and_migrations_do_not_drift(connection: Connection) -> None:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    assert compare_metadata(context, SQLModel.metadata) == []


def test_the_schema_goes_down_and_up_again_with_rows_in_it(connection: Connection) -> None:
    connection.execute(text(FILL))
    connection.commit()
    downgrade(connection)
    left = connection.scalar(
        text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
    )
    assert left == 0
    upgrade(connection)
    connection.execute(
        text("INSERT INTO \"user\" (line_user_id, first_name, onboarding_done) VALUES ('U1', 'ゆ', false)")
    )


def test_a_session_analysed_before_there_were_proxies_goes_on_with_its_raw_video(
    connection: Connection,
) -> None:
    downgrade(connection, "0001")
    connection.execute(text(FILL))
    connection.execute(
        text("UPDATE session SET raw_video_url = 'videos/1.mp4', video_facts = '{\"fps\": 30}'")
    )
    connection.execute(text("UPDATE stage_run SET stage = 'analyze_video', finished_at = now()"))
    connection.commit()
    upgrade(connection)
    row = connection.execute(text("SELECT proxy_url, proxy_facts FROM session")).one()
    assert tuple(row) == ("videos/1.mp4", {"fps": 30})
    done = "SELECT stage FROM stage_run WHERE finished_at IS NOT NULL ORDER BY stage"
    assert list(connection.scalars(text(done))) == ["analyze_video", "prepare_video"]
    connection.commit()
    downgrade(connection, "0001")
    assert list(connection.scalars(text(done))) == ["analyze_video"]
    connection.commit()
    upgrade(connection)


def test_a_session_not_yet_analysed_gets_its_proxy(connection: Connection) -> None:
    downgrade(connection, "0001")
    connection.execute(text(FILL))
    connection.commit()
    upgrade(connection)
    assert connection.scalar(text("SELECT proxy_url FROM session")) == ""
    assert connection.scalar(text("SELECT count(*) FROM stage_run WHERE stage = 'prepare_video'")) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE session SET status = 'finished'",
        "UPDATE session SET session_number = 4",
        "UPDATE \"user\" SET subscription_status = 'gold'",
        "INSERT INTO session SELECT * FROM session",
        "INSERT INTO user_dish_progress (user_id, dish_id, status) SELECT id, (SELECT min(id) FROM dish), 'half' FROM \"user\"",
        "INSERT INTO chatroom (user_id, room_type) SELECT id, 'help' FROM \"user\"",
    ],
)
def test_the_database_itself_refuses_what_the_design_forbids(connection: Connection, wrong: str) -> None:
    connection.execute(text(FILL))
    with pytest.raises(IntegrityError):
        connection.execute(text(wrong))


def test_a_message_holds_either_words_or_a_video(connection: Connection) -> None:
    connection.execute(text(FILL))
    connection.execute(text("INSERT INTO chatroom (user_id, room_type) SELECT id, 'coaching' FROM \"user\""))
    row = (
        "INSERT INTO message (chat_room_id, sender, text, video_gcs_path, channel, attempts, delivered_by, error)"
        " SELECT id, 'ai', '{}', '{}', '', 0, '', '' FROM chatroom"
    )
    connection.execute(text(row.format("words", "")))
    for words, video in (("", ""), ("words", "video.mp4")):
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(text(row.format(words, video)))
