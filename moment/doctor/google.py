"""Google, where the settings choose it: credentials, and each model, voice and region by name."""

import io
import wave
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from moment.doctor.google_errors import CREDENTIALS_FIX, ask
from moment.doctor.ground import Ground
from moment.doctor.report import Check, failure, ok, skip, warning
from settings import ProviderChoice, Settings, variable
from storage.google_credentials import GoogleCredentials

if TYPE_CHECKING:
    from google.genai import Client

SECONDS = 10.0  # of one call
DIMENSIONS = 768
LANGUAGE = "ja-JP"
SILENCE_SECONDS, SILENCE_RATE = 0.5, 16_000

MODELS_PAGE = "https://ai.google.dev/gemini-api/docs/models"
VOICES_PAGE = "https://cloud.google.com/text-to-speech/docs/list-voices-and-types"
KEY_PAGE = "https://aistudio.google.com/apikey"
API_PAGE = "https://console.cloud.google.com/apis/library"

KEY, PROJECT = variable("gemini_api_key"), variable("google_project")


def has_google(ground: Ground) -> bool:
    return ground.settings.providers is ProviderChoice.GOOGLE


def gemini_checks(ground: Ground) -> Iterator[Check]:
    settings = ground.settings
    if settings.gemini_api_key is None and not settings.google_project:
        fix = f"set {KEY} ({KEY_PAGE}), or {PROJECT} to use Vertex AI"
        yield failure("google.gemini", f"neither {KEY} nor {PROJECT} is set", fix)
        return
    gemini = _Gemini(settings, GoogleCredentials(settings.google_key_file))
    for setting in ("gemini_model", "gemini_fallback_model"):
        yield ask(f"google.{setting}", partial(gemini.model, setting), _gemini_fixes(setting))
    yield ask("google.embedding_model", gemini.embedding, _gemini_fixes("embedding_model"))


def cloud_checks(ground: Ground) -> Iterator[Check]:
    """Text-to-Speech and Speech, which take no API key."""
    cloud = _Cloud(ground.settings, GoogleCredentials(ground.settings.google_key_file))
    account = ask("google.credentials", cloud.account, {})
    yield account
    voice, speech = "google.tts_voice", "google.speech"
    if account.fix:
        yield from (skip(name, "the credentials come first") for name in (voice, speech))
        return
    yield ask(voice, cloud.voice, _cloud_fixes("texttospeech", variable("tts_voice")))
    if ground.settings.transcriber != "speech":
        yield skip(speech, f"{variable('transcriber')} is not speech")
        return
    place_and_model = f"{variable('speech_location')} and {variable('speech_model')}"
    yield ask(speech, cloud.speech, _cloud_fixes("speech", place_and_model))


@dataclass
class _Gemini:
    settings: Settings
    credentials: GoogleCredentials

    @cached_property
    def client(self) -> "Client":
        """Raises ConfigurationError."""
        from pipeline.providers.google.clients import gemini_client

        return gemini_client(self.settings, self.credentials)

    def model(self, setting: str) -> Check:
        from google.genai import types

        name, model = f"google.{setting}", getattr(self.settings, setting)
        config = types.GetModelConfig(http_options=_brief_options())
        answer = self.client.models.get(model=model, config=config)
        answerer = (answer.name or "").rsplit("/", 1)[-1]
        if answerer != model:
            fix = f"set {variable(setting)}={answerer}, and see its price"
            return warning(name, f"{model} is answered for by {answer.name}", fix)
        return ok(name, model)

    def embedding(self) -> Check:
        from google.genai import types

        name, model = "google.embedding_model", self.settings.embedding_model
        config = types.EmbedContentConfig(output_dimensionality=DIMENSIONS, http_options=_brief_options())
        answer = self.client.models.embed_content(model=model, contents="miso soup", config=config)
        numbers = len((answer.embeddings or [types.ContentEmbedding()])[0].values or ())
        if numbers != DIMENSIONS:
            fix = f"set {variable('embedding_model')} to one that can give {DIMENSIONS} ({MODELS_PAGE})"
            return failure(name, f"{model} gives {numbers} numbers, not {DIMENSIONS}", fix)
        return ok(name, f"{model}, {numbers} numbers")


def _brief_options() -> Any:
    from google.genai import types

    return types.HttpOptions(timeout=int(SECONDS * 1000), retry_options=types.HttpRetryOptions(attempts=1))


@dataclass
class _Cloud:
    settings: Settings
    credentials: GoogleCredentials

    def account(self) -> Check:
        name = "google.credentials"
        self.credentials.fresh_token()
        if not self.settings.google_project:
            return failure(name, f"{PROJECT} is not set", f"set {PROJECT} to the project's id")
        credentials = self.credentials.value
        account = getattr(credentials, "service_account_email", None) or type(credentials).__name__
        return ok(name, f"{account}, project {self.settings.google_project}")

    def voice(self) -> Check:
        from pipeline.providers.google.clients import tts_client

        name, voice = "google.tts_voice", self.settings.tts_voice
        client = tts_client(self.settings, self.credentials)
        names = {each.name for each in client.list_voices(language_code=LANGUAGE, timeout=SECONDS).voices}
        if voice not in names:
            fix = f"set {variable('tts_voice')} to one of {VOICES_PAGE}"
            return failure(name, f"{voice} is none of the {len(names)} voices of {LANGUAGE}", fix)
        return ok(name, voice)

    def speech(self) -> Check:
        from google.cloud import speech_v2 as speech

        from pipeline.providers.google.clients import project_of, speech_client

        settings = self.settings
        request = speech.RecognizeRequest(
            recognizer=f"projects/{project_of(settings)}/locations/{settings.speech_location}/recognizers/_",
            config=speech.RecognitionConfig(
                auto_decoding_config=speech.AutoDetectDecodingConfig(),
                model=settings.speech_model,
                language_codes=[LANGUAGE],
            ),
            content=_silence(),
        )
        speech_client(settings, self.credentials).recognize(request=request, timeout=SECONDS)
        return ok("google.speech", f"{settings.speech_model} in {settings.speech_location}")


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
    """By HTTP status."""
    model = f"set {variable(setting)} to one of {MODELS_PAGE}"
    key = f"put a working key into {KEY} ({KEY_PAGE}); for Vertex AI grant roles/aiplatform.user"
    return {
        400: model,
        401: key,
        403: key,
        404: f"{model} ({variable('gemini_api_version')} decides which there are)",
        429: "wait, or raise the quota: https://aistudio.google.com/usage",
    }


def _cloud_fixes(api: str, variables: str) -> Mapping[int, str]:
    enable = f"enable {API_PAGE}/{api}.googleapis.com in {PROJECT}, and let the account use it"
    return {
        400: f"correct {variables}: the model must be offered in that region",
        401: CREDENTIALS_FIX,
        403: enable,
        404: f"correct {variables}, or {enable}",
        429: "wait, or raise the quota: https://console.cloud.google.com/iam-admin/quotas",
    }
