"""The providers this process works with: one set, chosen by settings, made at first use."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from pipeline.media.ffmpeg import workspace
from pipeline.providers.local_store import LocalStore
from pipeline.providers.ports import ObjectStore, Providers
from settings import ConfigurationError, settings

FALLBACK_FROM = 4  # the attempt, at a stage or an answer, from which the fallback models are asked


def providers(*, fallback: bool = False) -> Providers:
    """One of each, made once a process; with `fallback` those that PROVIDERS names for when its own fail.

    Raises ConfigurationError when PROVIDERS names no module with a build(), or what it needs is not set.
    """
    if fallback and hasattr(_module(), "build_fallback"):
        return made("build_fallback")
    return made("build")


def _module() -> ModuleType:
    name = settings().providers
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"PROVIDERS: no module '{name}': {error}") from error


@lru_cache(maxsize=2)
def made(builder: str) -> Providers:
    """What the named function of PROVIDERS' module makes. Raises ConfigurationError."""
    build = getattr(_module(), builder, None)
    if build is None:
        raise ConfigurationError(f"PROVIDERS: '{settings().providers}' is no module with a {builder}()")
    found = build(settings())
    assert isinstance(found, Providers)  # noqa: S101 - a programming error of that module
    return found


@lru_cache(maxsize=1)
def store() -> ObjectStore:
    """Where objects lie. Apart from the providers, for the web process needs it without them."""
    if settings().gcs_bucket:
        from pipeline.providers.google.storage import gcs_store

        return gcs_store(settings())
    return LocalStore(settings().objects_dir)


@contextmanager
def local_file(objects: ObjectStore, key: str) -> Iterator[Path]:
    """The object as a file on this machine: the store's own, or a copy that is removed afterwards."""
    path = objects.local_path(key)
    if path is not None:
        yield path
        return
    with workspace() as folder:
        copy = folder / key.rsplit("/", 1)[-1]
        objects.fetch(key, copy)
        yield copy
