"""Faults of the wire, on every API, as the clients see them."""

import json
import time
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from google import genai
from google.api_core import exceptions
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.cloud.storage import Bucket
from google.genai import errors, types
from google.oauth2 import service_account

from simulator.google.client import GoogleDesk
from simulator.google.config import GoogleConfig
from tests.simulator.google import test_speech, test_texttospeech
from tests.simulator.google.conftest import account, options

MODEL = "gemini-3.8-flash"
VERB = "gemini.generateContent"


def ask(client: genai.Client, model: str = MODEL, **config: Any) -> types.GenerateContentResponse:
    return client.models.generate_content(
        model=model, contents="やあ", config=types.GenerateContentConfig(**config)
    )


def details(error: errors.APIError) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = error.details["error"]["details"]
    return entries


def test_a_fault_strikes_as_often_as_it_says(gemini: genai.Client, desk: GoogleDesk) -> None:
    desk.fault(VERB, "unavailable", times=2)
    for _ in range(2):
        with pytest.raises(errors.ServerError, match="overloaded") as refusal:
            ask(gemini)
        assert (refusal.value.code, refusal.value.status) == (503, "UNAVAILABLE")
    assert ask(gemini).text
    assert [crossing.fault for crossing in desk.log()[-3:]] == ["unavailable", "unavailable", None]


def test_a_status_may_be_any(gemini: genai.Client, desk: GoogleDesk) -> None:
    desk.fault("gemini", "status", status=403, message="Nobody may.", times=1)
    with pytest.raises(errors.ClientError, match=r"Nobody may\.") as refusal:
        ask(gemini)
    assert (refusal.value.code, refusal.value.status) == (403, "PERMISSION_DENIED")


def test_a_rate_limit_says_when_to_come_back(gemini: genai.Client, desk: GoogleDesk) -> None:
    desk.fault(VERB, "rate_limit", delay_seconds=37, times=1)
    with pytest.raises(errors.ClientError) as refusal:
        ask(gemini)
    assert (refusal.value.code, refusal.value.status) == (429, "RESOURCE_EXHAUSTED")
    failure, info = details(refusal.value)
    assert "PerMinute" in failure["violations"][0]["quotaId"]
    assert info["retryDelay"] == "37s"


def test_a_days_quota_says_so_and_may_be_one_models(gemini: genai.Client, desk: GoogleDesk) -> None:
    desk.fault(VERB, "daily_quota", model=MODEL)
    with pytest.raises(errors.ClientError) as refusal:
        ask(gemini)
    (failure,) = details(refusal.value)
    assert failure["violations"][0]["quotaDimensions"]["model"] == MODEL
    assert "PerDay" in failure["violations"][0]["quotaId"]
    assert ask(gemini, model="gemini-3.5-flash-lite").text


def test_a_fault_may_be_for_one_purpose(gemini: genai.Client, desk: GoogleDesk) -> None:
    schema = {"type": "OBJECT", "properties": {"part1": {"type": "STRING"}, "part2": {"type": "STRING"}}}
    desk.fault(VERB, "unavailable", match="narration", times=1)
    assert ask(gemini).text
    with pytest.raises(errors.ServerError):
        ask(gemini, response_mime_type="application/json", response_schema=schema)


def test_a_hanging_call_lasts_until_its_caller_gives_up(desk: GoogleDesk, config: GoogleConfig) -> None:
    desk.fault(VERB, "hang", times=1)
    client = genai.Client(api_key=config.api_key, http_options=options(desk, seconds=0.3))
    with pytest.raises(httpx2.ReadTimeout):
        ask(client)
    crossings = desk.wait_for_log(
        lambda log: [entry for entry in log if entry.fault == "hang" and entry.duration_ms]
    )
    assert (crossings[-1].status, crossings[-1].verb) == (None, VERB)
    client.close()


def test_a_slow_call_is_answered_late(gemini: genai.Client, desk: GoogleDesk) -> None:
    desk.fault(VERB, "slow", delay_seconds=0.2, times=1)
    start = time.monotonic()
    assert ask(gemini).text
    assert time.monotonic() - start >= 0.2


def test_the_clients_own_retries_see_the_faults(desk: GoogleDesk, config: GoogleConfig) -> None:
    desk.fault(VERB, "unavailable", times=2)
    http = options(desk)
    http.retry_options = types.HttpRetryOptions(attempts=3, initial_delay=0.01, max_delay=0.01, jitter=0)
    client = genai.Client(api_key=config.api_key, http_options=http)
    assert ask(client).text
    client.close()


