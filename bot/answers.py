"""Answering a question: what was coached, what was said, what the principles say."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from bot.line import LineError, line_client
from knowledge_base import copy
from knowledge_base.catalogue import load
from models.base import utc_now
from models.chat import ChatRoom, Message, MessageType, RoomType, Sender
from models.coaching import CoachingText, ModelCall, RetrievedPrinciple, SessionSummary, VideoAnalysis
from models.database import transaction
from models.dish import Dish
from models.session import CookingSession
from models.user import User
from pipeline.guards import check_answer, checked
from pipeline.line.content import ContentGone, ContentTooLarge
from pipeline.objects import keep, memo_key
from pipeline.outbox import owe
from pipeline.providers import ledger
from pipeline.providers.loading import FALLBACK_FROM, local_file, providers, store
from pipeline.providers.ports import ProviderRefused, Providers, QuestionBrief, Turn, UnreadableAudio
from pipeline.queue import Job, enqueue
from pipeline.search import nearest, prepared
from pipeline.work import learner_state
from settings import settings

log = logging.getLogger(__name__)

HISTORY = 10  # messages
IN_HAND = timedelta(seconds=60)  # while one runner thinks, nobody else does
MAX_ATTEMPTS = 5
BACKOFF = timedelta(
    seconds=1
)  # four times longer with each try; the first still leaves the reply token alive


def answer(message_id: int) -> None:
    """Answers the question once; a failed try is made again, the last one apologises."""
    question = _claim(message_id)
    if question is None:
        return
    if question.attempts > MAX_ATTEMPTS:  # whoever made the last try died of it
        _owe_answer(question, copy.THINKING_FAILED, ())
        return
    _show_thinking(question)
    with ledger.kept() as calls:
        try:
            words = _heard(question)
            said = _think(question, words) if words else copy.VOICE_QUESTION_UNHEARD
        except ProviderRefused as error:
            # What was refused may quote the learner: nothing of it in the log.
            log.warning(
                "question %s: refused for %d reasons in attempt %s",
                message_id,
                len(error.violations),
                question.attempts,
            )
            said = ""
        except Exception:
            # The border of the answers: whatever a try died of, another is made, and the last one apologises.
            log.exception("question %s not answered in attempt %s", message_id, question.attempts)
            said = ""
    if not said and question.attempts < MAX_ATTEMPTS:
        _try_again(question, calls)
    else:
        _owe_answer(question, said or copy.THINKING_FAILED, calls)


def _try_again(question: Message, calls: Sequence[ModelCall]) -> None:
    pause = BACKOFF * 4 ** (question.attempts - 1)
    with transaction() as db:
        row = db.get_one(Message, question.id, with_for_update=True)
        row.next_attempt_at = utc_now() + pause
        row.meta = {**row.meta, "calls": _spent(row, calls)}
        db.add(row)
        enqueue(db, Job.ANSWER, question.id or 0, delay_seconds=pause.total_seconds())


def _spent(question: Message, calls: Sequence[ModelCall]) -> list[dict[str, Any]]:
    """The calls of every attempt so far."""
    return [*question.meta.get("calls", []), *(call.model_dump() for call in calls)]


def _claim(message_id: int) -> Message | None:
    with transaction() as db:
        free = or_(col(Message.next_attempt_at).is_(None), col(Message.next_attempt_at) <= func.now())
        question = db.exec(
            select(Message).where(Message.id == message_id, free).with_for_update(skip_locked=True)
        ).first()
        if question is None or question.meta.get("unsent") or _is_answered(db, question):
            return None
        question.attempts += 1
        question.next_attempt_at = utc_now() + IN_HAND
        db.add(question)
    return question


def _is_answered(db: DbSession, question: Message) -> bool:
    answer = select(Message.id).where(Message.answers_id == question.id)
    return db.exec(answer).first() is not None


def _show_thinking(question: Message) -> None:
    channel = settings().channel(question.channel)
    with transaction() as db:
        user = _user(db, question)
    if channel is None:
        return
    try:
        line_client(channel).show_loading(user.line_user_id)
    except LineError as error:
        log.info("no loading animation: %s", type(error).__name__)  # an ornament


def _heard(question: Message) -> str:
    """The question's words; "" when a voice message holds none."""
    if question.meta.get("event_kind") != "audio":
        return question.text
    assert question.line_message_id is not None  # noqa: S101 - every learner's message has one
    key = memo_key(question.line_message_id)
    try:
        keep(store(), question.channel, question.line_message_id, key, settings().max_memo_bytes)
        with local_file(store(), key) as path:
            heard = _providers(question).transcriber.transcribe(path, phrases=[], uri=store().uri(key))
            return heard.text
    except (UnreadableAudio, ContentGone, ContentTooLarge):
        return ""


