"""The schema goes up, down and up again on a filled database, and is what the models say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, select

from migrations.migrate import downgrade, upgrade
from models.chat import Message, MessageType, SentBubble
from models.database import Database
from models.inbox import InboxSubject
from models.media import Media, MediaKind, MediaState
from models.session import CookingSession, StageRun
from tests.models.filled_database import EARLIER, LEASE_END, LONG_AGO, OldDatabase, fill

FILL = """
INSERT INTO "user" (line_user_id, first_name, onboarding_done) VALUES ('U1', 'ゆうこ', false);
INSERT INTO session (user_id, dish_id, session_number, raw_video_url, memo_skipped, voice_transcript, pipeline_error,
                     coaching_video_gcs_path, coaching_preview_gcs_path)
     SELECT u.id, d.id, 1, '', false, '', '', '', '' FROM "user" u, dish d WHERE d.slug = 'fried-rice';
"""
FILL_0001 = """
INSERT INTO "user" (line_user_id, first_name, onboarding_done) VALUES ('U1', 'ゆうこ', false);
INSERT INTO session (user_id, dish_id, session_number, video_channel, raw_video_url, memo_channel, memo_skipped,
                     voice_transcript, pipeline_error, coaching_video_gcs_path, coaching_preview_gcs_path)
     SELECT u.id, d.id, 1, '', '', '', false, '', '', '', '' FROM "user" u, dish d WHERE d.slug = 'fried-rice';
