"""Turning what the model thought into a GenerateContentResponse, and spoiling it on demand."""

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.google.gemini_usage import text_tokens, usage_metadata
from simulator.google.prompt_text import CLOCK

OTHER_MODEL = "gemini-3.5-flash-lite"
NEW_FINISH_REASON = "STOPPED_FOR_A_NEW_REASON"  # enums grow; clients must survive it
LOOP_DIGITS = 4000
LOOP_WORDS = "油の煙が見えたら"
LOOP_TIMES = 60
PAST_THE_END_SECONDS = 30
THOUGHT_LEAK = "**Examining the pan**\n\nI'm looking at the oil before the first ingredient goes in.\n\n"


@dataclass(frozen=True)
class Answer:
    """`text` None leaves the candidate without content; `finish` None leaves out the candidate itself."""

    text: str | None
    finish: str | None
    model_version: str
    prompt: dict[str, int]  # tokens by modality
    thoughts: int
    video_seconds: float = 0
    on_vertex: bool = False
    block_reason: str | None = None
    response_id: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    def response(self) -> dict[str, Any]:
        return self._frame(self._candidates(self.text, self.finish)) | {"usageMetadata": self._usage()}

    def stream(self, pieces: int = 4) -> list[dict[str, Any]]:
        """The same answer in pieces; the last one carries how it ended and what it took."""
        if not self.text or self.finish is None:
            return [self.response()]
        step = -(-len(self.text) // pieces)
        parts = [self.text[at : at + step] for at in range(0, len(self.text), step)]
        frames = [self._frame(self._candidates(each, None)) for each in parts[:-1]]
        last = self._frame(self._candidates(parts[-1], self.finish)) | {"usageMetadata": self._usage()}
        return [*frames, last]

    def _frame(self, candidates: list[dict[str, Any]]) -> dict[str, Any]:
        frame: dict[str, Any] = {"modelVersion": self.model_version, "responseId": self.response_id}
        if self.block_reason:
            frame["promptFeedback"] = {"blockReason": self.block_reason}
        return ({"candidates": candidates} if candidates else {}) | frame

    def _candidates(self, text: str | None, finish: str | None) -> list[dict[str, Any]]:
        if self.finish is None:
            return []
        candidate: dict[str, Any] = {"index": 0}
        if text is not None:
            candidate["content"] = {"role": "model", "parts": [{"text": text}]}
        if finish is not None:
            candidate["finishReason"] = finish
        return [candidate]

    def _usage(self) -> dict[str, Any]:
        answer_tokens = text_tokens(self.text or "")
        return usage_metadata(self.prompt, answer_tokens, self.thoughts, on_vertex=self.on_vertex)


def cap(answer: Answer, limit: int | None) -> Answer:
    """Thoughts count against maxOutputTokens, so a small cap can leave no text at all (python-genai issue 1039)."""
    if limit is None or answer.text is None:
        return answer
    room = max(0, limit - answer.thoughts)
    tokens = text_tokens(answer.text)
    if tokens <= room:
        return answer
    start = answer.text[: len(answer.text) * room // tokens]
    return replace(answer, text=start or None, finish="MAX_TOKENS", thoughts=min(answer.thoughts, limit))


def spoil(answer: Answer, kind: str) -> Answer:
    return _SPOILERS[kind](answer)


def _truncate(answer: Answer) -> Answer:
    text = answer.text or ""
    return replace(answer, text=text[: len(text) // 2], finish="MAX_TOKENS")


def _number_loop(answer: Answer) -> Answer:
    """A number that never ends (google-gemini/cookbook issue 1288)."""
    text = answer.text or ""
    number = re.search(r"\d", text)
    return replace(
        answer, text=text[: number.end() if number else 1] + "0" * LOOP_DIGITS, finish="MAX_TOKENS"
    )


def _word_loop(answer: Answer) -> Answer:
    """The same words over and over in a valid answer."""
    loop = LOOP_WORDS * LOOP_TIMES
    try:
        value = json.loads(answer.text or "")
    except ValueError:
        return replace(answer, text=loop)
    return replace(answer, text=json.dumps(_loop_longest(value, loop), ensure_ascii=False))


def _loop_longest(value: dict[str, Any], loop: str) -> dict[str, Any]:
    """The longest of an object's strings replaced."""
    strings = {name: len(entry) for name, entry in value.items() if isinstance(entry, str)}
    return value | {max(strings, key=lambda name: strings[name]): loop} if strings else value


def _past_the_end(answer: Answer) -> Answer:
    def later(match: re.Match[str]) -> str:
        seconds = int(match[1]) * 60 + int(match[2]) + int(answer.video_seconds) + PAST_THE_END_SECONDS
        return f"{seconds // 60:02}:{seconds % 60:02}"

    return replace(answer, text=CLOCK.sub(later, answer.text or ""))


def _no_video_tokens(answer: Answer) -> Answer:
    """It answers all the same (vaibkumr.github.io/blogs/gemini_tiny_videos)."""
    return replace(answer, prompt={name: count for name, count in answer.prompt.items() if name != "VIDEO"})


_SPOILERS: dict[str, Callable[[Answer], Answer]] = {
    "truncated": _truncate,
    "number_loop": _number_loop,
    "word_loop": _word_loop,
    "prompt_blocked": lambda a: replace(
        a, text=None, finish=None, thoughts=0, block_reason="PROHIBITED_CONTENT"
    ),
    "safety": lambda a: replace(a, text=None, finish="SAFETY"),
    "recitation": lambda a: replace(a, text=None, finish="RECITATION"),
    "no_candidates": lambda a: replace(a, text=None, finish=None),
    "no_video_tokens": _no_video_tokens,
    "past_the_end": _past_the_end,
    "model_swap": lambda a: replace(a, model_version=OTHER_MODEL),
    "unknown_finish": lambda a: replace(a, finish=NEW_FINISH_REASON),
    "thoughts_leak": lambda a: replace(a, text=THOUGHT_LEAK + (a.text or "")),
}
