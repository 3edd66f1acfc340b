"""The coach that needs no account: word forms for reading memos, the curriculum for speaking."""

from models.coaching import CoachingText, NarrationScript, StructuredInput, Usage
from pipeline.providers.address import to_nobody_by_name, without_false_name
from pipeline.providers.offline import answers, coaching_text, entities, narration
from pipeline.providers.ports import CoachingBrief, QuestionBrief, Repair

PROVIDER = "offline-coach"


class OfflineCoach:
    """Deterministic: a retried stage says the same again, and so does a repaired answer."""

    def extract_entities(self, transcript: str) -> tuple[StructuredInput, Usage]:
        """Raises OfflinePackageMissing."""
        return entities.extract_entities(transcript)

    def coaching_text(self, brief: CoachingBrief, repair: Repair | None = None) -> tuple[CoachingText, Usage]:
        """Raises OfflinePackageMissing."""
        text = to_nobody_by_name(coaching_text.coaching_text(brief))
        return text, Usage(provider=PROVIDER, characters=len(text.model_dump_json()))

    def narration(
        self, brief: CoachingBrief, coaching: CoachingText, repair: Repair | None = None
    ) -> tuple[NarrationScript, Usage]:
        """Raises OfflinePackageMissing."""
        script = to_nobody_by_name(narration.narration(brief, coaching))
        return script, Usage(provider=PROVIDER, characters=len(script.part1) + len(script.part2))

    def answer(self, brief: QuestionBrief, repair: Repair | None = None) -> tuple[str, Usage]:
        """Raises OfflinePackageMissing."""
        text = without_false_name(answers.answer(brief))
        return text, Usage(provider=PROVIDER, characters=len(text))
