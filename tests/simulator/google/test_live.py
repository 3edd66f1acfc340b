"""The double of Live by itself: what it refuses, what it drops, and when it ends."""

import asyncio
import base64
import json
import ssl
from collections.abc import Callable
from typing import Any

import pytest
from google import genai
from google.genai import errors, types
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Close

from simulator.google.client import DeskCallError, GoogleDesk
from simulator.google.config import GoogleConfig
from simulator.google.live.certificate import server_context
from simulator.google.live.hearing import Ear
from simulator.http.client import wait_until
from tests.companion.live_calls import JPEG, silence, tone

PATH = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
SETUP: dict[str, Any] = {
    "model": "models/gemini-3.8-live",
    "generationConfig": {"responseModalities": ["AUDIO"]},
}
COMPRESSED = SETUP | {"contextWindowCompression": {"slidingWindow": {}}}

API_KEY = "desk-api-key"


def trusting(desk: GoogleDesk) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=desk.live().ca_file)


def ending(desk: GoogleDesk, *messages: dict[str, Any], seconds: float = 0) -> Close:
    """How a connection ends on which these are sent, and the clock moved then."""

    async def read_on(wire: ClientConnection) -> None:
        await wire.recv()  # setupComplete
        if seconds:
            await asyncio.to_thread(_wait_for_frames, desk, messages)
            desk.advance_clock(seconds)
        while True:
            await wire.recv()

    async def play() -> Close:
        url = desk.live().url.replace("https", "wss") + PATH
        headers = {"x-goog-api-key": API_KEY}
        async with connect(url, ssl=trusting(desk), additional_headers=headers) as wire:
            for message in messages:
                await wire.send(json.dumps(message))
            with pytest.raises(ConnectionClosed) as closed:
                await read_on(wire)
        close = closed.value.rcvd
        assert close is not None
        return close

    return asyncio.run(play())


def _wait_for_frames(desk: GoogleDesk, messages: tuple[dict[str, Any], ...]) -> None:
    count = sum("video" in message.get("realtime_input", {}) for message in messages)
    wait_until(lambda: desk.live_connections()[-1].frames_taken, lambda taken: taken >= count, 30, str)


def realtime(**content: Any) -> dict[str, Any]:
    return {"realtime_input": content}


def blob(content: bytes, mime_type: str) -> dict[str, str]:
    return {"data": base64.urlsafe_b64encode(content).decode(), "mime_type": mime_type}


@pytest.mark.parametrize(
    ("messages", "code", "reason"),
    [
        ([{"setup": SETUP | {"voice": "Leda"}}], 1007, 'Unknown name "voice" at \'setup\''),
        ([{"setup": SETUP, "extra": 1}], 1007, 'Unknown name "extra"'),
        ([realtime(text="あ")], 1007, "must be setup"),
        ([{"setup": SETUP | {"model": "models/gemini-none"}}], 1008, "not found for API version v1beta"),
        ([{"setup": {"model": SETUP["model"]}}], 1007, "response modalities"),
        ([{"setup": SETUP | {"proactivity": {}}}], 1007, "proactivity"),
        ([{"setup": SETUP | {"sessionResumption": {"handle": "none"}}}], 1007, "not found or expired"),
        ([{"setup": SETUP}, {"setup": SETUP}], 1007, "first message"),
        ([{"setup": SETUP}, realtime(activityEnd={})], 1007, "activity"),
        ([{"setup": SETUP}, realtime(text="あ", audioStreamEnd=True)], 1007, "one field"),
        ([{"setup": SETUP}, realtime(audio=blob(bytes(4), "audio/pcm"))], 1007, "Unsupported audio"),
        ([{"setup": SETUP}, realtime(audio=blob(b"abc", "audio/pcm;rate=16000"))], 1007, "3 bytes"),
        ([{"setup": SETUP}, realtime(video=blob(b"png", "image/jpeg"))], 1007, "Unsupported picture"),
        (
            [{"setup": SETUP}, {"tool_response": {"functionResponses": [{"id": "1", "name": "a", "response": {}}]}}],
            1007,
            "No function call",
        ),
    ],
)  # fmt: skip
def test_what_the_api_would_not_take_closes_the_connection(
    desk: GoogleDesk, messages: list[dict[str, Any]], code: int, reason: str
) -> None:
    close = ending(desk, *messages)
    assert close.code == code
    assert reason in close.reason


