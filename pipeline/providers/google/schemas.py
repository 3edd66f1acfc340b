"""What Gemini is made to answer: the shapes it must fill, evidence before verdict, times as MM:SS only.

The descriptions are part of the prompt; the prompt's own text does not repeat the shape (google-genai README).
"""

import re
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field, create_model

from models.coaching import (
    CannotTell,
    CoachingText,
    CookingEvent,
    FollowUp,
    FollowUpVerdict,
    MemoAnswer,
    NarrationScript,
    StructuredInput,
    Unclear,
    VideoAnalysis,
)
from pipeline.providers.ports import Look, ProviderRefused

NO_FAULT = "none"
COOKING = "cooking"
CLOCK = re.compile(r"\d{2}:\d{2}")
Clock = Field(pattern=r"^\d{2}:\d{2}$", max_length=5, description="MM:SS from the start of the video")
Confidence = Literal["low", "medium", "high"]


class Sight(BaseModel):
    """Whether there is a cook to judge: asked before anything else, so that nothing is made up to fill the rest."""

    footage: Literal["cooking", "not_cooking", "too_dark", "out_of_view", "not_live", "too_short"] = Field(
        description="'cooking' for anything from preparing to a finished dish; else why nothing can be told"
    )


class Event(BaseModel):
    t: str = Clock
    event: str = Field(max_length=80, description="what is seen or heard, in observable Japanese words")
    state: str = Field(max_length=80, description="of the pan (too_low, correct, too_high) and the food")


class Events(BaseModel):
    events: list[Event] = Field(max_length=30)


class Judgement(BaseModel):
    """What is decided of a video; `fault` is narrowed to the dish's own codes by `judgement_of`."""

    evidence: str = Field(
        max_length=200, description="what speaks for the fault, polite Japanese, observable"
    )
    against: str = Field(max_length=200, description="what speaks against it; empty when nothing does")
    fault: str
    key_moment: str = Clock
    diagnosis: str = Field(max_length=200, description="one polite Japanese sentence")
    confidence: Confidence


class LookedFor(BaseModel):
    """What became of what the learner was asked last time: looked for before anything else."""

    asked_evidence: str = Field(
        max_length=200,
        description="what is seen or heard of it, polite Japanese; empty when this footage cannot show it",
    )
    asked_at: str = Field(
        max_length=5, description="MM:SS at which that is; empty when this footage cannot show it"
    )
    asked_verdict: Literal["seen", "partly", "not_yet", "not_visible", "too_far"]


# Of the bases, the last one's fields come first: evidence before verdict.
class Analysis(Judgement, Events, Sight):
    not_visible: list[str] = Field(max_length=8)


class NextAnalysis(Analysis, LookedFor):
    """Of a cook whose learner was asked something before."""


class Entities(BaseModel):
    identified_issues: list[str] = Field(max_length=8)
    questions: list[str] = Field(max_length=6)
    emotional_state: str = Field(max_length=20)


class AnsweredQuestion(BaseModel):
    question: str = Field(max_length=120, description="in the learner's own words, as given")
    answer: str = Field(max_length=300)


class Coaching(BaseModel):
    last_time: str = Field(
        max_length=300, description="what became of what was asked last time; empty when nothing was asked"
    )
    praise: str = Field(max_length=200)
    mondaiten: str = Field(max_length=300, description="the problem, with its moment as MM:SS")
    skill: str = Field(max_length=300)
    next_action: str = Field(max_length=200)
    success_sign: str = Field(max_length=200)
    stop_cue: str = Field(max_length=200)
    comparison: str = Field(max_length=200, description="empty when there is nothing to compare")
    safety: str = Field(max_length=200, description="empty only when no hazard is near")
    memo_answers: list[AnsweredQuestion] = Field(max_length=6)
    suggested_questions: list[str] = Field(max_length=4, description="at most 20 characters each")
    principle_ids: list[str] = Field(max_length=4)


class Narration(BaseModel):
    part1: str = Field(max_length=600)
    part2: str = Field(max_length=300)


