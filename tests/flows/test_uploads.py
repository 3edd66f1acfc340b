"""A long video from the page, with everything running: the same cook as by the chat, and the chat that leads there."""

import base64
import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from desk.simulated_line import LIFF_UPLOAD_ID
from knowledge_base import phrasebook
from models.media import MediaSource
from settings import Settings
from simulator.line.client import Learner, Thread
from tests.quick_providers import new_script
from tests.system import WAIT, System, pick, start_system


@pytest.fixture
def system(settings: Settings, tmp_path: Path) -> Iterator[System]:
    """The chat takes next to nothing."""
    new_script()
    with start_system(tmp_path, settings, memo_grace=timedelta(), max_video_bytes=10_000) as running:
        yield running


def send(system: System, learner: Learner, clip: Path) -> None:
    """As the page does."""
    content = clip.read_bytes()
    offer = {
        "name": clip.name,
        "bytes": len(content),
        "last_modified": 1,
        "head_sha256": hashlib.sha256(content[: 1024 * 1024]).hexdigest(),
        "head": base64.b64encode(content[:256]).decode(),
    }
    with httpx.Client(base_url=system.web_url, headers={"Origin": system.web_url}, trust_env=False) as client:
        client.post("/api/auth/session", json={"id_token": learner.liff_session().id_token})
        opened = client.post(f"/api/sessions/{system.session(learner).id}/upload", json=offer)
        assert opened.status_code == 201, opened.text
        assert client.put(opened.json()["url"], content=content).status_code == 200
        assert client.post(f"/api/uploads/{opened.json()['id']}/complete").status_code == 200


def test_the_chat_is_told_of_a_sent_video_by_its_coaching(system: System, clip: Path) -> None:
    learner = system.learner()
    pick(learner)
    before = len(learner.thread().bubbles)
    send(system, learner, clip)
    learner.wait_for_text(phrasebook.CARD_PROBLEM, WAIT)
    first = learner.thread().bubbles[before]
    assert first.type == "flex"  # the coaching itself, and nothing before it
    (media,) = system.media(learner)
    assert (media.source, media.session_id) == (MediaSource.UPLOAD, system.session(learner).id)
    assert system.session(learner).raw_video_url == media.object_key


def test_the_page_may_say_so_in_the_chat_which_answers_at_once(system: System, clip: Path) -> None:
    learner = system.learner()
    pick(learner)
    send(system, learner, clip)
    learner.liff_messages([{"type": "text", "text": phrasebook.UPLOAD_TOLD}])
    learner.wait_for(
        lambda thread: any("の動画を受け取りました" in (b.text or "") for b in thread.bubbles), WAIT
    )
    assert system.session(learner).voice_transcript == ""  # no memo


def test_the_chat_leads_to_the_page_when_a_video_is_too_much_for_it(system: System, clip: Path) -> None:
    learner = system.learner()
    pick(learner)
    learner.text("動画が長くて送れません。どうすればいいですか")
    wait_for_link(learner, phrasebook.LONG_VIDEO, count=1)
    learner.video(clip)
    wait_for_link(learner, phrasebook.VIDEO_REJECTED["too_large"], count=2)


def wait_for_link(learner: Learner, words: str, *, count: int) -> None:
    """With these words comes the so-manieth button that opens the page."""

    def find(thread: Thread) -> bool:
        is_said = any(bubble.text == words for bubble in thread.bubbles)
        links = [str(action.get("uri")) for action in thread.tappable()]
        return (
            is_said
            and sum(link.startswith(f"https://liff.line.me/{LIFF_UPLOAD_ID}") for link in links) == count
        )

    learner.wait_for(find, WAIT, what=f"the button after {words}")
