"""The cook itself: its video, its memo, its ratings, in any order."""

from collections.abc import Mapping
from datetime import datetime
from mimetypes import guess_type

from sqlmodel import Session as DbSession

from bot.events import LineEvent
from bot.received import keep_for_later, note
from bot.router import Context, Filter, Router, action, asked, says
from bot.say.bubbles import Say, say, text_bubble
from bot.say.prompts import (
    ask_memo,
    ask_rating,
    choose_dish,
    prompt_for,
    question_taps,
    video_taken,
)
from knowledge_base import copy
from models.chat import MessageType, RoomType
from models.coaching import RatingAspect
from models.rules.next_step import Ask, NextStep, has_memo, missing_rating, next_step
from models.session import CookingSession
from models.user import User
from pipeline.advance import advance, takes_memo
from pipeline.endings import forget_memo
from pipeline.queue import Job, enqueue

router = Router()

BEFORE_TEXT = (Ask.VIDEO, Ask.MEMO, Ask.RATING, Ask.WAIT_FOR_TEXT)


def named_like(kind: str, *, unknown: bool = False) -> Filter:
    """A file whose name says video or audio. What it truly is, its content tells once it is here."""

    def accepts(context: Context) -> bool:
        guessed = guess_type(context.event.file_name)[0]
        return unknown if guessed is None else guessed.startswith(f"{kind}/")

    return accepts


@router.on("message.video")
@router.on("message.file", where=[named_like("video", unknown=True)])
def video(
    event: LineEvent, db: DbSession, user: User, session: CookingSession | None, step: NextStep, now: datetime
) -> Say:
    room = RoomType.COOKING_VIDEOS
    if event.external_content:
        return say(text_bubble(copy.VIDEO_FROM_ELSEWHERE), room=room)
    if session is not None and step.ask is Ask.VIDEO:
        note(db, user, event, MessageType.VIDEO, session=session, room=room)
        return _take_video(event, db, user, session, now)
    if session is not None and step.ask in BEFORE_TEXT:
        note(db, user, event, MessageType.OTHER, session=session, room=room)
        prompt = prompt_for(db, user, session, now)
        return say(text_bubble(copy.VIDEO_ALREADY), *prompt.bubbles, quick=prompt.quick, room=room)
    keep_for_later(db, note(db, user, event, MessageType.VIDEO, room=room))
    prompt = choose_dish(db, user, now, lead=copy.WHICH_DISH_VIDEO)
    return say(*prompt.bubbles, quick=prompt.quick, room=room)


def _take_video(event: LineEvent, db: DbSession, user: User, session: CookingSession, now: datetime) -> Say:
    session.video_message_id = event.message_id
    session.video_channel = event.channel
    session.video_received_at = now
    db.add(session)
    db.flush()
    advance(db, session)
    return video_taken(db, user, session, now)


@router.on("message.audio")
@router.on("message.file", where=[named_like("audio")])
def memo(
    event: LineEvent, db: DbSession, user: User, session: CookingSession | None, step: NextStep, now: datetime
) -> Say | None:
    if event.external_content:
        return say(text_bubble(copy.MEMO_FROM_ELSEWHERE))
    if session is None:
        keep_for_later(db, note(db, user, event, MessageType.AUDIO))
        prompt = choose_dish(db, user, now, lead=copy.WHICH_DISH_MEMO)
        return say(*prompt.bubbles, quick=prompt.quick)
    if step.ask not in BEFORE_TEXT or not takes_memo(db, session):
        _as_question(event, db, user, session)
        return None
    note(db, user, event, MessageType.AUDIO, session=session)
    if has_memo(session):
        forget_memo(db, session)
    session.memo_message_id = event.message_id
    session.memo_channel = event.channel
    session.memo_skipped = False
    return _go_on(db, user, session, now, copy.MEMO_RECEIVED)


def _as_question(event: LineEvent, db: DbSession, user: User, session: CookingSession) -> None:
    """Too late for the coaching it is a question; the answer, by a job of its own, is the reply."""
    question = note(db, user, event, MessageType.QUESTION, session=session)
    enqueue(db, Job.ANSWER, question.id or 0)


@router.on("postback", where=[action("skip_memo", session_id=int)])
def skip_memo(
    session_id: int, db: DbSession, user: User, session: CookingSession | None, now: datetime
) -> Say:
    if session is None or session.id != session_id or has_memo(session):
        return _old_button(db, user, session, now)
    if next_step(session).ask not in BEFORE_TEXT:
        return _old_button(db, user, session, now)
    return skip_memo_by_word(db=db, user=user, session=session, now=now)


