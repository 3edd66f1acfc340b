"""The Files API through google-genai."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from google import genai
from google.genai import errors, types

from simulator.google.client import GoogleDesk
from simulator.google.config import GoogleConfig
from tests.simulator.google.conftest import options

MODEL = "gemini-3.8-flash"


def upload(client: genai.Client, clip: Path) -> types.File:
    return client.files.upload(file=clip, config=types.UploadFileConfig(mime_type="video/mp4"))


def ask(client: genai.Client, file: types.File) -> types.GenerateContentResponse:
    contents: list[types.PartUnionDict] = [file, "?"]
    return client.models.generate_content(model=MODEL, contents=contents)


def state(client: genai.Client, file: types.File) -> str:
    now = client.files.get(name=file.name or "").state
    assert now is not None
    return now.name


def test_a_video_is_processed_before_it_can_be_used(
    gemini: genai.Client, desk: GoogleDesk, clip: Path
) -> None:
    file = upload(gemini, clip)
    assert file.size_bytes == clip.stat().st_size
    assert (file.uri or "").startswith(f"{desk.base_url}/v1beta/files/")
    with pytest.raises(errors.ClientError, match="not in an ACTIVE state") as early:
        ask(gemini, file)
    assert (early.value.code, early.value.status) == (400, "FAILED_PRECONDITION")
    assert [state(gemini, file), state(gemini, file)] == ["PROCESSING", "ACTIVE"]
    answer = ask(gemini, file)
    assert answer.usage_metadata is not None
    details = answer.usage_metadata.prompt_tokens_details or []
    assert "VIDEO" in {entry.modality.name for entry in details if entry.modality}


def test_a_large_upload_comes_in_pieces(gemini: genai.Client, desk: GoogleDesk) -> None:
    content = os.urandom(9_000_000)
    file = gemini.files.upload(
        file=io.BytesIO(content), config=types.UploadFileConfig(mime_type="text/plain", display_name="九")
    )
    assert (file.size_bytes, file.display_name) == (len(content), "九")
    pieces = [crossing.request["bytes"] for crossing in desk.log(verb="files.upload")][-2:]
    assert pieces == [8 * 1024 * 1024, len(content) - 8 * 1024 * 1024]


def test_files_are_listed_and_deleted(gemini: genai.Client, clip: Path) -> None:
    file = upload(gemini, clip)
    assert file.name in [each.name for each in gemini.files.list()]
    gemini.files.delete(name=file.name or "")
    with pytest.raises(errors.ClientError, match="permission"):
        gemini.files.get(name=file.name or "")


def test_a_file_that_is_no_video_fails(gemini: genai.Client, tmp_path: Path) -> None:
    path = tmp_path / "no.mp4"
    path.write_bytes(b"no video at all")
    file = upload(gemini, path)
    assert state(gemini, file) == "PROCESSING"
    failure = gemini.files.get(name=file.name or "")
    assert failure.state == types.FileState.FAILED
    assert failure.error is not None
    assert failure.error.message


def test_processing_can_fail_and_never_end(gemini: genai.Client, desk: GoogleDesk, clip: Path) -> None:
    desk.fault("files.upload", "fails_processing", times=1)
    desk.fault("files.upload", "stays_processing", times=1)
    failing, staying, fine = (upload(gemini, clip) for _ in range(3))
    assert [state(gemini, failing) for _ in range(2)] == ["PROCESSING", "FAILED"]
    assert [state(gemini, staying) for _ in range(3)] == ["PROCESSING"] * 3
    assert [state(gemini, fine) for _ in range(2)] == ["PROCESSING", "ACTIVE"]


def test_files_live_for_two_days(own_desk: Callable[..., GoogleDesk], clip: Path) -> None:
    desk = own_desk(file_polls=0)
    client = genai.Client(api_key="desk-api-key", http_options=options(desk))
    file = upload(client, clip)
    desk.advance_clock(48 * 3600 - 60)
    assert state(client, file) == "ACTIVE"
    desk.advance_clock(61)
    with pytest.raises(errors.ClientError, match="403"):
        state(client, file)
    client.close()


def test_names_are_checked(gemini: genai.Client, clip: Path) -> None:
    def upload_as(name: str) -> types.File:
        return gemini.files.upload(file=clip, config=types.UploadFileConfig(name=name, mime_type="video/mp4"))

    assert upload_as("my-clip").name == "files/my-clip"
    with pytest.raises(errors.ClientError, match="already exists"):
        upload_as("my-clip")
    with pytest.raises(errors.ClientError, match="Invalid file id"):
        upload_as("My_Clip")
    gemini.files.delete(name="files/my-clip")


def test_an_upload_can_be_resumed(desk: GoogleDesk, config: GoogleConfig) -> None:
    """The protocol itself, as a client with worse luck than the SDK would speak it."""
    start = httpx2.post(
        f"{desk.base_url}/upload/v1beta/files",
        json={"file": {}},
        headers={
            "x-goog-api-key": config.api_key,
            "x-goog-upload-protocol": "resumable",
            "x-goog-upload-command": "start",
            "x-goog-upload-header-content-length": "10",
            "x-goog-upload-header-content-type": "text/plain",
        },
    )
    url = start.headers["x-goog-upload-url"]

    def send(command: str, offset: int = 0, content: bytes = b"") -> httpx2.Response:
        headers = {"x-goog-upload-command": command, "x-goog-upload-offset": str(offset)}
        return httpx2.post(url, content=content, headers=headers)

    assert send("upload", 0, b"01234").headers["x-goog-upload-status"] == "active"
    assert send("query").headers["x-goog-upload-size-received"] == "5"
    assert send("upload, finalize", 7, b"789").status_code == 400
    answer = send("upload, finalize", 3, b"3456789")
    assert (answer.headers["x-goog-upload-status"], answer.json()["file"]["sizeBytes"]) == ("final", "10")
    assert send("query").status_code == 404
