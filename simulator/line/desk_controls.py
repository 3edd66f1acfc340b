"""The desk: the platform's moods — quota, the consoles' switches, and how webhooks come."""

import secrets
from dataclasses import asdict
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Field

from simulator.http.desk import DeskBody
from simulator.line.behaviour import Order, WebhookBehaviour
from simulator.line.requests import PlatformOf, WebhooksOf
from simulator.line.state import Json, Quota
from simulator.line.webhooks import Outcome

router = APIRouter(prefix="/desk")


class EventsBody(DeskBody):
    events: list[dict[str, Any]]


class Redelivery(DeskBody):
    webhook_event_id: str
    times: int = Field(1, ge=1, le=100)


class Behaviour(DeskBody):
    """What is left out stays as it is."""

    redelivery: bool | None = None
    duplicates: int | None = Field(None, ge=0, le=100)
    hold: bool | None = None


class Release(DeskBody):
    order: Order = "fifo"


class QuotaBody(DeskBody):
    type: Literal["limited", "none"]
    value: int = Field(0, ge=0)
    used: int = Field(0, ge=0)


class AccountBody(DeskBody):
    """The consoles' switches of one channel; what is left out stays as it is. A `webhook_url` of "" unsets it."""

    webhook_url: str | None = None
    webhook_active: bool | None = None
    chat: bool | None = None
    joins_groups: bool | None = None


@router.post("/webhooks")
async def post_webhook(
    platform: PlatformOf, webhooks: WebhooksOf, body: EventsBody, channel: str | None = None
) -> Json:
    outcome = await webhooks.post(platform.channel(channel), body.events)
    return _view(outcome)


@router.post("/redeliver")
async def redeliver(webhooks: WebhooksOf, body: Redelivery) -> Json:
    outcomes = await webhooks.redeliver(body.webhook_event_id, body.times)
    return {"results": [_view(outcome) for outcome in outcomes]}


@router.post("/webhook-behaviour")
async def set_behaviour(platform: PlatformOf, body: Behaviour) -> Json:
    changes = body.model_dump(exclude_none=True)
    platform.behaviour = WebhookBehaviour(**(asdict(platform.behaviour) | changes))
    return asdict(platform.behaviour)


@router.post("/release")
async def release(webhooks: WebhooksOf, body: Release) -> Json:
    """Sends what is held; holding itself goes on until webhook-behaviour ends it."""
    return {"released": webhooks.release(body.order)}


@router.post("/quota")
async def set_quota(platform: PlatformOf, body: QuotaBody, channel: str | None = None) -> Json:
    """For one channel, or for all when none is named."""
    channels = [platform.channel(channel)] if channel else list(platform.channels.values())
    for entry in channels:
        entry.quota = Quota(body.value if body.type == "limited" else None, body.used)
    return body.model_dump()


@router.post("/account")
async def set_account(platform: PlatformOf, body: AccountBody, channel: str | None = None) -> Json:
    account = platform.channel(channel)
    for name, value in body.model_dump(exclude_none=True).items():
        setattr(account, name, value)
    return {
        "webhook_url": account.webhook_url,
        "webhook_active": account.webhook_active,
        "chat": account.chat,
        "joins_groups": account.joins_groups,
    }


@router.post("/channel-secret")
async def reissue_secret(platform: PlatformOf, channel: str | None = None) -> Json:
    """LINE docs: Verify webhook signature, Reissue channel secret: the one before is invalid at once."""
    account = platform.channel(channel)
    secret = secrets.token_hex(16)
    account.config = account.config.model_copy(update={"channel_secret": secret})
    return {"channel_secret": secret}


def _view(outcome: Outcome) -> Json:
    return {"status": outcome.status, "duration_ms": outcome.duration_ms, "error": outcome.error}
