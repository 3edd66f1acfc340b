"""gemini-embedding: 768 numbers for each text, of length 1, made for the side of the search it stands on."""

import json
import math
import time
from collections.abc import Sequence

import httpx2
from google import genai
from google.genai import errors, types

from models.coaching import ModelCall
from pipeline.providers import ledger
from pipeline.providers.google import prices
from pipeline.providers.google.gemini import PROVIDER, Unavailable, retrying, typed_error
from pipeline.providers.ports import ProviderError, ProviderRefused, Vector
from settings import Settings

DIMENSIONS = 768
TEXTS_PER_REQUEST = 100  # of the Developer API; Vertex AI takes one
DOCUMENT, QUERY = "RETRIEVAL_DOCUMENT", "RETRIEVAL_QUERY"


class GeminiEmbedder:
    def __init__(self, client: genai.Client, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self.model = settings.embedding_model

    def embed_documents(self, texts: Sequence[str]) -> list[Vector]:
        """Raises ProviderError."""
        step = 1 if self._client.vertexai else TEXTS_PER_REQUEST
        batches = [texts[start : start + step] for start in range(0, len(texts), step)]
        return [vector for batch in batches for vector in self._embed(batch, DOCUMENT)]

    def embed_query(self, text: str) -> Vector:
        return self._embed([text], QUERY)[0]

    def _embed(self, texts: Sequence[str], task: str) -> list[Vector]:
        return retrying(self._settings)(self._call, texts, task)

    def _call(self, texts: Sequence[str], task: str) -> list[Vector]:
        started, outcome = time.monotonic(), "ok"
        characters = sum(map(len, texts))
        try:
            return self._request(texts, task)
        except ProviderError as error:
            outcome = type(error).__name__
            raise
        finally:
            ledger.add(
                ModelCall(
                    purpose=task.lower(),
                    model=self.model,
                    answered_by=self.model if outcome == "ok" else "",
                    outcome=outcome,
                    characters=characters,
                    seconds=round(time.monotonic() - started, 3),
                    cost_usd=prices.embedding(self.model, characters) if outcome == "ok" else 0.0,
                ),
                PROVIDER,
            )

    def _request(self, texts: Sequence[str], task: str) -> list[Vector]:
        # gemini-embedding-2 knows no task type and merges a list of strings into one content: each text is
        # a content of its own, with its task before it.
        newer = self.model.startswith("gemini-embedding-2")
        side = "task: search result | query: " if task == QUERY else "title: none | text: "
        contents = [
            types.Content(parts=[types.Part(text=f"{side}{text}" if newer else text)]) for text in texts
        ]
        config = types.EmbedContentConfig(output_dimensionality=DIMENSIONS, task_type=None if newer else task)
        try:
            answer = self._client.models.embed_content(
                model=self.model, contents=list(contents), config=config
            )
        except errors.APIError as error:
            raise typed_error(error) from error
        except (httpx2.HTTPError, json.JSONDecodeError) as error:
            raise Unavailable(type(error).__name__) from error
        vectors = [embedding.values or [] for embedding in answer.embeddings or []]
        if len(vectors) != len(texts) or any(len(values) != DIMENSIONS for values in vectors):
            raise ProviderRefused([f"embedding: not {len(texts)} vectors of {DIMENSIONS} numbers"])
        return [_of_length_one(values) for values in vectors]


def _of_length_one(values: Sequence[float]) -> Vector:
    """Only the full 3,072 numbers come normalised (ai.google.dev, Embeddings)."""
    length = math.sqrt(math.fsum(value * value for value in values))
    if not length:
        raise ProviderRefused(["embedding: a vector of nothing but zeros"])
    return [value / length for value in values]
