"""Providers that answer at once, for tests of everything around them: the words are fixed, the speech a tone.

`build` makes them; `Script` lets a test say what they do.
"""

import threading
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import numpy as np

from knowledge_base import arc_talk
from knowledge_base.phrasebook import address
from models.coaching import (
    CannotTell,
    CoachingText,
    CookingEvent,
    FollowUp,
    FollowUpVerdict,
    NarrationScript,
    StructuredInput,
    Unclear,
    Usage,
    VideoAnalysis,
)
from pipeline.media import encoding, storyboard
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
from services import bursts, outbox
from settings import Settings
from storage.google_credentials import GoogleCredentials
from storage.store import ObjectStore

# The renders of tests are real, but need be neither large nor well packed: nine tenths of their time would go into that.
# tests/pipeline/media renders as large as is shipped.
SHIPPED_PRESET, encoding.PRESET = encoding.PRESET, "superfast"
# Notices wait for no reply to ride on, but where a test says so: each would hold its flow for that long.
SHIPPED_PATIENCE, outbox.PATIENCE, outbox.CALM = outbox.PATIENCE, timedelta(), timedelta()
SHIPPED_SIZE = {name: getattr(storyboard, name) for name in ("WIDTH", "MIN_HEIGHT", "MAX_HEIGHT")}
storyboard.WIDTH, storyboard.MIN_HEIGHT, storyboard.MAX_HEIGHT = 180, 100, 320
# Each question of a test is whole, but for those of test_bursts.py.
SHIPPED_PAUSE, bursts.PAUSE = bursts.PAUSE, timedelta()

USAGE = Usage(provider="quick")
RATE = 24_000  # Hz
SECONDS = 1.2  # of each sentence


@dataclass
class Script:
    """What the next calls do; `new_script` resets it."""

    transcript: str = "味はよかったです。パラパラにするにはどうすればいいですか。"
    fault: str | None = None
    verdict: FollowUpVerdict = FollowUpVerdict.NOT_VISIBLE  # on what was asked before, where something was
    unclear: Unclear | None = None
    before: Callable[[str], None] = lambda call: None  # called with the call's name; may raise or wait
    calls: list[str] = field(default_factory=list)
    briefs: list[object] = field(default_factory=list)
    coaching: CoachingText = field(
        default_factory=lambda: CoachingText(
            mondaiten="ゆうこさん、卵に火が入りすぎてから、ご飯を入れていました。",
            skill="卵は余熱でも固まります。やわらかいうちにご飯と合わせましょう。",
            next_action="卵のふちが固まりはじめたら、すぐにご飯を入れてください。",
            success_sign="ご飯の一粒ずつに、卵のつやがまとっています。",
            praise="火加減を落とさずに作れていました。",
            suggested_questions=["卵の順番はなぜ？", "強火のコツは？"],
            provider="quick",
        )
    )
    answer: str = "卵は余熱でも固まります。早めに合わせてみましょう。"
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, name: str, brief: object = None) -> None:
        with self._lock:
            self.calls.append(name)
            self.briefs.append(brief)
        self.before(name)


script = Script()


def new_script() -> Script:
    """The script as it is at first. The same object: whoever has imported it sees the next test's too."""
    script.__init__()  # type: ignore[misc]
    return script


