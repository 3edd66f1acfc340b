"""Cloud Text-to-Speech through its own client, over REST."""

import io
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from google.api_core import exceptions
from google.cloud import texttospeech_v1 as tts
from google.cloud.texttospeech_v1.services.text_to_speech.transports import TextToSpeechRestTransport
from google.oauth2 import service_account

from simulator.google.client import GoogleDesk
from tests.simulator.google.conftest import account

CHIRP, NEURAL = "ja-JP-Chirp3-HD-Leda", "ja-JP-Neural2-B"
YOMIGANA = tts.CustomPronunciationParams.PhoneticEncoding.PHONETIC_ENCODING_JAPANESE_YOMIGANA
IPA = tts.CustomPronunciationParams.PhoneticEncoding.PHONETIC_ENCODING_IPA
LINEAR16 = tts.AudioEncoding.LINEAR16


def client_of(desk: GoogleDesk, credentials: service_account.Credentials) -> tts.TextToSpeechClient:
    host = urlsplit(desk.base_url).netloc
    transport = TextToSpeechRestTransport(host=host, url_scheme="http", credentials=credentials)
    return tts.TextToSpeechClient(transport=transport)


@pytest.fixture(scope="module")
def client(running: GoogleDesk, credentials: service_account.Credentials) -> tts.TextToSpeechClient:
    return client_of(running, credentials)


def speak(
    client: tts.TextToSpeechClient, voice: str = CHIRP, language: str = "ja-JP", **fields: Any
) -> bytes:
    audio = fields.pop("audio", {})
    answer = client.synthesize_speech(
        input=tts.SynthesisInput(**fields),
        voice=tts.VoiceSelectionParams(language_code=language, name=voice),
        audio_config=tts.AudioConfig(**{"audio_encoding": LINEAR16, **audio}),
        timeout=20,
    )
    return bytes(answer.audio_content)


def measure(wav: bytes) -> tuple[int, float, float]:
    """Its rate, its length in seconds, and its loudest sample."""
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return file.getframerate(), file.getnframes() / file.getframerate(), float(np.abs(samples).max())


def pronunciation(phrase: str, reading: str, encoding: Any = YOMIGANA) -> tts.CustomPronunciations:
    return tts.CustomPronunciations(
        pronunciations=[
            tts.CustomPronunciationParams(phrase=phrase, phonetic_encoding=encoding, pronunciation=reading)
        ]
    )


def test_speech_is_a_wav_as_long_as_its_words(client: tts.TextToSpeechClient) -> None:
    rate, seconds, loudest = measure(speak(client, text="あ" * 14))
    assert rate == 24_000
    assert seconds == pytest.approx(2, abs=0.01)
    assert loudest > 1000
    _, quick, _ = measure(
        speak(client, text="あ" * 14, audio={"speaking_rate": 2.0, "sample_rate_hertz": 16_000})
    )
    assert quick == pytest.approx(1, abs=0.01)


def test_a_real_voice_speaks(own_desk: Callable[..., GoogleDesk], tmp_path: Path) -> None:
    pytest.importorskip("pyopenjtalk")
    desk = own_desk(voice="openjtalk")
    client = client_of(desk, account(tmp_path / "account.json"))
    rate, seconds, loudest = measure(speak(client, text="火を弱めましょう。"))
    assert rate == 24_000
    assert loudest == pytest.approx(26_000, rel=0.2)
    assert 0.8 < seconds < 4


def test_readings_are_spoken_instead(client: tts.TextToSpeechClient) -> None:
    plain = measure(speak(client, text="端と箸"))[1]
    longer = measure(
        speak(client, text="端と箸", custom_pronunciations=pronunciation("箸", "^は!しはしはし"))
    )[1]
    assert longer > plain


@pytest.mark.parametrize(
    ("voice", "pronunciations", "message"),
    [
        (CHIRP, pronunciation("箸", "^は!し", IPA), "phonetic encoding"),
        (CHIRP, pronunciation("箸", "ha!shi"), "yomigana"),
        (CHIRP, pronunciation("箸", "は!し!"), "yomigana"),
        (CHIRP, pronunciation("", "はし"), "must not be empty"),
        (NEURAL, pronunciation("箸", "はし"), "not supported for this voice"),
    ],
)
def test_readings_have_one_form(
    client: tts.TextToSpeechClient, voice: str, pronunciations: tts.CustomPronunciations, message: str
) -> None:
    with pytest.raises(exceptions.BadRequest, match=message):
        speak(client, voice, text="箸", custom_pronunciations=pronunciations)


def test_ssml_depends_on_the_voice(client: tts.TextToSpeechClient) -> None:
    ssml = '<speak>火を<break time="1s"/><sub alias="よわめ">弱め</sub>ます。</speak>'
    assert speak(client, NEURAL, ssml=ssml)
    with pytest.raises(exceptions.BadRequest, match="break"):
        speak(client, CHIRP, ssml=ssml)
    assert speak(client, CHIRP, ssml='<speak><sub alias="よわめ">弱め</sub>ます。</speak>')
    with pytest.raises(exceptions.BadRequest, match="Invalid SSML"):
        speak(client, NEURAL, ssml="<speak>弱め")


def test_pauses_are_written_in_markup(client: tts.TextToSpeechClient) -> None:
    text = "火を[pause short]弱めます。"
    assert measure(speak(client, markup=text))[1] < measure(speak(client, text=text))[1]
    with pytest.raises(exceptions.BadRequest, match="Markup"):
        speak(client, NEURAL, markup=text)


def test_five_thousand_bytes_are_the_limit(client: tts.TextToSpeechClient) -> None:
    quick = {"speaking_rate": 2.0, "sample_rate_hertz": 8000}
    assert speak(client, text="あ" * 1666, audio=quick)
    with pytest.raises(exceptions.BadRequest, match="5000 bytes"):
        speak(client, text="あ" * 1667)


@pytest.mark.parametrize(
    ("request_fields", "message"),
    [
        ({"voice": "ja-JP-Chirp3-HD-Nobody"}, "Is it misspelled"),
        ({"voice": "gemini-tts"}, "Is it misspelled"),
        ({"language": "en-US"}, "doesn't match"),
        ({"language": ""}, "Language code"),
        ({"audio": {"pitch": 2.0}}, "pitch"),
        ({"audio": {"speaking_rate": 3.0}}, "speakingRate"),
        ({"audio": {"sample_rate_hertz": 96_000}}, "sampleRateHertz"),
        ({"audio": {"audio_encoding": tts.AudioEncoding.MP3}}, "LINEAR16"),
        ({"text": ""}, "must be set"),
    ],
)
def test_what_cannot_be_spoken_is_refused(
    client: tts.TextToSpeechClient, request_fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(exceptions.BadRequest, match=message):
        speak(client, **{"text": "卵", **request_fields})


def test_older_voices_have_a_pitch(client: tts.TextToSpeechClient) -> None:
    assert speak(client, NEURAL, text="卵", audio={"pitch": 2.0})
