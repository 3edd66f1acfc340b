"""Each port of the providers, and the store, behind the breaker of its service."""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import wraps
from typing import Any, TypeVar, cast

from jobs.breaker import Breakers
from pipeline.providers.ports import ProviderError, Providers
from storage.store import ObjectStore, StoreUnavailable

T = TypeVar("T")

STORE = "store"
_STORE_CALLS = ("put", "fetch", "exists", "delete", "read", "describe")


class _Guarded:
    """Looks like what it guards; `calls` are what asks the service, all methods if none are named."""

    def __init__(self, guarded: Any, calls: tuple[str, ...], guard: Callable[[], Any]) -> None:
        self._guarded = guarded
        self._calls = calls
        self._guard = guard

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._guarded, name)
        if not callable(attribute) or (self._calls and name not in self._calls):
            return attribute

        @wraps(attribute)
        def call(*args: Any, **options: Any) -> Any:
            with self._guard():
                return attribute(*args, **options)

        return call


def guarded(providers: Providers, breakers: Breakers) -> Providers:
    """Whoever knows a service's name tells it as `service`; else the port names it."""
    return replace(
        providers,
        **{
            port.name: _guard(getattr(providers, port.name), port.name, breakers)
            for port in fields(providers)
        },
    )


def guarded_store(store: ObjectStore, breakers: Breakers) -> ObjectStore:
    """What is put may come from elsewhere, and fail there: only the store's own errors count."""
    guard = _Guarded(store, _STORE_CALLS, lambda: breakers.guard(STORE, StoreUnavailable))
    return cast("ObjectStore", guard)


def _guard(provider: T, port: str, breakers: Breakers) -> T:
    service = getattr(provider, "service", port)
    return cast("T", _Guarded(provider, (), lambda: breakers.guard(service, ProviderError)))
