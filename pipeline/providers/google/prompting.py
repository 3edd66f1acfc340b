"""What each prompt's variables are filled with. Labelled lines, one fact each; learners' words are fenced by the prompt."""

from collections.abc import Iterable, Sequence

from knowledge_base import copy
from knowledge_base.content import DishGuide, Fault
from knowledge_base.prompts import Prompt, prompt
from models.coaching import CoachingText, SessionSummary, VideoAnalysis
from pipeline.providers.google.schemas import NO_FAULT, mmss_of
from pipeline.providers.ports import AnalysisBrief, CoachingBrief, QuestionBrief


def system() -> str:
    """Who speaks and how: the same for every question, so that its beginning may be cached."""
    return f"{prompt('persona').render()}\n\n{prompt('tone').render()}"


def analysis(brief: AnalysisBrief) -> tuple[Prompt, str]:
    found = prompt("analysis")
    return found, found.render(
        dish=brief.dish.name_ja,
        duration=mmss_of(brief.duration_seconds),
        attempt=str(brief.session_number),
        focus=brief.dish.attempts[brief.session_number - 1],
        steps=_steps(brief.dish),
        faults=_faults(brief.faults),
        memo=brief.transcript,
        ratings=_ratings(brief.self_ratings),
    )


def reconsideration(seen: VideoAnalysis, brief: AnalysisBrief) -> tuple[Prompt, str]:
    found = prompt("reconsideration")
    return found, found.render(
        dish=brief.dish.name_ja,
        duration=mmss_of(brief.duration_seconds),
        analysis=_analysis(seen),
        faults=_faults(brief.faults),
        memo=brief.transcript,
        issues="\n".join(brief.structured_input.identified_issues),
        ratings=_ratings(brief.self_ratings),
    )


def zoom(seen: VideoAnalysis, brief: AnalysisBrief, start: float, seconds: float) -> tuple[Prompt, str]:
    found = prompt("zoom")
    return found, found.render(
        dish=brief.dish.name_ja,
        start=mmss_of(start),
        duration=mmss_of(seconds),
        moment=mmss_of(seen.key_moment_seconds - start),
        analysis=_analysis(seen),
        faults=_faults(brief.faults),
    )


def transcription(phrases: Sequence[str]) -> tuple[Prompt, str]:
    found = prompt("transcription")
    return found, found.render(phrases="、".join(phrases))


def entities(transcript: str) -> tuple[Prompt, str]:
    found = prompt("entities")
    return found, found.render(transcript=transcript)


def coaching(brief: CoachingBrief) -> tuple[Prompt, str]:
    found = prompt("coaching_text")
    said = brief.structured_input
    return found, found.render(
        first_name=brief.first_name,
        dish=brief.dish.name_ja,
        attempt=str(brief.session_number),
        focus=brief.dish.attempts[brief.session_number - 1],
        analysis=_analysis(brief.analysis),
        fault=_fault(brief.fault) if brief.fault else _refinement(brief),
        principles=_principles(brief),
        memo=brief.transcript,
        questions="\n".join(said.questions),
        feeling=said.emotional_state,
        ratings=_ratings(brief.self_ratings),
        history=_history(brief.past_sessions),
        days_away="" if brief.days_since_last is None else str(brief.days_since_last),
        safety="\n".join(brief.dish.safety),
        profile="",
    )


def narration(brief: CoachingBrief, coached: CoachingText, pivot: str) -> tuple[Prompt, str]:
    found = prompt("narration")
    return found, found.render(
        first_name=brief.first_name,
        dish=brief.dish.name_ja,
        attempt=str(brief.session_number),
        coaching=_coaching(coached),
        key_moment=mmss_of(brief.analysis.key_moment_seconds),
        evidence=brief.analysis.evidence or brief.analysis.diagnosis,
        pivot=pivot,
    )


def answer(brief: QuestionBrief) -> tuple[Prompt, str]:
    found = prompt("answers")
    turns = [f"{turn.sender}: {turn.text}" for turn in brief.history]
    return found, found.render(
        first_name=brief.first_name,
        question=brief.question,
        dish=brief.dish.name_ja if brief.dish else "",
        coaching=_coaching(brief.coaching) if brief.coaching else "",
        analysis=_analysis(brief.analysis) if brief.analysis else "",
        principles="\n\n".join(f"[{each.principle_id}] {each.text}" for each in brief.principles),
        history="\n".join(turns),
        past_sessions=_history(brief.past_sessions),
        profile="",
    )


def _steps(dish: DishGuide) -> str:
    return "\n".join(
        f"{number}. {step.name}: {step.looks}{f'。{step.sounds}' if step.sounds else ''}"
        for number, step in enumerate(dish.steps, 1)
    )


def _faults(faults: Iterable[Fault]) -> str:
    return "\n".join(f"{fault.code}: {fault.seen}" for fault in faults)


def _fault(fault: Fault) -> str:
    return _labelled(
        ("name", fault.name_ja),
        ("seen", fault.seen),
        ("diagnosis", fault.diagnosis),
        ("next action", fault.next_action),
        ("success sign", fault.success_sign),
        ("stop cue", fault.stop_cue),
    )


def _refinement(brief: CoachingBrief) -> str:
    """Nothing was wrong: what to reach for next, in turns by attempt."""
    options = brief.dish.refinements
    offered = options[(brief.session_number - 1) % len(options)]
    return _labelled(
        ("fault", NO_FAULT),
        ("refinement", offered.point),
        ("next action", offered.next_action),
        ("success sign", offered.success_sign),
        ("stop cue", brief.dish.stop_cue),
    )


def _principles(brief: CoachingBrief) -> str:
    texts = {each.principle_id: each.text for each in brief.principles}
    if brief.principle is not None:
        texts = {brief.principle.id: brief.principle.text, **texts}
    return "\n\n".join(f"[{name}] {text}" for name, text in texts.items())


def _analysis(seen: VideoAnalysis) -> str:
    events = [f"{mmss_of(event.t_seconds)} {event.event} ({event.state})" for event in seen.cooking_events]
    return "\n".join(
        [
            *events,
            _labelled(
                ("key moment", mmss_of(seen.key_moment_seconds)),
                ("fault", seen.fault or NO_FAULT),
                ("diagnosis", seen.diagnosis),
                ("evidence", seen.evidence),
                ("confidence", seen.confidence),
                ("not visible", "、".join(seen.not_visible)),
            ),
        ]
    )


def _coaching(coached: CoachingText) -> str:
    return _labelled(
        ("praise", coached.praise),
        ("problem", coached.mondaiten),
        ("skill", coached.skill),
        ("next action", coached.next_action),
        ("success sign", coached.success_sign),
        ("stop cue", coached.stop_cue),
        ("safety", coached.safety),
    )


def _ratings(ratings: dict[str, int]) -> str:
    return "、".join(
        f"{name}: {ratings[aspect]} of 5" for aspect, name in copy.ASPECT_NAMES.items() if aspect in ratings
    )


def _history(past: Iterable[SessionSummary]) -> str:
    return "\n".join(
        f"{each.dish}, attempt {each.session}: {each.key_issue} / {each.key_progress}" for each in past
    )


def _labelled(*facts: tuple[str, str]) -> str:
    return "\n".join(f"{label}: {words}" for label, words in facts if words)
