"""The vendors' clients: one of each a process, long-lived, with timeouts and no retries of their own.

With `google_api_url` (the local doubles) they speak HTTP to that host and nothing else changes: the same clients, the
same credentials file, the same transports. Cloud Speech and Text-to-Speech are spoken to over REST in production too,
so that what is tested is what runs.
"""

import ssl
from typing import Any
from urllib.parse import urlsplit

from google import genai
from google.cloud import speech_v2, texttospeech_v1
from google.cloud.speech_v2.services.speech.transports import SpeechRestTransport
from google.cloud.texttospeech_v1.services.text_to_speech.transports import TextToSpeechRestTransport
from google.genai import types

from settings import ConfigurationError, Settings, variable
from storage.google_credentials import GoogleCredentials


def project_of(settings: Settings) -> str:
    """Raises ConfigurationError when none is named."""
    if not settings.google_project:
        raise ConfigurationError(
            f"{variable('google_project')} is not set: the id of the Google Cloud project"
        )
    return settings.google_project


def gemini_client(settings: Settings, credentials: GoogleCredentials) -> genai.Client:
    """The Developer API with a key, else Vertex AI. Keep it: collected, it would close its connections."""
    options = types.HttpOptions(
        timeout=int(settings.gemini_timeout.total_seconds() * 1000),  # ms; unset, it waits for ever
        base_url=settings.google_api_url,
    )
    return _gemini_client(settings, credentials, options)


def live_client(settings: Settings, credentials: GoogleCredentials) -> genai.Client:
    """For Gemini Live, which speaks WebSockets over TLS, to a double too."""
    options = types.HttpOptions(base_url=settings.google_live_url)
    if settings.google_live_ca_file is not None:
        context = ssl.create_default_context(cafile=str(settings.google_live_ca_file))
        options.async_client_args = {"ssl": context}
    return _gemini_client(settings, credentials, options)


def _gemini_client(
    settings: Settings, credentials: GoogleCredentials, options: types.HttpOptions
) -> genai.Client:
    options.api_version = settings.gemini_api_version if settings.gemini_api_key else "v1beta1"
    if settings.gemini_api_key:
        return genai.Client(api_key=settings.gemini_api_key.get_secret_value(), http_options=options)
    return genai.Client(
        enterprise=True,
        project=project_of(settings),
        location=settings.gemini_location,
        credentials=credentials.value,
        http_options=options,
    )


def speech_client(settings: Settings, credentials: GoogleCredentials) -> speech_v2.SpeechClient:
    """Its host must be the region's own."""
    address = _address(settings, f"{settings.speech_location}-speech.googleapis.com")
    return speech_v2.SpeechClient(transport=SpeechRestTransport(credentials=credentials.value, **address))


def tts_client(settings: Settings, credentials: GoogleCredentials) -> texttospeech_v1.TextToSpeechClient:
    address = _address(settings, "texttospeech.googleapis.com")
    transport = TextToSpeechRestTransport(credentials=credentials.value, **address)
    return texttospeech_v1.TextToSpeechClient(transport=transport)


def _address(settings: Settings, host: str) -> dict[str, Any]:
    if not settings.google_api_url:
        return {"host": host}
    parts = urlsplit(settings.google_api_url)
    return {"host": parts.netloc, "url_scheme": parts.scheme}
