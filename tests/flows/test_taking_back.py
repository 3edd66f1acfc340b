"""A learner takes back what they sent: our copies go too."""

from pathlib import Path

from knowledge_base import copy
from models.session import SessionStatus
from tests.flows.steps import cook, gone, handled, pushed_to, replies, said, send_video, until, words
from tests.system import WAIT, System, pick

PAUSED_AT = "narration"


def unfinished(system: System) -> list[Path]:
    """What is still coming into the store, and has begun to."""
    return [path for path in system.objects.glob(".unfinished/*") if path.stat().st_size > 0]


def test_a_video_taken_back_before_the_text_costs_no_attempt(shared: System, clip: Path) -> None:
    learner = shared.learner()
    pick(learner)
    video = send_video(learner, clip)
    until(shared, learner, lambda session: session.video_analysis)
    learner.unsend(video.message_id or "")
    assert said(learner, copy.VIDEO_UNSENT).via == "push"
    gone(shared, learner, video.message_id)
    session = shared.session(learner)
    assert (session.status, session.video_message_id) == (SessionStatus.PENDING_UPLOAD, None)
    assert "retrieve" not in shared.runs(session)
    again = words(replies(learner, lambda: learner.video(clip)))
    assert (
        copy.video_received(1, "チャーハン", 1) in again or copy.video_received(4, "チャーハン", 1) in again
    )
    (only,) = shared.sessions(learner)
    assert only.id == session.id


def test_a_video_taken_back_while_it_is_fetched_is_not_used(shared: System, clip: Path) -> None:
    learner = shared.learner()
    pick(learner)
    video = learner.video(clip, slow_bytes_per_second=clip.stat().st_size)
    learner.wait_for(lambda _: unfinished(shared), WAIT, what="the download to begin")
    learner.unsend(video.message_id or "")
    said(learner, copy.VIDEO_UNSENT)
    gone(shared, learner, video.message_id)
    assert shared.session(learner).status == SessionStatus.PENDING_UPLOAD
    assert learner.thread().find(copy.VIDEO_REJECTED["gone"]) is None


def test_a_video_kept_without_a_dish_and_taken_back_is_not_used(shared: System, clip: Path) -> None:
    learner = shared.learner()
    video = learner.video(clip, slow_bytes_per_second=clip.stat().st_size)
    learner.wait_for(lambda _: unfinished(shared), WAIT, what="the download to begin")
    handled(learner, learner.unsend(video.message_id or ""))
    pick(learner)
    learner.wait_for(lambda _: not unfinished(shared), WAIT, what="the download to end")
    gone(shared, learner, video.message_id)
    assert shared.session(learner).video_message_id is None


def test_a_spoken_memo_taken_back_is_forgotten_and_may_be_sent_again(
    shared: System, clip: Path, memo: Path
) -> None:
    learner = shared.learner()
    pick(learner)
    spoken = learner.audio(memo)
    until(shared, learner, lambda session: session.structured_input)
    learner.unsend(spoken.message_id or "")
    assert said(learner, copy.MEMO_UNSENT).via == "push"
    gone(shared, learner, spoken.message_id)
    session = shared.session(learner)
    assert (session.voice_transcript, session.structured_input, session.voice_memo_url) == ("", {}, None)
    assert copy.ASK_MEMO in words(replies(learner, lambda: learner.video(clip)))


def test_a_question_taken_back_is_not_answered(shared: System) -> None:
    learner = shared.learner()
    seen = len(learner.thread().from_bot)
    shared.desk.hold()
    asked = learner.text("秘密の質問です")
    learner.unsend(asked.message_id or "")
    shared.desk.release("batch")
    handled(learner, asked)
    pick(learner)
    assert all(b.quoted_id != asked.message_id for b in learner.thread().from_bot[seen:])
    assert all("秘密" not in message.text for message in shared.messages())


def test_a_video_taken_back_after_the_text_gets_no_coaching_video(shared: System, clip: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    session = until(shared, learner, lambda session: session.status == SessionStatus.TEXT_READY)
    learner.unsend(session.video_message_id or "")
    assert said(learner, copy.VIDEO_UNSENT_AFTER_TEXT).via == "push"
    gone(shared, learner, session.video_message_id)
    session = shared.session(learner)
    assert (session.status, session.raw_video_url) == (SessionStatus.COMPLETED, "")
    assert session.coaching_text
    assert words(replies(learner, lambda: learner.text("料理を選ぶ"))) == copy.TRIAL_USED


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
    assert shared.session(one).video_message_id == video.message_id
    assert pushed_to(shared, other) == []


def test_taking_back_twice_is_told_once(shared: System, clip: Path) -> None:
    learner = shared.learner()
    pick(learner)
    video = send_video(learner, clip)
    until(shared, learner, lambda session: session.raw_video_url)
    taken_back = learner.unsend(video.message_id or "")
    said(learner, copy.VIDEO_UNSENT)
    shared.desk.redeliver(taken_back.webhook_event_id or "", times=2)
    tapped = replies(learner, learner.sticker)
    assert copy.ASK_VIDEO in words(tapped)
    assert len([b for b in learner.thread().from_bot if b.text == copy.VIDEO_UNSENT]) == 1
