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
    store_dir: Path | None = None  # where objects lie without a bucket; unset: data_dir/objects

    public_url: str = "http://127.0.0.1:8000"  # our host as LINE clients see it; https in production
    link_secret: SecretStr = SecretStr(DEVELOPMENT_SECRET)  # signs media links
    media_link_days: int = 7  # a link made for an API answer; the bubbles' own links do not expire

    line_channels: list[LineChannel] = []  # JSON; unset: the simulator's
    line_api_url: str | None = None  # unset: LINE's own hosts

    providers: str = "pipeline.providers.offline"  # the module whose build() makes the providers
    gcs_bucket: str | None = None  # objects lie there; unset: in store_dir
    # How web hands out what lies in the bucket: a 302 to a fresh signed link, or the bytes through our host.
    media_delivery: Literal["redirect", "stream"] = "redirect"

    # Google (PROVIDERS=pipeline.providers.google). Speech, Text-to-Speech and Storage use the application default
    # credentials; so does Gemini on Vertex AI.
    google_project: str | None = None
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
    gemini_inline_bytes: int = 14 * 1024 * 1024  # a larger proxy goes through the Files API
    embedding_model: str = "gemini-embedding-001"
    transcriber: Literal["speech", "gemini"] = "speech"
    speech_model: str = "chirp_3"
    speech_location: str = "asia-northeast1"
    tts_voice: str = "ja-JP-Chirp3-HD-Leda"
    tts_speaking_rate: float = Field(default=1.0, ge=0.25, le=2.0)
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

    @field_validator("public_url", "line_api_url", "google_api_url")
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
        named = self.model_fields_set | ({"store_dir"} if self.gcs_bucket else set())
        wrong = [f"{name.upper()} is not set" for name in FALLBACKS if name not in named]
        if len(self.link_secret.get_secret_value()) < SHORTEST_SECRET:
            wrong.append(
                f"LINK_SECRET is the default or too short: set {SHORTEST_SECRET} random characters or more"
            )
        if not self.public_url.startswith("https://"):
            wrong.append("PUBLIC_URL must be https: LINE plays nothing else")
        if self.line_api_url is not None:
            wrong.append("LINE_API_URL is for the simulator: unset it")
        if self.google_api_url is not None:
            wrong.append("GOOGLE_API_URL is for the local doubles: unset it")
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
