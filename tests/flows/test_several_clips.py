"""Several clips of one cook are looked at one after another, as they were sent."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from knowledge_base import clip_talk, phrasebook
from models.chat import MessageType
from models.coaching import Unclear
from models.media import Media, MediaState
from pipeline.providers.ports import AnalysisBrief
from simulator.line.client import Learner, SentMessage
from tests.flows.steps import (
    handled_event,
    media_of,
    media_once,
    message_once,
    replies,
    send_video,
    session_once,
    skip_and_rate,
    tap,
    wait_for_words,
    wait_until_gone,
    words,
)
from tests.quick_providers import script
from tests.system import System, pick

PAUSED_AT = "narration"


def looks(before: int = 0) -> list[AnalysisBrief]:
    """What the analyst was told at each look, or when it weighed anew."""
    return [brief for brief in script.briefs if isinstance(brief, AnalysisBrief)][before:]


def clips_of(system: System, learner: Learner) -> Sequence[str | None]:
    return [clip.line_message_id for clip in system.session(learner).videos]


def send_two(system: System, learner: Learner, clip: Path) -> tuple[SentMessage, SentMessage]:
    """The second's event comes first."""
    pick(learner)
    system.desk.hold()
    first, second = learner.video(clip), learner.video(clip)
    system.desk.release("reverse")
    for each in (first, second):
        handled_event(system, learner, each)
    wait_for_words(learner, "動画を受け取りました")
    wait_for_words(learner, "続きの動画ですね")
    return first, second


def test_two_clips_become_one_coaching_video(system: System, clip: Path) -> None:
    learner = system.learner()
    first, second = send_two(system, learner, clip)
    skip_and_rate(learner)
    video = message_once(system, learner, MessageType.COACHING_VIDEO)
    assert clips_of(system, learner) == [first.message_id, second.message_id]
    assert looks()[-1].duration_seconds == pytest.approx(12, abs=0.3)
    session = system.session(learner)
    assert session.coaching_cut["intro_stretch"] * 12 <= session.coaching_cut["intro_seconds"] + 0.1
    assert video.video_gcs_path == session.coaching_video_gcs_path


def test_a_clip_that_comes_after_the_look_is_looked_at_with_the_first(shared: System, clip: Path) -> None:
    learner = shared.learner()
    pick(learner)
    send_video(learner, clip)
    session_once(shared, learner, lambda session: session.video_analysis)
    before, analyses = len(looks()), script.calls.count("analyze")
    answer = replies(learner, lambda: learner.video(clip))
    assert words(answer).startswith(clip_talk.clip_joined(2))
    skip_and_rate(learner)
    session_once(shared, learner, lambda session: session.coaching_text)
    assert {round(brief.duration_seconds) for brief in looks(before)} == {12}
    assert script.calls.count("analyze") == analyses + 1


def test_of_two_clips_one_taken_back_leaves_the_other(shared: System, clip: Path) -> None:
    learner = shared.learner()
    first, second = send_two(shared, learner, clip)
    for each in (first, second):
        media_once(shared, learner, each, lambda media: media.is_stored)
    gone = media_of(shared, first)
    before = len(looks())
    learner.unsend(first.message_id or "")
    wait_for_words(learner, phrasebook.PHRASES["clip_unsent"])
    wait_until_gone(shared, learner, gone.object_key)
    skip_and_rate(learner)
    session = session_once(shared, learner, lambda session: session.coaching_text)
    assert clips_of(shared, learner) == [second.message_id]
    assert session.raw_video_url == media_of(shared, second).object_key
    # A look that was under way may end later; nothing comes of it.
    assert 6 in {round(brief.duration_seconds) for brief in looks(before)}
    # After the text, nothing is made of what was seen any more.
    learner.unsend(second.message_id or "")
    wait_for_words(learner, phrasebook.VIDEO_UNSENT_AFTER_TEXT)
    assert clips_of(shared, learner) == []


def test_after_the_text_one_taken_back_takes_the_others_along(shared: System, clip: Path) -> None:
    learner = shared.learner()
    first, second = send_two(shared, learner, clip)
    skip_and_rate(learner)
    session_once(shared, learner, lambda session: session.coaching_text)
    keys = [media_of(shared, each).object_key for each in (first, second)]
    learner.unsend(second.message_id or "")
    wait_for_words(learner, phrasebook.VIDEO_UNSENT_AFTER_TEXT)
    for key in keys:
        wait_until_gone(shared, learner, key)
    assert clips_of(shared, learner) == []


