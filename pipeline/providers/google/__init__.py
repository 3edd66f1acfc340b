"""Every provider on Google's own SDKs: Gemini, Cloud Speech, Cloud Text-to-Speech.

Which model answered, what was taken in and what it cost is noted for each call (`pipeline.providers.ledger`).
"""

from pipeline.providers.google.analyst import GeminiAnalyst
from pipeline.providers.google.clients import gemini_client, project
from pipeline.providers.google.coach import GeminiCoach
from pipeline.providers.google.embedder import GeminiEmbedder
from pipeline.providers.google.gemini import Gemini
from pipeline.providers.google.narrator import GoogleNarrator
from pipeline.providers.google.transcriber import ChirpTranscriber, GeminiTranscriber
from pipeline.providers.loading import store
from pipeline.providers.ports import Providers, Transcriber
from settings import Settings


def build(settings: Settings) -> Providers:
    """Raises ConfigurationError when credentials or GOOGLE_PROJECT are missing."""
    return _all(
        settings, Gemini(gemini_client(), settings.gemini_model, settings, settings.gemini_fallback_model)
    )


def build_fallback(settings: Settings) -> Providers:
    """For a session whose usual model has failed it again and again."""
    return _all(settings, Gemini(gemini_client(), settings.gemini_fallback_model, settings))


def _all(settings: Settings, gemini: Gemini) -> Providers:
    return Providers(
        transcriber=_transcriber(settings, gemini),
        analyst=GeminiAnalyst(gemini, settings),
        embedder=GeminiEmbedder(gemini.client, settings),
        coach=GeminiCoach(gemini),
        narrator=GoogleNarrator(settings, store),
    )


def _transcriber(settings: Settings, gemini: Gemini) -> Transcriber:
    if settings.transcriber == "gemini":
        return GeminiTranscriber(gemini)
    project()  # said at the start, not at the first memo
    return ChirpTranscriber(settings)
