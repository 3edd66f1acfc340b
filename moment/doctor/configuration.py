"""The settings themselves: every value can be read, and production would start on them."""

import re

from pydantic import ValidationError
from pydantic_settings import SettingsError

from moment.doctor.ground import fallbacks_of
from moment.doctor.report import Check, failed, ok
from settings import ConfigurationError, Settings, settings

FIXES = {
    "DATABASE_URL": "set DATABASE_URL=postgresql://USER:PASSWORD@HOST:5432/DATABASE",
    "BROKER_URL": "set BROKER_URL=redis://:PASSWORD@HOST:6379/0 (rediss:// for TLS)",
    "LINE_CHANNELS": 'set LINE_CHANNELS to a JSON list (README, "Going live on LINE", step 4)',
    "LINE_API_URL": "unset LINE_API_URL",
    "GOOGLE_API_URL": "unset GOOGLE_API_URL",
    "PUBLIC_URL": "set PUBLIC_URL=https://YOUR-HOST",
    "PROVIDERS": "set PROVIDERS=pipeline.providers.google, or pipeline.providers.offline if you mean it",
    "STORE_DIR": "set STORE_DIR to a folder that web and workers share, or GCS_BUCKET",
    "LINK_SECRET": "set LINK_SECRET to what `openssl rand -hex 32` prints",
}
README = 'see README, "Settings"'
UNSET = " is not set"


def read() -> tuple[Settings | None, list[Check]]:
    """The settings, or one failed check for each value that cannot be read."""
    settings.cache_clear()
    try:
        return settings(), []
    except ValidationError as error:
        # Never `input`: it may be a secret.
        wrong = error.errors(include_url=False, include_input=False, include_context=False)
        return None, [_unreadable(".".join(map(str, each["loc"])), each["msg"]) for each in wrong]
    except SettingsError as error:
        # Raised for a value that is to be JSON and is not; its text names the field, not the value.
        field = re.search(r'field "(\w+)"', str(error))
        return None, [_unreadable(field[1] if field else "settings", "not JSON")]


def review(found: Settings) -> list[Check]:
    """Each reason for which production would refuse to start, or one check that all is well."""
    try:
        found.refuse_fallbacks()
    except ConfigurationError as error:
        return [_refused(reason) for reason in _telling(str(error).partition(": ")[2].split("; "))]
    unnamed = [name.upper() for name in fallbacks_of(found)]
    detail = f"{found.moment_env}; falls back for {', '.join(unnamed)}" if unnamed else found.moment_env
    return [ok("settings", detail)]


def _telling(reasons: list[str]) -> list[str]:
    """Without what else is wrong with a variable that is not set: setting it comes first."""
    unset = {_variable(reason) for reason in reasons if reason.endswith(UNSET)}
    return [reason for reason in reasons if reason.endswith(UNSET) or _variable(reason) not in unset]


def _variable(reason: str) -> str:
    return re.split(r"\W", reason, maxsplit=1)[0]


def _unreadable(location: str, message: str) -> Check:
    variable = location.partition(".")[0].upper()
    return failed(f"settings.{location}", f"{variable}: {message}", FIXES.get(variable, README))


def _refused(reason: str) -> Check:
    variable = _variable(reason)
    return failed(
        f"settings.{variable.lower()}", f"production refuses: {reason}", FIXES.get(variable, README)
    )
