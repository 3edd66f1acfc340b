"""What a learner reads by the API: dishes, cooks, rooms, what they have learnt."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event

from models.chat import MessageType, RoomType, Sender
from models.learner import LearnerState
from models.session import CookingSession, SessionStatus, StageName
from models.user import User
from simulator.line.client import Learner
from tests.liff.conftest import Site
from tests.liff.cooks import add_cook, age, messages_of, pay, run_stage, say_in


@pytest.fixture
def user_id(site: Site, learner: Learner) -> int:
    return pay(site.database, learner.user_id)


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every statement that is sent to the database, by the web process too: it runs in this one."""
    seen: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", keep)
    yield seen
    event.remove(Engine, "before_cursor_execute", keep)


def test_dishes_of_the_first_month_are_open_with_how_far_one_has_come(
    site: Site, client: httpx.Client, user_id: int
) -> None:
    add_cook(site.database, user_id)
    dishes = client.get("/api/dishes").json()
    assert {dish["month_unlocked"] for dish in dishes} == {1}
    rice = next(dish for dish in dishes if dish["slug"] == "fried-rice")
    assert rice["name_ja"] == "チャーハン"
    assert {"key": "heat_management", "name": "火加減"} in rice["skills"]
    assert (rice["progress"]["cooked"], rice["progress"]["next_session_number"]) == (1, 2)
    others = [dish["progress"] for dish in dishes if dish is not rice]
    assert all(each["cooked"] == 0 and each["next_session_number"] == 1 for each in others)


def test_later_months_open_by_what_is_paid(site: Site, client: httpx.Client, user_id: int) -> None:
    few = client.get("/api/dishes").json()
    with site.database.transaction() as db:
        db.get_one(User, user_id).months_paid = 2
    assert len(client.get("/api/dishes").json()) > len(few)


def test_why_no_cook_is_left_is_said_with_the_dish(site: Site, client: httpx.Client, user_id: int) -> None:
    for number in (1, 2, 3):
        add_cook(site.database, user_id, number=number)
    progress = client.get("/api/dishes/fried-rice").json()["progress"]
    assert (progress["cooked"], progress["next_session_number"]) == (3, None)
    assert "チャーハン" in progress["refusal"]


def test_a_dish_is_told_in_full(client: httpx.Client) -> None:
    dish = client.get("/api/dishes/fried-rice").json()
    assert dish["steps"][0]["looks"]
    assert len(dish["attempts"]) == 3
    assert dish["allergens"]


@pytest.mark.parametrize(
    ("slug", "status", "problem"),
    [
        ("no-such-dish", 404, "dish_gone"),
        ("karaage", 403, "dish_locked"),
        ("Fried Rice", 422, "not_understood"),
    ],
)
def test_a_dish_that_is_not_open_says_why(client: httpx.Client, slug: str, status: int, problem: str) -> None:
    answer = client.get(f"/api/dishes/{slug}")
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:moment:problem:{problem}")


def test_cooks_come_newest_first_page_by_page(site: Site, client: httpx.Client, user_id: int) -> None:
    ids = [add_cook(site.database, user_id, number=number) for number in (1, 2, 3)]
    other = add_cook(site.database, user_id, slug="beef-steak")
    first = client.get("/api/sessions", params={"dish_slug": "fried-rice", "limit": 2}).json()
    assert [cook["id"] for cook in first["sessions"]] == [ids[2], ids[1]]
    params = {"dish_slug": "fried-rice", "limit": 2, "cursor": first["next_cursor"]}
    second = client.get("/api/sessions", params=params).json()
    assert ([cook["id"] for cook in second["sessions"]], second["next_cursor"]) == ([ids[0]], None)
    everything = client.get("/api/sessions").json()["sessions"]
    assert [cook["id"] for cook in everything] == [other, *reversed(ids)]
    assert client.get("/api/sessions", params={"dish_slug": "no-such-dish"}).json()["sessions"] == []


@pytest.mark.parametrize("path", ["/api/sessions", "/api/chat/rooms/coaching/messages"])
def test_a_cursor_may_name_more_than_there_can_be(client: httpx.Client, path: str) -> None:
    assert client.get(path, params={"cursor": "9999999999"}).json()["next_cursor"] is None
    for wrong in ("0", "-1", "1e3", "１", "99999999999"):
        assert client.get(path, params={"cursor": wrong}).status_code == 422


def test_a_list_of_three_cooks_takes_two_queries(
    site: Site, client: httpx.Client, user_id: int, statements: list[str]
) -> None:
    for number in (1, 2, 3):
        add_cook(site.database, user_id, number=number)
    statements.clear()
    cooks = client.get("/api/sessions", params={"dish_slug": "fried-rice"}).json()["sessions"]
    assert [cook["has_video"] for cook in cooks] == [True] * 3
    assert len(statements) == 2, "who asks, and their cooks with dish and media"


def test_a_cook_is_told_with_its_coaching(site: Site, client: httpx.Client, user_id: int) -> None:
    session_id = add_cook(site.database, user_id, note="たのしかったです。")
    cook = client.get(f"/api/sessions/{session_id}").json()
    assert cook["dish"] == {"slug": "fried-rice", "name": "チャーハン"}
    assert cook["coaching"]["mondaiten"].startswith("卵に")
    assert cook["coaching"]["praise"].endswith("たのしかったです。")
    assert cook["self_ratings"] == {"taste": 4}
    assert cook["memo"]["transcript"].endswith("たのしかったです。")
    assert cook["moments"]["key_moment_seconds"] == 41
    assert cook["moments"]["events"] == [{"at_seconds": 23, "duration_seconds": 2, "event": "卵が入りました"}]
    assert [clip["seconds"] for clip in cook["clips"]] == [61.5]
    assert cook["principles"][0]["skill_name"] == "卵の火入れ"
    assert cook["next_step"] == "cook_again"


