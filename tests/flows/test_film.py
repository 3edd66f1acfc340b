"""The film of the first and the third attempt: asked, refused, wanted after all, seen, and gone with its footage."""

from pathlib import Path

import httpx
import pytest

from knowledge_base import film_talk, phrasebook
from models.session import SessionStatus, StageName
from pipeline.providers.ports import ProviderError
from settings import Settings
from simulator.line.bubbles import Bubble, Thread
from simulator.line.client import Learner
from tests.flows.conftest import NEVER_AGAIN
from tests.flows.steps import cook, object_names, session_once, tap, wait_for_words, words
from tests.quick_providers import new_script
from tests.system import WAIT, System, start_system


def videos(thread: Thread) -> list[Bubble]:
    return thread.of_type("video")


def next_video(learner: Learner, before: int) -> Bubble:
    return learner.wait_for(lambda t: videos(t)[before:], WAIT, what="the next video")[0]


def films_stored(system: System) -> list[str]:
    return [name for name in object_names(system) if "/film-" in name]


@pytest.fixture
def only_the_third_has_a_video() -> None:
    """A coaching video costs seconds, and the film needs none of the others."""
    script = new_script()
    texts: list[str] = []

    def before(call: str) -> None:
        if call == "coaching_text":
            texts.append(call)
        if call == "narration" and len(texts) < 3:
            raise ProviderError("paused by the test")

    script.before = before


@pytest.mark.usefixtures("only_the_third_has_a_video")
def test_a_learner_who_cooked_three_times_gets_the_film_they_agree_to(
    settings: Settings, tmp_path: Path, clip: Path
) -> None:
    with start_system(tmp_path, settings, retry_backoff=NEVER_AGAIN) as system:
        learner = system.learner(paying=True)
        for _ in range(2):
            cook(learner, clip)
        assert film_talk.YES_LABEL not in learner.thread().labels()
        cook(learner, clip)
        offer = wait_for_words(learner, film_talk.TERMS)
        assert offer.via == "push"  # with the text: no push of its own
        assert len(system.desk.log(path="/v2/bot/message/push")) == 3
        next_video(learner, 0)
        assert film_talk.REFUSED in words(tap(learner, film_talk.NO_LABEL))
        first, _, third = system.sessions(learner)
        assert StageName.PRODUCE_FILM not in system.runs(third)

        learner.text("くらべる動画を作って")
        learner.wait_for(
            lambda t: len([b for b in t.of_type("flex") if film_talk.TERMS in b.text]) == 2, WAIT
        )
        learner.tap(film_talk.YES_LABEL)
        film = next_video(learner, 1)
        assert wait_for_words(learner, film_talk.NOTE)
        answer = httpx.get(film.message["originalContentUrl"])
        assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
        assert httpx.get(film.message["previewImageUrl"]).status_code == 200
        assert len(films_stored(system)) == 2
        session = session_once(system, learner, lambda session: session.film_gcs_path)
        assert session.status == SessionStatus.COMPLETED

        assert first.video is not None
        learner.unsend(first.video.line_message_id or "")
        assert wait_for_words(learner, phrasebook.phrase("film_unsent")).via == "push"
        learner.wait_for(lambda _: not films_stored(system), WAIT, what="the film to go")
        assert httpx.get(film.message["originalContentUrl"]).status_code == 404
        learner.text("くらべる動画")
        wait_for_words(learner, film_talk.NOT_YET)
        learner.text("くらべる動画はもう作らないで")
        wait_for_words(learner, film_talk.STOPPED)
