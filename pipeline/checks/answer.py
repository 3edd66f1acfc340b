"""An answer in the chat."""

from pipeline.checks.analysis import REACH_SECONDS, times_of
from pipeline.checks.diet import avoided_in_answer, diet_violations
from pipeline.checks.eaters import half_raw_violations
from pipeline.checks.language import violations, wrong_times
from pipeline.checks.names import without_name, wrong_names
from pipeline.checks.repair import refuse_if
from pipeline.providers.ports import QuestionBrief

MAX_ANSWER = 600  # characters


def check_answer(answer: str, brief: QuestionBrief) -> None:
    """Raises ProviderRefused."""
    wrong = violations(without_name(answer, brief.first_name), MAX_ANSWER, brief.question)
    if not answer.strip():
        wrong.append("empty: the answer is missing")
    wrong += wrong_names(answer, brief.first_name)
    wrong += wrong_times(answer, times_of(brief.analysis), REACH_SECONDS)
    wrong += diet_violations(answer, avoided_in_answer(brief))
    wrong += half_raw_violations(answer, brief.profile)
    refuse_if(wrong, answer)
