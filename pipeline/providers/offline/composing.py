"""Joining whole sentences into a message."""

import zlib
from collections.abc import Sequence

from pipeline.providers.sentences import sentences


class Draft:
    """Remembers what was said, so that no sentence comes twice in one message."""

    def __init__(self, *said: str) -> None:
        self._said = {sentence for text in said for sentence in full_sentences(text)}

    def say(self, *texts: str) -> str:
        """The texts' sentences that were not said yet, joined."""
        fresh = dict.fromkeys(s for text in texts for s in full_sentences(text) if s not in self._said)
        self._said.update(fresh)
        return "".join(fresh)

    def is_new(self, text: str) -> bool:
        return not self._said & set(full_sentences(text))


def full_sentences(text: str) -> list[str]:
    """The sentences of a curriculum text, each closed by a mark."""
    return [found if found[-1] in "。！？!?」" else f"{found}。" for found in sentences(text)]


def opening(text: str, characters: int) -> str:
    """The first sentences that fit into that many characters, one at least."""
    kept = ""
    for sentence in full_sentences(text):
        if kept and len(kept) + len(sentence) > characters:
            break
        kept += sentence
    return kept


def pick(options: Sequence[str], *keys: object) -> str:
    """One of the options, always the same for the same keys, so that a retried stage says the same."""
    return options[zlib.crc32("|".join(map(str, keys)).encode()) % len(options)]
