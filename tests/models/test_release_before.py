"""The release before goes on while this one's migrations are applied, and after them: they only add (CONTRIBUTING, "a
migration")."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from migrations.migrate import downgrade, upgrade
from models.database import Database
from tests.models.release_before import describe, git, is_in_history, release_before
from tests.models.schema import Schema, read_schema, stumbling_blocks

RELEASE = release_before()
COMPLETED = "'completed'::character varying"
STATUS_CHECK = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
     WHERE conrelid = 'session'::regclass AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%completed%'
"""

with_history = pytest.mark.skipif(
    not is_in_history(RELEASE.commit), reason="a copy without the history of the release before"
)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.engine.connect() as connection:
        yield connection


@pytest.fixture
def before(connection: Connection) -> Schema:
    """The schema that the release before was made for; the database has this release's again."""
    downgrade(connection, RELEASE.revision)
    schema = read_schema(connection)
    connection.commit()
    upgrade(connection)
    return schema


def test_this_releases_migrations_only_add(connection: Connection, before: Schema) -> None:
    assert stumbling_blocks(RELEASE, before, read_schema(connection)) == []


@pytest.mark.parametrize(
    ("change", "block"),
    [
        ('ALTER TABLE "user" DROP COLUMN first_name', "user.first_name is gone, and is still selected"),
        (
            'ALTER TABLE "user" RENAME COLUMN first_name TO name',
            "user.first_name is gone, and is still selected",
        ),
        ("DROP TABLE push_quota", "push_quota.channel is gone, and is still selected"),
        (
            "ALTER TABLE dish ADD COLUMN price integer NOT NULL",
            "dish.price must have a value, and is not known",
        ),
        (
            "ALTER TABLE inbox_event ALTER COLUMN handled_at SET NOT NULL",
            "inbox_event.handled_at must have a value, and none may be written",
        ),
        (
            "ALTER TABLE push_quota ALTER COLUMN looked_at DROP DEFAULT",
            "push_quota.looked_at has no default any more, and is left out",
        ),
        (
            "ALTER TABLE inbox_event ALTER COLUMN event_type TYPE varchar(8)",
            "inbox_event.event_type was character varying(64), and is character varying(8)",
        ),
        (
            "ALTER TABLE push_quota ADD CHECK (used >= 0)",
            "push_quota has a new check: CHECK ((used >= 0))",
        ),
        (
            "CREATE UNIQUE INDEX one_subject ON inbox_event (subject)",
            "inbox_event has a new unique index: ON public.inbox_event USING btree (subject)",
        ),
        (
            'CREATE TABLE badge (user_id integer REFERENCES "user" (id))',
            'user can\'t be deleted from: badge FOREIGN KEY (user_id) REFERENCES "user"(id)',
        ),
        (
            "ALTER TABLE push_quota ADD FOREIGN KEY (used) REFERENCES dish (id) ON DELETE CASCADE",
            "push_quota has a new foreign key: FOREIGN KEY (used) REFERENCES dish(id) ON DELETE CASCADE",
        ),
    ],
)
def test_what_the_release_before_would_stumble_over_is_found(
    connection: Connection, before: Schema, change: str, block: str
) -> None:
    connection.execute(text("DELETE FROM dish"))
    connection.execute(text(change))
    assert block in stumbling_blocks(RELEASE, before, read_schema(connection))


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE dish ADD COLUMN price integer",
        "ALTER TABLE dish ADD COLUMN price integer NOT NULL DEFAULT 0",
        "ALTER TABLE inbox_event ALTER COLUMN event_type TYPE varchar(128)",
        "ALTER TABLE inbox_event ALTER COLUMN event_type TYPE varchar",
        'CREATE TABLE badge (user_id integer NOT NULL REFERENCES "user" (id) ON DELETE CASCADE)',
        "CREATE INDEX one_subject ON inbox_event (subject)",
    ],
)
def test_what_only_adds_is_let_through(connection: Connection, before: Schema, change: str) -> None:
    connection.execute(text(change))
    assert stumbling_blocks(RELEASE, before, read_schema(connection)) == []


def test_a_value_more_that_is_allowed_only_adds_and_one_less_does_not(
    connection: Connection, before: Schema
) -> None:
    name, old = connection.execute(text(STATUS_CHECK)).one()
    for part, by, is_found in ((COMPLETED, f"{COMPLETED}, 'archived'", False), (f"{COMPLETED}, ", "", True)):
        changed = old.replace(part, by)
        assert changed != old
        connection.execute(text(f"ALTER TABLE session DROP CONSTRAINT {name}"))
        connection.execute(text(f"ALTER TABLE session ADD CONSTRAINT {name} {changed}"))
        assert bool(stumbling_blocks(RELEASE, before, read_schema(connection))) == is_found


@with_history
def test_what_is_written_of_the_release_before_is_what_its_code_says() -> None:
    assert describe(RELEASE.commit) == RELEASE


@with_history
def test_migrations_that_have_run_are_not_changed() -> None:
    changed = git("diff", "--name-only", "--diff-filter=MDR", RELEASE.commit, "--", "migrations/versions")
    assert changed == b""
