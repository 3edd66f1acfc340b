"""How a video reaches Gemini, and what happens when it does not."""

from pathlib import Path

import pytest
from google import genai

from moment.resources import Resources
from pipeline.providers import ledger
from pipeline.providers.google import files
from pipeline.providers.google.clients import gemini_client
from pipeline.providers.google.files import NotReady, video_part
from pipeline.providers.google.gemini import NotAccepted, Unavailable
from pipeline.providers.ports import Footage, ProviderError, Providers
from settings import Settings
from simulator.google.client import GoogleDesk
from storage.google_credentials import GoogleCredentials
from tests.pipeline.google.kitchen import analysis_brief


@pytest.fixture(autouse=True)
def quick_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FIRST_POLL", 0.01)
    monkeypatch.setattr(files, "READY_WITHIN", 0.2)


def client_of(settings: Settings) -> genai.Client:
    return gemini_client(settings, GoogleCredentials(settings.google_key_file))


@pytest.fixture
def client(google_settings: Settings) -> genai.Client:
    return client_of(google_settings)


def verbs(google: GoogleDesk, before: int) -> list[str | None]:
    return [crossing.verb for crossing in google.log(verb=None)[before:]]


def test_a_small_video_travels_inside_the_request(
    google: GoogleDesk, providers: Providers, footage: Footage
) -> None:
    before = len(google.log())
    providers.analyst.analyze(footage, analysis_brief())
    assert "files.create" not in verbs(google, before)


def test_a_large_video_is_uploaded_waited_for_and_deleted(
    google: GoogleDesk, client: genai.Client, clip: Path
) -> None:
    before = len(google.log())
    with video_part(client, clip, None, inline_bytes=1) as part:
        assert part.file_data is not None
        assert part.file_data.mime_type == "video/mp4"
    calls = verbs(google, before)
    assert calls[0] == "files.create"
    assert "files.get" in calls
    assert calls[-1] == "files.delete"


@pytest.mark.parametrize("kind", ["stays_processing", "fails_processing"])
def test_a_file_that_never_gets_ready_is_uploaded_once_more(
    google: GoogleDesk, client: genai.Client, clip: Path, kind: str
) -> None:
    google.fault("files", kind, times=1)  # type: ignore[arg-type]
    before = len(google.log())
    with video_part(client, clip, None, inline_bytes=1) as part:
        assert part.file_data is not None
    calls = verbs(google, before)
    assert calls.count("files.create") == 2
    assert calls.count("files.delete") == 2


@pytest.mark.parametrize("kind", ["stays_processing", "fails_processing"])
def test_a_file_that_fails_twice_fails_visibly_and_is_left_nowhere(
    google: GoogleDesk, client: genai.Client, clip: Path, kind: str
) -> None:
    google.fault("files", kind)  # type: ignore[arg-type]
    before = len(google.log())
    with pytest.raises(NotReady), video_part(client, clip, None, inline_bytes=1):
        pass
    assert verbs(google, before).count("files.delete") == 2


def test_a_file_is_deleted_when_the_question_about_it_fails(
    google: GoogleDesk, client: genai.Client, clip: Path
) -> None:
    before = len(google.log())
    with pytest.raises(RuntimeError), video_part(client, clip, None, inline_bytes=1):
        raise RuntimeError
    assert verbs(google, before)[-1] == "files.delete"


def test_an_upload_that_is_refused_is_no_crash(google: GoogleDesk, client: genai.Client, clip: Path) -> None:
    google.fault("files.create", "status", status=400)
    with pytest.raises((NotAccepted, Unavailable)), video_part(client, clip, None, inline_bytes=1):
        pass


def test_vertex_reads_the_video_from_the_bucket(
    google: GoogleDesk, google_settings: Settings, clip: Path, footage: Footage
) -> None:
    resources = Resources(google_settings.change(gemini_api_key=None))
    resources.store.put("videos/1.mp4", iter([clip.read_bytes()]), "video/mp4")
    uri = resources.store.uri("videos/1.mp4")
    assert uri == f"gs://{google_settings.gcs_bucket}/videos/1.mp4"
    with ledger.collect() as calls:
        resources.providers.get().analyst.analyze(footage, analysis_brief(video_uri=uri))
    path = google.log(verb="gemini.streamGenerateContent")[-1].path
    assert calls[-1].outcome == "ok"
    assert "/projects/moment-desk/locations/global/publishers/google/models/" in path


def test_vertex_without_a_bucket_says_what_is_missing(google_settings: Settings, clip: Path) -> None:
    client = client_of(google_settings.change(gemini_api_key=None))
    with (
        pytest.raises(ProviderError, match="MOMENT_GCS_BUCKET"),
        video_part(client, clip, None, inline_bytes=1),
    ):
        pass
