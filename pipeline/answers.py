"""Answering a question: what was coached, what was said, what the principles say."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session as DbSession
from sqlmodel import col, select
from structlog.contextvars import bound_contextvars

from errors import MomentError, is_outage, longest_pause
from jobs.leases import (
    LONGEST_PAUSE,
    Lease,
    LeaseLost,
    Leases,
    count_active,
    finish,
    quiet_once_deleted,
    try_again,
    wait_out,
)
from jobs.queue import Job, enqueue
from knowledge_base import phrasebook
from knowledge_base.catalogue import load
from knowledge_base.intents.recognition import safety_intent
from knowledge_base.profile import read_profile
from logs.logger import get_logger
from logs.timing import milliseconds_since
from models.chat import ChatRoom, Message, MessageType, Sender, SentBubble, Topic, rooms_of
from models.coaching import CoachingText, ModelCall, RetrievedPrinciple, SessionSummary, VideoAnalysis
from models.database import Database
from models.dish import Dish
from models.media import Media
from models.session import CookingSession
from models.user import User
from pipeline.checks.answer import check_answer
from pipeline.checks.repair import ask_with_repair
from pipeline.outcomes import say_answer_waits
from pipeline.providers import ledger
from pipeline.providers.ports import ProviderRefused, Providers, QuestionBrief, Turn, UnreadableAudio
from pipeline.providers.registry import ProviderRegistry, needs_fallback
from pipeline.search import PrincipleSearch
from pipeline.spoken_answer import speak_answer
from services.bursts import quoted_by, words_of
from services.drafts import is_no_draft
from services.handover import last_summary
from services.names import called
from services.outbox import queue_answer
from services.privacy import purge_late
from services.profile import learner_state, lock_learner
from services.replying import known_answer
from services.thread import PLACEHOLDERS
from services.withheld import holds_back
from storage.keys import spoken_answer_key
from storage.store import ObjectStore, local_file

log = get_logger(__name__)

HISTORY = 10  # messages
MAX_ATTEMPTS = 5
# Four times longer with each try; the first still leaves the reply token alive.
BACKOFF = timedelta(seconds=1)


class QuestionUnheard(MomentError):
    """A spoken question in which no words are found."""

    words = "voice_question_unheard"


class QuestionTooLong(QuestionUnheard):
    words = "voice_question_too_long"


class NoUse(MomentError):
    """What this try failed of, every other would; named by the error's type."""


class ServiceAway(MomentError):
    """What the answer needs from outside; named by the error's type."""

    def __init__(self, name: str, longest: timedelta) -> None:
        super().__init__(name)
        self.longest = longest  # pause until the next look


@dataclass(frozen=True)
class Question:
    """The rows as they were when it was claimed (detached). `recording` is None for one that was written."""

    message: Message
    recording: Media | None


@dataclass(frozen=True)
class Answer:
    """`speech_ms` is None where it is only read."""

    text: str
    speech_ms: int | None = None
    is_of_danger: bool = False


SORRY = Answer(phrasebook.phrase("thinking_failed"))


