"""The vendors' clients: one of each a process, long-lived, with timeouts and no retries of their own.

With GOOGLE_API_URL (the local doubles) they speak HTTP to that host and nothing else changes: the same clients, the
same credentials file, the same transports. Cloud Speech and Text-to-Speech are spoken to over REST in production too,
so that what is tested is what runs.
"""

import os
import threading
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import google.auth
from google import genai
from google.api_core.client_options import ClientOptions
from google.auth.credentials import Credentials
from google.auth.transport.requests import Request
from google.cloud import speech_v2, texttospeech_v1
from google.cloud.speech_v2.services.speech.transports import SpeechRestTransport
from google.cloud.storage import Client as StorageClient
from google.cloud.texttospeech_v1.services.text_to_speech.transports import TextToSpeechRestTransport
from google.genai import types

from settings import ConfigurationError, settings

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_refreshing = threading.Lock()


@lru_cache(maxsize=1)
def credentials() -> Credentials:
    """Application default credentials. Raises ConfigurationError with the fix when there are none."""
    try:
        found, _ = google.auth.default(scopes=[SCOPE])
    except google.auth.exceptions.DefaultCredentialsError as error:
        raise ConfigurationError(
            "no Google credentials: set GOOGLE_APPLICATION_CREDENTIALS to a service account's key file, or run "
            "with a service account attached (`gcloud auth application-default login` on a desk)"
        ) from error
    return found


def fresh_token() -> str:
    """An access token with some minutes left."""
    found = credentials()
    with _refreshing:
        if not found.valid:
            found.refresh(Request())
    return str(found.token)


def project() -> str:
    """Raises ConfigurationError when GOOGLE_PROJECT is not set."""
    named = settings().google_project
    if not named:
        raise ConfigurationError("GOOGLE_PROJECT is not set: the id of the Google Cloud project")
    return named


def forget() -> None:
    """Lets go of every client: the next are made from the settings as they are then."""
    for made in (credentials, gemini_client, speech_client, tts_client, storage_client):
        made.cache_clear()


@lru_cache(maxsize=1)
def gemini_client() -> genai.Client:
    """The Developer API with a key, else Vertex AI. One is kept: collected, it would close its connections."""
    chosen = settings()
    options = types.HttpOptions(
        api_version=chosen.gemini_api_version if chosen.gemini_api_key else "v1beta1",
        timeout=int(chosen.gemini_timeout.total_seconds() * 1000),  # ms; unset, it waits for ever
        base_url=chosen.google_api_url,
    )
    if chosen.gemini_api_key:
        return genai.Client(api_key=chosen.gemini_api_key.get_secret_value(), http_options=options)
    return genai.Client(
        enterprise=True,
        project=project(),
        location=chosen.gemini_location,
        credentials=credentials(),
        http_options=options,
    )


@lru_cache(maxsize=1)
def speech_client() -> speech_v2.SpeechClient:
    """Its host must be the region's own."""
    where = _where(f"{settings().speech_location}-speech.googleapis.com")
    return speech_v2.SpeechClient(transport=SpeechRestTransport(**where))


@lru_cache(maxsize=1)
def tts_client() -> texttospeech_v1.TextToSpeechClient:
    where = _where("texttospeech.googleapis.com")
    return texttospeech_v1.TextToSpeechClient(transport=TextToSpeechRestTransport(**where))


@lru_cache(maxsize=1)
def storage_client() -> StorageClient:
    # Its first use would else ask for the bucket's metadata in the background, for tracing nobody looks at.
    os.environ.setdefault("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")
    url = settings().google_api_url
    options = ClientOptions(api_endpoint=url) if url else None
    return StorageClient(project=settings().google_project, credentials=credentials(), client_options=options)


def _where(host: str) -> dict[str, Any]:
    url = settings().google_api_url
    if not url:
        return {"host": host, "credentials": credentials()}
    parts = urlsplit(url)
    return {"host": parts.netloc, "url_scheme": parts.scheme, "credentials": credentials()}
