"""Production starts on named parts and real secrets, or not at all."""

import json

import pytest

from settings import ConfigurationError, Settings

CHANNEL = {"name": "moment", "channel_id": "1", "channel_secret": "s" * 32, "access_token": "t"}
NAMED = {
    "MOMENT_ENV": "production",
    "DATABASE_URL": "postgres://db.example/moment",
    "BROKER_URL": "redis://broker.example/0",
    "LINE_CHANNELS": json.dumps([CHANNEL]),
    "PUBLIC_URL": "https://moment.example",
    "PROVIDERS": "pipeline.providers.offline",
    "STORE_DIR": "/srv/moment",
    "LINK_SECRET": "a-long-random-secret-of-32-bytes!",
}


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in NAMED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.usefixtures("production")
def test_production_starts_when_all_is_named() -> None:
    Settings().refuse_fallbacks()


@pytest.mark.parametrize("name", sorted(set(NAMED) - {"MOMENT_ENV"}))
def test_production_refuses_each_fallback_by_name(production: pytest.MonkeyPatch, name: str) -> None:
    production.delenv(name)
    with pytest.raises(ConfigurationError, match=f"{name} is not set"):
        Settings().refuse_fallbacks()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("LINK_SECRET", "development-only", "LINK_SECRET is the default"),
        ("PUBLIC_URL", "http://moment.example", "PUBLIC_URL must be https"),
        ("LINE_API_URL", "http://127.0.0.1:8080", "LINE_API_URL is for the simulator"),
        (
            "LINE_CHANNELS",
            json.dumps([{**CHANNEL, "channel_secret": ""}]),
            "LINE_CHANNELS: 'moment' has an empty channel_secret",
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
    production.setenv("PUBLIC_URL", "http://moment.example")
    with pytest.raises(ConfigurationError) as refused:
        Settings().refuse_fallbacks()
    assert "DATABASE_URL" in str(refused.value)
    assert "PUBLIC_URL" in str(refused.value)


def test_development_falls_back(production: pytest.MonkeyPatch) -> None:
    for name in NAMED:
        production.delenv(name)
    Settings().refuse_fallbacks()
