"""What is looked at: the learner's own video where it serves, else a view made of it once. It is cut in any case."""

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge_base import phrasebook
from models.media import Media, MediaState
from models.session import CookingSession, SessionStatus
from pipeline.media.ffmpeg import FfmpegTimeout
from pipeline.media.probe import VideoFacts, check_usable
from pipeline.media.view import make_view, serves_as_view
from pipeline.providers.ports import AnalysisBrief
from pipeline.stages import prepare_video
from simulator.line.client import Learner
from storage.keys import view_key
from tests.flows.steps import (
    cook,
    media_of,
    object_key_of,
    object_names,
    replies,
    send_video,
    session_once,
    wait_for_words,
    wait_until_gone,
    words,
)
from tests.media_files import make, unreadable_half_way
from tests.quick_providers import script
from tests.system import WAIT, System, pick


@pytest.fixture(scope="session")
def sideways(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip that has to be sideways."""
    folder = tmp_path_factory.mktemp("sideways")
    return make(folder / "clip.mp4", "-display_rotation", "90", "-i", str(clip), "-c", "copy")


def video_of(session: CookingSession) -> Media:
    assert session.video is not None
    return session.video


def preparing(monkeypatch: pytest.MonkeyPatch, before: Callable[[], None]) -> None:
    """The stage does this in the middle of its work."""

    def make_then(source: Path, facts: VideoFacts, into: Path) -> Path:
        view = make_view(source, facts, into)
        before()
        return view

    monkeypatch.setattr(prepare_video, "make_view", make_then)


def test_an_odd_clip_is_analysed_by_its_view_and_cut_as_it_is(system: System, sideways: Path) -> None:
    learner = system.learner()
    cook(learner, sideways)
    learner.wait_for(lambda t: t.of_type("video"), WAIT, what="the coaching video")
    session = system.session(learner)
    video = video_of(session)
    assert session.raw_video_url == video.object_key
    assert video.view_key == view_key(video.object_key)
    raw = VideoFacts.model_validate(video.facts)
    assert (raw.width, raw.height, abs(raw.rotation)) == (320, 180, 90)
    view = check_usable(system.objects / video.view_key)
    assert (view.width, view.height, view.rotation) == (320, 180, 0)
    assert not serves_as_view(raw)
    brief = next(brief for brief in script.briefs if isinstance(brief, AnalysisBrief))
    assert (brief.duration_seconds, brief.video_uri) == (raw.end_seconds, None)


def test_a_clip_that_serves_is_its_own_view(uncoached: System, clip: Path) -> None:
    learner = uncoached.learner()
    pick(learner)
    send_video(learner, clip)
    session = session_once(uncoached, learner, lambda session: session.raw_video_url)
    video = video_of(session)
    assert video.view_key == video.object_key == session.raw_video_url
    assert object_names(uncoached) == [session.raw_video_url]


def test_a_video_taken_back_while_it_is_prepared_leaves_nothing(
    system: System, clip: Path, sideways: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = system.learner()

    def take_back() -> None:
        learner.unsend(video_of(system.session(learner)).line_message_id or "")
        learner.wait_for(lambda _: object_names(system) == [], WAIT, what="what is stored to go")

    preparing(monkeypatch, take_back)
    pick(learner)
    video = send_video(learner, sideways)
    wait_for_words(learner, phrasebook.VIDEO_UNSENT)
    wait_until_gone(system, learner, object_key_of(system, video))
    session = session_once(system, learner, lambda session: session.video is None)
    assert (session.status, session.raw_video_url) == (SessionStatus.PENDING_UPLOAD, "")
    row = media_of(system, video)
    assert (row.state, row.view_key) == (MediaState.PURGED, "")
    assert phrasebook.video_received(4, "チャーハン", 1) in words(
        replies(learner, lambda: learner.video(clip))
    )


@pytest.mark.parametrize("when", ["analysed", "coached"])
def test_a_video_taken_back_takes_its_view_with_it(text_only: System, sideways: Path, when: str) -> None:
    learner = text_only.learner()
    if when == "coached":
        cook(learner, sideways)
        session = session_once(text_only, learner, lambda session: session.status == SessionStatus.TEXT_READY)
    else:
        pick(learner)
        send_video(learner, sideways)
        session = session_once(text_only, learner, lambda session: session.video_analysis)
    assert len(object_names(text_only)) == 2
    video = video_of(session)
    learner.unsend(video.line_message_id or "")
    wait_for_words(
        learner, phrasebook.VIDEO_UNSENT_AFTER_TEXT if when == "coached" else phrasebook.VIDEO_UNSENT
    )
    learner.wait_for(lambda _: object_names(text_only) == [], WAIT, what="every copy to go")
    session = text_only.session(learner)
    assert (session.raw_video_url, session.video) == ("", None)


def test_a_clip_that_cannot_be_decoded_half_way_is_asked_for_again(
    system: System, clip: Path, tmp_path: Path
) -> None:
    learner = system.learner()
    pick(learner)
    bad = send_video(learner, unreadable_half_way(clip, tmp_path / "clip.mp4"))
    assert wait_for_words(learner, phrasebook.VIDEO_REJECTED["truncated"]).via == "push"
    session = system.session(learner)
    assert (session.status, session.video) == (SessionStatus.PENDING_UPLOAD, None)
    assert session.raw_video_url == ""
    assert media_of(system, bad).reason == "truncated"
    assert session.pipeline_error == "video rejected: truncated"
    wait_until_gone(system, learner, object_key_of(system, bad))
    assert phrasebook.video_received(4, "チャーハン", 1) in words(
        replies(learner, lambda: learner.video(clip))
    )
    assert system.session(learner).id == session.id


def attempts(system: System, learner: Learner) -> int:
    return system.runs(system.session(learner))["prepare_video"].attempts


def test_a_view_that_took_too_long_is_tried_again(
    system: System, sideways: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = iter([FfmpegTimeout("ffmpeg took longer than 600 s", "")])

    def fail_once() -> None:
        for error in late:
            raise error

    preparing(monkeypatch, fail_once)
    learner = system.learner()
    cook(learner, sideways)
    assert attempts(system, learner) == 2
    assert learner.thread().find(phrasebook.VIDEO_REJECTED["truncated"]) is None


def test_a_view_that_takes_too_long_twice_is_not_tried_five_times(
    system: System, sideways: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise FfmpegTimeout("ffmpeg took longer than 300 s", "")

    preparing(monkeypatch, fail)
    learner = system.learner()
    pick(learner)
    send_video(learner, sideways)
    wait_for_words(learner, phrasebook.COACHING_FAILED)
    assert attempts(system, learner) == 2
