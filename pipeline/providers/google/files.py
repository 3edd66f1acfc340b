"""How a video reaches Gemini: inside the request, through the Files API, or where Vertex AI reads it itself."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from google import genai
from google.genai import errors, types

from logs.logger import get_logger
from pipeline.providers.google.gemini import Unavailable, typed_error
from pipeline.providers.ports import ProviderError
from settings import variable

log = get_logger(__name__)

MIME_TYPE = "video/mp4"
FIRST_POLL, LONGEST_POLL = 1.0, 5.0  # seconds
READY_WITHIN = 300.0  # seconds, for a clip of two hours
UPLOADS = 2


class NotReady(ProviderError):
    """The Files API did not get the video ready."""


@contextmanager
def video_part(client: genai.Client, video: Path, uri: str | None, inline_bytes: int) -> Iterator[types.Part]:
    """The video as a part of a request, there as long as the block runs. Raises ProviderError."""
    if client.vertexai and uri is not None:
        yield types.Part.from_uri(file_uri=uri, mime_type=MIME_TYPE)
    elif video.stat().st_size <= inline_bytes:
        yield types.Part.from_bytes(data=video.read_bytes(), mime_type=MIME_TYPE)
    elif client.vertexai:
        raise ProviderError(
            f"Vertex AI reads a video of this size only from a bucket: set {variable('gcs_bucket')}"
        )
    else:
        file = _upload(client, video)
        try:
            yield types.Part.from_uri(file_uri=file.uri or "", mime_type=MIME_TYPE)
        finally:
            _delete(client, file)


def _upload(client: genai.Client, video: Path) -> types.File:
    """An ACTIVE file. What fails or never gets ready is deleted and uploaded once more."""
    for upload in range(1, UPLOADS + 1):
        with _errors():
            file = client.files.upload(file=video, config=types.UploadFileConfig(mime_type=MIME_TYPE))
        try:
            return _wait_until_active(client, file)
        except ProviderError as error:
            _delete(client, file)
            if upload == UPLOADS:
                raise
            log.warning("uploading again", error=str(error))
    raise AssertionError("the last upload returns or raises")


def _wait_until_active(client: genai.Client, file: types.File) -> types.File:
    deadline, pause = time.monotonic() + READY_WITHIN, FIRST_POLL
    while file.state != types.FileState.ACTIVE:
        if file.state == types.FileState.FAILED:
            raise NotReady(f"Gemini could not read the file: {file.error.message if file.error else ''}")
        if time.monotonic() + pause > deadline:
            raise NotReady(f"the file was still {file.state} after {READY_WITHIN:.0f} s")
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_POLL)
        with _errors():
            file = client.files.get(name=file.name or "")
    return file


def _delete(client: genai.Client, file: types.File) -> None:
    """It would else lie there for two days."""
    try:
        client.files.delete(name=file.name or "")
    except (errors.APIError, httpx2.HTTPError) as error:
        log.warning("an uploaded file was not deleted", error=type(error).__name__)


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except errors.APIError as error:
        raise typed_error(error) from error
    except httpx2.HTTPError as error:
        raise Unavailable(type(error).__name__) from error
