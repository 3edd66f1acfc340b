"""Gemini over REST, the Developer API and Vertex AI alike (Gemini API docs: generateContent, countTokens)."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.google import embeddings
from simulator.google.brain import reply
from simulator.google.brain_analysis import COOKING, TOO_DARK
from simulator.google.faults import ANSWER_KINDS
from simulator.google.gemini_answers import Answer, cap, spoil
from simulator.google.gemini_checks import check_generation
from simulator.google.gemini_media import Medium, media_of
from simulator.google.gemini_models import call_of
from simulator.google.gemini_usage import by_modality, prompt_tokens, texts_of, thought_tokens
from simulator.google.media import is_black, is_silent
from simulator.google.requests import crossing_of, entries, google_of, json_body, part, subject_of
from simulator.google.schemas import response_schema
from simulator.google.state import Google


async def generate_content(request: Request) -> Response:
    return JSONResponse((await _answer(request)).response())


async def stream_generate_content(request: Request) -> Response:
    frames = (await _answer(request)).stream()
    if request.query_params.get("alt") != "sse":
        return JSONResponse(frames)
    body = "".join(f"data: {json.dumps(frame, ensure_ascii=False)}\r\n\r\n" for frame in frames)
    return Response(body, media_type="text/event-stream")


async def count_tokens(request: Request) -> Response:
    google, call, body = google_of(request), call_of(request, "generate"), json_body(request)
    generation = part(body, "generateContentRequest") or body
    check_generation(call, generation)
    tokens = prompt_tokens(generation, await media_of(google, call, generation))
    return JSONResponse({"totalTokens": sum(tokens.values()), "promptTokensDetails": by_modality(tokens)})


async def get_model(request: Request) -> Response:
    call = call_of(request)
    model = call.model
    if call.backend == "vertex":
        return JSONResponse({"name": f"publishers/google/models/{model.id}", "versionId": "default"})
    methods = ["embedContent"] if model.kind == "embed" else ["generateContent", "countTokens"]
    return JSONResponse(
        {
            "name": f"models/{model.id}",
            "version": "001",
            "displayName": model.id,
            "inputTokenLimit": model.input_limit,
            "outputTokenLimit": model.output_limit,
            "supportedGenerationMethods": methods,
        }
    )


async def _answer(request: Request) -> Answer:
    google, call, body = google_of(request), call_of(request, "generate"), json_body(request)
    check_generation(call, body)
    media = await media_of(google, call, body)
    config, subject = part(body, "generationConfig"), subject_of(request)
    script = google.script.answer(subject)
    text = script.text() if script else await asyncio.to_thread(_think, google, body, media)
    answer = Answer(
        text=text,
        finish="STOP",
        model_version=call.model.version,
        prompt=prompt_tokens(body, media),
        thoughts=thought_tokens(config),
        video_seconds=max((each.seconds for each in media if each.has_video), default=0),
        on_vertex=call.backend == "vertex",
    )
    answer = cap(answer, config.get("maxOutputTokens"))
    fault = google.faults.take(lambda fault: fault.kind in ANSWER_KINDS and fault.fits(subject))
    if fault is None:
        return answer
    crossing_of(request).fault = fault.kind
    return spoil(answer, fault.kind)


def _think(google: Google, body: dict[str, Any], media: list[Medium]) -> str:
    prompt = "\n\n".join(texts_of({"contents": entries(body, "contents")}))
    seconds = next((each.seconds for each in media if each.has_video), None)
    return reply(prompt, response_schema(body), seconds, _hearing(google, media), _seeing(media))


def _hearing(google: Google, media: list[Medium]) -> Callable[[], str]:
    def hear() -> str:
        silent = all("AUDIO" not in each.tokens or is_silent(each.source) for each in media)
        return "" if silent else google.script.transcript(google.config.transcript)

    return hear


def _seeing(media: list[Medium]) -> Callable[[], str]:
    def see() -> str:
        videos = [each.source for each in media if each.has_video]
        return TOO_DARK if videos and all(is_black(each) for each in videos) else COOKING

    return see


def _routes() -> Iterator[Route]:
    handlers = {
        "generateContent": generate_content,
        "streamGenerateContent": stream_generate_content,
        "countTokens": count_tokens,
        "embedContent": embeddings.embed_content,
        "batchEmbedContents": embeddings.batch_embed_contents,
        "predict": embeddings.predict,
    }
    vertex = "/{version}/projects/{project}/locations/{location}/publishers/google/models/{model}"
    for verb, handler in handlers.items():
        if verb != "predict":
            yield Route("/{version}/models/{model}:" + verb, handler, methods=["POST"])
        if verb != "batchEmbedContents":
            yield Route(f"{vertex}:{verb}", handler, methods=["POST"])
    for path in ("/{version}/models/{model}", "/{version}/publishers/google/models/{model}", vertex):
        yield Route(path, get_model, methods=["GET"])


routes = list(_routes())
