"""How a video reaches Gemini, and what happens when it does not."""

from pathlib import Path

import pytest

from pipeline.providers import ledger
from pipeline.providers.google import files
from pipeline.providers.google.clients import gemini_client
from pipeline.providers.google.files import NotReady, video_part
from pipeline.providers.google.gemini import NotAccepted, Unavailable
from pipeline.providers.loading import providers, store
from pipeline.providers.ports import ProviderError
from settings import settings
from simulator.google.client import GoogleDesk
from tests.google.conftest import BUCKET, on_the_desk
from tests.google.kitchen import analysis_brief


@pytest.fixture(autouse=True)
def quick_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FIRST_POLL", 0.01)
    monkeypatch.setattr(files, "READY_WITHIN", 0.2)


def verbs(google: GoogleDesk, before: int) -> list[str | None]:
    return [crossing.verb for crossing in google.log(verb=None)[before:]]


def test_a_small_video_travels_inside_the_request(google: GoogleDesk, clip: Path) -> None:
    before = len(google.log())
    providers().analyst.analyze(clip, analysis_brief())
    assert "files.create" not in verbs(google, before)


def test_a_large_video_is_uploaded_waited_for_and_deleted(google: GoogleDesk, clip: Path) -> None:
    before = len(google.log())
    with video_part(gemini_client(), clip, None, inline_bytes=1) as part:
        assert part.file_data is not None
        assert part.file_data.mime_type == "video/mp4"
    crossed = verbs(google, before)
    assert crossed[0] == "files.create"
    assert "files.get" in crossed
    assert crossed[-1] == "files.delete"


@pytest.mark.parametrize("kind", ["stays_processing", "fails_processing"])
def test_a_file_that_never_gets_ready_is_uploaded_once_more(
    google: GoogleDesk, clip: Path, kind: str
) -> None:
    google.fault("files", kind, times=1)  # type: ignore[arg-type]
    before = len(google.log())
    with video_part(gemini_client(), clip, None, inline_bytes=1) as part:
        assert part.file_data is not None
    crossed = verbs(google, before)
    assert crossed.count("files.create") == 2
    assert crossed.count("files.delete") == 2


@pytest.mark.parametrize("kind", ["stays_processing", "fails_processing"])
def test_a_file_that_fails_twice_fails_visibly_and_is_left_nowhere(
    google: GoogleDesk, clip: Path, kind: str
) -> None:
    google.fault("files", kind)  # type: ignore[arg-type]
    before = len(google.log())
    with pytest.raises(NotReady), video_part(gemini_client(), clip, None, inline_bytes=1):
        pass
    assert verbs(google, before).count("files.delete") == 2


def test_a_file_is_deleted_when_the_question_about_it_fails(google: GoogleDesk, clip: Path) -> None:
    before = len(google.log())
    with pytest.raises(RuntimeError), video_part(gemini_client(), clip, None, inline_bytes=1):
        raise RuntimeError
    assert verbs(google, before)[-1] == "files.delete"


def test_an_upload_that_is_refused_is_no_crash(google: GoogleDesk, clip: Path) -> None:
    google.fault("files.create", "status", status=400)
    with pytest.raises((NotAccepted, Unavailable)), video_part(gemini_client(), clip, None, inline_bytes=1):
        pass


def test_vertex_reads_the_video_from_the_bucket(
    google_url: str, key_file: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)
    with on_the_desk(google_url, key_file) as _, GoogleDesk(google_url) as desk:
        monkeypatch.delenv("GEMINI_API_KEY")
        settings.cache_clear()
        gemini_client.cache_clear()
        store().put("videos/1.mp4", iter([clip.read_bytes()]), "video/mp4")
        uri = store().uri("videos/1.mp4")
        assert uri == f"gs://{BUCKET}/videos/1.mp4"
        with ledger.kept() as calls:
            providers().analyst.analyze(clip, analysis_brief(video_uri=uri))
        path = desk.log(verb="gemini.streamGenerateContent")[-1].path
        assert calls[-1].outcome == "ok"
        assert "/projects/moment-desk/locations/global/publishers/google/models/" in path


def test_vertex_without_a_bucket_says_what_is_missing(
    google_url: str, key_file: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with on_the_desk(google_url, key_file):
        monkeypatch.delenv("GEMINI_API_KEY")
        settings.cache_clear()
        gemini_client.cache_clear()
        with (
            pytest.raises(ProviderError, match="GCS_BUCKET"),
            video_part(gemini_client(), clip, None, inline_bytes=1),
        ):
            pass
