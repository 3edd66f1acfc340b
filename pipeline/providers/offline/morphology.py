"""Japanese word by word: what entities and speech lengths are read from."""

import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from pipeline.providers.offline.packages import require


@dataclass(frozen=True)
class Word:
    surface: str
    lemma: str  # Sudachi's normalized form: かたい, 固い and 硬い are one
    base: str  # dictionary form, spelt as spoken
    part: str  # part of speech, e.g. 動詞
    subpart: str  # e.g. 接続助詞
    conjugation: str  # e.g. 五段-カ行, "*" without one
    inflection: str  # e.g. 終止形-一般, "*" without one
    reading: str  # katakana

    @property
    def is_mark(self) -> bool:
        return self.part in ("補助記号", "空白", "記号")


@cache
def _tokenizer() -> tuple[Any, threading.Lock]:
    sudachi = require("sudachipy", "sudachipy")
    return sudachi.Dictionary(dict="core").tokenizer(), threading.Lock()


@lru_cache(maxsize=4096)  # what writes and what judges a text asks for the same sentences again and again
def words(text: str) -> Sequence[Word]:
    """`text` divided into words, whitespace and marks among them. Raises OfflinePackageMissing."""
    tokenizer, lock = _tokenizer()  # borrowed mutably by the call: a second thread would raise
    with lock:
        return tuple(_word(each) for each in tokenizer.tokenize(unicodedata.normalize("NFKC", text)))


def _word(each: Any) -> Word:
    part, subpart, _, _, conjugation, inflection = each.part_of_speech()
    return Word(
        surface=each.surface(),
        lemma=each.normalized_form(),
        base=each.dictionary_form(),
        part=part,
        subpart=subpart,
        conjugation=conjugation,
        inflection=inflection,
        reading=each.reading_form(),
    )
