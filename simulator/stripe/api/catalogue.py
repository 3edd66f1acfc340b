"""Products and prices."""

from typing import Any, ClassVar, Literal

from simulator.stripe.calendar import Interval
from simulator.stripe.endpoint import Call, endpoint, page
from simulator.stripe.errors import StripeError, invalid
from simulator.stripe.forms import Entries
from simulator.stripe.objects.base import Json, StripeObject
from simulator.stripe.objects.catalogue import Price, Product, Recurring
from simulator.stripe.parameters import (
    CreatedListParameters,
    Metadata,
    Nested,
    Parameters,
    Unset,
    merge_metadata,
)
from simulator.stripe.state import Stripe
from simulator.stripe.store import new_id

TaxBehavior = Literal["exclusive", "inclusive", "unspecified"]


class ProductFacts(Parameters):
    active: bool | None = None
    description: str | None = None
    images: Entries[str] | Unset | None = None
    metadata: Metadata | Unset | None = None
    name: str | None = None
    statement_descriptor: str | None = None
    tax_code: str | None = None
    unit_label: str | None = None
    url: str | None = None


_NOT_DONE_OF_PRODUCTS = frozenset({"marketing_features", "package_dimensions", "shippable", "tax_details"})


class CreateProduct(ProductFacts):
    not_done: ClassVar[frozenset[str]] = _NOT_DONE_OF_PRODUCTS | {"default_price_data", "type"}

    id: str | None = None
    name: str


class UpdateProduct(ProductFacts):
    not_done: ClassVar[frozenset[str]] = _NOT_DONE_OF_PRODUCTS

    default_price: str | None = None


class ListProducts(CreatedListParameters):
    not_done: ClassVar[frozenset[str]] = frozenset({"shippable", "type"})

    active: bool | None = None
    ids: Entries[str] | None = None
    url: str | None = None


class RecurringFacts(Nested):
    interval: Interval
    interval_count: int = 1


class ProductData(Nested):
    id: str | None = None
    name: str
    active: bool = True
    metadata: Metadata | None = None


class CreatePrice(Parameters):
    not_done: ClassVar[frozenset[str]] = frozenset(
        [
            "billing_scheme",
            "currency_options",
            "custom_unit_amount",
            "tiers",
            "tiers_mode",
            "transform_quantity",
            "unit_amount_decimal",
        ]
    )

    active: bool = True
    currency: str
    lookup_key: str | None = None
    metadata: Metadata | None = None
    nickname: str | None = None
    product: str | None = None
    product_data: ProductData | None = None
    recurring: RecurringFacts | None = None
    tax_behavior: TaxBehavior = "unspecified"
    transfer_lookup_key: bool = False
    unit_amount: int


class UpdatePrice(Parameters):
    not_done: ClassVar[frozenset[str]] = frozenset({"currency_options"})

    active: bool | None = None
    lookup_key: str | None = None
    metadata: Metadata | Unset | None = None
    nickname: str | None = None
    tax_behavior: TaxBehavior | None = None
    transfer_lookup_key: bool = False


class ListPrices(CreatedListParameters):
    not_done: ClassVar[frozenset[str]] = frozenset({"recurring"})

    active: bool | None = None
    currency: str | None = None
    lookup_keys: Entries[str] | None = None
    product: str | None = None
    type: Literal["one_time", "recurring"] | None = None


def create_product(call: Call[CreateProduct]) -> StripeObject:
    fields = {name: value for name, value in _values(call.parameters).items() if value is not None}
    return new_product(call.stripe, fields)


def new_product(stripe: Stripe, fields: dict[str, Any]) -> Product:
    """Raises StripeError 400 for an id that is taken."""
    if stripe.store.get(Product, fields.get("id")) is not None:
        raise StripeError(400, "Product already exists.", "resource_already_exists", "id")
    facts = stripe.facts(Product)
    product = stripe.store.add(Product.model_validate({**facts, "updated": facts["created"], **fields}))
    stripe.tell("product.created", product)
    return product


def update_product(call: Call[UpdateProduct]) -> StripeObject:
    product = call.stripe.store.find(Product, call.id)
    metadata = product.metadata
    with call.stripe.changing(product):
        for name, value in _values(call.parameters).items():
            setattr(product, name, value)
        product.metadata = merge_metadata(metadata, call.parameters.metadata)
        product.updated = call.stripe.now()
    return product


