"""All that a coach looks at of one cook: what was sent, what the AI made of it stage by stage, what coaches say of that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.dish import Dish
from models.session import CookingSession, StageName, StageRun
from models.user import User
from services.coaches import Asker, learner_seen
from services.sessions import own_session
from services.verdicts import Given, verdicts_of

_ORDER = {name.value: place for place, name in enumerate(StageName)}


@dataclass(frozen=True)
class CookReview:
    """`runs` are in the order of the graph; `before` is the attempt at this dish before this one; `verdicts` are by the
    finding's key."""

    learner: User
    session: CookingSession
    dish: Dish
    runs: Sequence[StageRun]
    before: CookingSession | None
    verdicts: Mapping[str, Sequence[Given]]


def read_review(db: DbSession, asker: Asker, user_id: int, session_id: int) -> CookReview:
    """Raises LearnerNotInSight, NoSuchSession."""
    learner = learner_seen(db, asker, user_id)
    session = own_session(db, user_id, session_id)
    runs = db.exec(select(StageRun).where(StageRun.session_id == session.id)).all()
    before = select(CookingSession).where(
        CookingSession.user_id == user_id,
        CookingSession.dish_id == session.dish_id,
        col(CookingSession.session_number) < session.session_number,
    )
    return CookReview(
        learner=learner,
        session=session,
        dish=db.get_one(Dish, session.dish_id),
        runs=sorted(runs, key=lambda run: _ORDER.get(run.stage, len(_ORDER))),
        before=db.exec(before.order_by(col(CookingSession.session_number).desc())).first(),
        verdicts=verdicts_of(db, session),
    )
