"""The media a request brings, found, opened and measured."""

import asyncio
import base64
import binascii
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.google.errors import GoogleError, invalid
from simulator.google.gemini_models import Call
from simulator.google.log import URL_SAFE
from simulator.google.media import MediaFacts, NotMediaError, media_facts
from simulator.google.requests import part
from simulator.google.state import Google

INLINE_LIMIT_BYTES = 100 * 1024 * 1024
# Measured by Google's local_token_counting notebook, 2026-06.
TOKENS_A_FRAME = {"HIGH": 264}
USUAL_TOKENS_A_FRAME = 66
AUDIO_TOKENS_A_SECOND = 25
IMAGE_TOKENS = 1120


@dataclass(frozen=True)
class Medium:
    """One media part. `seconds` is its whole length; `tokens` counts by modality what of it the model takes in."""

    source: Path | bytes
    seconds: float
    tokens: dict[str, int]

    @property
    def has_video(self) -> bool:
        return "VIDEO" in self.tokens


async def media_of(google: Google, call: Call, body: dict[str, Any]) -> list[Medium]:
    """Raises GoogleError for media that isn't there, isn't ready or can't be read."""
    usual = str(part(body, "generationConfig").get("mediaResolution", ""))
    parts = [each for content in body["contents"] for each in content["parts"]]
    return [
        await _medium(google, call, each, usual)
        for each in parts
        if "inlineData" in each or "fileData" in each
    ]


async def _medium(google: Google, call: Call, each: dict[str, Any], resolution: str) -> Medium:
    inline = "inlineData" in each
    mime_type = str(part(each, "inlineData" if inline else "fileData")["mimeType"])
    source = _inline(part(each, "inlineData")) if inline else _file(google, call, part(each, "fileData"))
    level = str(part(each, "mediaResolution").get("level") or resolution).removeprefix("MEDIA_RESOLUTION_")
    if mime_type.startswith("image/"):
        return Medium(source, 0, {"IMAGE": IMAGE_TOKENS})
    try:
        facts = await asyncio.to_thread(media_facts, source)
    except NotMediaError as error:
        kind = mime_type.split("/")[0]
        raise invalid(f"The {kind} is corrupted or in an unsupported format.") from error
    return Medium(source, facts.seconds, _tokens(facts, mime_type, level, part(each, "videoMetadata")))


def _tokens(facts: MediaFacts, mime_type: str, level: str, metadata: dict[str, Any]) -> dict[str, int]:
    start = _offset(metadata.get("startOffset"), 0)
    seconds = max(0.0, min(_offset(metadata.get("endOffset"), facts.seconds), facts.seconds) - start)
    tokens = {}
    if facts.has_video and mime_type.startswith("video/"):
        frames = math.ceil(seconds * float(metadata.get("fps", 1)))
        tokens["VIDEO"] = frames * TOKENS_A_FRAME.get(level, USUAL_TOKENS_A_FRAME)
    if facts.has_audio:
        tokens["AUDIO"] = math.ceil(seconds * AUDIO_TOKENS_A_SECOND)
    return tokens


def _offset(value: object, default: float) -> float:
    """A google.protobuf.Duration ("20.5s") in seconds. Raises GoogleError 400."""
    if value is None:
        return default
    try:
        return float(str(value).removesuffix("s"))
    except ValueError as error:
        raise invalid(f"Invalid value at 'video_metadata': Illegal duration format {value!r}") from error


def _inline(data: dict[str, Any]) -> bytes:
    try:
        content = base64.b64decode(str(data.get("data", "")).translate(URL_SAFE), validate=True)
    except binascii.Error as error:
        raise invalid("Invalid value at 'inline_data.data' (TYPE_BYTES), Base64 decoding failed") from error
    if not content:
        raise invalid("Unable to process input: inline_data is empty.")
    if len(content) > INLINE_LIMIT_BYTES:
        raise invalid("Request payload size exceeds the limit.")
    return content


def _file(google: Google, call: Call, data: dict[str, Any]) -> Path:
    uri = str(data.get("fileUri", ""))
    if uri.startswith("gs://"):
        return gs_path(google, uri, call)
    name = uri.rpartition("/files/")[2]
    file = google.files.get(name, google.clock.now_ms()) if "/files/" in uri else None
    if call.backend == "vertex" or "/files/" not in uri:
        raise invalid(f"Invalid or unsupported file uri: {uri}")
    if file is None:
        message = f"You do not have permission to access the File {name} or it may not exist."
        raise GoogleError(403, message)
    if file.state != "ACTIVE":
        message = f"The File {name} is not in an ACTIVE state and usage is not allowed."
        raise GoogleError(400, message, "FAILED_PRECONDITION")
    return file.path


def gs_path(google: Google, uri: str, call: Call) -> Path:
    """Where an object of the bucket lies; only Vertex reads gs:// of itself."""
    if call.backend == "developer":
        raise invalid(f"Invalid or unsupported file uri: {uri}")
    path = google.bucket.path_of_uri(uri)
    if path is None:
        raise GoogleError(404, f"Requested entity was not found: {uri}")
    return path
