"""The checked words for each intent, read from `replies.yaml`."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import Field, TypeAdapter

from knowledge_base.catalogue import read_yaml
from knowledge_base.content import Content, DishGuide
from knowledge_base.intents.kinds import SAFETY, Intent
from knowledge_base.intents.recognition import asks_yes_or_no, is_foreign

FILE = "replies.yaml"
AGAIN = "もう一度お伝えしますね。"
ALLERGENS = "{dish}では、{allergens}を使うことが多いです。"


class Reply(Content):
    """`english` is said too where no Japanese was written; `sources` are whose advice it is."""

    text: str
    english: str = ""
    refuses: bool = False
    sources: list[str] = Field(default_factory=list)


@lru_cache(maxsize=1)
def replies() -> Mapping[Intent, Reply]:
    read = TypeAdapter(dict[Intent, Reply]).validate_python(read_yaml(Path(__file__).parent, FILE))
    assert set(read) == set(Intent)  # noqa: S101 - the file is ours
    assert all(reply.sources for intent, reply in read.items() if intent in SAFETY)  # noqa: S101
    return read


def known_reply(intent: Intent, words: str, *, dish: DishGuide | None = None, last_answer: str = "") -> str:
    """Nothing where only a coach can answer. `words` are the learner's, `last_answer` is what they were last told."""
    if intent in (Intent.REPEAT, Intent.REPHRASE) and last_answer:
        return f"{AGAIN}{last_answer.removeprefix(AGAIN)}" if intent is Intent.REPEAT else ""
    reply = replies()[intent]
    parts = [f"いいえ、{reply.text}" if reply.refuses and asks_yes_or_no(words) else reply.text]
    if intent is Intent.ALLERGY and dish is not None and dish.allergens:
        parts.append(ALLERGENS.format(dish=dish.name_ja, allergens="、".join(dish.allergens)))
    if reply.english and is_foreign(words):
        parts.append(reply.english)
    return "\n\n".join(parts)
