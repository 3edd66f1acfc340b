"""Answers to questions in the chat, from the everyday ones, the coaching text, the dish and the principles."""

import re
from collections.abc import Sequence

from knowledge_base import catalogue
from knowledge_base.basics import Basic
from knowledge_base.intents.kinds import Intent
from knowledge_base.intents.recognition import talk_intent
from pipeline.checks.diet import avoided_in_answer
from pipeline.providers.offline import phrases
from pipeline.providers.offline.composing import Draft, full_sentences, opening, pick
from pipeline.providers.offline.facts import coaching_facts, dish_facts, fault_facts, principle_facts
from pipeline.providers.offline.matching import (
    Fact,
    Topic,
    asks_amount,
    best_fact,
    content_of,
    is_of_taste,
    only_thing,
    topics_of,
    words_to_match,
)
from pipeline.providers.offline.personal.answers import (
    eaters_line,
    everyday_for,
    foods_left_out,
    length,
    wants_the_point_only,
)
from pipeline.providers.offline.personal.fitting import fitting_fact
from pipeline.providers.offline.personal.phrases import NO_SUBSTITUTE
from pipeline.providers.offline.personal.senses import in_their_senses
from pipeline.providers.offline.verdicts import verdict_of_basic, verdict_of_fact
from pipeline.providers.ports import QuestionBrief

CHAT_ANSWER = 300  # characters: what is read in one glance on a phone
# The next thing to do is what the coaching says.
ASKS_LESSON = re.compile(
    "(次|つぎ|今度|こんど)(は|に|も|回)[^。]{0,8}(気をつけ|気を付け|意識|何を?(し|す|や)|なにを?(し|す|や)|どうす|どうし|試|直|変え)"
    "|(コーチング|今回|さっき)の?[^。]{0,6}(ポイント|要点|大事|一手)"
)
ASKS_LESSON_AGAIN = re.compile(
    "(前|前回|この前|こないだ|先日|このあいだ)(に|の)?[^。]{0,10}(教え|言っ|言わ|聞い|もらっ|くれ)[^。]{0,6}"
    "(コツ|こつ|ポイント|アドバイス|注意|こと|の)"
)
CARE_TOPICS = (Topic.ALLERGY, Topic.SAFETY, Topic.SUBSTITUTE)


def answer(brief: QuestionBrief) -> str:
    """At most 300 characters, ending with a next step; says so when nothing is known that answers."""
    question = brief.question
    subject = brief.dish.name_ja if brief.dish else ""
    if talk_intent(question) is Intent.REPHRASE:
        return rephrase(brief)
    if brief.coaching and (is_again := ASKS_LESSON_AGAIN.search(question) or ASKS_LESSON.search(question)):
        lead = phrases.TOLD_BEFORE if is_again.re is ASKS_LESSON_AGAIN else address(brief)
        return lead + opening(brief.coaching.next_action + brief.coaching.success_sign, CHAT_ANSWER - 40)
    is_suggested = brief.coaching is not None and question in brief.coaching.suggested_questions
    subject_asked = "" if only_thing(question) else subject
    if not is_suggested and (basic := everyday_for(brief, question, subject=subject_asked)):
        return compose_basic(brief, basic)
    if not topics_of(question) and not content_of(question) - content_of(subject):
        return phrases.ASK_ME.format(name=brief.first_name) + tip(brief)
    fallback = everyday_for(brief, question, is_fallback=True)
    if thing := only_thing(question):
        return phrases.ASK_ABOUT.format(name=brief.first_name, word=thing)
    if brief.dish is None and not words_to_match(question, subject):
        # It means something that was never said here.
        return compose_basic(brief, fallback) if fallback else no_answer(brief) + phrases.ANSWER_ASK_SO
    avoided = avoided_in_answer(brief)
    facts = [
        each
        for each in (fitting_fact(fact, brief.profile, avoided) for fact in facts_for(brief))
        if each.text
    ]
    earlier = Draft(*(turn.text for turn in brief.history if turn.sender == "ai"))
    if fact := best_fact(question, facts, subject, earlier.is_new, is_strict=not is_suggested):
        return compose(brief, fact)
    if fact := best_fact(question, facts, subject, is_strict=not is_suggested):
        return compose(brief, fact, phrases.ANSWER_AGAIN)
    if fallback:
        return compose_basic(brief, fallback)
    if left_out := foods_left_out(brief):
        return address(brief) + NO_SUBSTITUTE.format(foods=left_out)
    if Topic.SAFETY in topics_of(question):
        return no_answer(brief) + phrases.ANSWER_UNSAFE
    if brief.dish and is_of_taste(question):
        return compose(brief, Fact(Topic.HOW, phrases.BY_TASTE))
    return no_answer(brief) + (phrases.ANSWER_SHOW_ME if brief.dish else phrases.ANSWER_ASK_SO)


