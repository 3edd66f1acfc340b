"""The quiz as the chat knows it: offered once, answered by taps, never in the way, thanked for."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlmodel import select

from knowledge_base import phrasebook, quiz_talk
from knowledge_base.quiz import Question, load_quiz
from line.liff import LIFF_HOST
from models.user import User
from services import onboarding
from simulator.line.client import Bubble, Learner
from tests.flows.steps import replies, tap, wait_for_words, words
from tests.system import System, pick

PAUSED_AT = "analyze"

BEGINNING = {
    "call_name": None,
    "cooking_experience_years": 3,
    "self_rated_level": "improving",
    "goals": ["cook_without_recipes"],
    "kitchen_heat": "ih",
    "dietary": ["egg", "milk"],
}


def user_of(system: System, learner: Learner) -> User:
    with system.database.transaction() as db:
        return db.exec(select(User).where(User.line_user_id == learner.user_id)).one()


def profile_of(system: System, learner: Learner) -> dict[str, object]:
    return user_of(system, learner).learner_profile


def save(system: System, learner: Learner, answers: Mapping[str, object]) -> None:
    """As the page does."""
    with system.database.transaction() as db:
        user = db.exec(select(User).where(User.line_user_id == learner.user_id)).one()
        onboarding.save_profile(db, user, answers)


def say(learner: Learner, text: str) -> list[Bubble]:
    return replies(learner, lambda: learner.text(text))


def label_of(question_id: str, value: object) -> str:
    return question(question_id).labels(value)[0]


def question(question_id: str) -> Question:
    found = load_quiz().question(question_id)
    assert found is not None
    return found


def is_asked(bubbles: list[Bubble], question_id: str) -> bool:
    return question(question_id).text in bubbles[-1].text


def links(learner: Learner) -> list[str]:
    return [str(action["uri"]) for action in learner.thread().tappable() if action["type"] == "uri"]


def test_the_welcome_offers_the_page_and_the_chat_before_the_dishes(shared: System) -> None:
    learner = shared.desk.learner("ゆうこ")
    welcome = replies(learner, learner.follow)
    assert quiz_talk.OFFER in words(welcome)
    assert welcome[1].labels() == [quiz_talk.OPEN_LABEL, quiz_talk.CHAT_LABEL]
    assert links(learner) == [f"{LIFF_HOST}/{shared.settings.liff_id}/quiz"]
    assert "slug=" in str(welcome[2].actions()[0]["data"])


def test_all_of_it_can_be_answered_in_the_chat(shared: System) -> None:
    learner = shared.learner()
    assert is_asked(tap(learner, quiz_talk.CHAT_LABEL), "call_name")
    named = say(learner, "ゆうです。")
    assert "ゆうさん、とお呼びしますね。" in words(named)
    assert is_asked(named, "experience")
    assert is_asked(tap(learner, label_of("experience", 3)), "self_rated_level")
    assert is_asked(tap(learner, label_of("self_rated_level", "improving")), "goals")
    assert is_asked(tap(learner, quiz_talk.SKIP_LABEL), "kitchen_heat")
    assert is_asked(tap(learner, "IH"), "dietary")
    assert quiz_talk.DECIDE_LABEL not in learner.thread().labels()
    assert "「卵」を選びました" in words(tap(learner, "卵"))
    assert "「卵」「乳」を選びました" in words(tap(learner, "乳"))
    assert "「乳」を選びました" in words(tap(learner, f"{quiz_talk.PICKED_MARK}卵"))
    assert profile_of(shared, learner).keys().isdisjoint({"dietary"}), "nothing half answered is kept"
    done = tap(learner, quiz_talk.DECIDE_LABEL)
    assert "ゆうさん、教えてくださってありがとうございます。" in words(done)
    assert "乳は避けてご案内します" in words(done)
    assert phrasebook.CHOOSE_DISH in words(done), "and what comes next"
    assert profile_of(shared, learner) == BEGINNING | {
        "call_name": "ゆう",
        "goals": None,
        "dietary": ["milk"],
    }
    assert user_of(shared, learner).onboarding_done


def test_none_of_these_decides_at_once_and_unpicking_all_asks_anew(shared: System) -> None:
    learner = shared.learner()
    save(shared, learner, {key: value for key, value in BEGINNING.items() if key != "dietary"})
    assert is_asked(tap(learner, quiz_talk.CHAT_LABEL), "dietary")
    tap(learner, "卵")
    assert label_of("dietary", ["none"]) not in learner.thread().labels()
    assert is_asked(tap(learner, f"{quiz_talk.PICKED_MARK}卵"), "dietary")
    assert phrasebook.CHOOSE_DISH in words(tap(learner, label_of("dietary", ["none"])))
    assert profile_of(shared, learner)["dietary"] == ["none"]


def test_a_cook_in_the_middle_is_taken_as_usual_and_the_quiz_goes_on_later(
    shared: System, clip: Path
) -> None:
    learner = shared.learner()
    tap(learner, quiz_talk.CHAT_LABEL)
    pick(learner)
    learner.video(clip)
    wait_for_words(learner, "動画を受け取りました")
    assert phrasebook.MEMO_TEXT_RECEIVED in words(say(learner, "おいしく焼けました")), "no name any more"
    assert is_asked(tap(learner, quiz_talk.CHAT_LABEL), "call_name")
    assert is_asked(tap(learner, quiz_talk.SAME_NAME_LABEL), "experience")
    assert quiz_talk.LATER in words(tap(learner, quiz_talk.LATER_LABEL))
    assert profile_of(shared, learner) == {"call_name": None}


@pytest.mark.parametrize("text", ["卵はいつ入れますか", "はい", "3"])
def test_what_is_no_name_is_not_taken_for_one(shared: System, text: str) -> None:
    learner = shared.learner()
    tap(learner, quiz_talk.CHAT_LABEL)
    before = len(learner.thread().from_bot)
    learner.text(text)
    learner.wait_for(lambda thread: thread.from_bot[before:], 40)
    assert profile_of(shared, learner) == {}


def test_a_name_may_be_left_out_by_a_word(shared: System) -> None:
    learner = shared.learner()
    tap(learner, quiz_talk.CHAT_LABEL)
    assert is_asked(say(learner, "スキップ"), "experience")


def test_what_the_page_says_in_their_name_is_answered_with_what_was_understood(shared: System) -> None:
    learner = shared.learner()
    save(shared, learner, BEGINNING)
    message = [{"type": "text", "text": quiz_talk.ANSWERED}]
    answer = replies(learner, lambda: learner.liff_messages(message))
    assert "ゆうこさん、教えてくださって" in words(answer)
    assert "IHに合わせて" in words(answer)
    assert "slug=" in str(answer[-1].actions()[0]["data"])
    unanswered = shared.learner("はな")
    assert is_asked(say(unanswered, quiz_talk.ANSWERED), "call_name"), "who has not, is asked"


@pytest.mark.parametrize("word", ["プロフィール", "設定"])
def test_a_word_opens_the_profile_to_look_at_and_to_change(shared: System, word: str) -> None:
    learner = shared.learner()
    save(shared, learner, BEGINNING)
    (card,) = say(learner, word)
    assert "台所の火：IH" in card.text
    assert links(learner)[0] == f"{LIFF_HOST}/{shared.settings.liff_id}/quiz/review"
    assert is_asked(tap(learner, quiz_talk.change_label(question("kitchen_heat"))), "kitchen_heat")
    assert "ガスこんろに合わせて" in words(tap(learner, label_of("kitchen_heat", "gas")))
    assert profile_of(shared, learner) == BEGINNING | {"kitchen_heat": "gas"}


def test_who_never_saw_the_offer_is_made_it_once(shared: System) -> None:
    learner = shared.desk.learner("けん")
    assert quiz_talk.OFFER not in words(replies(learner, learner.sticker))
    assert quiz_talk.OFFER in words(say(learner, "料理を選ぶ"))
    assert quiz_talk.OFFER not in words(say(learner, "料理を選ぶ"))
    done = shared.desk.learner("さき")
    replies(done, done.sticker)
    save(shared, done, BEGINNING)
    assert quiz_talk.OFFER not in words(say(done, "料理を選ぶ")), "nor is one who has done it"


@pytest.mark.parametrize(
    "data",
    [
        "action=quiz_answer&question=hood&values=weak",
        "action=quiz_answer&question=nonsense&values=x",
        "action=quiz_skip",
        "action=quiz_pick&question=gone&values=x",
    ],
)
def test_a_tap_that_fits_no_question_of_the_chat_is_an_old_button(shared: System, data: str) -> None:
    learner = shared.learner()
    assert phrasebook.OLD_BUTTON in words(replies(learner, lambda: learner.postback(data)))
    assert profile_of(shared, learner) == {}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("action=quiz_answer&question=dietary&values=egg.none", "answer_not_alone"),
        ("action=quiz_answer&question=kitchen_heat&values=bonfire", "answer_not_offered"),
        ("action=quiz_skip&question=dietary", "answer_missing"),
    ],
)
def test_an_answer_that_does_not_fit_is_asked_for_again(shared: System, data: str, said: str) -> None:
    learner = shared.learner()
    asked = replies(learner, lambda: learner.postback(data))
    assert phrasebook.phrase(f"web.{said}") in words(asked)
    assert is_asked(asked, data.split("question=")[1].split("&")[0])
    assert profile_of(shared, learner) == {}
