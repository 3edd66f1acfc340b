"""What is praised: only what is. A feeling is heard first; then words, marks, a question, an attempt."""

from knowledge_base.phrasebook import ASPECT_NAMES, address
from models.coaching import RatingAspect, SessionSummary
from pipeline.checks.raw_meat import needs_warning
from pipeline.providers.offline import phrases
from pipeline.providers.offline.composing import pick
from pipeline.providers.offline.feelings import DISCOURAGED, answer_to_feeling, feeling_of
from pipeline.providers.offline.personal.phrases import AFTER_FAILURE
from pipeline.providers.offline.remarks import quotable_remarks
from pipeline.providers.ports import CoachingBrief

GOOD_RATING = 4  # of 5


def praise(brief: CoachingBrief) -> str:
    feeling = answer_to_feeling(brief, is_raw=needs_warning(brief))
    if feeling and feeling_of(brief) in DISCOURAGED:
        feeling += AFTER_FAILURE.get(brief.profile.after_failure, "")
    return f"{address(brief.first_name)}、{feeling}{act_to_praise(brief)}"


def act_to_praise(brief: CoachingBrief) -> str:
    keys = (brief.dish.slug, brief.session_number, brief.analysis.fault)
    attempt = brief.session_number - 1
    if remarks := quotable_remarks(brief):
        return phrases.PRAISE_REMARK[attempt].format(issue=remarks[attempt % len(remarks)])
    if aspects := good_aspects(brief):
        return phrases.PRAISE_RATING[attempt].format(aspect=ASPECT_NAMES[aspects[attempt % len(aspects)]])
    if brief.structured_input.questions and attempt == 0:
        return phrases.PRAISE_QUESTION
    return pick(phrases.PRAISE_ATTEMPT[brief.session_number], *keys).format(dish=brief.dish.name_ja)


def good_aspects(brief: CoachingBrief) -> list[RatingAspect]:
    """Those the learner rates well and the fault leaves alone."""
    lowered = set(brief.fault.aspects) if brief.fault else set()
    if needs_warning(brief):
        lowered |= {RatingAspect.TASTE, RatingAspect.TEXTURE}
    return [
        aspect
        for aspect in RatingAspect
        if brief.self_ratings.get(aspect, 0) >= GOOD_RATING and aspect not in lowered
    ]


def previous_attempt(brief: CoachingBrief) -> SessionSummary | None:
    names = (brief.dish.slug, brief.dish.name_ja, brief.dish.name_en)
    return next((past for past in reversed(brief.past_sessions) if past.dish in names), None)
