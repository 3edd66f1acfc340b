"""Production starts on named parts and real secrets, or not at all."""

import json

import pytest
from pydantic import SecretStr

from settings import ConfigurationError, Settings
from tests.moment.children import run

CHANNEL = {"name": "moment", "channel_id": "1", "channel_secret": "s" * 32, "access_token": "t"}
ENVIRONMENT = {
    "MOMENT_ENV": "production",
    "DATABASE_URL": "postgres://db.example/moment",
    "MOMENT_BROKER_URL": "redis://broker.example/0",
    "MOMENT_LINE_CHANNELS": json.dumps([CHANNEL]),
    "MOMENT_PUBLIC_URL": "https://moment.example",
    "MOMENT_PROVIDERS": "offline",
    "MOMENT_STORE_DIR": "/srv/moment",
    "MOMENT_LINK_SECRETS": json.dumps(["a-long-random-secret-of-32-bytes!"]),
}


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.usefixtures("production")
def test_production_starts_when_all_is_named() -> None:
    Settings().refuse_fallbacks()


@pytest.mark.parametrize("name", sorted(set(ENVIRONMENT) - {"MOMENT_ENV"}))
def test_production_refuses_each_fallback_by_name(production: pytest.MonkeyPatch, name: str) -> None:
    production.delenv(name)
    with pytest.raises(ConfigurationError, match=f"{name} is not set"):
        Settings().refuse_fallbacks()


@pytest.mark.parametrize("name", ["DATABASE_URL", "MOMENT_BROKER_URL", "MOMENT_STORE_DIR"])
def test_a_part_that_is_named_as_none_is_a_fallback_too(production: pytest.MonkeyPatch, name: str) -> None:
    production.setenv(name, "null")
    with pytest.raises(ConfigurationError, match=f"{name} is not set"):
        Settings().refuse_fallbacks()


def test_a_bucket_stands_for_the_folder(production: pytest.MonkeyPatch) -> None:
    production.delenv("MOMENT_STORE_DIR")
    production.setenv("MOMENT_GCS_BUCKET", "moment-media")
    Settings().refuse_fallbacks()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("MOMENT_LINK_SECRETS", '["development-only"]', "MOMENT_LINK_SECRETS holds the default"),
        (
            "MOMENT_LINK_SECRETS",
            json.dumps(["a-long-random-secret-of-32-bytes!", "short"]),
            "MOMENT_LINK_SECRETS holds the default or one too short",
        ),
        ("MOMENT_PUBLIC_URL", "http://moment.example", "MOMENT_PUBLIC_URL must be https"),
        ("MOMENT_LINE_API_URL", "http://127.0.0.1:8080", "MOMENT_LINE_API_URL is for the simulator"),
        ("MOMENT_GOOGLE_API_URL", "http://127.0.0.1:8080", "MOMENT_GOOGLE_API_URL is for the local doubles"),
        (
            "MOMENT_GOOGLE_LIVE_URL",
            "https://127.0.0.1:8080",
            "MOMENT_GOOGLE_LIVE_URL is for the local double",
        ),
        (
            "MOMENT_LINE_CHANNELS",
            json.dumps([{**CHANNEL, "channel_secret": ""}]),
            "MOMENT_LINE_CHANNELS: 'moment' has an empty channel_secret",
        ),
        (
            "MOMENT_LINE_CHANNELS",
            json.dumps([{**CHANNEL, "rooms": ["coaching"]}]),
            "MOMENT_LINE_CHANNELS: the room 'cooking_videos' must be carried by one channel",
        ),
        (
            "MOMENT_LINE_CHANNELS",
            json.dumps([{**CHANNEL, "rooms": ["coaching"]}, {**CHANNEL, "rooms": ["cooking_videos"]}]),
            "MOMENT_LINE_CHANNELS: two channels have the same name",
        ),
    ],
)
def test_production_refuses_what_would_be_unsafe(
    production: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    production.setenv(name, value)
    with pytest.raises(ConfigurationError, match=says):
        Settings().refuse_fallbacks()


def test_all_reasons_are_told_at_once(production: pytest.MonkeyPatch) -> None:
    production.delenv("DATABASE_URL")
    production.setenv("MOMENT_PUBLIC_URL", "http://moment.example")
    with pytest.raises(ConfigurationError) as refusal:
        Settings().refuse_fallbacks()
    assert "DATABASE_URL" in str(refusal.value)
    assert "MOMENT_PUBLIC_URL" in str(refusal.value)


def test_development_falls_back(production: pytest.MonkeyPatch) -> None:
    for name in ENVIRONMENT:
        production.delenv(name)
    Settings().refuse_fallbacks()


@pytest.mark.parametrize("url", ["https://moment.example", "http://192.168.1.7:8000", "http://0.0.0.0:8000"])
def test_a_forgotten_environment_does_not_open_media_to_forged_links(
    production: pytest.MonkeyPatch, url: str
) -> None:
    for name in set(ENVIRONMENT) - {"MOMENT_LINE_CHANNELS"}:
        production.delenv(name)
    production.setenv("MOMENT_PUBLIC_URL", url)
    with pytest.raises(ConfigurationError, match="MOMENT_LINK_SECRETS holds the default"):
        Settings().refuse_fallbacks()


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"])
def test_real_channels_need_a_public_host(production: pytest.MonkeyPatch, url: str) -> None:
    for name in set(ENVIRONMENT) - {"MOMENT_LINE_CHANNELS"}:
        production.delenv(name)
    production.setenv("MOMENT_PUBLIC_URL", url)
    with pytest.raises(ConfigurationError, match="MOMENT_PUBLIC_URL must be https") as refusal:
        Settings().refuse_fallbacks()
    assert "LINK_SECRETS" not in str(refusal.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "moment.local"])  # noqa: S104
def test_a_host_that_others_reach_needs_a_secret_of_its_own(host: str) -> None:
    with pytest.raises(ConfigurationError, match=f"refusing to listen on {host}"):
        Settings.without_environment().refuse_host(host)
    Settings.without_environment(link_secrets=[SecretStr("a" * 32)]).refuse_host(host)
    for loopback in ("127.0.0.1", "localhost", "::1"):
        Settings.without_environment().refuse_host(loopback)


def test_the_command_refuses_an_open_host_too() -> None:
    child = run("web", "--host", "0.0.0.0")  # noqa: S104
    assert child.returncode == 2
    assert "refusing to listen on 0.0.0.0" in child.stderr.splitlines()[-1]
