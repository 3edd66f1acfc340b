"""Steps that many conversations share."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from knowledge_base import phrasebook
from models.chat import ChatRoom, Message, MessageType
from models.inbox import InboxEvent
from models.media import Media
from models.session import CookingSession
from models.user import User
from moment.resources import open_resources
from simulator.line.client import Bubble, Learner, SentMessage, Thread
from tests import quick_providers
from tests.system import WAIT, System, pick


def answers(learner: Learner, act: Callable[[], object]) -> list[Bubble]:
    """What the bot says next after the act: the bubbles of one reply or push, oldest first."""
    before = len(learner.thread().from_bot)
    act()
    return learner.wait_for(lambda t: t.from_bot[before:], WAIT, what="an answer")


def replies(learner: Learner, act: Callable[[], object]) -> list[Bubble]:
    """As `answers`, but free: what came by the reply token of the act. A push may come meanwhile."""
    before = len(learner.thread().from_bot)
    act()
    return learner.wait_for(
        lambda t: [bubble for bubble in t.from_bot[before:] if bubble.via == "reply"], WAIT, what="a reply"
    )


def words(bubbles: list[Bubble]) -> str:
    return "\n".join(bubble.text or bubble.alt_text or "" for bubble in bubbles)


def wait_for_words(learner: Learner, text: str) -> Bubble:
    return learner.wait_for_text(text, WAIT)


def tap(learner: Learner, label: str) -> list[Bubble]:
    """Waits for the tap to be offered, and taps it."""
    learner.wait_for(lambda t: label in t.labels(), WAIT, what=f"the tap {label}")
    return replies(learner, lambda: learner.tap(label))


def send_video(learner: Learner, clip: Path) -> SentMessage:
    """The dish is picked already; waits for the acknowledgement."""
    message = learner.video(clip)
    wait_for_words(learner, "動画を受け取りました")
    return message


def skip_and_rate(learner: Learner, value: int = 4) -> None:
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    rate_all(learner, value)


def rate_all(learner: Learner, value: int = 4) -> None:
    """Until all are given: a text that arrives in between asks again for what was just answered."""
    while phrasebook.RATINGS_COMPLETE not in words(tap(learner, phrasebook.RATING_LABELS[value - 1])):
        pass


def cook(learner: Learner, clip: Path, slug: str = "fried-rice") -> Bubble:
    """From the dish to the coaching text, without memo and ratings; returns the coaching card."""
    before = len(learner.thread().of_type("flex"))
    pick(learner, slug)
    send_video(learner, clip)
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    return card_of(learner, before)


def card_of(learner: Learner, before: int = 0) -> Bubble:
    """The coaching card, once it is there among the cards after the first `before`."""

    def cards(thread: Thread) -> list[Bubble]:
        return [
            bubble for bubble in thread.of_type("flex")[before:] if phrasebook.CARD_PROBLEM in bubble.text
        ]

    return learner.wait_for(cards, WAIT, what="the coaching card")[0]


def session_once(
    system: System, learner: Learner, is_so: Callable[[CookingSession], object]
) -> CookingSession:
    """The learner's latest session once this is true of it."""

    def latest(_: object) -> list[CookingSession]:
        return [session for session in system.sessions(learner)[-1:] if is_so(session)]

    return learner.wait_for(latest, WAIT, what="the session's state")[0]


def handled_event(system: System, learner: Learner, message: SentMessage) -> InboxEvent:
    """The event's row once somebody has dealt with it."""

    def rows(_: object) -> Sequence[InboxEvent]:
        with system.database.transaction() as db:
            mine = select(InboxEvent).where(InboxEvent.event_id == message.webhook_event_id)
            return db.exec(mine.where(col(InboxEvent.handled_at).is_not(None))).all()

    return learner.wait_for(rows, WAIT, what="the event to be handled")[0]


def message_once(
    system: System,
    learner: Learner,
    kind: MessageType,
    is_so: Callable[[Message], object] = lambda message: True,
) -> Message:
    """The learner's newest message of this kind, once this is true of it."""

    def newest(_: object) -> list[Message]:
        with system.database.transaction() as db:
            mine = (
                select(Message)
                .join(ChatRoom, col(Message.chat_room_id) == col(ChatRoom.id))
                .join(User, col(ChatRoom.user_id) == col(User.id))
                .where(User.line_user_id == learner.user_id, Message.kind == kind)
                .order_by(col(Message.id).desc())
            )
            return [message for message in db.exec(mine.limit(1)) if is_so(message)]

    return learner.wait_for(newest, WAIT, what=f"the message {kind}")[0]


def push_keys(system: System, learner: Learner) -> list[str]:
    """The retry keys of every push tried for this learner, in order."""
    return [
        crossing.headers["x-line-retry-key"]
        for crossing in system.desk.log(path="/v2/bot/message/push")
        if crossing.request["to"] == learner.user_id
    ]


@contextmanager
def command(system: System) -> Iterator[DbSession]:
    """A transaction like that of an operator's command: what it makes due is woken when it commits."""
    with open_resources(system.settings, quick_providers.build) as resources:
        _ = resources.queue
        with resources.database.transaction() as db:
            yield db


def media_of(system: System, message: SentMessage) -> Media:
    """The row of a clip or recording that the bot has taken in."""
    with system.database.transaction() as db:
        return db.exec(select(Media).where(Media.line_message_id == message.message_id)).one()


def object_key_of(system: System, message: SentMessage) -> str:
    """Where the store has it, or had it."""
    return media_of(system, message).object_key


def media_once(
    system: System, learner: Learner, message: SentMessage, is_so: Callable[[Media], object]
) -> Media:
    """The row of a clip or recording once it is there and this is true of it."""

    def rows(_: object) -> list[Media]:
        with system.database.transaction() as db:
            mine = db.exec(select(Media).where(Media.line_message_id == message.message_id))
            return [media for media in mine if is_so(media)]

    return learner.wait_for(rows, WAIT, what="the state of the media row")[0]


def content_requests(system: System, message: SentMessage) -> list[int | None]:
    """How LINE answered each time its content was asked for."""
    return [crossing.status for crossing in system.desk.log(path=f"/{message.message_id}/content")]


def object_names(system: System) -> list[str]:
    """Every file in the object store, finished or not."""
    return sorted(str(p.relative_to(system.objects)) for p in system.objects.rglob("*") if p.is_file())


def wait_until_gone(system: System, learner: Learner, object_key: str) -> None:
    """Waits until the row says that our copies are purged, and neither the object nor its view is there."""
    stem = object_key.rpartition(".")[0]

    def is_gone(_: object) -> bool:
        with system.database.transaction() as db:
            row = db.exec(select(Media).where(Media.object_key == object_key)).one()
        return row.purged_at is not None and not [name for name in object_names(system) if stem in name]

    learner.wait_for(is_gone, WAIT, what="our copies to go")


def event(learner: Learner, **values: object) -> dict[str, object]:
    """An event as LINE would post it, without a reply token."""
    return {
        "type": "message",
        "mode": "active",
        "timestamp": 1_790_000_000_000,
        "source": {"type": "user", "userId": learner.user_id},
        "webhookEventId": uuid4().hex,
        "deliveryContext": {"isRedelivery": False},
        **values,
    }


def post(learner: Learner, **values: object) -> SentMessage:
    """As LINE would; what the learner did has no bubble."""
    body = event(learner, **values)
    assert learner.desk.webhooks([body]).status == 200
    return SentMessage(str(body["webhookEventId"]))
