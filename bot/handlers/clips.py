"""A second clip, and more: whether they are of the cook that is under way."""

from collections.abc import Mapping

from sqlmodel import Session as DbSession

from bot.router import Context, Router, action
from bot.say.bubbles import Say, postback, quick, say, text_bubble
from bot.say.steps import Steps, error_words
from knowledge_base import clip_talk
from models.chat import RoomType
from models.media import Media
from models.rules.next_step import Ask, next_step
from models.session import CookingSession
from models.user import User
from services import cooking
from services.thread import last_said

router = Router()

VIDEOS = RoomType.COOKING_VIDEOS


def join_clip(clip: Media, session: CookingSession | None, steps: Steps) -> Say:
    """It has been taken: said as which, or asked whose it is."""
    if session is None or clip.session_id is None:
        return say(text_bubble(clip_talk.SAME_COOK_ASK), quick=_answers(clip), room=VIDEOS)
    return _joined(clip, session, steps)


def answers_in_words(context: Context) -> bool | Mapping[str, object]:
    """Right after they were asked: 「はい」 is no memo then, and agrees to nothing else."""
    answer = clip_talk.same_cook(context.event.text)
    if answer is None:
        return False
    said = last_said(context.db, context.user.id)
    clip = cooking.clip_in_doubt(context.db, context.user)
    if said is None or clip_talk.SAME_COOK_ASK not in said.text or clip is None:
        return False
    return {"clip_id": clip.id, "is_same": answer}


@router.on("message.text", where=[answers_in_words])
def take_words(
    clip_id: int, is_same: bool, db: DbSession, user: User, session: CookingSession | None, steps: Steps
) -> Say:
    if is_same:
        return same_cook(clip_id, db, user, session, steps)
    return other_cook(session, steps)


@router.on("postback", where=[action("join_clip", clip_id=int)])
def same_cook(clip_id: int, db: DbSession, user: User, session: CookingSession | None, steps: Steps) -> Say:
    try:
        is_joined = cooking.join_clip(db, user, session, clip_id)
    except cooking.ClipTooLate as error:
        return steps.ask_next(session).say_after(text_bubble(error_words(error)))
    if session is None or not is_joined:
        return steps.ask_next(session).say_after(text_bubble(clip_talk.CLIP_GONE))
    return _joined(db.get_one(Media, clip_id), session, steps)


@router.on("postback", where=[action("other_cook", clip_id=int)])
def other_cook(session: CookingSession | None, steps: Steps) -> Say:
    """It is kept as it is, until a dish is chosen."""
    return steps.ask_next(session).say_after(text_bubble(clip_talk.KEPT_APART))


def _joined(clip: Media, session: CookingSession, steps: Steps) -> Say:
    words = text_bubble(clip_talk.clip_joined(clip.position))
    step = steps.ask_next(session)
    bubbles = () if next_step(session).ask is Ask.WAIT_FOR_TEXT else step.bubbles
    return say(words, *bubbles, quick=step.quick, room=VIDEOS)


def _answers(clip: Media) -> tuple[dict[str, object], ...]:
    same = postback(clip_talk.SAME_COOK_LABEL, action="join_clip", clip_id=clip.id)
    other = postback(clip_talk.OTHER_COOK_LABEL, action="other_cook", clip_id=clip.id)
    return (quick(same), quick(other))
