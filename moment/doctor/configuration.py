"""The settings themselves: every value can be read, and production would start on them."""

import re
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsError,
)

from moment.doctor.report import Check, failure, ok
from settings import Settings, variable

FIXES = {
    "database_url": "set DATABASE_URL=postgresql://USER:PASSWORD@HOST:5432/DATABASE",
    "broker_url": "set MOMENT_BROKER_URL=redis://:PASSWORD@HOST:6379/0 (rediss:// for TLS)",
    "line_channels": 'set MOMENT_LINE_CHANNELS to a JSON list (README, "Going live on LINE", step 4)',
    "line_api_url": "unset MOMENT_LINE_API_URL",
    "google_api_url": "unset MOMENT_GOOGLE_API_URL",
    "google_live_url": "unset MOMENT_GOOGLE_LIVE_URL",
    "public_url": "set MOMENT_PUBLIC_URL=https://YOUR-HOST",
    "providers": "set MOMENT_PROVIDERS=google, or offline if you mean it",
    "store_dir": "set MOMENT_STORE_DIR to a folder that web and workers share, or MOMENT_GCS_BUCKET",
    "stripe_api_url": "unset MOMENT_STRIPE_API_URL",
    "stripe_price": "set the MOMENT_STRIPE_PRICE that `moment stripe setup` prints",
    "stripe_portal": "set the MOMENT_STRIPE_PORTAL that `moment stripe setup` prints",
    "stripe_webhook_secrets": "set the MOMENT_STRIPE_WEBHOOK_SECRETS that `moment stripe setup` prints",
    "seller": "set MOMENT_SELLER to JSON with name, representative, address, phone and email",
    "link_secrets": "set MOMENT_LINK_SECRETS to a JSON list of what `openssl rand -hex 32` prints",
}
README = 'see README, "Settings"'
UNSET = " is not set"

_NAMES = {variable(name): name for name in Settings.model_fields}


def read_settings() -> tuple[Settings | None, list[Check]]:
    """The environment's settings, or one failed check for each value that cannot be read."""
    try:
        return Settings(), []
    except (ValidationError, SettingsError):
        return None, _unreadable_values()


def review(settings: Settings) -> list[Check]:
    """Each reason for which it would refuse to start, or one check that all is well."""
    if problems := settings.start_problems():
        return [_refusal(problem) for problem in _first_things(problems)]
    unset = [variable(name) for name in settings.unset_parts()]
    checks = [ok("settings", f"{settings.env}; falls back for {', '.join(unset)}" if unset else settings.env)]
    if len(settings.link_secrets) > 1:
        # Not to be ended: videos in learners' chats are opened by the links of old ones.
        checks.append(
            ok("settings.link_secrets", f"links signed by any of {len(settings.link_secrets)} open")
        )
    return checks


class _JsonOrNot:
    """A value that is to be JSON and is not goes to its field as it stands, which refuses it beside the others;
    left to itself the source would end at the first."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        try:
            return super().decode_complex_value(field_name, field, value)  # type: ignore[misc]
        except ValueError:
            return value


class _Environment(_JsonOrNot, EnvSettingsSource):
    pass


class _EnvFile(_JsonOrNot, DotEnvSettingsSource):
    pass


class _EveryProblem(Settings):
    """The same settings, which name all that is wrong with them at once."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, _Environment(settings_cls), _EnvFile(settings_cls), file_secret_settings


def _unreadable_values() -> list[Check]:
    try:
        _EveryProblem()
    except ValidationError as error:
        # Never `input`: it may be a secret.
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        return [_unreadable_value(each["loc"], each["type"], each["msg"]) for each in problems]
    raise AssertionError("what could not be read can be read")


def _unreadable_value(location: tuple[int | str, ...], kind: str, message: str) -> Check:
    # The first part is the setting's name or, for the one with an alias, its variable.
    name = _NAMES.get(str(location[0]), str(location[0]))
    detail = "not a JSON list" if kind == "list_type" else message.removeprefix("Value error, ")
    where = ".".join(map(str, (name, *location[1:])))
    return failure(f"settings.{where}", f"{variable(name)}: {detail}", FIXES.get(name, README))


def _first_things(reasons: list[str]) -> list[str]:
    """Without what else is wrong with a variable that is not set: setting it comes first."""
    unset = {_variable_in(reason) for reason in reasons if reason.endswith(UNSET)}
    return [reason for reason in reasons if reason.endswith(UNSET) or _variable_in(reason) not in unset]


def _refusal(reason: str) -> Check:
    name = _NAMES[_variable_in(reason)]
    return failure(f"settings.{name}", f"production refuses: {reason}", FIXES.get(name, README))


def _variable_in(reason: str) -> str:
    return re.split(r"\W", reason, maxsplit=1)[0]
