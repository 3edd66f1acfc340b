"""Steps that many conversations share."""

from collections.abc import Callable
from pathlib import Path

from sqlmodel import Session as DbSession
from sqlmodel import select

from knowledge_base import copy
from models.coaching import RatingAspect
from models.database import engine
from models.inbox import InboxEvent
from models.session import CookingSession
from simulator.client import Bubble, Learner, Sent
from tests.system import WAIT, System, pick


def answers(learner: Learner, act: Callable[[], object]) -> list[Bubble]:
    """What the bot says next after the act: the bubbles of one reply or push, oldest first."""
    seen = len(learner.thread().from_bot)
    act()
    return learner.wait_for(lambda t: t.from_bot[seen:], WAIT, what="an answer")


def replies(learner: Learner, act: Callable[[], object]) -> list[Bubble]:
    """As `answers`, and free: by the reply token of the act."""
    bubbles = answers(learner, act)
    assert {bubble.via for bubble in bubbles} == {"reply"}
    return bubbles


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
    return learner.wait_for(
        lambda t: next((b for b in t.of_type("flex")[before:] if copy.CARD_PROBLEM in b.text), None),
        WAIT,
        what="the coaching card",
    )


def until(system: System, learner: Learner, reached: Callable[[CookingSession], object]) -> CookingSession:
    """The learner's latest session once this is true of it."""

    def check(_: object) -> CookingSession | None:
        session = system.session(learner)
        return session if reached(session) else None

    return learner.wait_for(check, WAIT, what="the session's state")


def inbox(event_id: str | None) -> InboxEvent:
    with DbSession(engine()) as db:
        return db.exec(select(InboxEvent).where(InboxEvent.event_id == event_id)).one()


def handled(learner: Learner, sent: Sent) -> InboxEvent:
    """The event's row once somebody has dealt with it."""
    return learner.wait_for(
        lambda _: row if (row := inbox_or_none(sent.webhook_event_id)) and row.handled_at else None,
        WAIT,
        what="the event to be handled",
    )


def inbox_or_none(event_id: str | None) -> InboxEvent | None:
    with DbSession(engine()) as db:
        return db.exec(select(InboxEvent).where(InboxEvent.event_id == event_id)).first()


def pushes(system: System) -> int:
    return len(system.desk.log(path="/v2/bot/message/push"))


def pushed_to(system: System, learner: Learner) -> list[str]:
    """The retry keys of every push tried for this learner, in order."""
    return [
        crossing.headers["x-line-retry-key"]
        for crossing in system.desk.log(path="/v2/bot/message/push")
        if crossing.request["to"] == learner.user_id
    ]
