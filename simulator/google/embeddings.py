"""Embeddings from letters alone: texts that share words lie near each other (Gemini API docs: Embeddings)."""

import hashlib
import re
import unicodedata
from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.google.errors import invalid
from simulator.google.gemini_models import Call, call_of
from simulator.google.gemini_usage import text_tokens
from simulator.google.requests import entries, json_body, part

FULL_DIMENSIONS = 3072
BATCH_LIMIT = 100
TASK_TYPES = frozenset(
    {
        "TASK_TYPE_UNSPECIFIED",
        "RETRIEVAL_QUERY",
        "RETRIEVAL_DOCUMENT",
        "SEMANTIC_SIMILARITY",
        "CLASSIFICATION",
        "CLUSTERING",
        "QUESTION_ANSWERING",
        "FACT_VERIFICATION",
    }
)
_GRAMMAR = re.compile(r"[ぁ-ん]+")  # pairs of hiragana are mostly endings and particles
_GRAMMAR_WEIGHT = 0.3


def vector(text: str, dimensions: int) -> list[float]:
    """Each pair of letters has a random direction of its own; only the full length is normalised, as at Google."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()
    pairs = Counter(plain[at : at + 2] for at in range(max(1, len(plain) - 1)))
    total: NDArray[np.float64] = np.zeros(FULL_DIMENSIONS)
    for pair, count in pairs.items():
        weight = _GRAMMAR_WEIGHT if _GRAMMAR.fullmatch(pair) else 1.0
        total += weight * np.sqrt(count) * _direction(pair)
    total /= np.linalg.norm(total) or 1.0
    return [round(float(value), 7) for value in total[:dimensions]]


def _direction(pair: str) -> NDArray[np.float64]:
    digest = hashlib.shake_256(pair.encode()).digest(FULL_DIMENSIONS // 8)
    return np.unpackbits(np.frombuffer(digest, np.uint8)).astype(np.float64) * 2 - 1


async def embed_content(request: Request) -> Response:
    call, body = call_of(request, "embed"), json_body(request)
    config = part(body, "embedContentConfig") or body
    answer: dict[str, Any] = {"embedding": {"values": _embedding(call, body, config)}}
    if call.backend == "vertex":
        answer["usageMetadata"] = {"promptTokenCount": text_tokens(_text(body))}
    return JSONResponse(answer)


async def batch_embed_contents(request: Request) -> Response:
    call, body = call_of(request, "embed"), json_body(request)
    requests = entries(body, "requests")
    if not 1 <= len(requests) <= BATCH_LIMIT:
        message = f"at most {BATCH_LIMIT} requests can be in one batch"
        raise invalid(f"* BatchEmbedContentsRequest.requests: {message}")
    return JSONResponse({"embeddings": [{"values": _embedding(call, each, each)} for each in requests]})


async def predict(request: Request) -> Response:
    """Vertex AI's way to gemini-embedding-001, which takes one text a request there."""
    call, body = call_of(request, "embed"), json_body(request)
    instances, parameters = entries(body, "instances"), part(body, "parameters")
    if len(instances) != 1:
        raise invalid("The model supports one instance per request.")
    instance = instances[0]
    text = str(instance.get("content", ""))
    _check(call, text, instance.get("taskType"))
    dimensions = _dimensions(parameters.get("outputDimensionality"))
    statistics = {"token_count": text_tokens(text), "truncated": False}
    embedding = {"values": vector(text, dimensions), "statistics": statistics}
    return JSONResponse({"predictions": [{"embeddings": embedding}]})


def _embedding(call: Call, body: dict[str, Any], config: dict[str, Any]) -> list[float]:
    text = _text(body)
    _check(call, text, config.get("taskType"))
    return vector(text, _dimensions(config.get("outputDimensionality")))


def _text(body: dict[str, Any]) -> str:
    parts = entries(part(body, "content"), "parts")
    return "".join(str(each.get("text", "")) for each in parts if isinstance(each, dict))


def _check(call: Call, text: str, task_type: object) -> None:
    """Raises GoogleError 400."""
    if not text.strip():
        raise invalid("* EmbedContentRequest.content: content is empty")
    if task_type is not None and task_type not in TASK_TYPES:
        raise invalid(f"Invalid value at 'task_type': {task_type!r}")
    if text_tokens(text) > call.model.input_limit:
        raise invalid(f"input token count exceeds the limit of {call.model.input_limit}")


def _dimensions(value: object) -> int:
    if value is None:
        return FULL_DIMENSIONS
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= FULL_DIMENSIONS:
        raise invalid(f"output_dimensionality must be between 1 and {FULL_DIMENSIONS}")
    return value
