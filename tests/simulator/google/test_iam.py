"""The service account: its key file, tokens, and signatures by IAM."""

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import google.auth
import httpx
import pytest
from google.auth import iam
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import RefreshError, TransportError
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2 import service_account

from simulator.google.client import GoogleDesk
from simulator.google.config import GoogleConfig
from tests.simulator.google.conftest import SCOPES, account


def test_application_default_credentials_work_unchanged(desk: GoogleDesk, config: GoogleConfig) -> None:
    with mock.patch.dict(os.environ, {"GOOGLE_APPLICATION_CREDENTIALS": str(config.service_account_file)}):
        credentials, project = google.auth.default(scopes=SCOPES)
    assert project == config.project
    credentials.refresh(Request())
    assert credentials.valid
    assert config.service_account_file.stat().st_mode & 0o777 == 0o600


def test_tokens_are_for_the_account_itself(
    credentials: service_account.Credentials,
    config: GoogleConfig,
    tmp_path: Path,
    own_desk: Callable[..., GoogleDesk],
) -> None:
    other = own_desk()
    facts = json.loads((tmp_path / "account.json").read_text())
    facts["token_uri"] = json.loads(config.service_account_file.read_text())["token_uri"]
    (tmp_path / "forged.json").write_text(json.dumps(facts))
    with pytest.raises(RefreshError, match="Invalid JWT Signature"):
        account(tmp_path / "forged.json").refresh(Request())  # type: ignore[no-untyped-call]
    wrong = httpx.post(f"{other.base_url}/token", data={"grant_type": "password"})
    assert (wrong.status_code, wrong.json()["error"]) == (400, "unsupported_grant_type")


def test_tokens_expire(own_desk: Callable[..., GoogleDesk], tmp_path: Path) -> None:
    desk = own_desk()
    credentials = account(tmp_path / "account.json")
    credentials.refresh(Request())  # type: ignore[no-untyped-call]
    url, headers = (
        f"{desk.base_url}/storage/v1/b/moment-desk-media",
        {"authorization": f"Bearer {credentials.token}"},
    )
    assert httpx.get(url, headers=headers).status_code == 200
    desk.advance_clock(3600)
    late = httpx.get(url, headers=headers)
    assert (late.status_code, late.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
    # google-auth asks for another token by itself
    assert AuthorizedSession(credentials).get(url).status_code == 200


def test_a_jwt_the_account_signed_stands_for_it(
    credentials: service_account.Credentials, desk: GoogleDesk
) -> None:
    """What the gapic REST transports send instead of fetching a token (google.aip.dev/auth/4111)."""
    signing = credentials.with_always_use_jwt_access(True)  # type: ignore[no-untyped-call]
    signing._create_self_signed_jwt("https://storage.googleapis.com/")
    url = f"{desk.base_url}/storage/v1/b/moment-desk-media"
    before = len(desk.log(verb="iam.token"))
    assert AuthorizedSession(signing).get(url).status_code == 200
    assert len(desk.log(verb="iam.token")) == before


def test_iam_signs_as_the_account(
    credentials: service_account.Credentials, desk: GoogleDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/v1/projects/-/serviceAccounts/{}:signBlob"
    monkeypatch.setattr("google.auth.iam._IAM_SIGN_ENDPOINT", desk.base_url + path)
    email = credentials.service_account_email
    assert iam.Signer(Request(), credentials, email).sign(b"words") == credentials.sign_bytes(b"words")
    with pytest.raises(TransportError, match="Gaia id not found"):
        iam.Signer(Request(), credentials, "someone@else").sign(b"words")


def test_strangers_get_no_signature(desk: GoogleDesk, credentials: service_account.Credentials) -> None:
    url = f"{desk.base_url}/v1/projects/-/serviceAccounts/{credentials.service_account_email}:signBlob"
    payload = {"payload": base64.b64encode(b"words").decode()}
    assert httpx.post(url, json=payload).status_code == 401
    session = AuthorizedSession(credentials)
    assert session.post(url, json={"payload": "???"}).status_code == 400
    assert session.post(url, json=payload).json()["signedBlob"]
    assert AnonymousCredentials().token is None
