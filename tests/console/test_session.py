"""The page of a cook: what it shows, what a coach does on it, and what is refused."""

from collections.abc import Iterator

import pytest
from sqlmodel import col, select

from console.identity import csrf_of
from models.base import database_now
from models.coach import AuditEntry
from models.coaching import ModelCall, SeenSignal, StructuredInput, Usage
from models.dish import Dish
from models.media import EXPIRED, MediaKind, MediaState
from models.session import CookingSession, StageName, StageRun
from models.verdict import Verdict
from services import profile
from tests.console.conftest import SignedIn, signed_in
from tests.liff.conftest import Site
from tests.liff.kitchen import ANALYSIS, Kitchen

SMOKY = ANALYSIS.model_copy(
    update={
        "signals": [SeenSignal(signal="smoke", strength=0.8, second=7)],
        "evidence": "ふちが白く固まっています。",
        "provider": "google",
    }
)


@pytest.fixture
def kitchen(site: Site, request: pytest.FixtureRequest) -> Kitchen:
    with site.database.transaction() as db:
        return Kitchen(site, profile.take_in(db, f"U-{request.node.name}"[:60], "ゆうこ").id)


@pytest.fixture
def limited(site: Site) -> Iterator[SignedIn]:
    with signed_in(site, "限定", is_limited=True) as browser:
        yield browser


def path_of(kitchen: Kitchen, session_id: int) -> str:
    return f"/console/threads/{kitchen.user_id}/sessions/{session_id}"


def ran(kitchen: Kitchen, session_id: int, stage: StageName, *, parked: bool = False) -> None:
    call = ModelCall(
        purpose="analysis.v7",
        model="gemini-flash",
        answered_by="gemini-flash-002",
        input_tokens={"VIDEO": 900, "TEXT": 100},
        output_tokens=70,
        thought_tokens=30,
        cost_usd=0.0125,
    )
    with kitchen.site.database.transaction() as db:
        run = StageRun(session_id=session_id, stage=stage, job="run_stage", attempts=2)
        run.usage = Usage(provider="google", calls=[call], cost_usd=call.cost_usd).model_dump()
        run.started_at = database_now(db)
        if parked:
            run.parked_at, run.error = run.started_at, "ModelSilent: said <nothing>"
        else:
            run.finished_at = run.started_at
        db.add(run)


def verdicts(kitchen: Kitchen, session_id: int) -> list[Verdict]:
    with kitchen.site.database.transaction() as db:
        mine = select(Verdict).where(Verdict.session_id == session_id)
        return list(db.exec(mine.order_by(col(Verdict.id))))


def test_everything_of_a_cook_is_there(kitchen: Kitchen, coach_client: SignedIn) -> None:
    kitchen.finished(1)
    heard = StructuredInput(identified_issues=["べちゃつき"], emotional_state="少し不安")
    cook = kitchen.finished(
        2,
        video_analysis=SMOKY.model_dump(),
        structured_input=heard.model_dump(),
        voice_transcript="<b>声</b>",
    )
    ran(kitchen, cook, StageName.ANALYZE_VIDEO)
    ran(kitchen, cook, StageName.PRODUCE_FILM, parked=True)
    page = coach_client.get(path_of(kitchen, cook)).text
    for words in (
        *("本人の動画", "コーチング動画", "前回と並べる", "フライパンに油が入りました"),
        *(ANALYSIS.diagnosis, "煙", "ふちが白く固まっています。", "近さ 0.80・文に使用"),
        *("gemini-flash-002", "analysis.v7", "google", "自信：中"),
        *("べちゃつき", "少し不安", "&lt;b&gt;声&lt;/b&gt;", "卵がかたまりきってから"),
        *("ModelSilent", "1000／100", "$0.0125", "$0.0250", "見くらべの動画から作りなおす"),
    ):
        assert words in page, words
    assert "said" not in page, "an error's words may quote a learner"
    assert 'data-offset="0.0"' in page
    assert "動画を見るから作りなおす" not in page, "the learner has its text"
    assert "<script>" not in page
    assert "style=" not in page
    thread = coach_client.get(f"/console/threads/{kitchen.user_id}").text
    assert path_of(kitchen, cook) in thread


def test_a_cook_that_has_only_begun_is_a_page_too(kitchen: Kitchen, coach_client: SignedIn) -> None:
    page = coach_client.get(path_of(kitchen, kitchen.cook())).text
    for words in ("見られる動画は、まだありません", "AIは、まだ動画を見ていません", "まだ書かれていません"):
        assert words in page


def test_of_footage_that_is_gone_the_coaching_video_shows_the_moment(
    kitchen: Kitchen, coach_client: SignedIn
) -> None:
    cook = kitchen.finished(video_analysis=SMOKY.model_dump())
    with kitchen.site.database.transaction() as db:
        for media in db.get_one(CookingSession, cook).media:
            media.state, media.reason = MediaState.PURGED, EXPIRED
    page = coach_client.get(path_of(kitchen, cook)).text
    assert 'data-choose="own1"' not in page
    assert 'data-seek="coaching" data-at="3.5"' in page, "7 seconds of the clip, at half its length"
    assert "作りなおせません" in page


