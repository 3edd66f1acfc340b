"""One learner in one chat, as the desk's acts name them: what is said there, and what the account hears of it."""

from typing import Annotated

from fastapi import Depends

from simulator.http.errors import DeskError
from simulator.line import identifiers
from simulator.line.group_events import tell
from simulator.line.groups import Group
from simulator.line.learner_messages import LearnerMessage, TextMessage
from simulator.line.requests import PlatformOf, WebhooksOf
from simulator.line.state import Channel, Json, Learner, Media, Platform, Thread, ThreadItem
from simulator.line.webhooks import Webhooks

_QUOTABLE_BY_BOT = frozenset({"text", "sticker", "image", "video"})  # LINE docs: Get quote tokens
# In a group LINE names the user in message events only, it says; its examples do so in these, too (LINE docs: Source
# group chat, Unsend event, Edit event). Whether its postbacks from a group name the user after all isn't known.
_NAMING = frozenset({"message", "unsend", "messageEdited"})


class Chat:
    """One learner in one chat: a channel's, as the path and `?channel=` name them, or a group's, of `?group=`."""

    def __init__(
        self,
        uid: str,
        platform: PlatformOf,
        webhooks: WebhooksOf,
        channel: str | None = None,
        group: str | None = None,
    ) -> None:
        self.platform: Platform = platform
        self.webhooks: Webhooks = webhooks
        self.learner: Learner = platform.learner(uid)
        self.group: Group | None = platform.group(group) if group else None
        if self.group and uid not in self.group.members:
            raise DeskError(400, "the learner isn't in this group")
        self.channel: Channel = platform.channel(self.group.account if self.group else channel)
        self.thread: Thread = self.group.thread if self.group else platform.thread(self.channel, uid)

    def emit(self, specific: Json, *, replyable: bool = True) -> str | None:
        """The event's id; None in a group without an account."""
        learner = self.learner
        if self.group is None:
            source = learner.source()
            return self.webhooks.emit(self.channel, learner.user_id, source, specific, replyable=replyable)
        is_named = specific["type"] in _NAMING and learner.shares_profile
        user_id = learner.user_id if is_named else None
        return tell(self.webhooks, self.group, specific, user_id=user_id, replyable=replyable)

    def require_open(self) -> None:
        """Nothing goes out to an account one has blocked."""
        if self.thread.blocks_account:
            raise DeskError(400, "the learner has blocked this account")

    def content(self, message: LearnerMessage) -> Json:
        """What the message says. Raises DeskError 400."""
        content = message.content()
        if isinstance(message, TextMessage) and message.mentions:
            content["mention"] = {"mentionees": self._mentionees(message)}
        return content

    def _mentionees(self, message: TextMessage) -> list[Json]:
        """Raises DeskError 400 outside of a group, 404 for who isn't in it."""
        if self.group is None:
            raise DeskError(400, "on the phone one mentions others in groups only")
        mentions = zip(message.mention_places(), message.mentions, strict=True)
        return [place | self._mentionee(self.group, mention.user_id) for place, mention in mentions]

    def _mentionee(self, group: Group, user_id: str | None) -> Json:
        if user_id is None:
            return {"type": "all"}
        if group.account and user_id == self.channel.config.bot_user_id:
            return {"type": "user", "userId": user_id, "isSelf": True}
        if user_id not in group.members:
            raise DeskError(404, "no such member to mention")
        return {**self.platform.learner(user_id).source(), "isSelf": False}

    def say(
        self,
        message: Json,
        *,
        message_id: str | None = None,
        quoted_id: str | None = None,
        media: Media | None = None,
    ) -> ThreadItem:
        """Puts the learner's own bubble into the thread."""
        self.thread.last_contact_ms = self.platform.clock.now_ms()
        item = ThreadItem(
            id=message_id or identifiers.message_id(),
            seq=0,
            author="learner",
            at_ms=self.platform.clock.now_ms(),
            message=message,
            quote_token=identifiers.opaque_token() if message["type"] in _QUOTABLE_BY_BOT else None,
            quoted_id=quoted_id,
            media=media,
            user_id=self.learner.user_id,
        )
        return self.platform.add_item(self.thread, item)

    def send(self, item: ThreadItem, specific: Json) -> Json:
        """Sends the message webhook of a bubble; `specific` is its message beyond id, type and tokens."""
        token = identifiers.opaque_token()
        self.channel.mark_as_read_tokens[token] = item
        message: Json = {"type": item.message["type"], "id": item.id, "markAsReadToken": token, **specific}
        if item.quote_token:
            message["quoteToken"] = item.quote_token
        if item.quoted_id:
            message["quotedMessageId"] = item.quoted_id
        return {"message_id": item.id, "webhook_event_id": self.emit({"type": "message", "message": message})}


ChatOf = Annotated[Chat, Depends(Chat)]


def one_to_one(chat: ChatOf) -> Chat:
    if chat.group is not None:
        raise DeskError(400, "not in a group")
    return chat


OneToOne = Annotated[Chat, Depends(one_to_one)]