class Reply(BaseModel):
    answer: str = Field(max_length=600)


class Transcription(BaseModel):
    transcript: str = Field(max_length=6_000, description="empty when nobody speaks")


def analysis_of(fault_codes: Sequence[str], *, looks_for: bool = False) -> type[Analysis]:
    """The fault can only be one of the codes or NO_FAULT. `looks_for`: something was asked before."""
    base = NextAnalysis if looks_for else Analysis
    return create_model("DishAnalysis", __base__=base, fault=(_one_of(fault_codes), ...))


def judgement_of(fault_codes: Sequence[str]) -> type[Judgement]:
    return create_model("DishJudgement", __base__=Judgement, fault=(_one_of(fault_codes), ...))


def _one_of(fault_codes: Sequence[str]) -> Any:
    return Literal[(*fault_codes, NO_FAULT)]


def seconds_of(clock: str) -> int:
    """ "01:05" is 65: the model is asked for one form of time only, the other is computed."""
    minutes, seconds = clock.split(":")
    return int(minutes) * 60 + int(seconds)


def clock_of(seconds: int) -> str:
    """65 is "1:05", as the design document writes it."""
    return f"{seconds // 60}:{seconds % 60:02}"


def mmss_of(seconds: float) -> str:
    """65.2 is "01:05", as Gemini is told times."""
    return f"{int(seconds) // 60:02}:{int(seconds) % 60:02}"


def to_look(answer: Analysis, provider: str) -> Look:
    if answer.footage != COOKING:
        return CannotTell(reason=Unclear(answer.footage), provider=provider)
    return to_analysis(answer, provider)


def to_analysis(answer: Analysis, provider: str) -> VideoAnalysis:
    return VideoAnalysis(
        cooking_events=[
            CookingEvent(
                t=clock_of(seconds_of(entry.t)),
                t_seconds=seconds_of(entry.t),
                event=entry.event,
                state=entry.state,
            )
            for entry in answer.events
        ],
        **verdict_of(answer),
        not_visible=answer.not_visible,
        follow_up=_to_follow_up(answer) if isinstance(answer, NextAnalysis) else None,
        provider=provider,
    )


def _to_follow_up(answer: NextAnalysis) -> FollowUp:
    """Raises ProviderRefused for a time that is none."""
    verdict = FollowUpVerdict(answer.asked_verdict)
    if verdict is FollowUpVerdict.NOT_VISIBLE:
        return FollowUp(verdict=verdict, evidence=answer.asked_evidence)
    if not CLOCK.fullmatch(answer.asked_at):
        raise ProviderRefused(
            [f"time: asked_at must be MM:SS where asked_verdict is '{verdict}'"], answer.model_dump_json()
        )
    return FollowUp(verdict=verdict, second=seconds_of(answer.asked_at), evidence=answer.asked_evidence)


def verdict_of(answer: Judgement) -> dict[str, object]:
    """The fields of a VideoAnalysis that a judgement decides."""
    moment = seconds_of(answer.key_moment)
    return {
        "key_moment_timestamp": clock_of(moment),
        "key_moment_seconds": moment,
        "diagnosis": answer.diagnosis,
        "fault": None if answer.fault == NO_FAULT else answer.fault,
        "evidence": answer.evidence,
        "confidence": answer.confidence,
    }


def to_structured_input(answer: Entities, provider: str) -> StructuredInput:
    return StructuredInput(**answer.model_dump(), provider=provider)


def to_coaching_text(answer: Coaching, provider: str) -> CoachingText:
    fields = answer.model_dump(exclude={"memo_answers"})
    answers = [MemoAnswer(question=entry.question, answer=entry.answer) for entry in answer.memo_answers]
    return CoachingText(**fields, memo_answers=answers, provider=provider)


def to_narration(answer: Narration, pivot: str, provider: str) -> NarrationScript:
    return NarrationScript(part1=answer.part1, pivot=pivot, part2=answer.part2, provider=provider)
