"""No model's words reach a learner unchecked: against the facts, the house's rules and the form of address.

Independent of the provider; a violation raises ProviderRefused, whose findings (each "kind: detail") one repair
may mend. What is wrong twice is tried again from the start and never delivered.
"""

import logging
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import BaseModel

from knowledge_base import copy
from knowledge_base.content import DishGuide
from models.coaching import CoachingText, NarrationScript, Usage, VideoAnalysis
from pipeline.hazards import hazard_of
from pipeline.providers.ports import CoachingBrief, Pace, ProviderRefused, QuestionBrief, Repair
from pipeline.speech_length import seconds
from pipeline.wording import measurements, violations, wrong_names, wrong_times

log = logging.getLogger(__name__)

T = TypeVar("T")

MAX_FIELD = 400  # characters of one field of the coaching text
MAX_ANSWER = 600
MAX_EVENT = 120
MAX_LABEL = 20  # of a quick reply (LINE docs: Action objects)
REACH_SECONDS = 2  # from a cited or key moment to what was seen
PART1_SECONDS = (30.0, 40.0)  # the design document's; foretold lengths are off by some
PART2_SECONDS = (15.0, 20.0)
# Of the length: over the curriculum's narrations, what was foretold was 8 % off at most.
FORETOLD_WITHIN = 0.1


def checked(ask: Callable[[Repair | None], tuple[T, Usage]], check: Callable[[T], None]) -> tuple[T, Usage]:
    """The answer; one that breaks the rules is repaired once by naming what is wrong with it.

    Raises ProviderRefused when the repaired one breaks them too, or the first cannot be repaired.
    """
    try:
        return _asked(ask, check, None)
    except ProviderRefused as refused:
        if not refused.answer:
            raise
        log.info("an answer was refused for %d reasons and is repaired once", len(refused.violations))
        return _asked(ask, check, Repair(refused.answer, refused.violations))


def _asked(
    ask: Callable[[Repair | None], tuple[T, Usage]], check: Callable[[T], None], repair: Repair | None
) -> tuple[T, Usage]:
    answer, usage = ask(repair)
    check(answer)
    return answer, usage


def check_analysis(analysis: VideoAnalysis, duration_seconds: float, dish: DishGuide) -> None:
    """Raises ProviderRefused unless every time lies inside the video, in order, and the fault is the dish's."""
    wrong = [*_wrong_clock(analysis, duration_seconds), *_wrong_key_moment(analysis)]
    if analysis.fault is not None and analysis.fault not in dish.faults:
        wrong.append(f"fault: '{analysis.fault}' is not one of {dish.slug}")
    if not analysis.diagnosis.strip():
        wrong.append("empty: no diagnosis")
    for words in (analysis.diagnosis, analysis.evidence):
        wrong += violations(words, MAX_FIELD)
    for event in analysis.cooking_events:
        wrong += [f"measurement: '{found}'" for found in measurements(event.event)]
        if len(event.event) > MAX_EVENT:
            wrong.append(f"length: an event is longer than {MAX_EVENT} characters")
    _refuse(wrong, analysis)


def _wrong_clock(analysis: VideoAnalysis, duration_seconds: float) -> list[str]:
    wrong = []
    times = [event.t_seconds for event in analysis.cooking_events]
    if any(time > duration_seconds for time in [*times, analysis.key_moment_seconds]):
        wrong.append("time: one lies past the end of the video")
    if times != sorted(times):
        wrong.append("time: events are out of order")
    for stamp, second in [
        (analysis.key_moment_timestamp, analysis.key_moment_seconds),
        *((event.t, event.t_seconds) for event in analysis.cooking_events),
    ]:
        minutes, rest = stamp.split(":")
        if int(minutes) * 60 + int(rest) != second:
            wrong.append(f"time: {stamp} is not second {second}")
    return wrong


def _wrong_key_moment(analysis: VideoAnalysis) -> list[str]:
    spans = [(event.t_seconds, event.t_seconds + event.duration_seconds) for event in analysis.cooking_events]
    spans += [(int(seen.second), int(seen.second)) for seen in analysis.signals]
    moment = analysis.key_moment_seconds
    if any(start - REACH_SECONDS <= moment <= end + REACH_SECONDS for start, end in spans):
        return []
    return ["time: the key moment is near nothing that was seen"]


