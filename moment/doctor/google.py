"""Google, where PROVIDERS names it: credentials, and each model, voice and region by name."""

import io
import wave
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from moment.doctor.google_errors import CREDENTIALS_FIX, asked
from moment.doctor.ground import Ground
from moment.doctor.report import Check, failed, ok, skipped, warning

PROVIDERS = "pipeline.providers.google"
SECONDS = 10.0  # of one call
DIMENSIONS = 768
LANGUAGE = "ja-JP"
SILENCE_SECONDS, SILENCE_RATE = 0.5, 16_000

MODELS_PAGE = "https://ai.google.dev/gemini-api/docs/models"
KEY_PAGE = "https://aistudio.google.com/apikey"
API_PAGE = "https://console.cloud.google.com/apis/library"


def chosen(ground: Ground) -> bool:
    return ground.settings.providers == PROVIDERS


def gemini_checks(ground: Ground) -> Iterator[Check]:
    found = ground.settings
    if found.gemini_api_key is None and not found.google_project:
        fix = f"set GEMINI_API_KEY ({KEY_PAGE}), or GOOGLE_PROJECT to use Vertex AI"
        yield failed("google.gemini", "neither GEMINI_API_KEY nor GOOGLE_PROJECT is set", fix)
        return
    models = {"gemini_model": found.gemini_model, "gemini_fallback_model": found.gemini_fallback_model}
    for setting, model in models.items():
        name = f"google.{setting}"
        yield asked(name, partial(_model, ground, name, model), _gemini_fixes(setting))
    name = "google.embedding_model"
    yield asked(name, partial(_embedding, ground, name), _gemini_fixes("embedding_model"))


def cloud_checks(ground: Ground) -> Iterator[Check]:
    """Text-to-Speech and Speech, which know only the application default credentials."""
    credentials = asked("google.credentials", partial(_credentials, ground), {})
    yield credentials
    speech, voice = "google.speech", "google.tts_voice"
    if credentials.fix:
        yield from (skipped(name, "the credentials come first") for name in (voice, speech))
        return
    yield asked(voice, partial(_voice, ground, voice), _cloud_fixes("texttospeech", "TTS_VOICE"))
    if ground.settings.transcriber != "speech":
        yield skipped(speech, "TRANSCRIBER is not speech")
        return
    yield asked(
        speech, partial(_speech, ground, speech), _cloud_fixes("speech", "SPEECH_LOCATION and SPEECH_MODEL")
    )


def _model(ground: Ground, name: str, model: str) -> Check:
    from google.genai import types

    from pipeline.providers.google.clients import gemini_client

    config = types.GetModelConfig(http_options=_briefly())
    known = gemini_client().models.get(model=model, config=config)
    if (known.name or "").rsplit("/", 1)[-1] != model:
        fix = (
            f"set {name.partition('.')[2].upper()}={(known.name or '').rsplit('/', 1)[-1]}, and see its price"
        )
        return warning(name, f"{model} is answered for by {known.name}", fix)
    return ok(name, model)


def _embedding(ground: Ground, name: str) -> Check:
    from google.genai import types

    from pipeline.providers.google.clients import gemini_client

    config = types.EmbedContentConfig(output_dimensionality=DIMENSIONS, http_options=_briefly())
    model = ground.settings.embedding_model
    found = gemini_client().models.embed_content(model=model, contents="miso soup", config=config)
    numbers = len((found.embeddings or [types.ContentEmbedding()])[0].values or ())
    if numbers != DIMENSIONS:
        fix = f"set EMBEDDING_MODEL to one that can give {DIMENSIONS} ({MODELS_PAGE})"
        return failed(name, f"{model} gives {numbers} numbers, not {DIMENSIONS}", fix)
    return ok(name, f"{model}, {numbers} numbers")


def _briefly() -> Any:
    from google.genai import types

    return types.HttpOptions(timeout=int(SECONDS * 1000), retry_options=types.HttpRetryOptions(attempts=1))


def _credentials(ground: Ground) -> Check:
    from pipeline.providers.google.clients import credentials, fresh_token

    name = "google.credentials"
    fresh_token()
    if not ground.settings.google_project:
        return failed(name, "GOOGLE_PROJECT is not set", "set GOOGLE_PROJECT to the project's id")
    who = getattr(credentials(), "service_account_email", None) or type(credentials()).__name__
    return ok(name, f"{who}, project {ground.settings.google_project}")


def _voice(ground: Ground, name: str) -> Check:
    from pipeline.providers.google.clients import tts_client

    wanted = ground.settings.tts_voice
    listed = tts_client().list_voices(language_code=LANGUAGE, timeout=SECONDS)
    names = {voice.name for voice in listed.voices}
    if wanted not in names:
        fix = "set TTS_VOICE to one of https://cloud.google.com/text-to-speech/docs/list-voices-and-types"
        return failed(name, f"{wanted} is none of the {len(names)} voices of {LANGUAGE}", fix)
    return ok(name, wanted)


def _speech(ground: Ground, name: str) -> Check:
    from google.cloud import speech_v2 as speech

    from pipeline.providers.google.clients import speech_client

    found = ground.settings
    request = speech.RecognizeRequest(
        recognizer=f"projects/{found.google_project}/locations/{found.speech_location}/recognizers/_",
        config=speech.RecognitionConfig(
            auto_decoding_config=speech.AutoDetectDecodingConfig(),
            model=found.speech_model,
            language_codes=[LANGUAGE],
        ),
        content=_silence(),
    )
    speech_client().recognize(request=request, timeout=SECONDS)
    return ok(name, f"{found.speech_model} in {found.speech_location}")


def _silence() -> bytes:
    """A WAV file, mono, 16 bit."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(SILENCE_RATE)
        wav.writeframes(bytes(2 * int(SILENCE_SECONDS * SILENCE_RATE)))
    return file.getvalue()


def _gemini_fixes(setting: str) -> Mapping[int, str]:
    variable = setting.upper()
    key = f"put a working key into GEMINI_API_KEY ({KEY_PAGE}); for Vertex AI grant roles/aiplatform.user"
    return {
        400: f"set {variable} to one of {MODELS_PAGE}",
        401: key,
        403: key,
        404: f"set {variable} to one of {MODELS_PAGE} (GEMINI_API_VERSION decides which there are)",
        429: "wait, or raise the quota: https://aistudio.google.com/usage",
    }


def _cloud_fixes(api: str, settings: str) -> Mapping[int, str]:
    enable = f"enable {API_PAGE}/{api}.googleapis.com in GOOGLE_PROJECT, and let the account use it"
    return {
        400: f"correct {settings}: the model must be offered in that region",
        401: CREDENTIALS_FIX,
        403: enable,
        404: f"correct {settings}, or {enable}",
        429: "wait, or raise the quota: https://console.cloud.google.com/iam-admin/quotas",
    }
