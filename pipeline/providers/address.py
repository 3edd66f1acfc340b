"""Who has told no name is called シェフ, which is no name: whoever wrote the words, no さん stands behind it."""

from typing import TypeVar

from pydantic import BaseModel

from knowledge_base.phrasebook import NAMELESS, address

M = TypeVar("M", bound=BaseModel)


def without_false_name(text: str) -> str:
    return text.replace(f"{NAMELESS}さん", address(NAMELESS))


def to_nobody_by_name(words: M) -> M:
    """The same of all its texts."""
    return type(words).model_validate_json(without_false_name(words.model_dump_json()))