@dataclass(frozen=True)
class Answers:
    database: Database
    leases: Leases
    store: ObjectStore
    providers: ProviderRegistry

    def answer(self, message_id: int) -> None:
        """Answers the question once; a try that fails is made again, the last one apologises. One of a learner's at a
        time, so that many of theirs leave room for the others': whoever is at another of theirs wakes this one."""
        try:
            with quiet_once_deleted(self.database, Message, message_id):
                self._answer(message_id)
        except LeaseLost as lost:
            log.info("lease lost", lease=str(lost))

    def _answer(self, message_id: int) -> None:
        with self.database.transaction() as db:
            message = db.get(Message, message_id)
            if message is None:
                return
            lock_learner(db, _learner(db, message).id)
            if count_active(db, Message, *_questions_of_same_learner(db, message)):
                return
            lease = self.leases.claim(db, Message, message_id)
            if lease is None:
                return
            recording = db.exec(select(Media).where(Media.message_id == message_id)).first()
            question = Question(message, recording)
        with bound_contextvars(message_id=message_id):
            try:
                if lease.is_spent(MAX_ATTEMPTS):  # whoever made the last try died of it
                    log.error("question given up", attempt=lease.attempt)
                    self._finish(lease, SORRY, ())
                else:
                    self._try(lease, question)
            except LeaseLost as lost:
                log.info("lease lost", lease=str(lost))
                self._purge_speech(question)
            self._wake_next(message)

    def _purge_speech(self, question: Question) -> None:
        """It may have been put after the question was taken back, or after its learner left."""
        recording = question.recording
        if recording is not None:
            with self.database.transaction() as db:
                purge_late(db, recording, spoken_answer_key(recording.object_key))

    def _wake_next(self, question: Message) -> None:
        with self.database.transaction() as db:
            waiting = (
                *_questions_of_same_learner(db, question),
                col(Message.due_at) <= func.now(),
                col(Message.parked_at).is_(None),
            )
            oldest = select(Message.id).where(*waiting).order_by(col(Message.id)).limit(1)
            message_id = db.exec(oldest).first()
            if message_id is not None:
                enqueue(db, Job.ANSWER, message_id)

    def _try(self, lease: Lease, question: Question) -> None:
        start = time.monotonic()
        with ledger.collect() as calls:
            try:
                answer = self._think_or_log(lease, question)
            except ServiceAway as away:
                self._wait_out(lease, away, calls)
                return
            except NoUse:
                self._finish(lease, SORRY, calls)
                log.error("question given up", attempt=lease.attempt)
                return
        if answer is not None:
            self._finish(lease, answer, calls)
            log.info("question answered", attempt=lease.attempt, ms=milliseconds_since(start))
        elif lease.attempt < MAX_ATTEMPTS:
            self._try_again(lease, calls)
        else:
            self._finish(lease, SORRY, calls)
            log.error("question given up", attempt=lease.attempt)

    def _think_or_log(self, lease: Lease, question: Question) -> Answer | None:
        """None when this try came to nothing. Raises ServiceAway, NoUse."""
        start = time.monotonic()
        try:
            with self.leases.hold(lease):
                return self._think(question, self.providers.get(fallback=needs_fallback(lease)))
        except LeaseLost:
            raise
        except ProviderRefused as error:
            # What was refused may quote the learner: nothing of it in the log.
            reasons = len(error.violations)
            log.warning(
                "question not answered",
                attempt=lease.attempt,
                ms=milliseconds_since(start),
                refused_for=reasons,
            )
        except Exception as error:
            # The border of the answers: whatever a try died of, another is made, and the last one apologises.
            log.exception("question not answered", attempt=lease.attempt, ms=milliseconds_since(start))
            if is_outage(error):
                raise ServiceAway(type(error).__name__, longest_pause(error, LONGEST_PAUSE)) from error
            if isinstance(error, MomentError) and not error.retryable:
                raise NoUse(type(error).__name__) from error
        return None

    def _wait_out(self, lease: Lease, away: ServiceAway, calls: Sequence[ModelCall]) -> None:
        with self.database.transaction() as db:
            usage = _usage(db, lease, calls)
            pause = wait_out(db, lease, str(away), first=BACKOFF, longest=away.longest, usage=usage)
            if pause is not None:
                user = _learner(db, db.get_one(Message, lease.row_id))
                say_answer_waits(db, user.id, lease.away)
                enqueue(db, Job.ANSWER, lease.row_id, delay_seconds=pause.total_seconds())
                return
        log.error("question given up", attempt=lease.attempt)
        self._finish(lease, SORRY, calls)

    def _try_again(self, lease: Lease, calls: Sequence[ModelCall]) -> None:
        pause = BACKOFF * 4 ** (lease.attempt - 1)
        with self.database.transaction() as db:
            try_again(db, lease, "no answer", pause, usage=_usage(db, lease, calls))
            enqueue(db, Job.ANSWER, lease.row_id, delay_seconds=pause.total_seconds())

    def _finish(self, lease: Lease, answer: Answer, calls: Sequence[ModelCall]) -> None:
        with self.database.transaction() as db:
            finish(db, lease, usage=_usage(db, lease, calls))
            queue_answer(
                db,
                db.get_one(Message, lease.row_id),
                answer.text,
                speech_ms=answer.speech_ms,
                topic=Topic.DANGER if answer.is_of_danger else None,
            )

    def _think(self, question: Question, providers: Providers) -> Answer:
        message = question.message
        try:
            words = self._words(question, providers)
        except QuestionUnheard as unheard:
            return Answer(phrasebook.phrase(unheard.words))
        with self.database.transaction() as db:
            session = _session_in_question(db, _learner(db, message), message)
            dish = db.get_one(Dish, session.dish_id) if session else None
            known = known_answer(db, message, words, session)
        if known:  # what is done in danger, whom to call: read, not listened to to its end
            return Answer(known, is_of_danger=safety_intent(words) is not None)
        # Between transactions: none waits for the embedder.
        search = PrincipleSearch(self.database, providers.embedder)
        principles = search.nearest(search.prepare(f"{words} {dish.name_ja}" if dish else words))
        with self.database.transaction() as db:
            brief = _brief(db, message, words, session, dish, principles)
        text, _ = ask_with_repair(
            lambda repair: providers.coach.answer(brief, repair), lambda answer: check_answer(answer, brief)
        )
        return Answer(text, self._speak(text, question, providers))

    def _speak(self, text: str, question: Question, providers: Providers) -> int | None:
        """Milliseconds; None for a question that was written, and where it fails: the text is what must arrive."""
        if question.recording is None:
            return None
        try:
            return speak_answer(text, question.recording, providers.narrator, self.store)
        except (MomentError, OSError) as error:
            log.warning("answer not spoken", error=type(error).__name__)
            return None

    def _words(self, question: Question, providers: Providers) -> str:
        """Raises QuestionUnheard."""
        recording = question.recording
        if recording is None:
            with self.database.transaction() as db:
                return words_of(db, question.message)
        if not recording.is_stored:
            raise QuestionTooLong if recording.reason == "too_long" else QuestionUnheard
        key = recording.object_key
        try:
            with local_file(self.store, key) as path:
                words = providers.transcriber.transcribe(path, phrases=[], uri=self.store.uri(key)).text
        except UnreadableAudio as error:
            raise QuestionUnheard from error
        if not words:
            raise QuestionUnheard
        return words


