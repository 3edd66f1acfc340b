"""ifGenerationMatch and its kin (Cloud Storage docs: Request preconditions)."""

from starlette.requests import Request

from simulator.google.errors import StorageError
from simulator.google.objects import BucketObject

FAILURE = "At least one of the pre-conditions you specified did not hold."


def check_preconditions(request: Request, item: BucketObject | None) -> None:
    """Raises StorageError 412; an object that isn't there has generation 0."""
    generation = item.generation if item else 0
    metageneration = item.metageneration if item else 0
    checks = (
        ("ifGenerationMatch", generation, True),
        ("ifGenerationNotMatch", generation, False),
        ("ifMetagenerationMatch", metageneration, True),
        ("ifMetagenerationNotMatch", metageneration, False),
    )
    for name, value, must_match in checks:
        number = whole_number(request, name)
        if number is not None and (number == value) is not must_match:
            raise StorageError(412, FAILURE)


def whole_number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    if not text.isdecimal():
        raise StorageError(400, f"Invalid value for parameter {name}: {text}")
    return int(text)
