"""Stripe's webhook: verify, store, answer. What an event means is asked of Stripe later (Stripe docs: Webhooks)."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr
from starlette.types import Receive, Scope, Send

from jobs.sieve import parse
from logs.context import carried_ids
from logs.logger import get_logger
from models.inbox import UNREADABLE, EventSource
from payments.signature import SignatureRefused, verify
from services.plan.hints import inbox_row
from webhooks.delivery import DeliveryRefused, answer, read_body
from webhooks.inbox import InboxWriter

log = get_logger(__name__)


@dataclass
class StripeWebhook:
    """A plain ASGI endpoint. `secrets`: any of them may have signed; without one there is no such door."""

    inbox: InboxWriter
    secrets: Sequence[SecretStr]
    max_bytes: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """200 once the event is committed; 401 unsigned, wrongly signed or at another time, 404 no secret is set,
        408 too slow, 413 too large, 400 not Stripe's shape."""
        await answer(EventSource.STRIPE, self._take(scope, receive), send)

    async def _take(self, scope: Scope, receive: Receive) -> None:
        secrets = [secret.get_secret_value() for secret in self.secrets]
        if not any(secrets):
            raise DeliveryRefused(404)
        headers = dict(scope["headers"])
        body = await read_body(headers, receive, self.max_bytes)
        try:
            verify(body, headers.get(b"stripe-signature", b""), secrets, time.time())
        except SignatureRefused as refusal:
            log.warning("wrong signature", source=EventSource.STRIPE, problem=str(refusal))
            raise DeliveryRefused(401) from refusal
        row = inbox_row(_event(body)) | {"request_id": carried_ids().get("request_id", "")}
        await self.inbox.add([row])
        if row["outcome"] == UNREADABLE:
            log.warning("event unreadable", source=EventSource.STRIPE)


def _event(body: bytes) -> Mapping[str, Any]:
    """Raises 400 for what is no JSON object."""
    try:
        event = parse(body)
    except ValueError as error:
        raise DeliveryRefused(400) from error
    if not isinstance(event, dict):
        raise DeliveryRefused(400)
    return event
