"""Every error of ours has the one base, and words that exist for its learner."""

import pkgutil
from importlib import import_module
from types import ModuleType

from errors import MomentError
from knowledge_base.phrasebook import PHRASES

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