def test_of_several_clips_each_has_its_own_moments(kitchen: Kitchen, coach_client: SignedIn) -> None:
    kitchen.finished(1)
    cook = kitchen.finished(2, video_analysis=SMOKY.model_dump())
    with kitchen.site.database.transaction() as db:
        session = db.get_one(CookingSession, cook)
        session.videos[0].facts = {"duration_seconds": 6.0, "fps": 24.0}
        kitchen.send(db, session, MediaKind.VIDEO, facts={"duration_seconds": 6.0}, position=2)
    page = coach_client.get(path_of(kitchen, cook)).text
    for place in (
        'data-source="own1" data-frames="24.0" data-start="0.0" data-offset="0.0"',
        'data-source="own2" data-frames="30.0" data-start="6.0" data-offset="6.0"',
        'data-seek="own1" data-at="5.0"',  # the key moment
        'data-seek="own2" data-at="1.0"',  # the smoke, at the seventh second of the whole
        'data-seek="own2" data-at="4.0"',
    ):
        assert place in page, place


def test_what_may_not_be_seen_is_not_shown(kitchen: Kitchen, coach_client: SignedIn) -> None:
    cook = kitchen.finished(coaching_video_gcs_path="")
    with kitchen.site.database.transaction() as db:
        for media in db.get_one(CookingSession, cook).media:
            media.consent_id = None
    page = coach_client.get(path_of(kitchen, cook)).text
    assert "<video" not in page
    assert "<audio" not in page


def test_a_cook_is_found_under_its_learner_alone(
    kitchen: Kitchen, coach_client: SignedIn, limited: SignedIn
) -> None:
    cook = kitchen.finished()
    with kitchen.site.database.transaction() as db:
        other = Kitchen(kitchen.site, profile.take_in(db, f"U-other-{cook}", "ほか").id)
    for client, path in ((limited, path_of(kitchen, cook)), (coach_client, path_of(other, cook))):
        assert client.get(path).status_code == 404
        right = client.post(f"{path}/verdict", finding="fault", answer="right")
        assert (right.status_code, client.post(f"{path}/retry", stage="narrate").status_code) == (404, 404)
    assert verdicts(kitchen, cook) == []


def test_a_verdict_is_kept_and_shown(kitchen: Kitchen, coach_client: SignedIn) -> None:
    cook = kitchen.finished(video_analysis=SMOKY.model_dump())
    path = path_of(kitchen, cook)
    answer = coach_client.post(f"{path}/verdict", finding="fault", answer="right")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}#findings")
    denied = coach_client.client.post(
        f"{path}/verdict",
        data={
            "csrf": csrf_of(coach_client.token),
            "finding": "fault",
            "answer": "wrong",
            "true_fault": "oil_smoking",
            "words": "<i>煙</i>が先です",
            "second": "7.5",
        },
        headers={"HX-Request": "true"},
    )
    assert denied.status_code == 200
    assert denied.text.lstrip().startswith("<section"), "a script gets the part alone"
    for words in ("残しました", "佐藤", "ちがう →", "&lt;i&gt;煙&lt;/i&gt;が先です", 'data-at="7.5"'):
        assert words in denied.text, words
    first, second = verdicts(kitchen, cook)
    assert (first.is_confirmed, first.true_fault, first.second) == (True, "egg_set_early", 5.0)
    assert (second.true_fault, second.second, second.coach_id) == ("oil_smoking", 7.5, coach_client.coach_id)


def test_what_says_nothing_is_refused(kitchen: Kitchen, coach_client: SignedIn) -> None:
    cook = kitchen.finished()
    path = f"{path_of(kitchen, cook)}/verdict"
    empty = coach_client.post(path, finding="fault", answer="wrong")
    assert (empty.status_code, "本当の失敗を選ぶか" in empty.text) == (409, True)
    assert coach_client.post(path, finding="signal.flood", answer="right").status_code == 409
    for wrong in (
        {"answer": "maybe"},
        {"answer": "wrong", "second": "-1"},
        {"answer": "wrong", "second": "nan"},
    ):
        assert coach_client.post(path, finding="fault", **wrong).status_code == 422
    assert verdicts(kitchen, cook) == []


def test_a_stage_is_tried_again(kitchen: Kitchen, coach_client: SignedIn) -> None:
    cook = kitchen.finished(coaching_video_gcs_path="", coaching_cut={})
    ran(kitchen, cook, StageName.NARRATE, parked=True)
    path = path_of(kitchen, cook)
    assert "ナレーションから作りなおす" in coach_client.get(path).text
    assert coach_client.post(f"{path}/retry", stage="narrate").headers["location"] == f"{path}#stages"
    told = coach_client.post(f"{path}/retry", stage="coach_text")
    assert (told.status_code, "もう生徒に届いたか" in told.text) == (409, True)
    assert coach_client.post(f"{path}/retry", stage="no_such").status_code == 422
    with kitchen.site.database.transaction() as db:
        (run,) = db.exec(select(StageRun).where(StageRun.session_id == cook)).all()
        assert (run.parked_at, run.attempts) == (None, 0)
        acts = db.exec(select(AuditEntry).where(AuditEntry.user_id == kitchen.user_id)).all()
        assert [(each.act, each.facts["stage"]) for each in acts] == [("session.retry", "narrate")]
        for media in db.get_one(CookingSession, cook).media:
            media.state, media.reason = MediaState.PURGED, EXPIRED
    gone = coach_client.post(f"{path}/retry", stage="narrate")
    assert (gone.status_code, "保存期間" in gone.text) == (409, True)


def test_a_dish_that_is_taught_no_more_can_still_be_looked_at(
    kitchen: Kitchen, coach_client: SignedIn
) -> None:
    cook = kitchen.finished()
    with kitchen.site.database.transaction() as db:
        dish = db.get_one(Dish, db.get_one(CookingSession, cook).dish_id)
        slug, dish.slug = dish.slug, "stone-soup"
    try:
        assert coach_client.get(path_of(kitchen, cook)).status_code == 200
    finally:
        with kitchen.site.database.transaction() as db:
            db.get_one(Dish, dish.id).slug = slug
