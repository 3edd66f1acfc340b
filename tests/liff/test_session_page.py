"""A cook's own page: what it says in every state, and to whom."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event

from knowledge_base import phrasebook
from knowledge_base.pages import page_words
from models.base import database_now
from models.chat import MessageType
from models.media import Media, MediaKind, MediaSource, MediaState
from models.rules.moments import moments_of
from models.session import CookingSession, SessionStatus, StageName, StageRun
from services.media import withdraw
from services.outbox import queue_notice
from tests.liff.conftest import Site
from tests.liff.kitchen import ANALYSIS, COACHING, Kitchen

WORDS = page_words("session")


@pytest.fixture
def kitchen(site: Site, client: httpx.Client) -> Kitchen:
    return Kitchen.of(site, client)


def page(client: httpx.Client, session_id: int) -> str:
    answer = client.get(f"/liff/sessions/{session_id}")
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_finished_cook_shows_all_there_is(client: httpx.Client, kitchen: Kitchen) -> None:
    html = page(client, kitchen.finished())
    for words in (
        phrasebook.CARD_PROBLEM,
        COACHING.mondaiten,
        COACHING.skill,
        COACHING.next_action,
        COACHING.success_sign,
        COACHING.safety,
        COACHING.memo_answers[0].answer,
        ANALYSIS.cooking_events[0].event,
        WORDS["key_badge"],
        "食材はフライパンが温まってから入れる",
        "4 よかった",
    ):
        assert words in html, words
    assert html.index(COACHING.safety) < html.index(COACHING.praise), "safety before warmth"
    assert 'data-events=""' in html, "nothing more is to come"


def test_its_media_are_links_that_stay_the_same_all_day(
    client: httpx.Client, kitchen: Kitchen, site: Site
) -> None:
    session_id = kitchen.finished()
    html = page(client, session_id)
    assert html.count(f"{site.settings.public_url}/media/") == 4, "video, preview, clip and memo"
    assert html == page(client, session_id), "browsers keep what they have loaded"


def test_a_film_of_two_attempts_is_shown_where_there_is_one(client: httpx.Client, kitchen: Kitchen) -> None:
    assert WORDS["film"] not in page(client, kitchen.finished())
    paths = {"film_gcs_path": "sessions/7/film-1.mp4", "film_preview_gcs_path": "sessions/7/film-1.jpg"}
    html = page(client, kitchen.finished(3, **paths))
    assert WORDS["film"] in html
    player = html.partition('id="video-film"')[2].partition("</video>")[0]
    assert 'poster="http' in player
    assert '<source src="http' in player


def test_the_photos_of_the_dish_are_shown(client: httpx.Client, kitchen: Kitchen, site: Site) -> None:
    session_id = kitchen.finished()
    assert WORDS["photos"] not in page(client, session_id)
    for number in (1, 2):
        add_photo(site, session_id, number)
    html = page(client, session_id)
    assert WORDS["photos"] in html
    assert html.count('width="1600" height="1200"') == 1, "only what is stored"
    (stored, owed) = client.get(f"/api/sessions/{session_id}").json()["photos"]
    assert (stored["state"], owed["state"], owed["url"]) == ("stored", "owed", None)
    assert "/1.jpg" in stored["url"]


def add_photo(site: Site, session_id: int, number: int) -> None:
    """The first is here, others are on their way."""
    with site.database.transaction() as db:
        session = db.get_one(CookingSession, session_id)
        photo = Media(
            user_id=session.user_id,
            session_id=session_id,
            position=number,
            kind=MediaKind.PHOTO,
            source=MediaSource.LINE,
            object_key=f"photos/{number}.jpg",
            state=MediaState.STORED if number == 1 else MediaState.OWED,
            facts={"width": 1600, "height": 1200, "bytes": 1} if number == 1 else {},
        )
        db.add(photo)


def test_events_lead_to_where_the_videos_show_them(client: httpx.Client, kitchen: Kitchen) -> None:
    html = page(client, kitchen.finished())
    coaching, own = (part.split("</ol>")[0] for part in html.split('<ol class="moments">')[1:])
    # The intro shows the whole clip at twice its speed; the key moment's own shot comes after it.
    assert [at(button) for button in coaching.split("<button")[1:]] == ["0.5", "6.0", "5.0"]
    assert [at(button) for button in own.split("<button")[1:]] == ["1.0", "5.0", "10.0"]
    assert coaching.count(WORDS["key_badge"]) == 1


def test_of_an_earlier_video_only_the_learners_own_clip_has_moments(
    client: httpx.Client, kitchen: Kitchen
) -> None:
    html = page(client, kitchen.finished(coaching_cut={}))
    assert html.count('<ol class="moments">') == 1
    assert WORDS["moments_unknown"] in html


def test_a_key_moment_that_is_no_event_stands_by_itself() -> None:
    analysis = ANALYSIS.model_copy(update={"key_moment_seconds": 8})
    moments = moments_of(analysis, "ここ")
    assert [(moment.clock, moment.is_key) for moment in moments] == [
        ("0:01", False),
        ("0:05", False),
        ("0:08", True),
        ("0:10", False),
    ]


def at(button: str) -> str:
    return button.split('data-at="')[1].split('"')[0]


@pytest.mark.parametrize("path", ["/liff/sessions/{}", "/liff/sessions/{}/"])
def test_another_learners_cook_is_not_found(site: Site, client: httpx.Client, path: str) -> None:
    with site.signed_in(site.desk.learner("はな")) as other:
        theirs = Kitchen.of(site, other).finished()
        assert other.get(f"/liff/sessions/{theirs}").status_code == 200
    answer = client.get(path.format(theirs), follow_redirects=True)
    assert answer.status_code == 404
    assert page_words("errors")["not_found"] in answer.text
    assert COACHING.mondaiten not in answer.text


def test_a_number_that_is_no_cooks_is_not_found(client: httpx.Client) -> None:
    for number in ("0", "999999", "2147483648", "-1", "x", "1%00"):
        answer = client.get(f"/liff/sessions/{number}")
        assert (answer.status_code, "<html" in answer.text) == (404, True), number


def test_nobody_sees_a_page_before_they_have_signed_in(site: Site, kitchen: Kitchen) -> None:
    session_id = kitchen.finished()
    with site.browser() as stranger:
        for path in ("/", "/dishes", "/dishes/fried-rice", "/progress", f"/sessions/{session_id}"):
            html = stranger.get(f"/liff{path}").text
            assert 'id="signing-in"' in html
            assert "チャーハン" not in html


def test_a_cook_without_its_video_asks_for_one(client: httpx.Client, kitchen: Kitchen) -> None:
    html = page(client, kitchen.cook())
    assert phrasebook.ASK_VIDEO in html
    assert "<video" not in html
    assert 'data-events="/api/sessions/' in html


@pytest.mark.parametrize(
    ("kind", "reason", "words"),
    [
        (MediaKind.VIDEO, "withdrawn", phrasebook.VIDEO_UNSENT),
        (MediaKind.VIDEO, "too_dark", phrasebook.VIDEO_REJECTED["too_dark"]),
        (MediaKind.FILE, "photo", phrasebook.FILE_REJECTED["photo"]),
        (MediaKind.VIDEO, "replaced", phrasebook.ASK_VIDEO),
    ],
)
def test_a_video_that_is_gone_is_told_why(
    site: Site, client: httpx.Client, kitchen: Kitchen, kind: MediaKind, reason: str, words: str
) -> None:
    session_id = kitchen.cook()
    with site.database.transaction() as db:
        session = db.get_one(CookingSession, session_id)
        kitchen.send(db, session, kind, MediaState.PURGED, reason=reason)
    assert words in page(client, session_id)


def test_while_the_text_is_made_its_steps_and_the_minutes_are_shown(
    site: Site, client: httpx.Client, kitchen: Kitchen
) -> None:
    session_id = kitchen.cook(status=SessionStatus.PROCESSING)
    with site.database.transaction() as db:
        session = db.get_one(CookingSession, session_id)
        clip = kitchen.send(db, session, MediaKind.VIDEO)
        clip.received_at = database_now(db) - timedelta(seconds=90)
    html = page(client, session_id)
    assert phrasebook.wait_for_text(3) in html
    assert steps(html) == ["done", "now", "later", "later"]
    assert WORDS["hint_memo"] in html
    assert WORDS["hint_ratings"] in html
    before = version(html)
    with site.database.transaction() as db:
        run = StageRun(session_id=session_id, stage=StageName.ANALYZE_VIDEO, job="run_stage")
        run.finished_at = database_now(db)
        db.add(run)
    html = page(client, session_id)
    assert steps(html) == ["done", "done", "now", "later"]
    assert version(html) != before, "whoever waits looks again"


def test_what_the_chat_said_of_a_delay_is_said_here_too(
    site: Site, client: httpx.Client, kitchen: Kitchen
) -> None:
    session_id = kitchen.cook(status=SessionStatus.PROCESSING)
    with site.database.transaction() as db:
        kitchen.send(db, db.get_one(CookingSession, session_id), MediaKind.VIDEO)
        kind = MessageType.STILL_WORKING
        queue_notice(db, kitchen.user_id, "still_working", session_id=session_id, kind=kind)
    assert phrasebook.STILL_WORKING in page(client, session_id)


def test_the_text_is_there_before_the_video(client: httpx.Client, kitchen: Kitchen) -> None:
    html = page(client, kitchen.finished(status=SessionStatus.TEXT_READY, coaching_video_gcs_path=""))
    assert phrasebook.WAIT_FOR_VIDEO in html
    assert COACHING.mondaiten in html
    assert steps(html) == ["done", "done", "done", "now"]
    assert WORDS["own_video"] in html
    assert f">{WORDS['coaching_video']}<" not in html


def test_a_failure_is_told_as_in_the_chat(site: Site, client: httpx.Client, kitchen: Kitchen) -> None:
    session_id = kitchen.cook(status=SessionStatus.FAILED)
    assert phrasebook.TRY_LATER in page(client, session_id)
    with site.database.transaction() as db:
        kind = MessageType.COACHING_FAILED
        queue_notice(db, kitchen.user_id, "video_not_fetched", session_id=session_id, kind=kind)
    html = page(client, session_id)
    assert phrasebook.VIDEO_NOT_FETCHED in html
    assert 'data-events=""' in html


def test_after_the_footage_is_taken_back_the_text_stays(
    site: Site, client: httpx.Client, kitchen: Kitchen
) -> None:
    session_id = kitchen.finished()
    with site.database.transaction() as db:
        session = db.get_one(CookingSession, session_id)
        assert session.video is not None
        withdraw(db, session.video, session)
    html = page(client, session_id)
    assert WORDS["no_footage_text"] in html
    assert COACHING.mondaiten in html
    assert "<video" not in html


def test_a_memo_is_heard_later_or_was_written(site: Site, client: httpx.Client, kitchen: Kitchen) -> None:
    assert WORDS["memo_listening"] in page(client, kitchen.finished(voice_transcript=""))
    session_id = kitchen.cook(2, voice_transcript="焦げました。")
    html = page(client, session_id)
    assert "焦げました。" in html
    assert "<audio" not in html


def test_words_of_a_learner_are_words_and_no_markup(client: httpx.Client, kitchen: Kitchen) -> None:
    html = page(client, kitchen.finished(voice_transcript="<script>alert(1)</script>{{ 7*7 }}"))
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in html


def test_it_leads_to_the_other_attempts(client: httpx.Client, kitchen: Kitchen) -> None:
    first, second = kitchen.finished(1), kitchen.finished(2)
    html = page(client, second)
    assert f'href="/liff/sessions/{first}"' in html
    assert f'href="/liff/sessions/{second}" aria-current="page"' in html
    assert WORDS["not_cooked"] in html, "the third"


def test_a_page_asks_the_database_a_fixed_number_of_times(client: httpx.Client, kitchen: Kitchen) -> None:
    """However much the learner has cooked."""
    session_id = kitchen.finished()
    paths = ("/", "/dishes", "/dishes/fried-rice", "/progress", f"/sessions/{session_id}")
    before = [queries(client, path) for path in paths]
    for dish in ("fried-rice", "beef-steak", "pomodoro"):
        for number in (1, 2, 3):
            if (dish, number) != ("fried-rice", 1):
                kitchen.finished(number, dish=dish)
    assert [queries(client, path) for path in paths] == before
    assert max(before) <= 9


def queries(client: httpx.Client, path: str) -> int:
    """Of one request, all transactions of the process counted."""
    statements: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        assert client.get(f"/liff{path}").status_code == 200
    finally:
        event.remove(Engine, "before_cursor_execute", keep)
    return len(statements)


def steps(html: str) -> list[str]:
    return [
        item.split('"')[0]
        for item in html.split('<ol class="steps"')[1].split("</ol>")[0].split('<li class="')[1:]
    ]


def version(html: str) -> str:
    return html.split('data-version="')[1].split('"')[0]
