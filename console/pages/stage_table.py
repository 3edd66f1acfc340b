"""The stages of a coaching as a table: how far each is, what it took and what it has cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from knowledge_base import session_words
from models.coaching import ModelCall, Usage
from models.session import CookingSession, StageName, StageRun
from services.operations import is_told


@dataclass(frozen=True)
class StageRow:
    """`seconds`: of the try that finished it; None before. `error`: its name alone. Tokens and cost are of all tries."""

    stage: str
    name: str
    state: str
    attempts: int
    seconds: float | None
    error: str
    input_tokens: int
    output_tokens: int
    cost_usd: float
    can_retry: bool


@dataclass(frozen=True)
class AskedModels:
    """Who looked at the cook: whose prompts, by their version, and which models answered."""

    models: Sequence[str]
    prompts: Sequence[str]


def stage_rows(session: CookingSession, runs: Sequence[StageRun], now: datetime) -> Sequence[StageRow]:
    return [_row(session, run, now) for run in runs]


def models_of(runs: Sequence[StageRun]) -> AskedModels:
    """Of the look at the video and the second thought about it."""
    looks = (StageName.ANALYZE_VIDEO, StageName.RETRIEVE)
    calls = [call for run in runs if run.stage in looks for call in _calls(run)]
    return AskedModels(
        list(dict.fromkeys(call.answered_by or call.model for call in calls)),
        list(dict.fromkeys(call.purpose for call in calls)),
    )


def _row(session: CookingSession, run: StageRun, now: datetime) -> StageRow:
    calls = _calls(run)
    is_over = run.started_at is not None and run.finished_at is not None
    return StageRow(
        stage=run.stage,
        name=session_words.STAGES.get(run.stage, run.stage),
        state=session_words.RUN_STATES[_state(run, now)],
        attempts=run.attempts,
        seconds=(run.finished_at - run.started_at).total_seconds() if is_over else None,  # type: ignore[operator]
        error=run.error.split(":", 1)[0],
        input_tokens=sum(sum(call.input_tokens.values()) for call in calls),
        output_tokens=sum(call.output_tokens + call.thought_tokens for call in calls),
        cost_usd=sum(call.cost_usd for call in calls),
        can_retry=run.stage in set(StageName) and not is_told(session, StageName(run.stage)),
    )


def _state(run: StageRun, now: datetime) -> str:
    if run.parked_at is not None:
        return "given_up"
    if run.finished_at is not None:
        return "finished"
    if run.lease_token is not None and run.due_at is not None and run.due_at > now:
        return "at_work"
    if run.away_since is not None:
        return "away"
    return "due" if run.due_at is not None else "waiting"


def _calls(run: StageRun) -> Sequence[ModelCall]:
    return Usage.model_validate(run.usage).calls if run.usage else []
