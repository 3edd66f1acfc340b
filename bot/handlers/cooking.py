"""The cook itself: its video, its memo, its ratings, in any order."""

from collections.abc import Mapping

from sqlmodel import Session as DbSession

from bot.handlers.clips import join_clip
from bot.handlers.questions import think_about
from bot.router import Context, Router, Thinking, action, asks, says
from bot.say.bubbles import Say, say, text_bubble
from bot.say.steps import Steps, ask_memo, ask_rating, error_words, open_taps
from knowledge_base import clip_talk, phrasebook
from line.events import LineEvent
from models.chat import RoomType
from models.coaching import RatingAspect
from models.rules.next_step import BEFORE_TEXT, UNDER_WAY, Ask, missing_rating, next_step
from models.session import CookingSession
from models.user import User
from services import cooking, files, questions
from services.thread import Origin

router = Router()

VIDEOS = RoomType.COOKING_VIDEOS


@router.on("message.video")
def video(
    event: LineEvent, origin: Origin, db: DbSession, user: User, session: CookingSession | None, steps: Steps
) -> Say:
    if event.external_content:
        return say(text_bubble(phrasebook.VIDEO_FROM_ELSEWHERE), room=VIDEOS)
    step = next_step(session)
    has_clip = session is not None and step.ask in UNDER_WAY
    try:
        clip = cooking.take_video(db, user, session, origin)
    except cooking.VideoAlready as error:
        asked = steps.ask_next(session)
        return say(text_bubble(error_words(error)), *asked.bubbles, quick=asked.quick, room=VIDEOS)
    if has_clip:
        return join_clip(clip, session, steps)
    if session is None or clip.session_id is None:
        is_late = step.ask is Ask.WAIT_FOR_VIDEO
        asked = steps.ask_dish(lead=clip_talk.LATE_CLIP if is_late else phrasebook.WHICH_DISH_VIDEO)
        return say(*asked.bubbles, quick=asked.quick, room=VIDEOS, topic=asked.topic)
    bubbles, taps = steps.acknowledge_video(session)
    return say(*bubbles, quick=taps, room=VIDEOS)


@router.on("message.audio")
def memo(
    event: LineEvent, origin: Origin, db: DbSession, user: User, session: CookingSession | None, steps: Steps
) -> Say | Thinking:
    if event.external_content:
        return say(text_bubble(phrasebook.MEMO_FROM_ELSEWHERE))
    try:
        cooking.take_memo(db, user, session, origin)
    except cooking.MemoTooLate:
        return think_about(lambda: questions.ask_by_voice(db, user, session, origin), user, session)
    if session is None:
        return steps.ask_dish(lead=phrasebook.WHICH_DISH_MEMO).say_after()
    return _go_on(steps, session, phrasebook.MEMO_RECEIVED)


@router.on("message.file")
def file(origin: Origin, db: DbSession, user: User, session: CookingSession | None) -> Say:
    """Nothing is asked yet: it may be what would be asked for."""
    files.take_file(db, user, session, origin)
    return say(text_bubble(phrasebook.FILE_RECEIVED), quick=open_taps(session, user))


@router.on("postback", where=[action("skip_memo", session_id=int)])
def skip_memo(session_id: int, db: DbSession, session: CookingSession | None, steps: Steps) -> Say:
    if session is None or session.id != session_id:
        return _go_on(steps, session, phrasebook.OLD_BUTTON)
    try:
        cooking.skip_memo(db, session)
    except cooking.NothingToSkip as error:
        return _go_on(steps, session, error_words(error))
    return _go_on(steps, session, phrasebook.MEMO_SKIPPED)


@router.on("message.text", where=[says("スキップ", phrasebook.MEMO_SKIP_LABEL), asks(Ask.MEMO)])
def skip_memo_by_word(db: DbSession, session: CookingSession, steps: Steps) -> Say:
    cooking.skip_memo(db, session)
    return _go_on(steps, session, phrasebook.MEMO_SKIPPED)


@router.on("postback", where=[action("voice")])
def open_voice(session: CookingSession | None, steps: Steps) -> Say:
    """LINE opens the recorder itself, but not on every client: say where it is."""
    if session is None or next_step(session).ask not in BEFORE_TEXT:
        return _go_on(steps, session, phrasebook.OLD_BUTTON)
    return say(text_bubble(phrasebook.SPEAK_NOW), quick=ask_memo(session).quick)


@router.on("message.text", where=[asks(Ask.MEMO)])
def write_memo(
    event: LineEvent, origin: Origin, db: DbSession, user: User, session: CookingSession, steps: Steps
) -> Say | Thinking:
    """Written instead of spoken."""
    try:
        cooking.write_memo(db, user, session, event.text, origin)
    except cooking.MemoTooLate:
        return think_about(lambda: questions.ask(db, user, session, event.text, origin), user, session)
    return _go_on(steps, session, phrasebook.MEMO_TEXT_RECEIVED)


@router.on("postback", where=[action("rate", session_id=int, aspect=RatingAspect, value=int)])
def rate(
    session_id: int,
    aspect: RatingAspect,
    value: int,
    db: DbSession,
    session: CookingSession | None,
    steps: Steps,
) -> Say:
    if session is None or session.id != session_id:
        return _go_on(steps, session, phrasebook.RATING_CLOSED)
    return _rate(db, session, steps, aspect, value)


def one_to_five(context: Context) -> bool | Mapping[str, object]:
    digit = context.event.text.strip().translate(str.maketrans("１２３４５", "12345"))
    return {"value": int(digit)} if digit in {"1", "2", "3", "4", "5"} else False


def rating_is_missing(context: Context) -> bool | Mapping[str, object]:
    """Asked for before the text, and once more with it."""
    if context.session is None or context.step.ask not in (Ask.RATING, Ask.WAIT_FOR_VIDEO, Ask.COOK_AGAIN):
        return False
    aspect = missing_rating(context.session)
    return {"aspect": aspect} if aspect else False


@router.on("message.text", where=[one_to_five, rating_is_missing])
def write_rating(
    value: int, aspect: RatingAspect, db: DbSession, session: CookingSession, steps: Steps
) -> Say:
    return _rate(db, session, steps, aspect, value)


def _rate(db: DbSession, session: CookingSession, steps: Steps, aspect: RatingAspect, value: int) -> Say:
    try:
        cooking.rate(db, session, aspect, value)
    except cooking.RatingClosed as error:
        return _go_on(steps, session, error_words(error))
    missing = missing_rating(session)
    words = phrasebook.RATINGS_COMPLETE if missing is None else phrasebook.rating_received(aspect, value)
    if next_step(session).ask in BEFORE_TEXT:
        return _go_on(steps, session, words)
    if missing is None:
        return say(text_bubble(words), quick=open_taps(session, steps.user))
    return ask_rating(session, missing).say_after(text_bubble(words))


def _go_on(steps: Steps, session: CookingSession | None, words: str) -> Say:
    return steps.ask_next(session).say_after(text_bubble(words))