def facts_for(brief: QuestionBrief) -> Sequence[Fact]:
    facts: list[Fact] = []
    if brief.coaching:
        facts += coaching_facts(brief.coaching, brief.analysis.fault if brief.analysis else None)
    facts += dish_facts(brief.dish) if brief.dish else fault_facts(catalogue.load().faults)
    for principle in brief.principles:
        facts += principle_facts(principle, from_lesson=brief.dish is None)
    return facts


def compose(brief: QuestionBrief, fact: Fact, hedge: str = "") -> str:
    lead = verdict_of_fact(brief.question, fact) or address(brief)
    amounts = phrases.NO_AMOUNTS if asks_amount(brief.question) else ""
    closing = phrases.ANSWER_CAREFUL if fact.topic in CARE_TOPICS and brief.dish else next_step(brief)
    if wants_the_point_only(brief):
        hedge = closing = ""
    room = length(brief) - len(lead + amounts + hedge + closing)
    told = opening(fact.lead + fact.text, room) + eaters_line(brief, fact.text)
    return in_their_senses(lead + amounts + hedge + told + closing, brief.profile.sense_limits)


def compose_basic(brief: QuestionBrief, basic: Basic) -> str:
    """The answer whole: it is short, and its care may stand at its end."""
    lead = verdict_of_basic(brief.question, basic) or address(brief)
    text = lead + basic.answer + eaters_line(brief, basic.answer)
    closing = pick(phrases.BASIC_NEXT, brief.question) if brief.dish else next_step(brief)
    has_room = len(text + closing) <= CHAT_ANSWER and not wants_the_point_only(brief)
    return text + closing if has_room else text


def rephrase(brief: QuestionBrief) -> str:
    """What was said last, in its first sentence of weight."""
    said = [turn.text for turn in brief.history if turn.sender == "ai"]
    sentences = full_sentences(said[-1]) if said else []
    openings = {each.format(name=brief.first_name) for each in phrases.ANSWER_OPENING}
    core = [each for each in sentences if each not in openings]
    if not core:
        return no_answer(brief) + phrases.ANSWER_ASK_SO
    return phrases.IN_SHORT + core[0] + phrases.WHICH_WORD


def address(brief: QuestionBrief) -> str:
    return pick(phrases.ANSWER_OPENING, brief.question).format(name=brief.first_name)


def next_step(brief: QuestionBrief) -> str:
    if brief.dish is None:
        return pick(phrases.ANSWER_FIRST_DISH, brief.question).format(name=brief.first_name)
    return pick(phrases.ANSWER_NEXT, brief.question).format(dish=brief.dish.name_ja)


def no_answer(brief: QuestionBrief) -> str:
    return pick(phrases.ANSWER_UNKNOWN, brief.question).format(name=brief.first_name)


def tip(brief: QuestionBrief) -> str:
    """Something true of all cooking, and the way to the next dish."""
    told = in_their_senses(pick(phrases.TIPS, brief.question), brief.profile.sense_limits)
    return told + next_step(brief)
