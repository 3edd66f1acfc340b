"""What generateContent refuses, through google-genai, both backends."""

from pathlib import Path
from typing import Any

import httpx2
import pytest
from google import genai
from google.genai import errors, types

from simulator.google.client import GoogleDesk
from simulator.google.config import GoogleConfig
from tests.simulator.google.conftest import options
from tests.simulator.google.test_gemini import MODEL, Note, ask, tokens, video


def test_resolution_may_be_set_for_a_part_on_v1beta_only(
    gemini: genai.Client, desk: GoogleDesk, config: GoogleConfig, clip: Path
) -> None:
    part = video(clip)
    part.media_resolution = types.PartMediaResolution(
        level=types.PartMediaResolutionLevel.MEDIA_RESOLUTION_HIGH
    )
    assert tokens(ask(gemini, part, "?"))["VIDEO"] >= 2640
    client = genai.Client(api_key=config.api_key, http_options=options(desk, version="v1"))
    with pytest.raises(errors.ClientError, match="mediaResolution"):
        ask(client, part, "?")


def test_the_developer_api_reads_no_bucket(gemini: genai.Client) -> None:
    part = types.Part.from_uri(file_uri="gs://somewhere/clip.mp4", mime_type="video/mp4")
    with pytest.raises(errors.ClientError, match="unsupported file uri"):
        ask(gemini, part, "?")


@pytest.mark.parametrize("model", ["gemini-3-flash", "gemini-embedding-001"])
def test_unknown_models_are_not_found(gemini: genai.Client, vertex: genai.Client, model: str) -> None:
    with pytest.raises(errors.ClientError) as developer:
        ask(gemini, model=model)
    assert (developer.value.code, developer.value.status) == (404, "NOT_FOUND")
    assert "v1beta" in (developer.value.message or "")
    with pytest.raises(errors.ClientError, match="Publisher Model"):
        ask(vertex, model=model)


def test_previews_are_hidden_from_v1(gemini: genai.Client, desk: GoogleDesk, config: GoogleConfig) -> None:
    assert ask(gemini, model="gemini-3-flash-preview").text
    client = genai.Client(api_key=config.api_key, http_options=options(desk, version="v1"))
    with pytest.raises(errors.ClientError, match="404"):
        ask(client, model="gemini-3-flash-preview")


def test_keys_are_checked(desk: GoogleDesk, config: GoogleConfig) -> None:
    client = genai.Client(api_key="another", http_options=options(desk))
    with pytest.raises(errors.ClientError, match="API key not valid"):
        ask(client)
    bare = httpx2.get(f"{desk.base_url}/v1beta/models/{MODEL}")
    assert bare.status_code == 403
    vertex = (
        f"{desk.base_url}/v1beta1/projects/{config.project}/locations/global/publishers/google/models/{MODEL}"
    )
    stranger = httpx2.post(f"{vertex}:generateContent", json={})
    assert (stranger.status_code, stranger.json()["error"]["status"]) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"thinking_config": {"thinking_level": "MINIMAL"}}, "Thinking level"),
        ({"thinking_config": {"thinking_level": "LOW", "thinking_budget": 5}}, "thinking budget"),
        ({"response_mime_type": "text/plain", "response_schema": Note}, "mime type"),
        ({"response_mime_type": "application/json", "response_schema": {"type": "ARRAY"}}, "items"),
        ({"response_mime_type": "application/json", "response_schema": {"type": "OBJECT"}}, "properties"),
        (
            {
                "response_mime_type": "application/json",
                "response_schema": {
                    "type": "OBJECT",
                    "properties": {"a": {"type": "STRING"}},
                    "required": ["b"],
                },
            },
            "'b' is not defined",
        ),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    gemini: genai.Client, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(errors.ClientError, match=message) as refusal:
        ask(gemini, **settings)
    assert (refusal.value.code, refusal.value.status) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("fps", [0, 25])
def test_frame_rates_have_bounds(gemini: genai.Client, clip: Path, fps: float) -> None:
    part = video(clip)
    part.video_metadata = types.VideoMetadata.model_construct(fps=fps)
    with pytest.raises(errors.ClientError, match="fps"):
        ask(gemini, part, "?")


def test_broken_media_are_refused(gemini: genai.Client) -> None:
    part = types.Part.from_bytes(data=b"no video at all", mime_type="video/mp4")
    with pytest.raises(errors.ClientError, match="corrupted"):
        ask(gemini, part, "?")


def test_temperature_is_accepted_and_ignored(gemini: genai.Client) -> None:
    assert ask(gemini, temperature=0.0, top_k=1, top_p=0.5).text


def test_what_is_not_json_is_refused(desk: GoogleDesk, config: GoogleConfig) -> None:
    headers = {"x-goog-api-key": config.api_key, "content-type": "application/json"}
    url = f"{desk.base_url}/v1beta/models/{MODEL}:generateContent"
    for body, message in ((b"{", "Invalid JSON"), (b"[]", "Expected an object"), (b"{}", "contents")):
        answer = httpx2.post(url, content=body, headers=headers)
        assert answer.status_code == 400
        assert message in answer.json()["error"]["message"]
