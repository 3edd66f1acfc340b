"""Stage 3b without a model: what the voice says over the footage. It tells what the card tells in other sentences."""

import re
from collections.abc import Iterable

from knowledge_base import arc_talk, phrasebook
from knowledge_base.raw_meat import Food, food_of
from models.coaching import CoachingText, NarrationScript
from pipeline.checks.hazards import HAZARDS
from pipeline.checks.raw_meat import needs_warning
from pipeline.providers.offline import phrases
from pipeline.providers.offline.composing import full_sentences, pick
from pipeline.providers.offline.feelings import feeling_of
from pipeline.providers.offline.lesson import Lesson, Way, is_unsure, lesson_of
from pipeline.providers.offline.pacing import Line, choose_lines
from pipeline.providers.offline.personal.fitting import fitted
from pipeline.providers.offline.personal.senses import in_their_senses
from pipeline.providers.offline.personal.voice import by_sense, listening, spoken_to
from pipeline.providers.offline.plain_form import plain, reason
from pipeline.providers.offline.politeness import observation_sentence, polite_sentence
from pipeline.providers.ports import CoachingBrief

PROVIDER = "offline-coach"
# The design asks for 30 to 40 and 15 to 20 seconds; the margins leave room for the pauses between sentences.
PART1_SECONDS = (31.5, 37.5)
PART2_SECONDS = (15.5, 19.4)

CLOCK = re.compile(r"\d:\d\d")
QUOTATION = re.compile(r"「([^」]*)」と")
SILENT_SIGNS = re.compile(r"[「」『』（）()【】\[\]🍳✅]")


def narration(brief: CoachingBrief, coaching: CoachingText) -> NarrationScript:
    """Part 1 says what the lesson is and why; part 2 what to look for, and ends with the decisive rule."""
    lesson = fitted(lesson_of(brief), brief)
    part1 = choose_lines(distinct(opening_lines(brief, lesson)), *PART1_SECONDS)
    part2 = choose_lines(distinct(moment_lines(brief, coaching, lesson)), *PART2_SECONDS)
    return NarrationScript(
        part1="".join(part1), pivot=phrasebook.NARRATION_PIVOT, part2="".join(part2), provider=PROVIDER
    )


def opening_lines(brief: CoachingBrief, lesson: Lesson) -> list[Line]:
    """Greeting, a word of warmth, what it is about, and what the card says of it, in other words."""
    attempt = brief.session_number - 1
    greeting = phrases.VOICE_GREETING[brief.session_number].format(
        name=brief.first_name, dish=brief.dish.name_ja
    )
    return [
        *(Line(text, keep=True) for text in full_sentences(greeting)),
        *(Line(text, keep=True) for text in raw_lines(brief)),
        *(Line(text, keep=True) for text in last_time_lines(brief)),
        Line(warm_line(brief), weight=4),
        Line(phrases.VOICE_POINT[attempt], weight=2),
        *(Line(text, keep=True) for text in full_sentences(point_line(brief))),
        *(Line(text, weight=6) for text in told_otherwise(lesson)),
        *(Line(text, weight=5) for text in spoken_to(brief, lesson)),
        Line(pick(phrases.VOICE_CALM, lesson.key), weight=1),
        Line(phrases.VOICE_STEADY, weight=1),
        Line(phrases.VOICE_STAY, weight=1),
        Line(phrases.VOICE_TRY, weight=1),
    ]


def raw_lines(brief: CoachingBrief) -> list[str]:
    if not needs_warning(brief):
        return []
    is_fish = food_of(brief.dish.slug) is Food.FISH
    return full_sentences(phrases.VOICE_RAW[Food.FISH if is_fish else Food.MEAT])


def last_time_lines(brief: CoachingBrief) -> list[str]:
    """What became of what was asked last time."""
    past = brief.analysis.follow_up
    if past is None:
        return []
    when = arc_talk.VOICE_EARLIER_DISH if brief.session_number == 1 else arc_talk.VOICE_LAST_COOK
    return full_sentences(arc_talk.VOICE_LAST_TIME[past.verdict].format(when=when))


