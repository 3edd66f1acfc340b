"""Short texts that follow each other within seconds are one question: the last of them owes the answer and is quoted by
it, the others are its parts."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import update
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from jobs import leases
from jobs.queue import Job, enqueue
from knowledge_base.intents.recognition import safety_intent
from models.base import database_now
from models.chat import Message, MessageType

# After the last of them. Who types more meanwhile has not finished the question.
PAUSE = timedelta(seconds=4)
# A question of so much is whole, or it would wait as long as somebody goes on typing.
LONG, MANY = 120, 6  # characters, texts

_ENDS = tuple("。．.！!？?…\n")  # of a sentence


def owe_answer(db: DbSession, question: Message) -> None:
    """Once no more words come; at once where they are of a danger, or came by a page, where a question is sent as one."""
    pause = timedelta()
    if question.line_message_id is not None:
        _take_up_waiting(db, question)
        texts = _texts(db, question)
        words = join(texts)
        is_whole = len(words) > LONG or len(texts) >= MANY or safety_intent(words) is not None
        pause = timedelta() if is_whole else PAUSE
    leases.due_now(question, after=pause)
    db.flush()
    enqueue(db, Job.ANSWER, question.id, delay_seconds=pause.total_seconds())


def words_of(db: DbSession, question: Message) -> str:
    """All that was asked, without what was taken back."""
    return join(_texts(db, question))


def quoted_by(db: DbSession, question: Message) -> str | None:
    """LINE's id of the bubble that they reply to: of several the last."""
    quoted = [each.quoted_message_id for each in _parts(db, question.id)]
    return next(filter(None, [question.quoted_message_id, *reversed(quoted)]), None)


def take_out(db: DbSession, message: Message) -> None:
    """A text of a question was taken back: the rest is answered without it, as long as it is not answered yet."""
    if message.part_of_id is not None:
        question = _locked(db, message.part_of_id)
        message.part_of_id = None
        db.add(message)
        # One that nobody is at yet reads its words when it is taken up.
        if question.lease_token is not None and not _is_answered(db, question):
            _answer_anew(db, question)
        return
    parts = _parts(db, message.id)
    if parts and not _is_answered(db, message):
        *others, last = parts
        for other in others:
            other.part_of_id = last.id
        last.part_of_id = None
        _answer_anew(db, _locked(db, last.id))


def join(texts: Sequence[str]) -> str:
    """As they would have been written at once."""
    ended = [text.strip() if text.strip().endswith(_ENDS) else f"{text.strip()}、" for text in texts[:-1]]
    return "".join([*ended, *(text.strip() for text in texts[-1:])])


def _take_up_waiting(db: DbSession, question: Message) -> None:
    """Whoever claims one of these at this moment has it, and it stays a question of its own."""
    waiting = (
        col(Message.chat_room_id) == question.chat_room_id,
        col(Message.kind) == MessageType.QUESTION,
        col(Message.channel) == question.channel,
        col(Message.id) != question.id,
        col(Message.due_at) > database_now(db),
        # One that was tried already waits for something else.
        col(Message.lease_token).is_(None),
        col(Message.attempts) == 0,
        col(Message.away_since).is_(None),
    )
    answered_with = {"part_of_id": question.id, "due_at": None, "nudge_at": None}
    taking = update(Message).where(*waiting).values(**answered_with).returning(col(Message.id))
    taken = db.execute(taking.execution_options(synchronize_session=False)).scalars().all()
    if taken:
        parts = update(Message).where(col(Message.part_of_id).in_(taken)).values(part_of_id=question.id)
        db.execute(parts.execution_options(synchronize_session=False))


def _texts(db: DbSession, question: Message) -> list[str]:
    return [message.text for message in (*_parts(db, question.id), question)]


def _parts(db: DbSession, question_id: int) -> Sequence[Message]:
    """Oldest first, without what was taken back."""
    mine = select(Message).where(Message.part_of_id == question_id, col(Message.unsent_at).is_(None))
    return db.exec(mine.order_by(col(Message.id)), execution_options={"populate_existing": True}).all()


def _is_answered(db: DbSession, question: Message) -> bool:
    return db.exec(select(Message.id).where(Message.answers_id == question.id)).first() is not None


def _locked(db: DbSession, message_id: int) -> Message:
    db.flush()
    return db.get_one(Message, message_id, with_for_update=True, populate_existing=True)


def _answer_anew(db: DbSession, question: Message) -> None:
    """Whoever is at it finds the lease lost."""
    question.lease_token, question.attempts = None, 0
    leases.due_now(question)
    db.add(question)
    db.flush()
    enqueue(db, Job.ANSWER, question.id)
