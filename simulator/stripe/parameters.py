"""What a call may carry. Who names another parameter than Stripe knows is told so, as Stripe does."""

from typing import Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from simulator.stripe.errors import StripeError, invalid, not_done
from simulator.stripe.forms import Entries, Form

Metadata = dict[str, str]
Unset = Literal[""]  # an empty string takes a value away


def merge_metadata(old: Metadata, new: Metadata | Literal[""] | None) -> Metadata:
    """Keys are added and replaced, an empty value takes one away, an empty string all (docs.stripe.com/api/metadata)."""
    if not new:
        return old if new is None else {}
    return {name: value for name, value in (old | new).items() if value != ""}


class Nested(BaseModel):
    """A part of the parameters, often a part of the object too."""

    model_config = ConfigDict(extra="forbid")


class Parameters(Nested):
    """`not_done` names what Stripe takes and the desk does not."""

    not_done: ClassVar[frozenset[str]] = frozenset()

    expand: Entries[str] = Field(default_factory=list)

    def changes(self) -> dict[str, Any]:
        """What the caller named, whatever its value."""
        return {name: getattr(self, name) for name in self.model_fields_set - {"expand"}}


class CreatedRange(Nested):
    gt: int | None = None
    gte: int | None = None
    lt: int | None = None
    lte: int | None = None

    def holds(self, second: int) -> bool:
        return (
            (self.gt is None or second > self.gt)
            and (self.gte is None or second >= self.gte)
            and (self.lt is None or second < self.lt)
            and (self.lte is None or second <= self.lte)
        )


class ListParameters(Parameters):
    """docs.stripe.com/api/pagination."""

    limit: int = Field(10, ge=1, le=100)
    starting_after: str | None = None
    ending_before: str | None = None


class CreatedListParameters(ListParameters):
    created: CreatedRange | int | None = None

    def fits_created(self, second: int) -> bool:
        if isinstance(self.created, CreatedRange):
            return self.created.holds(second)
        return self.created is None or self.created == second


AnyParameters = TypeVar("AnyParameters", bound=Parameters)


def read_parameters(form: Form, kind: type[AnyParameters]) -> AnyParameters:
    """Raises StripeError 400 that names the parameter."""
    undone = sorted(kind.not_done & form.keys())
    if undone:
        raise not_done(f"the parameter {undone[0]}", undone[0])
    try:
        return kind.model_validate(form)
    except ValidationError as error:
        raise _explain(error) from error


def _explain(error: ValidationError) -> StripeError:
    details = error.errors()
    unknown = list(
        dict.fromkeys(_name(entry["loc"]) for entry in details if entry["type"] == "extra_forbidden")
    )
    if unknown:
        plural = "s" if len(unknown) > 1 else ""
        return invalid(
            f"Received unknown parameter{plural}: {', '.join(unknown)}", unknown[0], "parameter_unknown"
        )
    first = details[0]
    param, value = _name(first["loc"]), first.get("input")
    if first["type"] == "missing":
        return invalid(f"Missing required param: {param}.", param, "parameter_missing")
    if value == "":
        return invalid(
            f"You passed an empty string for '{param}'. We assume empty values are an attempt to unset a parameter; "
            f"however '{param}' cannot be unset.",
            param,
            "parameter_invalid_empty",
        )
    if first["type"].startswith("int"):
        return invalid(f"Invalid integer: {value}", param, "parameter_invalid_integer")
    if first["type"] == "literal_error":
        return invalid(f"Invalid {param}: must be one of {first['ctx']['expected']}".replace("'", ""), param)
    return invalid(f"Invalid {param}: {first['msg']}", param)


def _name(place: tuple[int | str, ...]) -> str:
    """`items[0][price]`; what pydantic adds to tell a union's members apart is no part of it."""
    head, *rest = [str(part) for part in place if not _is_union_tag(part)]
    return head + "".join(f"[{part}]" for part in rest)


def _is_union_tag(part: int | str) -> bool:
    return isinstance(part, str) and (
        part in ("int", "str", "bool") or not part.replace("_", "a").isidentifier() or part[:1].isupper()
    )
