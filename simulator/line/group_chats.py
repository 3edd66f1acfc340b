"""Groups and rooms for the bot: what it may know of them, and leaving (LINE docs: Group chats, Multi-person chats)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from simulator.line import group_events
from simulator.line.errors import LineError, not_found
from simulator.line.groups import Group
from simulator.line.identifiers import is_group_id, is_user_id
from simulator.line.requests import Caller, PlatformOf, WebhooksOf
from simulator.line.state import Json

router = APIRouter(prefix="/v2/bot")


def known_group(request: Request, chat_id: str, platform: PlatformOf, _channel: Caller) -> Group:
    """The group or room of the path. Raises LineError 400 for an id of a wrong form, 404 for an unknown one."""
    kind = request.url.path.split("/")[3]
    if not is_group_id(chat_id, kind):
        raise LineError(400, f"The value for the '{kind}Id' parameter is invalid")
    if chat_id not in platform.groups:
        raise not_found()
    return platform.groups[chat_id]


KnownGroup = Annotated[Group, Depends(known_group)]


def joined_group(group: KnownGroup, channel: Caller) -> Group:
    """Raises LineError 404 where the account isn't in it, too."""
    if group.account != channel.name:
        raise not_found()
    return group


JoinedGroup = Annotated[Group, Depends(joined_group)]


@router.get("/group/{chat_id}/summary")
async def summary(group: JoinedGroup) -> Json:
    return {"groupId": group.id, "groupName": group.name}


@router.get("/group/{chat_id}/members/count")
@router.get("/room/{chat_id}/members/count")
async def count(group: JoinedGroup) -> Json:
    return {"count": len(group.members)}


@router.get("/group/{chat_id}/members/ids")
@router.get("/room/{chat_id}/members/ids")
async def member_ids(_group: JoinedGroup) -> Json:
    """For verified accounts only, which the desk's are not."""
    raise LineError(403, "Access to this API is not available for your account")


@router.get("/group/{chat_id}/member/{user_id}")
@router.get("/room/{chat_id}/member/{user_id}")
async def member(group: JoinedGroup, user_id: str, platform: PlatformOf) -> Json:
    """Also of who is no friend, or has blocked the account."""
    if not is_user_id(user_id):
        raise LineError(400, "The value for the 'userId' parameter is invalid")
    if user_id not in group.members or not platform.learners[user_id].shares_profile:
        raise not_found()
    return {"userId": user_id, "displayName": platform.learners[user_id].display_name}


@router.post("/group/{chat_id}/leave")
async def leave_group(group: JoinedGroup, webhooks: WebhooksOf) -> Json:
    group_events.leave(webhooks, group)
    return {}


@router.post("/room/{chat_id}/leave")
async def leave_room(group: KnownGroup, channel: Caller, webhooks: WebhooksOf) -> Json:
    """200 also for a room the account isn't in."""
    if group.account == channel.name:
        group_events.leave(webhooks, group)
    return {}
