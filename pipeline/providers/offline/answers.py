"""Answers to questions in the chat, from the principles, the coaching text and the dish."""

from collections.abc import Sequence

from knowledge_base import catalogue
from pipeline.providers.offline import phrases
from pipeline.providers.offline.composing import Draft, full_sentences, opening, pick
from pipeline.providers.offline.facts import coaching_facts, dish_facts, fault_facts, principle_facts
from pipeline.providers.offline.matching import (
    Fact,
    Topic,
    asks_amount,
    best_fact,
    content_of,
    is_about_cooking,
    is_of_taste,
    topics_of,
)
from pipeline.providers.ports import QuestionBrief

CHAT_ANSWER = 300  # characters: what is read in one glance on a phone
CARE_TOPICS = (Topic.ALLERGY, Topic.SAFETY, Topic.SUBSTITUTE)


def answer(brief: QuestionBrief) -> str:
    """At most 300 characters, ending with a next step; says so when no fact answers."""
    question = brief.question
    subject = brief.dish.name_ja if brief.dish else ""
    if "ありがとう" in question and not topics_of(question):
        return thanks(brief)
    if not topics_of(question) and not content_of(question) - content_of(subject):
        return phrases.ASK_ME.format(name=brief.first_name) + tip(brief)
    facts = [fact for fact in facts_for(brief) if fact.text]
    earlier = Draft(*(turn.text for turn in brief.history if turn.sender == "ai"))
    if fact := best_fact(question, facts, subject, earlier.is_new):
        return compose(brief, fact)
    if fact := best_fact(question, facts, subject):
        return compose(brief, fact, phrases.ANSWER_AGAIN)
    if Topic.SAFETY in topics_of(question):
        return no_answer(brief) + phrases.ANSWER_UNSAFE
    if is_of_taste(question):
        return compose(brief, Fact(Topic.HOW, phrases.BY_TASTE))
    if brief.principles and is_about_cooking(question, facts, subject):
        return compose(brief, next(principle_facts(brief.principles[0])), phrases.ANSWER_NEAR)
    return no_answer(brief) + (phrases.ANSWER_SHOW_ME if brief.dish else tip(brief))


def facts_for(brief: QuestionBrief) -> Sequence[Fact]:
    facts: list[Fact] = []
    if brief.coaching:
        facts += coaching_facts(brief.coaching, brief.analysis.fault if brief.analysis else None)
    facts += dish_facts(brief.dish) if brief.dish else fault_facts(catalogue.load().faults)
    for principle in brief.principles:
        facts += principle_facts(principle, from_lesson=brief.dish is None)
    return facts


def compose(brief: QuestionBrief, fact: Fact, hedge: str = "") -> str:
    lead = pick(phrases.ANSWER_OPENING, brief.question).format(name=brief.first_name)
    amounts = phrases.NO_AMOUNTS if asks_amount(brief.question) else ""
    closing = phrases.ANSWER_CAREFUL if fact.topic in CARE_TOPICS and brief.dish else next_step(brief)
    room = CHAT_ANSWER - len(lead + amounts + hedge + closing)
    return lead + amounts + hedge + opening(fact.lead + fact.text, room) + closing


def next_step(brief: QuestionBrief) -> str:
    if brief.dish is None:
        return pick(phrases.ANSWER_FIRST_DISH, brief.question).format(name=brief.first_name)
    return pick(phrases.ANSWER_NEXT, brief.question).format(dish=brief.dish.name_ja)


def thanks(brief: QuestionBrief) -> str:
    closing = full_sentences(brief.coaching.next_action)[:1] if brief.coaching else [next_step(brief)]
    reminder = phrases.ANSWER_REMEMBER if brief.coaching else ""
    return phrases.ANSWER_THANKS.format(name=brief.first_name) + reminder + "".join(closing)


def no_answer(brief: QuestionBrief) -> str:
    return pick(phrases.ANSWER_UNKNOWN, brief.question).format(name=brief.first_name)


def tip(brief: QuestionBrief) -> str:
    """Something true of all cooking, and the way to the next dish."""
    return pick(phrases.TIPS, brief.question) + next_step(brief)
