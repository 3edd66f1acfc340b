"""Stage 3a without a model: the coaching text, composed of whole sentences from the curriculum."""

from collections.abc import Sequence

from knowledge_base import arc_talk
from knowledge_base.foods import avoided_by
from knowledge_base.raw_meat import Food, food_of
from models.coaching import CoachingText, FollowUpVerdict
from pipeline.checks.raw_meat import needs_warning
from pipeline.providers.offline import phrases
from pipeline.providers.offline.composing import Draft, full_sentences, pick
from pipeline.providers.offline.facts import SAFETY
from pipeline.providers.offline.last_time import comes_first, last_time
from pipeline.providers.offline.lesson import Lesson, Way, is_unsure, lesson_of
from pipeline.providers.offline.matching import DONENESS_SIGNS
from pipeline.providers.offline.memo_answers import memo_answers
from pipeline.providers.offline.personal.depth import corrected, explained
from pipeline.providers.offline.personal.fitting import fitted, fitting_text
from pipeline.providers.offline.personal.senses import favourite_sign
from pipeline.providers.offline.personal.wishes import company, textures, ways, wishes
from pipeline.providers.offline.politeness import observation_sentence
from pipeline.providers.offline.praise import praise, previous_attempt
from pipeline.providers.offline.remarks import quotable_remarks
from pipeline.providers.offline.safety import safety
from pipeline.providers.offline.ties import is_about
from pipeline.providers.ports import CoachingBrief

PROVIDER = "offline-coach"
LONG_GAP_DAYS = 21
GAPS = {"daily": 10, "often": 14, "weekly": 35, "rarely": 60}  # days after which who cooks so often was away
ENOUGH = 12  # characters by which a sentence is known again in another form
LIMITS = 2  # of what could not be seen: more would bury the lesson


def coaching_text(brief: CoachingBrief) -> CoachingText:
    """One problem, its principle, one action, one sign; the same brief always gives the same text."""
    lesson = fitted(lesson_of(brief), brief)
    before, after = corrected(brief, lesson)
    draft = Draft()
    told = last_time(brief)
    return CoachingText(  # in the order in which it is read: no sentence comes twice
        last_time=draft.say(told if comes_first(brief) else ""),
        praise=draft.say(praise(brief)),
        mondaiten=draft.say(raw_warning(brief), *before, problem(brief, lesson), *after),
        skill=draft.say(*explained(skill(brief, lesson), brief, lesson)),
        next_action=draft.say(
            lesson.next_action, *ways(brief, lesson), *(wishes(brief, lesson) or [focus(brief, lesson)])
        ),
        success_sign=draft.say(*signs(brief, lesson)) or lesson.success_sign,
        stop_cue=draft.say(lesson.stop_cue),
        safety=draft.say(*safety(brief, lesson)),
        comparison=draft.say("" if comes_first(brief) else told, *comparison(brief, lesson)),
        memo_answers=memo_answers(brief, lesson, draft),
        suggested_questions=suggested_questions(brief, lesson),
        principle_ids=principle_ids(brief, lesson),
        provider=PROVIDER,
    )


def signs(brief: CoachingBrief, lesson: Lesson) -> list[str]:
    liked = favourite_sign(lesson.success_sign, lesson.senses, brief.profile)
    return [lesson.success_sign, liked, *textures(brief, lesson)]


def principle_ids(brief: CoachingBrief, lesson: Lesson) -> list[str]:
    """None where the lesson is the memo's: what was retrieved is not about it."""
    if lesson.remark:
        return []
    if brief.principle is not None:
        return [brief.principle.id]
    return [nearest.principle_id for nearest in brief.principles[:1]]


def raw_warning(brief: CoachingBrief) -> str:
    """Before all else: food that is raw inside must not be eaten as it is."""
    if not needs_warning(brief):
        return ""
    return phrases.RAW_FISH if food_of(brief.dish.slug) is Food.FISH else phrases.RAW_MEAT


def problem(brief: CoachingBrief, lesson: Lesson) -> str:
    """What is wrong and where it shows; without a fault what can be said instead, and what could not be seen."""
    limits = "".join(brief.analysis.not_visible[:LIMITS])
    if is_unsure(brief):
        about = (
            phrases.TEACH_THE_MEMO.format(issue=lesson.remark) if lesson.remark else phrases.TEACH_THE_FOCUS
        )
        return pick(phrases.NOT_JUDGED, lesson.key) + limits + about + lesson.point
    if brief.fault is None:
        seen = observation_sentence(brief.analysis.evidence)
        time = brief.analysis.key_moment_timestamp
        where = phrases.WHERE_SEEN.format(time=time) + seen if seen else ""
        return pick(phrases.NO_FAULT, lesson.key) + limits + lesson.point + where
    unsure = phrases.UNSURE if brief.analysis.confidence == "low" else ""
    return unsure + lesson.point + where_it_shows(brief) + memo_matches(brief) + limits


def where_it_shows(brief: CoachingBrief) -> str:
    """The moment, and what was seen there; nothing is said to be seen of which nothing is known."""
    seen = observation_sentence(brief.analysis.evidence)
    is_doubtful = brief.analysis.confidence == "low"
    options = phrases.WHERE_UNSEEN if not seen else phrases.WHERE_UNSURE if is_doubtful else phrases.WHERE
    return options[brief.session_number - 1].format(time=brief.analysis.key_moment_timestamp) + seen


