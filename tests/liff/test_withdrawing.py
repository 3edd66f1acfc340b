"""A clip is taken back from a page: until the text is written, once, and by nobody else."""

import httpx
import pytest
from sqlmodel import col, select

from knowledge_base import consent_talk
from knowledge_base.pages import page_words
from models.chat import Message, MessageType
from models.media import Media, MediaKind, MediaState
from models.session import CookingSession, StageName, StageRun
from tests.consents import consent_of
from tests.liff.conftest import Site
from tests.liff.cooks import messages_of, run_stage, write_text
from tests.liff.kitchen import Kitchen
from tests.liff.test_uploads import Cook, cook, stranger

__all__ = ["cook", "stranger"]

WORDS = page_words("session")


def clips(cook: Cook) -> list[int]:
    return [clip["id"] for clip in detail(cook)["clips"]]


def detail(cook: Cook) -> dict[str, list[dict[str, int]]]:
    found: dict[str, list[dict[str, int]]] = cook.client.get(f"/api/sessions/{cook.session_id}").json()
    return found


def withdraw(cook: Cook, clip_id: int) -> httpx.Response:
    return cook.client.delete(f"/api/sessions/{cook.session_id}/clips/{clip_id}")


def notices(cook: Cook) -> list[Message]:
    return [each for each in messages_of(cook.site.database, cook.user_id) if each.kind == MessageType.NOTICE]


@pytest.fixture
def clip_id(cook: Cook) -> int:
    """Sent by the page, and looked at already."""
    with cook.site.database.transaction() as db:
        consent_of(db, cook.user_id)
    cook.send(cook.open().json())
    run_stage(cook.site.database, cook.session_id, StageName.ANALYZE_VIDEO)
    (clip_id,) = clips(cook)
    return clip_id


def test_a_clip_is_gone_and_the_cook_waits_for_another(cook: Cook, clip_id: int) -> None:
    assert withdraw(cook, clip_id).status_code == 204
    with cook.site.database.transaction() as db:
        media = db.get_one(Media, clip_id)
        assert (media.state, media.reason, media.lease_token) == (MediaState.WITHDRAWN, "withdrawn", None)
        assert media.due_at is not None, "our copy is to be deleted"
        assert db.get_one(CookingSession, cook.session_id).raw_video_url == ""
        assert db.exec(select(StageRun).where(StageRun.session_id == cook.session_id)).all() == []
    assert clips(cook) == []
    room = cook.client.get("/api/chat/rooms/cooking_videos/messages").json()
    assert room["messages"] == [], "nor is it in the room"
    assert cook.open().status_code == 201, "another is taken"
    assert cook.client.get(f"/api/sessions/{cook.session_id}").json()["next_step"] == "video"


def test_sent_twice_it_is_done_and_told_once(cook: Cook, clip_id: int) -> None:
    assert [withdraw(cook, clip_id).status_code for _ in range(2)] == [204, 204]
    assert len(notices(cook)) == 1


def test_what_may_not_be_looked_at_yet_is_not_asked_for_once_it_is_gone(cook: Cook) -> None:
    cook.send(cook.open().json())
    assert [each.text for each in notices(cook)] == [consent_talk.FIRST]
    (clip_id,) = clips(cook)
    assert withdraw(cook, clip_id).status_code == 204
    assert consent_talk.FIRST not in [each.text for each in notices(cook)]


def test_of_several_the_next_takes_its_place(site: Site, cook: Cook, clip_id: int) -> None:
    with site.database.transaction() as db:
        session = db.get_one(CookingSession, cook.session_id)
        second = Kitchen(site, cook.user_id).send(db, session, MediaKind.VIDEO, position=2)
        second_id, key = second.id, second.object_key
    assert withdraw(cook, clip_id).status_code == 204
    assert clips(cook) == [second_id]
    with site.database.transaction() as db:
        assert db.get_one(CookingSession, cook.session_id).raw_video_url == key


def test_once_the_text_is_written_it_is_too_late(cook: Cook, clip_id: int) -> None:
    write_text(cook.site.database, cook.session_id)
    refused = withdraw(cook, clip_id)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:moment:problem:text_written")
    assert clips(cook) == [clip_id]
    assert notices(cook) == []


def test_nobody_takes_back_what_is_not_of_their_cook(cook: Cook, stranger: Cook, clip_id: int) -> None:
    assert withdraw(stranger, clip_id).status_code == 404
    theirs = stranger.client.delete(f"/api/sessions/{cook.session_id}/clips/{clip_id}")
    assert (theirs.status_code, theirs.json()["type"]) == (404, "urn:moment:problem:not_found")
    with cook.site.database.transaction() as db:
        memo = Kitchen(cook.site, cook.user_id).send(
            db, db.get_one(CookingSession, cook.session_id), MediaKind.MEMO
        )
        memo_id = memo.id
    assert withdraw(cook, memo_id).status_code == 404
    with cook.site.database.transaction() as db:
        states = db.exec(select(Media.state).where(col(Media.id).in_([clip_id, memo_id]))).all()
    assert MediaState.WITHDRAWN not in states


def test_the_page_offers_it_as_long_as_it_can_be_done(cook: Cook, clip_id: int) -> None:
    path = f"/liff/sessions/{cook.session_id}"
    offered = f'data-withdraw="/sessions/{cook.session_id}/clips/{clip_id}"'
    assert offered in cook.client.get(path).text
    assert WORDS["withdraw"] in cook.client.get(path).text
    write_text(cook.site.database, cook.session_id)
    assert offered not in cook.client.get(path).text
