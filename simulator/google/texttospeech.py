"""Cloud Text-to-Speech's synthesize (docs: REST text.synthesize, Quotas, Chirp 3: HD)."""

import asyncio
import base64
import re
import xml.etree.ElementTree as ET
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.google.errors import invalid
from simulator.google.identity import check_bearer
from simulator.google.requests import entries, google_of, json_body, part
from simulator.google.speaking import speak
from simulator.google.voices import DEFAULT_VOICE, LANGUAGE, VOICES, Voice

LIMIT_BYTES = 5000  # of the input, marks included
SOURCES = ("text", "ssml", "markup")
LINEAR16 = ("LINEAR16", 1)  # proto JSON writes enums by name or by number
YOMIGANA = ("PHONETIC_ENCODING_JAPANESE_YOMIGANA", 3)
CHIRP_SSML = frozenset({"speak", "p", "s", "phoneme", "sub", "say-as"})
_READING = re.compile(r"\^?[ぁ-ゖァ-ヺー一-龥々]+!?[ぁ-ゖァ-ヺー一-龥々]*")
_PAUSE = re.compile(r"\[pause(?: short| long)?\]")


async def synthesize(request: Request) -> Response:
    google = google_of(request)
    check_bearer(request, google.account, google.clock.now_ms())
    body = json_body(request)
    voice, audio = _voice(part(body, "voice")), part(body, "audioConfig")
    text = _text(part(body, "input"), voice)
    _check_audio(audio, voice)
    wav = await asyncio.to_thread(
        speak,
        text,
        float(audio.get("speakingRate") or 1),
        int(audio.get("sampleRateHertz") or 24_000),
        engine=google.config.voice == "openjtalk",
    )
    return JSONResponse({"audioContent": base64.b64encode(wav).decode()})


async def voices(request: Request) -> Response:
    """Those of a language, or all (docs: REST voices.list)."""
    google = google_of(request)
    check_bearer(request, google.account, google.clock.now_ms())
    language = request.query_params.get("languageCode", LANGUAGE)
    names = VOICES if language.lower() == LANGUAGE.lower() else ()
    return JSONResponse({"voices": [{"name": name, "languageCodes": [LANGUAGE]} for name in names]})


def _voice(selection: dict[str, Any]) -> Voice:
    """Raises GoogleError 400."""
    language, name = selection.get("languageCode"), selection.get("name") or DEFAULT_VOICE
    if not language:
        raise invalid("Language code is required.")
    if name not in VOICES:
        raise invalid(f"Voice '{name}' does not exist. Is it misspelled?")
    if str(language).lower() != LANGUAGE.lower():
        raise invalid(
            f"Requested language code '{language}' doesn't match the voice '{name}'s language code."
        )
    return VOICES[name]


def _text(synthesis_input: dict[str, Any], voice: Voice) -> str:
    """What is to be said, with the given readings in place. Raises GoogleError 400."""
    sources = [name for name in SOURCES if synthesis_input.get(name)]
    if len(sources) != 1:
        raise invalid("Either `input.text` or `input.ssml` must be set, and only one of them.")
    source = str(synthesis_input[sources[0]])
    if len(source.encode()) > LIMIT_BYTES:
        raise invalid(f"Either `input.text` or `input.ssml` is longer than the limit of {LIMIT_BYTES} bytes.")
    if sources == ["markup"] and not voice.is_chirp:
        raise invalid("Markup is only supported for Chirp 3: HD voices.")
    text = _ssml_text(source, voice) if sources == ["ssml"] else source
    text = _PAUSE.sub("、", text) if sources == ["markup"] else text
    for pronunciation in entries(part(synthesis_input, "customPronunciations"), "pronunciations"):
        phrase, reading = _pronunciation(pronunciation, voice)
        text = text.replace(phrase, reading)
    return text


def _pronunciation(entry: Any, voice: Voice) -> tuple[str, str]:
    """A phrase and its reading. Raises GoogleError 400."""
    fields = entry if isinstance(entry, dict) else {}
    phrase, reading = fields.get("phrase"), fields.get("pronunciation")
    if not phrase or not reading:
        raise invalid("customPronunciations: phrase and pronunciation must not be empty.")
    if fields.get("phoneticEncoding") not in YOMIGANA:
        raise invalid("customPronunciations: unsupported phonetic encoding for ja-JP.")
    if not voice.is_chirp:
        raise invalid("Custom pronunciations are not supported for this voice.")
    if not _READING.fullmatch(reading):
        message = "only kanji, hiragana and katakana, with ^ at the start and at most one !"
        raise invalid(f"customPronunciations: invalid yomigana {reading!r}: {message}")
    return str(phrase), re.sub("[!^]", "", reading)


def _ssml_text(source: str, voice: Voice) -> str:
    """Raises GoogleError 400 for what isn't SSML, or isn't supported by the voice."""
    try:
        root = ET.fromstring(source)  # noqa: S314 - a test's own text
    except ET.ParseError as error:
        raise invalid("Invalid SSML. Newer voices like Neural2 require valid SSML.") from error
    other_tags = sorted({element.tag for element in root.iter()} - CHIRP_SSML)
    if root.tag != "speak" or (voice.is_chirp and other_tags):
        raise invalid(f"SSML is not valid for this voice: {', '.join(other_tags) or root.tag}")
    for element in root.iter("sub"):
        element.text = element.get("alias", element.text)
    return "".join(root.itertext())


def _check_audio(audio: dict[str, Any], voice: Voice) -> None:
    """Raises GoogleError 400."""
    if audio.get("audioEncoding") not in LINEAR16:
        raise invalid("This desk only speaks LINEAR16.")
    if audio.get("pitch") and voice.is_chirp:
        raise invalid("This voice does not support pitch parameters at this time.")
    for name, default, low, high in (
        ("speakingRate", 1.0, 0.25, 2.0),
        ("pitch", 0, -20, 20),
        ("volumeGainDb", 0, -96, 16),
        ("sampleRateHertz", 24_000, 8000, 48_000),
    ):
        value = audio.get(name) or default
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise invalid(f"{name} must be between {low} and {high}")


routes = [
    Route("/{version}/text:synthesize", synthesize, methods=["POST"]),
    Route("/{version}/voices", voices, methods=["GET"]),
]
