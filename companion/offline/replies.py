"""What is said to what was heard: mostly nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from companion.offline.wishes import asks_us, timer_label, timer_seconds, wants_again, wants_timer
from companion.plan import CallPlan
from companion.tools import ToolName
from knowledge_base import companion_talk
from knowledge_base.intents.cries import cry_of
from knowledge_base.intents.kinds import CARES
from knowledge_base.intents.recognition import intent_of
from knowledge_base.intents.replies import known_reply
from models.coaching import RetrievedPrinciple
from pipeline.checks.answer import check_answer
from pipeline.providers.offline import phrases
from pipeline.providers.offline.coach import OfflineCoach
from pipeline.providers.offline.composing import full_sentences
from pipeline.providers.ports import ProviderRefused, QuestionBrief, Turn

Find = Callable[[str], Sequence[RetrievedPrinciple]]  # the principles that answer a question

_MOST_SENTENCES = 2
# What the chat's answers are wrapped in: to read at leisure, and to write back to.
_WRAPPING = (
    *phrases.ANSWER_OPENING,
    *phrases.ANSWER_NEXT,
    *phrases.BASIC_NEXT,
    phrases.ANSWER_CAREFUL,
    phrases.ANSWER_AGAIN,
)
_NO_ANSWERS = (*phrases.ANSWER_UNKNOWN, phrases.ASK_ME, phrases.ASK_ABOUT.split("{word}")[0])


@dataclass(frozen=True)
class Words:
    text: str


@dataclass(frozen=True)
class Wish:
    """What a tool does."""

    tool: ToolName
    arguments: Mapping[str, int | str]


Reply = Words | Wish


@dataclass(frozen=True)
class Replies:
    """`find` may ask the database: none of this is run in an event loop. Raises OfflinePackageMissing."""

    plan: CallPlan
    coach: OfflineCoach
    find: Find

    def reply(self, heard: str, history: Sequence[Turn]) -> Reply | None:
        """None where nothing is to be said, or another answers."""
        if cry_of(heard, is_whole=True) is not None:  # answered by rule, where it is heard
            return None
        intent = intent_of(heard, self.plan.dish.slug if self.plan.dish else "")
        if wants_again(heard):
            return Wish(ToolName.SAY_AGAIN, {})
        if timer := self._timer(heard, history):
            return timer
        if intent in CARES:  # whole: whom to call stands at its end
            return Words(known_reply(intent, heard, dish=self.plan.dish))
        if not asks_us(heard):
            return None
        if intent is not None and intent in companion_talk.TALK:
            return Words(companion_talk.TALK[intent])
        return Words(self._answer(heard, history))

    def _timer(self, heard: str, history: Sequence[Turn]) -> Reply | None:
        was_asked = bool(history) and history[-1].text == companion_talk.HOW_LONG
        seconds = timer_seconds(heard)
        if not wants_timer(heard) and not (was_asked and seconds):
            return None
        if seconds is None:
            return Words(companion_talk.HOW_LONG)
        label = timer_label(heard) or companion_talk.TIMER_LABEL
        return Wish(ToolName.START_TIMER, {"seconds": seconds, "label": label})

    def _answer(self, question: str, history: Sequence[Turn]) -> str:
        brief = QuestionBrief(
            first_name=self.plan.first_name,
            question=question,
            dish=self.plan.dish,
            coaching=None,
            analysis=None,
            principles=self.find(question),
            history=history,
            profile=self.plan.profile,
        )
        answer, _ = self.coach.answer(brief)
        try:
            check_answer(answer, brief)
        except ProviderRefused:
            return companion_talk.UNKNOWN
        told = [sentence for sentence in full_sentences(answer) if not self._is_one_of(_WRAPPING, sentence)]
        if not told or self._is_one_of(_NO_ANSWERS, "".join(told)):
            return companion_talk.UNKNOWN
        return "".join(told[:_MOST_SENTENCES])

    def _is_one_of(self, templates: Sequence[str], text: str) -> bool:
        dish = self.plan.dish.name_ja if self.plan.dish else ""
        return any(text.startswith(each.format(name=self.plan.first_name, dish=dish)) for each in templates)
