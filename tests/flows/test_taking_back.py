"""A learner takes back what they sent: our copies go too."""

from pathlib import Path
from uuid import uuid4

from sqlmodel import select

from knowledge_base import phrasebook
from models.chat import Message
from models.inbox import InboxEvent
from models.media import MediaState
from models.session import SessionStatus
from pipeline.intake import GONE
from tests.flows.steps import (
    cook,
    handled_event,
    media_of,
    media_once,
    object_key_of,
    post,
    push_keys,
    replies,
    send_video,
    session_once,
    wait_for_words,
    wait_until_gone,
    words,
)
from tests.system import WAIT, System, pick

PAUSED_AT = "narration"


def unfinished(system: System) -> list[Path]:
    """What is still coming into the store, and has begun to."""
    return [path for path in system.objects.glob(".unfinished/*") if path.stat().st_size > 0]


def test_a_video_taken_back_before_the_text_costs_no_attempt(shared: System, clip: Path) -> None:
    learner = shared.learner()
    pick(learner)
    video = send_video(learner, clip)
    session_once(shared, learner, lambda session: session.video_analysis)
    learner.unsend(video.message_id or "")
    assert wait_for_words(learner, phrasebook.VIDEO_UNSENT).via == "push"
    wait_until_gone(shared, learner, object_key_of(shared, video))
    session = shared.session(learner)
    assert (session.status, session.video, session.raw_video_url) == (SessionStatus.PENDING_UPLOAD, None, "")
    assert session.video_analysis == {}
    assert "retrieve" not in shared.runs(session)
    again = words(replies(learner, lambda: learner.video(clip)))
    assert (
        phrasebook.video_received(1, "チャーハン", 1) in again
        or phrasebook.video_received(4, "チャーハン", 1) in again
    )
    (only,) = shared.sessions(learner)
    assert only.id == session.id


def test_a_message_that_comes_after_it_was_taken_back_is_neither_kept_nor_answered(shared: System) -> None:
    """LINE redelivers in any order."""
    learner = shared.learner()
    before = len(learner.thread().from_bot)
    handled_event(shared, learner, post(learner, type="unsend", unsend={"messageId": "m1"}))
    text = {"id": "m1", "type": "text", "text": "ひみつのことば", "quoteToken": "q1"}
    row = handled_event(shared, learner, post(learner, message=text, replyToken=uuid4().hex))
    assert (row.outcome, row.body["message"]) == ("withdrawn", {"id": "m1", "type": "text"})
    assert len(learner.thread().from_bot) == before
    with shared.database.transaction() as db:
        assert not db.exec(select(Message).where(Message.line_message_id == "m1")).all()


def test_a_video_taken_back_while_it_is_fetched_is_not_used(shared: System, clip: Path) -> None:
    learner = shared.learner()
    pick(learner)
    video = learner.video(clip, slow_bytes_per_second=clip.stat().st_size)
    learner.wait_for(lambda _: unfinished(shared), WAIT, what="the download to begin")
    learner.unsend(video.message_id or "")
    wait_for_words(learner, phrasebook.VIDEO_UNSENT)
    learner.wait_for(lambda _: not unfinished(shared), WAIT, what="the download to end")
    wait_until_gone(shared, learner, object_key_of(shared, video))
    assert shared.session(learner).status == SessionStatus.PENDING_UPLOAD
    assert learner.thread().find(phrasebook.VIDEO_REJECTED["gone"]) is None


def test_a_video_found_gone_before_it_is_heard_to_be_taken_back_is_not_asked_for_again(
    shared: System, clip: Path
) -> None:
    learner = shared.learner()
    pick(learner)
    video = learner.video(clip, preparing=1_000_000)
    media_once(shared, learner, video, lambda row: row.error)
    shared.desk.hold()
    learner.unsend(video.message_id or "")
    media_once(shared, learner, video, lambda row: row.error == GONE)
    shared.desk.release()
    wait_for_words(learner, phrasebook.VIDEO_UNSENT)
    assert learner.thread().find(phrasebook.VIDEO_REJECTED[GONE]) is None


