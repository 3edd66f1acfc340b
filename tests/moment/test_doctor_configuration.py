"""What the doctor says of the settings: every fix names variables that exist."""

import re

import pytest
from pydantic import SecretStr

from moment.doctor import broker, configuration, database, google, google_errors, line, models, store, web
from moment.doctor.configuration import FIXES, read_settings, review
from moment.doctor.report import Status
from settings import FALLBACKS, Settings, variable

VARIABLES = {variable(name) for name in Settings.model_fields}
WORDS = {  # of every table of fixes, and of the constants that messages are made of
    **FIXES,
    **line.WEBHOOK_FIXES,
    **{f"gemini {status}": fix for status, fix in google._gemini_fixes("gemini_model").items()},
    **{f"cloud {status}": fix for status, fix in google._cloud_fixes("speech", google.PROJECT).items()},
    "credentials": google_errors.CREDENTIALS_FIX,
    "names": " ".join(
        (broker.VARIABLE, database.VARIABLE, models.VARIABLE, web.VARIABLE, store.STORE_DIR, store.BUCKET)
    ),
}


@pytest.mark.parametrize("name", WORDS)
def test_only_variables_that_exist_are_named(name: str) -> None:
    names = set(
        re.findall(r"\b(?:MOMENT|DATABASE|LINE|GOOGLE|GEMINI|LINK|STORE|PUBLIC|GCS)_[A-Z_]+", WORDS[name])
    )
    assert names <= VARIABLES


def test_each_fix_names_the_variable_it_is_about() -> None:
    for name, fix in FIXES.items():
        assert variable(name) in fix
    assert set(FALLBACKS) <= set(FIXES)


def test_settings_that_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOMENT_DATABASE_POOL", "7")
    settings, problems = read_settings()
    assert settings is not None
    assert (settings.database_pool, problems) == (7, [])


def test_in_development_what_stands_in_is_named() -> None:
    (check,) = review(Settings.without_environment(database_url="postgresql://a/b", gcs_bucket="media"))

    assert check.status is Status.OK
    assert check.detail == (
        "development; falls back for MOMENT_BROKER_URL, MOMENT_LINE_CHANNELS, MOMENT_PUBLIC_URL, "
        "MOMENT_PROVIDERS, MOMENT_LINK_SECRETS"
    )


def test_each_reason_of_production_is_a_failure_of_its_own() -> None:
    settings = Settings.without_environment(env="production", line_api_url="http://127.0.0.1:8080")

    checks = {check.name: check for check in review(settings)}

    assert set(checks) == {f"settings.{name}" for name in (*FALLBACKS, "line_api_url")}
    for name, check in checks.items():
        assert check.status is Status.FAILED
        assert check.fix == FIXES[name.partition(".")[2]]
    # What else is wrong with a setting that is not set comes after setting it.
    assert "is not set" in checks["settings.public_url"].detail
    assert "is for the simulator" in checks["settings.line_api_url"].detail


def test_a_setting_without_a_fix_of_its_own_leads_to_the_readme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOMENT_TTS_SPEAKING_RATE", "fast")
    _, (check,) = read_settings()
    assert (check.name, check.fix) == ("settings.tts_speaking_rate", configuration.README)


def test_several_link_secrets_are_told() -> None:
    several = Settings.without_environment(link_secrets=[SecretStr("new"), SecretStr("old")])
    checks = {check.name: check for check in review(several)}
    assert checks["settings.link_secrets"].detail == "links signed by any of 2 open"