class Quick:
    """All providers in one; the script takes down each call."""

    model = "quick-1"
    pace = None  # a tone for each sentence: its length says nothing of the words

    def transcribe(self, audio: Path, *, phrases: Sequence[str], uri: str | None = None) -> Transcript:
        script.note("transcribe")
        return Transcript(script.transcript, USAGE)

    def analyze(
        self, footage: Footage, brief: AnalysisBrief, repair: Repair | None = None
    ) -> tuple[Look, Usage]:
        script.note("analyze", brief)
        if script.unclear is not None:
            return CannotTell(reason=script.unclear, provider="quick"), USAGE
        event = CookingEvent(t="0:01", t_seconds=1, event="卵が入りました")
        analysis = VideoAnalysis(
            cooking_events=[event],
            key_moment_timestamp="0:01",
            key_moment_seconds=1,
            diagnosis="卵に火が入りすぎてから、ご飯を入れていました。",
            fault=script.fault,
            follow_up=_follow_up(brief),
            provider="quick",
        )
        return analysis, USAGE

    def reconsider(
        self, analysis: VideoAnalysis, brief: AnalysisBrief, repair: Repair | None = None
    ) -> tuple[VideoAnalysis, Usage]:
        script.note("reconsider", brief)
        return analysis, USAGE

    def embed_documents(self, texts: Sequence[str]) -> list[Vector]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> Vector:
        rng = np.random.default_rng(len(text))
        vector = rng.standard_normal(768)
        return [float(value) for value in vector / np.linalg.norm(vector)]

    def extract_entities(self, transcript: str) -> tuple[StructuredInput, Usage]:
        script.note("extract_entities")
        return StructuredInput(questions=[transcript], provider="quick"), USAGE

    def coaching_text(self, brief: CoachingBrief, repair: Repair | None = None) -> tuple[CoachingText, Usage]:
        script.note("coaching_text", brief)
        return _with_last_time(address_to(brief.first_name, script.coaching), brief), USAGE

    def narration(
        self, brief: CoachingBrief, coaching: CoachingText, repair: Repair | None = None
    ) -> tuple[NarrationScript, Usage]:
        script.note("narration", brief)
        parts = NarrationScript(
            part1=f"{address(brief.first_name)}、よくできました。",
            pivot="動画を使ってそのポイントを見てみましょう。",
            part2="ここで音を聞いてください。",
            provider="quick",
        )
        return parts, USAGE

    def answer(self, brief: QuestionBrief, repair: Repair | None = None) -> tuple[str, Usage]:
        script.note("answer", brief)
        return script.answer, USAGE

    def speak(self, sentences: Sequence[str], into: Path) -> tuple[list[SpokenSentence], Usage]:
        script.note("speak")
        tone = (np.sin(np.arange(int(RATE * SECONDS)) * 0.06) * 9_000).astype("<i2").tobytes()
        speech = []
        for index, sentence in enumerate(sentences):
            path = into / f"{index}.wav"
            with wave.open(str(path), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE)
                file.writeframes(tone)
            speech.append(SpokenSentence(sentence, path, SECONDS))
        return speech, USAGE

    def forget(self, sentences: Sequence[str]) -> None:
        """Nothing is kept."""

    def kept(self, sentences: Sequence[str]) -> Sequence[str]:
        return []


def _follow_up(brief: AnalysisBrief) -> FollowUp | None:
    if brief.asked is None:
        return None
    fault = brief.asked.fault.code if brief.asked.fault else None
    if script.verdict is FollowUpVerdict.NOT_VISIBLE:
        return FollowUp(verdict=script.verdict, fault=fault)
    return FollowUp(verdict=script.verdict, fault=fault, second=1, evidence="焼ける音が大きくなっています。")


def _with_last_time(coaching: CoachingText, brief: CoachingBrief) -> CoachingText:
    """Where the script names none."""
    past = brief.analysis.follow_up
    if coaching.last_time or past is None or brief.asked is None:
        return coaching
    asked = arc_talk.asked(brief.asked.action)
    words = arc_talk.last_time(past.verdict, asked, time="0:01", evidence=past.evidence, stop_cue="")
    return coaching.model_copy(update={"last_time": words})


def address_to(first_name: str, coaching: CoachingText) -> CoachingText:
    """The script's words are to ゆうこ; whoever cooks is called by their own name."""
    return coaching.model_copy(
        update={"mondaiten": coaching.mondaiten.replace("ゆうこさん", address(first_name))}
    )


_QUICK = Quick()
PROVIDERS = Providers(transcriber=_QUICK, analyst=_QUICK, embedder=_QUICK, coach=_QUICK, narrator=_QUICK)


def build(_settings: Settings, _store: ObjectStore, _credentials: GoogleCredentials) -> ProviderSets:
    return ProviderSets(usual=PROVIDERS, fallback=PROVIDERS)