def test_a_connection_is_cut_in_mid_answer(gemini: genai.Client, desk: GoogleDesk) -> None:
    desk.fault("gemini", "cut", times=2)
    with pytest.raises(httpx2.RemoteProtocolError):
        ask(gemini)
    stream = gemini.models.generate_content_stream(model=MODEL, contents="やあ")
    with pytest.raises(httpx2.RemoteProtocolError):
        list(stream)


def test_an_answer_may_be_no_json(gemini: genai.Client, desk: GoogleDesk) -> None:
    desk.fault(VERB, "not_json", times=1)
    with pytest.raises(json.JSONDecodeError):
        ask(gemini)


def test_embeddings_and_files_fail_alike(gemini: genai.Client, desk: GoogleDesk, clip: Path) -> None:
    desk.fault("gemini.batchEmbedContents", "rate_limit", times=1)
    with pytest.raises(errors.ClientError, match="429"):
        gemini.models.embed_content(model="gemini-embedding-001", contents="卵")
    desk.fault("files.get", "unavailable", times=1)
    with pytest.raises(errors.ServerError):
        gemini.files.get(name="x")
    desk.fault("files.create", "status", status=500, times=1)
    with pytest.raises(errors.ServerError):
        gemini.files.upload(file=clip)


def test_speech_and_voice_fail_in_their_own_family(
    desk: GoogleDesk, credentials: service_account.Credentials, memo: Path
) -> None:
    voice = test_texttospeech.client_of(desk, credentials)
    desk.fault("texttospeech", "unavailable", times=1)
    with pytest.raises(exceptions.ServiceUnavailable):
        test_texttospeech.speak(voice, text="卵")
    desk.fault("texttospeech.synthesize", "rate_limit", times=1)
    with pytest.raises(exceptions.TooManyRequests):
        test_texttospeech.speak(voice, text="卵")
    hearing = test_speech.client_of(desk, credentials)
    desk.fault("speech.recognize", "status", status=500, times=1)
    with pytest.raises(exceptions.InternalServerError):
        test_speech.recognize(hearing, content=memo.read_bytes())


def test_a_lost_answer_to_an_upload_does_no_harm(bucket: Bucket, desk: GoogleDesk) -> None:
    """The work is done and the connection cut: the client asks the session, which knows the object is there."""
    desk.fault("storage.upload", "cut", times=1)
    blob = bucket.blob("cut")
    with blob.open("wb", chunk_size=256 * 1024, if_generation_match=0) as writer:
        writer.write(b"0123456789")
    assert blob.download_as_bytes() == b"0123456789"
    assert [entry.fault for entry in desk.log(verb="storage.upload")][-2:] == ["cut", None]


def test_work_can_be_done_before_it_goes_wrong(bucket: Bucket, desk: GoogleDesk) -> None:
    desk.fault("storage.insert", "status", status=403, accept=True, times=1)
    with pytest.raises(exceptions.Forbidden):
        bucket.blob("accepted").upload_from_string(b"x")
    assert bucket.blob("accepted").exists()
    desk.fault("storage.insert", "status", status=403, times=1)
    with pytest.raises(exceptions.Forbidden):
        bucket.blob("refused").upload_from_string(b"x")
    assert not bucket.blob("refused").exists()


def test_a_fault_may_be_for_one_object(bucket: Bucket, desk: GoogleDesk) -> None:
    desk.fault("storage", "status", status=403, match="marked")
    assert not bucket.blob("another").exists()
    with pytest.raises(exceptions.Forbidden):
        bucket.blob("folder/marked").exists()


def test_a_download_is_cut(bucket: Bucket, desk: GoogleDesk) -> None:
    blob = bucket.blob("long")
    blob.upload_from_string(bytes(300_000))
    url = blob.generate_signed_url(version="v4", expiration=60, api_access_endpoint=desk.base_url)
    desk.fault("storage.signed", "cut", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(url)
    assert len(httpx.get(url).content) == 300_000


def test_tokens_can_be_refused(desk: GoogleDesk, config: GoogleConfig) -> None:
    credentials = account(config.service_account_file)
    desk.fault("iam.token", "status", status=400, message="the account is gone", times=1)
    with pytest.raises(RefreshError, match="the account is gone"):
        credentials.refresh(Request())  # type: ignore[no-untyped-call]
    credentials.refresh(Request())  # type: ignore[no-untyped-call]
    assert credentials.valid
