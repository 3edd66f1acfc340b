"""Stage 3a without a model: the coaching text, composed of whole sentences from the curriculum."""

from collections.abc import Sequence

from knowledge_base.content import Fault
from knowledge_base.phrasebook import address
from models.coaching import CoachingText, RatingAspect, SessionSummary
from pipeline.checks.hazards import hazard_of
from pipeline.providers.offline import phrases
from pipeline.providers.offline.composing import Draft, pick
from pipeline.providers.offline.lesson import Lesson, is_unsure, lesson_of, quotable_remarks
from pipeline.providers.offline.lexicon import NEGATIVE
from pipeline.providers.offline.matching import DONENESS_SIGNS, content_of, nouns_of
from pipeline.providers.offline.memo_answers import memo_answers
from pipeline.providers.offline.politeness import is_polite, observation_sentence
from pipeline.providers.offline.vision.mentions import mentions
from pipeline.providers.ports import CoachingBrief

PROVIDER = "offline-coach"
LONG_GAP_DAYS = 21
GOOD_RATING = 4  # of 5
LIMITS = 2  # of what could not be seen: more would bury the lesson


def coaching_text(brief: CoachingBrief) -> CoachingText:
    """One problem, its principle, one action, one sign; the same brief always gives the same text."""
    lesson = lesson_of(brief)
    draft = Draft()
    return CoachingText(  # in the order in which it is read: no sentence comes twice
        praise=draft.say(praise(brief)),
        mondaiten=draft.say(problem(brief, lesson)),
        skill=draft.say(*skill(brief, lesson)),
        next_action=draft.say(lesson.next_action, focus(brief, lesson)),
        success_sign=draft.say(lesson.success_sign) or lesson.success_sign,
        stop_cue=draft.say(lesson.stop_cue) or draft.say(brief.dish.stop_cue),
        safety=draft.say(safety(brief, lesson), doneness_warning(brief)),
        comparison=draft.say(*comparison(brief, lesson)),
        memo_answers=memo_answers(brief, lesson, draft),
        suggested_questions=suggested_questions(brief, lesson),
        principle_ids=principle_ids(brief, lesson),
        provider=PROVIDER,
    )


def principle_ids(brief: CoachingBrief, lesson: Lesson) -> list[str]:
    """None where the lesson is the memo's: what was retrieved is not about it."""
    if lesson.remark:
        return []
    if brief.principle is not None:
        return [brief.principle.id]
    return [nearest.principle_id for nearest in brief.principles[:1]]


def previous_attempt(brief: CoachingBrief) -> SessionSummary | None:
    names = (brief.dish.slug, brief.dish.name_ja, brief.dish.name_en)
    return next((past for past in reversed(brief.past_sessions) if past.dish in names), None)


def praise(brief: CoachingBrief) -> str:
    """A concrete act first: progress, a remark of the memo, a good rating, a question, or another attempt."""
    return f"{address(brief.first_name)}、{act_to_praise(brief)}"


def act_to_praise(brief: CoachingBrief) -> str:
    keys = (brief.dish.slug, brief.session_number, brief.analysis.fault)
    past, code = previous_attempt(brief), brief.analysis.fault
    if past and past.fault and past.fault != code and not is_unsure(brief):
        return pick(phrases.PRAISE_PROGRESS, *keys)
    if issue := quotable(brief):
        return pick(phrases.PRAISE_REMARK, *keys).format(issue=issue)
    good_aspects = [aspect for aspect in RatingAspect if brief.self_ratings.get(aspect, 0) >= GOOD_RATING]
    if good_aspects:
        return phrases.PRAISE_RATING[good_aspects[(brief.session_number - 1) % len(good_aspects)]]
    if brief.structured_input.questions:
        return phrases.PRAISE_QUESTION
    return pick(phrases.PRAISE_ATTEMPT[brief.session_number], *keys).format(dish=brief.dish.name_ja)


def quotable(brief: CoachingBrief) -> str:
    """The memo's first remark that can be quoted, "" if there is none."""
    return next(iter(quotable_remarks(brief)), "")


def problem(brief: CoachingBrief, lesson: Lesson) -> str:
    """What is wrong and where it shows; without a fault what can be said instead, and what could not be seen."""
    time = brief.analysis.key_moment_timestamp
    limits = "".join(brief.analysis.not_visible[:LIMITS])
    if is_unsure(brief):
        about = (
            phrases.TEACH_THE_MEMO.format(issue=lesson.remark) if lesson.remark else phrases.TEACH_THE_FOCUS
        )
        return pick(phrases.NOT_JUDGED, lesson.key) + limits + about + lesson.point
    if brief.fault is None:
        seen = observation_sentence(brief.analysis.evidence)
        where = phrases.WHERE_SEEN.format(time=time) + seen if seen else ""
        return pick(phrases.NO_FAULT, lesson.key) + limits + lesson.point + where
    unsure = phrases.UNSURE if brief.analysis.confidence == "low" else ""
    where = pick(phrases.WHERE, lesson.key).format(time=time)
    issue = quotable(brief)
    memo = phrases.MEMO_MATCHES.format(issue=issue) if issue and speaks_of(issue, brief.fault, lesson) else ""
    return unsure + lesson.point + where + observation_sentence(brief.analysis.evidence) + memo + limits


