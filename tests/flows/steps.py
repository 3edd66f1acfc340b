"""Steps that many conversations share."""

from collections.abc import Callable, Sequence
from pathlib import Path

from sqlmodel import col, select

from knowledge_base import copy
from models.chat import ChatRoom, Message, MessageType
from models.coaching import RatingAspect
from models.database import transaction
from models.inbox import InboxEvent
from models.session import CookingSession
from models.user import User
from simulator.client import Bubble, Learner, Sent, Thread
from tests.system import WAIT, System, pick


def answers(learner: Learner, act: Callable[[], object]) -> list[Bubble]:
    """What the bot says next after the act: the bubbles of one reply or push, oldest first."""
    seen = len(learner.thread().from_bot)
    act()
    return learner.wait_for(lambda t: t.from_bot[seen:], WAIT, what="an answer")


def replies(learner: Learner, act: Callable[[], object]) -> list[Bubble]:
    """As `answers`, but free: what came by the reply token of the act. A push may come meanwhile."""
    seen = len(learner.thread().from_bot)
    act()
    return learner.wait_for(
        lambda t: [bubble for bubble in t.from_bot[seen:] if bubble.via == "reply"], WAIT, what="a reply"
    )


def words(bubbles: list[Bubble]) -> str:
    return "\n".join(bubble.text or bubble.alt_text or "" for bubble in bubbles)


def said(learner: Learner, text: str) -> Bubble:
    return learner.wait_for_text(text, WAIT)


def tap(learner: Learner, label: str) -> list[Bubble]:
    """Waits for the tap to be offered, and taps it."""
    learner.wait_for(lambda t: label in t.labels(), WAIT, what=f"the tap {label}")
    return replies(learner, lambda: learner.tap(label))


def send_video(learner: Learner, clip: Path) -> Sent:
    """The dish is picked already; waits for the acknowledgement."""
    sent = learner.video(clip)
    said(learner, "動画を受け取りました")
    return sent


def skip_and_rate(learner: Learner, value: int = 4) -> None:
    tap(learner, copy.MEMO_SKIP_LABEL)
    for _ in RatingAspect:
        tap(learner, copy.RATING_LABELS[value - 1])


def cook(learner: Learner, clip: Path, slug: str = "fried-rice") -> Bubble:
    """From the dish to the coaching text, without memo and ratings; returns the coaching card."""
    before = len(learner.thread().of_type("flex"))
    pick(learner, slug)
    send_video(learner, clip)
    tap(learner, copy.MEMO_SKIP_LABEL)
    return card_of(learner, before)


def card_of(learner: Learner, before: int = 0) -> Bubble:
    """The coaching card, once it is there among the cards after the first `before`."""

    def cards(thread: Thread) -> list[Bubble]:
        return [bubble for bubble in thread.of_type("flex")[before:] if copy.CARD_PROBLEM in bubble.text]

    return learner.wait_for(cards, WAIT, what="the coaching card")[0]


def until(system: System, learner: Learner, reached: Callable[[CookingSession], object]) -> CookingSession:
    """The learner's latest session once this is true of it."""

    def latest(_: object) -> list[CookingSession]:
        return [session for session in system.sessions(learner)[-1:] if reached(session)]

    return learner.wait_for(latest, WAIT, what="the session's state")[0]


def handled(learner: Learner, sent: Sent) -> InboxEvent:
    """The event's row once somebody has dealt with it."""

    def rows(_: object) -> Sequence[InboxEvent]:
        with transaction() as db:
            mine = select(InboxEvent).where(InboxEvent.event_id == sent.webhook_event_id)
            return db.exec(mine.where(col(InboxEvent.handled_at).is_not(None))).all()

    return learner.wait_for(rows, WAIT, what="the event to be handled")[0]


def owed(
    learner: Learner, kind: MessageType, reached: Callable[[Message], object] = lambda message: True
) -> Message:
    """The learner's newest message of this kind, once this is true of it."""

    def newest(_: object) -> list[Message]:
        with transaction() as db:
            mine = (
                select(Message)
                .join(ChatRoom, col(Message.chat_room_id) == col(ChatRoom.id))
                .join(User, col(ChatRoom.user_id) == col(User.id))
                .where(User.line_user_id == learner.user_id, col(Message.meta)["type"].astext == kind)
                .order_by(col(Message.id).desc())
            )
            return [message for message in db.exec(mine.limit(1)) if reached(message)]

    return learner.wait_for(newest, WAIT, what=f"the message {kind}")[0]


def pushed_to(system: System, learner: Learner) -> list[str]:
    """The retry keys of every push tried for this learner, in order."""
    return [
        crossing.headers["x-line-retry-key"]
        for crossing in system.desk.log(path="/v2/bot/message/push")
        if crossing.request["to"] == learner.user_id
    ]


def stored(system: System) -> list[str]:
    """Every file in the object store, finished or not."""
    return sorted(str(p.relative_to(system.objects)) for p in system.objects.rglob("*") if p.is_file())


def gone(system: System, learner: Learner, name: str | None) -> None:
    """Waits until no object is named so."""
    learner.wait_for(
        lambda _: not [path for path in stored(system) if str(name) in path], WAIT, what="our copies to go"
    )
