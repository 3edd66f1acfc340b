"""Answers to the questions a learner asked in the memo, each adding to the coaching text above it."""

from collections.abc import Sequence

from knowledge_base import catalogue
from knowledge_base.foods import avoided_by
from knowledge_base.profile import NOTHING_TOLD
from models.coaching import MemoAnswer
from pipeline.checks.diet import ASKS_SUBSTITUTE, avoided_in
from pipeline.providers.offline import phrases
from pipeline.providers.offline.composing import Draft, opening
from pipeline.providers.offline.dialects import standard_text
from pipeline.providers.offline.facts import dish_facts, lesson_facts, principle_facts
from pipeline.providers.offline.lesson import Lesson
from pipeline.providers.offline.matching import Fact, Topic, asks_amount, best_fact, is_of_taste
from pipeline.providers.offline.memo_subjects import asks_next, facts_about, says_itself
from pipeline.providers.offline.personal.fitting import fitting_fact
from pipeline.providers.ports import CoachingBrief

FACT = 140  # characters of one fact, in whole sentences
POINTERS = {  # where the coaching text has answered already
    Topic.HOW: phrases.MEMO_HOW,
    Topic.SIGN: phrases.MEMO_SIGN,
    Topic.STOP: phrases.MEMO_STOP,
    Topic.WHY: phrases.MEMO_WHY,
    Topic.SAFETY: phrases.MEMO_SAFETY,
    Topic.GENERAL: phrases.MEMO_SKILL,
}
FOLLOW_UPS = {Topic.HOW: Topic.RECOVER, Topic.WHY: Topic.SENSES}  # what is worth adding to a pointer


def memo_answers(brief: CoachingBrief, lesson: Lesson, draft: Draft) -> list[MemoAnswer]:
    """One a question; it says so where no fact speaks of it."""
    facts = list(lesson_facts(lesson))
    facts += principle_facts(brief.principle, from_lesson=True) if brief.principle else ()
    for nearest in brief.principles:
        is_main = brief.principle is not None and nearest.principle_id == brief.principle.id
        if not is_main and is_of_dish(nearest.principle_id, brief.dish.slug):
            facts += principle_facts(nearest)
    facts += dish_facts(brief.dish)
    return [
        MemoAnswer(
            question=question,
            answer=memo_answer(question, facts_for(question, facts, brief), brief.dish.name_ja, draft),
        )
        for question in dict.fromkeys(brief.structured_input.questions)
    ]


def facts_for(question: str, facts: Sequence[Fact], brief: CoachingBrief) -> Sequence[Fact]:
    """Those that this learner can use."""
    if brief.profile == NOTHING_TOLD:
        return facts
    whole = avoided_by(brief.profile)
    avoided = whole if ASKS_SUBSTITUTE.search(question) else avoided_in(brief)
    fitting = (fitting_fact(fact, brief.profile, avoided) for fact in facts)
    return [fact for fact in fitting if fact.text]


def is_of_dish(principle_id: str, slug: str) -> bool:
    """What holds for another dish may be wrong for this one: minced meat is no steak."""
    principle = catalogue.load().principles.get(principle_id)
    return principle is None or slug in principle.dishes


def memo_answer(asked: str, facts: Sequence[Fact], subject: str, draft: Draft) -> str:
    question = standard_text(asked)
    if asks_next(question):
        return draft.say(phrases.MEMO_HOW, phrases.MEMO_SIGN) or phrases.MEMO_ALREADY.format(question=asked)
    amounts = draft.say(phrases.NO_AMOUNTS) if asks_amount(question) else ""
    fact = best_fact(question, facts_about(question, facts, subject), subject)
    if fact is None and amounts and is_of_taste(question):
        return amounts + draft.say(phrases.BY_TASTE)
    if fact is None:
        return draft.say(phrases.MEMO_UNKNOWN) or phrases.MEMO_UNKNOWN_TOO.format(question=asked)
    if draft.is_new(fact.text):
        lead = fact.lead
        if fact.heading and not says_itself(question, fact, subject):
            lead = phrases.MEMO_TROUBLE.format(trouble=fact.heading)
        return amounts + draft.say(lead, opening(fact.text, FACT))
    answer = amounts + draft.say(POINTERS.get(fact.topic, "")) + follow_up(fact, facts, draft)
    return answer or phrases.MEMO_ALREADY.format(question=asked)


def follow_up(fact: Fact, facts: Sequence[Fact], draft: Draft) -> str:
    """After pointing at the text above: how to recover, or how it looks when it goes well."""
    topic = FOLLOW_UPS.get(fact.topic)
    candidates = (each for each in facts if each.from_lesson and each.topic is topic)
    new = next((each for each in candidates if draft.is_new(each.text)), None)
    return draft.say(new.lead, new.text) if new else ""
