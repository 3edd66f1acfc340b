"""The desk: the platform's moods — faults, quota, clock, and how webhooks come."""

from dataclasses import asdict
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Field

from simulator.behaviour import Order, WebhookBehaviour
from simulator.desk import DeskBody, WebhooksOf
from simulator.faults import Fault
from simulator.requests import PlatformOf
from simulator.state import Json, Quota
from simulator.webhooks import Outcome

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


class ClockBody(DeskBody):
    advance_seconds: float = Field(ge=0)


@router.post("/webhooks")
async def post_webhook(
    platform: PlatformOf, webhooks: WebhooksOf, body: EventsBody, channel: str | None = None
) -> Json:
    outcome = await webhooks.post(platform.channel(channel), body.events)
    return _shown(outcome)


@router.post("/redeliver")
async def redeliver(webhooks: WebhooksOf, body: Redelivery) -> Json:
    outcomes = await webhooks.redeliver(body.webhook_event_id, body.times)
    return {"results": [_shown(outcome) for outcome in outcomes]}


@router.post("/webhook-behaviour")
async def set_behaviour(platform: PlatformOf, body: Behaviour) -> Json:
    given = body.model_dump(exclude_none=True)
    platform.behaviour = WebhookBehaviour(**(asdict(platform.behaviour) | given))
    return asdict(platform.behaviour)


@router.post("/release")
async def release(webhooks: WebhooksOf, body: Release) -> Json:
    """Sends what is held; holding itself goes on until webhook-behaviour ends it."""
    return {"released": webhooks.release(body.order)}


@router.post("/faults")
async def add_fault(platform: PlatformOf, body: Fault) -> Json:
    return {"id": platform.faults.add(body)}


@router.delete("/faults")
async def clear_faults(platform: PlatformOf) -> Json:
    platform.faults.clear()
    return {}


@router.post("/quota")
async def set_quota(platform: PlatformOf, body: QuotaBody, channel: str | None = None) -> Json:
    """For one channel, or for all when none is named."""
    chosen = [platform.channel(channel)] if channel else list(platform.channels.values())
    for entry in chosen:
        entry.quota = Quota(body.value if body.type == "limited" else None, body.used)
    return body.model_dump()


@router.post("/account")
async def set_account(platform: PlatformOf, body: AccountBody, channel: str | None = None) -> Json:
    chosen = platform.channel(channel)
    for name, value in body.model_dump(exclude_none=True).items():
        setattr(chosen, name, value)
    return {"webhook_url": chosen.webhook_url, "webhook_active": chosen.webhook_active, "chat": chosen.chat}


@router.post("/clock")
async def advance_clock(platform: PlatformOf, body: ClockBody) -> Json:
    platform.clock.offset_ms += round(body.advance_seconds * 1000)
    return {"now": platform.clock.now_ms()}


def _shown(outcome: Outcome) -> Json:
    return {"status": outcome.status, "duration_ms": outcome.duration_ms, "error": outcome.error}
