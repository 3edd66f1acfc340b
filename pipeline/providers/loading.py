"""The providers this process works with: one set, chosen by settings, made at first use."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from pipeline.media.ffmpeg import workspace
from pipeline.providers.local_store import LocalStore
from pipeline.providers.ports import ObjectStore, Providers
from settings import ConfigurationError, settings


@lru_cache(maxsize=1)
def providers() -> Providers:
    """Raises ConfigurationError when PROVIDERS names no module with a build()."""
    name = settings().providers
    try:
        build = import_module(name).build
    except (ModuleNotFoundError, AttributeError) as error:
        raise ConfigurationError(f"PROVIDERS: '{name}' is no module with a build(): {error}") from error
    made = build(settings())
    assert isinstance(made, Providers)  # noqa: S101 - a programming error of that module
    return made


@lru_cache(maxsize=1)
def store() -> ObjectStore:
    """Where objects lie. Apart from the providers, for the web process needs it without them."""
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
