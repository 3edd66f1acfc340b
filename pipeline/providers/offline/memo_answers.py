"""Answers to the questions a learner asked in the memo, each adding to the coaching text above it."""

from collections.abc import Sequence

from knowledge_base import catalogue
from models.coaching import MemoAnswer
from pipeline.providers.offline import phrases as say
from pipeline.providers.offline.composing import Draft, opening
from pipeline.providers.offline.facts import dish_facts, lesson_facts, principle_facts
from pipeline.providers.offline.lesson import Lesson
from pipeline.providers.offline.matching import Fact, Topic, asks_amount, best_fact, is_of_taste
from pipeline.providers.ports import CoachingBrief

FACT = 140  # characters of one fact, in whole sentences
POINTERS = {  # where the coaching text has answered already
    Topic.HOW: say.MEMO_HOW,
    Topic.SIGN: say.MEMO_SIGN,
    Topic.STOP: say.MEMO_STOP,
    Topic.WHY: say.MEMO_WHY,
    Topic.SAFETY: say.MEMO_SAFETY,
    Topic.GENERAL: say.MEMO_SKILL,
}
BEYOND = {Topic.HOW: Topic.RECOVER, Topic.WHY: Topic.SENSES}  # what is worth adding to a pointer


def memo_answers(brief: CoachingBrief, lesson: Lesson, draft: Draft) -> list[MemoAnswer]:
    """One a question; an honest word where nothing known speaks of it."""
    known = list(lesson_facts(lesson))
    known += principle_facts(brief.principle, coached=True) if brief.principle else ()
    for nearest in brief.principles:
        taught = brief.principle is not None and nearest.principle_id == brief.principle.id
        if not taught and is_of_dish(nearest.principle_id, brief.dish.slug):
            known += principle_facts(nearest)
    known += dish_facts(brief.dish)
    return [
        MemoAnswer(question=question, answer=memo_answer(question, known, brief.dish.name_ja, draft))
        for question in dict.fromkeys(brief.structured_input.questions)
    ]


def is_of_dish(principle_id: str, slug: str) -> bool:
    """What holds for another dish may be wrong for this one: minced meat is no steak."""
    found = catalogue.load().principles.get(principle_id)
    return found is None or slug in found.dishes


def memo_answer(question: str, known: Sequence[Fact], subject: str, draft: Draft) -> str:
    amounts = draft.say(say.NO_AMOUNTS) if asks_amount(question) else ""
    found = best_fact(question, known, subject)
    if found is None and amounts and is_of_taste(question):
        return amounts + draft.say(say.BY_TASTE)
    if found is None:
        return draft.say(say.MEMO_UNKNOWN) or say.MEMO_UNKNOWN_TOO.format(question=question)
    if draft.is_new(found.text):
        return amounts + draft.say(found.lead, opening(found.text, FACT))
    answer = amounts + draft.say(POINTERS.get(found.topic, "")) + beyond(found, known, draft)
    return answer or say.MEMO_ALREADY.format(question=question)


def beyond(said: Fact, known: Sequence[Fact], draft: Draft) -> str:
    """After pointing at the text above: how to recover, or how it looks when it goes well."""
    topic = BEYOND.get(said.topic)
    coached = (fact for fact in known if fact.coached and fact.topic is topic)
    more = next((fact for fact in coached if draft.is_new(fact.text)), None)
    return draft.say(more.lead, more.text) if more else ""
