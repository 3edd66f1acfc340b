"""A photo of the dish is kept with its cook, shown there, and put before the analyst."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from knowledge_base import clip_talk, phrasebook
from models.media import Media, MediaKind, MediaState
from pipeline.providers.ports import AnalysisBrief
from tests.flows.steps import (
    cook,
    handled_event,
    media_once,
    replies,
    send_video,
    session_once,
    skip_and_rate,
    wait_for_words,
    wait_until_gone,
    words,
)
from tests.pipeline.media.test_photo import with_notes
from tests.quick_providers import script
from tests.system import System, pick

PAUSED_AT = "narration"


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_notes(tmp_path_factory.mktemp("photo") / "dish.jpg", orientation=6)


def is_stored(media: Media) -> bool:
    return media.is_stored


def briefs() -> list[AnalysisBrief]:
    return [brief for brief in script.briefs if isinstance(brief, AnalysisBrief)]


def test_a_photo_is_kept_with_its_cook_and_goes_with_it(shared: System, clip: Path, photo: Path) -> None:
    learner = shared.learner()
    pick(learner)
    picture = learner.image(photo)
    wait_for_words(learner, clip_talk.PHOTO_KEPT)
    row = media_once(shared, learner, picture, is_stored)
    kept = (shared.objects / row.object_key).read_bytes()
    assert (row.kind, row.facts["width"], row.facts["height"]) == (MediaKind.PHOTO, 300, 400)
    assert not [note for note in (b"Exif", b"canary") if note in kept]
    before = len(briefs())
    send_video(learner, clip)
    skip_and_rate(learner)
    session_once(shared, learner, lambda session: session.coaching_text)
    look, weighed = briefs()[before:]
    assert ([path.name for path in look.photos], list(weighed.photos)) == ([Path(row.object_key).name], [])
    learner.unsend(picture.message_id or "")
    wait_until_gone(shared, learner, row.object_key)
    assert shared.session(learner).coaching_text


def test_photos_that_come_after_the_look_are_weighed_and_one_taken_back_is_not(
    shared: System, clip: Path, photo: Path
) -> None:
    learner = shared.learner()
    pick(learner)
    send_video(learner, clip)
    session_once(shared, learner, lambda session: session.video_analysis)
    stays, goes = learner.images([photo, photo])
    wait_for_words(learner, clip_talk.photos_kept(2, 10))
    kept = media_once(shared, learner, stays, is_stored)
    gone = media_once(shared, learner, goes, is_stored)
    before = len(briefs())
    handled_event(shared, learner, learner.unsend(goes.message_id or ""))
    wait_until_gone(shared, learner, gone.object_key)
    # Looked at anew, as what was seen in the photo may have been told.
    session_once(shared, learner, lambda session: len(briefs()) > before and session.video_analysis)
    skip_and_rate(learner)
    session_once(shared, learner, lambda session: session.coaching_text)
    shown = [[path.name for path in brief.photos] for brief in briefs()[before:]]
    assert shown == [[Path(kept.object_key).name], []]


def test_a_photo_after_the_text_is_kept_and_one_without_a_cook_is_not(
    shared: System, clip: Path, photo: Path
) -> None:
    learner = shared.learner()
    assert phrasebook.IMAGE_RECEIVED in words(replies(learner, lambda: learner.image(photo)))
    cook(learner, clip)
    picture = learner.image(photo)
    wait_for_words(learner, clip_talk.PHOTO_KEPT)
    assert media_once(shared, learner, picture, is_stored).session_id == shared.session(learner).id
    session = shared.session(learner)
    assert [media.kind for media in session.photos] == [MediaKind.PHOTO]
    again = replies(learner, lambda: learner.postback(f"action=look&session_id={session.id}"))
    (shown,) = [bubble for bubble in again if bubble.type == "image"]
    assert httpx.get(shown.message["originalContentUrl"], trust_env=False).status_code == 200


def test_of_photos_that_cannot_be_opened_is_told_once(shared: System, photo: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(photo.read_bytes()[:600])
    learner = shared.learner()
    pick(learner)
    sent = learner.images([broken, photo, broken])
    for each in (sent[0], sent[2]):
        media_once(
            shared, learner, each, lambda media: media.state in (MediaState.REJECTED, MediaState.PURGED)
        )
    media_once(shared, learner, sent[1], is_stored)
    wait_for_words(learner, phrasebook.PHRASES["photo.unreadable"])
    told = [b for b in learner.thread().from_bot if b.text == phrasebook.PHRASES["photo.unreadable"]]
    assert len(told) == 1
    assert len(shared.session(learner).photos) == 1


def test_only_so_many_photos_are_kept(shared: System, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.photos.MOST_PHOTOS", 1)
    learner = shared.learner()
    pick(learner)
    first = learner.images([photo, photo])
    wait_for_words(learner, clip_talk.photos_kept(2, 1))
    media_once(shared, learner, first[0], is_stored)
    monkeypatch.setattr("services.photos.TOGETHER", timedelta())
    assert words(replies(learner, lambda: learner.image(photo))).startswith(clip_talk.PHOTOS_FULL)
    assert len(shared.session(learner).photos) == 1
