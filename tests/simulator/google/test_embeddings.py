"""Embeddings through google-genai, both backends."""

import math
from collections.abc import Sequence
from typing import Any

import pytest
from google import genai
from google.genai import errors, types

from simulator.google.client import GoogleDesk
from simulator.google.config import GoogleConfig
from tests.simulator.google.conftest import options

MODEL = "gemini-embedding-001"
TEXTS = [
    "油から煙が立ったら火を止めます。",
    "煙が立つ前に油へ食材を入れます。",
    "出汁は昆布を水から温めます。",
]


def embed(client: genai.Client, texts: Sequence[str], **config: Any) -> list[list[float]]:
    contents: list[types.PartUnionDict] = [*texts]
    answer = client.models.embed_content(
        model=MODEL, contents=contents, config=types.EmbedContentConfig(**config)
    )
    return [embedding.values or [] for embedding in answer.embeddings or []]


def length(vector: Sequence[float]) -> float:
    return math.sqrt(math.fsum(value * value for value in vector))


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True)) / length(one) / length(other)


@pytest.mark.parametrize("dimensions", [None, 768])
def test_texts_that_share_words_lie_near_each_other(gemini: genai.Client, dimensions: int | None) -> None:
    smoke, oil, stock = embed(gemini, TEXTS, output_dimensionality=dimensions, task_type="RETRIEVAL_DOCUMENT")
    assert len(smoke) == (dimensions or 3072)
    assert cosine(smoke, oil) > cosine(smoke, stock) + 0.1
    assert embed(gemini, TEXTS[:1], output_dimensionality=dimensions) == [smoke]


def test_only_the_full_length_is_normalised(gemini: genai.Client) -> None:
    assert length(embed(gemini, TEXTS[:1])[0]) == pytest.approx(1, abs=1e-3)
    assert length(embed(gemini, TEXTS[:1], output_dimensionality=768)[0]) < 0.7


def test_a_batch_has_a_limit(gemini: genai.Client) -> None:
    assert len(embed(gemini, ["卵"] * 100, output_dimensionality=8)) == 100
    with pytest.raises(errors.ClientError, match="at most 100"):
        embed(gemini, ["卵"] * 101)


def test_vertex_takes_one_text_a_request(vertex: genai.Client, gemini: genai.Client) -> None:
    config = {"output_dimensionality": 768, "task_type": "RETRIEVAL_QUERY"}
    assert embed(vertex, TEXTS[:1], **config) == embed(gemini, TEXTS[:1], **config)
    with pytest.raises(errors.ClientError, match="one instance"):
        embed(vertex, TEXTS)


@pytest.mark.parametrize(
    ("texts", "settings", "message"),
    [
        ([" "], {}, "empty"),
        (["卵"], {"task_type": "COOKING"}, "task_type"),
        (["卵"], {"output_dimensionality": 4000}, "output_dimensionality"),
        (["卵" * 4000], {}, "token count"),
    ],
)
def test_what_cannot_be_embedded_is_refused(
    gemini: genai.Client, texts: list[str], settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(errors.ClientError, match=message):
        embed(gemini, texts, **settings)


def test_a_single_text_may_be_asked_for_alone(desk: GoogleDesk, config: GoogleConfig) -> None:
    """The SDK batches even one; other clients don't."""
    client = genai.Client(api_key=config.api_key, http_options=options(desk))
    answer = client._api_client.request(
        "post", f"models/{MODEL}:embedContent", {"content": {"parts": [{"text": "卵"}]}}
    )
    assert '"embedding"' in (answer.body or "")
    client.close()


def test_generating_models_embed_nothing(gemini: genai.Client) -> None:
    with pytest.raises(errors.ClientError, match="404"):
        gemini.models.embed_content(model="gemini-3.8-flash", contents="卵")
