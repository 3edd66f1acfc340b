"""The quiz over the API: questions, answers one by one, the whole profile, and what is refused."""

from collections.abc import Mapping

import httpx
import pytest
from sqlmodel import col, select

from knowledge_base.quiz import load_quiz
from models.chat import ChatRoom, Message, Topic
from models.user import User
from services.profile import note_friendship
from simulator.line.client import Learner
from tests.liff.conftest import Site

BEGINNING: Mapping[str, object] = {
    "call_name": "ゆう",
    "experience": 0,
    "self_rated_level": "beginner",
    "goals": None,
    "kitchen_heat": "ih",
    "dietary": ["none"],
}


def put(client: httpx.Client, question: str, value: object) -> httpx.Response:
    return client.put(f"/api/onboarding/answers/{question}", json={"value": value})


def user_of(site: Site, learner: Learner) -> User:
    with site.database.transaction() as db:
        return db.exec(select(User).where(User.line_user_id == learner.user_id)).one()


def test_the_questions_come_in_their_order_with_sections_and_what_is_answered(client: httpx.Client) -> None:
    put(client, "experience", 3)
    body = client.get("/api/onboarding").json()
    quiz = load_quiz()
    assert [question["id"] for question in body["questions"]] == [each.id for each in quiz.questions]
    assert list(body["sections"]) == list(quiz.sections)
    assert body["learner_profile"] == {"cooking_experience_years": 3}
    assert body["progress"] == {
        "onboarding_done": False,
        "settled": 1,
        "total": len(quiz.questions),
        "next_question": "call_name",
    }


def test_each_answer_is_saved_and_the_sixth_is_enough_to_begin(
    site: Site, client: httpx.Client, learner: Learner
) -> None:
    done = [put(client, question, value).json()["onboarding_done"] for question, value in BEGINNING.items()]
    assert done == [False] * 5 + [True]
    assert client.get("/api/auth/me").json()["first_name"] == "ゆう", "called as they wish from now on"
    assert client.put("/api/onboarding/answers/dietary/", json={"value": ["egg"]}).status_code == 200
    user = user_of(site, learner)
    assert user.onboarding_done
    assert user.learner_profile["dietary"] == ["egg"]
    assert user.learner_profile["goals"] is None


def test_a_profile_is_saved_whole_or_in_parts(site: Site, client: httpx.Client, learner: Learner) -> None:
    part = client.post("/api/onboarding", json={"learner_profile": {"hood": "weak"}})
    assert part.json()["onboarding_done"] is False
    quiz = load_quiz()
    rest = {
        question.profile_key: BEGINNING[question.id]
        for question in quiz.questions
        if question.id in BEGINNING
    }
    whole = client.post("/api/onboarding/", json={"learner_profile": rest})
    assert whole.json()["onboarding_done"] is True
    assert client.post("/api/onboarding", json={}).json() == whole.json()
    assert user_of(site, learner).learner_profile == {"hood": "weak", **rest}


@pytest.mark.parametrize(
    ("question", "value", "status", "kind"),
    [
        ("dietary", [], 409, "answer_missing"),
        ("dietary", ["none", "egg"], 409, "answer_not_alone"),
        ("kitchen_heat", "bonfire", 409, "answer_not_offered"),
        ("call_name", "あ" * 21, 409, "answer_too_long"),
        ("call_name", "ゆ\u0000う", 409, "answer_unreadable"),
        ("experience", True, 422, "not_understood"),
        ("experience", {"years": 3}, 422, "not_understood"),
        ("experience", 3.5, 422, "not_understood"),
        ("call_name", "あ" * 201, 422, "not_understood"),
        ("favourite_colour", "red", 404, "not_found"),
    ],
)
def test_what_does_not_fit_is_refused_kindly_and_changes_nothing(
    site: Site, client: httpx.Client, learner: Learner, question: str, value: object, status: int, kind: str
) -> None:
    refused = put(client, question, value)
    assert (refused.status_code, refused.json()["type"]) == (status, f"urn:moment:problem:{kind}")
    assert refused.json()["detail"].endswith("くださいね。")
    assert user_of(site, learner).learner_profile == {}


def test_nobody_answers_without_signing_in(site: Site) -> None:
    with site.browser() as client:
        assert put(client, "hood", "weak").status_code == 401
        assert client.get("/api/onboarding").status_code == 401
        assert client.post("/api/onboarding", json={"announce": True}).status_code == 401


def test_a_page_that_can_not_speak_lets_the_bot_say_it_once(
    site: Site, client: httpx.Client, learner: Learner
) -> None:
    for question, value in BEGINNING.items():
        put(client, question, value)
    with site.database.transaction() as db:
        user = db.exec(select(User).where(User.line_user_id == learner.user_id)).one()
        note_friendship(db, user, learner.channel)
    for _ in range(2):
        assert client.post("/api/onboarding", json={"announce": True}).status_code == 200
    with site.database.transaction() as db:
        mine = select(Message).join(ChatRoom, col(Message.chat_room_id) == ChatRoom.id)
        told = db.exec(mine.where(ChatRoom.user_id == user.id)).all()
    assert [message.meta.get("topic") for message in told] == [Topic.QUIZ_DONE]