@router.on("message.text", where=[says("スキップ", copy.MEMO_SKIP_LABEL), asked(Ask.MEMO)])
def skip_memo_by_word(db: DbSession, user: User, session: CookingSession, now: datetime) -> Say:
    session.memo_skipped = True
    return _go_on(db, user, session, now, copy.MEMO_SKIPPED)


@router.on("postback", where=[action("voice")])
def open_voice(db: DbSession, user: User, session: CookingSession | None, now: datetime) -> Say:
    """LINE opens the recorder itself, but not on every client: say where it is."""
    if session is None or next_step(session).ask not in BEFORE_TEXT:
        return _old_button(db, user, session, now)
    return say(text_bubble(copy.SPEAK_NOW), quick=ask_memo(session).quick)


@router.on("message.text", where=[asked(Ask.MEMO)])
def typed_memo(
    event: LineEvent, db: DbSession, user: User, session: CookingSession, now: datetime
) -> Say | None:
    """Written instead of spoken: the words are the transcript."""
    if not takes_memo(db, session):
        _as_question(event, db, user, session)
        return None
    note(db, user, event, MessageType.TEXT, session=session)
    session.voice_transcript = event.text
    return _go_on(db, user, session, now, copy.MEMO_TEXT_RECEIVED)


@router.on("postback", where=[action("rate", session_id=int, aspect=RatingAspect, value=int)])
def rate(
    session_id: int,
    aspect: RatingAspect,
    value: int,
    db: DbSession,
    user: User,
    session: CookingSession | None,
    now: datetime,
) -> Say:
    if session is None or session.id != session_id:
        return _old_button(db, user, session, now, copy.RATING_CLOSED)
    return _rate(db, user, session, aspect, value, now)


def one_to_five(context: Context) -> bool | Mapping[str, object]:
    digit = context.event.text.strip().translate(str.maketrans("１２３４５", "12345"))
    return {"value": int(digit)} if digit in {"1", "2", "3", "4", "5"} else False


def rating_missing(context: Context) -> bool | Mapping[str, object]:
    """Asked for before the text, and once more with it."""
    if context.session is None or context.step.ask not in (Ask.RATING, Ask.WAIT_FOR_VIDEO, Ask.COOK_AGAIN):
        return False
    aspect = missing_rating(context.session)
    return {"aspect": aspect} if aspect else False


@router.on("message.text", where=[one_to_five, rating_missing])
def typed_rating(
    value: int, aspect: RatingAspect, db: DbSession, user: User, session: CookingSession, now: datetime
) -> Say:
    return _rate(db, user, session, aspect, value, now)


def _rate(
    db: DbSession, user: User, session: CookingSession, aspect: RatingAspect, value: int, now: datetime
) -> Say:
    if value not in range(1, 6) or not _takes_rating(session, aspect):
        return _old_button(db, user, session, now, copy.RATING_CLOSED)
    session.self_ratings = {**session.self_ratings, aspect: value}
    missing = missing_rating(session)
    words = copy.RATINGS_COMPLETE if missing is None else copy.rating_received(aspect, value)
    if next_step(session).ask in BEFORE_TEXT:
        return _go_on(db, user, session, now, words)
    db.add(session)
    if missing is None:
        return say(text_bubble(words), quick=question_taps(session))
    prompt = ask_rating(session, missing)
    return say(text_bubble(words), *prompt.bubbles, quick=prompt.quick)


def _takes_rating(session: CookingSession, aspect: RatingAspect) -> bool:
    """Until the text a rating may be changed; after it, only those still missing are taken."""
    return next_step(session).ask in BEFORE_TEXT or aspect not in session.self_ratings


def _go_on(db: DbSession, user: User, session: CookingSession, now: datetime, words: str) -> Say:
    db.add(session)
    db.flush()
    advance(db, session)
    prompt = prompt_for(db, user, session, now)
    return say(text_bubble(words), *prompt.bubbles, quick=prompt.quick)


def _old_button(
    db: DbSession, user: User, session: CookingSession | None, now: datetime, words: str = copy.OLD_BUTTON
) -> Say:
    prompt = prompt_for(db, user, session, now)
    return say(text_bubble(words), *prompt.bubbles, quick=prompt.quick)
