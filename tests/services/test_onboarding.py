"""The learner's profile: what is saved, what is asked next, when it is enough, and what is said once."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from knowledge_base.quiz import WrongAnswer, load_quiz
from models.chat import ChatRoom, Message, Topic
from models.database import Database
from models.user import User
from moment.resources import Resources
from services import onboarding, profile
from services.onboarding import QuestionUnknown, is_enough, next_question

BEGINNING = {
    "call_name": None,
    "cooking_experience_years": 0,
    "self_rated_level": "beginner",
    "goals": ["cook_without_recipes"],
    "kitchen_heat": "ih",
    "dietary": ["egg", "wheat"],
}


def save(database: Database, answers: Mapping[str, object]) -> User:
    with database.transaction() as db:
        user = profile.take_in(db, "U-yuko", "ゆうこ")
        onboarding.save_profile(db, user, answers)
        return user


def announced(database: Database) -> list[Message]:
    with database.transaction() as db:
        user = profile.take_in(db, "U-yuko", "ゆうこ")
        onboarding.announce(db, user)
        rows = db.exec(select(Message).join(ChatRoom).where(ChatRoom.user_id == user.id)).all()
        return [row for row in rows if row.meta.get("topic") == Topic.QUIZ_DONE]


def test_what_comes_next_follows_from_the_profile_alone() -> None:
    quiz = load_quiz()
    assert next_question({}) == quiz.questions[0]
    assert next_question({"call_name": None}) == quiz.questions[1], "what is skipped is not asked again"
    assert next_question(BEGINNING, of=quiz.to_begin) is None
    assert next_question(BEGINNING) == quiz.questions[6]
    whole = {each.profile_key: None for each in quiz.questions} | BEGINNING
    assert next_question(whole) is None
    gone = whole | {"pans": ["copper"]}
    assert next_question(gone) == quiz.of_key("pans"), "an answer that is offered no more is asked for again"


@pytest.mark.parametrize("key", BEGINNING)
def test_it_takes_all_of_those_to_begin_with(key: str) -> None:
    assert is_enough(BEGINNING)
    assert not is_enough({k: v for k, v in BEGINNING.items() if k != key})


def test_done_when_the_last_of_the_six_is_saved_and_it_stays_so(database: Database) -> None:
    (last, value), *before = reversed(BEGINNING.items())
    assert not save(database, dict(before)).onboarding_done
    done = save(database, {last: value})
    assert done.onboarding_done
    assert done.learner_profile == BEGINNING
    changed = save(database, {"dietary": ["none"], "hood": "weak"})
    assert changed.onboarding_done
    assert changed.learner_profile == BEGINNING | {"dietary": ["none"], "hood": "weak"}


def test_a_profile_is_saved_whole_or_not_at_all(database: Database) -> None:
    with pytest.raises(WrongAnswer):
        save(database, {"hood": "weak", "burners": "nine"})
    with pytest.raises(QuestionUnknown):
        save(database, {"hood": "weak", "favourite_colour": "red"})
    assert save(database, {}).learner_profile == {}


def test_answers_that_come_at_once_lose_nothing_of_each_other(database: Database) -> None:
    save(database, {})
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda item: save(database, dict([item])), BEGINNING.items()))
    user = save(database, {})
    assert user.learner_profile == BEGINNING
    assert user.onboarding_done


def test_the_chat_is_told_once_and_only_who_can_hear_it(resources: Resources) -> None:
    database = resources.database
    save(database, BEGINNING | {"call_name": "ゆう"})
    assert announced(database) == [], "no friend of any account of ours"
    with database.transaction() as db:
        profile.note_friendship(db, profile.take_in(db, "U-yuko", None), "moment")
    (told,) = announced(database)
    assert told.is_owed
    assert "ゆうさん" in told.text
    assert "卵、小麦は避けて" in told.text
    assert [row.id for row in announced(database)] == [told.id]


def test_the_chat_is_not_told_before_it_is_enough(resources: Resources) -> None:
    save(resources.database, {"hood": "weak"})
    with resources.database.transaction() as db:
        profile.note_friendship(db, profile.take_in(db, "U-yuko", None), "moment")
    assert announced(resources.database) == []
