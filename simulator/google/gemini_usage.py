"""Counting tokens plausibly: media by length, text by its letters."""

import re
from collections.abc import Iterable
from typing import Any

from simulator.google.gemini_media import Medium

LATIN_LETTERS_A_TOKEN = 4
OTHER_LETTERS_A_TOKEN = 1.4  # Japanese
THOUGHT_TOKENS = {"MINIMAL": 0, "LOW": 90, "MEDIUM": 420, "HIGH": 1400}
_LATIN = re.compile(r"[\x00-\x7f]")


def text_tokens(text: str) -> int:
    latin = len(_LATIN.findall(text))
    return round(latin / LATIN_LETTERS_A_TOKEN + (len(text) - latin) / OTHER_LETTERS_A_TOKEN)


def texts_of(body: dict[str, Any]) -> list[str]:
    """Every text the request brings, the system instruction first."""
    contents = [body.get("systemInstruction"), *(body.get("contents") or [])]
    parts = [each for content in contents if isinstance(content, dict) for each in content.get("parts") or []]
    return [str(each["text"]) for each in parts if isinstance(each, dict) and "text" in each]


def prompt_tokens(body: dict[str, Any], media: Iterable[Medium]) -> dict[str, int]:
    """By modality."""
    tokens = {"TEXT": max(1, sum(map(text_tokens, texts_of(body))))}
    for medium in media:
        for modality, count in medium.tokens.items():
            tokens[modality] = tokens.get(modality, 0) + count
    return tokens


def thought_tokens(config: dict[str, Any]) -> int:
    thinking = config.get("thinkingConfig") or {}
    if "thinkingBudget" in thinking:
        return max(0, min(int(thinking["thinkingBudget"]), THOUGHT_TOKENS["MEDIUM"]))
    return THOUGHT_TOKENS[str(thinking.get("thinkingLevel", "MEDIUM")).upper()]


def by_modality(tokens: dict[str, int]) -> list[dict[str, Any]]:
    return [{"modality": modality, "tokenCount": count} for modality, count in tokens.items()]


def usage_metadata(prompt: dict[str, int], answer: int, thoughts: int, *, on_vertex: bool) -> dict[str, Any]:
    usage = {
        "promptTokenCount": sum(prompt.values()),
        "promptTokensDetails": by_modality(prompt),
        "candidatesTokenCount": answer,
        "thoughtsTokenCount": thoughts,
        "totalTokenCount": sum(prompt.values()) + answer + thoughts,
    }
    if on_vertex:
        usage |= {"trafficType": "ON_DEMAND", "candidatesTokensDetails": by_modality({"TEXT": answer})}
    return usage
