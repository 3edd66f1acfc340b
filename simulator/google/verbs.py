"""Which API and verb a request calls, in the APIs' own names: what faults and the log are sorted by."""

import re
from typing import Literal, get_args
from urllib.parse import parse_qs

Verb = Literal[
    "gemini.generateContent",
    "gemini.streamGenerateContent",
    "gemini.countTokens",
    "gemini.embedContent",
    "gemini.batchEmbedContents",
    "gemini.predict",
    "gemini.get",
    "files.create",
    "files.upload",
    "files.get",
    "files.list",
    "files.delete",
    "speech.recognize",
    "speech.batchRecognize",
    "speech.operation",
    "texttospeech.synthesize",
    "texttospeech.voices",
    "storage.insert",
    "storage.upload",
    "storage.cancel",
    "storage.get",
    "storage.download",
    "storage.patch",
    "storage.delete",
    "storage.list",
    "storage.bucket",
    "storage.signed",
    "iam.token",
    "iam.signBlob",
    "live.connect",
    "live.turn",
]
VERBS: tuple[Verb, ...] = get_args(Verb)
LIVE_VERBS: frozenset[Verb] = frozenset({"live.connect", "live.turn"})  # of a WebSocket, not of a request
MEDIA_VERBS: frozenset[Verb] = frozenset({"files.upload", "storage.upload"})  # the body is a file's bytes

_MODELS = r"/v1\w*/(?:projects/[^/]+/locations/[^/]+/)?(?:publishers/google/)?models/"
_SPEECH = r"/v2/projects/[^/]+/locations/[^/]+"
_BUCKET = r"/storage/v1/b/[^/]+"
_ROUTES: tuple[tuple[str, str, Verb], ...] = (
    *(("POST", rf"{_MODELS}[^/:]+:{verb[7:]}", verb) for verb in VERBS if verb.startswith("gemini.")),
    ("GET", rf"{_MODELS}[^/:]+", "gemini.get"),
    ("POST", r"/upload/v1\w*/files", "files.create"),
    ("GET", r"/v1\w*/files", "files.list"),
    ("GET", r"/v1\w*/files/[^/]+", "files.get"),
    ("DELETE", r"/v1\w*/files/[^/]+", "files.delete"),
    ("POST", rf"{_SPEECH}/recognizers/[^/]+:recognize", "speech.recognize"),
    ("POST", rf"{_SPEECH}/recognizers/[^/]+:batchRecognize", "speech.batchRecognize"),
    ("GET", rf"{_SPEECH}/operations/[^/]+", "speech.operation"),
    ("POST", r"/v1\w*/text:synthesize", "texttospeech.synthesize"),
    ("GET", r"/v1\w*/voices", "texttospeech.voices"),
    ("POST", r"/upload/storage/v1/b/[^/]+/o", "storage.insert"),
    ("PUT", r"/upload/storage/v1/b/[^/]+/o", "storage.upload"),
    ("DELETE", r"/upload/storage/v1/b/[^/]+/o", "storage.cancel"),
    ("GET", r"/download/storage/v1/b/[^/]+/o/.+", "storage.download"),
    ("GET", rf"{_BUCKET}/o", "storage.list"),
    ("GET", rf"{_BUCKET}/o/.+", "storage.get"),
    ("PATCH", rf"{_BUCKET}/o/.+", "storage.patch"),
    ("DELETE", rf"{_BUCKET}/o/.+", "storage.delete"),
    ("GET|PATCH", _BUCKET, "storage.bucket"),
    ("POST", r"/token", "iam.token"),
    ("POST", r"/v1/projects/-/serviceAccounts/[^/]+:signBlob", "iam.signBlob"),
    ("GET|HEAD|OPTIONS", r"/[^/]+/.+", "storage.signed"),
)
_PATTERNS = [(re.compile(method), re.compile(path), verb) for method, path, verb in _ROUTES]


def verb_of(method: str, path: str, query: str) -> Verb | None:
    for methods, pattern, verb in _PATTERNS:
        if methods.fullmatch(method) and pattern.fullmatch(path):
            # The second step of a Files API upload goes to the first one's path.
            return "files.upload" if verb == "files.create" and "upload_id" in parse_qs(query) else verb
    return None


def model_of(path: str) -> str | None:
    """The model a Gemini path names, as it was asked for."""
    match = re.search(r"/models/([^/:]+)", path)
    return match[1] if match else None