def check_coaching(coaching: CoachingText, brief: CoachingBrief) -> None:
    fields = {
        "mondaiten": coaching.mondaiten,
        "skill": coaching.skill,
        "next_action": coaching.next_action,
        "success_sign": coaching.success_sign,
    }
    extras = [coaching.praise, coaching.comparison, coaching.stop_cue, coaching.safety]
    extras += [entry.answer for entry in coaching.memo_answers]
    wrong = [f"empty: no {name}" for name, words in fields.items() if not words.strip()]
    for words in [*fields.values(), *extras]:
        wrong += violations(_nameless(words, brief.first_name), MAX_FIELD)
    wrong += _wrong_references(coaching, brief)
    said = "\n".join([*fields.values(), *extras])
    wrong += wrong_names(said, brief.first_name)
    if f"{brief.first_name}さん" not in said:
        wrong.append("name: the learner is never addressed")
    wrong += wrong_times(said, _seen_at(brief.analysis), REACH_SECONDS)
    if (hazard := hazard_of(coaching.next_action)) and not coaching.safety.strip():
        wrong.append(f"safety: the advice brings {hazard} near without a word of care")
    wrong += [
        f"length: the question '{question}' does not fit a button of {MAX_LABEL} characters"
        for question in coaching.suggested_questions
        if len(question.encode("utf-16-le")) // 2 > MAX_LABEL
    ]
    _refuse(wrong, coaching)


def _wrong_references(coaching: CoachingText, brief: CoachingBrief) -> list[str]:
    """Only what was retrieved is taught from, and only what was asked is answered."""
    known = {principle.principle_id for principle in brief.principles}
    if brief.principle is not None:
        known.add(brief.principle.id)
    wrong = [f"principle: '{name}' was not retrieved" for name in coaching.principle_ids if name not in known]
    asked = {_bare(question) for question in brief.structured_input.questions}
    wrong += [
        f"memo: '{entry.question}' was not asked"
        for entry in coaching.memo_answers
        if _bare(entry.question) not in asked
    ]
    return wrong


def _bare(question: str) -> str:
    return re.sub(r"[\s。、？?！!「」]", "", question)


def _seen_at(analysis: VideoAnalysis | None) -> list[int]:
    if analysis is None:
        return []
    return [
        analysis.key_moment_seconds,
        *(event.t_seconds for event in analysis.cooking_events),
        *(int(seen.second) for seen in analysis.signals),
    ]


def check_narration(script: NarrationScript, brief: CoachingBrief, pace: Pace | None) -> None:
    """Raises ProviderRefused; lengths are judged where the voice's pace is known."""
    wrong = []
    for name, words in (("part1", script.part1), ("pivot", script.pivot), ("part2", script.part2)):
        if not words.strip():
            wrong.append(f"empty: no {name}")
        wrong += violations(_nameless(words, brief.first_name), 2 * MAX_FIELD)
    wrong += wrong_names("\n".join((script.part1, script.part2)), brief.first_name)
    if f"{brief.first_name}さん" not in script.part1:
        wrong.append("name: part1 does not address the learner by name")
    if re.search(r"\d[:：]\d\d", script.part1 + script.part2):
        wrong.append("time: a clock time is nothing to be said aloud")
    if pace is not None:
        wrong += _wrong_length("part1", seconds(script.part1, pace), *PART1_SECONDS)
        wrong += _wrong_length("part2", seconds(script.part2, pace), *PART2_SECONDS)
    _refuse(wrong, script)


def _wrong_length(part: str, foretold: float, shortest: float, longest: float) -> list[str]:
    if shortest * (1 - FORETOLD_WITHIN) <= foretold <= longest * (1 + FORETOLD_WITHIN):
        return []
    way = "shorten" if foretold > longest else "lengthen"
    return [
        f"length: {part} would take {foretold:.0f} seconds to say instead of {shortest:.0f} to {longest:.0f}: {way} it"
    ]


def check_answer(answer: str, brief: QuestionBrief) -> None:
    wrong = violations(_nameless(answer, brief.first_name), MAX_ANSWER)
    if not answer.strip():
        wrong.append("empty: no answer")
    wrong += wrong_names(answer, brief.first_name)
    wrong += wrong_times(answer, _seen_at(brief.analysis), REACH_SECONDS)
    _refuse(wrong, answer)


def _nameless(words: str, first_name: str) -> str:
    """The learner is called what they call themselves, and LINE's names hold emoji, digits and anything else."""
    return words.replace(first_name, copy.NAMELESS)


def _refuse(wrong: Sequence[str], answer: BaseModel | str) -> None:
    if wrong:
        said = answer if isinstance(answer, str) else answer.model_dump_json(exclude={"provider"})
        raise ProviderRefused(tuple(dict.fromkeys(wrong)), said)
