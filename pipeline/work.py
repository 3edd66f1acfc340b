"""What a stage is given and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session as DbSession
from sqlmodel import select

from knowledge_base.catalogue import load
from knowledge_base.content import DishGuide
from models.coaching import SessionSummary, StructuredInput, Usage
from models.database import transaction
from models.dish import Dish
from models.learner import LearnerState
from models.session import CookingSession
from models.user import User
from pipeline.providers.loading import providers
from pipeline.providers.ports import Providers


class VideoRejected(Exception):
    """This video can't be coached and no retry will change that: the attempt is not spent."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason  # a key of copy.VIDEO_REJECTED


class MemoRejected(Exception):
    """This memo can't be heard: the coaching goes on without it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason  # a key of copy.MEMO_REJECTED


@dataclass(frozen=True)
class Work:
    """The rows as they were when the stage began (detached), and what it may use."""

    session: CookingSession
    user: User
    guide: DishGuide
    learner: LearnerState
    providers: Providers
    folder: Path  # private, removed after the stage

    @property
    def session_id(self) -> int:
        assert self.session.id is not None  # noqa: S101 - loaded from the database
        return self.session.id

    @property
    def structured_input(self) -> StructuredInput:
        return StructuredInput.model_validate(self.session.structured_input)

    @property
    def past_sessions(self) -> list[SessionSummary]:
        return [SessionSummary.model_validate(entry) for entry in self.learner.session_summaries]


@dataclass(frozen=True)
class Yielded:
    """What the stage made: stored in the same transaction that marks it finished."""

    store: Callable[[DbSession, CookingSession], None]
    usage: Usage | None = None
    # When the run was overtaken: removes what it left outside the database, unless the session (None: gone), as
    # it is now, still wants that; for another runner of the same stage then has stored it too.
    discard: Callable[[CookingSession | None], None] | None = None


def load_work(session_id: int, folder: Path, *, fallback: bool = False) -> Work | None:
    """None when the session is gone. With `fallback` the models asked are those named for when the usual fail."""
    with transaction() as db:
        session = db.get(CookingSession, session_id)
        if session is None:
            return None
        user = db.get_one(User, session.user_id)
        dish = db.get_one(Dish, session.dish_id)
        learner = learner_state(db, session.user_id)
    return Work(session, user, load().dishes[dish.slug], learner, providers(fallback=fallback), folder)


def learner_state(db: DbSession, user_id: int) -> LearnerState:
    """The learner's state, made at first use."""
    db.execute(insert(LearnerState).values(user_id=user_id).on_conflict_do_nothing())
    # Locked: two sessions that finish at once must not lose each other's summaries.
    return db.exec(select(LearnerState).where(LearnerState.user_id == user_id).with_for_update()).one()