def test_links_lead_to_the_media_for_seven_days(site: Site, client: httpx.Client, user_id: int) -> None:
    session_id = add_cook(site.database, user_id)
    with site.database.transaction() as db:
        key = db.get_one(CookingSession, session_id).coaching_video_gcs_path
    file = site.settings.objects_dir / key
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"\x00\x00\x00\x18ftypmp42" + b"v" * 100)
    url = client.get(f"/api/sessions/{session_id}").json()["coaching_video_url"]
    assert httpx.get(url).content == file.read_bytes()
    assert site.settings.media_link_days == 7


def test_what_the_learner_took_back_is_nowhere(site: Site, client: httpx.Client, user_id: int) -> None:
    session_id = add_cook(site.database, user_id)
    shown: dict[str, Any] = {
        "kind": MessageType.COACHING_VIDEO,
        "sender": Sender.AI,
        "session_id": session_id,
        "retry_key": "00000000-0000-4000-8000-000000000001",
    }
    with site.database.transaction() as db:
        session = db.get_one(CookingSession, session_id)
        paths = session.coaching_video_gcs_path, "sessions/0/another.mp4"
    for number, path in enumerate(paths):
        kind = (MessageType.COACHING_VIDEO, MessageType.NOTICE)[number]
        say_in(site.database, user_id, "", **{**shown, "kind": kind, "video_gcs_path": path})
    taken_back = say_in(site.database, user_id, "［送信取消］")
    with site.database.transaction() as db:
        message = next(each for each in messages_of(site.database, user_id) if each.id == taken_back)
        message.unsent_at = message.created_at
        db.merge(message)
    messages = client.get("/api/chat/rooms/coaching/messages").json()["messages"]
    assert [message["video_url"] is not None for message in messages] == [False, True]
    assert taken_back not in [message["id"] for message in messages]


def test_rooms_and_what_was_said_in_them(site: Site, client: httpx.Client, user_id: int) -> None:
    assert [room["last_message_at"] for room in client.get("/api/chat/rooms").json()] == [None, None]
    ids = [say_in(site.database, user_id, f"{number}つめ") for number in range(5)]
    video = say_in(site.database, user_id, "［動画］", RoomType.COOKING_VIDEOS, kind=MessageType.VIDEO)
    rooms = {room["type"]: room for room in client.get("/api/chat/rooms").json()}
    assert rooms["coaching"]["name"] == "AIコーチ"
    assert rooms["coaching"]["last_message_at"] is not None
    seen, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = client.get("/api/chat/rooms/coaching/messages", params=params).json()
        seen += [message["id"] for message in page["messages"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == ids[::-1]
    videos = client.get("/api/chat/rooms/cooking_videos/messages").json()["messages"]
    assert [(message["id"], message["type"]) for message in videos] == [(video, "video")]
    assert client.get("/api/chat/rooms/kitchen/messages").status_code == 422


def test_what_was_learnt(site: Site, client: httpx.Client, user_id: int) -> None:
    before = client.get("/api/learner-state").json()
    assert (before["updated_at"], before["learning_velocity"]) == (None, "steady")
    with site.database.transaction() as db:
        summary = {"dish": "fried-rice", "session": 1, "key_issue": "卵", "key_progress": "火加減"}
        db.add(
            LearnerState(
                user_id=user_id,
                skills_developing=["heat_management"],
                recurring_mistakes=[{"mistake": "egg_set_early", "seen_count": 2}],
                session_summaries=[summary],
                next_focus="卵",
            )
        )
    state = client.get("/api/learner-state").json()
    assert state["skills_developing"] == [{"key": "heat_management", "name": "火加減"}]
    assert state["recurring_mistakes"][0]["seen_count"] == 2
    assert state["recurring_mistakes"][0]["name"] != "egg_set_early"
    assert state["past_cooks"][0]["dish_slug"] == "fried-rice"


def test_progress_tells_stages_and_an_honest_time(site: Site, client: httpx.Client, user_id: int) -> None:
    session_id = add_cook(site.database, user_id, status=SessionStatus.PROCESSING)
    run_stage(site.database, session_id, StageName.ANALYZE_VIDEO)
    progress = client.get(f"/api/sessions/{session_id}").json()["progress"]
    stages = progress["stages"]
    assert (stages["store_video"], stages["prepare_video"]) == ("done", "skipped")
    assert (stages["analyze_video"], stages["coach_text"]) == ("running", "waiting")
    promise = site.settings.text_promise.total_seconds()
    assert promise - 60 < progress["text_in_seconds"] <= promise
    assert progress["video_in_seconds"] is None, "no session of ours tells yet"
    age(site.database, session_id, timedelta(hours=1))
    assert client.get(f"/api/sessions/{session_id}").json()["progress"]["text_in_seconds"] == 0


def test_more_requests_at_once_than_there_are_connections_and_threads_are_all_answered(
    site: Site, client: httpx.Client, user_id: int
) -> None:
    """Those who wait for a connection must not hold the threads that those who have one need."""
    add_cook(site.database, user_id)
    headers = {"Cookie": f"moment_session={client.cookies['moment_session']}"}

    async def read_all() -> list[int]:
        limits = httpx.Limits(max_connections=60)
        async with httpx.AsyncClient(base_url=site.url, headers=headers, timeout=60, limits=limits) as many:
            answers = await asyncio.gather(*(many.get("/api/sessions") for _ in range(60)))
        return [answer.status_code for answer in answers]

    assert asyncio.run(read_all()) == [200] * 60