def test_a_video_sent_without_a_dish_and_taken_back_is_not_used(shared: System, clip: Path) -> None:
    learner = shared.learner()
    video = learner.video(clip, slow_bytes_per_second=clip.stat().st_size)
    learner.wait_for(lambda _: unfinished(shared), WAIT, what="the download to begin")
    handled_event(shared, learner, learner.unsend(video.message_id or ""))
    pick(learner)
    learner.wait_for(lambda _: not unfinished(shared), WAIT, what="the download to end")
    wait_until_gone(shared, learner, object_key_of(shared, video))
    assert shared.session(learner).video is None
    assert media_of(shared, video).session_id is None


def test_a_spoken_memo_taken_back_is_forgotten_and_may_be_sent_again(
    shared: System, clip: Path, memo: Path
) -> None:
    learner = shared.learner()
    pick(learner)
    memo_message = learner.audio(memo)
    session_once(shared, learner, lambda session: session.structured_input)
    learner.unsend(memo_message.message_id or "")
    assert wait_for_words(learner, phrasebook.MEMO_UNSENT).via == "push"
    wait_until_gone(shared, learner, object_key_of(shared, memo_message))
    session = shared.session(learner)
    assert session.memo is None
    assert (session.voice_transcript, session.structured_input, session.voice_memo_url) == ("", {}, None)
    assert phrasebook.ASK_MEMO in words(replies(learner, lambda: learner.video(clip)))


def test_a_question_taken_back_is_not_answered(shared: System) -> None:
    learner = shared.learner()
    before = len(learner.thread().from_bot)
    shared.desk.hold()
    question = learner.text("秘密の質問です")
    learner.unsend(question.message_id or "")
    shared.desk.release("batch")
    handled_event(shared, learner, question)
    pick(learner)
    assert all(b.quoted_id != question.message_id for b in learner.thread().from_bot[before:])
    assert all("秘密" not in message.text for message in shared.messages())
    with shared.database.transaction() as db:
        assert all("秘密" not in str(event.body) for event in db.exec(select(InboxEvent)))


def test_a_video_taken_back_after_the_text_gets_no_coaching_video(shared: System, clip: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    session = session_once(shared, learner, lambda session: session.status == SessionStatus.TEXT_READY)
    video = session.video
    assert video is not None
    learner.unsend(video.line_message_id or "")
    assert wait_for_words(learner, phrasebook.VIDEO_UNSENT_AFTER_TEXT).via == "push"
    wait_until_gone(shared, learner, video.object_key)
    session = shared.session(learner)
    assert (session.status, session.raw_video_url) == (SessionStatus.COMPLETED, "")
    assert session.coaching_text
    assert words(replies(learner, lambda: learner.text("料理を選ぶ"))) == phrasebook.TRIAL_USED


def test_what_is_taken_back_from_another_learner_changes_nothing(shared: System, clip: Path) -> None:
    one, other = shared.learner(), shared.learner()
    pick(one)
    video = send_video(one, clip)
    event = {
        "type": "unsend",
        "mode": "active",
        "timestamp": 1,
        "source": {"type": "user", "userId": other.user_id},
        "webhookEventId": f"theirs-{video.message_id}",
        "unsend": {"messageId": video.message_id},
    }
    shared.desk.webhooks([event])
    pick(other)
    own = shared.session(one).video
    assert own is not None
    assert own.line_message_id == video.message_id
    assert own.state in (MediaState.OWED, MediaState.STORED)
    assert push_keys(shared, other) == []


def test_taking_back_twice_is_told_once(shared: System, clip: Path) -> None:
    learner = shared.learner()
    pick(learner)
    video = send_video(learner, clip)
    session_once(shared, learner, lambda session: session.raw_video_url)
    unsend = learner.unsend(video.message_id or "")
    wait_for_words(learner, phrasebook.VIDEO_UNSENT)
    shared.desk.redeliver(unsend.webhook_event_id or "", times=2)
    assert phrasebook.ASK_VIDEO in words(replies(learner, learner.sticker))
    assert len([b for b in learner.thread().from_bot if b.text == phrasebook.VIDEO_UNSENT]) == 1
