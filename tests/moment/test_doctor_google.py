"""What the doctor finds wrong at Google: the real clients over sockets, with the desk's Google in its place."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from moment.doctor import google, models, store
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status
from moment.embedded import free_port
from pipeline.providers.google.clients import forget
from settings import settings
from simulator.google.client import GoogleDesk
from simulator.google.config import GoogleConfig
from simulator.google.server import make_server
from tests.process import name_in_environment
from tests.system import served

BUCKET = "moment-desk-media"
Checks = Callable[[Ground], Iterator[Check]]


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("google") / "key.json"


@pytest.fixture(scope="module")
def google_url(key_file: Path) -> Iterator[str]:
    config = GoogleConfig(
        service_account_file=key_file, data_dir=key_file.parent, bucket=BUCKET, voice="tone"
    )
    server = make_server(config, port=0)
    with served(server):
        yield server.base_url


@pytest.fixture
def desk(google_url: str) -> Iterator[GoogleDesk]:
    with GoogleDesk(google_url) as desk:
        desk.clear_faults()
        yield desk


@pytest.fixture
def named(desk: GoogleDesk, key_file: Path) -> dict[str, str]:
    """The environment as an operator would name it, but for the address."""
    return {
        "PROVIDERS": "pipeline.providers.google",
        "GOOGLE_API_URL": desk.base_url,
        "GOOGLE_APPLICATION_CREDENTIALS": str(key_file),
        "GOOGLE_PROJECT": "moment-desk",
        "GEMINI_API_KEY": "desk-api-key",
        "GCS_BUCKET": BUCKET,
    }


def checked(checks: Checks, named: dict[str, str], **variables: str) -> dict[str, Check]:
    with name_in_environment(**{**named, **variables}):
        forget()
        found = {check.name: check for check in checks(Ground(settings()))}
    forget()
    return found


def test_they_are_made_only_where_google_is_chosen(named: dict[str, str]) -> None:
    with name_in_environment(**named):
        assert google.chosen(Ground(settings()))
    with name_in_environment(PROVIDERS="tests.quick_providers"):
        assert not google.chosen(Ground(settings()))


@pytest.mark.parametrize("key", ["desk-api-key", ""], ids=["Developer API", "Vertex AI"])
def test_gemini_that_is_as_it_should_be(named: dict[str, str], key: str) -> None:
    if not key:
        del named["GEMINI_API_KEY"]

    found = checked(google.gemini_checks, named)

    assert list(found) == ["google.gemini_model", "google.gemini_fallback_model", "google.embedding_model"]
    assert {check.status for check in found.values()} == {Status.OK}, found
    assert "768" in found["google.embedding_model"].detail


def test_a_wrong_api_key(named: dict[str, str]) -> None:
    found = checked(google.gemini_checks, named, GEMINI_API_KEY="hunter2222")

    for check in found.values():
        assert check.status is Status.FAILED
        assert "GEMINI_API_KEY" in check.fix
        assert "hunter2222" not in check.detail


@pytest.mark.parametrize(
    ("variable", "name"),
    [
        ("GEMINI_MODEL", "google.gemini_model"),
        ("GEMINI_FALLBACK_MODEL", "google.gemini_fallback_model"),
        ("EMBEDDING_MODEL", "google.embedding_model"),
    ],
)
def test_a_model_that_does_not_exist(named: dict[str, str], variable: str, name: str) -> None:
    found = checked(google.gemini_checks, named, **{variable: "gemini-3-flash"})

    assert found.pop(name).status is Status.FAILED
    assert {check.status for check in found.values()} == {Status.OK}
    failed = checked(google.gemini_checks, named, **{variable: "gemini-3-flash"})[name]
    assert f"set {variable}" in failed.fix
    assert "404" in failed.detail


def test_without_key_and_project_nothing_is_asked(named: dict[str, str]) -> None:
    del named["GEMINI_API_KEY"], named["GOOGLE_PROJECT"]

    (found,) = checked(google.gemini_checks, named).values()

    assert found.status is Status.FAILED
    assert "GEMINI_API_KEY" in found.fix
    assert "GOOGLE_PROJECT" in found.fix


@pytest.mark.parametrize("status", [403, 429, 500])
def test_what_google_refuses_is_that_checks_failure(
    named: dict[str, str], desk: GoogleDesk, status: int
) -> None:
    desk.fault("gemini.get", "status", status=status, times=1)

    found = checked(google.gemini_checks, named)

    assert found["google.gemini_model"].status is Status.FAILED
    assert str(status) in found["google.gemini_model"].detail
    assert found["google.gemini_model"].fix
    assert found["google.embedding_model"].status is Status.OK


def test_google_that_is_away(named: dict[str, str]) -> None:
    found = checked(google.gemini_checks, named, GOOGLE_API_URL=f"http://127.0.0.1:{free_port()}")

    for check in found.values():
        assert check.status is Status.FAILED
        assert "does not answer" in check.detail
        assert "HTTPS" in check.fix


def test_credentials_and_speech_that_are_as_they_should_be(named: dict[str, str]) -> None:
    found = checked(google.cloud_checks, named)

    assert found["google.credentials"].status is Status.OK
    assert "moment@moment-desk.iam.gserviceaccount.com" in found["google.credentials"].detail
    assert found["google.speech"].status is Status.OK, found["google.speech"]


def test_credentials_that_are_not_found(named: dict[str, str], tmp_path: Path) -> None:
    nowhere = str(tmp_path / "none.json")
    found = checked(google.cloud_checks, named, GOOGLE_APPLICATION_CREDENTIALS=nowhere)
    bucket = checked(store.checks, named, GOOGLE_APPLICATION_CREDENTIALS=nowhere)

    assert found["google.credentials"].status is Status.FAILED
    assert "GOOGLE_APPLICATION_CREDENTIALS" in found["google.credentials"].fix
    assert found["google.tts_voice"].status is Status.SKIPPED
    assert found["google.speech"].status is Status.SKIPPED
    assert bucket["store"].status is Status.FAILED
    assert "GOOGLE_APPLICATION_CREDENTIALS" in bucket["store"].fix


def test_credentials_that_google_does_not_accept(
    named: dict[str, str], key_file: Path, tmp_path: Path
) -> None:
    other = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    revoked = tmp_path / "revoked.json"
    revoked.write_text(json.dumps(json.loads(key_file.read_text()) | {"private_key": other.decode()}))

    found = checked(google.cloud_checks, named, GOOGLE_APPLICATION_CREDENTIALS=str(revoked))

    assert found["google.credentials"].status is Status.FAILED
    assert "does not accept" in found["google.credentials"].detail


def test_credentials_without_a_project(named: dict[str, str]) -> None:
    del named["GOOGLE_PROJECT"]

    assert "set GOOGLE_PROJECT" in checked(google.cloud_checks, named)["google.credentials"].fix


def test_a_speech_model_its_region_does_not_offer(named: dict[str, str]) -> None:
    found = checked(google.cloud_checks, named, SPEECH_MODEL="chirp_9")["google.speech"]

    assert found.status is Status.FAILED
    assert "SPEECH_LOCATION and SPEECH_MODEL" in found.fix


def test_speech_is_not_asked_where_gemini_hears(named: dict[str, str]) -> None:
    assert checked(google.cloud_checks, named, TRANSCRIBER="gemini")["google.speech"].status is Status.SKIPPED


@pytest.mark.parametrize(
    ("wanted", "status"), [("ja-JP-Neural2-B", Status.OK), ("ja-JP-Neural9-Z", Status.FAILED)]
)
def test_the_voice_is_one_of_those_offered(named: dict[str, str], wanted: str, status: Status) -> None:
    found = checked(google.cloud_checks, named, TTS_VOICE=wanted)["google.tts_voice"]

    assert found.status is status, found
    assert wanted in found.detail
    assert status is Status.OK or "set TTS_VOICE" in found.fix


def test_a_bucket_that_is_as_it_should_be_is_left_as_it_was(named: dict[str, str], desk: GoogleDesk) -> None:
    found = checked(store.checks, named)

    assert [check.status for check in found.values()] == [Status.OK, Status.OK], found
    assert found["store"].detail == f"gs://{BUCKET}: written, read back, deleted"
    assert len(desk.log(verb="storage.delete")) == len(desk.log(verb="storage.insert"))


def test_a_bucket_that_does_not_exist(named: dict[str, str]) -> None:
    found = checked(store.checks, named, GCS_BUCKET="no-such-bucket")

    assert found["store"].status is Status.FAILED
    assert "gcloud storage buckets create gs://no-such-bucket" in found["store"].fix
    assert found["store.link"].status is Status.SKIPPED


def test_a_bucket_we_may_not_write_to(named: dict[str, str], desk: GoogleDesk) -> None:
    desk.fault("storage.insert", "status", status=403)

    found = checked(store.checks, named)["store"]

    assert found.status is Status.FAILED
    assert "roles/storage.objectAdmin" in found.fix


@pytest.mark.parametrize(("delivery", "status"), [("redirect", Status.FAILED), ("stream", Status.WARNING)])
def test_a_link_that_cannot_be_followed(
    named: dict[str, str], desk: GoogleDesk, delivery: str, status: Status
) -> None:
    desk.fault("storage.signed", "status", status=403)

    found = checked(store.checks, named, MEDIA_DELIVERY=delivery)

    assert found["store"].status is Status.OK
    assert found["store.link"].status is status
    assert "403" in found["store.link"].detail
    assert "X-Goog-Signature" not in found["store.link"].detail


def test_providers_that_cannot_be_made_point_to_the_reason(named: dict[str, str], tmp_path: Path) -> None:
    del named["GEMINI_API_KEY"], named["GOOGLE_PROJECT"]

    (found,) = checked(models.checks, named).values()

    assert found.status is Status.FAILED
    assert "GOOGLE_PROJECT" in found.detail
    assert "google" in found.fix
