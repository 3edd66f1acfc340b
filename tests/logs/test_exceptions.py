"""An exception in the log tells where it came from and of what kind it is, in no words that may be a learner's."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from logs.exceptions import describe_exception
from models.coaching import StructuredInput
from models.database import Database
from pipeline.providers.ports import ProviderError, ProviderRefused

WORD = "ひみつのことば"
NOTHING: dict[str, str] = {}


def description_of(act: Callable[[], object]) -> str:
    try:
        act()
    except BaseException as error:  # noqa: BLE001 - handed to the description
        return describe_exception((type(error), error, error.__traceback__))
    raise AssertionError("nothing was raised")


def chain() -> None:
    try:
        NOTHING[WORD]
    except KeyError as error:
        raise ProviderError("the model is away") from error


def while_handling() -> None:
    try:
        NOTHING[WORD]
    except KeyError:
        int(WORD)


def group() -> None:
    raise ExceptionGroup(WORD, [ValueError(WORD), ProviderError("the model is away")])


def circle() -> None:
    one, other = ValueError(WORD), TypeError(WORD)
    one.__context__, other.__context__ = other, one
    raise one


@pytest.mark.parametrize(
    ("act", "tells"),
    [
        (chain, ["KeyError", "direct cause", "ports.ProviderError: the model is away", "in chain"]),
        (while_handling, ["KeyError", "During handling", "ValueError", "in while_handling"]),
        (group, ["ExceptionGroup", "ValueError", "ports.ProviderError: the model is away"]),
        (circle, ["ValueError", "TypeError"]),
        (lambda: open(f"/nowhere/{WORD}"), ["FileNotFoundError: ENOENT"]),  # noqa: PTH123, SIM115
        (lambda: StructuredInput.model_validate({"questions": {"of": WORD}}), ["ValidationError"]),
    ],
)
def test_its_kind_and_its_place_are_told_and_no_words_of_others(
    act: Callable[[], object], tells: list[str]
) -> None:
    description = description_of(act)
    assert WORD not in description
    for part in tells:
        assert part in description


def test_our_own_words_are_told_unless_they_quote() -> None:
    def refuse() -> None:
        raise ProviderRefused([f"measurement: {WORD}"], WORD)

    assert description_of(refuse).endswith("ports.ProviderRefused")


def test_a_constraint_that_a_row_breaks_is_named_and_the_row_is_not(database: Database) -> None:
    statement = text(
        "INSERT INTO \"user\" (line_user_id, first_name, onboarding_done) VALUES ('U1', :name, false)"
    )

    def store_twice() -> None:
        with database.transaction() as db:
            db.execute(statement, {"name": WORD})
            db.execute(statement, {"name": WORD})

    def break_a_check() -> None:
        with database.transaction() as db:
            db.execute(text("UPDATE dish SET month_unlocked = NULL, name_ja = :name"), {"name": WORD})

    assert "UniqueViolation: 23505 " in description_of(store_twice)
    description = description_of(break_a_check)
    assert "NotNullViolation: 23502" in description
    assert WORD not in description
