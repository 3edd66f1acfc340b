"""What the account in a group hears of it (LINE docs: Join event, Leave event, Member join event, Member leave event)."""

from simulator.line.groups import Group
from simulator.line.state import Channel, Json
from simulator.line.webhooks import Webhooks


def tell(
    webhooks: Webhooks, group: Group, specific: Json, *, user_id: str | None = None, replyable: bool = True
) -> str | None:
    """Sends an event of the group and returns its webhookEventId; None while no account is in it."""
    if group.account is None:
        return None
    if group.owes_join:
        group.owes_join = False
        tell(webhooks, group, {"type": "join"})
    channel = webhooks.platform.channel(group.account)
    return webhooks.emit(channel, group.id, group.source(user_id), specific, replyable=replyable)


def join(webhooks: Webhooks, group: Group, channel: Channel) -> str | None:
    """A group tells of it at once, a room with its next event."""
    group.thread.channel = channel.name
    if group.kind == "room":
        group.owes_join = True
        return None
    return tell(webhooks, group, {"type": "join"})


def leave(webhooks: Webhooks, group: Group) -> str | None:
    """Whether the account goes itself or is removed; this is the last it hears."""
    group.owes_join = False
    event_id = tell(webhooks, group, {"type": "leave"}, replyable=False)
    group.thread.channel = ""
    return event_id
