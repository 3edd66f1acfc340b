"""Embeddings: 768 numbers of length 1, asked for in the way each model wants."""

import math

import pytest

from pipeline.providers import ledger
from pipeline.providers.google import gemini
from pipeline.providers.google.clients import gemini_client
from pipeline.providers.google.gemini import Unavailable
from pipeline.providers.loading import providers
from pipeline.providers.ports import Providers
from settings import settings
from simulator.google.client import GoogleDesk


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gemini, "FIRST_WAIT", 0.01)


def length(vector: list[float]) -> float:
    return math.sqrt(math.fsum(value * value for value in vector))


def test_a_query_is_one_vector_of_length_one(google: GoogleDesk, built: Providers) -> None:
    with ledger.kept() as calls:
        vector = built.embedder.embed_query("煙が出ました")
    assert len(vector) == 768
    assert length(vector) == pytest.approx(1)
    request = google.log(verb="gemini.batchEmbedContents")[-1].request["requests"][0]
    assert (request["taskType"], request["outputDimensionality"]) == ("RETRIEVAL_QUERY", 768)
    assert (calls[0].purpose, calls[0].outcome) == ("retrieval_query", "ok")
    assert calls[0].cost_usd > 0


def test_documents_go_a_hundred_at_a_time(google: GoogleDesk, built: Providers) -> None:
    before = len(google.log(verb="gemini.batchEmbedContents"))
    vectors = built.embedder.embed_documents([f"原則{number}" for number in range(183)])
    requests = [
        crossing.request["requests"] for crossing in google.log(verb="gemini.batchEmbedContents")[before:]
    ]
    assert [len(each) for each in requests] == [100, 83]
    assert {each["taskType"] for each in requests[0]} == {"RETRIEVAL_DOCUMENT"}
    assert len(vectors) == 183
    assert all(length(vector) == pytest.approx(1) for vector in vectors)


def test_the_newer_model_is_told_the_task_in_words(
    google: GoogleDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBEDDING_MODEL", "gemini-embedding-2")
    settings.cache_clear()
    embedder = providers().embedder
    assert embedder.model == "gemini-embedding-2"
    assert len(embedder.embed_documents(["一", "二"])) == 2  # not merged into one
    crossed = [c for c in google.log() if c.verb in ("gemini.embedContent", "gemini.batchEmbedContents")][-1]
    assert "task: search result" not in str(crossed.request)
    assert "taskType" not in str(crossed.request)
    embedder.embed_query("煙")
    crossed = [c for c in google.log() if c.verb in ("gemini.embedContent", "gemini.batchEmbedContents")][-1]
    assert "task: search result | query: 煙" in str(crossed.request)


def test_vertex_takes_one_text_a_request(google: GoogleDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GEMINI_API_KEY")
    settings.cache_clear()
    gemini_client.cache_clear()
    before = len(google.log())
    assert len(providers().embedder.embed_documents(["一", "二", "三"])) == 3
    asked = [c for c in google.log()[before:] if c.verb and c.verb.startswith("gemini")]
    assert len(asked) == 3


def test_an_overload_is_tried_again_and_given_back_when_it_lasts(
    google: GoogleDesk, built: Providers
) -> None:
    google.fault("gemini", "unavailable", times=1)
    assert len(built.embedder.embed_query("煙")) == 768
    google.fault("gemini", "unavailable")
    with ledger.kept() as calls, pytest.raises(Unavailable):
        built.embedder.embed_query("煙")
    assert len(calls) == settings().gemini_attempts
