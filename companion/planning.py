"""What is known before the cook, from the learner's rows and the dish's guide."""

from collections.abc import Sequence

from sqlmodel import Session as DbSession

from companion.plan import CallPlan, Cue, Moment
from knowledge_base import companion_talk
from knowledge_base.catalogue import load
from knowledge_base.content import DishGuide
from knowledge_base.foods import avoided_by, foods_of
from knowledge_base.profile import Profile, read_profile
from models.coaching import OpenSkill
from models.dish import Dish
from models.rules.history import attempts_before
from models.session import CookingSession
from models.user import User
from pipeline.asked import asked_before
from pipeline.checks.diet import recommended
from pipeline.providers.ports import Asked
from pipeline.stage import LearnerPast
from services.names import called_aloud
from services.record import state_of


def plan_call(db: DbSession, user: User, cook: CookingSession | None) -> CallPlan:
    """`cook` is the one that is planned; None where anything is cooked."""
    profile, name = read_profile(user.learner_profile), called_aloud(user)
    guide = load().dishes.get(db.get_one(Dish, cook.dish_id).slug) if cook is not None else None
    if cook is None or guide is None:  # taught no more
        return CallPlan(name, companion_talk.open_greeting(name), profile=profile)
    number = cook.session_number
    asked = asked_before(_past(db, user, cook), guide, number)
    focus = guide.attempts[number - 1]
    aim = companion_talk.to_try(asked.action) if asked is not None else focus
    return CallPlan(
        first_name=name,
        greeting=f"{companion_talk.greeting(name, guide.name_ja, number)}{aim}",
        dish=guide,
        focus=focus,
        practised=asked.action if asked is not None else "",
        moments=[each for each in _moments(guide, asked, focus) if not _names_avoided(each, guide, profile)],
        profile=profile,
    )


def _past(db: DbSession, user: User, cook: CookingSession) -> LearnerPast:
    skill = state_of(db, user.id).open_skill
    return LearnerPast(
        sessions=(),
        days_since_last=None,
        attempts=attempts_before(db, cook),
        open_skill=OpenSkill.model_validate(skill) if skill else None,
    )


def _moments(guide: DishGuide, asked: Asked | None, focus: str) -> Sequence[Moment]:
    """Three words in a cook: when to begin, the one thing to try, and when to stop."""
    action = asked.action if asked is not None else focus
    return (
        Moment(sought=guide.start_cue, words=guide.start_cue),
        Moment(sought=companion_talk.sought_for(action), words=action, cue=Cue.SIZZLE),
        Moment(sought=guide.stop_cue, words=guide.stop_cue, cue=Cue.QUIET),
    )


def _names_avoided(moment: Moment, guide: DishGuide, profile: Profile) -> bool:
    """What they cook with is theirs to choose; nothing else that they avoid is put into their ear."""
    avoided = avoided_by(profile).besides(foods_of(guide, usual=False))
    return bool(recommended(moment.words, avoided))
