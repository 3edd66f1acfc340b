"""What a stage is given and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session as DbSession

from knowledge_base.content import DishGuide
from models.coaching import SessionSummary, StructuredInput, Usage
from models.learner import LearnerState
from models.session import CookingSession
from models.user import User
from pipeline.checks.language import is_japanese
from pipeline.providers.ports import Pace, Providers
from pipeline.search import PrincipleSearch
from storage.store import ObjectStore


@dataclass(frozen=True)
class StageContext:
    """The rows as they were when the stage began (detached), and what it may use."""

    session: CookingSession
    user: User
    guide: DishGuide
    learner: LearnerState
    last_coached_at: datetime | None  # before this session
    now: datetime
    providers: Providers
    store: ObjectStore
    search: PrincipleSearch
    measure_pace: Callable[[], Pace | None]  # of the voice, from its latest narrations
    folder: Path  # private, removed after the stage

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

    @property
    def past_sessions(self) -> list[SessionSummary]:
        return [SessionSummary.model_validate(entry) for entry in self.learner.session_summaries]


@dataclass(frozen=True)
class StageResult:
    """What the stage made: stored in the same transaction that marks it finished."""

    store: Callable[[DbSession, CookingSession], None]
    usage: Usage | None = None
