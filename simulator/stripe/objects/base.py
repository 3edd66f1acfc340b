"""What every object of Stripe's has."""

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from simulator.stripe.parameters import Metadata

Json = dict[str, Any]


class Part(BaseModel):
    """A part of an object that is no object itself."""


class StripeObject(BaseModel):
    """`links` lead to where another object's id stands, which the caller may expand to the object itself; `lists` are
    only there when expanded (docs.stripe.com/api/expanding_objects; SDK: ExpandableField)."""

    links: ClassVar[tuple[str, ...]] = ()
    lists: ClassVar[tuple[str, ...]] = ()
    prefix: ClassVar[str]

    id: str
    object: str
    created: int
    livemode: bool = False
    metadata: Metadata = Field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.object


class ListOf(Part):
    """A list inside an object."""

    object: Literal["list"] = "list"
    data: list[Any]
    has_more: bool = False
    url: str


class NoTax(Part):
    """Stripe Tax is off."""

    enabled: Literal[False] = False
    liability: None = None
    disabled_reason: None = None


class OwnAccount(Part):
    type: Literal["self"] = "self"
