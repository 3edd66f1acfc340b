"""Answers to what is asked in the chat, from the principles, the coaching given and the dish."""

from collections.abc import Sequence

from knowledge_base import catalogue
from pipeline.providers.offline import phrases as say
from pipeline.providers.offline.composing import Draft, full_sentences, opening, pick
from pipeline.providers.offline.facts import coaching_facts, dish_facts, fault_facts, principle_facts
from pipeline.providers.offline.matching import (
    Fact,
    Topic,
    asks_amount,
    best_fact,
    content_of,
    is_of_taste,
    is_related,
    topics_of,
)
from pipeline.providers.ports import QuestionBrief

CHAT_ANSWER = 300  # characters: what is read in one glance on a phone
CAREFUL = (Topic.ALLERGY, Topic.SAFETY, Topic.SUBSTITUTE)


def answer(brief: QuestionBrief) -> str:
    """At most 300 characters, ending with a next step; says so when nothing known answers."""
    question = brief.question
    subject = brief.dish.name_ja if brief.dish else ""
    if "ありがとう" in question and not topics_of(question):
        return thanks(brief)
    if not topics_of(question) and not content_of(question) - content_of(subject):
        return say.ASK_ME.format(name=brief.first_name) + tip(brief)
    known = [fact for fact in known_to(brief) if fact.text]
    heard = Draft(*(turn.text for turn in brief.history if turn.sender == "ai"))
    if found := best_fact(question, known, subject, heard.is_new):
        return composed(brief, found)
    if found := best_fact(question, known, subject):
        return composed(brief, found, say.ANSWER_AGAIN)
    if Topic.SAFETY in topics_of(question):
        return unknown(brief) + say.ANSWER_UNSAFE
    if is_of_taste(question):
        return composed(brief, Fact(Topic.HOW, say.BY_TASTE))
    if brief.principles and is_related(question, known, subject):
        return composed(brief, next(principle_facts(brief.principles[0])), say.ANSWER_NEAR)
    return unknown(brief) + (say.ANSWER_SHOW_ME if brief.dish else tip(brief))


def known_to(brief: QuestionBrief) -> Sequence[Fact]:
    known: list[Fact] = []
    if brief.coaching:
        known += coaching_facts(brief.coaching, brief.analysis.fault if brief.analysis else None)
    known += dish_facts(brief.dish) if brief.dish else fault_facts(catalogue.load().faults)
    for principle in brief.principles:
        known += principle_facts(principle, coached=brief.dish is None)
    return known


def composed(brief: QuestionBrief, fact: Fact, hedge: str = "") -> str:
    lead = pick(say.ANSWER_OPENING, brief.question).format(name=brief.first_name)
    amounts = say.NO_AMOUNTS if asks_amount(brief.question) else ""
    closing = say.ANSWER_CAREFUL if fact.topic in CAREFUL and brief.dish else next_step(brief)
    room = CHAT_ANSWER - len(lead + amounts + hedge + closing)
    return lead + amounts + hedge + opening(fact.lead + fact.text, room) + closing


def next_step(brief: QuestionBrief) -> str:
    if brief.dish is None:
        return pick(say.ANSWER_FIRST_DISH, brief.question).format(name=brief.first_name)
    return pick(say.ANSWER_NEXT, brief.question).format(dish=brief.dish.name_ja)


def thanks(brief: QuestionBrief) -> str:
    closing = full_sentences(brief.coaching.next_action)[:1] if brief.coaching else [next_step(brief)]
    reminder = say.ANSWER_REMEMBER if brief.coaching else ""
    return say.ANSWER_THANKS.format(name=brief.first_name) + reminder + "".join(closing)


def unknown(brief: QuestionBrief) -> str:
    return pick(say.ANSWER_UNKNOWN, brief.question).format(name=brief.first_name)


def tip(brief: QuestionBrief) -> str:
    """Something true of all cooking, and the way to the next dish."""
    return pick(say.TIPS, brief.question) + next_step(brief)