@pytest.mark.parametrize(
    ("messages", "seconds", "code"),
    [
        ([{"setup": SETUP}, realtime(video=blob(JPEG, "image/jpeg"))], 120, 1011),
        ([{"setup": SETUP}], 15 * 60, 1011),
        ([{"setup": COMPRESSED}, realtime(video=blob(JPEG, "image/jpeg"))], 10 * 60, 1001),
        ([{"setup": COMPRESSED}], 58 * 60, 1011),
    ],
)
def test_how_long_it_lasts(
    own_desk: Callable[..., GoogleDesk], messages: list[dict[str, Any]], seconds: float, code: int
) -> None:
    assert ending(own_desk(), *messages, seconds=seconds).code == code


def test_of_pictures_one_a_second_is_taken(desk: GoogleDesk) -> None:
    frames = [realtime(video=blob(JPEG, "image/jpeg"))] * 5
    ending(desk, {"setup": SETUP}, *frames, realtime(activityEnd={}))
    record = desk.live_connections()[-1]
    assert record.frames_taken + record.frames_dropped == 5
    assert record.frames_dropped > 0


def test_an_ephemeral_token_is_good_for_as_often_as_it_says(desk: GoogleDesk, config: GoogleConfig) -> None:
    live = desk.live()
    maker = genai.Client(
        api_key=config.api_key,
        http_options=types.HttpOptions(base_url=desk.base_url, api_version="v1alpha"),
    )

    async def use(token: str) -> None:
        options = types.HttpOptions(
            base_url=live.url, api_version="v1alpha", async_client_args={"ssl": trusting(desk)}
        )
        client = genai.Client(api_key=token, http_options=options)
        setup = types.LiveConnectConfig(response_modalities=[types.Modality.AUDIO])
        with pytest.warns(errors.ExperimentalWarning):
            async with client.aio.live.connect(model="gemini-3.8-live", config=setup) as session:
                assert session.session_id

    async def play() -> None:
        token = await maker.aio.auth_tokens.create(config=types.CreateAuthTokenConfig(uses=1))
        assert token.name is not None
        await use(token.name)
        with pytest.raises(InvalidStatus, match="401"):
            await use(token.name)
        await maker.aio.aclose()

    with pytest.warns(errors.ExperimentalWarning):
        asyncio.run(play())


def test_a_knock_is_no_speech_and_a_breath_is_no_end() -> None:
    ear = Ear()
    assert ear.hear(tone(0.06) + silence(1)) == []
    assert ear.hear(tone(0.4) + silence(0.3) + tone(0.4)) == ["begins"]
    assert ear.hear(silence(0.6)) == ["ends"]
    assert ear.hear(tone(0.4)) == ["begins"]
    assert ear.stop() == ["ends"]


def test_the_key_of_the_certificate_is_kept_nowhere(tmp_path: Any) -> None:
    server_context("127.0.0.1", tmp_path / "ca.pem")
    assert [path.name for path in tmp_path.iterdir()] == ["ca.pem"]
    assert "PRIVATE" not in (tmp_path / "ca.pem").read_text()


@pytest.mark.parametrize(
    ("verb", "kind"), [("gemini.generateContent", "closed"), ("live.turn", "truncated"), ("live", "cut")]
)
def test_faults_are_those_of_a_connection(desk: GoogleDesk, verb: str, kind: Any) -> None:
    with pytest.raises((DeskCallError, ValueError)):
        desk.fault(verb, kind)
