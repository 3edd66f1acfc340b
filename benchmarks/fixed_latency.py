"""Providers that take as long as real ones and answer with fixed words, so that what is left is our own time.

The seconds are the order of the real services' on a clip of half a minute.
"""

import time
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge_base.phrasebook import address
from models.coaching import (
    CoachingText,
    CookingEvent,
    NarrationScript,
    StructuredInput,
    Usage,
    VideoAnalysis,
)
from pipeline.providers.ports import (
    AnalysisBrief,
    CoachingBrief,
    Footage,
    Look,
    Providers,
    QuestionBrief,
    Repair,
    SpokenSentence,
    Transcript,
    Vector,
)
from pipeline.providers.registry import ProviderSets
from settings import Settings
from storage.google_credentials import GoogleCredentials
from storage.store import ObjectStore

# Seconds of each call.
TRANSCRIBE = 1.0
ENTITIES = 0.5
ANALYZE = 3.0
EMBED = 0.2
COACHING = 1.5
NARRATION = 1.0
SPEAK = 0.5
ANSWER = 1.0

MODEL = "fixed-latency"
DIMENSIONS = 768
SPEECH_RATE = 24_000  # Hz
SENTENCE_SECONDS = 2.0

_USAGE = Usage(provider=MODEL)
_MEMO = "味はよかったです。パラパラにするにはどうすればいいですか。"
_COACHING = CoachingText(
    mondaiten="卵に火が入りすぎてから、ご飯を入れていました。",
    skill="卵は余熱でも固まります。やわらかいうちにご飯と合わせましょう。",
    next_action="卵のふちが固まりはじめたら、すぐにご飯を入れてください。",
    success_sign="ご飯の一粒ずつに、卵のつやがまとっています。",
    provider=MODEL,
)


@dataclass(frozen=True)
class FixedLatency:
    """All providers in one. `share` of the seconds is taken."""

    share: float = 1.0
    model = MODEL
    pace = None  # a tone for each sentence: its length says nothing of the words

    def transcribe(self, audio: Path, *, phrases: Sequence[str], uri: str | None = None) -> Transcript:
        self._take(TRANSCRIBE)
        return Transcript(_MEMO, _USAGE)

    def analyze(
        self, footage: Footage, brief: AnalysisBrief, repair: Repair | None = None
    ) -> tuple[Look, Usage]:
        self._take(ANALYZE)
        analysis = VideoAnalysis(
            cooking_events=[CookingEvent(t="0:01", t_seconds=1, event="卵が入りました")],
            key_moment_timestamp="0:01",
            key_moment_seconds=1,
            diagnosis=_COACHING.mondaiten,
            provider=MODEL,
        )
        return analysis, _USAGE

    def reconsider(
        self, analysis: VideoAnalysis, brief: AnalysisBrief, repair: Repair | None = None
    ) -> tuple[VideoAnalysis, Usage]:
        return analysis, _USAGE

    def embed_documents(self, texts: Sequence[str]) -> list[Vector]:
        return [_vector(text) for text in texts]

    def embed_query(self, text: str) -> Vector:
        self._take(EMBED)
        return _vector(text)

    def extract_entities(self, transcript: str) -> tuple[StructuredInput, Usage]:
        self._take(ENTITIES)
        return StructuredInput(questions=[transcript], provider=MODEL), _USAGE

    def coaching_text(self, brief: CoachingBrief, repair: Repair | None = None) -> tuple[CoachingText, Usage]:
        self._take(COACHING)
        praise = f"{address(brief.first_name)}、火加減を落とさずに作れていました。"
        return _COACHING.model_copy(update={"praise": praise}), _USAGE

    def narration(
        self, brief: CoachingBrief, coaching: CoachingText, repair: Repair | None = None
    ) -> tuple[NarrationScript, Usage]:
        self._take(NARRATION)
        script = NarrationScript(
            part1=f"{address(brief.first_name)}、よくできました。",
            pivot="動画を使ってそのポイントを見てみましょう。",
            part2="ここで音を聞いてください。",
            provider=MODEL,
        )
        return script, _USAGE

    def answer(self, brief: QuestionBrief, repair: Repair | None = None) -> tuple[str, Usage]:
        self._take(ANSWER)
        return _COACHING.skill, _USAGE

    def speak(self, sentences: Sequence[str], into: Path) -> tuple[list[SpokenSentence], Usage]:
        self._take(SPEAK)
        return tones(sentences, into), _USAGE

    def forget(self, sentences: Sequence[str]) -> None:
        """Nothing is kept."""

    def kept(self, sentences: Sequence[str]) -> Sequence[str]:
        return []

    def _take(self, seconds: float) -> None:
        time.sleep(seconds * self.share)


def tones(sentences: Sequence[str], into: Path, seconds: float = SENTENCE_SECONDS) -> list[SpokenSentence]:
    """Stands for speech: a tone of so many seconds for each sentence."""
    samples = np.sin(np.arange(int(SPEECH_RATE * seconds)) * 0.06) * 9_000
    speech = []
    for index, sentence in enumerate(sentences):
        path = into / f"{index}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SPEECH_RATE)
            file.writeframes(samples.astype("<i2").tobytes())
        speech.append(SpokenSentence(sentence, path, seconds))
    return speech


def _vector(text: str) -> Vector:
    vector = np.random.default_rng(len(text)).standard_normal(DIMENSIONS)
    return [float(value) for value in vector / np.linalg.norm(vector)]


def build(
    _settings: Settings, _store: ObjectStore, _credentials: GoogleCredentials, share: float = 1.0
) -> ProviderSets:
    one = FixedLatency(share)
    providers = Providers(transcriber=one, analyst=one, embedder=one, coach=one, narrator=one)
    return ProviderSets(usual=providers, fallback=providers)
