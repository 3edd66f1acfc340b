"""All the platform knows, in memory: channels, learners, threads, tokens and the clock."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal

from simulator.http.double import Double
from simulator.http.errors import DeskError
from simulator.line import identifiers
from simulator.line.behaviour import WebhookBehaviour
from simulator.line.changes import Changes
from simulator.line.config import ChannelConfig, LineConfig, Person
from simulator.line.faults import Fault
from simulator.line.groups import Group, GroupKind
from simulator.line.id_tokens import IdTokens
from simulator.line.liff import Liff
from simulator.line.log import Crossing
from simulator.line.login_codes import LoginCodes
from simulator.line.rate_limits import RateLimits

Json = dict[str, Any]
Via = Literal["reply", "push"]

REPLY_TOKEN_LIFE_MS = 60_000  # LINE docs: Send reply message
REPLY_TOKEN_REDELIVERY_LIMIT_MS = 20 * 60_000  # LINE docs: reply token of a redelivered webhook
NON_FRIEND_PUSH_WINDOW_MS = 7 * 24 * 3_600_000  # LINE docs: Conditions for sending push messages
JAPAN = timezone(timedelta(hours=9))
PICTURE_COLORS = ("#e57373", "#64b5f6", "#81c784", "#ffb74d", "#ba68c8", "#4db6ac", "#f06292", "#7986cb")


def japan_date(at_ms: int) -> str:
    """A day of UTC+9, by which LINE counts."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(JAPAN).strftime("%Y%m%d")


@dataclass
class Media:
    """A learner's file and how the content endpoints are to behave for it. Sizes in bytes, durations in ms."""

    kind: Literal["video", "audio", "image", "file"]
    path: Path
    content_type: str
    size: int
    file_name: str | None = None
    duration_ms: int | None = None
    preparing: int = 0
    cut_at: int | None = None
    slow_bytes_per_second: int | None = None
    gone: bool = False
    missing: bool = False
    transcoding_fails: bool = False


@dataclass
class ThreadItem:
    """One bubble. `message` is LINE's message object as it was sent, `user_id` the learner who sent it."""

    id: str
    seq: int
    author: Literal["learner", "bot"]
    at_ms: int
    message: Json
    quote_token: str | None = None
    former_quote_tokens: list[str] = field(default_factory=list)  # from before it was edited
    quoted_id: str | None = None
    via: Via | None = None
    media: Media | None = None
    user_id: str | None = None
    channel: str = ""
    chat_id: str = ""

    def is_quoted_by(self, token: object) -> bool:
        return token is not None and token in (self.quote_token, *self.former_quote_tokens)


@dataclass
class Thread:
    """A chat with one official account, with what LINE keeps about it.

    `chat_id` is the userId of the learner, or the id of the group that they all are in.
    """

    channel: str
    chat_id: str
    items: list[ThreadItem] = field(default_factory=list)
    friend: bool = False
    blocks_account: bool = False
    last_contact_ms: int | None = None
    loading_until_ms: int | None = None
    read_up_to: str | None = None
    rich_menu_id: str | None = None
    seq: int = 0

    def item(self, message_id: str) -> ThreadItem | None:
        return next((item for item in self.items if item.id == message_id), None)

    def reachable(self, now_ms: int) -> bool:
        """Whether a push arrives (LINE docs: Conditions for sending push messages)."""
        if self.blocks_account:
            return False
        recent = (
            self.last_contact_ms is not None and now_ms - self.last_contact_ms <= NON_FRIEND_PUSH_WINDOW_MS
        )
        return self.friend or recent


@dataclass
class Learner:
    """Who never used LINE on iOS or Android never agreed to share the profile (LINE docs: Consent on getting user
    profile information)."""

    user_id: str
    display_name: str
    picture_color: str
    shares_profile: bool = True

    def source(self) -> Json:
        """As a source user object. LINE shows no example of one without a userId; its OpenAPI requires the type only."""
        return {"type": "user", "userId": self.user_id} if self.shares_profile else {"type": "user"}


@dataclass
class ReplyToken:
    chat_id: str
    event_at_ms: int
    expires_at_ms: int | None = None  # starts with the delivery, not with the event
    is_valid: bool = True  # until it is used


@dataclass
class Quota:
    """The month's pushes. `limit` None means unlimited."""

    limit: int | None = None
    usage: int = 0


@dataclass(frozen=True)
class AcceptedRequest:
    """What a retry key stands for once LINE took the request."""

    request_id: str
    at_ms: int
    sent_messages: list[Json] | None


@dataclass
class RichMenu:
    id: str
    definition: Json
    image: bytes | None = None
    image_type: str | None = None


