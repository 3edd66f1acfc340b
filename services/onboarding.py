"""What a learner tells of themselves: one answer or many saved, what is asked next, and whether it is enough to begin.

The profile is the only record: what comes next follows from it and the quiz. An answer that is None was skipped, and is not
asked for again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session as DbSession
from sqlmodel import col, select, update

from errors import MomentError
from knowledge_base import quiz_talk
from knowledge_base.quiz import AnswerValue, Question, load_quiz
from models.chat import Message, MessageType, Sender, Topic, rooms_of
from models.rules.history import latest_session
from models.user import User
from services.names import called
from services.outbox import queue_message, was_said
from services.profile import followed_channels, lock_learner

Profile = Mapping[str, Any]


class QuestionUnknown(MomentError):
    """The quiz has no such question, or has it no more."""

    words = "web.not_found"


def is_settled(profile: Profile, question: Question) -> bool:
    """Answered or skipped; an answer that the quiz offers no more is asked for again."""
    return question.profile_key in profile and question.accepts(profile[question.profile_key])


def next_question(profile: Profile, *, of: Sequence[Question] | None = None) -> Question | None:
    """The first that is open, of the whole quiz or `of` these."""
    questions = load_quiz().questions if of is None else of
    return next((question for question in questions if not is_settled(profile, question)), None)


def is_enough(profile: Profile) -> bool:
    """Whether those to begin with are settled."""
    return next_question(profile, of=load_quiz().to_begin) is None


def question_of(question_id: str) -> Question:
    """Raises QuestionUnknown."""
    question = load_quiz().question(question_id)
    if question is None:
        raise QuestionUnknown("no question of this id")
    return question


def save_answer(db: DbSession, user: User, question_id: str, value: object) -> None:
    """At any time, also in place of an earlier one. Raises QuestionUnknown, WrongAnswer."""
    question = question_of(question_id)
    _save(db, user, {question.profile_key: question.check(value)})


def save_profile(db: DbSession, user: User, answers: Mapping[str, object]) -> None:
    """Answers by their profile's keys, all of them or none. Raises QuestionUnknown, WrongAnswer."""
    fitting: dict[str, AnswerValue] = {}
    for key, value in answers.items():
        question = load_quiz().of_key(key)
        if question is None:
            raise QuestionUnknown("no question fills this key")
        fitting[key] = question.check(value)
    _save(db, user, fitting)


def _save(db: DbSession, user: User, answers: Mapping[str, AnswerValue]) -> None:
    """In one statement, so that answers that come at the same time lose nothing of each other."""
    profile = col(User.learner_profile)
    db.exec(update(User).where(col(User.id) == user.id).values(learner_profile=profile.concat(dict(answers))))
    db.refresh(user, ["learner_profile", "onboarding_done"])
    if not user.onboarding_done and is_enough(user.learner_profile):
        user.onboarding_done = True
        db.add(user)
        db.flush()


def wants_offer(db: DbSession, user: User) -> bool:
    """Whether the quiz was never offered to one who has not done it: it is offered once."""
    return not user.onboarding_done and not was_said(db, user, Topic.QUIZ_OFFER)


def asks_for_name(db: DbSession, user: User) -> bool:
    """Whether the last thing said to the learner was to ask what to call them."""
    ours = col(Message.chat_room_id).in_(rooms_of(user.id)), col(Message.sender) != Sender.USER
    last = db.exec(select(Message).where(*ours).order_by(col(Message.id).desc()).limit(1)).first()
    return last is not None and last.meta.get("topic") == Topic.QUIZ_NAME


def announce(db: DbSession, user: User) -> None:
    """Says in the chat what was understood, as a push, where the learner can't be answered by a reply. Only once, and only
    where they would otherwise not know how to go on: who has begun a cook does."""
    lock_learner(db, user.id)
    if not user.onboarding_done or not followed_channels(db, user):
        return
    if latest_session(db, user.id) is not None or was_said(db, user, Topic.QUIZ_DONE):
        return
    text = quiz_talk.understood(called(user), user.learner_profile)
    queue_message(db, user.id, MessageType.NOTICE, text=text, sender=Sender.SYSTEM, topic=Topic.QUIZ_DONE)
