"""What ended a group of tasks."""

from typing import TypeVar

Failure = TypeVar("Failure", bound=Exception)


def first_of(group: BaseExceptionGroup[Failure], kind: type[Failure]) -> Failure:
    """However deep it lies: groups lie in each other."""
    found = group.subgroup(kind)
    each: BaseException | None = found
    while isinstance(each, BaseExceptionGroup):
        each = each.exceptions[0]
    if not isinstance(each, kind):
        raise TypeError(f"no {kind.__name__} in the group")
    return each
