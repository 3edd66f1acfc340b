"""Settings handed to a child process arrive there as they were."""

import pickle
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from settings import (
    DATABASE_DIRECT_URL,
    DATABASE_URL,
    LineChannel,
    ProviderChoice,
    Seller,
    Settings,
    variable,
)
from tests.moment.children import ROOT, environment

# Of every field another value than its default, and than the environment's below.
SETTINGS = Settings(
    env="production",
    database_url="postgresql://moment:p%40ss@db.example/moment",
    database_direct_url="postgresql://moment:p%40ss@direct.example/moment",
    database_pool=3,
    broker_url="rediss://:pässword@broker.example/1",
    data_dir=Path("/srv/moment/data folder"),
    store_dir=Path("/srv/moment/objects"),
    watch_host="0.0.0.0",  # noqa: S104
    watch_port=9400,
    public_url="https://moment.example",
    link_secrets=[SecretStr('new "quoted" one'), SecretStr("old, with a comma")],
    media_link_days=2,
    line_channels=[
        LineChannel(name="videos", channel_id="1", channel_secret=SecretStr("one"), rooms=["cooking_videos"]),
        LineChannel(
            name="coaching",
            channel_id="2",
            channel_secret=SecretStr("two"),
            old_channel_secret=SecretStr("the one before"),
            access_token=SecretStr("token"),
            rooms=["coaching"],
        ),
    ],
    line_api_url="http://127.0.0.1:8081",
    liff_id="2000000098-Pages",
    liff_upload_id="2000000098-Upload",
    liff_companion_id="2000000098-Call",
    companion_free=timedelta(minutes=5),
    companion_paying=timedelta(hours=2),
    line_login_secret=SecretStr("login secret"),
    providers=ProviderChoice.GOOGLE,
    gcs_bucket="moment-media",
    media_delivery="stream",
    google_project="moment-project",
    google_key_file=Path("/srv/moment/key.json"),
    google_api_url="http://127.0.0.1:8082",
    gemini_api_key=SecretStr("key"),
    gemini_location="asia-northeast1",
    gemini_api_version="v1",
    gemini_model="gemini-a",
    gemini_fallback_model="gemini-b",
    gemini_timeout=timedelta(seconds=90.5),
    gemini_attempts=2,
    gemini_thinking="HIGH",
    gemini_media_resolution="LOW",
    gemini_fps=0.5,
    gemini_zoom=True,
    gemini_inline_bytes=1,
    gemini_live_model="live-a",
    gemini_live_voice="Kore",
    google_live_url="https://127.0.0.1:8084",
    google_live_ca_file=Path("/srv/moment/live_ca.pem"),
    embedding_model="embedding-a",
    transcriber="gemini",
    speech_model="chirp_9",
    speech_location="us",
    tts_voice="ja-JP-Neural2-B",
    tts_speaking_rate=1.25,
    cache_dir=Path("cache"),
    stripe_key=SecretStr("sk_live_key"),
    stripe_price="price_1",
    stripe_portal="bpc_1",
    stripe_webhook_secrets=[SecretStr("whsec_new"), SecretStr("whsec, old")],
    stripe_api_url="http://127.0.0.1:8083",
    plan_yen=8_800,
    seller=Seller(
        name="モーメント",
        representative="代表",
        address="東京都",
        phone="03-0000-0000",
        email="a@example.com",
    ),
    lease=timedelta(milliseconds=1500),
    max_attempts=7,
    retry_backoff=timedelta(milliseconds=10),
    reconcile_every=timedelta(days=1, seconds=1),
    footage_kept=timedelta(days=11),
    inbox_kept=timedelta(days=12),
    speech_kept=timedelta(days=13),
    memo_grace=timedelta(),
    text_promise=timedelta(hours=3),
    max_video_bytes=10**10,
    max_upload_bytes=10**11,
    max_video_length=timedelta(minutes=45),
    max_memo_bytes=2,
    max_webhook_bytes=3,
    conversation_threads=4,
    answer_threads=5,
    media_threads=6,
    preparation_threads=7,
    model_threads=8,
    video_threads=9,
)

CHILD = """
import pickle, sys
from settings import Settings
expected = pickle.load(sys.stdin.buffer)
actual = Settings()
for name in Settings.model_fields:
    theirs, ours = getattr(expected, name), getattr(actual, name)
    assert (type(theirs), theirs) == (type(ours), ours), name
print("the same")
"""


def child_says(settings: Settings, **variables: str) -> str:
    child = subprocess.run(
        [sys.executable, "-c", CHILD],
        cwd=ROOT,
        env={**environment(**variables), **settings.environment()},
        input=pickle.dumps(settings),
        capture_output=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr.decode()
    return child.stdout.decode().strip()


def test_the_example_differs_in_every_field() -> None:
    defaults = Settings.without_environment()
    for name in Settings.model_fields:
        assert getattr(SETTINGS, name) != getattr(defaults, name), name


@pytest.mark.parametrize("settings", [SETTINGS, Settings.without_environment()], ids=["all", "none"])
def test_a_child_reads_just_these_settings(settings: Settings) -> None:
    assert child_says(settings) == "the same"


@pytest.mark.parametrize("settings", [SETTINGS, Settings.without_environment()], ids=["all", "none"])
def test_whatever_else_the_environment_names(settings: Settings) -> None:
    others = SETTINGS if settings is not SETTINGS else Settings.without_environment(lease=timedelta(1))
    assert child_says(settings, **others.environment()) == "the same"


def test_every_field_has_a_variable_and_only_the_database_none_of_our_prefix() -> None:
    variables = SETTINGS.environment()
    assert set(variables) == {variable(name) for name in Settings.model_fields}
    plain = [name for name in variables if not name.startswith("MOMENT_")]
    assert plain == [DATABASE_URL, DATABASE_DIRECT_URL]


def test_this_machines_environment_is_read_by_the_same_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings() == SETTINGS
    for name in SETTINGS.environment():
        monkeypatch.delenv(name)
    assert Settings() == Settings.without_environment()


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("HTTPS://Moment.Example:443/", "https://moment.example"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("https://moment.example:8443", "https://moment.example:8443"),
    ],
)
def test_our_address_is_what_a_browser_names_as_its_origin(url: str, origin: str) -> None:
    assert Settings(public_url=url).public_url == origin
