"""Stage 3b without a model: what the voice says over the footage."""

import re

from knowledge_base import phrasebook
from models.coaching import CoachingText, NarrationScript
from pipeline.checks.hazards import HAZARDS
from pipeline.providers.offline import phrases
from pipeline.providers.offline.composing import full_sentences, pick
from pipeline.providers.offline.lesson import Lesson, lesson_of
from pipeline.providers.offline.pacing import Line, choose_lines
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
    """Sentences of the coaching text for the voice; part 2 ends with the decisive rule."""
    lesson = lesson_of(brief)
    part1 = choose_lines(distinct(opening_lines(brief, coaching, lesson)), *PART1_SECONDS)
    part2 = choose_lines(distinct(moment_lines(brief, coaching, lesson)), *PART2_SECONDS)
    return NarrationScript(
        part1="".join(part1), pivot=phrasebook.NARRATION_PIVOT, part2="".join(part2), provider=PROVIDER
    )


def opening_lines(brief: CoachingBrief, coaching: CoachingText, lesson: Lesson) -> list[Line]:
    """Greeting, praise, diagnosis, principle and its why."""
    greeting = phrases.VOICE_GREETING[brief.session_number].format(
        name=brief.first_name, dish=brief.dish.name_ja
    )
    praise = speakable_sentences(coaching.praise.removeprefix(f"{phrasebook.address(brief.first_name)}、"))
    skill = speakable_sentences(coaching.skill)
    welcome = {sentence for text in phrases.COMPARE_WELCOME_BACK for sentence in full_sentences(text)}
    comparison = [text for text in speakable_sentences(coaching.comparison) if text not in welcome]
    return [
        *(Line(text, keep=True) for text in full_sentences(greeting)),
        *(Line(text, weight=3, keep=index == 0, follows=index > 0) for index, text in enumerate(praise)),
        Line(phrases.VOICE_POINT, weight=4),
        *(Line(text, keep=True) for text in diagnosis_lines(brief, coaching, lesson)),
        *(Line(text, weight=5, keep=index == 0, follows=index > 0) for index, text in enumerate(skill)),
        *(Line(text, weight=2, follows=index > 0) for index, text in enumerate(comparison)),
        Line(pick(phrases.VOICE_CALM, lesson.key), weight=1),
        Line(phrases.VOICE_STEADY, weight=1),
    ]


def diagnosis_lines(brief: CoachingBrief, coaching: CoachingText, lesson: Lesson) -> list[str]:
    """What leads to the lesson, and its point: where it shows, what was not visible and what the memo says stays in
    the text."""
    problem = speakable_sentences(coaching.mondaiten)
    if brief.fault is None:
        return [*problem[:1], *(text for text in problem[1:] if text == lesson.point)]
    return problem[: problem.index(lesson.point) + 1] if lesson.point in problem else problem[:1]


def moment_lines(brief: CoachingBrief, coaching: CoachingText, lesson: Lesson) -> list[Line]:
    """What was seen at the key moment, how it goes when it goes well, then the rule to remember.

    Of the pictures only what was seen is said: what a fault usually looks like may not be what they show.
    """
    action = speakable_sentences(coaching.next_action)[0]
    seen = speakable_sentences(observation_sentence(brief.analysis.evidence))[:2]
    senses = [polite_sentence(sentence) for sentence in speakable_sentences(lesson.senses)[:2]]
    at_the_stove = any(HAZARDS[each].search(action) for each in ("oil", "steam", "heat"))
    return [
        Line(pick(phrases.VOICE_LOOK, lesson.key) if seen else phrases.VOICE_NEXT, keep=True),
        *(Line(text, keep=True) for text in seen),
        *(Line(phrases.VOICE_GOOD + text, weight=9) for text in senses[:1]),  # never one without the other
        *(Line(text, weight=3 + 3 * ("音" in text), follows=True) for text in senses[1:]),
        *(Line(text, weight=4) for text in speakable_sentences(coaching.success_sign)[:1]),
        *([Line(pick(phrases.VOICE_LISTEN, lesson.key), weight=3)] if at_the_stove else []),
        Line(phrases.VOICE_RULE, weight=1),
        Line(action, keep=True),
    ]


def speakable_sentences(text: str) -> list[str]:
    """The sentences a voice can say: without those that cite a time, and without brackets."""
    speakable = (sentence for sentence in full_sentences(text) if not CLOCK.search(sentence))
    return [SILENT_SIGNS.sub("", QUOTATION.sub(r"\1、と", sentence)) for sentence in speakable]


def distinct(lines: list[Line]) -> list[Line]:
    """The decisive rule stays last even where an earlier sentence says the same."""
    last_index = {line.text: index for index, line in enumerate(lines)}
    return [line for index, line in enumerate(lines) if last_index[line.text] == index]
