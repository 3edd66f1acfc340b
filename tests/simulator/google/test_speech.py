"""Speech-to-Text v2 through its own client, over REST."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from google.api_core import exceptions
from google.cloud import speech_v2
from google.cloud.speech_v2.services.speech.transports import SpeechRestTransport
from google.cloud.storage import Bucket
from google.oauth2 import service_account

from simulator.google.client import GoogleDesk
from simulator.google.config import TRANSCRIPT
from tests import media_files
from tests.simulator.google.conftest import account, bucket_of


def client_of(desk: GoogleDesk, credentials: service_account.Credentials) -> speech_v2.SpeechClient:
    host = urlsplit(desk.base_url).netloc
    return speech_v2.SpeechClient(
        transport=SpeechRestTransport(host=host, url_scheme="http", credentials=credentials)
    )


@pytest.fixture(scope="module")
def client(running: GoogleDesk, credentials: service_account.Credentials) -> speech_v2.SpeechClient:
    return client_of(running, credentials)


def config_of(**changes: Any) -> speech_v2.RecognitionConfig:
    facts = {"auto_decoding_config": {}, "model": "chirp_3", "language_codes": ["ja-JP"], **changes}
    return speech_v2.RecognitionConfig(**facts)


def recognize(
    client: speech_v2.SpeechClient,
    *,
    location: str = "asia-northeast1",
    project: str = "moment-desk",
    settings: dict[str, Any] | None = None,
    **audio: Any,
) -> speech_v2.RecognizeResponse:
    request = speech_v2.RecognizeRequest(
        recognizer=f"projects/{project}/locations/{location}/recognizers/_",
        config=config_of(**(settings or {})),
        **audio,
    )
    return client.recognize(request=request, timeout=20)


def batch(client: speech_v2.SpeechClient, *uris: str) -> speech_v2.BatchRecognizeResponse:
    request = speech_v2.BatchRecognizeRequest(
        recognizer="projects/moment-desk/locations/asia-northeast1/recognizers/_",
        config=config_of(),
        files=[speech_v2.BatchRecognizeFileMetadata(uri=uri) for uri in uris],
        recognition_output_config={"inline_response_config": {}},
    )
    response = client.batch_recognize(request=request, timeout=20).result(timeout=20)
    assert isinstance(response, speech_v2.BatchRecognizeResponse)
    return response


def transcripts(results: Any) -> list[str]:
    return [result.alternatives[0].transcript for result in results]


def phrases(*values: str, boost: float = 0) -> dict[str, Any]:
    entries = [{"value": value, "boost": boost} for value in values]
    return {"adaptation": {"phrase_sets": [{"inline_phrase_set": {"phrases": entries}}]}}


def test_a_short_memo_is_heard_at_once(client: speech_v2.SpeechClient, memo: Path) -> None:
    answer = recognize(client, content=memo.read_bytes(), settings=phrases("焼き色", boost=10))
    assert transcripts(answer.results) == [TRANSCRIPT]
    assert answer.results[0].result_end_offset.total_seconds() == pytest.approx(3, abs=0.1)
    assert answer.metadata.total_billed_duration.total_seconds() in (3, 4)


def test_silence_is_no_error(client: speech_v2.SpeechClient, tmp_path: Path) -> None:
    quiet = media_files.silence(tmp_path / "quiet.m4a", seconds=2)
    assert transcripts(recognize(client, content=quiet.read_bytes()).results) == []


def test_what_is_heard_can_be_scripted(client: speech_v2.SpeechClient, desk: GoogleDesk, memo: Path) -> None:
    desk.transcript("火が弱かったです。", times=1)
    desk.transcript("", times=1)
    content = memo.read_bytes()
    assert transcripts(recognize(client, content=content).results) == ["火が弱かったです。"]
    assert transcripts(recognize(client, content=content).results) == []
    assert transcripts(recognize(client, content=content).results) == [TRANSCRIPT]


def test_a_minute_is_the_limit(client: speech_v2.SpeechClient, tmp_path: Path) -> None:
    fitting = media_files.tone(tmp_path / "fitting.m4a", seconds=59.5)
    assert transcripts(recognize(client, content=fitting.read_bytes()).results)
    long = media_files.tone(tmp_path / "long.m4a", seconds=61)
    with pytest.raises(exceptions.BadRequest, match="60 seconds"):
        recognize(client, content=long.read_bytes())


def test_ten_megabytes_are_the_limit(client: speech_v2.SpeechClient, memo: Path) -> None:
    with pytest.raises(exceptions.BadRequest, match="10485760 bytes"):
        recognize(client, content=memo.read_bytes() + bytes(10 * 1024 * 1024))


def test_a_long_memo_is_heard_in_a_batch(
    client: speech_v2.SpeechClient, bucket: Bucket, tmp_path: Path
) -> None:
    long = media_files.tone(tmp_path / "long.m4a", seconds=70)
    bucket.blob("memos/long.m4a").upload_from_filename(str(long))
    uri, missing = f"gs://{bucket.name}/memos/long.m4a", f"gs://{bucket.name}/memos/gone.m4a"
    results = batch(client, uri, missing).results
    assert transcripts(results[uri].inline_result.transcript.results) == [TRANSCRIPT]
    assert results[missing].error.code == 5


def test_a_batch_takes_its_time(own_desk: Callable[..., GoogleDesk], memo: Path, tmp_path: Path) -> None:
    desk = own_desk(operation_polls=1)
    credentials = account(tmp_path / "account.json")
    bucket_of(desk, "moment-desk-media", credentials).blob("memo.m4a").upload_from_filename(str(memo))
    assert batch(client_of(desk, credentials), "gs://moment-desk-media/memo.m4a").results
    assert [crossing.response["done"] for crossing in desk.log(verb="speech.operation")] == [False, True]


def test_the_bucket_can_be_read_at_once_too(
    client: speech_v2.SpeechClient, bucket: Bucket, memo: Path
) -> None:
    bucket.blob("memos/short.m4a").upload_from_filename(str(memo))
    assert transcripts(recognize(client, uri=f"gs://{bucket.name}/memos/short.m4a").results) == [TRANSCRIPT]
    with pytest.raises(exceptions.NotFound):
        recognize(client, uri=f"gs://{bucket.name}/memos/gone.m4a")


@pytest.mark.parametrize("location", ["us", "eu", "asia-northeast1", "asia-southeast1"])
def test_chirp_3_lives_in_some_regions(client: speech_v2.SpeechClient, memo: Path, location: str) -> None:
    assert recognize(client, content=memo.read_bytes(), location=location).results


@pytest.mark.parametrize(
    ("where", "settings", "message"),
    [
        ({"location": "global"}, {}, 'does not exist in the location named "global"'),
        ({"location": "us-central1"}, {}, "us-central1"),
        ({}, {"model": "chirp_9"}, "does not exist"),
        ({}, {"language_codes": []}, "language code"),
        ({}, {"auto_decoding_config": None}, "Decoding config"),
        ({}, phrases("焼" * 101), "100 characters"),
        ({}, phrases("焼", boost=21), "Boost"),
        ({}, phrases(*map(str, range(1201))), "1200 phrases"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    client: speech_v2.SpeechClient, memo: Path, where: dict[str, str], settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(exceptions.BadRequest, match=message):
        recognize(client, content=memo.read_bytes(), settings=settings, **where)


def test_other_projects_and_broken_audio_are_refused(client: speech_v2.SpeechClient, memo: Path) -> None:
    with pytest.raises(exceptions.Forbidden):
        recognize(client, content=memo.read_bytes(), project="another")
    with pytest.raises(exceptions.BadRequest, match="supported encoding"):
        recognize(client, content=b"no audio at all")
    with pytest.raises(exceptions.BadRequest, match="must be provided"):
        recognize(client)
