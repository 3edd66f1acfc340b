"""What a learner tells of themselves in the chat, and what the quiz's page says in their name."""

import re
from collections.abc import Mapping

from sqlmodel import Session as DbSession

from bot.router import Context, Router, action, says
from bot.say.bubbles import Say, say, text_bubble
from bot.say.quiz import ask_for_more, ask_question, profile_card, read_values
from bot.say.steps import Steps, error_words
from knowledge_base import phrasebook, quiz_talk
from knowledge_base.intents.recognition import intent_of, is_question_alone
from knowledge_base.quiz import Question, WrongAnswer, load_quiz
from line.liff import LiffApps
from models.chat import Topic
from models.session import CookingSession
from models.user import User
from services.names import LONGEST, WISH, called, first_name_of
from services.onboarding import asks_for_name, next_question, save_answer

router = Router()

_AROUND_NAME = re.compile(
    r"(です|と呼んで(ください|下さい|ほしいです|ね)?|でお願いします|がいいです)?[。!！]*$"
)
_NO_NAMES = frozenset({"はい", "いいえ", "うん", "ううん", "OK", "ok", "おっけー", "わかりました", "了解"})


@router.on("postback", where=[action("profile")])
@router.on("message.text", where=[says("プロフィール", "設定", "ぷろふぃーる")])
def show_profile(user: User, apps: LiffApps) -> Say:
    return profile_card(user, apps)


@router.on("message.text", where=[says(quiz_talk.ANSWERED)])
def thank_for_answers(user: User, session: CookingSession | None, steps: Steps) -> Say:
    """The page's own words, by whose reply token the answer is free."""
    return _go_on(user, session, steps, quiz_talk.NOT_YET)


@router.on("postback", where=[action("quiz")])
def answer_in_chat(user: User, session: CookingSession | None, steps: Steps) -> Say:
    return _go_on(user, session, steps)


def beginning(question_id: str) -> Question:
    """One that the chat asks; the others are for the page. Raises ValueError, so that a tap is not for the handler."""
    question = load_quiz().question(question_id)
    if question is None or not question.begin:
        raise ValueError("none of those to begin with")
    return question


@router.on("postback", where=[action("quiz_ask", question=beginning)])
def ask_again(question: Question, user: User) -> Say:
    return ask_question(question, user)


@router.on("postback", where=[action("quiz_pick", question=beginning, values=str)])
def pick(question: Question, values: str, user: User) -> Say:
    chosen = read_values(question, values)
    if not isinstance(chosen, list) or not question.accepts(chosen):
        return ask_question(question, user)
    return ask_for_more(question, chosen)


@router.on("postback", where=[action("quiz_answer", question=beginning, values=str)])
def take_answer(
    question: Question, values: str, db: DbSession, user: User, session: CookingSession | None, steps: Steps
) -> Say:
    return _take(db, user, session, steps, question, read_values(question, values))


@router.on("postback", where=[action("quiz_skip", question=beginning)])
def skip_question(
    question: Question, db: DbSession, user: User, session: CookingSession | None, steps: Steps
) -> Say:
    return _take(db, user, session, steps, question, None)


@router.on("postback", where=[action("quiz_later")])
def put_off(session: CookingSession | None, steps: Steps) -> Say:
    return steps.ask_next(session).say_after(text_bubble(quiz_talk.LATER))


def name_is_asked(context: Context) -> bool:
    return asks_for_name(context.db, context.user)


@router.on("message.text", where=[says("スキップ", "なし", "ない", "いらない"), name_is_asked])
def skip_name(db: DbSession, user: User, session: CookingSession | None, steps: Steps) -> Say:
    return _take(db, user, session, steps, _name_question(), None)


def tells_name(context: Context) -> bool | Mapping[str, object]:
    """Words that may be a name, right after they were asked for one."""
    name = _AROUND_NAME.sub("", context.event.text.strip())
    if not 0 < len(name) <= LONGEST or "\n" in name or name.isdigit() or name in _NO_NAMES:
        return False
    if first_name_of(name) == phrasebook.NAMELESS or is_question_alone(name) or intent_of(name) is not None:
        return False
    return {"name": name} if name_is_asked(context) else False


@router.on("message.text", where=[tells_name])
def take_name(name: str, db: DbSession, user: User, session: CookingSession | None, steps: Steps) -> Say:
    return _take(db, user, session, steps, _name_question(), name)


def _name_question() -> Question:
    question = load_quiz().of_key(WISH)
    assert question is not None  # noqa: S101 - the quiz's own test guards it
    return question


def _take(
    db: DbSession,
    user: User,
    session: CookingSession | None,
    steps: Steps,
    question: Question,
    value: object,
) -> Say:
    try:
        save_answer(db, user, question.id, value)
    except WrongAnswer as error:
        again = ask_question(question, user)
        return Say((text_bubble(error_words(error)), *again.bubbles), topic=again.topic)
    return _go_on(user, session, steps, quiz_talk.taken(question, user.learner_profile[question.profile_key]))


def _go_on(user: User, session: CookingSession | None, steps: Steps, words: str = "") -> Say:
    """The next of those to begin with; after the last, what was understood and what comes next."""
    question = next_question(user.learner_profile, of=load_quiz().to_begin)
    if question is not None:
        asked = ask_question(question, user)
        first = (text_bubble(words),) if words else ()
        return Say((*first, *asked.bubbles), topic=asked.topic)
    following = steps.ask_next(session)
    thanks = text_bubble(quiz_talk.understood(called(user), user.learner_profile))
    return say(thanks, *following.bubbles, quick=following.quick, topic=Topic.QUIZ_DONE)
