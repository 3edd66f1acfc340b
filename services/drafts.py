"""What the AI would have said while a coach has the thread: the coach lets it go, or gives it up."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, or_, update
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from jobs import leases
from jobs.queue import Job, enqueue
from models.chat import ChatRoom, Message, MessageType, Sender, WaitReason, rooms_of
from models.handover import Resume
from services.bursts import owe_answer
from services.coaches import audit
from services.outbox import wake_next


class DraftGone(MomentError):
    """It was sent or given up meanwhile."""

    words = "console.draft_gone"


def is_no_draft() -> ColumnElement[bool]:
    """Of messages: what a coach holds back is not said, through whatever door the learner looks."""
    is_held = col(Message.waits_for).in_([WaitReason.COACH, WaitReason.REVIEW])
    return or_(col(Message.sender) == Sender.USER, col(Message.waits_for).is_(None), ~is_held)


def drafts(db: DbSession, user_id: int) -> Sequence[Message]:
    """Oldest first."""
    ours = select(Message).where(*_held(user_id), Message.sender != Sender.USER)
    return db.exec(ours.order_by(col(Message.id))).all()


def release(db: DbSession, message_id: int, coach_id: int) -> None:
    """It goes to the learner as it is. Raises DraftGone."""
    draft = _lock(db, message_id)
    draft.coach_id = coach_id
    db.add(draft)
    db.flush()
    _send(db, [draft.id])
    audit(db, coach_id, "draft.release", user_id=_learner_of(db, draft), message_id=draft.id)


def discard(db: DbSession, message_id: int, coach_id: int) -> None:
    """The learner never sees it. Raises DraftGone."""
    draft = _lock(db, message_id)
    draft.coach_id = coach_id
    _give_up(db, draft)
    audit(db, coach_id, "draft.discard", user_id=_learner_of(db, draft), message_id=draft.id)


def settle_drafts(db: DbSession, user_id: int, resume: Resume) -> None:
    """The AI has the thread again. Coaching goes out; of answers only that to the last question, where that is wished: one
    that is there already, or a new one."""
    held = drafts(db, user_id)
    question = _last_question(db, user_id) if resume is Resume.LAST_QUESTION else None
    to_send = []
    for draft in held:
        if draft.kind != MessageType.ANSWER or (question is not None and draft.answers_id == question.id):
            to_send.append(draft)
        else:
            _give_up(db, draft)
    _send(db, [draft.id for draft in to_send])
    asked = update(Message).where(*_held(user_id), col(Message.sender) == Sender.USER)
    db.execute(asked.values(waits_for=None).execution_options(synchronize_session=False))
    if question is not None and question.id not in {draft.answers_id for draft in to_send}:
        db.refresh(question, with_for_update=True)
        question.attempts, question.parked_at = 0, None
        db.add(question)
        owe_answer(db, question)


def _held(user_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Message.chat_room_id).in_(rooms_of(user_id)),
        col(Message.waits_for) == WaitReason.COACH,
    )


def _last_question(db: DbSession, user_id: int) -> Message | None:
    """The learner's newest, unless it was answered."""
    newest = (
        select(Message)
        .where(col(Message.chat_room_id).in_(rooms_of(user_id)), Message.sender == Sender.USER)
        .where(Message.kind == MessageType.QUESTION, col(Message.part_of_id).is_(None))
        .where(col(Message.unsent_at).is_(None))
        .order_by(col(Message.id).desc())
    )
    question = db.exec(newest.limit(1)).first()
    if question is None:
        return None
    answer = db.exec(select(Message).where(Message.answers_id == question.id)).first()
    return question if answer is None or answer.waits_for is WaitReason.COACH else None


def _lock(db: DbSession, message_id: int) -> Message:
    draft = db.get(Message, message_id, with_for_update=True, populate_existing=True)
    if draft is None or draft.waits_for is not WaitReason.COACH or draft.sender is Sender.USER:
        raise DraftGone(f"message {message_id}")
    return draft


def _send(db: DbSession, message_ids: Iterable[int]) -> None:
    ids = list(message_ids)
    leases.make_due(db, Message, col(Message.id).in_(ids), waits_for=None)
    for message_id in ids:
        enqueue(db, Job.DELIVER, message_id)


def _give_up(db: DbSession, draft: Message) -> None:
    """What waits for it goes on; the question it answers may be answered anew."""
    draft.retry_key, draft.waits_for, draft.answers_id = None, None, None
    draft.error = "given up by a coach"
    db.add(draft)
    wake_next(db, draft.session_id, draft.id)


def _learner_of(db: DbSession, message: Message) -> int:
    return db.get_one(ChatRoom, message.chat_room_id).user_id