def test_a_broken_clip_is_left_out(shared: System, clip: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(clip.read_bytes()[:9000])
    learner = shared.learner()
    pick(learner)
    first = send_video(learner, clip)
    before = len(looks())
    second = learner.video(broken)
    wait_for_words(learner, phrasebook.PHRASES["clip.left_out"])
    assert media_of(shared, second).state in (MediaState.REJECTED, MediaState.PURGED)
    skip_and_rate(learner)
    session_once(shared, learner, lambda session: session.coaching_text)
    assert clips_of(shared, learner) == [first.message_id]
    assert {round(brief.duration_seconds) for brief in looks(before)} == {6}


def test_clips_that_are_too_long_together_leave_the_last_out(
    shared: System, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.intake.MAX_SECONDS_TOGETHER", 10.0)
    learner = shared.learner()
    pick(learner)
    first = send_video(learner, clip)
    media_once(shared, learner, first, lambda media: media.is_stored)
    learner.video(clip)
    wait_for_words(learner, phrasebook.PHRASES["clip.too_long"])
    assert clips_of(shared, learner) == [first.message_id]


def test_what_together_cannot_be_coached_is_told_once_and_costs_no_attempt(
    shared: System, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = shared.learner()
    monkeypatch.setattr(script, "unclear", Unclear.TOO_DARK)
    send_two(shared, learner, clip)
    reason = phrasebook.phrase("video.too_dark")
    wait_for_words(learner, reason)
    session = session_once(shared, learner, lambda session: not session.videos)
    assert session.session_number == 1
    assert len([bubble for bubble in learner.thread().from_bot if bubble.text == reason]) == 1
    monkeypatch.setattr(script, "unclear", None)
    assert phrasebook.video_received(4, "チャーハン", 1)[:8] in words(
        replies(learner, lambda: learner.video(clip))
    )


def hours_ago(system: System, message: SentMessage, hours: int) -> None:
    with system.database.transaction() as db:
        row = db.exec(select(Media).where(Media.line_message_id == message.message_id)).one()
        assert row.sent_at is not None
        row.sent_at -= timedelta(hours=hours)


def send_much_later(system: System, learner: Learner, clip: Path) -> SentMessage:
    pick(learner)
    first = send_video(learner, clip)
    hours_ago(system, first, 3)
    second = learner.video(clip)
    wait_for_words(learner, clip_talk.SAME_COOK_ASK)
    return second


def test_of_a_clip_hours_later_the_learner_says_that_it_is_of_the_same_cook(
    shared: System, clip: Path
) -> None:
    learner = shared.learner()
    second = send_much_later(shared, learner, clip)
    assert media_of(shared, second).session_id is None
    assert words(tap(learner, clip_talk.SAME_COOK_LABEL)).startswith(clip_talk.clip_joined(2))
    assert clips_of(shared, learner)[-1] == second.message_id
    assert words(
        replies(learner, lambda: learner.postback(f"action=join_clip&clip_id={media_of(shared, second).id}"))
    )
    assert len(clips_of(shared, learner)) == 2


@pytest.mark.parametrize(("said", "clips"), [("はい、続きです", 2), ("いいえ", 1)])
def test_said_in_words_it_is_not_taken_for_the_memo(
    shared: System, clip: Path, said: str, clips: int
) -> None:
    learner = shared.learner()
    send_much_later(shared, learner, clip)
    answer = words(replies(learner, lambda: learner.text(said)))
    assert answer.startswith(clip_talk.clip_joined(2) if clips == 2 else clip_talk.KEPT_APART)
    session = shared.session(learner)
    assert (len(session.videos), session.voice_transcript) == (clips, "")


def test_a_clip_of_another_cook_waits_for_its_dish(shared: System, clip: Path) -> None:
    learner = shared.learner()
    second = send_much_later(shared, learner, clip)
    assert words(tap(learner, clip_talk.OTHER_COOK_LABEL)).startswith(clip_talk.KEPT_APART)
    assert len(clips_of(shared, learner)) == 1
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    session_once(shared, learner, lambda session: session.coaching_text)
    answer = replies(
        learner, lambda: learner.postback(f"action=join_clip&clip_id={media_of(shared, second).id}")
    )
    assert words(answer).startswith(phrasebook.PHRASES["clip_too_late"])
    assert media_of(shared, second).is_live


def test_only_so_many_clips_are_taken(shared: System, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.cooking.MOST_CLIPS", 2)
    learner = shared.learner()
    send_two(shared, learner, clip)
    assert words(replies(learner, lambda: learner.video(clip))).startswith(phrasebook.VIDEO_ALREADY)
    assert len(clips_of(shared, learner)) == 2


def test_clips_sent_before_their_dish_are_all_of_it(shared: System, clip: Path) -> None:
    learner = shared.learner()
    first = learner.video(clip)
    wait_for_words(learner, phrasebook.WHICH_DISH_VIDEO)
    second = learner.video(clip)
    handled_event(shared, learner, second)
    learner.postback("action=dish&slug=fried-rice")
    wait_for_words(learner, "動画を受け取りました")
    assert clips_of(shared, learner) == [first.message_id, second.message_id]
