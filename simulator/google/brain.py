"""What the desk's model says when nothing is scripted: it reads the prompt and fills the schema it was given.

It knows coaching prompts by the names of the properties they ask for; any other schema is filled by type.
"""

import json
from collections.abc import Callable, Collection
from typing import Any

from simulator.google.brain_analysis import COOKING, analysis
from simulator.google.brain_coaching import coaching
from simulator.google.brain_judgement import judgement
from simulator.google.brain_narration import narration
from simulator.google.brain_talk import answer, entities
from simulator.google.prompt_text import Prompt
from simulator.google.schemas import Schema, fit, properties_of, response_schema

# What a request is for, by properties that only its schema has.
PURPOSES = {
    "analysis": {"events", "key_moment"},
    "judgement": {"key_moment", "diagnosis"},
    "coaching": {"mondaiten", "next_action"},
    "narration": {"part1", "part2"},
    "entities": {"identified_issues"},
    "transcript": {"transcript"},
    "answer": {"answer"},
}
PLAIN_ANSWER = "鍋の音と色を手がかりに、ひとつずつ確かめていきましょう。"


def purpose_of(properties: Collection[str]) -> str | None:
    return next((purpose for purpose, marks in PURPOSES.items() if marks <= set(properties)), None)


def names_of(body: object) -> frozenset[str]:
    """What a request can be known by: its schema's properties, and their purpose."""
    properties = properties_of(response_schema(body))
    purpose = purpose_of(properties)
    return frozenset(properties) | ({purpose} if purpose else frozenset())


def reply(
    text: str,
    schema: Schema | None,
    seconds: float | None,
    hear: Callable[[], str],
    see: Callable[[], str] = lambda: COOKING,
) -> str:
    """`seconds` is the length of the video that came along, `hear` yields what its audio says, `see` what its
    pictures show, in the schema's words for footage."""
    if schema is None:
        return PLAIN_ANSWER
    prompt, properties = Prompt(text), properties_of(schema)
    values: dict[str, Any] = {"transcript": hear()} if "transcript" in properties else {}
    purpose = purpose_of(properties)
    if purpose == "analysis":
        values |= analysis(prompt, schema, seconds, see())
    elif purpose == "judgement":
        values |= judgement(prompt)
    elif purpose == "coaching":
        values |= coaching(prompt)
    elif purpose == "narration":
        values |= narration(prompt)
    elif purpose == "answer":
        values |= answer(prompt)
    if "identified_issues" in properties:
        values |= entities(values.get("transcript") or prompt.fence(""))
    return json.dumps(fit(schema, values or None), ensure_ascii=False)
