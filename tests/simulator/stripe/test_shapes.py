"""The SDK's own types are what the double's objects and parameters are held against."""

import importlib
import types
import typing
from collections.abc import Iterator

import pytest
import stripe
from pydantic import BaseModel

from simulator.stripe import store
from simulator.stripe.api import (
    catalogue,
    checkout,
    customers,
    events,
    invoices,
    money,
    portal_parameters,
    subscription_parameters,
    webhook_endpoints,
)
from simulator.stripe.api.checkout import LineItemFacts
from simulator.stripe.objects.base import StripeObject
from simulator.stripe.parameters import Parameters

SDK_OBJECTS: dict[str, type] = {
    "checkout.session": stripe.checkout.Session,
    "billing_portal.configuration": stripe.billing_portal.Configuration,
    "billing_portal.session": stripe.billing_portal.Session,
}
PARAMETERS: dict[str, type[Parameters]] = {
    "customer_create": customers.CreateCustomer,
    "customer_update": customers.UpdateCustomer,
    "customer_list": customers.ListCustomers,
    "product_create": catalogue.CreateProduct,
    "product_update": catalogue.UpdateProduct,
    "product_list": catalogue.ListProducts,
    "price_create": catalogue.CreatePrice,
    "price_update": catalogue.UpdatePrice,
    "price_list": catalogue.ListPrices,
    "checkout.session_create": checkout.CreateSession,
    "checkout.session_list": checkout.ListSessions,
    "billing_portal.configuration_create": portal_parameters.CreateConfiguration,
    "billing_portal.configuration_update": portal_parameters.UpdateConfiguration,
    "billing_portal.configuration_list": portal_parameters.ListConfigurations,
    "billing_portal.session_create": portal_parameters.CreateSession,
    "subscription_create": subscription_parameters.CreateSubscription,
    "subscription_update": subscription_parameters.UpdateSubscription,
    "subscription_cancel": subscription_parameters.CancelSubscription,
    "subscription_pause": subscription_parameters.PauseSubscription,
    "subscription_resume": subscription_parameters.ResumeSubscription,
    "subscription_list": subscription_parameters.ListSubscriptions,
    "subscription_item_update": subscription_parameters.UpdateItem,
    "subscription_item_list": subscription_parameters.ListItems,
    "invoice_list": invoices.ListInvoices,
    "invoice_pay": invoices.PayInvoice,
    "invoice_payment_list": invoices.ListPayments,
    "payment_intent_list": money.ListIntents,
    "charge_list": money.ListCharges,
    "dispute_list": money.ListDisputes,
    "refund_create": money.CreateRefund,
    "refund_list": money.ListRefunds,
    "event_list": events.ListEvents,
    "webhook_endpoint_create": webhook_endpoints.CreateEndpoint,
    "webhook_endpoint_update": webhook_endpoints.UpdateEndpoint,
}


@pytest.mark.parametrize("kind", store.KINDS, ids=lambda kind: kind.__name__)
def test_an_object_has_the_fields_that_the_sdk_knows(kind: type[StripeObject]) -> None:
    name = str(kind.model_fields["object"].default)
    known = set(_sdk_object(name).__annotations__) - {"OBJECT_NAME"}
    shown = {field for field, facts in kind.model_fields.items() if not facts.exclude}
    assert shown <= known | {"metadata"}, shown - known
    needed = {field for field in known if not _is_optional(_sdk_object(name).__annotations__[field])}
    assert needed <= shown | set(kind.lists), needed - shown


@pytest.mark.parametrize("kind", store.KINDS, ids=lambda kind: kind.__name__)
def test_what_expands_is_what_the_sdk_expands(kind: type[StripeObject]) -> None:
    annotations = _sdk_object(str(kind.model_fields["object"].default)).__annotations__
    links = {link for link in kind.links if "." not in link}
    assert [link for link in links if not {"str", "ForwardRef"} <= set(_words(str(annotations[link])))] == []


def _sdk_object(name: str) -> type:
    if name in SDK_OBJECTS:
        return SDK_OBJECTS[name]
    found: type = getattr(stripe, "".join(word.capitalize() for word in name.split("_")))
    return found


def _is_optional(annotation: object) -> bool:
    return "Optional[" in str(annotation) or "NoneType" in str(annotation)


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_call_takes_what_stripe_takes_or_says_that_it_does_not_yet(name: str) -> None:
    kind, known = PARAMETERS[name], _sdk_parameters(name)
    top = set(known.__annotations__) - set(stripe.RequestOptions.__annotations__)
    assert set(kind.model_fields) | kind.not_done == top | {"expand"}
    unknown = [path for path in _paths(kind) if not _knows(known, path)]
    assert unknown == []


def _sdk_parameters(name: str) -> type:
    *package, file = name.split(".")
    module = importlib.import_module(".".join(["stripe.params", *package, f"_{file}_params"]))
    title = "".join(word.capitalize() for word in f"{file}_params".split("_"))
    found: type = getattr(module, title)
    return found


def _paths(kind: type[BaseModel], way: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, facts in kind.model_fields.items():
        yield (*way, name)
        for part in _models_in(facts.annotation):
            yield from _paths(part, (*way, name))


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if (
        isinstance(annotation, type)
        and issubclass(annotation, BaseModel)
        and not isinstance(annotation, types.GenericAlias)
    ):
        return [annotation]
    return [model for part in typing.get_args(annotation) for model in _models_in(part)]


def _knows(known: type, path: tuple[str, ...]) -> bool:
    """The SDK writes nested parameters as classes that its annotations name."""
    module = vars(importlib.import_module(known.__module__))
    owners = [known]
    for name in path:
        found = [owner.__annotations__[name] for owner in owners if name in owner.__annotations__]
        if not found:
            return False
        owners = [
            module[word] for text in found for word in _words(str(text)) if isinstance(module.get(word), type)
        ]
    return True


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in text).split()


def test_nested_parameters_are_looked_into() -> None:
    assert LineItemFacts in _models_in(checkout.CreateSession.model_fields["line_items"].annotation)
    assert ("line_items", "price") in _paths(checkout.CreateSession)
    assert not _knows(_sdk_parameters("checkout.session_create"), ("line_items", "plan"))
