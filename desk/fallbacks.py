"""From the settings to a process that can start: embedded parts for what is not named."""

from collections.abc import Iterator
from contextlib import contextmanager

from desk import simulated_line
from desk.console import say
from desk.embedded import embedded_servers
from settings import ProviderChoice, Settings, variable


@contextmanager
def with_servers(settings: Settings) -> Iterator[Settings]:
    """The settings with database and broker named; embedded servers run until the block ends.

    Raises ConfigurationError in production when anything would fall back; EmbeddedPartMissing, EmbeddedPartFailed.
    """
    settings.refuse_fallbacks()
    with embedded_servers(
        settings.data_dir, database=settings.database_url is None, broker=settings.broker_url is None
    ) as urls:
        yield settings.change(**urls)


@contextmanager
def with_fallbacks(settings: Settings) -> Iterator[Settings]:
    """As `with_servers`, and with the simulator's channels where no others are named: every part of a process."""
    with with_servers(settings) as served:
        yield served.change(**_line(settings))


def _line(settings: Settings) -> dict[str, object]:
    if settings.line_channels:
        return {}
    return {
        "line_channels": simulated_line.channels(),
        "line_api_url": settings.line_api_url or f"http://127.0.0.1:{simulated_line.PORT}",
    }


def announce(settings: Settings) -> None:
    """Says on the terminal what each part is; `settings` are those before anything stood in.

    Raises ConfigurationError in production when anything would fall back: then none of it is so.
    """
    settings.refuse_fallbacks()

    def part(name: str, setting: str, stand_in: str) -> None:
        has_value = bool(getattr(settings, setting))
        is_named = has_value and setting in settings.model_fields_set
        origin = f"from {variable(setting)}" if is_named else f"{stand_in} ({variable(setting)} is not set)"
        say(f"  {name:<9} {origin}")

    say(f"Moment, {settings.env}:")
    part("database", "database_url", "embedded Postgres")
    part("broker", "broker_url", "embedded Valkey")
    part("LINE", "line_channels", "the simulator")
    part("Stripe", "stripe_key", "a double in `moment up`, elsewhere no plan is for sale")
    coach = "offline coach" if settings.providers is ProviderChoice.OFFLINE else settings.providers
    part("models", "providers", coach)
    part("objects", "gcs_bucket" if settings.gcs_bucket else "store_dir", str(settings.objects_dir))
