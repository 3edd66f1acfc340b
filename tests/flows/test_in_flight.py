"""A learner takes back, blocks or writes while the pipeline is at work."""

from pathlib import Path

import httpx

from knowledge_base import copy
from models.session import SessionStatus
from tests.flows.steps import (
    answers,
    cook,
    handled,
    pushed_to,
    replies,
    said,
    send_video,
    stored,
    tap,
    until,
    words,
)
from tests.quick_providers import script
from tests.system import WAIT, System, pick


def test_a_stage_at_work_on_a_video_taken_back_leaves_nothing(system: System, clip: Path) -> None:
    learner = system.learner()

    def take_back(call: str) -> None:
        if call == "analyze":
            learner.unsend(system.session(learner).video_message_id or "")
            learner.wait_for(lambda _: system.session(learner).video_message_id is None, WAIT)

    script.before = take_back
    pick(learner)
    send_video(learner, clip)
    said(learner, copy.VIDEO_UNSENT)
    learner.wait_for(lambda _: stored(system) == [], WAIT, what="every copy to go")
    session = system.session(learner)
    assert (session.status, session.video_analysis) == (SessionStatus.PENDING_UPLOAD, {})
    script.before = lambda call: None
    video = replies(learner, lambda: learner.video(clip))
    assert copy.video_received(4, "チャーハン", 1) in words(video)
    tap(learner, copy.MEMO_SKIP_LABEL)
    said(learner, copy.CARD_PROBLEM)


def test_after_the_coaching_video_both_go_and_the_links_say_so(system: System, clip: Path) -> None:
    learner = system.learner()
    cook(learner, clip)
    video = learner.wait_for(lambda t: t.of_type("video"), WAIT, what="the coaching video")[0]
    links = [video.message["originalContentUrl"], video.message["previewImageUrl"]]
    assert [httpx.get(link).status_code for link in links] == [200, 200]
    own = system.session(learner).video_message_id or ""
    learner.unsend(own)
    said(learner, copy.COACHING_VIDEO_UNSENT)
    learner.wait_for(lambda _: stored(system) == [], WAIT, what="every copy to go")
    assert [httpx.get(link).status_code for link in links] == [404, 404]
    assert system.session(learner).status == SessionStatus.COMPLETED


def test_a_written_memo_taken_back_is_forgotten(uncoached: System, clip: Path) -> None:
    learner = uncoached.learner()
    pick(learner)
    send_video(learner, clip)
    written = learner.text("秘密の感想です。")
    until(uncoached, learner, lambda session: session.structured_input)
    learner.unsend(written.message_id or "")
    said(learner, copy.MEMO_UNSENT)
    session = uncoached.session(learner)
    assert (session.voice_transcript, session.structured_input) == ("", {})
    assert all("秘密" not in message.text for message in uncoached.messages())


def test_what_is_owed_to_one_who_blocked_waits_for_their_return(system: System, clip: Path) -> None:
    def block_first(call: str) -> None:
        if call == "coaching_text":
            handled(learner, learner.block())

    script.before = block_first
    learner = system.learner()
    pick(learner)
    learner.video(clip)
    said(learner, "動画を受け取りました")
    learner.tap(copy.MEMO_SKIP_LABEL)
    learner.wait_for(lambda _: system.session(learner).narration_script, WAIT, what="the pipeline to go on")
    assert pushed_to(system, learner) == []
    assert words(answers(learner, learner.unblock)).startswith(copy.welcome_back("ゆうこ"))
    said(learner, copy.CARD_PROBLEM)
    learner.wait_for(lambda t: t.of_type("video"), WAIT, what="the coaching video")
    assert len(set(pushed_to(system, learner))) == len(pushed_to(system, learner)) == 2
    assert len([b for b in learner.thread().of_type("flex") if copy.CARD_PROBLEM in b.text]) == 1
