"""The coach on Gemini: what the learner says, the coaching text, its narration, answers in the chat."""

from typing import TypeVar

from google.genai import types
from pydantic import BaseModel

from knowledge_base import phrasebook
from models.coaching import CoachingText, NarrationScript, StructuredInput, Usage
from pipeline.providers.address import to_nobody_by_name
from pipeline.providers.google import prompts, schemas
from pipeline.providers.google.gemini import PROVIDER, Gemini, Question
from pipeline.providers.google.prompts import FilledPrompt
from pipeline.providers.ports import CoachingBrief, QuestionBrief, Repair

T = TypeVar("T", bound=BaseModel)


class GeminiCoach:
    def __init__(self, gemini: Gemini) -> None:
        self._gemini = gemini

    @property
    def service(self) -> str:
        """Each model is overloaded by itself."""
        return self._gemini.model

    def extract_entities(self, transcript: str) -> tuple[StructuredInput, Usage]:
        entities = self._ask(prompts.entities(transcript), schemas.Entities, None)
        return schemas.to_structured_input(entities, PROVIDER), self._gemini.usage

    def coaching_text(self, brief: CoachingBrief, repair: Repair | None = None) -> tuple[CoachingText, Usage]:
        coaching = self._ask(prompts.coaching(brief), schemas.Coaching, repair)
        return schemas.to_coaching_text(coaching, PROVIDER), self._gemini.usage

    def narration(
        self, brief: CoachingBrief, coaching: CoachingText, repair: Repair | None = None
    ) -> tuple[NarrationScript, Usage]:
        pivot = phrasebook.NARRATION_PIVOT
        narration = self._ask(prompts.narration(brief, coaching, pivot), schemas.Narration, repair)
        return schemas.to_narration(narration, pivot, PROVIDER), self._gemini.usage

    def answer(self, brief: QuestionBrief, repair: Repair | None = None) -> tuple[str, Usage]:
        reply = self._ask(prompts.answer(brief), schemas.Reply, repair)
        return reply.answer, self._gemini.usage

    def _ask(self, prompt: FilledPrompt, schema: type[T], repair: Repair | None) -> T:
        answer = self._gemini.ask(
            Question(
                purpose=prompt.label,
                system=prompts.system(),
                parts=[types.Part(text=prompt.text)],
                schema=schema,
                repair=repair,
            )
        )
        return to_nobody_by_name(answer)
