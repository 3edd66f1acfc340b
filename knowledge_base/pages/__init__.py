"""Every word of the pages, a file each: a key and its Japanese. `common` is on all of them, `errors` on none by itself."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from knowledge_base.catalogue import ContentError, read_yaml

_FOLDER = Path(__file__).parent


@lru_cache
def page_words(page: str) -> Mapping[str, str]:
    """The words of one page and those of every page, by key. Raises ContentError."""
    return {**read_words("common"), **read_words(page)}


def read_words(page: str) -> Mapping[str, str]:
    """Raises ContentError."""
    file = f"{page}.yaml"
    words = read_yaml(_FOLDER, file)
    if not isinstance(words, dict) or not all(isinstance(text, str) and text for text in words.values()):
        raise ContentError(file, "file", "must map each key to its words")
    return {str(key): text for key, text in words.items()}
