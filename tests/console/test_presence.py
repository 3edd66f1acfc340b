"""Who else is at a thread, and writes: told to those who are there, for half a minute, and never outside one's sight."""

import json
from collections.abc import Iterator
from datetime import timedelta

from sqlmodel import col, update

from models.base import database_now
from models.handover import ThreadPresence
from tests.console.conftest import SignedIn, signed_in
from tests.console.test_live import followed, learner_of, told, writes
from tests.liff.conftest import Site


def others(browser: SignedIn, user_id: int, *, is_typing: bool = False) -> str:
    answer = browser.post(f"/console/threads/{user_id}/presence", is_typing=str(is_typing).lower())
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def looks(events: Iterator[tuple[str, str]]) -> list[int]:
    event, data = next(events)
    assert event == "looks"
    ids: list[int] = json.loads(data)
    return ids


def test_coaches_see_each_other_for_half_a_minute(site: Site, coach_client: SignedIn) -> None:
    user_id, elsewhere = learner_of(site.database, "ここ"), learner_of(site.database, "よそ")
    with signed_in(site, "<山本>") as other:
        assert others(coach_client, user_id) == ""
        assert others(other, user_id, is_typing=True) == "<b>佐藤さん</b>が見ています"
        assert others(coach_client, user_id) == "<b>&lt;山本&gt;さん</b>が入力中"
        assert others(coach_client, elsewhere) == ""
        with site.database.transaction() as db:
            theirs = col(ThreadPresence.coach_id) == other.coach_id
            late = database_now(db) - timedelta(seconds=31)
            db.exec(update(ThreadPresence).where(theirs).values(seen_at=late))
        assert others(coach_client, user_id) == ""


def test_who_comes_or_begins_to_write_is_told_once(site: Site, coach_client: SignedIn) -> None:
    user_id = learner_of(site.database, "一度")
    with followed(coach_client, of=user_id) as events, signed_in(site, "入力する人") as other:
        others(other, user_id)
        assert looks(events) == [user_id]
        others(other, user_id)
        others(other, user_id, is_typing=True)
        assert looks(events) == [user_id]
        others(other, user_id, is_typing=True)
        writes(site.database, user_id)
        assert told(events) == [user_id]


def test_a_limited_coach_is_told_of_no_thread_of_others(site: Site) -> None:
    user_id = learner_of(site.database, "ひと")
    with (
        signed_in(site, "限定", is_limited=True) as limited,
        signed_in(site, "全員") as other,
        followed(limited, of=user_id) as events,
    ):
        others(other, user_id)
        answer = limited.post(f"/console/threads/{user_id}/presence", is_typing="false")
        assert answer.status_code == 404
        limited.post("/console/sign-out")
        others(other, user_id, is_typing=True)  # which ends the stream of who is signed out
        assert list(events) == []
