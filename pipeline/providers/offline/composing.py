"""Joining whole sentences into a message."""

import zlib
from collections.abc import Sequence

from pipeline.providers.sentences import sentences


class Draft:
    """Remembers its sentences, so that none comes twice in one message."""

    def __init__(self, *texts: str) -> None:
        self._sentences = {sentence for text in texts for sentence in full_sentences(text)}

    def say(self, *texts: str) -> str:
        """The texts' sentences that did not come yet, as one text."""
        new = dict.fromkeys(s for text in texts for s in full_sentences(text) if s not in self._sentences)
        self._sentences.update(new)
        return "".join(new)

    def is_new(self, text: str) -> bool:
        return not self._sentences & set(full_sentences(text))


def full_sentences(text: str) -> list[str]:
    """The sentences of a curriculum text, each with a mark at its end."""
    return [each if each[-1] in "。！？!?」" else f"{each}。" for each in sentences(text)]


def opening(text: str, characters: int) -> str:
    """The first sentences that fit into that many characters, one at least."""
    start = ""
    for sentence in full_sentences(text):
        if start and len(start) + len(sentence) > characters:
            break
        start += sentence
    return start


def pick(options: Sequence[str], *keys: object) -> str:
    """One of the options, always the same for the same keys, so that a retried stage says the same."""
    return options[zlib.crc32("|".join(map(str, keys)).encode()) % len(options)]
