"""The ground: every setting, typed, read once from the environment (see README, "Settings").

What the environment does not name falls back to an embedded part outside production; in production
a fallback or a default secret refuses to start.
"""

from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Room = Literal["cooking_videos", "coaching"]

DEVELOPMENT_SECRET = "development-only"  # noqa: S105 - refused in production
SHORTEST_SECRET = 32  # characters
FALLBACKS = (
    "database_url",
    "broker_url",
    "line_channels",
    "public_url",
    "providers",
    "store_dir",
    "link_secret",
)


class LineChannel(BaseModel):
    """One Messaging API channel and the rooms it carries.

    With `access_token` that long-lived token is used; without, stateless ones are issued (15 min each).
    """

    name: str = Field(pattern=r"^[a-z0-9_-]{1,64}$")  # the last part of its webhook URL
    channel_id: str
    channel_secret: SecretStr
    access_token: SecretStr | None = None
    rooms: list[Room] = ["cooking_videos", "coaching"]


class ConfigurationError(Exception):
    """The environment is not enough to start on; the message names each variable and the fix."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    moment_env: Literal["development", "production"] = "development"

    database_url: str | None = None  # postgresql+psycopg://…; unset: embedded Postgres
    broker_url: str | None = None  # redis://…; unset: embedded Valkey
    data_dir: Path = Path(".moment")  # the embedded parts' data, and the store's by default
    store_dir: Path | None = None  # where objects lie; unset: data_dir/objects

    public_url: str = "http://127.0.0.1:8000"  # our host as LINE clients see it; https in production
    link_secret: SecretStr = SecretStr(DEVELOPMENT_SECRET)  # signs media links
    media_link_days: int = 7  # a link made for an API answer; the bubbles' own links do not expire

    line_channels: list[LineChannel] = []  # JSON; unset: the simulator's
    line_api_url: str | None = None  # unset: LINE's own hosts

    providers: str = "pipeline.providers.offline"  # the module whose build() makes the providers
    ffmpeg: str | None = None  # unset: the packaged binary
    cache_dir: Path = Path("~/.cache/moment")  # models unpacked once

    # A killed worker's work is free again after one lease; renewed every third of it.
    lease: timedelta = timedelta(seconds=10)
    max_attempts: int = 5
    retry_backoff: timedelta = timedelta(seconds=2)  # times 4 with each attempt: 2, 8, 32, 128 s
    reconcile_every: timedelta = timedelta(seconds=5)
    memo_grace: timedelta = timedelta(minutes=2)  # how long the coaching waits for a memo
    text_promise: timedelta = timedelta(minutes=4)  # said to the learner until we have sessions of our own
    content_wait: timedelta = timedelta(minutes=10)  # how long LINE may prepare a video (202)
    max_video_bytes: int = 500 * 1024 * 1024
    max_memo_bytes: int = 50 * 1024 * 1024
    max_webhook_bytes: int = 1024 * 1024

    conversation_threads: int = 8
    media_threads: int = 8  # downloads: they mostly wait for LINE
    model_threads: int = 2
    video_threads: int = 1

    @field_validator("database_url")
    @classmethod
    def use_psycopg(cls, url: str | None) -> str | None:
        """Hosts hand out postgres:// or postgresql://; SQLAlchemy would pick psycopg2 for those."""
        if url is None:
            return None
        for scheme in ("postgres://", "postgresql://"):
            if url.startswith(scheme):
                return "postgresql+psycopg://" + url.removeprefix(scheme)
        return url

    @field_validator("public_url", "line_api_url")
    @classmethod
    def without_slash(cls, url: str | None) -> str | None:
        return url.rstrip("/") if url else url

    @property
    def objects_dir(self) -> Path:
        return (self.store_dir or self.data_dir / "objects").expanduser().absolute()

    def channel(self, name: str) -> LineChannel | None:
        return next((channel for channel in self.line_channels if channel.name == name), None)

    def channel_for(self, room: str) -> LineChannel:
        """The channel that carries a room. Raises ConfigurationError where none does."""
        for channel in self.line_channels:
            if room in channel.rooms:
                return channel
        raise ConfigurationError(f"LINE_CHANNELS: no channel carries the room '{room}'")

    def refuse_fallbacks(self) -> None:
        """Raises ConfigurationError in production, naming every part that would be a fallback."""
        if self.moment_env != "production":
            return
        wrong = [f"{name.upper()} is not set" for name in FALLBACKS if name not in self.model_fields_set]
        if len(self.link_secret.get_secret_value()) < SHORTEST_SECRET:
            wrong.append(
                f"LINK_SECRET is the default or too short: set {SHORTEST_SECRET} random characters or more"
            )
        if not self.public_url.startswith("https://"):
            wrong.append("PUBLIC_URL must be https: LINE plays nothing else")
        if self.line_api_url is not None:
            wrong.append("LINE_API_URL is for the simulator: unset it")
        carried = [room for channel in self.line_channels for room in channel.rooms]
        wrong += [
            f"LINE_CHANNELS: the room '{room}' must be carried by one channel"
            for room in get_args(Room)
            if carried.count(room) != 1
        ]
        if len({channel.name for channel in self.line_channels}) != len(self.line_channels):
            wrong.append("LINE_CHANNELS: two channels have the same name")
        wrong += [
            f"LINE_CHANNELS: '{channel.name}' has an empty channel_secret"
            for channel in self.line_channels
            if not channel.channel_secret.get_secret_value()
        ]
        if wrong:
            raise ConfigurationError("refusing to start in production: " + "; ".join(dict.fromkeys(wrong)))


@lru_cache(maxsize=1)
def settings() -> Settings:
    return Settings()
