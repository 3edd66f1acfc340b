"""Stage 3a without a model: the coaching text, composed of whole sentences from the curriculum."""

from collections.abc import Sequence

from models.coaching import CoachingText, RatingAspect, SessionSummary
from pipeline.hazards import hazard_of
from pipeline.providers.offline import phrases as say
from pipeline.providers.offline.composing import Draft, pick
from pipeline.providers.offline.lesson import Lesson, lesson_of
from pipeline.providers.offline.matching import SHOWS_DONE, content_of
from pipeline.providers.offline.memo_answers import memo_answers
from pipeline.providers.offline.politeness import is_polite, noted
from pipeline.providers.ports import CoachingBrief

PROVIDER = "offline-coach"
LONG_GAP_DAYS = 21
GOOD_RATING = 4  # of 5
QUOTE = 24  # characters of the learner's own words that read well inside a sentence


def coaching_text(brief: CoachingBrief) -> CoachingText:
    """One problem, its principle, one action, one sign; the same brief always gives the same text."""
    lesson = lesson_of(brief)
    draft = Draft()
    return CoachingText(  # in the order in which it is read: what was said once is not said again
        praise=draft.say(praise(brief)),
        mondaiten=draft.say(problem(brief, lesson)),
        skill=draft.say(*skill(brief, lesson)),
        next_action=draft.say(lesson.next_action, focus(brief, lesson)),
        success_sign=draft.say(lesson.success_sign) or lesson.success_sign,
        stop_cue=draft.say(lesson.stop_cue) or draft.say(brief.dish.stop_cue),
        safety=draft.say(safety(brief, lesson), underdone(brief)),
        comparison=draft.say(*comparison(brief, lesson)),
        memo_answers=memo_answers(brief, lesson, draft),
        suggested_questions=suggested_questions(brief, lesson),
        principle_ids=principle_ids(brief),
        provider=PROVIDER,
    )


def principle_ids(brief: CoachingBrief) -> list[str]:
    if brief.principle is not None:
        return [brief.principle.id]
    return [nearest.principle_id for nearest in brief.principles[:1]]


def previous_attempt(brief: CoachingBrief) -> SessionSummary | None:
    names = (brief.dish.slug, brief.dish.name_ja, brief.dish.name_en)
    return next((past for past in reversed(brief.past_sessions) if past.dish in names), None)


def praise(brief: CoachingBrief) -> str:
    """A concrete act first: a fault overcome, a good rating, something noticed, or having cooked again."""
    return f"{brief.first_name}さん、{praised_act(brief)}"


def praised_act(brief: CoachingBrief) -> str:
    keys = (brief.dish.slug, brief.session_number, brief.analysis.fault)
    past, code = previous_attempt(brief), brief.analysis.fault
    if past and past.fault and past.fault != code:
        return pick(say.PRAISE_OVERCAME, *keys)
    if issue := quotable(brief):
        return pick(say.PRAISE_NOTICED, *keys).format(issue=issue)
    liked = [aspect for aspect in RatingAspect if brief.self_ratings.get(aspect, 0) >= GOOD_RATING]
    if liked:
        return say.PRAISE_RATING[liked[(brief.session_number - 1) % len(liked)]]
    if brief.structured_input.questions:
        return say.PRAISE_ASKED
    return pick(say.PRAISE_ATTEMPT[brief.session_number], *keys).format(dish=brief.dish.name_ja)


def quotable(brief: CoachingBrief) -> str:
    """A remark of the memo short enough to be quoted, "" if there is none. Numbers are not repeated."""
    remarks = (remark.strip("「」。、 ") for remark in brief.structured_input.identified_issues)
    return next((r for r in remarks if 0 < len(r) <= QUOTE and not any(c.isnumeric() for c in r)), "")


def problem(brief: CoachingBrief, lesson: Lesson) -> str:
    time = brief.analysis.key_moment_timestamp
    if brief.fault is None:
        where = pick(say.WHERE_REFINED, lesson.key).format(time=time)
        return pick(say.NO_FAULT, lesson.key) + lesson.point + where
    unsure = say.UNSURE if brief.analysis.confidence == "low" else ""
    where = pick(say.WHERE, lesson.key).format(time=time)
    issue = quotable(brief)
    related = issue and content_of(issue) & content_of(" ".join((*brief.fault.learner_words, lesson.point)))
    memo = say.MEMO_MATCHES.format(issue=issue) if related else ""
    return unsure + lesson.point + where + noted(brief.analysis.evidence) + memo


