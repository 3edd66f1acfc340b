"""A learner's whole session over LINE's HTTP."""

from pathlib import Path

import httpx
from sqlalchemy import text

from knowledge_base import phrasebook
from models import RoomType, SessionStatus
from models.coaching import CoachingCut, RatingAspect
from services.invariants import violations
from simulator.line.client import Learner, Thread
from tests.flows.steps import rate_all
from tests.system import WAIT, System, pick


def test_a_session_ends_with_one_text_and_one_video(system: System, clip: Path, memo: Path) -> None:
    learner = system.learner()
    pick(learner)
    learner.video(clip)
    bubble = learner.wait_for_text("動画を受け取りました", WAIT)
    assert bubble.sender_name == phrasebook.SENDER_NAMES[RoomType.COOKING_VIDEOS]
    assert bubble.via == "reply"
    learner.wait_for(lambda thread: phrasebook.MEMO_VOICE_LABEL in thread.labels(), WAIT)
    learner.audio(memo)
    rate_all(learner)
    card = learner.wait_for_text(phrasebook.CARD_PROBLEM, WAIT)
    assert card.sender_name == phrasebook.SENDER_NAMES[RoomType.COACHING]
    video = learner.wait_for(lambda thread: thread.of_type("video"), WAIT)[0]
    assert httpx.get(video.message["originalContentUrl"], headers={"Range": "bytes=0-9"}).status_code == 206
    session = system.session(learner)
    assert session.status == SessionStatus.COMPLETED
    assert session.self_ratings == {aspect.value: 4 for aspect in RatingAspect}
    pushes = system.desk.log(path="/v2/bot/message/push")
    assert len(pushes) == 2
    page = f"https://liff.line.me/{system.settings.liff_id}/sessions/{session.id}"
    assert page in str(card.message["contents"]["footer"])
    assert page in str(video.message["quickReply"])
    cut = CoachingCut.model_validate(session.coaching_cut)
    assert 0 < cut.intro_seconds < cut.seconds
    assert all(run.finished_at for run in system.runs(session).values())
    assert_healthy_an_hour_later(system, learner)


def assert_healthy_an_hour_later(system: System, learner: Learner) -> None:
    """All that must hold does, as if what the flow has left behind were an hour old."""
    with system.database.transaction() as db:
        for change in (
            "session SET updated_at = updated_at - interval '1 hour'",
            "message SET created_at = created_at - interval '1 hour', due_at = due_at - interval '1 hour'",
            "inbox_event SET received_at = received_at - interval '1 hour'",
        ):
            db.execute(text(f"UPDATE {change}"))

    def is_healthy(_thread: Thread) -> bool:
        """What was just sent is about to be noted as delivered."""
        with system.database.transaction() as db:
            return not violations(db)

    learner.wait_for(is_healthy, WAIT, what="a healthy database")