INSERT INTO stage_run (session_id, stage, attempt, error) SELECT id, 'store_video', 1, '' FROM session;
"""


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.engine.connect() as connection:
        yield connection


@pytest.fixture
def old(connection: Connection) -> OldDatabase:
    """The release before media rows, filled."""
    downgrade(connection, "0002")
    return fill(connection)


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
    connection.execute(text(FILL_0001))
    connection.execute(
        text("UPDATE session SET raw_video_url = 'videos/1.mp4', video_facts = '{\"fps\": 30}'")
    )
    connection.execute(text("UPDATE stage_run SET stage = 'analyze_video', finished_at = now()"))
    connection.commit()
    upgrade(connection, "0002")
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
    connection.execute(text(FILL_0001))
    connection.commit()
    upgrade(connection, "0002")
    assert connection.scalar(text("SELECT proxy_url FROM session")) == ""
    assert connection.scalar(text("SELECT count(*) FROM stage_run WHERE stage = 'prepare_video'")) == 0


def test_each_file_of_the_release_before_becomes_a_media_row(
    old: OldDatabase, connection: Connection, database: Database
) -> None:
    upgrade(connection)
    with database.transaction() as db:
        media = {row.line_message_id: row for row in db.exec(select(Media))}
        video, memo = media["m-at-work"], media["m-memo"]
        session = db.get_one(CookingSession, old.ids["at work"])
        assert (session.video, session.memo) == (video, memo)
        assert session.videos == [video]
    assert {name: row.state for name, row in media.items()} == {
        "m-at-work": MediaState.STORED,
        "m-memo": MediaState.STORED,
        "m-memo-0": MediaState.WITHDRAWN,  # replaced, and never deleted so far
        "m-coached": MediaState.PURGED,
        "m-lost": MediaState.OWED,
        "m-new": MediaState.OWED,
        "m-kept": MediaState.OWED,
        "m-old": MediaState.WITHDRAWN,
        "m-rejected": MediaState.REJECTED,
        "m-voice": MediaState.OWED,
    }
    assert (video.kind, memo.kind, media["m-voice"].kind) == (
        MediaKind.VIDEO,
        MediaKind.MEMO,
        MediaKind.VOICE_QUESTION,
    )
    assert (video.object_key, video.facts) == ("videos/m-at-work.mp4", {"fps": 30})
    assert video.view_key == "videos/m-at-work.proxy.mp4"
    assert (video.received_at, video.message_id) == (EARLIER, old.ids["［動画］"])
    assert (media["m-lost"].parked_at, media["m-lost"].attempts) == (EARLIER, 5)
    assert media["m-rejected"].reason == "too_short"
    assert media["m-kept"].session_id is None
    due = {name for name, row in media.items() if row.due_at is not None}
    assert due == {"m-memo-0", "m-new", "m-kept", "m-old", "m-rejected", "m-voice"}


def test_messages_of_the_release_before_keep_what_they_knew(
    old: OldDatabase, connection: Connection, database: Database
) -> None:
    upgrade(connection)
    with database.transaction() as db:
        messages = {row.text: row for row in db.exec(select(Message))}
        bubbles = {row.line_message_id: row.message_id for row in db.exec(select(SentBubble))}
    question, video = messages["まだですか"], messages["［動画］"]
    assert question.kind == MessageType.QUESTION
    assert question.quoted_message_id == "b-card"
    assert question.usage == {"calls": [{"cost_usd": 0.1}]}
    assert question.meta == {"type": "question", "session_id": None}
    assert video.meta == {"type": "video", "session_id": old.ids["at work"]}
    assert video.inbox_event_id == old.ids["handled"]
    assert messages["［送信取消］"].unsent_at == LONG_AGO
    assert messages[""].watched_at == EARLIER
    assert bubbles == {"b-card": old.ids["the text"], "b-note": old.ids["the text"], "b-video": old.ids[""]}
    due = {row.text: row.due_at for row in messages.values() if row.due_at is not None}
    assert due.keys() == {"もうすぐです", "焼き時間は"}  # the spoken question waits for its recording
    assert due["もうすぐです"] == LEASE_END


def test_work_of_the_release_before_goes_on(
    old: OldDatabase, connection: Connection, database: Database
) -> None:
    upgrade(connection)
    with database.transaction() as db:
        runs = {(row.session_id, row.stage): row for row in db.exec(select(StageRun))}
        sessions = {row.id: row for row in db.exec(select(CookingSession))}
        subjects = db.exec(select(InboxSubject)).all()
    at_work = old.ids["at work"]
    analysis, transcription = runs[at_work, "analyze_video"], runs[at_work, "transcribe_memo"]
    assert (analysis.due_at, analysis.attempts, analysis.job) == (LEASE_END, 1, "run_stage")
    assert analysis.lease_token is not None
    assert (transcription.due_at, transcription.attempts) == (LEASE_END, 2)
    preparation = runs[at_work, "prepare_video"]
    assert (preparation.job, preparation.due_at, preparation.finished_at) == ("prepare", None, EARLIER)
    assert not {stage for _, stage in runs if stage.startswith("store_")}
    to_look_at = {old.ids[name] for name in ("at work", "on its way")}
    assert {row.id for row in sessions.values() if row.nudge_at is not None} == to_look_at
    assert [(row.subject, row.arrivals) for row in subjects] == [("U1", 2)]
    assert subjects[0].due_at is not None


def test_a_filled_database_goes_down_and_is_as_it_was(old: OldDatabase, connection: Connection) -> None:
    before = _content(connection)
    upgrade(connection)
    downgrade(connection, "0002")
    after = _content(connection)
    # The earlier release cuts from the proxy, of which a view is no substitute.
    prepared = [run for (_, stage), run in after["stage_run"].items() if stage == "prepare_video"]
    assert [run["unfinished"] for run in prepared] == [True]
    del before["stage_run"][prepared[0]["session_id"], "prepare_video"]
    for table, rows in before.items():
        for name, row in rows.items():
            assert _known(after[table][name]) == _known(row), f"{table} {name}"
    upgrade(connection)


def test_a_file_of_which_nothing_is_known_yet_is_a_video_to_the_release_before(
    old: OldDatabase, connection: Connection
) -> None:
    upgrade(connection)
    at_work = {"session_id": old.ids["at work"]}
    file = """
        INSERT INTO media (user_id, session_id, position, kind, source, channel, object_key)
        SELECT user_id, id, 1, 'file', 'line', '', 'files/1.bin' FROM session WHERE id = :session_id
    """
    connection.execute(text(file), at_work)
    connection.commit()
    downgrade(connection, "0005")
    row = "SELECT kind, position FROM media WHERE object_key = 'files/1.bin'"
    assert tuple(connection.execute(text(row)).one()) == ("video", 2)
    connection.commit()
    upgrade(connection)


def test_a_clip_that_is_its_own_view_is_prepared_for_the_release_before(
    old: OldDatabase, connection: Connection
) -> None:
    upgrade(connection)
    at_work = {"session_id": old.ids["at work"]}
    no_stage = "DELETE FROM stage_run WHERE session_id = :session_id AND stage = 'prepare_video'"
    own_view = """
        UPDATE media SET view_key = object_key, facts = facts || '{"is_sound_broken": false}'
         WHERE session_id = :session_id AND kind = 'video'
    """
    for change in (no_stage, own_view):
        connection.execute(text(change), at_work)
    connection.commit()
    downgrade(connection, "0004")
    media = "SELECT proxy_key = object_key, facts, proxy_facts FROM media WHERE session_id = :session_id AND kind = 'video'"
    assert tuple(connection.execute(text(media), at_work).one()) == (True, {"fps": 30}, {"fps": 30})
    run = "SELECT finished_at IS NOT NULL, due_at FROM stage_run WHERE session_id = :session_id AND stage = 'prepare_video'"
    assert tuple(connection.execute(text(run), at_work).one()) == (True, None)
    connection.commit()
    upgrade(connection)


def test_a_file_for_an_admin_goes_rather_than_be_told_to_the_learner(connection: Connection) -> None:
    connection.execute(text(FILL))
    mine = """INSERT INTO export (user_id, object_key, is_wished, ready_at, lease_token)
              SELECT id, :key, :wished, now(), gen_random_uuid() FROM "user" """
    connection.execute(text(mine), {"key": "admins", "wished": False})
    connection.execute(text(FILL.split(";")[0].replace("U1", "U2")))
    connection.execute(text(mine + "WHERE line_user_id = 'U2'"), {"key": "theirs", "wished": True})
    connection.commit()
    downgrade(connection, "0025")
    rows = connection.execute(
        text("SELECT object_key, over_at IS NULL, lease_token IS NULL, due_at IS NULL FROM export ORDER BY 1")
    )
    assert [tuple(row) for row in rows] == [("admins", False, True, False), ("theirs", True, False, True)]
    connection.commit()
    upgrade(connection)


# What only the newer release says (its rows' creation as the time of the event), or the older one no longer needs.
FORGOTTEN = ("event_at", "kept_at", "purged_at")


def _known(row: dict[str, Any]) -> dict[str, Any]:
    meta = {key: value for key, value in row.get("metadata", {}).items() if value is not None}
    meta = {key: value for key, value in meta.items() if key not in FORGOTTEN}
    # "At once" has two spellings; the facts of a proxy are found anew when it is prepared again.
    other = ("updated_at", "not_before", "next_attempt_at", "proxy_facts")
    return {key: value for key, value in row.items() if key not in other} | {"metadata": meta}


def _content(connection: Connection) -> dict[str, dict[Any, dict[str, Any]]]:
    """Rows by table and id, but runs of stages by session and stage: two of them are dropped and made anew."""
    content: dict[str, dict[Any, dict[str, Any]]] = {}
    for table in ("user", "session", "message", "inbox_event"):
        rows = connection.execute(text(f'SELECT * FROM "{table}"')).mappings()  # noqa: S608
        content[table] = {row["id"]: dict(row) for row in rows}
    runs = connection.execute(
        text("SELECT session_id, stage, attempt, parked_at, finished_at IS NULL AS unfinished FROM stage_run")
    ).mappings()
    content["stage_run"] = {(row["session_id"], row["stage"]): dict(row) for row in runs}
    connection.commit()
    return content


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE session SET status = 'finished'",
        "UPDATE session SET session_number = 4",
        "UPDATE \"user\" SET subscription_status = 'gold'",
        "INSERT INTO session SELECT * FROM session",
        "INSERT INTO user_dish_progress (user_id, dish_id, status) SELECT id, (SELECT min(id) FROM dish), 'half' FROM \"user\"",
        "INSERT INTO chatroom (user_id, room_type) SELECT id, 'help' FROM \"user\"",
        "INSERT INTO media (user_id, position, kind, source, channel, object_key) SELECT id, 1, 'picture', 'line', '', 'k' FROM \"user\"",
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
        "INSERT INTO message (chat_room_id, sender, kind, text, video_gcs_path, channel, delivered_by)"
        " SELECT id, 'ai', 'notice', '{}', '{}', '', '' FROM chatroom"
    )
    connection.execute(text(row.format("words", "")))
    for words, video in (("", ""), ("words", "video.mp4")):
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(text(row.format(words, video)))


def test_a_migration_may_take_longer_than_any_other_statement(connection: Connection) -> None:
    assert connection.scalar(text("SHOW statement_timeout")) == "30s"
    connection.commit()
    upgrade(connection)
    assert connection.scalar(text("SHOW statement_timeout")) == "30s"


def test_the_schema_of_a_later_release_is_left_as_it_is(connection: Connection) -> None:
    """`deploy/release.sh` with an image that ran before, and `docker compose up` with one, migrate first."""
    connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    connection.commit()
    try:
        upgrade(connection)
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"
    finally:
        connection.rollback()
        head = text("UPDATE alembic_version SET version_num = :head")
        newest = max(
            path.name[:4] for path in (Path(__file__).parents[2] / "migrations/versions").glob("0*.py")
        )
        connection.execute(head, {"head": newest})
        connection.commit()
