"""The desk: groups and rooms — who is in, and inviting the account. What is said in one is a learner's act in it."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from simulator.http.desk import DeskBody
from simulator.http.errors import DeskError
from simulator.line import group_events
from simulator.line.desk_views import item_views
from simulator.line.groups import Group, GroupKind
from simulator.line.requests import PlatformOf, WebhooksOf
from simulator.line.state import Json, Platform

router = APIRouter(prefix="/desk/groups")


class NewGroup(DeskBody):
    kind: GroupKind = "group"
    name: str = "料理の会"
    members: list[str] = Field(min_length=1)


class Members(DeskBody):
    members: list[str] = Field(min_length=1)


def group_of_path(gid: str, platform: PlatformOf) -> Group:
    return platform.group(gid)


GroupOf = Annotated[Group, Depends(group_of_path)]


@router.post("")
async def add_group(platform: PlatformOf, body: NewGroup) -> Json:
    members = [platform.learner(user_id).user_id for user_id in dict.fromkeys(body.members)]
    return _view(platform.add_group(body.kind, body.name, members))


@router.get("/{gid}")
async def group(group: GroupOf) -> Json:
    return _view(group)


@router.get("/{gid}/thread")
async def thread(group: GroupOf) -> Json:
    return {"items": item_views(group.thread)}


@router.post("/{gid}/invite")
async def invite(
    group: GroupOf, platform: PlatformOf, webhooks: WebhooksOf, channel: str | None = None
) -> Json:
    account = platform.channel(channel)
    if group.account is not None:
        raise DeskError(400, "an account is in it already, and there is only ever one")
    if not account.joins_groups:
        raise DeskError(400, "the account may not join group chats")
    return {"webhook_event_id": group_events.join(webhooks, group, account)}


@router.post("/{gid}/remove-account")
async def remove_account(group: GroupOf, webhooks: WebhooksOf) -> Json:
    if group.account is None:
        raise DeskError(400, "no account is in it")
    return {"webhook_event_id": group_events.leave(webhooks, group)}


@router.post("/{gid}/join")
async def join(group: GroupOf, platform: PlatformOf, webhooks: WebhooksOf, body: Members) -> Json:
    members = [platform.learner(user_id).user_id for user_id in body.members]
    if set(members) & set(group.members):
        raise DeskError(400, "who is to join is in it already")
    group.members += members
    event = {"type": "memberJoined", "joined": {"members": _sources(platform, members)}}
    return {"webhook_event_id": group_events.tell(webhooks, group, event)}


@router.post("/{gid}/leave")
async def leave(group: GroupOf, platform: PlatformOf, webhooks: WebhooksOf, body: Members) -> Json:
    if not set(body.members) <= set(group.members):
        raise DeskError(400, "who is to leave is not in it")
    group.members = [user_id for user_id in group.members if user_id not in body.members]
    event = {"type": "memberLeft", "left": {"members": _sources(platform, body.members)}}
    return {"webhook_event_id": group_events.tell(webhooks, group, event, replyable=False)}


def _sources(platform: Platform, members: list[str]) -> list[Json]:
    return [platform.learner(user_id).source() for user_id in members]


def _view(group: Group) -> Json:
    return {
        "group_id": group.id,
        "kind": group.kind,
        "name": group.name,
        "members": group.members,
        "account": group.account,
    }
