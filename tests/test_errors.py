"""Every error of ours has the one base, and words that exist for its learner."""

import pkgutil
from importlib import import_module
from types import ModuleType

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from errors import MomentError, is_outage
from knowledge_base.phrasebook import PHRASES
from models.database import Database

ROOMS = (
    "bot",
    "benchmarks",
    "companion",
    "console",
    "desk",
    "jobs",
    "knowledge_base",
    "line",
    "models",
    "moment",
    "pipeline",
    "services",
    "storage",
    "webhooks",
)


def modules() -> list[ModuleType]:
    names = [
        module.name
        for room in ROOMS
        for module in pkgutil.walk_packages(import_module(room).__path__, f"{room}.")
        if not module.name.endswith("__main__")
    ]
    return [import_module(name) for name in (*names, "settings")]


def own_errors() -> list[type[BaseException]]:
    return sorted(
        {
            value
            for module in modules()
            for value in vars(module).values()
            if isinstance(value, type)
            and issubclass(value, BaseException)
            and value.__module__ == module.__name__
        },
        key=lambda error: f"{error.__module__}.{error.__qualname__}",
    )


def test_every_error_of_ours_has_the_one_base_and_words_for_its_learner() -> None:
    errors = own_errors()
    assert len(errors) > 40
    assert [error for error in errors if not issubclass(error, MomentError)] == []
    assert [error for error in errors if error.words not in PHRASES] == []  # type: ignore[attr-defined]


def test_an_operator_is_told_the_fix() -> None:
    class Leak(MomentError):
        fix = "close the tap"

    assert Leak("the floor is wet").explain() == "the floor is wet: close the tap"
    assert Leak().explain() == "Leak: close the tap"
    assert MomentError("why").explain() == "why"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("53100", True),  # the disk is full
        ("53300", True),  # no connection is left
        ("57P01", True),  # an administrator has ended it
        ("25006", True),  # it takes no writes
        ("53200", False),  # a query wants all its memory, now or whenever
        ("23505", False),  # a row is there already
        ("57014", False),  # the statement took too long
    ],
)
def test_what_the_database_cannot_do_now_is_no_fault_of_the_work(
    database: Database, code: str, expected: bool
) -> None:
    with pytest.raises(DBAPIError) as raised, database.transaction() as db:
        db.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$"))
    assert is_outage(raised.value) is expected


def test_a_connection_that_breaks_is_no_fault_of_the_work(database: Database) -> None:
    with pytest.raises(DBAPIError) as raised, database.transaction() as db:
        db.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert is_outage(raised.value)
