"""What the coach knows, as facts a question can be matched against: the lesson, the dish, the principles."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from knowledge_base import catalogue
from knowledge_base.content import DishGuide, Principle
from models.coaching import CoachingText, RetrievedPrinciple
from pipeline.providers.offline import phrases
from pipeline.providers.offline.lesson import Lesson
from pipeline.providers.offline.matching import Fact, Topic

SAFETY = "food_safety"  # the skill whose principles answer whether something is safe


def lesson_facts(lesson: Lesson) -> Iterator[Fact]:
    yield Fact(Topic.HOW, lesson.next_action, lesson.about, from_lesson=True)
    if lesson.point:
        yield Fact(Topic.WHY, lesson.point, lesson.about, from_lesson=True)
    yield Fact(Topic.SIGN, lesson.success_sign, from_lesson=True)
    if lesson.stop_cue:
        yield Fact(Topic.STOP, lesson.stop_cue, from_lesson=True)


def coaching_facts(coaching: CoachingText, fault: str | None) -> Iterator[Fact]:
    """The coaching text, found by the words learners have for its fault; then its principle in full."""
    knowledge = catalogue.load()
    about = " ".join(knowledge.faults[fault].learner_words) if fault and fault in knowledge.faults else ""
    yield Fact(Topic.HOW, coaching.next_action, about, from_lesson=True)
    yield Fact(Topic.WHY, coaching.skill, about, from_lesson=True)
    yield Fact(Topic.SIGN, coaching.success_sign, from_lesson=True)
    if coaching.stop_cue:
        yield Fact(Topic.STOP, coaching.stop_cue, from_lesson=True)
    yield Fact(Topic.SAFETY, coaching.safety)
    yield from (Fact(Topic.GENERAL, entry.answer, entry.question) for entry in coaching.memo_answers)
    for principle_id in coaching.principle_ids:
        if principle_id in knowledge.principles:
            yield from principle_facts(knowledge.principles[principle_id], from_lesson=True)


def dish_facts(dish: DishGuide) -> Iterator[Fact]:
    yield Fact(Topic.START, dish.start_cue)
    yield Fact(Topic.STOP, dish.stop_cue)
    yield from (Fact(Topic.SUBSTITUTE, line) for line in dish.substitutions)
    yield from (Fact(Topic.SAFETY, line, heading=line) for line in dish.safety)
    if dish.transferable_to:
        others = "、".join(dish.transferable_to[:3])
        yield Fact(Topic.ELSEWHERE, phrases.ELSEWHERE.format(dish=dish.name_ja, others=others))
    if dish.allergens:
        yield Fact(Topic.ALLERGY, phrases.ALLERGENS.format(allergens="、".join(dish.allergens)))
    yield from fault_facts(dish.faults)
    for before, step in pairwise(dish.steps):
        yield Fact(Topic.START, phrases.ORDER.format(before=before.name, step=step.name))
    for refinement in dish.refinements:
        yield Fact(Topic.HOW, refinement.next_action)
        yield Fact(Topic.SIGN, refinement.success_sign)


def fault_facts(codes: Iterable[str]) -> Iterator[Fact]:
    """What else can go wrong, found by learners' own words for it."""
    knowledge = catalogue.load()
    for fault in (knowledge.faults[code] for code in codes if code in knowledge.faults):
        about = " ".join((fault.name_ja, *fault.learner_words))
        yield Fact(Topic.HOW, fault.next_action, about, fault.name_ja)
        yield Fact(Topic.WHY, knowledge.principles[fault.principle_id].why, about, fault.name_ja)
        yield Fact(Topic.SIGN, fault.success_sign, about, fault.name_ja)


def principle_facts(source: Principle | RetrievedPrinciple, *, from_lesson: bool = False) -> Iterator[Fact]:
    """`Principle.text` keeps one section a line below the title; a retrieved one is nothing but that.

    Each section speaks of what title, rule and why name, though it rarely says so again.
    """
    title, *lines = source.text.splitlines()
    sections = [line for line in lines if line.strip()]
    if len(sections) != 6:
        yield from (Fact(Topic.GENERAL, section, title, from_lesson=from_lesson) for section in sections)
        return
    principle, why, senses, failure, recovery, carries_over = sections
    about = f"{title} {principle} {why}"
    topic = Topic.SAFETY if source.category == SAFETY else Topic.GENERAL
    yield Fact(topic, principle + why, about, title, from_lesson=from_lesson)
    yield Fact(Topic.WHY, why, about, title, from_lesson=from_lesson)
    yield Fact(Topic.SENSES, senses, about, title, lead=phrases.LEAD_GOOD, from_lesson=from_lesson)
    yield Fact(Topic.FAILURE, failure, about, title, lead=phrases.LEAD_FAILURE, from_lesson=from_lesson)
    yield Fact(Topic.RECOVER, recovery, about, title, lead=phrases.LEAD_RECOVER, from_lesson=from_lesson)
    yield Fact(Topic.ELSEWHERE, carries_over, about, title, lead=principle, from_lesson=from_lesson)
