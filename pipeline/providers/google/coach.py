"""The coach on Gemini: what the learner says, the coaching text, its narration, answers in the chat."""

from typing import TypeVar

from google.genai import types
from pydantic import BaseModel

from knowledge_base import copy
from knowledge_base.prompts import Prompt
from models.coaching import CoachingText, NarrationScript, StructuredInput, Usage
from pipeline.providers.google import prompting, schemas
from pipeline.providers.google.gemini import PROVIDER, Gemini, Question
from pipeline.providers.ports import CoachingBrief, QuestionBrief, Repair

T = TypeVar("T", bound=BaseModel)


class GeminiCoach:
    def __init__(self, gemini: Gemini) -> None:
        self._gemini = gemini

    def extract_entities(self, transcript: str) -> tuple[StructuredInput, Usage]:
        said = self._asked(prompting.entities(transcript), schemas.Entities, None)
        return schemas.to_structured_input(said, PROVIDER), self._gemini.usage

    def coaching_text(self, brief: CoachingBrief, repair: Repair | None = None) -> tuple[CoachingText, Usage]:
        said = self._asked(prompting.coaching(brief), schemas.Coaching, repair)
        return schemas.to_coaching_text(said, PROVIDER), self._gemini.usage

    def narration(
        self, brief: CoachingBrief, coaching: CoachingText, repair: Repair | None = None
    ) -> tuple[NarrationScript, Usage]:
        pivot = copy.NARRATION_PIVOT
        said = self._asked(prompting.narration(brief, coaching, pivot), schemas.Narration, repair)
        return schemas.to_narration(said, pivot, PROVIDER), self._gemini.usage

    def answer(self, brief: QuestionBrief, repair: Repair | None = None) -> tuple[str, Usage]:
        said = self._asked(prompting.answer(brief), schemas.Reply, repair)
        return said.answer, self._gemini.usage

    def _asked(self, rendered: tuple[Prompt, str], schema: type[T], repair: Repair | None) -> T:
        prompt, words = rendered
        return self._gemini.ask(
            Question(
                purpose=prompt.label,
                system=prompting.system(),
                parts=[types.Part(text=words)],
                schema=schema,
                repair=repair,
            )
        )