def skill(brief: CoachingBrief, lesson: Lesson) -> list[str]:
    """The principle and its why; later attempts also hear how it is felt, then where else it holds."""
    if not lesson.principle:
        return [brief.dish.attempts[brief.session_number - 1]]
    more = {1: "", 2: lesson.senses, 3: lesson.carries_over}[brief.session_number]
    return [lesson.principle, lesson.why, more]


def focus(brief: CoachingBrief, lesson: Lesson) -> str:
    """Whether food is done is no matter of one's own measure."""
    options: Sequence[str] = say.FOCUS[brief.session_number]
    if SHOWS_DONE.search(lesson.next_action + lesson.success_sign):
        options = [option for option in options if option != say.OWN_MEASURE]
    return pick(options, lesson.key)


def comparison(brief: CoachingBrief, lesson: Lesson) -> list[str]:
    """With the last attempt; "" on a first one, unless the learner has been away."""
    past, code = previous_attempt(brief), brief.analysis.fault
    long_gap = brief.days_since_last is not None and brief.days_since_last > LONG_GAP_DAYS
    told = [pick(say.COMPARE_WELCOME_BACK, lesson.key)] if long_gap else []
    if past and past.fault:
        if code is None:
            told.append(say.COMPARE_NO_FAULT)
        else:
            options = say.COMPARE_SAME_FAULT if past.fault == code else say.COMPARE_NEW_FAULT
            told.append(pick(options, lesson.key))
    elif code and not past and any(each.fault == code for each in brief.past_sessions):
        told.append(say.COMPARE_ELSEWHERE)
    if brief.session_number == 2:
        told.append(pick(say.COMPARE_WOBBLE, lesson.key))
    return told


def safety(brief: CoachingBrief, lesson: Lesson) -> str:
    """A word of care for the hazard the advice brings near, in the dish's own words where it has them."""
    around = lesson.success_sign + lesson.point + lesson.principle  # 切る is mostly no knife there
    hazard = hazard_of(lesson.next_action)
    if "揚げ" in brief.dish.name_ja and hazard not in ("knife", "raw"):
        hazard = "oil"  # whatever is taught at the pan, it is taught at hot oil
    hazard = hazard or hazard_of(around, besides="knife")
    if hazard is None and brief.fault is not None and brief.fault.stage == "加熱":
        hazard = "heat"
    if hazard is None:
        return ""
    fitting = (line for line in brief.dish.safety if say.OWN_SAFETY[hazard].search(line) and is_polite(line))
    return next(fitting, say.SAFETY[hazard])


def underdone(brief: CoachingBrief) -> str:
    """Food the learner calls raw must not be eaten, whatever the lesson is about."""
    told = f"{brief.transcript} {' '.join(brief.structured_input.identified_issues)}"
    return say.SAFETY_UNDERDONE if say.UNDERDONE.search(told) else ""


def suggested_questions(brief: CoachingBrief, lesson: Lesson) -> list[str]:
    """Three that `answers` can answer from what is at hand, other ones each attempt."""
    taught = brief.principle
    senses = taught.senses if taught else ""
    at_hand = {
        say.ASK_WHY: bool(lesson.why),
        say.ASK_SOUND: "音" in senses,
        say.ASK_STOP: bool(lesson.stop_cue),
        say.ASK_RECOVER: bool(taught),
        say.ASK_SUBSTITUTE: bool(brief.dish.substitutions),
        say.ASK_ELSEWHERE: bool(taught),
        say.ASK_SMELL: "香" in senses or "におい" in senses,
        say.ASK_START: bool(brief.dish.start_cue),
    }
    asked = [question for question, known in at_hand.items() if known]
    first = (brief.session_number - 1) * 2 % max(len(asked), 1)
    return (asked[first:] + asked[:first])[:3]
