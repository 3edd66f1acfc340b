"""What a finished coaching text changes in the learner's long-term state, and what footage that is taken back undoes."""

from collections.abc import Sequence
from datetime import datetime

from models.coaching import (
    CoachingText,
    FollowUpVerdict,
    OpenSkill,
    RecurringMistake,
    SessionSummary,
    VideoAnalysis,
)
from models.dish import ProgressStatus, UserDishProgress
from models.learner import LearnerState, LearningVelocity
from models.rules.entitlement import SESSIONS_PER_DISH

FOCUS_LENGTH = 200  # LearnerState.next_focus


def record_coaching(
    state: LearnerState,
    progress: UserDishProgress,
    *,
    dish_slug: str,
    dish_skills: Sequence[str],
    session_number: int,
    analysis: VideoAnalysis,
    coaching: CoachingText,
    now: datetime,
    open_skill: OpenSkill | None = None,
) -> None:
    """Updates both rows in place. `open_skill` is what a dish ends without, after its last attempt. `now` in UTC."""
    summary = SessionSummary(
        dish=dish_slug,
        session=session_number,
        key_issue=analysis.diagnosis if analysis.fault else "",
        key_progress=coaching.praise,
        fault=analysis.fault,
    )
    # New lists, not appends: SQLAlchemy sees a JSON column change only by assignment.
    state.session_summaries = [*state.session_summaries, summary.model_dump()]
    state.recurring_mistakes = count_mistake(state.recurring_mistakes, analysis.fault)
    clean_third = session_number == SESSIONS_PER_DISH and analysis.is_clean
    _move_skills(state, dish_skills, acquired=clean_third)
    state.open_skill = _open_skill(state, analysis, dish_skills if clean_third else (), open_skill)
    state.learning_velocity = velocity([SessionSummary(**entry) for entry in state.session_summaries])
    state.next_focus = coaching.next_action[:FOCUS_LENGTH]
    state.ready_for_next_dish = session_number == SESSIONS_PER_DISH or (
        session_number == SESSIONS_PER_DISH - 1 and analysis.is_clean
    )
    state.updated_at = now
    _move_progress(progress, session_number, now)


def rejudge(state: LearnerState, dish_slug: str, session_number: int, fault: str | None) -> None:
    """A coach has said what went wrong in a cook that was coached. Nothing where that is known already."""
    summaries = [SessionSummary.model_validate(entry) for entry in state.session_summaries]
    for number, each in enumerate(summaries):
        if (each.dish, each.session) != (dish_slug, session_number) or each.fault == fault:
            continue
        mistakes = _uncount(state.recurring_mistakes, each.fault)
        state.recurring_mistakes = count_mistake(mistakes, fault)
        summaries[number] = each.model_copy(
            update={"fault": fault, "key_issue": ""}
        )  # the AI's words for the other
    state.session_summaries = [each.model_dump() for each in summaries]
    state.learning_velocity = velocity(summaries)


def forget_footage(state: LearnerState, dish_slug: str, session_number: int) -> None:
    """That it was cooked stays; what was seen of it does not."""
    summaries = [SessionSummary.model_validate(entry) for entry in state.session_summaries]
    gone = [each for each in summaries if (each.dish, each.session) == (dish_slug, session_number)]
    nothing = {"key_issue": "", "key_progress": "", "fault": None}
    state.session_summaries = [
        (each.model_copy(update=nothing) if each in gone else each).model_dump() for each in summaries
    ]
    for each in gone:
        state.recurring_mistakes = _uncount(state.recurring_mistakes, each.fault)
    if state.open_skill and OpenSkill.model_validate(state.open_skill).dish == dish_slug:
        state.open_skill = {}


def count_mistake(mistakes: Sequence[dict[str, object]], fault: str | None) -> list[dict[str, object]]:
    counts = [RecurringMistake.model_validate(entry) for entry in mistakes]
    if fault is None:
        return [entry.model_dump() for entry in counts]
    for index, entry in enumerate(counts):
        if entry.mistake == fault:
            counts[index] = entry.model_copy(update={"seen_count": entry.seen_count + 1})
            break
    else:
        counts.append(RecurringMistake(mistake=fault, seen_count=1))
    return [entry.model_dump() for entry in counts]


def _uncount(mistakes: Sequence[dict[str, object]], fault: str | None) -> list[dict[str, object]]:
    counts = [RecurringMistake.model_validate(entry) for entry in mistakes]
    return [
        {"mistake": each.mistake, "seen_count": each.seen_count - (each.mistake == fault)}
        for each in counts
        if each.mistake != fault or each.seen_count > 1
    ]


def _open_skill(
    state: LearnerState, analysis: VideoAnalysis, acquired: Sequence[str], ends_without: OpenSkill | None
) -> dict[str, object]:
    """The newest one, until it is seen to work or the skill is acquired elsewhere."""
    if ends_without is not None:
        return ends_without.model_dump()
    if not state.open_skill:
        return {}
    before, past = OpenSkill.model_validate(state.open_skill), analysis.follow_up
    is_seen = past is not None and past.verdict is FollowUpVerdict.SEEN and past.fault == before.fault
    return {} if is_seen or before.skill in acquired else before.model_dump()


def velocity(summaries: Sequence[SessionSummary]) -> LearningVelocity:
    """Read off the latest dish's attempts: the same fault again is slow, three times a plateau."""
    if not summaries:
        return LearningVelocity.STEADY
    attempts = [entry for entry in summaries if entry.dish == summaries[-1].dish]
    last = attempts[-1].fault
    if last is None:
        return LearningVelocity.FAST if len(attempts) > 1 else LearningVelocity.STEADY
    repeats = 0
    for entry in reversed(attempts):
        if entry.fault != last:
            break
        repeats += 1
    if repeats >= SESSIONS_PER_DISH:
        return LearningVelocity.PLATEAU
    return LearningVelocity.SLOW if repeats == SESSIONS_PER_DISH - 1 else LearningVelocity.STEADY


def _move_skills(state: LearnerState, skills: Sequence[str], *, acquired: bool) -> None:
    if acquired:
        state.skills_acquired = [
            *state.skills_acquired,
            *(s for s in skills if s not in state.skills_acquired),
        ]
        state.skills_developing = [s for s in state.skills_developing if s not in skills]
        return
    known = {*state.skills_acquired, *state.skills_developing}
    state.skills_developing = [*state.skills_developing, *(s for s in skills if s not in known)]


def _move_progress(progress: UserDishProgress, session_number: int, now: datetime) -> None:
    progress.started_at = progress.started_at or now
    if session_number == SESSIONS_PER_DISH:
        progress.status = ProgressStatus.COMPLETED
        progress.completed_at = now
    elif progress.status == ProgressStatus.NOT_STARTED:
        progress.status = ProgressStatus.IN_PROGRESS
