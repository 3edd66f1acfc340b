"""A learner takes back, blocks or writes while the pipeline is at work."""

from pathlib import Path

import httpx
from sqlmodel import select

from knowledge_base import phrasebook
from models.inbox import InboxEvent
from models.session import SessionStatus
from simulator.line.client import Learner
from tests.flows.steps import (
    cook,
    handled_event,
    object_names,
    push_keys,
    replies,
    send_video,
    session_once,
    tap,
    wait_for_words,
    words,
)
from tests.quick_providers import script
from tests.system import WAIT, System, pick


def video_message_id(system: System, learner: Learner) -> str:
    """LINE's id of the video of the learner's latest cook."""
    video = system.session(learner).video
    assert video is not None
    return video.line_message_id or ""


def test_a_stage_at_work_on_a_video_taken_back_leaves_nothing(system: System, clip: Path) -> None:
    learner = system.learner()

    def take_back(call: str) -> None:
        if call == "analyze":
            learner.unsend(video_message_id(system, learner))
            learner.wait_for(lambda _: system.session(learner).video is None, WAIT)

    script.before = take_back
    pick(learner)
    send_video(learner, clip)
    wait_for_words(learner, phrasebook.VIDEO_UNSENT)
    learner.wait_for(lambda _: object_names(system) == [], WAIT, what="every copy to go")
    session = system.session(learner)
    assert (session.status, session.video_analysis) == (SessionStatus.PENDING_UPLOAD, {})
    script.before = lambda call: None
    video = replies(learner, lambda: learner.video(clip))
    assert phrasebook.video_received(4, "チャーハン", 1) in words(video)
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    wait_for_words(learner, phrasebook.CARD_PROBLEM)


def test_after_the_coaching_video_both_go_and_the_links_say_so(system: System, clip: Path) -> None:
    learner = system.learner()
    cook(learner, clip)
    video = learner.wait_for(lambda t: t.of_type("video"), WAIT, what="the coaching video")[0]
    links = [video.message["originalContentUrl"], video.message["previewImageUrl"]]
    assert [httpx.get(link).status_code for link in links] == [200, 200]
    learner.unsend(video_message_id(system, learner))
    wait_for_words(learner, phrasebook.COACHING_VIDEO_UNSENT)
    learner.wait_for(lambda _: object_names(system) == [], WAIT, what="every copy to go")
    assert [httpx.get(link).status_code for link in links] == [404, 404]
    assert system.session(learner).status == SessionStatus.COMPLETED


def test_a_written_memo_taken_back_is_forgotten(uncoached: System, clip: Path) -> None:
    learner = uncoached.learner()
    pick(learner)
    send_video(learner, clip)
    memo = learner.text("秘密の感想です。")
    session_once(uncoached, learner, lambda session: session.structured_input)
    learner.unsend(memo.message_id or "")
    wait_for_words(learner, phrasebook.MEMO_UNSENT)
    session = uncoached.session(learner)
    assert (session.voice_transcript, session.structured_input) == ("", {})
    assert all("秘密" not in message.text for message in uncoached.messages())
    with uncoached.database.transaction() as db:
        assert all("秘密" not in str(event.body) for event in db.exec(select(InboxEvent)))


def test_what_is_owed_to_one_who_blocked_waits_for_their_return(system: System, clip: Path) -> None:
    def block_first(call: str) -> None:
        if call == "coaching_text":
            handled_event(system, learner, learner.block())

    script.before = block_first
    learner = system.learner()
    pick(learner)
    learner.video(clip)
    wait_for_words(learner, "動画を受け取りました")
    learner.tap(phrasebook.MEMO_SKIP_LABEL)
    learner.wait_for(lambda _: system.session(learner).narration_script, WAIT, what="the pipeline to go on")
    assert push_keys(system, learner) == []
    assert phrasebook.welcome_back("ゆうこ") in words(replies(learner, learner.unblock))
    wait_for_words(learner, phrasebook.CARD_PROBLEM)
    learner.wait_for(lambda t: t.of_type("video"), WAIT, what="the coaching video")
    assert len(set(push_keys(system, learner))) == len(push_keys(system, learner)) == 2
    assert len([b for b in learner.thread().of_type("flex") if phrasebook.CARD_PROBLEM in b.text]) == 1
