"""From the environment to a process that can start: embedded parts for what is not named.

Children inherit what was resolved here as plain environment variables, so each process, alone in production
or under `moment up`, reads its settings the same way.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moment.console import say
from moment.embedded import embedded_servers
from settings import Settings, settings

# What the simulator and the bot agree on when no LINE account is named. Good for this desk only.
DESK_CHANNEL_ID = "2000000001"
DESK_LOGIN_CHANNEL_ID = "2000000099"
DESK_BOT_USER_ID = "U" + "b" * 32
DESK_SECRET = "desk-channel-secret"  # noqa: S105
DESK_TOKEN = "desk-access-token"  # noqa: S105
DESK_PORT = 8080


def desk_channels() -> str:
    """LINE_CHANNELS for the simulator."""
    return json.dumps(
        [
            {
                "name": "moment",
                "channel_id": DESK_CHANNEL_ID,
                "channel_secret": DESK_SECRET,
                "access_token": DESK_TOKEN,
            }
        ]
    )


@contextmanager
def resolved(*, data_dir: Path | None = None, announce: bool = True) -> Iterator[Settings]:
    """Settings with every part named; embedded servers run until the block ends.

    Raises ConfigurationError in production when something would fall back.
    """
    settings.cache_clear()
    named = settings()
    named.refuse_fallbacks()
    with embedded_servers(
        data_dir or named.data_dir, database=named.database_url is None, broker=named.broker_url is None
    ) as found:
        additions = dict(found)
        if not named.line_channels:
            additions["LINE_CHANNELS"] = desk_channels()
            additions["LINE_API_URL"] = named.line_api_url or f"http://127.0.0.1:{DESK_PORT}"
        os.environ.update(additions)
        settings.cache_clear()
        if announce:
            _announce(named)
        try:
            yield settings()
        finally:
            for name in additions:
                os.environ.pop(name, None)
            settings.cache_clear()


def _announce(named: Settings) -> None:
    def part(name: str, variable: str, given: object, fallback: str) -> None:
        say(f"  {name:<9} {'from ' + variable if given else fallback + f' ({variable} is not set)'}")

    say(f"Moment, {named.moment_env}:")
    part("database", "DATABASE_URL", named.database_url, "embedded Postgres")
    part("broker", "BROKER_URL", named.broker_url, "embedded Valkey")
    part("LINE", "LINE_CHANNELS", named.line_channels, "the simulator")
    part("models", "PROVIDERS", "providers" in named.model_fields_set, "offline coach")
    if named.gcs_bucket:
        part("objects", "GCS_BUCKET", named.gcs_bucket, "")
    else:
        part("objects", "STORE_DIR", named.store_dir, f"{named.objects_dir}")