def speaks_of(issue: str, fault: Fault, lesson: Lesson) -> bool:
    """Whether a remark is about the fault. A cause is stated: a thing in common (火) is no ground for it; one of the
    fault's own phrases is, or that the same happened."""
    fault_words = content_of(" ".join((*fault.learner_words, lesson.point)))
    things = nouns_of(issue) - NEGATIVE - {"生"}
    happened = (content_of(issue) & fault_words) - things
    return bool(happened) or mentions([issue], fault.learner_words)


def skill(brief: CoachingBrief, lesson: Lesson) -> list[str]:
    """The principle and its why; later attempts also get how it feels, then where else it holds. Where the footage leaves
    all open, what this attempt concentrates on comes first."""
    focus = brief.dish.attempts[brief.session_number - 1]
    if not lesson.principle:
        return [focus]
    if is_unsure(brief):
        return [focus, lesson.principle]
    more = {1: "", 2: lesson.senses, 3: lesson.carries_over}[brief.session_number]
    return [lesson.principle, lesson.why, more]


def focus(brief: CoachingBrief, lesson: Lesson) -> str:
    """Without the encouragement to go by one's own measure where the lesson is whether food is done."""
    options: Sequence[str] = phrases.FOCUS[brief.session_number]
    if DONENESS_SIGNS.search(lesson.next_action + lesson.success_sign):
        options = [option for option in options if option != phrases.FOCUS_OWN_MEASURE]
    return pick(options, lesson.key)


def comparison(brief: CoachingBrief, lesson: Lesson) -> list[str]:
    """With the last attempt; "" on a first one, unless the learner has been away."""
    past, code = previous_attempt(brief), brief.analysis.fault
    long_gap = brief.days_since_last is not None and brief.days_since_last > LONG_GAP_DAYS
    sentences = [pick(phrases.COMPARE_WELCOME_BACK, lesson.key)] if long_gap else []
    if past and past.fault:
        if code is None:
            sentences += [] if is_unsure(brief) else [phrases.COMPARE_NO_FAULT]
        else:
            options = phrases.COMPARE_SAME_FAULT if past.fault == code else phrases.COMPARE_NEW_FAULT
            sentences.append(pick(options, lesson.key))
    elif code and not past and any(each.fault == code for each in brief.past_sessions):
        sentences.append(phrases.COMPARE_ELSEWHERE)
    if brief.session_number == 2:
        sentences.append(pick(phrases.COMPARE_WOBBLE, lesson.key))
    return sentences


def safety(brief: CoachingBrief, lesson: Lesson) -> str:
    """A warning of the hazard in the advice, in the dish's own words where it has them."""
    around = lesson.success_sign + lesson.point + lesson.principle  # 切る is mostly no knife there
    hazard = hazard_of(lesson.next_action)
    if "揚げ" in brief.dish.name_ja and hazard not in ("knife", "raw"):
        hazard = "oil"  # whatever is taught at the pan, it is taught at hot oil
    hazard = hazard or hazard_of(around, besides="knife")
    if hazard is None and brief.fault is not None and brief.fault.stage == "加熱":
        hazard = "heat"
    if hazard is None:
        return ""
    dish_lines = (
        line for line in brief.dish.safety if phrases.DISH_SAFETY[hazard].search(line) and is_polite(line)
    )
    return next(dish_lines, phrases.SAFETY[hazard])


def doneness_warning(brief: CoachingBrief) -> str:
    """Food the learner calls raw must not be eaten, whatever the lesson is about."""
    memo = f"{brief.transcript} {' '.join(brief.structured_input.identified_issues)}"
    return phrases.SAFETY_RAW_INSIDE if phrases.RAW_INSIDE.search(memo) else ""


def suggested_questions(brief: CoachingBrief, lesson: Lesson) -> list[str]:
    """Three that `answers` has facts for, other ones each attempt."""
    principle = brief.principle
    senses = principle.senses if principle else ""
    has_facts = {
        phrases.ASK_WHY: bool(lesson.why),
        phrases.ASK_SOUND: "音" in senses,
        phrases.ASK_STOP: bool(lesson.stop_cue),
        phrases.ASK_RECOVER: bool(principle),
        phrases.ASK_SUBSTITUTE: bool(brief.dish.substitutions),
        phrases.ASK_ELSEWHERE: bool(principle),
        phrases.ASK_SMELL: "香" in senses or "におい" in senses,
        phrases.ASK_START: bool(brief.dish.start_cue),
    }
    questions = [question for question, is_answerable in has_facts.items() if is_answerable]
    first = (brief.session_number - 1) * 2 % max(len(questions), 1)
    return (questions[first:] + questions[:first])[:3]
