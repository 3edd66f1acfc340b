"""The ground: every setting, typed, read once from the environment (see README, "Settings").

What the environment does not name falls back to an embedded part outside production; in production
a fallback or a default secret refuses to start.
"""

import json
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator
from pydantic_core import to_jsonable_python
from pydantic_settings import BaseSettings, SettingsConfigDict

from errors import MomentError

Room = Literal["cooking_videos", "coaching"]

PREFIX = "MOMENT_"
DATABASE_URL = "DATABASE_URL"  # without the prefix: what every host calls it
DATABASE_DIRECT_URL = "DATABASE_DIRECT_URL"
DEVELOPMENT_SECRET = "development-only"  # noqa: S105 - refused in production
SHORTEST_SECRET = 32  # characters
_DEFAULT_SECRET_PROBLEM = (
    f"{PREFIX}LINK_SECRETS holds the default, with which anybody can forge links to learners' media: "
    f"use {SHORTEST_SECRET} random characters or more"
)
_HTTPS_PROBLEM = f"{PREFIX}PUBLIC_URL must be https: LINE takes no other links, not even an icon's"
_DEFAULT_PORTS = {"https": ":443", "http": ":80"}
LIFF_ID = r"^\d{4,20}-[A-Za-z0-9]{1,32}$"  # the LINE Login channel's id comes first
FALLBACKS = (
    "database_url",
    "broker_url",
    "line_channels",
    "public_url",
    "providers",
    "store_dir",
    "link_secrets",
)


class ProviderChoice(StrEnum):
    """Who listens, looks, coaches and speaks."""

    OFFLINE = "offline"
    GOOGLE = "google"


class LineChannel(BaseModel):
    """One Messaging API channel and the rooms it carries.

    With `access_token` that long-lived token is used; without, stateless ones are issued (15 min each).
    """

    name: str = Field(pattern=r"^[a-z0-9_-]{1,64}$")  # the last part of its webhook URL
    channel_id: str
    channel_secret: SecretStr
    # What LINE signed with before it reissued the secret may still be on its way, or come again.
    old_channel_secret: SecretStr | None = None
    access_token: SecretStr | None = None
    rooms: list[Room] = ["cooking_videos", "coaching"]

    @property
    def signing_secrets(self) -> list[str]:
        """Any of them may have signed a webhook. An empty one would make every signature forgeable: it is none."""
        secrets = (self.channel_secret, self.old_channel_secret)
        return [secret.get_secret_value() for secret in secrets if secret and secret.get_secret_value()]


class Seller(BaseModel):
    """Who sells the plan: the law wants each of these on the page (特定商取引に関する法律 11 条)."""

    name: str
    representative: str
    address: str
    phone: str
    email: str


