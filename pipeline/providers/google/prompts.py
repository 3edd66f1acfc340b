"""The prompts of `knowledge_base.prompts`, each with its variables filled from a brief. Lines with labels, one fact
each; learners' words are fenced by the prompt, each piece on its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge_base import phrasebook
from knowledge_base.content import DishGuide, Fault
from knowledge_base.prompts import Quote, Value, in_one_line, prompt
from models.coaching import CoachingText, SessionSummary, VideoAnalysis
from pipeline.providers.google.learner import ANALYSIS, ANSWER, COACHING, NARRATION, choices, own_words
from pipeline.providers.google.schemas import NO_FAULT, mmss_of
from pipeline.providers.ports import AnalysisBrief, Asked, CoachingBrief, QuestionBrief
from pipeline.refinements import refinement_to_teach


@dataclass(frozen=True)
class FilledPrompt:
    """`label` is what a stored answer is marked with."""

    label: str
    text: str


def system() -> str:
    """Who speaks and how: the same for every question, so that its beginning may be cached."""
    return f"{prompt('persona').render()}\n\n{prompt('tone').render()}"


def analysis(brief: AnalysisBrief) -> FilledPrompt:
    return _fill(
        "analysis",
        dish=brief.dish.name_ja,
        duration=mmss_of(brief.duration_seconds),
        attempt=str(brief.session_number),
        focus=brief.dish.attempts[brief.session_number - 1],
        steps=_steps(brief.dish),
        faults=_faults(brief.faults),
        asked=_asked(brief.asked),
        memo=brief.transcript,
        ratings=_ratings(brief.self_ratings),
        profile_choices=choices(brief.profile, ANALYSIS),
    )


def photos(count: int) -> FilledPrompt:
    return _fill("photos", count=str(count))


def reconsideration(analysis: VideoAnalysis, brief: AnalysisBrief) -> FilledPrompt:
    return _fill(
        "reconsideration",
        dish=brief.dish.name_ja,
        duration=mmss_of(brief.duration_seconds),
        analysis=_analysis(analysis),
        faults=_faults(brief.faults),
        memo=brief.transcript,
        issues=_quotes(brief.structured_input.identified_issues),
        ratings=_ratings(brief.self_ratings),
    )


def zoom(analysis: VideoAnalysis, brief: AnalysisBrief, start: float, seconds: float) -> FilledPrompt:
    return _fill(
        "zoom",
        dish=brief.dish.name_ja,
        start=mmss_of(start),
        duration=mmss_of(seconds),
        moment=mmss_of(analysis.key_moment_seconds - start),
        analysis=_analysis(analysis),
        faults=_faults(brief.faults),
    )


def transcription(phrases: Sequence[str]) -> FilledPrompt:
    return _fill("transcription", phrases="、".join(phrases))


def entities(transcript: str) -> FilledPrompt:
    return _fill("entities", transcript=transcript)


def coaching(brief: CoachingBrief) -> FilledPrompt:
    return _fill(
        "coaching_text",
        first_name=brief.first_name,
        dish=brief.dish.name_ja,
        attempt=str(brief.session_number),
        focus=brief.dish.attempts[brief.session_number - 1],
        analysis=_analysis(brief.analysis),
        fault=_fault(brief.fault) if brief.fault else _refinement(brief),
        principles=_principles(brief),
        memo=brief.transcript,
        questions=_quotes(brief.structured_input.questions),
        feeling=brief.structured_input.emotional_state,
        ratings=_ratings(brief.self_ratings),
        history=_history(brief.past_sessions),
        days_away="" if brief.days_since_last is None else str(brief.days_since_last),
        asked=_asked(brief.asked),
        last_time=_last_time(brief),
        safety="\n".join(brief.dish.safety),
        profile_choices=choices(brief.profile, COACHING),
        profile_words=own_words(brief.profile, COACHING),
    )


def narration(brief: CoachingBrief, coaching: CoachingText, pivot: str) -> FilledPrompt:
    return _fill(
        "narration",
        first_name=brief.first_name,
        dish=brief.dish.name_ja,
        attempt=str(brief.session_number),
        coaching=_coaching(coaching),
        key_moment=mmss_of(brief.analysis.key_moment_seconds),
        evidence=in_one_line(brief.analysis.evidence),
        pivot=pivot,
        profile_choices=choices(brief.profile, NARRATION),
        profile_words=own_words(brief.profile, NARRATION),
    )


def answer(brief: QuestionBrief) -> FilledPrompt:
    return _fill(
        "answers",
        first_name=brief.first_name,
        question=brief.question,
        dish=brief.dish.name_ja if brief.dish else "",
        coaching=_coaching(brief.coaching) if brief.coaching else "",
        analysis=_analysis(brief.analysis) if brief.analysis else "",
        principles="\n\n".join(f"[{each.principle_id}] {each.text}" for each in brief.principles),
        history=[Quote(turn.text, label=turn.sender) for turn in brief.history],
        coach_summary=brief.coach_summary,
        past_sessions=_history(brief.past_sessions),
        profile_choices=choices(brief.profile, ANSWER),
        profile_words=own_words(brief.profile, ANSWER),
    )


def _fill(name: str, **values: Value) -> FilledPrompt:
    template = prompt(name)
    return FilledPrompt(template.label, template.render(**values))


def _steps(dish: DishGuide) -> str:
    return "\n".join(
        f"{number}. {step.name}: {step.looks}{f'。{step.sounds}' if step.sounds else ''}"
        for number, step in enumerate(dish.steps, 1)
    )


def _faults(faults: Iterable[Fault]) -> str:
    return "\n".join(f"{fault.code}: {fault.seen}" for fault in faults)


def _fault(fault: Fault) -> str:
    return _lines(
        ("name", fault.name_ja),
        ("seen", fault.seen),
        ("diagnosis", fault.diagnosis),
        ("next action", fault.next_action),
        ("success sign", fault.success_sign),
        ("stop cue", fault.stop_cue),
    )


def _asked(asked: Asked | None) -> str:
    if asked is None:
        return ""
    fault = asked.fault
    return _lines(
        ("asked at another dish", asked.earlier_dish),
        ("asked action", asked.action),
        ("asked sign", asked.sign),
        ("asked stop cue", asked.stop_cue),
        ("fault to mend", f"{fault.code} ({fault.seen})" if fault else ""),
        ("turns into", ", ".join(fault.opposites) if fault else ""),
    )


def _last_time(brief: CoachingBrief) -> str:
    past = brief.analysis.follow_up
    if past is None:
        return ""
    return _lines(
        ("asked verdict", past.verdict),
        ("asked at", "" if past.second is None else mmss_of(past.second)),
        ("asked evidence", past.evidence),
        ("came out", "less clean than the attempt before" if brief.is_less_clean else ""),
    )


def _refinement(brief: CoachingBrief) -> str:
    """Nothing was wrong: what to reach for next."""
    option = refinement_to_teach(brief.dish, brief.session_number, brief.profile)
    return _lines(
        ("fault", NO_FAULT),
        ("refinement", option.point),
        ("next action", option.next_action),
        ("success sign", option.success_sign),
        ("stop cue", brief.dish.stop_cue),
    )


def _principles(brief: CoachingBrief) -> str:
    texts = {each.principle_id: each.text for each in brief.principles}
    if brief.principle is not None:
        texts = {brief.principle.id: brief.principle.text, **texts}
    return "\n\n".join(f"[{name}] {text}" for name, text in texts.items())


def _analysis(analysis: VideoAnalysis) -> str:
    events = [
        f"{mmss_of(event.t_seconds)} {in_one_line(event.event)} ({in_one_line(event.state)})"
        for event in analysis.cooking_events
    ]
    return "\n".join(
        [
            *events,
            _lines(
                ("key moment", mmss_of(analysis.key_moment_seconds)),
                ("fault", analysis.fault or NO_FAULT),
                ("diagnosis", analysis.diagnosis),
                ("evidence", analysis.evidence),
                ("confidence", analysis.confidence),
                ("not visible", "、".join(analysis.not_visible)),
            ),
        ]
    )


def _coaching(coaching: CoachingText) -> str:
    return _lines(
        ("last time", coaching.last_time),
        ("praise", coaching.praise),
        ("problem", coaching.mondaiten),
        ("skill", coaching.skill),
        ("next action", coaching.next_action),
        ("success sign", coaching.success_sign),
        ("stop cue", coaching.stop_cue),
        ("safety", coaching.safety),
    )


def _ratings(ratings: dict[str, int]) -> str:
    return "、".join(
        f"{name}: {ratings[aspect]} of 5"
        for aspect, name in phrasebook.ASPECT_NAMES.items()
        if aspect in ratings
    )


def _quotes(pieces: Iterable[str]) -> list[Quote]:
    return [Quote(piece) for piece in pieces]


def _history(summaries: Iterable[SessionSummary]) -> list[Quote]:
    """What was noted of them takes up the learner's words."""
    return [
        Quote(f"{each.key_issue} / {each.key_progress}", label=f"{each.dish}, attempt {each.session}")
        for each in summaries
    ]


def _lines(*facts: tuple[str, str]) -> str:
    return "\n".join(f"{label}: {in_one_line(words)}" for label, words in facts if words)