def memo_matches(brief: CoachingBrief) -> str:
    """The first remark that is about the fault, tied to it."""
    if brief.fault is None:
        return ""
    remarks = (each for each in quotable_remarks(brief) if is_about(each, brief.fault, brief.dish))
    if not (remark := next(remarks, "")):
        return ""
    if brief.analysis.confidence == "low":
        return phrases.MEMO_MATCHES_UNSURE.format(issue=remark)
    return phrases.MEMO_MATCHES[brief.session_number - 1].format(issue=remark)


def skill(brief: CoachingBrief, lesson: Lesson) -> list[str]:
    """The principle and its why, or another way to it where the fault came before. Where the footage leaves all open,
    what this attempt concentrates on comes first."""
    focus = brief.dish.attempts[brief.session_number - 1]
    if not lesson.principle:
        return [focus]
    if is_unsure(brief):
        return [focus, lesson.principle]
    if lesson.way is Way.SENSE:
        if lesson.skill == SAFETY:
            return [phrases.SKILL_SENSE_SAFETY, lesson.carries_over]
        return [phrases.SKILL_SENSE.format(title=lesson.title), phrases.SKILL_ELSEWHERE, lesson.carries_over]
    if lesson.way is Way.RECOVERY:
        return [
            phrases.SKILL_RECOVERY,
            *recovery_left(brief, lesson),
            phrases.SKILL_FAILURE,
            lesson.failure,
        ]
    more = {1: "", 2: lesson.senses, 3: lesson.carries_over}[brief.session_number]
    return [lesson.principle, lesson.why, more]


def recovery_left(brief: CoachingBrief, lesson: Lesson) -> list[str]:
    """The recovery without the sentence that the next action is made of."""
    told, *left = full_sentences(brief.principle.recovery) if brief.principle else [""]
    return left if told[:ENOUGH] == lesson.next_action[:ENOUGH] else [told, *left]


def focus(brief: CoachingBrief, lesson: Lesson) -> str:
    """Without the encouragement to go by one's own measure where the lesson is safety."""
    options: Sequence[str] = phrases.FOCUS[brief.session_number]
    if lesson.skill == SAFETY or DONENESS_SIGNS.search(lesson.next_action + lesson.success_sign):
        options = [option for option in options if option != phrases.FOCUS_OWN_MEASURE]
    return pick(options, lesson.key)


def comparison(brief: CoachingBrief, lesson: Lesson) -> list[str]:
    """With the last attempt; "" on a first one, unless the learner has been away."""
    past, code = previous_attempt(brief), brief.analysis.fault
    usual_gap = GAPS.get(brief.profile.cooking_frequency, LONG_GAP_DAYS)
    long_gap = brief.days_since_last is not None and brief.days_since_last > usual_gap
    sentences = [pick(phrases.COMPARE_WELCOME_BACK, lesson.key)] if long_gap else []
    verdict = brief.analysis.follow_up.verdict if brief.analysis.follow_up else None
    if past and past.fault:
        if code is None:
            sentences += [phrases.COMPARE_OVERCOME] if verdict is FollowUpVerdict.SEEN else []
        elif past.fault == code:
            sentences.append(phrases.COMPARE_SAME_FAULT[lesson.way % 2])
        elif verdict is not FollowUpVerdict.TOO_FAR:
            sentences.append(pick(phrases.COMPARE_NEW_FAULT, lesson.key))
    elif code and not past and any(each.fault == code for each in brief.past_sessions):
        sentences.append(phrases.COMPARE_ELSEWHERE)
    if brief.session_number == 2:
        sentences += [arc_talk.LESS_CLEAN] if brief.is_less_clean else []
        sentences.append(pick(phrases.COMPARE_WOBBLE, lesson.key))
    return [*sentences, *company(brief, lesson)]


def suggested_questions(brief: CoachingBrief, lesson: Lesson) -> list[str]:
    """Three that `answers` has facts for, other ones each attempt."""
    principle = brief.principle
    senses = principle.senses if principle else ""
    limits = brief.profile.sense_limits
    substitutes = fitting_text("".join(brief.dish.substitutions), brief.profile, avoided_by(brief.profile))
    has_facts = {
        phrases.ASK_WHY: bool(lesson.why),
        phrases.ASK_SOUND: "音" in senses and "sound" not in limits,
        phrases.ASK_STOP: bool(lesson.stop_cue),
        phrases.ASK_RECOVER: bool(principle),
        phrases.ASK_SUBSTITUTE: bool(substitutes),
        phrases.ASK_ELSEWHERE: bool(principle),
        phrases.ASK_SMELL: ("香" in senses or "におい" in senses) and "smell" not in limits,
        phrases.ASK_START: bool(brief.dish.start_cue),
    }
    questions = [question for question, is_answerable in has_facts.items() if is_answerable]
    first = (brief.session_number - 1) * 2 % max(len(questions), 1)
    return (questions[first:] + questions[:first])[:3]
