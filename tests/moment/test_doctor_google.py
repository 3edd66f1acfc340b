"""What the doctor finds wrong at Google: the real clients over sockets, with the desk's Google in its place."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from desk.embedded import free_port
from desk.google import google_settings
from moment.doctor import google, models, store
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status
from moment.resources import open_resources
from settings import ProviderChoice, Settings, variable
from simulator.google.client import GoogleDesk
from simulator.google.config import GoogleConfig
from simulator.google.server import make_server
from storage.cloud import CloudStore
from tests.system import served

Checks = Callable[[Ground], Iterator[Check]]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> GoogleConfig:
    folder = tmp_path_factory.mktemp("google")
    return GoogleConfig(service_account_file=folder / "key.json", data_dir=folder, voice="tone")


@pytest.fixture(scope="module")
def google_url(config: GoogleConfig) -> Iterator[str]:
    server = make_server(config, port=0)
    with served(server):
        yield server.base_url


@pytest.fixture
def desk(google_url: str) -> Iterator[GoogleDesk]:
    with GoogleDesk(google_url) as desk:
        desk.clear_faults()
        yield desk


@pytest.fixture
def own(desk: GoogleDesk, config: GoogleConfig) -> Settings:
    """As an operator would have them, but for the address."""
    return Settings.without_environment(**google_settings(config, desk.base_url))


def look(checks: Checks, settings: Settings, **changes: Any) -> dict[str, Check]:
    return {check.name: check for check in checks(Ground(settings.change(**changes)))}


def test_they_are_made_only_where_google_is_chosen(own: Settings) -> None:
    assert google.has_google(Ground(own))
    assert not google.has_google(Ground(Settings.without_environment()))


@pytest.mark.parametrize("with_key", [True, False], ids=["Developer API", "Vertex AI"])
def test_gemini_that_is_as_it_should_be(own: Settings, with_key: bool) -> None:
    settings = own if with_key else own.change(gemini_api_key=None)

    checks = look(google.gemini_checks, settings)

    assert list(checks) == ["google.gemini_model", "google.gemini_fallback_model", "google.embedding_model"]
    assert {check.status for check in checks.values()} == {Status.OK}, checks
    assert "768" in checks["google.embedding_model"].detail


def test_a_wrong_api_key(own: Settings) -> None:
    checks = look(google.gemini_checks, own, gemini_api_key=SecretStr("hunter2222"))

    for check in checks.values():
        assert check.status is Status.FAILED
        assert "MOMENT_GEMINI_API_KEY" in check.fix
        assert "hunter2222" not in check.detail


@pytest.mark.parametrize("setting", ["gemini_model", "gemini_fallback_model", "embedding_model"])
def test_a_model_that_does_not_exist(own: Settings, setting: str) -> None:
    checks = look(google.gemini_checks, own, **{setting: "gemini-3-flash"})

    check = checks.pop(f"google.{setting}")
    assert check.status is Status.FAILED
    assert f"set {variable(setting)} to" in check.fix
    assert "404" in check.detail
    assert {other.status for other in checks.values()} == {Status.OK}


def test_without_key_and_project_nothing_is_asked(own: Settings) -> None:
    (check,) = look(google.gemini_checks, own, gemini_api_key=None, google_project=None).values()

    assert check.status is Status.FAILED
    assert "MOMENT_GEMINI_API_KEY" in check.fix
    assert "MOMENT_GOOGLE_PROJECT" in check.fix


@pytest.mark.parametrize("status", [403, 429, 500])
def test_what_google_refuses_is_that_checks_failure(own: Settings, desk: GoogleDesk, status: int) -> None:
    desk.fault("gemini.get", "status", status=status, times=1)

    checks = look(google.gemini_checks, own)

    assert checks["google.gemini_model"].status is Status.FAILED
    assert str(status) in checks["google.gemini_model"].detail
    assert checks["google.gemini_model"].fix
    assert checks["google.embedding_model"].status is Status.OK


def test_google_that_is_away(own: Settings) -> None:
    checks = look(google.gemini_checks, own, google_api_url=f"http://127.0.0.1:{free_port()}")

    for check in checks.values():
        assert check.status is Status.FAILED
        assert "does not answer" in check.detail
        assert "HTTPS" in check.fix


def test_credentials_and_speech_that_are_as_they_should_be(own: Settings) -> None:
    checks = look(google.cloud_checks, own)

    assert checks["google.credentials"].status is Status.OK
    assert "moment@moment-desk.iam.gserviceaccount.com" in checks["google.credentials"].detail
    assert checks["google.speech"].status is Status.OK, checks["google.speech"]


@pytest.mark.parametrize("place", ["the setting", "the application default credentials"])
def test_credentials_that_are_not_found(
    own: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    nowhere = tmp_path / "none.json"
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(nowhere))
    settings = own.change(google_key_file=nowhere if place == "the setting" else None)

    checks = look(google.cloud_checks, settings)
    vertex = look(google.gemini_checks, settings, gemini_api_key=None)
    bucket = look(store.checks, settings)

    assert checks["google.tts_voice"].status is Status.SKIPPED
    assert checks["google.speech"].status is Status.SKIPPED
    for check in (checks["google.credentials"], bucket["store"], *vertex.values()):
        assert check.status is Status.FAILED
        assert "no Google credentials" in check.detail
        assert "set MOMENT_GOOGLE_KEY_FILE" in check.fix


def test_a_key_file_that_is_none(own: Settings, tmp_path: Path) -> None:
    file = tmp_path / "notes.json"
    file.write_text('{"private_key": "hunter2222"}')

    check = look(google.cloud_checks, own, google_key_file=file)["google.credentials"]

    assert check.status is Status.FAILED
    assert "set MOMENT_GOOGLE_KEY_FILE" in check.fix
    assert "hunter" not in check.detail


def test_the_key_file_of_the_settings_goes_before_the_application_default(
    own: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))

    assert look(google.cloud_checks, own)["google.credentials"].status is Status.OK


def test_the_application_default_credentials_will_do(
    own: Settings, config: GoogleConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(config.service_account_file))

    checks = look(google.cloud_checks, own, google_key_file=None)

    assert {check.status for check in checks.values()} == {Status.OK}, checks


def test_credentials_that_google_does_not_accept(own: Settings, config: GoogleConfig, tmp_path: Path) -> None:
    other = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    revoked = tmp_path / "revoked.json"
    revoked.write_text(
        json.dumps(json.loads(config.service_account_file.read_text()) | {"private_key": other.decode()})
    )

    checks = look(google.cloud_checks, own, google_key_file=revoked)

    assert checks["google.credentials"].status is Status.FAILED
    assert "does not accept" in checks["google.credentials"].detail


def test_credentials_without_a_project(own: Settings) -> None:
    check = look(google.cloud_checks, own, google_project=None)["google.credentials"]

    assert check.status is Status.FAILED
    assert "set MOMENT_GOOGLE_PROJECT" in check.fix


def test_a_speech_model_its_region_does_not_offer(own: Settings) -> None:
    check = look(google.cloud_checks, own, speech_model="chirp_9")["google.speech"]

    assert check.status is Status.FAILED
    assert "MOMENT_SPEECH_LOCATION and MOMENT_SPEECH_MODEL" in check.fix


def test_speech_is_not_asked_where_gemini_hears(own: Settings) -> None:
    check = look(google.cloud_checks, own, transcriber="gemini")["google.speech"]

    assert check.status is Status.SKIPPED
    assert check.detail == "MOMENT_TRANSCRIBER is not speech"


@pytest.mark.parametrize(
    ("voice", "status"), [("ja-JP-Neural2-B", Status.OK), ("ja-JP-Neural9-Z", Status.FAILED)]
)
def test_the_voice_is_one_of_those_offered(own: Settings, voice: str, status: Status) -> None:
    check = look(google.cloud_checks, own, tts_voice=voice)["google.tts_voice"]

    assert check.status is status, check
    assert voice in check.detail
    assert status is Status.OK or "set MOMENT_TTS_VOICE" in check.fix


def test_a_bucket_that_is_as_it_should_be_is_left_as_it_was(own: Settings, desk: GoogleDesk) -> None:
    checks = look(store.checks, own)

    statuses = [check.status for check in checks.values()]
    assert statuses == [Status.OK, Status.OK, Status.SKIPPED], checks  # no page sends there
    assert checks["store"].detail == f"gs://{own.gcs_bucket}: written, read back, deleted"
    assert len(desk.log(verb="storage.delete")) == len(desk.log(verb="storage.insert"))


def test_a_bucket_that_does_not_exist(own: Settings) -> None:
    checks = look(store.checks, own, gcs_bucket="no-such-bucket")

    assert checks["store"].status is Status.FAILED
    assert "gcloud storage buckets create gs://no-such-bucket" in checks["store"].fix
    assert "MOMENT_GCS_BUCKET" in checks["store"].fix
    assert checks["store.link"].status is Status.SKIPPED


def test_a_bucket_we_may_not_write_to(own: Settings, desk: GoogleDesk) -> None:
    desk.fault("storage.insert", "status", status=403)

    check = look(store.checks, own)["store"]

    assert check.status is Status.FAILED
    assert "roles/storage.objectAdmin" in check.fix


@pytest.mark.parametrize(("delivery", "status"), [("redirect", Status.FAILED), ("stream", Status.WARNING)])
def test_a_link_that_cannot_be_followed(
    own: Settings, desk: GoogleDesk, delivery: str, status: Status
) -> None:
    desk.fault("storage.signed", "status", status=403)

    checks = look(store.checks, own, media_delivery=delivery)

    assert checks["store"].status is Status.OK
    assert checks["store.link"].status is status
    assert "403" in checks["store.link"].detail
    assert "X-Goog-Signature" not in checks["store.link"].detail


def test_providers_that_cannot_be_made_point_to_the_reason(own: Settings) -> None:
    (check,) = look(models.checks, own, gemini_api_key=None, google_project=None).values()

    assert check.status is Status.FAILED
    assert "MOMENT_GOOGLE_PROJECT" in check.detail
    assert "google" in check.fix


def test_offline_providers_without_credentials_for_the_bucket_point_to_the_store(
    own: Settings, tmp_path: Path
) -> None:
    settings = own.change(providers=ProviderChoice.OFFLINE, google_key_file=tmp_path / "none.json")

    (check,) = look(models.checks, settings).values()

    assert check.status is Status.FAILED
    assert "MOMENT_GOOGLE_KEY_FILE" in check.detail
    assert "store" in check.fix


def test_providers_that_can_be_made(own: Settings) -> None:
    (check,) = look(models.checks, own).values()

    assert (check.status, check.detail) == (Status.OK, "google, from MOMENT_PROVIDERS")


def test_the_offline_coach_in_production_is_a_warning_and_unnamed_it_is_not_looked_at() -> None:
    settings = Settings.without_environment(env="production")

    (warning,) = models.checks(Ground(settings))
    (skip,) = models.checks(Ground(settings, frozenset({"providers"})))

    assert warning.status is Status.WARNING
    assert "set MOMENT_PROVIDERS=google" in warning.fix
    assert skip.status is Status.SKIPPED
    assert "MOMENT_PROVIDERS is not set" in skip.detail


def test_offline_packages_that_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "OFFLINE_MODULES", ("sudachipy", "no_such_module"))

    (check,) = models.checks(Ground(Settings.without_environment()))

    assert check.status is Status.FAILED
    assert check.detail == "the offline coach lacks no_such_module"
    assert "set MOMENT_PROVIDERS=google" in check.fix


def page_check(own: Settings, *, mends: bool = False) -> Check:
    settings = own.change(public_url="https://moment.example", liff_id="2000000098-Pages")
    ground = Ground(settings, mends=mends)
    return {check.name: check for check in store.checks(ground)}["store.uploads"]


def test_a_bucket_that_takes_nothing_from_our_pages_is_found_and_mended(own: Settings) -> None:
    found = page_check(own)
    assert found.status is Status.FAILED
    assert "pages of https://moment.example may not send there" in found.detail
    assert "`moment doctor --fix`" in found.fix
    assert '"responseHeader": ["Content-Type", "Content-Range", "Range"]' in found.fix

    assert page_check(own, mends=True).detail.startswith("mended")
    assert page_check(own).status is Status.OK
    with open_resources(own) as resources:
        assert isinstance(resources.store, CloudStore)
        resources.store.allow_page("https://other.example")  # rules for others stay
    assert page_check(own).status is Status.OK


def test_without_pages_no_bucket_need_take_anything_from_them(own: Settings) -> None:
    assert look(store.checks, own)["store.uploads"].status is Status.SKIPPED


def test_an_account_that_may_not_change_the_bucket_is_told_what_to_do(
    own: Settings, desk: GoogleDesk
) -> None:
    with open_resources(own) as resources:
        assert isinstance(resources.store, CloudStore)
        resources.store.bucket.cors = []
        resources.store.bucket.patch()
    desk.fault("storage.bucket", "status", status=403)
    found = page_check(own, mends=True)
    desk.clear_faults()
    assert found.status is Status.FAILED
    assert "roles/storage.admin" in found.fix
    assert "upload_id" not in str(found)
