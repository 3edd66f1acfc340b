"""Splitting Japanese text into sentences: the unit of captions and of synthesis."""

import re

# A closing bracket or a second mark belongs to the sentence it ends; a newline ends one without a mark.
SENTENCE = re.compile(r"[^。！？!?\n]*[。！？!?]+[」』）)]*|[^。！？!?\n]+")


def sentences(text: str) -> list[str]:
    """The sentences of `text` in order, marks kept, without empty ones."""
    return [sentence for match in SENTENCE.finditer(text) if (sentence := match.group().strip())]
