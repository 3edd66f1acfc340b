"""Every provider on Google's own SDKs: Gemini, Cloud Speech, Cloud Text-to-Speech.

Which model answered, what was taken in and what it cost is noted for each call (`pipeline.providers.ledger`).
"""

from pipeline.providers.google.analyst import GeminiAnalyst
from pipeline.providers.google.clients import gemini_client, project_of, speech_client, tts_client
from pipeline.providers.google.coach import GeminiCoach
from pipeline.providers.google.embedder import GeminiEmbedder
from pipeline.providers.google.gemini import Gemini
from pipeline.providers.google.narrator import GoogleNarrator
from pipeline.providers.google.transcriber import ChirpTranscriber, GeminiTranscriber
from pipeline.providers.ports import Narrator, Providers, Transcriber
from pipeline.providers.registry import ProviderSets
from settings import Settings
from storage.google_credentials import GoogleCredentials
from storage.store import ObjectStore


def build(settings: Settings, store: ObjectStore, credentials: GoogleCredentials) -> ProviderSets:
    """Raises ConfigurationError when credentials or the project are missing."""
    client = gemini_client(settings, credentials)
    usual = Gemini(client, settings.gemini_model, settings, settings.gemini_fallback_model)
    # For a session whose usual model has failed it again and again.
    fallback = Gemini(client, settings.gemini_fallback_model, settings)
    narrator = GoogleNarrator(tts_client(settings, credentials), settings, store)
    chirp = _chirp(settings, credentials) if settings.transcriber == "speech" else None
    return ProviderSets(
        usual=_providers(settings, usual, chirp or GeminiTranscriber(usual), narrator),
        fallback=_providers(settings, fallback, chirp or GeminiTranscriber(fallback), narrator),
    )


def _chirp(settings: Settings, credentials: GoogleCredentials) -> ChirpTranscriber:
    return ChirpTranscriber(speech_client(settings, credentials), project_of(settings), settings)


def _providers(settings: Settings, gemini: Gemini, transcriber: Transcriber, narrator: Narrator) -> Providers:
    return Providers(
        transcriber=transcriber,
        analyst=GeminiAnalyst(gemini, settings),
        embedder=GeminiEmbedder(gemini.client, settings),
        coach=GeminiCoach(gemini),
        narrator=narrator,
    )