def _values(asked: Parameters) -> dict[str, Any]:
    """What was named, empty strings as nothing."""
    empty: dict[str, Any] = {"metadata": {}, "images": []}
    return {
        name: empty.get(name) if value in ("", None) else value for name, value in asked.changes().items()
    }


def retrieve_product(call: Call[Parameters]) -> StripeObject:
    return call.stripe.store.find(Product, call.id)


def list_products(call: Call[ListProducts]) -> Json:
    asked = call.parameters
    entries = [
        product
        for product in call.stripe.store.all(Product)
        if asked.active in (None, product.active)
        and asked.url in (None, product.url)
        and (asked.ids is None or product.id in asked.ids)
        and asked.fits_created(product.created)
    ]
    return page(call.stripe, entries, asked, "/v1/products")


def create_price(call: Call[CreatePrice]) -> StripeObject:
    asked = call.parameters
    if (asked.product is None) == (asked.product_data is None):
        raise invalid("You must specify either `product` or `product_data` when creating a price.", "product")
    if asked.product is not None:
        product = call.stripe.store.find(Product, asked.product, "product")
    else:
        assert asked.product_data is not None  # noqa: S101 - one of the two is there
        product = new_product(call.stripe, asked.product_data.model_dump(exclude_none=True))
    return new_price(call.stripe, asked, product)


def new_price(stripe: Stripe, asked: CreatePrice, product: Product, price_id: str | None = None) -> Price:
    price = Price(
        id=price_id or new_id(Price.prefix),
        created=stripe.now(),
        active=asked.active,
        currency=asked.currency.lower(),
        metadata=asked.metadata or {},
        nickname=asked.nickname,
        product=product.id,
        recurring=Recurring(**asked.recurring.model_dump()) if asked.recurring else None,
        tax_behavior=asked.tax_behavior,
        type="recurring" if asked.recurring else "one_time",
        unit_amount=asked.unit_amount,
        unit_amount_decimal=str(asked.unit_amount),
    )
    _name(stripe, price, asked.lookup_key, asked.transfer_lookup_key)
    stripe.store.add(price)
    stripe.tell("price.created", price)
    return price


def _name(stripe: Stripe, price: Price, lookup_key: str | None, transfers: bool) -> None:
    """A lookup key belongs to one price (docs.stripe.com/products-prices/manage-prices). Raises StripeError 400."""
    holders = [entry for entry in stripe.store.all(Price) if lookup_key and entry.lookup_key == lookup_key]
    for holder in holders:
        if holder is not price and not transfers:
            raise invalid(
                f"A price (`{holder.id}`) already uses that lookup key. Pass `transfer_lookup_key=true` to transfer it.",
                "lookup_key",
                "resource_already_exists",
            )
        with stripe.changing(holder):
            holder.lookup_key = None
    price.lookup_key = lookup_key or None


def update_price(call: Call[UpdatePrice]) -> StripeObject:
    price, asked = call.stripe.store.find(Price, call.id), call.parameters
    metadata = price.metadata
    with call.stripe.changing(price):
        for name, value in _values(asked).items():
            if name == "lookup_key":
                _name(call.stripe, price, asked.lookup_key, asked.transfer_lookup_key)
            elif name != "transfer_lookup_key":
                setattr(price, name, value)
        price.metadata = merge_metadata(metadata, asked.metadata)
    return price


def retrieve_price(call: Call[Parameters]) -> StripeObject:
    return call.stripe.store.find(Price, call.id)


def list_prices(call: Call[ListPrices]) -> Json:
    asked = call.parameters
    entries = [
        price
        for price in call.stripe.store.all(Price)
        if asked.active in (None, price.active)
        and asked.currency in (None, price.currency)
        and asked.product in (None, price.product)
        and asked.type in (None, price.type)
        and (asked.lookup_keys is None or price.lookup_key in asked.lookup_keys)
        and asked.fits_created(price.created)
    ]
    return page(call.stripe, entries, asked, "/v1/prices")


routes = [
    endpoint("products.create", CreateProduct, create_product),
    endpoint("products.list", ListProducts, list_products),
    endpoint("products.retrieve", Parameters, retrieve_product),
    endpoint("products.update", UpdateProduct, update_product),
    endpoint("prices.create", CreatePrice, create_price),
    endpoint("prices.list", ListPrices, list_prices),
    endpoint("prices.retrieve", Parameters, retrieve_price),
    endpoint("prices.update", UpdatePrice, update_price),
]
