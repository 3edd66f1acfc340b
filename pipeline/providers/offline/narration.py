"""Stage 3b without a model: what the voice says over the footage."""

import re

from knowledge_base import copy
from models.coaching import CoachingText, NarrationScript
from pipeline.hazards import HAZARDS
from pipeline.providers.offline import phrases as say
from pipeline.providers.offline.composing import full_sentences, pick
from pipeline.providers.offline.lesson import Lesson, lesson_of
from pipeline.providers.offline.pacing import Line, fit
from pipeline.providers.offline.politeness import noted, polite
from pipeline.providers.ports import CoachingBrief

PROVIDER = "offline-coach"
# The design asks for 30 to 40 and 15 to 20 seconds; the margins take in the pauses of the cut.
PART1_SECONDS = (31.5, 37.5)
PART2_SECONDS = (15.5, 19.4)

CLOCK = re.compile(r"\d:\d\d")
QUOTED = re.compile(r"「([^」]*)」と")
UNSPOKEN = re.compile(r"[「」『』（）()【】\[\]🍳✅]")


def narration(brief: CoachingBrief, coaching: CoachingText) -> NarrationScript:
    """Sentences of the coaching text, said aloud; part 2 ends with the decisive rule."""
    lesson = lesson_of(brief)
    part1 = fit(distinct(opening_lines(brief, coaching, lesson)), *PART1_SECONDS)
    part2 = fit(distinct(moment_lines(brief, coaching, lesson)), *PART2_SECONDS)
    return NarrationScript(
        part1="".join(part1), pivot=copy.NARRATION_PIVOT, part2="".join(part2), provider=PROVIDER
    )


def opening_lines(brief: CoachingBrief, coaching: CoachingText, lesson: Lesson) -> list[Line]:
    """Greeting, praise, diagnosis, principle and its why."""
    greeting = say.SPOKEN_GREETING[brief.session_number].format(
        name=brief.first_name, dish=brief.dish.name_ja
    )
    praise = spoken(coaching.praise.removeprefix(f"{brief.first_name}さん、"))
    taught = spoken(coaching.skill)
    welcome = {sentence for text in say.COMPARE_WELCOME_BACK for sentence in full_sentences(text)}
    compared = [text for text in spoken(coaching.comparison) if text not in welcome]
    return [
        *(Line(text, keep=True) for text in full_sentences(greeting)),
        *(Line(text, weight=3, keep=at == 0, follows=at > 0) for at, text in enumerate(praise)),
        Line(say.SPOKEN_POINT, weight=4),
        *(Line(text, keep=True) for text in up_to(lesson.point, spoken(coaching.mondaiten))),
        *(Line(text, weight=5, keep=at == 0, follows=at > 0) for at, text in enumerate(taught)),
        *(Line(text, weight=2, follows=at > 0) for at, text in enumerate(compared)),
        Line(pick(say.SPOKEN_CALM, lesson.key), weight=1),
        Line(say.SPOKEN_ON, weight=1),
    ]


def up_to(point: str, problem: list[str]) -> list[str]:
    """The diagnosis with what leads to it; where it is seen and what the memo said is left to the text."""
    return problem[: problem.index(point) + 1] if point in problem else problem[:1]


def moment_lines(brief: CoachingBrief, coaching: CoachingText, lesson: Lesson) -> list[Line]:
    """What to look at and listen for at the key moment, then the rule to take home."""
    action = spoken(coaching.next_action)[0]
    seen = [polite(sentence) for sentence in spoken(lesson.seen)]
    senses = spoken(lesson.senses)[:2]
    at_the_stove = any(HAZARDS[each].search(action) for each in ("oil", "steam", "heat"))
    return [
        Line(pick(say.SPOKEN_LOOK, lesson.key), keep=True),
        *(Line(text, keep=True) for text in seen),
        *(Line(text, weight=2) for text in spoken(noted(brief.analysis.evidence))[:1]),
        *(Line(text, weight=3 + 3 * ("音" in text), keep=not seen) for text in senses),
        *(Line(text, weight=4) for text in spoken(coaching.success_sign)[:1]),
        *([Line(pick(say.SPOKEN_LISTEN, lesson.key), weight=3)] if at_the_stove else []),
        Line(say.SPOKEN_RULE, weight=1),
        Line(action, keep=True),
    ]


def spoken(text: str) -> list[str]:
    """The sentences a voice can say: those citing a time are left out, brackets are dropped."""
    speakable = (sentence for sentence in full_sentences(text) if not CLOCK.search(sentence))
    return [UNSPOKEN.sub("", QUOTED.sub(r"\1、と", sentence)) for sentence in speakable]


def distinct(lines: list[Line]) -> list[Line]:
    """The decisive rule stays last even where an earlier sentence says the same."""
    last_at = {line.text: at for at, line in enumerate(lines)}
    return [line for at, line in enumerate(lines) if last_at[line.text] == at]