def warm_line(brief: CoachingBrief) -> str:
    attempt, feeling = brief.session_number - 1, feeling_of(brief)
    if feeling in phrases.VOICE_FEELING and not (needs_warning(brief) and feeling in phrases.GLAD_OF_RAW):
        return phrases.VOICE_FEELING[feeling]
    return (phrases.VOICE_MEMO if brief.transcript.strip() else phrases.VOICE_PRAISE)[attempt]


def point_line(brief: CoachingBrief) -> str:
    """What it is about: a fault by its name, with the doubt of the analysis."""
    if is_unsure(brief):
        return phrases.VOICE_NOT_JUDGED
    if brief.fault is None:
        return phrases.VOICE_NO_FAULT
    is_doubtful = brief.analysis.confidence == "low"
    words = phrases.VOICE_FAULT_UNSURE if is_doubtful else phrases.VOICE_FAULT
    return words.format(fault=brief.fault.name_ja)


def told_otherwise(lesson: Lesson) -> list[str]:
    """The sections of the principle that the card leaves out this time, and its rule and why in spoken words."""
    rule = [
        phrases.VOICE_RULE_OF.format(rule=plain(text))
        for text in speakable_sentences(lesson.principle)
        if plain(text)
    ]
    why = [
        phrases.VOICE_BECAUSE.format(why=reason(text))
        for text in speakable_sentences(lesson.why)
        if reason(text) and not text.startswith("だから")
    ]
    failure = introduced(phrases.VOICE_FAILURE, lesson.failure)
    recovery = introduced(phrases.VOICE_RECOVER, lesson.recovery)
    elsewhere = introduced(phrases.VOICE_ELSEWHERE, lesson.carries_over)
    told = {
        Way.RULE: (rule[:1], why[:1], failure, recovery),
        Way.SENSE: (why[:1], recovery, failure, rule[:1]),
        Way.RECOVERY: (elsewhere, rule[:1], why[:1]),
    }[lesson.way]
    return [text for texts in told for text in texts]


def introduced(lead: str, section: str) -> list[str]:
    """Its first sentence behind its lead: never one without the other."""
    return [lead + text for text in speakable_sentences(section)[:1]]


def moment_lines(brief: CoachingBrief, coaching: CoachingText, lesson: Lesson) -> list[Line]:
    """What was seen at the key moment, how it goes when it goes well, then the rule to remember.

    Of the pictures only what was seen is said: what a fault usually looks like may not be what they show.
    """
    action = speakable_sentences(coaching.next_action)[0]
    seen = speakable_sentences(observation_sentence(brief.analysis.evidence))[:2]
    senses = [polite_sentence(sentence) for sentence in speakable_sentences(by_sense(lesson, brief))[:2]]
    limits = brief.profile.sense_limits
    at_the_stove = any(HAZARDS[each].search(action) for each in ("oil", "steam", "heat"))
    return [
        Line(look_line(brief, lesson, seen), keep=True),
        *(Line(text, keep=True) for text in seen),
        *(Line(phrases.VOICE_GOOD + text, weight=9) for text in senses[:1]),  # never one without the other
        *(Line(text, weight=3 + 3 * ("音" in text), follows=True) for text in senses[1:]),
        *(Line(text, weight=4) for text in speakable_sentences(coaching.success_sign)[:1]),
        *([Line(listening(lesson.key, limits), weight=3)] if at_the_stove else []),
        Line(phrases.VOICE_RULE, weight=1),
        Line(action, keep=True),
    ]


def look_line(brief: CoachingBrief, lesson: Lesson, seen: Iterable[str]) -> str:
    if not seen:
        return in_their_senses(phrases.VOICE_NEXT, brief.profile.sense_limits)
    is_doubtful = brief.analysis.confidence == "low"
    return phrases.VOICE_LOOK_UNSURE if is_doubtful else pick(phrases.VOICE_LOOK, lesson.key)


def speakable_sentences(text: str) -> list[str]:
    """The sentences a voice can say: without those that cite a time, and without brackets."""
    speakable = (sentence for sentence in full_sentences(text) if not CLOCK.search(sentence))
    return [SILENT_SIGNS.sub("", QUOTATION.sub(r"\1、と", sentence)) for sentence in speakable]


def distinct(lines: list[Line]) -> list[Line]:
    """The decisive rule stays last even where an earlier sentence says the same."""
    last_index = {line.text: index for index, line in enumerate(lines)}
    return [line for index, line in enumerate(lines) if last_index[line.text] == index]
