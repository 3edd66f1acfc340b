"""What the pipeline asks of the outside world. Real and offline implementations both satisfy these.

Shaped on the inputs of the real SDKs (google-genai, Cloud Speech v2, Cloud Text-to-Speech, Cloud Storage).
Every answer that costs something carries its `Usage`, which the stage keeps on its row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from knowledge_base.content import DishGuide, Fault, Principle
from models.coaching import (
    CoachingText,
    NarrationScript,
    RetrievedPrinciple,
    SessionSummary,
    StructuredInput,
    Usage,
    VideoAnalysis,
)

Vector = list[float]


class ProviderError(Exception):
    """A call failed in a way that another try may mend."""


class ProviderRefused(ProviderError):
    """The provider answered, but with something no learner may see (empty, blocked, invalid)."""


class UnreadableAudio(Exception):
    """The audio is broken or holds no sound a decoder can read: another try is no use."""


@dataclass(frozen=True)
class Transcript:
    """`text` is "" for silence, which is no error."""

    text: str
    usage: Usage


@dataclass(frozen=True)
class AnalysisBrief:
    dish: DishGuide
    faults: Sequence[Fault]  # those of the dish, likeliest first
    session_number: int
    duration_seconds: float
    transcript: str
    structured_input: StructuredInput
    self_ratings: dict[str, int]  # RatingAspect -> 1..5


@dataclass(frozen=True)
class CoachingBrief:
    first_name: str
    dish: DishGuide
    session_number: int
    analysis: VideoAnalysis
    fault: Fault | None  # of analysis.fault
    principles: Sequence[RetrievedPrinciple]  # nearest first
    principle: Principle | None  # the full text of the one to teach
    structured_input: StructuredInput
    transcript: str
    self_ratings: dict[str, int]
    past_sessions: Sequence[SessionSummary]  # oldest first
    days_since_last: int | None  # None before the second session


@dataclass(frozen=True)
class Turn:
    sender: str  # "user" or "ai"
    text: str


@dataclass(frozen=True)
class QuestionBrief:
    first_name: str
    question: str
    dish: DishGuide | None  # None before the first finished session
    coaching: CoachingText | None
    analysis: VideoAnalysis | None
    principles: Sequence[RetrievedPrinciple]
    history: Sequence[Turn]  # oldest first
    past_sessions: Sequence[SessionSummary] = field(default_factory=tuple)


@dataclass(frozen=True)
class SpokenSentence:
    """One sentence of narration: its caption, its speech (WAV, mono, 16 bit) and how long that lasts."""

    text: str
    wav: Path
    seconds: float


class Transcriber(Protocol):
    def transcribe(self, audio: Path, *, phrases: Sequence[str]) -> Transcript:
        """Japanese speech to text. Raises UnreadableAudio, ProviderError."""
        ...


class Analyst(Protocol):
    def analyze(self, video: Path, brief: AnalysisBrief) -> tuple[VideoAnalysis, Usage]:
        """One structured look at the whole video. Raises ProviderError."""
        ...

    def reconsider(self, analysis: VideoAnalysis, brief: AnalysisBrief) -> VideoAnalysis:
        """The same look, weighed again with what the learner has said and rated since. No second look."""
        ...


class Embedder(Protocol):
    @property
    def model(self) -> str: ...

    def embed_documents(self, texts: Sequence[str]) -> list[Vector]:
        """768 numbers each, of length 1."""
        ...

    def embed_query(self, text: str) -> Vector: ...


class Coach(Protocol):
    def extract_entities(self, transcript: str) -> tuple[StructuredInput, Usage]: ...

    def coaching_text(self, brief: CoachingBrief) -> tuple[CoachingText, Usage]: ...

    def narration(self, brief: CoachingBrief, coaching: CoachingText) -> tuple[NarrationScript, Usage]: ...

    def answer(self, brief: QuestionBrief) -> tuple[str, Usage]: ...


class Narrator(Protocol):
    def speak(self, sentences: Sequence[str], into: Path) -> tuple[list[SpokenSentence], Usage]:
        """One WAV a sentence, written into the folder `into`, in order."""
        ...


class ObjectStore(Protocol):
    """Immutable objects by key ("sessions/42/coaching_video.mp4")."""

    def put(self, key: str, chunks: Iterable[bytes], content_type: str) -> int:
        """Streams the chunks; returns the bytes stored. Nothing is visible under `key` before all are."""
        ...

    def fetch(self, key: str, into: Path) -> None:
        """Copies the object to a local file. Raises ObjectMissing."""
        ...

    def exists(self, key: str) -> bool: ...

    def delete(self, key: str) -> None:
        """Idempotent."""
        ...

    def local_path(self, key: str) -> Path | None:
        """Where the object lies on this machine, if it does; None where only a link can reach it."""
        ...

    def signed_url(self, key: str, expires_at: datetime) -> str:
        """A link anyone may follow until then."""
        ...


class ObjectMissing(Exception):
    """No object lies under this key."""


@dataclass(frozen=True)
class Providers:
    """One of each, made once a process."""

    transcriber: Transcriber
    analyst: Analyst
    embedder: Embedder
    coach: Coach
    narrator: Narrator
