"""What the coach knows, as facts a question can be matched against: the lesson, the dish, the principles."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from knowledge_base import catalogue
from knowledge_base.content import DishGuide, Principle
from models.coaching import CoachingText, RetrievedPrinciple
from pipeline.providers.offline import phrases as say
from pipeline.providers.offline.lesson import Lesson
from pipeline.providers.offline.matching import Fact, Topic

SAFETY = "food_safety"  # the skill whose principles answer whether something is safe


def lesson_facts(lesson: Lesson) -> Iterator[Fact]:
    yield Fact(Topic.HOW, lesson.next_action, lesson.about, coached=True)
    yield Fact(Topic.WHY, lesson.point, lesson.about, coached=True)
    yield Fact(Topic.SIGN, lesson.success_sign, coached=True)
    yield Fact(Topic.STOP, lesson.stop_cue, coached=True)


def coaching_facts(coaching: CoachingText, fault: str | None) -> Iterator[Fact]:
    """The coaching given, found by the words learners have for its fault; then its principle in full."""
    known = catalogue.load()
    about = " ".join(known.faults[fault].learner_words) if fault and fault in known.faults else ""
    yield Fact(Topic.HOW, coaching.next_action, about, coached=True)
    yield Fact(Topic.WHY, coaching.skill, about, coached=True)
    yield Fact(Topic.SIGN, coaching.success_sign, coached=True)
    yield Fact(Topic.STOP, coaching.stop_cue, coached=True)
    yield Fact(Topic.SAFETY, coaching.safety)
    yield from (Fact(Topic.GENERAL, entry.answer, entry.question) for entry in coaching.memo_answers)
    for principle_id in coaching.principle_ids:
        if principle_id in known.principles:
            yield from principle_facts(known.principles[principle_id], coached=True)


def dish_facts(dish: DishGuide) -> Iterator[Fact]:
    yield Fact(Topic.START, dish.start_cue)
    yield Fact(Topic.STOP, dish.stop_cue)
    yield from (Fact(Topic.SUBSTITUTE, line) for line in dish.substitutions)
    yield from (Fact(Topic.SAFETY, line, heading=line) for line in dish.safety)
    if dish.transferable_to:
        others = "、".join(dish.transferable_to[:3])
        yield Fact(Topic.ELSEWHERE, say.ELSEWHERE.format(dish=dish.name_ja, others=others))
    if dish.allergens:
        yield Fact(Topic.ALLERGY, say.ALLERGENS.format(allergens="、".join(dish.allergens)))
    yield from fault_facts(dish.faults)
    for before, step in pairwise(dish.steps):
        yield Fact(Topic.START, say.ORDER.format(before=before.name, step=step.name))
    for refinement in dish.refinements:
        yield Fact(Topic.HOW, refinement.next_action)
        yield Fact(Topic.SIGN, refinement.success_sign)


def fault_facts(codes: Iterable[str]) -> Iterator[Fact]:
    """What else can go wrong, found by how learners put it."""
    known = catalogue.load()
    for fault in (known.faults[code] for code in codes if code in known.faults):
        about = " ".join((fault.name_ja, *fault.learner_words))
        yield Fact(Topic.HOW, fault.next_action, about, fault.name_ja)
        yield Fact(Topic.WHY, known.principles[fault.principle_id].why, about, fault.name_ja)
        yield Fact(Topic.SIGN, fault.success_sign, about, fault.name_ja)


def principle_facts(taught: Principle | RetrievedPrinciple, *, coached: bool = False) -> Iterator[Fact]:
    """`Principle.text` keeps one section a line below the title; a retrieved one is nothing but that.

    Each section speaks of what title, rule and why name, though it rarely says so again.
    """
    title, *lines = taught.text.splitlines()
    sections = [line for line in lines if line.strip()]
    if len(sections) != 6:
        yield from (Fact(Topic.GENERAL, section, title, coached=coached) for section in sections)
        return
    principle, why, senses, failure, recovery, carries_over = sections
    about = f"{title} {principle} {why}"
    rule = Topic.SAFETY if taught.category == SAFETY else Topic.GENERAL
    yield Fact(rule, principle + why, about, title, coached=coached)
    yield Fact(Topic.WHY, why, about, title, coached=coached)
    yield Fact(Topic.SENSES, senses, about, title, lead=say.LEAD_GOOD, coached=coached)
    yield Fact(Topic.FAILURE, failure, about, title, lead=say.LEAD_FAILURE, coached=coached)
    yield Fact(Topic.RECOVER, recovery, about, title, lead=say.LEAD_RECOVER, coached=coached)
    yield Fact(Topic.ELSEWHERE, carries_over, about, title, lead=principle, coached=coached)
