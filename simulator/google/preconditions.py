"""ifGenerationMatch and its kin (Cloud Storage docs: Request preconditions)."""

from starlette.requests import Request

from simulator.google.errors import StorageError
from simulator.google.objects import StoredObject

FAILED = "At least one of the pre-conditions you specified did not hold."


def check_preconditions(request: Request, stored: StoredObject | None) -> None:
    """Raises StorageError 412; an object that isn't there has generation 0."""
    generation = stored.generation if stored else 0
    metageneration = stored.metageneration if stored else 0
    checks = (
        ("ifGenerationMatch", generation, True),
        ("ifGenerationNotMatch", generation, False),
        ("ifMetagenerationMatch", metageneration, True),
        ("ifMetagenerationNotMatch", metageneration, False),
    )
    for name, value, wanted in checks:
        asked = whole_number(request, name)
        if asked is not None and (asked == value) is not wanted:
            raise StorageError(412, FAILED)


def whole_number(request: Request, name: str) -> int | None:
    asked = request.query_params.get(name)
    if asked is None:
        return None
    if not asked.isdecimal():
        raise StorageError(400, f"Invalid value for parameter {name}: {asked}")
    return int(asked)
