"""What all calls share: the heavy models, each with threads of its own, so that no call's ears wait for another's thoughts."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from companion.offline.steps import Samples
from companion.offline.voice import speech_of
from pipeline.providers.offline.narrator import OpenJTalkNarrator
from pipeline.providers.offline.transcriber import WhisperTranscriber
from pipeline.stock_phrases import stock_phrases, without

# What is said in a call and in no memo.
_COMMANDS = ("もう一回言って", "三分のタイマー", "煙が出てきた")

P = ParamSpec("P")
T = TypeVar("T")


class Parts:
    def __init__(self, transcriber: WhisperTranscriber, narrator: OpenJTalkNarrator) -> None:
        self._transcriber, self._narrator = transcriber, narrator
        self._senses = ThreadPoolExecutor(2, "companion-senses")
        self._mind = ThreadPoolExecutor(1, "companion-mind")  # Whisper takes two cores by itself
        self._voice = ThreadPoolExecutor(1, "companion-voice")

    def close(self) -> None:
        for pool in (self._senses, self._mind, self._voice):
            pool.shutdown(wait=False, cancel_futures=True)

    def warm(self) -> None:
        """So that the first question need not wait for the model."""
        self._mind.submit(self._transcriber.load)

    async def sense(self, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        return await _in(self._senses, work, *given, **named)

    async def think(self, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        return await _in(self._mind, work, *given, **named)

    async def words_of(self, samples: Samples, phrases: Sequence[str]) -> str:
        return await _in(self._mind, self._words_of, samples, phrases)

    async def speech_of(self, sentence: str) -> bytes:
        return await _in(self._voice, speech_of, self._narrator, sentence)

    def _words_of(self, samples: Samples, phrases: Sequence[str]) -> str:
        """Without what a recogniser says to a film's viewers where nobody speaks."""
        text = self._transcriber.transcribe_samples(samples, phrases=[*_COMMANDS, *phrases]).text
        return without(text, [each for each in stock_phrases(text) if each.is_viewers])


async def _in(pool: Executor, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, partial(work, *given, **named))
