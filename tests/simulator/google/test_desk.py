"""The controls, the log, and the desk as a process of its own."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from google import genai
from google.cloud.storage import Bucket
from google.genai import types

from simulator.google.client import DeskCallError, GoogleDesk
from simulator.google.config import GoogleConfig
from simulator.google.verbs import LIVE_VERBS, VERBS, verb_of
from tests.simulator.google.conftest import options

MODEL = "gemini-3.8-flash"


def test_the_log_tells_each_call_and_its_answer(gemini: genai.Client, desk: GoogleDesk) -> None:
    before = len(desk.log())
    gemini.models.generate_content(model=MODEL, contents="卵とご飯")
    (call,) = desk.log(after=before)
    assert (call.verb, call.model, call.status, call.fault) == ("gemini.generateContent", MODEL, 200, None)
    assert call.request["contents"][0]["parts"][0]["text"] == "卵とご飯"
    assert call.response["modelVersion"] == MODEL
    assert call.duration_ms


def test_no_credential_enters_the_log(
    gemini: genai.Client, bucket: Bucket, desk: GoogleDesk, config: GoogleConfig
) -> None:
    gemini.models.get(model=MODEL)
    bucket.reload()
    url = bucket.blob("x").generate_signed_url(version="v4", expiration=60, api_access_endpoint=desk.base_url)
    desk._http.get(url)
    desk._http.get(f"/v1beta/models/{MODEL}?key={config.api_key}")
    log = json.dumps([vars(call) for call in desk.log()])
    secrets = (config.api_key, bucket.client._credentials.token, url.rpartition("=")[2])
    assert not [secret for secret in secrets if secret in log]
    assert any(call.headers.get("x-goog-api-key") == "***" for call in desk.log())


def test_media_enter_the_log_as_size_and_hash(gemini: genai.Client, desk: GoogleDesk, clip: Path) -> None:
    contents: list[types.PartUnionDict] = [
        types.Part.from_bytes(data=clip.read_bytes(), mime_type="video/mp4"),
        "?",
    ]
    gemini.models.generate_content(model=MODEL, contents=contents)
    media = desk.log()[-1].request["contents"][0]["parts"][0]["inlineData"]
    assert media["data"]["bytes"] == clip.stat().st_size
    assert len(media["data"]["sha256"]) == 64
    gemini.models.embed_content(model="gemini-embedding-001", contents="卵")
    assert desk.log()[-1].response["embeddings"][0]["values"] == {"numbers": 3072}


@pytest.mark.parametrize(
    ("path", "body"),
    [("/answers", {"match": "x"}), ("/transcripts", {"words": "x"}), ("/clock", {"advance_seconds": -1})],
)
def test_wrong_controls_are_refused(desk: GoogleDesk, path: str, body: dict[str, object]) -> None:
    with pytest.raises(DeskCallError, match="400"):
        desk.call("POST", path, json=body)
    with pytest.raises(DeskCallError, match="400"):
        desk.call("GET", "/log", params={"after": "x"})


@pytest.mark.parametrize(
    "body",
    [
        {"verb": "gemini.cook", "kind": "slow"},
        {"verb": "gemini", "kind": "tired"},
        {"verb": "storage", "kind": "safety"},
        {"verb": "gemini", "kind": "fails_processing"},
        {"verb": "gemini", "kind": "status", "status": 200},
        {"verb": "gemini", "kind": "slow", "often": 2},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(desk: GoogleDesk, body: dict[str, object]) -> None:
    with pytest.raises(DeskCallError, match="400"):
        desk.call("POST", "/faults", json=body)


def test_every_verb_has_a_route() -> None:
    models, speech, bucket = "/v1beta/models/m", "/v2/projects/p/locations/l", "/storage/v1/b/b"
    calls = [
        *(
            ("POST", f"{models}:{verb.removeprefix('gemini.')}", "")
            for verb in VERBS
            if verb.startswith("gemini.")
        ),
        ("GET", models, ""),
        ("GET", "/v1beta1/publishers/google/models/m", ""),
        ("POST", "/v1beta1/projects/p/locations/l/publishers/google/models/m:predict", ""),
        ("POST", "/upload/v1beta/files", ""),
        ("POST", "/upload/v1beta/files", "upload_id=1"),
        *((method, path, "") for method in ("GET", "DELETE") for path in ("/v1beta/files/f",)),
        ("GET", "/v1beta/files", ""),
        *(("POST", f"{speech}/recognizers/_:{verb}", "") for verb in ("recognize", "batchRecognize")),
        ("GET", f"{speech}/operations/o", ""),
        ("POST", "/v1/text:synthesize", ""),
        ("GET", "/v1/voices", "languageCode=ja-JP"),
        *((method, f"/upload{bucket}/o", "upload_id=1") for method in ("POST", "PUT", "DELETE")),
        ("GET", f"/download{bucket}/o/a/b", ""),
        ("GET", f"{bucket}/o", ""),
        ("GET", bucket, ""),
        *((method, f"{bucket}/o/a/b", "") for method in ("GET", "PATCH", "DELETE")),
        ("GET", "/b/a/b", ""),
        ("POST", "/token", ""),
        ("POST", "/v1/projects/-/serviceAccounts/a@b:signBlob", ""),
    ]
    verbs = {verb_of(*call) for call in calls} - {None}
    assert verbs == set(VERBS) - LIVE_VERBS
    assert verb_of("POST", "/nowhere", "") is None


def test_an_unknown_path_is_not_found(desk: GoogleDesk) -> None:
    answer = httpx.post(f"{desk.base_url}/nowhere")
    assert (answer.status_code, answer.json()["error"]["status"]) == (404, "NOT_FOUND")


def test_it_runs_as_a_process(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    config = tmp_path / "config.json"
    facts = GoogleConfig(service_account_file=tmp_path / "account.json", data_dir=tmp_path / "data")
    config.write_text(facts.model_dump_json())
    command = [sys.executable, "-m", "simulator.google", "--port", str(port), "--config", str(config)]
    with subprocess.Popen(command, env={**os.environ, "PYTHONWARNINGS": "error"}) as process:
        try:
            with GoogleDesk(f"http://127.0.0.1:{port}") as desk:
                desk.wait_until_ready(30)
                client = genai.Client(api_key=facts.api_key, http_options=options(desk))
                assert client.models.generate_content(model=MODEL, contents="やあ").text
                client.close()
        finally:
            process.terminate()
    assert process.returncode in (0, -15)
