"""The desk: events beside messages and taps, each with what all events have (LINE docs: Webhook Event Objects)."""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Field

from simulator.http.desk import DeskBody
from simulator.http.errors import DeskError
from simulator.line import identifiers
from simulator.line.chats import ChatOf, OneToOne
from simulator.line.learner_messages import NonEmptyText, TextMessage
from simulator.line.requests import PlatformOf, WebhooksOf
from simulator.line.state import Json

router = APIRouter(prefix="/desk")


class Edit(DeskBody):
    message_id: str
    text: NonEmptyText


class Beacon(DeskBody):
    hwid: str = Field(pattern=r"^[0-9a-f]{10}$")
    type: Literal["enter", "banner", "stay"]
    dm: str | None = None


class AccountLink(DeskBody):
    nonce: str = Field(min_length=10, max_length=255)
    result: Literal["ok", "failed"]


class Membership(DeskBody):
    type: Literal["joined", "left", "renewed"]
    membership_id: int


class OtherEvent(DeskBody):
    """What the event has of its own, its `type` first of all; given here, it also replaces what all events have."""

    event: dict[str, Any]
    replyable: bool = False


@router.post("/learners/{uid}/edit")
async def edit(chat: ChatOf, body: Edit) -> Json:
    """Only a text in a group can be edited. It keeps its id, and either of its quote tokens quotes it.

    Emojis and mentions LINE tells "only in the message event".
    """
    item = chat.thread.item(body.message_id)
    if chat.group is None:
        raise DeskError(400, "messages are edited in groups only")
    if item is None or item.user_id != chat.learner.user_id or item.message["type"] != "text":
        raise DeskError(404, "the learner sent no such text")
    content = TextMessage(type="text", text=body.text).content()
    item.message = {"type": "text", **content}
    item.former_quote_tokens.append(str(item.quote_token))
    item.quote_token = identifiers.opaque_token()
    chat.thread.seq += 1
    chat.platform.changes.publish(chat.thread, "message")
    message = {"type": "text", "id": item.id, "quoteToken": item.quote_token, **content}
    return {
        "message_id": item.id,
        "webhook_event_id": chat.emit({"type": "messageEdited", "message": message}),
    }


@router.post("/learners/{uid}/beacon")
async def beacon(chat: OneToOne, body: Beacon) -> Json:
    event = {"type": "beacon", "beacon": body.model_dump(exclude_none=True)}
    return {"webhook_event_id": chat.emit(event)}


@router.post("/learners/{uid}/account-link")
async def account_link(chat: OneToOne, body: AccountLink) -> Json:
    """A failed one names nobody and can't be answered."""
    event = {"type": "accountLink", "link": body.model_dump()}
    if body.result == "ok":
        return {"webhook_event_id": chat.emit(event)}
    event_id = chat.webhooks.emit(chat.channel, chat.learner.user_id, None, event, replyable=False)
    return {"webhook_event_id": event_id}


@router.post("/learners/{uid}/membership")
async def membership(chat: OneToOne, body: Membership) -> Json:
    """None is sent of who shares no profile."""
    if not chat.learner.shares_profile:
        return {"webhook_event_id": None}
    fact = {"type": body.type, "membershipId": body.membership_id}
    return {"webhook_event_id": chat.emit({"type": "membership", "membership": fact})}


@router.post("/learners/{uid}/event")
async def learners_event(chat: ChatOf, body: OtherEvent) -> Json:
    _check_type(body)
    return {"webhook_event_id": chat.emit(body.event, replyable=body.replyable)}


@router.post("/event")
async def channels_event(
    platform: PlatformOf, webhooks: WebhooksOf, body: OtherEvent, channel: str | None = None
) -> Json:
    """One that has no learner as its source, such as `botSuspended` or `delivery`."""
    _check_type(body)
    account = platform.channel(channel)
    bot = account.config.bot_user_id
    return {"webhook_event_id": webhooks.emit(account, bot, None, body.event, replyable=False)}


def _check_type(body: OtherEvent) -> None:
    if not isinstance(body.event.get("type"), str):
        raise DeskError(400, "an event has a type")
