"""The coaching text: complete, to this learner, from what was seen, retrieved and asked."""

import re

from knowledge_base import phrasebook
from line.limits import MAX_LABEL, units
from models.coaching import CoachingText
from pipeline.checks.analysis import MAX_FIELD, REACH_SECONDS, times_of
from pipeline.checks.diet import avoided_in, diet_violations
from pipeline.checks.eaters import half_raw_violations
from pipeline.checks.hazards import hazard_of
from pipeline.checks.language import violations, wrong_times
from pipeline.checks.last_time import last_time_violations
from pipeline.checks.names import without_name, wrong_names
from pipeline.checks.raw_meat import raw_meat_violations
from pipeline.checks.repair import refuse_if
from pipeline.checks.safety.guard import unsafe_claims
from pipeline.providers.ports import CoachingBrief


def check_coaching(coaching: CoachingText, brief: CoachingBrief) -> None:
    """Raises ProviderRefused."""
    fields = {
        "mondaiten": coaching.mondaiten,
        "skill": coaching.skill,
        "next_action": coaching.next_action,
        "success_sign": coaching.success_sign,
    }
    extras = [coaching.last_time, coaching.praise, coaching.comparison, coaching.stop_cue, coaching.safety]
    answers = [entry.answer for entry in coaching.memo_answers]
    wrong = [f"empty: {name} is missing" for name, text in fields.items() if not text.strip()]
    for text in [*fields.values(), *extras]:
        wrong += violations(without_name(text, brief.first_name), MAX_FIELD)
    for entry in coaching.memo_answers:
        wrong += violations(without_name(entry.answer, brief.first_name), MAX_FIELD, entry.question)
    wrong += _wrong_references(coaching, brief)
    whole = "\n".join([*fields.values(), *extras, *answers])
    wrong += wrong_names(whole, brief.first_name)
    if (address := phrasebook.address(brief.first_name)) not in whole:
        wrong.append(f"name: the text never says '{address}'")
    wrong += wrong_times(whole, times_of(brief.analysis), REACH_SECONDS)
    wrong += last_time_violations(coaching, brief)
    wrong += raw_meat_violations(coaching.mondaiten, brief)
    wrong += diet_violations(whole, avoided_in(brief), brief.dish)
    wrong += half_raw_violations(whole, brief.profile)
    if (hazard := hazard_of(coaching.next_action)) and not coaching.safety.strip():
        wrong.append(f"safety: next_action involves a hazard ({hazard}), but the safety field is empty")
    wrong += [
        f"length: the suggested question '{question}' is longer than {MAX_LABEL} characters"
        for question in coaching.suggested_questions
        if units(question) > MAX_LABEL
    ]
    wrong += [
        f"safety: {claim}: a suggested question makes light of it"
        for question in coaching.suggested_questions
        for claim in unsafe_claims(question)
    ]
    refuse_if(wrong, coaching)


def _wrong_references(coaching: CoachingText, brief: CoachingBrief) -> list[str]:
    """Only what was retrieved is taught from, and only what was asked is answered."""
    retrieved = {principle.principle_id for principle in brief.principles}
    if brief.principle is not None:
        retrieved.add(brief.principle.id)
    wrong = [
        f"principle: '{name}' is not one of the principles that were given"
        for name in coaching.principle_ids
        if name not in retrieved
    ]
    questions = {_bare(question) for question in brief.structured_input.questions}
    wrong += [
        f"memo: the learner did not ask '{entry.question}'"
        for entry in coaching.memo_answers
        if _bare(entry.question) not in questions
    ]
    return wrong


def _bare(question: str) -> str:
    return re.sub(r"[\s。、？?！!「」]", "", question)