def _questions_of_same_learner(db: DbSession, question: Message) -> tuple[ColumnElement[bool], ...]:
    user_id = db.get_one(ChatRoom, question.chat_room_id).user_id
    return col(Message.chat_room_id).in_(rooms_of(user_id)), col(Message.sender) == Sender.USER


def _usage(db: DbSession, lease: Lease, calls: Sequence[ModelCall]) -> dict[str, Any]:
    """The calls of every attempt so far."""
    earlier = db.exec(select(Message.usage).where(Message.id == lease.row_id)).first() or {}
    all_calls = [*earlier.get("calls", []), *(call.model_dump() for call in calls)]
    return {"calls": all_calls} if all_calls else {}


def _brief(
    db: DbSession,
    question: Message,
    words: str,
    session: CookingSession | None,
    dish: Dish | None,
    principles: Sequence[RetrievedPrinciple],
) -> QuestionBrief:
    user = _learner(db, question)
    state = learner_state(db, user.id)
    return QuestionBrief(
        first_name=called(user),
        question=words,
        dish=load().dishes.get(dish.slug) if dish else None,
        coaching=CoachingText.model_validate(session.coaching_text) if session else None,
        analysis=VideoAnalysis.model_validate(session.video_analysis) if session else None,
        principles=principles,
        history=_history(db, question),
        past_sessions=[SessionSummary.model_validate(entry) for entry in state.session_summaries],
        profile=read_profile(user.learner_profile),
        coach_summary=last_summary(db, user.id),
    )


def _session_in_question(db: DbSession, user: User, question: Message) -> CookingSession | None:
    """The session the learner quotes, else the latest that was coached."""
    coached = select(CookingSession).where(
        CookingSession.user_id == user.id,
        col(CookingSession.coaching_text) != {},
        ~holds_back(MessageType.COACHING_READY),
    )
    session_id = _quoted_session_id(db, question)
    if session_id is not None:
        session = db.exec(coached.where(CookingSession.id == session_id)).first()
        if session is not None:
            return session
    return db.exec(coached.order_by(col(CookingSession.id).desc())).first()


def _quoted_session_id(db: DbSession, question: Message) -> int | None:
    """Of a bubble of ours or of the learner's own."""
    line_id = quoted_by(db, question)
    if line_id is None:
        return None
    bubble = db.get(SentBubble, line_id)
    if bubble is not None:
        return db.get_one(Message, bubble.message_id).session_id
    theirs = select(Message.session_id).where(Message.line_message_id == line_id)
    return db.exec(theirs).first()


def _history(db: DbSession, question: Message) -> list[Turn]:
    """What both have said in words: that a sticker or a clip was sent, or something taken back, tells nothing."""
    statement = (
        select(Message)
        .where(Message.chat_room_id == question.chat_room_id, col(Message.id) < question.id)
        .where(Message.text != "", Message.sender != Sender.SYSTEM, or_(*_was_said()))
        .where(col(Message.text).not_in(PLACEHOLDERS.values()), col(Message.unsent_at).is_(None))
        .where(col(Message.part_of_id).is_distinct_from(question.id))
        .order_by(col(Message.id).desc())
        .limit(HISTORY)
    )
    return [Turn(sender=message.sender, text=message.text) for message in reversed(db.exec(statement).all())]


def _was_said() -> tuple[ColumnElement[bool], ...]:
    """Not what a coach keeps as a draft, or what was given up."""
    return col(Message.sender) == Sender.USER, and_(col(Message.retry_key).is_not(None), is_no_draft())


def _learner(db: DbSession, message: Message) -> User:
    return db.get_one(User, db.get_one(ChatRoom, message.chat_room_id).user_id)