def _think(question: Message, words: str) -> str:
    with transaction() as db:
        session = _coached_session(db, _user(db, question), question)
        dish = db.get_one(Dish, session.dish_id) if session else None
    # Between transactions: none waits for the embedder.
    asked = _providers(question)
    query = prepared(asked.embedder, f"{words} {dish.name_ja}" if dish else words)
    with transaction() as db:
        brief = _brief(db, question, words, session, dish, nearest(db, query))
    said, _ = checked(
        lambda repair: asked.coach.answer(brief, repair), lambda answer: check_answer(answer, brief)
    )
    return said


def _providers(question: Message) -> Providers:
    return providers(fallback=question.attempts >= FALLBACK_FROM)


def _brief(
    db: DbSession,
    question: Message,
    words: str,
    session: CookingSession | None,
    dish: Dish | None,
    principles: Sequence[RetrievedPrinciple],
) -> QuestionBrief:
    user = _user(db, question)
    state = learner_state(db, user.id or 0)
    return QuestionBrief(
        first_name=user.first_name,
        question=words,
        dish=load().dishes.get(dish.slug) if dish else None,
        coaching=CoachingText.model_validate(session.coaching_text) if session else None,
        analysis=VideoAnalysis.model_validate(session.video_analysis) if session else None,
        principles=principles,
        history=_history(db, question),
        past_sessions=[SessionSummary.model_validate(entry) for entry in state.session_summaries],
    )


def _coached_session(db: DbSession, user: User, question: Message) -> CookingSession | None:
    """The session the learner quotes, else the latest that was coached."""
    coached = select(CookingSession).where(
        CookingSession.user_id == user.id, col(CookingSession.coaching_text) != {}
    )
    quoted_id = question.meta.get("quoted_message_id")
    if quoted_id:
        of_ours = col(Message.meta)["line_message_ids"].contains([quoted_id])
        of_theirs = Message.line_message_id == quoted_id
        quoted = db.exec(select(Message.session_id).where(or_(of_ours, of_theirs))).first()
        found = db.exec(coached.where(CookingSession.id == quoted)).first() if quoted else None
        if found is not None:
            return found
    return db.exec(coached.order_by(col(CookingSession.id).desc())).first()


def _history(db: DbSession, question: Message) -> list[Turn]:
    statement = (
        select(Message)
        .where(Message.chat_room_id == question.chat_room_id, col(Message.id) < (question.id or 0))
        .where(Message.text != "", Message.sender != Sender.SYSTEM)
        .order_by(col(Message.id).desc())
        .limit(HISTORY)
    )
    return [Turn(sender=message.sender, text=message.text) for message in reversed(db.exec(statement).all())]


def _owe_answer(question: Message, said: str, calls: Sequence[ModelCall]) -> None:
    with transaction() as db:
        row = db.get_one(Message, question.id, with_for_update=True)
        if row.meta.get("unsent") or _is_answered(db, question):
            return  # taken back meanwhile, or another runner was quicker while a slow model was awaited
        if spent := _spent(row, calls):
            row.meta = {**row.meta, "calls": spent}
            db.add(row)
        user = _user(db, question)
        message = owe(
            db,
            user.id or 0,
            MessageType.ANSWER,
            text=said,
            session_id=question.session_id,
            room=RoomType.COACHING,
            answers_id=question.id,
        )
        message.channel = question.channel or message.channel
        message.meta = {**message.meta, "quotes": question.quote_token}
        message.reply_token, message.reply_until = question.reply_token, question.reply_until
        db.add(message)


def _user(db: DbSession, message: Message) -> User:
    return db.get_one(User, db.get_one(ChatRoom, message.chat_room_id).user_id)
