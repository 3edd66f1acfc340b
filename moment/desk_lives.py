"""Three learners on a new desk, whose threads give a coach something to do: they live by what the product does, as anybody
at the chat page would, and can be answered as there."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from footage.library import draw_once
from footage.script import ClipRecipe
from jobs.leases import park
from knowledge_base import consent_talk, phrasebook, plan_talk
from models.media import Media, MediaState
from models.session import CookingSession
from models.user import SubscriptionStatus, User
from moment.resources import Resources
from pipeline.outcomes import FETCH_VIDEO, give_up
from settings import ProviderChoice
from simulator.http.client import wait_until
from simulator.line.client import Desk, Learner, Thread
from simulator.stripe.client import StripeDesk

COOKS, WORRIED, UNLUCKY = "はるか", "みさき", "けんた"
WORRY = "油がはねて、やけどをしました。水ぶくれができて、すごく痛いです。もう料理するのが怖いです。"
DISH = "fried-rice"
CLIP = ClipRecipe(DISH, "smoke", seconds=10.0, size=(360, 640))  # drawn in seconds, once
FAULT = "the desk's LINE did not hand over the video"
STEP_SECONDS = 120.0
COOK_SECONDS = 900.0

T = TypeVar("T")


@dataclass(frozen=True)
class Lives:
    """`stripe_url`: "" where the plan is sold by an account of somebody's own, at which nobody pays here."""

    resources: Resources
    desk: Desk
    stripe_url: str

    def begin(self) -> bool:
        """Until all three are as a coach finds them; False where there are learners already, or each call of a model
        would be paid for."""
        if self.resources.settings.providers is not ProviderChoice.OFFLINE or self._has_learners():
            return False
        self._worry(self._arrived(WORRIED))
        clip = draw_once(CLIP, self.resources.settings.cache_dir.expanduser() / "samples")
        self._fail(self._arrived(UNLUCKY), clip)
        self._cook(self._arrived(COOKS), clip)
        return True

    def _has_learners(self) -> bool:
        with self.resources.database.transaction() as db:
            return db.exec(select(User.id).limit(1)).first() is not None

    def _arrived(self, name: str) -> Learner:
        learner = self.desk.learner(name)
        learner.follow()
        learner.wait_for(_dish_button, STEP_SECONDS, what="the dishes")
        return learner

    def _worry(self, learner: Learner) -> None:
        """What is done about a burn is said at once; that they are afraid waits for a person."""
        learner.text(WORRY)

    def _fail(self, learner: Learner, clip: Path) -> None:
        """They have paid, and their video is given up as after hours of trying; a coach's retry finds it."""
        self._pay(learner)
        self._pick(learner)
        self._agree(learner)
        self.desk.fault("content", status=500)
        try:
            learner.video(clip)
            wait_until(lambda: self._given_up(learner), bool, STEP_SECONDS, lambda _: "the video's row")
        finally:
            self.desk.clear_faults()

    def _cook(self, learner: Learner, clip: Path) -> None:
        """The first attempt is coached, the second picked."""
        self._pick(learner)
        self._agree(learner)
        learner.video(clip)
        _wait_for_tap(learner, phrasebook.MEMO_SKIP_LABEL)
        learner.tap(phrasebook.MEMO_SKIP_LABEL)
        _wait_for(learner, lambda thread: thread.of_type("video"), "the coaching video", COOK_SECONDS)
        if self._pay(learner):
            self._pick(learner)

    def _pick(self, learner: Learner) -> None:
        before = len(learner.thread().bubbles)
        learner.postback(str(_wait_for(learner, _dish_button, "the dishes")))
        _wait_for(
            learner,
            lambda thread: any("回目ですね" in (b.text or "") for b in thread.bubbles[before:]),
            "the video's turn",
        )

    def _agree(self, learner: Learner) -> None:
        learner.postback("action=agree")
        learner.wait_for_text(consent_talk.NOTED, STEP_SECONDS)

    def _pay(self, learner: Learner) -> bool:
        """By the link of the chat, at Stripe's page."""
        if not self.stripe_url:
            return False
        learner.text(plan_talk.CARD_TITLE)
        _wait_for_tap(learner, plan_talk.START_LABEL)
        page = httpx.get(learner.tap(plan_talk.START_LABEL).uri or "", trust_env=False)
        with StripeDesk(self.stripe_url) as stripe:
            stripe.browse(page.headers["location"]).pay()
        _wait_for(learner, lambda _: self._is_paying(learner), "the plan")
        return True

    def _is_paying(self, learner: Learner) -> bool:
        with self.resources.database.transaction() as db:
            return _user(db, learner).subscription_status == SubscriptionStatus.ACTIVE

    def _given_up(self, learner: Learner) -> bool:
        """As the intake does it. False while the video is not here yet, or somebody is at it."""
        with self.resources.database.transaction() as db:
            owed = Media.user_id == _user(db, learner).id, Media.state == MediaState.OWED
            media = db.exec(select(Media).where(*owed, col(Media.session_id).is_not(None))).first()
            if media is None:
                return False
            session = db.get_one(CookingSession, media.session_id, with_for_update=True)
            lease = self.resources.leases.claim(db, Media, media.id, early=True)
            if lease is None:
                return False
            park(db, lease, FAULT)
            db.refresh(media)
            give_up(db, session, FETCH_VIDEO, FAULT)
            return True


def _user(db: DbSession, learner: Learner) -> User:
    return db.exec(select(User).where(User.line_user_id == learner.user_id)).one()


def _wait_for(
    learner: Learner, condition: Callable[[Thread], T], what: str, seconds: float = STEP_SECONDS
) -> T:
    return learner.wait_for(condition, seconds, what=what)


def _wait_for_tap(learner: Learner, label: str) -> None:
    _wait_for(learner, lambda thread: label in thread.labels(), f"the tap {label}")


def _dish_button(thread: Thread) -> str | None:
    buttons = (str(action.get("data", "")) for action in thread.tappable())
    return next((data for data in buttons if f"slug={DISH}" in data), None)
