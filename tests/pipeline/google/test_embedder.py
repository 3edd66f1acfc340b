"""Embeddings: 768 numbers of length 1, asked for in the way each model wants."""

import math

import pytest

from moment.resources import Resources
from pipeline.providers import ledger
from pipeline.providers.google import gemini
from pipeline.providers.google.gemini import Unavailable
from pipeline.providers.ports import Providers
from settings import Settings
from simulator.google.client import GoogleDesk


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gemini, "FIRST_WAIT", 0.01)


def length(vector: list[float]) -> float:
    return math.sqrt(math.fsum(value * value for value in vector))


def test_a_query_is_one_vector_of_length_one(google: GoogleDesk, providers: Providers) -> None:
    with ledger.collect() as calls:
        vector = providers.embedder.embed_query("煙が出ました")
    assert len(vector) == 768
    assert length(vector) == pytest.approx(1)
    request = google.log(verb="gemini.batchEmbedContents")[-1].request["requests"][0]
    assert (request["taskType"], request["outputDimensionality"]) == ("RETRIEVAL_QUERY", 768)
    assert (calls[0].purpose, calls[0].outcome) == ("retrieval_query", "ok")
    assert calls[0].cost_usd > 0


def test_documents_go_a_hundred_at_a_time(google: GoogleDesk, providers: Providers) -> None:
    before = len(google.log(verb="gemini.batchEmbedContents"))
    vectors = providers.embedder.embed_documents([f"原則{number}" for number in range(183)])
    requests = [
        crossing.request["requests"] for crossing in google.log(verb="gemini.batchEmbedContents")[before:]
    ]
    assert [len(each) for each in requests] == [100, 83]
    assert {each["taskType"] for each in requests[0]} == {"RETRIEVAL_DOCUMENT"}
    assert len(vectors) == 183
    assert all(length(vector) == pytest.approx(1) for vector in vectors)


def test_the_newer_model_is_told_the_task_in_words(google: GoogleDesk, google_settings: Settings) -> None:
    resources = Resources(google_settings.change(embedding_model="gemini-embedding-2"))
    embedder = resources.providers.get().embedder
    assert embedder.model == "gemini-embedding-2"
    assert len(embedder.embed_documents(["一", "二"])) == 2  # not merged into one
    documents = last_request(google)
    assert "task: search result" not in documents
    assert "taskType" not in documents
    embedder.embed_query("煙")
    assert "task: search result | query: 煙" in last_request(google)


def last_request(google: GoogleDesk) -> str:
    verbs = ("gemini.embedContent", "gemini.batchEmbedContents")
    return str([crossing for crossing in google.log() if crossing.verb in verbs][-1].request)


def test_vertex_takes_one_text_a_request(google: GoogleDesk, google_settings: Settings) -> None:
    resources = Resources(google_settings.change(gemini_api_key=None))
    before = len(google.log())
    assert len(resources.providers.get().embedder.embed_documents(["一", "二", "三"])) == 3
    requests = [c for c in google.log()[before:] if c.verb and c.verb.startswith("gemini")]
    assert len(requests) == 3


def test_an_overload_is_tried_again_and_given_back_when_it_lasts(
    google: GoogleDesk, google_settings: Settings, providers: Providers
) -> None:
    google.fault("gemini", "unavailable", times=1)
    assert len(providers.embedder.embed_query("煙")) == 768
    google.fault("gemini", "unavailable")
    with ledger.collect() as calls, pytest.raises(Unavailable):
        providers.embedder.embed_query("煙")
    assert len(calls) == google_settings.gemini_attempts
