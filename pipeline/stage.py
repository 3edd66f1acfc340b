"""What a stage is given and what it gives back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session as DbSession

from knowledge_base.content import DishGuide
from models.coaching import OpenSkill, SessionSummary, StructuredInput, Usage
from models.rules.history import Attempt
from models.session import CookingSession
from models.user import User
from pipeline.checks.language import is_japanese
from pipeline.providers.ports import Pace, Providers
from pipeline.search import PrincipleSearch
from storage.store import ObjectStore


@dataclass(frozen=True)
class LearnerPast:
    """Before this session."""

    sessions: Sequence[SessionSummary]  # oldest first
    days_since_last: int | None  # None before the second session
    attempts: Sequence[Attempt] = ()  # at this dish, oldest first
    open_skill: OpenSkill | None = None  # what an earlier dish has ended without


@dataclass(frozen=True)
class StageContext:
    """The rows as they were when the stage began (detached), and what it may use."""

    session: CookingSession
    user: User
    guide: DishGuide
    providers: Providers
    store: ObjectStore
    search: PrincipleSearch
    read_past: Callable[[], LearnerPast]
    measure_pace: Callable[[], Pace | None]  # of the voice, from its latest narrations
    folder: Path  # private, removed after the stage
    run_id: int  # of the stage's row: another once its results were taken back
    first_attempt: CookingSession | None = None  # as in the graph's facts

    @property
    def is_memo_foreign(self) -> bool:
        """Said or written in another language: nobody may guess at what it says."""
        return not is_japanese(self.session.voice_transcript)

    @property
    def transcript(self) -> str:
        """The memo's words, as far as they can be understood."""
        return "" if self.is_memo_foreign else self.session.voice_transcript

    @property
    def structured_input(self) -> StructuredInput:
        return StructuredInput.model_validate(self.session.structured_input)


@dataclass(frozen=True)
class StageResult:
    """What the stage made: stored in the same transaction that marks it finished. `owe`: what the learner is told of it,
    once the session says so itself."""

    store: Callable[[DbSession, CookingSession], None]
    usage: Usage | None = None
    owe: Callable[[DbSession, CookingSession], object] = lambda *_: None
    clean_up: Callable[[], None] = lambda: None  # once that is committed: no other try follows
