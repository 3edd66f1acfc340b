"""Whether a memo's questions are answered by what they are about: every dish, each of its faults, each question."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pydantic import Field

from knowledge_base.catalogue import load
from knowledge_base.content import DishGuide, Fault, Principle
from models.coaching import CoachingText, RetrievedPrinciple, StructuredInput, VideoAnalysis
from moment.eval.words.figures import Case, Outcome, WordFigure, read_cases, share
from pipeline.providers.offline import phrases
from pipeline.providers.ports import CoachingBrief, Providers

PART = "memos"
LEARNER = "ゆうこ"
PRINCIPLES = 6
EVERY = 8
OWN_NOUN, NEXT, KNOWN = 0.95, 0.95, 0.8
# Where the answer points to another field of the text, that field answers.
POINTERS = {
    phrases.MEMO_HOW: "next_action",
    phrases.MEMO_WHY: "skill",
    phrases.MEMO_SKILL: "skill",
    phrases.MEMO_SIGN: "success_sign",
    phrases.MEMO_STOP: "stop_cue",
    phrases.MEMO_SAFETY: "safety",
}
UNKNOWN = ("言い切れません", "わかりません", "お答えできません")


class MemoQuestion(Case):
    """`expects`: one of these words is in an answer that is about the thing asked."""

    question: str
    expects: list[str] = Field(default_factory=list)
    asks_next: bool = False  # the right answer is the next action
    dishes: list[str] = Field(default_factory=list)  # whose own guide or faults answer it


@dataclass(frozen=True)
class Answered:
    brief: CoachingBrief
    asked: MemoQuestion
    text: CoachingText

    @cached_property
    def answer(self) -> str:
        (entry,) = self.text.memo_answers
        pointed = "".join(
            str(getattr(self.text, field)) for pointer, field in POINTERS.items() if pointer in entry.answer
        )
        return entry.answer + pointed

    @property
    def is_unknown(self) -> bool:
        return any(word in self.answer for word in UNKNOWN)

    @property
    def is_about_it(self) -> bool:
        return any(word in self.answer for word in self.asked.expects)

    @property
    def is_next_action(self) -> bool:
        return self.text.next_action[:10] in self.answer

    @property
    def name(self) -> str:
        fault = self.brief.analysis.fault
        return f"{self.brief.dish.slug}, {fault}: {self.asked.question} -> {self.answer}"


def measure(providers: Providers) -> list[WordFigure]:
    """Raises WrongCases, ProviderError."""
    return answer_figures(list(answers(providers, read_cases("memo_questions", MemoQuestion))))


def answers(providers: Providers, asked: Sequence[MemoQuestion], every: int = EVERY) -> Iterator[Answered]:
    """Each cook (a dish with a fault) is asked every so many of the questions, each time others."""
    cooks = [(dish, load().faults[code]) for dish in load().dishes.values() for code in dish.faults]
    for number, (dish, fault) in enumerate(cooks):
        for question in asked[number % every :: every]:
            brief = brief_of(dish, fault, question.question)
            yield Answered(brief, question, providers.coach.coaching_text(brief)[0])


def answer_figures(answered: Sequence[Answered]) -> list[WordFigure]:
    of_things = [each for each in answered if not each.asked.asks_next]
    of_next = [each for each in answered if each.asked.asks_next]
    known = [each for each in of_things if each.brief.dish.slug in each.asked.dishes]
    right = [Outcome(each.name, each.is_about_it or each.is_unknown) for each in of_things]
    heard = [Outcome(each.name, each.is_about_it) for each in known]
    actions = [Outcome(each.name, each.is_next_action) for each in of_next]
    return [
        share(PART, "questions answered by their own noun, or honestly not", right, OWN_NOUN),
        share(PART, "questions answered where the dish's own guide does", heard, KNOWN),
        share(PART, "the next action for who asks what is next", actions, NEXT),
    ]


def brief_of(dish: DishGuide, fault: Fault, question: str) -> CoachingBrief:
    principle = load().principles[fault.principle_id]
    return CoachingBrief(
        first_name=LEARNER,
        dish=dish,
        session_number=1,
        analysis=analysis_of(fault),
        fault=fault,
        principles=nearest(dish, fault, principle),
        principle=principle,
        structured_input=StructuredInput(questions=[question]),
        transcript=question,
        self_ratings={},
        past_sessions=(),
        days_since_last=None,
    )


def analysis_of(fault: Fault) -> VideoAnalysis:
    return VideoAnalysis(
        cooking_events=[],
        key_moment_timestamp="0:20",
        key_moment_seconds=20,
        diagnosis=fault.diagnosis,
        fault=fault.code,
    )


def nearest(dish: DishGuide, fault: Fault, principle: Principle) -> list[RetrievedPrinciple]:
    """Its own, then those of the same fault and dish, as a search would bring."""
    others = [each for each in load().principles.values() if dish.slug in each.dishes and each != principle]
    others.sort(key=lambda each: fault.code not in each.faults)
    return [
        RetrievedPrinciple(
            principle_id=each.id, title=each.title, text=each.text, category=each.category, score=0.5
        )
        for each in (principle, *others[: PRINCIPLES - 1])
    ]
