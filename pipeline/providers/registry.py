"""Which providers a process works with: one set chosen by settings, made at first use, and those for when it fails."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from jobs.breaker import Breakers
from jobs.leases import Lease
from pipeline.providers.guarded import guarded
from pipeline.providers.hearing import carefully
from pipeline.providers.ports import Providers
from settings import ProviderChoice, Settings
from storage.google_credentials import GoogleCredentials
from storage.store import ObjectStore

FALLBACK_FROM = 4  # the attempt, at a stage or an answer, from which the fallback models are asked
FALLBACK_AFTER = timedelta(seconds=30)  # of an outage, which counts no attempts


def needs_fallback(lease: Lease) -> bool:
    """The usual models have failed this work for long enough."""
    return lease.attempt >= FALLBACK_FROM or lease.away >= FALLBACK_AFTER


@dataclass(frozen=True)
class ProviderSets:
    usual: Providers
    fallback: Providers


# Makes both sets. Raises ConfigurationError when what they need is not set.
Build = Callable[[Settings, ObjectStore, GoogleCredentials], ProviderSets]


def build_providers(settings: Settings, store: ObjectStore, credentials: GoogleCredentials) -> ProviderSets:
    """Those that the settings choose; no other's libraries are imported. Behind each transcriber the words are sifted."""
    if settings.providers is ProviderChoice.GOOGLE:
        from pipeline.providers import google

        sets = google.build(settings, store, credentials)
    else:
        from pipeline.providers import offline

        sets = offline.build(settings)
    return ProviderSets(usual=carefully(sets.usual), fallback=carefully(sets.fallback))


@dataclass
class ProviderRegistry:
    """One a process. Thread-safe."""

    settings: Settings
    store: ObjectStore
    credentials: GoogleCredentials
    breakers: Breakers | None  # None without a database, as for the evaluation
    build: Build = build_providers
    _sets: ProviderSets | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, *, fallback: bool = False) -> Providers:
        """Raises ConfigurationError."""
        with self._lock:
            if self._sets is None:
                sets = self.build(self.settings, self.store, self.credentials)
                if self.breakers is not None:
                    sets = ProviderSets(
                        guarded(sets.usual, self.breakers), guarded(sets.fallback, self.breakers)
                    )
                self._sets = sets
        return self._sets.fallback if fallback else self._sets.usual