@dataclass
class Channel:
    config: ChannelConfig
    webhook_url: str  # "" while none is set
    webhook_active: bool = True  # the console's "Use webhook"
    joins_groups: bool = True  # the console's "Allow bot to join group chats", which LINE has off at first
    chat: bool = False  # the Official Account Manager's "Chat"
    threads: dict[str, Thread] = field(default_factory=dict)
    quota: Quota = field(default_factory=Quota)
    reply_tokens: dict[str, ReplyToken] = field(default_factory=dict)
    mark_as_read_tokens: dict[str, ThreadItem] = field(default_factory=dict)
    retry_keys: dict[str, AcceptedRequest] = field(default_factory=dict)
    stateless_tokens: dict[str, int] = field(default_factory=dict)
    rich_menus: dict[str, RichMenu] = field(default_factory=dict)
    rich_menu_aliases: dict[str, str] = field(default_factory=dict)
    default_rich_menu_id: str | None = None
    deliveries: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.config.name

    @property
    def takes_webhooks(self) -> bool:
        return self.webhook_active and self.webhook_url != ""

    def count_delivery(self, kind: str, at_ms: int, messages: int) -> None:
        day = kind, japan_date(at_ms)
        self.deliveries[day] = self.deliveries.get(day, 0) + messages


class Platform(Double[Crossing, Fault]):
    """The one object that LINE's API and the desk work on."""

    def __init__(self, config: LineConfig) -> None:
        super().__init__()
        self.config = config
        self.channels = {c.name: Channel(c, c.webhook_url) for c in config.channels}
        self.learners: dict[str, Learner] = {}
        self.groups: dict[str, Group] = {}
        self.items: dict[str, ThreadItem] = {}
        self.rate_limits = RateLimits()
        self.behaviour = WebhookBehaviour()
        self.changes = Changes()
        self.id_tokens = IdTokens(config.login_channel_id, config.login_channel_secret)
        self.login_channel_tokens: dict[str, int] = {}  # stateless ones, with the ms at which they end
        self.login_codes = LoginCodes()
        self.liff = Liff({app.liff_id: app for app in config.liff_apps}, self.id_tokens)
        for person in config.friends:
            self._add_friend(person)

    def channel(self, name: str | None) -> Channel:
        """The named channel, else the configuration's first. Raises DeskError 404 when unknown."""
        if name is None:
            return next(iter(self.channels.values()))
        if name not in self.channels:
            raise DeskError(404, f"no channel {name}")
        return self.channels[name]

    def learner(self, user_id: str) -> Learner:
        if user_id not in self.learners:
            raise DeskError(404, "no such learner")
        return self.learners[user_id]

    def add_learner(self, display_name: str | None, *, shares_profile: bool = True) -> Learner:
        return self._add_learner(identifiers.user_id(), display_name, shares_profile=shares_profile)

    def _add_friend(self, person: Person) -> None:
        learner = self._add_learner(person.user_id, person.display_name)
        for channel in self.channels.values():
            self.thread(channel, learner.user_id).friend = True

    def _add_learner(self, user_id: str, display_name: str | None, *, shares_profile: bool = True) -> Learner:
        number = len(self.learners)
        learner = Learner(
            user_id,
            display_name or f"生徒{number + 1}",
            PICTURE_COLORS[number % len(PICTURE_COLORS)],
            shares_profile,
        )
        self.learners[learner.user_id] = learner
        return learner

    def add_group(self, kind: GroupKind, name: str, members: list[str]) -> Group:
        chat_id = identifiers.group_id(kind)
        self.groups[chat_id] = Group(chat_id, kind, name, members, Thread("", chat_id))
        return self.groups[chat_id]

    def group(self, chat_id: str) -> Group:
        if chat_id not in self.groups:
            raise DeskError(404, "no such group")
        return self.groups[chat_id]

    def group_of(self, channel: Channel, chat_id: object) -> Group | None:
        """The group with this id, if the channel's account is in it."""
        group = self.groups.get(str(chat_id))
        return group if group and group.account == channel.name else None

    def thread(self, channel: Channel, user_id: str) -> Thread:
        """The one-to-one chat."""
        return channel.threads.setdefault(user_id, Thread(channel.name, user_id))

    def threads_of(self, user_id: str) -> Iterator[tuple[Channel, Thread]]:
        for channel in self.channels.values():
            yield channel, self.thread(channel, user_id)

    def add_item(self, thread: Thread, item: ThreadItem) -> ThreadItem:
        """Puts a bubble into the chat; any newer bubble ends the loading animation if it is the bot's."""
        thread.seq += 1
        item.seq = thread.seq
        item.channel, item.chat_id = thread.channel, thread.chat_id
        thread.items.append(item)
        self.items[item.id] = item
        if item.author == "bot":
            thread.loading_until_ms = None
        self.changes.publish(thread, "message")
        return item

    def new_reply_token(self, channel: Channel, chat_id: str, event_at_ms: int) -> str:
        token = identifiers.reply_token()
        channel.reply_tokens[token] = ReplyToken(chat_id, event_at_ms)
        return token

    def start_reply_token(self, channel: Channel, token: str | None) -> None:
        """A delivery gives the token its minute, also a redelivery within 20 minutes of the event."""
        reply_token = channel.reply_tokens.get(token) if token else None
        now = self.clock.now_ms()
        if reply_token and now - reply_token.event_at_ms <= REPLY_TOKEN_REDELIVERY_LIMIT_MS:
            reply_token.expires_at_ms = now + REPLY_TOKEN_LIFE_MS
