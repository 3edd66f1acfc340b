"""The narration: to this learner, sayable, and as long as the pictures it runs over."""

import re

from knowledge_base import phrasebook
from models.coaching import NarrationScript
from pipeline.checks.analysis import MAX_FIELD
from pipeline.checks.diet import avoided_in, diet_violations
from pipeline.checks.eaters import half_raw_violations
from pipeline.checks.language import violations
from pipeline.checks.last_time import false_claims
from pipeline.checks.names import without_name, wrong_names
from pipeline.checks.repair import refuse_if
from pipeline.providers.ports import CoachingBrief, Pace
from pipeline.speech_length import seconds

PART1_SECONDS = (30.0, 40.0)  # the design document's; lengths estimated from text are off by some
PART2_SECONDS = (15.0, 20.0)
# Of the length: over the curriculum's narrations, the estimate was 8 % off at most.
ESTIMATE_WITHIN = 0.1


def check_narration(script: NarrationScript, brief: CoachingBrief, pace: Pace | None) -> None:
    """Raises ProviderRefused; lengths are judged where the voice's pace is known."""
    wrong = []
    for name, text in (("part1", script.part1), ("pivot", script.pivot), ("part2", script.part2)):
        if not text.strip():
            wrong.append(f"empty: {name} is missing")
        wrong += violations(without_name(text, brief.first_name), 2 * MAX_FIELD)
    wrong += wrong_names("\n".join((script.part1, script.part2)), brief.first_name)
    if (address := phrasebook.address(brief.first_name)) not in script.part1:
        wrong.append(f"name: part1 never says '{address}'")
    if re.search(r"\d[:：]\d\d", script.part1 + script.part2):
        wrong.append("time: a time such as 0:41 must not be read aloud: leave it out")
    if pace is not None:
        wrong += _wrong_length("part1", seconds(script.part1, pace), *PART1_SECONDS)
        wrong += _wrong_length("part2", seconds(script.part2, pace), *PART2_SECONDS)
    spoken = "\n".join((script.part1, script.part2))
    wrong += diet_violations(spoken, avoided_in(brief), brief.dish)
    wrong += half_raw_violations(spoken, brief.profile)
    if brief.analysis.follow_up is not None:
        wrong += false_claims(spoken, brief.analysis.follow_up.verdict)
    refuse_if(wrong, script)


def _wrong_length(part: str, estimate: float, shortest: float, longest: float) -> list[str]:
    if shortest * (1 - ESTIMATE_WITHIN) <= estimate <= longest * (1 + ESTIMATE_WITHIN):
        return []
    verb = "shorten" if estimate > longest else "lengthen"
    return [
        f"length: {part} takes {estimate:.0f} seconds to say instead of {shortest:.0f} to {longest:.0f}: {verb} it"
    ]
