"""The quiz's bubbles, as LINE takes them, with LIFF apps and without."""

import pytest

from bot.say.quiz import ask_for_more, ask_question, offer_card, profile_card
from knowledge_base import quiz_talk
from knowledge_base.quiz import Question, QuestionType, load_quiz
from line.liff import LiffApps
from line.limits import MAX_DATA, MAX_QUICK_REPLIES, units
from models.user import User
from simulator.line.bubbles import actions_in
from simulator.line.messages import check_messages

NONE = LiffApps(None, None, None, None)
PAGES = LiffApps("2000000098-Pages", None, None, None)
USER = User(line_user_id="U1", first_name="ゆうこ", learner_profile={})


def labels(bubble: object) -> list[str]:
    return [str(action["label"]) for action in actions_in(bubble)]


def test_without_a_liff_app_no_link_is_sent() -> None:
    assert labels(offer_card(NONE)) == [quiz_talk.CHAT_LABEL]
    assert labels(offer_card(PAGES)) == [quiz_talk.OPEN_LABEL, quiz_talk.CHAT_LABEL]
    without, with_page = (profile_card(USER, apps).bubbles[0] for apps in (NONE, PAGES))
    assert quiz_talk.REVIEW_LABEL not in labels(without)
    assert quiz_talk.REVIEW_LABEL in labels(with_page)
    assert all(action["type"] != "uri" for action in actions_in(without))


@pytest.mark.parametrize("question", load_quiz().to_begin, ids=lambda question: str(question.id))
def test_line_takes_each_question_with_all_that_can_be_chosen(question: Question) -> None:
    bubbles = [*ask_question(question, USER).bubbles]
    if question.type is QuestionType.MULTI:
        several = [choice.value for choice in question.choices if not choice.exclusive]
        bubbles += [*ask_for_more(question, several[:1]).bubbles, *ask_for_more(question, several).bubbles]
    check_messages({"messages": bubbles})
    for bubble in bubbles:
        taps = list(actions_in(bubble["quickReply"]))
        assert len(taps) <= MAX_QUICK_REPLIES
        assert all(units(tap["data"]) <= MAX_DATA and "…" not in tap["data"] for tap in taps)


@pytest.mark.parametrize("apps", [NONE, PAGES])
def test_line_takes_the_cards(apps: LiffApps) -> None:
    check_messages({"messages": [offer_card(apps), *profile_card(USER, apps).bubbles]})