class ConfigurationError(MomentError):
    """The environment is not enough to start on; the message names each variable and the fix."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_parse_none_str="null",  # how `environment` says None
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    env: Literal["development", "production"] = "development"

    # postgresql://…; unset: embedded Postgres
    database_url: str | None = Field(default=None, validation_alias=DATABASE_URL)
    # Past a transaction pooler, which loses what is listened for; unset: database_url
    database_direct_url: str | None = Field(default=None, validation_alias=DATABASE_DIRECT_URL)
    database_pool: int = Field(default=10, ge=2)  # connections of one process; see README, "Production"
    broker_url: str | None = None  # redis://…; unset: embedded Valkey
    data_dir: Path = Path(".moment")  # the embedded parts' data, and the store's by default
    store_dir: Path | None = None  # where objects lie without a bucket; unset: data_dir/objects

    # Where a process tells its metrics and whether it lives: the first port of a row, each process at its own place
    # (README, "To watch"); unset: any free port, which the log names.
    watch_host: str = "127.0.0.1"
    watch_port: int | None = Field(default=None, ge=1, le=65000)

    public_url: str = "http://127.0.0.1:8000"  # our host as LINE clients see it; https in production
    # The first signs media links, all of them are accepted: put a new one in front to rotate.
    link_secrets: list[SecretStr] = [SecretStr(DEVELOPMENT_SECRET)]
    media_link_days: int = 7  # a link made for an API answer; the bubbles' own links do not expire

    line_channels: list[LineChannel] = []  # JSON; unset: the simulator's
    line_api_url: str | None = None  # unset: LINE's own hosts

    # The LIFF apps of one LINE Login channel: pages, uploads, which can be minimised, and calls. Unset: no pages' links.
    liff_id: str | None = Field(default=None, pattern=LIFF_ID)
    liff_upload_id: str | None = Field(default=None, pattern=LIFF_ID)
    liff_companion_id: str | None = Field(default=None, pattern=LIFF_ID)
    # That channel's secret: coaches sign in at the console by it. Unset: nobody can.
    line_login_secret: SecretStr | None = None

    providers: ProviderChoice = ProviderChoice.OFFLINE
    gcs_bucket: str | None = None  # objects lie there; unset: in store_dir
    # How web hands out what lies in the bucket: a 302 to a fresh signed link, or the bytes through our host.
    media_delivery: Literal["redirect", "stream"] = "redirect"

    # Google. Speech, Text-to-Speech and Storage use a service account; so does Gemini on Vertex AI.
    google_project: str | None = None
    google_key_file: Path | None = None  # a service account's; unset: the application default credentials
    google_api_url: str | None = None  # unset: Google's own hosts
    gemini_api_key: SecretStr | None = None  # the Developer API; unset: Vertex AI in google_project
    gemini_location: str = "global"  # of Vertex AI
    # The client's own default became v1 with 3.0, where preview models and some fields answer 404 or 400.
    gemini_api_version: str = "v1beta"
    # The design document's "gemini-3-flash" exists under no such id; this is the current GA Flash.
    gemini_model: str = "gemini-3.8-flash"
    gemini_fallback_model: str = "gemini-3.5-flash-lite"
    gemini_timeout: timedelta = timedelta(minutes=3)  # of one call, from its start to its last byte
    gemini_attempts: int = 3  # within one try of a stage: overload, rate limits, broken connections
    gemini_thinking: Literal["LOW", "MEDIUM", "HIGH"] = "LOW"
    gemini_media_resolution: Literal["LOW", "MEDIUM", "HIGH"] = "MEDIUM"
    gemini_fps: float = Field(default=1.0, gt=0, le=24)
    gemini_zoom: bool = False  # a second, closer look at the key moment (see README, "What it costs")
    gemini_inline_bytes: int = 14 * 1024 * 1024  # a larger view goes through the Files API
    # The companion's, in a call while the learner cooks. Its voice is one of Chirp 3: HD, by its short name.
    gemini_live_model: str = "gemini-3.8-live"
    gemini_live_voice: str = "Leda"
    google_live_url: str | None = None  # https://…; unset: Google's own host
    google_live_ca_file: Path | None = None  # the authority of its certificate; unset: those of this machine
    embedding_model: str = "gemini-embedding-001"
    transcriber: Literal["speech", "gemini"] = "speech"
    speech_model: str = "chirp_3"
    speech_location: str = "asia-northeast1"
    tts_voice: str = "ja-JP-Chirp3-HD-Leda"
    tts_speaking_rate: float = Field(default=1.0, ge=0.25, le=2.0)
    cache_dir: Path = Path("~/.cache/moment")  # models unpacked once

    # Stripe. Unset key: the plan is not for sale. `moment stripe setup` makes the others and prints them.
    stripe_key: SecretStr | None = None
    stripe_price: str | None = None  # price_…: monthly, in yen
    stripe_portal: str | None = None  # bpc_…: the customer portal's configuration
    stripe_webhook_secrets: list[SecretStr] = []  # whsec_…: while one is rolled, the old one too
    stripe_api_url: str | None = None  # unset: Stripe's own hosts
    plan_yen: int = Field(default=9_800, ge=50)  # a month, as the price says, which `moment doctor` compares
    seller: Seller | None = None  # JSON

    # A killed worker's work is free again after one lease; a living worker renews it every third of it.
    lease: timedelta = timedelta(seconds=10)
    max_attempts: int = 5
    retry_backoff: timedelta = timedelta(seconds=2)  # times 4 with each attempt: 2, 8, 32, 128 s
    reconcile_every: timedelta = timedelta(seconds=5)
    memo_grace: timedelta = timedelta(minutes=2)  # how long the coaching waits for a memo
    text_promise: timedelta = timedelta(minutes=4)  # said to the learner until we have sessions of our own
    max_video_bytes: int = 500 * 1024 * 1024  # of a video from the chat
    max_upload_bytes: int = 2 * 1024**3  # of a video from a page
    max_video_length: timedelta = timedelta(hours=2)
    max_memo_bytes: int = 50 * 1024 * 1024
    # Raw films and voices; the coaching videos made of them stay. The three cooks of a dish happen within a month or two, and
    # who is away for weeks still finds the first one beside the third.
    footage_kept: timedelta = Field(default=timedelta(days=90), ge=timedelta(days=1))
    inbox_kept: timedelta = Field(default=timedelta(days=30), ge=timedelta(days=1))  # events as they came
    speech_kept: timedelta = Field(
        default=timedelta(days=30), ge=timedelta(days=1)
    )  # for another try of a video
    max_webhook_bytes: int = 1024 * 1024

    # Calls while cooking, a month in Japan: twenty minutes cost some 0.3 to 0.6 dollars at the prices of 2026-11.
    companion_free: timedelta = timedelta(minutes=10)
    companion_paying: timedelta = timedelta(hours=1)

    conversation_threads: int = 8
    answer_threads: int = 2
    media_threads: int = 8  # downloads: they mostly wait for LINE
    preparation_threads: int = 1  # ffmpeg, which takes every core it gets
    model_threads: int = 2
    video_threads: int = 1

    @field_validator("public_url", "line_api_url", "google_api_url", "google_live_url", "stripe_api_url")
    @classmethod
    def without_slash(cls, url: str | None) -> str | None:
        return url.rstrip("/") if url else url

    @field_validator("public_url")
    @classmethod
    def as_browsers_write_it(cls, url: str) -> str:
        """Host in small letters, no default port: pages are held against what a browser names as their origin."""
        parts = urlsplit(url)
        host = parts.netloc.lower().removesuffix(_DEFAULT_PORTS.get(parts.scheme, ""))
        return parts._replace(netloc=host).geturl()

    @field_validator("link_secrets")
    @classmethod
    def at_least_one(cls, secrets: list[SecretStr]) -> list[SecretStr]:
        if not secrets or not all(secret.get_secret_value() for secret in secrets):
            raise ValueError("name one secret or more, none of them empty")
        return secrets

    @property
    def objects_dir(self) -> Path:
        return (self.store_dir or self.data_dir / "objects").expanduser().absolute()

    def change(self, **values: Any) -> "Settings":
        """The same settings with these named anew."""
        return self.model_copy(update=values)

    @classmethod
    def without_environment(cls, **values: Any) -> "Settings":
        """Defaults for all that is not given here, whatever the environment names."""
        return cls.model_construct(**values)

    def environment(self) -> dict[str, str]:
        """The variables by which a child process reads just these settings, secrets in plain."""
        return {variable(name): _plain_text(getattr(self, name)) for name in type(self).model_fields}

    def refuse_fallbacks(self) -> None:
        """Raises ConfigurationError naming every part that would be a fallback in production, and everywhere what would
        be open to others or of no use."""
        problems = self.start_problems()
        if problems:
            raise ConfigurationError(f"refusing to start in {self.env}: " + "; ".join(problems))

    def refuse_host(self, host: str) -> None:
        """Raises ConfigurationError where others would reach us behind a secret that everybody knows."""
        if not _is_this_machine(host) and self._has_default_secret():
            raise ConfigurationError(f"refusing to listen on {host}: {_DEFAULT_SECRET_PROBLEM}")

    def start_problems(self) -> list[str]:
        """Each begins with its variable."""
        if self.env != "production":
            return self._development_problems()
        problems = [f"{variable(name)} is not set" for name in self.unset_parts()]
        if self.line_login_secret is not None and self.liff_id is None:
            problems.append(f"{variable('liff_id')} is not set, but {variable('line_login_secret')} is")
        problems += [*self._unsafe_values(), *self._channel_problems(), *self._plan_problems()]
        return list(dict.fromkeys(problems))

    def _development_problems(self) -> list[str]:
        """An environment that was forgotten must not open a door."""
        problems = []
        if not _is_this_machine(urlsplit(self.public_url).hostname or "") and self._has_default_secret():
            problems.append(_DEFAULT_SECRET_PROBLEM)
        if self.line_channels and self.line_api_url is None and not self.public_url.startswith("https://"):
            problems.append(_HTTPS_PROBLEM)
        return problems

    def _has_default_secret(self) -> bool:
        return any(secret.get_secret_value() == DEVELOPMENT_SECRET for secret in self.link_secrets)

    def unset_parts(self) -> list[str]:
        """The settings for which something would stand in."""
        names = {name for name in self.model_fields_set if getattr(self, name) is not None}
        if self.gcs_bucket:
            names.add("store_dir")
        return [name for name in FALLBACKS if name not in names]

    def _unsafe_values(self) -> list[str]:
        problems = []
        if any(len(secret.get_secret_value()) < SHORTEST_SECRET for secret in self.link_secrets):
            problems.append(
                f"{PREFIX}LINK_SECRETS holds the default or one too short: "
                f"use {SHORTEST_SECRET} random characters or more"
            )
        if not self.public_url.startswith("https://"):
            problems.append(_HTTPS_PROBLEM)
        if self.line_api_url is not None:
            problems.append(f"{PREFIX}LINE_API_URL is for the simulator: unset it")
        if self.google_api_url is not None:
            problems.append(f"{PREFIX}GOOGLE_API_URL is for the local doubles: unset it")
        if self.google_live_url is not None:
            problems.append(f"{PREFIX}GOOGLE_LIVE_URL is for the local double: unset it")
        if self.stripe_api_url is not None:
            problems.append(f"{PREFIX}STRIPE_API_URL is for the local double: unset it")
        return problems

    def _plan_problems(self) -> list[str]:
        """A plan that is sold in half takes money and gives nothing."""
        if self.stripe_key is None:
            return []
        needs = "stripe_price", "stripe_portal", "stripe_webhook_secrets", "seller"
        return [
            f"{variable(name)} is not set, but {PREFIX}STRIPE_KEY is"
            for name in needs
            if not getattr(self, name)
        ]

    def _channel_problems(self) -> list[str]:
        channels = f"{PREFIX}LINE_CHANNELS"
        rooms = [room for channel in self.line_channels for room in channel.rooms]
        problems = [
            f"{channels}: the room '{room}' must be carried by one channel"
            for room in get_args(Room)
            if rooms.count(room) != 1
        ]
        if len({channel.name for channel in self.line_channels}) != len(self.line_channels):
            problems.append(f"{channels}: two channels have the same name")
        problems += [
            f"{channels}: '{channel.name}' has an empty channel_secret"
            for channel in self.line_channels
            if not channel.channel_secret.get_secret_value()
        ]
        return problems


def _is_this_machine(host: str) -> bool:
    """Whether nobody else can reach it."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def variable(name: str) -> str:
    """The environment variable of a setting."""
    plain = name.upper()
    return plain if plain in (DATABASE_URL, DATABASE_DIRECT_URL) else f"{PREFIX}{plain}"


def _plain_text(value: Any) -> str:
    plain = to_jsonable_python(_without_masks(value))
    if isinstance(plain, bool):
        return str(plain).lower()
    return plain if isinstance(plain, str) else json.dumps(plain)


def _without_masks(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, BaseModel):
        return {name: _without_masks(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, list):
        return [_without_masks(entry) for entry in value]
    return value
