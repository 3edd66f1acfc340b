"""The quiz in the chat: the card that offers it, and those to begin with, answered by taps.

What is chosen of several so far is carried by the taps themselves: nothing half answered is kept anywhere.
"""

from collections.abc import Iterator, Sequence

from bot.say.bubbles import Say, flex_bubble, link_action, postback, quick, say, text_bubble
from bot.say.flex import QUIET, button, card, heading, link_button, text
from bot.say.steps import StepBubbles
from knowledge_base import quiz_talk
from knowledge_base.quiz import Question, QuestionType, load_quiz
from line.client import LineObject
from line.liff import LiffApps
from models.chat import Topic
from models.user import User
from services.names import called
from services.onboarding import next_question

_BETWEEN = "."  # the values of several choices, of which none holds it


def welcome(apps: LiffApps, dishes: StepBubbles) -> Say:
    """Who is new is asked about themselves before the dishes, and may choose one without an answer."""
    first, *others = dishes.bubbles
    return say(first, offer_card(apps), *others, quick=dishes.quick, topic=Topic.QUIZ_OFFER)


def offer_before(apps: LiffApps, dishes: StepBubbles) -> Say:
    return say(offer_card(apps), *dishes.bubbles, quick=dishes.quick, topic=Topic.QUIZ_OFFER)


def offer_card(apps: LiffApps) -> LineObject:
    chat = postback(quiz_talk.CHAT_LABEL, action="quiz")
    return _card(quiz_talk.OFFER_TITLE, quiz_talk.OFFER, _page(apps, quiz_talk.OPEN_LABEL, "/quiz"), chat)


def profile_card(user: User, apps: LiffApps) -> Say:
    """What is known, and the ways to change it: the page, or a tap for each of those to begin with."""
    page = _page(apps, quiz_talk.REVIEW_LABEL, "/quiz/review")
    to_begin = load_quiz().to_begin
    is_open = next_question(user.learner_profile, of=to_begin) is not None
    chat = postback(quiz_talk.NEXT_LABEL, action="quiz") if is_open else None
    words = f"{quiz_talk.summary(user.learner_profile)}\n\n{quiz_talk.MORE if page else quiz_talk.CHANGE}"
    changes = (
        postback(quiz_talk.change_label(each), action="quiz_ask", question=each.id) for each in to_begin
    )
    return say(_card(quiz_talk.PROFILE_TITLE, words, page, chat), quick=[quick(change) for change in changes])


def ask_question(question: Question, user: User) -> Say:
    to_begin = load_quiz().to_begin
    number = to_begin.index(question) + 1
    words = quiz_talk.ask(question, number, len(to_begin))
    topic = Topic.QUIZ_NAME if question.type is QuestionType.SHORT_TEXT else None
    return say(text_bubble(words), quick=[*_taps(question, user)], topic=topic)


def ask_for_more(question: Question, values: Sequence[object]) -> Say:
    """Several may be chosen: these are, as yet."""
    decide = _tap(
        quiz_talk.DECIDE_LABEL, "quiz_answer", question, values
    )  # first: it is seen without scrolling
    taps = [decide, *_choice_taps(question, values)]
    return say(text_bubble(quiz_talk.picked(question.labels(list(values)))), quick=taps)


def read_values(question: Question, joined: str) -> object:
    """What a tap of ours carries, for `question.check`."""
    return question.read(joined.split(_BETWEEN))


def _taps(question: Question, user: User) -> Iterator[LineObject]:
    yield from _choice_taps(question, ())
    if question.type is QuestionType.SHORT_TEXT:
        words = f"{called(user)}"
        yield quick(
            postback(quiz_talk.SAME_NAME_LABEL, display=words, action="quiz_skip", question=question.id)
        )
    elif question.skippable:
        yield quick(postback(quiz_talk.SKIP_LABEL, action="quiz_skip", question=question.id))
    yield quick(postback(quiz_talk.LATER_LABEL, action="quiz_later"))


def _choice_taps(question: Question, chosen: Sequence[object]) -> Iterator[LineObject]:
    for choice in question.choices:
        if question.type is not QuestionType.MULTI or choice.exclusive:
            if not chosen:  # what stands alone, or what there is one of, decides at once
                yield _tap(choice.label_ja, "quiz_answer", question, [choice.value])
            continue
        is_chosen = choice.value in chosen
        label = quiz_talk.PICKED_MARK + choice.label_ja if is_chosen else choice.label_ja
        rest = [value for value in chosen if value != choice.value]
        values = rest if is_chosen else [*chosen, choice.value]
        if values:
            yield _tap(label, "quiz_pick", question, values)
        else:
            yield quick(postback(label, action="quiz_ask", question=question.id))


def _tap(label: str, action: str, question: Question, values: Sequence[object]) -> LineObject:
    joined = _BETWEEN.join(map(str, values))
    return quick(postback(label, action=action, question=question.id, values=joined))


def _page(apps: LiffApps, label: str, path: str) -> LineObject | None:
    url = apps.page(path)
    return link_action(label, url) if url else None


def _card(title: str, words: str, *actions: LineObject | None) -> LineObject:
    taps = [action for action in actions if action is not None]
    buttons = [_button(action, first=index == 0) for index, action in enumerate(taps)]
    bubble = card([heading(title), text(words, color=QUIET)], buttons)
    return flex_bubble(f"{title}\n{words}", bubble)


def _button(action: LineObject, *, first: bool) -> LineObject:
    return button(action) if first else link_button(action)
