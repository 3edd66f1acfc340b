"""What the pipeline asks of the outside world. Real and offline implementations both satisfy these.

Shaped on the inputs of the real SDKs (google-genai, Cloud Speech v2, Cloud Text-to-Speech).
Every answer carries its `Usage`, which the stage keeps on its row; each call behind it, also one that failed,
is in the ledger.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from errors import MomentError
from knowledge_base.content import DishGuide, Fault, Principle
from knowledge_base.profile import NOTHING_TOLD, Profile
from models.coaching import (
    CannotTell,
    CoachingText,
    NarrationScript,
    RetrievedPrinciple,
    SessionSummary,
    StructuredInput,
    Usage,
    VideoAnalysis,
)

Vector = list[float]
Look = VideoAnalysis | CannotTell  # what an analyst answers


class ProviderError(MomentError):
    """A call failed in a way that another try may mend."""

    retryable = True


class ProviderRefused(ProviderError):
    """The provider answered, but with something no learner may see.

    `violations` name what is wrong, `answer` is what it was: enough for one try to repair it. An empty
    `answer` cannot be repaired (blocked, cut off), only asked for again.
    """

    quotes_learners = True  # what is wrong is told by quoting it

    def __init__(self, violations: Sequence[str], answer: str = "") -> None:
        super().__init__("; ".join(violations))
        self.violations = tuple(violations)
        self.answer = answer


NO_SIGN = "\ufffd"  # what decoders write in place of bytes that are none (Unicode: replacement character)


class UnreadableAudio(MomentError):
    """The audio is broken or holds no sound a decoder can read: another try is no use."""


class AudioTooLong(UnreadableAudio):
    """Recognition is billed by the second, and a small file holds hours."""


@dataclass(frozen=True)
class Heard:
    """A piece of a transcript, and where in the recording it was heard (seconds)."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Transcript:
    """`text` is "" for silence, which is no error. `pieces` are words, or longer, where the recogniser tells their times."""

    text: str
    usage: Usage
    pieces: Sequence[Heard] = ()

    def __post_init__(self) -> None:
        """Whoever heard it: bytes that made no sign (half a sign at a segment's end) are no words."""
        object.__setattr__(self, "text", self.text.replace(NO_SIGN, "").strip())


@dataclass(frozen=True)
class Repair:
    """An answer that was refused, and what was wrong with it."""

    answer: str
    violations: Sequence[str]


@dataclass(frozen=True)
class Asked:
    """What the learner was asked to try last time, in one sentence, how to tell that it worked and when to stop. `fault` is
    what it was to mend; None where nothing had gone wrong."""

    action: str
    sign: str
    stop_cue: str
    fault: Fault | None
    earlier_dish: str = ""  # its name, where this is carried over from another dish


@dataclass(frozen=True)
class AnalysisBrief:
    dish: DishGuide
    faults: Sequence[Fault]  # those of the dish, likeliest first
    session_number: int
    duration_seconds: float
    transcript: str
    structured_input: StructuredInput
    self_ratings: dict[str, int]  # RatingAspect -> 1..5
    video_uri: str | None = None  # "gs://…" where the provider itself can read the video
    profile: Profile = NOTHING_TOLD
    asked: Asked | None = None  # looked for before anything else
    # JPEGs, most likely of the finished dish; to reconsider, those that came since
    photos: Sequence[Path] = ()


@dataclass(frozen=True)
class Footage:
    """A clip to look at. `view` is small and has few pictures, at the clip's own times (seconds)."""

    view: Path
    cut: Callable[
        [float, float, Path], Path
    ]  # (start, seconds, output): the clip's own pictures, all of them


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
    profile: Profile = NOTHING_TOLD
    asked: Asked | None = None  # what became of it is in the analysis
    is_less_clean: bool = False  # than the attempt before


@dataclass(frozen=True)
class Turn:
    sender: str  # "user", "ai", or "coach" for a person
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
    profile: Profile = NOTHING_TOLD
    coach_summary: str = ""  # what a person who has spoken with the learner left for the AI


@dataclass(frozen=True)
class Pace:
    """Seconds that a voice takes; see `pipeline.speech_length`."""

    mora: float
    comma: float
    sentence: float  # the silence before and after it


@dataclass(frozen=True)
class SpokenSentence:
    """One sentence of narration: its caption, its speech (WAV, mono, 16 bit) and how long that lasts."""

    text: str
    wav: Path
    seconds: float


class Transcriber(Protocol):
    def transcribe(self, audio: Path, *, phrases: Sequence[str], uri: str | None = None) -> Transcript:
        """Japanese speech to text; `uri` is the same audio as "gs://…". Raises UnreadableAudio, ProviderError."""
        ...


class Analyst(Protocol):
    def analyze(
        self, footage: Footage, brief: AnalysisBrief, repair: Repair | None = None
    ) -> tuple[Look, Usage]:
        """One structured look at the whole video. Raises ProviderError."""
        ...

    def reconsider(
        self, analysis: VideoAnalysis, brief: AnalysisBrief, repair: Repair | None = None
    ) -> tuple[VideoAnalysis, Usage]:
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
    """Each raises ProviderError; given a `Repair`, each answers once more without what was wrong."""

    def extract_entities(self, transcript: str) -> tuple[StructuredInput, Usage]: ...

    def coaching_text(
        self, brief: CoachingBrief, repair: Repair | None = None
    ) -> tuple[CoachingText, Usage]: ...

    def narration(
        self, brief: CoachingBrief, coaching: CoachingText, repair: Repair | None = None
    ) -> tuple[NarrationScript, Usage]: ...

    def answer(self, brief: QuestionBrief, repair: Repair | None = None) -> tuple[str, Usage]: ...


class Narrator(Protocol):
    @property
    def model(self) -> str:
        """The voice, as its `Usage` names it."""
        ...

    @property
    def pace(self) -> "Pace | None":
        """How fast it speaks, until our own narrations have been measured; None: lengths are not foretold."""
        ...

    def speak(self, sentences: Sequence[str], into: Path) -> tuple[list[SpokenSentence], Usage]:
        """One WAV a sentence, written into the folder `into`, in order."""
        ...

    def forget(self, sentences: Sequence[str]) -> None:
        """They may name the learner: what was kept of them for another try goes."""
        ...

    def kept(self, sentences: Sequence[str]) -> Sequence[str]:
        """The store's keys of what may be kept of them."""
        ...


@dataclass(frozen=True)
class Providers:
    """One of each, made once a process."""

    transcriber: Transcriber
    analyst: Analyst
    embedder: Embedder
    coach: Coach
    narrator: Narrator
