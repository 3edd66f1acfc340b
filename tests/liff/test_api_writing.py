"""What a learner does by the API: opening a cook, rating it, asking; each once, and not without end."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from sqlmodel import select

from liff.limits import WRITES_A_MINUTE, RateLimits
from models.base import database_now
from models.chat import MessageType
from models.flag import CoachFlag
from models.session import CookingSession, SessionStatus
from models.user import SubscriptionStatus, User
from models.web import IdempotencyKey
from services.idempotency import KEEP
from services.questions import QUESTIONS_A_DAY
from simulator.line.client import Learner
from tests.liff.conftest import Site
from tests.liff.cooks import add_cook, messages_of, pay, say_in

ROOM = "/api/chat/rooms/coaching/messages"
QUESTION = "ご飯がべちゃっとするのはなぜですか。"


@pytest.fixture
def user_id(site: Site, learner: Learner) -> int:
    return pay(site.database, learner.user_id)


def ask(client: httpx.Client, text: str = QUESTION, key: str | None = None) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(ROOM, json={"text": text}, headers=headers)


def problem_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"].removeprefix("urn:moment:problem:")


def test_a_cook_is_opened_and_says_where_its_video_goes(client: httpx.Client, user_id: int) -> None:
    answer = client.post("/api/sessions", json={"dish_slug": "fried-rice"})
    cook = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"/api/sessions/{cook['id']}")
    assert cook["upload_path"] == f"/api/sessions/{cook['id']}/upload"
    assert cook["voice_memo_path"] == f"/api/sessions/{cook['id']}/voice-memo"
    assert (cook["session_number"], cook["status"], cook["next_step"]) == (1, "pending_upload", "video")
    assert client.get(answer.headers["location"]).json()["id"] == cook["id"]
    moved = client.post("/api/sessions", json={"dish_slug": "beef-steak"}).json()
    assert (moved["id"], moved["dish"]["slug"]) == (cook["id"], "beef-steak"), "nothing was spent on it"


def test_of_many_who_open_at_once_all_find_one_cook(client: httpx.Client, user_id: int) -> None:
    def open_cook(slug: str) -> tuple[int, int]:
        answer = client.post("/api/sessions", json={"dish_slug": slug})
        return answer.status_code, answer.json()["id"]

    with ThreadPoolExecutor(6) as pool:
        opened = set(pool.map(open_cook, ["fried-rice", "beef-steak", "pomodoro"] * 2))
    assert len(opened) == 1
    assert opened.pop()[0] == 201


def test_what_may_not_be_opened_says_why(site: Site, client: httpx.Client, user_id: int) -> None:
    def open_cook(slug: str) -> tuple[int, str]:
        return problem_of(client.post("/api/sessions", json={"dish_slug": slug}))

    assert open_cook("no-such-dish") == (404, "dish_gone")
    assert open_cook("karaage") == (403, "dish_locked")
    add_cook(site.database, user_id, status=SessionStatus.PROCESSING)
    assert open_cook("beef-steak") == (409, "coaching_under_way")
    with site.database.transaction() as db:
        db.exec(
            select(CookingSession).where(CookingSession.user_id == user_id)
        ).one().status = SessionStatus.COMPLETED
        db.get_one(User, user_id).subscription_status = SubscriptionStatus.FREE
    assert open_cook("beef-steak") == (403, "trial_used")


def test_ratings_are_kept_as_far_as_they_are_given(site: Site, client: httpx.Client, user_id: int) -> None:
    session_id = add_cook(site.database, user_id, status=SessionStatus.PROCESSING)
    path = f"/api/sessions/{session_id}/ratings"
    assert client.patch(path, json={"aroma": 2}).json()["self_ratings"] == {"taste": 4, "aroma": 2}
    rest = {"taste": 5, "appearance": 3, "texture": 1}
    assert client.patch(path, json=rest).json()["self_ratings"] == {**rest, "aroma": 2}
    wrongs: list[object] = [{"taste": 6}, {"taste": 0}, {"smell": 3}, {"taste": "high"}, []]
    for wrong in wrongs:
        assert problem_of(client.patch(path, json=wrong)) == (422, "not_understood")


def test_ratings_are_closed_once_all_are_given_and_the_text_is_there(
    site: Site, client: httpx.Client, user_id: int
) -> None:
    path = f"/api/sessions/{add_cook(site.database, user_id)}/ratings"
    missing = {"appearance": 3, "texture": 3, "aroma": 3}
    assert client.patch(path, json=missing).status_code == 200
    assert problem_of(client.patch(path, json={"taste": 1})) == (409, "rating_closed")


def test_a_question_is_owed_an_answer_as_from_the_chat(
    site: Site, client: httpx.Client, user_id: int
) -> None:
    answer = ask(client, f"  {QUESTION}\0 ")
    assert answer.status_code == 201
    (message,) = messages_of(site.database, user_id)
    assert (message.id, message.text, message.kind) == (answer.json()["id"], QUESTION, MessageType.QUESTION)
    assert message.due_at is not None
    (seen,) = client.get(ROOM).json()["messages"]
    assert seen == answer.json()


def test_a_danger_is_answered_before_anybody_thinks(site: Site, client: httpx.Client, user_id: int) -> None:
    answer = ask(client, "油に火がつきました。どうすればいいですか")
    messages = client.get(ROOM).json()["messages"]
    assert [message["answers_id"] for message in messages] == [answer.json()["id"], None]
    assert "119" in messages[0]["text"]
    reply = messages_of(site.database, user_id)[-1]
    assert reply.is_owed, "it comes in LINE too"
    with site.database.transaction() as db:
        assert db.exec(select(CoachFlag).where(CoachFlag.user_id == user_id)).first() is not None


def test_the_room_of_videos_takes_no_words(client: httpx.Client, user_id: int) -> None:
    answer = client.post("/api/chat/rooms/cooking_videos/messages", json={"text": QUESTION})
    assert problem_of(answer) == (409, "room_without_words")
    assert "AIコーチ" in answer.json()["detail"]


@pytest.mark.parametrize("text", ["", " \n　", "\0\0", "あ" * 5001])
def test_words_that_say_nothing_are_refused(client: httpx.Client, text: str) -> None:
    assert problem_of(ask(client, text)) == (422, "not_understood")


@pytest.mark.parametrize(
    "body", [b'{"text": "\\ud800"}', b'{"text": null}', b"{", b"", b"[]", b'{"text": "a", "b": 1}']
)
def test_a_body_of_another_shape_is_refused(client: httpx.Client, body: bytes) -> None:
    answer = client.post(ROOM, content=body, headers={"Content-Type": "application/json"})
    assert problem_of(answer) == (422, "not_understood")


def test_bytes_that_are_no_text_are_refused(client: httpx.Client) -> None:
    answer = client.post(ROOM, content=b"\xff", headers={"Content-Type": "application/json"})
    assert problem_of(answer) == (400, "not_understood")


def test_what_is_asked_too_often_is_kept_though_not_answered(
    site: Site, client: httpx.Client, user_id: int
) -> None:
    for _ in range(QUESTIONS_A_DAY):
        say_in(site.database, user_id, "まだですか", kind=MessageType.QUESTION)
    answer = ask(client)
    assert problem_of(answer) == (429, "too_many_questions")
    assert int(answer.headers["retry-after"]) > 0
    last = messages_of(site.database, user_id)[-1]
    assert (last.text, last.kind) == (QUESTION, MessageType.TEXT)


def test_a_body_that_is_too_large_is_not_read(client: httpx.Client) -> None:
    whole = client.post(ROOM, content=b"x" * 70_000, headers={"Content-Type": "application/json"})
    assert problem_of(whole) == (413, "too_large")
    pieces = client.post(
        ROOM, content=(b"x" * 10_000 for _ in range(10)), headers={"Content-Type": "application/json"}
    )
    assert problem_of(pieces) == (413, "too_large")


# ---- once


def test_a_request_that_is_sent_twice_is_done_once(site: Site, client: httpx.Client, user_id: int) -> None:
    key = str(uuid4())
    first, second = ask(client, key=key), ask(client, key=key)
    assert (second.status_code, second.json()) == (first.status_code, first.json())
    assert second.headers["content-type"] == first.headers["content-type"]
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert len(messages_of(site.database, user_id)) == 1
    opened = [
        client.post("/api/sessions", json={"dish_slug": "fried-rice"}, headers={"Idempotency-Key": "a"})
        for _ in range(2)
    ]
    assert opened[0].headers["location"] == opened[1].headers["location"]


def test_a_key_is_for_one_request_and_one_learner(site: Site, client: httpx.Client, user_id: int) -> None:
    key = str(uuid4())
    assert ask(client, key=key).status_code == 201
    assert problem_of(ask(client, "火加減のこつは？", key=key)) == (422, "key_reused")
    other_place = client.post(
        "/api/sessions", json={"dish_slug": "fried-rice"}, headers={"Idempotency-Key": key}
    )
    assert problem_of(other_place) == (422, "key_reused")
    other = site.desk.learner("はな")
    with site.signed_in(other) as stranger:
        assert ask(stranger, key=key).status_code == 201


def test_what_is_refused_may_be_tried_anew_with_its_key(client: httpx.Client, user_id: int) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    assert client.post("/api/sessions", json={"dish_slug": "no-such-dish"}, headers=key).status_code == 404
    assert client.post("/api/sessions", json={"dish_slug": "fried-rice"}, headers=key).status_code == 201


def test_while_the_first_is_being_done_the_second_is_told_to_wait(
    site: Site, client: httpx.Client, user_id: int
) -> None:
    """The first is held at the learner's latest cook, whose row is locked meanwhile."""
    add_cook(site.database, user_id)
    key = {"Idempotency-Key": str(uuid4())}

    def open_cook() -> httpx.Response:
        return client.post("/api/sessions", json={"dish_slug": "beef-steak"}, headers=key, timeout=30)

    with ThreadPoolExecutor() as threads:
        with site.database.transaction() as db:
            mine = select(CookingSession).where(CookingSession.user_id == user_id)
            db.exec(mine.with_for_update()).one()
            both = [threads.submit(open_cook) for _ in range(2)]
            first_back = threading.Event()
            for each in both:
                each.add_done_callback(lambda _: first_back.set())
            assert first_back.wait(30)
        answers = sorted((each.result() for each in both), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [201, 409]
    assert problem_of(answers[1]) == (409, "still_doing")
    assert open_cook().json() == answers[0].json()


@pytest.mark.parametrize("key", ["", "é", "a" * 256, "with space"])
def test_a_key_that_is_none_is_refused(client: httpx.Client, key: str) -> None:
    answer = client.post(ROOM, json={"text": QUESTION}, headers={b"Idempotency-Key": key.encode()})
    assert problem_of(answer) == (422, "not_understood")


def test_keys_are_kept_for_a_day(site: Site, client: httpx.Client, user_id: int) -> None:
    ask(client, key="old")
    with site.database.transaction() as db:
        db.exec(select(IdempotencyKey).where(IdempotencyKey.user_id == user_id)).one().created_at = (
            database_now(db) - KEEP - timedelta(minutes=1)
        )
    other = site.desk.learner("はな")
    with site.signed_in(other) as stranger:
        ask(stranger, key="new")  # whoever comes sweeps
    with site.database.transaction() as db:
        assert db.exec(select(IdempotencyKey).where(IdempotencyKey.user_id == user_id)).first() is None


# ---- not without end


def test_a_learner_who_writes_too_often_is_told_when_to_go_on(
    site: Site, client: httpx.Client, user_id: int
) -> None:

    async def write_elsewhere() -> None:
        others = RateLimits(site.settings.broker_url or "")  # another process of ours
        for _ in range(WRITES_A_MINUTE):
            await others.count(user_id, reads=False)
        await others.close()

    asyncio.run(write_elsewhere())
    answer = ask(client)
    assert problem_of(answer) == (429, "too_many")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert client.get("/api/learner-state").status_code == 200, "reading is counted apart"
    other = site.desk.learner("はな")
    with site.signed_in(other) as stranger:
        assert stranger.post("/api/sessions", json={"dish_slug": "fried-rice"}).status_code == 201
    assert messages_of(site.database, user_id) == []


def test_while_the_broker_is_away_nobody_is_refused() -> None:
    async def write() -> None:
        limits = RateLimits("redis://127.0.0.1:1/0", writes=1)
        for _ in range(3):
            await limits.count(1, reads=False)
        await limits.close()

    asyncio.run(write())
