"""Webhook endpoints, each with an API version and a secret of its own (docs.stripe.com/api/webhook_endpoints)."""

from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import Field

from simulator.stripe.endpoint import Call, endpoint, page
from simulator.stripe.errors import invalid
from simulator.stripe.forms import Entries
from simulator.stripe.objects.base import Json, StripeObject
from simulator.stripe.objects.platform import WebhookEndpoint
from simulator.stripe.parameters import ListParameters, Metadata, Parameters, Unset, merge_metadata
from simulator.stripe.store import new_id
from simulator.stripe.versions import is_version

ENDPOINT_LIMIT = 16  # of one account (docs.stripe.com/webhooks)


class CreateEndpoint(Parameters):
    not_done: ClassVar[frozenset[str]] = frozenset({"connect"})

    api_version: str | None = None
    description: str | None = None
    enabled_events: Entries[str] = Field(min_length=1)
    metadata: Metadata | None = None
    url: str


class UpdateEndpoint(Parameters):
    """The API version stays what it was made with."""

    description: str | None = None
    disabled: bool | None = None
    enabled_events: Entries[str] | None = None
    metadata: Metadata | Unset | None = None
    url: str | None = None


def create(call: Call[CreateEndpoint]) -> Json:
    """The only answer that shows the secret."""
    stripe, asked = call.stripe, call.parameters
    if asked.api_version is not None and not is_version(asked.api_version):
        raise invalid(f"Invalid API version: {asked.api_version}", "api_version")
    _check_url(asked.url)
    if len(stripe.store.all(WebhookEndpoint)) >= ENDPOINT_LIMIT:
        raise invalid(f"You have reached the maximum of {ENDPOINT_LIMIT} test webhook endpoints.")
    entry = WebhookEndpoint(
        **stripe.facts(WebhookEndpoint),
        api_version=asked.api_version,
        description=asked.description,
        enabled_events=asked.enabled_events,
        metadata=asked.metadata or {},
        secret=new_id("whsec_"),
        url=asked.url,
    )
    stripe.store.add(entry)
    return {**stripe.view(entry), "secret": entry.secret}


def _check_url(url: str) -> None:
    """In test mode http is allowed, live only https."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise invalid(
            "Invalid URL: An explicit scheme (such as https) must be provided.", "url", "url_invalid"
        )


def update(call: Call[UpdateEndpoint]) -> StripeObject:
    entry, asked = call.stripe.store.find(WebhookEndpoint, call.id), call.parameters
    if asked.url is not None:
        _check_url(asked.url)
        entry.url = asked.url
    if asked.disabled is not None:
        entry.status = "disabled" if asked.disabled else "enabled"
    if asked.enabled_events is not None:
        entry.enabled_events = asked.enabled_events
    if asked.description is not None:
        entry.description = asked.description or None
    entry.metadata = merge_metadata(entry.metadata, asked.metadata)
    return entry


def retrieve(call: Call[Parameters]) -> StripeObject:
    return call.stripe.store.find(WebhookEndpoint, call.id)


def list_all(call: Call[ListParameters]) -> Json:
    return page(call.stripe, call.stripe.store.all(WebhookEndpoint), call.parameters, "/v1/webhook_endpoints")


def delete(call: Call[Parameters]) -> Json:
    entry = call.stripe.store.find(WebhookEndpoint, call.id)
    call.stripe.store.remove(entry)
    return {"id": entry.id, "object": "webhook_endpoint", "deleted": True}


routes = [
    endpoint("webhook_endpoints.create", CreateEndpoint, create),
    endpoint("webhook_endpoints.list", ListParameters, list_all),
    endpoint("webhook_endpoints.retrieve", Parameters, retrieve),
    endpoint("webhook_endpoints.update", UpdateEndpoint, update),
    endpoint("webhook_endpoints.delete", Parameters, delete),
]
